"""What an answer depends on, as one hash; and the versions it was computed with."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from models.plan import Plan
from models.record import Record

__all__ = ["package_version", "plan_sha256", "source_sha256"]


def plan_sha256(plan: Plan) -> str:
    """Return the SHA-256 of a plan with everything chosen on top of it, in one JSON spelling."""
    return hashlib.sha256(json.dumps(plan, default=_plain, separators=(",", ":"), ensure_ascii=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Spell a record as its fields in the order declared, and every word of the vocabulary as it is printed.

    Pydantic would do the same but for the price of building a serialiser for the whole plan, a quarter of a solve.
    """
    if isinstance(value, Plan) and (value.qualification is None or not value.qualification.expanded):
        # Parties that are not in the plan decide nothing.
        return {name: held for name, held in value.written().items() if name != "qualification"}
    if isinstance(value, Record):
        return value.written()
    return str(value)


@lru_cache
def package_version(name: str) -> str:
    """Return the version of an installed package, ``unknown`` where it runs from a bare source tree."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


@lru_cache(maxsize=1)
def source_sha256() -> str:
    """Return the SHA-256 of this tool's own source: two versions that differ in a word have two, whatever they are called."""
    root = Path(__file__).parents[2]
    found = hashlib.sha256()
    for path in sorted(path for room in ("models", "optimiser") for path in (root / room).rglob("*") if path.is_file()):
        if "__pycache__" not in path.parts:
            content = path.read_bytes()
            found.update(f"{path.relative_to(root).as_posix()} {len(content)} ".encode() + content)
    return found.hexdigest()
