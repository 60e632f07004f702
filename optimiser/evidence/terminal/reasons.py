"""Reports of reasons: `explain`, `why-not`, `implied`, `attribute`, and `verify` of an outcome."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from models.attribution import Attribution, NetworkComparison
from models.binding import BindingLine, BindingReport
from models.findings import Conflict
from models.implied import Implied, Piecewise, Regions
from models.pack import Cell
from models.plan import Plan
from models.routes import MilestoneWhyNot, Relaxation, Route, WhyNot
from models.verification import Verification
from optimiser.evidence.tables import diverging, reasons, varied
from optimiser.evidence.tables.kit import few, table
from optimiser.evidence.terminal.page import Page, words
from optimiser.evidence.terminal.report import Report
from optimiser.evidence.words import dated_words, day, listed, month_or_day, verdict_words, weekday_day
from optimiser.wording import families, several
from optimiser.wording import title as titled

__all__ = [
    "attribution_report",
    "baseline_report",
    "explain_report",
    "implied_report",
    "verification_report",
    "why_not_report",
]

_MOST = 40
"""Rows of a table that may be long."""
_NEAREST = 8
"""Rules that do not bind, beside those that do, and items, unless all are wanted."""


# -- explain -------------------------------------------------------------------------------------------------------------


def explain_report(
    reports: Sequence[BindingReport],
    regions: Regions | None,
    functions: Sequence[Piecewise],
    page: Page,
    *,
    every: bool = False,
) -> str:
    """Return the binding rules of each milestone, or the dates by answers and numbers.

    Parameters
    ----------
    every
        Whether to list slack rules and every item, and not only what binds or nearly does.
    """
    parts = []
    for report in reports:
        parts.append(told := Report(page))
        _explained(told, report, every=every)
    if regions:
        parts.append(told := Report(page))
        _regions(told, regions)
    if functions:
        parts.append(told := Report(page))
        told.table(varied.runs(functions, "explain"))
    return "\n".join(told.text() for told in parts)


def _explained(told: Report, report: BindingReport, *, every: bool) -> None:
    """Write the sections of one milestone."""
    alone, source = {report.milestone: report}, "explain"
    told.add(words(f"{report.milestone} at {weekday_day(report.date)}", "bold").append(f"  {report.title}", "not bold"))
    if report.bound != report.date:
        told.say(f"not proved: it may be as early as {weekday_day(report.bound)}")
    if report.conflict:
        moment = isinstance(report.date, dt.datetime)
        told.hang("why not earlier" if moment else "why not a day earlier", report.conflict.statement)
    told.gap()
    _binding(told, report, every=every)
    links = reasons.links(alone, source)
    if links is not None:
        told.table(links, [head.name for head in links.columns[1:]], spared=("title", "confidence", "falls back"))
        told.table(reasons.together(alone, source), ("links", "date", "gains", "carried by"))
    told.table(reasons.shared(report, source), spared=("rule",))
    if not every:
        told.table(reasons.parties(report, source), note="--all lists them one by one", most=12)
    told.table(reasons.near(alone, source), ("slack", "chain"))
    told.table(reasons.break_even(report, source, every=every), spared=("title",))
    told.table(reasons.answers(report, source))
    last = reasons.last_dates(report, source)
    told.table(last, spared=("register", "owner"), most=None if every else _NEAREST + 4)
    told.gap()
    told.hang("note", *report.notes, indent=0)


def _binding(told: Report, report: BindingReport, *, every: bool) -> None:
    """Write what binds, then what could soonest; what every party has alike is told together unless all are wanted."""
    drives = [line for line in report.lines if line.words != ("slack",)]
    slack = [
        line for line in report.lines if line.words == ("slack",) and (every or (not line.family and line.headroom is not None))
    ]
    if not drives:
        if report.bound < report.date:
            told.say("what binds it is not asked, as the date is not proved")
        else:
            why = "it has been met, and what is past is fact" if report.met else "the axis begins there"
            told.say(f"nothing binds it: {why}")
        return
    heads = ("title", "rule", "binding", "gains if gone", "falls back by", "gains a unit", "goes on for", "headroom")
    binds = reasons.binding(report, "explain", drives)
    told.table(binds, (*heads, "authority", "owner", "by"), spared=("owner", "by", "authority", "title"))
    _together(told, drives)
    _takes_over(told, report)
    rest = reasons.binding(report, "explain", slack).model_copy(update={"note": None})
    far, title = ("title", "rule", "says now", "headroom", "moves from", "by"), "What does not bind, and how far it is from it"
    told.table(rest, far, title=title, spared=("by", "title"), most=None if every else _NEAREST)


def _together(told: Report, binding: Sequence[BindingLine]) -> None:
    """Write rules that gain only together with others; those with the same partners are told together."""
    said: dict[tuple[tuple[str, ...], ...], list[str]] = {}
    for line in binding:
        if line.joint_with:
            said.setdefault(line.joint_with, []).append(line.rule)
    for partners, rules in said.items():
        named = [listed(each) for each in partners[:6]]
        rest = f" and {len(partners) - 6} more" if len(partners) > 6 else ""
        each = "each gains" if len(rules) > 1 else "gains"
        told.say(f"{listed(rules)}: {each} only together with {listed(named, 'or')}{rest}")


def _takes_over(told: Report, report: BindingReport) -> None:
    """Write what holds the milestone once something is relaxed as far as it gains."""
    said: dict[tuple[str, ...], list[str]] = {}
    for line in report.lines:
        if line.range_units is not None:
            said.setdefault(line.saturation, []).append(f"{line.rule} by {line.range_units} {line.unit}")
    over = "then it is used up, or the same rules hold it still"
    held = {"then " + ", ".join(taking) if taking else over: rules for taking, rules in said.items()}
    told.under("What takes over where a gain stops", (f"{', '.join(rules)}: {then}" for then, rules in held.items()), "")


def _regions(told: Report, regions: Regions) -> None:
    """Write which answers give which dates."""
    lost = f"{regions.infeasible} contradict, {regions.beyond} leave the calendar"
    told.head("Decision regions", f"{regions.combinations} combinations of the open readings; {lost}")
    for name in regions.milestones:
        moved = listed(regions.matters[name]) if regions.matters[name] else "none"
        alone = varied.regions(regions, (name,), "explain")
        told.table(alone, ("date", "combinations", "answers"), title=name, note=f"moved by {moved}", most=_MOST)
    told.table(varied.together(regions, regions.milestones, "explain"), most=_MOST)
    for note in regions.notes:
        told.gap()
        told.say(note)


# -- why-not -------------------------------------------------------------------------------------------------------------


def why_not_report(answer: WhyNot, plan: Plan, page: Page) -> str:
    """Return the answer for one milestone as text."""
    told = Report(page)
    _answered(told, answer, plan)
    return told.text()


def _answered(told: Report, answer: WhyNot, plan: Plan) -> None:
    """Write the conflict, the routes to the date, or the nearest miss."""
    told.head(f"{answer.milestone} by {weekday_day(answer.by)} {verdict_words(answer)}")
    told.say(f"as things are it {dated_words(answer)}; {plan.items[answer.milestone].title}")
    for place, conflict in enumerate(answer.conflicts, 1):
        _conflict(told, conflict, plan, f"Conflict {place} of {len(answer.conflicts)}")
    if answer.conflict and not answer.conflicts:
        _conflict(told, answer.conflict, plan, "What keeps it from it")
    if answer.complete is not None:
        note = "these are all" if answer.complete else "there may be more: the search was cut short"
        _relaxations(told, answer.relaxations, "What would do, switched off together", note)
    if answer.route:
        _route(told, answer.route, "The cheapest route")
    if near := answer.nearest:
        fitted = [step.lever for step in near.route.steps if step.fitted_to] if near.route else []
        besides = f", and {', '.join(fitted)} to a fitted limit, which is no permission" if fitted else ""
        told.head("No permitted route")
        told.say(f"with everything moved as far as it may{besides}, {answer.milestone} {dated_words(near)}")
        if near.route:
            _route(told, near.route, "The cheapest way to that date")
        _conflict(told, near.conflict, plan, "What then still keeps it from it", answer.conflict)
        allowed = "Of which something would have to give besides"
        _relaxations(told, near.to_allow, allowed, "--allow names what may move")
    if answer.may_move or answer.refused:
        refused = f"; only with --allow, being regulatory: {', '.join(answer.refused)}" if answer.refused else ""
        told.gap()
        told.say(f"may move: {', '.join(answer.may_move) or 'nothing'}{refused}", indent=0, style="dim")
    for note in answer.notes:
        told.gap()
        told.hang("note", note, indent=0)


def _conflict(told: Report, found: Conflict, plan: Plan, title: str, before: Conflict | None = None) -> None:
    """Write what cannot all hold; what was told before is only named again."""
    told.head(title, found.confirmed_by if found.minimal else f"perhaps not minimal; {found.confirmed_by}")
    told.say(found.statement.partition(": ")[0])
    if before is not None and before.members == found.members:
        told.say("by the same rules and lengths as above")
        return
    together, alone = families(plan, [member.id for member in found.members])
    members = {member.id: member for member in found.members}
    left = found.model_copy(update={"members": tuple(members[name] for name in alone)})
    told.table(reasons.conflict(left, title, "why-not"), ("demands", "rule", "authority", "stands on"), title="", note="")
    for family, parties in together.items():
        told.say(f"{family}: {several(parties)}")


def _relaxations(told: Report, found: Sequence[Relaxation], title: str, note: str) -> None:
    made = reasons.relaxations(found, title, "why-not")
    rows = [[*row[:2], *(None if cell == "no" else cell for cell in row[2:])] for row in made.rows]
    heads = ("in words", "what", "date then", "on paper only", "regulatory")
    told.table(made, heads, rows=rows, note=note, most=_MOST)
    told.say(made.note or "", style="dim")


def _route(told: Report, route: Route, title: str) -> None:
    heads = ("title", "moves", "from", "to", "cost", "authority", "why it may")
    told.table(reasons.route(route, title, "why-not"), heads, note="", spared=("title",))
    proved = "proved the cheapest" if route.optimal else f"not proved the cheapest: none costs less than {route.bound}"
    told.say(f"cost {route.cost}, {proved}; solved again: {weekday_day(route.date)}, {route.proof}")


def _members(conflict: Conflict, plan: Plan) -> str:
    """Return who takes part in a conflict, in brief."""
    together, alone = families(plan, [member.id for member in conflict.members])
    # An id of a planner's file says nothing; one of a native plan speaks for itself.
    called = [titled(plan, name) if plan.dialect else name for name in alone]
    return ", ".join([*called, *(f"{family} ({len(parties)} parties)" for family, parties in together.items())])


def baseline_report(baseline: str, answers: Sequence[MilestoneWhyNot], plan: Plan, page: Page, *, detail: bool) -> str:
    """Return the test of minimum necessity as text: a row for each milestone, and each answer in full where wanted."""
    rows: list[list[Cell]] = []
    for each in answers:
        answer = each.answer
        reached = answer.route.date if answer.route else answer.nearest.date if answer.nearest else None
        keeps = answer.nearest.conflict if answer.nearest else answer.conflict
        members = _members(keeps, plan) if keeps else "; ".join(answer.notes)
        late: list[Cell] = [None, None, "met"] if answer.verdict == "met" else [answer.missing_wd, reached, members]
        rows.append([each.milestone, plan.items[each.milestone].title, month_or_day(each.published), answer.date, *late])
    heads = (
        f"milestone:id | title | {baseline} | as things are:date | too late:number wd | with what may move:date | what keeps it"
    )
    made = table("why-not", f"Why not {baseline}?", heads, rows, proof="closed form", source="why-not")
    told = Report(page)
    told.table(made, note="each published date, asked for by its end", spared=("title",))
    for each in answers if detail else ():
        _answered(told, each.answer, plan)
    if not detail:
        told.gap()
        told.say("--all shows every conflict and relaxation of each; -m asks for some alone", indent=0, style="dim")
    return told.text()


# -- implied ------------------------------------------------------------------------------------------------------------


def implied_report(answer: Implied, page: Page) -> str:
    """Return what a published plan takes for granted as text."""
    told = Report(page)
    found = "found by search" if answer.chosen else "as asked"
    text = f"free: {listed(answer.free) if answer.free else 'nothing'} ({found}); together they explain {', '.join(answer.explained) or 'no date'}"
    told.head(f"What {answer.baseline} takes for granted")
    told.say(text + (f"; not {', '.join(answer.unexplained)}" if answer.unexplained else ""))
    if answer.free:
        now = ", ".join(f"{name} {month_or_day(value)}" for name, value in zip(answer.free, answer.as_is, strict=True))
        values = diverging.implied_values(answer, "Values at which these dates hold, and no others", "implied")
        told.table(values, note=f"now {now}", most=_MOST)
    told.table(diverging.implied_dates(answer, "Published dates", "implied"))
    told.gap()
    told.hang("-", *answer.notes, indent=0, room=2)
    told.gap()
    others = [" with ".join(each) for each in answer.others]
    told.say(f"as many dates are explained by {listed(others, 'or')}" if others else "", indent=0)
    told.table(diverging.implied_alone(answer, "implied"))
    told.under("It rests on", answer.hypotheses)
    return told.text()


# -- attribute ----------------------------------------------------------------------------------------------------------


def attribution_report(answer: Attribution, page: Page) -> str:
    """Return where a divergence comes from as text: the plan's own months, the ledgers of gaps, the networks by every method."""
    told, source = Report(page), "attribute"
    reference = answer.ledgers[0].from_baseline if answer.ledgers else "what was published"
    if answer.own:
        heads = ("milestone", "gap to", "months", "made by", "authority", "owner", "grade", "not needed if")
        told.table(diverging.own_months(answer.own, answer.own[0].of, source), heads, spared=("authority", "owner"))
        told.table(diverging.own_sums(answer.own, reference, source), spared=("published",))
    for ledger in answer.ledgers:
        told.table(diverging.gaps(ledger, f"{ledger.from_baseline}-{ledger.to_baseline}", source))
        growth = {gap.after: gap.growth for gap in ledger.gaps}
        for name, months in ledger.milestones.items():
            parts = " + ".join(f"{growth[each]} ({each})" for each in ledger.chain[name])
            told.hang(name, f"{months:+d} = {parts}", room=6)
    for each in answer.comparisons:
        _comparison(told, each)
    if answer.comparisons:
        told.head("Methods")
        for name, term in answer.comparisons[0].terms.items():
            told.hang(name, term, room=14)
    told.gap()
    told.hang("note", *answer.notes, indent=0)
    return told.text()


