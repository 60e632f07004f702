"""Two thousand planners' files with something rotten in them, through reading, plan, dates and float: no traceback, no time, no room."""

from __future__ import annotations

import io
import random
import re
import resource
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from optimiser.critical import compile_network, earliest_times
from optimiser.errors import InputError, OptimiserError
from optimiser.importing import understand
from optimiser.reading.load import load
from tests.p6_cases import CASES
from tests.test_initial import HEADS, write_book, write_csv
from tests.test_initial import spoiled as spoiled_table
from tests.test_mspdi import RICH
from tests.test_mspdi import spoiled as spoiled_mspdi
from tests.test_pmxml import WHOLE
from tests.test_xer import spoiled as spoiled_xer

SECONDS = 30.0
MEGABYTES = 2000
VALUES = (
    b"-1",
    b"",
    b"9" * 30,
    b"100000,0",
    b"1e308",
    b"NaN",
    b"9999-12-31T23:59:59",
    b"0001-01-01T00:00:00",
    b"A",
    b"T" * 9000,
    b"1",
    b"2",
)


def spoiled_xml(draw: random.Random, content: bytes) -> bytes:
    """Return XML cut, doubled, shuffled, in another encoding, with an entity, or with a value that is none."""
    kind, at, other = draw.randrange(7), *sorted((draw.randrange(len(content)), draw.randrange(len(content))))
    values = list(re.finditer(rb">([^<>]+)</", content))
    found = draw.choice(values)
    return (
        content[:at],
        content[:at] + content[other:],
        content[:other] + content[at:],
        content.decode().encode(draw.choice(("utf-16", "cp1252", "utf-32")), "replace"),
        content.replace(b"<Project>", b"<!DOCTYPE a [<!ENTITY b 'cc'>]><Project>&b;", 1),
        content[: found.start(1)] + draw.choice(VALUES) + content[found.end(1) :],
        content[: found.start(1)] + draw.choice(VALUES) + content[found.end(1) :],
    )[kind]


def bombed(book: bytes) -> bytes:
    """Return a workbook with a part that unpacks to a thousand times its size."""
    made = io.BytesIO(book)
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/bomb.xml", b"<c>" + b"a" * 20_000_000 + b"</c>")
    return made.getvalue()


def sources(folder: Path) -> dict[str, Callable[[random.Random], tuple[str, bytes]]]:
    """Return what spoils a file of each form: the ending of its name, and its bytes."""
    heads = [*HEADS, "Start", "Finish", "% Complete", "Actual Start", "Remaining", "Status Date", "Resource", "Deadline"]
    rows = [
        heads,
        *(
            [str(n), f"Row {n}", f"{n}d", f"{n - 1}FS+1d" if n > 1 else "", "2026-01-05", "", "", "", "", "", "", ""]
            for n in range(1, 9)
        ),
    ]
    rows[1][6:8], rows[1][9] = ["40", "2026-01-05"], "2026-01-07"
    text = write_csv(folder / "sound.csv", rows).read_bytes().replace(b"\r\n", b"\n")
    book = write_book(folder / "sound.xlsx", {"Plan": [list(row) for row in rows]}).read_bytes()
    return {
        "xer": lambda draw: (".xer", spoiled_xer(draw, draw.choice(CASES).text.encode())),
        "mspdi": lambda draw: (
            ".xml",
            spoiled_mspdi(draw.randrange(10**9)) if draw.random() < 0.5 else spoiled_xml(draw, bytes(RICH)),
        ),
        "pmxml": lambda draw: (".pmxml", spoiled_xml(draw, WHOLE.encode())),
        "table": lambda draw: spoiled_table(draw, text, bombed(book) if draw.random() < 0.02 else book),
    }


def whole_way(path: Path) -> None:
    """Take a file as far as its dates and floats."""
    if path.suffix in {".xer", ".xml", ".pmxml"}:
        understand(path)
    else:
        earliest_times(compile_network(load(path)))


def _tried(folder: Path, count: int) -> Counter[tuple[str, str]]:
    draw, outcomes = random.Random(20261201), Counter[tuple[str, str]]()  # noqa: S311  # a seed
    made = sources(folder)
    for number in range(count):
        form = list(made)[number % len(made)]
        ending, content = made[form](draw)
        path = folder / f"spoiled{ending}"
        path.write_bytes(content)
        begun = time.process_time()
        try:
            whole_way(path)
            outcomes[form, "taken"] += 1
        except InputError as refused:
            outcomes[form, "refused"] += 1
            assert refused.faults, (form, number)  # noqa: PT017
            assert all(fault.message and (fault.file or fault.path) for fault in refused.faults), (form, number)  # noqa: PT017
        except OptimiserError:
            outcomes[form, "refused"] += 1
        assert time.process_time() - begun < SECONDS, (form, number)
        path.unlink()
    return outcomes


def test_spoiled_files_are_taken_or_refused_with_a_place(tmp_path: Path) -> None:
    """Of eighty files of four forms, none ends in anything but a plan or located faults."""
    outcomes = _tried(tmp_path, 80)

    assert len({form for form, _ in outcomes}) == 4
    assert sum(count for (_, what), count in outcomes.items() if what == "refused") > 20


@pytest.mark.long
def test_two_thousand_spoiled_files_take_neither_time_nor_room(tmp_path: Path) -> None:
    """None takes thirty seconds of processor time, and all together stay below two gigabytes."""
    outcomes = _tried(tmp_path, 2000)

    for form in ("xer", "mspdi", "pmxml", "table"):
        assert min(outcomes[form, "taken"], outcomes[form, "refused"]) > 50, outcomes
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 < MEGABYTES
