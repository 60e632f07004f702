"""The picture of a run: what its rows say together, exact values between them, findings, charts and a page."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from models.duration import Duration
from models.picture import AxisLine, AxisPoint, HeatMap, Picture, Threshold
from models.plan import Plan
from models.scenario import Scenario
from optimiser.batch import thresholds as thresholds_module
from optimiser.batch.engine import run
from optimiser.batch.fast import FastPath
from optimiser.batch.grid_file import load_grid
from optimiser.batch.ledger import LEDGER, Ledger
from optimiser.batch.picture import picture
from optimiser.batch.task import compute
from optimiser.batch.thresholds import thresholds
from optimiser.cli import ExitCode, main
from optimiser.evidence.charts.maps import line_chart, map_chart
from optimiser.numbers import senses
from optimiser.scenarios import apply
from optimiser.solve import earliest
from tests.batch_plans import HANDS, LICENCE, OVEN, RECIPES, grid_file, job_of


def picture_of(folder: Path, axes: str, more: str = "") -> Picture:
    """Run a grid and return its picture."""
    run(job_of(folder, axes, more), folder / "run")
    return read(folder)


def read(folder: Path) -> Picture:
    """Return the picture of a run."""
    ledger = Ledger(folder / "run", writable=False)
    try:
        return picture(ledger)
    finally:
        ledger.close()


def line_of(found: Picture, axis: str, milestone: str) -> AxisLine:
    """Return one line of a picture."""
    return next(line for line in found.lines if (line.axis, line.milestone) == (axis, milestone))


def test_dates_against_an_axis_are_those_of_the_rows(tmp_path):
    """Each value has its earliest and latest date over the others, and its date with the others at their base."""
    found = picture_of(tmp_path, OVEN + RECIPES)

    points = {point.label: point for point in line_of(found, "recipes", "OPEN").points}

    assert found.counts == {"solved": 32}
    assert [points[label].base for label in ("15 wd", "30 wd")] == [dt.date(2024, 3, 1), dt.date(2024, 4, 1)]
    assert (points["15 wd"].first, points["15 wd"].last) == (dt.date(2024, 3, 1), dt.date(2024, 4, 1))
    assert points["15 wd"].combinations == points["15 wd"].solved == 8
    assert points["15 wd"].first < points["15 wd"].mean < points["15 wd"].last


def test_thresholds_are_the_exact_values(tmp_path):
    """The value at which the opening jumps, followed unit by unit, is where two solves differ and their neighbours do not."""
    axes = "  - { kind: assumption, name: oven, values: [10 wd, 40 wd] }\n"
    found = picture_of(tmp_path, axes)

    jumps = [each for each in found.thresholds if each.milestone == "OPEN"]

    job = job_of(tmp_path, axes)
    dates = {}
    for days in range(10, 41):
        scenario = Scenario(id="try", title="Try", assumptions={"oven": Duration(days, "wd")})
        dates[days] = earliest(apply(scenario, job.plan), ["OPEN"]).dates["OPEN"]
    moves = [days for days in range(11, 41) if dates[days] != dates[days - 1]]
    assert [(each.stays, each.moves, each.date_before, each.date_after) for each in jumps] == [
        (f"{days - 1} wd", f"{days} wd", dates[days - 1], dates[days]) for days in moves
    ]
    assert {each.kind for each in jumps} == {"jump"}
    assert len(moves) >= 2


def test_bisection_finds_what_following_finds(tmp_path, monkeypatch):
    """On an axis of too many units each interval is bisected, and gives the same single jump."""
    axes = "  - { kind: assumption, name: oven, values: [10 wd, 20 wd, 30 wd] }\n"
    job = job_of(tmp_path, axes, "milestones: [OPEN]")
    followed, _ = thresholds(job)

    monkeypatch.setattr(thresholds_module, "MOST_UNITS", 5)
    bisected, _ = thresholds(job)

    assert bisected == followed
    assert followed


def test_thresholds_with_capacity_go_through_the_solver(tmp_path):
    """Where hands are short the value at which they no longer bind is found by bisection through CP-SAT."""
    axes = "  - { kind: capacity, name: hands, amounts: [1, 2, 4] }\n"
    job = job_of(tmp_path, axes, "rules: { hands: true }\nmilestones: [OPEN]")

    found, notes = thresholds(job)

    assert notes == []
    assert [(each.stays, each.moves) for each in found] == [("1", "2")]
    assert found[0].date_before > found[0].date_after


def test_a_slope_is_one_threshold(tmp_path):
    """Where a date moves with every unit, the run of values is named once, weekends notwithstanding."""
    axes = "  - { kind: assumption, name: oven, values: [5 wd, 40 wd] }\n"
    found = picture_of(tmp_path, axes, "rules: { open-on-first-day: false }\nmilestones: [OPEN]")

    (slope,) = found.thresholds

    assert (slope.kind, slope.stays, slope.moves, slope.until) == ("slope", "5 wd", "6 wd", "40 wd")


def test_axes_without_numbers_have_no_thresholds_and_say_so(tmp_path):
    """Values of several units, or none at all, do not count one thing."""
    axes = "  - { kind: assumption, name: training, values: [10 wd, 1 mo] }\n" + LICENCE
    found = picture_of(tmp_path, axes)

    assert found.thresholds == ()
    assert found.notes == ("training: no thresholds, its values do not count one thing",)


def test_heat_maps_hold_others_at_base_or_average(tmp_path):
    """In a full design every cell is at base; a Latin hypercube gives means and says so."""
    more = "rules: { open-on-first-day: false }\n"
    full = picture_of(tmp_path, OVEN + RECIPES + LICENCE, more)
    (tmp_path / "other").mkdir()
    spread = picture_of(tmp_path / "other", OVEN + RECIPES + LICENCE, f"{more}design: latin-hypercube\nsamples: 40")

    heat = next(each for each in full.maps if each.milestone == "OPEN" and {each.across, each.down} == {"oven", "recipes"})
    assert heat.others == "base"
    assert (heat.across, heat.down) == ("oven", "recipes")
    assert (len(heat.cells), len(heat.cells[0])) == (4, 8)
    base = line_of(full, "oven", "OPEN")
    assert list(heat.cells[heat.rows.index("15 wd")]) == [point.base for point in base.points]
    assert {each.others for each in spread.maps} == {"mean"}


def test_which_rule_binds_where(tmp_path):
    """Shares count the rows in which a rule binds, over all and for each value of an axis."""
    found = picture_of(tmp_path, RECIPES, "milestones: [OPEN]")

    shares = {each.rule: each.share for each in found.binding}
    where = {each.rule: each.shares for each in found.where}

    assert shares["open-on-first-day"] == 1.0
    assert shares["duration:RECIPES"] == 0.25
    assert where["duration:RECIPES"] == (0.0, 0.0, 0.0, 1.0)


def test_which_rule_binds_is_counted_where_it_was_told(tmp_path):
    """A date at a confidence has no binding rules: it counts in no share, and the picture says of how many it is told."""
    confidence = "  - { kind: confidence, levels: [0.8], draws: 256 }\n"
    found = picture_of(tmp_path, RECIPES + confidence, "milestones: [OPEN]")

    assert {each.rule: each.share for each in found.binding}["open-on-first-day"] == 1.0
    assert any(note.startswith("which rules bind OPEN is told in 4 of 8 combinations with a date") for note in found.notes)


def test_monotonicity_holds_and_would_be_seen_to_fail(tmp_path):
    """Longer work is never earlier in any pair; a ledger in which one row is falsified gives a finding with an example."""
    found = picture_of(tmp_path, OVEN + RECIPES)
    assert {each.axis: (each.pairs, each.against) for each in found.monotonicity} == {"oven": (56, 0), "recipes": (48, 0)}

    connection = sqlite3.connect(tmp_path / "run" / LEDGER)
    connection.execute("UPDATE rows SET d0 = '2029-01-01' WHERE row = 0")
    connection.commit()
    connection.close()
    falsified = {each.axis: each for each in read(tmp_path).monotonicity}

    assert falsified["oven"].against == 1
    assert falsified["oven"].example == (
        "OPEN: 2029-01-01 in row 0, 2024-03-01 in row 4, which differ only in oven (8 wd, 9 wd)"
    )


def test_monotonicity_of_designs_without_strides(tmp_path):
    """One at a time, neighbours are matched by their values; a capacity is expected the other way round."""
    axes = OVEN + "  - { kind: capacity, name: hands, amounts: [1, 2, 3] }\n"
    found = picture_of(tmp_path, axes, "rules: { hands: true }\ndesign: one-at-a-time\nmilestones: [OPEN]")

    expected = {each.axis: (each.expectation, each.pairs, each.against) for each in found.monotonicity}

    assert expected["oven"] == ("less never gives a later date", 7, 0)
    assert expected["hands"] == ("more never gives a later date", 2, 0)


def test_senses_follow_the_use_of_an_assumption(tmp_path):
    """Lengths delay, a latest date that is later can only hasten; what is used both ways has no sense."""
    plan = job_of(tmp_path, OVEN).plan

    assert senses(plan, "oven", ()) == {1}
    assert senses(plan, "inspection", ()) == {1}
    assert senses(plan, "deadline", ()) == {-1}
    assert senses(both_ways(plan), "inspection", ()) == {1, -1}


def both_ways(plan: Plan) -> Plan:
    """Return the plan with an assumption that is a least and a greatest lag at once."""
    content = plan.model_dump(mode="json", by_alias=True)
    for rule in content["rules"]:
        if rule["id"] == "training-kept-fresh":
            rule["lag"] = "$inspection"
    return Plan.model_validate(content)


def test_best_and_worst_name_a_combination(tmp_path):
    """The earliest and latest dates say how many combinations have them, and the first of these."""
    found = picture_of(tmp_path, OVEN + RECIPES)

    best, worst = (each for each in found.extremes if each.milestone == "OPEN")

    assert (best.which, best.date, best.row) == ("earliest", dt.date(2024, 3, 1), 0)
    assert best.values == {"oven": "8 wd", "recipes": "15 wd"}
    assert (worst.which, worst.date) == ("latest", dt.date(2024, 4, 1))
    assert best.combinations + worst.combinations == 32


def test_baselines_are_met_by_a_share(tmp_path):
    """A published day is met on or before it, a month until its end; together both must be; no date meets nothing."""
    axes = (
        "  - { kind: assumption, name: fit-out, from: 10 wd, to: 24 wd, step: 2 wd }\n"
        '  - { kind: assumption, name: deadline, values: [none, "2024-01-31"] }\n'
    )
    found = picture_of(tmp_path, axes, "rules: { open-on-first-day: false }")

    shares = {(each.baseline, each.milestone): each for each in found.baselines}

    assert found.counts == {"solved": 8, "infeasible": 8}
    opened = shares["first-guess", "OPEN"]
    assert (opened.published, opened.met, opened.combinations) == ("2024-02-26", 6, 16)
    assert shares["first-guess", "REVIEW"].met == 7
    assert shares["first-guess", None].met == 6
    assert [(each.status, each.combinations) for each in found.reasons] == [("infeasible", 8)]


def test_steps_add_up(tmp_path):
    """A cumulative design is told step by step, and the steps add up to the whole way."""
    found = picture_of(
        tmp_path, RECIPES + "  - { kind: assumption, name: oven, values: [10 wd, 40 wd] }\n", "design: cumulative"
    )

    assert [(step.axis, step.value) for step in found.steps] == [(None, None), ("recipes", "30 wd"), ("oven", "40 wd")]
    first, *_, last = found.steps
    assert sum(step.moved[0] or 0 for step in found.steps) == (last.dates[0] - first.dates[0]).days


@pytest.mark.long
def test_poap1_becomes_poap2_step_by_step(tmp_path):
    """The packaged steps begin at the dates of PoaP 1 and end at those of PoaP 2, each certified."""
    run(load_grid("poap1-to-poap2"), tmp_path / "run")

    found = read(tmp_path)

    assert [date.isoformat() for date in found.steps[0].dates] == ["2025-07-01", "2026-03-31", "2026-12-31"]
    assert [date.isoformat() for date in found.steps[-1].dates] == ["2024-12-02", "2025-11-28", "2026-07-31"]
    assert (found.checked, found.disagreements) == (8, ())


def test_an_unfinished_run_has_a_picture_that_says_so(tmp_path, monkeypatch):
    """What there is so far is summed up, with a note."""
    from optimiser.batch import engine

    monkeypatch.setattr(engine, "_range_size", lambda _: 10)
    told = iter(range(100))

    def stop(_: object) -> None:
        if next(told) == 2:
            raise KeyboardInterrupt

    run(job_of(tmp_path, OVEN + RECIPES), tmp_path / "run", progress=stop)

    found = read(tmp_path)

    assert (found.combinations, found.complete) == (20, False)
    assert found.notes[0] == "the run is not finished: this is what there is so far"


# -- charts and the page --------------------------------------------------------------------------------------------------


NASTY = '<script>alert(1)</script> & "quotes" ]]>'


def a_line(points: int) -> AxisLine:
    """Return a line whose words would break a page that did not escape them."""
    day = dt.date(2024, 1, 31)
    return AxisLine(
        axis="sit",
        title=NASTY,
        milestone="M10",
        points=tuple(
            AxisPoint(
                label=f"{10 * place} wd" if place else NASTY,
                combinations=4,
                solved=4,
                first=day + dt.timedelta(30 * place),
                mean=day + dt.timedelta(35 * place),
                last=day + dt.timedelta(40 * place),
                base=None if place % 2 else day + dt.timedelta(31 * place),
            )
            for place in range(points)
        ),
    )


@pytest.mark.parametrize("points", [1, 2, 30])
def test_line_charts_are_sound_and_escaped(points):
    """Any number of values gives well-formed SVG with a name and a description, and nothing in it is run."""
    jump = Threshold(
        axis="sit",
        milestone="M10",
        kind="jump",
        stays="10 wd",
        moves="11 wd",
        until="11 wd",
        date_before=dt.date(2024, 2, 1),
        date_after=dt.date(2024, 3, 1),
    )

    chart = line_chart("line", a_line(points), [jump], [(NASTY, dt.date(2024, 3, 1))])

    root = ET.fromstring(chart)  # noqa: S314 - our own
    assert root.attrib["role"] == "img"
    assert [child.tag.rpartition("}")[2] for child in root][:2] == ["title", "desc"]
    assert "<script" not in chart


def test_a_line_without_dates_says_so():
    """Where no combination has a date there is still a chart."""
    point = AxisPoint(label="1", combinations=2, solved=0, first=None, mean=None, last=None, base=None)

    chart = line_chart("line", AxisLine(axis="a", title="A", milestone="M", points=(point, point)))

    assert "No combination has a date." in chart
    assert ET.fromstring(chart) is not None  # noqa: S314 - our own


def test_heat_charts_are_sound_and_mark_what_is_missing():
    """Cells say their dates, later ones are darker, a missing one is marked."""
    early, late = dt.date(2024, 1, 1), dt.date(2024, 12, 1)
    heat = HeatMap(
        milestone="M10",
        across="sit",
        down="b",
        columns=("1 wd", NASTY),
        rows=("x", "y"),
        cells=((early, late), (None, late)),
        others="base",
    )

    chart = map_chart("map", heat)

    root = ET.fromstring(chart)  # noqa: S314 - our own
    fills = [each.attrib["fill"] for each in root.iter("{http://www.w3.org/2000/svg}rect")][1:]
    assert len(fills) == 4
    assert fills[0] > fills[1] == fills[3]
    assert "no date" in chart


class Page(HTMLParser):
    """Reads a page and what it would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)
        self.fetched += [str(value) for name, value in attrs if name in ("src", "href") and value]


