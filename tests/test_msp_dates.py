"""The product gives the dates of every hand-worked file of MS Project's rules, by its pass and by its meanings."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.moment import Moment
from optimiser.check import check
from optimiser.critical import compile_network, earliest_times, floats
from optimiser.reading.interchange.opening import gather_planner
from optimiser.reading.sound import judge
from optimiser.solve.placement import schedule_of
from tests.mspdi_texts import assignment, link, project, resource, task
from tests.test_pass_msp import CASES


@pytest.mark.parametrize("name", CASES)
def test_a_plan_of_the_file_has_the_dates_worked_out_by_hand(name: str, tmp_path: Path) -> None:
    """Read, translated, compiled and passed forward; and the schedule breaks nothing that the rules mean."""
    content, expected = CASES[name]
    path = tmp_path / "plan.xml"
    path.write_bytes(content)
    gathered, _, translation = gather_planner(path)
    plan = judge(gathered, hindsight=False).plan
    assert plan is not None
    network = compile_network(plan)
    earliest = earliest_times(network)
    assert earliest.status == "feasible"
    found = {
        uid: tuple(network.clock.show(at, "opens") for at in earliest.position(translation.names[str(uid)])) for uid in expected
    }

    wanted = {uid: tuple(Moment.fromisoformat(f"2026-01-{at}") for at in dates) for uid, dates in expected.items()}

    assert found == wanted
    assert check(plan, schedule_of(network, earliest.values)) == ()


def test_floats_of_work_by_its_assignments_are_to_the_milestone(tmp_path: Path) -> None:
    """What drives the finish has none; what ends earlier has the worked minutes until then, whoever works."""
    path = tmp_path / "plan.xml"
    path.write_bytes(
        project(
            task(1, 40),
            task(2, 16, link(1)),
            task(3, 8, link(1)),
            task(4, 8, ActualStart="2026-01-05T08:00:00"),
            resources=resource(1, 1) + resource(2, 1),
            assignments=assignment(1, 1, 40) + assignment(2, 2, 8, Units=0.5) + assignment(3, 3, 8, 2) + assignment(4, 4, 8, 2),
        )
    )
    gathered, _, _ = gather_planner(path)
    plan = judge(gathered, hindsight=False).plan
    assert plan is not None
    earliest = earliest_times(compile_network(plan))
    clock = earliest.network.clock
    slips = {item: (earliest.position(item)[0], slip) for item, slip in floats(earliest, "END").items() if slip is not None}

    # The plan ends on Tuesday 13 January: a day behind the third, six behind the fourth.
    assert {item: clock.worked_between(start, start + slip) for item, (start, slip) in slips.items()} == {
        "1": 0,
        "2": 0,
        "3": 480,
        "4": 2880,
        "END": 0,
    }
