"""What the documents promise is what the commands do."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

import optimiser
from optimiser.cli import app

ROOT = Path(__file__).parents[1]


@pytest.mark.long
def test_the_result_in_the_readme_is_what_the_command_prints() -> None:
    """The table of dates in the README is a part of what solve prints today, line for line."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- result:.*?-->\n```\n(.*?)```\n<!-- end of result -->", text, re.DOTALL)
    assert found
    printed = subprocess.run(
        [sys.executable, "-m", "optimiser.cli", "solve", "mhhs-round2"],
        check=True,
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"},
    ).stdout.decode()

    assert found[1] in printed


def test_the_readme_gives_the_two_commands() -> None:
    """Set-up with the main job, and the tests, stand in one block that can be pasted."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert (
        "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/optimiser solve mhhs-round2\n.venv/bin/pytest\n"
        in text
    )


DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")), *sorted(ROOT.glob("instances/*/README.md"))]


def test_every_link_of_the_documents_lands() -> None:
    """A relative link in a document leads to a file that is there."""
    missing = []
    for document in DOCUMENTS:
        links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
        missing += [f"{document.name}: {link}" for link in links if not (document.parent / link).exists()]

    assert missing == []


def test_every_command_of_the_documents_can_be_typed() -> None:
    """Every command in a block of a document has a verb and options that the program has, and the arguments it wants."""
    refused, tried = [], 0
    program = typer.main.get_command(app)
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8").replace("\\\n", " ")
        blocks = re.findall(r"^ *```(?:sh|bash|console)?\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
        lines = re.findall(r"^\s*(?:\.venv/bin/)?optimiser +(.*)$", "\n".join(blocks), re.MULTILINE)
        for line in [*lines, *re.findall(r"`optimiser ([a-z][a-z-]+ [^`\[]+)`", text)]:
            words = shlex.split(re.split(r"\s[&|>;]|\s#|…", line)[0])
            tried += 1
            try:
                _parsed(program, words)
            except Exception as error:  # noqa: BLE001 - whatever the program's parser is, its message is what is wanted
                refused.append(f"{document.name}: optimiser {line}: {error}")

    assert refused == []
    assert tried > 50


def _parsed(command: Any, words: list[str]) -> None:
    """Take a command line apart as the program does, without doing what it says."""
    context = command.make_context(command.name or "optimiser", list(words), resilient_parsing=False)
    if inside := getattr(command, "commands", None):
        name, _, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        _parsed(inside[name], rest)


@pytest.mark.long
def test_the_reference_of_python_is_what_the_functions_say() -> None:
    """Write it again with ``python docs/python_reference.py > docs/python.md``."""
    printed = subprocess.run(
        [sys.executable, "docs/python_reference.py"],
        check=True,
        capture_output=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ).stdout.decode()

    assert (ROOT / "docs" / "python.md").read_text(encoding="utf-8") == printed
    assert set(optimiser.__all__) <= set(re.findall(r"^### (\w+)$", printed, re.MULTILINE))
