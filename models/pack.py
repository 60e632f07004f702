"""The evidence pack as a document: sections of paragraphs, tables and charts, in which no number stands without its source.

A record here cannot be made otherwise: a figure needs a proof class and a source, a table both for the dates it holds, and a
plain sentence may hold no number at all. So a pack that breaks the rule is never written.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal, Self

from pydantic import (
    ConfigDict,
    Field,
    PlainSerializer,
    SerializationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from models.moment import Moment
from models.record import Date, Identifier, Many, Quoted, Record, Text, unless

__all__ = [
    "PACK_SCHEMA",
    "Absence",
    "Block",
    "Cell",
    "Chart",
    "Column",
    "Figure",
    "Manifest",
    "ManifestFile",
    "Name",
    "Pack",
    "PackCase",
    "PackCheck",
    "PackProof",
    "PackRequest",
    "PackVerification",
    "Paragraph",
    "Section",
    "Table",
]

PACK_SCHEMA = "optimiser/pack/1"

PackProof = Literal["certified", "solver", "gap", "closed form", "simulated", "published", "stated", "counted", "none"]
"""How far a figure is proved: the three classes of a date; ``closed form`` exact without a solver; ``simulated`` a quantile or
share of samples; ``published`` printed by a source; ``stated`` an input of the plan; ``counted`` of the plan's own entries;
``none`` for words and for what is missing."""


def _moment(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """Let a moment stand, which is a day to nobody else."""
    return value if isinstance(value, Moment) else handler(value)


def _printed(value: object, info: SerializationInfo) -> object:
    """Print a day or a moment, in JSON, as it is read."""
    return str(value) if info.mode == "json" and isinstance(value, dt.date) else value


Cell = None | bool | int | float | Annotated[dt.date, WrapValidator(_moment), PlainSerializer(_printed)] | str

_NUMBER = re.compile(r"(?<!\w)(?<!\w[.-])\d")
"""A number that is not part of a name such as M10 or PoaP-1."""


class Name(Record):
    """A title or id of the plan's own, shown as it is."""

    text: Text


class Figure(Record):
    """A number or date in a sentence, with how it is proved and where it comes from."""

    text: Text
    proof: PackProof
    source: Text

    @model_validator(mode="after")
    def _proved(self) -> Self:
        if self.proof == "none":
            message = f"the figure {self.text!r} has no proof class"
            raise ValueError(message)
        return self


class Paragraph(Record):
    """One paragraph: our words, names of the plan, and figures."""

    kind: Literal["paragraph"] = "paragraph"
    parts: Annotated[Many[str | Name | Figure], Field(min_length=1)]
    tone: Literal["plain", "lead", "warning"] = "plain"

    @model_validator(mode="after")
    def _sourced(self) -> Self:
        for part in self.parts:
            if isinstance(part, str) and _NUMBER.search(part):
                message = f"a number stands without a source in {part!r}"
                raise ValueError(message)
        return self


class Column(Record):
    """A column of a table."""

    name: Text
    kind: Literal["text", "id", "number", "date", "share"] = "text"
    unit: Text | None = None
    proof: PackProof | None = None
    """How its figures are proved, where otherwise than those of the table."""
    note: Text | None = None
    """What the column means, where its name does not say."""
    key: Text | None = None
    """What a view chooses it by, where its name varies or may be changed; else its name."""


class Table(Record):
    """Rows under columns. The same table is shown in the report and written to the workbook and the results."""

    kind: Literal["table"] = "table"
    id: Identifier
    title: Text
    columns: Annotated[Many[Column], Field(min_length=1)]
    rows: Many[Many[Cell]]
    proof: PackProof
    source: Text
    """Where its numbers come from."""
    note: Text | None = None
    fold: bool = False
    """Whether the report shows it behind its title, to be opened; in print it is shown."""
    most: int | None = None
    """Rows that the report shows; all are in the workbook."""
    sheet_only: bool = False
    """Whether it stands in the workbook and the results alone: too fine to be read on a page."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        width = len(self.columns)
        for row in self.rows:
            if len(row) != width:
                message = f"table {self.id}: a row of {len(row)} cells under {width} columns"
                raise ValueError(message)
        numbers = any(
            column.kind in ("number", "date", "share") and (column.proof or self.proof) == "none" for column in self.columns
        )
        if numbers:
            message = f"table {self.id} holds figures and has no proof class"
            raise ValueError(message)
        return self


class Chart(Record):
    """A drawing, its text alternative, and the table of its numbers."""

    kind: Literal["chart"] = "chart"
    id: Identifier
    title: Text
    about: Text
    svg: str
    table: Identifier
    """The table beside it."""
    small: bool = False
    """Whether it may be printed smaller: it says little."""


class Absence(Record):
    """A part that is not there, and why."""

    kind: Literal["absence"] = "absence"
    what: Text
    reason: Text


Block = Annotated[Paragraph | Table | Chart | Absence, Field(discriminator="kind")]


class Section(Record):
    """One part of the report."""

    id: Identifier
    title: Text
    items: Many[Annotated[int, Field(ge=1, le=20)]] = ()
    """Which of the twenty items of an evidence pack it answers."""
    blocks: Annotated[Many[Block], Field(min_length=1)]
    question: Text | None = None
    """The question under which it stands, folded; None for what stands before all questions."""

    @property
    def present(self) -> bool:
        """Whether there is anything but absences in it."""
        return any(not isinstance(block, Absence) for block in self.blocks)


class PackCase(Record):
    """One stack of scenarios that the pack answers for."""

    id: Identifier
    title: Text
    scenarios: Many[Text]
    """On top of the pack's own, in order; none for the plan as asked."""


