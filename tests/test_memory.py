"""Files made to fill the memory: each is refused with a reason, within a bound on memory that is held by the machine."""

from __future__ import annotations

import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from optimiser.errors import InputError
from optimiser.reading.load import load
from tests.batch_plans import ROOT

MOST_MEMORY = 1_500_000_000
"""Bytes of address space that a command has; a plan of the largest size that is read takes about two thirds of it."""

HEAD = """schema: optimiser/plan/1
id: hostile
title: Fills the memory
as_of: 2024-01-01
horizon: {first: 2024-01-08, last: 2024-12-31}
calendar: week
calendars:
  - {id: week, title: Week, weekdays: [mon], covers: {first: 2024-01-01, last: 2024-12-31}, basis: synthetic}
milestones:
  - {id: DONE, title: Done, shown: opens, basis: synthetic}
"""

SIZE = 7_900_000
"""Bytes of a file, just under what is read."""


def filled(start: str, line: str) -> str:
    """Return a text of the size, of a line again and again; ``%d`` in it is a number."""
    numbered = "%d" in line
    count = (SIZE - len(start)) // len(line % 10**6 if numbered else line)
    return start + ("".join(line % number for number in range(count)) if numbered else line * count)


def plan(start: str, line: str, end: str = "") -> Callable[[Path], list[str]]:
    """Return a maker of a plan and the command that reads it."""

    def make(folder: Path) -> list[str]:
        (folder / "plan.yaml").write_text(filled(HEAD + start, line) + end, encoding="utf-8")
        return ["solve", str(folder)]

    return make


def table(name: str, start: str, line: str) -> Callable[[Path], list[str]]:
    """Return a maker of a plan with a table beside it."""

    def make(folder: Path) -> list[str]:
        (folder / "plan.yaml").write_text(HEAD, encoding="utf-8")
        (folder / name).write_text(filled(start, line), encoding="utf-8")
        return ["solve", str(folder)]

    return make


def scenario(start: str, line: str, end: str = "") -> Callable[[Path], list[str]]:
    """Return a maker of a scenario."""

    def make(folder: Path) -> list[str]:
        head = f"schema: optimiser/scenario/1\nid: hostile\ntitle: Fills the memory\n{start}"
        (folder / "hostile.yaml").write_text(filled(head, line) + end, encoding="utf-8")
        return ["solve", "toy", "-s", str(folder / "hostile.yaml")]

    return make


def grid(start: str, line: str, end: str = "") -> Callable[[Path], list[str]]:
    """Return a maker of a grid."""

    def make(folder: Path) -> list[str]:
        head = f"schema: optimiser/grid/1\nid: hostile\ntitle: Fills the memory\nplan: toy\n{start}"
        (folder / "hostile.yaml").write_text(filled(head, line) + end, encoding="utf-8")
        return ["batch", "run", str(folder / "hostile.yaml"), "--dry-run"]

    return make


