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
        table(
            "sweep-runs",
            "Runs of values over which a milestone stands still, or moves with every unit",
            columns("milestone:id | assumption:id | from | to | date at the first:date | then a unit moves:number wd"),
            [
                [entry.milestone, entry.of, run.first, run.last, run.date, run.slope]
                for entry in dossier.sweeps
                for run in entry.segments
            ],
            proof="closed form",
            source=source,
            note="Steps of months, and of days behind months, make many short runs.",
            fold=True,
            most=40,
        ),
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
    rows: list[list[Cell]] = []
    for milestone in dossier.milestones:
        for region in found.regions.get(milestone, ()):
            answers = ", ".join(f"{reading}={option}" for reading, option in region.readings.items())
            rows.append([milestone, region.date, region.combinations, answers])
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
        table(
            "together",
            "Dates that come together, the most frequent first",
            [
                *(column(name, "date") for name in dossier.milestones),
                column("combinations", "number"),
                column("nearest answers that give them"),
            ],
            [
                [
                    *(entry.dates.get(name) for name in dossier.milestones),
                    entry.combinations,
                    ", ".join(f"{reading}={option}" for reading, option in entry.readings.items()) or "as chosen",
                ]
                for entry in sorted(found.together, key=lambda entry: -entry.combinations)
            ],
            proof="closed form",
            source=source,
            fold=True,
            most=20,
        ),
        table(
            "regions",
            "Which answers give which date: every combination that agrees with a line has its date",
            [column("milestone", "id"), column("date", "date"), column("combinations", "number"), column("answers")],
            rows,
            proof="closed form",
            source=source,
            note="An empty date contradicts the plan or falls off the calendar.",
            fold=True,
            most=30,
        ),
    ]
