"""What a planner reads after `robust`: dates at a confidence with all they stand on, what drives them, what buys them back."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from rich.text import Text

from models.plan import Plan
from models.robustness import ChanceEffect, RobustDate, RobustOutcome
from optimiser.evidence.documents import conditions, evidence_class
from optimiser.evidence.resting import judged_by, resting
from optimiser.evidence.tables import committed as tables
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, hanging, heading, paragraph, words
from optimiser.evidence.terminal.robust_choices import (
    BELOW,
    against_lines,
    buffer_lines,
    claims_lines,
    commitment_lines,
    decision_lines,
    moved,
    plan_claims_lines,
    policies_lines,
    side_by_side_lines,
    titled,
)
from optimiser.evidence.terminal.robust_worth import evidence_lines, mitigation_lines
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import counted, day, month_or_day, stack, weekday_day

__all__ = ["robust_report"]

_FEW = 12
"""Up to so many dates are listed each with its probability; more are gathered by month."""

_MOST_ROWS = 15

_NARROW = 90
"""On a page narrower than this words are shortened, so that no date is ever cut."""


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
    sections = [
        _title(outcome, plan, page),
        _dates(outcome, page),
        commitment_lines(outcome, page, ratio),
        buffer_lines(outcome, page),
        plan_claims_lines(outcome, page),
        _deadlines(outcome, page),
        _rests_on(outcome, page),
        _quantiles(outcome, page),
        _masses(outcome, page),
        _joint(outcome, page),
        _baselines(outcome, plan, page),
        _bias(outcome, page),
        _chances(outcome, page),
        _activities(outcome, page),
        _adversary(outcome, page),
        mitigation_lines(outcome, page),
        evidence_lines(outcome, page),
        policies_lines(outcome, page),
        side_by_side_lines(outcome, page),
        claims_lines(outcome, page),
        against_lines(outcome, page),
        decision_lines(outcome, page),
        _notes(outcome, page),
        _readings(outcome, plan, page),
        _run(outcome, page),
    ]
    lines: Lines = []
    for section in filter(None, sections):
        lines += [*([Text()] if lines else []), *section]
    return page.paint(lines)


def _title(outcome: RobustOutcome, plan: Plan, page: Page) -> Lines:
    name = words(plan.title, "bold")
    name.truncate(page.width - len(plan.id) - 3, overflow="ellipsis")
    name.append(f" ({plan.id})", "not bold")
    changed = stack(outcome.scenarios, choices=bool(plan.settings.said))
    register = f"register: {outcome.register_title}" if outcome.register_title else "no register"
    return [name, *paragraph(f"{changed}; as of {day(plan.as_of)}; {register}", page.width, 0, "dim")]


def _label(confidence: float) -> str:
    return f"P{round(100 * confidence, 8):.10g}"


def _date(date: dt.date | None) -> str:
    return "none" if date is None else day(date)


def _met(entry: RobustDate) -> str:
    return ", met" if entry.met else ""


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _dates(outcome: RobustOutcome, page: Page) -> Lines:
    """The robust date of each milestone against the deterministic one, with what the latter is proved by and stands on."""
    label = _label(outcome.confidence)
    narrow = page.width < _NARROW
    grid = TextTable(
        [
            TextColumn("", limit=20),
            TextColumn(f"robust ({label})" if narrow else f"robust date ({label})"),
            TextColumn("± s.e.", side="right"),
            TextColumn("holds with", side="right"),
            TextColumn("deterministic"),
            TextColumn("chance" if narrow else "its chance", side="right"),
            TextColumn("contingency", side="right"),
        ]
    )
    stands = []
    for entry in outcome.milestones:
        basis = evidence_class(entry.evidence) if entry.evidence else None
        confidence = entry.evidence.weakest_confidence if entry.evidence and basis == "inferred" else None
        grid.add(
            words(entry.id, "bold"),
            words(("none" if entry.date is None else (day if narrow else weekday_day)(entry.date)) + _met(entry), "bold"),
            "–" if entry.standard_error_wd is None else f"{entry.standard_error_wd:.1f} wd",
            _share(entry.probability),
            _date(entry.deterministic),
            _share(entry.deterministic_probability),
            "–" if entry.contingency_wd is None else f"{entry.contingency_wd:+d} wd",
        )
        if entry.proof:
            ground = f"{basis}, {confidence}" if confidence else basis or "nothing"
            held = conditions(entry.evidence) if entry.evidence else ""
            condition = f", if {held}" if held else ""
            served = f"; served by the policy {_date(entry.served)} ({moved(entry.served_wd)} wd)" if outcome.policy else ""
            stands.append(
                (entry.id, f"deterministic date {entry.proof} ({entry.bound_by}), standing on: {ground}{condition}{served}")
            )
    under = "under the register" if outcome.register_title else "under the ranges that the plan states"
    title = f"Robust dates: each holds with a probability of {round(100 * outcome.confidence, 8):.10g} % {under}"
    lines = [heading(title), *grid.lines(page.width)]
    for name, text in stands:
        lines += hanging(name, text, page.width)
    for entry in outcome.milestones:
        if text := resting(outcome, entry, day):
            lines += hanging(entry.id, text, page.width)
    bases = Counter(effect.basis for effect in outcome.chances if effect.kind != "reading")
    if bases:
        parts = ", ".join(f"{count} {basis}" for basis, count in bases.most_common())
        count = counted(bases.total(), "range, driver or risk", "ranges, drivers and risks")
        judged = judged_by(outcome)
        lines += paragraph(f"what may come otherwise: {count} ({parts}){f'; judged by {judged}' if judged else ''}", page.width)
    drawn = f"{counted(outcome.samples, 'sample')}, the same draws for every case"
    if outcome.exact:
        drawn = f"{counted(outcome.samples, 'combination')} of what is uncertain, each with its probability: nothing is drawn"
    lines += paragraph(f"every figure below stands on {drawn}; moves are in working days (wd)", page.width)
    return lines


def _deadlines(outcome: RobustOutcome, page: Page) -> Lines:
    """The limits that samples may miss: targets, which hold nothing back."""
    return shown(tables.limits(outcome, "robust"), page, spared=("title",))[1:]


def _rests_on(outcome: RobustOutcome, page: Page) -> Lines:
    """How far each date moves with choices that no evidence settles."""
    label = _label(outcome.confidence)
    found = {entry.id: entry.sensitivity for entry in outcome.milestones}
    strong = next(iter(found.values())).strong if found else 0.0
    grid = TextTable([TextColumn("choice", gives=True), *(TextColumn(name) for name in found)])

    def row(title: str, dates: Iterable[dt.date | None]) -> None:
        grid.add(title, *(_date(date) for date in dates))

    row("all ranges PERT", (each.pert for each in found.values()))
    row("all triangular", (each.triangular for each in found.values()))
    row("no correlation", (each.uncorrelated for each in found.values()))
    row(f"correlation {strong:g}", (each.correlated for each in found.values()))
    row("readings: earliest", (each.readings_first for each in found.values()))
    grid.add(
        "readings: latest", *("no date" if each.readings_last is None else day(each.readings_last) for each in found.values())
    )
    lines = [
        *titled("How much rests on choice", f"the {label} date under each", page),
        *grid.lines(page.width),
    ]
    for entry in outcome.milestones:
        choice = entry.sensitivity
        ends = [
            f"{name} at {', '.join(f'{key}={option}' for key, option in at.items()) or 'the answers chosen'}"
            for name, at in (("earliest", choice.readings_first_at), ("latest", choice.readings_last_at))
        ]
        if choice.readings_last is None:
            ends[1] = f"{ends[1]} (no date there: off its calendar, or in breach of a rule)"
        tried = counted(choice.readings_tried, "answer")
        span = (
            f"; deterministic span {_date(entry.span_first)} – {'off calendar' if entry.span_last is None else day(entry.span_last)}"
            if entry.span_first
            else ""
        )
        text = (
            f"shape {_moves(choice.shape_wd, choice.shape_noise_wd)}, correlation "
            f"{_moves(choice.correlation_wd, choice.correlation_noise_wd)}; readings ({tried} tried): "
            f"{', '.join(ends)}{span}"
        )
        lines += hanging(entry.id, text, page.width)
    return lines


def _moves(value: int | None, noise: int | None) -> str:
    return f"{moved(value)} wd" if noise is None else f"below the noise floor of {noise} wd"


def _quantiles(outcome: RobustOutcome, page: Page) -> Lines:
    names = list(outcome.milestones[0].quantiles) if outcome.milestones else []
    kept = [name for name in names if name in ("P10", "P50", "P80", "P90", _label(outcome.confidence))]
    grid = TextTable(
        [TextColumn("", limit=20), *(TextColumn(name) for name in kept), TextColumn("mean"), TextColumn("s.d.", side="right")]
    )
    for entry in outcome.milestones:
        deviation = "–" if entry.deviation_wd is None else f"{entry.deviation_wd:.0f} wd"
        grid.add(words(entry.id, "bold"), *(_date(entry.quantiles[name]) for name in kept), _date(entry.mean), deviation)
    lines = [heading("Quantiles"), *grid.lines(page.width)]
    early = [
        entry.id
        for entry in outcome.milestones
        if (date := entry.quantiles.get("P10")) and entry.deterministic and date < entry.deterministic
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
        if not entry.masses:
            continue
        if len(entry.masses) <= _FEW:
            parts = [f"{day(mass.date)} {100 * mass.probability:.1f}%" for mass in entry.masses]
        else:
            months: dict[str, float] = {}
            for mass in entry.masses:
                key = mass.date.isoformat()[:7]
                months[key] = months.get(key, 0.0) + mass.probability
            parts = [f"{month_or_day(key)} {100 * share:.0f}%" for key, share in months.items() if share >= 0.005]
        lines += hanging(entry.id, " · ".join(parts), page.width)
    return (
        [*titled("Where each can fall", "probability of a date, or of a month where dates are many", page), *lines]
        if lines
        else []
    )


def _joint(outcome: RobustOutcome, page: Page) -> Lines:
    joint = outcome.joint
    if len(joint.milestones) < 2:
        return []
    label = _label(outcome.confidence)
    missing = [entry.id for entry in outcome.milestones if entry.date is None]
    text = f"the {len(joint.milestones)} {label} dates hold together with {_share(joint.probability)}"
    if missing:
        text = f"{', '.join(missing)}: no {label} date, so none hold together"
    if joint.quantile is None:
        together = f"no dates at all hold together with {100 * joint.confidence:.10g} %"
    else:
        dates = ", ".join(f"{name} {_date(date)}" for name, date in joint.dates.items())
        together = (
            f"together with {100 * joint.confidence:.10g} %: {dates} (each at its own {_label(round(joint.quantile, 3))})"
        )
    return [heading("Jointly"), *paragraph(f"{text}; {together}", page.width)]


def _baselines(outcome: RobustOutcome, plan: Plan, page: Page) -> Lines:
    shown = [baseline for baseline in plan.baselines if any(baseline.id in entry.baselines for entry in outcome.milestones)]
    if not shown:
        return []
    grid = TextTable([TextColumn("baseline", gives=True), *(TextColumn(entry.id, limit=24) for entry in outcome.milestones)])
    for baseline in shown:
        cells = []
        for entry in outcome.milestones:
            found = entry.baselines.get(baseline.id)
            cells.append(f"{month_or_day(found.published)}: {_share(found.probability)}" if found else "–")
        # Titles that a narrow page would cut may differ in their ends alone.
        grid.add(baseline.id if page.width < _NARROW else baseline.title, *cells)
    return [*titled("Chance of each published date", "a month counts to its last day", page), *grid.lines(page.width)]


def _bias(outcome: RobustOutcome, page: Page) -> Lines:
    queued = outcome.policy is not None
    skew = "ranges and claims" if outcome.plan_claims else "skew of ranges"
    heads = (*(("policy",) if queued else ()), skew, "merging and queues" if queued else "merging", "risks", "sum")
    grid = TextTable([TextColumn("", limit=20), *(TextColumn(name, side="right") for name in heads)])
    missing = []
    for entry in outcome.milestones:
        if entry.bias is None:
            missing.append(entry.id)
            continue
        first = (entry.bias.policy_wd,) if queued else ()
        parts = (*first, entry.bias.skew_wd, entry.bias.merge_wd, entry.bias.risk_wd)
        grid.add(words(entry.id, "bold"), *(f"{round(value, 1) + 0:+.1f}" for value in (*parts, sum(parts))))
    buffered = any(entry.buffer for entry in outcome.milestones)
    note = f"working days{' from the date without buffers' if buffered else ''}; drivers count among the risks"
    lines = [*titled("Why the mean is later than the plan", note, page), *(grid.lines(page.width) if grid.rows else [])]
    if missing:
        lines += paragraph(f"{', '.join(missing)}: not split, as some samples have no date", page.width, 2, "dim")
    return lines


def _chances(outcome: RobustOutcome, page: Page) -> Lines:
    """The tornado: by exclusion, and by the lowest and highest tenth of each; and where contingency should sit."""
    if not outcome.chances:
        return []
    names = [entry.id for entry in outcome.milestones]
    wide = page.width >= 70 + 22 * len(names)
    grid = TextTable(
        [
            TextColumn("range, driver or risk", limit=28),
            *([TextColumn("title", gives=True), TextColumn("basis")] if wide else []),
            *(TextColumn(name, side="right", limit=22) for name in names),
        ]
    )
    shown = [effect for effect in outcome.chances if _matters(effect)]
    for effect in shown[:_MOST_ROWS]:
        cells = [_worth(effect, name) for name in names]
        title = [words(effect.title, "dim"), words(effect.basis)] if wide else []
        grid.add(effect.id, *title, *cells)
    label = _label(outcome.confidence)
    table = grid.lines(page.width) if shown else []
    lines = [
        *titled(
            "What drives the dates",
            f"wd of {label} bought by closing it (share of all); moved in its lowest/highest tenth; {BELOW}",
            page,
        ),
        *table,
    ]
    left = len(outcome.chances) - min(len(shown), _MOST_ROWS)
    if left:
        said = f"none of the {left:,} moves a date by 2 wd or more"
        if shown:
            said = f"{'1 other moves' if left == 1 else f'{left:,} others move'} little or nothing"
        lines += paragraph(f"{said}; --json lists all", page.width, 2, "dim")
    return lines


def _matters(effect: ChanceEffect) -> bool:
    moves = [*effect.bought_wd.values(), *effect.low_wd.values(), *effect.high_wd.values()]
    return any(abs(move or 0) >= 2 for move in moves)


def _worth(effect: ChanceEffect, name: str) -> Text:
    """What one chance does to one date: nothing is said where it cannot move it."""
    if name not in effect.reaches:
        return Text()
    bought = effect.bought_wd.get(name)
    noise = {key: floors.get(name) for key, floors in effect.noise_wd.items()}
    share = f" ({100 * effect.share[name]:.0f}%)" if effect.share.get(name, 0) >= 0.005 else ""
    head = f"<{noise['bought_wd']}" if noise.get("bought_wd") is not None else "–" if bought is None else str(bought)
    tails = "/".join(moved(getattr(effect, key).get(name), noise.get(key)) for key in ("low_wd", "high_wd"))
    return words(f"{head}{share}; {tails}", "bold" if bought and bought > 0 else "dim")


def _activities(outcome: RobustOutcome, page: Page) -> Lines:
    if not outcome.activities:
        return []
    names = [entry.id for entry in outcome.milestones]
    grid = TextTable([TextColumn("activity", limit=24), *(TextColumn(name, side="right", limit=24) for name in names)])
    for effect in outcome.activities[:_MOST_ROWS]:
        cells = []
        for name in names:
            if not effect.criticality.get(name):
                cells.append("")
                continue
            cruciality = effect.cruciality.get(name)
            crucial = "–" if cruciality is None else f"{cruciality:.2f}"
            cells.append(f"{effect.criticality[name]:.2f} / {crucial} / {effect.schedule_sensitivity[name]:.2f}")
        grid.add(effect.id, *cells)
    note = "criticality / cruciality / schedule sensitivity"
    return [*titled("Critical activities", note, page), *grid.lines(page.width)]


def _adversary(outcome: RobustOutcome, page: Page) -> Lines:
    lines: Lines = []
    room = max(map(len, outcome.adversary), default=0) + 5
    for name, steps in outcome.adversary.items():
        for before, step in pairwise(steps):
            sure = "" if step.exact else " (greedy: at least so bad)"
            chance = f", not exceeded with {_share(step.probability)}" if step.probability is not None else ""
            text = f"{'no date' if step.date is None else day(step.date)}{chance}{sure}: {', '.join(step.chances)}"
            if step.chances == before.chances:
                text = f"no worse than {len(step.chances) or 'as planned'}{sure}"
            lines += hanging(f"{name}  {step.budget}", text, page.width, 2, room)
    note = "each at its worst, the rest as planned"
    return [*titled("The worst that so many things can do together", note, page), *lines] if lines else []


def _notes(outcome: RobustOutcome, page: Page) -> Lines:
    notes: Iterable[str] = outcome.notes
    if outcome.policy:
        served = (
            f"those that queue for a capacity are served by a policy that does not know the future: {outcome.policy}; the "
            "deterministic date is that of the best schedule"
        )
        notes = (*notes, served)
    lines = [line for note in notes for line in hanging("-", note, page.width, 2, 2)]
    return [heading("Notes"), *lines] if lines else []


def _readings(outcome: RobustOutcome, plan: Plan, page: Page) -> Lines:
    if not outcome.readings:
        return []
    other = plan.set_otherwise()
    left = {name: option for name, option in outcome.readings.items() if name not in outcome.weighted}
    pairs = [f"{name}={option}" for name, option in left.items() if name not in other]
    lines = [heading("Readings it stands on")]
    set_otherwise = [f"{name} ({other[name]})" for name in left if name in other]
    if set_otherwise:
        lines += hanging("set otherwise", ", ".join(set_otherwise), page.width, 2, 18)
    if pairs:
        lines += hanging("as chosen", ", ".join(pairs), page.width, 2, 18)
    if outcome.weighted:
        lines += hanging("drawn", ", ".join(outcome.weighted), page.width, 2, 18)
    return lines


def _run(outcome: RobustOutcome, page: Page) -> Lines:
    register = f", register {outcome.register_sha256[:12]}" if outcome.register_sha256 else ""
    text = (
        f"optimiser {outcome.version}, seed {outcome.seed}, {outcome.samples:,} samples in {outcome.replicates} independent "
        f"scrambles ({outcome.stopped}), inputs {outcome.inputs_sha256[:12]}{register}"
    )
    return paragraph(text, page.width, 0, "dim")
