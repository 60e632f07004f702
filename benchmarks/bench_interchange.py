"""Planners' own public files through ``import``: how many of their dates come out again, in what time and memory.

    python benchmarks/bench_interchange.py --data DIR

DIR holds files fetched from the repositories named below, anywhere inside it and none of them part of this one: each under its own
name, or under its repository's owner with the same ending. Every file is imported by a process of its own, as a user would.
Ends with 1 where a file reproduces fewer dates than it must, or takes longer or more memory than it may; a file that is not there
is said to be missing and counts as a miss, unless ``--partial`` is given.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from benchmarks.measure import Row, print_rows, process

ASPOSE_NET: Final = "aspose-tasks/Aspose.Tasks-for-.NET"
ASPOSE_JAVA: Final = "aspose-tasks/Aspose.Tasks-for-Java"
MPXJ: Final = "joniles/mpxj"


@dataclass(frozen=True)
class Public:
    """A public file.

    Attributes
    ----------
    name
        The file's own.
    repository
        Where it is from.
    dated
        Leaves with stored dates: so many must come out again.
    project
        Which project of it, where it holds several.
    also
        Other names that it may have in the folder.
    """

    name: str
    repository: str
    dated: int
    project: str | None = None
    also: tuple[str, ...] = ()
    must: int | None = None

    @property
    def least(self) -> int:
        """How many dates must be reproduced."""
        return self.dated if self.must is None else self.must


FILES: Final = (
    Public("SP10 - COST LOADED.xer", "HassanEmam/PyP6Xer", 3991),
    Public("MDL4D.xer", "inigmat/exupery", 62),
    Public("sample.xer", "Constology/XERNative", 25),
    Public("PredecessorCalendar.xer", MPXJ, 1),
    Public("SuccessorCalendar.xer", MPXJ, 1),
    Public("TwentyFourHourCalendar.xer", MPXJ, 1),
    Public("ProjectDefaultCalendar.xer", MPXJ, 1),
    Public("percent-complete-8.4.pmxml", MPXJ, 12),
    Public(
        "input.xml",
        "polittdj/Schedule-Manipulation-Analysis-Tool-Experiment-",
        126,
        also=("commercial_construction_p5.xml", "commercial_construction_p5/input.xml"),
    ),
    Public("mspditimephased.xml", MPXJ, 40),
    Public("mspdiduration.xml", MPXJ, 10),
    Public("sample.xml", MPXJ, 16, also=("legacy-sample.xml", "legacy/sample.xml")),
    Public("task-links-2016.xml", MPXJ, 16, also=("task-links-project2016-mspdi.xml",)),
    Public("Residential Construction.mpp", ASPOSE_NET, 89, also=("ResidentialConstruction.mpp",)),
    Public("Homemoveplan.mpp", ASPOSE_NET, 126),
    Public("Software Development Plan.mpp", ASPOSE_NET, 74),
    Public("UpcomingTasks.mpp", ASPOSE_NET, 5),
    Public("ReadWorkWeeksInformation.mpp", ASPOSE_NET, 8),
    Public("Splits.mpp", ASPOSE_NET, 1),
    Public("CustomerFeedback.mpp", ASPOSE_JAVA, 38),
    Public("NewProductDev.mpp", ASPOSE_JAVA, 21),
    Public("New Product.mpp", "ProjectLibre", 36),
    Public("robin2810.mpp", "robin2810/itpm_fallstudie", 104),
    Public("chloewongwy.mpp", "chloewongwy/Global-Treps", 72),
    Public("AdrianGV404.mpp", "AdrianGV404/TFG", 87),
    Public("DroningOn.mpp", "DroningOn/ECE411", 65),
    Public("geo-petrini.mpp", "geo-petrini/ocr_cli", 26),
    Public("vacalderon.mpp", "vacalderon/ExperimentalProgram", 40),
    Public("BallaAicha.mpp", "BallaAicha/Others", 36),
    Public("IZZ0101.mpp", "IZZ0101/wax", 17),
    Public("TaylorZaneKirk.mpp", "TaylorZaneKirk/Nimbus.io", 12),
    # Its tool never scheduled it: none of its dates is its logic's, and all are told to be stale.
    Public("PrimaveraProject.xml", ASPOSE_NET, 13, project="PROD00883", must=0),
    Public("PrimaveraProject.xml", ASPOSE_NET, 13, project="PROD00499", must=0),
)

LARGEST: Final = "SP10 - COST LOADED.xer"
SECONDS: Final = 4.0
MEGABYTES: Final = 300
OF_HELP: Final = 2.0
"""A plan of 130 tasks may take so many times the help page."""


@dataclass(frozen=True)
class Imported:
    """What one process said and took."""

    document: dict[str, Any]
    code: int
    seconds: float
    megabytes: float


def found(data: Path, public: Public) -> Path | None:
    """Return where a file lies in the folder."""
    for name in (*public.also, public.name):
        for path in sorted(data.rglob(name)):
            return path
    return None


def imported(path: Path, project: str | None) -> Imported:
    """Import a file in a process of its own."""
    command = [sys.executable, "-m", "optimiser", "import", str(path), "--json", *(["--project", project] if project else [])]
    with tempfile.TemporaryFile() as output:
        begun = time.perf_counter()
        child = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        taken = time.perf_counter() - begun
        output.seek(0)
        text = output.read()
    code = os.waitstatus_to_exitcode(status)
    child.returncode = code
    return Imported(json.loads(text) if text.strip() else {}, code, taken, usage.ru_maxrss / 1024)


def tried(data: Path, public: Public) -> tuple[Row, Imported | None, bool]:
    """Import one file; return its line, what it took, and whether it reaches what it must."""
    name = public.name if public.project is None else f"{public.name} {public.project}"
    path = found(data, public)
    if path is None:
        return (name, "not in the folder", public.repository, "missing"), None, False
    if path.suffix.lower() == ".mpp" and find_spec("mpxj") is None:
        return (name, "needs the extra 'mpp'", public.repository, "missing"), None, False
    answer = imported(path, public.project)
    told = answer.document.get("reproduced")
    if told is None:
        return (name, f"exit {answer.code}", f"{public.least} of {public.dated}", "MISSED"), answer, False
    reached = told["exact"] + told["same_boundary"]
    stale = sum(finding["count"] for finding in answer.document["findings"] if finding["severity"] == "stale")
    holds = (
        told["dated"] == public.dated and reached >= public.least and (public.must is None or stale == public.dated - reached)
    )
    says = f"{told['exact']} exact + {told['same_boundary']} same boundary, {told['different']} different"
    says += f"; {answer.seconds:.1f} s, {answer.megabytes:.0f} MB"
    return (name, says, f"{public.least} of {public.dated}", "within" if holds else "MISSED"), answer, holds


def main(data: Path, *, partial: bool) -> int:
    """Import every file; return what the shell is told."""
    rows: list[Row] = []
    holds, missing = True, 0
    answers: dict[str, Imported] = {}
    for public in FILES:
        row, answer, reached = tried(data, public)
        rows.append(row)
        if answer is None:
            missing += 1
        else:
            holds = holds and reached
            answers[public.name] = answer
    print_rows("Dates of planners' own files that come out again", rows)
    speed: list[Row] = []
    if LARGEST in answers:
        taken = answers[LARGEST]
        within = taken.seconds <= SECONDS and taken.megabytes <= MEGABYTES
        figure = f"{taken.seconds:.1f} s, {taken.megabytes:.0f} MB"
        speed.append((f"import {LARGEST}", figure, f"{SECONDS:.0f} s, {MEGABYTES} MB", "within" if within else "MISSED"))
        holds = holds and within
    small = next((found(data, public) for public in FILES if public.dated == 126 and public.name.endswith(".xml")), None)
    if small is not None:
        start = [sys.executable, "-m", "optimiser"]
        took, page = process([[*start, "import", str(small)], [*start, "--help"]], runs=5)
        verdict = "within" if took <= OF_HELP * page else "MISSED"
        speed.append((f"import {small.name}", f"{took:.2f} s", f"{OF_HELP:g} x help, {page:.2f} s", verdict))
        holds = holds and verdict == "within"
    print_rows("What import takes", speed)
    if missing:
        print(f"\n  {missing} of {len(FILES)} files are missing; fetch them into {data}.")
    return 0 if holds and (partial or not missing) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the fetched files")
    parser.add_argument("--partial", action="store_true", help="do not count files that are not there")
    options = parser.parse_args()
    sys.exit(main(options.data, partial=options.partial))
