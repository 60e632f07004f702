"""The frame of a report: the plan's title and state, notes, readings, and the next command to type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.text import Text

from models.moment import Moment
from models.plan import Plan
from optimiser.evidence.terminal.page import Lines, Page, hanging, heading, paragraph, words
from optimiser.evidence.words import day, stack

__all__ = ["bulleted", "next_commands", "notes_lines", "plan_title", "readings_lines", "title_lines"]

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
