"""Options that verbs share, and the plan they speak of."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optimiser.cli import completion
from optimiser.cli.output import announce
from optimiser.errors import InputError, Located

if TYPE_CHECKING:
    from models.plan import Plan
    from optimiser.reading.load import LoadedPlan

__all__ = [
    "AsJson",
    "AskedPlan",
    "Milestones",
    "PlanName",
    "Readings",
    "Released",
    "Scenarios",
    "Seed",
    "Settings",
    "TimeLimit",
    "Workbook",
    "Workers",
    "of_plan",
    "read_changed",
    "read_day",
    "read_milestones",
    "read_pairs",
    "read_plan",
    "read_settings",
]

PlanName = Annotated[
    str,
    typer.Argument(
        metavar="PLAN",
        autocompletion=completion.plans,
        help="A packaged plan (see 'optimiser list'), a plan's folder, a planner's own file or a table.",
    ),
]
Scenarios = Annotated[
    list[str] | None,
    typer.Option(
        "-s",
        "--scenario",
        metavar="NAME_OR_FILE",
        autocompletion=completion.scenarios,
        help="Apply a scenario; repeat to stack, the later wins.",
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        autocompletion=completion.numbers,
        help="Set an assumption, or ITEM.duration or RULE.lag where none names it: '304 wd', 2024-02-07, 12, true, none; "
        "or change it: +3mo, -10wd, -20%, +2; repeatable.",
    ),
]
Readings = Annotated[
    list[str] | None,
    typer.Option(
        "--reading",
        metavar="NAME=OPTION",
        autocompletion=completion.readings,
        help="Answer a question the source leaves open; repeatable.",
    ),
]
Released = Annotated[
    list[str] | None,
    typer.Option("--release", metavar="RULE", autocompletion=completion.rules, help="Switch a rule off; repeatable."),
]
Milestones = Annotated[
    list[str] | None,
    typer.Option(
        "-m",
        "--milestone",
        metavar="M10",
        autocompletion=completion.milestones,
        help="A milestone asked for, or several with commas; the plan's own where left out.",
    ),
]
Workbook = Annotated[
    Path | None,
    typer.Option(
        "--assumptions", metavar="FILE.xlsx", help="Values from the sheet Assumptions of an evidence pack's workbook."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")]
Seed = Annotated[int, typer.Option("--seed", min=0, max=2**31 - 1, help="Of the solver; recorded.")]
Workers = Annotated[
    int,
    typer.Option("--workers", min=1, max=1024, help="Threads of the solver; runs that end at a limit repeat only with one."),
]
TimeLimit = Annotated[
    float | None,
    typer.Option(
        "--time-limit",
        min=0.001,
        metavar="SECONDS",
        help="Bound the whole question by the wall clock; such a run may not repeat.",
    ),
]


@dataclass(frozen=True, slots=True)
class AskedPlan:
    """The plan that the common options describe, not yet read."""

    name: str
    scenarios: list[str] | None
    settings: list[str] | None
    readings: list[str] | None
    released: list[str] | None
    assumptions: Path | None

    def read(self) -> LoadedPlan:
        """Return it, with what it was changed from; see `read_changed`."""
        return read_changed(self.name, self.scenarios, self.settings, self.readings, self.released, self.assumptions)

    def choices(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return the values set and the readings answered; see `read_settings`."""
        return read_settings(self.name, self.scenarios, self.settings, self.readings, self.assumptions)


_COMMON: dict[str, tuple[Any, Any]] = {
    "scenario": (Scenarios, None),
    "setting": (Settings, None),
    "reading": (Readings, None),
    "release": (Released, None),
    "assumptions": (Workbook, None),
}
"""Options that describe a plan beside its name, in the order of `AskedPlan`."""


def of_plan(verb: Callable[..., int]) -> Callable[..., int]:
    """Give a verb whose first parameter is an `AskedPlan` the options that describe one, before ``as_json``."""

    @wraps(verb)
    def asked(plan: str, **given: Any) -> int:
        return verb(AskedPlan(plan, *(given.pop(name, default) for name, (_, default) in _COMMON.items())), **given)

    _, *own = inspect.signature(verb, eval_str=True).parameters.values()
    place = next(number for number, each in enumerate(own) if each.name == "as_json")
    common = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in _COMMON.items()
    ]
    named = inspect.Parameter("plan", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=PlanName)
    signature = inspect.Signature([named, *own[:place], *common, *own[place:]])
    asked.__signature__ = signature  # type: ignore[attr-defined]
    asked.__annotations__ = {each.name: each.annotation for each in signature.parameters.values()}
    return asked


