"""Drivers of the robust date, places for contingency, and chains that may take over."""

from __future__ import annotations

from models.explanation import BreakEven
from models.items import Activity
from models.pack import Block
from models.robustness import RobustOutcome
from optimiser.evidence.charts.curves import Swing, tornado_chart
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.chances import unsimulated
from optimiser.evidence.sections.words import Blocks, Parts, drawn, lead, parts_of, run_source
from optimiser.evidence.tables import sampled
from optimiser.evidence.tables.kit import listing
from optimiser.evidence.tables.register import basis_of

__all__ = ["contingency", "criticality", "drivers"]

_SWINGS = 12


def drivers(dossier: Dossier) -> Blocks:
    """Yield what moves the robust date, mapped to the register."""
    outcome = dossier.main.robust
    if outcome is None:
        yield unsimulated(dossier.main, "Risk drivers")
        return
    yield lead(
        "Each range, driver and risk with its basis, the register entries that it stands for, and what closing it would buy."
    )
    for milestone in dossier.milestones:
        if moving := _swings(outcome, milestone):
            name, title = f"tornado-{milestone}", f"What moves the robust date of {milestone} most"
            svg = tornado_chart(name, title, moving[:_SWINGS])
            yield drawn(name, title, f"Swings of {milestone}.", svg, "chances-of")
    yield sampled.causes(outcome, dossier.milestones, f"robust of case {dossier.main.id}")


def _swings(outcome: RobustOutcome, milestone: str) -> list[Swing]:
    """Return what moves a milestone by how much, the widest first."""
    ends = [(each.title, each.low_wd.get(milestone) or 0, each.high_wd.get(milestone) or 0) for each in outcome.chances]
    moving = [Swing(*each) for each in ends if each[1] or each[2]]
    return sorted(moving, key=lambda swing: (-abs(swing.high - swing.low), swing.label))


def contingency(dossier: Dossier) -> Blocks:
    """Yield where contingency is, and where it should be."""
    main = dossier.main
    held = [
        (case, row, item)
        for case in dossier.cases
        if case.plan is not None and case.solved is not None
        for row in case.solved.rows
        if isinstance(item := case.plan.items[row.id], Activity) and item.buffer
    ]
    yield lead(
        "Contingency is a buffer, an activity of its own, and never hides inside a length. No sample has a buffer in it: what "
        "the earliest dates hold is set against what the uncertainty of the work needs, and never counted as both."
    )
    yield listing(
        "contingency",
        "Buffers in each case",
        "case:id = 0.id | item:id = 1.id | title = 2.title | takes:number wd = 1.working_days | from:date = 1.start | to:date "
        "| basis",
        held,
        "closed form",
        "the schedules in outcomes/",
        said={
            "to": lambda row: row[1].finish if row[1].finish >= row[1].start else None,
            "basis": lambda row: basis_of(row[2]),
        },
    )
    needed = sampled.buffers([(case.id, case.robust) for case in dossier.cases], "robust of each case")
    yield needed if needed.rows else None
    if main.robust is None:
        yield unsimulated(main, "Contingency that a confidence asks for")
    else:
        yield sampled.causes_shares(main.robust, f"robust of case {main.id}")
        yield sampled.bias(main.robust, f"robust of case {main.id}")


def criticality(dossier: Dossier) -> Blocks:
    """Yield how critical each activity is, and where another chain takes over."""
    main = dossier.main
    rows = [
        (milestone, entry)
        for milestone, report in dossier.binding.items()
        for entry in report.break_even
        if not entry.unknown and not entry.readings and entry.headroom
    ]
    rows.sort(key=lambda row: (row[0], row[1].headroom or 0, row[1].id))
    yield _first_to_take_over(dossier, rows) if rows else None
    if main.robust is None:
        yield unsimulated(main, "Criticality by simulation")
    else:
        yield sampled.criticality(main.robust, dossier.milestones, f"robust of case {main.id}")
    if rows:
        yield listing(
            "switching",
            "Assumptions that do not drive a milestone yet, and the last value at which they do not",
            "milestone:id = 0 | assumption:id = 1.id | title = 1.title | stands at = 1.value | headroom:number = 1.headroom"
            " | unit = 1.unit | drives beyond = 1.last",
            rows,
            "closed form",
            f"explain of case {main.id}; {run_source(main)}",
        )


def _first_to_take_over(dossier: Dossier, rows: list[tuple[str, BreakEven]]) -> Block:
    """Say for each milestone what takes over first, and at which value."""
    said: Parts = []
    first = dict(reversed(rows))
    text = " First to change places with what drives {}: {}, which stands at {:stated} and drives beyond {:closed form}."
    for milestone in dossier.milestones:
        if entry := first.get(milestone):
            source = f"explain {milestone} of case {dossier.main.id}"
            said += parts_of(text, milestone, entry.title, entry.value, str(entry.last), source=source)
        else:
            said += parts_of(" Nothing that stands at a number takes over {} before the calendar ends.", milestone)
    return lead(
        "The earliest dates are driven by the chains named above. What would take over is below, with the value at which it "
        "does.{}",
        said,
    )
