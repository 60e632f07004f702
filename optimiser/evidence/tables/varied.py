"""Dates as functions of assumptions and readings, and over a run of a grid, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from models.implied import Piecewise, Regions
from models.pack import Cell, Table
from models.picture import AxisLine, BindingWhere, Picture
from optimiser.evidence.tables.kit import across, column, listing, table
from optimiser.evidence.words import month_or_day

__all__ = ["picture_tables", "regions", "runs", "together"]


def runs(functions: Sequence[Piecewise], source: str) -> Table:
    """Return the runs of values over which a milestone stands still, or moves with every unit."""

    def second(each: Piecewise) -> str | None:
        ends = dict.fromkeys(map(str, (each.beside_first, each.beside_last)))
        return f"{each.beside} {' to '.join(ends)}" if each.beside else None

    beside = " | beside" * any(each.beside for each in functions)
    return listing(
        "sweep-runs",
        "Runs of values over which a milestone stands still, or moves with every unit",
        f"milestone:id = 0.milestone | assumption:id = 0.of{beside} | from = 1.first | to = 1.last"
        " | date at the first:date = 1.date | then a unit moves:number wd = 1.slope",
        ((each, run) for each in functions for run in each.segments),
        "closed form",
        source,
        said={"beside": lambda pair: second(pair[0])},
        note="Steps of months, and of days behind months, make many short runs.",
        fold=True,
        most=40,
    )


def regions(found: Regions, milestones: Iterable[str], source: str) -> Table:
    """Return which answers give which date of each milestone."""
    return listing(
        "regions",
        "Which answers give which date: every combination that agrees with a line has its date",
        "milestone:id = 0 | date:date = 1.date | combinations:number = 1.combinations | answers",
        ((milestone, region) for milestone in milestones for region in found.regions.get(milestone, ())),
        "closed form",
        source,
        said={"answers": lambda pair: _answered(pair[1].readings) or "whatever is answered"},
        note="An empty date contradicts the plan or falls off the calendar.",
        fold=True,
        most=30,
    )


def together(found: Regions, milestones: Sequence[str], source: str) -> Table:
    """Return the dates that come together, the most frequent first."""
    return table(
        "together",
        "Dates that come together, the most frequent first",
        f"{across(milestones, '{}:date').removeprefix(' | ')} | combinations:number | nearest answers that give them",
        (
            [*map(each.dates.get, milestones), each.combinations, _answered(each.readings) or "as chosen"]
            for each in sorted(found.together, key=lambda each: -each.combinations)
        ),
        "closed form",
        source,
        fold=True,
        most=20,
    )


def _answered(readings: Mapping[str, str]) -> str:
    return ", ".join(f"{reading}={option}" for reading, option in readings.items())


def picture_tables(picture: Picture) -> dict[str, Table]:
    """Return the tables of a picture by id, empty ones left out."""
    source, far = f"the rows of {picture.grid}", {"date before": "empty: no date", "date after": "empty: no date"}
    exact, counted = partial(listing, proof="closed form", source=source), partial(listing, proof="counted", source=source)
    found = [
        listing(
            "varies",
            "What varies",
            "axis:id = 0 | what = 1 | base",
            picture.axes.items(),
            "stated",
            "the grid's file",
            said={"base": lambda axis: month_or_day(picture.base[axis[0]])},
            note="Base: as the plan has it.",
        ),
        counted("reasons", "Combinations without a date", "status | combinations:number | reason", picture.reasons),
        _steps(picture, source),
        _axes(picture, source),
        exact(
            "thresholds",
            "The exact value at which a milestone moves while every other axis is at its base",
            "axis:id | milestone:id | stays until = stays | moves at = moves | on to | date before:date | date after:date",
            picture.thresholds,
            said={"on to": lambda each: each.until if each.kind == "slope" else None},
            notes={**far, "on to": "the last value of a run with nearly every value of which it moves; empty: a jump"},
        ),
        exact(
            "binding",
            "Which rule binds: its removal alone gains days in so many combinations",
            "milestone:id | title | rule:id | combinations:number | share:share",
            picture.binding,
        ),
        exact(
            "extremes",
            "Best and worst",
            "milestone:id | which | date:date | combinations:number | first at row:number = row | values",
            picture.extremes,
            said={"values": lambda each: "; ".join(f"{name} {value}" for name, value in each.values.items())},
        ),
        counted(
            "met",
            "Published dates, and the combinations that meet them",
            "baseline:id | milestone | published:month | combinations:number = met | share:share",
            picture.baselines,
            said={"milestone": lambda each: each.milestone or "all of them"},
        ),
        counted(
            "monotonicity",
            "Whether dates follow each axis the way they must",
            "axis:id | expected = expectation | pairs:number | against it:number = against | example",
            picture.monotonicity,
        ),
        *_where(picture, source),
        *_drawn(picture, source),
    ]
    return {each.id: each for each in found if each.rows}


def _steps(picture: Picture, source: str) -> Table:
    """Return the steps of a cumulative design."""
    rows: list[list[Cell]] = [
        [step.axis or "as it begins", step.value, *(cell for pair in zip(step.dates, step.moved, strict=True) for cell in pair)]
        for step in picture.steps
    ]
    heads = "step | to" + across(picture.milestones, "{}:date | {} moves:number cd")
    return table("steps", "Step by step, each stays", heads, rows, "closed form", source)


def _axes(picture: Picture, source: str) -> Table:
    """Return how far each axis moves each milestone, those that move it most first."""
    moving: list[AxisLine] = []
    still: list[str] = []
    for milestone in picture.milestones if picture.design != "cumulative" else ():
        lines = [line for line in picture.lines if line.milestone == milestone and len(line.points) > 1]
        moving += sorted((line for line in lines if line.spread), key=lambda line: -line.spread)
        if never := [line.axis for line in lines if not line.spread]:
            still.append(f"{milestone} is never moved by {', '.join(never)} alone.")
    return table(
        "axes",
        "Each axis",
        "milestone:id | title | axis:id | earliest at | first:date | latest at | last:date | moves:number cd",
        ([line.milestone, line.title, line.axis, *_ends(line), line.spread] for line in moving),
        "closed form",
        source,
        note=" ".join(["Others at their base, or on average where that was not computed.", *still]),
    )


def _ends(line: AxisLine) -> list[Cell]:
    """Return the value and the date at which a milestone is earliest, and latest."""
    points = [(date, point.label) for point in line.points if (date := point.base or point.mean)]
    (first, low), (last, high) = min(points), max(points)
    return [low, first, high, last]


def _where(picture: Picture, source: str) -> Iterator[Table]:
    """Yield one table for each milestone and axis on which binding depends."""
    labels = {line.axis: [point.label for point in line.points] for line in picture.lines}
    groups: dict[tuple[str, str], list[BindingWhere]] = {}
    for each in picture.where:
        groups.setdefault((each.milestone, each.axis), []).append(each)
    for place, ((milestone, axis), entries) in enumerate(groups.items(), start=1):
        heads = [column(axis), *(column(entry.rule, "share") for entry in entries)]
        rows = zip(labels[axis], *(entry.shares for entry in entries), strict=True)
        title = f"{milestone}: share in which a rule binds, by {axis}"
        yield table(f"where-{place}", title, heads, rows, "counted", source)


def _drawn(picture: Picture, source: str) -> Iterator[Table]:
    """Yield the numbers of the charts: the dates at each value of each axis, and at each pair of values of two."""
    yield listing(
        "points",
        "Dates at each value of each axis",
        "milestone:id = 0.milestone | axis:id = 0.axis | value = 1.label | first:date = 1.first | at base:date = 1.base"
        " | mean:date = 1.mean | last:date = 1.last | dated:number = 1.solved | combinations:number = 1.combinations",
        ((line, point) for line in picture.lines for point in line.points),
        "closed form",
        source,
        fold=True,
    )
    for place, heat in enumerate(picture.maps, start=1):
        yield table(
            f"map-{place}",
            f"{heat.milestone} by {heat.down} (down) and {heat.across} (across)",
            [column(heat.down), *(column(label, "date") for label in heat.columns)],
            ([label, *row] for label, row in zip(heat.rows, heat.cells, strict=True)),
            "closed form",
            source,
            note="Other axes at their base." if heat.others == "base" else "On average over the other axes.",
            fold=True,
        )
