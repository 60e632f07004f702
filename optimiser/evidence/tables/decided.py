"""What a date at a confidence costs and is worth, as tables: commitments, claims, levers, evidence and mitigation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from models.decision import Against, Decision, Pull
from models.effects import ClaimsResult
from models.pack import Cell, PackProof, Table
from models.robustness import RobustOutcome
from models.worth import EvidenceOrder, EvidenceWorth, Mitigation
from optimiser.evidence.tables.kit import Maker, across, columns, listing, table
from optimiser.robust.commitment import commitment
from optimiser.robust.statistics import percentile

__all__ = [
    "Said",
    "below",
    "claim_dates",
    "claim_worths",
    "claims",
    "commitments",
    "cuts",
    "drawn",
    "figure_of",
    "frontier",
    "levers",
    "limits",
    "mitigation",
    "narrowed",
    "plans",
    "pulled",
    "ratios",
    "trades",
    "unsettled",
]


Said = Callable[[int], str]

Head = tuple[str, str | None, Maker]
"""Of a column: what stands in it, what it means, and what makes a cell of what is known of one milestone."""


def below(noise: int) -> str:
    """Return the words for a figure below its noise floor."""
    return f"below the noise floor of {noise}"


def figure_of(key: str, name: str, said: Said) -> Maker:
    """Return a maker of cells for one figure of one milestone, in words where it is below its noise floor."""

    def figure(record: object) -> Cell:
        noise: int | None = getattr(record, "noise_wd").get(key, {}).get(name)  # noqa: B009 - of several records
        found: Cell = getattr(record, key).get(name)
        return found if noise is None else said(noise)

    return figure


def drawn(found: EvidenceOrder, source: str, said: Said = below) -> Table:
    """Return the value of knowing each drawn quantity, by milestone; ``said`` words a figure below its noise floor."""
    label = percentile(found.confidence)
    heads: dict[str, Head] = {
        "settled": (
            "number wd",
            "by which less is lost on average once it is known",
            lambda held: held.settled_wd if held.noise_wd is None else said(held.noise_wd),
        ),
        "share": ("share", "of what is lost without any evidence", lambda held: held.share),
        "earlier": (
            "number wd",
            f"by which {label} is then earlier on average; below zero: later",
            lambda held: held.earlier_wd if held.earlier_noise_wd is None else said(held.earlier_noise_wd),
        ),
    }
    note = "Those with a cost come first, the cheapest for each day that they settle over all milestones; then the others by the days. "
    note += "A number that a correlation joins to others tells of them too."
    title = f"What knowing each thing that is drawn would settle of {label}"
    return _known("evidence-drawn", title, found, found.drawn, heads, "settles", "simulated", source, note)


def unsettled(found: EvidenceOrder, source: str, said: Said = below) -> Table:
    """Return between which dates each milestone lies over the answers to what has no probability."""
    heads: dict[str, Head] = {
        "first": ("date", None, lambda held: held.first),
        "last": ("date", None, lambda held: held.last),
        "apart": ("number wd", None, lambda held: held.apart_wd if held.noise_wd is None else said(held.noise_wd)),
    }
    note = "An inferred link either holds or does not: then what it held starts as published, unless other rules hold it. No last date: "
    note += "under one answer none holds with the confidence."
    label = percentile(found.confidence)
    title = f"What has no probability: between which {label} dates each milestone lies as long as it is not known"
    return _known("evidence-open", title, found, found.open, heads, "doubt", "simulated", source, note)


def narrowed(found: EvidenceOrder, source: str) -> Table:
    """Return by how much the span of each earliest date narrows."""
    heads: dict[str, Head] = {
        "span": ("number wd", "over the readings and over what it may be", lambda held: held.whole_wd),
        "at least": ("number wd", "narrower, whatever turns out", lambda held: held.least_wd),
        "at most": ("number wd", None, lambda held: held.most_wd),
    }
    title = "By how much the span of the earliest date over the open readings narrows once each is known"
    note = "A number counts with both ends of its range and what the plan says; drivers and risks are none of the plan's own."
    worths = [worth for worth in (*found.drawn, *found.open) if worth.span]
    return _known("evidence-spans", title, found, worths, heads, "span", "closed form", source, note)


def _known(
    name: str,
    title: str,
    found: EvidenceOrder,
    worths: Iterable[EvidenceWorth],
    heads: Mapping[str, Head],
    field: str,
    proof: PackProof,
    source: str,
    note: str,
) -> Table:
    """Return a table of what could be known, with the same columns for each milestone."""

    def cell(milestone: str, make: Maker) -> Maker:
        return lambda worth: None if (held := getattr(worth, field).get(milestone)) is None else make(held)

    figures = {f"{milestone} {head}": (milestone, *each) for milestone in found.at_stake_wd for head, each in heads.items()}
    return listing(
        name,
        title,
        "id:id | kind | title | cost:number | by" + "".join(f" | {head}:{kind}" for head, (_, kind, *_rest) in figures.items()),
        worths,
        proof,
        source,
        said={
            "id": lambda worth: worth.id.removeprefix("reading:"),
            **{head: cell(milestone, make) for head, (milestone, _, _, make) in figures.items()},
        },
        notes={head: about for head, (_, _, about, _) in figures.items() if about},
        note=note,
        most=15,
    )


def mitigation(found: Mitigation, source: str, said: Said = below) -> Table:
    """Return the dates before and after what could be done about risks."""
    labels = list(next(iter(found.before.values()), {}))
    rows: list[list[Cell]] = []
    for name, before in found.before.items():
        gained = figure_of("gained_wd", name, said)
        rows.append([name, "nothing done", None, None, None, *before.values(), None, None])
        for each in (*found.actions, *((found.together,) if found.together else ())):
            done: list[Cell] = [name, each.title, ", ".join(each.actions), each.basis, each.cost]
            rows.append([*done, *each.after[name].values(), gained(each), each.worth[name]])
    return table(
        "mitigation",
        "What doing something about risks is worth",
        columns(
            f"milestone:id | what is done | actions | basis | cost:number{across(labels, '{}:date')} | gained:number wd"
            " | for a unit of cost:number wd",
            {"gained": f"by which {percentile(found.confidence)} is earlier"},
        ),
        rows,
        "simulated",
        source,
        note="Each action alone, then all of them together; before and after stand on the same draws. Of several actions on one risk "
        "what leaves least counts.",
    )


def commitments(outcome: RobustOutcome, source: str, stated: float | None = None) -> Table:
    """Return which date each ratio of costs justifies, the one that somebody has stated among them."""
    found = [commitment(entry, stated) for entry in outcome.milestones]
    places = {entry.milestone: place for place, entry in enumerate(found)}
    note = "Nobody has stated what a month late or early costs; 'robust --cost-ratio' takes it."
    return listing(
        "commitments",
        "Which date, and why: the one that a ratio of costs justifies",
        "a day late costs so many days early:number = 0.ratio | so it should hold with:share = 0.confidence"
        + " | said" * (stated is not None)
        + "".join(f" | {name}:date = {place}.date" for name, place in places.items()),
        zip(*(entry.dates for entry in found), strict=True),
        "simulated",
        source,
        said={"said": lambda row: "by whoever asks" if row[0].stated else None},
        notes=dict.fromkeys(places, "the date to commit to at that ratio"),
        note=note if stated is None else None,
    )


def ratios(outcome: RobustOutcome, source: str) -> Table:
    """Return the ratio of costs at which each date would be the one to commit to."""
    return listing(
        "commitment-ratios",
        "The ratio at which each date would be the one to commit to",
        "milestone:id = 0 | date of:id = 1.of | date = 1.published | chance:share = 1.probability | ratio:number",
        (
            (entry.milestone, each)
            for entry in map(commitment, outcome.milestones)
            for each in (*entry.published, *((entry.deterministic,) if entry.deterministic else ()))
        ),
        "simulated",
        source,
        said={"ratio": lambda pair: None if pair[1].ratio is None else round(pair[1].ratio, 3)},
        note="An empty ratio: it holds in every sample, so an earlier date would be right. A ratio below 1 says that a day early is "
        "held to be dearer than a day late.",
        fold=True,
    )


def claims(cases: Iterable[tuple[str, RobustOutcome]], source: str) -> Table:
    """Return what each case claims of the work otherwise than the register."""
    return listing(
        "plan-claims",
        "What each case claims of the work otherwise than the register, and the chance that the work takes no longer",
        "case:id = 0 | quantity:id = 1.quantity | title = 1.title | claim = 1.claimed | fitted:marked = 1.fitted_to | low = "
        "1.low | likely = 1.likely | high = 1.high | chance:share = 1.chance",
        ((case, claim) for case, outcome in cases for claim in outcome.plan_claims),
        "simulated",
        source,
        note="The ranges are of the work and the same in every case. An empty chance: the case has no such work, and what is not in a "
        "plan is not drawn.",
    )


def limits(outcome: RobustOutcome, source: str) -> Table:
    """Return the chance of each limit that samples may miss."""
    return listing(
        "deadlines",
        "Limits that the samples may miss, each a target with its chance",
        "rule:id | title | latest:date = date | chance that it is met:share = probability"
        " | samples that miss it:number = missed",
        outcome.deadlines,
        "simulated",
        source,
        note="A latest date holds nothing back in the simulation. A maximum lag or an equality is listed where no schedule keeps it.",
    )


def claim_dates(found: ClaimsResult, milestones: Iterable[str], source: str) -> Table:
    """Return the dates under claims of each grade."""
    shape = "claims that count = grade | number:number = claims" + across(milestones, "{}:date = dates.{}")
    return listing("claim-dates", "Dates by grade of evidence", shape, found.dates, "simulated", source)


def claim_worths(found: ClaimsResult, milestones: Sequence[str], source: str, said: Said = below) -> Table:
    """Return what each claim's evidence is worth."""
    heads = {"firmest": "by firmest evidence", "without": "without the claim"}
    return listing(
        "claim-worths",
        "Whose evidence would move the dates",
        "respondent | assumption:id | grade | cost:number"
        + across(milestones, "{} known:number wd = knowing_wd.{} | {} firmest:number wd | {} without:number wd"),
        found.effects,
        "simulated",
        source,
        said={f"{name} {key}": figure_of(key, name, said) for name in milestones for key in heads},
        notes={f"{name} {key}": about for name in milestones for key, about in heads.items()},
    )


