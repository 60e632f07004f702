"""The command line: what it reads, what it prints where, and what it tells the shell."""

from __future__ import annotations

import errno
import importlib
import io
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import optimiser
from models.plan import Plan
from optimiser.cli import ExitCode, app, main
from optimiser.cli.files import OutputFile
from optimiser.cli.questions import QUESTIONS
from optimiser.errors import InputError, Located, OptimiserError, StoredResultError
from optimiser.evidence.terminal.plans import SECTIONS
from optimiser.reading.load import LoadedPlan
from optimiser.reading.packaged import PackagedPlan
from tests import outcomes

ROOT = Path(__file__).parents[1]
PLAN = """
schema: optimiser/plan/1
id: hut
title: Build a hut
as_of: 2024-01-01
horizon: {first: 2024-01-08, last: 2024-12-31}
calendar: week
calendars:
  - id: week
    title: Mondays to Fridays
    weekdays: [mon, tue, wed, thu, fri]
    covers: {first: 2024-01-01, last: 2024-12-31}
    basis: synthetic
targets: [DONE]
activities:
  - {id: WALLS, title: Walls, duration: 10 wd, basis: synthetic, published: {row: 1, start: 2024-01-08, finish: 2024-01-19, stated: 10 days}}
  - {id: ROOF, title: Roof, duration: 5 wd, basis: synthetic}
milestones:
  - {id: DONE, title: Done, shown: opens, basis: synthetic}
rules:
  - {id: roof-on-walls, title: The roof stands on the walls, kind: dependency, before: WALLS, after: ROOF, basis: synthetic}
  - {id: done-after-roof, title: Done when roofed, kind: dependency, before: ROOF, after: DONE, basis: synthetic}
  - {id: soon, title: Done soon, kind: not-after, at: DONE, date: 2024-01-15, enabled: false, basis: synthetic}
"""


class Calls:
    """What the command line asked of the API, and what it gets back."""

    def __init__(self):
        self.plan = outcomes.pier()
        self.outcome = outcomes.solved(self.plan)
        self.loaded = []
        self.asked = []

    def load(self, *arguments, **options):
        self.loaded.append((arguments, options))
        if isinstance(self.plan, BaseException):
            raise self.plan
        return self.plan

    def load_changed(self, *arguments, **options):
        plan = self.load(*arguments, **options)
        return LoadedPlan(plan, plan, plan)

    def earliest(self, plan, milestones, **options):
        self.asked.append((plan, milestones, options))
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


@pytest.fixture
def api(monkeypatch):
    """Put hand-made answers behind the command line."""
    calls = Calls()
    monkeypatch.setattr(importlib.import_module("optimiser.reading.load"), "load", calls.load)
    monkeypatch.setattr(importlib.import_module("optimiser.reading.load"), "load_changed", calls.load_changed)
    monkeypatch.setattr(importlib.import_module("optimiser.solve"), "earliest", calls.earliest)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("OPTIMISER_DEBUG", raising=False)
    return calls


@pytest.fixture
def hut(tmp_path):
    """Write a small plan and return its folder."""
    folder = tmp_path / "hut"
    folder.mkdir()
    (folder / "plan.yaml").write_text(PLAN)
    return folder


def run(*arguments, **options):
    """Run the program in a process of its own."""
    return python("-m", "optimiser.cli", *map(str, arguments), **options)


def python(*arguments, **options):
    """Run Python in a process of its own."""
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False, timeout=60, **options)


# -- what it costs and says without a plan ---------------------------------------------------------------------------


def test_help_needs_nothing_heavy():
    """Printing the help imports neither the solver, nor models, nor tables."""
    code = (
        "import sys; from optimiser.cli import main; main(['--help'])\n"
        "heavy = {'ortools', 'pydantic', 'pandas', 'numpy', 'yaml', 'rich', 'models'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))"
    )
    found = python("-c", code)

    assert found.stdout.endswith("HEAVY []\n")
    assert "solve" in found.stdout


