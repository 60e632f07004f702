"""Faults of a register, or of claims, whose every part is well formed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from models.duration import Duration, Reference
from models.faults import Fault, maybe
from models.plan import DURATION_PREFIX, Plan
from models.provenance import Citation
from models.risk import Action, Claim, Correlation, Driver, Impact, Lever, Range, Register, Relative, Risk
from models.rules import Capacity
from optimiser.numbers import column_number, senses
from optimiser.robust.actions import left_faults
from optimiser.robust.quantity import Quantity, find_quantity
from optimiser.robust.shares import share_faults, shared_delay_fault
from optimiser.robust.spread_faults import Path, ends_of, fitting_fault, printed_end, spread_faults

__all__ = ["claim_faults", "register_faults", "speaks_of"]


def register_faults(register: Register, plan: Plan) -> Iterator[Fault]:
    """Yield everything wrong with a register for a plan, by paths inside the register.

    Parameters
    ----------
    register
        Whose parts are well formed.
    plan
        The plan that it is to speak of.
    """
    if register.plan != plan.id:
        yield Fault(("plan",), f"the register speaks of plan '{register.plan}', this plan is '{plan.id}'")
    yield from _identities(register)
    yield from _references(register, plan)
    for field in ("ratings", "grades"):
        for place, each in enumerate(getattr(register, field)):
            if each.low.percent > each.high.percent:
                yield Fault((field, place, "low"), f"the range is upside down: low {each.low} is above high {each.high}")
    taken: dict[str, str] = {}
    for place, entry in enumerate(register.ranges):
        if not speaks_of(entry, plan):
            continue
        yield from _range(register, plan, entry, ("ranges", place))
        found = find_quantity(plan, entry.of)
        if isinstance(found, Quantity):
            if found.slot in taken:
                yield Fault(("ranges", place, "of"), f"'{entry.of}' already has the range '{taken[found.slot]}'")
            taken.setdefault(found.slot, entry.id)
    for place, driver in enumerate(register.drivers):
        yield from _driver(plan, driver.touches, ("drivers", place))
        yield from spread_faults(driver, None, ("drivers", place))
    for place, risk in enumerate(register.risks):
        for position, impact in enumerate(risk.impacts):
            yield from _impact(plan, impact, taken, ("risks", place, "impacts", position))
        for position, action in enumerate(risk.actions):
            yield from _left(plan, risk, action, taken, ("risks", place, "actions", position))
    yield from _correlations(register)
    yield from _readings(register, plan)
    for place, lever in enumerate(register.levers):
        yield from _lever(register, plan, lever, taken, ("levers", place))
    yield from _evidence(register, plan)


def speaks_of(entry: Range, plan: Plan) -> bool:
    """Return whether a range is of a plan as it is: those of a scenario count under it alone."""
    return entry.scenario is None or entry.scenario in plan.settings.scenarios


def _identities(register: Register) -> Iterator[Fault]:
    """Ids used twice; ranges, drivers and risks share one namespace, as correlations and results name them."""
    spaces = (("ranges", "drivers", "risks"), ("correlations",), ("levers",), ("grades",))
    actions = [
        (("risks", place, "actions", position), action.id)
        for place, risk in enumerate(register.risks)
        for position, action in enumerate(risk.actions)
    ]
    for space in spaces:
        named: list[tuple[Path, str]] = [
            ((field, place), entry.id) for field in space for place, entry in enumerate(getattr(register, field))
        ]
        seen: dict[str, str] = {}
        for path, name in (*named, *(actions if space == ("levers",) else ())):
            if name in seen:
                yield Fault((*path, "id"), f"'{name}' is already used at {seen[name]}; ids are unique")
            seen.setdefault(name, _place(path))
    rated: set[str] = set()
    for place, rating in enumerate(register.ratings):
        if rating.rating in rated:
            yield Fault(("ratings", place, "rating"), f"rating '{rating.rating}' is given twice")
        rated.add(rating.rating)


def _place(path: Path) -> str:
    """Return a place in the register in words: ``risks[0].actions[1]``."""
    return ".".join(f"{field}[{place}]" for field, place in zip(path[::2], path[1::2], strict=True))


def _references(register: Register, plan: Plan) -> Iterator[Fault]:
    """RAID rows and sources that the plan does not have."""
    raid = {entry.id for entry in plan.raid}
    sources = {source.id for source in plan.sources}
    for field in ("ratings", "grades", "ranges", "drivers", "risks", "correlations", "readings", "levers", "evidence"):
        for place, entry in enumerate(getattr(register, field)):
            for position, name in enumerate(getattr(entry, "raid", ())):
                if name not in raid:
                    yield _unknown((field, place, "raid", position), "RAID row", name, raid)
            yield from _cited(entry.citation, sources, (field, place, "citation"))
            for position, action in enumerate(getattr(entry, "actions", ())):
                yield from _cited(action.citation, sources, (field, place, "actions", position, "citation"))


def _unknown(path: Path, what: str, name: str, known: Iterable[str]) -> Fault:
    """Return that a name means nothing, and what it may mean."""
    return Fault(path, f"unknown {what} '{name}'{maybe(name, known)}")


def _cited(citations: Sequence[Citation], sources: set[str], path: Path) -> Iterator[Fault]:
    """Yield citations of sources that the plan does not list."""
    for position, citation in enumerate(citations):
        if citation.source not in sources:
            yield _unknown((*path, position), "source", citation.source, sources)


def _range(register: Register, plan: Plan, entry: Range, path: Path) -> Iterator[Fault]:
    found = find_quantity(plan, entry.of)
    if isinstance(found, str):
        yield Fault((*path, "of"), found)
        return
    rating = next((rating for rating in register.ratings if rating.rating == entry.rag), None)
    faults = list(spread_faults(entry, found, path)) if entry.rag is None else []
    # Of a range that is wrong in itself it is no use to say of what its figures would be shares.
    if not faults and (entry.rag is None or rating is not None):
        faults = list(share_faults(entry, found, rating, path))
    yield from faults
    if entry.rag is None:
        return
    if (
        entry.likely is not None
        and not isinstance(entry.likely, Relative)
        and (fault := fitting_fault(entry.likely, found, (*path, "likely")))
    ):
        yield fault
    if entry.low is not None or entry.high is not None or entry.values or entry.quantiles:
        yield Fault((*path, "rag"), "'rag' takes the range from the table of ratings; maybe delete the figures or the rating")
    if rating is None:
        yield Fault((*path, "rag"), f"rating '{entry.rag}' is not in the register's table 'ratings'")
    if found.kind == "date":
        yield Fault((*path, "rag"), f"'{entry.of}' is a date, and a rating means per cent of a length")


def _driver(plan: Plan, touches: Sequence[str], path: Path) -> Iterator[Fault]:
    known = {name: find_quantity(plan, name) for name in touches}
    touched: dict[str, str] = {found.slot: name for name, found in known.items() if isinstance(found, Quantity)}
    for position, name in enumerate(touches):
        found = known[name]
        if isinstance(found, Quantity) and (touched[found.slot] != name or name in touches[:position]):
            yield Fault((*path, "touches", position), f"'{name}' is touched twice by one driver; maybe delete it")
        elif isinstance(found, Quantity) and found.assumption in touched:
            message = f"'{name}' is what '{found.assumption}' says, which the driver touches too; maybe delete one of them"
            yield Fault((*path, "touches", position), message)
        if isinstance(found, str):
            yield Fault((*path, "touches", position), found)
        elif found.kind == "date":
            yield Fault((*path, "touches", position), f"'{name}' is a date; a driver multiplies lengths, a risk moves dates")


def _impact(plan: Plan, impact: Impact, ranged: Mapping[str, str], path: Path) -> Iterator[Fault]:
    found = find_quantity(plan, impact.on)
    if isinstance(found, str):
        yield Fault((*path, "on"), found)
        return
    ends = ends_of(impact)
    if impact.slips_to is not None:
        if ends:
            yield Fault((*path, "slips_to"), "either 'slips_to' or a delay; maybe delete one")
        if found.kind != "date":
            yield Fault((*path, "slips_to"), f"'{impact.on}' is no date, so it cannot slip to another day")
        return
    if not ends:
        yield Fault(path, "an impact needs a delay ('likely', or 'low' and 'high') or 'slips_to'")
    figures: list[tuple[str, float]] = []
    if len({isinstance(value, Relative) for value in ends.values()}) > 1:
        yield Fault(path, "a delay is in per cent throughout or not at all; maybe give every figure the same way")
        return
    if shared := shared_delay_fault(impact, found, ranged, path):
        yield shared
    for name, value in ends.items():
        change = _change(found, impact.on, value)
        if isinstance(change, str):
            yield Fault((*path, name), change)
        else:
            figures.append((name, change))
    for (lower, small), (upper, large) in pairwise(figures):
        if large < small:
            yield Fault((*path, upper), f"the range is upside down: {lower} {small:g} is above {upper} {large:g}")


def _change(quantity: Quantity, name: str, value: object) -> float | str:
    """Return the amount that an impact adds to a quantity, or the reason why the impact does not apply."""
    if isinstance(value, Relative):
        if quantity.kind == "date":
            return f"a date has no per cent, got '{value}'; expected calendar days such as '28 cd'"
        return column_number(quantity.value) * value.percent / 100
    if quantity.kind == "count":
        if isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        return f"'{name}' is a count, and changes by a whole number such as -1, got '{printed_end(value)}'"
    if not isinstance(value, Duration) or value.unit != quantity.unit:
        return f"a delay of '{name}' is a length in {quantity.unit}, got '{printed_end(value)}'"
    return float(value.amount)


def _left(plan: Plan, risk: Risk, action: Action | Lever, ranged: Mapping[str, str], path: Path) -> Iterator[Fault]:
    """Yield faults of an action's residual risk."""
    faults = [
        fault for place, impact in enumerate(action.leaves) for fault in _impact(plan, impact, ranged, (*path, "leaves", place))
    ]
    yield from faults or left_faults(risk, action.probability, action.leaves, path)


