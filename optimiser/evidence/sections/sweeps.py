"""The plan swept over its assumptions, crossed over two of them, and over every combination of the open readings."""

from __future__ import annotations

import datetime as dt

from models.implied import Piecewise, Regions
from models.plan import Plan
from models.rules import Point
from optimiser.clock import Clock, clock_of
from optimiser.evidence.charts.maps import heat_chart
from optimiser.evidence.dossier import DateGrid, Dossier
from optimiser.evidence.sections.words import Blocks, absence, drawn, figure, heading_of, lead, say
from optimiser.evidence.tables import varied
from optimiser.evidence.tables.kit import column, few, listing, table

__all__ = ["sweeps"]


def sweeps(dossier: Dossier) -> Blocks:
    """Yield each milestone as an exact function of what drives it, and the regions of the readings."""
    if dossier.sweeps:
        yield from _functions(dossier)
    else:
        yield absence(dossier, "sweeps", "Sweeps over assumptions")
    if dossier.grid is None or not any(at is not None for row in dossier.grid.boundaries for at in row):
        yield absence(dossier, "grid", "A date against two assumptions")
    else:
        yield from _grid(dossier, dossier.grid)
    if dossier.regions is None:
        yield absence(dossier, "regions", "Decision regions over the open readings")
    else:
        yield from _regions(dossier, dossier.regions)


def _functions(dossier: Dossier) -> Blocks:
    """Yield each milestone over each assumption that binds it: the ends and the threshold of the range, then every run."""
    plan, source = dossier.plan, f"explain --sweep of case {dossier.main.id}"
    clock = clock_of(plan)
    yield lead("Each milestone as an exact function of one assumption: every whole value of the range was evaluated.")
    yield listing(
        "sweeps",
        "How far an assumption can move before a milestone does, and where its range takes it",
        "milestone:id | assumption:id = of | title | stands at | swept from = segments.0.first | to"
        " | milestone at the first:date = segments.0.date | does not move up to | milestone at the last:date",
        dossier.sweeps,
        "closed form",
        source,
        said={
            "title": lambda each: heading_of(plan, each.of),
            "stands at": lambda each: str(plan.values[each.of]),
            "to": lambda each: each.segments[-1].last,
            "does not move up to": _still_up_to,
            "milestone at the last": lambda each: _at_the_last(clock, plan, each),
        },
        notes={
            "does not move up to": "the last value of the range's first run; empty: it moves from the first on",
            "milestone at the last": "empty: off the calendar, or against a rule",
        },
        proofs={"stands at": "stated"},
    )
    yield varied.runs(dossier.sweeps, source)


def _still_up_to(entry: Piecewise) -> str | None:
    first = entry.segments[0]
    return None if first.slope or first.first == first.last else first.last


def _at_the_last(clock: Clock, plan: Plan, entry: Piecewise) -> dt.date | None:
    """Return a milestone's date at the last value of a range: that of the last run's first value, and its slope from there."""
    run = entry.segments[-1]
    if run.date is None:
        return None
    convention = plan.convention(Point(entry.milestone, "start"))
    steps = int(run.last.split()[0]) - int(run.first.split()[0])
    return clock.show(clock.boundary(run.date, convention) + run.slope * steps, convention)


def _grid(dossier: Dossier, grid: DateGrid) -> Blocks:
    plan = dossier.plan
    clock, convention = clock_of(plan), plan.convention(Point(grid.milestone, "start"))
    dates = [[None if at is None else clock.show(at, convention) for at in row] for row in grid.boundaries]
    unit = getattr(plan.values[grid.across], "unit", "wd")
    first, second = (str(getattr(plan.values[name], "amount", "")) for name in (grid.across, grid.down))
    title = f"{grid.milestone} against what drives it and what would take over first"
    across = (f"{heading_of(plan, grid.across)}, {unit}", [str(value) for value in grid.columns])
    down = (f"{heading_of(plan, grid.down)}, {unit}", [str(value) for value in grid.rows])
    svg = heat_chart("heat", title, across, down, dates, (first, second))
    yield drawn("heat", title, f"{grid.milestone} by {grid.across} and {grid.down}.", svg, "grid")
    yield table(
        "grid",
        f"{grid.milestone} by {grid.across} (across) and {grid.down} (down), both in {unit}",
        [column(grid.down, "number"), *(column(f"{value} {unit}", "date") for value in grid.columns)],
        ([value, *row] for value, row in zip(grid.rows, dates, strict=True)),
        "closed form",
        f"the plan of case {dossier.main.id} evaluated at each pair of values",
        fold=True,
    )


def _regions(dossier: Dossier, found: Regions) -> Blocks:
    source = f"all {found.combinations} combinations of the open readings of case {dossier.main.id}"
    yield say(
        "Over {} of answers to open questions, {:closed form} contradict the plan and {:closed form} run off the calendar.",
        figure(f"{found.combinations:,} combinations", "counted", source),
        found.infeasible,
        found.beyond,
        source=source,
    )
    matters = ([name, few(readings) or "none"] for name, readings in found.matters.items())
    title = "Which questions ever move which milestone"
    yield table("matters", title, "milestone:id | questions", matters, "closed form", source)
    yield varied.together(found, dossier.milestones, source)
    yield varied.regions(found, dossier.milestones, source)
