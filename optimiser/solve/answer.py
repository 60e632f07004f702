"""Earliest dates: bounds without a solver first, then CP-SAT, then the certificate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from models.items import Activity, Hammock, Milestone
from models.outcome import Infeasible, MilestoneDate, Outcome, RowDate, Run, Solved, Span, Undecided
from models.plan import Plan
from models.rules import Capacity, Point
from models.schedule import Schedule
from optimiser.clock import Clock
from optimiser.critical import (
    Earliest,
    Network,
    certificate,
    compile_network,
    driving_items,
    earliest_times,
    floats,
    free_floats,
    reaches,
)
from optimiser.encoding import Limits
from optimiser.solve.asked import asked_for
from optimiser.solve.binding import bindings
from optimiser.solve.contradiction import beyond_horizon, conflict_of_capacity, conflict_of_network, conflict_of_room
from optimiser.solve.dates import Proved, Search
from optimiser.solve.fingerprint import package_version, plan_sha256
from optimiser.solve.spans import spans
from optimiser.solve.standing import baseline_deltas, evidence

__all__ = ["asked_for", "earliest"]


def earliest(
    plan: Plan,
    milestones: Sequence[str] | None = None,
    *,
    seed: int = 0,
    workers: int = 1,
    time_limit: float | None = None,
    deterministic_limit: float = 60.0,
    progress: Callable[[str], None] | None = None,
) -> Outcome:
    """Return the earliest date of each milestone, with its proof and what it rests on.

    Parameters
    ----------
    plan
        A plan with its scenarios applied.
    milestones
        Milestones asked for, in the order in which they matter; the plan's own targets where none are named.
    seed
        Of CP-SAT. With capacity, schedules of equal dates may differ by it.
    workers
        CP-SAT's threads. With more than one, runs that end at a limit may not repeat.
    time_limit
        Seconds by the wall clock for each call of CP-SAT, where the user chose so; such a run may not repeat.
    deterministic_limit
        CP-SAT's own deterministic time for each call.
    progress
        Told what is being done.

    Returns
    -------
    Outcome
        `Solved`, `Infeasible` with a minimal conflict, or `Undecided` with bounds. A limit is never read as a verdict.

    Raises
    ------
    InputError
        If a milestone is unknown, or none is asked for.
    BeyondHorizonError
        If a date runs off the days that the calendar or the horizon covers.
    """
    asked = asked_for(plan, milestones)
    tell = progress or (lambda _: None)
    clock = Clock(plan)
    network = compile_network(plan, clock)
    limits = Limits(deterministic_time=deterministic_limit, seed=seed, workers=workers, time_limit=time_limit)
    found = earliest_times(network)
    if found.status == "beyond":
        raise beyond_horizon(found)
    search = Search(network, found, limits, tell)
    scenarios, readings = plan.settings.scenarios, plan.choices()

    def run() -> Run:
        return Run(
            version=package_version("mhhs-optimiser"),
            ortools=package_version("ortools"),
            seed=seed,
            workers=workers,
            deterministic_time=round(search.deterministic_time, 6),
            deterministic_limit=deterministic_limit,
            time_limit=time_limit,
            windows=search.windows,
            inputs_sha256=plan_sha256(plan),
        )

    if found.status == "infeasible":
        return Infeasible(
            plan=plan.id,
            scenarios=scenarios,
            readings=readings,
            conflict=conflict_of_network(found, also=search.confirm(asked[0])),
            notes=_notes(plan, search),
            run=run(),
        )
    short = conflict_of_room(found) if network.uses_capacity else None
    if short is not None:
        if not short.minimal:
            tell("conflict: CP-SAT")
            smaller, spent = conflict_of_capacity(plan, network, limits)
            search.deterministic_time += spent
            short = smaller if smaller is not None and smaller.minimal else short
        return Infeasible(
            plan=plan.id, scenarios=scenarios, readings=readings, conflict=short, notes=_notes(plan, search), run=run()
        )
    crowded = _crowded(network, asked)
    answer = search.prove(asked)
    if not isinstance(answer, tuple):
        conflict = None
        if answer.status == "infeasible":
            tell("conflict: CP-SAT")
            conflict, spent = conflict_of_capacity(plan, network, limits)
            search.deterministic_time += spent
        if conflict is not None:
            return Infeasible(
                plan=plan.id, scenarios=scenarios, readings=readings, conflict=conflict, notes=_notes(plan, search), run=run()
            )
        bounds = {
            name: clock.show(found.values[network.nodes[name, "start"]], plan.convention(Point(name, "start")))
            for name in asked
        }
        return Undecided(
            plan=plan.id, scenarios=scenarios, readings=readings, bounds=bounds, notes=_notes(plan, search), run=run()
        )
    proved, schedule = answer
    tell("readings")
    ranges = spans(plan, asked)
    dates = tuple(_dated(plan, clock, found, each, ranges[each.milestone]) for each in proved)
    return Solved(
        plan=plan.id,
        scenarios=scenarios,
        readings=readings,
        milestones=dates,
        schedule=schedule,
        rows=_rows(plan, clock, found, schedule, asked),
        driving={name: driving_items(found, name) for name in asked},
        certificates=tuple(certificate(found, name) for name in asked),
        binding={name: () if name in crowded else bindings(found, name) for name in asked},
        notes=(*_notes(plan, search), *_crowded_notes(crowded)),
        run=run(),
    )


def _crowded(network: Network, asked: Sequence[str]) -> tuple[str, ...]:
    """Return the milestones that work on a live capacity can move: what binds them no closed form tells."""
    if not network.uses_capacity:
        return ()
    starts = {
        network.item_nodes(entry.item)[0]
        for rule in network.plan.active_rules()
        if isinstance(rule, Capacity)
        for entry in rule.demands
    }
    affected = {name: reaches(network, network.nodes[name, "start"]) for name in asked}
    return tuple(name for name in asked if any(affected[name][node] for node in starts))


def _crowded_notes(crowded: Sequence[str]) -> tuple[str, ...]:
    """Return what is said of milestones whose gains depend on capacity."""
    if not crowded:
        return ()
    named = ", ".join(crowded)
    return (f"{named}: capacity is upstream, so what binds is left to `explain`, which solves again rule by rule",)


def _dated(plan: Plan, clock: Clock, found: Earliest, proved: Proved, span: Span | None) -> MilestoneDate:
    """Return one milestone's answer."""
    convention = plan.convention(Point(proved.milestone, "start"))
    later = proved.lexicographic
    return MilestoneDate(
        id=proved.milestone,
        boundary=proved.boundary,
        date=clock.show(proved.boundary, convention),
        bound_boundary=proved.bound,
        bound=clock.show(proved.bound, convention),
        proof=proved.proof,
        bound_by=proved.bound_by,
        evidence=evidence(found, proved.milestone),
        span=span,
        baselines=baseline_deltas(plan, clock, proved.milestone, proved.boundary),
        lexicographic=None if later is None else clock.show(later, convention),
    )


