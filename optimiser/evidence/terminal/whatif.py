"""The head of a what-if answer: changes with old and new values, dates before and after, and the reason where one stays."""

from __future__ import annotations

import datetime as dt

from models.changes import DateChange, WhatIf
from optimiser.evidence.tables.compared import changes
from optimiser.evidence.tables.kit import choose, listing
from optimiser.evidence.terminal.page import Lines, Page, hanging, heading, joined, paragraph, words
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.whatif_words import overruled_words, why_it_stays
from optimiser.evidence.words import counted, day, listed, month_or_day, weekday_day

__all__ = ["what_if_report"]

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
