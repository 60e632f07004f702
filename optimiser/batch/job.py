"""A run's job, self-contained: its grid, its plans, and the meaning of a row.

A job travels to workers, and lies in the ledger, as one JSON text; everything else follows from it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from models.duration import Value
from models.faults import PlanFaultsError
from models.grid import Grid
from models.plan import Plan
from models.risk import Register
from models.rules import Capacity
from models.scenario import Scenario
from optimiser.batch.axes import AxisValue, Varied, grid_faults, varied_axes
from optimiser.batch.design import Design
from optimiser.scenarios import apply
from optimiser.solve.fingerprint import package_version

__all__ = ["Job", "Stack"]

ROW = "combination"
"""The id of the scenario that a row is."""


@dataclass(frozen=True, slots=True)
class Stack:
    """The plan under one value of the scenario axis, or why there is none."""

    plan: Plan | None
    reason: str | None = None


class _Stacked(BaseModel):
    """A stack as text."""

    plan: dict[str, Any] | None
    reason: str | None


class _Content(BaseModel):
    """A job as text, its parts not yet read."""

    grid: dict[str, Any]
    stacks: list[_Stacked]
    register_: dict[str, Any] | None = Field(alias="register")
    version: str


class Job:
    """A grid made ready to be computed.

    Parameters
    ----------
    grid
        Without faults.
    stacks
        A plan for each value of the scenario axis; one alone where there is no such axis.
    register
        Of ranges, drivers and risks, where dates at a confidence are asked for and the plan has one.

    Attributes
    ----------
    axes
        The axes with their values.
    milestones
        Whose dates are asked for.
    design
        The rows.
    """

    def __init__(self, grid: Grid, stacks: Sequence[Stack], register: Register | None = None) -> None:
        self.grid = grid
        self.register = register
        self.stacks = tuple(stacks)
        self.plan = next(stack.plan for stack in self.stacks if stack.plan is not None)
        self.axes: tuple[Varied, ...] = varied_axes(grid, self.plan)
        self.milestones = grid.milestones or self.plan.targets
        self.design = Design(grid, self.axes)
        self.stack_axis = next((place for place, axis in enumerate(self.axes) if axis.kind == "scenario"), None)

    # -- as text -----------------------------------------------------------------------------------------------------

    @cached_property
    def text(self) -> str:
        """The job in its one JSON spelling."""
        content = {
            "grid": self.grid.model_dump(mode="json", by_alias=True, exclude_unset=True),
            "stacks": [
                {
                    "plan": stack.plan.model_dump(mode="json", by_alias=True) if stack.plan else None,
                    "reason": stack.reason,
                }
                for stack in self.stacks
            ],
            "register": self.register.model_dump(mode="json", by_alias=True) if self.register else None,
            "version": package_version("mhhs-optimiser"),
        }
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def of(cls, text: str) -> Job:
        """Read a job from its text.

        Raises
        ------
        ValueError
            If the text is no job of this version of the vocabulary.
        """
        content = _Content.model_validate_json(text)
        grid = Grid.model_validate_json(json.dumps(content.grid))
        stacks = [
            Stack(Plan.model_validate_json(json.dumps(entry.plan)) if entry.plan else None, entry.reason)
            for entry in content.stacks
        ]
        register = Register.model_validate_json(json.dumps(content.register_)) if content.register_ else None
        base = next((stack.plan for stack in stacks if stack.plan is not None), None)
        faults = [str(fault.message) for fault in grid_faults(grid, base)] if base else ["there is no plan"]
        if faults:
            raise ValueError(faults[0])
        return cls(grid, stacks, register)

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the job: of its plans, its grid and the version that computes it."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    # -- rows --------------------------------------------------------------------------------------------------------

    @cached_property
    def _marks(self) -> tuple[NDArray[np.uint64], tuple[NDArray[np.uint64], ...]]:
        """The hash of the plans, and of every value of every axis, as two words each."""

        def mark(text: str) -> list[int]:
            digest = hashlib.sha256(text.encode()).digest()
            return [int.from_bytes(digest[:8]), int.from_bytes(digest[8:16])]

        plans = json.dumps(json.loads(self.text)["stacks"], sort_keys=True)
        each = tuple(
            np.array([mark(f"{axis.id}={label}") for label in axis.labels], dtype=np.uint64).reshape(-1, 2)
            for axis in self.axes
        )
        return np.array(mark(plans), dtype=np.uint64), each

    def keys(self, places: NDArray[np.int64]) -> list[bytes]:
        """Return the key of each row: 16 bytes, a hash of the plan and of what is assigned, whatever the order of axes.

        Parameters
        ----------
        places
            Positions on the axes, shape ``(rows, axes)``.

        Notes
        -----
        Every ``axis=value`` has a hash of its own; a row's key is the exclusive or of those that it takes and of the
        plan's (Zobrist, "A new hashing method with application for game playing", 1970).
        """
        plan, each = self._marks
        words = np.broadcast_to(plan, (len(places), 2)).copy()
        for place, marks in enumerate(each):
            words ^= marks[places[:, place]]
        packed = words.astype(">u8").tobytes()
        return [packed[start : start + 16] for start in range(0, len(packed), 16)]

    def values(self, place: Sequence[int]) -> list[AxisValue]:
        """Return the value that a row takes on each axis."""
        return [axis.values[position] for axis, position in zip(self.axes, place, strict=True)]

    def stack(self, place: Sequence[int]) -> Stack:
        """Return the plan that a row's changes are made to."""
        if self.stack_axis is None:
            return self.stacks[0]
        number = self.axes[self.stack_axis].values[place[self.stack_axis]].stack
        assert number is not None
        return self.stacks[number]

    def confidence(self, place: Sequence[int]) -> float | None:
        """Return the confidence with which a row's dates hold, None as planned."""
        return next((value.confidence for value in self.values(place) if value.confidence is not None), None)

    def row_plan(self, place: Sequence[int]) -> Plan:
        """Return the plan of one row, every change made and checked.

        Parameters
        ----------
        place
            Position on each axis.

        Raises
        ------
        PlanFaultsError
            If the combination makes no sound plan.
        """
        return changed(self.stack(place), self.values(place))


def changed(stack: Stack, values: Sequence[AxisValue], numbers: Mapping[str, Value] | None = None) -> Plan:
    """Return a plan with the values of a row set.

    Parameters
    ----------
    stack
        The plan that is changed.
    values
        Of the axes.
    numbers
        Assumptions that take these values instead.

    Raises
    ------
    PlanFaultsError
        If the combination makes no sound plan.
    """
    if stack.plan is None:
        raise PlanFaultsError([])
    assumptions: dict[str, Value] = {}
    rules: dict[str, bool] = {}
    readings: dict[str, str] = {}
    calendar: str | None = None
    amounts: dict[str, int] = {}
    for value in values:
        assumptions |= value.changes.assumptions
        rules |= value.changes.rules
        calendar = value.changes.calendar or calendar
        if value.reading:
            readings[value.reading[0]] = value.reading[1]
        if value.capacity:
            amounts[value.capacity[0]] = value.capacity[1]
    scenario = Scenario(
        id=ROW,
        title="One combination of a grid",
        readings=readings,
        assumptions={**assumptions, **(numbers or {})},
        rules=rules,
        calendar=calendar,
    )
    plan = stack.plan
    if amounts:
        plan = plan.evolve(
            rules=tuple(
                rule.model_copy(update={"amount": amounts[rule.id], "steps": ()})
                if isinstance(rule, Capacity) and rule.id in amounts
                else rule
                for rule in plan.rules
            )
        )
    return apply(scenario, plan)
