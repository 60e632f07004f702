"""Short words for dates, amounts and differences, and what is said of a date wherever it stands: the same in every locale."""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from models.plan import Plan
from optimiser.evidence.terminal.characters import clean
from optimiser.wording import plain_date as weekday_day

if TYPE_CHECKING:
    from models.changes import LetThrough, TakenUp, Unmoved, WhatIf
    from models.commitment import RobustDate
    from models.robustness import RobustOutcome
    from models.routes import NearestMiss, WhyNot

__all__ = [
    "MONTHS",
    "OPEN",
    "STARRED",
    "amount",
    "change",
    "counted",
    "dated",
    "dated_words",
    "day",
    "gained",
    "in_days",
    "judged_by",
    "listed",
    "month_end",
    "month_name",
    "month_or_day",
    "overruled_words",
    "printed",
    "resting",
    "stack",
    "verdict_words",
    "weekday_day",
    "why_it_stays",
    "worked",
]


STARRED = "* nothing else places what waits for it: it falls back to its published start, or the next one's"

OPEN = "open: nothing else places what waits for it, and no published start says where it would be"

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def month_name(date: dt.date) -> str:
    """Return ``Jul 2025``."""
    return f"{MONTHS[date.month - 1]} {date.year}"


def day(date: dt.date) -> str:
    """Return ``1 Jul 2025``, whatever the locale; of a moment with its time, ``1 Jul 2025 08:00``."""
    time = f" {date.hour:02}:{date.minute:02}" if isinstance(date, dt.datetime) else ""
    return f"{date.day} {MONTHS[date.month - 1]} {date.year:04d}{time}"


def dated(date: dt.date | None) -> str:
    """Return a date as `day` does; where there is none, that there is none."""
    return "none" if date is None else day(date)


def month_or_day(published: str) -> str:
    """Return a published ISO moment, day or month as ``1 Jul 2025 08:00``, ``1 Jul 2025`` or ``Jul 2025``; other text as it is."""
    found = re.match(r"^(\d{4})-(\d{2})(?:-(\d{2})(?:T(\d{2}:\d{2}))?)?$", published)
    if not found or not 1 <= int(found[2]) <= 12:
        return clean(published)
    month = f"{MONTHS[int(found[2]) - 1]} {found[1]}"
    return f"{int(found[3])} {month}{f' {found[4]}' if found[4] else ''}" if found[3] else month


def month_end(published: str) -> dt.date:
    """Return the last day of an ISO month."""
    year, month = map(int, published.split("-"))
    return dt.date(year, month, monthrange(year, month)[1])


def printed(value: object) -> str:
    """Return a date, a number or words as a reader sees them in a table."""
    if isinstance(value, dt.date):
        return day(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}".removesuffix(".0")
    return clean(str(value))


def amount(working_days: float | None) -> str:
    """Return ``304 wd``, of a plan in minutes ``1.5 wd`` too; a dash where there is no number."""
    return "–" if working_days is None else f"{working_days} wd"


def gained(days: int | None, minutes: int | None) -> int | str | None:
    """Return a gain in whole days; one within a day, of which the minutes are given, as ``4 h`` or ``30 min``."""
    return worked(minutes).removeprefix("+") if minutes else days


def worked(minutes: int) -> str:
    """Return worked minutes with their sign: ``+30 min``, ``-8 h``, ``+1,204.5 h``."""
    return f"{minutes:+d} min" if abs(minutes) < 60 else f"{minutes / 60:+,.1f}".removesuffix(".0") + " h"


def in_days(plan: Plan, minutes: int | None, whole: int | None) -> float | None:
    """Return worked minutes as days to a tenth, so that half a day is no nought; of a plan in days the whole ones."""
    if minutes is None:
        return whole
    days = round(minutes / plan.day_minutes, 1)
    return int(days) if days == int(days) else days


def change(months: int, working_days: int | None) -> str:
    """Return a difference to a published date in the unit that it was published to: ``+19 wd`` to a day, ``+10 mo`` to a month."""
    if working_days is None:
        return f"{months:+d} mo" if months else "same month"
    return f"{working_days:+,d} wd" if working_days else "same day"


def stack(scenarios: Sequence[str], *, choices: bool) -> str:
    """Return what a plan was changed by: ``scenarios poap1``, ``no scenario``, ``no scenario but single choices``.

    Parameters
    ----------
    choices
        Whether anything was set, whoever set it.
    """
    if scenarios:
        return f"scenarios {', '.join(scenarios)}"
    return "no scenario but single choices" if choices else "no scenario"


def verdict_words(answer: WhyNot) -> str:
    """Say whether a milestone can be met by a day: at a fitted limit is no permission, and said so."""
    fitted = [step.lever for step in answer.route.steps if step.fitted_to] if answer.route else []
    if fitted:
        return f"can be met only with {', '.join(fitted)} at a fitted limit, which is no permission"
    return {
        "met": "is met already",
        "route": "can be met by what may move",
        "nearest miss": "cannot be met by what may move",
        "undecided": "is neither shown to be possible nor impossible within the limit",
    }[answer.verdict]


