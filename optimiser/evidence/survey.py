"""What lies in the folder of a pack: every entry is accounted for by its kind and size before a byte of it is read."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from models.pack import PackCheck
from optimiser.errors import InputError, Located
from optimiser.evidence.terminal.characters import legible

__all__ = ["LARGEST", "Survey", "survey"]

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
        """Yield what does not belong into a pack.

        Parameters
        ----------
        listed
            The files that are the pack's own.
        """
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
