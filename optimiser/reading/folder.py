"""The files of one plan, gathered into one mapping of which every entry knows its file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Self, get_args, get_origin

from models.assumptions import Assumption, Baseline, RaidItem, Unknown
from models.faults import maybe
from models.items import Activity, Hammock, Milestone
from models.plan import PLAN_SCHEMA, Plan
from models.progress import ItemProgress
from models.provenance import Source
from models.qualification import Party
from models.record import Record
from models.rules import Dependency
from optimiser.errors import Located
from optimiser.reading.document import REFUSED, Document, Keys, read_document
from optimiser.reading.table import CsvTable, plain_type, read_table
from optimiser.reading.translate import Remark
from optimiser.reading.update_part import UPDATE_FILE, lay_update

__all__ = ["ITEMS", "LISTS", "PLAN_FILE", "TABLES", "Gathered", "gather"]

PLAN_FILE: Final = "plan.yaml"

TABLES: Final[dict[str, tuple[str, type[Record]]]] = {
    "activities": ("activities", Activity),
    "milestones": ("milestones", Milestone),
    "hammocks": ("hammocks", Hammock),
    "dependencies": ("rules", Dependency),
    "assumptions": ("assumptions", Assumption),
    "unknowns": ("unknowns", Unknown),
    "raid": ("raid", RaidItem),
    "baselines": ("baselines", Baseline),
    "progress": ("progress", ItemProgress),
    "sources": ("sources", Source),
}
"""Tables that may stand beside a plan: the list of the plan that each feeds, and the type of its entries."""


def _lists() -> tuple[str, ...]:
    """Return the fields of a plan that are lists of records."""
    found = []
    for name, info in Plan.model_fields.items():
        plain = plain_type(info.annotation)
        if get_origin(plain) is tuple and plain_type(get_args(plain)[0]) is not str:
            found.append(name)
    return tuple(found)


LISTS: Final = _lists()
"""The fields of a plan whose entries may come from several files."""

QUALIFICATION: Final = "qualification"
PARTICIPANTS: Final = "participants"
"""A file that is the plan's Qualification, and a table of its parties, which may stand beside it."""

_DEEPEST_OVERLAY: Final = 3
"""A list, an entry and its field."""

ITEMS: Final = "items"
"""A file for whatever lists its author thinks belong together."""


