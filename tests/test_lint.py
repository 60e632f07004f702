"""What the checks find, that they compute it, and that their effects are the plan's own dates."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from models.assumptions import PublishedDate
from models.duration import Duration
from models.lint import DcmaMeasure, LintReport
from models.published import PublishedTables, StatedDelta
from optimiser.cli import ExitCode, main
from optimiser.errors import BeyondHorizonError, InputError
from optimiser.explain.by_date import why_not
from optimiser.lint import lint, read_published
from optimiser.lint.dcma import _share
from optimiser.lint.report import CHECKS
from optimiser.lint.subject import Subject
from optimiser.reading.load import load
from optimiser.reading.packaged import find_plan, packaged
from optimiser.solve import earliest
from tests.conftest import plan_of
from tests.random_plans import random_plan

INSTANCE = "mhhs-round2"

KNOWN = {
    1: "stated-delta:PoaP-1-page:M12",
    2: "table-disagreement:PoaP-1-page:PoaP-1-project:M14",
    3: "stated-lag:PoaP-1-page:M15-M16",
    4: "stated-lag:PoaP-2:M15-M16",
    5: "stated-lag:PoaP-1-project:M11-M15",
    6: "length-in-name:368",
    7: "switched-off:mdr-by-cit-end",
    8: "switched-off:mdr-before-m9",
    9: "switched-off:cp1558-row-before-data-cut",
    10: "just-late:329",
    11: "same-day:248",
    12: "hole:251-323",
    13: "preparation-late:260",
    14: "outside-phase:376",
    15: "outside-phase:359",
    16: "preparation-early:357",
    17: "end-of:371",
    18: "event-length",
    19: "estimate:340",
    20: "lists-differ:segments-that-migrate:3",
    21: "lists-differ:segments-whose-agents-test-before-migration-starts:2",
    22: "lists-differ:central-parties-in-integration-testing:1",
    23: "not-critical:SIT-MVC",
    24: "not-earliest:M10",
    25: "too-short:PoaP-2",
    26: "longer-gap:PoaP-2:PoaP-1-page",
    27: "order:M9",
    28: "date-elsewhere:M5:2022-11-16",
    29: "split-activity",
    30: "part-before-whole:278",
    31: "terms:Elexon",
}
"""The inconsistencies that a reading by hand found in the pack, numbered as there, and the finding that is each."""


@pytest.fixture(scope="module")
def report() -> LintReport:
    """Return what is found in the re-plan as written."""
    plan = load(INSTANCE)
    return lint(plan, read_published(INSTANCE, plan))


def moved(found: LintReport, name: str) -> dict[str, int | None]:
    """Return the effects of a finding, milestone to working days."""
    return {effect.milestone: effect.working_days for effect in found.finding(name).effects}


@pytest.mark.parametrize(("row", "name"), KNOWN.items())
def test_known_inconsistencies(report, row, name):
    """Each inconsistency known from a reading by hand is found, with a place to look it up."""
    found = report.finding(name)

    assert found.where, row
    assert found.citation or name.startswith("too-short"), row


def test_registration_services(report):
    """The build of the registration services is found to end after M10, and what M10 would be if it waited."""
    found = report.finding("switched-off:m10-after-registration-dbt")

    assert "PoaP-1-project by 23 wd before M10 (by its days)" in found.what
    assert moved(report, found.id)["M10"] > 0


def test_gap_before_m16(report):
    """PoaP 2 is found to leave too little time between M15 and M16 for control point 5."""
    found = report.finding("switched-off:m16-after-cp5")

    assert "PoaP-2 by 10 wd before M16" in found.what
    assert "PoaP-1" not in found.what


def test_calendar(report):
    """All sixty lengths count Mondays to Fridays, forty-five of them across a bank holiday, and what those would move."""
    found = report.finding("calendar:england-wales")
    holidays = earliest(load(INSTANCE, ["bank-holidays"]))

    assert "60 of 60" in found.what
    assert "45 of the rows" in found.what
    assert {effect.milestone: effect.date for effect in found.effects} == holidays.dates


@pytest.mark.parametrize(
    ("name", "readings"),
    [
        ("switched-off:mdr-by-cit-end", {"mp162": "by-cit-end"}),
        ("switched-off:mdr-before-m9", {"mp162": "before-m9"}),
        ("switched-off:cp3-after-sit-others", {"sit-exit": "all-parties"}),
        ("switched-off:m10-after-registration-dbt", {"registration-services": "gating"}),
        ("switched-off:m16-after-cp5", {"cp5-gates-m16": "yes"}),
        ("stated-lag:PoaP-2:M15-M16", {"m16-lag": "four-months"}),
    ],
)
def test_effects_are_dates(report, name, readings):
    """An effect is what the plan comes to, solver and all, when the finding is taken at its word."""
    solved = earliest(load(INSTANCE, readings=readings))

    assert {effect.milestone: effect.date for effect in report.finding(name).effects} == solved.dates


@pytest.mark.long
def test_times_for_migration_are_held_against_their_pace(report):
    """After M14 are 153 of PoaP 1's 326 days of migration, 46.9 %: what may be ready last at an even pace, and what more would take."""
    found = report.finding("implied-pace:m15-after-m14:m15-after-m11")
    longer = earliest(load(INSTANCE, settings={"m15-after-m14": "14 mo"}))

    assert round(100 * 153 / 326, 1) == 46.9
    assert "46.9 % (PoaP-1-project, from M11 and M12)" in found.what
    assert {effect.milestone: effect.date for effect in found.effects} == longer.dates
    by_limit = lint(load(INSTANCE, ["migration"]), read_published(INSTANCE, load(INSTANCE)))
    assert not any(each.check == "implied-pace" for each in by_limit.findings)


