"""Reports of reasons: `explain`, `why-not`, `implied` and `attribute`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from models.explanation import (
    Attribution,
    BindingLine,
    BindingReport,
    DivergenceLedger,
    Implied,
    MilestoneWhyNot,
    NetworkComparison,
    OwnDistance,
    Piecewise,
    Regions,
    Relaxation,
    Route,
    Verification,
    WhyNot,
)
from models.findings import Conflict
from models.pack import Cell
from models.plan import Plan
from optimiser.evidence.tables import diverging, reasons, varied
from optimiser.evidence.tables.kit import choose, columns
from optimiser.evidence.tables.kit import table as kit_table
from optimiser.evidence.terminal.page import Lines, Page, hanging, heading, joined, paragraph, words
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import dated_words, day, listed, month_or_day, verdict_words, weekday_day
from optimiser.wording import families, several
from optimiser.wording import title as titled

__all__ = ["attribution_report", "baseline_report", "explain_report", "implied_report", "verification_report", "why_not_report"]


_MOST_ROWS = 40
_NEAREST = 8
"""Rules that do not bind, beside those that do, and items, unless all are wanted."""
_SOURCE = "explain"


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
    parts = [_explained(report, page, every=every) for report in reports]
    parts += [_regions(regions, page)] if regions else []
    parts += [[shown(varied.runs(functions, _SOURCE), page)]] if functions else []
    return "\n".join(page.paint(joined(part)) for part in parts)


def _explained(report: BindingReport, page: Page, *, every: bool) -> list[Lines]:
    """Return the sections of one milestone."""
    alone = {report.milestone: report}
    links = reasons.links(alone, _SOURCE)
    tables: list[Lines] = []
    if links is not None:
        spared = ("title", "confidence", "falls back")
        tables += [shown(choose(links, [head.name for head in links.columns[1:]]), page, spared=spared)]
        tables += [shown(choose(reasons.together(alone, _SOURCE), ("links", "date", "gains", "carried by")), page)]
    nearest = None if every else _NEAREST + 4
    tables += [
        shown(reasons.shared(report, _SOURCE), page, spared=("rule",)),
        [] if every else shown(reasons.parties(report, _SOURCE), page, note="--all lists them one by one", most=12),
        shown(choose(reasons.near(alone, _SOURCE), ("slack", "chain")), page),
        shown(reasons.break_even(report, _SOURCE, every=every), page, spared=("title",)),
        shown(reasons.answers(report, _SOURCE), page),
        shown(reasons.last_dates(report, _SOURCE), page, spared=("register", "owner"), most=nearest),
        [line for note in report.notes for line in hanging("note", note, page.width, 0)],
    ]
    return [_title(report, page), _binding(report, page, every=every), *tables]


def _title(report: BindingReport, page: Page) -> Lines:
    first = words(f"{report.milestone} at {weekday_day(report.date)}", "bold").append(f"  {report.title}", "not bold")
    first.truncate(page.width, overflow="ellipsis")
    lines = [first]
    if report.bound != report.date:
        lines += paragraph(f"not proved: it may be as early as {weekday_day(report.bound)}", page.width, 2)
    if report.conflict:
        label = "why not earlier" if isinstance(report.date, dt.datetime) else "why not a day earlier"
        lines += hanging(label, report.conflict.statement, page.width, 2)
    return lines


def _binding(report: BindingReport, page: Page, *, every: bool) -> Lines:
    """Show what binds, then what could soonest; what every party has alike is told together unless all are wanted."""
    drives = [line for line in report.lines if line.words != ("slack",)]
    slack = [
        line for line in report.lines if line.words == ("slack",) and (every or (not line.family and line.headroom is not None))
    ]
    if not drives:
        if report.bound < report.date:
            return paragraph("what binds it is not asked, as the date is not proved", page.width)
        why = "it has been met, and what is past is fact" if report.met else "the axis begins there"
        return paragraph(f"nothing binds it: {why}", page.width)
    heads = ("title", "rule", "binding", "gains if gone", "falls back by", "gains a unit", "goes on for", "headroom")
    table = choose(reasons.binding(report, _SOURCE, drives), (*heads, "authority", "owner", "by"))
    lines = shown(table, page, spared=("owner", "by", "authority", "title"))
    lines += [*_together(drives, page), *_takes_over(report, page)]
    far = ("title", "rule", "says now", "headroom", "moves from", "by")
    rest = choose(reasons.binding(report, _SOURCE, slack), far).model_copy(
        update={"title": "What does not bind, and how far it is from it", "note": None}
    )
    return [*lines, *shown(rest, page, spared=("by", "title"), most=None if every else _NEAREST)]


def _together(binding: Sequence[BindingLine], page: Page) -> Lines:
    """Rules that gain only together with others; those with the same partners are told together."""
    said: dict[tuple[tuple[str, ...], ...], list[str]] = {}
    for line in binding:
        if line.joint_with:
            said.setdefault(line.joint_with, []).append(line.rule)
    lines: Lines = []
    for partners, rules in said.items():
        named = [listed(each) for each in partners[:6]]
        rest = f" and {len(partners) - 6} more" if len(partners) > 6 else ""
        each = "each gains" if len(rules) > 1 else "gains"
        lines += hanging("", f"{listed(rules)}: {each} only together with {listed(named, 'or')}{rest}", page.width, 2, 0)
    return lines


def _takes_over(report: BindingReport, page: Page) -> Lines:
    """What holds the milestone once something is relaxed as far as it gains."""
    said: dict[tuple[str, ...], list[str]] = {}
    for line in report.lines:
        if line.range_units is not None:
            said.setdefault(line.saturation, []).append(f"{line.rule} by {line.range_units} {line.unit}")
    lines: Lines = []
    for taking, relaxed in said.items():
        then = f"then {', '.join(taking)}" if taking else "then it is used up, or the same rules hold it still"
        lines += hanging("", f"{', '.join(relaxed)}: {then}", page.width, 2, 0)
    return [heading(""), heading("What takes over where a gain stops"), *lines] if lines else []


def _regions(regions: Regions, page: Page) -> list[Lines]:
    """Return which answers give which dates."""
    lost = f"{regions.infeasible} contradict, {regions.beyond} leave the calendar"
    sections: list[Lines] = [[heading("Decision regions", f"{regions.combinations} combinations of the open readings; {lost}")]]
    table = choose(varied.regions(regions, regions.milestones, _SOURCE), ("milestone", "date", "combinations", "answers"))
    for name in regions.milestones:
        rows = [row[1:] for row in table.rows if row[0] == name]
        moved = listed(regions.matters[name]) if regions.matters[name] else "none"
        view = table.model_copy(update={"title": name, "columns": table.columns[1:], "rows": tuple(rows)})
        sections.append(shown(view, page, note=f"moved by {moved}", most=_MOST_ROWS))
    sections.append(shown(varied.together(regions, regions.milestones, _SOURCE), page, most=_MOST_ROWS))
    sections += [paragraph(note, page.width) for note in regions.notes]
    return sections


def why_not_report(answer: WhyNot, plan: Plan, page: Page) -> str:
    """Return the answer for one milestone as text."""
    return page.paint(joined(_sections(answer, plan, page)))


def _sections(answer: WhyNot, plan: Plan, page: Page) -> list[Lines]:
    sections = [_head(answer, plan, page)]
    if answer.conflicts:
        for place, conflict in enumerate(answer.conflicts, 1):
            sections.append(_conflict(conflict, plan, page, f"Conflict {place} of {len(answer.conflicts)}"))
    elif answer.conflict:
        sections.append(_conflict(answer.conflict, plan, page, "What keeps it from it"))
    if answer.complete is not None:
        note = "these are all" if answer.complete else "there may be more: the search was cut short"
        sections.append(_relaxations(answer.relaxations, page, "What would do, switched off together", note))
    if answer.route:
        sections.append(_route(answer.route, page, "The cheapest route"))
    if answer.nearest:
        near = answer.nearest
        fitted = [step.lever for step in near.route.steps if step.fitted_to] if near.route else []
        besides = f", and {', '.join(fitted)} to a fitted limit, which is no permission" if fitted else ""
        text = f"with everything moved as far as it may{besides}, {answer.milestone} {dated_words(near)}"
        sections.append([heading("No permitted route"), *paragraph(text, page.width)])
        if near.route:
            sections.append(_route(near.route, page, "The cheapest way to that date"))
        sections.append(_conflict(near.conflict, plan, page, "What then still keeps it from it", answer.conflict))
        sections.append(
            _relaxations(near.to_allow, page, "Of which something would have to give besides", "--allow names what may move")
        )
    if answer.may_move or answer.refused:
        text = f"may move: {', '.join(answer.may_move) or 'nothing'}"
        text += f"; only with --allow, being regulatory: {', '.join(answer.refused)}" if answer.refused else ""
        sections.append(paragraph(text, page.width, 0, "dim"))
    sections += [hanging("note", note, page.width, 0) for note in answer.notes]
    return sections


def _head(answer: WhyNot, plan: Plan, page: Page) -> Lines:
    title = words(f"{answer.milestone} by {weekday_day(answer.by)} {verdict_words(answer)}", "bold")
    return [title, *paragraph(f"as things are it {dated_words(answer)}; {plan.items[answer.milestone].title}", page.width, 2)]


def _conflict(found: Conflict, plan: Plan, page: Page, title: str, told: Conflict | None = None) -> Lines:
    """Return what cannot all hold; what was told already is only named again."""
    note = found.confirmed_by if found.minimal else f"perhaps not minimal; {found.confirmed_by}"
    compelled, _, _ = found.statement.partition(": ")
    lines = [heading(title, note), *paragraph(compelled, page.width)]
    if told is not None and told.members == found.members:
        return [*lines, *paragraph("by the same rules and lengths as above", page.width)]
    together, alone = families(plan, [member.id for member in found.members])
    members = {member.id: member for member in found.members}
    table = reasons.conflict(found.model_copy(update={"members": tuple(members[name] for name in alone)}), title, "why-not")
    lines += shown(choose(table, ("demands", "rule", "authority", "stands on")), page, note="")[2:]
    for family, parties in together.items():
        lines += hanging("", f"{family}: {several(parties)}", page.width, 2, 0)
    return lines


def _relaxations(found: Sequence[Relaxation], page: Page, title: str, note: str) -> Lines:
    table = reasons.relaxations(found, title, "why-not")
    rows = [[*row[:2], *(None if cell == "no" else cell for cell in row[2:])] for row in table.rows]
    view = choose(choose(table, rows=rows), ("in words", "what", "date then", "on paper only", "regulatory"))
    lines = shown(view, page, note=note, most=_MOST_ROWS)
    return [*lines, *(paragraph(table.note, page.width, 2, "dim") if table.note else [])]


def _route(route: Route, page: Page, title: str) -> Lines:
    table = choose(reasons.route(route, title, "why-not"), ("title", "moves", "from", "to", "cost", "authority", "why it may"))
    proved = "proved the cheapest" if route.optimal else f"not proved the cheapest: none costs less than {route.bound}"
    text = f"cost {route.cost}, {proved}; solved again: {weekday_day(route.date)}, {route.proof}"
    return [*shown(table, page, note="", spared=("title",)), *paragraph(text, page.width)]


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
    heads = columns(
        f"milestone:id | title | {baseline} | as things are:date | too late:number wd | with what may move:date | what keeps it"
    )
    title = f"Why not {baseline}?"
    table = kit_table("why-not", title, heads, rows, proof="closed form", source="why-not")
    sections = [shown(table, page, note="each published date, asked for by its end", spared=("title",))]
    if detail:
        for each in answers:
            sections += _sections(each.answer, plan, page)
    else:
        sections.append(
            paragraph("--all shows every conflict and relaxation of each; -m asks for some alone", page.width, 0, "dim")
        )
    return page.paint(joined(sections))


# -- implied ------------------------------------------------------------------------------------------------------------


def implied_report(answer: Implied, page: Page) -> str:
    """Return what a published plan takes for granted as text."""
    now = ", ".join(f"{name} {value}" for name, value in zip(answer.free, answer.as_is, strict=True))
    values = diverging.implied_values(answer, "Values at which these dates hold, and no others", "implied")
    shown_values = shown(values, page, note=f"now {now}", most=_MOST_ROWS) if answer.free else []
    others = listed([" with ".join(each) for each in answer.others], "or") if answer.others else ""
    rests = [line for each in answer.hypotheses for line in hanging("-", each, page.width, 2, 2)]
    sections = [
        _implied_head(answer, page),
        shown_values,
        shown(diverging.implied_dates(answer, "Published dates", "implied"), page),
        [line for note in answer.notes for line in hanging("-", note, page.width, 0, 2)],
        paragraph(f"as many dates are explained by {others}", page.width, 0) if others else [],
        shown(diverging.implied_alone(answer, "implied"), page),
        [heading("It rests on"), *rests],
    ]
    return page.paint(joined(sections))


def _implied_head(answer: Implied, page: Page) -> Lines:
    found = "found by search" if answer.chosen else "as asked"
    free = listed(answer.free) if answer.free else "nothing"
    title = words(f"What {answer.baseline} takes for granted", "bold")
    text = f"free: {free} ({found}); together they explain {', '.join(answer.explained) or 'no date'}"
    text += f"; not {', '.join(answer.unexplained)}" if answer.unexplained else ""
    return [title, *paragraph(text, page.width)]


# -- attribute ----------------------------------------------------------------------------------------------------------


def attribution_report(answer: Attribution, page: Page) -> str:
    """Return where a divergence comes from as text."""
    reference = answer.ledgers[0].from_baseline if answer.ledgers else "what was published"
    sections = [*_own(answer.own, reference, page), *(_ledger(each, page) for each in answer.ledgers)]
    sections += [_comparison(each, page) for each in answer.comparisons]
    if answer.comparisons:
        terms = answer.comparisons[0].terms
        sections.append(
            [heading("Methods"), *(line for name, term in terms.items() for line in hanging(name, term, page.width, 2, 14))]
        )
    sections.append([line for note in answer.notes for line in hanging("note", note, page.width, 0)])
    return page.paint(joined(sections))


def _own(distances: Sequence[OwnDistance], reference: str, page: Page) -> Iterable[Lines]:
    """The plan's own months first, each with what makes it, then the sums of every plan side by side."""
    if not distances:
        return
    months = choose(
        diverging.own_months(distances, distances[0].of, "attribute"),
        ("milestone", "gap to", "months", "made by", "authority", "owner", "grade", "not needed if"),
    )
    yield shown(months, page, spared=("authority", "owner"))
    yield shown(diverging.own_sums(distances, reference, "attribute"), page, spared=("published",))


