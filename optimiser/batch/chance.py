"""Dates at a confidence, row by row: the plan's register sampled on the same draws for every row."""

from __future__ import annotations

from models.faults import PlanFaultsError
from models.grid import ConfidenceAxis
from optimiser.batch.job import Job
from optimiser.batch.results import SAMPLED, STATUSES, Found
from optimiser.errors import BeyondHorizonError
from optimiser.robust.model import Model
from optimiser.robust.simulation import Sampler
from optimiser.robust.statistics import Sample

__all__ = ["Chances"]


class Chances:
    """Samples rows; of rows that differ in nothing but the confidence only one is sampled.

    Parameters
    ----------
    job
        What is computed.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._axis = next((place for place, axis in enumerate(job.axes) if axis.kind == "confidence"), None)
        self._draws = next((axis.draws for axis in job.grid.axes if isinstance(axis, ConfidenceAxis)), 0)
        self._last: tuple[tuple[int, ...], Sample] | None = None

    def fill(self, found: Found, row: int) -> None:
        """Sample one row and fill in what comes of it.

        Parameters
        ----------
        found
            Where it is filled in.
        row
            The row's position in ``found``.
        """
        place = found.places[row].tolist()
        level = self._job.confidence(place)
        assert level is not None
        try:
            sample = self._sample(place)
        except (PlanFaultsError, BeyondHorizonError) as error:
            reason = "; ".join(fault.message for fault in error.faults)
            found.status[row] = STATUSES.index("invalid")
            found.reasons[row] = found.texts.number(reason)
            return
        days = [sample.day(milestone, level) for milestone in self._job.milestones]
        if any(day is None for day in days):
            lost = max(sample.infeasible + sample.beyond(milestone) for milestone in self._job.milestones)
            reason = f"{lost} of {len(sample)} samples have no schedule, or none on the calendar"
            found.status[row] = STATUSES.index("beyond")
            found.reasons[row] = found.texts.number(reason)
            return
        found.dates[:, row] = [day or 0 for day in days]
        if "proof" in self._job.grid.report:
            found.proofs[:, row] = found.texts.number(SAMPLED)

    def _sample(self, place: list[int]) -> Sample:
        """Return the samples of a row, whatever its confidence."""
        assert self._axis is not None
        key = (*place[: self._axis], *place[self._axis + 1 :])
        if self._last is None or self._last[0] != key:
            plan = self._job.row_plan(place)
            model = Model(plan, self._job.register)
            sampler = Sampler(model, tuple(self._job.milestones), self._job.grid.seed)
            self._last = key, sampler.run(self._draws)
        return self._last[1]
