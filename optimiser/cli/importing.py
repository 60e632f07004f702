"""``import``: what became of a planner's file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from optimiser.cli.files import OutputFolder
from optimiser.cli.options import Project, argument, option
from optimiser.cli.output import ExitCode
from optimiser.cli.verbs import Reply, verb

__all__ = ["import_plan"]


@verb
def import_plan(
    file: Annotated[Path, argument("FILE", "A planner's file: .xer, .xml of Microsoft Project or Primavera, .mpp.")],
    *,
    folder: Annotated[Path | None, option("-o --output FOLDER", "Write the plan as a folder of YAML.")] = None,
    project: Project = None,
    hold: Annotated[
        bool, option("--hold", "Hold items that would start earlier than the file has them, by a fitted floor each.")
    ] = False,
    reschedule: Annotated[
        bool, option("--reschedule", "Of Microsoft Project: move what has not begun by the status date behind it in the plan.")
    ] = False,
) -> Reply:
    """Read a planner's own file: which of its dates come out again, and what of it was not understood.

    The plan counts minutes and keeps the file's ids, links, calendars, constraints and progress, each citing its row. Its dates
    are worked out by the rules of the tool that wrote it and compared with those that the file stores. Nothing is dropped without
    a word: what moves dates and is not modelled is 'lost', where the file is silent it is 'assumed', a stored date that the file's
    own logic does not give is 'stale'. Every verb takes the file itself where it takes a plan.

    Exit codes: 0 every date is reproduced; 5 some are not; 2 bad usage or input; 1 our fault.
    """
    output = OutputFolder(folder) if folder else None
    from optimiser.importing import plan_files, understand

    found = understand(file, project, hold=hold, reschedule=reschedule)
    if output:
        output.write(plan_files(found.content))
    from optimiser.evidence.documents import dumped
    from optimiser.evidence.terminal.importing import import_report

    missed = found.report.reproduced.different or found.schedule is None
    return Reply(
        lambda: dumped(found.report),
        lambda page: import_report(found.report, page, written=str(folder) if folder else None),
        ExitCode.MISSED if missed else ExitCode.DONE,
    )
