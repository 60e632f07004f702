"""Dates at a confidence as tables: how sure each is, what it rests on, what drives it, and what would come of other choices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from models.pack import Cell, Table
from models.robustness import Against, ChanceEffect, ClaimEffect, ClaimsResult, Cut, Decision, Pull, RobustDate, RobustOutcome
from optimiser.evidence.tables.kit import Maker, across, column, columns, listing, table
from optimiser.evidence.tables.worth import Said, below
from optimiser.evidence.words import month_or_day
from optimiser.robust.statistics import percentile

__all__ = [
    "bias",
    "buffers",
    "causes",
    "chances",
    "claim_dates",
    "claim_worths",
    "criticality",
    "cuts",
    "frontier",
    "levers",
    "plans",
    "policies",
    "quantiles",
    "shapes",
    "side_by_side",
    "trades",
    "worst",
]

Cases = Sequence[tuple[str, RobustOutcome | None]]
_QUANTILES = ("P50", "P80", "P90")


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def quantiles(cases: Cases, milestones: Sequence[str], source: str, note: str | None = None) -> Table:
    """Return the dates that hold with a half, eight and nine tenths, and with the confidence asked for."""
    label = next((percentile(outcome.confidence) for _, outcome in cases if outcome), "P80")
    rows: list[list[Cell]] = []
    for case, outcome in cases:
        if outcome is None:
            rows += [[case, name, *(None for _ in range(14))] for name in milestones]
            continue
        for entry in outcome.milestones:
            chance = _rounded(entry.deterministic_probability, 4)
            ends = [_rounded(entry.standard_error_wd, 2), _rounded(entry.deviation_wd, 1)]
            figures: list[Cell] = [entry.contingency_wd, chance, outcome.samples, *ends, entry.quantiles.get("P10")]
            dates = [entry.deterministic, *(entry.quantiles.get(name) for name in _QUANTILES)]
            met = "met" if entry.met else None
            rows.append([case, entry.id, *dates, *figures, entry.date, entry.probability, entry.mean, met])
    return table(
        "quantiles",
        "Earliest date, and the dates that hold in a half, in eight and in nine of ten samples",
        [
            *columns("case:id | milestone:id | earliest:date" + across(_QUANTILES, "{}:date")),
            column("contingency", "number", "wd", "from the earliest date to the one of the confidence asked for"),
            *columns("chance of the earliest:share | samples:number"),
            column("error", "number", "wd", "standard error of the date, by independent scrambles"),
            column("deviation", "number", "wd"),
            column("P10", "date"),
            column(f"robust ({label})", "date", key="robust"),
            *columns("holds with:share | mean:date | met", {"met": "whether the milestone is met already: its date is a fact"}),
        ],
        rows,
        proof="simulated",
        source=source,
        note=note,
    )


def chances(cases: Cases, titles: Mapping[str, str], source: str) -> Table:
    """Return the chance that each published date holds."""
    return table(
        "chances",
        "The chance that each published date holds",
        [
            *columns("case:id | milestone:id | baseline:id | published"),
            column("chance", "share", note="a month counts to its last day"),
            column("title"),
        ],
        (
            [case, entry.id, name, month_or_day(held.published), round(held.probability, 4), titles.get(name)]
            for case, outcome in cases
            for entry in (outcome.milestones if outcome else ())
            for name, held in entry.baselines.items()
        ),
        proof="simulated",
        source=source,
        fold=True,
    )


def buffers(cases: Cases, source: str) -> Table:
    """Return for each case and milestone the buffer held against the buffer needed."""
    found = [
        (case, entry.id, entry.deterministic, entry.buffer)
        for case, outcome in cases
        for entry in (outcome.milestones if outcome else ())
        if entry.buffer is not None
    ]
    named = ", ".join(dict.fromkeys(item for *_, each in found for item in each.activities))
    return table(
        "buffers",
        "The buffer that each earliest date holds, against what is needed",
        [
            *columns("case:id | milestone:id | earliest:date"),
            column("without buffers", "date", proof="closed form"),
            column("held", "number", "wd", proof="closed form"),
            *(
                column(f"needed at {name}", "number", "wd", proof="simulated")
                for *_, each in found[:1]
                for name in each.needed_wd
            ),
        ],
        [[case, name, date, each.without, each.held_wd, *each.needed_wd.values()] for case, name, date, each in found],
        proof="simulated",
        source=source,
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

    described = (
        "milestone:id = id | triangular:date = sensitivity.triangular | PERT:date = sensitivity.pert | shape moves:number wd"
        " | uncorrelated:date = sensitivity.uncorrelated | correlated:date = sensitivity.correlated"
        " | correlation moves:number wd | first by reading:date = sensitivity.readings_first"
        " | last by reading:date = sensitivity.readings_last"
    )
    return listing(
        "shapes",
        "What the choices that no evidence settles are worth: the date at the same confidence under each",
        described,
        outcome.milestones,
        said={"shape moves": moves("shape"), "correlation moves": moves("correlation")},
        proof="simulated",
        source=source,
    )


def bias(outcome: RobustOutcome, source: str) -> Table:
    """Return why the mean is later than the plan; without a row for a milestone that some samples have no date of."""
    queued = outcome.policy is not None
    skew = "ranges and claims" if outcome.plan_claims else "skew of ranges"
    heads = [*(["policy"] if queued else []), skew, "merging and queues" if queued else "merging", "risks", "sum"]
    rows: list[list[Cell]] = []
    for entry in outcome.milestones:
        if entry.bias is not None:
            found = entry.bias
            parts = [*([found.policy_wd] if queued else []), found.skew_wd, found.merge_wd, found.risk_wd]
            rows.append([entry.id, *(round(value, 1) + 0.0 for value in (*parts, sum(parts)))])
    buffered = any(entry.buffer for entry in outcome.milestones)
    return table(
        "bias",
        "Why the mean is later than the plan",
        columns("milestone:id" + across(heads, "{}:number wd")),
        rows,
        proof="simulated",
        source=source,
        note=f"Working days{' from the date without buffers' if buffered else ''}; drivers count among the risks. Ranges lean to the late "
        "side, and the later of several paths counts.",
    )


def causes(outcome: RobustOutcome, milestones: Sequence[str], source: str, said: Said = below) -> Table:
    """Return each range, driver and risk, and what it does to each date; figures below the noise of the draws in words."""

    def cell(key: str, name: str) -> Maker:
        def figure(chance: ChanceEffect) -> Cell:
            noise = chance.noise_wd.get(key, {}).get(name)
            found: Cell = getattr(chance, key).get(name)
            return said(noise) if noise is not None else found if name in chance.reaches else None

        return figure

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
        said={
            "touches": lambda chance: ", ".join(chance.touches[:4]) or None,
            **{head: cell(key, name) for head, (key, name, _) in heads.items()},
        },
        notes={head: about for head, (*_, about) in heads.items()},
        proof="simulated",
        source=source,
        note="Empty: it cannot move the milestone. A figure that the draws cannot tell from chance is said to be below the noise floor, "
        "which is three standard errors of it by balanced halves of the draws.",
        fold=True,
    )


def criticality(outcome: RobustOutcome, milestones: Sequence[str], source: str) -> Table:
    """Return how each milestone hangs on each activity."""
    heads = {f"{name} critical": "share of samples in which one unit more moves it" for name in milestones} | {
        f"{name} cruciality": "absolute rank correlation; empty: its length does not vary" for name in milestones
    }
    return listing(
        "criticality",
        "How each milestone hangs on each activity",
        "activity:id = id | title"
        + across(milestones, "{} critical:share = criticality.{} | {} cruciality:share = cruciality.{}"),
        [each for each in outcome.activities if any(each.criticality.values())],
        notes=heads,
        proof="simulated",
        source=source,
    )


def worst(outcome: RobustOutcome, source: str) -> Table:
    """Return the worst that so many things can do together."""
    rows: list[list[Cell]] = []
    for name, steps in outcome.adversary.items():
        for before, step in pairwise(steps):
            which = (
                f"no worse than {len(step.chances) or 'as planned'}"
                if step.chances == before.chances
                else ", ".join(step.chances)
            )
            rows.append(
                [name, step.budget, step.date, step.probability, f"{which}{'' if step.exact else ' (at least so bad)'}"]
            )
    return table(
        "worst",
        "The worst that so many things can do together, each at its worst, the rest as planned",
        columns("milestone:id | things:number | date:date | not exceeded:share | which"),
        rows,
        proof="closed form",
        source=source,
    )


def side_by_side(outcome: RobustOutcome, source: str) -> Table:
    """Return the dates under every answer to every open reading."""
    return listing(
        "readings-side-by-side",
        f"Readings side by side: {percentile(outcome.confidence)} dates, one answer at a time",
        "reading:id | answer:id = option | chosen" + across(outcome.dates, "{}:date = dates.{}"),
        outcome.side_by_side,
        said={"chosen": lambda row: "chosen" if row.chosen else None},
        proof="simulated",
        source=source,
    )


def policies(outcome: RobustOutcome, source: str, said: Said = below) -> Table:
    """Return the dates under each way of serving those that queue."""

    def later(name: str) -> Maker:
        return lambda row: None if row.chosen else said(row.noise_wd[name]) if name in row.noise_wd else row.later_wd[name]

    return listing(
        "policies",
        f"Order in which parties are served: {percentile(outcome.confidence)} dates",
        "served = title | chosen" + across(outcome.dates, "{}:date = dates.{} | {} later:number wd"),
        outcome.policies,
        said={
            "chosen": lambda row: "chosen" if row.chosen else None,
            **{f"{name} later": later(name) for name in outcome.dates},
        },
        proof="simulated",
        source=source,
    )


def claim_dates(found: ClaimsResult, milestones: Iterable[str], source: str) -> Table:
    """Return the dates under claims of each grade."""
    return listing(
        "claim-dates",
        "Dates by grade of evidence",
        "claims that count = grade | number:number = claims" + across(milestones, "{}:date = dates.{}"),
        found.dates,
        proof="simulated",
        source=source,
    )


def claim_worths(found: ClaimsResult, milestones: Sequence[str], source: str, said: Said = below) -> Table:
    """Return what each claim's evidence is worth."""
    heads = {"firmest": "by firmest evidence", "without": "without the claim"}

    def cell(key: str, name: str) -> Maker:
        def figure(effect: ClaimEffect) -> Cell:
            noise = effect.noise_wd.get(key, {}).get(name)
            held: Cell = getattr(effect, key)[name]
            return held if noise is None else said(noise)

        return figure

    return listing(
        "claim-worths",
        "Whose evidence would move the dates",
        "respondent | assumption:id | grade | cost:number"
        + across(milestones, "{} known:number wd = knowing_wd.{} | {} firmest:number wd | {} without:number wd"),
        found.effects,
        said={f"{name} {key}": cell(key, name) for name in milestones for key in heads},
        notes={f"{name} {key}": about for name in milestones for key, about in heads.items()},
        proof="simulated",
        source=source,
    )


