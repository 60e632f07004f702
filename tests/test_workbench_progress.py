"""The workbench on an update: what is done stays where it was, what has begun moves by its end, earlier forecasts are ghosts."""

from __future__ import annotations

import pytest

pytest.importorskip("starlette", reason="the extra 'workbench' is not installed")
pytest.importorskip("httpx2", reason="the test client of starlette needs it")

from optimiser import earliest, load
from optimiser.reading.load import load_changed
from optimiser.reading.packaged import find_plan
from optimiser.workbench.desk import Desk
from optimiser.workbench.updates import updates_before
from tests.workbenches import Page, page_on

NAME = "laboratory-2026-05"


@pytest.fixture(scope="module")
def page() -> Page:
    """A page on the third of four monthly updates."""
    loaded, path = load_changed(NAME), find_plan(NAME)
    return page_on(Desk(loaded, name=NAME, path=path, updates=updates_before(loaded.plan, path)))


def rows(page: Page, **question) -> dict[str, dict]:
    """Return the rows of a draft by their ids."""
    return {row["id"]: row for row in page.ask("draft", **question)["rows"]}


@pytest.mark.long
def test_rows_say_what_is_done_and_only_what_is_to_come_can_be_taken_hold_of(page):
    """Of what has begun the end, of what is done nothing; the drawing has the status date."""
    found = rows(page)
    assert (found["METHOD-A"]["work"], found["METHOD-A"]["moves"]) == ("done", [])
    assert (found["METHOD-C"]["work"], found["METHOD-C"]["moves"]) == ("in progress", ["finish"])
    assert (found["REPEAT"]["work"], found["REPEAT"]["moves"]) == ("to do", ["start", "finish"])
    assert (found["DELIVERY-1"]["work"], found["DELIVERY-1"]["moves"]) == ("done", [])
    assert "status date" in page.ask("draft")["body"]


@pytest.mark.parametrize(
    ("item", "end", "why"),
    [
        ("METHOD-A", "finish", "'METHOD-A' is done, on Tue 21 Apr 2026: nothing moves what is done"),
        ("DELIVERY-1", "start", "'DELIVERY-1' is done, on Mon 2 Mar 2026: nothing moves what is done"),
        ("METHOD-C", "start", "'METHOD-C' has begun, on Wed 29 Apr 2026: only its end moves, by what is left of it"),
    ],
)
def test_what_has_happened_cannot_be_dragged_and_is_said_why(page, item, end, why):
    """Whoever tries is told, and the panel of the item says the same."""
    response = page.post("draft", drag={"item": item, "end": end, "to": "2026-07-01"})
    assert response.status_code == 422
    assert response.json()["faults"][0]["message"] == why
    assert page.ask("draft", item=item)["can"]["fixed"] == why


def test_the_end_of_begun_work_is_dragged_by_what_is_left_of_it(page):
    """Eight days left instead of four: the change is a scenario that solve reads to the dates of the page."""
    draft = page.ask("draft", drag={"item": "METHOD-C", "end": "finish", "to": "2026-06-10"})
    assert draft["changes"]["values"] == {"METHOD-C.remaining": "8 wd"}
    proof = page.ask("proof", changes=draft["changes"])
    plan = load_changed(NAME, (), settings={"METHOD-C.remaining": "8 wd"}).plan
    wanted = {name: date.isoformat() for name, date in earliest(plan).dates.items()}
    assert {entry["id"]: entry["day"] for entry in proof["milestones"]} == wanted


def test_what_earlier_updates_forecast_stands_beside_the_published_dates(page):
    """Each is a table of dates to compare with, the newest first, with a letter of its own."""
    found = page.client.get(f"/{page.served.token}/api/plan").json()["baselines"]
    assert [entry["title"] for entry in found] == [
        "Deadlines of the table",
        "Update of 30 Apr 2026",
        "Update of 31 Mar 2026",
        "The plan of 5 Jan 2026",
    ]
    (date,) = page.ask("draft")["dates"]
    assert date["published"]["update-2026-04-30"] == "21 Oct 2026"
    look = {"baselines": ["update-2026-03-31"]}
    assert rows(page, look=look)["ACCREDITED"]["ghosts"] == ["C 17 Sep 2026"]


