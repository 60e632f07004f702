"""What stands before every answer that was changed: what, from what to what, each date before and after, and why one stays."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from models.changes import ValueChange, WhatIf
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, hanging, heading, paragraph, words
from optimiser.evidence.whatif_words import overruled_words, why_it_stays
from optimiser.evidence.words import counted, day, listed, month_or_day, weekday_day
from optimiser.inputs import ABSENT

__all__ = ["changes_table", "what_if_report"]

_MOST_CHANGES = 15


def what_if_report(found: WhatIf, page: Page) -> str:
    """Return what was changed and what became of the dates as text, an empty line after it."""
    lines: Lines = []
    for section in filter(None, [_changes(found, page), _dates(found, page), _unmoved(found, page)]):
        lines += [*section, Text()]
    return page.paint(lines)


def _named(names: dict[str, str]) -> str:
    return listed(f"{title} ({name})" for name, title in names.items())


def changes_table(changes: Sequence[ValueChange], *, by: bool = False) -> TextTable:
    """Return what was set differently, titles first, with its old and its new value.

    Parameters
    ----------
    by
        Whether to say which option or scenario set each.
    """
    added = any(change.before == ABSENT for change in changes)
    columns = [
        TextColumn("what", gives=True),
        TextColumn("name", limit=28),
        TextColumn("from", limit=22),
        TextColumn("to", limit=46 if added else 22),
    ]
    shown = any(change.asked or by for change in changes)
    grid = TextTable([*columns, TextColumn("by", limit=24)] if shown else columns)
    for change in changes:
        whose = " ".join(filter(None, (change.by if by else None, change.asked)))
        after = words(month_or_day(change.after), "bold")
        cells: list[str | Text] = [change.title or change.kind, change.name, month_or_day(change.before), after]
        grid.add(*cells, *([whose] if shown else []))
    return grid


def _changes(found: WhatIf, page: Page) -> Lines:
    """List what was set, from what to what; long lists are cut."""
    if found.choices:
        start = f"the plan under {_named(found.scenarios)}" if found.scenarios else "the plan as written"
        lines = hanging("What was changed", words(f"from {start}", "not bold dim"), page.width, 0, 18)
    else:
        start = f"by {_named(found.scenarios)}, from the plan as written"
        lines = hanging("What was changed", words(start, "not bold dim"), page.width, 0, 18)
    grid = changes_table(found.changes[:_MOST_CHANGES], by=found.choices or len(found.scenarios) > 1)
    lines += grid.lines(page.width) if grid.rows else []
    more = len(found.changes) - _MOST_CHANGES
    if more > 0:
        lines += paragraph(f"… and {more} more, with --json", page.width)
    apart = [(found.added, "more with the changes"), (found.removed, "fewer")]
    said = [f"{counted(number, 'rule or length', 'rules and lengths')} {what}" for number, what in apart if number]
    lines += paragraph(f"beside these, {listed(said)}", page.width) if said else []
    for change in found.changes:
        if change.rounded:
            lines += hanging(change.name, change.rounded, page.width)
    for text in overruled_words(found, month_or_day):
        lines += hanging("overruled", text, page.width)
    if not (found.changes or found.added or found.removed):
        lines += paragraph("nothing: what was asked for is what the plan says already", page.width)
    return lines


def _dates(found: WhatIf, page: Page) -> Lines:
    grid = TextTable([TextColumn("", limit=20), TextColumn("before"), TextColumn("after"), TextColumn("difference", "right")])
    for change in found.dates:
        difference = "–"
        if change.before and change.after:
            difference = "none" if change.before == change.after else f"{change.calendar_days:+d} cd"
            if change.working_days:
                difference = f"{change.working_days:+d} wd"
        cells = [
            f"{weekday_day(date)}{_open(proof)}" if date else "none"
            for date, proof in ((change.before, change.proof_before), (change.after, change.proof_after))
        ]
        grid.add(words(change.milestone, "bold"), cells[0], words(cells[1], "bold"), difference)
    lines = [heading("Earliest dates before and after", "later is +"), *grid.lines(page.width)]
    for note in found.notes:
        lines += paragraph(note, page.width)
    return lines


def _open(proof: str | None) -> str:
    """Mark a date that is not proved."""
    return " or earlier" if proof == "gap" else ""


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
