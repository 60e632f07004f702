"""``verify``: a stored outcome, or a whole pack, checked again without the solver."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimiser.cli.options import AsJson, Readings, Released, Scenarios, Settings, Workbook, read_plan
from optimiser.cli.output import ExitCode, page, print_json, print_text, progress
from optimiser.errors import InputError, Located

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("verify", no_args_is_help=True)(verify_file)


def verify_file(
    outcome: Annotated[
        Path,
        typer.Argument(metavar="PACK_OR_OUTCOME", help="A folder that 'evidence' wrote, or a document that 'solve -o' wrote."),
    ],
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
    assumptions: Workbook = None,
    argument: Annotated[bool, typer.Option(help="Print the argument, line by line.")] = True,
    rerun: Annotated[
        bool,
        typer.Option(
            "--rerun", help="Of a pack: build it again from its own inputs, with solver and samples, and compare bytes."
        ),
    ] = False,
    signers: Annotated[
        Path | None,
        typer.Option(
            "--signers",
            metavar="FILE",
            help="Of a pack: whose signature, PACK.sig, is to be found; a file of allowed signers as ssh-keygen reads it.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Check a stored outcome or a pack: hashes, schedules, arguments, and every figure derived again. No solver is used.

    What only samples or CP-SAT tell is held against hashes alone, and is listed.

    Exit codes: 0 it holds; 5 it does not; 4 it holds and claims no date; 2 bad usage or input; 1 our fault.
    """
    if outcome.is_dir():
        return _verify_pack(outcome, rerun=rerun, signers=signers, as_json=as_json)
    from optimiser.evidence.stored import verify_stored
    from optimiser.explain.stored import outcome_plan

    if rerun:
        raise InputError([Located("only a pack can be built again; an outcome is solved again with 'solve'", path="--rerun")])
    if signers is not None:
        raise InputError([Located("only a pack is signed", path="--signers")])
    held = None
    if plan or scenario or setting or reading or release or assumptions:
        held = read_plan(plan or outcome_plan(outcome), scenario, setting, reading, release, assumptions)
    answer = verify_stored(outcome, held)
    if as_json:
        from optimiser.evidence.documents import document

        print_json(document("verify", answer, holds=answer.holds))
    else:
        from optimiser.evidence.terminal.published import verification_report

        print_text(verification_report(answer, page(), argument=argument))
    if not answer.holds:
        return ExitCode.MISSED
    return ExitCode.UNDECIDED if answer.status == "undecided" else ExitCode.DONE


def _verify_pack(folder: Path, *, rerun: bool, signers: Path | None, as_json: bool) -> ExitCode:
    """Check a pack."""
    from optimiser.evidence.verify import verify_pack

    with progress() as tell:
        answer = verify_pack(folder, rerun=rerun, signers=signers, progress=tell)
    if as_json:
        from optimiser.evidence.documents import document

        print_json(document("verify-pack", answer, holds=answer.holds))
    else:
        from optimiser.evidence.terminal.pack import pack_verification_report

        print_text(pack_verification_report(answer, str(folder), page()))
    return ExitCode.DONE if answer.holds else ExitCode.MISSED
