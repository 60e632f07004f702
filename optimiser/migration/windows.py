"""From when to when meter points migrate, by a plan and by the tables published of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from models.assumptions import Baseline, PublishedDate
from models.findings import ProofClass
from models.migration import DateEnds, MigrationWindow
from models.plan import Plan
from models.rules import Point
from optimiser.clock import Clock
from optimiser.migration.implied import Pace

__all__ = ["paces_of", "published_window", "window_of"]


def paces_of(plan: Plan, clock: Clock, ready: str) -> list[Pace]:
    """Return how days are counted by each calendar of a plan, given the milestone by which every supplier is ready."""
    closes = plan.convention(Point(ready, "start")) == "closes"
    return [Pace(each.id, clock.own_days(each.id), closes=closes) for each in plan.calendars]


def published_window(baseline: Baseline, pace: Pace, starts: Sequence[str], ready: str, end: str) -> MigrationWindow | str:
    """Return the window of a baseline, or why it has none."""
    dates = {}
    for entry in baseline.dates:
        ends = _ends(entry, pace)
        if ends is not None:
            dates[entry.milestone] = (entry.date, *ends)
    missing = [name for name in (*starts, end) if name not in dates]
    if missing:
        return f"{baseline.title} ({baseline.id}) publishes no date of {', '.join(missing)}, so no rate follows"
    return window_of(baseline.id, baseline.title, dates, starts, ready, end, None)


def _ends(entry: PublishedDate, pace: Pace) -> tuple[dt.date, dt.date] | None:
    """Return the first and last day that a published date may mean; of a month the working days, None where it has none."""
    return (entry.day, entry.day) if entry.day else pace.worked(entry.first, entry.last)


def window_of(
    name: str,
    title: str,
    dates: dict[str, tuple[str, dt.date, dt.date]],
    starts: Sequence[str],
    ready: str,
    end: str,
    proof: dict[str, ProofClass] | None,
) -> MigrationWindow:
    """Return a window, with the milestones of one date together."""
    together: dict[tuple[str, dt.date, dt.date], list[str]] = {}
    for start in starts:
        together.setdefault(dates[start], []).append(start)
    return MigrationWindow(
        id=name,
        title=title,
        starts=tuple(_dated(tuple(milestones), date) for date, milestones in together.items()),
        ready=_dated((ready,), dates[ready]) if ready in dates else None,
        end=_dated((end,), dates[end]),
        proof=proof,
    )


def _dated(milestones: tuple[str, ...], date: tuple[str, dt.date, dt.date]) -> DateEnds:
    published, first, last = date
    return DateEnds(milestones=milestones, published=published, earliest=first, latest=last)
