"""Runs of grids as tables for people."""

from __future__ import annotations

from collections.abc import Sequence

from models.picture import Picture
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, heading, paragraph
from optimiser.evidence.words import counted, day, month_or_day, stack

__all__ = ["duration_words", "picture_report", "plan_report"]

_MOST = 18
"""Lines of a table before it refers to the page."""

_MOST_AXES = 6
"""Axes shown of each milestone."""


def duration_words(seconds: float) -> str:
    """Return ``45 s``, ``12 min``, ``3 h 20 min``."""
    if seconds < 1:
        return "under 1 s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02d} min"


def plan_report(title: str, rows: int, left_out: int, through_solver: float, seconds: float, workers: int, page: Page) -> str:
    """Return what a run would take."""
    text = f"{counted(rows - left_out, 'combination')}, about {duration_words(seconds)} with {counted(workers, 'worker')}."
    if left_out:
        text += f" {left_out} of the design's {rows} are left out by exclusions."
    if through_solver:
        text += f" About {through_solver:.0%} need the solver, one by one; the others are computed together."
    return page.paint([heading(title), *paragraph(text, page.width)])


def picture_report(picture: Picture, page: Page, written: Sequence[str] = ()) -> str:
    """Return the picture of a run."""
    lines: Lines = [heading(picture.title, f"{picture.plan}, {stack(picture.scenarios, choices=False)}")]
    parts = ", ".join(f"{count:,} {status}" for status, count in sorted(picture.counts.items(), key=lambda entry: -entry[1]))
    left = f"; {picture.left_out:,} left out by exclusions" if picture.left_out else ""
    lines += paragraph(f"{counted(picture.combinations, 'combination')} ({parts or 'none yet'}){left}.", page.width)
    verdict = counted(len(picture.disagreements), "disagreement") if picture.disagreements else "no disagreement"
    lines += paragraph(f"{counted(picture.checked, 'combination')} solved again through CP-SAT: {verdict}.", page.width)
    for text in (*picture.disagreements[:_MOST], *picture.notes):
        lines += paragraph(text, page.width, 4)
    lines += [
        *_varies(picture, page),
        *_reasons(picture, page),
        *_steps(picture, page),
        *_axes(picture, page),
        *_thresholds(picture, page),
        *_binding(picture, page),
    ]
    lines += [*_extremes(picture, page), *_baselines(picture, page), *_monotonicity(picture, page)]
    lines += [heading(""), *(line for file in written for line in paragraph(f"wrote {file}", page.width, 0))]
    return page.paint(lines)


def _titled(title: str, note: str, grid: TextTable, page: Page, most: int = _MOST) -> Lines:
    """Return a table under its title, cut where it is long."""
    cut = len(grid.rows) - most
    if cut > 0:
        grid.rows = grid.rows[:most]
        grid.across(f"… and {cut} more, on the page")
    return [heading(""), heading(title, note), *grid.lines(page.width)] if grid.rows else []


def _varies(picture: Picture, page: Page) -> Lines:
    """Say what the axes are, and where each stands in the plan that they vary."""
    grid = TextTable([TextColumn("what", gives=True), TextColumn("axis", limit=28), TextColumn("base", limit=22)])
    for name, title in picture.axes.items():
        grid.add(title, name, month_or_day(picture.base[name]))
    return _titled("What varies", "base: as the plan has it", grid, page)


def _reasons(picture: Picture, page: Page) -> Lines:
    grid = TextTable([TextColumn("status"), TextColumn("combinations", "right"), TextColumn("reason", gives=True)])
    for each in picture.reasons:
        grid.add(each.status, f"{each.combinations:,}", each.reason)
    return _titled("Without a date", "", grid, page)


def _steps(picture: Picture, page: Page) -> Lines:
    """Return the steps of a cumulative design."""
    columns = [TextColumn("step", gives=True), TextColumn("to")]
    grid = TextTable(
        [*columns, *(column for name in picture.milestones for column in (TextColumn(name), TextColumn("", "right")))]
    )
    for step in picture.steps:
        cells = []
        for date, moved in zip(step.dates, step.moved, strict=True):
            cells += [day(date) if date else "no date", f"{moved:+d} cd" if moved else ""]
        grid.add(step.axis or "as it begins", step.value or "", *cells)
    return _titled("Step by step", "each stays", grid, page, most=len(picture.steps))