def _evidence(register: Register, plan: Plan) -> Iterator[Fault]:
    """Yield costs of knowing what nobody is in doubt about, or of knowing one thing twice."""
    entries: tuple[Range | Driver | Risk, ...] = (*register.ranges, *register.drivers, *register.risks)
    drawn = {entry.of.removeprefix(DURATION_PREFIX): entry.id for entry in register.ranges}
    drawn |= {entry.id: entry.id for entry in entries}
    named = {
        entry.id: entry.id for entry in plan.assumptions if entry.low is not None or entry.high is not None or entry.uncertainty
    }
    links = {rule.id: rule.id for rule in plan.rules if rule.basis == "inferred"}
    known = {**links, **{reading.id: reading.id for reading in plan.readings}, **named, **drawn}
    seen: dict[str, str] = {}
    for place, entry in enumerate(register.evidence):
        path: Path = ("evidence", place, "of")
        if entry.of not in known:
            yield _unknown(path, "range, driver, risk, reading or inferred link", entry.of, known)
        elif known[entry.of] in seen:
            yield Fault(path, f"what it costs to know '{entry.of}' is said twice, the first time of '{seen[known[entry.of]]}'")
        seen.setdefault(known.get(entry.of, entry.of), entry.of)


def _correlations(register: Register) -> Iterator[Fault]:
    known = [*(entry.id for entry in register.ranges), *(driver.id for driver in register.drivers)]
    taken: dict[str, str] = {}
    for place, group in enumerate(register.correlations):
        path: Path = ("correlations", place)
        for position, name in enumerate(group.members):
            if name not in known:
                yield _unknown((*path, "members", position), "range or driver", name, known)
            elif name in taken:
                yield Fault((*path, "members", position), f"'{name}' is already in '{taken[name]}'; a member has one group")
            taken.setdefault(name, group.id)
        yield from _matrix(group, path)


