"""A sheet to draw on: escaped text, shapes, and an axis of dates. Nothing in it is fetched, scripted or coloured by chance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape

from optimiser.evidence.terminal.characters import clean
from optimiser.evidence.words import month_name

__all__ = [
    "BAD",
    "CALM",
    "FAINT",
    "GOOD",
    "INK",
    "MUTED",
    "PALE",
    "STRONG",
    "WIDTH",
    "Drawing",
    "TimeAxis",
    "cut",
    "label_width",
    "stacked",
    "titled",
    "wide",
]

WIDTH = 760
"""Units across: printed on A4 between usual margins a letter of 11 units is then about 7.5 points high."""

INK, MUTED, FAINT, PALE = "#1b2733", "#4c5a67", "#c3ccd4", "#eef1f4"
STRONG, CALM = "#8a1c00", "#7fb2d9"
"""What drives, and what does not. They differ in lightness too, and everything told by colour is told by shape as well."""
GOOD, BAD = "#0b6e4f", "#b3261e"

_LETTER, _CAPITAL = 0.51, 1.32
"""Width of an average letter against its height, and of a capital against that."""


def cut(text: str, width: float, size: float = 11) -> str:
    """Return the text on one line, cut with an ellipsis where it would be wider."""
    text = clean(text)
    room = width / (size * _LETTER)
    taken = 0.0
    for place, letter in enumerate(text):
        taken += _CAPITAL if letter.isupper() else 1.0
        if taken > room:
            return text[: max(1, place - 1)].rstrip() + "…"
    return text


def wide(text: str, size: float = 11) -> float:
    """Return about how wide a text is."""
    return sum(_CAPITAL if letter.isupper() else 1.0 for letter in clean(text)) * size * _LETTER


def titled(name: str, title: str, about: str, height: float, width: float = WIDTH) -> Drawing:
    """Return a drawing that begins with its title."""
    sheet = Drawing(name, title, about, height, width)
    sheet.text(8, 16, cut(title, width - 16, 13), size=13, weight=700, full=title)
    return sheet


def stacked(labels: Mapping[str, float]) -> dict[str, int]:
    """Return a row for each label under an axis, by where it points: none is written over another, nor crossed by a line further right."""
    found: dict[str, int] = {}
    for label, x in sorted(labels.items(), key=lambda each: (-each[1], each[0])):
        under = [row for other, row in found.items() if labels[other] < x + label_width(label)]
        found[label] = 1 + max(under) if under else 0
    return found


def label_width(label: str) -> float:
    """Return how wide a label under an axis is, roughly."""
    return len(label) * 9.5 * 0.55 + 6


def _number(value: float) -> str:
    """Print a coordinate the same way on every machine."""
    text = f"{value:.1f}"
    return text.removesuffix(".0") if text != "-0.0" else "0"


@dataclass
class Drawing:
    """One drawing.

    Attributes
    ----------
    name
        Of the drawing within its page: what ids in it begin with.
    """

    name: str
    title: str
    about: str
    height: float
    width: float = WIDTH
    parts: list[str] = field(default_factory=list)

    def rect(
        self, x: float, y: float, width: float, height: float, fill: str, said: str | None = None, **more: str | float
    ) -> None:
        """Draw a rectangle; ``said`` when pointed at."""
        self._add("rect", {"x": x, "y": y, "width": max(width, 0.0), "height": height, "fill": fill, **more}, said)

    def line(self, x: float, y: float, to_x: float, to_y: float, stroke: str = FAINT, **more: str | float) -> None:
        """Draw a straight line."""
        self._add("line", {"x1": x, "y1": y, "x2": to_x, "y2": to_y, "stroke": stroke, **more})

    def path(
        self,
        points: Iterable[tuple[float, float]],
        stroke: str,
        *,
        close: bool = False,
        said: str | None = None,
        **more: str | float,
    ) -> None:
        """Draw lines from point to point; ``said`` when pointed at."""
        steps = " ".join(f"{'M' if place == 0 else 'L'}{_number(x)} {_number(y)}" for place, (x, y) in enumerate(points))
        attributes: dict[str, str | float] = {"d": steps + (" Z" if close else ""), "fill": "none", "stroke": stroke}
        self._add("path", {**attributes, **more}, said)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        anchor: str = "start",
        size: float = 11,
        fill: str = INK,
        weight: int = 400,
        full: str | None = None,
    ) -> None:
        """Write on one line; ``full`` is said when pointed at, where the text was cut."""
        inside = escape(clean(text))
        if full is not None and clean(full) != clean(text):
            inside = f"<title>{escape(clean(full))}</title>{inside}"
        attributes: dict[str, str | float] = {"x": x, "y": y, "font-size": size, "fill": fill}
        if anchor != "start":
            attributes["text-anchor"] = anchor
        if weight != 400:
            attributes["font-weight"] = weight
        # Names of other scripts keep to themselves, so that they cannot turn what stands beside them.
        self.parts.append(f'<text{_attributes(attributes)} unicode-bidi="isolate">{inside}</text>')

    def hatch(self, name: str, colour: str, ground: str) -> str:
        """Return a fill of slanting lines, for what must be told without colour."""
        full = f"{self.name}-{name}"
        self.parts.append(
            f'<defs><pattern id="{full}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            f'<rect width="5" height="5" fill="{ground}"/><line x1="0" y1="0" x2="0" y2="5" stroke="{colour}" '
            'stroke-width="2"/></pattern></defs>'
        )
        return f"url(#{full})"

    def _add(self, tag: str, attributes: dict[str, str | float], said: str | None = None) -> None:
        inside = "/>" if said is None else f"><title>{escape(clean(said))}</title></{tag}>"
        self.parts.append(f"<{tag}{_attributes(attributes)}{inside}")

    def key(self, x: float, words: str, fill: str, edge: str = "none") -> None:
        """Say under the title what a fill means."""
        self.rect(x, 26, 18, 10, fill, stroke=edge)
        self.text(x + 22, 35, words, size=9.5, fill=MUTED)

    def levels(self, left: float, right: float, words: Iterable[tuple[float, str]], stroke: str = FAINT) -> None:
        """Draw a line across at each height, with its words before it."""
        for y, text in words:
            self.line(left, y, right, y, stroke)
            self.text(left - 5, y + 3.5, text, anchor="end", size=9.5, fill=MUTED)

    def svg(self) -> str:
        """Return the drawing."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_number(self.width)} {_number(self.height)}" role="img" '
            f'aria-labelledby="{self.name}-title {self.name}-about" font-family="Arial, \'Liberation Sans\', Helvetica, '
            "'DejaVu Sans', sans-serif\">"
        )
        words = (
            f'<title id="{self.name}-title">{escape(clean(self.title))}</title>'
            f'<desc id="{self.name}-about">{escape(clean(self.about))}</desc>'
        )
        ground = f'<rect width="{_number(self.width)}" height="{_number(self.height)}" fill="#ffffff"/>'
        return "\n".join([head, words, ground, *self.parts, "</svg>"])


