"""Interrupts: heard while the solver searches, told in a line, with what was kept and how to go on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from ortools.sat.python import cp_model

from optimiser.batch.ledger import LEDGER
from optimiser.encoding.solving import run
from tests.batch_plans import ROOT

PATIENCE = 60
"""Seconds within which a program must have begun, or ended."""


def endless() -> cp_model.CpModel:
    """Return a model that CP-SAT takes minutes for: a golden ruler of fourteen marks."""
    model = cp_model.CpModel()
    marks = [model.new_int_var(0, 400, "") for _ in range(14)]
    model.add(marks[0] == 0)
    for before, after in pairwise(marks):
        model.add(before < after)
    gaps = [after - before for place, before in enumerate(marks) for after in marks[place + 1 :]]
    model.add_all_different(gaps)
    model.minimize(marks[-1])
    return model


@pytest.fixture
def heard() -> Iterator[None]:
    """Have interrupts raised; a process that a shell has put into the background ignores them from birth."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard")
def test_an_interrupt_ends_a_search():
    """Ctrl-C in the middle of a search is raised at once, what is in a `finally` is done, and the next one is heard too."""
    model, handler, threads = endless(), signal.getsignal(signal.SIGINT), set(threading.enumerate())
    for _ in range(2):
        solver, closed = cp_model.CpSolver(), []

        def searched(solver: cp_model.CpSolver = solver, closed: list[bool] = closed) -> None:
            try:
                run(solver, model)
            finally:
                closed.append(True)

        solver.parameters.num_workers = 1
        timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
        began = time.monotonic()
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            searched()
        assert closed
        assert 0.2 < time.monotonic() - began < 10
        assert signal.getsignal(signal.SIGINT) is handler
        timer.join()
        assert set(threading.enumerate()) == threads, "no search goes on behind the caller's back"


def test_a_search_is_what_it_was():
    """A search that nobody interrupts gives its answer, and its errors reach the caller."""
    model = cp_model.CpModel()
    number = model.new_int_var(3, 9, "")
    model.minimize(number)
    solver = cp_model.CpSolver()

    assert run(solver, model) == cp_model.OPTIMAL
    assert solver.value(number) == 3
    with pytest.raises(AttributeError):
        run(solver, None)  # type: ignore[arg-type]


def started(*arguments: str) -> subprocess.Popen[str]:
    """Start the program in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "optimiser.cli", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str]:
    """Send a signal; return the exit code and what was said to standard error."""
    process.send_signal(number)
    _, said = process.communicate(timeout=PATIENCE)
    return process.returncode, said


def computed(process: subprocess.Popen[str]) -> float:
    """Return the seconds of processor time that a process has had, which say how far it is however busy the machine is."""
    words = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


LONG_SEARCH = ("solve", "mhhs-round2", "-s", "participants", "--set", "slots-bsc=8")


@pytest.mark.long
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("wait", [0.5, 5.0])
def test_a_command_that_is_ended_says_so(tmp_path, number, code, wait):
    """Ended while it reads or while it searches, a command says that nothing was written, and nothing is."""
    process = started(*LONG_SEARCH, "-o", str(tmp_path / "outcome.json"))
    while computed(process) < wait and process.poll() is None:
        time.sleep(0.02)

    assert ended(process, number) == (code, "interrupted: no file was written or changed; the same command begins again\n")
    assert list(tmp_path.iterdir()) == []


GRID = """
schema: optimiser/grid/1
id: crowd
title: Slots of a body
plan: mhhs-round2
scenarios: [participants]
axes:
  - { kind: assumption, name: slots-bsc, from: 6, to: 25, step: 1 }
"""


@pytest.mark.long
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_batch_that_is_ended_says_how_to_go_on(tmp_path, number, code, workers):
    """Ended while CP-SAT searches, a batch ends at once and says what is kept and how to go on."""
    grid, folder = tmp_path / "grid.yaml", tmp_path / "run"
    grid.write_text(GRID, encoding="utf-8")
    process = started("batch", "run", str(grid), "-o", str(folder), "--workers", workers)
    began = time.monotonic()
    while process.poll() is None and not (folder / LEDGER).exists() and time.monotonic() - began < PATIENCE:
        time.sleep(0.05)
    time.sleep(3)
    began = time.monotonic()

    found, said = ended(process, number)

    assert found == code
    assert said == (f"interrupted: what was computed is kept; 'optimiser batch run {grid} -o {folder}' goes on\n")
    assert time.monotonic() - began < 10
    assert (folder / LEDGER).exists()
    assert not (folder / "results.csv").exists()
