"""The packaged chain of four updates: made again from its tables, and as its README works it out by hand."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from optimiser.cli import ExitCode, main
from optimiser.progress import chain_of, update_before
from optimiser.reading.document import read_document
from optimiser.reading.load import load
from optimiser.reading.packaged import find_plan
from optimiser.reading.previous import content_sha256
from optimiser.schemas import update_schema

MONTHS = (("03", "2026-03-31"), ("04", "2026-04-30"), ("05", "2026-05-29"), ("06", "2026-06-30"))
BEFORE = {"laboratory-2026-03": "laboratory"} | {
    f"laboratory-2026-{later}": f"laboratory-2026-{earlier}" for (earlier, _), (later, _) in pairwise(MONTHS)
}
LINK = (
    "FINDINGS-after-VISIT,Close the findings waits for The assessors visit,VISIT,FINDINGS,FS,synthetic,table: row 20,,\n",
    "FINDINGS-after-VISIT,Close the findings begins on the third day of the visit,VISIT,FINDINGS,SS,synthetic,,Agreed with the body in June,2 wd\n",
)


@pytest.mark.parametrize(("month", "status"), MONTHS)
def test_each_update_is_what_its_table_makes_of_the_one_before(tmp_path, capsys, month, status):
    """The verb makes the packaged folder again, byte for byte but for its README and the one link changed by hand in June."""
    name = f"laboratory-2026-{month}"
    home, made = find_plan(name), tmp_path / "made"
    table = home / "source" / f"actuals-2026-{month}.csv"
    assert main(["update", BEFORE[name], "--status", status, "--from", str(table), "-o", str(made)]) == ExitCode.DONE
    if month == "06":
        links = made / "dependencies.csv"
        assert LINK[0] in links.read_text()
        links.write_text(links.read_text().replace(*LINK))
    capsys.readouterr()

    files = {path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()}
    assert {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()} == files
    for file in files - {"README.md"}:
        assert (made / file).read_bytes() == (home / file).read_bytes(), file


def test_the_chain_holds_together():
    """Each update names the one before it by its name, and that says what it said when the next was made of it."""
    chain = chain_of("laboratory-2026-06")

    assert [link.path for link in chain.links] == ["laboratory-2026-06", *list(BEFORE.values())[::-1]]
    assert [link.state for link in chain.links] == [None, *["unchanged"] * 4]
    assert [(link.done, link.begun, link.to_do) for link in chain.links] == [
        (12, 1, 5),
        (10, 1, 7),
        (8, 3, 7),
        (6, 2, 10),
        (0, 0, 18),
    ]
    assert [str(link.status_date) for link in chain.links] == [status for _, status in MONTHS[::-1]] + ["None"]
    assert {name: update_before(name) for name in BEFORE} == BEFORE


def test_facts_are_never_taken_back_along_the_chain():
    """What one update knows to have happened, each later one knows with the same dates."""
    for name, earlier in BEFORE.items():
        now, then = load(name), load(earlier)
        for item in then.items.values():
            done = getattr(item, "progress", None)
            if done is not None:
                kept = now.items[item.id].progress  # type: ignore[union-attr]
                assert kept.actual_start == done.actual_start
                assert done.actual_finish in (None, kept.actual_finish)


@pytest.mark.parametrize(("month", "status"), MONTHS)
def test_the_schema_for_editors_takes_the_files(month, status):
    """What `schema update` prints accepts every packaged update, and refuses one with a word it does not know."""
    import jsonschema

    content = read_document(find_plan(f"laboratory-2026-{month}") / "update.yaml", "update.yaml").content
    validator = jsonschema.Draft202012Validator(update_schema())

    assert content["status_date"] == status
    assert [*validator.iter_errors(content)] == []
    assert [*validator.iter_errors({**content, "progres": []})]


def test_show_prints_the_chain(capsys):
    """The chain stands below what an update holds, the newest first; a plan that is no update has none."""
    assert main(["show", "laboratory-2026-06"]) == ExitCode.DONE
    out = capsys.readouterr().out
    rows = re.findall(r"^ +(\d+ \w+ 2026|–) +(laboratory\S*) .*?(as it was|–)$", out, flags=re.MULTILINE)
    assert [row[1] for row in rows] == ["laboratory-2026-06", *list(BEFORE.values())[::-1]]
    main(["show", "laboratory"])
    assert "chain of updates" not in capsys.readouterr().out


def test_a_circle_of_updates_ends(tmp_path):
    """Updates that name each other are told of, and nothing runs for ever."""
    home = find_plan("laboratory-2026-03")
    for name, other in (("one", "two"), ("two", "one")):
        for file in home.rglob("*"):
            if file.is_file():
                (tmp_path / name / file.relative_to(home)).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / name / file.relative_to(home)).write_bytes(file.read_bytes())
        text = (tmp_path / name / "update.yaml").read_text()
        (tmp_path / name / "update.yaml").write_text(text.replace("path: laboratory", f"path: ../{other}"))
    chain = chain_of(tmp_path / "one")

    assert [link.state for link in chain.links] == [None, "changed", "circle"]
    assert content_sha256(tmp_path / "one") == content_sha256(tmp_path / "two")


def test_a_chain_that_is_broken_says_where(tmp_path, capsys, monkeypatch):
    """A chain goes as far as it can be read; the end says why it goes no further."""
    monkeypatch.chdir(tmp_path)
    assert main(["update", "laboratory-2026-06", "--status", "2026-07-31", "-o", "july"]) == ExitCode.DONE
    assert main(["update", "july", "--status", "2026-08-31", "-o", "august"]) == ExitCode.DONE
    Path("july").rename("elsewhere")
    capsys.readouterr()
    assert main(["show", "august"]) == ExitCode.DONE
    shown = capsys.readouterr()

    assert "missing" in shown.out
    assert "note: august/update.yaml: previous: the update before, '../july' is not there" in shown.err


def test_a_stored_answer_of_an_update_is_checked_against_the_update(tmp_path: Path) -> None:
    """Updates bear the id of their plan; which of them an answer is of, its hash of the plan tells."""
    stored = tmp_path / "answer.json"
    assert main(["solve", "laboratory-2026-05", "-o", str(stored)]) == 0

    assert main(["verify", str(stored), "--no-argument"]) == 0


def test_windows_over_the_chain_add_up(capsys):
    """What moved from update to update adds up to what moved over all of them, cause by cause; what is no update of the other is refused."""
    assert main(["compare", "laboratory", "laboratory-2026-06", "--windows", "--json"]) == ExitCode.DONE
    answer = json.loads(capsys.readouterr().out)
    windows = [window["moves"][0] for window in answer["windows"]]

    assert list(answer)[-2:] == ["moved", "windows"]
    assert [move["amount"] for move in windows] == [0, 24, 5, -3]
    assert sum(move["amount"] for move in windows) == answer["moved"]["moves"][0]["amount"] == 26
    assert [set(move["kinds"]) for move in windows] == [set(), {"progress"}, {"remaining"}, {"logic"}]
    assert main(["compare", "laboratory", "laboratory-2026-04", "--windows"]) == ExitCode.DONE
    assert "The windows add up to the move as a whole" in capsys.readouterr().out
    assert main(["compare", "laboratory-2026-06", "laboratory-2026-03", "--windows"]) == ExitCode.BAD_INPUT
    assert "is no update that was made of" in capsys.readouterr().err
