"""Published dates against logic: dates without a link to explain them, dead ends, and claims of being critical or early."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from models.items import Milestone
from models.lint import LintEffect, LintFinding
from models.plan import DURATION_PREFIX
from models.published import Statement
from models.rules import Equality
from optimiser.critical import Columns, driving_items, evaluate, resources
from optimiser.critical.backward import reaches
from optimiser.lint.checked import Check, Checked, finding
from optimiser.lint.subject import Row, Subject, counted, listed
from optimiser.reproduction import classify
from optimiser.solve.between import QUICK, between
from optimiser.solve.contradiction import beyond_horizon, conflict_of
from optimiser.solve.deadline import Deadline
from optimiser.solve.placement import complete
from optimiser.solve.problem import Problem
from optimiser.solve.sheets import columnar, columns_of, live_options
from optimiser.solve.variant import Variant
from optimiser.wording import plain_date

__all__ = ["CHECKS", "waited_for"]

_NEAR = 10
"""Working days after a milestone within which work that nothing waits for looks like work it should have waited for."""

_IDLE = 5
"""Working days left empty from which on a gap is asked about."""

_FURTHEST = 600
"""Units by which work is lengthened at most, to see what it moves."""

_NO_ROWS = "the plan has no published rows"


def waited_for(subject: Subject) -> set[str]:
    """Return the items that something else waits for."""
    network = subject.network
    found = set()
    for arc in network.arcs:
        if network.enabled[arc.rule] and not arc.rule.startswith(DURATION_PREFIX):
            source, target = network.points[arc.source].item, network.points[arc.target].item
            if source != target:
                found.add(source)
    for quorum in network.quorums:
        if network.enabled[quorum.rule]:
            found.update(network.points[source].item for source in quorum.sources)
    return found


def _handovers(subject: Subject) -> Checked:
    """Ask whether work starts on the very day on which other work ends."""
    work = [row for row in subject.rows if not row.is_event]
    starts: dict[object, list[Row]] = {}
    for row in work:
        starts.setdefault(row.start, []).append(row)
    next_day = sum(
        len([other for other in work if subject.gap(row.finish, other.start) == 0 and other is not row]) for row in work
    )
    found = []
    for row in work:
        same = [other for other in starts.get(row.finish, ()) if other is not row]
        if same:
            found.append(
                finding(
                    "same-day",
                    "low",
                    [row.place, *(other.place for other in same)],
                    f"ends on {plain_date(row.finish)}, the day on which {listed(str(other.number) for other in same)} start; "
                    f"elsewhere work follows the next day ({next_day} times)",
                    key=str(row.number),
                    citation=row.item.citation,
                )
            )
    return Checked(len(work), found, None if work else _NO_ROWS)


def _months(subject: Subject) -> Checked:
    """Ask whether dates were set by the month rather than by logic."""
    if not subject.rows:
        return Checked(0, not_applicable=_NO_ROWS)
    clock = subject.counting
    first = set(clock.aligned("first-working-day", "opens").tolist())
    on_first = Counter(row.start for row in subject.rows if clock.boundary(row.start, "opens") in first)
    count = sum(on_first.values())
    if count < 5 or count * 8 < len(subject.rows):
        return Checked(len(subject.rows))
    days = listed(f"{plain_date(day)} ({number})" for day, number in sorted(on_first.items()))
    where = [row.place for row in subject.rows if row.start in on_first]
    what = (
        f"{count} of {len(subject.rows)} rows start on the first working day of a month, where about "
        f"{len(subject.rows) // 21} would by chance: {days}; phases look placed by the month"
    )
    return Checked(len(subject.rows), [finding("month-starts", "low", where, what)])


def _unexplained(subject: Subject) -> Checked:
    """Ask which rows stand where they do by nothing but their own published date."""
    if not subject.rows:
        return Checked(0, not_applicable=_NO_ROWS)
    if not subject.solved or subject.network.uses_capacity:
        return Checked(0, not_applicable="the plan has no schedule without a solver")
    matches = classify(subject.plan, complete(subject.network, subject.earliest.values), subject.clock)
    found = []
    placed = [match for match in matches if match.by == "placed"]
    floors = {rule.id for rule in subject.plan.active_rules() if rule.kind == "not-before"}
    rows = [subject.row_of[match.id] for match in placed]
    if rows:
        held = tuple(
            rule.id
            for rule in subject.plan.active_rules()
            if rule.id in floors and rule.points()[0].item in {row.id for row in rows}
        )
        found.append(
            finding(
                "no-logic",
                "medium",
                [row.place for row in rows],
                f"no date or link explains where {counted(len(rows), 'row')} of {len(subject.rows)} stand",
                citation=[citation for row in rows for citation in row.item.citation],
                tried="their published starts released",
                effects=subject.effects(Variant(off=held)) if held else (),
            )
        )
    fitted = [subject.row_of[match.id] for match in matches if match.by in ("fitted-lag", "finish-gate")]
    if fitted:
        found.append(
            finding(
                "fitted-logic",
                "low",
                [row.place for row in fitted],
                f"{counted(len(fitted), 'row')} of {len(subject.rows)} come out only with a distance chosen to hit their own date",
                citation=[citation for row in fitted for citation in row.item.citation],
            )
        )
    return Checked(len(matches), found)


def _gaps(subject: Subject) -> Checked:
    """Ask where the published dates leave time empty that no link fills."""
    network = subject.network
    if not subject.rows:
        return Checked(0, not_applicable=_NO_ROWS)
    if subject.counting is not subject.clock:
        return Checked(0, not_applicable="the plan counts by another calendar than its published rows")
    rows = [row for row in subject.rows if row.id in {point.item for point in network.points}]
    found = []
    for (day, idle, bears), group in _idle_rows(subject, rows).items():
        starts = [network.item_nodes(row.id)[0] for row in group]
        floors = {start: subject.earliest.values[start] + idle for start in starts} if subject.solved else {}
        found.append(
            finding(
                "idle",
                "medium" if bears else "low",
                [row.place for row in group],
                f"{'starts' if len(group) == 1 else 'start'} on {plain_date(day)}, {idle} wd after everything that the links name "
                "is done in the published dates",
                key="-".join(str(row.number) for row in group),
                citation=[citation for row in group for citation in row.item.citation],
                tried=f"{listed(row.id for row in group)} {idle} wd later than need be",
                effects=subject.pushed(floors) if bears else (),
            )
        )
    return Checked(len(rows), found)


def _idle_rows(subject: Subject, rows: Sequence[Row]) -> dict[tuple[dt.date, int, bool], list[Row]]:
    """Return rows published later than their links explain, by start, idle working days, and bearing on a target.

    Each row is a sample of its own, in which all other rows stand at their published dates.
    """
    network, clock = subject.network, subject.clock
    held: dict[int, int] = {}
    for row in rows:
        start, finish = network.item_nodes(row.id)
        if isinstance(row.item, Milestone):
            held[start] = clock.boundary(row.start, row.item.shown)
        else:
            held[start], held[finish] = clock.boundary(row.start, "opens"), clock.boundary(row.finish, "closes")
    together = _tied(subject)
    raised = {node: np.full(len(rows), boundary, dtype=np.int64) for node, boundary in held.items()}
    for sample, row in enumerate(rows):
        for item in together.get(row.id, {row.id}):
            for node in raised.keys() & {*network.item_nodes(item)}:
                raised[node][sample] = 0
    evaluated = evaluate(network, Columns(len(rows)), raised=raised)
    matters = [reaches(network, network.nodes[name, "start"]) for name in subject.targets]
    found: dict[tuple[dt.date, int, bool], list[Row]] = {}
    for sample, row in enumerate(rows):
        start = network.item_nodes(row.id)[0]
        late = (activity := subject.activity(row.id)) and activity.placement == "as-late-as-possible"
        explained = int(evaluated.values[start, sample])
        idle = held[start] - explained
        if not late and explained > clock.origin and idle > _IDLE:
            found.setdefault((row.start, idle, any(each[start] for each in matters)), []).append(row)
    return found


def _tied(subject: Subject) -> dict[str, set[str]]:
    """Return, for each item that an equality ties, everything tied with it."""
    together: dict[str, set[str]] = {}
    for rule in subject.plan.active_rules():
        if isinstance(rule, Equality):
            names = {point.item for point in rule.points()}
            for name in tuple(names):
                names |= together.get(name, set())
            for name in names:
                together[name] = names
    return together


def _just_late(subject: Subject) -> Checked:
    """Ask whether work that nothing waits for ends shortly after a milestone."""
    if not subject.rows:
        return Checked(0, not_applicable=_NO_ROWS)
    waited = waited_for(subject)
    clock, network = subject.counting, subject.network
    work = [row for row in subject.rows if subject.activity(row.id) and row.id not in waited]
    events = [row for row in subject.rows if isinstance(row.item, Milestone)]
    found = []
    for row in work:
        ends = clock.boundary(row.finish, "closes")
        late = {}
        for event in events:
            assert isinstance(event.item, Milestone)
            over = ends - clock.boundary(event.start, event.item.shown)
            if 0 < over <= _NEAR and row.start < event.start:
                late[event.id] = over
        if not late:
            continue
        effects: tuple[LintEffect, ...] = ()
        if subject.solved:
            finish = subject.earliest.values[network.item_nodes(row.id)[1]]
            effects = subject.pushed({network.nodes[name, "start"]: finish for name in late})
        words = listed(f"{counted(over, 'working day')} past {name}" for name, over in late.items())
        found.append(
            finding(
                "just-late",
                "medium",
                [row.place, *late],
                f"nothing waits for it, and it runs {words}; maybe a link is missing",
                key=str(row.number),
                citation=row.item.citation,
                tried=f"{listed(late)} wait for {row.id}",
                effects=effects,
            )
        )
    return Checked(len(work), found)


def _statements(subject: Subject) -> Checked:
    """Ask whether what is said to be early is early, and what is said to be critical drives."""
    statements = subject.published.statements
    if not statements:
        return Checked(0, not_applicable="no statements of that kind are at hand")
    if not subject.solved:
        return Checked(0, not_applicable="the plan has no schedule")
    found = []
    for entry in statements:
        if entry.kind == "as-early-as-possible":
            published = next(
                (
                    date
                    for baseline in subject.plan.baselines
                    if (subject.published.plan_of.get(baseline.id, baseline.id))
                    == subject.published.plan_of.get(entry.baseline or "", entry.baseline)
                    and (date := baseline.date(entry.subject)) is not None
                    and date.day
                ),
                None,
            )
            place = subject.place_of(published, late=False) if published else None
            if published is None or place is None:
                continue
            least, most = _comfort(subject, entry.subject, place)
            if most > 0:
                found.append(
                    finding(
                        "not-earliest",
                        "high",
                        [entry.subject],
                        f"{entry.subject} is said to be as early as possible; published for {published.date} it lies "
                        f"{least} to {most} wd after the date that the plan's own rules and lengths give, by how its open "
                        "questions are read",
                        key=entry.subject,
                        citation=entry.citation,
                        tried=f"{entry.subject} not before its published day",
                        effects=subject.pushed({subject.network.nodes[entry.subject, "start"]: place}),
                    )
                )
        else:
            found += _not_critical(subject, entry)
    return Checked(len(statements), found)


def _not_critical(subject: Subject, entry: Statement) -> Iterator[LintFinding]:
    """Yield a finding where longer work moves less than it is said to."""
    activity = subject.activity(entry.subject)
    length = subject.plan.duration(activity.duration) if activity else None
    if length is None:
        return
    slot = f"{DURATION_PREFIX}{entry.subject}"
    longer = np.arange(length.amount, length.amount + _FURTHEST + 1, dtype=np.int64)
    evaluated = evaluate(subject.network, Columns(len(longer), {slot: longer}))
    spare = {}
    for name in entry.towards or subject.targets:
        moved = np.flatnonzero((evaluated.of(name) > subject.boundary(name)) | evaluated.infeasible)
        if len(moved) == 0 or moved[0] > 1:
            spare[name] = int(moved[0]) - 1 if len(moved) else None
    if not spare:
        return
    words = listed(
        f"{name} ({f'{units} {length.unit} longer moves nothing' if units is not None else 'no length moves it'})"
        for name, units in spare.items()
    )
    last = max(spare, key=subject.boundary)
    yield finding(
        "not-critical",
        "high",
        [entry.subject, *spare],
        f"{entry.subject} is said to be critical and does not drive {words}; what drives {last} is "
        f"{listed(driving_items(subject.earliest, last))}",
        key=entry.subject,
        citation=entry.citation,
        tried=f"{entry.subject} takes ten {length.unit} longer",
        effects=subject.effects(Variant(values={slot: length.amount + 10})),
    )


def _comfort(subject: Subject, milestone: str, published: int) -> tuple[int, int]:
    """Return the least and the most working days between a milestone and its published day, one reading changed at a time."""
    readings = [reading for reading in live_options(subject.plan) if columnar(subject.plan, reading)]
    places = [(number, option) for number, reading in enumerate(readings) for option in range(len(reading.options))]
    spare = [published - subject.boundary(milestone)]
    if places:
        options = {}
        for number, reading in enumerate(readings):
            chosen = [option.id for option in reading.options].index(subject.plan.choice(reading))
            options[reading.id] = np.array([option if at == number else chosen for at, option in places], dtype=np.int64)
        evaluated = evaluate(subject.network, columns_of(readings, options, len(places)))
        good = ~evaluated.infeasible & ~evaluated.beyond(milestone)
        spare += (published - evaluated.of(milestone)[good]).tolist()
    kept = [subject.clock.days_between(published - days, published) for days in spare if days >= 0]
    return (min(kept), max(kept)) if kept else (0, 0)


def _nowhere(problem: Problem, subject: Subject, deadline: Deadline) -> bool:
    """Return whether a search shows that a plan with capacity has no schedule, where none is found at once."""
    milestone = next(iter([*subject.targets, *(each.id for each in subject.plan.milestones)]), None)
    if milestone is None or not problem.pools:
        return False
    if between(problem, milestone, deadline=deadline, effort=QUICK).high is not None:
        return False
    return between(problem, milestone, deadline=deadline).low > subject.clock.limit


def _contradiction(subject: Subject) -> Checked:
    """Ask whether any schedule meets every rule."""
    found = Checked(1)
    if subject.earliest.status == "beyond":
        said = "; ".join(fault.message for fault in beyond_horizon(subject.earliest).faults)
        found.findings.append(finding("contradiction", "high", [subject.plan.id], f"the plan has no dates: {said}"))
        return found
    plan, clock = subject.plan, subject.clock
    problem, deadline = Problem(subject.network, resources(plan, clock), lambda: plan), Deadline()
    conflict = conflict_of(problem, deadline)
    if conflict is None and _nowhere(problem, subject, deadline):
        conflict = conflict_of(problem, deadline, nowhere=True)
    if conflict is not None:
        members = "; ".join(f"{member.id} ({member.statement})" for member in conflict.members)
        found.findings.append(
            finding(
                "contradiction",
                "high",
                [member.id for member in conflict.members],
                f"no schedule meets every rule: {conflict.statement}; these cannot all hold: {members}",
                citation=[citation for member in conflict.members for citation in member.citation],
            )
        )
    return found


CHECKS = (
    Check("contradiction", "Some schedule meets every rule", _contradiction),
    Check("same-day", "Work follows the day after other work ends", _handovers),
    Check("month-starts", "Dates are not set by the month", _months),
    Check("logic", "Logic explains where rows stand", _unexplained),
    Check("idle", "No time is left empty without a reason", _gaps),
    Check("just-late", "What ends after a milestone is not needed by it", _just_late),
    Check("statements", "What is said to be early or critical is so", _statements),
)
