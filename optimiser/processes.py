"""Processes beside this one: whether copies of it are safe, and a question shared out among copies that know all that it does."""

from __future__ import annotations

import concurrent.futures as cf
import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from optimiser.errors import OptimiserError

__all__ = ["copies_are_safe", "shared_out"]

T = TypeVar("T")

_asked: Callable[[int], Any] | None = None
"""What the copies are asked; set only while they are made."""


def copies_are_safe() -> bool:
    """Say whether this process can be copied, which starts at once: only while nothing else runs in it."""
    return "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1


def shared_out(ask: Callable[[int], T], count: int, workers: int) -> list[T]:
    """Return what is asked of each number below ``count``, in order.

    Parameters
    ----------
    ask
        Gives the same answer in whatever process and order it is asked.
    workers
        Processes at the most. One asks here, and so does a system on which a process cannot be copied, or a process in
        which something else runs meanwhile, as copies are not safe then.

    Raises
    ------
    OptimiserError
        If a copy dies, for want of memory say.
    """
    if min(workers, count) < 2 or not copies_are_safe():
        return [ask(number) for number in range(count)]
    global _asked  # noqa: PLW0603 - a copy inherits what cannot be sent to it
    _asked = ask
    try:
        with cf.ProcessPoolExecutor(min(workers, count), mp_context=multiprocessing.get_context("fork")) as pool:
            return list(pool.map(_answered, range(count)))
    except BrokenProcessPool as error:
        message = "a worker died; maybe the machine lacks memory for so many: try fewer --workers"
        raise OptimiserError(message) from error
    finally:
        _asked = None


def _answered(number: int) -> Any:
    assert _asked is not None
    return _asked(number)
