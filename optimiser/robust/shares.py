"""Relative impacts in a register: a share needs a drawn quantity, as the plan's own values change with its scenarios."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterator

from models.duration import Duration, print_value
from models.faults import Fault
from models.risk import Impact, Range, RatingRange, Relative
from optimiser.numbers import column_number
from optimiser.robust.quantity import Quantity
from optimiser.robust.shapes import end_of

__all__ = ["share_faults", "shared_delay_fault"]

Path = tuple[str | int, ...]


def share_faults(entry: Range, quantity: Quantity, rating: RatingRange | None, path: Path) -> Iterator[Fault]:
    """Yield where a range leans on the plan's own value: figures in per cent of it, or no likely value.

    Parameters
    ----------
    entry
        The range.
    quantity
        What it is a range of, as the plan at hand holds it: that names the figures that are offered instead.
    rating
        The range's rating of uncertainty, if it takes its ends from one.
    path
        Of the range.
    """
    if entry.likely is not None and not isinstance(entry.likely, Relative):
        return
    way = f"add 'likely: {print_value(quantity.value)}', of which it is then taken"
    if isinstance(entry.likely, Relative):
        message = f"'{entry.likely}' would be of what a scenario holds; the likely value is of the work: maybe"
        yield Fault((*path, "likely"), f"{message} '{_absolute(entry.likely, quantity)}'")
        return
    if rating is not None:
        ends = f"low {_absolute(rating.low, quantity)} and high {_absolute(rating.high, quantity)}"
        message = (
            f"rating '{rating.rating}' means per cent, and of what a scenario holds that would count a cut twice; maybe {way}"
        )
        yield Fault((*path, "rag"), f"{message}, or give {ends}")
        return
    shares = [((name,), value) for name in ("low", "high") if isinstance(value := getattr(entry, name), Relative)]
    for field in ("values", "quantiles"):
        listed = [((field, place, "value"), each.value) for place, each in enumerate(getattr(entry, field))]
        shares += [(where, value) for where, value in listed if isinstance(value, Relative)]  # type: ignore[misc]
    for where, share in shares:
        other = f", or {way}" if where[0] in ("low", "high") and entry.shape != "uniform" else ""
        message = f"'{share}' would be of what a scenario holds, and count a cut twice; a range is of the work: maybe"
        yield Fault((*path, *where), f"{message} '{_absolute(share, quantity)}'{other}")
    if not shares and entry.shape in ("triangular", "pert"):
        message = "a range is of the work, so its likely value is not left to the plan, which a scenario may set"
        yield Fault(path, f"{message}; maybe add 'likely: {print_value(quantity.value)}'")


def _absolute(share: Relative, quantity: Quantity) -> str:
    """Return a share of what the plan holds in the quantity's own unit, rounded to the nearest whole."""
    if quantity.value is None or isinstance(quantity.value, (bool, dt.date)):
        return print_value(quantity.value)
    number = math.floor((end_of(share, column_number(quantity.value)) or 0.0) + 0.5)
    return str(number) if quantity.kind == "count" else print_value(Duration(number, quantity.unit))  # type: ignore[arg-type]


def shared_delay_fault(impact: Impact, quantity: Quantity, drawn: Collection[str], path: Path) -> Fault | None:
    """Return the fault of a relative delay on a quantity without a draw: its size would depend on the scenario."""
    shares = {name: value for name in ("low", "likely", "high") if isinstance(value := getattr(impact, name), Relative)}
    if not shares or quantity.slot in drawn or quantity.assumption in drawn or quantity.kind == "date":
        return None
    name, share = next(iter(shares.items()))
    base = column_number(quantity.value)
    more = Duration(math.floor(base * share.percent / 100 + 0.5), quantity.unit) if quantity.unit else None  # type: ignore[arg-type]
    instead = f"maybe '{print_value(more)}'" if more else "maybe a whole number"
    message = f"'{share}' would be of what a scenario holds: '{impact.on}' has no range, of which it would be a share;"
    return Fault((*path, name), f"{message} {instead}, or give '{impact.on}' a range")
