"""What an answer was changed by, from what to what, each date before and after, and why a date stays where it is.

The changes are the differences between two plans. A change that leaves a milestone alone is followed in the network: how
much later what it bears on could be before the milestone moves, before and after; and in which answers to the readings, or
with which rule put on, the dates with and without the changes would part.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from models.assumptions import Changes, Option, Reading
from models.changes import DateChange, LetThrough, Overruled, TakenUp, Unmoved, ValueChange, WhatIf
from models.duration import Duration, print_value
from models.findings import ProofClass
from models.items import Activity
from models.outcome import Outcome, Solved
from models.plan import DURATION_PREFIX, Plan
from models.rules import Point, Rule
from models.scenario import Scenario
from optimiser.clock import Clock
from optimiser.critical import Earliest, Evaluated
from optimiser.encoding import Limits
from optimiser.errors import BeyondHorizonError
from optimiser.inputs import ABSENT, differences, inputs_of
from optimiser.numbers import column_number, entry_of, own_value, stated_column, users
from optimiser.reading.load import LoadedPlan
from optimiser.solve.between import DateRange, Deadline, between
from optimiser.solve.orders import attained, latest_pushed
from optimiser.solve.problem import Problem
from optimiser.solve.spans import columnar, with_changes
from optimiser.solve.variant import Variant, evaluate_variants

__all__ = ["dated_ranges", "ranges_of", "what_if"]

MOST_RULES = 200
"""Rules that are off, tried one by one as what keeps a change away."""


def what_if(
    loaded: LoadedPlan,
    milestones: Sequence[str],
    ranges: Mapping[str, DateRange] | None = None,
    *,
    limits: Limits | None = None,
) -> WhatIf | None:
    """Return what was changed and what became of each date; None where nothing was changed.

    Parameters
    ----------
    loaded
        The plan as changed, and what it was changed from.
    milestones
        Whose dates are told.
    ranges
        Where the milestones lie with the changes, as far as the answer has found it; searched where it has not.
    limits
        Of the search for the dates that are not known.
    """
    if loaded.plan is loaded.before:
        return None
    changes, added, removed = _changes(loaded)
    overruled = tuple(_overruled(loaded))
    deadline = Deadline(limits or Limits())
    ways = tuple(_ways(loaded))
    before = _PlanSide(loaded.before, {}, deadline, ways)
    after = _PlanSide(loaded.plan, dict(ranges or {}), deadline, ways)
    dates = tuple(_date(before, after, name) for name in milestones)
    stay = [change.milestone for change in dates if change.before is not None and change.before == change.after]
    notes = [f"{said}: {side.trouble}" for said, side in (("before", before), ("after", after)) if side.trouble]
    return WhatIf(
        plan=loaded.plan.id,
        scenarios={entry.id: entry.title for entry in loaded.scenarios},
        choices=loaded.choices is not None,
        changes=tuple(changes),
        added=added,
        removed=removed,
        overruled=overruled,
        dates=dates,
        unmoved=tuple(_unmoved(loaded, before, after, milestone, changes) for milestone in stay),
        notes=tuple(notes),
    )


def ranges_of(outcome: Outcome, plan: Plan) -> dict[str, DateRange]:
    """Return where an outcome has the milestones of its plan."""
    if not isinstance(outcome, Solved):
        return {}
    held = outcome.schedule.by_id
    values: list[int] = []
    for activity in plan.activities:
        values += [held[activity.id].start, held[activity.id].finish]
    values += [held[milestone.id].start for milestone in plan.milestones]
    found = {}
    for entry in outcome.milestones:
        reached = held[entry.id].start == entry.boundary
        method = "CP-SAT" if entry.proof == "solver" else "closed form"
        found[entry.id] = DateRange(entry.bound_boundary, entry.boundary, values if reached else None, method)  # type: ignore[arg-type]
    return found


def dated_ranges(plan: Plan, dates: Mapping[str, tuple[dt.date | None, ProofClass | None]]) -> dict[str, DateRange]:
    """Return where the milestones of a plan lie of which dates are known, with their proof; those without a date are left out."""
    clock, found = Clock(plan), {}
    for name, (date, proof) in dates.items():
        if date is not None and proof is not None:
            boundary = clock.boundary(date, plan.convention(Point(name, "start")))
            low = clock.origin if proof == "gap" else boundary
            method = "CP-SAT" if proof == "solver" else "closed form"
            found[name] = DateRange(low, boundary, None, method)  # type: ignore[arg-type]
    return found


# -- what was changed --------------------------------------------------------------------------------------------------------


def _changes(loaded: LoadedPlan) -> tuple[list[ValueChange], int, int]:
    """Return what was set differently, and how many rules and durations are in one plan only.

    What a reading sets goes with the reading, but for values, of which a planner wants the number.
    """
    plan = loaded.plan
    found = list(differences(inputs_of(loaded.before), inputs_of(plan), plan))
    answered = {change.name for change in found if change.kind == "reading"}
    options = [_of(reading, plan.choice(reading)).changes for reading in plan.readings if reading.id in answered]
    implied = {("rule", name) for changes in options for name in changes.rules}
    implied |= {("calendar", "calendar") for changes in options if changes.calendar}
    listed, added, removed = [], 0, 0
    for change in found:
        if ABSENT in (change.before, change.after):
            added, removed = added + (change.before == ABSENT), removed + (change.after == ABSENT)
        elif change.kind not in ("plan", "scenarios") and (change.kind, change.name) not in implied:
            listed.append(change.model_copy(update=_told(loaded, change)))
    return listed, added, removed


def _told(loaded: LoadedPlan, change: ValueChange) -> dict[str, object]:
    """Return what else there is to say of a change: whose it is, how it was asked for, what an option says."""
    plan = loaded.plan
    update: dict[str, object] = {"by": _by(loaded, change)}
    if change.kind == "assumption" and change.name in loaded.asked:
        setting = loaded.asked[change.name]
        update |= {"asked": setting.asked, "rounded": setting.rounded}
    if change.kind in ("rule", "capacity"):
        (one, *numbers), (other, *others) = change.before.split(" ", 1), change.after.split(" ", 1)
        update |= {"before": one, "after": other} if numbers == others else {}
    if change.kind == "duration":
        update |= {"before": _length(loaded.before, change.name), "after": _length(plan, change.name)}
    if change.kind == "reading":
        reading = next(entry for entry in plan.readings if entry.id == change.name)
        options = {option.id: option.title for option in reading.options}
        update |= {"said_before": options.get(change.before), "said_after": options.get(change.after)}
        named = dict.fromkeys(name for option in reading.options for name in option.changes.assumptions)
        touched = dict.fromkeys(name for option in reading.options for name in option.changes.rules)
        update["touches"] = tuple(dict.fromkeys([*touched, *(each for name in named for each in users(plan, name))]))
    return update


def _length(plan: Plan, name: str) -> str:
    """Return the length of a ``duration:ITEM``, or that it is off."""
    activity = entry_of(plan, name)
    assert isinstance(activity, Activity)
    return str(plan.duration(activity.duration)) if plan.switch(activity.enabled) else "off"


def _by(loaded: LoadedPlan, change: ValueChange) -> str | None:
    """Return the option or scenario that a change is due to: the last that names it, or a reading that sets it."""
    steps = [(entry.id, entry) for entry in (() if loaded.choices else loaded.scenarios)]
    steps += [("", loaded.choices)] if loaded.choices else []
    for name, scenario in reversed(steps):
        if any(kind == change.kind and named == change.name for kind, named, _ in _said(scenario)):
            return name or loaded.origins.get(change.name, _OPTIONS.get(change.kind))
    for name, scenario in reversed(steps):
        for reading, option in scenario.readings.items():
            changes = _of(next(entry for entry in loaded.plan.readings if entry.id == reading), option).changes
            if change.name in changes.assumptions or change.name in changes.rules:
                return name or f"reading {reading}"
    return None


_OPTIONS = {
    "assumption": "--set",
    "reading": "--reading",
    "rule": "--release",
    "capacity": "--release",
    "duration": "--release",
}


def _of(reading: Reading, name: str) -> Option:
    option = reading.option(name)
    assert option is not None, f"a plan chooses among the options of {reading.id}"
    return option


def _said(scenario: Scenario) -> Iterator[tuple[str, str, str]]:
    """Yield everything that a scenario names: its kind among changes, its name, and its value as printed."""
    for name, option in scenario.readings.items():
        yield "reading", name, option
    for name, value in scenario.assumptions.items():
        yield "assumption", name, print_value(value)
    for name, on in scenario.rules.items():
        state = "on" if on else "off"
        for kind in ("duration",) if name.startswith(DURATION_PREFIX) else ("rule", "capacity", "parties"):
            yield kind, name, state
    if scenario.calendar:
        yield "calendar", "calendar", scenario.calendar


def _overruled(loaded: LoadedPlan) -> Iterator[Overruled]:
    """Yield what an earlier scenario says by name, or by a reading it answers, and a later one or a choice says otherwise."""
    readings = {reading.id: reading for reading in loaded.plan.readings}
    titles = {(entry.kind, entry.name): entry.title for entry in inputs_of(loaded.plan).stated}
    steps = [(entry.id, entry) for entry in loaded.scenarios]
    steps += [("", loaded.choices)] if loaded.choices else []
    known: dict[tuple[str, str], tuple[str, str]] = {}
    for label, scenario in steps:
        said = {(kind, name): value for kind, name, value in _said(scenario)}
        for reading, option in scenario.readings.items():
            found = _of(readings[reading], option).changes
            said = {("assumption", name): print_value(value) for name, value in found.assumptions.items()} | said
        for key, value in said.items():
            by = label or loaded.origins.get(key[1], _OPTIONS.get(key[0], "a single choice"))
            if key in titles and key in known and known[key][0] != value:
                kind, name = key
                yield Overruled(
                    kind=kind,
                    name=name,
                    title=titles[key],
                    value=known[key][0],
                    by=known[key][1],
                    then=value,
                    then_by=by,
                )
            known[key] = value, by


# -- before and after --------------------------------------------------------------------------------------------------------


@dataclass
class _PlanSide:
    """A plan on one side of the changes, and what is found of it."""

    plan: Plan
    ranges: dict[str, DateRange]
    deadline: Deadline
    ways: Sequence[_Way]
    _passes: dict[str, Earliest | None] = field(default_factory=dict)
    _others: dict[int, _PlanSide | None] = field(default_factory=dict)

    @cached_property
    def problem(self) -> Problem:
        """The plan, ready to be asked."""
        return Problem.of(self.plan)

    @property
    def trouble(self) -> str | None:
        """Why there are no dates, where that needs no search."""
        status = self.problem.earliest.status
        return {"infeasible": "no schedule meets every rule", "beyond": "a date runs off the days that are covered"}.get(status)

    def range(self, milestone: str) -> DateRange:
        """Return where a milestone lies."""
        if milestone not in self.ranges:
            known = [found.schedule for found in self.ranges.values() if found.schedule is not None]
            self.ranges[milestone] = between(self.problem, milestone, deadline=self.deadline, known=known)
        return self.ranges[milestone]

    def day(self, milestone: str, boundary: int | None) -> dt.date | None:
        """Return the day at which a boundary of a milestone is shown; None off the axis."""
        clock = self.problem.clock
        if boundary is None or boundary > clock.limit:
            return None
        return clock.show(boundary, self.plan.convention(Point(milestone, "start")))

    def date(self, milestone: str) -> tuple[dt.date | None, ProofClass | None]:
        """Return a milestone's date, and how it is proved."""
        if milestone not in self.problem.network.plan.items:
            return None, None
        found = self.range(milestone)
        shown = self.day(milestone, found.high)
        return shown, None if shown is None else found.proof

    def reasons(self, milestone: str) -> Earliest | None:
        """Return the forward pass in which a milestone is at its date; None where no schedule is known."""
        if milestone not in self._passes:
            problem = self.problem
            if not problem.pools or not problem.leads(milestone):
                self._passes[milestone] = problem.earliest
            else:
                schedule = self.range(milestone).schedule
                self._passes[milestone] = None if schedule is None else attained(problem, schedule)
        return self._passes[milestone]

    def date_in(self, place: int, milestone: str) -> dt.date | None:
        """Return a milestone's date in one of the ways; of a plan with capacity upstream, a date that it is not before."""
        evaluated, samples = self._in_ways
        if place in samples:
            sample = samples[place]
            return None if evaluated.infeasible[sample] else self.day(milestone, int(evaluated.of(milestone)[sample]))
        other = self._alone(place)
        return (
            None
            if other is None or other.trouble
            else other.day(milestone, other.problem.earliest.values[other.problem.node(milestone)])
        )

    @cached_property
    def _in_ways(self) -> tuple[Evaluated, dict[int, int]]:
        """The ways that differ in what a column can hold, all at once, and the sample of each."""
        network, samples = self.problem.network, {}
        variants: list[Variant] = []
        for place, way in enumerate(self.ways):
            if way.reading is not None and not columnar(self.plan, way.reading):
                continue
            rules = {name: on for name, on in way.changes.rules.items() if name in network.enabled}
            off, on = (tuple(name for name, state in rules.items() if state is wanted) for wanted in (False, True))
            numbers = {name: column_number(value) for name, value in way.changes.assumptions.items()}
            samples[place] = len(variants)
            variants.append(Variant(off, numbers, on))
        return evaluate_variants(network, variants), samples

    def _alone(self, place: int) -> _PlanSide | None:
        """Return the plan in a way that takes a network of its own; None where its dates run off the calendar."""
        if place not in self._others:
            plan = with_changes(self.plan, self.ways[place].changes)
            side = _PlanSide(plan, {}, self.deadline, ())
            try:
                _ = side.problem
            except BeyondHorizonError:
                self._others[place] = None
            else:
                self._others[place] = side
        return self._others[place]


