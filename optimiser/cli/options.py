"""Options that verbs share, spelt as a user types them, and the plan they speak of."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optimiser.cli import completion
from optimiser.cli.output import announce
from optimiser.errors import InputError, Located

if TYPE_CHECKING:
    from models.plan import Plan
    from optimiser.reading.load import LoadedPlan

__all__ = [
    "AskedPlan",
    "Force",
    "Milestones",
    "PlanChoices",
    "PlanName",
    "Project",
    "Solver",
    "ValuedChoices",
    "argument",
    "day",
    "option",
    "whole_numbers",
]


def option(spelt: str, says: str, **more: Any) -> Any:
    """Return an option as help spells it.

    Parameters
    ----------
    spelt
        Its names, and what stands for its value: ``"-o --output FILE.json"``; of a switch its names alone.
    more
        As typer takes it: ``min``, ``max``, ``parser``.
    """
    names = [word for word in spelt.split() if word.startswith("-")]
    return typer.Option(*names, metavar=" ".join(spelt.split()[len(names) :]) or None, help=says, **more)


def argument(metavar: str, says: str, **more: Any) -> Any:
    """Return an argument as help spells it."""
    return typer.Argument(metavar=metavar, help=says, **more)


def day(name: str, says: str) -> Any:
    """Return an option that takes a day."""

    def read(text: str) -> dt.date:
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise InputError([Located(f"expected a date such as 2026-02-02, got '{text}'", path=name)]) from None

    return option(f"{name} DATE", says, parser=read)


def whole_numbers(name: str, given: Iterable[str] | None, example: str) -> dict[str, int]:
    """Read ``NAME=N``, or refuse every text that cannot be read so."""
    read = {text: re.fullmatch(r"\s*(\S.*?)\s*=\s*(\d{1,9})\s*", text) for text in given or ()}
    if faults := [
        Located(f"expected NAME=N, such as {example}, got '{text}'", path=name) for text, found in read.items() if found is None
    ]:
        raise InputError(faults)
    return {found[1]: int(found[2]) for found in read.values() if found}


def _each_once(given: list[str] | None) -> list[str] | None:
    """Return the milestones named, each once, in the order given; None where none are."""
    names = [name.strip() for text in given or () for name in text.split(",")]
    if not all(names):
        got = ",".join(given or ())
        raise InputError([Located(f"expected milestones such as M10 or M10,M14, got '{got}'", path="--milestone")])
    return list(dict.fromkeys(names)) or None


_PLAN = "A packaged plan (see 'optimiser list'), a plan's folder, a planner's own file or a table."
_SET = (
    "Set an assumption, or ITEM.duration or RULE.lag where none names it: '304 wd', 2024-02-07, 12, true, none; "
    "or change it: +3mo, -10wd, -20%, +2; repeatable."
)
_MILESTONES = "A milestone asked for, or several with commas; the plan's own where left out."
_TIME_LIMIT = "Bound the whole question by the wall clock; such a run may not repeat."

PlanName = Annotated[str, argument("PLAN", _PLAN, autocompletion=completion.plans)]
Milestones = Annotated[
    list[str] | None, option("-m --milestone M10", _MILESTONES, autocompletion=completion.milestones, callback=_each_once)
]
Force = Annotated[bool, option("--force", "Replace what is there already.")]
Project = Annotated[str | None, option("--project ID", "Which project of a planner's file, of several.")]
Several = list[str] | None


@dataclass(frozen=True, kw_only=True)
class Solver:
    """What bounds and repeats a search, as the options say it."""

    seed: Annotated[int, option("--seed", "Of the solver; recorded.", min=0, max=2**31 - 1)] = 0
    workers: Annotated[
        int, option("--workers", "Threads of the solver; runs that end at a limit repeat only with one.", min=1, max=1024)
    ] = 1
    time_limit: Annotated[float | None, option("--time-limit SECONDS", _TIME_LIMIT, min=0.001)] = None

    def __post_init__(self) -> None:
        """Note when the question began."""
        object.__setattr__(self, "_begun", monotonic())

    def limits(self) -> dict[str, Any]:
        """Return all of it by its names."""
        return asdict(self)

    def left(self) -> dict[str, Any]:
        """Return the same for a second part of the question: of the time what the first part left."""
        begun: float = self._begun  # type: ignore[attr-defined]
        left = None if self.time_limit is None else max(0.0, self.time_limit - (monotonic() - begun))
        return self.limits() | {"time_limit": left}


@dataclass(frozen=True, kw_only=True)
class PlanChoices:
    """What may be chosen of any plan, as the options say it."""

    scenario: Annotated[
        Several,
        option(
            "-s --scenario NAME_OR_FILE",
            "Apply a scenario; repeat to stack, the later wins.",
            autocompletion=completion.scenarios,
        ),
    ] = None
    setting: Annotated[Several, option("--set NAME=VALUE", _SET, autocompletion=completion.numbers)] = None
    reading: Annotated[
        Several,
        option(
            "--reading NAME=OPTION", "Answer a question the source leaves open; repeatable.", autocompletion=completion.readings
        ),
    ] = None
    release: Annotated[Several, option("--release RULE", "Switch a rule off; repeatable.", autocompletion=completion.rules)] = (
        None
    )

    def of(self, plan: str) -> AskedPlan:
        """Return a plan with these choices."""
        return AskedPlan(plan=plan, **{name: getattr(self, name) for name in self.__dataclass_fields__})


@dataclass(frozen=True, kw_only=True)
class ValuedChoices(PlanChoices):
    """The same, and values from a workbook."""

    assumptions: Annotated[
        Path | None, option("--assumptions FILE.xlsx", "Values from the sheet Assumptions of an evidence pack's workbook.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class AskedPlan(ValuedChoices):
    """The plan that the options describe, not yet read."""

    plan: PlanName

    def read(self, tell: Any = None) -> LoadedPlan:
        """Return it, with what it was changed from; a value set by name wins over one in a workbook.

        Raises
        ------
        InputError
            With everything wrong in the options or, once they can be read, in the files.
        """
        if tell:
            tell("reading the plan")
        values, answers = self.choices()
        from optimiser.reading.load import load_changed

        loaded = load_changed(self.plan, self.scenario or (), settings=values, readings=answers, released=self.release or ())
        if loaded.written.previous is not None:
            from optimiser.reading.packaged import find_plan
            from optimiser.reading.previous import predecessor_warnings

            for warning in predecessor_warnings(find_plan(self.plan), loaded.written.previous):
                announce(f"note: {warning}")
        if self.assumptions is None:
            return loaded
        by_name = self._pairs()[0]
        return replace(loaded, origins={value: self.assumptions.name for value in values if value not in by_name})

    def choices(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return the values set and the readings answered; a value set by name wins over one in a workbook.

        A change by name of what a workbook sets is relative to the workbook's value.

        Raises
        ------
        InputError
            With everything wrong in the options or in the workbook.
        """
        values, answers = self._pairs()
        if self.assumptions is None:
            return values, answers
        from optimiser.reading.load import load
        from optimiser.reading.relative import is_relative, read_setting, stated_text
        from optimiser.reading.workbook import read_assumptions

        plan: Plan = load(self.plan, self.scenario or (), readings=answers)
        found = read_assumptions(self.assumptions, plan)
        faults: list[Located] = []
        for key in [key for key in values if key in found and is_relative(values[key])]:
            held = read_setting(found[key], plan.values[key], plan).value
            try:
                values[key] = stated_text(read_setting(values[key], held, plan).value)
            except ValueError as error:
                faults.append(Located(str(error), path=f"--set {key}={values[key]}"))
        if faults:
            raise InputError(faults)
        return {**found, **values}, answers

    def _pairs(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return the values set and the readings answered by name, or every one that cannot be read."""
        faults: list[Located] = []
        values = dict(_pairs("--set", self.setting or (), "NAME=VALUE", faults))
        answers = dict(_pairs("--reading", self.reading or (), "NAME=OPTION", faults))
        if faults:
            raise InputError(faults)
        return values, answers


def _pairs(name: str, given: Iterable[str], form: str, faults: list[Located]) -> dict[str, str]:
    """Read ``NAME=VALUE``, noting what cannot be read."""
    found: dict[str, str] = {}
    for text in given:
        key, equals, value = (part.strip() for part in text.partition("="))
        if not (key and equals and value):
            faults.append(Located(f"expected {form}, got '{text}'", path=name))
        elif found.get(key, value) != value:
            faults.append(Located(f"'{key}' is given twice, as '{found[key]}' and as '{value}'; maybe drop one", path=name))
        else:
            found[key] = value
    return found
