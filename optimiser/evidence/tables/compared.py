"""What was set differently, and two outcomes side by side, as tables."""

from __future__ import annotations

from collections.abc import Sequence

from models.changes import Comparison, ValueChange, WhatIf
from models.pack import Table
from optimiser.evidence.tables.kit import listing, weakest
from optimiser.evidence.words import month_or_day

__all__ = ["changes", "comparison", "dates_before_after"]


def _signed(value: int | None, unit: str) -> str | None:
    return None if value is None else f"{value:+d} {unit}"


def changes(found: Sequence[ValueChange], title: str, source: str, *, by: bool = True) -> Table:
    """Return what was set differently, titles first, with its old and its new value.

    Parameters
    ----------
    by
        Whether to say which option or scenario set each.
    """
    return listing(
        "what-if",
        title,
        "what | name:id | from | to | by | rounded",
        found,
        "stated",
        source,
        said={
            "what": lambda change: change.title or change.kind,
            "from": lambda change: month_or_day(change.before),
            "to": lambda change: month_or_day(change.after),
            "by": lambda change: " ".join(filter(None, (change.by if by else None, change.asked))) or None,
        },
    )


def dates_before_after(found: WhatIf, source: str) -> Table:
    """Return the dates before and after what was changed."""
    proofs = [proof for change in found.dates for proof in (change.proof_before, change.proof_after) if proof]
    return listing(
        "what-if-dates",
        "Earliest dates before and after",
        "milestone:id | before:date | after:date | difference:number wd = working_days",
        found.dates,
        weakest(proofs),
        source,
        note="Before: the plan under the scenarios without the single choices; the plan as written, where none were made.",
    )


def comparison(found: Comparison, source: str) -> dict[str, Table]:
    """Return the dates, the rules that bind otherwise and the items that moved, by the tables' ids."""
    tables = [
        listing(
            "dates-compared",
            "Dates",
            "milestone:id | before:date | after:date | in wd | in cd | proof",
            found.dates,
            "solver",
            source,
            said={
                "in wd": lambda each: _signed(each.working_days, "wd"),
                "in cd": lambda each: _signed(each.calendar_days, "cd"),
                "proof": lambda each: " → ".join(dict.fromkeys(at or "none" for at in (each.proof_before, each.proof_after))),
            },
        ),
        listing(
            "bindings-compared",
            "Binding rules: what dropping each gains, before and after",
            "title | milestone:id | rule:id | change | gain before:number wd | gain after:number wd",
            found.bindings,
            "closed form",
            source,
        ),
        listing(
            "rows-compared",
            "Items that moved, in the order of time",
            "name | item:id = id | start:date = start_before | start then:date = start_after | finish:date = finish_before"
            " | finish then:date = finish_after",
            found.rows,
            "solver",
            source,
        ),
    ]
    return {table.id: table for table in tables}
