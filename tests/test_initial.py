"""A plan from one table: what its cells become, what is told of what they cannot become, and that nothing breaks on them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import random
import re
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from models.items import Activity, Milestone
from models.plan import Plan
from models.rules import AtLeast, Capacity, Dependency, NotAfter, NotBefore
from optimiser.cli import ExitCode, main
from optimiser.critical import compile_network, earliest_times
from optimiser.errors import InputError
from optimiser.initial import BesideTable, start_plan
from optimiser.reading.load import load

AS_OF = dt.date(2026, 1, 1)
START = dt.date(2026, 1, 5)
HEADS = ["Id", "Name", "Duration", "Predecessors"]


def write_csv(path: Path, rows: list[list[str]], mark: str = ",", encoding: str = "utf-8") -> Path:
    """Write rows as a table of text."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=mark).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def write_book(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    """Write sheets as a workbook, dates as dates and texts that begin with an equals sign as formulas."""
    with xlsxwriter.Workbook(path) as book:
        date = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, dt.date):
                        sheet.write_datetime(row, column, dt.datetime.combine(cell, dt.time()), date)
                    elif cell not in (None, ""):
                        sheet.write(row, column, cell)
    return path


def make(tmp_path: Path, table: Path | str | None, **choices: object) -> Plan:
    """Start a plan and read it back as any plan is read."""
    started = start_plan(tmp_path / "made", table, BesideTable(**{"as_of": AS_OF, "start": START, **choices}))  # type: ignore[arg-type]
    for name, content in started.files.items():
        (tmp_path / "made" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "made" / name).write_bytes(content)
    return load(tmp_path / "made")


def faults(table: Path, **choices: object) -> list[str]:
    """Return what is said of a table that cannot be taken."""
    with pytest.raises(InputError) as caught:
        start_plan(Path("made"), table, BesideTable(**{"as_of": AS_OF, "start": START, **choices}))  # type: ignore[arg-type]
    return [f"{fault.path}: {fault.message}" for fault in caught.value.faults]


def dates(plan: Plan) -> dict[str, str]:
    """Return the earliest finish of every item, as shown."""
    network = compile_network(plan)
    found = earliest_times(network)
    assert found.status == "feasible"
    clock = network.clock
    return {
        network.points[node].item: str(clock.show(found.values[node], plan.convention(network.points[node])))
        for (item, end), node in network.nodes.items()
        if end == "finish" or isinstance(plan.items[item], Milestone)
    }


# -- what a table becomes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mark", "encoding", "heads"),
    [
        (",", "utf-8", HEADS),
        (";", "utf-8-sig", ["Nr.", "Vorgangsname", "Dauer", "Vorgänger"]),
        (";", "cp1252", ["ID", "Name", "Dauer", "Vorgänger"]),
        ("\t", "utf-16", ["#", "Task Name", "Duration (days)", "Depends on"]),
        ("|", "utf-8", ["N°", "Nom de la tâche", "Durée (jours)", "Prédécesseurs"]),
    ],
)
def test_a_table_of_text_is_read_however_it_was_saved(tmp_path, mark, encoding, heads):
    """Commas, semicolons, tabs or bars, with a mark at the beginning or without, in whatever language: the same plan."""
    rows = [
        heads,
        ["1", "Prüfen", "10d", ""],
        ["2", "Bauen", "5", "1FS+2d" if mark != ";" else "1EA+2 Tage"],
        ["3", "Fertig", "0d", "2"],
    ]

    plan = make(tmp_path, write_csv(tmp_path / "t.csv", rows, mark, encoding))

    assert [activity.title for activity in plan.activities] == ["Prüfen", "Bauen"]
    assert plan.targets == ("3",)
    # Ten days from Monday 5 January end on Friday 16; two days on, five more end on Tuesday 27.
    assert dates(plan) == {"1": "2026-01-16", "2": "2026-01-27", "3": "2026-01-27"}


def test_a_workbook_gives_floors_deadlines_ranges_holidays_and_capacities(tmp_path):
    """Every column and both sheets become what they say, each with its row as its citation."""
    sheets = {
        "Plan": [
            ["Made up for a test"],
            [*HEADS, "Not before", "Deadline", "Low", "High", "Owner", "Phase", "Resource", "Amount", "Colour"],
            [1, "Dig", "10d", "", dt.date(2026, 1, 12), None, "8d", "15d", "Ada", "Ground", "Digger", 1, "red"],
            [2, "Lay", "2w", "", None, dt.date(2026, 2, 27), "", "", "", "Ground", "Digger", 1, ""],
            [3, "Done", "0d", "1;2", None, dt.date(2026, 3, 31), "", "", "", "", "", "", ""],
        ],
        "Holidays": [
            ["Date", "To", "Name"],
            [dt.date(2026, 1, 13), None, "A day"],
            [dt.date(2026, 1, 26), dt.date(2026, 1, 30), "A week"],
        ],
        "Resources": [["Resource", "How many"], ["digger", 1]],
    }

    plan = make(tmp_path, write_book(tmp_path / "t.xlsx", sheets))

    assert plan.values["1-duration"] == plan.duration(plan.items["1"].duration)  # type: ignore[union-attr]
    assert [(str(entry.low), str(entry.high)) for entry in plan.assumptions if entry.id == "1-duration"] == [("8 wd", "15 wd")]
    assert [str(citation) for citation in plan.items["1"].citation] == ["table: row 3"]
    assert plan.items["1"].owner == "Ada"
    assert [(rule.at.item, str(rule.date)) for rule in plan.rules if isinstance(rule, NotBefore)] == [("1", "2026-01-12")]
    (capacity,) = (rule for rule in plan.rules if isinstance(rule, Capacity))
    assert ([demand.item for demand in capacity.demands], plan.amount(capacity.amount)) == (["1", "2"], 1)
    assert plan.targets == ("2-done", "3")
    assert [(entry.milestone, entry.date) for entry in plan.baselines[0].dates] == [
        ("2-done", "2026-02-27"),
        ("3", "2026-03-31"),
    ]
    assert [str(each.day) for each in plan.calendars[0].holidays] == ["2026-01-13"]
    assert [str(each.last) for each in plan.calendars[0].blackouts] == ["2026-01-30"]
    # From 12 January, without the 13th and the week from the 26th: ten days end on Monday 2 February.
    assert dates(plan)["1"] == "2026-02-02"


def test_the_outline_gives_phases_and_links_of_frames(tmp_path):
    """A frame is no work: what waits for it waits for all inside, and what it waits for holds them all."""
    rows = [
        [*HEADS, "Outline Level"],
        ["1", "All", "99d", "", "1"],
        ["2", "First", "", "", "2"],
        ["3", "A", "5d", "", "3"],
        ["4", "B", "10d", "", "3"],
        ["5", "Second", "", "2", "2"],
        ["6", "C", "5d", "", "3"],
        ["7", "D", "3d", "2SS+1d", "3"],
        ["8", "End", "0d", "5", "2"],
    ]

    plan = make(tmp_path, write_csv(tmp_path / "t.csv", rows))

    assert {item.id: item.phase for item in plan.items.values()} == {
        "3": "first",
        "4": "first",
        "6": "second",
        "7": "second",
        "8": None,
    }
    found = dates(plan)
    assert found["6"] == "2026-01-23"  # after B's ten days, five
    assert found["8"] == "2026-01-23"
    assert sum(isinstance(rule, AtLeast) for rule in plan.rules) == 4  # two rows behind the first frame, one start, one end


GERMAN = """\
Nr.;Vorgangsname;Dauer;Anfang;Ende;Vorgänger;Ressourcennamen;Gliederungsebene;Einschränkungsart;Einschränkungstermin;Stichtag
1;Umbau Halle 3;45 Tage?;Mo 12.01.26;Fr 13.03.26;;;1;So früh wie möglich;NV;NV
2;Planung;15 Tage;Mo 12.01.26;Fr 30.01.26;;;2;So früh wie möglich;NV;NV
3;Bestandsaufnahme;1 Woche;Mo 12.01.26;Fr 16.01.26;;Müller;3;Anfang nicht früher als;Mo 12.01.26;NV
4;Genehmigung einholen;10 Tage;Mo 19.01.26;Fr 30.01.26;3;Amt[50%];3;So früh wie möglich;NV;NV
5;Bau;30 Tage?;Mo 02.02.26;Fr 13.03.26;2;;2;So früh wie möglich;NV;NV
6;Abbruch;10 Tage;Mo 02.02.26;Fr 13.02.26;;Kolonne;3;So früh wie möglich;NV;NV
7;Estrich trocknen;14 fTage;Fr 13.02.26;Fr 27.02.26;6;;3;So früh wie möglich;NV;NV
8;Ausbau;10 Tage?;Mo 02.03.26;Fr 13.03.26;7;Kolonne;3;So früh wie möglich;NV;Fr 20.03.26
9;Abnahme;0 Tage;Fr 13.03.26;Fr 13.03.26;8;;2;Ende nicht später als;Di 31.03.26;NV
"""
"""As MS Project's German edition writes a table out; its dates are worked out by hand."""


