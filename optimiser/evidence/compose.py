"""The report as a document: every section in its order."""

from __future__ import annotations

from models.pack import Pack, Section
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections import (
    answer,
    assumed,
    chances,
    closing,
    dates,
    divergence,
    drivers,
    forecast,
    inputs,
    migrating,
    parties,
    published,
    reasons,
    since,
    summary,
    sweeps,
    worth,
)

__all__ = ["compose"]


def compose(dossier: Dossier) -> Pack:
    """Return the document.

    Raises
    ------
    ValidationError
        If a figure has no proof class, a number no source, or one of the twenty items no section: such a pack is not written.
    """
    outcome = dossier.main.outcome
    return Pack(
        plan=dossier.plan.id,
        title=dossier.plan.title,
        as_of=dossier.plan.as_of,
        status=outcome.status if outcome else "undecided",
        sections=tuple(
            section.model_copy(update={"question": question}) for question, asked in _sections(dossier) for section in asked
        ),
    )


def _sections(dossier: Dossier) -> tuple[tuple[str | None, tuple[Section, ...]], ...]:
    """Return the sections by the question that they answer; the first stands before all questions."""
    return (
        (None, (answer.answer(dossier),)),
        ("What changed since the last pack", () if (changed := since.since(dossier)) is None else (changed,)),
        (
            "Which dates, and how they are proved",
            (
                summary.summary(dossier),
                *forecast.forecast(dossier),
                dates.cases(dossier),
                dates.schedule(dossier),
                dates.checker(dossier),
            ),
        ),
        (
            "What the dates hang on, and what would have to give",
            (
                assumed.assumed(dossier),
                reasons.binding(dossier),
                reasons.conflicts(dossier),
                reasons.authorities(dossier),
                reasons.changes(dossier),
                sweeps.sweeps(dossier),
            ),
        ),
        (
            "How far from the published plans, and why",
            (divergence.divergence(dossier), divergence.bridge(dossier), published.reproduction(dossier)),
        ),
        (
            "How sure the dates are",
            (
                chances.robust_dates(dossier),
                drivers.drivers(dossier),
                drivers.contingency(dossier),
                drivers.criticality(dossier),
                worth.beforehand(dossier),
            ),
        ),
        ("Who is ready when", (parties.qualification(dossier), migrating.migration(dossier))),
        (
            "What the plan says and stands on",
            (inputs.inputs(dossier), inputs.calendar(dossier), inputs.links(dossier), published.lint(dossier)),
        ),
        ("How to check this pack", (closing.reproducibility(dossier), closing.limits(dossier))),
    )
