"""Which reader a planner's file needs, by its ending and its first element; and the file as a plan that is loaded like others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from optimiser.errors import InputError, Located
from optimiser.reading.document import Document, Keys, path_text
from optimiser.reading.files import LARGEST_DOCUMENT, check_file
from optimiser.reading.folder import Gathered
from optimiser.reading.interchange.record import FilePlace, PlannerFile, ProjectRecord
from optimiser.reading.interchange.translate import Translation, chosen, translated
from optimiser.reading.packaged import BY_MPXJ, PLANNERS

__all__ = ["PlannerDocument", "gather_planner", "read_planner"]

_LOOKED_AT: Final = 4096


def read_planner(path: Path) -> PlannerFile:
    """Read a planner's file by whichever reader knows it.

    Raises
    ------
    InputError
        If it is none, or its reader finds something wrong: all of it, with places.
    """
    ending = path.suffix.lower()
    if ending == ".xer":
        from optimiser.reading.interchange.xer import read_xer

        return read_xer(path)
    if ending in BY_MPXJ:
        from optimiser.reading.interchange.mpp import read_mpp

        return read_mpp(path)
    if ending not in PLANNERS:
        endings = ", ".join(PLANNERS)
        message = f"expected a planner's own file, ending in {endings}; maybe 'optimiser init --from' reads this table"
        raise InputError([Located(message, file=str(path))])
    return _read_xml(path)


def _read_xml(path: Path) -> PlannerFile:
    """Read Primavera's or Microsoft's XML, told apart by the names at its beginning."""
    check_file(path, str(path), LARGEST_DOCUMENT)
    with path.open("rb") as file:
        start = file.read(_LOOKED_AT)
    text = start.decode("utf-16" if start[:2] in {b"\xff\xfe", b"\xfe\xff"} else "latin-1", errors="ignore")
    if "APIBusinessObjects" in text:
        from optimiser.reading.interchange.pmxml import read_pmxml

        return read_pmxml(path)
    if "<Project" in text or "schemas.microsoft.com/project" in text:
        from optimiser.reading.interchange.mspdi import read_mspdi

        return read_mspdi(path)
    message = (
        "expected XML of Microsoft Project (its first element is Project) or of Primavera (APIBusinessObjects); "
        "maybe save the plan again as XML there"
    )
    raise InputError([Located(message, file=str(path), line=1)])


@dataclass
class PlannerDocument(Document):
    """A planner's file where a plan's YAML would stand: its entries know where in the file they come from."""

    places: dict[tuple[str, int], FilePlace] = field(default_factory=dict)

    def locate(self, keys: Keys, message: str, *, at_key: bool = False) -> Located:  # noqa: ARG002  # rows have no keys
        """Return a fault at the row or the element that an entry comes from."""
        place = self.places.get((str(keys[0]), keys[1])) if len(keys) > 1 and isinstance(keys[1], int) else None
        if place is None:
            return Located(message, file=self.label, path=path_text(keys) or None)
        path = ".".join(part for part in (place.table, path_text(keys[2:])) if part)
        return Located(message, file=self.label, line=place.line, path=path)


def gather_planner(
    path: Path, project: str | None = None, keep: Callable[[PlannerFile, ProjectRecord], Mapping[str, str]] | None = None
) -> tuple[Gathered, PlannerFile, Translation]:
    """Return a planner's file as what the files of a plan say, and how it came to be.

    Parameters
    ----------
    project
        The id of the project that is meant; may be left out where exactly one has activities.
    keep
        Says which ids tasks keep from an earlier export, by uid.

    Raises
    ------
    InputError
        If the file cannot be read, or no project is the one that is meant.
    """
    file = read_planner(path)
    meant = chosen(file, project)
    translation = translated(file, meant, keep(file, meant) if keep else None)
    gathered = Gathered()
    gathered.add_document(PlannerDocument(str(path), translation.content, places=translation.places), first=True)
    return gathered, file, translation