@pytest.mark.parametrize("verb", ["list", "show", "schema", "solve"])
def test_every_verb_has_help(capsys, verb):
    """Each verb explains itself, and every option has a word of help."""
    assert main([verb, "--help"]) == 0

    text = capsys.readouterr().out
    assert f"optimiser {verb}" in text
    assert "--json" in text or verb == "schema"


def test_no_arguments_shows_the_help(capsys):
    """A bare command explains itself."""
    main([])

    captured = capsys.readouterr()
    assert all(f"{question}:" in captured.out + captured.err for question in ("How sure it is", "What changed"))


def test_every_verb_stands_under_its_question():
    """Help lists every verb under the question that it answers, each with the whole of its first sentence."""
    named = [verb for verbs in QUESTIONS.values() for verb in verbs]

    assert len(named) == len(set(named))
    assert set(typer.main.get_command(app).commands) <= set(named)  # type: ignore[attr-defined]
    assert run("--help").stdout.count("...") == len(["[ARGS]..."])


def test_the_package_can_be_run():
    """``python -m optimiser`` is the program."""
    found = python("-m", "optimiser", "--version")

    assert (found.returncode, found.stdout) == (0, f"optimiser {optimiser.__version__}\n")


@pytest.mark.parametrize("name", ["models", "instances"])
def test_a_stranger_of_our_names_is_named(tmp_path, name):
    """A module of the user's own that has the name of one of our packages is named in one sentence."""
    (tmp_path / f"{name}.py").write_text("")

    found = python("-c", "import optimiser", cwd=tmp_path, env={"PYTHONPATH": str(ROOT)})

    assert f"ImportError: {tmp_path / name}.py is in the way of the package '{name}'" in found.stderr


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("optimiser solve mhhs-r", ["mhhs-round2"]),
        ("optimiser solve mhhs-round2 -s poap2-d", ["poap2-declared"]),
        ("optimiser solve mhhs-round2 -m M14,M1", [f"M14,M1{digit}" for digit in range(7)]),
        ("optimiser solve mhhs-round2 --set mp162-r", ["mp162-release="]),
        ("optimiser solve mhhs-round2 --reading m9=poap", ["m9=poap-1", "m9=poap-2"]),
        ("optimiser solve no-such-plan -m M", []),
    ],
)
def test_the_shell_is_offered_names(words, offered):
    """After a Tab the shell offers plans, scenarios, milestones, assumptions and readings by name."""
    asked = {"_OPTIMISER_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}

    found = run(env={**os.environ, **asked})

    assert sorted(found.stdout.split()) == sorted(offered)


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False), ({"FORCE_COLOR": ""}, False)],
)
def test_colours_are_for_those_who_want_them(environment, coloured):
    """Colours go where there is no terminal only if the user forces them; who forbids them has the last word."""
    plain = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "NO_COLOR")}

    found = run("list", env={**plain, **environment})

    assert ("\x1b[" in found.stdout) is coloured


