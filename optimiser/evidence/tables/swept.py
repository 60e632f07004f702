"""Dates as functions of assumptions and of the answers to open questions, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from models.explanation import Piecewise, Regions
from models.pack import Table
from optimiser.evidence.tables.kit import across, listing, table

__all__ = ["regions", "runs", "together"]


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