def plans(found: Against, confidence: float, source: str) -> Table:
    """Return two plans under one register."""
    rows: list[list[Cell]] = []
    for name in found.first.dates:
        for plan in (found.first, found.second):
            rows.append([name, plan.name, "its own date", plan.deterministic[name], plan.met[name]])
            rows.append([name, plan.name, percentile(confidence), plan.dates[name], confidence])
            rows += [[name, plan.name, f"by {baseline}", None, share] for baseline, share in plan.baselines[name].items()]
    heads = "milestone:id | plan | what | date:date | chance:share"
    title = "Two plans, one register: the same draws of the same work for both"
    return table("plans", title, heads, rows, "simulated", source)


def trades(found: Against, source: str) -> Table:
    """Return the second plan's savings with their risks."""
    first, second = found.first.name, found.second.name
    return listing(
        "trades",
        f"What {second} saves and risks against {first}",
        "milestone:id | own date earlier:number wd = saves_wd | on the same work:number wd = brings_wd"
        f" | {first} late on average:number wd = first_late_wd | {second} late on average:number wd = second_late_wd"
        " | break-even:number = break_even",
        found.trades,
        "simulated",
        source,
        note=f"Break-even: the word of {second} is the better one as long as a month late costs no more than so many times what a month "
        "earlier is worth.",
    )