def test_version(capsys):
    """The version is the package's."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"optimiser {optimiser.__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [["solv"], ["solve"], ["solve", "pier", "--sed", "1"], ["solve", "pier", "--seed", "x"], ["solve", "pier", "--workers", "0"],
     ["solve", "pier", "--time-limit", "-1"], ["solve", "pier", "--rows", "none"], ["show", "pier", "extra"], ["schema", "gird"]],
)  # fmt: skip
def test_bad_usage_is_two(capsys, api, arguments):
    """An unknown verb, option or value ends with 2, says so on standard error, and calls nothing."""
    assert main(arguments) == ExitCode.BAD_INPUT

    captured = capsys.readouterr()
    assert "Traceback" not in captured.err + captured.out
    assert not api.asked


@pytest.mark.usefixtures("api")
def test_bad_usage_is_a_document_too(capsys):
    """With --json bad usage is also a document on standard output."""
    assert main(["solve", "pier", "--json", "--seed", "x"]) == ExitCode.BAD_INPUT

    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert document["schema"] == "optimiser/error/1"
    assert "'--seed'" in document["faults"][0]["message"]
    assert "'--seed'" in captured.err


# -- list, show, schema ------------------------------------------------------------------------------------------------


def test_list(capsys, monkeypatch):
    """The packaged plans are listed with their scenarios, as text or as a document."""
    plans = (PackagedPlan("pier", "The pier", Path("/plans/pier"), (("storm", "A storm"),)),)
    monkeypatch.setattr(importlib.import_module("optimiser.reading.packaged"), "packaged", lambda: plans)

    assert main(["list"]) == 0
    assert capsys.readouterr().out == "pier  The pier\n    storm  A storm\n"
    assert main(["list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["plans"][0]["name"] == "pier"


@pytest.mark.usefixtures("api")
def test_show(capsys):
    """A plan is shown in summary, or in the parts asked for, as text or as a document."""
    assert main(["show", "pier"]) == 0
    assert "What it holds" in capsys.readouterr().out

    assert main(["show", "pier", *(f"--{section}" for section in SECTIONS)]) == 0
    text = capsys.readouterr().out
    assert "What it holds" not in text
    assert "Drive the piles" in text

    assert main(["show", "pier", "--rules", "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)["sections"]) == ["rules"]


def test_show_says_by_what_right_rows_match(capsys, hut):
    """The items of a plan with published rows are shown with how those come about."""
    assert main(["show", str(hut), "--items", "--json"]) == 0

    items = json.loads(capsys.readouterr().out)["sections"]["items"]
    assert items[0]["reproduction"] == {"by": "placed", "matches": True, "start": "2024-01-08", "finish": "2024-01-19"}


def test_show_says_nothing_of_rows_where_there_is_no_schedule(capsys, hut):
    """An infeasible plan is shown without a word on its rows."""
    text = (hut / "plan.yaml").read_text()
    (hut / "plan.yaml").write_text(text.replace("enabled: false", "enabled: true"))

    assert main(["show", str(hut), "--items"]) == 0
    assert "row by" not in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "title"), [([], "plan"), (["plan"], "plan"), (["scenario"], "scenario")])
def test_schema(capsys, arguments, title):
    """The JSON Schema of a kind of file is printed, the plan's where none is named."""
    schemas = importlib.import_module("optimiser.schemas")

    assert main(["schema", *arguments]) == 0
    assert json.loads(capsys.readouterr().out) == getattr(schemas, f"{title}_schema")()


# -- options -------------------------------------------------------------------------------------------------------------


def test_options_reach_the_api(api):
    """Scenarios, settings, readings, releases, milestones and the solver's options arrive as given."""
    arguments = "solve pier -s one -s two.yaml --set a=304 wd --set b=none --reading r=x --release floor -m A,B -m C -m A"
    given = arguments.replace("304 wd", "304_wd").split(" ")
    given = [part.replace("_", " ") for part in given]

    assert main([*given, "--seed", "3", "--workers", "2", "--time-limit", "1.5"]) == 0
    (name, scenarios), options = api.loaded[0]
    assert (name, list(scenarios)) == ("pier", ["one", "two.yaml"])
    assert options["settings"] == {"a": "304 wd", "b": "none"}
    assert options["readings"] == {"r": "x"}
    assert list(options["released"]) == ["floor"]
    _, milestones, limits = api.asked[0]
    assert tuple(milestones) == ("A", "B", "C")
    assert (limits["seed"], limits["workers"], limits["time_limit"]) == (3, 2, 1.5)


def test_options_that_change_a_plan_come_together():
    """Every verb that takes scenarios takes the other ways of changing a plan too, a workbook's sheet among them."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    taken = {name: {text for each in command.params for text in each.opts} for name, command in commands.items()}
    changing = [name for name, options in taken.items() if "--scenario" in options]

    assert {"solve", "explain", "why-not", "implied", "attribute", "qualify", "robust", "lint", "evidence", "verify"} <= {
        *changing
    }
    for name in changing:
        assert {"--set", "--reading", "--release", "--assumptions"} <= taken[name], name


def test_without_milestones_the_plan_decides(api):
    """No milestone option means the plan's own targets."""
    assert main(["solve", "pier"]) == 0
    assert api.asked[0][1] is None


