"""A plan and its register made ready to be sampled: which chances there are, and the columns that they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.duration import Duration
from models.items import Activity
from models.plan import DURATION_PREFIX, Plan
from models.policies import Policy
from models.provenance import Basis
from models.risk import Driver, Impact, Lever, Range, Register, Risk, Spread
from models.rules import Capacity, Point
from optimiser.clock import Convention, clock_of
from optimiser.critical import Network, compile_network
from optimiser.critical.backward import reaches
from optimiser.numbers import NONE, column_number, own_value, senses
from optimiser.robust.actions import levers_of
from optimiser.robust.buffers import buffer_slots, without_buffers
from optimiser.robust.quantity import Quantity, capacity_slots, find_quantity
from optimiser.robust.remaining import RestOfWork, certain_risks, past_slots, rests, scaled
from optimiser.robust.shapes import (
    FACTOR_STEP,
    Lattice,
    Threesome,
    delay_of,
    distribution,
    end_of,
    own_range,
    rated_range,
)

__all__ = ["Case", "Chance", "ChanceKind", "Model", "Threesome"]

Numbers = NDArray[np.float64]
Amounts = NDArray[np.int64]
Flags = NDArray[np.bool_]
ChanceKind = Literal["range", "driver", "risk", "reading"]


@dataclass(frozen=True, slots=True)
class Chance:
    """One thing that may come otherwise.

    Attributes
    ----------
    slots
        The columns that it moves.
    dimensions
        Rows of the uniform variates: the size, then for a driver or risk whether it happens.
    """

    id: str
    title: str
    kind: ChanceKind
    basis: Basis
    raid: tuple[str, ...]
    slots: tuple[str, ...]
    dimensions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """How one run of the simulation differs from the plan and the register as they are.

    Attributes
    ----------
    closed
        Chances that do not vary: a range at its likely value, a driver or risk that does not happen.
    shape
        The shape of every range that has a low, a likely and a high; the register's own where None.
    rho
        The correlation in every group; the register's own where None.
    base
        Values of assumptions other than the plan's: one for all samples, or a column.
    switches
        Of rules, likewise.
    levers
        Lever to the steps pulled.
    pools
        Distributions that replace an assumption's range.
    policy
        By which whoever queues for a capacity is served; a lever that is an order of service wins over it.
    """

    closed: frozenset[str] = frozenset()
    shape: Threesome | None = None
    rho: float | None = None
    base: Mapping[str, int | Amounts] = field(default_factory=dict)
    switches: Mapping[str, bool | Flags] = field(default_factory=dict)
    levers: Mapping[str, int] = field(default_factory=dict)
    pools: Mapping[str, Lattice] = field(default_factory=dict)
    policy: Policy = "first-ready"


class Model:
    """A plan with its register.

    Parameters
    ----------
    plan
        With its scenarios applied.
    register
        Sound for this plan; None where nothing but the plan's own ranges is uncertain.
    weighted
        Whether readings that have probabilities are drawn too.
    network
        Of the plan without its buffers, where there is one already.
    levers
        Besides the register's.
    opened
        Ranges besides the register's, for what claims speak of.

    Attributes
    ----------
    whole
        The plan as it was given.
    plan
        The same without its buffers: the work, which is what is simulated.
    buffers
        The slots of their lengths, on which nothing is drawn.
    chances
        In the order of the register; what the plan itself makes uncertain follows.
    dimensions
        Rows of uniform variates that a sample needs.
    notes
        What a reader must know: ranges that do not hold the plan's value.
    """

    def __init__(
        self,
        plan: Plan,
        register: Register | None,
        *,
        weighted: bool = False,
        network: Network | None = None,
        levers: Sequence[Lever] = (),
        opened: Sequence[Range] = (),
    ) -> None:
        self.whole = plan
        self.plan = plan = without_buffers(plan)
        self.buffers = buffer_slots(plan)
        self.register = register
        self.opened = tuple(opened)
        self.network = network or compile_network(plan, clock_of(plan))
        self.clock = self.network.clock
        self.quantities: dict[str, Quantity] = {}
        self.ranges: dict[str, tuple[Range, int]] = {}
        """Slot to its range and the row of its variates."""
        self.scales: dict[str, list[tuple[Driver, int]]] = {}
        """Slot to the drivers that touch it, each with the row of its factor."""
        self.strikes: dict[str, list[tuple[tuple[Risk, int], int]]] = {}
        """Slot to the impacts on it, each a risk and its place there, with the row of its size."""
        self.weights: dict[str, tuple[dict[str, float], int]] = {}
        """Reading to the probabilities of its options and the row of its variates."""
        self.probabilities: dict[str, float] = {}
        """Of drivers and risks."""
        self.rests: dict[str, RestOfWork] = rests(plan)
        """Of begun work, by the slot of its length: what is left of it."""
        self.past = past_slots(plan)
        """Slots whose numbers move no date any more."""
        self.risks: dict[str, Risk] = {}
        self.levers: dict[str, Lever] = {lever.id: lever for lever in (*levers, *levers_of(register))}
        self.pulls: dict[str, list[Lever]] = {}
        """Slot to the levers that take something off it, or add something to it."""
        self.eases: dict[tuple[str, str], list[tuple[Lever, Impact]]] = {}
        """Risk and slot to the levers that make the impact there less grave, each with what it leaves."""
        self.dimensions = 0
        self.notes: list[str] = []
        self.gone: list[str] = []
        """Ranges, drivers and risks of which nothing is left, as it is done or they are closed."""
        self._lattices: dict[tuple[object, ...], Lattice] = {}
        self._shapes: dict[str, set[str]] = {}
        self.chances: tuple[Chance, ...] = tuple(self._compile(weighted=weighted))
        gone = ", ".join(self.gone)
        self.notes += [f"left out, as what they bear on is done or they are closed: {gone}"] if gone else []
        self.notes += [
            f"'{chance.id}' finds nothing to move in {slot.removeprefix(DURATION_PREFIX)}: it is a buffer, and taken out; maybe "
            "name the link after it"
            for chance in self.chances
            for slot in sorted(self.buffers.intersection(chance.slots))
        ]
        self.following = {
            name: [self._touch(slot) for slot, rest in self.rests.items() if rest.assumption == name]
            for name in {rest.assumption or "" for rest in self.rests.values()} & self.quantities.keys()
        }
        """Assumption to the slots of begun work of which it was the length: what is left of it varies with it."""
        self.moved = {
            chance.id: frozenset((*chance.slots, *(slot for each in chance.slots for slot in self.following.get(each, ()))))
            for chance in self.chances
        }
        """Chance to the slots that it moves, what is left of begun work among them."""
        self.touching = _movers(self.moved, self.quantities)
        """Slot to the chances that move it."""
        self.by_id = {chance.id: chance for chance in self.chances}
        self.order = sorted(self.quantities, key=lambda slot: slot not in plan.values)
        """Slots, assumptions first: what refers to one takes its column."""
        self._two_way = self.network.two_way
        self._reached: dict[str, frozenset[str] | None] = {}
        self.groups = tuple(self._groups())

    # -- compiling ---------------------------------------------------------------------------------------------------

    def _row(self) -> int:
        self.dimensions += 1
        return self.dimensions - 1

    def _touch(self, name: str) -> str:
        found = find_quantity(self.plan, name)
        assert isinstance(found, Quantity), found
        if found.slot in self.rests:
            left = own_value(self.plan, found.slot)
            assert isinstance(left, Duration)
            found = replace(found, value=left, unit=left.unit, assumption=None)
        if found.slot not in self.past:
            self.quantities[found.slot] = found
        return found.slot

    def _compile(self, *, weighted: bool) -> list[Chance]:
        found: list[Chance] = []
        register = self.register
        for entry in register.ranges if register else ():
            found += self._ranged(entry)
        for driver in register.drivers if register else ():
            touched = [self._touch(name) for name in driver.touches]
            slots = tuple(slot for slot in touched if slot not in self.past)
            size, acts = self._row(), self._row()
            if not slots:
                self.gone.append(f"driver '{driver.id}'")
                continue
            self.probabilities[driver.id] = driver.probability
            for slot in slots:
                self.scales.setdefault(slot, []).append((driver, size))
            found.append(Chance(driver.id, driver.title, "driver", driver.basis, driver.raid, slots, (size, acts)))
        named = {impact.on: self._touch(impact.on) for risk in (register.risks if register else ()) for impact in risk.impacts}
        standing = certain_risks(register, self.past, named) if register else {}
        for name, risk in standing.items():
            size, acts = self._row(), self._row()
            if risk is None:
                self.gone.append(f"risk '{name}'")
                continue
            self.risks[name] = risk
            slots = tuple(named[impact.on] for impact in risk.impacts)
            self.probabilities[risk.id] = risk.probability
            for place, slot in enumerate(slots):
                self.strikes.setdefault(slot, []).append(((risk, place), size))
            found.append(Chance(risk.id, risk.title, "risk", risk.basis, risk.raid, slots, (size, acts)))
        self.levers = {name: lever for name, lever in self.levers.items() if self._pulls(lever, named)}
        for lever in self.levers.values():
            if lever.on is not None:
                self.pulls.setdefault(self._touch(lever.on), []).append(lever)
            for impact in (each for each in lever.leaves if named[each.on] not in self.past):
                self.eases.setdefault((lever.risk or "", self._touch(impact.on)), []).append((lever, impact))
        found += self._implied({chance.id for chance in found})
        if weighted:
            found += self._weighted()
        for entry in self.opened:
            found += self._ranged(entry)
        return found

    def _pulls(self, lever: Lever, named: Mapping[str, str]) -> bool:
        """Return whether a lever still pulls at anything: not at what is done, nor at a risk of which nothing is left."""
        if lever.on is not None:
            return self._touch(lever.on) not in self.past
        if lever.risk is None:
            return lever.drops is None or lever.drops not in self.past
        risk = self.risks.get(lever.risk)
        if risk is None:
            return False
        left = any(named[each.on] not in self.past for each in lever.leaves)
        return left or (lever.probability is not None and risk.state != "happened")

    def _ranged(self, entry: Range, row: int | None = None) -> list[Chance]:
        """Take in a range, unless a scenario has emptied what it is a range of."""
        row = self._row() if row is None else row
        quantity = find_quantity(self.plan, entry.of)
        assert isinstance(quantity, Quantity), quantity
        if quantity.value is None:
            self.notes.append(f"range '{entry.id}' has no effect: '{entry.of}' is none in this plan")
        slot = self._touch(entry.of)
        if slot in self.past:
            self.gone.append(f"range '{entry.id}'")
            return []
        self.ranges[slot] = (entry, row)
        self._outside(entry, slot)
        return [Chance(entry.id, entry.title or quantity.title, "range", entry.basis, entry.raid, (slot,), (row,))]

    def _implied(self, ids: set[str]) -> list[Chance]:
        """Take in the ranges of assumptions that the plan itself states, or rates, and the register leaves out."""
        ratings = {rating.rating: rating for rating in self.register.ratings} if self.register else {}
        found: list[Chance] = []
        for entry in self.plan.assumptions:
            stated = entry.low is not None or entry.high is not None
            if not stated and entry.uncertainty is None:
                continue
            row = self._row()  # whatever its value, so that two plans with one register share their draws
            if entry.id in self.ranges or isinstance(entry.value, bool) or entry.value is None:
                continue
            name = entry.id if entry.id not in ids else f"{entry.id[:58]}-range"
            if stated and entry.low != entry.high:
                found += self._ranged(own_range(entry, name), row)
            elif entry.uncertainty in ratings and isinstance(entry.value, Duration):
                found += self._ranged(rated_range(entry, name, ratings[entry.uncertainty]), row)
                if f"assumption {entry.id}" in self.plan.settings.said:
                    self.notes.append(
                        f"'{entry.id}' has a rating and no range in the register, so per cent of {entry.value}, which a scenario "
                        "sets; maybe give it a range of its own"
                    )
        return found

    def _outside(self, entry: Range, slot: str) -> None:
        """Note a range that the plan's own value lies outside of."""
        quantity = self.quantities[slot]
        if (
            slot in self.rests
            or entry.likely is not None
            or entry.values
            or entry.quantiles
            or entry.rag
            or entry.shape == "uniform"
        ):
            return
        if quantity.value is None:
            return
        base = column_number(quantity.value)
        ends = [end for end in (end_of(entry.low, base), end_of(entry.high, base)) if end is not None]
        # The favourable end comes first, and of a capacity that is the greater number.
        if len(ends) > 1 and not min(ends) <= base <= max(ends):
            self.notes.append(
                f"'{quantity.slot}' is {quantity.value} in this plan, outside the register's range; "
                "the nearest end of the range is taken as likely"
            )

    def _weighted(self) -> list[Chance]:
        """Return the readings that are open and have probabilities, in the register or in the plan."""
        stated = {entry.reading: entry for entry in self.register.readings} if self.register else {}
        found = []
        for reading in self.plan.live_readings():
            own = {option.id: option.probability for option in reading.options}
            if reading.id in stated:
                weights, basis = dict(stated[reading.id].probabilities), stated[reading.id].basis
            elif all(probability is not None for probability in own.values()):
                weights, basis = {name: probability or 0.0 for name, probability in own.items()}, reading.basis
            else:
                continue
            row = self._row()
            self.weights[reading.id] = ({option.id: weights.get(option.id, 0.0) for option in reading.options}, row)
            title = reading.question
            found.append(Chance(f"reading:{reading.id}", title, "reading", basis, (), (), (row,)))
        return found

    def _groups(self) -> list[tuple[list[int], Numbers]]:
        """Return the rows and the correlation matrix of each group."""
        found = []
        for group in self.register.correlations if self.register else ():
            kept = [place for place, name in enumerate(group.members) if name in self.by_id]
            rows = [self.by_id[group.members[place]].dimensions[0] for place in kept]
            size = len(group.members)
            if group.matrix:
                matrix = np.array(group.matrix, dtype=float)
            else:
                assert group.rho is not None
                matrix = np.full((size, size), group.rho) + np.eye(size) * (1 - group.rho)
            found.append((rows, matrix[np.ix_(kept, kept)]))
        return found

    @cached_property
    def hanging_slots(self) -> frozenset[str]:
        """Slots whose draws hang together with others."""
        grouped = {row for rows, _ in self.groups if len(rows) > 1 for row in rows}
        hanging = {chance.id for chance in self.chances if chance.dimensions[0] in grouped}
        return frozenset(slot for slot, names in self.touching.items() if names & hanging)

    # -- distributions -----------------------------------------------------------------------------------------------

    def reshaped(self, slot: str, shape: Threesome | None) -> Threesome | None:
        """Return the shape that a case asks for; None where all that is drawn for a slot has it, or one that stays."""
        if slot not in self._shapes:
            spreads: list[Spread] = [self.ranges[slot][0]] if slot in self.ranges else []
            spreads += [driver for driver, _ in self.scales.get(slot, ())]
            found: set[str] = {spread.shape for spread in spreads}
            found.update(impact.shape for (risk, _), _ in self.strikes.get(slot, ()) for impact in risk.impacts)
            found.update(impact.shape for (_, where), eases in self.eases.items() if where == slot for _, impact in eases)
            self._shapes[slot] = found & {"triangular", "pert"}
        return None if self._shapes[slot] <= {shape} else shape

    def lattice(self, entry: Range, base: int, shape: Threesome | None = None) -> Lattice:
        """Return the distribution of a range: the register's own, or of what the plan itself states around a value of it."""
        shape = None if shape == entry.shape else shape
        key = (entry.id, base if entry.likely is None else None, shape)
        if key not in self._lattices:
            self._lattices[key] = self._make(entry, base, shape)
        return self._lattices[key]

    def _make(self, entry: Range, base: int, shape: Threesome | None) -> Lattice:
        """Return the distribution of a range; of begun work that of the share of it that is left."""
        rest = self.rests.get(DURATION_PREFIX + entry.of.removeprefix(DURATION_PREFIX))
        if rest is not None and entry.of not in self.plan.values:
            activity = self.plan.items[entry.of.removeprefix(DURATION_PREFIX)]
            assert isinstance(activity, Activity)
            return scaled(self._whole(entry, self.plan.duration(activity.duration).amount, shape), rest)
        return self._whole(entry, base, shape)

    def _whole(self, entry: Range, base: int, shape: Threesome | None) -> Lattice:
        base = base if entry.likely is None else column_number(entry.likely)
        if entry.rag is not None:
            assert self.register is not None
            rating = next(rating for rating in self.register.ratings if rating.rating == entry.rag)
            ends: tuple[float | None, ...] = (end_of(rating.low, base), None, end_of(rating.high, base))
        else:
            ends = (end_of(entry.low, base), end_of(entry.likely, base), end_of(entry.high, base))
        return distribution(entry, ends, float(base), shape, 1.0)

    def absent(self, slot: str, base: int) -> bool:
        """Say whether a length is none in the plan where its range has no nothing: what is not in the plan is not drawn."""
        if base == NONE or slot in self.buffers:
            return True
        entry = self.ranges.get(slot)
        if base or entry is None or self.quantities[slot].kind != "length":
            return False
        return bool(self.lattice(entry[0], base).values[0] > 0)

    def centre(self, slot: str, base: int) -> int:
        """Return the fixed value of a range that does not vary: the register's likely one, whatever a plan claims."""
        entry, _ = self.ranges[slot]
        if self.absent(slot, base):
            return base
        if entry.shape == "discrete":
            weights = [(-each.weight, place) for place, each in enumerate(entry.values)]
            return self.left_of(slot, column_number(entry.values[min(weights)[1]].value))
        return base if entry.likely is None else self.left_of(slot, column_number(entry.likely))

    def left_of(self, slot: str, planned: int) -> int:
        """Return a length as it is drawn: of begun work what is left of it."""
        return int(self.rests[slot].of(planned)) if slot in self.rests else planned

    def follow(self, values: Mapping[str, Amounts]) -> dict[str, Amounts]:
        """Return columns, with those added for the remaining part of begun work whose length is an assumption with a column."""
        found = dict(values)
        for name, slots in self.following.items():
            if name in values:
                found |= {slot: self.rests[slot].of(values[name]).astype(np.int64) for slot in slots if slot not in values}
        return found

    def factor(self, driver: Driver, shape: Threesome | None) -> Lattice:
        """Return the distribution of a driver's factor."""
        key = (driver.id, "factor", shape)
        if key not in self._lattices:
            ends = tuple(end_of(end, 1) for end in (driver.low, driver.likely, driver.high))
            self._lattices[key] = distribution(driver, ends, 1.0, shape, FACTOR_STEP)
        return self._lattices[key]

    def delay(self, impact: Impact, shape: Threesome | None) -> Lattice:
        """Return the distribution of one impact of a risk: units, or for a relative impact a share of the value."""
        key = (id(impact), "delay", shape)
        if key not in self._lattices:
            self._lattices[key] = delay_of(impact, shape)
        return self._lattices[key]

    def pulling(self, slot: str) -> list[Lever]:
        """Return the levers that act on a slot: on its number, or on what a risk does to it."""
        eased = [lever for (_, where), levers in self.eases.items() if where == slot for lever, _ in levers]
        return [*self.pulls.get(slot, ()), *eased]

    def hanging(self, rows: Iterable[int]) -> list[int]:
        """Return rows of variates with those that hang together with one of them, in rising order."""
        found = set(rows)
        for members, _ in self.groups:
            if found.intersection(members):
                found.update(members)
        return sorted(found)

    def standing_on(self, chances: Iterable[str]) -> list[str]:
        """Return the slots moved by some chances, and the slots that refer to those, assumptions first."""
        moved = {slot for name in chances for slot in self.moved.get(name, ())}
        found: list[str] = []
        for slot in self.order:
            rest = self.rests.get(slot)
            named = self.quantities[slot].assumption or (rest.assumption if rest else None)
            if slot in moved or named in moved:
                moved.add(slot)
                found.append(slot)
        return found

    def risk(self, name: str) -> Risk:
        """Return the risk of a name."""
        return self.risks[name]

    def felt(self, milestone: str) -> frozenset[str]:
        """Return the ids of the chances that a milestone could ever feel, by what leads to it; where readings are drawn, all."""
        slots = self.felt_slots(milestone)
        return frozenset(chance.id for chance in self.chances if slots is None or slots & self.moved[chance.id])

    def felt_slots(self, milestone: str) -> frozenset[str] | None:
        """Return the slots that a milestone could ever feel; None where that is not known, as readings are drawn."""
        if milestone not in self._reached:
            self._reached[milestone] = None if self.weights else self._leading(milestone)
        return self._reached[milestone]

    def _leading(self, milestone: str) -> frozenset[str]:
        """Return the slots upstream of a milestone: of its inequalities, and of the queues that hold them up."""
        network, plan = self.network, self.plan
        rules = [rule for rule in plan.active_rules() if isinstance(rule, Capacity)]
        shared = [frozenset(network.item_nodes(entry.item)[0] for entry in rule.demands) for rule in rules]
        affects = reaches(network, network.nodes[milestone, "start"], shared=shared)
        slots: set[str] = set()
        for arc in network.arcs:
            if affects[arc.target]:
                slots.update(arc.names)
        for bound in network.floors:
            if affects[bound.node]:
                slots.update(bound.slots)
        for quorum in network.quorums:
            if affects[quorum.target]:
                slots.update((*quorum.slots, *quorum.count_slots))
        for rule, nodes in zip(rules, shared, strict=True):
            if any(affects[node] for node in nodes):
                slots.update(capacity_slots(rule))
        return frozenset(slots - self.buffers)

    def shown(self, milestone: str) -> Convention:
        """Return how the boundary of a milestone is shown."""
        return self.plan.convention(Point(milestone, "start"))

    def ways(self, slot: str) -> frozenset[int]:
        """Return the signs of a slot's effect: +1 if more makes something later, -1 if less does, or both.

        Every inequality is monotone in its amount, so where a slot pushes one way alone the earliest dates are monotone in
        it. With queues that is how it is meant: more work or fewer hands may now and then bring a queue forward (Graham
        1969).
        """
        return senses(self.plan, slot, self._two_way) or frozenset({1})

    def stated(self, slot: str, case: Case) -> int | Amounts:
        """Return what a quantity holds before anything is drawn."""
        quantity = self.quantities[slot]
        return case.base.get(quantity.assumption or slot, column_number(quantity.value))


def _movers(moved: Mapping[str, frozenset[str]], slots: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return for each slot the chances that move it."""
    found: dict[str, set[str]] = {slot: set() for slot in slots}
    for name, each in moved.items():
        for slot in each & found.keys():
            found[slot].add(name)
    return {slot: frozenset(names) for slot, names in found.items()}