def _date(before: _PlanSide, after: _PlanSide, milestone: str) -> DateChange:
    """Return a milestone's date before and after; working days are those of the calendar after the changes."""
    old, proof_before = before.date(milestone)
    new, proof_after = after.date(milestone)
    working = None
    if old is not None and new is not None:
        clock, convention = after.problem.clock, after.plan.convention(Point(milestone, "start"))
        try:
            working = clock.boundary(new, convention) - clock.boundary(old, convention)
        except BeyondHorizonError:
            working = None
    return DateChange(
        milestone=milestone,
        before=old,
        after=new,
        calendar_days=(new - old).days if old is not None and new is not None else None,
        working_days=working,
        proof_before=proof_before,
        proof_after=proof_after,
    )


# -- why a date stays --------------------------------------------------------------------------------------------------------


def _unmoved(
    loaded: LoadedPlan, before: _PlanSide, after: _PlanSide, milestone: str, changes: Sequence[ValueChange]
) -> Unmoved:
    """Return why the changes leave a milestone where it is."""
    taken = tuple(_taken_up(before, after, milestone, change) for change in changes if change.touches)
    through = tuple(_let_through(loaded, before, after, milestone))
    return Unmoved(milestone=milestone, taken_up=taken, let_through=through)


def _taken_up(before: _PlanSide, after: _PlanSide, milestone: str, change: ValueChange) -> TakenUp:
    """Return what a change comes to on its way to a milestone."""
    common = {"kind": change.kind, "name": change.name}
    found = [_slacks(side, milestone, change.touches) for side in (before, after)]
    if all(slacks is not None and not slacks for slacks in found):
        return TakenUp(**common, leads=False)  # type: ignore[arg-type]
    old, new = ({} if slacks is None else slacks for slacks in found)
    holder = min(new or old, key=lambda name: (new or old)[name], default=None)
    return TakenUp(
        **common,  # type: ignore[arg-type]
        leads=True,
        holder=holder,
        holder_title=None if holder is None else entry_of(after.plan, holder).title,
        slack_before_wd=old.get(holder) if holder else None,
        slack_after_wd=new.get(holder) if holder else None,
        in_order=any(side.problem.pools and side.problem.leads(milestone) for side in (before, after)),
    )


