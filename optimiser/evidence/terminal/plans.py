"""What a planner reads after `list` and `show`: the plans at hand, and everything one of them stands on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, get_args

from rich.text import Text

from models.assumptions import Assumption, Unknown
from models.duration import print_value
from models.items import Hammock, Item, Milestone, Summary
from models.pack import Table
from models.plan import Plan
from models.provenance import Sourced
from optimiser.evidence.tables import register as tables
from optimiser.evidence.tables.kit import across, choose, columns, listing
from optimiser.evidence.tables.kit import table as kit_table
from optimiser.evidence.terminal.framing import plan_title
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, hanging, heading, joined, paragraph, words
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import counted, day, month_or_day
from optimiser.reproduction import RowMatch, summary
from optimiser.wording import demand

__all__ = ["SECTIONS", "Section", "list_report", "plan_report"]

Section = Literal["items", "rules", "assumptions", "readings", "sources", "baselines", "raid", "unknowns"]
SECTIONS: tuple[Section, ...] = get_args(Section)

_SOURCE = "show"


def list_report(plans: Iterable[tuple[str, str, Sequence[tuple[str, str]]]], page: Page) -> str:
    """Return the packaged plans, each with its scenarios.

    Parameters
    ----------
    plans
        Name and title of each plan, and the names and titles of its scenarios.
    page
        How wide, and whether in colour.
    """
    lines: Lines = []
    for name, title, scenarios in plans:
        lines += [*([Text()] if lines else []), heading(name, title)]
        grid = TextTable([TextColumn(limit=30), TextColumn(gives=True)], indent=4)
        for scenario in scenarios:
            grid.add(*scenario)
        lines += grid.lines(page.width) if scenarios else [words("    no scenarios", "dim")]
    return page.paint(lines or [words("no plan is packaged")])


def plan_report(plan: Plan, page: Page, sections: Sequence[Section] = (), matches: Sequence[RowMatch] | None = None) -> str:
    """Return a plan as text: a summary, or the sections asked for.

    Parameters
    ----------
    plan
        With its scenarios applied.
    page
        How wide, and whether in colour.
    sections
        What to list in full; where empty, counts, readings and assumptions.
    matches
        How the published rows come about; a column of the items where given.
    """
    blocks: list[Lines] = [_title(plan, page)]
    if not sections:
        blocks += [_counts(plan, page), _readings(plan, page), _assumptions(plan, page)]
    for section in sections:
        blocks.append(_items(plan, page, matches) if section == "items" else _SECTIONS[section](plan, page))
    return page.paint(joined(blocks))


def _title(plan: Plan, page: Page) -> Lines:
    calendar = plan.calendars_by_id[plan.calendar]
    facts = [
        ("as of", day(plan.as_of) + (", with hindsight" if plan.settings.hindsight else "")),
        ("horizon", f"{day(plan.horizon.first)} – {day(plan.horizon.last)}"),
        ("calendar", f"{calendar.title} ({calendar.id}), known {day(calendar.covers.first)} – {day(calendar.covers.last)}"),
        ("targets", ", ".join(plan.targets) or "none"),
        ("scenarios", ", ".join(plan.settings.scenarios) or "none"),
    ]
    lines = plan_title(plan, page)
    for label, text in facts:
        lines += hanging(label, text, page.width, 2, 11)
    for overlap in plan.settings.overlaps:
        lines += hanging("overlap", overlap, page.width, 2, 11)
    return lines + (paragraph(plan.note, page.width, 2, "dim") if plan.note else [])


def _counts(plan: Plan, page: Page) -> Lines:
    on = sum(1 for _ in plan.active_rules())
    kinds = Counter(rule.kind for rule in plan.rules)
    bases = Counter(rule.basis for rule in plan.rules)
    things = {
        "activity": plan.activities,
        "milestone": plan.milestones,
        "tied bar": plan.hammocks,
        f"rule ({on} on)": plan.rules,
        "assumption": plan.assumptions,
        "unknown": plan.unknowns,
        "reading": plan.readings,
        "source": plan.sources,
        "baseline": plan.baselines,
        "RAID row": plan.raid,
    }
    many = {"activity": "activities", f"rule ({on} on)": f"rules ({on} on)"}
    held = [counted(len(each), name, many.get(name)) for name, each in things.items() if each]
    lines = [heading("What it holds"), *hanging("in all", ", ".join(held) or "nothing", page.width, 2, 11)]
    for label, found in (("rules are", kinds), ("by basis", bases)):
        if found:
            lines += hanging(label, ", ".join(f"{count} {name}" for name, count in found.most_common()), page.width, 2, 11)
    return lines


def _readings(plan: Plan, page: Page) -> Lines:
    """Every open question with its options, the chosen one marked."""
    if not plan.readings:
        return [heading("Readings", "none")]
    live, other = {reading.id for reading in plan.live_readings()}, plan.set_otherwise()
    lines = [heading("Readings", "● chosen, ○ other; open ones span the dates")]
    for reading in plan.readings:
        chosen = None if reading.id in other else plan.choice(reading)
        state = "open, at its default" if reading.id in live else "answered"
        state = f"set otherwise: {other[reading.id]}" if reading.id in other else state
        sure = f", {reading.confidence} confidence" if reading.confidence else ""
        title = words(reading.id, "bold").append(f"  {state}; {reading.basis}{sure}", "not bold dim")
        lines += [Text("  ") + title, *paragraph(reading.question, page.width, 4)]
        grid = TextTable([TextColumn(limit=34), TextColumn(gives=True)], indent=4)
        for option in reading.options:
            mark = "●" if option.id == chosen else "○"
            default = " (default)" if option.id == reading.default else ""
            grid.add(words(f"{mark} {option.id}{default}", "bold" if option.id == chosen else ""), option.title)
        lines += grid.lines(page.width)
    return lines


def _assumptions(plan: Plan, page: Page) -> Lines:
    table = tables.assumptions(plan, _SOURCE)
    rows = [[*row[:2], _starred(plan, entry), *row[3:]] for row, entry in zip(table.rows, plan.assumptions, strict=True)]
    heads = ("title", "assumption", "value", "low", "high", "rated", "owner", "basis", "citation")
    starred = any(entry.id in plan.settings.assumptions for entry in plan.assumptions)
    note = "* set on top of the plan as written" if starred else ""
    return _listed(choose(choose(table, rows=rows), heads), page, note, ("owner", "rated", "low", "high"))


def _starred(plan: Plan, entry: Assumption | Unknown) -> str:
    """Return the value, marked where it was set on top of the plan as written."""
    return f"{print_value(entry.value)}{' *' if entry.id in plan.settings.assumptions else ''}"


def _listed(table: Table, page: Page, note: str = "", spared: Sequence[str] = (), title: str | None = None) -> Lines:
    """Return a table; where it is empty, its title that says so."""
    named = table.model_copy(update={"title": title or table.title})
    return shown(named, page, note=note, spared=spared) or [heading(named.title, "none")]


def _cited(entry: Sourced) -> str:
    if entry.citation:
        return "; ".join(str(citation) for citation in entry.citation)
    if entry.fitted_to:
        return f"to {entry.fitted_to}"
    return f"from {', '.join(entry.derived_from)}" if entry.derived_from else "–"


def _items(plan: Plan, page: Page, matches: Sequence[RowMatch] | None) -> Lines:
    """Return every item by phase, with its length, when it was published, and by what right its dates come out so."""
    by = {match.id: match.by if match.matches else "differs" for match in matches or ()}
    phases = {phase.id: phase.title for phase in plan.phases}
    items = sorted(plan.items.values(), key=lambda item: [*phases].index(item.phase) if item.phase in phases else len(phases))
    table = listing(
        "items",
        "Items",
        "title | item:id | phase | length:id | published:id | row by:id | basis:id | source",
        items,
        said={
            "item": lambda item: (
                f"{'◆ ' if isinstance(item, Milestone) else '─ ' if isinstance(item, Hammock) else ''}{item.id}"
            ),
            "phase": lambda item: phases.get(item.phase),
            "length": lambda item: _length(plan, item),
            "published": lambda item: f"{day(item.published.start)} – {day(item.published.finish)}" if item.published else None,
            "row by": lambda item: by.get(item.id),
            "source": _cited,
        },
        proof="stated",
        source=_SOURCE,
    )
    lines = shown(table, page, note="◆ milestone, ─ bar tied to other items", spared=("source", "phase", "published", "basis"))
    lines = lines or [heading("Items", "none")]
    if matches:
        counts = ", ".join(f"{count} {name}" for name, count in summary(tuple(matches)).items() if count)
        lines += hanging("rows", f"of {len(matches)} published: {counts}; a placed row is not reproduced", page.width)
    return lines


def _length(plan: Plan, item: Item) -> str:
    if isinstance(item, Milestone):
        return item.shown
    if isinstance(item, Hammock):
        return "tied"
    if isinstance(item, Summary):
        return "spans"
    off = "" if plan.switch(item.enabled) else " off"
    late = " late" if item.placement != "earliest" else ""
    return f"{plan.duration(item.duration)}{late}{off}"


def _rules(plan: Plan, page: Page) -> Lines:
    """Return every rule: its title, its demand and its authority."""
    if not plan.rules:
        return [heading("Rules", "none")]
    lines = [heading("Rules", "● on, ○ off")]
    for rule in plan.rules:
        on = plan.switch(rule.enabled)
        title = (
            Text("  ● " if on else "  ○ ")
            .append_text(words(rule.id, "bold" if on else "dim"))
            .append("  ")
            .append_text(words(rule.title))
        )
        title.truncate(page.width, overflow="ellipsis")
        sure = f" ({rule.confidence} confidence)" if rule.confidence else ""
        lines += [
            title,
            *paragraph(demand(plan, rule.id), page.width, 4),
            *paragraph(f"{rule.kind}; {rule.authority}; {rule.basis}{sure}; {_cited(rule)}", page.width, 4, "dim"),
        ]
    return lines


def _sources(plan: Plan, page: Page) -> Lines:
    view = choose(tables.sources(plan, _SOURCE), ("title", "source", "published", "publisher", "version"))
    return _listed(view, page, spared=("version", "publisher"))


def _baselines(plan: Plan, page: Page) -> Lines:
    """Return the published dates: a row for each milestone, a column for each baseline."""
    if not plan.baselines:
        return [heading("Baselines", "none")]
    lines = [heading("Baselines", "published dates; never an input")]
    room = max(len(baseline.id) for baseline in plan.baselines) + 2
    for baseline in plan.baselines:
        lines += hanging(baseline.id, f"{baseline.title} ({_cited(baseline)})", page.width, 2, room)
    named = {entry.milestone for baseline in plan.baselines for entry in baseline.dates}
    rows = [
        [
            each.title,
            each.id,
            *(month_or_day(date.date) if date else None for date in (held.date(each.id) for held in plan.baselines)),
        ]
        for each in plan.milestones
        if each.id in named
    ]
    heads = columns("title | milestone:id" + across((each.id for each in plan.baselines), "{}:id"))
    table = kit_table("published", "Published", heads, rows, proof="published", source=_SOURCE)
    return [*lines, *shown(table, page, spared=("title",))[2:]]


def _raid(plan: Plan, page: Page) -> Lines:
    view = choose(tables.raid(plan, _SOURCE), ("title", "entry", "kind", "rated", "manageable", "touches"))
    return _listed(view, page, spared=("manageable",), title="RAID register")


def _unknowns(plan: Plan, page: Page) -> Lines:
    table = tables.unknowns(plan, _SOURCE)
    rows = [[*row[:2], _starred(plan, entry), *row[3:]] for row, entry in zip(table.rows, plan.unknowns, strict=True)]
    view = choose(choose(table, rows=rows), ("title", "unknown", "stands at", "why it matters", "touches"))
    note = "carried at a stated value, because no source gives one"
    return _listed(view, page, note, ("touches",), "Unknowns")


_SECTIONS: dict[str, Callable[[Plan, Page], Lines]] = {
    "rules": _rules,
    "assumptions": _assumptions,
    "readings": _readings,
    "sources": _sources,
    "baselines": _baselines,
    "raid": _raid,
    "unknowns": _unknowns,
}
