"""The earliest dates: the schedule that reaches them, the argument that nothing earlier is possible, and the second judge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from models.items import Activity, Hammock
from models.outcome import Infeasible, RowDate
from models.pack import Absence, Block, Cell, PackProof, Table
from models.plan import Plan
from models.rules import Dependency, Equality, Gate
from optimiser.evidence.charts.gantt import Bar, gantt_chart
from optimiser.evidence.documents import conditions, evidence_class, solve_document
from optimiser.evidence.dossier import Dossier, DossierCase
from optimiser.evidence.sections.words import (
    Blocks,
    drawn,
    evidence_words,
    lead,
    remark,
    run_source,
    warning,
)
from optimiser.evidence.tables.kit import Maker, across, choose, few, listing, table, weakest
from optimiser.evidence.words import change, day, in_days, resting
from optimiser.explain import verify_outcome

__all__ = ["bars_of", "cases", "checker", "dates_of", "dates_table", "main_rows", "schedule"]

_MOST_ROWS = 48
"""Rows of one drawing: more would not be read on a page."""
_MOST_DRAWN = 192
"""Rows of a schedule that are drawn; all stand in its table."""


def schedule(dossier: Dossier) -> Blocks:
    """Yield the schedule of the main case and the argument behind each date."""
    main = dossier.main
    solved = main.solved
    if solved is None:
        yield Absence(what="A schedule, and the argument that nothing earlier is possible", reason="the plan has no dates")
        return
    yield lead(
        "The schedule below reaches each milestone at its earliest date; a second programme that knows nothing of how it was "
        "found accepts it, and the argument after it shows line by line that a day earlier is impossible."
    )
    yield _rows(dossier, main, "schedule", "The schedule, every row")
    bars = bars_of(dossier.plan, main, dossier.milestones)[:_MOST_DRAWN]
    parts = [bars[start : start + _MOST_ROWS] for start in range(0, len(bars), _MOST_ROWS)]
    for place, part in enumerate(parts, start=1):
        title = "The whole schedule" + (f", part {place}" if len(parts) > 1 else "")
        yield _gantt(dossier, f"gantt-{place}", title, part, f"{len(part)} rows of the schedule.", "schedule")
    for certificate in solved.certificates:
        yield _argument(main, certificate.milestone)
    for note in solved.notes:
        yield remark(note, _weakest([main]), run_source(main))


def _gantt(dossier: Dossier, name: str, title: str, bars: Sequence[Bar], about: str, beside: str) -> Block:
    svg = gantt_chart(name, title, bars, knowledge=dossier.plan.as_of, status=dossier.plan.status_date)
    return drawn(name, title, about, svg, beside)


def main_rows(bars: Sequence[Bar], milestones: Sequence[str]) -> list[Bar]:
    """Return what drives and the milestones asked for, in order of time."""
    kept = [bar for bar in bars if bar.driving or bar.id in milestones][:_MOST_ROWS]
    return sorted(kept, key=lambda bar: (bar.start, bar.kind == "milestone", bar.finish))


def _weakest(cases: Iterable[DossierCase]) -> PackProof:
    """Return the weakest proof class among the dates of some cases."""
    return weakest(proof for case in cases if case.solved for proof in case.solved.proof.values())


def bars_of(plan: Plan, case: DossierCase, milestones: Sequence[str]) -> list[Bar]:
    """Return the rows of a schedule as bars."""
    solved = case.solved
    assert solved is not None
    driving = {item for chain in solved.driving.values() for item in chain}
    waits = _predecessors(plan)

    def bar(row: RowDate) -> Bar:
        item = plan.items[row.id]
        known = [spare for name in milestones if (spare := row.float_wd.get(name)) is not None]
        ghost = (item.published.start, item.published.finish) if item.published else None
        return Bar(
            id=row.id,
            name=item.title,
            kind=row.kind,
            start=row.start,
            finish=max(row.finish, row.start - dt.timedelta(days=1)),
            driving=row.id in driving,
            # Working days drawn as calendar days: five in seven.
            float_days=min(known) * 7 // 5 if known else None,
            ghost=ghost if ghost != (row.start, row.finish) else None,
            published=_published(case, row.id),
            after=() if isinstance(item, Hammock) else tuple((before, ends) for before, ends, _ in waits.get(row.id, ())),
            work=row.progress,
        )

    return [bar(row) for row in solved.rows]


def _rows(dossier: Dossier, case: DossierCase, name: str, title: str) -> Table:
    solved, plan = case.solved, case.plan
    assert solved is not None
    assert plan is not None
    driving = {item for chain in solved.driving.values() for item in chain}
    titles = {phase.id: phase.title for phase in plan.phases}
    waits = _predecessors(plan)

    def length(item: object) -> Cell:
        return str(plan.duration(item.duration)) if isinstance(item, Activity) else None

    def spare(milestone: str) -> Maker:
        return lambda pair: in_days(plan, pair[0].float_min.get(milestone), pair[0].float_wd.get(milestone))

    followed = " | progress = 0.progress | left = 0.remaining" * any(row.progress for row in solved.rows)
    return listing(
        name,
        title,
        "item:id = 0.id | title = 1.title | phase | kind = 0.kind | owner = 1.owner | start:date = 0.start | finish:date"
        f" | takes:number wd | stated length | predecessors | drives{followed} | published start:date = 1.published.start"
        f" | published finish:date = 1.published.finish{across(dossier.milestones, 'float to {}:number wd')}",
        [(row, plan.items[row.id]) for row in solved.rows],
        _weakest([case]),
        run_source(case),
        said={
            "phase": lambda pair: titles.get(pair[1].phase or ""),
            "finish": lambda pair: pair[0].finish if pair[0].finish >= pair[0].start else None,
            "takes": lambda pair: in_days(plan, pair[0].worked_min, pair[0].working_days),
            "stated length": lambda pair: length(pair[1]),
            "predecessors": lambda pair: (
                "; ".join(f"{before} {ends}{lag}" for before, ends, lag in waits.get(pair[0].id, ())) or None
            ),
            "drives": lambda pair: "driving" if pair[0].id in driving else None,
            **{f"float to {milestone}": spare(milestone) for milestone in dossier.milestones},
        },
        notes={f"float to {milestone}": "empty: never moves it" for milestone in dossier.milestones},
        fold=True,
        most=200,
    )


def _published(case: DossierCase, item: str) -> tuple[tuple[str, dt.date], ...]:
    """Return where each published plan has a milestone: a month at its first day; plans that agree are named together."""
    entry = next((each for each in case.solved.milestones if each.id == item), None) if case.solved else None
    at: dict[dt.date, list[str]] = {}
    for name, found in entry.baselines.items() if entry else ():
        at.setdefault(dt.date.fromisoformat(f"{found.published}-01"[:10]), []).append(name)
    return tuple((", ".join(names), day) for day, names in at.items())


def _predecessors(plan: Plan) -> dict[str, list[tuple[str, str, str]]]:
    """Return each item's predecessors: the item, the link type (``FS``), and the lag with its sign and unit."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for rule in plan.active_rules():
        if isinstance(rule, Dependency) and rule.bound == "at-least":
            lag = plan.duration(rule.lag)
            words = f"{lag.amount:+d} {lag.unit}" if lag.amount else ""
            found.setdefault(rule.after, []).append((rule.before, rule.type, words))
        elif isinstance(rule, Equality | Gate):
            first, *others = rule.points()
            for other in others:
                ends = f"{(first.end or 'start')[0]}{(other.end or 'start')[0]}".upper()
                found.setdefault(other.item, []).append((first.item, ends, " by its board" if isinstance(rule, Gate) else ""))
    return found


