"""``compare``: two updates of a plan, two scenarios, or two stored outcomes, side by side."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimiser.cli.files import OutputFile
from optimiser.cli.options import AsJson, Milestones, Seed, TimeLimit, Workers, read_milestones
from optimiser.cli.output import ExitCode, announce, page, print_json, print_text, progress
from optimiser.errors import InputError, Located, StoredResultError

if TYPE_CHECKING:
    from models.changes import PlanInputs
    from models.moved import WhatMoved
    from models.outcome import Outcome
    from models.plan import Plan
    from optimiser.reading.load import LoadedPlan

__all__ = ["register"]

_GIVEN = (
    "The folder of a plan or of an update, or a planner's own file; a stored outcome (a .json file); or scenarios such as poap1 "
    "or poap1+bank-holidays, 'none' for the plan as written; PLAN:SCENARIOS names the plan too."
)


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("compare", no_args_is_help=True)(compare_two)


@dataclass
class _ComparedSide:
    """One of the two: its outcome, and what else is known of it."""

    name: str
    outcome: Outcome
    plan: Plan | None
    inputs: PlanInputs | None
    file: Path | None = None
    """Of a plan that was named by its path or its name, where it lies."""


def compare_two(
    before: Annotated[str, typer.Argument(metavar="A", help=_GIVEN)],
    after: Annotated[
        str | None,
        typer.Argument(metavar="B", help="The other, in the same way. Left out of an update: the one before it is A."),
    ] = None,
    *,
    plan: Annotated[
        str | None,
        typer.Option("-p", "--plan", metavar="PLAN", help="Of scenarios that do not say; found by their names where left out."),
    ] = None,
    milestone: Milestones = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="BRIDGE.svg", help="Draw what moved, of two plans or updates.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Let -o replace a file.")] = False,
    windows: Annotated[
        bool, typer.Option("--windows", help="What moved from update to update too, where B is an update of A over others.")
    ] = False,
    as_json: AsJson = False,
    seed: Seed = 0,
    workers: Workers = 1,
    time_limit: TimeLimit = None,
) -> int:
    """Say what differs: dates, binding rules, chains, assumptions; of two updates what moved each date, cause by cause.

    Exit codes: 0 compared, whether or not anything differs; 2 bad usage or input; 1 our fault.
    """
    from optimiser.compare import compare
    from optimiser.inputs import inputs_of
    from optimiser.solve import earliest
    from optimiser.solve.fingerprint import plan_sha256

    asked = read_milestones(milestone)
    file = OutputFile(output, (".svg",), force=force) if output else None
    first, second = (before, after) if after is not None else (_before(before), before)
    sides: list[_ComparedSide] = []
    with progress() as told:
        tell = told or (lambda _: None)
        for name, other in ((first, second), (second, first)):
            if name.lower().endswith(".json"):
                sides.append(_ComparedSide(name, *_stored(name)))
                continue
            where = _plan_path(name)
            from optimiser.reading.load import load_changed

            changed = load_changed(name) if where else _loaded(name, other, plan)
            held, written = changed.plan, plan_sha256(changed.written)
            wanted = None if asked is None else [each for each in asked if each in held.items] or asked
            outcome = earliest(held, wanted, seed=seed, workers=workers, time_limit=time_limit, progress=tell)
            sides.append(_ComparedSide(name, outcome, held, inputs_of(held, written), where))
        found = compare(
            sides[0].outcome,
            sides[1].outcome,
            (sides[0].plan, sides[1].plan),
            (sides[0].name, sides[1].name),
            (sides[0].inputs, sides[1].inputs),
        )
        moved = _moved(sides, asked, seed, time_limit, tell)
        each = _windows(sides, asked, seed, time_limit, tell) if windows else []
    if file:
        file.write(_picture(moved))
    if as_json:
        from optimiser.evidence.documents import document, dumped

        answer = document("compare", found, same=found.same)
        answer |= {} if moved is None else {"moved": dumped(moved)}
        print_json({**answer, "windows": [dumped(one) for one in each]} if windows else answer)
    else:
        from optimiser.evidence.terminal.comparison import comparison_report

        print_text(comparison_report(found, page(), moved, each))
    return ExitCode.DONE


def _moved(
    sides: list[_ComparedSide],
    asked: tuple[str, ...] | None,
    seed: int,
    time_limit: float | None,
    tell: Callable[[str], None],
) -> WhatMoved | None:
    """Return what moved between two plans, where one of them at least is named as such; None of scenarios and outcomes."""
    first, second = (side.plan for side in sides)
    if first is None or second is None or all(side.file is None for side in sides):
        return None
    from optimiser.encoding import Limits
    from optimiser.moved import what_moved

    return what_moved(
        first,
        second,
        asked,
        names=(sides[0].name, sides[1].name),
        same=_same(sides[0].file, sides[1].file),
        seed=seed,
        limits=Limits(seed=seed, time_limit=time_limit),
        progress=tell,
    )


def _windows(
    sides: list[_ComparedSide],
    asked: tuple[str, ...] | None,
    seed: int,
    time_limit: float | None,
    tell: Callable[[str], None],
) -> list[WhatMoved]:
    """Return what moved from update to update, from the one side to the other.

    Raises
    ------
    InputError
        If the second is no update of the first.
    """
    from optimiser.progress.chain import chained

    first, second = sides
    found: list[_ComparedSide] = []
    if first.file is not None and second.file is not None:
        for link in chained(second.name):
            if link.plan is None:
                break
            name = first.name if link.path.resolve() == first.file.resolve() else link.link.path
            found.append(_ComparedSide(name, second.outcome, link.plan, None, link.path))
            if name == first.name and len(found) > 1:
                pairs = itertools.pairwise(found[::-1])
                windows = [_moved([*pair], asked, seed, time_limit, tell) for pair in pairs]
                return [each for each in windows if each is not None]
    message = f"'{second.name}' is no update that was made of '{first.name}', over others or not; 'optimiser show {second.name}' prints its chain"
    raise InputError([Located(message, path="--windows")])


def _same(first: Path | None, second: Path | None) -> dict[str, str | None] | None:
    """Return which item of one planner's file is which of the other, by what the files call them inside; None of other plans.

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


