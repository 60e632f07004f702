"""Why not by a date: what keeps a milestone from it, what would have to give, and the cheapest way there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any, Literal

from models.faults import maybe
from models.findings import Conflict
from models.moment import Moment, read_date
from models.plan import Plan
from models.routes import MilestoneWhyNot, NearestMiss, Relaxation, Route, WhyNot
from models.rules import NotAfter, Point
from optimiser.collecting import seldom_collected
from optimiser.encoding.answer import DETERMINISTIC_TIME, Limits
from optimiser.errors import InputError, Located
from optimiser.explain.conflict import conflict_record, enumerate_all, one_conflict, relaxation_records
from optimiser.explain.dated import boundary_by
from optimiser.explain.levers import Levers, levers_of
from optimiser.explain.oracle import Oracle
from optimiser.explain.route import cheapest_route
from optimiser.solve.asked import asked_for
from optimiser.solve.between import DateRange
from optimiser.wording import plain_date

__all__ = ["find_baseline", "why_not", "why_not_baseline"]

ALL_CALLS = 40_000
"""Questions that an enumeration of all conflicts may ask before it says that it is not complete."""
NEAREST_CALLS = 3_000
"""The same of what would have to be allowed besides, where no permitted route exists."""


@seldom_collected()
def why_not(
    plan: Plan,
    milestone: str,
    by: dt.date | str,
    *,
    all: bool = False,  # noqa: A002 - the word of the command line
    allow: Collection[str] = (),
    stay: Collection[str] = (),
    route: bool = True,
    seed: int = 0,
    workers: int = 1,
    time_limit: float | None = None,
    deterministic_limit: float = DETERMINISTIC_TIME,
) -> WhyNot:
    """Return why a milestone is not by a date, and what would have to give.

    Parameters
    ----------
    plan
        A plan with its scenarios applied.
    milestone
        Whose date is asked for.
    by
        The last day on which it may be shown, ISO where it is text.
    all
        Whether to enumerate all minimal conflicts and all minimal relaxations.
    allow
        Rules, durations (``duration:ITEM``) and assumptions that may move besides what the plan permits; a regulatory rule
        moves only where it is named here.
    stay
        What stays as it is, though it may move: so that another route than the cheapest is found.
    route
        Whether to look for the cheapest route.
    seed, workers, time_limit, deterministic_limit
        Of each call of CP-SAT.

    Raises
    ------
    InputError
        If the milestone or something allowed is unknown, or the date is outside the plan's days.
    """
    day = _day(plan, milestone, by)
    oracle = Oracle(plan, Limits(deterministic_limit, seed, workers, time_limit))
    asked_for(plan, [milestone])
    return _answered(oracle, milestone, day, everything=all, allow=allow, stay=stay, route=route)


def _day(plan: Plan, milestone: str, by: dt.date | str) -> dt.date:
    """Return the date asked for: as it is written, of a plan in minutes with its time, or of a latest date of the plan's own."""
    if isinstance(by, dt.datetime):
        return Moment.of(by) if plan.unit == "minute" else by.date()
    if isinstance(by, dt.date):
        return by
    rule = plan.rules_by_id.get(by)
    if isinstance(rule, NotAfter) and rule.points()[0].item == milestone and (date := plan.date(rule.date)) is not None:
        return date
    try:
        date = read_date(by)
    except ValueError:
        date = None
    if date is None or (isinstance(date, Moment) and plan.unit == "day"):
        example = "2024-12-31 or 2024-12-31T17:00" if plan.unit == "minute" else "2024-12-31"
        raise InputError([Located(f"expected a date such as {example}, got '{by}'", path="by")])
    return date


