"""The pack as files: the report, the workbook, the results, the inputs as used, the outcomes, and the hash of each."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from models.pack import Chart, Manifest, ManifestFile, Pack, PackCase, PackRequest, Table
from models.plan import Plan
from optimiser.errors import InputError, Located
from optimiser.evidence.compose import compose
from optimiser.evidence.documents import print_document, solve_document
from optimiser.evidence.dossier import Case, Dossier, gather
from optimiser.evidence.report import render_html, render_pdf
from optimiser.evidence.sections.closing import versions
from optimiser.evidence.workbook import write_workbook
from optimiser.explain import verify_outcome
from optimiser.reading.packaged import find_plan, find_scenario, scenario_folder
from optimiser.solve.fingerprint import plan_sha256

__all__ = [
    "CERTIFICATE_SCHEMA",
    "MANIFEST",
    "RESULTS_SCHEMA",
    "SUMS",
    "Built",
    "build",
    "certificate",
    "command",
    "request_of",
    "write",
]

MANIFEST: Final = "manifest.json"
SUMS: Final = "SHA256SUMS"
RESULTS_SCHEMA: Final = "optimiser/pack-results/1"
CERTIFICATE_SCHEMA: Final = "optimiser/certificate/1"
INPUTS: Final = "inputs"
PLAN_FILES: Final = (".yaml", ".yml", ".csv", ".json", ".md", ".sm", ".rcp", ".sch")
BESIDE: Final = ("scenarios", "published", "risk")
"""Folders beside a plan of one file that belong to it."""

LARGEST: Final = 8_000_000
"""Bytes of one input file that a pack takes in."""


@dataclass(frozen=True)
class Built:
    """A pack in memory: its document and its files by path."""

    pack: Pack
    manifest: Manifest
    files: Mapping[str, bytes]
    left_out: Mapping[str, str]
    """Parts that are not in it, and why."""


def request_of(
    plan: str,
    *,
    main: tuple[str, ...] = (),
    cases: tuple[str, ...] | None = None,
    settings: Mapping[str, str] | None = None,
    readings: Mapping[str, str] | None = None,
    released: tuple[str, ...] = (),
    milestones: tuple[str, ...] = (),
    seed: int = 0,
    confidence: float = 0.8,
    samples: int = 4096,
    pdf: bool = False,
) -> PackRequest:
    """Return what is asked for, with the cases filled in.

    Parameters
    ----------
    plan
        A packaged name or a path.
    main
        Scenarios of every case.
    cases
        Further cases, each a scenario or several joined by ``+``; every scenario beside the plan, one at a time, where None.

    Raises
    ------
    InputError
        If the plan is unknown, or a case is named twice.
    """
    path = find_plan(plan)
    if cases is None:
        folder = scenario_folder(path)
        found = sorted(file.stem for file in folder.glob("*.yaml")) if folder else []
        cases = tuple(name for name in found if name not in main)
    first = "+".join(Path(name).stem for name in main) or "base"
    asked = [PackCase(id=_case_id(first), title="The plan as asked", scenarios=())]
    for text in cases:
        stack = tuple(part for part in text.split("+") if part)
        name = _case_id("+".join(Path(part).stem for part in stack) or "base")
        if any(case.id == name for case in asked):
            raise InputError([Located(f"the case '{name}' is asked for twice; maybe drop one", path="--case")])
        asked.append(PackCase(id=name, title=" with ".join(Path(part).stem for part in stack), scenarios=stack))
    return PackRequest(
        plan=path.stem if path.is_file() and path.name != "plan.yaml" else Path(plan).name or path.name,
        main=main,
        settings=dict(settings or {}),
        readings=dict(readings or {}),
        released=released,
        cases=tuple(asked),
        milestones=milestones,
        seed=seed,
        confidence=confidence,
        samples=samples,
        pdf=pdf,
    )


def _case_id(name: str) -> str:
    """Return a name that an identifier may have."""
    kept = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_") else "-" for letter in name)
    return kept.strip("-_")[:60] or "case"


def build(
    request: PackRequest,
    source: str | Path,
    *,
    root: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Built:
    """Compute a pack.

    Parameters
    ----------
    request
        What is asked for.
    source
        The plan's name or path: where it is read from.
    root
        The pack that the request comes from, where it is built again: scenario files lie in it.
    progress
        Told what is being done.

    Raises
    ------
    InputError
        If the plan cannot be read, or PDF is asked for and its extra is missing.
    ValidationError
        If a figure would stand without its proof class or source: our fault, and no pack is written.
    """
    tell = progress or (lambda _: None)
    path = find_plan(source)
    inputs, moved = _inputs(request, path, root)
    dossier = gather(
        _renamed(request, lambda name: str(_scenario(name, path, root)) if _is_path(name) else name), source, progress=progress
    )
    _forget_places(dossier, moved, {str(source), str(path)})
    tell("the report")
    pack = compose(dossier)
    files: dict[str, bytes] = dict(inputs)
    for case in dossier.cases:
        files |= _case_files(case, dossier)
    files["results.json"] = _text(print_document(_results(dossier, pack)))
    files["report.html"] = _text(render_html(pack))
    files["workbook.xlsx"] = write_workbook(pack, dossier.plan)
    for section in pack.sections:
        for block in section.blocks:
            if isinstance(block, Chart):
                files[f"charts/{block.id}.svg"] = _text(block.svg + "\n")
    if request.pdf:
        tell("PDF")
        files["report.pdf"] = render_pdf(render_html(pack, paper=True))
    manifest = _manifest(moved, dossier, pack, files)
    files[MANIFEST] = _text(print_document(manifest.model_dump(mode="json", by_alias=True)))
    files[SUMS] = sums(files)
    left_out = {
        **dossier.absent,
        **{f"robust dates of {case.id}": case.absent["robust"] for case in dossier.cases if case.absent},
    }
    return Built(pack, manifest, dict(sorted(files.items())), left_out)


def sums(files: Mapping[str, bytes]) -> bytes:
    """Return the hash of every file but itself, a line each, as ``sha256sum --check`` reads them."""
    lines = [f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in sorted(files.items()) if path != SUMS]
    return "".join(lines).encode()


def _text(text: str) -> bytes:
    return text.encode()


# -- inputs --------------------------------------------------------------------------------------------------------------


def _inputs(request: PackRequest, path: Path, root: Path | None) -> tuple[dict[str, bytes], PackRequest]:
    """Return the files that the plan is read from, and the request with scenario files by their place among them."""
    files: dict[str, bytes] = {}
    if path.is_file() and path.name == "plan.yaml":
        path = path.parent
    if path.is_dir():
        files |= _below(path, path)
    else:
        files[f"{INPUTS}/plan/{path.name}"] = path.read_bytes()
        for name in BESIDE:
            files |= _below(path.parent / name, path.parent)

    def moved(name: str) -> str:
        if not _is_path(name):
            return name
        found = _scenario(name, path, root)
        place = f"{INPUTS}/scenarios/{found.name}"
        content = found.read_bytes()
        if files.setdefault(place, content) != content:
            raise InputError([Located(f"two scenario files are called '{found.name}'; maybe rename one", file=name)])
        return place

    return files, _renamed(request, moved)


def _below(folder: Path, root: Path) -> dict[str, bytes]:
    """Return the files of a plan in a folder and below it."""
    found = {}
    for file in sorted(folder.rglob("*")) if folder.is_dir() else ():
        inside = file.relative_to(root)
        hidden = any(part[0] in ".~_" for part in inside.parts)
        if file.is_file() and not hidden and file.suffix.lower() in PLAN_FILES and file.stat().st_size <= LARGEST:
            found[f"{INPUTS}/plan/{inside.as_posix()}"] = file.read_bytes()
    return found


def _is_path(name: str) -> bool:
    return "/" in name or name.lower().endswith((".yaml", ".yml", ".json"))


def _scenario(name: str, path: Path, root: Path | None) -> Path:
    """Return a scenario file: of a pack that is built again, the one inside it."""
    return root / name if root is not None and name.startswith(f"{INPUTS}/") else find_scenario(name, path)


def _renamed(request: PackRequest, rename: Callable[[str], str]) -> PackRequest:
    """Return a request with every scenario under another name."""
    cases = tuple(
        case.model_copy(update={"scenarios": tuple(rename(name) for name in case.scenarios)}) for case in request.cases
    )
    return request.model_copy(update={"main": tuple(rename(name) for name in request.main), "cases": cases})


def _forget_places(dossier: Dossier, request: PackRequest, places: set[str]) -> None:
    """Speak of the plan by its name: where it lay on one machine is nobody's business, and differs on the next."""

    def plain(text: str) -> str:
        for place in sorted(places, key=len, reverse=True):
            text = text.replace(place, request.plan)
        return text

    dossier.request = request
    dossier.absent = {part: plain(reason) for part, reason in dossier.absent.items()}
    for case, asked in zip(dossier.cases, request.cases, strict=True):
        case.asked = asked
        case.fault = plain(case.fault) if case.fault else None
        case.absent = {part: plain(reason) for part, reason in case.absent.items()}


