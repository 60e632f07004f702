"""What a planner reads after `list` and `show`: the plans at hand, and everything one of them stands on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal, get_args

from rich.text import Text

from models.assumptions import Assumption, Unknown
from models.items import Hammock, Item, Milestone, Summary
from models.pack import Table
from models.plan import Plan
from optimiser.evidence.tables import register as tables
from optimiser.evidence.tables.kit import across, choose, listing
from optimiser.evidence.tables.kit import table as kit_table
from optimiser.evidence.terminal.framing import plan_title
from optimiser.evidence.terminal.page import Page, TextColumn, TextTable, words
from optimiser.evidence.terminal.report import Report
from optimiser.evidence.words import counted, day, month_or_day
from optimiser.reproduction import RowMatch, summary
from optimiser.wording import demand

__all__ = ["SECTIONS", "Section", "list_report", "plan_report"]

Section = Literal["items", "rules", "assumptions", "readings", "sources", "baselines", "raid", "unknowns"]
SECTIONS: tuple[Section, ...] = get_args(Section)

_SOURCE = "show"


def list_report(plans: Iterable[tuple[str, str, Sequence[tuple[str, str]]]], page: Page) -> str:
    """Return the packaged plans, each with its title, and the names and titles of its scenarios."""
    told = Report(page)
    for name, title, scenarios in plans:
        told.head(name, title)
        if not scenarios:
            told.say("no scenarios", indent=4, style="dim")
        _pairs(told, 30, scenarios)
    if not told.lines:
        told.say("no plan is packaged", indent=0)
    return told.text()


def _pairs(told: Report, limit: int, pairs: Iterable[Sequence[str | Text]]) -> None:
    """Write names beside what they are, the names in no more than so many cells."""
    grid = TextTable([TextColumn(limit=limit), TextColumn(gives=True)], indent=4)
    for pair in pairs:
        grid.add(*pair)
    told.add(*grid.lines(told.page.width))


def plan_report(plan: Plan, page: Page, sections: Sequence[Section] = (), matches: Sequence[RowMatch] | None = None) -> str:
    """Return a plan as text: a summary, or the sections asked for.

    Parameters
    ----------
    sections
        What to list in full; where empty, counts, readings and assumptions.
    matches
        How the published rows come about; a column of the items where given.
    """
    told = Report(page)
    _title(told, plan)
    if not sections:
        _counts(told, plan)
    for section in sections or ("readings", "assumptions"):
        if section == "items":
            _items(told, plan, matches)
        else:
            _SECTIONS[section](told, plan)
    return told.text()


def _title(told: Report, plan: Plan) -> None:
    calendar = plan.calendars_by_id[plan.calendar]
    facts = {
        "as of": day(plan.as_of) + (", with hindsight" if plan.settings.hindsight else ""),
        "horizon": f"{day(plan.horizon.first)} – {day(plan.horizon.last)}",
        "calendar": f"{calendar.title} ({calendar.id}), known {day(calendar.covers.first)} – {day(calendar.covers.last)}",
        "targets": ", ".join(plan.targets) or "none",
        "scenarios": ", ".join(plan.settings.scenarios) or "none",
    }
    plan_title(told, plan)
    for label, text in facts.items():
        told.hang(label, text, room=11)
    told.hang("overlap", *plan.settings.overlaps, room=11)
    told.say(plan.note or "", style="dim")


def _counts(told: Report, plan: Plan) -> None:
    on = sum(1 for _ in plan.active_rules())
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
    told.head("What it holds")
    said = {
        "in all": ", ".join(counted(len(each), name, many.get(name)) for name, each in things.items() if each) or "nothing",
        **{
            label: ", ".join(
                f"{count} {name}" for name, count in Counter(getattr(rule, field) for rule in plan.rules).most_common()
            )
            for label, field in (("rules are", "kind"), ("by basis", "basis"))
        },
    }
    for label, text in said.items():
        told.hang(label, *filter(None, [text]), room=11)


def _readings(told: Report, plan: Plan) -> None:
    """Write every open question with its options, the chosen one marked."""
    live, other = {reading.id for reading in plan.live_readings()}, plan.set_otherwise()
    told.head("Readings", "● chosen, ○ other; open ones span the dates" if plan.readings else "none")
    for reading in plan.readings:
        chosen = None if reading.id in other else plan.choice(reading)
        state = "open, at its default" if reading.id in live else "answered"
        state = f"set otherwise: {other[reading.id]}" if reading.id in other else state
        sure = f", {reading.confidence} confidence" if reading.confidence else ""
        told.add(Text("  ") + words(reading.id, "bold").append(f"  {state}; {reading.basis}{sure}", "not bold dim"))
        told.say(reading.question, indent=4)
        marks = {True: ("● ", "bold"), False: ("○ ", "")}
        options = []
        for option in reading.options:
            mark, style = marks[option.id == chosen]
            options.append((words(f"{mark}{option.id}{' (default)' * (option.id == reading.default)}", style), option.title))
        _pairs(told, 34, options)


def _assumptions(told: Report, plan: Plan) -> None:
    table = _starred(tables.assumptions(plan, _SOURCE), plan, plan.assumptions)
    heads = ("title", "assumption", "value", "low", "high", "rated", "owner", "basis", "citation")
    starred = any(entry.id in plan.settings.assumptions for entry in plan.assumptions)
    note = "* set on top of the plan as written" if starred else ""
    told.table(table, heads, note=note, spared=("owner", "rated", "low", "high"), empty="none")


def _starred(table: Table, plan: Plan, entries: Iterable[Assumption | Unknown]) -> Table:
    """Return a table of numbers, each marked in the third column where it was set on top of the plan as written."""
    stars = [" *" * (entry.id in plan.settings.assumptions) for entry in entries]
    return choose(table, rows=[[*row[:2], f"{row[2]}{star}", *row[3:]] for row, star in zip(table.rows, stars, strict=True)])


def _items(told: Report, plan: Plan, matches: Sequence[RowMatch] | None) -> None:
    """Write every item by phase, with its length, when it was published, and by what right its dates come out so."""
    by = {match.id: match.by if match.matches else "differs" for match in matches or ()}
    phases = {phase.id: phase.title for phase in plan.phases}
    items = sorted(plan.items.values(), key=lambda item: [*phases].index(item.phase) if item.phase in phases else len(phases))
    marks: dict[type, str] = {Milestone: "◆ ", Hammock: "─ "}
    table = listing(
        "items",
        "Items",
        "title | item:id | phase | length:id | published:id | row by:id | basis:id | source",
        items,
        said={
            "item": lambda item: f"{marks.get(type(item), '')}{item.id}",
            "phase": lambda item: phases.get(item.phase),
            "length": lambda item: _length(plan, item),
            "published": lambda item: f"{day(item.published.start)} – {day(item.published.finish)}" if item.published else None,
            "row by": lambda item: by.get(item.id),
            "source": tables.stands,
        },
        proof="stated",
        source=_SOURCE,
    )
    note = "◆ milestone, ─ bar tied to other items"
    told.table(table, note=note, spared=("source", "phase", "published", "basis"), empty="none")
    if matches:
        counts = ", ".join(f"{count} {name}" for name, count in summary(tuple(matches)).items() if count)
        told.hang("rows", f"of {len(matches)} published: {counts}; a placed row is not reproduced")


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


def _rules(told: Report, plan: Plan) -> None:
    """Write every rule: its title, its demand and its authority."""
    told.head("Rules", "● on, ○ off" if plan.rules else "none")
    for rule in plan.rules:
        on = plan.switch(rule.enabled)
        told.item("  ● " if on else "  ○ ", rule.id, rule.title, bold=on)
        sure = f" ({rule.confidence} confidence)" if rule.confidence else ""
        told.say(demand(plan, rule.id), indent=4)
        told.say(f"{rule.kind}; {rule.authority}; {rule.basis}{sure}; {tables.stands(rule)}", indent=4, style="dim")


def _sources(told: Report, plan: Plan) -> None:
    heads = ("title", "source", "published", "publisher", "version")
    told.table(tables.sources(plan, _SOURCE), heads, note="", spared=("version", "publisher"), empty="none")


def _baselines(told: Report, plan: Plan) -> None:
    """Write the published dates: a row for each milestone, a column for each baseline."""
    told.head("Baselines", "published dates; never an input" if plan.baselines else "none")
    room = max((len(baseline.id) for baseline in plan.baselines), default=0) + 2
    for baseline in plan.baselines:
        told.hang(baseline.id, f"{baseline.title} ({tables.stands(baseline)})", room=room)
    rows = [
        [each.title, each.id, *(month_or_day(date.date) if date else None for date in dates)]
        for each in plan.milestones
        if any(dates := [held.date(each.id) for held in plan.baselines])
    ]
    heads = "title | milestone:id" + across((each.id for each in plan.baselines), "{}:id")
    table = kit_table("published", "Published", heads, rows, proof="published", source=_SOURCE)
    told.table(table, title="", spared=("title",))


def _raid(told: Report, plan: Plan) -> None:
    heads = ("title", "entry", "kind", "rated", "manageable", "touches")
    told.table(tables.raid(plan, _SOURCE), heads, title="RAID register", note="", spared=("manageable",), empty="none")


def _unknowns(told: Report, plan: Plan) -> None:
    table = _starred(tables.unknowns(plan, _SOURCE), plan, plan.unknowns)
    heads = ("title", "unknown", "stands at", "why it matters", "touches")
    note = "carried at a stated value, because no source gives one"
    told.table(table, heads, title="Unknowns", note=note, spared=("touches",), empty="none")


_SECTIONS = {
    "rules": _rules,
    "assumptions": _assumptions,
    "readings": _readings,
    "sources": _sources,
    "baselines": _baselines,
    "raid": _raid,
    "unknowns": _unknowns,
}
