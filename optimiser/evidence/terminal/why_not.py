"""What a planner reads after `why-not`: the conflict, what would have to give, the way there or the nearest miss."""

from __future__ import annotations

from collections.abc import Sequence

from models.explanation import MilestoneWhyNot, Relaxation, Route, WhyNot
from models.findings import Conflict
from models.plan import Plan
from optimiser.evidence.terminal.explanation import joined
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, hanging, heading, paragraph, words
from optimiser.evidence.words import counted, day, month_or_day, verdict_words, weekday_day
from optimiser.wording import families, several

__all__ = ["baseline_report", "why_not_report"]

_MOST_ROWS = 30


_ON_PAPER = "on paper only: nothing else places what waited for it; the date is that at its published start, or the next one's"


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
        sections.append(_conflict(near.conflict, plan, page, "What then still keeps it from it"))
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


def _conflict(conflict: Conflict, plan: Plan, page: Page, title: str) -> Lines:
    note = conflict.confirmed_by if conflict.minimal else f"perhaps not minimal; {conflict.confirmed_by}"
    compelled, _, _ = conflict.statement.partition(": ")
    lines = [heading(title, note), *paragraph(compelled, page.width)]
    together, alone = families(plan, [member.id for member in conflict.members])
    members = {member.id: member for member in conflict.members}
    room = min(36, max((len(name) for name in alone), default=0) + 2)
    for name in alone:
        member = members[name]
        text = f"{member.statement} ({member.authority}, {member.basis})"
        if len(name) < room:
            lines += hanging(name, text, page.width, 2, room)
        else:
            lines += [*hanging("", name, page.width, 2, 0), *hanging("", text, page.width, 2, room)]
    for family, parties in together.items():
        lines += hanging("", f"{family}: {several(parties)}", page.width, 2, 0)
    return lines


def _relaxations(found: Sequence[Relaxation], page: Page, title: str, note: str) -> Lines:
    if not found:
        return []
    grid = TextTable([TextColumn("switched off", gives=True), TextColumn("then at"), TextColumn("remark")])
    for each in found[:_MOST_ROWS]:
        remark = [*(["on paper only"] if each.detaches else []), *(["regulatory"] if each.regulatory else [])]
        grid.add(" + ".join(each.rules), day(each.date) if each.date else "–", ", ".join(remark))
    lines = [heading(title, note), *grid.lines(page.width)]
    if any(each.detaches for each in found[:_MOST_ROWS]):
        lines += paragraph(_ON_PAPER, page.width, 2, "dim")
    if len(found) > _MOST_ROWS:
        lines += paragraph(f"and {counted(len(found) - _MOST_ROWS, 'set')} more; --json lists them", page.width, 2, "dim")
    return lines


def _route(route: Route, page: Page, title: str) -> Lines:
    proved = "proved the cheapest" if route.optimal else f"not proved the cheapest: none costs less than {route.bound}"
    grid = TextTable(
        [
            TextColumn("what moves", limit=34),
            TextColumn("from"),
            TextColumn("to"),
            TextColumn("cost", side="right"),
            TextColumn("authority"),
            TextColumn("by right of", gives=True, wraps=True),
        ]
    )
    for step in route.steps:
        grid.add(step.lever, step.stated, step.moved, str(step.cost), step.authority, step.low_basis or "")
    text = f"cost {route.cost}, {proved}; solved again: {weekday_day(route.date)}, {route.proof}"
    return [heading(title), *grid.lines(page.width), *paragraph(text, page.width)]


def _members(conflict: Conflict, plan: Plan) -> str:
    """Return who takes part in a conflict, in brief."""
    together, alone = families(plan, [member.id for member in conflict.members])
    return ", ".join([*alone, *(f"{family} ({len(parties)} parties)" for family, parties in together.items())])


def baseline_report(baseline: str, answers: Sequence[MilestoneWhyNot], plan: Plan, page: Page, *, detail: bool) -> str:
    """Return the test of minimum necessity as text: a row for each milestone, and each answer in full where wanted."""
    grid = TextTable(
        [
            TextColumn("", limit=20),
            TextColumn(baseline),
            TextColumn("as things are"),
            TextColumn("too late", side="right"),
            TextColumn("with what may move"),
            TextColumn("what keeps it", gives=True),
        ]
    )
    for each in answers:
        answer = each.answer
        reached = answer.route.date if answer.route else answer.nearest.date if answer.nearest else None
        keeps = answer.nearest.conflict if answer.nearest else answer.conflict
        members = _members(keeps, plan) if keeps else "; ".join(answer.notes)
        grid.add(
            words(each.milestone, "bold"),
            month_or_day(each.published),
            day(answer.date) if answer.date else "none",
            "met" if answer.verdict == "met" else "–" if answer.missing_wd is None else f"{answer.missing_wd} wd",
            "" if answer.verdict == "met" else day(reached) if reached else "–",
            "" if answer.verdict == "met" else members,
        )
    sections = [[heading(f"Why not {baseline}?", "each published date, asked for by its end"), *grid.lines(page.width)]]
    if detail:
        for each in answers:
            sections += _sections(each.answer, plan, page)
    else:
        sections.append(
            paragraph("--all shows every conflict and relaxation of each; -m asks for some alone", page.width, 0, "dim")
        )
    return page.paint(joined(sections))