def test_a_german_export_gives_the_dates_that_stand_in_it(tmp_path):
    """Every row of work ends on the day that its own table has, and so does the end."""
    (tmp_path / "t.csv").write_text(GERMAN, encoding="cp1252")

    plan = make(tmp_path, tmp_path / "t.csv", start=None)

    found = dates(plan)
    published = {item.id: str(item.published.finish) for item in plan.items.values() if item.published}
    assert len(published) == 6
    assert {name: found[name] for name in published} == published
    assert [phase.title for phase in plan.phases] == ["Planung", "Bau"]
    assert {item.id: item.involved for item in plan.activities if item.involved} == {
        "3": "Müller",
        "4": "Amt",
        "6": "Kolonne",
        "8": "Kolonne",
    }


def test_constraints_hold_what_they_say(tmp_path):
    """Floors, ceilings, both on a day, and as late as possible; a weekday and the usual hours are no trouble."""
    rows = [
        [*HEADS, "Constraint Type", "Constraint Date"],
        ["1", "A", "5d", "", "Start No Earlier Than", "Mon 12/01/26 08:00"],
        ["2", "B", "5d", "1", "Finish No Later Than", "30.01.2026 17:00"],
        ["3", "C", "5d", "", "Must Start On", "2026-01-19"],
        ["4", "D", "5d", "", "As Late As Possible", "NA"],
        ["5", "E", "0d", "2;3;4", "As Soon As Possible", "NA"],
    ]

    plan = make(tmp_path, write_csv(tmp_path / "t.csv", rows))

    held = [
        (type(rule).__name__, str(rule.at), str(rule.date)) for rule in plan.rules if isinstance(rule, (NotBefore, NotAfter))
    ]
    assert held == [
        ("NotBefore", "1.start", "2026-01-12"),
        ("NotAfter", "2.finish", "2026-01-30"),
        ("NotBefore", "3.start", "2026-01-19"),
        ("NotAfter", "3.start", "2026-01-19"),
    ]
    assert [activity.id for activity in plan.activities if activity.placement == "as-late-as-possible"] == ["4"]


