"""What the command line says to machines: one JSON document per answer, `schema` first, every date ISO.

The keys and their order are a contract; keys are added after those that stand, never renamed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a fault is reported without waiting for the models
    from models.assumptions import Baseline
    from models.changes import WhatIf
    from models.findings import Binding, Conflict, Evidence
    from models.items import Item
    from models.outcome import MilestoneDate, Outcome, RowDate, Run
    from models.plan import Plan
    from models.provenance import Basis
    from models.record import Record
    from optimiser.errors import Located
    from optimiser.reproduction import RowMatch

__all__ = [
    "ERROR_SCHEMA",
    "LIST_SCHEMA",
    "SHOW_SCHEMA",
    "SOLVE_SCHEMA",
    "conditions",
    "error_document",
    "evidence_class",
    "list_document",
    "print_document",
    "show_document",
    "solve_document",
    "with_changes",
]

SOLVE_SCHEMA = "optimiser/solve/1"
LIST_SCHEMA = "optimiser/list/1"
SHOW_SCHEMA = "optimiser/show/1"
ERROR_SCHEMA = "optimiser/error/1"

_FIRMEST_FIRST: tuple[Basis, ...] = ("document", "derived", "inferred", "fitted", "judgement", "synthetic")

_INVISIBLE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def print_document(document: Mapping[str, Any], *, compact: bool = False) -> str:
    """Return the document as text that ends a line; compact where it is kept for machines and would be large.

    Control and direction-changing characters are escaped, so that a document on a terminal is read as it is written.
    """
    layout: dict[str, Any] = {"separators": (",", ":")} if compact else {"indent": 2}
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, **layout)
    return _INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def error_document(faults: Iterable[Located]) -> dict[str, Any]:
    """Return everything wrong with what was given."""
    from optimiser.evidence.terminal.characters import legible

    return {
        "schema": ERROR_SCHEMA,
        "faults": [
            {
                "file": None if fault.file is None else legible(fault.file),
                "line": fault.line,
                "column": fault.column,
                "path": fault.path,
                "message": fault.message,
            }
            for fault in faults
        ],
    }


def list_document(plans: Iterable[tuple[str, str, str, Sequence[tuple[str, str]]]]) -> dict[str, Any]:
    """Return the packaged plans: name, title, path, and the names and titles of the scenarios of each."""
    return {
        "schema": LIST_SCHEMA,
        "plans": [
            {
                "name": name,
                "title": title,
                "path": path,
                "scenarios": [{"name": scenario, "title": about} for scenario, about in scenarios],
            }
            for name, title, path, scenarios in plans
        ],
    }


def show_document(plan: Plan, sections: Sequence[str] = (), matches: Sequence[RowMatch] | None = None) -> dict[str, Any]:
    """Return what a plan holds.

    Parameters
    ----------
    plan
        With its scenarios applied.
    sections
        Parts listed in full (see `optimiser.evidence.terminal.plans.SECTIONS`); readings and assumptions where empty.
    matches
        How the published rows come about; given with the items where known.
    """
    by_item = {match.id: match for match in matches or ()}
    parts: dict[str, Iterable[dict[str, Any]]] = {
        "items": (_item(plan, item, by_item.get(item.id)) for item in plan.items.values()),
        "rules": ({**_dumped(rule), "on": plan.switch(rule.enabled)} for rule in plan.rules),
        "assumptions": map(_dumped, plan.assumptions),
        "readings": (
            {**_dumped(reading), "chosen": plan.choice(reading), "open": reading.id not in plan.settings.readings}
            for reading in plan.readings
        ),
        "sources": map(_dumped, plan.sources),
        "baselines": map(_dumped, plan.baselines),
        "raid": map(_dumped, plan.raid),
        "unknowns": map(_dumped, plan.unknowns),
    }
    return {
        "schema": SHOW_SCHEMA,
        "plan": plan.id,
        "title": plan.title,
        "as_of": plan.as_of.isoformat(),
        "scenarios": list(plan.settings.scenarios),
        "readings": plan.choices(),
        "horizon": [plan.horizon.first.isoformat(), plan.horizon.last.isoformat()],
        "calendar": plan.calendar,
        "targets": list(plan.targets),
        "settings": _dumped(plan.settings),
        "counts": {
            "activities": len(plan.activities),
            "milestones": len(plan.milestones),
            "hammocks": len(plan.hammocks),
            "rules": len(plan.rules),
            "rules_on": sum(1 for _ in plan.active_rules()),
            **{
                name: len(getattr(plan, name))
                for name in ("assumptions", "unknowns", "readings", "sources", "baselines", "raid")
            },
        },
        "sections": {section: list(parts[section]) for section in sections or ("readings", "assumptions")},
    }


def _dumped(record: Record) -> dict[str, Any]:
    """Return a record as plain values, spelled as in a file."""
    return record.model_dump(mode="json", by_alias=True)


def _item(plan: Plan, item: Item, match: RowMatch | None) -> dict[str, Any]:
    """Return an item with what it is, for work the length that counts, and how its published row comes about."""
    found = {"kind": type(item).__name__.lower(), **_dumped(item)}
    length = getattr(item, "duration", None)
    if length is not None:
        found["length"] = str(plan.duration(length))
    if match is not None:
        found["reproduction"] = {
            "by": match.by,
            "matches": match.matches,
            "start": match.start.isoformat(),
            "finish": match.finish.isoformat(),
        }
    return found


def evidence_class(evidence: Evidence) -> Basis | None:
    """Return the least firm basis that anything on the driving chain stands on; None where the chain is empty.

    From the firmest: document, derived, inferred, fitted, judgement, synthetic.
    """
    bases = {basis for counts in (evidence.other_wd, evidence.links) for basis, count in counts.items() if count}
    if evidence.document_wd:
        bases.add("document")
    if evidence.inferred_links:
        bases.add("inferred")
    if evidence.fitted:
        bases.add("fitted")
    return max(bases, key=_FIRMEST_FIRST.index, default=None)


def conditions(evidence: Evidence) -> str:
    """Return the proposals that a date takes for granted, to be read after "if"; nothing where there are none."""
    titles = (
        title if title[1:2].isupper() or title[1:2].isdigit() else title[0].lower() + title[1:] for title in evidence.proposals
    )
    return " and ".join(titles)


def solve_document(
    outcome: Outcome, plan: Plan, milestones: Sequence[str] | None = None, written_sha256: str | None = None
) -> dict[str, Any]:
    """Return the document of ``solve``.

    Parameters
    ----------
    outcome
        The answer.
    plan
        The plan it answers for: baselines and titles are read from it.
    milestones
        What was asked for; the plan's targets where None. An outcome without dates lists them with nulls.
    written_sha256
        The hash of the plan before scenarios and single choices, where it is known.

    Returns
    -------
    dict
        ``milestones`` holds every milestone asked for; ``span`` is the first and last date over the live readings,
        the last null where some fall off the calendar; ``finish`` is the last working day, inclusive; ``outcome`` is
        the answer as the Python API gives it, enough to verify the document later; ``inputs`` is all that the plan sets, so
        that two documents can be compared, and ``set_otherwise`` the readings whose values somebody has set by name.
    """
    from optimiser.inputs import inputs_of

    asked = tuple(milestones or plan.targets)
    solved = outcome if outcome.status == "solved" else None
    if outcome.status == "solved":
        dated = {entry.id: _milestone(entry, plan) for entry in outcome.milestones}
    else:
        bounds = outcome.bounds if outcome.status == "undecided" else {}
        dated = {name: _undated(name, plan, bounds) for name in dict.fromkeys((*asked, *bounds))}
    return {
        "schema": SOLVE_SCHEMA,
        "plan": outcome.plan,
        "scenarios": list(outcome.scenarios),
        "readings": dict(outcome.readings),
        "status": outcome.status,
        "milestones": dated,
        "schedule": [_row(row) for row in solved.rows] if solved else [],
        "driving": {name: list(chain) for name, chain in solved.driving.items()} if solved else {},
        "binding": {name: [_binding(entry) for entry in found] for name, found in solved.binding.items()} if solved else {},
        "conflict": _conflict(outcome.conflict) if outcome.status == "infeasible" else None,
        "run": _run(outcome.run),
        "notes": list(outcome.notes),
        "outcome": outcome.model_dump(mode="json", by_alias=True),
        "inputs": _dumped(inputs_of(plan, written_sha256)),
        "set_otherwise": plan.set_otherwise(),
        "slots": {name: dict(held) for name, held in solved.slots.items()} if solved else {},
    }


def with_changes(document: Mapping[str, Any], found: WhatIf | None) -> dict[str, Any]:
    """Return the document of any answer with what was changed for it; null where nothing was."""
    return {**document, "what_if": None if found is None else _dumped(found)}


def _milestone(entry: MilestoneDate, plan: Plan) -> dict[str, Any]:
    span = entry.span
    return {
        "date": entry.date.isoformat(),
        "bound": entry.bound.isoformat(),
        "proof": entry.proof,
        "evidence": _evidence(entry.evidence),
        "span": [span.first.date.isoformat(), None if span.beyond else span.last.date.isoformat()] if span else None,
        "baselines": {
            name: {"published": delta.published, "delta_months": delta.delta_months, "delta_wd": delta.delta_wd}
            for name, delta in entry.baselines.items()
        },
        "title": plan.items[entry.id].title,
        "bound_by": entry.bound_by,
        "span_readings": {
            "first": dict(span.first.readings),
            "last": dict(span.last.readings),
            "combinations": span.combinations,
            "infeasible": span.infeasible,
            "beyond": span.beyond,
        }
        if span
        else None,
        "lexicographic": entry.lexicographic.isoformat() if entry.lexicographic else None,
    }


def _undated(name: str, plan: Plan, bounds: Mapping[str, Any]) -> dict[str, Any]:
    """Return a milestone of which at most a bound is known."""
    item = plan.items.get(name)
    return {
        "date": None,
        "bound": bounds[name].isoformat() if name in bounds else None,
        "proof": None,
        "evidence": None,
        "span": None,
        "baselines": {
            baseline.id: {"published": published, "delta_months": None, "delta_wd": None}
            for baseline, published in _published(plan.baselines, name)
        },
        "title": item.title if item else None,
        "bound_by": None,
        "span_readings": None,
        "lexicographic": None,
    }


def _published(baselines: Iterable[Baseline], milestone: str) -> Iterable[tuple[Baseline, str]]:
    for baseline in baselines:
        published = baseline.date(milestone)
        if published:
            yield baseline, published.date


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "document_wd": evidence.document_wd,
        "inferred_links": evidence.inferred_links,
        "fitted": list(evidence.fitted),
        "class": evidence_class(evidence),
        "other_wd": dict(evidence.other_wd),
        "links": dict(evidence.links),
        "weakest_confidence": evidence.weakest_confidence,
        "proposals": list(evidence.proposals),
    }


def _row(row: RowDate) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "start": row.start.isoformat(),
        "finish": row.finish.isoformat(),
        "working_days": row.working_days,
        "float_wd": dict(row.float_wd),
        "free_float_wd": row.free_float_wd,
        "kind": row.kind,
        "phase": row.phase,
        "float_most_wd": dict(row.float_most_wd),
        **({"float_min": dict(row.float_min)} if row.float_min else {}),
    }


def _binding(entry: Binding) -> dict[str, Any]:
    return {
        "rule": entry.rule,
        "title": entry.title,
        "kind": entry.kind,
        "authority": entry.authority,
        "basis": entry.basis,
        "drop_gain_wd": entry.drop_gain_wd,
        "unit_gain_wd": entry.unit_gain_wd,
        "joint_with": list(entry.joint_with),
        "method": entry.method,
        "fallback_gain_wd": entry.fallback_gain_wd,
    }


def _conflict(conflict: Conflict) -> dict[str, Any]:
    return {
        "rules": [
            {
                "rule": member.id,
                "title": member.title,
                "kind": member.kind,
                "authority": member.authority,
                "basis": member.basis,
                "confidence": member.confidence,
                "citations": [str(citation) for citation in member.citation],
                "statement": member.statement,
            }
            for member in conflict.members
        ],
        "statement": conflict.statement,
        "minimal": conflict.minimal,
        "confirmed_by": conflict.confirmed_by,
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "version": run.version,
        "ortools": run.ortools,
        "seed": run.seed,
        "workers": run.workers,
        "deterministic_time": run.deterministic_time,
        "inputs_sha256": run.inputs_sha256,
        "deterministic_limit": run.deterministic_limit,
        "time_limit": run.time_limit,
        "windows": run.windows,
    }
