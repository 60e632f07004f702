"""Ids for what a table calls by any name: short, speakable, each once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

__all__ = ["Names", "plain_title", "slug"]

_LONGEST: Final = 64
_FORMULA: Final = "=+@\t-–—"
"""Signs at the beginning of a text that a spreadsheet takes for a formula, or that are bullets."""


def slug(text: str, longest: int = _LONGEST) -> str:
    """Return a text as an id: letters without accents, digits and hyphens; empty where nothing is left."""
    written = text.replace("ß", "ss").replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    written = written.replace("Ä", "Ae").replace("Ö", "Oe").replace("Ü", "Ue")
    plain = unicodedata.normalize("NFKD", written).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_]+", "-", plain).strip("-_")[:longest].rstrip("-_")


def plain_title(text: str) -> str:
    """Return a text without the signs at its beginning that would make it a formula in a spreadsheet."""
    return text.lstrip(_FORMULA + " ") or text.strip()


class Names:
    """Ids that have been given."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def new(self, *parts: str) -> str:
        """Return an id made of the parts, with a number behind it where it is taken or would be too long."""
        whole = "-".join(filter(None, map(slug, parts))) or "x"
        name, number = whole[:_LONGEST].rstrip("-_"), 1
        while name in self._taken or (number == 1 and len(whole) > _LONGEST):
            number += 1
            name = f"{whole[: _LONGEST - 6].rstrip('-_')}-{number}"
        self._taken.add(name)
        return name
