"""Pydantic's errors in plain sentences, each with the path of keys to its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from models.faults import maybe
from models.record import IDENTIFIER_PATTERN, MOST_FAULTS
from optimiser.errors import InputError, Located
from optimiser.reading.document import REFUSED, Document, Keys
from optimiser.reading.relative import is_relative
from optimiser.reading.table import plain_type

__all__ = ["Remark", "in_order", "record_in", "remarks"]

R = TypeVar("R", bound=BaseModel)

_LONGEST: Final = 400
"""Characters of a message beyond which it is cut."""

_SWITCHES: Final = {"no": "false", "off": "false", "n": "false", "yes": "true", "on": "true", "y": "true"}


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing wrong, and the path that leads there from the top of the plan or scenario.

    Attributes
    ----------
    keys
        Keys and positions.
    message
        What is wrong.
    at_key
        Whether the last key itself is meant rather than its value.
    """

    keys: Keys
    message: str
    at_key: bool = False


def in_order(faults: Iterable[Located]) -> list[Located]:
    """Return faults, each once, in the order of their file."""
    return sorted(dict.fromkeys(faults), key=lambda fault: (fault.line or 0, fault.column or 0))


def record_in(document: Document, record: type[R], schema: str) -> R:
    """Return the record that a document holds.

    Parameters
    ----------
    document
        Read to its end.
    schema
        What its key ``schema`` says, where it has one.

    Raises
    ------
    InputError
        With everything that keeps it from being one, in the order of the file.
    """
    stated = document.content.get("schema", schema)
    if stated != schema and isinstance(stated, str):
        raise InputError([document.locate(("schema",), f"expected '{schema}', got '{stated}'")])
    try:
        return record.model_validate(document.content)
    except ValidationError as error:
        refused = remarks(error, record, document.content)
        raise InputError(in_order(document.locate(each.keys, each.message, at_key=each.at_key) for each in refused)) from None


def remarks(error: ValidationError, record: type[BaseModel], content: Mapping[str, Any]) -> list[Remark]:
    """Translate everything that pydantic refused, up to one more than `MOST_FAULTS`.

    Parameters
    ----------
    error
        What pydantic raised.
    record
        The type that the content was to become.
    content
        The content, as plain values.
    """
    found: list[Remark] = []
    likely: set[Keys] = set()
    """Keys that are missing because they are misspelt."""
    details = error.errors(include_url=False)[: MOST_FAULTS + 1]
    details.sort(key=lambda detail: detail["type"] == "missing")
    for detail in details:
        path = _Path(detail["loc"], record, content)
        if detail["input"] is REFUSED or path.value is REFUSED or path.content is REFUSED:
            continue
        if detail["type"] == "missing" and path.keys in likely:
            continue
        for remark in _translated(detail, path):
            if detail["type"] == "extra_forbidden" and (meant := re.search(r"Maybe '(.+)'\.$", remark.message)):
                likely.add((*path.keys[:-1], meant[1]))
            found.append(remark)
    return list(dict.fromkeys(found))


class _Path:
    """A pydantic location as keys of the content, without the marks pydantic leaves between them."""

    def __init__(self, location: tuple[int | str, ...], record: type[BaseModel], content: Any) -> None:
        annotation: Any = record
        keys: list[str | int] = []
        self.at_key = False
        self.content = content
        """The innermost mapping or list that the keys lead into."""
        self.value = content
        self.record = record
        """The innermost type of record that the keys lead into."""
        for key in location:
            if key == "[key]":
                self.at_key = True
                continue
            plain = plain_type(annotation)
            member = _member(plain, key)
            if member is not None:
                annotation = self.record = member
                continue
            if isinstance(plain, type) and issubclass(plain, BaseModel):
                self.record = plain
            annotation = _part(plain, key)
            keys.append(key)
            self.content = self.value
            self.value = _look_up(self.value, key)
            inner = plain_type(annotation)
            if isinstance(inner, type) and issubclass(inner, BaseModel) and isinstance(self.value, dict):
                self.record = inner
        self.keys: Keys = tuple(keys)


