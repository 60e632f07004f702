"""Loose ends: starts and finishes without a link, work without a successor, and dates that hold nothing.

A link to an activity's start alone leaves its finish *dangling*, and one from its finish alone its start: the activity may
then take as long, or begin as early, as it likes without any other noticing (AACE 49R-06, DCMA's Guideline 6 data).
"""

from __future__ import annotations

from collections.abc import Iterator

from models.items import Activity
from models.lint import LintFinding
from models.rules import AtLeast, Dependency, Equality, Gate, Migration, NotBefore, Point
from optimiser.lint.advice import MOST_NAMED, titled
from optimiser.lint.checked import Check, Checked, finding
from optimiser.lint.subject import Subject, counted, listed

__all__ = ["CHECKS"]


def _links(subject: Subject) -> Iterator[tuple[Point, Point]]:
    """Yield every pair of points of which the second waits for the first."""
    for rule in subject.plan.active_rules():
        points = rule.points()
        if isinstance(rule, Dependency):
            if rule.bound == "at-least":
                yield points[0], points[1]
        elif isinstance(rule, (AtLeast, Migration)):
            yield from ((point, points[-1]) for point in points[:-1])
        elif isinstance(rule, Gate):
            yield points[0], points[1]
        elif isinstance(rule, Equality):
            yield from ((first, second) for first in points for second in points if first != second)


def _held(subject: Subject) -> tuple[set[Point], set[Point]]:
    """Return the points with successors, and the points with predecessors, links within one item left out."""
    pairs = [(before, after) for before, after in _links(subject) if before.item != after.item]
    return {before for before, _ in pairs}, {after for _, after in pairs}


def _dangling(subject: Subject) -> Checked:
    """Ask whether every activity that something waits for has its finish waited for, and its start waiting."""
    before, after = _held(subject)
    work = [activity for activity in subject.plan.activities if not activity.buffer]
    ends = {each.id: each.points() for each in work}
    overrun = [name for name, (start, finish) in ends.items() if start in before and finish not in before]
    early = [name for name, (start, finish) in ends.items() if finish in after and start not in after]
    found: list[LintFinding] = []
    if overrun:
        what = (
            f"only the start of {_activities(overrun)} is waited for, so longer work is noticed by nothing: "
            f"{titled(subject, overrun)}; maybe link each finish to what cannot end, or begin, before it"
        )
        found.append(finding("dangling", "medium", overrun, what, key="finish"))
    if early:
        what = (
            f"only the finish of {_activities(early)} waits, so nothing holds the start: "
            f"{titled(subject, early)}; maybe say what each start waits for"
        )
        found.append(finding("dangling", "medium", early, what, key="start"))
    return Checked(len(work), found, None if work else "the plan has no work")


def _activities(names: list[str]) -> str:
    return counted(len(names), "activity", "activities")


def _open(subject: Subject) -> Checked:
    """Ask whether something follows every item that is not asked for, and something comes before each but one."""
    before, after = ({point.item for point in points} for points in _held(subject))
    plan = subject.plan
    items = [*plan.activities, *plan.milestones]
    asked = {*plan.targets, *subject.targets}
    nothing_after = [item.id for item in items if item.id not in before and item.id not in asked]
    dated = {rule.at.item for rule in plan.active_rules() if isinstance(rule, NotBefore) and plan.date(rule.date) is not None}
    dated |= {item.id for item in plan.activities if item.progress is not None and item.progress.begun}
    nothing_before = [item.id for item in items if item.id not in after and item.id not in dated and isinstance(item, Activity)]
    from_when = "the plan's first day" if plan.status_date is None else "the first day after the status date"
    found: list[LintFinding] = []
    if nothing_after:
        what = (
            f"nothing waits for {counted(len(nothing_after), 'item')}, and nobody asks for them: {titled(subject, nothing_after)}; "
            "maybe link them to what needs them, or to the end"
        )
        found.append(finding("open-ends", "medium", nothing_after, what, key="after"))
    if len(nothing_before) > 1:
        what = (
            f"{_activities(nothing_before)} wait for nothing and no date, so they start on {from_when}: "
            f"{titled(subject, nothing_before)}; maybe say what they wait for"
        )
        found.append(finding("open-ends", "low", nothing_before, what, key="before"))
    return Checked(len(items), found, None if items else "the plan has no items")


def _idle(subject: Subject) -> Checked:
    """Ask whether every earliest date holds its point: one that links alone put later is held by them."""
    rules = [rule for rule in subject.plan.active_rules() if isinstance(rule, NotBefore) and subject.plan.date(rule.date)]
    if not rules:
        return Checked(0, not_applicable="no earliest date is stated")
    if not subject.solved:
        return Checked(0, not_applicable="the plan has no dates")
    network, spare = subject.network, {}
    for bound in network.floors:
        if bound.boundary is not None and network.enabled[bound.rule]:
            spare[bound.rule] = subject.earliest.values[bound.node] - bound.boundary
    idle = {rule.id: spare[rule.id] for rule in rules if spare.get(rule.id, 0) > 0}
    if not idle:
        return Checked(len(rules))
    unit = "wd" if subject.plan.unit == "day" else "emin"
    each = listed((f"{titled(subject, [name])} by {spare[name]} {unit}" for name in idle), MOST_NAMED)
    what = (
        f"{counted(len(idle), 'earliest date')} hold nothing, since links put the point later anyway: {each}; "
        "maybe delete them, or look whether another date was meant"
    )
    return Checked(len(rules), [finding("idle-date", "low", idle, what)])


CHECKS = (
    Check("dangling", "No start and no finish is left dangling", _dangling),
    Check("open-ends", "Something follows each item, and something comes before", _open),
    Check("idle-date", "Earliest dates hold something", _idle),
)
