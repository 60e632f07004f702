"""Changes to bytes by their offsets in the source: what is not changed stays as it was, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from optimiser.reading.interchange.elements import XmlElement

__all__ = ["ByteEdits", "XmlEdits"]


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


_WIDE: Final = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


class XmlEdits(ByteEdits):
    """Changes to elements of XML, in the encoding of the file."""

    def written(self, text: str) -> bytes:
        """Return text in the encoding of the file, signs beyond ASCII as their numbers."""
        return text.encode("ascii", "xmlcharrefreplace").decode("ascii").encode(_WIDE.get(self.content[:2], "ascii"))

    def fill(self, element: XmlElement, text: str) -> None:
        """Put text, as XML, in an element; one that is an empty tag, or says that it holds nothing, is made anew."""
        tag = self.content[element.begin : element.inner].replace(b"\0", b"")
        if element.inner == element.end or b"nil" in tag:
            self.replace(element.begin, element.end, self.written(f"<{element.name}>{text}</{element.name}>"))
        else:
            self.replace(element.inner, element.close, self.written(text))
