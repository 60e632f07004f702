"""The workbench in a real browser: quick, right after many changes, by keyboard alone, accessible, and with no word to elsewhere.

Needs Debian's Chromium and npm, which fetches axe-core; run with ``-m browser``.
"""

from __future__ import annotations

import contextlib
import json
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the extra 'workbench' is not installed")
pytest.importorskip("httpx2", reason="the test client of starlette needs it")

import yaml

from optimiser import earliest, load
from optimiser.evidence.words import weekday_day
from optimiser.reading.load import load_changed
from optimiser.reading.packaged import find_plan
from optimiser.workbench.desk import Desk
from optimiser.workbench.updates import updates_before
from tests.test_evidence_browser import HOSTILE, axe, browser  # noqa: F401 - fixtures
from tests.workbenches import TOKEN, desk_of, running

pytestmark = pytest.mark.browser

PATIENCE = 60
"""Seconds within which a machine that does other things besides must have answered."""
WIDTHS = {"desktop": 1366, "wide": 1920, "telephone": 390}
"""Widths in CSS pixels that the page is looked at in."""


class Shown:
    """The page in a browser, with everything that it asked for or complained about."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address = page, address
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda asked: self.requests.append(asked.url))
        page.on("console", lambda said: self.complaints.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (self.complaints.append(f"dialog {dialog.message}"), dialog.dismiss()))

    def open(self) -> Shown:
        """Go to the page and wait until it has proved what it shows."""
        self.page.goto(self.address)
        self.until("window.desk?.stage === 'proved'")
        return self

    def until(self, holds: str) -> None:
        """Wait until an expression holds; the page's own policy forbids what playwright would wait with."""
        end = time.monotonic() + PATIENCE
        while not self.page.evaluate(holds):
            assert time.monotonic() < end, f"never: {holds}; {self.complaints}"
            self.page.wait_for_timeout(10)

    def proved(self) -> dict[str, str]:
        """Wait for the proof of the changes that stand; return each milestone's date as the table shows it."""
        self.page.wait_for_timeout(30)
        self.until("window.desk.stage === 'proved'")
        return {
            row.get_attribute("data-id"): row.locator("td.after").inner_text()
            for row in self.page.locator("#dates tr[data-id]").all()
        }

    @property
    def changes(self) -> dict[str, Any]:
        """What the page has changed."""
        found: dict[str, Any] = self.page.evaluate("window.desk.changes")
        return found


@pytest.fixture(scope="module")
def replan() -> Iterator[str]:
    """Serve the re-plan; give the address."""
    with running(desk_of("mhhs-round2")) as (_, port):
        yield f"http://127.0.0.1:{port}/{TOKEN}/"


@pytest.fixture
def opened(browser, replan) -> Iterator[Shown]:  # noqa: F811
    """Return the page on the re-plan, proved."""
    page = browser.new_page(viewport={"width": 1366, "height": 900})
    yield Shown(page, replan).open()
    page.close()


def dates_of(changes: dict[str, Any], folder: Any, save: Callable[[], str]) -> dict[str, str]:
    """Return the dates that `solve` finds of what a page saves, as a table shows them."""
    file = folder / "saved.yaml"
    file.write_text(save(), encoding="utf-8")
    assert yaml.safe_load(file.read_text(encoding="utf-8"))["schema"] == "optimiser/scenario/2", changes
    return {name: weekday_day(date) for name, date in earliest(load("mhhs-round2", [file])).dates.items()}


def saved(shown: Shown) -> str:
    """Return the scenario file that the page gives."""
    shown.page.locator("#keep summary").click()
    with shown.page.expect_download() as found:
        shown.page.locator("#save").click()
    shown.page.keyboard.press("Escape")
    with open(found.value.path(), encoding="utf-8") as file:  # noqa: PTH123 - playwright's own place
        return file.read()


def test_no_request_leaves_the_page(opened):
    """All that is fetched is the page's own; nothing is said on the console; every panel is opened meanwhile."""
    for name in ("why", "risk", "beside", "parties", "change"):
        opened.page.locator(f"#tab-{name}").click()
    opened.page.locator(".row[data-id='SIT-MVC']").click()
    opened.page.locator("#panel-why h3", has_text="What holds").wait_for(timeout=PATIENCE * 1000)

    assert len(opened.requests) > 8
    assert all(asked.startswith((opened.address, "blob:")) for asked in opened.requests), opened.requests
    assert opened.complaints == []


