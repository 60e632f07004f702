"""Updates of a plan as tables: what is new, what moved and why, and how forecasts went over the chain."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from models.moved import CAUSE_KINDS, CauseKind, MilestoneMove, WhatMoved
from models.pack import Cell, Table
from models.trend import UpdateTrend
from models.updating import UpdateChain, UpdateMade
from optimiser.evidence.tables.kit import Maker, columns, listing, table, weakest
from optimiser.evidence.words import day

__all__ = [
    "forecast_checks",
    "measured",
    "milestone_trend",
    "moved_causes",
    "moved_dates",
    "moved_windows",
    "unit_of",
    "update_chain",
    "update_changes",
]


_KINDS = {
    "begun": "begun",
    "finished": "done",
    "remaining": "left",
    "estimate": "estimated anew",
    "added": "added",
    "removed": "removed",
    "renamed": "renamed",
    "link": "link",
    "other": "other",
    "risk": "risk",
}


def update_changes(made: UpdateMade) -> Table:
    """Return what an update says otherwise than the one before."""
    return listing(
        "update-changes",
        "What is new",
        "item:id | title | what | before | now | where",
        made.changes,
        "stated",
        made.table,
        said={
            "what": lambda each: _KINDS[each.kind],
            "before": lambda each: _dated(each.before),
            "now": lambda each: _dated(each.after),
        },
    )


_STATES: Final = {
    "unchanged": "as it was",
    "changed": "changed since",
    "missing": "missing",
    "unreadable": "cannot be read",
    "circle": "a circle",
    None: None,
}


def update_chain(chain: UpdateChain, source: str) -> Table:
    """Return an update and those before it, the newest first."""
    return listing(
        "update-chain",
        "The chain of updates",
        "status date:date = 0.status_date | update = 0.path | done:number = 1.done | begun:number = 1.begun"
        " | to do:number = 1.to_do | what it says",
        [(each, each if each.title != "not read" else None) for each in chain.links],
        "stated",
        source,
        said={"what it says": lambda pair: _STATES[pair[0].state]},
        notes={
            "status date": "the day by whose evening what the update says is known",
            "update": "its name where it is packaged, else its path",
            "done": "activities and milestones that are done",
            "begun": "activities that have begun",
            "to do": "activities and milestones of which nothing is done",
            "what it says": "whether it is what it was when the next update was made of it, by its hash",
        },
    )


_ISO_DAY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}))?")


def _dated(text: str | None) -> str | None:
    """Return words with the days in them as people read them."""
    return None if text is None else _ISO_DAY.sub(_day_in_words, text)


def _day_in_words(found: re.Match[str]) -> str:
    return day(dt.date.fromisoformat(found[1])) + (f" {found[2]}" if found[2] else "")


_ORDERS = (
    "Where causes overlap, the order decides who is charged: in time order, in the reverse order, and on average over orders."
)
_OTHER_DAYS = (
    "other days are worked now, so that the windows, each on the calendar of its update, do not add up to the move as a whole"
)
_CAPACITY = " Capacity leaves some of the dates open; the amounts are those of the best schedules known."


def unit_of(found: WhatMoved) -> str:
    """Return the unit in which the moves are shown: minutes are shown as working days."""
    return "cd" if any(move.unit == "cd" for move in found.moves) else "wd"


def measured(found: WhatMoved, amount: float | None) -> float | int | None:
    """Return an amount in the unit shown, whole where it is."""
    if amount is None:
        return None
    if any(move.unit == "min" for move in found.moves):
        amount = round(amount / found.day_minutes, 2)
    return int(amount) if amount == int(amount) else round(amount, 2)


def _kinds_of(kinds: Iterable[CauseKind]) -> dict[str, str]:
    """Return what the columns of the kinds of cause mean."""
    return dict.fromkeys((CAUSE_KINDS[kind].lower() for kind in kinds), "of the move, due to causes of this kind")


def moved_dates(found: WhatMoved, source: str) -> Table:
    """Return each milestone before and after, and what of its move is due to each kind of cause."""
    unit = unit_of(found)
    kinds = {said.lower(): kind for kind, said in CAUSE_KINDS.items() if any(kind in move.kinds for move in found.moves)}

    def due(kind: CauseKind) -> Maker:
        return lambda move: None if move.amount is None else measured(found, move.kinds.get(kind, 0))

    return listing(
        "moved-dates",
        f"What moved from {found.before} to {found.after}",
        f"milestone:id | title | before:date | after:date | moved:number {unit}"
        + "".join(f" | {said}:number {unit}" for said in kinds),
        found.moves,
        weakest(proof for move in found.moves for proof in (move.proof_before, move.proof_after) if proof),
        source,
        said={
            "moved": lambda move: measured(found, move.amount),
            **{said: due(kind) for said, kind in kinds.items()},
        },
        notes=_kinds_of(kinds.values()),
        note="; ".join(f"{move.milestone}: {move.why_not}" for move in found.moves if move.why_not) or None,
    )


def moved_causes(found: WhatMoved, source: str, moves: Sequence[MilestoneMove] | None = None) -> Table:
    """Return what each cause moves each milestone by, in time order."""

    def amount(key: str) -> Maker:
        return lambda row: measured(found, getattr(row[2], key))

    by_id = {cause.id: cause for cause in found.causes}
    rows = [(move, by_id[share.cause], share) for move in (found.moves if moves is None else moves) for share in move.shares]
    open_ends = any(share.low != share.high for *_, share in rows)
    amounts = {
        "moved": ("amount", "in time order; the sum is the move of the milestone"),
        "in reverse": ("reverse", "with the causes applied in the reverse order"),
        "on average": ("mean", "over all orders of the causes that move it, or a sample of them"),
        "least": ("least", "in any order tried"),
        "most": ("most", "in any order tried"),
    }
    return listing(
        "moved-causes",
        "What each cause moves",
        "milestone:id = 0.milestone | what happened = 1.happened | kind | since:date = 1.since"
        + "".join(f" | {said}:number {unit_of(found)}" for said in amounts),
        rows,
        "gap" if open_ends else "closed form",
        source,
        said={
            "kind": lambda row: CAUSE_KINDS[row[1].kind].lower(),
            **{said: amount(key) for said, (key, _) in amounts.items()},
        },
        notes={
            "what happened": "what was done, or changed, and from what to what",
            "since": "the first day on which fact and forecast part, or which the change touches",
            **{said: about for said, (_, about) in amounts.items()},
        },
        note=_ORDERS + _CAPACITY * open_ends,
    )


def moved_windows(windows: Sequence[WhatMoved], whole: WhatMoved, source: str) -> Table:
    """Return what moved from update to update, each window by kinds of cause, and below its windows the sum for each milestone."""
    unit = unit_of(whole)
    kinds = [kind for kind in CAUSE_KINDS if any(kind in move.kinds for each in windows for move in each.moves)]
    heads = "".join(f" | {CAUSE_KINDS[kind].lower()}:number {unit}" for kind in kinds)
    rows: list[Sequence[Cell]] = []
    apart: list[str] = []

    def due(
        of: WhatMoved, window: str, move: MilestoneMove, amount: float | None, parts: Mapping[CauseKind, float]
    ) -> list[Cell]:
        shares = (measured(of, parts.get(kind, 0)) for kind in kinds)
        return [move.milestone, window, move.before, move.after, measured(of, amount), *shares]

    for entire in whole.moves:
        found = [(each, move) for each in windows for move in each.moves if move.milestone == entire.milestone]
        rows += [due(each, f"{each.before} → {each.after}", move, move.amount, move.kinds) for each, move in found]
        amounts = [move.amount for _, move in found if move.amount is not None]
        if len(amounts) < len(windows):
            apart.append(f"{entire.milestone} has no date in some of the windows")
            continue
        total = sum(amounts)
        sums: Counter[CauseKind] = Counter()
        for _, move in found:
            sums.update(move.kinds)
        rows.append(due(whole, "all windows", entire, total, sums))
        if total != entire.amount:
            apart.append(f"{entire.milestone}: {_OTHER_DAYS}")
    return table(
        "moved-windows",
        "Window by window",
        columns(f"milestone:id | window | before:date | after:date | moved:number {unit}{heads}", _kinds_of(kinds)),
        rows,
        moved_dates(whole, source).proof,
        source,
        note="; ".join(apart)
        or "The windows add up to the move as a whole; each charges its causes on the plan as it then was.",
    )


_UPDATE: Final = {
    "status date": "the day by whose evening what the update says is known",
    "update": "its name where it is packaged, else its path",
}


def milestone_trend(trend: UpdateTrend, source: str) -> Table:
    """Return a row for each milestone and update, the oldest update first."""
    points = [(each, point) for each in trend.milestones for point in each.points]
    deadlines = any(each.deadline for each in trend.milestones)
    buffers = any(point.held_wd is not None for _, point in points)
    return listing(
        "milestone-trend",
        "Forecasts from update to update",
        "milestone:id = 0.id | status date:date = 1.status_date | update = 1.update | date:date = 1.date | proof"
        " | moved:number wd = 1.moved_wd"
        + " | to spare:number wd = 1.spare_wd | consumed:number wd = 1.consumed_wd" * deadlines
        + " | P50:date = 1.p50 | P80:date = 1.p80" * (trend.samples is not None)
        + " | held:number wd = 1.held_wd | needed:number wd = 1.needed_wd" * buffers,
        points,
        "certified",
        source,
        said={"proof": lambda pair: pair[1].proof if pair[1].state == "forecast" else pair[1].state},
        notes=_UPDATE
        | {
            "date": "on which the milestone was met, or is forecast",
            "proof": "met; or how far the forecast is proved",
            "moved": "since the update before; later is positive",
            "to spare": "from the date to the deadline; negative is late",
            "consumed": "of what there was to spare in the first update",
            "P50": "the date that holds with one chance in two",
            "P80": "the date that holds with four chances in five",
            "held": "contingency that the date holds",
            "needed": "contingency that four chances in five take",
        },
        proofs=dict.fromkeys(("P50", "P80", "needed"), "simulated"),
    )


def forecast_checks(trend: UpdateTrend, source: str) -> Table:
    """Return how right each update was of milestones that were met after it."""
    return listing(
        "forecast-checks",
        "How right past forecasts were: milestones met by the date that was to hold with four chances in five",
        "status date:date | update | met since:number = met | by that date:number = within | share:share | later = late",
        trend.checks,
        "counted",
        source,
        said={"share": lambda each: each.within / each.met if each.met else None},
        notes=_UPDATE
        | {
            "met since": "milestones met after it of which it forecast such a date",
            "by that date": "those of them that came by it",
            "share": "about four in five where the ranges are honest",
            "later": "those that came after it",
        },
    )
