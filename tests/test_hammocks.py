"""Bars that are tied to other items: they follow them, move nothing, and have no place where their ties lead off the axis."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from models.outcome import Solved
from models.plan import Plan
from models.schedule import Schedule
from optimiser import robust
from optimiser.check import check
from optimiser.cli import ExitCode, main
from optimiser.clock import Clock
from optimiser.errors import BeyondHorizonError
from optimiser.solve import earliest
from tests.brute_force import Axis, placed_with_hammocks, schedules
from tests.conftest import plan_of
from tests.random_plans import random_plan

SYNTHETIC: dict[str, Any] = {"title": "t", "basis": "synthetic"}


def barred(*hammocks: dict[str, Any]) -> Plan:
    """Return a week's work A that starts on the first day of the axis, its end M, and bars."""
    return plan_of(
        activities=[{"id": "A", "duration": "5 wd", **SYNTHETIC}],
        milestones=[{"id": "M", "shown": "closes", **SYNTHETIC}],
        targets=["M"],
        rules=[{"id": "link", "kind": "dependency", "before": "A", "after": "M", **SYNTHETIC}],
        hammocks=[{**SYNTHETIC, **hammock} for hammock in hammocks],
    )


LED_OFF = {"id": "H", "starts_with": "A", "finishes_with": "A", "start_lag": "-4 wd"}


def solved(plan: Plan) -> Solved:
    """Return the outcome of a plan that has dates."""
    outcome = earliest(plan)
    assert isinstance(outcome, Solved)
    return outcome


def test_a_bar_that_leads_off_the_axis_leaves_the_dates_and_is_reported() -> None:
    """Nothing waits for a bar: the date stands, certified, the bar is left out, and the note says by how many days."""
    outcome = solved(barred(LED_OFF))
    assert outcome.dates == {"M": dt.date(2024, 1, 12)}
    assert outcome.milestones[0].proof == "certified"
    assert [row.id for row in outcome.rows] == ["A", "M"]
    (note,) = outcome.notes
    assert note.startswith("H: it would start 4 wd before Mon 8 Jan 2024")
    assert note in robust(barred(LED_OFF)).notes
    late = LED_OFF | {"start_lag": "0 wd", "finish_lag": "600 wd"}
    assert "H: it would finish" in solved(barred(late)).notes[0]


def test_what_is_tied_to_a_bar_that_has_no_place_has_none() -> None:
    """A bar tied to one off the axis is left out with it, whatever its own lag."""
    second = {"id": "S", "starts_with": "H", "finishes_with": "A", "start_lag": "8 wd"}
    first, other = solved(barred(second, LED_OFF)).notes
    assert first.startswith("S: what it is tied to lies off the plan's axis")
    assert other.startswith("H: ")


def test_a_bar_may_be_tied_to_a_bar_in_any_order() -> None:
    """Its ends are those of the other with its own lags; the ends of a bar are a start and a finish like any."""
    inner = {"id": "INNER", "starts_with": "A", "finishes_with": "M", "start_lag": "1 wd"}
    outer = {"id": "OUTER", "starts_with": "INNER.start", "finishes_with": "INNER", "start_lag": "1 wd", "finish_lag": "2 wd"}
    rows = {row.id: row for row in solved(barred(outer, inner)).rows}
    assert (rows["INNER"].start, rows["INNER"].finish) == (dt.date(2024, 1, 9), dt.date(2024, 1, 12))
    assert (rows["OUTER"].start, rows["OUTER"].finish) == (dt.date(2024, 1, 10), dt.date(2024, 1, 16))


def test_only_a_bar_without_a_place_may_be_left_out_of_a_schedule() -> None:
    """The checker misses a bar that has a place, and does not miss one that has none."""

    def missed(plan: Plan) -> list[str]:
        schedule = solved(plan).schedule
        kept = tuple(position for position in schedule.positions if position.id != "H")
        bare = Schedule(calendar=schedule.calendar, first_day=schedule.first_day, positions=kept)
        return [violation.rule for violation in check(plan, bare)]

    assert missed(barred(LED_OFF)) == []
    assert missed(barred(LED_OFF | {"start_lag": "0 wd"})) == ["item:H"]


