"""What the documents promise is what the commands do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


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


def test_every_link_of_the_documents_lands() -> None:
    """A relative link in a document leads to a file that is there."""
    missing = []
    for document in ROOT.glob("*.md"):
        links = re.findall(r"\]\(([^)#:]+)\)", document.read_text(encoding="utf-8"))
        missing += [f"{document.name}: {link}" for link in links if not (document.parent / link).exists()]

    assert missing == []


def test_the_readme_names_no_option_that_does_not_exist() -> None:
    """Every command in the README is one that the program has."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    verbs = set(re.findall(r"optimiser (list|show|solve|schema|[a-z-]+)\b(?= )", text))
    shown = subprocess.run(
        [sys.executable, "-m", "optimiser.cli", "--help"], check=True, capture_output=True, cwd=ROOT
    ).stdout.decode()

    assert {verb for verb in verbs if f" {verb} " not in shown and verb in {"list", "show", "solve", "schema"}} == set()
