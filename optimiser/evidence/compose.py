"""The report as a document: every section in its order, under the question that it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from models.pack import Pack, Section
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections import answer, chances, closing, dates, inputs, parties, reasons, since, sweeps
from optimiser.evidence.sections.words import Blocks

__all__ = ["compose"]

_SECTIONS: Final[dict[str | None, tuple[tuple[str, str, tuple[int, ...], Callable[[Dossier], Blocks]], ...]]] = {
    None: (("answer", "The answer", (20,), answer.answer),),
    "What changed since the last pack": (("since", "What changed since the last pack", (), since.since),),
    "How the forecasts went from update to update": (
        ("trend", "Forecasts from update to update, and how right they were", (), since.trending),
    ),
    "Which dates, and how they are proved": (
        ("summary", "The answer in words", (20,), answer.summary),
        ("forecast", "What is done, and what is forecast", (), since.forecast),
        ("cases", "Cases", (6,), dates.cases),
        ("earliest", "Earliest dates and their proof", (6,), dates.schedule),
        ("checker", "An independent check", (7,), dates.checker),
    ),
    "What the dates hang on, and what would have to give": (
        ("assumed", "What we assumed that the source does not say", (5,), inputs.assumed),
        ("binding", "What binds each milestone", (8,), reasons.binding),
        ("conflicts", "Conflicts, and what would have to give", (9,), reasons.conflicts),
        ("authorities", "Floors by authority, and what moving each is worth", (18,), reasons.authorities),
        ("changes", "Change requests, ready to paste", (9, 18), reasons.changes),
        ("sweeps", "Sweeps, thresholds and decision regions", (17,), sweeps.sweeps),
    ),
    "How far from the published plans, and why": (
        ("divergence", "Where the divergence comes from", (10,), reasons.divergence),
        ("bridge", "From one published plan to the other", (11,), reasons.bridge),
        ("reproduction", "Reproduction of the published plan", (3,), closing.reproduction),
    ),
    "How sure the dates are": (
        ("robust", "Robust dates", (12,), chances.robust_dates),
        ("drivers", "What moves the robust date", (13,), chances.drivers),
        ("contingency", "Contingency, where it is", (14,), chances.contingency),
        ("criticality", "Criticality, and the points where chains change places", (15,), chances.criticality),
        ("beforehand", "What to get evidence for, and what to do about risks", (13,), chances.beforehand),
    ),
    "Who is ready when": (
        ("qualification", "Qualification demand against capacity", (16,), parties.qualification),
        ("migration", "The pace of migration that the dates take for granted", (17,), parties.migration),
    ),
    "What the plan says and stands on": (
        ("inputs", "Input register", (1,), inputs.inputs),
        ("calendar", "Calendar statement", (2,), inputs.calendar),
        ("links", "Links and lengths, with their evidence", (5,), inputs.links),
        ("lint", "The plan against itself", (4,), closing.lint),
    ),
    "How to check this pack": (
        ("reproducibility", "Reproducibility", (19,), closing.reproducibility),
        ("limits", "Quality log and limits of use", (20,), closing.limits),
    ),
}
"""Of each question its sections: the name and the title of each, the items of an evidence pack that it answers, and what writes it."""


def compose(dossier: Dossier) -> Pack:
    """Return the document; a section that has nothing to say of a plan is not in it.

    Raises
    ------
    ValidationError
        If a figure has no proof class, a number no source, or one of the twenty items no section: such a pack is not written.
    """
    outcome = dossier.main.outcome
    found: list[Section] = []
    for question, sections in _SECTIONS.items():
        for name, title, items, write in sections:
            blocks = tuple(block for block in write(dossier) if block is not None)
            if blocks:
                found.append(Section(id=name, title=title, items=items, blocks=blocks, question=question))
    return Pack(
        plan=dossier.plan.id,
        title=dossier.plan.title,
        as_of=dossier.plan.as_of,
        status=outcome.status if outcome else "undecided",
        sections=tuple(found),
    )
