"""An answer into MSPDI: cells of tasks by their byte offsets, elements that are missing in the order of the schema.

Written are ``Start``, ``Finish``, ``Early*``, ``Late*``, ``Critical``, ``TotalSlack`` and ``FreeSlack``; on demand a constraint
(start no earlier than) and extended attributes; and baseline 10, which takes the dates that stood before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape

from optimiser.reading.interchange.elements import XmlElement, read_elements
from optimiser.reading.interchange.mspdi_fields import PROJECT_ORDER, TASK_ORDER
from optimiser.writing.dates import TaskDates, Written, spanned, upon
from optimiser.writing.edits import XmlEdits

__all__ = ["write_mspdi"]

_TASK: Final = "Tasks/Task"
_BASELINE: Final = "10"
_ORDER: Final = {name: place for place, name in enumerate(TASK_ORDER)}
_PLACES: Final = {name: place for place, name in enumerate(PROJECT_ORDER)}
_FREE: Final = {"", "0"}
_SNET: Final = "4"
_TEXTS: Final = {
    **{number: 188743731 + 3 * (number - 1) for number in range(1, 7)},
    **{number: 188743747 + number - 7 for number in range(7, 11)},
    **{number: 188743997 + number - 11 for number in range(11, 31)},
}
"""Field numbers of ``Text1`` to ``Text30`` of a task."""


def write_mspdi(
    content: bytes, label: str, dates: Mapping[str, TaskDates], *, hold: bool = False, fields: bool = False
) -> Written:
    """Return a file with new dates of its tasks.

    Parameters
    ----------
    content
        The source.
    label
        What to call it in an error.
    dates
        By the uid of the task; summaries follow from what is in them.
    hold
        Put a constraint where the file's own logic would start a task earlier.
    fields
        Put in what is told of each task.

    Raises
    ------
    InputError
        If the source cannot be read.
    """
    first = _TaskOutline()
    root = read_elements(content, label, {_TASK: first.take})
    everything = {**first.summaries(dates), **dates}
    writer = _MspdiWriter(content, first, everything, hold=hold)
    if fields:
        writer.define(root)
    writer.baseline = writer.moves and not first.has_baseline
    read_elements(content, label, {_TASK: writer.task})
    written = writer.written
    if writer.moves and first.has_baseline:
        written.notes.append(
            f"Baseline {_BASELINE} is in use, and was left: the dates before these are kept nowhere in the file."
        )
    written.content = writer.edits.applied()
    return written


@dataclass
class _TaskOutline:
    """What has to be known of all tasks before one of them is written."""

    levels: list[tuple[int, str]] = field(default_factory=list)
    manual: set[str] = field(default_factory=set)
    stored: dict[str, TaskDates] = field(default_factory=dict)
    attributes: set[str] = field(default_factory=set)
    has_baseline: bool = False

    def take(self, task: XmlElement) -> None:
        """Note one task."""
        uid = task.value("UID")
        if task.value("IsNull") == "1":
            return
        level = task.value("OutlineLevel")
        self.levels.append((int(level) if level.isascii() and level.isdecimal() else 1, uid))
        if task.value("Manual") == "1":
            self.manual.add(uid)
        start, finish, late_start, late_finish = (
            _moment(task.value(name)) for name in ("Start", "Finish", "LateStart", "LateFinish")
        )
        self.stored[uid] = TaskDates(start=start, finish=finish, late_start=late_start, late_finish=late_finish)
        self.attributes.update(each.value("FieldID") for each in task.all("ExtendedAttribute"))
        self.has_baseline = self.has_baseline or any(each.value("Number") == _BASELINE for each in task.all("Baseline"))

    def summaries(self, dates: Mapping[str, TaskDates]) -> dict[str, TaskDates]:
        """Return what each summary above a changed task spans then; one that its planner dated by hand stays."""
        leaves: dict[str, list[str]] = {}
        above: list[tuple[int, str]] = []
        for place, (level, uid) in enumerate(self.levels):
            while above and above[-1][0] >= level:
                above.pop()
            following = self.levels[place + 1][0] if place + 1 < len(self.levels) else level
            if following <= level:
                for _, parent in above:
                    leaves.setdefault(parent, []).append(uid)
            above.append((level, uid))
        now = {**self.stored, **{uid: upon(self.stored.get(uid), new) for uid, new in dates.items()}}
        changed = {parent: inside for parent, inside in leaves.items() if not dates.keys().isdisjoint(inside)}
        return {parent: spanned(inside, now) for parent, inside in changed.items() if parent not in self.manual}


class _MspdiWriter:
    """Collects the changes, task by task."""

    def __init__(self, content: bytes, survey: _TaskOutline, dates: Mapping[str, TaskDates], *, hold: bool) -> None:
        self.edits = XmlEdits(content)
        self.written = Written(content)
        self.baseline = False
        self._survey, self._dates, self._hold = survey, dates, hold
        self._numbers: dict[str, int] = {}
        self.moves = any(
            uid in survey.stored
            and new.start is not None
            and (new.start, new.finish) != (survey.stored[uid].start, survey.stored[uid].finish)
            for uid, new in dates.items()
        )

    def define(self, root: XmlElement) -> None:
        """Name the fields for texts: those of ``Text1`` to ``Text30`` without a use in the file."""
        wanted = list(dict.fromkeys(title for new in self._dates.values() for title, _ in new.fields))
        defined = {each.value("FieldID") for each in root.all("ExtendedAttributes", "ExtendedAttribute")}
        used = defined | self._survey.attributes
        free = [(number, identity) for number, identity in _TEXTS.items() if str(identity) not in used]
        for title, (_, identity) in zip(wanted, free, strict=False):
            self._numbers[title] = identity
        self.written.notes += [
            f"No text field is free for '{title}', so it was left out." for title in wanted if title not in self._numbers
        ]
        if not self._numbers:
            return
        names = {identity: f"Text{number}" for number, identity in free}
        text = "".join(
            f"<ExtendedAttribute><FieldID>{identity}</FieldID><FieldName>{names[identity]}</FieldName>"
            f"<Alias>{escape(title)}</Alias></ExtendedAttribute>"
            for title, identity in self._numbers.items()
        )
        self._inside(root, "ExtendedAttributes", text)

    def _inside(self, root: XmlElement, name: str, text: str) -> None:
        """Put text at the end of an element of the project, which is made where it is missing or empty."""
        found = root.find(name)
        if found is None:
            place = _PLACES[name]
            before = [each for each in root.inside if _PLACES.get(each.name, -1) < place and each.name in _PLACES]
            self.edits.insert(before[-1].end if before else root.inner, self.edits.written(f"<{name}>{text}</{name}>"))
        elif found.inner == found.end:  # an empty tag
            self.edits.replace(found.begin, found.end, self.edits.written(f"<{name}>{text}</{name}>"))
        else:
            self.edits.insert(found.close, self.edits.written(text))

    def task(self, element: XmlElement) -> None:
        """Collect the changes to one task."""
        uid = element.value("UID")
        stored = self._survey.stored.get(uid)
        if stored is None or element.value("IsNull") == "1":
            return
        new = self._dates.get(uid)
        cells = dict(_cells(new)) if new and uid not in self._survey.manual else {}
        cells = {name: text for name, text in cells.items() if not _same(name, element.value(name), text)}
        if new and new.hold:
            cells |= self._held(element, uid, new)
        additions = list(self._additions(element, stored, new))
        self.written.wrote(uid, len(cells) + len(additions))
        missing = [*additions]
        for name, text in cells.items():
            found = element.find(name)
            if found is None:
                missing.append((name, f"<{name}>{text}</{name}>"))
            else:
                self.edits.fill(found, text)
        for name, text in sorted(missing, key=lambda each: _ORDER[each[0]]):
            self._insert(element, name, text)

    def _held(self, element: XmlElement, uid: str, new: TaskDates) -> dict[str, str]:
        """Return the cells that keep a task where it is put, if the place for them is free."""
        kind, start = element.value("ConstraintType"), new.start
        if start is None or (kind == _SNET and _moment(element.value("ConstraintDate")) == start):
            return {}
        if self.written.holds(uid, hold=self._hold, other=kind not in _FREE):
            return {"ConstraintType": _SNET, "ConstraintDate": _printed(start)}
        return {}

    def _additions(self, element: XmlElement, stored: TaskDates, new: TaskDates | None) -> Iterator[tuple[str, str]]:
        """Yield a task's repeatable elements: remarks, and its former dates."""
        for title, text in new.fields if new else ():
            if title in self._numbers and text:
                value = escape(" ".join(text.split()))
                yield (
                    "ExtendedAttribute",
                    (f"<ExtendedAttribute><FieldID>{self._numbers[title]}</FieldID><Value>{value}</Value></ExtendedAttribute>"),
                )
        if self.baseline and stored.start and stored.finish:
            duration = element.value("Duration")
            length = f"<Duration>{escape(duration)}</Duration>" if duration else ""
            yield (
                "Baseline",
                (
                    f"<Baseline><Number>{_BASELINE}</Number><Interim>0</Interim><Start>{_printed(stored.start)}</Start>"
                    f"<Finish>{_printed(stored.finish)}</Finish>{length}</Baseline>"
                ),
            )

    def _insert(self, element: XmlElement, name: str, text: str) -> None:
        """Put an element before the first of those that come behind it, set off as the one before it is."""
        behind = next((place for place, each in enumerate(element.inside) if _ORDER.get(each.name, -1) > _ORDER[name]), None)
        place = len(element.inside) if behind is None else behind
        at, space = element.inner, b""
        if place:
            found = element.inside[place - 1]
            last = element.inside[place - 2].end if place > 1 else element.inner
            gap = self.edits.content[last : found.begin]
            at, space = found.end, gap if not gap.strip(b"\0 \t\r\n") else b""
        self.edits.insert(at, space + self.edits.written(text))


def _cells(new: TaskDates) -> Iterator[tuple[str, str]]:
    """Yield what is written of a task, in the order of the schema."""
    moments = {
        "Start": new.start,
        "Finish": new.finish,
        "EarlyStart": new.start,
        "EarlyFinish": new.finish,
        "LateStart": new.late_start,
        "LateFinish": new.late_finish,
    }
    yield from ((name, _printed(at)) for name, at in moments.items() if at is not None)
    if new.critical is not None:
        yield "Critical", str(int(new.critical))
    for name, minutes in (("FreeSlack", new.free_float), ("TotalSlack", new.total_float)):
        if minutes is not None:
            yield name, str(10 * minutes)


def _same(name: str, old: str, new: str) -> bool:
    """Tell whether a cell says what is to be written already; a slack or a flag that is left out is nought."""
    if name in {"Critical", "FreeSlack", "TotalSlack"}:
        return (old or "0") == new
    return _moment(old) == _moment(new)


def _moment(text: str) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None
    return (found + dt.timedelta(seconds=30)).replace(second=0, microsecond=0) if found.year < dt.MAXYEAR else found


def _printed(at: dt.datetime) -> str:
    return f"{at.year:04}" + at.strftime("-%m-%dT%H:%M:00")
