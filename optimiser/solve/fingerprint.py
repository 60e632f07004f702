"""What an answer depends on, as one hash; and the versions it was computed with."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from models.plan import Plan
from models.record import Record

__all__ = ["package_version", "plan_sha256"]


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


def package_version(name: str) -> str:
    """Return the version of an installed package, ``unknown`` where it runs from a bare source tree."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
