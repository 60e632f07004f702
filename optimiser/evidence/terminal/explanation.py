"""What a planner reads after `explain`: what binds each milestone, what nearly does, and what the open questions decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.text import Text

from models.explanation import BindingLine, BindingReport, BreakEven, Piecewise, Regions
from optimiser.evidence.terminal.links import inferred_links
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, hanging, heading, paragraph, words
from optimiser.evidence.words import OPEN, STARRED, counted, day, listed, weekday_day

__all__ = ["explanation_report", "functions_report", "joined", "regions_report"]

_WIDE = 110
_NARROW = 100
_MOST_ROWS = 40
_MOST_FAMILIES = 12
_FAR = 10**9


def joined(sections: Iterable[Lines]) -> Lines:
    """Return sections as one list of lines, an empty line between two."""
    lines: Lines = []
    for section in filter(None, sections):
        lines += [*([Text()] if lines else []), *section]
    return lines


def explanation_report(report: BindingReport, page: Page, *, every: bool = False) -> str:
    """Return the report of one milestone as text.

    Parameters
    ----------
    every
        Whether to list slack rules and every item, and not only what binds or nearly does.
    """
    sections = [
        _title(report, page),
        _binding(report, page),
        _takes_over(report, page),
        inferred_links(report.links, report.milestone, page) if report.links else [],
        _shared(report, page),
        _slack(report, page, every=every),
        [] if every else _families(report, page),
        _near(report, page),
        _break_even(report, page, every=every),
        _readings(report, page),
        _items(report, page, every=every),
        [line for note in report.notes for line in hanging("note", note, page.width, 0)],
    ]
    return page.paint(joined(sections))


def _title(report: BindingReport, page: Page) -> Lines:
    first = words(f"{report.milestone} at {weekday_day(report.date)}", "bold").append(f"  {report.title}", "not bold")
    first.truncate(page.width, overflow="ellipsis")
    lines = [first]
    if report.bound != report.date:
        lines += paragraph(f"not proved: it may be as early as {weekday_day(report.bound)}", page.width, 2)
    if report.conflict:
        lines += hanging("why not a day earlier", report.conflict.statement, page.width, 2)
    return lines


def _binding(report: BindingReport, page: Page) -> Lines:
    binding = [line for line in report.lines if line.words != ("slack",)]
    if not binding:
        return paragraph("nothing binds it: the axis begins there", page.width)
    wide = page.width >= _WIDE
    # On a narrow page ids matter more than that a gain implies driving, or than a method that is always the same.
    narrow = page.width < _NARROW
    sure = narrow and all(line.method == "closed form" for line in binding)
    grid = TextTable(
        [
            TextColumn("rule", limit=36, gives=True),
            TextColumn("binding", gives=True),
            TextColumn("drop", side="right"),
            TextColumn("unit", side="right"),
            TextColumn("range", side="right"),
            TextColumn("headroom", side="right"),
            *([TextColumn("authority"), TextColumn("owner", limit=12), TextColumn("raid", limit=16)] if wide else []),
            *([] if sure else [TextColumn("by", limit=11)]),
        ]
    )
    for line in binding:
        more = [line.authority, line.owner or "", ", ".join(line.raid)] if wide else []
        drop = _number(line.drop_gain_wd)
        if line.detaches:
            drop = "open" if line.fallback_gain_wd is None else f"{line.fallback_gain_wd}*"
        said = [word for word in line.words if word != "driving"] if narrow and len(line.words) > 1 else line.words
        grid.add(
            line.rule,
            ", ".join(word.removesuffix("-binding") for word in said) if narrow and len(said) > 1 else ", ".join(said),
            drop,
            _number(line.unit_gain_wd),
            _range(line),
            _headroom(line),
            *more,
            *([] if sure else [line.method]),
        )
    lines = [
        heading("What binds", "working days gained without it, by one unit less, over its whole range"),
        *grid.lines(page.width),
    ]
    loose = [line.fallback_gain_wd for line in binding if line.detaches]
    lines += paragraph(STARRED, page.width, 2, "dim") if any(gain is not None for gain in loose) else []
    lines += paragraph(OPEN, page.width, 2, "dim") if None in loose else []
    return lines + _together(binding, page)


def _together(binding: Sequence[BindingLine], page: Page) -> Lines:
    """Rules that gain only together with others; those with the same partners are told together."""
    said: dict[tuple[tuple[str, ...], ...], list[str]] = {}
    for line in binding:
        if line.joint_with:
            said.setdefault(line.joint_with, []).append(line.rule)
    lines: Lines = []
    for partners, rules in said.items():
        shown = [listed(each) for each in partners[:6]]
        rest = f" and {len(partners) - 6} more" if len(partners) > 6 else ""
        each = "each gains" if len(rules) > 1 else "gains"
        lines += hanging("", f"{listed(rules)}: {each} only together with {listed(shown, 'or')}{rest}", page.width, 2, 0)
    return lines


def _shared(report: BindingReport, page: Page) -> Lines:
    """What is shared, and so rationed: what one more of it gains, and how much of it could go."""
    pools = [line for line in report.lines if line.kind == "capacity"]
    if not pools:
        return []
    grid = TextTable(
        [
            TextColumn("rule"),
            TextColumn("now", side="right"),
            TextColumn("one more", side="right"),
            TextColumn("could lose", side="right"),
            TextColumn("moves it at"),
            TextColumn("what is shared", gives=True),
        ]
    )
    for line in pools:
        gain = "–" if line.unit_gain_wd is None else f"{line.unit_gain_wd} wd"
        grid.add(line.rule, line.number or "", gain, _room_of(line), line.switching_point or "–", line.title)
    return [heading("What is shared", "what one more gains, and how many it could lose"), *grid.lines(page.width)]


def _families(report: BindingReport, page: Page) -> Lines:
    """Rules that every party has one like, told together: how many, and which is nearest to moving the date."""
    found: dict[str, list[BindingLine]] = {}
    for line in report.lines:
        if line.family and line.words == ("slack",):
            found.setdefault(line.family, []).append(line)
    if not found:
        return []
    grid = TextTable(
        [
            TextColumn("rules of parties", gives=True),
            TextColumn("of", side="right"),
            TextColumn("headroom"),
            TextColumn("the nearest"),
        ]
    )
    ordered = sorted(
        found.items(), key=lambda entry: min((line.headroom for line in entry[1] if line.headroom is not None), default=_FAR)
    )
    for family, lines in ordered[:_MOST_FAMILIES]:
        rooms = [line for line in lines if line.headroom is not None]
        rooms.sort(key=lambda line: line.headroom or 0)
        free = sum(line.headroom is None and line.headroom_range is None and line.number is not None for line in lines)
        if rooms:
            span = f"{rooms[0].headroom} to {rooms[-1].headroom} {rooms[0].unit}" if len(rooms) > 1 else _headroom(rooms[0])
            span += f"; {free} any" if free else ""
        else:
            span = "any" if free else "–"
        grid.add(family, str(len(lines)), span, rooms[0].party or "" if rooms else "")
    note = f"the {_MOST_FAMILIES} nearest of {len(found)} kinds; " if len(found) > _MOST_FAMILIES else ""
    return [heading("Rules of parties that do not bind alone", f"{note}--all lists them one by one"), *grid.lines(page.width)]


def _number(value: int | None) -> str:
    return "–" if value is None else str(value)


def _range(line: BindingLine) -> str:
    return f"{line.range_units} {line.unit}: {line.range_gain_wd}" if line.range_units is not None else "–"


def _headroom(line: BindingLine) -> str:
    if line.number is None:
        return "–"
    return _room_of(line)


def _room_of(line: BindingLine | BreakEven) -> str:
    """Return how far a number can worsen; where that is not known, between what and what."""
    unit = "" if line.unit == "count" else f" {line.unit}"
    if line.headroom_range is not None:
        least, most = line.headroom_range
        if most is None:
            return f"{least}{unit} or more" if least else "not asked"
        return f"{least} to {most}{unit}"
    if line.headroom is None:
        return "–" if line.headroom_searched is None else f"none up to {line.headroom_searched}{unit}"
    return f"{line.headroom}{unit}"


def _takes_over(report: BindingReport, page: Page) -> Lines:
    """What holds the milestone once something is relaxed as far as it gains."""
    lines: Lines = []
    said: dict[tuple[str, ...], list[str]] = {}
    for line in report.lines:
        if line.range_units is not None:
            said.setdefault(line.saturation, []).append(f"{line.rule} by {line.range_units} {line.unit}")
    for taking, relaxed in said.items():
        then = f"then {', '.join(taking)}" if taking else "then it is used up, or the same rules hold it still"
        lines += hanging("", f"{', '.join(relaxed)}: {then}", page.width, 2, 0)
    return [heading("What takes over where a gain stops"), *lines] if lines else []


def _slack(report: BindingReport, page: Page, *, every: bool) -> Lines:
    """Rules that do not bind, those with the least headroom first."""
    slack = [line for line in report.lines if line.words == ("slack",) and (line.headroom is not None or every)]
    slack = [line for line in slack if (every or line.kind != "capacity") and _headroom(line) != "–"]
    slack.sort(key=lambda line: (line.headroom is None, line.headroom or 0))
    shown = slack if every else slack[:8]
    if not shown:
        return []
    grid = TextTable(
        [
            TextColumn("rule", gives=True),
            TextColumn("now"),
            TextColumn("headroom", side="right"),
            TextColumn("moves it from"),
            TextColumn("by"),
        ]
    )
    for line in shown:
        ends = f"{line.switching_point or '–'}{' (contradiction)' if line.contradicts else ''}"
        grid.add(line.rule, line.number or "", _room_of(line), ends, line.method)
    note = "" if len(shown) == len(slack) else f"the {len(shown)} nearest of {len(slack)}; --all lists them"
    return [heading("What does not bind, and how far it is from it", note), *grid.lines(page.width)]


def _near(report: BindingReport, page: Page) -> Lines:
    if not report.near:
        return []
    lines = [heading("Chains that nearly drive it")]
    for chain in report.near:
        lines += hanging(f"{chain.slack_wd} wd", " → ".join(chain.items), page.width, 2, 8)
    return lines


def _break_even(report: BindingReport, page: Page, *, every: bool) -> Lines:
    """How far unknowns and ranged assumptions can worsen; answers with the same figure on one row.

    Of other answers than those chosen, unless all are wanted, only those that leave less.
    """
    if not report.break_even:
        return []
    chosen = {entry.id: entry.headroom for entry in report.break_even if not entry.readings}
    shown = [entry for entry in report.break_even if every or not entry.readings or _less(entry.headroom, chosen.get(entry.id))]
    ranged = any(entry.from_range for entry in shown)
    ends = [TextColumn("from its range", side="right")] if ranged else []
    grid = TextTable(
        [
            TextColumn("unknown or range", limit=28),
            TextColumn("now"),
            TextColumn("headroom", side="right"),
            *ends,
            TextColumn("to", limit=12),
            TextColumn("at", gives=True),
        ]
    )
    rows: dict[tuple[str, ...], list[str]] = {}
    for entry in shown:
        from_ends = [_from_ends(entry)] if ranged else []
        key = entry.id, entry.value, _room_of(entry), *from_ends, entry.last or "–"
        where = ", ".join(f"{name}={option}" for name, option in entry.readings.items()) or "the readings chosen"
        rows.setdefault(key, []).append(where)
    for cells, at in rows.items():
        grid.add(*cells, "; ".join(at))
    note = "the worst value that leaves the date as it is"
    note += "" if len(shown) == len(report.break_even) else "; of other answers those that leave less, --all shows the rest"
    footer = "from its range: counted from both its ends, below 0 where that end moves the date"
    return [heading("Break-even", note), *grid.lines(page.width), *(paragraph(footer, page.width) if ranged else [])]


def _less(room: int | None, than: int | None) -> bool:
    """Return whether a headroom is less than another; None is any amount."""
    return room is not None and (than is None or room < than)


def _from_ends(entry: BreakEven) -> str:
    """Return the headroom counted from the ends of an assumption's range."""
    if not entry.from_range:
        return "–"
    low, high = sorted(entry.from_range)
    return f"{low} to {high} {entry.unit}"


