"""Questions that take long: each in a thread of its own, told of as it goes on, called off by a newer one or by a page that is gone."""

from __future__ import annotations

import asyncio
import contextvars
import json
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from optimiser.errors import InputError, Located, OptimiserError
from optimiser.evidence.documents import error_document
from optimiser.stopping import Stop, StoppedError, heed, heeding

__all__ = ["MOST_JOBS", "Errand", "Errands", "faults_of"]

MOST_JOBS = 6
"""Questions that are worked on at once; one more calls off the one that has gone on longest."""

_POLL = 0.05
"""Seconds after which a search that was told to end is told again: one that had not begun did not hear."""

Answer = Callable[[Callable[[str], None]], Mapping[str, Any]]


@dataclass(eq=False)
class Errand:
    """One question in progress.

    Attributes
    ----------
    page, kind, number
        Who asks what; a greater number of the same page and kind calls off this one.
    done
        Set once the thread has ended, whatever came of it.
    """

    page: str
    kind: str
    number: int
    stop: Stop = field(default_factory=Stop)
    done: threading.Event = field(default_factory=threading.Event)


class Errands:
    """All questions in progress."""

    def __init__(self) -> None:
        self._running: list[Errand] = []
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def running(self) -> int:
        """How many threads are at work."""
        self._running = [job for job in self._running if not job.done.is_set()]
        return len(self._running)

    async def lines(self, page: str, kind: str, number: int, answer: Answer) -> AsyncIterator[str]:
        """Yield what becomes of a question, each a line of JSON: progress, then an answer, faults, or that it was called off.

        Whoever stops listening calls it off.
        """
        job = Errand(page, kind, number)
        if self._superseded(job):
            yield _line({"stopped": "a newer question has come"})
            return
        self._running.append(job)
        loop, said = asyncio.get_running_loop(), asyncio.Queue[Mapping[str, Any] | None]()

        def put(message: Mapping[str, Any] | None) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(said.put_nowait, message)

        context = contextvars.copy_context()
        thread = threading.Thread(target=context.run, args=(_work, job, answer, put), name=f"workbench-{kind}", daemon=True)
        thread.start()
        try:
            while (message := await said.get()) is not None:
                yield _line(message)
        finally:
            if not job.done.is_set():
                self._end(job)

    def _superseded(self, new: Errand) -> bool:
        """Call off what a question supersedes; return whether it is itself superseded."""
        for job in [job for job in self._running if not job.done.is_set()]:
            if (job.page, job.kind) == (new.page, new.kind):
                if job.number > new.number:
                    return True
                self._end(job)
        while self.running >= MOST_JOBS:
            oldest = self._running.pop(0)
            self._end(oldest)
        return False

    def _end(self, job: Errand) -> None:
        """Call a job off, again and again until it has ended."""
        job.stop.call()
        task = asyncio.get_running_loop().create_task(_until_done(job))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def close(self, patience: float = 2.0) -> None:
        """Call everything off, as the server stops; what does not hear within some seconds ends with the process."""
        until = time.monotonic() + patience
        while any(not job.done.is_set() for job in self._running) and time.monotonic() < until:
            for job in self._running:
                job.stop.call()
            time.sleep(_POLL)


async def _until_done(job: Errand) -> None:
    while not job.done.is_set():
        job.stop.call()
        await asyncio.sleep(_POLL)


def _work(job: Errand, answer: Answer, put: Callable[[Mapping[str, Any] | None], None]) -> None:
    """Answer in a thread, and put what comes of it."""

    def tell(text: str) -> None:
        heed()
        put({"progress": text})

    try:
        with heeding(job.stop):
            put({"answer": answer(tell)})
    except StoppedError:
        put({"stopped": "called off"})
    except Exception as error:  # noqa: BLE001 - whatever it is, the page is told in a line
        put(faults_of(error))
    finally:
        job.done.set()
        put(None)


def faults_of(error: Exception) -> dict[str, Any]:
    """Return what went wrong as the page is told: the user's mistakes as they are, ours as ours, without a traceback."""
    if isinstance(error, InputError):
        return error_document(error.faults)
    if isinstance(error, OptimiserError):
        return error_document([Located(str(error))])
    sys.stderr.write(f"workbench: internal error: {type(error).__name__}: {str(error)[:300]}\n")
    return error_document([Located(f"internal error: {type(error).__name__}. This is our fault: please report it")])


def _line(message: Mapping[str, Any]) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")) + "\n"
