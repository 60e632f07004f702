"""The answer: the first screen of a report, and the same in plain words behind it."""

from __future__ import annotations

from collections.abc import Sequence

from models.commitment import RobustDate
from models.items import Activity
from models.outcome import Infeasible, MilestoneDate, Undecided
from models.pack import Block, Cell
from models.routes import MilestoneWhyNot, Route
from optimiser.evidence.charts.gantt import gantt_chart
from optimiser.evidence.documents import conditions
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.chances import first_evidence
from optimiser.evidence.sections.dates import bars_of, dates_of, dates_table, main_rows
from optimiser.evidence.sections.since import changed, moved_lines_of
from optimiser.evidence.sections.words import (
    Blocks,
    Parts,
    absence,
    date_figure,
    distance,
    drawn,
    evidence_words,
    figure,
    heading_of,
    joined,
    lead,
    parts_of,
    run_source,
    say,
    span_words,
    warning,
)
from optimiser.evidence.tables.kit import few, table
from optimiser.evidence.tables.reasons import conflict
from optimiser.evidence.words import day, month_or_day, resting
from optimiser.robust.commitment import commitment, ratio_of

__all__ = ["answer", "summary"]


def answer(dossier: Dossier) -> Blocks:
    """Yield what a policy reader needs, and nothing else."""
    main = dossier.main
    if main.solved is None:
        yield from no_dates(dossier)
    for case in dossier.cases[1:]:
        if case.solved is None:
            status = case.outcome.status if case.outcome else "without dates"
            yield warning(f"Case {{}} is {status}: see the section of cases.", case.id)
    yield from moved_lines_of(dossier)
    yield from changed(dossier)
    if main.solved is None:
        return
    yield dates_of(
        dossier,
        [main],
        "answer",
        "When each milestone can be, and on what that rests",
        ("named", "earliest", "if", "proof", "P50", "P80"),
        f"{run_source(main)}; robust of the same case",
        "P50 and P80 hold in five and in eight of ten samples of the register of risks. Later than a published date is "
        "positive.",
    )
    bars = main_rows(bars_of(dossier.plan, main, dossier.milestones), dossier.milestones)
    title = "What drives the dates, and where the published plans have them"
    svg = gantt_chart("gantt-driving", title, bars, knowledge=dossier.plan.as_of, status=dossier.plan.status_date)
    about = "Driving items and milestones over all phases, with their links and published places."
    yield drawn("gantt-driving", title, about, svg, "answer")
    open_ = [entry for entry in main.robust.milestones if not entry.met] if main.robust else []
    first = next((entry for entry in open_ if entry.deterministic_probability is not None), None)
    yield from _commit(dossier, first) if first else ()
    yield from months_of(dossier)
    yield from (give(dossier, entry) for entry in dossier.why_not[:1])
    yield from first_evidence(dossier)
    yield from _watch(dossier)


def _commit(dossier: Dossier, first: RobustDate) -> Blocks:
    """Yield the decision to take: the date to commit to."""
    if first.date is None or first.deterministic is None:
        return
    ratio, source = ratio_of(first.confidence), f"robust of case {dossier.main.id}, {first.id}"
    cost = figure(f"{ratio:.3g}", "closed form", f"the quantile {first.confidence:.0%}") if ratio is not None else None
    yield say(
        "Decide which date to commit to: the earliest for {}, {}, holds in {:simulated} of samples, {:simulated} in {}{}.",
        first.id,
        figure(first.deterministic, "closed form", run_source(dossier.main)),
        f"{first.deterministic_probability:.0%}",
        first.date,
        figure(f"{first.confidence:.0%}", "stated", "asked for with the pack"),
        parts_of(", which is right where a day late costs {} days early", cost) if cost else [],
        source=source,
    )


