"""Elements of a planner's XML, with the places of their bytes: one record at a time, so that a file never stands in memory whole.

Document types and entities are refused, so are depth and numbers that no planner's file has: expat reads nothing but the
bytes it is given (OWASP, XML External Entity Prevention). Offsets count bytes of the file, whatever its encoding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal
from xml.parsers.expat import ErrorString, ExpatError, ParserCreate

from optimiser.errors import InputError, Located
from optimiser.reading.files import DEEPEST
from optimiser.reading.interchange.record import FilePlace

__all__ = ["MOST_KEPT", "XmlElement", "read_elements"]

MOST_KEPT: Final = 1_000_000
"""Elements held at once, those of one record and what is no record, beyond which a file is refused."""

_LONGEST_TAG: Final = 1_000_000
"""Bytes of a start tag with its attributes beyond which a file is refused."""

_APART: Final = " "
"""What expat puts between a name and its namespace."""


@dataclass(slots=True)
class XmlElement:
    """An element and what stands in it.

    Attributes
    ----------
    name, namespace
        Without its prefix; the namespace is empty where it has none.
    line
        On which its start tag begins, from one.
    begin, inner, close, end
        Byte offsets: of its start tag, behind that, of its end tag, and behind that. Of an empty tag the last three are equal.
    text
        What stands in it beside its elements, without white space at the ends.
    """

    name: str
    namespace: str
    line: int
    begin: int
    inner: int = -1
    close: int = -1
    end: int = -1
    text: str = ""
    inside: list[XmlElement] = field(default_factory=list)

    def all(self, *path: str) -> Iterator[XmlElement]:
        """Yield the elements at a path of names below this one."""
        for element in self.inside:
            if element.name == path[0]:
                if len(path) == 1:
                    yield element
                else:
                    yield from element.all(*path[1:])

    def find(self, *path: str) -> XmlElement | None:
        """Return the first element at a path of names below this one."""
        return next(self.all(*path), None)

    def value(self, *path: str) -> str:
        """Return the text of the first element at a path; empty where there is none."""
        found = self.find(*path)
        return found.text if found else ""

    def place(self, table: str) -> FilePlace:
        """Return where it stands, under a name for the table it belongs to."""
        return FilePlace(table, self.line)


def read_elements(content: bytes, label: str, records: Mapping[str, Callable[[XmlElement], None]]) -> XmlElement:
    """Return the root of XML, and hand over each record as soon as it is whole.

    Parameters
    ----------
    content
        The bytes of the file.
    label
        What to call the file in an error.
    records
        Of each path below the root, such as ``Tasks/Task``, who takes the elements there. They are then left out of the root.

    Returns
    -------
    XmlElement
        The root with all that is no record.

    Raises
    ------
    InputError
        If it is no XML, holds a document type or an entity, is nested deeper than `DEEPEST`, or holds more than `MOST_KEPT`
        elements at once; with the line. So does whatever a taker raises.
    """
    walk = _Walk(content, label, records)
    try:
        return walk.root()
    except ExpatError as error:
        said = ErrorString(error.code) or "not well formed"
        advice = _ADVICE.get(said, "")
        if said in _CUT and error.lineno + 1 >= content.count(b"\n"):
            advice = (
                f"; the file ends here, in line {error.lineno:,}, before it is whole: it seems cut off, maybe export it again"
            )
        elif said in _MISREAD:
            advice = f"; it was read as {_declared(content)}, as it says it is; maybe it is not, and saving it as UTF-8 helps"
        raise InputError([Located(f"is not XML: {said}{advice}", label, error.lineno, error.offset + 1)]) from None
    except (LookupError, ValueError) as error:  # an encoding that nobody knows, or that takes several bytes a character
        if walk.handing:
            raise
        raise InputError(
            [
                Located(
                    f"is not XML in {_declared(content)} that can be read: {str(error)[:80]}; maybe save it as UTF-8", label, 1
                )
            ]
        ) from None


_CUT: Final = frozenset({"no element found", "unclosed token", "unclosed CDATA section", "partial character"})
_MISREAD: Final = frozenset({"not well-formed (invalid token)", "encoding specified in XML declaration is incorrect"})
_ADVICE: Final = {
    "no element found": "; maybe it is another kind of file",
    "unclosed token": "; maybe a tag is not closed",
    "reference to invalid character number": "; maybe delete the character that XML does not allow from the plan, and export again",
}
_ENCODING: Final = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})""")


