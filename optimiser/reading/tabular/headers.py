"""Headers of a planner's table, in English, German, French and Spanish, and the search for their row in a sheet."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal

from optimiser.errors import Located
from optimiser.reading.sheets import Cell, ReadSheet, column_number
from optimiser.reading.spelling import LengthUnit, plain_text

__all__ = [
    "PLANNER_COLUMNS",
    "PROGRESS_COLUMNS",
    "PlannerColumn",
    "PlannerColumns",
    "find_columns",
    "find_progress_columns",
    "named_columns",
]

PlannerColumn = Literal["id", "name", "duration", "predecessors", "constraint", "constraint date", "not before", "not after", "deadline", "low", "high", "owner", "phase", "level", "outline number", "resource", "amount", "milestone", "active", "start", "finish", "note", "basis", "percent complete", "actual start", "actual finish", "remaining", "status date", "suspend", "resume", "expected finish"]  # fmt: skip

PLANNER_COLUMNS: Final[dict[PlannerColumn, tuple[str, ...]]] = {
    "id": ("id", "no", "nr", "number", "nummer", "#", "task id", "activity id", "activity code", "item id", "key", "lfd nr", "vorgangs-id", "vorgangs-nr", "vorgangsnr", "vorgangsnummer", "n°", "n° tâche", "identifiant", "identificador", "id. de tarea"),
    "name": ("name", "task name", "activity name", "task", "activity", "title", "vorgangsname", "vorgang", "titel", "bezeichnung", "aufgabe", "nom", "nom de la tâche", "tâche", "nom de tâche", "désignation", "nombre", "nombre de tarea", "nombre de la tarea", "tarea"),
    "duration": ("duration", "likely", "most likely", "length", "original duration", "likely duration", "dauer", "wahrscheinlich", "durée", "duración"),
    "predecessors": ("predecessors", "predecessor", "depends on", "waits for", "predecessor details", "vorgänger", "vorgaenger", "abhängig von", "prédécesseurs", "prédécesseur", "predecesoras", "predecesora", "predecesores"),
    "constraint": ("constraint", "constraint type", "einschränkung", "einschränkungsart", "type de contrainte", "contrainte", "tipo de restricción", "restricción"),
    "constraint date": ("constraint date", "einschränkungstermin", "einschränkungsdatum", "date de contrainte", "date contrainte", "fecha de restricción", "fecha de delimitación"),
    "not before": ("not before", "start no earlier than", "no earlier than", "nicht vor", "anfang nicht früher als"),
    "not after": ("not after", "finish no later than", "no later than", "nicht nach", "ende nicht später als"),
    "deadline": ("deadline", "due", "due date", "due by", "stichtag", "frist", "fällig", "fällig am", "échéance", "date limite", "fecha límite"),
    "low": ("low", "min", "minimum", "optimistic", "best case", "shortest", "optimistisch", "mindestens", "untergrenze", "optimiste", "optimista", "mínimo"),
    "high": ("high", "max", "maximum", "pessimistic", "worst case", "longest", "pessimistisch", "höchstens", "obergrenze", "pessimiste", "pesimista", "máximo"),
    "owner": ("owner", "responsible", "responsibility", "assigned to", "lead", "verantwortlich", "verantwortlicher", "zuständig", "responsable"),
    "phase": ("phase", "stage", "section", "group", "workstream", "work package", "abschnitt", "gruppe", "teilprojekt", "arbeitspaket"),
    "level": ("outline level", "level", "indent", "gliederungsebene", "ebene", "niveau hiérarchique", "niveau", "nivel de esquema", "nivel"),
    "outline number": ("outline number", "wbs", "wbs code", "gliederungsnummer", "psp", "psp-code", "numéro hiérarchique", "número de esquema", "edt"),
    "resource": ("resource", "resources", "resource names", "ressource", "ressourcen", "ressourcennamen", "noms ressources", "noms des ressources", "nombres de los recursos", "recursos"),
    "amount": ("amount", "units", "resource units", "quantity", "needs", "menge", "anzahl", "einheiten", "quantité", "cantidad"),
    "milestone": ("milestone", "is milestone", "meilenstein", "jalon", "hito"),
    "start": ("start", "start date", "planned start", "begin", "anfang", "beginn", "starttermin", "geplanter anfang", "début", "comienzo", "inicio"),
    "finish": ("finish", "finish date", "planned finish", "end", "end date", "ende", "endtermin", "fertigstellung", "geplantes ende", "fin"),
    "percent complete": ("% complete", "percent complete", "complete", "% done", "progress", "% abgeschlossen", "prozent abgeschlossen", "fortschritt", "% achevé", "% terminé", "% completado", "% complet"),
    "actual start": ("actual start", "actual start date", "started", "tatsächlicher anfang", "ist-anfang", "aktueller anfang", "début réel", "comienzo real", "inicio real"),
    "actual finish": ("actual finish", "actual finish date", "actual end", "finished", "tatsächliches ende", "ist-ende", "aktuelles ende", "fin réelle", "fin real"),
    "remaining": ("remaining", "remaining duration", "remaining work", "verbleibende dauer", "restdauer", "durée restante", "duración restante"),
    "status date": ("status date", "data date", "statusdatum", "stand", "date d'état", "fecha de estado"),
    "active": ("active", "aktiv", "actif", "active?", "activo"),
    "basis": ("basis", "stands on", "grundlage"),
    "note": ("note", "notes", "comment", "comments", "remarks", "notiz", "notizen", "bemerkung", "kommentar", "remarques", "notas", "commentaire"),
}  # fmt: skip
"""Every header that is understood, without its case, points and unit."""

PROGRESS_COLUMNS: Final[dict[PlannerColumn, tuple[str, ...]]] = {
    **{field: PLANNER_COLUMNS[field] for field in ("id", "name", "level", "outline number", "low", "high", "basis", "note", "status date")},
    "id": (*PLANNER_COLUMNS["id"], "item"),
    "duration": (*PLANNER_COLUMNS["duration"], "new duration", "estimate", "new estimate", "neue dauer"),
    "actual start": (*PLANNER_COLUMNS["actual start"], "started on", "begun", "begun on", "istanfang"),
    "actual finish": (*PLANNER_COLUMNS["actual finish"], "ended", "ended on", "finished on", "done on", "completed", "completed on", "istende"),
    "remaining": (*PLANNER_COLUMNS["remaining"], "remaining work days", "left", "still to do", "verbleibend"),
    "percent complete": (*PLANNER_COLUMNS["percent complete"], "percent", "progress %", "fertig"),
    "suspend": ("suspend", "suspended", "suspended on", "stop", "unterbrochen", "unterbrochen am"),
    "resume": ("resume", "resumes", "resumes on", "resumed on", "wiederaufnahme", "weiter ab"),
    "expected finish": ("expected finish", "expected end", "erwartetes ende"),
}  # fmt: skip
"""Headers of a table that says how far the work is; the others of such a table are left alone."""

_FACTS: Final = ("actual start", "actual finish", "remaining", "percent complete", "suspend", "resume")
"""Columns of which a table of progress has at least one."""

_FIELDS: Final = {name: field for field, names in PLANNER_COLUMNS.items() for name in names}
_PROGRESS_FIELDS: Final = {name: field for field, names in PROGRESS_COLUMNS.items() for name in names}
_UNIT: Final = re.compile(r"^(.*?) ?[(\[,/] ?(?:in |en )?([A-Za-zÀ-ÿ. ]+?)\.?[)\]]?$")
_UNIT_WORDS: Final[dict[str, LengthUnit]] = {
    **dict.fromkeys(("d", "day", "days", "wd", "working days", "tage", "t", "tagen", "arbeitstage", "j", "jours", "días"), "d"),
    **dict.fromkeys(("w", "wk", "weeks", "wochen", "semaines", "semanas"), "w"),
    **dict.fromkeys(("mo", "months", "monate", "monaten", "mois", "meses"), "mo"),
    **dict.fromkeys(("h", "hours", "std", "stunden", "heures", "horas"), "h"),
}
_DEEPEST_HEADER: Final = 30
"""Rows, from the top, among which the header is sought."""

_ALIKE: Final = 0.85
"""How alike a header must be to one that is known to be its misspelling: one letter in eight or so."""


@dataclass(frozen=True, slots=True)
class PlannerColumns:
    """Which column of a sheet holds what.

    Attributes
    ----------
    row
        Of the header.
    letters
        The column of each field that is there.
    titles
        The header of each field, as written.
    units
        The unit that a header names for bare numbers under it.
    unread
        Headers of columns that are not understood, by their letters.
    """

    row: int
    letters: Mapping[PlannerColumn, str]
    titles: Mapping[PlannerColumn, str]
    units: Mapping[PlannerColumn, LengthUnit]
    unread: Mapping[str, str]

    def cell(self, cells: Mapping[str, Cell], field: PlannerColumn) -> Cell:
        """Return what a row has in a field's column."""
        return cells.get(self.letters.get(field, ""), Cell(""))