def _slacks(side: _PlanSide, milestone: str, names: Sequence[str]) -> dict[str, int] | None:
    """Return how much later what rules and durations hold could be before a milestone moves, of those that lead to it.

    None where no schedule is known, or work that leads to it holds a capacity of that name: how long it waits for that, no
    inequality says.
    """
    found, problem = side.reasons(milestone), side.problem
    leads, live = problem.reaching(milestone), [name for name in names if problem.network.enabled.get(name, False)]
    held = (item for pool in problem.pools if pool.rule in live for item in pool.demand)
    if found is None or found.status != "feasible" or any(leads[problem.network.item_nodes(item)[1]] for item in held):
        return None
    lengths = {name for name in live if _in_working_days(found, name)}
    slacks = {name: slack for name in lengths if (slack := _longer(found, milestone, name)) is not None}
    pushes = [(name, node, value) for name, node, value in _pushes(found, set(live) - lengths) if leads[node]]
    free = [name if name.startswith(DURATION_PREFIX) else None for name, _, _ in pushes]
    late = latest_pushed(found, milestone, [(node, name) for (_, node, _), name in zip(pushes, free, strict=True)])
    for (name, _, value), last in zip(pushes, late, strict=True):
        if last < problem.clock.limit:  # what moves nothing however late it is leads nowhere
            slacks[name] = min(last - value, slacks.get(name, last - value))
    return slacks


