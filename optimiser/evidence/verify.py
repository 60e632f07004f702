"""A pack put to the test: every hash, every schedule and argument without a solver, and, where asked, everything again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from models.pack import Manifest, PackCheck, PackVerification
from models.plan import Plan
from optimiser.errors import InputError, Located, OptimiserError
from optimiser.evidence.documents import print_document
from optimiser.evidence.folder import MANIFEST, SUMS
from optimiser.evidence.inputs import INPUTS
from optimiser.evidence.pack import build, certificate, sums
from optimiser.evidence.restore import check_report
from optimiser.evidence.survey import survey
from optimiser.explain import verify_outcome
from optimiser.reading.files import json_value
from optimiser.solve.fingerprint import plan_sha256

__all__ = ["is_pack", "verify_pack"]

_BY_HASH = (
    "simulations, explanations and checks of the papers were held against hashes alone; --rerun computes them again. Hashes show "
    "that the files belong together, not who wrote them: compare the pack's own hash with its author's"
)

MOST_DIFFERENCES = 5
"""Places of one file at which a rerun says what differs."""


def is_pack(folder: Path) -> bool:
    """Return whether a path is a folder that says it is a pack."""
    return folder.is_dir() and ((folder / MANIFEST).exists() or (folder / SUMS).exists())


def verify_pack(folder: Path, *, rerun: bool = False, progress: Callable[[str], None] | None = None) -> PackVerification:
    """Check a pack.

    Parameters
    ----------
    folder
        The pack.
    rerun
        Whether to build it again from the inputs inside it, with the solver, and compare every byte.
    progress
        Told what is being done.

    Returns
    -------
    PackVerification
        Every claim with what was found, each naming its file.

    Raises
    ------
    InputError
        If the folder is no pack.
    """
    tell = progress or (lambda _: None)
    if not is_pack(folder):
        message = f"expected a folder with {MANIFEST} and {SUMS}; maybe this is one outcome, a .json file"
        raise InputError([Located(message, file=str(folder))])
    there = survey(folder)
    lists = there.read((MANIFEST, SUMS), {})
    checks: list[PackCheck] = []
    manifest = _manifest(lists, checks)
    listed = {MANIFEST, SUMS, *(_lines(lists.get(SUMS)) or ()), *(entry.path for entry in (manifest.files if manifest else ()))}
    files = there.read(listed, lists)
    tell("hashes")
    checks = [*there.checks(listed), *_hashes(files, there.unread), *checks]
    notes: list[str] = []
    if manifest is not None:
        tell("listing")
        checks += _listing(manifest, files, there.unread)
        for case in manifest.request.cases:
            tell(f"case {case.id}")
            checks += _case(case.id, manifest, files)
        checks += _results(manifest, files)
        tell("report")
        found, notes = check_report(manifest, files)
        checks += found
        if not rerun:
            notes.append(_BY_HASH)
        if rerun:
            tell("building the pack again")
            checks += _again(folder, manifest, files, progress)
    return PackVerification(
        plan=manifest.plan if manifest else None,
        files=len(files),
        rerun=rerun,
        sha256=hashlib.sha256(files.get(SUMS, b"")).hexdigest(),
        checks=tuple(checks),
        notes=tuple(notes),
    )


def _check(file: str, claim: str, found: str, *, holds: bool) -> PackCheck:
    return PackCheck(file=file, claim=claim, holds=holds, found=found)


def _hashes(files: Mapping[str, bytes], unread: Collection[str]) -> Iterator[PackCheck]:
    """Hold every file against the list of hashes; where the manifest vouches for the files, it is the list that was changed."""
    listed = _lines(files.get(SUMS))
    if listed is None:
        yield _check(SUMS, "lists the hash of every file", "is missing or not a list of hashes", holds=False)
        return
    vouched = _vouched(files)
    wrong: list[PackCheck] = []
    for path, expected in sorted(listed.items()):
        content = files.get(path)
        if path in unread:
            continue
        if content is None:
            wrong.append(_check(path, "is in the pack", "is missing", holds=False))
        elif hashlib.sha256(content).hexdigest() != expected and path not in vouched:
            wrong.append(_check(path, f"has the hash that {SUMS} gives", "its bytes have been changed", holds=False))
    wrong += [
        _check(path, "belongs to the pack", f"is not listed in {SUMS}", holds=False)
        for path in sorted(set(files) - set(listed) - {SUMS} - vouched)
    ]
    yield from wrong
    # The manifest's own hash stands in the list alone: where the two differ, either may have been changed.
    blamed = {check.file for check in wrong}
    if sums(files) != files[SUMS] and blamed <= ({MANIFEST} | (set(listed) - set(files))):
        yield _check(SUMS, "is the list that these files have", "has been changed, or the files beside it", holds=False)
    elif not wrong:
        yield _check(SUMS, "every file has the hash listed", f"{len(listed)} files", holds=True)


def _vouched(files: Mapping[str, bytes]) -> set[str]:
    """Return the files that are as the manifest lists them; none where there is no manifest that can be read."""
    try:
        manifest = Manifest.model_validate_json(files.get(MANIFEST, b""))
    except ValidationError:
        return set()
    return {
        entry.path
        for entry in manifest.files
        if entry.path in files and hashlib.sha256(files[entry.path]).hexdigest() == entry.sha256
    }


def _lines(content: bytes | None) -> dict[str, str] | None:
    """Return path to hash, None where the list is not one."""
    if content is None:
        return None
    found: dict[str, str] = {}
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    for line in text.splitlines():
        digest, gap, path = line.partition("  ")
        if not gap or len(digest) != 64 or not path:
            return None
        found[path] = digest
    return found


def _manifest(files: Mapping[str, bytes], checks: list[PackCheck]) -> Manifest | None:
    try:
        return Manifest.model_validate_json(files.get(MANIFEST, b""))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        checks.append(_check(MANIFEST, "is a manifest", f"{place}: {first['msg']}".strip(": "), holds=False))
        return None


def _listing(manifest: Manifest, files: Mapping[str, bytes], unread: Collection[str]) -> Iterator[PackCheck]:
    """Hold the manifest's own list against the files."""
    sound = _lines(files.get(SUMS)) or {}
    wrong = 0
    for entry in manifest.files:
        content = files.get(entry.path)
        if entry.path in unread:
            wrong += 1
        elif content is not None and hashlib.sha256(content).hexdigest() == sound.get(entry.path) != entry.sha256:
            wrong += 1
            yield _check(MANIFEST, f"lists {entry.path} as it is", f"gives another hash than {SUMS} and the file", holds=False)
        elif content is None or len(content) != entry.bytes or hashlib.sha256(content).hexdigest() != entry.sha256:
            wrong += 1
            yield _check(entry.path, f"is as {MANIFEST} lists it", "is missing" if content is None else "differs", holds=False)
    unlisted = set(files) - {entry.path for entry in manifest.files} - {MANIFEST, SUMS}
    for path in sorted(unlisted):
        wrong += 1
        yield _check(path, f"is listed in {MANIFEST}", "is not", holds=False)
    if not wrong:
        yield _check(MANIFEST, "lists every file as it is", f"{len(manifest.files)} files", holds=True)


