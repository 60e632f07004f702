"""Calendars of MSPDI: weeks, work weeks, and exceptions that recur, laid out as the dates they fall on.

Format: Microsoft, Project XML data interchange schema (MSPDI), elements ``Calendar``, ``WeekDay``, ``Exception``, ``WorkWeek``.
"""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Iterator
from typing import Final

from optimiser.reading.interchange.cells import MOST_TASKS, PlannerCells
from optimiser.reading.interchange.elements import XmlElement
from optimiser.reading.interchange.record import (
    CalendarException,
    CalendarRecord,
    CalendarWeek,
    WorkedPeriod,
    WorkedWeek,
)

__all__ = ["CalendarReader"]

_TABLE: Final = "Calendars/Calendar"
_DAY: Final = 1440
_MOST_DAYS: Final = 2_000_000
"""Days, of all exceptions of a file that recur, beyond which it is refused."""
_USUAL: Final[tuple[WorkedPeriod, ...]] = ((480, 720), (780, 1020))
"""What a worked day without stated times holds: 8 to 12 and 13 to 17, which is MS Project's default."""
_CLOCK: Final = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])(?::([0-5][0-9])(?:\.[0-9]+)?)?")
_KNOWN: Final = {
    *("UID", "GUID", "Name", "IsBaseCalendar", "IsBaselineCalendar", "BaseCalendarUID", "WeekDays", "Exceptions", "WorkWeeks"),
}
_WEEKDAY, _WEEKEND_DAY, _SUNDAY, _LAST = 1, 2, 3, 4
"""Of ``MonthItem`` the kinds of day, and the position that counts from the end of the month."""


class CalendarReader:
    """Reads the calendars of one file.

    Parameters
    ----------
    cells
        Who keeps the faults.
    """

    def __init__(self, cells: PlannerCells) -> None:
        self._cells = cells
        self._days_left = _MOST_DAYS

    def read(self, element: XmlElement) -> CalendarRecord:
        """Return a calendar from its element."""
        cells = self._cells
        base = element.value("BaseCalendarUID")
        derived = element.value("IsBaseCalendar") == "0" and base not in {"", "-1"}
        if element.find("Exceptions"):
            exceptions = [entry for each in element.all("Exceptions", "Exception") for entry in self._exception(each)]
        else:  # files of before 2007; later ones say the same days twice
            exceptions = [entry for each in element.all("WeekDays", "WeekDay") for entry in _dated_day(each, cells)]
        for each in element.inside:
            if each.name not in _KNOWN:
                cells.unknown(f"Calendar.{each.name}", each.place(_TABLE))
        return CalendarRecord(
            uid=element.value("UID"),
            name=element.value("Name"),
            place=element.place(_TABLE),
            week=_week(element, cells, derived=derived),
            exceptions=tuple(exceptions),
            weeks=tuple(entry for each in element.all("WorkWeeks", "WorkWeek") for entry in _work_week(each, cells)),
            base=base if derived else None,
        )

    def _exception(self, element: XmlElement) -> Iterator[CalendarException]:
        """Yield the runs of days on which an exception falls."""
        dates = _dates(element, self._cells)
        if dates is None:
            return
        place, (first, last) = element.place(_TABLE), dates
        periods, name = _periods(element, self._cells) or (), element.value("Name")
        every, kind = _count(element, "Period", self._cells) or 1, element.value("Type")
        if kind not in _RECURRENCES or (kind == "1" and every == 1):
            if kind not in {"", "1", "7", "8", "9"}:
                self._cells.unknown(f"Exception.Type {kind[:20]}", place)
            yield CalendarException(first, last, periods, name)
            return
        self._days_left -= (last - first).days + 1
        if self._days_left < 0:
            self._cells.stop(f"exceptions recur over more than {_MOST_DAYS:,} days, expected fewer", place)
        for day in _RECURRENCES[kind](element, first, last, every, self._cells):
            yield CalendarException(day, day, periods, name)


def _week(element: XmlElement, cells: PlannerCells, *, derived: bool) -> WorkedWeek:
    """Return the seven days from Monday; of what is not stated a derived calendar takes its base's, another is off."""
    days: list[tuple[WorkedPeriod, ...] | None] = [None] * 7
    for day in element.all("WeekDays", "WeekDay"):
        kind = day.value("DayType")
        if kind in {"1", "2", "3", "4", "5", "6", "7"}:
            days[(int(kind) - 2) % 7] = _periods(day, cells, derived=derived)
        elif kind != "0":
            cells.fault(
                f"expected a day of the week from 1, a Sunday, to 7, or 0, got {kind[:20]!r}", day.place(_TABLE), "DayType"
            )
    return tuple(days)


def _periods(element: XmlElement, cells: PlannerCells, *, derived: bool = False) -> tuple[WorkedPeriod, ...] | None:
    """Return what is worked on a day, sorted; None where a derived calendar says only that it is worked."""
    if element.value("DayWorking") not in {"1", "true"}:
        return ()
    times = list(element.all("WorkingTimes", "WorkingTime"))
    if not times:
        return None if derived else _USUAL
    periods = []
    for each in times:
        begin, end = (_clock(each, name, cells) for name in ("FromTime", "ToTime"))
        if begin is not None and end is not None:
            periods.append((begin, end if end > begin else end + _DAY))
    return tuple(sorted(periods))


