"""The earliest dates: the schedule that reaches them, the argument that nothing earlier is possible, and the second judge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from models.items import Activity, Hammock
from models.outcome import Infeasible, RowDate
from models.pack import Absence, Block, Cell, Chart, Figure, Name, PackProof, Section, Table
from models.plan import Plan
from models.rules import Dependency, Equality, Gate
from optimiser.evidence.charts.gantt import Bar, gantt_chart
from optimiser.evidence.documents import conditions, evidence_class, solve_document
from optimiser.evidence.dossier import Dossier, DossierCase
from optimiser.evidence.resting import resting
from optimiser.evidence.sections.words import count, delta, evidence_words, lead, names, paragraph, run_source, warning
from optimiser.evidence.tables.kit import column, columns, listing, table, weakest
from optimiser.evidence.words import day, in_days
from optimiser.explain import verify_outcome

__all__ = ["cases", "checker", "dates_table", "schedule"]

_MOST_ROWS = 48
"""Rows of one drawing: more would not be read on a page."""
_MOST_DRAWN = 192
"""Rows of a schedule that are drawn; all stand in its table."""


def schedule(dossier: Dossier) -> Section:
    """Return the schedule of the main case and the argument behind each date."""
    main = dossier.main
    solved = main.solved
    if solved is None:
        absent = Absence(what="A schedule, and the argument that nothing earlier is possible", reason="the plan has no dates")
        return Section(id="earliest", title="Earliest dates and their proof", items=(6,), blocks=(absent,))
    blocks: list[Block] = [
        lead(
            "The schedule below reaches each milestone at its earliest date; a second programme that knows nothing of how it "
            "was found accepts it, and the argument after it shows line by line that a day earlier is impossible."
        ),
        _rows(dossier, main, "schedule", "The schedule, every row"),
    ]
    bars = bars_of(dossier.plan, main, dossier.milestones)[:_MOST_DRAWN]
    parts = [bars[start : start + _MOST_ROWS] for start in range(0, len(bars), _MOST_ROWS)]
    for place, part in enumerate(parts, start=1):
        name, title = f"gantt-{place}", "The whole schedule" + (f", part {place}" if len(parts) > 1 else "")
        drawn = gantt_chart(name, title, part, knowledge=dossier.plan.as_of, status=dossier.plan.status_date)
        blocks.append(Chart(id=name, title=title, about=f"{len(part)} rows of the schedule.", svg=drawn, table="schedule"))
    blocks += [_argument(main, certificate.milestone) for certificate in solved.certificates]
    blocks += [paragraph(Figure(text=note, proof=_weakest([main]), source=run_source(main))) for note in solved.notes]
    return Section(id="earliest", title="Earliest dates and their proof", items=(6,), blocks=tuple(blocks))


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
    found = []
    for row in solved.rows:
        item = plan.items[row.id]
        spare = [row.float_wd.get(name) for name in milestones]
        known = [value for value in spare if value is not None]
        ghost = (item.published.start, item.published.finish) if item.published else None
        found.append(
            Bar(
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
                after=tuple((before, ends) for before, ends, _ in waits.get(row.id, ()))
                if not isinstance(item, Hammock)
                else (),
                work=row.progress,
            )
        )
    return found


def _rows(dossier: Dossier, case: DossierCase, name: str, title: str) -> Table:
    solved, plan = case.solved, case.plan
    assert solved is not None
    assert plan is not None
    driving = {item for chain in solved.driving.values() for item in chain}
    titles = {phase.id: phase.title for phase in plan.phases}
    waits = _predecessors(plan)
    followed = any(row.progress for row in solved.rows)

    def line(row: RowDate) -> list[Cell]:
        item = plan.items[row.id]
        length = str(plan.duration(item.duration)) if isinstance(item, Activity) else None
        return [
            row.id,
            item.title,
            titles.get(item.phase or ""),
            row.kind,
            item.owner,
            row.start,
            row.finish if row.finish >= row.start else None,
            in_days(plan, row.worked_min, row.working_days),
            length,
            "; ".join(f"{before} {ends}{lag}" for before, ends, lag in waits.get(row.id, ())) or None,
            "driving" if row.id in driving else None,
            *((row.progress, row.remaining) if followed else ()),
            *((item.published.start, item.published.finish) if item.published else (None, None)),
            *(in_days(plan, row.float_min.get(name), row.float_wd.get(name)) for name in dossier.milestones),
        ]

    return table(
        name,
        title,
        [
            *columns("item:id | title | phase | kind | owner | start:date | finish:date | takes:number wd | stated length"),
            *columns("predecessors | drives"),
            *(columns("progress | left") if followed else ()),
            *columns("published start:date | published finish:date"),
            *(column(f"float to {name}", "number", "wd", "empty: never moves it") for name in dossier.milestones),
        ],
        [line(row) for row in solved.rows],
        proof=_weakest([case]),
        source=run_source(case),
        fold=True,
        most=200,
    )


def _published(case: DossierCase, item: str) -> tuple[tuple[str, dt.date], ...]:
    """Return where each published plan has a milestone of the pack: a month at its first day; plans that agree are named together."""
    entry = next((each for each in case.solved.milestones if each.id == item), None) if case.solved else None
    at: dict[dt.date, list[str]] = {}
    for name, found in entry.baselines.items() if entry else ():
        at.setdefault(dt.date.fromisoformat(f"{found.published}-01"[:10]), []).append(name)
    return tuple((", ".join(names), day) for day, names in at.items())


def _predecessors(plan: Plan) -> dict[str, list[tuple[str, str, str]]]:
    """Return what each item waits for: the item, the ends that are tied (``FS``), and the lag with its sign and unit."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for rule in plan.active_rules():
        if isinstance(rule, Dependency) and rule.bound == "at-least":
            lag = plan.duration(rule.lag)
            found.setdefault(rule.after, []).append(
                (rule.before, rule.type, f"{lag.amount:+d} {lag.unit}" if lag.amount else "")
            )
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
    return table(
        f"argument-{milestone}",
        f"Why {milestone} cannot be earlier, line by line",
        columns("line:number | point | not before:date | by | from lines | in words"),
        [
            [place + 1, step.point, step.date, step.rule, names(str(after + 1) for after in step.after) or None, step.statement]
            for place, step in enumerate(certificate.steps)
        ],
        proof=entry.proof,
        source=f"certificates/{case.id}.json, checked again by 'verify'",
        note="Where a capacity binds the lines show the path alone; 'optimiser verify' prints the interval that holds too much work."
        if case.crowded
        else None,
        fold=True,
    )


