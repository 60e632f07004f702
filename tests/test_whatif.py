"""What-if: values relative to the one at hand, what was changed from what to what, and why a date stays."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from models.duration import Duration, print_value
from optimiser.cli import ExitCode, main
from optimiser.critical import compile_network, earliest_times
from optimiser.errors import InputError
from optimiser.numbers import with_values
from optimiser.reading.load import load, load_changed
from optimiser.solve import earliest
from optimiser.whatif import ranges_of, what_if
from tests.random_plans import random_plan

MILESTONES = ("M10", "M14", "M16")


def changed(*scenarios: str, plan: str = "mhhs-round2", milestones: tuple[str, ...] = MILESTONES, **choices):
    """Return what was changed in a packaged plan."""
    return what_if(load_changed(plan, scenarios, **choices), milestones)


# -- values relative to the one at hand --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("+10wd", "56 wd"),
        ("+10 wd", "56 wd"),
        ("- 6 wd", "40 wd"),
        ("-50%", "23 wd"),
        ("-20 %", "37 wd"),
        ("+3mo", "111 wd"),
        ("+14cd", "56 wd"),
        ("=12 wd", "12 wd"),
        ("12 wd", "12 wd"),
    ],
)
def test_a_length_changes_by_a_length_or_a_share(text, value):
    """A sign makes a value relative: in its own unit exactly, in another at the calendar's average, a share rounded."""
    assert print_value(load("mhhs-round2", settings={"cit": text}).values["cit"]) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("+3mo", "2024-09-28"),
        ("-4 mo", "2024-02-28"),
        ("+14cd", "2024-07-12"),
        ("-10wd", "2024-06-14"),
        ("+1wd", "2024-07-01"),
    ],
)
def test_a_date_changes_by_days_and_months(text, value):
    """A date moves by calendar days, working days or months."""
    assert print_value(load("mhhs-round2", settings={"mp162-release": text}).values["mp162-release"]) == value


@pytest.mark.parametrize(
    ("start", "text", "value"),
    [
        ("2024-06-29", "+1wd", "2024-07-01"),
        ("2024-06-29", "-1wd", "2024-06-28"),
        ("2024-06-30", "+3mo", "2024-09-30"),
        ("2024-06-30", "-4mo", "2024-02-29"),
    ],
)
def test_days_off_and_ends_of_months(start, text, value, tmp_path):
    """From a Saturday a working day later is Monday and one earlier is Friday; the last day of a month stays the last."""
    scenario = tmp_path / "other.yaml"
    scenario.write_text(
        f"schema: optimiser/scenario/1\nid: other\ntitle: Another day\nassumptions: {{mp162-release: {start}}}\n"
    )

    assert print_value(load("mhhs-round2", [scenario], settings={"mp162-release": text}).values["mp162-release"]) == value


@pytest.mark.long
def test_a_count_changes_by_a_number_or_a_share():
    """A count of slots goes up and down by whole numbers, and by shares that are rounded."""
    for text, slots in (("+2", 20), ("-8", 10), ("-30%", 13), ("=9", 9)):
        assert load("mhhs-round2", ["participants"], settings={"slots-bsc": text}).values["slots-bsc"] == slots


