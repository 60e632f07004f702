"""Answers as data frames and as cells of a notebook."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest

from models.record import Record
from optimiser import compare, earliest, explain, lint, load, robust, why_not
from optimiser.evidence.notebook import html_of
from optimiser.evidence.tables.kit import columns, table

PLAN = load("toy")
ANSWERS = {
    "earliest": lambda: earliest(PLAN),
    "explain": lambda: explain(PLAN, "OPEN"),
    "why_not": lambda: why_not(PLAN, "OPEN", "2024-02-01"),
    "robust": lambda: robust(PLAN, samples=128),
    "lint": lambda: lint(PLAN),
    "compare": lambda: compare(earliest(PLAN), earliest(load("toy", readings={"licence": "needed"}))),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_is_a_frame(name):
    """Every list of an answer is a data frame with a row an entry; what it has no list of is refused with what it has."""
    answer = ANSWERS[name]()
    lists = [field for field in type(answer).model_fields if isinstance(getattr(answer, field), tuple)]
    records = [field for field in lists if getattr(answer, field) and isinstance(getattr(answer, field)[0], Record)]

    assert isinstance(answer.to_frame(), pd.DataFrame)
    for field in records:
        assert len(answer.to_frame(field)) == len(getattr(answer, field))
    with pytest.raises(ValueError, match=f"{type(answer).__name__} has no list 'nothing'; it has"):
        answer.to_frame("nothing")


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_is_a_small_cell(name):
    """A cell that ends in an answer shows a table of less than 60 kB, and its ``repr`` stays on a screen."""
    answer = ANSWERS[name]()

    assert "<table>" in (html_of(answer) or "<table> of nothing" * answer.to_frame().empty)
    assert len(html_of(answer) or "") < 60_000
    assert len(repr(answer)) < 4_000


def test_dates_come_with_their_picture():
    """The cell of an outcome shows the dates with their proof, and the schedule that reaches them."""
    found = html_of(earliest(load("mhhs-round2"))) or ""

    assert "8 May 2025" in found
    assert "certified" in found
    assert "<svg" in found
    assert len(found) < 60_000


def test_names_are_no_markup():
    """What stands in a table is text in a cell too."""
    made = table("x", "<b>X</b>", columns("a"), [["<script>alert(1)</script>"]], proof="stated", source="the test")

    assert "<script" not in (html_of(made) or "")
    assert "<b>" not in (html_of(made) or "")


@pytest.mark.long
def test_a_notebook_shows_answers_unasked():
    """Where a notebook runs, fetching a verb is enough for its answers to be shown so."""
    code = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "from optimiser import earliest, load\n"
        "shown, _ = shell.display_formatter.format(earliest(load('toy')))\n"
        "print(sorted(shown), '<svg' in shown['text/html'])"
    )

    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert found.stdout.splitlines()[-1] == "['text/html', 'text/plain'] True"
