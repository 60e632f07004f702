"""A pack signed by a key: the signature lies beside it, and is good, bad, absent or somebody else's."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from optimiser.cli import ExitCode, main

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs ssh-keygen")


def made_key(folder: Path, name: str) -> Path:
    """Return a key made for a test, with its public half beside it."""
    key = folder / name
    program = shutil.which("ssh-keygen") or ""
    subprocess.run([program, "-q", "-t", "ed25519", "-N", "", "-C", f"{name}@example", "-f", str(key)], check=True)
    return key


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a signed pack, its key, another key, and a file of signers that names the first."""
    folder = tmp_path_factory.mktemp("signed")
    key = made_key(folder, "author")
    made_key(folder, "stranger")
    (folder / "signers").write_text(f"author@example {key.with_suffix('.pub').read_text()}")
    asked = ["evidence", "toy", "--no-cases", "--samples", "64", "-o", str(folder / "pack"), "--sign", str(key)]
    assert main(asked) == ExitCode.DONE
    return folder


@pytest.fixture
def folder(signed: Path, tmp_path: Path) -> Path:
    """Return a copy that a test may spoil."""
    return Path(shutil.copytree(signed, tmp_path / "copy"))


def verified(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Return what `verify` ends with, and what it found of the signature."""
    capsys.readouterr()
    code = main(["verify", str(folder / "pack"), "--signers", str(folder / "signers"), "--json"])
    checks = json.loads(capsys.readouterr().out)["checks"]
    return code, next(check["found"] for check in checks if check["file"] == "pack.sig")


@pytest.mark.long
def test_a_good_signature_names_who_made_it(folder, capsys):
    """The signer is named, the pack itself is as it is without one and holds nothing of the key."""
    assert verified(folder, capsys) == (ExitCode.DONE, "by author@example")
    public = (folder / "author.pub").read_text().split()[1].encode()
    held = [path for path in (folder / "pack").rglob("*") if path.is_file()]
    assert not [path for path in held if public in path.read_bytes() or path.suffix == ".sig"]
    assert main(["verify", str(folder / "pack")]) == ExitCode.DONE
    assert "pack.sig was not looked at" in " ".join(capsys.readouterr().out.split())


def test_a_pack_that_was_changed_and_mended_has_no_signature(folder, capsys):
    """Whoever mends the hashes cannot mend the signature over them."""
    (folder / "pack" / "SHA256SUMS").write_bytes(b"0" * 64 + b"  report.html\n")
    code, found = verified(folder, capsys)

    assert code == ExitCode.MISSED
    assert "is not of this list" in found


def test_an_absent_signature_is_said(folder, capsys):
    """Where one is asked for and none is there, the pack does not hold."""
    (folder / "pack.sig").unlink()

    assert verified(folder, capsys) == (ExitCode.MISSED, "there is no signature")


@pytest.mark.parametrize("content", [b"", b"not a signature", b"x" * 200_000])
def test_what_is_no_signature_is_said(folder, capsys, content):
    """A file that is none does not hold."""
    (folder / "pack.sig").write_bytes(content)

    assert verified(folder, capsys)[0] == ExitCode.MISSED


def test_a_strangers_signature_is_said(folder, capsys):
    """A signature by a key that the file of signers does not name is nobody's."""
    key = (folder / "stranger.pub").read_text()
    (folder / "signers").write_text(f"author@example {key}")
    code, found = verified(folder, capsys)

    assert code == ExitCode.MISSED
    assert "nobody there has made it" in found


def test_a_signature_made_for_something_else_is_none(folder, capsys):
    """One over the same bytes, by the same key, for another purpose is not taken for the pack's."""
    sums = folder / "pack" / "SHA256SUMS"
    shutil.copy(sums, folder / "copy")
    program = shutil.which("ssh-keygen") or ""
    subprocess.run([program, "-q", "-Y", "sign", "-f", str(folder / "author"), "-n", "file", str(folder / "copy")], check=True)
    (folder / "copy.sig").replace(folder / "pack.sig")

    assert verified(folder, capsys)[0] == ExitCode.MISSED


@pytest.mark.long
def test_what_cannot_be_signed_with_is_said_before_anything_is_computed(folder, capsys, monkeypatch):
    """A missing key, a signature that is there, a missing file of signers and a missing ssh-keygen are refused with their place."""
    asked = ["evidence", "toy", "--no-cases", "-o"]
    assert main([*asked, str(folder / "new"), "--sign", str(folder / "none")]) == ExitCode.BAD_INPUT
    assert "there is no such key file" in capsys.readouterr().err
    shutil.copy(folder / "pack.sig", folder / "new.sig")
    assert main([*asked, str(folder / "new"), "--sign", str(folder / "author")]) == ExitCode.BAD_INPUT
    assert "new.sig" in capsys.readouterr().err
    assert main(["verify", str(folder / "pack"), "--signers", str(folder / "none")]) == ExitCode.BAD_INPUT
    assert "no such file of signers" in capsys.readouterr().err
    monkeypatch.setenv("PATH", str(folder))
    assert main([*asked, str(folder / "other"), "--sign", str(folder / "author")]) == ExitCode.BAD_INPUT
    assert "--sign: needs ssh-keygen" in capsys.readouterr().err
    assert main(["verify", str(folder / "pack"), "--signers", str(folder / "signers")]) == ExitCode.BAD_INPUT
    assert "--signers: needs ssh-keygen" in capsys.readouterr().err
    assert not (folder / "new").exists()


def test_a_key_that_does_not_sign_leaves_nothing_behind(folder, capsys):
    """A file that is no key is said to be none, and no pack is written without the signature asked for."""
    (folder / "bad").write_text("no key")
    (folder / "bad").chmod(0o600)

    asked = ["evidence", "toy", "--no-cases", "--samples", "64", "-o", str(folder / "new"), "--sign", str(folder / "bad")]
    assert main(asked) == ExitCode.BAD_INPUT
    assert "cannot be signed with" in capsys.readouterr().err
    assert not (folder / "new").exists()
