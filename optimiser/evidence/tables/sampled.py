"""Tables of dates at a confidence: certainty, evidence, drivers, and the effect of other choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from models.commitment import RobustDate
from models.decision import PolicyDates
from models.effects import ReadingDates
from models.pack import Cell, Table
from models.robustness import RobustOutcome
from optimiser.evidence.tables.decided import Said, below, figure_of
from optimiser.evidence.tables.kit import Maker, across, keyed, listing, table
from optimiser.evidence.words import month_or_day
from optimiser.robust.statistics import percentile

__all__ = [
    "bias",
    "buffers",
    "by_month",
    "causes",
    "causes_shares",
    "chances",
    "criticality",
    "policies",
    "quantiles",
    "shapes",
    "side_by_side",
    "worst",
]

Cases = Sequence[tuple[str, RobustOutcome | None]]
_QUANTILES = ("P50", "P80", "P90")


def _dated(cases: Cases) -> list[tuple[str, RobustDate]]:
    return [(case, entry) for case, outcome in cases if outcome for entry in outcome.milestones]


def _rounded(field: str, digits: int) -> Maker:
    """Return what shows a number of a case's milestone to some digits."""
    return lambda row: None if (value := getattr(row[2], field, None)) is None else round(value, digits)


def quantiles(cases: Cases, milestones: Sequence[str], source: str, note: str | None = None) -> Table:
    """Return the dates that hold with a half, eight and nine tenths, and with the confidence asked for."""
    label = next((percentile(outcome.confidence) for _, outcome in cases if outcome), "P80")
    rows: list[tuple[str, str, RobustDate | None, int | None]] = []
    for case, outcome in cases:
        rows += [(case, each.id, each, outcome.samples) for each in outcome.milestones] if outcome else []
        rows += [] if outcome else [(case, name, None, None) for name in milestones]
    made = listing(
        "quantiles",
        "Earliest date, and the dates that hold in a half, in eight and in nine of ten samples",
        "case:id = 0 | milestone:id = 1 | earliest:date = 2.deterministic"
        + across(_QUANTILES, "{}:date = 2.quantiles.{}")
        + " | contingency:number wd = 2.contingency_wd | chance of the earliest:share = 2.deterministic_probability"
        " | samples:number = 3 | error:number wd | deviation:number wd | P10:date = 2.quantiles.P10"
        f" | robust ({label}):date = 2.date | holds with:share | mean:date = 2.mean | met",
        rows,
        "simulated",
        source,
        said={
            "error": _rounded("standard_error_wd", 2),
            "deviation": _rounded("deviation_wd", 1),
            "holds with": lambda row: row[2] and row[2].probability,
            "met": lambda row: "met" if row[2] and row[2].met else None,
        },
        notes={
            "contingency": "from the earliest date to the one of the confidence asked for",
            "error": "standard error of the date, by independent scrambles",
            "met": "whether the milestone is met already: its date is a fact",
        },
        note=note,
    )
    return keyed(made, {f"robust ({label})": "robust"})


def chances(cases: Cases, titles: Mapping[str, str], source: str) -> Table:
    """Return the chance that each published date holds."""
    return listing(
        "chances",
        "The chance that each published date holds",
        "case:id = 0 | milestone:id = 1.id | baseline:id = 2 | published:month = 3.published | chance:share = 3.probability | "
        "title",
        ((case, entry, name, held) for case, entry in _dated(cases) for name, held in entry.baselines.items()),
        "simulated",
        source,
        said={"title": lambda row: titles.get(row[2])},
        notes={"chance": "a month counts to its last day"},
        fold=True,
    )


def buffers(cases: Cases, source: str) -> Table:
    """Return for each case and milestone the buffer held against the buffer needed."""
    found = [(case, entry, entry.buffer) for case, entry in _dated(cases) if entry.buffer is not None]
    named = ", ".join(dict.fromkeys(item for *_, each in found for item in each.activities))
    needed = [name for *_, each in found[:1] for name in each.needed_wd]
    return listing(
        "buffers",
        "The buffer that each earliest date holds, against what is needed",
        "case:id = 0 | milestone:id = 1.id | earliest:date = 1.deterministic | without buffers:date = 2.without"
        " | held:number wd = 2.held_wd" + across(needed, "needed at {}:number wd = 2.needed_wd.{}"),
        found,
        "simulated",
        source,
        proofs={
            **dict.fromkeys(("without buffers", "held"), "closed form"),
            **{f"needed at {name}": "simulated" for name in needed},
        },
        note=f"Working days from the date without {named}, which no sample contains. Where months are rounded to, a buffer may hold nothing.",
    )


