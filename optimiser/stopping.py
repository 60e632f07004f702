"""Cancellation of long work: the caller holds a `Stop`, and the work asks it now and then whether to go on.

Nothing is interrupted in the middle: forward passes, samples and list schedules ask as they begin, and a search of CP-SAT is
told to end. Where nobody holds a stop the question costs one look-up. Time that is over is asked about in the same way, and is no
reason to throw away what is known: bounds and schedules so far stand.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["Stop", "StoppedError", "bounded", "heed", "heeding", "out_of_time", "searching"]


class StoppedError(Exception):
    """The work was called off by whoever asked for it: there is no answer, and no verdict."""


class Stop:
    """Whether work is to end."""

    def __init__(self) -> None:
        self._called = threading.Event()
        self._lock = threading.Lock()
        self._ends: list[Callable[[], object]] = []

    @property
    def called(self) -> bool:
        """Whether the work was called off."""
        return self._called.is_set()

    def call(self) -> None:
        """Call the work off; searches that go on are told to end, again with every call."""
        self._called.set()
        with self._lock:
            ends = list(self._ends)
        for end in ends:
            end()

    @contextmanager
    def ending(self, end: Callable[[], object]) -> Iterator[None]:
        """Have a search told to end while it goes on."""
        with self._lock:
            self._ends.append(end)
        try:
            yield
        finally:
            with self._lock:
                self._ends.remove(end)


_held: ContextVar[Stop | None] = ContextVar("stop", default=None)


@contextmanager
def heeding(stop: Stop) -> Iterator[None]:
    """Have everything inside ask this stop."""
    token = _held.set(stop)
    try:
        yield
    finally:
        _held.reset(token)


def heed() -> None:
    """Go on, unless the work was called off.

    Raises
    ------
    StoppedError
        If it was.
    """
    stop = _held.get()
    if stop is not None and stop.called:
        raise StoppedError


def searching() -> Stop | None:
    """Return the stop that a search has to be ended by; None where nobody holds one."""
    return _held.get()


_bound: ContextVar[Callable[[], bool] | None] = ContextVar("bound", default=None)


@contextmanager
def bounded(over: Callable[[], bool]) -> Iterator[None]:
    """Have everything inside ask whether the time for the question is over, and be content then with what it has."""
    token = _bound.set(over)
    try:
        yield
    finally:
        _bound.reset(token)


def out_of_time() -> bool:
    """Return whether the time for the question that is being worked on is over; never where nobody bounds it."""
    over = _bound.get()
    return over is not None and over()
