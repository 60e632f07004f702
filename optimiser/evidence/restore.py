"""The report read back from the results: so that the page and the workbook can be held against what was checked, without a solver."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from models.pack import Chart, Manifest, Pack, PackCheck, Table
from models.plan import Plan
from optimiser.evidence.inputs import INPUTS
from optimiser.evidence.report import render_html
from optimiser.evidence.sections.closing import versions
from optimiser.evidence.workbook import write_workbook
from optimiser.reading.files import json_value

__all__ = ["check_report", "document_of", "restored"]

_WRITERS = ("mhhs-optimiser", "jinja2", "xlsxwriter")
"""What decides how a page and a workbook are spelled."""


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


def check_report(manifest: Manifest, files: Mapping[str, bytes]) -> tuple[list[PackCheck], list[str]]:
    """Hold the page, the workbook and the drawings against the results, and the results' dates against the outcomes.

    Returns
    -------
    tuple
        Claims with what was found; and what could not be held against anything, with why.
    """
    try:
        results = json_value(files["results.json"])
        pack = restored(results, files)
        plan = Plan.model_validate_json(files[f"{INPUTS}/plans/{manifest.request.cases[0].id}.json"])
        dates = list(_dates(pack, manifest, files))
    except (ValidationError, KeyError, TypeError, ValueError) as error:
        found = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'empty'}"
        return [PackCheck(file="results.json", claim="is the report as data", holds=False, found=found)], []
    ours = versions()
    other = [f"{name} {manifest.versions.get(name)}" for name in _WRITERS if manifest.versions.get(name) != ours[name]]
    if other:
        return dates, [f"the page and the workbook were not held against the results: written by {', '.join(other)}"]
    return [*dates, *_spelled(pack, plan, files)], []


def _spelled(pack: Pack, plan: Plan, files: Mapping[str, bytes]) -> Iterator[PackCheck]:
    """Write the page and the workbook again from the results and compare."""
    page = files.get("report.html", b"")
    charts = [block for section in pack.sections for block in section.blocks if isinstance(block, Chart)]
    strange = [chart.id for chart in charts if chart.svg.encode() not in page]
    for name in strange:
        yield PackCheck(
            file=f"charts/{name}.svg", claim="is the drawing in the report", holds=False, found="the page holds another"
        )
    same = page == render_html(pack).encode()
    found = "to the letter" if same else "differs"
    yield PackCheck(file="report.html", claim="says what results.json and charts/ say", holds=same, found=found)
    same = files.get("workbook.xlsx") == write_workbook(pack, plan)
    found = "to the letter" if same else "differs"
    yield PackCheck(file="workbook.xlsx", claim="holds what results.json holds", holds=same, found=found)


def _dates(pack: Pack, manifest: Manifest, files: Mapping[str, bytes]) -> Iterator[PackCheck]:
    """Hold every date of the tables that show outcomes against the outcomes."""
    tables = {table.id: table for _, table in pack.tables()}
    outcomes = {
        case.id: json_value(files[path]) for case in manifest.request.cases if (path := f"outcomes/{case.id}.json") in files
    }
    main = manifest.request.cases[0].id
    looked, wrong = 0, []
    for case, milestone, date, proof in _shown(tables, main):
        entry = outcomes.get(case, {}).get("milestones", {}).get(milestone, {})
        looked += 1
        if (entry.get("date"), entry.get("proof")) != (date.isoformat() if date else None, proof) and date is not None:
            wrong.append(f"{milestone} of case {case}")
    yield _claim("the dates and proof classes of the report are those of the outcomes", looked, wrong)
    rows = {row["id"]: (row["start"], row["finish"]) for row in outcomes.get(main, {}).get("schedule") or ()}
    table = tables.get("schedule")
    if table is not None:
        names = [column.name for column in table.columns]
        item, start, finish = (names.index(name) for name in ("item", "start", "finish"))
        wrong = [
            str(row[item])
            for row in table.rows
            if _iso(row[start]) != rows[str(row[item])][0] or (row[finish] and _iso(row[finish]) != rows[str(row[item])][1])
        ]
        yield _claim("the rows of the report are those of the schedule", len(table.rows), wrong)


def _shown(tables: Mapping[str, Table], main: str) -> Iterator[tuple[str, str, dt.date | None, str | None]]:
    """Yield each milestone of each case with its date and proof, as two tables show them."""
    for name in ("dates", "dates-cases"):
        table = tables.get(name)
        if table is None:
            continue
        names = [column.name for column in table.columns]
        for row in table.rows:
            case = str(row[names.index("case")]) if "case" in names else main
            date, proof = row[names.index("earliest")], row[names.index("proof")]
            yield (
                case,
                str(row[names.index("milestone")]),
                date if isinstance(date, dt.date) else None,
                proof if proof is None else str(proof),
            )


def _iso(value: object) -> str | None:
    return value.isoformat() if isinstance(value, dt.date) else None


def _claim(claim: str, looked: int, wrong: Sequence[str]) -> PackCheck:
    found = f"not {', '.join(wrong[:5])}" if wrong else f"{looked} looked at"
    return PackCheck(file="results.json", claim=claim, holds=not wrong, found=found)
