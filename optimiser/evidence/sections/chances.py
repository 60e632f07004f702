"""The dates that hold with a confidence, the chance of every published date, and what the choices behind them are worth."""

from __future__ import annotations

import datetime as dt

from models.pack import Absence
from models.plan import Plan
from models.robustness import RobustDate, RobustOutcome
from optimiser.evidence.charts.curves import chance_chart
from optimiser.evidence.dossier import Dossier, DossierCase
from optimiser.evidence.resting import judged_by
from optimiser.evidence.sections.words import Blocks, Parts, drawn, lead, parts_of, remark, say
from optimiser.evidence.tables import committed as tables
from optimiser.evidence.tables import sampled

__all__ = ["curve_of", "robust_dates", "unsimulated"]

_QUANTILES = ("P50", "P80", "P90")


def unsimulated(case: DossierCase, what: str) -> Absence:
    """Return why a part that rests on the simulation is not there."""
    return Absence(what=what, reason=case.absent.get("robust", "the simulation was not asked for"))


def robust_dates(dossier: Dossier) -> Blocks:
    """Yield the dates that hold with a confidence, in every case."""
    outcome = dossier.main.robust
    if outcome is None:
        yield unsimulated(dossier.main, "Robust dates")
        return
    source = f"robust of case {dossier.main.id}, {outcome.samples} samples, seed {outcome.seed}"
    cases, each_case = [(case.id, case.robust) for case in dossier.cases], "robust of each case"
    yield lead(
        "A robust date is the first day that the milestone does not exceed in the stated share of samples. Ranges, drivers "
        "and risks come from {}{}.",
        outcome.register_title or "a table of ratings",
        _judged(outcome, source),
    )
    joint = f"{outcome.joint.probability:.0%}"
    yield say("All milestones are met together, each at its own date, with a chance of {:simulated}.", joint, source=source)
    yield tables.limits(outcome, source) if outcome.deadlines else None
    yield sampled.quantiles(
        cases,
        dossier.milestones,
        f"{each_case}, with the same seed",
        "Empty lines are cases whose simulation was left out; the section of cases says why. Where capacities are on each "
        "sample is a queue of its own, so fewer are drawn where nobody says how many, and the error is larger.",
    )
    if outcome.milestones:
        yield tables.commitments(outcome, source)
        yield tables.ratios(outcome, source)
    yield sampled.chances(cases, {each.id: each.title for each in dossier.plan.baselines}, each_case)
    claims = tables.claims([(name, each) for name, each in cases if each], each_case)
    yield claims if claims.rows else None
    for entry in outcome.milestones:
        if len(entry.masses) > 1:
            svg, about = curve_of(dossier.plan, entry), f"Distribution of {entry.id}."
            yield drawn(f"curve-{entry.id}", _curve_title(entry), about, svg, f"by-month-{entry.id}")
            yield from sampled.by_month(entry, source)
    yield sampled.shapes(outcome, source)
    for note in outcome.notes:
        yield remark(note, "simulated", source)


def _judged(outcome: RobustOutcome, source: str) -> Parts:
    """Say how much of the register is judgement, and whose; and that no sample has a buffer in it, where the plan has one."""
    found, parts = outcome.judgements, Parts()
    if found is not None:
        whose = judged_by(outcome)
        parts = parts_of(
            ", of which {:counted} are judgements{}. Where each date goes with PERT, without correlation and over the "
            "readings stands beside it",
            f"{found.judged} of {found.entries}",
            parts_of(" of {}", whose) if whose else [],
            source=source,
        )
    if any(entry.buffer is not None for entry in outcome.milestones):
        parts += [". No sample has a buffer in it: the section on contingency sets what is held against what is needed"]
    return parts


def curve_of(plan: Plan, entry: RobustDate) -> str:
    """Return the chance that a milestone falls on a day or before as a drawing."""
    marks: dict[str, dt.date | None] = {
        "earliest": entry.deterministic,
        **{name: entry.quantiles.get(name) for name in _QUANTILES},
    }
    published = {baseline.id: date.last for baseline in plan.baselines if (date := baseline.date(entry.id))}
    return chance_chart(
        f"curve-{entry.id}",
        _curve_title(entry),
        [(mass.date, mass.probability) for mass in entry.masses],
        {name: date for name, date in marks.items() if date},
        published,
    )


def _curve_title(entry: RobustDate) -> str:
    return f"The chance that {entry.id} falls on a day or before"
