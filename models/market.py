"""Divisible work with release days and rate limits: a market that migrates.

Every stream *i* has ``work`` units, is ready from day ``ready`` on and moves at most ``most`` units a day; all streams
together move at most ``limits[t]`` on day *t*. Days are counted from 0, units are whole: meter points, or parts of a share.

A number ``x(i, t) ≥ 0`` is moved of stream *i* on day *t* with ``x(i, t) = 0`` for ``t < ready(i)``, ``x(i, t) ≤ most(i)``,
``Σ_i x(i, t) ≤ limits[t]`` and ``Σ_t x(i, t) = work(i)``. The market is done after *n* days where all of it lies on days
``0 … n − 1``.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Market", "Stream"]

MOST_UNITS = 2**40
"""Units of a whole market: up to here sums of shares of days stay exact to a unit in floating point."""


@dataclass(frozen=True, slots=True)
class Stream:
    """What one party moves of one segment.

    Attributes
    ----------
    id
        Its name, unique in the market.
    work
        Units, what comes back included; none is no work.
    ready
        The first day on which any of it can be moved.
    most
        Units a day, None for no limit but the market's.
    """

    id: str
    work: int
    ready: int
    most: int | None = None

    @property
    def rate(self) -> int:
        """Units that the stream can move in a day: no more than there are."""
        return self.work if self.most is None else min(self.most, self.work)


@dataclass(frozen=True, slots=True)
class Market:
    """Streams, and what all of them together can move on each day.

    Attributes
    ----------
    streams
        Each with another name.
    limits
        Units on each day of the axis; 0 on a day on which nothing may move.

    Raises
    ------
    ValueError
        If a name is given twice, a number is negative, or the units are too many to be counted exactly.
    """

    streams: tuple[Stream, ...]
    limits: tuple[int, ...]

    def __post_init__(self) -> None:
        names = [stream.id for stream in self.streams]
        twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
        faults = [f"stream '{name}' is given twice" for name in twice]
        faults += [
            f"stream '{stream.id}': {name} is {value}; expected 0 or more"
            for stream in self.streams
            for name, value in (("work", stream.work), ("ready", stream.ready), ("most", stream.most))
            if value is not None and value < 0
        ]
        faults += [
            f"the limit of day {day} is {limit}; expected 0 or more" for day, limit in enumerate(self.limits) if limit < 0
        ]
        if self.work > MOST_UNITS:
            faults.append(f"{self.work} units are more than {MOST_UNITS}; maybe count in thousands")
        if faults:
            raise ValueError("; ".join(faults))

    @property
    def work(self) -> int:
        """Units of all streams."""
        return sum(stream.work for stream in self.streams)
