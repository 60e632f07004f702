"""Questions of the workbench's page: the changes, the drag in progress, and the rows in view."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from models.assumptions import TERM_PATTERN
from models.record import Date, Identifier, Many, Record

__all__ = ["DeskChanges", "Drag", "KeptChanges", "Look", "Question"]

_Setting = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Switch = Annotated[str, Field(pattern=r"^(duration:)?[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]

Zoom = Literal["fit", "years", "months", "weeks", "days"]


_Drawn = Annotated[Date, Field(ge=dt.date(1900, 1, 1), le=dt.date(2500, 1, 1))]
"""A day at an end of an axis."""


class DeskChanges(Record):
    """Everything that was changed on the page, as a scenario would set it."""

    assumptions: dict[Identifier, _Setting] = {}
    """New values as ``--set`` takes them: ``280 wd``, ``2024-02-07``, ``+10wd``."""
    values: dict[Annotated[str, Field(pattern=TERM_PATTERN, max_length=130)], _Setting] = {}
    """Likewise numbers that no assumption names."""
    readings: dict[Identifier, Identifier] = {}
    rules: dict[_Switch, bool] = {}
    floors: dict[Identifier, Date] = {}
    """The day before which the start of a work item, or a milestone, is not to be."""

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in DeskChanges.model_fields)


class KeptChanges(Record):
    """Changes that were set aside under a name, to be held against others."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    changes: DeskChanges


class Drag(Record):
    """An end of a bar, or a milestone, held at a day."""

    item: Identifier
    end: Literal["start", "finish"]
    to: Date


class Look(Record):
    """What of the schedule is in sight, and how."""

    folded: Many[Annotated[str, StringConstraints(max_length=64)]] = ()
    """Phases of which only the sum is shown; the empty name is that of items without a phase."""
    zoom: Zoom = "fit"
    width: Annotated[int, Field(ge=200, le=8000)] = 900
    """Pixels that the whole plan takes where it is to fit."""
    since: _Drawn | None = None
    until: _Drawn | None = None
    """The ends of the axis, where it is to stay as it is while a bar is dragged."""
    baselines: Many[Identifier] = ()
    """Published dates that are drawn as ghosts."""
    chain: Identifier | None = None
    """The milestone of which the driving chain is marked; of all that are asked for, where None."""
    focus: Identifier | None = None
    """The item of which the links are drawn."""
    from_row: Annotated[int, Field(ge=0, le=10**6)] = 0
    rows: Annotated[int, Field(ge=1, le=4000)] = 100
    """Rows that are drawn, from that on; a plan with fewer is drawn whole."""


class Question(Record):
    """One question of the page.

    A question that supersedes another has a greater number; what is asked for by the same page under a smaller one is called
    off, and its answer, come too late, is thrown away by the page.
    """

    page: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,32}$")] = "page"
    number: Annotated[int, Field(ge=0, le=2**53)] = 0
    update: Annotated[str, StringConstraints(max_length=64)] = ""
    """The update before the one opened that is asked about; the one opened, where empty."""
    changes: DeskChanges = DeskChanges()
    drag: Drag | None = None
    trying: bool = False
    """Whether the changes are those of a slider that still moves."""
    look: Look = Look()
    told: Annotated[int, Field(ge=0, le=10**6)] = 0
    """Rows that the page knows in words: while something is tried, only those drawn are told anew."""
    milestone: Identifier | None = None
    item: Identifier | None = None
    by: Date | None = None
    full: bool = False
    """Of risk: with every sample and what drives, not only the dates."""
    scenarios: Many[Annotated[str, StringConstraints(min_length=1, max_length=64)]] = ()
    """Of scenarios side by side: their names."""
    updates: Annotated[Many[Annotated[str, StringConstraints(max_length=64)]], Field(max_length=40)] = ()
    """And updates: the one opened under an empty name."""
    kept: Annotated[Many[KeptChanges], Field(max_length=12)] = ()
    """And what was set aside."""
    title: Annotated[str, StringConstraints(max_length=200)] = ""
    """Of a scenario that is saved."""
