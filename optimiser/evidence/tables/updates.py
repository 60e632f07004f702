"""Updates of a plan as tables: what one says otherwise than the one before, and the chain of them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from models.pack import Table
from models.updating import UpdateChain, UpdateMade
from optimiser.evidence.tables.kit import column, columns, table
from optimiser.evidence.words import day

__all__ = ["update_chain", "update_changes"]

_KINDS = {
    "begun": "begun",
    "finished": "done",
    "remaining": "left",
    "estimate": "estimated anew",
    "added": "added",
    "removed": "removed",
    "renamed": "renamed",
    "link": "link",
    "other": "other",
    "risk": "risk",
}


def update_changes(made: UpdateMade) -> Table:
    """Return what an update says otherwise than the one before."""
    return table(
        "update-changes",
        "What is new",
        columns("item:id | title | what | before | now | where"),
        [
            [each.item, each.title, _KINDS[each.kind], _dated(each.before), _dated(each.after), each.where]
            for each in made.changes
        ],
        proof="stated",
        source=made.table,
    )


_STATES: Final = {
    "unchanged": "as it was",
    "changed": "changed since",
    "missing": "missing",
    "unreadable": "cannot be read",
    "circle": "a circle",
}


def update_chain(chain: UpdateChain, source: str) -> Table:
    """Return an update and those before it, the newest first."""
    return table(
        "update-chain",
        "The chain of updates",
        [
            column("status date", "date", note="the day by whose evening what the update says is known"),
            column("update", note="its name where it is packaged, else its path"),
            column("done", "number", note="activities and milestones that are done"),
            column("begun", "number", note="activities that have begun"),
            column("to do", "number", note="activities and milestones of which nothing is done"),
            column("what it says", note="whether it is what it was when the next update was made of it, by its hash"),
        ],
        [
            [
                each.status_date,
                each.path,
                *((each.done, each.begun, each.to_do) if each.title != "not read" else (None, None, None)),
                None if each.state is None else _STATES[each.state],
            ]
            for each in chain.links
        ],
        proof="stated",
        source=source,
    )


_ISO_DAY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}))?")


def _dated(text: str | None) -> str | None:
    """Return words with the days in them as people read them."""
    return None if text is None else _ISO_DAY.sub(_day_in_words, text)


def _day_in_words(found: re.Match[str]) -> str:
    return day(dt.date.fromisoformat(found[1])) + (f" {found[2]}" if found[2] else "")
