"""How sure the dates are: robust dates, what drives them, contingency, and what evidence or mitigation is worth."""

from __future__ import annotations

import datetime as dt

from models.binding import BreakEven
from models.commitment import RobustDate
from models.items import Activity
from models.pack import Absence, Block
from models.plan import Plan
from models.robustness import RobustOutcome
from models.worth import EvidenceOrder
from optimiser.evidence.charts.curves import Swing, chance_chart, tornado_chart
from optimiser.evidence.dossier import Dossier, DossierCase
from optimiser.evidence.sections.words import (
    Blocks,
    Parts,
    absence,
    drawn,
    figure,
    joined,
    lead,
    parts_of,
    remark,
    run_source,
    say,
)
from optimiser.evidence.tables import decided, sampled
from optimiser.evidence.tables.kit import listing
from optimiser.evidence.tables.register import basis_of
from optimiser.evidence.words import judged_by
from optimiser.robust.statistics import percentile

__all__ = ["beforehand", "contingency", "criticality", "curve_of", "drivers", "first_evidence", "robust_dates"]


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
    yield decided.limits(outcome, source) if outcome.deadlines else None
    yield sampled.quantiles(
        cases,
        dossier.milestones,
        f"{each_case}, with the same seed",
        "Empty lines are cases whose simulation was left out; the section of cases says why. Where capacities are on each "
        "sample is a queue of its own, so fewer are drawn where nobody says how many, and the error is larger.",
    )
    if outcome.milestones:
        yield decided.commitments(outcome, source)
        yield decided.ratios(outcome, source)
    yield sampled.chances(cases, {each.id: each.title for each in dossier.plan.baselines}, each_case)
    claims = decided.claims([(name, each) for name, each in cases if each], each_case)
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


_SWINGS = 12


def drivers(dossier: Dossier) -> Blocks:
    """Yield what moves the robust date, mapped to the register."""
    outcome = dossier.main.robust
    if outcome is None:
        yield unsimulated(dossier.main, "Risk drivers")
        return
    yield lead(
        "Each range, driver and risk with its basis, the register entries that it stands for, and what closing it would buy."
    )
    for milestone in dossier.milestones:
        if moving := _swings(outcome, milestone):
            name, title = f"tornado-{milestone}", f"What moves the robust date of {milestone} most"
            svg = tornado_chart(name, title, moving[:_SWINGS])
            yield drawn(name, title, f"Swings of {milestone}.", svg, "chances-of")
    yield sampled.causes(outcome, dossier.milestones, f"robust of case {dossier.main.id}")


def _swings(outcome: RobustOutcome, milestone: str) -> list[Swing]:
    """Return what moves a milestone by how much, the widest first."""
    ends = [(each.title, each.low_wd.get(milestone) or 0, each.high_wd.get(milestone) or 0) for each in outcome.chances]
    moving = [Swing(*each) for each in ends if each[1] or each[2]]
    return sorted(moving, key=lambda swing: (-abs(swing.high - swing.low), swing.label))


def contingency(dossier: Dossier) -> Blocks:
    """Yield where contingency is, and where it should be."""
    main = dossier.main
    held = [
        (case, row, item)
        for case in dossier.cases
        if case.plan is not None and case.solved is not None
        for row in case.solved.rows
        if isinstance(item := case.plan.items[row.id], Activity) and item.buffer
    ]
    yield lead(
        "Contingency is a buffer, an activity of its own, and never hides inside a length. No sample has a buffer in it: what "
        "the earliest dates hold is set against what the uncertainty of the work needs, and never counted as both."
    )
    yield listing(
        "contingency",
        "Buffers in each case",
        "case:id = 0.id | item:id = 1.id | title = 2.title | takes:number wd = 1.working_days | from:date = 1.start | to:date "
        "| basis",
        held,
        "closed form",
        "the schedules in outcomes/",
        said={
            "to": lambda row: row[1].finish if row[1].finish >= row[1].start else None,
            "basis": lambda row: basis_of(row[2]),
        },
    )
    needed = sampled.buffers([(case.id, case.robust) for case in dossier.cases], "robust of each case")
    yield needed if needed.rows else None
    if main.robust is None:
        yield unsimulated(main, "Contingency that a confidence asks for")
    else:
        yield sampled.causes_shares(main.robust, f"robust of case {main.id}")
        yield sampled.bias(main.robust, f"robust of case {main.id}")


