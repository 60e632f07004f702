"""``compare``: two updates of a plan, two scenarios, or two stored outcomes, side by side."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from optimiser.cli.files import OutputFile
from optimiser.cli.options import Force, Milestones, Solver, argument, option
from optimiser.cli.output import announce, progress
from optimiser.cli.verbs import Reply, verb
from optimiser.errors import InputError, Located, StoredResultError

if TYPE_CHECKING:
    from models.changes import PlanInputs
    from models.moved import WhatMoved
    from models.outcome import Outcome
    from models.plan import Plan
    from optimiser.reading.load import LoadedPlan

__all__ = ["compare_two"]

_BEFORE = (
    "The folder of a plan or of an update, or a planner's own file; a stored outcome (a .json file); or scenarios such as poap1 "
    "or poap1+bank-holidays, 'none' for the plan as written; PLAN:SCENARIOS names the plan too."
)
_AFTER = "The other, in the same way. Left out of an update: the one before it is A."
_PLAN = "Of scenarios that do not say; found by their names where left out."


@dataclass
class _ComparedSide:
    """One side of a comparison: its outcome, and its plan and inputs where they are known."""

    name: str
    plan: Plan | None
    inputs: PlanInputs | None
    outcome: Outcome | None = None
    file: Path | None = None
    """Of a plan that was named by its path or its name, where it lies."""


@verb
def compare_two(
    before: Annotated[str, argument("A", _BEFORE)],
    after: Annotated[str | None, argument("B", _AFTER)] = None,
    *,
    solver: Solver,
    plan: Annotated[str | None, option("-p --plan PLAN", _PLAN)] = None,
    milestone: Milestones = None,
    output: Annotated[Path | None, option("-o --output BRIDGE.svg", "Draw what moved, of two plans or updates.")] = None,
    force: Force = False,
    windows: Annotated[
        bool, option("--windows", "What moved from update to update too, where B is an update of A over others.")
    ] = False,
) -> Reply:
    """Say what differs: dates, binding rules, chains, assumptions; of two updates what moved each date, cause by cause.

    Exit codes: 0 compared, whether or not anything differs; 2 bad usage or input; 1 our fault.
    """
    from optimiser.compare import compare
    from optimiser.solve import earliest

    target = OutputFile(output, (".svg",), force=force) if output else None
    first, second = (before, after) if after is not None else (_before(before), before)
    with progress() as tell:
        sides = (_side(first, second, plan), _side(second, first, plan))
        _share_something(sides)
        sides = (_called_alike(*sides), sides[1])
        for side in sides:
            if side.outcome is None:
                assert side.plan is not None
                wanted = None if milestone is None else [each for each in milestone if each in side.plan.items] or milestone
                side.outcome = earliest(side.plan, wanted, **solver.limits(), progress=tell)
        one, other = sides
        assert one.outcome is not None
        assert other.outcome is not None
        found = compare(one.outcome, other.outcome, (one.plan, other.plan), (first, second), (one.inputs, other.inputs))
        moved = _moved(sides, milestone, solver, tell)
        each = _windows(sides, milestone, solver, tell) if windows else []
    if target:
        target.write(_picture(moved))
    from optimiser.evidence.documents import document, dumped
    from optimiser.evidence.terminal.moved import comparison_report

    beside: dict[str, Any] = {} if moved is None else {"moved": dumped(moved)}
    beside |= {"windows": [dumped(one) for one in each]} if windows else {}
    return Reply(
        lambda: {**document("compare", found, same=found.same), **beside},
        lambda page: comparison_report(found, page, moved, each),
    )


def _side(name: str, other: str, plan: str | None) -> _ComparedSide:
    """Return one of the two as it is named: a stored outcome, a plan, or scenarios of one."""
    if name.lower().endswith(".json"):
        return _stored(name)
    from optimiser.inputs import inputs_of
    from optimiser.reading.load import load_changed
    from optimiser.solve.fingerprint import plan_sha256

    file = _plan_path(name)
    changed = load_changed(name) if file else _loaded(name, other, plan)
    return _ComparedSide(name, changed.plan, inputs_of(changed.plan, plan_sha256(changed.written)), file=file)


def _share_something(sides: tuple[_ComparedSide, _ComparedSide]) -> None:
    """Refuse two plans of which hardly anything in one is in the other: each of their dates would be new or gone."""
    one, other = (side.plan for side in sides)
    if one is None or other is None or set(one.targets) & set(other.targets):
        return
    same = _same(sides[0].file, sides[1].file)
    shared = sum(each is not None for each in same.values()) if same is not None else len(one.items.keys() & other.items.keys())
    least = min(len(one.items), len(other.items))
    if 2 * shared >= least:
        return
    message = (
        f"'{sides[0].name}' and '{sides[1].name}' are no two states of one plan: they share {shared or 'none'} of {least} items and "
        "no milestone that both are asked for; maybe name two updates of one plan, or two of its scenarios"
    )
    raise InputError([Located(message, path="B")])


def _moved(
    sides: tuple[_ComparedSide, _ComparedSide],
    milestones: list[str] | None,
    solver: Solver,
    tell: Callable[[str], None],
) -> WhatMoved | None:
    """Return the bridge between two plans, at least one of them an update or a file; None for scenarios and outcomes."""
    first, second = (side.plan for side in sides)
    if first is None or second is None or all(side.file is None for side in sides):
        return None
    from optimiser.encoding import Limits
    from optimiser.moved import what_moved

    return what_moved(
        first,
        second,
        milestones,
        names=(sides[0].name, sides[1].name),
        same=None if _same(sides[0].file, sides[1].file) is None else _alike(first, second),
        seed=solver.seed,
        limits=Limits(seed=solver.seed, time_limit=solver.time_limit),
        progress=tell,
    )


def _windows(
    sides: tuple[_ComparedSide, _ComparedSide], milestones: list[str] | None, solver: Solver, tell: Callable[[str], None]
) -> list[WhatMoved]:
    """Return what moved from update to update, from the one side to the other; refuse where the second is no update of the first."""
    from optimiser.progress.chain import chained

    first, second = sides
    found: list[_ComparedSide] = []
    if first.file is not None and second.file is not None:
        for link in chained(second.name):
            if link.plan is None:
                break
            name = first.name if link.path.resolve() == first.file.resolve() else link.link.path
            found.append(_ComparedSide(name, link.plan, None, file=link.path))
            if name == first.name and len(found) > 1:
                windows = [_moved(pair, milestones, solver, tell) for pair in itertools.pairwise(found[::-1])]
                return [each for each in windows if each is not None]
    message = f"'{second.name}' is no update that was made of '{first.name}', over others or not; 'optimiser show {second.name}' prints its chain"
    raise InputError([Located(message, path="--windows")])


@cache
def _same(first: Path | None, second: Path | None) -> dict[str, str | None] | None:
    """Return the matching of tasks between two planner's files by the files' own keys, None for other plans.

    Microsoft Project numbers tasks by their rows, so there it is the hidden number that tells; in Primavera it is the activity's
    id, and the hidden number where that was changed.
    """
    from optimiser.reading.interchange.opening import gather_planner
    from optimiser.reading.packaged import PLANNERS

    if first is None or second is None or any(path.suffix.lower() not in PLANNERS for path in (first, second)):
        return None
    (_, file, one), (_, _, other) = gather_planner(first), gather_planner(second)
    if file.dialect == "msp":
        return {name: other.names.get(uid) for uid, name in one.names.items()}
    known, left = set(other.names.values()), set(one.names.values())
    return {
        name: other.names[uid]
        for uid, name in one.names.items()
        if name not in known and uid in other.names and other.names[uid] not in left
    }


def _alike(first: Plan, second: Plan) -> dict[str, str | None]:
    """Return which item of one planner's file is which of the other, where what they share is called alike."""
    return {name: name if name in second.items else None for name in first.items} if second.dialect == "msp" else {}


