"""What a person sees of an answer and of a plan."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

import pytest
from rich.cells import cell_len

from models.outcome import RowDate
from models.pack import Pack, Section
from models.rules import RULE_KINDS
from optimiser.evidence.report import render_html
from optimiser.evidence.tables.kit import columns, table
from optimiser.evidence.terminal.characters import clean, plain_characters
from optimiser.evidence.terminal.outcome import outcome_report
from optimiser.evidence.terminal.page import Page, TextColumn, TextTable, words
from optimiser.evidence.terminal.plans import SECTIONS, list_report, plan_report
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import change, month_or_day
from optimiser.evidence.workbook import write_tables, write_workbook
from optimiser.reproduction import RowMatch
from tests import outcomes
from tests.rule_kinds import example

WIDTHS = (60, 80, 120, 160)
NASTY = "[red]alarm[/red] \x1b[31mred\x1b[0m \x1b]0;title\x07bell\x07 two\nlines\t\u202ereversed"


def report(outcome=None, plan=None, width=100, **options):
    """Return an answer as plain text."""
    return outcome_report(outcome or outcomes.solved(), plan or outcomes.pier(), Page(width), **options)


def block(text, title):
    """Return the lines of one section of a report."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(title))
    end = next((number for number in range(start, len(lines)) if not lines[number]), len(lines))
    return lines[start:end]


def everything(width):
    """Return every kind of text at one width."""
    plan = outcomes.pier()
    return [
        *(
            outcome_report(answer, plan, Page(width), rows="all")
            for answer in (outcomes.solved(), outcomes.infeasible(), outcomes.undecided())
        ),
        plan_report(plan, Page(width)),
        plan_report(plan, Page(width), SECTIONS),
        list_report([("pier", "The pier " * 40, [("storm", "A storm " * 40)])], Page(width)),
    ]


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_is_longer_than_the_page(width):
    """At every width every line fits, and none ends in spaces."""
    lines = [line for text in everything(width) for line in text.splitlines()]

    assert len(lines) > 150
    assert max(map(cell_len, lines)) <= width
    assert all(line == line.rstrip() for line in lines)


def test_the_headline_has_date_proof_evidence_and_span():
    """Each milestone's line gives its date with the weekday, the proof class, what it stands on, and its span."""
    lines = block(report(width=80), "Earliest dates")

    assert "  OPEN       Mon 23 Sep 2024  certified  inferred, low  23 Sep 2024 – 4 Nov 2024" in lines
    assert "  HANDOVER   Thu 23 Jan 2025  certified  judgement      23 Sep 2024 – 4 Mar 2025" in lines


def test_wide_pages_also_give_titles():
    """From 110 columns on the headline has the milestones' titles."""
    assert "Open to walkers" not in "".join(block(report(width=80), "Earliest dates"))
    assert "Open to walkers" in "".join(block(report(width=120), "Earliest dates"))


def test_a_gap_says_between_which_dates():
    """A date that is not proved is followed by the two dates that the earliest lies between."""
    answer = outcomes.solved()
    gap = answer.milestones[0].model_copy(update={"proof": "gap", "bound": dt.date(2024, 9, 2)})
    text = report(answer.model_copy(update={"milestones": (gap,)}), width=120)

    assert "gap" in block(text, "Earliest dates")[3]
    assert "lies between Mon 2 Sep 2024 and Mon 23 Sep 2024" in text


def test_a_solver_only_proof_says_so():
    """A date proved by CP-SAT alone says what is known without it."""
    answer = outcomes.solved()
    alone = answer.milestones[0].model_copy(update={"proof": "solver", "bound": dt.date(2024, 9, 2)})
    text = report(answer.model_copy(update={"milestones": (alone,)}), width=120)

    assert "CP-SAT alone proves the date; independently of it, not before Mon 2 Sep 2024" in text


def test_a_later_date_in_the_order_asked_is_said():
    """Where holding the milestones before it moves a milestone, the later date is given."""
    answer = outcomes.solved()
    later = answer.milestones[1].model_copy(update={"lexicographic": dt.date(2025, 2, 3)})
    text = report(answer.model_copy(update={"milestones": (answer.milestones[0], later)}), width=120)

    assert "HANDOVER  Mon 3 Feb 2025 where the milestones before it keep their own earliest dates" in text


