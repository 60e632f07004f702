"""Dates at a confidence as an axis: the dates of `robust`, combination by combination."""

from __future__ import annotations

import numpy as np

from optimiser.batch.engine import run
from optimiser.batch.fast import FastPath
from optimiser.batch.job import Job
from optimiser.batch.results import SAMPLED, STATUSES
from optimiser.batch.task import compute, packed, run_range
from optimiser.robust import robust
from tests.batch_plans import CONFIDENCE, RECIPES, bakery, job_of


def test_dates_at_a_confidence_are_those_of_robust(tmp_path):
    """Each level of each combination has the date that `robust` gives on the row's own plan, seed and samples."""
    job = job_of(tmp_path, RECIPES + CONFIDENCE, "seed: 3\nrules: { open-on-first-day: false }")
    found = compute(job, FastPath(job), np.arange(job.design.size))

    compared = 0
    for row, place in enumerate(found.places.tolist()):
        level = job.confidence(place)
        proofs = {found.texts.listed[number] for number in found.proofs[:, row]}
        assert (level is None) == (SAMPLED not in proofs)
        if level is not None:
            answer = robust(job.row_plan(place), level, 3, 1024, milestones=job.milestones, register=job.register)
            assert [int(day) for day in found.dates[:, row]] == [date.toordinal() for date in answer.dates.values()]
            compared += 1
    assert compared == 8


def test_more_confidence_is_never_earlier(tmp_path):
    """Along the axis dates only grow, and the plan without uncertainty comes first."""
    job = job_of(tmp_path, CONFIDENCE, "rules: { open-on-first-day: false }")

    found = compute(job, FastPath(job), np.arange(3))

    assert job.axes[0].labels == ("as-planned", "0.5", "0.8")
    assert found.dates[0, 1] <= found.dates[0, 2]
    assert {STATUSES[code] for code in found.status} == {"solved"}


def test_a_job_takes_its_register_along(tmp_path):
    """The packaged register travels with the job, and a range computed elsewhere has the same dates."""
    axes = "  - { kind: confidence, levels: [0.8], draws: 256 }\n"
    job = job_of(tmp_path, axes, plan="mhhs-round2")

    again = Job.of(job.text)

    assert again.fingerprint == job.fingerprint
    assert again.register == job.register
    here = compute(job, FastPath(job), np.arange(2))
    assert np.array_equal(run_range(packed(job), 0, 2).dates, here.dates)


def test_too_many_samples_without_a_date_are_a_reason(tmp_path):
    """Where a confidence asks for more samples than have a date, the row says how many have none."""
    plan = bakery(tmp_path) / "plan.yaml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("last: 2024-12-31", "last: 2024-03-28", 1), encoding="utf-8")
    job = job_of(tmp_path, CONFIDENCE, "rules: { open-on-first-day: false }")

    ran = run(job, tmp_path / "run")

    assert ran.counts["solved"] == 2
    text = (tmp_path / "run" / "results.csv").read_text(encoding="utf-8")
    assert "of 1024 samples have no schedule, or none on the calendar" in text


def test_a_deadline_of_a_row_holds_no_sample_back(tmp_path):
    """A latest date is a target in a simulation: a row at a confidence has the date that it has without it."""
    axes = '  - { kind: assumption, name: deadline, values: [none, "2024-02-27"] }\n' + CONFIDENCE
    job = job_of(tmp_path, axes, "rules: { open-on-first-day: false }")

    found = compute(job, FastPath(job), np.arange(6))

    assert found.dates[0, 1:3].tolist() == found.dates[0, 4:6].tolist()
    assert found.dates[0, 2] > 0
