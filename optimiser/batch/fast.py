"""Combinations without a solver: all rows that share a network are columns of one vectorised forward pass.

What a column cannot hold parts rows into sheets: the scenario stack, the base calendar, the unit of a length. Exact
wherever no capacity is on; rows with capacity are left to `optimiser.batch.solved`.
"""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.assumptions import Changes
from models.duration import Duration, Value
from models.faults import PlanFaultsError
from models.plan import Plan
from models.rules import Capacity
from optimiser.batch.axes import AxisValue
from optimiser.batch.drops import binding_rules
from optimiser.batch.job import Job, changed
from optimiser.batch.results import LONGEST_PATH, Found
from optimiser.clock import Clock, clock_of
from optimiser.critical import Columns, Evaluated, Network, compile_network, evaluate
from optimiser.errors import BeyondHorizonError
from optimiser.numbers import NONE, column_number

__all__ = ["FastPath", "SharedRows"]

_SHEETS_KEPT = 64


@dataclass(slots=True)
class SharedRows:
    """The rows that share one network.

    Attributes
    ----------
    numbers
        Assumption to the number that the network itself holds.
    days
        The day at which each boundary of each milestone is shown, as ordinals, shape ``(milestones, size + 1)``.
    """

    plan: Plan
    clock: Clock
    network: Network
    nodes: list[int]
    numbers: dict[str, int]
    days: NDArray[np.int32]
    capacities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _ValueColumns:
    """What one value of an axis sets, as columns hold it.

    Attributes
    ----------
    numbers, switches
        Assumption to number, rule to truth.
    shape
        Everything that columns cannot hold: rows of one sheet have the same.
    """

    numbers: dict[str, int]
    switches: dict[str, bool]
    shape: tuple[str, ...]


