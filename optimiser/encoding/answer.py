"""The solver's limits and answers, in types that do not need the solver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

__all__ = ["DETERMINISTIC_TIME", "Answer", "Limits", "Places", "Status", "Window"]

Status = Literal["optimal", "feasible", "infeasible", "unknown"]
"""``unknown`` is what a limit leaves behind. It is never a verdict."""

Places = Mapping[str, tuple[int, int]]
"""Start and finish of every activity and milestone, as boundaries. Raw: not left-shifted, so only the milestone asked
for is where it is for a reason."""


class Window(NamedTuple):
    """Where an item may lie: lowest and highest boundary of its start and of its finish."""

    start: tuple[int, int]
    finish: tuple[int, int]


DETERMINISTIC_TIME = 60.0
"""What one call of CP-SAT may take where nobody says otherwise: the same for every verb, so that all come to one answer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much work one call may do, and how.

    Attributes
    ----------
    deterministic_time
        Budget of the whole call in CP-SAT's deterministic seconds, however many solves it makes.
    seed
        Seed of every solve.
    workers
        Threads. More than one is faster on hard capacity problems, and not reproducible.
    time_limit
        Seconds by the wall clock for the whole call, None for none. A run that ends on it may not repeat.
    presolve
        Whether CP-SAT simplifies the model first. None leaves it on where capacity is rationed, which needs it, and off
        elsewhere, where it costs several times what it saves.
    linear
        Whether linear relaxations are solved. Of work on capacities under fixed distances they tell less than they cost.
    """

    deterministic_time: float = DETERMINISTIC_TIME
    seed: int = 0
    workers: int = 1
    time_limit: float | None = None
    presolve: bool | None = None
    linear: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search found.

    Attributes
    ----------
    status
        ``optimal``: the boundary is the earliest. ``feasible``: the positions hold, and nothing is proved about earlier
        ones. ``infeasible``: there are none. ``unknown``: the limit came first.
    boundary
        The milestone's boundary in the positions; None without positions or without a milestone.
    bound
        A boundary that the milestone cannot be earlier than; None where nothing was minimised.
    positions
        Where everything lies, None where nothing was found.
    deterministic_time
        Deterministic seconds used.
    minimal
        Of a conflict: whether leaving out any one member was shown to resolve it. None where there is no conflict.
    """

    status: Status
    boundary: int | None = None
    bound: int | None = None
    positions: Places | None = None
    deterministic_time: float = 0.0
    minimal: bool | None = None
