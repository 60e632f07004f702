"""The same rows on a cluster: a real scheduler and real workers, on loopback, one of them killed at work."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from optimiser.batch import cluster as dask_cluster
from optimiser.batch import engine
from optimiser.batch.engine import run
from optimiser.batch.grid_file import load_grid
from optimiser.cli import ExitCode, main
from optimiser.errors import InputError
from tests.batch_plans import LICENCE, OVEN, RECIPES, ROOT, grid_file, job_of
from tests.test_batch_run import BIG, child, files_of

AXES = OVEN + RECIPES + LICENCE


class Cluster:
    """A scheduler and workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "30s"}
        self._file = folder / "scheduler.json"
        self._started: list[subprocess.Popen[bytes]] = []
        self.workers: list[subprocess.Popen[bytes]] = []
        self._start("dask_scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(self._file))
        limit = time.monotonic() + 60
        while not self._file.exists() or not self._file.read_text(encoding="utf-8"):
            assert time.monotonic() < limit, "the scheduler did not start"
            time.sleep(0.05)
        self.address: str = json.loads(self._file.read_text(encoding="utf-8"))["address"]

    def _start(self, module: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", "--host", "127.0.0.1", *options]
        log = (self._folder / f"{module}-{len(self._started)}.log").open("wb")
        process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)
        log.close()
        self._started.append(process)
        return process

    def hire(self, count: int) -> None:
        """Start workers of one thread each, without anybody to revive them."""
        for _ in range(count):
            process = self._start(
                "dask_worker",
                self.address,
                "--nthreads",
                "1",
                "--no-nanny",
                "--no-dashboard",
                "--local-directory",
                str(self._folder),
            )
            self.workers.append(process)

    def close(self) -> None:
        """Stop everything that was started here."""
        for process in reversed(self._started):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Return a cluster with two workers."""
    pytest.importorskip("distributed")
    folder = tmp_path / "cluster"
    folder.mkdir()
    made = Cluster(folder)
    try:
        made.hire(2)
        yield made
    finally:
        made.close()


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_cluster_exports_the_same_bytes(tmp_path, cluster, monkeypatch):
    """Rows computed by the workers of a dask cluster are exported byte for byte like those of one process."""
    monkeypatch.setattr(engine, "_range_size", lambda _: 10)
    job = job_of(tmp_path, AXES)
    run(job, tmp_path / "alone")

    ran = run(job, tmp_path / "spread", cluster=cluster.address)

    assert ran.complete
    assert ran.counts == {"solved": 64}
    assert files_of(tmp_path / "spread") == files_of(tmp_path / "alone")


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_worker_killed_on_the_cluster_changes_nothing(tmp_path, cluster, monkeypatch):
    """A worker killed outright in the middle of a run leaves its ranges to the others, and the export as it would be."""
    monkeypatch.setattr(engine, "_range_size", lambda _: 10)
    grid = grid_file(tmp_path, BIG)
    assert child(grid, tmp_path / "straight", 1).wait(timeout=120) == 0
    killed: list[int] = []

    def kill(at: engine.RunProgress) -> None:
        if at.done >= 200 and not killed:
            killed.append(cluster.workers[0].pid)
            cluster.workers[0].send_signal(signal.SIGKILL)

    ran = run(load_grid(grid), tmp_path / "spread", cluster=cluster.address, progress=kill)

    assert killed
    assert ran.complete
    assert ran.computed == 1600
    assert files_of(tmp_path / "spread") == files_of(tmp_path / "straight")


def test_a_cluster_that_does_not_answer_is_said(tmp_path, capsys, monkeypatch):
    """Where no scheduler answers, the run ends with plain words, and its ledger can be gone on with."""
    pytest.importorskip("distributed")
    monkeypatch.setattr(dask_cluster, "PATIENCE", 1)
    grid = grid_file(tmp_path, AXES)

    code = main(["batch", "run", str(grid), "-o", str(tmp_path / "run"), "--cluster", "tcp://127.0.0.1:9"])

    assert code == ExitCode.BAD_INPUT
    assert "--cluster: no scheduler answers at 'tcp://127.0.0.1:9'" in capsys.readouterr().err
    assert run(load_grid(grid), tmp_path / "run").complete


@pytest.mark.parametrize("scheme", ["tcp", "tls", "ws"])
def test_something_else_that_answers_is_said(tmp_path, capfd, monkeypatch, scheme):
    """Where something answers that is no scheduler, or not under this protocol, the run ends with plain words alone."""
    pytest.importorskip("distributed")
    monkeypatch.setattr(dask_cluster, "PATIENCE", 1)
    grid = grid_file(tmp_path, AXES)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        address = f"{scheme}://127.0.0.1:{deaf.getsockname()[1]}"

        code = main(["batch", "run", str(grid), "-o", str(tmp_path / "run"), "--cluster", address])

    said = capfd.readouterr().err
    assert code == ExitCode.BAD_INPUT
    assert said.startswith(f"--cluster: no scheduler answers at '{address}'")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "address",
    ["x", "", "tcp://", "tcp://127.0.0.1", "tcp://a:99999", "tcp://a:b", "http://a:1", "tcp://[::1", "inproc://x", "a b"],
)
def test_what_is_no_address_is_said_at_once(tmp_path, capsys, address):
    """What cannot be the address of a scheduler is refused without asking anybody."""
    pytest.importorskip("distributed")
    grid = grid_file(tmp_path, AXES)
    began = time.monotonic()

    code = main(["batch", "run", str(grid), "-o", str(tmp_path / "run"), "--cluster", address])

    assert code == ExitCode.BAD_INPUT
    assert f"--cluster: expected an address such as tcp://192.0.2.1:8786, got '{address}'" in capsys.readouterr().err
    assert time.monotonic() - began < 10


def test_a_cluster_without_the_extra_says_what_to_install(tmp_path, monkeypatch):
    """Without dask's distributed the option says which extra is missing."""
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(InputError, match="maybe install it with the extra 'cluster'"):
        run(job_of(tmp_path, OVEN), tmp_path / "run", cluster="tcp://127.0.0.1:9")
