"""The verbs that say why: what they print, write, and tell the shell."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from optimiser.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a command; return its exit code and what it wrote."""
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    """Run a command with --json; return its exit code and its document."""
    code, out, _ = run(capsys, *arguments, "--json")
    return code, json.loads(out)


def test_explain_prints_what_binds_and_what_nearly_does(capsys: pytest.CaptureFixture[str]) -> None:
    """The table names what drives M15, and the length of SIT from which it is moved."""
    code, out, _ = run(capsys, "explain", "mhhs-round2", "-m", "M15")
    assert code == 0
    assert "M15 at Wed 2 Sep 2026" in out
    assert any("duration:SIT-MVC" in line and "321 wd" in line for line in out.splitlines())


def test_explain_as_a_document(capsys: pytest.CaptureFixture[str]) -> None:
    """The document has a report for each milestone, each line with its binding words, every date ISO."""
    code, found = document(capsys, "explain", "mhhs-round2", "-m", "M10,M14")
    assert (code, found["schema"], list(found["milestones"])) == (0, "optimiser/explain/1", ["M10", "M14"])
    assert next(iter(found)) == "schema"
    line = next(each for each in found["milestones"]["M10"]["lines"] if each["rule"] == "duration:SIT-MVC")
    assert (line["binding"], found["milestones"]["M10"]["date"]) == (["driving", "drop-binding", "unit-binding"], "2025-05-08")


def test_explain_by_readings_and_as_a_function(capsys: pytest.CaptureFixture[str]) -> None:
    """Regions and functions are printed and documented."""
    code, out, _ = run(capsys, "explain", "mhhs-round2", "-m", "M14", "--readings")
    assert code == 0
    assert "Dates that come together" in out
    _, found = document(capsys, "explain", "mhhs-round2", "-m", "M15", "--function", "sit-mvc")
    assert found["functions"][0]["segments"][0]["last"] == "320 wd"
    assert run(capsys, "explain", "mhhs-round2", "-m", "M15", "--function", "sit-mvc")[1].count("321 wd") == 1


def test_a_route_is_saved_and_solving_it_meets_the_date(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """why-not writes the route as a scenario; solve with it is in time and certified. It is never overwritten unasked."""
    file = tmp_path / "route.yaml"
    code, out, _ = run(capsys, "why-not", "mhhs-round2", "-m", "M10", "--by", "2025-03-31", "--save", str(file))
    assert code == 0
    assert "proved the cheapest" in out
    assert yaml.safe_load(file.read_text())["assumptions"] == {"sit-mvc": "276 wd"}
    code, found = document(capsys, "solve", "mhhs-round2", "-m", "M10", "-s", str(file))
    assert (code, found["milestones"]["M10"]["date"] <= "2025-03-31", found["milestones"]["M10"]["proof"]) == (
        0,
        True,
        "certified",
    )
    code, _, err = run(capsys, "why-not", "mhhs-round2", "-m", "M10", "--by", "2025-03-31", "--save", str(file))
    assert code == 2
    assert "there already" in err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("-m", "M10", "--by", "2025-05-08"), 0, "is met already"),
        (("-m", "M10", "--by", "2024-12-31"), 5, "cannot be met by what may move"),
        (("-m", "M10", "--by", "2019-12-31"), 2, "the first day on which anything of this plan may happen"),
        (("-m", "M77", "--by", "2024-12-31"), 2, "no milestone of this plan"),
        (("-m", "M10", "--by", "Christmas"), 2, "expected a date"),
        (("-m", "M10"), 2, "expected either --by DATE, or --baseline NAME"),
        (("--by", "2024-12-31"), 2, "name it with -m"),
        (("--baseline", "TTT"), 2, "Maybe 'TT'"),
    ],
)
def test_each_answer_has_its_words_and_exit_code(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, said: str
) -> None:
    """A target met, one out of reach, a date before the data, an unknown milestone: each is told in words and by its code."""
    found, out, err = run(capsys, "why-not", "mhhs-round2", *arguments)
    assert found == code
    assert said in out + err


@pytest.mark.long
def test_the_test_of_minimum_necessity(capsys: pytest.CaptureFixture[str]) -> None:
    """Against a baseline every milestone has a row, and the document every answer in full."""
    code, out, _ = run(capsys, "why-not", "mhhs-round2", "--baseline", "TT")
    assert code == 5
    assert [line.split()[0] for line in out.splitlines() if line.startswith("  M")][:2] == ["M5", "M6"]
    code, found = document(capsys, "why-not", "mhhs-round2", "--baseline", "TT", "-m", "M10", "--all")
    answer = found["milestones"]["M10"]
    assert (answer["verdict"], answer["complete"], len(answer["conflicts"]) > 0) == ("nearest miss", True, True)


@pytest.mark.long
def test_implied_and_attribute_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """The implied lengths and the ledger are in the tables and the documents; a date unexplained is a target missed."""
    options = ("implied", "mhhs-round2", "-s", "aligned", "--match", "PoaP 2", "--free", "m9-floor", "--free", "sit-mvc")
    code, out, _ = run(capsys, *options)
    assert code == 5
    assert "15 Nov 2023  251 wd" in out
    assert re.findall(r"\d{4}-\d{2}-\d{2}", out.partition("It rests on")[0]) == []  # what follows quotes the plan
    assert document(capsys, *options, "-m", "M10,M11,M14")[0] == 0
    code, out, _ = run(
        capsys, "attribute", "mhhs-round2", "-s", "poap1", "--from", "TT", "--to", "PoaP-1-page", "--against", "base"
    )
    assert code == 0
    assert "+10 = 6 (M5) + 0 (M9) + 4 (M10)" in out
    _, found = document(capsys, "attribute", "mhhs-round2", "-s", "poap1", "--from", "TT", "--against", "poap2", "-m", "M10")
    assert found["comparisons"][0]["contributions"][0]["spread"]


@pytest.mark.long
def test_a_stored_outcome_is_verified_and_a_tampered_one_is_not(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Verify re-checks what solve wrote, with its settings repeated where it had any; a changed date exits with 5."""
    file = tmp_path / "outcome.json"
    assert run(capsys, "solve", "mhhs-round2", "-s", "poap1", "--no-gantt", "-o", str(file))[0] == 0
    code, out, _ = run(capsys, "verify", str(file))
    assert code == 0
    assert "the stored outcome holds" in out
    changed = json.loads(file.read_text())
    changed["outcome"]["certificates"][0]["steps"][3]["boundary"] += 1
    other = tmp_path / "tampered.json"
    other.write_text(json.dumps(changed), encoding="utf-8")
    code, found = document(capsys, "verify", str(other))
    assert (code, found["holds"]) == (5, False)
    assert run(capsys, "verify", str(tmp_path / "none.json"))[0] == 2
    assert run(capsys, "solve", "mhhs-round2", "--set", "sit-mvc=280 wd", "-o", str(file), "--force")[0] == 0
    assert run(capsys, "verify", str(file))[0] == 5
    assert run(capsys, "verify", str(file), "--set", "sit-mvc=280 wd")[0] == 0
