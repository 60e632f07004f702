"""``verify``: a stored outcome, or a whole pack, checked again without the solver."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from optimiser.cli.options import ValuedChoices, argument, option
from optimiser.cli.output import ExitCode, progress
from optimiser.cli.verbs import Reply, verb
from optimiser.errors import InputError, Located

__all__ = ["verify_file"]

_PLAN = "The plan it answers for, with -s and the like; as it says where left out."
_RERUN = "Of a pack: build it again from its own inputs, with solver and samples, and compare bytes."
_SIGNERS = "Of a pack: whose signature, PACK.sig, is to be found; a file of allowed signers as ssh-keygen reads it."


@verb
def verify_file(
    outcome: Annotated[
        Path, argument("PACK_OR_OUTCOME", "A folder that 'evidence' wrote, or a document that 'solve -o' wrote.")
    ],
    *,
    choices: ValuedChoices,
    plan: Annotated[str | None, option("--plan PLAN", _PLAN)] = None,
    argued: Annotated[bool, option("--argument/--no-argument", "Print the argument, line by line.")] = True,
    rerun: Annotated[bool, option("--rerun", _RERUN)] = False,
    signers: Annotated[Path | None, option("--signers FILE", _SIGNERS)] = None,
) -> Reply:
    """Check a stored outcome or a pack: hashes, schedules, arguments, and every figure derived again. No solver is used.

    What only samples or CP-SAT tell is held against hashes alone, and is listed.

    Exit codes: 0 it holds; 5 it does not; 4 it holds and claims no date; 2 bad usage or input; 1 our fault.
    """
    from optimiser.evidence.documents import document

    if outcome.is_dir():
        from optimiser.evidence.terminal.pack import pack_verification_report
        from optimiser.evidence.verify import verify_pack

        with progress() as tell:
            checked = verify_pack(outcome, rerun=rerun, signers=signers, progress=tell)
        return Reply(
            lambda: document("verify-pack", checked, holds=checked.holds),
            lambda page: pack_verification_report(checked, str(outcome), page),
            ExitCode.DONE if checked.holds else ExitCode.MISSED,
        )
    from optimiser.evidence.stored import verify_stored
    from optimiser.evidence.terminal.published import verification_report
    from optimiser.explain.stored import outcome_plan

    if rerun:
        raise InputError([Located("only a pack can be built again; an outcome is solved again with 'solve'", path="--rerun")])
    if signers is not None:
        raise InputError([Located("only a pack is signed", path="--signers")])
    chosen = plan or choices != ValuedChoices()
    answer = verify_stored(outcome, choices.of(plan or outcome_plan(outcome)).read().plan if chosen else None)
    code = ExitCode.UNDECIDED if answer.status == "undecided" else ExitCode.DONE
    return Reply(
        lambda: document("verify", answer, holds=answer.holds),
        lambda page: verification_report(answer, page, argument=argued),
        code if answer.holds else ExitCode.MISSED,
    )
