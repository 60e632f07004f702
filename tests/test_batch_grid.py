"""Grids: what their axes and designs mean, and what is refused."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections import Counter
from itertools import product

import numpy as np
import pytest

from models.duration import Duration
from optimiser.batch.design import permuted
from optimiser.batch.grid_file import find_grid, grid_schema, load_grid
from optimiser.batch.job import Job
from optimiser.errors import InputError
from optimiser.reading.packaged import packaged
from tests.batch_plans import HANDS, LICENCE, OVEN, RECIPES, grid_file, job_of


def rows_of(job: Job) -> list[tuple[int, ...]]:
    """Return every row of a job's design that is kept, in order."""
    places = job.design.places(np.arange(job.design.size))
    return [tuple(row) for row in places[job.design.kept(places)].tolist()]


def test_a_range_holds_every_step_up_or_down(tmp_path):
    """Durations, whole numbers and dates by days or months run from one end to the other, up or down."""
    axes = (
        "  - { kind: assumption, name: oven, from: 12 wd, to: 8 wd, step: -2 wd }\n"
        '  - { kind: assumption, name: deadline, from: "2024-01-31", to: "2024-05-15", step: 1 mo }\n'
        "  - { kind: capacity, name: hands, from: 1, to: 7, step: 3 }\n"
    )

    oven, deadline, hands = job_of(tmp_path, axes).axes

    assert oven.labels == ("12 wd", "10 wd", "8 wd")
    assert deadline.labels == ("2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30")
    assert hands.labels == ("1", "4", "7")
    assert oven.values[0].value == Duration(12, "wd")
    assert deadline.values[0].value == dt.date(2024, 1, 31)


def test_axes_without_values_take_what_the_plan_has(tmp_path):
    """A reading takes all its options, the default first, and a rule is on and off."""
    licence, hands = job_of(tmp_path, LICENCE + HANDS).axes

    assert licence.labels == ("not-needed", "needed")
    assert hands.labels == ("true", "false")


def test_a_full_design_holds_every_combination_once(tmp_path):
    """The last axis varies fastest, and every combination is there once."""
    job = job_of(tmp_path, RECIPES + LICENCE + HANDS)

    assert rows_of(job) == list(product(range(4), range(2), range(2)))


def test_one_at_a_time_moves_one_axis_from_the_base(tmp_path):
    """The base comes first; every other row differs from it on one axis, and every value has its row."""
    job = job_of(tmp_path, OVEN + RECIPES + LICENCE, "design: one-at-a-time")
    base = tuple(axis.base for axis in job.axes)

    rows = rows_of(job)

    assert rows[0] == base == (2, 0, 0)
    assert len(rows) == len(set(rows)) == 1 + 7 + 3 + 1
    assert all(sum(one != other for one, other in zip(row, base, strict=True)) == 1 for row in rows[1:])


def test_pairs_hold_every_two_axes_whole(tmp_path):
    """Every combination of every two axes is there once, with the others at their base."""
    job = job_of(tmp_path, OVEN + RECIPES + LICENCE, "design: pairs")
    base = tuple(axis.base for axis in job.axes)

    rows = rows_of(job)

    wanted = {
        row
        for row in product(range(8), range(4), range(2))
        if sum(one != other for one, other in zip(row, base, strict=True)) <= 2
    }
    assert len(rows) == len(wanted)
    assert set(rows) == wanted


def test_a_cumulative_design_keeps_every_step(tmp_path):
    """Each row moves one more axis to its last value."""
    job = job_of(tmp_path, RECIPES + LICENCE + HANDS, "design: cumulative")

    assert rows_of(job) == [(0, 0, 0), (3, 0, 0), (3, 1, 0), (3, 1, 1)]


