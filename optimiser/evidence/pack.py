"""The pack as files: the report, the workbook, the results, the inputs as used, the outcomes, and the hash of each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from models.pack import Chart, Manifest, ManifestFile, Pack, PackRequest, Table
from models.plan import Plan
from optimiser.evidence.answers import Answers
from optimiser.evidence.carried import read_chain, stored_chain
from optimiser.evidence.compose import compose
from optimiser.evidence.documents import print_document, solve_document, with_changes
from optimiser.evidence.dossier import Dossier, DossierCase
from optimiser.evidence.folder import MANIFEST, SUMS, Built, sums
from optimiser.evidence.gather import gather
from optimiser.evidence.inputs import INPUTS, collect_inputs, is_path, scenario_file
from optimiser.evidence.report import brief_of, need_pdf, render_html, render_pdf
from optimiser.evidence.request import command, renamed
from optimiser.evidence.restore import document_of
from optimiser.evidence.sections.closing import versions
from optimiser.evidence.since import Earlier, stored_earlier
from optimiser.evidence.workbook import write_tables, write_workbook
from optimiser.explain import verify_outcome
from optimiser.reading.packaged import find_plan
from optimiser.solve.fingerprint import plan_sha256

__all__ = ["CERTIFICATE_SCHEMA", "RESULTS_SCHEMA", "Witnessed", "build", "certificate", "sums"]

RESULTS_SCHEMA: Final = "optimiser/pack-results/1"
CERTIFICATE_SCHEMA: Final = "optimiser/certificate/1"


@dataclass(frozen=True, slots=True)
class Witnessed:
    """Statements of a checked pack that nothing derives again.

    Attributes
    ----------
    answers
        What it holds of simulations and of CP-SAT.
    versions
        What it says that it was made with.
    """

    answers: Answers
    versions: Mapping[str, str]


def build(
    request: PackRequest,
    source: str | Path,
    *,
    root: Path | None = None,
    checked: Witnessed | None = None,
    earlier: Earlier | None = None,
    progress: Callable[[str], None] | None = None,
) -> Built:
    """Compute a pack.

    Parameters
    ----------
    source
        The plan's name or path: where it is read from.
    root
        The pack that the request comes from, where it is built again: scenario files lie in it.
    checked
        What that pack says which is not to be found again; what it says of versions is then taken over, and no PDF is made.
    earlier
        What came before, to be compared with; of a pack that is built again, what is kept in it.

    Raises
    ------
    InputError
        If the plan cannot be read, or PDF is asked for and its extra is missing.
    ValidationError
        If a figure would stand without its proof class or source: our fault, and no pack is written.
    """
    tell = progress or (lambda _: None)
    path = find_plan(source)
    with_pdf = request.pdf and checked is None
    if with_pdf:
        need_pdf()
    inputs, moved = collect_inputs(request, path, root)
    if request.since and root is not None:
        earlier = stored_earlier(root, request.since)
    chain = read_chain(path, moved.plan) if root is None else stored_chain(root, path, moved.plan)
    if chain is not None:
        inputs |= chain.files
    if earlier is not None:
        inputs |= earlier.files
        moved = moved.model_copy(update={"since": earlier.name})
    dossier = gather(
        renamed(request, lambda name: str(scenario_file(name, path, root)) if is_path(name) else name),
        source,
        answers=None if checked is None else checked.answers,
        earlier=earlier,
        chain=chain,
        progress=progress,
    )
    dossier.versions = versions() if checked is None else dict(checked.versions)
    places = {place for place in (str(source), str(path), str(path.resolve())) if "/" in place}
    plain = partial(_plain, places=places, name=moved.plan)
    _forget_places(dossier, moved, plain)
    tell("the report")
    pack = compose(dossier)
    files = {**inputs, **_outputs(dossier, pack, plain)}
    if with_pdf:
        tell("PDF")
        files["brief.pdf"] = render_pdf(render_html(brief_of(pack), paper=True))
        files["report.pdf"] = render_pdf(render_html(pack, paper=True))
    manifest = _manifest(moved, dossier, pack, files)
    files[MANIFEST] = _text(print_document(manifest.model_dump(mode="json", by_alias=True)))
    files[SUMS] = sums(files)
    left_out = {
        **dossier.absent,
        **{f"robust dates of {case.id}": case.absent["robust"] for case in dossier.cases if case.absent},
    }
    return Built(pack, manifest, dict(sorted(files.items())), left_out)


def _outputs(dossier: Dossier, pack: Pack, plain: Callable[[str], str]) -> dict[str, bytes]:
    """Return what is written of a pack beside its inputs."""
    files: dict[str, bytes] = {}
    for case in dossier.cases:
        files |= _case_files(case, dossier)
    charts = (block for section in pack.sections for block in section.blocks if isinstance(block, Chart))
    return {
        **files,
        **{path: _text(print_document(outcome)) for path, outcome in dossier.forecasts.items()},
        **dossier.answers.files(plain),
        "results.json": _text(print_document(_results(dossier, pack))),
        "report.html": _text(render_html(pack, version=dossier.versions.get("mhhs-optimiser"))),
        "workbook.xlsx": write_workbook(pack, dossier.plan),
        "tables.xlsx": write_tables(pack),
        **{f"charts/{chart.id}.svg": _text(chart.svg + "\n") for chart in charts},
    }


def _text(text: str) -> bytes:
    return text.encode()


def _plain(text: str, *, places: Collection[str], name: str) -> str:
    """Return a text that speaks of the plan by its name: where it lay on one machine is nobody's business."""
    for place in sorted(places, key=len, reverse=True):
        text = text.replace(place, name)
    return text