def _field(title: str, fields: Mapping[str, PlannerColumn]) -> tuple[PlannerColumn | None, LengthUnit | None]:
    """Return what a header names, and the unit beside it."""
    low = _plain(title)
    if low in fields:
        return fields[low], None
    found = _UNIT.match(low)
    if found and found[1] in fields and found[2].strip() in _UNIT_WORDS:
        return fields[found[1]], _UNIT_WORDS[found[2].strip()]
    return None, None


def _plain(title: str) -> str:
    return plain_text(title).lower().replace("_", " ").strip(" .:*")


def named_columns(
    sheet: ReadSheet, row: int, fields: Mapping[str, PlannerColumn] = _FIELDS
) -> tuple[PlannerColumns, list[Located]]:
    """Return the columns named by a row of headers, and the faults in it.

    Parameters
    ----------
    fields
        What each header that is understood names.
    """
    letters: dict[PlannerColumn, str] = {}
    titles: dict[PlannerColumn, str] = {}
    units: dict[PlannerColumn, LengthUnit] = {}
    unread: dict[str, str] = {}
    faults: list[Located] = []
    cells = sheet.rows[row]
    for letter in sorted(cells, key=column_number):
        title = plain_text(cells[letter].text)
        field, unit = _field(title, fields)
        if field is None:
            if title:
                unread[letter] = title
            continue
        if field in letters:
            message = (
                f"'{title}' and '{titles[field]}' in column {letters[field]} are both the {field}; maybe rename or delete one"
            )
            faults.append(sheet.locate(row, letter, message))
            continue
        letters[field], titles[field] = letter, title
        if unit:
            units[field] = unit
    for letter, title in unread.items():
        near = get_close_matches(_plain(title), fields, n=1, cutoff=_ALIKE)
        if near and _plain(title) not in _FIELDS and fields[near[0]] not in letters:
            faults.append(sheet.locate(row, letter, f"unknown column '{title[:60]}'; maybe '{near[0].capitalize()}'"))
    return PlannerColumns(row, letters, titles, units, unread), faults


