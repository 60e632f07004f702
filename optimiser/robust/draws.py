"""From uniform variates to the columns that one run of the simulation evaluates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.duration import Duration
from models.risk import Impact, Relative
from optimiser.critical import NONE, Columns
from optimiser.robust.model import Case, Model, Threesome
from optimiser.robust.quantity import number
from optimiser.robust.shapes import Lattice, normal_cumulative, normal_quantile

__all__ = ["Draws", "beside"]

Numbers = NDArray[np.float64]
Amounts = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Draws:
    """The variates of some samples under one correlation, and what is drawn with them; nothing is drawn twice.

    Parameters
    ----------
    model
        Whose chances are drawn.
    uniforms
        Shape ``(dimensions, samples)``, between 0 and 1, each row by itself uniform.
    rho
        See `Case`.
    """

    def __init__(self, model: Model, uniforms: Numbers, rho: float | None = None) -> None:
        self.model = model
        self.samples = uniforms.shape[1]
        self.uniforms = _correlated(uniforms, model.groups, rho)
        self._drawn: dict[tuple[object, ...], Numbers] = {}

    def _amounts(self, key: tuple[object, ...], lattice: Lattice, row: int) -> Numbers:
        if key not in self._drawn:
            self._drawn[key] = lattice.draw(self.uniforms[row])
        return self._drawn[key]

    def range(self, slot: str, base: int | Amounts, shape: Threesome | None) -> Numbers:
        """Return the drawn values of a range."""
        entry, row = self.model.ranges[slot]
        if isinstance(base, int):
            return self._amounts((entry.id, base, shape), self.model.lattice(entry, base, shape), row)
        found = np.empty(self.samples)
        for each in np.unique(base).tolist():
            mask = base == each
            if each == NONE:
                found[mask] = NONE
            else:
                found[mask] = self.model.lattice(entry, each, shape).draw(self.uniforms[row][mask])
        return found

    def pool(self, slot: str, lattice: Lattice) -> Numbers:
        """Return values drawn from a distribution that replaces a range's, with that range's own variates."""
        row = self.model.ranges[slot][1]
        return lattice.draw(self.uniforms[row])

    def happens(self, row: int, probability: float) -> Flags | None:
        """Return in which samples something happens; None where in none."""
        if probability <= 0:
            return None
        flags: Flags = self.uniforms[row] < probability
        return flags

    # -- columns -----------------------------------------------------------------------------------------------------

    def columns(self, case: Case) -> Columns:
        """Return the columns that one run of the simulation evaluates."""
        model = self.model
        numbers: dict[str, int | Numbers | Amounts] = {}
        order = sorted(model.quantities, key=lambda slot: slot not in model.plan.values)
        factors = self._factors(case)
        delays = self._struck(case)
        for slot in order:
            quantity = model.quantities[slot]
            base = model.stated(slot, case)
            entry = model.ranges.get(slot)
            value: int | Numbers | Amounts
            if slot in case.pools and entry is not None and entry[0].id not in case.closed:
                value = self.pool(slot, case.pools[slot])
            elif entry is not None and entry[0].id not in case.closed and not (isinstance(base, int) and base == NONE):
                value = self.range(slot, base, case.shape)
            elif quantity.assumption is not None and quantity.assumption in numbers:
                value = numbers[quantity.assumption]
            else:
                value = base
            for factor in factors.get(slot, ()):
                value = value * factor
            if not isinstance(value, int):
                value = np.floor(np.asarray(value, dtype=float) + 0.5)
            for impact in delays.get(slot, ()):
                value = _delayed(model, value, impact)
            value = self._pulled(case, slot, value)
            if quantity.kind in ("length", "count") or (quantity.kind == "lag" and np.min(base) >= 0):
                value = max(value, 0) if isinstance(value, int) else np.maximum(value, 0)
            numbers[slot] = value
        values: dict[str, Amounts] = {}
        for slot, value in {**case.base, **numbers}.items():
            if not isinstance(value, int):
                values[slot] = value.astype(np.int64)
            elif slot in case.base or value != number(model.quantities[slot].value):
                values[slot] = np.full(self.samples, value, dtype=np.int64)
        return Columns(self.samples, values, {**case.switches, **self._dropped(case)})

    def _dropped(self, case: Case) -> dict[str, Flags]:
        """Return the switches of rules that levers drop."""
        names = [self.model.levers[name].drops for name, steps in case.levers.items() if steps]
        return {name: np.zeros(self.samples, dtype=np.bool_) for name in names if name is not None}

    def _factors(self, case: Case) -> dict[str, list[Numbers]]:
        found: dict[str, list[Numbers]] = {}
        for driver, slots, size, acts in self.model.drivers:
            happens = self.happens(acts, driver.probability)
            if driver.id in case.closed or happens is None:
                continue
            drawn = self._amounts((driver.id, case.shape), self.model.factor(driver, case.shape), size)
            factor = np.where(happens, drawn, 1.0)
            for slot in slots:
                found.setdefault(slot, []).append(factor)
        return found

    def _struck(self, case: Case) -> dict[str, list[tuple[Impact, Flags, Numbers]]]:
        """Return for each quantity the impacts on it, where they strike and how hard."""
        found: dict[str, list[tuple[Impact, Flags, Numbers]]] = {}
        eased: dict[str, float] = {}
        for name in (name for name, steps in case.levers.items() if steps):
            lever = self.model.levers[name]
            if lever.risk is not None and lever.probability is not None:
                eased[lever.risk] = min(lever.probability, eased.get(lever.risk, 1.0))
        for risk, slots, size, acts in self.model.risks:
            probability = eased.get(risk.id)
            happens = self.happens(acts, risk.probability if probability is None else probability)
            if risk.id in case.closed or happens is None:
                continue
            for place, (impact, slot) in enumerate(zip(risk.impacts, slots, strict=True)):
                if impact.slips_to is not None:
                    amount = np.zeros(0)
                else:
                    lattice = self.model.delay(risk, place, case.shape)
                    amount = self._amounts((risk.id, place, case.shape), lattice, size)
                found.setdefault(slot, []).append((impact, happens, amount))
        return found

    def _pulled(self, case: Case, slot: str, value: int | Numbers | Amounts) -> int | Numbers | Amounts:
        """Take off a quantity what levers take off it, and add what they add."""
        if isinstance(value, int) and value == NONE:
            return value
        for lever in self.model.pulls.get(slot, ()) if case.levers else ():
            steps = case.levers.get(lever.id, 0)
            if lever.more is not None:
                value = value + steps * lever.more
            else:
                assert isinstance(lever.by, Duration)
                value = value - steps * lever.by.amount
        return value


def beside(model: Model, parts: Sequence[Columns]) -> Columns:
    """Return the columns of several cases as one; what a part does not name is in it as the plan has it."""
    values: dict[str, Amounts] = {}
    for name in dict.fromkeys(name for part in parts for name in part.values):
        quantity = model.quantities.get(name)
        held = number(quantity.value if quantity else model.plan.values[name])
        columns = [part.values.get(name) for part in parts]
        values[name] = np.concatenate(
            [
                np.full(part.samples, held, dtype=np.int64) if column is None else column
                for part, column in zip(parts, columns, strict=True)
            ]
        )
    switches: dict[str, Flags] = {}
    for name in dict.fromkeys(name for part in parts for name in part.switches):
        switches[name] = np.concatenate([_switched(model, part, name) for part in parts])
    return Columns(sum(part.samples for part in parts), values, switches)


def _switched(model: Model, part: Columns, name: str) -> Flags:
    """Return whether a rule is on in every sample of a part."""
    network = model.network
    if name in part.switches:
        return part.switches[name]
    held = part.values.get(network.switch_slots.get(name, ""))
    return np.full(part.samples, network.enabled[name]) if held is None else held.astype(np.bool_)


def _delayed(model: Model, value: int | Numbers | Amounts, struck: tuple[Impact, Flags, Numbers]) -> Numbers:
    """Add what one impact does to a quantity in the samples that it strikes."""
    impact, happens, amount = struck
    column = np.asarray(value, dtype=float)
    if impact.slips_to is not None:
        days, _ = model.clock.occasion_days(impact.slips_to)
        gone = model.clock.calendar.covers.last.toordinal() + 1
        later = np.append(days, [gone] * impact.misses)
        moved = later[np.searchsorted(days, column, side="right") + impact.misses - 1]
        return np.where(happens & (column != NONE), moved, column)
    relative = any(isinstance(end, Relative) for end in (impact.low, impact.likely, impact.high))
    more = np.floor(column * amount + 0.5) if relative else amount
    return np.where(happens & (column != NONE), column + more, column)


def _correlated(uniforms: Numbers, groups: Sequence[tuple[list[int], Numbers]], rho: float | None) -> Numbers:
    """Join the rows of each group by a Gaussian copula."""
    if not groups or rho == 0:
        return uniforms
    found = uniforms.copy()
    for rows, stated in groups:
        if len(rows) < 2:
            continue
        matrix = stated
        if rho is not None:
            size = len(rows)
            least = -1 / (size - 1)
            matrix = np.full((size, size), max(rho, least)) + np.eye(size) * (1 - max(rho, least))
        values, vectors = np.linalg.eigh(matrix)
        root = vectors @ np.diag(np.sqrt(np.maximum(values, 0))) @ vectors.T
        tiny = 2.0**-40
        found[rows] = np.clip(normal_cumulative(root @ normal_quantile(uniforms[rows])), tiny, 1 - tiny)
    return found
