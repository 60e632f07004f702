"""JSON Schema of the native files, for editors to complete and to check by.

Made from the vocabulary itself. The sentences that stand under its fields become descriptions; they are read from the
source when a schema is asked for, since pydantic would read them at every start.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from models.grid import GRID_SCHEMA, Grid
from models.items import Activity, Milestone
from models.plan import PLAN_SCHEMA, Plan
from models.risk import CLAIMS_SCHEMA, REGISTER_SCHEMA, Claim, Register
from models.rules import RULE_KINDS
from models.scenario import SCENARIO_SCHEMA, Scenario
from models.updating import UPDATE_SCHEMA, PlanUpdate

__all__ = ["claims_schema", "grid_schema", "plan_schema", "register_schema", "scenario_schema", "update_schema"]

_CITATION: Final = {
    "type": "string",
    "pattern": "^[^:]+:.+$",
    "examples": ["del621: row 242"],
    "description": "A source and a place in it, as 'source: place'.",
}


def plan_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a ``plan.yaml``, or of one split over several files taken together."""
    return _schema(Plan, PLAN_SCHEMA)


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a scenario file."""
    return _schema(Scenario, SCENARIO_SCHEMA)


def grid_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a grid file."""
    return _schema(Grid, GRID_SCHEMA)


def register_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a register of ranges, drivers, risks and levers."""
    return _schema(Register, REGISTER_SCHEMA)


def update_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of an ``update.yaml``."""
    return _schema(PlanUpdate, UPDATE_SCHEMA)


def claims_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of one row of a table of claims: its columns are the properties."""
    return _schema(Claim, CLAIMS_SCHEMA)


def _schema(record: type[BaseModel], name: str) -> dict[str, Any]:
    schema = record.model_json_schema(mode="validation", by_alias=True)
    records = {found.__name__: found for found in _records(record)}
    for title, part in ((record.__name__, schema), *schema.get("$defs", {}).items()):
        if title in records:
            _describe(part, records[title])
    if "Addition" in schema.get("$defs", {}):
        _free_added(schema["$defs"])
    return {"$schema": GenerateJsonSchema.schema_dialect, "$id": name, **schema}


def _free_added(definitions: dict[str, Any]) -> None:
    """Make the basis of added entries optional: they inherit that of the addition."""
    added: tuple[type[BaseModel], ...] = (Activity, Milestone, *RULE_KINDS.values())
    entries = [each.__name__ for each in added]

    def pointed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: pointed(part) for key, part in value.items()}
        if isinstance(value, list):
            return [pointed(part) for part in value]
        name = value.removeprefix("#/$defs/") if isinstance(value, str) else ""
        return f"#/$defs/Added{name}" if name in entries and name != value else value

    definitions["Addition"] = pointed(definitions["Addition"])
    for name in entries:
        required = [key for key in definitions[name]["required"] if key != "basis"]
        definitions[f"Added{name}"] = {**definitions[name], "required": required}


def _records(record: type[BaseModel], seen: set[type[BaseModel]] | None = None) -> Iterator[type[BaseModel]]:
    """Yield a type of record and every type that its fields hold."""
    seen = set() if seen is None else seen
    if record in seen:
        return
    seen.add(record)
    yield record
    for info in record.model_fields.values():
        for part in _parts(info.annotation):
            yield from _records(part, seen)


def _parts(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _parts(part)


def _describe(schema: dict[str, Any], record: type[BaseModel]) -> None:
    """Add the sentences under the fields of a record, and the spelling that its citations may have."""
    sentences = _sentences(record)
    for name, info in record.model_fields.items():
        entry = schema["properties"][info.alias or name]
        if name in sentences:
            entry["description"] = sentences[name]
        if name == "citation":
            listed = {**entry["items"]}
            entry.pop("type"), entry.pop("items")
            entry["anyOf"] = [_CITATION, listed, {"type": "array", "items": {"anyOf": [_CITATION, listed]}}]


def _sentences(record: type[BaseModel]) -> dict[str, str]:
    """Return the string that stands under each field in the source of a record or of what it inherits from."""
    found: dict[str, str] = {}
    for base in reversed(record.__mro__):
        if base is BaseModel or not issubclass(base, BaseModel):
            continue
        tree = ast.parse(inspect.getsource(sys.modules[base.__module__]))
        body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == base.__name__)
        for field, below in pairwise(body):
            match field, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    found[name] = inspect.cleandoc(text)
    return found
