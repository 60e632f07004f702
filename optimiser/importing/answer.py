"""The whole of an import: read, translated, worked out once without a solver, and compared with what the file stores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from models.importing import FloatsCompared, ImportFinding, ImportReport, ImportSource, ProjectFound, Reproduced
from models.plan import Plan
from models.schedule import Schedule
from optimiser.clock import Clock, MinuteClock
from optimiser.critical import Earliest, Network, compile_network, earliest_times
from optimiser.errors import BeyondHorizonError, InputError, Located
from optimiser.importing.floats import compared_floats
from optimiser.importing.reproduction import Compared, compared, reproduced
from optimiser.reading.folder import Gathered
from optimiser.reading.interchange.opening import gather_planner
from optimiser.reading.interchange.record import PlannerFile
from optimiser.reading.interchange.tally import CODES, MOST_NAMED, SEVERITIES
from optimiser.reading.interchange.translate import Translation
from optimiser.reading.interchange.translating import printed
from optimiser.reading.sound import judge
from optimiser.solve.placement import complete

__all__ = ["Understood", "understand"]

_ROUNDS: Final = 20
"""So many times floors are laid and dates worked out again: each round holds what the one before uncovered."""


@dataclass(frozen=True)
class Understood:
    """A planner's file as a plan.

    Attributes
    ----------
    content
        The plan as plain values, floors included.
    schedule
        Its earliest dates; None where its own logic has none.
    """

    report: ImportReport
    plan: Plan
    content: dict[str, Any]
    schedule: Schedule | None


def understand(path: Path | str, project: str | None = None, *, hold: bool = False, reschedule: bool = False) -> Understood:
    """Read a planner's file, translate it and compare its dates.

    Parameters
    ----------
    path
        The planner's file.
    project
        Its id; may be left out where exactly one project has activities.
    hold
        Whether a fitted floor at its stored start holds each item that would else start earlier than the file has it.
    reschedule
        Whether in the plan, once its dates are compared, nothing that is not done is left before the status date.

    Raises
    ------
    InputError
        If the file cannot be read, no project is the one meant, or its rules cannot be kept together: with places.
    """
    path = Path(path)
    gathered, file, translation = gather_planner(path, project)
    plan = _sound(gathered)
    network, schedule = _scheduled(plan)
    short = [] if schedule else _short(earliest_times(network))
    found = _compare(plan, network, schedule, translation)
    held: list[str] = []
    if hold:
        for _ in range(_ROUNDS):
            floors = _floors(found, translation, set(held))
            if not floors:
                break
            held += [floor["at"].partition(".")[0] for floor in floors]
            translation.content["rules"] += floors
            plan = Plan.model_validate(translation.content)
            network, schedule = _scheduled(plan)
            found = _compare(plan, network, schedule, translation)
    told = reproduced(found, translation.project, translation.names)
    floats = compared_floats(network, schedule, translation, found) if schedule else None
    findings = [*translation.findings, *_own_findings(told, found, translation, held, placed=schedule is not None, short=short)]
    if reschedule:
        if schedule is None:
            raise InputError(
                [Located("the file's own logic gives no dates, so nothing of it can be rescheduled", file=str(path))]
            )
        findings.append(_reschedule(plan, network.clock, schedule, translation.content))
        plan = Plan.model_validate(translation.content)
        network, schedule = _scheduled(plan)
    return Understood(_report(file, translation, told, findings, floats), plan, translation.content, schedule)


def _reschedule(plan: Plan, clock: Clock, schedule: Schedule, content: dict[str, Any]) -> ImportFinding:
    """Put what rescheduling says into a plan's content; return what moved."""
    from optimiser.solve.reschedule import rescheduled

    moved = rescheduled(plan, clock, schedule)
    floors = moved.rules[len(plan.rules) :]
    content["rules"] += [rule.model_dump(mode="json", exclude_defaults=True) for rule in floors]
    before = plan.items
    gone_on = {each.id: each.progress for each in moved.activities if each is not before[each.id]}
    for entry in content["activities"]:
        progress = gone_on.get(entry["id"])
        if progress is not None:
            entry["progress"]["resume"] = str(progress.resume)
    names = [*(rule.points()[0].item for rule in floors), *gone_on]
    severity, says = CODES["rescheduled"]
    where, more = tuple(names[:MOST_NAMED]), max(0, len(names) - MOST_NAMED)
    return ImportFinding(code="rescheduled", severity=severity, count=len(names), where=where, more=more, says=says)


