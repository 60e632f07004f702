"""Further answers of `robust`: ratios of cost, claims, another plan, levers, evidence and mitigation."""

from __future__ import annotations

from collections.abc import Mapping

from models.pack import Cell, Table
from models.robustness import Decision, RobustOutcome
from optimiser.evidence.tables import decided, sampled
from optimiser.evidence.tables.kit import choose, pivot
from optimiser.evidence.terminal.page import Lines, Page, heading, paragraph
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import counted, dated, day
from optimiser.robust.statistics import percentile

__all__ = [
    "BELOW",
    "SOURCE",
    "against_lines",
    "claims_lines",
    "commitment_lines",
    "decision_lines",
    "evidence_lines",
    "less",
    "mitigation_lines",
    "moved",
    "plan_claims_lines",
    "policies_lines",
]

BELOW = "<n: below the noise floor of n working days"
"""What is said beside figures some of which the draws cannot tell from chance."""
SOURCE = "robust"
_MOST = 12


def less(noise: int) -> str:
    """Return the words for a figure below its noise floor."""
    return f"<{noise}"


def moved(value: float | None) -> str:
    """Return working days with their sign."""
    return "–" if value is None else f"{value:+.0f}" if value else "0"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def commitment_lines(outcome: RobustOutcome, page: Page, stated: float | None) -> Lines:
    """Return which date each ratio of costs justifies, and the ratio at which each published date would be right."""
    if not outcome.milestones:
        return []
    grid = pivot(
        decided.ratios(outcome, SOURCE), "date of", "milestone", "ratio", "Right only if a day late costs so many days early"
    )
    fine = [[row[0], *(f"{cell:.2g}" if isinstance(cell, float) else None for cell in row[1:])] for row in grid.rows]
    note = "–: it holds in every sample, so an earlier date would be; below 1 a day early is held to be dearer"
    dates = decided.commitments(outcome, SOURCE, stated)
    whole = [[f"{row[0]:g}", *row[1:]] for row in dates.rows]
    return [*shown(choose(dates, rows=whole), page)[1:], *shown(choose(grid, rows=fine), page, note=note)]


def plan_claims_lines(outcome: RobustOutcome, page: Page) -> Lines:
    """Return the plan's lengths that differ from the register's, with the chance that the work takes no longer."""
    found = choose(
        decided.claims([("", outcome)], SOURCE), ("quantity", "title", "claim", "low", "likely", "high", "chance", "fitted")
    )
    rows: list[list[Cell]] = []
    for quantity, title, claim, *ends, chance, fitted in found.rows:
        # A chance that no sample shows is no proof of none.
        said = "not in the plan" if chance is None else chance or "none of the samples"
        rows.append([quantity, title, f"{claim} (fitted)" if fitted else claim, *ends, said, None])
    return shown(choose(found, rows=rows), page, spared=("title",))


def claims_lines(outcome: RobustOutcome, page: Page) -> Lines:
    """Return the dates under claims of each grade, and the worth of each claim's evidence."""
    found, names = outcome.claims, list(outcome.dates)
    if found is None:
        return []
    dates = shown(decided.claim_dates(found, names, SOURCE), page, note=f"{counted(found.claims, 'claim')} of {found.file}")
    return [*dates, *shown(decided.claim_worths(found, names, SOURCE, less), page, note=BELOW)]


def against_lines(outcome: RobustOutcome, page: Page) -> Lines:
    """Return two plans under one register."""
    found = outcome.against
    if found is None:
        return []
    lines = shown(decided.plans(found, outcome.confidence, SOURCE), page)
    if found.aligned:
        under = ", ".join(f"{name}={option}" for name, option in found.aligned.items())
        lines += paragraph(f"both under {under}, as {found.first.name} has it: what rounds dates is no cut", page.width)
    together = [f"{plan.name} {_share(plan.met_jointly)}" for plan in (found.first, found.second)]
    later = ", ".join(f"{name} {_share(share)}" for name, share in found.second_later.items())
    said = f"all its own dates together: {', '.join(together)}; {found.second.name} is later in: {later}"
    lines += [*paragraph(said, page.width), *shown(decided.trades(found, SOURCE), page)]
    spared = ("worth", "title", "from", "to")
    return [*lines, *shown(decided.cuts(found, list(outcome.dates), SOURCE, less), page, note=BELOW, spared=spared)]


def policies_lines(outcome: RobustOutcome, page: Page) -> Lines:
    """Return the dates under each way of serving those that queue."""
    return shown(sampled.policies(outcome, SOURCE, less), page, note=BELOW)


