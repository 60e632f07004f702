"""Which plans come with the package, and which file a name or a path means. Nothing here reads more than a title."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from optimiser.errors import InputError, Located
from optimiser.reading.document import heading

__all__ = [
    "BENCHMARKS",
    "BY_MPXJ",
    "PLANNERS",
    "TABLES",
    "PackagedPlan",
    "find_plan",
    "find_scenario",
    "namesakes",
    "packaged",
    "scenario_folder",
    "scenarios_beside",
]

_YAML = (".yaml", ".yml", ".json")
TABLES = (".xlsx", ".xlsm", ".csv", ".tsv")
"""How the names of planners' tables end."""
_BENCHMARKS = (".sm", ".rcp", ".sch")
BENCHMARKS = (*_BENCHMARKS, ".mm")
"""How the names of benchmark files end; the last, of jobs in several modes, is refused with its place."""

BY_MPXJ = (".mpp", ".mpt", ".mpx", ".mpd", ".pod", ".gan", ".pp", ".planner")
"""How the names of planners' files end that only MPXJ reads."""

PLANNERS = (".xer", ".xml", ".pmxml", *BY_MPXJ)
"""How the names of planners' own files end."""


@dataclass(frozen=True, slots=True)
class PackagedPlan:
    """A plan that comes with the package.

    Attributes
    ----------
    name
        What it is called on the command line.
    title
        Its title, as in its file.
    path
        Its folder.
    scenarios
        Name and title of each file in its ``scenarios`` folder.
    """

    name: str
    title: str
    path: Path
    scenarios: tuple[tuple[str, str], ...]


def _folders() -> Iterator[tuple[str, Path]]:
    """Yield name and folder of every packaged plan, by name."""
    try:
        root = resources.files("instances")
    except ModuleNotFoundError:
        return
    for entry in sorted(root.iterdir(), key=lambda entry: entry.name):
        folder = Path(str(entry))
        if (folder / "plan.yaml").is_file():
            yield entry.name.replace("_", "-"), folder


def namesakes(plan: str) -> Iterator[str]:
    """Yield the names of packaged plans that bear the id of another, as updates of it do, the newest first by name."""
    for name, folder in reversed(list(_folders())):
        if name != plan and heading(folder / "plan.yaml", "id") == plan:
            yield name


def packaged() -> tuple[PackagedPlan, ...]:
    """Return the plans that come with the package, by name. Their titles are read and nothing more."""
    return tuple(
        PackagedPlan(
            name,
            heading(folder / "plan.yaml", "title") or name,
            folder,
            scenarios_beside(folder),
        )
        for name, folder in _folders()
    )


def scenario_folder(plan: Path) -> Path | None:
    """Return the folder beside a plan where its scenarios lie, None if it has none."""
    folder = (plan if plan.is_dir() else plan.parent) / "scenarios"
    return folder if folder.is_dir() else None


def scenarios_beside(plan: Path) -> tuple[tuple[str, str], ...]:
    """Return name and title of each scenario beside a plan, by name."""
    return tuple((file.stem, heading(file, "title") or file.stem) for file in _scenario_files(plan))


def _scenario_files(plan: Path) -> list[Path]:
    folder = scenario_folder(plan)
    return sorted(folder.glob("*.yaml")) if folder else []


def _maybe(name: str, known: Iterable[str]) -> str:
    """Return a suggestion and the list of what is known."""
    from models.faults import maybe

    known = tuple(known)
    return f"{maybe(name, known)} Known: {', '.join(known) or 'none'}."


def find_plan(plan: str | Path) -> Path:
    """Return the file or folder that a packaged name or a path means.

    A name that a packaged plan has means that plan; a folder of the same name is reached as ``./name``.

    Raises
    ------
    InputError
        If it is neither, naming what is known.
    """
    folders = dict(_folders())
    if isinstance(plan, str) and plan in folders:
        return folders[plan]
    path = Path(plan)
    text = str(plan)
    if not text or "\0" in text:
        raise InputError([Located(f"'{text!r}' names no plan. Known: {', '.join(folders) or 'none'}.")])
    if not _exists(path):
        if "/" in text or path.suffix.lower() in (*_YAML, *BENCHMARKS, *PLANNERS, *TABLES):
            raise InputError([Located("there is no such file or folder", file=text)])
        raise InputError([Located(f"unknown plan '{text}'{_maybe(text, folders)}")])
    if path.is_dir():
        if not _exists(path / "plan.yaml"):
            raise InputError([Located("the folder has no plan.yaml, expected a plan's folder", file=text)])
    elif path.suffix.lower() not in (*_YAML, *BENCHMARKS, *PLANNERS, *TABLES):
        endings = ", ".join((*_YAML, *_BENCHMARKS, *PLANNERS, *TABLES))
        message = f"expected a file ending in {endings}, or a folder with a plan.yaml"
        raise InputError([Located(message, file=text)])
    return path


def find_scenario(scenario: str | Path, plan: Path | None) -> Path:
    """Return the file that a scenario's name or a path means.

    Parameters
    ----------
    scenario
        The name of a file in the plan's ``scenarios`` folder, without its ending; or a path to a YAML file.
    plan
        The plan's file or folder; None if only a path will do.

    Raises
    ------
    InputError
        If it is neither, naming what is known.
    """
    text = str(scenario)
    path = Path(scenario)
    if isinstance(scenario, Path) or "/" in text or path.suffix.lower() in _YAML:
        if "\0" in text or not _exists(path):
            raise InputError([Located("there is no such scenario file", file=text)])
        if path.suffix.lower() not in _YAML:
            raise InputError([Located(f"expected a scenario file ending in {', '.join(_YAML)}", file=text)])
        return path
    files = {file.stem: file for file in _scenario_files(plan)} if plan else {}
    if text not in files:
        raise InputError([Located(f"unknown scenario '{text}'{_maybe(text, files)}")])
    return files[text]


def _exists(path: Path) -> bool:
    """Return whether there is anything under a path; a path too long or forbidden to look at has nothing."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
