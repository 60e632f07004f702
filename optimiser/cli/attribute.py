"""``attribute``: where a divergence from published dates comes from."""

from __future__ import annotations

from typing import Annotated

from optimiser.cli.options import AskedPlan, Milestones, option
from optimiser.cli.output import progress
from optimiser.cli.verbs import Reply, changes_of, verb

__all__ = ["attribute_plan"]


@verb
def attribute_plan(
    asked: AskedPlan,
    *,
    from_baseline: Annotated[str, option("--from BASELINE", "The published dates that the divergence is measured from.")],
    to_baseline: Annotated[str | None, option("--to BASELINE", "Those it is measured to; every other where left out.")] = None,
    against: Annotated[
        list[str] | None,
        option(
            "--against SCENARIO",
            "Compare with the network of a scenario, or of 'base', the plan without any; repeatable.",
        ),
    ] = None,
    milestone: Milestones = None,
    seed: Annotated[int, option("--seed", "Of the solver; recorded.", min=0, max=2**31 - 1)] = 0,
) -> Reply:
    """Account for a divergence: the ledger of gaps between published dates, then two networks by every method.

    Exit codes: 0 done; 2 bad usage or input; 1 our fault.
    """
    with progress() as tell:
        changed = asked.read(tell)
        plan = changed.plan
        named = [(name, [] if name == "base" else [name]) for name in against or ()]
        others = [(name, AskedPlan(plan=asked.plan, scenario=stacked).read().plan) for name, stacked in named]
        tell("gaps and groups of changes")
        from optimiser.explain.attribution import attribute

        answer = attribute(plan, from_baseline, to_baseline=to_baseline, against=others, milestones=milestone or (), seed=seed)
        found = changes_of(changed, milestone or plan.targets)
    from optimiser.evidence.documents import attribute_document
    from optimiser.evidence.terminal.published import attribution_report

    return Reply(lambda: attribute_document(plan, answer), lambda page: attribution_report(answer, page)).after(found)
