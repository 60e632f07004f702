"""The reference of the command line, written from the commands themselves: ``python -m optimiser.cli.reference``."""

from __future__ import annotations

import inspect
from typing import Any

import typer

from optimiser.cli import app
from optimiser.cli.output import print_text

__all__ = ["reference"]

_HEAD = """# Command line

Written from the commands by `python -m optimiser.cli.reference`; a test compares the two. PLAN is a packaged name (see
`optimiser list`) or a path.

| exit code | means |
|--|--|
| 0 | done and proven |
| 1 | our fault |
| 2 | bad usage or input |
| 3 | proven infeasible |
| 4 | undecided within the limit, or a date without its proof |
| 5 | a requested target is missed, or a stored result does not hold |
"""


def reference() -> str:
    """Return the page: every command with its usage, what it does, and its options."""
    parts = [_HEAD]
    for name, command in sorted(_commands(typer.main.get_command(app), ())):
        parts.append(_section(name, command))
    return "\n".join(parts)


def _commands(command: Any, above: tuple[str, ...]) -> list[tuple[str, Any]]:
    """Return every command that does something, with its full name."""
    inside = getattr(command, "commands", None)
    if not inside:
        return [(" ".join(above), command)]
    return [found for name, each in inside.items() for found in _commands(each, (*above, name))]


def _section(name: str, command: Any) -> str:
    """Return one command."""
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [each for each in command.params if each.param_type_name == "option" and not each.hidden]
    usage = " ".join(["optimiser", name, *(_argument(each) for each in arguments), *(["[OPTIONS]"] if options else [])])
    text = inspect.cleandoc(command.help or "").replace("\b", "").strip()
    lines = [f"## {name}", "", f"`{usage}`", "", " ".join(text.split("\n\n", maxsplit=1)[0].split())]
    for paragraph in text.split("\n\n")[1:]:
        lines += ["", " ".join(paragraph.split())]
    rows = [(_argument(each), getattr(each, "help", None) or "") for each in arguments]
    context = typer.Context(command)
    rows += [record for each in options if (record := each.get_help_record(context))]
    if rows:
        lines += ["", "| | |", "|--|--|", *(f"| `{_cell(left)}` | {_cell(right)} |" for left, right in rows)]
    return "\n".join([*lines, ""])


def _argument(parameter: Any) -> str:
    shown: str = parameter.metavar or parameter.name.upper()
    return shown if parameter.required else f"[{shown}]"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


if __name__ == "__main__":
    print_text(reference())
