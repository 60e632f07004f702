"""The dates of a plan with parties, over and over: with other slots, other rules, other orders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from models.allocation import DateBetween
from models.faults import PlanFaultsError
from models.plan import Plan
from models.qualification import Qualification
from models.rules import Capacity, Point, Rule
from optimiser.encoding import Limits
from optimiser.errors import InputError, Located
from optimiser.scenarios import apply
from optimiser.solve.between import THOROUGH, DateRange, Effort, between
from optimiser.solve.deadline import Deadline
from optimiser.solve.problem import Problem

__all__ = ["Asking", "Stage", "with_parties"]

LIMITS = Limits()
"""Of each call of CP-SAT: those of `solve`."""

JUDGING = Effort((0.03, 0.1))
"""For whether some slots meet a day."""


def with_parties(plan: Plan) -> tuple[Plan, bool]:
    """Return the plan with its parties in it, and whether they had to be put in.

    Raises
    ------
    InputError
        If the plan has no Qualification.
    """
    if plan.qualification is None:
        message = (
            f"plan '{plan.id}' has no Qualification party by party; expected a qualification.yaml beside its plan.yaml "
            "(mhhs-round2 has one)"
        )
        raise InputError([Located(message, path="qualification")])
    if plan.qualification.expanded:
        return plan, False
    from models.scenario import Scenario

    switch = Scenario(id="parties", title="The parties put in", rules={plan.qualification.id: True})
    try:
        changed = apply(switch, plan)
    except PlanFaultsError as error:
        raise InputError([Located(fault.message, path="qualification") for fault in error.faults]) from None
    return changed.evolve(settings=changed.settings.model_copy(update={"scenarios": plan.settings.scenarios})), True


class Stage:
    """One plan with parties, prepared.

    Parameters
    ----------
    plan
        With its parties in it.

    Raises
    ------
    InputError
        If rules contradict each other, capacity left out.
    """

    def __init__(self, plan: Plan) -> None:
        assert plan.qualification is not None
        self.plan = plan
        self.qualification: Qualification = plan.qualification
        self.problem = Problem.of(plan)
        self.clock, self.network, self.pools = self.problem.clock, self.problem.network, self.problem.pools
        self.earliest = self.problem.earliest
        self.target = self.qualification.every_supplier
        if self.earliest.status != "feasible":
            message = "no dates: rules contradict each other even without capacity; maybe ask 'solve' for the conflict"
            raise InputError([Located(message, path="qualification")])
        self._asking: dict[int, Asking] = {}
        self._dates: dict[str, DateRange] = {}

    def node(self, milestone: str) -> int:
        """Return the node of a milestone."""
        return self.network.nodes[milestone, "start"]

    def show(self, milestone: str, boundary: int) -> dt.date:
        """Return the date of a milestone's boundary."""
        return self.clock.show(boundary, self.plan.convention(Point(milestone, "start")))

    def morning(self, boundary: int) -> dt.date:
        """Return a boundary as a morning."""
        return self.clock.show(boundary, "opens")

    def evening(self, boundary: int) -> dt.date:
        """Return a boundary as an evening."""
        return self.clock.show(boundary, "closes")

    def between(
        self,
        milestone: str | None = None,
        slots: Mapping[str, int | None] | None = None,
        *,
        known: Sequence[int] | None = None,
        effort: Effort = THOROUGH,
    ) -> DateRange:
        """Return where a milestone's boundary lies; its ``high`` is None where nobody is through on the axis.

        Parameters
        ----------
        milestone
            The milestone of all suppliers where left out.
        slots
            Of some capacities, as of `with_slots`; the plan's own where left out, and then as `solve` has it.
        known
            A schedule that keeps inside these capacities, to be bettered.
        effort
            How much is tried.
        """
        milestone = milestone or self.target
        stated = slots is None or all(self.slots(rule) == amount for rule, amount in slots.items())
        if stated and milestone in self._dates:
            return self._dates[milestone]
        problem = self.problem if stated else self.with_slots(slots or {})
        found = between(
            problem,
            milestone,
            deadline=Deadline(LIMITS),
            effort=THOROUGH if stated else effort,
            known=() if known is None or stated else (known,),
        )
        if found.low > self.clock.limit:
            found = replace(found, high=None, schedule=None)
        if stated:
            self._dates[milestone] = found
        return found

    def judged(self, slots: Mapping[str, int | None], boundary: int) -> DateRange:
        """Return what tells whether the milestone of all suppliers can be at or before a boundary with some slots."""
        return between(self.with_slots(slots), self.target, boundary, deadline=Deadline(LIMITS), effort=JUDGING)

    def asking(self, boundary: int) -> Asking:
        """Return what answers, for any slots, whether all suppliers can be through at a boundary."""
        if boundary not in self._asking:
            stated = {pool.rule: self.slots(pool.rule) for pool in self.pools}
            self._asking[boundary] = Asking(lambda slots: self.judged(slots, boundary), stated, boundary)
        return self._asking[boundary]

    def body_rules(self) -> tuple[str, ...]:
        """Return the capacities that are slots of a body, in the order of the file."""
        live = {pool.rule for pool in self.pools}
        return tuple(f"slots-{body.id}" for body in self.qualification.bodies if f"slots-{body.id}" in live)

    def with_slots(self, slots: Mapping[str, int | None]) -> Problem:
        """Return the plan with some capacities set: to as many slots at their first step, or unlimited where None."""
        found = []
        moved: dict[str, int] = {}
        for pool in self.pools:
            amount = slots.get(pool.rule, self.slots(pool.rule))
            if amount is None:
                continue
            moved[pool.rule] = amount - self.slots(pool.rule)
            offered = np.maximum(pool.available + moved[pool.rule], 0) if moved[pool.rule] else pool.available
            found.append(replace(pool, available=offered) if moved[pool.rule] else pool)

        def changed(rule: Rule) -> Rule:
            if not isinstance(rule, Capacity) or rule.id not in slots:
                return rule
            by = moved.get(rule.id)
            if by is None:
                return rule.model_copy(update={"enabled": False})
            steps = tuple(step.model_copy(update={"amount": max(0, self.plan.amount(step.amount) + by)}) for step in rule.steps)
            return rule.model_copy(update={"amount": max(0, self.plan.amount(rule.amount) + by), "steps": steps})

        return self.problem.inside(
            tuple(found), lambda: self.plan.evolve(rules=tuple(changed(rule) for rule in self.plan.rules))
        )

    def slots(self, rule: str) -> int:
        """Return the slots of a capacity when Qualification starts."""
        start = self.earliest.position(self.qualification.bar)[0]
        pool = next(pool for pool in self.pools if pool.rule == rule)
        return int(pool.available[start])

    def in_order(self, order: Mapping[str, tuple[int, ...]]) -> list[int] | None:
        """Return the schedule that serves activities strictly in an order, each at its first free place."""
        return self.problem.levelling.schedule(lambda item, _: order[item])

    def dated(self, milestone: str, found: DateRange) -> DateBetween | None:
        """Return a boundary between bound and schedule as dates; None where no schedule was found."""
        if found.high is None:
            return None
        return DateBetween(
            date=self.show(milestone, found.high),
            earliest=self.show(milestone, found.low),
            gap_wd=found.high - found.low,
            proof=found.proof,
        )