def _watch(dossier: Dossier) -> Blocks:
    """Say what to watch: the conditions, and the first deadline."""
    assert dossier.main.solved is not None
    held: dict[str, list[str]] = {}
    for entry in dossier.main.solved.milestones:
        held.setdefault(conditions(entry.evidence), []).append(entry.id)
    for condition, milestones in held.items():
        if condition:
            yield say("Watch the condition: {} hold only if {}.", ", ".join(milestones), condition)
    for by, who, item, what, moves in acts_of(dossier)[:1]:
        yield say(
            "Watch the first deadline: {}{} must finish by {:closed form}, or {} move.",
            f"{what} ({item})",
            parts_of(" of {}", who) if who else [],
            by,
            str(moves),
            source=f"explain of case {dossier.main.id}",
        )


_HOLDS = ("duration", "not-before", "capacity", "release", "gate")
"""Kinds of rule that are said to hold a milestone."""

_FEW = 3
"""Ways out that the first page names, and things that hold a milestone."""


def summary(dossier: Dossier) -> Blocks:
    """Yield the answer in words: the dates, the cost of error, the binding constraints, and the actions by owner."""
    plan = dossier.plan
    known = figure(plan.as_of, "stated", "plan.yaml, as_of")
    published = joined((parts_of("{}", f"{each.title} ({each.id})") for each in plan.baselines), ", ")
    yield lead(
        "This pack answers when the milestones of {} can be reached at the earliest, how that is proved, and what it hangs "
        "on, from what was known on {}. A proof is of arithmetic: each date follows from the rules and lengths in this pack. "
        "Whether those are true is the business of its evidence class, which is printed beside it. Days are working days (wd) "
        "unless they are called calendar days (cd){}.",
        plan.title,
        known,
        ["; published dates are those of ", *published] if published else [],
    )
    solved = dossier.main.solved
    if solved is None:
        return
    for entry in solved.milestones:
        yield say("{}", _sentence(dossier, entry))
    yield dates_table(
        dossier, [dossier.main], "dates", "Earliest and robust dates; those of the other cases are with the cases"
    )
    for held in dossier.main.robust.milestones if dossier.main.robust else ():
        yield None if held.met else _wrong(dossier, held)
    for milestone in dossier.milestones:
        yield _binds(dossier, milestone)
    if not dossier.why_not:
        yield absence(dossier, "why-not", "What would have to give for an earlier date")
    yield from (give(dossier, entry) for entry in dossier.why_not)
    if acts := acts_of(dossier):
        yield table(
            "acts",
            "Who must have finished what by when, for the earliest dates to hold",
            "by:date | who | item:id | what | or these move",
            acts,
            "closed form",
            f"explain of case {dossier.main.id}: driving items that may finish no later",
            most=10,
        )


def _sentence(dossier: Dossier, entry: MilestoneDate) -> Parts:
    """Return what is said of one milestone."""
    main, met = dossier.main, dossier.plan.done(entry.id)
    condition, span = conditions(entry.evidence), span_words(entry, main)
    robust = next((each for each in main.robust.milestones if each.id == entry.id), None) if main.robust else None
    stands = f"it stands on links and lengths no firmer than {evidence_words(entry.evidence)}"
    return parts_of(
        f"{{}}: {'on' if met else 'at the earliest'} {{}}{{}}{{}}; {'it has been met' if met else stands}{{}}{{}}.",
        f"{entry.id}, {dossier.plan.items[entry.id].title}",
        date_figure(entry, main),
        parts_of(", if {}", condition) if condition else [],
        _against(dossier, entry),
        ["; read the source otherwise and it falls anywhere from ", span] if span else [],
        _held(dossier, robust) if robust else [],
    )


def _against(dossier: Dossier, entry: MilestoneDate) -> Parts:
    """Say how far a date is from the first published one; the table has them all."""
    baseline = next(iter(dossier.plan.baselines), None)
    found = entry.baselines.get(baseline.id) if baseline else None
    if baseline is None or found is None:
        return []
    amount, words = distance(found.delta_months, found.delta_wd)
    counted = figure(amount, "closed form", f"baseline {baseline.id}") if amount else None
    return parts_of(f", {{}}{words}{{}}", counted, baseline.id)


