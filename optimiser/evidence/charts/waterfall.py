"""From one date to another, step by step: between published dates what each month rests on, between updates what moved it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from models.moved import CAUSE_KINDS, MilestoneMove, WhatMoved
from optimiser.evidence.charts.svg import FAINT, INK, MUTED, WIDTH, Drawing, cut, titled, wide
from optimiser.evidence.words import day
from optimiser.moved import moved_words

__all__ = ["CLASSES", "GapBar", "bridge_chart", "waterfall_chart"]

CLASSES = {
    "approved": ("#0b6e4f", False),
    "evidenced": ("#3d8fc4", False),
    "asserted": ("#e0a526", False),
    "contingency": ("#6a51a3", True),
    "unexplained": ("#a33a21", True),
}
"""What a month rests on, with its colour and whether it is hatched too."""

KINDS = {
    "progress": ("#8a1c00", False),
    "remaining": ("#e0a526", False),
    "logic": ("#3d8fc4", False),
    "rules": ("#0b6e4f", True),
    "assumption": ("#6a51a3", False),
    "reading": ("#4c5a67", True),
    "calendar": ("#7fb2d9", True),
}
"""What a step between two updates is due to, in the same way."""

_LABEL, _TOP, _ROW = 210.0, 64.0, 25.0
_SENTENCE = 330.0
"""Room for what happened between two updates."""


@dataclass(frozen=True, slots=True)
class GapBar:
    """One step: what it is called, and its amounts by what they rest on; negative is earlier."""

    label: str
    parts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """The whole step."""
        return sum(amount for _, amount in self.parts)


def waterfall_chart(name: str, title: str, first: str, last: str, steps: Sequence[GapBar]) -> str:
    """Return the steps from a first published date to a last."""
    total = sum(step.total for step in steps)
    words = "; ".join(
        f"{step.label} {' and '.join(f'{amount:+d} {kind}' for kind, amount in step.parts) or 'unchanged'}" for step in steps
    )
    about = f"From {first} to {last}, {total:+d} months in all. Months, and what they rest on: {words}."
    sheet = titled(name, title, about, _TOP + _ROW * (len(steps) + 2) + 16)
    fills = _legend(sheet, CLASSES, {kind: kind for kind in CLASSES})
    _panel(sheet, _TOP, _LABEL, (first, last), steps, fills, lambda amount: f"{amount:+d}", f"{total:+d} months")
    return sheet.svg()


def bridge_chart(name: str, found: WhatMoved) -> str:
    """Return what moved each milestone from one update to the other, cause by cause."""
    told = _told(found)
    title = f"What moved from {found.before} to {found.after}"
    about = " ".join(share.sentence for move, _ in told for share in move.shares if share.amount) or "Nothing moved."
    sheet = titled(name, title, about, _TOP + sum(_ROW * (len(steps) + 3) for _, steps in told) + 8)
    used = {kind for _, steps in told for step in steps for kind, _ in step.parts}
    fills = _legend(sheet, KINDS, {kind: said.lower() for kind, said in CAUSE_KINDS.items() if kind in used})
    top = _TOP
    for move, steps in told:
        said = partial(moved_words, unit=move.unit, day_minutes=found.day_minutes)
        top = _panel(sheet, top, _SENTENCE, _ends(move), steps, fills, said, "") + 0.6 * _ROW
    return sheet.svg()


def _told(found: WhatMoved) -> list[tuple[MilestoneMove, list[GapBar]]]:
    """Return what moved, each with its steps; where nothing did, what has both its dates."""
    causes = {cause.id: cause for cause in found.causes}
    moved = [move for move in found.moves if move.shares] or [move for move in found.moves if move.before and move.after]
    steps = [[(causes[share.cause], share.amount) for share in move.shares if share.amount] for move in moved]
    return [
        (move, [GapBar(cause.happened, ((cause.kind, amount),)) for cause, amount in held])
        for move, held in zip(moved, steps, strict=True)
    ]


def _ends(move: MilestoneMove) -> tuple[str, str]:
    """Return the dates before and after, the first with the milestone."""
    assert move.before is not None
    assert move.after is not None
    return f"{move.milestone} {day(move.before)}", f"{move.milestone} {day(move.after)}"


def _legend(sheet: Drawing, classes: Mapping[str, tuple[str, bool]], named: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Draw what colours mean, and return fill and edge of each."""
    fills: dict[str, tuple[str, str]] = {}
    x = 8.0
    for kind, said in named.items():
        colour, hatched = classes[kind]
        fills[kind] = (sheet.hatch(kind, "#ffffff", colour) if hatched else colour), colour
        sheet.key(x, said, fills[kind][0], colour)
        x += 34 + 6.2 * len(said)
    return fills


def _panel(
    sheet: Drawing,
    top: float,
    room: float,
    ends: tuple[str, str],
    steps: Sequence[GapBar],
    fills: Mapping[str, tuple[str, str]],
    said: Callable[[int], str],
    total: str,
) -> float:
    """Draw the steps from one date to another below each other, and return where they end."""
    levels = [0]
    for step in steps:
        for _, amount in step.parts:
            levels.append(levels[-1] + amount)
    low, high = min(levels), max(*levels, 1)

    def at(amount: float) -> float:
        return room + (amount - low) / max(1, high - low) * (WIDTH - room - 70)

    sheet.text(8, top + 12, ends[0], size=10.5, weight=700)
    sheet.line(at(0), top + 2, at(0), top + 18, INK, stroke_width=2)
    level, y = 0, top + _ROW
    for step in steps:
        _label(sheet, y, step.label, room - 14)
        sheet.line(at(level), y - 7, at(level), y + 3, FAINT)
        if not step.parts:
            sheet.line(at(level), y + 3, at(level), y + 18, MUTED, stroke_width=1.5)
            sheet.text(at(level) + 5, y + 14, "unchanged", size=9.5, fill=MUTED)
        for kind, amount in step.parts:
            left, right = sorted((at(level), at(level + amount)))
            fill, edge = fills[kind]
            sheet.rect(left, y + 3, right - left, 15, fill, stroke=edge, stroke_width=1)
            level += amount
        if step.total:
            sheet.text(max(at(level), at(level - step.total)) + 5, y + 14, said(step.total), size=10, weight=700)
        y += _ROW
    sheet.line(at(level), y - 7, at(level), y + 18, INK, stroke_width=2)
    sheet.text(8, y + 13, ends[1], size=10.5, weight=700)
    sheet.text(at(level) + 5, y + 14, total or said(level), size=10, weight=700)
    return y + _ROW


def _label(sheet: Drawing, y: float, text: str, room: float) -> None:
    """Write what a step is called, smaller and on two lines where one does not hold it."""
    if wide(text, 10.5) <= room:
        sheet.text(8, y + 13, text, size=10.5)
        return
    first: list[str] = []
    rest = text.split(" ")
    while rest and wide(" ".join([*first, rest[0]]), 9.5) <= room:
        first.append(rest.pop(0))
    if not (first and rest):
        sheet.text(8, y + 13, cut(text, room, 10.5), size=10.5, full=text)
        return
    sheet.text(8, y + 8, " ".join(first), size=9.5)
    sheet.text(8, y + 19, cut(" ".join(rest), room, 9.5), size=9.5, full=text)
