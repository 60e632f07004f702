"""What can be wrong with a lever whose every part is well formed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from models.duration import Reference
from models.faults import Fault, maybe
from models.plan import Plan
from models.risk import Lever, Register, Risk
from models.rules import Capacity
from optimiser.numbers import senses
from optimiser.robust.quantity import find_quantity

__all__ = ["lever_faults"]

Path = tuple[str | int, ...]


def lever_faults(register: Register, plan: Plan, lever: Lever, path: Path) -> Iterator[Fault]:
    """Yield what is wrong with one lever of a register, by paths that begin with its own."""
    ways = [name for name in ("on", "risk", "policy", "drops") if getattr(lever, name) is not None]
    if len(ways) != 1:
        stated = f"; got {' and '.join(ways)}" if ways else ""
        yield Fault(path, f"expected one of 'on' with 'by' or 'more', 'risk' with 'probability', 'policy', 'drops'{stated}")
        return
    for name, needs in (("by", "on"), ("more", "on"), ("probability", "risk")):
        if getattr(lever, name) is not None and needs not in ways:
            yield Fault((*path, name), f"'{name}' belongs to '{needs}', which this lever does not have; maybe delete it")
    if lever.steps > 1 and lever.on is None:
        yield Fault((*path, "steps"), f"only a lever on a quantity has steps, got {lever.steps}")
    if lever.risk is not None:
        yield from _eased(register, lever, path)
    elif lever.drops is not None:
        rules = plan.rules_by_id
        if lever.drops not in rules:
            yield Fault((*path, "drops"), f"unknown rule '{lever.drops}'{maybe(lever.drops, rules)}")
        elif isinstance(rules[lever.drops], Capacity):
            yield Fault((*path, "drops"), f"'{lever.drops}' is a capacity; a lever gives it 'more' instead of dropping it")
    elif lever.on is not None:
        yield from _on(plan, lever, lever.on, path)


def _eased(register: Register, lever: Lever, path: Path) -> Iterator[Fault]:
    """Yield what is wrong with a lever on a risk."""
    risks: Mapping[str, Risk] = {risk.id: risk for risk in register.risks}
    assert lever.risk is not None
    if lever.risk not in risks:
        yield Fault((*path, "risk"), f"unknown risk '{lever.risk}'{maybe(lever.risk, risks)}")
    elif lever.probability is None or lever.probability > risks[lever.risk].probability:
        now = risks[lever.risk].probability
        yield Fault((*path, "probability"), f"expected what the risk's probability of {now:g} falls to")


def _on(plan: Plan, lever: Lever, name: str, path: Path) -> Iterator[Fault]:
    """Yield what is wrong with a lever on a quantity."""
    found = find_quantity(plan, name)
    if isinstance(found, str):
        yield Fault((*path, "on"), found)
        return
    ways = senses(plan, found.slot, ())
    if found.kind == "count":
        if lever.by is not None:
            yield Fault((*path, "by"), f"'{name}' is a count; a lever adds to it: 'more: 1'")
        elif lever.more is None:
            yield Fault(path, "missing key 'more': how much one step adds")
        elif ways == {1}:
            yield Fault((*path, "more"), f"more of '{name}' never gives an earlier date")
    elif lever.more is not None:
        yield Fault((*path, "more"), f"'{name}' is no count; a lever takes something off it: 'by: 5 {found.unit or 'wd'}'")
    elif lever.by is None:
        yield Fault(path, "missing key 'by': how much one step takes off")
    elif isinstance(lever.by, Reference):
        yield Fault((*path, "by"), f"expected a length, got '{lever.by}'")
    elif lever.by.amount <= 0 or lever.by.unit != (found.unit or "wd"):
        yield Fault((*path, "by"), f"expected a length above zero in {found.unit or 'wd'}, got '{lever.by}'")
    elif ways == {-1}:
        yield Fault((*path, "by"), f"less of '{name}' never gives an earlier date")