class PackRequest(Record):
    """Everything asked for: enough to build the pack again from the inputs inside it."""

    plan: Text
    """The packaged name, or the name of the file or folder."""
    main: Many[Text] = ()
    """Scenarios of every case."""
    settings: dict[str, str] = {}
    readings: dict[str, str] = {}
    released: Many[str] = ()
    cases: Many[PackCase]
    milestones: Many[Identifier] = ()
    seed: int = 0
    confidence: float = 0.8
    samples: int | None = None
    """As many as `robust` draws of each case where None."""
    pdf: bool = False
    since: Text | None = unless(None)
    """What the earlier pack, or plan, is called that it is compared with."""


class Pack(Record):
    """The document."""

    plan: Identifier
    title: Text
    as_of: Date
    status: Literal["solved", "infeasible", "undecided"]
    """Of the first case."""
    sections: Many[Section]

    @model_validator(mode="after")
    def _together(self) -> Self:
        tables = [block.id for section in self.sections for block in section.blocks if isinstance(block, Table)]
        charts = [block for section in self.sections for block in section.blocks if isinstance(block, Chart)]
        twice = {name for name in tables if tables.count(name) > 1} | {
            chart.id for chart in charts if sum(other.id == chart.id for other in charts) > 1
        }
        missing = {chart.id for chart in charts if chart.table not in tables}
        unanswered = set(range(1, 21)) - {item for section in self.sections for item in section.items}
        if twice or missing or unanswered:
            message = (
                f"named twice: {sorted(twice)}; charts without a table: {sorted(missing)}; items left out: {sorted(unanswered)}"
            )
            raise ValueError(message)
        return self

    def tables(self) -> tuple[tuple[Section, Table], ...]:
        """Return every table with its section."""
        return tuple((section, block) for section in self.sections for block in section.blocks if isinstance(block, Table))


class ManifestFile(Record):
    """One file of the pack."""

    path: Text
    bytes: int
    sha256: Text


class Manifest(Record):
    """What the pack holds, and how it was made."""

    model_config = ConfigDict(populate_by_name=True)

    schema_: Annotated[Literal["optimiser/pack/1"], Field(alias="schema")] = "optimiser/pack/1"
    plan: Identifier
    as_of: Date
    command: Text
    request: PackRequest
    seeds: dict[str, int]
    versions: dict[str, str]
    inputs_sha256: dict[str, str]
    """Case to the hash of its plan with everything chosen."""
    proofs: dict[str, dict[str, str]]
    """Case to milestone to proof class."""
    files: Many[ManifestFile]


class PackCheck(Record):
    """One claim of a pack, checked again."""

    file: Quoted
    claim: Quoted
    holds: bool
    found: Quoted


class PackVerification(Record):
    """A pack put to the test."""

    plan: Identifier | None
    files: int
    rerun: bool
    sha256: Text
    """Of the list of hashes: one word that stands for the whole pack, to be compared with its author's."""
    checks: Many[PackCheck]
    notes: Many[Text] = ()
    """What else a reader must know."""
    not_derived: dict[Text, Many[Text]] = {}
    """File to what of it was held against hashes alone: what only samples or CP-SAT tell, and what all else is derived from."""

    @property
    def holds(self) -> bool:
        """Whether every claim that was put to the test holds."""
        return all(check.holds for check in self.checks)

    @property
    def whole(self) -> bool:
        """Whether every claim of the pack was put to the test, and holds."""
        return self.holds and self.rerun and not self.not_derived
