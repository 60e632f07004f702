"""Actual work against its forecast: the first difference, and its description."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from models.duration import Duration
from models.items import Activity, Item, Milestone
from optimiser.moved.mixing import Mixing, in_unit, worked
from optimiser.solve.problem import Problem
from optimiser.wording import plain_date

__all__ = ["Parting", "PastFacts", "in_days", "left", "waiting"]


@dataclass(frozen=True, slots=True, order=True)
class Parting:
    """Where fact and forecast of an item part; ordered by time, on one boundary finishes before events before starts."""

    boundary: int
    rank: int
    place: int


class PastFacts:
    """The past of the second plan, for comparison with a forecast.

    Parameters
    ----------
    mixing
        The two plans.
    second
        The problem of the second, and a schedule of it.
    """

    def __init__(self, mixing: Mixing, second: Problem, values: Sequence[int]) -> None:
        self.mixing, self.second, self.values = mixing, second, values
        self.places = {name: place for place, name in enumerate(mixing.names)}

    def begun(self, name: str) -> bool:
        """Return whether the second plan has an item begun."""
        return _begun(self.mixing.second.items[name])

    def finished(self, name: str) -> bool:
        """Return whether the second plan has an item finished; a milestone that has been met is."""
        return self.mixing.second.done(name)

    def parting(self, name: str, forecast: Sequence[int], problem: Problem) -> Parting | None:
        """Return where what became of an item parts from a forecast; None where it does not."""
        starts, ends = _ends(problem, name, forecast), _ends(self.second, name, self.values)
        status, place = self.mixing.status, self.places[name]
        if isinstance(self.mixing.second.items[name], Milestone):
            parts = starts[0] != ends[0] if self.begun(name) else status is not None and starts[0] < status
            return Parting(min(starts[0], ends[0]) if self.begun(name) else starts[0], 1, place) if parts else None
        found = []
        if not self.begun(name):
            if (status is not None and starts[0] < status) or starts[0] < ends[0]:
                found.append(Parting(starts[0], 2, place))
        elif starts[0] != ends[0]:
            found.append(Parting(min(starts[0], ends[0]), 2, place))
        if self.finished(name) and starts[1] != ends[1]:
            found.append(Parting(min(starts[1], ends[1]), 0, place))
        elif self.begun(name) and not self.finished(name) and status is not None:
            if starts[1] <= status:
                found.append(Parting(starts[1], 0, place))
            elif starts[0] == ends[0] and (self._still(name) or self._share(name, starts[1]) is not None):
                found.append(Parting(status, 0, place))
        return min(found, default=None)

    def _left(self, name: str) -> Duration | None:
        """Return what is left of work, as stated or derived from its share."""
        item = self.mixing.second.items[name]
        return self.mixing.second.remaining(item) if isinstance(item, Activity) else None

    def _share(self, name: str, finish: int) -> Duration | None:
        """Return the remaining work by a forecast where only a percentage is recorded and implies another amount, else None."""
        item, status = self.mixing.second.items[name], self.mixing.status
        rest = self._left(name)
        shared = isinstance(item, Activity) and item.progress is not None and item.progress.remaining is None
        if not shared or rest is None or status is None or not isinstance(item, Activity):
            return None
        rest = in_unit(self.mixing.clock, rest)
        forecast = worked(self.mixing.clock, item, status, finish, rest.unit)
        return None if forecast == rest else forecast

    def _still(self, name: str) -> dt.date | None:
        """Return the newly recorded date on which paused work resumes, if later than the day after the status date, else None."""
        one, other = (getattr(plan.items.get(name), "progress", None) for plan in (self.mixing.first, self.mixing.second))
        resume, morrow = None if other is None else other.resume, self.mixing.morrow
        known = one is not None and one.resume == resume
        return None if resume is None or known or morrow is None or resume <= morrow else resume

    def said(self, name: str, forecast: Sequence[int], problem: Problem) -> str:
        """Return how an item went beside a forecast: what it did, as a sentence without its full stop."""
        item = self.mixing.second.items[name]
        starts, ends = _ends(problem, name, forecast), _ends(self.second, name, self.values)
        by = "" if self.mixing.second.status_date is None else f" by {plain_date(self.mixing.second.status_date)}"
        if not self.begun(name):
            word = "come" if isinstance(item, Milestone) else "begun"
            return f"{item.title} had not {word}{by}; it was forecast for {self._shown(name, 'start', starts[0], problem)}"
        late = [self._late(one, other, item) for one, other in zip(starts, ends, strict=True)]
        if isinstance(item, Milestone):
            return f"{item.title} came {late[0] or 'as forecast'}"
        if not self.finished(name):
            words = [f"began {late[0]}"] if late[0] else []
            status = self.mixing.status
            if status is not None and starts[1] <= status:
                rest = self._left(name)
                words.append(f"had not finished{by}{f', {rest} are left' if rest is not None else ''}")
            elif not words and (resume := self._still(name)) is not None:
                words.append(f"stands still until {plain_date(resume)}")
            elif not words and (forecast_left := self._share(name, starts[1])) is not None:
                share = f"{item.progress.percent_complete:g}" if isinstance(item, Activity) and item.progress else ""
                words.append(f"is {share} % complete{by}: {self._left(name)} are left, where {forecast_left} were forecast")
            return f"{item.title} {' and '.join(words) or 'began as forecast'}"
        if late[0] and late[1] != late[0]:
            finish = f"finished {late[1]}" if late[1] else "finished as forecast"
            return f"{item.title} began {late[0]} and {finish}"
        if late[0]:
            return f"{item.title} began and finished {late[0]}"
        return f"{item.title} finished {late[1] or 'as forecast'}"

    def _late(self, forecast: int, fact: int, item: Item) -> str:
        """Return how much later than forecast a fact is, in words; nothing where it is not."""
        clock = self.second.clock
        amount = clock.worked_between(forecast, fact, getattr(item, "calendar", None))
        if not amount and forecast != fact:
            amount = clock.worked_between(forecast, fact)
        if not amount:
            return ""
        plan = self.mixing.second
        said = f"{abs(amount)} wd" if plan.unit == "day" else in_days(abs(amount), plan.day_minutes)
        return f"{said} {'late' if amount > 0 else 'early'}"

    def _shown(self, name: str, end: str, boundary: int, problem: Problem) -> str:
        point = problem.network.points[problem.network.nodes[name, end]]
        return plain_date(problem.clock.show(boundary, self.mixing.second.convention(point)))


def in_days(minutes: int, day_minutes: int) -> str:
    """Return worked minutes in working days, with one place behind the point where they are no whole days."""
    if minutes < day_minutes / 10:
        return f"{minutes} min"
    return f"{minutes // day_minutes} wd" if minutes % day_minutes == 0 else f"{minutes / day_minutes:.1f} wd"


def waiting(mixing: Mixing, problem: Problem, values: Sequence[int]) -> frozenset[str]:
    """Return the items that the first plan has begun by the second's status date, and the second has not."""
    status = mixing.status
    if status is None or mixing.first.status_date == mixing.second.status_date:
        return frozenset()
    found = set()
    for name, item in mixing.second.items.items():
        one = mixing.first.items.get(name)
        both = isinstance(item, Activity | Milestone) and isinstance(one, type(item))
        if both and not _begun(item) and (_begun(one) or _ends(problem, name, values)[0] < status):
            found.add(name)
    return frozenset(found)


