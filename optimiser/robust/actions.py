"""Mitigations of risks as levers, and the fault of one that leaves more risk than there was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.duration import print_value
from models.faults import Fault, maybe
from models.risk import Impact, Lever, Register, Relative, Risk
from optimiser.numbers import column_number

__all__ = ["left_faults", "levers_of"]

Path = tuple[str | int, ...]


def levers_of(register: Register | None) -> tuple[Lever, ...]:
    """Return the levers of a register: its own, and the actions that its risks carry."""
    if register is None:
        return ()
    actions = (
        Lever(
            **action.model_dump(include={"id", "title", "cost", "probability", *Lever.model_fields} - {"leaves"}),
            risk=risk.id,
            leaves=action.leaves,
        )
        for risk in register.risks
        for action in risk.actions
    )
    return (*register.levers, *actions)


def left_faults(risk: Risk, probability: float | None, leaves: Sequence[Impact], path: Path) -> Iterator[Fault]:
    """Yield where something done about a risk leaves it as it is, or makes it worse.

    Parameters
    ----------
    risk
        As it is before.
    probability, leaves
        What it becomes; left out what stays.
    path
        Of the action or lever.
    """
    if probability is None and not leaves:
        falls = f"expected what the risk's probability of {risk.probability:g} falls to"
        message = f"it leaves '{risk.id}' as it is; {falls}, or what it 'leaves' of its impacts"
        yield Fault((*path, "probability"), message)
    elif probability is not None and probability > risk.probability:
        message = f"{probability:g} makes it worse: expected what the risk's probability of {risk.probability:g} falls to"
        yield Fault((*path, "probability"), message)
    struck = {impact.on: impact for impact in risk.impacts}
    seen: set[str] = set()
    for place, left in enumerate(leaves):
        where: Path = (*path, "leaves", place)
        if left.on not in struck:
            known = ", ".join(struck)
            yield Fault((*where, "on"), f"'{risk.id}' does not strike '{left.on}', only {known}{maybe(left.on, struck)}")
        elif left.on in seen:
            yield Fault((*where, "on"), f"'{left.on}' is left twice; maybe delete one")
        else:
            yield from _worse(struck[left.on], left, where)
        seen.add(left.on)


def _worse(own: Impact, left: Impact, path: Path) -> Iterator[Fault]:
    """Yield where what is left of an impact is more than it was."""
    if own.slips_to is not None:
        if left.slips_to == own.slips_to and left.misses > own.misses:
            yield Fault((*path, "misses"), f"{left.misses} makes it worse: the risk misses {own.misses}")
        return
    if left.slips_to is not None:
        message = "the risk delays by an amount, so what is left is an amount too; maybe give 'likely', or 'low' and 'high'"
        yield Fault((*path, "slips_to"), message)
        return
    before, after = _figures(own), _figures(left)
    if len({isinstance(end, Relative) for end in (*before.values(), *after.values())}) > 1:
        message = "the risk delays in per cent and what is left does not, or the other way; maybe give both the same way"
        yield Fault(path, message)
        return
    ends = list(before)
    for name, end in after.items():
        held = before[name if name in before else ends[-1] if name != "low" else ends[0]]
        was, becomes = _number(held), _number(end)
        if abs(becomes) > abs(was) or was * becomes < 0:
            yield Fault((*path, name), f"'{_printed(end)}' makes it worse: the risk's own is '{_printed(held)}'")


def _figures(impact: Impact) -> dict[str, object]:
    """Return the figures of a delay, the least first."""
    stated = {name: getattr(impact, name) for name in ("low", "likely", "high")}
    return {name: value for name, value in stated.items() if value is not None}


def _number(end: object) -> float:
    return end.percent if isinstance(end, Relative) else float(column_number(end))  # type: ignore[arg-type]


def _printed(end: object) -> str:
    return str(end) if isinstance(end, Relative) else print_value(end)  # type: ignore[arg-type]
