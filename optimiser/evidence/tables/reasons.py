"""Tables of reasons: binding rules, capacities, levers, and inferred links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from models.binding import BindingLine, BindingReport, BreakEven
from models.findings import Conflict
from models.outcome import Solved
from models.pack import Cell, Table
from models.routes import Relaxation, Route
from optimiser.evidence.tables.kit import Maker, across, basis_words, columns, few, listing, table
from optimiser.evidence.words import gained

__all__ = [
    "answers",
    "binding",
    "break_even",
    "conflict",
    "last_dates",
    "links",
    "near",
    "parties",
    "relaxations",
    "route",
    "shared",
    "solved_binding",
    "together",
]

_AGAINST = " (contradiction)"
_MOST_FAMILIES = 12
GONE = "working days gained without it; empty where nothing else then places what waits for it"
FALLS = "where what it alone holds starts as published, or the next behind it does; fewer than none are lost"
_BINDING = (
    "rule:id | binding | title | says now = number | gains if gone:number wd"
    " | gains a unit:number wd | goes on for | then takes over = saturation | headroom | moves from | joint with"
    " | authority | owner | falls back by:number wd = fallback_gain_wd | register = raid | by = method"
)


def room(line: BindingLine | BreakEven) -> str | None:
    """Return a number's headroom, as an interval where it is not exact."""
    unit = "" if line.unit in ("count", None) else f" {line.unit}"
    if line.headroom_range is not None:
        least, most = line.headroom_range
        if most is None:
            return f"{least}{unit} or more" if least else "not asked"
        return f"{least} to {most}{unit}"
    if line.headroom is None:
        return None if line.headroom_searched is None else f"none up to {line.headroom_searched}{unit}"
    return f"{line.headroom}{unit}"


def binding(report: BindingReport, source: str, lines: Sequence[BindingLine] | None = None, most: int | None = None) -> Table:
    """Return the gain and headroom of each rule and length at a milestone, driving ones first, then by headroom."""
    held = report.lines if lines is None else lines
    ordered = sorted(held, key=lambda line: (not line.driving, line.headroom is None, line.headroom or 0))
    complete = (
        "All minimal conflicts at one day earlier were enumerated, so no joint binding is missing."
        if report.complete
        else "Not all minimal conflicts at one day earlier were enumerated: a joint binding may be missing."
    )
    return listing(
        f"binding-{report.milestone}",
        f"What binds {report.milestone}, and how far everything else can worsen before it does",
        _BINDING,
        ordered,
        "closed form",
        source,
        said={
            "binding": lambda line: ", ".join(word.removesuffix("-binding").removesuffix(" binding") for word in line.words),
            "goes on for": lambda line: (
                None if line.range_units is None else f"{line.range_units} {line.unit}: {line.range_gain_wd} wd"
            ),
            "gains if gone": lambda line: gained(line.drop_gain_wd, line.drop_gain_min),
            "gains a unit": lambda line: gained(line.unit_gain_wd, line.unit_gain_min),
            "headroom": lambda line: None if line.number is None else room(line),
            "moves from": lambda line: line.switching_point and f"{line.switching_point}{_AGAINST * line.contradicts}",
            "joint with": lambda line: "; ".join("+".join(partners) for partners in line.joint_with) or None,
        },
        notes={
            "binding": "driving: on a longest chain; drop: removal gains; unit: one unit gains; jointly: with partners; slack: none of these",
            "gains if gone": GONE,
            "falls back by": FALLS,
        },
        note=f"{complete} Method: {', '.join(sorted({line.method for line in held}))}." if held else complete,
        most=most,
    )


def solved_binding(solved: Solved, source: str) -> Table:
    """Return what the solve itself says of binding, for each milestone the greatest gain first."""
    return listing(
        "binding-solve",
        "What binds at one day earlier",
        "milestone:id = 0 | rule:id = 1.rule | title = 1.title | gains if gone:number wd | gains a unit:number wd"
        " | joint with | authority = 1.authority | basis = 1.basis"
        " | falls back by:number wd = 1.fallback_gain_wd",
        ((name, entry) for name, entries in solved.binding.items() for entry in entries),
        "closed form",
        source,
        said={
            "gains if gone": lambda pair: gained(pair[1].drop_gain_wd, pair[1].drop_gain_min),
            "gains a unit": lambda pair: gained(pair[1].unit_gain_wd, pair[1].unit_gain_min),
            "joint with": lambda pair: few(pair[1].joint_with) or None,
        },
        notes={"gains if gone": GONE, "falls back by": FALLS},
    )


