"""The report of `robust`: dates at a confidence with their evidence, drivers, and levers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from models.effects import ChanceEffect
from models.plan import Plan
from models.robustness import RobustOutcome
from optimiser.evidence.documents import conditions, stands_on
from optimiser.evidence.tables import decided, sampled
from optimiser.evidence.terminal.framing import readings, title
from optimiser.evidence.terminal.page import Page
from optimiser.evidence.terminal.report import Report
from optimiser.evidence.terminal.robust_choices import (
    BELOW,
    SOURCE,
    against,
    claims,
    commitment,
    decision,
    evidence,
    less,
    mitigation,
    moved,
    plan_claims,
    share_words,
)
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
    ratio
        Of the costs of a day late and a day early, where somebody has stated it.
    """
    told, case, names = Report(page), [("", outcome)], list(outcome.dates)
    register = f"register: {outcome.register_title}" if outcome.register_title else "no register"
    title(told, plan, outcome.scenarios, register)
    _dates(told, outcome)
    commitment(told, outcome, ratio)
    buffers = sampled.buffers(case, SOURCE)
    told.table(buffers, [head.name for head in buffers.columns if head.name not in ("case", "earliest")])
    plan_claims(told, outcome)
    told.table(decided.limits(outcome, SOURCE), spared=("title",))
    _rests_on(told, outcome)
    _quantiles(told, outcome)
    _masses(told, outcome)
    _joint(told, outcome)
    published = sampled.chances(case, {each.id: each.title for each in plan.baselines}, SOURCE)
    told.table(published, ("title", "baseline", "milestone", "published", "chance"), spared=("baseline",))
    _bias(told, outcome)
    _causes(told, outcome)
    told.table(sampled.criticality(outcome, names, SOURCE), spared=("title",), most=_MOST_ROWS)
    told.table(sampled.worst(outcome, SOURCE))
    mitigation(told, outcome)
    evidence(told, outcome)
    told.table(sampled.policies(outcome, SOURCE, less), note=BELOW)
    told.table(sampled.side_by_side(outcome, SOURCE))
    claims(told, outcome)
    against(told, outcome)
    decision(told, outcome)
    told.under("Notes", _notes(outcome))
    readings(told, _chosen(outcome, plan))
    told.gap()
    told.say(_run(outcome), indent=0, style="dim")
    return told.text()


def _dates(told: Report, outcome: RobustOutcome) -> None:
    """Write the robust date of each milestone against the deterministic one, with what the latter is proved by and stands on."""
    under = "under the register" if outcome.register_title else "under the ranges that the plan states"
    heads = ("milestone", "robust", "met", "error", "holds with", "earliest", "chance of the earliest", "contingency")
    title = f"Robust dates: each holds with a probability of {round(100 * outcome.confidence, 8):.10g} % {under}"
    told.table(sampled.quantiles([("", outcome)], (), SOURCE), heads, title=title)
    for entry in (each for each in outcome.milestones if each.proof):
        held = f", if {condition}" if entry.evidence and (condition := conditions(entry.evidence)) else ""
        served = f"; served by the policy {dated(entry.served)} ({moved(entry.served_wd)} wd)" if outcome.policy else ""
        ground = stands_on(entry.evidence, met=bool(entry.met))
        told.hang(entry.id, f"earliest date {entry.proof} ({entry.bound_by}), standing on: {ground}{held}{served}")
    for entry in outcome.milestones:
        told.hang(entry.id, *filter(None, [resting(outcome, entry, day)]))
    bases = Counter(effect.basis for effect in outcome.chances if effect.kind != "reading")
    if bases:
        parts = ", ".join(f"{count} {basis}" for basis, count in bases.most_common())
        count = counted(bases.total(), "range, driver or risk", "ranges, drivers and risks")
        judged = judged_by(outcome)
        told.say(f"what may come otherwise: {count} ({parts}){f'; judged by {judged}' if judged else ''}")
    drawn = f"{counted(outcome.samples, 'sample')}, the same draws for every case"
    if outcome.exact:
        drawn = f"{counted(outcome.samples, 'combination')} of what is uncertain, each with its probability: nothing is drawn"
    said = f"every figure below stands on {drawn}; moves are in working days (wd)"
    if outcome.exact and outcome.samples == 1:
        said = (
            "nothing is uncertain: no range, driver or risk is stated, so each date is the earliest one and every chance below "
            "is of nothing; maybe state how long work may take (low and high, or a --register)"
        )
    told.say(said)


def _rests_on(told: Report, outcome: RobustOutcome) -> None:
    """Write how far each date moves with choices that no evidence settles."""
    title = f"How much rests on choice: the {percentile(outcome.confidence)} date under each"
    told.table(sampled.shapes(outcome, SOURCE, less), title=title, note=BELOW)
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
        told.hang(entry.id, f"readings ({counted(choice.readings_tried, 'answer')} tried): {', '.join(ends)}{span}")
    told.say(f"correlated: at {outcome.milestones[0].sensitivity.strong:g}; uncorrelated: no correlation")


