"""The report of `solve`: dates first, then their evidence, driving chains and binding constraints."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import takewhile
from typing import get_args

from rich.text import Text

from models.findings import Binding, ConflictMember
from models.forecast import Forecast, State
from models.outcome import Infeasible, MilestoneDate, Outcome, RowDate, Run, Solved, Undecided
from models.plan import Plan
from optimiser.clock import clock_of
from optimiser.evidence.tables import solved as tables
from optimiser.evidence.tables.kit import choose, columns, once_of, table
from optimiser.evidence.tables.solved import broken_rules, milestone_states
from optimiser.evidence.terminal.framing import notes_lines, readings_lines, title_lines
from optimiser.evidence.terminal.gantt import Rows, gantt_lines, shown_date
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, hanging, heading, joined, paragraph, words
from optimiser.evidence.terminal.tables import shown
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
    outcome
        The answer.
    plan
        The plan it answers for.
    page
        How wide, and whether in colour.
    rows
        Which items to draw: ``driving``, ``main`` (driving ones and milestones) or ``all``; None where none.
    """
    if isinstance(outcome, Solved):
        body = _solved(outcome, plan, page, rows)
    elif isinstance(outcome, Infeasible):
        body = _infeasible(outcome, page)
    else:
        body = _undecided(outcome, plan, page)
    title = title_lines(plan, outcome.scenarios, page, f"calendar {plan.calendars_by_id[plan.calendar].title}")
    chosen = _chosen(outcome, plan)
    last = [notes_lines(outcome.notes, page), readings_lines(chosen, page), _run(outcome.run, page)]
    return page.paint(joined([title, *body, *last]))


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


def _run(run: Run, page: Page) -> Lines:
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
    return paragraph(", ".join(parts), page.width, 0, "dim")


# -- solved ------------------------------------------------------------------------------------------------------------


def _solved(outcome: Solved, plan: Plan, page: Page, rows: Rows | None) -> Iterable[Lines]:
    yield [
        *shown(tables.earliest_dates(outcome, plan), page, spared=("title",), least=_LEAST),
        *(line for entry in outcome.milestones for line in _bounds(entry, page)),
    ]
    if outcome.forecast is not None:
        yield from _forecast(outcome, outcome.forecast, plan, page)
    yield shown(tables.against_published(outcome, plan), page, note="later is +", spared=("title",))
    yield _spans(outcome, plan, page)
    yield shown(tables.grounds(outcome), page, note="the driving chain, by basis")
    yield _chains(outcome, plan, page)
    yield _binding(outcome, page)
    if rows:
        yield gantt_lines(outcome, plan, page, rows)


def _bounds(entry: MilestoneDate, page: Page) -> Iterable[Text]:
    """Return the bounds of a date that is not certified, and its place under another order of milestones."""
    if entry.proof == "gap":
        text = f"the earliest date lies between {weekday_day(entry.bound)} and {weekday_day(entry.date)}"
        yield from hanging(entry.id, f"{text}; the bound is by {entry.bound_by}", page.width)
    elif entry.proof == "solver":
        text = f"CP-SAT alone proves the date; independently of it, not before {weekday_day(entry.bound)}"
        yield from hanging(entry.id, f"{text}, by {entry.bound_by}", page.width)
    if entry.lexicographic:
        text = f"{weekday_day(entry.lexicographic)} where the milestones before it keep their own earliest dates"
        yield from hanging(entry.id, text, page.width)


def _forecast(outcome: Solved, forecast: Forecast, plan: Plan, page: Page) -> Iterable[Lines]:
    """Return the progress, the state of milestones, and the rules that facts break."""
    done = "is done" if forecast.done == 1 else "are done"
    work = [(forecast.done, done), (forecast.in_progress, "in progress"), (forecast.to_do, "to do")]
    found = Counter(each.state for each in forecast.milestones)
    states = ", ".join(f"{found[state]:,} {state}" for state in get_args(State) if found[state]) or "none is met or dated"
    said = f"Of the activities {', '.join(f'{count:,} {state}' for count, state in work if count)}; of the milestones {states}."
    yield [heading("Forecast"), *paragraph(said, page.width)]
    asked = [entry.id for entry in outcome.milestones]
    states_table = milestone_states(outcome, forecast, "the forecast", asked=asked)
    heads = ("title", "milestone", "state", "date", "due", "late", "months late", "by")
    if any(each.due for each in forecast.milestones):
        yield shown(choose(states_table, heads), page, spared=("by", "months late", "milestone"), most=_MOST)
    yield shown(broken_rules(forecast, plan, "the forecast"), page, spared=("title",), most=_MOST)