def test_contradiction(report):
    """A link that closes a circle has no effect in days: nothing satisfies the plan."""
    effects = report.finding("switched-off:cp1558-row-before-data-cut").effects

    assert {effect.result for effect in effects} == {"contradiction"}
    assert {effect.date for effect in effects} == {None}


def test_severities(report):
    """Findings come the gravest first, under ids that are theirs alone."""
    ranks = [("high", "medium", "low").index(found.severity) for found in report.findings]

    assert ranks == sorted(ranks)
    assert len({found.id for found in report.findings}) == len(report.findings)
    assert sum(report.counts().values()) == len(report.findings)


def test_measures(report):
    """The fourteen measures count what a reading by hand counts, and say where they do not apply."""
    by_number = {measure.number: measure for measure in report.dcma}

    assert list(by_number) == list(range(1, 15))
    assert (by_number[8].count, by_number[8].of, by_number[8].verdict) == (43, 54, "fail")
    assert {number for number, measure in by_number.items() if measure.verdict == "not applicable"} == {10, 11, 14}
    assert all(measure.measured is None for measure in report.dcma if measure.verdict == "not applicable")
    assert by_number[12].verdict == "pass"
    assert [practice.number for practice in report.practices] == list(range(1, 11))


def test_nothing_is_written_down(report):
    """Corrected papers lose exactly the finding that was corrected."""
    plan = load(INSTANCE)
    published = read_published(INSTANCE, plan)
    corrected = tuple(
        entry.model_copy(update={"months": 9})
        if isinstance(entry, StatedDelta) and (entry.baseline, entry.milestone) == ("PoaP-1-page", "M12")
        else entry
        for entry in published.deltas
    )

    now = lint(plan, published.model_copy(update={"deltas": corrected}))

    assert {found.id for found in report.findings} - {found.id for found in now.findings} == {KNOWN[1]}


def test_rows_are_read():
    """A published row that is moved is judged where it now stands."""
    plan = load(INSTANCE)
    items = []
    for activity in plan.activities:
        row = activity.published
        if activity.id == "DIP-DBT-1":
            row = row.model_copy(update={"finish": dt.date(2025, 1, 31)})
        items.append(activity.model_copy(update={"published": row}))

    now = lint(plan.evolve(activities=tuple(items)), read_published(INSTANCE, plan))
    ids = {found.id for found in now.findings}

    assert KNOWN[12] not in ids
    assert "holiday-endpoint:251" not in ids
    assert "241 working days" in now.finding("stated-length:251").what
    assert "251 and 323" in now.finding("split-activity").what