def _argument(case: DossierCase, milestone: str) -> Table:
    """Return the argument behind one date."""
    assert case.solved is not None
    certificate = next(entry for entry in case.solved.certificates if entry.milestone == milestone)
    entry = next(entry for entry in case.solved.milestones if entry.id == milestone)
    path = (
        "Where a capacity binds the lines show the path alone; 'optimiser verify' prints the interval that holds too much work."
    )
    return listing(
        f"argument-{milestone}",
        f"Why {milestone} cannot be earlier, line by line",
        "line:number = 0 | point = 1.point | not before:date = 1.date | by = 1.rule | from lines | in words = 1.statement",
        list(enumerate(certificate.steps, start=1)),
        entry.proof,
        f"certificates/{case.id}.json, checked again by 'verify'",
        said={"from lines": lambda line: few(str(after + 1) for after in line[1].after) or None},
        note=path if case.crowded else None,
        fold=True,
    )


def checker(dossier: Dossier) -> Blocks:
    """Yield what the second judge says of every case."""
    rows: list[list[Cell]] = []
    held = 0
    for case in dossier.cases:
        if case.outcome is None or case.plan is None:
            rows.append([case.id, "no outcome", None, case.fault])
            continue
        answer = verify_outcome(solve_document(case.outcome, case.plan, dossier.milestones), case.plan, figures=False)
        held += answer.holds
        rows += [[case.id, check.claim, "holds" if check.holds else "FAILS", check.found] for check in answer.checks]
    yield lead(
        "Every outcome was read back and judged without a solver: the schedule by the meaning of each rule, the argument line "
        "by line. {:counted} hold in full.",
        f"{held:,} of {len(dossier.cases)} cases",
        source="verification of each outcome",
    )
    title, source = "What was checked and what was found", "verify of each case's outcome against the plan in this pack"
    yield table("checker", title, "case:id | claim | verdict | found", rows, "closed form", source, fold=True)


