"""What a check returns, and how a finding is put together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from models.lint import LintEffect, LintFinding, Severity
from models.provenance import Citation
from optimiser.lint.subject import Subject

__all__ = ["Check", "Checked", "finding"]

_KEY = re.compile(r"[^A-Za-z0-9_.+:-]+")


@dataclass(slots=True)
class Checked:
    """What a check found.

    Attributes
    ----------
    looked_at
        On how many things the check was made.
    not_applicable
        Why it was not made, where there was nothing to make it on.
    """

    looked_at: int
    findings: list[LintFinding] = field(default_factory=list)
    not_applicable: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its stable name, what it asks, and the function that asks it."""

    id: str
    title: str
    run: Callable[[Subject], Checked]


def finding(
    check: str,
    severity: Severity,
    where: Iterable[str],
    what: str,
    *,
    key: str | None = None,
    citation: Iterable[Citation] = (),
    tried: str | None = None,
    effects: Iterable[LintEffect] = (),
) -> LintFinding:
    """Return a finding; its id is the check and the key of what was found."""
    effects = tuple(effects)
    return LintFinding(
        id=f"{check}:{_KEY.sub('-', key)}" if key else check,
        check=check,
        severity=severity,
        where=tuple(where),
        what=what,
        citation=tuple(dict.fromkeys(citation)),
        tried=tried if effects else None,
        effects=effects,
    )