# -- outputs -------------------------------------------------------------------------------------------------------------


def plan_text(plan: Plan) -> str:
    """Return a plan with everything chosen, as one document that reads back to the same plan."""
    return print_document(plan.model_dump(mode="json", by_alias=True))


def certificate(document: Mapping[str, Any], plan: Plan, case: str) -> dict[str, Any]:
    """Return the argument behind a case's outcome, as lines to be followed by hand and as steps."""
    answer = verify_outcome(document, plan)
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


def _case_files(case: Case, dossier: Dossier) -> dict[str, bytes]:
    """Return the plan, the outcome and the argument of one case."""
    found: dict[str, bytes] = {}
    if case.plan is not None:
        found[f"{INPUTS}/plans/{case.id}.json"] = _text(plan_text(case.plan))
    if case.plan is not None and case.outcome is not None:
        document = solve_document(case.outcome, case.plan, dossier.milestones)
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
        "tables": {table.id: _table(section.id, table) for section, table in pack.tables()},
    }


def _table(section: str, table: Table) -> dict[str, Any]:
    dumped = table.model_dump(mode="json", by_alias=True)
    return {"section": section, **{key: dumped[key] for key in ("title", "proof", "source", "note", "columns", "rows")}}


def command(request: PackRequest) -> str:
    """Return the command line that asks for the same pack."""
    parts = ["optimiser", "evidence", request.plan, "-o", "PACK"]
    for name in request.main:
        parts += ["-s", name]
    parts += [part for name, value in request.settings.items() for part in ("--set", f"{name}={value}")]
    parts += [part for name, value in request.readings.items() for part in ("--reading", f"{name}={value}")]
    parts += [part for name in request.released for part in ("--release", name)]
    for case in request.cases[1:]:
        parts += ["--case", "+".join(case.scenarios)]
    if len(request.cases) == 1:
        parts.append("--no-cases")
    for name in request.milestones:
        parts += ["-m", name]
    parts += ["--seed", str(request.seed), "--confidence", f"{request.confidence:g}", "--samples", str(request.samples)]
    quoted = [f"'{part}'" if any(letter in part for letter in " ;&|$") else part for part in parts]
    return " ".join([*quoted, *(["--pdf"] if request.pdf else [])])


