"""A plan and the scenarios upon it, from names and paths to a sound `Plan`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from models.additions import ADDED_FIELDS
from models.faults import Fault
from models.plan import Plan
from models.record import MOST_FAULTS
from models.scenario import Scenario
from optimiser.errors import BeyondHorizonError, InputError, Located
from optimiser.reading.document import Document
from optimiser.reading.folder import Gathered, gather
from optimiser.reading.packaged import BENCHMARKS, PLANNERS, TABLES, find_plan
from optimiser.reading.relative import Setting
from optimiser.reading.scenarios import LocatedScenario, UserChoices, read_scenario, stack
from optimiser.reading.sound import Verdict, judge
from optimiser.reading.translate import Remark

__all__ = ["LoadedPlan", "OpenedPlan", "load", "load_changed", "open_plan"]

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class LoadedPlan:
    """A plan with everything asked for, and what that was changed from.

    Attributes
    ----------
    plan
        With scenarios and single choices applied.
    before
        What the changes start from: the plan with its scenarios, without the single choices; as written, where there are none.
    written
        The plan as its files have it.
    scenarios
        Those applied, in their order.
    choices
        The single choices as a scenario, the last; None where there are none.
    asked
        Assumption to its value, where how much it was to change was asked for.
    origins
        Assumption to the workbook that sets it.
    """

    plan: Plan
    before: Plan
    written: Plan
    scenarios: tuple[Scenario, ...] = ()
    choices: Scenario | None = None
    asked: Mapping[str, Setting] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)


def load(
    plan: str | Path,
    scenarios: Sequence[str | Path] = (),
    *,
    settings: Mapping[str, str] = _NOTHING,
    readings: Mapping[str, str] = _NOTHING,
    released: Sequence[str] = (),
) -> Plan:
    """Read a plan and apply scenarios, then single choices, to it.

    Parameters
    ----------
    plan
        The name of a packaged plan; or a path to a folder with a ``plan.yaml``, to that file, to another YAML file that
        is a whole plan; to a planner's own file (``.xer``, ``.xml``, ``.pmxml``) or table (``.xlsx``, ``.csv``); or to a PSPLIB ``.sm``, Patterson ``.rcp``
        or RCPSP/max ``.sch`` file.
    scenarios
        Names of files in the plan's ``scenarios`` folder, or paths to YAML files; applied in order, the later wins.
    settings
        Assumptions and unknowns, and numbers that none names (``BUILD.duration``, ``R1.lag``), with their values as text, such
        as ``{"sit-mvc": "304 wd"}``, or how much they change, such as ``+10wd`` or ``-20%``.
    readings
        Questions with the option chosen.
    released
        Rules, and durations as ``duration:ITEM``, to switch off.

    Raises
    ------
    InputError
        With every fault of every file and choice, in the order of the files.
    BeyondHorizonError
        If nothing is wrong but dates that lie beyond the calendar or the horizon.
    """
    return load_changed(plan, scenarios, settings=settings, readings=readings, released=released).plan


def load_changed(
    plan: str | Path,
    scenarios: Sequence[str | Path] = (),
    *,
    settings: Mapping[str, str] = _NOTHING,
    readings: Mapping[str, str] = _NOTHING,
    released: Sequence[str] = (),
) -> LoadedPlan:
    """Read a plan as `load` does, and keep what it was changed from."""
    return open_plan(plan, scenarios).changed(settings=settings, readings=readings, released=released)


@dataclass(frozen=True, slots=True)
class OpenedPlan:
    """A plan read from its files with its scenarios, to be changed any number of times without being read again.

    Attributes
    ----------
    plan
        With the scenarios applied.
    written
        As its files have it.
    scenarios
        Those applied, in their order.
    gathered
        What its files say.
    """

    plan: Plan
    written: Plan
    scenarios: tuple[Scenario, ...]
    gathered: Gathered
    _located: tuple[LocatedScenario, ...]
    _verdict: Verdict
    _faults: tuple[Located, ...]

    def changed(
        self,
        *,
        settings: Mapping[str, str] = _NOTHING,
        readings: Mapping[str, str] = _NOTHING,
        released: Sequence[str] = (),
    ) -> LoadedPlan:
        """Return the plan with single choices, as `load` takes them.

        Raises
        ------
        InputError
            With every fault of the choices, and of the scenarios if they had any.
        """
        choices = UserChoices(settings, readings, released)
        if not choices:
            if self._faults:
                raise InputError(self._faults)
            return LoadedPlan(self.plan, self.written, self.written, self.scenarios)
        entry, asked, unread = choices.stacked(self.plan)
        changed, wrong = stack(self.plan, [entry], self._placed)
        if self._faults or unread or wrong:
            raise InputError([*self._faults, *unread, *wrong])
        return LoadedPlan(_without_ad_hoc(changed), self.plan, self.written, self.scenarios, entry.scenario, asked)

    def _placed(self, fault: Fault) -> Located:
        """Return a fault with its place, in the scenario that adds the faulty entry if one does."""
        field, index = (*fault.path, None)[:2]
        if field in ADDED_FIELDS and isinstance(index, int):
            name = getattr(self.plan, str(field))[index].id
            for own in self._located:
                ids = [each.id for each in getattr(own.scenario.add, str(field))]
                if name in ids:
                    return own.locate(Remark(("add", field, ids.index(name), *fault.path[2:]), fault.message))
        return _place(self.gathered, self._verdict, fault)


def open_plan(plan: str | Path, scenarios: Sequence[str | Path] = ()) -> OpenedPlan:
    """Read a plan with its scenarios, once.

    Raises
    ------
    InputError
        With every fault of the plan's files. Faults of scenarios are raised with those of the choices, when it is changed.
    BeyondHorizonError
        If nothing is wrong but dates that lie beyond the calendar or the horizon.
    """
    path = find_plan(plan)
    stacked: list[LocatedScenario] = []
    later: list[Located] = []
    for scenario in [scenarios] if isinstance(scenarios, str | Path) else scenarios:
        entry, faults = read_scenario(scenario, path)
        later += faults
        if entry:
            stacked.append(entry)
    hindsight = any(entry.scenario.hindsight for entry in stacked)
    gathered, verdict = _read(path, hindsight=hindsight)
    first = [*gathered.faults, *(gathered.locate(remark) for remark in verdict.remarks)]
    if verdict.plan is None or first:
        faults = [*dict.fromkeys(sorted(first, key=gathered.order)), *later]
        beyond = len(verdict.dates) == len(faults)
        if len(faults) > MOST_FAULTS:
            faults = [
                *faults[:MOST_FAULTS],
                Located("there are more faults than these; maybe this is not the file that was meant"),
            ]
        raise BeyondHorizonError(faults) if beyond else InputError(faults)
    before, faults = stack(verdict.plan, stacked, lambda fault: _place(gathered, verdict, fault))
    found = [*later, *faults]
    files = list(dict.fromkeys(fault.file for fault in found))
    found.sort(key=lambda fault: (files.index(fault.file), fault.line or 0, fault.column or 0))
    scenarios_read = tuple(entry.scenario for entry in stacked)
    return OpenedPlan(before, verdict.plan, scenarios_read, gathered, tuple(stacked), verdict, tuple(found))


def _place(gathered: Gathered, verdict: Verdict, fault: Fault) -> Located:
    """Return a fault at its place in the plan's files."""
    return gathered.locate(Remark(verdict.home(fault.path), fault.message))


def _read(path: Path, *, hindsight: bool) -> tuple[Gathered, Verdict]:
    """Read whichever format a path holds."""
    if path.suffix.lower() in BENCHMARKS:
        from optimiser.reading.psplib import read_psplib

        return Gathered(files=[Document(str(path))]), Verdict(read_psplib(path), [])
    if path.suffix.lower() in PLANNERS:
        from optimiser.reading.interchange.opening import gather_planner

        gathered, _, _ = gather_planner(path)
    elif path.suffix.lower() in TABLES:
        from optimiser.reading.drafting.plan import gather_table

        gathered = gather_table(path)
    else:
        gathered = gather(path)
    return gathered, judge(gathered, hindsight=hindsight)


def _without_ad_hoc(plan: Plan) -> Plan:
    """Leave the choices out of the list of scenarios, which names files; the settings hold them one by one."""
    return plan.evolve(settings=plan.settings.model_copy(update={"scenarios": plan.settings.scenarios[:-1]}))