def _held(dossier: Dossier, entry: RobustDate) -> Parts:
    """Say which date holds with the confidence asked for, and what it rests on."""
    if entry.date is None or dossier.main.robust is None:
        return []
    confidence = figure(f"{entry.confidence:.0%}", "stated", "asked for with the pack")
    source, said = f"robust of case {dossier.main.id}, {entry.id}", resting(dossier.main.robust, entry, day)
    rests = parts_of(" ({:simulated})", said, source=source) if said else []
    return parts_of("; with a confidence of {} it is held by {:simulated}{}", confidence, entry.date, rests, source=source)


def _wrong(dossier: Dossier, entry: RobustDate) -> Block | None:
    """Say at which ratio of the costs of late and early days each date would be the one to commit to."""
    held, ratio = commitment(entry), ratio_of(entry.confidence)
    source, text = (
        f"robust of case {dossier.main.id}, commitments",
        "{:simulated} is right where a day late costs {} days early; ",
    )
    shown = [
        (parts_of("{}", each.of) if each.of != "earliest" else ["the earliest date"], f"{each.ratio:.2g}")
        for each in (held.deterministic, *held.published)
        if each is not None and each.ratio is not None
    ]
    if not shown:
        return None
    right: Parts = []
    if ratio is not None and entry.date is not None:
        cost = figure(f"{ratio:.3g}", "closed form", f"the quantile {entry.confidence:.0%}")
        right = parts_of(text, entry.date, cost, source=source)
    only = joined(parts_of("{} only where it costs {:simulated}", of, costs, source=source) for of, costs in shown)
    return say("What it costs to be wrong about {}: {}{}.", entry.id, right, only)


def months_of(dossier: Dossier) -> Blocks:
    """Say what the months to the first published dates are made up of, no sign netted."""
    own = [each for each in dossier.own if each.of == dossier.main.id]
    if not own:
        return
    baseline = dossier.plan.baselines[0].id
    text = (
        "{} {:counted} in all, of which approved {:counted}, evidenced {:counted}, not evidenced {:counted}, saved {:counted}"
    )
    made = (
        parts_of(
            text,
            each.milestone,
            *(f"{count:+d}" if count else "0" for count in (each.months, each.approved, each.evidenced)),
            *(f"{count:+d}" if count else "0" for count in (each.not_evidenced, each.saved)),
            source=f"attribute --from {baseline}, {each.milestone}",
        )
        for each in own
    )
    yield say("What makes up the months to {}: {}.", baseline, joined(made))


def _binds(dossier: Dossier, milestone: str) -> Block | None:
    """Say what holds a milestone."""
    assert dossier.main.solved is not None
    found: list[Parts] = []
    for entry in dossier.main.solved.binding.get(milestone, ()):
        gain = entry.drop_gain_wd or entry.unit_gain_wd
        if gain and entry.kind in _HOLDS:
            words = "without it" if entry.drop_gain_wd else "for each unit less"
            source = f"{run_source(dossier.main)}, binding {entry.rule}"
            found.append(parts_of(f"{{}}, {{:closed form}} earlier {words}", entry.title, f"{gain} wd", source=source))
    return say("What holds {}: {}.", milestone, joined(found[:_FEW])) if found else None


def give(dossier: Dossier, entry: MilestoneWhyNot) -> Block:
    """Say what would have to give for one milestone to be when the first published plan has it."""
    source = f"why-not {entry.milestone} by {entry.answer.by}"
    asked = figure(month_or_day(entry.published), "published", f"baseline {dossier.plan.baselines[0].id}")
    return say("To have {} by {}, {}.", entry.milestone, asked, _giving(dossier, entry, source))


