"""Advice on failed measures: items by title, and a remedy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from models.lint import DcmaMeasure
from optimiser.lint.subject import Subject, listed

__all__ = ["MOST_NAMED", "advised", "titled"]

MOST_NAMED: Final = 6
"""Things that one sentence names."""


def titled(subject: Subject, names: Iterable[str], most: int = MOST_NAMED) -> str:
    """Return items or rules by their titles, with their ids."""
    plan = subject.plan
    entries = {**plan.rules_by_id, **plan.items}
    return listed((f"{entries[name].title} ({name})" if name in entries else name for name in names), most)


_ADVICE: Final = {
    1: "link each to what it waits for and to what waits for it; what begins the plan and what ends it may stay open",
    2: "a lead starts work before what it needs is done: split the earlier work where the later one may begin",
    3: "a lag is waiting that nobody owns: make what is waited for an activity of its own, where it is work",
    4: "say why such work overlaps, or split it so that one part follows the other",
    5: "keep as a latest date only what must hold; what may be missed is a deadline, to be compared with",
    6: "so much room mostly means a missing link: ask what each of them holds up",
    7: "the plan is later than a date that it must hold: 'why-not' names the cheapest way",
    8: "split them into parts of which each can be seen to be done, or give them a range",
    9: "what lies before the day of the plan's knowledge is done, or is planned in the past",
    10: "say what each needs, in a column 'Resource' of the table or by a rule of kind capacity; what waits needs nothing",
    11: "ask what kept each, and whether what follows it still holds: 'explain' says what it is worth",
    12: "something other than links holds the end: look for latest dates and for work as late as possible",
    13: "the end is later than the published dates leave room for: 'why-not' names the cheapest way",
    14: "less is done than was due: give what is left its true length, and see with 'solve' what the date becomes",
}
"""What to do where a measure fails, by its number."""


def advised(subject: Subject, measure: DcmaMeasure) -> DcmaMeasure:
    """Return a measure, a failed one with its items by title and a remedy."""
    if measure.verdict != "fail":
        return measure
    named = titled(subject, measure.items) if measure.items else None
    return measure.model_copy(update={"named": named, "advice": _ADVICE.get(measure.number)})