@dataclass
class Gathered:
    """Everything a plan's files say.

    Attributes
    ----------
    content
        The fields of the plan as plain values; the lists of all files joined, `plan.yaml` first, then the other
        YAML files by name, then the tables by name.
    files
        The files, in that order.
    faults
        What is wrong before anyone asks what the files mean.
    broken
        Whether a file could not be understood, so that what it would have said is missing.
    update
        What the ``update.yaml`` says; None where there is none.
    """

    content: dict[str, Any] = field(default_factory=dict)
    files: list[Document | CsvTable] = field(default_factory=list)
    faults: list[Located] = field(default_factory=list)
    broken: bool = False
    update: dict[str, Any] | None = None
    _origins: dict[str, list[tuple[int, Keys]]] = field(default_factory=dict)
    _within: dict[str, tuple[int, int]] = field(default_factory=dict)
    """The file of the Qualification, and that of its parties with how many parties stand before it."""
    _overlays: dict[Keys, tuple[int, Keys]] = field(default_factory=dict)
    """Parts of the plan that another file than their entry's says."""
    _bare: Gathered | None = None
    """The same without the ``update.yaml``; None where there is none."""

    @property
    def bare(self) -> Gathered:
        """The same without the ``update.yaml`` that may be among them."""
        return self._bare or self

    def updated(self, document: Document) -> Gathered:
        """Return the same files with another ``update.yaml`` in place of the one that may be among them."""
        found = self.bare.copied()
        found.add_update(document)
        return found

    def copied(self) -> Self:
        """Return the same, of which lists can grow and entries be replaced."""
        return replace(
            self,
            content={name: list(value) if isinstance(value, list) else value for name, value in self.content.items()},
            files=[*self.files],
            faults=[*self.faults],
            _origins={name: [*origins] for name, origins in self._origins.items()},
            _within=dict(self._within),
            _overlays=dict(self._overlays),
        )

    def locate(self, remark: Remark) -> Located:
        """Return a remark at its place in the file that it comes from."""
        keys, number = remark.keys, 0
        if keys and keys[0] == QUALIFICATION and self._within:
            return self._locate_within(remark)
        for depth in range(min(len(keys), _DEEPEST_OVERLAY), 0, -1):
            if keys[:depth] in self._overlays:
                number, start = self._overlays[keys[:depth]]
                return self.files[number].locate((*start, *keys[depth:]), remark.message, at_key=remark.at_key)
        origins = self._origins.get(str(keys[0])) if keys else None
        if origins and len(keys) > 1 and isinstance(keys[1], int):
            number, start = origins[keys[1]]
            keys = (*start, *keys[2:])
        return self.files[number].locate(keys, remark.message, at_key=remark.at_key)

    def _locate_within(self, remark: Remark) -> Located:
        """Return a remark on the Qualification at its place in the file of its own or in the table of its parties."""
        number, _ = self._within.get(QUALIFICATION, (0, 0))
        inside = remark.keys[1:]
        keys = inside if QUALIFICATION in self._within else remark.keys
        table, before = self._within.get(PARTICIPANTS, (0, 0))
        if table and len(inside) > 1 and inside[0] == "parties" and isinstance(inside[1], int) and inside[1] >= before:
            number, keys = table, (inside[1] - before, *inside[2:])
        return self.files[number].locate(keys, remark.message, at_key=remark.at_key)

    def order(self, fault: Located) -> tuple[int, int, int]:
        """Return what sorts faults as a reader meets them: by file, line and column."""
        labels = [file.label for file in self.files]
        return (labels.index(fault.file) if fault.file in labels else len(labels), fault.line or 0, fault.column or 0)

    def _foreign(self, document: Document) -> bool:
        """Report a file that says it is something else than a plan."""
        schema = document.content.get("schema", PLAN_SCHEMA)
        if schema == PLAN_SCHEMA or not isinstance(schema, str):
            return False
        advice = "; maybe this file is a scenario, to be named with -s" if schema.startswith("optimiser/scenario/") else ""
        self.faults.append(document.locate(("schema",), f"expected '{PLAN_SCHEMA}', got '{schema}'{advice}"))
        self.broken = True
        return True

    def _add(self, file: Document | CsvTable) -> int:
        self.files.append(file)
        self.faults.extend(file.faults)
        self.broken = self.broken or file.broken
        return len(self.files) - 1

    def overlay(self, keys: Keys, number: int, start: Keys) -> None:
        """Note that a file says a part of the plan, at a place of its own."""
        self._overlays[keys] = number, start

    def leave_out(self, name: str, unwanted: Callable[[Any], bool]) -> None:
        """Take the entries out of a list that another file has said anew."""
        entries, origins = self.content.get(name, []), self._origins.get(name, [])
        if isinstance(entries, list) and len(entries) == len(origins):
            kept = [place for place, entry in enumerate(entries) if not unwanted(entry)]
            self.content[name] = [entries[place] for place in kept]
            self._origins[name] = [origins[place] for place in kept]

    def join(self, name: str, entries: list[Any], origins: list[tuple[int, Keys]]) -> None:
        """Add entries to a list, each with its file and its place there."""
        self.content.setdefault(name, []).extend(entries)
        self._origins.setdefault(name, []).extend(origins)

    def add_document(self, document: Document, *, first: bool) -> None:
        """Take in a YAML file; all but the first may only hold entries of lists."""
        number = self._add(document)
        if first and self._foreign(document):
            return
        for name, value in document.content.items():
            if name in LISTS and isinstance(value, list):
                self.join(name, value, [(number, (name, place)) for place in range(len(value))])
            elif value is REFUSED:
                self.broken = True
            elif name in LISTS:
                self.faults.append(document.locate((name,), "expected a list of entries, each beginning with '- '"))
                self.broken = True
            elif first:
                self.content[name] = value
            else:
                advice = maybe(name, LISTS)
                advice = advice if advice != "." else f", expected one of {', '.join(LISTS)}; maybe it belongs in {PLAN_FILE}"
                message = f"'{name}' is not a list of a plan{advice}"
                self.faults.append(document.locate((name,), message, at_key=True))
                self.broken = True

    def add_qualification(self, document: Document) -> None:
        """Take in a YAML file that is the plan's Qualification."""
        number = self._add(document)
        if QUALIFICATION in self.content:
            self.faults.append(document.locate((), f"{PLAN_FILE} has a '{QUALIFICATION}' already; maybe keep one of the two"))
            self.broken = True
            return
        self._within[QUALIFICATION] = (number, 0)
        self.content[QUALIFICATION] = document.content

    def add_parties(self, table: CsvTable) -> None:
        """Take in a CSV file of the parties of the Qualification."""
        number = self._add(table)
        held = self.content.get(QUALIFICATION)
        if not isinstance(held, dict):
            message = f"a table of parties needs a Qualification to belong to; expected {QUALIFICATION}.yaml beside it"
            self.faults.append(Located(message, file=table.label))
            self.broken = True
            return
        parties = held.setdefault("parties", [])
        if isinstance(parties, list):
            self._within[PARTICIPANTS] = (number, len(parties))
            held["parties"] = [*parties, *table.entries]

    def add_update(self, document: Document) -> None:
        """Take in the file that says how far the work is."""
        self._bare = self.copied()
        number = self._add(document)
        self.update = document.content
        if not self.broken:
            lay_update(self, document, number)

    def add_table(self, table: CsvTable, name: str) -> None:
        """Take in a CSV file that feeds a list of the plan."""
        number = self._add(table)
        self.join(name, table.entries, [(number, (place,)) for place in range(len(table.entries))])

    def add_file(self, path: Path) -> None:
        """Take in a known file beside ``plan.yaml``, other than an update."""
        if path.name == f"{QUALIFICATION}.yaml":
            self.add_qualification(read_document(path, str(path)))
        elif path.name == f"{PARTICIPANTS}.csv":
            self.add_parties(read_table(path, str(path), Party, "party", {}))
        elif path.suffix == ".yaml":
            self.add_document(read_document(path, str(path)), first=False)
        else:
            name, record = TABLES[path.stem]
            fixed = {"kind": "dependency"} if record is Dependency else {}
            self.add_table(read_table(path, str(path), record, record.__name__.lower(), fixed), name)