def _comparison(told: Report, each: NetworkComparison) -> None:
    unit = each.unit
    title = f"{each.milestone}: {each.from_network} {day(each.from_date)} to {each.to_network} {day(each.to_date)}, {each.delta:+d} {unit}"
    heads = ("what was changed", "put in alone", "taken out alone", "in order", "neutral split", "error")
    made = diverging.comparisons([each], "attribute").model_copy(update={"note": None})
    front = len(made.columns) - len(heads)
    sums = [
        round(sum(part for part in parts if isinstance(part, int | float)), 1)
        for parts in zip(*(row[front + 1 : -1] for row in made.rows), strict=True)
    ]
    told.table(made, heads, rows=[*made.rows, (*[None] * front, "sum", *sums, None)], title=title)
    for pair in each.interactions:
        word = "overlap by" if pair.days < 0 else "only together add"
        told.say(f"{listed(pair.groups)} {word} {abs(pair.days)} {unit}")


# -- verify -------------------------------------------------------------------------------------------------------------


def verification_report(answer: Verification, page: Page, *, argument: bool = True) -> str:
    """Return a checked outcome as text: each claim, then the argument to be followed by hand."""
    told = Report(page)
    verdict, style = ("holds", "bold green") if answer.holds else ("does not hold", "bold red")
    told.add(words(f"{answer.plan}: the stored outcome {verdict}", style))
    told.gap()
    for each in answer.checks:
        told.hang("ok " if each.holds else "NOT", f"{each.claim}: {each.found}", room=5)
    told.gap()
    if answer.without_solver:
        told.say(_proofs(answer.without_solver))
    told.under("Not derived: taken as it is stored", answer.not_derived)
    told.under("The argument", answer.argument if argument else (), "")
    return told.text()


def _proofs(without_solver: Mapping[str, bool]) -> str:
    """Say which dates are proved without a solver, and which rest on it."""
    alone = few((name for name, proved in without_solver.items() if proved), len(without_solver)) or "nothing"
    others = [name for name, proved in without_solver.items() if not proved]
    return f"proved here without a solver: {alone}" + (f"; resting on CP-SAT: {', '.join(others)}" if others else "")
