"""Runs: the same rows whoever computes them in whatever order, killed or not; nothing lost, doubled, mixed or half written."""

from __future__ import annotations

import concurrent.futures as cf
import csv
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.duration import parse_value
from optimiser.batch import engine
from optimiser.batch import export as export_module
from optimiser.batch.engine import RunProgress, estimate, run, worth_starting
from optimiser.batch.export import export_csv, export_parquet, harmless
from optimiser.batch.ledger import LEDGER, Ledger, LedgerError
from optimiser.batch.task import run_range
from optimiser.cli import ExitCode, main
from optimiser.errors import InputError, OptimiserError
from tests.batch_plans import HANDS, LICENCE, OVEN, RECIPES, ROOT, grid_file, job_of

AXES = OVEN + RECIPES + LICENCE


@pytest.fixture(autouse=True)
def _small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut runs into ranges of ten rows, so that small grids have several."""
    monkeypatch.setattr(engine, "_range_size", lambda _: 10)


def files_of(folder: Path) -> dict[str, bytes]:
    """Return what a run exported."""
    return {path.name: path.read_bytes() for path in folder.glob("results.*")}


def whole(folder: Path) -> bool:
    """Say whether a ledger is a sound database whose ranges hold all their rows."""
    connection = sqlite3.connect(folder / LEDGER)
    try:
        sound = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        ranges = sum(after - first for first, after in connection.execute("SELECT first, after FROM ranges"))
        return sound and ranges == connection.execute("SELECT count(*) FROM rows").fetchone()[0]
    finally:
        connection.close()


class Shuffled:
    """A worker that gives ranges back in any order."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._waiting: list[tuple[cf.Future[Any], tuple[bytes, int, int]]] = []

    def submit(self, payload: bytes, first: int, after: int) -> cf.Future[Any]:
        future: cf.Future[Any] = cf.Future()
        self._waiting.append((future, (payload, first, after)))
        if len(self._waiting) >= 4 or after == 64:
            for place in self._random.permutation(len(self._waiting)):
                each, task = self._waiting[place]
                each.set_result(run_range(*task))
            self._waiting.clear()
        return future

    def capacity(self) -> int:
        return 4

    def renew(self) -> None:
        return

    def close(self, **_: Any) -> None:
        return


def test_any_number_of_workers_and_any_order_export_the_same_bytes(tmp_path, monkeypatch):
    """One process, three processes, and ranges that come back shuffled give equal CSV and Parquet files."""
    job = job_of(tmp_path, AXES)
    alone = run(job, tmp_path / "alone")
    several = run(job, tmp_path / "several", workers=3)
    monkeypatch.setattr(engine, "_Alone", lambda: Shuffled(5))
    shuffled = run(job, tmp_path / "shuffled")

    assert alone.complete
    assert several.complete
    assert shuffled.complete
    assert alone.counts == {"solved": 64}
    assert set(files_of(tmp_path / "alone")) == {"results.csv", "results.parquet"}
    assert files_of(tmp_path / "alone") == files_of(tmp_path / "several") == files_of(tmp_path / "shuffled")


def test_a_second_worker_is_started_only_where_it_pays(tmp_path, monkeypatch):
    """Few rows that the network alone tells are computed by one worker; many of them, or rows that are searched, by all."""
    quick = job_of(tmp_path, AXES)
    assert worth_starting(quick, 8) == 1
    monkeypatch.setattr(engine, "_FEW_ROWS", quick.design.size)
    assert worth_starting(quick, 8) == 8
    monkeypatch.undo()
    monkeypatch.setattr(engine, "_LARGEST", engine._SOLVED)
    assert worth_starting(quick, 8) == 8


def test_a_range_size_of_another_start_does_not_matter(tmp_path, monkeypatch):
    """A run goes on with the ranges with which it began, and the size of ranges leaves no trace in the rows."""
    job = job_of(tmp_path, AXES)
    run(job, tmp_path / "tens")
    monkeypatch.setattr(engine, "_range_size", lambda _: 7)
    run(job, tmp_path / "sevens")

    assert files_of(tmp_path / "tens") == files_of(tmp_path / "sevens")
    ledger = Ledger(tmp_path / "tens", writable=True)
    assert ledger.begin(job, 7) == 10
    ledger.close()


