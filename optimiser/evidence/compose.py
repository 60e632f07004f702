"""The report as a document: every section in its order."""

from __future__ import annotations

from models.pack import Pack
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections import (
    assumed,
    chances,
    closing,
    dates,
    divergence,
    drivers,
    inputs,
    migrating,
    parties,
    published,
    reasons,
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
        sections=(
            summary.summary(dossier),
            assumed.assumed(dossier),
            dates.cases(dossier),
            inputs.inputs(dossier),
            inputs.calendar(dossier),
            published.reproduction(dossier),
            published.lint(dossier),
            inputs.links(dossier),
            dates.schedule(dossier),
            dates.checker(dossier),
            reasons.binding(dossier),
            reasons.conflicts(dossier),
            divergence.divergence(dossier),
            divergence.bridge(dossier),
            chances.robust_dates(dossier),
            drivers.drivers(dossier),
            drivers.contingency(dossier),
            drivers.criticality(dossier),
            worth.beforehand(dossier),
            parties.qualification(dossier),
            migrating.migration(dossier),
            sweeps.sweeps(dossier),
            reasons.authorities(dossier),
            reasons.changes(dossier),
            closing.reproducibility(dossier),
            closing.limits(dossier),
        ),
    )
