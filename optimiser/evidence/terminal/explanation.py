"""The report of `explain`: binding and nearly binding rules of each milestone, and the effect of open questions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from models.explanation import BindingLine, BindingReport, Piecewise, Regions
from optimiser.evidence.tables import reasons, swept
from optimiser.evidence.tables.kit import choose
from optimiser.evidence.terminal.page import Lines, Page, hanging, heading, joined, paragraph, words
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import listed, weekday_day

__all__ = ["explain_report"]

_MOST_ROWS = 40
_NEAREST = 8
"""Rules that do not bind, beside those that do, and items, unless all are wanted."""
_SOURCE = "explain"


def explain_report(
    reports: Sequence[BindingReport],
    regions: Regions | None,
    functions: Sequence[Piecewise],
    page: Page,
    *,
    every: bool = False,
) -> str:
    """Return the binding rules of each milestone, or the dates by answers and numbers.

    Parameters
    ----------
    every
        Whether to list slack rules and every item, and not only what binds or nearly does.
    """
    parts = [_explained(report, page, every=every) for report in reports]
    parts += [_regions(regions, page)] if regions else []
    parts += [[shown(swept.runs(functions, _SOURCE), page)]] if functions else []
    return "\n".join(page.paint(joined(part)) for part in parts)


def _explained(report: BindingReport, page: Page, *, every: bool) -> list[Lines]:
    """Return the sections of one milestone."""
    alone = {report.milestone: report}
    links = reasons.links(alone, _SOURCE)
    tables: list[Lines] = []
    if links is not None:
        spared = ("title", "confidence", "falls back")
        tables += [shown(choose(links, [head.name for head in links.columns[1:]]), page, spared=spared)]
        tables += [shown(choose(reasons.together(alone, _SOURCE), ("links", "date", "gains", "carried by")), page)]
    nearest = None if every else _NEAREST + 4
    tables += [
        shown(reasons.shared(report, _SOURCE), page, spared=("rule",)),
        [] if every else shown(reasons.parties(report, _SOURCE), page, note="--all lists them one by one", most=12),
        shown(choose(reasons.near(alone, _SOURCE), ("slack", "chain")), page),
        shown(reasons.break_even(report, _SOURCE, every=every), page, spared=("title",)),
        shown(reasons.answers(report, _SOURCE), page),
        shown(reasons.last_dates(report, _SOURCE), page, spared=("register", "owner"), most=nearest),
        [line for note in report.notes for line in hanging("note", note, page.width, 0)],
    ]
    return [_title(report, page), _binding(report, page, every=every), *tables]


def _title(report: BindingReport, page: Page) -> Lines:
    first = words(f"{report.milestone} at {weekday_day(report.date)}", "bold").append(f"  {report.title}", "not bold")
    first.truncate(page.width, overflow="ellipsis")
    lines = [first]
    if report.bound != report.date:
        lines += paragraph(f"not proved: it may be as early as {weekday_day(report.bound)}", page.width, 2)
    if report.conflict:
        label = "why not earlier" if isinstance(report.date, dt.datetime) else "why not a day earlier"
        lines += hanging(label, report.conflict.statement, page.width, 2)
    return lines


def _binding(report: BindingReport, page: Page, *, every: bool) -> Lines:
    """Show what binds, then what could soonest; what every party has alike is told together unless all are wanted."""
    drives = [line for line in report.lines if line.words != ("slack",)]
    slack = [
        line for line in report.lines if line.words == ("slack",) and (every or (not line.family and line.headroom is not None))
    ]
    if not drives:
        if report.bound < report.date:
            return paragraph("what binds it is not asked, as the date is not proved", page.width)
        why = "it has been met, and what is past is fact" if report.met else "the axis begins there"
        return paragraph(f"nothing binds it: {why}", page.width)
    heads = ("title", "rule", "binding", "gains if gone", "falls back by", "gains a unit", "goes on for", "headroom")
    table = choose(reasons.binding(report, _SOURCE, drives), (*heads, "authority", "owner", "by"))
    lines = shown(table, page, spared=("owner", "by", "authority", "title"))
    lines += [*_together(drives, page), *_takes_over(report, page)]
    far = ("title", "rule", "says now", "headroom", "moves from", "by")
    rest = choose(reasons.binding(report, _SOURCE, slack), far).model_copy(
        update={"title": "What does not bind, and how far it is from it", "note": None}
    )
    return [*lines, *shown(rest, page, spared=("by", "title"), most=None if every else _NEAREST)]


def _together(binding: Sequence[BindingLine], page: Page) -> Lines:
    """Rules that gain only together with others; those with the same partners are told together."""
    said: dict[tuple[tuple[str, ...], ...], list[str]] = {}
    for line in binding:
        if line.joint_with:
            said.setdefault(line.joint_with, []).append(line.rule)
    lines: Lines = []
    for partners, rules in said.items():
        named = [listed(each) for each in partners[:6]]
        rest = f" and {len(partners) - 6} more" if len(partners) > 6 else ""
        each = "each gains" if len(rules) > 1 else "gains"
        lines += hanging("", f"{listed(rules)}: {each} only together with {listed(named, 'or')}{rest}", page.width, 2, 0)
    return lines


def _takes_over(report: BindingReport, page: Page) -> Lines:
    """What holds the milestone once something is relaxed as far as it gains."""
    said: dict[tuple[str, ...], list[str]] = {}
    for line in report.lines:
        if line.range_units is not None:
            said.setdefault(line.saturation, []).append(f"{line.rule} by {line.range_units} {line.unit}")
    lines: Lines = []
    for taking, relaxed in said.items():
        then = f"then {', '.join(taking)}" if taking else "then it is used up, or the same rules hold it still"
        lines += hanging("", f"{', '.join(relaxed)}: {then}", page.width, 2, 0)
    return [heading(""), heading("What takes over where a gain stops"), *lines] if lines else []


def _regions(regions: Regions, page: Page) -> list[Lines]:
    """Return which answers give which dates."""
    lost = f"{regions.infeasible} contradict, {regions.beyond} leave the calendar"
    sections: list[Lines] = [[heading("Decision regions", f"{regions.combinations} combinations of the open readings; {lost}")]]
    table = choose(swept.regions(regions, regions.milestones, _SOURCE), ("milestone", "date", "combinations", "answers"))
    for name in regions.milestones:
        rows = [row[1:] for row in table.rows if row[0] == name]
        moved = listed(regions.matters[name]) if regions.matters[name] else "none"
        view = table.model_copy(update={"title": name, "columns": table.columns[1:], "rows": tuple(rows)})
        sections.append(shown(view, page, note=f"moved by {moved}", most=_MOST_ROWS))
    sections.append(shown(swept.together(regions, regions.milestones, _SOURCE), page, most=_MOST_ROWS))
    sections += [paragraph(note, page.width) for note in regions.notes]
    return sections
