"""An answer into XER: cells of ``TASK`` by their byte offsets; every other table, row and column stays.

Written are, of work that is not finished, the early and late dates, the floats and ``driving_path_flag``, and the target dates
of work that has not started; on demand a constraint (start on or after) and user-defined fields. An XER holds one schedule: the
dates that stood before are kept nowhere in it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from optimiser.errors import InputError, Located
from optimiser.writing.dates import TaskDates, Written, hours_text, same_cell
from optimiser.writing.edits import ByteEdits

__all__ = ["write_xer"]

_HOLDS: Final = ("CS_MSOA", "CS_MEOA")
"""Start on or after, and finish on or after."""
_DONE, _WAITING = "TK_Complete", "TK_NotStart"
_LINE: Final = re.compile(rb"^(?:%[TFRE](?=[\t\r\n]|$)|ERMHDR(?=\t))", re.MULTILINE)
_TABLES: Final = frozenset({"TASK", "UDFTYPE", "UDFVALUE"})
_TYPE_COLUMNS: Final = ("udf_type_id", "table_name", "udf_type_name", "udf_type_label", "logical_data_type", "super_flag")
_VALUE_COLUMNS: Final = ("udf_type_id", "fk_id", "proj_id", "udf_date", "udf_number", "udf_text", "udf_code_id")
_LONGEST_TEXT: Final = 255


def write_xer(
    content: bytes, label: str, dates: Mapping[str, TaskDates], *, hold: bool = False, fields: bool = False
) -> Written:
    """Return a file with new dates of its activities.

    Parameters
    ----------
    content
        The source.
    label
        What to call it in an error.
    dates
        By ``task_id``.
    hold
        Put a constraint where the file's own logic would start an activity earlier.
    fields
        Put in what is told of each activity.

    Raises
    ------
    InputError
        If the source has no table of activities, or a text to write has a tab or a line break.
    """
    tables = {table.name: table for table in _tables(content)}
    tasks = tables.get("TASK")
    if tasks is None or "task_id" not in tasks.columns:
        raise InputError([Located("has no table TASK with a column task_id, expected an XER with activities", file=label)])
    written, edits = Written(content), ByteEdits(content)
    for row in tasks.rows:
        uid = row.text(tasks, "task_id")
        new = dates.get(uid)
        if new is None or row.text(tasks, "status_code") == _DONE:
            continue
        cells = dict(_cells(row, tasks, new))
        if new.hold and new.start is not None:
            cells |= _held(row, tasks, uid, new, written, hold=hold)
        changed = {name: text for name, text in cells.items() if not same_cell(row.text(tasks, name), text)}
        for name, text in changed.items():
            edits.replace(*row.cells[tasks.columns[name]], text.encode("ascii"))
        written.wrote(uid, len(changed))
    if written.tasks:
        written.notes.append(
            "An XER cannot hold a baseline beside the schedule: the dates before these are kept nowhere in the file."
        )
    if fields:
        written.cells += _UserFields(content, label, tables, edits).write(dates)
    written.content = edits.applied()
    return written


@dataclass
class _XerLine:
    """A row: where each of its cells begins and ends, and where the row itself does."""

    content: bytes
    cells: list[tuple[int, int]]
    end: int

    def text(self, table: _XerPlaces, column: str) -> str:
        """Return a cell; empty where the table lacks the column or the row is short."""
        at = table.columns.get(column)
        if at is None or at >= len(self.cells):
            return ""
        begin, end = self.cells[at]
        return self.content[begin:end].decode("latin-1").strip()


@dataclass
class _XerPlaces:
    """A table of the file by its bytes."""

    name: str
    begin: int
    columns: dict[str, int] = field(default_factory=dict)
    rows: list[_XerLine] = field(default_factory=list)
    end: int = 0


def _tables(content: bytes) -> Iterator[_XerPlaces]:
    """Yield the tables in the order of the file, rows of those that are written with their places."""
    marks = [found.start() for found in _LINE.finditer(content)] + [len(content)]
    table: _XerPlaces | None = None
    for begin, following in pairwise(marks):
        end = begin + len(content[begin:following].rstrip(b"\r\n"))
        kind, cells = content[begin : begin + 2], _cells_of(content, begin, end)
        if kind == b"%T":
            if table is not None:
                yield table
            table = _XerPlaces(content[slice(*cells[0])].decode("latin-1").strip() if cells else "", begin, end=following)
        elif table is not None and kind == b"%F":
            names = [content[slice(*cell)].decode("latin-1").strip() for cell in cells]
            table.columns = {name: place for place, name in reversed(list(enumerate(names)))}
        elif table is not None and kind == b"%R" and table.name in _TABLES:
            table.rows.append(_XerLine(content, cells, end))
        if table is not None and kind in {b"%F", b"%R"}:
            table.end = following
    if table is not None:
        yield table


def _cells_of(content: bytes, begin: int, end: int) -> list[tuple[int, int]]:
    """Return where the cells behind a line's mark begin and end."""
    places = [begin + found.start() for found in re.finditer(rb"\t", content[begin:end])]
    return [(place + 1, following) for place, following in pairwise([*places, end])]


