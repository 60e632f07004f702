"""A file's stored dates against those that its own logic gives: exact, the same boundary of work, or different by so much."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from models.importing import Differing, Reproduced
from models.moment import Moment
from models.plan import Plan
from models.schedule import Position, Schedule
from optimiser.clock.minutes import MinuteClock
from optimiser.reading.interchange.record import ProjectRecord, TaskRecord
from optimiser.reading.interchange.translating import SPANNING

__all__ = ["MOST_ROOTS", "Compared", "compared", "following", "reproduced", "roots_of"]

MOST_ROOTS: Final = 50
"""Roots that are listed; the rest is a number."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A leaf with stored dates, and ours.

    Attributes
    ----------
    start, finish
        Worked minutes of its own calendar by which ours is later than the stored one.
    exact
        Both dates are the same moments.
    """

    task: TaskRecord
    ours: tuple[Moment, Moment]
    start: int
    finish: int
    exact: bool

    @property
    def same(self) -> bool:
        """Whether both dates are the same boundaries of its calendar."""
        return self.start == 0 == self.finish


def compared(
    plan: Plan, clock: MinuteClock, schedule: Schedule, project: ProjectRecord, names: Mapping[str, str]
) -> list[Compared]:
    """Return every leaf that the file has dates of, in its order.

    Parameters
    ----------
    names
        Uid of a task to its id in the plan.
    """
    return [
        _one(plan, clock, task, schedule.by_id[names[task.uid]])
        for task in project.tasks
        if task.kind not in SPANNING and task.uid in names and names[task.uid] in schedule.by_id and task.stored.start
    ]


def _one(plan: Plan, clock: MinuteClock, task: TaskRecord, position: Position) -> Compared:
    """Return a leaf against its position."""
    time = clock.time(getattr(plan.items[position.id], "calendar", None))
    ours = clock.show(position.start, "opens"), clock.show(position.finish, "closes")
    # A date that the file does not have is taken as ours.
    start, finish = (
        own if stored is None else Moment.of(stored)
        for own, stored in zip(ours, (task.stored.start, task.stored.finish), strict=True)
    )
    return Compared(
        task,
        ours,
        time.worked(position.start) - time.worked(clock.boundary(start, "opens")),
        time.worked(position.finish) - time.worked(clock.boundary(finish, "closes")),
        ours == (start, finish),
    )


def reproduced(found: list[Compared], project: ProjectRecord, names: Mapping[str, str]) -> Reproduced:
    """Return how many dates come out again, and from which items on the others do not."""
    wrong = {each.task.uid: each for each in found if not each.exact and not each.same}
    before = [(link.predecessor, link.successor) for link in project.links]
    roots = roots_of(wrong, before)
    follows = following(roots, wrong, before)
    listed = [
        Differing(
            id=names[uid],
            title=wrong[uid].task.name.replace("\n", " ").strip()[:200] or names[uid],
            start=str(wrong[uid].ours[0]),
            finish=str(wrong[uid].ours[1]),
            stored_start=str(Moment.of(wrong[uid].task.stored.start or wrong[uid].ours[0])),
            stored_finish=str(Moment.of(wrong[uid].task.stored.finish or wrong[uid].ours[1])),
            start_minutes=wrong[uid].start,
            finish_minutes=wrong[uid].finish,
            follows=follows[uid],
        )
        for uid in sorted(roots, key=lambda uid: -follows[uid])
    ]
    return Reproduced(
        dated=len(found),
        exact=sum(each.exact for each in found),
        same_boundary=sum(each.same and not each.exact for each in found),
        different=len(wrong),
        roots=tuple(listed[:MOST_ROOTS]),
        more_roots=max(0, len(listed) - MOST_ROOTS),
    )


def roots_of(wrong: Collection[str], edges: Iterable[tuple[str, str]]) -> list[str]:
    """Return the first differences: wrong tasks without a wrong predecessor; in a cycle of wrong tasks, all.

    Parameters
    ----------
    edges
        What a difference comes from, and what it goes on to.
    """
    follow = {after for before, after in edges if before in wrong}
    return [uid for uid in wrong if uid not in follow] or list(wrong)


def following(roots: list[str], wrong: Collection[str], edges: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Return how many differences each root stands before, each counted at the first root that reaches it."""
    after: dict[str, list[str]] = {}
    for one, other in edges:
        if one in wrong and other in wrong:
            after.setdefault(one, []).append(other)
    seen, counts = set(roots), dict.fromkeys(roots, 0)
    for root in roots:
        stack = [root]
        while stack:
            for each in after.get(stack.pop(), ()):
                if each not in seen:
                    seen.add(each)
                    counts[root] += 1
                    stack.append(each)
    return counts