def test_rows_are_numbered_as_the_sheet_shows_them_where_they_have_no_ids(tmp_path):
    """Predecessors of a table without ids are numbers of rows."""
    plan = make(
        tmp_path, write_csv(tmp_path / "t.csv", [["Name", "Duration", "Predecessors"], ["A", "5d", ""], ["B", "5d", "2"]])
    )

    (link,) = (rule for rule in plan.rules if isinstance(rule, Dependency))
    assert (link.before, link.after) == ("2", "3")
    assert plan.targets == ("END",)


def test_rows_without_ids_go_by_their_place_where_their_predecessors_say_so(tmp_path):
    """Tools number tasks from one and copy no ids; where both ways of counting would do, it is asked."""
    rows = [["Name", "Duration", "Predecessors"], ["A", "1d", ""], ["B", "1d", "1"], ["C", "1d", "1;2"]]
    table = write_csv(tmp_path / "t.csv", rows)
    links = {(link.before, link.after) for link in make(tmp_path, table).rules if isinstance(link, Dependency)}
    assert links >= {("1", "2"), ("1", "3"), ("2", "3")}
    told = start_plan(tmp_path / "other", table, BesideTable(as_of=AS_OF, start=START)).report
    assert "there is no column of ids: predecessors are places in the list, 1 the first" in told.taken

    unsure = [*rows[:2], ["B", "1d", ""], ["C", "1d", ""], ["D", "1d", "2"]]
    assert faults(write_csv(tmp_path / "u.csv", unsure)) == [
        "C5 (Predecessors): '2' may count the rows of the sheet or the tasks, 1 the first; maybe add a column Id"
    ]


def test_predecessors_may_be_numbers_with_decimals_or_names(tmp_path):
    """Data frames write 12.0 where a cell beside it is empty; people write what a task is called."""
    rows = [
        HEADS,
        ["1", "Design", "1d", ""],
        ["2", "Build it", "1d", "1.0"],
        ["3.0", "Try", "1d", "build it FF+1d"],
        ["4", "End", "0d", "3"],
    ]
    plan = make(tmp_path, write_csv(tmp_path / "t.csv", rows))
    assert dates(plan) == {"1": "2026-01-05", "2": "2026-01-06", "3": "2026-01-07", "4": "2026-01-07"}


