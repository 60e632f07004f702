"""Register and claims: from names, paths or nothing to sound records, with every fault at its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from models.faults import Fault, maybe
from models.plan import Plan
from models.risk import REGISTER_SCHEMA, Claim, Claims, Register
from optimiser.errors import InputError, Located
from optimiser.reading.document import Keys, read_document
from optimiser.reading.packaged import packaged
from optimiser.reading.table import read_table
from optimiser.reading.translate import in_order, record_in, remarks
from optimiser.robust.faults import claim_faults, register_faults, speaks_of
from optimiser.robust.quantity import in_units_of

__all__ = [
    "CLAIMS_FOLDER",
    "REGISTER_FILE",
    "find_claims",
    "find_register",
    "given_claims",
    "given_register",
    "load_claims",
    "load_register",
    "plan_folder",
]

REGISTER_FILE: Final = "risk/register.yaml"
"""Where a plan's register lies, from the plan's folder."""

CLAIMS_FOLDER: Final = "risk/claims"
"""Where a plan's claims lie, from the plan's folder."""


def plan_folder(plan: Plan, path: str | Path | None = None) -> Path | None:
    """Return the folder that a plan was read from.

    Parameters
    ----------
    plan
        The plan.
    path
        The path or packaged name that it was read from; where left out, the packaged plan of the plan's id is meant.
    """
    folders = {entry.name: entry.path for entry in packaged()}
    if path is None or str(path) in folders:
        return folders.get(str(path) if path is not None else plan.id)
    folder = Path(path)
    return folder if folder.is_dir() else folder.parent


def given_register(plan: Plan, given: Register | str | Path | None, folder: Path | None) -> Register | None:
    """Return a register that is given as a record, a file or not at all: then the one in the plan's folder."""
    if isinstance(given, Register):
        given = in_units_of(plan, given)
        _refuse(register_faults(given, plan))
        return _of_plan(given, plan)
    return find_register(plan, folder) if given is None else load_register(given, plan)


def given_claims(
    plan: Plan, given: Claims | str | Path | None, register: Register | None, folder: Path | None
) -> tuple[Claims | None, str]:
    """Return claims that are given as a record, a file or a name, and what to call them."""
    if given is None:
        return None, ""
    if register is None:
        message = "claims need a register: its grades say what evidence is worth, and this plan has none"
        raise InputError([Located(message, path="--claims")])
    if isinstance(given, Claims):
        _refuse(claim_faults(given.claims, register, plan))
        return given, "claims given"
    path = find_claims(given, folder)
    return load_claims(path, plan, register), path.stem


def _refuse(faults: Iterable[Fault], locate: Callable[[Keys, str], Located] | None = None) -> None:
    """Raise the faults of a record, each at its place in the record's file, where it has one."""
    there = locate or (lambda path, message: Located(message, path=".".join(map(str, path))))
    found = [there(fault.path, fault.message) for fault in faults]
    if found:
        raise InputError(in_order(found) if locate else found)


def find_register(plan: Plan, folder: Path | None) -> Register | None:
    """Return the register in a plan's folder, None where there is none.

    Raises
    ------
    InputError
        With every fault of the register.
    """
    if folder is None or not (folder / REGISTER_FILE).is_file():
        return None
    register = load_register(folder / REGISTER_FILE, plan)
    known = {risk.id for risk in register.risks}
    _refuse(
        Fault(("risks", place, "risk"), f"unknown risk '{each.risk}' of {folder / REGISTER_FILE}{maybe(each.risk, known)}")
        for place, each in enumerate(plan.risks)
        if each.risk not in known
    )
    return register


def load_register(path: str | Path, plan: Plan) -> Register:
    """Read a register.

    Raises
    ------
    InputError
        With every fault of the file, in its order.
    """
    document = read_document(Path(path), str(path))
    if document.broken or document.faults:
        raise InputError(document.faults)
    register = in_units_of(plan, record_in(document, Register, REGISTER_SCHEMA))
    _refuse(register_faults(register, plan), document.locate)
    return _of_plan(register, plan)


def _of_plan(register: Register, plan: Plan) -> Register:
    """Return a register without the ranges of scenarios that are not applied, its risks as the plan says that they are."""
    ranges = tuple(entry for entry in register.ranges if speaks_of(entry, plan))
    states = {each.risk: each.state for each in plan.risks}
    risks = tuple(risk.model_copy(update={"state": states[risk.id]}) if risk.id in states else risk for risk in register.risks)
    if len(ranges) == len(register.ranges) and risks == register.risks:
        return register
    return register.model_copy(update={"ranges": ranges, "risks": risks})


def find_claims(name: str | Path, folder: Path | None) -> Path:
    """Return the file that a name or a path of claims means.

    Parameters
    ----------
    name
        A path to a CSV file, or the name of one in the plan's folder ``risk/claims``, without its ending.
    folder
        The plan's folder.

    Raises
    ------
    InputError
        If it is neither, naming what is known.
    """
    path = Path(name)
    if isinstance(name, Path) or "/" in str(name) or path.suffix.lower() == ".csv":
        return path
    files = {file.stem: file for file in sorted((folder / CLAIMS_FOLDER).glob("*.csv"))} if folder else {}
    if str(name) not in files:
        message = f"unknown claims '{name}'{maybe(str(name), files)} Known: {', '.join(files) or 'none'}; or give a path."
        raise InputError([Located(message, path="--claims")])
    return files[str(name)]


def load_claims(path: str | Path, plan: Plan, register: Register) -> Claims:
    """Read a table of claims.

    Raises
    ------
    InputError
        With every fault of the file, in its order.
    """
    table = read_table(Path(path), str(path), Claim, "claim", {})
    if table.broken or table.faults:
        raise InputError(table.faults)
    content: dict[str, Any] = {"claims": table.entries}
    try:
        claims = Claims.model_validate(content)
    except ValidationError as error:
        refused = [(remark.keys[1:], remark.message) for remark in remarks(error, Claims, content)]
        found = [table.locate(keys, text) if keys else Located(text, file=table.label) for keys, text in refused]
        raise InputError(in_order(found)) from None
    _refuse(claim_faults(claims.claims, register, plan), table.locate)
    return claims
