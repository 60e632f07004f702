"""What the command line says to machines: one JSON document per answer, `schema` first, every date ISO.

The keys and their order are a contract; keys are added after those that stand, never renamed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a fault is reported without waiting for the models
    from models.attribution import Attribution
    from models.binding import BindingReport
    from models.changes import WhatIf
    from models.findings import Conflict, Evidence
    from models.implied import Piecewise, Regions
    from models.items import Item
    from models.lint import LintReport
    from models.outcome import MilestoneDate, Outcome
    from models.plan import Plan
    from models.provenance import Basis
    from models.record import Record
    from models.robustness import RobustOutcome
    from models.routes import MilestoneWhyNot
    from optimiser.errors import Located
    from optimiser.reproduction import RowMatch

__all__ = [
    "asked_document",
    "attribute_document",
    "baseline_document",
    "conditions",
    "document",
    "dumped",
    "error_document",
    "evidence_class",
    "explain_document",
    "lint_document",
    "print_document",
    "robust_document",
    "show_document",
    "solve_document",
    "stands_on",
    "with_changes",
]

_FIRMEST_FIRST: tuple[Basis, ...] = ("document", "derived", "inferred", "fitted", "judgement", "synthetic")

_INVISIBLE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def print_document(document: Mapping[str, Any], *, compact: bool = False) -> str:
    """Return the document as text that ends a line; compact where it is kept for machines and would be large.

    Control and direction-changing characters are escaped, so that a document on a terminal is read as it is written.
    """
    layout: dict[str, Any] = {"separators": (",", ":")} if compact else {"indent": 2}
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, **layout)
    return _INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def dumped(record: Record) -> dict[str, Any]:
    """Return a record as plain values, spelled as in a file."""
    return record.model_dump(mode="json", by_alias=True)


def document(answer: str, record: Record | Mapping[str, Any], **first: object) -> dict[str, Any]:
    """Return the document of an answer: its schema, what is to stand first, and all that its record holds."""
    held = record if isinstance(record, Mapping) else dumped(record)
    return {"schema": f"optimiser/{answer}/1", **first, **held}


def _led(held: Mapping[str, Any], *first: str) -> dict[str, Any]:
    """Return a record's values with some of its keys first; the others follow in their own order."""
    return {**{key: held[key] for key in first}, **held}


def error_document(faults: Iterable[Located]) -> dict[str, Any]:
    """Return everything wrong with what was given."""
    from optimiser.evidence.terminal.characters import legible

    keys = ("file", "line", "column", "path", "message")
    said = [{key: getattr(fault, key) for key in keys} for fault in faults]
    for each in said:
        each["file"] = None if each["file"] is None else legible(each["file"])
    return document("error", {"faults": said})


