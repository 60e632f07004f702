"""``explain``: what holds each milestone at its date."""

from __future__ import annotations

from typing import Annotated

from optimiser.cli.options import AskedPlan, Milestones, Solver, option
from optimiser.cli.output import ExitCode, progress
from optimiser.cli.verbs import Reply, changes_of, verb

__all__ = ["explain_plan"]


@verb
def explain_plan(
    asked: AskedPlan,
    solver: Solver,
    *,
    milestone: Milestones = None,
    by_readings: Annotated[
        bool, option("--readings", "Which answers to the open questions give which dates, instead.")
    ] = False,
    function: Annotated[
        list[str] | None,
        option("--function ASSUMPTION", "Each milestone as a function of an assumption, instead; twice, of two."),
    ] = None,
    reach: Annotated[int | None, option("--reach UNITS", "How far either way --function goes.", min=1)] = None,
    near: Annotated[int, option("--near DAYS", "Chains within so many working days are near-critical.", min=0)] = 20,
    every: Annotated[bool, option("--all", "List every rule and item, and not only the nearest.")] = False,
) -> Reply:
    """Say of every rule and duration what it is worth to each milestone, and how far it is from binding.

    drop is the working days gained without it, unit by one unit less, range how far relaxing it goes on gaining.

    Exit codes: 0 done; 2 bad usage or input; 3 no schedule meets the plan; 4 undecided within the limit; 1 our fault.
    """
    with progress() as tell:
        changed = asked.read(tell)
        plan = changed.plan
        from optimiser.solve.asked import asked_for

        names = asked_for(plan, milestone)
        reports, regions, functions, ranges = [], None, [], {}
        if by_readings:
            from optimiser.explain.regions import decision_regions

            tell("readings")
            regions = decision_regions(plan, names)
        if function:
            from optimiser.explain.regions import piecewise

            functions = [each for name in names for each in piecewise(plan, name, function, reach=reach)]
        if not (by_readings or function):
            from optimiser.encoding.answer import Limits
            from optimiser.explain.binding import explain_with
            from optimiser.explain.oracle import Oracle

            oracle = Oracle(plan, Limits(**solver.limits()))
            for name in names:
                tell(f"{name}: what binds")
                reports.append(explain_with(oracle, name, near=near))
                ranges[name] = oracle.base(name)
        found = changes_of(changed, names, ranges, solver.left())
    from optimiser.evidence.documents import explain_document
    from optimiser.evidence.terminal.explanation import explain_report

    code = ExitCode.UNDECIDED if any(report.bound != report.date for report in reports) else ExitCode.DONE
    reply = Reply(
        lambda: explain_document(plan, reports, regions, functions),
        lambda page: explain_report(reports, regions, functions, page, every=every),
        code,
    )
    return reply.after(found)
