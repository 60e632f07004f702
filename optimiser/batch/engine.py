"""The engine: ranges of rows handed to workers, here or on a cluster, and written down as they come back.

Every range is computed from the text of the job alone and written with the note that it is done, so neither the order in
which ranges come back, nor how many workers there are, nor how often the program is killed, changes a row.
"""

from __future__ import annotations

import concurrent.futures as cf
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from optimiser.batch.cluster import ATTEMPTS, Cluster
from optimiser.batch.export import export
from optimiser.batch.fast import FastPath
from optimiser.batch.job import Job
from optimiser.batch.ledger import Ledger
from optimiser.batch.results import Found
from optimiser.batch.task import compute, packed, run_range
from optimiser.errors import OptimiserError
from optimiser.processes import copies_are_safe

__all__ = ["Estimate", "Ran", "RunProgress", "estimate", "run", "worth_starting"]

_LARGEST, _SMALLEST, _PARTS, _SOLVED = 5_000, 50, 6, 4

_FEW_ROWS = 50_000
"""Below so many rows that the network alone tells, a second worker takes longer to start than it saves."""


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run has come.

    Attributes
    ----------
    done, total
        Rows, those that exclusions leave out included.
    rate
        Rows a second, of this start of the run.
    left
        Seconds still to go; None while that cannot be said.
    """

    done: int
    total: int
    rate: float
    left: float | None


@dataclass(slots=True)
class Ran:
    """What came of a run.

    Attributes
    ----------
    complete
        Whether every row is there; an interrupted run is not, and can be resumed.
    counts
        Rows of each status.
    computed
        Rows computed by this start of the run.
    seconds
        By the wall clock, exports included.
    disagreements
        Row to what CP-SAT says otherwise: none, if all is well.
    """

    folder: Path
    complete: bool
    counts: dict[str, int]
    computed: int
    seconds: float
    checked: int
    disagreements: dict[int, str]
    files: list[Path] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run would take.

    Attributes
    ----------
    rows
        Rows of the design.
    left_out
        Of these, left out by exclusions.
    through_solver
        The share of rows that only CP-SAT can take, from those that were tried.
    seconds
        Expected, with this many workers.
    """

    rows: int
    left_out: int
    through_solver: float
    seconds: float
    workers: int


