"""What the file ``update.yaml`` says beside a plan's own files, laid into their entries: progress, lengths estimated anew.

Nothing of the plan's own files is changed by it on the disk, and every fault of what it says is told at its place in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from models.faults import maybe
from models.provenance import Sourced
from models.updating import UPDATE_SCHEMA, LengthEstimate, PlanUpdate
from optimiser.reading.document import REFUSED, Document, Keys

if TYPE_CHECKING:
    from optimiser.reading.folder import Gathered

__all__ = ["UPDATE_FILE", "lay_update"]

UPDATE_FILE: Final = "update.yaml"

_ITEMS: Final = ("activities", "milestones", "hammocks", "summaries")
_REFERENCE: Final = re.compile(r"\$([A-Za-z0-9][A-Za-z0-9_-]*)")
_GROUNDS: Final = tuple(Sourced.model_fields)
_PLAN_FIELDS: Final = ("status_date", "logic", "previous")
_KEYS: Final = tuple(field.alias or name for name, field in PlanUpdate.model_fields.items())


def lay_update(gathered: Gathered, document: Document, number: int) -> None:
    """Lay what an update says into the entries of a plan.

    Parameters
    ----------
    gathered
        All other files of the plan, which take it in.
    document
        The update.
    number
        Its place among the plan's files.
    """
    _Laying(gathered, document, number).lay()


class _Laying:
    """One update, and the plan it is laid into."""

    def __init__(self, gathered: Gathered, document: Document, number: int) -> None:
        self.gathered, self.document, self.number = gathered, document, number
        self.content = gathered.content
        self.items = {
            entry["id"]: (field, place)
            for field in _ITEMS
            for place, entry in enumerate(self.entries(field))
            if isinstance(entry, dict) and isinstance(entry.get("id"), str)
        }

    def entries(self, field: str) -> list[Any]:
        """Return the entries of one of the plan's lists."""
        return _listing(self.content.get(field))

    def fault(self, keys: Keys, message: str, *, at_key: bool = False) -> None:
        """Tell what is wrong with the update itself."""
        self.gathered.faults.append(self.document.locate(keys, message, at_key=at_key))
        self.gathered.broken = True

    # -- the whole -----------------------------------------------------------------------------------------------------

    def lay(self) -> None:
        """Take everything in, in the order of the record."""
        said = self.document.content
        schema = said.get("schema", UPDATE_SCHEMA)
        if schema != UPDATE_SCHEMA and isinstance(schema, str):
            self.fault(("schema",), f"expected '{UPDATE_SCHEMA}', got '{schema}'")
            return
        for name in said:
            if name not in _KEYS:
                advice = maybe(name, _KEYS)
                advice = advice if advice != "." else f", expected one of {', '.join(_KEYS)}"
                self.fault((name,), f"unknown key '{name}'{advice}", at_key=True)
        if "status_date" not in said and not self.document.broken:
            self.fault((), "missing 'status_date': the day by whose evening what the update says is known")
        for name in _PLAN_FIELDS:
            if said.get(name, REFUSED) is not REFUSED:
                self.content[name] = said[name]
                self.gathered.overlay((name,), self.number, (name,))
        self._know_then(said.get("status_date"))
        for place, entry in self._listed("sources"):
            self.gathered.join("sources", [entry], [(self.number, ("sources", place))])
        named = {_item(entry) for entry in _listing(said.get("progress"))}
        self.gathered.leave_out("progress", lambda each: _item(each) in named)
        for place, entry in self._listed("risks"):
            self.gathered.join("risks", [entry], [(self.number, ("risks", place))])
        self._each("progress", self._progress)
        self._each("estimates", self._estimate)

    def _know_then(self, status: Any) -> None:
        """Let the plan rest on the knowledge of the status date, where that is later than its own day."""
        known = self.content.get("as_of")
        if isinstance(status, str) and isinstance(known, str) and known < status[: len("2026-03-31")]:
            self.content["as_of"] = status[: len("2026-03-31")]

    def _listed(self, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the entries of one of the update's lists, telling of what is none."""
        found = self.document.content.get(name, [])
        if found is REFUSED:
            self.gathered.broken = True
            return
        if not isinstance(found, list):
            self.fault((name,), "expected a list of entries, each beginning with '- '")
            return
        for place, entry in enumerate(found):
            if isinstance(entry, dict):
                yield place, entry
            elif entry is not REFUSED:
                self.fault((name, place), f"expected a mapping such as 'item: BUILD', got '{str(entry)[:40]}'")

    def _each(self, name: str, lay: Callable[[Keys, str, int, dict[str, Any]], None]) -> None:
        """Lay each entry of a list into the item that it names, telling of unknown ones and of those named twice."""
        first: dict[str, int] = {}
        for place, entry in self._listed(name):
            item = _item(entry)
            if item is None:
                if entry.get("item") is not REFUSED:
                    self.fault((name, place), "missing 'item': the id of what this is of")
            elif item not in self.items:
                self.fault((name, place, "item"), f"unknown item '{item}'{maybe(item, self.items)}")
            elif item in first:
                self.fault((name, place, "item"), f"'{item}' is given already at {name}[{first[item]}]; maybe keep one")
            else:
                first[item] = place
                field, where = self.items[item]
                lay((name, place), field, where, entry)

    # -- single entries ------------------------------------------------------------------------------------------------

    def _set(self, field: str, place: int, values: Mapping[str, Any], keys: Keys, rename: Mapping[str, str]) -> None:
        """Set fields of an entry, each of them located in the update; ``rename`` says what the update calls a field."""
        entries = self.content[field]
        entries[place] = {**entries[place], **values}
        for name in values:
            self.gathered.overlay((field, place, name), self.number, (*keys, rename.get(name, name)))

    def _progress(self, keys: Keys, field: str, place: int, entry: dict[str, Any]) -> None:
        """Set an item's progress in place of that in the plan's other files."""
        self.content[field][place] = {key: value for key, value in self.content[field][place].items() if key != "progress"}
        self.gathered.join("progress", [entry], [(self.number, keys)])

    def _estimate(self, keys: Keys, field: str, place: int, entry: dict[str, Any]) -> None:
        for name in entry:
            if name not in LengthEstimate.model_fields:
                self.fault((*keys, name), f"unknown key '{name}'{maybe(name, LengthEstimate.model_fields)}", at_key=True)
        if field != "activities":
            self.fault((*keys, "item"), f"'{entry['item']}' is no activity, so it has no length to estimate")
            return
        if "duration" not in entry:
            self.fault(keys, "missing 'duration': the length estimated anew, such as '20 wd'")
            return
        grounds: dict[str, Any] = {name: entry[name] for name in _GROUNDS if name in entry}
        grounds.setdefault("basis", "judgement")
        ends: dict[str, Any] = {name: entry[name] for name in ("low", "high") if name in entry}
        held = _REFERENCE.fullmatch(str(self.content[field][place].get("duration")))
        own = next((at for at, each in enumerate(self.entries("assumptions")) if held and _id(each) == held[1]), None)
        if held and own is not None and self.uses[f"${held[1]}"] == 1:
            for name in ("low", "high"):
                if name in self.content["assumptions"][own] and name not in ends:
                    ends[name] = self.content["assumptions"][own][name]
            kept = {name: value for name, value in self.content["assumptions"][own].items() if name not in _GROUNDS}
            self.content["assumptions"][own] = kept
            values = {"value": entry["duration"], **ends, **grounds}
            self._set("assumptions", own, values, keys, {"value": "duration"})
        elif ends:
            name = self._new_name(f"{entry['item']}-duration")
            title = str(self.content[field][place].get("title", entry["item"]))
            assumed = {"id": name, "title": f"Length of: {title}"[:200], "value": entry["duration"], **ends, **grounds}
            self.gathered.join("assumptions", [assumed], [(self.number, keys)])
            self.gathered.overlay(
                ("assumptions", len(self.content["assumptions"]) - 1, "value"), self.number, (*keys, "duration")
            )
            self._set(field, place, {"duration": f"${name}"}, keys, {})
        else:
            kept = {name: value for name, value in self.content[field][place].items() if name not in _GROUNDS}
            self.content[field][place] = kept
            self._set(field, place, {"duration": entry["duration"], **grounds}, keys, {})

    @cached_property
    def uses(self) -> Counter[str]:
        """How often each text stands among the plan's values."""
        found: Counter[str] = Counter()
        stack: list[Any] = [self.content.get(field) for field in ("activities", "hammocks", "rules")]
        while stack:
            value = stack.pop()
            if isinstance(value, dict):
                stack += value.values()
            elif isinstance(value, list):
                stack += value
            elif isinstance(value, str):
                found[value] += 1
        return found

    def _new_name(self, wanted: str) -> str:
        """Return an id that no assumption has."""
        taken = {_id(entry) for field in ("assumptions", "unknowns") for entry in self.entries(field)}
        name, number = wanted[:60], 1
        while name in taken:
            number += 1
            name = f"{wanted[:58]}-{number}"
        return name


def _listing(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _item(entry: Any) -> str | None:
    found = entry.get("item") if isinstance(entry, dict) else None
    return found if isinstance(found, str) else None


def _id(entry: Any) -> str | None:
    found = entry.get("id") if isinstance(entry, dict) else None
    return found if isinstance(found, str) else None
