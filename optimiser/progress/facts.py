"""A progress table laid over earlier facts: actual dates, remaining work, and re-estimated lengths."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final

from models.assumptions import Assumption
from models.duration import Duration, Reference, print_value
from models.items import Activity, Milestone
from models.plan import Plan
from models.progress import Progress
from models.updating import UpdateChange, UpdateRemark
from optimiser.progress.entries import TableFacts, day_of, left_words, past, progress_entry
from optimiser.progress.expected import left_until
from optimiser.progress.matching import Matching
from optimiser.reading.spelling import WrittenLength
from optimiser.reading.tabular import PlannerColumn, ProgressRow, ProgressTable

__all__ = ["facts_of"]

_WHOLE: Final = 100
_DATES: Final[tuple[tuple[str, PlannerColumn], ...]] = (
    ("actual_start", "actual start"),
    ("actual_finish", "actual finish"),
    ("suspend", "suspend"),
    ("resume", "resume"),
    ("expected_finish", "expected finish"),
)


def facts_of(plan: Plan, table: ProgressTable | None, status: dt.date, source: str) -> TableFacts:
    """Return the facts known at a status date, from earlier facts and a table, of which rows with an unreadable cell say nothing.

    Parameters
    ----------
    plan
        The update before.
    table
        None where nothing is told.
    source
        The id of the source that the table is.
    """
    facts = TableFacts()
    for item in plan.items.values():
        held = getattr(item, "progress", None)
        if held is not None and (entry := progress_entry(held)):
            facts.progress[item.id] = entry
    if table is not None:
        _Taking(plan, table, status, source, facts).take()
    _stale(plan, facts, status)
    return facts


def _stale(plan: Plan, facts: TableFacts, status: dt.date) -> None:
    """Remark on begun work of which what is left is still as it was at an earlier status date."""
    if plan.status_date is None or plan.status_date >= status:
        return
    for name, entry in facts.progress.items():
        held = getattr(plan.items[name], "progress", None)
        if held is None or entry.get("actual_finish") or not isinstance(plan.items[name], Activity):
            continue
        if held.resume is not None and not past(held.resume, status):
            continue
        left = left_words(entry)
        if left and left == left_words(progress_entry(held)):
            says = f"{name}: {left} as on {plan.status_date}, nothing done since; maybe say what is left now"
            facts.remarks.append(UpdateRemark(says=says))


class _Taking:
    """One table, taken row by row."""

    def __init__(self, plan: Plan, table: ProgressTable, status: dt.date, source: str, facts: TableFacts) -> None:
        self.plan, self.table, self.status, self.source, self.facts = plan, table, status, source, facts
        self.matching = Matching(plan, table)
        calendar = plan.calendars_by_id[plan.calendar]
        self.week = len(calendar.weekdays)
        self.tied: list[str] = []
        self.over: list[str] = []

    def take(self) -> None:
        """Take every row in."""
        self.facts.faults += [*self.table.faults, *self.matching.faults]
        for row in self.table.rows:
            name = self.matching.items.get(row.row)
            if name is None:
                continue
            item = self.plan.items[name]
            self.facts.rows[name] = row
            if row.unsure:
                self._stated(row, Progress())
            elif isinstance(item, Milestone):
                self._event(item, row)
            elif isinstance(item, Activity):
                self._work(item, row)
                self._estimate(item, row)
            elif row.tells:
                self.tied.append(name)
        nameless = [row for row in self.matching.left_out if row.summary or row.id or row.name]
        if nameless:
            rows = ", ".join(row.name or row.id for row in nameless[:_MOST_NAMED])
            more = " and more" if len(nameless) > _MOST_NAMED else ""
            self.facts.left_out.append(f"{len(nameless)} rows that are no item of the plan and say nothing done: {rows}{more}")
        if self.tied:
            said = f"what is done of {', '.join(self.tied[:_MOST_NAMED])}: tied bars and summaries follow from their items"
            self.facts.left_out.append(said)
        if self.over:
            self.facts.left_out.append(
                f"new lengths of finished work, which has the one it took: {', '.join(self.over[:_MOST_NAMED])}"
            )

    def fault(self, row: ProgressRow, column: PlannerColumn, message: str) -> None:
        """Tell what cannot be, at its cell."""
        self.facts.faults.append(self.matching.locate(row.row, column, message))

    def change(self, item: Activity | Milestone, kind: Any, before: object, after: object, row: ProgressRow) -> None:
        """Note what is said otherwise than before."""
        self.facts.changes.append(
            UpdateChange(
                item=item.id,
                title=item.title,
                kind=kind,
                before=None if before is None else str(before),
                after=None if after is None else str(after),
                where=f"row {row.row}",
            )
        )

    # -- what is done --------------------------------------------------------------------------------------------------

    def _stated(self, row: ProgressRow, held: Progress) -> dict[str, Any]:
        """Return the dates of a row, those of the future told of; a day of which the time is known already has that."""
        found: dict[str, Any] = {}
        for name, column in _DATES:
            date = getattr(row, name)
            if date is None:
                continue
            if name.startswith("actual") and not past(date, self.status):
                said = f"{date} is after the status date, {self.status}: what is not yet done has no actual date; maybe the year or the month is another"
                self.fault(row, column, said)
            known = getattr(held, name)
            if isinstance(known, dt.datetime) and not isinstance(date, dt.datetime) and known.date() == date:
                date = known
            found[name] = date if self.plan.unit == "minute" else day_of(date)
        return found

    def _event(self, milestone: Milestone, row: ProgressRow) -> None:
        """Take in whether an event has happened."""
        stated = self._stated(row, milestone.progress or Progress())
        start, finish = stated.get("actual_start"), stated.get("actual_finish")
        if start and finish and start != finish:
            self.fault(row, "actual finish", f"a milestone happens once, got {start} and {finish}; maybe keep one of them")
        date = finish or start
        held = milestone.progress
        before = (held.actual_finish or held.actual_start) if held else None
        if date is None:
            if row.percent == _WHOLE and before is None:
                self.fault(row, "percent complete", "complete, but on which day? Expected an actual finish")
            return
        if before == date:
            return
        if before is not None:
            self._revised(milestone.id, "date", before, date, row)
        self.facts.progress[milestone.id] = {"actual_finish": str(date)}
        self.change(milestone, "finished", before, date, row)

    def _work(self, activity: Activity, row: ProgressRow) -> None:
        """Take in how far a piece of work is."""
        held = activity.progress or Progress()
        before = progress_entry(held)
        stated = self._stated(row, held)
        left = self._length(row, "remaining", row.remaining)
        if row.remaining is not None and left is None:
            return  # told of
        if left is not None and held.remaining is not None and self._same(left, held.remaining):
            left = None if "actual_finish" in stated else held.remaining  # it stands there from the update before
        start = stated.get("actual_start", held.actual_start)
        finish = stated.get("actual_finish", held.actual_finish)
        expected = stated.pop("expected_finish", None) if self.plan.unit == "day" else None
        if expected is not None and finish is None:
            begun = start, stated.get("resume", held.resume)
            found = left_until(self.plan, activity, self.status, begun, expected, None if left == held.remaining else left)
            if isinstance(found, str):
                self.fault(row, "expected finish", found)
                return
            left = found
        undone = bool((left and left.amount) or (row.percent and row.percent < _WHOLE))
        if "actual_finish" not in stated and held.actual_finish and undone:
            says = f"{activity.id}: finished on {held.actual_finish} by the update before, not finished now"
            self.facts.remarks.append(UpdateRemark(says=says, where=f"row {row.row}"))
            finish = None
        if not self._possible(activity, row, start, finish, left):
            return
        if start is None:
            return
        entry: dict[str, Any] = {"actual_start": str(start)}
        if finish is not None:
            entry["actual_finish"] = str(finish)
        elif left is not None and left != held.remaining:
            entry["remaining"] = str(left)
        elif row.percent and _number(row.percent) != held.percent_complete:
            entry["percent_complete"] = _number(row.percent)
        else:
            entry |= {name: before[name] for name in ("remaining", "percent_complete") if name in before}
        if finish is None:
            for name in ("suspend", "resume", "expected_finish"):
                value = stated.get(name, getattr(held, name))
                entry |= {name: str(value)} if value is not None else {}
        if entry != before:
            self._note(activity, before, entry, row)
            self.facts.progress[activity.id] = entry

    def _possible(
        self, activity: Activity, row: ProgressRow, start: dt.date | None, finish: dt.date | None, left: Duration | None
    ) -> bool:
        """Return whether what a row says of work can be, telling why not."""
        told = len(self.facts.faults)
        length = self.plan.duration(activity.duration)
        share = row.percent or Fraction(0)
        if start is None and finish is not None:
            self.fault(row, "actual finish", f"finished on {finish}, but begun when? Expected an actual start")
        elif start is None and (share or row.suspend or row.resume):
            column: PlannerColumn = "percent complete" if share else "suspend" if row.suspend else "resume"
            self.fault(row, column, "work that has not begun has none of this; maybe the actual start is missing")
        elif start is None and left is not None and left != length:
            said = f"work that has not begun has its whole length left, {length}; maybe the actual start is missing, or write the new length under 'Duration'"
            self.fault(row, "remaining", said)
        elif start and finish and finish < start:
            self.fault(row, "actual finish", f"the finish {finish} is before the start, {start}; maybe they are swapped")
        elif finish and left is not None and left.amount:
            self.fault(row, "remaining", f"finished on {finish}, and {left} left; maybe drop one of the two")
        elif finish and row.percent is not None and 0 < row.percent < _WHOLE:
            said = f"finished on {finish}, and {float(row.percent):g} per cent complete; maybe drop one of the two"
            self.fault(row, "percent complete", said)
        elif start and not finish and ((left is not None and not left.amount) or row.percent == _WHOLE):
            column = "remaining" if left is not None and not left.amount else "percent complete"
            self.fault(row, column, "nothing is left, but finished when? Expected an actual finish")
        elif (
            start
            and not finish
            and left is None
            and not share
            and not left_words(progress_entry(activity.progress or Progress()))
        ):
            self.fault(row, "actual start", f"begun on {start}; expected what is left, under 'Remaining' or '% complete'")
        return len(self.facts.faults) == told

    def _note(self, activity: Activity, before: Mapping[str, Any], entry: Mapping[str, Any], row: ProgressRow) -> None:
        """Note every part that differs from what was known."""
        for name, word in (("actual_start", "actual start"), ("actual_finish", "actual finish")):
            if name in before and name in entry and before[name] != entry[name]:
                self._revised(activity.id, word, before[name], entry[name], row)
        was, now = left_words(before), left_words(entry)
        start, finish = entry["actual_start"], entry.get("actual_finish")
        if "actual_start" not in before:
            words = f"{start} to {finish}" if finish else ", ".join(filter(None, (str(start), now)))
            self.change(activity, "finished" if finish else "begun", None, words, row)
            return
        if start != before["actual_start"]:
            self.change(activity, "begun", before["actual_start"], start, row)
        if finish != before.get("actual_finish"):
            self.change(activity, "finished", before.get("actual_finish"), finish, row)
        elif now and was != now:
            self.change(activity, "remaining", was or None, now, row)
        paused = [
            f"{name} {entry[name]}" for name in ("suspend", "resume", "expected_finish") if entry.get(name) != before.get(name)
        ]
        if "actual_finish" not in entry and paused:
            self.change(activity, "other", None, ", ".join(paused), row)

    def _revised(self, item: str, what: str, before: object, after: object, row: ProgressRow) -> None:
        """Remark that a fact is another than the update before has it."""
        says = f"{item}: the {what} was {before} in the update before, and is {after} now"
        self.facts.remarks.append(UpdateRemark(says=says, where=f"row {row.row}"))

    # -- estimates -----------------------------------------------------------------------------------------------------

    def _estimate(self, activity: Activity, row: ProgressRow) -> None:
        """Take in a length estimated anew, and its range."""
        ends: dict[PlannerColumn, Duration | None] = {
            "duration": self._length(row, "duration", row.duration),
            "low": self._length(row, "low", row.low),
            "high": self._length(row, "high", row.high),
        }
        assumed = self._assumed(activity)
        held: dict[PlannerColumn, Any] = {
            "duration": self.plan.duration(activity.duration),
            "low": assumed.low if assumed else None,
            "high": assumed.high if assumed else None,
        }
        if all(value is None or self._same(value, held[column]) for column, value in ends.items()):
            return
        if activity.id in self.facts.progress and "actual_finish" in self.facts.progress[activity.id]:
            self.over.append(activity.id)
            return
        now = {column: held[column] if value is None else value for column, value in ends.items()}
        if not now["duration"].amount:
            self.fault(row, "duration", f"'{activity.id}' is work, and work takes time; maybe write its actual finish")
        low, high = now["low"], now["high"]
        of_one_unit = {value.unit for value in (low, now["duration"], high) if isinstance(value, Duration)}
        if len(of_one_unit) == 1:
            order: Callable[[Any], int] = lambda value: value.amount  # noqa: E731 - of lengths in one unit
            if low is not None and order(low) > order(now["duration"]):
                self.fault(
                    row, "low" if row.low else "duration", f"the low end, {low}, is more than the length, {now['duration']}"
                )
            if high is not None and order(high) < order(now["duration"]):
                self.fault(
                    row, "high" if row.high else "duration", f"the high end, {high}, is less than the length, {now['duration']}"
                )
        known = self.facts.progress.get(activity.id, {})
        if "remaining" in known and now["duration"] != held["duration"]:
            says = (
                f"{activity.id}: estimated anew at {now['duration']}, but {known['remaining']} left decides when begun work ends; "
                "maybe say what is left now"
            )
            if known == progress_entry(activity.progress or Progress()):
                self.facts.remarks.append(UpdateRemark(says=says, where=f"row {row.row}"))
        entry = {str(column): str(value) for column, value in now.items() if isinstance(value, Duration)}
        grounds = {"basis": row.basis or "document", "citation": f"{self.source}: row {row.row}"}
        self.facts.estimates[activity.id] = {**entry, **grounds} | ({"note": row.note} if row.note else {})
        self.change(activity, "estimate", _range(held), _range(now), row)

    def _same(self, one: Duration, other: object) -> bool:
        """Return whether two lengths are one: on a plan of minutes a working day is so many of them."""
        if self.plan.unit == "minute" and isinstance(other, Duration):
            return self._plain(one) == self._plain(other)
        return one == other

    def _plain(self, length: Duration) -> Duration:
        """Return a length of a plan of minutes as working days where it is so many, worked hours else as minutes."""
        day = self.plan.day_minutes
        many = {"wd": day, "h": 60, "min": 1}.get(length.unit)
        if many is None:
            return length
        days, rest = divmod(length.amount * many, day)
        return Duration(length.amount * many, "min") if rest else Duration(days, "wd")

    def _assumed(self, activity: Activity) -> Assumption | None:
        if not isinstance(activity.duration, Reference):
            return None
        found = self.plan.assumptions_by_id.get(activity.duration.name)
        return found if isinstance(found, Assumption) else None

    def _length(self, row: ProgressRow, column: PlannerColumn, length: WrittenLength | None) -> Duration | None:
        """Return a length in the plan's units, telling of one that the plan cannot have."""
        if length is None:
            return None
        try:
            if self.plan.unit == "minute":
                return self._plain(length.on_minutes(self.week, self.plan.day_minutes))
            return length.on_days(self.week)
        except ValueError as error:
            self.fault(row, column, str(error))
            return None


_MOST_NAMED: Final = 8


def _range(ends: Mapping[PlannerColumn, Any]) -> str:
    """Return a length with its range in words."""
    low, high = ends["low"], ends["high"]
    behind = f" ({print_value(low)} to {print_value(high)})" if low is not None and high is not None else ""
    return f"{ends['duration']}{behind}"


def _number(share: Fraction) -> int | float:
    return int(share) if share.denominator == 1 else round(float(share), 4)
