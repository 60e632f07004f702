"""``y ≥ g(x)`` for a function that only ever rises, on an axis of thousands of boundaries.

Calendar months and calendar days, boards and calendars of one's own make functions of this kind. A table of such a
function over a whole axis makes CP-SAT slow out of all proportion, though a search only ever looks at a few of its
entries. So two weaker inequalities are posted instead, each implied by the function at every boundary:

* the line ``y ≥ x + c``, with ``c`` the least that ``g`` adds anywhere;
* steps ``x ≥ a ⇒ y ≥ g(a)``, each true because ``g`` does not decrease, at first only where there are few.

A search on fewer steps has more solutions, so "infeasible" and every lower bound hold as they are; a solution is looked
at under the function itself, and where it breaks it, the steps around it are posted and the search repeated. Once all
steps are posted they are the function, so this ends. It is lazy constraint generation (Ohrimenko, Stuckey and Codish,
"Propagation via lazy clause generation", Constraints 14, 2009), carried on from outside the solver.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, TypeAlias

import numpy as np
from ortools.sat.python import cp_model

from optimiser.clock import Boundaries

if TYPE_CHECKING:
    from ortools.sat.python.cp_model_helper import Literal

__all__ = ["Linear", "Literals", "Refinable", "Staircase", "Steps", "holds"]

Literals: TypeAlias = "tuple[Literal, ...]"
"""All of them must hold for a constraint to be enforced; none of them means always."""

_AT_ONCE: Final = 128
"""Up to so many steps are posted from the beginning."""
_AROUND: Final = 24
"""So many steps to either side are posted where a solution breaks the function for the first time."""


class Refinable(Protocol):
    """What is posted as far as solutions come near it."""

    @property
    def partial(self) -> bool:
        """Whether something is left to post."""

    def broken(self, solution: Sequence[int]) -> bool:
        """Return whether a solution, the values of all variables by index, breaks what is left."""

    def refine(self, solution: Sequence[int]) -> None:
        """Post what keeps a solution from being found again."""


class Linear(NamedTuple):
    """One side of an inequality, ``sign · variable + offset``, between `low` and `high`; the sign is +1 or -1."""

    variable: cp_model.IntVar
    sign: int
    offset: int
    low: int
    high: int

    def value(self, solution: Sequence[int]) -> int:
        """Return the value in a solution, which holds the values of all variables by index."""
        return self.sign * int(solution[self.variable.index]) + self.offset


class Steps:
    """Literals for ``x ≥ a``, shared by all inequalities that count from one variable."""

    def __init__(self, model: cp_model.CpModel) -> None:
        self.model = model
        self._literals: dict[tuple[int, int], cp_model.IntVar] = {}

    def reached(self, side: Linear, value: int) -> Literal:
        """Return a literal that holds exactly when a side is at least a value."""
        variable = side.variable
        if side.sign > 0:
            return self._at_or_after(variable, value - side.offset)
        return ~self._at_or_after(variable, side.offset - value + 1)

    def _at_or_after(self, variable: cp_model.IntVar, value: int) -> cp_model.IntVar:
        key = variable.index, value
        literal = self._literals.get(key)
        if literal is None:
            literal = self._literals[key] = self.model.new_bool_var("")
            self.model.add(variable >= value).only_enforce_if(literal)
            self.model.add(variable < value).only_enforce_if(~literal)
        return literal


class Staircase:
    """``later ≥ values[earlier - earlier.low]`` where all literals hold.

    Attributes
    ----------
    partial
        Whether steps are left to post.
    """

    def __init__(self, steps: Steps, earlier: Linear, later: Linear, values: Boundaries, under: Literals) -> None:
        self._steps = steps
        self._earlier = earlier
        self._later = later
        self._under = under
        self._values = values
        self._radius = _AROUND
        x = np.arange(earlier.low, earlier.high + 1, dtype=np.int64)
        y = np.maximum(values, later.low)
        reachable = int(np.searchsorted(y, later.high, side="right"))
        if reachable < len(x):
            self._keep_before(reachable)
            x, y = x[:reachable], y[:reachable]
        least = int((y - x).min()) if reachable else 0
        if reachable:
            self._line(least, int(x[-1]))
        needed = (y > np.maximum(x + least, later.low)) & (np.diff(y, prepend=later.low) > 0)
        self._at = x[needed]
        self._reach = y[needed]
        self._posted = np.zeros(len(self._at), dtype=np.bool_)
        if len(self._at) <= _AT_ONCE:
            self._post(0, len(self._at))

    @property
    def partial(self) -> bool:
        """Whether steps are left to post."""
        return not bool(self._posted.all())

    def broken(self, solution: Sequence[int]) -> bool:
        """Return whether a solution, the values of all variables by index, breaks the function itself."""
        if not all(holds(literal, solution) for literal in self._under):
            return False
        least = int(self._values[self._earlier.value(solution) - self._earlier.low])
        return self._later.value(solution) < least

    def refine(self, solution: Sequence[int]) -> None:
        """Post the steps around a solution that breaks the function, twice as many each time."""
        last = int(np.searchsorted(self._at, self._earlier.value(solution), side="right"))
        self._post(max(0, last - self._radius), min(len(self._at), last + self._radius))
        self._radius *= 2

    def _keep_before(self, index: int) -> None:
        """Keep the earlier side where the later one can still follow."""
        model, earlier = self._steps.model, self._earlier
        if not index:
            model.add_bool_or([~literal for literal in self._under])
            return
        posted = model.add(_expression(earlier) < earlier.low + index)
        if self._under:
            posted.only_enforce_if(*self._under)

    def _line(self, least: int, last: int) -> None:
        """Post ``y ≥ x + c`` where it says anything."""
        if last + least <= self._later.low:
            return
        posted = self._steps.model.add(_expression(self._later) - _expression(self._earlier) >= least)
        if self._under:
            posted.only_enforce_if(*self._under)

    def _post(self, first: int, after: int) -> None:
        """Post steps that are not posted yet."""
        model, later = self._steps.model, _expression(self._later)
        for index in (np.flatnonzero(~self._posted[first:after]) + first).tolist():
            reached = self._steps.reached(self._earlier, int(self._at[index]))
            model.add(later >= int(self._reach[index])).only_enforce_if(reached, *self._under)
        self._posted[first:after] = True


def _expression(side: Linear) -> cp_model.LinearExpr:
    return side.sign * side.variable + side.offset


def holds(literal: Literal, solution: Sequence[int]) -> bool:
    """Return whether a literal is true in a solution; a negated one has the index ``-index - 1``."""
    return bool(solution[literal.index]) if literal.index >= 0 else not solution[-literal.index - 1]
