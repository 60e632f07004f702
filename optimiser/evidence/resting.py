"""How much of a date at a confidence rests on judgement and choice, in the words that stand beside the date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from models.robustness import RobustDate, RobustOutcome

__all__ = ["judged_by", "resting"]


def judged_by(outcome: RobustOutcome) -> str:
    """Return who judged a register, and on what; nothing where it names nobody."""
    found = outcome.judgements
    if found is None or not found.by:
        return ""
    said = ", ".join(found.by)
    return f"{said}, on {' and '.join(found.on)}" if found.on else said


def resting(outcome: RobustOutcome, entry: RobustDate, day: Callable[[dt.date], str]) -> str:
    """Return the caveat of a date that rests mostly on judgement: the dates under the other unsettled choices.

    Parameters
    ----------
    outcome
        The answer.
    entry
        One of its dates.
    day
        How a date is written.

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
