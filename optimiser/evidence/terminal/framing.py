"""The frame of a report: its title and state, what was changed for it, notes, readings, and the next command to type."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from models.moment import Moment
from models.plan import Plan
from optimiser.evidence.tables.kit import choose, listing
from optimiser.evidence.terminal.page import Lines, Page, hanging, heading, joined, paragraph, words
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import counted, day, listed, month_or_day, overruled_words, stack, weekday_day, why_it_stays

if TYPE_CHECKING:
    from models.changes import DateChange, WhatIf

__all__ = ["bulleted", "next_commands", "notes_lines", "plan_title", "readings_lines", "title_lines", "what_if_report"]


_BETWEEN = 6
"""Cells around a command and what it is for."""


def plan_title(plan: Plan, page: Page) -> Lines:
    """Return the title of a plan, cut so that its id is always read."""
    name = words(plan.title, "bold")
    name.truncate(page.width - len(plan.id) - 3, overflow="ellipsis")
    return [name.append(f" ({plan.id})", "not bold")]


def title_lines(plan: Plan, scenarios: Sequence[str], page: Page, besides: str) -> Lines:
    """Return the title of a plan, what changed it, and as of when it speaks."""
    since = ""
    if plan.status_date:
        evening = "" if isinstance(plan.status_date, Moment) else ", its evening"
        since = f"; status date {day(plan.status_date)}{evening}"
    hindsight = "; with hindsight: sources later than that are admitted" if plan.settings.hindsight else ""
    changed = stack(scenarios, choices=bool(plan.settings.said))
    said = f"{changed}; as of {day(plan.as_of)}{hindsight}{since}; {besides}"
    return [*plan_title(plan, page), *paragraph(said, page.width, 0, "dim")]


def notes_lines(notes: Iterable[str], page: Page) -> Lines:
    """Return notes under their heading; nothing where there are none."""
    lines = [line for note in notes for line in hanging("-", note, page.width, 2, 2)]
    return [heading("Notes"), *lines] if lines else []


def readings_lines(chosen: Mapping[str, Sequence[str]], page: Page) -> Lines:
    """Return how each open question was read, those that were settled alike together."""
    lines = [line for label, said in chosen.items() if said for line in hanging(label, ", ".join(said), page.width, 2, 18)]
    return [heading("Readings it stands on"), *lines] if lines else []


def bulleted(title: str, said: Iterable[str], page: Page) -> Lines:
    """Return sentences under a heading, each begun as one; nothing where there are none."""
    lines = [line for each in said for line in hanging("·", f"{each[0].upper()}{each[1:]}.", page.width)]
    return [heading(""), heading(title), *lines] if lines else []


def next_commands(commands: Mapping[str, str], page: Page) -> Lines:
    """Return commands beside what they are for; below each other where one is long, since half a command cannot be typed."""
    lines = [heading(""), heading("What to type next")]
    if max(len(command) + len(what) for command, what in commands.items()) + _BETWEEN > page.width:
        return [*lines, *(Text(line) for command, what in commands.items() for line in (f"  {command}", f"      {what}"))]
    room = max(map(len, commands)) + 2
    return [*lines, *(Text(f"  {command:{room}}{what}") for command, what in commands.items())]


_MOST_CHANGES = 15


def what_if_report(found: WhatIf, page: Page) -> str:
    """Return the changes and their effect on the dates as text, with an empty line at the end."""
    return page.paint([*joined([_changes(found, page), _dates(found, page), _unmoved(found, page)]), heading("")])


def _named(names: dict[str, str]) -> str:
    return listed(f"{title} ({name})" for name, title in names.items())


def _changes(found: WhatIf, page: Page) -> Lines:
    """Return the changes with old and new values, long lists cut."""
    if found.choices:
        start = f"the plan under {_named(found.scenarios)}" if found.scenarios else "the plan as written"
        lines = hanging("What was changed", words(f"from {start}", "not bold dim"), page.width, 0, 18)
    else:
        start = f"by {_named(found.scenarios)}, from the plan as written"
        lines = hanging("What was changed", words(start, "not bold dim"), page.width, 0, 18)
    from optimiser.evidence.tables.solved import changes

    said = changes(found.changes, "What was changed", "what_if", by=found.choices or len(found.scenarios) > 1)
    lines += shown(choose(said, ("what", "name", "from", "to", "by")), page, most=_MOST_CHANGES)[2:]
    apart = [(found.added, "more with the changes"), (found.removed, "fewer")]
    beside = [f"{counted(number, 'rule or length', 'rules and lengths')} {what}" for number, what in apart if number]
    lines += paragraph(f"beside these, {listed(beside)}", page.width) if beside else []
    for change in found.changes:
        if change.rounded:
            lines += hanging(change.name, change.rounded, page.width)
    for text in overruled_words(found, month_or_day):
        lines += hanging("overruled", text, page.width)
    if not (found.changes or found.added or found.removed):
        lines += paragraph("nothing: what was asked for is what the plan says already", page.width)
    return lines


def _dates(found: WhatIf, page: Page) -> Lines:
    table = listing(
        "before-and-after",
        "Earliest dates before and after",
        "milestone:id | before:id | after:id | difference:id",
        found.dates,
        "solver",
        "what_if",
        said={
            "before": lambda change: _dated(change.before, change.proof_before),
            "after": lambda change: _dated(change.after, change.proof_after),
            "difference": _difference,
        },
    )
    return [*shown(table, page, note="later is +"), *(line for note in found.notes for line in paragraph(note, page.width))]


def _dated(date: dt.date | None, proof: str | None) -> str:
    """Return a date, marked where it is not proved."""
    return f"{weekday_day(date)}{' or earlier' if proof == 'gap' else ''}" if date else "none"


def _difference(change: DateChange) -> str | None:
    """Return by how much a date moved, in working days where it moved by any."""
    if not (change.before and change.after):
        return None
    if "gap" in (change.proof_before, change.proof_after):
        return "not proved"
    if change.working_days:
        return f"{change.working_days:+d} wd"
    return "none" if change.before == change.after else f"{change.calendar_days:+d} cd"


def _unmoved(found: WhatIf, page: Page) -> Lines:
    """Say why each date that stays does so; a reading's question is told once."""
    if not found.unmoved:
        return []
    lines = [heading("Why a date stays")]
    told: set[str] = set()
    for entry in found.unmoved:
        room = 2 + max(len(each.milestone) for each in found.unmoved)
        for place, text in enumerate(why_it_stays(entry, told, day)):
            lines += hanging(entry.milestone if not place else "", text, page.width, 2, room)
    return lines
