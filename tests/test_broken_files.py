"""Files broken in every way: each ends a command with its place and its reason, never with a traceback."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from optimiser.cli import main
from optimiser.errors import InputError
from optimiser.explain.stored import read
from optimiser.reading import files
from tests.batch_plans import OVEN, RECIPES, ROOT, grid_file
from tests.mutations import broken, garbled

UNREADABLE = {
    "deep": (b"[" * 100_000 + b"]" * 100_000, "is nested deeper than 64 lists and mappings"),
    "rather deep": (b"[" * 70 + b"]" * 70, "is nested deeper than 64 lists and mappings"),
    "digits": (b'{"schema": ' + b"9" * 5000 + b"}", "holds a number of thousands of digits"),
    "half a character": (b'{"schema": "\\ud800"}', "holds text that is half of a character"),
    "infinity": (b'{"schema": 1e400}', "holds inf, which is no number"),
    "no number": (b'{"schema": NaN}', "holds nan, which is no number"),
    "half a key": (b'{"\\udc00": 1}', "holds text that is half of a character"),
    "UTF-16": ("{}".encode("utf-16"), "is not text in UTF-8"),
    "cut off": (b'{"schema": ', "is not JSON (Expecting value)"),
    "empty": (b"", "is not JSON (Expecting value)"),
    "many values": (b"[" + b"1," * 300_000 + b"1]", "holds more than 200,000 values"),
}


@pytest.mark.parametrize("name", UNREADABLE)
@pytest.mark.parametrize("verb", [["verify", "FILE"], ["compare", "FILE", "toy:none"], ["compare", "toy:none", "FILE"]])
def test_a_document_that_cannot_be_read_is_said(tmp_path, capsys, monkeypatch, name, verb):
    """JSON that is deep, long, foreign or cut off ends with 2, the file's name and what is wrong with it."""
    monkeypatch.setattr(files, "MOST_VALUES", 200_000)
    content, reason = UNREADABLE[name]
    file = tmp_path / "outcome.json"
    file.write_bytes(content)

    assert main([str(file) if part == "FILE" else part for part in verb]) == 2

    said = capsys.readouterr().err
    assert said.startswith(f"{file}:")
    assert reason in said
    assert "expected a document that 'solve -o' wrote" in said
    assert said.count("\n") == 1


def test_what_is_no_file_is_said(tmp_path):
    """A directory, a pipe and a file of three gigabytes are refused unread."""
    os.mkfifo(tmp_path / "pipe.json")
    with (tmp_path / "large.json").open("wb") as large:
        large.truncate(3_000_000_000)
    reasons = {".": "this is a directory", "pipe.json": "this is a pipe", "large.json": "3,000,000,000 bytes, expected at most"}
    for name, reason in reasons.items():
        with pytest.raises(InputError, match=reason):
            read(tmp_path / name)


def outcomes(folder: Path) -> list[object]:
    """Return stored outcomes of small plans: solved, with capacity, in conflict."""
    made = []
    for place, plan in enumerate((["toy"], ["toy-capacity"], ["toy", "--set", "oven=900 wd"])):
        main(["solve", *plan, "-o", str(folder / f"{place}.json")])
        if (folder / f"{place}.json").is_file():
            made.append(json.loads((folder / f"{place}.json").read_text(encoding="utf-8")))
    return made


@pytest.mark.parametrize("count", [40, pytest.param(2_000, marks=pytest.mark.long)])
def test_broken_outcomes_are_said(tmp_path, capsys, count):
    """A stored outcome broken at random holds, does not hold or is refused; `compare` compares or refuses it."""
    chance, documents, seen = random.Random(count), outcomes(tmp_path), Counter()  # noqa: S311 - broken for a test
    file = tmp_path / "broken.json"
    for _ in range(count):
        text = json.dumps(broken(chance.choice(documents), chance)).encode()
        file.write_bytes(garbled(text, chance) if chance.random() < 0.2 else text)
        seen["verify", main(["verify", str(file), *(["--json"] if chance.random() < 0.3 else [])])] += 1
        seen["compare", main(["compare", str(file), "toy:none"])] += 1

    assert {code for verb, code in seen if verb == "verify"} <= {0, 2, 5}, capsys.readouterr().err
    assert {code for verb, code in seen if verb == "compare"} <= {0, 2}, capsys.readouterr().err
    assert min(seen["verify", 5], seen["verify", 2], seen["compare", 0], seen["compare", 2]) >= count // 20
    assert len(documents) >= 2


def texts(folder: Path) -> dict[str, tuple[Path, bytes, list[str]]]:
    """Return plans, a scenario, a register and a grid by name, each with the command that reads it."""
    toy = ROOT / "instances" / "toy"
    plan = folder / "plan"
    shutil.copytree(toy, plan)
    grid = grid_file(folder, OVEN + RECIPES)
    found = {
        "plan": (plan / "plan.yaml", ["solve", str(plan)]),
        "scenario": (plan / "scenarios" / "late-oven.yaml", ["solve", str(plan), "-s", "late-oven"]),
        "grid": (grid, ["batch", "run", str(grid), "--dry-run"]),
    }
    register = ROOT / "instances" / "mhhs_round2" / "risk" / "register.yaml"
    (plan / "risk").mkdir(exist_ok=True)
    (plan / "risk" / "register.yaml").write_bytes(register.read_bytes())
    found["register"] = (plan / "risk" / "register.yaml", ["robust", str(plan), "--samples", "64"])
    return {name: (file, file.read_bytes(), command) for name, (file, command) in found.items()}


@pytest.mark.parametrize("name", ["plan", "scenario", "grid", "register"])
@pytest.mark.parametrize("count", [12, pytest.param(400, marks=pytest.mark.long)])
def test_broken_texts_are_said(tmp_path, capsys, name, count):
    """A plan, scenario, grid or register with bytes changed is read or refused with its place; nothing else happens."""
    chance, seen = random.Random(count), Counter()  # noqa: S311 - broken for a test
    file, sound, command = texts(tmp_path)[name]
    for _ in range(count):
        file.write_bytes(garbled(sound, chance))
        code = main(command)
        seen[code] += 1
        assert code in (0, 2, 3, 4), capsys.readouterr().err
    assert seen[2] >= count // 4
