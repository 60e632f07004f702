"""An answer into Primavera's XML: elements of ``Activity`` by their byte offsets; all others stay.

Written are, of work that is not finished, the early and late dates and the floats, and the planned dates of work that has not
started; on demand a constraint (start on or after). Only elements that an activity has are filled, an empty one too: which others
Primavera takes depends on its version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from optimiser.reading.interchange.elements import XmlElement, read_elements
from optimiser.writing.dates import TaskDates, Written, hours_text, same_cell
from optimiser.writing.edits import XmlEdits

__all__ = ["write_pmxml"]

_DONE, _WAITING = "Completed", "Not Started"
_HOLDS: Final = ("Start On or After", "Finish On or After")
_STARTS: Final = ("EarlyStartDate", "RemainingEarlyStartDate", "StartDate", "PlannedStartDate")
_FINISHES: Final = ("EarlyFinishDate", "RemainingEarlyFinishDate", "FinishDate")


def write_pmxml(
    content: bytes, label: str, dates: Mapping[str, TaskDates], *, hold: bool = False, fields: bool = False
) -> Written:
    """Return a file with new dates of its activities.

    Parameters
    ----------
    content
        The source.
    label
        What to call it in an error.
    dates
        By ``ObjectId``.
    hold
        Put a constraint where the file's own logic would start an activity earlier.
    fields
        Not written into this form, which is told.

    Raises
    ------
    InputError
        If the source cannot be read.
    """
    written, edits = Written(content), XmlEdits(content)

    def take(activity: XmlElement) -> None:
        uid = activity.value("ObjectId")
        new = dates.get(uid)
        if new is None or activity.value("Status") == _DONE:
            return
        cells = dict(_cells(activity, new))
        if new.hold and new.start is not None:
            cells |= _held(activity, uid, new, written, hold=hold)
        changed = {name: text for name, text in cells.items() if not _same(activity.value(name), text)}
        for name, text in changed.items():
            element = activity.find(name)
            assert element is not None
            edits.fill(element, text)
        written.wrote(uid, len(changed))

    read_elements(content, label, {"Activity": take, "Project/Activity": take})
    if written.tasks:
        written.notes.append("Primavera's XML holds one schedule: the dates before these are kept nowhere in the file.")
    if fields:
        written.notes.append(
            "Fields of one's own are not written into Primavera's XML; maybe export the plan from there as XER."
        )
    written.content = edits.applied()
    return written


def _cells(activity: XmlElement, new: TaskDates) -> Iterator[tuple[str, str]]:
    """Yield the new contents of an activity's elements."""
    waiting = activity.value("Status") in {_WAITING, ""}
    moments = dict.fromkeys(_STARTS if waiting else (), new.start) | dict.fromkeys(_FINISHES, new.finish)
    moments |= dict.fromkeys(("LateFinishDate", "RemainingLateFinishDate"), new.late_finish)
    if waiting:
        moments |= {"PlannedFinishDate": new.finish}
        moments |= dict.fromkeys(("LateStartDate", "RemainingLateStartDate"), new.late_start)
    texts = {name: f"{at:%Y-%m-%dT%H:%M}:00" for name, at in moments.items() if at is not None}
    for name, minutes in (("TotalFloat", new.total_float), ("FreeFloat", new.free_float)):
        if minutes is not None:
            texts[name] = hours_text(minutes).replace(".", "," if "," in activity.value(name) else ".")
    if new.critical is not None:
        texts["IsCritical"] = str(int(new.critical))
    yield from ((name, text) for name, text in texts.items() if activity.find(name) is not None)


def _held(activity: XmlElement, uid: str, new: TaskDates, written: Written, *, hold: bool) -> dict[str, str]:
    """Return the elements that keep an activity where it is put, if the place for them is free."""
    kind, finishes = activity.value("PrimaryConstraintType"), activity.value("Type") == "Finish Milestone"
    at = new.finish if finishes else new.start
    if at is None or (kind == _HOLDS[finishes] and _same(activity.value("PrimaryConstraintDate"), f"{at:%Y-%m-%dT%H:%M}:00")):
        return {}
    room = all(activity.find(name) is not None for name in ("PrimaryConstraintType", "PrimaryConstraintDate"))
    if written.holds(uid, hold=hold, other=bool(kind), lacking="" if room else "it has no elements for a constraint"):
        return {"PrimaryConstraintType": _HOLDS[finishes], "PrimaryConstraintDate": f"{at:%Y-%m-%dT%H:%M}:00"}
    return {}


def _same(old: str, new: str) -> bool:
    """Tell whether an element says what is to be written already: the same moment to the minute, number or text."""
    return same_cell(old, new) or (new[10:11] == "T" and old[:16] == new[:16])
