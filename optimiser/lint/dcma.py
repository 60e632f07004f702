"""The fourteen measures of the Defense Contract Management Agency's schedule assessment, as far as they apply.

Thresholds are those of the DCMA-EA PAM 200.1 "Earned Value Management System Program Analysis Pamphlet" (2012),
section 4; a month of 22 working days makes its 44-day limits. Measures that need progress, resources or a baseline with
days say so where there is none, and are never passed for want of data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.items import Activity, Item
from models.lint import DcmaMeasure
from models.plan import DURATION_PREFIX
from models.rules import AtLeast, Capacity, Dependency, Equality, NotAfter, NotBefore
from optimiser.critical import floats
from optimiser.lint.logic import waited_for
from optimiser.lint.longest import LONG, ROUNDING, path_index, path_test, printed, without, worked_days
from optimiser.lint.progress import unstarted_in_the_past
from optimiser.lint.subject import Subject, listed

__all__ = ["LONG", "measures", "waits"]


def waits(subject: Subject) -> set[str]:
    """Return the items that wait for something else, or for a date of their own."""
    network = subject.network
    found = set()
    for arc in network.arcs:
        if network.enabled[arc.rule] and not arc.rule.startswith(DURATION_PREFIX):
            source, target = network.points[arc.source].item, network.points[arc.target].item
            if source != target:
                found.add(target)
    for quorum in network.quorums:
        if network.enabled[quorum.rule]:
            found.add(network.points[quorum.target].item)
    return found


def measures(subject: Subject) -> tuple[DcmaMeasure, ...]:
    """Return the fourteen measures."""
    return (
        _logic(subject),
        *_lags(subject),
        _links(subject),
        _constraints(subject),
        *_floats(subject),
        _lengths(subject),
        _invalid(subject),
        _resources(subject),
        _missed(subject),
        path_test(subject),
        path_index(subject),
        _executed(subject),
    )


def _share(
    number: int,
    name: str,
    limit: float,
    short: Sequence[str],
    of: int,
    reason: str,
    *,
    threshold: str | None = None,
    meets: bool = False,
) -> DcmaMeasure:
    """Return a measure that counts.

    Parameters
    ----------
    limit
        The greatest share that may fall short.
    short
        What falls short.
    of
        How many are counted.
    threshold
        The limit in words; the share that may fall short where None.
    meets
        Whether the threshold speaks of those that meet it, so that their share is the one to print beside it.
    """
    threshold = threshold or f"{limit:.0%} or fewer"
    if not of:
        return without(number, name, threshold, f"there is nothing to count: {reason}")
    count = of - len(short) if meets else len(short)
    return DcmaMeasure(
        number=number,
        name=name,
        threshold=threshold,
        measured=printed(count / of, 1 - limit if meets else limit),
        count=count,
        of=of,
        verdict="pass" if len(short) <= limit * of + ROUNDING else "fail",
        reason=reason,
        items=tuple(short),
    )


def _linked(subject: Subject) -> list[Item]:
    """Return the items that links could join: hammocks have ties instead."""
    return [*subject.plan.activities, *subject.plan.milestones]


def _logic(subject: Subject) -> DcmaMeasure:
    before, after = waits(subject), waited_for(subject)
    items = _linked(subject)
    first = [item.id for item in items if item.id not in before]
    last = [item.id for item in items if item.id not in after]
    # A plan begins and ends somewhere: the only item with nothing before it, and the only one with nothing after.
    ends = {names[0] for names in (first, last) if len(names) == 1}
    open_ended = [item.id for item in items if item.id in {*first, *last} - ends]
    published = len(subject.rows)
    said = sum(rule.basis == "document" for rule in subject.plan.active_rules() if isinstance(rule, Dependency))
    links = sum(1 for rule in subject.plan.active_rules() if isinstance(rule, Dependency))
    reason = (
        f"items without something before them, or without something after them, as linked here, the one that begins the plan and "
        f"the one that ends it left aside; of {links} links {said} are "
        f"stated by a document, the rest inferred or fitted"
        + (f"; the {published} published rows print no predecessors" if published and not said else "")
    )
    return _share(1, "Missing logic", 0.05, open_ended, len(items), reason)


def _lags(subject: Subject) -> tuple[DcmaMeasure, DcmaMeasure]:
    lags = dict(_waits_of(subject))
    counted = "links, quorums and ties of hammocks with a"
    return (
        _share(
            2,
            "Leads",
            0.0,
            [name for name, lag in lags.items() if lag < 0],
            len(lags),
            f"{counted} negative lag",
            threshold="none",
        ),
        _share(3, "Lags", 0.05, [name for name, lag in lags.items() if lag > 0], len(lags), f"{counted} positive lag"),
    )


def _waits_of(subject: Subject) -> Iterator[tuple[str, int]]:
    """Yield everything that has a lag, with its amount in whatever unit."""
    plan = subject.plan
    for rule in plan.active_rules():
        if isinstance(rule, Dependency | AtLeast):
            yield rule.id, plan.duration(rule.lag).amount
    for hammock in plan.hammocks:
        yield f"{hammock.id} (its start)", plan.duration(hammock.start_lag).amount
        yield f"{hammock.id} (its finish)", plan.duration(hammock.finish_lag).amount


def _links(subject: Subject) -> DcmaMeasure:
    links = [rule for rule in subject.plan.active_rules() if isinstance(rule, Dependency)]
    others = [rule.id for rule in links if rule.type != "FS"]
    return _share(
        4,
        "Relationship types",
        0.10,
        others,
        len(links),
        "links other than finish to start",
        threshold="90% or more finish to start",
        meets=True,
    )


def _constraints(subject: Subject) -> DcmaMeasure:
    plan = subject.plan
    hard = [
        rule.id
        for rule in plan.active_rules()
        if (isinstance(rule, NotAfter) and plan.date(rule.date) is not None)
        or (isinstance(rule, Dependency) and rule.bound == "at-most")
    ]
    ties = sum(isinstance(rule, Equality) for rule in plan.active_rules())
    soft = sum(isinstance(rule, NotBefore) and plan.date(rule.date) is not None for rule in plan.active_rules())
    return _share(
        5,
        "Hard constraints",
        0.05,
        hard,
        len(_linked(subject)),
        f"latest dates and greatest lags; {soft} earliest dates and {ties} equalities are not counted, as they hold nothing back "
        "from being later",
    )


def _floats(subject: Subject) -> tuple[DcmaMeasure, DcmaMeasure]:
    if not subject.solved or not subject.targets:
        reason = "the plan has no dates" if subject.targets else "the plan has no targets"
        return (
            without(6, "High float", "5% or fewer", reason),
            without(7, "Negative float", "none", reason),
        )
    last = max(subject.targets, key=subject.boundary)
    spare = {name: _float_days(subject, name, slip) for name, slip in floats(subject.earliest, last).items()}
    known = {name: days for name, days in spare.items() if days is not None and subject.activity(name)}
    loose = [name for name, days in spare.items() if days is None and subject.activity(name)]
    high = [name for name, days in known.items() if days > LONG]
    against = f"towards {last}, the last target"
    published = [
        f"{milestone} ({baseline.id}, {subject.clock.days_between(limit, subject.boundary(milestone))} wd)"
        for baseline in subject.plan.baselines
        for milestone in subject.targets
        if (date := baseline.date(milestone))
        and (limit := subject.place_of(date, late=True)) is not None
        and subject.boundary(milestone) > limit
    ]
    late = f"; against published dates {listed(published, 12)} would be negative" if published else ""
    return (
        _share(
            6,
            "High float",
            0.05,
            high,
            len(known),
            f"activities with more than {LONG} wd of float {against}; {len(loose)} more never move it",
        ),
        _share(
            7,
            "Negative float",
            0.0,
            [name for name, days in known.items() if days < 0],
            len(known),
            f"activities with less than no float {against}: earliest dates have none by construction{late}",
            threshold="none",
        ),
    )


def _float_days(subject: Subject, name: str, slip: int | None) -> int | None:
    """Return a float in working days of the item's own calendar."""
    start = subject.earliest.position(name)[0]
    calendar = getattr(subject.plan.items[name], "calendar", None)
    return None if slip is None else subject.clock.days_between(start, start + slip, calendar)