def _in_working_days(found: Earliest, name: str) -> bool:
    """Return whether a name is of a duration, and that in working days."""
    if not name.startswith(DURATION_PREFIX):
        return False
    length = own_value(found.network.plan, name)
    return isinstance(length, Duration) and length.unit == "wd"


def _longer(found: Earliest, milestone: str, name: str) -> int | None:
    """Return how many working days longer a duration may be before a milestone is later; None where it may be so without end.

    The length itself is changed: where something else pushes the finish, more of it draws the start forward.
    """
    network = found.network
    target, stated = network.nodes[milestone, "start"], stated_column(network.plan, name)

    def stays(more: int) -> bool:
        longer = evaluate_variants(network, [Variant(values={name: stated + more})])
        return not longer.infeasible[0] and int(longer.values[target, 0]) <= found.values[target]

    low, high = 0, network.clock.limit - network.clock.origin
    if stays(high):
        return None
    while low < high - 1:
        middle = (low + high) // 2
        low, high = (middle, high) if stays(middle) else (low, middle)
    return low


def _pushes(found: Earliest, names: set[str]) -> Iterator[tuple[str, int, int]]:
    """Yield to where some rules and durations push nodes: the name, the node and the boundary."""
    network, values = found.network, found.values
    for arc in network.arcs:
        if arc.rule in names and arc.source != arc.target and not arc.mirrored:
            yield arc.rule, arc.target, arc.family.at(values[arc.source], arc.amount)
    for floor in network.floors:
        if floor.rule in names and floor.boundary is not None:
            yield floor.rule, floor.node, floor.boundary
    for quorum in network.quorums:
        if quorum.rule in names:
            pairs = zip(quorum.sources, quorum.families, strict=True)
            reached = sorted(family.at(values[source], quorum.amount) for source, family in pairs)
            yield quorum.rule, quorum.target, reached[quorum.count - 1]