def read_plan(
    name: str,
    scenarios: list[str] | None,
    settings: list[str] | None,
    readings: list[str] | None,
    released: list[str] | None,
    assumptions: Path | None = None,
) -> Plan:
    """Return the plan that the common options describe; a value set by name wins over one in a workbook.

    Raises
    ------
    InputError
        With everything wrong in the options or, once they can be read, in the files.
    """
    return read_changed(name, scenarios, settings, readings, released, assumptions).plan


def read_changed(
    name: str,
    scenarios: list[str] | None,
    settings: list[str] | None,
    readings: list[str] | None,
    released: list[str] | None,
    assumptions: Path | None = None,
) -> LoadedPlan:
    """Return the plan that the common options describe, as `read_plan` does, with what it was changed from."""
    values, answers = read_settings(name, scenarios, settings, readings, assumptions)
    from optimiser.reading.load import load_changed

    loaded = load_changed(name, scenarios or (), settings=values, readings=answers, released=released or ())
    if loaded.written.previous is not None:
        from optimiser.reading.packaged import find_plan
        from optimiser.reading.previous import predecessor_warnings

        for warning in predecessor_warnings(find_plan(name), loaded.written.previous):
            announce(f"note: {warning}")
    if assumptions is None:
        return loaded
    by_name = read_pairs(settings, None)[0]
    return replace(loaded, origins={value: assumptions.name for value in values if value not in by_name})


def read_settings(
    name: str,
    scenarios: list[str] | None,
    settings: list[str] | None,
    readings: list[str] | None,
    assumptions: Path | None = None,
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the values set and the readings answered; a value set by name wins over one in a workbook.

    A change by name of what a workbook sets is relative to the workbook's value.

    Raises
    ------
    InputError
        With everything wrong in the options or in the workbook.
    """
    values, answers = read_pairs(settings, readings)
    if assumptions is not None:
        from optimiser.reading.load import load
        from optimiser.reading.relative import is_relative, read_setting, stated_text
        from optimiser.reading.workbook import read_assumptions

        plan = load(name, scenarios or (), readings=answers)
        found = read_assumptions(assumptions, plan)
        faults: list[Located] = []
        for key in [key for key in values if key in found and is_relative(values[key])]:
            held = read_setting(found[key], plan.values[key], plan).value
            try:
                values[key] = stated_text(read_setting(values[key], held, plan).value)
            except ValueError as error:
                faults.append(Located(str(error), path=f"--set {key}={values[key]}"))
        if faults:
            raise InputError(faults)
        values = {**found, **values}
    return values, answers


def read_pairs(settings: list[str] | None, readings: list[str] | None) -> tuple[dict[str, str], dict[str, str]]:
    """Return the values set and the readings answered.

    Raises
    ------
    InputError
        With everything that cannot be read.
    """
    faults: list[Located] = []
    values = dict(_pairs("--set", settings or (), "NAME=VALUE", faults))
    answers = dict(_pairs("--reading", readings or (), "NAME=OPTION", faults))
    if faults:
        raise InputError(faults)
    return values, answers


def _pairs(option: str, given: Iterable[str], form: str, faults: list[Located]) -> dict[str, str]:
    """Read ``NAME=VALUE``, noting what cannot be read."""
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            faults.append(Located(f"expected {form}, got '{text}'", path=option))
        elif found.get(name, value) != value:
            faults.append(Located(f"'{name}' is given twice, as '{found[name]}' and as '{value}'; maybe drop one", path=option))
        else:
            found[name] = value
    return found


def read_milestones(given: list[str] | None) -> tuple[str, ...] | None:
    """Return the milestones named, each once, in the order given; None where none are.

    Raises
    ------
    InputError
        If an option names nothing.
    """
    if not given:
        return None
    names = [name.strip() for text in given for name in text.split(",")]
    if not all(names):
        raise InputError([Located(f"expected milestones such as M10 or M10,M14, got '{','.join(given)}'", path="--milestone")])
    return tuple(dict.fromkeys(names))


def read_day(text: str, option: str) -> dt.date:
    """Read the day that an option asks for.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        message = f"expected a date such as 2026-02-02, got '{text}'"
        raise InputError([Located(message, path=option)]) from None