def test_same_twice(report):
    """The same plan gives the same report."""
    plan = load(INSTANCE)

    assert lint(plan, read_published(INSTANCE, plan)) == report


@pytest.mark.long
def test_packaged_plans():
    """Every packaged plan is checked under each of its scenarios."""
    seen = 0
    for entry in packaged():
        for scenarios in [(), *((name,) for name, _ in entry.scenarios if name != "participants")]:
            plan = load(entry.name, scenarios)
            found = lint(plan, read_published(entry.name, plan))
            seen += 1

            assert len(found.checks) == len(CHECKS)
            assert len(found.dcma) == 14
    assert seen >= 10


@pytest.mark.long
def test_participants():
    """A plan of many parties is checked as well, in its own scenario."""
    plan = load(INSTANCE, ["participants"])
    found = lint(plan, read_published(INSTANCE, plan))

    assert {name for row, name in KNOWN.items() if row != 10} <= {entry.id for entry in found.findings}


def test_random_plans():
    """Any plan is checked, whether or not it can be satisfied."""
    statuses = {}
    for seed in range(60):
        plan = random_plan(seed)
        found = lint(plan)
        status = Subject(plan, PublishedTables(), ()).earliest.status
        statuses[status] = statuses.get(status, 0) + 1

        assert bool(found.dates) == (status == "feasible" and bool(plan.targets))
    assert statuses["feasible"] > 10
    assert sum(count for name, count in statuses.items() if name != "feasible") > 3


def test_contradictory_plan():
    """A plan that nothing satisfies is still checked, and says that its effects are missing."""
    plan = load(INSTANCE, ["mp162-literal"], settings={"m9-latest": "2024-02-07"})
    found = lint(plan, read_published(INSTANCE, plan))

    assert found.dates == {}
    assert any("nothing satisfies" in note for note in found.notes)
    assert all(not entry.effects for entry in found.findings)
    assert found.finding(KNOWN[1])


def test_stated_length():
    """A stated length that is not that of the dates is a grave finding, with what the true length moves."""
    row = {"row": 7, "start": "2024-02-05", "finish": "2024-02-16", "stated": "9 days"}
    plan = plan_of(
        targets=["END"],
        activities=[{"id": "WORK", "title": "Work", "duration": "9 wd", "basis": "synthetic", "published": row}],
        milestones=[{"id": "END", "title": "End", "shown": "closes", "basis": "synthetic"}],
        rules=[{"id": "end", "title": "End", "kind": "dependency", "before": "WORK", "after": "END", "basis": "synthetic"}],
    )

    found = lint(plan).finding("stated-length:7")

    assert found.severity == "high"
    assert "10 working days" in found.what
    assert [effect.working_days for effect in found.effects] == [1]


def test_high_lengths():
    """A length of 44 working days is not high, one of 45 is."""
    items = [{"id": f"W{days}", "title": "Work", "duration": f"{days} wd", "basis": "synthetic"} for days in (1, 44, 45, 46)]
    measure = next(entry for entry in lint(plan_of(activities=items)).dcma if entry.number == 8)

    assert measure.items == ("W45", "W46")
    assert measure.of == 3


def test_leads_and_kinds():
    """Negative and positive lags, links of other kinds and greatest lags are counted apart."""
    work = [{"id": name, "title": name, "duration": "5 wd", "basis": "synthetic"} for name in "ABC"]
    rules = [
        {"id": "lead", "lag": "-2 wd", "before": "A", "after": "B"},
        {"id": "lag", "lag": "3 wd", "type": "SS", "before": "B", "after": "C"},
        {"id": "hold", "lag": "9 wd", "type": "SS", "bound": "at-most", "before": "B", "after": "C"},
    ]
    common = {"title": "Link", "kind": "dependency", "basis": "synthetic"}
    by_number = {
        entry.number: entry for entry in lint(plan_of(activities=work, rules=[{**rule, **common} for rule in rules])).dcma
    }

    assert by_number[2].items == ("lead",)
    assert set(by_number[3].items) == {"lag", "hold"}
    assert set(by_number[4].items) == {"lag", "hold"}
    assert by_number[5].items == ("hold",)


