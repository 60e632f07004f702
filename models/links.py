"""How much each inferred link matters: the date without it, with stages that overlap, and which links carry the answer together."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.provenance import Confidence
from models.record import Date, Identifier, Many, Record, Text

__all__ = ["LinkLine", "LinkReport", "Overlap", "Together"]


class Overlap(Record):
    """The date where what follows a link starts before the work ahead of it is done."""

    share: Annotated[int, Field(ge=1, le=100)]
    """Per cent of the length of the work ahead."""
    lag: Text
    """What the lag of the link then is; of several links together, in words."""
    date: Date | None
    """None where there is none on the axis, or the limit came first."""
    gain_wd: int | None


class LinkLine(Record):
    """One inferred link on or near a driving chain. Gains are working days of the milestone; fewer than none are later."""

    rule: str
    title: Text
    statement: Text
    confidence: Confidence | None
    slack_wd: int
    """How much later what it pushes could be before the milestone moves; none on a driving chain."""
    item: Identifier
    """What waits for it."""
    falls_back: Identifier | None
    """What then starts no earlier than it was published: that item, or the next behind it of which a start was published. None
    where other rules leave the date as it is."""
    falls_back_to: Date | None
    """When that is; None where no row or baseline has it either."""
    date: Date | None
    """The milestone's date without the link; None where neither another rule nor a published date gives one."""
    gain_wd: int | None
    overlaps: Many[Overlap] = ()
    """None where there is no work ahead that could overlap, or the lag is in months."""


class Together(Record):
    """All the links at once, and which of them suffice for that date."""

    what: Text
    date: Date | None
    gain_wd: int | None
    carried_by: Many[str] = ()
    """A smallest set of links with which alone the date is the same: leave one out, and it is not."""


class LinkReport(Record):
    """The inferred links behind one milestone's date."""

    within_wd: int
    """Slack up to which a link counts as near a driving chain."""
    lines: Many[LinkLine]
    together: Many[Together] = ()
    notes: Many[Text] = ()
