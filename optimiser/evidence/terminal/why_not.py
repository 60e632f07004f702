"""The report of `why-not`: the conflict, the routes to the date, or the nearest miss."""

from __future__ import annotations

from collections.abc import Sequence

from models.explanation import MilestoneWhyNot, Relaxation, Route, WhyNot
from models.findings import Conflict
from models.pack import Cell
from models.plan import Plan
from optimiser.evidence.tables import reasons
from optimiser.evidence.tables.kit import choose, columns
from optimiser.evidence.tables.kit import table as kit_table
from optimiser.evidence.terminal.page import Lines, Page, hanging, heading, joined, paragraph, words
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import month_or_day, verdict_words, weekday_day
from optimiser.wording import families, several
from optimiser.wording import title as titled

__all__ = ["baseline_report", "why_not_report"]

_MOST_ROWS = 30


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
        text = f"with everything moved as far as it may{besides}, {answer.milestone} is at {weekday_day(near.date)}, {near.missing_wd} wd too late"
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
    now = f"as things are it is at {weekday_day(answer.date)}" if answer.date else "as things are it has no date"
    by = f", {answer.missing_wd} wd too late" if answer.missing_wd else ""
    return [title, *paragraph(f"{now}{by}; {plan.items[answer.milestone].title}", page.width, 2)]


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