def plans(found: Against, confidence: float, source: str) -> Table:
    """Return two plans under one register."""
    rows: list[list[Cell]] = []
    for name in found.first.dates:
        for plan in (found.first, found.second):
            rows.append([name, plan.name, "its own date", plan.deterministic[name], plan.met[name]])
            rows.append([name, plan.name, percentile(confidence), plan.dates[name], confidence])
            rows += [[name, plan.name, f"by {baseline}", None, share] for baseline, share in plan.baselines[name].items()]
    heads = columns("milestone:id | plan | what | date:date | chance:share")
    title = "Two plans, one register: the same draws of the same work for both"
    return table("plans", title, heads, rows, proof="simulated", source=source)


def trades(found: Against, source: str) -> Table:
    """Return what the second plan saves and what it risks for it."""
    first, second = found.first.name, found.second.name
    return listing(
        "trades",
        f"What {second} saves and risks against {first}",
        "milestone:id | own date earlier:number wd = saves_wd | on the same work:number wd = brings_wd"
        f" | {first} late on average:number wd = first_late_wd | {second} late on average:number wd = second_late_wd"
        " | break-even:number = break_even",
        found.trades,
        proof="simulated",
        source=source,
        note=f"Break-even: the word of {second} is the better one as long as a month late costs no more than so many times what a month "
        "earlier is worth.",
    )


