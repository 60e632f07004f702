"""``migrate``: the pace of migration that dates take for granted."""

from __future__ import annotations

from typing import Annotated

import typer

from optimiser.cli.changes import after_changes, changes_of
from optimiser.cli.options import AsJson, AskedPlan, of_plan, read_day
from optimiser.cli.output import ExitCode, page, print_json, print_text, progress

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("migrate", no_args_is_help=True)(migrate_plan)


@of_plan
def migrate_plan(
    plan: AskedPlan,
    *,
    starts: Annotated[
        str, typer.Option("--from", metavar="M11,M12", help="Milestones at which migration starts, segment by segment.")
    ] = "M11,M12",
    ready: Annotated[
        str, typer.Option("--ready", metavar="M14", help="The milestone by which every supplier is ready.")
    ] = "M14",
    end: Annotated[str, typer.Option("--until", metavar="M15", help="The milestone at which all is migrated.")] = "M15",
    meter_points: Annotated[
        int, typer.Option("--meter-points", min=1, max=10**9, help="A total for scale, synthetic; no date depends on it.")
    ] = 30_000_000,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="DATE", help="Find the least daily limit with which all is migrated by then."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Show the break-evens of the published plans too, and every step of a curve.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Show which pace of migration the dates take for granted, and how late the last meter points may be.

    Of the plan and of each published timetable: the average share of all meter points a working day by each calendar, its
    peak where the rate rises first, and the break-even of late parties. No number is used that the plan does not hold.

    Where a rule of kind migration is on: which shares and moratoria decide, who is ready in time and who is not, how much has
    moved by the end of each month, the least daily limit for other dates, and the end by the limit, by what is ready first and
    by how late the last are.

    Exit codes: 0 done and proven; 2 bad usage or input; 3 proven infeasible; 4 a date is not proved; 5 the date asked for is
    missed; 1 our fault.
    """
    target = read_day(by, "--by") if by else None
    names = tuple(dict.fromkeys(name.strip() for name in starts.split(",")))
    with progress() as tell:
        changed = plan.read()
        from optimiser.migration import migrate

        found = migrate(changed.plan, starts=names, ready=ready, end=end, meter_points=meter_points, by=target, progress=tell)
        changes = changes_of(changed, [end])
    if as_json:
        from optimiser.evidence.documents import document, with_changes

        print_json(with_changes(document("migrate", found), changes))
    else:
        from optimiser.evidence.terminal.migration import migration_report

        print_text(after_changes(changes, migration_report(found, page(), every=every)))
    if target is not None and found.windows[0].end.latest > target:
        return ExitCode.MISSED
    proof = found.windows[0].proof or {}
    return ExitCode.UNDECIDED if "gap" in proof.values() else ExitCode.DONE
