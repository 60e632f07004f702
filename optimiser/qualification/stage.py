"""The dates of a plan with parties, over and over: with other slots, other rules, other orders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.allocation import DateBetween
from models.faults import PlanFaultsError
from models.findings import ProofClass
from models.plan import Plan
from models.qualification import Qualification
from models.rules import Point
from optimiser.clock import Clock
from optimiser.critical import (
    Earliest,
    Levelling,
    Resource,
    best_schedule,
    capacity_bound,
    compile_network,
    earliest_times,
    overload_on_axis,
    resources,
)
from optimiser.encoding import Limits
from optimiser.errors import InputError, Located
from optimiser.solve.crowd import EACH_DETERMINISTIC_TIME, Verdict, judge, narrow
from optimiser.solve.supposing import Supposing

__all__ = ["Asking", "Between", "Stage", "with_parties"]

TRIES = 12
"""Schedules tried at each earlier date supposed."""

LIMITS = Limits(deterministic_time=1.0)
"""Of CP-SAT, for one date."""

JUDGING = 0.1
"""Deterministic seconds for whether some capacity meets a day."""


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
        changed = switch.apply(plan)
    except PlanFaultsError as error:
        raise InputError([Located(fault.message, path="qualification") for fault in error.faults]) from None
    return changed.evolve(settings=changed.settings.model_copy(update={"scenarios": plan.settings.scenarios})), True


@dataclass(frozen=True, slots=True)
class Between:
    """A milestone's boundary as far as it is known.

    Attributes
    ----------
    low
        No schedule is before it.
    high
        Of the best schedule found; None where none was found.
    values
        Boundary of each node of that schedule.
    solver
        Whether the bound is CP-SAT's.
    """

    low: int
    high: int | None
    values: list[int] | None
    solver: bool = False

    @property
    def proof(self) -> ProofClass:
        """How far it is proved: where bound and schedule meet, by whose bound."""
        if self.low != self.high:
            return "gap"
        return "solver" if self.solver else "certified"


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
        self.clock = Clock(plan)
        self.network = compile_network(plan, self.clock)
        self.earliest: Earliest = earliest_times(self.network)
        self.pools = resources(plan, self.clock)
        self.target = self.qualification.every_supplier
        if self.earliest.status != "feasible":
            message = "no dates: rules contradict each other even without capacity; maybe ask 'solve' for the conflict"
            raise InputError([Located(message, path="qualification")])
        self._asking: dict[int, Asking] = {}
        self.supposing = Supposing(self.earliest, self.pools)

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
        pools: Sequence[Resource] | None = None,
        *,
        known: Sequence[int] | None = None,
        thorough: bool = True,
    ) -> Between:
        """Return a milestone's boundary between bound and schedule.

        Parameters
        ----------
        milestone
            The milestone of all suppliers where left out.
        pools
            Capacities; the plan's own where left out.
        known
            A schedule that keeps inside these capacities, to be bettered.
        thorough
            Whether what is not decided soon is tried for longer, as `solve` does.
        """
        milestone = milestone or self.target
        pools = self.pools if pools is None else pools
        node, limit = self.node(milestone), self.clock.limit
        if overload_on_axis(self.earliest, pools):
            return Between(limit, None, None)
        found = _better(node, best_schedule(self.earliest, pools, milestone), known)
        bound = capacity_bound(self.earliest, pools, milestone, limit if found is None else found[node]).boundary
        if found is None or found[node] == bound:
            return Between(bound, None if found is None else found[node], found)
        low = bound
        for each in EACH_DETERMINISTIC_TIME if thorough else EACH_DETERMINISTIC_TIME[:1]:
            closed = narrow(self.earliest, pools, milestone, low, found, LIMITS, supposing=self.supposing, each=(each,))
            low, found = closed.bound, _better(node, closed.values, found)
            assert found is not None
            if thorough and each == EACH_DETERMINISTIC_TIME[0] and found[node] > low:
                found = _better(node, best_schedule(self.earliest, pools, milestone, floor=low, tries=TRIES), found)
                assert found is not None
        return Between(low, found[node], found, solver=low > bound)

    def judged(self, pools: Sequence[Resource], boundary: int) -> Verdict:
        """Say whether the milestone of all suppliers can be at or before a boundary inside some capacities."""
        if overload_on_axis(self.earliest, pools):
            return Verdict("refuted")
        limits = replace(LIMITS, deterministic_time=JUDGING)
        return judge(self.earliest, pools, self.target, boundary, limits, supposing=self.supposing)

    def asking(self, boundary: int) -> Asking:
        """Return what answers, for any slots, whether all suppliers can be through at a boundary."""
        if boundary not in self._asking:
            self._asking[boundary] = Asking(self, boundary)
        return self._asking[boundary]

    def body_rules(self) -> tuple[str, ...]:
        """Return the capacities that are slots of a body, in the order of the file."""
        live = {pool.rule for pool in self.pools}
        return tuple(f"slots-{body.id}" for body in self.qualification.bodies if f"slots-{body.id}" in live)

    def with_slots(self, slots: Mapping[str, int | None]) -> tuple[Resource, ...]:
        """Return the capacities with some of them set: to as many slots at their first step, or unlimited where None."""
        found = []
        for pool in self.pools:
            if pool.rule not in slots:
                found.append(pool)
            elif (amount := slots[pool.rule]) is not None:
                moved = pool.available + (amount - self.slots(pool.rule))
                found.append(replace(pool, available=np.maximum(moved, 0)))
        return tuple(found)

    def slots(self, rule: str) -> int:
        """Return the slots of a capacity when Qualification starts."""
        start = self.earliest.position(self.qualification.bar)[0]
        pool = next(pool for pool in self.pools if pool.rule == rule)
        return int(pool.available[start])

    def in_order(self, order: Mapping[str, tuple[int, ...]]) -> list[int] | None:
        """Return the schedule that serves activities strictly in an order, each at its first free place."""
        return Levelling(self.network, self.pools).schedule(lambda item, _: order[item])

    def dated(self, milestone: str, found: Between) -> DateBetween | None:
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

    def __init__(self, stage: Stage, boundary: int) -> None:
        self._stage, self._boundary = stage, boundary
        self._known: list[tuple[dict[str, int | None], Verdict]] = []

    def met(self, slots: Mapping[str, int | None]) -> bool:
        """Say whether a schedule was found; those not named are as they are, None is no limit."""
        return self._verdict(slots).status == "met"

    def refuted(self, slots: Mapping[str, int | None]) -> bool:
        """Say whether there is none."""
        return self._verdict(slots).status == "refuted"

    def _verdict(self, slots: Mapping[str, int | None]) -> Verdict:
        stage = self._stage
        asked = {**{pool.rule: stage.slots(pool.rule) for pool in stage.pools}, **slots}
        for other, verdict in self._known:
            if (verdict.status == "met" and _covers(asked, other)) or (verdict.status == "refuted" and _covers(other, asked)):
                return verdict
            if other == asked:
                return verdict
        verdict = stage.judged(stage.with_slots(slots), self._boundary)
        self._known.append((asked, verdict))
        return verdict


def _covers(more: Mapping[str, int | None], less: Mapping[str, int | None]) -> bool:
    """Say whether some slots are no fewer than others, body by body."""
    return all(_at_least(more[rule], amount) for rule, amount in less.items())


def _at_least(more: int | None, less: int | None) -> bool:
    return more is None or (less is not None and more >= less)


def _better(node: int, found: list[int] | None, other: Sequence[int] | None) -> list[int] | None:
    """Return the schedule in which a node is earlier."""
    if other is None:
        return found
    return list(other) if found is None or other[node] < found[node] else found
