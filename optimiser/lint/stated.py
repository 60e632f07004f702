"""Statements against computed dates: lengths, calendars, differences, lags, and lengths in names."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from models.assumptions import Baseline, PublishedDate
from models.calendar import WEEKDAYS
from models.items import Milestone
from models.lint import LintEffect, LintFinding
from models.published import StatedLag
from models.rules import Dependency, Point
from optimiser.lint.checked import Check, Checked, finding
from optimiser.lint.subject import Row, Subject, counted, listed, working_days
from optimiser.solve.variant import Variant
from optimiser.wording import plain_date

__all__ = ["CHECKS", "months_between"]

_SPAN_IN_NAME = re.compile(r"\b(\d+) (year|month)s?\b")


def months_between(first: PublishedDate, last: PublishedDate) -> int:
    """Return the difference of the month labels of two published dates."""
    return (last.month[0] - first.month[0]) * 12 + last.month[1] - first.month[1]


def _stated_lengths(subject: Subject) -> Checked:
    """Ask whether the stated length of every row is that from its start to its finish."""
    stated = [row for row in subject.rows if row.days is not None]
    if not stated:
        return Checked(0, not_applicable="no published row states a length in days")
    clock = subject.counting
    found = []
    for row in stated:
        length = working_days(clock, row.start, row.finish)
        if row.days == length or (row.days == 0 and row.start == row.finish):
            continue
        effects: tuple[LintEffect, ...] = ()
        if subject.activity(row.id):
            effects = subject.effects(Variant(values={f"duration:{row.id}": length}))
        found.append(
            finding(
                "stated-length",
                "high",
                [row.place],
                f"states {counted(row.days or 0, 'day')}, but from {plain_date(row.start)} to {plain_date(row.finish)} "
                f"are {length} working days of calendar {clock.calendar.id}",
                key=str(row.number),
                citation=row.item.citation,
                tried=f"{row.id} takes {length} wd",
                effects=effects,
            )
        )
    return Checked(len(stated), found)


def _calendar_of_rows(subject: Subject) -> Checked:
    """Ask which calendar the stated lengths count, and what the others would do."""
    counts = {name: entry for name, entry in subject.agreement.items() if entry[1]}
    if not counts or len(subject.plan.calendars) < 2:
        return Checked(0, not_applicable="the plan has one calendar, or no row states a length")
    counting = subject.counting.calendar
    agrees, of = counts[counting.id]
    found = []
    for calendar in subject.plan.calendars:
        if calendar.id == counting.id or not calendar.holidays or calendar.id not in counts:
            continue
        worked = [WEEKDAYS.index(name) for name in counting.weekdays]
        holidays = [holiday.day for holiday in calendar.holidays if holiday.day.weekday() in worked]
        span = sum(any(row.start <= day <= row.finish for day in holidays) for row in subject.rows if row.days)
        found.append(
            finding(
                "calendar",
                "medium",
                [f"calendar {counting.id}", f"calendar {calendar.id}"],
                f"{agrees} of {of} stated lengths count by calendar {counting.id}, {counts[calendar.id][0]} by "
                f"{calendar.id}; {span} of the rows span a day on which nobody works there",
                key=calendar.id,
                citation=calendar.citation,
                tried=f"the same lengths on calendar {calendar.id}",
                effects=subject.on_calendar(calendar.id) if subject.plan.calendar == counting.id else (),
            )
        )
    return Checked(of, found)


def _holiday_ends(subject: Subject) -> Checked:
    """Ask whether a row starts or ends on a holiday of a calendar of the plan."""
    holidays = {holiday.day: (holiday.title, calendar) for calendar in subject.plan.calendars for holiday in calendar.holidays}
    if not holidays or not subject.rows:
        return Checked(0, not_applicable="the plan has no calendar with holidays, or no published rows")
    found = []
    for row in subject.rows:
        ends = {end: day for end, day in (("starts", row.start), ("ends", row.finish)) if day in holidays}
        if not ends:
            continue
        words = " and ".join(f"{end} on {holidays[day][0]}, {plain_date(day)}" for end, day in ends.items())
        calendar = next(holidays[day][1] for day in ends.values())
        found.append(
            finding(
                "holiday-endpoint",
                "medium" if row.is_event else "low",
                [row.place],
                words,
                key=str(row.number),
                citation=(*row.item.citation, *calendar.citation),
            )
        )
    return Checked(len(subject.rows), found)


def _estimates(subject: Subject) -> Checked:
    """Ask whether a length still carries the mark of an estimate."""
    rows = [row for row in subject.rows if row.days is not None]
    found = [
        finding(
            "estimate",
            "low",
            [row.place],
            f"its length of {counted(row.days or 0, 'day')} still carries the mark of an estimate",
            key=str(row.number),
            citation=row.item.citation,
            tried=f"{row.id} takes half as long again",
            effects=subject.effects(Variant(values={f"duration:{row.id}": (row.days or 0) * 3 // 2}))
            if subject.activity(row.id)
            else (),
        )
        for row in rows
        if row.estimated
    ]
    return Checked(len(rows), found, None if rows else "no published row states a length")


def _event_lengths(subject: Subject) -> Checked:
    """Ask whether events are drawn in one way: with a length, or with none."""
    events = [row for row in subject.rows if isinstance(row.item, Milestone) and row.days is not None]
    lengths: dict[int, list[Row]] = {}
    for row in events:
        lengths.setdefault(row.days or 0, []).append(row)
    if len(lengths) < 2:
        reason = None if events else "no published row is an event with a stated length"
        return Checked(len(events), not_applicable=reason)
    words = "; ".join(f"{counted(days, 'day')}: {listed(row.id for row in rows)}" for days, rows in sorted(lengths.items()))
    what = f"events are drawn with different lengths ({words}), so their dates mean a morning here and an evening there"
    citation = [citation for row in events for citation in row.item.citation]
    return Checked(len(events), [finding("event-length", "low", [row.place for row in events], what, citation=citation)])


def _stated_deltas(subject: Subject) -> Checked:
    """Ask whether printed differences are those of the printed dates."""
    baselines = {baseline.id: baseline for baseline in subject.plan.baselines}
    found = []
    for entry in subject.published.deltas:
        ours = baselines[entry.baseline].date(entry.milestone)
        theirs = baselines[entry.against].date(entry.milestone)
        if ours is None or theirs is None:
            continue
        computed = months_between(theirs, ours)
        if computed != entry.months:
            found.append(
                finding(
                    "stated-delta",
                    "medium",
                    [f"{entry.baseline} {entry.milestone}"],
                    f"states {entry.months:+d} months against {entry.against}; from {theirs.date} to {ours.date} are {computed:+d}",
                    key=f"{entry.baseline}:{entry.milestone}",
                    citation=entry.citation,
                )
            )
    reason = None if subject.published.deltas else "no stated differences are at hand"
    return Checked(len(subject.published.deltas), found, reason)


def _stated_lags(subject: Subject) -> Checked:
    """Ask whether distances stated in words are those of the dates beside them."""
    lags = subject.published.lags
    if not lags:
        return Checked(0, not_applicable="no stated distances are at hand")
    found: list[LintFinding] = []
    looked = 0
    for lag in lags:
        family = subject.published.plan_of.get(lag.baseline)
        for baseline in subject.plan.baselines:
            if baseline.id != lag.baseline and (family is None or subject.published.plan_of.get(baseline.id) != family):
                continue
            before, after = baseline.date(lag.before), baseline.date(lag.after)
            if before and after:
                looked += 1
                found += _lag_finding(subject, lag, baseline, before, after)
    return Checked(looked, found)


def _lag_finding(
    subject: Subject, lag: StatedLag, baseline: Baseline, before: PublishedDate, after: PublishedDate
) -> Iterator[LintFinding]:
    """Yield what a stated distance and two dates have against each other."""
    if before.day and after.day:
        clock = subject.counting
        convention = subject.plan.convention
        source, target = convention(Point(lag.before, "start")), convention(Point(lag.after, "start"))
        at = clock.boundary(before.day, source)
        literal = clock.shift(at, lag.lag, source, target)
        off = clock.boundary(after.day, target) - literal
        if not off:
            return
        gap = f"{plain_date(before.day)} and {plain_date(after.day)} are {abs(off)} wd {'more' if off > 0 else 'less'} apart"
        meant = f"; taken literally {lag.after} would be {plain_date(clock.show(literal, target))}"
        short = off < 0
    else:
        if lag.lag.unit != "mo":
            return
        months = months_between(before, after)
        if months == lag.lag.amount:
            return
        gap = f"{before.date} and {after.date} are {counted(months, 'month')} apart"
        year, month = divmod(before.month[0] * 12 + before.month[1] - 1 + lag.lag.amount, 12)
        meant = f"; taken literally {lag.after} would be in {dt.date(year, month + 1, 1):%Y-%m}"
        short = months < lag.lag.amount
    rule = _rule_between(subject, lag)
    effects: tuple[LintEffect, ...] = ()
    tried = None
    if rule is not None:
        effects = subject.effects(Variant(values={rule: lag.lag.amount}))
        tried = f"{lag.after} {lag.lag} after {lag.before}"
    yield finding(
        "stated-lag",
        "high" if short else "low",
        [f"{baseline.id} {lag.before} to {lag.after}"],
        f"stated {lag.lag} apart, {gap}{meant if short else '; another rule sets the later date'}",
        key=f"{baseline.id}:{lag.before}-{lag.after}",
        citation=(*lag.citation, *baseline.citation),
        tried=tried,
        effects=effects,
    )


def _rule_between(subject: Subject, lag: StatedLag) -> str | None:
    """Return the link whose number a stated distance is, where it counts in the same unit."""
    for rule in subject.plan.active_rules():
        if not isinstance(rule, Dependency) or rule.bound == "at-most":
            continue
        same = (rule.before, rule.after) == (lag.before, lag.after)
        if same and subject.plan.duration(rule.lag).unit == lag.lag.unit:
            return rule.id
    return None


def _lengths_in_names(subject: Subject) -> Checked:
    """Ask whether a length in the name of an event is that of the work it starts."""
    found = []
    named = [(row, _SPAN_IN_NAME.search(row.name.lower())) for row in subject.rows if isinstance(row.item, Milestone)]
    grouped: dict[tuple[int, dt.date, dt.date], list[Row]] = {}
    for row, span in named:
        if span is None:
            continue
        months = int(span[1]) * (12 if span[2] == "year" else 1)
        for other in subject.rows:
            same = other.start == row.start and not other.is_event
            if same and set(row.words) & set(other.words[:1]) and abs(_months(other) - months) >= 1:
                grouped.setdefault((months, other.start, other.finish), []).extend([row, other])
    for (months, start, finish), rows in grouped.items():
        events = list(dict.fromkeys(row for row in rows if isinstance(row.item, Milestone)))
        work = list(dict.fromkeys(row for row in rows if not isinstance(row.item, Milestone)))
        length = working_days(subject.counting, start, finish)
        found.append(
            finding(
                "length-in-name",
                "low",
                [row.place for row in (*events, *work)],
                f"the name says {months} months; the work that starts then takes {_months(work[0]):.0f} ({length} wd, "
                f"{plain_date(start)} to {plain_date(finish)})",
                key=str(events[0].number),
                citation=[citation for row in events for citation in row.item.citation],
            )
        )
    looked = sum(1 for _, span in named if span)
    return Checked(looked, found, None if looked else "no event has a length in its name")


def _months(row: Row) -> float:
    """Return the length of a row in months, to about a day."""
    return ((row.finish - row.start).days + 1) / 30.4369


CHECKS = (
    Check("stated-length", "Stated lengths are those from start to finish", _stated_lengths),
    Check("calendar", "The calendar that stated lengths count", _calendar_of_rows),
    Check("holiday-endpoint", "No row starts or ends on a holiday", _holiday_ends),
    Check("estimate", "No length is marked as an estimate", _estimates),
    Check("event-length", "Events are drawn in one way", _event_lengths),
    Check("stated-delta", "Stated differences are those of the dates", _stated_deltas),
    Check("stated-lag", "Stated distances are those of the dates", _stated_lags),
    Check("length-in-name", "A length in a name is that of the work", _lengths_in_names),
)
