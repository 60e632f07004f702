"""Write every notebook from its text and run it: ``python notebooks/execute.py``. The text is the source, the notebook its print."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent
LARGEST = 40_000
"""Bytes of one notebook: stories, not dumps."""


def written(text: Path) -> Any:
    """Return the notebook of a text, not yet run, with names of cells that do not change from one writing to the next."""
    notebook = jupytext.read(text)
    for place, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{place}"
        cell.metadata.clear()
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    return notebook


def executed(text: Path) -> Any:
    """Return the notebook of a text with its outputs, without the times at which they were made."""
    notebook = written(text)
    NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(FOLDER.parent)}}, record_timing=False, coalesce_streams=True
    ).execute()
    notebook.metadata.pop("language_info", None)
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def texts() -> list[Path]:
    """Return the notebooks as texts, in their order."""
    return sorted(FOLDER.glob("[0-9]*.py"))


if __name__ == "__main__":
    for each in texts():
        nbformat.write(executed(each), each.with_suffix(".ipynb"))
        print(each.with_suffix(".ipynb").name)