def test_the_span_names_the_readings_at_its_ends():
    """Milestones that fall at an end by the same readings share a line; lost combinations are counted."""
    lines = block(report(), "Readings at the ends")

    assert lines[0].endswith("2 open readings, 4 combinations")
    assert "  first  OPEN 23 Sep 2024, HANDOVER 23 Sep 2024 at the readings as chosen" in lines
    assert "  last   OPEN 4 Nov 2024 at tide=bound" in lines
    assert "  HANDOVER  of 4 combinations 1 infeasible" in lines


def test_a_span_off_the_calendar_says_so():
    """Where combinations fall off the calendar no last date is claimed."""
    answer = outcomes.solved()
    first = answer.milestones[0]
    first = first.model_copy(update={"span": first.span.model_copy(update={"beyond": 3})})
    text = report(answer.model_copy(update={"milestones": (first,)}))

    assert "23 Sep 2024 – off calendar" in text
    assert "3 beyond the days the calendar covers" in text
    assert "4 Nov 2024 at" not in text


def test_without_open_readings_there_is_no_span():
    """A plan without open readings says that none is open instead of a span."""
    plan = outcomes.pier()
    settled = plan.evolve(settings=plan.settings.model_copy(update={"readings": {"lamps": "no", "tide": "free"}}))
    text = report(plan=settled)

    assert "none is open" in text
    assert "Readings at the ends" not in text
    assert "answered          lamps=no, tide=free" in text


def test_deltas_are_given_to_every_baseline():
    """Every baseline has a row with its title, its deltas, and the published dates beside them."""
    lines = block(report(), "Against what was published")

    assert any(re.search(r"board +\+1 mo \(Aug 2024\) +-1 mo \(Feb 2025\)", line) for line in lines)
    assert any(re.search(r"tender +-6 wd \(1 Oct 2024\) +–", line) for line in lines)


@pytest.mark.parametrize(
    ("months", "days", "expected"),
    [(10, None, "+10 mo"), (0, None, "same month"), (0, 0, "same day"), (0, 4, "+4 wd"), (-1, -19, "-19 wd")],
)
def test_changes_carry_their_sign(months, days, expected):
    """A difference is one amount: in months where a month was published, in working days where a day was."""
    assert change(months, days) == expected


def test_published_dates_keep_their_precision():
    """A published month is shown as a month, a day as a day."""
    assert month_or_day("2024-08") == "Aug 2024"
    assert month_or_day("2024-10-01") == "1 Oct 2024"


def test_what_a_date_stands_on_names_bases_and_fitted_numbers():
    """The evidence gives working days and links by basis, the lowest confidence, and the fitted numbers."""
    lines = block(report(width=160), "What the dates stand on")
    rows = [re.split(r"\s{2,}", line.strip()) for line in lines if "wd" in line]

    assert ["185 wd document, 5 wd judgement", "2 document, 1 inferred", "low"] in [row[1:4] for row in rows]
    assert "use before handover 4 mo, to HANDOVER 2025-01" in rows[-1]


def test_chains_that_share_a_beginning_show_it_once():
    """The chain to the second milestone begins where it leaves the first."""
    lines = block(report(), "Driving chains")

    assert sum("SURVEY" in line for line in lines) == 1
    assert "    to HANDOVER: as to OPEN, then" in lines
    assert lines[-1].split()[:2] == ["◆", "HANDOVER"]
    assert "+89 wd" in lines[-1]


def test_chains_that_part_say_where():
    """A chain that leaves another midway says up to which item they are one; an item unknown to the schedule is named."""
    answer = outcomes.solved().model_copy(
        update={"driving": {"OPEN": ("SURVEY", "PILES", "DECK", "OPEN"), "HANDOVER": ("SURVEY", "PILES", "RAILS", "LOST")}}
    )
    lines = block(report(answer), "Driving chains")

    assert "    to HANDOVER: as to OPEN up to PILES, then" in lines
    assert lines[-1].strip() == "LOST"


def test_binding_rules_have_one_row_each():
    """A rule that binds two milestones has one row with a column for each, the greatest gain first."""
    lines = block(report(width=80), "What binds")

    assert [line.split()[0] for line in lines[3:6]] == ["duration:DECK", "piles-after-survey", "handover-lag"]
    assert "20 / 1  open / 1" in lines[4]
    assert any(line.strip().startswith("open: nothing else places") for line in lines)


def test_joint_gains_name_partners_that_gain_nothing_alone():
    """Rules that gain only together are named once as a pair; a partner that gains alone is no news."""

    def of(rule, joint, drop=0):
        return outcomes.binding(rule, rule, drop, 0, joint)

    answer = outcomes.solved(binding={"OPEN": [of("a", ["b"]), of("b", ["a"]), of("c", ["d"]), of("d", [], drop=5)]})
    text = "\n".join(block(report(answer), "What binds"))

    assert text.count("gains nothing alone") == 1
    assert "a: gains nothing alone, but together with b (OPEN)" in text


