"""Files that only MPXJ reads come through a child process, and whatever goes wrong there is one sentence."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from optimiser.errors import InputError
from optimiser.reading.interchange import mpp
from optimiser.reading.interchange.mpp_child import NO_JAVA, NO_PACKAGE, UNREADABLE
from tests.mspdi_texts import read
from tests.pass_msp import PassMsp
from tests.test_mspdi import RICH

needs_mpxj = pytest.mark.skipif(find_spec("mpxj") is None, reason="the extra 'mpp' is not installed")


def told(path: Path, monkeypatch: pytest.MonkeyPatch, child: str, seconds: float = 60) -> str:
    """Return what is said of a file whose child does something else."""
    monkeypatch.setattr(mpp, "find_spec", lambda name: name)
    monkeypatch.setattr(mpp, "_SECONDS", seconds)
    monkeypatch.setattr(mpp, "_command", lambda *_: [sys.executable, "-c", child])
    with pytest.raises(InputError) as refused:
        mpp.read_mpp(path)
    return str(refused.value)


@pytest.fixture
def planned(tmp_path: Path) -> Path:
    """A file that holds something."""
    path = tmp_path / "plan.mpp"
    path.write_bytes(b"\xd0\xcf\x11\xe0 no plan")
    return path


def test_without_the_extra_it_is_said_what_to_install(planned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package by its name, and the way without it."""
    monkeypatch.setattr(mpp, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"pip install 'mhhs-optimiser\[mpp\]'.*save it as XML"):
        mpp.read_mpp(planned)


@pytest.mark.parametrize(
    ("child", "says"),
    [
        (f"import sys; sys.exit({NO_PACKAGE})", "which is not installed"),
        (f"import sys; sys.exit({NO_JAVA})", "needs a Java runtime"),
        (f"import sys; print('File is password protected'); sys.exit({UNREADABLE})", "by MPXJ: File is password protected"),
        ("import os; os.abort()", "maybe for want of memory"),
        ("print('[]')", "gave no record"),
        ("print('{')", "gave no record"),
    ],
)
def test_a_child_that_fails_is_one_sentence(planned: Path, monkeypatch: pytest.MonkeyPatch, child: str, says: str) -> None:
    """Each way in which a child can end has its sentence, with the file's name and a way out."""
    message = told(planned, monkeypatch, child)

    assert message.startswith(f"{planned}: ")
    assert says in message
    assert "save it as XML" in message


def test_a_child_that_does_not_end_is_ended(planned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file holds up the program."""
    assert "is not read after 0.2 seconds" in told(planned, monkeypatch, "import time; time.sleep(60)", 0.2)


@needs_mpxj
@pytest.mark.long
def test_both_readers_lead_to_the_same_dates(tmp_path: Path) -> None:
    """What MPXJ finds in MSPDI and what our own reader finds give the same dates of every task."""
    path = tmp_path / "rich.xml"
    path.write_bytes(RICH)
    theirs, ours = mpp.read_mpp(path).projects[0], read(RICH).projects[0]
    first, second = PassMsp(theirs), PassMsp(ours)

    assert {each.uid: first.dates(each.uid) for each in theirs.tasks} == {
        each.uid: second.dates(each.uid) for each in ours.tasks
    }


@needs_mpxj
@pytest.mark.long
def test_what_mpxj_does_not_know_is_told(planned: Path) -> None:
    """Bytes of no form are no plan."""
    with pytest.raises(InputError, match="cannot be read by MPXJ"):
        mpp.read_mpp(planned)