def cuts(found: Against, milestones: Sequence[str], source: str, said: Said = below) -> Table:
    """Return what parts two plans, and what each part gains."""

    def cell(key: str, name: str) -> Maker:
        def figure(cut: Cut) -> Cell:
            noise = cut.noise_wd.get(key, {}).get(name)
            held: Cell = getattr(cut, key)[name]
            return held if noise is None else said(noise)

        return figure

    heads = {"gained": "gained_wd", "lost": "lost_wd"}
    return listing(
        "cuts",
        "What parts them: promised; gained in the first plan by it alone; lost in the second without it",
        "title | cut:id = id | from = before | to = after | cost:number"
        + across(milestones, "{} promised:number wd = promised_wd.{} | {} gained:number wd | {} lost:number wd")
        + " | worth",
        found.cuts,
        said={f"{name} {head}": cell(key, name) for name in milestones for head, key in heads.items()},
        proof="simulated",
        source=source,
    )


def pulled(pulls: Iterable[Pull]) -> str:
    """Return which levers are pulled, and how far."""
    return ", ".join(f"{pull.lever} ×{pull.steps}" if pull.steps > 1 else pull.lever for pull in pulls) or "nothing"


def levers(found: Decision, source: str, said: Said = below) -> Table:
    """Return each lever alone, pulled as far as it goes."""
    return listing(
        "levers",
        "Levers, each alone, pulled as far as it goes",
        f"title | lever:id | steps:number | cost:number | {found.milestone}:date = date | gained:number wd",
        found.levers,
        said={"gained": lambda lever: lever.gained_wd if lever.noise_wd is None else said(lever.noise_wd)},
        proof="simulated",
        source=source,
    )


def frontier(found: Decision, confidence: float, source: str) -> Table:
    """Return the cheapest ways to earlier and earlier dates at the confidence asked for."""
    asked = percentile(confidence)
    return listing(
        "frontier",
        f"Cost against date of {found.milestone}: each row the cheapest way to its {asked} date",
        "cost:number" + across(found.frontier, "{}:date = dates.{}") + " | levers",
        found.frontier[asked],
        said={"levers": lambda step: pulled(step.pulls)},
        proof="simulated",
        source=source,
    )
