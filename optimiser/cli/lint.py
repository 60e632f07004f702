"""``lint``: contradictions inside a plan's own papers, and what each would move."""

from __future__ import annotations

from typing import Annotated, Literal

from optimiser.cli.options import AskedPlan, Milestones, option
from optimiser.cli.output import ExitCode, progress
from optimiser.cli.verbs import Reply, verb

__all__ = ["lint_plan"]

Grave = Literal["high", "medium", "low"]
_GRAVEST_FIRST: tuple[Grave, ...] = ("high", "medium", "low")


@verb
def lint_plan(
    asked: AskedPlan,
    *,
    milestone: Milestones = None,
    severity: Annotated[Grave, option("--severity", "The least severity shown.")] = "low",
    fail_on: Annotated[
        Literal["high", "medium", "low", "never"],
        option("--fail-on", "Exit with 5 where a finding is at least so grave; for use in checks."),
    ] = "never",
    measures: Annotated[
        bool, option("--measures/--no-measures", "Show DCMA's fourteen measures and GAO's ten practices.")
    ] = True,
) -> Reply:
    """Check a plan against itself: stated against computed, text against dates, logic, DCMA's and GAO's tests.

    Exit codes: 0 checked, whatever was found; 5 a finding is as grave as --fail-on; 2 bad usage or input; 1 our fault.
    """
    with progress() as tell:
        plan = asked.read().plan
        from optimiser.lint import lint, read_published

        found = lint(plan, read_published(asked.plan, plan), milestone, progress=tell)
    from optimiser.evidence.documents import lint_document
    from optimiser.evidence.terminal.lint import lint_report

    grave = () if fail_on == "never" else _GRAVEST_FIRST[: _GRAVEST_FIRST.index(fail_on) + 1]
    code = ExitCode.MISSED if any(each.severity in grave for each in found.findings) else ExitCode.DONE
    return Reply(lambda: lint_document(found), lambda page: lint_report(found, page, least=severity, measures=measures), code)
