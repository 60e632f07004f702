"""What a planner reads after `solve`: the dates first, then what they stand on, what drives and what binds them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile
from typing import get_args

from rich.text import Text

from models.findings import ConflictMember, Evidence, ProofClass
from models.forecast import Forecast, State
from models.moment import Moment
from models.outcome import BaselineDelta, Infeasible, MilestoneDate, Outcome, RowDate, Run, Solved, Undecided
from models.plan import Plan
from optimiser.clock import clock_of
from optimiser.evidence.documents import conditions, evidence_class
from optimiser.evidence.tables.forecast import broken_rules, milestone_states
from optimiser.evidence.tables.kit import once_of
from optimiser.evidence.terminal.binding import binding_lines
from optimiser.evidence.terminal.gantt import Rows, gantt_lines, shown_date
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, hanging, heading, paragraph, words
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import amount, change, counted, day, in_days, month_or_day, stack, weekday_day

__all__ = ["outcome_report"]

_PROOF_STYLES: dict[ProofClass, str] = {"certified": "bold green", "solver": "green", "gap": "bold yellow"}
_CHAIN = ("item", "title", "wait", "start", "finish", "length")
_WIDE = 110
"""From this width on there is room for titles and for starts as well as finishes."""


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
    sections = [
        _title(outcome, plan, page),
        *body,
        *_notes(outcome, page),
        _readings(outcome, plan, page),
        _run(outcome.run, page),
    ]
    lines: Lines = []
    for section in filter(None, sections):
        lines += [*([Text()] if lines else []), *section]
    return page.paint(lines)


# -- what every answer has -----------------------------------------------------------------------------------------------


def _title(outcome: Outcome, plan: Plan, page: Page) -> Lines:
    name = words(plan.title, "bold")
    name.truncate(page.width - len(plan.id) - 3, overflow="ellipsis")
    name.append(f" ({plan.id})", "not bold")
    calendar = plan.calendars_by_id[plan.calendar]
    timed = isinstance(plan.status_date, Moment)
    since = f"; status date {day(plan.status_date)}{'' if timed else ', its evening'}" if plan.status_date else ""
    changed = stack(outcome.scenarios, choices=bool(plan.settings.said))
    hindsight = "; with hindsight: sources later than that are admitted" if plan.settings.hindsight else ""
    return [
        name,
        *paragraph(f"{changed}; as of {day(plan.as_of)}{hindsight}{since}; calendar {calendar.title}", page.width, 0, "dim"),
    ]


def _notes(outcome: Outcome, page: Page) -> Iterable[Lines]:
    if outcome.notes:
        yield [heading("Notes"), *(line for note in outcome.notes for line in hanging("-", note, page.width, 2, 2))]


def _readings(outcome: Outcome, plan: Plan, page: Page) -> Lines:
    """Which way each open question of the source was read."""
    if not outcome.readings:
        return []
    live = {reading.id for reading in plan.live_readings()}
    other = plan.set_otherwise()
    states = {name: "open, at default" if name in live else "answered" for name in outcome.readings}
    states |= dict.fromkeys(other, "set otherwise")
    lines = [heading("Readings it stands on")]
    for label in ("answered", "set otherwise", "open, at default"):
        named = [(name, option) for name, option in outcome.readings.items() if states[name] == label]
        said = [f"{name} ({other[name]})" if name in other else f"{name}={option}" for name, option in named]
        if said:
            lines += hanging(label, ", ".join(said), page.width, 2, 18)
    return lines


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
    yield _dates(outcome, plan, page)
    if outcome.forecast is not None:
        yield _forecast(outcome, outcome.forecast, plan, page)
    yield _baselines(outcome, plan, page)
    yield _spans(outcome, plan, page)
    yield _evidence(outcome, page)
    yield _chains(outcome, plan, page)
    yield binding_lines(outcome, page)
    if rows:
        yield gantt_lines(outcome, plan, page, rows)


def _dates(outcome: Solved, plan: Plan, page: Page) -> Lines:
    wide = page.width >= _WIDE
    conditional = any(entry.evidence.proposals for entry in outcome.milestones)
    met = {each.id for each in outcome.forecast.milestones if each.state == "met"} if outcome.forecast else set()
    grid = TextTable(
        [
            TextColumn("", limit=20),
            *([TextColumn("title", gives=True)] if wide else []),
            TextColumn("earliest date"),
            *([TextColumn("if", gives=True, wraps=True)] if conditional else []),
            TextColumn("proof"),
            TextColumn("stands on", gives=not wide),
            TextColumn("over the open readings"),
        ]
    )
    for entry in outcome.milestones:
        title = [plan.items[entry.id].title] if wide else []
        proof = words(entry.proof, _PROOF_STYLES[entry.proof])
        grid.add(
            words(entry.id, "bold"),
            *title,
            words(weekday_day(entry.date), "bold"),
            *([conditions(entry.evidence)] if conditional else []),
            proof,
            "what is done" if entry.id in met else _stands_on(entry.evidence),
            _span(entry, plan),
        )
    lines = [heading("Earliest dates"), *grid.lines(page.width)]
    for entry in outcome.milestones:
        if entry.proof == "gap":
            text = f"the earliest date lies between {weekday_day(entry.bound)} and {weekday_day(entry.date)}"
            lines += hanging(entry.id, f"{text}; the bound is by {entry.bound_by}", page.width)
        elif entry.proof == "solver":
            text = f"CP-SAT alone proves the date; independently of it, not before {weekday_day(entry.bound)}"
            lines += hanging(entry.id, f"{text}, by {entry.bound_by}", page.width)
        if entry.lexicographic:
            text = f"{weekday_day(entry.lexicographic)} where the milestones before it keep their own earliest dates"
            lines += hanging(entry.id, text, page.width)
    return lines


def _forecast(outcome: Solved, forecast: Forecast, plan: Plan, page: Page) -> Lines:
    """What is done, which milestones are met, missed or slipping, and which rules facts have broken."""
    work = ", ".join(f"{count} {state}" for count, state in _counts(forecast) if count)
    lines = [heading("Forecast"), *paragraph(f"Of the activities {work}; of the milestones {_states(forecast)}.", page.width)]
    asked = [entry.id for entry in outcome.milestones]
    source = "the forecast"
    lines += shown(milestone_states(outcome, forecast, source, asked=asked), page, spared=("title", "months late", "by"))
    return lines + shown(broken_rules(forecast, plan, source), page, spared=("title",), most=_MOST_BROKEN)


_MOST_BROKEN = 12


def _counts(forecast: Forecast) -> tuple[tuple[int, str], ...]:
    return (
        (forecast.done, "is done" if forecast.done == 1 else "are done"),
        (forecast.in_progress, "in progress"),
        (forecast.to_do, "to do"),
    )


def _states(forecast: Forecast) -> str:
    found = Counter(each.state for each in forecast.milestones)
    return ", ".join(f"{found[state]} {state}" for state in get_args(State) if found[state]) or "none is met or dated"


def _stands_on(evidence: Evidence) -> str:
    """The evidence class in two words: the least firm basis, and how sure an inference is."""
    basis = evidence_class(evidence)
    if basis is None:
        return "nothing"
    return f"{basis}, {evidence.weakest_confidence}" if basis == "inferred" and evidence.weakest_confidence else basis


def _span(entry: MilestoneDate, plan: Plan) -> str:
    if not plan.live_readings():
        return "none is open"
    if entry.span is None:
        return "not computed"
    if entry.span.beyond:
        return f"{day(entry.span.first.date)} – off calendar"
    return f"{day(entry.span.first.date)} – {day(entry.span.last.date)}"


def _baselines(outcome: Solved, plan: Plan, page: Page) -> Lines:
    """How the dates lie to the published ones: a row for each baseline, as many milestones beside each other as fit."""
    shown = [baseline for baseline in plan.baselines if any(baseline.id in entry.baselines for entry in outcome.milestones)]
    if not shown:
        return []
    lines = [heading("Against what was published", "later is +")]
    together = max(1, (page.width - 26) // 18)
    for start in range(0, len(outcome.milestones), together):
        entries = outcome.milestones[start : start + together]
        grid = TextTable([TextColumn("baseline", gives=True), *(TextColumn(entry.id, limit=20) for entry in entries)])
        for baseline in shown:
            deltas = [entry.baselines.get(baseline.id) for entry in entries]
            grid.add(words(baseline.id, "bold"), *(_change(delta) for delta in deltas))
            grid.add(
                words(baseline.title, "dim"),
                *(words(month_or_day(delta.published) if delta else "", "dim") for delta in deltas),
            )
        lines += grid.lines(page.width)
    return lines


def _change(delta: BaselineDelta | None) -> Text:
    if delta is None:
        return words("–", "dim")
    size = delta.delta_months or delta.delta_wd or 0
    return words(change(delta.delta_months, delta.delta_wd), "red" if size > 0 else "green")


def _spans(outcome: Solved, plan: Plan, page: Page) -> Lines:
    """The readings at which each date falls first and last; milestones that share them share a line."""
    live = plan.live_readings()
    lines: Lines = []
    for which in ("first", "last") if live else ():
        at: dict[tuple[tuple[str, str], ...], list[str]] = {}
        for entry in outcome.milestones:
            if entry.span and not (which == "last" and entry.span.beyond):
                end = entry.span.first if which == "first" else entry.span.last
                at.setdefault(tuple(end.readings.items()), []).append(f"{entry.id} {day(end.date)}")
        for pairs, dates in at.items():
            chosen = ", ".join(f"{name}={option}" for name, option in pairs) or "the readings as chosen"
            lines += hanging(which, f"{', '.join(dates)} at {chosen}", page.width, 2, 7)
    if not lines:
        return []
    for entry in outcome.milestones:
        if entry.span and (entry.span.infeasible or entry.span.beyond):
            lost = [f"{entry.span.infeasible:,} infeasible"] if entry.span.infeasible else []
            lost += [f"{entry.span.beyond:,} beyond the days the calendar covers"] if entry.span.beyond else []
            lines += hanging(entry.id, f"of {entry.span.combinations:,} combinations {', '.join(lost)}", page.width)
    most = max(entry.span.combinations for entry in outcome.milestones if entry.span)
    note = f"{counted(len(live), 'open reading')}, {counted(most, 'combination')}"
    return [heading("Readings at the ends of the span", note), *lines]


def _evidence(outcome: Solved, page: Page) -> Lines:
    lines = [heading("What the dates stand on", "the driving chain, by basis")]
    for entry in outcome.milestones:
        found = entry.evidence
        lengths = {"document": found.document_wd, **found.other_wd}
        days = ", ".join(f"{count} wd {basis}" for basis, count in lengths.items() if count) or "no work"
        links = ", ".join(f"{count} {basis}" for basis, count in found.links.items() if count)
        links = links or (f"{found.inferred_links} inferred" if found.inferred_links else "none")
        sure = f" (lowest confidence {found.weakest_confidence})" if found.weakest_confidence else ""
        lines += hanging(entry.id, f"lengths {days}; links and floors {links}{sure}", page.width, 2, 2 + _room(outcome))
        for number in found.fitted:
            lines += hanging("", f"fitted: {number}", page.width, 2, 2 + _room(outcome))
    return lines


def _room(outcome: Solved) -> int:
    """Cells for the longest milestone's id."""
    return min(20, max((len(entry.id) for entry in outcome.milestones), default=0))