def test_a_change_is_relative_to_what_scenarios_and_readings_set():
    """The value at hand is the one after scenarios, and after the readings that are answered besides."""
    assert print_value(load("mhhs-round2", ["poap2"], settings={"sit-mvc": "+10wd"}).values["sit-mvc"]) == "261 wd"
    answered = {"mp162-release": "start-of-june"}
    plan = load("mhhs-round2", readings=answered, settings={"mp162-release": "+1wd"})
    assert print_value(plan.values["mp162-release"]) == "2024-06-04"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("cit", "+3 m", "expected a change such as '+10wd', '+14cd', '+3mo', '-20%' or '+2', got '+3 m'; maybe '+3mo'"),
        ("cit", "+2w", "got '+2w'; maybe '+14cd'"),
        ("cit", "+2", "it is 46 wd, so a change of it has a unit; maybe '+2 wd'"),
        ("cit", "+1.5wd", "expected a whole number, got '+1.5wd'; only a percentage may have decimals"),
        ("mp162-release", "-20%", "it is the date 2024-06-28, which changes by days or months; maybe '-20 wd'"),
        ("mp162-release", "+90000cd", "is outside the days that calendar 'mon-fri' covers"),
        ("m16-after-m15", "+10wd", "it is 2 mo, and days are no whole number of months"),
        ("m9-latest", "+1mo", "it is none: there is nothing to be relative to; maybe state the value itself"),
        ("go-live-lead", "-2wd", "'-2wd' may be a value or a change, as it is -3 wd now; maybe '=-5 wd' or '=-2 wd'"),
        ("cit", "-50wd", "the duration is negative: -4 wd; expected 0 or more"),
        ("cti", "+5wd", "unknown assumption 'cti'"),
        ("cit", "+999999mo", "with '+999999mo' it would be 21741096 wd; expected at most 999999"),
        ("mp162-release", "-999999cd", "2024-06-28 -999999 cd: is no day of any calendar"),
        ("cit", "+3,5%", "expected a change such as '+10wd', '+14cd', '+3mo', '-20%' or '+2', got '+3,5%'"),
    ],
)
def test_a_change_that_cannot_be_is_located_and_helped(name, text, said):
    """What cannot be reckoned is refused at its option with the value, what was expected and a way out."""
    with pytest.raises(InputError) as caught:
        load("mhhs-round2", settings={name: text})

    (fault,) = caught.value.faults
    assert str(fault).startswith(f"--set {name}={text}: ")
    assert said in str(fault)


def test_a_scenario_file_states_values(tmp_path):
    """A change in a scenario file is refused at its line, with where it may stand."""
    scenario = tmp_path / "change.yaml"
    scenario.write_text("schema: optimiser/scenario/1\nid: change\ntitle: A change\nassumptions: {cit: +3mo}\n")
    with pytest.raises(InputError) as caught:
        load("mhhs-round2", [scenario])

    (fault,) = caught.value.faults
    assert (fault.line, fault.column) == (4, 20)
    assert "a file states the value itself, --set and a workbook may change it" in fault.message


def test_a_rounded_share_says_so(capsys):
    """A percentage that is no whole number of days says what it was rounded from, a month what it was taken as."""
    assert main(["solve", "mhhs-round2", "--no-gantt", "--set", "sit-mvc=-10%", "--set", "cit=+1mo"]) == ExitCode.DONE

    said = capsys.readouterr().out
    assert "273.6 rounded to 274 wd" in said
    assert "+1 mo taken as +22 wd" in said


# -- what was changed --------------------------------------------------------------------------------------------------------


def test_nothing_is_said_where_nothing_was_changed():
    """A plan as written has no what-if, and none is computed."""
    loaded = load_changed("mhhs-round2")

    assert loaded.plan is loaded.before is loaded.written
    assert what_if(loaded, MILESTONES) is None


def test_a_change_is_told_from_what_to_what_with_dates_before_and_after():
    """Title, old and new value and whose it is; each date before and after, with the working days between."""
    found = changed(settings={"cit": "+20 wd", "sit-mvc": "324 wd"})

    told = {change.name: (change.title, change.before, change.after, change.by, change.asked) for change in found.changes}
    assert told == {
        "cit": ("Component integration testing", "46 wd", "66 wd", "--set", "+20 wd"),
        "sit-mvc": ("Integration testing of the minimum viable cohort", "304 wd", "324 wd", "--set", None),
    }
    m10, m14, _ = found.dates
    assert (m10.before, m10.after, m10.working_days) == (dt.date(2025, 5, 8), dt.date(2025, 6, 5), 20)
    assert (m14.before, m14.after) == (dt.date(2026, 2, 2), dt.date(2026, 2, 2))


def test_before_is_the_scenarios_without_the_choices():
    """With scenarios named the changes are those made on top of them; scenarios alone are held against the plan as written."""
    on_top = changed("poap1", settings={"sit-mvc": "-10 wd"})
    alone = changed("poap1")

    assert [change.name for change in on_top.changes] == ["sit-mvc"]
    assert on_top.dates[0].before == dt.date(2025, 7, 1) == alone.dates[0].after
    assert alone.dates[0].before == dt.date(2025, 5, 8)
    assert {"sit-exit", "contingency", "alignment"} <= {change.name for change in alone.changes}
    assert {change.by for change in alone.changes} == {"poap1"}


