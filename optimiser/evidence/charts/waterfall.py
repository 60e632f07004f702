"""From one published date to another, gap by gap, and what each month rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimiser.evidence.charts.svg import FAINT, INK, MUTED, WIDTH, Drawing, cut

__all__ = ["CLASSES", "GapBar", "waterfall_chart"]

CLASSES = {
    "approved": ("#0b6e4f", False),
    "evidenced": ("#3d8fc4", False),
    "asserted": ("#e0a526", False),
    "contingency": ("#6a51a3", True),
    "unexplained": ("#a33a21", True),
}
"""What a month rests on, with its colour and whether it is hatched too."""

_LABEL, _TOP, _ROW = 210.0, 64.0, 25.0


@dataclass(frozen=True, slots=True)
class GapBar:
    """One gap: what it is called, and its months by what they rest on; negative is earlier."""

    label: str
    months: tuple[tuple[str, int], ...]


def waterfall_chart(name: str, title: str, first: str, last: str, steps: Sequence[GapBar]) -> str:
    """Return the steps from a first date to a last."""
    total = sum(amount for step in steps for _, amount in step.months)
    levels = [0]
    for step in steps:
        for _, amount in step.months:
            levels.append(levels[-1] + amount)
    low, high = min(levels), max(*levels, 1)
    height = _TOP + _ROW * (len(steps) + 2) + 16
    words = "; ".join(
        f"{step.label} {' and '.join(f'{amount:+d} {kind}' for kind, amount in step.months) or 'unchanged'}" for step in steps
    )
    about = f"From {first} to {last}, {total:+d} months in all. Months, and what they rest on: {words}."
    sheet = Drawing(name, title, about, height)
    sheet.text(8, 16, title, size=13, weight=700)
    fills = {}
    x = 8.0
    for kind, (colour, hatched) in CLASSES.items():
        fills[kind] = sheet.hatch(kind, "#ffffff", colour) if hatched else colour
        sheet.rect(x, 26, 18, 10, fills[kind], stroke=colour, stroke_width=1)
        sheet.text(x + 22, 35, kind, size=9.5, fill=MUTED)
        x += 34 + 6.2 * len(kind)

    def at(months: float) -> float:
        return _LABEL + (months - low) / max(1, high - low) * (WIDTH - _LABEL - 70)

    sheet.text(8, _TOP + 12, first, size=10.5, weight=700)
    sheet.line(at(0), _TOP + 2, at(0), _TOP + 18, INK, stroke_width=2)
    level, y = 0, _TOP + _ROW
    for step in steps:
        sheet.text(8, y + 13, cut(step.label, _LABEL - 14, 10.5), size=10.5, full=step.label)
        sheet.line(at(level), y - 7, at(level), y + 3, FAINT)
        if not step.months:
            sheet.line(at(level), y + 3, at(level), y + 18, MUTED, stroke_width=1.5)
            sheet.text(at(level) + 5, y + 14, "unchanged", size=9.5, fill=MUTED)
        for kind, amount in step.months:
            left, right = sorted((at(level), at(level + amount)))
            sheet.rect(left, y + 3, right - left, 15, fills[kind], stroke=CLASSES[kind][0], stroke_width=1)
            level += amount
        moved = sum(amount for _, amount in step.months)
        if moved:
            sheet.text(max(at(level), at(level - moved)) + 5, y + 14, f"{moved:+d}", size=10, weight=700)
        y += _ROW
    sheet.line(at(level), y - 7, at(level), y + 18, INK, stroke_width=2)
    sheet.text(8, y + 13, last, size=10.5, weight=700)
    sheet.text(at(level) + 5, y + 14, f"{total:+d} months", size=10, weight=700)
    return sheet.svg()
