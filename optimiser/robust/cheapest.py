"""The cheapest choice of steps that goes beyond every one of some choices in at least one place."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["Cuts", "Steps"]

Steps = tuple[int, ...]
"""How far each lever is pulled."""

MOST_NODES = 200_000
"""After so many branches the search gives up."""


class Cuts:
    """Choices found to miss, and the cheapest choice that none of them rules out.

    Parameters
    ----------
    costs
        Of one step of each lever.
    limits
        How far each lever can be pulled.
    start
        How far each is pulled at least.
    """

    def __init__(self, costs: Sequence[int], limits: Steps, start: Steps) -> None:
        self._costs = tuple(costs)
        self._limits = limits
        self._start = start
        self._misses: list[Steps] = []

    def add(self, miss: Steps) -> None:
        """Rule out a choice and all within it."""
        self._misses = [known for known in self._misses if any(more > less for more, less in zip(known, miss, strict=True))]
        self._misses.append(miss)

    def cheapest(self) -> tuple[Steps, bool]:
        """Return the cheapest choice that is ruled out by none, and whether the search for it was finished.

        Equals are settled by their steps, the least first: equal inputs give equal answers.
        """
        best = (self._cost(self._limits), self._limits)
        seen: set[Steps] = set()
        stack = [self._start]
        while stack:
            steps = stack.pop()
            cost = self._cost(steps)
            if steps in seen or (cost, steps) >= best:
                continue
            seen.add(steps)
            if len(seen) > MOST_NODES:
                return best[1], False
            miss = self._hit(steps)
            if miss is None:
                best = (cost, steps)
                continue
            # Somebody has to go one step beyond the miss: the cheapest is looked at first.
            branches = [
                (*steps[:place], miss[place] + 1, *steps[place + 1 :])
                for place in range(len(steps))
                if miss[place] < self._limits[place]
            ]
            stack += sorted(branches, key=lambda branch: (-self._cost(branch), branch))
        return best[1], True

    def _cost(self, steps: Steps) -> int:
        return sum(cost * count for cost, count in zip(self._costs, steps, strict=True))

    def _hit(self, steps: Steps) -> Steps | None:
        """Return a miss that rules a choice out, the one with the fewest ways beyond it."""
        ruling = [miss for miss in self._misses if all(count <= most for count, most in zip(steps, miss, strict=True))]
        return min(ruling, key=lambda miss: sum(a < b for a, b in zip(miss, self._limits, strict=True)), default=None)
