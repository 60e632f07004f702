"""`qualify`: Qualification party by party."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from models.allocation import CapacityCurve, DateBetween, Qualified
from models.plan import Plan
from models.qualification import last_test_of
from optimiser.errors import InputError, Located
from optimiser.qualification.allocation import allocated, fairness, loads, readiness, stragglers
from optimiser.qualification.capacity import JOINT, curve, least_capacity
from optimiser.qualification.joint import joint_capacity
from optimiser.qualification.policies import compared
from optimiser.qualification.stage import Stage, with_parties
from optimiser.qualification.worth import changes_worth

__all__ = ["qualify"]


def qualify(
    plan: Plan,
    *,
    by: dt.date | None = None,
    curves: Sequence[str] = (),
    policies: bool = False,
    worth: bool = False,
    slot_costs: Mapping[str, int] | None = None,
    progress: Callable[[str], None] | None = None,
) -> Qualified:
    """Return Qualification party by party: who is tested when, how full the bodies are, and what capacity is worth.

    Parameters
    ----------
    plan
        A plan with a Qualification; its parties are put in where no scenario has done so.
    by
        The day by which every supplier is wanted through: the least capacity for it is computed.
    curves
        Bodies (``BSC``) or capacities (``slots-BSC``) whose whole curve is wanted; ``joint`` for all bodies in proportion.
    policies
        Whether to compare ways of queueing.
    worth
        Whether to compute what exemption, reliance, representative pairs, a shared team and single slots are worth.
    slot_costs
        Cost of a slot by body (``BSC``), where it is another than the Qualification's own.
    progress
        Told what is being done.

    Returns
    -------
    Qualified
        Dates with their bounds; everything else is read off the one schedule shown, and says nothing about others.

    Raises
    ------
    InputError
        If the plan has no Qualification, contradicts itself, or has no schedule inside its capacities.
    BeyondHorizonError
        If ``by`` is outside the days that the calendar covers.
    """
    tell = progress or (lambda _: None)
    plan, put_in = with_parties(plan)
    stage = Stage(plan)
    target = stage.target
    wanted = [_capacity(stage, name) for name in curves]
    tell(f"{target}: list scheduling and bounds")
    best = stage.between()
    if best.schedule is None:
        message = "no schedule keeps inside the capacities; maybe a body has no slots: ask 'solve' for the conflict"
        raise InputError([Located(message, path="qualification")])
    milestones = (*stage.qualification.first_pairs, target)
    dates: dict[str, DateBetween] = {}
    for milestone in milestones:
        found = best if milestone == target else stage.between(milestone)
        dated = stage.dated(milestone, found)
        if dated is not None:
            dates[milestone] = dated
    start = best.schedule[stage.network.item_nodes(stage.qualification.bar)[0]]
    ends = [best.schedule[stage.network.item_nodes(last_test_of(party))[1]] for party in stage.qualification.qualifying]
    notes = ["read off one schedule that reaches the dates; other schedules reach them too"]
    if put_in:
        notes.append(f"the parties were put in by this verb; scenarios switch them on by rule {stage.qualification.id}")
    if stage.qualification.basis == "synthetic":
        notes.append("the parties, slots and boards are synthetic: the dates show how Qualification behaves, not when it ends")
    return Qualified(
        plan=plan.id,
        scenarios=plan.settings.scenarios,
        readings=plan.choices(),
        milestone=target,
        dates=dates,
        window_wd=max(ends, default=start) - start,
        allocation=allocated(stage, best.schedule),
        loads=loads(stage, best.schedule),
        readiness=readiness(stage, best.schedule),
        stragglers=stragglers(stage, best.schedule),
        fairness=fairness(stage, best.schedule),
        policies=compared(stage, best.schedule, milestones) if policies else (),
        curves=tuple(_traced(stage, rule, tell) for rule in wanted),
        target=by,
        least=least_capacity(stage, by, tell) if by else (),
        joint=joint_capacity(stage, by, tell, slot_costs) if by else None,
        without_limit=_without_limit(stage) if by else None,
        worth=changes_worth(stage, best, tell) if worth else (),
        notes=tuple(notes),
    )


def _traced(stage: Stage, rule: str, tell: Callable[[str], None]) -> CapacityCurve:
    tell(f"{stage.target} by {rule}")
    return curve(stage, rule)


def _without_limit(stage: Stage) -> dt.date | None:
    """Return the date of all suppliers if no body had a limit."""
    found = stage.between(slots=dict.fromkeys(stage.body_rules()))
    return None if found.high is None else stage.show(stage.target, found.low)


def _capacity(stage: Stage, name: str) -> str:
    """Return the capacity that a body's or a rule's name means."""
    if name == JOINT:
        return name
    known = [pool.rule for pool in stage.pools]
    for candidate in (name, f"slots-{name}", f"places-{name}"):
        if candidate in known:
            return candidate
    from models.faults import maybe

    bodies = [*(rule.partition("-")[2] for rule in known), JOINT]
    message = f"'{name}' is no body or capacity of this plan; expected one of {', '.join(bodies)}{maybe(name, bodies)}"
    raise InputError([Located(message, path="--curve")])
