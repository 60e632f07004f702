"""A session keeps the plan that it opened: changes are read, files are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimiser import Session, earliest, load
from optimiser.errors import InputError


def test_a_change_gives_what_a_plan_loaded_with_it_gives():
    """Assumptions, readings and released rules are those of `load`, and the session changed from stays as it was."""
    session = Session("mhhs-round2", ["poap1"])
    changed = session.change(settings={"sit-mvc": "+10wd"}, readings={"mp162": "by-cit-end"})

    assert changed.plan == load("mhhs-round2", ["poap1"], settings={"sit-mvc": "+10wd"}, readings={"mp162": "by-cit-end"})
    assert session.plan == load("mhhs-round2", ["poap1"])
    assert repr(changed) == "Session(mhhs-round2, poap1, sit-mvc=+10wd, mp162=by-cit-end)"


def test_a_change_reads_no_file(tmp_path):
    """After the plan is open its files may be gone."""
    folder = Path(__file__).parents[1] / "instances" / "toy"
    (tmp_path / "plan.yaml").write_bytes((folder / "plan.yaml").read_bytes())
    session = Session(tmp_path)
    (tmp_path / "plan.yaml").unlink()
    later = session.change(settings={"oven": "+20wd"}).change(settings={"recipes": "16 wd"})

    assert later.earliest().dates == earliest(load("toy", settings={"oven": "30 wd", "recipes": "16 wd"})).dates
    assert later.earliest() is later.earliest()


def test_each_date_is_told_before_and_after():
    """What the changes do is what the command line says of them; without a change there is nothing to tell."""
    session = Session("toy")
    told = session.change(settings={"oven": "+20wd"}).what_if()

    assert session.what_if() is None
    assert told is not None
    assert [change.name for change in told.changes] == ["oven"]
    assert [change.before for change in told.dates] == [session.earliest().dates[name] for name in session.plan.targets]


def test_what_holds_a_date_is_asked_of_the_plan_as_changed():
    """Explanations are of the changed plan."""
    session = Session("toy").change(released=["duration:OVEN"])

    assert session.explain("OPEN").date == session.earliest().dates["OPEN"]
    assert session.why_not("OPEN", "2024-02-05").date == session.earliest().dates["OPEN"]


def test_every_fault_of_a_change_is_told_at_once():
    """A name that is not there and a value that cannot be read are both said."""
    with pytest.raises(InputError) as told:
        Session("toy").change(settings={"ovn": "3 wd", "recipes": "soon"})

    assert "ovn" in str(told.value)
    assert "soon" in str(told.value)