def _quantiles(told: Report, outcome: RobustOutcome) -> None:
    heads = ("milestone", "P10", "P50", "P80", "P90", "mean", "deviation")
    told.table(sampled.quantiles([("", outcome)], (), SOURCE), heads, title="Quantiles")
    early = [
        entry.id
        for entry in outcome.milestones
        if (date := entry.quantiles.get("P10")) and (stated := entry.deterministic) and date.toordinal() < stated.toordinal()
    ]
    if early:
        held = any(entry.id in early and entry.buffer and entry.buffer.held_wd for entry in outcome.milestones)
        text = "the plan's earliest date takes each length as stated, and the ranges reach below some of them"
        text += "; and it holds a buffer, which no sample contains" if held else ""
        told.say(f"P10 of {', '.join(early)} lies before the earliest date: {text}", style="dim")


def _masses(told: Report, outcome: RobustOutcome) -> None:
    """Write the dates that can fall and how probable each is; months where there are too many."""
    if any(entry.masses for entry in outcome.milestones):
        told.head("Where each can fall: probability of a date, or of a month where dates are many")
    for entry in outcome.milestones:
        if len(entry.masses) <= _FEW:
            parts = [f"{day(mass.date)} {100 * mass.probability:.1f}%" for mass in entry.masses]
        else:
            months: dict[str, float] = defaultdict(float)
            for mass in entry.masses:
                months[mass.date.isoformat()[:7]] += mass.probability
            parts = [f"{month_or_day(key)} {100 * share:.0f}%" for key, share in months.items() if share >= 0.005]
        told.hang(entry.id, *filter(None, [" · ".join(parts)]))


def _joint(told: Report, outcome: RobustOutcome) -> None:
    joint, label = outcome.joint, percentile(outcome.confidence)
    if len(joint.milestones) < 2:
        return
    missing = [entry.id for entry in outcome.milestones if entry.date is None]
    text = f"the {len(joint.milestones)} {label} dates hold together with {share_words(joint.probability)}"
    if missing:
        text = f"{', '.join(missing)}: no {label} date, so none hold together"
    with_all = f"together with {100 * joint.confidence:.10g} %"
    if joint.quantile is None:
        together = f"no dates at all hold {with_all}"
    else:
        dates = ", ".join(f"{name} {dated(date)}" for name, date in joint.dates.items())
        together = f"{with_all}: {dates} (each at its own {percentile(round(joint.quantile, 3))})"
    told.head("Jointly")
    told.say(f"{text}; {together}")


def _bias(told: Report, outcome: RobustOutcome) -> None:
    table = sampled.bias(outcome, SOURCE)
    told.table(table, rows=[[row[0], *(f"{cell:+.1f}" for cell in row[1:])] for row in table.rows])
    missing = [entry.id for entry in outcome.milestones if entry.bias is None]
    told.say(f"{', '.join(missing)}: not split, as samples, or the plan itself, have no date" if missing else "", style="dim")


def _causes(told: Report, outcome: RobustOutcome) -> None:
    """Write the tornado: by exclusion, and by the lowest and highest tenth of each; and where contingency should sit."""
    shown = outcome.model_copy(update={"chances": tuple(filter(_matters, outcome.chances))[:_MOST_ROWS]})
    title = (
        f"What drives the dates: {percentile(outcome.confidence)} bought by closing it; moved in its lowest and highest tenth"
    )
    table = sampled.causes(shown, list(outcome.dates), SOURCE, less)
    heads = [head.name for head in table.columns if head.name not in ("kind", "register", "touches", "title", "id")]
    told.table(table, ("title", "id", *heads), title=title, note=BELOW, spared=("basis", "title"))
    left = len(outcome.chances) - len(shown.chances)
    said = f"none of the {left:,} moves a date by 2 wd or more"
    if shown.chances:
        said = f"{'1 other moves' if left == 1 else f'{left:,} others move'} little or nothing"
    told.say(f"{said}; --json lists all" if left else "", style="dim")


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


def _run(outcome: RobustOutcome) -> str:
    register = f", register {outcome.register_sha256[:12]}" if outcome.register_sha256 else ""
    drawn = f"{counted(outcome.samples, 'sample')} in {counted(outcome.replicates, 'independent scramble')}"
    if outcome.exact:
        drawn = f"{counted(outcome.samples, 'combination')}, none left out"
    inputs = f"inputs {outcome.inputs_sha256[:12]}{register}"
    return f"optimiser {outcome.version}, seed {outcome.seed}, {drawn} ({outcome.stopped}), {inputs}"
