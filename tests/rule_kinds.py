"""Every kind of rule, for the tests: an example of it, the points it speaks of, and what it means, counted by hand.

The one place in which the tests learn of a new kind. What is written here is asked of every witness and every verb
(`test_rule_kinds`), and drawn at random with other items and other numbers (`random_plans`).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Any

from models.items import Activity, Milestone
from models.rules import (
    Alignment,
    AtLeast,
    Blackout,
    Capacity,
    Dependency,
    Equality,
    Gate,
    Migration,
    NotAfter,
    NotBefore,
    Point,
    Release,
)

if TYPE_CHECKING:
    from tests.brute_force import Scene

__all__ = ["EXAMPLES", "MEANINGS", "ended", "example"]

EXAMPLES: dict[str, tuple[dict[str, Any], str]] = {
    "dependency": ({"before": "A", "after": "B", "lag": "1 wd"}, "A.finish B.start"),
    "not-before": ({"at": "A", "date": "2024-02-01"}, "A.start"),
    "not-after": ({"at": "A", "date": "2024-01-11"}, "A.finish"),
    "alignment": ({"at": "A", "to": "first-working-day"}, "A.start"),
    "release": ({"at": "A", "occasions": {"days": ["2024-02-01"]}}, "A.start"),
    "blackout": ({"items": ["A"], "windows": [{"first": "2024-01-15", "last": "2024-01-19"}]}, "A.start A.finish"),
    "capacity": (
        {
            "amount": 1,
            "steps": [{"since": "2024-03-01", "amount": 2}],
            "demands": [{"item": "A", "amount": 1}, {"item": "B", "amount": 1}],
        },
        "A.start A.finish B.start B.finish",
    ),
    "at-least": ({"of": ["A", "A.start"], "count": 2, "after": "B", "lag": "1 wd"}, "A.finish A.start B.start"),
    "equality": ({"at": ["A", "B.finish"]}, "A.start B.finish"),
    "gate": ({"before": "A", "after": "B", "board": {"pattern": {"on": "third thu"}}, "notice": "1 wd"}, "A.finish B.start"),
    "migration": (
        {
            "after": "B",
            "meter_points": 40,
            "limit": 10,
            "ready": [{"at": "A", "share": 37.5, "limit": 6, "checks": 1}, {"at": "A.start", "share": 62.5, "checks": 1}],
            "steps": [{"since": "2024-01-10", "percent": 50}],
            "moratoria": [{"first": "2024-01-12", "last": "2024-01-12"}, {"first": "2024-01-16", "last": "2024-01-17"}],
            "lifted": 1,
            "comes_back": 10,
            "comes_back_after": 1,
        },
        "A.finish A.start B.start",
    ),
}
"""Kind to the fields of a rule on activities A and B, every number stated, and its points with their ends.