def _plan_path(name: str) -> Path | None:
    """Return where a plan lies that is named by its path, or is packaged by that name; None of anything else."""
    from optimiser.reading.packaged import PLANNERS, find_plan, packaged

    path = Path(name)
    spelt = ":" not in name and ("/" in name or path.suffix.lower() in PLANNERS)
    named = spelt or path.is_dir() or (path.is_file() and path.suffix.lower() != ".json")
    return find_plan(name) if named or name in {entry.name for entry in packaged()} else None


def _before(name: str) -> str:
    """Return where the update before one lies.

    Raises
    ------
    InputError
        If it says none, or that cannot be read.
    """
    from optimiser.progress import update_before

    found = update_before(name, announce) if _plan_path(name) is not None else None
    if found is None:
        message = f"'{name}' names no update before it; maybe say which two to compare: optimiser compare A B"
        raise InputError([Located(message, path="B")])
    return found


def _picture(moved: WhatMoved | None) -> str:
    """Return the bridge.

    Raises
    ------
    InputError
        If there is nothing to draw.
    """
    from optimiser.evidence.charts.waterfall import bridge_chart

    if moved is None:
        message = "there is no bridge between scenarios or stored outcomes; maybe name two plans, updates or planners' files"
        raise InputError([Located(message, path="-o")])
    return bridge_chart("bridge", moved)


def _stored(name: str) -> tuple[Outcome, Plan | None, PlanInputs | None]:
    """Read an outcome that ``solve`` has written, with its plan where that is packaged, and what the plan set where it is told.

    Raises
    ------
    InputError
        If the file cannot be read, or holds no outcome.
    """
    from optimiser.explain.stored import inputs_stored, outcome_of, plan_of, read

    document, where = read(name)
    try:
        outcome, inputs = outcome_of(document, where), inputs_stored(document, where)
    except StoredResultError as error:
        raise InputError([Located(f"{error}; maybe write it again with 'optimiser solve PLAN -o FILE'")]) from None
    try:
        return outcome, plan_of(document, outcome, inputs), inputs
    except InputError:
        return outcome, None, inputs


def _loaded(name: str, other: str, plan: str | None) -> LoadedPlan:
    """Return the plan that scenarios are of, with them applied.

    Raises
    ------
    InputError
        If no plan, or more than one, has them.
    """
    from optimiser.reading.load import load_changed

    where, colon, stacked = name.rpartition(":")
    scenarios = [] if stacked in ("none", "") else stacked.split("+")
    if colon:
        return load_changed(where, scenarios)
    return load_changed(plan or _only(scenarios, other), scenarios)


def _only(scenarios: list[str], other: str) -> str:
    """Return the one packaged plan that has scenarios, or that the other side names.

    Raises
    ------
    InputError
        If there is not exactly one.
    """
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
