"""Entries added by hand to a folder that came from a planner's file, carried over into the folder of a newer export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from models.plan import Plan
from models.record import MOST_FAULTS
from optimiser.errors import InputError
from optimiser.initial.files import entry_text
from optimiser.reading.document import Document, document_of
from optimiser.reading.folder import ITEMS, LISTS, Gathered
from optimiser.reading.interchange.translating import SOURCE
from optimiser.reading.sound import Verdict, judge

__all__ = ["ITEMS_FILE", "Carried", "Entries", "added_by_hand", "carried", "targets_by_hand"]

ITEMS_FILE: Final = f"{ITEMS}.yaml"
"""Where a new folder keeps what was added by hand."""

_HEAD: Final = """\
# Added by hand beside the planner's file, and carried from update to update by 'optimiser update'.
"""
_TOLD: Final = ("phases", "sources", "calendars")
"""Lists in which not every entry of a planner's file cites its row."""

Entries = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Carried:
    """A newer export with what was added by hand.

    Attributes
    ----------
    text
        Of the file that holds it; empty where nothing was added.
    said
        What could not be carried over, and why.
    """

    plan: Plan
    text: str
    count: int
    said: tuple[str, ...]


def added_by_hand(before: Gathered, export: Mapping[str, Any]) -> Entries:
    """Return the entries of a folder that no planner's file wrote, by their lists.

    Parameters
    ----------
    before
        The files of the folder, without its update.
    export
        The newer export as the fields of a plan.
    """
    found: Entries = {}
    for name in LISTS:
        there = {_id(entry) for entry in export.get(name, ())}
        for entry in before.content.get(name, ()):
            if not isinstance(entry, dict) or name == "progress" or (name in _TOLD and _id(entry) in there):
                continue
            if name == "calendars" and entry.get("basis") == "document":
                continue
            if not str(entry.get("citation", "")).startswith(f"{SOURCE}:"):
                found.setdefault(name, []).append(entry)
    words = {word for name in set(found) - {*_TOLD} for entry in found[name] for word in _texts(entry)}
    found["phases"] = [entry for entry in found.get("phases", ()) if _id(entry) in words]
    return {name: entries for name, entries in found.items() if entries}


def targets_by_hand(before: Plan, export: Mapping[str, Any]) -> list[str]:
    """Return the targets that somebody chose, as far as the export has them; none where nobody chose any."""
    milestones = [entry.id for entry in before.milestones]
    there = {_id(entry) for entry in export.get("milestones", ())}
    if set(before.targets) == set(milestones):
        return []
    return [name for name in before.targets if name in there]


def carried(export: Gathered, added: Entries, update: Document, label: str) -> Carried:
    """Return the plan of an export with as many of the added entries as it can have.

    Parameters
    ----------
    update
        The new ``update.yaml``.
    label
        What to call the file of the added entries.

    Raises
    ------
    InputError
        With what is wrong with the export itself.
    """
    before = {name: len(export.content.get(name, ())) for name in LISTS}
    said: list[str] = []
    while True:
        text = _text(added)
        whole = export.copied()
        if text:
            whole.add_document(document_of(text, label), first=False)
        whole.add_update(update)
        verdict = judge(whole, hindsight=False)
        wrong = _wrong(verdict, before)
        if not wrong:
            break
        for (name, place), why in wrong.items():
            said.append(f"{_id(added[name][place]) or name}, added by hand: {why}")
        added = {
            name: [entry for place, entry in enumerate(entries) if (name, place) not in wrong]
            for name, entries in added.items()
        }
    if verdict.plan is None or whole.faults:
        faults = [*whole.faults, *(whole.locate(remark) for remark in verdict.remarks)]
        raise InputError(list(dict.fromkeys(faults))[:MOST_FAULTS])
    return Carried(verdict.plan, text, sum(map(len, added.values())), tuple(said))


def _wrong(verdict: Verdict, before: Mapping[str, int]) -> dict[tuple[str, int], str]:
    """Return which added entries a plan cannot have, each with the first reason."""
    found: dict[tuple[str, int], str] = {}
    for remark in verdict.remarks:
        name, place = (*remark.keys, None, None)[:2]
        if isinstance(name, str) and isinstance(place, int) and place >= before.get(name, place + 1):
            found.setdefault((name, place - before[name]), remark.message)
    return found


def _text(added: Entries) -> str:
    parts = [f"\n{name}:\n{''.join(map(entry_text, entries))}" for name, entries in added.items() if entries]
    return _HEAD + "".join(parts) if parts else ""


def _texts(value: Any) -> set[str]:
    """Return every text that stands in a value."""
    if isinstance(value, dict):
        return {text for each in value.values() for text in _texts(each)}
    if isinstance(value, list):
        return {text for each in value for text in _texts(each)}
    return {value} if isinstance(value, str) else set()


def _id(entry: Any) -> str | None:
    found = entry.get("id") if isinstance(entry, dict) else None
    return found if isinstance(found, str) else None