def shared(report: BindingReport, source: str) -> Table:
    """Return the capacities: the gain from one more slot, and the number of slots to spare."""
    return listing(
        "shared",
        "What is shared: what one more gains, and how many it could lose",
        "title | rule:id | now = number | one more gains:number wd = unit_gain_wd | could lose | moves it at = switching_point",
        [line for line in report.lines if line.kind == "capacity"],
        "closed form",
        source,
        said={"could lose": room},
    )


def parties(report: BindingReport, source: str) -> Table:
    """Return rules that every party has one like, told together: how many, and which is nearest to moving the date."""
    found: dict[str, list[BindingLine]] = {}
    for line in report.lines:
        if line.family and line.words == ("slack",):
            found.setdefault(line.family, []).append(line)
    told = [(family, lines, _by_headroom(lines)) for family, lines in found.items()]
    told.sort(key=lambda each: (not each[2], each[2][0].headroom or 0 if each[2] else 0))
    return table(
        "parties",
        "Rules of parties that do not bind alone",
        "rules | of:number | headroom | the nearest",
        ([family, len(lines), _room_of(lines), near[0].party if near else None] for family, lines, near in told),
        "closed form",
        source,
        most=_MOST_FAMILIES,
    )


def _by_headroom(lines: Iterable[BindingLine]) -> list[BindingLine]:
    """Return what can worsen by a known number, the nearest first."""
    return sorted((line for line in lines if line.headroom is not None), key=lambda line: line.headroom or 0)


def _room_of(lines: Sequence[BindingLine]) -> str | None:
    """Return the range of headroom over similar rules, with the number of rules without a limit."""
    rooms = _by_headroom(lines)
    free = sum(line.headroom is None and line.headroom_range is None and line.number is not None for line in lines)
    if not rooms:
        return "any" if free else None
    span = f"{rooms[0].headroom} to {room(rooms[-1])}" if len(rooms) > 1 else room(rooms[0])
    return f"{span}; {free} any" if free else span


def near(reports: Mapping[str, BindingReport], source: str, note: str | None = None) -> Table:
    """Return the chains that nearly drive a milestone."""
    return listing(
        "near",
        "Near-critical: chains that do not drive a milestone yet, and how far they are from it",
        "milestone:id = 0 | slack:number wd = 1.slack_wd | chain",
        ((name, chain) for name, report in reports.items() for chain in report.near),
        "closed form",
        source,
        said={"chain": lambda pair: " → ".join(pair[1].items)},
        note=note,
    )


def break_even(report: BindingReport, source: str, *, every: bool) -> Table:
    """Return how far unknowns and ranged assumptions can worsen; answers with the same figure on one row.

    Of other answers than those chosen, unless all are wanted, only those that leave less.
    """
    chosen = {entry.id: entry.headroom for entry in report.break_even if not entry.readings}

    def less(entry: BreakEven) -> bool:
        than = chosen.get(entry.id)
        return entry.headroom is not None and (than is None or entry.headroom < than)

    kept = [entry for entry in report.break_even if every or not entry.readings or less(entry)]
    rows: dict[tuple[Cell, ...], list[str]] = {}
    for entry in kept:
        ends = f"{min(entry.from_range)} to {max(entry.from_range)} {entry.unit}" if entry.from_range else None
        where = ", ".join(f"{name}={option}" for name, option in entry.readings.items()) or "the readings chosen"
        rows.setdefault((entry.title, entry.id, entry.value, room(entry), ends, entry.last), []).append(where)
    more = "" if len(kept) == len(report.break_even) else " Of other answers those that leave less; --all shows the rest."
    about = "counted from both its ends, below 0 where that end moves the date"
    return table(
        "break-even",
        "Break-even: the worst value that leaves the date as it is",
        columns("title | unknown or range:id | now | headroom | from its range | to | at", {"from its range": about}),
        ([*cells, "; ".join(at)] for cells, at in rows.items()),
        "closed form",
        source,
        note=f"From its range: {about}.{more}",
    )


def answers(report: BindingReport, source: str) -> Table:
    """Return the answers to open questions that would move a milestone, each alone."""
    return listing(
        "answers",
        "Answers that would move it, each alone",
        "answer:id | date:date | by | takes over",
        report.reading_lines,
        "closed form",
        source,
        said={
            "answer": lambda line: f"{line.reading}={line.option}",
            "by": lambda line: None if line.delta_wd is None else f"{line.delta_wd:+d} wd",
        },
    )