def show_document(plan: Plan, sections: Sequence[str] = (), matches: Sequence[RowMatch] | None = None) -> dict[str, Any]:
    """Return what a plan holds.

    Parameters
    ----------
    sections
        Parts listed in full (see `optimiser.evidence.terminal.plans.SECTIONS`); readings and assumptions where empty.
    matches
        How the published rows come about; given with the items where known.
    """
    by_item = {match.id: match for match in matches or ()}
    parts: dict[str, Iterable[dict[str, Any]]] = {
        "items": (_item(plan, item, by_item.get(item.id)) for item in plan.items.values()),
        "rules": ({**dumped(rule), "on": plan.switch(rule.enabled)} for rule in plan.rules),
        "assumptions": map(dumped, plan.assumptions),
        "readings": (
            {**dumped(reading), "chosen": plan.choice(reading), "open": reading.id not in plan.settings.readings}
            for reading in plan.readings
        ),
        "sources": map(dumped, plan.sources),
        "baselines": map(dumped, plan.baselines),
        "raid": map(dumped, plan.raid),
        "unknowns": map(dumped, plan.unknowns),
    }
    return {
        "schema": "optimiser/show/1",
        "plan": plan.id,
        "title": plan.title,
        "as_of": plan.as_of.isoformat(),
        "scenarios": list(plan.settings.scenarios),
        "readings": plan.choices(),
        "horizon": [plan.horizon.first.isoformat(), plan.horizon.last.isoformat()],
        "calendar": plan.calendar,
        "targets": list(plan.targets),
        "settings": dumped(plan.settings),
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


def _item(plan: Plan, item: Item, match: RowMatch | None) -> dict[str, Any]:
    """Return an item with what it is, for work the length that counts, and how its published row comes about."""
    found = {"kind": type(item).__name__.lower(), **dumped(item)}
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


def stands_on(evidence: Evidence | None, *, met: bool = False) -> str:
    """Return the evidence class in two words: the least firm basis, and how sure an inference is; or that the date has been met."""
    basis = evidence_class(evidence) if evidence is not None else None
    sure = evidence.weakest_confidence if evidence is not None and basis == "inferred" else None
    return f"{basis}, {sure}" if sure else basis or ("what is done" if met else "nothing")


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
        "schema": "optimiser/solve/1",
        "plan": outcome.plan,
        "scenarios": list(outcome.scenarios),
        "readings": dict(outcome.readings),
        "status": outcome.status,
        "milestones": dated,
        "schedule": [_led(dumped(row), *_ROW) for row in solved.rows] if solved else [],
        "driving": {name: list(chain) for name, chain in solved.driving.items()} if solved else {},
        "binding": {name: [_led(dumped(entry), *_BINDING) for entry in found] for name, found in solved.binding.items()}
        if solved
        else {},
        "conflict": _conflict(outcome.conflict) if outcome.status == "infeasible" else None,
        "run": _led(dumped(outcome.run), "version", "ortools", "seed", "workers", "deterministic_time", "inputs_sha256"),
        "notes": list(outcome.notes),
        "outcome": outcome.model_dump(mode="json", by_alias=True),
        "inputs": dumped(inputs_of(plan, written_sha256)),
        "set_otherwise": plan.set_otherwise(),
        "slots": {name: dict(held) for name, held in solved.slots.items()} if solved else {},
    }


_ROW = ("id", "name", "start", "finish", "working_days", "float_wd", "free_float_wd")
_BINDING = ("rule", "title", "kind", "authority", "basis", "drop_gain_wd", "unit_gain_wd", "joint_with", "method")


def with_changes(document: Mapping[str, Any], found: WhatIf | None) -> dict[str, Any]:
    """Return the document of any answer with what was changed for it; null where nothing was."""
    return {**document, "what_if": None if found is None else dumped(found)}


def _milestone(entry: MilestoneDate, plan: Plan) -> dict[str, Any]:
    span, held = entry.span, dumped(entry)
    return {
        **{key: held[key] for key in ("date", "bound", "proof")},
        "evidence": _led(
            {**held["evidence"], "class": evidence_class(entry.evidence)}, "document_wd", "inferred_links", "fitted", "class"
        ),
        "span": [held["span"]["first"]["date"], None if span.beyond else held["span"]["last"]["date"]] if span else None,
        "baselines": held["baselines"],
        "title": plan.items[entry.id].title,
        "bound_by": entry.bound_by,
        "span_readings": {**held["span"], "first": span.first.readings, "last": span.last.readings} if span else None,
        "lexicographic": held["lexicographic"],
    }


def _undated(name: str, plan: Plan, bounds: Mapping[str, Any]) -> dict[str, Any]:
    """Return a milestone of which at most a bound is known."""
    published = {baseline.id: entry.date for baseline in plan.baselines if (entry := baseline.date(name))}
    nothing = {"delta_months": None, "delta_wd": None}
    return {
        "date": None,
        "bound": bounds[name].isoformat() if name in bounds else None,
        **dict.fromkeys(("proof", "evidence", "span")),
        "baselines": {baseline: {"published": date, **nothing} for baseline, date in published.items()},
        "title": plan.items[name].title if name in plan.items else None,
        **dict.fromkeys(("bound_by", "span_readings", "lexicographic")),
    }


