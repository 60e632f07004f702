"""What a planner reads after `implied`, `attribute` and `verify`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.explanation import (
    Attribution,
    DivergenceLedger,
    Implied,
    NetworkComparison,
    OwnDistance,
    Verification,
)
from optimiser.evidence.tables import diverging as tables
from optimiser.evidence.tables.kit import choose
from optimiser.evidence.terminal.page import Lines, Page, hanging, heading, joined, paragraph, words
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import day, listed

__all__ = ["attribution_report", "implied_report", "verification_report"]

_MOST_ROWS = 60
_SOURCE = "attribute"


# -- implied ------------------------------------------------------------------------------------------------------------


def implied_report(answer: Implied, page: Page) -> str:
    """Return what a published plan takes for granted as text."""
    now = ", ".join(f"{name} {value}" for name, value in zip(answer.free, answer.as_is, strict=True))
    values = tables.implied_values(answer, "Values at which these dates hold, and no others", "implied")
    shown_values = shown(values, page, note=f"now {now}", most=_MOST_ROWS) if answer.free else []
    others = listed([" with ".join(each) for each in answer.others], "or") if answer.others else ""
    rests = [line for each in answer.hypotheses for line in hanging("-", each, page.width, 2, 2)]
    sections = [
        _implied_head(answer, page),
        shown_values,
        shown(tables.implied_dates(answer, "Published dates", "implied"), page),
        [line for note in answer.notes for line in hanging("-", note, page.width, 0, 2)],
        paragraph(f"as many dates are explained by {others}", page.width, 0) if others else [],
        shown(tables.implied_alone(answer, "implied"), page),
        [heading("It rests on"), *rests],
    ]
    return page.paint(joined(sections))


def _implied_head(answer: Implied, page: Page) -> Lines:
    found = "found by search" if answer.chosen else "as asked"
    free = listed(answer.free) if answer.free else "nothing"
    title = words(f"What {answer.baseline} takes for granted", "bold")
    text = f"free: {free} ({found}); together they explain {', '.join(answer.explained) or 'no date'}"
    text += f"; not {', '.join(answer.unexplained)}" if answer.unexplained else ""
    return [title, *paragraph(text, page.width)]


# -- attribute ----------------------------------------------------------------------------------------------------------


def attribution_report(answer: Attribution, page: Page) -> str:
    """Return where a divergence comes from as text."""
    reference = answer.ledgers[0].from_baseline if answer.ledgers else "what was published"
    sections = [*_own(answer.own, reference, page), *(_ledger(each, page) for each in answer.ledgers)]
    sections += [_comparison(each, page) for each in answer.comparisons]
    if answer.comparisons:
        terms = answer.comparisons[0].terms
        sections.append(
            [heading("Methods"), *(line for name, term in terms.items() for line in hanging(name, term, page.width, 2, 14))]
        )
    sections.append([line for note in answer.notes for line in hanging("note", note, page.width, 0)])
    return page.paint(joined(sections))


def _own(distances: Sequence[OwnDistance], reference: str, page: Page) -> Iterable[Lines]:
    """The plan's own months first, each with what makes it, then the sums of every plan side by side."""
    if not distances:
        return
    months = choose(
        tables.own_months(distances, distances[0].of, _SOURCE),
        ("milestone", "gap to", "months", "made by", "authority", "owner", "grade", "not needed if"),
    )
    yield shown(months, page, spared=("authority", "owner"))
    yield shown(tables.own_sums(distances, reference, _SOURCE), page, spared=("published",))


def _ledger(ledger: DivergenceLedger, page: Page) -> Lines:
    lines = shown(tables.gaps(ledger, f"{ledger.from_baseline}-{ledger.to_baseline}", _SOURCE), page)
    growth = {gap.after: gap.growth for gap in ledger.gaps}
    for name, months in ledger.milestones.items():
        parts = " + ".join(f"{growth[each]} ({each})" for each in ledger.chain[name])
        lines += hanging(name, f"{months:+d} = {parts}", page.width, 2, 6)
    return lines


def _comparison(each: NetworkComparison, page: Page) -> Lines:
    unit = each.unit
    title = f"{each.milestone}: {each.from_network} {day(each.from_date)} to {each.to_network} {day(each.to_date)}, {each.delta:+d} {unit}"
    heads = ("what was changed", "put in alone", "taken out alone", "in order", "neutral split", "error")
    table = choose(tables.comparisons([each], _SOURCE), heads).model_copy(update={"title": title, "note": None})
    sums = [
        sum(part for part in parts if isinstance(part, int | float))
        for parts in zip(*(row[1:5] for row in table.rows), strict=True)
    ]
    rows = [*table.rows, ("sum", *(round(value, 1) for value in sums), None)]
    lines = shown(choose(table, rows=rows), page)
    for pair in each.interactions:
        word = "overlap by" if pair.days < 0 else "only together add"
        lines += hanging("", f"{listed(pair.groups)} {word} {abs(pair.days)} {unit}", page.width, 2, 0)
    return lines


# -- verify -------------------------------------------------------------------------------------------------------------


def verification_report(answer: Verification, page: Page, *, argument: bool = True) -> str:
    """Return a checked outcome as text: each claim, then the argument to be followed by hand."""
    title = words(
        f"{answer.plan}: the stored outcome {'holds' if answer.holds else 'does not hold'}",
        "bold green" if answer.holds else "bold red",
    )
    alone: dict[bool, list[str]] = {True: [], False: []}
    for name, proved in answer.without_solver.items():
        alone[proved].append(name)
    proofs = f"proved here without a solver: {', '.join(alone[True]) or 'nothing'}"
    proofs += f"; resting on CP-SAT: {', '.join(alone[False])}" if alone[False] else ""
    checks = [("ok " if each.holds else "NOT", f"{each.claim}: {each.found}") for each in answer.checks]
    sections = [
        [title],
        [line for mark, said in checks for line in hanging(mark, said, page.width, 2, 5)],
        paragraph(proofs, page.width) if answer.without_solver else [],
        _under("Not derived: taken as it is stored", answer.not_derived, "-", page),
        _under("The argument", answer.argument if argument else (), "", page),
    ]
    return page.paint(joined(sections))


def _under(title: str, said: Iterable[str], mark: str, page: Page) -> Lines:
    """Return lines under a heading; nothing where there are none."""
    lines = [line for each in said for line in hanging(mark, each, page.width, 2, 2 if mark else 0)]
    return [heading(title), *lines] if lines else []
