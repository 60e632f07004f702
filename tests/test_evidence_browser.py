"""The report in a real browser: nothing leaves the page, nothing complains, links land, and it is accessible.

Needs Debian's Chromium and npm, which fetches axe-core; run with ``-m browser``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from optimiser.evidence.folder import write
from optimiser.evidence.pack import build
from optimiser.evidence.report import brief_of, need_pdf, render_html
from optimiser.evidence.request import request_of

pytestmark = pytest.mark.browser

AXE = "axe-core@4.10.3"
HOSTILE = Path(__file__).parent / "data" / "hostile"
CHROMIUM = "/usr/bin/chromium"
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTHS = {"desktop": 1366, "a4": 794, "telephone": 390}
"""Widths in CSS pixels: a usual screen, A4 upright, and the narrowest that anybody reads on."""


@pytest.fixture(scope="module")
def axe(tmp_path_factory) -> str:
    """Return the script of axe-core."""
    folder = tmp_path_factory.mktemp("axe")
    npm = shutil.which("npm")
    assert npm, "npm is needed to fetch axe-core; on Debian: apt-get install npm"
    subprocess.run([npm, "pack", AXE], check=True, cwd=folder, capture_output=True)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        member = archive.extractfile("package/axe.min.js")
        assert member is not None
        return member.read().decode()


@pytest.fixture(scope="module")
def browser():
    """Return a Chromium."""
    from playwright.sync_api import sync_playwright

    assert Path(CHROMIUM).exists(), "on Debian: apt-get install chromium"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(OPTIONS))
        yield opened
        opened.close()


@pytest.fixture(scope="module", params=["mhhs-round2", "hostile"])
def page_file(request, tmp_path_factory) -> Path:
    """Return the report of the re-plan with its main cases, and that of a plan whose names would do harm."""
    folder = tmp_path_factory.mktemp("pack") / "pack"
    if request.param == "hostile":
        write(build(request_of(str(HOSTILE), samples=256), HOSTILE).files, folder)
    else:
        asked = request_of("mhhs-round2", cases=("poap1", "poap2", "participants"), samples=1024)
        write(build(asked, "mhhs-round2").files, folder)
    return folder / "report.html"


@pytest.fixture
def opened(browser, page_file):
    """Return the page, opened, with everything that it asked for or complained about."""
    page = browser.new_page(viewport={"width": WIDTHS["desktop"], "height": 900})
    seen: dict[str, list[str]] = {"requests": [], "console": [], "errors": []}
    page.on("request", lambda asked: seen["requests"].append(asked.url))
    page.on("console", lambda said: seen["console"].append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: seen["errors"].append(str(error)))
    page.on("dialog", lambda dialog: (seen["errors"].append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.goto(page_file.as_uri())
    page.wait_for_load_state("load")
    yield page, seen
    page.close()


def test_nothing_leaves_the_page(opened, page_file):
    """The only request is the page itself; nothing is said on the console; nothing goes wrong."""
    page, seen = opened
    for details in page.locator("details").all():
        details.evaluate("each => each.open = true")

    assert seen["requests"] == [page_file.as_uri()]
    assert seen["console"] == []
    assert seen["errors"] == []


def test_every_link_lands(opened):
    """Every link leads to a place in the page, which comes into sight when the link is followed."""
    page, _ = opened
    targets = page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")

    assert len(targets) > 20
    assert all(target.startswith("#") for target in targets)
    for target in dict.fromkeys(targets):
        page.evaluate("place => { location.hash = place }", target)
        page.wait_for_timeout(5)
        top = page.evaluate("place => document.getElementById(place.slice(1))?.getBoundingClientRect().top", target)
        at_end = page.evaluate("innerHeight + scrollY >= document.documentElement.scrollHeight - 2")
        assert top is not None, target
        assert -5 <= top <= 60 or at_end, (target, top)


@pytest.mark.parametrize("folded", [True, False])
def test_accessible(opened, axe, folded):
    """axe-core finds no serious violation, whether the tables are folded or open."""
    page, _ = opened
    if not folded:
        for details in page.locator("details").all():
            details.evaluate("each => each.open = true")
    # The page's own policy forbids scripts; the checker is let in from outside it.
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": axe})
    answer = session.send(
        "Runtime.evaluate",
        {
            "expression": "axe.run().then(found => JSON.stringify(found.violations))",
            "awaitPromise": True,
            "returnByValue": True,
        },
    )
    violations = json.loads(answer["result"]["value"])
    grave = [
        (each["id"], each["impact"], [node["html"][:120] for node in each["nodes"][:3]])
        for each in violations
        if each["impact"] in ("serious", "critical")
    ]

    assert grave == []


@pytest.mark.parametrize("name", WIDTHS)
def test_fits(browser, page_file, name):
    """At every width the page is as wide as the window: only tables scroll, each in its own frame."""
    page = browser.new_page(viewport={"width": WIDTHS[name], "height": 1000})
    page.goto(page_file.as_uri())
    wide = page.evaluate("document.documentElement.scrollWidth")
    drawings = page.eval_on_selector_all("figure svg", "all => all.map(each => each.getBoundingClientRect().right)")
    page.close()

    assert wide <= WIDTHS[name]
    assert drawings
    assert max(drawings) <= WIDTHS[name]


def test_the_first_screen_answers(browser, page_file):
    """On a laptop's first screen stand the whole table of dates and the start of the Gantt chart."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.goto(page_file.as_uri())
    table, chart = (
        page.eval_on_selector(place, "each => { const box = each.getBoundingClientRect(); return [box.top, box.bottom]; }")
        for place in ("#table-answer table", "#chart-gantt-driving svg")
    )
    page.close()

    assert table[1] < chart[0] < 768 - 200


def test_the_brief_is_short():
    """What is printed for a policy reader has at most six pages, and holds the answer."""
    built = build(request_of("mhhs-round2", cases=("poap1", "poap2"), samples=512), "mhhs-round2")
    brief = brief_of(built.pack)

    assert [section.id for section in brief.sections] == ["answer", "summary"]
    assert 1 <= len(need_pdf()(string=render_html(brief, paper=True)).render().pages) <= 6


def test_print_shows_what_is_folded(browser, page_file):
    """On paper the folded tables are open."""
    page = browser.new_page(viewport={"width": WIDTHS["a4"], "height": 1123})
    page.emulate_media(media="print")
    page.goto(page_file.as_uri())
    heights = page.eval_on_selector_all("details table", "all => all.map(each => each.getBoundingClientRect().height)")
    page.close()

    assert heights
    assert min(heights) > 0
