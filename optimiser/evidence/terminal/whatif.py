"""What stands before every answer that was changed: what, from what to what, each date before and after, and why one stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import groupby

from rich.text import Text

from models.changes import LetThrough, TakenUp, Unmoved, ValueChange, WhatIf
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, hanging, heading, paragraph, words
from optimiser.evidence.terminal.words import counted, day, listed, month_or_day, weekday_day

__all__ = ["changes_table", "what_if_report"]

_MOST_CHANGES = 15
_MOST_WAYS = 4


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
    columns = [
        TextColumn("what", gives=True),
        TextColumn("name", limit=28),
        TextColumn("from", limit=22),
        TextColumn("to", limit=22),
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
    for each in found.overruled:
        if each.then_by not in found.scenarios:
            continue  # its old and new value are in the table
        first, then = month_or_day(each.value), month_or_day(each.then)
        lines += hanging(
            "overruled",
            f"{each.title or each.name} ({each.name}): {first} by {each.by}, then {then} by {each.then_by}",
            page.width,
        )
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
        alone = len(entry.taken_up) == 1
        said = [_taken_up(entry.milestone, each, alone=alone) for each in entry.taken_up[:_MOST_CHANGES]]
        said += list(_let_through(entry, told))
        room = 2 + max(len(each.milestone) for each in found.unmoved)
        for place, text in enumerate(said or ["nothing that was changed bears on it"]):
            lines += hanging(entry.milestone if not place else "", text, page.width, 2, room)
    return lines


def _taken_up(milestone: str, each: TakenUp, *, alone: bool) -> str:
    """Say what a change comes to on its way to a milestone."""
    if not each.leads:
        return f"nothing leads from {each.name} to {milestone}"
    before, after = each.slack_before_wd, each.slack_after_wd
    if before is None and after is None:
        said = f"work that needs it leads to {milestone}; the date is the same with both"
    elif after is None:
        said = f"it had {before} wd of slack to {milestone}" if before else f"something else holds {milestone} at the same day"
    elif before is None:
        said = f"it has {after} wd of slack to {milestone}"
    elif after < before:
        said = f"its {before} wd of slack took it, {f'{after} wd are left' if after else 'none is left'}"
    else:
        more = f", and has {after} wd now" if after > before else ""
        said = f"it did not hold {milestone}: it had {before} wd of slack{more}"
    order = ", in the order shown on the slots" if each.in_order and (before, after) != (None, None) else ""
    return f"{'' if alone else f'{each.name}: '}{said}{order}"


def _let_through(entry: Unmoved, told: set[str]) -> Iterable[str]:
    """Say which answers, or rules, would let the changes through, and to which dates."""
    # A rule that is off says little where the answer to a question already tells.
    ways_told = [way for way in entry.let_through if way.kind == "reading"] or list(entry.let_through)
    for (kind, name), group in groupby(ways_told[:_MOST_WAYS], key=lambda way: (way.kind, way.name)):
        ways: Sequence[LetThrough] = tuple(group)
        title = "" if name in told else f'"{ways[0].title}" '
        told.add(name)
        if kind == "reading":
            start = (
                f"{title}({name}) answered {ways[0].instead_of} keeps the change away"
                if title
                else f"{name}={ways[0].instead_of} keeps the change away"
            )
            yield f"{start}; {entry.milestone} would be at {', '.join(f'{_dated(way)} with {way.option}' for way in ways)}"
        else:
            start = f"the rule {title}({name}) is off" if title else f"{name} is off"
            yield f"{start}; with it {entry.milestone} would be at {_dated(ways[0])}"
    more = len(ways_told) - _MOST_WAYS
    if more > 0:
        yield f"{more} further answers and rules would let it through, with --json"


def _dated(way: LetThrough) -> str:
    """Say the date without and with the changes."""

    def shown(date: dt.date | None) -> str:
        return "without a date" if date is None else f"{'' if way.exact else 'not before '}{day(date)}"

    return f"{shown(way.after)} (without the change {shown(way.before)})"
