"""A pack put to the test: hashes, schedules and arguments, and every content that can be derived again without samples or CP-SAT.

What a pack says is held against what its inputs give, by our own hand and whatever versions it names. What only samples or
CP-SAT tell is held against hashes alone, unless everything is built again, and is listed as such.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from models.pack import Manifest, PackCheck, PackVerification
from models.plan import Plan
from optimiser.errors import InputError, Located, OptimiserError
from optimiser.evidence.derivation import derive, rebuild
from optimiser.evidence.folder import MANIFEST, SUMS
from optimiser.evidence.inputs import INPUTS
from optimiser.evidence.sections.closing import versions
from optimiser.evidence.signature import signature_beside, signature_check
from optimiser.evidence.simulated import simulation_checks, trend_checks
from optimiser.evidence.survey import hash_checks, listed_hashes, manifest_checks, pack_check, survey
from optimiser.explain import verify_outcome
from optimiser.explain.certificate import FINGERPRINT
from optimiser.reading.files import json_value
from optimiser.solve.fingerprint import plan_sha256

__all__ = ["is_pack", "verify_pack"]

_AUTHOR = (
    "hashes show that the files belong together, not who wrote them: compare the pack's own hash with its author's, or check "
    "its signature"
)


_ACROSS = (
    "another version of this tool made this pack, or says so: figures that both versions have were compared, and what only one of them "
    "has or words so is listed; maybe check it with that version"
)

_SPELT = "the hash of its plan, which that version spells otherwise"


def is_pack(folder: Path) -> bool:
    """Return whether a path is a folder that says it is a pack."""
    return folder.is_dir() and ((folder / MANIFEST).exists() or (folder / SUMS).exists())


def verify_pack(
    folder: Path, *, rerun: bool = False, signers: Path | None = None, progress: Callable[[str], None] | None = None
) -> PackVerification:
    """Check a pack.

    Parameters
    ----------
    rerun
        Whether to build it again from the inputs inside it, with samples and solver, and compare every byte.
    signers
        A file of allowed signers, of whom one must have signed the pack; no signature is asked for where None.

    Returns
    -------
    PackVerification
        Every claim with what was found, each naming its file; and what was not derived again.

    Raises
    ------
    InputError
        If the folder is no pack, or signatures cannot be checked.
    """
    tell = progress or (lambda _: None)
    if not is_pack(folder):
        message = f"expected a folder with {MANIFEST} and {SUMS}; maybe this is one outcome, a .json file"
        raise InputError([Located(message, file=str(folder))])
    there = survey(folder)
    lists = there.read((MANIFEST, SUMS), {})
    checks: list[PackCheck] = []
    manifest = _manifest(lists, checks)
    listed = {
        MANIFEST,
        SUMS,
        *(listed_hashes(lists.get(SUMS)) or ()),
        *(entry.path for entry in (manifest.files if manifest else ())),
    }
    files = there.read(listed, lists)
    tell("hashes")
    checks = [*there.checks(listed), *hash_checks(files, there.unread), *checks]
    not_derived: dict[str, list[str]] = {}
    notes: list[str] = []
    if manifest is not None:
        tell("listing")
        checks += manifest_checks(manifest, files, there.unread)
        as_listed = all(check.holds for check in checks)
        across = manifest.versions.get("source") != versions()["source"] and not rerun
        spelt: dict[str, list[str]] = {}
        for case in manifest.request.cases:
            tell(f"case {case.id}")
            checks += _case(case.id, manifest, files, spelt if across else None)
            checks += simulation_checks(case.id, manifest.request, files)
        checks += trend_checks(manifest.request, files)
        if rerun:
            tell("building the pack again")
            checks += rebuild(folder, manifest, files, progress)
        elif not as_listed:
            notes.append("nothing was derived again, as the files are not those that the pack lists")
        else:
            tell("deriving the pack again")
            found, not_derived = derive(folder, manifest, files, progress, across=across)
            checks += found
            not_derived |= {path: [*not_derived.get(path, ()), *said] for path, said in spelt.items()}
            if across:
                notes.append(_ACROSS)
            notes += [] if signers is not None else [_AUTHOR]
        notes += _other_versions(manifest, holds=all(check.holds for check in checks))
    if signers is not None:
        checks.append(signature_check(folder, files.get(SUMS), signers))
    elif signature_beside(folder).is_file():
        notes.append(f"{signature_beside(folder).name} was not looked at: maybe say whose signature it is to be with --signers")
    return PackVerification(
        plan=manifest.plan if manifest else None,
        files=len(files),
        rerun=rerun,
        sha256=hashlib.sha256(files.get(SUMS, b"")).hexdigest(),
        checks=tuple(checks),
        notes=tuple(notes),
        not_derived={path: tuple(said) for path, said in not_derived.items()},
    )


def _other_versions(manifest: Manifest, *, holds: bool) -> Iterator[str]:
    """Yield the versions that the pack names and that are not installed: a possible reason, and no excuse."""
    ours = versions()
    other = [f"{name} {said}" for name, said in manifest.versions.items() if said != ours.get(name)]
    if other and not holds:
        yield f"the pack says that it was made with {', '.join(other)}; maybe check it with these, if that is why it differs"


def _manifest(files: Mapping[str, bytes], checks: list[PackCheck]) -> Manifest | None:
    try:
        return Manifest.model_validate_json(files.get(MANIFEST, b""))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        checks.append(pack_check(MANIFEST, "is a manifest", f"{place}: {first['msg']}".strip(": "), holds=False))
        return None


def _case(case: str, manifest: Manifest, files: Mapping[str, bytes], spelt: dict[str, list[str]] | None) -> Iterator[PackCheck]:
    """Judge one case: its plan, and its outcome by the meaning of every rule and line by line.

    ``spelt`` is given what another version may spell otherwise, and so is not judged: the hash of a plan. None where this one made
    the pack.
    """
    where = f"{INPUTS}/plans/{case}.json"
    if where not in files:
        if case in manifest.inputs_sha256:
            yield pack_check(where, "is in the pack", "is missing", holds=False)
        return
    try:
        plan = Plan.model_validate_json(files[where])
    except ValidationError as error:
        yield pack_check(where, "is a plan", str(error.errors(include_url=False)[0]["msg"]), holds=False)
        return
    expected = manifest.inputs_sha256.get(case)
    same = plan_sha256(plan) == expected
    if same or spelt is None:
        yield pack_check(where, "is the plan that the manifest names", "the same hash" if same else "another plan", holds=same)
    else:
        spelt[where] = [_SPELT]
    outcome = f"outcomes/{case}.json"
    if outcome not in files:
        if case in manifest.proofs:
            yield pack_check(outcome, "is in the pack", "is missing", holds=False)
        return
    try:
        document = json_value(files[outcome])
        answer = verify_outcome(document, plan, figures=False)
    except (ValueError, TypeError, KeyError, OptimiserError) as error:
        yield pack_check(outcome, "is an outcome", str(error) or type(error).__name__, holds=False)
        return
    for check in answer.checks:
        if check.claim == FINGERPRINT and not check.holds and spelt is not None and where in spelt:
            spelt[outcome] = [_SPELT]
        else:
            yield pack_check(outcome, check.claim, check.found, holds=check.holds)
    stated = manifest.proofs.get(case)
    if stated is not None:
        found = {name: entry["proof"] for name, entry in document["milestones"].items()}
        yield pack_check(outcome, "has the proof classes that the manifest names", str(found), holds=found == stated)
