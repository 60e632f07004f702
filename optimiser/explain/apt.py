"""Schedules apt for variants of a plan with capacity: they reach a milestone's date, and leave room where a variant changes.

A list schedule that serves the changed work first, or last, often shows at once that a variant keeps the date; no search is
needed then. None of them proves a date impossible.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, Literal

from models.plan import DURATION_PREFIX
from optimiser.critical import latest_times
from optimiser.critical.levelling import Key
from optimiser.critical.placing import latest_by_choice
from optimiser.explain.near import Near
from optimiser.numbers import Number
from optimiser.solve.between import DateRange
from optimiser.solve.orders import in_order
from optimiser.solve.problem import Problem
from optimiser.solve.variant import Variant, with_number

__all__ = ["WAYS", "AptSchedules", "Way"]

Way = Literal["room", "early", "late"]
WAYS: Final[tuple[Way, ...]] = ("room", "early", "late")
"""How the changed work is placed: with room behind it, served first, or at the latest."""
KEPT = 2
"""Schedules whose orders serve for all variants at once."""
FEW = 3
"""Up to so much work that holds capacity is given precedence where a variant touches what hangs on it."""


class AptSchedules:
    """Schedules of one plan that reach one milestone's date.

    Parameters
    ----------
    problem
        The plan as it stands.
    near
        The work next to each rule and duration.
    numbers
        The number of each rule and duration.
    node
        The milestone's.
    date
        Its range, with the schedule that reaches its upper end.
    """

    def __init__(self, problem: Problem, near: Near, numbers: Mapping[str, Number], node: int, date: DateRange) -> None:
        self._problem, self._near, self._numbers, self._node, self._date = problem, near, numbers, node, date
        self._found: dict[tuple[str, Way], Sequence[int] | None] = {}
        self._due: dict[int, Sequence[int]] = {}
        self.orders: list[Problem] = []
        """The orders of schedules kept, as plans without capacity."""
        if date.schedule is not None:
            self.keep(date.schedule)

    def keep(self, values: Sequence[int]) -> None:
        """Keep the order of one more schedule of the plan's own capacities, both ways.

        Not of one in which work takes no time, and so no place in the order, that takes some in the plan.
        """
        problem, own = self._problem, self._problem.earliest.values
        worked = [problem.network.item_nodes(item) for item in problem.levelling.items]
        placed = all(values[start] < values[finish] or own[start] == own[finish] for start, finish in worked)
        if placed and len(self.orders) < 2 * KEPT:
            orders = (in_order(problem.network, problem.pools, values, spread=spread) for spread in (True, False))
            self.orders += [Problem(order, (), lambda: problem.plan) for order in orders]

    def schedule(self, variant: Variant, way: Way) -> Sequence[int] | None:
        """Return a schedule of the plan itself that is apt for a variant: the work next to its change placed in some way.

        None where that is not one piece of work: then no schedule is more apt than the one that is kept.
        """
        first = self._near.next_to_change(variant)
        if len(first) != 1 or self._date.schedule is None:
            return None
        (item,) = first
        if (item, way) not in self._found:
            self._found[item, way] = self._with_room(item) if way == "room" else self._with_first(item, late=way == "late")
        return self._found[item, way]

    def keys(self, problem: Problem, variant: Variant, by: int) -> Iterator[Key]:
        """Yield priority keys for list schedules of a variant: work next to its change first, then all by latest start."""
        first = self._near.next_to_change(variant)
        late = self._latest(by)
        starts = {item: problem.network.item_nodes(item) for item in problem.levelling.items}
        values = problem.earliest.values
        place = {item: (late[start], values[start] - values[finish]) for item, (start, finish) in starts.items()}
        if 0 < len(first) <= FEW:
            yield lambda item, _: (item not in first, *place[item])
        yield lambda item, _: place[item]

    def _with_room(self, item: str) -> Sequence[int] | None:
        """Return a schedule with one piece of work early, and nothing behind it for as long as the network alone lets it last.

        The work is scheduled at that length, then cut to its own again.
        """
        plain, node, by = self._problem, self._node, self._date.high
        assert by is not None
        number, (start, finish) = self._numbers.get(DURATION_PREFIX + item), plain.network.item_nodes(item)
        length = plain.network.durations[start]
        if number is None or number.slot in plain.network.two_way or not length.family.sign:
            return None
        units = min(self._late[finish], plain.clock.limit) - plain.earliest.values[finish]
        if not 0 < units <= number.most:
            return None
        variant = with_number(number, units)
        problem = plain.changed(variant)
        if problem.earliest.status != "feasible":
            return None
        for key in self.keys(problem, variant, by):
            values = problem.levelling.schedule(key)
            if values is not None and values[node] <= by and problem.holds(values):
                values[finish] = length.family.at(values[start], length.amount)
                return values
        return None

    def _with_first(self, item: str, *, late: bool) -> Sequence[int] | None:
        """Return a schedule with one piece of work served first, or at the latest start found by bisection."""
        problem, node, by = self._problem, self._node, self._date.high
        assert by is not None
        due = self._latest(by)
        place = {each: (each != item, due[problem.network.item_nodes(each)[0]]) for each in problem.levelling.items}
        start, _ = problem.network.item_nodes(item)
        low, high = problem.earliest.values[start], min(due[start], problem.clock.limit)
        best, at = None, high if late else low
        while low <= high:
            pushed = problem.forward.raised(start, at)
            again = None if pushed.trouble else problem.levelling.again(problem.network, pushed)
            values = None if again is None else again.schedule(lambda each, _: place[each])
            if values is not None and values[node] <= by and problem.holds(values):
                best, low = values, at + 1
            else:
                high = at - 1
            if not late:
                break
            at = (low + high + 1) // 2
        return best

    @cached_property
    def _late(self) -> Sequence[int]:
        """The latest boundary of each node for the milestone at its date, whatever the slots."""
        assert self._date.high is not None
        return latest_times(self._problem.network, {self._node: self._date.high})

    def _latest(self, by: int) -> Sequence[int]:
        """Return the latest boundary of each node for the milestone at a boundary, with the quickest k chosen of n."""
        if by not in self._due:
            self._due[by] = latest_by_choice(self._problem.earliest, self._node, by)
        return self._due[by]