def test_all_option_faults_come_at_once(capsys, api):
    """Options that cannot be read are all reported, before any file is."""
    given = ["--set", "a", "--set", "=1", "--set", "b=", "--reading", "x", "--reading", "y=1", "--reading", "y=2"]

    assert main(["solve", "pier", *given]) == ExitCode.BAD_INPUT
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "--set: expected NAME=VALUE, got 'a'",
        "--set: expected NAME=VALUE, got '=1'",
        "--set: expected NAME=VALUE, got 'b='",
        "--reading: expected NAME=OPTION, got 'x'",
        "--reading: 'y' is given twice, as '1' and as '2'; maybe drop one",
    ]
    assert not api.loaded


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize("given", ["", ",", "M10,", " "])
def test_a_milestone_must_be_named(capsys, given):
    """An empty name among the milestones is refused."""
    assert main(["solve", "pier", "-m", given]) == ExitCode.BAD_INPUT
    assert "expected milestones such as M10 or M10,M14" in capsys.readouterr().err


# -- solve: what goes where ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "code", "words"),
    [
        (outcomes.solved(), 0, "Mon 23 Sep 2024  certified"),
        (outcomes.infeasible(), 3, "Infeasible: no schedule meets every rule."),
        (outcomes.undecided(), 4, "Undecided: the limit came before an answer."),
    ],
)
def test_the_answer_decides_the_exit_code(capsys, api, outcome, code, words):
    """Solved ends with 0, infeasible with 3, undecided with 4, and standard output says it, as text and as a document."""
    api.outcome = outcome

    assert main(["solve", "pier"]) == code
    captured = capsys.readouterr()
    assert words in captured.out
    assert captured.err == ""

    assert main(["solve", "pier", "--json"]) == code
    captured = capsys.readouterr()
    assert json.loads(captured.out)["status"] == outcome.status
    assert captured.out.startswith('{\n  "schema": "optimiser/solve/1"')
    assert captured.err == ""


def test_a_gap_is_undecided(api):
    """A date that is not proved does not end with 0."""
    gap = api.outcome.milestones[0].model_copy(update={"proof": "gap"})
    api.outcome = api.outcome.model_copy(update={"milestones": (gap,)})

    assert main(["solve", "pier"]) == ExitCode.UNDECIDED


@pytest.mark.usefixtures("api")
def test_rows_and_gantt(capsys):
    """What is drawn can be chosen, and drawing left out."""
    main(["solve", "pier"])
    assert "RAILS" not in capsys.readouterr().out
    main(["solve", "pier", "--all-rows"])
    everything = capsys.readouterr().out
    assert "RAILS" in everything
    main(["solve", "pier", "--rows", "all"])
    assert capsys.readouterr().out == everything
    main(["solve", "pier", "--no-gantt"])
    assert "█" not in capsys.readouterr().out


def test_milestones_asked_for_are_in_the_document_of_an_infeasible_plan(capsys, api):
    """The document holds every milestone asked for, dates or none."""
    api.outcome = outcomes.infeasible()
    main(["solve", "pier", "-m", "OPEN", "--json"])

    assert list(json.loads(capsys.readouterr().out)["milestones"]) == ["OPEN"]


class Terminal(io.StringIO):
    """A standard error that somebody watches."""

    def isatty(self):
        return True


def test_progress_is_shown_to_whoever_watches(monkeypatch, capsys, api):
    """On a terminal progress is written on one line of standard error and wiped in the end; elsewhere there is none."""

    def earliest(*_, progress, **__):
        if progress:
            progress("M10:\x1b[31m CP-SAT")
        return api.outcome

    monkeypatch.setattr(importlib.import_module("optimiser.solve"), "earliest", earliest)
    monkeypatch.setenv("TERM", "xterm")
    watched = Terminal()
    monkeypatch.setattr(sys, "stderr", watched)
    assert main(["solve", "pier", "--json"]) == 0
    assert "\r\x1b[KM10: CP-SAT" in watched.getvalue()
    assert watched.getvalue().endswith("\r\x1b[K")
    json.loads(capsys.readouterr().out)

    monkeypatch.setenv("TERM", "dumb")
    silent = Terminal()
    monkeypatch.setattr(sys, "stderr", silent)
    assert main(["solve", "pier"]) == 0
    assert silent.getvalue() == ""