def test_a_reading_and_a_released_rule_are_told():
    """A reading comes with its options' words and not with each rule that it switches; a released rule goes from on to off."""
    found = changed(readings={"mp162": "before-m9"}, released=["m14-after-sad", "duration:CP3"])

    told = {(change.kind, change.name): (change.before, change.after, change.by) for change in found.changes}
    assert told == {
        ("reading", "mp162"): ("m10-only", "before-m9", "--reading"),
        ("rule", "m14-after-sad"): ("on", "off", "--release"),
        ("duration", "duration:CP3"): ("1 wd", "off", "--release"),
    }
    reading = next(change for change in found.changes if change.kind == "reading")
    assert reading.said_after == "Before integration testing starts, as the dependency's column of impacts says"


def test_what_a_later_scenario_overrules_is_said():
    """A value that one scenario of a stack sets and a later one sets otherwise is said with both values and both names."""
    found = changed("poap1", "poap2")

    told = {each.name: (each.value, each.by, each.then, each.then_by) for each in found.overruled}
    assert told["contingency"] == ("19 wd", "poap1", "0 wd", "poap2")
    assert told["sad-tail"] == ("work", "poap1", "none", "poap2")
    assert "align-M10" not in told


@pytest.mark.long
def test_parties_put_in_are_counted_not_listed():
    """A scenario that puts two thousand rules in says so in one line, and lists what it sets in the plan that is there."""
    found = changed("participants", milestones=("M10",))

    assert ("off", "on") in {(change.before, change.after) for change in found.changes if change.kind == "parties"}
    assert found.added > 1000
    assert len(found.changes) < 10


# -- why a date stays --------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_reading_that_keeps_a_change_away_is_named_with_the_date_it_would_give():
    """A later release leaves M10 where it is: its slack took it, and read otherwise M10 would move, to the date that solving so gives."""
    release = {"mp162-release": "2024-11-29"}
    unmoved = {entry.milestone: entry for entry in changed(settings=release).unmoved}

    (taken,) = unmoved["M10"].taken_up
    assert (taken.leads, taken.slack_before_wd, taken.slack_after_wd) == (True, 223, 113)
    assert not unmoved["M14"].taken_up[0].leads
    ways = {(way.name, way.option): (way.before, way.after) for way in unmoved["M10"].let_through if way.kind == "reading"}
    assert set(ways) == {("mp162", "by-cit-end"), ("mp162", "before-m9")}
    for (name, option), (before, after) in ways.items():
        for settings, date in (({}, before), (release, after)):
            assert earliest(load("mhhs-round2", settings=settings, readings={name: option}), ["M10"]).dates["M10"] == date


def test_slack_is_what_the_change_may_use_up_before_the_milestone_moves():
    """An oven of four more days leaves the opening where it is, one of five moves it: four days of slack."""
    stays = changed(plan="toy", milestones=("OPEN",), settings={"oven": "+4wd"})
    moves = changed(plan="toy", milestones=("OPEN",), settings={"oven": "+5wd"})

    (taken,) = stays.unmoved[0].taken_up
    assert (taken.slack_before_wd, taken.slack_after_wd) == (4, 0)
    assert moves.unmoved == ()
    assert moves.dates[0].after == dt.date(2024, 4, 1)


@pytest.mark.parametrize(
    ("scenarios", "settings", "said"),
    [
        (["equal-chains"], {"oven": "-3wd"}, "something else holds OPEN at the same day; it has 3 wd of slack now"),
        (
            ["equal-chains"],
            {"oven": "-1wd", "fit-out": "+1wd"},
            "OPEN hangs on it before and after, and other changes make up for it",
        ),
        ([], {"oven": "-3wd"}, "it did not hold OPEN: it had 4 wd of slack, and has 7 wd now"),
        ([], {"oven": "+3wd"}, "its 4 wd of slack took it, 1 wd is left"),
    ],
)
def test_what_is_said_of_a_date_that_stays(scenarios, settings, said, capsys):
    """A shorter driver beside another one, changes that make up for each other, and slack that grows or shrinks read as what they are."""
    stacked = [part for name in scenarios for part in ("-s", name)]
    chosen = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
    assert main(["solve", "toy", "-m", "OPEN", "--no-gantt", *stacked, *chosen]) == ExitCode.DONE

    assert said in " ".join(capsys.readouterr().out.split())


