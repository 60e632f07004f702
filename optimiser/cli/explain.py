"""``explain``: what holds each milestone at its date."""

from __future__ import annotations

from typing import Annotated

import typer

from optimiser.cli.changes import after_changes, changes_of
from optimiser.cli.options import AsJson, AskedPlan, Milestones, Seed, TimeLimit, Workers, of_plan, read_milestones
from optimiser.cli.output import ExitCode, page, print_json, print_text, progress

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("explain", no_args_is_help=True)(explain_plan)


@of_plan
def explain_plan(
    plan: AskedPlan,
    *,
    milestone: Milestones = None,
    by_readings: Annotated[
        bool, typer.Option("--readings", help="Which answers to the open questions give which dates, instead.")
    ] = False,
    function: Annotated[
        list[str] | None,
        typer.Option(
            "--function", metavar="ASSUMPTION", help="Each milestone as a function of an assumption, instead; twice, of two."
        ),
    ] = None,
    reach: Annotated[
        int | None, typer.Option("--reach", min=1, metavar="UNITS", help="How far either way --function goes.")
    ] = None,
    near: Annotated[
        int, typer.Option(min=0, metavar="DAYS", help="Chains within so many working days are near-critical.")
    ] = 20,
    every: Annotated[bool, typer.Option("--all", help="List every rule and item, and not only the nearest.")] = False,
    as_json: AsJson = False,
    seed: Seed = 0,
    workers: Workers = 1,
    time_limit: TimeLimit = None,
) -> int:
    """Say of every rule and duration what it is worth to each milestone, and how far it is from binding.

    drop is the working days gained without it, unit by one unit less, range how far relaxing it goes on gaining.

    Exit codes: 0 done; 2 bad usage or input; 3 no schedule meets the plan; 4 undecided within the limit; 1 our fault.
    """
    asked = read_milestones(milestone)
    with progress() as shown:
        tell = shown or (lambda _: None)
        tell("reading the plan")
        changed = plan.read()
        loaded = changed.plan
        from optimiser.solve.asked import asked_for

        names = asked_for(loaded, asked)
        reports, regions, functions = [], None, []
        ranges = {}
        if by_readings:
            from optimiser.explain.regions import decision_regions

            tell("readings")
            regions = decision_regions(loaded, names)
        if function:
            from optimiser.explain.regions import piecewise

            functions = [each for name in names for each in piecewise(loaded, name, function, reach=reach)]
        if not (by_readings or function):
            from optimiser.encoding.answer import Limits
            from optimiser.explain.binding import explain_with
            from optimiser.explain.oracle import Oracle

            oracle = Oracle(loaded, Limits(seed=seed, workers=workers, time_limit=time_limit))
            for name in names:
                tell(f"{name}: what binds")
                reports.append(explain_with(oracle, name, near=near))
                ranges[name] = oracle.base(name)
        found = changes_of(changed, names, ranges, {"seed": seed, "workers": workers, "time_limit": time_limit})
    if as_json:
        from optimiser.evidence.documents import explain_document, with_changes

        print_json(with_changes(explain_document(loaded, reports, regions, functions), found))
    else:
        from optimiser.evidence.terminal.explanation import explanation_report, functions_report, regions_report

        texts = [explanation_report(report, page(), every=every) for report in reports]
        texts += [regions_report(regions, page())] if regions else []
        texts += [functions_report(functions, page())] if functions else []
        print_text(after_changes(found, "\n".join(texts)))
    return ExitCode.UNDECIDED if any(report.bound != report.date for report in reports) else ExitCode.DONE
