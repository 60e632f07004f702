"""The request for a pack: plan, cases and choices, as a record and as a command line."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from pathlib import Path

from models.pack import PackCase, PackRequest
from optimiser.errors import InputError, Located
from optimiser.reading.document import heading
from optimiser.reading.packaged import find_plan, find_scenario, scenario_folder

__all__ = ["command", "renamed", "request_of"]


def request_of(
    plan: str,
    *,
    main: tuple[str, ...] = (),
    cases: tuple[str, ...] | None = None,
    settings: Mapping[str, str] | None = None,
    readings: Mapping[str, str] | None = None,
    released: tuple[str, ...] = (),
    milestones: tuple[str, ...] = (),
    seed: int = 0,
    confidence: float = 0.8,
    samples: int | None = None,
    pdf: bool = False,
) -> PackRequest:
    """Return what is asked for, with the cases filled in.

    Parameters
    ----------
    main
        Scenarios of every case.
    cases
        Further cases, each a scenario or several joined by ``+``; every scenario beside the plan, one at a time, where None.

    Raises
    ------
    InputError
        If the plan or a scenario is unknown, or a case is named twice.
    """
    path = find_plan(plan)
    if cases is None:
        folder = scenario_folder(path)
        found = sorted(file.stem for file in folder.glob("*.yaml")) if folder else []
        cases = tuple(name for name in found if name not in main)
    first = "+".join(Path(name).stem for name in main) or "base"
    asked = [PackCase(id=_case_id(first), title="The plan as asked", scenarios=())]
    for text in cases:
        stack = tuple(part for part in text.split("+") if part)
        for part in (*main, *stack):
            find_scenario(part, path)  # a slip in a name is told now, not in the pack
        name = _case_id("+".join(Path(part).stem for part in stack) or "base")
        if any(case.id == name for case in asked):
            raise InputError([Located(f"the case '{name}' is asked for twice; maybe drop one", path="--case")])
        asked.append(
            PackCase(
                id=name,
                title="; with ".join(_scenario_title(part, path) for part in stack) or "The plan as written",
                scenarios=stack,
            )
        )
    return PackRequest(
        plan=_plan_name(plan, path),
        main=main,
        settings=dict(settings or {}),
        readings=dict(readings or {}),
        released=released,
        cases=tuple(asked),
        milestones=milestones,
        seed=seed,
        confidence=confidence,
        samples=samples,
        pdf=pdf,
    )


def _plan_name(asked: str, path: Path) -> str:
    """Return the name of a plan as asked for, without the folders of one machine."""
    if path.is_file() and path.name != "plan.yaml":
        return path.stem
    if path.is_file() or Path(asked).name in ("", ".", ".."):
        folder = path.resolve()
        return (folder.parent if path.is_file() else folder).name or "plan"
    return Path(asked).name


def _scenario_title(name: str, plan: Path) -> str:
    """Return what a scenario says it is; its name where it says nothing, or cannot be read: that is said elsewhere."""
    try:
        return heading(find_scenario(name, plan), "title") or Path(name).stem
    except (InputError, OSError):
        return Path(name).stem


def _case_id(name: str) -> str:
    """Return a name that an identifier may have."""
    kept = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_") else "-" for letter in name)
    return kept.strip("-_")[:60] or "case"


def renamed(request: PackRequest, rename: Callable[[str], str]) -> PackRequest:
    """Return a request with every scenario under another name."""
    cases = tuple(
        case.model_copy(update={"scenarios": tuple(rename(name) for name in case.scenarios)}) for case in request.cases
    )
    return request.model_copy(update={"main": tuple(rename(name) for name in request.main), "cases": cases})


def command(request: PackRequest) -> str:
    """Return the command line that asks for the same pack."""
    parts = ["optimiser", "evidence", request.plan, "-o", "PACK"]
    for name in request.main:
        parts += ["-s", name]
    parts += [part for name, value in request.settings.items() for part in ("--set", f"{name}={value}")]
    parts += [part for name, value in request.readings.items() for part in ("--reading", f"{name}={value}")]
    parts += [part for name in request.released for part in ("--release", name)]
    for case in request.cases[1:]:
        parts += ["--case", "+".join(case.scenarios)]
    if len(request.cases) == 1:
        parts.append("--no-cases")
    for name in request.milestones:
        parts += ["-m", name]
    parts += ["--seed", str(request.seed), "--confidence", f"{request.confidence:g}"]
    parts += [] if request.samples is None else ["--samples", str(request.samples)]
    parts += [] if request.since is None else ["--since", request.since]
    return shlex.join([*parts, *(["--pdf"] if request.pdf else [])])