def interrupted_after(count: int) -> Callable[[RunProgress], None]:
    """Return a listener to whom Ctrl-C is given once some ranges are written."""
    told = iter(range(10_000))

    def tell(_: RunProgress) -> None:
        if next(told) == count:
            raise KeyboardInterrupt

    return tell


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path):
    """After Ctrl-C the rows written are kept and not computed again, and the exports equal an uninterrupted run's."""
    job = job_of(tmp_path, AXES)
    run(job, tmp_path / "straight")

    stopped = run(job, tmp_path / "stopped", progress=interrupted_after(3))
    counts = dict(stopped.counts)
    assert not stopped.complete
    assert stopped.files == []
    assert whole(tmp_path / "stopped")
    resumed = run(job, tmp_path / "stopped")

    assert counts == {"solved": 30}
    assert resumed.computed == 34
    assert resumed.complete
    assert files_of(tmp_path / "stopped") == files_of(tmp_path / "straight")


def test_a_finished_run_is_only_exported_again(tmp_path):
    """Given once more, the same run computes nothing."""
    job = job_of(tmp_path, AXES)
    run(job, tmp_path / "run")

    again = run(job, tmp_path / "run")

    assert again.complete
    assert again.computed == 0
    assert again.counts == {"solved": 64}


@pytest.mark.parametrize(
    ("axes", "more", "what"),
    [
        (OVEN + RECIPES, "", "the grid"),
        (AXES, "milestones: [OPEN]", "the grid"),
        (AXES, "scenarios: [late-oven]", "the grid and the plan"),
    ],
)
def test_another_grid_or_plan_is_refused(tmp_path, axes, more, what):
    """A folder that holds a run of something else is left as it is."""
    run(job_of(tmp_path, AXES), tmp_path / "run")
    before = (tmp_path / "run" / LEDGER).read_bytes()
    other = job_of(tmp_path, axes, more)

    with pytest.raises(LedgerError, match=f"a run of which {what} was different; results are never mixed"):
        run(other, tmp_path / "run")

    assert (tmp_path / "run" / LEDGER).read_bytes() == before


def test_an_edited_plan_is_refused(tmp_path):
    """One number changed in the plan's file makes another plan."""
    run(job_of(tmp_path, AXES), tmp_path / "run")
    plan = tmp_path / "bakery" / "plan.yaml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("value: 20 wd", "value: 21 wd"), encoding="utf-8")

    with pytest.raises(LedgerError, match="the plan was different"):
        run(job_of(tmp_path, AXES), tmp_path / "run")


@pytest.mark.long
def test_two_runs_do_not_share_a_folder(tmp_path):
    """While one run is at work in a folder another process is refused, and afterwards it is not."""
    job = job_of(tmp_path, AXES)
    ledger = Ledger(tmp_path / "run", writable=True)
    command = [sys.executable, "-m", "optimiser.cli", "batch", "run", str(tmp_path / "grid.yaml"), "-o", str(tmp_path / "run")]

    refused = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    ledger.close()

    assert refused.returncode == ExitCode.BAD_INPUT
    assert "another run is at work in this folder" in refused.stderr
    assert run(job, tmp_path / "run").complete


def test_a_worker_that_dies_is_replaced(tmp_path, monkeypatch):
    """A range whose worker is killed is handed out again, and the rows are those of any other run."""
    job = job_of(tmp_path, AXES)
    run(job, tmp_path / "alone")
    marker = tmp_path / "died"

    monkeypatch.setattr(engine, "run_range", _Deadly(marker, times=1))
    ran = run(job, tmp_path / "run", workers=2)

    assert marker.read_text(encoding="utf-8") == "x"
    assert ran.complete
    assert files_of(tmp_path / "run") == files_of(tmp_path / "alone")


@pytest.mark.long
def test_a_range_that_kills_every_worker_is_named(tmp_path, monkeypatch):
    """After as many workers have died over a range as are given to it, the run stops with the ledger whole."""
    job = job_of(tmp_path, AXES)
    monkeypatch.setattr(engine, "ATTEMPTS", 2)
    monkeypatch.setattr(engine, "run_range", _Deadly(tmp_path / "died", times=100))

    with pytest.raises(OptimiserError, match=r"workers keep dying over rows (\d+ to \d+ or )*20 to 29"):
        run(job, tmp_path / "run", workers=2)

    assert (tmp_path / "died").read_text(encoding="utf-8") == "xx"
    assert whole(tmp_path / "run")