def test_a_report_writes_a_page_that_needs_nothing_else(tmp_path, capsys):
    """Tables go to the terminal, no line wider than it; the page and its charts lie in the run and fetch nothing."""
    grid = grid_file(tmp_path, OVEN + RECIPES + LICENCE)
    main(["batch", "run", str(grid), "-o", str(tmp_path / "run"), "--workers", "1"])
    capsys.readouterr()

    assert main(["batch", "report", str(tmp_path / "run")]) == ExitCode.DONE

    said = capsys.readouterr().out
    for heading in (
        "Each axis",
        "The exact value",
        "Which rule binds",
        "Best and worst",
        "Published dates",
        "follow each axis",
    ):
        assert heading in said
    assert max(map(len, said.splitlines())) <= 160
    page = Page()
    page.feed((tmp_path / "run" / "report.html").read_text(encoding="utf-8"))
    charts = list((tmp_path / "run" / "charts").glob("*.svg"))
    assert page.tags.count("svg") == len(charts) >= 6
    assert [each for each in page.fetched if not each.startswith(("#", "data:"))] == []
    assert "script" not in page.tags
    for chart in charts:
        ET.parse(chart)  # noqa: S314 - our own


def test_a_report_for_machines_holds_the_whole_picture(tmp_path, capsys):
    """The document begins with its schema and can be read back as a picture."""
    grid = grid_file(tmp_path, OVEN + HANDS)
    main(["batch", "run", str(grid), "-o", str(tmp_path / "run"), "--workers", "1"])
    capsys.readouterr()

    assert main(["batch", "report", str(tmp_path / "run"), "--json"]) == ExitCode.DONE

    document = json.loads(capsys.readouterr().out)
    assert next(iter(document)) == "schema"
    assert document.pop("schema") == "optimiser/batch-report/1"
    again = Picture.model_validate_json(json.dumps(document))
    assert again == read(tmp_path)
    assert again.counts == {"solved": 16}


@pytest.mark.long
def test_an_axis_over_what_the_register_draws_is_said_to_move_no_date_at_a_confidence(tmp_path):
    """Its values are claims about the work: as planned the dates move with them, at a confidence they do not, and that is said."""
    axes = "  - { kind: assumption, name: sit-mvc, values: [251 wd, 304 wd] }\n  - { kind: confidence, levels: [0.8], draws: 256 }\n"
    job = job_of(tmp_path, axes, plan="mhhs-round2")
    run(job, tmp_path / "run")
    found = read(tmp_path)
    rows = compute(job, FastPath(job), np.arange(job.design.size))

    levels = [job.confidence(place) for place in rows.places.tolist()]
    dates = {level: {tuple(rows.dates[:, row]) for row, each in enumerate(levels) if each == level} for level in set(levels)}
    assert {level: len(there) for level, there in dates.items()} == {None: 2, 0.8: 1}
    assert sum("its values are claims about what range 'sit-mvc' of the register draws" in note for note in found.notes) == 1