@dataclass(frozen=True)
class _Way:
    """Another answer to a reading, or a rule that is off put on: what it sets, the reading and its option, or the rule."""

    changes: Changes
    reading: Reading | None = None
    option: Option | None = None
    rule: Rule | None = None


def _let_through(loaded: LoadedPlan, before: _PlanSide, after: _PlanSide, milestone: str) -> Iterator[LetThrough]:
    """Yield the ways in which a milestone would not be where it is without the changes.

    Where work that holds capacity leads to it, the dates of the ways are bounds; that a change comes through is then shown by
    one after the date.
    """
    exact = not any(side.problem.pools and side.problem.leads(milestone) for side in (before, after))
    now = after.date(milestone)[0]
    for place, way in enumerate(after.ways):
        old, new = before.date_in(place, milestone), after.date_in(place, milestone)
        if old == new or (not exact and (new is None or now is None or new <= now)):
            continue
        known = way.reading or way.rule
        assert known is not None
        yield LetThrough(
            kind="reading" if way.reading else "rule",
            name=known.id,
            title=way.reading.question if way.reading else way.rule.title,  # type: ignore[union-attr]
            option=way.option.id if way.option else None,
            option_title=way.option.title if way.option else None,
            instead_of=loaded.plan.choice(way.reading) if way.reading else None,
            before=old,
            after=new,
            exact=exact,
        )


def _ways(loaded: LoadedPlan) -> Iterator[_Way]:
    """Yield the other answers to readings, cut to what no change has set, and the rules that are off and that none switches."""
    plan = loaded.plan
    steps = [loaded.choices] if loaded.choices else loaded.scenarios
    fixed = {name for scenario in steps for _, name, _ in _said(scenario)}
    switched: set[str] = set(fixed)
    for reading in plan.readings:
        switched |= {name for option in reading.options for name in option.changes.rules}
        for option in reading.options:
            if reading.id in fixed or option.id == plan.choice(reading):
                continue
            values = {name: value for name, value in option.changes.assumptions.items() if name not in fixed}
            rules = {name: on for name, on in option.changes.rules.items() if name not in fixed}
            yield _Way(Changes(assumptions=values, rules=rules, calendar=option.changes.calendar), reading, option)
    off = [rule for rule in plan.rules if not plan.switch(rule.enabled) and rule.id not in switched]
    for rule in off[:MOST_RULES]:
        yield _Way(Changes(rules={rule.id: True}), rule=rule)
