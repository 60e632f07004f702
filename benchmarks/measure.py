"""How everything here is timed: medians of several runs, after one that is not counted, beside a peer in the same run."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Figure", "Row", "machine", "print_figures", "print_rows", "process", "processor", "seconds"]

Row = tuple[str, str, str, str]
"""What was measured, its figure, what it is held against, and the ratio or verdict."""


@dataclass(frozen=True)
class Figure:
    """What was measured, with what it is held against in the same run.

    Attributes
    ----------
    value
        The median, where there were several runs.
    against, peer
        What it is held against, in words, and its figure; None where nothing is.
    spread
        The least and the greatest of the runs; None where there was one.
    """

    what: str
    value: float
    unit: str
    against: str = ""
    peer: float | None = None
    spread: tuple[float, float] | None = None

    @property
    def ratio(self) -> float | None:
        """The figure in units of what it is held against."""
        return None if not self.peer else self.value / self.peer

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        """The figure as cells of a table."""
        unit = f" {self.unit}" if self.unit else ""
        spread = "" if self.spread is None else f"{self.spread[0]:.3g} to {self.spread[1]:.3g}{unit}"
        peer = self.against if self.peer is None else f"{self.against}: {self.peer:.3g}{unit}"
        return self.what, f"{self.value:.3g}{unit}", spread, peer, "" if self.ratio is None else f"{self.ratio:.2f}"


HEADS = ("what", "median", "spread", "against", "ratio")


def print_figures(title: str, figures: Sequence[Figure]) -> None:
    """Print a table of figures with spread and ratio."""
    rows = [HEADS, *(figure.cells for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    print(f"\n{title}  ({machine()})")
    for row in rows:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    sys.stdout.flush()


def processor(commands: Sequence[Sequence[str]], runs: int = 5) -> list[tuple[list[float], float]]:
    """Return for each command the processor seconds of its runs, user and system, and its peak memory in megabytes.

    Runs take turns, so that a slow spell of the machine hits all alike; the first of each is not counted, but where there is
    no other.
    """
    keeping = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    taken: list[list[float]] = [[] for _ in commands]
    memory = [0.0] * len(commands)
    for turn in range(runs + 1):
        for place, command in enumerate(commands):
            child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=keeping)
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode not in (0, 5):
                message = f"{' '.join(command)} ended with {child.returncode}"
                raise RuntimeError(message)
            if turn or not runs:
                taken[place].append(usage.ru_utime + usage.ru_stime)
                memory[place] = max(memory[place], usage.ru_maxrss / 1024)
    return list(zip(taken, memory, strict=True))


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
