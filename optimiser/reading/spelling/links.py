"""Predecessors and constraints as planners write them: ``12FS+5d``, ``7EA-1 Tag;9SS``, ``SNET 2026-05-04``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from models.faults import maybe
from models.rules import LinkType
from optimiser.reading.interchange.record import ConstraintKind
from optimiser.reading.spelling.lengths import WrittenLength, plain_text, read_length

__all__ = ["WrittenLink", "known_ids", "read_constraint", "read_links"]


@dataclass(frozen=True, slots=True)
class WrittenLink:
    """One predecessor: which, how it is linked, and the lag where there is one.

    Attributes
    ----------
    other
        The predecessor's id as the table has it.
    """

    other: str
    type: LinkType = "FS"
    lag: WrittenLength | None = None


_TYPES: Final[dict[str, LinkType]] = {
    "FS": "FS", "SS": "SS", "FF": "FF", "SF": "SF", "EA": "FS", "AA": "SS", "EE": "FF", "AE": "SF",
    "FD": "FS", "DD": "SS", "DF": "SF", "FC": "FS", "CC": "SS", "CF": "SF",
}  # fmt: skip
"""As Microsoft Project writes them in English, German, French and Spanish."""
_BEHIND: Final = re.compile(rf" ?({'|'.join(_TYPES)})?( ?[+-] ?[^+-]+)?", re.IGNORECASE)
_DETAILED: Final = re.compile(r" ?: ?(FS|SS|FF|SF)( [+-]? ?\d[^+-]*)?", re.IGNORECASE)
"""As Primavera writes it: ``A1000: FS 5d``."""
_UNKNOWN_LINK: Final = re.compile(rf"([^+;,]+?)(?: ?({'|'.join(_TYPES)}))?( ?[+-] ?\d[^+-]*)?", re.IGNORECASE)


def known_ids(ids: Iterable[str]) -> Mapping[str, str]:
    """Return the ids of a table by how they may be written, for `read_links` to find.

    A number may stand with the decimal that spreadsheets and data frames put to it: ``12`` is ``12.0``, unless that is another id.
    """
    found = {plain_text(entry).lower(): entry for entry in ids}
    for low, entry in list(found.items()):
        if re.fullmatch(r"\d+(\.0)?", low):
            found.setdefault(low.removesuffix(".0") if low.endswith(".0") else f"{low}.0", entry)
    return found


def read_links(text: str, known: Mapping[str, str]) -> tuple[list[WrittenLink], list[str]]:
    """Read predecessors: ``12FS+5d``, ``7SS``, ``3;5SS-1 ed;7FF+50%``, ``4EA+2 Tage``, ``A10: FS 2d, A20: SS``.

    They are parted by semicolons or lines; by commas where each part is a predecessor by itself.

    Parameters
    ----------
    known
        The ids of the table, as `known_ids` returns them.

    Returns
    -------
    tuple
        The links, and what is wrong with each part that is none.
    """
    links: list[WrittenLink] = []
    wrong: list[str] = []
    for part in filter(None, map(plain_text, re.split(r"[;\n]", text))):
        for piece in _pieces(part, known):
            try:
                links.append(_link(piece, known))
            except ValueError as error:
                wrong.append(str(error))
    return links, wrong


def _pieces(part: str, ids: Mapping[str, str]) -> list[str]:
    """Part a text at its commas, unless one of them is decimal or of an id."""
    pieces = [piece for piece in map(str.strip, part.split(",")) if piece]
    if len(pieces) == 1 or not _reads(part, ids):
        return pieces
    # '3FS+1,5d' reads as a lag of one and a half days; '3FS+1d,5' as two predecessors.
    return [part]


def _reads(part: str, ids: Mapping[str, str]) -> bool:
    try:
        _link(part, ids)
    except ValueError:
        return False
    return True


def _link(part: str, ids: Mapping[str, str]) -> WrittenLink:
    """Read one predecessor.

    Raises
    ------
    ValueError
        If it is none of the table, or its lag cannot be read.
    """
    low = part.lower()
    if low in ids:
        return WrittenLink(ids[low])
    for end in range(len(part), 0, -1):  # the longest id that leaves a type or a lag behind it
        name = ids.get(low[:end].rstrip())
        found = _BEHIND.fullmatch(part, end) or _DETAILED.fullmatch(part, end) if name is not None else None
        if name is not None and found is not None:
            kind = _TYPES[(found[1] or "FS").upper()]
            return WrittenLink(name, kind, read_length(found[2]) if found[2] else None)
    found = _UNKNOWN_LINK.fullmatch(part)
    name = found[1].strip() if found else part
    advice = maybe(name, ids.values()).replace(". Maybe", "; maybe").removesuffix(".")
    message = f"unknown predecessor '{name[:60]}', expected an id of the table with a lag, such as '12FS+5d'{advice}"
    raise ValueError(message)


_CONSTRAINT_NAMES: Final[tuple[tuple[ConstraintKind | None, str], ...]] = (
    (None, "asap|as soon as possible|so früh wie möglich|so frueh wie moeglich|dès que possible|lo antes posible"),
    ("as-late-as-possible", "alap|as late as possible|so spät wie möglich|so spaet wie moeglich|le plus tard possible|lo más tarde posible"),
    ("start-no-earlier", "snet|start no earlier than|not before|start on or after|anfang nicht früher als|début au plus tôt le|no comenzar antes del"),
    ("finish-no-earlier", "fnet|finish no earlier than|finish on or after|ende nicht früher als|fin au plus tôt le|no finalizar antes del"),
    ("start-no-later", "snlt|start no later than|start on or before|anfang nicht später als|début au plus tard le|no comenzar después del"),
    ("finish-no-later", "fnlt|finish no later than|not after|finish on or before|ende nicht später als|fin au plus tard le|no finalizar después del"),
    ("must-start-on", "mso|must start on|muss anfangen am|doit commencer le|debe comenzar el"),
    ("must-finish-on", "mfo|must finish on|muss enden am|doit finir le|debe finalizar el"),
    ("start-on", "start on"),
    ("finish-on", "finish on"),
)  # fmt: skip
_CONSTRAINTS: Final = {name: kind for kind, names in _CONSTRAINT_NAMES for name in names.split("|")}


def read_constraint(text: str) -> tuple[ConstraintKind | None, str]:
    """Read a constraint: MS Project's and Primavera's names in English, German, French or Spanish, or their abbreviations.

    Returns
    -------
    tuple
        The kind, None for as soon as possible, and what stands behind it in the cell, such as a date.

    Raises
    ------
    ValueError
        If it is none.
    """
    text = plain_text(text)
    low = text.lower()
    for name in sorted(_CONSTRAINTS, key=len, reverse=True):
        if low == name or low.startswith((f"{name} ", f"{name}:")):
            return _CONSTRAINTS[name], text[len(name) :].lstrip(" :")
    message = (
        f"expected a constraint such as 'Start No Earlier Than' or 'SNET', got '{text[:60]}'"
        f"{maybe(text, _CONSTRAINTS).replace('. Maybe', '; maybe').removesuffix('.')}"
    )
    raise ValueError(message)