def test_the_end_of_a_bar_is_dragged(opened, tmp_path):
    """While a bar is dragged there is a draft with dates; released it is proved; undo brings the plan back."""
    before = opened.proved()
    handle = opened.page.locator(".bars:not(.pinned) [data-item='SIT-MVC'][data-part='finish']")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    opened.page.mouse.move(x, y)
    opened.page.mouse.down()
    opened.page.mouse.move(x + 15, y, steps=4)
    opened.page.mouse.move(x + 30, y, steps=4)
    opened.until("window.desk.draft.stage === 'draft' && window.desk.draft.dates[0].moved !== 'not moved'")
    assert opened.page.locator("#dates tr[data-id='M10'] .chip.draft").count() == 1
    assert opened.page.locator(".tip").is_visible()
    opened.page.mouse.up()
    after = opened.proved()

    assert after["M10"] != before["M10"]
    assert after["M14"] == before["M14"]
    assert opened.page.locator("#dates .stays").count() >= 1
    assert opened.page.locator("#changes li").count() == 1
    assert dates_of(opened.changes, tmp_path, lambda: saved(opened)) == after
    opened.page.locator("#undo").click()
    assert opened.proved() == before
    opened.page.locator("#redo").click()
    assert opened.proved() == after


def test_twenty_quick_changes_end_in_the_right_dates(opened, tmp_path):
    """However fast changes come, what stands in the end is proved, and is what `solve` says of the saved scenario."""
    opened.page.evaluate(
        """async () => {
            for (let step = 1; step <= 20; step += 1) {
                desk.commit((changes) => { changes.assumptions["sit-mvc"] = `${280 + 3 * step} wd`; });
                if (step % 3 === 0) desk.undo();
                if (step % 5 === 0) desk.commit((changes) => { changes.floors.M14 = `2026-0${1 + (step % 8)}-15`; });
                await new Promise((done) => setTimeout(done, 15));
            }
        }"""
    )
    shown = opened.proved()

    assert dates_of(opened.changes, tmp_path, lambda: saved(opened)) == shown
    assert all(chip == "certified" for chip in opened.page.locator("#dates .chip").all_inner_texts())


def test_a_delayed_old_answer_never_overwrites_a_newer(opened):
    """Drafts and proofs of old changes, held back and let go after those of newer ones, change nothing on the page."""
    held: list[Any] = []
    waiting = {"held": True}

    def hold(route: Any) -> None:
        if waiting["held"]:
            held.append((route, route.fetch()))
        else:
            route.continue_()

    before = opened.proved()
    opened.page.route("**/api/proof", hold)
    opened.page.evaluate("void desk.commit((changes) => { changes.assumptions['sit-mvc'] = '360 wd'; })")
    end = time.monotonic() + PATIENCE
    while not held and time.monotonic() < end:
        opened.page.wait_for_timeout(20)
    assert held, "the proof of the older changes is on its way"
    waiting["held"] = False
    opened.page.evaluate("void desk.commit((changes) => { changes.assumptions['sit-mvc'] = '290 wd'; })")
    newer = opened.proved()
    for route, response in held:
        with contextlib.suppress(Exception):  # the page may have called the question off, and that is well
            route.fulfill(response=response)
    opened.page.wait_for_timeout(500)

    assert newer["M10"] != before["M10"]
    assert opened.proved() == newer


def test_a_late_draft_is_thrown_away(opened):
    """A draft that comes after one with a greater number is not shown."""
    number = opened.page.evaluate("desk.draft.number")
    opened.page.evaluate(
        """async () => {
            const real = window.fetch;
            window.fetch = async (address, asked) => {
                const answer = await real(address, asked);
                if (!String(address).endsWith("api/draft")) return answer;
                const found = await answer.json();
                return new Response(JSON.stringify({ ...found, number: 1, dates: found.dates.map((each) => ({ ...each, after: "never" })) }),
                    { headers: { "content-type": "application/json" } });
            };
            await desk.see({ zoom: "months" });
            window.fetch = real;
        }"""
    )

    assert opened.page.evaluate("desk.draft.number") >= number
    assert "never" not in opened.page.locator("#dates").inner_text()


def test_a_proof_is_cancelled(opened):
    """While a proof goes on it can be called off; the page says so, keeps the draft, and can prove again."""
    opened.page.route("**/api/proof", lambda route: (time.sleep(0.3), route.continue_()))
    opened.page.evaluate("void desk.commit((changes) => { changes.assumptions['sit-mvc'] = '333 wd'; })")
    opened.until("window.desk.stage === 'proving'")
    opened.page.locator("#cancel").click()
    opened.page.wait_for_timeout(600)

    assert opened.page.evaluate("desk.stage") == "draft"
    assert "called off" in opened.page.locator("#state").inner_text()
    opened.page.unroute("**/api/proof")
    opened.page.get_by_role("button", name="Prove again").click()
    assert opened.proved()["M10"]


