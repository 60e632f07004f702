"""Text from files, refused with its place where it cannot be text."""

from __future__ import annotations

import re
import stat
from bisect import bisect_right
from pathlib import Path
from typing import Final

from optimiser.errors import InputError, Located

__all__ = ["LARGEST", "Lines", "read_text"]

LARGEST: Final = 8_000_000
"""The size in bytes above which a file is refused unread: a plan of 10,000 activities takes about a third of it."""


def read_text(path: Path, label: str) -> str:
    """Read a regular UTF-8 file, with or without a byte-order mark.

    Parameters
    ----------
    path
        Where the file lies.
    label
        What to call it in an error.

    Raises
    ------
    InputError
        If there is no such file, or it is a directory, a pipe or a device, cannot be read, is larger than `LARGEST`,
        is not UTF-8, or holds control characters.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            what = "a directory" if stat.S_ISDIR(status.st_mode) else "a pipe or a device"
            raise InputError([Located(f"this is {what}, expected a file", file=label)])
        if status.st_size > LARGEST:
            message = (
                f"the file has {status.st_size:,} bytes, expected at most {LARGEST:,}; maybe split the plan into several files"
            )
            raise InputError([Located(message, file=label)])
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputError([Located("there is no such file", file=label)]) from None
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise InputError([Located(f"the file cannot be read: {reason.lower()}", file=label)]) from None
    return _decode(content, label)


def _decode(content: bytes, label: str) -> str:
    """Return the text of bytes that are UTF-8 throughout."""
    nul = content.find(b"\0")
    if nul >= 0:
        message = f"byte {nul + 1} is NUL, so this is not a text file; maybe it is a workbook or an archive"
        raise InputError([Located(message, file=label)])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # "utf-8-sig" counts from behind the byte-order mark.
        at = error.start + (3 if content.startswith(b"\xef\xbb\xbf") else 0)
        before = content[:at].decode("utf-8-sig")
        line, column = Lines(before).place(len(before))
        message = f"byte {at + 1} (0x{content[at]:02x}) is not UTF-8; maybe the file is saved as Latin-1 or Windows-1252"
        raise InputError([Located(message, file=label, line=line, column=column)]) from None
    _refuse_controls(text, label)
    return text


def _refuse_controls(text: str, label: str) -> None:
    """Refuse characters that neither YAML nor a table may hold."""
    found = re.search("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    if found:
        line, column = Lines(text).place(found.start())
        message = f"control character U+{ord(found[0]):04X} cannot stand in a text; maybe delete it"
        raise InputError([Located(message, file=label, line=line, column=column)])


class Lines:
    """Where the lines of a text begin, found when first asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: list[int] = []

    def place(self, index: int) -> tuple[int, int]:
        """Return the line and column, both from one, of a character."""
        if not self._starts:
            self._starts = [0, *(found.end() for found in re.finditer(r"\r\n|\n|\r", self._text))]
        line = bisect_right(self._starts, index)
        return line, index - self._starts[line - 1] + 1