_KINDS: dict[type, Literal["activity", "milestone", "hammock"]] = {
    Activity: "activity",
    Milestone: "milestone",
    Hammock: "hammock",
}


def _rows(plan: Plan, clock: Clock, found: Earliest, schedule: Schedule, asked: Sequence[str]) -> tuple[RowDate, ...]:
    """Return the schedule as a reader sees it, in the order of the plan."""
    slips = {name: floats(found, name) for name in asked}
    free = free_floats(found, [item.id for item in (*plan.activities, *plan.milestones)])
    rows = []
    for position in schedule.positions:
        item = plan.items[position.id]
        if isinstance(item, Milestone):
            start = finish = clock.show(position.start, item.shown)
        else:
            start = clock.show(position.start, "opens")
            finish = clock.show(position.finish, "closes")
        # Floats are counted from the earliest position; an item placed late has used some of it.
        moved = 0 if isinstance(item, Hammock) else position.start - found.position(item.id)[0]
        rows.append(
            RowDate(
                id=item.id,
                name=item.title,
                kind=_KINDS[type(item)],
                phase=item.phase,
                start=start,
                finish=finish,
                working_days=position.finish - position.start,
                float_wd={name: _less(slips[name].get(item.id), moved) for name in asked},
                free_float_wd=_less(free.get(item.id), moved),
            )
        )
    return tuple(rows)


def _less(slip: int | None, moved: int) -> int | None:
    """Return what is left of a slip once an item has moved."""
    return None if slip is None else max(0, slip - moved)


def _notes(plan: Plan, search: Search) -> tuple[str, ...]:
    """Return what a reader must know beside the dates."""
    notes = [f"more than one scenario sets the same thing: {overlap}" for overlap in plan.settings.overlaps]
    if plan.settings.hindsight:
        notes.append("hindsight: sources later than the plan's knowledge are admitted")
    if search.network.uses_capacity:
        notes.append("floats, chains, bindings and spans leave capacity out: they are those of the network's lower bound")
    return (*notes, *search.notes)
