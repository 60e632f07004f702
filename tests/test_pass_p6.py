"""The plain pass that Primavera's dates are compared with gives the dates worked out by hand, rule by rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.p6_cases import CASES, Case
from tests.pass_p6 import Pass
from tests.planner_calendar import moment
from tests.xer_texts import read_text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_a_rule_of_p6(tmp_path: Path, case: Case) -> None:
    """Every activity of the case is where P6 has it."""
    project = read_text(tmp_path, case.text).projects[0]
    found = Pass(project).run()

    assert [(moment(found[task.uid].start), moment(found[task.uid].finish)) for task in project.tasks] == case.expected


def test_every_rule_has_a_case_that_a_public_file_decides_or_says_so() -> None:
    """Rules without a file that decides them are few, and known."""
    assert sum(case.assumed for case in CASES) == 12
    assert len({case.says for case in CASES}) == len(CASES) >= 45
