"""The sheet of assumptions of an evidence pack's workbook, read back as settings.

An empty cell, a value of another kind and a name that the plan has not are each refused at the cell.
"""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Final

from models.duration import Duration, Value, parse_value, print_value
from models.faults import maybe
from models.plan import Plan
from optimiser.errors import InputError, Located
from optimiser.reading.relative import is_relative, read_setting, stated_text
from optimiser.reading.sheets import Cell, read_sheet

__all__ = ["SHEET", "read_assumptions"]

SHEET: Final = "Assumptions"
_FEWEST_DAYS: Final = 10_000
"""A number beyond it is the day of a date rather than a count of anything."""


def read_assumptions(path: Path, plan: Plan) -> dict[str, str]:
    """Return the values that a workbook gives to assumptions and unknowns where they are not the plan's own.

    Each is text as `optimiser.reading.relative.read_setting` reads it: what a cell says a value changes by is left so.

    Parameters
    ----------
    path
        The workbook.
    plan
        The plan with its scenarios applied.

    Raises
    ------
    InputError
        If it is no workbook, has no such sheet, or holds a value that cannot be read, each at its cell.
    """
    label = str(path)
    sheet = read_sheet(path, SHEET)
    rows, epoch = sheet.rows, sheet.epoch
    heads = {cell.text.strip().lower(): column for column, cell in rows.get(1, {}).items()}
    missing = [head for head in ("assumption", "value") if head not in heads]
    if missing:
        message = f"expected columns 'assumption' and 'value' in the first line of sheet {SHEET}, missing {', '.join(missing)}"
        raise InputError([Located(message, file=label)])
    faults: list[Located] = []
    found: dict[str, str] = {}
    for row in sorted(rows):
        if row == 1:
            continue
        name = rows[row].get(heads["assumption"], Cell("")).text.strip()
        cell = rows[row].get(heads["value"], Cell(""))
        if not name and not cell.text.strip():
            continue
        place = f"{SHEET}!{heads['value']}{row}"
        if name not in plan.values:
            advice = maybe(name, plan.values)
            faults.append(
                Located(f"unknown assumption '{name}'{advice}", file=label, path=f"{SHEET}!{heads['assumption']}{row}")
            )
            continue
        if name in found:
            faults.append(Located(f"'{name}' is given twice; maybe drop one", file=label, path=place))
            continue
        try:
            found[name] = _value(cell, plan, name, epoch)
        except ValueError as error:
            faults.append(Located(f"{name}: {error}", file=label, path=place))
    if faults:
        raise InputError(faults)
    return {name: text for name, text in found.items() if text != stated_text(plan.values[name])}


def _value(cell: Cell, plan: Plan, name: str, epoch: dt.date) -> str:
    """Return a cell as an assumption's value is set.

    Raises
    ------
    ValueError
        If it is none, or of another kind than the plan's own.
    """
    held = plan.values[name]
    text = cell.text.strip()
    if not text:
        got = "a formula whose result is not stored; maybe write the value itself" if cell.formula else "an empty cell"
        message = f"expected a value such as '{print_value(held)}', got {got}"
        raise ValueError(message)
    if cell.numeric:
        number = float(text)
        if not math.isfinite(number):
            message = f"expected a number, got {text}"
            raise ValueError(message)
        if isinstance(held, bool):
            return "true" if number else "false"
        if isinstance(held, Duration):
            if number > _FEWEST_DAYS:
                message = f"expected a length such as '{held}', got the day {_day(number, epoch)}"
                raise ValueError(message)
            whole = f"; maybe '{int(number)} {held.unit}'" if number == int(number) else ""
            message = f"expected a length such as '{held}', got the number {text[:40]}{whole}"
            raise ValueError(message)
        if number != int(number):
            message = f"expected a whole number or a day, got {text}"
            raise ValueError(message)
        # A date assumption that holds none is still one: whole numbers beyond any count are days.
        if isinstance(held, dt.date) or (held is None and number > _FEWEST_DAYS):
            return _day(number, epoch)
        return stated_text(int(number))
    if text.upper() in ("TRUE", "FALSE"):
        text = text.lower()
    if is_relative(text) and not (text.startswith("-") and _negative(held)):
        read_setting(text, held, plan)
        return text
    try:
        return stated_text(parse_value(text))
    except ValueError:
        if not isinstance(held, dt.date):
            raise
        message = f"expected a day such as '{held.isoformat()}', got '{text}'"
        raise ValueError(message) from None


def _negative(held: Value) -> bool:
    """Return whether a value is below nothing: in the cell that shows it, another one with a minus stands for itself."""
    return isinstance(held, Duration) and held.amount < 0


def _day(number: float, epoch: dt.date) -> str:
    """Return the day that a number stands for."""
    try:
        return (epoch + dt.timedelta(days=int(number))).isoformat()
    except OverflowError:
        message = f"expected a day, got the number {number:g}"
        raise ValueError(message) from None
