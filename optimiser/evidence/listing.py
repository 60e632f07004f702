"""The two lists of a pack, each file's hash in one and its size beside it in the other, held against the files and each other."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping

from pydantic import ValidationError

from models.pack import Manifest, PackCheck
from optimiser.evidence.folder import MANIFEST, SUMS, sums

__all__ = ["hash_checks", "listed_hashes", "manifest_checks"]


def hash_checks(files: Mapping[str, bytes], unread: Collection[str]) -> Iterator[PackCheck]:
    """Hold every file against the list of hashes; where the manifest vouches for the files, it is the list that was changed."""
    listed = listed_hashes(files.get(SUMS))
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


def listed_hashes(content: bytes | None) -> dict[str, str] | None:
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


def manifest_checks(manifest: Manifest, files: Mapping[str, bytes], unread: Collection[str]) -> Iterator[PackCheck]:
    """Hold the manifest's own list against the files."""
    sound = listed_hashes(files.get(SUMS)) or {}
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


def _check(file: str, claim: str, found: str, *, holds: bool) -> PackCheck:
    return PackCheck(file=file, claim=claim, holds=holds, found=found)