def _spans(outcome: Solved, plan: Plan, page: Page) -> Lines:
    """Return the readings at which each date falls first and last; milestones that share them share a line."""
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
    lines: Lines = []
    for (which, chosen), dates in sorted(at.items(), key=lambda pair: pair[0][0]):
        lines += hanging(which, f"{', '.join(dates)} at {chosen}", page.width, 2, 7)
    lines += [line for name, said in lost.items() for line in hanging(name, said, page.width)]
    most = max((span.combinations for span in spans.values()), default=0)
    note = f"{counted(len(live), 'open reading')}, {counted(most, 'combination')}"
    return [heading("Readings at the ends of the span", note), *lines] if lines else []


def _binding(outcome: Solved, page: Page) -> Lines:
    """Return each rule of the proof that a day earlier is impossible, and what it is worth to each milestone."""
    by_rule: dict[str, dict[str, Binding]] = {}
    for name, entries in outcome.binding.items():
        for entry in entries:
            by_rule.setdefault(entry.rule, {})[name] = entry
    found = tables.what_binds(by_rule, [name for name, entries in outcome.binding.items() if entries])
    lines = shown(found, page, note="working days gained without it / by one unit less of it", spared=("title",))
    every = [entry for entries in by_rule.values() for entry in entries.values()]
    if any(entry.fallback_gain_wd is not None for entry in every):
        lines += paragraph(STARRED, page.width, 2, "dim")
    if any(entry.drop_gain_wd is entry.fallback_gain_wd is None for entry in every):
        lines += paragraph(OPEN, page.width, 2, "dim")
    for (partners, gainers), rules in _joint(by_rule).items():
        text = f"{'each gains' if len(rules) > 1 else 'gains'} nothing alone, but together with {listed(partners, 'or')}"
        lines += hanging("", f"{listed(rules)}: {text} ({', '.join(gainers)})", page.width, 2, 0)
    return lines


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


def _chains(outcome: Solved, plan: Plan, page: Page) -> Lines:
    """Return the driving chain of each milestone; what it shares with a chain already shown is not shown again."""
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
    told: dict[str, tuple[str, ...]] = {}
    for milestone, chain in outcome.driving.items():
        label, shared = _label(milestone, chain, told)
        grid.across(label)
        for place in range(shared, len(chain)):
            row, wait = rows.get(chain[place]), waits(chain[place - 1], chain[place]) if place else 0
            slot = outcome.slots.get(milestone, {}).get(chain[place])
            said = f"slot {slot}" if slot else f"+{amount(wait)}" if wait > 0 else ""
            grid.add(*([f"  {chain[place]}", *[""] * 5] if row is None else _link(row, plan, said, times)))
        told[milestone] = chain
    if all(isinstance(row, Text) for row in grid.rows):
        return []
    return [heading("Driving chains", "wait: from the finish of the item before"), *grid.lines(page.width)]


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


def _infeasible(outcome: Infeasible, page: Page) -> Iterable[Lines]:
    conflict = outcome.conflict
    verdict = words("Infeasible: no schedule meets every rule.", "bold red")
    yield [verdict, *paragraph(conflict.statement, page.width)]
    minimal = "leave out any one, and the rest can" if conflict.minimal else "perhaps fewer would do: the search stopped early"
    members = [line for number, member in enumerate(conflict.members, start=1) for line in _member(number, member, page)]
    yield [heading("These cannot all hold", minimal), *members]
    yield paragraph(f"confirmed by: {conflict.confirmed_by}", page.width, 2)


def _member(number: int, member: ConflictMember, page: Page) -> Lines:
    first = Text(f"  {number:>2}  ").append_text(words(member.id, "bold")).append("  ").append_text(words(member.title))
    first.truncate(page.width, overflow="ellipsis")
    sure = f" ({member.confidence} confidence)" if member.confidence else ""
    cited = "; ".join(str(citation) for citation in member.citation) or "no citation"
    return [
        first,
        *paragraph(f"demands: {member.statement}", page.width, 6),
        *paragraph(f"{member.authority}; {member.basis}{sure}; {cited}", page.width, 6, "dim"),
    ]


def _undecided(outcome: Undecided, plan: Plan, page: Page) -> Iterable[Lines]:
    yield [words("Undecided: the limit came before an answer.", "bold yellow")]
    rows = [[plan.items[name].title, name, weekday_day(bound), "bound only, no date"] for name, bound in outcome.bounds.items()]
    heads = columns("title | milestone:id | not before:id | proof:id")
    yield shown(table("bounds", "What is known", heads, rows, proof="gap", source="solve"), page, spared=("title",))
