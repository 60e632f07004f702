"""What the checks look at: the plan solved as it stands, its published rows, and the means to solve it again."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from models.assumptions import PublishedDate
from models.calendar import Span
from models.items import Activity, Item, Milestone
from models.lint import LintEffect
from models.plan import Plan
from models.published import PublishedTables
from models.rules import NotBefore
from optimiser.clock import Clock, Convention, clock_of
from optimiser.critical import Columns, Earliest, Network, compile_network, earliest_times, evaluate
from optimiser.errors import BeyondHorizonError
from optimiser.solve.variant import Variant, evaluate_variants

__all__ = ["Row", "Subject", "counted", "listed", "working_days"]

_STATED = re.compile(r"^(\d+) days?(\?)?$")


@dataclass(frozen=True, slots=True)
class Row:
    """A published row.

    Attributes
    ----------
    days
        Its stated length in days, None where the words say none.
    estimated
        Whether the length carries the mark of an estimate.
    words
        The words of its name, in lower case.
    """

    item: Item
    number: int
    name: str
    start: dt.date
    finish: dt.date
    days: int | None
    estimated: bool
    words: tuple[str, ...]

    @property
    def id(self) -> str:
        """The item's id."""
        return self.item.id

    @property
    def place(self) -> str:
        """How a reader finds it."""
        return f"row {self.number} ({self.item.id})"

    @property
    def is_event(self) -> bool:
        """Whether it is a point in time rather than work."""
        return isinstance(self.item, Milestone) or (self.days or 0) <= 1


