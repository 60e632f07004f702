"""The table that a plan from nothing begins with."""

from __future__ import annotations

import datetime as dt

__all__ = ["starter_table"]


def starter_table(start: dt.date) -> str:
    """Return three rows with every column that is read; their figures are placeholders, and say so.

    Parameters
    ----------
    start
        The first day on which anything may start.
    """
    deadline = start + dt.timedelta(days=120)
    return f"""\
Id,Name,Duration,Predecessors,Not before,Deadline,Low,High,Owner,Phase,Resource,Amount,Basis,Notes
1,Write down what is wanted,10d,,{start},,8d,15d,,Prepare,,,synthetic,A placeholder
2,Build it,30d,1,,,25d,45d,,Build,,,synthetic,A placeholder
3,It is there,0d,2,,{deadline},,,,Build,,,synthetic,A placeholder
"""