def _answered(
    oracle: Oracle,
    milestone: str,
    day: dt.date,
    *,
    everything: bool,
    allow: Collection[str],
    stay: Collection[str] = (),
    route: bool = True,
) -> WhyNot:
    """Return the answer for one milestone."""
    plan, clock = oracle.plan, oracle.problem.clock
    levers = levers_of(oracle, allow, milestone)
    levers.offered = [lever for lever in levers.offered if lever.name not in stay]
    by = boundary_by(clock, plan, milestone, day)
    now = oracle.base(milestone)
    common: dict[str, Any] = {
        "plan": plan.id,
        "scenarios": plan.settings.scenarios,
        "readings": plan.choices(),
        "milestone": milestone,
        "by": day,
        "date": _date(oracle, milestone, now),
        "may_move": tuple(lever.name for lever in levers.offered),
        "refused": tuple(levers.refused),
    }
    if now.high is not None and now.high <= by:
        return WhyNot(**common, verdict="met", missing_wd=0, conflict=None)
    missing = clock.days_between(by, now.low) if now.low <= clock.limit else None
    if now.low <= by:
        note = "the limit came before the verdict: it is neither shown to be possible nor impossible"
        return WhyNot(**common, verdict="undecided", missing_wd=None, conflict=None, notes=(note,))
    conflicts, relaxations, complete = _reasons(oracle, milestone, by, everything=everything)
    verdict: Literal["route", "nearest miss", "undecided"] = "undecided"
    found, nearest, notes = None, None, []
    if now.exact is None and now.low <= clock.limit:
        first = clock.show(now.low, plan.convention(Point(milestone, "start")))
        common["bound"] = first
        notes.append(
            f"its date as things are is not proved: it may be as early as {plain_date(first)}, and is too late from there on"
        )
    if route:
        found, nearest, verdict = _way(oracle, milestone, by, levers)
        if verdict == "undecided":
            notes.append("the limit came before a route was found or shown not to exist")
        if nearest is not None and not levers.offered:
            notes.append("the plan says of nothing that it may move; --allow names what may")
    return WhyNot(
        **common,
        verdict=verdict,
        missing_wd=missing,
        conflict=conflicts[0] if conflicts else None,
        conflicts=conflicts if everything else (),
        relaxations=relaxations,
        complete=complete,
        route=found,
        nearest=nearest,
        notes=tuple(notes),
    )


def _date(oracle: Oracle, milestone: str, reach: DateRange) -> dt.date | None:
    if reach.high is None or reach.high > oracle.problem.clock.limit:
        return None
    return oracle.problem.clock.show(reach.high, oracle.plan.convention(Point(milestone, "start")))


def _reasons(
    oracle: Oracle, milestone: str, by: int, *, everything: bool
) -> tuple[tuple[Conflict, ...], tuple[Relaxation, ...], bool | None]:
    """Return one conflict, or all of them with all relaxations."""
    if not everything:
        one = one_conflict(oracle, milestone, by)
        if one is None:
            return (), (), None
        return (conflict_record(oracle, milestone, by, one[0], minimal=one[1]),), (), None
    found = enumerate_all(oracle, milestone, by, most_calls=ALL_CALLS)
    conflicts = tuple(
        conflict_record(oracle, milestone, by, members, minimal=minimal)
        for members, minimal in zip(found.conflicts, found.minimal, strict=True)
    )
    return conflicts, relaxation_records(oracle, milestone, found.relaxations), found.complete


def _way(
    oracle: Oracle, milestone: str, by: int, levers: Levers
) -> tuple[Route | None, NearestMiss | None, Literal["route", "nearest miss", "undecided"]]:
    """Return the cheapest route, or how close everything that may move gets."""
    full = oracle.moved(levers.full())
    furthest = oracle.reach_of(full, milestone, by=by)
    if furthest.high is not None and furthest.high <= by:
        route = cheapest_route(oracle, milestone, by, levers, oracle.limits)
        return route, None, "undecided" if route is None else "route"
    if furthest.low <= by:
        return None, None, "undecided"
    return None, _nearest(oracle, full, milestone, by, levers), "nearest miss"


