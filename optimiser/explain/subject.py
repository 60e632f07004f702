"""What all questions about one plan start from: its network, what of it is on, its capacities, and how much was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from models.explanation import Method
from models.plan import DURATION_PREFIX, Plan
from optimiser.clock import Clock
from optimiser.critical import (
    Earliest,
    Evaluated,
    Network,
    Resource,
    compile_network,
    earliest_times,
    evaluate,
    reaches,
    resources,
)
from optimiser.critical.network import Arc
from optimiser.encoding.answer import Limits
from optimiser.explain.numbers import users
from optimiser.solve.dates import FULL_SEARCH
from optimiser.solve.variant import Pools, Rationing, Variant, capacities, columns_of, pools_of, without_capacity

__all__ = ["Reach", "Subject"]

SMALL = 60
"""Up to so many rules and durations every question about a rationed plan is asked, of CP-SAT too where it must be."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where the earliest boundary of a milestone lies: at or after ``low``, at or before ``high``.

    ``low`` behind ``clock.limit`` means that there is none on the axis; ``high`` None that no schedule is known.
    """

    low: int
    high: int | None
    method: Method = "closed form"

    @property
    def exact(self) -> int | None:
        """The boundary, where it is known."""
        return self.low if self.low == self.high else None


@dataclass
class Subject:
    """One plan that is asked about.

    Attributes
    ----------
    limits
        Of each call of CP-SAT.
    calls
        Questions asked so far.
    rationed_calls
        Variants so far for which capacity had to be looked at.
    shared
        What explanations of several milestones have in common, computed once.
    """

    plan: Plan
    limits: Limits = field(default_factory=Limits)
    clock: Clock = None  # type: ignore[assignment]
    calls: int = 0
    rationed_calls: int = 0
    shared: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = self.clock or Clock(self.plan)
        self.network: Network = compile_network(self.plan, self.clock)
        self.found: Earliest = earliest_times(self.network)
        self._concerned: dict[str, bool] = {}

    @property
    def rationed(self) -> bool:
        """Whether a live capacity takes part, so that the network alone is only a lower bound."""
        return self.network.uses_capacity

    @property
    def large(self) -> bool:
        """Whether capacity is rationed among so many rules that not every question about it can be asked."""
        return self.rationed and len(self.atoms) > SMALL

    @property
    def crowded(self) -> bool:
        """Whether capacity is rationed in a plan too large for CP-SAT to search as a whole."""
        return self.rationed and len(self.network.points) * self.clock.size > FULL_SEARCH

    @property
    def never(self) -> int:
        """A boundary behind everything."""
        return self.network.never

    @cached_property
    def atoms(self) -> tuple[str, ...]:
        """Every rule and duration that is on, in the order of the plan."""
        plan = self.plan
        names = [DURATION_PREFIX + activity.id for activity in plan.activities]
        names += [rule.id for rule in plan.rules]
        return tuple(name for name in names if self.network.enabled[name])

    @cached_property
    def two_way(self) -> frozenset[str]:
        """Durations that also hold their starts back, because something else pushes the finish.

        Counting such a duration as zero may close a plan as well as open it; of every other it only opens it.
        """
        return frozenset(arc.rule for arc in self.network.arcs if arc.mirrored)

    def node(self, milestone: str) -> int:
        """Return the node of a milestone."""
        return self.network.nodes[milestone, "start"]

    def concerned(self, milestone: str) -> bool:
        """Return whether capacity has to be looked at for a milestone.

        Work that shares a capacity and does not lead to the milestone is left out: it cannot move it.
        """
        if milestone not in self._concerned:
            leading = reaches(self.network, self.node(milestone))
            starts = {self.network.item_nodes(item)[0] for pool in self.pools.values() for item in pool.demand}
            self._concerned[milestone] = any(leading[node] for node in starts)
        return self._concerned[milestone]

    def evaluate(self, variants: Sequence[Variant]) -> Evaluated:
        """Return the network's earliest positions of variants; of a rationed plan, lower bounds.

        Values may be of rules and durations, or of assumptions and unknowns; not of both at once.
        """
        self.calls += len(variants)
        return evaluate(self.network, columns_of(self.network, [without_capacity(self.plan, variant) for variant in variants]))

    @cached_property
    def pools(self) -> dict[str, Resource]:
        """The live capacities of the plan as it stands, by rule."""
        return {pool.rule: pool for pool in resources(self.plan, self.clock)}

    def pools_of(self, variant: Variant) -> Pools:
        """Return the live capacities of a variant."""
        return pools_of(self.network, variant, self.pools, self._rules_of_capacity)

    @cached_property
    def _rules_of_capacity(self) -> Rationing:
        return capacities(self.network)

    @cached_property
    def capacities(self) -> tuple[str, ...]:
        """The capacities that are on."""
        return tuple(rule.id for rule in self.plan.active_rules() if rule.kind == "capacity")

    @cached_property
    def arcs_of(self) -> dict[str, list[Arc]]:
        """The inequalities of each rule and duration."""
        found: dict[str, list[Arc]] = {}
        for arc in self.network.arcs:
            found.setdefault(arc.rule, []).append(arc)
        return found

    def using(self, slot: str) -> tuple[str, ...]:
        """Return the rules and durations of which a slot holds a number."""
        return users(self.plan, slot) if slot in self.plan.values else (slot,)
