"""Scenario files, and choices made on the command line, applied to a plan one after the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from models.additions import ADDED_FIELDS
from models.duration import Reference, Value
from models.faults import Fault, PlanFaultsError
from models.plan import DURATION_PREFIX, Plan
from models.scenario import SCENARIO_SCHEMA, SCENARIO_SCHEMAS, Scenario
from models.term_faults import term_named
from optimiser.errors import InputError, Located
from optimiser.reading.dates import check_dates
from optimiser.reading.document import Keys, path_text, read_document
from optimiser.reading.packaged import find_scenario
from optimiser.reading.relative import Setting, read_setting
from optimiser.reading.sound import circular
from optimiser.reading.translate import Remark, remarks
from optimiser.scenarios import apply

__all__ = ["LocatedScenario", "UserChoices", "load_scenario", "read_scenario", "stack"]

_ENTRY: Final = re.compile(r"(?<= at )(activities|milestones|hammocks|rules)\[(\d+)\]")
_CHOICES: Final = ("assumptions", "values", "rules", "readings")
AD_HOC = "ad-hoc"
"""What choices without a file are called where one overrides a scenario."""


def load_scenario(scenario: str | Path, plan_folder: Path | None = None) -> Scenario:
    """Read a scenario file.

    Parameters
    ----------
    scenario
        A path to a YAML file, or the name of one in the plan's ``scenarios`` folder, without its ending.
    plan_folder
        The plan's folder; None if only a path will do.

    Raises
    ------
    InputError
        If there is no such file or it is no scenario; with every fault in it.
    """
    stacked, faults = read_scenario(scenario, plan_folder)
    if stacked is None or faults:
        raise InputError(faults)
    return stacked.scenario


@dataclass(frozen=True)
class LocatedScenario:
    """A scenario, and how to locate what is wrong with it."""

    scenario: Scenario
    locate: Callable[[Remark], Located]


def read_scenario(scenario: str | Path, plan: Path | None) -> tuple[LocatedScenario | None, list[Located]]:
    """Return a scenario that can locate its faults, and the faults of reading it.

    Where only single choices are no values of their kind, the rest is a scenario all the same, whose own faults can be told.
    """
    try:
        path = find_scenario(scenario, plan)
    except InputError as error:
        return None, list(error.faults)
    document = read_document(path, str(path))

    def locate(remark: Remark) -> Located:
        return document.locate(remark.keys, remark.message, at_key=remark.at_key)

    if document.broken:
        return None, document.faults
    found: Scenario | None = None
    content = document.content
    schema = content.get("schema", SCENARIO_SCHEMA)
    faults = list(document.faults)
    if schema not in SCENARIO_SCHEMAS and isinstance(schema, str):
        faults.append(locate(Remark(("schema",), f"expected '{SCENARIO_SCHEMA}', got '{schema}'")))
        return None, faults
    try:
        found = Scenario.model_validate(content)
    except ValidationError as error:
        refused = remarks(error, Scenario, content)
        faults += [locate(remark) for remark in refused]
        found = _rest(content, refused)
    faults.sort(key=lambda fault: (fault.line or 0, fault.column or 0))
    return None if found is None else LocatedScenario(found, locate), faults


def _rest(content: Mapping[str, Any], refused: Sequence[Remark]) -> Scenario | None:
    """Return a scenario without the choices that are refused; None where more than choices is."""
    kept = {key: dict(held) if key in _CHOICES and isinstance(held, Mapping) else held for key, held in content.items()}
    for remark in refused:
        kind, name = (*remark.keys, None, None)[:2]
        if kind not in _CHOICES or name is None:
            return None
        kept[str(kind)].pop(name, None)
    try:
        return Scenario.model_validate(kept)
    except ValidationError:
        return None


@dataclass(frozen=True)
class UserChoices:
    """What a user chooses without writing a scenario.

    Attributes
    ----------
    settings
        Assumptions and unknowns, and numbers that none names (``ITEM.duration``, ``RULE.term``), with their new values as text,
        or how much they change (see `optimiser.reading.relative`).
    readings
        Questions with the option chosen.
    released
        Rules, and durations as ``duration:ITEM``, switched off.
    """

    settings: Mapping[str, str]
    readings: Mapping[str, str]
    released: Sequence[str]

    def __bool__(self) -> bool:
        return bool(self.settings or self.readings or self.released)

    def stacked(self, plan: Plan) -> tuple[LocatedScenario, dict[str, Setting], list[Located]]:
        """Return the choices as a scenario, the values asked for by their change, and the faults of what cannot be read.

        Parameters
        ----------
        plan
            With its scenarios applied: what a change is relative to, once the readings are answered.
        """
        held = dict(plan.values)
        for reading in plan.readings:
            option = reading.option(self.readings.get(reading.id, ""))
            held |= option.changes.assumptions if option else {}
        values: dict[str, dict[str, Value]] = {"assumptions": {}, "values": {}}
        asked: dict[str, Setting] = {}
        faults: list[Located] = []
        for name, text in self.settings.items():
            kind = "values" if "." in name else "assumptions"
            try:
                if kind == "values":
                    found = read_setting(text, term_named(plan, name).stated, plan)  # type: ignore[arg-type]
                else:
                    # What there is no such assumption for is told once the choices are made.
                    found = read_setting(text, held[name], plan) if name in held else Setting(0)
            except ValueError as error:
                faults.append(Located(str(error), path=self._option((kind, name))))
                continue
            values[kind][name] = found.value
            if found.asked:
                asked[name] = found
        scenario = Scenario.model_construct(
            id=AD_HOC,
            title="Choices made without a scenario",
            assumptions=values["assumptions"],
            values=values["values"],
            readings=dict(self.readings),
            rules=dict.fromkeys(self.released, False),
        )
        located = LocatedScenario(scenario, lambda remark: Located(remark.message, path=self._option(remark.keys)))
        return located, asked, faults

    def _option(self, keys: Keys) -> str | None:
        """Return the option that set what a path of the scenario leads to."""
        if len(keys) < 2:
            return None
        kind, name = keys[:2]
        if kind in ("assumptions", "values"):
            return f"--set {name}={self.settings.get(str(name))}"
        return f"--reading {name}={self.readings.get(str(name))}" if kind == "readings" else f"--release {name}"


def stack(plan: Plan, scenarios: Sequence[LocatedScenario], place: Callable[[Fault], Located]) -> tuple[Plan, list[Located]]:
    """Apply scenarios in their order.

    Parameters
    ----------
    plan
        A sound plan.
    scenarios
        What to apply.
    place
        Locates a fault in the plan's own files.

    Returns
    -------
    plan
        As changed by the scenarios that apply without a fault.
    faults
        Everything wrong with the others.
    """
    faults: list[Located] = []
    added: list[tuple[LocatedScenario, dict[str, int]]] = []
    """Scenarios that add something, each with how many entries its lists had before."""

    def home(fault: Fault) -> tuple[LocatedScenario, Located] | None:
        """Return which of the scenarios adds what a fault is of, and its place there; None where it is elsewhere."""
        field, index = str(fault.path[0]), fault.path[1] if len(fault.path) > 1 else None
        if field not in ADDED_FIELDS or not isinstance(index, int):
            return None
        for entry, places in added:
            if 0 <= index - places[field] < len(getattr(entry.scenario.add, field)):
                return entry, entry.locate(Remark(("add", field, index - places[field], *fault.path[2:]), fault.message))
        return None

    def told(fault: Fault, changed: Plan, own: LocatedScenario) -> Located:
        """Return a fault at its place, and with the place of the other entry that it names."""

        def placed(match: re.Match[str]) -> str:
            other = Fault((match[1], int(match[2])), "")
            found = home(other)
            there = found[1] if found else place(other)
            return ":".join(str(part) for part in (there.file, there.line, there.column) if part is not None)

        if fault.path[0] == "add":
            fault = Fault(fault.path, _ENTRY.sub(placed, fault.message))
        found = home(fault)
        if found is None:
            return _located(fault, changed, own, place)
        return found[1] if found[0] is own else own.locate(Remark((), f"with this, {found[1]}"))

    for entry in scenarios:
        try:
            changed = apply(entry.scenario, plan)
        except PlanFaultsError as error:
            wrong, changed = error.faults, plan
        else:
            if entry.scenario.add:
                added.append((entry, {field: _first_added(changed, entry.scenario, field) for field in ADDED_FIELDS}))
            own = dict(added[-1][1]) if entry.scenario.add else {}
            wrong = check_dates(changed) or circular(changed, own.get("rules"))
        located = [told(fault, changed, entry) for fault in wrong]
        faults += sorted(located, key=lambda fault: (fault.line or 0, fault.column or 0))
        plan = plan if wrong else changed
    return plan, faults


def _first_added(plan: Plan, scenario: Scenario, field: str) -> int:
    """Return where in a list of the plan what the scenario adds to it begins: it stands at the end."""
    return len(getattr(plan, field)) - len(getattr(scenario.add, field))


def _located(fault: Fault, plan: Plan, entry: LocatedScenario, place: Callable[[Fault], Located]) -> Located:
    """Locate a fault in the scenario that causes it.

    `apply` reports what the scenario itself says wrongly by paths inside the scenario, and what the plan says
    wrongly once it is changed by paths inside the plan, which lead to a position or to the horizon.
    """
    inside_plan = fault.path[0] in ("horizon", "qualification") or (len(fault.path) > 1 and isinstance(fault.path[1], int))
    if not inside_plan:
        return entry.locate(Remark(fault.path, fault.message))
    there = place(fault)
    where = ":".join(str(part) for part in (there.file, there.line, there.column) if part is not None)
    message = f"with this, {path_text(fault.path)} ({where}) is wrong: {fault.message}"
    return entry.locate(Remark(_cause(fault, plan, entry.scenario), message))


def _cause(fault: Fault, plan: Plan, scenario: Scenario) -> Keys:
    """Return the part of a scenario that most likely brought about a fault of the plan."""
    value: Any = plan
    owner: Any = None
    for key in fault.path:
        value = value[key] if isinstance(key, int) else getattr(value, key, None)
        owner = value if hasattr(value, "id") else owner
    if isinstance(value, Reference):
        if value.name in scenario.assumptions:
            return ("assumptions", value.name)
        for name, option in scenario.readings.items():
            chosen = next((reading for reading in plan.readings if reading.id == name), None)
            answer = chosen.option(option) if chosen else None
            if answer and value.name in answer.changes.assumptions:
                return ("readings", name)
    for kind in ("values", "buffer") if owner is not None else ():
        named = next((name for name in getattr(scenario, kind) if name.partition(".")[0] == owner.id), None)
        if named is not None:
            return (kind, named)
    switches = (owner.id, f"{DURATION_PREFIX}{owner.id}") if owner is not None else ()
    switched = next((name for name in switches if name in scenario.rules), None)
    if switched is not None:
        return ("rules", switched)
    if scenario.calendar is not None:
        return ("calendar",)
    return next(
        ((kind, name) for kind in ("values", "assumptions", "readings", "rules") for name in getattr(scenario, kind)), ()
    )