def dated_words(answer: WhyNot | NearestMiss) -> str:
    """Say how late a milestone is for the day asked: at least so much, where its date is not proved."""
    if answer.date is None:
        return "has no date"
    short = f"{'at least ' if answer.bound else ''}{answer.missing_wd} wd too late"
    return f"is at {weekday_day(answer.date)}{' or earlier' if answer.bound else ''}{f', {short}' if answer.missing_wd else ''}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return ``1 rule``, ``2 rules``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Return ``A, B and C``."""
    *firsts, final = words
    return f"{', '.join(firsts)} {last} {final}" if firsts else final


_MOST_CHANGES = 15
_MOST_WAYS = 4


def overruled_words(found: WhatIf, shown: Callable[[str], str]) -> Iterator[str]:
    """Yield what a later scenario overruled; of a single choice the old and the new value stand among the changes."""
    for each in found.overruled:
        if each.then_by in found.scenarios:
            first, then = shown(each.value), shown(each.then)
            yield f"{each.title or each.name} ({each.name}): {first} by {each.by}, then {then} by {each.then_by}"


def why_it_stays(entry: Unmoved, told: set[str], day: Callable[[dt.date], str]) -> list[str]:
    """Return why a milestone stays: what took each change up, and what would let them through.

    Parameters
    ----------
    told
        Readings and rules of which the title was told already; those told here are added.
    """
    alone = len(entry.taken_up) == 1
    said = [_taken_up(entry.milestone, each, alone=alone) for each in entry.taken_up[:_MOST_CHANGES]]
    said += _let_through(entry, told, day)
    return said or ["nothing that was changed bears on it"]


def _taken_up(milestone: str, each: TakenUp, *, alone: bool) -> str:
    """Say what a change comes to on its way to a milestone."""
    if not each.leads:
        return f"nothing leads from {each.name} to {milestone}"
    before, after = each.slack_before_wd, each.slack_after_wd
    if before is None and after is None:
        said = f"work that needs it leads to {milestone}, and still lets it be on the same day"
    elif after is None:
        said = f"it had {before} wd of slack to {milestone}" if before else f"something else holds {milestone} at the same day"
    elif before is None:
        said = f"it has {after} wd of slack to {milestone}"
    elif after < before:
        left = f"{after} wd {'is' if after == 1 else 'are'}" if after else "none is"
        said = f"its {before} wd of slack took it, {left} left"
    elif not after:
        said = f"{milestone} hangs on it before and after{'' if alone else ', and other changes make up for it'}"
    elif not before:
        said = f"something else holds {milestone} at the same day; it has {after} wd of slack now"
    else:
        more = f", and has {after} wd now" if after > before else ""
        said = f"it did not hold {milestone}: it had {before} wd of slack{more}"
    order = ", in the order shown on the slots" if each.in_order and (before, after) != (None, None) else ""
    return f"{'' if alone else f'{each.name}: '}{said}{order}"


def _let_through(entry: Unmoved, told: set[str], day: Callable[[dt.date], str]) -> Iterable[str]:
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
            yield f"{start}; {entry.milestone} would be at {', '.join(f'{_dated(way, day)} with {way.option}' for way in ways)}"
        else:
            start = f"the rule {title}({name}) is off" if title else f"{name} is off"
            yield f"{start}; with it {entry.milestone} would be at {_dated(ways[0], day)}"
    more = len(ways_told) - _MOST_WAYS
    if more > 0:
        yield f"{more} further answers and rules would let it through, with --json"


def _dated(way: LetThrough, day: Callable[[dt.date], str]) -> str:
    """Say the date without and with the changes."""

    def shown(date: dt.date | None) -> str:
        return "without a date" if date is None else f"{'' if way.exact else 'not before '}{day(date)}"

    return f"{shown(way.after)} (without the change {shown(way.before)})"


def judged_by(outcome: RobustOutcome) -> str:
    """Return who judged a register, and on what; nothing where it names nobody."""
    found = outcome.judgements
    if found is None or not found.by:
        return ""
    said = ", ".join(found.by)
    return f"{said}, on {' and '.join(found.on)}" if found.on else said


def resting(outcome: RobustOutcome, entry: RobustDate, day: Callable[[dt.date], str]) -> str:
    """Return the caveat of a date that rests mostly on judgement: the dates under the other unsettled choices.

    Returns
    -------
    str
        Nothing where the register is mostly evidence, or there is none, or there is no date.
    """
    found, choice = outcome.judgements, entry.sensitivity
    if found is None or not found.mostly or entry.date is None:
        return ""

    def date(each: dt.date | None) -> str:
        return "no date" if each is None else day(each)

    shown = [f"with PERT {date(choice.pert)}", f"without correlation {date(choice.uncorrelated)}"]
    if choice.readings_tried > 1:
        shown.append(f"over the readings {date(choice.readings_first)} to {date(choice.readings_last)}")
    return f"{found.judged} of {found.entries} ranges, drivers and risks are judgement; {', '.join(shown)}"
