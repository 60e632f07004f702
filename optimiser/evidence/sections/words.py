"""Figures, tables and small words that the sections share."""

from __future__ import annotations

from collections.abc import Iterable

from models.findings import Evidence
from models.outcome import MilestoneDate
from models.pack import Absence, Figure, Name, PackProof, Paragraph
from models.plan import Plan
from optimiser.evidence.documents import evidence_class
from optimiser.evidence.dossier import Dossier, DossierCase
from optimiser.evidence.words import day

__all__ = [
    "absence",
    "count",
    "date_figure",
    "delta",
    "distance",
    "evidence_words",
    "heading_of",
    "lead",
    "names",
    "paragraph",
    "remark",
    "run_source",
    "span_words",
    "warning",
]


def paragraph(*parts: str | Name | Figure) -> Paragraph:
    """Return a paragraph."""
    return Paragraph(parts=tuple(part for part in parts if part))


def lead(*parts: str | Name | Figure) -> Paragraph:
    """Return a paragraph that opens a section."""
    return Paragraph(parts=tuple(part for part in parts if part), tone="lead")


def warning(*parts: str | Name | Figure) -> Paragraph:
    """Return a paragraph that must not be overlooked."""
    return Paragraph(parts=tuple(part for part in parts if part), tone="warning")


def remark(text: str, proof: PackProof, source: str) -> Paragraph:
    """Return a note of a computation: a figure where it holds a number, else words."""
    return paragraph(Figure(text=text, proof=proof, source=source) if any(map(str.isdigit, text)) else Name(text=text))


def absence(dossier: Dossier, part: str, what: str) -> Absence:
    """Return why a part is not there."""
    return Absence(what=what, reason=dossier.absent.get(part, "it does not apply to this plan"))


def count(number: int, words: str, source: str) -> Figure:
    """Return a number that was counted."""
    return Figure(text=f"{number:,}{f' {words}' if words else ''}", proof="counted", source=source)


def run_source(case: DossierCase) -> str:
    """Say where the dates of a case are computed from."""
    return f"solve of case {case.id}, outcomes/{case.id}.json"


def date_figure(entry: MilestoneDate, case: DossierCase) -> Figure:
    """Return the earliest date of a milestone as a figure."""
    return Figure(text=day(entry.date), proof=entry.proof, source=f"{run_source(case)}, {entry.id}: {entry.bound_by}")


def span_words(entry: MilestoneDate, case: DossierCase) -> Figure | None:
    """Return the span of a date over the readings, None where there is none."""
    span = entry.span
    if span is None or span.combinations < 2:
        return None
    last = "beyond the calendar" if span.beyond else day(span.last.date)
    return Figure(
        text=f"{day(span.first.date)} to {last}",
        proof="closed form",
        source=f"{run_source(case)}, {entry.id}: {span.combinations} combinations of the open readings",
    )


def evidence_words(evidence: Evidence, *, met: bool = False) -> str:
    """Return the evidence class of a date in a few words; of a milestone that has been met it is what is done."""
    least = evidence_class(evidence) or ("what is done" if met else "nothing")
    confidence = f", confidence {evidence.weakest_confidence}" if evidence.weakest_confidence else ""
    return f"{least}{confidence}"


def delta(months: int, working: int | None) -> str:
    """Return a distance to a published date."""
    if working == 0:
        return "the same day"
    text = "the same month" if not months else f"{months:+d} months" if abs(months) != 1 else f"{months:+d} month"
    return text if working is None else f"{text} ({working:+d} wd)"


def distance(months: int, working: int | None) -> tuple[str | None, str]:
    """Return a distance to a published date in words: what is counted, and how it lies to it."""
    if working == 0 or (working is None and not months):
        return None, "on the very day of " if working == 0 else "in the month of "
    amount = f"{abs(months)} month{'' if abs(months) == 1 else 's'}" if working is None else f"{abs(working)} wd"
    return amount, " after " if (months if working is None else working) > 0 else " before "


def names(words: Iterable[str], most: int = 12) -> str:
    """Return ids on one line, cut after so many."""
    words = list(words)
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def heading_of(plan: Plan, name: str) -> str:
    """Return the title of an item, rule, assumption or unknown."""
    if name in plan.values:
        return plan.assumptions_by_id[name].title
    if name in plan.items:
        return plan.items[name].title
    from optimiser.wording import title

    return title(plan, name)
