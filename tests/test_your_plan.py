"""The guide from a table to an evidence pack, followed to the letter, and the packaged example that it makes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from optimiser.cli import main
from optimiser.critical import compile_network
from optimiser.reading.load import load
from optimiser.reading.packaged import find_plan
from optimiser.solve import earliest

GUIDE = Path(__file__).parents[1] / "docs" / "your-plan-in-an-hour.md"
EXAMPLE = "laboratory"
_STEP = re.compile(r"(?:<!-- (?:append|file): (\S+) -->\n)?```(console|yaml|csv)(?: expect=(\d))?\n(.*?)```", re.DOTALL)
_DATE = re.compile(r"\*\*((?:[A-Z][a-z]{2} )?\d{1,2} [A-Z][a-z]{2} \d{4})\*\*")


def steps() -> list[tuple[str, str, str, str]]:
    """Return the blocks of the guide: file to append to, kind, exit code, text; and the prose that follows each."""
    return [found.groups(default="") for found in _STEP.finditer(GUIDE.read_text(encoding="utf-8"))]  # type: ignore[misc]


@pytest.mark.long
def test_the_guide_leads_to_a_pack(tmp_path, monkeypatch, capsys):
    """Every command of the guide does what the guide says, and every date in it is one that its commands print."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")  # what the guide shows; a narrower page leaves days of the week out
    said, commands = "", 0
    for file, kind, code, text in steps():
        if kind in ("yaml", "csv"):
            with Path(file).open("a", encoding="utf-8") as target:
                target.write(text)
            continue
        for line in text.splitlines():
            assert line.startswith("optimiser "), line
            assert main(line.split()[1:]) == int(code or 0), (line, capsys.readouterr().err)
            said += capsys.readouterr().out
            commands += 1
    assert commands >= 20
    dates = _DATE.findall(GUIDE.read_text(encoding="utf-8"))
    assert len(dates) == 5
    assert [date for date in dates if date not in said] == []
    assert (tmp_path / "pack" / "report.html").is_file()
    mine, packaged = load(tmp_path / "my-lab"), load(EXAMPLE)
    assert mine.rules == packaged.rules
    assert mine.activities == packaged.activities


def test_the_packaged_example_is_what_its_table_and_the_guide_make(tmp_path):
    """The example's folder is what `init` writes from its table, with the board and the risks of the guide behind it."""
    home = find_plan(EXAMPLE)
    title = load(EXAMPLE).title
    assert main(["init", str(tmp_path / EXAMPLE), "--from", EXAMPLE, "--as-of", "2026-01-05", "--title", title]) == 0
    added = {file.partition("/")[2]: text for file, kind, _, text in steps() if kind == "yaml"}
    made = {path.relative_to(tmp_path / EXAMPLE).as_posix() for path in (tmp_path / EXAMPLE).rglob("*") if path.is_file()}

    assert made == {path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()}
    for name in made - {"README.md"}:
        whole = (tmp_path / EXAMPLE / name).read_bytes() + added.get(name, "").encode()
        assert whole == (home / name).read_bytes(), name
    assert added.keys() == {"rules.yaml", "risk/register.yaml"}
    assert "synthetic" in title


def test_the_packaged_example_is_at_the_date_that_its_readme_works_out():
    """The date worked out by hand in the example's README is the one that is proved."""
    outcome = earliest(load(EXAMPLE), ["ACCREDITED"])

    assert str(outcome.dates["ACCREDITED"]) == "2026-09-17"
    assert compile_network(load(EXAMPLE)).uses_capacity


def test_every_template_is_sound_once_it_is_uncommented(tmp_path):
    """Each template of rules, risks and what-ifs, its marks taken away, makes a plan that loads."""
    main(["init", str(tmp_path / "p"), "--from", EXAMPLE, "--as-of", "2026-01-05"])
    rules, register, scenario = (
        tmp_path / "p" / name for name in ("rules.yaml", "risk/register.yaml", "scenarios/what-if.yaml")
    )

    def uncommented(text: str) -> str:
        return re.sub(r"^#(?=(  +[-a-z]|[a-z]+:))", "", text, flags=re.MULTILINE)

    rules.write_text(uncommented(rules.read_text(encoding="utf-8")), encoding="utf-8")
    plan = load(tmp_path / "p")
    assert {"board", "delivery-days", "laboratory-slots", "freeze", "permit", "latest"} <= plan.rules_by_id.keys()
    register.write_text(uncommented(register.read_text(encoding="utf-8")), encoding="utf-8")
    text = uncommented(scenario.read_text(encoding="utf-8")).replace("values: {", "assumptions: {").replace("RULE", "board")
    scenario.write_text(text, encoding="utf-8")
    changed = load(tmp_path / "p", ["what-if"])
    assert "REVIEW-2" in changed.items

    from optimiser.robust.files import load_register

    assert len(load_register(register, changed).risks) == 1