def test_ids_that_a_data_frame_wrote_are_whole_numbers(tmp_path):
    """Where all are numbers 12.0 is 12, in the plan too; beside other ids it stays what it is."""
    rows = [HEADS, ["1.0", "A", "1d", ""], ["2.0", "B", "1d", "1"], ["12", "C", "1d", "2.0"]]
    assert [activity.id for activity in make(tmp_path, write_csv(tmp_path / "t.csv", rows)).activities] == ["1", "2", "12"]
    mixed = make(tmp_path / "other", write_csv(tmp_path / "u.csv", [*rows, ["1.1", "D", "1d", ""]]))
    assert [activity.id for activity in mixed.activities] == ["1-0", "2-0", "12", "1-1"]


def test_rows_that_are_not_active_are_left_out_with_their_links(tmp_path):
    """As Microsoft Project takes them: nothing waits for such a task, and it is said how many there were."""
    rows = [[*HEADS, "Active"], ["1", "A", "1d", "", "Yes"], ["2", "B", "9d", "1", "No"], ["3", "C", "1d", "1;2", "yes"]]
    table = write_csv(tmp_path / "t.csv", rows)
    assert [activity.id for activity in make(tmp_path, table).activities] == ["1", "3"]
    told = start_plan(tmp_path / "other", table, BesideTable(as_of=AS_OF, start=START)).report
    assert told.left_out == ("1 row that the table says is not active, and links to such rows",)


def test_ids_and_titles_are_made_safe(tmp_path):
    """Ids of any letters become ids of a plan, each once; a title is never a formula."""
    rows = [
        HEADS,
        ["Prüfung 1", "=HYPERLINK(1)", "5d", ""],
        ["Pruefung-1", "- a bullet", "5d", "Prüfung 1"],
        ["1.2", "@x", "1d", "Pruefung-1"],
    ]

    plan = make(tmp_path, write_csv(tmp_path / "t.csv", rows))

    assert [(item.id, item.title) for item in plan.activities] == [
        ("Pruefung-1", "HYPERLINK(1)"),
        ("Pruefung-1-2", "a bullet"),
        ("1-2", "x"),
    ]


def test_dates_of_the_table_are_what_its_rows_are_compared_with(tmp_path):
    """Start and finish hold nothing: they stand beside what is worked out."""
    rows = [
        [*HEADS, "Start", "Finish"],
        ["1", "A", "5d", "", "2026-01-05", "2026-01-09"],
        ["2", "B", "0d", "1", "2026-01-12", "2026-01-12"],
    ]

    plan = make(tmp_path, write_csv(tmp_path / "t.csv", rows), start=None)

    assert plan.horizon.first == START
    assert plan.items["1"].published is not None
    assert plan.items["1"].published.stated == "5 days"
    assert [(entry.id, [each.date for each in entry.dates]) for entry in plan.baselines] == [("table", ["2026-01-12"])]


def test_a_merged_phase_holds_for_the_rows_it_covers(tmp_path):
    """A phase that is written once over several rows is the phase of each."""
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Plan")
        for row, cells in enumerate([["Name", "Duration", "Phase"], ["A", "5d"], ["B", "5d"], ["C", "5d"]]):
            for column, cell in enumerate(cells):
                sheet.write(row, column, cell)
        sheet.merge_range("C2:C3", "Ground")

    plan = make(tmp_path, path)

    assert [item.phase for item in plan.activities] == ["ground", "ground", None]


@pytest.mark.parametrize("place", ["DE-BY", "GB-ENG", "US"])
def test_public_holidays_are_pinned_with_their_version(tmp_path, place):
    """A country and region give the days, and the plan says which list they are from."""
    plan = make(tmp_path, write_csv(tmp_path / "t.csv", [HEADS, ["1", "A", "5d", ""]]), days_off=place)

    assert plan.calendars[0].version is not None
    assert plan.calendars[0].version.endswith(f", {place}")
    assert dt.date(2026, 12, 25) in {each.day for each in plan.calendars[0].holidays}


def test_a_plan_can_begin_from_nothing(tmp_path):
    """Without a table the folder holds one of three rows, and a plan that solves."""
    plan = make(tmp_path, None)

    assert plan.targets == ("3",)
    assert (tmp_path / "made" / "source" / "table.csv").is_file()
    assert {item.basis for item in plan.items.values()} == {"synthetic"}
    assert plan.horizon.first == START


def test_equal_inputs_give_equal_bytes(tmp_path):
    """The same table and choices give the same files."""
    table = write_csv(
        tmp_path / "t.csv", [[*HEADS, "Low", "High"], ["1", "A", "5d", "", "4d", "9d"], ["2", "B", "3d", "1", "", ""]]
    )
    choices = BesideTable(as_of=AS_OF, start=START)

    assert start_plan(tmp_path / "x", table, choices).files == start_plan(tmp_path / "x", table, choices).files


