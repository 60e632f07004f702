"""What moves the robust date, where its contingency belongs, and which chains may take over."""

from __future__ import annotations

from models.items import Activity
from models.pack import Block, Cell, Chart, Figure, Name, Section
from models.robustness import RobustDate
from optimiser.evidence.charts.curves import Swing, tornado_chart
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.chances import unsimulated
from optimiser.evidence.sections.words import lead, run_source
from optimiser.evidence.tables import sampled
from optimiser.evidence.tables.kit import columns, table
from optimiser.evidence.tables.register import basis_of
from optimiser.robust.statistics import percentile

__all__ = ["contingency", "criticality", "drivers"]

_SWINGS = 12


def drivers(dossier: Dossier) -> Section:
    """Return what moves the robust date, mapped to the register."""
    outcome = dossier.main.robust
    if outcome is None:
        block = unsimulated(dossier.main, "Risk drivers")
        return Section(id="drivers", title="What moves the robust date", items=(13,), blocks=(block,))
    source = f"robust of case {dossier.main.id}"
    blocks: list[Block] = [
        lead(
            "Each range, driver and risk with its basis, the register entries that it stands for, and what closing it would buy."
        ),
    ]
    for milestone in dossier.milestones:
        moving = [
            Swing(chance.title, low or 0, high or 0)
            for chance in outcome.chances
            for low, high in [(chance.low_wd.get(milestone), chance.high_wd.get(milestone))]
            if low or high
        ]
        moving.sort(key=lambda swing: (-(abs(swing.high - swing.low)), swing.label))
        if moving:
            name, title = f"tornado-{milestone}", f"What moves the robust date of {milestone} most"
            blocks.append(
                Chart(
                    id=name,
                    title=title,
                    about=f"Swings of {milestone}.",
                    svg=tornado_chart(name, title, moving[:_SWINGS]),
                    table="chances-of",
                )
            )
    blocks.append(sampled.causes(outcome, dossier.milestones, source))
    return Section(id="drivers", title="What moves the robust date", items=(13,), blocks=tuple(blocks))


def contingency(dossier: Dossier) -> Section:
    """Return where contingency is, and where it should be."""
    main = dossier.main
    rows: list[list[Cell]] = []
    for case in dossier.cases:
        if case.plan is None or case.solved is None:
            continue
        for row in case.solved.rows:
            item = case.plan.items[row.id]
            if isinstance(item, Activity) and item.buffer:
                last = row.finish if row.finish >= row.start else None
                rows.append([case.id, row.id, item.title, row.working_days, row.start, last, basis_of(item)])
    held = sampled.buffers([(case.id, case.robust) for case in dossier.cases], "robust of each case")
    blocks: list[Block] = [
        lead(
            "Contingency is a buffer, an activity of its own, and never hides inside a length. No sample has a buffer in it: what the "
            "earliest dates hold is set against what the uncertainty of the work needs, and never counted as both."
        ),
        table(
            "contingency",
            "Buffers in each case",
            columns("case:id | item:id | title | takes:number wd | from:date | to:date | basis"),
            rows,
            proof="closed form",
            source="the schedules in outcomes/",
        ),
        *([held] if held.rows else []),
    ]
    if main.robust is None:
        blocks.append(unsimulated(main, "Contingency that a confidence asks for"))
    else:
        shares: list[list[Cell]] = []
        for milestone in main.robust.milestones:
            for chance in main.robust.chances:
                share = chance.share.get(milestone.id, 0.0)
                if share > 0.005 and (needed := _needed(milestone)):
                    shares.append([milestone.id, chance.id, chance.title, round(share, 4), round(share * needed, 1)])
        shares.sort(key=lambda row: (str(row[0]), -float(row[3]), str(row[1])))  # type: ignore[arg-type]
        blocks.append(
            table(
                "contingency-shares",
                "Where the contingency of a committed date belongs: in proportion to what closing each cause would buy",
                columns("milestone:id | cause:id | title | share:share | of the contingency:number wd"),
                shares,
                proof="simulated",
                source=f"robust of case {main.id}",
                fold=True,
            )
        )
        blocks.append(sampled.bias(main.robust, f"robust of case {main.id}"))
    return Section(id="contingency", title="Contingency, where it is", items=(14,), blocks=tuple(blocks))


def _needed(entry: RobustDate) -> int | None:
    """Return the working days that the confidence asked for needs: from the date without buffers."""
    return entry.buffer.needed_wd[percentile(entry.confidence)] if entry.buffer else entry.contingency_wd


def criticality(dossier: Dossier) -> Section:
    """Return how critical each activity is, and where another chain takes over."""
    main = dossier.main
    blocks: list[Block] = []
    if main.robust is None:
        blocks.append(unsimulated(main, "Criticality by simulation"))
    else:
        blocks.append(sampled.criticality(main.robust, dossier.milestones, f"robust of case {main.id}"))
    rows: list[list[Cell]] = []
    for milestone, report in dossier.binding.items():
        rows += [
            [milestone, entry.id, entry.title, entry.value, entry.headroom, entry.unit, entry.last]
            for entry in report.break_even
            if not entry.unknown and not entry.readings and entry.headroom
        ]
    rows.sort(key=lambda row: (str(row[0]), int(row[4]), str(row[1])))  # type: ignore[arg-type]
    if rows:
        blocks.insert(0, _first_to_take_over(dossier, rows))
        blocks.append(
            table(
                "switching",
                "Assumptions that do not drive a milestone yet, and the last value at which they do not",
                columns("milestone:id | assumption:id | title | stands at | headroom:number | unit | drives beyond"),
                rows,
                proof="closed form",
                source=f"explain of case {main.id}; {run_source(main)}",
            )
        )
    return Section(
        id="criticality", title="Criticality, and the points where chains change places", items=(15,), blocks=tuple(blocks)
    )


def _first_to_take_over(dossier: Dossier, rows: list[list[Cell]]) -> Block:
    """Say for each milestone what takes over first, and at which value."""
    parts: list[str | Name | Figure] = [
        "The earliest dates are driven by the chains named above. What would take over is below, with the value at which it does."
    ]
    for milestone in dossier.milestones:
        held = [row for row in rows if row[0] == milestone]
        if held:
            title, value, last = held[0][2], held[0][3], held[0][6]
            source = f"explain {milestone} of case {dossier.main.id}"
            parts += [
                " First to change places with what drives ",
                Name(text=milestone),
                ": ",
                Name(text=str(title)),
                ", which stands at ",
                Figure(text=str(value), proof="stated", source=source),
                " and drives beyond ",
                Figure(text=str(last), proof="closed form", source=source),
                ".",
            ]
        else:
            parts += [" Nothing that stands at a number takes over ", Name(text=milestone), " before the calendar ends."]
    return lead(*parts)
