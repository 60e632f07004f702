"""The updates before a plan, kept inside its pack with their files: forecasts of the past can be worked out again from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count, takewhile
from pathlib import Path, PurePosixPath
from typing import Final

from models.plan import Plan
from optimiser.errors import InputError, Located
from optimiser.evidence.documents import print_document
from optimiser.evidence.inputs import INPUTS, plan_files, plan_inside
from optimiser.progress.chain import IN_A_CIRCLE, ChainedPlan, chained, link_of, not_read
from optimiser.reading.files import json_value
from optimiser.reading.load import load
from optimiser.reading.previous import content_sha256

__all__ = ["CHAIN", "CarriedChain", "read_chain", "stored_chain"]

CHAIN: Final = f"{INPUTS}/chain"
"""Where a pack keeps the updates before its plan, the newest as 1."""

_LINKS: Final = "links.json"
_SCHEMA: Final = "optimiser/pack-chain/1"
_MOST: Final = 36
"""Updates before the plan that a pack keeps: three years of months."""
_ENDS: Final = {
    "missing": "is not there, so nothing is told of it and of what came before it",
    "unreadable": "cannot be read, so nothing is told of it and of what came before it",
    "circle": IN_A_CIRCLE,
    "changed": "says something else than when the next update was made of it",
}
_LEFT_OUT: Final = "and those before it are not in this pack"


@dataclass(frozen=True)
class CarriedChain:
    """A chain of updates as a pack keeps it.

    Attributes
    ----------
    found
        The pack's own plan as written, then those before it.
    files
        By their places in the pack; nothing of the pack's own plan.
    note
        Where the pack keeps less than the chain has; else empty.
    """

    found: tuple[ChainedPlan, ...]
    files: Mapping[str, bytes] = field(repr=False)
    note: str = ""


@dataclass(frozen=True)
class _Before:
    """What is known of the updates before a plan: the names and files of those that are read, and how the chain ends."""

    names: tuple[str, ...]
    paths: tuple[Path, ...]
    plans: tuple[Plan, ...]
    end: tuple[str, str] | None


def read_chain(path: Path, name: str) -> CarriedChain | None:
    """Return the chain of a plan that is an update, with the files that the pack is to keep; None of any other plan.

    Parameters
    ----------
    path
        Where the plan lies.
    name
        What the pack calls it.

    Raises
    ------
    InputError
        If the plan cannot be read, or a file of one before it is larger than a pack takes in.
    """
    newest, *others = chained(path)
    assert newest.plan is not None
    if not others:
        return None
    read = [*takewhile(lambda each: each.plan is not None, others)]
    broken = others[len(read)] if len(read) < len(others) else None
    end = None if broken is None else (_called(broken), str(broken.link.state))
    if len(read) > _MOST:
        end = (_called(read[_MOST]), "left out")
        read = read[:_MOST]
    before = _Before(
        tuple(_called(each) for each in read),
        tuple(each.path for each in read),
        tuple(each.plan for each in read if each.plan is not None),
        end,
    )
    links = {"schema": _SCHEMA, "before": list(before.names), "end": None if end is None else {"name": end[0], "state": end[1]}}
    files = {f"{CHAIN}/{_LINKS}": print_document(links).encode()}
    for place, each in enumerate(before.paths, start=1):
        files |= plan_files(each, f"{CHAIN}/{place}")
    return _carried(path, name, newest.plan, before, files)


def stored_chain(root: Path, path: Path, name: str) -> CarriedChain | None:
    """Return the chain that a pack keeps; None of one that keeps none.

    Raises
    ------
    InputError
        If what it keeps is not as a pack keeps it.
    """
    place = root / CHAIN
    if not (place / _LINKS).is_file():
        return None
    try:
        links = json_value((place / _LINKS).read_bytes())
        names = tuple(str(each) for each in links["before"])
        end = None if links["end"] is None else (str(links["end"]["name"]), str(links["end"]["state"]))
    except (ValueError, KeyError, TypeError) as error:
        raise InputError([Located(f"is not as a pack writes it: {error}", file=f"{CHAIN}/{_LINKS}")]) from None
    paths = tuple(plan_inside(place / str(number)) for number, _ in zip(count(1), names, strict=False))
    before = _Before(names, paths, tuple(load(each) for each in paths), end)
    kept = (file for file in sorted(place.rglob("*")) if file.is_file())
    return _carried(path, name, load(path), before, {file.relative_to(root).as_posix(): file.read_bytes() for file in kept})


def _called(each: ChainedPlan) -> str:
    """Return what an update is called, without where it lay on one machine."""
    return PurePosixPath(each.link.path).name or each.link.title


def _carried(path: Path, name: str, plan: Plan, before: _Before, files: Mapping[str, bytes]) -> CarriedChain:
    """Return a chain with each update held against the hash that the next one names."""
    found = [ChainedPlan(link_of(name, plan, None, None), path, plan)]
    for called, where, held in zip(before.names, before.paths, before.plans, strict=True):
        later = found[-1].plan
        if later is None or later.previous is None:
            message = f"keeps '{called}' before a plan that names no update before it"
            raise InputError([Located(message, file=f"{CHAIN}/{_LINKS}")])
        state = "unchanged" if content_sha256(where) == later.previous.sha256 else "changed"
        found.append(ChainedPlan(link_of(called, held, state, _ENDS.get(state)), where, held))
    note = ""
    if before.end is not None:
        called, state = before.end
        if state == "left out":
            note = f"{called} {_LEFT_OUT}"
        else:
            found.append(not_read(Path(called), state, _ENDS.get(state, state)))
    return CarriedChain(tuple(found), files, note)