def test_random_tables_become_the_plans_that_they_say(tmp_path):
    """Links of all types and lags of random tables give the dates that a plain pass over the rows gives."""
    rng, counts = random.Random(15), {"links": 0, "lags": 0, "leads": 0}  # noqa: S311 - a seed
    kinds = ("FS", "SS", "FF", "SF")
    for trial in range(40):
        lengths = [rng.randint(0, 9) for _ in range(rng.randint(2, 9))]
        links: dict[tuple[int, int], tuple[str, int]] = {}
        for after in range(1, len(lengths)):
            for before in rng.sample(range(after), rng.randint(0, min(2, after))):
                links[before, after] = rng.choice(kinds), rng.choice((0, 0, 3, 7, -2))
        rows = [HEADS]
        for place, length in enumerate(lengths):
            said = [
                f"{before + 1}{kind}{f'{lag:+d}d' if lag else ''}"
                for (before, after), (kind, lag) in links.items()
                if after == place
            ]
            rows.append([str(place + 1), f"Row {place + 1}", f"{length}d", ";".join(said)])
        starts: list[int] = []
        for place, length in enumerate(lengths):
            bounds = [0]
            for (before, after), (kind, lag) in links.items():
                if after == place:
                    at = starts[before] + (lengths[before] if kind[0] == "F" else 0) + lag
                    bounds.append(at - (length if kind[1] == "F" else 0))
                    counts["links"] += 1
                    counts["lags"] += lag > 0
                    counts["leads"] += lag < 0
            starts.append(max(bounds))
        folder = tmp_path / str(trial)
        folder.mkdir()
        plan = make(folder, write_csv(folder / "t.csv", rows))
        network = compile_network(plan)
        found = earliest_times(network)
        origin = network.clock.boundary(START, "opens")
        assert [found.values[network.nodes[str(place + 1), "start"]] - origin for place in range(len(lengths))] == starts, rows
    assert all(count > 10 for count in counts.values()), counts


# -- what is told ------------------------------------------------------------------------------------------------------


def test_all_faults_are_told_at_once_each_at_its_cell(tmp_path):
    """Sheet, row, column, value and what was expected, for every cell that cannot be taken."""
    sheet = [
        [*HEADS, "Not before", "Low", "Resource"],
        [1, "A", "4d", "", "04/05/2026", "", ""],
        [2, "B", "soon", "9FS", "05/06/2026", "", ""],
        [2, "C", "5d", "1FF+50%", "", "8d", ""],
        [4, "", "5d", "4", "", "", "Lab"],
        [5, "E", "", "", "31.02.2026", "", ""],
    ]

    said = faults(write_book(tmp_path / "t.xlsx", {"Plan": sheet}))

    for part in (
        "Plan!C3 (Duration): expected a length such as '15d', '3w' or '2 mo', got 'soon'",
        "Plan!D3 (Predecessors): unknown predecessor '9'",
        "Plan!A4 (Id): '2' is already the id of row 3",
        "Plan!B5 (Name): expected a name, got an empty cell",
        "Plan!D5 (Predecessors): '4' cannot wait for itself",
        "Plan!C6 (Duration): expected a length such as '15d', or '0d' for a milestone, got an empty cell",
        "Plan!E6 (Not before): '31.02.2026' is not a day of any calendar",
    ):
        assert any(line.startswith(part) for line in said), (part, said)
    (asked,) = (line for line in said if "may be" in line)
    assert asked.startswith("Plan!E2: '04/05/2026' may be 4 May 2026 or 5 Apr 2026; so are E3; say which with --dates")


def test_what_no_plan_can_say_is_told_at_its_cell(tmp_path):
    """Halves of days, ranges that do not hold their value and uses of what milestones have not are told once cells can be read."""
    rows = [
        [*HEADS, "Low", "High", "Resource"],
        ["1", "A", "1.5d", "", "", "", ""],
        ["2", "B", "5d", "1", "8d", "2d", "Lab[50%]"],
        ["3", "C", "0d", "2", "", "3d", "Lab"],
    ]

    said = faults(write_csv(tmp_path / "t.csv", rows), capacities={"Lab": 1, "Oven": 2})

    for part in (
        "C2 (Duration): '1.5d' is no whole number of days; maybe '2 wd'",
        "E3 (Low): 8 wd is above the duration of 5 wd; maybe the columns are swapped",
        "F3 (High): 2 wd is below the duration of 5 wd",
        "G3 (Resource): expected a whole number of 'Lab', got 0.5",
        "F4 (High): a milestone has no length",
        "G4 (Resource): a milestone takes no time",
        "--capacity: no row uses 'Oven', expected one of Lab",
    ):
        assert any(line.startswith(part) for line in said), (part, said)