def _lengths(subject: Subject) -> DcmaMeasure:
    worked: dict[str, int] = {}
    for row in subject.rows:
        if not row.is_event and row.days:
            worked[row.id] = row.days
    if not worked:
        for activity in subject.plan.activities:
            days = worked_days(subject, activity)
            if days is not None and days > 1:
                worked[activity.id] = days
    of_rows = "published rows" if subject.rows else "activities"
    return _share(
        8,
        "High duration",
        0.05,
        [name for name, days in worked.items() if days > LONG],
        len(worked),
        f"{of_rows} of more than a day that last more than {LONG} wd",
    )


def _invalid(subject: Subject) -> DcmaMeasure:
    as_of = subject.plan.as_of
    early = [row.id for row in subject.rows if row.start < as_of]
    if subject.plan.status_date is not None:
        said = "activities not begun that lie before the status date; no actual date is after it"
        behind = unstarted_in_the_past(subject)
        return _share(9, "Invalid dates", 0.0, behind, len(subject.plan.activities), said, threshold="none")
    if not subject.rows:
        return without(9, "Invalid dates", "none", "no progress is recorded, and there are no published rows")
    return _share(
        9,
        "Invalid dates",
        0.0,
        early,
        len(subject.rows),
        f"published rows planned before {as_of}, the day of the plan's knowledge; no actual dates are recorded",
        threshold="none",
    )


