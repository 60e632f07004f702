"""Planners' own files with an answer in them: unchanged bytes, equal re-reading, and what MPXJ's scheduler makes of the result.

    python benchmarks/bench_export.py --data DIR

Every ``.xml`` of Microsoft Project and ``.xer`` below DIR. Of each: (a) its own dates leave it byte for byte; (b) every seventh
task that is free to move is put a week later and what follows is worked out again; the file written with ``--hold`` is read
again, and holds those dates and nothing else that is new; (c) MPXJ's scheduler, run on the result, gives the same dates of the
tasks whose dates it gives in the source too, but for those that hang together with work which it starts before a predecessor
has finished: as late as possible done after all else moves what stands beside it, and MPXJ does not look at the links again.
(c) needs the extra ``mpp``. Ends with 1 on a miss of (a) or (b), or where (c) loses another date.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from benchmarks.measure import Row, print_rows
from optimiser.errors import InputError
from optimiser.reading.interchange.mspdi import read_mspdi
from optimiser.reading.interchange.record import ConstraintRecord, PlannerFile, ProjectRecord, StoredDates
from optimiser.reading.interchange.xer import read_xer
from optimiser.writing.dates import TaskDates, Written
from optimiser.writing.mspdi import write_mspdi
from optimiser.writing.xer import write_xer
from tests.pass_msp import PassMsp
from tests.pass_p6 import Pass
from tests.planner_calendar import WorkedTime, minute, moment

Dates = dict[str, tuple[int, int]]
Write = Callable[..., Written]

_SCHEDULE = """
import json, sys
import jpype, mpxj
jpype.startJVM("-Xmx1g", "-Djava.awt.headless=true",
    "-Dlog4j2.loggerContextFactory=org.apache.logging.log4j.simple.SimpleLoggerContextFactory", convertStrings=True)
project = jpype.JClass("org.mpxj.reader.UniversalProjectReader")().read(sys.argv[1])
name = "PrimaveraScheduler" if sys.argv[1].endswith(".xer") else "MicrosoftScheduler"
properties = project.getProjectProperties()
start = properties.getPlannedStart() or properties.getStartDate()
jpype.JClass("org.mpxj.cpm." + name)().schedule(project, start)
print(json.dumps({str(each.getUniqueID()): [str(each.getStart()), str(each.getFinish())] for each in project.getTasks()
    if not each.getNull() and not each.hasChildTasks()}))
"""


def passed(project: ProjectRecord, dialect: str) -> tuple[Dates, Callable[[str], WorkedTime]]:
    """Return the dates of a project's tasks by the plain pass, and their calendars."""
    tasks = {each.uid: each for each in project.tasks}
    if dialect == "p6":
        found = Pass(project)
        return {uid: (each.start, each.finish) for uid, each in found.run().items()}, lambda uid: found.calendar(
            tasks[uid].calendar
        )
    plain = PassMsp(project)
    leaves = [uid for uid in tasks if not plain.children[uid] and tasks[uid].active]
    return {uid: plain.dates(uid) for uid in leaves}, lambda uid: plain.calendar(tasks[uid])


def delayed(project: ProjectRecord, dates: Dates) -> tuple[ProjectRecord, set[str]]:
    """Return a project in which every seventh task that is free starts no earlier than a week on."""
    free = [
        each.uid
        for each in project.tasks
        if each.uid in dates
        and each.kind in {"task", "milestone", "start-milestone", "finish-milestone"}
        and not each.constraints
        if not (each.manual or each.external or each.progress.actual_start or each.levelling_delay)
    ]
    held = set(free[::7])
    tasks = tuple(
        replace(each, constraints=(ConstraintRecord("start-no-earlier", moment(dates[each.uid][0] + 7 * 1440)),))
        if each.uid in held
        else each
        for each in project.tasks
    )
    return replace(project, tasks=tasks), held


def changed(before: Dates, after: Dates, held: set[str], calendar: Callable[[str], WorkedTime]) -> dict[str, TaskDates]:
    """Return what an export writes: the dates of what moved, told by worked time."""
    found = {}
    for uid, (start, finish) in after.items():
        time = calendar(uid)
        if any(time.W(now) != time.W(then) for now, then in zip((start, finish), before[uid], strict=True)) or uid in held:
            found[uid] = TaskDates(start=moment(start), finish=moment(finish), hold=uid in held)
    return found


def stored(project: ProjectRecord) -> dict[str, StoredDates]:
    """Return what a file says of its tasks' dates."""
    return {each.uid: each.stored for each in project.tasks}


def bare(project: ProjectRecord, held: set[str]) -> ProjectRecord:
    """Return a project without what an export may write."""
    tasks = tuple(
        replace(each, stored=StoredDates(), baselines=(), constraints=() if each.uid in held else each.constraints)
        for each in project.tasks
    )
    return replace(project, tasks=tasks)


