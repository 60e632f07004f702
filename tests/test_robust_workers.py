"""Robust dates by several processes: the same bytes, whatever is shared out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

SHARED = """
import os
from optimiser.processes import shared_out
found = shared_out(lambda number: (number, os.getpid()), 6, {workers})
print([number for number, _ in found], len({{process for _, process in found}} - {{os.getpid()}}) > 0)
"""

SEVERAL_BLOCKS = """
import hashlib
from optimiser import load
from optimiser.robust import robust, simulation
simulation.MOST_AT_ONCE, simulation.FEWEST, simulation.MOST_KEPT, simulation.BLOCK = {limits}
whole = hashlib.sha256()
for name, scenarios in (("toy", ()), ("laboratory", ())):
    whole.update(robust(load(name, scenarios), samples=1_024, workers={workers}, evidence={evidence}).model_dump_json().encode())
print(whole.hexdigest())
"""


def said(code: str) -> str:
    """Return what a process of its own says, in which nothing else runs."""
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


@pytest.mark.parametrize("workers", [1, 3])
def test_what_is_shared_out_comes_back_in_order(workers: int) -> None:
    """Copies of the process answer where there are several, and answers stand in the order of the questions."""
    copies = sys.platform != "win32" and workers > 1

    assert said(SHARED.format(workers=workers)) == f"[0, 1, 2, 3, 4, 5] {copies}"


@pytest.mark.long
@pytest.mark.parametrize("limits", ["256, 64, 1, 256", "256, 64, 2**25, 256"], ids=["evaluated again", "kept"])
def test_any_number_of_workers_gives_equal_bytes(limits: str) -> None:
    """Blocks that are kept, and blocks that are evaluated again, give the same answer with one worker and with three."""
    one, three = (said(SEVERAL_BLOCKS.format(limits=limits, workers=workers, evidence=True)) for workers in (1, 3))

    assert one == three


def test_a_worker_that_dies_is_told() -> None:
    """The error names the cause and what to do; nothing waits for an answer that will not come."""
    code = """
import os
from optimiser.errors import OptimiserError
from optimiser.processes import shared_out
try:
    shared_out(lambda number: os._exit(1) if number else number, 4, 2)
except OptimiserError as error:
    print(error)
"""

    assert "a worker died" in said(code)
