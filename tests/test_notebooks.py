"""Notebooks are what their texts say, small, and come out the same when they are run again."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import nbformat
import pytest

FOLDER = Path(__file__).parents[1] / "notebooks"
_SPEC = importlib.util.spec_from_file_location("execute", FOLDER / "execute.py")
assert _SPEC is not None
assert _SPEC.loader is not None
execute = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(execute)

TEXTS = execute.texts()


def outputs(notebook) -> list[object]:
    """Return what every cell gave, without how often it was run."""
    return [
        {key: value for key, value in output.items() if key != "execution_count"}
        for cell in notebook.cells
        for output in cell.get("outputs", ())
    ]


def test_there_are_five():
    """The five stories are there, each as text and as notebook."""
    assert len(TEXTS) == 5
    assert all(text.with_suffix(".ipynb").exists() for text in TEXTS)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.stem)
def test_notebook_is_its_text(text):
    """Cells are those of the text, outputs are there, and the file is small."""
    stored = nbformat.read(text.with_suffix(".ipynb"), as_version=4)
    written = execute.written(text)
    code = [cell for cell in stored.cells if cell.cell_type == "code"]

    assert [(cell.cell_type, cell.source) for cell in stored.cells] == [(cell.cell_type, cell.source) for cell in written.cells]
    assert text.with_suffix(".ipynb").stat().st_size < execute.LARGEST
    assert sum(bool(cell.outputs) for cell in code) >= len(code) - 1
    assert not [output for cell in code for output in cell.outputs if output.output_type == "error"]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.stem)
def test_notebook_defines_nothing(text):
    """A notebook calls the API: it holds no function and no class of its own."""
    words = text.read_text(encoding="utf-8")

    assert "\ndef " not in words
    assert "\nclass " not in words


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.stem)
def test_notebook_runs(text):
    """Run again, a notebook gives what is stored."""
    stored = nbformat.read(text.with_suffix(".ipynb"), as_version=4)

    assert outputs(execute.executed(text)) == outputs(stored)
