"""Reports of plans made from tables and planners' files, and of answers put into them."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from models.importing import Differing, FloatsCompared, ImportFinding, ImportReport
from optimiser.evidence.tables.kit import listing
from optimiser.evidence.terminal.framing import bulleted, next_commands
from optimiser.evidence.terminal.page import Lines, Page, heading, paragraph
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import counted, day, listed, month_or_day, worked
from optimiser.wording import some

if TYPE_CHECKING:
    from models.exporting import ExportReport
    from models.initial import StartedPlan
    from models.updating import UpdateChain, UpdateMade

__all__ = ["chain_report", "export_text", "import_report", "init_report", "table_report", "update_report"]


_KINDS = (
    ("activities", "activity", "activities"),
    ("milestones", "milestone", "milestones"),
    ("links", "link", "links"),
    ("dates", "date that holds something", "dates that hold something"),
    ("deadlines", "deadline", "deadlines"),
    ("ranges", "range", "ranges"),
    ("capacities", "capacity", "capacities"),
    ("days_off", "day off, or run of them", "days off, or runs of them"),
)
_MOST_RENAMED = 8


def init_report(report: StartedPlan, page: Page) -> str:
    """Return the report of `init`: content read, its interpretation, content skipped, files written, and the next command."""
    where = f", sheet {report.sheet}" if report.sheet else ""
    lines: Lines = [heading(report.title, f"{report.folder}, from {report.table}{where}")]
    found = [
        f"{report.counts[key]} {one if report.counts[key] == 1 else many}" for key, one, many in _KINDS if report.counts[key]
    ]
    lines += paragraph(
        f"{counted(report.counts['rows'], 'row')} gave {listed(found)}. The plan runs from {day(report.start)} to at most "
        f"{day(report.until)}, and is asked for {listed(report.targets)}.",
        page.width,
    )
    lines += bulleted("How it was read", report.taken, page)
    lines += bulleted("What is not in the plan", report.left_out, page)
    if report.renamed:
        renamed = some([f"{old} is {new}" for old, new in report.renamed.items()], _MOST_RENAMED)
        lines += paragraph(f"Ids that had to be written otherwise: {renamed}.", page.width)
    folder = shlex.quote(report.folder)
    commands = {
        f"optimiser solve {folder}": "the earliest dates, and what they hang on",
        f"optimiser lint {folder}": "what in the plan looks wrong",
        f"optimiser explain {folder} -m {report.targets[-1]}": "what each length and link is worth",
        f"optimiser robust {folder}": "the dates that hold with a probability",
        f"optimiser evidence {folder} -o PACK": "all of it, to show",
    }
    lines += next_commands(commands, page)
    if report.state == "contradiction":
        said = "No schedule meets every rule as the table has them: 'solve' names those that cannot all hold."
        lines += paragraph(said, page.width)
    templates = "Templates for boards, laboratories, deliveries, deadlines and risks stand in"
    where = f"{report.folder}/rules.yaml and {report.folder}/risk/register.yaml"
    return page.paint([*lines, *paragraph(f"{templates} {where}.", page.width)])


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
        from optimiser.evidence.tables.updates import update_changes

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
    from optimiser.evidence.update_sheet import RISKS

    beside = f" On the sheet {RISKS} stands what became of each of {rows['risks']} risks." if rows["risks"] else ""
    said = f"{path}: a row for each of {rows['rows']} activities and milestones, with what is known.{beside} Fill what is new, then:"
    command = f"optimiser update {shlex.quote(plan)} --status DATE --from {shlex.quote(path)} -o FOLDER"
    return page.paint(paragraph(said, page.width, 0)) + f"  {command}\n"


def chain_report(chain: UpdateChain, page: Page, source: str) -> str:
    """Return an update and those before it, and what is wrong with any of them."""
    from optimiser.evidence.tables.updates import update_chain

    lines = shown(update_chain(chain, source), page, note="the newest first", spared=("to do", "begun", "done"))
    for each in chain.links:
        if each.says:
            lines += paragraph(f"{each.path}: {each.says}.", page.width)
    return page.paint(lines)


_FORMS: Final = {
    "xer": "Primavera XER",
    "pmxml": "Primavera XML",
    "mspdi": "Microsoft Project XML",
    "xlsx": "table",
    "mpp": "MPXJ",
}
_SHOWN: Final = 6
"""Ids of a finding that a line names."""

_ROOTS: Final = 10
_SOURCE: Final = "import"


def import_report(report: ImportReport, page: Page, *, written: str | None = None) -> str:
    """Return the report.

    Parameters
    ----------
    written
        The folder that the plan was written to.
    """
    source, told = report.source, report.reproduced
    tool = f"{source.tool} {source.version}".strip()
    lines: Lines = [heading(f"{report.project}: {told.exact + told.same_boundary:,} of {told.dated:,} dates reproduced")]
    lines += paragraph(
        f"{_FORMS.get(source.form, source.form)}, written by {tool}; dates by the rules of "
        f"{'Primavera' if report.dialect == 'p6' else 'Microsoft Project'}. {told.exact:,} exact, {told.same_boundary:,} the same "
        f"boundary of work, {told.different:,} different.",
        page.width,
    )
    if len(report.projects) > 1:
        others = listed([f"{each.id} ({each.activities:,})" for each in report.projects[:_ROOTS]])
        lines += paragraph(f"Projects in the file, with their activities: {others}.", page.width)
    if told.roots:
        lines += _roots(report, page)
    lines += _findings(report, page)
    lines += _floats(report.floats, page)
    lines += _counts(report, page)
    if written:
        lines += paragraph(f"The plan is in {written}: 'optimiser solve {written} -m END' asks for its finish.", page.width)
    return page.paint(lines)


def _roots(report: ImportReport, page: Page) -> Lines:
    """Return the first differences: items without a differing predecessor, with their differing end."""
    told = report.reproduced

    def end(each: Differing) -> str:
        return "finish" if each.finish_minutes else "start"

    table = listing(
        "roots",
        "Where dates begin to differ",
        "title | item:id = id | end:id | stored in the file:id | by the file's logic:id | later by:id"
        " | differ behind it:number = follows",
        told.roots[:_ROOTS],
        said={
            "end": end,
            "stored in the file": lambda each: month_or_day(getattr(each, f"stored_{end(each)}")),
            "by the file's logic": lambda each: month_or_day(getattr(each, end(each))),
            "later by": lambda each: worked(each.finish_minutes or each.start_minutes),
        },
        proof="closed form",
        source=_SOURCE,
    )
    rest = len(told.roots) - _ROOTS + told.more_roots
    more = paragraph(f"{rest:,} more; --json lists them.", page.width) if rest > 0 else []
    return [*shown(table, page, spared=("title",)), *more]


def _findings(report: ImportReport, page: Page) -> Lines:
    """Return everything that a reader of the dates has to know, what moves dates first."""
    if not report.findings:
        return paragraph("Nothing was lost, approximated or assumed.", page.width)
    lines: Lines = [heading(""), heading("What was not taken as it stands")]
    for finding in report.findings:
        lines += paragraph(_finding(finding), page.width)
    return lines


def _named(ids: list[str], more: int) -> str:
    """Return the first of some ids, and how many are not named, in brackets; nothing where there are none."""
    where = ids[:_SHOWN]
    rest = len(ids) - len(where) + more
    return f" ({', '.join(where)}{f' and {rest:,} more' if rest else ''})" if where else ""


def _finding(finding: ImportFinding) -> str:
    named = _named(list(finding.where), finding.more)
    effect = f" It moves the finish by {worked(finding.effect_minutes)}." if finding.effect_minutes else ""
    return f"{finding.severity}: {finding.count:,} × {finding.says}{named}.{effect}"


def _floats(told: FloatsCompared | None, page: Page) -> Lines:
    """Return how many late dates, floats and critical flags are the file's, and why the others are not."""
    if told is None:
        return []
    title, heads = "Late dates and float against the file's own", "of work not done:id = figure | stored:number | same:number"
    table = listing("floats", title, f"{heads} | differ:number = different", told.figures, proof="closed form", source=_SOURCE)
    lines = shown(table, page)
    for reason in told.reasons:
        named = _named(list(reason.where), reason.more)
        follow = f" {reason.follow:,} more follow from these." if reason.follow else ""
        lines += paragraph(f"{reason.count:,} × {reason.says}{named}.{follow}", page.width)
    return lines