def left(
    mixing: Mixing, problem: Problem, values: Sequence[int], second: Problem, after: Sequence[int]
) -> dict[str, tuple[Duration, Duration]]:
    """Return of begun work how much of it the first plan leaves at the second's status date, and how much is stated.

    Only where the two differ, and where the first plan has it finish after the status date: work that is overdue is late,
    however much of it is left.
    """
    status, found = mixing.status, {}
    if status is None:
        return {}
    for item in mixing.second.activities:
        one = mixing.first.items.get(item.id)
        stated = item.progress.remaining if item.progress is not None else None
        plain = isinstance(one, Activity) and not item.assignments and mixing.second.under_way(item.id)
        if not plain or stated is None or not isinstance(one, Activity) or one.calendar != item.calendar:
            continue
        finish = _ends(problem, item.id, values)[1]
        if not _begun(one):
            began = _ends(second, item.id, after)[0]
            finish = problem.clock.finish(began, mixing.first.duration(one.duration), one.calendar)
        stated = in_unit(mixing.clock, stated)
        forecast = worked(mixing.clock, item, status, finish, stated.unit) if finish > status else None
        if forecast is not None and forecast != stated:
            found[item.id] = forecast, stated
    return found


def _begun(item: Item | None) -> bool:
    done = getattr(item, "progress", None)
    return bool(done is not None and done.begun)


def _ends(problem: Problem, name: str, values: Sequence[int]) -> tuple[int, int]:
    """Return the start and the finish of an item in a schedule, of begun work its actual start."""
    nodes = problem.network.nodes
    start = problem.network.began.get(name, nodes[name, "start"])
    return values[start], values[nodes[name, "finish"]]
