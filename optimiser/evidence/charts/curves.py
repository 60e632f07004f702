"""Charts of uncertainty: the chance that a date holds, and the drivers of the committed date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optimiser.evidence.charts.svg import CALM, INK, MUTED, STRONG, WIDTH, Drawing, TimeAxis, cut, label_width, stacked, titled

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
    places = {f"{label} {day.isoformat()}": axis.at(day) for label, day in marks.items()}
    places |= {label: axis.at(day) for label, day in seen.items()}
    rows = stacked(places)
    sheet = titled(name, title, about, bottom + 22 + 13 * (1 + max(rows.values(), default=0)))
    axis.draw(sheet, top, bottom)

    def height(chance: float) -> float:
        return bottom - chance * (bottom - top)

    sheet.levels(left, right, ((height(chance), f"{chance:.0%}") for chance in (0.0, 0.25, 0.5, 0.75, 1.0)))
    points, total = [(left, height(0.0))], 0.0
    for day, share in masses:
        points.append((axis.at(day), height(total)))
        total += share
        points.append((axis.at(day), height(min(total, 1.0))))
    points.append((right, height(min(total, 1.0))))
    sheet.path(points, INK, stroke_width=2)
    for day in marks.values():
        x, y = axis.at(day), height(sum(share for at, share in masses if at <= day))
        sheet.line(x, y, x, bottom, STRONG, stroke_width=1.2)
        sheet.rect(x - 3, y - 3, 6, 6, STRONG)
    for label, x in places.items():
        _label(sheet, x, bottom, bottom + 16 + 13 * rows[label], label, INK if label in seen else STRONG)
    for x in map(axis.at, seen.values()):
        corners = [(x, bottom - 5), (x + 5, bottom), (x, bottom + 5), (x - 5, bottom)]
        sheet.path(corners, INK, close=True, fill="#ffffff", stroke_width=1.4)
    return sheet.svg()


def _label(sheet: Drawing, x: float, top: float, y: float, label: str, colour: str) -> None:
    """Write what a place on the axis is, with a line to it; to its left where it would leave the sheet."""
    sheet.line(x, top, x, y, colour, stroke_width=1.2 if colour == STRONG else 0.8)
    turned = x + 3 + label_width(label) > WIDTH
    sheet.text(x + (-3 if turned else 3), y, label, anchor="end" if turned else "start", size=9.5, fill=colour)


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
    sheet = titled(name, title, about, height)
    middle = label + (WIDTH - label - 30) / 2
    scale = (WIDTH - label - 110) / 2 / reach
    low_fill, high_fill = CALM, sheet.hatch("high", STRONG, "#e9b8a6")
    sheet.key(8, "lowest tenth, or does not happen", low_fill)
    sheet.key(222, "highest tenth, or happens", high_fill, STRONG)
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