def _counts(report: ImportReport, page: Page) -> Lines:
    """Return what was found, translated and told."""
    heads = "kind:id | in the file:number = found | in the plan:number = translated | told of above:number = reported"
    return shown(listing("counts", "What the file holds", heads, report.counts, proof="counted", source=_SOURCE), page)


_MOST = 20
"""Tasks that are named; the rest is a number."""


def export_text(report: ExportReport, page: Page, tool: str) -> str:
    """Return the report of an export: fields written, dates held, and tasks that the planner's tool will move.

    Parameters
    ----------
    report
        The answer.
    page
        How it will be shown.
    tool
        Whose file it is.
    """
    lines = [heading(Path(report.result).name, f"{Path(report.source).name} with the answer in it")]
    if not report.cells:
        equal = ": the two files are equal, byte for byte" if report.source_sha256 == report.result_sha256 else ""
        lines += paragraph(f"Every date of the answer is the file's own{equal}.", page.width)
    else:
        said = f"{counted(report.moved, 'task')} of {report.tasks:,} moved; {counted(report.cells, 'cell')} written, all else as it was."
        lines += paragraph(said, page.width)
    if report.held:
        lines += paragraph(f"Held by a new constraint, start no earlier: {some(report.held, _MOST)}.", page.width)
    if report.unheld:
        said = f"{tool} will move {counted(len(report.unheld), 'task')} when it works its dates out again, and what follows"
        heads = "title | task:id = id | why"
        lines += shown(listing("unheld", said, heads, report.unheld, proof="stated", source="export"), page, most=_MOST)
        if any(each.why == "nothing holds it" for each in report.unheld):
            lines += paragraph("--hold puts a constraint on each that has none.", page.width)
    for note in report.notes:
        lines += paragraph(note, page.width)
    return page.paint(lines)
