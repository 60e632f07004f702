"""Updates of a plan as tables: what one says otherwise than the one before, and the chain of them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from models.pack import Table
from models.updating import UpdateMade
from optimiser.evidence.tables.kit import columns, table
from optimiser.evidence.words import day

__all__ = ["update_changes"]

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


_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def _dated(text: str | None) -> str | None:
    """Return words with the days in them as people read them."""
    return None if text is None else _ISO_DAY.sub(lambda found: day(dt.date.fromisoformat(found[0])), text)
