"""YAML files as plain values, each of which knows its line and column.

The YAML understood is the part of YAML 1.2's core schema that reads the same to everybody: mappings with text as keys,
lists, text, whole decimal numbers, decimal fractions, ``true``, ``false`` and ``null``. ``no``, ``on`` and dates are
text. Anchors, aliases, merge keys, tags and second documents are refused, not resolved.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml

from optimiser.errors import InputError, Located
from optimiser.reading.files import DEEPEST, LineStarts, read_text

__all__ = ["DEEPEST", "MOST_DIGITS", "REFUSED", "Document", "Keys", "document_of", "heading", "path_text", "read_document"]

Keys = tuple[str | int, ...]
"""Keys and positions from the top of a document."""

MOST_DIGITS: Final = 9
"""Digits of a whole number beyond which it is refused, as the vocabulary refuses it."""

MOST_VALUES: Final = 1_000_000
"""Values beyond which a file is refused: a plan of 10,000 activities has about a fifth of it."""

MOST_KEYS: Final = 10_000
"""Keys beyond which a mapping is refused."""

_LONGEST: Final = 300
"""Characters of a fault's message that are kept."""

_Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Refused:
    """Stands where a value has been refused already, so that it is not complained about again."""

    def __repr__(self) -> str:
        return "a refused value"


REFUSED: Final = _Refused()


_NONE: Final[Mapping[str, int]] = MappingProxyType({})


class PartPlace:
    """Where a list or a mapping begins, where its keys stand, and the places of its parts.

    Places are indexes of characters, which cost little where nothing is wrong; a single value's place is a bare index.
    """

    __slots__ = ("index", "keys", "parts")

    def __init__(self, index: int) -> None:
        self.index = index
        self.keys: Mapping[str, int] = _NONE
        self.parts: Mapping[str, int | PartPlace] | Sequence[int | PartPlace] = ()


def _begin(place: int | PartPlace) -> int:
    return place if isinstance(place, int) else place.index


@dataclass
class Document:
    """One YAML file.

    Attributes
    ----------
    label
        What to call the file in an error.
    content
        Its mapping; empty where the file could not be understood.
    faults
        What is wrong with the file as a text, before anyone asks what it means.
    broken
        Whether the file could not be understood to its end.
    """

    label: str
    content: dict[str, Any] = field(default_factory=dict)
    faults: list[Located] = field(default_factory=list)
    broken: bool = False
    top: PartPlace | None = None
    lines: LineStarts = field(default_factory=lambda: LineStarts(""))

    def locate(self, keys: Keys, message: str, *, at_key: bool = False) -> Located:
        """Return a fault at the deepest place that the keys lead to.

        Parameters
        ----------
        keys
            Path from the top of the document; what does not exist is left off.
        message
            What is wrong.
        at_key
            Whether the key itself is meant rather than its value.
        """
        place: int | PartPlace | None = self.top
        if place is None:
            return Located(message, file=self.label)
        index, walked = _begin(place), list[str | int]()
        for depth, key in enumerate(keys, start=1):
            if isinstance(place, int):
                break
            parts = place.parts
            if not isinstance(parts, Mapping) and isinstance(key, int) and key < len(parts):
                place = parts[key]
                index = _begin(place)
            elif isinstance(parts, Mapping) and isinstance(key, str) and key in parts:
                index = place.keys[key]
                place = parts[key]
                index = index if at_key and depth == len(keys) else _begin(place)
            elif isinstance(parts, Mapping) and isinstance(key, int):
                continue  # one record may stand where a list of one is meant
            else:
                break
            walked.append(key)
        line, column = self.lines.place(index)
        return Located(message, file=self.label, line=line, column=column, path=path_text(tuple(walked)) or None)


