"""The documents that machines read."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from pydantic import TypeAdapter

from models.findings import Evidence
from models.outcome import Outcome
from optimiser.cli import main
from optimiser.errors import Located
from optimiser.evidence.documents import (
    error_document,
    evidence_class,
    print_document,
    show_document,
    solve_document,
)
from optimiser.reproduction import RowMatch
from tests import outcomes

CONTRACT = [
    "schema",
    "plan",
    "scenarios",
    "readings",
    "status",
    "milestones",
    "schedule",
    "driving",
    "binding",
    "conflict",
    "run",
]


def dates_in(value: Any) -> list[str]:
    """Return every text in a document that looks like a date of any kind."""
    if isinstance(value, dict):
        return [found for entry in value.values() for found in dates_in(entry)]
    if isinstance(value, list):
        return [found for entry in value for found in dates_in(entry)]
    return [value] if isinstance(value, str) and re.match(r"^(\d{4}|\d{1,2})[-/ ]\w{1,3}[-/ ]\d", value) else []


def test_solve_has_the_keys_of_the_contract_in_their_order():
    """The document of a solved plan begins with the contract's keys, in the contract's order."""
    document = solve_document(outcomes.solved(), outcomes.pier())

    assert list(document)[: len(CONTRACT)] == CONTRACT
    assert document["schema"] == "optimiser/solve/1"
    milestone = document["milestones"]["OPEN"]
    assert list(milestone)[:6] == ["date", "bound", "proof", "evidence", "span", "baselines"]
    assert list(milestone["evidence"])[:3] == ["document_wd", "inferred_links", "fitted"]
    assert list(milestone["baselines"]["board"]) == ["published", "delta_months", "delta_wd"]
    assert list(document["schedule"][0])[:6] == ["id", "name", "start", "finish", "working_days", "float_wd"]
    binding = ["rule", "title", "kind", "authority", "basis", "drop_gain_wd", "unit_gain_wd", "joint_with"]
    assert list(document["binding"]["OPEN"][0])[:8] == binding
    run = ["version", "ortools", "seed", "workers", "deterministic_time", "inputs_sha256"]
    assert list(document["run"])[:6] == run


def test_solve_says_dates_spans_and_deltas():
    """A solved milestone has its date, its span as two dates, and its deltas in months and, where a day is known, in days."""
    document = solve_document(outcomes.solved(), outcomes.pier())

    milestone = document["milestones"]["OPEN"]
    assert (milestone["date"], milestone["bound"], milestone["proof"]) == ("2024-09-23", "2024-09-23", "certified")
    assert milestone["span"] == ["2024-09-23", "2024-11-04"]
    assert milestone["span_readings"]["last"] == {"tide": "bound"}
    assert milestone["baselines"]["board"] == {"published": "2024-08", "delta_months": 1, "delta_wd": None}
    assert milestone["baselines"]["tender"]["delta_wd"] == -6
    assert milestone["evidence"]["class"] == "inferred"
    assert document["driving"]["HANDOVER"][-1] == "HANDOVER"
    assert document["conflict"] is None


def test_every_date_is_iso():
    """Whatever looks like a date in a document is an ISO day or a published month."""
    for outcome in (outcomes.solved(), outcomes.infeasible(), outcomes.undecided()):
        found = dates_in(solve_document(outcome, outcomes.pier()))
        assert found
        assert all(re.match(r"^\d{4}-\d{2}(-\d{2})?$", date) for date in found)


def test_a_span_off_the_calendar_has_no_last_date():
    """Where some combinations fall off the calendar the span's last end is null, not the last date that happened to fit."""
    answer = outcomes.solved()
    first = answer.milestones[0]
    assert first.span
    answer = answer.model_copy(
        update={"milestones": (first.model_copy(update={"span": first.span.model_copy(update={"beyond": 2})}),)}
    )

    milestone = solve_document(answer, outcomes.pier())["milestones"]["OPEN"]
    assert milestone["span"] == ["2024-09-23", None]
    assert milestone["span_readings"]["beyond"] == 2


def test_a_milestone_without_a_span_says_null():
    """A span that was not computed is null."""
    answer = outcomes.solved()
    answer = answer.model_copy(update={"milestones": (answer.milestones[0].model_copy(update={"span": None}),)})

    milestone = solve_document(answer, outcomes.pier())["milestones"]["OPEN"]
    assert milestone["span"] is None
    assert milestone["span_readings"] is None


def test_infeasible_holds_every_milestone_asked_for_and_the_conflict():
    """An infeasible answer lists the milestones asked for without dates, and the rules of the conflict with citations."""
    document = solve_document(outcomes.infeasible(), outcomes.pier(), ["OPEN"])

    assert list(document)[: len(CONTRACT)] == CONTRACT
    assert document["status"] == "infeasible"
    assert list(document["milestones"]) == ["OPEN"]
    milestone = document["milestones"]["OPEN"]
    assert all(milestone[key] is None for key in ("date", "bound", "proof", "evidence", "span"))
    assert milestone["baselines"]["board"] == {"published": "2024-08", "delta_months": None, "delta_wd": None}
    assert (document["schedule"], document["driving"], document["binding"]) == ([], {}, {})
    rules = document["conflict"]["rules"]
    assert [(rule["rule"], rule["title"]) for rule in rules] == [
        ("duration:PILES", "Length of Drive the piles"),
        ("season", "Not after the season's end"),
    ]
    assert rules[0]["citations"] == ["pack: row 1"]