def _forget_places(dossier: Dossier, request: PackRequest, plain: Callable[[str], str]) -> None:
    """Leave no trace of where the plan lay: it differs on the next machine."""
    dossier.request = request
    dossier.absent = {part: plain(reason) for part, reason in dossier.absent.items()}
    for case, asked in zip(dossier.cases, request.cases, strict=True):
        case.asked = asked
        case.fault = plain(case.fault) if case.fault else None
        case.absent = {part: plain(reason) for part, reason in case.absent.items()}


# -- outputs -------------------------------------------------------------------------------------------------------------


def plan_text(plan: Plan) -> str:
    """Return a plan with everything chosen, as one document that reads back to the same plan."""
    return print_document(plan.model_dump(mode="json", by_alias=True), compact=True)


def certificate(document: Mapping[str, Any], plan: Plan, case: str) -> dict[str, Any]:
    """Return the argument behind a case's outcome, as lines to be followed by hand and as steps."""
    answer = verify_outcome(document, plan, figures=False)
    outcome = document["outcome"]
    return {
        "schema": CERTIFICATE_SCHEMA,
        "case": case,
        "plan": plan.id,
        "status": outcome["status"],
        "inputs_sha256": plan_sha256(plan),
        "proved_without_solver": dict(answer.without_solver),
        "argument": list(answer.argument),
        "certificates": outcome.get("certificates", []),
        "schedule": outcome.get("schedule"),
    }


def _case_files(case: DossierCase, dossier: Dossier) -> dict[str, bytes]:
    """Return the plan, the outcome and the argument of one case."""
    found: dict[str, bytes] = {}
    if case.plan is not None:
        found[f"{INPUTS}/plans/{case.id}.json"] = _text(plan_text(case.plan))
    if case.plan is not None and case.outcome is not None:
        document = solve_document(case.outcome, case.plan, dossier.milestones, case.written_sha256)
        document = with_changes(document, dossier.what_if if case is dossier.main else None)
        found[f"outcomes/{case.id}.json"] = _text(print_document(document))
        found[f"certificates/{case.id}.json"] = _text(print_document(certificate(document, case.plan, case.id)))
    return found


def _results(dossier: Dossier, pack: Pack) -> dict[str, Any]:
    """Return every table of the report, and the dates of every case."""
    return {
        "schema": RESULTS_SCHEMA,
        "plan": pack.plan,
        "title": pack.title,
        "as_of": pack.as_of.isoformat(),
        "status": pack.status,
        "cases": {
            case.id: {
                "status": case.outcome.status if case.outcome else None,
                "fault": case.fault,
                "dates": {name: day.isoformat() for name, day in case.solved.dates.items()} if case.solved else {},
                "proof": dict(case.solved.proof) if case.solved else {},
                "robust": {name: day.isoformat() if day else None for name, day in case.robust.dates.items()}
                if case.robust
                else None,
                "left_out": dict(case.absent),
            }
            for case in dossier.cases
        },
        "left_out": dict(sorted(dossier.absent.items())),
        "sections": document_of(pack),
        "tables": {table.id: _table(section.id, table) for section, table in pack.tables()},
    }


def _table(section: str, table: Table) -> dict[str, Any]:
    dumped = table.model_dump(mode="json", by_alias=True)
    return {"section": section, **{key: value for key, value in dumped.items() if key != "id"}}


def _manifest(request: PackRequest, dossier: Dossier, pack: Pack, files: Mapping[str, bytes]) -> Manifest:
    return Manifest(
        plan=pack.plan,
        as_of=pack.as_of,
        command=command(request),
        request=request,
        seeds={"solver": request.seed, "simulation": request.seed + 7},
        versions=dossier.versions,
        inputs_sha256={case.id: plan_sha256(case.plan) for case in dossier.cases if case.plan},
        proofs={case.id: dict(case.solved.proof) for case in dossier.cases if case.solved},
        files=tuple(
            ManifestFile(path=path, bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
            for path, content in sorted(files.items())
        ),
    )