def workbook(sheet: str) -> Callable[[Path], list[str]]:
    """Return a maker of a workbook whose sheet is given."""

    def make(folder: Path) -> list[str]:
        with zipfile.ZipFile(folder / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
            book.writestr("xl/workbook.xml", '<workbook><sheets><sheet name="Assumptions" id="r1"/></sheets></workbook>')
            book.writestr("xl/_rels/workbook.xml.rels", '<R><Relationship Id="r1" Target="s.xml"/></R>')
            book.writestr("xl/s.xml", sheet)
        return ["solve", "toy", "--assumptions", str(folder / "a.xlsx")]

    return make


def outcome(line: str) -> Callable[[Path], list[str]]:
    """Return a maker of a stored outcome of sixty megabytes."""

    def make(folder: Path) -> list[str]:
        text = '{"schema": "optimiser/solve/1", "plan": "x", "status": "solved", "milestones": {}, "schedule": [], "outcome": ['
        (folder / "outcome.json").write_text(text + line * (60_000_000 // len(line)) + "0]}", encoding="utf-8")
        return ["verify", str(folder / "outcome.json")]

    return make


LAUGHS = "".join(f"note{n}: &n{n + 1} [*n{n}, *n{n}, *n{n}, *n{n}, *n{n}, *n{n}]\n" for n in range(40))

HOSTILE: dict[str, Callable[[Path], list[str]]] = {
    "empty entries": plan("activities:\n", "- {}\n"),
    "empty entries of rules": plan("rules:\n", "- {}\n"),
    "as many empty entries as are read": plan("activities:\n", "- {} # abc\n"),
    "as many numbers as are read": plan("targets: [", "1       ,", "1]"),
    "entries of unknown keys": plan("activities:\n", "- {a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1, j: 1}  # abcdef\n"),
    "entries that are nothing": plan("activities:\n", "-\n"),
    "numbers for names": plan("targets: [", "1,", "1]"),
    "unknown names": plan("targets: [", "A,", "A]"),
    "names of unknown phases": plan("activities:\n", "- {id: A%d, title: x, duration: 1 wd, phase: P, basis: synthetic}\n"),
    "sound activities": plan("activities:\n", "- {id: A%d, title: x, duration: 1 wd, basis: synthetic}\n"),
    "unknown keys": plan("", "k%d: 1\n"),
    "keys given again": plan("note: x\n", "note: x\n"),
    "unknown keys of an entry": plan("activities:\n- id: A\n", "  k%d: 1\n"),
    "lists in lists": plan("activities:\n", "- {id: A%d, citation: [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}\n"),
    "lists in lists in lists": plan("rules:\n", "- {kind: capacity, demands: [{citation: [1,1,1]},{citation: [1,1,1]},{citation: [1,1]}]}\n"),
    "deep": plan("note: ", "["),
    "deep mappings": plan("note: ", "{a: "),
    "deep lists": plan("note: ", "- "),
    "anchors": plan(f"note0: &n1 [x]\n{LAUGHS}note: ", "a"),
    "one long text": plan("note: ", "a"),
    "one long key": plan("", "a", ": 1\n"),
    "one long name": plan("targets: [", "a", "]"),
    "comments": plan("", "#\n"),
    "rows of one cell": table("activities.csv", "id,title,duration,basis\n", "A\n"),
    "empty rows": table("activities.csv", "id,title,duration,basis\n", "\n"),
    "empty cells": table("activities.csv", "id,title,duration,basis\n", ","),
    "rows of strange values": table("activities.csv", "id,title,duration,basis\n", "1,,x,y\n"),
    "header of a million": table("activities.csv", "id", ",x%d"),
    "rows of one record": table("baselines.csv", "baseline,title,milestone,date,source,basis\n", "TT,t%d,M,2024,S,b\n"),
    "a quotation mark": table("activities.csv", 'id,title,duration,basis\n"', "a\n"),
    "settings": scenario("assumptions:\n", "  k%d: x\n"),
    "readings": scenario("readings: {", "k%d: 1, ", "z: 1}\n"),
    "axes": grid("axes:\n", "- {}\n"),
    "values of an axis": grid("axes:\n- {kind: assumption, name: oven, values: [", "x,", "x]}\n"),
    "elements": workbook(f"<w>{'<c/>' * 4_900_000}</w>"),
    "deep elements": workbook("<c>" * 2_000_000 + "</c>" * 2_000_000),
    "one long word": workbook(f'<w><c r="A1" t="inlineStr"><t>{"a&amp;" * 3_000_000}</t></c></w>'),
    "lists of an outcome": outcome("[],"),
    "mappings of an outcome": outcome('{"a":1},'),
    "numbers of an outcome": outcome("1,"),
    "texts of an outcome": outcome('"aaaaaaaaaaaaaaaaaaaa",'),
}  # fmt: skip


def limited() -> None:
    """Give this process no more memory than the bound, and three minutes of a processor."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (180, 180))


def test_faults_past_counting_are_left_out(tmp_path):
    """Of thousands of faults in malformed entries the first are listed, at their lines, with a word on the others."""
    file = tmp_path / "plan.yaml"
    for count in (400, 5_000):
        file.write_text(HEAD + "targets: [DONE]\nactivities:\n" + "- {id: A B, title: x}\n" * count, encoding="utf-8")
        with pytest.raises(InputError) as refused:
            load(file)
        faults = refused.value.faults
        missing = [fault for fault in faults if fault.message == "missing key 'duration'"]
        assert len(faults) == 1001
        assert [fault.line for fault in missing[:3]] == [13, 14, 15]
        assert "there are more faults than these" in faults[-1].message


@pytest.mark.parametrize("count", [199, 200, 201, 1_000])
def test_a_long_list_is_read_whole(tmp_path, count):
    """A list that is read in pieces holds every entry, in its order."""
    lines = "".join(f"- {{id: A{number}, title: x, duration: 1 wd, basis: synthetic}}\n" for number in range(count))
    file = tmp_path / "plan.yaml"
    file.write_text(f"{HEAD}targets: [DONE]\nactivities:\n{lines}", encoding="utf-8")

    assert [activity.id for activity in load(file).activities] == [f"A{number}" for number in range(count)]


@pytest.mark.long
@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_cannot_fill_the_memory(tmp_path, name):
    """A file made to fill the memory ends with 2, or 5 where an outcome does not hold, in a few lines that say why."""
    command = [sys.executable, "-m", "optimiser.cli", *HOSTILE[name](tmp_path)]
    process = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, preexec_fn=limited, timeout=300
    )  # fmt: skip

    assert process.returncode in ((0, 2) if name in SOUND else (2, 5)), process.stderr[-500:]
    assert "Traceback" not in process.stderr
    assert len(process.stderr) < 1_000_000
    assert max((len(line) for line in process.stderr.splitlines()), default=0) < 5_000


SOUND = ("comments", "sound activities")
"""What is large and nothing else."""
