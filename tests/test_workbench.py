"""The workbench's server: who may ask, what a draft and a proof say, and that a saved scenario comes to the same dates."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import io
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import tracemalloc
import zipfile
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="the extra 'workbench' is not installed")
pytest.importorskip("httpx2", reason="the test client of starlette needs it")

import yaml

from models.workbench import DeskChanges, Drag, Question
from optimiser import earliest, load
from optimiser.errors import InputError
from optimiser.evidence.words import day
from optimiser.inputs import inputs_of
from optimiser.reading.packaged import find_plan
from optimiser.stopping import Stop, StoppedError, heed, heeding
from optimiser.workbench.answers import by_when, proof
from optimiser.workbench.desk import floor_of
from optimiser.workbench.guard import MOST_BYTES
from optimiser.workbench.shelf import Shelf
from optimiser.workbench.work import MOST_JOBS
from tests.minute_plans import minute_plan
from tests.workbenches import HOST, TOKEN, Page, desk_of, desk_on, page_on, running
from tests.xer_texts import xer_text

ROOT = Path(__file__).parents[1]
HOSTILE = Path(__file__).parent / "data" / "hostile"


@pytest.fixture(scope="module")
def toy() -> Page:
    """Return a page on the small plan."""
    return page_on(desk_of("toy"))


@pytest.fixture(scope="module")
def replan() -> Page:
    """Return a page on the re-plan."""
    return page_on(desk_of("mhhs-round2"))


# -- who may ask ---------------------------------------------------------------------------------------------------------


def test_a_page_of_this_machine_is_served_and_says_what_it_may_do(toy):
    """The page comes with a policy that lets it fetch nothing from elsewhere and run no script that stands in it."""
    response = toy.client.get(f"/{TOKEN}/")

    assert response.status_code == 200
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "<script>" not in response.text
    assert "onclick" not in response.text


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example:8000"},
        {"host": "127.0.0.1:9999"},
        {"host": "127.0.0.1"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": f"https://{HOST}"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_whoever_comes_from_elsewhere_is_refused(toy, headers):
    """A foreign Host, as of a name that was made to lead here, and a foreign Origin get nothing."""
    for path in ("/", "/api/plan"):
        response = toy.client.get(f"/{TOKEN}{path}", headers=headers)
        assert response.status_code == 403
        assert "toy" not in response.text


@pytest.mark.parametrize(
    "path", ["/", "/api/plan", "/wrong/api/plan", f"/{TOKEN[:-1]}/api/plan", f"/{TOKEN}x/", f"//{TOKEN}/api/plan"]
)
def test_an_address_without_its_token_is_refused(toy, path):
    """Who does not know the token sees nothing, whatever else is right."""
    assert toy.client.get(f"http://{HOST}{path}").status_code == 403


def test_only_the_page_s_own_files_are_served(toy):
    """No path leads out of the folder of the page."""
    for name in ("..%2Fserver.py", "../server.py", "%2e%2e/desk.py", "server.py", "", "workbench.html%00.js", "static/main.js"):
        assert toy.client.get(f"/{TOKEN}/static/{name}").status_code in (403, 404), name


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"{}", "application/x-www-form-urlencoded", 415),
        (b"x" * (MOST_BYTES + 1), "application/json", 413),
        (b"{", "application/json", 422),
        (b"\xff\xfe", "application/json", 422),
        (b"[]", "application/json", 422),
        (b"NaN", "application/json", 422),
        (b'{"changes": {"assumptions": {"no such": "1"}}}', "application/json", 422),
        (b'{"nonsense": 1}', "application/json", 422),
        (b"[" * 50_000, "application/json", 422),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_faults(toy, content, kind, status):
    """A body that is no question is told so, and nothing more."""
    response = toy.client.post(f"/{TOKEN}/api/draft", content=content, headers={"content-type": kind})

    assert response.status_code == status
    assert "Traceback" not in response.text


def test_a_change_that_cannot_be_is_told_with_its_place(replan):
    """All faults at once, each with what would be expected."""
    response = replan.post(
        "draft", changes={"assumptions": {"sit-mcv": "3 wd", "cp3": "four"}, "floors": {"NONE": "2025-01-01"}}
    )

    faults = response.json()["faults"]
    assert response.status_code == 422
    assert {fault["path"] for fault in faults} >= {"floors.NONE"}
    assert any("sit-mvc" in fault["message"] or "sit-mcv" in fault["message"] for fault in faults)


def test_what_a_change_breaks_in_the_plan_is_named(replan):
    """A length below nothing is told of the work that would have it, and the change is not made."""
    response = replan.post("draft", changes={"assumptions": {"contingency": "=-3 wd"}})

    assert response.status_code == 422
    assert "CONTINGENCY" in response.json()["faults"][0]["message"]


# -- drafts and proofs ---------------------------------------------------------------------------------------------------


def test_a_draft_says_what_moves_and_draws_it(replan):
    """A longer test moves what hangs on it; the list of changes says from what to what; the board comes with it."""
    found = replan.ask("draft", changes={"assumptions": {"sit-mvc": "320 wd"}})
    dates = {entry["id"]: entry for entry in found["dates"]}

    assert found["stage"] == "draft"
    assert dates["M10"]["moved"] == "+16 wd"
    assert dates["M14"]["moved"] == "not moved"
    assert [entry["text"] for entry in found["said"]] == ["Integration testing of the minimum viable cohort: 304 wd → 320 wd"]
    rows = {row["id"]: row for row in found["rows"]}
    assert rows["SIT-MVC"]["was"]
    assert rows["SIT-MVC"]["drives"] == ["M10"]
    assert 'data-item="SIT-MVC"' in found["body"]


def test_a_proof_has_class_condition_and_why_a_date_stays(replan):
    """Each date comes with its proof class; one that does not move says what took the change up."""
    found = replan.ask("proof", changes={"assumptions": {"sit-mvc": "320 wd"}})
    dates = {entry["id"]: entry for entry in found["milestones"]}

    assert dates["M10"]["proof"] == "certified"
    assert dates["M10"]["if"]
    assert dates["M10"]["stays"] == []
    assert any("sit-mvc" in text or "slack" in text or "leads" in text for text in dates["M14"]["stays"])
    assert replan.ask("draft", changes={"assumptions": {"sit-mvc": "320 wd"}})["stage"] == "proof"


def test_a_contradiction_is_told_at_once_and_proved(replan):
    """Changes that leave no schedule are said to, first by the forward pass, then as a minimal conflict."""
    changes = {"assumptions": {"m9-latest": "2023-06-01"}}
    draft, proof = replan.ask("draft", changes=changes), replan.ask("proof", changes=changes)

    assert draft["status"] == "infeasible"
    assert "m9-latest" in draft["contradiction"]
    assert all(entry["after"] is None for entry in draft["dates"])
    assert proof["status"] == "infeasible"
    assert {"m9-floor", "m9-latest"} <= {member["id"] for member in proof["conflict"]["members"]}


def test_where_capacity_binds_a_draft_is_not_before(make_plan):
    """Two pieces of work on one slot: the draft says not before, the proof is later, and the draft then shows the proof."""
    plan = make_plan(
        activities=[{"id": name, "title": name, "duration": "10 wd", "basis": "synthetic"} for name in ("A", "B")],
        milestones=[{"id": "END", "title": "Both done", "shown": "closes", "basis": "synthetic"}],
        rules=[
            {"id": "slots", "kind": "capacity", "title": "One team", "amount": 1, "basis": "synthetic",
             "demands": [{"item": "A"}, {"item": "B"}]},
            *(
                {"id": f"end-{name}", "kind": "dependency", "title": f"After {name}", "before": name, "after": "END",
                 "basis": "synthetic"}
                for name in ("A", "B")
            ),
        ],
        targets=["END"],
    )  # fmt: skip
    page = page_on(desk_on(plan))
    draft = page.ask("draft")["dates"][0]
    proof = page.ask("proof")["milestones"][0]
    after = page.ask("draft")["dates"][0]

    assert draft["not_before"]
    assert dt.datetime.strptime(draft["after"], "%a %d %b %Y") < dt.datetime.strptime(proof["after"], "%a %d %b %Y")  # noqa: DTZ007
    assert after["after"] == proof["after"]
    assert not after["not_before"]


def test_a_plan_in_minutes_is_drafted_in_hours():
    """Lengths, floats and moves of a plan in minutes are said in days, hours and minutes of the clock."""
    plan = minute_plan(random.Random(3))  # noqa: S311 - a draw that repeats
    page = page_on(desk_on(plan, "END"))
    opened = page.ask("draft")
    moved = page.ask("draft", changes={"values": {"A2.duration": "31 min"}})

    assert all(row["length"].endswith(("min", "h", "d")) for row in opened["rows"] if row.get("length"))
    assert moved["dates"][0]["moved"] == "not moved" or moved["dates"][0]["moved"].endswith(("min", "h", "d"))


def test_a_planner_s_file_is_served(tmp_path):
    """A file of P6 is opened like any plan, drafted and proved; a bar is dragged to the day it is dropped on."""
    work = [{"target_drtn_hr_cnt": "80", "remain_drtn_hr_cnt": "80", "task_name": name} for name in ("One", "Two")]
    file = tmp_path / "plan.xer"
    file.write_text(xer_text(work, [{"task_id": "2", "pred_task_id": "1"}]), encoding="utf-8")
    page = page_on(desk_of(str(file)))
    held = page.ask("draft", drag={"item": "A2", "end": "finish", "to": "2026-12-04"})
    proof = page.ask("proof", changes=held["changes"])

    assert next(row["finish"] for row in held["rows"] if row["id"] == "A2") == "4 Dec 2026 17:00"
    assert proof["status"] == "solved"
    assert [entry["day"][:10] for entry in proof["milestones"]] == [entry["day"][:10] for entry in held["dates"]]


def test_a_bar_s_end_is_dragged_by_what_holds_its_length(replan):
    """The end of work held at a day sets the assumption of its length; that day, or the nearest, is where it then ends."""
    found = replan.ask("draft", drag={"item": "SIT-MVC", "end": "finish", "to": "2025-06-30"})

    assert list(found["changes"]["assumptions"]) == ["sit-mvc"]
    row = next(row for row in found["rows"] if row["id"] == "SIT-MVC")
    assert row["finish"] == "30 Jun 2025"


@pytest.mark.parametrize("to", ["2024-02-05", "2024-12-25", "2025-04-05", "2026-09-30"])
def test_what_is_dragged_lies_where_it_was_dropped_or_next_to_it(to):
    """Days off, days before the start and days far behind it: the end lies within a working day of them, never before its start."""
    desk = desk_of("mhhs-round2")
    changes = desk.held(DeskChanges(), Drag(item="SIT-MVC", end="finish", to=dt.date.fromisoformat(to)))
    variation = desk.variant(changes)
    start, finish = variation.problem.earliest.position("SIT-MVC")

    assert start <= finish
    shown = variation.problem.clock.show(finish, "closes")
    assert finish == start or abs((shown - dt.date.fromisoformat(to)).days) <= 3


def test_a_milestone_is_dragged_by_its_floor_or_a_new_one(replan):
    """A milestone that has a floor moves it; one that has none gets one, which is off the plan again when it is taken back."""
    held = replan.ask("draft", drag={"item": "M9", "end": "start", "to": "2024-03-04"})
    new = replan.ask("draft", drag={"item": "M14", "end": "start", "to": "2026-06-30"})

    assert held["changes"]["assumptions"] == {"m9-floor": "2024-03-04"}
    assert new["changes"]["floors"] == {"M14": "2026-06-30"}
    assert next(entry for entry in new["dates"] if entry["id"] == "M14")["day"] == "2026-06-30"
    assert any("not before" in entry["text"] for entry in new["said"])


def test_a_floor_moved_twice_is_one_floor():
    """Dragging a milestone on from where it was dropped moves the floor that was made; no second one is made beside it."""
    desk = desk_of("mhhs-round2")
    changes = DeskChanges()
    for to in ("2026-06-30", "2026-08-31", "2026-05-29"):
        changes = desk.held(changes, Drag(item="M14", end="start", to=dt.date.fromisoformat(to)))

    assert changes.floors == {"M14": dt.date(2026, 5, 29)}
    plan = desk.variant(changes).plan
    assert floor_of(plan, "M14").id == "floor-M14"
    assert len(plan.rules) == len(desk.base.rules) + 1


def test_single_choices_are_the_first_changes():
    """What `serve` was given by --set stands on the desk and can be taken back; everything is measured from the plan without."""
    page = page_on(desk_of("mhhs-round2", settings={"sit-mvc": "+10wd"}))
    first = page.client.get(f"/{TOKEN}/api/plan").json()["first"]

    assert first["assumptions"] == {"sit-mvc": "314 wd"}
    assert page.ask("draft", changes=first)["dates"][0]["moved"] == "+10 wd"
    assert page.ask("draft")["dates"][0]["moved"] == "not moved"


# -- reasons, routes, chances, scenarios, parties ------------------------------------------------------------------------


def test_why_tells_what_holds_an_item_and_its_milestone(replan):
    """What pushes it, what its milestone would gain, how much headroom there is, and the conflict a day earlier."""
    found = replan.ask("why", item="SIT-MVC")

    assert found["milestone"] == "M10"
    assert found["held_by"][0]["rule"] == "sit-starts-at-m9"
    assert {line["rule"] for line in found["own"]} >= {"duration:SIT-MVC", "cp3-after-sit-mvc"}
    assert any(line["gain"].endswith("wd") for line in found["lines"])
    assert found["conflict"]["members"]


def test_a_way_to_a_date_is_taken_by_one_press(replan):
    """The changes that come with a way bring the milestone to the date that the way says."""
    held = {"assumptions": {"sit-mvc": "320 wd"}, "rules": {}, "readings": {}, "values": {}, "floors": {}}
    found = replan.ask("by-when", changes=held, milestone="M10", by="2025-05-01")
    route = found["routes"][0]
    after = replan.ask("proof", changes=route["apply"])

    assert found["verdict"] == "route"
    assert next(entry["after"] for entry in after["milestones"] if entry["id"] == "M10") == route["date"]


def test_several_ways_to_a_date_each_leave_something_alone(tmp_path):
    """Beside the cheapest way stand others, none cheaper, each without one of its steps, and each brings the milestone there by one press."""
    rows = (
        "Id,Name,Duration,Low,High,Predecessors,Start",
        "A,Dig,10d,5d,12d,,2026-01-05",
        "B,Build,10d,8d,12d,A,",
        "C,Paint,4d,3d,4d,B,",
    )
    (tmp_path / "plan.csv").write_text("\n".join(rows))
    desk = desk_of(str(tmp_path / "plan.csv"))
    held = Question(page="test", number=1, milestone="END", by=earliest(desk.base).dates["END"] - dt.timedelta(days=1))
    first, *others = by_when(desk, held, lambda _: None)["routes"]
    moved = {step["name"] for step in first["steps"]}

    assert others
    for route in others:
        assert moved - {step["name"] for step in route["steps"]}
        assert route["cost"] >= first["cost"]
        changed = Question(page="test", number=2, changes=DeskChanges.model_validate(route["apply"]))
        after = proof(desk, changed, lambda _: None)["milestones"]
        assert [entry["after"] for entry in after if entry["id"] == "END"] == [route["date"]]


@pytest.mark.long
def test_chances_are_coarse_at_once_and_full_with_drivers(replan):
    """Coarse dates are there from few samples; the full answer is that of `robust`, with curve and what moves it first."""
    from optimiser import robust

    coarse, full = replan.ask("risk"), replan.ask("risk", full=True)
    said = {entry["id"]: entry for entry in full["milestones"]}
    expected = robust(load("mhhs-round2"))

    assert coarse["stage"] == "coarse"
    assert {entry["id"] for entry in coarse["milestones"]} == set(said)
    for entry in expected.milestones:
        assert said[entry.id]["P80"] == day(entry.quantiles["P80"])
        assert said[entry.id]["drivers"]
        assert said[entry.id]["curve"].startswith("<svg")


def test_scenarios_stand_side_by_side_with_their_differences(replan):
    """Each column is proved; what differs from the plan as opened is marked; all are drawn on one axis."""
    found = replan.ask("beside", changes={"assumptions": {"sit-mvc": "320 wd"}}, scenarios=["poap2", "no-such"],
                       kept=[{"title": "Longer", "changes": {"assumptions": {"sit-mvc": "340 wd"}}}])  # fmt: skip
    columns = {column["name"]: column["cells"] for column in found["columns"]}

    assert list(columns) == ["As opened", "On the desk", "Longer", "poap2"]
    assert columns["poap2"]["M10"]["differs"]
    assert not columns["Longer"]["M14"]["differs"]
    assert columns["Longer"]["M10"]["moved"] == "+36 wd"
    assert found["chart"].startswith("<svg")
    assert any("no-such" in fault for fault in found["faults"])


def test_a_page_names_scenarios_and_no_files(replan, tmp_path):
    """A path to a scenario, wherever it leads, is no scenario of the plan, though `solve` would read it."""
    file = tmp_path / "elsewhere.yaml"
    file.write_text(replan.post("save", changes={"assumptions": {"sit-mvc": "310 wd"}}).text, encoding="utf-8")
    link = tmp_path / "l.yaml"
    link.symlink_to(file)
    asked = [text for text in (str(link), "../plan.yaml", "./poap1", "scenarios/poap1.yaml") if len(text) <= 64]
    found = replan.ask("beside", scenarios=asked)

    assert [column["name"] for column in found["columns"]] == ["As opened"]
    assert len(found["faults"]) == len(asked) >= 3
    assert all("unknown scenario" in fault for fault in found["faults"])


def test_a_plan_whose_file_was_changed_meanwhile_is_not_mixed_with_what_it_was(tmp_path):
    """What is read again for a scenario or a pack must be the plan on the page: else it is said, and nothing is made."""
    folder = tmp_path / "plan"
    shutil.copytree(find_plan("toy"), folder)
    page = page_on(desk_of(str(folder)))
    name = next(iter(sorted(file.stem for file in (folder / "scenarios").glob("*.yaml"))))
    assert len(page.ask("beside", scenarios=[name])["columns"]) == 2

    page = page_on(desk_of(str(folder)))
    file = folder / "plan.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("title:", "title: Other,", 1), encoding="utf-8")
    assert "changed since it was opened" in page.ask("beside", scenarios=[name])["faults"][0]
    assert "changed since it was opened" in page.post("workbook").text
    assert page.ask("proof")["status"] == "solved"


def test_parties_show_queue_and_slots(replan):
    """Qualification party by party, who waits longest first."""
    found = replan.ask("parties")
    waits = [int(party["waits"].split()[0]) for party in found["parties"] if party["waits"] != "–"]

    assert len(found["parties"]) > 20
    assert waits == sorted(waits, reverse=True)
    assert found["chart"].startswith("<svg")


# -- saved scenarios -----------------------------------------------------------------------------------------------------


def saved_dates(page: Page, changes: dict, folder: Path, plan: str, scenarios: tuple[str, ...] = ()) -> dict:
    """Return what `solve` says of a scenario saved from the page."""
    response = page.post("save", changes=changes, title="A Try: 1")
    assert response.status_code == 200, response.text
    file = folder / "saved.yaml"
    file.write_text(response.text, encoding="utf-8")
    outcome = earliest(load(plan, [*scenarios, file]))
    return {name: date.isoformat() for name, date in outcome.dates.items()} if outcome.status == "solved" else {}


def test_a_saved_scenario_is_one_that_solve_reads_to_the_same_dates(replan, tmp_path):
    """Numbers, readings, switches and floors go home in a file of the second version."""
    changes = {
        "assumptions": {"sit-mvc": "-4wd", "m9-floor": "2024-03-01"},
        "values": {"qualification-after-core-dbt-1.lag": "3 wd"},
        "readings": {"sad-tail": "work"},
        "rules": {"mp162-before-m10": False} if "mp162-before-m10" in replan.served.desk.base.rules_by_id else {},
        "floors": {"M15": "2027-01-15"},
    }  # fmt: skip
    proof = replan.ask("proof", changes=changes)
    text = replan.post("save", changes=changes, title="A Try: 1").text

    assert yaml.safe_load(text)["schema"] == "optimiser/scenario/2"
    assert yaml.safe_load(text)["id"] == "a-try-1"
    assert yaml.safe_load(text)["assumptions"]["sit-mvc"] == "300 wd"
    dates = {entry["id"]: entry["day"] for entry in proof["milestones"]}
    assert saved_dates(replan, changes, tmp_path, "mhhs-round2") == dates


def test_a_scenario_saved_on_top_of_one_that_was_saved_stacks(tmp_path):
    """A second session begins where the first was saved, floors of the same milestone included."""
    first = page_on(desk_of("toy"))
    target = first.served.desk.asked[0]
    dates = first.ask("proof")["milestones"][0]
    later = dt.date.fromisoformat(dates["day"]) + dt.timedelta(days=14)
    file = tmp_path / "first.yaml"
    file.write_text(first.post("save", changes={"floors": {target: later.isoformat()}}, title="first").text, encoding="utf-8")
    second = page_on(desk_of("toy", (str(file),)))
    moved = second.ask("draft", drag={"item": target, "end": "start", "to": (later + dt.timedelta(days=14)).isoformat()})

    assert moved["changes"]["values"] == {f"floor-{target}.date": (later + dt.timedelta(days=14)).isoformat()}
    reached = second.ask("proof", changes=moved["changes"])["milestones"][0]["day"]
    assert saved_dates(second, moved["changes"], tmp_path, "toy", (str(file),))[target] == reached


@pytest.mark.long
def test_the_pack_of_the_page_is_verified(tmp_path):
    """The pack of the plan as changed holds the changes as a scenario, and whoever has it derives it again; the workbook is its own."""
    page = page_on(desk_of("toy"))
    changes = {"assumptions": {"fit-out": "30 wd"}}
    found = page.ask("pack", changes=changes, title="Longer")
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(found["content"]))) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / found["name"].removesuffix(".zip")
    command = [sys.executable, "-m", "optimiser.cli", "verify", str(folder)]
    told = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=300)

    assert told.returncode == 0, told.stdout + told.stderr
    assert (folder / "inputs" / "scenarios" / "longer.yaml").exists()
    book = page.ask("workbook", changes=changes, title="Longer")
    assert book["name"] == "toy-longer.xlsx"
    assert base64.b64decode(book["content"]).startswith(b"PK")


def random_changes(desk, draw: random.Random) -> dict:
    """Return a few changes of every kind that a page can make."""
    plan = desk.base
    changes: dict = {"assumptions": {}, "values": {}, "readings": {}, "rules": {}, "floors": {}}
    for _ in range(draw.randint(1, 6)):
        kind = draw.choice(("assumption", "assumption", "value", "reading", "rule", "floor"))
        if kind == "assumption":
            entry = draw.choice(list(plan.assumptions_by_id.values()))
            if isinstance(entry.value, dt.date):
                changes["assumptions"][entry.id] = (entry.value + dt.timedelta(days=draw.randint(-40, 90))).isoformat()
            elif hasattr(entry.value, "unit"):
                changes["assumptions"][entry.id] = f"{max(0, entry.value.amount + draw.randint(-10, 30))} {entry.value.unit}"
        elif kind == "value":
            names = [name for name, (_, term) in plan.terms_by_name.items() if term.kind == "length" and not term.assumption]
            names += [name for name, (_, term) in plan.terms_by_name.items() if term.kind == "lag" and not term.assumption]
            name = draw.choice(names)
            stated = plan.terms_by_name[name][1].stated
            changes["values"][name] = f"{max(0, stated.amount + draw.randint(0, 15))} {stated.unit}"
        elif kind == "reading":
            reading = draw.choice(plan.readings)
            changes["readings"][reading.id] = draw.choice(reading.options).id
        elif kind == "rule":
            changes["rules"][draw.choice(plan.rules).id] = draw.random() < 0.3
        else:
            item = draw.choice([*plan.activities, *plan.milestones])
            changes["floors"][item.id] = (dt.date(2024, 6, 3) + dt.timedelta(days=draw.randint(0, 700))).isoformat()
    return changes


@pytest.mark.long
def test_what_is_tried_is_what_is_kept():
    """While something is dragged not all is checked again: the plan tried is the plan that the checked changes give."""
    desk = desk_of("mhhs-round2")
    seen: Counter = Counter()
    for seed in range(60):
        draw = random.Random(seed)  # noqa: S311 - a draw that repeats
        changes = DeskChanges.model_validate(random_changes(desk, draw))
        try:
            desk.variant(changes)
        except InputError:
            continue
        moved = {name: value.replace("1 ", "2 ", 1) for name, value in changes.assumptions.items()}
        floors = {item: day + dt.timedelta(days=draw.randint(1, 60)) for item, day in changes.floors.items()}
        other = changes.model_copy(update={"assumptions": moved, "floors": floors})
        try:
            tried = desk.variant(other, trying=True)
        except InputError:
            seen["refused"] += 1
            continue
        kept = desk.variant(other)
        seen["unchecked"] += not tried.checked
        assert kept.checked
        assert tried.plan == kept.plan
        assert tried.problem.earliest.values == kept.problem.earliest.values

    assert seen["unchecked"] > 15, seen


def chain_plan(make_plan, bars: int):
    """Return a plan of bars one after the other, each also before the one after the next."""
    links = [(place, place + step) for place in range(bars) for step in (1, 2) if place + step < bars]
    return make_plan(
        activities=[{"id": f"T{place}", "title": f"T{place}", "duration": "2 wd", "basis": "synthetic"} for place in range(bars)],
        milestones=[{"id": "END", "title": "Done", "shown": "closes", "basis": "synthetic"}],
        rules=[
            *(
                {"id": f"l{one}-{other}", "kind": "dependency", "title": "After", "before": f"T{one}", "after": f"T{other}",
                 "basis": "synthetic"}
                for one, other in links
            ),
            {"id": "end", "kind": "dependency", "title": "End", "before": f"T{bars - 1}", "after": "END", "basis": "synthetic"},
        ],
        targets=["END"],
    )  # fmt: skip


def test_while_something_is_tried_only_the_rows_drawn_are_told(make_plan):
    """The page keeps the others as it knows them; once it is let go, and where it knows another number of rows, all are told."""
    page = page_on(desk_on(chain_plan(make_plan, 60)))
    look, longer = {"from_row": 30, "rows": 10}, {"values": {"T3.duration": "4 wd"}}
    known = page.ask("draft", look=look)
    tried = page.ask("draft", look=look, changes=longer, trying=True, told=known["count"])
    kept = page.ask("draft", look=look, changes=longer, told=known["count"])

    assert known["count"] == len(known["rows"]) == 62
    assert (tried["first_row"], len(tried["rows"])) == (30, 10)
    assert tried["rows"] == kept["rows"][30:40] != known["rows"][30:40]
    assert kept["first_row"] == 0
    assert len(page.ask("draft", look=look, changes=longer, trying=True, told=7)["rows"]) == 62


def test_a_number_tried_passes_each_point_once(make_plan):
    """The forward pass behind a longer bar takes the points in their order: the work of a draft grows with the plan, not faster."""
    desk = desk_on(chain_plan(make_plan, 60))
    opened = desk.variant(DeskChanges()).problem.forward
    desk.variant(DeskChanges(values={"T3.duration": "3 wd"}))
    tried = desk.variant(DeskChanges(values={"T3.duration": "9 wd"}), trying=True)

    assert not tried.checked
    assert len(tried.problem.forward.events) - len(opened.events) <= 3 * 60


def test_what_two_plans_share_is_stated_once():
    """What a changed plan sets is the same whether it is worked out anew or taken from the plan that it was changed from."""
    desk, seen = desk_of("mhhs-round2"), 0
    for seed in range(20):
        changes = DeskChanges.model_validate(random_changes(desk, random.Random(seed)))  # noqa: S311 - a draw that repeats
        with contextlib.suppress(InputError):
            plan = desk.variant(changes).plan
            assert inputs_of(plan.evolve(), like=desk.base) == inputs_of(plan.evolve())
            seen += 1

    assert seen > 10


def test_a_length_in_another_unit_is_as_long_while_it_is_tried():
    """Fourteen months are no fourteen working days: what is tried in a unit other than the plan's lies where it lies once kept."""
    desk = desk_of("mhhs-round2")
    desk.variant(DeskChanges(assumptions={"sit-mvc": "300 wd"}, values={"qualification-after-core-dbt-1.lag": "3 wd"}))
    for amount in ("14 mo", "400 cd", "310 wd"):
        changes = DeskChanges(assumptions={"sit-mvc": amount}, values={"qualification-after-core-dbt-1.lag": amount})
        tried, kept = desk.variant(changes, trying=True), desk_of("mhhs-round2").variant(changes)
        assert tried.plan == kept.plan
        assert tried.problem.earliest.values == kept.problem.earliest.values, amount