def last_dates(report: BindingReport, source: str) -> Table:
    """Return how late each item may finish without moving the milestone, the tightest first."""
    items = [item for item in report.items if item.latest_finish is not None]
    return listing(
        "last-dates",
        "Last dates: how late each may finish without moving it",
        "title | item:id = id | owner | finishes:date = finish | at the latest:date = latest_finish | register = raid",
        sorted(items, key=lambda item: (item.latest_finish or item.finish) - item.finish),
        "closed form",
        source,
    )


def conflict(found: Conflict, title: str, source: str, *, id_: str = "conflict", fold: bool = False) -> Table:
    """Return what cannot all hold."""
    return listing(
        id_,
        title,
        "rule:id = id | title | demands = statement | authority | stands on | citation",
        found.members,
        "closed form",
        f"{source}: {found.confirmed_by}",
        said={
            "stands on": lambda member: basis_words(member.basis, member.confidence),
            "citation": lambda member: "; ".join(map(str, member.citation)) or "–",
        },
        fold=fold,
    )


def route(found: Route, title: str, source: str, *, id_: str = "route") -> Table:
    """Return the numbers that a route moves."""
    proved = "proved cheapest." if found.optimal else f"not proved cheapest: none costs less than {found.bound}."
    return listing(
        id_,
        title,
        "moves:id = lever | title | from = stated | to = moved | units:number | cost:number | authority | why it may = "
        "low_basis",
        found.steps,
        "closed form" if found.optimal else "solver",
        source,
        note=f"Cost {found.cost}, {proved}",
    )


_ON_PAPER = "On paper only: nothing else places what waited for it; the date is that at its published start, or the next one's."


def relaxations(found: Sequence[Relaxation], title: str, source: str, *, id_: str = "allow", most: int = 12) -> Table:
    """Return sets of which one would have to give."""
    return listing(
        id_,
        title,
        "what | in words | date then:date = date | on paper only:either = detaches | regulatory:either",
        found,
        "closed form",
        source,
        said={"what": lambda each: " + ".join(each.rules), "in words": lambda each: " and ".join(each.titles)},
        note=_ON_PAPER if any(each.detaches for each in found) else None,
        most=most,
    )


def links(reports: Mapping[str, BindingReport], source: str) -> Table | None:
    """Return what each inferred link is worth; None where no date hangs on one."""
    found = {name: report.links for name, report in reports.items() if report.links and report.links.lines}
    if not found:
        return None
    lines = [(name, line) for name, each in found.items() for line in each.lines]
    shares = dict.fromkeys(str(over.share) for _, line in lines for over in line.overlaps)

    def eased(share: str) -> Maker:
        return lambda pair: next((over.gain_wd for over in pair[1].overlaps if str(over.share) == share), None)

    return listing(
        "inferred-links",
        "If an inferred link is wrong: each milestone without it, and with what follows overlapping the work ahead",
        "milestone:id = 0 | link:id = 1.rule | title = 1.title | confidence = 1.confidence | slack:number wd = 1.slack_wd"
        " | falls back:id = 1.falls_back | to:date = 1.falls_back_to | date without it:date = 1.date"
        f" | gains:number wd = 1.gain_wd{across(shares, 'gains at {} %:number wd')}",
        lines,
        "closed form",
        source,
        said={f"gains at {share} %": eased(share) for share in shares},
        notes={
            "falls back": "what then starts as it was published; empty where other rules hold the date",
            "gains": "fewer than none are lost",
            **{f"gains at {share} %": "of the length of the work ahead" for share in shares},
        },
        note=" ".join(f"{milestone}: {note}." for milestone, each in found.items() for note in each.notes) or None,
    )


def together(reports: Mapping[str, BindingReport], source: str) -> Table:
    """Return all inferred links at once, and which of them carry the date."""
    return listing(
        "links-together",
        "All of these links at once, and which of them carry the date",
        "milestone:id = 0 | links = 1.what | date:date = 1.date | gains:number wd = 1.gain_wd | carried by",
        ((name, each) for name, report in reports.items() if report.links for each in report.links.together),
        "closed form",
        source,
        said={"carried by": lambda pair: few(pair[1].carried_by) or None},
        notes={
            "gains": "fewer than none are lost",
            "carried by": "a smallest set that alone gives the date; empty where it stays",
        },
    )
