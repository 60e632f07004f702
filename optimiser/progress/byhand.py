"""Entries added by hand to a folder that came from a planner's file, carried over into the folder of a newer export."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
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

__all__ = ["ITEMS_FILE", "Carried", "Entries", "added_by_hand", "carried", "edited_by_hand", "targets_by_hand"]

ITEMS_FILE: Final = f"{ITEMS}.yaml"
"""Where a new folder keeps what was added by hand."""

_HEAD: Final = """\
# Added by hand beside the planner's file, and carried from update to update by 'optimiser update'.
"""
_TOLD: Final = ("phases", "sources", "calendars")
"""Lists in which not every entry of a planner's file cites its row."""

_EDITED: Final = ("activities", "milestones", "summaries", "rules", "calendars")
_NOT_READ: Final = ("citation", "id", "source")
_MOST_TOLD: Final = 40
_LONG: Final = 120

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
            if not _of_file(entry):
                found.setdefault(name, []).append(entry)
    words = {word for name in set(found) - {*_TOLD} for entry in found[name] for word in _texts(entry)}
    found["phases"] = [entry for entry in found.get("phases", ()) if _id(entry) in words]
    return {name: entries for name, entries in found.items() if entries}


def edited_by_hand(before: Gathered, then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return the edits by hand to entries of a planner's file that the newer export does not have, each with its values.

    Parameters
    ----------
    before
        The files of the folder, without its update.
    then, now
        The export that the folder was made of, and the newer one, as the fields of a plan.
    """
    said: list[str] = []
    for name in _EDITED:
        was, new = _by_key(then.get(name, ())), _by_key(now.get(name, ()))
        here = _by_key(before.content.get(name, ()))
        for key, entry in here.items():
            one, other = was.get(key), new.get(key)
            if one is None:
                if other is None:
                    said.append(f"{_titled(entry)}: otherwise by hand than in the file, and not in the new one")
                continue
            for field in dict.fromkeys([*one, *entry]):
                old, mine, theirs = (_shown(held, field) for held in (one, entry, other or {}))
                if field not in _NOT_READ and mine not in (old, theirs):
                    found = "the new file has no such entry" if other is None else f"the new file has {theirs}"
                    said.append(f"{_titled(entry)}: {field} {old} → {mine} by hand, {found}")
        said += [
            f"{_titled(one)}: taken out by hand, and in the new file"
            for key, one in was.items()
            if key not in here and key in new
        ]
    return [*said[:_MOST_TOLD], *([f"and {len(said) - _MOST_TOLD:,} more"] if len(said) > _MOST_TOLD else [])]


def _by_key(entries: Iterable[Any]) -> dict[tuple[str, ...], dict[str, Any]]:
    """Return entries by what they are of: links by their ends, as their numbers change from export to export."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for entry in entries:
        if _of_file(entry):
            ends = (str(entry.get("before")), str(entry.get("after")), str(entry.get("type", "FS")))
            found[ends if entry.get("kind") == "dependency" else (str(_id(entry)),)] = entry
    return found


def _of_file(entry: Any) -> bool:
    return isinstance(entry, dict) and str(entry.get("citation", "")).startswith(f"{SOURCE}:")


def _titled(entry: Mapping[str, Any]) -> str:
    if entry.get("kind") == "dependency":
        return f"the link {entry.get('before')} {entry.get('type', 'FS')} {entry.get('after')}"
    return f"{_id(entry)} ({entry.get('title', '')})"


def _shown(entry: Mapping[str, Any], field: str) -> str:
    value = entry.get(field)
    text = "nothing" if value is None else value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"


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
