"""Plans and scenarios that are refused, each file carrying its own verdict in its head.

``# expect:`` lines hold line, column, path and sentence of every fault in order; ``# plan: sound`` says that the file is
a scenario upon the plan in ``refusals/sound``. Adding a test is adding a file.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from models.rules import RULE_KINDS
from optimiser.errors import InputError, Located
from optimiser.reading.load import load

REFUSALS = Path(__file__).parent / "refusals"
FILES = sorted(REFUSALS.glob("*.yaml"))


def verdict(path: Path, word: str) -> list[str]:
    """Return what the head of a file says behind a word; ``KINDS`` are all kinds of rules there are."""
    head, kinds = f"# {word}: ", ", ".join(RULE_KINDS)
    return [
        line.removeprefix(head).strip().replace("KINDS", kinds)
        for line in path.read_text("utf-8").splitlines()
        if line.startswith(head)
    ]


def said(fault: Located) -> str:
    """Return a fault as a verdict writes it: without its own file, and with others' relative to the refusals."""
    text = str(Located(fault.message, line=fault.line, column=fault.column, path=fault.path))
    return text.replace(f"{REFUSALS}/", "")


def refused(plan: Path, scenarios: list[Path]) -> InputError:
    """Load what is to be refused."""
    with pytest.raises(InputError) as caught:
        load(plan, scenarios)
    return caught.value


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_refused_with_exactly_its_own_verdict(path: Path) -> None:
    """Every fault is reported at its line, column and path, in the order of the file, and nothing else is."""
    base = verdict(path, "plan")
    error = refused(REFUSALS / base[0], [path]) if base else refused(path, [])

    assert [said(fault) for fault in error.faults] == verdict(path, "expect")
    assert {fault.file for fault in error.faults} == {str(path)}


def test_every_refusal_says_what_it_is_about() -> None:
    """There are refusals, each begins with a sentence, and each expects something."""
    assert len(FILES) > 50
    for path in FILES:
        assert path.read_text("utf-8").startswith("# "), path
        assert verdict(path, "expect"), path


def test_the_plan_under_refused_scenarios_is_itself_sound() -> None:
    """What a scenario's verdict says is the scenario's doing."""
    assert load(REFUSALS / "sound").targets == ("M1",)


def test_a_workbook_is_refused(tmp_path: Path) -> None:
    """A binary file is named as one at its first NUL, not decoded."""
    path = tmp_path / "plan.yaml"
    path.write_bytes(b"PK\x03\x04\x00\x00\xff")
    (fault,) = refused(path, []).faults

    assert str(fault) == f"{path}: byte 5 is NUL, so this is not a text file; maybe it is a workbook or an archive"


def test_latin_1_is_refused(tmp_path: Path) -> None:
    """A byte that is not UTF-8 is located, counted with the byte-order mark."""
    path = tmp_path / "plan.yaml"
    path.write_bytes(b"\xef\xbb\xbfid: x\r\ntitle: Fa\xe7ade\n")
    (fault,) = refused(path, []).faults

    assert (fault.line, fault.column) == (2, 10)
    assert fault.message.startswith("byte 20 (0xe7) is not UTF-8; maybe the file is saved as Latin-1")


def test_control_characters_are_refused(tmp_path: Path) -> None:
    """A character that no editor shows is located."""
    path = tmp_path / "plan.yaml"
    path.write_text("id: x\ntitle: a\x1bb\n", "utf-8")
    (fault,) = refused(path, []).faults

    assert str(fault) == f"{path}:2:9: control character U+001B cannot stand in a text; maybe delete it"


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    """A sparse file of 50 MB is refused by its size, with the limit."""
    path = tmp_path / "plan.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    (fault,) = refused(path, []).faults

    assert fault.message == "the file has 50,000,000 bytes, expected at most 8,000,000; maybe split the plan into several files"