def test_a_latin_hypercube_takes_each_value_equally_often(tmp_path):
    """Every axis spreads its values evenly; the seed decides how they meet, and equal seeds give equal rows."""
    axes = OVEN + RECIPES + LICENCE
    job = job_of(tmp_path, axes, "design: latin-hypercube\nsamples: 64\nseed: 3")
    rows = rows_of(job)

    assert len(rows) == 64
    for place, size in enumerate((8, 4, 2)):
        assert Counter(row[place] for row in rows) == dict.fromkeys(range(size), 64 // size)
    assert rows == rows_of(job_of(tmp_path, axes, "design: latin-hypercube\nsamples: 64\nseed: 3"))
    assert rows != rows_of(job_of(tmp_path, axes, "design: latin-hypercube\nsamples: 64\nseed: 4"))


@pytest.mark.parametrize("size", [1, 2, 3, 16, 17, 1000])
def test_permutations_are_permutations(size):
    """Every number is reached once, whatever the size and the key."""
    for key in (0, 1, 99):
        assert sorted(permuted(np.arange(size), size, key).tolist()) == list(range(size))


def test_exclusions_leave_combinations_out(tmp_path):
    """A combination that meets all conditions of an exclusion is left out, and rows keep their numbers."""
    exclude = "exclude:\n  - when: { recipes: { at_least: 20 wd }, licence: { is: [needed] } }\n"
    job = job_of(tmp_path, RECIPES + LICENCE, exclude)

    rows = rows_of(job)

    assert job.design.count() == len(rows) == 6
    assert (2, 1) not in rows
    assert (3, 1) not in rows
    assert (2, 0) in rows


def test_the_share_solved_again_is_exact_and_fixed(tmp_path):
    """As many rows are checked as asked for, at least five, the same ones whoever asks."""
    numbers = np.arange(32)
    for share, wanted in ((0.5, 16), (0.001, 5), (0, 0), (1, 32)):
        design = job_of(tmp_path, OVEN + RECIPES, f"check_share: {share}").design
        first = design.checked(numbers)
        assert first.sum() == wanted
        assert [bool(design.checked(np.array([number]))[0]) for number in numbers] == first.tolist()


def test_keys_tell_combinations_apart(tmp_path):
    """No two combinations share a key; the order of the axes does not matter, the plan does."""
    job = job_of(tmp_path, OVEN + RECIPES + LICENCE)
    keys = job.keys(job.design.places(np.arange(job.design.size)))
    swapped = job_of(tmp_path, LICENCE + OVEN + RECIPES)
    others = swapped.keys(swapped.design.places(np.arange(swapped.design.size)))
    late = job_of(tmp_path, OVEN + RECIPES + LICENCE, "scenarios: [late-oven]")

    assert len(set(keys)) == len(keys) == 64
    assert set(keys) == set(others)
    assert not set(keys) & set(late.keys(late.design.places(np.arange(late.design.size))))


def test_a_job_is_the_same_after_travelling(tmp_path):
    """A job read from its own text has the same text, rows and keys."""
    axes = (
        OVEN
        + LICENCE
        + "  - { kind: scenario, stacks: [[], [late-oven], [crush]] }\n  - { kind: calendar, calendars: [mon-fri, four-days] }\n"
    )
    job = job_of(tmp_path, axes)

    again = Job.of(job.text)

    places = job.design.places(np.arange(job.design.size))
    assert again.text == job.text
    assert again.fingerprint == job.fingerprint
    assert again.keys(places) == job.keys(places)


REFUSALS = {
    "a length below nothing": (
        "  - { kind: assumption, name: oven, values: [10 wd, -3 wd] }\n",
        "",
        "the duration is negative: -3 wd; expected 0 or more",
    ),
    "unknown assumption": (
        "  - { kind: assumption, name: ovn, values: [8 wd] }\n",
        "",
        ":7:31: axes[0].name: unknown assumption 'ovn'. Maybe 'oven'.",
    ),
    "wrong kind of value": (
        '  - { kind: assumption, name: oven, values: [8 wd, "2024-01-01"] }\n',
        "",
        ":7:52: axes[0].values[1]: 'oven' holds 10 wd, so 2024-01-01 is not a value for it",
    ),
    "a step the wrong way": (
        "  - { kind: assumption, name: oven, from: 8 wd, to: 12 wd, step: -1 wd }\n",
        "",
        "a step of -1 never leads from 8 to 12; maybe it is 1",
    ),
    "units mixed in a range": (
        "  - { kind: assumption, name: oven, from: 8 wd, to: 12 cd, step: 1 wd }\n",
        "",
        "expected one unit, got 8 wd, 12 cd and a step of 1 wd",
    ),
    "half a range": (
        "  - { kind: assumption, name: oven, from: 8 wd }\n",
        "",
        "expected either 'values', or 'from', 'to' and 'step'",
    ),
    "unknown option": (
        "  - { kind: reading, name: licence, options: [perhaps] }\n",
        "",
        "unknown option 'perhaps' of 'licence', expected one of not-needed, needed",
    ),
    "unknown rule": ("  - { kind: rule, name: hand }\n", "", "unknown rule 'hand'. Maybe 'hands'."),
    "no capacity": ("  - { kind: capacity, name: open-latest, amounts: [1] }\n", "", "'open-latest' is no capacity"),
    "unknown calendar": (
        "  - { kind: calendar, calendars: [four-day] }\n",
        "",
        "unknown calendar 'four-day'. Maybe 'four-days'.",
    ),
    "unknown scenario": (
        "  - { kind: scenario, stacks: [[late-ovn]] }\n",
        "",
        "unknown scenario 'late-ovn'. Maybe 'late-oven'.",
    ),
    "unknown kind": ("  - { kind: assumptions, name: oven }\n", "", "Maybe 'assumption'."),
    "a value twice": ("  - { kind: assumption, name: oven, values: [8 wd, 8 wd] }\n", "", "the value '8 wd' is given twice"),
    "a base that is no value": (
        "  - { kind: assumption, name: oven, values: [8 wd], base: 9 wd }\n",
        "",
        "base: '9 wd' is none of its values",
    ),
    "an axis twice": (OVEN + OVEN, "", "'oven' is the id of axes[0] too"),
    "unknown milestone": (OVEN, "milestones: [OPN]", "unknown milestone 'OPN'. Maybe 'OPEN'."),
    "unknown axis excluded": (OVEN, "exclude: [ { when: { ovn: { is: [8 wd] } } } ]", "unknown axis 'ovn'. Maybe 'oven'."),
    "unknown value excluded": (
        OVEN,
        "exclude: [ { when: { oven: { is: [99 wd] } } } ]",
        "'99 wd' is none of the values of 'oven'",
    ),
    "a bound of another kind": (
        OVEN,
        "exclude: [ { when: { oven: { at_least: 3 } } } ]",
        "the values of 'oven' are not compared with 3",
    ),
    "samples without a hypercube": (OVEN, "samples: 10", "expected 'samples' with the design latin-hypercube"),
    "a misspelt key": (OVEN, "desing: full", "unknown key 'desing'. Maybe 'design'."),
    "too many": (
        (
            "  - { kind: assumption, name: oven, from: 0 wd, to: 9999 wd, step: 1 wd }\n"
            "  - { kind: assumption, name: recipes, from: 0 wd, to: 9999 wd, step: 1 wd }\n"
            "  - { kind: assumption, name: trial, from: 0 wd, to: 9 wd, step: 1 wd }\n"
        ),
        "",
        "the grid has 1,000,000,000 combinations, expected at most 200,000,000",
    ),
}


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case.replace(" ", "-"))
def test_what_is_wrong_with_a_grid_is_located(tmp_path, case):
    """Each fault names the file, the place, what was found and a way out."""
    axes, more, expected = REFUSALS[case]
    path = grid_file(tmp_path, axes, more)

    with pytest.raises(InputError) as caught:
        load_grid(path)

    text = str(caught.value)
    assert expected in text
    assert text.startswith(f"{path}:")


