"""What lies in the folder of a pack: each entry by kind and size, and the two lists that name every file and its hash."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from pydantic import ValidationError

from models.pack import Manifest, PackCheck
from optimiser.errors import InputError, Located
from optimiser.evidence.folder import MANIFEST, SUMS, sums
from optimiser.evidence.terminal.characters import legible

__all__ = ["LARGEST", "Survey", "hash_checks", "listed_hashes", "manifest_checks", "pack_check", "survey"]


LARGEST: Final = 100_000_000
"""Bytes of one file of a pack above which it is not read."""

MOST_BYTES: Final = 500_000_000
"""Bytes of all files of a pack together above which no more are read."""


@dataclass
class Survey:
    """The entries of a folder.

    Attributes
    ----------
    sizes
        Regular files by path, with their bytes.
    folders
        Folders below the top.
    strange
        What is neither, with what it is.
    unread
        Files too large to be read.
    """

    folder: Path
    sizes: dict[str, int] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    strange: dict[str, str] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)

    def read(self, wanted: Collection[str], held: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return the content of the files wanted that are there and not too large, beside what is held already.

        Raises
        ------
        InputError
            If one cannot be read.
        """
        found, left = dict(held), MOST_BYTES - sum(map(len, held.values()))
        for path in sorted(set(wanted) - set(held)):
            size = self.sizes.get(path)
            if size is None:
                continue
            if size > min(LARGEST, left):
                self.unread.add(path)
                continue
            try:
                found[path] = (self.folder / path).read_bytes()
            except OSError as error:
                raise InputError(
                    [Located(f"cannot be read: {error.strerror or error}", file=str(self.folder / path))]
                ) from None
            left -= size
        return found

    def checks(self, listed: Collection[str]) -> Iterator[PackCheck]:
        """Yield what does not belong into a pack."""
        claim = "belongs to the pack"
        for path, what in sorted(self.strange.items()):
            yield _wrong(path, claim, what)
        for path in sorted(set(self.sizes) - set(listed)):
            yield _wrong(path, claim, "is listed nowhere")
        needed = {str(parent) for path in listed for parent in PurePosixPath(path).parents}
        for path in sorted(set(self.folders) - needed):
            yield _wrong(path, claim, "is a folder that holds no file of it")
        for path in sorted(self.unread):
            yield _wrong(path, "is no larger than a file of a pack", f"has {self.sizes[path]:,} bytes: not read")
        spelled: dict[str, str] = {}
        for path in sorted({*self.sizes, *self.folders, *self.strange}):
            other = spelled.setdefault(unicodedata.normalize("NFC", path).casefold(), path)
            if other != path:
                yield _wrong(path, "is one file on every machine", f"is spelled as '{legible(other)}' but for its letters")


def _wrong(path: str, claim: str, found: str) -> PackCheck:
    return PackCheck(file=legible(path), claim=claim, holds=False, found=found)


_KINDS: Final = ((stat.S_ISLNK, "a link"), (stat.S_ISSOCK, "a socket"), (stat.S_ISFIFO, "a pipe"))


def survey(folder: Path) -> Survey:
    """Look at every entry below a folder; no link is followed.

    Raises
    ------
    InputError
        If a folder cannot be listed.
    """
    found = Survey(folder)
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        try:
            with os.scandir(folder / inside) as entries:
                for entry in entries:
                    path, status = f"{inside}{entry.name}", entry.stat(follow_symlinks=False)
                    if stat.S_ISDIR(status.st_mode):
                        found.folders.append(path)
                        waiting.append(f"{path}/")
                    elif stat.S_ISREG(status.st_mode):
                        found.sizes[path] = status.st_size
                    else:
                        kind = next((name for is_kind, name in _KINDS if is_kind(status.st_mode)), "a device")
                        found.strange[path] = f"is {kind}, and no file"
        except OSError as error:
            raise InputError([Located(f"cannot be read: {error.strerror or error}", file=str(folder / inside))]) from None
    return found


def hash_checks(files: Mapping[str, bytes], unread: Collection[str]) -> Iterator[PackCheck]:
    """Hold every file against the list of hashes; where the manifest vouches for the files, it is the list that was changed."""
    listed = listed_hashes(files.get(SUMS))
    if listed is None:
        yield pack_check(SUMS, "lists the hash of every file", "is missing or not a list of hashes", holds=False)
        return
    vouched = _vouched(files)
    wrong: list[PackCheck] = []
    for path, expected in sorted(listed.items()):
        content = files.get(path)
        if path in unread:
            continue
        if content is None:
            wrong.append(pack_check(path, "is in the pack", "is missing", holds=False))
        elif hashlib.sha256(content).hexdigest() != expected and path not in vouched:
            wrong.append(pack_check(path, f"has the hash that {SUMS} gives", "its bytes have been changed", holds=False))
    wrong += [
        pack_check(path, "belongs to the pack", f"is not listed in {SUMS}", holds=False)
        for path in sorted(set(files) - set(listed) - {SUMS} - vouched)
    ]
    yield from wrong
    # The manifest's own hash stands in the list alone: where the two differ, either may have been changed.
    blamed = {check.file for check in wrong}
    if sums(files) != files[SUMS] and blamed <= ({MANIFEST} | (set(listed) - set(files))):
        yield pack_check(SUMS, "is the list that these files have", "has been changed, or the files beside it", holds=False)
    elif not wrong:
        yield pack_check(SUMS, "every file has the hash listed", f"{len(listed)} files", holds=True)


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
            yield pack_check(
                MANIFEST, f"lists {entry.path} as it is", f"gives another hash than {SUMS} and the file", holds=False
            )
        elif content is None or len(content) != entry.bytes or hashlib.sha256(content).hexdigest() != entry.sha256:
            wrong += 1
            yield pack_check(
                entry.path, f"is as {MANIFEST} lists it", "is missing" if content is None else "differs", holds=False
            )
    unlisted = set(files) - {entry.path for entry in manifest.files} - {MANIFEST, SUMS}
    for path in sorted(unlisted):
        wrong += 1
        yield pack_check(path, f"is listed in {MANIFEST}", "is not", holds=False)
    if not wrong:
        yield pack_check(MANIFEST, "lists every file as it is", f"{len(manifest.files)} files", holds=True)


def pack_check(file: str, claim: str, found: str, *, holds: bool) -> PackCheck:
    """Return one claim on a file of a pack, and what was found."""
    return PackCheck(file=file, claim=claim, holds=holds, found=found)