def _called_alike(first: _ComparedSide, second: _ComparedSide) -> _ComparedSide:
    """Return the first of two planners' files with the ids that its tasks have in the second, so that like stands beside like."""
    same = _same(first.file, second.file)
    if first.file is None or second.plan is None or not same or all(name == other for name, other in same.items()):
        return first
    from optimiser.inputs import inputs_of
    from optimiser.progress.written import judged_plan
    from optimiser.reading.interchange.opening import gather_planner
    from optimiser.solve.fingerprint import plan_sha256

    taken = second.plan.items
    names = gather_planner(first.file)[2].names
    kept = {
        uid: same.get(name, name) or (f"{name}-before" if name in taken else name)  # of what is gone none that another has now
        for uid, name in names.items()
    }
    plan = judged_plan(gather_planner(first.file, keep=lambda *_: kept)[0])
    return _ComparedSide(first.name, plan, inputs_of(plan, plan_sha256(plan)), file=first.file)


def _plan_path(name: str) -> Path | None:
    """Return the path of a plan given by path or packaged name, None where it is neither."""
    from optimiser.reading.packaged import PLANNERS, find_plan, packaged

    path = Path(name)
    spelt = ":" not in name and ("/" in name or path.suffix.lower() in PLANNERS)
    named = spelt or path.is_dir() or (path.is_file() and path.suffix.lower() != ".json")
    return find_plan(name) if named or name in {entry.name for entry in packaged()} else None


