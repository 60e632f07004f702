"""A pack on the disk: a folder that appears whole or not at all, and never at the cost of somebody's files."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from models.pack import Manifest, Pack
from optimiser.errors import InputError, Located
from optimiser.reading.files import read_json

__all__ = ["MANIFEST", "SUMS", "Built", "obstacle", "sums", "write"]

MANIFEST: Final = "manifest.json"
SUMS: Final = "SHA256SUMS"


@dataclass(frozen=True)
class Built:
    """A pack in memory: its document and its files by path."""

    pack: Pack
    manifest: Manifest
    files: Mapping[str, bytes]
    left_out: Mapping[str, str]
    """Parts that are not in it, and why."""

    @property
    def sha256(self) -> str:
        """The hash of the list of hashes: what its author gives to whoever is to check the pack."""
        return hashlib.sha256(self.files[SUMS]).hexdigest()


def sums(files: Mapping[str, bytes]) -> bytes:
    """Return the hash of every file but itself, a line each, as ``sha256sum --check`` reads them."""
    lines = [f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in sorted(files.items()) if path != SUMS]
    return "".join(lines).encode()


def write(files: Mapping[str, bytes], folder: Path, *, force: bool = False, what: str = "pack") -> None:
    """Write a folder, whole or not at all.

    Parameters
    ----------
    files
        By their paths from the folder.
    folder
        Must not be there, or be empty; with ``force`` it may be a pack, which is replaced.
    what
        What the folder is: a ``pack`` or a ``plan``.

    Raises
    ------
    InputError
        If the folder is there already, or cannot be written.

    Notes
    -----
    The files are written beside the folder under a name of their own, and take its place in one step; a pack that is
    replaced is moved out of the way first. Whoever is cut short in between leaves a hidden ``.optimiser-*`` folder beside it,
    and either the old pack or the new one, never half of one.
    """
    obstacle(folder, force=force, what=what)
    place = _place(folder)
    token = secrets.token_hex(8)
    draft, old = place.parent / f".optimiser-{token}.partial", place.parent / f".optimiser-{token}.old"
    try:
        for path, content in files.items():
            target = draft / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        if place.exists() and any(place.iterdir()):
            place.rename(old)
            try:
                draft.rename(place)
            except OSError:
                old.rename(place)
                raise
        else:
            draft.rename(place)  # over an empty folder, where there is one
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}"
        raise InputError([Located(message, file=str(folder))]) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def obstacle(folder: Path, *, force: bool = False, what: str = "pack") -> None:
    """Refuse a folder that may not be written.

    Raises
    ------
    InputError
        If it is there and is not empty, unless it is a pack, and nothing else, that may be replaced; or if there is no folder to
        put it in.
    """
    try:
        message = _obstacle(_place(folder), force=force, what=what)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        message = f"cannot be {'looked at' if what == 'pack' else 'written'}: {reason}"
    if message:
        raise InputError([Located(message, file=str(folder))])


def _place(folder: Path) -> Path:
    return Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would write through a link


def _obstacle(place: Path, *, force: bool, what: str) -> str | None:
    """Return the reason why a folder cannot be written, None where there is none."""
    if not place.parent.is_dir():
        return f"there is no folder '{place.parent}'; maybe create it first"
    if place.is_symlink():
        return f"is a link, expected the name of a folder for the {what}"
    if place.exists() and not place.is_dir():
        return f"is a file, expected the name of a folder for the {what}"
    if place.is_dir() and any(place.iterdir()):
        return _held(place, force=force, what=what)
    able = os.access(place.parent, os.W_OK | os.X_OK)
    return None if able else f"the folder '{place.parent}' may not be written to"


def _held(place: Path, *, force: bool, what: str) -> str | None:
    """Return the reason why what a folder holds may not be replaced, None where it is a pack that may."""
    listed = _listed(place / MANIFEST) if what == "pack" else None
    if listed is None:
        return "is a folder with something in it; maybe give another name"
    if not force:
        return "holds a pack already; maybe replace it with --force"
    strange = sorted(
        path for found in place.rglob("*") if not found.is_dir() and (path := found.relative_to(place).as_posix()) not in listed
    )
    if not strange:
        return None
    more = f" and {len(strange) - 1} more" if len(strange) > 1 else ""
    return f"holds '{strange[0]}'{more}, which the pack did not write and --force would delete; maybe move it away"


def _listed(manifest: Path) -> set[str] | None:
    """Return the files that a pack says it holds, None where the manifest is none."""
    try:
        content: Any = read_json(manifest, str(manifest), "a manifest")
        if not str(content["schema"]).startswith("optimiser/pack/"):
            return None
        return {MANIFEST, SUMS, *(str(entry["path"]) for entry in content["files"])}
    except (InputError, KeyError, TypeError):
        return None
