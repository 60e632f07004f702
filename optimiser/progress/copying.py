"""The files of a plan as they go into the next update's folder: every one of them as it is, byte for byte."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from optimiser.errors import InputError, Located
from optimiser.reading.files import LARGEST_DOCUMENT, read_content
from optimiser.reading.folder import PLAN_FILE
from optimiser.reading.packaged import BENCHMARKS, PLANNERS, TABLES
from optimiser.reading.update_part import UPDATE_FILE

__all__ = ["Copied", "copied_files"]

_MOST_FILES: Final = 5_000
_MOST_BYTES: Final = 500_000_000
_PACK: Final = "manifest.json"
_BESIDE: Final = ("scenarios", "risk", "grids")
"""Folders that go with a plan that is a single file."""

Copied = tuple[dict[str, bytes], list[str]]
"""Files by their paths from the folder, and what was left where it is."""


def copied_files(path: Path) -> Copied:
    """Return the files of a plan without its ``update.yaml``.

    Left where they are: hidden files, links to folders, folders that are a plan, an update or a pack of their own.

    Parameters
    ----------
    path
        A plan's folder or file.

    Raises
    ------
    InputError
        If it is not of a kind that can be updated, is too large to be copied, or cannot be read.
    """
    if path.suffix.lower() in (*PLANNERS, *BENCHMARKS):
        message = (
            "a planner's file or a benchmark is updated from a newer export of it alone; expected --from NEWER" + path.suffix
        )
        raise InputError([Located(message, file=str(path))])
    if path.suffix.lower() in TABLES:
        message = f"a table is made a plan's folder first: optimiser init FOLDER --from {path}, then 'optimiser update FOLDER'"
        raise InputError([Located(message, file=str(path))])
    folder = path if path.is_dir() else path.parent if path.name == PLAN_FILE else None
    files: dict[str, bytes] = {}
    left: list[str] = []
    if folder is None:
        files[PLAN_FILE] = read_content(path, str(path), LARGEST_DOCUMENT)
        wanted = [path.parent / name for name in _BESIDE if (path.parent / name).is_dir()]
        found = [(file, file.relative_to(path.parent)) for each in wanted for file in _walk(each, left)]
    else:
        found = [(file, file.relative_to(folder)) for file in _walk(folder, left)]
    size = 0
    for file, inside in found:
        name = inside.as_posix()
        if name == UPDATE_FILE:
            continue
        files[name] = read_content(file, str(file), LARGEST_DOCUMENT)
        size += len(files[name])
        if len(files) > _MOST_FILES or size > _MOST_BYTES:
            message = f"holds more than {_MOST_FILES:,} files or {_MOST_BYTES:,} bytes; maybe move what is no part of the plan elsewhere"
            raise InputError([Located(message, file=str(path))])
    return files, left


def _walk(folder: Path, left: list[str]) -> Iterator[Path]:
    """Yield the files of a folder that belong to the plan, in the order of their names."""
    for root, folders, names in os.walk(folder):
        here = Path(root)
        kept = []
        for name in sorted(folders):
            inside = here / name
            own = next((mark for mark in (PLAN_FILE, _PACK) if (inside / mark).exists()), None)
            if name[0] in ".~" or name == "__pycache__":
                continue
            if inside.is_symlink() or own:
                why = "a link" if inside.is_symlink() else "a plan of its own" if own == PLAN_FILE else "a pack"
                left.append(f"the folder {inside.relative_to(folder).as_posix()}, {why}")
                continue
            kept.append(name)
        folders[:] = kept
        yield from (here / name for name in sorted(names) if name[0] not in ".~")
