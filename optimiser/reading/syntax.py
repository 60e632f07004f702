"""YAML syntax errors, in the words of somebody who edits plans."""

from __future__ import annotations

from typing import Any, Final

import yaml

from optimiser.errors import Located
from optimiser.reading.files import LineStarts

__all__ = ["explained"]

_PLAIN: Final = {
    "mapping values are not allowed": "':' cannot stand here; maybe the text needs quotes, or the indentation is off",
    "did not find expected key": "expected a key here; maybe the indentation is off",
    "could not find expected ':'": "expected ':' after a key; maybe the indentation is off",
    "did not find expected '-' indicator": "expected another entry '- …' here; maybe the indentation is off",
    "block sequence entries are not allowed": "an entry '- …' cannot stand here; maybe it belongs on a line of its own",
    "unknown escape": "unknown escape after '\\'; maybe use single quotes, which know none",
    "found unexpected ':'": "':' cannot stand here; maybe the text needs quotes",
    "did not find expected <document start>": "expected the end of the file here; maybe the indentation is off",
    "did not find expected ',' or ']'": "expected ',' or ']' here",
    "did not find expected ',' or '}'": "expected ',' or '}' here",
}
"""What the parser says, and what it means; the first that fits."""


def explained(error: yaml.YAMLError, text: str, lines: LineStarts, label: str) -> Located:
    """Return a parser's complaint with its place.

    Parameters
    ----------
    error
        What the parser raised.
    text
        The text that it read.
    lines
        Where its lines begin.
    label
        What to call the file.
    """
    mark: Any = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "not understood")
    context = str(getattr(error, "context", None) or "")
    started: Any = getattr(error, "context_mark", None)
    if mark is None:
        return Located(f"this is not YAML: {problem}", file=label)
    index = mark.index
    sign = text[index] if index < len(text) else ""
    message = next((words for said, words in _PLAIN.items() if said in problem), f"this is not YAML: {problem}")
    if sign == "\t" or "tab" in problem:
        message = "a tab cannot indent or part values here; maybe use spaces"
    elif "quoted scalar" in context:
        if "end of stream" in problem or "document indicator" in problem:
            index = started.index
            message = "a quotation mark opens here and is never closed"
    elif "cannot start any token" in problem:
        message = f"'{sign}' cannot begin a value; maybe put the value in quotes"
    elif not sign and ("flow" in context):
        index = started.index
        message = f"a bracket opens here and is never closed ({problem.removeprefix('did not find ')})"
    line, column = lines.place(index)
    return Located(message, file=label, line=line, column=column)
