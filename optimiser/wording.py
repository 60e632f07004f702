"""What a rule or a duration demands, in one sentence with its numbers. Used wherever a person reads why."""

from __future__ import annotations

import datetime as dt
import weakref
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from models.duration import Duration, Reference, print_value
from models.findings import ConflictMember
from models.items import Activity
from models.moment import Moment
from models.past import done_by
from models.plan import DURATION_PREFIX, Plan
from models.provenance import Authority, Sourced
from models.rules import AtLeast, Capacity, Dependency, Gate, Migration, Occasions, Point
from optimiser.numbers import entry_of, own_term

__all__ = [
    "called",
    "demand",
    "describe",
    "done_in_words",
    "families",
    "family_of",
    "item_name",
    "lasting",
    "number_of",
    "occasions_in_words",
    "plain_date",
    "point_name",
    "several",
    "some",
    "title",
]


def some(names: Sequence[str], most: int, between: str = ", ") -> str:
    """Return the first of some names, and how many there are beside: ``A, B and 3 more``."""
    rest = len(names) - most
    return between.join(names[:most]) + (f"{between.strip() if between != ', ' else ''} and {rest:,} more" if rest > 0 else "")


def plain_date(date: dt.date) -> str:
    """Print a date as a planner writes it: ``Wed 7 Feb 2024``, a moment with its time behind it."""
    time = f" {date:%H:%M}" if isinstance(date, dt.datetime) else ""
    return f"{date:%a} {date.day} {date:%b %Y}{time}"


def called(title: str, name: str) -> str:
    """Return a task's name for a planner: its title, cut if long, with its id, as titles may occur twice."""
    title = " ".join(title.split())
    short = title if len(title) <= _MOST_OF_A_TITLE else f"{title[: _MOST_OF_A_TITLE - 1].rstrip()}…"
    return f"{short} ({name})" if title and title != name else name


_MOST_OF_A_TITLE = 40
"""Letters of a title in a sentence that speaks of its item."""


def item_name(plan: Plan, name: str) -> str:
    """Name an item: by its id, which speaks for itself; one of a planner's file by its title too."""
    return name if plan.dialect is None else called(plan.items[name].title, name)


def point_name(plan: Plan, point: Point) -> str:
    """Name a point: a milestone by its id, an activity with the end meant."""
    item = plan.items[point.item]
    step = _steps(plan).get(point.item)
    if step is not None:
        party, part = step
        name = f"{_STEPS[part]} {party}"
        return f"the {point.end} of {name}" if isinstance(item, Activity) and point.end else name
    name = item_name(plan, point.item)
    return f"{point.end} of {name}" if isinstance(item, Activity) and point.end else name


_STEPS = {
    "READY": "the readiness of",
    "TEST": "the test of",
    "RETEST": "the second test of",
    "SIT": "the integration testing of",
    "ENTRY": "the entry of",
    "EVIDENCE": "the evidence of",
    "APPROVED": "the approval of",
    "PAIR": "the proven pairing of",
    "LIVE": "the go-live of",
}
"""What a step of a party is called."""


def _steps(plan: Plan) -> dict[str, tuple[str, str]]:
    """Return whose step each item of a party is, and which; empty where the plan has no parties in it."""
    qualification = plan.qualification
    if qualification is None or not qualification.expanded:
        return {}
    kept = _STEPS_OF.get(id(plan))
    if kept is None or kept[0]() is not plan:
        found = {f"{party.id}-{part}": (party.id, part) for party in qualification.parties for part in _STEPS}
        kept = _STEPS_OF[id(plan)] = (weakref.ref(plan), {item: step for item, step in found.items() if item in plan.items})
    return kept[1]


_STEPS_OF: dict[int, tuple[weakref.ReferenceType[Plan], dict[str, tuple[str, str]]]] = {}