def _attributes(attributes: dict[str, str | float]) -> str:
    return "".join(
        f' {name.replace("_", "-")}="{escape(value) if isinstance(value, str) else _number(value)}"'
        for name, value in attributes.items()
    )


@dataclass(frozen=True)
class TimeAxis:
    """Dates across a sheet.

    Attributes
    ----------
    first, last
        The days at the left and the right end.
    left, right
        Where they are.
    """

    first: dt.date
    last: dt.date
    left: float
    right: float

    def at(self, day: dt.date) -> float:
        """Return where the morning of a day is."""
        span = max(1, (self.last - self.first).days)
        return self.left + (day - self.first).days / span * (self.right - self.left)

    def evening(self, day: dt.date) -> float:
        """Return where the evening of a day is."""
        return self.at(day + dt.timedelta(days=1))

    def months(self) -> list[dt.date]:
        """Return first days of months, no more than fit with a name beside each."""
        count = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        room = max(2, int(abs(self.right - self.left) / 58))
        step = next((step for step in (1, 2, 3, 6, 12, 24, 60) if count / step <= room), 120)
        found = []
        for number in range(self.first.year * 12 + self.first.month - 1, self.last.year * 12 + self.last.month + 1):
            day = dt.date(number // 12, number % 12 + 1, 1)
            if number % step == 0 and self.first <= day <= self.last:
                found.append(day)
        return found

    def draw(self, sheet: Drawing, top: float, bottom: float) -> None:
        """Draw lines of months with their names above."""
        for day in self.months():
            x = self.at(day)
            sheet.line(x, top, x, bottom, FAINT if day.month == 1 else PALE)
            if x + 44 <= self.right + 8:
                sheet.text(x + 2, top - 3, month_name(day), size=9.5, fill=MUTED)