def _conflict(conflict: Conflict) -> dict[str, Any]:
    """Return a conflict; of each member its statement last, and its citations as they are written in a file."""
    members = []
    for held, member in zip(dumped(conflict)["members"], conflict.members, strict=True):
        cited = [str(citation) for citation in member.citation]
        del held["citation"]
        members.append({"rule": held.pop("id"), **held, "citations": cited, "statement": held.pop("statement")})
    return {"rules": members, **{key: value for key, value in dumped(conflict).items() if key != "members"}}


def lint_document(report: LintReport) -> dict[str, Any]:
    """Return what the checks found; citations are spelled as in a plan's files."""
    held = dumped(report)
    for each, finding in zip(held["findings"], report.findings, strict=True):
        each["citation"] = [str(citation) for citation in finding.citation]
    return document("lint", held, counts=report.counts())


def asked_document(verb: str, plan: Plan, answer: Record | Mapping[str, Any]) -> dict[str, Any]:
    """Return the document of an answer that says why: what the plan was asked with stands first."""
    held = answer if isinstance(answer, Mapping) else _told_once(answer)
    settings = plan.settings
    return document(
        verb,
        held,
        plan=plan.id,
        scenarios=list(settings.scenarios),
        readings=plan.choices(),
        settings=dumped(settings),
    )


def _told_once(record: Record) -> dict[str, Any]:
    """Return an answer without what its document says at its beginning."""
    return {key: value for key, value in dumped(record).items() if key not in ("plan", "scenarios", "readings")}


def explain_document(
    plan: Plan, reports: Iterable[BindingReport], regions: Regions | None = None, functions: Sequence[Piecewise] = ()
) -> dict[str, Any]:
    """Return the document of ``explain``: a report for each milestone, each line with its binding words."""
    found = {report.milestone: _told_once(report) for report in reports}
    for report in reports:
        for line, entry in zip(found[report.milestone]["lines"], report.lines, strict=True):
            line["binding"] = list(entry.words)
    told = {"regions": _told_once(regions) if regions else None, "functions": [dumped(each) for each in functions]}
    return asked_document("explain", plan, {"milestones": found, **told})


def baseline_document(plan: Plan, baseline: str, answers: Iterable[MilestoneWhyNot]) -> dict[str, Any]:
    """Return the document of ``why-not --baseline``: the answer for every milestone that the baseline dates."""
    found = {each.milestone: {"published": each.published, **_told_once(each.answer)} for each in answers}
    return asked_document("why-not", plan, {"baseline": baseline, "milestones": found})


def attribute_document(plan: Plan, answer: Attribution) -> dict[str, Any]:
    """Return the document of ``attribute``: each contribution with its spread over the methods."""
    held = _told_once(answer)
    for comparison, entry in zip(held["comparisons"], answer.comparisons, strict=True):
        for part, contribution in zip(comparison["contributions"], entry.contributions, strict=True):
            part["spread"] = list(contribution.spread)
    return asked_document("attribute", plan, held)


_REPEATED_BY = (
    *("version", "seed", "samples", "replicates", "compared", "stopped", "infeasible", "unplaced", "policy"),
    *("register_title", "register_sha256", "inputs_sha256"),
)
"""What repeats a run."""


def robust_document(outcome: RobustOutcome, ratio: float | None = None) -> dict[str, Any]:
    """Return the document of ``robust``: the outcome as it is, milestones by id, what repeats the run under ``run``.

    ``commitments`` holds for each milestone the dates that ratios of costs justify; ``cost_ratio`` is the one stated, or null.
    """
    from optimiser.robust.commitment import commitment

    content = outcome.model_dump(mode="json")
    run = {name: content.pop(name) for name in _REPEATED_BY}
    newest = {name: content.pop(name) for name in ("mitigation", "evidence")}
    head = {name: content.pop(name) for name in ("plan", "scenarios", "readings", "status", "confidence")}
    milestones = {entry.pop("id"): entry for entry in content.pop("milestones")}
    commitments = {entry.id: commitment(entry, ratio).model_dump(mode="json") for entry in outcome.milestones}
    held = {**head, "milestones": milestones, **content, "run": run, "cost_ratio": ratio, "commitments": commitments, **newest}
    return document("robust", held)
