"""``qualify``: Qualification party by party."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from optimiser.cli.options import AskedPlan, day, option
from optimiser.cli.output import ExitCode, progress
from optimiser.cli.verbs import Reply, changes_of, verb
from optimiser.errors import InputError, Located

if TYPE_CHECKING:
    from models.allocation import Qualified
    from models.changes import WhatIf
    from optimiser.reading.load import LoadedPlan

__all__ = ["qualify_plan"]

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
    costs = _costs(slot_cost or [])
    with progress() as tell:
        changed = asked.read(tell)
        from optimiser.qualification import qualify

        plan, curves = changed.plan, tuple(curve or ())
        found = qualify(plan, by=by, curves=curves, policies=policies, worth=worth, slot_costs=costs, progress=tell)
        changes = _changes(changed, found)
    from optimiser.evidence.documents import document
    from optimiser.evidence.terminal.qualification import qualification_report

    code = ExitCode.UNDECIDED if any(dated.proof == "gap" for dated in found.dates.values()) else ExitCode.DONE
    code = ExitCode.MISSED if by is not None and found.dates[found.milestone].date > by else code
    reply = Reply(lambda: document("qualify", found), lambda page: qualification_report(found, page, every=every), code)
    return reply.after(changes)


def _changes(changed: LoadedPlan, found: Qualified) -> WhatIf | None:
    """Return the changes, with parties modelled on both sides where they had to be added."""
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
    """Read ``BSC=3``, or refuse every pair that cannot be read."""
    parts = [(pair, *pair.partition("=")) for pair in pairs]
    faults = [
        Located(f"expected a body and a whole number, such as BSC=3, got '{pair}'", path="--slot-cost")
        for pair, body, _, cost in parts
        if not body or not cost.isdecimal()
    ]
    if faults:
        raise InputError(faults)
    return {body: int(cost) for _, body, _, cost in parts}
