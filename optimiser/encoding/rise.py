"""``y ≥ f(x)`` for a function of a minute that only rises, on an axis too long for its steps to be listed.

At first it is posted that *y* is at or after ``f`` of the least *x*, *x* no later than *y* can follow, and ``y ≥ x + c`` with *c*
the least that ``f`` adds in a window that is not too wide; and what ``f`` does around the middle of that. Where a solution breaks
the function, what it does around there is posted too: between two bends ``[a, b)`` it is at least

* ``f(a)``, as it does not fall: ``x ≥ a ⇒ y ≥ f(a)``;
* ``x + f(b − 1) − (b − 1)``, as it rises by no more than one a minute: ``a ≤ x < b ⇒ y ≥ x + f(b − 1) − (b − 1)``;

and at the *x* of the solution itself ``x ≥ x' ⇒ y ≥ f(x')``, so that no solution is found twice. It is the lazy constraint
generation of `optimiser.encoding.staircase`, with pieces in place of steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from optimiser.clock import Rising
from optimiser.encoding.staircase import Linear, Literals, Steps

__all__ = ["Rise"]

_AROUND: Final = 24 * 60
"""Minutes to either side of a solution within which the pieces are posted."""
_WIDE: Final = 90 * 24 * 60
"""Minutes of a window of which it is not asked what the function adds everywhere."""


class Rise:
    """``later ≥ f(earlier)`` where all literals hold.

    Attributes
    ----------
    partial
        Whether anything may be left to post.
    """

    def __init__(self, steps: Steps, earlier: Linear, later: Linear, rising: Rising, amount: int, under: Literals) -> None:
        self._steps, self._earlier, self._later = steps, earlier, later
        self._rising, self._amount, self._under = rising, amount, under
        self._posted: set[tuple[int, int]] = set()
        least = rising.at(earlier.low, amount)
        last = rising.latest(later.high, amount)
        model = steps.model
        self.partial = rising.at(min(earlier.high, max(last, earlier.low)), amount) > later.low
        if least > later.low:
            self._hold(model.add(later.sign * later.variable + later.offset >= min(least, later.high + 1)))
        if last < earlier.high:
            self._hold(model.add(earlier.sign * earlier.variable + earlier.offset <= max(last, earlier.low - 1)))
        last = min(last, earlier.high)
        if self.partial and last - earlier.low <= _WIDE:
            self._begin(last)

    def _begin(self, last: int) -> None:
        """Post the line below the function, and the pieces around the middle of the window."""
        earlier, later, bends = self._earlier, self._later, self._rising.bends(self._earlier.low, last, self._amount)
        ends = {earlier.low, last, *bends, *(bend - 1 for bend in bends if bend > earlier.low)}
        least = min(self._rising.at(at, self._amount) - at for at in ends)
        if last + least > later.low and later.variable is not earlier.variable:
            difference = later.sign * later.variable - earlier.sign * earlier.variable
            self._hold(self._steps.model.add(difference >= least - later.offset + earlier.offset))
        self._around((earlier.low + earlier.high) // 2)

    def _hold(self, posted: object, *more: object) -> None:
        literals = (*self._under, *more)
        if literals:
            posted.only_enforce_if(*literals)  # type: ignore[attr-defined]

    def broken(self, solution: Sequence[int]) -> bool:
        """Return whether a solution, the values of all variables by index, breaks the function itself."""
        if not all(solution[each.index] if each.index >= 0 else not solution[-each.index - 1] for each in self._under):
            return False
        return self._later.value(solution) < self._rising.at(self._earlier.value(solution), self._amount)

    def refine(self, solution: Sequence[int]) -> None:
        """Post the pieces around a solution that breaks the function, and the solution's own step."""
        at = self._earlier.value(solution)
        self._around(at)
        self._step(at)

    def _around(self, at: int) -> None:
        """Post the pieces around a boundary."""
        low, high = max(self._earlier.low, at - _AROUND), min(self._earlier.high, at + _AROUND)
        bends = sorted({low, high + 1, *self._rising.bends(low, high, self._amount)})
        for first, after in pairwise(bends):
            self._piece(first, after)

    def _piece(self, first: int, after: int) -> None:
        """Post what the function is between two bends."""
        if (first, after) in self._posted:
            return
        self._posted.add((first, after))
        self._step(first)
        last = self._rising.at(after - 1, self._amount)
        if last <= max(self._rising.at(first, self._amount), self._later.low) or last > self._later.high:
            return
        later, earlier = self._later, self._earlier
        difference = later.sign * later.variable - earlier.sign * earlier.variable
        posted = self._steps.model.add(difference >= last - (after - 1) - later.offset + earlier.offset)
        literals = [] if first <= earlier.low else [self._steps.reached(earlier, first)]
        literals += [] if after > earlier.high else [~self._steps.reached(earlier, after)]
        self._hold(posted, *literals)

    def _step(self, at: int) -> None:
        """Post ``x ≥ at ⇒ y ≥ f(at)``."""
        if (at, at) in self._posted:
            return
        self._posted.add((at, at))
        reach, later = self._rising.at(at, self._amount), self._later
        if reach > later.low:
            posted = self._steps.model.add(later.sign * later.variable + later.offset >= min(reach, later.high + 1))
            self._hold(posted, *([] if at <= self._earlier.low else [self._steps.reached(self._earlier, at)]))
