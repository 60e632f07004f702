"""Other answers to the questions that the source leaves open, one at a time: what each changes, and the network's dates at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.assumptions import Option
from models.plan import Plan
from optimiser.errors import BeyondHorizonError
from optimiser.numbers import column_number
from optimiser.solve.problem import Problem
from optimiser.solve.sheets import columnar, live_options, with_option
from optimiser.solve.variant import Variant

__all__ = ["Alternative", "alternatives"]


@dataclass(frozen=True, slots=True)
class Alternative:
    """One answer to a question of the source, other than the one chosen.

    Attributes
    ----------
    variant
        What it changes; None where it needs a network of its own.
    problem
        The plan at it; None where it needs days that no calendar covers.
    """

    reading: str
    option: str
    variant: Variant | None
    problem: Problem | None


def alternatives(plan: Plan, problem: Problem) -> Iterator[Alternative]:
    """Yield every answer to an open reading that is not the one chosen."""
    for reading in live_options(plan):
        together = columnar(plan, reading)
        for option in reading.options:
            if option.id == plan.choice(reading):
                continue
            if together:
                variant = _variant(option)
                yield Alternative(reading.id, option.id, variant, problem.changed(variant))
                continue
            changed = with_option(plan, option)
            clock = problem.clock if changed.calendar == plan.calendar else None
            try:
                yield Alternative(reading.id, option.id, None, Problem.of(changed, clock))
            except BeyondHorizonError:
                yield Alternative(reading.id, option.id, None, None)


def _variant(option: Option) -> Variant:
    """Return what an answer changes."""
    values = {name: column_number(value) for name, value in option.changes.assumptions.items()}
    rules = option.changes.rules
    return Variant(
        off=tuple(name for name, on in rules.items() if not on),
        values={name: number for name, number in values.items() if number is not None},
        on=tuple(name for name, on in rules.items() if on),
    )
