"""``solve``: earliest dates."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optimiser.cli.changes import after_changes, changes_of
from optimiser.cli.files import OutputFile
from optimiser.cli.options import AsJson, AskedPlan, Milestones, Seed, TimeLimit, Workers, of_plan, read_milestones
from optimiser.cli.output import ExitCode, page, print_json, print_text, progress
from optimiser.errors import InputError, Located

if TYPE_CHECKING:
    from models.changes import WhatIf
    from models.outcome import Outcome
    from models.plan import Plan
    from optimiser.reading.load import LoadedPlan

__all__ = ["exit_code", "solve_plan"]


class RowChoice(StrEnum):
    """Which items the schedule draws."""

    DRIVING = "driving"
    MAIN = "main"
    ALL = "all"


@of_plan
def solve_plan(
    plan: AskedPlan,
    *,
    milestone: Milestones = None,
    as_json: AsJson = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE.json", help="Also write the JSON document to a file, for 'verify' and 'compare'."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Let -o replace a file that is there.")] = False,
    gantt: Annotated[bool, typer.Option(help="Draw the schedule.")] = True,
    rows: Annotated[
        RowChoice, typer.Option("--rows", help="What to draw: driving items, those and all milestones (main), or all.")
    ] = RowChoice.MAIN,
    all_rows: Annotated[bool, typer.Option("--all-rows", help="The same as --rows all.")] = False,
    reschedule: Annotated[
        bool,
        typer.Option(
            "--reschedule", help="Of a file of Microsoft Project: move what has not begun by the status date behind it."
        ),
    ] = False,
    seed: Seed = 0,
    workers: Workers = 1,
    time_limit: TimeLimit = None,
) -> int:
    """Find the earliest date of each milestone, prove it, and say what it stands on.

    Exit codes: 0 done and proven; 1 our fault; 2 bad usage or input; 3 proven infeasible; 4 undecided within the limit.
    """
    if reschedule and output:
        message = "an answer with --reschedule is not that of the file; import it with --reschedule, and solve the folder"
        raise InputError([Located(message, path="-o")])
    target = OutputFile(output, (".json", ""), force=force) if output else None
    asked = read_milestones(milestone)
    with progress() as tell:
        if tell:
            tell("reading the plan")
        changed = plan.read()
        loaded = changed.plan
        from optimiser.solve import earliest

        if reschedule:
            changed = _behind_status(changed)
            loaded = changed.plan
        outcome = earliest(loaded, asked, seed=seed, workers=workers, time_limit=time_limit, progress=tell)
        found = _changes(changed, outcome, asked, {"seed": seed, "workers": workers, "time_limit": time_limit})
    if as_json or target:
        from optimiser.evidence.documents import print_document, solve_document, with_changes
        from optimiser.solve.fingerprint import plan_sha256

        document = with_changes(solve_document(outcome, loaded, asked, plan_sha256(changed.written)), found)
    if as_json:
        print_json(document)
    else:
        from optimiser.evidence.terminal.outcome import outcome_report

        drawn = RowChoice.ALL if all_rows else rows
        print_text(after_changes(found, outcome_report(outcome, loaded, page(), gantt=gantt, rows=drawn.value)))
    if target:
        target.write(print_document(document))
    return exit_code(outcome)


def _changes(changed: LoadedPlan, outcome: Outcome, asked: tuple[str, ...] | None, limits: Mapping[str, Any]) -> WhatIf | None:
    """Return what was changed, with the dates that were found."""
    if changed.plan is changed.before:
        return None
    from optimiser.solve import asked_for
    from optimiser.whatif import ranges_of

    return changes_of(changed, asked_for(changed.plan, asked), ranges_of(outcome, changed.plan), limits)


def _behind_status(changed: LoadedPlan) -> LoadedPlan:
    """Return what was read with nothing left before the status date that is not done."""
    from dataclasses import replace

    from optimiser.solve.placement import complete
    from optimiser.solve.problem import Problem
    from optimiser.solve.reschedule import rescheduled

    def moved(plan: Plan) -> Plan:
        problem = Problem.of(plan)
        return rescheduled(plan, problem.clock, complete(problem.network, problem.earliest.values))

    same = changed.before is changed.plan
    plan = moved(changed.plan)
    return replace(changed, plan=plan, before=plan if same else moved(changed.before))


def exit_code(outcome: Outcome) -> ExitCode:
    """Return what the shell is told of an answer; a date without its proof is undecided."""
    if outcome.status == "infeasible":
        return ExitCode.INFEASIBLE
    if outcome.status == "undecided" or "gap" in outcome.proof.values():
        return ExitCode.UNDECIDED
    return ExitCode.DONE