def _cells(row: _XerLine, table: _XerPlaces, new: TaskDates) -> Iterator[tuple[str, str]]:
    """Yield the cells of an activity that the table and the row have room for."""
    moments = {
        "early_start_date": new.start,
        "early_end_date": new.finish,
        "late_start_date": new.late_start,
        "late_end_date": new.late_finish,
    }
    if row.text(table, "status_code") == _WAITING:
        moments |= {"target_start_date": new.start, "target_end_date": new.finish}
    else:
        moments |= {"early_start_date": None, "late_start_date": None}  # P6 has there the start of what is left
    texts = {name: _printed(at) for name, at in moments.items() if at is not None}
    comma = "," in row.text(table, "total_float_hr_cnt") + row.text(table, "remain_drtn_hr_cnt")
    for name, minutes in (("total_float_hr_cnt", new.total_float), ("free_float_hr_cnt", new.free_float)):
        if minutes is not None:
            texts[name] = hours_text(minutes).replace(".", "," if comma else ".")
    if new.critical is not None:
        texts["driving_path_flag"] = "Y" if new.critical else "N"
    yield from ((name, text) for name, text in texts.items() if table.columns.get(name, len(row.cells)) < len(row.cells))


def _held(row: _XerLine, table: _XerPlaces, uid: str, new: TaskDates, written: Written, *, hold: bool) -> dict[str, str]:
    """Return the cells that keep an activity where it is put, if the place for them is free.

    A finish milestone has no start that could be held: P6 takes finish constraints alone of it.
    """
    kind, finishes = row.text(table, "cstr_type"), row.text(table, "task_type") == "TT_FinMile"
    at = new.finish if finishes else new.start
    if at is None or (kind == _HOLDS[finishes] and same_cell(row.text(table, "cstr_date"), _printed(at))):
        return {}
    room = all(table.columns.get(name, len(row.cells)) < len(row.cells) for name in ("cstr_type", "cstr_date"))
    if written.holds(uid, hold=hold, other=bool(kind), lacking="" if room else "its row has no cells for a constraint"):
        return {"cstr_type": _HOLDS[finishes], "cstr_date": _printed(at)}
    return {}


class _UserFields:
    """User-defined fields: rows of ``UDFTYPE`` and ``UDFVALUE`` with numbers that nothing uses."""

    def __init__(self, content: bytes, label: str, tables: Mapping[str, _XerPlaces], edits: ByteEdits) -> None:
        self._content, self._label, self._tables, self._edits = content, label, tables, edits
        self._break = b"\r\n" if b"\r\n" in content else b"\n"
        utf8 = True
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            utf8 = False
        self._encoding = "utf-8" if utf8 else "cp1252"

    def write(self, dates: Mapping[str, TaskDates]) -> int:
        """Put in the fields, and return how many values were."""
        titles = list(dict.fromkeys(title for new in dates.values() for title, _ in new.fields))
        if not titles:
            return 0
        types, values, tasks = (self._tables.get(name) for name in ("UDFTYPE", "UDFVALUE", "TASK"))
        assert tasks is not None
        taken = [row.text(types, "udf_type_id") for row in types.rows] if types else []
        first = 1 + max((int(each) for each in taken if each.isascii() and each.isdecimal()), default=0)
        identities = {title: str(first + place) for place, title in enumerate(titles)}
        kinds = [
            dict(zip(_TYPE_COLUMNS, (number, "TASK", f"user_field_{number}", title, "FT_TEXT", "N"), strict=True))
            for title, number in identities.items()
        ]
        rows = [
            {
                "udf_type_id": identities[title],
                "fk_id": uid,
                "proj_id": row.text(tasks, "proj_id"),
                "udf_text": text[:_LONGEST_TEXT],
            }
            for row in tasks.rows
            for uid in (row.text(tasks, "task_id"),)
            for title, text in (dates[uid].fields if uid in dates else ())
            if text
        ]
        self._put("UDFTYPE", types, _TYPE_COLUMNS, kinds, min(table.begin for table in self._tables.values()))
        self._put("UDFVALUE", values, _VALUE_COLUMNS, rows, max(table.end for table in self._tables.values()))
        return len(rows)

    def _put(
        self, name: str, table: _XerPlaces | None, columns: tuple[str, ...], rows: list[dict[str, str]], otherwise: int
    ) -> None:
        """Put rows at the end of a table, or the table itself where the file has none."""
        if table is not None:
            columns, at, lines = tuple(sorted(table.columns, key=table.columns.__getitem__)), table.end, []
        else:
            at, lines = otherwise, [f"%T\t{name}", "\t".join(("%F", *columns))]
        lines += ["\t".join(("%R", *(self._clean(row.get(column, "")) for column in columns))) for row in rows]
        text = self._break.join(line.encode(self._encoding, "replace") for line in lines) + self._break
        ends = at == 0 or self._content[at - 1 : at] == b"\n"
        self._edits.insert(at, text if ends else self._break + text)

    def _clean(self, text: str) -> str:
        """Return a cell's text; a tab or a line break would be read as the next cell or row."""
        if any(sign in text for sign in "\t\r\n"):
            message = f"a text to be written has a tab or a line break, which no cell can hold: {text[:60]!r}"
            raise InputError([Located(message, file=self._label)])
        return text


def _printed(at: dt.datetime) -> str:
    return f"{at.year:04}" + at.strftime("-%m-%d %H:%M")
