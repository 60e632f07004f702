"""The plan swept over its assumptions, crossed over two of them, and over every combination of the open readings."""

from __future__ import annotations

import datetime as dt

from models.explanation import Piecewise
from models.pack import Block, Cell, Chart, Figure, Section
from models.plan import Plan
from models.rules import Point
from optimiser.clock import Clock, clock_of
from optimiser.evidence.charts.loads import heat_chart
from optimiser.evidence.dossier import DateGrid, Dossier
from optimiser.evidence.sections.words import absence, heading_of, lead, names, paragraph
from optimiser.evidence.tables import swept
from optimiser.evidence.tables.kit import column, columns, table

__all__ = ["sweeps"]


def sweeps(dossier: Dossier) -> Section:
    """Return each milestone as an exact function of what drives it, and the regions of the readings."""
    blocks: list[Block] = []
    if dossier.sweeps:
        blocks += _functions(dossier)
    else:
        blocks.append(absence(dossier, "sweeps", "Sweeps over assumptions"))
    if dossier.grid is not None:
        blocks += _grid(dossier, dossier.grid)
    else:
        blocks.append(absence(dossier, "grid", "A date against two assumptions"))
    blocks += _regions(dossier)
    return Section(id="sweeps", title="Sweeps, thresholds and decision regions", items=(17,), blocks=tuple(blocks))


def _functions(dossier: Dossier) -> list[Block]:
    """Return each milestone over each assumption that binds it: the ends and the threshold of the range, then every run."""
    plan, source = dossier.plan, f"explain --sweep of case {dossier.main.id}"
    clock = clock_of(plan)
    return [
        lead("Each milestone as an exact function of one assumption: every whole value of the range was evaluated."),
        table(
            "sweeps",
            "How far an assumption can move before a milestone does, and where its range takes it",
            [
                *columns("milestone:id | assumption:id | title"),
                column("stands at", proof="stated"),
                *columns("swept from | to | milestone at the first:date"),
                column(
                    "does not move up to", note="the last value of the range's first run; empty: it moves from the first on"
                ),
                column("milestone at the last", "date", note="empty: off the calendar, or against a rule"),
            ],
            [
                [
                    entry.milestone,
                    entry.of,
                    heading_of(plan, entry.of),
                    str(plan.values[entry.of]),
                    entry.segments[0].first,
                    entry.segments[-1].last,
                    entry.segments[0].date,
                    None
                    if entry.segments[0].slope or entry.segments[0].first == entry.segments[0].last
                    else entry.segments[0].last,
                    _at_the_last(clock, plan, entry),
                ]
                for entry in dossier.sweeps
            ],
            proof="closed form",
            source=source,
        ),
        swept.runs(dossier.sweeps, source),
    ]


def _at_the_last(clock: Clock, plan: Plan, entry: Piecewise) -> dt.date | None:
    """Return a milestone's date at the last value of a range: that of the last run's first value, and its slope from there."""
    run = entry.segments[-1]
    if run.date is None:
        return None
    convention = plan.convention(Point(entry.milestone, "start"))
    steps = int(run.last.split()[0]) - int(run.first.split()[0])
    return clock.show(clock.boundary(run.date, convention) + run.slope * steps, convention)


def _grid(dossier: Dossier, grid: DateGrid) -> list[Block]:
    plan = dossier.plan
    clock = clock_of(plan)
    convention = plan.convention(Point(grid.milestone, "start"))
    dates = [[None if at is None else clock.show(at, convention) for at in row] for row in grid.boundaries]
    if not any(day for row in dates for day in row):
        return [absence(dossier, "grid", "A date against two assumptions")]
    unit = getattr(plan.values[grid.across], "unit", "wd")
    own = tuple(str(getattr(plan.values[name], "amount", "")) for name in (grid.across, grid.down))
    title = f"{grid.milestone} against what drives it and what would take over first"
    across = (f"{heading_of(plan, grid.across)}, {unit}", [str(value) for value in grid.columns])
    down = (f"{heading_of(plan, grid.down)}, {unit}", [str(value) for value in grid.rows])
    return [
        Chart(
            id="heat",
            title=title,
            about=f"{grid.milestone} by {grid.across} and {grid.down}.",
            svg=heat_chart("heat", title, across, down, dates, (own[0], own[1])),
            table="grid",
        ),
        table(
            "grid",
            f"{grid.milestone} by {grid.across} (across) and {grid.down} (down), both in {unit}",
            [column(grid.down, "number"), *(column(f"{value} {unit}", "date") for value in grid.columns)],
            [[value, *row] for value, row in zip(grid.rows, dates, strict=True)],
            proof="closed form",
            source=f"the plan of case {dossier.main.id} evaluated at each pair of values",
            fold=True,
        ),
    ]


def _regions(dossier: Dossier) -> list[Block]:
    found = dossier.regions
    if found is None:
        return [absence(dossier, "regions", "Decision regions over the open readings")]
    source = f"all {found.combinations} combinations of the open readings of case {dossier.main.id}"
    matters: list[list[Cell]] = [[name, names(readings) or "none"] for name, readings in found.matters.items()]
    return [
        paragraph(
            "Over ",
            Figure(text=f"{found.combinations:,} combinations", proof="counted", source=source),
            " of answers to open questions, ",
            Figure(text=f"{found.infeasible:,}", proof="closed form", source=source),
            " contradict the plan and ",
            Figure(text=f"{found.beyond:,}", proof="closed form", source=source),
            " run off the calendar.",
        ),
        table(
            "matters",
            "Which questions ever move which milestone",
            [column("milestone", "id"), column("questions")],
            matters,
            proof="closed form",
            source=source,
        ),
        swept.together(found, dossier.milestones, source),
        swept.regions(found, dossier.milestones, source),
    ]