def _clock(element: XmlElement, name: str, cells: PlannerCells) -> int | None:
    """Return a time of day in minutes from midnight; None where there is none, or it is at fault."""
    text = element.value(name)
    found = _CLOCK.fullmatch(text.rpartition("T")[2])
    if found is None:
        if text:
            cells.fault(f"expected a time such as 08:00:00, got {text[:20]!r}", element.place(_TABLE), name)
        return None
    minutes = int(found[1]) * 60 + int(found[2]) + (int(found[3] or 0) >= 30)
    return minutes if minutes <= _DAY else None


def _dates(element: XmlElement, cells: PlannerCells) -> tuple[dt.date, dt.date] | None:
    """Return the days between which something holds, both included; None where a file states none, or wrong ones."""
    place = element.place(_TABLE)
    first, last = (
        cells.moment(element.value("TimePeriod", name).partition("T")[0], place, name, bounded=False)
        for name in ("FromDate", "ToDate")
    )
    if first is None or last is None:
        return None
    if last < first:
        cells.fault(
            f"the last day {last:%Y-%m-%d} is before the first {first:%Y-%m-%d}; maybe they are swapped", place, "ToDate"
        )
        return None
    return first.date(), last.date()


def _dated_day(element: XmlElement, cells: PlannerCells) -> Iterator[CalendarException]:
    if element.value("DayType") == "0" and (dates := _dates(element, cells)):
        yield CalendarException(*dates, _periods(element, cells) or ())


def _work_week(element: XmlElement, cells: PlannerCells) -> Iterator[CalendarWeek]:
    if dates := _dates(element, cells):
        yield CalendarWeek(*dates, _week(element, cells, derived=True), element.value("Name"))


def _count(element: XmlElement, name: str, cells: PlannerCells) -> int:
    """Return a whole number that is not negative; 0 where there is none."""
    found = cells.number(element.value(name), element.place(_TABLE), name)
    if found is not None and not 0 <= found <= MOST_TASKS:
        cells.fault(
            f"expected a number from 0 to {MOST_TASKS:,}, got {element.value(name)[:20]!r}", element.place(_TABLE), name
        )
        return 0
    return int(found or 0)


def _daily(_element: XmlElement, first: dt.date, last: dt.date, every: int, _cells: PlannerCells) -> Iterator[dt.date]:
    for place in range(0, (last - first).days + 1, every):
        yield first + dt.timedelta(days=place)


def _weekly(element: XmlElement, first: dt.date, last: dt.date, every: int, cells: PlannerCells) -> Iterator[dt.date]:
    """``DaysOfWeek`` has a bit for each day from Sunday; weeks are counted from the Sunday before the first day."""
    wanted = _count(element, "DaysOfWeek", cells)
    since_sunday = first.isoweekday() % 7
    for day in _daily(element, first, last, 1, cells):
        weeks = ((day - first).days + since_sunday) // 7
        if weeks % every == 0 and wanted >> day.isoweekday() % 7 & 1:
            yield day


def _monthly(element: XmlElement, first: dt.date, last: dt.date, every: int, cells: PlannerCells) -> Iterator[dt.date]:
    for year, month in _months(first, last, every):
        day = _day_in_month(element, year, month, cells)
        if day and first <= day <= last:
            yield day


def _yearly(element: XmlElement, first: dt.date, last: dt.date, _every: int, cells: PlannerCells) -> Iterator[dt.date]:
    """``Month`` counts from 0 for January."""
    month = _count(element, "Month", cells) + 1
    for year in range(first.year, last.year + 1):
        day = _day_in_month(element, year, month, cells) if month <= 12 else None
        if day and first <= day <= last:
            yield day


def _months(first: dt.date, last: dt.date, every: int) -> Iterator[tuple[int, int]]:
    for place in range(first.year * 12 + first.month - 1, last.year * 12 + last.month, every):
        yield place // 12, place % 12 + 1


def _day_in_month(element: XmlElement, year: int, month: int, cells: PlannerCells) -> dt.date | None:
    """Return the day by its number, or by its kind and its position; None where the month has none."""
    days = [dt.date(year, month, number + 1) for number in range(monthrange(year, month)[1])]
    if element.value("Type") in {"2", "4"}:
        number = _count(element, "MonthDay", cells)
        return days[number - 1] if 1 <= number <= len(days) else None
    item, position = _count(element, "MonthItem", cells), _count(element, "MonthPosition", cells)
    of_kind = [day for day in days if _is_kind(day, item)]
    if position == _LAST:
        return of_kind[-1] if of_kind else None
    return of_kind[position] if position < len(of_kind) else None


def _is_kind(day: dt.date, item: int) -> bool:
    """Tell whether a date is the kind of day that ``MonthItem`` names: any, a weekday, one of a weekend, or a Sunday to Saturday."""
    if item == _WEEKDAY:
        return day.weekday() < 5
    if item == _WEEKEND_DAY:
        return day.weekday() >= 5
    return item < _WEEKDAY or day.isoweekday() % 7 == item - _SUNDAY


_RECURRENCES: Final = {"1": _daily, "2": _yearly, "3": _yearly, "4": _monthly, "5": _monthly, "6": _weekly}
