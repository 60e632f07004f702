"""A few things kept by their key: each is made once, and what was not asked for longest is forgotten."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from optimiser.stopping import heed

__all__ = ["Shelf"]

_MOST = 24
"""Variants of the plan that are kept, the latest; each takes less than a megabyte."""

_PATIENCE = 0.05
"""Seconds after which who waits for another looks whether to go on waiting."""

T = TypeVar("T")


class Shelf(Generic[T]):
    """A few things by their key, the latest used; each is made once, by whoever asks first."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable) -> T | None:
        """Return what is kept under a key."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Hashable, value: T) -> T:
        """Keep something, and forget what was not asked for longest."""
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return value

    def made(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is kept, or make it. Of several who ask at once one makes it, the others wait for it.

        Raises
        ------
        StoppedError
            If the work of whoever asks is called off meanwhile; another who waits then makes it.
        """
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        while not making.acquire(timeout=_PATIENCE):
            heed()
        try:
            found = self.get(key)
            return self.put(key, make()) if found is None else found
        finally:
            with self._lock:
                self._making.pop(key, None)
            making.release()
