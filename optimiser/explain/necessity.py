"""The minimum necessary: a plan's own distance to published dates, month by month, each with what would save it.

A milestone's months are those of the gaps on its way, as in the `ledger`: months by which a gap grew are laid on the lengths
and lags of its chain by their working days, months by which it shrank stand apart, so that no sign hides another. A month is
*approved* or *evidenced* only where the source says so of the rule or number that makes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from models.assumptions import Baseline, PublishedDate
from models.attribution import Grade, NecessaryMonths, OwnDistance
from models.duration import Duration
from models.plan import Plan
from models.provenance import Sourced
from models.rules import Point
from optimiser.errors import UndecidedError
from optimiser.explain.dated import need_date
from optimiser.explain.headroom import saturations, taking_over
from optimiser.explain.ledger import grade_of, laid_on, way_to
from optimiser.explain.oracle import Oracle
from optimiser.explain.reaching import ranges_of
from optimiser.numbers import Number, entry_of, owner_of, references
from optimiser.solve.variant import Variant

__all__ = ["own_distance", "plan_name"]

MOST_NAMED = 2
"""Of what takes over, so many are named in words."""

MOST_UNITS = 400
"""Units of a number, the fewest first, that are tried for what would save a month."""


def own_distance(oracle: Oracle, first: Baseline, milestones: Sequence[str], name: str) -> tuple[OwnDistance, ...]:
    """Return how far milestones of a plan are from published dates, and what makes each month of it.

    Parameters
    ----------
    oracle
        Of the plan.
    first
        The published dates, to the month.
    milestones
        Those asked about; one that has no published date is left out.
    name
        Of the plan, where several are set side by side.
    """
    plan, clock = oracle.plan, oracle.problem.clock
    dates = {}
    for entry in first.dates:
        try:
            reach = need_date(oracle, entry.milestone)
        except UndecidedError:
            continue
        assert reach.high is not None
        dates[entry.milestone] = clock.show(reach.high, plan.convention(Point(entry.milestone, "start")))
    own = Baseline(
        id="own",
        title="The plan's own dates",
        dates=tuple(PublishedDate(milestone=milestone, date=date.isoformat()) for milestone, date in dates.items()),
        basis="derived",
        derived_from=tuple(dates),
    )
    found = []
    for milestone in milestones:
        if milestone not in dates:
            continue
        published = first.date(milestone)
        assert published is not None
        lines = list(_lines(oracle, milestone, first, own))
        sums: Counter[str] = Counter()
        for line in lines:
            sums["saved" if line.months < 0 else line.grade] += line.months
        found.append(
            OwnDistance(
                of=name,
                milestone=milestone,
                date=dates[milestone],
                published=published.date,
                months=sum(line.months for line in lines),
                approved=sums["approved"],
                evidenced=sums["evidenced"],
                not_evidenced=sums["not evidenced"],
                saved=sums["saved"],
                lines=tuple(lines),
            )
        )
    return tuple(found)


def _lines(oracle: Oracle, milestone: str, first: Baseline, own: Baseline) -> Iterator[NecessaryMonths]:
    """Yield what makes a milestone's months, in the order of its way."""
    for before, after, growth in way_to(oracle, milestone, first, own):
        if growth < 0:
            between = f"from {before} to {after}" if before else f"{after} itself"
            yield NecessaryMonths(after=after, months=growth, title=f"shorter than published {between}", grade="not evidenced")
            continue
        days = _days(oracle, before, after)
        for rule, months in laid_on(days, growth).items():
            yield _line(oracle, milestone, after, rule, months)


def _line(oracle: Oracle, milestone: str, after: str, rule: str, months: int) -> NecessaryMonths:
    """Return some months with the rule or length that makes them."""
    plan = oracle.plan
    entry = entry_of(plan, rule)
    member = oracle.described(rule)
    numbers = [plan.assumptions_by_id[name] for name in references(entry)]
    stands: Sourced = next(iter(numbers), entry)
    grade: Grade = grade_of(stands, entry)
    saved, taking = _to_save(oracle, milestone, rule, months)
    return NecessaryMonths(
        after=after,
        months=months,
        rule=rule,
        title=member.title,
        authority=member.authority,
        owner=owner_of(plan, rule),
        grade=grade,
        to_save=saved,
        taken_over_by=taking,
    )


