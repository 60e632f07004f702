"""The evidence pack as a whole: equal bytes, checked again without a solver, and fetching nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from optimiser.cli import main


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the pack of the toy."""
    folder = tmp_path_factory.mktemp("packs") / "toy"
    assert main(["evidence", "toy", "-o", str(folder)]) == 0
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """Return every file of a pack by its name inside it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_equal_inputs_give_an_equal_pack(pack: Path, tmp_path: Path) -> None:
    """Built again elsewhere, every file has the same bytes, the workbook included."""
    assert main(["evidence", "toy", "-o", str(tmp_path / "again")]) == 0

    assert files(tmp_path / "again") == files(pack)


def test_a_pack_that_nobody_touched_verifies(pack: Path) -> None:
    """Hashes, schedules and certificates hold, and verify says so by its exit code."""
    assert main(["verify", str(pack)]) == 0


def test_one_changed_byte_anywhere_is_named(pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whichever file is changed by one byte, verify fails and names it."""
    original = files(pack)
    for name, content in original.items():
        folder = tmp_path / "changed"
        for other, kept in original.items():
            place = folder / other
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(kept)
        middle = len(content) // 2
        (folder / name).write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
        capsys.readouterr()
        assert main(["verify", str(folder)]) != 0, name
        shown = capsys.readouterr()
        assert Path(name).name in shown.out + shown.err, name


def test_the_report_fetches_nothing_and_runs_nothing(pack: Path) -> None:
    """The page has no script and no address that a browser would fetch."""
    page = (pack / "report.html").read_text(encoding="utf-8")

    assert "<script" not in page
    assert not re.findall(r"(?:src|href)=[\"'](?:https?:)?//", page)
    assert not re.findall(r"url\((?!#|data:)", page)


def test_a_pack_is_never_written_over(pack: Path) -> None:
    """A folder that is there already is left alone, and the user told."""
    before = files(pack)

    assert main(["evidence", "toy", "-o", str(pack)]) == 2
    assert files(pack) == before