def checker(dossier: Dossier) -> Section:
    """Return what the second judge says of every case."""
    rows: list[list[Cell]] = []
    held = 0
    for case in dossier.cases:
        if case.outcome is None or case.plan is None:
            rows.append([case.id, "no outcome", None, case.fault])
            continue
        answer = verify_outcome(solve_document(case.outcome, case.plan, dossier.milestones), case.plan, figures=False)
        held += answer.holds
        rows += [[case.id, check.claim, "holds" if check.holds else "FAILS", check.found] for check in answer.checks]
    return Section(
        id="checker",
        title="An independent check",
        items=(7,),
        blocks=(
            lead(
                "Every outcome was read back and judged without a solver: the schedule by the meaning of each rule, the "
                "argument line by line. ",
                count(held, f"of {len(dossier.cases)} cases", "verification of each outcome"),
                " hold in full.",
            ),
            table(
                "checker",
                "What was checked and what was found",
                [column("case", "id"), column("claim"), column("verdict"), column("found")],
                rows,
                proof="closed form",
                source="verify of each case's outcome against the plan in this pack",
                fold=True,
            ),
        ),
    )


def _synthetic(case: DossierCase) -> bool:
    """Return whether any date of a case stands on made-up numbers."""
    return case.solved is not None and any(evidence_class(entry.evidence) == "synthetic" for entry in case.solved.milestones)


