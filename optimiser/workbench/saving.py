"""What is taken home: the changes as a scenario file, the board as a drawing, the workbook and the evidence pack."""

from __future__ import annotations

import base64
import io
import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import yaml

from models.workbench import Question
from optimiser.errors import InputError, Located
from optimiser.evidence.words import listed
from optimiser.explain.route import route_mapping
from optimiser.workbench.answers import Tell
from optimiser.workbench.desk import Desk
from optimiser.workbench.draft import change_words
from optimiser.workbench.drawing import picture
from optimiser.workbench.rows import opened, placed

__all__ = ["chart", "pack", "scenario_text", "workbook"]

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The day that every file of an archive bears: equal packs are equal byte by byte."""


def scenario_text(desk: Desk, question: Question) -> tuple[str, str]:
    """Return the changes as a scenario file, with a name for it: `solve` reads it to the same dates.

    Raises
    ------
    InputError
        If a change cannot be made.
    """
    desk.variant(question.changes)
    title = question.title.strip() or "Changes made on the workbench"
    name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:50].strip("-") or "workbench"
    mapping = route_mapping(desk.scenario(question.changes, name, title))
    ordered = {key: mapping[key] for key in ("schema", "id", "title") if key in mapping}
    text = yaml.safe_dump({**ordered, **mapping}, sort_keys=False, allow_unicode=True, width=120)
    return f"{name}.yaml", text


def chart(desk: Desk, question: Question) -> str:
    """Return the board as one drawing: as it is on the page, with the names of its rows and what was changed.

    Raises
    ------
    InputError
        If a change cannot be made, or there is no schedule to draw.
    """
    variation = desk.variant(question.changes)
    outcome = desk.outcomes.get(variation.key)
    rows = placed(variation, desk.asked, outcome)
    if rows is None:
        raise InputError([Located("there is no schedule to draw: the changes contradict each other", path="chart")])
    before = opened(desk, proved=rows.stage == "proof")
    said = [entry["text"] for entry in change_words(variation)]
    stage = "dates as proved" if rows.stage == "proof" else "draft: a forward pass, not before where capacity binds"
    words = [f"Changed: {listed(said)}" if said else "Nothing is changed", stage]
    return picture(variation, rows, before, desk.asked, question.look, words)


def workbook(desk: Desk, question: Question, tell: Tell) -> dict[str, Any]:
    """Return the workbook of the pack of the plan as changed."""
    files, name = _built(desk, question, tell)
    return _file(f"{name}.xlsx", files["workbook.xlsx"], "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


def pack(desk: Desk, question: Question, tell: Tell) -> dict[str, Any]:
    """Return the evidence pack of the plan as changed, as one archive."""
    files, name = _built(desk, question, tell)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            entry = zipfile.ZipInfo(f"{name}/{path}", _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return _file(f"{name}.zip", held.getvalue(), "application/zip")


def _built(desk: Desk, question: Question, tell: Tell) -> tuple[dict[str, bytes], str]:
    """Build the pack with the changes as its last scenario: whoever has it can build it again."""
    from optimiser.evidence.pack import build
    from optimiser.evidence.request import request_of

    file, text = scenario_text(desk, question)
    desk.again()
    source = desk.path or desk.name
    with tempfile.TemporaryDirectory(prefix="optimiser-") as folder:
        main = desk.scenarios
        if question.changes:
            saved = Path(folder) / file
            saved.write_text(text, encoding="utf-8")
            main = (*main, str(saved))
        request = request_of(str(source), main=main, cases=(), milestones=desk.asked)
        built = build(request, source, progress=tell)
    return dict(built.files), f"{desk.base.id}-{Path(file).stem}"


def _file(name: str, content: bytes, kind: str) -> dict[str, Any]:
    return {"schema": "optimiser/workbench-file/1", "name": name, "kind": kind, "content": base64.b64encode(content).decode()}