def _synthetic(case: DossierCase) -> bool:
    """Return whether any date of a case stands on made-up numbers."""
    return case.solved is not None and any(evidence_class(entry.evidence) == "synthetic" for entry in case.solved.milestones)


def dates_of(
    dossier: Dossier, cases: Sequence[DossierCase], id_: str, title: str, shown: Sequence[str], source: str, note: str
) -> Table:
    """Return the dates of some cases in one table.

    Parameters
    ----------
    shown
        Which of its columns, in their order; how far each date lies from each published plan follows them.
    """
    plan, robust = dossier.plan, f"robust {dossier.request.confidence:.0%}"
    baselines = {f"to {baseline.id}": baseline.id for baseline in plan.baselines}
    rows = []
    for case in cases:
        dated = {entry.id: entry for entry in case.solved.milestones} if case.solved else {}
        held = {entry.id: entry for entry in case.robust.milestones} if case.robust else {}
        rows += [(case, name, dated.get(name), held.get(name) if name in dated else None) for name in dossier.milestones]

    def of_entry(make: Maker) -> Maker:
        return lambda row: None if row[2] is None else make(row[2])

    def apart(baseline: str) -> Maker:
        return of_entry(lambda entry: change(at.delta_months, at.delta_wd) if (at := entry.baselines.get(baseline)) else None)

    whole = listing(
        id_,
        title,
        "case:id = 0.id | milestone:id = 1 | named | earliest:date = 2.date | if | proof = 2.proof | stands on"
        " | first by reading:date = 2.span.first.date | last by reading:date | P50:date = 3.quantiles.P50"
        f" | P80:date = 3.quantiles.P80 | {robust}:date = 3.date | which rests on{''.join(f' | {head}' for head in baselines)}",
        rows,
        _weakest(cases),
        source,
        said={
            "named": lambda row: f"{plan.items[row[1]].title} ({row[1]})",
            "if": of_entry(lambda entry: conditions(entry.evidence) or None),
            "stands on": of_entry(lambda entry: evidence_words(entry.evidence, met=plan.done(entry.id))),
            "last by reading": of_entry(lambda entry: entry.span.last.date if entry.span and not entry.span.beyond else None),
            "which rests on": lambda row: (resting(row[0].robust, row[3], day) or None) if row[3] else None,
            **{head: apart(baseline) for head, baseline in baselines.items()},
        },
        proofs={
            **dict.fromkeys(("first by reading", "last by reading"), "closed form"),
            **dict.fromkeys(("P50", "P80", robust, "which rests on"), "simulated"),
        },
        note=note,
    )
    found = choose(whole, [*(robust if head == "robust" else head for head in shown), *baselines])
    heads = (head.model_copy(update={"name": "milestone"}) if head.name == "named" else head for head in found.columns)
    return found.model_copy(update={"columns": tuple(heads)})


