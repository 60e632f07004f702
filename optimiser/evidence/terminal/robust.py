"""What a planner reads after `robust`: dates at a confidence with all they stand on, what drives them, what buys them back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from rich.text import Text

from models.plan import Plan
from models.robustness import ChanceEffect, RobustOutcome
from optimiser.evidence.documents import evidence_class
from optimiser.evidence.terminal.page import Column, Grid, Lines, Page, hanging, heading, paragraph, words
from optimiser.evidence.terminal.robust_choices import against_lines, claims_lines, decision_lines, side_by_side_lines
from optimiser.evidence.terminal.words import counted, day, month_or_day, weekday_day

__all__ = ["robust_report"]

_FEW = 12
"""Up to so many dates are listed each with its probability; more are gathered by month."""

_MOST_ROWS = 15


def robust_report(outcome: RobustOutcome, plan: Plan, page: Page) -> str:
    """Return the whole answer as text for a terminal or a file.

    Parameters
    ----------
    outcome
        The answer.
    plan
        The plan it answers for.
    page
        How wide, and whether in colour.
    """
    sections = [
        _title(outcome, plan, page),
        _dates(outcome, page),
        _rests_on(outcome, page),
        _quantiles(outcome, page),
        _masses(outcome, page),
        _joint(outcome, page),
        _baselines(outcome, plan, page),
        _bias(outcome, page),
        _chances(outcome, page),
        _activities(outcome, page),
        _adversary(outcome, page),
        side_by_side_lines(outcome, page),
        claims_lines(outcome, page),
        against_lines(outcome, page),
        decision_lines(outcome, page),
        _notes(outcome, page),
        _readings(outcome, page),
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
    stack = f"scenarios {', '.join(outcome.scenarios)}" if outcome.scenarios else "no scenario"
    register = f"register: {outcome.register_title}" if outcome.register_title else "no register"
    return [name, *paragraph(f"{stack}; as of {day(plan.as_of)}; {register}", page.width, 0, "dim")]


def _label(confidence: float) -> str:
    return f"P{round(100 * confidence, 4):g}"


def _date(date: dt.date | None) -> str:
    return "none" if date is None else day(date)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _days(value: float | None) -> str:
    return "–" if value is None else f"{value:+.0f}" if value else "0"


def _dates(outcome: RobustOutcome, page: Page) -> Lines:
    """The robust date of each milestone against the deterministic one, with what the latter is proved by and stands on."""
    label = _label(outcome.confidence)
    grid = Grid(
        [
            Column("", limit=20),
            Column(f"robust date ({label})"),
            Column("± s.e.", side="right"),
            Column("holds with", side="right"),
            Column("deterministic"),
            Column("its chance", side="right"),
            Column("contingency", side="right"),
        ]
    )
    stands = []
    for entry in outcome.milestones:
        basis = evidence_class(entry.evidence) if entry.evidence else None
        confidence = entry.evidence.weakest_confidence if entry.evidence and basis == "inferred" else None
        grid.add(
            words(entry.id, "bold"),
            words("none" if entry.date is None else weekday_day(entry.date), "bold"),
            "–" if entry.standard_error_wd is None else f"{entry.standard_error_wd:.1f} wd",
            _share(entry.probability),
            _date(entry.deterministic),
            _share(entry.deterministic_probability),
            "–" if entry.contingency_wd is None else f"{entry.contingency_wd:+d} wd",
        )
        if entry.proof:
            ground = f"{basis}, {confidence}" if confidence else basis or "nothing"
            stands.append((entry.id, f"deterministic date {entry.proof} ({entry.bound_by}), standing on: {ground}"))
    title = f"Robust dates: each holds with a probability of {100 * outcome.confidence:g} % under the register"
    lines = [heading(title), *grid.lines(page.width)]
    for name, text in stands:
        lines += hanging(name, text, page.width)
    return lines


def _rests_on(outcome: RobustOutcome, page: Page) -> Lines:
    """How far each date moves with choices that no evidence settles."""
    label = _label(outcome.confidence)
    grid = Grid(
        [
            Column("", limit=20),
            Column("PERT"),
            Column("triangular"),
            Column("no correlation"),
            Column(f"all at {outcome.milestones[0].sensitivity.strong:g}" if outcome.milestones else ""),
            Column("readings: first"),
            Column("last"),
        ]
    )
    for entry in outcome.milestones:
        found = entry.sensitivity
        grid.add(
            words(entry.id, "bold"),
            _date(found.pert),
            _date(found.triangular),
            _date(found.uncorrelated),
            _date(found.correlated),
            _date(found.readings_first),
            "off calendar" if found.readings_last is None and found.readings_first else _date(found.readings_last),
        )
    lines = [
        heading("How much rests on choice", f"the {label} date under each, on {outcome.compared:,} samples"),
        *grid.lines(page.width),
    ]
    for entry in outcome.milestones:
        found = entry.sensitivity
        ends = [
            f"{name} at {', '.join(f'{key}={option}' for key, option in at.items()) or 'the answers chosen'}"
            for name, at in (("first", found.readings_first_at), ("last", found.readings_last_at))
        ]
        tried = counted(found.readings_tried, "answer")
        span = (
            f"; deterministic span {_date(entry.span_first)} – {'off calendar' if entry.span_last is None else day(entry.span_last)}"
            if entry.span_first
            else ""
        )
        text = (
            f"shape {_days(found.shape_wd)} wd, correlation {_days(found.correlation_wd)} wd; readings ({tried} tried): "
            f"{', '.join(ends)}{span}"
        )
        lines += hanging(entry.id, text, page.width)
    return lines


def _quantiles(outcome: RobustOutcome, page: Page) -> Lines:
    names = list(outcome.milestones[0].quantiles) if outcome.milestones else []
    kept = [name for name in names if name in ("P10", "P50", "P80", "P90", _label(outcome.confidence))]
    grid = Grid([Column("", limit=20), *(Column(name) for name in kept), Column("mean"), Column("s.d.", side="right")])
    for entry in outcome.milestones:
        deviation = "–" if entry.deviation_wd is None else f"{entry.deviation_wd:.0f} wd"
        grid.add(words(entry.id, "bold"), *(_date(entry.quantiles[name]) for name in kept), _date(entry.mean), deviation)
    return [heading("Quantiles"), *grid.lines(page.width)]


def _masses(outcome: RobustOutcome, page: Page) -> Lines:
    """The dates that can fall and how probable each is; months where there are too many."""
    lines: Lines = []
    for entry in outcome.milestones:
        if not entry.masses:
            continue
        if len(entry.masses) <= _FEW:
            parts = [f"{day(mass.date)} {_share(mass.probability)}" for mass in entry.masses]
        else:
            months: dict[str, float] = {}
            for mass in entry.masses:
                key = mass.date.isoformat()[:7]
                months[key] = months.get(key, 0.0) + mass.probability
            parts = [f"{month_or_day(key)} {100 * share:.0f} %" for key, share in months.items() if share >= 0.005]
        lines += hanging(entry.id, " · ".join(parts), page.width)
    return (
        [heading("Where each can fall", "probability of a date, or of a month where dates are many"), *lines] if lines else []
    )


def _joint(outcome: RobustOutcome, page: Page) -> Lines:
    joint = outcome.joint
    if len(joint.milestones) < 2:
        return []
    label = _label(outcome.confidence)
    text = f"all {len(joint.milestones)} {label} dates hold together with {_share(joint.probability)}"
    if joint.quantile is None:
        together = f"no dates hold together with {100 * joint.confidence:g} %"
    else:
        dates = ", ".join(f"{name} {_date(date)}" for name, date in joint.dates.items())
        together = f"together with {100 * joint.confidence:g} %: {dates} (each at its own {_label(round(joint.quantile, 3))})"
    return [heading("Jointly"), *paragraph(f"{text}; {together}", page.width)]


def _baselines(outcome: RobustOutcome, plan: Plan, page: Page) -> Lines:
    shown = [baseline for baseline in plan.baselines if any(baseline.id in entry.baselines for entry in outcome.milestones)]
    if not shown:
        return []
    grid = Grid([Column("baseline", gives=True), *(Column(entry.id, limit=24) for entry in outcome.milestones)])
    for baseline in shown:
        cells = []
        for entry in outcome.milestones:
            found = entry.baselines.get(baseline.id)
            cells.append(f"{month_or_day(found.published)}: {_share(found.probability)}" if found else "–")
        grid.add(baseline.title, *cells)
    return [heading("Chance of each published date", "a month counts to its last day"), *grid.lines(page.width)]


def _bias(outcome: RobustOutcome, page: Page) -> Lines:
    grid = Grid(
        [
            Column("", limit=20),
            *(Column(name, side="right") for name in ("skew of ranges", "merging", "drivers and risks", "sum")),
        ]
    )
    missing = []
    for entry in outcome.milestones:
        if entry.bias is None:
            missing.append(entry.id)
            continue
        parts = (entry.bias.skew_wd, entry.bias.merge_wd, entry.bias.risk_wd)
        grid.add(words(entry.id, "bold"), *(f"{value:+.1f}" for value in (*parts, sum(parts))))
    lines = [heading("Why the mean is later than the plan", "working days"), *grid.lines(page.width)] if grid.rows else []
    if missing:
        lines += paragraph(f"{', '.join(missing)}: not split, as some samples have no date", page.width, 2, "dim")
    return lines


def _pairs(values: Sequence[Mapping[str, int | None]], name: str) -> str:
    return "/".join(_days(entry.get(name)) for entry in values)


def _chances(outcome: RobustOutcome, page: Page) -> Lines:
    """The tornado: by exclusion, and by the lowest and highest tenth of each; and where contingency should sit."""
    if not outcome.chances:
        return []
    names = [entry.id for entry in outcome.milestones]
    wide = page.width >= 70 + 22 * len(names)
    grid = Grid(
        [
            Column("range, driver or risk", limit=28),
            *([Column("title", gives=True), Column("basis")] if wide else []),
            *(Column(name, side="right", limit=22) for name in names),
        ]
    )
    shown = [effect for effect in outcome.chances if _matters(effect)]
    for effect in shown[:_MOST_ROWS]:
        cells = [_worth(effect, name) for name in names]
        title = [words(effect.title, "dim"), words(effect.basis)] if wide else []
        grid.add(effect.id, *title, *cells)
    label = _label(outcome.confidence)
    lines = [
        heading(
            "What drives the dates",
            f"days of {label} bought by closing it (share); moved in its lowest/highest tenth",
        ),
        *grid.lines(page.width),
    ]
    left = len(outcome.chances) - min(len(shown), _MOST_ROWS)
    if left:
        lines += paragraph(f"{counted(left, 'other')} move little or nothing; --json lists all", page.width, 2, "dim")
    return lines


def _matters(effect: ChanceEffect) -> bool:
    moves = [*effect.bought_wd.values(), *effect.low_wd.values(), *effect.high_wd.values()]
    return any(abs(move or 0) >= 2 for move in moves)


def _worth(effect: ChanceEffect, name: str) -> Text:
    bought = effect.bought_wd.get(name)
    share = f" ({100 * effect.share[name]:.0f}%)" if effect.share.get(name, 0) >= 0.005 else ""
    head = "–" if bought is None else str(bought)
    text = f"{head}{share}; {_pairs((effect.low_wd, effect.high_wd), name)}"
    return words(text, "bold" if bought and bought > 0 else "dim")


def _activities(outcome: RobustOutcome, page: Page) -> Lines:
    if not outcome.activities:
        return []
    names = [entry.id for entry in outcome.milestones]
    grid = Grid([Column("activity", limit=24), *(Column(name, side="right", limit=24) for name in names)])
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
    return [heading("Critical activities", "criticality / cruciality / schedule sensitivity"), *grid.lines(page.width)]


def _adversary(outcome: RobustOutcome, page: Page) -> Lines:
    lines: Lines = []
    for name, steps in outcome.adversary.items():
        for step in steps[1:]:
            sure = "" if step.exact else " (greedy: at least so bad)"
            chance = f", not exceeded with {_share(step.probability)}" if step.probability is not None else ""
            when = "off the calendar" if step.date is None else day(step.date)
            lines += hanging(f"{name}  {step.budget}", f"{when}{chance}{sure}: {', '.join(step.chances)}", page.width, 2, 10)
    return (
        [heading("The worst that so many things can do together", "each at its worst, the rest as planned"), *lines]
        if lines
        else []
    )


def _notes(outcome: RobustOutcome, page: Page) -> Lines:
    notes: Iterable[str] = outcome.notes
    if outcome.policy:
        notes = (*notes, f"capacity is allotted by a policy that does not know the future: {outcome.policy}")
    lines = [line for note in notes for line in hanging("-", note, page.width, 2, 2)]
    return [heading("Notes"), *lines] if lines else []


def _readings(outcome: RobustOutcome, page: Page) -> Lines:
    if not outcome.readings:
        return []
    pairs = [f"{name}={option}" for name, option in outcome.readings.items() if name not in outcome.weighted]
    lines = [heading("Readings it stands on")]
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
