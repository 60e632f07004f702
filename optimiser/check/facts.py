"""Rules broken by facts: those that the forecast schedule violates once progress is disregarded."""

from __future__ import annotations

from typing import Final

from models.items import Summary
from models.plan import Plan
from models.rules import Blackout, Capacity, Migration, Point, Rule
from models.schedule import Position, Schedule, Violation
from optimiser.check.meanings import MEANINGS
from optimiser.check.minute_places import MinutePlaces
from optimiser.check.minutes import MINUTE_MEANINGS
from optimiser.check.places import Places
from optimiser.clock import Clock, MinuteClock

__all__ = ["broken_by_fact"]

_GONE: Final = (Capacity, Migration)
"""What was taken of a capacity, and what has moved, is told by no schedule."""


def broken_by_fact(plan: Plan, schedule: Schedule, clock: Clock) -> tuple[Violation, ...]:
    """Return every active rule that what is done has broken, in the order of the plan.

    Parameters
    ----------
    plan
        A plan with a status date.
    schedule
        One that meets it, as `optimiser.check.check` judges: what it breaks as the plan was before anything was done, and no
        longer does, is broken by fact.
    """
    bare = _untouched(plan)
    now = {position.id: position for position in schedule.positions}
    until = _worked_until(plan, now, clock)
    found: list[Violation] = []
    for rule in plan.active_rules():
        if isinstance(rule, _GONE):
            continue
        places = _places(bare, until if isinstance(rule, Blackout) else now, clock)
        if places.knows(rule.points()):
            found += _judged(rule, places)
    return tuple(found)


def _untouched(plan: Plan) -> Plan:
    """Return a plan of which nothing is done."""
    return plan.evolve(
        status_date=None,
        progress=(),
        activities=tuple(each.model_copy(update={"progress": None}) if each.progress else each for each in plan.activities),
        milestones=tuple(each.model_copy(update={"progress": None}) if each.progress else each for each in plan.milestones),
    )


def _worked_until(plan: Plan, now: dict[str, Position], clock: Clock) -> dict[str, Position]:
    """Return the worked extent of each item: up to the status date where unfinished, as scheduled where not begun."""
    assert plan.status_date is not None
    since = clock.boundary(plan.status_date, "closes")
    begun = {
        name: Position(id=name, start=place.start, finish=max(place.start, min(place.finish, since)))
        for name, place in now.items()
        if plan.under_way(name)
    }
    return {**now, **begun}


class _PastPlaces(MinutePlaces):
    """Places of a plan of minutes of which some is past: a fact may be stated on time off."""

    def shortfall_of(self, point: Point, at: int) -> int:
        """Return by how many minutes a point is too early; 0 where nobody works in them."""
        short, place = super().shortfall_of(point, at), self.positions[point.item].start
        if not short or isinstance(self.plan.items[point.item], Summary):
            return short
        time = self.time(point.item)
        return short if time.worked(place + short) > time.worked(place) else 0


def _places(plan: Plan, positions: dict[str, Position], clock: Clock) -> Places:
    return _PastPlaces(plan, positions, clock) if isinstance(clock, MinuteClock) else Places(plan, positions, clock)


def _judged(rule: Rule, places: Places) -> tuple[Violation, ...]:
    if isinstance(places, MinutePlaces):
        return tuple(MINUTE_MEANINGS[rule.kind](rule, places))
    return tuple(MEANINGS[rule.kind](rule, places))
