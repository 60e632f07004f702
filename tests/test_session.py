"""A session keeps the plan that it opened: changes are read, files are not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from optimiser import Session, earliest, implied, load, why_not
from optimiser.errors import InputError
from optimiser.explain.by_date import why_not_baseline


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


@pytest.mark.long
def test_one_milestone_and_one_scenario_may_stand_by_themselves():
    """A text is one name and not its letters, whoever asks, and a time stamp is its day."""
    plan = load("mhhs-round2", scenarios="poap1")
    session = Session("toy")
    later = session.change(settings={"oven": "+20wd"})

    assert plan == load("mhhs-round2", ["poap1"])
    assert list(earliest(plan, "M10").dates) == ["M10"]
    assert session.earliest("OPEN") is session.earliest(["OPEN"])
    assert later.what_if("OPEN") == later.what_if(["OPEN"])
    assert implied(plan, match="PoaP-2", milestones="M10") == implied(plan, match="PoaP-2", milestones=["M10"])
    assert [each.milestone for each in why_not_baseline(session.plan, "first-guess", milestones="OPEN")] == ["OPEN"]
    assert why_not(session.plan, "OPEN", dt.datetime(2024, 2, 20, 9, tzinfo=dt.UTC)) == why_not(
        session.plan, "OPEN", dt.date(2024, 2, 20)
    )


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
