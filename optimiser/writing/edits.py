"""Changes to bytes by their offsets in the source: what is not changed stays as it was, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["ByteEdits"]


@dataclass
class ByteEdits:
    """Changes that are collected, and applied at once.

    Attributes
    ----------
    content
        The source; offsets count its bytes.
    """

    content: bytes
    _changes: list[tuple[int, int, int, bytes]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self._changes)

    def replace(self, begin: int, end: int, new: bytes) -> None:
        """Put bytes in the place of those from ``begin`` up to ``end``."""
        self._changes.append((begin, end, len(self._changes), new))

    def insert(self, at: int, new: bytes) -> None:
        """Put bytes before an offset; of several at one offset the first put stands first."""
        self.replace(at, at, new)

    def applied(self) -> bytes:
        """Return the source with every change.

        Raises
        ------
        ValueError
            If two changes overlap.
        """
        parts: list[bytes] = []
        done = 0
        for begin, end, _, new in sorted(self._changes):
            if begin < done:
                message = f"two changes at byte {begin}"
                raise ValueError(message)
            parts += [self.content[done:begin], new]
            done = end
        return b"".join([*parts, self.content[done:]])