def decision_lines(outcome: RobustOutcome, page: Page) -> Lines:
    """Return the cheapest levers to a target, what each lever is worth, and the frontier of cost, date and confidence."""
    found = outcome.decision
    if found is None:
        return []
    share = f"{100 * found.confidence:g} %"
    goal = f"{found.milestone} by {day(found.target)} with {share}"
    if not found.levers:
        said = f"{goal}: no lever that {found.milestone} could feel is offered, neither by the register nor by the plan"
        return [heading("Robust decision"), *paragraph(said, page.width), *_held_out(found, page)]
    verdict: Mapping[str, str] = {
        "unneeded": f"{goal} holds as it is: nothing has to be done",
        "met": f"{goal}: {decided.pulled(found.pulls)}, at a cost of {found.cost}",
        "missed": f"{goal} is out of reach: all levers together, at a cost of {found.cost}, bring {dated(found.date)}",
    }
    lines = [heading("Robust decision"), *paragraph(verdict[found.status], page.width)]
    if found.status == "met":
        tried = f"{found.tried:,} of {counted(found.choices, 'choice')} simulated"
        sure = (
            f"proved the cheapest of the levers offered, on the samples it was chosen by: {found.proof}"
            if found.exact
            else "the cheapest found, not proved to be so: too many choices cost less, or queues may turn a lever to the worse"
        )
        lines += paragraph(f"{sure} ({tried})", page.width)
    lines += _held_out(found, page)
    bases = sorted({lever.basis for lever in found.levers})
    lines += paragraph(f"costs and effects of the levers are {', '.join(bases)}", page.width)
    lines += shown(decided.levers(found, SOURCE, less), page, note=BELOW, spared=("title",))
    return [*lines, *_frontier(found, outcome, page)]


def _held_out(found: Decision, page: Page) -> Lines:
    """How the choice does on samples that it was not chosen by."""
    error = f" ± {100 * found.held_out_error:.1f}" if found.held_out_error is not None else ""
    chance = found.held_out_probability
    verdict = ""
    if chance is not None and found.status != "missed":
        verdict = ": the target holds there too" if chance >= found.confidence else f": short of {100 * found.confidence:g} %"
    text = (
        f"on {found.held_out_samples:,} samples held out it comes to {dated(found.held_out)}, and the target is met with "
        f"{_share(chance)}{error}{verdict}"
    )
    return paragraph(text, page.width)


def _frontier(found: Decision, outcome: RobustOutcome, page: Page) -> Lines:
    """Show the frontier, of a long one so many points, evenly spread."""
    table = decided.frontier(found, outcome.confidence, SOURCE)
    last, left = len(table.rows) - 1, []
    if last >= _MOST:
        kept = sorted({round(place * last / (_MOST - 1)) for place in range(_MOST)})
        table = choose(table, rows=[table.rows[place] for place in kept])
        left.append(
            f"{last + 1 - len(kept)} points between are left out; --json lists all, and the frontier of each confidence"
        )
    if not found.frontier_whole:
        left.append(f"the best of the choices simulated; among all {found.choices:,} there may be cheaper ways to a date")
    return [*shown(table, page), *(line for text in left for line in paragraph(text, page.width, 2, "dim"))]


def evidence_lines(outcome: RobustOutcome, page: Page) -> Lines:
    """Return what to get evidence for first; nothing where that was not asked."""
    found = outcome.evidence
    if found is None:
        return []
    names, ratio = list(found.at_stake_wd), found.confidence / (1 - found.confidence)
    stakes = ", ".join(f"{name} {'–' if stake is None else f'{stake:.1f}'}" for name, stake in found.at_stake_wd.items())
    lost = (
        f"whoever commits to {percentile(found.confidence)} loses a day for each day that the date comes earlier and {ratio:.3g} for each "
        f"that it comes later: on average, in wd, {stakes}. What a number settles is how much less is lost, on average over what it "
        "may turn out to be, once it is known before the date is chosen"
    )
    lines = [heading("What to get evidence for first"), *paragraph(lost, page.width)]
    figures = {"settled": decided.drawn(found, SOURCE), "apart": decided.unsettled(found, SOURCE)}
    for head, table in figures.items():
        heads = (head, "share") if head == "settled" else (head,)
        lines += _told(table, [f"{name} {each}" for name in names for each in heads], page)
    ends = [f"{name} {end}" for name in names for end in ("at least", "at most")]
    lines += _told(decided.narrowed(found, SOURCE), ends, page)
    for note in found.notes:
        lines += paragraph(note, page.width, 2, "dim")
    return lines


def _told(table: Table, figures: list[str], page: Page) -> Lines:
    """Return one table without the rows that have no figure, and how many those are."""
    view = choose(table, ("id", "kind", "title", "cost", *figures))
    # What is said of a figure that is not above its noise floor is no figure.
    rows = [[*row[:4], *(None if isinstance(cell, str) else cell for cell in row[4:])] for row in view.rows]
    told = [row for row in rows if any(row[4:])]
    lines = shown(choose(view, rows=told), page, spared=("title", "kind"), most=_MOST)
    silent = len(rows) - len(told)
    said = f"{silent:,} more settle nothing above the noise of the draws; --json lists all"
    return [*lines, *(paragraph(said, page.width, 2, "dim") if silent else [])]


def mitigation_lines(outcome: RobustOutcome, page: Page) -> Lines:
    """Return the dates before and after what could be done about risks; nothing where nothing is known that could."""
    found = outcome.mitigation
    if found is None:
        return []
    table = decided.mitigation(found, SOURCE, less)
    keys = [column.key or column.name for column in table.columns if column.name != "actions"]
    lines = shown(choose(table, keys), page, note=BELOW, spared=("basis",))[1:]
    bases = sorted({each.basis for each in found.actions if each.basis})
    said = f"costs and what is left of the risks are {', '.join(bases)}"
    return [*lines, *paragraph(f"each alone, on the same draws as the dates; {said}", page.width, 2, "dim")]
