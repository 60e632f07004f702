"""Sentences of a pack: our words, with names of the plan and figures filled in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from string import Formatter
from typing import Any, Final, cast

from models.findings import Evidence
from models.outcome import MilestoneDate
from models.pack import Absence, Block, Chart, Figure, Name, PackProof, Paragraph
from models.plan import Plan
from optimiser.evidence.documents import evidence_class
from optimiser.evidence.dossier import Dossier, DossierCase
from optimiser.evidence.tables.kit import basis_words
from optimiser.evidence.words import day

__all__ = [
    "Blocks",
    "Parts",
    "absence",
    "date_figure",
    "distance",
    "drawn",
    "evidence_words",
    "figure",
    "heading_of",
    "joined",
    "lead",
    "parts_of",
    "remark",
    "run_source",
    "say",
    "span_words",
    "warning",
]

Blocks = Iterable[Block | None]
"""What a section yields, in its order; nothing where a block does not apply."""
Parts = list[str | Name | Figure]

_FORMATTER: Final = Formatter()


def figure(value: object, proof: PackProof, source: str) -> Figure:
    """Return a number, date or amount as a figure."""
    if isinstance(value, dt.date):
        return Figure(text=day(value), proof=proof, source=source)
    return Figure(text=f"{value:,}" if isinstance(value, int) else str(value), proof=proof, source=source)


def parts_of(text: str, *filled: Any, source: str = "") -> Parts:
    """Return a sentence as parts.

    Parameters
    ----------
    text
        Our words with a place for each thing that is filled in: ``{}`` shows text as a name of the plan and takes figures, and
        parts of sentences, as they are; ``{:counted}`` makes a figure of that proof class. Nothing is shown of what is empty.
    """
    found: Parts = []
    given = iter(filled)
    for words, place, proof, _ in _FORMATTER.parse(text):
        found += [words] if words else []
        value = next(given) if place is not None else None
        if proof:
            found.append(figure(value, cast("PackProof", proof), source))
        elif isinstance(value, str):
            found += [Name(text=value)] if value else []
        elif value:
            found += value if isinstance(value, list) else [value]
    return found


def joined(parts: Iterable[Parts], between: str = "; ") -> Parts:
    """Return parts of sentences as one, with words between them."""
    found: Parts = []
    for each in parts:
        found += [between, *each] if found else each
    return found


def say(text: str, *filled: Any, source: str = "") -> Paragraph:
    """Return a paragraph (see `parts_of`)."""
    return Paragraph(parts=tuple(parts_of(text, *filled, source=source)))


def lead(text: str, *filled: Any, source: str = "") -> Paragraph:
    """Return a paragraph that opens a section (see `parts_of`)."""
    return Paragraph(parts=tuple(parts_of(text, *filled, source=source)), tone="lead")


def warning(text: str, *filled: Any, source: str = "") -> Paragraph:
    """Return a paragraph that must not be overlooked (see `parts_of`)."""
    return Paragraph(parts=tuple(parts_of(text, *filled, source=source)), tone="warning")


def remark(text: str, proof: PackProof, source: str) -> Paragraph:
    """Return a note of a computation: a figure where it holds a number, else words."""
    return say("{}", figure(text, proof, source) if any(map(str.isdigit, text)) else text)


def absence(dossier: Dossier, part: str, what: str) -> Absence:
    """Return why a part is not there."""
    return Absence(what=what, reason=dossier.absent.get(part, "it does not apply to this plan"))


def drawn(name: str, title: str, about: str, svg: str, table: str, *, small: bool = False) -> Chart:
    """Return a drawing beside a table."""
    return Chart(id=name, title=title, about=about, svg=svg, table=table, small=small)


def run_source(case: DossierCase) -> str:
    """Say where the dates of a case are computed from."""
    return f"solve of case {case.id}, outcomes/{case.id}.json"


def date_figure(entry: MilestoneDate, case: DossierCase) -> Figure:
    """Return the earliest date of a milestone as a figure."""
    return figure(entry.date, entry.proof, f"{run_source(case)}, {entry.id}: {entry.bound_by}")


def span_words(entry: MilestoneDate, case: DossierCase) -> Figure | None:
    """Return the span of a date over the readings, None where there is none."""
    span = entry.span
    if span is None or span.combinations < 2:
        return None
    last = "beyond the calendar" if span.beyond else day(span.last.date)
    source = f"{run_source(case)}, {entry.id}: {span.combinations} combinations of the open readings"
    return figure(f"{day(span.first.date)} to {last}", "closed form", source)


def evidence_words(evidence: Evidence, *, met: bool = False) -> str:
    """Return the evidence class of a date in a few words; of a milestone that has been met it is what is done."""
    least = evidence_class(evidence) or ("what is done" if met else "nothing")
    return basis_words(least, evidence.weakest_confidence and f"confidence {evidence.weakest_confidence}")


def distance(months: int, working: int | None) -> tuple[str | None, str]:
    """Return a distance to a published date in words: what is counted, and how it lies to it."""
    if working == 0 or (working is None and not months):
        return None, "on the very day of " if working == 0 else "in the month of "
    amount = f"{abs(months)} month{'' if abs(months) == 1 else 's'}" if working is None else f"{abs(working)} wd"
    return amount, " after " if (months if working is None else working) > 0 else " before "


def heading_of(plan: Plan, name: str) -> str:
    """Return the title of an item, rule, assumption or unknown."""
    if name in plan.values:
        return plan.assumptions_by_id[name].title
    if name in plan.items:
        return plan.items[name].title
    from optimiser.wording import title

    return title(plan, name)
