"""What a plan takes for granted: assumptions, unknowns, readings of the source, the RAID register, baselines."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from models.additions import Addition, grounded
from models.assumed import Assumption, Unknown
from models.duration import ValueField
from models.provenance import Rag, Sourced
from models.record import Identifier, Many, Record, Text

__all__ = ["Assumption", "Baseline", "Changes", "Option", "PublishedDate", "RaidItem", "Reading", "Unknown"]


TERM_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}(\.[a-z0-9_]+){1,3}$"
"""A number by what holds it and its term."""
PROVENANCE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}(\.[a-z0-9_]+){0,3}$"


class Changes(Record):
    """Named changes to a plan. Each key is a thing's id, each value its new state."""

    assumptions: dict[Identifier, ValueField] = {}
    """New values of assumptions and unknowns."""
    values: dict[Annotated[str, Field(pattern=TERM_PATTERN)], ValueField] = {}
    """New numbers that no assumption names: ``ITEM.duration``, ``RULE.lag``, ``RULE.date``, ``RULE.steps.0.amount``."""
    provenance: dict[Annotated[str, Field(pattern=PROVENANCE_PATTERN)], Sourced] = {}
    """What new values and added entries stand on, by their name. One that is not named here stands on its reading or its
    scenario, or is the judgement of whoever set it."""
    rules: dict[Annotated[str, Field(pattern=r"^(duration:)?[A-Za-z0-9][A-Za-z0-9_-]*$")], bool] = {}
    """Rules, and durations as ``duration:ITEM``, switched on (true) or off (false)."""
    buffer: dict[Identifier, bool] = {}
    """Activities that are contingency (true), or are work after all (false)."""
    calendar: Identifier | None = None
    """The base calendar."""
    add: Addition = Field(default_factory=Addition)
    """Items and rules that the plan has not."""

    def fields(self) -> dict[str, Any]:
        """Return what is changed, provenance left aside, as a scenario takes it."""
        return {name: getattr(self, name) for name in Changes.model_fields if name != "provenance"}

    def keys(self) -> frozenset[str]:
        """Return a name for everything that the changes set; additions are left out, as no other change could set them."""
        names = {f"assumption {name}" for name in self.assumptions} | {f"rule {name}" for name in self.rules}
        names |= {f"value {name}" for name in self.values} | {f"buffer {name}" for name in self.buffer}
        return frozenset(names | ({"calendar"} if self.calendar else set()))


class Option(Record):
    """One answer to a reading's question."""

    id: Identifier
    title: Text
    changes: Changes = Field(default_factory=Changes)
    probability: Annotated[float, Field(ge=0, le=1)] | None = None


class Reading(Sourced):
    """A question that the source leaves open. Every result names the options it stands on.

    Every option sets the same things, so that choosing one option undoes any other wholly; the default option
    restates what the plan itself says.
    """

    id: Identifier
    question: Text
    options: Annotated[Many[Option], Field(min_length=1)]
    default: Identifier

    @model_validator(mode="before")
    @classmethod
    def _grounded(cls, data: Any) -> Any:
        """Let what the options add stand on the reading, where it says nothing itself."""
        options = data.get("options") if isinstance(data, dict) else None
        if not isinstance(options, list):
            return data

        def with_ground(option: Any) -> Any:
            changes = option.get("changes") if isinstance(option, dict) else None
            if not isinstance(changes, dict) or "add" not in changes:
                return option
            named = changes.get("provenance")
            added = grounded(changes["add"], data, named if isinstance(named, dict) else {})
            return {**option, "changes": {**changes, "add": added}}

        return {**data, "options": [with_ground(option) for option in options]}

    def option(self, name: str) -> Option | None:
        """Return the option of that name, or None."""
        return next((option for option in self.options if option.id == name), None)


class RaidItem(Sourced):
    """A row of the programme's register of risks, assumptions, issues and dependencies, in our own words."""

    id: Identifier
    kind: Literal["risk", "assumption", "issue", "dependency"]
    title: Text
    theme: Text | None = None
    phase: Text | None = None
    rating: Rag | None = None
    """Impact of a risk or issue, uncertainty of an assumption."""
    manageable: Literal["yes", "in-process", "not-yet"] | None = None
    """What the source answers of a dependency, which it does not rate."""
    status: Text | None = None
    touches: Many[Identifier] = ()
    """The items, rules, assumptions and unknowns of this plan that it bears on."""
    reference: Text | None = None


class PublishedDate(Record):
    """A date to the precision published: a day, or only a month."""

    milestone: Identifier
    date: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])(-\d{2})?$")]

    @property
    def month(self) -> tuple[int, int]:
        """Year and month."""
        return int(self.date[:4]), int(self.date[5:7])

    @property
    def day(self) -> dt.date | None:
        """The day, where one was published."""
        return dt.date.fromisoformat(self.date) if len(self.date) > len("2024-01") else None

    @property
    def first(self) -> dt.date:
        """The day, or the first day of the month."""
        return self.day or dt.date(*self.month, 1)

    @property
    def last(self) -> dt.date:
        """The day, or the last day of the month."""
        return self.day or dt.date(*self.month, monthrange(*self.month)[1])

    @model_validator(mode="after")
    def _exists(self) -> Self:
        try:
            _ = self.last
        except ValueError as error:
            message = f"{self.date} is not a day of any calendar ({error})"
            raise ValueError(message) from None
        return self


class Baseline(Sourced):
    """Published dates to compare with. Never edited, never an input."""

    id: Identifier
    title: Text
    dates: Many[PublishedDate]

    def date(self, milestone: str) -> PublishedDate | None:
        """Return what was published for the milestone, or None."""
        return next((entry for entry in self.dates if entry.milestone == milestone), None)
