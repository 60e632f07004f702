"""One task: the rows of a range, computed from the text of a job alone, the same wherever and whenever it is done."""

from __future__ import annotations

import hashlib
import time
import zlib

import numpy as np
from numpy.typing import NDArray

from optimiser.batch.fast import FastPath
from optimiser.batch.job import Job
from optimiser.batch.results import Found

__all__ = ["compute", "packed", "run_range"]

_READY: dict[str, tuple[Job, FastPath]] = {}
"""The job last worked on in this process."""


def packed(job: Job) -> bytes:
    """Return a job as it travels."""
    return zlib.compress(job.text.encode(), 6)


def run_range(payload: bytes, first: int, after: int) -> Found:
    """Compute the rows from one number to before another.

    Parameters
    ----------
    payload
        A job, packed.
    first, after
        Numbers of rows; those that exclusions leave out are passed over.
    """
    name = hashlib.sha256(payload).hexdigest()
    ready = _READY.get(name)
    if ready is None:
        job = Job.of(zlib.decompress(payload).decode())
        ready = job, FastPath(job)
        _READY.clear()
        _READY[name] = ready
    job, fast = ready
    return compute(job, fast, np.arange(first, after, dtype=np.int64))


def compute(job: Job, fast: FastPath, rows: NDArray[np.int64]) -> Found:
    """Compute some rows of a job.

    Parameters
    ----------
    job
        What is computed.
    fast
        The job's fast path.
    rows
        Numbers of rows.
    """
    began = time.perf_counter()
    places = job.design.places(rows)
    keep = job.design.kept(places)
    found = Found.blank(rows[keep], places[keep], len(job.milestones))
    left = fast.compute(found)
    computed = time.perf_counter()
    if len(left):
        _one_by_one(job, found, left)
    solved = time.perf_counter()
    again = job.design.checked(found.rows)
    again[left] = False
    if again.any():
        from optimiser.batch.solved import check_row

        for row in np.flatnonzero(again).tolist():
            check_row(job, found, row)
    found.seconds = {
        "columns": computed - began,
        "solver": solved - computed,
        "check": time.perf_counter() - solved,
    }
    return found


def _one_by_one(job: Job, found: Found, left: NDArray[np.int64]) -> None:
    """Compute rows one by one: those with capacity through CP-SAT, those at a confidence by sampling."""
    from optimiser.batch.chance import Chances
    from optimiser.batch.solved import solve_row

    chances = Chances(job)
    for row in left.tolist():
        if job.confidence(found.places[row].tolist()) is None:
            solve_row(job, found, row)
        else:
            chances.fill(found, row)
