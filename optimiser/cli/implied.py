"""``implied``: what a published plan takes for granted."""

from __future__ import annotations

from typing import Annotated

from optimiser.cli.options import AskedPlan, Milestones, option
from optimiser.cli.output import ExitCode, progress
from optimiser.cli.verbs import Reply, changes_of, verb

__all__ = ["imply_plan"]


@verb
def imply_plan(
    asked: AskedPlan,
    *,
    match: Annotated[str, option("--match BASELINE", "The published dates that are to hold.")],
    free: Annotated[
        list[str] | None,
        option("--free ASSUMPTION", "What may vary, one or two; searched for where left out. Repeatable."),
    ] = None,
    milestone: Milestones = None,
) -> Reply:
    """Find the values of assumptions at which published dates follow from the plan's logic, and the dates that none explains.

    With -m those dates must hold together; else as many as can.

    Exit codes: 0 all of them hold at some values; 5 some published date is not explained; 2 bad usage or input; 1 our fault.
    """
    with progress() as tell:
        changed = asked.read(tell)
        plan = changed.plan
        tell("values at which the dates hold")
        from optimiser.explain.implication import implied

        answer = implied(plan, match, free=free or (), milestones=milestone or ())
        found = changes_of(changed, milestone or plan.targets)
    from optimiser.evidence.documents import asked_document
    from optimiser.evidence.terminal.published import implied_report

    missing = set(milestone or [date.milestone for date in answer.dates]) - set(answer.explained)
    code = ExitCode.MISSED if missing else ExitCode.DONE
    reply = Reply(lambda: asked_document("implied", plan, answer), lambda page: implied_report(answer, page), code)
    return reply.after(found)
