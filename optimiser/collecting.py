"""Garbage collection while an answer is made: seldom, as plans and passes are large, live long and hold next to no cycles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

__all__ = ["seldom_collected"]

_SELDOM: Final = 50_000
"""New containers between two collections of the youngest: CPython's own 700 look through a large plan thousands of times."""


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Collect garbage seldom within, and as before afterwards; whoever collects more seldom still is left alone."""
    before = gc.get_threshold()
    if 0 < before[0] < _SELDOM:
        gc.set_threshold(_SELDOM, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