def _matrix(group: Correlation, path: Path) -> Iterator[Fault]:
    """Yield faults of a group's correlations: those that no variates can have."""
    size = len(group.members)
    if (group.rho is None) == (not group.matrix):
        yield Fault(path, "expected either 'rho' or 'matrix'")
        return
    if group.matrix:
        if len(group.matrix) != size or any(len(row) != size for row in group.matrix):
            yield Fault((*path, "matrix"), f"expected {size} rows of {size} numbers, one for each member")
            return
        found = np.array(group.matrix, dtype=float)
        inside = np.isfinite(found).all() and np.abs(found).max() <= 1
        if not inside or not np.allclose(found, found.T, atol=1e-9) or not np.allclose(np.diag(found), 1):
            wrong = "the matrix must be symmetric with ones on its diagonal" if inside else "correlations lie between -1 and 1"
            yield Fault((*path, "matrix"), wrong)
            return
    else:
        assert group.rho is not None
        found = np.full((size, size), group.rho) + np.eye(size) * (1 - group.rho)
    least = float(np.linalg.eigvalsh(found).min())
    if least < -1e-9:
        limit = "" if group.matrix else f"; {size} members cannot all have less than {-1 / (size - 1):.3g}"
        message = f"the correlation matrix is not positive semidefinite: its smallest eigenvalue is {least:.4f}{limit}"
        yield Fault((*path, "matrix" if group.matrix else "rho"), message)


