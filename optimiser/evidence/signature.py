"""A signature over the hashes of a pack, by the system's own ``ssh-keygen``: who wrote it, as far as somebody vouches for a key.

It lies beside the pack, not in it: it names the public key that made it, and a pack holds nothing of keys.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Final

from models.pack import PackCheck
from optimiser.errors import InputError, Located
from optimiser.evidence.folder import SUMS
from optimiser.evidence.terminal.characters import legible

__all__ = ["check_signing", "sign", "signature_beside", "signature_check", "write_signature"]

PURPOSE: Final = "optimiser-pack"
"""What the signature is for: one that was made for something else is none of a pack (``-n`` of ``ssh-keygen``)."""

LARGEST: Final = 100_000
"""Bytes of a signature above which it is not read."""

PATIENCE: Final = 300
"""Seconds that ``ssh-keygen`` is given, in which somebody may have to type a passphrase or touch a token."""


def signature_beside(pack: Path) -> Path:
    """Return where the signature of a pack lies."""
    place = pack.absolute()
    return place.parent / f"{place.name}.sig"


def check_signing(key: Path, pack: Path, *, force: bool) -> None:
    """Refuse what could not be signed with, or where, before a pack is computed.

    Raises
    ------
    InputError
        If there is no ``ssh-keygen`` or no key, or a signature is there already and may not be replaced.
    """
    faults = []
    if shutil.which("ssh-keygen") is None:
        faults.append(Located(_MISSING, path="--sign"))
    if not key.is_file():
        faults.append(Located("there is no such key file", file=str(key), path="--sign"))
    beside = signature_beside(pack)
    if beside.exists() and not (force and beside.is_file()):
        faults.append(Located("is there already; maybe replace it with --force", file=str(beside), path="--sign"))
    if faults:
        raise InputError(faults)


def sign(content: bytes, key: Path) -> bytes:
    """Return the signature of a list of hashes.

    Raises
    ------
    InputError
        If it cannot be made.
    """
    made = _run(["-Y", "sign", "-q", "-f", str(key), "-n", PURPOSE], content, "--sign")
    if made.returncode or not made.stdout.startswith(b"-----BEGIN SSH SIGNATURE-----"):
        raise InputError([Located(f"cannot be signed with: {_reason(made)}", file=str(key), path="--sign")])
    return made.stdout


def write_signature(pack: Path, signature: bytes) -> None:
    """Write a signature beside its pack.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    place = signature_beside(pack)
    try:
        place.write_bytes(signature)
    except OSError as error:
        raise InputError([Located(f"cannot be written: {error.strerror or error}", file=str(place))]) from None


def signature_check(pack: Path, content: bytes | None, signers: Path) -> PackCheck:
    """Return whether somebody whom a file of allowed signers names has signed the list of hashes.

    Parameters
    ----------
    content
        The list; None where it could not be read.
    signers
        As ``ssh-keygen`` reads it: a line each of a name and a public key.

    Raises
    ------
    InputError
        If there is no ``ssh-keygen``, or no file of signers.
    """
    if not signers.is_file():
        raise InputError([Located("there is no such file of signers", file=str(signers), path="--signers")])
    beside = signature_beside(pack)

    def judged(found: str, *, holds: bool) -> PackCheck:
        return PackCheck(file=beside.name, claim=f"signs {SUMS} by somebody in {signers.name}", holds=holds, found=found)

    if not beside.is_file():
        return judged("there is no signature", holds=False)
    if beside.stat().st_size > LARGEST:
        return judged("is too large to be a signature: not read", holds=False)
    named = _run(["-Y", "find-principals", "-s", str(beside), "-f", str(signers)], b"", "--signers")
    lines = named.stdout.decode(errors="replace").splitlines()
    if named.returncode or not lines:
        return judged(f"nobody there has made it: {_reason(named)}", holds=False)
    signer = lines[0].split(",", maxsplit=1)[0]
    options = ["-Y", "verify", "-f", str(signers), "-I", signer, "-n", PURPOSE, "-s", str(beside)]
    verified = _run(options, content or b"", "--signers")
    if verified.returncode:
        return judged(f"is not of this list: {_reason(verified)}", holds=False)
    return judged(f"by {legible(signer)}", holds=True)


_MISSING = "needs ssh-keygen, which is not installed; maybe install OpenSSH 8.2 or later"


def _run(options: list[str], content: bytes, option: str) -> subprocess.CompletedProcess[bytes]:
    """Run ``ssh-keygen``.

    Raises
    ------
    InputError
        If it is missing, or does not end.
    """
    program = shutil.which("ssh-keygen")
    if program is None:
        raise InputError([Located(_MISSING, path=option)])
    try:
        return subprocess.run(  # noqa: S603 - the system's own program, no shell, files as the user named them
            [program, *options], input=content, capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError([Located(f"ssh-keygen does not answer: {error}", path=option)]) from None


def _reason(ended: subprocess.CompletedProcess[bytes]) -> str:
    """Return what ``ssh-keygen`` says, in one line."""
    lines = (ended.stderr or ended.stdout).decode(errors="replace").splitlines()
    return legible(lines[0]) if lines else f"ssh-keygen ended with {ended.returncode}"