class FastPath:
    """Computes rows of a job as columns.

    Parameters
    ----------
    job
        What is computed.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        # Readings give way to what is set by name, as within one scenario.
        kinds = ("scenario", "reading", "calendar", "assumption", "rule", "capacity", "confidence")
        self._order = sorted(range(len(job.axes)), key=lambda place: kinds.index(job.axes[place].kind))
        self._settings = [[self._read(value) for value in axis.values] for axis in job.axes]
        self._shapes = []
        for settings in self._settings:
            known: dict[tuple[str, ...], int] = {}
            numbered = [known.setdefault(entry.shape, len(known)) for entry in settings]
            self._shapes.append(np.array(numbered, dtype=np.int64))
        self._sheets: OrderedDict[tuple[int, ...], SharedRows | None] = OrderedDict()
        self._misfits: dict[tuple[int, ...], str | None] = {}

    # -- what values set ---------------------------------------------------------------------------------------------

    def _changes(self, value: AxisValue) -> Changes:
        """Return what a value sets, a reading answered."""
        if value.reading is None:
            return value.changes
        name, option = value.reading
        reading = next(entry for entry in self.job.plan.readings if entry.id == name)
        chosen = reading.option(option)
        assert chosen is not None
        return chosen.changes

    def _read(self, value: AxisValue) -> _ValueColumns:
        """Return what a value of an axis sets."""
        changes = self._changes(value)
        numbers: dict[str, int] = {}
        shape: list[str] = [] if value.stack is None else [f"stack {value.stack}"]
        for name, given in changes.assumptions.items():
            number = column_number(given)
            numbers[name] = NONE if number is None else number
            shape.append(f"{name} {_unit(given)}")
        if changes.calendar:
            shape.append(f"calendar {changes.calendar}")
        return _ValueColumns(numbers, dict(changes.rules), tuple(shape))

    # -- rows --------------------------------------------------------------------------------------------------------

    def compute(self, found: Found) -> NDArray[np.int64]:
        """Fill in what can be said of rows without a solver.

        Parameters
        ----------
        found
            Rows and places; the rest is filled in.

        Returns
        -------
        ndarray
            Positions, in ``found``, of the rows left to the solver.
        """
        self._refuse_misfits(found)
        sampled = np.zeros(len(found.rows), dtype=np.bool_)
        for place, axis in enumerate(self.job.axes):
            sampled |= np.array([value.confidence is not None for value in axis.values])[found.places[:, place]]
        sound = np.flatnonzero((found.status == 0) & ~sampled)
        shapes = np.stack([shape[found.places[sound, place]] for place, shape in enumerate(self._shapes)], axis=1)
        each, which = np.unique(shapes, axis=0, return_inverse=True)
        left: list[NDArray[np.int64]] = [np.flatnonzero((found.status == 0) & sampled)]
        for number, key in enumerate(each):
            where = sound[which.reshape(-1) == number]
            sheet = self._sheet(tuple(key.tolist()), found.places[where[0]])
            left.append(where if sheet is None else self._sheet_rows(sheet, found, where))
        return np.sort(np.concatenate(left))

    def _refuse_misfits(self, found: Found) -> None:
        """Refuse the rows of which a value does not fit the plan, each by the first such axis."""
        contexts = [place for place, axis in enumerate(self.job.axes) if axis.kind in ("scenario", "calendar")]
        contexts += [
            place
            for place, axis in enumerate(self.job.axes)
            if axis.kind == "reading" and any(self._changes(value).calendar for value in axis.values)
        ]
        chosen = found.places[:, contexts]
        each, which = np.unique(chosen, axis=0, return_inverse=True)
        for number, context in enumerate(each):
            where = np.flatnonzero(which.reshape(-1) == number)
            held = dict(zip(contexts, context.tolist(), strict=True))
            for place in self._order:
                for position in np.unique(found.places[where, place]).tolist():
                    reason = self._misfit(held, place, position)
                    if reason is not None:
                        rows = where[(found.places[where, place] == position) & (found.status[where] == 0)]
                        found.refuse(rows, "invalid", reason)

    def _misfit(self, context: dict[int, int], place: int, position: int) -> str | None:
        """Return why a value makes no sound plan under a stack and a calendar, None where it does."""
        key = (*(number for pair in sorted(context.items()) for number in pair), place, position)
        if key not in self._misfits:
            self._misfits[key] = self._fault(context, place, position)
        return self._misfits[key]

    def _fault(self, context: dict[int, int], place: int, position: int) -> str | None:
        """Try a value on the plan, alone but for the stack and the calendar."""
        job = self.job
        row = [axis.base for axis in job.axes]
        for other, held in context.items():
            row[other] = held
        stack = job.stack(row)
        if stack.plan is None:
            return stack.reason or "the scenarios do not fit the plan"
        axis = job.axes[place]
        value = axis.values[position]
        values = [job.axes[other].values[held] for other, held in context.items() if other != place]
        if not self._doubtful(stack.plan, values, value):
            return None
        try:
            plan = changed(stack, [*values, value])
            compile_network(plan, clock_of(plan))
        except PlanFaultsError as error:
            return f"{axis.id} {value.label}: {'; '.join(fault.message for fault in error.faults)}"
        except BeyondHorizonError as error:
            return f"{axis.id} {value.label}: {'; '.join(fault.message for fault in error.faults)}"
        return None

    def _doubtful(self, plan: Plan, context: Sequence[AxisValue], value: AxisValue) -> bool:
        """Say whether a value could fail to fit: whether it is more than switches, lengths of the unit held, and days covered."""
        changes = self._changes(value)
        if changes.calendar or value.stack is not None:
            return True
        calendars = [each for entry in context if (each := self._changes(entry).calendar)]
        covers = plan.calendars_by_id[calendars[-1] if calendars else plan.calendar].covers
        for name, given in changes.assumptions.items():
            held = plan.values[name]
            if isinstance(given, Duration):
                fits = isinstance(held, Duration) and given.unit == held.unit and given.amount >= 0
            elif isinstance(given, dt.date):
                fits = covers.first <= given <= covers.last and (held is None or isinstance(held, dt.date))
            else:
                fits = isinstance(given, bool) or (given is None and isinstance(held, dt.date))
            if not fits:
                return True
        return False

    # -- sheets ------------------------------------------------------------------------------------------------------

    def _sheet(self, key: tuple[int, ...], place: NDArray[np.int64]) -> SharedRows | None:
        """Return the network of a sheet; None where even it cannot be made, so that rows are taken one by one."""
        if key not in self._sheets:
            try:
                plan = self.job.row_plan(place.tolist())
                self._sheets[key] = self._compiled(plan)
            except (PlanFaultsError, BeyondHorizonError):
                self._sheets[key] = None
            if len(self._sheets) > _SHEETS_KEPT:
                self._sheets.popitem(last=False)
        return self._sheets[key]

    def _compiled(self, plan: Plan) -> SharedRows:
        clock = clock_of(plan)
        network = compile_network(plan, clock)
        nodes = [network.nodes[name, "start"] for name in self.job.milestones]
        days = np.stack([_shown(clock, network, node) for node in nodes])
        numbers = {name: NONE if (number := column_number(value)) is None else number for name, value in plan.values.items()}
        capacities = tuple(rule.id for rule in plan.rules if isinstance(rule, Capacity))
        return SharedRows(plan, clock, network, nodes, numbers, days, capacities)

    def columns(self, sheet: SharedRows, places: NDArray[np.int64]) -> Columns:
        """Return the columns of rows of one sheet; what does not vary there and is as in the network has none.

        Parameters
        ----------
        places
            Positions on the axes, shape ``(rows, axes)``.
        """
        numbers: dict[str, NDArray[np.int64]] = {}
        switches: dict[str, NDArray[np.bool_]] = {}
        for place in self._order:
            settings = self._settings[place]
            positions = places[:, place]
            for name in dict.fromkeys(name for entry in settings for name in entry.numbers):
                each = np.array([entry.numbers.get(name, 0) for entry in settings], dtype=np.int64)
                numbers[name] = each[positions]
            for name in dict.fromkeys(name for entry in settings for name in entry.switches):
                truths = np.array([entry.switches.get(name, False) for entry in settings])
                switches[name] = truths[positions]
        values = {name: column for name, column in numbers.items() if np.any(column != sheet.numbers[name])}
        turned = {name: column for name, column in switches.items() if np.any(column != sheet.network.enabled[name])}
        return Columns(len(places), values, turned)

    def _sheet_rows(self, sheet: SharedRows, found: Found, where: NDArray[np.int64]) -> NDArray[np.int64]:
        """Fill in the rows of one sheet; return its rows with capacity on."""
        columns = self.columns(sheet, found.places[where])
        crowded = np.zeros(len(where), dtype=np.bool_)
        for name in sheet.capacities:
            crowded |= columns.switches.get(name, np.full(len(where), sheet.network.enabled[name]))
        if crowded.any():
            left, where = where[crowded], where[~crowded]
            if not len(where):
                return left
            columns = self.columns(sheet, found.places[where])
        else:
            left = where[:0]
        evaluated = evaluate(sheet.network, columns)
        dated = self._dated(sheet, evaluated, columns, found, where)
        proof = found.texts.number(LONGEST_PATH) if "proof" in self.job.grid.report else 0
        for number, node in enumerate(sheet.nodes):
            found.dates[number, where[dated]] = sheet.days[number][evaluated.values[node, dated]]
            found.proofs[number, where[dated]] = proof
        if "binding" in self.job.grid.report and dated.any():
            kept = np.flatnonzero(dated)
            for number, names in enumerate(binding_rules(sheet.network, columns, evaluated, sheet.nodes, kept)):
                texts = [found.texts.number(";".join(each)) for each in names.sets]
                found.bindings[number, where[kept]] = np.array(texts, dtype=np.int32)[names.which]
        return left

    def _dated(
        self, sheet: SharedRows, evaluated: Evaluated, columns: Columns, found: Found, where: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Say which rows have dates, and of the others why not."""
        network, limit = sheet.network, sheet.clock.limit
        late: NDArray[np.bool_] = np.any(evaluated.values > limit, axis=0)
        infeasible = evaluated.infeasible
        if not (late.any() or infeasible.any()):
            return np.ones(len(where), dtype=np.bool_)
        waiting = infeasible.copy()
        for ceiling in network.ceilings:
            broken = _broken(sheet, ceiling.node, ceiling.rule, ceiling.boundary, ceiling.slots, evaluated, columns) & waiting
            item = network.points[ceiling.node].item
            found.refuse(where[broken], "infeasible", f"{item} cannot be as early as {ceiling.rule} demands")
            waiting &= ~broken
        order = [node for component in network.order for node in component]
        for node in order:
            if not waiting.any():
                break
            exhausted = (evaluated.values[node] >= network.never) & waiting
            if exhausted.any():
                item = network.points[node].item
                found.refuse(where[exhausted], "infeasible", f"{item} waits for an occasion that never comes")
                waiting &= ~exhausted
        waiting = late & ~infeasible
        for component in network.order:
            for node in component:
                off = (evaluated.values[node] > limit) & waiting
                if off.any():
                    reason = f"{network.points[node].item} falls after the horizon or the last day that the calendar covers"
                    found.refuse(where[off], "beyond", f"{reason}, {sheet.clock.calendar.covers.last}")
                    if len(component) > 1:
                        endless = self._endless(sheet, component, evaluated, columns, found.places[where], np.flatnonzero(off))
                        item = network.points[node].item
                        found.refuse(where[endless], "infeasible", f"rules in a circle push {item} on at every date")
                    waiting &= ~off
        dated: NDArray[np.bool_] = ~(late | infeasible)
        return dated

    def _endless(
        self,
        sheet: SharedRows,
        component: Sequence[int],
        evaluated: Evaluated,
        columns: Columns,
        places: NDArray[np.int64],
        off: NDArray[np.int64],
    ) -> NDArray[np.int64]:
        """Return which of the samples that run off the axis in a component do so because its rules push in a circle.

        What comes into the component and what is set inside decides; samples alike in both are tried once.
        """
        from optimiser.critical import earliest_times

        network = sheet.network
        inside = set(component)
        arcs = [arc for arc in network.arcs if arc.target in inside]
        quorums = [quorum for quorum in network.quorums if quorum.target in inside]
        sources = {arc.source for arc in arcs} | {source for quorum in quorums for source in quorum.sources}
        deciding = [np.zeros(len(off), dtype=np.int64), *(evaluated.values[node, off] for node in sorted(sources - inside))]
        named = {name for arc in arcs for name in (*arc.names, *arc.switches, arc.rule)}
        named |= {name for quorum in quorums for name in (*quorum.slots, *quorum.count_slots, quorum.rule)}
        named |= {name for floor in network.floors if floor.node in inside for name in (*floor.slots, floor.rule)}
        named |= {network.switch_slots[name] for name in named if name in network.switch_slots}
        for held in (columns.values, columns.switches):
            deciding += [column[off].astype(np.int64) for name, column in held.items() if name in named]
        alike = np.stack(deciding, axis=1)
        _, first, which = np.unique(alike, axis=0, return_index=True, return_inverse=True)
        endless = np.zeros(len(first), dtype=np.bool_)
        for number, sample in enumerate(off[first].tolist()):
            plan = self.job.row_plan(places[sample].tolist())
            endless[number] = earliest_times(compile_network(plan, clock_of(plan))).status == "infeasible"
        return off[endless[which.reshape(-1)]]


