"""Short words for dates, amounts and their differences, the same in every table and every locale."""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Iterable, Sequence

from models.explanation import WhyNot
from models.plan import Plan
from optimiser.evidence.terminal.characters import clean
from optimiser.wording import plain_date as weekday_day

__all__ = [
    "MONTHS",
    "OPEN",
    "STARRED",
    "amount",
    "change",
    "counted",
    "dated",
    "day",
    "gained",
    "in_days",
    "listed",
    "month_end",
    "month_name",
    "month_or_day",
    "printed",
    "stack",
    "verdict_words",
    "weekday_day",
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


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return ``1 rule``, ``2 rules``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Return ``A, B and C``."""
    *firsts, final = words
    return f"{', '.join(firsts)} {last} {final}" if firsts else final
