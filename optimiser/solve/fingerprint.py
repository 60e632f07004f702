"""What an answer depends on, as one hash; and the versions it was computed with."""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError, version

from models.plan import Plan

__all__ = ["package_version", "plan_sha256"]


def plan_sha256(plan: Plan) -> str:
    """Return the SHA-256 of a plan with everything chosen on top of it, in its one JSON spelling."""
    return hashlib.sha256(plan.model_dump_json(by_alias=True).encode()).hexdigest()


def package_version(name: str) -> str:
    """Return the version of an installed package, ``unknown`` where it runs from a bare source tree."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