# -- faults --------------------------------------------------------------------------------------------------------------

FAULTS = [
    Located("unknown item 'M41'. Maybe 'M14'.", file="plan.yaml", line=12, column=9, path="rules[12].after"),
    Located("31 February\nis no day \x1b[31m", file="plan.yaml", line=20, column=3),
]


@pytest.mark.parametrize("where", ["plan", "outcome"])
def test_input_faults_are_listed_one_a_line(capsys, api, where):
    """Everything wrong with the input is on standard error, one located fault a line, and ends with 2."""
    setattr(api, where, InputError(FAULTS))

    assert main(["solve", "pier"]) == ExitCode.BAD_INPUT
    captured = capsys.readouterr()
    assert captured.err.splitlines() == [
        "plan.yaml:12:9: rules[12].after: unknown item 'M41'. Maybe 'M14'.",
        "plan.yaml:20:3: 31 February is no day ",
    ]
    assert captured.out == ""


def test_input_faults_are_a_document_too(capsys, api):
    """With --json the faults are also a document on standard output."""
    api.plan = InputError(FAULTS)

    assert main(["show", "pier", "--json"]) == ExitCode.BAD_INPUT
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert [fault["line"] for fault in document["faults"]] == [12, 20]
    assert captured.err.count("\n") == 2


@pytest.mark.parametrize(
    ("error", "code"),
    [(OptimiserError("wrong"), 2), (StoredResultError("does not hold"), 5), (KeyboardInterrupt(), 130)],
)
def test_other_endings_have_their_codes(capsys, api, error, code):
    """A user's other mistakes, a stored result that does not hold and an interruption end without a traceback."""
    api.outcome = error

    assert main(["solve", "pier"]) == code
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "Traceback" not in captured.err


def test_our_own_fault_is_one_line(capsys, api):
    """What nobody foresaw ends with 1 and one line that asks to report it."""
    api.outcome = KeyError("lost\nthings")

    assert main(["solve", "pier"]) == ExitCode.OUR_FAULT
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "internal error at test_cli.py:" in captured.err
    assert "please report it" in captured.err
    assert "Traceback" not in captured.err


@pytest.mark.parametrize("how", ["option", "environment"])
def test_a_traceback_comes_when_asked_for(capsys, api, monkeypatch, how):
    """With --debug, or the environment variable, the traceback is shown as well."""
    api.outcome = KeyError("lost")
    monkeypatch.setenv("OPTIMISER_DEBUG", "" if how == "option" else "1")

    assert main([*(["--debug"] if how == "option" else []), "solve", "pier", "--json"]) == ExitCode.OUR_FAULT
    captured = capsys.readouterr()
    assert "Traceback" in captured.err
    assert json.loads(captured.out)["schema"] == "optimiser/error/1"


# -- files written ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("api")
def test_output_is_the_document(capsys, tmp_path):
    """-o writes the very document that --json prints, beside the table."""
    target = tmp_path / "answer.json"

    assert main(["solve", "pier", "-o", str(target)]) == 0
    assert "Earliest dates" in capsys.readouterr().out
    main(["solve", "pier", "--json"])
    assert target.read_text(encoding="utf-8") == capsys.readouterr().out
    assert [entry.name for entry in tmp_path.iterdir()] == ["answer.json"]


@pytest.mark.usefixtures("api")
def test_output_obeys_the_umask(tmp_path):
    """The file is as readable as any other that the user makes."""
    before = os.umask(0o022)
    try:
        main(["solve", "pier", "-o", str(tmp_path / "answer.json")])
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "answer.json").stat().st_mode) == 0o644


def test_output_is_never_overwritten_unasked(capsys, api, tmp_path):
    """A file that is there is refused before anything is computed, and replaced with --force."""
    target = tmp_path / "answer.json"
    target.write_text("mine")

    assert main(["solve", "pier", "-o", str(target)]) == ExitCode.BAD_INPUT
    assert target.read_text() == "mine"
    assert "is there already; maybe give another name, or replace it with --force" in capsys.readouterr().err
    assert not api.asked
    assert main(["solve", "pier", "-o", str(target), "--force"]) == 0
    assert json.loads(target.read_text())["schema"] == "optimiser/solve/1"


