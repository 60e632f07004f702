"""The plan seen from its status date: what is done, which milestones are met, missed or slipping, and what facts have broken."""

from __future__ import annotations

from collections import Counter

from models.forecast import Forecast, Work
from models.outcome import Solved
from models.pack import Block, Cell, Figure, Name, Section, Table
from models.plan import Plan
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.words import lead, paragraph, run_source
from optimiser.evidence.tables.forecast import broken_rules, milestone_states
from optimiser.evidence.tables.kit import columns, table
from optimiser.evidence.words import counted, day

__all__ = ["forecast"]

_WORK: tuple[Work, ...] = ("done", "in progress", "to do")


def forecast(dossier: Dossier) -> tuple[Section, ...]:
    """Return what is done, met, missed and slipping; nothing of a plan without a status date."""
    solved, plan = dossier.main.solved, dossier.main.plan
    if solved is None or solved.forecast is None or plan is None:
        return ()
    found, source = solved.forecast, run_source(dossier.main)
    blocks: list[Block] = [
        lead(
            "What happened by the evening of ",
            Figure(text=day(found.status_date), proof="stated", source="status_date"),
            " is fact, and no rule, range or risk moves it. What is left follows the rules from there: nothing is forecast before it.",
        ),
        paragraph(*_counted(found, source)),
        milestone_states(solved, found, source),
        _by_phase(solved, plan, source),
    ]
    if found.broken:
        blocks.append(broken_rules(found, plan, source))
    return (Section(id="forecast", title="What is done, and what is forecast", blocks=tuple(blocks)),)


def _counted(found: Forecast, source: str) -> list[str | Name | Figure]:
    """Return how much is done, and how the milestones stand, in one sentence."""

    def figure(text: str) -> Figure:
        return Figure(text=text, proof="counted", source=source)

    states = Counter(entry.state for entry in found.milestones)
    parts: list[str | Name | Figure] = ["Of the activities "]
    parts.append(figure(f"{found.done} are done, {found.in_progress} in progress, {found.to_do} to do"))
    said = [f"{count} {state}" for state, count in states.items() if state != "undated"]
    parts += ["; of the milestones ", figure(", ".join(said))] if said else []
    parts.append(".")
    if found.broken:
        parts += [" Facts have broken ", figure(counted(len(found.broken), "rule")), "."]
    return parts


def _by_phase(solved: Solved, plan: Plan, source: str) -> Table:
    """Return how many activities of each phase are done, in progress and to do, and the next days of each."""
    titles: dict[str | None, str] = {phase.id: phase.title for phase in plan.phases}
    rows: list[list[Cell]] = []
    for phase in [*titles, None]:
        work = [row for row in solved.rows if row.kind == "activity" and (row.phase if row.phase in titles else None) == phase]
        if not work:
            continue
        left = [row for row in work if row.progress != "done"]
        rows.append(
            [
                titles.get(phase, "without a phase" if titles else "all"),
                *(sum(row.progress == state for row in work) for state in _WORK),
                min((row.start for row in work if row.progress == "to do"), default=None),
                max((row.finish for row in left), default=None),
            ]
        )
    return table(
        "progress-by-phase",
        "How far each phase is",
        columns("phase | done:number | in progress:number | to do:number | next start:date | last finish:date"),
        rows,
        proof="counted",
        source=source,
        note="Activities; dates of what is to come are the earliest.",
    )