def gather(path: Path) -> Gathered:
    """Read a plan's files.

    Parameters
    ----------
    path
        A folder with a ``plan.yaml``, that ``plan.yaml``, or a YAML file of another name that is a whole plan.
    """
    gathered = Gathered()
    folder = path if path.is_dir() else path.parent if path.name == PLAN_FILE else None
    main = folder / PLAN_FILE if folder else path
    gathered.add_document(read_document(main, str(main)), first=True)
    if folder is None:
        return gathered
    texts = {name: f"{name}.yaml" for name in (*LISTS, ITEMS, QUALIFICATION)}
    known = (*(f"{name}.csv" for name in (*TABLES, PARTICIPANTS)), *texts.values(), UPDATE_FILE)
    try:
        beside = sorted(entry for entry in folder.iterdir() if entry.name != PLAN_FILE and entry.name[0] not in ".~")
    except OSError as error:
        gathered.faults.append(
            Located(f"the folder cannot be listed: {(error.strerror or str(error)).lower()}", file=str(folder))
        )
        return gathered
    documents = [entry for entry in beside if entry.suffix.lower() in (".yaml", ".yml") and not entry.is_dir()]
    tables = [entry for entry in beside if entry.suffix.lower() == ".csv" and not entry.is_dir()]
    for entry in (*documents, *tables):
        if entry.name not in known:
            advice = maybe(entry.name, known)
            advice = advice if advice != "." else f"; maybe move it to a folder of its own, expected one of {', '.join(known)}"
            gathered.faults.append(Located(f"unknown file beside {PLAN_FILE}{advice}", file=str(entry)))
        elif entry.name == UPDATE_FILE:
            continue
        else:
            gathered.add_file(entry)
    if (update := folder / UPDATE_FILE) in documents:  # behind all others, whose entries it speaks of
        gathered.add_update(read_document(update, str(update)))
    return gathered
