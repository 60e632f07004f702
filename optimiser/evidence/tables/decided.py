"""What another claim, plan or lever would make of dates at a confidence, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.pack import Cell, Table
from models.robustness import Against, ClaimsResult, Decision, Pull
from optimiser.evidence.tables.kit import Maker, across, listing, table
from optimiser.evidence.tables.worth import Said, below, figure_of
from optimiser.robust.statistics import percentile

__all__ = ["claim_dates", "claim_worths", "cuts", "frontier", "levers", "plans", "pulled", "trades"]


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
