"""The program: ``optimiser`` in a shell, and ``python -m optimiser.cli``."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import threading
from types import FrameType
from typing import NoReturn

__all__ = ["run"]

_INTERRUPTED = 128 + signal.SIGINT
_TERMINATED = 128 + signal.SIGTERM


def run() -> NoReturn:
    """Run one command and leave at once.

    A command lives for a second, most of it spent on imports. Collecting garbage among what is being imported, and taking
    the interpreter down piece by piece at the end, cost a fifth of that and give nothing back.
    """
    gc.set_threshold(200_000, 50, 1_000)
    _open_streams()
    told = _hear_termination()
    try:
        from optimiser.cli import main

        code = main()
    except KeyboardInterrupt:  # before anything was begun, or once all was said
        with contextlib.suppress(OSError):
            sys.stderr.write("interrupted\n")
        code = _INTERRUPTED
    if code == _INTERRUPTED and told:
        code = _TERMINATED
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # whoever read it has gone; main has said so in its code
            stream.flush()
    if threading.active_count() > 1 and code not in (_INTERRUPTED, _TERMINATED):
        sys.exit(code)
    os._exit(code)


def _open_streams() -> None:
    """Stand something in for every standard stream that the shell has closed.

    Else the next file opened would take the stream's number, and what is printed would end up in it. What stands in for an
    output cannot be written to, and says so when it is tried.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDONLY)  # takes the lowest number that is free, which is this one
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8", closefd=False))  # noqa: SIM115


def _hear_termination() -> list[int]:
    """Have the program asked to end do so as if interrupted; return a list that then holds the signal."""
    told: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        told.append(number)
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    return told


if __name__ == "__main__":
    run()
