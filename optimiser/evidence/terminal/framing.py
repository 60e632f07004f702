"""The frame of a report: its title and state, what was changed for it, notes, readings, and the next command to type."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from models.moment import Moment
from models.plan import Plan
from optimiser.evidence.tables.kit import listing
from optimiser.evidence.terminal.page import Page, words
from optimiser.evidence.terminal.report import Report
from optimiser.evidence.words import counted, day, listed, month_or_day, overruled_words, stack, weekday_day, why_it_stays

if TYPE_CHECKING:
    from models.changes import DateChange, WhatIf

__all__ = ["bulleted", "next_commands", "plan_title", "readings", "title", "what_if_report"]

_BETWEEN = 6
"""Cells around a command and what it is for."""
_MOST_CHANGES = 15


def plan_title(told: Report, plan: Plan) -> None:
    """Write the title of a plan, cut so that its id is always read."""
    name = words(plan.title, "bold")
    name.truncate(told.page.width - len(plan.id) - 3, overflow="ellipsis")
    told.add(name.append(f" ({plan.id})", "not bold"))


def title(told: Report, plan: Plan, scenarios: Sequence[str], besides: str) -> None:
    """Write the title of a plan, what changed it, and as of when it speaks."""
    since = ""
    if plan.status_date:
        evening = "" if isinstance(plan.status_date, Moment) else ", its evening"
        since = f"; status date {day(plan.status_date)}{evening}"
    hindsight = "; with hindsight: sources later than that are admitted" if plan.settings.hindsight else ""
    changed = stack(scenarios, choices=bool(plan.settings.said))
    plan_title(told, plan)
    told.say(f"{changed}; as of {day(plan.as_of)}{hindsight}{since}; {besides}", indent=0, style="dim")


def readings(told: Report, chosen: Mapping[str, Sequence[str]]) -> None:
    """Write how each open question was read, those that were settled alike together."""
    if any(chosen.values()):
        told.head("Readings it stands on")
        for label, said in chosen.items():
            told.hang(label, *filter(None, [", ".join(said)]), room=18)


def bulleted(told: Report, title: str, said: Iterable[str]) -> None:
    """Write sentences under a heading, each begun as one; nothing where there are none."""
    told.under(title, (f"{each[0].upper()}{each[1:]}." for each in said), "·")


def next_commands(told: Report, commands: Mapping[str, str]) -> None:
    """Write commands beside what they are for; below each other where one is long, since half a command cannot be typed."""
    told.head("What to type next")
    room = max(map(len, commands)) + 2
    long = max(len(command) + len(what) for command, what in commands.items()) + _BETWEEN > told.page.width
    for command, what in commands.items():
        told.add(*map(Text, (f"  {command}", f"      {what}") if long else (f"  {command:{room}}{what}",)))


def what_if_report(found: WhatIf, page: Page) -> str:
    """Return the changes and their effect on the dates as text, with an empty line at the end."""
    told = Report(page)
    _changes(told, found)
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
    if not told.table(table, note="later is +") and found.notes:
        told.gap()
    told.say(*found.notes)
    seen: set[str] = set()
    if found.unmoved:
        told.head("Why a date stays")
        room = 2 + max(len(each.milestone) for each in found.unmoved)
    for entry in found.unmoved:
        for place, text in enumerate(why_it_stays(entry, seen, day)):
            told.hang("" if place else entry.milestone, text, room=room)
    told.add(Text())
    return told.text()


def _named(names: Mapping[str, str]) -> str:
    return listed(f"{title} ({name})" for name, title in names.items())


def _changes(told: Report, found: WhatIf) -> None:
    """Write the changes with old and new values, long lists cut."""
    from optimiser.evidence.tables.solved import changes

    if found.choices:
        start = f"from the plan {f'under {_named(found.scenarios)}' if found.scenarios else 'as written'}"
    else:
        start = f"by {_named(found.scenarios)}, from the plan as written"
    told.hang("What was changed", words(start, "not bold dim"), indent=0, room=18)
    said = changes(found.changes, "What was changed", "what_if", by=found.choices or len(found.scenarios) > 1)
    told.table(said, ("what", "name", "from", "to", "by"), title="", most=_MOST_CHANGES)
    apart = [(found.added, "more with the changes"), (found.removed, "fewer")]
    beside = [f"{counted(number, 'rule or length', 'rules and lengths')} {what}" for number, what in apart if number]
    told.say(f"beside these, {listed(beside)}" if beside else "")
    for change in found.changes:
        if change.rounded:
            told.hang(change.name, change.rounded)
    told.hang("overruled", *overruled_words(found, month_or_day))
    if not (found.changes or found.added or found.removed):
        told.say("nothing: what was asked for is what the plan says already")


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
