"""From a Qualification to the items and rules of its parties: plan to plan, with nothing but rules of the usual kinds."""

from __future__ import annotations

from collections.abc import Iterable

from models.assumptions import Option, Reading
from models.items import Activity
from models.plan import DURATION_PREFIX, Plan
from models.qualification import Qualification
from optimiser.scenarios.integration import add_integration
from optimiser.scenarios.parties import add_parties
from optimiser.scenarios.parts import Parts
from optimiser.scenarios.shared import add_capacities, add_first_pairs
from optimiser.scenarios.waves import add_waves

__all__ = ["exchange", "expand"]


def expand(plan: Plan) -> Plan:
    """Put the parties of a plan's Qualification into the plan, in the place of the bars that stood for them.

    Parameters
    ----------
    plan
        A plan with a sound Qualification. One whose parties are in already is returned as it is.

    Returns
    -------
    Plan
        With one item for every step of every party, rules of the usual kinds between them, the Qualification's own
        assumptions among the plan's, and what the parties stand in for switched off. The work of writing them out
        is linear in the number of parties.
    """
    qualification = plan.qualification
    if qualification is None or qualification.expanded:
        return plan
    parts = written(plan, qualification)
    off = {*qualification.replaces, *_sit_bar(qualification)}
    return plan.evolve(
        qualification=qualification.model_copy(update={"expanded": True}),
        assumptions=(*plan.assumptions, *qualification.assumptions),
        activities=(*(_activity_off(activity, off) for activity in plan.activities), *parts.activities),
        milestones=(*plan.milestones, *parts.milestones),
        rules=(*(rule.model_copy(update={"enabled": False}) if rule.id in off else rule for rule in plan.rules), *parts.rules),
        readings=tuple(_with_approvals(reading, qualification, parts.approvals) for reading in plan.readings),
    )


def exchange(plan: Plan, qualification: Qualification) -> Plan:
    """Return an expanded plan with another Qualification in the place of its own.

    Values of assumptions, and switches of items and rules that both have, stay as they are.
    """
    old = plan.qualification
    assert old is not None
    assert old.expanded
    parts = written(plan, old)
    items = {entry.id for entry in (*parts.activities, *parts.milestones)}
    rules = {rule.id for rule in parts.rules}
    approvals = set(parts.approvals)
    own = {entry.id for entry in old.assumptions}
    values = {entry.id: entry for entry in plan.assumptions if entry.id in own}
    bare = plan.evolve(
        activities=tuple(entry for entry in plan.activities if entry.id not in items),
        milestones=tuple(entry for entry in plan.milestones if entry.id not in items),
        rules=tuple(rule for rule in plan.rules if rule.id not in rules),
        assumptions=tuple(entry for entry in plan.assumptions if entry.id not in own),
        readings=tuple(_without_approvals(reading, approvals) for reading in plan.readings),
        qualification=qualification.model_copy(
            update={
                "expanded": False,
                "assumptions": tuple(values.get(entry.id, entry) for entry in qualification.assumptions),
            }
        ),
    )
    switches = {rule.id: rule.enabled for rule in plan.rules if rule.id in rules}
    made = expand(bare)
    return made.evolve(
        rules=tuple(
            rule.model_copy(update={"enabled": switches[rule.id]})
            if switches.get(rule.id, rule.enabled) != rule.enabled
            else rule
            for rule in made.rules
        )
    )


def written(plan: Plan, qualification: Qualification) -> Parts:
    """Return the items and rules of all parties, as the plan's values and readings stand."""
    parts = Parts(plan, qualification)
    add_parties(parts)
    add_capacities(parts)
    add_first_pairs(parts)
    if qualification.waves:
        add_waves(parts)
    if qualification.integration:
        add_integration(parts, qualification.integration)
    return parts


def _activity_off(activity: Activity, off: set[str]) -> Activity:
    """Free the length of an activity that parties stand in for."""
    return activity.model_copy(update={"enabled": False}) if DURATION_PREFIX + activity.id in off else activity


def _sit_bar(qualification: Qualification) -> tuple[str, ...]:
    return (DURATION_PREFIX + qualification.integration.bar,) if qualification.integration else ()


def _with_approvals(reading: Reading, qualification: Qualification, approvals: Iterable[str]) -> Reading:
    """Let the reading that says what volunteers are spared switch their approvals too."""
    skipped = qualification.skipped_by
    if skipped is None or reading.id != skipped.reading:
        return reading

    def added(option: Option) -> Option:
        rules = {**option.changes.rules, **dict.fromkeys(approvals, option.id != skipped.nothing)}
        return option.model_copy(update={"changes": option.changes.model_copy(update={"rules": rules})})

    return reading.model_copy(update={"options": tuple(added(option) for option in reading.options)})


def _without_approvals(reading: Reading, approvals: set[str]) -> Reading:
    """Take the approvals of volunteers out of a reading again."""

    def stripped(option: Option) -> Option:
        rules = {name: on for name, on in option.changes.rules.items() if name not in approvals}
        return option.model_copy(update={"changes": option.changes.model_copy(update={"rules": rules})})

    return (
        reading.model_copy(update={"options": tuple(stripped(option) for option in reading.options)}) if approvals else reading
    )