def measured(number: int, **parts: Any) -> DcmaMeasure:
    """Return one of DCMA's measures of a plan made of parts."""
    return next(entry for entry in lint(plan_of(**parts)).dcma if entry.number == number)


def works(*lengths: int) -> list[dict[str, Any]]:
    """Return activities W0, W1 and so on of some lengths in working days."""
    return [{"id": f"W{n}", "title": "Work", "duration": f"{days} wd", "basis": "synthetic"} for n, days in enumerate(lengths)]


def linked(before: str, after: str, **more: Any) -> dict[str, Any]:
    """Return a link."""
    name = f"{before}-{after}-{more.get('type', 'FS')}"
    return {"id": name, "title": "Link", "kind": "dependency", "before": before, "after": after, "basis": "synthetic", **more}


@pytest.mark.parametrize(("others", "share", "verdict"), [(1, "90.0%", "pass"), (2, "80.0%", "fail"), (0, "100.0%", "pass")])
def test_the_share_beside_a_least_share_is_of_those_that_meet_it(others, share, verdict):
    """Of ten links of which one is start to start, 90 % are finish to start, and that is what stands beside "90 % or more"."""
    links = [linked("W0", f"W{n}", type="SS" if n <= others else "FS") for n in range(1, 11)]
    found = measured(4, activities=works(*[2] * 11), rules=links)

    assert (found.measured, found.count, found.of, found.verdict) == (share, 10 - others, 10, verdict)
    assert len(found.items) == others


def test_the_share_of_loaded_activities_is_printed():
    """Of two activities one draws on a capacity: 50 % are loaded, where all should be."""
    crew = {"id": "crew", "title": "Crew", "kind": "capacity", "amount": 1, "demands": [{"item": "W0"}], "basis": "synthetic"}
    found = measured(10, activities=works(2, 2), rules=[crew])

    assert (found.measured, found.threshold, found.verdict, found.items) == ("50.0%", "all activities loaded", "fail", ("W1",))


@pytest.mark.parametrize(("of", "printed", "verdict"), [(20, "5.0%", "pass"), (1999, "5.003%", "fail")])
def test_a_share_is_never_printed_as_a_limit_that_it_misses(of, printed, verdict):
    """100 of 1,999 is more than 5 %, and is not printed as 5.0 %."""
    found = _share(3, "Lags", 0.05, ["x"] * (1 if of == 20 else 100), of, "lags")

    assert (found.measured, found.verdict) == (printed, verdict)


def test_leads_are_counted_wherever_a_plan_has_them():
    """A hammock that begins before what it is tied to leads, as a link or a quorum does."""
    bar = {"id": "BAR", "title": "Bar", "starts_with": "W0", "start_lag": "-3 wd", "finishes_with": "W1", "basis": "synthetic"}
    some = {
        "id": "some",
        "title": "Some",
        "kind": "at-least",
        "count": 1,
        "of": ["W0"],
        "after": "W1",
        "lag": "-1 wd",
        "basis": "synthetic",
    }
    found = measured(2, activities=works(5, 5), hammocks=[bar], rules=[linked("W0", "W1"), some])

    assert (found.count, found.of, found.verdict) == (2, 4, "fail")
    assert found.items == ("some", "BAR (its start)")