def test_all_faults_of_a_grid_come_at_once(tmp_path):
    """Two unknown names and an unknown milestone are reported together, in the order of the file."""
    path = grid_file(tmp_path, "  - { kind: rule, name: nope }\n  - { kind: reading, name: nobody }\n", "milestones: [NOPE]")

    with pytest.raises(InputError) as caught:
        load_grid(path)

    assert [fault.path for fault in caught.value.faults] == ["milestones[0]", "axes[0].name", "axes[1].name"]


def test_unknown_grids_and_plans_are_named(tmp_path):
    """A name that no packaged plan has as a grid, and a plan that is not there, say what is known."""
    with pytest.raises(InputError, match=r"unknown grid 'all-reading'\. Maybe 'all-readings'"):
        find_grid("all-reading")
    with pytest.raises(InputError, match=r"'bakry' is no packaged plan and no path from"):
        load_grid(grid_file(tmp_path, OVEN, plan="bakry"))


def test_the_schema_describes_every_kind_of_axis():
    """The JSON Schema of a grid names its version and every kind of axis."""
    schema = grid_schema()

    assert schema["$id"] == "optimiser/grid/1"
    text = json.dumps(schema)
    for kind in ("assumption", "reading", "scenario", "rule", "calendar", "capacity"):
        assert f'"const": "{kind}"' in text


@pytest.mark.long
def test_packaged_grids_are_sound():
    """Every grid that comes with a plan loads, is found by its name, and is named as its file."""
    found = [path for plan in packaged() for path in sorted((plan.path / "grids").glob("*.yaml"))]

    assert len(found) >= 4
    for path in found:
        job = load_grid(path.stem)
        assert find_grid(path.stem).read_bytes() == path.read_bytes()
        assert job.grid.id == path.stem
        assert job.design.count() > 1


def test_the_grid_of_all_readings_has_them_all():
    """No reading of the plan is missing from the packaged grid of all readings."""
    job = load_grid("all-readings")

    assert {axis.id for axis in job.axes} == {reading.id for reading in job.plan.readings}


@pytest.mark.long
def test_loading_a_grid_needs_no_solver():
    """A dry look at a grid imports neither CP-SAT nor pandas."""
    code = (
        "import sys; from optimiser.batch.grid_file import load_grid; load_grid('all-readings'); "
        "print([name for name in ('ortools', 'pandas', 'distributed', 'pyarrow') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_the_name_of_a_grid_means_that_of_the_plan_and_of_no_update():
    """Updates carry the grids of the plan that they follow: asked for by its name, the first plan's own is run."""
    assert find_grid("lengths").parts[-3:] == ("laboratory", "grids", "lengths.yaml")
