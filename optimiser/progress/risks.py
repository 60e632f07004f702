"""Outcomes of risks in a table, laid over those known before."""

from __future__ import annotations

from pathlib import Path

from models.faults import maybe
from models.plan import Plan
from models.updating import UpdateChange
from optimiser.progress.entries import TableFacts
from optimiser.reading.tabular import ProgressTable
from optimiser.robust.files import REGISTER_FILE, find_register, plan_folder

__all__ = ["take_risks"]


def take_risks(plan: Plan, path: Path, table: ProgressTable | None, facts: TableFacts) -> None:
    """Add to the facts what became of risks.

    Parameters
    ----------
    path
        Of the update before; its register says which risks there are.

    Raises
    ------
    InputError
        If the table speaks of risks, and the register is broken.
    """
    facts.risks |= {each.risk: each.state for each in plan.risks}
    if table is None or table.risk_sheet is None or not table.risks:
        return
    register = find_register(plan, plan_folder(plan, path))
    known = {risk.id: risk for risk in register.risks} if register else {}
    for row in table.risks:
        risk = known.get(row.id)
        if risk is None:
            said = f"unknown risk '{row.id}'{maybe(row.id, known)}" if known else f"the plan has no risks in {REGISTER_FILE}"
            facts.faults.append(table.risk_sheet.locate(row.row, None, said))
        elif row.state != risk.state:
            where = f"{table.risk_sheet.name}, row {row.row}"
            change = {"item": risk.id, "title": risk.title, "kind": "risk", "before": risk.state, "after": row.state}
            facts.changes.append(UpdateChange.model_validate({**change, "where": where}))
            facts.risks[risk.id] = row.state
