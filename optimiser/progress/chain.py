"""The chain of updates: a plan, the update that it was made of, and so on, as far as they can be found."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.plan import Plan
from models.updating import ChainLink, Previous, UpdateChain
from optimiser.errors import InputError, Located
from optimiser.reading.load import load
from optimiser.reading.packaged import find_plan, packaged
from optimiser.reading.previous import predecessor

__all__ = ["IN_A_CIRCLE", "ChainedPlan", "chain_of", "chained", "counts_of", "link_of", "not_read", "update_before"]

IN_A_CIRCLE: Final = "is an update that was made of this one: the chain runs in a circle"
"""What is said of an update behind which the chain comes back to a plan that was there."""

_LONGEST: Final = 520
"""Updates after which the rest of a chain is not looked at: ten years of weeks."""


@dataclass(frozen=True, slots=True)
class ChainedPlan:
    """An update of a chain with its plan; without one where it cannot be read."""

    link: ChainLink
    path: Path
    plan: Plan | None


def counts_of(plan: Plan) -> tuple[int, int, int]:
    """Return how many activities and milestones are done, begun and to do."""
    names = [item.id for item in (*plan.activities, *plan.milestones)]
    done, begun = sum(map(plan.done, names)), sum(map(plan.under_way, names))
    return done, begun, len(names) - done - begun


def chain_of(plan: str | Path) -> UpdateChain:
    """Return an update and those before it, the newest first.

    Raises
    ------
    InputError
        If the plan itself cannot be read; what is wrong with those before it is said in the chain, which then ends.
    """
    found = [*chained(plan)]
    assert found[0].plan is not None
    return UpdateChain(plan=found[0].plan.id, links=tuple(each.link for each in found))


def chained(plan: str | Path) -> Iterator[ChainedPlan]:
    """Yield an update and those before it with their plans, the newest first.

    Raises
    ------
    InputError
        If the plan itself cannot be read.
    """
    path = find_plan(plan)
    held: Plan | None = load(path)
    assert held is not None
    yield ChainedPlan(link_of(str(plan), held, None, None), path, held)
    seen = {path.resolve()}
    while held is not None and held.previous is not None and len(seen) < _LONGEST:
        named = held.previous
        before = predecessor(path, named)
        if before.path.resolve() in seen:
            yield not_read(before.path, "circle", IN_A_CIRCLE)
            return
        if before.sha256 is None:
            yield not_read(before.path, before.state, before.says)
            return
        path = before.path
        seen.add(path.resolve())
        try:
            held = load(path)
        except InputError as error:
            yield not_read(path, "unreadable", str(error.faults[0]))
            return
        yield ChainedPlan(link_of(_called(named, path), held, before.state, before.says or None), path, held)


def update_before(plan: str | Path, tell: Callable[[str], None] = lambda _: None) -> str | None:
    """Return where the update before a plan lies, or the name of the packaged plan that it is; None where the plan names none.

    Parameters
    ----------
    tell
        Told where that update says something else than when this one was made of it.

    Raises
    ------
    InputError
        If the plan cannot be read, or names an update that is not to be found.
    """
    path = find_plan(plan)
    previous = load(path).previous
    if previous is None:
        return None
    found = predecessor(path, previous)
    if found.sha256 is None:
        message = f"the update before '{plan}', '{previous.path}', is not to be read: {found.says}; maybe say where it lies"
        raise InputError([Located(message, path="previous")])
    if found.says:
        tell(f"{plan}: '{previous.path}' {found.says}")
    return _called(previous, found.path)


def _called(named: Previous, path: Path) -> str:
    """Return how an update found is asked for: by its name where it is packaged, else by its path."""
    by_name = any(entry.name == named.path and entry.path == path for entry in packaged())
    return named.path if by_name else os.path.normpath(path)


def link_of(path: str, plan: Plan, state: str | None, says: str | None) -> ChainLink:
    """Return one update of a chain, told by its path or name."""
    done, begun, to_do = counts_of(plan)
    return ChainLink.model_validate(
        {
            "path": path,
            "title": plan.title,
            "status_date": plan.status_date,
            "state": state,
            "says": says,
            "done": done,
            "begun": begun,
            "to_do": to_do,
        }
    )


def not_read(path: Path, state: str, says: str) -> ChainedPlan:
    """Return the end of a chain that goes no further, though it should."""
    link = {"path": os.path.normpath(path), "title": "not read", "status_date": None, "state": state, "says": says}
    return ChainedPlan(ChainLink.model_validate(link), path, None)
