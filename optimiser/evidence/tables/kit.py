"""What tables are made of: columns with the units of their numbers, and the pivot of a long table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from models.findings import ProofClass
from models.pack import Cell, Column, PackProof, Table
from optimiser.evidence.words import month_or_day

__all__ = [
    "Maker",
    "across",
    "basis_words",
    "choose",
    "column",
    "columns",
    "few",
    "keyed",
    "listing",
    "once_of",
    "pivot",
    "stacked",
    "table",
    "timed_once",
    "weakest",
]

Maker = Callable[[Any], Cell]
"""What makes a cell of a record."""

_MANY: Final = 3


def column(
    name: str,
    kind: str = "text",
    unit: str | None = None,
    note: str | None = None,
    *,
    proof: PackProof | None = None,
    key: str | None = None,
) -> Column:
    """Return a column.

    Parameters
    ----------
    key
        What a view chooses it by, where its title varies or may be changed.
    """
    return Column(name=name, kind=kind, unit=unit, note=note, proof=proof, key=key)  # type: ignore[arg-type]


def columns(
    described: str, notes: Mapping[str, str] | None = None, proofs: Mapping[str, PackProof] | None = None
) -> tuple[Column, ...]:
    """Return columns from a line that describes them.

    Parameters
    ----------
    described
        Titles with bars between them; after a colon what stands in the column (text where nothing is said) and the unit of its
        numbers: ``"party:id | title | ready:date | waits:number wd | used:share"``. ``month`` is text, a published day or month;
        ``marked`` says yes or nothing, ``either`` yes or no.
    notes, proofs
        Title to what it means, and to how its figures are proved.
    """
    found = []
    for each in described.split("|"):
        name, _, rest = each.partition("=")[0].partition(":")
        name, (kind, _, unit) = name.strip(), rest.strip().partition(" ")
        kind = "text" if kind in _WORDED else kind or "text"
        found.append(column(name, kind, unit.strip() or None, (notes or {}).get(name), proof=(proofs or {}).get(name)))
    return tuple(found)


def across(names: Iterable[str], described: str) -> str:
    """Return a description of columns once for each name, which stands where ``{}`` is; led by a bar where there is any."""
    return "".join(f" | {described.replace('{}', name)}" for name in names)


def listing(
    id_: str,
    title: str,
    described: str,
    records: Iterable[Any],
    proof: PackProof,
    source: str,
    *,
    said: Mapping[str, Maker] | None = None,
    notes: Mapping[str, str] | None = None,
    proofs: Mapping[str, PackProof] | None = None,
    **more: Any,
) -> Table:
    """Return a table with a row for each record.

    Parameters
    ----------
    described
        As of `columns`; after ``=`` which field of the record the column shows, dots between a field and what is inside it, a
        number for a place in a tuple: ``"moves:id = lever | gains:number wd = gains.M10"``. Where nothing is said, the field named
        like the title. Nothing is shown of what is inside nothing.
    said
        Title to what makes the cell, where it is more than a field.
    notes, proofs
        Title to what it means, and to how its figures are proved.
    more
        As of `table`: ``note``, ``fold``, ``most``, ``sheet_only``.
    """
    heads, makers = columns(described, notes, proofs), []
    for each, head in zip(described.split("|"), heads, strict=True):
        front, _, path = each.partition("=")
        kind = front.partition(":")[2].strip().partition(" ")[0]
        path = path.strip() or head.name.replace(" ", "_").replace("-", "_")
        makers.append((said or {}).get(head.name) or _field(path.split("."), _SHOWN.get(kind)))
    return table(id_, title, heads, ([make(record) for make in makers] for record in records), proof, source, **more)


_WORDED: Final[Mapping[str, Maker]] = {
    "month": lambda held: held and month_or_day(held),
    "marked": lambda held: "yes" if held else None,
    "either": lambda held: "yes" if held else "no",
}
"""Kinds of columns that are text to whoever reads it, and what makes it."""

_SHOWN: Final[Mapping[str, Maker]] = {
    **_WORDED,
    "share": lambda held: round(held, 4) if isinstance(held, float) else held,
}


def _field(path: Sequence[str], shown: Maker | None) -> Maker:
    """Return what shows a field of a record; several words stand in one cell, and none leave it empty."""

    def show(record: Any) -> Cell:
        for part in path:
            if isinstance(record, Mapping):
                record = record.get(part)
            elif record is not None:
                record = record[int(part)] if part.isdigit() else getattr(record, part)
        if shown is not None:
            return shown(record)
        return (", ".join(map(str, record)) or None) if isinstance(record, tuple | list) else record

    return show


def table(
    id_: str,
    title: str,
    heads: str | Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    proof: PackProof,
    source: str,
    **more: Any,
) -> Table:
    """Return a table.

    Parameters
    ----------
    heads
        Its columns, or the line that describes them.
    more
        ``note``, ``fold``, ``most``, ``sheet_only``, as of `Table`.
    """
    made = columns(heads) if isinstance(heads, str) else tuple(heads)
    return Table(id=id_, title=title, columns=made, rows=tuple(map(tuple, rows)), proof=proof, source=source, **more)


def few(words: Iterable[str], most: int = 12) -> str:
    """Return names on one line, cut after so many."""
    words = list(words)
    return ", ".join(words[:most]) + (f" and {len(words) - most} more" if len(words) > most else "")


def basis_words(basis: str, confidence: str | None) -> str:
    """Return a basis in words, with its confidence if stated."""
    return f"{basis}, {confidence}" if confidence else basis


def choose(table: Table, columns: Sequence[str] | None = None, rows: Iterable[Sequence[Cell]] | None = None) -> Table:
    """Return a view of a table: some of its columns by their keys or titles, in that order, and some of its rows."""
    keys = [column.key or column.name for column in table.columns]
    places = range(len(keys)) if columns is None else [keys.index(key) for key in columns]
    return table.model_copy(
        update={
            "columns": tuple(table.columns[place] for place in places),
            "rows": tuple(tuple(row[place] for place in places) for row in (table.rows if rows is None else rows)),
        }
    )


def keyed(table: Table, keys: Mapping[str, str]) -> Table:
    """Return a table with keys, by title, for columns whose titles vary."""
    columns = (head.model_copy(update={"key": keys[head.name]}) if head.name in keys else head for head in table.columns)
    return table.model_copy(update={"columns": tuple(columns)})


def once_of(cells: Sequence[Cell]) -> str:
    """Return the time of day that moments share, ``08:00``; nothing where they do not, or are fewer than three, or days."""
    times = {cell.time() if isinstance(cell, dt.datetime) else None for cell in cells}
    time = times.pop() if len(times) == 1 and len(cells) >= _MANY else None
    return "" if time is None else f"{time:%H:%M}"


def timed_once(table: Table) -> Table:
    """Return a table for people in which a column of moments that share their time of day says it once, in its title.

    A planner's work mostly begins in the morning and ends in the evening: the time beside every date would hide the one that
    differs. Of a column of fewer than three moments every cell keeps its time.
    """
    heads, shared = list(table.columns), set[int]()
    for place, head in enumerate(heads):
        if time := once_of([row[place] for row in table.rows if row[place] is not None]):
            heads[place] = head.model_copy(update={"name": f"{head.name} {time}", "key": head.key or head.name})
            shared.add(place)
    if not shared:
        return table

    def plain(place: int, cell: Cell) -> Cell:
        return cell.date() if place in shared and isinstance(cell, dt.datetime) else cell

    rows = tuple(tuple(plain(place, cell) for place, cell in enumerate(row)) for row in table.rows)
    return table.model_copy(update={"columns": tuple(heads), "rows": rows})


def pivot(table: Table, down: str, across: str, value: str, title: str) -> Table:
    """Return a long table laid out wide: a row for each value of one column, a column for each of another.

    Parameters
    ----------
    down, across, value
        Keys of the columns that give the rows, the columns and the cells.
    """
    keys = [column.key or column.name for column in table.columns]
    first, second, third = keys.index(down), keys.index(across), keys.index(value)
    heads = list(dict.fromkeys(str(row[second]) for row in table.rows))
    cells = {(row[first], str(row[second])): row[third] for row in table.rows}
    shape = table.columns[third]
    return table.model_copy(
        update={
            "title": title,
            "columns": (table.columns[first], *(column(head, shape.kind, shape.unit, key=head) for head in heads)),
            "rows": tuple(
                (name, *(cells.get((name, head)) for head in heads)) for name in sorted({key for key, _ in cells}, key=str)
            ),
        }
    )


def stacked(parts: Mapping[str, Table], name: str) -> Table:
    """Return tables of the same columns as one, led by a column that says which each row is of.

    Parameters
    ----------
    parts
        What is said of a row to the table it is in; at least one.
    name
        Of the leading column.
    """
    first = next(iter(parts.values()))
    return first.model_copy(
        update={
            "columns": (column(name, "id"), *first.columns),
            "rows": tuple((key, *row) for key, part in parts.items() for row in part.rows),
        }
    )


def weakest(proofs: Iterable[ProofClass]) -> PackProof:
    """Return the weakest proof class among those of some dates; certified where there are none."""
    order: tuple[ProofClass, ...] = ("certified", "solver", "gap")
    return max(proofs, key=order.index, default="certified")
