"""Files the user asks for: of the kind that their names say, never overwritten unasked, written whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from optimiser.errors import InputError, Located

__all__ = ["OutputFile", "OutputFolder", "check_ending", "check_folder_name"]

_FILES: Final = (
    "csv doc docx gz htm html json md mpp ods parquet pdf png pptx svg tar tgz txt xer xls xlsm xlsx xml yaml yml zip"
)
"""Endings that make a reader expect a file of that kind."""


def check_ending(path: Path, endings: Sequence[str]) -> None:
    """Refuse the name of a file that says it is of a kind that is not written.

    Parameters
    ----------
    endings
        Of the names of what is written, the usual one first; an empty one where a name may have none.

    Raises
    ------
    InputError
        If the name ends otherwise.
    """
    if path.suffix.lower() not in endings:
        known = " or ".join(ending for ending in endings if ending)
        message = f"expected a name that ends in {known}, got '{path.suffix}'; maybe '{path.stem}{endings[0]}'"
        raise InputError([Located(message, file=str(path))])


def check_folder_name(path: Path, what: str) -> None:
    """Refuse the name of a file where a folder is written.

    Parameters
    ----------
    what
        What the folder is, such as ``"pack"``.

    Raises
    ------
    InputError
        If the name ends as that of a file does.
    """
    if path.suffix and path.suffix.lower()[1:] in _FILES.split():
        message = f"a {what} is a folder, expected a name for one, got the ending '{path.suffix}'; maybe '{path.stem}'"
        raise InputError([Located(message, file=str(path))])


class OutputFile:
    """A file to be written in the end, looked at before the work begins.

    Parameters
    ----------
    endings
        Of names of files of the kind that is written, the usual one first.
    force
        Whether a file that is there may be replaced.

    Raises
    ------
    InputError
        If it is plain from the start that the file cannot be written, or its name says that it is of another kind.
    """

    def __init__(self, path: Path, endings: Sequence[str], *, force: bool) -> None:
        check_ending(path, endings)
        self.named = str(path)
        self.force = force
        try:
            # A link is followed: what it points to is replaced, the link stays.
            self.path = Path(os.path.realpath(path))
            obstacle = self._obstacle()
        except (OSError, ValueError) as error:
            obstacle = f"cannot be written: {_reason(error)}"
        if obstacle:
            raise self._unwritable(obstacle)

    def _obstacle(self) -> str | None:
        """Return the reason why nothing can be written there, None where there is none."""
        folder = self.path.parent
        if not folder.is_dir():
            return f"there is no folder '{folder}'; maybe create it first"
        try:
            mode = self.path.stat().st_mode
        except FileNotFoundError:
            mode = None
        if mode is not None and stat.S_ISDIR(mode):
            return "is a folder, expected the name of a file; maybe add one"
        if mode is not None and not stat.S_ISREG(mode):
            return "is not a regular file; maybe print the document with --json instead"
        if mode is not None and not self.force:
            return "is there already; maybe give another name, or replace it with --force"
        return None if os.access(folder, os.W_OK | os.X_OK) else f"the folder '{folder}' may not be written to"

    def write(self, content: str | bytes) -> None:
        """Write the whole content, text in UTF-8, or nothing.

        Raises
        ------
        InputError
            If it cannot be written, or if without ``force`` somebody else has written it meanwhile.
        """
        # In the same folder, so that putting it in its place is one step that cannot be seen half done.
        draft = self.path.parent / f".optimiser-{secrets.token_hex(8)}.partial"
        try:
            try:
                with draft.open("xb") as file:
                    file.write(content.encode() if isinstance(content, str) else content)
                    file.flush()
                    os.fsync(file.fileno())
                self._place(draft)
            finally:
                draft.unlink(missing_ok=True)
        except FileExistsError:
            obstacle = "is there already: it was written meanwhile; maybe replace it with --force"
        except OSError as error:
            obstacle = f"cannot be written: {_reason(error)}"
        else:
            return
        raise self._unwritable(obstacle)

    def _place(self, draft: Path) -> None:
        """Give the draft its name."""
        if self.force:
            draft.replace(self.path)
            return
        try:
            os.link(draft, self.path)  # fails where the name is taken, which a rename would not
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            if self.path.exists():
                raise FileExistsError from None
            draft.rename(self.path)

    def _unwritable(self, obstacle: str) -> InputError:
        return InputError([Located(obstacle, file=self.named)])


class OutputFolder:
    """The folder of a plan, to be made in the end, looked at before the work begins.

    Raises
    ------
    InputError
        If it is there with something in it, or plainly cannot be made.
    """

    def __init__(self, path: Path) -> None:
        from optimiser.evidence.folder import obstacle

        check_folder_name(path, "plan")
        obstacle(path, what="plan")
        self.path = path

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write all files by their paths from the folder, or nothing.

        Raises
        ------
        InputError
            If they cannot be written.
        """
        from optimiser.evidence.folder import write

        write(files, self.path, what="plan")


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