def _readings(report: BindingReport, page: Page) -> Lines:
    if not report.reading_lines:
        return []
    grid = TextTable(
        [TextColumn("reading"), TextColumn("date"), TextColumn("by", side="right"), TextColumn("takes over", gives=True)]
    )
    for line in report.reading_lines:
        by = "–" if line.delta_wd is None else f"{line.delta_wd:+d} wd"
        grid.add(f"{line.reading}={line.option}", day(line.date) if line.date else "none", by, ", ".join(line.takes_over))
    return [heading("Answers that would move it", "each alone"), *grid.lines(page.width)]


def _items(report: BindingReport, page: Page, *, every: bool) -> Lines:
    items = [item for item in report.items if item.latest_finish is not None]
    items.sort(key=lambda item: (item.latest_finish or item.finish) - item.finish)
    shown = items if every else items[:12]
    grid = TextTable(
        [
            TextColumn("item", limit=24),
            TextColumn("title", gives=True),
            TextColumn("owner", limit=12),
            TextColumn("finishes"),
            TextColumn("at the latest"),
            TextColumn("raid", limit=14),
        ]
    )
    for item in shown:
        assert item.latest_finish is not None
        grid.add(item.id, item.title, item.owner or "", day(item.finish), day(item.latest_finish), ", ".join(item.raid))
    note = "" if len(shown) == len(items) else f"the {len(shown)} tightest of {len(items)}; --all lists them"
    return (
        [heading("Last dates", note or "how late each may finish without moving it"), *grid.lines(page.width)] if shown else []
    )


