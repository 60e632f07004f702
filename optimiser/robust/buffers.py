"""Contingency taken out of a simulation, and what the plan holds of it set against what a confidence needs; never both."""

from __future__ import annotations

from collections.abc import Collection

from models.assumptions import Reading
from models.commitment import Buffers
from models.duration import Duration
from models.items import Activity
from models.plan import DURATION_PREFIX, Plan
from models.terms import with_term
from optimiser.clock import Clock, Convention
from optimiser.critical import Columns
from optimiser.robust.certain import Certain
from optimiser.robust.distribution import Distribution
from optimiser.robust.statistics import date_of, difference, percentile
from optimiser.solve.sheets import columnar

__all__ = ["NEEDED", "buffer_slots", "buffers_of", "held_against_needed", "in_columns", "without_buffers", "without_slots"]

NEEDED = (0.5, 0.8, 0.9)
"""The confidences at which what is needed stands beside what is held."""


def buffers_of(plan: Plan) -> tuple[Activity, ...]:
    """Return the activities of a plan that are contingency, are on, and of which anything is left."""
    return tuple(each for each in plan.activities if each.buffer and plan.switch(each.enabled) and each.terms())


def buffer_slots(plan: Plan) -> frozenset[str]:
    """Return the slots of the lengths of buffers: whatever a register says of them, nothing is drawn on them."""
    return frozenset(DURATION_PREFIX + activity.id for activity in buffers_of(plan))


def without_buffers(plan: Plan) -> Plan:
    """Return the plan with every buffer at no length: the work alone, which is what a register speaks of."""
    held = {activity.id for activity in buffers_of(plan)}
    if not held:
        return plan
    nothing = Duration(0, "wd")
    return plan.evolve(
        activities=tuple(
            with_term(each, each.terms()[0].field, nothing) if each.id in held else each for each in plan.activities
        )
    )


def without_slots(columns: Columns, slots: Collection[str]) -> Columns:
    """Return columns without those of some slots."""
    if not any(slot in columns.values for slot in slots):
        return columns
    kept = {slot: column for slot, column in columns.values.items() if slot not in slots}
    return Columns(columns.samples, kept, columns.switches)


def in_columns(plan: Plan, reading: Reading) -> bool:
    """Say whether columns can hold all in which the options of a reading differ: a buffer is none of it."""
    return columnar(plan, reading) and len({tuple(sorted(option.changes.buffer.items())) for option in reading.options}) == 1


def held_against_needed(
    plan: Plan,
    clock: Clock,
    shown: Convention,
    milestone: str,
    dates: tuple[Certain, Certain],
    found: Distribution,
    confidence: float,
) -> Buffers | None:
    """Return the buffer that a milestone's date holds against what confidences need; None where the plan has no buffer.

    Parameters
    ----------
    plan
        With its buffers.
    clock
        Of the plan.
    shown
        How the boundary of the milestone is shown.
    milestone
        Its id.
    dates
        Deterministic dates with the buffers, and without.
    found
        The samples of the milestone, drawn without the buffers.
    confidence
        The one asked for, which stands beside `NEEDED`.
    """
    buffers = buffers_of(plan)
    if not buffers:
        return None
    stated, bare = (None if date is None else date.date for date in (each.dates[milestone] for each in dates))
    wanted = sorted({*NEEDED, confidence})
    return Buffers(
        activities=tuple(activity.id for activity in buffers),
        without=bare,
        held_wd=difference(clock, bare, stated, shown),
        needed_wd={percentile(share): difference(clock, bare, date_of(found.day(share)), shown) for share in wanted},
    )
