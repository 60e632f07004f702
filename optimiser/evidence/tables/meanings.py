"""What the columns of tables mean, each said once: behind a head in a workbook, and on the workbook's first sheet."""

from __future__ import annotations

from typing import Final

from models.pack import Column

__all__ = ["meaning"]

_MEANINGS: Final = {
    "a day late costs so many days early": "the ratio of what a day late costs to what a day early costs",
    "all": "whole months later than the published plan",
    "answer": "one of the ways in which the source can be read",
    "approved": "by whom, or the day on which its approval is complete",
    "authority": "who could change it",
    "basis": "what it stands on: a document, an inference, a judgement, or synthetic",
    "by": "the rule or length that holds it there",
    "case": "the stack of scenarios that the row is of",
    "chance": "share of the samples",
    "chance of the earliest": "share of the samples in which the earliest date holds",
    "change": "the rule or length that would be changed",
    "chosen": "whether the dates of this pack stand on this answer",
    "citation": "where the source says so",
    "cost": "what it costs, in the plan's money or in units moved",
    "date": "the day itself, certified unless the proof says otherwise",
    "date then": "the earliest date with the change, or without the rules, of the row",
    "decided on": "for whoever decides",
    "decision": "for whoever decides",
    "demands": "what the rule asks, in words",
    "deviation": "standard deviation of the date over the samples",
    "done": "activities finished by the status date",
    "drives": "whether it lies on a longest chain to a milestone of the pack",
    "due": "the day, or month, by which it is due",
    "earliest": "the first day on which the milestone can be, by the plan's own rules",
    "effect": "what it does to a date, in days where that was tried",
    "evidenced": "months that a source gives a reason for, without an approval",
    "finding": "the check that found it",
    "finish": "the last working day; empty where no time is taken",
    "from": "what it is now, or where it begins",
    "gains a unit": "working days that one unit less, or a day earlier, gains",
    "gap to": "the published plan that the months are counted against",
    "goes on for": "units after which the gain stops, because something else takes over",
    "grade": "how firm the evidence is: approved, evidenced, or not evidenced",
    "headroom": "how far its number can worsen before it moves the milestone",
    "high": "the greatest value that a source or a judgement allows",
    "holds with": "share of the samples that keep the date",
    "id": "the range, driver or risk by its name",
    "if": "the proposal of a draft on which the date is conditional",
    "in progress": "activities begun and not finished by the status date",
    "in words": "the rules by their titles",
    "item": "the activity, milestone or tied bar by its id",
    "joint with": "what it gains only together with",
    "kind": "what sort of thing the row is of",
    "last finish": "the latest of the earliest finishes of what is not done",
    "left": "what is left of work in progress",
    "low": "the least value that a source or a judgement allows",
    "made by": "the rule or length that the months come from",
    "mean": "the mean date of the samples that have one",
    "milestone": "the event that is dated",
    "months": "whole months of the divergence",
    "moves": "the number that is moved, by its name",
    "moves from": "the first value at which it would move the date",
    "next start": "the earliest start of what has not begun",
    "not evidenced": "months without an approval or a reason in a source",
    "not needed if": "what would have to be true for these months to be saved",
    "note": "what else a reader should know",
    "on paper only": "yes where nothing but the plan's start would hold something of the chain: the date is then that at its "
    "published start",
    "owner": "who answers for it",
    "phase": "the part of the programme it belongs to",
    "predecessors": "what it waits for: the item, how the two are tied (FS finish to start, and so on), and the lag",
    "progress": "done, in progress or to do, by the status date",
    "proof": "how far the date is proved: certified (bound, schedule and CP-SAT agree), solver, or a gap between bounds",
    "published": "as the source prints it",
    "published finish": "as the source prints it, to compare with",
    "published start": "as the source prints it, to compare with",
    "question": "what the source leaves open",
    "rated": "how uncertain the source says it is",
    "reading": "the question by its name",
    "reference": "for whoever decides",
    "register": "entries of the source's register that speak of it",
    "regulatory": "yes where a floor of the regulator is among them",
    "rule": "the rule or length by its id",
    "samples": "how many times the plan was drawn",
    "saved": "working days that would be saved if nothing without evidence were in the plan",
    "says now": "its number as it stands",
    "severity": "how much it matters: contradiction, gap, doubt or remark",
    "so it should hold with": "the chance that makes the expected costs least (the newsvendor's quantile)",
    "stands on": "the least firm basis on the driving chain, with the lowest confidence",
    "start": "the first working day",
    "state": "of a milestone: met, missed, slipping, on time or undated",
    "stated length": "the length as the plan states it",
    "takes": "working days from start to finish",
    "the first unit gains": "working days that one unit less gains at each milestone",
    "then takes over": "what holds the milestone once the gain stops",
    "title": "its name in words",
    "to": "what it would become, or where it ends",
    "to do": "activities not begun by the status date",
    "touches": "items and rules that it bears on",
    "tried": "what was changed to measure the effect",
    "units": "how many units it moves",
    "value": "as it stands; change it and read the file back",
    "what": "what it is, in words",
    "where": "the place in the plan or the source",
    "which rests on": "what the simulated date owes to judgement, shape and correlation",
    "why it may": "why so much of it may be moved",
}
"""Title of a column to what it means wherever it stands, and the note of a column says no more."""

_BEGINNINGS: Final = {
    "P": "the date that so many per cent of the samples keep",
    "robust ": "the date that so many per cent of the samples keep",
    "to ": "how far the earliest date lies from that plan's; later is positive",
    "float to ": "how far it can slip before that milestone moves; empty where it never moves it",
    "first by reading": "the earliest date over every combination of the open readings",
    "last by reading": "the latest such date; empty where some combination falls off the calendar",
}
"""The same for titles that begin alike."""


def meaning(column: Column) -> str | None:
    """Return the meaning of a column: its own note, else that of its title; None without either."""
    if column.note or column.name in _MEANINGS:
        return column.note or _MEANINGS[column.name]
    return next((text for start, text in _BEGINNINGS.items() if column.name.startswith(start)), None)
