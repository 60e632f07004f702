"""The shape of the house: imports run one way, the solver and the tables stay in their rooms, modules stay readable."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

FLOORS = [
    {"models"},
    {"optimiser.errors", "optimiser.circles", "optimiser.collecting", "optimiser.stopping", "optimiser.scenarios"},
    {"optimiser.clock", "optimiser.processes"},
    {"optimiser.numbers"},
    {"optimiser.wording"},
    {
        "optimiser.reading",
        "optimiser.schemas",
        "optimiser.check",
        "optimiser.reproduction",
        "optimiser.inputs",
        "optimiser.critical",
        "optimiser.encoding",
    },
    {"optimiser.solve"},
    {"optimiser.migration"},
    {
        "optimiser.explain",
        "optimiser.robust",
        "optimiser.compare",
        "optimiser.whatif",
        "optimiser.initial",
        "optimiser.lint",
        "optimiser.qualification",
        "optimiser.writing",
        "optimiser.importing",
        "optimiser.moved",
    },
    {"optimiser.progress"},
    {"optimiser.batch", "optimiser.evidence", "optimiser.session"},
    {"optimiser.workbench"},
    {"optimiser.cli"},
    {"optimiser.__main__"},
]
"""Rooms from the ground up. A room imports from floors below its own, and from itself; siblings keep apart."""

READERS = {"optimiser.reading", "optimiser.schemas"}
"""Files are read at the edges: whoever has files of its own beside the plan's reads them the way plans are read."""


def modules() -> Iterator[tuple[str, Path]]:
    """Yield every module of the product with its dotted name."""
    for package in ("models", "optimiser", "instances"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Return everything a file is made of, read once for all tests."""
    kept = ast.Import | ast.ImportFrom | ast.ClassDef
    return tuple(node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, kept))


def imported(path: Path) -> Iterator[str]:
    """Yield every module that a file imports, wherever in the file it does so."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: a relative import"
            yield node.module


def room(name: str) -> str:
    """Return the room a module is in."""
    parts = name.split(".")
    return parts[0] if parts[0] != "optimiser" else ".".join(parts[:2])


def floor(name: str) -> int | None:
    """Return the floor of a room, None for what is not of the house."""
    return next((place for place, rooms in enumerate(FLOORS) if name in rooms), None)


def test_every_room_has_a_floor() -> None:
    """A new module is given its place in the order of imports."""
    rooms = {room(name) for name, _ in modules()} - {"optimiser", "instances"}

    assert {name for name in rooms if floor(name) is None} == set()


@pytest.mark.long
def test_imports_run_one_way() -> None:
    """No room imports from its own floor or from above, but for the readers of files."""
    wrong = []
    for name, path in modules():
        mine = floor(room(name))
        if mine is None:
            continue
        for other in map(room, imported(path)):
            theirs = floor(other)
            if theirs is None or other == room(name) or theirs < mine:
                continue
            if other in READERS and mine > 0 and theirs <= mine:
                continue
            wrong.append(f"{name} imports {other}")

    assert wrong == []


def test_instances_import_nothing() -> None:
    """Facts are data: the folder of instances holds no code."""
    assert [list(imported(path)) for name, path in modules() if room(name) == "instances"] == [[]]


@pytest.mark.parametrize(("library", "home"), [("ortools", "optimiser.encoding"), ("pandas", "optimiser.evidence")])
def test_heavy_libraries_have_one_home(library: str, home: str) -> None:
    """The solver is imported by the encoding alone, and data frames by the tables, or where an API promises a frame."""
    users = {name for name, path in modules() if any(other.split(".")[0] == library for other in imported(path))}
    elsewhere = {name for name in users if room(name) != home}
    frames = {name for name in elsewhere if library == "pandas" and "to_frame" in path_of(name).read_text(encoding="utf-8")}

    assert elsewhere - frames == set()


def path_of(name: str) -> Path:
    """Return the file of a module."""
    return dict(modules())[name]


def test_no_pickles_no_unsafe_yaml() -> None:
    """What users give is never unpickled, and YAML is composed, never constructed into objects."""
    assert [
        name for name, path in modules() if {"pickle", "marshal", "shelve"} & {each.split(".")[0] for each in imported(path)}
    ] == []
    assert [name for name, path in modules() if "yaml.load(" in path.read_text(encoding="utf-8")] == []


def test_most_modules_are_short() -> None:
    """Nine modules in ten stay under 400 lines."""
    lengths = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in modules()}
    long = {name: lines for name, lines in lengths.items() if lines > 400}

    assert len(long) <= len(lengths) / 10, long


def test_no_class_name_has_two_meanings() -> None:
    """A name stands for one class in the whole product, whether it is private or not."""
    homes: dict[str, set[str]] = {}
    for name, path in modules():
        for node in nodes(path):
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name.lstrip("_"), set()).add(name)

    assert {name: places for name, places in homes.items() if len(places) > 1} == {}


def test_help_loads_nothing_heavy() -> None:
    """Asking for help imports neither the solver nor pydantic nor numpy."""
    code = (
        "import sys\nfrom optimiser.cli import main\nmain(['--help'])\n"
        "heavy = {'ortools', 'pandas', 'pydantic', 'numpy', 'yaml'} & set(sys.modules)\nassert not heavy, heavy"
    )

    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def test_reading_a_plan_and_checking_a_schedule_need_no_solver() -> None:
    """An auditor can load a plan and judge a schedule where OR-Tools is not installed."""
    code = (
        "import sys\nsys.modules['ortools'] = None\n"
        "from optimiser.reading.load import load\nfrom optimiser.critical import compile_network, earliest_times\n"
        "from optimiser.check import check\n"
        "found = earliest_times(compile_network(load('toy')))\nassert found.status == 'feasible'"
    )

    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