def shapes(outcome: RobustOutcome, source: str, said: Said = below) -> Table:
    """Return the date at the same confidence under each choice that no evidence settles."""

    def moves(name: str) -> Maker:
        def cell(entry: RobustDate) -> Cell:
            noise: int | None = getattr(entry.sensitivity, f"{name}_noise_wd")
            moved: int | None = getattr(entry.sensitivity, f"{name}_wd")
            return moved if noise is None else said(noise)

        return cell

    return listing(
        "shapes",
        "What the choices that no evidence settles are worth: the date at the same confidence under each",
        "milestone:id = id | triangular:date = sensitivity.triangular | PERT:date = sensitivity.pert | shape moves:number wd"
        " | uncorrelated:date = sensitivity.uncorrelated | correlated:date = sensitivity.correlated"
        " | correlation moves:number wd | first by reading:date = sensitivity.readings_first"
        " | last by reading:date = sensitivity.readings_last",
        outcome.milestones,
        "simulated",
        source,
        said={"shape moves": moves("shape"), "correlation moves": moves("correlation")},
    )


def bias(outcome: RobustOutcome, source: str) -> Table:
    """Return why the mean is later than the plan; without a row for a milestone that some samples have no date of."""
    queued = outcome.policy is not None
    skew = "ranges and claims" if outcome.plan_claims else "skew of ranges"
    heads = [*(["policy"] if queued else []), skew, "merging and queues" if queued else "merging", "risks", "sum"]
    rows: list[list[Cell]] = []
    for entry in outcome.milestones:
        if (found := entry.bias) is not None:
            parts = [*([found.policy_wd] if queued else []), found.skew_wd, found.merge_wd, found.risk_wd]
            rows.append([entry.id, *(round(value, 1) + 0.0 for value in (*parts, sum(parts)))])
    since = " from the date without buffers" * any(entry.buffer for entry in outcome.milestones)
    return table(
        "bias",
        "Why the mean is later than the plan",
        "milestone:id" + across(heads, "{}:number wd"),
        rows,
        "simulated",
        source,
        note=f"Working days{since}; drivers count among the risks. Ranges lean to the late side, and the later of several paths counts.",
    )


def causes(outcome: RobustOutcome, milestones: Sequence[str], source: str, said: Said = below) -> Table:
    """Return each range, driver and risk, and what it does to each date; figures below the noise of the draws in words."""

    def cell(key: str, name: str) -> Maker:
        figure = figure_of(key, name, said)
        return lambda chance: figure(chance) if name in chance.reaches or name in chance.noise_wd.get(key, {}) else None

    keys = {
        "buys": ("bought_wd", "what the date at the confidence gains once it no longer varies"),
        "low": ("low_wd", "in its lowest tenth, or where it does not happen"),
        "high": ("high_wd", "in its highest tenth, or where it happens"),
    }
    heads = {f"{name} {head}": (key, name, about) for name in milestones for head, (key, about) in keys.items()}
    return listing(
        "chances-of",
        "Ranges, drivers and risks, and what each does to the dates",
        "id:id | kind | title | basis | register = raid | touches" + across(heads, "{}:number wd"),
        outcome.chances,
        "simulated",
        source,
        said={
            "touches": lambda chance: ", ".join(chance.touches[:4]) or None,
            **{head: cell(key, name) for head, (key, name, _) in heads.items()},
        },
        notes={head: about for head, (*_, about) in heads.items()},
        note="Empty: it cannot move the milestone. A figure that the draws cannot tell from chance is said to be below the noise floor, "
        "which is three standard errors of it by balanced halves of the draws.",
        fold=True,
    )


def causes_shares(outcome: RobustOutcome, source: str) -> Table:
    """Return to what the contingency of each date belongs: in proportion to what closing each cause would buy."""
    rows: list[list[Cell]] = []
    for milestone in outcome.milestones:
        for chance in outcome.chances:
            share = chance.share.get(milestone.id, 0.0)
            if share > _SLIGHT and (needed := _needed(milestone)):
                rows.append([milestone.id, chance.id, chance.title, round(share, 4), round(share * needed, 1)])
    return table(
        "contingency-shares",
        "Where the contingency of a committed date belongs: in proportion to what closing each cause would buy",
        "milestone:id | cause:id | title | share:share | of the contingency:number wd",
        sorted(rows, key=lambda row: (str(row[0]), -float(row[3]), str(row[1]))),  # type: ignore[arg-type]
        "simulated",
        source,
        fold=True,
    )


