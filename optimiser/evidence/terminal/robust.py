"""The report of `robust`: dates at a confidence with their evidence, drivers, and levers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from models.plan import Plan
from models.robustness import ChanceEffect, RobustOutcome
from optimiser.evidence.documents import conditions, stands_on
from optimiser.evidence.tables import decided, sampled
from optimiser.evidence.tables.kit import choose
from optimiser.evidence.terminal.framing import notes_lines, readings_lines, title_lines
from optimiser.evidence.terminal.page import Lines, Page, hanging, heading, joined, paragraph
from optimiser.evidence.terminal.robust_choices import (
    BELOW,
    SOURCE,
    against_lines,
    claims_lines,
    commitment_lines,
    decision_lines,
    evidence_lines,
    less,
    mitigation_lines,
    moved,
    plan_claims_lines,
    policies_lines,
)
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import counted, dated, day, judged_by, month_or_day, resting
from optimiser.robust.statistics import percentile

__all__ = ["robust_report"]

_FEW = 12
"""Up to so many dates are listed each with its probability; more are gathered by month."""
_MOST_ROWS = 15


def robust_report(outcome: RobustOutcome, plan: Plan, page: Page, ratio: float | None = None) -> str:
    """Return the whole answer as text for a terminal or a file.

    Parameters
    ----------
    outcome
        The answer.
    plan
        The plan it answers for.
    page
        How wide, and whether in colour.
    ratio
        Of the costs of a day late and a day early, where somebody has stated it.
    """
    case = [("", outcome)]
    names = list(outcome.dates)
    published = sampled.chances(case, {each.id: each.title for each in plan.baselines}, SOURCE)
    buffers = sampled.buffers(case, SOURCE)
    held = [head.name for head in buffers.columns if head.name not in ("case", "earliest")]
    sections = [
        title_lines(
            plan, outcome.scenarios, page, f"register: {outcome.register_title}" if outcome.register_title else "no register"
        ),
        _dates(outcome, page),
        commitment_lines(outcome, page, ratio),
        shown(choose(buffers, held), page),
        plan_claims_lines(outcome, page),
        shown(decided.limits(outcome, SOURCE), page, spared=("title",)),
        _rests_on(outcome, page),
        _quantiles(outcome, page),
        _masses(outcome, page),
        _joint(outcome, page),
        shown(choose(published, ("title", "baseline", "milestone", "published", "chance")), page, spared=("baseline",)),
        _bias(outcome, page),
        _causes(outcome, page),
        shown(sampled.criticality(outcome, names, SOURCE), page, spared=("title",), most=_MOST_ROWS),
        shown(sampled.worst(outcome, SOURCE), page),
        mitigation_lines(outcome, page),
        evidence_lines(outcome, page),
        policies_lines(outcome, page),
        shown(sampled.side_by_side(outcome, SOURCE), page),
        claims_lines(outcome, page),
        against_lines(outcome, page),
        decision_lines(outcome, page),
        notes_lines(_notes(outcome), page),
        readings_lines(_chosen(outcome, plan), page),
        _run(outcome, page),
    ]
    return page.paint(joined(sections))


def _dates(outcome: RobustOutcome, page: Page) -> Lines:
    """The robust date of each milestone against the deterministic one, with what the latter is proved by and stands on."""
    under = "under the register" if outcome.register_title else "under the ranges that the plan states"
    title = f"Robust dates: each holds with a probability of {round(100 * outcome.confidence, 8):.10g} % {under}"
    heads = ("milestone", "robust", "met", "error", "holds with", "earliest", "chance of the earliest", "contingency")
    table = choose(sampled.quantiles([("", outcome)], (), SOURCE), heads).model_copy(update={"title": title})
    lines = shown(table, page)
    for entry in (each for each in outcome.milestones if each.proof):
        held = f", if {condition}" if entry.evidence and (condition := conditions(entry.evidence)) else ""
        served = f"; served by the policy {dated(entry.served)} ({moved(entry.served_wd)} wd)" if outcome.policy else ""
        ground = stands_on(entry.evidence, met=bool(entry.met))
        text = f"earliest date {entry.proof} ({entry.bound_by}), standing on: {ground}{held}{served}"
        lines += hanging(entry.id, text, page.width)
    rests = {entry.id: resting(outcome, entry, day) for entry in outcome.milestones}
    lines += [line for name, text in rests.items() if text for line in hanging(name, text, page.width)]
    bases = Counter(effect.basis for effect in outcome.chances if effect.kind != "reading")
    if bases:
        parts = ", ".join(f"{count} {basis}" for basis, count in bases.most_common())
        count = counted(bases.total(), "range, driver or risk", "ranges, drivers and risks")
        judged = judged_by(outcome)
        lines += paragraph(f"what may come otherwise: {count} ({parts}){f'; judged by {judged}' if judged else ''}", page.width)
    drawn = f"{counted(outcome.samples, 'sample')}, the same draws for every case"
    if outcome.exact:
        drawn = f"{counted(outcome.samples, 'combination')} of what is uncertain, each with its probability: nothing is drawn"
    said = f"every figure below stands on {drawn}; moves are in working days (wd)"
    if outcome.exact and outcome.samples == 1:
        said = (
            "nothing is uncertain: no range, driver or risk is stated, so each date is the earliest one and every chance below "
            "is of nothing; maybe state how long work may take (low and high, or a --register)"
        )
    return [*lines, *paragraph(said, page.width)]


def _rests_on(outcome: RobustOutcome, page: Page) -> Lines:
    """How far each date moves with choices that no evidence settles."""
    title = f"How much rests on choice: the {percentile(outcome.confidence)} date under each"
    table = sampled.shapes(outcome, SOURCE, less).model_copy(update={"title": title})
    lines = shown(table, page, note=BELOW)
    for entry in outcome.milestones:
        choice = entry.sensitivity
        ends = [
            f"{name} at {', '.join(f'{key}={option}' for key, option in at.items()) or 'the answers chosen'}"
            for name, at in (("earliest", choice.readings_first_at), ("latest", choice.readings_last_at))
        ]
        if choice.readings_last is None:
            ends[1] = f"{ends[1]} (no date there: off its calendar, or in breach of a rule)"
        last = "off calendar" if entry.span_last is None else day(entry.span_last)
        span = f"; deterministic span {dated(entry.span_first)} – {last}" if entry.span_first else ""
        tried = counted(choice.readings_tried, "answer")
        lines += hanging(entry.id, f"readings ({tried} tried): {', '.join(ends)}{span}", page.width)
    return [
        *lines,
        *paragraph(f"correlated: at {outcome.milestones[0].sensitivity.strong:g}; uncorrelated: no correlation", page.width),
    ]


def _quantiles(outcome: RobustOutcome, page: Page) -> Lines:
    table = choose(
        sampled.quantiles([("", outcome)], (), SOURCE), ("milestone", "P10", "P50", "P80", "P90", "mean", "deviation")
    )
    lines = shown(table.model_copy(update={"title": "Quantiles"}), page)
    early = [
        entry.id
        for entry in outcome.milestones
        if (date := entry.quantiles.get("P10")) and (stated := entry.deterministic) and date.toordinal() < stated.toordinal()
    ]
    if early:
        held = any(entry.id in early and entry.buffer and entry.buffer.held_wd for entry in outcome.milestones)
        text = "the plan's earliest date takes each length as stated, and the ranges reach below some of them"
        text += "; and it holds a buffer, which no sample contains" if held else ""
        lines += paragraph(f"P10 of {', '.join(early)} lies before the earliest date: {text}", page.width, 2, "dim")
    return lines


def _masses(outcome: RobustOutcome, page: Page) -> Lines:
    """The dates that can fall and how probable each is; months where there are too many."""
    lines: Lines = []
    for entry in outcome.milestones:
        if len(entry.masses) <= _FEW:
            parts = [f"{day(mass.date)} {100 * mass.probability:.1f}%" for mass in entry.masses]
        else:
            months: dict[str, float] = {}
            for mass in entry.masses:
                key = mass.date.isoformat()[:7]
                months[key] = months.get(key, 0.0) + mass.probability
            parts = [f"{month_or_day(key)} {100 * share:.0f}%" for key, share in months.items() if share >= 0.005]
        lines += hanging(entry.id, " · ".join(parts), page.width) if parts else []
    title = "Where each can fall: probability of a date, or of a month where dates are many"
    return [heading(title), *lines] if lines else []


def _joint(outcome: RobustOutcome, page: Page) -> Lines:
    joint = outcome.joint
    if len(joint.milestones) < 2:
        return []
    label = percentile(outcome.confidence)
    missing = [entry.id for entry in outcome.milestones if entry.date is None]
    share = "–" if joint.probability is None else f"{100 * joint.probability:.1f} %"
    text = f"the {len(joint.milestones)} {label} dates hold together with {share}"
    if missing:
        text = f"{', '.join(missing)}: no {label} date, so none hold together"
    if joint.quantile is None:
        together = f"no dates at all hold together with {100 * joint.confidence:.10g} %"
    else:
        dates = ", ".join(f"{name} {dated(date)}" for name, date in joint.dates.items())
        together = (
            f"together with {100 * joint.confidence:.10g} %: {dates} (each at its own {percentile(round(joint.quantile, 3))})"
        )
    return [heading("Jointly"), *paragraph(f"{text}; {together}", page.width)]


def _bias(outcome: RobustOutcome, page: Page) -> Lines:
    table = sampled.bias(outcome, SOURCE)
    signed = [[row[0], *(f"{cell:+.1f}" for cell in row[1:])] for row in table.rows]
    lines = shown(choose(table, rows=signed), page)
    if missing := [entry.id for entry in outcome.milestones if entry.bias is None]:
        lines += paragraph(f"{', '.join(missing)}: not split, as some samples have no date", page.width, 2, "dim")
    return lines


def _causes(outcome: RobustOutcome, page: Page) -> Lines:
    """The tornado: by exclusion, and by the lowest and highest tenth of each; and where contingency should sit."""
    names = list(outcome.dates)
    told = outcome.model_copy(update={"chances": tuple(filter(_matters, outcome.chances))[:_MOST_ROWS]})
    title = (
        f"What drives the dates: {percentile(outcome.confidence)} bought by closing it; moved in its lowest and highest tenth"
    )
    table = sampled.causes(told, names, SOURCE, less)
    heads = [head.name for head in table.columns if head.name not in ("kind", "register", "touches", "title", "id")]
    view = choose(table, ("title", "id", *heads)).model_copy(update={"title": title})
    lines = shown(view, page, note=BELOW, spared=("basis", "title"))
    if left := len(outcome.chances) - len(told.chances):
        said = f"none of the {left:,} moves a date by 2 wd or more"
        if told.chances:
            said = f"{'1 other moves' if left == 1 else f'{left:,} others move'} little or nothing"
        lines += paragraph(f"{said}; --json lists all", page.width, 2, "dim")
    return lines


def _matters(effect: ChanceEffect) -> bool:
    moves = [*effect.bought_wd.values(), *effect.low_wd.values(), *effect.high_wd.values()]
    return any(abs(move or 0) >= 2 for move in moves)


def _notes(outcome: RobustOutcome) -> Iterable[str]:
    yield from outcome.notes
    if outcome.policy:
        yield (
            f"those that queue for a capacity are served by a policy that does not know the future: {outcome.policy}; the "
            "deterministic date is that of the best schedule"
        )


def _chosen(outcome: RobustOutcome, plan: Plan) -> dict[str, list[str]]:
    other = plan.set_otherwise()
    left = {name: option for name, option in outcome.readings.items() if name not in outcome.weighted}
    return {
        "set otherwise": [f"{name} ({other[name]})" for name in left if name in other],
        "as chosen": [f"{name}={option}" for name, option in left.items() if name not in other],
        "drawn": list(outcome.weighted),
    }


def _run(outcome: RobustOutcome, page: Page) -> Lines:
    register = f", register {outcome.register_sha256[:12]}" if outcome.register_sha256 else ""
    text = (
        f"optimiser {outcome.version}, seed {outcome.seed}, {outcome.samples:,} samples in {outcome.replicates} independent "
        f"scrambles ({outcome.stopped}), inputs {outcome.inputs_sha256[:12]}{register}"
    )
    return paragraph(text, page.width, 0, "dim")
