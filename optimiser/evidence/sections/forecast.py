"""The forecast from the status date: work done, milestones met, missed or slipping, and rules that facts break."""

from __future__ import annotations

from collections import Counter

from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.words import Blocks, lead, parts_of, run_source, say
from optimiser.evidence.tables.forecast import broken_rules, milestone_states, phase_progress
from optimiser.evidence.words import counted

__all__ = ["forecast"]


def forecast(dossier: Dossier) -> Blocks:
    """Yield what is done, met, missed and slipping; nothing of a plan without a status date."""
    solved, plan = dossier.main.solved, dossier.main.plan
    if solved is None or solved.forecast is None or plan is None:
        return
    found, source = solved.forecast, run_source(dossier.main)
    yield lead(
        "What happened by the evening of {:stated} is fact, and no rule, range or risk moves it. What is left follows the "
        "rules from there: nothing is forecast before it.",
        found.status_date,
        source="status_date",
    )
    states = Counter(entry.state for entry in found.milestones)
    said = ", ".join(f"{count} {state}" for state, count in states.items() if state != "undated")
    broken = counted(len(found.broken), "rule")
    yield say(
        "Of the activities {:counted}{}.{}",
        f"{found.done} are done, {found.in_progress} in progress, {found.to_do} to do",
        parts_of("; of the milestones {:counted}", said, source=source) if said else [],
        parts_of(" Facts have broken {:counted}.", broken, source=source) if found.broken else [],
        source=source,
    )
    yield milestone_states(solved, found, source)
    yield phase_progress(solved, plan, source)
    yield broken_rules(found, plan, source) if found.broken else None
