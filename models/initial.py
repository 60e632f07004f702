"""What became of a table when a plan was started from it."""

from __future__ import annotations

from typing import Literal

from models.record import Date, Identifier, Many, Record, Text

__all__ = ["StartedPlan"]


class StartedPlan(Record):
    """A plan's folder made from one table."""

    folder: Text
    plan: Identifier
    title: Text
    table: Text
    """The file, or the packaged plan whose table was taken."""
    sheet: Text | None
    sha256: Text
    """Of the table."""
    start: Date
    """The first day on which anything may start."""
    until: Date
    """The last day that the plan reaches."""
    counts: dict[str, int]
    """How many of each the table gave: activities, milestones, links, dates, deadlines, ranges, capacities, days off."""
    taken: Many[Text] = ()
    """How what the table says was read, where it might have been read otherwise."""
    left_out: Many[Text] = ()
    """What of the table is not in the plan."""
    renamed: dict[str, Identifier] = {}
    """Ids of the table that are no ids of a plan, to what they became."""
    targets: Many[Identifier]
    files: Many[Text]
    """Written, from the folder."""
    state: Literal["dates", "contradiction", "beyond"]
    """Whether the plan has dates as it stands; ``contradiction``: no schedule meets its rules."""