def test_the_schedule_tells_what_drives_by_shape():
    """Driving bars, other work, tied bars and milestones differ in shape, and the legend explains those that occur."""
    lines = block(report(rows="all"), "Schedule")
    row = {line.split()[0]: line for line in lines[3:-1]}

    assert "█" in row["PILES"]
    assert "▒" in row["RAILS"]
    assert "█" not in row["RAILS"]
    assert "─" in row["SITE"]
    assert "◆" in row["OPEN"]
    assert lines[-1].split("   ") == ["  █ driving", "▒ other work", "─ tied bar", "◆ driving milestone", "▪▫ no work"]


def test_the_schedule_is_grouped_by_phase():
    """Items stand under their phase, in the plan's order of phases and by date inside one."""
    lines = [line.strip().split("  ")[0].split(" ")[0] for line in block(report(rows="all"), "Schedule")[3:-1]]

    assert lines == ["Ground", "SURVEY", "SITE", "PILES", "Deck", "RAILS", "DECK", "OPEN", "Closing", "SNAGS", "HANDOVER"]


def test_items_without_a_phase_come_last():
    """Items without a phase stand at the end, under a title only where others have phases."""
    answer = outcomes.solved()
    loose = tuple(row.model_copy(update={"phase": None}) if row.id == "DECK" else row for row in answer.rows)

    assert block(report(answer.model_copy(update={"rows": loose})), "Schedule")[-3].strip() == "No phase"
    bare = tuple(row.model_copy(update={"phase": None}) for row in answer.rows)
    assert "No phase" not in report(answer.model_copy(update={"rows": bare}))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("driving", {"SURVEY", "PILES", "DECK", "OPEN", "HANDOVER"}),
        ("main", {"SURVEY", "PILES", "DECK", "OPEN", "HANDOVER"}),
        ("all", {"SURVEY", "PILES", "DECK", "RAILS", "SNAGS", "SITE", "OPEN", "HANDOVER"}),
    ],
)
def test_rows_choose_what_is_drawn(rows, expected):
    """Only what is asked for is drawn."""
    lines = block(report(rows=rows), "Schedule")

    assert {line.split()[0] for line in lines[3:-1]} & set(outcomes.pier().items) == expected


def test_main_rows_hold_milestones_that_do_not_drive():
    """A milestone that nothing asked for hangs on is drawn by default, hollow, and left out of the driving rows."""
    answer = outcomes.solved(driving={"HANDOVER": ["SURVEY", "HANDOVER"]})
    answer = answer.model_copy(update={"milestones": answer.milestones[1:]})

    assert "◇" in next(line for line in block(report(answer), "Schedule") if "OPEN" in line)
    assert not any("OPEN" in line for line in block(report(answer, rows="driving"), "Schedule"))


def test_no_gantt_leaves_the_schedule_out():
    """The schedule is not drawn where it is not wanted."""
    assert "█" in report()
    assert "█" not in report(rows=None)


@pytest.mark.parametrize(("width", "scale"), [(160, "Jan"), (80, " J "), (60, "Q1")])
def test_months_are_named_as_room_allows(width, scale):
    """Over the bars stand the names of months, their initials, or quarters, and the years above them."""
    years, months = block(report(rows="all", width=width), "Schedule")[1:3]

    assert scale in months
    assert years.split() == ["2024", "2025"]


def test_a_long_plan_names_its_years():
    """Where there is not one cell a month, years are named as far as they fit, and bars are still drawn."""
    plan = outcomes.pier()
    long = [
        RowDate(
            id=name, name=name, kind="activity", phase=None, start=dt.date(1990 + 4 * step, 5, 1),
            finish=dt.date(1996 + 4 * step, 5, 1), working_days=1, float_wd={},
        )
        for step, name in enumerate(("SURVEY", "PILES", "DECK"))
    ]  # fmt: skip
    lines = block(report(outcomes.solved().model_copy(update={"rows": tuple(long)}), plan, 80), "Schedule")

    assert {"1991", "2004"} & set(lines[1].split())
    assert all("█" in line for line in lines[3:6])


