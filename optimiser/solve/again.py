"""An outcome worked out again without CP-SAT, which takes over from a stored one only what rests on CP-SAT's word.

Without capacity that is little: that CP-SAT, too, came to the dates, and how long it took. With capacity it is the schedule,
which is held against every rule before anything is read from it, and how early the dates are proved to be; reasons, floats,
evidence and distances follow from the schedule again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from models.outcome import DateSpan, Infeasible, MilestoneDate, Outcome, Run, Solved, Undecided
from models.plan import Plan
from optimiser.encoding.answer import DETERMINISTIC_TIME
from optimiser.encoding.asking import SolverBarredError, barred
from optimiser.errors import StoredResultError
from optimiser.solve.answer import bounds_of, common, solved, unasked
from optimiser.solve.asked import asked_for
from optimiser.solve.between import QUICK, DateRange, between, too_large
from optimiser.solve.contradiction import beyond_horizon, conflict_of_network
from optimiser.solve.dates import CP_SAT_TOO, UNFINISHED, Dates, Proved, unfinished_note
from optimiser.solve.deadline import Deadline
from optimiser.solve.fingerprint import package_version, plan_sha256
from optimiser.solve.placement import boundaries_of, complete, without_place
from optimiser.solve.problem import Problem
from optimiser.solve.spans import UNASKED, UNREAD, spans, unfinished_span

__all__ = ["Again", "again"]

T = TypeVar("T")


@dataclass
class Again:
    """An outcome worked out again.

    Attributes
    ----------
    outcome
        The answer; a stored one that says otherwise does not hold.
    taken
        What was taken over as it was stored, because only CP-SAT tells it.
    """

    outcome: Outcome
    taken: list[str] = field(default_factory=list)


def again(plan: Plan, milestones: Sequence[str] | None = None, stored: Outcome | None = None) -> Again:
    """Return the outcome of a plan, worked out without CP-SAT.

    Parameters
    ----------
    milestones
        As asked for; the plan's own targets where None.
    stored
        What is to be checked: what only CP-SAT tells is taken over from it. Without, a plan whose capacities count has no outcome.

    Raises
    ------
    StoredResultError
        If the stored schedule is none of this plan, or a schedule refutes that there is none.
    SolverBarredError
        If nothing is stored and CP-SAT would have to be asked.
    BeyondHorizonError
        If a date runs off the axis.
    """
    asked = asked_for(plan, milestones)
    problem = Problem.of(plan)
    if problem.earliest.status == "beyond":
        raise beyond_horizon(problem.earliest)
    with barred():
        found = _again(problem, asked, stored)
    found.taken.append("how it was run: versions, seed, limits and time")
    return found


def _again(problem: Problem, asked: Sequence[str], stored: Outcome | None) -> Again:
    plan, run = problem.plan, _run(problem, stored)
    if problem.earliest.status == "infeasible":
        conflict = conflict_of_network(problem.earliest)
        said = stored.conflict.confirmed_by if isinstance(stored, Infeasible) else ""
        if said.startswith(conflict.confirmed_by):
            conflict = conflict.model_copy(update={"confirmed_by": said})
        return Again(Infeasible(conflict=conflict, **common(plan, run)), ["that CP-SAT finds no schedule either"])
    if not problem.pools:
        dates = _dates(problem, asked, stored)
        ranges = spans(problem, {each.milestone: each.range for each in dates.proved}, Deadline())
        taken = ["that CP-SAT comes to the same dates"]
        for name, note in _cut_short(asked, stored).items():
            ranges[name] = _stored(stored)[name].span
            dates.notes.append(note)
            taken.append(f"the span of {name}, which the limit cut short")
        return Again(solved(problem, dates, ranges, run, over=_late(stored)), taken)
    if stored is None:
        raise SolverBarredError
    if isinstance(stored, Solved):
        return _crowded(problem, asked, stored, run)
    if isinstance(stored, Infeasible):
        if any(between(problem, name, deadline=Deadline(), effort=QUICK).schedule is not None for name in asked):
            message = f"{plan.id}: the outcome says that no schedule meets every rule, and there is one"
            raise StoredResultError(message)
        return Again(stored.model_copy(update=common(plan, run)), ["the conflict, in which capacity takes part"])
    made = Undecided(bounds=bounds_of(problem, asked), **common(plan, run))
    return Again(made, ["that a limit came before an answer"])


def _run(problem: Problem, stored: Outcome | None) -> Run:
    """Return how the stored outcome was found, with what is known of it here put in."""
    known = {
        "windows": "trimmed" if too_large(problem.network) else "full",
        "inputs_sha256": plan_sha256(problem.plan),
    }
    if stored is not None:
        return stored.run.model_copy(update=known)
    return Run(
        version=package_version("mhhs-optimiser"),
        ortools=package_version("ortools"),
        seed=0,
        workers=1,
        deterministic_time=0.0,
        deterministic_limit=DETERMINISTIC_TIME,
        **known,  # type: ignore[arg-type]
    )


def _stored(stored: Outcome | None) -> dict[str, MilestoneDate]:
    return {entry.id: entry for entry in stored.milestones} if isinstance(stored, Solved) else {}


def _cut_short(asked: Sequence[str], stored: Outcome | None) -> dict[str, str]:
    """Return the milestones whose spans a limit cut short, as a stored outcome says, each with the note of it."""
    notes = stored.notes if isinstance(stored, Solved) else ()
    said = {
        name: unfinished_span(name, why) for name in asked for why in (UNREAD, UNASKED) if unfinished_span(name, why) in notes
    }
    return {name: note for name, note in said.items() if name in _stored(stored)}


def _late(stored: Outcome | None) -> Callable[[str], bool]:
    """Return whether a stored outcome says of a milestone that the time ended before it was asked what binds it."""
    notes = stored.notes if isinstance(stored, Solved) else ()
    return lambda name: unasked(name) in notes


def _dates(problem: Problem, asked: Sequence[str], stored: Outcome | None) -> Dates:
    """Return the dates of a plan whose capacities, where it has any, are off: the longest path is all there is."""
    held = _stored(stored)
    proved, notes = [], []
    for milestone in asked:
        found = between(problem, milestone, deadline=Deadline())
        cut_short = milestone in held and held[milestone].bound_by.endswith(UNFINISHED)
        if cut_short:
            notes.append(unfinished_note(milestone, found.bound_by))
        proved.append(Proved(milestone, found, found.bound_by + (UNFINISHED if cut_short else CP_SAT_TOO)))
    values = problem.earliest.values
    schedule = complete(problem.network, values)
    return Dates(proved, schedule, values, [*notes, *without_place(problem.network, schedule)])


# -- where capacity counts -----------------------------------------------------------------------------------------------


def _crowded(problem: Problem, asked: Sequence[str], stored: Solved, run: Run) -> Again:
    """Read everything from the stored schedule again; what a search alone tells is taken over."""
    values = _values(problem, stored)
    held = _stored(stored)
    proved = [_proved(problem, held[name], values) for name in asked if name in held]
    found = solved(problem, Dates(proved, stored.schedule, values), _spans(problem, proved, stored), run, over=_late(stored))
    taken = ["the schedule, and how early its dates are proved to be"]
    led = [each.milestone for each in proved if problem.leads(each.milestone)]
    taken += [f"the span of {', '.join(led)}"] if led else []
    late = any(activity.placement == "as-late-as-possible" for activity in problem.plan.activities)
    apart = [entry.id for entry in stored.milestones if late or entry.lexicographic is not None]
    if apart:
        taken.append(f"floats, chain, slots and evidence of {', '.join(apart)}, found on a schedule that is not stored")
        found = _kept(found, stored, apart)
    entries = tuple(entry.model_copy(update={"lexicographic": held[entry.id].lexicographic}) for entry in found.milestones)
    return Again(found.model_copy(update={"milestones": entries, "notes": stored.notes}), taken)


def _values(problem: Problem, stored: Solved) -> list[int]:
    """Return the boundary of each node of a stored schedule."""
    try:
        values = boundaries_of(problem.network, stored.schedule)
    except KeyError as error:
        message = f"the schedule has no place for {error}"
        raise StoredResultError(message) from None
    if not problem.holds(values):
        message = "the schedule does not meet every rule, so nothing is read from it"
        raise StoredResultError(message)
    return values


def _proved(problem: Problem, entry: MilestoneDate, values: Sequence[int]) -> Proved:
    method = "CP-SAT" if entry.proof == "solver" else "closed form"
    found = DateRange(entry.bound_boundary, entry.boundary, values, method)  # type: ignore[arg-type]
    place = values[problem.node(entry.id)]
    return Proved(entry.id, found, entry.bound_by, place if place > entry.boundary else None)


def _spans(problem: Problem, proved: Sequence[Proved], stored: Solved) -> dict[str, DateSpan | None]:
    """Return the spans: again of what no capacity can move, as stored of the rest."""
    held = _stored(stored)
    cut_short = _cut_short([each.milestone for each in proved], stored)
    free = {
        each.milestone: each.range for each in proved if not problem.leads(each.milestone) and each.milestone not in cut_short
    }
    try:
        found = spans(problem, free, Deadline())
    except SolverBarredError:
        found = {}
    return {each.milestone: found.get(each.milestone, held[each.milestone].span) for each in proved}


def _kept(found: Solved, stored: Solved, apart: Sequence[str]) -> Solved:
    """Return an outcome with the reasons of some milestones as they were stored."""
    held, rows = _stored(stored), {row.id: row for row in stored.rows}

    def mixed(ours: Mapping[str, T], theirs: Mapping[str, T]) -> dict[str, T]:
        chosen = {name: theirs if name in apart else ours for name in (*ours, *(name for name in theirs if name not in ours))}
        return {name: side[name] for name, side in chosen.items() if name in side}

    return found.model_copy(
        update={
            "milestones": tuple(
                entry.model_copy(update={"evidence": held[entry.id].evidence}) if entry.id in apart else entry
                for entry in found.milestones
            ),
            "driving": mixed(found.driving, stored.driving),
            "slots": mixed(found.slots, stored.slots),
            "rows": tuple(
                row.model_copy(
                    update={
                        "float_wd": mixed(row.float_wd, rows[row.id].float_wd),
                        "float_most_wd": mixed(row.float_most_wd, rows[row.id].float_most_wd),
                        "free_float_wd": rows[row.id].free_float_wd,
                    }
                )
                if row.id in rows
                else row
                for row in found.rows
            ),
        }
    )