def test_infeasible_answers_are_written_too(api, tmp_path):
    """-o keeps whatever the answer is."""
    api.outcome = outcomes.infeasible()

    assert main(["solve", "pier", "-o", str(tmp_path / "no.json")]) == ExitCode.INFEASIBLE
    assert json.loads((tmp_path / "no.json").read_text())["status"] == "infeasible"


@pytest.mark.usefixtures("api")
def test_output_follows_a_link(tmp_path):
    """With --force a link stays a link, and what it points to is replaced."""
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")

    assert main(["solve", "pier", "-o", str(tmp_path / "link.json"), "--force"]) == 0
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text())


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing/answer.json", "there is no folder"),
        (".", "is a folder"),
        ("pipe", "is not a regular file"),
        ("x" * 300, "cannot be written"),
    ],
)
def test_what_cannot_be_written_is_said_first(capsys, api, tmp_path, name, reason):
    """A missing folder, a folder, a pipe or an impossible name is refused before anything is computed."""
    os.mkfifo(tmp_path / "pipe")

    assert main(["solve", "pier", "--force", "-o", str(tmp_path / name)]) == ExitCode.BAD_INPUT
    error = capsys.readouterr().err
    assert reason in error
    assert str(tmp_path) in error
    assert not api.asked


@pytest.mark.parametrize(
    ("arguments", "name", "advice"),
    [
        (["solve", "pier"], "sched.xlsx", "expected a name that ends in .json, got '.xlsx'; maybe 'sched.json'"),
        (["solve", "pier"], "plan.v2", "expected a name that ends in .json, got '.v2'; maybe 'plan.json'"),
        (
            ["batch", "run", "all-readings"],
            "run.csv",
            "a run is a folder, expected a name for one, got the ending '.csv'; maybe 'run'",
        ),
        (
            ["batch", "export", "run"],
            "rows.xlsx",
            "expected a name that ends in .csv or .jsonl or .parquet, got '.xlsx'; maybe 'rows.csv'",
        ),
        (["evidence", "toy"], "pack.PDF", "a pack is a folder, expected a name for one, got the ending '.PDF'; maybe 'pack'"),
    ],
)
@pytest.mark.usefixtures("api")
def test_a_kind_of_file_that_is_not_written_is_refused(capsys, tmp_path, arguments, name, advice):
    """A name that promises another kind of file than is written is refused before any work, with the name that was meant."""
    assert main([*arguments, "-o", str(tmp_path / name)]) == ExitCode.BAD_INPUT

    assert capsys.readouterr().err == f"{tmp_path / name}: {advice}\n"
    assert list(tmp_path.iterdir()) == []


def test_a_route_is_saved_as_a_scenario_only(capsys, tmp_path):
    """A route is saved under a name that a scenario can be read from."""
    target = tmp_path / "route.json"
    arguments = ["why-not", "toy", "-m", "OPEN", "--by", "2024-02-20", "--save", str(target)]

    assert main(arguments) == ExitCode.BAD_INPUT
    assert "expected a name that ends in .yaml or .yml, got '.json'; maybe 'route.yaml'" in capsys.readouterr().err


def test_an_answer_may_be_written_without_an_ending(tmp_path, api):
    """A name without an ending promises nothing, so it is taken."""
    assert main(["solve", "pier", "-o", str(tmp_path / "answer")]) == ExitCode.DONE
    assert api.asked
    assert (tmp_path / "answer").is_file()


NOT_UTF_8 = os.fsdecode(b"r\xff")


