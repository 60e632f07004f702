"""Faults of a range, a driver or an impact whose every part is well formed: its ends, their order and units."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from models.duration import print_value
from models.faults import Fault
from models.risk import Impact, Relative, Spread
from optimiser.numbers import column_number
from optimiser.robust.quantity import Quantity

__all__ = ["Path", "ends_of", "fitting_fault", "printed_end", "spread_faults"]

Path = tuple[str | int, ...]


def ends_of(spread: Spread | Impact) -> dict[str, object]:
    """Return the figures of a spread that are stated, by field."""
    stated = {name: getattr(spread, name) for name in ("low", "likely", "high")}
    return {name: value for name, value in stated.items() if value is not None}


def spread_faults(spread: Spread, quantity: Quantity | None, path: Path) -> Iterator[Fault]:
    """Yield what is wrong with a range, or, without a quantity, with a driver's factor."""
    yield from _foreign(spread, path)
    if spread.shape == "discrete":
        entries: list[tuple[Path, object]] = [
            (("values", place, "value"), entry.value) for place, entry in enumerate(spread.values)
        ]
        if not entries:
            yield Fault((*path, "shape"), "shape 'discrete' needs 'values', each with a weight")
    elif spread.shape == "quantiles":
        entries = [(("quantiles", place, "value"), entry.value) for place, entry in enumerate(spread.quantiles)]
        yield from _quantiles(spread, path)
    else:
        ends = ends_of(spread)
        entries = [((name,), value) for name, value in ends.items()]
        missing = {"low", "high"} - ends.keys()
        if len(missing) == 2 or (missing and spread.shape == "uniform"):
            yield Fault(path, f"shape '{spread.shape}' needs {'' if len(missing) == 2 else 'both '}'low' and 'high'")
        if spread.shape == "uniform" and "likely" in ends:
            yield Fault((*path, "likely"), "shape 'uniform' has no likely value; maybe delete it, or take 'triangular'")
    read: dict[Path, float] = {}
    for where, value in entries:
        if value is None:
            yield Fault((*path, *where), "a value is missing here")
            continue
        fault = fitting_fault(value, quantity, (*path, *where))
        if fault:
            yield fault
        else:
            read[where] = _figure(value, quantity, spread.likely)
    if spread.shape == "discrete" or any(where not in read for where, value in entries if value is not None):
        return
    for (_, lower), (where, upper) in pairwise(read.items()):
        if upper < lower:
            yield Fault((*path, *where), f"the range is upside down: {_shown(spread, where)}")
            return


def _foreign(spread: Spread, path: Path) -> Iterator[Fault]:
    """Yield figures that belong to another shape."""
    wanted = {"discrete": ("values",), "quantiles": ("quantiles",)}.get(spread.shape, ("low", "likely", "high"))
    listed = ", ".join(f"'{name}'" for name in wanted)
    for name in ("low", "likely", "high", "values", "quantiles"):
        if name not in wanted and getattr(spread, name) not in (None, ()):
            yield Fault((*path, name), f"shape '{spread.shape}' takes {listed}, not '{name}'; maybe delete it")


def _shown(spread: Spread, where: Path) -> str:
    """Return the figures of a range as written, in order."""
    if spread.quantiles:
        return f"{printed_end(spread.quantiles[int(where[1])].value)} is below the value of a smaller quantile"
    return ", ".join(f"{name} {printed_end(value)}" for name, value in ends_of(spread).items())


def printed_end(value: object) -> str:
    """Return an end as a register writes it."""
    return str(value) if isinstance(value, Relative) else print_value(value)  # type: ignore[arg-type]


def fitting_fault(value: object, quantity: Quantity | None, path: Path) -> Fault | None:
    """Return a fault if a figure is not of the kind and unit of its quantity."""
    if quantity is None:
        if isinstance(value, Relative):
            return None
        return Fault(path, f"a driver's factor is a change such as '+25 %', got '{printed_end(value)}'")
    if isinstance(value, Relative):
        return Fault(path, f"a date has no per cent, got '{value}'; expected a date") if quantity.kind == "date" else None
    complaint = quantity.complaint(value)
    return Fault(path, complaint) if complaint else None


def _figure(value: object, quantity: Quantity | None, likely: object) -> float:
    """Return a figure as a number that can be compared: per cent of the likely value, of a driver's factor of one."""
    if isinstance(value, Relative):
        stated = quantity.value if quantity and (likely is None or isinstance(likely, Relative)) else likely
        base = column_number(stated) if quantity else 1  # type: ignore[arg-type]
        return base * value.factor if base >= 0 else base * (2 - value.factor)
    return float(column_number(value))  # type: ignore[arg-type]


def _quantiles(spread: Spread, path: Path) -> Iterator[Fault]:
    points = [entry.at for entry in spread.quantiles]
    if len(points) < 2:
        yield Fault((*path, "quantiles"), "shape 'quantiles' needs two or more quantiles, the first at 0 and the last at 1")
        return
    if points[0] != 0 or points[-1] != 1:
        message = f"the first quantile must be at 0 and the last at 1: they are the ends, got {points[0]:g} and {points[-1]:g}"
        yield Fault((*path, "quantiles"), message)
    for place, (lower, upper) in enumerate(pairwise(points)):
        if upper <= lower:
            yield Fault((*path, "quantiles", place + 1, "at"), f"quantiles must rise, got {upper:g} after {lower:g}")
