"""Comparison of a pack by another version of this tool with the pack derived here.

Words, columns and whole tables come and go between versions; a figure that both have does not. So figures are compared where
both versions have them, by table, row and column, and by the name of a number elsewhere; the page and the workbook are held
against the pack's own results. What one version alone has is listed by name as not derived: it is no forgery, nor does it hold.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from typing import Any, NamedTuple

from pydantic import ValidationError

from models.plan import Plan
from optimiser.evidence.inputs import INPUTS
from optimiser.evidence.report import render_html
from optimiser.evidence.restore import restored
from optimiser.evidence.words import MONTHS, counted
from optimiser.evidence.workbook import write_tables, write_workbook
from optimiser.reading.files import json_value

__all__ = ["Across", "held_across"]

MOST_NAMED = 40
"""Of what one version alone has, so many are named for each file."""

_RUN = ("run", "version", "sha256", "inputs_sha256", "written_sha256", "deterministic_time")
"""Keys that tell how an answer was found and how a plan is spelled, and not what it is."""

_MONTHS = {name: place for place, name in enumerate(MONTHS, 1)}
_DAY = re.compile(r"\b(\d{1,2})\s+(" + "|".join(_MONTHS) + r")[a-z]*\s+(\d{4})\b|\b(\d{4})-(\d{2})-(\d{2})\b")
_HASH = re.compile(r"[0-9a-f]{12,64}")
_HIDDEN = ("script", "style", "svg")


class Across(NamedTuple):
    """The comparison of one file of a pack: differences in shared content, and content not compared."""

    wrong: tuple[str, ...]
    left: tuple[str, ...]


def held_across(path: str, files: Mapping[str, bytes], made: Mapping[str, bytes], main: str) -> Across:
    """Return the comparison of one file that is not the same to the letter.

    Parameters
    ----------
    path
        Of a file that the pack has, or that is made here.
    files, made
        The pack's own files, and those that are derived from it.
    """
    if path not in made or path not in files:
        return Across((), (f"{'this' if path not in made else 'that'} version makes no such file",))
    try:
        if path == "report.html":
            return _page(files)
        if path.endswith(".xlsx"):
            return _book(path, files, main)
        return _document(path, files[path], made[path])
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration, ValidationError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        return Across((), (f"this version cannot read it: {reason}",))


def _document(path: str, ours: bytes, made: bytes) -> Across:
    """Hold one document against what is derived here; nothing can be said of a drawing."""
    if not path.endswith(".json"):
        return Across((), ("it is made otherwise by this version",))
    if path.startswith(f"{INPUTS}/plans/"):
        return _plan(ours, made)
    compare = _results if path == "results.json" else _leaves
    return _told(compare(json_value(ours), json_value(made)))


def _told(found: Iterator[tuple[bool, str]]) -> Across:
    """Return differences, and beside them some of what was left out by name."""
    wrong: dict[str, None] = {}
    left: dict[str, None] = {}
    for differs, said in found:
        (wrong if differs else left)[said] = None
    named = list(left)[:MOST_NAMED]
    if len(left) > MOST_NAMED:
        named.append(f"and {len(left) - MOST_NAMED} more that only one of the two versions has or words so")
    return Across(tuple(wrong), tuple(named))


# -- documents -----------------------------------------------------------------------------------------------------------


def _leaves(ours: Any, made: Any, path: str = "") -> Iterator[tuple[bool, str]]:
    """Yield differences of two documents: whether it is one of a figure that both have, and where."""
    if isinstance(ours, Mapping) and isinstance(made, Mapping):
        for key in sorted({*ours, *made}):
            where = f"{path}.{key}" if path else str(key)
            if key in _RUN:
                yield from ((False, where) for _ in range(ours.get(key) != made.get(key)))
            elif key in ours and key in made:
                yield from _leaves(ours[key], made[key], where)
            else:
                yield False, where
    elif isinstance(ours, list) and isinstance(made, list):
        if len(ours) != len(made):
            yield False, f"{path}: {len(ours)} entries, here {len(made)}"
            return
        for place, (one, other) in enumerate(zip(ours, made, strict=True)):
            yield from _leaves(one, other, f"{path}[{place}]")
    elif ours != made or isinstance(ours, bool) != isinstance(made, bool):
        yield _differs(ours, made), _said(path, ours, made)


def _differs(ours: Any, made: Any) -> bool:
    """Return whether two values that differ are figures that both versions have, and no words."""
    return not (ours is None or made is None or _worded(ours) or _worded(made))


def _worded(value: Any) -> bool:
    """Return whether a value is words: text of more than one of them that is no day; or a hash, which goes by how a plan is spelled."""
    if not isinstance(value, str) or _DAY.fullmatch(value.strip()):
        return False
    return " " in value.strip() or _HASH.fullmatch(value) is not None


def _said(path: str, ours: Any, made: Any) -> str:
    if _differs(ours, made):
        return f"{path}: {str(ours)[:60]}, and {str(made)[:60]} is derived here"
    return path if ours is None or made is None else f"the words of {path}"


def _plan(ours: bytes, made: bytes) -> Across:
    """Return the differences of a plan; fields unknown to the other version have their defaults."""
    if Plan.model_validate_json(ours) == Plan.model_validate_json(made):
        return Across((), ())
    return _told(_leaves(json_value(ours), json_value(made)))


# -- results -------------------------------------------------------------------------------------------------------------


def _results(ours: Mapping[str, Any], made: Mapping[str, Any]) -> Iterator[tuple[bool, str]]:
    """Yield what differs of the results: tables by their names, sentences by their sections, all else by its keys."""
    rest = ("tables", "sections", "left_out")
    one, other = ({key: value for key, value in each.items() if key not in rest} for each in (ours, made))
    yield from _leaves(one, other)
    for name in sorted({*ours["tables"], *made["tables"]}):
        if name in ours["tables"] and name in made["tables"]:
            yield from _table(name, ours["tables"][name], made["tables"][name])
        else:
            yield False, f"table {name}"
    sections = {section["id"]: section for section in made["sections"]}
    for section in ours["sections"]:
        other = sections.pop(section["id"], None)
        if other is None:
            yield False, f"section {section['id']}"
        elif section != other:
            own = Counter(map(_plain, _figures(section)))
            more = own - Counter(map(_plain, _figures(other)))
            named = f", with {', '.join(sorted(more)[:MOST_NAMED])}" if more else ""
            yield False, f"the sentences of section {section['id']}{named}"
    yield from ((False, f"section {name}") for name in sections)


def _figures(section: Mapping[str, Any]) -> Iterator[str]:
    """Yield the figures of the sentences of a section."""
    for block in section["blocks"]:
        for part in block.get("parts", ()):
            if isinstance(part, Mapping) and "proof" in part:
                yield str(part["text"])


def _plain(text: str) -> str:
    """Return a figure with its days spelled alike."""
    return _DAY.sub(lambda found: _date(found).isoformat(), text)


def _table(name: str, ours: Mapping[str, Any], made: Mapping[str, Any]) -> Iterator[tuple[bool, str]]:
    """Yield the differences of a table in both versions."""
    heads = [[column["name"] for column in each["columns"]] for each in (ours, made)]
    shared = [head for head in heads[0] if head in heads[1] and heads[0].count(head) == 1 == heads[1].count(head)]
    yield from (
        (False, f"column {head} of table {name}") for head in dict.fromkeys([*heads[0], *heads[1]]) if head not in shared
    )
    rows = [[dict(zip(head, row, strict=True)) for row in each["rows"]] for head, each in zip(heads, (ours, made), strict=True)]
    kinds = {column["name"]: column["kind"] for column in ours["columns"]}
    keys = [head for head in shared if kinds[head] == "id"]
    pairs, lost = _paired(rows, keys, [head for head in shared if kinds[head] in ("text", "id")])
    yield from ((False, f"{said} of table {name}") for said in lost)
    for one, other in pairs:
        row = " ".join(str(one[key]) for key in keys) or "a row"
        for head in shared:
            if one[head] != other[head]:
                differs = _differs(one[head], other[head])
                yield differs, _said(f"{head} of {row if differs else 'some rows'} in table {name}", one[head], other[head])


def _paired(
    rows: Sequence[Sequence[dict[str, Any]]], keys: Sequence[str], said: Sequence[str]
) -> tuple[list[tuple[dict[str, Any], dict[str, Any]]], list[str]]:
    """Return the pairs of matching rows of two tables, and remarks on rows of one table alone.

    Parameters
    ----------
    keys
        Columns that name a row; rows that they do not name are the same where what they say in words is.
    """
    named = [{tuple(str(row[key]) for key in keys): row for row in each} for each in rows]
    if keys and all(len(table) == len(each) for table, each in zip(named, rows, strict=True)):
        pairs = [(row, named[1][key]) for key, row in named[0].items() if key in named[1]]
        return pairs, [f"row {' '.join(key)}" for key in sorted(named[0].keys() ^ named[1].keys())]
    pairs = [(one, other) for one, other in zip(*rows, strict=False) if all(one[head] == other[head] for head in said)]
    lost = max(map(len, rows)) - len(pairs)
    return pairs, [counted(lost, "row")] if lost else []


# -- page and workbook ---------------------------------------------------------------------------------------------------


def _page(files: Mapping[str, bytes]) -> Across:
    """Hold the page against the pack's own results: written by our hand, or else by the days that it shows."""
    results = json_value(files["results.json"])
    page = files["report.html"].decode()
    try:
        told = restored(results, files)
        if page in (render_html(told), *(render_html(told, version=version) for version in _versions(results))):
            return Across((), ())
    except (ValidationError, KeyError, TypeError, ValueError):
        pass  # a document of that version that this one cannot set
    known = set(_dates(files["results.json"].decode()))
    shown = _PageWords()
    shown.feed(page)
    strange = sorted(set(_dates(" ".join(shown.words))) - known)
    wrong = tuple(f"shows {date.isoformat()}, which its results do not have" for date in strange[:MOST_NAMED])
    return Across(wrong, ("its words and how it is set are that version's; its days are those of its results",))