def _sound(gathered: Gathered) -> Plan:
    """Return the plan, or raise everything that keeps it from being one."""
    verdict = judge(gathered, hindsight=False)
    if verdict.plan is None:
        faults = [*gathered.faults, *(gathered.locate(remark) for remark in verdict.remarks)]
        raise (BeyondHorizonError if len(verdict.dates) == len(faults) else InputError)(faults)
    return verdict.plan


def _scheduled(plan: Plan) -> tuple[Network, Schedule | None]:
    """Return the plan's inequalities and its earliest dates, None where its own logic has none on its days."""
    network = compile_network(plan)
    earliest = earliest_times(network)
    return network, complete(network, earliest.values) if earliest.status == "feasible" else None


def _short(earliest: Earliest) -> list[str]:
    """Return the item that its calendar leaves no time for, where that is why there are no dates."""
    from optimiser.solve.contradiction import out_of_work  # only where there are no dates: an import is short

    ended = out_of_work(earliest)
    if ended is None or earliest.trouble is None:
        return []
    item = earliest.network.points[earliest.events[earliest.trouble.event].node].item
    return [f"{item}, calendar {ended[0]}" + (f", last worked {ended[1]}" if ended[1] else "")]


def _compare(plan: Plan, network: Network, schedule: Schedule | None, translation: Translation) -> list[Compared]:
    clock = network.clock
    assert isinstance(clock, MinuteClock)
    return compared(plan, clock, schedule, translation.project, translation.names) if schedule else []


def _floors(found: list[Compared], translation: Translation, held: set[str]) -> list[dict[str, Any]]:
    """Return a fitted floor for each root that starts earlier than the file has it."""
    early = {each.task.uid for each in found if each.start < 0}
    waits = {link.successor for link in translation.project.links if link.predecessor in early}
    floors = []
    for each in found:
        name = translation.names[each.task.uid]
        if each.task.uid in early and each.task.uid not in waits and name not in held and each.task.stored.start:
            date = printed(each.task.stored.start)
            floors.append(
                {
                    "id": f"H-{name}",
                    "kind": "not-before",
                    "title": f"{each.task.id} is held where the file has it",
                    "at": f"{name}.start",
                    "date": date,
                    "basis": "fitted",
                    "fitted_to": f"its stored start, {date}",
                }
            )
    return floors


def _own_findings(
    told: Reproduced,
    found: list[Compared],
    translation: Translation,
    held: Sequence[str],
    *,
    placed: bool,
    short: Sequence[str],
) -> list[ImportFinding]:
    """Return what only the dates tell."""
    findings = []

    def add(code: str, where: Sequence[str], count: int) -> None:
        if count:
            severity, says = CODES[code]
            more = max(0, count - MOST_NAMED)
            named = tuple(where[:MOST_NAMED])
            findings.append(ImportFinding(code=code, severity=severity, count=count, where=named, more=more, says=says))

    add("calendar-ends", short, len(short))
    add("no-dates", [translation.project.id], 0 if placed else 1)
    stored = [each.task.stored for each in found]
    never = bool(found) and all(each.early_start is None for each in stored) and translation.content["dialect"] == "p6"
    code = "never-scheduled" if never else "stored-differs"
    add(code, [root.id for root in told.roots], told.different)
    add("held", held, len(held))
    return findings


def _report(
    file: PlannerFile,
    translation: Translation,
    told: Reproduced,
    findings: Sequence[ImportFinding],
    floats: FloatsCompared | None,
) -> ImportReport:
    return ImportReport(
        source=ImportSource(file=file.file, form=file.form, tool=file.tool, version=file.version, sha256=file.sha256),
        projects=tuple(ProjectFound(id=each.id, name=each.name, activities=len(each.tasks)) for each in file.projects),
        project=translation.project.id,
        dialect=file.dialect,
        counts=translation.counts,
        reproduced=told,
        findings=tuple(sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))),
        floats=floats,
    )
