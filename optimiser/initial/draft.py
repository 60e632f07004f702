"""A plan from the rows of a table: items, links, floors, ranges and capacities, each with the cell that it comes from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final

from models.duration import Duration
from models.moment import Moment
from optimiser.errors import Located
from optimiser.initial.beside import BesideTable
from optimiser.initial.minutes import said_in_minutes
from optimiser.initial.names import Names, plain_title, slug
from optimiser.initial.outline import Outline, outline_of
from optimiser.reading.interchange.record import ConstraintKind
from optimiser.reading.spelling import WrittenLength, WrittenLink
from optimiser.reading.tabular import PlannerColumn, PlannerRow, PlannerTable

__all__ = ["SOURCE", "Draft", "draft_of"]

SOURCE: Final = "table"
"""The source that every number of the table cites."""

_LONGEST_TITLE: Final = 200


@dataclass(slots=True)
class Draft:
    """What a table makes.

    Attributes
    ----------
    lists
        Entries of the plan's lists, as plain values.
    cells
        Where each entry comes from, by list and place: row and column of the table.
    faults
        What the table says and a plan of days cannot.
    names
        The ids of the items, by the ids of the table; a summary has none.
    renamed
        Those that had to be written otherwise.
    open_ends
        Rows after whose finish nothing comes.
    unlimited
        Resources of which nobody says how many there are.
    minutes
        What makes it a plan of minutes, with its cell; empty for a plan of days.
    """

    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    cells: dict[tuple[str, int], tuple[int, PlannerColumn]] = field(default_factory=dict)
    faults: list[Located] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    targets: list[str] = field(default_factory=list)
    open_ends: list[str] = field(default_factory=list)
    unlimited: list[str] = field(default_factory=list)
    minutes: str = ""
    timed: int = 0
    """Dates of a plan of days with the time at which a day begins or ends, which is left out."""

    def add(self, name: str, entry: dict[str, Any], row: int, column: PlannerColumn) -> None:
        """Add an entry of a list, with the cell it comes from."""
        entries = self.lists.setdefault(name, [])
        self.cells[name, len(entries)] = row, column
        entries.append(entry)


def draft_of(table: PlannerTable, choices: BesideTable) -> Draft:
    """Return the plan that a table describes, without its calendar and horizon."""
    maker = _Drafting(table, choices)
    maker.items()
    for row in table.rows:
        maker.links(row)
        maker.dates(row)
    maker.capacities()
    maker.ends()
    maker.baseline()
    return maker.draft


class _Drafting:
    """Makes the entries, row by row."""

    def __init__(self, table: PlannerTable, choices: BesideTable) -> None:
        self.table = table
        self.week, self.day_minutes = len(choices.weekdays), choices.day_minutes
        self.known = {name.lower(): (name, many) for name, many in {**(table.resources or {}), **choices.capacities}.items()}
        self.draft = Draft(minutes=next(said_in_minutes(table), ""))
        self.rows = {row.id: row for row in table.rows}
        self.outline: Outline = outline_of(table.rows)
        self.item_names = Names()
        self.rule_names = Names()
        self.made: set[str] = set()
        """Milestones that stand for a deadline of work: nothing follows because of them."""
        self.due: list[dict[str, str]] = []

    # -- items -----------------------------------------------------------------------------------------------------------

    def items(self) -> None:
        """Add the phases, activities and milestones, in the order of the table."""
        phases: dict[str, str] = {}
        names = Names()
        for title in dict.fromkeys(self.outline.phases.values()):
            phases[title] = names.new(title.lower())
            self.draft.lists.setdefault("phases", []).append({"id": phases[title], "title": _title(title)})
        for row in self.table.rows:
            if row.summary:
                continue
            name = self.item_names.new(row.id)
            self.draft.names[row.id] = name
            if name != row.id:
                self.draft.renamed[row.id] = name
            entry: dict[str, Any] = {"id": name, "title": _title(row.name)}
            if row.id in self.outline.phases:
                entry["phase"] = phases[self.outline.phases[row.id]]
            if row.owner:
                entry["owner"] = plain_title(row.owner)
            if row.resources:
                entry["involved"] = plain_title(", ".join(resource for resource, _ in row.resources))
            self._item(row, entry)

    def _item(self, row: PlannerRow, entry: dict[str, Any]) -> None:
        late = [kind for kind, _ in row.constraints if kind == "as-late-as-possible"]
        if row.milestone:
            ends: tuple[tuple[PlannerColumn, WrittenLength | None], ...] = (("low", row.low), ("high", row.high))
            for column, end in ends:
                if end is not None and end.amount:
                    self.fault(row, column, f"a milestone has no length, so none that may vary, got '{end.text}'")
            if late:
                self.fault(row, "constraint", "a milestone stands where its links put it, so it cannot be as late as possible")
            # A date that it waits for is a morning, a deadline and the end of other work an evening.
            dated = any(kind.startswith(("start", "must-start")) for kind, _ in row.constraints)
            entry["shown"] = "opens" if row.deadline is None and (dated or not row.links) else "closes"
            self.draft.add("milestones", {**entry, **self._published(row), **self.grounds(row)}, row.row, "name")
            return
        length = self.days(row, "duration", row.duration)
        if length is None:
            return
        entry["duration"] = self._ranged(row, entry["id"], length)
        if late:
            entry["placement"] = "as-late-as-possible"
        self.draft.add("activities", {**entry, **self._published(row), **self.grounds(row)}, row.row, "duration")

    def _ranged(self, row: PlannerRow, name: str, likely: Duration) -> str:
        """Return a length, as the name of an assumption where the table gives a range."""
        low, high = self.days(row, "low", row.low), self.days(row, "high", row.high)
        if low is None and high is None:
            return str(likely)
        low, high = low or likely, high or likely
        if len({low.unit, likely.unit, high.unit}) > 1 and self.draft.minutes:
            low, likely, high = (self._minutes(each) for each in (low, likely, high))
        sides: tuple[tuple[PlannerColumn, Duration, bool], ...] = (
            ("low", low, low.amount > likely.amount),
            ("high", high, high.amount < likely.amount),
        )
        for column, end, wrong in sides:
            if end.unit != likely.unit:
                self.fault(
                    row, column, f"the duration is in {likely.unit} and this in {end.unit}; maybe write both in one unit"
                )
            elif wrong:
                side = "above" if column == "low" else "below"
                self.fault(row, column, f"{end} is {side} the duration of {likely}; maybe the columns are swapped")
        assumed = f"{name}-duration"
        entry = {"id": assumed[-_LONGEST_ID:].lstrip("-_"), "title": _title(f"Length of: {row.name}"), "value": str(likely)}
        entry |= {"low": str(low), "high": str(high)} | ({"owner": plain_title(row.owner)} if row.owner else {})
        self.draft.add("assumptions", {**entry, **self.grounds(row)}, row.row, "duration")
        return f"${entry['id']}"

    def _minutes(self, length: Duration) -> Duration:
        """Return a length in worked minutes where it is one of worked time."""
        many = {"wd": self.day_minutes, "h": 60}.get(length.unit)
        return Duration(length.amount * many, "min") if many else length

    def _published(self, row: PlannerRow) -> dict[str, Any]:
        """Return the dates that stand in the table, to compare with."""
        start, finish = row.start or row.finish, row.finish or row.start
        if start is None or finish is None or ((row.start is None) != (row.finish is None) and not row.milestone):
            return {}
        if finish < start:
            self.fault(row, "finish", f"the finish {finish} is before the start, {start}; maybe they are swapped")
            return {}
        length = row.duration
        stated = (
            f"{float(length.amount):g} days"
            if length and length.unit == "d" and not length.elapsed
            else length.text
            if length
            else "0 days"
        )
        return {"published": {"row": row.row, "start": start.isoformat(), "finish": finish.isoformat(), "stated": stated}}

    # -- links -----------------------------------------------------------------------------------------------------------

    def links(self, row: PlannerRow) -> None:
        """Add what a row waits for; a summary's links are those of the rows in its frame."""
        for link in row.links:
            lag = self._lag(row, link)
            before = self.rows[link.other]
            if row.summary and row.id in self._frames(before):
                self.fault(row, "predecessors", f"'{link.other}' lies in the frame of '{row.id}', which would wait for itself")
                continue
            if before.summary and before.id in self._frames(row):
                self.fault(row, "predecessors", f"'{row.id}' lies in the frame of '{before.id}', which would wait for itself")
                continue
            for after in self.outline.leaves.get(row.id, (row.id,)):
                self._link(self.rows[after], before, link, lag, row)

    def _frames(self, row: PlannerRow) -> set[str]:
        """Return the summaries in whose frame a row, or any row of its frame, lies."""
        mine = set(self.outline.leaves.get(row.id, (row.id,)))
        return {name for name, leaves in self.outline.leaves.items() if mine & set(leaves)} | {row.id}

    def _lag(self, row: PlannerRow, link: WrittenLink) -> str | None:
        if link.lag is None:
            return None
        lag = self.days(row, "predecessors", link.lag)
        return str(lag) if lag is not None and lag.amount else None

    def _link(self, after: PlannerRow, before: PlannerRow, link: WrittenLink, lag: str | None, said: PlannerRow) -> None:
        """Add one link; one from a summary waits for all of its rows, or from its start for the first of them."""
        name = self.rule_names.new(self.name(after), "after", before.id, "" if link.type == "FS" else link.type.lower())
        entry: dict[str, Any] = {"id": name, "title": _title(f"{after.name} waits for {before.name}")}
        if not before.summary:
            entry |= {"before": self.name(before), "after": self.name(after), "type": link.type}
            entry |= {"lag": lag} if lag else {}
            self.draft.add("dependencies", {**entry, **self.grounds(said)}, said.row, "predecessors")
            return
        ends = {"S": "start", "F": "finish"}
        of = [self.point(self.rows[leaf], ends[link.type[0]]) for leaf in self.outline.leaves[before.id]]
        entry |= {"kind": "at-least", "of": of, "count": len(of) if link.type[0] == "F" else 1}
        entry |= {"after": self.point(after, ends[link.type[1]])} | ({"lag": lag} if lag else {})
        self.draft.add("rules", {**entry, **self.grounds(said)}, said.row, "predecessors")

    # -- dates -----------------------------------------------------------------------------------------------------------

    def dates(self, row: PlannerRow) -> None:
        """Add what holds a row to dates: floors, ceilings, and a deadline, which holds nothing."""
        leaves = [self.rows[name] for name in self.outline.leaves.get(row.id, (row.id,))]
        for kind, day in row.constraints:
            if day is None:
                if row.summary:
                    self.fault(
                        row, "constraint", "a summary cannot be as late as possible; maybe say so of the rows in its frame"
                    )
                continue
            if row.summary and kind not in ("start-no-earlier", "finish-no-later"):
                self.fault(row, "constraint", f"'{kind}' cannot be said of a summary; maybe say it of the rows in its frame")
                continue
            end = "start" if "start" in kind else "finish"
            for leaf in leaves:
                for rule in _RULES[kind]:
                    side = "earliest" if rule == "not-before" else "latest"
                    named = (rule,) if leaf.milestone else (end, rule)
                    entry: dict[str, Any] = {"id": self.rule_names.new(self.name(leaf), *named), "kind": rule}
                    entry |= {"title": _title(f"{side.capitalize()} {end} of {leaf.name}"), "at": self.point(leaf, end)}
                    entry |= {"date": self._stated(day, late=rule == "not-after"), **self.grounds(row)}
                    self.draft.add("rules", entry, row.row, "constraint date")
        if row.deadline is not None:
            self._deadline(row, [leaf.id for leaf in leaves])

    def _stated(self, day: dt.date, *, late: bool) -> str:
        """Return a date as a rule states it; on a plan of minutes a latest day ends with its midnight."""
        if not self.draft.minutes:
            self.draft.timed += isinstance(day, Moment)
            return f"{day:%Y-%m-%d}"
        if late and not isinstance(day, Moment):
            return f"{day + dt.timedelta(days=1)}T00:00"
        return day.isoformat()

    def _deadline(self, row: PlannerRow, leaves: list[str]) -> None:
        """Add a deadline: a date to compare a milestone with; of work or a summary, of the event that it is done."""
        assert row.deadline is not None
        if row.milestone:
            name = self.name(row)
        else:
            name = self.item_names.new(row.id, "done")
            self.made.add(name)
            entry = {"id": name, "title": _title(f"{row.name}: done"), "shown": "closes", **self.grounds(row)}
            self.draft.add("milestones", entry, row.row, "deadline")
            if len(leaves) == 1:
                link = {
                    "id": self.rule_names.new(name, "after", leaves[0]),
                    "title": _title(f"{row.name} is done"),
                    "type": "FS",
                }
                ends = {"before": self.name(self.rows[leaves[0]]), "after": name}
                self.draft.add("dependencies", {**link, **ends, **self.grounds(row)}, row.row, "deadline")
            else:
                of = [self.point(self.rows[leaf], "finish") for leaf in leaves]
                rule = {
                    "id": self.rule_names.new(name, "after-all"),
                    "title": _title(f"{row.name} is done"),
                    "kind": "at-least",
                }
                all_of = {"of": of, "count": len(of), "after": name}
                self.draft.add("rules", {**rule, **all_of, **self.grounds(row)}, row.row, "deadline")
        self.due.append({"milestone": name, "date": f"{row.deadline:%Y-%m-%d}"})
        self.draft.timed += isinstance(row.deadline, Moment) and not self.draft.minutes
        if self.draft.minutes:
            soft: dict[str, Any] = {
                "id": self.rule_names.new(name, "deadline"),
                "kind": "not-after",
                "title": _title(f"Deadline of {row.name}"),
            }
            soft |= {"at": name, "date": self._stated(row.deadline, late=True), "soft": True}
            self.draft.add("rules", {**soft, **self.grounds(row)}, row.row, "deadline")
        self.draft.targets.append(name)

    # -- capacities ------------------------------------------------------------------------------------------------------

    def capacities(self) -> None:
        """Add a capacity for each resource of which somebody says how many there are."""
        demands: dict[str, list[dict[str, Any]]] = {}
        first: dict[str, PlannerRow] = {}
        for row in self.table.rows:
            for resource, amount in row.resources:
                key = resource.lower()
                if key not in self.known:
                    self.draft.unlimited += [resource] if resource not in self.draft.unlimited else []
                    continue
                name, many = self.known[key]
                if self.draft.minutes:
                    what = f"{self.draft.minutes} makes this a plan of minutes, which has no capacities"
                    self.fault(row, "resource", f"{what}; maybe round it to days, or leave out how many there are of '{name}'")
                    return
                if row.milestone:
                    self.fault(row, "resource", f"a milestone takes no time, so it uses no '{resource}'; maybe delete it here")
                elif amount.denominator != 1 or not amount:
                    self.fault(
                        row,
                        "resource",
                        f"expected a whole number of '{name}', got {float(amount):g}; maybe count in smaller units",
                    )
                elif amount > many:
                    self.fault(row, "resource", f"needs {amount} of '{name}', of which there are {many}")
                elif row.id in self.draft.names:
                    demands.setdefault(name, []).append({"item": self.name(row), "amount": int(amount)})
                    first.setdefault(name, row)
        for name, many in self.known.values():
            if name not in demands:
                continue
            assumed = slug(f"{name}-count".lower())
            ground = self.grounds(first[name])
            entry = {"id": assumed, "title": _title(f"How many there are: {name}"), "value": str(many), **ground}
            self.draft.add("assumptions", entry, first[name].row, "resource")
            rule = {
                "id": self.rule_names.new(name.lower()),
                "kind": "capacity",
                "title": _title(f"{name}: as many as there are"),
            }
            self.draft.add(
                "rules", {**rule, "amount": f"${assumed}", "demands": demands[name], **ground}, first[name].row, "resource"
            )

    # -- ends and baselines ----------------------------------------------------------------------------------------------

    def ends(self) -> None:
        """Choose what the plan is asked for: its last milestone, made where several rows have nothing after their finish."""
        events = {entry["id"] for entry in self.draft.lists.get("milestones", ())}
        links = self.draft.lists.get("dependencies", ())
        followed = {
            entry["before"]
            for entry in links
            if entry["after"] not in self.made and (entry["type"][0] == "F" or entry["before"] in events)
        }
        for entry in self.draft.lists.get("rules", ()):
            if entry["kind"] == "at-least" and entry["after"] not in self.made:
                followed |= {point.removesuffix(".finish") for point in entry["of"] if not point.endswith(".start")}
        open_ = [row for row in self.table.rows if row.id in self.draft.names and self.name(row) not in followed]
        if len(open_) == 1 and open_[0].milestone:
            last = self.name(open_[0])
        else:
            self.draft.open_ends = [row.id for row in open_]
            last = self.item_names.new("END")
            ground = {"basis": "derived", "citation": f"{SOURCE}: rows after whose finish nothing comes"}
            self.draft.add(
                "milestones",
                {"id": last, "title": "Everything is done", "shown": "closes", **ground},
                self.table.columns.row,
                "name",
            )
            # Where links run in a circle each row has another behind it, and all of them are waited for.
            everything = open_ or [row for row in self.table.rows if row.id in self.draft.names]
            of = [self.point(row, "finish") for row in everything]
            rule = {
                "id": self.rule_names.new("END-after-all"),
                "title": "Everything is done when each row is",
                "kind": "at-least",
            }
            self.draft.add(
                "rules", {**rule, "of": of, "count": len(of), "after": last, **ground}, self.table.columns.row, "name"
            )
        self.draft.targets = list(dict.fromkeys((*self.draft.targets, last)))

    def baseline(self) -> None:
        """Add the deadlines, and the dates that stand beside milestones in the table, as what to compare with."""
        dated = [row for row in self.table.rows if row.milestone and (row.finish or row.start)]
        dates = [{"milestone": self.name(row), "date": str(row.finish or row.start)} for row in dated]
        for name, title, found in (
            ("deadlines", "Deadlines of the table", self.due),
            ("table", "Dates that stand in the table", dates),
        ):
            if found:
                entry = {
                    "id": name,
                    "title": title,
                    "dates": found,
                    "basis": "document",
                    "citation": f"{SOURCE}: {title.lower()}",
                }
                self.draft.add("baselines", entry, self.table.columns.row, "deadline" if name == "deadlines" else "finish")

    # -- what entries are made of ----------------------------------------------------------------------------------------

    def name(self, row: PlannerRow) -> str:
        """Return a row's item."""
        return self.draft.names[row.id]

    def point(self, row: PlannerRow, end: str) -> str:
        """Return an end of a row's item; a milestone has one alone."""
        return self.name(row) if row.milestone else f"{self.name(row)}.{end}"

    def grounds(self, row: PlannerRow) -> dict[str, Any]:
        """Return what an entry stands on: its row of the table."""
        note = plain_title(row.note) if row.note else ""
        estimate = "marked as an estimate" if row.duration is not None and row.duration.estimated else ""
        said = "; ".join(filter(None, (note, estimate)))
        return {"basis": row.basis or "document", "citation": f"{SOURCE}: row {row.row}"} | ({"note": said} if said else {})

    def days(self, row: PlannerRow, column: PlannerColumn, length: WrittenLength | None) -> Duration | None:
        """Return a length in the plan's units, telling of one that the plan cannot have."""
        if length is None:
            return None
        try:
            return length.on_minutes(self.week, self.day_minutes) if self.draft.minutes else length.on_days(self.week)
        except ValueError as error:
            self.fault(row, column, str(error))
            return None

    def fault(self, row: PlannerRow, column: PlannerColumn, message: str) -> None:
        """Tell what is wrong with a cell."""
        columns = self.table.columns
        letter = columns.letters.get(column)
        self.draft.faults.append(self.table.sheet.locate(row.row, letter, message, columns.titles.get(column, "")))


_LONGEST_ID: Final = 64
_RULES: Final[dict[ConstraintKind, tuple[str, ...]]] = {
    "start-no-earlier": ("not-before",),
    "finish-no-earlier": ("not-before",),
    "start-no-later": ("not-after",),
    "finish-no-later": ("not-after",),
    "start-on": ("not-before", "not-after"),
    "finish-on": ("not-before", "not-after"),
    "must-start-on": ("not-before", "not-after"),
    "must-finish-on": ("not-before", "not-after"),
}


def _title(text: str) -> str:
    plain = plain_title(text)
    return plain if len(plain) <= _LONGEST_TITLE else f"{plain[: _LONGEST_TITLE - 1]}…"