def path_text(keys: Keys) -> str:
    """Print keys and positions as ``rules[12].after``."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")


def read_document(path: Path, label: str) -> Document:
    """Read a YAML file whose top is a mapping. What is wrong with it is reported in the document, not raised."""
    try:
        text = read_text(path, label)
    except InputError as error:
        return Document(label, faults=list(error.faults), broken=True)
    return document_of(text, label)


def document_of(text: str, label: str) -> Document:
    """Read a text of YAML whose top is a mapping, as `read_document` does."""
    return _Reader(text, label).document()


def heading(path: Path, key: str) -> str | None:
    """Return the text under a key at the top of a YAML file, reading no further; None where there is none."""
    try:
        reader = _Loader(read_text(path, str(path)))
        depth, expects_key, found = 0, True, False
        while reader.check_event():
            event = reader.get_event()
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
                expects_key = True
            elif isinstance(event, yaml.ScalarEvent) and depth == 1:
                if found:
                    return str(event.value)
                found = expects_key and event.value == key
                expects_key = not expects_key
    except (InputError, yaml.YAMLError):
        pass
    return None


class _StopError(Exception):
    """The rest of the text cannot be understood."""


class _Reader:
    """Builds values and places from the events of a YAML parser."""

    def __init__(self, text: str, label: str) -> None:
        self._text = text
        self._lines = LineStarts(text)
        self._label = label
        self._faults: list[Located] = []
        self._named = False
        self._values = 0
        self._next: Callable[[], Any] = _Loader(text).get_event

    def document(self) -> Document:
        """Return everything read, with its faults."""
        value: Any = None
        top: int | PartPlace = 0
        document = Document(self._label, faults=self._faults, broken=True, lines=self._lines)
        try:
            self._next()
            event = self._next()
            if isinstance(event, yaml.StreamEndEvent):
                self._stop(None, "the file is empty, expected a mapping such as 'id: …'")
            event = self._next()
            value, top = self._node(event, 0)
            document.broken = not isinstance(value, dict)
            if value is not REFUSED and not isinstance(value, dict):
                what = "a list" if isinstance(value, list) else "a single value"
                self._stop(event.start_mark, f"the file holds {what}, expected a mapping such as 'id: …'")
            self._next()
            event = self._next()
            if not isinstance(event, yaml.StreamEndEvent):
                self._fault(event.start_mark, "a second document begins here, expected one document; maybe delete the '---'")
        except _StopError:
            document.broken = True
        except yaml.YAMLError as error:
            self._faults.append(self._syntax(error))
            document.broken = True
        if isinstance(top, PartPlace) and isinstance(value, dict):
            document.content, document.top = value, top
        return document

    def _fault(self, mark: Any, message: str) -> None:
        line, column = self._lines.place(mark.index) if mark else (None, None)
        if len(message) > _LONGEST:
            message = f"{message[: _LONGEST - 1]}…"
        self._faults.append(Located(message, file=self._label, line=line, column=column))

        from models.record import MOST_FAULTS  # loaded only where something is wrong

        if len(self._faults) == MOST_FAULTS:
            self._faults.append(Located("there are more faults than these", file=self._label, line=line, column=column))
            raise _StopError

    def _stop(self, mark: Any, message: str) -> None:
        self._fault(mark, message)
        raise _StopError

    def _count(self, mark: Any) -> None:
        """Count a value; stop where there are more than a plan could need."""
        self._values += 1
        if self._values > MOST_VALUES:
            self._stop(mark, f"the file holds more than {MOST_VALUES:,} values; maybe split the plan into several files")

    def _node(self, event: Any, depth: int) -> tuple[Any, int | PartPlace]:
        """Return the value that begins with an event, and its place."""
        index: int = event.start_mark.index
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self._refuse_name(event)
            if isinstance(event, yaml.AliasEvent):
                return REFUSED, index
        value: Any
        place: int | PartPlace = index
        if isinstance(event, yaml.ScalarEvent):
            value = event.value if event.tag or not event.implicit[0] else self._plain(event.value, event.start_mark)
        else:
            if depth == DEEPEST:
                self._stop(
                    event.start_mark, f"lists and mappings are nested deeper than {DEEPEST}; maybe a bracket is not closed"
                )
            place = PartPlace(index)
            value = self._mapping(place, depth) if isinstance(event, yaml.MappingStartEvent) else self._list(place, depth)
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            message = f"tag '{tag}' is refused; write the value without it, in quotes if it is text"
            return self._refused(event.start_mark, message), place
        return value, place

    def _refuse_name(self, event: Any) -> None:
        """Report the first anchor or alias of the file; the others are of the same kind."""
        if not self._named:
            self._named = True
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            message = f"'{sign}{event.anchor}': anchors and aliases are refused; write the value out wherever it is meant"
            self._fault(event.start_mark, message)

    def _part(self, event: Any, depth: int) -> tuple[Any, int | PartPlace]:
        """Return the result of `_node` by a faster path, for the kinds of value that nearly all plans consist of."""
        self._count(event.start_mark)
        if type(event) is yaml.ScalarEvent and event.anchor is None and event.tag is None:
            mark: Any = event.start_mark
            return (self._plain(event.value, mark) if event.implicit[0] else event.value), mark.index
        return self._node(event, depth)

    def _list(self, place: PartPlace, depth: int) -> list[Any]:
        values: list[Any] = []
        places = list[int | PartPlace]()
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            value, part = self._part(event, depth + 1)
            values.append(value)
            places.append(part)
        if places:
            place.parts = places
        return values

    def _mapping(self, place: PartPlace, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        parts, keys = dict[str, int | PartPlace](), dict[str, int]()
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            mark = event.start_mark
            if type(event) is yaml.ScalarEvent and event.anchor is None and event.tag is None:
                key: Any = event.value
                if event.implicit[0] and (key == "<<" or not key or key[0] in _SPECIAL):
                    key = self._plain_key(key, mark)
            else:
                key, _ = self._node(event, depth + 1)
                if not isinstance(key, str) and key is not REFUSED:
                    message = "a key must be text, got a list or a mapping; maybe a value with ': ' in it needs quotes"
                    key = self._refused(mark, message)
            value, part = self._part(self._next(), depth + 1)
            if key is REFUSED:
                continue
            if key in values:
                first = self._lines.place(keys[key])[0]
                self._fault(mark, f"key '{key}' is given twice, first at line {first}; maybe delete one")
                continue
            values[key] = value
            parts[key] = part
            keys[key] = mark.index
            if len(keys) > MOST_KEYS:
                self._stop(mark, f"a mapping has more than {MOST_KEYS:,} keys; maybe a list was meant")
        if keys:
            place.parts, place.keys = parts, keys
        return values

    def _plain_key(self, text: str, mark: Any) -> Any:
        """Return a key without quotes, or REFUSED if it means something other than text."""
        if text == "<<":
            return self._refused(mark, "merge key '<<' is refused; write the keys out wherever they are meant")
        if not text:
            return self._refused(mark, "a key is missing before ':'")
        value = self._plain(text, mark)
        if value is not REFUSED and not isinstance(value, str):
            return self._refused(mark, f"a key must be text, got {text}; maybe '{text}', with the quotes")
        return value

    def _plain(self, text: str, mark: Any) -> Any:
        """Return what a scalar without quotes means."""
        if text and text[0] not in _SPECIAL:
            return text
        if not text:
            return self._refused(mark, "nothing is given here; write a value, or leave the key out")
        return _WORDS[text] if text in _WORDS else self._number(text, mark)

    def _number(self, text: str, mark: Any) -> Any:
        """Return a number, or the text if it is none."""
        sign, digits = (text[0], text[1:]) if text[0] in "+-" else ("", text)
        if digits.isascii() and digits.isdecimal() and (digits[0] != "0" or digits == "0"):  # 007 is a label
            if len(digits) > MOST_DIGITS:
                return self._refused(
                    mark, f"{text[:40]} is too large a number, expected at most nine digits; maybe put it in quotes"
                )
            return int(sign + digits)
        value: Any = text
        if digits.lower() in (".inf", ".nan"):
            value = math.inf
        elif set(text) <= _FRACTION and not digits.isdecimal():
            with contextlib.suppress(ValueError):
                value = float(text)
        if isinstance(value, float) and not math.isfinite(value):
            return self._refused(mark, f"{text[:40]} is not a number that a plan can hold, expected a finite one")
        return value

    def _refused(self, mark: Any, message: str) -> _Refused:
        self._fault(mark, message)
        return REFUSED

    def _syntax(self, error: yaml.YAMLError) -> Located:
        """Return what a parser could not understand, in plain words."""
        from optimiser.reading.syntax import explained

        return explained(error, self._text, self._lines, self._label)


_SPECIAL: Final = frozenset("0123456789+-.tfn~")
"""The first characters of everything without quotes that is not text."""

_FRACTION: Final = frozenset("0123456789+-.eE")

_WORDS: Final[dict[str, Any]] = {"true": True, "false": False, "null": None, "~": None}
