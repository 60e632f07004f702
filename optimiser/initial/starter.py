"""The table that a plan from nothing begins with."""

from __future__ import annotations

from typing import Final

__all__ = ["STARTER"]

STARTER: Final = """\
Id,Name,Duration,Predecessors,Not before,Deadline,Low,High,Owner,Phase,Resource,Amount
1,Write down what is wanted,10d,,2026-01-05,,8d,15d,,Prepare,,
2,Build it,30d,1,,,25d,45d,,Build,,
3,It is there,0d,2,,2026-03-31,,,,Build,,
"""
"""Three rows with every column that is read; its figures are placeholders."""
