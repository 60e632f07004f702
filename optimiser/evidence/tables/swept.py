"""Dates as functions of assumptions and of the answers to open questions, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from models.explanation import Piecewise, Regions
from models.pack import Table
from optimiser.evidence.tables.kit import across, columns, table

__all__ = ["regions", "runs", "together"]


def runs(functions: Sequence[Piecewise], source: str) -> Table:
    """Return the runs of values over which a milestone stands still, or moves with every unit."""
    beside = any(each.beside for each in functions)

    def second(each: Piecewise) -> list[str | None]:
        same = each.beside_first == each.beside_last
        held = f"{each.beside} {each.beside_first}{'' if same else f' to {each.beside_last}'}" if each.beside else None
        return [held] if beside else []

    return table(
        "sweep-runs",
        "Runs of values over which a milestone stands still, or moves with every unit",
        columns(
            f"milestone:id | assumption:id{' | beside' * beside} | from | to | date at the first:date | then a unit moves:number wd"
        ),
        (
            [each.milestone, each.of, *second(each), run.first, run.last, run.date, run.slope]
            for each in functions
            for run in each.segments
        ),
        proof="closed form",
        source=source,
        note="Steps of months, and of days behind months, make many short runs.",
        fold=True,
        most=40,
    )


def regions(found: Regions, milestones: Iterable[str], source: str) -> Table:
    """Return which answers give which date of each milestone."""
    return table(
        "regions",
        "Which answers give which date: every combination that agrees with a line has its date",
        columns("milestone:id | date:date | combinations:number | answers"),
        (
            [milestone, region.date, region.combinations, _answered(region.readings) or "whatever is answered"]
            for milestone in milestones
            for region in found.regions.get(milestone, ())
        ),
        proof="closed form",
        source=source,
        note="An empty date contradicts the plan or falls off the calendar.",
        fold=True,
        most=30,
    )


def together(found: Regions, milestones: Sequence[str], source: str) -> Table:
    """Return the dates that come together, the most frequent first."""
    return table(
        "together",
        "Dates that come together, the most frequent first",
        columns(f"{across(milestones, '{}:date').removeprefix(' | ')} | combinations:number | nearest answers that give them"),
        (
            [*(each.dates.get(name) for name in milestones), each.combinations, _answered(each.readings) or "as chosen"]
            for each in sorted(found.together, key=lambda each: -each.combinations)
        ),
        proof="closed form",
        source=source,
        fold=True,
        most=20,
    )


def _answered(readings: Mapping[str, str]) -> str:
    return ", ".join(f"{reading}={option}" for reading, option in readings.items())
