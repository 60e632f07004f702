"""The reference of Python, written from signatures and docstrings: ``python docs/python_reference.py > docs/python.md``."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import sys
import textwrap
import typing
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

from pydantic import BaseModel

import optimiser

HEAD: Final = """# Python

Written from the functions themselves by `python docs/python_reference.py`; a test compares the two. Everything here is
imported from `optimiser`. A verb takes a `Plan` and returns a frozen record; every record has `to_frame()` for pandas and
`model_dump(mode="json")`, and shows a table, and a picture where there is a schedule, as the last line of a notebook's cell.
"""
SECTIONS: Final = ("Parameters", "Returns", "Raises", "Attributes", "Examples", "References", "Notes")
EXAMPLES: Final = """## In short

```python
from optimiser import Session, earliest, explain, load, robust, why_not

plan = load("mhhs-round2", scenarios=["poap1"])
outcome = earliest(plan, ["M10", "M14", "M16"])
outcome.dates, outcome.proof  # each date, and the weakest proof among them
explain(plan, "M14").to_frame()  # what each rule is worth, in working days
why_not(plan, "M10", "2024-12-31").route  # what would have to give
robust(plan, 0.8, samples=4096).to_frame()  # the date to commit to, by milestone

session = Session("mhhs-round2")  # a change is not a re-read
session.change(settings={"sit-mvc": "+10wd"}).what_if()
```
"""


def page() -> str:
    """Return the page: each public name with its signature and its words, then the records that verbs return."""
    parts = [HEAD, EXAMPLES, "## Functions and classes\n"]
    records: dict[str, type] = {}
    for name in sorted(optimiser.__all__, key=str.lower):
        thing = getattr(optimiser, name)
        thing = getattr(thing, "_verb", thing)
        parts.append(_entry(name, thing))
        for record in _records(thing):
            records[record.__name__] = record
    parts.append("## What they return\n")
    parts += [_record(records[name]) for name in sorted(records)]
    return "\n".join(parts)


def _entry(name: str, thing: Any) -> str:
    """Return a function or class: signature, words, and the methods of a class."""
    lines = [f"### {name}", "", "```python", _signature(name, thing), "```", "", *_words(inspect.getdoc(thing) or "")]
    if inspect.isclass(thing):
        for own, method in vars(thing).items():
            if not own.startswith("_") and inspect.isfunction(method):
                lines += ["", f"#### {name}.{own}", "", "```python", _signature(own, method), "```", ""]
                lines += _words(inspect.getdoc(method) or "")
    return "\n".join([*lines, ""])


def _signature(name: str, thing: Any) -> str:
    """Return how it is called, one argument a line where it is long."""
    signature = inspect.signature(thing)
    kept = [each for each in signature.parameters.values() if each.name != "self"]
    shown = signature.replace(
        parameters=[_plain(each) for each in kept], return_annotation=_written(signature.return_annotation)
    )
    one = f"{name}{shown}"
    if len(one) <= 100:
        return one
    marks = _with_marks(kept)
    end = "" if shown.return_annotation is inspect.Signature.empty else f" -> {shown.return_annotation!r}"
    return f"{name}(\n" + "".join(f"    {mark},\n" for mark in marks) + f"){end}"


def _plain(parameter: inspect.Parameter) -> inspect.Parameter:
    """Return a parameter that reads as somebody would write it: types without quotes, an empty mapping for the shared one."""
    plain = parameter.replace(annotation=_written(parameter.annotation))
    return plain.replace(default=_Written("{}")) if "mappingproxy" in repr(parameter.default) else plain


def _written(annotation: Any) -> Any:
    return _Written(annotation) if isinstance(annotation, str) else annotation


def _with_marks(parameters: list[inspect.Parameter]) -> Iterator[str]:
    """Yield parameters as text, with the star before those that are named."""
    starred = False
    for each in parameters:
        if each.kind is inspect.Parameter.KEYWORD_ONLY and not starred:
            starred = True
            yield "*"
        yield str(_plain(each))


class _Written(str):
    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _words(docstring: str) -> Iterator[str]:
    """Yield a docstring in NumPy form as paragraphs and lists."""
    parts = re.split(rf"^({'|'.join(SECTIONS)})\n-+\n", docstring, flags=re.MULTILINE)
    yield _inline(parts[0].strip())
    for title, body in zip(parts[1::2], parts[2::2], strict=True):
        yield f"\n**{title}**\n"
        if title == "Examples":
            yield f"```python\n{body.strip()}\n```"
            continue
        if title in {"Notes", "References"}:
            yield _inline(body.strip())
            continue
        for head, text in re.findall(r"^(\S.*)\n((?:(?:    .*)?\n?)*)", body, flags=re.MULTILINE):
            said = " ".join(textwrap.dedent(text).split())
            yield f"* `{head.strip()}`: {_inline(said)}" if said else f"* {_inline(head.strip())}"


def _inline(text: str) -> str:
    """Return reST's literals as Markdown's."""
    return re.sub(r"``([^`]+)``", r"`\1`", text)


# -- records -------------------------------------------------------------------------------------------------------------------


def _records(thing: Any) -> Iterator[type]:
    """Yield the records that a function returns."""
    if inspect.isclass(thing):
        return
    names = vars(sys.modules[thing.__module__])
    returned = typing.get_type_hints(thing, globalns=names).get("return")
    for each in (returned, *typing.get_args(returned)):
        if inspect.isclass(each) and (issubclass(each, BaseModel) or dataclasses.is_dataclass(each)):
            yield each


def _record(record: type) -> str:
    """Return a record: its words, and its fields with their types and meanings."""
    said = _meanings(record)
    names = record.model_fields if issubclass(record, BaseModel) else [each.name for each in dataclasses.fields(record)]
    written = {name: text for base in reversed(record.__mro__) for name, text in _annotations(base).items()}
    rows = [f"| `{name}` | `{_cell(written.get(name, ''))}` | {_cell(_inline(said.get(name, '')))} |" for name in names]
    text = re.split(r"^Attributes\n-+", inspect.getdoc(record) or "", flags=re.MULTILINE)[0].strip()
    return "\n".join([f"### {record.__name__}", "", _inline(text), "", "| field | type | |", "|--|--|--|", *rows, ""])


def _annotations(record: type) -> dict[str, str]:
    """Return a class's own fields with their types as they are written."""
    found = {}
    for node in _body(record):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = ast.unparse(node.annotation)
    return found


def _meanings(record: type) -> dict[str, str]:
    """Return what is said of each field: under it, or among the class's attributes."""
    found = {}
    for base in reversed(record.__mro__):
        for node, after in pairwise(_body(base)):
            match node, after:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    found[name] = " ".join(inspect.cleandoc(text).split())
    listed = re.split(r"^Attributes\n-+\n", inspect.getdoc(record) or "", flags=re.MULTILINE)
    for head, text in re.findall(r"^(\w+).*\n((?:    .*\n?)+)", listed[1] if len(listed) > 1 else "", flags=re.MULTILINE):
        found[head] = " ".join(textwrap.dedent(text).split())
    return found


def _body(record: type) -> list[ast.stmt]:
    if record.__module__.split(".")[0] not in {"models", "optimiser"}:
        return []
    tree = ast.parse(textwrap.dedent(inspect.getsource(record))).body[0]
    return tree.body if isinstance(tree, ast.ClassDef) else []


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


if __name__ == "__main__":
    sys.stdout.buffer.write(page().encode())
