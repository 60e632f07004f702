"""Ways to an earlier date: relaxations and their cost, or the nearest miss."""

from __future__ import annotations

from typing import Literal

from models.duration import Unit
from models.findings import Conflict
from models.provenance import Authority
from models.record import Date, Identifier, Many, Record, Text, unless

__all__ = ["MilestoneWhyNot", "NearestMiss", "Relaxation", "Route", "RouteStep", "WhyNot"]


class Relaxation(Record):
    """Rules and durations that, switched off together, let the milestone meet the date; leave one on, and it does not."""

    rules: Many[str]
    titles: Many[Text]
    date: Date | None
    """The date it buys; None where that is not known. Of one on paper only, the date at the published starts."""
    detaches: bool
    """Whether nothing but the plan's start would then hold something of the chain: a way out on paper only."""
    regulatory: bool


class RouteStep(Record):
    """One number moved."""

    lever: str
    """The assumption; or the rule or ``duration:ITEM`` whose own number moves."""
    title: Text
    stated: str
    moved: str
    units: int
    unit: Unit | Literal["count", "switch"]
    cost: int
    authority: Authority
    low_basis: Text | None = None
    """What is said of the limit that permits it."""
    fitted_to: Text | None = None
    """The published date that the limit was chosen to hit, so that it permits nothing."""


class Route(Record):
    """A route to an earlier date: the cheapest set of moves, and the date that it gives."""

    steps: Many[RouteStep]
    cost: int
    bound: int
    """No route costs less; equal to ``cost`` where it is the cheapest."""
    date: Date
    proof: Text
    """Of the date, when the plan is solved again with the numbers moved."""
    optimal: bool
    assumptions: dict[Identifier, str] = {}
    """What a scenario sets to take the route."""
    switched_off: Many[str] = ()
    unsaved: Many[str] = ()
    """Nothing any more: a scenario sets numbers written into rules and activities too, as ``values``."""
    values: dict[str, str] = unless({})
    """What a scenario sets besides: numbers that no assumption names, ``ITEM.remaining`` or ``RULE.lag``."""


class NearestMiss(Record):
    """How close everything that may move gets, and what would have to be allowed."""

    date: Date
    """The earliest date with everything moved as far as permitted."""
    missing_wd: int
    route: Route | None
    """The cheapest way to that date."""
    conflict: Conflict
    """What still keeps it from the date asked for."""
    to_allow: Many[Relaxation]
    """Smallest sets of which something would have to give besides."""
    bound: Date | None = unless(None)
    """Where the date is not proved, the day before which it cannot be; what is missing is counted to it."""


class WhyNot(Record):
    """Why a milestone is not by a date, and what would have to give."""

    plan: Identifier
    scenarios: Many[Identifier]
    readings: dict[Identifier, Identifier]
    milestone: Identifier
    by: Date
    date: Date | None
    """The earliest date as things are; None where the plan contradicts itself."""
    verdict: Literal["met", "route", "nearest miss", "undecided"]
    missing_wd: int | None
    conflict: Conflict | None
    conflicts: Many[Conflict] = ()
    relaxations: Many[Relaxation] = ()
    complete: bool | None = None
    """Whether these are all minimal conflicts and relaxations; None where only one conflict was asked for."""
    route: Route | None = None
    nearest: NearestMiss | None = None
    may_move: Many[str] = ()
    """What the plan permits to move."""
    refused: Many[str] = ()
    """What the plan would permit to move but for its authority: it must be allowed by name."""
    notes: Many[Text] = ()
    bound: Date | None = unless(None)
    """Where the date is not proved, the day before which it cannot be; what is missing is counted to it."""


class MilestoneWhyNot(Record):
    """One milestone of a baseline under the test of minimum necessity."""

    milestone: Identifier
    published: Text
    answer: WhyNot
