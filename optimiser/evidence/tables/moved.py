"""What moved between two updates, as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from models.moved import CAUSE_KINDS, CauseKind, MilestoneMove, WhatMoved
from models.pack import Cell, Table
from optimiser.evidence.tables.kit import Maker, columns, listing, table, weakest

__all__ = ["measured", "moved_causes", "moved_dates", "moved_windows", "unit_of"]

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