def _due(subject: Subject) -> list[str] | str:
    """Return the work that was published to be finished by the status date, or why nobody can say."""
    plan = subject.plan
    if plan.status_date is None:
        return "no progress is recorded"
    works = [row for row in subject.rows if isinstance(row.item, Activity)]
    if not works:
        return "no finish is published for any work, so nothing was due"
    return [row.id for row in works if row.finish <= plan.status_date]


def _missed(subject: Subject) -> DcmaMeasure:
    """Of the work that was due, what did not finish by its published day (measure 11)."""
    name, threshold, due = "Missed tasks", "5% or fewer finished late", _due(subject)
    if isinstance(due, str) or not due:
        said = due if isinstance(due, str) else "no work was due by the status date"
        return without(11, name, threshold, f"{said}: nothing can have been missed")
    items = subject.plan.items
    finishes = {row.id: row.finish for row in subject.rows}
    ended = {each: getattr(getattr(items[each], "progress", None), "actual_finish", None) for each in due}
    late = [each for each in due if (day := ended[each]) is None or day > finishes[each]]
    said = "work due by the status date that finished after its published day, or has not"
    return _share(11, name, 0.05, late, len(due), said, threshold=threshold)


def _executed(subject: Subject) -> DcmaMeasure:
    """Work finished over work that was due by the status date (measure 14)."""
    name, threshold, due = "Baseline execution index", "0.95 or more", _due(subject)
    if isinstance(due, str) or not due:
        said = due if isinstance(due, str) else "no work was due by the status date"
        return without(14, name, threshold, f"{said}: nothing has been executed")
    done = [row.id for row in subject.rows if subject.plan.done(row.id) and isinstance(row.item, Activity)]
    index = len(done) / len(due)
    return DcmaMeasure(
        number=14,
        name=name,
        threshold=threshold,
        measured=f"{index:.2f}",
        count=len(done),
        of=len(due),
        verdict="pass" if index >= 0.95 else "fail",
        reason=f"{len(done)} finished of {len(due)} that were due by the status date",
        items=tuple(each for each in due if not subject.plan.done(each)),
    )


def _resources(subject: Subject) -> DcmaMeasure:
    plan = subject.plan
    demanded = {demand.item for rule in plan.active_rules() if isinstance(rule, Capacity) for demand in rule.demands}
    work = [activity.id for activity in plan.activities]
    if not demanded:
        said = "no capacity of the plan is on: nothing says what the work needs"
        if plan.dialect is not None:
            said = "of a planner's file only the assignments that decide dates are taken; 'import' counts the others"
        return without(10, "Resources", "all activities loaded", said)
    return _share(
        10,
        "Resources",
        0.0,
        [name for name in work if name not in demanded],
        len(work),
        "activities that draw on no capacity",
        threshold="all activities loaded",
        meets=True,
    )
