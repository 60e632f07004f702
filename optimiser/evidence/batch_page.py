"""The picture of a run as one HTML page that needs nothing else, and its charts one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from models.assumptions import Baseline
from models.picture import BindingWhere, Picture
from optimiser.evidence.charts_batch import heat_chart, line_chart

__all__ = ["batch_page", "charts"]

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#1b2733;background:#fff;max-width:1040px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin-bottom:.2rem}h2{font-size:1.2rem;margin-top:2.2rem;border-bottom:1px solid #d5dbe1}
table{border-collapse:collapse;margin:.6rem 0;display:block;overflow-x:auto}
th,td{padding:.25rem .7rem;border-bottom:1px solid #e6eaee;text-align:left;vertical-align:top;white-space:nowrap}
td.n{text-align:right;font-variant-numeric:tabular-nums}caption{text-align:left;font-weight:600;padding:.4rem 0}
figure{margin:1rem 0;overflow-x:auto}.bad{color:#b3261e;font-weight:600}.good{color:#1b6b3a}p.note{color:#4a5866;max-width:48rem}
code{background:#f3f5f7;padding:0 .25rem;border-radius:3px}
"""


def charts(picture: Picture, baselines: Sequence[Baseline] = ()) -> dict[str, str]:
    """Return every chart of a picture by the name of its file, without ending.

    Parameters
    ----------
    picture
        What is drawn.
    baselines
        Published dates to draw beside; a month counts as its last day.
    """
    found: dict[str, str] = {}
    for line in picture.lines:
        if len(line.points) > 1:
            published = [(baseline.id, day) for baseline in baselines if (day := _last_day(baseline, line.milestone))]
            found[f"{line.milestone}-{line.axis}"] = line_chart(line, picture.thresholds, published)
    for heat in picture.maps:
        found[f"{heat.milestone}-{heat.down}-by-{heat.across}"] = heat_chart(heat)
    return found


def _last_day(baseline: Baseline, milestone: str) -> dt.date | None:
    """Return the last day on which a published date is met."""
    entry = baseline.date(milestone)
    if entry is None:
        return None
    year, month = entry.month
    return entry.day or dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(1)