MINUTES = [
    [*HEADS, "Constraint", "Constraint Date", "Deadline", "Low", "High"],
    ["1", "Prepare", "4h", "", "SNET", "2026-01-05 10:30", "", "2h", "1d"],
    ["2", "Cut over", "3d", "1FS+50%", "", "", "2026-01-09", "", ""],
    ["3", "Check", "90 min", "2SS+1 ed", "", "", "", "", ""],
    ["4", "Done", "0d", "2;3", "", "", "2026-01-12 16:00", "", ""],
]


def test_hours_shares_and_times_of_day_make_a_plan_of_minutes(tmp_path):
    """The hours of a day are the calendar's, and dates come out to the minute; deadlines hold nothing."""
    plan = make(tmp_path, write_csv(tmp_path / "t.csv", MINUTES), start=None)
    found = earliest_times(compile_network(plan))
    shown = {
        str(point): str(found.network.clock.show(found.values[node], plan.convention(point)))
        for node, point in enumerate(found.network.points)
    }

    assert (plan.unit, plan.day_minutes, plan.horizon.first) == ("minute", 480, START)
    assert [(str(entry.low), str(entry.value), str(entry.high)) for entry in plan.assumptions] == [
        ("120 min", "240 min", "480 min")
    ]
    # Four hours from 10:30 over lunch end at 15:30; half of them later is 08:30 on Tuesday; three days end at 08:30 on Friday.
    assert shown["1.finish"] == "2026-01-05T15:30"
    assert shown["2.start"] == "2026-01-06T08:30"
    assert shown["2.finish"] == "2026-01-09T08:30"
    assert shown["3.finish"] == "2026-01-07T10:00"
    assert [(rule.id, str(rule.date), rule.soft) for rule in plan.rules if isinstance(rule, NotAfter)] == [
        ("2-done-deadline", "2026-01-10T00:00", True),
        ("4-deadline", "2026-01-12T16:00", True),
    ]


def test_a_plan_of_minutes_has_no_capacities(tmp_path):
    """Where a row speaks of hours, how many there are of a resource is told to be no limit there, with the cell that makes it so."""
    rows = [[*HEADS, "Resource"], ["1", "A", "5d", "", "Lab"], ["2", "B", "4h", "1", "Lab"]]

    (said,) = faults(write_csv(tmp_path / "t.csv", rows), capacities={"Lab": 1})

    assert said.startswith("E2 (Resource): '4h' in C3 makes this a plan of minutes, which has no capacities")


@pytest.mark.parametrize("rows", [MINUTES, [HEADS, ["1", "A", "5d", ""], ["2", "B", "5d", "1"], ["3", "C", "0d", "2"]]])
def test_templates_are_sound_where_ids_are_numbers(tmp_path, rows):
    """Uncommented, the templates that a plan of either kind can have make a plan that loads."""
    make(tmp_path, write_csv(tmp_path / "t.csv", rows))
    path = tmp_path / "made" / "rules.yaml"
    text = re.sub(r"^#(?=  +[-a-z])", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE).replace("rules: []", "rules:")
    if rows is MINUTES:
        text = re.sub(r"  - id: laboratory-slots\n(    .*\n)+", "", text)
    path.write_text(text, encoding="utf-8")

    assert {"board", "delivery-days", "freeze", "permit", "latest"} <= load(tmp_path / "made").rules_by_id.keys()


def test_links_in_a_circle_are_told_at_a_cell_of_theirs(tmp_path):
    """A circle of predecessors is told where one of its links stands."""
    rows = [HEADS, ["1", "A", "5d", "3"], ["2", "B", "5d", "1"], ["3", "C", "5d", "2"]]

    (said,) = faults(write_csv(tmp_path / "t.csv", rows))

    assert said.startswith("D2 (Predecessors): a cycle: everything on it would have to wait 15 wd for itself")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["Colour", "Size"], ["red", "5"]], "no row names the columns of a plan"),
        ([HEADS], "no row follows the header"),
        (
            [["Id", "Name", "Duration", "Predecesors"], ["1", "A", "5d", ""]],
            "unknown column 'Predecesors'; maybe 'Predecessors'",
        ),
        ([["Name", "Task", "Duration"], ["A", "B", "5d"]], "'Task' and 'Name' in column A are both the name"),
        ([], "the file is empty"),
    ],
)
def test_a_header_that_cannot_be_found_is_told_with_what_was_seen(tmp_path, rows, said):
    """No header, one without rows, a misspelt column and two of one kind are told apart."""
    assert any(said in line for line in faults(write_csv(tmp_path / "t.csv", rows)))


