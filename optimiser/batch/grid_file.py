"""Grid files: from a name or a path to a job, with every fault at its place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.faults import Fault, PlanFaultsError, maybe
from models.grid import GRID_SCHEMA, ConfidenceAxis, Grid, ScenarioAxis
from models.plan import Plan
from models.risk import Register
from models.scenario import Scenario
from optimiser.batch.axes import grid_faults
from optimiser.batch.design import MOST_ROWS
from optimiser.batch.job import Job, Stack
from optimiser.errors import InputError, Located
from optimiser.reading.document import Document, read_document
from optimiser.reading.load import load
from optimiser.reading.packaged import packaged
from optimiser.reading.scenarios import read_scenario
from optimiser.reading.translate import in_order, record_in
from optimiser.scenarios import apply

__all__ = ["find_grid", "grid_schema", "load_grid"]


def find_grid(grid: str | Path) -> Path:
    """Return the file that a grid's name or path means.

    Parameters
    ----------
    grid
        A path to a YAML file, or the name of one in the ``grids`` folder of a packaged plan, without its ending. Updates carry the
        grids of the plan that they follow: the name means that of the first.

    Raises
    ------
    InputError
        If it is neither, naming what is known.
    """
    path = Path(grid)
    text = str(grid)
    if isinstance(grid, Path) or "/" in text or path.suffix.lower() in (".yaml", ".yml"):
        return path
    files = {file.stem: file for plan in reversed(packaged()) for file in sorted((plan.path / "grids").glob("*.yaml"))}
    if text not in files:
        message = f"unknown grid '{text}'{maybe(text, files)} Known: {', '.join(sorted(files)) or 'none'}; or give the path of a file."
        raise InputError([Located(message)])
    return files[text]


def load_grid(grid: str | Path) -> Job:
    """Read a grid and everything that it names.

    Parameters
    ----------
    grid
        A path, or the name of a packaged grid.

    Raises
    ------
    InputError
        With every fault of the grid, or of the plan or a scenario that it names.
    """
    path = find_grid(grid)
    document = read_document(path, str(path))
    if document.broken or document.faults:
        raise InputError(document.faults)
    found = record_in(document, Grid, GRID_SCHEMA)
    base = _base(found, path.parent, document)
    stacks, faults = _stacks(found, base, _plan_path(found.plan, path.parent))
    faults += list(grid_faults(found, base))
    if faults:
        raise InputError(_located(document, faults))
    job = Job(found, stacks, _register(found, base, path.parent))
    if job.design.size > MOST_ROWS:
        message = (
            f"the grid has {job.design.size:,} combinations, expected at most {MOST_ROWS:,}; "
            "maybe take fewer values, or the design latin-hypercube with a number of samples"
        )
        raise InputError([document.locate(("axes",), message)])
    return job


def _plan_path(plan: str, folder: Path) -> str | Path:
    """Return what a grid means by its plan: a packaged name, or a path from the grid's own folder."""
    return plan if plan in {entry.name for entry in packaged()} else folder / plan


def _base(grid: Grid, folder: Path, document: Document) -> Plan:
    """Return the plan under every combination."""
    where = _plan_path(grid.plan, folder)
    if isinstance(where, Path) and not where.exists():
        names = [entry.name for entry in packaged()]
        message = (
            f"'{grid.plan}' is no packaged plan and no path from '{folder}'{maybe(grid.plan, names)} Known: {', '.join(names)}."
        )
        raise InputError([document.locate(("plan",), message)])
    plan = load(where, [_scenario_name(name, folder) for name in grid.scenarios])
    changes = Scenario(
        id="grid",
        title=grid.title,
        readings=grid.readings,
        assumptions=grid.assumptions,
        provenance=grid.provenance,
        rules=grid.rules,
        calendar=grid.calendar,
    )
    try:
        changed = apply(changes, plan)
    except PlanFaultsError as error:
        raise InputError(_located(document, error.faults)) from None
    return changed.evolve(settings=changed.settings.model_copy(update={"scenarios": plan.settings.scenarios}))


def _register(grid: Grid, plan: Plan, folder: Path) -> Register | None:
    """Return the plan's register, where dates at a confidence are asked for and there is one."""
    if not any(isinstance(axis, ConfidenceAxis) for axis in grid.axes):
        return None
    from optimiser.reading.packaged import find_plan
    from optimiser.robust.files import find_register

    where = find_plan(_plan_path(grid.plan, folder))
    return find_register(plan, where if where.is_dir() else where.parent)


def _scenario_name(name: str, folder: Path) -> str | Path:
    """Return a scenario as named, or as the path that it is from the grid's own folder."""
    return folder / name if "/" in name or name.lower().endswith((".yaml", ".yml", ".json")) else name


def _stacks(grid: Grid, base: Plan, where: str | Path) -> tuple[list[Stack], list[Fault]]:
    """Return the plan under each stack of the scenario axis, and what is wrong with the scenarios themselves.

    A stack that reads well but does not fit the plan is no fault of the grid: its combinations say why.
    """
    from optimiser.reading.packaged import find_plan

    place = next((number for number, axis in enumerate(grid.axes) if isinstance(axis, ScenarioAxis)), None)
    if place is None:
        return [Stack(base)], []
    axis = grid.axes[place]
    assert isinstance(axis, ScenarioAxis)
    faults: list[Fault] = []
    stacks: list[Stack] = []
    for number, names in enumerate(axis.stacks):
        scenarios = []
        for position, name in enumerate(names):
            stacked, wrong = read_scenario(name, find_plan(where))
            faults += [Fault(("axes", place, "stacks", number, position), str(fault)) for fault in wrong]
            if stacked:
                scenarios.append(stacked.scenario)
        stacks.append(_applied(base, scenarios))
    if not faults and all(stack.plan is None for stack in stacks):
        faults = [Fault(("axes", place, "stacks"), f"no stack fits the plan: {stacks[0].reason}")]
    return stacks, faults


def _applied(plan: Plan, scenarios: Sequence[Scenario]) -> Stack:
    """Return the plan with scenarios applied, or why they do not apply."""
    for scenario in scenarios:
        try:
            plan = apply(scenario, plan)
        except PlanFaultsError as error:
            return Stack(None, f"scenario {scenario.id} does not fit: {error}")
    return Stack(plan)


def _located(document: Document, faults: Sequence[Fault]) -> list[Located]:
    """Locate faults in the grid's file, in its order."""
    return in_order(document.locate(fault.path, fault.message) for fault in faults)


def grid_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a grid file."""
    from optimiser.schemas import _schema

    return _schema(Grid, GRID_SCHEMA)