def _nearest(oracle: Oracle, full: Plan, milestone: str, by: int, levers: Levers) -> NearestMiss | None:
    """Return how close everything that may move gets, and what would have to give besides."""
    relaxed = Oracle(full, oracle.limits, oracle.problem.clock)
    reach = relaxed.reach_of(full, milestone)
    one = one_conflict(relaxed, milestone, by)
    if one is None:
        return None
    found = enumerate_all(relaxed, milestone, by, most_calls=NEAREST_CALLS)
    to_allow = relaxation_records(relaxed, milestone, found.relaxations)
    conflict = conflict_record(relaxed, milestone, by, one[0], minimal=one[1])
    known = reach.high is not None and reach.high <= oracle.problem.clock.limit
    convention = oracle.plan.convention(Point(milestone, "start"))
    if not known:
        return None
    assert reach.high is not None
    now = oracle.base(milestone)
    gains = levers.offered and (now.high is None or reach.high < now.high)
    return NearestMiss(
        date=oracle.problem.clock.show(reach.high, convention),
        missing_wd=oracle.problem.clock.days_between(by, reach.low),
        route=cheapest_route(oracle, milestone, reach.high, levers, oracle.limits) if gains else None,
        conflict=conflict,
        to_allow=to_allow,
        bound=None if reach.exact is not None else oracle.problem.clock.show(reach.low, convention),
    )


def find_baseline(plan: Plan, name: str) -> Any:
    """Return a baseline by its id or title, however it is spaced.

    Raises
    ------
    InputError
        If there is none, or it could be several.
    """

    def plain(text: str) -> str:
        return "".join(character for character in text.lower() if character.isalnum())

    exact = [each for each in plan.baselines if each.id == name]
    close = exact or [each for each in plan.baselines if plain(name) in (plain(each.id), plain(each.title))]
    close = close or [each for each in plan.baselines if plain(each.id).startswith(plain(name)) and plain(name)]
    if len(close) == 1:
        return close[0]
    known = [each.id for each in plan.baselines]
    many = f"; it could be {' or '.join(each.id for each in close)}" if close else maybe(name, known)
    message = f"no baseline of this plan is called '{name}'; it has {', '.join(known) or 'none'}{many}"
    raise InputError([Located(message, path="baseline")])


def why_not_baseline(
    plan: Plan,
    baseline: str,
    *,
    milestones: Collection[str] = (),
    all: bool = False,  # noqa: A002 - the word of the command line
    allow: Collection[str] = (),
    seed: int = 0,
    workers: int = 1,
    time_limit: float | None = None,
    deterministic_limit: float = DETERMINISTIC_TIME,
) -> tuple[MilestoneWhyNot, ...]:
    """Ask of every milestone of a baseline why it is not by its published date: the test of minimum necessity.

    A date published to the month is asked for by the end of that month.

    Parameters
    ----------
    milestones
        Of these alone; all that the baseline dates where empty.

    Raises
    ------
    InputError
        If the baseline, a milestone or something allowed is unknown.
    """
    entry = find_baseline(plan, baseline)
    oracle = Oracle(plan, Limits(deterministic_limit, seed, workers, time_limit))
    asked = asked_for(plan, milestones) if milestones else ()
    found = []
    for published in entry.dates:
        if asked and published.milestone not in asked:
            continue
        day = published.last
        if day < max(plan.horizon.first, oracle.problem.clock.calendar.covers.first):
            found.append(
                MilestoneWhyNot(
                    milestone=published.milestone, published=published.date, answer=_past(oracle, published.milestone, day)
                )
            )
            continue
        answer = _answered(oracle, published.milestone, day, everything=all, allow=allow)
        found.append(MilestoneWhyNot(milestone=published.milestone, published=published.date, answer=answer))
    return tuple(found)


def _past(oracle: Oracle, milestone: str, day: dt.date) -> WhyNot:
    """Return the answer for a date that had passed when the plan was made: nothing could give it."""
    plan = oracle.plan
    now = oracle.base(milestone)
    first = max(plan.horizon.first, oracle.problem.clock.calendar.covers.first)
    return WhyNot(
        plan=plan.id,
        scenarios=plan.settings.scenarios,
        readings=plan.choices(),
        milestone=milestone,
        by=day,
        date=_date(oracle, milestone, now),
        verdict="nearest miss",
        missing_wd=None,
        conflict=None,
        notes=(
            f"published before {plain_date(first)}, the first day on which anything of this plan may happen: nothing could give it",
        ),
    )