def _readings(register: Register, plan: Plan) -> Iterator[Fault]:
    known = {reading.id: reading for reading in plan.readings}
    seen: set[str] = set()
    for place, weights in enumerate(register.readings):
        path: Path = ("readings", place)
        if weights.reading not in known:
            yield _unknown((*path, "reading"), "reading", weights.reading, known)
            continue
        if weights.reading in seen:
            yield Fault((*path, "reading"), f"reading '{weights.reading}' is weighted twice")
        seen.add(weights.reading)
        options = [option.id for option in known[weights.reading].options]
        for name in weights.probabilities:
            if name not in options:
                message = f"unknown option '{name}', expected one of {', '.join(options)}{maybe(name, options)}"
                yield Fault((*path, "probabilities", name), message)
        total = math.fsum(weights.probabilities.values())
        if not math.isclose(total, 1, abs_tol=1e-6):
            yield Fault((*path, "probabilities"), f"the probabilities of the options add up to {total:g}, expected 1")


def _lever(register: Register, plan: Plan, lever: Lever, ranged: Mapping[str, str], path: Path) -> Iterator[Fault]:
    """Yield the faults of one lever of a register, by paths that begin with its own."""
    ways = [name for name in ("on", "risk", "policy", "drops") if getattr(lever, name) is not None]
    if len(ways) != 1:
        stated = f"; got {' and '.join(ways)}" if ways else ""
        yield Fault(path, f"expected one of 'on' with 'by' or 'more', 'risk' with 'probability', 'policy', 'drops'{stated}")
        return
    for name, needs in (("by", "on"), ("more", "on"), ("probability", "risk"), ("leaves", "risk")):
        if getattr(lever, name) not in (None, ()) and needs not in ways:
            yield Fault((*path, name), f"'{name}' belongs to '{needs}', which this lever does not have; maybe delete it")
    if lever.steps > 1 and lever.on is None:
        yield Fault((*path, "steps"), f"only a lever on a quantity has steps, got {lever.steps}")
    risks = {risk.id: risk for risk in register.risks}
    if lever.risk is not None and lever.risk not in risks:
        yield _unknown((*path, "risk"), "risk", lever.risk, risks)
    elif lever.risk is not None:
        yield from _left(plan, risks[lever.risk], lever, ranged, path)
    elif lever.drops is not None:
        rules = plan.rules_by_id
        if lever.drops not in rules:
            yield _unknown((*path, "drops"), "rule", lever.drops, rules)
        elif isinstance(rules[lever.drops], Capacity):
            yield Fault((*path, "drops"), f"'{lever.drops}' is a capacity; a lever gives it 'more' instead of dropping it")
    elif lever.on is not None:
        yield from _on(plan, lever, lever.on, path)


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


def claim_faults(claims: Sequence[Claim], register: Register, plan: Plan) -> Iterator[Fault]:
    """Yield everything wrong with claims, by paths that begin with the position of the claim."""
    grades = [grade.id for grade in register.grades]
    sources = {source.id for source in plan.sources}
    ratings = {rating.rating for rating in register.ratings}
    for place, claim in enumerate(claims):
        if claim.grade not in grades:
            listed = ", ".join(grades) or "none: the register has no grades"
            message = f"unknown grade '{claim.grade}', expected one of {listed}{maybe(claim.grade, grades)}"
            yield Fault((place, "grade"), message)
        if claim.risk is not None and claim.risk not in ratings:
            yield Fault((place, "risk"), f"rating '{claim.risk}' is not in the register's table 'ratings'")
        yield from _cited(claim.citation, sources, (place, "citation"))
        if claim.assumption not in plan.values:
            yield _unknown((place, "assumption"), "assumption", claim.assumption, plan.values)
            continue
        found = find_quantity(plan, claim.assumption)
        if isinstance(found, str):
            yield Fault((place, "assumption"), found)
        elif found.kind == "date":
            yield Fault((place, "assumption"), f"'{claim.assumption}' is a date; a grade means per cent of a length")
        else:
            fault = fitting_fault(claim.value, found, (place, "value"))
            if fault:
                yield fault
