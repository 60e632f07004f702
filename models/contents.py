"""What a plan holds, and where to find each thing in it. Whether it holds together is `models.plan`'s to say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from math import ceil
from typing import Annotated, Any, Literal, Self, cast

from pydantic import ConfigDict, Field, model_validator

from models.assumptions import Assumption, Baseline, Changes, RaidItem, Reading, Unknown
from models.calendar import Calendar, Span
from models.duration import Duration, Reference, Value, print_value
from models.items import Activity, Hammock, Item, Milestone, Phase, Summary
from models.moment import MINUTES
from models.progress import Dialect, ItemProgress, Logic, Progress, RiskNow, StartLag
from models.provenance import Source
from models.qualification import Qualification
from models.record import Date, Identifier, Many, Record, Text, unless
from models.rules import LagCalendar, Point, Rule
from models.terms import Term, with_term
from models.updating import Previous

__all__ = ["DURATION_PREFIX", "PLAN_SCHEMA", "PlanContents", "Settings"]

PLAN_SCHEMA = "optimiser/plan/1"
DURATION_PREFIX = "duration:"
"""What stands before an activity's id to name the switch of its duration among the rules."""


class Settings(Record):
    """What has been chosen on top of the plan as written."""

    scenarios: Many[Identifier] = ()
    readings: dict[Identifier, Identifier] = {}
    """Questions answered by a scenario or a user; all others are live."""
    assumptions: dict[Identifier, str] = {}
    """Values set, as printed."""
    values: dict[str, str] = {}
    """Numbers set that no assumption names: ``ITEM.duration`` or ``RULE.term`` to the value as printed."""
    rules: dict[str, bool] = {}
    said: dict[str, str] = {}
    """Everything that scenarios have set, by whatever way: its name to its value as printed."""
    overlaps: Many[Text] = ()
    """Things that more than one scenario of the stack sets to different ends; the later has won."""
    hindsight: bool = False


def _named(changes: Changes) -> list[str]:
    """Return what changes set; a calendar, or nothing but buffers, as something that is never set by name."""
    unnamed = ["calendar"] if changes.calendar or not (changes.assumptions or changes.rules) else []
    return [*changes.assumptions, *changes.rules, *unnamed]


