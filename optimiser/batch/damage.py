"""Damage to a ledger: tables, columns and values that no run writes.

Whoever reads rows reckons with positions on axes, days and numbers of texts. They are looked at once, by the database itself,
before anything is made of them: a disk, a crash of the machine or another program may have changed what lies there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from models.plan import DURATION_PREFIX
from optimiser.batch.job import Job
from optimiser.batch.results import STATUSES

__all__ = ["TABLES", "Ask", "damage", "row_columns"]

Ask = Callable[[str], Iterator[tuple[Any, ...]]]
"""Puts a question to the database."""

TABLES: Final[Mapping[str, Sequence[tuple[str, str]]]] = {
    "meta": (("name", "TEXT PRIMARY KEY"), ("value", "BLOB NOT NULL")),
    "ranges": (("first", "INTEGER PRIMARY KEY"), ("after", "INTEGER NOT NULL")),
    "texts": (("number", "INTEGER PRIMARY KEY"), ("text", "TEXT NOT NULL UNIQUE")),
    "milestones": (("number", "INTEGER PRIMARY KEY"), ("id", "TEXT NOT NULL")),
    "disagreements": (("row", "INTEGER PRIMARY KEY"), ("text", "TEXT NOT NULL")),
    "axes": (("axis", "INTEGER"), ("position", "INTEGER"), ("id", "TEXT NOT NULL"), ("label", "TEXT NOT NULL")),
}
"""The columns of each table but the rows, whose columns depend on the job."""

_DATED: Final = (("d", "TEXT"), ("p", "INTEGER"), ("b", "INTEGER"))
"""Date, proof and binding of a milestone."""


def row_columns(job: Job) -> tuple[tuple[str, str], ...]:
    """Return name and type of the columns of the table of rows."""
    fixed = (("row", "INTEGER PRIMARY KEY"), ("key", "BLOB NOT NULL"), ("status", "TEXT NOT NULL"))
    axes = ((f"a{number}", "INTEGER NOT NULL") for number in range(len(job.axes)))
    dated = ((f"{letter}{number}", kind) for number in range(len(job.milestones)) for letter, kind in _DATED)
    return (*fixed, ("reason", "INTEGER"), ("checked", "INTEGER"), *axes, *dated)


def damage(ask: Ask, job: Job) -> str | None:
    """Return what is wrong with a ledger, the first thing found; None where all is as a run writes it.

    Parameters
    ----------
    ask
        Puts a question to the ledger.
    job
        What the run computes.
    """
    found = next(ask("PRAGMA quick_check(1)"))[0]
    if found != "ok":
        return str(found)
    for table, columns in {**TABLES, "rows": row_columns(job)}.items():
        held = [name for _, name, *_ in ask(f"PRAGMA table_info({table})")]
        if held != [name for name, _ in columns]:
            return f"table '{table}' has the columns {', '.join(held) or 'of none'}"
    for table, key, wrong in _wrong_values(job):
        row = next(ask(f"SELECT {key} FROM {table} WHERE {wrong} LIMIT 1"), None)  # noqa: S608 - names of our own
        if row is not None:
            return f"table '{table}' holds at {key} {row[0]!r} what no run writes"
    for table in ("texts", "disagreements"):
        for _ in ask(f"SELECT text FROM {table}"):  # noqa: S608 - a name of our own
            pass  # what is not UTF-8 cannot be fetched
    plans = [stack.plan for stack in job.stacks if stack.plan is not None]
    known = {rule.id for plan in plans for rule in plan.rules}
    known |= {f"{DURATION_PREFIX}{activity.id}" for plan in plans for activity in plan.activities}
    for number in range(len(job.milestones)):
        for (text,) in ask(f"SELECT text FROM texts WHERE number IN (SELECT b{number} FROM rows)"):  # noqa: S608 - numbers
            strange = set(text.split(";")) - known - {""}
            if strange:
                return f"table 'texts' holds '{min(strange)}', which is no rule of the plan"
    return None


def _wrong_values(job: Job) -> Iterator[tuple[str, str, str]]:
    """Yield tables with their keys and the condition under which a line of theirs is none that a run writes."""
    size = job.design.size
    yield "ranges", "first", _any(_not_within("first", 0, size - 1), _not_within("after", 1, size), "after <= first")
    yield "texts", "number", "typeof(text) <> 'text'"
    yield "disagreements", "row", _any(_not_within("row", 0, size - 1), "typeof(text) <> 'text'")
    statuses = ", ".join(f"'{status}'" for status in STATUSES)
    tests = [
        _not_within("row", 0, size - 1),
        "typeof(key) <> 'blob'",
        f"status NOT IN ({statuses})",
        _not_within("checked", 0, 1),
        _not_a_text("reason"),
    ]
    tests += [_not_within(f"a{number}", 0, len(axis.values) - 1) for number, axis in enumerate(job.axes)]
    for number in range(len(job.milestones)):
        # Without a date there are neither proof nor binding rules; a day that is none is moved or lost by the database.
        tests.append(f"d{number} IS NOT NULL AND (typeof(d{number}) <> 'text' OR date(d{number}, '+0 days') IS NOT d{number})")
        tests += [_not_a_text(f"{letter}{number}") for letter in "pb"]
    yield "rows", "row", _any(*tests)


def _any(*tests: str) -> str:
    return " OR ".join(f"({test})" for test in tests)


def _not_within(column: str, least: int, most: int) -> str:
    return f"typeof({column}) <> 'integer' OR {column} NOT BETWEEN {least} AND {most}"


def _not_a_text(column: str) -> str:
    return f"{column} IS NOT NULL AND {column} NOT IN (SELECT number FROM texts)"  # noqa: S608 - names of our own