def regions_report(regions: Regions, page: Page) -> str:
    """Return which answers give which dates."""
    sections: list[Lines] = [
        [
            heading(
                "Decision regions",
                f"{regions.combinations} combinations of the open readings; {regions.infeasible} contradict, {regions.beyond} leave the calendar",
            )
        ]
    ]
    for name in regions.milestones:
        found = sorted(regions.regions[name], key=lambda region: (region.date is None, region.date or 0))
        grid = TextTable([TextColumn("date"), TextColumn("of", side="right"), TextColumn("where", gives=True)])
        for region in found[:_MOST_ROWS]:
            where = ", ".join(f"{reading}={option}" for reading, option in region.readings.items()) or "whatever is answered"
            grid.add(day(region.date) if region.date else "none", str(region.combinations), where)
        lines = [
            heading(name, f"moved by {listed(regions.matters[name]) if regions.matters[name] else 'none'}"),
            *grid.lines(page.width),
        ]
        if len(found) > _MOST_ROWS:
            lines += paragraph(
                f"and {counted(len(found) - _MOST_ROWS, 'region')} more; --json lists them", page.width, 2, "dim"
            )
        sections.append(lines)
    grid = TextTable(
        [
            *(TextColumn(name) for name in regions.milestones),
            TextColumn("of", side="right"),
            TextColumn("nearest answers", gives=True),
        ]
    )
    for each in regions.together[:_MOST_ROWS]:
        answers = ", ".join(f"{reading}={option}" for reading, option in each.readings.items()) or "as chosen"
        grid.add(*(day(each.dates[name]) for name in regions.milestones), str(each.combinations), answers)
    note = "" if len(regions.together) <= _MOST_ROWS else f"the first {_MOST_ROWS} of {len(regions.together)}"
    sections.append([heading("Dates that come together", note), *grid.lines(page.width)])
    sections += [paragraph(note, page.width) for note in regions.notes]
    return page.paint(joined(sections))


def functions_report(functions: Sequence[Piecewise], page: Page) -> str:
    """Return a milestone as a function of one or two numbers, segment by segment."""
    sections: list[Lines] = []
    for each in functions:
        beside = ""
        if each.beside:
            same = each.beside_first == each.beside_last
            beside = f"{each.beside} {each.beside_first}" + ("" if same else f" to {each.beside_last}")
        grid = TextTable(
            [TextColumn("from"), TextColumn("to"), TextColumn(f"{each.milestone} at the first"), TextColumn("then, a unit")]
        )
        for segment in each.segments:
            slope = "no change" if segment.slope == 0 else f"+{segment.slope} wd"
            grid.add(segment.first, segment.last, day(segment.date) if segment.date else "none", slope if segment.date else "")
        sections.append([heading(f"{each.milestone} by {each.of}", beside), *grid.lines(page.width)])
    return page.paint(joined(sections))