def _case(case: str, manifest: Manifest, files: Mapping[str, bytes]) -> Iterator[PackCheck]:
    """Judge one case: its plan, its outcome, its argument."""
    where = f"{INPUTS}/plans/{case}.json"
    if where not in files:
        if case in manifest.inputs_sha256:
            yield _check(where, "is in the pack", "is missing", holds=False)
        return
    try:
        plan = Plan.model_validate_json(files[where])
    except ValidationError as error:
        yield _check(where, "is a plan", str(error.errors(include_url=False)[0]["msg"]), holds=False)
        return
    expected = manifest.inputs_sha256.get(case)
    same = plan_sha256(plan) == expected
    yield _check(where, "is the plan that the manifest names", "the same hash" if same else "another plan", holds=same)
    outcome = f"outcomes/{case}.json"
    if outcome not in files:
        if case in manifest.proofs:
            yield _check(outcome, "is in the pack", "is missing", holds=False)
        return
    try:
        document = json_value(files[outcome])
        answer = verify_outcome(document, plan)
        argument = certificate(document, plan, case)
    except (ValueError, TypeError, KeyError, OptimiserError) as error:
        yield _check(outcome, "is an outcome", str(error) or type(error).__name__, holds=False)
        return
    for check in answer.checks:
        yield _check(outcome, check.claim, check.found, holds=check.holds)
    stated = manifest.proofs.get(case)
    if stated is not None:
        found = {name: entry["proof"] for name, entry in document["milestones"].items()}
        yield _check(outcome, "has the proof classes that the manifest names", str(found), holds=found == stated)
    certified = f"certificates/{case}.json"
    same = files.get(certified) == print_document(argument).encode()
    yield _check(certified, "is the argument of the outcome", "line by line" if same else "differs", holds=same)


