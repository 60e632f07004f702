"""The rows of a run for other programs: CSV and JSON lines, and Parquet where pyarrow is installed. Equal rows give equal bytes."""

from __future__ import annotations

import csv
import json
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TextIO

from models.duration import Duration
from optimiser.batch.job import Job
from optimiser.batch.ledger import Ledger
from optimiser.errors import InputError, Located

__all__ = ["export", "export_csv", "export_json_lines", "export_parquet", "harmless", "headings", "json_lines"]

_RUNS = re.compile(r"^[\s\x00-\x1f]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]")
_PLAIN = re.compile(rf"^[+-]?\d+(\.\d+)?$|{Duration.pattern}")
MOST_CELLS = 50_000
"""Different cells kept in memory while an export is written."""


def harmless(text: str) -> str:
    """Return text that no spreadsheet runs as a formula: what looks like one is led by an apostrophe.

    Parameters
    ----------
    text
        A cell. A plain number and a length such as ``-1 wd`` stay as they are, their signs too: they run nothing, and are
        read again as they are written.
    """
    return f"'{text}" if _RUNS.match(text) and not _PLAIN.match(text) else text


def headings(job: Job) -> list[str]:
    """Return the columns of an export."""
    dated = [f"{name}{suffix}" for name in job.milestones for suffix in ("", " proof", " binding")]
    return ["row", "key", *(axis.id for axis in job.axes), "status", *dated, "reason", "checked"]


def columns(ledger: Ledger, job: Job) -> Iterator[list[Iterable[Any]]]:
    """Yield every row as it is exported, in the order of the design, some thousands at a time, column by column."""
    labels = [axis.labels for axis in job.axes]
    count = len(labels)
    for row, key, status, reason, checked, *rest in ledger.columns(job):
        given = [map(each.__getitem__, positions) for each, positions in zip(labels, rest[:count], strict=True)]
        yield [row, map(bytes.hex, key), *given, status, *rest[count:], reason, map(bool, checked)]


def export(ledger: Ledger, job: Job, folder: Path) -> list[Path]:
    """Write ``results.csv``, and ``results.parquet`` where pyarrow is installed; return the files.

    Raises
    ------
    InputError
        If a file cannot be written; none is then left half written.
    """
    written = [folder / "results.csv"]
    export_csv(ledger, job, written[0])
    if find_spec("pyarrow") is not None:
        written.append(folder / "results.parquet")
        export_parquet(ledger, job, written[1])
    return written


def export_csv(ledger: Ledger, job: Job, path: Path) -> None:
    """Write the rows as CSV (UTF-8, one line feed a row).

    Raises
    ------
    InputError
        If the file cannot be written.
    """

    def fill(file: TextIO) -> None:
        table = csv.writer(file, lineterminator="\n")
        table.writerow([harmless(heading) for heading in headings(job)])
        written = _Cells()
        for number, key, *cells, checked in columns(ledger, job):
            # Numbers and keys in hexadecimal run nothing, and of all other cells there are few that differ.
            safe = (map(written.__getitem__, each) for each in cells)
            table.writerows(zip(number, key, *safe, ("true" if each else "false" for each in checked), strict=True))

    _written(path, fill)


def json_lines(ledger: Ledger, job: Job) -> Iterator[str]:
    """Yield every row as one JSON object on a line of its own (jsonlines.org): dates in ISO, nothing as null."""
    names = headings(job)
    for block in columns(ledger, job):
        for record in zip(*block, strict=True):
            yield json.dumps(dict(zip(names, record, strict=True)), ensure_ascii=False, separators=(",", ":")) + "\n"


def export_json_lines(ledger: Ledger, job: Job, path: Path) -> None:
    """Write the rows as `json_lines`.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    _written(path, lambda file: file.writelines(json_lines(ledger, job)))


class _Cells(dict[Any, str]):
    """Cells as they are written, each looked at once."""

    def __missing__(self, cell: Any) -> str:
        """Look at a new cell; keep no more of them than there are of labels, dates and sets of rules."""
        if len(self) > MOST_CELLS:
            self.clear()
        self[cell] = "" if cell is None else harmless(str(cell))
        return self[cell]


def export_parquet(ledger: Ledger, job: Job, path: Path) -> None:
    """Write the rows as Parquet, dates as dates.

    Raises
    ------
    InputError
        If pyarrow is not installed, or the file cannot be written.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        message = "Parquet needs pyarrow; maybe install it with the extra 'analytics', or export CSV"
        raise InputError([Located(message, file=str(path))]) from None
    names = headings(job)
    dated = set(job.milestones)
    kinds = {"row": pa.int64(), "checked": pa.bool_(), **{name: pa.date32() for name in dated}}
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in names])

    def fill(draft: Path) -> None:
        import datetime as dt

        with pq.ParquetWriter(str(draft), schema) as writer:
            days: dict[str | None, dt.date | None] = {None: None}
            for block in columns(ledger, job):
                held = [list(column) for column in block]
                for place in (place for place, name in enumerate(names) if name in dated):
                    days.update((day, dt.date.fromisoformat(day)) for day in set(held[place]) - days.keys())
                    held[place] = list(map(days.__getitem__, held[place]))
                arrays = [pa.array(column, type=field.type) for column, field in zip(held, schema, strict=True)]
                writer.write_table(pa.Table.from_arrays(arrays, schema=schema))

    _placed(path, fill)


def _written(path: Path, fill: Callable[[TextIO], None]) -> None:
    """Write a whole file of text to the disk, or nothing."""

    def write(draft: Path) -> None:
        with draft.open("w", encoding="utf-8", newline="") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())

    _placed(path, write)


def _placed(path: Path, fill: Callable[[Path], None]) -> None:
    """Write a whole file, or nothing."""
    draft = path.parent / f".{path.name}-{secrets.token_hex(6)}.partial"
    try:
        try:
            fill(draft)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        message = (
            f"cannot be written: {error.strerror or error}; the ledger is whole, make room and give the same command again"
        )
        raise InputError([Located(message, file=str(path))]) from None