def test_numbers_tried_on_a_plan_in_minutes_lie_where_they_lie_once_kept():
    """Lengths and lags of random plans in minutes, from and to nothing too, in drafts that are not compiled anew and in those that are."""
    seen: Counter = Counter()
    for seed in range(20):
        draw = random.Random(seed)  # noqa: S311 - a draw that repeats
        plan = minute_plan(draw)
        desk = desk_on(plan, "END")
        terms = {
            name: term
            for name, (_, term) in plan.terms_by_name.items()
            if term.kind in ("length", "lag") and not term.assumption
        }
        for _ in range(3):
            name = draw.choice(list(terms))
            unit, amounts = terms[name].stated.unit, (draw.randint(0, 300), draw.choice((0, draw.randint(1, 300))))
            first, changes = (DeskChanges(values={name: f"{amount} {unit}"}) for amount in amounts)
            with contextlib.suppress(InputError):
                desk.variant(first)
                tried = desk.variant(changes, trying=True).problem
                kept = desk_on(plan, "END").variant(changes).problem
                seen[kept.earliest.status] += 1
                assert tried.earliest.status == kept.earliest.status
                assert kept.earliest.status != "feasible" or tried.earliest.values == kept.earliest.values, (
                    seed,
                    name,
                    changes,
                )

    assert seen["feasible"] > 30, seen