_FAMILIES = {
    "ready": "ready dates",
    "ready-on": "days of readiness",
    "enter": "entries to the test",
    "relies": "reliance on another's test",
    "retest": "second tests",
    "sad": "self-assessments",
    "evidence": "evidence",
    "bar": "links to the end of testing",
    "approved": "approvals on evidence",
    "live": "go-lives after approval",
    "agents": "pairings with an agent",
    "pair": "pairings",
    "proven": "proven pairings",
    "prepare": "preparations for go-live",
    "prepare-after": "preparations for go-live after approval",
    "wave": "waves",
    "entry": "entries with a wave",
    "sit-ready": "ready dates for integration testing",
    "sit-enter": "entries to integration testing",
    "sit-start": "starts of integration testing",
    "sit": "evidence from integration testing",
}
"""What rules that every party has one like are called together, by the beginning of their ids."""


_LENGTHS = {"TEST": "lengths of tests", "RETEST": "lengths of second tests", "SIT": "lengths of integration testing"}


def family_of(plan: Plan, name: str) -> tuple[str, str] | None:
    """Return what a party's rule or length is one of, in words, and the party; None of what belongs to no party."""
    qualification = plan.qualification
    if qualification is None or not qualification.expanded:
        return None
    step = _steps(plan).get(name.removeprefix(DURATION_PREFIX)) if name.startswith(DURATION_PREFIX) else None
    if step is not None:
        party, family = step[0], _LENGTHS.get(step[1], "entries")
    else:
        known = {entry.id for entry in qualification.parties}
        cuts = (place for place, character in enumerate(name) if character == "-" and name[place + 1 :] in known)
        cut = next(cuts, None)
        if cut is None or name not in plan.rules_by_id:
            return None
        party, start = name[cut + 1 :], name[:cut]
        bodies = {f"board-{body.id}": f"approvals by {body.title}" for body in qualification.bodies}
        family = bodies.get(start) or _FAMILIES.get(start) or f"links to {start.removesuffix('-after')}"
    roles = {entry.id: entry.role for entry in qualification.parties}
    kind = next(role.kind for role in qualification.roles if role.id == roles[party])
    return f"{family} of {'network operators' if kind == 'network' else f'{kind}s'}", party


def _value(plan: Plan, term: Any) -> str:
    """Print a term with the assumption it comes from."""
    value = plan.values[term.name] if isinstance(term, Reference) else term
    said = plain_date(value) if isinstance(value, Moment) else print_value(value)
    return f"{said} (assumption {term.name})" if isinstance(term, Reference) else said


def _lag(plan: Plan, term: Duration | Reference) -> str:
    """Print a lag, nothing where it is zero."""
    value = plan.duration(term)
    if value.amount == 0:
        return ""
    sign = "+" if value.amount > 0 else "−"
    name = f" (assumption {term.name})" if isinstance(term, Reference) else ""
    return f" {sign} {abs(value.amount)} {value.unit}{name}"


_DAYS_OFF = {
    "before": " (on a day off: the working day before)",
    "after": " (on a day off: the next working day)",
    "skip": " (not on a day off)",
    "stay": " (on a day off too)",
}


def occasions_in_words(occasions: Occasions) -> str:
    """Return the occasions of a pattern in words, with the treatment of days off if stated."""
    parts = []
    if occasions.days:
        parts.append(some([plain_date(day) for day in occasions.days], 6))
    if occasions.pattern:
        pattern = occasions.pattern
        if pattern.on:
            months = ", ".join(dt.date(2000, month, 1).strftime("%B") for month in pattern.months) or "every month"
            parts.append(f"the {pattern.on} of {months}")
        else:
            parts.append(f"every {pattern.every_weeks} weeks from {pattern.since}")
        if pattern.non_working:
            parts[-1] += _DAYS_OFF[pattern.non_working]
    return " or ".join(parts)


def _dependency(plan: Plan, rule: Dependency) -> str:
    before, after = (point_name(plan, point) for point in rule.points())
    word = "not before" if rule.bound == "at-least" else "not after"
    return f"{after} {word} {before}{_lag(plan, rule.lag)}"


def _first(plan: Plan, rule: Any) -> str:
    """Name the point that a rule is about."""
    return point_name(plan, rule.points()[0])


