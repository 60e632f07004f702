"""From a plan to its model, once: everything that holds whatever is asked of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from ortools.sat.python import cp_model

from models.plan import DURATION_PREFIX, Plan
from optimiser.clock import Clock, MinuteClock
from optimiser.encoding.answer import Window
from optimiser.encoding.minute_rules import MINUTE_ENCODERS
from optimiser.encoding.minutes import MinuteVariables
from optimiser.encoding.rules import ENCODERS
from optimiser.encoding.variables import Variables
from optimiser.errors import BeyondHorizonError, Located

__all__ = ["build"]


def build(
    plan: Plan,
    clock: Clock,
    windows: Mapping[str, Window] | None,
    *,
    switchable: bool,
    only: Collection[str] | None = None,
) -> Variables:
    """Return the variables of a plan's model, with every enabled rule and duration posted.

    Parameters
    ----------
    plan
        Any plan; its hammocks are outputs and left out.
    clock
        The plan's clock.
    windows
        Where items may lie, by item; the whole axis for those without.
    switchable
        Whether each rule and duration is posted under a literal of its own.
    only
        Rules to be posted, where not all are.

    Raises
    ------
    BeyondHorizonError
        If stated dates are outside the days that the base calendar covers: all of them, each with its rule.
    """
    variables = (
        MinuteVariables(plan, clock, windows, switchable=switchable)
        if isinstance(clock, MinuteClock)
        else Variables(plan, clock, windows, switchable=switchable)
    )
    for activity in plan.activities:
        variables.add_activity(activity, DURATION_PREFIX + activity.id)
    for milestone in plan.milestones:
        variables.add_milestone(milestone.id)
    if isinstance(variables, MinuteVariables):
        variables.add_summaries()
    faults: list[Located] = []
    for index, rule in enumerate(plan.rules):
        if not plan.switch(rule.enabled) or (only is not None and rule.id not in only):
            continue
        try:
            if isinstance(variables, MinuteVariables):
                MINUTE_ENCODERS[rule.kind](variables, rule, variables.switch(rule.id))
            else:
                ENCODERS[rule.kind](variables, rule, variables.switch(rule.id))
        except BeyondHorizonError as error:
            faults += (replace(fault, path=f"rules[{index}]") for fault in error.faults)
    if faults:
        raise BeyondHorizonError(faults)
    # Left to itself the search then tries the earliest first, so that steps of staircases are met where they matter.
    variables.model.add_decision_strategy(list(variables.starts()), cp_model.CHOOSE_LOWEST_MIN, cp_model.SELECT_MIN_VALUE)
    return variables