def batch_page(picture: Picture, drawn: Mapping[str, str]) -> str:
    """Return the page.

    Parameters
    ----------
    picture
        What is said.
    drawn
        Its charts (see `charts`).
    """
    parts = [
        "<!doctype html>",
        '<html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{escape(picture.title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(picture.title)}</h1>",
        f'<p class="note">{escape(picture.note or "")}</p>',
        *_summary(picture),
        *_steps(picture),
        "<h2>Best and worst</h2>",
        _table(
            ("milestone", "", "date", "combinations", "first at row", "values"),
            [
                (each.milestone, each.which, each.date, each.combinations, each.row, _pairs(each.values))
                for each in picture.extremes
            ],
        ),
        "<h2>Published dates</h2>",
        _table(
            ("baseline", "milestone", "published", "combinations that meet it", "share"),
            [
                (each.baseline, each.milestone or "all of them", each.published or "", each.met, f"{each.share:.1%}")
                for each in picture.baselines
            ],
        ),
        "<h2>Thresholds</h2>",
        "<p>The exact value at which a milestone moves while every other axis is at its base.</p>",
        _table(
            ("axis", "milestone", "stays until", "", "moves at", "up to", "from", "to"),
            [
                (
                    each.axis,
                    each.milestone,
                    each.stays,
                    each.kind,
                    each.moves,
                    each.until if each.kind == "slope" else "",
                    each.date_before or "no date",
                    each.date_after or "no date",
                )
                for each in picture.thresholds
            ],
        ),
        "<h2>Which rule binds where</h2>",
        "<p>A rule binds where its removal alone would gain days.</p>",
        _table(
            ("milestone", "rule", "", "combinations", "share"),
            [(each.milestone, each.rule, each.title, each.combinations, f"{each.share:.1%}") for each in picture.binding],
        ),
        *_where(picture),
        "<h2>Monotonicity</h2>",
        *_monotonicity(picture),
        "<h2>Dates against each axis</h2>",
        "<p>Line: every other axis at its base. Band: all combinations. Red marks: exact values at which it moves.</p>",
        *(f"<figure>{chart}</figure>" for chart in drawn.values()),
        "</body></html>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _summary(picture: Picture) -> Iterable[str]:
    """Yield what was computed, and how far it is checked."""
    counted = ", ".join(f"{count:,} {status}" for status, count in sorted(picture.counts.items()))
    scenarios = f" with {', '.join(picture.scenarios)}" if picture.scenarios else ""
    yield (
        f"<p>Plan <code>{escape(picture.plan)}</code>{escape(scenarios)}, design {escape(picture.design)}: "
        f"{picture.combinations:,} combinations ({escape(counted)}); {picture.left_out:,} left out by exclusions.</p>"
    )
    verdict = f"{len(picture.disagreements)} disagreements" if picture.disagreements else "no disagreements"
    kind = "bad" if picture.disagreements else "good"
    yield f'<p>{picture.checked:,} combinations solved again through CP-SAT: <span class="{kind}">{verdict}</span>.</p>'
    yield from (f'<p class="bad">{escape(text)}</p>' for text in picture.disagreements)
    yield from (f'<p class="note">{escape(note)}</p>' for note in picture.notes)
    yield _table(
        ("axis", "base", "what it varies"),
        [(name, picture.base[name], title) for name, title in picture.axes.items()],
    )
    if picture.reasons:
        yield "<h2>Combinations without a date</h2>"
        yield _table(
            ("status", "combinations", "reason"), [(each.status, each.combinations, each.reason) for each in picture.reasons]
        )


def _steps(picture: Picture) -> Iterable[str]:
    """Yield the steps of a cumulative design."""
    if not picture.steps:
        return
    rows = []
    for step in picture.steps:
        cells: list[object] = [step.axis or "as it begins", step.value or ""]
        for date, moved in zip(step.dates, step.moved, strict=True):
            cells += [date or "no date", "" if moved is None else f"{moved:+d} cd"]
        rows.append(cells)
    yield "<h2>Step by step</h2>"
    yield _table(("axis moved", "to", *(head for name in picture.milestones for head in (name, ""))), rows)


def _where(picture: Picture) -> Iterable[str]:
    """Yield one table for each milestone and axis on which binding depends."""
    labels = {line.axis: [point.label for point in line.points] for line in picture.lines}
    groups: dict[tuple[str, str], list[BindingWhere]] = {}
    for each in picture.where:
        groups.setdefault((each.milestone, each.axis), []).append(each)
    for (milestone, axis), entries in groups.items():
        rows = [
            (label, *("–" if share is None else f"{share:.0%}" for share in column))
            for label, *column in zip(labels[axis], *(entry.shares for entry in entries), strict=True)
        ]
        yield _table(
            (axis, *(entry.rule for entry in entries)), rows, caption=f"{milestone}: share in which a rule binds, by {axis}"
        )


def _monotonicity(picture: Picture) -> Iterable[str]:
    """Yield what was expected of each axis, and what was found."""
    if not picture.monotonicity:
        yield "<p>No axis has a direction that dates must follow.</p>"
        return
    yield _table(
        ("axis", "expected", "pairs compared", "against it", "example"),
        [(each.axis, each.expectation, each.pairs, each.against, each.example or "") for each in picture.monotonicity],
    )


def _pairs(values: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in values.items())


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]], *, caption: str = "") -> str:
    """Return a table, numbers to the right."""
    if not rows:
        return "<p>None.</p>"
    head = "".join(f'<th scope="col">{escape(str(cell))}</th>' for cell in heads)
    body = "".join(f"<tr>{''.join(_cell(cell) for cell in row)}</tr>" for row in rows)
    said = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{said}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(cell: object) -> str:
    if isinstance(cell, int):
        return f'<td class="n">{cell:,}</td>'
    return f"<td>{escape(str(cell))}</td>"