def find_columns(sheet: ReadSheet) -> tuple[PlannerColumns, list[Located]] | None:
    """Return the header of a sheet: the row near its top that names most, a name and a duration or predecessors among them.

    Returns
    -------
    tuple, optional
        The columns and what is wrong with the header; None where no row is one.
    """
    return _fullest(sheet, _FIELDS, lambda found: "name" in found and ("duration" in found or "predecessors" in found))


def find_progress_columns(sheet: ReadSheet) -> tuple[PlannerColumns, list[Located]] | None:
    """Return the header of a sheet that says how far the work is, as `find_columns` does: an id or a name, and a fact."""
    return _fullest(
        sheet, _PROGRESS_FIELDS, lambda found: ("id" in found or "name" in found) and any(fact in found for fact in _FACTS)
    )


def _fullest(
    sheet: ReadSheet, fields: Mapping[str, PlannerColumn], enough: Callable[[Collection[str]], bool]
) -> tuple[PlannerColumns, list[Located]] | None:
    best: tuple[PlannerColumns, list[Located]] | None = None
    for row in sorted(sheet.rows)[:_DEEPEST_HEADER]:
        columns, faults = named_columns(sheet, row, fields)
        if enough(columns.letters) and (best is None or len(columns.letters) > len(best[0].letters)):
            best = columns, faults
    return best
