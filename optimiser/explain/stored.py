"""A stored outcome read again: the document that ``solve`` wrote, and the plan that it answers for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from models.changes import PlanInputs
from models.outcome import Infeasible, Outcome, Solved, Undecided
from models.plan import Plan
from optimiser.errors import InputError, Located, OptimiserError, StoredResultError
from optimiser.reading.files import read_json
from optimiser.solve.fingerprint import plan_sha256

__all__ = ["SOLVE_SCHEMA", "differing", "inputs_stored", "outcome_of", "outcome_plan", "plan_of", "read"]

SOLVE_SCHEMA = "optimiser/solve/1"
_OUTCOME: TypeAdapter[Any] = TypeAdapter(Outcome)


def outcome_plan(source: str | Path) -> str:
    """Return the name of the plan that a stored outcome answers for.

    Raises
    ------
    InputError
        If there is no such file, or it is no document of ``solve``.
    """
    document, where = read(source)
    return outcome_of(document, where).plan


def read(source: str | Path | Mapping[str, Any]) -> tuple[Mapping[str, Any], str | None]:
    """Return the document and the name of its file.

    Raises
    ------
    InputError
        If there is no such file, or it is no document of ``solve``.
    """
    if isinstance(source, Mapping):
        document, where = source, None
    else:
        where = str(source)
        document = read_json(Path(source), where, "a document that 'solve -o' wrote")
    schema = document.get("schema") if isinstance(document, Mapping) else None
    if schema != SOLVE_SCHEMA:
        message = (
            f"expected a document of schema '{SOLVE_SCHEMA}', got {str(schema)[:60]!r}; maybe it was not written by 'solve -o'"
        )
        raise InputError([Located(message, file=where, path="schema")])
    return document, where


def outcome_of(document: Mapping[str, Any], where: str | None) -> Solved | Infeasible | Undecided:
    """Return the outcome that a document holds.

    Parameters
    ----------
    where
        The name of its file.

    Raises
    ------
    StoredResultError
        If it is not well formed.
    """
    try:
        _Shown.model_validate(document)
        found: Solved | Infeasible | Undecided = _OUTCOME.validate_json(json.dumps(document.get("outcome")))
    except ValidationError as error:
        raise _malformed(error, where, "outcome") from None
    return found


def inputs_stored(document: Mapping[str, Any], where: str | None) -> PlanInputs | None:
    """Return the plan's inputs stored in a document, None in one written before they were.

    Raises
    ------
    StoredResultError
        If it is not well formed.
    """
    if document.get("inputs") is None:
        return None
    try:
        return PlanInputs.model_validate_json(json.dumps(document["inputs"]))
    except ValidationError as error:
        raise _malformed(error, where, "list of inputs") from None


def _malformed(error: ValidationError, where: str | None, what: str) -> StoredResultError:
    """Return an error at the first malformed place of a document's part."""
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return StoredResultError(
        f"{where or 'the document'}: the {what} is not well formed at {place or 'its top'}: {first['msg']}"
    )


class _Shown(BaseModel):
    """The parts read of a document beside its outcome."""

    model_config = ConfigDict(strict=True)

    plan: str
    status: str
    milestones: dict[str, dict[str, Any]]
    schedule: list[dict[str, Any]]


def differing(ours: Any, again: Any, path: str = "") -> Iterator[str]:
    """Yield where two documents, or two records, differ, and how.

    What a record of ours leaves unsaid, as one of an older version does, is no difference.
    """
    if isinstance(ours, BaseModel) and isinstance(again, BaseModel) and type(ours) is type(again):
        for name in type(ours).model_fields:
            if name in ours.model_fields_set:
                yield from differing(getattr(ours, name), getattr(again, name), f"{path}.{name}" if path else name)
    elif isinstance(ours, Mapping) and isinstance(again, Mapping):
        for key in sorted({*ours, *again}):
            yield from differing(ours.get(key), again.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(ours, list | tuple) and isinstance(again, list | tuple):
        if len(ours) != len(again):
            yield f"{path}: {len(ours)} entries became {len(again)}"
            return
        for place, (left, right) in enumerate(zip(ours, again, strict=True)):
            yield from differing(left, right, f"{path}[{place}]")
    elif ours != again or isinstance(ours, bool) != isinstance(again, bool):
        yield f"{path}: {str(ours)[:60]} became {str(again)[:60]}"


def _choices(outcome: Outcome, plan: Plan, stored: PlanInputs | None) -> dict[str, Any]:
    """Return the single choices by which an outcome differs from its scenarios, in the order in which they were made.

    Without what its plan set, they are the readings alone.
    """
    if stored is None:
        chosen = plan.choices()
        return {"readings": {name: option for name, option in outcome.readings.items() if chosen.get(name) != option}}
    own, held = stored.settings, plan.settings
    pairs = ((own.assumptions, held.assumptions), (own.values, held.values))
    return {
        # With an equals sign in front a value is read as it stands, whatever its sign.
        "settings": {name: f"={text}" for one, other in pairs for name, text in one.items() if other.get(name) != text},
        "readings": {name: option for name, option in own.readings.items() if held.readings.get(name) != option},
        "released": [name for name, on in own.rules.items() if not on and held.rules.get(name) is not False],
    }


def plan_of(document: Mapping[str, Any], outcome: Solved | Infeasible | Undecided, stored: PlanInputs | None = None) -> Plan:
    """Return the plan named by a document, with the document's own choices applied where the plan's hash depends on them.

    Parameters
    ----------
    stored
        What its plan set: values and released rules are then set again too. Whoever verifies a document states them himself.

    Raises
    ------
    InputError
        If it cannot be loaded.
    """
    from optimiser.reading.load import load
    from optimiser.reading.packaged import namesakes

    try:
        plan = load(outcome.plan, list(outcome.scenarios))
        if plan_sha256(plan) == outcome.run.inputs_sha256:
            return plan
        for name in namesakes(outcome.plan):
            same = load(name, list(outcome.scenarios))
            if plan_sha256(same) == outcome.run.inputs_sha256:
                return same
        choices = _choices(outcome, plan, stored)
        chosen = load(outcome.plan, list(outcome.scenarios), **choices) if any(choices.values()) else plan
    except OptimiserError as error:
        message = f"the outcome is of the plan '{outcome.plan}', which cannot be loaded by that name alone: {error}"
        message = f"{message.removesuffix('.')}; maybe say which file or folder it was solved from with --plan FILE"
        raise InputError([Located(message, path=str(document.get("plan")))]) from None
    return chosen
