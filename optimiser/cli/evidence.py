"""``evidence``: the pack."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimiser.cli.files import check_folder_name
from optimiser.cli.options import AsJson, AskedPlan, Milestones, of_plan, read_milestones
from optimiser.cli.output import ExitCode, page, print_json, print_text, progress

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("evidence", no_args_is_help=True)(make_pack)


@of_plan
def make_pack(
    plan: AskedPlan,
    *,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="PACK", help="The folder to write.")],
    force: Annotated[bool, typer.Option("--force", help="Let -o replace a pack that is there.")] = False,
    case: Annotated[
        list[str] | None,
        typer.Option(
            "--case",
            metavar="NAMES",
            help="A further case: a scenario, or several joined by +; repeatable. Every scenario of the plan where left out.",
        ),
    ] = None,
    cases: Annotated[bool, typer.Option("--cases/--no-cases", help="Whether there are cases beside the plan as asked.")] = True,
    milestone: Milestones = None,
    confidence: Annotated[
        float, typer.Option("-c", "--confidence", metavar="P", help="Probability with which robust dates are to hold.")
    ] = 0.8,
    samples: Annotated[
        int | None, typer.Option("--samples", min=64, max=1_000_000, help="Of each simulation; as many as `robust` draws.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**31 - 8, help="Of solver and simulation; recorded.")] = 0,
    sign: Annotated[
        Path | None,
        typer.Option(
            "--sign", metavar="KEY", help="Sign the pack's hashes with an SSH key; the signature is PACK.sig, beside it."
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="PACK",
            help="Say what changed since an earlier pack (its folder, or that zipped), or since a plan or update.",
        ),
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Also write the report as PDF; needs the extra 'report'.")] = False,
    as_json: AsJson = False,
) -> int:
    """Write the evidence pack: report, workbook, results, inputs, outcomes and arguments, with the hash of each.

    Exit codes: 0 written, every date proved; 3 written, the plan as asked is infeasible; 4 written, a date is not proved;
    2 bad usage or input; 1 our fault.
    """
    check_folder_name(output, "pack")
    settings, readings = plan.choices()
    asked = read_milestones(milestone)
    from optimiser.evidence.folder import SUMS, obstacle, write
    from optimiser.evidence.pack import build
    from optimiser.evidence.request import request_of
    from optimiser.evidence.signature import check_signing, write_signature
    from optimiser.evidence.signature import sign as make_signature
    from optimiser.evidence.since import read_earlier

    obstacle(output, force=force)
    if sign is not None:
        check_signing(sign, output, force=force)
    request = request_of(
        plan.name,
        main=tuple(plan.scenarios or ()),
        cases=() if not cases else tuple(case) if case else None,
        settings=settings,
        readings=readings,
        released=tuple(plan.released or ()),
        milestones=asked or (),
        seed=seed,
        confidence=confidence,
        samples=samples,
        pdf=pdf,
    )
    earlier = read_earlier(Path(since)) if since is not None else None
    with progress() as tell:
        built = build(request, plan.name, earlier=earlier, progress=tell)
    signature = None if sign is None else make_signature(built.files[SUMS], sign)
    write(built, output, force=force)
    if signature is not None:
        write_signature(output, signature)
    if as_json:
        from optimiser.evidence.documents import document, dumped

        first = {"pack": str(output), "status": built.pack.status, "sha256": built.sha256}
        signed = {"signature": None if sign is None else f"{output}.sig"}
        print_json(document("evidence", {**first, "manifest": dumped(built.manifest), **signed}))
    else:
        from optimiser.evidence.terminal.pack import evidence_report

        print_text(evidence_report(built.manifest, str(output), dict(built.left_out), built.sha256, page()))
    if built.pack.status == "infeasible":
        return ExitCode.INFEASIBLE
    main = built.manifest.proofs.get(built.manifest.request.cases[0].id, {})
    return ExitCode.DONE if built.pack.status == "solved" and "gap" not in main.values() else ExitCode.UNDECIDED