def test_everything_is_done_by_keyboard(opened, tmp_path):
    """Change by keys, why, by when, a way taken, undo, redo, folding, zoom, tabs, saving: without a pointer."""
    page = opened.page
    before = opened.proved()

    def press(*keys: str) -> None:
        for each in keys:
            page.keyboard.press(each)

    def walk_to(selector: str, key: str = "Tab", most: int = 400) -> None:
        for _ in range(most):
            if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
                return
            press(key)
        pytest.fail(f"{selector} is not reached by {key}")

    walk_to(".names:not(.pinned) .row")
    walk_to(".row[data-id='SIT-MVC']", "ArrowDown")
    opened.until("window.desk.item === 'SIT-MVC'")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none", "focus is seen"
    press("+", "+", "+")
    opened.until("window.desk.changes.assumptions['sit-mvc'] === '307 wd'")
    longer = opened.proved()
    assert longer["M10"] != before["M10"]
    assert page.evaluate("document.activeElement.dataset.id") == "SIT-MVC", "focus stays where it was"
    assert "M10" in page.locator("#spoken").inner_text(), "dates are spoken"

    press("Control+z", "Control+z", "Control+z")
    assert opened.proved() == before
    press("Control+y")
    opened.until("window.desk.changes.assumptions['sit-mvc'] === '305 wd'")

    press("Enter")
    page.locator("#panel-why h3", has_text="What holds").wait_for(timeout=PATIENCE * 1000)
    assert "gain if removed" in page.locator("#panel-why").inner_text()

    walk_to(".row.phase", "ArrowUp")
    press("ArrowLeft")
    opened.until("window.desk.look.folded.length === 1")
    press("ArrowRight")
    opened.until("window.desk.look.folded.length === 0")

    walk_to("#tab-why")
    walk_to("#by-day")
    page.locator("#by-day").fill("2025-05-01")
    walk_to("form.by button")
    press("Enter")
    page.locator(".route button").first.wait_for(timeout=PATIENCE * 1000)
    walk_to(".route button")
    press("Enter")
    after = opened.proved()
    assert after["M10"] != before["M10"]

    page.locator("#tab-why").focus()
    press("ArrowLeft")
    assert page.evaluate("document.activeElement.id") == "tab-change"
    walk_to("#set-contingency")
    page.locator("#set-contingency").fill("5 wd")
    press("Enter")
    opened.until("window.desk.changes.assumptions.contingency === '5 wd'")
    walk_to("[data-name='m5-date'] input[type=range]", "Shift+Tab")
    press("ArrowRight")
    opened.until("'m5-date' in window.desk.changes.assumptions")
    shown = opened.proved()
    page.evaluate("document.activeElement.blur()")
    walk_to("#keep summary")
    press("Enter")
    walk_to("#save")
    with page.expect_download() as found:
        press("Enter")
    file = tmp_path / "by-keys.yaml"
    file.write_bytes(found.value.path().read_bytes())
    assert {name: weekday_day(date) for name, date in earliest(load("mhhs-round2", [file])).dates.items()} == shown
    press("Escape")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert opened.complaints == []


def test_a_mistake_is_told_and_changes_nothing(opened):
    """What cannot be read is said in place, with what would be expected; the plan stays as it was."""
    before = opened.proved()
    field = opened.page.locator("#set-sit-mvc")
    field.fill("three weeks")
    field.press("Enter")
    opened.page.locator("#alert li").wait_for(timeout=PATIENCE * 1000)

    assert "sit-mvc" in opened.page.locator("#alert").inner_text()
    assert opened.changes["assumptions"] == {}
    assert opened.proved() == before