def dates_table(dossier: Dossier, cases: Sequence[DossierCase], id_: str, title: str, *, named: bool = False) -> Table:
    """Return the dates of some cases in one table, each led by its case where there are several or they are to be named."""
    baselines = [baseline.id for baseline in dossier.plan.baselines]
    several = named or len(cases) > 1
    rows: list[list[Cell]] = []
    for case in cases:
        robust = {entry.id: entry for entry in case.robust.milestones} if case.robust else {}
        dated = {entry.id: entry for entry in case.solved.milestones} if case.solved else {}
        for name in dossier.milestones:
            label: list[Cell] = [case.id, name] if several else [name]
            entry, held = dated.get(name), robust.get(name)
            if entry is None:
                rows.append([*label, *(None for _ in range(8 + len(baselines)))])
                continue
            span = entry.span
            found = [entry.baselines.get(baseline) for baseline in baselines]
            rows.append(
                [
                    *label,
                    entry.date,
                    conditions(entry.evidence) or None,
                    entry.proof,
                    evidence_words(entry.evidence, met=dossier.plan.done(name)),
                    span.first.date if span else None,
                    span.last.date if span and not span.beyond else None,
                    held.date if held else None,
                    (resting(case.robust, held, day) or None) if case.robust and held else None,
                    *(delta(each.delta_months, each.delta_wd) if each else None for each in found),
                ]
            )
    return table(
        id_,
        title,
        [
            *([column("case", "id")] if several else []),
            *columns("milestone:id | earliest:date | if | proof | stands on"),
            column("first by reading", "date", proof="closed form"),
            column("last by reading", "date", proof="closed form"),
            column(f"robust {dossier.request.confidence:.0%}", "date", proof="simulated"),
            column("which rests on", proof="simulated"),
            *(column(f"to {name}") for name in baselines),
        ],
        rows,
        proof=_weakest(cases),
        source="solve and robust of each case; outcomes/",
        note="Later than a published date is positive. First and last by reading: over every combination of the open readings, "
        "empty where some fall off the calendar. Stands on: the least firm basis on the driving chain, and the lowest confidence.",
    )


def cases(dossier: Dossier) -> Section:
    """Return the cases beside the main one: what each sets, and what becomes of it; synthetic ones stand apart."""
    synthetic = [] if _synthetic(dossier.main) else [case for case in dossier.cases[1:] if _synthetic(case)]
    real = [case for case in dossier.cases if case not in synthetic]
    title = "Synthetic cases: how made-up numbers behave, not when milestones can be"
    made_up = [dates_table(dossier, synthetic, "dates-synthetic", title, named=True)] if synthetic else []
    blocks: list[Block] = [
        dates_table(
            dossier,
            real,
            "dates-cases",
            f"Earliest and robust dates of every case{' that is not synthetic' if made_up else ''}",
        ),
        *made_up,
        listing(
            "cases",
            "Cases of this pack",
            "case:id = id | title = asked.title | scenarios | status | sets | note",
            dossier.cases,
            said={
                "scenarios": lambda case: names([*dossier.request.main, *case.asked.scenarios]) or "none",
                "status": lambda case: case.outcome.status if case.outcome else "without dates",
                "sets": lambda case: (
                    case.plan and ("; ".join(f"{name} = {value}" for name, value in case.plan.settings.said.items()) or None)
                ),
                "note": lambda case: case.fault or case.absent.get("robust"),
            },
            proof="counted",
            source="the request of this pack",
        ),
    ]
    for case in dossier.cases[1:]:
        outcome = case.outcome
        if isinstance(outcome, Infeasible):
            source = f"{run_source(case)}: {outcome.conflict.confirmed_by}"
            statement = Figure(text=outcome.conflict.statement, proof="closed form", source=source)
            blocks.append(warning("Case ", Name(text=case.id), " has no date: ", statement))
        elif case.solved is None:
            blocks.append(
                warning("Case ", Name(text=case.id), " has no date: ", Name(text=case.fault or "the search was cut short"), ".")
            )
    reproducing = dossier.reproducing
    if reproducing is not None and reproducing is not dossier.main and reproducing.plan is not None:
        bars = bars_of(reproducing.plan, reproducing, dossier.milestones)
        shown = main_rows(bars, dossier.milestones)
        title = f"What drives the milestones in case {reproducing.id}"
        blocks.append(
            Chart(
                id="gantt-reproducing",
                title=title,
                about=f"Driving items and milestones of case {reproducing.id}.",
                svg=gantt_chart(
                    "gantt-reproducing", title, shown, knowledge=dossier.plan.as_of, status=dossier.plan.status_date
                ),
                table="schedule-reproducing",
            )
        )
        blocks.append(_rows(dossier, reproducing, "schedule-reproducing", f"The schedule of case {reproducing.id}"))
    return Section(id="cases", title="Cases", items=(6,), blocks=tuple(blocks))