def dates_table(dossier: Dossier, cases: Sequence[DossierCase], id_: str, title: str, *, named: bool = False) -> Table:
    """Return the dates of some cases, each led by its case where there are several or they are to be named."""
    case = ["case"] if named or len(cases) > 1 else []
    shown = ["milestone", "earliest", "if", "proof", "stands on", "first by reading", "last by reading", "robust"]
    note = (
        "Later than a published date is positive. First and last by reading: over every combination of the open readings, "
        "empty where some fall off the calendar. Stands on: the least firm basis on the driving chain, and the lowest "
        "confidence."
    )
    source = "solve and robust of each case; outcomes/"
    return dates_of(dossier, cases, id_, title, [*case, *shown, "which rests on"], source, note)


def cases(dossier: Dossier) -> Blocks:
    """Yield the cases beside the main one: what each sets, and what becomes of it; synthetic ones stand apart."""
    synthetic = [] if _synthetic(dossier.main) else [case for case in dossier.cases[1:] if _synthetic(case)]
    real = [case for case in dossier.cases if case not in synthetic]
    which = " that is not synthetic" if synthetic else ""
    yield dates_table(dossier, real, "dates-cases", f"Earliest and robust dates of every case{which}")
    if synthetic:
        title = "Synthetic cases: how made-up numbers behave, not when milestones can be"
        yield dates_table(dossier, synthetic, "dates-synthetic", title, named=True)
    yield _listed(dossier)
    for case in dossier.cases[1:]:
        yield _undated(case) if case.solved is None else None
    nearest = dossier.reproducing
    if nearest is not None and nearest is not dossier.main and nearest.plan is not None:
        bars = main_rows(bars_of(nearest.plan, nearest, dossier.milestones), dossier.milestones)
        title, about = f"What drives the milestones in case {nearest.id}", f"Driving items and milestones of case {nearest.id}."
        yield _gantt(dossier, "gantt-reproducing", title, bars, about, "schedule-reproducing")
        yield _rows(dossier, nearest, "schedule-reproducing", f"The schedule of case {nearest.id}")


def _listed(dossier: Dossier) -> Table:
    """Return the settings of each case, with its dates."""
    return listing(
        "cases",
        "Cases of this pack",
        "case:id = id | title = asked.title | scenarios | status | sets | note",
        dossier.cases,
        "counted",
        "the request of this pack",
        said={
            "scenarios": lambda case: few([*dossier.request.main, *case.asked.scenarios]) or "none",
            "status": lambda case: case.outcome.status if case.outcome else "without dates",
            "sets": lambda case: (
                case.plan and ("; ".join(f"{name} = {value}" for name, value in case.plan.settings.said.items()) or None)
            ),
            "note": lambda case: case.fault or case.absent.get("robust"),
        },
    )


def _undated(case: DossierCase) -> Block:
    """Say why a case has no date."""
    if isinstance(case.outcome, Infeasible):
        found = case.outcome.conflict
        source = f"{run_source(case)}: {found.confirmed_by}"
        return warning("Case {} has no date: {:closed form}", case.id, found.statement, source=source)
    return warning("Case {} has no date: {}.", case.id, case.fault or "the search was cut short")
