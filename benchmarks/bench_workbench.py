"""The workbench in Chromium: first view, a draft on the screen for each step of a drag, the proof after release.

    python benchmarks/bench_workbench.py [--bars 60 1000]

Against the figures that a room bears: first view 1.5 s; a draft painted in 60 ms (median) and 120 ms (95th of 100 steps), of a
thousand bars 150 ms; the proof 0.75 s after release. The plans are synthetic, without capacity. Needs the extra ``workbench``,
playwright and Debian's Chromium.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from typing import Any

from playwright.sync_api import sync_playwright

from benchmarks.measure import Row, print_rows, seconds
from models.plan import Plan
from models.workbench import Question
from optimiser.workbench.draft import draft_document
from optimiser.workbench.server import warmed
from tests.conftest import plan_of
from tests.test_evidence_browser import CHROMIUM, OPTIONS
from tests.workbenches import TOKEN, desk_on, running

STEPS = 100


def plan(bars: int) -> Plan:
    """Return a plan of chains that cross: four links for three bars, in phases of a dozen."""
    draw = random.Random(bars)
    names = [f"T{place}" for place in range(bars)]
    rules: list[dict[str, Any]] = []
    for place, name in enumerate(names):
        before = {names[draw.randrange(max(0, place - 8), place)] for _ in range(1 + (place % 3 == 0)) if place}
        rules += [
            {"id": f"{each}-{name}", "kind": "dependency", "title": f"{name} after {each}", "before": each, "after": name,
             "basis": "synthetic"}
            for each in sorted(before)
        ]  # fmt: skip
    last = [name for name in names if not any(rule["before"] == name for rule in rules)]
    rules += [
        {
            "id": f"end-{name}",
            "kind": "dependency",
            "title": f"End after {name}",
            "before": name,
            "after": "END",
            "basis": "synthetic",
        }
        for name in last
    ]
    return plan_of(
        horizon={"first": "2024-01-08", "last": "2040-12-31"},
        calendars=[
            {"id": "mon-fri", "title": "Mondays to Fridays", "weekdays": ["mon", "tue", "wed", "thu", "fri"],
             "covers": {"first": "2024-01-01", "last": "2040-12-31"}, "basis": "synthetic"}
        ],
        phases=[{"id": f"P{place}", "title": f"Phase {place}"} for place in range((bars + 11) // 12)],
        activities=[
            {"id": name, "title": f"Work {name}", "duration": f"{draw.randint(2, 9)} wd", "phase": f"P{place // 12}",
             "basis": "synthetic"}
            for place, name in enumerate(names)
        ],
        milestones=[{"id": "END", "title": "All done", "shown": "closes", "basis": "synthetic"}],
        rules=rules,
        targets=["END"],
    )  # fmt: skip


def measured(browser: Any, bars: int) -> None:
    """Time one plan and print."""
    made = plan(bars)
    desk = desk_on(made)
    numbers = iter(range(1, 10_000))

    def drafted() -> None:
        changes = {"values": {"T3.duration": f"{10 + next(numbers)} wd"}}
        draft_document(desk, Question.model_validate({"changes": changes, "trying": True}))

    rows: list[Row] = []

    def row(what: str, taken: float, most: float) -> None:
        rows.append(
            (
                what,
                f"{1000 * taken:.0f} ms",
                f"{1000 * most:.0f} ms",
                "within" if taken <= most else f"{taken / most:.1f} times",
            )
        )

    usual = 0.06 if bars <= 100 else 0.15
    row("draft on the server alone", seconds(drafted, 15), usual)
    warmed(desk)
    with running(desk) as (_, port):
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        until(page, f"http://127.0.0.1:{port}/{TOKEN}/")
        first = []
        for _ in range(5):
            page.close()
            page = browser.new_page(viewport={"width": 1366, "height": 900})
            begun = time.perf_counter()
            until(page, f"http://127.0.0.1:{port}/{TOKEN}/")
            first.append(time.perf_counter() - begun)
        row("first view, rows and dates drawn", statistics.median(first), 1.5)
        wait(page, "window.desk.stage === 'proved' && window.desk.risk?.stage === 'full'")
        spent = time.process_time()
        steps = page.evaluate(
            """async (steps) => {
                const taken = [];
                for (let step = 1; step <= steps; step += 1) {
                    const began = performance.now();
                    await desk.preview((changes) => { changes.values["T3.duration"] = `${10 + (step % 40)} wd`; });
                    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
                    taken.push(performance.now() - began);
                }
                return taken;
            }""",
            STEPS,
        )
        row("processor time of the server for each", (time.process_time() - spent) / STEPS, usual)
        steps.sort()
        row(f"draft to paint, median of {STEPS} steps", statistics.median(steps) / 1000, usual)
        row("draft to paint, 95th of a hundred", steps[int(0.95 * STEPS) - 1] / 1000, 2 * usual)
        proofs = []
        for turn in range(7):
            page.evaluate(
                "turn => void desk.preview((changes) => { changes.values['T3.duration'] = `${60 + turn} wd`; })", turn
            )
            page.wait_for_timeout(300)
            begun = time.perf_counter()
            page.evaluate("void desk.release()")
            page.wait_for_timeout(5)
            wait(page, "window.desk.stage === 'proved'")
            proofs.append(time.perf_counter() - begun)
            wait(page, "window.desk.risk?.key === window.desk.draft.key")
        row("proof after release", statistics.median(proofs), 0.75 if bars <= 100 else 3.0)
        page.close()
    print_rows(f"Workbench on {bars} bars and {len(made.rules)} links", rows)


def until(page: Any, address: str) -> None:
    """Open the page, and wait until its rows are drawn."""
    page.goto(address)
    wait(page, "document.querySelectorAll('.bars svg').length === 2 && document.querySelectorAll('#dates td').length > 0")


def wait(page: Any, holds: str) -> None:
    """Wait until an expression holds; the page's policy forbids what playwright would wait with."""
    end = time.monotonic() + 120
    while not page.evaluate(holds):
        if time.monotonic() > end:
            message = f"never: {holds}"
            raise TimeoutError(message)
        page.wait_for_timeout(2)


def main(bars: list[int]) -> None:
    """Time and print."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(OPTIONS))
        for number in bars:
            measured(browser, number)
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bars", type=int, nargs="+", default=[60, 1000])
    main(parser.parse_args().bars)
