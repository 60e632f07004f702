"""Scenarios: named, stackable changes to a plan."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from models.additions import grounded
from models.assumptions import Changes
from models.provenance import Sourced
from models.record import Identifier, Text

__all__ = ["SCENARIO_SCHEMA", "SCENARIO_SCHEMAS", "Scenario"]

SCENARIO_SCHEMA = "optimiser/scenario/2"
SCENARIO_SCHEMAS = ("optimiser/scenario/1", SCENARIO_SCHEMA)
"""The versions that are read. The first knows no ``add``, ``values``, ``buffer`` and ``stands_on``."""


class Scenario(Changes):
    """Named changes. Within one scenario readings are answered first, then single values set; of a stack the later wins."""

    model_config = ConfigDict(populate_by_name=True)

    schema_: Annotated[Literal["optimiser/scenario/1", "optimiser/scenario/2"], Field(alias="schema")] = "optimiser/scenario/2"
    id: Identifier
    title: Text
    note: Text | None = None
    hindsight: bool = False
    """Whether sources later than the plan's ``as_of`` are admitted."""
    readings: dict[Identifier, Identifier] = {}
    """Question to option."""

    stands_on: Sourced | None = None
    """What its values and additions stand on where neither they nor ``provenance`` say; its author's judgement where left out."""

    @model_validator(mode="before")
    @classmethod
    def _grounded(cls, data: Any) -> Any:
        """Let what is added stand on the scenario, where it says nothing itself."""
        if not isinstance(data, dict) or "add" not in data:
            return data
        own, named = data.get("stands_on"), data.get("provenance")
        ground = own if isinstance(own, dict) else {"basis": "judgement", "note": f"added by {data.get('id')}"}
        return {**data, "add": grounded(data["add"], ground, named if isinstance(named, dict) else {})}

    @model_validator(mode="after")
    def _of_its_version(self) -> Self:
        """Refuse in a file of the first version what only the second knows."""
        newer = [name for name in ("add", "values", "buffer", "stands_on") if getattr(self, name)]
        if self.schema_ != SCENARIO_SCHEMA and newer:
            message = f"'{newer[0]}' is of '{SCENARIO_SCHEMA}', got '{self.schema_}'; maybe 'schema: {SCENARIO_SCHEMA}'"
            raise ValueError(message)
        return self
