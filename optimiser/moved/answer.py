"""What moved between two updates: what happened and what was changed is applied to the first plan, one cause after another.

First what happened, in the order of time: at each step the fact that parts first from the forecast as it then is, so that
work which is late only because of other work before it is no cause. Then what was decided, in the order in which it touches
the schedule of the second plan. At each step every milestone has its earliest date by the one search for it, and what the
step moves it by is the cause's share; so the shares add up to the move (window analysis). As the order decides who is
charged where causes overlap, the shares in the reverse order and their mean over orders stand beside them.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.moved import CAUSE_KINDS, CauseKind, CauseShare, MilestoneMove, MovedCause, WhatMoved
from models.plan import Plan
from models.rules import Point
from optimiser.encoding import Limits
from optimiser.errors import BeyondHorizonError, InputError, Located
from optimiser.moved.causes import Cause, causes_of
from optimiser.moved.facts import PastFacts, in_days, left, waiting
from optimiser.moved.matching import aligned
from optimiser.moved.mixing import STATUS, Mixing, Part, on_one_axis, same_days
from optimiser.solve.asked import asked_for
from optimiser.solve.between import USUAL, DateRange, Deadline, between
from optimiser.solve.problem import Problem

__all__ = ["moved_words", "what_moved"]

MOST_ORDERED = 6
"""Up to so many causes that move a milestone all their orders are tried."""
SAMPLED_ORDERS = 24
"""Of more."""

Unit = Literal["wd", "cd", "min"]


def what_moved(
    first: Plan,
    second: Plan,
    milestones: Sequence[str] | None = None,
    *,
    names: tuple[str, str] = ("before", "after"),
    same: Mapping[str, str | None] | None = None,
    seed: int = 0,
    limits: Limits | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> WhatMoved:
    """Return what moved between two updates of a plan, and why.

    Parameters
    ----------
    first, second
        The two, each with its status date and progress, or with other links, lengths and values.
    milestones
        Of the second; its targets where None.
    names
        What to call the two.
    same
        Item of the first to that of the second, None where it has none; where a planner's file tells.
    seed
        Of sampled orders, where more than `MOST_ORDERED` causes move a milestone.
    limits
        Of each call of CP-SAT, and of the whole question.
    progress
        Is told what is being done.

    Raises
    ------
    InputError
        If a milestone is unknown, or one plan counts days and the other minutes.
    """
    asked = asked_for(second, milestones)
    if first.unit != second.unit:
        message = f"{names[0]} counts {first.unit}s and {names[1]} {second.unit}s, so there is no axis on which both lie"
        raise InputError([Located(message, path="compare")])
    own, renamed = aligned(first, second, same)
    retitled = {
        name: item.title for name, item in own.items.items() if name in second.items and second.items[name].title != item.title
    }
    return _Divided(*on_one_axis(own, second), asked, limits or Limits(), seed, progress).answer(names, renamed, retitled)


@dataclass(frozen=True, slots=True)
class _Dated:
    """The dates of one plan between the two."""

    problem: Problem | None
    ranges: Mapping[str, DateRange]
    values: Sequence[int] | None
    """A schedule, that of the first milestone asked for."""

    def high(self, milestone: str) -> int | None:
        """Return the boundary of a milestone, of the best schedule known; None where it has none on the axis."""
        found = self.ranges.get(milestone)
        if found is None or self.problem is None or found.high is None or found.high > self.problem.clock.limit:
            return None
        return found.high


class _Divided:
    """Two plans, the causes between them, and the dates of the plans that these lead through."""

    def __init__(
        self,
        first: Plan,
        second: Plan,
        asked: Sequence[str],
        limits: Limits,
        seed: int,
        progress: Callable[[str], None],
    ) -> None:
        self.mixing = Mixing(first, second)
        self.asked, self.seed, self.progress = tuple(asked), seed, progress
        self.deadline = Deadline(limits)
        base = [plan.calendars_by_id[plan.calendar] for plan in (first, second)]
        self.unit: Unit = "cd"
        if same_days(*base):
            self.unit = "wd" if second.unit == "day" else "min"
        self.known: dict[frozenset[Part], _Dated] = {}
        self.notes: list[str] = []
        self.since: dict[str, int] = {}
        self.last: list[Cause] = []
        """What is applied last in every order."""
        self.before, self.after = self.state(first), self.state(second)
        self.told = [name for name in self.asked if self._has(name)]

    def _has(self, milestone: str) -> bool:
        return self.before.high(milestone) is not None and self.after.high(milestone) is not None

    # -- dates ---------------------------------------------------------------------------------------------------------

    def state(self, plan: Plan) -> _Dated:
        """Return the dates of a plan."""
        try:
            problem = Problem.of(plan)
        except BeyondHorizonError:
            return _Dated(None, {}, None)
        held = {name for name in self.asked if name in plan.items}
        ranges = {name: between(problem, name, deadline=self.deadline, effort=USUAL) for name in self.asked if name in held}
        feasible = problem.earliest.status == "feasible"
        values = next((found.schedule for found in ranges.values() if found.schedule is not None), None)
        return _Dated(problem, ranges, values or (problem.earliest.values if feasible else None))

    def mixed(self, causes: Iterable[Cause]) -> _Dated:
        """Return the dates of the first plan with some causes applied."""
        parts = frozenset(part for cause in causes for part in cause.parts)
        if parts not in self.known:
            self.known[parts] = self.state(self.mixing.plan(parts)) if parts else self.before
        return self.known[parts]

    def measured(self, boundary: int, milestone: str, state: _Dated) -> int:
        """Return a boundary as a number whose differences are the unit of the moves."""
        assert state.problem is not None
        clock = state.problem.clock
        if self.unit == "wd":
            return boundary
        if self.unit == "min":
            return clock.worked_between(0, boundary)
        return clock.show(boundary, self.mixing.second.convention(Point(milestone, "start"))).toordinal()

    def value(self, milestone: str, causes: Iterable[Cause]) -> int | None:
        """Return the date of a milestone with some causes applied, as a number; None where it has none."""
        state = self.mixed(causes)
        high = state.high(milestone)
        return None if high is None else self.measured(high, milestone, state)

    # -- causes in time order ------------------------------------------------------------------------------------------

    def answer(self, names: tuple[str, str], renamed: dict[str, str], retitled: dict[str, str]) -> WhatMoved:
        """Return everything that moved."""
        mixing = self.mixing
        sequence: list[Cause] = []
        if self.told and self.before.values is not None and self.after.values is not None:
            assert self.before.problem is not None
            assert self.after.problem is not None
            mixing.waiting = waiting(mixing, self.before.problem, self.before.values)
            pairs = (self.before.problem, self.before.values), (self.after.problem, self.after.values)
            mixing.left = left(mixing, *pairs[0], *pairs[1])
            happened, changed = causes_of(mixing)
            sequence = [*self._in_time(happened), *self._by_touch(changed), *self.last]
            players, joined = self._dated(sequence)
        else:
            players, joined = [], []
        moves = tuple(self._move(name, players) for name in self.asked)
        return WhatMoved(
            before=names[0],
            after=names[1],
            status_before=mixing.first.status_date,
            status_after=mixing.second.status_date,
            causes=tuple(self._told(cause) for cause in players),
            moves=moves,
            day_minutes=mixing.second.day_minutes,
            renamed=renamed,
            retitled=retitled,
            joined=tuple(joined),
            notes=tuple(self.notes),
        )

    def _in_time(self, happened: Sequence[Cause]) -> list[Cause]:
        """Return what happened, each time that which parts first from the forecast with all before it applied.

        What does not part from it any more went as was then to be expected: it is applied last, with the status date.
        """
        assert self.after.problem is not None
        assert self.after.values is not None
        facts = PastFacts(self.mixing, self.after.problem, self.after.values)
        last = next((cause for cause in happened if STATUS in cause.parts), None)
        left_over = [cause for cause in happened if cause is not last]
        found: list[Cause] = []
        state = self.before
        while left_over:
            if state.values is None or state.problem is None:
                break
            partings = []
            for cause in left_over:
                parting = facts.parting(cause.items[0], state.values, state.problem)
                if parting is not None:
                    partings.append((parting, cause))
            if not partings:
                break
            parting, cause = min(partings, key=lambda pair: pair[0])
            cause.happened = facts.said(cause.items[0], state.values, state.problem)
            self.since[cause.id] = parting.boundary
            self.progress(cause.title)
            left_over.remove(cause)
            found.append(cause)
            state = self.mixed(found)
        self.last = [last] if last is not None else []
        if left_over:
            said = "Work went on as forecast" if state.values is not None else "All else that happened"
            rest = last or Cause("status-date", "progress", said, said)
            rest.parts |= {part for cause in left_over for part in cause.parts}
            rest.items += [cause.items[0] for cause in left_over]
            self.last = [rest]
        return found

    def _by_touch(self, changed: Sequence[Cause]) -> list[Cause]:
        """Return what was changed in the order in which it first touches the schedule of the second plan, else of the first."""
        reached: dict[str, int] = {}
        for state in (self.before, self.after):
            assert state.problem is not None
            assert state.values is not None
            nodes = state.problem.network.nodes
            reached |= {item: state.values[node] for (item, end), node in nodes.items() if end == "start"}

        def touch(cause: Cause) -> tuple[int, int]:
            places = [at for name in self._touched(cause) if (at := reached.get(name)) is not None]
            return min(places, default=0 if cause.kind == "calendar" else max(reached.values(), default=0)), order[cause.id]

        order = {cause.id: place for place, cause in enumerate(changed)}
        found = sorted(changed, key=touch)
        self.since |= {cause.id: touch(cause)[0] for cause in found}
        return found

    def _touched(self, cause: Cause) -> set[str]:
        """Return the items that a cause bears on: of rules what waits."""
        found: set[str] = set()
        for plan in (self.mixing.first, self.mixing.second):
            for what, name in cause.parts:
                users = [name]
                if what == "value":
                    users = [user for user, _ in plan.uses.get(name, ())]
                for user in users:
                    rule = plan.rules_by_id.get(user)
                    points = rule.points() if rule is not None else ()
                    found |= {point.item for point in points[-1:]} or {user.removeprefix("duration:")}
        return found

    def _dated(self, sequence: Sequence[Cause]) -> tuple[list[Cause], list[str]]:
        """Return the causes, those joined between which some milestone has no date, and what was joined."""
        players: list[Cause] = []
        joined: list[str] = []
        pending: list[Cause] = []
        for cause in sequence:
            self.progress(cause.title)
            pending.append(cause)
            if all(self.value(name, [*players, *pending]) is not None for name in self.told):
                players.append(pending[0] if len(pending) == 1 else _as_one(pending))
                joined += [players[-1].title] if len(pending) > 1 else []
                pending = []
        state = self.mixed([*players, *pending])
        apart = [name for name in self.told if state.high(name) is None or self._differs(name, state)]
        if pending or apart:
            # Nothing that the mixing knows explains it: what is left is one cause, so that the sum is exact.
            rest = Cause("rest", "rules", "All else", "All else in which the two differ", {("rest", "")})
            rest = _as_one([*pending, rest]) if pending else rest
            self.known[frozenset(part for cause in [*players, rest] for part in cause.parts)] = self.after
            players.append(rest)
            self.notes.append("some of what differs between the two could not be told apart; it is counted as one cause")
        return players, joined

    def _differs(self, milestone: str, state: _Dated) -> bool:
        return (
            self.value(milestone, []) is None
            or state.high(milestone) is None
            or (
                self.measured(state.high(milestone) or 0, milestone, state)
                != self.measured(self.after.high(milestone) or 0, milestone, self.after)
            )
        )

    # -- shares --------------------------------------------------------------------------------------------------------

    def _told(self, cause: Cause) -> MovedCause:
        since = None
        problem = self.after.problem
        if problem is not None and cause.id in self.since and 0 < self.since[cause.id] < problem.clock.size:
            since = problem.clock.show(self.since[cause.id], "opens")
        return MovedCause(
            id=cause.id,
            kind=cause.kind,
            title=cause.title,
            happened=cause.happened or cause.title,
            since=since,
            items=tuple(cause.items),
        )

    def _move(self, milestone: str, players: Sequence[Cause]) -> MilestoneMove:
        second = self.mixing.second
        shown = [self._shown(milestone, state) for state in (self.before, self.after)]
        shares: list[CauseShare] = []
        orders, exact, amount, why = 1, True, None, None
        if milestone in self.told:
            shares, orders, exact = self._shares(milestone, players)
            amount = sum(share.amount for share in shares)
        else:
            why = self._why_not(milestone)
        kinds: dict[CauseKind, int] = dict.fromkeys(CAUSE_KINDS, 0)
        by_id = {cause.id: cause.kind for cause in players}
        for share in shares:
            kinds[by_id[share.cause]] += share.amount
        return MilestoneMove(
            milestone=milestone,
            title=second.items[milestone].title,
            before=shown[0],
            after=shown[1],
            proof_before=self.before.ranges[milestone].proof if shown[0] is not None else None,
            proof_after=self.after.ranges[milestone].proof if shown[1] is not None else None,
            unit=self.unit,
            amount=amount,
            shares=tuple(shares),
            orders=orders,
            exact=exact,
            kinds={kind: total for kind, total in kinds.items() if total},
            why_not=why,
        )

    def _shown(self, milestone: str, state: _Dated) -> dt.date | None:
        high = state.high(milestone)
        if high is None or state.problem is None:
            return None
        return state.problem.clock.show(high, self.mixing.second.convention(Point(milestone, "start")))

    def _why_not(self, milestone: str) -> str:
        if milestone not in self.mixing.first.items:
            return "it is not in the plan before"
        words = []
        for state, name in ((self.before, "before"), (self.after, "after")):
            if state.high(milestone) is None:
                status = state.problem.earliest.status if state.problem is not None else "beyond"
                reason = {"infeasible": "no schedule meets every rule", "beyond": "it lies after the last day of the calendar"}
                words.append(f"it has no date {name}: {reason.get(status, 'none was found within the limit')}")
        return "; ".join(words)

    def _shares(self, milestone: str, players: Sequence[Cause]) -> tuple[list[CauseShare], int, bool]:
        """Return what each cause moves a milestone by, over how many orders the means are, and whether these are all."""
        forward = self._steps(milestone, players)
        assert forward is not None
        last = [cause for cause in players[-1:] if cause.id in ("status-date", "rest")]
        free = players[: len(players) - len(last)]
        backward = self._steps(milestone, [*free[::-1], *last])
        able = [cause for cause in free if forward[cause.id] or (backward or forward)[cause.id]]
        tried, exact = self._orders(milestone, able, [cause for cause in free if cause not in able], last)
        shares = []
        for cause in players:
            steps = [order.get(cause.id, 0) for order in tried] or [forward[cause.id]]
            reverse = None if backward is None else backward[cause.id]
            ends = [*steps, forward[cause.id], *([] if reverse is None else [reverse])]
            if any(ends):
                low, high = self._between(milestone, players, cause, forward[cause.id])
                shares.append(
                    CauseShare(
                        cause=cause.id,
                        amount=forward[cause.id],
                        low=low,
                        high=high,
                        reverse=reverse,
                        mean=math.fsum(steps) / len(steps),
                        least=min(ends),
                        most=max(ends),
                        sentence=self._sentence(cause, milestone, forward[cause.id], low, high),
                    )
                )
        return shares, max(1, len(tried)), exact

    def _steps(self, milestone: str, order: Sequence[Cause]) -> dict[str, int] | None:
        """Return what each cause moves a milestone by in an order; None where there is no date on the way."""
        found: dict[str, int] = {}
        at = self.value(milestone, [])
        for place, cause in enumerate(order):
            reached = self.value(milestone, order[: place + 1])
            if at is None or reached is None:
                return None
            found[cause.id] = reached - at
            at = reached
        return found

    def _orders(
        self, milestone: str, able: Sequence[Cause], idle: Sequence[Cause], last: Sequence[Cause]
    ) -> tuple[list[dict[str, int]], bool]:
        """Return the steps of orders in which the causes may come, those that move nothing before them, and whether all were tried."""
        exact = len(able) <= MOST_ORDERED
        orders: Iterable[Sequence[Cause]] = itertools.permutations(able)
        if not exact:
            generator = np.random.default_rng(self.seed)
            count = max(4, min(SAMPLED_ORDERS, 600 // len(able)))
            orders = [[able[int(place)] for place in generator.permutation(len(able))] for _ in range(count)]
        # Only where the idle ones are idle too without the others do they come first, and cost a single plan.
        quiet = self.value(milestone, idle) == self.value(milestone, [])
        ahead = list(idle) if quiet else []
        behind = [*([] if quiet else idle), *last]
        found = []
        for order in orders:
            steps = self._steps_behind(milestone, ahead, [*order, *behind])
            if steps is not None:
                found.append(steps)
        return found, exact and bool(found) and len(found) == math.factorial(len(able))

    def _steps_behind(self, milestone: str, ahead: Sequence[Cause], order: Sequence[Cause]) -> dict[str, int] | None:
        found: dict[str, int] = {}
        at = self.value(milestone, ahead)
        for place, cause in enumerate(order):
            reached = self.value(milestone, [*ahead, *order[: place + 1]])
            if at is None or reached is None:
                return None
            found[cause.id] = reached - at
            at = reached
        return found

    def _between(self, milestone: str, players: Sequence[Cause], cause: Cause, amount: int) -> tuple[int, int]:
        """Return the least and the most that a step may be, where capacity leaves the dates around it open."""
        place = players.index(cause)
        ends = []
        for applied in (players[:place], players[: place + 1]):
            state = self.mixed(applied)
            found = state.ranges[milestone]
            assert found.high is not None
            ends.append([self.measured(each, milestone, state) for each in (found.low, found.high)])
        if all(low == high for low, high in ends):
            return amount, amount
        return ends[1][0] - ends[0][1], ends[1][1] - ends[0][0]

    def _sentence(self, cause: Cause, milestone: str, amount: int, low: int, high: int) -> str:
        """Return what happened and what it moved."""
        said = moved_words(amount, self.unit, self.mixing.second.day_minutes)
        if low != high:
            ends = [moved_words(each, self.unit, self.mixing.second.day_minutes) for each in (low, high)]
            said = f"between {ends[0]} and {ends[1]}"
        return f"{cause.happened or cause.title}: {milestone} {said}."


def _as_one(causes: Sequence[Cause]) -> Cause:
    """Return causes that are applied together as one."""
    return Cause(
        " + ".join(cause.id for cause in causes),
        causes[-1].kind,
        " and ".join(cause.title for cause in causes),
        "; ".join(cause.happened or cause.title for cause in causes),
        {part for cause in causes for part in cause.parts},
        [name for cause in causes for name in cause.items],
    )


def moved_words(amount: int, unit: str, day_minutes: int) -> str:
    """Return a move in words: ``+6 wd``, ``−1.5 wd``, ``no move``."""
    if not amount:
        return "not moved"
    sign = "+" if amount > 0 else "−"
    if unit != "min":
        return f"{sign}{abs(amount)} {unit}"
    return f"{sign}{in_days(abs(amount), day_minutes)}"