def _look_up(value: Any, key: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(str(key)) if not isinstance(key, int) else value
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return None


def _member(plain: Any, key: str | int) -> type[BaseModel] | None:
    """Return the member of a union of records that a tag names, None where it names none."""
    for part in get_args(plain):
        if isinstance(part, type) and issubclass(part, BaseModel) and "kind" in part.model_fields:
            if key in get_args(part.model_fields["kind"].annotation):
                return part
        elif get_origin(part) is not None and get_origin(plain) is not tuple:
            found = _member(part, key)
            if found:
                return found
    return None


def _part(plain: Any, key: str | int) -> Any:
    """Return the type under a key of a type."""
    if isinstance(plain, type) and issubclass(plain, BaseModel):
        for name, info in plain.model_fields.items():
            if key in (name, info.alias):
                return info.annotation
        return None
    parts = get_args(plain)
    if get_origin(plain) is tuple:
        return parts[0]
    return parts[1] if get_origin(plain) is dict else None


def _translated(detail: ErrorDetails, path: _Path) -> Iterator[Remark]:
    """Yield what one of pydantic's errors says."""
    context: dict[str, Any] = detail.get("ctx", {})
    given, name = detail["input"], path.keys[-1] if path.keys else ""
    keys, at_key = path.keys, path.at_key
    match detail["type"]:
        case "missing":
            message = f"missing key '{name}'"
        case "extra_forbidden":
            known = [info.alias or key for key, info in path.record.model_fields.items()]
            at_key = True
            advice = maybe(str(name), known)
            message = f"unknown key '{name}'{advice if advice != '.' else f', expected one of {_listing(known)}'}"
        case "union_tag_not_found":
            message = "missing key 'kind'"
        case "union_tag_invalid":
            keys = (*keys, "kind")
            known = re.findall(r"'([^']+)'", context.get("expected_tags", ""))
            message = f"unknown kind {context.get('tag', '')!r}, expected one of {_listing(known)}{maybe(str(context.get('tag')), known)}"
        case "literal_error":
            known = [str(entry) for entry in re.findall(r"'([^']+)'", context["expected"])]
            start = f"one of {_listing(known)}" if len(known) > 1 else f"'{known[0]}'"
            message = f"expected {start}, got {_shown(given)}{_likely(given, known)}"
        case "string_pattern_mismatch":
            message = _pattern(context["pattern"], given)
        case "value_error":
            message = _reasoned(str(context["error"]), given)
        case kind:
            message = _wanted(kind, context, given) or _plain_message(detail["msg"], given)
    yield Remark(keys, _cut(message), at_key)


def _wanted(kind: str, context: dict[str, Any], given: Any) -> str | None:
    """Return what was expected instead of a value of the wrong type or size; None if pydantic must say it."""
    got = f"got {_shown(given)}"
    advice = ""
    match kind:
        case "model_type" | "model_attributes_type" | "dict_type":
            wanted = "a mapping such as 'key: value'"
        case "tuple_type" | "list_type":
            wanted = "a list"
        case "string_type":
            wanted = "text"
            if not isinstance(given, (dict, list)):
                advice = f"; maybe '{_shown(given)}', with the quotes"
        case "bool_type":
            wanted = "true or false"
            advice = _switch(given)
        case "string_too_short":
            wanted, got = "some text", "got none"
        case "string_too_long":
            wanted, got = f"at most {context['max_length']} characters", f"got {len(given)}"
        case "too_short":
            wanted, got = f"{context['min_length']} or more entries", f"got {context['actual_length'] or 'none'}"
        case "greater_than_equal":
            wanted = f"{context['ge']:g} or more"
        case "less_than_equal":
            wanted = f"{context['le']:g} or less"
        case "int_type":
            wanted = "a whole number"
        case "float_type":
            wanted = "a number"
        case "date_type":
            wanted = "a date written YYYY-MM-DD"
        case _:
            return None
    return f"expected {wanted}, {got}{advice}"


def _switch(given: Any) -> str:
    """Return the switch that was probably meant."""
    meant = _SWITCHES.get(str(given).lower(), str(given).lower())
    return f"; maybe {meant}" if meant in ("true", "false") else ""


def _pattern(pattern: str, given: Any) -> str:
    """Return what a pattern asks for, in words."""
    got = f"got {_shown(given)}"
    if pattern == IDENTIFIER_PATTERN:
        item, _, end = str(given).partition(".")
        if end in ("start", "finish"):
            return f"expected an id, {got}. Maybe '{item}'; which end is meant is said by the rule's type."
        better = re.sub(r"[^A-Za-z0-9_-]+", "-", str(given)).strip("-_")[:64]
        advice = f". Maybe '{better}'." if better and better != given else ""
        return f"expected an id of letters, digits, '-' and '_', at most 64 characters, {got}{advice}"
    if r"(\." in pattern:
        return f"expected a number by its holder, such as ITEM.duration or RULE.lag, {got}"
    if "duration:" in pattern:
        return f"expected a rule's id, or 'duration:' and an activity's id, {got}"
    if r"\d{4}" in pattern:
        return f"expected a day YYYY-MM-DD or a month YYYY-MM, {got}"
    return f"expected an occasion such as 'last working day', 'third thu' or 'day 15', {got}"


def _reasoned(message: str, given: Any) -> str:
    """Return a complaint of the vocabulary itself, with the way out that a file's writer needs."""
    message = re.sub(r"\bgot (True|False|None)$", lambda found: f"got {_shown(given) or found[1]}", message)
    if isinstance(given, (dict, list)):
        message = re.sub(r"\bgot [{\[].*$", f"got {_shown(given)}", message, flags=re.DOTALL)
    if "expected true or false" in message:
        return f"{message}{_switch(given)}"
    if "expected a duration" in message and isinstance(given, int) and not isinstance(given, bool) and abs(given) < 10**6:
        return f"{message}; maybe '{given} wd'"
    if "expected a duration" in message and isinstance(given, str) and is_relative(given):
        return f"{message}; a file states the value itself, --set and a workbook may change it"
    return message


def _likely(given: Any, known: list[str]) -> str:
    """Return a suggestion: a known word near to the given one, or one that it begins with."""
    advice = maybe(str(given), known)
    if advice == ".":
        advice = next((f". Maybe '{word}'." for word in known if str(given).lower().startswith(word)), "")
    return advice


def _plain_message(message: str, given: Any) -> str:
    """Return pydantic's own words, without its manners."""
    wanted = re.sub(r"^(Input|Value) should be (a |an )?valid ", "expected a ", message)
    wanted = re.sub(r"^(Input|Value) should ", "expected it to ", wanted)
    return f"{wanted[:1].lower()}{wanted[1:]}, got {_shown(given)}"


def _shown(value: Any) -> str:
    """Return a value as it would stand in a file, shortly."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    text = str(value)
    text = text if len(text) <= 60 else f"{text[:59]}…"
    return f"'{text}'" if isinstance(value, str) else text


def _cut(message: str) -> str:
    return message if len(message) <= _LONGEST else f"{message[: _LONGEST - 1]}…"


def _listing(names: list[str]) -> str:
    return ", ".join(names)
