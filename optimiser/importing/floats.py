"""Our late dates, total float and critical flag of every task against those that its file stores, each difference with its reason.

A tool works these out backwards, so a difference comes from behind: a root is a task that differs though nothing that waits for it
does. Its reason is the first that holds of those in `REASONS`; what stands before a root follows from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from models.importing import FigureCompared, FloatDiffering, FloatReason, FloatsCompared
from models.moment import Moment
from models.schedule import Schedule
from optimiser.clock.minutes import MinuteClock
from optimiser.critical.late import LateEnds, late_ends
from optimiser.critical.network import Network
from optimiser.importing.reproduction import Compared, following, roots_of
from optimiser.reading.interchange.record import LinkRecord, ProjectRecord, TaskRecord
from optimiser.reading.interchange.tally import MOST_NAMED
from optimiser.reading.interchange.translate import END, Translation
from optimiser.reading.interchange.translating import SPANNING

__all__ = ["REASONS", "compared_floats"]

MOST_LISTED: Final = 50
"""Tasks that are listed; the rest is a number."""

REASONS: Final[dict[str, str]] = {
    "early-dates": "its own stored dates do not come out again, so its float does not either",
    "by-hand": "the file counts back links to work put by hand or of another file, which waits for nothing here",
    "late-placed": "it is placed as late as possible, and the file tells its float of another place",
    "delay": "its levelling delay passes over days off at one stroke: here its late dates are the last that come in time",
    "two-figures": "the file's total float is not what lies between its own early and late dates: one of them is out of date",
    "critical-rule": "its float is the same, and the file calls it critical by another rule than float",
    "other-finish": "nothing waits for it, and the file's late finish is of another finish than the project's",
    "lag": "late dates are counted back through a lag or a lead, where days of different calendars meet",
    "summary": "the file bounds it by the late finish of a summary that it is in; here what is in a summary has its own links alone",
    "calendar": "late dates are counted back over another calendar than the task's own",
    "unknown": "no reason is known",
}
"""Code to what it says, in the order in which they are tried."""


@dataclass(frozen=True, slots=True)
class _LateCompared:
    """A task with our figures; later by so many worked minutes than the stored ones, None where nothing is stored."""

    task: TaskRecord
    ends: LateEnds
    slack: int
    critical: bool
    start: int | None
    finish: int | None

    def figures(self) -> Iterator[tuple[str, bool]]:
        """Yield each figure that the file stores, and whether ours is the same."""
        stored = self.task.stored
        for name, later in (("late start", self.start), ("late finish", self.finish)):
            if later is not None:
                yield name, abs(later) <= 1
        if stored.total_float is not None:
            yield "total float", abs(self.slack - stored.total_float) <= 1
        if stored.critical is not None:
            yield "critical", self.critical == stored.critical

    @property
    def late_differs(self) -> bool:
        """Whether a late date does."""
        return any(later is not None and abs(later) > 1 for later in (self.start, self.finish))

    @property
    def slack_differs(self) -> bool:
        """Whether the total float does."""
        stored = self.task.stored.total_float
        return stored is not None and abs(self.slack - stored) > 1


def compared_floats(
    network: Network, schedule: Schedule, translation: Translation, dates: list[Compared]
) -> FloatsCompared | None:
    """Return every figure against the stored one; None where the file stores none.

    Parameters
    ----------
    dates
        The tasks whose early dates were compared.
    """
    clock, project, names = network.clock, translation.project, translation.names
    assert isinstance(clock, MinuteClock)
    ends = late_ends(network, schedule, END)
    against: dict[str, _LateCompared] = {}
    for task in project.tasks:
        name = names.get(task.uid)
        if task.kind not in SPANNING and name in ends:
            against[task.uid] = _one(network, clock, task, str(name), ends[str(name)], project.float_of, project.critical_below)
    told: Counter[tuple[str, bool]] = Counter(figure for each in against.values() for figure in each.figures())
    figures = tuple(
        FigureCompared(
            figure=name, stored=told[name, True] + told[name, False], same=told[name, True], different=told[name, False]
        )
        for name in ("late start", "late finish", "total float", "critical")
        if told[name, True] + told[name, False]
    )
    if not figures:
        return None
    wrong = {uid: each for uid, each in against.items() if not all(same for _, same in each.figures())}
    unlike = {each.task.uid for each in dates if not each.exact and not each.same}
    edges = list(_backwards(project))
    reasons = _reasons(wrong, unlike, project, edges)
    return FloatsCompared(
        tasks=len(against),
        figures=figures,
        reasons=tuple(_told(reasons, wrong, edges)),
        differing=tuple(_listed(uid, wrong[uid], clock, names[uid], reasons.get(uid)) for uid in _first(wrong, reasons)),
        more=max(0, len(wrong) - MOST_LISTED),
    )


def _one(
    network: Network,
    clock: MinuteClock,
    task: TaskRecord,
    name: str,
    ends: LateEnds,
    float_of: str | None,
    critical_below: int,
) -> _LateCompared:
    """Return a task against its file."""
    time = clock.time(getattr(network.plan.items[name], "calendar", None))
    at_start, at_finish = ends.slacks
    slack = {"start": at_finish if at_start is None else at_start, "finish": at_finish}.get(float_of or "", ends.slack)
    stored, later = task.stored, []
    for ours, theirs in ((ends.start, stored.late_start), (ends.finish, stored.late_finish)):
        moment = None if theirs is None else Moment.of(theirs).minutes - clock.zero
        later.append(None if moment is None else time.worked(ours) - time.worked(moment))
    begun = at_start is None
    return _LateCompared(task, ends, slack, slack <= critical_below, None if begun else later[0], later[1])


def _reasons(
    wrong: Mapping[str, _LateCompared], unlike: Collection[str], project: ProjectRecord, edges: Sequence[tuple[str, str]]
) -> dict[str, str]:
    """Return the reason of every root."""
    tasks = {task.uid: task for task in project.tasks}
    behind: dict[str, list[LinkRecord]] = {}
    for link in project.links:
        behind.setdefault(link.predecessor, []).append(link)
    own = {uid for uid, each in wrong.items() if not each.late_differs}
    roots = dict.fromkeys([*roots_of([uid for uid in wrong if uid not in own], edges), *own])
    return {uid: _reason(wrong[uid], behind.get(uid, []), tasks, unlike) for uid in roots}


def _backwards(project: ProjectRecord) -> Iterator[tuple[str, str]]:
    """Yield the edges for late dates: a task and its predecessor, with summaries replaced by their leaves."""
    inside: dict[str, list[str]] = {}
    for task in project.tasks:
        if task.parent is not None:
            inside.setdefault(task.parent, []).append(task.uid)

    def leaves(uid: str) -> Iterator[str]:
        stack = [uid]
        while stack:
            at = stack.pop()
            yield from () if at in inside else (at,)
            stack += inside.get(at, ())

    for link in project.links:
        before = list(leaves(link.predecessor))
        yield from ((after, each) for after in leaves(link.successor) for each in before)


def _reason(each: _LateCompared, behind: list[LinkRecord], tasks: Mapping[str, TaskRecord], unlike: Collection[str]) -> str:
    """Return the first reason that holds of a root."""
    task = each.task
    after = [tasks[link.successor] for link in behind if link.successor in tasks]
    apart = each.late_differs != each.slack_differs and task.stored.total_float is not None
    holds = {
        "early-dates": task.uid in unlike,
        "by-hand": any(other.manual or other.external for other in (task, *after)),
        "late-placed": any(constraint.kind == "as-late-as-possible" for constraint in task.constraints),
        "delay": bool(task.levelling_delay),
        "two-figures": apart,
        "critical-rule": not each.late_differs and not each.slack_differs,
        "other-finish": not after,
        "lag": any(link.lag or link.percent for link in behind),
        "summary": _bounded_above(task, tasks),
        "calendar": len({other.calendar for other in (task, *after)}) > 1,
    }
    return next((code for code in REASONS if holds.get(code)), "unknown")


def _bounded_above(task: TaskRecord, tasks: Mapping[str, TaskRecord]) -> bool:
    """Say whether a summary above a task has its stored late finish."""
    above, seen = tasks.get(task.parent or ""), set[str]()
    while above is not None and above.uid not in seen:
        if above.stored.late_finish is not None and above.stored.late_finish == task.stored.late_finish:
            return True
        seen.add(above.uid)
        above = tasks.get(above.parent or "")
    return False


def _told(
    reasons: Mapping[str, str], wrong: Mapping[str, _LateCompared], edges: Sequence[tuple[str, str]]
) -> Iterator[FloatReason]:
    """Yield every reason that occurs, with how many tasks have it and how many follow from these."""
    follow = following(list(reasons), wrong, edges)
    for code, says in REASONS.items():
        where = [uid for uid, reason in reasons.items() if reason == code]
        if where:
            yield FloatReason(
                code=code,
                says=says,
                count=len(where),
                follow=sum(follow[uid] for uid in where),
                where=tuple(wrong[uid].task.id for uid in where[:MOST_NAMED]),
                more=max(0, len(where) - MOST_NAMED),
            )


def _first(wrong: Mapping[str, _LateCompared], reasons: Mapping[str, str]) -> list[str]:
    """Return what is listed: roots first, each kind in the order of the file."""
    return sorted(wrong, key=lambda uid: uid not in reasons)[:MOST_LISTED]


def _listed(uid: str, each: _LateCompared, clock: MinuteClock, name: str, reason: str | None) -> FloatDiffering:
    """Return a task as it is listed."""
    stored = each.task.stored
    return FloatDiffering(
        id=name,
        title=" ".join(each.task.name.split())[:200] or uid,
        late_start=_shown(clock, each.ends.start),
        late_finish=_shown(clock, each.ends.finish),
        stored_late_start=str(Moment.of(stored.late_start)) if stored.late_start else "",
        stored_late_finish=str(Moment.of(stored.late_finish)) if stored.late_finish else "",
        late_minutes=each.finish,
        total_float_min=each.slack,
        stored_total_float_min=stored.total_float,
        critical=each.critical,
        stored_critical=stored.critical,
        reason=reason,
    )


def _shown(clock: MinuteClock, boundary: int) -> str:
    """Return a late date, in words where it lies off the axis."""
    return str(clock.show(boundary, "closes")) if 0 <= boundary <= clock.size else "before the plan begins"