def test_an_earlier_update_is_opened_in_the_place_of_the_newest(page):
    """Its dates are those that `solve` finds of it, its status date is its own, and it is compared with those before it."""
    known = page.client.get(f"/{page.served.token}/api/plan").json()["updates"]
    assert [entry["title"] for entry in known] == [
        "Update of 29 May 2026",
        "Update of 30 Apr 2026",
        "Update of 31 Mar 2026",
        "The plan of 5 Jan 2026",
    ]
    for entry, name in zip(known[1:], ("laboratory-2026-04", "laboratory-2026-03", "laboratory"), strict=True):
        of_update = page.client.get(f"/{page.served.token}/api/plan?update={entry['name']}").json()
        proof = page.ask("proof", update=entry["name"])
        assert of_update["update"] == entry["name"]
        assert of_update["updates"] == known
        assert {each["id"]: each["day"] for each in proof["milestones"]} == {
            milestone: date.isoformat() for milestone, date in earliest(load(name)).dates.items()
        }
    assert of_update["status_date"] is None
    assert [entry["id"] for entry in of_update["baselines"]] == ["deadlines"]
    assert rows(page, update="update-2026-03-31")["METHOD-C"]["work"] == "to do"


def test_an_earlier_update_takes_changes_of_its_own(page):
    """What is changed on it is saved against it: its scenario is one that solve reads with that update."""
    changes = {"assumptions": {"REPEAT-duration": "40 wd"}}
    moved = page.ask("draft", update="update-2026-04-30", changes=changes)
    assert [entry["moved"] for entry in moved["dates"]] != ["not moved"]
    assert page.ask("draft")["said"] == []
    assert "REPEAT-duration: 40 wd" in page.post("save", update="update-2026-04-30", changes=changes).text


def test_updates_stand_side_by_side(page):
    """Each with its date as proved, how far it is from the one opened, on one axis; any may be the one opened."""
    found = page.ask("beside", updates=["update-2026-04-30", "update-2026-03-31"])
    columns = {column["name"]: column["cells"]["ACCREDITED"] for column in found["columns"]}
    assert list(columns) == ["As opened", "Update of 30 Apr 2026", "Update of 31 Mar 2026"]
    assert columns["Update of 30 Apr 2026"]["date"].endswith("21 Oct 2026")
    assert columns["Update of 31 Mar 2026"]["differs"]
    assert columns["Update of 31 Mar 2026"]["proof"] == "certified"
    back = page.ask("beside", update="update-2026-03-31", updates=["", "update-2026-04-30"])
    assert [column["name"] for column in back["columns"]] == ["As opened", "Update of 29 May 2026", "Update of 30 Apr 2026"]


def test_an_update_that_is_not_there_is_refused_with_what_there_is(page):
    """A wrong name is told with the nearest right one, by every way of asking."""
    response = page.post("draft", update="update-2026-04-31")
    assert response.status_code == 422
    assert "Maybe" in response.json()["faults"][0]["message"]
    assert page.client.get(f"/{page.served.token}/api/plan?update=x").status_code == 422
    assert "no update" in page.post("proof", update="../plan").text
    assert any("no update" in fault for fault in page.ask("beside", updates=["other"])["faults"])


def test_a_length_of_what_is_done_can_be_switched_off_and_holds_nothing(page):
    """Work that is done has no length any more: without the rule of its length the date stays, and it is said why."""
    (date,) = page.ask("proof", changes={"rules": {"duration:PROTOCOLS": False}})["milestones"]
    assert date["moved"] == "not moved"
    assert date["stays"] == ["nothing leads from duration:PROTOCOLS to ACCREDITED"]
