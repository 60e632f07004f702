"""What a run of a grid says together, as tables: what moves each date, where, and how often published dates are met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from models.pack import Cell, Table
from models.picture import BindingWhere, Picture
from optimiser.evidence.tables.kit import across, column, columns, listing, table
from optimiser.evidence.words import month_or_day

__all__ = ["picture_tables"]


def picture_tables(picture: Picture) -> dict[str, Table]:
    """Return what a picture says by the ids of its tables, without those that have no row."""
    source, far = f"the rows of {picture.grid}", {"date before": "empty: no date", "date after": "empty: no date"}
    found = [
        listing(
            "varies",
            "What varies",
            "axis:id | what | base",
            picture.axes,
            said={
                "axis": str,
                "what": lambda name: picture.axes[name],
                "base": lambda name: month_or_day(picture.base[name]),
            },
            proof="stated",
            source="the grid's file",
            note="Base: as the plan has it.",
        ),
        listing(
            "reasons",
            "Combinations without a date",
            "status | combinations:number | reason",
            picture.reasons,
            proof="counted",
            source=source,
        ),
        _steps(picture, source),
        _axes(picture, source),
        listing(
            "thresholds",
            "The exact value at which a milestone moves while every other axis is at its base",
            "axis:id | milestone:id | stays until = stays | moves at = moves | on to | date before:date | date after:date",
            picture.thresholds,
            said={"on to": lambda each: each.until if each.kind == "slope" else None},
            notes={**far, "on to": "the last value of a run with nearly every value of which it moves; empty: a jump"},
            proof="closed form",
            source=source,
        ),
        listing(
            "binding",
            "Which rule binds: its removal alone gains days in so many combinations",
            "milestone:id | title | rule:id | combinations:number | share:share",
            picture.binding,
            proof="closed form",
            source=source,
        ),
        listing(
            "extremes",
            "Best and worst",
            "milestone:id | which | date:date | combinations:number | first at row:number = row | values",
            picture.extremes,
            said={"values": lambda each: _pairs(each.values)},
            proof="closed form",
            source=source,
        ),
        listing(
            "met",
            "Published dates, and the combinations that meet them",
            "baseline:id | milestone | published | combinations:number = met | share:share",
            picture.baselines,
            said={
                "milestone": lambda each: each.milestone or "all of them",
                "published": lambda each: month_or_day(each.published) if each.published else None,
            },
            proof="counted",
            source=source,
        ),
        listing(
            "monotonicity",
            "Whether dates follow each axis the way they must",
            "axis:id | expected = expectation | pairs:number | against it:number = against | example",
            picture.monotonicity,
            proof="counted",
            source=source,
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
    heads = columns("step | to" + across(picture.milestones, "{}:date | {} moves:number cd"))
    return table("steps", "Step by step, each stays", heads, rows, proof="closed form", source=source)


def _axes(picture: Picture, source: str) -> Table:
    """Return how far each axis moves each milestone, those that move it most first."""
    rows: list[list[Cell]] = []
    still = []
    for milestone in picture.milestones if picture.design != "cumulative" else ():
        lines = [line for line in picture.lines if line.milestone == milestone and len(line.points) > 1]
        for line in sorted((line for line in lines if line.spread), key=lambda line: -line.spread):
            points = [(date, point.label) for point in line.points if (date := point.base or point.mean)]
            (first, low), (last, high) = min(points), max(points)
            rows.append([milestone, line.title, line.axis, low, first, high, last, line.spread])
        if never := [line.axis for line in lines if not line.spread]:
            still.append(f"{milestone} is never moved by {', '.join(never)} alone.")
    return table(
        "axes",
        "Each axis",
        columns("milestone:id | title | axis:id | earliest at | first:date | latest at | last:date | moves:number cd"),
        rows,
        proof="closed form",
        source=source,
        note=" ".join(["Others at their base, or on average where that was not computed.", *still]),
    )


def _where(picture: Picture, source: str) -> Iterator[Table]:
    """Yield one table for each milestone and axis on which binding depends."""
    labels = {line.axis: [point.label for point in line.points] for line in picture.lines}
    groups: dict[tuple[str, str], list[BindingWhere]] = {}
    for each in picture.where:
        groups.setdefault((each.milestone, each.axis), []).append(each)
    for place, ((milestone, axis), entries) in enumerate(groups.items(), start=1):
        yield table(
            f"where-{place}",
            f"{milestone}: share in which a rule binds, by {axis}",
            [column(axis), *(column(entry.rule, "share") for entry in entries)],
            zip(labels[axis], *(entry.shares for entry in entries), strict=True),
            proof="counted",
            source=source,
        )


def _drawn(picture: Picture, source: str) -> Iterator[Table]:
    """Yield the numbers of the charts: the dates at each value of each axis, and at each pair of values of two."""
    yield table(
        "points",
        "Dates at each value of each axis",
        columns(
            "milestone:id | axis:id | value | first:date | at base:date | mean:date | last:date | dated:number | combinations:number"
        ),
        (
            [line.milestone, line.axis, at.label, at.first, at.base, at.mean, at.last, at.solved, at.combinations]
            for line in picture.lines
            for at in line.points
        ),
        proof="closed form",
        source=source,
        fold=True,
    )
    for place, heat in enumerate(picture.maps, start=1):
        yield table(
            f"map-{place}",
            f"{heat.milestone} by {heat.down} (down) and {heat.across} (across)",
            [column(heat.down), *(column(label, "date") for label in heat.columns)],
            ([label, *row] for label, row in zip(heat.rows, heat.cells, strict=True)),
            proof="closed form",
            source=source,
            note="Other axes at their base." if heat.others == "base" else "On average over the other axes.",
            fold=True,
        )


def _pairs(values: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in values.items())
