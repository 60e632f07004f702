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
from optimiser.errors import InputError, Located

__all__ = ["Between", "Stage", "with_parties"]

TRIES = 12
"""Schedules tried at each earlier date supposed."""


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
    """

    low: int
    high: int | None
    values: list[int] | None

    @property
    def proof(self) -> ProofClass:
        """Certified where bound and schedule meet."""
        return "certified" if self.low == self.high else "gap"


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
        self, milestone: str | None = None, pools: Sequence[Resource] | None = None, *, known: Sequence[int] | None = None
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
        """
        milestone = milestone or self.target
        pools = self.pools if pools is None else pools
        node, limit = self.node(milestone), self.clock.limit
        if overload_on_axis(self.earliest, pools):
            return Between(limit, None, None)
        found = best_schedule(self.earliest, pools, milestone)
        found = _better(node, found, known)
        bound = capacity_bound(self.earliest, pools, milestone, limit if found is None else found[node])
        if found is not None and found[node] > bound.boundary:
            pulled = best_schedule(self.earliest, pools, milestone, floor=bound.boundary, tries=TRIES)
            found = _better(node, pulled, found)
            assert found is not None
            if found[node] <= bound.boundary:
                bound = capacity_bound(self.earliest, pools, milestone, found[node])
        return Between(bound.boundary, None if found is None else found[node], found)

    def meets(self, pools: Sequence[Resource], boundary: int) -> list[int] | None:
        """Return a schedule that meets a boundary of the milestone of all suppliers inside some capacities, if one is found."""
        found = self.between(pools=pools)
        return found.values if found.high is not None and found.high <= boundary else None

    def refuted(self, pools: Sequence[Resource], boundary: int) -> bool:
        """Say whether no schedule inside some capacities meets a boundary."""
        if overload_on_axis(self.earliest, pools):
            return True
        return capacity_bound(self.earliest, pools, self.target, boundary + 1).boundary > boundary

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


def _better(node: int, found: list[int] | None, other: Sequence[int] | None) -> list[int] | None:
    """Return the schedule in which a node is earlier."""
    if other is None:
        return found
    return list(other) if found is None or other[node] < found[node] else found
