"""What moved between two updates, as tables."""

from __future__ import annotations

from collections.abc import Sequence

from models.moved import CAUSE_KINDS, MilestoneMove, WhatMoved
from models.pack import Cell, PackProof, Table
from optimiser.evidence.tables.kit import column, columns, table, weakest

__all__ = ["measured", "moved_causes", "moved_dates", "moved_windows", "unit_of"]

_ORDERS = (
    "Where causes overlap, the order decides who is charged: in time order, in the reverse order, and on average over orders."
)


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


def moved_dates(found: WhatMoved, source: str) -> Table:
    """Return each milestone before and after, and what of its move is due to each kind of cause."""
    unit = unit_of(found)
    kinds = [kind for kind in CAUSE_KINDS if any(kind in move.kinds for move in found.moves)]
    proof = weakest(proof for move in found.moves for proof in (move.proof_before, move.proof_after) if proof)
    return table(
        "moved-dates",
        f"What moved from {found.before} to {found.after}",
        [
            *columns(f"milestone:id | title | before:date | after:date | moved:number {unit}"),
            *(column(CAUSE_KINDS[kind].lower(), "number", unit, "of the move, due to causes of this kind") for kind in kinds),
        ],
        [
            [
                move.milestone,
                move.title,
                move.before,
                move.after,
                measured(found, move.amount),
                *(None if move.amount is None else measured(found, move.kinds.get(kind, 0)) for kind in kinds),
            ]
            for move in found.moves
        ],
        proof=proof,
        source=source,
        note="; ".join(f"{move.milestone}: {move.why_not}" for move in found.moves if move.why_not) or None,
    )


def moved_causes(found: WhatMoved, source: str, moves: Sequence[MilestoneMove] | None = None) -> Table:
    """Return what each cause moves each milestone by, in time order."""
    unit = unit_of(found)
    by_id = {cause.id: cause for cause in found.causes}
    shown = found.moves if moves is None else moves
    rows: list[Sequence[Cell]] = []
    for move in shown:
        for share in move.shares:
            cause = by_id[share.cause]
            numbers = (share.amount, share.reverse, share.mean, share.least, share.most)
            rows.append(
                [
                    move.milestone,
                    cause.happened,
                    CAUSE_KINDS[cause.kind].lower(),
                    cause.since,
                    *(measured(found, number) for number in numbers),
                ]
            )
    open_ends = any(share.low != share.high for move in shown for share in move.shares)
    proof: PackProof = "gap" if open_ends else "closed form"
    note = (
        f"{_ORDERS} Capacity leaves some of the dates open; the amounts are those of the best schedules known."
        if open_ends
        else _ORDERS
    )
    return table(
        "moved-causes",
        "What each cause moves",
        [
            column("milestone", "id"),
            column("what happened", note="what was done, or changed, and from what to what"),
            column("kind"),
            column("since", "date", note="the first day on which fact and forecast part, or which the change touches"),
            column("moved", "number", unit, "in time order; the sum is the move of the milestone"),
            column("in reverse", "number", unit, "with the causes applied in the reverse order"),
            column("on average", "number", unit, "over all orders of the causes that move it, or a sample of them"),
            column("least", "number", unit, "in any order tried"),
            column("most", "number", unit, "in any order tried"),
        ],
        rows,
        proof=proof,
        source=source,
        note=note,
    )


def moved_windows(windows: Sequence[WhatMoved], whole: WhatMoved, source: str) -> Table:
    """Return what moved from update to update, each window by kinds of cause, and below its windows the sum for each milestone."""
    unit = unit_of(whole)
    kinds = [kind for kind in CAUSE_KINDS if any(kind in move.kinds for each in windows for move in each.moves)]
    rows: list[Sequence[Cell]] = []
    apart: list[str] = []
    for entire in whole.moves:
        found = [(each, move) for each in windows for move in each.moves if move.milestone == entire.milestone]
        for each, move in found:
            rows.append(
                [
                    entire.milestone,
                    f"{each.before} → {each.after}",
                    move.before,
                    move.after,
                    measured(each, move.amount),
                    *(measured(each, move.kinds.get(kind, 0)) for kind in kinds),
                ]
            )
        amounts = [move.amount for _, move in found if move.amount is not None]
        if len(amounts) < len(windows):
            apart.append(f"{entire.milestone} has no date in some of the windows")
            continue
        total = sum(amounts)
        sums = [sum(move.kinds.get(kind, 0) for _, move in found) for kind in kinds]
        ends = [entire.milestone, "all windows", entire.before, entire.after]
        rows.append([*ends, measured(whole, total), *(measured(whole, each) for each in sums)])
        if total != entire.amount:
            apart.append(
                f"{entire.milestone}: other days are worked now, so that the windows, each on the calendar of its update, do not add up to the move as a whole"
            )
    return table(
        "moved-windows",
        "Window by window",
        [
            *columns(f"milestone:id | window | before:date | after:date | moved:number {unit}"),
            *(column(CAUSE_KINDS[kind].lower(), "number", unit, "of the move, due to causes of this kind") for kind in kinds),
        ],
        rows,
        proof=moved_dates(whole, source).proof,
        source=source,
        note="; ".join(apart)
        or "The windows add up to the move as a whole; each charges its causes on the plan as it then was.",
    )
