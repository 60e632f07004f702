"""The earliest positions of many variants of a network at once, the pass of the network as it stands kept between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.critical.batch import Batch
from optimiser.critical.columns import Columns, Flags
from optimiser.critical.network import Network
from optimiser.stopping import heed

__all__ = ["Evaluated", "evaluate"]

FEW_NAMES = 60
"""Where columns name fewer slots and switches than this only what lies behind them is computed, from the plan as it stands."""


@dataclass(slots=True)
class Evaluated:
    """The earliest positions of every sample.

    Attributes
    ----------
    values
        Boundaries, shape ``(nodes, samples)``; beyond ``clock.limit`` where a date runs off the axis.
    infeasible
        Samples in which a latest date is broken, or an occasion never comes, shape ``(samples,)``.
    """

    network: Network
    values: NDArray[np.int64]
    infeasible: Flags

    def of(self, milestone: str) -> NDArray[np.int64]:
        """Return the boundary of a milestone in each sample."""
        row: NDArray[np.int64] = self.values[self.network.nodes[milestone, "start"]]
        return row

    def beyond(self, milestone: str) -> Flags:
        """Return the samples in which a milestone runs off the axis."""
        return self.of(milestone) > self.network.clock.limit


def evaluate(network: Network, columns: Columns, *, raised: Mapping[int, NDArray[np.int64]] | None = None) -> Evaluated:
    """Return the earliest positions of everything in every sample.

    Parameters
    ----------
    network
        The plan's inequalities.
    columns
        What varies.
    raised
        Further floors: node to a column of boundaries.
    """
    heed()
    names = [*columns.values, *columns.switches]
    if raised is None and len(names) < FEW_NAMES:
        settled: _PassedNodes | None = network.kept.get("settled")
        if settled is None and "evaluated" in network.kept:
            settled = network.kept["settled"] = _PassedNodes(network)
        if settled is not None:
            return settled.evaluated(columns, names)
        network.kept["evaluated"] = True
    batch = Batch(network, columns)
    values = batch.settle(raised)
    return Evaluated(network, values, batch.broken())


class _PassedNodes:
    """The pass of a network as it stands, of which many are varied in little: kept once it is asked for again."""

    def __init__(self, network: Network) -> None:
        self._batch = Batch(network, Columns(1))
        self._values = self._batch.settle()
        self._broken = bool(self._batch.broken()[0])
        self._all = [True] * len(network.points)

    def evaluated(self, columns: Columns, names: Sequence[str]) -> Evaluated:
        """Return the pass under columns that name a few slots and switches: only what lies behind these is computed."""
        network = self._batch.network
        count = columns.samples
        varied = self._batch.varied(columns, np.zeros(count, dtype=np.int64), names, self._all, {})
        values = np.repeat(self._values, count, axis=1)
        for node in varied.computed:
            values[node] = varied.row(node)
        if self._broken:
            return Evaluated(network, values, varied.broken())
        return Evaluated(network, values, varied.broken(varied.computed))
