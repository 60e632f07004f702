"""A pack made once more from the inputs inside it, and where it comes out otherwise.

Either everything is found anew, or all but what samples and CP-SAT tell.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from models.pack import Manifest, PackCheck
from optimiser.errors import OptimiserError
from optimiser.evidence.across import held_across
from optimiser.evidence.answers import ANSWERS, Answers, BrokenAnswerError
from optimiser.evidence.carried import CHAIN
from optimiser.evidence.folder import MANIFEST, SUMS, Built
from optimiser.evidence.inputs import INPUTS, plan_inside
from optimiser.evidence.pack import Witnessed, build
from optimiser.evidence.since import SINCE
from optimiser.evidence.survey import pack_check
from optimiser.explain.stored import differing
from optimiser.reading.files import json_value
from optimiser.reading.sheets import BROKEN_ZIP

__all__ = ["derive", "rebuild"]

MOST_DIFFERENCES = 5
"""Places of one file at which it is said what differs."""

MOST_UNFOLDED = 200_000_000
"""Bytes of all parts of a workbook together."""

UNREADABLE = (*BROKEN_ZIP, OSError)
"""What a file that is no workbook, or a damaged one, brings about."""

PAPER = ("brief.pdf", "report.pdf")
"""The report as it is printed: only who sets it again can compare it."""

GIVEN = (f"{INPUTS}/plan/", f"{INPUTS}/scenarios/", f"{SINCE}/", f"{CHAIN}/")
"""Where a pack keeps what everything else is derived from."""

Progress = Callable[[str], None] | None


def rebuild(folder: Path, manifest: Manifest, files: Mapping[str, bytes], progress: Progress) -> Iterator[PackCheck]:
    """Build the pack from the inputs inside it, samples, CP-SAT and all, and say what differs by so much as a byte."""
    try:
        built = build(manifest.request, plan_inside(folder / INPUTS / "plan"), root=folder, progress=progress)
    except OptimiserError as error:
        yield pack_check(f"{INPUTS}/plan", "can be built again", str(error), holds=False)
        return
    differing = [path for path in sorted(set(files) | set(built.files)) if files.get(path) != built.files.get(path)]
    for path in differing:
        yield pack_check(path, "comes out the same when built again", _difference(path, files, built.files), holds=False)
    if not differing:
        yield pack_check(MANIFEST, "every file comes out the same when built again", f"{len(files)} files", holds=True)


def derive(
    folder: Path, manifest: Manifest, files: Mapping[str, bytes], progress: Progress, *, across: bool = False
) -> tuple[list[PackCheck], dict[str, list[str]]]:
    """Derive the pack from the inputs inside it and from what it holds of samples and of CP-SAT, and compare the contents.

    Whatever versions its manifest names, what is compared is what it says.

    Parameters
    ----------
    across
        Whether another version of this tool made it: then figures that both have are compared, and the rest is listed by name.

    Returns
    -------
    tuple
        Claims with what was found; and file to what was not derived of it, for whatever was not.
    """
    answers = Answers(stored=files, across=across)
    try:
        built = build(
            manifest.request,
            plan_inside(folder / INPUTS / "plan"),
            root=folder,
            checked=Witnessed(answers, manifest.versions),
            progress=progress,
        )
    except (BrokenAnswerError, OptimiserError) as error:
        if across:
            said = f"nothing of it, as another version made the pack and this one cannot follow it: {error}"
            return [], {path: [said] for path in files if path != SUMS}
        if isinstance(error, OptimiserError):
            return [pack_check(f"{INPUTS}/plan", "gives the pack when it is derived again", str(error), holds=False)], {}
        return [pack_check(error.file, "says what the rest can be derived from", str(error), holds=False)], {}
    except Exception as error:  # noqa: BLE001 - whatever stands in a forged answer, the pack does not hold, and checking goes on
        found = f"{type(error).__name__}: {error}"
        return [pack_check(f"{INPUTS}/plan", "gives the pack when it is derived again", found, holds=False)], {}
    left: dict[str, list[str]] | None = {} if across else None
    checks = list(_compared(manifest, files, built, answers, left))
    given = [path for path in files if path.startswith(GIVEN)]
    not_derived = {path: list(said) for path, said in sorted(answers.taken.items())}
    for path, apart in (left or {}).items():
        not_derived[path] = [*not_derived.get(path, ()), *apart]
    if given:
        not_derived[INPUTS] = ["what everything is derived from; it is held against no source here"]
    not_derived |= {path: ["how the page is set in print"] for path in PAPER if path in files}
    not_derived[MANIFEST] = ["the versions it was made with, which excuse nothing"]
    return checks, not_derived


def _compared(
    manifest: Manifest, files: Mapping[str, bytes], built: Built, answers: Answers, left: dict[str, list[str]] | None
) -> Iterator[PackCheck]:
    """Hold every file that was derived against the pack's own.

    Of a pack that another version made, ``left`` is given what was not compared of each file; None of one that this version made.
    """
    for path in sorted(set(files) | set(built.files)):
        if path in (MANIFEST, SUMS, *PAPER) or path.startswith(GIVEN):
            continue
        if files.get(path) == built.files.get(path) or _same_book(path, files.get(path), built.files.get(path)):
            if not path.startswith(f"{ANSWERS}/") or path not in answers.taken:
                found = "to the letter" if path not in answers.taken else f"but for {'; '.join(answers.taken[path])}"
                yield pack_check(path, "says what is derived again", found, holds=True)
            continue
        if left is None:
            yield pack_check(path, "says what is derived again", _difference(path, files, built.files), holds=False)
        elif path not in answers.taken or not path.startswith(f"{ANSWERS}/"):
            held = held_across(path, files, built.files, manifest.request.cases[0].id)
            if held.left:
                left[path] = list(held.left)
            found = "; ".join(held.wrong[:MOST_DIFFERENCES]) or "what both versions have"
            if path in files:
                yield pack_check(path, "agrees with what is derived again", found, holds=not held.wrong)
    apart = {"files"} if left is None else {"files", "command", "inputs_sha256"}
    ours, again = (held.model_dump(mode="json", exclude=apart) for held in (manifest, built.manifest))
    wrong = list(differing(ours, again))
    found = "; ".join(wrong[:MOST_DIFFERENCES]) or "request, seeds, hashes of plans, proof classes"
    yield pack_check(MANIFEST, "names what is derived again", found, holds=not wrong)


def _same_book(path: str, ours: bytes | None, again: bytes | None) -> bool:
    """Return whether two workbooks hold the same, however tightly each is packed."""
    if not path.endswith(".xlsx") or ours is None or again is None:
        return False
    try:
        return _members(ours) == _members(again)
    except UNREADABLE:
        return False


def _book_difference(ours: bytes, again: bytes) -> str:
    """Say which parts of a workbook differ."""
    try:
        held, made = dict(_members(ours)), dict(_members(again))
    except UNREADABLE:
        return "is no workbook"
    wrong = [name for name in sorted({*held, *made}) if held.get(name) != made.get(name)]
    return f"in {', '.join(wrong[:MOST_DIFFERENCES])}" if wrong else "in the order of its parts"


def _members(book: bytes) -> list[tuple[str, bytes]]:
    """Return the parts of a workbook; of one that would unfold to much more than it is, none is read.

    Raises
    ------
    ValueError
        If it would.
    """
    with zipfile.ZipFile(io.BytesIO(book)) as held:
        if sum(item.file_size for item in held.infolist()) > MOST_UNFOLDED:
            message = "unfolds to more than a workbook of a pack holds"
            raise ValueError(message)
        parts = [(item.filename, held.read(item)) for item in held.infolist()]
        beside = (held.comment, *(text for item in held.infolist() for text in (item.comment, item.extra)))
        return [*parts, *(("what is written beside its parts", text) for text in beside if text)]


def _difference(path: str, ours: Mapping[str, bytes], again: Mapping[str, bytes]) -> str:
    """Say what differs in one file."""
    if path not in again:
        return "is not made any more"
    if path not in ours:
        return "is missing from the pack"
    if path.endswith(".json"):
        try:
            found = list(differing(json_value(ours[path]), json_value(again[path])))
        except ValueError:
            return "is no JSON"
        more = f" and {len(found) - MOST_DIFFERENCES} more" if len(found) > MOST_DIFFERENCES else ""
        return "; ".join(found[:MOST_DIFFERENCES]) + more or "only its spelling"
    if path.endswith(".xlsx"):
        return _book_difference(ours[path], again[path])
    place = next(
        (place for place, (mine, other) in enumerate(zip(ours[path], again[path], strict=False)) if mine != other),
        min(len(ours[path]), len(again[path])),
    )
    return f"from byte {place + 1} on"