def test_slack_is_right_on_random_plans():
    """A length that takes all its slack moves nothing, and one unit more moves the milestone or leaves the axis."""
    slack, tried, none = 0, 0, 0
    for seed in range(120):
        plan = random_plan(seed)
        target = plan.targets[0]
        base = earliest_times(compile_network(plan))
        activities = [each for each in plan.activities if isinstance(each.duration, Duration) and each.duration.unit == "wd"]
        if base.status != "feasible" or base.network.uses_capacity or not activities:
            continue
        activity = activities[seed % len(activities)]
        if not plan.switch(activity.enabled):
            continue
        name = f"duration:{activity.id}"
        longer = with_values(plan, {}, {name: Duration(activity.duration.amount + 1, "wd")})
        found = _between_plans(plan, longer, target)
        if found is None:
            continue
        tried += 1
        (taken,) = found.taken_up
        if not taken.leads:
            none += 1
            continue
        slack += 1
        for more, stays in ((taken.slack_before_wd, True), (taken.slack_before_wd + 1, False)):
            pushed = earliest_times(
                compile_network(with_values(plan, {}, {name: Duration(activity.duration.amount + more, "wd")}))
            )
            if pushed.status == "beyond" and stays:
                continue  # something else has run off the axis
            later = pushed.status != "feasible" or _value(pushed, target) > _value(base, target)
            assert later is not stays, (seed, activity.id, more)
    assert tried > 20, tried
    assert slack > 5, slack
    assert none > 5, none


def _value(found, target):
    """Return the boundary of a milestone."""
    return found.values[found.network.nodes[target, "start"]]


def _between_plans(plan, longer, target):
    """Return why a longer duration leaves a milestone where it is; None where it moves it, or makes the plan infeasible."""
    from optimiser.reading.load import LoadedPlan

    found = what_if(LoadedPlan(longer, plan, plan), [target])
    return found.unmoved[0] if found.unmoved else None


def test_with_capacity_the_dates_are_the_answers_own():
    """With slots the dates after the changes are those that the answer found, those before are searched as the answer's are."""
    loaded = load_changed("toy-capacity", released=["duration:E"])
    outcome = earliest(loaded.plan)
    ranges = ranges_of(outcome, loaded.plan)

    held = ranges["DONE"]
    assert (held.exact, held.proof, held.schedule is not None) == (outcome.milestones[0].boundary, outcome.proof["DONE"], True)
    (date,) = what_if(loaded, ["DONE"], ranges).dates
    assert (date.before, date.after) == (earliest(load("toy-capacity")).dates["DONE"], outcome.dates["DONE"])
    assert date.working_days == -1


# -- on the command line -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["solve", "toy"],
        ["explain", "toy", "-m", "OPEN"],
        ["why-not", "toy", "-m", "OPEN", "--by", "2024-02-01"],
        ["robust", "toy", "--samples", "64"],
        ["implied", "toy", "--match", "first-guess"],
    ],
)
def test_every_verb_begins_with_what_was_changed(capsys, arguments):
    """As text the changes come first, and the JSON document holds them; without changes neither is there."""
    main([*arguments, "--set", "oven=+1wd"])
    text = capsys.readouterr().out
    main([*arguments, "--set", "oven=+1wd", "--json"])
    document = json.loads(capsys.readouterr().out)
    main([*arguments, "--json"])
    plain = json.loads(capsys.readouterr().out)

    assert text.startswith("What was changed  from the plan as written\n")
    assert "Installing the oven  oven  10 wd  11 wd  --set +1 wd" in text
    assert "its 4 wd of slack took it, 3 wd are left" in text
    (change,) = document["what_if"]["changes"]
    assert (change["before"], change["after"], change["by"], change["asked"]) == ("10 wd", "11 wd", "--set", "+1 wd")
    assert plain["what_if"] is None


@pytest.mark.long
def test_a_pack_begins_with_what_was_changed():
    """The first page of a pack has the changes and the dates before and after, its outcome too; without changes neither."""
    from optimiser.evidence.pack import build
    from optimiser.evidence.request import request_of

    built = build(request_of("toy", cases=(), settings={"oven": "+20%"}, samples=64), "toy")
    plain = build(request_of("toy", cases=(), samples=64), "toy")

    first, second, third, *_ = built.pack.sections[0].blocks
    assert (first.id, first.rows) == ("what-if", (("Installing the oven", "oven", "10 wd", "12 wd", "--set +20 %", None),))
    assert (second.id, second.rows[0]) == ("what-if-dates", ("OPEN", dt.date(2024, 3, 1), dt.date(2024, 3, 1), 0))
    assert third.parts[2].text == "its 4 wd of slack took it, 2 wd are left"
    assert json.loads(built.files["outcomes/base.json"])["what_if"]["changes"][0]["after"] == "12 wd"
    assert "what-if" not in {table.id for _, table in plain.pack.tables()}