def scheduled(path: Path) -> dict[str, tuple[str, str]] | None:
    """Return the dates that MPXJ's scheduler gives; None where it gives up, or is not there."""
    if find_spec("mpxj") is None or find_spec("jpype") is None:
        return None
    run = subprocess.run([sys.executable, "-c", _SCHEDULE, str(path)], check=False, capture_output=True, timeout=600)
    return (
        {uid: (dates[0][:16], dates[1][:16]) for uid, dates in json.loads(run.stdout).items()} if not run.returncode else None
    )


def tried(path: Path) -> tuple[Row, bool]:
    """Return the row of one file, and whether it holds."""
    reader, writer = (read_xer, write_xer) if path.suffix == ".xer" else (read_mspdi, write_mspdi)
    file: PlannerFile = reader(path)
    content = path.read_bytes()
    (project,) = [each for each in file.projects if each.tasks]
    before, calendar = passed(project, file.dialect)
    late, held = delayed(project, before)
    after, _ = passed(late, file.dialect)
    same = writer(content, str(path), changed(before, before, set(), calendar), hold=True).content == content
    dates = changed(before, after, held, calendar)
    written: Written = writer(content, str(path), dates, hold=True)
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / path.name
        result.write_bytes(written.content)
        (again,) = [each for each in reader(result).projects if each.tasks]
        rows = stored(again)
        ours = {uid: new for uid, new in dates.items() if uid in written.tasks}
        equal = all((rows[uid].start, rows[uid].finish) == (new.start, new.finish) for uid, new in ours.items())
        kept = _unplaced(bare(again, held)) == _unplaced(bare(project, held))
        source, theirs = scheduled(path), scheduled(result)
    if source is None or theirs is None:
        agreed = "gives up" if find_spec("mpxj") else "not tried"
        lost = 0
    else:
        known = [uid for uid, both in source.items() if uid in before and _near(both, before[uid], calendar(uid))]
        differ = {uid for uid in known if not _near(theirs[uid], after[uid], calendar(uid))}
        broken = _hanging(differ, _broken(again, theirs), again)
        lost = len(differ - broken)
        agreed = f"{len(known) - len(differ)} of {len(known)}" + (f", {len(broken)} where it breaks links" if broken else "")
    held_there = f"{len(written.held)} held, {len(dates)} of {len(after)} moved"
    verdict = "within" if same and equal and kept and not lost else "MISSED"
    says = f"{'equal bytes' if same else 'BYTES DIFFER'}, {'re-read' if equal and kept else 'RE-READ DIFFERS'}"
    return (path.name[:44], f"{says}, {held_there}", f"MPXJ {agreed}", verdict), verdict == "within"


def _broken(project: ProjectRecord, dates: dict[str, tuple[str, str]]) -> set[str]:
    """Return work that has not begun and that dates put before the finish of what it waits for, without lag or lead."""
    begun = {each.uid for each in project.tasks if each.progress.actual_start}
    return {
        link.successor
        for link in project.links
        if link.type == "FS" and not link.lag and not link.percent and link.successor not in begun
        if link.predecessor in dates and link.successor in dates
        if dates[link.successor][0] < dates[link.predecessor][1]
    }


def _hanging(among: set[str], of: set[str], project: ProjectRecord) -> set[str]:
    """Return those of some tasks that hang together, by links among themselves, with one of others."""
    beside: dict[str, list[str]] = {}
    for link in project.links:
        if link.predecessor in among and link.successor in among:
            beside.setdefault(link.predecessor, []).append(link.successor)
            beside.setdefault(link.successor, []).append(link.predecessor)
    found, stack = set[str](), [uid for uid in among if uid in of]
    while stack:
        uid = stack.pop()
        if uid not in found:
            found.add(uid)
            stack += beside.get(uid, ())
    return found


def _unplaced(project: ProjectRecord) -> tuple[object, ...]:
    """Return what a project says, without the lines on which it says it."""
    return tuple(
        replace(each, place=None)  # type: ignore[type-var]
        for part in (project.tasks, project.links, project.assignments, project.resources, project.calendars)
        for each in part
    )


def _near(theirs: tuple[str, str], ours: tuple[int, int], time: WorkedTime) -> bool:
    """Tell whether two ways of saying dates mean the same boundaries of a calendar."""
    import datetime as dt

    if "None" in "".join(theirs):
        return False
    return all(time.W(minute(dt.datetime.fromisoformat(each))) == time.W(mine) for each, mine in zip(theirs, ours, strict=True))


def main(data: Path) -> int:
    """Try every file; return what the shell is told."""
    sys.setrecursionlimit(50_000)
    rows, holds = [], True
    for path in sorted([*data.rglob("*.xml"), *data.rglob("*.xer")]):
        try:
            row, held = tried(path)
        except (InputError, ValueError, KeyError, RecursionError, OverflowError) as error:
            row, held = (path.name[:44], f"left out: {type(error).__name__} {str(error)[:60]}", "", ""), True
        rows.append(row)
        holds = holds and held
    print_rows("Export into planners' own files", rows)
    return 0 if holds else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    sys.exit(main(parser.parse_args().data))
