"""Pages of documentation that are written from the product are kept equal to it."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from optimiser.cli import app
from optimiser.cli.reference import reference
from optimiser.evidence.sections.closing import NOT_MODELLED

DOCS = Path(__file__).parents[1] / "docs"


def test_command_line_reference():
    """The reference is what the commands say; write it again with ``python -m optimiser.cli.reference > docs/cli.md``."""
    assert (DOCS / "cli.md").read_text(encoding="utf-8") == reference()


def test_every_command_is_in_the_reference():
    """Every verb and every option has its line, with words."""
    page = reference()
    names = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]

    assert {found.split()[0] for found in re.findall(r"^## (.+)$", page, flags=re.MULTILINE)} == names
    assert not re.findall(r"^\| `--[^|]*\|\s*\|$", page, flags=re.MULTILINE)


def test_what_is_not_modelled():
    """The page and the pack list the same things."""
    page = (DOCS / "not-modelled.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([A-Z][^|]*) \| ([^|]*) \|$", page, flags=re.MULTILINE)

    assert tuple(rows) == NOT_MODELLED