def test_a_number_out_of_its_range_is_refused_while_it_is_tried():
    """What has no meaning is not drawn for a moment either."""
    desk = desk_of("mhhs-round2")
    desk.variant(DeskChanges(assumptions={"sit-mvc": "300 wd"}))

    assert not desk.variant(DeskChanges(assumptions={"sit-mvc": "301 wd"}), trying=True).checked
    for wrong in ("=-1 wd", "2024-01-01", "none"):
        with pytest.raises(InputError):
            desk.variant(DeskChanges(assumptions={"sit-mvc": wrong}), trying=True)


@pytest.mark.long
def test_dates_on_the_page_equal_those_of_solve(replan, tmp_path):
    """In two hundred random sequences of changes the page and `solve` of the saved scenario say the same of every milestone."""
    seen: Counter = Counter()
    for seed in range(200):
        changes = random_changes(replan.served.desk, random.Random(seed))  # noqa: S311 - a draw that repeats
        draft = replan.post("draft", changes=changes)
        if draft.status_code != 200:
            assert replan.post("save", changes=changes).status_code == 422
            seen["refused"] += 1
            continue
        proof = replan.ask("proof", changes=changes)
        seen[proof["status"]] += 1
        shown = {entry["id"]: entry["day"] for entry in proof["milestones"]}
        drafted = {entry["id"]: entry["day"] for entry in draft.json()["dates"] if entry["day"]}
        assert saved_dates(replan, changes, tmp_path, "mhhs-round2") == shown, seed
        if proof["status"] == "solved":
            assert drafted == shown, seed
            seen["moved"] += any(entry["moved"] not in ("not moved", "–") for entry in proof["milestones"])

    assert seen["solved"] > 100, seen
    assert seen["moved"] > 60, seen


