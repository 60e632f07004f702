"""An update of a plan: how far the work is, the update before it, and what became of the table that says so."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from models.duration import ValueField
from models.progress import ItemProgress, Logic, RiskNow
from models.provenance import Basis, Source, Sourced
from models.record import Date, Identifier, Many, Record, Text

__all__ = [
    "UPDATE_SCHEMA",
    "ChainLink",
    "LengthEstimate",
    "PlanUpdate",
    "Previous",
    "PreviousState",
    "UpdateChain",
    "UpdateChange",
    "UpdateMade",
    "UpdateRemark",
]

UPDATE_SCHEMA: Final = "optimiser/update/1"

PreviousState = Literal["unchanged", "changed", "missing", "unreadable", "circle"]
"""Whether the update before is as it was when the next one was made of it."""


def _relative(path: str) -> str:
    """Refuse a path that leads elsewhere on another machine."""
    if path.startswith(("/", "\\", "~")) or re.match(r"[A-Za-z]:", path) or "\\" in path:
        message = f"expected a path from this folder such as ../2026-03, with '/' between its parts, got '{path[:80]}'"
        raise ValueError(message)
    return path


class Previous(Record):
    """The update before."""

    path: Annotated[Text, AfterValidator(_relative)]
    """From the folder of the update that names it."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Of what it says: neither comments nor where it lies count."""


class LengthEstimate(Sourced):
    """A re-estimated length: set in its assumption where the item alone uses it, else in the item."""

    item: Identifier
    duration: ValueField
    low: ValueField = None
    high: ValueField = None
    basis: Basis = "judgement"


class PlanUpdate(Record):
    """The file ``update.yaml`` beside a plan: all that is known by the evening of the status date."""

    schema_: Annotated[Literal["optimiser/update/1"], Field(alias="schema")] = UPDATE_SCHEMA
    status_date: Date
    logic: Logic = "retained"
    previous: Previous | None = None
    sources: Many[Source] = ()
    """What the facts and estimates cite, beside the plan's own."""
    progress: Many[ItemProgress] = ()
    """What is done, in place of whatever the plan's other files say of an item."""
    estimates: Many[LengthEstimate] = ()
    risks: Many[RiskNow] = ()
    """What became of risks, in place of the state that the register says."""


class UpdateChange(Record):
    """One thing that an update says otherwise than the one before."""

    item: Identifier
    title: Text
    kind: Literal["begun", "finished", "remaining", "estimate", "added", "removed", "renamed", "link", "other", "risk"]
    before: Text | None = None
    after: Text | None = None
    where: Text | None = None
    """The cell or row that says so."""


class UpdateRemark(Record):
    """Something for the planner to review: a fact that has changed, or finished work that is open again."""

    says: Text
    where: Text | None = None


class ChainLink(Record):
    """One update of a chain."""

    path: Text
    """Where it lies, or the name of the packaged plan that it is; of the first, as it was asked for."""
    title: Text
    status_date: Date | None
    """None of a plan that nothing was done of."""
    state: PreviousState | None
    """Whether it says what it said when the next update was made of it; None of the one asked for."""
    says: Text | None = None
    """What is wrong with it, in words."""
    done: int = 0
    begun: int = 0
    to_do: int = 0


class UpdateChain(Record):
    """An update and those before it, the newest first."""

    plan: Identifier
    links: Many[ChainLink]


class UpdateMade(Record):
    """An update's folder, made from a table or from a planner's file."""

    folder: Text
    plan: Identifier
    title: Text
    table: Text
    sheet: Text | None
    sha256: Text
    """Of the table."""
    status_date: Date
    before: Text
    """The update before, as it was named."""
    previous: Previous
    previous_status: Date | None
    counts: dict[str, int]
    """How many items are done, begun and to do, and how many rows said nothing new."""
    changes: Many[UpdateChange] = ()
    remarks: Many[UpdateRemark] = ()
    taken: Many[Text] = ()
    """How what the table says was read, where it might have been read otherwise."""
    left_out: Many[Text] = ()
    """What of the table is not in the update."""
    files: Many[Text] = ()
    """Written, from the folder."""
