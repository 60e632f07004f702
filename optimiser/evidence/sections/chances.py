"""The dates that hold with a confidence, the chance of every published date, and what the choices behind them are worth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from models.assumptions import Baseline
from models.pack import Absence, Block, Cell, Chart, Figure, Name, Section
from models.plan import Plan
from models.robustness import RobustDate, RobustOutcome
from optimiser.evidence.charts.curves import chance_chart
from optimiser.evidence.dossier import Dossier, DossierCase
from optimiser.evidence.resting import judged_by
from optimiser.evidence.sections.words import lead, paragraph, remark
from optimiser.evidence.tables import committed as tables
from optimiser.evidence.tables import sampled
from optimiser.evidence.tables.kit import column, table
from optimiser.evidence.words import month_or_day

__all__ = ["curve_of", "robust_dates", "unsimulated"]

_QUANTILES = ("P50", "P80", "P90")
_SWINGS = 12


def unsimulated(case: DossierCase, what: str) -> Absence:
    """Return why a part that rests on the simulation is not there."""
    return Absence(what=what, reason=case.absent.get("robust", "the simulation was not asked for"))


def robust_dates(dossier: Dossier) -> Section:
    """Return the dates that hold with a confidence, in every case."""
    outcome = dossier.main.robust
    if outcome is None:
        block = unsimulated(dossier.main, "Robust dates")
        return Section(id="robust", title="Robust dates", items=(12,), blocks=(block,))
    source = f"robust of case {dossier.main.id}, {outcome.samples} samples, seed {outcome.seed}"
    cases = [(case.id, case.robust) for case in dossier.cases]
    claims = tables.claims([(name, each) for name, each in cases if each], "robust of each case")
    blocks: list[Block] = [
        lead(
            "A robust date is the first day that the milestone does not exceed in the stated share of samples. Ranges, drivers "
            "and risks come from ",
            Name(text=outcome.register_title or "a table of ratings"),
            *_judged(outcome, source),
            ".",
        ),
        paragraph(
            "All milestones are met together, each at its own date, with a chance of ",
            Figure(text=f"{outcome.joint.probability:.0%}", proof="simulated", source=source),
            ".",
        ),
        *([tables.limits(outcome, source)] if outcome.deadlines else []),
        sampled.quantiles(
            cases,
            dossier.milestones,
            "robust of each case, with the same seed",
            "Empty lines are cases whose simulation was left out; the section of cases says why. Where capacities are on each sample is "
            "a queue of its own, so fewer are drawn where nobody says how many, and the error is larger.",
        ),
        *([tables.commitments(outcome, source), tables.ratios(outcome, source)] if outcome.milestones else []),
        sampled.chances(cases, {each.id: each.title for each in dossier.plan.baselines}, "robust of each case"),
        *([claims] if claims.rows else []),
    ]
    for entry in outcome.milestones:
        if len(entry.masses) > 1:
            blocks += _curve(dossier, entry, source)
    blocks.append(sampled.shapes(outcome, source))
    blocks += [remark(note, "simulated", source) for note in outcome.notes]
    return Section(id="robust", title="Robust dates", items=(12,), blocks=tuple(blocks))


def _judged(outcome: RobustOutcome, source: str) -> list[str | Name | Figure]:
    """Say how much of the register is judgement, and whose; and that no sample has a buffer in it, where the plan has one."""
    found = outcome.judgements
    parts: list[str | Name | Figure] = []
    if found is not None:
        share = Figure(text=f"{found.judged} of {found.entries}", proof="counted", source=source)
        parts += [", of which ", share, " are judgements"]
        parts += [" of ", Name(text=whose)] if (whose := judged_by(outcome)) else []
        parts += [". Where each date goes with PERT, without correlation and over the readings stands beside it"]
    if any(entry.buffer is not None for entry in outcome.milestones):
        parts += [". No sample has a buffer in it: the section on contingency sets what is held against what is needed"]
    return parts


def curve_of(plan: Plan, entry: RobustDate) -> str:
    """Return the chance that a milestone falls on a day or before as a drawing."""
    masses = [(mass.date, mass.probability) for mass in entry.masses]
    marks = {name: date for name in _QUANTILES if (date := entry.quantiles.get(name))}
    if entry.deterministic is not None:
        marks = {"earliest": entry.deterministic, **marks}
    published = {baseline.id: end for baseline in plan.baselines if (end := _end(baseline, entry.id)) is not None}
    return chance_chart(f"curve-{entry.id}", _curve_title(entry), masses, marks, published)


def _curve_title(entry: RobustDate) -> str:
    return f"The chance that {entry.id} falls on a day or before"


def _curve(dossier: Dossier, entry: RobustDate, source: str) -> list[Block]:
    masses = [(mass.date, mass.probability) for mass in entry.masses]
    title = _curve_title(entry)
    name = f"curve-{entry.id}"
    total = 0.0
    rows: list[list[Cell]] = []
    for date, share in masses:
        total += share
        rows.append([date, round(share, 6), round(total, 6)])
    return [
        Chart(
            id=name,
            title=title,
            about=f"Distribution of {entry.id}.",
            svg=curve_of(dossier.plan, entry),
            table=f"by-month-{entry.id}",
        ),
        table(
            f"by-month-{entry.id}",
            f"The chance that {entry.id} falls by the end of each month",
            [column("by the end of"), column("chance", "share")],
            _by_month(masses),
            proof="simulated",
            source=source,
            note=f"Every day is on sheet masses-{entry.id} of tables.xlsx.",
            fold=True,
        ),
        table(
            f"masses-{entry.id}",
            f"Every date on which {entry.id} falls, and its share of samples",
            [column("date", "date"), column("share", "share"), column("by then", "share")],
            rows,
            proof="simulated",
            source=source,
            sheet_only=True,
        ),
    ]


def _by_month(masses: Sequence[tuple[dt.date, float]]) -> list[list[Cell]]:
    """Return the chance by the end of each month, from the first that has any to the first that has all."""
    found: dict[str, float] = {}
    total = 0.0
    for date, share in masses:
        total += share
        found[f"{date:%Y-%m}"] = total
    return [[month_or_day(month), round(chance, 4)] for month, chance in found.items()]


def _end(baseline: Baseline, milestone: str) -> dt.date | None:
    entry = baseline.date(milestone)
    return None if entry is None else entry.last
