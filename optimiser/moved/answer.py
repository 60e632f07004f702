"""The bridge between two updates: causes applied to the first plan one after another.

First what happened, in the order of time: at each step the fact that parts first from the forecast as it then is, so that
work which is late only because of other work before it is no cause. Then what was decided, in the order in which it touches
the schedule of the second plan. At each step every milestone has its earliest date by the one search for it, and what the
step moves it by is the cause's share; so the shares add up to the move (window analysis). As the order decides who is
charged where causes overlap, the shares in the reverse order and their mean over orders stand beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from models.moved import CAUSE_KINDS, CauseKind, CauseShare, MilestoneMove, MovedCause, WhatMoved
from models.plan import Plan
from optimiser.collecting import seldom_collected
from optimiser.encoding import Limits
from optimiser.errors import InputError, Located
from optimiser.moved.causes import Cause, causes_of
from optimiser.moved.dates import ONE_BY_ONE, Between, MixedDates
from optimiser.moved.facts import Parting, PastFacts, left, waiting
from optimiser.moved.matching import aligned
from optimiser.moved.mixing import STATUS, Mixing, on_one_axis
from optimiser.moved.shares import shares_of
from optimiser.solve.asked import asked_for

__all__ = ["what_moved"]

NAMED = 2
"""Causes that are named of those that are taken together; of the others their number is told."""


@seldom_collected()
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
    if second.dialect == "msp" and same is not None:
        renamed = {}  # its ids are the numbers of rows, which another row puts off
    retitled = {
        name: item.title for name, item in own.items.items() if name in second.items and second.items[name].title != item.title
    }
    dates = MixedDates(Mixing(*on_one_axis(own, second)), asked, limits or Limits())
    divided = _Divided(dates, seed, progress)
    if first.status_date is not None and (second.status_date is None or second.status_date < first.status_date):
        divided.notes.append(
            f"{names[0]} is the later update of the two; maybe the other way round: what moved is told from A to B"
        )
    return divided.answer(names, renamed, retitled)


class _Divided:
    """Two plans, the causes between them in time order, and what each moves."""

    def __init__(self, dates: MixedDates, seed: int, progress: Callable[[str], None]) -> None:
        self.dates, self.mixing = dates, dates.mixing
        self.seed, self.progress = seed, progress
        self.notes: list[str] = []
        self.since: dict[str, int] = {}
        self.last: list[Cause] = []
        """What is applied last in every order."""

    # -- causes in time order ------------------------------------------------------------------------------------------

    def answer(self, names: tuple[str, str], renamed: dict[str, str], retitled: dict[str, str]) -> WhatMoved:
        """Return everything that moved."""
        mixing = self.mixing
        sequence: list[Cause] = []
        if self.dates.told and self.dates.before.values is not None and self.dates.after.values is not None:
            assert self.dates.before.problem is not None
            assert self.dates.after.problem is not None
            mixing.waiting = waiting(mixing, self.dates.before.problem, self.dates.before.values)
            pairs = (self.dates.before.problem, self.dates.before.values), (self.dates.after.problem, self.dates.after.values)
            mixing.left = left(mixing, *pairs[0], *pairs[1])
            happened, changed = causes_of(mixing)
            sequence = [*self._in_time(happened), *self._by_touch(changed), *self.last]
            players, joined = self._dated(sequence)
        else:
            players, joined = [], []
        risks = list(_risks(mixing.first, mixing.second))
        self.notes += [
            f"{risk.happened}; no earliest date contains a risk, so it moves none: 'robust' draws it" for risk in risks
        ]
        moves = tuple(self._move(name, players) for name in self.dates.asked)
        return WhatMoved(
            before=names[0],
            after=names[1],
            status_before=mixing.first.status_date,
            status_after=mixing.second.status_date,
            causes=(*(self._told(cause) for cause in players), *risks),
            moves=moves,
            day_minutes=mixing.second.day_minutes,
            renamed=renamed,
            retitled=retitled,
            joined=tuple(joined),
            notes=tuple(self.notes),
        )

    def _in_time(self, happened: Sequence[Cause]) -> list[Cause]:
        """Return events in order of first departure from the forecast, with all earlier ones applied.

        What does not part from it any more went as was then to be expected: it is applied last, with the status date.
        """
        assert self.dates.after.problem is not None
        assert self.dates.after.values is not None
        facts = PastFacts(self.mixing, self.dates.after.problem, self.dates.after.values)
        last = next((cause for cause in happened if STATUS in cause.parts), None)
        left_over = [cause for cause in happened if cause is not last]
        found: list[Cause] = []
        state, block = self.dates.before, 1
        while left_over and state.values is not None and state.problem is not None:
            parted = [(parting, cause) for cause in left_over if (parting := self._parting(facts, cause, state))]
            if not parted:
                break
            parted.sort(key=lambda pair: pair[0])
            chosen = [cause for _, cause in parted[:block]]
            reached = self.dates.applied([*found, *chosen])
            still = self.dates.numbers(found) == self.dates.numbers([*found, *chosen])
            if len(chosen) > 1 and not still:
                block = max(1, len(chosen) // 4)
                continue
            for parting, cause in parted[: len(chosen)]:
                cause.happened = facts.said(cause.items[0], state.values, state.problem)
                self.since[cause.id] = parting.boundary
                left_over.remove(cause)
            self.progress(chosen[0].title)
            found += chosen
            # Where nothing is dated between two facts, the next is looked for where the last was.
            state = state if reached.values is None else reached
            block = 2 * block if still and len(happened) > ONE_BY_ONE else 1
        self.last = [last] if last is not None else []
        if left_over:
            said = "Work went on as forecast"
            rest = last or Cause("status-date", "progress", said, said)
            if last is not None and any(facts.begun(cause.items[0]) for cause in left_over):
                last.title = last.happened = "Begun work went on, and work not begun waits for the status date"
            rest.parts |= {part for cause in left_over for part in cause.parts}
            rest.items += [cause.items[0] for cause in left_over]
            self.last = [rest]
        return found

    def _parting(self, facts: PastFacts, cause: Cause, state: Between) -> Parting | None:
        assert state.values is not None
        assert state.problem is not None
        return facts.parting(cause.items[0], state.values, state.problem)

    def _by_touch(self, changed: Sequence[Cause]) -> list[Cause]:
        """Return changes in order of first contact with the second plan's schedule, else the first's."""
        reached: dict[str, int] = {}
        for state in (self.dates.before, self.dates.after):
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

    def _apart(self, sequence: Sequence[Cause]) -> tuple[list[Cause], list[Cause]]:
        """Return causes, those as one between which some milestone has no date; and those after which one has none."""
        players: list[Cause] = []
        pending: list[Cause] = []
        for cause, numbers in zip(sequence, self.dates.along(sequence, self.dates.told)[1:], strict=True):
            pending.append(cause)
            if None not in numbers:
                players.append(_as_one(pending))
                pending = []
        return players, pending

    def _dated(self, sequence: Sequence[Cause]) -> tuple[list[Cause], list[str]]:
        """Return the causes, joined where some milestone has no date between two of them, and notes on the joins."""
        self.progress("what was changed")
        players, pending = self._apart(sequence)
        while len(players) + len(pending) < len(sequence):
            sequence = [*players, *pending]
            players, pending = self._apart(sequence)
        joined = [cause.title for cause in players if cause.joined]
        if pending or self.dates.differ(players):
            # Nothing that the mixing knows explains it: what is left is one cause, so that the sum is exact.
            rest = Cause("rest", "rules", "All else", "All else in which the two differ", {("rest", "")})
            rest = _as_one([*pending, rest]) if pending else rest
            self.dates.take_for([*players, rest], self.dates.after)
            players.append(rest)
            self.notes.append("some of what differs between the two could not be told apart; it is counted as one cause")
        if len(sequence) > ONE_BY_ONE:
            self.notes.append(f"of more than {ONE_BY_ONE} causes those are not tried one by one that together move no date")
        return players, joined

    # -- shares --------------------------------------------------------------------------------------------------------

    def _told(self, cause: Cause) -> MovedCause:
        since = None
        problem = self.dates.after.problem
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
        shown = [self.dates.shown(milestone, state) for state in (self.dates.before, self.dates.after)]
        shares: list[CauseShare] = []
        orders, exact, amount, why = 1, True, None, None
        if milestone in self.dates.told:
            last = len([cause for cause in players[-1:] if cause in self.last or ("rest", "") in cause.parts])
            shares, orders, exact = shares_of(self.dates, milestone, players, last, self.seed)
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
            proof_before=self.dates.before.ranges[milestone].proof if shown[0] is not None else None,
            proof_after=self.dates.after.ranges[milestone].proof if shown[1] is not None else None,
            unit=self.dates.unit,
            amount=amount,
            shares=tuple(shares),
            orders=orders,
            exact=exact,
            kinds={kind: total for kind, total in kinds.items() if total},
            why_not=why,
        )

    def _why_not(self, milestone: str) -> str:
        if milestone not in self.mixing.first.items:
            return "it is not in the plan before"
        words = []
        for state, name in ((self.dates.before, "before"), (self.dates.after, "after")):
            if state.high(milestone) is None:
                status = state.problem.earliest.status if state.problem is not None else "beyond"
                reason = {"infeasible": "no schedule meets every rule", "beyond": "it lies after the last day of the calendar"}
                words.append(f"it has no date {name}: {reason.get(status, 'none was found within the limit')}")
        return "; ".join(words)


def _risks(first: Plan, second: Plan) -> Iterator[MovedCause]:
    """Yield the risks that have become something else."""
    before, after = ({each.risk: each.state for each in plan.risks} for plan in (first, second))
    words = {"open": "is open again", "closed": "is closed", "happened": "has happened"}
    for name, state in after.items():
        if state != before.get(name, "open"):
            said = f"The risk {name} {words[state]}"
            yield MovedCause(id=f"risk {name}", kind="risk", title=said, happened=said)


def _as_one(causes: Sequence[Cause]) -> Cause:
    """Return causes that are applied together as one."""
    if len(causes) == 1:
        return causes[0]
    number = sum(max(1, cause.joined) for cause in causes)

    def said(texts: Sequence[str], between: str) -> str:
        more = number - len(texts[:NAMED])
        return f"{between.join(texts[:NAMED])}{f' and {more} more' if more else ''}"

    return Cause(
        said([cause.id for cause in causes], " + "),
        causes[-1].kind,
        said([cause.title for cause in causes], " and "),
        said([cause.happened or cause.title for cause in causes], "; "),
        {part for cause in causes for part in cause.parts},
        [name for cause in causes for name in cause.items],
        joined=number,
    )
