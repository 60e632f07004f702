"""Forecasts over a chain of updates: what moved, what was to spare, how right earlier ones were, and the drawing of it."""

from __future__ import annotations

import datetime as dt
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from models.trend import MilestoneTrend, TrendPoint, UpdateTrend
from models.updating import UpdateChain
from optimiser.cli import ExitCode, main
from optimiser.errors import InputError
from optimiser.evidence.charts.curves import trend_chart
from optimiser.progress import trend_of

README = Path(__file__).parents[1] / "instances" / "laboratory_2026_06" / "README.md"
_ROW = re.compile(r"^\| `(laboratory\S*)` \|.*\| \w{3} (\d+ \w+ \d{4}) \| ([+−]?\d*)(?: wd)? ?\|$", re.MULTILINE)


@pytest.fixture(scope="module")
def trend() -> UpdateTrend:
    """The trend of the packaged chain, with an event that was met on the way."""
    return trend_of("laboratory-2026-06", ["ACCREDITED", "DELIVERY-2"])


def test_the_trend_is_what_the_readme_works_out_by_hand(trend):
    """Each update's date and how far it moved stand in the README, worked out by hand."""
    by_hand = _ROW.findall(README.read_text(encoding="utf-8"))
    assert len(by_hand) == 5
    points = trend.milestones[0].points

    assert [point.update for point in points] == [row[0] for row in by_hand]
    assert [point.date for point in points] == [dt.datetime.strptime(row[1], "%d %b %Y").date() for row in by_hand]  # noqa: DTZ007
    assert [point.moved_wd for point in points[1:]] == [int(row[2].replace("−", "-")) for row in by_hand[1:]]
    spared = re.search(
        r"of the (\d+) working days to spare in\s+March (\d+) are left in April, (\d+) in May, (\d+) in June",
        README.read_text(),
    )
    assert spared
    assert [point.spare_wd for point in points[1:]] == [int(each) for each in spared.groups()]
    assert [point.consumed_wd for point in points] == [0, 0, 24, 29, 26]


def test_a_milestone_that_was_met_keeps_its_date(trend):
    """Once met, a milestone is no forecast any more, and has no deadline where none is stated."""
    delivery = trend.milestones[1]

    assert [point.state for point in delivery.points] == ["forecast", "forecast", "met", "met", "met"]
    assert {str(point.date) for point in delivery.points[2:]} == {"2026-04-29"}
    assert delivery.deadline is None
    assert [point.moved_wd for point in delivery.points] == [None, 0, 12, 0, 0]


def test_the_drawing_says_in_words_what_it_shows(trend):
    """The drawing is well-formed, tells every forecast in its description, and equal trends give equal bytes."""
    svg = trend_chart("trend", trend)
    root = ET.fromstring(svg)  # noqa: S314 - our own
    about = next(each.text or "" for each in root if each.tag.endswith("desc"))

    assert "21 Oct 2026 as forecast by 30 Apr 2026" in about
    assert "ACCREDITED due 30 Oct 2026" in svg
    assert svg == trend_chart("trend", trend)


def test_a_chain_without_a_date_draws_none() -> None:
    """A chain of which no update has a date is told so by its drawing, a deadline or not."""
    point = TrendPoint(update="one", status_date=None, as_of=dt.date(2026, 1, 1), state="no date")
    milestone = MilestoneTrend(id="DONE", title="Done", deadline=dt.date(2026, 5, 1), points=(point,))
    trend = UpdateTrend(plan="pier", title="Pier", chain=UpdateChain(plan="pier", links=()), milestones=(milestone,))

    assert "No update has a date." in trend_chart("trend", trend)


def test_past_forecasts_are_held_against_what_came():
    """With samples each update has its P50 and P80, no earlier than its forecast, and those of milestones met since are judged."""
    found = trend_of("laboratory-2026-06", samples=64)
    points = found.milestones[0].points

    assert all(
        point.date and point.p50 and point.p80 and point.date <= point.p80 and point.p50 <= point.p80 for point in points
    )
    assert [(check.update, check.met) for check in found.checks] == [
        ("laboratory", 3),
        ("laboratory-2026-03", 1),
        ("laboratory-2026-04", 0),
        ("laboratory-2026-05", 0),
    ]
    assert all(check.within + len(check.late) == check.met for check in found.checks)
    assert found.samples == 64


def test_a_milestone_of_another_plan_is_refused():
    """Only milestones of the newest update can be asked for."""
    with pytest.raises(InputError, match="'REPORT' is no milestone of the plan"):
        trend_of("laboratory-2026-06", ["REPORT"])


def test_a_plan_that_is_no_update_has_a_trend_of_one(capsys):
    """A chain of one is a chain: its date, nothing moved."""
    assert main(["trend", "laboratory", "--json"]) == ExitCode.DONE
    document = json.loads(capsys.readouterr().out)

    assert document["schema"] == "optimiser/trend/1"
    assert [(point["date"], point["moved_wd"]) for point in document["milestones"][0]["points"]] == [("2026-09-17", None)]


def test_an_update_without_dates_has_an_empty_place(tmp_path):
    """Where an update contradicts itself the chain goes on around it: no date there, and what moved counts from the one before."""
    home = Path(README).parent
    for file in home.rglob("*"):
        if file.is_file():
            (tmp_path / "june" / file.relative_to(home)).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "june" / file.relative_to(home)).write_bytes(file.read_bytes())
    rules = tmp_path / "june" / "rules.yaml"
    rules.write_text(
        rules.read_text()
        + "\n  - {id: too-soon, kind: not-after, title: Too soon, at: ACCREDITED, date: 2026-08-03, basis: synthetic}\n"
    )
    points = trend_of(tmp_path / "june").milestones[0].points

    assert points[-1].state == "no date"
    assert points[-1].date is None
    assert [point.state for point in points[:-1]] == ["forecast"] * 4


def test_the_verb_draws_and_prints(tmp_path, capsys, monkeypatch):
    """The verb prints a line an update and writes the drawing, which is not replaced unasked."""
    monkeypatch.chdir(tmp_path)
    given = ["trend", "laboratory-2026-06", "-o", "trend.svg"]

    assert main(given) == ExitCode.DONE
    out = capsys.readouterr().out
    assert out.count("●") == 5
    assert "-3 wd" in out
    assert Path("trend.svg").read_text().startswith("<svg")
    assert main(given) == ExitCode.BAD_INPUT