def test_the_critical_path_test_lengthens_what_drives_by_its_length():
    """W0 of 50 wd drives the end by its start alone; W1 of 5 wd by its length, so W1 is lengthened and the end follows."""
    end = {"id": "END", "title": "End", "shown": "closes", "basis": "synthetic"}
    floor = {
        "id": "floor",
        "title": "Floor",
        "kind": "not-before",
        "at": "W0.start",
        "date": "2024-03-04",
        "basis": "synthetic",
    }
    links = [floor, linked("W0", "W1", type="SS", lag="30 wd"), linked("W1", "END")]
    found = measured(12, activities=works(20, 5), milestones=[end], rules=links, targets=["END"])

    assert found.verdict == "pass"
    assert found.count == found.of
    assert found.reason.startswith("W1, whose length drives END, lengthened by")


def test_nothing_is_driven_by_a_length():
    """Where only a start drives the end, the critical path test does not apply."""
    end = {"id": "END", "title": "End", "shown": "closes", "basis": "synthetic"}
    links = [linked("W0", "END", type="SS", lag="30 wd")]
    found = measured(12, activities=works(20), milestones=[end], rules=links, targets=["END"])

    assert (found.verdict, found.reason) == ("not applicable", "no activity drives END by its length in working days")


def test_an_index_of_nothing_that_remains_does_not_apply():
    """Where the last target lies before the day of the plan's knowledge, there is no path whose length could be judged."""
    end = {"id": "END", "title": "End", "shown": "closes", "basis": "synthetic"}
    baseline = {"id": "B", "title": "Baseline", "dates": [{"milestone": "END", "date": "2024-01-12"}], "basis": "synthetic"}
    found = measured(
        13,
        as_of="2024-06-03",
        activities=works(3),
        milestones=[end],
        rules=[linked("W0", "END")],
        targets=["END"],
        baselines=[baseline],
    )

    assert found.verdict == "not applicable"
    assert found.reason.startswith("nothing remains: END is not after")


def test_lags_of_another_unit_are_not_tried():
    """A stated distance in months is not put into a link that counts working days."""
    plan = load(INSTANCE)
    published = read_published(INSTANCE, plan)
    lags = tuple(entry.model_copy(update={"lag": Duration(50, "wd")}) for entry in published.lags)

    found = lint(plan, published.model_copy(update={"lags": lags}))

    assert all(not entry.effects for entry in found.findings if entry.check == "stated-lag")


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("deltas.csv", "baseline,milestone,against,months,citation\nTT,M99,TT,3,del621: page 1\n", "unknown milestone 'M99'"),
        ("deltas.csv", "baseline,milestone,against,months,citation\nTT,M10,T,3,del621: page 1\n", "unknown baseline 'T'"),
        ("deltas.csv", "baseline,milestone,against,months,citation\nTT,M10,TT,x,del621: page 1\n", "2:"),
        ("names.csv", "row,name,citation\n240,Name,nowhere: page 1\n", "unknown source 'nowhere'"),
        ("names.csv", "row,name,citation\n9,Name,project: row 9\n", "unknown published row '9'"),
        ("names.csv", "row,nam\n", "unknown column 'nam'"),
        ("terms.csv", "subject,term,citation\nElexon,Exelon,\n", "citation"),
        ("namess.csv", "", "unknown file"),
    ],
)
def test_refusals(tmp_path, file, text, expected):
    """What is wrong in a table of published facts is refused with its file and place."""
    folder = tmp_path / "copy"
    shutil.copytree(find_plan(INSTANCE), folder)
    (folder / "published" / file).write_text(text, encoding="utf-8")
    plan = load(folder)

    with pytest.raises(InputError) as caught:
        read_published(folder, plan)

    assert file in str(caught.value)
    assert expected in str(caught.value)


def test_without_papers(tmp_path):
    """A plan without a folder of published facts is checked by what it says itself."""
    folder = tmp_path / "copy"
    shutil.copytree(find_plan(INSTANCE), folder)
    shutil.rmtree(folder / "published")
    plan = load(folder)
    found = lint(plan, read_published(folder, plan))

    assert read_published(folder, plan) == PublishedTables()
    assert {check.id for check in found.checks if check.not_applicable} >= {"stated-delta", "stated-lag", "terms"}
    assert found.finding("switched-off:mdr-by-cit-end")


