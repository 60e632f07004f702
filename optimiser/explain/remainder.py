"""What bounds and schedules leave open of a rationed plan is asked of CP-SAT: of all of it, or of the part that counts."""

from __future__ import annotations

from dataclasses import replace

from models.plan import Plan
from optimiser.critical import Earliest, Network
from optimiser.encoding.answer import Answer, Limits
from optimiser.explain.rationing import holds
from optimiser.explain.subject import Reach
from optimiser.solve.dates import FULL_SEARCH
from optimiser.solve.variant import Variant, pools_of

__all__ = ["solved"]


def solved(
    plan: Plan,
    network: Network,
    earliest: Earliest,
    milestone: str,
    low: int,
    values: list[int] | None,
    high: int | None,
    limits: Limits,
) -> tuple[Reach, list[int] | None]:
    """Ask CP-SAT where a milestone of a plan lies.

    Parameters
    ----------
    plan, network, earliest
        A plan, its network, and the forward pass with capacity left out.
    low, high
        What is known: boundaries before which, and behind which, the milestone's earliest does not lie.
    values
        Boundary of each node of the best schedule known.
    limits
        Of each call.

    Returns
    -------
    Reach
        Undecided where a limit came first.
    list of int or None
        Boundary of each node of the best schedule known now.
    """
    node = network.nodes[milestone, "start"]
    if values is not None:
        high = values[node] if high is None else min(high, values[node])
    if len(network.points) * network.clock.size > FULL_SEARCH:
        return _closed(plan, network, earliest, milestone, low, values, high, limits)
    from optimiser.encoding import Encoding

    encoding = Encoding(plan, network.clock, switches=False)
    answer: Answer = encoding.earliest(milestone, floor=low, ceiling=high, limits=limits)
    if answer.status == "infeasible":
        if high is None and encoding.confirm_infeasible(None, None, limits=limits).status == "infeasible":
            return Reach(network.never, network.never, "CP-SAT"), None
        return Reach(low, high, "undecided"), values
    found = values
    if answer.positions is not None and answer.boundary is not None and (high is None or answer.boundary <= high):
        found = [answer.positions[point.item][1 if point.end == "finish" else 0] for point in network.points]
    if answer.status == "optimal" and answer.boundary is not None:
        return Reach(answer.boundary, answer.boundary, "CP-SAT"), found
    better = [each for each in (high, answer.boundary) if each is not None]
    low = max(low, answer.bound or low)
    return Reach(low, min(better, default=None), "undecided"), found


def _closed(
    plan: Plan,
    network: Network,
    earliest: Earliest,
    milestone: str,
    low: int,
    values: list[int] | None,
    high: int | None,
    limits: Limits,
) -> tuple[Reach, list[int] | None]:
    """Ask CP-SAT about the part of a crowded plan that the milestone can feel, for a short while."""
    from optimiser.solve.crowd import close

    node = network.nodes[milestone, "start"]
    own = replace(network, plan=plan)
    pools = pools_of(own, Variant())
    closed = close(replace(earliest, network=own), pools, milestone, low, values, limits)
    low = max(low, closed.bound)
    if closed.values is not None and holds(network, pools, closed.values) and (high is None or closed.values[node] < high):
        high, values = closed.values[node], closed.values
    if high is not None and low >= high:
        return Reach(high, high, "CP-SAT"), values
    return Reach(low, high, "undecided"), values
