"""What a planner reads after `implied`, `attribute` and `verify`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.text import Text

from models.explanation import (
    Attribution,
    DivergenceLedger,
    Implied,
    ImpliedDate,
    NetworkComparison,
    OwnDistance,
    Verification,
)
from optimiser.evidence.tables import diverging as tables
from optimiser.evidence.tables.kit import choose
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, hanging, heading, joined, paragraph, words
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import counted, day, listed, month_or_day

__all__ = ["attribution_report", "implied_report", "verification_report"]

_MOST_ROWS = 60
_SOURCE = "attribute"


# -- implied ------------------------------------------------------------------------------------------------------------


def implied_report(answer: Implied, page: Page) -> str:
    """Return what a published plan takes for granted as text."""
    return page.paint(
        joined(
            [
                _implied_head(answer, page),
                _implied_rows(answer, page),
                _implied_dates(answer, page),
                *_implied_rest(answer, page),
            ]
        )
    )


def _implied_head(answer: Implied, page: Page) -> Lines:
    found = "found by search" if answer.chosen else "as asked"
    free = listed(answer.free) if answer.free else "nothing"
    title = words(f"What {answer.baseline} takes for granted", "bold")
    text = f"free: {free} ({found}); together they explain {', '.join(answer.explained) or 'no date'}"
    text += f"; not {', '.join(answer.unexplained)}" if answer.unexplained else ""
    return [title, *paragraph(text, page.width)]


def _implied_rows(answer: Implied, page: Page) -> Lines:
    if not answer.rows or not answer.free:
        return []
    grid = TextTable([TextColumn(answer.free[0]), *([TextColumn(answer.free[1])] if len(answer.free) > 1 else [])])
    for row in answer.rows[:_MOST_ROWS]:
        cells = [_run(row.first, row.last)]
        if len(answer.free) > 1:
            cells.append(_run(row.beside_first or "", row.beside_last or ""))
        grid.add(*cells)
    now = ", ".join(f"{name} {value}" for name, value in zip(answer.free, answer.as_is, strict=True))
    lines = [heading("Values at which these dates hold, and no others", f"now {now}"), *grid.lines(page.width)]
    if len(answer.rows) > _MOST_ROWS:
        lines += paragraph(f"and {counted(len(answer.rows) - _MOST_ROWS, 'row')} more; --json lists them", page.width, 2, "dim")
    return lines


def _run(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}"


def _implied_dates(answer: Implied, page: Page) -> Lines:
    grid = TextTable(
        [
            TextColumn(""),
            TextColumn("published"),
            TextColumn("as is"),
            TextColumn("over these values"),
            TextColumn("holds"),
            TextColumn("slack kept", side="right"),
        ]
    )
    for each in answer.dates:
        grid.add(
            words(each.milestone, "bold"),
            month_or_day(each.published),
            day(each.as_is),
            _over(each),
            "yes" if each.holds else "no",
            _slack(each),
        )
    return [heading("Published dates", "slack to the end of what was published"), *grid.lines(page.width)]


def _over(each: ImpliedDate) -> str:
    if each.earliest is None or each.latest is None:
        return "–"
    return day(each.earliest) if each.earliest == each.latest else f"{day(each.earliest)} – {day(each.latest)}"


def _slack(each: ImpliedDate) -> str:
    if not each.slack_wd:
        return "–"
    least, most = each.slack_wd
    return f"{least} wd" if least == most else f"{least} to {most} wd"


def _implied_rest(answer: Implied, page: Page) -> Iterable[Lines]:
    yield [line for note in answer.notes for line in hanging("-", note, page.width, 0, 2)]
    if answer.others:
        yield paragraph(
            f"as many dates are explained by {listed([' with '.join(each) for each in answer.others], 'or')}", page.width, 0
        )
    grid = TextTable(
        [TextColumn("assumption, moved alone", gives=True), TextColumn("gives"), TextColumn("from"), TextColumn("to")]
    )
    for each in answer.ranges:
        grid.add(each.assumption, each.milestone, each.first, each.last)
    if answer.ranges:
        yield [heading("One assumption at a time"), *grid.lines(page.width)]
    yield [heading("It rests on"), *(line for each in answer.hypotheses for line in hanging("-", each, page.width, 2, 2))]


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
    yield shown(months, page, spared=("authority", "owner"))[1:]
    yield shown(tables.own_sums(distances, reference, _SOURCE), page, spared=("published",))[1:]


def _ledger(ledger: DivergenceLedger, page: Page) -> Lines:
    lines = shown(tables.gaps(ledger, f"{ledger.from_baseline}-{ledger.to_baseline}", _SOURCE), page)[1:]
    growth = {gap.after: gap.growth for gap in ledger.gaps}
    for name, months in ledger.milestones.items():
        parts = " + ".join(f"{growth[each]} ({each})" for each in ledger.chain[name])
        lines += hanging(name, f"{months:+d} = {parts}", page.width, 2, 6)
    return lines


def _comparison(each: NetworkComparison, page: Page) -> Lines:
    unit = each.unit
    title = f"{each.milestone}: {each.from_network} {day(each.from_date)} to {each.to_network} {day(each.to_date)}, {each.delta:+d} {unit}"
    grid = TextTable(
        [
            TextColumn("group of changes", gives=True),
            TextColumn("put in alone", side="right"),
            TextColumn("taken out", side="right"),
            TextColumn("in order", side="right"),
            TextColumn("Shapley", side="right"),
            TextColumn("spread", side="right"),
        ]
    )
    for part in each.contributions:
        low, high = part.spread
        error = f" ± {part.shapley_error:.1f}" if part.shapley_error else ""
        grid.add(
            part.group,
            str(part.add_one_in),
            str(part.but_for),
            str(part.waterfall),
            f"{part.shapley:.1f}{error}",
            f"{low:g} to {high:.3g}",
        )
    total = Text("sum", "bold")
    sums = [
        sum(getattr(part, name) for part in each.contributions) for name in ("add_one_in", "but_for", "waterfall", "shapley")
    ]
    grid.add(total, *(f"{value:g}" for value in sums[:3]), f"{sums[3]:.1f}", "")
    lines = [heading(title), *grid.lines(page.width)]
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
    checks: Lines = []
    for check in answer.checks:
        mark = "ok " if check.holds else "NOT"
        checks += hanging(mark, f"{check.claim}: {check.found}", page.width, 2, 5)
    proved = [name for name, alone in answer.without_solver.items() if alone]
    rest = [name for name, alone in answer.without_solver.items() if not alone]
    said = paragraph(
        f"proved here without a solver: {', '.join(proved) or 'nothing'}"
        + (f"; resting on CP-SAT: {', '.join(rest)}" if rest else ""),
        page.width,
    )
    lines = (
        [heading("The argument"), *(line for each in answer.argument for line in hanging("", each, page.width, 2, 0))]
        if argument and answer.argument
        else []
    )
    rest_of_it = [heading("Not derived: taken as it is stored")] if answer.not_derived else []
    for each in answer.not_derived:
        rest_of_it += hanging("-", each, page.width, 2, 2)
    return page.paint(joined([[title], checks, said if answer.without_solver else [], rest_of_it, lines]))
