"""Qualification party by party for people at a terminal."""

from __future__ import annotations

from models.allocation import Qualified
from optimiser.evidence.tables import qualified as tables
from optimiser.evidence.tables.kit import choose, pivot
from optimiser.evidence.terminal.page import Lines, Page, heading, paragraph
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import day

__all__ = ["qualification_report"]

_MOST = 12
_SOURCE = "qualify"


def qualification_report(found: Qualified, page: Page, *, every: bool = False) -> str:
    """Return the whole answer as text.

    Parameters
    ----------
    found
        What `qualify` returned.
    page
        The page.
    every
        Whether to list every party rather than those that wait longest.
    """
    scenarios = ", ".join(found.scenarios) or "none"
    lines: Lines = [heading("Qualification party by party", f"{found.plan}; scenarios {scenarios}")]
    lines += shown(tables.dates(found, _SOURCE), page)
    parties = tables.allocation(found, _SOURCE)
    spared = ("title", "size", "role", "to migrate", "finish", "wave", "ready")
    note = f"those that wait longest for a slot first{'' if every else '; --all lists every one'}"
    lines += shown(parties, page, note=note, spared=spared, most=None if every else _MOST)
    loads = tables.loads(found, _SOURCE)
    for key, title, said in (
        ("wanted", "Demand", "parties that want a slot on an average day"),
        ("offered", "Capacity", "slots on an average day"),
        ("used", "Utilisation", "share of the slots in use"),
        ("waiting", "Queue", "parties that are ready and wait, on an average day"),
    ):
        lines += shown(pivot(loads, "month", "body", key, title), page, note=said)
    lines += shown(tables.readiness(found, _SOURCE), page)
    lines += shown(choose(tables.stragglers(found, _SOURCE), ("party", "live", "meter points", "because")), page)
    lines += shown(tables.fairness(found, _SOURCE), page)
    policies = tables.policies(found, _SOURCE)
    milestones = [name for name in found.dates if name != found.milestone]
    lines += shown(policies, page, spared=("title", "at worst", *milestones, "all tested", "small", "medium", "large"))
    for curve in found.curves:
        grid = tables.curve(curve, found, _SOURCE)
        lines += shown(grid, page, spared=(*(column.key or "" for column in grid.columns[1:-4]), "no earlier than"))
    lines += _least(found, page)
    lines += shown(tables.worth(found, _SOURCE), page)
    lines += [heading(""), heading("Notes")]
    for text in found.notes:
        lines += paragraph(f"- {text}", page.width)
    return page.paint(lines)


def _least(found: Qualified, page: Page) -> Lines:
    """Return the fewest slots for the day asked for, or why none would do."""
    if found.target is None:
        return []
    if found.without_limit is not None and found.without_limit > found.target:
        stacked = "".join(f" -s {name}" for name in found.scenarios)
        text = (
            f"No slots can buy it: if no body had a limit, {found.milestone} would still be no earlier than "
            f"{day(found.without_limit)}. What holds it then is readiness, test lengths and boards; "
            f"'optimiser why-not {found.plan}{stacked} -m {found.milestone} --by {found.target}' says which."
        )
        head = heading(f"Least capacity for {found.milestone} by {day(found.target)}")
        return [heading(""), head, *paragraph(text, page.width)]
    asked = f"by {day(found.target)}"
    table = tables.least(found, _SOURCE)
    return [*shown(table, page, note=asked), *paragraph(table.note or "", page.width), *paragraph(_together(found), page.width)]


def _together(found: Qualified) -> str:
    """Return the slots that the bodies need together, with their cost and its proof."""
    joint = found.joint
    if joint is None:
        return "all together: no slots were found to do"
    proof = "proved the least" if joint.cost == joint.at_least else f"nothing that does costs less than {joint.at_least}"
    return f"all together they cost {joint.cost} ({proof}), against {joint.now} now; {joint.stands_on}"
