"""``implied``: what a published plan takes for granted."""

from __future__ import annotations

from typing import Annotated

import typer

from optimiser.cli.changes import after_changes, changes_of
from optimiser.cli.options import AsJson, AskedPlan, Milestones, of_plan, read_milestones
from optimiser.cli.output import ExitCode, page, print_json, print_text, progress

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("implied", no_args_is_help=True)(imply_plan)


@of_plan
def imply_plan(
    plan: AskedPlan,
    *,
    match: Annotated[str, typer.Option("--match", metavar="BASELINE", help="The published dates that are to hold.")],
    free: Annotated[
        list[str] | None,
        typer.Option(
            "--free", metavar="ASSUMPTION", help="What may vary, one or two; searched for where left out. Repeatable."
        ),
    ] = None,
    milestone: Milestones = None,
    as_json: AsJson = False,
) -> int:
    """Find the values of assumptions at which published dates follow from the plan's logic, and the dates that none explains.

    With -m those dates must hold together; else as many as can.

    Exit codes: 0 all of them hold at some values; 5 some published date is not explained; 2 bad usage or input; 1 our fault.
    """
    asked = read_milestones(milestone)
    with progress() as tell:
        if tell:
            tell("reading the plan")
        changed = plan.read()
        loaded = changed.plan
        if tell:
            tell("values at which the dates hold")
        from optimiser.explain.implication import implied

        answer = implied(loaded, match, free=free or (), milestones=asked or ())
        found = changes_of(changed, asked or loaded.targets)
    if as_json:
        from optimiser.evidence.documents import asked_document, with_changes

        print_json(with_changes(asked_document("implied", loaded, answer), found))
    else:
        from optimiser.evidence.terminal.published import implied_report

        print_text(after_changes(found, implied_report(answer, page())))
    missing = set(asked or [date.milestone for date in answer.dates]) - set(answer.explained)
    return ExitCode.MISSED if missing else ExitCode.DONE