def _giving(dossier: Dossier, entry: MilestoneWhyNot, source: str) -> Parts:
    answer = entry.answer
    if answer.verdict == "met":
        return ["nothing has to give"]
    least = "at least " if answer.bound else ""
    missing = parts_of(f"{least}{{:closed form}} are missing", f"{answer.missing_wd} wd", source=source)
    if answer.verdict == "route" and answer.route:
        steps = few(f"{step.title} from {step.stated} to {step.moved}" for step in answer.route.steps)
        text = "{}; the cheapest way there moves {:closed form}{}"
        return parts_of(text, missing, steps, _no_permission(answer.route), source=source)
    if answer.nearest is None:
        return [*missing, "; the search was cut short before it found what would do"]
    reached: Parts = [". Nothing that the plan permits to move brings it forward"]
    if answer.nearest.missing_wd != answer.missing_wd:
        reached = parts_of(
            ". Everything that the plan permits to move{} brings it to {:closed form}, still {:closed form} short",
            _no_permission(answer.nearest.route),
            answer.nearest.date,
            f"{answer.nearest.missing_wd} wd",
            source=source,
        )
    allowed = [
        " together with ".join(heading_of(dossier.plan, rule) for rule in relaxation.rules)
        for relaxation in answer.nearest.to_allow
    ]
    text = "{}{}; besides that, one of these would have to give way: {}"
    return parts_of(text, missing, reached, _few(allowed, source))


def _no_permission(route: Route | None) -> Parts:
    """Say which of the limits that a route goes by are fitted to a published date."""
    fitted = few(f"{step.title} ({step.lever})" for step in route.steps if step.fitted_to) if route else ""
    text = ", with {} at a limit that is fitted to a published date and permits nothing"
    return parts_of(text, fitted) if fitted else []


def _few(options: Sequence[str], source: str) -> Parts:
    """Return the first options of many, the shortest first, and how many more there are."""
    if not options:
        return ["nothing that is known"]
    shown = sorted(options, key=len)[:_FEW]
    more = len(options) - len(shown)
    rest = parts_of("; or one of {:closed form} more", more, source=source) if more else []
    return parts_of("{}{}", "; ".join(shown), rest)


def acts_of(dossier: Dossier) -> list[list[Cell]]:
    """Return the latest finishes by owner, of work whose delay by a day moves a milestone.

    The first deadline stands first; a row holds the day, the owner, the item, its title and the milestones.
    """
    solved = dossier.main.solved
    assert solved is not None
    rows: list[list[Cell]] = []
    driving = {name for chain in solved.driving.values() for name in chain}
    tight: dict[str, list[str]] = {}
    for milestone, report in dossier.binding.items():
        for margin in report.items:
            if margin.latest_finish == margin.finish:
                tight.setdefault(margin.id, []).append(milestone)
    for row in solved.rows:
        item = dossier.plan.items[row.id]
        if row.id in driving and row.id in tight and row.working_days and isinstance(item, Activity):
            rows.append([row.finish, item.owner, row.id, item.title, few(tight[row.id])])
    return sorted(rows, key=lambda row: (str(row[0]), str(row[2])))


def no_dates(dossier: Dossier) -> Blocks:
    """Say first that there is no date, and why."""
    main, source = dossier.main, run_source(dossier.main)
    outcome = main.outcome
    if isinstance(outcome, Infeasible):
        found = outcome.conflict
        text = "There is no date: nothing satisfies every rule of the plan as asked. {:closed form}"
        yield warning(text, found.statement, source=f"{source}: {found.confirmed_by}")
        how = ": leave out any one, and the rest can" if found.minimal else " (not proved minimal)"
        yield conflict(found, f"What cannot all hold{how}", source)
    elif isinstance(outcome, Undecided):
        yield warning(
            "There is no date yet: the search was stopped at its limit. A limit is not a verdict; what is known are bounds."
        )
        title = "No milestone can be earlier than this"
        yield table("bounds", title, "milestone:id | not before:date", outcome.bounds.items(), "gap", source)
    else:
        text = "There is no date: the plan runs off its calendar. {:counted}"
        yield warning(text, main.fault or "unknown", source="reading and solving the plan")
