"""``evidence`` and ``verify``: the pack, and the check of one or of a stored outcome."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from optimiser.cli.files import check_folder_name
from optimiser.cli.options import AskedPlan, Force, Milestones, ValuedChoices, argument, option
from optimiser.cli.output import ExitCode, progress
from optimiser.cli.verbs import Reply, verb
from optimiser.errors import InputError, Located

__all__ = ["make_pack", "verify_file"]


_CASE = "A further case: a scenario, or several joined by +; repeatable. Every scenario of the plan where left out."
_SIGN = "Sign the pack's hashes with an SSH key; the signature is PACK.sig, beside it."
_SINCE = "Say what changed since an earlier pack (its folder, or that zipped), or since a plan or update."


@verb
def make_pack(
    asked: AskedPlan,
    *,
    output: Annotated[Path, option("-o --output PACK", "The folder to write.")],
    force: Force = False,
    case: Annotated[list[str] | None, option("--case NAMES", _CASE)] = None,
    cases: Annotated[bool, option("--cases/--no-cases", "Whether there are cases beside the plan as asked.")] = True,
    milestone: Milestones = None,
    confidence: Annotated[float, option("-c --confidence P", "Probability with which robust dates are to hold.")] = 0.8,
    samples: Annotated[
        int | None, option("--samples", "Of each simulation; as many as `robust` draws.", min=64, max=1_000_000)
    ] = None,
    seed: Annotated[int, option("--seed", "Of solver and simulation; recorded.", min=0, max=2**31 - 8)] = 0,
    sign: Annotated[Path | None, option("--sign KEY", _SIGN)] = None,
    since: Annotated[Path | None, option("--since PACK", _SINCE)] = None,
    pdf: Annotated[bool, option("--pdf", "Also write the report as PDF; needs the extra 'report'.")] = False,
) -> Reply:
    """Write the evidence pack: report, workbook, results, inputs, outcomes and arguments, with the hash of each.

    Exit codes: 0 written, every date proved; 3 written, the plan as asked is infeasible; 4 written, a date is not proved;
    2 bad usage or input; 1 our fault.
    """
    check_folder_name(output, "pack")
    settings, readings = asked.choices()
    from optimiser.evidence.documents import document, dumped
    from optimiser.evidence.folder import SUMS, obstacle, write
    from optimiser.evidence.pack import build
    from optimiser.evidence.request import request_of
    from optimiser.evidence.signature import check_signing, write_signature
    from optimiser.evidence.signature import sign as make_signature
    from optimiser.evidence.since import read_earlier
    from optimiser.evidence.terminal.checked import evidence_report

    obstacle(output, force=force)
    if sign is not None:
        check_signing(sign, output, force=force)
    request = request_of(
        asked.plan,
        main=tuple(asked.scenario or ()),
        cases=() if not cases else tuple(case) if case else None,
        settings=settings,
        readings=readings,
        released=tuple(asked.release or ()),
        milestones=tuple(milestone or ()),
        seed=seed,
        confidence=confidence,
        samples=samples,
        pdf=pdf,
    )
    earlier = read_earlier(since) if since is not None else None
    with progress() as tell:
        built = build(request, asked.plan, earlier=earlier, progress=tell)
    signature = None if sign is None else make_signature(built.files[SUMS], sign)
    write(built.files, output, force=force)
    if signature is not None:
        write_signature(output, signature)
    first = {"pack": str(output), "status": built.pack.status, "sha256": built.sha256}
    signed = {"signature": None if sign is None else f"{output}.sig"}
    main = built.manifest.proofs.get(built.manifest.request.cases[0].id, {})
    code = ExitCode.DONE if built.pack.status == "solved" and "gap" not in main.values() else ExitCode.UNDECIDED
    return Reply(
        lambda: document("evidence", {**first, "manifest": dumped(built.manifest), **signed}),
        lambda page: evidence_report(built.manifest, str(output), dict(built.left_out), built.sha256, page),
        ExitCode.INFEASIBLE if built.pack.status == "infeasible" else code,
    )


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
        from optimiser.evidence.terminal.checked import pack_verification_report
        from optimiser.evidence.verify import verify_pack

        with progress() as tell:
            checked = verify_pack(outcome, rerun=rerun, signers=signers, progress=tell)
        return Reply(
            lambda: document("verify-pack", checked, holds=checked.holds),
            lambda page: pack_verification_report(checked, str(outcome), page),
            ExitCode.DONE if checked.holds else ExitCode.MISSED,
        )
    from optimiser.evidence.stored import verify_stored
    from optimiser.evidence.terminal.reasons import verification_report
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
