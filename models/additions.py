"""Items, rules and assumptions that a scenario or an answer to a reading puts beside those of the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from models.assumed import Assumption
from models.fault import Fault, Path
from models.items import Activity, Milestone
from models.provenance import Sourced
from models.record import Many, Record
from models.rules import Rule

__all__ = ["ADDED_FIELDS", "Addition", "doubled", "grounded", "ids_used"]

ADDED_FIELDS = ("activities", "milestones", "rules", "assumptions")
"""The lists of a plan that may be added to."""
_SPACES = (("activities", "milestones", "hammocks"), ("rules",), ("assumptions", "unknowns"))
"""The lists among which an id is used once."""


class Addition(Record):
    """Additions to a plan: items, rules (links among them) and assumptions, with ids new to the plan and to all stacked on it.

    An entry that says nothing of its basis stands on what the scenario or the reading that adds it stands on.
    """

    activities: Many[Activity] = ()
    milestones: Many[Milestone] = ()
    rules: Many[Rule] = ()
    assumptions: Many[Assumption] = ()
    """Numbers that what is added goes by."""

    def __bool__(self) -> bool:
        return any(getattr(self, field) for field in ADDED_FIELDS)


def grounded(added: Any, ground: Mapping[str, Any], named: Mapping[str, Any]) -> Any:
    """Return an addition as a file has it, with a basis for every entry that states none.

    Parameters
    ----------
    ground
        The provenance of whoever adds them.
    named
        Provenance of single entries, by id.
    """
    if not isinstance(added, dict):
        return added
    silent = Sourced.model_fields.keys() - {"note"}

    def stands(entry: Any) -> Any:
        if not isinstance(entry, dict) or not silent.isdisjoint(entry):
            return entry
        own = named.get(entry["id"]) if isinstance(entry.get("id"), str) else None
        chosen = own if isinstance(own, dict) else own.model_dump(exclude_none=True) if isinstance(own, Sourced) else ground
        return {**{key: value for key, value in chosen.items() if key in Sourced.model_fields}, **entry}

    return {
        field: [stands(entry) for entry in entries] if field in ADDED_FIELDS and isinstance(entries, list) else entries
        for field, entries in added.items()
    }


def doubled(added: Addition, used: dict[tuple[int, str], str], path: Path, where: str) -> Iterator[Fault]:
    """Yield a fault for every id already in use, and add the new ids to ``used``.

    Parameters
    ----------
    used
        Ids by namespace (0 items, 1 rules, 2 assumptions), each with the place that uses it.
    where
        What to call the place of the addition, for faults to come.
    """
    for field in ADDED_FIELDS:
        space = next(number for number, fields in enumerate(_SPACES) if field in fields)
        for index, entry in enumerate(getattr(added, field)):
            first = used.setdefault((space, entry.id), f"{where}{field}[{index}]")
            if first != f"{where}{field}[{index}]":
                yield Fault((*path, field, index, "id"), f"'{entry.id}' is already used at {first}; ids are unique")


def ids_used(plan: Any) -> dict[tuple[int, str], str]:
    """Return the ids of a plan's items and rules by namespace, each with its place."""
    return {
        (space, entry.id): f"{field}[{index}]"
        for space, fields in enumerate(_SPACES)
        for field in fields
        for index, entry in enumerate(getattr(plan, field))
    }
