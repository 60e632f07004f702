"""The cheapest slots of all bodies together with which a date is met, and the proof that nothing cheaper does.

What is refuted says more than itself: slots that do not suffice do not suffice with fewer either. So each refutation is
stretched, body by body, to the most that is refuted still, and becomes a demand: some body must have more than that. The
cheapest slots that meet all demands so far are a lower bound on the cost; they are asked about, and either meet the date,
which proves them cheapest, or bring the next demand (implicit hitting sets; Moreno-Centeno and Karp 2013).
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable, Mapping, Sequence

from models.allocation import JointCapacity
from optimiser.errors import InputError, Located
from optimiser.qualification.capacity import target_boundary
from optimiser.qualification.stage import Asking, Stage

__all__ = ["joint_capacity"]

MOST_ASKED = 150
"""Slots asked about at most, before what is known is reported."""

MOST_STATES = 50_000
"""Combinations looked at to find the cheapest that meets all demands."""

Slots = tuple[int, ...]


def joint_capacity(
    stage: Stage, by: dt.date, tell: Callable[[str], None], costs: Mapping[str, int] | None = None
) -> JointCapacity | None:
    """Return the cheapest slots of all bodies that meet a day; None where none were found.

    Parameters
    ----------
    stage
        The plan, prepared.
    by
        The day.
    tell
        Told what is being done.
    costs
        Cost of a slot of each body, by body, where it differs from the Qualification's own.

    Raises
    ------
    InputError
        If ``costs`` name a body that there is none of.
    """
    bodies = stage.body_rules()
    each = _costs(stage, costs or {})
    most = tuple(sum(pool.demand.values()) for rule in bodies for pool in stage.pools if pool.rule == rule)
    ask = stage.asking(target_boundary(stage, by))
    if not ask.met(dict(zip(bodies, most, strict=True))):
        return None
    cheapest = _Cheapest(bodies, tuple(each[rule] for rule in bodies), most, ask)
    slots, cost, at_least = cheapest.run(tell)
    now = sum(each[rule] * stage.slots(rule) for rule in bodies)
    return JointCapacity(
        slots=dict(zip(bodies, slots, strict=True)),
        cost=cost,
        at_least=at_least,
        now=now,
        each={rule: each[rule] for rule in bodies},
        stands_on=_stands_on(stage, costs or {}),
    )


def _costs(stage: Stage, given: Mapping[str, int]) -> dict[str, int]:
    """Return the cost of a slot of each body that has any."""
    known = {body.id: body.slot_cost for body in stage.qualification.bodies}
    unknown = [name for name in given if name not in known]
    if unknown:
        from models.faults import maybe

        raise InputError(
            [
                Located(f"'{name}' is no body; expected one of {', '.join(known)}{maybe(name, known)}", path="--slot-cost")
                for name in unknown
            ]
        )
    return {f"slots-{name}": cost for name, cost in {**known, **given}.items() if f"slots-{name}" in stage.body_rules()}


def _stands_on(stage: Stage, given: Mapping[str, int]) -> str:
    """Say what the costs of slots stand on."""
    bases: dict[str, list[str]] = {}
    for body in stage.qualification.bodies:
        bases.setdefault("given with the question" if body.id in given else body.basis, []).append(body.id)
    if len(bases) == 1:
        return f"costs of a slot: {next(iter(bases))}"
    return "costs of a slot: " + "; ".join(f"{', '.join(names)} {basis}" for basis, names in bases.items())


class _Cheapest:
    """The search for the cheapest slots.

    Attributes
    ----------
    demands
        Each asks that some body have at least so many slots: body's place to slots.
    """

    def __init__(self, bodies: Sequence[str], costs: Sequence[int], most: Slots, ask: Asking) -> None:
        self.bodies, self.costs, self.most, self.ask = bodies, costs, most, ask
        self.demands: list[dict[int, int]] = []

    def run(self, tell: Callable[[str], None]) -> tuple[Slots, int, int]:
        """Return the slots, their cost, and a lower bound on the cost of meeting the day.

        The search ends where slots are neither met nor refuted: what is known of the cost then stays open.
        """
        slots: Slots | None = None
        for number in range(MOST_ASKED):
            slots = self._next() or slots
            assert slots is not None
            tell(f"jointly: {number + 1} asked, at least {self._cost(slots)}")
            if self._met(slots):
                return slots, self._cost(slots), self._cost(slots)
            if not self._refuted(slots):
                break
            self.demands.append(self._stretched(slots))
        assert slots is not None
        found = self._spared(slots)
        return found, self._cost(found), self._cost(slots)

    def _cost(self, slots: Slots) -> int:
        return sum(cost * amount for cost, amount in zip(self.costs, slots, strict=True))

    def _asked(self, slots: Sequence[int | None]) -> dict[str, int | None]:
        return dict(zip(self.bodies, slots, strict=True))

    def _met(self, slots: Slots) -> bool:
        return self.ask.met(self._asked(slots))

    def _refuted(self, slots: Sequence[int | None]) -> bool:
        return self.ask.refuted(self._asked(slots))

    def _next(self) -> Slots | None:
        """Return the cheapest slots that meet every demand; None where there are none or too many to look at."""
        first = (1,) * len(self.bodies)
        queue, seen = [(self._cost(first), first)], {first}
        while queue and len(seen) < MOST_STATES:
            _, slots = heapq.heappop(queue)
            unmet = next((demand for demand in self.demands if all(slots[at] < least for at, least in demand.items())), None)
            if unmet is None:
                return slots
            for place, least in unmet.items():
                raised = (*slots[:place], least, *slots[place + 1 :])
                if least <= self.most[place] and raised not in seen:
                    seen.add(raised)
                    heapq.heappush(queue, (self._cost(raised), raised))
        return None

    def _stretched(self, slots: Slots) -> dict[int, int]:
        """Return the demand behind a refutation: each body in turn is given as much as is refuted still."""
        held: list[int | None] = list(slots)
        for place, amount in enumerate(slots):
            if self._refuted([*held[:place], None, *held[place + 1 :]]):
                held[place] = None
                continue
            low, high = amount, self.most[place]
            while low + 1 < high:
                middle = (low + high) // 2
                low, high = (middle, high) if self._refuted([*held[:place], middle, *held[place + 1 :]]) else (low, middle)
            held[place] = low
        return {place: amount + 1 for place, amount in enumerate(held) if amount is not None}

    def _spared(self, open_at: Slots) -> Slots:
        """Return slots that do, close above some that are left undecided: none of them can be spared, the costly ones least."""
        slots, more = self.most, 1
        while more < max(self.most):
            raised = tuple(min(amount + more, most) for amount, most in zip(open_at, self.most, strict=True))
            if self._met(raised):
                slots = raised
                break
            more *= 2
        for place in sorted(range(len(slots)), key=lambda place: -self.costs[place]):
            low, high = min(open_at[place], slots[place]), slots[place]
            while low < high:
                middle = (low + high) // 2
                met = self._met((*slots[:place], middle, *slots[place + 1 :]))
                low, high = (low, middle) if met else (middle + 1, high)
            slots = (*slots[:place], low, *slots[place + 1 :])
        return slots
