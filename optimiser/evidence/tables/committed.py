"""Which date to commit to and what it stands on, as tables."""

from __future__ import annotations

from collections.abc import Iterable

from models.pack import Table
from models.robustness import RobustOutcome
from optimiser.evidence.tables.kit import listing
from optimiser.robust.commitment import commitment

__all__ = ["claims", "commitments", "limits", "ratios"]


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
