"""CP-SAT and the longest path on planners' files of two hundred tasks on several calendars: each knows nothing of the other."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from models.outcome import Solved
from optimiser.reading.load import load
from optimiser.solve import earliest
from tests.mspdi_texts import assignment, calendar, link, project, resource, task


def drawn(chance: random.Random, size: int) -> bytes:
    """Return a file of tasks on four calendars, some done by somebody with hours of their own, with links of every type."""
    tasks, assignments = [], ""
    for number in range(1, size + 1):
        before = sorted(
            {chance.randint(max(1, number - 12), number - 1) for _ in range(chance.randint(1, 2))} if number > 1 else ()
        )
        links = [
            link(each, chance.choice(["FS", "FS", "FS", "SS", "FF"]), chance.choice([0, 0, 2400, -600])) for each in before
        ]
        fields = {"CalendarUID": chance.choice([-1, -1, 2, 3])}
        if chance.random() < 0.1:
            fields |= {"ConstraintType": 4, "ConstraintDate": f"2026-0{chance.randint(1, 6)}-15T10:30:00"}  # type: ignore[dict-item]
        hours = chance.choice([4, 8, 12.5, 20])
        tasks.append(task(number, hours, *links, **fields))
        if fields["CalendarUID"] != 3 and chance.random() < 0.3:  # nobody works where a task's night meets their day
            assignments += assignment(number, number, hours, 1)
    others = calendar(2, "00:00:00-00:00:00", "1234567") + calendar(3, "22:00:00-00:00:00", "23456")
    others += calendar(4, "06:00:00-10:00:00 14:00:00-17:30:00", "2357")
    return project(*tasks, calendars=others, resources=resource(1, 4), assignments=assignments)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_cp_sat_comes_to_the_same_minute(tmp_path: Path, seed: int) -> None:
    """The date is certified, and CP-SAT proves it too, within the usual limit."""
    chance = random.Random(seed)  # noqa: S311 - drawn to be repeated
    path = tmp_path / "plan.xml"
    path.write_bytes(drawn(chance, 200))
    plan = load(path)
    assert len(plan.activities) == 200
    assert len({each.calendar for each in plan.activities}) >= 3
    outcome = earliest(plan)
    assert isinstance(outcome, Solved)
    (end,) = outcome.milestones
    assert (end.proof, end.bound_by) == ("certified", "longest path, and CP-SAT")
