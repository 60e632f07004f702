"""What varies between the samples of a pass, column by column, and how wide the boundaries that come of it are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimiser.critical.arcs import NEVER
from optimiser.critical.network import Network

__all__ = ["Chosen", "Columns", "Flags", "width_of"]

Flags = NDArray[np.bool_]

Chosen = NDArray[np.int64] | Flags
"""Samples by their places or by a mask."""


@dataclass(slots=True)
class Columns:
    """What varies between samples; whatever is not named stays as in the plan.

    Attributes
    ----------
    samples
        How many variants.
    values
        Slot to a column, shape ``(samples,)``. A slot is an assumption or unknown, a rule (its own lag, date, notice or
        count), or ``duration:ITEM``; the column holds amounts in the plan's own unit, dates as ordinals
        (`datetime.date.toordinal`), `NONE` for the date ``none``. Of the slots of one number the most particular wins:
        a rule or duration over the assumption it refers to.
    switches
        Rule or ``duration:ITEM`` to a column of truth values.
    """

    samples: int
    values: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    switches: Mapping[str, Flags] = field(default_factory=dict)

    def taken(
        self,
        samples: Chosen,
        values: Mapping[str, NDArray[np.int64]] = MappingProxyType({}),
        switches: Mapping[str, Flags] = MappingProxyType({}),
    ) -> Columns:
        """Return the columns of some samples, by their places or by a mask, others in the place of some of them."""
        count = int(np.count_nonzero(samples)) if samples.dtype == np.bool_ else len(samples)
        return Columns(count, _Taken(self.values, samples, values), _Taken(self.switches, samples, switches))

    def over(self, values: Mapping[str, NDArray[np.int64]]) -> Columns:
        """Return the columns with some others laid over them."""
        return Columns(self.samples, _Taken(self.values, None, values), self.switches)


class _Taken(Mapping[str, NDArray[Any]]):
    """Columns in some samples, all where None, each taken when it is first asked for: most never are."""

    def __init__(self, whole: Mapping[str, NDArray[Any]], samples: Chosen | None, instead: Mapping[str, NDArray[Any]]) -> None:
        self._whole, self._samples, self._known = whole, samples, dict(instead)
        self._more = [name for name in instead if name not in whole]

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._known:
            found = self._whole[name]
            self._known[name] = found if self._samples is None else found[self._samples]
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._known or name in self._whole

    def __iter__(self) -> Iterator[str]:
        yield from self._whole
        yield from self._more

    def __len__(self) -> int:
        return len(self._whole) + len(self._more)


_WIDE = 2**30
"""Boundaries beyond this, of whatever runs off the axis, would not fit into 32 bits."""


def width_of(network: Network, columns: Columns, names: Iterable[str], before: np.dtype[Any] | None = None) -> np.dtype[Any]:
    """Return how wide the boundaries of a pass are: 32 bits, unless the axis, or a number in a column, is too long for that.

    Parameters
    ----------
    names
        Slots whose columns differ from those of a pass before, or all.
    before
        How wide those of that pass are.
    """
    if "narrow" not in network.kept:
        network.kept["narrow"] = _narrow(network)
    if not network.kept["narrow"] or before == np.int64:
        return np.dtype(np.int64)
    most = network.clock.size
    for name in names:
        column = None if name in network.dated_slots else columns.values.get(name)
        if column is not None and len(column) and not -most <= int(column.min()) <= int(column.max()) <= most:
            return np.dtype(np.int64)
    return np.dtype(np.int32)


def _narrow(network: Network) -> bool:
    """Say whether all that a pass adds up, whatever the path, fits into 32 bits."""
    most = network.clock.size
    numbers = (*(arc.amount for arc in network.arcs), *(quorum.amount for quorum in network.quorums))
    steps = any(arc.family.steps is not None for arc in network.arcs)
    return not steps and NEVER + (len(network.points) + 2) * (most + 1) < _WIDE and all(abs(each) <= most for each in numbers)
