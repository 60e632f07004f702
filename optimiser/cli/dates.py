"""``solve``: earliest dates."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from optimiser.cli.files import OutputFile
from optimiser.cli.options import AskedPlan, Force, Milestones, Solver, option
from optimiser.cli.output import ExitCode, progress
from optimiser.cli.verbs import Reply, changes_of, verb
from optimiser.errors import InputError, Located

if TYPE_CHECKING:
    from models.changes import WhatIf
    from models.outcome import Outcome
    from models.plan import Plan
    from optimiser.evidence.terminal.page import Page
    from optimiser.reading.load import LoadedPlan

__all__ = ["solve_plan"]


@verb
def solve_plan(
    asked: AskedPlan,
    solver: Solver,
    *,
    milestone: Milestones = None,
    output: Annotated[
        Path | None,
        option("-o --output FILE.json", "Also write the JSON document to a file, for 'verify' and 'compare'."),
    ] = None,
    force: Force = False,
    gantt: Annotated[bool, option("--gantt/--no-gantt", "Draw the schedule.")] = True,
    rows: Annotated[
        Literal["driving", "main", "all"],
        option("--rows", "What to draw: driving items, those and all milestones (main), or all."),
    ] = "main",
    all_rows: Annotated[bool, option("--all-rows", "The same as --rows all.")] = False,
    reschedule: Annotated[
        bool,
        option("--reschedule", "Of a file of Microsoft Project: move what has not begun by the status date behind it."),
    ] = False,
) -> Reply:
    """Find the earliest date of each milestone, prove it, and say what it stands on.

    Exit codes: 0 done and proven; 1 our fault; 2 bad usage or input; 3 proven infeasible; 4 undecided within the limit.
    """
    if reschedule and output:
        message = "an answer with --reschedule is not that of the file; import it with --reschedule, and solve the folder"
        raise InputError([Located(message, path="-o")])
    target = OutputFile(output, (".json", ""), force=force) if output else None
    with progress() as tell:
        changed = asked.read(tell)
        from optimiser.solve import earliest

        changed = _behind_status(changed) if reschedule else changed
        plan = changed.plan
        outcome = earliest(plan, milestone, **solver.limits(), progress=tell)
        found = _changes(changed, outcome, milestone, solver)
    from optimiser.evidence.documents import print_document, solve_document
    from optimiser.solve.fingerprint import plan_sha256

    def report(page: Page) -> str:
        from optimiser.evidence.terminal.outcome import outcome_report  # a document is not to wait for what draws

        return outcome_report(outcome, plan, page, rows=("all" if all_rows else rows) if gantt else None)

    reply = Reply(
        lambda: solve_document(outcome, plan, milestone, plan_sha256(changed.written)),
        report,
        _exit_code(outcome),
    ).after(found)
    return replace(reply, then=lambda: target.write(print_document(reply.document()))) if target else reply


def _changes(changed: LoadedPlan, outcome: Outcome, milestones: list[str] | None, solver: Solver) -> WhatIf | None:
    """Return the changes, with the dates found."""
    if changed.plan is changed.before:
        return None
    from optimiser.solve import asked_for
    from optimiser.whatif import ranges_of

    return changes_of(changed, asked_for(changed.plan, milestones), ranges_of(outcome, changed.plan), solver.left())


def _behind_status(changed: LoadedPlan) -> LoadedPlan:
    """Return the plan with all unfinished work moved to the status date."""
    from optimiser.solve.placement import complete
    from optimiser.solve.problem import Problem
    from optimiser.solve.reschedule import rescheduled

    def moved(plan: Plan) -> Plan:
        problem = Problem.of(plan)
        return rescheduled(plan, problem.clock, complete(problem.network, problem.earliest.values))

    same = changed.before is changed.plan
    plan = moved(changed.plan)
    return replace(changed, plan=plan, before=plan if same else moved(changed.before))


def _exit_code(outcome: Outcome) -> ExitCode:
    """Return what the shell is told of an answer; a date without its proof is undecided."""
    if outcome.status == "infeasible":
        return ExitCode.INFEASIBLE
    if outcome.status == "undecided" or "gap" in outcome.proof.values():
        return ExitCode.UNDECIDED
    return ExitCode.DONE