def _capacity(plan: Plan, rule: Capacity) -> str:
    steps = "".join(f", {_value(plan, step.amount)} from {step.since}" for step in rule.steps)
    own = _steps(plan)
    items = [f"{_STEPS[step[1]]} {step[0]}" if (step := own.get(demand.item)) else demand.item for demand in rule.demands]
    return f"no more than {_value(plan, rule.amount)}{steps} at once of {some(items, 5)}"


def _at_least(plan: Plan, rule: AtLeast) -> str:
    *counted, after = rule.points()
    named = some([point_name(plan, point) for point in counted], _MOST_NAMES)
    return f"{point_name(plan, after)} not before {_value(plan, rule.count)} of {named}{_lag(plan, rule.lag)}"


_MOST_NAMES = 12
"""So many of the points that a rule counts are named; one that counts more says how many."""


def _gate(plan: Plan, rule: Gate) -> str:
    before, after = (point_name(plan, point) for point in rule.points())
    notice = plan.duration(rule.notice)
    papers = f", papers {_value(plan, rule.notice)} before" if notice.amount else ""
    qualification = plan.qualification
    for body in qualification.bodies if qualification is not None and qualification.expanded else ():
        if rule.id.startswith(f"board-{body.id}-"):
            return f"{after} waits for the board of {body.title} ({occasions_in_words(rule.board)}{papers}) after {before}"
    return f"{after} waits for a board ({occasions_in_words(rule.board)}{papers}) after {before}"


def _migration(plan: Plan, rule: Migration) -> str:
    *points, after = rule.points()
    shares = ", ".join(
        f"{entry.share:g} % from {point_name(plan, point)}"
        + (f" at {entry.limit} thousand a day at most" if entry.limit else "")
        + (f" with {entry.checks} wd of checks" if entry.checks else "")
        for entry, point in zip(rule.ready, points, strict=True)
    )
    steps = "".join(
        f", {step.percent} % of it from {step.since or f'{step.from_start} wd after the first are ready'}"
        for step in rule.steps
    )
    pauses = "".join(f", none within {span.first} to {span.last}" for span in rule.moratoria)
    if rule.lifted != 0:
        pauses += f", {_value(plan, rule.lifted)} of these lifted"
    later = f", from {rule.comes_back_after} wd after they are ready" if rule.comes_back_after else ""
    back = f", {rule.comes_back} % of them twice{later}" if rule.comes_back else ""
    return (
        f"{point_name(plan, after)} not before {rule.meter_points} thousand meter points have moved{back}, no more than "
        f"{_value(plan, rule.limit)} thousand a day{steps}{pauses}: {shares}"
    )


_DEMANDS: dict[str, Callable[[Plan, Any], str]] = {
    "dependency": _dependency,
    "not-before": lambda plan, rule: f"{_first(plan, rule)} not before {_value(plan, rule.date)}",
    "not-after": lambda plan, rule: f"{_first(plan, rule)} not after {_value(plan, rule.date)}",
    "alignment": lambda plan, rule: f"{_first(plan, rule)} on the {rule.to.replace('-', ' ')} of a month",
    "release": lambda plan, rule: f"{_first(plan, rule)} only on {occasions_in_words(rule.occasions)}",
    "blackout": lambda _, rule: (
        f"{', '.join(rule.items)} not within {', '.join(f'{window.first} to {window.last}' for window in rule.windows)}"
    ),
    "capacity": _capacity,
    "at-least": _at_least,
    "equality": lambda plan, rule: " = ".join(point_name(plan, point) for point in rule.points()),
    "gate": _gate,
    "migration": _migration,
}


def demand(plan: Plan, name: str) -> str:
    """Return what a rule, or ``duration:ITEM``, demands, in words with its numbers."""
    if name.startswith(DURATION_PREFIX):
        item = name.removeprefix(DURATION_PREFIX)
        activity = plan.items[item]
        assert isinstance(activity, Activity)
        step = _steps(plan).get(item)
        name = item_name(plan, item) if step is None else f"{_STEPS[step[1]]} {step[0]}"
        return f"{name} {lasting(plan, activity)}"
    rule = plan.rules_by_id[name]
    return _DEMANDS[rule.kind](plan, rule)