def estimate(job: Job, workers: int = 1) -> Estimate:
    """Compute a few rows, spread over the design, and say what all of them would take.

    Parameters
    ----------
    job
        What would be computed.
    workers
        How many processes.
    """
    size, kept = job.design.size, job.design.count()
    fast = FastPath(job)
    rows = np.unique(np.linspace(0, size - 1, num=min(size, 400)).astype(np.int64))
    compute(job, fast, rows[:1])  # what is made only once is not counted
    crowded = _crowded(job, fast, rows)
    easy, hard = rows[~crowded], rows[crowded][:: max(1, int(crowded.sum()) // 3)][:3]
    per_row = 0.0
    for share, tried in ((1 - crowded.mean(), easy), (crowded.mean(), hard)):
        if len(tried):
            found = compute(job, fast, tried)
            spent = found.seconds["columns"] + found.seconds["solver"]
            per_row += float(share) * spent / max(1, len(found.rows))
    checked = job.design.checked(np.arange(min(size, 100_000))).mean() * size
    seconds = (kept * per_row + float(checked) * 0.1) / workers + kept * 1.2e-5 + 0.5
    return Estimate(size, size - kept, float(crowded.mean()), seconds, workers)


def _crowded(job: Job, fast: FastPath, rows: np.ndarray[Any, np.dtype[np.int64]]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Say which of some rows the fast path leaves to the solver."""
    places = job.design.places(rows)
    found = Found.blank(rows, places, len(job.milestones))
    crowded = np.zeros(len(rows), dtype=np.bool_)
    crowded[fast.compute(found)] = True
    return crowded


class Team(Protocol):
    """Whoever computes ranges."""

    def submit(self, payload: bytes, first: int, after: int) -> cf.Future[Found]:
        """Have a range computed."""

    def capacity(self) -> int:
        """Return how many ranges to hand out at once."""

    def renew(self) -> None:
        """Begin again after a worker has died and taken the others with it."""

    def close(self, *, wait: bool) -> None:
        """Send everybody home."""


class _Alone:
    """Nobody but this process, one range at a time."""

    def submit(self, payload: bytes, first: int, after: int) -> cf.Future[Found]:
        future: cf.Future[Found] = cf.Future()
        try:
            future.set_result(run_range(payload, first, after))
        except Exception as error:  # noqa: BLE001 - handed on as any worker's would be
            future.set_exception(error)
        return future

    def capacity(self) -> int:
        return 1

    def renew(self) -> None:
        return

    def close(self, *, wait: bool) -> None:  # noqa: ARG002 - there is nobody to wait for
        return


def _apprentice(parent: int) -> None:
    """Make a worker leave interrupts to its parent, and go when it is told to or when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class _Processes:
    """Processes on this machine."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: cf.ProcessPoolExecutor | None = None

    def submit(self, payload: bytes, first: int, after: int) -> cf.Future[Found]:
        if self._pool is None:
            import multiprocessing

            context = multiprocessing.get_context("fork" if copies_are_safe() else "spawn")
            self._pool = cf.ProcessPoolExecutor(
                self._workers, mp_context=context, initializer=_apprentice, initargs=(os.getpid(),)
            )
        return self._pool.submit(run_range, payload, first, after)

    def capacity(self) -> int:
        return 2 * self._workers

    def renew(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def close(self, *, wait: bool) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=wait, cancel_futures=True)


def run(
    job: Job,
    folder: Path,
    *,
    workers: int = 1,
    cluster: str | None = None,
    progress: Callable[[RunProgress], None] | None = None,
) -> Ran:
    """Compute every row of a job that is not there yet, and export all of them.

    Parameters
    ----------
    job
        What is computed.
    folder
        Of the run: made where there is none, gone on with where it holds the same job.
    workers
        Processes on this machine; with one, this process alone.
    cluster
        The address of a dask scheduler, whose workers then compute.
    progress
        Told how far the run has come.

    Returns
    -------
    Ran
        After an interrupt with what there is by then; nothing is exported then.

    Raises
    ------
    LedgerError
        If the folder holds another run, or cannot be written to.
    InputError
        If no cluster answers, or an export cannot be written.
    OptimiserError
        If workers keep dying over a range.
    """
    began = time.monotonic()
    ledger = Ledger(folder, writable=True)
    try:
        size = ledger.begin(job, _range_size(job))
        done = ledger.done()
        waiting = [
            (first, min(first + size, job.design.size)) for first in range(0, job.design.size, size) if first not in done
        ]
        team: Team
        if cluster is not None:
            team = Cluster(cluster)
        else:
            team = _Alone() if workers == 1 or len(waiting) <= 1 else _Processes(min(workers, len(waiting)))
        handed = _HandingOut(job, ledger, team, waiting, progress, job.design.size)
        try:
            complete = handed.all()
        finally:
            team.close(wait=False)
        files = export(ledger, job, folder) if complete else []
        return Ran(
            folder=folder,
            complete=complete,
            counts=ledger.counts(),
            computed=handed.computed,
            seconds=time.monotonic() - began,
            checked=ledger.checked(),
            disagreements=ledger.disagreements(),
            files=files,
        )
    finally:
        ledger.close(settled=True)


def worth_starting(job: Job, processors: int) -> int:
    """Return how many workers pay: one where the rows take no longer than starting others does."""
    return processors if _range_size(job) <= _SOLVED or job.design.size >= _FEW_ROWS else 1


def _range_size(job: Job) -> int:
    """Return how many rows make a range: few where each takes its time, and never more than a part of the whole."""
    from models.rules import Capacity

    plans = [stack.plan for stack in job.stacks if stack.plan is not None]
    rationed = {rule.id for plan in plans for rule in plan.rules if isinstance(rule, Capacity)}
    on = any(isinstance(rule, Capacity) for plan in plans for rule in plan.active_rules())
    turned = {name for axis in job.axes for value in axis.values for name in value.changes.rules}
    turned |= {name for reading in job.plan.readings for option in reading.options for name in option.changes.rules}
    sampled = any(axis.kind == "confidence" for axis in job.axes)
    largest = _SOLVED if on or turned & rationed or sampled else _LARGEST
    return max(1, min(largest, max(_SMALLEST, -(-job.design.size // _PARTS))))


class _HandingOut:
    """Ranges on their way out and back."""

    def __init__(
        self,
        job: Job,
        ledger: Ledger,
        team: Team,
        waiting: Sequence[tuple[int, int]],
        progress: Callable[[RunProgress], None] | None,
        total: int,
    ) -> None:
        self._job = job
        self._ledger = ledger
        self._team = team
        self._waiting: Iterator[tuple[int, int]] = iter(waiting)
        self._again: list[tuple[int, int]] = []
        self._attempts: dict[tuple[int, int], int] = {}
        self._out: dict[cf.Future[Found], tuple[int, int]] = {}
        self._progress = progress
        self._total = total
        self._before = total - sum(after - first for first, after in waiting)
        self._began = time.monotonic()
        self.computed = 0

    def all(self) -> bool:
        """Have every range computed and written; return False after an interrupt."""
        payload = packed(self._job)
        self._tell()
        try:
            while self._fill(payload):
                returned, _ = cf.wait(self._out, return_when=cf.FIRST_COMPLETED)
                for future in returned:
                    part = self._out.pop(future)
                    if not self._written(future, part):
                        break
        except KeyboardInterrupt:
            return False
        return True

    def _fill(self, payload: bytes) -> bool:
        """Hand out as many ranges as there is room for; return whether any is out."""
        room = self._team.capacity() - len(self._out)
        while room > 0:
            part = self._again.pop() if self._again else next(self._waiting, None)
            if part is None:
                break
            self._attempts[part] = self._attempts.get(part, 0) + 1
            try:
                future = self._team.submit(payload, *part)
            except BrokenProcessPool:
                self._bury([part])
                return True if self._out else self._fill(payload)
            self._out[future] = part
            room -= 1
        return bool(self._out)

    def _written(self, future: cf.Future[Found], part: tuple[int, int]) -> bool:
        """Write down a range that came back; return False where its worker died and all are out again."""
        try:
            found = future.result()
        except (BrokenProcessPool, cf.CancelledError):
            self._bury([part, *self._out.values()])
            self._out.clear()
            return False
        except Exception as error:
            if type(error).__module__.startswith("distributed") or isinstance(error, OSError):
                message = f"the cluster failed over rows {part[0]} to {part[1] - 1}: {error}; the ledger is whole, resume with the same command"
                raise OptimiserError(message) from None
            raise
        self._ledger.write(self._job, *part, found)
        self._attempts.pop(part, None)
        self.computed += part[1] - part[0]
        self._tell()
        return True

    def _bury(self, parts: Sequence[tuple[int, int]]) -> None:
        """Put ranges back whose workers died."""
        most = max(self._attempts.get(part, 0) for part in parts)
        if most >= ATTEMPTS:
            # Workers that die together take each other's ranges along: any of those tried as often may be the one.
            suspects = sorted(part for part in parts if self._attempts.get(part, 0) == most)
            named = " or ".join(f"{first} to {after - 1}" for first, after in suspects)
            message = (
                f"workers keep dying over rows {named}; maybe the machine lacks memory. "
                "The ledger is whole: resume with the same command, perhaps with fewer workers"
            )
            raise OptimiserError(message)
        self._team.renew()
        self._again += reversed(parts)

    def _tell(self) -> None:
        """Say how far the run has come."""
        if self._progress is None:
            return
        passed = time.monotonic() - self._began
        rate = self.computed / passed if passed else 0.0
        done = self._before + self.computed
        self._progress(RunProgress(done, self._total, rate, (self._total - done) / rate if rate else None))