def _before(name: str) -> str:
    """Return where the update before one lies; refuse one that says none."""
    from optimiser.progress import update_before
    from optimiser.reading.packaged import find_plan

    if not Path(name).is_file():
        find_plan(name)  # a name that nothing has is told as that
    found = update_before(name, announce) if _plan_path(name) is not None else None
    if found is None:
        message = f"'{name}' names no update before it; maybe say which two to compare: optimiser compare A B"
        raise InputError([Located(message, path="B")])
    return found


def _picture(moved: WhatMoved | None) -> str:
    """Return the bridge; refuse where there is nothing to draw."""
    from optimiser.evidence.charts.waterfall import bridge_chart

    if moved is None:
        message = "there is no bridge between scenarios or stored outcomes; maybe name two plans, updates or planners' files"
        raise InputError([Located(message, path="-o")])
    return bridge_chart("bridge", moved)


def _stored(name: str) -> _ComparedSide:
    """Read an outcome written by ``solve``, with its plan if packaged, and its inputs if stored."""
    from optimiser.explain.stored import inputs_stored, outcome_of, plan_of, read

    document, where = read(name)
    try:
        outcome, inputs = outcome_of(document, where), inputs_stored(document, where)
    except StoredResultError as error:
        raise InputError([Located(f"{error}; maybe write it again with 'optimiser solve PLAN -o FILE'")]) from None
    try:
        plan = plan_of(document, outcome, inputs)
    except InputError:
        plan = None
    return _ComparedSide(name, plan, inputs, outcome)


def _loaded(name: str, other: str, plan: str | None) -> LoadedPlan:
    """Return the plan that scenarios are of, with them applied."""
    from optimiser.reading.load import load_changed

    where, colon, stacked = name.rpartition(":")
    scenarios = [] if stacked in ("none", "") else stacked.split("+")
    if colon:
        return load_changed(where, scenarios)
    return load_changed(plan or _only(scenarios, other), scenarios)


def _only(scenarios: list[str], other: str) -> str:
    """Return the one packaged plan that has scenarios, or that the other side names; refuse where there is not exactly one."""
    from optimiser.reading.packaged import packaged

    if ":" in other:
        return other.rpartition(":")[0]
    wanted = {entry for entry in (*scenarios, *other.split("+")) if entry not in ("none", "") and not entry.endswith(".json")}
    found = [entry.name for entry in packaged() if wanted and wanted <= {scenario for scenario, _ in entry.scenarios}]
    if len(found) != 1:
        which = f"{', '.join(found)} all have" if found else "no packaged plan has"
        message = (
            f"{which} the scenarios {', '.join(sorted(wanted)) or 'none'}; say which plan with --plan PLAN or PLAN:SCENARIO"
        )
        raise InputError([Located(message, path="--plan")])
    return found[0]
