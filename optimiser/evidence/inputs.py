"""The inputs as used: the files that a plan and its scenarios are read from, which travel with the pack."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from models.pack import PackRequest
from optimiser.errors import InputError, Located
from optimiser.evidence.request import renamed
from optimiser.reading.packaged import find_scenario

__all__ = ["INPUTS", "collect_inputs", "is_path", "plan_files", "plan_inside", "scenario_file"]

INPUTS: Final = "inputs"
"""The folder of a pack that holds them."""

PLAN_FILES: Final = (".yaml", ".yml", ".csv", ".json", ".md", ".sm", ".rcp", ".sch")
BESIDE: Final = ("scenarios", "published", "risk")
"""Folders beside a plan of one file that belong to it."""

LARGEST: Final = 8_000_000
"""Bytes of one input file that a pack takes in."""


def collect_inputs(request: PackRequest, path: Path, root: Path | None) -> tuple[dict[str, bytes], PackRequest]:
    """Return the files that the plan is read from, and the request with scenario files by their place among them."""
    files = plan_files(path, f"{INPUTS}/plan")

    def moved(name: str) -> str:
        if not is_path(name):
            return name
        found = scenario_file(name, path, root)
        place = f"{INPUTS}/scenarios/{found.name}"
        content = found.read_bytes()
        if files.setdefault(place, content) != content:
            raise InputError([Located(f"two scenario files are called '{found.name}'; maybe rename one", file=name)])
        return place

    return files, renamed(request, moved)


def plan_files(path: Path, place: str) -> dict[str, bytes]:
    """Return the files that a plan is read from, by where they stand in the pack.

    Raises
    ------
    InputError
        If one is larger than a pack takes in.
    """
    if path.is_file() and path.name == "plan.yaml":
        path = path.parent
    if path.is_dir():
        return _below(path, path, place)
    files = {f"{place}/{path.name}": path.read_bytes()}
    for name in BESIDE:
        files |= _below(path.parent / name, path.parent, place)
    return files


def plan_inside(folder: Path) -> Path:
    """Return where the plan lies in a pack's folder of the files of one.

    Raises
    ------
    InputError
        If it does not.
    """
    single = [path for path in sorted(folder.iterdir()) if path.is_file()] if folder.is_dir() else []
    if (folder / "plan.yaml").is_file():
        return folder
    if len(single) == 1:
        return single[0]
    raise InputError([Located("holds no plan to build from", file=str(folder))])


def _below(folder: Path, root: Path, place: str) -> dict[str, bytes]:
    """Return the files of a plan in a folder and below it."""
    found = {}
    for file in sorted(folder.rglob("*")) if folder.is_dir() else ():
        inside = file.relative_to(root)
        hidden = any(part[0] in ".~_" for part in inside.parts)
        if hidden or not file.is_file() or file.suffix.lower() not in PLAN_FILES:
            continue
        size = file.stat().st_size
        if size > LARGEST:
            message = (
                f"has {size:,} bytes, and a pack takes in files of up to {LARGEST:,}; maybe move it out of the plan's folder"
            )
            raise InputError([Located(message, file=str(file))])
        found[f"{place}/{inside.as_posix()}"] = file.read_bytes()
    return found


def is_path(name: str) -> bool:
    """Return whether a scenario is given by its file rather than by its name."""
    return "/" in name or name.lower().endswith((".yaml", ".yml", ".json"))


def scenario_file(name: str, path: Path, root: Path | None) -> Path:
    """Return a scenario file: of a pack that is built again, the one inside it.

    Raises
    ------
    InputError
        If there is none, or a pack asks for one outside itself.
    """
    if root is None or not name.startswith(f"{INPUTS}/"):
        return find_scenario(name, path)
    found = (root / name).resolve()
    if not found.is_relative_to((root / INPUTS).resolve()) or not found.is_file():
        raise InputError([Located("expected a scenario file inside the pack", file=name)])
    return found
