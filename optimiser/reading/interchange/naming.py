"""Ids of a plan for what a planner's file calls by any text: as near to the planner's own as the plan's ids allow."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["END", "identifiers"]

END: Final = "END"
"""The milestone that stands for the project's finish."""

_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_LONGEST: Final = 46
"""So many characters leave room for a number behind an id, and for what rules put before and behind it."""

_REFUSED: Final = re.compile(r"[^A-Za-z0-9_-]+")


def identifiers(
    wanted: Iterable[tuple[str, str]], taken: Iterable[str] = (), kept: Mapping[str, str] = _NONE
) -> dict[str, str]:
    """Return an id of its own for each key.

    Parameters
    ----------
    wanted
        Key, and the text that its id should be like; in the order in which they may choose.
    taken
        Ids that are used already.
    kept
        Ids that keys have had before, and keep.

    Returns
    -------
    dict
        Key to id. Letters lose their accents, other signs become hyphens; who comes second to an id gets a number behind it.
    """
    used, found = {*taken, *kept.values()}, dict[str, str]()
    numbers: dict[str, int] = {}
    for key, text in wanted:
        if key in kept:
            found[key] = kept[key]
            continue
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
        stem = _REFUSED.sub("-", plain).strip("-_")[:_LONGEST].strip("-_") or "item"
        name = stem
        while name in used:
            numbers[stem] = numbers.get(stem, 1) + 1
            name = f"{stem}-{numbers[stem]}"
        used.add(name)
        found[key] = name
    return found