def test_infeasible_says_so_first():
    """The verdict comes before the reasons; each member says what it demands, on whose authority and by which source."""
    lines = report(outcomes.infeasible()).splitlines()

    assert lines[3].startswith("Infeasible")
    assert any("These cannot all hold" in line and "leave out any one" in line for line in lines)
    assert any(line.split() == ["1", "duration:PILES", "Length", "of", "Drive", "the", "piles"] for line in lines)
    assert "      demands: PILES lasts 105 wd (assumption piles)" in lines
    assert "      regulatory; inferred (low confidence); no citation" in lines
    assert any("confirmed by: the longest path" in line for line in lines)


def test_a_conflict_that_may_not_be_minimal_says_so():
    """A search that stopped early does not promise minimality."""
    answer = outcomes.infeasible()
    answer = answer.model_copy(update={"conflict": answer.conflict.model_copy(update={"minimal": False})})

    assert "leave out any one" not in report(answer)
    assert "perhaps fewer would do" in report(answer)


def test_undecided_gives_bounds_and_says_they_are_none_but_bounds():
    """Undecided milestones have a date they cannot precede, marked as a bound."""
    text = report(outcomes.undecided())

    assert "Undecided: the limit came before an answer." in text
    assert "Mon 23 Sep 2024  bound only, no date" in text
    assert "- stopped at the deterministic limit" in text


def test_the_run_is_recorded():
    """The last lines say what is needed to run it again; a wall-clock limit is said to spoil that."""
    limited = outcomes.RUN.model_copy(update={"time_limit": 2.0, "windows": "trimmed"})
    text = " ".join(report(outcomes.solved(run=limited)).split())

    assert "optimiser 0.1.0, OR-Tools 9.15.6755, seed 0, 1 worker, deterministic time 0.0123" in text
    assert "inputs 3f2a91c03f2a" in text
    assert "2 s by the wall clock, so it may not repeat" in text


def test_titles_are_cut_with_an_ellipsis():
    """A title too long for its column is cut, not wrapped."""
    text = report(width=80)

    assert len(re.findall(r"Drive the pil[a-z, ]*…", text)) == 2
    assert "autumn gales" not in text


@pytest.mark.parametrize("colour", [False, True])
def test_names_are_shown_literally(colour):
    """Markup in a name is shown as written, and neither terminal sequences nor line breaks in it survive."""
    plan = outcomes.pier(title=NASTY)
    piles = plan.activities[1].model_copy(update={"title": NASTY})
    plan = plan.evolve(activities=(plan.activities[0], piles, *plan.activities[2:]))
    answer = outcomes.solved(plan, notes=[NASTY])
    page = Page(160, colour)
    texts = [outcome_report(answer, plan, page, rows="all"), plan_report(plan, page, SECTIONS)]

    for text in texts:
        assert "[red]alarm[/red] red bell two lines reversed" in text
        assert not set(text) & set("\x07\u202e\t")
        assert "\x1b]" not in text
        assert "\x1b[31mred" not in text
        assert colour or "\x1b" not in text


def test_colour_changes_no_word():
    """A page in colour says exactly what a plain one says."""
    plain = outcome_report(outcomes.solved(), outcomes.pier(), Page(100))
    coloured = outcome_report(outcomes.solved(), outcomes.pier(), Page(100, colour=True))

    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("plain", "plain"),
        ("[bold]", "[bold]"),
        ("a\x1b[1;31mb\x1b[0m", "ab"),
        ("a\x9b31mb", "ab"),
        ("a\x1b]8;;http://x\x1b\\b", "ab"),
        ("a\x1bPq\x1b\\b", "ab"),
        ("a\x1b(Bb", "ab"),
        ("a\x1b", "a"),
        ("a\r\nb\tc", "a b c"),
        ("a\x00\x08b", "ab"),
        ("caf\u00e9 \u65e5\u672c", "caf\u00e9 \u65e5\u672c"),
        ("\u2066a\u2069\u200b", "a"),
        ("\ud800a", "a"),
    ],
)
def test_clean_leaves_only_what_is_seen(given, expected):
    """Terminal sequences go whole, control characters go, white space becomes a space, writing stays."""
    assert clean(given) == expected


def test_drawings_become_letters_where_the_encoding_has_none():
    """In ASCII the report keeps its columns, one character for one; in UTF-8 nothing changes."""
    text = report(rows="all")

    ascii_text = plain_characters(text, "ascii")
    assert ascii_text.isascii()
    assert [len(line) for line in ascii_text.splitlines()] == [len(line) for line in text.splitlines()]
    assert "?" not in ascii_text
    assert plain_characters(text, "utf-8") == text
    assert plain_characters("…█", "no-such-encoding") == "~#"
    assert plain_characters("\ud800", "utf-8") == "?"


