"""Reading of text and JSON files: faults with their place, and a limit on size before anything is read."""

from __future__ import annotations

import json
import math
import re
import stat
from bisect import bisect_right
from pathlib import Path
from typing import Any, Final

from optimiser.errors import InputError, Located

__all__ = [
    "DEEPEST",
    "LARGEST",
    "LARGEST_DOCUMENT",
    "LineStarts",
    "check_file",
    "json_value",
    "read_content",
    "read_foreign_text",
    "read_json",
    "read_text",
]

LARGEST: Final = 8_000_000
"""The size in bytes above which a file is refused unread: a plan of 10,000 activities takes about a third of it."""

LARGEST_DOCUMENT: Final = 64_000_000
"""The size in bytes above which a document that this program wrote is refused unread."""

DEEPEST: Final = 64
"""Lists and mappings inside each other beyond which a file is refused."""

MOST_VALUES: Final = 5_000_000
"""Values beyond which a document is refused: each takes a hundred bytes of memory or so."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def check_file(path: Path, label: str, largest: int, advice: str = "") -> None:
    """Refuse what is not a regular file of a size that can be read.

    Parameters
    ----------
    path
        Where the file lies.
    label
        What to call it in an error.
    largest
        Bytes above which it is refused.
    advice
        What to do about a larger one.

    Raises
    ------
    InputError
        If there is no such file, or it is a directory, a pipe or a device, cannot be looked at, or is larger.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        raise InputError([Located("there is no such file", file=label)]) from None
    except (OSError, ValueError) as error:
        raise InputError([_unreadable(error, label)]) from None
    if not stat.S_ISREG(status.st_mode):
        what = "a directory" if stat.S_ISDIR(status.st_mode) else "a pipe or a device"
        raise InputError([Located(f"this is {what}, expected a file", file=label)])
    if status.st_size > largest:
        message = f"the file has {status.st_size:,} bytes, expected at most {largest:,}{advice}"
        raise InputError([Located(message, file=label)])


def _unreadable(error: Exception, label: str) -> Located:
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return Located(f"the file cannot be read: {reason.lower()}", file=label)


def read_content(path: Path, label: str, largest: int, advice: str = "") -> bytes:
    """Return the bytes of a regular file; see `check_file`."""
    check_file(path, label, largest, advice)
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise InputError([_unreadable(error, label)]) from None


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
    return _decode(read_content(path, label, LARGEST, "; maybe split the plan into several files"), label)


def read_foreign_text(path: Path, label: str) -> tuple[str, tuple[str, ...]]:
    """Read a text that another program wrote: UTF-8, UTF-16 with its byte-order mark, else Windows-1252.

    Returns
    -------
    tuple
        The text, and what a reader must be told of how it was read.

    Raises
    ------
    InputError
        If it cannot be read, is larger than `LARGEST`, is in none of these, or holds control characters.
    """
    content = read_content(path, label, LARGEST, "; maybe split the table")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            text = content.decode("utf-16")
        except UnicodeDecodeError:
            raise InputError([Located("begins like UTF-16 and is not; maybe save it as CSV in UTF-8", file=label)]) from None
        _refuse_controls(text, label)
        return text, ("the text is UTF-16",)
    try:
        return _decode(content, label), ()
    except InputError:
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            raise  # it is UTF-8, and something else is wrong with it
        if b"\0" in content:
            raise
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            raise InputError(
                [Located("is text in neither UTF-8 nor Windows-1252; maybe save it as CSV in UTF-8", file=label)]
            ) from None
    _refuse_controls(text, label)
    return text, ("the text is not UTF-8 and is read as Windows-1252",)


def read_json(path: Path, label: str, expected: str) -> Any:
    """Read a JSON file.

    Parameters
    ----------
    path
        Where the file lies.
    label
        What to call it in an error.
    expected
        What the file should hold, in words.

    Raises
    ------
    InputError
        If there is no such file, it cannot be read, is larger than `LARGEST_DOCUMENT`, or is not JSON as `json_value` reads it.
    """
    content = read_content(path, label, LARGEST_DOCUMENT)
    try:
        return json_value(content)
    except json.JSONDecodeError as error:
        message = f"is not JSON ({error.msg}); expected {expected}"
        raise InputError([Located(message, file=label, line=error.lineno, column=error.colno)]) from None
    except UnicodeDecodeError:
        raise InputError([Located(f"is not text in UTF-8; expected {expected}", file=label)]) from None
    except ValueError as error:
        raise InputError([Located(f"{error}; expected {expected}", file=label)]) from None


def json_value(content: bytes) -> Any:
    """Return what JSON in UTF-8 holds.

    Raises
    ------
    ValueError
        If it is no JSON, is nested deeper than `DEEPEST`, holds more than `MOST_VALUES`, a number of thousands of digits or
        without an end, or text that is half of a character. Nothing else is raised, whatever the content.
    """
    if sum(content.count(sign) for sign in (b",", b"[", b"{")) > MOST_VALUES:
        message = f"holds more than {MOST_VALUES:,} values"
        raise ValueError(message)
    deep = f"is nested deeper than {DEEPEST} lists and mappings"
    try:
        value = json.loads(content.decode("utf-8-sig"))
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise
    except RecursionError:
        raise ValueError(deep) from None
    except ValueError:  # Python's own limit on numbers
        message = "holds a number of thousands of digits"
        raise ValueError(message) from None
    layer, depth = [value], 0
    while layer:
        if depth > DEEPEST:
            raise ValueError(deep)
        inner: list[Any] = []
        for each in layer:
            if isinstance(each, dict):
                inner += each
                inner += each.values()
            elif isinstance(each, list):
                inner += each
            elif isinstance(each, str) and _SURROGATE.search(each):
                message = f"holds text that is half of a character: {each[:40]!r}"
                raise ValueError(message)
            elif isinstance(each, float) and not math.isfinite(each):
                message = f"holds {each}, which is no number"
                raise ValueError(message)
        layer, depth = inner, depth + 1
    return value


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
        line, column = LineStarts(before).place(len(before))
        message = f"byte {at + 1} (0x{content[at]:02x}) is not UTF-8; maybe the file is saved as Latin-1 or Windows-1252"
        raise InputError([Located(message, file=label, line=line, column=column)]) from None
    _refuse_controls(text, label)
    return text


def _refuse_controls(text: str, label: str) -> None:
    """Refuse characters that neither YAML nor a table may hold."""
    found = re.search("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    if found:
        line, column = LineStarts(text).place(found.start())
        message = f"control character U+{ord(found[0]):04X} cannot stand in a text; maybe delete it"
        raise InputError([Located(message, file=label, line=line, column=column)])


class LineStarts:
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