class _Deadly:
    """A task that kills its own process over one range, some times."""

    def __init__(self, marker: Path, times: int) -> None:
        self.marker = marker
        self.times = times

    def __call__(self, payload: bytes, first: int, after: int) -> Any:
        died = len(self.marker.read_text(encoding="utf-8")) if self.marker.exists() else 0
        if first == 20 and died < self.times:
            self.marker.write_text("x" * (died + 1), encoding="utf-8")
            os.kill(os.getpid(), signal.SIGKILL)
        return run_range(payload, first, after)


# -- killed ----------------------------------------------------------------------------------------------------------------

_CHILD = """
import sys
from pathlib import Path
from optimiser.batch import engine
from optimiser.batch.grid_file import load_grid
engine._range_size = lambda _: 10
engine.run(load_grid(sys.argv[1]), Path(sys.argv[2]), workers=int(sys.argv[3]))
"""


def child(grid: Path, folder: Path, workers: int) -> subprocess.Popen[bytes]:
    """Start a run in a process of its own."""
    command = [sys.executable, "-c", _CHILD, str(grid), str(folder), str(workers)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kill_and_resume(grid: Path, folder: Path, kills: int, workers: int, seed: int) -> int:
    """Kill a run at random moments of its work, then let it finish; return how many kills met a run that had begun."""
    chance = np.random.default_rng(seed)
    met = 0
    for _ in range(kills):
        process = child(grid, folder, workers)
        rows_before = rows_in(folder)
        limit = time.monotonic() + 60
        while rows_in(folder) <= rows_before and process.poll() is None and time.monotonic() < limit:
            time.sleep(0.005)
        time.sleep(chance.random() * 0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
        met += bool(rows_in(folder))
        if folder.joinpath(LEDGER).exists():
            assert whole(folder)
    process = child(grid, folder, workers)
    assert process.wait(timeout=120) == 0
    return met


def rows_in(folder: Path) -> int:
    """Return how many rows a run has written."""
    if not (folder / LEDGER).exists():
        return 0
    connection = sqlite3.connect(f"file:{folder / LEDGER}?mode=ro", uri=True, timeout=5)
    try:
        return int(connection.execute("SELECT count(*) FROM rows").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()


BIG = (
    "  - { kind: assumption, name: oven, from: 1 wd, to: 40 wd, step: 1 wd }\n"
    "  - { kind: assumption, name: recipes, from: 1 wd, to: 20 wd, step: 1 wd }\n" + LICENCE
)


@pytest.mark.long
def test_a_killed_run_loses_and_doubles_nothing(tmp_path):
    """Killed outright, a run resumed exports the bytes of one that was never disturbed."""
    grid = grid_file(tmp_path, AXES)
    assert child(grid, tmp_path / "straight", 1).wait(timeout=60) == 0

    kill_and_resume(grid, tmp_path / "killed", kills=1, workers=1, seed=1)

    assert files_of(tmp_path / "killed") == files_of(tmp_path / "straight")


@pytest.mark.long
@pytest.mark.parametrize("workers", [1, 2])
def test_twenty_kills_at_random_points(tmp_path, workers):
    """Killed outright twenty times over, a run of 1,600 rows exports the bytes of one that was never disturbed."""
    grid = grid_file(tmp_path, BIG)
    assert child(grid, tmp_path / "straight", 1).wait(timeout=60) == 0

    met = kill_and_resume(grid, tmp_path / "killed", kills=20, workers=workers, seed=workers)

    assert met >= 18
    assert files_of(tmp_path / "killed") == files_of(tmp_path / "straight")


# -- what the disk will not have ----------------------------------------------------------------------------------------------


def _limited(size: int) -> Callable[[], None]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@pytest.mark.long
def test_a_full_disk_is_said_and_the_ledger_is_whole(tmp_path):
    """Where a file may not grow, the run stops in plain words, and goes on once there is room."""
    grid = grid_file(tmp_path, BIG)
    folder = tmp_path / "run"
    command = [sys.executable, "-c", _CHILD.replace("engine.run(", "_ = engine.run("), str(grid), str(folder), "1"]

    full = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, preexec_fn=_limited(150_000))

    assert full.returncode != 0
    assert "the ledger cannot be used: " in full.stderr
    assert "what is in the ledger is whole: make room and give the same command again" in full.stderr
    assert whole(folder)
    assert 0 < rows_in(folder) < 1600
    assert child(grid, folder, 1).wait(timeout=60) == 0
    assert rows_in(folder) == 1600


@pytest.mark.long
def test_a_disk_that_is_full_in_earnest(tmp_path):
    """On a file system of 200 KB the run ends with exit code 2 and plain words, and its ledger is whole."""
    grid = grid_file(tmp_path, BIG)
    script = (
        f"mount -t tmpfs -o size=200k tmpfs {tmp_path}/small && "
        f"{sys.executable} -m optimiser.cli batch run {grid} -o {tmp_path}/small/run --workers 1; code=$?; "
        f"cp -r {tmp_path}/small/run {tmp_path}/kept; exit $code"
    )
    (tmp_path / "small").mkdir()
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rm", "true"], check=False, capture_output=True).returncode:
        pytest.skip("no namespace of mounts may be made here")

    full = subprocess.run([unshare, "-rm", "sh", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)

    assert full.returncode == ExitCode.BAD_INPUT
    assert "Traceback" not in full.stderr
    assert "make room and give the same command again" in full.stderr
    assert whole(tmp_path / "kept")


@pytest.mark.parametrize("folder", ["/proc/nowhere/run", "/dev/null/run"])
def test_a_folder_that_cannot_be_written_is_said(tmp_path, capsys, folder):
    """Where no folder can be made the run says so before it computes anything."""
    grid = grid_file(tmp_path, AXES)

    code = main(["batch", "run", str(grid), "-o", folder])

    assert code == ExitCode.BAD_INPUT
    assert f"{folder}/{LEDGER}: the ledger cannot be used: " in capsys.readouterr().err


@pytest.mark.long
def test_a_read_only_ledger_is_said_and_can_still_be_read(tmp_path, capsys, monkeypatch):
    """A ledger that may not be written to refuses to go on, and is summed up all the same."""
    grid = grid_file(tmp_path, AXES)
    main(["batch", "run", str(grid), "-o", str(tmp_path / "run"), "--workers", "1"])
    capsys.readouterr()
    connect = sqlite3.connect

    def read_only(path: Any, **options: Any) -> sqlite3.Connection:
        plain = not options.get("uri")
        return connect(f"file:{path}?mode=ro", uri=True, **options) if plain else connect(path, **options)

    monkeypatch.setattr(sqlite3, "connect", read_only)

    code = main(["batch", "run", str(grid), "-o", str(tmp_path / "run"), "--workers", "1"])
    said = capsys.readouterr().err

    assert code == ExitCode.BAD_INPUT
    assert "maybe the folder may not be written to" in said
    assert main(["batch", "report", str(tmp_path / "run")]) == ExitCode.DONE


@pytest.mark.long
def test_an_export_that_cannot_be_written_leaves_nothing_behind(tmp_path, monkeypatch):
    """A disk that fills up under an export leaves no half file, and the rows stay in the ledger."""
    job = job_of(tmp_path, AXES)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export_module.os, "fsync", full)

    with pytest.raises(InputError, match=r"cannot be written: No space left on device; the ledger is whole"):
        run(job, tmp_path / "run")

    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [LEDGER, "lock"]
    assert whole(tmp_path / "run")


@pytest.mark.parametrize("content", [b"", b"not a database, but long enough to be looked at as if it were one" * 20])
def test_a_folder_without_a_run_is_said(tmp_path, capsys, content):
    """A report of a folder without a ledger, with an empty one, or with something else under its name says so."""
    assert main(["batch", "report", str(tmp_path)]) == ExitCode.BAD_INPUT
    assert f"{tmp_path}: there is no run here" in capsys.readouterr().err
    (tmp_path / LEDGER).write_bytes(content)

    assert main(["batch", "report", str(tmp_path)]) == ExitCode.BAD_INPUT
    assert f"{tmp_path / LEDGER}: the ledger cannot be used" in capsys.readouterr().err


# -- exports ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-3 wd", "-3 wd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("  =1", "'  =1"),
        ("\uff1d1", "'\uff1d1"),
        ("-3", "-3"),
        ("+4.5", "+4.5"),
        ("10 wd", "10 wd"),
        ("-12 mo", "-12 mo"),
        ("-1 wd+2", "'-1 wd+2"),
        ("-1 x", "'-1 x"),
        ("2024-01-01", "2024-01-01"),
        ("", ""),
    ],
)
def test_formulas_come_out_as_text(cell, written):
    """What a spreadsheet would run is led by an apostrophe; plain numbers, dates and words are not."""
    assert harmless(cell) == written


