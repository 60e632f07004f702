"""``attribute``: where a divergence from published dates comes from."""

from __future__ import annotations

from typing import Annotated

import typer

from optimiser.cli.changes import after_changes, changes_of
from optimiser.cli.options import AsJson, AskedPlan, Milestones, Seed, of_plan, read_milestones, read_plan
from optimiser.cli.output import page, print_json, print_text, progress

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("attribute", no_args_is_help=True)(attribute_plan)


@of_plan
def attribute_plan(
    plan: AskedPlan,
    *,
    from_baseline: Annotated[
        str, typer.Option("--from", metavar="BASELINE", help="The published dates that the divergence is measured from.")
    ],
    to_baseline: Annotated[
        str | None, typer.Option("--to", metavar="BASELINE", help="Those it is measured to; every other where left out.")
    ] = None,
    against: Annotated[
        list[str] | None,
        typer.Option(
            "--against",
            metavar="SCENARIO",
            help="Compare with the network of a scenario, or of 'base', the plan without any; repeatable.",
        ),
    ] = None,
    milestone: Milestones = None,
    as_json: AsJson = False,
    seed: Seed = 0,
) -> int:
    """Account for a divergence: the ledger of gaps between published dates, then two networks by every method.

    Exit codes: 0 done; 2 bad usage or input; 1 our fault.
    """
    asked = read_milestones(milestone)
    with progress() as tell:
        if tell:
            tell("reading the plan")
        changed = plan.read()
        loaded = changed.plan
        others = [(name, read_plan(plan.name, None if name == "base" else [name], None, None, None)) for name in against or ()]
        if tell:
            tell("gaps and groups of changes")
        from optimiser.explain.attribution import attribute

        answer = attribute(loaded, from_baseline, to_baseline=to_baseline, against=others, milestones=asked or (), seed=seed)
        found = changes_of(changed, asked or loaded.targets)
    if as_json:
        from optimiser.evidence.documents import attribute_document, with_changes

        print_json(with_changes(attribute_document(loaded, answer), found))
    else:
        from optimiser.evidence.terminal.published import attribution_report

        print_text(after_changes(found, attribution_report(answer, page())))
    return 0