def test_a_contradiction_names_what_cannot_all_hold(opened):
    """No schedule: the page says so at once, then with the proof, and each rule can be switched off there."""
    opened.page.evaluate("void desk.commit((changes) => { changes.assumptions['m9-latest'] = '2023-06-01'; })")
    opened.page.locator("#alert", has_text="Proved: no schedule").wait_for(timeout=PATIENCE * 1000)
    opened.page.locator("#alert").get_by_role("button", name="Switch off").first.click()

    opened.until("Object.keys(window.desk.changes.rules).length === 1")
    assert opened.proved()["M10"] != "none"


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_accessible(browser, replan, axe, width):  # noqa: F811
    """axe-core finds no violation of WCAG 2.2 A or AA, in any panel, with changes made and a baseline drawn; nothing is cut off."""
    page = browser.new_page(viewport={"width": width, "height": 844})
    shown = Shown(page, replan).open()
    page.evaluate("void desk.commit((changes) => { changes.assumptions['sit-mvc'] = '320 wd'; })")
    shown.proved()
    page.evaluate("void desk.see({ baselines: ['TT', 'PoaP-2'] })")
    shown.until("window.desk.risk?.stage === 'full'")
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": axe})
    found = []
    for name in ("change", "why", "risk", "beside", "parties"):
        page.locator(f"#tab-{name}").click()
        if name == "change":
            for group in page.locator("#panel-change > details.group").all():
                group.evaluate("each => each.open = true")
        if name == "why":
            page.locator(".row[data-id='SIT-MVC']").click()
            page.locator("#panel-why h3", has_text="What holds").wait_for(timeout=PATIENCE * 1000)
        if name == "beside":
            page.get_by_role("button", name="Compare").click()
            page.locator("#panel-beside table").wait_for(timeout=PATIENCE * 1000)
        if name == "parties":
            page.get_by_role("button", name="Show queue and slots").click()
            page.locator("#panel-parties table").wait_for(timeout=PATIENCE * 1000)
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
        answer = session.send(
            "Runtime.evaluate",
            {
                "expression": f"axe.run({{runOnly: {tags}}}).then(found => JSON.stringify(found.violations))",
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
        violations = json.loads(answer["result"]["value"])
        found += [(name, each["id"], [node["html"][:140] for node in each["nodes"][:3]]) for each in violations]
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.close()

    assert found == []
    assert wide <= width


def test_usable_at_twice_the_size(browser, replan):  # noqa: F811
    """At 200 % of a usual screen nothing lies beside the window, and the dates are all there."""
    page = browser.new_page(viewport={"width": 683, "height": 450}, device_scale_factor=2)
    shown = Shown(page, replan).open()

    assert page.evaluate("document.documentElement.scrollWidth") <= 683
    assert len(shown.proved()) == 3
    page.close()


def test_prints_as_a_brief(browser, replan):  # noqa: F811
    """On paper there are dates, changes and the whole schedule, and nothing to press."""
    page = browser.new_page(viewport={"width": 1123, "height": 794})
    Shown(page, replan).open()
    page.emulate_media(media="print")

    assert page.locator("#dates table").is_visible()
    assert not page.locator("#undo").is_visible()
    assert not page.locator("#tabs").is_visible()
    assert page.locator("#board").evaluate("each => each.scrollHeight <= each.clientHeight + 2")
    page.close()


def test_an_earlier_update_is_chosen_by_keyboard(browser):  # noqa: F811
    """The chooser brings the earlier update with its status date; what is changed on each is there on coming back, and after a reload."""
    name = "laboratory-2026-05"
    loaded, path = load_changed(name), find_plan(name)
    with running(Desk(loaded, name=name, path=path, updates=updates_before(loaded.plan, path))) as (_, port):
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        shown = Shown(page, f"http://127.0.0.1:{port}/{TOKEN}/").open()
        page.evaluate("void desk.commit((changes) => { changes.assumptions['REPEAT-duration'] = '40 wd'; })")
        newest = shown.proved()
        page.locator("#update").focus()
        page.keyboard.press("ArrowDown")
        shown.until("window.desk.plan.update === 'update-2026-04-30'")
        earlier = shown.proved()

        assert earlier == {name: weekday_day(date) for name, date in earliest(load("laboratory-2026-04")).dates.items()}
        assert shown.changes["assumptions"] == {}
        assert "status date Thu 30 Apr 2026" in page.locator("#about").inner_text()
        assert page.evaluate("document.activeElement.id") == "update", "focus stays where it was"
        page.keyboard.press("ArrowUp")
        shown.until("window.desk.plan.update === ''")
        assert shown.proved() == newest
        page.reload()
        shown.until("window.desk?.stage === 'proved'")
        assert shown.proved() == newest
        assert page.locator("#undo").is_enabled()
        assert shown.complaints == []
        page.close()


def test_reasons_of_other_changes_say_so(opened):
    """Once something is changed, reasons shown are marked as those of before, and asked again with the proof."""
    opened.page.locator(".row[data-id='SIT-MVC']").last.click()
    opened.page.locator("#panel-why h3", has_text="What holds").wait_for(timeout=PATIENCE * 1000)
    opened.page.evaluate("void desk.commit((changes) => { changes.assumptions['sit-mvc'] = '320 wd'; })")

    assert opened.page.locator("#panel-why .old").count() == 1
    date = opened.proved()["M10"]
    opened.until("!document.querySelector('#panel-why .old')")
    opened.page.locator("#panel-why h4", has_text=f"What holds M10 at {date}").wait_for(timeout=PATIENCE * 1000)


def test_the_day_in_the_middle_stays_there_at_another_zoom(opened):
    """Zooming from the whole plan to days keeps what is looked at in sight; the dates stand under the header meanwhile."""
    opened.page.locator(".row[data-id='SIT-MVC']").last.click()
    opened.page.locator("#look input[value=days]").check()
    opened.until("window.desk.draft.pixels_a_day > 10")
    bar = opened.page.locator(".bars:not(.pinned) [data-item='SIT-MVC'][data-part='body']").bounding_box()
    board = opened.page.locator("#board").bounding_box()

    assert bar["x"] < board["x"] + board["width"]
    assert bar["x"] + bar["width"] > board["x"] + 300
    assert opened.page.locator("#answer").is_visible()
    assert "M10 Thu 8 May 2025" in opened.page.locator("#answer").inner_text()


def test_names_that_would_do_harm_are_text(browser):  # noqa: F811
    """Markup in every name of a plan is shown as it is written: nothing runs, nothing is fetched."""
    with running(desk_of(str(HOSTILE))) as (_, port):
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        shown = Shown(page, f"http://127.0.0.1:{port}/{TOKEN}/").open()
        for group in page.locator("#panel-change > details.group").all():
            group.evaluate("each => each.open = true")
        page.locator(".names:not(.pinned) .row:not(.phase)").first.click()
        page.locator("#panel-why h3", has_text="What holds").wait_for(timeout=PATIENCE * 1000)

        assert page.locator("main script, main img, main iframe").count() == 0
        assert "<" in page.locator(".names:not(.pinned)").inner_text(), "the names are shown, not swallowed"
        assert all(asked.startswith((shown.address, "blob:")) for asked in shown.requests)
        assert shown.complaints == []
        page.close()


def test_the_schedule_is_kept_as_a_picture(opened):
    """PNG and SVG of the schedule come out of the page; the picture has the size of the drawing, twice as fine."""
    page = opened.page
    page.locator("#keep summary").click()
    with page.expect_download() as svg:
        page.locator("#save-svg").click()
    with page.expect_download() as png:
        page.locator("#save-png").click()

    assert svg.value.path().read_text(encoding="utf-8").startswith("<svg")
    content = png.value.path().read_bytes()
    assert content.startswith(b"\x89PNG")
    assert int.from_bytes(content[16:20], "big") > 1400


def test_a_party_s_queue_decides_and_is_proved(browser):  # noqa: F811
    """With the parties in the plan capacity binds: drafts are not before, progress is told, and the proof comes."""
    with running(desk_of("mhhs-round2", ("participants",))) as (_, port):
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        shown = Shown(page, f"http://127.0.0.1:{port}/{TOKEN}/")
        page.goto(shown.address)
        shown.until("window.desk?.draft")
        told = page.locator("#dates").inner_text()
        shown.until("window.desk.stage === 'proving' || window.desk.stage === 'proved'")
        dates = shown.proved()

        assert "not before" in told
        assert not any("not before" in date for date in dates.values())
        page.close()


def test_a_random_walk_of_hands_ends_in_proved_dates(opened, tmp_path):
    """Sliders, steps, switches, readings and undo in any order: what the table shows is what `solve` finds."""
    draw = random.Random(11)  # noqa: S311 - a draw that repeats
    page = opened.page
    for group in page.locator("#panel-change > details.group").all():
        group.evaluate("each => each.open = true")
    for _ in range(25):
        kind = draw.randrange(5)
        if kind == 0:
            page.locator("#panel-change button.step").nth(draw.randrange(20)).click()
        elif kind == 1:
            page.locator("#panel-change input[type=range]").nth(0).press("ArrowRight")
        elif kind == 2:
            page.locator("[data-name='sad-tail'] input[type=radio]").nth(draw.randrange(2)).check()
        elif kind == 3 and page.locator("#undo").is_enabled():
            page.locator("#undo").click()
        else:
            page.locator("#set-sit-mvc").fill(f"{draw.randint(260, 340)} wd")
            page.locator("#set-sit-mvc").press("Enter")
    shown = opened.proved()

    assert dates_of(opened.changes, tmp_path, lambda: saved(opened)) == shown
