"""The picture of a run as one HTML page that needs nothing else, and its charts one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.assumptions import Baseline
from models.pack import Block, Chart, Section
from models.picture import Picture
from optimiser.evidence.charts.maps import line_chart, map_chart
from optimiser.evidence.report import render_page
from optimiser.evidence.sections.words import remark, warning
from optimiser.evidence.tables.varied import picture_tables
from optimiser.evidence.words import counted

__all__ = ["batch_page", "charts", "ran_words"]


def charts(picture: Picture, baselines: Sequence[Baseline] = ()) -> dict[str, str]:
    """Return every chart of a picture by the name of its file, without ending.

    Parameters
    ----------
    baselines
        Published dates to draw beside; a month counts as its last day.
    """
    found: dict[str, str] = {}
    for line in picture.lines:
        if len(line.points) > 1:
            published = [(each.id, date.last) for each in baselines if (date := each.date(line.milestone))]
            found[f"{line.milestone}-{line.axis}"] = line_chart(f"chart-{len(found)}", line, picture.thresholds, published)
    for heat in picture.maps:
        found[f"{heat.milestone}-{heat.down}-by-{heat.across}"] = map_chart(f"chart-{len(found)}", heat)
    return found


def ran_words(picture: Picture) -> list[str]:
    """Say what was computed, and how far it is checked."""
    parts = ", ".join(f"{count:,} {status}" for status, count in sorted(picture.counts.items(), key=lambda entry: -entry[1]))
    left = f"; {picture.left_out:,} left out by exclusions" if picture.left_out else ""
    verdict = counted(len(picture.disagreements), "disagreement") if picture.disagreements else "no disagreement"
    return [
        f"{counted(picture.combinations, 'combination')} ({parts or 'none yet'}){left}.",
        f"{counted(picture.checked, 'combination')} solved again through CP-SAT: {verdict}.",
        *picture.disagreements,
        *picture.notes,
    ]


def batch_page(picture: Picture, drawn: Mapping[str, str]) -> str:
    """Return the page."""
    source = f"the rows of {picture.grid}"
    said: list[Block] = [remark(text, "counted", source) for text in (*filter(None, [picture.note]), *ran_words(picture))]
    if picture.disagreements:
        said.insert(0, warning("The two ways to a date disagree: no date of this run is to be used."))
    tables = picture_tables(picture)
    numbers = [name for name in tables if name.startswith("map-")]
    shown: list[Block] = []
    for place, (title, svg) in enumerate(drawn.items(), start=len(numbers) - len(drawn)):
        beside = numbers[place] if place >= 0 else "points"
        shown.append(Chart(id=f"chart-{place + len(drawn)}", title=title, about=title, svg=svg, table=beside))
    told = [each for name, each in tables.items() if not each.fold]
    charts_and_numbers = [*shown, *(each for each in tables.values() if each.fold)]
    under = f"Plan {picture.plan}{''.join(f', {name}' for name in picture.scenarios)}; design {picture.design}"
    sections = [Section(id="run", title="What the run says together", blocks=(*said, *told))]
    if charts_and_numbers:
        how = "Dates against each axis: the line with every other axis at its base, the band over all combinations"
        sections.append(Section(id="charts", title=how, blocks=tuple(charts_and_numbers)))
    return render_page(picture.title, under, sections)