def test_an_export_holds_no_formula(tmp_path):
    """A scenario file named like a formula, and its label, come out of a run as text."""
    job_of(tmp_path, OVEN)
    trap = tmp_path / "=HYPERLINK(1).yaml"
    shutil.copy(ROOT / "instances/toy/scenarios/late-oven.yaml", trap)
    axes = f"  - {{ kind: scenario, stacks: [[], ['{trap.name}']] }}\n"
    axes += "  - { kind: assumption, name: inspection, values: [-1 wd, 3 wd] }\n"
    os.chdir(tmp_path)

    run(job_of(tmp_path, axes), tmp_path / "run")

    with (tmp_path / "run" / "results.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert f"'{trap.name}" in cells
    assert str(parse_value("-1 wd")) in cells  # what is written is read again
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t")) and cell != "-1 wd"]


@pytest.mark.long
def test_csv_and_parquet_say_the_same(tmp_path):
    """Both exports hold every row of the design in order, with dates, proofs, binding rules, and reasons for no date."""
    import pyarrow.parquet as pq

    axes = OVEN + '  - { kind: assumption, name: deadline, values: [none, "2024-02-29"] }\n'
    ran = run(job_of(tmp_path, axes), tmp_path / "run")

    with (tmp_path / "run" / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    table = pq.read_table(tmp_path / "run" / "results.parquet").to_pylist()
    assert ran.counts == {"solved": 8, "infeasible": 8}
    assert [int(row["row"]) for row in rows] == list(range(16))
    assert [row["oven"] for row in rows[::2]] == [f"{days} wd" for days in range(8, 16)]
    first, second = rows[0], rows[1]
    assert (first["status"], first["OPEN"], first["OPEN proof"]) == ("solved", "2024-03-01", "longest-path")
    assert "open-on-first-day" in first["OPEN binding"].split(";")
    assert (second["status"], second["OPEN"], second["reason"]) == (
        "infeasible",
        "",
        "OPEN cannot be as early as open-latest demands",
    )
    assert [str(row["OPEN"] or "") for row in table] == [row["OPEN"] for row in rows]
    assert [row["key"] for row in table] == [row["key"] for row in rows]
    assert len({row["key"] for row in rows}) == 16


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    """Without the extra the CSV is written all the same, and asking for Parquet says what is missing."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setattr(export_module, "find_spec", lambda _: None)
    job = job_of(tmp_path, OVEN)
    ran = run(job, tmp_path / "run")
    ledger = Ledger(tmp_path / "run", writable=False)

    assert [path.name for path in ran.files] == ["results.csv"]
    with pytest.raises(InputError, match="maybe install it with the extra 'analytics'"):
        export_parquet(ledger, job, tmp_path / "results.parquet")
    ledger.close()


def test_part_of_a_run_can_be_exported(tmp_path, capsys):
    """An unfinished run is exported as far as it has come, and no file is overwritten unasked."""
    run(job_of(tmp_path, AXES), tmp_path / "run", progress=interrupted_after(2))
    target = tmp_path / "part.csv"

    assert main(["batch", "export", str(tmp_path / "run"), "-o", str(target)]) == ExitCode.DONE
    assert len(target.read_text(encoding="utf-8").splitlines()) == 21
    assert main(["batch", "export", str(tmp_path / "run"), "-o", str(target)]) == ExitCode.BAD_INPUT
    assert "is there already" in capsys.readouterr().err
    assert main(["batch", "export", str(tmp_path / "run"), "-o", str(tmp_path / "part.txt")]) == ExitCode.BAD_INPUT


def test_rows_are_printed_as_json_lines(tmp_path, capsys):
    """``--json-lines`` prints what a file of JSON lines holds: every row of the design as an object, no date as null."""
    ran = run(job_of(tmp_path, AXES), tmp_path / "run")
    asked = ["batch", "export", str(tmp_path / "run")]
    assert main([*asked, "-o", str(tmp_path / "rows.jsonl")]) == ExitCode.DONE
    capsys.readouterr()

    assert main([*asked, "--json-lines"]) == ExitCode.DONE

    printed = capsys.readouterr().out
    rows = [json.loads(line) for line in printed.splitlines()]
    assert printed == (tmp_path / "rows.jsonl").read_text(encoding="utf-8")
    assert [row["row"] for row in rows] == list(range(sum(ran.counts.values())))
    assert [row["status"] for row in rows] == [
        row["status"] for row in csv.DictReader((tmp_path / "run" / "results.csv").read_text(encoding="utf-8").splitlines())
    ]
    assert main(asked) == ExitCode.BAD_INPUT
    assert "expected either -o FILE or --json-lines" in capsys.readouterr().err


def test_a_million_rows_are_exported_block_by_block(tmp_path):
    """An export reads the ledger as it writes: it never holds more than a block of rows."""
    job = job_of(tmp_path, AXES)
    run(job, tmp_path / "run")
    ledger = Ledger(tmp_path / "run", writable=False)

    blocks = ledger.columns(job)

    assert iter(blocks) is blocks
    assert next(blocks)[0][0] == 0
    export_csv(ledger, job, tmp_path / "again.csv")
    ledger.close()
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "run" / "results.csv").read_bytes()


# -- the command line --------------------------------------------------------------------------------------------------------


def test_a_dry_run_says_how_many_and_how_long(tmp_path, capsys):
    """Nothing is written; the combinations, those left out, and a time are said."""
    grid = grid_file(tmp_path, AXES, "exclude: [ { when: { oven: { at_least: 15 wd } } } ]")

    assert main(["batch", "run", str(grid), "--dry-run", "--json"]) == ExitCode.DONE

    said = json.loads(capsys.readouterr().out)
    assert said["schema"] == "optimiser/batch-plan/1"
    assert (said["combinations"], said["left_out"], said["through_solver"]) == (56, 8, 0.0)
    assert said["seconds"] > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bakery", "grid.yaml"]


def test_an_estimate_knows_what_needs_the_solver(tmp_path):
    """Half of the combinations have their capacity on."""
    found = estimate(job_of(tmp_path, RECIPES + HANDS), workers=2)

    assert found.rows == 8
    assert found.through_solver == pytest.approx(0.5)


def test_a_run_is_told_to_people_and_to_machines(tmp_path, capsys):
    """Both name the counts, the check and the files; nothing goes to standard error where nobody watches."""
    grid = grid_file(tmp_path, AXES)
    assert main(["batch", "run", str(grid), "-o", str(tmp_path / "run"), "--workers", "1"]) == ExitCode.DONE
    people = capsys.readouterr()
    assert main(["batch", "run", str(grid), "-o", str(tmp_path / "run"), "--workers", "1", "--json"]) == ExitCode.DONE
    machines = json.loads(capsys.readouterr().out)

    assert "64 solved" in people.out
    assert "5 combinations solved again through CP-SAT: no disagreement." in people.out
    assert people.err == ""
    assert machines["schema"] == "optimiser/batch-run/1"
    assert (machines["counts"], machines["checked"], machines["disagreements"]) == ({"solved": 64}, 5, [])
    assert machines["complete"] is True


def test_a_run_without_a_folder_is_refused(tmp_path, capsys):
    """Without -o there must be --dry-run."""
    assert main(["batch", "run", str(grid_file(tmp_path, AXES))]) == ExitCode.BAD_INPUT
    assert "expected -o RUN" in capsys.readouterr().err


def test_a_disagreement_is_our_fault_and_named(tmp_path, capsys, monkeypatch):
    """Where CP-SAT says otherwise the run is finished, the rows are named, and the exit code is ours."""
    from optimiser.batch import fast

    true = fast._shown
    monkeypatch.setattr(fast, "_shown", lambda *given: (true(*given) + 1).astype(np.int32))
    grid = grid_file(tmp_path, OVEN)

    assert main(["batch", "run", str(grid), "-o", str(tmp_path / "run"), "--workers", "1"]) == ExitCode.OUR_FAULT

    said = capsys.readouterr().out
    assert "5 disagreements" in said
    assert "without a solver" in said
    assert main(["batch", "report", str(tmp_path / "run")]) == ExitCode.OUR_FAULT


def test_progress_says_how_far_how_fast_and_how_long(tmp_path):
    """Progress counts rows up to all of them, with a rate and the time left once there is one."""
    told: list[RunProgress] = []

    run(job_of(tmp_path, AXES), tmp_path / "run", progress=told.append)

    assert [at.done for at in told] == [0, 10, 20, 30, 40, 50, 60, 64]
    assert {at.total for at in told} == {64}
    assert told[0].left is None
    assert told[-1].left == 0
    assert all(at.rate > 0 for at in told[1:])
