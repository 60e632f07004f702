"""What a reader must know beside robust dates: what was left out, counted as never, or read off few samples."""

from __future__ import annotations

from typing import Literal

from optimiser.robust.certain import Certain
from optimiser.robust.model import Model
from optimiser.robust.sensitivity import MOST_EXCLUDED
from optimiser.robust.simulation import Sample

__all__ = ["ReadingMode", "notes_of"]

ReadingMode = Literal["chosen", "weighted", "side-by-side"]

FEW = 10
"""A date beyond which fewer samples lie is said to be read off their very end."""


def notes_of(model: Model, sample: Sample, certain: Certain, mode: ReadingMode, confidence: float) -> tuple[str, ...]:
    """Return the notes of one answer.

    Parameters
    ----------
    model
        With notes of its own.
    sample
        The samples that the dates are read off.
    certain
        The deterministic dates, or why there are none.
    mode
        What was done about open questions.
    confidence
        At which the dates are read.
    """
    notes = list(model.notes)
    if certain.reason:
        notes.append(certain.reason)
    if not model.chances:
        notes.append("nothing is uncertain: neither the register nor the plan's own assumptions state a range")
    elif model.register is None:
        notes.append("no register: only the ranges that the plan's own assumptions state are uncertain")
    few = min(confidence, 1 - confidence) * len(sample)
    if few < FEW:
        beyond_it = "fewer than one sample lies" if few < 1 else f"about {few:.0f} samples lie"
        notes.append(
            f"{beyond_it} beyond a confidence of {100 * confidence:.10g} % among {len(sample):,}: such a date is read off the "
            "very end of what was drawn; maybe ask for more --samples"
        )
    if sample.infeasible - sample.unplaced:
        share = (sample.infeasible - sample.unplaced) / len(sample)
        notes.append(
            f"{sample.infeasible - sample.unplaced:,} of {len(sample):,} samples ({share:.2%}) meet no rule; they count as never"
        )
    if sample.unplaced:
        notes.append(f"in {sample.unplaced:,} samples the capacity policy finds no place; they count as never")
    for milestone in sample.milestones:
        beyond = sample.beyond(milestone)
        if beyond:
            notes.append(
                f"{milestone}: {beyond:,} of {len(sample):,} samples fall after the days that the calendar covers; "
                "they count as later than every date shown"
            )
    if len(model.chances) > MOST_EXCLUDED:
        notes.append(
            f"of {len(model.chances):,} ranges, drivers and risks only the {MOST_EXCLUDED} whose ranks hang together most with a "
            "milestone's were closed one by one"
        )
    if model.network.uses_capacity:
        notes.append("criticality of activities leaves capacity out")
    if mode == "weighted":
        drawn = ", ".join(model.weights) or "none has probabilities"
        notes.append(f"readings drawn with their probabilities: {drawn}")
    return tuple(notes)
