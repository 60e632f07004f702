"""The record of an export: the fields written into a planner's file, and how its tool will read them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.record import Many, Quoted, Record, Text

__all__ = ["EXPORT_SCHEMA", "ExportReport", "Unheld"]

EXPORT_SCHEMA = "optimiser/export/1"


class Unheld(Record):
    """A task that its tool will put elsewhere when it works its dates out again."""

    id: Text
    title: str
    why: Text


class ExportReport(Record):
    """The whole answer of ``export``.

    Attributes
    ----------
    moved
        Tasks whose dates differ from those of the source by at least a worked minute.
    cells
        Cells that differ from the source, those put in included.
    held
        Tasks that a new constraint keeps where they are put, as the planner names them.
    """

    schema_: Annotated[Literal["optimiser/export/1"], Field(alias="schema")] = "optimiser/export/1"
    source: Text
    source_sha256: Text
    result: Text
    result_sha256: Text
    tasks: int
    moved: int
    cells: int
    held: Many[Quoted] = ()
    unheld: Many[Unheld] = ()
    notes: Many[Text] = ()