def test_header_and_footer_agree_with_what_was_set(capsys):
    """A reading of which the value was set by name is neither open nor at its default, and is not spanned."""
    assert main(["solve", "mhhs-round2", "--no-gantt", "--set", "mp162-release=2024-11-29"]) == ExitCode.DONE

    said = capsys.readouterr().out
    assert "mp162-release=end-of-june" not in said
    assert "set otherwise     mp162-release (mp162-release=2024-11-29)" in said
    assert "12 open readings, 41,472 combinations" in said
    for arguments in (["show", "mhhs-round2"], ["robust", "mhhs-round2", "-m", "M10", "--samples", "64"]):
        main([*arguments, "--set", "mp162-release=2024-11-29"])
        said = capsys.readouterr().out
        assert "mp162-release=end-of-june" not in said
        assert "● end-of-june" not in said
        assert "set otherwise" in said


def test_a_workbook_is_named_and_may_hold_changes(tmp_path, capsys):
    """A value from a workbook says which one; a cell may say by how much a value changes, and --set goes on from there."""
    import xlsxwriter

    path = tmp_path / "mine.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Assumptions")
        for row, cells in enumerate([("assumption", "value"), ("oven", "+1wd"), ("recipes", "16 wd"), ("trial", "5 wd")]):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell)
    assert main(["solve", "toy", "--assumptions", str(path), "--set", "recipes=+1wd", "--json"]) == ExitCode.DONE

    changes = {change["name"]: change for change in json.loads(capsys.readouterr().out)["what_if"]["changes"]}
    assert (changes["oven"]["after"], changes["oven"]["by"]) == ("11 wd", "mine.xlsx")
    assert (changes["recipes"]["after"], changes["recipes"]["by"]) == ("17 wd", "--set")
    assert "trial" not in changes


@pytest.mark.long
def test_stored_outcomes_name_every_difference_of_their_inputs(tmp_path, capsys):
    """Two documents tell what their plans set differently: values, readings, released rules, calendar and scenarios."""
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    assert main(["solve", "mhhs-round2", "-o", str(one)]) == ExitCode.DONE
    choices = ["--set", "mp162-release=2024-11-29", "--set", "cit=+4wd", "--release", "mp162-before-m10"]
    assert main(["solve", "mhhs-round2", "-s", "bank-holidays", "-s", "poap2", *choices, "-o", str(two)]) == ExitCode.DONE
    capsys.readouterr()
    assert main(["compare", str(one), str(two), "--json"]) == ExitCode.DONE

    document = json.loads(capsys.readouterr().out)
    values = {(change["kind"], change["name"]): (change["before"], change["after"]) for change in document["values"]}
    assert values["assumption", "mp162-release"] == ("2024-06-28", "2024-11-29")
    assert values["assumption", "cit"] == ("46 wd", "50 wd")
    assert values["scenarios", "scenarios"] == ("none", "bank-holidays+poap2")
    assert values["calendar", "calendar"] == ("mon-fri", "england-wales")
    assert values["rule", "mp162-before-m10"][0].startswith("on")
    assert values["rule", "mp162-before-m10"][1].startswith("off")
    assert values["rule", "align-M11"] == ("off", "on")
    assert document["notes"] == []


def test_an_older_document_says_what_it_does_not_tell(tmp_path, capsys):
    """A document without its inputs is still read, and it is said that assumptions are not compared."""
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    for path, setting in ((one, "11 wd"), (two, "12 wd")):
        assert main(["solve", "toy", "--set", f"oven={setting}", "-o", str(path)]) == ExitCode.DONE
        document = json.loads(path.read_text(encoding="utf-8"))
        del document["inputs"], document["what_if"]
        path.write_text(json.dumps(document), encoding="utf-8")
    capsys.readouterr()
    assert main(["compare", str(one), str(two)]) == ExitCode.DONE

    assert "assumptions and rules are not compared" in capsys.readouterr().out.replace("\n", " ")