def _ledger(ledger: DivergenceLedger, page: Page) -> Lines:
    lines = shown(diverging.gaps(ledger, f"{ledger.from_baseline}-{ledger.to_baseline}", "attribute"), page)
    growth = {gap.after: gap.growth for gap in ledger.gaps}
    for name, months in ledger.milestones.items():
        parts = " + ".join(f"{growth[each]} ({each})" for each in ledger.chain[name])
        lines += hanging(name, f"{months:+d} = {parts}", page.width, 2, 6)
    return lines


def _comparison(each: NetworkComparison, page: Page) -> Lines:
    unit = each.unit
    title = f"{each.milestone}: {each.from_network} {day(each.from_date)} to {each.to_network} {day(each.to_date)}, {each.delta:+d} {unit}"
    heads = ("what was changed", "put in alone", "taken out alone", "in order", "neutral split", "error")
    table = choose(diverging.comparisons([each], "attribute"), heads).model_copy(update={"title": title, "note": None})
    sums = [
        sum(part for part in parts if isinstance(part, int | float))
        for parts in zip(*(row[1:5] for row in table.rows), strict=True)
    ]
    rows = [*table.rows, ("sum", *(round(value, 1) for value in sums), None)]
    lines = shown(choose(table, rows=rows), page)
    for pair in each.interactions:
        word = "overlap by" if pair.days < 0 else "only together add"
        lines += hanging("", f"{listed(pair.groups)} {word} {abs(pair.days)} {unit}", page.width, 2, 0)
    return lines


