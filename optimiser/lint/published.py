"""The folder ``published`` beside a plan: what its documents print beside dates, read with every fault at its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from models.faults import maybe
from models.plan import Plan
from models.published import PUBLISHED_TABLES, PublishedTables
from optimiser.errors import InputError, Located
from optimiser.reading.packaged import find_plan
from optimiser.reading.table import CsvTable, read_table
from optimiser.reading.translate import remarks

__all__ = ["FOLDER", "published_folder", "read_published"]

FOLDER: Final = "published"


def published_folder(plan: str | Path) -> Path | None:
    """Return the folder of published facts beside a plan, None where it has none."""
    path = find_plan(plan)
    folder = (path if path.is_dir() else path.parent) / FOLDER
    return folder if folder.is_dir() else None


def read_published(name: str | Path, plan: Plan) -> PublishedTables:
    """Read what the documents behind a plan print beside its dates.

    Parameters
    ----------
    name
        The name or path under which the plan was read.
    plan
        The plan, to hold the tables against.

    Returns
    -------
    Published
        Empty where the plan has no such folder.

    Raises
    ------
    InputError
        With everything wrong in the tables: form, unknown milestones, baselines, rows or sources.
    """
    folder = published_folder(name)
    if folder is None:
        return PublishedTables()
    tables: dict[str, CsvTable] = {}
    faults: list[Located] = []
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() or entry.name[0] in ".~":
            continue
        if entry.suffix != ".csv" or entry.stem not in PUBLISHED_TABLES:
            known = [f"{table}.csv" for table in PUBLISHED_TABLES]
            advice = maybe(entry.name, known)
            advice = advice if advice != "." else f", expected one of {', '.join(known)}"
            faults.append(Located(f"unknown file among published facts{advice}", file=str(entry)))
            continue
        table = read_table(entry, str(entry), PUBLISHED_TABLES[entry.stem], entry.stem, {})
        faults += table.faults
        if not table.broken:
            tables[entry.stem] = table
    content: dict[str, Any] = {stem: table.entries for stem, table in tables.items()}
    try:
        published = PublishedTables.model_validate(content)
    except ValidationError as error:
        for remark in remarks(error, PublishedTables, content):
            stem, *keys = remark.keys
            faults.append(tables[str(stem)].locate(tuple(keys), remark.message, at_key=remark.at_key))
        raise InputError(faults) from None
    faults += _misfits(published, plan, tables)
    if faults:
        raise InputError(faults)
    return published


def _misfits(published: PublishedTables, plan: Plan, tables: dict[str, CsvTable]) -> list[Located]:
    """Return what the tables name and the plan does not have."""
    milestones = [milestone.id for milestone in plan.milestones]
    baselines = [baseline.id for baseline in plan.baselines]
    rows = [str(item.published.row) for item in plan.items.values() if item.published]
    sources = [source.id for source in plan.sources]
    known: dict[str, tuple[str, list[str]]] = {
        "baseline": ("baseline", baselines),
        "against": ("baseline", baselines),
        "milestone": ("milestone", milestones),
        "before": ("milestone", milestones),
        "after": ("milestone", milestones),
        "subject": ("item", list(plan.items)),
        "item": ("item", list(plan.items)),
        "towards": ("milestone", milestones),
        "row": ("published row", rows),
    }
    found = []
    for stem, table in tables.items():
        for place, entry in enumerate(getattr(published, stem)):
            named: list[tuple[str, str]] = []
            for field in type(entry).model_fields:
                value = getattr(entry, field)
                if field in known and not (stem == "terms" and field == "subject"):
                    named += [
                        (field, str(each)) for each in (value if isinstance(value, tuple) else (value,)) if each is not None
                    ]
            for field, value in named:
                what, names = known[field]
                if value not in names:
                    message = f"unknown {what} '{value}'{maybe(value, names)}"
                    found.append(table.locate((place, field), message))
            for citation in getattr(entry, "citation", ()):
                if citation.source not in sources:
                    message = f"unknown source '{citation.source}'{maybe(citation.source, sources)}"
                    found.append(table.locate((place, "citation"), message))
    return found