@pytest.mark.parametrize(
    "arguments",
    [
        ["solve", "toy", "-o", NOT_UTF_8],
        ["batch", "run", "all-readings", "-o", NOT_UTF_8],
        ["batch", "export", "run", "-o", f"{NOT_UTF_8}.csv"],
        ["batch", "report", NOT_UTF_8],
        ["evidence", "toy", "-o", NOT_UTF_8],
        ["verify", NOT_UTF_8, "--json"],
        ["solve", NOT_UTF_8],
    ],
)
def test_a_name_that_is_not_text_is_refused(capsys, tmp_path, monkeypatch, arguments):
    """A name whose bytes are not UTF-8 ends any command with 2 and one line, which writes those bytes out."""
    monkeypatch.chdir(tmp_path)

    assert main(arguments) == ExitCode.BAD_INPUT

    said = capsys.readouterr()
    assert said.err.endswith("is not text in UTF-8; maybe rename the file, or give another name\n")
    assert said.err.startswith("r\\xff")
    assert ("r\\\\xff" in said.out) == ("--json" in arguments)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_may_not_be_written_to_is_refused(monkeypatch, tmp_path):
    """A read-only folder is refused."""
    monkeypatch.setattr(os, "access", lambda *_: False)

    with pytest.raises(InputError, match="may not be written to"):
        OutputFile(tmp_path / "answer.json", (".json",), force=False)


@pytest.mark.usefixtures("api")
def test_a_full_disk_leaves_nothing_behind(monkeypatch, capsys, tmp_path):
    """When the disk is full the table is still printed, the old file stays, no draft is left, and the exit code says so."""
    target = tmp_path / "answer.json"
    target.write_text("mine")

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert main(["solve", "pier", "--force", "-o", str(target)]) == ExitCode.BAD_INPUT
    captured = capsys.readouterr()
    assert "Earliest dates" in captured.out
    assert "cannot be written: No space left on device" in captured.err
    assert target.read_text() == "mine"
    assert [entry.name for entry in tmp_path.iterdir()] == ["answer.json"]


@pytest.mark.parametrize("links", [True, False])
def test_a_file_written_meanwhile_is_not_replaced(monkeypatch, tmp_path, links):
    """Without --force a file that appeared while the answer was computed stays, with hard links and without."""
    target = OutputFile(tmp_path / "answer.json", (".json",), force=False)
    (tmp_path / "answer.json").write_text("theirs")
    if not links:

        def refuse(*_):
            raise OSError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(InputError, match="written meanwhile"):
        target.write("ours")

    assert (tmp_path / "answer.json").read_text() == "theirs"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_system_without_links_will_do(monkeypatch, tmp_path):
    """Where hard links are not to be had the draft is renamed."""

    def refuse(*_):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    OutputFile(tmp_path / "answer.json", (".json",), force=False).write("ours")

    assert (tmp_path / "answer.json").read_text() == "ours"
    assert len(list(tmp_path.iterdir())) == 1


# -- from a plan's files -----------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_plan_is_solved_from_its_folder(hut):
    """A process of its own takes a plan's folder and gives the proven date, in ASCII where the encoding has no more."""
    found = run("solve", hut, env={**os.environ, "PYTHONIOENCODING": "ascii", "COLUMNS": "80"})

    assert (found.returncode, found.stderr) == (0, "")
    assert re.search(r"DONE +Mon 29 Jan 2024  certified  synthetic", found.stdout)
    assert found.stdout.isascii()
    assert "#" in found.stdout


def test_an_infeasible_plan_says_why(capsys, hut):
    """A rule switched on that cannot hold ends with 3 and the conflict."""
    text = (hut / "plan.yaml").read_text()
    (hut / "plan.yaml").write_text(text.replace("enabled: false", "enabled: true"))

    assert main(["solve", str(hut), "--json"]) == ExitCode.INFEASIBLE
    captured = capsys.readouterr()
    assert captured.err == ""
    assert "soon" in [rule["rule"] for rule in json.loads(captured.out)["conflict"]["rules"]]


def test_a_plan_without_targets_asks_for_a_milestone(capsys, hut):
    """With nothing asked for, the user is told how to ask."""
    text = (hut / "plan.yaml").read_text()
    (hut / "plan.yaml").write_text(text.replace("targets: [DONE]", "targets: []"))

    assert main(["solve", str(hut)]) == ExitCode.BAD_INPUT
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "-m" in captured.err
    assert captured.err.count("\n") == 1


