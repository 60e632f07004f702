"""The pack, or the plan, that a pack is the next one of: read once, and kept inside the new one to be held against it."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, NoReturn

from pydantic import ValidationError

from models.pack import Manifest
from models.plan import Plan
from optimiser.errors import InputError, Located
from optimiser.evidence.documents import print_document
from optimiser.evidence.folder import MANIFEST, SUMS
from optimiser.evidence.inputs import INPUTS
from optimiser.evidence.survey import listed_hashes
from optimiser.reading.files import LARGEST_DOCUMENT, read_content
from optimiser.reading.load import load
from optimiser.reading.sheets import BROKEN_ZIP

__all__ = ["SINCE", "Earlier", "read_earlier", "stored_earlier"]

SINCE: Final = f"{INPUTS}/since"
"""Where a pack keeps what it compares itself with."""

_PLAN: Final = "plan.json"


@dataclass(frozen=True)
class Earlier:
    """What came before.

    Attributes
    ----------
    name
        What it is called: its folder or file, without where that lies.
    plan
        Of a pack, the plan of its first case.
    kept
        The files that the new pack keeps of it, by their names.
    """

    name: str
    plan: Plan
    kept: Mapping[str, bytes]

    @property
    def sha256(self) -> str | None:
        """The hash that stands for an earlier pack as a whole; None of a plan."""
        return hashlib.sha256(self.kept[SUMS]).hexdigest() if SUMS in self.kept else None

    @property
    def version(self) -> str | None:
        """By which version of the tool an earlier pack says that it was made; None of a plan."""
        return _manifest(self.kept, self.name).versions.get("mhhs-optimiser") if MANIFEST in self.kept else None

    @property
    def files(self) -> dict[str, bytes]:
        """The files by their places in the new pack."""
        return {f"{SINCE}/{name}": content for name, content in self.kept.items()}

    def of(self, plan: Plan) -> Earlier:
        """Return itself, held against the plan of the new pack.

        Raises
        ------
        InputError
            If it is of another plan, or counts otherwise.
        """
        if self.plan.id != plan.id:
            message = f"is of the plan '{self.plan.id}' ({self.plan.title}), and this one is of '{plan.id}' ({plan.title})"
            _refuse(f"{message}; maybe name the last pack of this plan", self.name)
        if self.plan.unit != plan.unit:
            _refuse(f"counts {self.plan.unit}s, and this plan {plan.unit}s; there is nothing to compare", self.name)
        return self


def read_earlier(path: Path) -> Earlier:
    """Return what came before: a pack, as its folder or a zip file of it, or a plan or update by its folder, file or name.

    Raises
    ------
    InputError
        If it is neither, is damaged, or was made by a version whose packs cannot be read.
    """
    name = path.name or str(path)
    if path.suffix.lower() == ".zip":
        return _of_pack(name, _in_zip(path))
    if path.is_dir() and ((path / MANIFEST).exists() or (path / SUMS).exists()):
        return _of_pack(name, lambda inside: _in_folder(path, inside))
    plan = load(str(path))
    return Earlier(name, plan, {_PLAN: print_document(plan.model_dump(mode="json", by_alias=True), compact=True).encode()})


def stored_earlier(root: Path, name: str) -> Earlier:
    """Return the earlier pack's facts as stored in a pack.

    Raises
    ------
    InputError
        If it is not there, or not as a pack keeps it.
    """
    folder = root / SINCE
    if (folder / SUMS).exists():
        return _of_pack(name, lambda inside: _in_folder(folder, _PLAN if inside.startswith(f"{INPUTS}/plans/") else inside))
    content = _in_folder(folder, _PLAN)
    return Earlier(name, _plan(content, name), {_PLAN: content})


def _of_pack(name: str, read: Callable[[str], bytes]) -> Earlier:
    """Return an earlier pack; ``read`` gives one of its files."""
    sums = read(SUMS)
    listed = listed_hashes(sums)
    if listed is None:
        _refuse(f"{SUMS} is not a list of hashes; maybe it is damaged", name)

    def sound(path: str) -> bytes:
        content = read(path)
        if hashlib.sha256(content).hexdigest() != listed.get(path):
            _refuse(f"{path} is not as {SUMS} lists it: the pack is damaged, or was changed; maybe ask its author for it", name)
        return content

    manifest = sound(MANIFEST)
    held = _manifest({MANIFEST: manifest}, name)
    first = f"{INPUTS}/plans/{held.request.cases[0].id}.json"
    if first not in listed:
        _refuse(f"it holds no plan of its first case ({first}); there is nothing to compare with", name)
    content = sound(first)
    plan = _plan(content, name, held.versions.get("mhhs-optimiser"))
    return Earlier(name, plan, {_PLAN: content, MANIFEST: manifest, SUMS: sums})


def _manifest(files: Mapping[str, bytes], name: str) -> Manifest:
    try:
        return Manifest.model_validate_json(files[MANIFEST])
    except ValidationError as error:
        found = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in found["loc"]) or "its top"
        message = f"{MANIFEST} is none that this version reads, at {place}: {found['msg']}; maybe make that pack again with this version"
        _refuse(message, name)


def _plan(content: bytes, name: str, version: str | None = None) -> Plan:
    try:
        return Plan.model_validate_json(content)
    except ValidationError as error:
        by = f" (made by version {version})" if version else ""
        found = str(error.errors(include_url=False)[0]["msg"])
        _refuse(f"its plan cannot be read{by}: {found}; maybe make that pack again with this version", name)


def _in_folder(folder: Path, inside: str) -> bytes:
    if not (folder / inside).is_file():
        _refuse(f"{inside} is missing: the pack is damaged, or none; maybe ask its author for it", folder.name)
    return read_content(folder / inside, str(folder / inside), LARGEST_DOCUMENT)


def _in_zip(path: Path) -> Callable[[str], bytes]:
    """Return a reader of a zipped pack's files, from its top or from a folder in it."""
    content = read_content(path, str(path), 8 * LARGEST_DOCUMENT)
    try:
        book = zipfile.ZipFile(io.BytesIO(content))
    except (*BROKEN_ZIP, OSError) as error:
        _refuse(f"is no zip file: {error}", path.name)
    tops = sorted(
        (PurePosixPath(each).parent for each in book.namelist() if PurePosixPath(each).name == SUMS),
        key=lambda top: len(top.parts),
    )
    if not tops:
        _refuse(f"holds no {SUMS}, so no pack; expected the pack's folder, zipped", path.name)

    def read(inside: str) -> bytes:
        try:
            held = book.getinfo(str(tops[0] / inside))
            if held.file_size > LARGEST_DOCUMENT:
                _refuse(f"{inside} has {held.file_size:,} bytes, which no pack's has", path.name)
            return book.read(held)
        except KeyError:
            _refuse(f"{inside} is missing: the pack is damaged, or none", path.name)
        except (*BROKEN_ZIP, OSError) as error:
            _refuse(f"{inside} cannot be read: {error}; the zip file is damaged", path.name)

    return read


def _refuse(message: str, name: str) -> NoReturn:
    raise InputError([Located(message, file=name, path="--since")])
