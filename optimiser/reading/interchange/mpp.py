"""What MPXJ reads and this product does not: ``.mpp``, ``.mpx``, ``.pod``, ``.gan``, ``.pp`` and their kin, in a child process.

MPXJ is a library for Java (Iles, mpxj.org), taken in by the extra ``mpp``. The child is bounded in memory and in time, and hands
over JSON; no Java runs in this process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Final

from optimiser.errors import InputError, Located
from optimiser.reading.files import LARGEST_DOCUMENT
from optimiser.reading.interchange.cells import planner_bytes
from optimiser.reading.interchange.mpp_child import NO_JAVA, NO_PACKAGE, UNREADABLE
from optimiser.reading.interchange.neutral import decoded
from optimiser.reading.interchange.record import PlannerFile

__all__ = ["as_mspdi", "read_mpp"]

_SECONDS: Final = 120
_ELSE: Final = "; or open it in its own tool and save it as XML"


def read_mpp(path: Path | str) -> PlannerFile:
    """Read a planner's file through MPXJ.

    Parameters
    ----------
    path
        A file of any form that MPXJ knows by its content.

    Raises
    ------
    InputError
        If it cannot be read, the extra or Java is missing, or reading takes more than two minutes; with what to do.
    """
    label = str(path)
    _, digest = planner_bytes(Path(path), label)
    content = _printed(Path(path), label, digest)
    try:
        return decoded(content)
    except ValueError as error:
        raise InputError(
            [Located(f"cannot be read: MPXJ's child process gave no record ({str(error)[:120]}){_ELSE}", label)]
        ) from None


def as_mspdi(path: Path) -> bytes:
    """Return what MPXJ makes of a file as Microsoft Project's XML; uids stay.

    Raises
    ------
    InputError
        As `read_mpp`.
    """
    return _printed(path, str(path), "", "mspdi")


def _printed(path: Path, label: str, digest: str, form: str = "record") -> bytes:
    """Return what the child prints of a file."""
    missing = [name for name in ("mpxj", "jpype") if find_spec(name) is None]
    if missing:
        raise _fault(label, NO_PACKAGE, "")
    with tempfile.TemporaryFile() as printed:
        code = _run([*_command(path.resolve(), label, digest), form], printed, label)
        if printed.seek(0, os.SEEK_END) > LARGEST_DOCUMENT:
            raise InputError([Located(f"unpacks to more than {LARGEST_DOCUMENT:,} bytes: refused", file=label)])
        printed.seek(0)
        content = printed.read()
    if code:
        raise _fault(label, code, content.decode(errors="replace").strip())
    return content


def _command(path: Path, label: str, digest: str) -> list[str]:
    """Return what runs the child; nothing of the working directory is imported."""
    return [sys.executable, "-P", "-m", "optimiser.reading.interchange.mpp_child", str(path), label, digest]


def _run(command: list[str], printed: IO[bytes], label: str) -> int:
    """Run the child, and return the code it ends with."""
    house = str(Path(__file__).parents[3])
    paths = os.pathsep.join(each for each in (house, os.environ.get("PYTHONPATH")) if each)
    try:
        return subprocess.run(  # noqa: S603  # our own interpreter and module; the file's name is one argument
            command,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            env={**os.environ, "PYTHONPATH": paths},
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        raise InputError([Located(f"is not read after {_SECONDS} seconds{_ELSE}", file=label)]) from None


def _fault(label: str, code: int, said: str) -> InputError:
    """Return the error for a child process that ended without a record."""
    if code == NO_PACKAGE:
        message = f"is read by MPXJ, which is not installed; maybe pip install 'mhhs-optimiser[mpp]'{_ELSE}"
    elif code == NO_JAVA:
        message = (
            "is read by MPXJ, which needs a Java runtime, and none was found; maybe install one (on Debian and Ubuntu: "
            f"apt install openjdk-17-jre-headless){_ELSE}"
        )
    elif code == UNREADABLE:
        message = f"cannot be read by MPXJ: {said[:200] or 'it does not say why'}{_ELSE}"
    else:
        message = f"cannot be read: MPXJ's child process ended with {code}, maybe for want of memory{_ELSE}"
    return InputError([Located(message, file=label)])