def lasting(plan: Plan, activity: Activity) -> str:
    """Return how long work lasts, or what is left of it, or when it was done: ``lasts 21 wd``."""
    done = activity.progress
    if done is None or not done.begun:
        return f"lasts {_value(plan, activity.duration)}"
    if done.actual_finish is not None:
        return f"is done, on {plain_date(done.actual_finish)}"
    began = f"has begun, on {plain_date(done.actual_start)}" if done.actual_start else "has begun"
    return began if done.left is None else f"{began}; {done.left} of it {'is' if done.left.amount == 1 else 'are'} left"


def done_in_words(plan: Plan, *names: str, besides: Collection[str] = ()) -> str:
    """Return the progress of items named by rules, durations or assumptions: ``BUILD is done, on Wed 7 Feb 2024``; none of what is said elsewhere, ``besides``."""
    uses = [user for name in names for user in (name, *(user for user, _ in plan.uses.get(name, ())))]
    known = [user for user in uses if user in plan.rules_by_id or user.startswith(DURATION_PREFIX)]
    items = dict.fromkeys(item for user in known for item in done_by(plan, user))
    planned = {Reference(name) for name in names}
    items |= dict.fromkeys(each.id for each in plan.activities if each.duration in planned and each.progress)
    said = []
    for item in (each for each in items if each not in besides):
        held = plan.items[item]
        done = getattr(held, "progress", None)
        if isinstance(held, Activity):
            said.append(f"{item} {lasting(plan, held)}")
        elif done is not None:
            said.append(f"{item} is done, on {plain_date(done.actual_finish or done.actual_start)}")
    return some(said, 6, "; ")


def title(plan: Plan, name: str) -> str:
    """Return the title of a rule, or of the activity whose duration is named."""
    if name.startswith(DURATION_PREFIX):
        item = plan.items[name.removeprefix(DURATION_PREFIX)]
        done = getattr(item, "progress", None)
        return f"{'What is left' if done is not None and done.left is not None else 'Length'} of {item.title if plan.dialect is None else called(item.title, item.id)}"
    return plan.rules_by_id[name].title


def number_of(plan: Plan, name: str) -> Sourced:
    """Return what the number of a rule or duration stands on: the assumption it comes from, or the rule or item itself."""
    entry = entry_of(plan, name)
    term = own_term(entry)
    return entry if term is None or term.assumption is None else plan.assumptions_by_id[term.assumption]


FEWEST = 4
"""From so many parties on, rules that each party has one like are told together."""


def families(plan: Plan, names: Iterable[str]) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Return rules and durations in families, each with its parties, and the others one by one.

    What parties share comes first among the latter: the slots of the bodies.
    """
    named = list(names)
    of = {name: own for name in named if (own := family_of(plan, name))}
    parties: dict[str, dict[str, None]] = {}
    for family, party in of.values():
        parties.setdefault(family, {})[party] = None
    many = {family: tuple(each) for family, each in parties.items() if len(each) >= FEWEST}
    alone = [name for name in named if name not in of or of[name][0] not in many]
    shared = [name for name in alone if name in plan.rules_by_id and plan.rules_by_id[name].kind == "capacity"]
    return many, (*shared, *(name for name in alone if name not in shared))


def several(parties: Sequence[str], most: int = 6) -> str:
    """Return parties as a person lists them: so many, and some of their names."""
    return f"{len(parties)} parties: {some(parties, most)}"


def describe(plan: Plan, name: str) -> ConflictMember:
    """Return a rule or a duration as a member of a conflict: title, evidence and demand.

    A length stands on what its number stands on, a rule on its own basis, whatever number it uses.
    """
    authority: Authority
    entry: Sourced
    if name.startswith(DURATION_PREFIX):
        entry = number_of(plan, name)
        kind, authority = "duration", "planning"
    else:
        entry = rule = plan.rules_by_id[name]
        kind, authority = rule.kind, rule.authority
    return ConflictMember(
        id=name,
        title=title(plan, name),
        kind=kind,
        authority=authority,
        basis=entry.basis,
        confidence=entry.confidence,
        citation=entry.citation,
        statement=demand(plan, name),
    )