def _versions(results: Mapping[str, Any]) -> Sequence[str]:
    """Return the version that wrote the page, as the results state it."""
    rows = results.get("tables", {}).get("versions", {}).get("rows", ())
    return [str(row[1]) for row in rows if row and row[0] == "mhhs-optimiser"]


class _PageWords(HTMLParser):
    """The words that a page shows, drawings left out."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what is not shown as words."""
        del attrs
        if tag in _HIDDEN:
            self._hidden.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Note its end."""
        if self._hidden and self._hidden[-1] == tag:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        """Keep words."""
        if not self._hidden:
            self.words.append(data)


def _dates(text: str) -> Iterator[dt.date]:
    for found in _DAY.finditer(text):
        yield _date(found)


def _date(found: re.Match[str]) -> dt.date:
    day, month, year, *iso = found.groups()
    numbers = (int(year), _MONTHS[month], int(day)) if day else tuple(map(int, iso))
    try:
        return dt.date(*numbers)
    except ValueError:
        return dt.date.min


def _book(path: str, files: Mapping[str, bytes], main: str) -> Across:
    """Hold a workbook against the pack's own results, written by our hand."""
    told = restored(json_value(files["results.json"]), files)
    if path == "tables.xlsx":
        same = write_tables(told) == files[path]
    else:
        same = write_workbook(told, Plan.model_validate_json(files[f"{INPUTS}/plans/{main}.json"])) == files[path]
    return Across((), () if same else ("its sheets are laid out as that version does",))
