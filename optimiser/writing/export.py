"""A stored answer into the file that its plan came from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.exporting import ExportReport, Unheld
from models.moment import Moment
from models.outcome import RowDate, Solved
from models.plan import Plan
from optimiser.clock import MinuteClock
from optimiser.errors import InputError, Located
from optimiser.reading.interchange.opening import gather_planner
from optimiser.reading.interchange.record import PlannerFile, TaskRecord
from optimiser.reading.interchange.translate import END, Translation
from optimiser.reading.sound import judge
from optimiser.writing.dates import TaskDates, Written
from optimiser.writing.held import same_boundary, self_moving
from optimiser.writing.mspdi import write_mspdi
from optimiser.writing.pmxml import write_pmxml
from optimiser.writing.xer import write_xer

__all__ = ["Exported", "export"]


_CONVERTED: Final = "Nothing here writes the form of the source: it was made into Microsoft Project's XML by MPXJ, and the answer went into that."


@dataclass(frozen=True)
class Exported:
    """The bytes of a file with an answer in it, and what was done; the ending that its name should have, and the tool that reads it."""

    content: bytes
    report: ExportReport
    ending: str
    tool: str = "Microsoft Project"


def export(
    outcome: Solved, into: Path, result_name: str, *, project: str | None = None, hold: bool = False, fields: bool = False
) -> Exported:
    """Return a planner's file with the dates of an answer in it.

    Parameters
    ----------
    outcome
        Of the plan that the file holds, with or without scenarios.
    into
        The file.
    result_name
        What the new file will be called, for the report.
    project
        Which of the file's projects is meant, where several have activities.
    hold
        Put constraints where the file's own logic starts work earlier than the answer does.
    fields
        Put in what is proved of each task, its float and what it drives.

    Raises
    ------
    InputError
        If the file cannot be read or written into, or the answer is of another plan.
    """
    gathered, file, translation = gather_planner(into, project)
    content = _content(into, file)
    plan = judge(gathered, hindsight=False).plan
    if plan is None:
        raise InputError([Located("holds no plan that can be worked out; maybe look at it with 'import'", file=str(into))])
    answer = _TaskAnswers(outcome, plan, translation, into, fields=fields)
    dates = answer.dates()
    writer = {"xer": write_xer, "pmxml": write_pmxml}.get(file.form, write_mspdi)
    result = writer(content, str(into), dates, hold=hold, fields=fields)
    report = ExportReport(
        source=str(into),
        source_sha256=file.sha256,
        result=result_name,
        result_sha256=hashlib.sha256(result.content).hexdigest(),
        tasks=len(translation.names),
        moved=len(answer.moved),
        cells=result.cells,
        held=tuple(answer.called(uid) for uid in result.held),
        unheld=tuple(answer.unheld(result)),
        notes=(*((_CONVERTED,) if file.form == "mpp" else ()), *result.notes),
    )
    ending = ".xml" if file.form in {"mspdi", "mpp"} else into.suffix.lower()
    return Exported(result.content, report, ending, "Primavera P6" if file.dialect == "p6" else "Microsoft Project")


def _content(into: Path, file: PlannerFile) -> bytes:
    """Return the bytes to write into: the file's own, or MPXJ's conversion of a form without a writer here."""
    if file.form in {"xer", "mspdi", "pmxml"}:
        return into.read_bytes()
    if file.form == "mpp" and file.dialect == "msp":
        from optimiser.reading.interchange.mpp import as_mspdi

        return as_mspdi(into)
    message = "cannot be written into: only XER and the XML of Microsoft Project and Primavera can; maybe export it from its tool as one of these"
    raise InputError([Located(message, file=str(into))])


class _TaskAnswers:
    """What an outcome says of each task of a file."""

    def __init__(self, outcome: Solved, plan: Plan, translation: Translation, into: Path, *, fields: bool) -> None:
        self._outcome, self._plan, self._fields = outcome, plan, fields
        self._clock = MinuteClock(plan)
        self._tasks = {task.uid: task for task in translation.project.tasks}
        self._names = {uid: name for uid, name in translation.names.items() if name in plan.items}
        self._rows = {row.id: row for row in outcome.rows}
        self._where = into
        self._check()
        positions = outcome.schedule.by_id
        self._positions = {
            uid: (positions[name].start, positions[name].finish)
            for uid, name in self._names.items()
            if self._tasks[uid].kind not in {"summary", "level-of-effort", "wbs-summary"}
        }
        self.moved = frozenset(uid for uid, position in self._positions.items() if not self._stands(uid, position))
        self._held: frozenset[str] = frozenset()
        self._elsewhere: frozenset[str] = frozenset()
        if self.moved:
            free = {
                self._names[uid]: at for uid, at in self._positions.items() if self._tasks[uid].progress.actual_start is None
            }
            self._held, self._elsewhere = self_moving(plan, free)

    def _check(self) -> None:
        """Refuse an answer of another plan, or of another state of it."""
        if self._outcome.plan != self._plan.id:
            message = f"the answer is of plan '{self._outcome.plan}', the file holds plan '{self._plan.id}'"
            raise InputError([Located(message, file=str(self._where))])
        missing = [name for name in self._names.values() if name not in self._outcome.schedule.by_id]
        axis = (self._outcome.schedule.calendar, self._outcome.schedule.first_day)
        if missing or axis != (self._plan.calendar, self._clock.show(0, "opens")):
            what = f"it has no date of {', '.join(missing[:5])}" if missing else "its calendar begins on another day"
            message = f"the answer is of another state of this file: {what}; maybe solve the file again"
            raise InputError([Located(message, file=str(self._where))])

    def _stands(self, uid: str, position: tuple[int, int]) -> bool:
        """Say whether a task is where its file has it, to the worked minute."""
        stored = self._tasks[uid].stored
        if stored.start is None or stored.finish is None:
            return False
        there = tuple(Moment.of(at).minutes - self._clock.zero for at in (stored.start, stored.finish))
        return same_boundary(self._plan, self._clock, self._names[uid], position, (there[0], there[1]))

    def dates(self) -> dict[str, TaskDates]:
        """Return the fields to write for each task: remarks alone where nothing moved."""
        found = {}
        for uid, position in self._positions.items():
            told = tuple(self._told(uid)) if self._fields else ()
            if self.moved:
                found[uid] = self._new(uid, position, told)
            elif told:
                found[uid] = TaskDates(fields=told)
        return found

    def _new(self, uid: str, position: tuple[int, int], told: tuple[tuple[str, str], ...]) -> TaskDates:
        name, moved = self._names[uid], uid in self.moved
        start, finish = (self._clock.show(at, "opens") for at in position)
        slack = self._slack(name, END) if self._tasks[uid].progress.actual_finish is None else None
        late = self._late(name, position, slack) if slack is not None else (None, None)
        return TaskDates(
            start=start if moved else None,
            finish=finish if moved else None,
            late_start=late[0],
            late_finish=late[1],
            total_float=slack,
            critical=None if slack is None else slack <= 0,
            hold=name in self._held,
            fields=told,
        )

    def _slack(self, name: str, milestone: str) -> int | None:
        """Return how far an item can slip before a milestone moves, in worked minutes; None where that is not told."""
        row: RowDate | None = self._rows.get(name)
        minutes = getattr(row, "float_min", None) or {}
        found = minutes.get(milestone)
        return found if isinstance(found, int) else None

    def _late(self, name: str, position: tuple[int, int], slack: int) -> tuple[Moment | None, Moment | None]:
        """Return the latest start and finish, by the same conventions as the answer's dates."""
        if not slack:
            return self._shown(position[0]), self._shown(position[1])
        time = self._clock.time(getattr(self._plan.items[name], "calendar", None))
        return self._shown(time.begin(time.worked(position[0]) + slack)), self._shown(time.plus(position[1], slack))

    def _shown(self, boundary: int) -> Moment | None:
        return self._clock.show(boundary, "opens") if 0 <= boundary <= self._clock.size else None

    def _told(self, uid: str) -> Iterator[tuple[str, str]]:
        """Yield the remarks on a task: proof, float to each date asked for, and the dates that it drives."""
        name = self._names[uid]
        proofs = {each.id: each.proof for each in self._outcome.milestones}
        drives = [milestone for milestone, chain in self._outcome.driving.items() if name in chain]
        yield "Proof", proofs.get(name, "")
        yield "Drives", ", ".join(drives)
        for milestone in proofs:
            slack = self._slack(name, milestone)
            yield f"Float to {milestone}", "" if slack is None else self._spoken(slack)

    def _spoken(self, minutes: int) -> str:
        """Return worked minutes as the file counts days: ``3 d 2 h 30 min``."""
        days, rest = divmod(abs(minutes), self._plan.day_minutes)
        parts = ((days, "d"), (rest // 60, "h"), (rest % 60, "min"))
        said = " ".join(f"{amount} {unit}" for amount, unit in parts if amount) or "0 d"
        return f"-{said}" if minutes < 0 else said

    def called(self, uid: str) -> str:
        """Return what the planner calls a task."""
        return self._tasks[uid].id or uid

    def unheld(self, result: Written) -> Iterator[Unheld]:
        """Yield what the file's tool will put elsewhere, in the order of the file."""
        names = {uid: self._names[uid] for uid in self._positions}
        for uid, task in self._tasks.items():
            why = result.unheld.get(uid)
            if why is None and names.get(uid) in self._elsewhere:
                why = "the file's own logic gives it other dates, which no constraint brings about"
            if why is not None:
                yield Unheld(id=self.called(uid), title=_title(task), why=why)


def _title(task: TaskRecord) -> str:
    return " ".join(task.name.split())[:200]