def test_every_verb_takes_a_plan_with_a_bar_off_its_axis(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """solve, robust, explain, compare, verify and a batch give their dates; solve, robust and the batch say what is left out."""
    plan = tmp_path / "bars" / "plan.yaml"
    plan.parent.mkdir()
    plan.write_text(PLAN, "utf-8")
    grid = tmp_path / "grid.yaml"
    grid.write_text(
        "schema: optimiser/grid/1\nid: g\ntitle: G\nplan: bars\nmilestones: [M]\n"
        "axes:\n  - { kind: assumption, name: length, values: [5 wd, 7 wd] }\n",
        "utf-8",
    )
    stored, run = tmp_path / "outcome.json", tmp_path / "run"
    asked = [
        ["solve", str(plan), "-o", str(stored)],
        ["robust", str(plan)],
        ["explain", str(plan)],
        ["verify", str(stored), "--plan", str(plan)],
        ["compare", str(stored), str(stored), "--plan", str(plan)],
        ["batch", "run", str(grid), "-o", str(run)],
        ["batch", "report", str(run)],
    ]
    said = {}
    for words in asked:
        assert main(words) == ExitCode.DONE, words
        said[words[0], words[1]] = " ".join(capsys.readouterr().out.split())
    for words in (asked[0], asked[1], asked[6]):
        assert "H: it would start 4 wd before Mon 8 Jan 2024" in said[words[0], words[1]], words


PLAN = """\
schema: optimiser/plan/1
id: bars
title: A bar that leads off the axis
as_of: 2024-01-01
horizon: {first: 2024-01-08, last: 2024-12-31}
calendar: base
targets: [M]
calendars: [{id: base, title: Base, weekdays: [mon, tue, wed, thu, fri], covers: {first: 2024-01-01, last: 2025-01-31}, basis: synthetic}]
assumptions: [{id: length, title: Length, value: 5 wd, basis: synthetic}]
activities: [{id: A, duration: $length, basis: synthetic, title: A}]
milestones: [{id: M, basis: synthetic, title: M, shown: closes}]
hammocks: [{id: H, starts_with: A, finishes_with: A, start_lag: -4 wd, basis: synthetic, title: H}]
rules: [{id: link, kind: dependency, before: A, after: M, basis: synthetic, title: link}]
"""


@pytest.mark.long
def test_bars_lie_where_counting_by_hand_puts_them() -> None:
    """On random plans a bar is in the schedule exactly where it has a place on the axis, and there."""
    seen: Counter[str] = Counter()
    for seed in range(150):
        plan = random_plan(seed, kinds=("dependency", "not-before"), capacity=False)
        if not plan.hammocks or not plan.targets or next(schedules(plan), None) is None:
            continue
        try:
            outcome = solved(plan)
        except BeyondHorizonError:
            continue
        axis, clock = Axis(plan), Clock(plan)
        bare = {place.id: (place.start, place.finish) for place in outcome.schedule.positions if "H" not in place.id}
        counted = placed_with_hammocks(plan, bare, axis)
        for hammock in plan.hammocks:
            start, finish = counted[hammock.id]
            line = [hammock.id, *(tie.item for tie in hammock.ties())]
            on = all(clock.origin <= counted[name][0] and counted[name][1] <= clock.limit for name in line)
            seen["tied to a bar"] += on and "H0" in line[1:]
            place = outcome.schedule.by_id.get(hammock.id)
            assert (place is not None) == on, seed
            assert place is None or (place.start, place.finish) == (start, finish), seed
            assert any(note.startswith(f"{hammock.id}: ") for note in outcome.notes) == (not on), seed
            seen["on the axis" if on else "off it"] += 1
    assert seen["on the axis"] > 20
    assert seen["tied to a bar"] > 5, seen
    assert seen["off it"] > 0, seen
