"""The report of `solve`: dates first, then their evidence, driving chains and binding constraints."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from typing import get_args

from rich.text import Text

from models.findings import Binding, Conflict
from models.forecast import Forecast, State
from models.outcome import Infeasible, MilestoneDate, Outcome, RowDate, Run, Solved, Undecided
from models.plan import Plan
from optimiser.clock import clock_of
from optimiser.evidence.tables import solved as tables
from optimiser.evidence.tables.kit import once_of, table
from optimiser.evidence.tables.register import cited
from optimiser.evidence.terminal.framing import readings, title
from optimiser.evidence.terminal.gantt import Rows, gantt_lines, shown_date
from optimiser.evidence.terminal.page import Page, TextColumn, TextTable, words
from optimiser.evidence.terminal.report import Report
from optimiser.evidence.words import OPEN, STARRED, amount, counted, day, in_days, listed, weekday_day

__all__ = ["outcome_report"]

_MOST = 12
"""Milestones that are late, and rules that facts have broken, before the rest is a number."""
_LEAST = 14
"""Cells for a condition at least: what a date stands on is to be read beside it on any page that is not narrow."""


def outcome_report(outcome: Outcome, plan: Plan, page: Page, *, rows: Rows | None = "main") -> str:
    """Return the whole answer as text for a terminal or a file.

    Parameters
    ----------
    rows
        Which items to draw: ``driving``, ``main`` (driving ones and milestones) or ``all``; None where none.
    """
    told = Report(page)
    title(told, plan, outcome.scenarios, f"calendar {plan.calendars_by_id[plan.calendar].title}")
    told.gap()
    if isinstance(outcome, Solved):
        _solved(told, outcome, plan, rows)
    elif isinstance(outcome, Infeasible):
        _infeasible(told, outcome.conflict)
    else:
        _undecided(told, outcome, plan)
    told.under("Notes", outcome.notes)
    readings(told, _chosen(outcome, plan))
    told.gap()
    told.say(_run(outcome.run), indent=0, style="dim")
    return told.text()


def _chosen(outcome: Outcome, plan: Plan) -> dict[str, list[str]]:
    """Return which way each open question of the source was read."""
    live, other = {reading.id for reading in plan.live_readings()}, plan.set_otherwise()
    found: dict[str, list[str]] = {"answered": [], "set otherwise": [], "open, at default": []}
    for name, option in outcome.readings.items():
        if name in other:
            found["set otherwise"].append(f"{name} ({other[name]})")
        else:
            found["open, at default" if name in live else "answered"].append(f"{name}={option}")
    return found


def _run(run: Run) -> str:
    parts = [
        f"optimiser {run.version}",
        f"OR-Tools {run.ortools}",
        f"seed {run.seed}",
        counted(run.workers, "worker"),
        f"deterministic time {run.deterministic_time:.3g} (limit {run.deterministic_limit:g} a call)",
        f"inputs {run.inputs_sha256[:12]}",
    ]
    if run.windows == "trimmed":
        parts.append("searched near the longest path's bounds")
    if run.time_limit is not None:
        parts.append(f"bounded to {run.time_limit:g} s by the wall clock, so it may not repeat")
    return ", ".join(parts)


# -- solved ------------------------------------------------------------------------------------------------------------


def _solved(told: Report, outcome: Solved, plan: Plan, rows: Rows | None) -> None:
    told.table(tables.earliest_dates(outcome, plan), spared=("title",), least=_LEAST)
    for entry in outcome.milestones:
        _bounds(told, entry)
    if outcome.forecast is not None:
        _forecast(told, outcome, outcome.forecast, plan)
    told.table(tables.against_published(outcome, plan), note="later is +", spared=("title",))
    _spans(told, outcome, plan)
    told.table(tables.grounds(outcome), note="the driving chain, by basis")
    _chains(told, outcome, plan)
    _binding(told, outcome)
    if rows:
        told.gap()
        told.add(*gantt_lines(outcome, plan, told.page, rows))


def _bounds(told: Report, entry: MilestoneDate) -> None:
    """Write the bounds of a date that is not certified, and its place under another order of milestones."""
    if entry.proof == "gap":
        text = f"the earliest date lies between {weekday_day(entry.bound)} and {weekday_day(entry.date)}"
        told.hang(entry.id, f"{text}; the bound is by {entry.bound_by}")
    elif entry.proof == "solver":
        text = f"CP-SAT alone proves the date; independently of it, not before {weekday_day(entry.bound)}"
        told.hang(entry.id, f"{text}, by {entry.bound_by}")
    if entry.lexicographic:
        told.hang(entry.id, f"{weekday_day(entry.lexicographic)} where the milestones before it keep their own earliest dates")


def _forecast(told: Report, outcome: Solved, forecast: Forecast, plan: Plan) -> None:
    """Write the progress, the state of milestones, and the rules that facts break."""
    done = "is done" if forecast.done == 1 else "are done"
    work = [(forecast.done, done), (forecast.in_progress, "in progress"), (forecast.to_do, "to do")]
    found = Counter(each.state for each in forecast.milestones)
    states = ", ".join(f"{found[state]:,} {state}" for state in get_args(State) if found[state]) or "none is met or dated"
    told.head("Forecast")
    told.say(
        f"Of the activities {', '.join(f'{count:,} {state}' for count, state in work if count)}; of the milestones {states}."
    )
    states_table = tables.milestone_states(outcome, forecast, "the forecast", asked=[entry.id for entry in outcome.milestones])
    heads = ("title", "milestone", "state", "date", "due", "late", "months late", "by")
    if any(each.due for each in forecast.milestones):
        told.table(states_table, heads, spared=("by", "months late", "milestone"), most=_MOST)
    told.table(tables.broken_rules(forecast, plan, "the forecast"), spared=("title",), most=_MOST)


def _spans(told: Report, outcome: Solved, plan: Plan) -> None:
    """Write the readings at which each date falls first and last; milestones that share them share a line."""
    live = plan.live_readings()
    spans = {entry.id: entry.span for entry in outcome.milestones if entry.span} if live else {}
    at: dict[tuple[str, str], list[str]] = {}
    lost: dict[str, str] = {}
    for name, span in spans.items():
        ends = {"first": span.first} if span.beyond else {"first": span.first, "last": span.last}
        if span.beyond or span.first.date != span.last.date:
            for which, end in ends.items():
                chosen = ", ".join(f"{key}={option}" for key, option in end.readings.items()) or "the readings as chosen"
                at.setdefault((which, chosen), []).append(f"{name} {day(end.date)}")
        missing = {"infeasible": span.infeasible, "beyond the days the calendar covers": span.beyond}
        said = ", ".join(f"{count:,} {why}" for why, count in missing.items() if count)
        lost |= {name: f"of {span.combinations:,} combinations {said}"} if said else {}
    if at or lost:
        most = max(span.combinations for span in spans.values())
        note = f"{counted(len(live), 'open reading')}, {counted(most, 'combination')}"
        told.head("Readings at the ends of the span", note)
    for (which, chosen), dates in sorted(at.items(), key=lambda pair: pair[0][0]):
        told.hang(which, f"{', '.join(dates)} at {chosen}", room=7)
    for name, said in lost.items():
        told.hang(name, said)


def _binding(told: Report, outcome: Solved) -> None:
    """Write each rule of the proof that a day earlier is impossible, and what it is worth to each milestone."""
    by_rule: dict[str, dict[str, Binding]] = {}
    for name, entries in outcome.binding.items():
        for entry in entries:
            by_rule.setdefault(entry.rule, {})[name] = entry
    found = tables.what_binds(by_rule, [name for name, entries in outcome.binding.items() if entries])
    told.table(found, note="working days gained without it / by one unit less of it", spared=("title",))
    every = [entry for entries in by_rule.values() for entry in entries.values()]
    told.say(STARRED if any(entry.fallback_gain_wd is not None for entry in every) else "", style="dim")
    told.say(OPEN if any(entry.drop_gain_wd is entry.fallback_gain_wd is None for entry in every) else "", style="dim")
    for (partners, gainers), rules in _joint(by_rule).items():
        text = f"{'each gains' if len(rules) > 1 else 'gains'} nothing alone, but together with {listed(partners, 'or')}"
        told.say(f"{listed(rules)}: {text} ({', '.join(gainers)})")


def _joint(by_rule: Mapping[str, Mapping[str, Binding]]) -> dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]]:
    """Return the partners without which rules gain nothing, and the milestones they gain for, to those rules.

    A partner that gains alone is no news here; a pair is named once.
    """
    pairs: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for rule, found in by_rule.items():
        for name, entry in found.items():
            alone = {other for other, gains in by_rule.items() if name in gains and gains[name].drop_gain_wd != 0}
            partners = tuple(partner for partner in entry.joint_with if partner not in alone)
            mirrored = len(partners) == 1 and name in pairs.get((partners[0], (rule,)), ())
            if partners and not mirrored:
                pairs.setdefault((rule, partners), []).append(name)
    together: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for (rule, partners), names in pairs.items():
        together.setdefault((partners, tuple(names)), []).append(rule)
    return together


def _chains(told: Report, outcome: Solved, plan: Plan) -> None:
    """Write the driving chain of each milestone; what it shares with a chain already shown is not shown again."""
    rows = {row.id: row for row in outcome.rows}
    waits = _waits(outcome, plan)
    work = [row for chain in outcome.driving.values() for name in chain if (row := rows.get(name)) and row.kind != "milestone"]
    times = [once_of([row.start for row in work]), once_of([row.finish for row in work])]
    grid = TextTable(
        [
            TextColumn("item", limit=26),
            TextColumn("title", gives=True),
            TextColumn("wait", side="right"),
            *(TextColumn(f"{name} {time}".strip(), limit=17) for name, time in zip(("start", "finish"), times, strict=True)),
            TextColumn("length", side="right"),
        ],
        indent=4,
    )
    seen: dict[str, tuple[str, ...]] = {}
    for milestone, chain in outcome.driving.items():
        label, shared = _label(milestone, chain, seen)
        grid.across(label)
        for place in range(shared, len(chain)):
            row, wait = rows.get(chain[place]), waits(chain[place - 1], chain[place]) if place else 0
            slot = outcome.slots.get(milestone, {}).get(chain[place])
            said = f"slot {slot}" if slot else f"+{amount(wait)}" if wait > 0 else ""
            grid.add(*([f"  {chain[place]}", *[""] * 5] if row is None else _link(row, plan, said, times)))
        seen[milestone] = chain
    if not all(isinstance(row, Text) for row in grid.rows):
        told.head("Driving chains", "wait: from the finish of the item before")
        told.add(*grid.lines(told.page.width))


def _label(milestone: str, chain: tuple[str, ...], told: Mapping[str, tuple[str, ...]]) -> tuple[str, int]:
    """Return how a chain is announced, and how many of its items stand in a chain already shown."""
    shares = {name: _shared(chain, other) for name, other in told.items()}
    before = max(shares, key=lambda name: len(shares[name]), default="")
    if not before or not shares[before]:
        return f"to {milestone}", 0
    shared = shares[before]
    to = f"to {milestone}: as to {before}" + ("" if shared[-1] == before else f" up to {shared[-1]}")
    return f"{to}{', then' if len(shared) < len(chain) else ''}", len(shared)


def _shared(chain: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(first for first, _ in takewhile(lambda pair: pair[0] == pair[1], zip(chain, other, strict=False)))


def _link(row: RowDate, plan: Plan, wait: str, times: Sequence[str]) -> list[Text]:
    """Return one item of a chain: what it is, how long after the one before it begins, when, and how long it takes.

    Where it waited for a slot, the item before it in the chain held the slot.
    """
    event = row.kind == "milestone"
    long = amount(in_days(plan, row.worked_min, row.working_days))
    return [
        Text("◆ " if event else "  ").append_text(words(row.id, "bold" if event else "")),
        words(row.name, "" if event else "dim"),
        words(wait, "dim"),
        words(day(shown_date(row, plan) if event else _plain(row.start, times[0]))),
        words("" if event or row.finish < row.start else day(_plain(row.finish, times[1]))),
        words("" if event else f"{row.remaining} left" if row.remaining else long),
    ]


def _plain(date: dt.date, time: str) -> dt.date:
    """Return a date without the time that its column says."""
    return date.date() if time and isinstance(date, dt.datetime) else date


def _waits(outcome: Solved, plan: Plan) -> Callable[[str, str], float]:
    """Return the working days from the finish of one item to the start of the next; negative where they overlap.

    Of a plan in minutes those of the next one's own calendar: a night is no wait.
    """
    held, clock = outcome.schedule.by_id, clock_of(plan) if plan.unit == "minute" else None

    def wait(before: str, after: str) -> float:
        if before not in held or after not in held:
            return 0
        ended, began = held[before].finish, held[after].start
        if clock is None:
            return began - ended
        return in_days(plan, clock.worked_between(ended, began, getattr(plan.items[after], "calendar", None)), None) or 0

    return wait


# -- infeasible and undecided --------------------------------------------------------------------------------------------


def _infeasible(told: Report, found: Conflict) -> None:
    told.add(words("Infeasible: no schedule meets every rule.", "bold red"))
    told.say(found.statement)
    minimal = "leave out any one, and the rest can" if found.minimal else "perhaps fewer would do: the search stopped early"
    told.head("These cannot all hold", minimal)
    for number, member in enumerate(found.members, start=1):
        told.item(f"  {number:>2}  ", member.id, member.title)
        sure = f" ({member.confidence} confidence)" if member.confidence else ""
        told.say(f"demands: {member.statement}", indent=6)
        told.say(f"{member.authority}; {member.basis}{sure}; {cited(member.citation, 'no citation')}", indent=6, style="dim")
    told.gap()
    told.say(f"confirmed by: {found.confirmed_by}")


def _undecided(told: Report, outcome: Undecided, plan: Plan) -> None:
    told.add(words("Undecided: the limit came before an answer.", "bold yellow"))
    rows = [[plan.items[name].title, name, weekday_day(bound), "bound only, no date"] for name, bound in outcome.bounds.items()]
    heads = "title | milestone:id | not before:id | proof:id"
    told.table(table("bounds", "What is known", heads, rows, proof="gap", source="solve"), spared=("title",))
