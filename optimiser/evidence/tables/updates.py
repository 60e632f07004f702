"""Updates of a plan as tables: what one says otherwise than the one before, and the chain of them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from models.pack import Table
from models.updating import UpdateChain, UpdateMade
from optimiser.evidence.tables.kit import listing
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
    return listing(
        "update-changes",
        "What is new",
        "item:id | title | what | before | now | where",
        made.changes,
        "stated",
        made.table,
        said={
            "what": lambda each: _KINDS[each.kind],
            "before": lambda each: _dated(each.before),
            "now": lambda each: _dated(each.after),
        },
    )


_STATES: Final = {
    "unchanged": "as it was",
    "changed": "changed since",
    "missing": "missing",
    "unreadable": "cannot be read",
    "circle": "a circle",
    None: None,
}


def update_chain(chain: UpdateChain, source: str) -> Table:
    """Return an update and those before it, the newest first."""
    return listing(
        "update-chain",
        "The chain of updates",
        "status date:date = 0.status_date | update = 0.path | done:number = 1.done | begun:number = 1.begun"
        " | to do:number = 1.to_do | what it says",
        [(each, each if each.title != "not read" else None) for each in chain.links],
        "stated",
        source,
        said={"what it says": lambda pair: _STATES[pair[0].state]},
        notes={
            "status date": "the day by whose evening what the update says is known",
            "update": "its name where it is packaged, else its path",
            "done": "activities and milestones that are done",
            "begun": "activities that have begun",
            "to do": "activities and milestones of which nothing is done",
            "what it says": "whether it is what it was when the next update was made of it, by its hash",
        },
    )


_ISO_DAY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}))?")


def _dated(text: str | None) -> str | None:
    """Return words with the days in them as people read them."""
    return None if text is None else _ISO_DAY.sub(_day_in_words, text)


def _day_in_words(found: re.Match[str]) -> str:
    return day(dt.date.fromisoformat(found[1])) + (f" {found[2]}" if found[2] else "")