def test_undecided_says_bounds_and_no_date():
    """An undecided answer has a bound for each milestone, no date and no proof."""
    document = solve_document(outcomes.undecided(), outcomes.pier())

    assert document["status"] == "undecided"
    milestone = document["milestones"]["OPEN"]
    assert (milestone["date"], milestone["bound"], milestone["proof"]) == (None, "2024-09-23", None)


@pytest.mark.parametrize("make", [outcomes.solved, outcomes.infeasible, outcomes.undecided])
def test_the_stored_outcome_is_the_answer(make):
    """What a document keeps under `outcome` reads back as the very answer it was made from."""
    outcome = make()
    stored = json.loads(print_document(solve_document(outcome, outcomes.pier())))["outcome"]

    assert TypeAdapter(Outcome).validate_python(stored) == outcome


def test_the_same_answer_gives_the_same_bytes():
    """Two documents of equal answers are equal to the byte."""
    first = print_document(solve_document(outcomes.solved(), outcomes.pier()))
    second = print_document(solve_document(outcomes.solved(), outcomes.pier()))

    assert first == second


def test_a_document_cannot_steer_a_terminal():
    """Control and direction-changing characters are escaped; other writing stays as it is."""
    text = print_document({"schema": "x", "name": "caf\u00e9 \x1b[31m \x9b31m \x7f \u202e"})

    assert "caf\u00e9" in text
    assert not set(text) & set("\x1b\x9b\x7f\u202e")
    assert json.loads(text)["name"] == "caf\u00e9 \x1b[31m \x9b31m \x7f \u202e"


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (Evidence(document_wd=0, inferred_links=0), None),
        (Evidence(document_wd=5, inferred_links=0), "document"),
        (Evidence(document_wd=5, inferred_links=2), "inferred"),
        (Evidence(document_wd=5, links={"inferred": 2, "derived": 1}, inferred_links=2, fitted=("lag",)), "fitted"),
        (Evidence(document_wd=5, other_wd={"judgement": 1, "synthetic": 0}, inferred_links=0), "judgement"),
    ],
)
def test_the_evidence_class_is_the_least_firm_basis(evidence, expected):
    """A date is as firm as the least firm thing on its chain that counts for anything."""
    assert evidence_class(evidence) == expected


def test_errors_say_where_and_what():
    """Every fault is listed with its file, line, column, path and message, null where it has none."""
    document = error_document([Located("wrong", file="plan.yaml", line=3, column=5, path="rules[0]"), Located("also wrong")])

    assert document == {
        "schema": "optimiser/error/1",
        "faults": [
            {"file": "plan.yaml", "line": 3, "column": 5, "path": "rules[0]", "message": "wrong"},
            {"file": None, "line": None, "column": None, "path": None, "message": "also wrong"},
        ],
    }


def test_list_names_plans_and_scenarios(capsys):
    """The list holds name, title and path of each plan, and names and titles of its scenarios."""
    assert main(["list", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    toy = next(plan for plan in document["plans"] if plan["name"] == "toy")

    assert list(document) == ["schema", "plans"]
    assert list(toy) == ["name", "title", "path", "scenarios"]
    assert [list(scenario) for scenario in toy["scenarios"]] == [["name", "title"]] * 2


def test_show_summarises_and_lists_what_is_asked_for():
    """Without sections the readings and assumptions are listed; with them, those and nothing else."""
    plan = outcomes.pier()

    summary = show_document(plan)
    assert summary["schema"] == "optimiser/show/1"
    assert summary["counts"]["rules"] == 6
    assert summary["counts"]["rules_on"] == 5
    assert list(summary["sections"]) == ["readings", "assumptions"]
    assert summary["sections"]["readings"][0]["chosen"] == "no"
    assert summary["sections"]["readings"][0]["open"] is True
    assert summary["sections"]["assumptions"][0]["value"] == "105 wd"

    listed = show_document(plan, ["items", "rules", "sources", "baselines", "raid", "unknowns"])["sections"]
    assert list(listed) == ["items", "rules", "sources", "baselines", "raid", "unknowns"]
    assert {item["kind"] for item in listed["items"]} == {"activity", "milestone", "hammock"}
    assert next(item for item in listed["items"] if item["id"] == "PILES")["length"] == "105 wd"
    assert [rule["id"] for rule in listed["rules"] if not rule["on"]] == ["season"]
    json.dumps(listed)


def test_show_says_how_a_published_row_comes_about():
    """With matches given, an item with a published row says by what right its dates come out."""
    day = dt.date(2024, 2, 5)
    match = RowMatch(
        id="PILES", row=7, by="placed", published_start=day, published_finish=day, start=day, finish=dt.date(2024, 2, 6)
    )

    items = {item["id"]: item for item in show_document(outcomes.pier(), ["items"], [match])["sections"]["items"]}
    assert items["PILES"]["reproduction"] == {"by": "placed", "matches": False, "start": "2024-02-05", "finish": "2024-02-06"}
    assert "reproduction" not in items["DECK"]
