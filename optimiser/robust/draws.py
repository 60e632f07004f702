"""From uniform variates to the columns that one run of the simulation evaluates."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.duration import Duration
from models.risk import Impact, Lever, Relative
from optimiser.critical import Columns
from optimiser.numbers import NONE, column_number
from optimiser.robust.model import Case, Model
from optimiser.robust.shapes import Lattice, normal_cumulative, normal_quantile

__all__ = ["Draws"]

Numbers = NDArray[np.float64]
Amounts = NDArray[np.int64]
Flags = NDArray[np.bool_]
Group = tuple[list[int], Numbers]
"""Rows that hang together, and how."""
_Made = tuple[tuple[object, ...], int | Numbers | Amounts]
"""All that a slot's number depends on, and the number."""


_ROWS = 2**20
"""Draws that room is asked for at once."""


class Draws:
    """The variates of some samples, and the columns that cases make of them; nothing is drawn twice.

    A slot's column is kept under all that it depends on, so that two cases share the columns in which they do not differ.

    Parameters
    ----------
    model
        Whose chances are drawn.
    uniforms
        Shape ``(dimensions, samples)``, between 0 and 1, each row by itself uniform; or those rows alone that anybody will
        ask for.
    like
        Draws of another model on the same variates: what both draw alike is taken from there.
    """

    def __init__(self, model: Model, uniforms: Numbers | Mapping[int, Numbers], like: Draws | None = None) -> None:
        self.model = model
        self.samples = len(uniforms[0] if isinstance(uniforms, np.ndarray) else next(iter(uniforms.values())))
        self.uniforms = uniforms
        self._kept: dict[tuple[object, ...], Any] = {}
        self._lasting = 0
        self._rows: list[Any] = []
        self._grouped = {row for rows, _ in model.groups if len(rows) > 1 for row in rows}
        self._main: tuple[Case, dict[str, _Made], dict[str, Amounts]] | None = None
        """The first case asked for: of one that closes other chances only what stands on these is made again."""
        self._like = like
        self._alike = like is not None and _equal_groups(model.groups, like.model.groups)

    def row(self, row: int, rho: float | None) -> Numbers:
        """Return the variates of one dimension under a correlation; see `Case`."""
        found: Numbers = self.uniforms[row] if row not in self._grouped or rho == 0 else self.hanging(rho)[row]
        return found

    def hanging(self, rho: float | None) -> Mapping[int, Numbers]:
        """Return the variates of the dimensions that hang together, under a correlation."""
        if self._like is not None and self._alike:
            return self._like.hanging(rho)
        normal = self._once(("normal",), lambda: _normal(self.uniforms, self.model.groups))
        found: Mapping[int, Numbers] = self._once(("uniforms", rho), lambda: _correlated(normal, self.model.groups, rho))
        return found

    def kept(self, key: tuple[object, ...]) -> Any:
        """Return what has been made of the variates under a key; None where nothing has."""
        return self._kept.get(key)

    def _once(self, key: tuple[object, ...], make: Callable[[], Any]) -> Any:
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def _drawn(self, lattice: Lattice, row: int, case: Case) -> Numbers:
        """Return the draws of one distribution."""
        rho = case.rho if row in self._grouped else 0.0
        key = ("drawn", *lattice.key, row, rho)
        shared = self._like is not None and (self._alike or row not in self._grouped)
        found: Numbers | None = self._like.kept(key) if self._like is not None and shared else None
        if found is None:
            uniforms = self.row(row, rho)
            found = self._once(key, lambda: lattice.draw(uniforms, self._free_row(lattice)))
        return found

    def _free_row(self, lattice: Lattice) -> Amounts | None:
        """Return where to lay draws: many side by side, as room asked for at once costs less."""
        if lattice.values.dtype != np.int32:
            return None
        if not self._rows:
            self._rows = list(
                np.empty((max(1, min(len(self.model.ranges), _ROWS // self.samples)), self.samples), dtype=np.int32)
            )
        row: Amounts = self._rows.pop()
        return row

    def range(self, slot: str, base: int | Amounts, case: Case) -> Numbers:
        """Return the drawn values of a range, or of the distribution that replaces it, with the same variates."""
        entry, row = self.model.ranges[slot]
        if slot in case.pools:
            return self._drawn(case.pools[slot], row, case)
        if isinstance(base, int):
            if self.model.absent(slot, base):
                return np.full(self.samples, float(base))
            lattice = self.model.lattice(entry, base, case.shape)
            return self._drawn(lattice, row, case)
        found = np.empty(self.samples)
        for each in np.unique(base).tolist():
            mask = base == each
            if self.model.absent(slot, each):
                found[mask] = each
            else:
                found[mask] = self.model.lattice(entry, each, case.shape).draw(self.row(row, case.rho)[mask])
        return found

    def happens(self, name: str, row: int, probability: float) -> Flags:
        """Return in which samples something happens."""
        found: Flags = self._once(("happens", name, probability), lambda: self.row(row, None) < probability)
        return found

    def size(self, name: str, case: Case) -> Numbers:
        """Return a chance's variate in each sample, 0 where it does not happen."""
        chance = self.model.by_id[name]
        size = self.row(chance.dimensions[0], case.rho)
        if len(chance.dimensions) == 1:
            return size
        return np.where(self.happens(name, chance.dimensions[1], self.model.probabilities[name]), size, 0.0)

    def last(self) -> None:
        """Mark all draws so far as lasting; `forget` removes later ones."""
        self._lasting = len(self._kept)

    def forget(self) -> None:
        """Let go of what was drawn since `last`."""
        while len(self._kept) > self._lasting:
            self._kept.popitem()

    # -- columns -----------------------------------------------------------------------------------------------------

    def columns(self, case: Case) -> Columns:
        """Return the columns that one run of the simulation evaluates."""
        model = self.model
        eased: dict[str, float] = {}
        pulled = [(model.levers[name], steps) for name, steps in case.levers.items() if steps]
        for lever, _ in pulled:
            if lever.risk is not None and lever.probability is not None and model.risks[lever.risk].state == "open":
                eased[lever.risk] = min(lever.probability, eased.get(lever.risk, 1.0))
        made: dict[str, _Made] = {}
        values: dict[str, Amounts] = {}
        slots: Iterable[str] = model.order
        if self._main is not None and _closed_alone(case, self._main[0]):
            made, values = dict(self._main[1]), dict(self._main[2])
            slots = model.standing_on(case.closed ^ self._main[0].closed)
        for slot in slots:
            quantity = model.quantities[slot]
            made[slot] = key, value = self._slot(slot, case, eased, made)
            if not isinstance(value, int) or slot in case.base or value != column_number(quantity.value):
                values[slot] = self._once((*key, "column"), partial(self._column, value))
            else:
                values.pop(slot, None)
        for slot, held in case.base.items():
            if slot not in made:
                values[slot] = self._once((slot, "base", _key(held)), partial(self._column, held))
        if self._main is None:
            self._main = case, made, values
        switches = {**case.switches, **{lever.drops: False for lever, _ in pulled if lever.drops is not None}}
        return Columns(self.samples, values, {name: self._switch(state) for name, state in switches.items()})

    def _slot(self, slot: str, case: Case, eased: Mapping[str, float], made: Mapping[str, _Made]) -> _Made:
        """Return a slot's value with all that it depends on, the dependencies of an underlying assumption's column included."""
        model = self.model
        touching, rest = model.touching[slot], model.rests.get(slot)
        origin = made.get(model.quantities[slot].assumption or (rest.assumption if rest else None) or "")
        key = (
            slot,
            _key(model.stated(slot, case)),
            model.reshaped(slot, case.shape),
            case.rho if slot in model.hanging_slots else None,
            case.pools.get(slot),
            case.closed & touching if case.closed else case.closed,
            tuple((name, eased[name]) for name in eased if name in touching),
            tuple(case.levers.get(lever.id, 0) for lever in model.pulling(slot)) if case.levers else (),
            origin and origin[0],
        )
        return key, self._once(key, partial(self._made, slot, case, eased, origin and origin[1]))

    def _switch(self, state: bool | Flags) -> Flags:
        """Return a switch as a column."""
        if not isinstance(state, bool):
            return state
        found: Flags = self._once(("switch", state), lambda: np.full(self.samples, state))
        return found

    def _column(self, value: int | Numbers | Amounts) -> Amounts:
        if isinstance(value, int):
            return np.full(self.samples, value, dtype=np.int64)
        kind: np.dtype[Any] = value.dtype if value.dtype.kind == "i" else np.dtype(np.int64)
        return value.astype(kind, copy=False)

    def _made(self, slot: str, case: Case, eased: Mapping[str, float], origin: int | Numbers | Amounts | None) -> int | Numbers:
        """Return a slot's value: its draw, scaled by its drivers, plus impacts of risks, less what levers take off."""
        model = self.model
        quantity, entry = model.quantities[slot], model.ranges.get(slot)
        if slot in model.buffers:
            return 0
        base = model.stated(slot, case)
        pulled = sum(
            case.levers.get(lever.id, 0) * _step(lever) * self._unit(slot, lever.by) for lever in model.pulls.get(slot, ())
        )
        least = 0 if quantity.kind == "lag" and np.min(base) >= 0 else quantity.least
        if entry is not None and isinstance(base, int) and self._plain(slot, base, case):
            lattice = case.pools[slot] if slot in case.pools else model.lattice(entry[0], base, case.shape)
            return self._drawn(lattice.rounded(pulled, least, quantity.most), entry[1], case)
        value: int | Numbers | Amounts = base
        if entry is not None and not (isinstance(base, int) and slot not in case.pools and model.absent(slot, base)):
            value = self._centred(slot, base) if entry[0].id in case.closed else self.range(slot, base, case)
        elif slot in model.rests:
            rest = model.rests[slot]
            drawn = origin is not None and (not isinstance(origin, int) or rest.assumption in model.ranges)
            left = rest.of(origin) if drawn and origin is not None else base
            value = int(left) if isinstance(origin, int) else left
        elif origin is not None:
            value = origin
        for driver, size in model.scales.get(slot, ()):
            acts = model.by_id[driver.id].dimensions[1]
            if driver.id not in case.closed and driver.probability > 0:
                factor = self._drawn(model.factor(driver, case.shape), size, case)
                value = value * np.where(self.happens(driver.id, acts, driver.probability), factor, 1.0)
        if not isinstance(value, int):
            value = np.floor(np.asarray(value, dtype=float) + 0.5)
        value = self._stricken(slot, value, case, eased)
        if not (isinstance(value, int) and value == NONE):
            value = value + pulled
        if least is not None:
            value = max(value, least) if isinstance(value, int) else np.maximum(value, least)
        if quantity.most is not None:
            value = min(value, quantity.most) if isinstance(value, int) else np.minimum(value, quantity.most)
        return value if isinstance(value, int) else value.astype(float)

    def _plain(self, slot: str, base: int, case: Case) -> bool:
        """Say whether a slot holds what is drawn of its range, and nothing else does anything to it."""
        model = self.model
        acted_on = model.scales.get(slot) or model.strikes.get(slot) or slot in model.rests
        if acted_on or model.ranges[slot][0].id in case.closed:
            return False
        return type(self) is Draws and (slot in case.pools or not model.absent(slot, base))

    def _stricken(
        self, slot: str, value: int | Numbers | Amounts, case: Case, eased: Mapping[str, float]
    ) -> int | Numbers | Amounts:
        """Return a slot with what every risk does to it; of what is done about one counts what leaves least."""
        model = self.model
        for (risk, place), size in model.strikes.get(slot, ()):
            acts = model.by_id[risk.id].dimensions[1]
            probability = eased.get(risk.id, risk.probability)
            if risk.id not in case.closed and probability > 0:
                happens = self.happens(risk.id, acts, probability)
                struck = self._struck(slot, value, risk.impacts[place], happens, size, case)
                for lever, impact in model.eases.get((risk.id, slot), ()):
                    if case.levers.get(lever.id):
                        less = self._struck(slot, value, impact, happens, size, case)
                        struck = np.where(np.abs(less - value) < np.abs(struck - value), less, struck)
                value = struck
        return value

    def _unit(self, slot: str, stated: object) -> int:
        """Return the length of one unit of a delay in units of the slot: 1 unless remaining work has a unit of its own."""
        rest = self.model.rests.get(slot)
        if rest is None or not isinstance(stated, Duration) or stated.unit == self.model.quantities[slot].unit:
            return 1
        return max(1, math.floor(rest.unit + Fraction(1, 2)))

    def _struck(
        self, slot: str, value: int | Numbers | Amounts, impact: Impact, happens: Flags, size: int, case: Case
    ) -> Numbers:
        """Return a quantity with what one impact does to it in the samples that it strikes."""
        if impact.slips_to is not None:
            return _slipped(self.model, value, impact, happens)
        amount = self._drawn(self.model.delay(impact, case.shape), size, case)
        column = np.asarray(value, dtype=float)
        ends = [end for end in (impact.low, impact.likely, impact.high) if end is not None]
        relative = any(isinstance(end, Relative) for end in ends)
        unit = self._unit(slot, ends[0])
        more = np.floor(column * amount + 0.5) if relative else amount if unit == 1 else np.floor(amount * unit + 0.5)
        return np.where(happens & (column != NONE), column + more, column)

    def _centred(self, slot: str, base: int | Amounts) -> int | Numbers:
        """Return where a range stands that does not vary."""
        if isinstance(base, int):
            return self.model.centre(slot, base)
        known, places = np.unique(base, return_inverse=True)
        return np.array([float(self.model.centre(slot, each)) for each in known.tolist()])[places]


def _closed_alone(case: Case, other: Case) -> bool:
    """Say whether two cases differ in nothing but the chances that they close."""
    return all(getattr(case, each.name) is getattr(other, each.name) for each in fields(Case) if each.name != "closed")


def _step(lever: Lever) -> int:
    """Return what one step of a lever adds to its quantity."""
    if lever.more is not None:
        return lever.more
    assert isinstance(lever.by, Duration)
    return -lever.by.amount


def _key(value: int | Amounts) -> object:
    """Return what a number or column is known by: a column by itself, as nothing writes to it."""
    return value if isinstance(value, int) else ("column", id(value))


def _slipped(model: Model, value: int | Numbers | Amounts, impact: Impact, happens: Flags) -> Numbers:
    """Return a date slipped to a later one of those stated, in the samples in which the risk happens."""
    assert impact.slips_to is not None
    column = np.asarray(value, dtype=float)
    days, _ = model.clock.occasion_days(impact.slips_to)
    gone = model.clock.calendar.covers.last.toordinal() + 1
    later = np.append(days, [gone] * impact.misses)
    moved = later[np.searchsorted(days, column, side="right") + impact.misses - 1]
    return np.where(happens & (column != NONE), moved, column)


def _equal_groups(these: Sequence[Group], those: Sequence[Group]) -> bool:
    """Say whether the same rows hang together in the same way."""
    pairs = zip(these, those, strict=False)
    return len(these) == len(those) and all(one[0] == two[0] and np.array_equal(one[1], two[1]) for one, two in pairs)


def _normal(uniforms: Numbers | Mapping[int, Numbers], groups: Sequence[Group]) -> dict[int, Numbers]:
    """Return the correlated normal variates of the present rows of a group."""
    there = range(len(uniforms)) if isinstance(uniforms, np.ndarray) else uniforms
    return {row: normal_quantile(uniforms[row]) for rows, _ in groups for row in rows if row in there}


def _correlated(normal: Mapping[int, Numbers], groups: Sequence[Group], rho: float | None) -> dict[int, Numbers]:
    """Join the rows of each group by a Gaussian copula, from their normal variates."""
    found: dict[int, Numbers] = {}
    for rows, stated in groups:
        if len(rows) < 2 or rows[0] not in normal:
            continue
        matrix = stated
        if rho is not None:
            size = len(rows)
            least = -1 / (size - 1)
            matrix = np.full((size, size), max(rho, least)) + np.eye(size) * (1 - max(rho, least))
        values, vectors = np.linalg.eigh(matrix)
        root = vectors @ np.diag(np.sqrt(np.maximum(values, 0))) @ vectors.T
        tiny = 2.0**-40
        joined = np.clip(normal_cumulative(root @ np.array([normal[row] for row in rows])), tiny, 1 - tiny)
        found.update(zip(rows, joined, strict=True))
    return found