# -- work that is called off ---------------------------------------------------------------------------------------------


def test_a_search_is_called_off():
    """A model that takes minutes ends soon after it is called off, and is not read as a verdict."""
    from ortools.sat.python import cp_model

    from optimiser.encoding.solving import run
    from tests.test_interrupt import endless

    stop, came = Stop(), []

    def searched() -> None:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        try:
            with heeding(stop):
                run(solver, endless())
        except StoppedError:
            came.append("stopped")

    thread = threading.Thread(target=searched)
    thread.start()
    time.sleep(0.3)
    until = time.monotonic() + 20
    while thread.is_alive() and time.monotonic() < until:
        stop.call()
        thread.join(0.05)

    assert came == ["stopped"]


def test_what_several_ask_for_is_made_once():
    """Of many who ask at once one makes it; if that one's work is called off, another does."""
    shelf: Shelf[int] = Shelf()
    made, answers, stop = [], [], Stop()

    def making(first: bool) -> int:
        made.append(first)
        until = time.monotonic() + 10
        while first and time.monotonic() < until:
            heed()
            time.sleep(0.01)
        return 7

    def asks(first: bool) -> None:
        with contextlib.suppress(StoppedError), heeding(stop if first else Stop()):
            answers.append(shelf.made("key", lambda: making(first)))

    threads = [threading.Thread(target=asks, args=(not place,)) for place in range(5)]
    threads[0].start()
    assert settle(lambda: made == [True])
    for thread in threads[1:]:
        thread.start()
    time.sleep(0.2)
    assert made == [True]
    stop.call()
    for thread in threads:
        thread.join(20)

    assert answers == [7] * 4
    assert made == [True, False]


