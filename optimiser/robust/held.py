"""The plan against its register: numbers that claim something about the work, and the share of judgement in the register."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from models.commitment import Judgements, PlanClaim
from models.duration import Duration, print_value
from models.moment import date_at
from models.risk import Judged, Register
from optimiser.numbers import NONE, column_number
from optimiser.robust.model import Model
from optimiser.robust.quantity import Quantity
from optimiser.robust.shapes import Lattice
from optimiser.robust.simulation import Block, Sampler

__all__ = ["hash_of_register", "judgements", "plan_claims"]


def hash_of_register(register: Register | None) -> str | None:
    """Return the hash of a register's entries, None where there is no register."""
    if register is None:
        return None
    text = json.dumps(
        register.model_dump(mode="json", by_alias=True, exclude_defaults=True), ensure_ascii=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


def judgements(register: Register) -> Judgements:
    """Return how much of a register is judgement, and whose."""
    entries: tuple[Judged, ...] = (*register.ranges, *register.drivers, *register.risks)
    judged = [entry for entry in entries if entry.basis == "judgement"]
    return Judgements(
        entries=len(entries),
        judged=len(judged),
        by=tuple(dict.fromkeys(name for entry in judged if (name := entry.judged_by or register.judged_by))),
        on=tuple(dict.fromkeys(what for entry in judged if (what := entry.judged_on or register.judged_on))),
    )


def plan_claims(sampler: Sampler) -> tuple[PlanClaim, ...]:
    """Return the plan's lengths that differ from the register's likely ones, with the chance that the work takes no longer.

    A value is a claim where it is not the likely one; where no value is, only where it lies beyond the ends. The chance is of
    the samples that were run: of the range with the drivers and risks that strike the same quantity.
    """
    model = sampler.model
    stated = {entry.id for entry in model.register.ranges} if model.register else set()
    claimed = {slot: entry for slot, (entry, _) in model.ranges.items() if entry.id in stated and slot not in model.buffers}
    found = [(slot, _claim(model, slot)) for slot in claimed]
    kept = {slot: claim for slot, claim in found if claim is not None}
    drawn = [slot for slot, claim in kept.items() if not model.absent(slot, _value(model, slot))]
    chances = dict(zip(drawn, _no_longer(sampler, drawn), strict=True))
    return tuple(claim.model_copy(update={"chance": chances.get(slot)}) for slot, claim in kept.items())


def _value(model: Model, slot: str) -> int:
    return column_number(model.quantities[slot].value)


def _claim(model: Model, slot: str) -> PlanClaim | None:
    """Return the claim that the plan's value is, its chance left open; None where it is what the register has."""
    quantity, (entry, _) = model.quantities[slot], model.ranges[slot]
    value = _value(model, slot)
    if value == NONE:
        return None
    lattice: Lattice = model.lattice(entry, value)
    low, high = (int(end) for end in (lattice.values[0], lattice.values[-1]))
    pointed = entry.likely is not None or entry.shape == "discrete"
    if value == model.centre(slot, value) and not model.absent(slot, value) if pointed else low <= value <= high:
        return None
    likely = _likely(model, slot) if pointed else None
    holder = model.plan.assumptions_by_id.get(quantity.assumption or slot)
    return PlanClaim(
        quantity=slot,
        title=quantity.title,
        claimed=print_value(quantity.value),
        low=_printed(quantity, low),
        likely=None if likely is None else _printed(quantity, likely),
        high=_printed(quantity, high),
        chance=None,
        fitted_to=holder.fitted_to if holder else None,
    )


def _likely(model: Model, slot: str) -> int:
    """Return the value that the register holds likely, whether or not the plan has the work."""
    entry, _ = model.ranges[slot]
    if entry.likely is not None:
        return model.left_of(slot, column_number(entry.likely))
    return model.left_of(slot, column_number(max(entry.values, key=lambda each: each.weight).value))


def _printed(quantity: Quantity, number: int) -> str:
    if quantity.kind == "date":
        return date_at(number).isoformat()
    return str(number) if quantity.kind == "count" else print_value(Duration(number, quantity.unit))  # type: ignore[arg-type]


def _no_longer(sampler: Sampler, slots: list[str]) -> Iterator[float]:
    """Yield for each slot the share of the samples in which it is no greater than the plan's value."""
    if not slots:
        return
    model = sampler.model
    values = {slot: _value(model, slot) for slot in slots}

    def kept(block: Block) -> list[NDArray[np.bool_]]:
        columns = block.draws.columns(sampler.main).values
        samples = block.draws.samples
        return [np.broadcast_to(columns.get(slot, np.int64(value)) <= value, samples) for slot, value in values.items()]

    for parts in zip(*sampler.over(kept), strict=True):
        met = np.concatenate(parts)
        yield round(float(np.average(met, weights=sampler.weights)), 6)