def _manifest(request: PackRequest, dossier: Dossier, pack: Pack, files: Mapping[str, bytes]) -> Manifest:
    return Manifest(
        plan=pack.plan,
        as_of=pack.as_of,
        command=command(request),
        request=request,
        seeds={"solver": request.seed, "simulation": request.seed + 7},
        versions=versions(),
        inputs_sha256={case.id: plan_sha256(case.plan) for case in dossier.cases if case.plan},
        proofs={case.id: dict(case.solved.proof) for case in dossier.cases if case.solved},
        files=tuple(
            ManifestFile(path=path, bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
            for path, content in sorted(files.items())
        ),
    )


def write(built: Built, folder: Path, *, force: bool = False) -> None:
    """Write a pack as a folder, whole or not at all.

    Parameters
    ----------
    folder
        Must not be there, or be empty; with ``force`` it may be a pack, which is replaced.

    Raises
    ------
    InputError
        If the folder is there already, or cannot be written.
    """
    obstacle(folder, force=force)
    draft = folder.parent / f".optimiser-{secrets.token_hex(8)}.partial"
    try:
        for path, content in built.files.items():
            target = draft / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        if folder.exists():
            shutil.rmtree(folder)
        draft.rename(folder)
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}"
        raise InputError([Located(message, file=str(folder))]) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def obstacle(folder: Path, *, force: bool) -> None:
    """Refuse a folder that a pack may not be written to.

    Raises
    ------
    InputError
        If it is there and is not empty, unless it is a pack that may be replaced; or if there is no folder to put it in.
    """
    if not folder.parent.is_dir():
        raise InputError([Located(f"there is no folder '{folder.parent}'; maybe create it first", file=str(folder))])
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not folder.is_dir():
        raise InputError([Located("is a file, expected the name of a folder for the pack", file=str(folder))])
    is_pack = (folder / MANIFEST).is_file() and _says_pack(folder / MANIFEST)
    if not is_pack:
        raise InputError([Located("is a folder with something else in it; maybe give another name", file=str(folder))])
    if not force:
        raise InputError([Located("holds a pack already; maybe replace it with --force", file=str(folder))])


def _says_pack(manifest: Path) -> bool:
    try:
        content = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and str(content.get("schema", "")).startswith("optimiser/pack/")
