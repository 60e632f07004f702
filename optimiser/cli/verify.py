"""``verify``: a stored outcome, checked again without the solver."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimiser.cli.options import AsJson, Readings, Released, Scenarios, Settings, read_plan
from optimiser.cli.output import ExitCode, page, print_json, print_text

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("verify", no_args_is_help=True)(verify_file)


def verify_file(
    outcome: Annotated[Path, typer.Argument(metavar="OUTCOME", help="A document that 'solve -o' wrote.")],
    *,
    plan: Annotated[
        str | None,
        typer.Option(
            "--plan", metavar="PLAN", help="The plan it answers for, with -s and the like; as it says where left out."
        ),
    ] = None,
    scenario: Scenarios = None,
    setting: Settings = None,
    reading: Readings = None,
    release: Released = None,
    argument: Annotated[bool, typer.Option(help="Print the argument, line by line.")] = True,
    as_json: AsJson = False,
) -> int:
    """Check a stored outcome again: its schedule against every rule, its argument line by line. No solver is used.

    Exit codes: 0 it holds; 5 it does not; 4 it holds and claims no date; 2 bad usage or input; 1 our fault.
    """
    from optimiser.explain.certificate import outcome_plan, verify_outcome

    held = None
    if plan or scenario or setting or reading or release:
        held = read_plan(plan or outcome_plan(outcome), scenario, setting, reading, release)
    answer = verify_outcome(outcome, held)
    if as_json:
        from optimiser.evidence.explain_documents import verify_document

        print_json(verify_document(answer))
    else:
        from optimiser.evidence.terminal.published import verification_report

        print_text(verification_report(answer, page(), argument=argument))
    if not answer.holds:
        return ExitCode.MISSED
    return ExitCode.UNDECIDED if answer.status == "undecided" else ExitCode.DONE