def test_a_changed_plan_file_is_told(tmp_path, capsys):
    """Where the plan's own text differs, the hashes of both are among the differences."""
    source = Path(__file__).parents[1] / "instances" / "toy" / "plan.yaml"
    paths = []
    for name, note in (("one", "Synthetic throughout."), ("two", "Synthetic all through.")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "plan.yaml").write_text(
            source.read_text(encoding="utf-8").replace("Synthetic throughout.", note), encoding="utf-8"
        )
        assert main(["solve", str(folder), "-o", str(tmp_path / f"{name}.json")]) == ExitCode.DONE
        paths.append(str(tmp_path / f"{name}.json"))
    capsys.readouterr()
    assert main(["compare", *paths, "--json"]) == ExitCode.DONE

    document = json.loads(capsys.readouterr().out)
    assert [change["kind"] for change in document["values"]] == ["text"]
    assert not document["same"]


def test_choices_of_stored_outcomes_are_made_again_to_say_what_moved_first(tmp_path, capsys):
    """A document holds the choices that were made, so that the first item moved is laid to the change that bears on it."""
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    arguments = [
        "--set",
        "oven=+5wd",
        "--set",
        "fit-out=20 wd",
        "--reading",
        "licence=needed",
        "--release",
        "open-on-first-day",
    ]
    assert main(["solve", "toy", "-o", str(one)]) == ExitCode.DONE
    assert main(["solve", "toy", *arguments, "-o", str(two)]) == ExitCode.DONE
    capsys.readouterr()
    assert main(["compare", str(one), str(two), "--json"]) == ExitCode.DONE

    document = json.loads(capsys.readouterr().out)
    assert (document["first"]["row"]["id"], document["first"]["why"]) == ("OVEN", ["assumption oven: 10 wd → 15 wd"])
    assert document["notes"] == []


def test_a_document_that_misstates_its_inputs_does_not_hold(tmp_path, capsys):
    """What a document says that its plan sets, and of the dates with the changes, is held against the plan and the outcome."""
    path = tmp_path / "outcome.json"
    arguments = ["--set", "oven=+5wd"]
    assert main(["solve", "toy", *arguments, "-o", str(path)]) == ExitCode.DONE
    assert main(["verify", str(path), *arguments]) == ExitCode.DONE
    sound = json.loads(path.read_text(encoding="utf-8"))
    for wrong in ("inputs", "dates", "none"):
        document = json.loads(json.dumps(sound))
        if wrong == "inputs":
            next(entry for entry in document["inputs"]["stated"] if entry["name"] == "oven")["value"] = "10 wd"
        elif wrong == "dates":
            document["what_if"]["dates"][0]["after"] = "2024-03-01"
        else:
            document["what_if"]["dates"] = 3
        path.write_text(json.dumps(document), encoding="utf-8")
        capsys.readouterr()
        assert main(["verify", str(path), *arguments]) == ExitCode.MISSED, wrong
        assert "NOT" in capsys.readouterr().out


def test_a_name_that_a_reading_shares_with_a_value_keeps_the_reading():
    """A value set by a name that a reading has too leaves the reading's other answers to be tried where they set something else."""
    release = {"mp162-release": "2024-11-29"}

    (m10,) = changed(milestones=("M10",), settings=release).unmoved
    assert {way.name for way in m10.let_through if way.kind == "reading"} == {"mp162"}
    (m10,) = changed(milestones=("M10",), settings=release, readings={"mp162": "after-cit"}).unmoved
    assert all(way.name != "mp162" for way in m10.let_through)


def test_without_a_date_none_is_searched_again(monkeypatch, capsys):
    """Changes that leave no schedule have no dates after them, and are not searched a second time."""
    from optimiser.whatif import sides

    asked = []
    search = sides.between
    monkeypatch.setattr(
        sides, "between", lambda problem, *given, **named: asked.append(problem) or search(problem, *given, **named)
    )
    assert main(["solve", "toy-capacity", "--set", "testers=0", "--json"]) == ExitCode.INFEASIBLE

    (date,) = json.loads(capsys.readouterr().out)["what_if"]["dates"]
    assert (date["before"], date["after"], date["working_days"]) == ("2024-01-18", None, None)
    assert len(asked) == 1
