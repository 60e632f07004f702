"""Readings written out in the plan: rules switched on and off, and numbers under a name.

So an answer that adds a link is a switch, and one that sets a number of its own an assumption, like any other; whoever varies
the readings of a plan varies these.
"""

from __future__ import annotations

from collections.abc import Mapping

from models.additions import ADDED_FIELDS, Addition
from models.assumptions import Assumption, Changes, Option, Reading
from models.duration import Reference
from models.fault import Path
from models.plan import Plan
from models.provenance import Sourced
from models.terms import with_term

__all__ = ["Homes", "lifted", "spread", "with_addition"]

Homes = Mapping[tuple[str, int], Path]
"""Where in the plan as written an entry stands that was put into one of its lists."""


def lifted(name: str) -> str:
    """Return the assumption that holds a number which readings set: of ``BUILD.duration`` it is ``BUILD-duration``."""
    return name.replace(".", "-").replace("_", "-")


def spread(plan: Plan) -> tuple[Plan, Homes]:
    """Put what the options of the readings add into the plan, on where it is of the option chosen, and name the numbers they set.

    Parameters
    ----------
    plan
        Of which no option names what is not there. One that is spread already is returned as it is.

    Returns
    -------
    plan
        Of which options set assumptions, switches, buffers and the calendar only.
    homes
        Where the entries put in come from.
    """
    if not any(option.changes.add or option.changes.values for reading in plan.readings for option in reading.options):
        return plan, {}
    homes: dict[tuple[str, int], Path] = {}
    for number, reading in enumerate(plan.readings):
        plan = _with_additions(plan, number, reading, homes)
        plan = _with_names(plan, number, reading, homes)
    kept = ("add", "values")
    readings = tuple(
        reading.model_copy(update={"options": tuple(_bare(option, kept) for option in reading.options)})
        for reading in plan.readings
    )
    return plan.evolve(readings=readings), homes


def _bare(option: Option, fields: tuple[str, ...]) -> Option:
    empty = Changes()
    without = option.changes.model_copy(update={field: getattr(empty, field) for field in fields})
    grounds = {name: entry for name, entry in without.provenance.items() if name in without.assumptions}
    return option.model_copy(update={"changes": without.model_copy(update={"provenance": grounds})})


def _replaced(plan: Plan, number: int, options: list[Option]) -> Plan:
    """Return the plan with other options of the reading of a number."""
    readings = list(plan.readings)
    readings[number] = readings[number].model_copy(update={"options": tuple(options)})
    return plan.evolve(readings=tuple(readings))


def _with_additions(plan: Plan, number: int, reading: Reading, homes: dict[tuple[str, int], Path]) -> Plan:
    """Put what the options of one reading add into the plan; each option switches on its own rules and off those of the others."""
    switches = {rule.id: rule.enabled for option in reading.options for rule in option.changes.add.rules}
    chosen = plan.choice(reading)
    options = []
    for place, option in enumerate(reading.options):
        added = option.changes.add
        own = {rule.id for rule in added.rules}
        for field in ADDED_FIELDS:
            before = len(getattr(plan, field))
            for index in range(len(getattr(added, field))):
                homes[field, before + index] = ("readings", number, "options", place, "changes", "add", field, index)
        on = {name: switched is not False for name, switched in switches.items() if name in own}
        rules = tuple(rule.model_copy(update={"enabled": option.id == chosen and switches[rule.id]}) for rule in added.rules)
        plan = with_addition(plan, added.model_copy(update={"rules": rules}))
        states = {name: on.get(name, False) for name in switches}
        changes = option.changes.model_copy(update={"rules": {**option.changes.rules, **states}})
        options.append(option.model_copy(update={"changes": changes}))
    return _replaced(plan, number, options)


def with_addition(plan: Plan, added: Addition) -> Plan:
    """Return the plan with items and rules behind its own."""
    return plan.evolve(**{field: (*getattr(plan, field), *getattr(added, field)) for field in ADDED_FIELDS}) if added else plan


def _with_names(plan: Plan, number: int, reading: Reading, homes: dict[tuple[str, int], Path]) -> Plan:
    """Let assumptions hold the numbers that the options of one reading set."""
    options = list(reading.options)
    for name in dict.fromkeys(name for option in reading.options for name in option.changes.values):
        field, term = plan.terms_by_name[name]
        if not isinstance(term.stated, Reference):
            holder, _, _ = name.partition(".")
            entries = getattr(plan, field)
            entry = next(each for each in entries if each.id == holder)
            grounds = {key: getattr(entry, key) for key in Sourced.model_fields}
            title = f"{entry.title}: {term.kind}"
            homes["assumptions", len(plan.assumptions)] = ("readings", number, "options", 0, "changes", "values", name)
            named = Assumption(id=lifted(name), title=title, value=term.stated, **grounds)
            revalued = with_term(entry, term.field, Reference(named.id))
            plan = plan.evolve(
                assumptions=(*plan.assumptions, named),
                **{field: tuple(revalued if each is entry else each for each in entries)},
            )
    for place, option in enumerate(plan.readings[number].options):
        changes = option.changes
        values = {lifted(name): value for name, value in changes.values.items()}
        grounds = {lifted(name) if name in changes.values else name: ground for name, ground in changes.provenance.items()}
        update = {"assumptions": {**changes.assumptions, **values}, "provenance": grounds}
        options[place] = option.model_copy(update={"changes": changes.model_copy(update=update)})
    return _replaced(plan, number, options)
