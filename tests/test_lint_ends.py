"""Loose ends of one's own plan: what dangles, what nothing follows, dates that hold nothing, and what DCMA's failures are of."""

from __future__ import annotations

from typing import Any

import pytest

from optimiser import load, robust
from optimiser.evidence.terminal.checked import lint_report
from optimiser.evidence.terminal.page import Page
from optimiser.evidence.terminal.robust import robust_report
from optimiser.lint import lint
from tests.conftest import plan_of
from tests.p6_cases import link, work
from tests.xer_texts import written, xer_text


def plan(*links: tuple[str, str, str], dates: dict[str, str] | None = None, **parts: Any) -> Any:
    """Return three activities and an end with links, and earliest dates of starts."""
    rules: list[dict[str, Any]] = [
        {"id": f"{after}-{kind}-{before}", "title": f"{after} on {before}", "kind": "dependency", "before": before, "after": after,
         "type": kind, "basis": "synthetic"}
        for before, kind, after in links
    ]  # fmt: skip
    rules += [
        {
            "id": f"{name}-date",
            "title": f"{name} not before",
            "kind": "not-before",
            "at": f"{name}.start",
            "date": date,
            "basis": "synthetic",
        }
        for name, date in (dates or {}).items()
    ]
    activities = [{"id": name, "title": f"Work {name}", "duration": "5 wd", "basis": "synthetic"} for name in "ABC"]
    milestones = [{"id": "END", "title": "The end", "shown": "closes", "basis": "synthetic"}]
    return plan_of(activities=activities, milestones=milestones, rules=rules, targets=["END"], **parts)


def found(links: tuple[tuple[str, str, str], ...], **options: Any) -> dict[str, tuple[str, ...]]:
    """Return what the checks of loose ends find, and where."""
    report = lint(plan(*links, **options))
    return {entry.id: entry.where for entry in report.findings if entry.check in ("dangling", "open-ends", "idle-date")}


CHAIN = (("A", "FS", "B"), ("B", "FS", "C"), ("C", "FS", "END"))


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        (CHAIN, {}),
        # The start of A alone is waited for: it may overrun.
        ((("A", "SS", "B"), *CHAIN[1:]), {"dangling:finish": ("A",)}),
        # With a second link from its finish it may not.
        ((("A", "SS", "B"), ("A", "FF", "B"), *CHAIN[1:]), {"dangling:start": ()}),
        # Only the finish of B waits: its start is held by nothing.
        ((("A", "FF", "B"), *CHAIN[1:]), {"dangling:start": ("B",), "open-ends:before": ()}),
        # Nothing waits for A.
        (CHAIN[1:], {"open-ends:after": ("A",), "open-ends:before": ("A", "B")}),
    ],
)
def test_loose_ends_are_told_apart(links, expected):
    """A finish that only a start stands for, a start that only a finish stands for, and items with nothing after or before."""
    wanted = {name: where for name, where in expected.items() if where}

    assert found(links) == wanted


def test_a_date_that_links_overtake_holds_nothing():
    """An earliest date ahead of where links put the start is told, by how much; one that holds it is not."""
    assert found(CHAIN, dates={"B": "2024-01-10", "A": "2024-01-09"}) == {"idle-date": ("B-date",)}
    report = lint(plan(*CHAIN, dates={"B": "2024-01-10"}))
    assert "B not before (B-date) by 3 wd" in report.finding("idle-date").what  # links put B on Monday 15 January


def test_what_fails_is_named_with_what_to_do():
    """A measure that fails says by title of what, and what to do; one that passes says neither."""
    report = lint(plan(*CHAIN[1:], ("A", "SS", "B")))
    failed = {measure.number: measure for measure in report.dcma if measure.verdict == "fail"}

    assert failed[4].named == "B on A (B-SS-A)"
    assert failed[4].advice is not None
    assert all(measure.named is None and measure.advice is None for measure in report.dcma if measure.verdict != "fail")
    page = " ".join(lint_report(report, Page(width=100)).split())
    assert "4 Relationship types Say why such work overlaps" in page
    assert "B on A (B-SS-A)" in page


def test_what_begins_and_what_ends_a_plan_is_no_missing_logic():
    """A chain has one item with nothing before it and one with nothing after: neither is counted."""
    report = lint(plan(*CHAIN))

    assert (report.dcma[0].count, report.dcma[0].verdict) == (0, "pass")


def test_checks_that_do_not_apply_take_one_line():
    """A plan without published rows is told once that most checks are not for it."""
    page = lint_report(lint(plan(*CHAIN)), Page(width=100)).splitlines()

    assert sum("do not apply to this plan" in line for line in page) == 1
    assert not any("no published row" in line for line in page)


def test_what_a_planners_file_does_not_carry_is_not_assessed(tmp_path):
    """Owners, and assignments that decide no date, stay in the file: no practice is called unmet for want of them."""
    path = written(tmp_path, xer_text([work(16), work(8)], [link(1, 2)]))
    scores = {each.number: each.score for each in lint(load(path)).practices}
    assert (scores[1], scores[3]) == ("not assessed", "not assessed")


def test_dates_that_nothing_uncertain_stands_behind_are_called_the_earliest(tmp_path):
    """A probability of one of a plan without ranges is of nothing, and is said to be."""
    path = written(tmp_path, xer_text([work(16), work(8)], [link(1, 2)]))
    plan = load(path)
    said = " ".join(robust_report(robust(plan, samples=64), plan, Page(width=100)).split())
    assert "nothing is uncertain: no range, driver or risk is stated, so each date is the earliest one" in said
