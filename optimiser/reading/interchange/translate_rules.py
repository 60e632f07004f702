"""A planner's links, constraints, deadlines and dates of other projects as the plan's rules."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

from optimiser.reading.interchange.cells import whole_minutes
from optimiser.reading.interchange.record import ConstraintRecord, LinkRecord, TaskRecord
from optimiser.reading.interchange.translating import SPANNING, Translating, printed

__all__ = ["rules"]

_AT: Final = {
    "start-no-earlier": "start",
    "finish-no-earlier": "finish",
    "start-no-later": "start",
    "finish-no-later": "finish",
    "start-on": "start",
    "finish-on": "finish",
}

_LINKED: Final = {"FS": "after", "SS": "starts with", "FF": "finishes with", "SF": "finishes with the start of"}
"""What a successor does by the type of a link, in its title."""


def rules(state: Translating) -> Iterator[dict[str, Any]]:
    """Yield the rules of every link and every date, in the order of the file."""
    yield from _links(state)
    for task in state.project.tasks:
        if state.holds(task):
            yield from _constraints(state, task)
        else:
            _left_out(state, task)


def _left_out(state: Translating, task: TaskRecord) -> None:
    """Tell of the dates of a task that the plan does not hold."""
    for kind, count in (
        ("constraints", len(task.constraints)),
        ("deadlines", int(task.deadline is not None)),
        ("external dates", int(task.external_early_start is not None)),
        ("levelling delays", int(bool(task.levelling_delay))),
    ):
        if count:
            state.tally.told("inactive", task.id, kind=kind, count=count)


def _links(state: Translating) -> Iterator[dict[str, Any]]:
    """Yield a dependency for each link that holds something."""
    for number, link in enumerate(state.project.links, start=1):
        before, after = state.tasks.get(link.predecessor), state.tasks.get(link.successor)
        called = f"{before.id if before else link.predecessor} to {after.id if after else link.successor}"
        if before is None or after is None:
            state.tally.told("link-outside", called, kind="links")
        elif not (state.holds(before) and state.holds(after)):
            state.tally.told("inactive", called, kind="links")
        elif state.dialect == "p6" and (before.kind in SPANNING or after.kind in SPANNING):
            state.tally.told("link-to-span", called, kind="links")
        elif _around(state, before, after):
            state.tally.told("link-in-circle", called, kind="links")
        else:
            state.tally.translated("links")
            if state.dialect == "msp" and link.type[1] == "F" and (link.lag or link.percent):
                state.tally.told("finish-link-lag", called)
            yield _link(state, link, f"L{number}", before, after)


def _around(state: Translating, before: TaskRecord, after: TaskRecord) -> bool:
    """Say whether one of two tasks is a summary that the other is in."""
    for inner, outer in ((before, after), (after, before)):
        at, seen = inner.parent, set[str]()
        while at in state.tasks and at not in seen:
            if at == outer.uid:
                return True
            seen.add(str(at))
            at = state.tasks[str(at)].parent
    return False


def _link(state: Translating, link: LinkRecord, name: str, before: TaskRecord, after: TaskRecord) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": name,
        "kind": "dependency",
        "title": f"{state.called(after.uid)} {_LINKED[link.type]} {state.called(before.uid)}",
        "before": state.names[before.uid],
        "after": state.names[after.uid],
        **state.cited(link.place),
    }
    if link.type != "FS":
        rule["type"] = link.type
    if link.percent and before.kind in SPANNING:
        state.tally.told("share-of-span", f"{before.id} to {after.id}")
        minutes = whole_minutes(Fraction(link.percent) * (before.duration or 0) / 100)
        rule["lag"] = state.length(minutes, elapsed=link.elapsed)
    elif link.percent:
        # A share of a length that counts every minute counts every minute too.
        rule["lag"] = f"{round(link.percent)} {'e%' if link.elapsed or before.elapsed else '%'}"
    elif link.lag:
        # Of a lag that counts every minute a planner's day is no day.
        day = not link.elapsed and state.project.lag_calendar != "elapsed"
        rule["lag"] = state.length(link.lag) if day else f"{link.lag} {'emin' if link.elapsed else 'min'}"
    return rule


def _constraints(state: Translating, task: TaskRecord) -> Iterator[dict[str, Any]]:
    """Yield a rule for each date that was set on a task."""
    tally, name = state.tally, state.names[task.uid]
    begun = task.progress.actual_start is not None or task.progress.actual_finish is not None
    for place, constraint in enumerate(task.constraints, start=1):
        late = constraint.kind == "as-late-as-possible"
        if begun:
            tally.told("constraint-on-done", task.id, kind="constraints")
        elif task.kind in SPANNING and state.dialect == "p6":
            tally.told("constraint-on-span", task.id, kind="constraints")
        elif constraint.date is None and not late:
            tally.told("constraint-undated", task.id, kind="constraints")
        else:
            tally.translated("constraints")
            if late and state.dialect == "msp":
                tally.told("late-msp", task.id)
            yield from _constraint(state, task, constraint, f"C-{name}-{place}")
    if task.deadline is not None:
        tally.translated("deadlines")
        title = f"{state.called(task.uid)} should finish by its deadline"
        rule = _dated(state, task, f"D-{name}", title, "finish", printed(task.deadline))
        yield {**rule, "kind": "not-after", "soft": True}
    if task.external_early_start is not None:
        if begun:
            tally.told("constraint-on-done", task.id, kind="external dates")
            return
        tally.translated("external dates")
        tally.told("external-dates", task.id)
        title = f"{state.called(task.uid)} waits for another project"
        yield {
            **_dated(state, task, f"X-{name}", title, "start", printed(task.external_early_start)),
            "kind": "not-before",
            "authority": "external",
        }


def _constraint(state: Translating, task: TaskRecord, constraint: ConstraintRecord, name: str) -> Iterator[dict[str, Any]]:
    """Yield what a constraint asks for: pins and as late as possible stand with the item instead."""
    if constraint.date is None or constraint.kind not in _AT:
        return
    end, date = _AT[constraint.kind], printed(constraint.date)
    title = f"{state.called(task.uid)}: {constraint.kind.replace('-', ' ')}"
    later = constraint.kind.endswith("-no-later")
    if not later:
        yield {**_dated(state, task, name, title, end, date), "kind": "not-before"}
    if state.dialect == "msp" and later:
        state.tally.told("no-later", task.id)
    elif later or constraint.kind in {"start-on", "finish-on"}:
        # P6 bounds late dates with these and moves no early one.
        suffix = "" if later else "-late"
        yield {**_dated(state, task, name + suffix, title, end, date), "kind": "not-after", "soft": True}


def _dated(state: Translating, task: TaskRecord, name: str, title: str, end: str, date: str) -> dict[str, Any]:
    return {"id": name, "title": title, "at": f"{state.names[task.uid]}.{end}", "date": date, **state.cited(task.place)}
