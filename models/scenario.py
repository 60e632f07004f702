"""Scenarios: named, stackable changes to a plan."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from models.assumptions import Assumption, Changes, Unknown
from models.duration import print_value
from models.faults import Fault, PlanFaultsError, changes_faults, find_faults, maybe
from models.plan import DURATION_PREFIX, Plan
from models.provenance import Sourced
from models.record import Identifier, Text

__all__ = ["SCENARIO_SCHEMA", "Scenario"]

SCENARIO_SCHEMA = "optimiser/scenario/1"


class Scenario(Changes):
    """Named changes. Within one scenario readings are answered first, then single values set; of a stack the later wins."""

    model_config = ConfigDict(populate_by_name=True)

    schema_: Annotated[Literal["optimiser/scenario/1"], Field(alias="schema")] = "optimiser/scenario/1"
    id: Identifier
    title: Text
    note: Text | None = None
    hindsight: bool = False
    """Whether sources later than the plan's ``as_of`` are admitted."""
    readings: dict[Identifier, Identifier] = {}
    """Question to option."""

    def apply(self, plan: Plan) -> Plan:
        """Return the plan with the changes made.

        Raises
        ------
        PlanFaultsError
            If the scenario names what the plan does not have, or sets a value of the wrong kind.
        """
        plan, faults = _with_parties(plan, self)
        faults += changes_faults(plan, self, (), made=True)
        known = {reading.id: reading for reading in plan.readings}
        for name, option in self.readings.items():
            if name not in known:
                faults.append(Fault(("readings", name), f"unknown reading '{name}'{maybe(name, known)}"))
            elif known[name].option(option) is None:
                names = [entry.id for entry in known[name].options]
                faults.append(
                    Fault(
                        ("readings", name),
                        f"unknown option '{option}' of '{name}', expected one of {', '.join(names)}{maybe(option, names)}",
                    )
                )
        if faults:
            raise PlanFaultsError(faults)
        said: dict[str, str] = {}
        for name, option in self.readings.items():
            chosen = known[name].option(option)
            assert chosen is not None
            said |= {f"reading {name}": option, **_said(chosen.changes)}
            plan = _change(plan, chosen.changes, known[name])
        plan = _change(plan, self, _JUDGEMENT.model_copy(update={"note": f"set by {self.id}"}))
        said |= _said(self)
        old = plan.settings
        plan = plan.evolve(
            settings=old.model_copy(
                update={
                    "scenarios": (*old.scenarios, self.id),
                    "readings": {**old.readings, **self.readings},
                    "assumptions": {**old.assumptions, **{key: print_value(value) for key, value in self.assumptions.items()}},
                    "rules": {**old.rules, **self.rules},
                    "said": {**old.said, **said},
                    "overlaps": (*old.overlaps, *self._overlaps(old.said, said)),
                    "hindsight": old.hindsight or self.hindsight,
                }
            )
        )
        faults = [fault for fault in find_faults(plan) if fault.path[0] != "readings"]
        if faults:
            raise PlanFaultsError(faults)
        return plan

    def _overlaps(self, before: dict[str, str], now: dict[str, str]) -> tuple[str, ...]:
        """Return what an earlier scenario of the stack has set to another end."""
        return tuple(
            f"{name}: {before[name]}, then {value} by {self.id}"
            for name, value in now.items()
            if before.get(name, value) != value
        )


def _said(changes: Changes) -> dict[str, str]:
    """Return what changes set, its name to its value as printed."""
    said = {f"assumption {name}": print_value(value) for name, value in changes.assumptions.items()}
    said |= {f"rule {name}": "on" if on else "off" for name, on in changes.rules.items()}
    return said | ({"calendar": changes.calendar} if changes.calendar else {})


def _with_parties(plan: Plan, changes: Changes) -> tuple[Plan, list[Fault]]:
    """Return the plan with the parties of its Qualification in it, where the changes switch them on."""
    qualification = plan.qualification
    on = changes.rules.get(qualification.id) if qualification else None
    if on and qualification and not qualification.expanded:
        from models.expansion import expand

        return expand(plan), []
    if on is False and qualification and qualification.expanded:
        message = f"the parties of '{qualification.id}' are in the plan already; maybe leave out the scenario that puts them in"
        return plan, [Fault(("rules", qualification.id), message)]
    return plan, []


_JUDGEMENT = Sourced(basis="judgement")
"""What a value stands on that somebody sets without saying why."""


def _change(plan: Plan, changes: Changes, stands_on: Sourced) -> Plan:
    """Return the plan with values, switches and calendar replaced; a new value that says nothing stands on ``stands_on``."""
    updates: dict[str, object] = {}
    values = changes.assumptions
    if values:

        def revalued(entry: Assumption | Unknown) -> Assumption | Unknown:
            if entry.id not in values or (values[entry.id] == entry.value and entry.id not in changes.provenance):
                return entry
            ground = changes.provenance.get(entry.id, stands_on)
            grounds = {name: getattr(ground, name) for name in Sourced.model_fields}
            return entry.model_copy(update={"value": values[entry.id], **grounds})

        updates["assumptions"] = tuple(revalued(entry) for entry in plan.assumptions)
        updates["unknowns"] = tuple(revalued(entry) for entry in plan.unknowns)
    switches = changes.rules
    if switches:
        updates["rules"] = tuple(
            rule.model_copy(update={"enabled": switches[rule.id]}) if rule.id in switches else rule for rule in plan.rules
        )
        updates["activities"] = tuple(
            activity.model_copy(update={"enabled": switches[DURATION_PREFIX + activity.id]})
            if DURATION_PREFIX + activity.id in switches
            else activity
            for activity in plan.activities
        )
    if changes.calendar:
        updates["calendar"] = changes.calendar
    return plan.evolve(**updates) if updates else plan
