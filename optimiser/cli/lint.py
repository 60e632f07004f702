"""``lint``: contradictions inside a plan's own papers, and what each would move."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from optimiser.cli.options import AsJson, AskedPlan, Milestones, of_plan, read_milestones
from optimiser.cli.output import ExitCode, page, print_json, print_text, progress

__all__ = ["register"]


class Least(StrEnum):
    """Severities, the gravest first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("lint", no_args_is_help=True)(lint_plan)


@of_plan
def lint_plan(
    plan: AskedPlan,
    *,
    milestone: Milestones = None,
    severity: Annotated[Least, typer.Option("--severity", help="The least severity shown.")] = Least.LOW,
    fail_on: Annotated[
        Least | None, typer.Option("--fail-on", help="Exit with 5 where a finding is at least so grave; for use in checks.")
    ] = None,
    measures: Annotated[bool, typer.Option(help="Show DCMA's fourteen measures and GAO's ten practices.")] = True,
    as_json: AsJson = False,
) -> int:
    """Check a plan against itself: stated against computed, text against dates, logic, DCMA's and GAO's tests.

    Exit codes: 0 checked, whatever was found; 5 a finding is as grave as --fail-on; 2 bad usage or input; 1 our fault.
    """
    asked = read_milestones(milestone)
    with progress() as tell:
        loaded = plan.read().plan
        from optimiser.lint import lint, read_published

        report = lint(loaded, read_published(plan.name, loaded), asked, progress=tell)
    if as_json:
        from optimiser.evidence.documents import lint_document

        print_json(lint_document(report))
    else:
        from optimiser.evidence.terminal.lint import lint_report

        print_text(lint_report(report, page(), least=severity.value, measures=measures))
    order = [each.value for each in Least]
    grave = fail_on is not None and any(order.index(f.severity) <= order.index(fail_on.value) for f in report.findings)
    return ExitCode.MISSED if grave else ExitCode.DONE