def _results(manifest: Manifest, files: Mapping[str, bytes]) -> Iterator[PackCheck]:
    """Hold the dates in the results against the outcomes."""
    try:
        cases = json_value(files["results.json"])["cases"]
        for case in manifest.request.cases:
            document = json_value(files[f"outcomes/{case.id}.json"]) if f"outcomes/{case.id}.json" in files else None
            if document is None:
                continue
            dates = {name: entry["date"] for name, entry in document["milestones"].items() if entry["date"]}
            same = cases[case.id]["dates"] == dates
            yield _check("results.json", f"has the dates of case {case.id}", str(dates) if same else "other dates", holds=same)
    except (ValueError, KeyError, TypeError, AttributeError):
        yield _check("results.json", "holds the dates of every case", "is not as a pack writes it", holds=False)


# -- everything again ------------------------------------------------------------------------------------------------------


def _again(
    folder: Path, manifest: Manifest, files: Mapping[str, bytes], progress: Callable[[str], None] | None
) -> Iterator[PackCheck]:
    """Build the pack from the inputs inside it, and say what differs."""
    inside = folder / INPUTS / "plan"
    single = [path for path in sorted(inside.iterdir()) if path.is_file()] if inside.is_dir() else []
    source = inside if (inside / "plan.yaml").is_file() else single[0] if len(single) == 1 else None
    if source is None:
        yield _check(f"{INPUTS}/plan", "holds the plan", "no plan to build from", holds=False)
        return
    try:
        built = build(manifest.request, source, root=folder, progress=progress)
    except OptimiserError as error:
        yield _check(f"{INPUTS}/plan", "can be built again", str(error), holds=False)
        return
    differing = [path for path in sorted(set(files) | set(built.files)) if files.get(path) != built.files.get(path)]
    for path in differing:
        yield _check(path, "comes out the same when built again", _difference(path, files, built.files), holds=False)
    if not differing:
        yield _check(MANIFEST, "every file comes out the same when built again", f"{len(files)} files", holds=True)


def _difference(path: str, ours: Mapping[str, bytes], again: Mapping[str, bytes]) -> str:
    """Say what differs in one file."""
    if path not in again:
        return "is not made any more"
    if path not in ours:
        return "is missing from the pack"
    if path.endswith(".json"):
        try:
            found = list(_places(json_value(ours[path]), json_value(again[path]), ""))
        except ValueError:
            return "is no JSON"
        more = f" and {len(found) - MOST_DIFFERENCES} more" if len(found) > MOST_DIFFERENCES else ""
        return "; ".join(found[:MOST_DIFFERENCES]) + more or "only its spelling"
    place = next(
        (place for place, (mine, other) in enumerate(zip(ours[path], again[path], strict=False)) if mine != other),
        min(len(ours[path]), len(again[path])),
    )
    return f"from byte {place + 1} on"


def _places(mine: Any, other: Any, path: str) -> Iterator[str]:
    """Yield where two documents differ, and how."""
    if isinstance(mine, dict) and isinstance(other, dict):
        for key in sorted({*mine, *other}):
            yield from _places(mine.get(key), other.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(mine, list) and isinstance(other, list) and len(mine) == len(other):
        for place, (left, right) in enumerate(zip(mine, other, strict=True)):
            yield from _places(left, right, f"{path}[{place}]")
    elif mine != other:
        yield f"{path}: {str(mine)[:60]} became {str(other)[:60]}"
