"""The update before: where it lies, and whether it still says what it said when the next one was made of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from models.updating import Previous, PreviousState
from optimiser.errors import InputError, Located
from optimiser.reading.files import LARGEST_DOCUMENT, read_content
from optimiser.reading.folder import PLAN_FILE, Gathered, gather
from optimiser.reading.packaged import BENCHMARKS, PLANNERS, TABLES, find_plan, packaged
from optimiser.reading.update_part import UPDATE_FILE

__all__ = ["Predecessor", "content_sha256", "home_of", "predecessor", "predecessor_warnings", "said_sha256"]


@dataclass(frozen=True, slots=True)
class Predecessor:
    """The update before one.

    Attributes
    ----------
    path
        Where it is said to lie.
    sha256
        Of what it says today; None where it cannot be read.
    says
        What is wrong, in words; empty where it is unchanged.
    """

    path: Path
    state: PreviousState
    sha256: str | None
    says: str


def content_sha256(path: Path) -> str:
    """Return the hash of what a plan's files say: of their values, not of comments, layout or where they lie.

    Of a planner's own file it is the hash of its bytes.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    if path.suffix.lower() in (*PLANNERS, *BENCHMARKS, *TABLES):
        return hashlib.sha256(read_content(path, str(path), LARGEST_DOCUMENT)).hexdigest()
    gathered = gather(path)
    if gathered.broken or gathered.faults:
        raise InputError(gathered.faults)
    return said_sha256(gathered)


def said_sha256(gathered: Gathered) -> str:
    """Return the hash of what gathered files say."""
    content = dict(gathered.content)
    if isinstance(content.get("previous"), dict):
        # What the update before says counts, through its hash; where it lies does not.
        content["previous"] = {key: value for key, value in content["previous"].items() if key != "path"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> str:
    return str(value)


def home_of(path: Path) -> Path:
    """Return the folder from which a plan's path to the update before is counted."""
    return path if path.is_dir() else path.parent


def predecessor(path: Path, previous: Previous) -> Predecessor:
    """Return the update before a plan, held against the hash that the plan gives.

    Parameters
    ----------
    path
        The plan's file or folder.
    """
    where = home_of(path) / previous.path
    there = _exists(where)
    named = not there and any(plan.name == previous.path for plan in packaged())
    try:
        found = find_plan(previous.path if named else where)
    except InputError as error:
        return Predecessor(where, "unreadable" if there else "missing", None, error.faults[0].message)
    try:
        sha256 = content_sha256(found)
    except InputError as error:
        return Predecessor(where, "unreadable", None, str(error.faults[0]))
    if sha256 != previous.sha256:
        return Predecessor(found, "changed", sha256, "says something else than when this update was made of it")
    return Predecessor(found, "unchanged", sha256, "")


def _exists(path: Path) -> bool:
    """Return whether there is anything under a path, be it one that cannot be looked at."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


_FORWARD: Final = "maybe make this update again from it, or accept it as it is and write its hash: sha256"


def predecessor_warnings(path: Path, previous: Previous | None) -> tuple[Located, ...]:
    """Return warnings about the update before, located where it is named."""
    if previous is None:
        return ()
    found = predecessor(path, previous)
    if found.state == "unchanged":
        return ()
    file = home_of(path) / UPDATE_FILE
    label = str(file if file.is_file() else home_of(path) / PLAN_FILE)
    what = {
        "changed": f"'{previous.path}' {found.says}; {_FORWARD} {found.sha256}",
        "missing": f"'{previous.path}' is not there ({found.says}); the plan stands without it, what moved since is not known",
    }.get(found.state, f"'{previous.path}' cannot be read ({found.says}); the plan stands without it")
    return (Located(f"the update before, {what}", file=label, path="previous"),)