def test_wide_letters_keep_the_columns():
    """Letters of two cells are counted as two."""
    grid = TextTable([TextColumn("name", limit=9), TextColumn("x")])
    grid.add("\u65e5\u672c\u8a9e\u65e5\u672c\u8a9e", "1")
    grid.add("a", "2")
    lines = [line.plain for line in grid.lines(40)]

    assert [cell_len(line) for line in lines[2:]] == [cell_len(lines[1]), cell_len(lines[1])]


def test_a_grid_cuts_what_gives_first():
    """On a narrow page the column that gives is cut to ten cells before any other is touched."""
    grid = TextTable([TextColumn("key"), TextColumn("title", gives=True), TextColumn("value", side="right")])
    grid.add("k" * 20, "t" * 40, "v" * 10)

    assert grid.fitted(60) == [20, 24, 10]
    assert grid.fitted(46) == [20, 10, 10]
    assert grid.fitted(40) == [14, 10, 10]


class Stream(io.StringIO):
    """A stream that says whether it is a terminal."""

    def __init__(self, *, terminal):
        super().__init__()
        self.terminal = terminal

    def isatty(self):
        return self.terminal


def test_colour_needs_a_terminal_and_no_objection(monkeypatch):
    """Colours are used on a terminal, unless NO_COLOR is set, the terminal is dumb, or it is none."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    assert Page.of(Stream(terminal=True)).colour
    assert not Page.of(Stream(terminal=False)).colour
    monkeypatch.setenv("NO_COLOR", "1")
    assert not Page.of(Stream(terminal=True)).colour
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not Page.of(Stream(terminal=True)).colour


@pytest.mark.parametrize(("columns", "width"), [("80", 80), ("20", 60), ("400", 160)])
def test_the_page_is_as_wide_as_said_within_reason(monkeypatch, columns, width):
    """COLUMNS sets the width, between the narrowest and the widest page."""
    monkeypatch.setenv("COLUMNS", columns)
    assert Page.of(Stream(terminal=False)).width == width


def test_a_width_that_is_no_number_is_ignored(monkeypatch):
    """A COLUMNS that makes no sense is as good as none."""
    monkeypatch.setenv("COLUMNS", "wide")
    assert 60 <= Page.of(Stream(terminal=False)).width <= 160


def test_the_summary_of_a_plan():
    """Without sections a plan shows counts, readings with the chosen option marked, and assumptions with their sources."""
    text = plan_report(outcomes.pier(), Page(100))

    assert "6 rules (5 on)" in text
    assert "● no (default)" in text
    assert "○ yes" in text
    assert any(
        line.split()[:7] == ["Length", "of", "the", "piling", "piles", "105", "wd"] and "pack: row 1" in line
        for line in text.splitlines()
    )
    assert "Rules  " not in text


def test_what_was_set_is_marked():
    """A value set on top of the plan, an answered reading and an overlap of scenarios are seen."""
    plan = outcomes.pier()
    settings = plan.settings.model_copy(
        update={
            "assumptions": {"piles": "105 wd"},
            "readings": {"lamps": "yes"},
            "overlaps": ("lamps twice",),
            "hindsight": True,
        }
    )
    text = plan_report(plan.evolve(settings=settings), Page(100))

    assert "105 wd *" in text
    assert "* set on top of the plan as written" in text
    assert "lamps  answered" in text
    assert "overlap    lamps twice" in text
    assert "with hindsight" in text


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_can_be_shown(section):
    """Each section is shown with its entries, and says so where there are none."""
    titles = {"raid": "RAID register"}
    title = titles.get(section, section.capitalize())
    full = block(plan_report(outcomes.pier(), Page(120), [section]), title)
    assert len(full) > 2

    empty = outcomes.pier().evolve(
        rules=(),
        assumptions=(),
        readings=(),
        sources=(),
        baselines=(),
        raid=(),
        unknowns=(),
        activities=(),
        milestones=(),
        hammocks=(),
    )
    assert len(block(plan_report(empty, Page(120), [section]), title)) <= 3


def test_items_say_by_what_right_they_match():
    """With matches given, each published row has its class; one that does not match differs, and the rows are counted."""
    day, other = dt.date(2024, 2, 5), dt.date(2024, 2, 6)
    matches = [
        RowMatch(id="PILES", row=7, by="links", published_start=day, published_finish=day, start=day, finish=day),
        RowMatch(id="DECK", row=8, by="links", published_start=day, published_finish=day, start=day, finish=other),
        RowMatch(id="RAILS", row=9, by="placed", published_start=day, published_finish=day, start=day, finish=day),
    ]
    text = plan_report(outcomes.pier(), Page(120), ["items"], matches)

    found = {name: line for line in text.splitlines() for name in ("PILES", "DECK", "RAILS") if f" {name} " in line}
    assert " links " in found["PILES"]
    assert " differs " in found["DECK"]
    assert " placed " in found["RAILS"]
    assert "of 3 published: 1 links, 1 placed, 1 differs; a placed row is not reproduced" in text
    assert "row by" not in plan_report(outcomes.pier(), Page(120), ["items"])


def test_every_rule_kind_is_shown(make_plan):
    """A rule of every kind is shown with what it demands."""
    rules = [example(kind, kind) for kind in RULE_KINDS]
    plan = make_plan(
        activities=[{"id": name, "title": name, "duration": "5 wd", "basis": "synthetic"} for name in "AB"], rules=rules
    )
    lines = block(plan_report(plan, Page(100), ["rules"]), "Rules")

    heads = [line.split() for line in lines[1:] if line.strip().startswith("●")]
    assert [words[1] for words in heads] == [rule["kind"] for rule in rules]
    assert len(lines) >= 1 + 3 * len(rules)


def test_the_list_names_plans_and_their_scenarios():
    """Each plan stands with its title, its scenarios under it; a house without plans says so."""
    lines = list_report([("pier", "The pier", [("storm", "A storm")]), ("toy", "A toy", [])], Page(80)).splitlines()

    assert lines == ["pier  The pier", "    storm  A storm", "", "toy  A toy", "    no scenarios"]
    assert list_report([], Page(80)) == "no plan is packaged\n"


def test_words_take_a_style_and_no_markup():
    """Markup is never read."""
    assert words("[bold]x[/bold]").plain == "[bold]x[/bold]"


def test_a_column_is_titled_once():
    """The title of a column changed where the table is made is changed on the terminal, on the page and in the workbook."""
    made = table(
        "findings",  # a table that both workbooks have
        "Sailings",
        columns("boat:id | departs:date | waits:number wd"),
        [["A", dt.date(2024, 5, 8), 3]],
        proof="closed form",
        source="the test",
    )
    section = Section(id="boats", title="Boats", items=tuple(range(1, 21)), blocks=(made,))
    pack = Pack(plan="pier", title="Pier", as_of=dt.date(2024, 1, 1), status="solved", sections=(section,))

    terminal = Page(100).paint(shown(made, Page(100)))
    page = render_html(pack)
    books = (write_workbook(pack, outcomes.pier()), write_tables(pack))

    assert all(word in terminal for word in ("boat", "departs", "waits", "8 May 2024", "3 wd"))
    assert all("<th scope=" in page and word in page for word in ("boat", "departs", "waits", "8 May 2024"))
    for book in books:
        texts = zipfile.ZipFile(io.BytesIO(book)).read("xl/sharedStrings.xml").decode()
        assert all(f">{word}<" in texts for word in ("boat", "departs", "waits (wd)"))


def test_parts_of_a_wide_table_keep_what_tells_their_rows_apart():
    """A table shown in parts repeats as many leading columns as it takes to tell the rows apart."""
    heads = columns("plan:id | from:id | first:number | second:number | third:number")
    rows = [["TT", start, 10**15, 10**15, 10**15] for start in ("M11", "M12", "M13", "M14", "M15")]
    made = table("paces", "Paces", heads, rows, proof="closed form", source="the test")

    text = Page(60).paint(shown(made, Page(60)))

    assert text.count("plan") == text.count("from") == 2
    assert sum(line.split()[:2] == ["TT", "M12"] for line in text.splitlines()) == 2


def test_a_plan_of_many_milestones_is_drawn_by_what_drives():
    """Where the milestones would fill pages, what drives and what is asked for is drawn, and how to see the rest is said."""
    answer = outcomes.solved()
    event = next(row for row in answer.rows if row.kind == "milestone")
    many = tuple(event.model_copy(update={"id": f"X{number}"}) for number in range(100))
    lines = block(report(answer.model_copy(update={"rows": (*answer.rows, *many)})), "Schedule")

    assert "--rows all draws every one" in lines[0]
    assert not any("X7" in line for line in lines)
    assert any("SURVEY" in line for line in lines)
