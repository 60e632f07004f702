"""The report as data, and read back from it: nothing of it stands on the page alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from models.pack import Chart, Pack, Table

__all__ = ["document_of", "restored"]


def document_of(pack: Pack) -> list[dict[str, Any]]:
    """Return the sections of a report: tables by their names, drawings without their lines, which lie beside."""
    found = []
    for section in pack.sections:
        dumped = section.model_dump(mode="json", by_alias=True)
        for place, block in enumerate(section.blocks):
            if isinstance(block, Table):
                dumped["blocks"][place] = {"kind": "table", "id": block.id}
            elif isinstance(block, Chart):
                del dumped["blocks"][place]["svg"]
        found.append(dumped)
    return found


def restored(results: Mapping[str, Any], files: Mapping[str, bytes]) -> Pack:
    """Return the report that results and drawings belong to.

    Raises
    ------
    ValidationError, KeyError, TypeError, ValueError
        If they are not as a pack writes them.
    """
    sections = []
    for section in results["sections"]:
        blocks = []
        for block in section["blocks"]:
            if block["kind"] == "table":
                blocks.append(_table(results["tables"][block["id"]], block["id"]))
            elif block["kind"] == "chart":
                blocks.append({**block, "svg": files[f"charts/{block['id']}.svg"].decode().removesuffix("\n")})
            else:
                blocks.append(block)
        sections.append({**section, "blocks": blocks})
    return Pack.model_validate({**{key: results[key] for key in ("plan", "title", "as_of", "status")}, "sections": sections})


def _table(stored: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a table as it was, its dates as dates."""
    days = [column["kind"] == "date" for column in stored["columns"]]
    rows = [
        [
            dt.date.fromisoformat(cell) if is_day and isinstance(cell, str) else cell
            for cell, is_day in zip(row, days, strict=True)
        ]
        for row in stored["rows"]
    ]
    return {"id": name, **{key: value for key, value in stored.items() if key != "section"}, "rows": rows}