def _unit(value: Value) -> str:
    """Return the kind of an assumption's value, a length by its unit."""
    if isinstance(value, Duration):
        return value.unit
    if value is None or isinstance(value, dt.date):
        return "date"
    return type(value).__name__


def _shown(clock: Clock, network: Network, node: int) -> NDArray[np.int32]:
    """Return the day at which each boundary of a node is shown, as ordinals."""
    convention = network.plan.convention(network.points[node])
    return clock.shown(np.arange(clock.size + 1, dtype=np.int64), convention).astype(np.int32)


def _broken(
    sheet: SharedRows,
    node: int,
    rule: str,
    boundary: int | None,
    slots: Sequence[str],
    evaluated: Evaluated,
    columns: Columns,
) -> NDArray[np.bool_]:
    """Say in which rows a latest date is broken."""
    network = sheet.network
    on = columns.switches.get(rule)
    if on is None and rule in network.switch_slots and network.switch_slots[rule] in columns.values:
        on = columns.values[network.switch_slots[rule]].astype(np.bool_)
    if on is None:
        on = np.full(columns.samples, network.enabled[rule])
    slot = next((slot for slot in reversed(slots) if slot in columns.values), None)
    value = evaluated.values[node]
    if slot is None:
        return on & (value > boundary) if boundary is not None else np.zeros_like(on)
    days = columns.values[slot]
    held = network.all_stated(days, node, "ceiling")
    broken: NDArray[np.bool_] = on & (days != NONE) & (value > held)
    return broken
