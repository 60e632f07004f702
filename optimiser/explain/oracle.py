"""What a date would be if: the one question that every explanation asks, answered with three values.

Where no live capacity rations anything, the network of monotone bounds answers exactly, many variants at once. Where one
does, a variant is bounded from both sides without a solver first (energy and round bounds against list schedules, each
schedule checked), and CP-SAT is asked only about what is left. A limit is never read as a verdict.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.plan import Plan
from optimiser.critical import Earliest
from optimiser.encoding.levers import Lever, moved_plan
from optimiser.explain.parts import Parts
from optimiser.explain.possibility import Possibility
from optimiser.explain.schedules import Schedules, Standing
from optimiser.explain.search import Search
from optimiser.explain.subject import Reach, Subject
from optimiser.explain.vicinity import Vicinity
from optimiser.solve.variant import Variant, varied

__all__ = ["Oracle", "Reach", "varied"]


@dataclass
class Oracle(Subject):
    """The dates of one plan under changes.

    What is asked here is answered where it is known: by schedules that serve many variants, by a search through single ones,
    or by the parts of the plan that a conflict is made of.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        self._vicinity = Vicinity(self)
        self._schedules = Schedules(self, self._vicinity)
        self._search = Search(self, self._schedules)
        self._parts = Parts(self)
        self._possibility = Possibility(self, self._search, self._parts)

    def base(self, milestone: str) -> Reach:
        """Return where the earliest boundary of a milestone of the plan as it stands lies: always asked, whatever it costs."""
        return self.standing(milestone).reach

    def standing(self, milestone: str) -> Standing:
        """Return what is known of a milestone of the plan as it stands, once and for all."""
        return self._search.standing(milestone)

    def reach(
        self, milestone: str, variants: Sequence[Variant], *, by: int | None = None, at_most: int | None = None
    ) -> list[Reach]:
        """Return where the earliest boundary of a milestone lies in each variant.

        Parameters
        ----------
        by
            Where only the question is whether it is at or before this boundary, what suffices to tell.
        at_most
            Where every variant only relaxes the plan, the boundary that the plan itself reaches.
        """
        if not variants:
            return []
        evaluated = self.evaluate(variants)
        boundaries: list[int] = np.where(evaluated.infeasible, self.never, evaluated.of(milestone)).tolist()
        if not self.concerned(milestone) and not any(self._capacity_on(variant) for variant in variants):
            return [Reach(boundary, boundary) for boundary in boundaries]
        off_axis: NDArray[np.bool_] = np.any(evaluated.values > self.clock.limit, axis=0)
        found: dict[int, Reach] = {}
        left: list[int] = []
        for place, (variant, low) in enumerate(zip(variants, boundaries, strict=True)):
            if at_most is not None and low >= at_most:
                found[place] = Reach(at_most, at_most)
            elif evaluated.infeasible[place]:
                found[place] = Reach(self.never, self.never)
            elif by is not None and low > by:
                found[place] = Reach(low, None)
            elif off_axis[place]:
                found[place] = Reach(self.clock.limit + 1, self.clock.limit + 1)
            elif variant == Variant():
                found[place] = self.base(milestone)
            else:
                left.append(place)
        wanted = [boundaries[place] if by is None else by for place in left]
        highs = self._schedules.highs(self.standing(milestone), [variants[place] for place in left], wanted)
        for place, known in zip(left, highs, strict=True):
            low, ends = boundaries[place], [each for each in (known, at_most) if each is not None]
            high = min(ends, default=None)
            if high is not None and (high <= low or (by is not None and high <= by)):
                found[place] = Reach(min(low, high), high)
            elif at_most is not None and self._search.untouched(milestone, at_most, variants[place]):
                found[place] = Reach(at_most, at_most)
            else:
                found[place] = self._search.looked_at(milestone, variants[place], low, high, by)
        return [found[place] for place in range(len(variants))]

    def _capacity_on(self, variant: Variant) -> bool:
        """Return whether a variant switches a capacity on that the plan has off."""
        rules = self.plan.rules_by_id
        return any(name in rules and rules[name].kind == "capacity" for name in variant.on)

    def moved(self, amounts: dict[Lever, int]) -> Plan:
        """Return the plan with levers moved."""
        return moved_plan(self.plan, self.clock, amounts)

    def reach_of(self, plan: Plan, milestone: str, *, by: int | None = None) -> Reach:
        """Return where the earliest boundary of a milestone of a changed plan, on the same calendar, lies."""
        return self._search.reach_of(plan, milestone, by=by)

    def next_to(self, name: str) -> frozenset[str]:
        """Return the rationed work next to a rule or duration: see `Vicinity`."""
        return self._vicinity.next_to(name)

    def can(self, milestone: str, by: int, off: Iterable[str]) -> bool | None:
        """Return whether a milestone can be at or before a boundary once some rules and durations may be off.

        None where a limit came first: see `Possibility`.
        """
        return self._possibility.can(milestone, by, off)

    def needed(self, milestone: str, by: int, members: Sequence[str]) -> set[str]:
        """Return members of a set that cannot hold without which the rest can: see `Possibility`."""
        return self._possibility.needed(milestone, by, members)

    def refuted_alone(self, milestone: str, by: int, held: Sequence[str]) -> frozenset[str] | None:
        """Return those of some rules and durations whose capacities alone keep a milestone from a boundary, where shown."""
        return self._possibility.refuted_alone(milestone, by, held)

    def forward(self, off: Collection[str], ceilings: Mapping[int, tuple[int, str]]) -> Earliest:
        """Return the forward pass without some rules and durations, under latest boundaries: see `Parts`."""
        return self._parts.forward(off, ceilings)
