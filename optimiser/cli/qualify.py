"""``qualify``: Qualification party by party."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from optimiser.cli.changes import after_changes, changes_of
from optimiser.cli.options import AsJson, AskedPlan, of_plan, read_day
from optimiser.cli.output import ExitCode, page, print_json, print_text, progress
from optimiser.errors import InputError, Located

if TYPE_CHECKING:
    from models.allocation import Qualified
    from models.changes import WhatIf
    from optimiser.reading.load import LoadedPlan

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("qualify", no_args_is_help=True)(qualify_plan)


@of_plan
def qualify_plan(
    plan: AskedPlan,
    *,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="DATE", help="Find the least capacity with which every supplier is through by then."),
    ] = None,
    curve: Annotated[
        list[str] | None,
        typer.Option(
            "--curve",
            metavar="BODY",
            help="The date as a function of a body's slots, such as BSC, or of all, joint; repeatable.",
        ),
    ] = None,
    slot_cost: Annotated[
        list[str] | None,
        typer.Option("--slot-cost", metavar="BODY=COST", help="With --by: what a slot of a body costs; repeatable."),
    ] = None,
    policies: Annotated[bool, typer.Option("--policies", help="Compare ways of queueing for slots.")] = False,
    worth: Annotated[
        bool, typer.Option("--worth", help="What exemption, reliance, representative pairs, a shared team and slots are worth.")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="List every party.")] = False,
    as_json: AsJson = False,
) -> int:
    """Show who is tested when, how full the bodies are, who is last and why; ask what capacity is worth.

    The parties are put in where no scenario has done so. Dates come with a bound; all else is read off one schedule.

    Exit codes: 0 done and proven; 2 bad usage or input; 4 a date is not proved; 5 the date asked for is missed; 1 our fault.
    """
    target = read_day(by, "--by") if by else None
    costs = _costs(slot_cost or [])
    with progress() as tell:
        if tell:
            tell("reading the plan")
        changed = plan.read()
        loaded = changed.plan
        from optimiser.qualification import qualify

        found = qualify(
            loaded, by=target, curves=tuple(curve or ()), policies=policies, worth=worth, slot_costs=costs, progress=tell
        )
        changes = _changes(changed, found)
    if as_json:
        from optimiser.evidence.documents import document, with_changes

        print_json(with_changes(document("qualify", found), changes))
    else:
        from optimiser.evidence.terminal.qualification import qualification_report

        print_text(after_changes(changes, qualification_report(found, page(), every=every)))
    if target is not None and found.dates[found.milestone].date > target:
        return ExitCode.MISSED
    return ExitCode.UNDECIDED if any(dated.proof == "gap" for dated in found.dates.values()) else ExitCode.DONE


def _changes(changed: LoadedPlan, found: Qualified) -> WhatIf | None:
    """Return what was changed, the parties in the plan on both sides where they had to be put in."""
    if changed.plan is changed.before:
        return None
    from optimiser.qualification.stage import with_parties
    from optimiser.whatif import dated_ranges

    plan, put_in = with_parties(changed.plan)
    if put_in:
        changed = replace(changed, plan=plan, before=with_parties(changed.before)[0])
    ranges = dated_ranges(plan, {name: (dated.date, dated.proof) for name, dated in found.dates.items()})
    return changes_of(changed, list(found.dates), ranges)


def _costs(pairs: list[str]) -> dict[str, int]:
    """Read ``BSC=3``."""
    found: dict[str, int] = {}
    faults = []
    for pair in pairs:
        body, _, cost = pair.partition("=")
        if body and cost.isdecimal():
            found[body] = int(cost)
        else:
            faults.append(Located(f"expected a body and a whole number, such as BSC=3, got '{pair}'", path="--slot-cost"))
    if faults:
        raise InputError(faults)
    return found
