"""``migrate``: the pace of migration that dates take for granted."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from optimiser.cli.options import AskedPlan, day, option
from optimiser.cli.output import ExitCode, progress
from optimiser.cli.verbs import Reply, changes_of, verb

__all__ = ["migrate_plan"]


@verb
def migrate_plan(
    asked: AskedPlan,
    *,
    starts: Annotated[str, option("--from M11,M12", "Milestones at which migration starts, segment by segment.")] = "M11,M12",
    ready: Annotated[str, option("--ready M14", "The milestone by which every supplier is ready.")] = "M14",
    end: Annotated[str, option("--until M15", "The milestone at which all is migrated.")] = "M15",
    meter_points: Annotated[
        int, option("--meter-points", "A total for scale, synthetic; no date depends on it.", min=1, max=10**9)
    ] = 30_000_000,
    by: Annotated[dt.date | None, day("--by", "Find the least daily limit with which all is migrated by then.")] = None,
    every: Annotated[
        bool, option("--all", "Show the break-evens of the published plans too, and every step of a curve.")
    ] = False,
) -> Reply:
    """Show which pace of migration the dates take for granted, and how late the last meter points may be.

    Of the plan and of each published timetable: the average share of all meter points a working day by each calendar, its
    peak where the rate rises first, and the break-even of late parties. No number is used that the plan does not hold.

    Where a rule of kind migration is on: which shares and moratoria decide, who is ready in time and who is not, how much has
    moved by the end of each month, the least daily limit for other dates, and the end by the limit, by what is ready first and
    by how late the last are.

    Exit codes: 0 done and proven; 2 bad usage or input; 3 proven infeasible; 4 a date is not proved; 5 the date asked for is
    missed; 1 our fault.
    """
    names = tuple(dict.fromkeys(name.strip() for name in starts.split(",")))
    with progress() as tell:
        changed = asked.read()
        from optimiser.migration import migrate

        found = migrate(changed.plan, starts=names, ready=ready, end=end, meter_points=meter_points, by=by, progress=tell)
        changes = changes_of(changed, [end])
    from optimiser.evidence.documents import document
    from optimiser.evidence.terminal.migration import migration_report

    window = found.windows[0]
    code = ExitCode.UNDECIDED if "gap" in (window.proof or {}).values() else ExitCode.DONE
    code = ExitCode.MISSED if by is not None and window.end.latest > by else code
    reply = Reply(lambda: document("migrate", found), lambda page: migration_report(found, page, every=every), code)
    return reply.after(changes)
