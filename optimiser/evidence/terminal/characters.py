"""Safe text: names without control characters, and drawings in the characters of the encoding."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["clean", "legible", "plain_characters"]

# Whole terminal sequences (colours, cursor moves, titles), so that no remnant such as "[31m" is left behind.
_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS and other strings
    r"|\x1b[ -/]*[0-~]"  # two-character sequences
)
_BYTE = re.compile("[\udc80-\udcff]")
"""What Python makes of a byte of a name that is not UTF-8."""
_SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """Return the text on one line, without terminal sequences, control or direction-changing characters."""
    if text.isascii() and text.isprintable():
        return text
    flat = _SPACE.sub(" ", _SEQUENCE.sub("", legible(text)))
    return "".join(
        character
        for character in flat
        if unicodedata.category(character) not in ("Cc", "Cf", "Cs") or character in "\u200c\u200d"  # joiners of letters
    )


def legible(name: str) -> str:
    """Return the name of a file, each byte of it that is not UTF-8 written out in hexadecimal."""
    return _BYTE.sub(lambda found: f"\\x{ord(found[0]) - 0xDC00:02x}", name)


_PLAIN = str.maketrans("─–—−│┊…→·×█▒▓◆◇▪▫●○‘’“”", "----||~>-x#=%*o..*o''\"\"")
"""One character for one, so that columns stay where they are."""


def plain_characters(text: str, encoding: str | None) -> str:
    """Return the text in characters that the encoding has, drawing with letters where it cannot draw."""
    name = encoding or "ascii"
    try:
        text.encode(name)
    except UnicodeEncodeError:
        text = text.translate(_PLAIN)
    except LookupError:
        return plain_characters(text, "ascii")
    return text.encode(name, errors="replace").decode(name)
