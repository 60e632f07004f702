"""What leaves the program: answers to standard output in one piece, faults and progress to standard error, an exit code."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, Any, TextIO

from optimiser.errors import InputError, Located

if TYPE_CHECKING:
    from optimiser.evidence.terminal.page import Page

__all__ = [
    "ExitCode",
    "InterruptedRun",
    "announce",
    "page",
    "print_faults",
    "print_json",
    "print_text",
    "progress",
    "unwritable",
]


class ExitCode(IntEnum):
    """What the shell is told. A contract."""

    DONE = 0
    """Done and proven."""
    OUR_FAULT = 1
    BAD_INPUT = 2
    """Bad usage or input."""
    INFEASIBLE = 3
    """Proven that no schedule meets every rule."""
    UNDECIDED = 4
    """The limit came before an answer, or before its proof."""
    MISSED = 5
    """A requested target is missed, or a stored result does not hold."""
    INTERRUPTED = 130
    """By the user, as shells say it."""


class InterruptedRun(Exception):  # noqa: N818 - nothing went wrong
    """The user ended what keeps its parts: what is kept, and how to go on."""


def page() -> Page:
    """Return the page that standard output shows."""
    from optimiser.evidence.terminal.page import Page

    return Page.of(sys.stdout)


def print_text(text: str) -> None:
    """Write text to standard output; quietly, where whoever reads it has gone.

    Raises
    ------
    InputError
        If it cannot be written, as to a full disk.
    """
    from optimiser.evidence.terminal.characters import plain_characters

    try:
        sys.stdout.write(plain_characters(text, sys.stdout.encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        _silence(sys.stdout)
    except OSError as error:
        _silence(sys.stdout)
        raise InputError([unwritable(error)]) from None


def unwritable(error: OSError) -> Located:
    """Return why standard output takes nothing, in the words of a user."""
    reason = "it is closed" if error.errno == errno.EBADF else error.strerror or str(error)
    return Located(f"cannot write to standard output: {reason}")


def print_json(document: Mapping[str, Any]) -> None:
    """Write one JSON document to standard output."""
    from optimiser.evidence.documents import print_document

    print_text(print_document(document))


def print_faults(faults: Iterable[Located], *, as_json: bool) -> None:
    """Write every fault to standard error, one a line, and with ``as_json`` all of them as a document to standard output."""
    faults = tuple(faults)
    for fault in faults:
        announce(str(fault))
    if as_json:
        from optimiser.evidence.documents import error_document

        with contextlib.suppress(InputError):
            print_json(error_document(faults))


def announce(text: str) -> None:
    """Write a line to standard error."""
    from optimiser.evidence.terminal.characters import clean, plain_characters

    with contextlib.suppress(OSError):
        sys.stderr.write(plain_characters(f"{clean(text)}\n", sys.stderr.encoding))
        sys.stderr.flush()


@contextlib.contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Yield a function that shows progress on one line, wiped at the end; without a terminal it shows nothing."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _: None
        return
    from optimiser.evidence.terminal.characters import clean, plain_characters

    def show(text: str) -> None:
        try:
            width = os.get_terminal_size(sys.stderr.fileno()).columns or 80
        except (OSError, ValueError):
            width = 80
        with contextlib.suppress(OSError):
            sys.stderr.write(f"\r\x1b[K{plain_characters(clean(text)[: width - 1], sys.stderr.encoding)}")
            sys.stderr.flush()

    try:
        yield show
    finally:
        with contextlib.suppress(OSError):
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _silence(stream: TextIO) -> None:
    """Send what is still to come nowhere, so that the interpreter's last flush does not complain."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