_SLIGHT = 0.005
"""Share of the contingency up to which a cause is left out."""


def _needed(entry: RobustDate) -> int | None:
    """Return the working days that the confidence asked for needs: from the date without buffers."""
    return entry.buffer.needed_wd[percentile(entry.confidence)] if entry.buffer else entry.contingency_wd


def by_month(entry: RobustDate, source: str) -> tuple[Table, Table]:
    """Return the chance of a date by the end of each month, and that of every day, which stands in the workbook alone."""
    months: dict[str, float] = {}
    days: list[list[Cell]] = []
    total = 0.0
    for mass in entry.masses:
        total += mass.probability
        days.append([mass.date, round(mass.probability, 6), round(total, 6)])
        months[month_or_day(f"{mass.date:%Y-%m}")] = round(total, 4)
    return (
        table(
            f"by-month-{entry.id}",
            f"The chance that {entry.id} falls by the end of each month",
            "by the end of | chance:share",
            months.items(),
            "simulated",
            source,
            note=f"Every day is on sheet masses-{entry.id} of tables.xlsx.",
            fold=True,
        ),
        table(
            f"masses-{entry.id}",
            f"Every date on which {entry.id} falls, and its share of samples",
            "date:date | share:share | by then:share",
            days,
            "simulated",
            source,
            sheet_only=True,
        ),
    )


def criticality(outcome: RobustOutcome, milestones: Sequence[str], source: str) -> Table:
    """Return how each milestone hangs on each activity."""
    return listing(
        "criticality",
        "How each milestone hangs on each activity",
        "activity:id = id | title"
        + across(milestones, "{} critical:share = criticality.{} | {} cruciality:share = cruciality.{}"),
        [each for each in outcome.activities if any(each.criticality.values())],
        "simulated",
        source,
        notes={
            **{f"{name} critical": "share of samples in which one unit more moves it" for name in milestones},
            **{f"{name} cruciality": "absolute rank correlation; empty: its length does not vary" for name in milestones},
        },
    )


def worst(outcome: RobustOutcome, source: str) -> Table:
    """Return the worst that so many things can do together."""
    rows: list[list[Cell]] = []
    for name, steps in outcome.adversary.items():
        for before, step in pairwise(steps):
            same = step.chances == before.chances
            which = f"no worse than {len(step.chances) or 'as planned'}" if same else ", ".join(step.chances)
            bound = "" if step.exact else " (at least so bad)"
            rows.append([name, step.budget, step.date, step.probability, f"{which}{bound}"])
    return table(
        "worst",
        "The worst that so many things can do together, each at its worst, the rest as planned",
        "milestone:id | things:number | date:date | not exceeded:share | which",
        rows,
        "closed form",
        source,
    )


def _chosen(row: ReadingDates | PolicyDates) -> str | None:
    return "chosen" if row.chosen else None


def side_by_side(outcome: RobustOutcome, source: str) -> Table:
    """Return the dates under every answer to every open reading."""
    title = f"Readings side by side: {percentile(outcome.confidence)} dates, one answer at a time"
    shape = "reading:id | answer:id = option | chosen" + across(outcome.dates, "{}:date = dates.{}")
    said: dict[str, Maker] = {"chosen": _chosen}
    return listing("readings-side-by-side", title, shape, outcome.side_by_side, "simulated", source, said=said)


def policies(outcome: RobustOutcome, source: str, said: Said = below) -> Table:
    """Return the dates under each way of serving those that queue."""

    def later(name: str) -> Maker:
        return lambda row: None if row.chosen else said(row.noise_wd[name]) if name in row.noise_wd else row.later_wd[name]

    return listing(
        "policies",
        f"Order in which parties are served: {percentile(outcome.confidence)} dates",
        "served = title | chosen" + across(outcome.dates, "{}:date = dates.{} | {} later:number wd"),
        outcome.policies,
        "simulated",
        source,
        said={"chosen": _chosen, **{f"{name} later": later(name) for name in outcome.dates}},
    )