def _chains(outcome: Solved, plan: Plan, page: Page) -> Lines:
    """The driving chain of each milestone; what it shares with a chain already shown is not shown again."""
    rows = {row.id: row for row in outcome.rows}
    waits = _waits(outcome, plan)
    work = [row for chain in outcome.driving.values() for name in chain if (row := rows.get(name)) and row.kind != "milestone"]
    times = [once_of([row.start for row in work]), once_of([row.finish for row in work])]
    columns = [
        TextColumn(_CHAIN[0], limit=26),
        TextColumn(_CHAIN[1], gives=True),
        TextColumn(_CHAIN[2], side="right"),
        *(TextColumn(f"{name} {time}".strip(), limit=17) for name, time in zip(_CHAIN[3:5], times, strict=True)),
        TextColumn(_CHAIN[5], side="right"),
    ]
    shown: list[tuple[str, tuple[str, ...]]] = []
    parts: list[tuple[str, TextTable]] = []
    for milestone, chain in outcome.driving.items():
        before, shared = max(
            ((name, _shared(chain, other)) for name, other in shown), key=lambda found: len(found[1]), default=("", ())
        )
        label = f"to {milestone}"
        if shared:
            label += f": as to {before}" if shared[-1] == before else f": as to {before} up to {shared[-1]}"
            label += ", then" if len(shared) < len(chain) else ""
        grid = TextTable([TextColumn(limit=column.limit, side=column.side) for column in columns], indent=4)
        for place in range(len(shared), len(chain)):
            row, wait = rows.get(chain[place]), waits(chain[place - 1], chain[place]) if place else 0
            slot = outcome.slots.get(milestone, {}).get(chain[place])
            said = f"slot {slot}" if slot else f"+{amount(wait)}" if wait > 0 else ""
            grid.add(
                *([words(f"  {chain[place]}"), *(Text() for _ in range(5))] if row is None else _link(row, plan, said, times))
            )
        parts.append((label, grid))
        shown.append((milestone, chain))
    naturals = [grid.natural() for _, grid in parts if grid.rows]
    if not naturals:
        return []
    # One set of widths, so that the chains stand under each other.
    common = TextTable(columns, indent=4)
    common.add(*("x" * max(widths) for widths in zip(*naturals, strict=True)))
    widths = common.fitted(page.width)
    lines = [heading("Driving chains", "wait: from the finish of the item before"), *common.lines(page.width, widths)[:2]]
    for label, grid in parts:
        lines += [*hanging("", words(label, "italic"), page.width, 2, 0), *grid.lines(page.width, widths)]
    return lines


def _shared(chain: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(first for first, _ in takewhile(lambda pair: pair[0] == pair[1], zip(chain, other, strict=False)))


def _link(row: RowDate, plan: Plan, wait: str, times: Sequence[str]) -> list[Text]:
    """One item of a chain: what it is, how long after the one before it begins, when, and how long it takes.

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
    lines = [heading("These cannot all hold", minimal)]
    for number, member in enumerate(conflict.members, start=1):
        lines += _member(number, member, page)
    yield lines
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
    if outcome.bounds:
        grid = TextTable(
            [TextColumn("milestone"), TextColumn("title", gives=True), TextColumn("not before"), TextColumn("proof")]
        )
        for name, bound in outcome.bounds.items():
            grid.add(words(name, "bold"), plan.items[name].title, weekday_day(bound), "bound only, no date")
        yield [heading("What is known"), *grid.lines(page.width)]