def _days(oracle: Oracle, before: str | None, after: str) -> Mapping[str, int]:
    """Return by how many working days each rule and length carries the chain between two milestones; its floor where none does."""
    found = oracle.reasons(after)
    since = found.values[oracle.node(before)] if before else oracle.problem.clock.origin - 1
    days: Counter[str] = Counter()
    for index in found.chain(found.last[oracle.node(after)]):
        event = found.events[index]
        if event.rule is None:
            continue
        start = found.events[event.parents[-1]].boundary if event.parents else oracle.problem.clock.origin
        gained = event.boundary - max(since, start)
        # Where a gap begins at the calendar, its floor; else only what lies between the two.
        if gained > 0 and (before is None or event.parents):
            days[event.rule] += gained
    if before is None and days:
        floor = next(iter(days))
        return {floor: days[floor]}
    return days


def _to_save(oracle: Oracle, milestone: str, rule: str, months: int) -> tuple[str, tuple[str, ...]]:
    """Return what would have to be true of one number for the milestone to be so many months earlier.

    And, where no value of it alone does, what takes over.
    """
    number = oracle.numbers.get(rule)
    if number is None:
        return "another link: it has no number", ()
    if oracle.large and oracle.leads(milestone):
        return "not asked: capacity decides; why-not asks it", ()
    clock, plan = oracle.problem.clock, oracle.plan
    convention = plan.convention(Point(milestone, "start"))
    base = oracle.base(milestone).high
    assert base is not None
    now = clock.show(base, convention)
    units = range(1, min(number.least, MOST_UNITS) + 1)
    reached = ranges_of(oracle, milestone, [Variant(values={number.slot: number.column(-each)}) for each in units])
    best = 0
    for each, found in zip(units, reached, strict=True):
        if found.exact is None or not clock.origin <= found.exact <= clock.limit:
            continue
        then = clock.show(found.exact, convention)
        saved = (now.year - then.year) * 12 + now.month - then.month
        if saved >= months:
            return f"{number.shown(-each)} instead of {number.shown(0)}", ()
        best = max(best, saved)
    said = f"alone it saves {best} of {months}" if best else "by no value of it alone"
    taking = _taken_over_by(oracle, milestone, rule, number, base)
    if taking:
        longest = sorted(taking, key=lambda name: -_length(oracle, name))[:MOST_NAMED]
        named = [oracle.described(name).title for name in taking if name in longest]
        more = f", with {len(taking) - len(named)} more," if len(taking) > len(named) else ""
        said += f"; then {' and '.join(named)}{more} {'holds' if len(taking) == 1 else 'hold'} {milestone}"
    return said, taking


def _length(oracle: Oracle, name: str) -> int:
    """Return how long a rule or length makes what waits for it wait, in working days or thereabouts: links alone are nothing."""
    number = oracle.numbers.get(name)
    value = None if number is None else number.value
    if not isinstance(value, Duration):
        return 0 if value is None else 1
    return value.amount * {"mo": 21}.get(value.unit, 1)


def _taken_over_by(oracle: Oracle, milestone: str, rule: str, number: Number, base: int) -> tuple[str, ...]:
    """Return the rules that hold a milestone once a number is at its best; today's first where the number's rule is none of them."""
    found = oracle.reasons(milestone)
    driving = found.rules_behind(found.chain(found.last[oracle.node(milestone)]))
    if rule not in driving:
        return tuple(driving[:1])
    (spent,) = saturations(oracle, milestone, [number], base)
    return taking_over(oracle, milestone, [(number, spent)], driving)[0] if spent else ()


def plan_name(plan: Plan) -> str:
    """Return what a plan is called beside others: its scenarios."""
    return "+".join(plan.settings.scenarios) or "base"