def listed(names: Iterable[str], most: int = 8) -> str:
    """Return ``a, b and c``, cut after so many."""
    names = list(names)
    if len(names) > most:
        names = [*names[:most], f"{len(names) - most} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return ``1 row``, ``2 rows``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def working_days(clock: Clock, first: dt.date, last: dt.date) -> int:
    """Return the working days from one day to another, both included."""
    return clock.days_between(clock.boundary(first, "opens"), clock.boundary(last, "closes"))


@dataclass
class Subject:
    """One plan under examination.

    Attributes
    ----------
    plan
        With its scenarios applied.
    published
        What its documents print beside dates.
    targets
        The milestones of which effects are given.
    clock, network
        Of the plan as it stands.
    earliest
        Its forward pass, whatever its status.
    """

    plan: Plan
    published: PublishedTables
    targets: tuple[str, ...]
    clock: Clock = field(init=False)
    network: Network = field(init=False)
    earliest: Earliest = field(init=False)

    def __post_init__(self) -> None:
        self.clock = clock_of(self.plan)
        self.network = compile_network(self.plan, self.clock)
        self.earliest = earliest_times(self.network)

    @property
    def solved(self) -> bool:
        """Whether the plan has dates at all."""
        return self.earliest.status == "feasible"

    # -- published rows ----------------------------------------------------------------------------------------------

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Published rows in their order."""
        found = []
        for item in self.plan.items.values():
            if item.published is None:
                continue
            stated = _STATED.fullmatch(item.published.stated.strip())
            entry = self.published.name_of.get(item.published.row)
            name = entry.name if entry else item.title
            found.append(
                Row(
                    item=item,
                    number=item.published.row,
                    name=name,
                    start=item.published.start,
                    finish=item.published.finish,
                    days=int(stated[1]) if stated else None,
                    estimated=bool(stated and stated[2]),
                    words=tuple(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", name.lower())),
                )
            )
        return tuple(sorted(found, key=lambda row: row.number))

    @cached_property
    def row_of(self) -> Mapping[str, Row]:
        """Published rows by item."""
        return {row.id: row for row in self.rows}

    def clock_of(self, calendar: str) -> Clock:
        """Return the axis on another calendar of the plan."""
        if calendar not in self._clocks:
            self._clocks[calendar] = clock_of(self._on(calendar))
        return self._clocks[calendar]

    @cached_property
    def _clocks(self) -> dict[str, Clock]:
        return {self.plan.calendar: self.clock}

    def _on(self, calendar: str) -> Plan:
        """Return the plan on another calendar, its horizon cut to what that calendar covers."""
        covers = self.plan.calendars_by_id[calendar].covers
        horizon = self.plan.horizon
        first, last = max(horizon.first, covers.first), min(horizon.last, covers.last)
        return self.plan.evolve(calendar=calendar, horizon=Span(first=first, last=last))

    @cached_property
    def agreement(self) -> Mapping[str, tuple[int, int]]:
        """For each calendar that can be an axis: how many rows state the length it counts, and how many could be counted."""
        found = {}
        for calendar in self.plan.calendars:
            covers = calendar.covers
            try:
                clock = self.clock_of(calendar.id)
            except BeyondHorizonError:
                continue  # made for single items: too short to be anybody's axis
            lengths = [
                row.days == working_days(clock, row.start, row.finish)
                for row in self.rows
                if row.days and covers.first <= row.start and row.finish <= covers.last
            ]
            found[calendar.id] = (sum(lengths), len(lengths))
        return found

    @cached_property
    def counting(self) -> Clock:
        """The axis of the calendar by which the published rows count; the plan's own where none counts better."""
        best = max(self.agreement, key=lambda name: (self.agreement[name][0], name == self.plan.calendar))
        return self.clock_of(best)

    def gap(self, finish: dt.date, start: dt.date) -> int:
        """Return the working days left empty between a finish and a start, by the calendar of the rows; negative overlaps."""
        clock = self.counting
        return clock.days_between(clock.boundary(finish, "closes"), clock.boundary(start, "opens"))

    # -- solving again -----------------------------------------------------------------------------------------------

    def boundary(self, milestone: str) -> int:
        """Return the earliest boundary of a milestone in the plan as it stands."""
        return self.earliest.values[self.network.nodes[milestone, "start"]]

    def date(self, milestone: str, boundary: int) -> dt.date:
        """Return a boundary as the milestone shows it."""
        convention = self.plan.convention(self.network.points[self.network.nodes[milestone, "start"]])
        return self.clock.show(boundary, convention)

    def effects(self, variant: Variant) -> tuple[LintEffect, ...]:
        """Return what a variant of the plan does to the targets."""
        return self.effects_of([variant])[0]

    def effects_of(self, variants: Sequence[Variant]) -> list[tuple[LintEffect, ...]]:
        """Return what each of many variants does to the targets, all evaluated at once."""
        if not self.solved or not variants:
            return [() for _ in variants]
        evaluated = evaluate_variants(self.network, variants)
        return [
            tuple(
                self._effect(name, int(evaluated.of(name)[sample]), bool(evaluated.infeasible[sample]), variant)
                for name in self.targets
            )
            for sample, variant in enumerate(variants)
        ]

    def pushed(self, floors: Mapping[int, int], base: Mapping[int, int] | None = None) -> tuple[LintEffect, ...]:
        """Return what further floors do to the targets, compared with other floors or with none."""
        if not self.solved:
            return ()
        sides = []
        for raised in (base or {}, floors):
            columns = {node: np.array([boundary], dtype=np.int64) for node, boundary in raised.items()}
            sides.append(evaluate(self.network, Columns(1), raised=columns))
        before, after = sides
        found = []
        for name in self.targets:
            old, new = int(before.of(name)[0]), int(after.of(name)[0])
            if after.infeasible[0] or new > self.clock.limit or old > self.clock.limit:
                result = "contradiction" if after.infeasible[0] else "beyond"
                found.append(LintEffect(milestone=name, result=result, working_days=None, date=None))  # type: ignore[arg-type]
            else:
                found.append(self._moved(name, new, self.clock.days_between(old, new)))
        return tuple(found)

    def on_calendar(self, calendar: str) -> tuple[LintEffect, ...]:
        """Return what another base calendar does to the targets, in working days of the plan's own."""
        if not self.solved:
            return ()
        plan = self._on(calendar)
        clock = self.clock_of(calendar)
        other = earliest_times(compile_network(plan, clock))
        found = []
        for name in self.targets:
            node = other.network.nodes[name, "start"]
            if other.status != "feasible":
                result = "contradiction" if other.status == "infeasible" else "beyond"
                found.append(LintEffect(milestone=name, result=result, working_days=None, date=None))  # type: ignore[arg-type]
                continue
            convention: Convention = plan.convention(other.network.points[node])
            date = clock.show(other.values[node], convention)
            moved = self.clock.boundary(date, convention) - self.boundary(name)
            reached = self.boundary(name) + moved
            effect = self._moved(name, reached, self.clock.days_between(self.boundary(name), reached))
            found.append(effect.model_copy(update={"date": date}))
        return tuple(found)

    def _effect(self, name: str, boundary: int, infeasible: bool, variant: Variant) -> LintEffect:
        """Return one effect, told apart from a date off the axis by the forward pass that keeps its reasons."""
        if boundary > self.clock.limit or infeasible:
            switched = earliest_times(self.network, off=variant.off, on=variant.on)
            contradicts = infeasible or switched.status == "infeasible"
            result = "contradiction" if contradicts else "beyond"
            return LintEffect(milestone=name, result=result, working_days=None, date=None)  # type: ignore[arg-type]
        return self._moved(name, boundary, self.clock.days_between(self.boundary(name), boundary))

    def _moved(self, name: str, boundary: int, moved: int) -> LintEffect:
        return LintEffect(
            milestone=name,
            result="moves" if moved else "stays",
            working_days=moved,
            date=self.date(name, boundary),
        )

    # -- the logic without its own dates -----------------------------------------------------------------------------

    @cached_property
    def free(self) -> Network:
        """The plan's network on an axis that begins with the calendar, so that older published dates have a place."""
        covers, horizon = self.clock.calendar.covers, self.plan.horizon
        earlier = self.plan.evolve(horizon=Span(first=min(covers.first, horizon.first), last=horizon.last))
        return compile_network(earlier, clock_of(earlier))

    @cached_property
    def own_floors(self) -> tuple[str, ...]:
        """Rules that hold a milestone of a baseline to a date of its own."""
        dated = {entry.milestone for baseline in self.plan.baselines for entry in baseline.dates}
        return tuple(
            rule.id for rule in self.plan.active_rules() if isinstance(rule, NotBefore) and rule.points()[0].item in dated
        )

    def place_of(self, entry: PublishedDate, *, late: bool, clock: Clock | None = None) -> int | None:
        """Return the boundary of a published date; of a month its first or its last day. None off the calendar."""
        clock = clock or self.clock
        convention = self.plan.items[entry.milestone].shown if self._is_milestone(entry.milestone) else "opens"  # type: ignore[union-attr]
        day = entry.last if late else entry.first
        if entry.day is None:
            if not late and convention == "closes":
                # The first evening of a month is that of its first working day.
                covers = clock.calendar.covers
                if not covers.first <= day <= covers.last:
                    return None
                return clock.boundary(day, "opens") + 1
            if late and convention == "opens":
                # The last morning of a month is that of its last working day.
                covers = clock.calendar.covers
                if not covers.first <= day <= covers.last:
                    return None
                return clock.boundary(day, "closes") - 1
        covers = clock.calendar.covers
        return clock.boundary(day, convention) if covers.first <= day <= covers.last else None

    def own_place(self, entry: PublishedDate, clock: Clock) -> int | None:
        """Return the boundary of a published date where a month stands for its first morning or its last evening."""
        opens = self._is_milestone(entry.milestone) and self.plan.items[entry.milestone].shown == "opens"  # type: ignore[union-attr]
        return self.place_of(entry, late=not opens, clock=clock)

    def _is_milestone(self, name: str) -> bool:
        return isinstance(self.plan.items.get(name), Milestone)

    def activity(self, name: str) -> Activity | None:
        """Return the activity of that id, None where it is something else."""
        item = self.plan.items.get(name)
        return item if isinstance(item, Activity) else None

    def shared(self, first: Sequence[str], second: Sequence[str]) -> set[str]:
        """Return the words that two names share."""
        return set(first) & set(second)