def cuts(found: Against, milestones: Sequence[str], source: str, said: Said = below) -> Table:
    """Return the differences between two plans with the gain of each."""
    heads = {"gained": "gained_wd", "lost": "lost_wd"}
    return listing(
        "cuts",
        "What parts them: promised; gained in the first plan by it alone; lost in the second without it",
        "title | cut:id = id | from = before | to = after | cost:number"
        + across(milestones, "{} promised:number wd = promised_wd.{} | {} gained:number wd | {} lost:number wd")
        + " | worth",
        found.cuts,
        "simulated",
        source,
        said={f"{name} {head}": figure_of(key, name, said) for name in milestones for head, key in heads.items()},
    )


def pulled(pulls: Iterable[Pull]) -> str:
    """Return which levers are pulled, and how far."""
    return ", ".join(f"{pull.lever} ×{pull.steps}" if pull.steps > 1 else pull.lever for pull in pulls) or "nothing"


def levers(found: Decision, source: str, said: Said = below) -> Table:
    """Return each lever alone, pulled as far as it goes."""
    shape = f"title | lever:id | steps:number | cost:number | {found.milestone}:date = date | gained:number wd"
    made: dict[str, Maker] = {"gained": lambda lever: lever.gained_wd if lever.noise_wd is None else said(lever.noise_wd)}
    title = "Levers, each alone, pulled as far as it goes"
    return listing("levers", title, shape, found.levers, "simulated", source, said=made)


def frontier(found: Decision, confidence: float, source: str) -> Table:
    """Return the cheapest ways to earlier and earlier dates at the confidence asked for."""
    asked = percentile(confidence)
    return listing(
        "frontier",
        f"Cost against date of {found.milestone}: each row the cheapest way to its {asked} date",
        f"cost:number{across(found.frontier, '{}:date = dates.{}')} | levers",
        found.frontier[asked],
        "simulated",
        source,
        said={"levers": lambda step: pulled(step.pulls)},
    )
