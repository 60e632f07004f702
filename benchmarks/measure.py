"""How everything here is timed: medians of several runs, after one that is not counted, beside a peer in the same run."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["Row", "machine", "print_rows", "process", "seconds"]

Row = tuple[str, str, str, str]
"""What was measured, its figure, what it is held against, and the ratio or verdict."""


def seconds(call: Callable[[], Any], runs: int = 7) -> float:
    """Return the median wall time of a call in seconds, after one call that is not counted."""
    call()
    taken = []
    for _ in range(runs):
        begun = time.perf_counter()
        call()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def process(commands: Sequence[Sequence[str]], runs: int = 7) -> list[float]:
    """Return the median wall time of whole processes in seconds, run in turn so that a slow spell hits all alike.

    Compiled modules are kept, as they are for a user: else our own would be compiled at every run, and nobody else's.
    """
    keeping = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    taken: list[list[float]] = [[] for _ in commands]
    for turn in range(runs + 1):
        for place, command in enumerate(commands):
            begun = time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, env=keeping)
            if turn:
                taken[place].append(time.perf_counter() - begun)
    return [statistics.median(each) for each in taken]


def machine() -> str:
    """Return what the figures were taken on."""
    return f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"


def print_rows(title: str, rows: Sequence[Row]) -> None:
    """Print a table of figures."""
    heads: Row = ("what", "figure", "against", "verdict")
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(4)]
    print(f"\n{title}  ({machine()})")
    for row in (heads, *rows):
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    sys.stdout.flush()