class PlanContents(Record):
    """The fields of a plan, each well formed on its own."""

    model_config = ConfigDict(populate_by_name=True)

    schema_: Annotated[Literal["optimiser/plan/1"], Field(alias="schema")] = "optimiser/plan/1"
    id: Identifier
    title: Text
    as_of: Date
    """The day whose knowledge the plan rests on; a later source is refused unless a scenario is marked hindsight."""
    note: Text | None = None
    horizon: Span
    """The first day on which anything may start and the last day that the axis reaches."""
    calendar: Identifier
    """The base calendar: its working days are the axis."""
    calendars: Many[Calendar]
    targets: Many[Identifier]
    """The milestones asked for when nobody says which."""
    phases: Many[Phase] = ()
    activities: Many[Activity] = ()
    milestones: Many[Milestone] = ()
    hammocks: Many[Hammock] = ()
    rules: Many[Rule] = ()
    assumptions: Many[Assumption] = ()
    unknowns: Many[Unknown] = ()
    readings: Many[Reading] = ()
    sources: Many[Source] = ()
    raid: Many[RaidItem] = ()
    baselines: Many[Baseline] = ()
    qualification: Qualification | None = None
    """Qualification party by party, instead of by one bar, where a scenario switches it on."""
    settings: Settings = Field(default_factory=Settings)
    unit: Literal["day", "minute"] = unless("day")
    """What a boundary of the axis counts: working days of the base calendar, or minutes of the clock."""
    summaries: Many[Summary] = unless(())
    dialect: Dialect | None = unless(None)
    day_minutes: Annotated[int, Field(ge=1, le=MINUTES)] = unless(480)
    """Of a minute plan: the worked minutes of a working day, where a length or a gain is stated in these."""
    start: Date | None = unless(None)
    """Of a minute plan: no work begins earlier. With a dialect of ``msp`` only work without predecessors and floors is held."""
    status_date: Date | None = unless(None)
    """What has happened by its evening is fact; no other work is done before it."""
    logic: Logic = unless("retained")
    start_lag: StartLag = unless("early-start")
    """Of a plan with a dialect; without one lags count from actual dates."""
    lag_calendar: LagCalendar = unless("successor")
    """Whose worked minutes lags count, where the rule does not say."""
    progress: Many[ItemProgress] = unless(())
    """What is done of items, said beside them: each item is given its own."""
    previous: Previous | None = unless(None)
    """The update before, of a plan that is an update."""
    risks: Many[RiskNow] = unless(())
    """What became of risks of the register; the last that is said of one holds."""

    @model_validator(mode="after")
    def _progress_on_items(self) -> Self:
        """Give each item what is said of it beside the items, unless it says something itself; and say what a share leaves."""
        said = {entry.item: entry.of_item() for entry in reversed(self.progress)}
        if said:
            fields = (("activities", self.activities), ("milestones", self.milestones))
            for name, entries in fields:
                self.__dict__[name] = tuple(
                    entry.model_copy(update={"progress": said[entry.id]})
                    if entry.progress is None and entry.id in said
                    else entry
                    for entry in cast("tuple[Activity, ...]", entries)
                )
        self._say_what_is_left()
        return self

    def _say_what_is_left(self) -> None:
        """State what is left of begun work of which only a share is said to be complete: then it is a number like any other."""
        left: dict[str, Duration] = {}
        for activity in self.activities:
            done = activity.progress
            if done is None or done.percent_complete is None or done.remaining is not None or not done.begun:
                continue
            length = activity.duration if isinstance(activity.duration, Duration) else self.values.get(activity.duration.name)
            rest = self.remaining(activity) if isinstance(length, Duration) and done.actual_finish is None else None
            if rest is not None:
                left[activity.id] = rest
        if left:
            self.__dict__["activities"] = tuple(
                with_term(each, ("progress", "remaining"), left[each.id]) if each.id in left else each
                for each in self.activities
            )
            self.__dict__["progress"] = tuple(
                each.model_copy(update={"remaining": left[each.item]}) if each.item in left and not each.remaining else each
                for each in self.progress
            )

    def evolve(self, **changes: Any) -> Self:
        """Return a copy with some fields replaced. The changes are trusted; nothing is validated again."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return cast("Self", self.model_construct(**{**fields, **changes}))

    # -- looking things up -------------------------------------------------------------------------------------------

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """All items by id: activities, milestones, hammocks, summaries, each in the order written."""
        everything: tuple[tuple[Item, ...], ...] = (self.activities, self.milestones, self.hammocks, self.summaries)
        return {item.id: item for group in everything for item in group}

    @cached_property
    def rules_by_id(self) -> Mapping[str, Rule]:
        """All rules by id."""
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def values(self) -> Mapping[str, Value]:
        """The value of every assumption and unknown."""
        return {name: entry.value for name, entry in self.assumptions_by_id.items()}

    @cached_property
    def assumptions_by_id(self) -> Mapping[str, Assumption | Unknown]:
        """All assumptions and unknowns by id."""
        stated: tuple[Assumption | Unknown, ...] = (*self.assumptions, *self.unknowns)
        return {entry.id: entry for entry in stated}

    @cached_property
    def uses(self) -> Mapping[str, tuple[tuple[str, Term], ...]]:
        """What uses each assumption or unknown as a number: rules and ``duration:ITEM``, on or off, with the number there."""
        found: dict[str, list[tuple[str, Term]]] = {}
        entries: list[tuple[str, Activity | Rule]] = [(DURATION_PREFIX + entry.id, entry) for entry in self.activities]
        for name, entry in (*entries, *((rule.id, rule) for rule in self.rules)):
            for term in entry.terms():
                if term.assumption is not None:
                    found.setdefault(term.assumption, []).append((name, term))
        return {name: tuple(terms) for name, terms in found.items()}

    @cached_property
    def terms_by_name(self) -> Mapping[str, tuple[str, Term]]:
        """Every number that an item or a rule holds, by ``ITEM.duration`` or ``RULE.term``: its list, and what it is."""
        return {
            f"{entry.id}.{term.name}": (field, term)
            for field in ("activities", "hammocks", "rules")
            for entry in getattr(self, field)
            for term in entry.terms()
        }

    @cached_property
    def calendars_by_id(self) -> Mapping[str, Calendar]:
        """All calendars by id."""
        return {calendar.id: calendar for calendar in self.calendars}

    def choice(self, reading: Reading) -> str:
        """Return the option chosen for a reading, its default where nobody chose."""
        return self.settings.readings.get(reading.id, reading.default)

    def choices(self) -> dict[str, str]:
        """Return the option of every reading."""
        return {reading.id: self.choice(reading) for reading in self.readings}

    def live_readings(self) -> tuple[Reading, ...]:
        """Return the readings that neither a scenario nor the user has answered, be it by setting all that its options set."""
        by_name = {*self.settings.assumptions, *self.settings.rules}
        return tuple(
            reading
            for reading in self.readings
            if reading.id not in self.settings.readings and not by_name.issuperset(_named(reading.options[0].changes))
        )

    def set_otherwise(self) -> dict[str, str]:
        """Return the readings whose option sets a value that somebody has since set otherwise, each with its present value."""
        found: dict[str, list[str]] = {}
        for reading in self.readings:
            option = reading.option(self.choice(reading))
            changes = option.changes if option else Changes()
            for name in self.settings.assumptions:
                if name in changes.assumptions and changes.assumptions[name] != self.values[name]:
                    found.setdefault(reading.id, []).append(f"{name}={print_value(self.values[name])}")
            for name, on in self.settings.rules.items():
                if changes.rules.get(name, on) != on:
                    found.setdefault(reading.id, []).append(f"{name} {'on' if on else 'off'}")
        return {name: ", ".join(said) for name, said in found.items()}

    # -- resolving references ----------------------------------------------------------------------------------------

    def duration(self, term: Duration | Reference) -> Duration:
        """Return a length, following a reference to its assumption."""
        value = self.values[term.name] if isinstance(term, Reference) else term
        if not isinstance(value, Duration):
            message = f"{term} is {value!r}, expected a duration"
            raise TypeError(message)
        return value

    def date(self, term: dt.date | Reference) -> dt.date | None:
        """Return a date, following a reference to its assumption; None where the assumption holds ``none``."""
        value = self.values[term.name] if isinstance(term, Reference) else term
        if value is not None and not isinstance(value, dt.date):
            message = f"{term} is {value!r}, expected a date"
            raise TypeError(message)
        return value

    def amount(self, term: int | Reference) -> int:
        """Return a count, following a reference to its assumption."""
        value = self.values[term.name] if isinstance(term, Reference) else term
        if isinstance(value, bool) or not isinstance(value, int):
            message = f"{term} is {value!r}, expected a whole number"
            raise TypeError(message)
        return value

    def switch(self, term: bool | Reference) -> bool:
        """Return whether a switch is on, following a reference to its assumption."""
        value = self.values[term.name] if isinstance(term, Reference) else term
        if not isinstance(value, bool):
            message = f"{term} is {value!r}, expected true or false"
            raise TypeError(message)
        return value

    def active_rules(self) -> Iterator[Rule]:
        """Yield the rules that are on, in the order written."""
        return (rule for rule in self.rules if self.switch(rule.enabled))

    # -- what is done ------------------------------------------------------------------------------------------------

    def done(self, item: str) -> bool:
        """Return whether an item is finished, or as an event met."""
        held = self.items[item]
        if not isinstance(held, Activity | Milestone) or held.progress is None:
            return False
        return held.progress.begun if isinstance(held, Milestone) else held.progress.actual_finish is not None

    @property
    def from_rest(self) -> bool:
        """Whether a lag from the start of begun work counts from that of its rest, as the dialect's files may have it."""
        return self.start_lag == "early-start" and self.dialect is not None

    def under_way(self, item: str) -> bool:
        """Return whether work has begun and is not finished."""
        held = self.items[item]
        return isinstance(held, Activity) and held.progress is not None and held.progress.begun and not self.done(item)

    def remaining(self, activity: Activity) -> Duration | None:
        """Return the remaining duration of begun work: as stated, else the incomplete share of its length, rounded up.

        On a minute plan a share is one in worked minutes. None where neither is stated, or of a length in months.
        """
        progress = activity.progress or Progress()
        length = self.duration(activity.duration)
        if progress.remaining is not None or progress.percent_complete is None or length.unit == "mo":
            return progress.remaining
        minutes = {"h": 60, "wd": self.day_minutes}.get(length.unit, 1) if self.unit == "minute" else 1
        left = length.amount * minutes * (100 - Fraction(str(progress.percent_complete))) / 100
        if minutes > 1 and left % minutes:
            return Duration(ceil(left), "min")
        return Duration(ceil(left / minutes), length.unit)

    def still_to_do(self, activity: Activity) -> Duration:
        """Return the length of work, or what is left of it once it has begun."""
        rest = activity.progress.remaining if activity.progress is not None and self.under_way(activity.id) else None
        return self.duration(activity.duration) if rest is None else rest

    @cached_property
    def hammocks_in_order(self) -> tuple[Hammock, ...]:
        """Return hammocks, each after those that it is tied to, without those in a cycle of ties."""
        by_id = {hammock.id: hammock for hammock in self.hammocks}
        behind: dict[str, list[str]] = {}
        waits = {name: {point.item for point in hammock.ties()} & by_id.keys() for name, hammock in by_id.items()}
        for name, others in waits.items():
            for other in others:
                behind.setdefault(other, []).append(name)
        ready = [name for name, others in waits.items() if not others]
        for name in ready:
            for after in behind.get(name, ()):
                waits[after].discard(name)
                if not waits[after]:
                    ready.append(after)
        return tuple(by_id[name] for name in ready)

    def convention(self, point: Point) -> Literal["opens", "closes"]:
        """Return how a point's boundary is shown: a start and an ``opens`` milestone as a morning, the rest as an evening."""
        item = self.items[point.item]
        if isinstance(item, Milestone):
            return item.shown
        return "opens" if point.end == "start" else "closes"
