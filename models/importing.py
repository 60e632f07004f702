"""The record of an import: the parts understood, the parts lost, and the stored dates reproduced."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.record import Identifier, Many, Quoted, Record, Text

__all__ = [
    "IMPORT_SCHEMA",
    "Differing",
    "FigureCompared",
    "FloatDiffering",
    "FloatReason",
    "FloatsCompared",
    "ImportCount",
    "ImportFinding",
    "ImportReport",
    "ImportSeverity",
    "ImportSource",
    "ProjectFound",
    "Reproduced",
]

IMPORT_SCHEMA = "optimiser/import/1"

ImportSeverity = Literal["lost", "approximated", "assumed", "stale", "kept", "unread"]
"""``lost``: can move a date and is not modelled. ``approximated``: modelled nearly. ``assumed``: the file is silent, or no
public file decides what its tool does. ``stale``: the file's own logic does not give its stored date. ``kept``: moves no date,
and stays in the file. ``unread``: this version does not know what it is."""


class ImportSource(Record):
    """The file."""

    file: Text
    form: Text
    tool: Text
    version: str
    sha256: Text


class ProjectFound(Record):
    """A project of the file."""

    id: Text
    name: str
    activities: int


class ImportCount(Record):
    """Of one kind of thing: found in the file, translated into the plan, and told of in a finding."""

    kind: Text
    found: int
    translated: int
    reported: int


class ImportFinding(Record):
    """Something that a reader of the dates has to know.

    Attributes
    ----------
    where
        What it is about, as the planner names it: at most twenty.
    more
        How many it is about beside those.
    effect_minutes
        By how much it moves the end of the project, in worked minutes, where that was worked out.
    """

    code: Identifier
    severity: ImportSeverity
    count: int
    where: Many[Quoted] = ()
    more: int = 0
    says: Text
    effect_minutes: int | None = None


class Differing(Record):
    """An item whose stored date does not come out again, though those of all it waits for do.

    Attributes
    ----------
    start_minutes, finish_minutes
        Worked minutes by which our date is later than the stored one.
    follows
        How many differences follow from this one and have no other root before them.
    """

    id: Identifier
    title: Text
    start: Text
    finish: Text
    stored_start: Text
    stored_finish: Text
    start_minutes: int
    finish_minutes: int
    follows: int


class Reproduced(Record):
    """The file's own dates against those that its logic gives."""

    dated: int
    exact: int
    same_boundary: int
    different: int
    roots: Many[Differing] = ()
    more_roots: int = 0


class FigureCompared(Record):
    """One figure of all tasks that are not done: in how many the file stores it, and in how many ours is the same."""

    figure: Text
    stored: int
    same: int
    different: int


class FloatReason(Record):
    """Why figures differ: of so many tasks for themselves, and of so many more because something behind these does."""

    code: Identifier
    says: Text
    count: int
    follow: int
    where: Many[Quoted] = ()
    more: int = 0


class FloatDiffering(Record):
    """A task whose late dates, total float or critical flag are not what the file stores.

    Attributes
    ----------
    late_minutes
        Worked minutes by which our late finish is later than the stored one.
    reason
        A code of `FloatReason`; None where it only follows from what is behind it.
    """

    id: Identifier
    title: Text
    late_start: Text
    late_finish: Text
    stored_late_start: str = ""
    stored_late_finish: str = ""
    late_minutes: int | None = None
    total_float_min: int
    stored_total_float_min: int | None = None
    critical: bool
    stored_critical: bool | None = None
    reason: str | None = None


class FloatsCompared(Record):
    """Computed late dates, total float and critical flags of unfinished tasks beside the stored ones.

    Late dates are the same where they are the same boundary of work; a minute's difference counts as none, as an end and the next
    beginning are so far apart where a lead is counted backwards.
    """

    tasks: int
    figures: Many[FigureCompared]
    reasons: Many[FloatReason] = ()
    differing: Many[FloatDiffering] = ()
    more: int = 0


class ImportReport(Record):
    """The whole answer of ``import``."""

    schema_: Annotated[Literal["optimiser/import/1"], Field(alias="schema")] = "optimiser/import/1"
    source: ImportSource
    projects: Many[ProjectFound]
    project: Text
    dialect: Literal["msp", "p6"]
    counts: Many[ImportCount]
    reproduced: Reproduced
    findings: Many[ImportFinding]
    floats: FloatsCompared | None = None
