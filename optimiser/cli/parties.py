"""``qualify`` and ``migrate``: who is ready when, and at which pace meter points move."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from optimiser.cli.options import AskedPlan, day, option, whole_numbers
from optimiser.cli.output import ExitCode, progress
from optimiser.cli.verbs import Reply, changes_of, verb

if TYPE_CHECKING:
    from optimiser.reading.load import LoadedPlan

__all__ = ["migrate_plan", "qualify_plan"]


_CURVE = "The date as a function of a body's slots, such as BSC, or of all, joint; repeatable."
_WORTH = "What exemption, reliance, representative pairs, a shared team and slots are worth."


@verb
def qualify_plan(
    asked: AskedPlan,
    *,
    by: Annotated[dt.date | None, day("--by", "Find the least capacity with which every supplier is through by then.")] = None,
    curve: Annotated[list[str] | None, option("--curve BODY", _CURVE)] = None,
    slot_cost: Annotated[
        list[str] | None, option("--slot-cost BODY=COST", "With --by: what a slot of a body costs; repeatable.")
    ] = None,
    policies: Annotated[bool, option("--policies", "Compare ways of queueing for slots.")] = False,
    worth: Annotated[bool, option("--worth", _WORTH)] = False,
    every: Annotated[bool, option("--all", "List every party.")] = False,
) -> Reply:
    """Show who is tested when, how full the bodies are, who is last and why; ask what capacity is worth.

    The parties are put in where no scenario has done so. Dates come with a bound; all else is read off one schedule.

    Exit codes: 0 done and proven; 2 bad usage or input; 4 a date is not proved; 5 the date asked for is missed; 1 our fault.
    """
    costs = whole_numbers("--slot-cost", slot_cost, "BSC=3")
    with progress() as tell:
        changed = asked.read(tell)
        from optimiser.qualification import qualify

        plan, curves = changed.plan, tuple(curve or ())
        found = qualify(plan, by=by, curves=curves, policies=policies, worth=worth, slot_costs=costs, progress=tell)
        dates = {name: (dated.date, dated.proof) for name, dated in found.dates.items()}
        changes = changes_of(_with_parties(changed), [*dates], dates=dates)
    from optimiser.evidence.documents import document
    from optimiser.evidence.terminal.parties import qualification_report

    code = ExitCode.UNDECIDED if any(dated.proof == "gap" for dated in found.dates.values()) else ExitCode.DONE
    code = ExitCode.MISSED if by is not None and found.dates[found.milestone].date > by else code
    reply = Reply(lambda: document("qualify", found), lambda page: qualification_report(found, page, every=every), code)
    return reply.after(changes)


def _with_parties(changed: LoadedPlan) -> LoadedPlan:
    """Return a changed plan with parties modelled on both sides where they have to be added."""
    if changed.plan is changed.before:
        return changed
    from optimiser.qualification.stage import with_parties

    plan, put_in = with_parties(changed.plan)
    return replace(changed, plan=plan, before=with_parties(changed.before)[0]) if put_in else changed


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
    from optimiser.evidence.terminal.parties import migration_report

    window = found.windows[0]
    code = ExitCode.UNDECIDED if "gap" in (window.proof or {}).values() else ExitCode.DONE
    code = ExitCode.MISSED if by is not None and window.end.latest > by else code
    reply = Reply(lambda: document("migrate", found), lambda page: migration_report(found, page, every=every), code)
    return reply.after(changes)
