"""Files the user asks for: never overwritten unasked, written whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from optimiser.errors import InputError, Located

__all__ = ["Target"]


class Target:
    """A file to be written in the end, looked at before the work begins.

    Parameters
    ----------
    path
        As the user named it.
    force
        Whether a file that is there may be replaced.

    Raises
    ------
    InputError
        If it is plain from the start that the file cannot be written.
    """

    def __init__(self, path: Path, *, force: bool) -> None:
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
        """Return what stands in the way, None where nothing is seen."""
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

    def write(self, text: str) -> None:
        """Write the whole text, or nothing.

        Raises
        ------
        InputError
            If it cannot be written, or if without ``force`` somebody else has written it meanwhile.
        """
        # In the same folder, so that putting it in its place is one step that cannot be seen half done.
        draft = self.path.parent / f".optimiser-{secrets.token_hex(8)}.partial"
        try:
            try:
                with draft.open("x", encoding="utf-8", newline="\n") as file:
                    file.write(text)
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


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