class Asking:
    """Whether all suppliers can be through at one boundary, for slots of any kind, each asked once.

    Slots that suffice suffice with more, and slots that do not do not with fewer: what is known of others is used first.
    """

    def __init__(
        self, judged: Callable[[Mapping[str, int | None]], DateRange], stated: Mapping[str, int], boundary: int
    ) -> None:
        self._judged, self._stated, self._boundary = judged, stated, boundary
        self._known: list[tuple[dict[str, int | None], DateRange]] = []

    def met(self, slots: Mapping[str, int | None]) -> bool:
        """Say whether a schedule was found; those not named are as they are, None is no limit."""
        return self._meets(self._range(slots))

    def refuted(self, slots: Mapping[str, int | None]) -> bool:
        """Say whether there is none."""
        return self._range(slots).low > self._boundary

    def _meets(self, found: DateRange) -> bool:
        return found.high is not None and found.high <= self._boundary

    def _range(self, slots: Mapping[str, int | None]) -> DateRange:
        asked = {**self._stated, **slots}
        for other, found in self._known:
            refuted = found.low > self._boundary
            if other == asked or (self._meets(found) and _covers(asked, other)) or (refuted and _covers(other, asked)):
                return found
        found = self._judged(slots)
        self._known.append((asked, found))
        return found


def _covers(more: Mapping[str, int | None], less: Mapping[str, int | None]) -> bool:
    """Say whether some slots are no fewer than others, body by body."""
    return all(_at_least(more[rule], amount) for rule, amount in less.items())


def _at_least(more: int | None, less: int | None) -> bool:
    return more is None or (less is not None and more >= less)