Each can be met by two days' work in a year that begins on 8 January 2024, and is broken where both start on Monday 15 January.
"""


def example(kind: str, name: str = "R", **more: Any) -> dict[str, Any]:
    """Return a rule of a kind as a plan has it."""
    return {"id": name, "title": f"A rule of kind {kind}", "basis": "synthetic", "kind": kind, **EXAMPLES[kind][0], **more}


def ended(point: Point, end: Any) -> Point:
    """Return a point with its end filled in."""
    return Point(point.item, point.end or end)


def _dependency(here: Scene, rule: Dependency) -> bool:
    ends = {"S": "start", "F": "finish"}
    before, after = ended(Point(rule.before), ends[rule.type[0]]), ended(Point(rule.after), ends[rule.type[1]])
    reached = here.plus(before, here.plan.duration(rule.lag), here.shown(after))
    return here.at(after) >= reached if rule.bound == "at-least" else here.at(after) <= reached


def _not_before(here: Scene, rule: NotBefore) -> bool:
    point, day = ended(rule.at, "start"), here.plan.date(rule.date)
    return day is None or day <= here.axis.shown(here.at(point), here.shown(point))


def _not_after(here: Scene, rule: NotAfter) -> bool:
    point, day = ended(rule.at, "finish"), here.plan.date(rule.date)
    return day is None or day >= here.axis.shown(here.at(point), here.shown(point))


def _alignment(here: Scene, rule: Alignment) -> bool:
    point = ended(rule.at, "start")
    day = here.axis.shown(here.at(point), here.shown(point))
    return here.axis.is_month_end(day, first=rule.to == "first-working-day")


def _release(here: Scene, rule: Release) -> bool:
    point = ended(rule.at, "start")
    return any(here.at(point) == here.axis.read(day, here.shown(point)) for day in here.axis.occasions(rule.occasions))


def _blackout(here: Scene, rule: Blackout) -> bool:
    for window in rule.windows:
        opening, closing = here.axis.stated(window.first, "opens"), here.axis.stated(window.last, "closes")
        if opening >= closing:
            continue
        for name in rule.items:
            item, (start, finish) = here.plan.items[name], here.places[name]
            if isinstance(item, Activity):
                clear = finish <= opening or start >= closing
            elif isinstance(item, Milestone) and item.shown == "opens":
                clear = start < opening or start >= closing
            else:
                clear = start <= opening or start > closing
            if not clear:
                return False
    return True


def _capacity(here: Scene, rule: Capacity) -> bool:
    for index, day in enumerate(here.axis.days):
        amount = here.plan.amount(rule.amount)
        for step in rule.steps:
            if step.since <= day:
                amount = here.plan.amount(step.amount)
        used = sum(
            here.plan.amount(demand.amount)
            for demand in rule.demands
            if here.places[demand.item][0] <= index < here.places[demand.item][1]
        )
        if used > amount:
            return False
    return True


def _at_least(here: Scene, rule: AtLeast) -> bool:
    after, lag = ended(rule.after, "start"), here.plan.duration(rule.lag)
    reached = sorted(here.plus(ended(point, "finish"), lag, here.shown(after)) for point in rule.of)
    return here.at(after) >= reached[here.plan.amount(rule.count) - 1]


def _equality(here: Scene, rule: Equality) -> bool:
    return len({here.at(ended(point, "start")) for point in rule.at}) == 1


def _gate(here: Scene, rule: Gate) -> bool:
    before, after = ended(rule.before, "finish"), ended(rule.after, "start")
    ready = here.plus(before, here.plan.duration(rule.notice), "opens")
    for board in here.axis.occasions(rule.board):
        if here.axis.read(board, "opens") >= ready:
            return here.at(after) >= here.axis.read(board, "closes")
    return False


def _migration(here: Scene, rule: Migration) -> bool:
    """For every set of shares: what they have to move fits into what can be moved of them."""
    first, end = min(here.source(ended(entry.at, "finish")) for entry in rule.ready), here.at(ended(rule.after, "start"))
    caps = []
    for boundary in range(end):
        day, pace = here.axis.days[boundary], 100
        for step in rule.steps:
            begun = (
                boundary - first >= step.from_start
                if step.from_start is not None
                else step.since is not None and step.since <= day
            )
            pace = step.percent if begun else pace
        idle = any(span.first <= day <= span.last for span in rule.moratoria[here.plan.amount(rule.lifted) :])
        caps.append(0 if idle else Fraction(pace, 100) * here.plan.amount(rule.limit))
    parts = []
    for entry in rule.ready:
        ready, size = here.source(ended(entry.at, "finish")), Fraction(str(entry.share)) * rule.meter_points / 100
        back = size * rule.comes_back / 100
        waits = [(0, size), (rule.comes_back_after, back)] if rule.comes_back_after else [(0, size + back)]
        parts += [(ready + wait, end - entry.checks, work, entry.limit or work) for wait, work in waits if work]
    return all(
        sum(work for *_, work, _ in some)
        <= sum(min(cap, sum(most for ready, last, _, most in some if ready <= day < last)) for day, cap in enumerate(caps))
        for size in range(1, len(parts) + 1)
        for some in combinations(parts, size)
    )


MEANINGS: dict[str, Callable[[Scene, Any], bool]] = {
    "dependency": _dependency,
    "not-before": _not_before,
    "not-after": _not_after,
    "alignment": _alignment,
    "release": _release,
    "blackout": _blackout,
    "capacity": _capacity,
    "at-least": _at_least,
    "equality": _equality,
    "gate": _gate,
    "migration": _migration,
}
