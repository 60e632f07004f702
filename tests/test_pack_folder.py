"""The folder of a pack: every entry accounted for, by kind and size before it is read; nothing in it stops `verify`."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import socket
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from optimiser.cli import ExitCode, main
from optimiser.evidence import survey
from tests.mutations import broken, garbled


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the pack of the toy, without further cases."""
    folder = tmp_path_factory.mktemp("packs") / "toy"
    assert main(["evidence", "toy", "--no-cases", "--samples", "64", "-o", str(folder)]) == 0
    return folder


@pytest.fixture
def pack(whole: Path, tmp_path: Path) -> Path:
    """Return a copy of the pack that a test may spoil."""
    return Path(shutil.copytree(whole, tmp_path / "pack"))


def sparse(path: Path) -> None:
    """Make a file of twenty gigabytes that takes no room."""
    with path.open("wb") as file:
        file.truncate(20_000_000_000)


def bind(path: Path) -> None:
    """Make a socket, whose name may not be long."""
    held = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(held)


SPOILT: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "a folder behind a link": (lambda pack: (pack / "more").symlink_to("/etc"), "more", "is a link"),
    "a file behind a link": (lambda pack: (pack / "charts" / "x.svg").symlink_to("/etc/passwd"), "charts/x.svg", "is a link"),
    "a link to nowhere": (lambda pack: (pack / "x").symlink_to("nowhere"), "x", "is a link"),
    "a link to itself": (lambda pack: (pack / "x").symlink_to(pack, target_is_directory=True), "x", "is a link"),
    "an empty folder": (lambda pack: (pack / "more" / "empty").mkdir(parents=True), "more/empty", "holds no file"),
    "a file more": (lambda pack: (pack / "charts" / "more.svg").write_text("x"), "charts/more.svg", "is listed nowhere"),
    "a hidden file": (lambda pack: (pack / ".hidden").write_text("x"), ".hidden", "is listed nowhere"),
    "a large file more": (lambda pack: sparse(pack / "more"), "more", "is listed nowhere"),
    "a large report": (lambda pack: sparse(pack / "report.html"), "report.html", "20,000,000,000 bytes: not read"),
    "large lists": (lambda pack: (sparse(pack / "manifest.json"), sparse(pack / "SHA256SUMS")), "SHA256SUMS", "not read"),
    "a pipe": (lambda pack: os.mkfifo(pack / "pipe"), "pipe", "is a pipe"),
    "a socket": (lambda pack: bind(pack / "s"), "s", "is a socket"),
    "a name but for its letters": (lambda pack: (pack / "REPORT.html").write_text("x"), "report.html", "is spelled as 'REPORT.html'"),
    "a name that is not UTF-8": (lambda pack: (pack / os.fsdecode(b"x\xff")).write_text("x"), "x\\xff", "is listed nowhere"),
    "a list of long names": (lambda pack: (pack / "SHA256SUMS").write_text("0" * 64 + "  " + "a" * 9000 + "\n"), "a" * 999 + "…", "is missing"),
    "a missing file": (lambda pack: (pack / "results.json").unlink(), "results.json", "is missing"),
    "a link for a file": (lambda pack: ((pack / "results.json").rename(pack.parent / "r"), (pack / "results.json").symlink_to(pack.parent / "r")), "results.json", "is a link"),
    "a folder for a file": (lambda pack: ((pack / "results.json").unlink(), (pack / "results.json").mkdir()), "results.json", "is missing"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_every_entry_is_accounted_for(pack, capsys, name):
    """Whatever lies in the folder beside the pack's own files, or instead of one, is named, at once, and ends with 5."""
    spoil, file, found = SPOILT[name]
    spoil(pack)
    began = time.monotonic()

    assert main(["verify", str(pack), "--json"]) == ExitCode.MISSED

    checks = json.loads(capsys.readouterr().out)["checks"]
    assert [check for check in checks if check["file"] == file and found in check["found"] and not check["holds"]], checks
    assert time.monotonic() - began < 10


def test_a_pack_as_written_holds(pack):
    """Every entry of a pack that nobody touched is the pack's own."""
    assert main(["verify", str(pack)]) == ExitCode.DONE


def test_no_more_is_read_than_there_is_room_for(pack, capsys, monkeypatch):
    """Files that together are larger than a pack are not read, and that is said."""
    monkeypatch.setattr(survey, "MOST_BYTES", 100_000)

    assert main(["verify", str(pack), "--json"]) == ExitCode.MISSED
    assert "bytes: not read" in capsys.readouterr().out


def resealed(pack: Path) -> None:
    """Mend the hashes of a pack after its files were changed, where its lists can still be read."""
    try:
        manifest = json.loads((pack / "manifest.json").read_bytes())
        for entry in manifest["files"]:
            content = (pack / entry["path"]).read_bytes()
            entry |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        (pack / "manifest.json").write_text(json.dumps(manifest))
    except (OSError, ValueError, TypeError, KeyError):
        pass
    files = sorted(path for path in pack.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(pack)}\n" for path in files]
    (pack / "SHA256SUMS").write_text("".join(sums))


@pytest.mark.long
def test_broken_packs_are_said(whole, tmp_path, capsys):
    """A pack with files broken at random, its hashes mended, does not hold; whatever is in it, nothing else happens."""
    count = 120
    chance, seen = random.Random(count), Counter()  # noqa: S311 - broken for a test
    documents = [path.relative_to(whole) for path in sorted(whole.rglob("*.json"))]
    for number in range(count):
        pack = Path(shutil.copytree(whole, tmp_path / str(number)))
        name = chance.choice(documents)
        if chance.random() < 0.2:
            (pack / name).write_bytes(garbled((pack / name).read_bytes(), chance))
        else:
            (pack / name).write_text(json.dumps(broken(json.loads((pack / name).read_bytes()), chance)))
        if chance.random() < 0.9:
            resealed(pack)
        code = main(["verify", str(pack), *(["--json"] if chance.random() < 0.3 else [])])
        seen[code] += 1
        assert code in (0, 5), (name, capsys.readouterr().err)
        shutil.rmtree(pack)
    assert seen[5] >= count // 2
