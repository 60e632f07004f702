"""What the documents behind a plan print beside its dates: names of rows, differences, lags and lists, as facts to compare.

None of it is an input: no date is computed from it. It lies in the folder ``published`` beside a plan, one table a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from models.duration import Duration
from models.provenance import Citation
from models.record import Identifier, Many, Record, Text

__all__ = [
    "PUBLISHED_TABLES",
    "Abbreviation",
    "Criterion",
    "Deliverable",
    "ListMember",
    "OtherDate",
    "Printed",
    "PublishedTables",
    "RowName",
    "StatedDelta",
    "StatedLag",
    "Statement",
    "UsedWord",
    "Version",
]


def _as_citations(value: object) -> object:
    """Accept citations written in one cell, parted by semicolons."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(";") if part.strip())
    return tuple(value) if isinstance(value, list) else value


class Printed(Record):
    """Anything printed at a place that can be found again."""

    citation: Annotated[tuple[Citation, ...], BeforeValidator(_as_citations), Field(min_length=1)]


class RowName(Printed):
    """The name of a published row, as printed."""

    row: int
    name: Text


class StatedDelta(Printed):
    """A difference between two baselines as printed beside a milestone."""

    baseline: Identifier
    milestone: Identifier
    against: Identifier
    """The baseline it is a difference to."""
    months: int
    """Positive is later."""


class StatedLag(Printed):
    """A distance between two milestones as a sentence states it."""

    id: Identifier
    baseline: Identifier
    before: Identifier
    after: Identifier
    lag: Duration


class OtherDate(Printed):
    """A date of a milestone printed at some other place than a baseline."""

    milestone: Identifier
    date: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])(-\d{2})?$")]


class Placed(Printed):
    """What the documents print and no row of theirs holds: held by an item of the plan, or left out for a reason."""

    item: Identifier | None = None
    left_out: Text | None = None

    @model_validator(mode="after")
    def _held_or_left_out(self) -> Self:
        """Refuse an entry that names neither an item nor a reason, or both."""
        if (self.item is None) == (self.left_out is None):
            message = "expected either the item that holds it, or the reason why it is left out"
            raise ValueError(message)
        return self


class Deliverable(Placed):
    """Something that the documents date."""

    title: Text
    kind: Literal["document", "decision", "assessment", "control-point", "tool"]
    date: Annotated[str, Field(pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-\d{2})?)?$")]


class Criterion(Placed):
    """What has to be shown to enter or leave a stage, or holds within it."""

    stage: Text
    side: Literal["enter", "within", "leave"]
    evidence: Text


class Version(Record):
    """Which plan a baseline is a table of: two tables of one plan should agree."""

    baseline: Identifier
    plan: Text


class Statement(Printed):
    """Something said of an item that the dates can bear out or not.

    ``as-early-as-possible``: nothing idle lies before it. ``critical``: it drives what it is said to bear ``towards``.
    """

    id: Identifier
    kind: Literal["as-early-as-possible", "critical"]
    subject: Identifier
    towards: Many[Identifier] = ()
    baseline: Identifier | None = None


class ListMember(Printed):
    """One member of one of several lists that are about the same thing."""

    about: Text
    list: Text
    member: Text
    """By one name throughout."""
    printed: Text


class UsedWord(Printed):
    """A word used for something."""

    subject: Text
    term: Text


class Abbreviation(Printed):
    """What an abbreviation stands for."""

    term: Text
    expansion: Text


class PublishedTables(Record):
    """Every table of a plan's ``published`` folder."""

    names: Many[RowName] = ()
    deltas: Many[StatedDelta] = ()
    lags: Many[StatedLag] = ()
    elsewhere: Many[OtherDate] = ()
    versions: Many[Version] = ()
    statements: Many[Statement] = ()
    lists: Many[ListMember] = ()
    deliverables: Many[Deliverable] = ()
    criteria: Many[Criterion] = ()
    terms: Many[UsedWord] = ()
    abbreviations: Many[Abbreviation] = ()

    @cached_property
    def name_of(self) -> Mapping[int, RowName]:
        """Names by row."""
        return {entry.row: entry for entry in self.names}

    @cached_property
    def plan_of(self) -> Mapping[str, str]:
        """The plan that each baseline is a table of; a baseline not named is a plan of its own."""
        return {entry.baseline: entry.plan for entry in self.versions}


PUBLISHED_TABLES: dict[str, type[Record]] = {
    "names": RowName,
    "deltas": StatedDelta,
    "lags": StatedLag,
    "elsewhere": OtherDate,
    "versions": Version,
    "statements": Statement,
    "lists": ListMember,
    "deliverables": Deliverable,
    "criteria": Criterion,
    "terms": UsedWord,
    "abbreviations": Abbreviation,
}
"""Files of the folder, without their ending, and what a row of each is."""
