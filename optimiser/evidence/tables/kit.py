"""What tables are made of: columns with the units of their numbers, and the pivot of a long table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from models.findings import ProofClass
from models.pack import Cell, Column, PackProof, Table

__all__ = ["choose", "column", "columns", "pivot", "stacked", "table", "weakest"]


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
    name
        Its title.
    key
        What a view chooses it by, where its title varies or may be changed.
    """
    return Column(name=name, kind=kind, unit=unit, note=note, proof=proof, key=key)  # type: ignore[arg-type]


def columns(described: str) -> tuple[Column, ...]:
    """Return columns from a line that describes them.

    Parameters
    ----------
    described
        Titles with bars between them; after a colon what stands in the column (text where nothing is said) and the unit of its
        numbers: ``"party:id | title | ready:date | waits:number wd | used:share"``.
    """
    found = []
    for each in described.split("|"):
        name, _, rest = each.partition(":")
        kind, _, unit = rest.strip().partition(" ")
        found.append(column(name.strip(), kind or "text", unit or None))
    return tuple(found)


def table(
    id_: str,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    *,
    proof: PackProof,
    source: str,
    note: str | None = None,
    fold: bool = False,
    most: int | None = None,
    sheet_only: bool = False,
) -> Table:
    """Return a table."""
    return Table(
        id=id_,
        title=title,
        columns=tuple(columns),
        rows=tuple(tuple(row) for row in rows),
        proof=proof,
        source=source,
        note=note,
        fold=fold,
        most=most,
        sheet_only=sheet_only,
    )


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


def pivot(table: Table, down: str, across: str, value: str, title: str) -> Table:
    """Return a long table laid out wide: a row for each value of one column, a column for each of another.

    Parameters
    ----------
    down, across, value
        Keys of the columns that give the rows, the columns and the cells.
    title
        Of the view.
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