def test_unknown_plans_are_refused(capsys, tmp_path, monkeypatch):
    """A name that is no plan ends with 2 and one line."""
    monkeypatch.chdir(tmp_path)

    assert main(["solve", "no-such-plan"]) == ExitCode.BAD_INPUT
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1


# -- where standard output goes ------------------------------------------------------------------------------------------------


def test_a_reader_that_leaves_is_no_error(hut):
    """When whoever reads the output goes away, the program ends quietly, with the code of its answer."""
    process = subprocess.Popen(
        [sys.executable, "-m", "optimiser.cli", "show", str(hut)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()

    assert (process.wait(60), said) == (0, b"")


def test_a_reader_that_leaves_does_not_change_the_answer(capsys, monkeypatch, api):
    """The exit code is the answer's, read or not."""
    api.outcome = outcomes.infeasible()
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as pipe:  # noqa: PTH123 - a descriptor
        monkeypatch.setattr(sys, "stdout", pipe)
        assert main(["solve", "pier"]) == ExitCode.INFEASIBLE
        monkeypatch.undo()

    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("api")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_standard_output_is_said(capsys, monkeypatch):
    """Output that cannot be written ends with 2 and says why."""
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert main(["solve", "pier"]) == ExitCode.BAD_INPUT
        monkeypatch.undo()

    assert capsys.readouterr().err == "cannot write to standard output: No space left on device\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("streams", [">&-", ">/dev/full", "<&- >&-", ">&- 2>&-", ">/dev/full 2>/dev/full"])
@pytest.mark.parametrize("command", ["list", "--help"])
def test_a_standard_output_that_takes_nothing_is_said(streams, command):
    """Closed or full, whatever is printed, standard output ends a command with 2 and one line, where there is room for it."""
    shell = f"{sys.executable} -m optimiser.cli {command} {streams}"
    process = subprocess.run(["/bin/sh", "-c", shell], capture_output=True, text=True, check=False)

    why = "it is closed" if ">&-" in streams else "No space left on device"
    said = "" if "2>" in streams else f"cannot write to standard output: {why}\n"
    assert (process.returncode, process.stdout, process.stderr) == (2, "", said)


@pytest.mark.long
def test_a_closed_standard_stream_is_no_file(hut, tmp_path):
    """With every standard stream closed, a file that is written holds nothing but what belongs into it."""
    target = tmp_path / "outcome.json"
    shell = f"{sys.executable} -m optimiser.cli solve {hut} -o {target} <&- 2>&- >/dev/null"
    process = subprocess.run(["/bin/sh", "-c", shell], check=False)

    assert process.returncode == 0
    assert json.loads(target.read_text(encoding="utf-8"))["schema"] == "optimiser/solve/1"


# -- the package -------------------------------------------------------------------------------------------------------------


def test_importing_the_package_is_light():
    """Importing the package imports nothing heavy; using a name does."""
    code = "import sys, optimiser; print('ortools' in sys.modules, 'pydantic' in sys.modules); optimiser.load; print('models' in sys.modules)"
    found = python("-c", code)

    assert found.stdout.split() == ["False", "False", "True"]


@pytest.mark.parametrize("first", ["", "import optimiser.check\n"])
def test_a_verb_can_be_called_whatever_was_imported_before(first):
    """`from optimiser import check` gives what can be called, and the module's own names stay at hand."""
    code = f"{first}from optimiser import check, load\nimport optimiser.check as module\n"
    code += "print(all(map(callable, (check, load))), callable(module.check))"
    found = python("-c", code)

    assert found.stdout.split() == ["True", "True"]


def test_check_through_the_package_judges():
    """The verb called through the package is the one in its module."""
    plan = outcomes.pier()
    importlib.import_module("optimiser.check")
    assert isinstance(plan, Plan)

    assert list(optimiser.check(plan, outcomes.solved(plan).schedule)) == []


def test_only_public_names_are_offered():
    """The package lists its verbs and refuses other names."""
    assert set(optimiser.__all__) <= set(dir(optimiser))
    with pytest.raises(AttributeError, match="no_such_verb"):
        _ = optimiser.no_such_verb
