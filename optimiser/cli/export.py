"""``export``: an answer into the planner's own file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from optimiser.cli.files import OutputFile
from optimiser.cli.options import Force, Project, argument, option
from optimiser.cli.output import ExitCode
from optimiser.cli.verbs import Reply, verb
from optimiser.errors import InputError, Located, StoredResultError

__all__ = ["export_outcome"]


@verb
def export_outcome(
    outcome: Annotated[Path, argument("OUTCOME", "A document that 'solve FILE -o OUTCOME' wrote.")],
    *,
    into: Annotated[Path, option("--into FILE", "The planner's file that was solved: .xer, .xml or .mpp. It stays.")],
    output: Annotated[Path, option("-o --output NEW", "The file to write: .xer of an .xer, else .xml.")],
    hold: Annotated[
        bool, option("--hold", "Hold with a constraint what the tool would start earlier, where the place is free.")
    ] = False,
    fields: Annotated[
        bool, option("--fields", "Add proof, float to each date, and what it drives, as fields of the tasks.")
    ] = False,
    project: Project = None,
    force: Force = False,
) -> Reply:
    """Put the dates of an answer into the planner's own file: only cells of dates and floats differ, all else stays.

    Exit codes: 0 written; 5 written, and with --hold something could not be held; 2 bad usage or input; 1 our fault.
    """
    ending = into.suffix.lower() if into.suffix.lower() in (".xer", ".pmxml") else ".xml"
    target = OutputFile(output, [ending], force=force)
    if _same_file(into, output):
        raise InputError([Located("is the source, which is never written onto; maybe give another name", file=str(output))])
    from models.outcome import Solved
    from optimiser.evidence.documents import dumped
    from optimiser.evidence.terminal.export import export_text
    from optimiser.explain.stored import outcome_of, read
    from optimiser.writing.export import export

    document, where = read(outcome)
    try:
        solved = outcome_of(document, where)
    except StoredResultError as error:
        raise InputError([Located(f"{error}; maybe write it again with 'optimiser solve FILE -o OUTCOME'")]) from None
    if not isinstance(solved, Solved):
        raise InputError([Located(f"holds no schedule (it is {solved.status}), expected one to write", file=str(outcome))])
    answer = export(solved, into, str(output), project=project, hold=hold, fields=fields)
    target.write(answer.content)
    code = ExitCode.MISSED if hold and answer.report.unheld else ExitCode.DONE
    return Reply(lambda: dumped(answer.report), lambda page: export_text(answer.report, page, answer.tool), code)


def _same_file(one: Path, other: Path) -> bool:
    """Say whether two names lead to one file."""
    try:
        return os.path.realpath(one) == os.path.realpath(other) or one.samefile(other)
    except OSError:
        return False
