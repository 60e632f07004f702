"""Where the points of a schedule lie, and how that is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from models.items import Activity, Milestone
from models.plan import Plan
from models.rules import Point
from models.schedule import Position, Violation
from optimiser.clock import Clock, Convention, MinuteClock

__all__ = ["Places", "broken", "some"]

_NAMED = 8
"""How many things a message lists before it only counts the rest."""


@dataclass(frozen=True, slots=True)
class Places:
    """The positions of a schedule beside the plan that they are judged by.

    Attributes
    ----------
    plan
        The only authority on what is required.
    positions
        Position by item; items that have no place on the calendar are absent.
    clock
        The axis that the boundaries are counted on.
    """

    plan: Plan
    positions: Mapping[str, Position]
    clock: Clock

    def boundary(self, point: Point) -> int:
        """Return ``b(point)``, the boundary of a point whose end is filled in."""
        position = self.positions[point.item]
        return position.finish if point.end == "finish" else position.start

    # -- what is done --------------------------------------------------------------------------------------------------

    @property
    def since(self) -> int:
        """The boundary before which nothing comes that is not done."""
        status = self.plan.status_date
        return self.clock.origin if status is None else max(self.clock.origin, self.clock.boundary(status, "closes"))

    def missed(self, boundary: int) -> bool:
        """Return whether a latest boundary lies before the status date, so that what is not done by then has broken it."""
        return self.plan.status_date is not None and boundary < self.since

    def past(self, point: Point) -> bool:
        """Return whether a point, whose end is filled in, has come."""
        return self.plan.done(point.item) or (point.end == "start" and self.plan.under_way(point.item))

    def linked(self, point: Point) -> int | None:
        """Return the boundary that a link bounds from below: of begun work where its rest begins; None where it bounds none."""
        plan = self.plan
        if plan.done(point.item) or (plan.logic == "override" and plan.under_way(point.item)):
            return None
        return self.still(point.item)[0] if point.end == "start" else self.boundary(point)

    def still(self, item: str) -> tuple[int, int]:
        """Return between which boundaries work is still to be done: what is left of begun work as late as its finish lets it be."""
        position, held = self.positions[item], self.plan.items[item]
        if not isinstance(held, Activity) or not self.plan.under_way(item):
            return position.start, position.finish
        if not self.plan.switch(held.enabled):
            return position.finish, position.finish
        rest, starts = self.plan.still_to_do(held), np.arange(position.finish + 1)
        ends = self.clock.finishes(starts, rest.amount, rest.unit, held.calendar) <= position.finish
        if rest.amount:
            ends &= self.clock.may_start(held.calendar)[starts]
        return int(np.flatnonzero(ends)[-1]) if ends.any() else 0, position.finish

    def knows(self, points: Iterable[Point]) -> bool:
        """Return whether every point has a place on the calendar."""
        return all(point.item in self.positions for point in points)

    def moved(self, position: Position) -> Places:
        """Return the same places with one item elsewhere."""
        return type(self)(self.plan, {**self.positions, position.id: position}, self.clock)

    # -- in words ----------------------------------------------------------------------------------------------------

    def name(self, point: Point) -> str:
        """Name a point: a milestone needs no end."""
        return point.item if isinstance(self.plan.items[point.item], Milestone) else str(point)

    def when(self, boundary: int, convention: Convention) -> str:
        """Say at which date a boundary is shown, or on which side of the calendar it lies."""
        index = boundary if convention == "opens" else boundary - 1
        covers = self.clock.calendar.covers
        if index < 0:
            return f"a date before {covers.first}, the first day that calendar '{self.clock.calendar.id}' covers"
        if index >= self.clock.size:
            return f"a date after {covers.last}, the last day that calendar '{self.clock.calendar.id}' covers"
        if isinstance(self.clock, MinuteClock):
            return str(self.clock.show(boundary, convention))
        half = "morning" if convention == "opens" else "evening"
        return f"the {half} of {self.clock.show(boundary, convention)}"

    def found(self, point: Point) -> str:
        """Say where a point lies."""
        return f"{self.name(point)} is {self.when(self.boundary(point), self.plan.convention(point))}"

    def at(self, point: Point) -> str:
        """Name a point with the date it lies at."""
        return f"{self.name(point)}, {self.when(self.boundary(point), self.plan.convention(point))}"

    def shortfall(self, point: Point, required: int) -> int | None:
        """Return the working days between a point and where it must be; None where that is off the calendar."""
        return abs(required - self.boundary(point)) if 0 <= required <= self.clock.size else None


def broken(rule: str, message: str, working_days: int | None = None) -> Violation:
    """Say that something is broken."""
    return Violation(rule=rule, message=message, working_days=working_days)


def some(things: Iterable[str]) -> str:
    """List things, the first few by name."""
    named = list(things)
    rest = len(named) - _NAMED
    return ", ".join(named[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")