def _axes(picture: Picture, page: Page) -> Lines:
    """Return how far each axis moves each milestone: those that move it most."""
    if picture.design == "cumulative":
        return []
    grid = TextTable(
        [
            TextColumn("milestone"),
            TextColumn("axis", gives=True),
            TextColumn("earliest at", gives=True),
            TextColumn(""),
            TextColumn("latest at", gives=True),
            TextColumn(""),
            TextColumn("moves", "right"),
        ]
    )
    for milestone in picture.milestones:
        lines = [line for line in picture.lines if line.milestone == milestone and len(line.points) > 1]
        moving = sorted((line for line in lines if line.spread), key=lambda line: -line.spread)
        for line in moving[:_MOST_AXES]:
            points = [(date, point.label) for point in line.points if (date := point.base or point.mean)]
            first, last = min(points), max(points)
            grid.add(milestone, line.axis, first[1], day(first[0]), last[1], day(last[0]), f"{line.spread} cd")
        rest = [*moving[_MOST_AXES:], *(line for line in lines if not line.spread)]
        if rest:
            still = len(lines) - len(moving)
            grid.across(f"{milestone}: {len(rest)} more, of which {still} never move it alone")
    return _titled(
        "Each axis", "others at their base, or on average where that was not computed", grid, page, most=len(grid.rows)
    )


def _thresholds(picture: Picture, page: Page) -> Lines:
    grid = TextTable(
        [
            TextColumn("axis", gives=True),
            TextColumn("milestone"),
            TextColumn("stays until"),
            TextColumn("moves at"),
            TextColumn(""),
            TextColumn("date"),
        ]
    )
    for each in picture.thresholds:
        ends = [day(date) if date else "no date" for date in (each.date_before, each.date_after)]
        run = f"and on to {each.until}" if each.kind == "slope" else "a jump"
        grid.add(each.axis, each.milestone, each.stays, each.moves, run, " → ".join(ends))
    return _titled("Thresholds", "others at their base", grid, page)


def _binding(picture: Picture, page: Page) -> Lines:
    grid = TextTable([TextColumn("milestone"), TextColumn("rule"), TextColumn("share", "right"), TextColumn("", gives=True)])
    for milestone in picture.milestones:
        for each in [each for each in picture.binding if each.milestone == milestone][:6]:
            grid.add(milestone, each.rule, f"{each.share:.0%}", each.title)
    return _titled("Binding", "share of combinations in which removing the rule alone gains days", grid, page)


def _extremes(picture: Picture, page: Page) -> Lines:
    grid = TextTable(
        [
            TextColumn("milestone"),
            TextColumn(""),
            TextColumn("date"),
            TextColumn("combinations", "right"),
            TextColumn("such as", gives=True),
        ]
    )
    for each in picture.extremes:
        values = ", ".join(f"{name} {value}" for name, value in each.values.items())
        grid.add(each.milestone, each.which, day(each.date), f"{each.combinations:,}", values)
    return _titled("Best and worst", "", grid, page)


def _baselines(picture: Picture, page: Page) -> Lines:
    grid = TextTable(
        [
            TextColumn("baseline"),
            TextColumn("milestone"),
            TextColumn("published"),
            TextColumn("met by", "right"),
            TextColumn("share", "right"),
        ]
    )
    for each in picture.baselines:
        grid.add(each.baseline, each.milestone or "all", each.published or "", f"{each.met:,}", f"{each.share:.1%}")
    return _titled("Published dates", "combinations that meet them", grid, page)


def _monotonicity(picture: Picture, page: Page) -> Lines:
    grid = TextTable(
        [
            TextColumn("axis"),
            TextColumn("expected"),
            TextColumn("pairs", "right"),
            TextColumn("against", "right"),
            TextColumn("", gives=True),
        ]
    )
    for each in picture.monotonicity:
        grid.add(each.axis, each.expectation, f"{each.pairs:,}", f"{each.against:,}", each.example or "")
    return _titled("Monotonicity", "", grid, page)