def test_a_plan_without_any_date_asks_when_it_begins(tmp_path):
    """Where the table has no date, the first day is asked for."""
    assert "say --start" in faults(write_csv(tmp_path / "t.csv", [HEADS, ["1", "A", "5d", ""]]), start=None)[0]


def test_two_tables_in_one_workbook_are_asked_about(tmp_path):
    """Where two sheets have the header of a plan, neither is taken for the other."""
    book = write_book(tmp_path / "t.xlsx", {"One": [HEADS, [1, "A", "5d", ""]], "Two": [HEADS, [1, "B", "5d", ""]]})

    assert "more than one sheet holds a table of a plan: One, Two" in faults(book)[0]
    assert make(tmp_path, book, sheet="Two").activities[0].title == "B"


# -- the command -------------------------------------------------------------------------------------------------------


def test_init_writes_a_folder_that_solves_and_says_what_it_read(tmp_path, capsys):
    """The folder loads, and the page says how lengths were read and what was left out."""
    table = write_csv(tmp_path / "t.csv", [[*HEADS, "Colour"], ["1", "A", "3w", "", "red"], ["2", "B", "0d", "1", ""]])

    assert (
        main(["init", str(tmp_path / "p"), "--from", str(table), "--start", "2026-01-05", "--as-of", "2026-01-01"])
        == ExitCode.DONE
    )

    said = " ".join(capsys.readouterr().out.split())
    assert "2 rows gave 1 activity, 1 milestone and 1 link" in said
    assert "1 length in weeks: 5 working days each" in said
    assert "Columns that are not read: Colour" in said
    assert isinstance(load(tmp_path / "p").items["1"], Activity)
    assert main(["init", str(tmp_path / "p"), "--from", str(table)]) == ExitCode.BAD_INPUT
    assert "is a folder with something in it" in capsys.readouterr().err


def test_init_says_what_of_the_table_stands_under_no_header_and_amounts_of_nothing(tmp_path, capsys):
    """Cells beyond the header, and amounts without a resource, are told and not dropped without a word."""
    rows = [[*HEADS, "Amount"], ["1", "A", "5d", "", "2", "by hand"], ["2", "B", "0d", "1", ""]]
    table = write_csv(tmp_path / "t.csv", rows)

    assert main(["init", str(tmp_path / "p"), "--from", str(table), "--start", "2026-01-05", "--as-of", "2026-01-01"]) == 0

    said = " ".join(capsys.readouterr().out.split())
    assert "1 cell under no header: F2" in said
    assert "Amounts in the column Amount: nobody says of which resource; maybe add a column Resource" in said


def test_init_answers_in_json(tmp_path, capsys):
    """The document says its schema first, and what was counted."""
    table = write_csv(tmp_path / "t.csv", [HEADS, ["1", "A", "5d", ""]])

    main(["init", str(tmp_path / "p"), "--from", str(table), "--start", "2026-01-05", "--json"])

    document = json.loads(capsys.readouterr().out)
    assert next(iter(document)) == "schema"
    assert (document["schema"], document["counts"]["activities"], document["targets"]) == ("optimiser/init/1", 1, ["END"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--holidays", "XX"], "unknown country 'XX'"),
        (["--holidays", "DE-XX"], "unknown region 'XX' of DE"),
        (["--weekdays", "monday"], "expected days such as mon-fri"),
        (["--hours", "8-12"], "expected a worked period such as '08:00-12:00'"),
        (["--hours", "13:00-17:00,08:00-12:00"], "expected periods one after another"),
        (["--capacity", "Lab"], "expected NAME=N"),
        (["--start", "04/05/2026"], "expected a date such as 2026-02-02"),
        (["--from", "no.xlsx"], "there is no such file"),
        (["--from", "toy"], "there is no such file; a packaged plan with a table is"),
        (["--from", "t.ods"], "'.ods' is not read; maybe save it as .xlsx or as CSV"),
    ],
)
def test_options_that_cannot_be_read_are_told(tmp_path, capsys, monkeypatch, options, said):
    """Nothing is written where an option is wrong."""
    monkeypatch.chdir(tmp_path)
    write_csv(tmp_path / "t.csv", [HEADS, ["1", "A", "5d", ""]])
    arguments = ["init", "p", "--start", "2026-01-05", *([] if "--from" in options else ["--from", "t.csv"]), *options]

    assert main(arguments) == ExitCode.BAD_INPUT
    assert said in capsys.readouterr().err
    assert not (tmp_path / "p").exists()


# -- spoiled tables ----------------------------------------------------------------------------------------------------


