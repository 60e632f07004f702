"""What every report has around its answer: the plan's title and state, notes, and how open questions were read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from models.moment import Moment
from models.plan import Plan
from optimiser.evidence.terminal.page import Lines, Page, hanging, heading, paragraph, words
from optimiser.evidence.words import day, stack

__all__ = ["notes_lines", "plan_title", "readings_lines", "title_lines"]


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
