"""Whether CP-SAT may be asked, and how often it was: a check that trusts no solver bars it, and learns where it was needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

__all__ = ["Asked", "SolverBarredError", "asked", "asking", "barred"]


class SolverBarredError(Exception):
    """CP-SAT was needed where it may not be asked: what wanted it is to be taken on its word or left out."""


@dataclass
class Asked:
    """How often CP-SAT was asked."""

    times: int = 0


_barred: ContextVar[bool] = ContextVar("barred", default=False)
_counts: ContextVar[tuple[Asked, ...]] = ContextVar("counts", default=())


def asking() -> None:
    """Note that CP-SAT is about to be asked.

    Raises
    ------
    SolverBarredError
        If it may not be.
    """
    if _barred.get():
        raise SolverBarredError
    for count in _counts.get():
        count.times += 1


@contextmanager
def barred() -> Iterator[None]:
    """Bar CP-SAT: whatever needs it raises `SolverBarredError`, before the solver is even loaded."""
    token = _barred.set(True)
    try:
        yield
    finally:
        _barred.reset(token)


@contextmanager
def asked() -> Iterator[Asked]:
    """Count how often CP-SAT is asked inside."""
    count = Asked()
    token = _counts.set((*_counts.get(), count))
    try:
        yield count
    finally:
        _counts.reset(token)