# -- verify -------------------------------------------------------------------------------------------------------------


def verification_report(answer: Verification, page: Page, *, argument: bool = True) -> str:
    """Return a checked outcome as text: each claim, then the argument to be followed by hand."""
    title = words(
        f"{answer.plan}: the stored outcome {'holds' if answer.holds else 'does not hold'}",
        "bold green" if answer.holds else "bold red",
    )
    alone: dict[bool, list[str]] = {True: [], False: []}
    for name, proved in answer.without_solver.items():
        alone[proved].append(name)
    proofs = f"proved here without a solver: {', '.join(alone[True]) or 'nothing'}"
    proofs += f"; resting on CP-SAT: {', '.join(alone[False])}" if alone[False] else ""
    checks = [("ok " if each.holds else "NOT", f"{each.claim}: {each.found}") for each in answer.checks]
    sections = [
        [title],
        [line for mark, said in checks for line in hanging(mark, said, page.width, 2, 5)],
        paragraph(proofs, page.width) if answer.without_solver else [],
        _under("Not derived: taken as it is stored", answer.not_derived, "-", page),
        _under("The argument", answer.argument if argument else (), "", page),
    ]
    return page.paint(joined(sections))


def _under(title: str, said: Iterable[str], mark: str, page: Page) -> Lines:
    """Return lines under a heading; nothing where there are none."""
    lines = [line for each in said for line in hanging(mark, each, page.width, 2, 2 if mark else 0)]
    return [heading(title), *lines] if lines else []