def test_nothing_heeds_a_stop_that_nobody_holds():
    """Work of whoever holds no stop goes on, whatever others have called off."""
    stop = Stop()
    stop.call()
    heed()
    plan = load("toy")
    with pytest.raises(StoppedError), heeding(stop):
        earliest(plan)
    assert earliest(plan).status == "solved"


def slow(desk) -> threading.Event:
    """Make every answer of a desk wait until it is called off; return what is set once one has begun."""
    begun = threading.Event()

    def waiting(_key, _make):
        begun.set()
        while True:
            heed()
            time.sleep(0.01)

    desk.outcomes.made = waiting
    return begun


def send(port: int, kind: str, question: dict) -> socket.socket:
    """Send a question on a socket of its own, and read nothing."""
    body = json.dumps(question).encode()
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    head = (
        f"POST /{TOKEN}/api/{kind} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    connection.sendall(head.encode() + body)
    return connection


def comes(connection: socket.socket, word: bytes) -> bool:
    """Read until a word comes, or nothing more does."""
    held = b""
    while word not in held:
        more = connection.recv(65536)
        if not more:
            return False
        held += more
    return True


def settle(ready, seconds: float = 20) -> bool:
    """Wait until something holds."""
    until = time.monotonic() + seconds
    while not ready() and time.monotonic() < until:
        time.sleep(0.02)
    return ready()


def test_a_page_that_is_gone_stops_its_work():
    """Once the connection is closed the thread that works for it ends."""
    desk = desk_of("toy")
    begun = slow(desk)
    with running(desk) as (served, port):
        connection = send(port, "proof", {"number": 1})
        assert begun.wait(20)
        assert served.jobs.running == 1
        connection.close()
        assert settle(lambda: served.jobs.running == 0)


def test_a_newer_question_calls_off_the_older_of_the_same_page_alone():
    """Of one page and kind only the latest is worked on; other pages go on; a late older question is not begun."""
    desk = desk_of("toy")
    slow(desk)
    with running(desk) as (served, port):
        held = [send(port, "proof", {"page": "one", "number": 5}), send(port, "proof", {"page": "two", "number": 1})]
        assert settle(lambda: served.jobs.running == 2)
        held.append(send(port, "proof", {"page": "one", "number": 6}))
        assert comes(held[0], b"called off")
        assert settle(lambda: served.jobs.running == 2)
        held.append(send(port, "proof", {"page": "one", "number": 4}))
        assert comes(held[3], b"a newer question")
        for connection in held:
            connection.close()
        assert settle(lambda: served.jobs.running == 0)


def test_no_more_is_worked_on_than_a_machine_bears():
    """With many pages open the question that has gone on longest gives way."""
    desk = desk_of("toy")
    slow(desk)
    with running(desk) as (served, port):
        held = [send(port, "proof", {"page": f"p{number}", "number": 1}) for number in range(MOST_JOBS + 3)]
        assert settle(lambda: served.jobs.running == MOST_JOBS)
        for connection in held:
            connection.close()
        assert settle(lambda: served.jobs.running == 0)


@pytest.mark.long
def test_a_thousand_malformed_requests_leave_nothing_behind(capfd):
    """Garbage on the socket is answered or dropped, nothing is printed, memory does not grow, and the page is served after it."""
    draw = random.Random(7)  # noqa: S311 - a draw that repeats
    good = f"GET /{TOKEN}/api/plan HTTP/1.1\r\nHost: HOST\r\n\r\n".encode()

    def garbage(port: int) -> bytes:
        kind = draw.randrange(6)
        if kind == 0:
            return draw.randbytes(draw.randint(1, 400))
        if kind == 1:
            cut = good.replace(b"HOST", f"127.0.0.1:{port}".encode())
            return bytes(byte if draw.random() > 0.05 else draw.randrange(256) for byte in cut)
        if kind == 2:
            return b"POST /" + TOKEN.encode() + b"/api/proof HTTP/1.1\r\nContent-Length: -5\r\n\r\n"
        if kind == 3:
            return b"GET /" + b"a" * draw.randint(1, 90_000) + b" HTTP/1.1\r\n\r\n"
        body = draw.randbytes(60) if kind == 4 else b'{"changes":{"values":{"' + draw.randbytes(8).hex().encode() + b'":3}}}'
        head = f"POST /{TOKEN}/api/{draw.choice(['draft', 'proof', 'risk', 'x'])} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    with running(desk_of("toy")) as (served, port):

        def send_some(number: int) -> None:
            for _ in range(number):
                with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
                    connection.sendall(garbage(port))
                    connection.shutdown(socket.SHUT_WR)
                    try:
                        while connection.recv(65536):
                            pass
                    except ConnectionError:
                        continue

        send_some(200)
        tracemalloc.start()
        send_some(100)
        first = tracemalloc.get_traced_memory()[0]
        send_some(700)
        last = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert settle(lambda: served.jobs.running == 0)
        connection = send(port, "draft", {})
        assert b"200 OK" in connection.recv(65536)
        connection.close()

    assert last - first < 2_000_000
    said = capfd.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    assert "internal error" not in said.err


def test_names_that_would_do_harm_are_text():
    """A plan whose names are markup comes as JSON whose drawings hold them escaped."""
    page = page_on(desk_of(str(HOSTILE)))
    found = page.ask("draft")
    drawings = "".join(found[part] for part in ("axis", "milestones", "body")) + page.post("chart").text

    assert "<script" not in drawings.lower()
    assert "<img" not in drawings.lower()
    assert page.post("chart").headers["content-type"].startswith("image/svg+xml")


# -- the verb ------------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_serve_prints_its_address_and_stops_on_ctrl_c():
    """One process: it prints where it is, serves the page there, and Ctrl-C ends it with 0, whoever still asks, and says only that."""
    command = [sys.executable, "-m", "optimiser.cli", "serve", "toy", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        said = ""
        while not said.endswith("}\n"):
            line = process.stdout.readline()
            assert line, process.stderr.read()
            said += line
        address = json.loads(said)["address"]
        host, _, rest = address.removeprefix("http://").partition("/")
        assert host.startswith("127.0.0.1:")
        with socket.create_connection(("127.0.0.1", int(host.partition(":")[2])), timeout=20) as connection:
            connection.sendall(f"GET /{rest} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        with socket.create_connection(("127.0.0.1", int(host.partition(":")[2])), timeout=20) as unfinished:
            begun = f"POST /{rest}api/draft HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{{"
            unfinished.sendall(begun.encode())
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=30)

    assert process.returncode == 0
    assert errors.strip().splitlines()[-1] == "stopped"
    assert "Traceback" not in errors


@pytest.mark.long
def test_a_port_that_is_taken_is_told():
    """Another program on the port: exit 2, and what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [sys.executable, "-m", "optimiser.cli", "serve", "toy", "--port", str(taken.getsockname()[1])]
        found = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=60)

    assert found.returncode == 2
    assert "--port" in found.stderr


@pytest.mark.long
def test_help_does_not_load_the_server():
    """Asking for help, or for a plan, loads nothing of the extra."""
    code = (
        "import sys\nfrom optimiser.cli import main\nmain(['--help'])\nmain(['solve', 'toy'])\n"
        "assert not {'starlette', 'uvicorn', 'anyio', 'h11'} & set(sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, stdout=subprocess.DEVNULL, env=environment)


def test_without_the_extra_serve_says_how_to_get_it(monkeypatch, capsys):
    """No traceback where the extra is missing."""
    from optimiser.cli import main
    from optimiser.cli import serve as verb

    monkeypatch.setattr(verb, "find_spec", lambda _: None)

    assert main(["serve", "toy"]) == 2
    assert "pip install" in capsys.readouterr().err


def test_work_that_a_reading_adds_is_held_by_a_floor(tmp_path):
    """A bar that is there by the answer to a reading is dragged like any other, and the date follows."""
    (tmp_path / "plan.yaml").write_bytes((Path(__file__).parent / "data" / "reading-adds-work.yaml").read_bytes())
    desk = desk_of(str(tmp_path))
    answered = DeskChanges(readings={"extra": "yes"})
    held = desk.held(answered, Drag(item="X", end="start", to=dt.date(2026, 3, 2)))

    assert held.floors == {"X": dt.date(2026, 3, 2)}
    assert earliest(desk.variant(held).plan).dates == {"END": dt.date(2026, 3, 6)}
    assert earliest(desk.variant(DeskChanges()).plan).dates == {"END": dt.date(2026, 1, 16)}
