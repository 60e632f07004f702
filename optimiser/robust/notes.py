"""Caveats of robust dates: risks left out, samples counted as never, and quantiles read off few samples."""

from __future__ import annotations

from typing import Literal

import numpy as np

from optimiser.robust.certain import Certain
from optimiser.robust.field import NEVER
from optimiser.robust.sensitivity import most_closed
from optimiser.robust.simulation import Sampler
from optimiser.robust.statistics import Sample, date_of

__all__ = ["ReadingMode", "notes_of"]

ReadingMode = Literal["chosen", "weighted", "side-by-side"]

FEW = 10
"""A date beyond which fewer samples lie is said to be read off their very end."""


def notes_of(sampler: Sampler, sample: Sample, certain: Certain, mode: ReadingMode, confidence: float) -> tuple[str, ...]:
    """Return the notes of one answer.

    Parameters
    ----------
    sampler
        Whose model has notes of its own.
    sample
        The samples that the dates are read off.
    certain
        The deterministic dates, or why there are none.
    mode
        What was done about open questions.
    confidence
        At which the dates are read.
    """
    model = sampler.model
    notes = [*model.notes, *certain.bars]
    if certain.reason:
        notes.append(certain.reason)
    if not model.chances:
        notes.append("nothing is uncertain: neither the register nor the plan's own assumptions state a range")
    elif model.register is None:
        notes.append("no register: only the ranges that the plan's own assumptions state are uncertain")
    few = min(confidence, 1 - confidence) * len(sample)
    if few < FEW and not sampler.exact:
        beyond_it = "fewer than one sample lies" if few < 1 else f"about {few:.0f} samples lie"
        notes.append(
            f"{beyond_it} beyond a confidence of {100 * confidence:.10g} % among {len(sample):,}: such a date is read off the "
            "very end of what was drawn; maybe ask for more --samples"
        )
    for milestone in sample.milestones:
        found = sample.among(milestone)
        day = found.day(confidence)
        if day is not None and found.jumps(confidence):
            notes.append(
                f"{milestone}: its date jumps there, to {spoken(found.reached(confidence))}; {spoken(day)} holds with "
                f"{found.met(day):.2%}, which the sampling error does not tell from {100 * confidence:.10g} %, and so it is the date"
            )
    never = np.count_nonzero((sample.days == NEVER).any(axis=0)) - sample.unplaced
    if never:
        notes.append(
            f"in {never:,} of {len(sample):,} samples ({never / len(sample):.2%}) a milestone waits for what will not come; there "
            "it counts as never"
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
    if len(model.chances) > (most := most_closed(sampler, len(sample))):
        notes.append(
            f"of {len(model.chances):,} ranges, drivers and risks only the {most} whose ranks hang together most with a "
            "milestone's were closed one by one"
        )
    if mode == "weighted":
        drawn = ", ".join(model.weights) or "none has probabilities"
        notes.append(f"readings drawn with their probabilities: {drawn}")
    return tuple(notes)


def spoken(day: int | None) -> str:
    """Return a day in words."""
    date = date_of(day)
    return "no date" if date is None else f"{date.day} {date:%b %Y}"
