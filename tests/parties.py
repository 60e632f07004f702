"""A small plan with a Qualification, for the tests of everything that has to do with parties."""

from __future__ import annotations

from typing import Any

from models.plan import Plan
from models.scenario import Scenario
from optimiser.scenarios import apply
from tests.conftest import plan_of

GROUND = {"basis": "synthetic"}
SWITCH = "as-parties"


def party(name: str, role: str = "supplier", **more: Any) -> dict[str, Any]:
    """Describe a party."""
    agents = ["AG"] if role == "supplier" else []
    return {"id": name, "title": f"Party {name}", "role": role, "size": "small", "agents": agents, **GROUND, **more}


def role(name: str, kind: str, *, length: str = "10 wd", **more: Any) -> dict[str, Any]:
    """Describe a role."""
    return {
        "id": name,
        "title": f"Role {name}",
        "kind": kind,
        "tests": {"none": length, "partial": "6 wd", "full": "3 wd"},
        "assessed_by": ["BODY"],
        "approved_by": ["BODY"],
        **GROUND,
        **more,
    }


def qualification(parties: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Describe a Qualification of suppliers and one agent, ``AG``, that is ready from the start."""
    return {
        "id": SWITCH,
        "title": "Party by party",
        "bar": "QUAL",
        "replaces": ["duration:QUAL", "done-after-bar"],
        "every_supplier": "ALL",
        "bodies": [{"id": "BODY", "title": "the body", "slots": "$slots", **GROUND}],
        "roles": [role("supplier", "supplier"), role("agent", "agent", length="4 wd")],
        "parties": [party("AG", "agent"), *parties],
        **GROUND,
        **more,
    }


def bare(parties: list[dict[str, Any]], *, slots: int = 2, plan: dict[str, Any] | None = None, **more: Any) -> Plan:
    """Return the plan with its one bar, the parties still out of it."""
    content = {
        "activities": [{"id": "QUAL", "title": "Qualification", "duration": "40 wd", **GROUND}],
        "milestones": [
            {"id": "ALL", "title": "Every supplier", "shown": "closes", **GROUND},
            {"id": "FIRST", "title": "First pair", "shown": "opens", **GROUND},
        ],
        "assumptions": [{"id": "slots", "title": "Slots", "value": slots, **GROUND}],
        "rules": [
            {"id": "done-after-bar", "title": "After the bar", "kind": "dependency", "before": "QUAL", "after": "ALL", **GROUND}
        ],
        "targets": ["ALL"],
        **(plan or {}),
    }
    return plan_of(**content, qualification=qualification(parties, **more))


def expanded(parties: list[dict[str, Any]], **more: Any) -> Plan:
    """Return the plan with its parties in it."""
    return apply(Scenario(id="parties", title="Parties", rules={SWITCH: True}), bare(parties, **more))