def _declared(content: bytes) -> str:
    """Return the encoding that the file says it has, UTF-8 where it is silent."""
    found = _ENCODING.match(content.removeprefix(b"\xef\xbb\xbf")[:200])
    return found[1].decode() if found else "UTF-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "UTF-8"


class _Walk:
    """One pass over the bytes."""

    def __init__(self, content: bytes, label: str, records: Mapping[str, Callable[[XmlElement], None]]) -> None:
        self._content = content
        self._label = label
        self._records = records
        self._stack: list[XmlElement] = []
        self._path: list[str] = []
        self._words: list[str] = []
        self._last: XmlElement | None = None
        self._width = 2 if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else 1
        self._order: Literal["little", "big"] = "little" if content[:2] == b"\xff\xfe" else "big"
        self._within = False
        self._kept = 0
        self._before = 0
        self.handing = False
        self._root: XmlElement | None = None
        self._parser = ParserCreate(namespace_separator=_APART)

    def root(self) -> XmlElement:
        """Read to the end."""
        parser = self._parser
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._words.append
        parser.DefaultHandler = self._other
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.ExternalEntityRefHandler = self._refuse  # type: ignore[assignment]  # it never returns
        parser.Parse(self._content, True)  # noqa: FBT003  # expat's own signature
        assert self._root is not None
        return self._root

    def _fault(self, message: str) -> InputError:
        return InputError([Located(message, file=self._label, line=self._parser.CurrentLineNumber)])

    def _refuse(self, *_what: object) -> None:
        message = "holds a document type or an entity, which no planner's tool writes: refused"
        raise self._fault(message)

    def _other(self, _data: str) -> None:
        """Comments and instructions: nothing of them is kept."""

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        at = self._parser.CurrentByteIndex
        self._opened(at)
        namespace, _, plain = name.rpartition(_APART)
        element = XmlElement(plain, namespace, self._parser.CurrentLineNumber, at)
        self._kept += 1
        if len(self._stack) >= DEEPEST or self._kept > MOST_KEPT:
            message = f"is nested deeper than {DEEPEST} elements, or holds more than {MOST_KEPT:,} in one record: refused"
            raise self._fault(message)
        self._stack.append(element)
        if len(self._stack) > 1:
            self._path.append(plain)
            if not self._within and "/".join(self._path) in self._records:
                self._within, self._before = True, self._kept - 1
        self._words.clear()
        self._last = element

    def _opened(self, at: int) -> None:
        """Note where the start tag last begun ends: only white space and text lie between it and what follows."""
        if self._last is not None:
            self._last.inner = self._behind_tag(self._last.begin, at)
            self._last = None

    def _behind_tag(self, begin: int, limit: int) -> int:
        """Return the byte behind a start tag; a ``>`` within quotes does not end it."""
        if self._width == 1:
            last = self._content.find(b">", begin, min(limit, begin + _LONGEST_TAG))
            tag = self._content[begin:last]
            if last >= 0 and b'"' not in tag and b"'" not in tag:
                return last + 1
        quote = ""
        for place in range(begin, min(limit, begin + _LONGEST_TAG), self._width):
            sign = chr(int.from_bytes(self._content[place : place + self._width], self._order))
            if quote:
                quote = "" if sign == quote else quote
            elif sign in "\"'":
                quote = sign
            elif sign == ">":
                return place + self._width
        message = f"holds a tag of more than {_LONGEST_TAG:,} bytes: refused"
        raise self._fault(message)

    def _end(self, _name: str) -> None:
        at = self._parser.CurrentByteIndex
        element = self._stack.pop()
        self._opened(at)
        element.close = at
        empty = element.inner == at and self._content[at - 2 * self._width : at].replace(b"\0", b"") == b"/>"
        element.end = at if empty else self._behind_tag(at, len(self._content))
        if not element.inside:
            element.text = "".join(self._words).strip()
        self._words.clear()
        if not self._stack:
            self._root = element
            return
        path = "/".join(self._path) if self._within else ""
        self._path.pop()
        if self._within and path in self._records:
            self._within, self._kept = False, self._before
            self.handing = True
            self._records[path](element)
            self.handing = False
        else:
            self._stack[-1].inside.append(element)
