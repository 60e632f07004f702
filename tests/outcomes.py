"""Plans and answers made by hand, for tests of what is shown and of what is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from models.items import Hammock, Milestone
from models.outcome import Infeasible, RowDate, Run, Solved, Undecided
from models.plan import Plan
from optimiser.clock import Clock

DOCUMENT = {"basis": "document", "citation": "pack: row 1"}
INFERRED = {"basis": "inferred", "confidence": "low"}

RUN = Run(
    version="0.1.0",
    ortools="9.15.6755",
    seed=0,
    workers=1,
    deterministic_time=0.0123,
    deterministic_limit=60.0,
    inputs_sha256="3f2a91c0" * 8,
)


def pier(**parts: Any) -> Plan:
    """Return a plan with two branches, three phases, two readings, a hammock and baselines to the month and the day."""
    fields: dict[str, Any] = {
        "id": "pier",
        "title": "Rebuild the pier and reopen it to the public",
        "as_of": "2024-01-01",
        "horizon": {"first": "2024-01-08", "last": "2025-12-31"},
        "calendar": "mon-fri",
        "calendars": [
            {
                "id": "mon-fri",
                "title": "Mondays to Fridays, no holidays",
                "weekdays": ["mon", "tue", "wed", "thu", "fri"],
                "covers": {"first": "2024-01-01", "last": "2025-12-31"},
                "basis": "synthetic",
            }
        ],
        "targets": ["OPEN", "HANDOVER"],
        "phases": [
            {"id": "ground", "title": "Ground works"},
            {"id": "deck", "title": "Deck and rails"},
            {"id": "close", "title": "Closing"},
        ],
        "activities": [
            {"id": "SURVEY", "title": "Survey of the sea bed", "phase": "ground", "duration": "20 wd", **DOCUMENT},
            {
                "id": "PILES",
                "title": "Drive the piles, both rows, between the spring and the autumn gales of the same year",
                "phase": "ground",
                "duration": "$piles",
                "published": {"row": 7, "start": "2024-02-05", "finish": "2024-06-28", "stated": "105 days"},
                **DOCUMENT,
            },
            {"id": "DECK", "title": "Lay the deck", "phase": "deck", "duration": "60 wd", **DOCUMENT},
            {"id": "RAILS", "title": "Rails and lamps", "phase": "deck", "duration": "30 wd", **INFERRED},
            {"id": "SNAGS", "title": "Snags", "phase": "close", "duration": "0 wd", "basis": "judgement"},
        ],
        "milestones": [
            {"id": "OPEN", "title": "Open to walkers", "phase": "deck", "shown": "opens", **DOCUMENT},
            {"id": "HANDOVER", "title": "Handed over", "phase": "close", "shown": "closes", **DOCUMENT},
        ],
        "hammocks": [
            {
                "id": "SITE",
                "title": "Site office",
                "phase": "ground",
                "starts_with": "SURVEY",
                "finishes_with": "RAILS",
                **INFERRED,
            }
        ],
        "rules": [
            {
                "id": "piles-after-survey",
                "title": "Piles need the survey",
                "kind": "dependency",
                "before": "SURVEY",
                "after": "PILES",
                **INFERRED,
            },
            {
                "id": "deck-after-piles",
                "title": "The deck lies on the piles",
                "kind": "dependency",
                "before": "PILES",
                "after": "DECK",
                **DOCUMENT,
            },
            {
                "id": "rails-after-piles",
                "title": "Rails stand on the piles",
                "kind": "dependency",
                "before": "PILES",
                "after": "RAILS",
                **INFERRED,
            },
            {
                "id": "open-after-deck",
                "title": "Walkers need a deck",
                "kind": "dependency",
                "before": "DECK",
                "after": "OPEN",
                **DOCUMENT,
            },
            {
                "id": "season",
                "title": "Not after the season's end",
                "kind": "not-after",
                "at": "OPEN",
                "date": "2024-09-30",
                "enabled": False,
                "authority": "regulatory",
                **DOCUMENT,
            },
            {
                "id": "handover-lag",
                "title": "Four months of use before handover",
                "kind": "dependency",
                "before": "OPEN",
                "after": "HANDOVER",
                "lag": "4 mo",
                "authority": "contractual",
                **DOCUMENT,
            },
        ],
        "assumptions": [
            {
                "id": "piles",
                "title": "Length of the piling",
                "value": "105 wd",
                "low": "90 wd",
                "high": "130 wd",
                "owner": "Contractor",
                "uncertainty": "medium",
                **DOCUMENT,
            }
        ],
        "unknowns": [
            {
                "id": "gales",
                "title": "Days lost to gales",
                "value": "0 wd",
                "why": "no record of them",
                "touches": ["PILES"],
                **INFERRED,
            }
        ],
        "readings": [
            {
                "id": "lamps",
                "question": "Do the lamps gate the opening?",
                "options": [{"id": "no", "title": "They may follow"}, {"id": "yes", "title": "They must be lit"}],
                "default": "no",
                **INFERRED,
            },
            {
                "id": "tide",
                "question": "Is piling bound to the tide?",
                "options": [{"id": "free", "title": "Not bound"}, {"id": "bound", "title": "Only on spring tides"}],
                "default": "free",
                **INFERRED,
            },
        ],
        "sources": [
            {"id": "pack", "title": "The pier pack", "publisher": "Harbour board", "published_on": "2023-12-01", "version": "2"}
        ],
        "raid": [
            {
                "id": "R1",
                "kind": "risk",
                "title": "Gales stop the piling",
                "rating": "high",
                "touches": ["PILES", "gales"],
                **DOCUMENT,
            }
        ],
        "baselines": [
            {
                "id": "board",
                "title": "The board's announcement",
                "dates": [{"milestone": "OPEN", "date": "2024-08"}, {"milestone": "HANDOVER", "date": "2025-02"}],
                **DOCUMENT,
            },
            {
                "id": "tender",
                "title": "The contractor's tender",
                "dates": [{"milestone": "OPEN", "date": "2024-10-01"}],
                **DOCUMENT,
            },
        ],
    }
    return Plan.model_validate({**fields, **parts})


def rows_of(plan: Plan, places: Mapping[str, tuple[dt.date, int]]) -> tuple[list[dict[str, Any]], list[RowDate]]:
    """Return positions and rows of items from the day each begins on and its working days."""
    clock = Clock(plan)
    positions, rows = [], []
    for name, (date, length) in places.items():
        item = plan.items[name]
        shown = item.shown if isinstance(item, Milestone) else "opens"
        start = clock.boundary(date, shown)
        positions.append({"id": name, "start": start, "finish": start + length})
        event = isinstance(item, Milestone)
        rows.append(
            RowDate(
                id=name,
                name=item.title,
                kind="milestone" if event else "hammock" if isinstance(item, Hammock) else "activity",
                phase=item.phase,
                start=date,
                finish=date if event else dt.date.fromordinal(int(clock.days[start + length - 1])),
                working_days=length,
                float_wd={"OPEN": 0, "HANDOVER": None if name == "SITE" else 0},
                free_float_wd=0,
            )
        )
    return positions, rows


def solved(plan: Plan | None = None, **changes: Any) -> Solved:
    """Return the answer for the pier."""
    plan = plan or pier()
    positions, rows = rows_of(
        plan,
        {
            "SURVEY": (dt.date(2024, 1, 8), 20),
            "PILES": (dt.date(2024, 2, 5), 105),
            "DECK": (dt.date(2024, 7, 1), 60),
            "RAILS": (dt.date(2024, 7, 1), 30),
            "SNAGS": (dt.date(2025, 1, 23), 0),
            "OPEN": (dt.date(2024, 9, 23), 0),
            "HANDOVER": (dt.date(2025, 1, 23), 0),
            "SITE": (dt.date(2024, 1, 8), 155),
        },
    )
    boundary = {position["id"]: position["start"] for position in positions}
    evidence = {"document_wd": 185, "links": {"document": 2, "inferred": 1}, "inferred_links": 1, "weakest_confidence": "low"}
    span = {
        "first": {"date": "2024-09-23", "readings": {}},
        "last": {"date": "2024-11-04", "readings": {"tide": "bound"}},
        "combinations": 4,
    }
    fields: dict[str, Any] = {
        "plan": plan.id,
        "scenarios": [],
        "readings": {"lamps": "no", "tide": "free"},
        "milestones": [
            {
                "id": "OPEN",
                "boundary": boundary["OPEN"],
                "date": "2024-09-23",
                "bound_boundary": boundary["OPEN"],
                "bound": "2024-09-23",
                "proof": "certified",
                "bound_by": "longest path",
                "evidence": evidence,
                "span": span,
                "baselines": {
                    "board": {"published": "2024-08", "delta_months": 1, "delta_wd": None},
                    "tender": {"published": "2024-10-01", "delta_months": -1, "delta_wd": -6},
                },
            },
            {
                "id": "HANDOVER",
                "boundary": boundary["HANDOVER"],
                "date": "2025-01-23",
                "bound_boundary": boundary["HANDOVER"],
                "bound": "2025-01-23",
                "proof": "certified",
                "bound_by": "longest path",
                "evidence": {
                    **evidence,
                    "other_wd": {"judgement": 5},
                    "fitted": ["use before handover 4 mo, to HANDOVER 2025-01"],
                },
                "span": {
                    **span,
                    "last": {"date": "2025-03-04", "readings": {"tide": "bound", "lamps": "yes"}},
                    "infeasible": 1,
                },
                "baselines": {"board": {"published": "2025-02", "delta_months": -1, "delta_wd": None}},
            },
        ],
        "schedule": {"calendar": plan.calendar, "first_day": "2024-01-01", "positions": positions},
        "rows": rows,
        "driving": {"OPEN": ["SURVEY", "PILES", "DECK", "OPEN"], "HANDOVER": ["SURVEY", "PILES", "DECK", "OPEN", "HANDOVER"]},
        "certificates": [],
        "binding": {
            "OPEN": [
                binding("piles-after-survey", "Piles need the survey", 20, 1),
                binding("duration:DECK", "Length of Lay the deck", 30, 1),
            ],
            "HANDOVER": [
                binding("handover-lag", "Four months of use before handover", 0, 0, ["piles-after-survey"]),
                binding("piles-after-survey", "Piles need the survey", None, 1),
            ],
        },
        "run": RUN,
    }
    return Solved.model_validate({**fields, **changes})


def binding(rule: str, title: str, drop: int | None, unit: int | None, joint: list[str] | None = None) -> dict[str, Any]:
    """Return one binding rule."""
    return {
        "rule": rule,
        "title": title,
        "kind": "dependency",
        "authority": "planning",
        "basis": "inferred",
        "drop_gain_wd": drop,
        "unit_gain_wd": unit,
        "joint_with": joint or [],
    }


def infeasible(**changes: Any) -> Infeasible:
    """Return the answer where the season ends too early for the pier."""
    fields: dict[str, Any] = {
        "plan": "pier",
        "scenarios": ["short-season"],
        "readings": {"lamps": "no", "tide": "free"},
        "conflict": {
            "members": [
                {
                    "id": "duration:PILES",
                    "title": "Length of Drive the piles",
                    "kind": "duration",
                    "authority": "planning",
                    "basis": "document",
                    "citation": ["pack: row 1"],
                    "statement": "PILES lasts 105 wd (assumption piles)",
                },
                {
                    "id": "season",
                    "title": "Not after the season's end",
                    "kind": "not-after",
                    "authority": "regulatory",
                    "basis": "inferred",
                    "confidence": "low",
                    "citation": [],
                    "statement": "OPEN not after 2024-06-28",
                },
            ],
            "statement": "OPEN cannot be before Mon 23 Sep 2024, and must not be after Fri 28 Jun 2024.",
            "minimal": True,
            "confirmed_by": "the longest path from the start of the horizon to OPEN",
        },
        "run": RUN,
    }
    return Infeasible.model_validate({**fields, **changes})


def undecided(**changes: Any) -> Undecided:
    """Return the answer where the limit came first."""
    fields: dict[str, Any] = {
        "plan": "pier",
        "scenarios": [],
        "readings": {"lamps": "no", "tide": "free"},
        "bounds": {"OPEN": "2024-09-23", "HANDOVER": "2025-01-23"},
        "notes": ["stopped at the deterministic limit"],
        "run": RUN,
    }
    return Undecided.model_validate({**fields, **changes})
