"""The next update of a plan, as a page for people."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Mapping, Sequence

from models.updating import UpdateChain, UpdateMade
from optimiser.evidence.tables.updates import update_chain, update_changes
from optimiser.evidence.terminal.framing import bulleted, next_commands
from optimiser.evidence.terminal.page import Lines, Page, heading, paragraph
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.update_sheet import RISKS
from optimiser.evidence.words import counted, day

__all__ = ["chain_report", "table_report", "update_report"]

_MOST_CHANGES = 60


def update_report(made: UpdateMade, page: Page, targets: Sequence[str]) -> str:
    """Return the report of an update: facts, news, remarks, and the next command."""
    where = f", sheet {made.sheet}" if made.sheet else ""
    lines: Lines = [heading(made.title, f"{made.folder}, from {made.table}{where}")]
    counts = made.counts
    since = f", after {day(made.previous_status)}" if made.previous_status else ", the first update"
    when = day(made.status_date) if isinstance(made.status_date, dt.datetime) else f"the evening of {day(made.status_date)}"
    lines += paragraph(
        f"Known by {when}{since}: {counts['done']} done, {counts['begun']} begun, "
        f"{counts['to_do']} to do. The update before is {made.before}.",
        page.width,
    )
    if made.changes:
        lines += shown(update_changes(made), page, spared=("where", "title"), most=_MOST_CHANGES)
    else:
        same = made.previous_status is not None and made.previous_status == made.status_date
        lines += paragraph("Nothing is new." if same else "Nothing is new but the status date.", page.width)
    said = [(f"{each.says} ({each.where})" if each.where else each.says) for each in made.remarks]
    lines += bulleted(f"Look at: {counted(len(said), 'remark')}", said, page)
    lines += bulleted("How it was read", made.taken, page)
    lines += bulleted("What is not in the update", made.left_out, page)
    before, folder = shlex.quote(made.before), shlex.quote(made.folder)
    commands = {
        f"optimiser solve {folder}": "the forecast",
        f"optimiser compare {before} {folder}": "what moved, and why",
        f"optimiser explain {folder} -m {targets[-1] if targets else 'MILESTONE'}": "what it hangs on from here",
        f"optimiser evidence {folder} -o PACK": "all of it, to show",
    }
    return page.paint([*lines, *next_commands(commands, page)])


def table_report(plan: str, path: str, rows: Mapping[str, int], page: Page) -> str:
    """Return the contents of a table to fill, and the command for afterwards."""
    beside = f" On the sheet {RISKS} stands what became of each of {rows['risks']} risks." if rows["risks"] else ""
    said = f"{path}: a row for each of {rows['rows']} activities and milestones, with what is known.{beside} Fill what is new, then:"
    command = f"optimiser update {shlex.quote(plan)} --status DATE --from {shlex.quote(path)} -o FOLDER"
    return page.paint(paragraph(said, page.width, 0)) + f"  {command}\n"


def chain_report(chain: UpdateChain, page: Page, source: str) -> str:
    """Return an update and those before it, and what is wrong with any of them."""
    lines = shown(update_chain(chain, source), page, note="the newest first", spared=("to do", "begun", "done"))
    for each in chain.links:
        if each.says:
            lines += paragraph(f"{each.path}: {each.says}.", page.width)
    return page.paint(lines)
