"""Why a date stays where it is although something was changed, and what was overruled, in words for every kind of page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from models.changes import LetThrough, TakenUp, Unmoved, WhatIf

__all__ = ["overruled_words", "why_it_stays"]

_MOST_CHANGES = 15
_MOST_WAYS = 4


def overruled_words(found: WhatIf, shown: Callable[[str], str]) -> Iterator[str]:
    """Yield what a later scenario overruled; of a single choice the old and the new value stand among the changes.

    Parameters
    ----------
    shown
        How a value is shown.
    """
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
    day
        How a date is shown.
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
