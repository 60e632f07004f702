"""What is uncertain: the chance that a date holds, and what moves the date to commit to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optimiser.evidence.charts.svg import CALM, FAINT, INK, MUTED, STRONG, WIDTH, Drawing, TimeAxis, cut

__all__ = ["Swing", "chance_chart", "tornado_chart"]


def chance_chart(
    name: str,
    title: str,
    masses: Sequence[tuple[dt.date, float]],
    marks: Mapping[str, dt.date],
    published: Mapping[str, dt.date],
) -> str:
    """Return the chance that a milestone falls on a day or before, as a curve of steps.

    Parameters
    ----------
    masses
        Days in order with the share of samples that fall on each.
    marks
        Names of quantiles, and of the deterministic date, to their days.
    published
        Names of tables to the last day that they can mean.
    """
    left, right, top, bottom = 46.0, WIDTH - 14, 58.0, 262.0
    days = [day for day, _ in masses]
    seen = {label: day for label, day in published.items() if days[0] - dt.timedelta(400) <= day <= days[-1]}
    first = min([*days[:1], *seen.values(), *marks.values()]) - dt.timedelta(days=10)
    last = max([days[-1], *marks.values()]) + dt.timedelta(days=25)
    quantiles = "; ".join(f"{label} {day.isoformat()}" for label, day in marks.items())
    tables = "; ".join(f"{label} {day.isoformat()}" for label, day in published.items()) or "none"
    about = (
        f"The chance, from nothing to certain, that the milestone falls on a day or before. Marked: {quantiles}. "
        f"Published dates, as diamonds where within sight: {tables}."
    )
    axis = TimeAxis(first, last, left, right)
    labels = _stacked(
        [_Label(axis.at(day), f"{label} {day.isoformat()}", STRONG) for label, day in marks.items()]
        + [_Label(axis.at(day), label, INK) for label, day in seen.items()]
    )
    sheet = Drawing(name, title, about, bottom + 22 + 13 * (1 + max((row for _, row in labels), default=0)))
    sheet.text(8, 16, title, size=13, weight=700)
    axis.draw(sheet, top, bottom)

    def height(chance: float) -> float:
        return bottom - chance * (bottom - top)

    for chance in (0.0, 0.25, 0.5, 0.75, 1.0):
        sheet.line(left, height(chance), right, height(chance), FAINT)
        sheet.text(left - 5, height(chance) + 3.5, f"{chance:.0%}", anchor="end", size=9.5, fill=MUTED)
    points = [(left, height(0.0))]
    total = 0.0
    for day, share in masses:
        x = axis.at(day)
        points.append((x, height(total)))
        total += share
        points.append((x, height(min(total, 1.0))))
    points.append((right, height(min(total, 1.0))))
    sheet.path(points, INK, stroke_width=2)
    for day in marks.values():
        x = axis.at(day)
        chance = sum(share for at, share in masses if at <= day)
        sheet.line(x, height(chance), x, bottom, STRONG, stroke_width=1.2)
        sheet.rect(x - 3, height(chance) - 3, 6, 6, STRONG)
    for label, row in labels:
        y = bottom + 16 + 13 * row
        sheet.line(label.x, bottom, label.x, y, label.colour, stroke_width=1.2 if label.colour == STRONG else 0.8)
        turned = label.x + 3 + label.width > WIDTH
        sheet.text(
            label.x + (-3 if turned else 3), y, label.text, anchor="end" if turned else "start", size=9.5, fill=label.colour
        )
    for day in seen.values():
        x, y = axis.at(day), bottom
        sheet.path([(x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y)], INK, close=True, fill="#ffffff", stroke_width=1.4)
    return sheet.svg()


@dataclass(frozen=True, slots=True)
class _Label:
    """Words under the axis, with where they point to."""

    x: float
    text: str
    colour: str

    @property
    def width(self) -> float:
        """How wide they are, roughly."""
        return len(self.text) * 9.5 * 0.55 + 6


def _stacked(labels: Sequence[_Label]) -> list[tuple[_Label, int]]:
    """Give each label a row such that none is written over another, nor crossed by the line of one further right."""
    found: list[tuple[_Label, int]] = []
    for label in sorted(labels, key=lambda each: (-each.x, each.text)):
        under = [row for other, row in found if other.x < label.x + label.width]
        found.append((label, 1 + max(under) if under else 0))
    return found[::-1]


@dataclass(frozen=True, slots=True)
class Swing:
    """How far one thing moves a date: working days at its low and at its high end."""

    label: str
    low: int
    high: int


def tornado_chart(name: str, title: str, swings: Sequence[Swing]) -> str:
    """Return swings, the widest at the top."""
    top, row, label = 54.0, 21.0, 268.0
    height = top + row * len(swings) + 24
    reach = max(1, *(max(abs(swing.low), abs(swing.high)) for swing in swings))
    words = "; ".join(f"{swing.label} {swing.low:+d} to {swing.high:+d}" for swing in swings)
    about = f"Working days by which the date moves where each is in its lowest and in its highest tenth: {words}."
    sheet = Drawing(name, title, about, height)
    sheet.text(8, 16, title, size=13, weight=700)
    middle = label + (WIDTH - label - 30) / 2
    scale = (WIDTH - label - 110) / 2 / reach
    low_fill = CALM
    high_fill = sheet.hatch("high", STRONG, "#e9b8a6")
    sheet.rect(8, 26, 18, 10, low_fill)
    sheet.text(30, 35, "lowest tenth, or does not happen", size=9.5, fill=MUTED)
    sheet.rect(222, 26, 18, 10, high_fill, stroke=STRONG)
    sheet.text(244, 35, "highest tenth, or happens", size=9.5, fill=MUTED)
    for place, swing in enumerate(swings):
        y = top + row * place
        sheet.text(8, y + 11, cut(swing.label, label - 14, 10), size=10, full=swing.label)
        for amount, fill, edge in ((swing.low, low_fill, "none"), (swing.high, high_fill, STRONG)):
            end = middle + amount * scale
            sheet.rect(min(middle, end), y + 2, abs(end - middle), 12, fill, stroke=edge)
            if amount:
                beside = end + 4 if amount > 0 else end - 4
                sheet.text(beside, y + 12, f"{amount:+d}", anchor="start" if amount > 0 else "end", size=9.5)
    sheet.line(middle, top - 4, middle, height - 14, INK)
    sheet.text(middle, height - 3, "working days, later to the right", anchor="middle", size=9.5, fill=MUTED)
    return sheet.svg()