def test_command(capsys):
    """The verb prints findings by severity; as JSON the report; and fails a build only where it is told to."""
    assert main(["lint", INSTANCE, "--severity", "high", "--no-measures"]) == ExitCode.DONE
    text = capsys.readouterr().out
    assert "switched-off:mdr-by-cit-end" in text
    assert "stated-delta" not in text
    assert "DCMA" not in text

    assert main(["lint", INSTANCE, "--json"]) == ExitCode.DONE
    document = json.loads(capsys.readouterr().out)
    assert next(iter(document)) == "schema"
    assert document["schema"] == "optimiser/lint/1"
    assert len(document["findings"]) == sum(document["counts"].values())

    assert main(["lint", "toy", "--fail-on", "high"]) == ExitCode.DONE
    assert main(["lint", "toy", "--fail-on", "medium"]) == ExitCode.MISSED
    assert main(["lint", "toy", "-m", "NOWHERE"]) == ExitCode.BAD_INPUT


def test_no_sentence_of_the_source():
    """The tables hold names, numbers and places: no cell is as long as a sentence."""
    cells = [
        cell
        for file in sorted((Path(find_plan(INSTANCE)) / "published").glob("*.csv"))
        for line in file.read_text(encoding="utf-8").splitlines()
        for cell in line.split(",")
    ]

    assert len(cells) > 500
    assert max(len(cell.split()) for cell in cells) <= 16


def test_a_date_published_to_the_last_month_of_all_is_read():
    """A baseline of December 9999 is off the calendar, and no fault of ours."""
    dates = [{"milestone": "OPEN", "date": "9999-12"}]
    toy = load("toy")
    far = toy.baselines[0].model_copy(update={"dates": [PublishedDate.model_validate(each) for each in dates]})

    assert lint(toy.model_copy(update={"baselines": (far,)})).plan == "toy"


@pytest.mark.parametrize("seeds", [range(15), pytest.param(range(15, 400), marks=pytest.mark.long)], ids=["few", "many"])
def test_whatever_solve_refuses_is_a_high_finding_and_has_no_date_to_explain(seeds):
    """Capacity that leaves room for nothing is a contradiction to `lint` and to `why-not`, as rules without it are."""
    refused = 0
    for seed in seeds:
        plan = random_plan(seed, kinds=("dependency", "capacity", "not-after", "blackout"))
        if not any(rule.kind == "capacity" for rule in plan.active_rules()) or not plan.targets:
            continue
        try:
            outcome = earliest(plan)
        except BeyondHorizonError:
            continue
        found = [each for each in lint(plan).findings if each.check == "contradiction"]
        assert bool(found) == (outcome.status == "infeasible"), seed
        if found:
            refused += 1
            last = min(plan.horizon.last, plan.calendars_by_id[plan.calendar].covers.last)
            answer = why_not(plan, plan.targets[0], last)
            assert (answer.date, answer.verdict == "met") == (None, False), seed
    assert refused >= len(seeds) // 40


def test_work_that_wants_more_than_there_is_contradicts_the_plan():
    """Only a search sees that no day has room for it: `lint` makes it, and `why-not` answers."""
    ground = {"basis": "synthetic", "title": "By hand"}
    plan = plan_of(
        targets=["END"],
        activities=[{"id": "A", "duration": "5 wd", **ground}],
        milestones=[{"id": "END", "shown": "closes", **ground}],
        rules=[
            {"id": "slots", "kind": "capacity", "amount": 1, "demands": [{"item": "A", "amount": 2}], **ground},
            {"id": "then", "kind": "dependency", "before": "A", "after": "END", **ground},
        ],
    )

    assert [each.severity for each in lint(plan).findings if each.check == "contradiction"] == ["high"]
    answer = why_not(plan, "END", dt.date(2024, 2, 1))
    assert answer.conflict is not None
    assert (answer.date, {each.id for each in answer.conflict.members}) == (None, {"slots", "duration:A"})