def spoiled(rng: random.Random, text: bytes, book: bytes) -> tuple[str, bytes]:
    """Return a table that something happened to, and the ending of its name."""
    kind = rng.randrange(10)
    if kind == 0:
        return ".xlsx", book[: rng.randrange(len(book))]
    if kind == 1:
        return ".csv", text[: rng.randrange(len(text))]
    if kind == 2:
        broken = bytearray(rng.choice((text, book)))
        for _ in range(rng.randint(1, 20)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        return rng.choice((".xlsx", ".csv")), bytes(broken)
    if kind == 3:
        return ".csv", text.decode().encode(rng.choice(("utf-16", "utf-32", "cp1252", "utf-16-le")), errors="replace")
    if kind == 4:
        return rng.choice((".csv", ".xlsx", ".txt", ".tsv")), rng.randbytes(rng.randrange(4000))
    rows = [line.split(",") for line in text.decode().splitlines()]
    row, column = rng.randrange(1, len(rows)), rng.randrange(len(rows[0]))
    words = ("", "=1/0", "#REF!", "99999999d", "-5d", "1;2;3;4;5;6;7;8", "04/05/2026", "9" * 400, "\u202e", "1FS+99999d", "0001-01-01",
             "9999-12-31", "<script>", "½ d", "١٥d", "1e9d", "nan", "inf", "DE\tF", "6FS-9000d", "🙂", "5FF+2w,1")  # fmt: skip
    if kind == 5:
        rows[row][column] = rng.choice(words)
    elif kind == 6:
        rows[row] = rows[row][: rng.randrange(len(rows[row]))]
    elif kind == 7:
        rows[0][column] = rng.choice((*words, "Name", "Start", "Level", "Milestone", "Amount"))
    elif kind == 8:
        rows.append(list(rng.choice(rows)))
    else:
        for _ in range(8):
            rows[rng.randrange(1, len(rows))][rng.randrange(len(rows[0]))] = rng.choice(words)
    return ".csv", "\n".join(",".join(cells) for cells in rows).encode()


@pytest.mark.long
def test_three_hundred_spoiled_tables_are_told_of_or_taken(tmp_path, capsys):
    """Whatever happened to a table, it is a plan that loads or a list of faults, and never our fault."""
    rows = [[*HEADS, "Not before", "Deadline", "Low", "High", "Owner", "Phase", "Resource"]]
    rows += [
        [str(n), f"Row {n}", f"{n}d", f"{n - 1}FS+1d" if n > 1 else "", "", "", "", f"{n + 3}d", "Ada", "P", ""]
        for n in range(1, 9)
    ]
    text = write_csv(tmp_path / "sound.csv", rows).read_bytes().replace(b"\r\n", b"\n")
    book = write_book(tmp_path / "sound.xlsx", {"Plan": [list(row) for row in rows]}).read_bytes()
    rng, codes = random.Random(300), {ExitCode.DONE: 0, ExitCode.BAD_INPUT: 0}  # noqa: S311 - a seed
    for trial in range(300):
        ending, content = spoiled(rng, text, book)
        table, folder = tmp_path / f"{trial}{ending}", tmp_path / f"plan{trial}"
        table.write_bytes(content)
        code = main(["init", str(folder), "--from", str(table), "--start", "2026-01-05", "--as-of", "2026-01-01"])
        said = capsys.readouterr()
        codes[ExitCode(code)] += 1
        assert "internal error" not in said.err, (trial, said.err)
        if code == ExitCode.DONE:
            load(folder)
        else:
            assert said.err.strip()
            assert not folder.exists()
    assert min(codes.values()) > 30, codes


def test_bombs_and_huge_tables_are_refused_unread(tmp_path):
    """A workbook that unpacks to a thousand times its size, one with an entity, and a table without end are refused."""
    sound = write_book(tmp_path / "sound.xlsx", {"Plan": [HEADS, [1, "A", "5d", ""]]})
    for name, added in (("bomb", b"<c>" + b"a" * 30_000_000 + b"</c>"), ("entity", b"")):
        path = tmp_path / f"{name}.xlsx"
        with zipfile.ZipFile(sound) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
            for part in old.namelist():
                content = old.read(part)
                if part.startswith("xl/worksheets/"):
                    content = content.replace(b"</sheetData>", added + b"</sheetData>")
                    if name == "entity":
                        content = content.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY e "e">]><worksheet', 1)
                new.writestr(part, content)
        assert "refused" in faults(path)[0]
    (tmp_path / "long.csv").write_text("Name,Duration\n" + "A,5d\n" * 150_000, encoding="utf-8")
    assert "more than 200,000 cells" in faults(tmp_path / "long.csv")[0]
