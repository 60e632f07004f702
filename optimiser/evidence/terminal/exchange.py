"""Reports of plans made from tables and planners' files, and of answers put into them."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from models.importing import Differing, FloatsCompared, ImportReport
from optimiser.evidence.tables.kit import listing
from optimiser.evidence.terminal.framing import bulleted, next_commands
from optimiser.evidence.terminal.page import Page
from optimiser.evidence.terminal.report import Report
from optimiser.evidence.words import counted, day, listed, month_or_day, worked
from optimiser.wording import some

if TYPE_CHECKING:
    from models.exporting import ExportReport
    from models.initial import StartedPlan
    from models.updating import UpdateChain, UpdateMade

__all__ = ["chain_report", "export_text", "import_report", "init_report", "table_report", "update_report"]

_KINDS: Final = {
    "activities": ("activity", "activities"),
    "milestones": ("milestone", "milestones"),
    "links": ("link", "links"),
    "dates": ("date that holds something", "dates that hold something"),
    "deadlines": ("deadline", "deadlines"),
    "ranges": ("range", "ranges"),
    "capacities": ("capacity", "capacities"),
    "days_off": ("day off, or run of them", "days off, or runs of them"),
}
_FORMS: Final = {
    "xer": "Primavera XER",
    "pmxml": "Primavera XML",
    "mspdi": "Microsoft Project XML",
    "xlsx": "table",
    "mpp": "MPXJ",
}
_MOST_RENAMED, _MOST_CHANGES, _MOST_TASKS, _ROOTS = 8, 60, 20, 10
_SHOWN: Final = 6
"""Ids of a finding that a line names."""


def _headed(page: Page, made: StartedPlan | UpdateMade) -> Report:
    """Return a report that begins with what was made, and of which table."""
    told = Report(page)
    told.head(made.title, f"{made.folder}, from {made.table}{f', sheet {made.sheet}' if made.sheet else ''}")
    return told


def init_report(report: StartedPlan, page: Page) -> str:
    """Return the report of `init`: content read, its interpretation, content skipped, files written, and the next command."""
    told, counts = _headed(page, report), report.counts
    found = [counted(counts[key], *words) for key, words in _KINDS.items() if counts[key]]
    told.say(
        f"{counted(counts['rows'], 'row')} gave {listed(found)}. The plan runs from {day(report.start)} to at most "
        f"{day(report.until)}, and is asked for {listed(report.targets)}."
    )
    bulleted(told, "How it was read", report.taken)
    bulleted(told, "What is not in the plan", report.left_out)
    if report.renamed:
        renamed = some([f"{old} is {new}" for old, new in report.renamed.items()], _MOST_RENAMED)
        told.say(f"Ids that had to be written otherwise: {renamed}.")
    folder = shlex.quote(report.folder)
    commands = {
        f"optimiser solve {folder}": "the earliest dates, and what they hang on",
        f"optimiser lint {folder}": "what in the plan looks wrong",
        f"optimiser explain {folder} -m {report.targets[-1]}": "what each length and link is worth",
        f"optimiser robust {folder}": "the dates that hold with a probability",
        f"optimiser evidence {folder} -o PACK": "all of it, to show",
    }
    next_commands(told, commands)
    if report.state == "contradiction":
        told.say("No schedule meets every rule as the table has them: 'solve' names those that cannot all hold.")
    where = f"{report.folder}/rules.yaml and {report.folder}/risk/register.yaml"
    told.say(f"Templates for boards, laboratories, deliveries, deadlines and risks stand in {where}.")
    return told.text()


def update_report(made: UpdateMade, page: Page, targets: Sequence[str]) -> str:
    """Return the report of an update: facts, news, remarks, and the next command."""
    from optimiser.evidence.tables.updates import update_changes

    told, counts = _headed(page, made), made.counts
    since = f", after {day(made.previous_status)}" if made.previous_status else ", the first update"
    when = day(made.status_date) if isinstance(made.status_date, dt.datetime) else f"the evening of {day(made.status_date)}"
    told.say(
        f"Known by {when}{since}: {counts['done']} done, {counts['begun']} begun, "
        f"{counts['to_do']} to do. The update before is {made.before}."
    )
    if not told.table(update_changes(made), spared=("where", "title"), most=_MOST_CHANGES):
        same = made.previous_status is not None and made.previous_status == made.status_date
        told.say("Nothing is new." if same else "Nothing is new but the status date.")
    said = [(f"{each.says} ({each.where})" if each.where else each.says) for each in made.remarks]
    bulleted(told, f"Look at: {counted(len(said), 'remark')}", said)
    bulleted(told, "How it was read", made.taken)
    bulleted(told, "What is not in the update", made.left_out)
    before, folder = shlex.quote(made.before), shlex.quote(made.folder)
    commands = {
        f"optimiser solve {folder}": "the forecast",
        f"optimiser compare {before} {folder}": "what moved, and why",
        f"optimiser explain {folder} -m {targets[-1] if targets else 'MILESTONE'}": "what it hangs on from here",
        f"optimiser evidence {folder} -o PACK": "all of it, to show",
    }
    next_commands(told, commands)
    return told.text()


def table_report(plan: str, path: str, rows: Mapping[str, int], page: Page) -> str:
    """Return the contents of a table to fill, and the command for afterwards."""
    from optimiser.evidence.update_sheet import RISKS

    told = Report(page)
    beside = f" On the sheet {RISKS} stands what became of each of {rows['risks']} risks." if rows["risks"] else ""
    told.say(
        f"{path}: a row for each of {rows['rows']} activities and milestones, with what is known.{beside} Fill what is new, then:",
        indent=0,
    )
    command = f"optimiser update {shlex.quote(plan)} --status DATE --from {shlex.quote(path)} -o FOLDER"
    return f"{told.text()}  {command}\n"


def chain_report(chain: UpdateChain, page: Page, source: str) -> str:
    """Return an update and those before it, and what is wrong with any of them."""
    from optimiser.evidence.tables.updates import update_chain

    told = Report(page)
    told.table(update_chain(chain, source), note="the newest first", spared=("to do", "begun", "done"))
    told.say(*(f"{each.path}: {each.says}." for each in chain.links if each.says))
    return told.text()


def import_report(report: ImportReport, page: Page, *, written: str | None = None) -> str:
    """Return the report: reproduced dates first, then losses, assumptions and unknowns, then counts.

    Parameters
    ----------
    written
        The folder that the plan was written to.
    """
    told, source, found = Report(page), report.source, report.reproduced
    tool = f"{source.tool} {source.version}".strip()
    told.head(f"{report.project}: {found.exact + found.same_boundary:,} of {found.dated:,} dates reproduced")
    told.say(
        f"{_FORMS.get(source.form, source.form)}, written by {tool}; dates by the rules of "
        f"{'Primavera' if report.dialect == 'p6' else 'Microsoft Project'}. {found.exact:,} exact, {found.same_boundary:,} the same "
        f"boundary of work, {found.different:,} different."
    )
    if len(report.projects) > 1:
        others = listed([f"{each.id} ({each.activities:,})" for each in report.projects[:_ROOTS]])
        told.say(f"Projects in the file, with their activities: {others}.")
    _roots(told, report)
    if report.findings:
        told.head("What was not taken as it stands")
    else:
        told.say("Nothing was lost, approximated or assumed.")
    for finding in report.findings:
        effect = f" It moves the finish by {worked(finding.effect_minutes)}." if finding.effect_minutes else ""
        named = _named(finding.where, finding.more)
        told.say(f"{finding.severity}: {finding.count:,} × {finding.says}{named}.{effect}")
    _floats(told, report.floats)
    heads = "kind:id | in the file:number = found | in the plan:number = translated | told of above:number = reported"
    told.table(listing("counts", "What the file holds", heads, report.counts, proof="counted", source="import"))
    if written:
        told.say(f"The plan is in {written}: 'optimiser solve {written} -m END' asks for its finish.")
    return told.text()


def _roots(told: Report, report: ImportReport) -> None:
    """Write the first differences: items without a differing predecessor, with their differing end."""
    found = report.reproduced

    def end(each: Differing) -> str:
        return "finish" if each.finish_minutes else "start"

    table = listing(
        "roots",
        "Where dates begin to differ",
        "title | item:id = id | end:id | stored in the file:id | by the file's logic:id | later by:id"
        " | differ behind it:number = follows",
        found.roots[:_ROOTS],
        said={
            "end": end,
            "stored in the file": lambda each: month_or_day(getattr(each, f"stored_{end(each)}")),
            "by the file's logic": lambda each: month_or_day(getattr(each, end(each))),
            "later by": lambda each: worked(each.finish_minutes or each.start_minutes),
        },
        proof="closed form",
        source="import",
    )
    rest = len(found.roots) - _ROOTS + found.more_roots
    if told.table(table, spared=("title",)) and rest > 0:
        told.say(f"{rest:,} more; --json lists them.")


def _named(ids: Sequence[str], more: int) -> str:
    """Return the first of some ids, and how many are not named, in brackets; nothing where there are none."""
    where = ids[:_SHOWN]
    rest = len(ids) - len(where) + more
    return f" ({', '.join(where)}{f' and {rest:,} more' if rest else ''})" if where else ""


def _floats(told: Report, found: FloatsCompared | None) -> None:
    """Write how many late dates, floats and critical flags are the file's, and why the others are not."""
    if found is None:
        return
    title, heads = "Late dates and float against the file's own", "of work not done:id = figure | stored:number | same:number"
    told.table(listing("floats", title, f"{heads} | differ:number = different", found.figures, "closed form", "import"))
    for reason in found.reasons:
        follow = f" {reason.follow:,} more follow from these." if reason.follow else ""
        told.say(f"{reason.count:,} × {reason.says}{_named(reason.where, reason.more)}.{follow}")


def export_text(report: ExportReport, page: Page, tool: str) -> str:
    """Return the report of an export: fields written, dates held, and tasks that the planner's tool will move."""
    told = Report(page)
    told.head(Path(report.result).name, f"{Path(report.source).name} with the answer in it")
    if report.cells:
        moved = f"{counted(report.moved, 'task')} of {report.tasks:,} moved"
        told.say(f"{moved}; {counted(report.cells, 'cell')} written, all else as it was.")
    else:
        equal = ": the two files are equal, byte for byte" if report.source_sha256 == report.result_sha256 else ""
        told.say(f"Every date of the answer is the file's own{equal}.")
    if report.held:
        told.say(f"Held by a new constraint, start no earlier: {some(report.held, _MOST_TASKS)}.")
    said = f"{tool} will move {counted(len(report.unheld), 'task')} when it works its dates out again, and what follows"
    told.table(listing("unheld", said, "title | task:id = id | why", report.unheld, "stated", "export"), most=_MOST_TASKS)
    if any(each.why == "nothing holds it" for each in report.unheld):
        told.say("--hold puts a constraint on each that has none.")
    told.say(*report.notes)
    return told.text()