def criticality(dossier: Dossier) -> Blocks:
    """Yield how critical each activity is, and where another chain takes over."""
    main = dossier.main
    rows = [
        (milestone, entry)
        for milestone, report in dossier.binding.items()
        for entry in report.break_even
        if not entry.unknown and not entry.readings and entry.headroom
    ]
    rows.sort(key=lambda row: (row[0], row[1].headroom or 0, row[1].id))
    yield _first_to_take_over(dossier, rows) if rows else None
    if main.robust is None:
        yield unsimulated(main, "Criticality by simulation")
    else:
        yield sampled.criticality(main.robust, dossier.milestones, f"robust of case {main.id}")
    if rows:
        yield listing(
            "switching",
            "Assumptions that do not drive a milestone yet, and the last value at which they do not",
            "milestone:id = 0 | assumption:id = 1.id | title = 1.title | stands at = 1.value | headroom:number = 1.headroom"
            " | unit = 1.unit | drives beyond = 1.last",
            rows,
            "closed form",
            f"explain of case {main.id}; {run_source(main)}",
        )


def _first_to_take_over(dossier: Dossier, rows: list[tuple[str, BreakEven]]) -> Block:
    """Say for each milestone what takes over first, and at which value."""
    said: Parts = []
    first = dict(reversed(rows))
    text = " First to change places with what drives {}: {}, which stands at {:stated} and drives beyond {:closed form}."
    for milestone in dossier.milestones:
        if entry := first.get(milestone):
            source = f"explain {milestone} of case {dossier.main.id}"
            said += parts_of(text, milestone, entry.title, entry.value, str(entry.last), source=source)
        else:
            said += parts_of(" Nothing that stands at a number takes over {} before the calendar ends.", milestone)
    return lead(
        "The earliest dates are driven by the chains named above. What would take over is below, with the value at which it "
        "does.{}",
        said,
    )


def beforehand(dossier: Dossier) -> Blocks:
    """Yield the evidence to get first, and possible mitigations."""
    outcome = dossier.main.robust
    if outcome is None:
        yield unsimulated(dossier.main, "What to get evidence for, and what to do about risks")
        return
    source = f"robust of case {dossier.main.id}"
    yield lead(
        "Every figure stands on the draws of the robust dates. What is not above the noise of the draws is no figure, and its "
        "noise floor stands in its place."
    )
    if outcome.evidence is not None:
        yield from _evidence(outcome.evidence, source)
    if outcome.mitigation is not None:
        yield decided.mitigation(outcome.mitigation, source)
    else:
        dossier.absent.setdefault("mitigation", "the register names nothing that could be done about a risk")
        yield absence(dossier, "mitigation", "What doing something about risks is worth")


def first_evidence(dossier: Dossier) -> Blocks:
    """Say on the first page what to get evidence for first; nothing where that was not asked, or settles nothing."""
    found = dossier.main.robust.evidence if dossier.main.robust else None
    if found is None:
        return
    settling = [worth for worth in found.drawn[:1] if any(each.settled_wd for each in worth.settles.values())]
    asked = [worth for worth in found.open[:1] if any(each.apart_wd for each in worth.doubt.values())]
    named = [("of what is drawn", worth) for worth in settling] + [("of what has no probability", worth) for worth in asked]
    parts = joined(parts_of(f"{kind}, {{}}", f"{worth.title} ({worth.id.removeprefix('reading:')})") for kind, worth in named)
    if parts:
        yield say("Evidence to get first: {}. What each would settle stands in the section on evidence.", parts)


def _evidence(found: EvidenceOrder, source: str) -> Blocks:
    stakes = joined(
        (
            parts_of("{}{:simulated}", f"{name} ", f"{stake} wd", source=source)
            for name, stake in found.at_stake_wd.items()
            if stake is not None
        ),
        ", ",
    )
    yield say(
        "Whoever commits to {} loses, as far as it is the right date, a day for each day that the milestone comes earlier and "
        "{} for each that it comes later{}. What a number settles is how much less is lost, on average over what it may turn "
        "out to be, once it is known before the date is chosen: the value of partial information, and as a share of that of "
        "perfect information.",
        figure(percentile(found.confidence), "stated", "asked for with the pack"),
        figure(f"{found.confidence / (1 - found.confidence):.3g}", "closed form", "confidence over one less confidence"),
        [": on average ", *stakes] if stakes else [],
    )
    yield decided.drawn(found, source)
    yield decided.unsettled(found, source)
    yield decided.narrowed(found, source)
    for note in found.notes:
        yield remark(note, "simulated", source)
