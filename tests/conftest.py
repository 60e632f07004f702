"""Plans that are easy to understand, shared by the tests."""

from __future__ import annotations

from typing import Any

import pytest

from models.plan import Plan

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]


def plan_of(**parts: Any) -> Plan:
    """Make a plan on a Mon-Fri calendar covering 2024 and 2025 from the parts that matter to a test."""
    fields: dict[str, Any] = {
        "id": "test",
        "title": "A plan made for a test",
        "as_of": "2024-01-01",
        "horizon": {"first": "2024-01-08", "last": "2025-12-31"},
        "calendar": "mon-fri",
        "calendars": [
            {
                "id": "mon-fri",
                "title": "Mondays to Fridays",
                "weekdays": WEEKDAYS,
                "covers": {"first": "2024-01-01", "last": "2025-12-31"},
                "basis": "synthetic",
            }
        ],
        "targets": [],
    }
    return Plan.model_validate({**fields, **parts})


@pytest.fixture
def make_plan() -> Any:
    """Return a maker of small plans."""
    return plan_of
