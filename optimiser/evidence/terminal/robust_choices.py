"""Further answers of `robust`: ratios of cost, claims, another plan, levers, evidence and mitigation."""

from __future__ import annotations

from collections.abc import Mapping

from models.decision import Decision
from models.pack import Cell, Table
from models.robustness import RobustOutcome
from optimiser.evidence.tables import decided
from optimiser.evidence.tables.kit import choose, pivot
from optimiser.evidence.terminal.report import Report
from optimiser.evidence.words import counted, dated, day
from optimiser.robust.statistics import percentile

__all__ = [
    "BELOW",
    "SOURCE",
    "against",
    "claims",
    "commitment",
    "decision",
    "evidence",
    "less",
    "mitigation",
    "moved",
    "plan_claims",
    "share_words",
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


def share_words(value: float | None) -> str:
    """Return a share in per cent to a tenth."""
    return "–" if value is None else f"{100 * value:.1f} %"


def commitment(told: Report, outcome: RobustOutcome, stated: float | None) -> None:
    """Write which date each ratio of costs justifies, and the ratio at which each published date would be right."""
    if not outcome.milestones:
        return
    dates = decided.commitments(outcome, SOURCE, stated)
    told.table(dates, rows=[[f"{row[0]:g}", *row[1:]] for row in dates.rows])
    title = "Right only if a day late costs so many days early"
    grid = pivot(decided.ratios(outcome, SOURCE), "date of", "milestone", "ratio", title)
    fine = [[row[0], *(f"{cell:.2g}" if isinstance(cell, float) else None for cell in row[1:])] for row in grid.rows]
    fine = fine if any(cell is not None for row in fine for cell in row[1:]) else []
    note = "–: it holds in every sample, so an earlier date would be; below 1 a day early is held to be dearer"
    told.table(grid, rows=fine, note=note)


def plan_claims(told: Report, outcome: RobustOutcome) -> None:
    """Write the plan's lengths that differ from the register's, with the chance that the work takes no longer."""
    heads = ("quantity", "title", "claim", "low", "likely", "high", "chance", "fitted")
    found = choose(decided.claims([("", outcome)], SOURCE), heads)
    rows: list[list[Cell]] = []
    for quantity, title, claim, *ends, chance, fitted in found.rows:
        # A chance that no sample shows is no proof of none.
        said = "not in the plan" if chance is None else chance or "none of the samples"
        rows.append([quantity, title, f"{claim} (fitted)" if fitted else claim, *ends, said, None])
    told.table(found, rows=rows, spared=("title",))


def claims(told: Report, outcome: RobustOutcome) -> None:
    """Write the dates under claims of each grade, and the worth of each claim's evidence."""
    found, names = outcome.claims, list(outcome.dates)
    if found is not None:
        told.table(decided.claim_dates(found, names, SOURCE), note=f"{counted(found.claims, 'claim')} of {found.file}")
        told.table(decided.claim_worths(found, names, SOURCE, less), note=BELOW)


def against(told: Report, outcome: RobustOutcome) -> None:
    """Write two plans under one register."""
    found = outcome.against
    if found is None:
        return
    told.table(decided.plans(found, outcome.confidence, SOURCE))
    if found.aligned:
        under = ", ".join(f"{name}={option}" for name, option in found.aligned.items())
        told.say(f"both under {under}, as {found.first.name} has it: what rounds dates is no cut")
    together = [f"{plan.name} {share_words(plan.met_jointly)}" for plan in (found.first, found.second)]
    later = ", ".join(f"{name} {share_words(share)}" for name, share in found.second_later.items())
    told.say(f"all its own dates together: {', '.join(together)}; {found.second.name} is later in: {later}")
    told.table(decided.trades(found, SOURCE))
    cuts = decided.cuts(found, list(outcome.dates), SOURCE, less)
    told.table(cuts, note=BELOW, spared=("worth", "title", "from", "to"))


def decision(told: Report, outcome: RobustOutcome) -> None:
    """Write the cheapest levers to a target, what each lever is worth, and the frontier of cost, date and confidence."""
    found = outcome.decision
    if found is None:
        return
    goal = f"{found.milestone} by {day(found.target)} with {100 * found.confidence:g} %"
    told.head("Robust decision")
    if not found.levers:
        told.say(f"{goal}: no lever that {found.milestone} could feel is offered, neither by the register nor by the plan")
        told.say(_held_out(found))
        return
    verdict: Mapping[str, str] = {
        "unneeded": f"{goal} holds as it is: nothing has to be done",
        "met": f"{goal}: {decided.pulled(found.pulls)}, at a cost of {found.cost}",
        "missed": f"{goal} is out of reach: all levers together, at a cost of {found.cost}, bring {dated(found.date)}",
    }
    told.say(verdict[found.status])
    if found.status == "met":
        tried = f"{found.tried:,} of {counted(found.choices, 'choice')} simulated"
        sure = (
            f"proved the cheapest of the levers offered, on the samples it was chosen by: {found.proof}"
            if found.exact
            else "the cheapest found, not proved to be so: too many choices cost less, or queues may turn a lever to the worse"
        )
        told.say(f"{sure} ({tried})")
    bases = sorted({lever.basis for lever in found.levers})
    told.say(_held_out(found), f"costs and effects of the levers are {', '.join(bases)}")
    told.table(decided.levers(found, SOURCE, less), note=BELOW, spared=("title",))
    _frontier(told, found, outcome)


def _held_out(found: Decision) -> str:
    """Return how the choice does on samples that it was not chosen by."""
    error = f" ± {100 * found.held_out_error:.1f}" if found.held_out_error is not None else ""
    chance, verdict = found.held_out_probability, ""
    if chance is not None and found.status != "missed":
        verdict = ": the target holds there too" if chance >= found.confidence else f": short of {100 * found.confidence:g} %"
    return (
        f"on {found.held_out_samples:,} samples held out it comes to {dated(found.held_out)}, and the target is met with "
        f"{share_words(chance)}{error}{verdict}"
    )


def _frontier(told: Report, found: Decision, outcome: RobustOutcome) -> None:
    """Write the frontier, of a long one so many points, evenly spread."""
    table = decided.frontier(found, outcome.confidence, SOURCE)
    last = len(table.rows) - 1
    kept = sorted({round(place * last / (_MOST - 1)) for place in range(_MOST)} if last >= _MOST else range(last + 1))
    told.table(table, rows=[table.rows[place] for place in kept])
    left = last + 1 - len(kept)
    among = f"the best of the choices simulated; among all {found.choices:,} there may be cheaper ways to a date"
    told.say(
        f"{left} points between are left out; --json lists all, and the frontier of each confidence" if left else "",
        "" if found.frontier_whole else among,
        style="dim",
    )


def evidence(told: Report, outcome: RobustOutcome) -> None:
    """Write what to get evidence for first; nothing where that was not asked."""
    found = outcome.evidence
    if found is None:
        return
    names, ratio = list(found.at_stake_wd), found.confidence / (1 - found.confidence)
    stakes = ", ".join(f"{name} {'–' if stake is None else f'{stake:.1f}'}" for name, stake in found.at_stake_wd.items())
    told.head("What to get evidence for first")
    told.say(
        f"whoever commits to {percentile(found.confidence)} loses a day for each day that the date comes earlier and {ratio:.3g} for each "
        f"that it comes later: on average, in wd, {stakes}. What a number settles is how much less is lost, on average over what it "
        "may turn out to be, once it is known before the date is chosen"
    )
    figures = {
        ("settled", "share"): decided.drawn(found, SOURCE),
        ("apart",): decided.unsettled(found, SOURCE),
        ("at least", "at most"): decided.narrowed(found, SOURCE),
    }
    for heads, table in figures.items():
        _settling(told, table, [f"{name} {each}" for name in names for each in heads])
    told.say(*found.notes, style="dim")


def _settling(told: Report, table: Table, figures: list[str]) -> None:
    """Write one table without the rows that have no figure, and how many those are."""
    view = choose(table, ("id", "kind", "title", "cost", *figures))
    # What is said of a figure that is not above its noise floor is no figure.
    rows = [[*row[:4], *(None if isinstance(cell, str) else cell for cell in row[4:])] for row in view.rows]
    settling = [row for row in rows if any(row[4:])]
    told.table(view, rows=settling, spared=("title", "kind"), most=_MOST)
    silent = len(rows) - len(settling)
    told.say(f"{silent:,} more settle nothing above the noise of the draws; --json lists all" if silent else "", style="dim")


def mitigation(told: Report, outcome: RobustOutcome) -> None:
    """Write the dates before and after what could be done about risks; nothing where nothing is known that could."""
    found = outcome.mitigation
    if found is None:
        return
    table = decided.mitigation(found, SOURCE, less)
    keys = [column.key or column.name for column in table.columns if column.name != "actions"]
    told.table(table, keys, note=BELOW, spared=("basis",))
    bases = sorted({each.basis for each in found.actions if each.basis})
    said = f"costs and what is left of the risks are {', '.join(bases)}"
    told.say(f"each alone, on the same draws as the dates; {said}", style="dim")
