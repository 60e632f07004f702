"""Documents and files broken at random, each time in the same way for the same seed."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

STRANGE: tuple[Any, ...] = (
    None, True, 0, -1, 7, 10**9, 10**30, -(10**30), 0.5, float("nan"), float("inf"), "", "x", "x" * 5000, "$x", "M1.finish.x", "\ud800", "\x00", "é",
    "2024-02-30", "0001-01-01", "9999-12-31", "3 wd", "-999999 wd", [], {}, [[]], [None], {"": None}, {"id": 1}, [1, "x", {}],
)  # fmt: skip
"""Values that stand where something else is meant."""


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return every place of a document: what holds a value, and under which key or position."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        for key in holder if isinstance(holder, dict) else range(len(holder)):
            found.append((holder, key))
            if isinstance(holder[key], (dict, list)):
                waiting.append(holder[key])
    return found


def broken(document: Any, chance: random.Random, most: int = 3) -> Any:
    """Return a copy of a document with some values replaced, moved, doubled or taken away."""
    made = copy.deepcopy(document)
    for _ in range(chance.randint(1, most)):
        found = places(made)
        if not found:
            break
        holder, key = chance.choice(found)
        match chance.randrange(6):
            case 0:
                del holder[key]
            case 1:
                other, where = chance.choice(found)
                holder[key] = copy.deepcopy(other[where])
            case 2 if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[key]))
            case 3 if isinstance(holder, dict):
                holder[chance.choice(("", "x", "id", "é", str(key).upper()))] = holder.pop(key)
            case 4 if isinstance(holder[key], int) and not isinstance(holder[key], bool):
                holder[key] += chance.choice((-1, 1, -100, 100, 10**6))
            case _:
                holder[key] = copy.deepcopy(chance.choice(STRANGE))
    return made


def garbled(content: bytes, chance: random.Random) -> bytes:
    """Return bytes with some changed, cut off, doubled or put in."""
    made = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(made) + 1)
        match chance.randrange(5):
            case 0:
                del made[at:]
            case 1:
                del made[at : at + chance.randint(1, 200)]
            case 2:
                made[at:at] = chance.choice(
                    (b"\x00", b"\xff", b"{", b"]", b'"', b"- ", b"\n", b": ", b"\xf0\x9f", b"9" * 5000, b"&a ", b"*a")
                )
            case 3 if made:
                made[min(at, len(made) - 1)] ^= 1 << chance.randrange(8)
            case _:
                made[at:at] = made[at : at + chance.randint(1, 400)]
    return bytes(made)


def as_json(document: Any) -> str:
    """Return a document as JSON, halves of characters and all."""
    return json.dumps(document)
