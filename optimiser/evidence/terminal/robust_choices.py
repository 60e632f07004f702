"""What `robust` finds when asked for more: other readings, claims, another plan, levers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from models.robustness import Cut, Pull, RobustOutcome
from optimiser.evidence.terminal.page import Column, Grid, Lines, Page, hanging, heading, paragraph, words
from optimiser.evidence.terminal.words import counted, day

__all__ = ["against_lines", "claims_lines", "decision_lines", "side_by_side_lines"]


def _date(date: dt.date | None) -> str:
    return "none" if date is None else day(date)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _days(value: float | None) -> str:
    return "–" if value is None else f"{value:+.0f}" if value else "0"


def side_by_side_lines(outcome: RobustOutcome, page: Page) -> Lines:
    """Return the dates under every answer to every open reading."""
    if not outcome.side_by_side:
        return []
    names = [entry.id for entry in outcome.milestones]
    grid = Grid([Column("reading", limit=26), Column("answer", limit=22), *(Column(name) for name in names)])
    last = ""
    for row in outcome.side_by_side:
        answer = f"{row.option} *" if row.chosen else row.option
        cells = [_date(row.dates[name]) for name in names]
        grid.add(row.reading if row.reading != last else "", words(answer, "bold" if row.chosen else ""), *cells)
        last = row.reading
    note = f"P{100 * outcome.confidence:g} dates, one answer at a time; * is the answer chosen"
    return [heading("Readings side by side", note), *grid.lines(page.width)]


def claims_lines(outcome: RobustOutcome, page: Page) -> Lines:
    """Return the dates under claims of each grade, and the worth of each claim's evidence."""
    found = outcome.claims
    if found is None:
        return []
    names = [entry.id for entry in outcome.milestones]
    dates = Grid([Column("claims that count"), Column("number", side="right"), *(Column(name) for name in names)])
    for row in found.dates:
        dates.add(row.grade, str(row.claims), *(_date(row.dates[name]) for name in names))
    worth = Grid(
        [
            Column("respondent", gives=True),
            Column("assumption", gives=True),
            Column("grade"),
            Column("cost", side="right"),
            *(Column(name, side="right", limit=18) for name in names),
        ]
    )
    for effect in found.effects:
        cells = []
        for name in names:
            knowing = effect.knowing_wd[name]
            known = "–" if knowing is None else f"{knowing:.0f}"
            cells.append(f"{known}; {_days(effect.firmest[name])}/{_days(effect.without[name])}")
        cost = "–" if effect.cost is None else str(effect.cost)
        worth.add(effect.respondent, effect.assumption, effect.grade, cost, *cells)
    note = "days moved by knowing the truth; by firmest evidence/without the claim"
    return [
        heading("Dates by grade of evidence", f"{counted(found.claims, 'claim')} of {found.file}"),
        *dates.lines(page.width),
        heading("Whose evidence would move the dates", note),
        *worth.lines(page.width),
    ]


def against_lines(outcome: RobustOutcome, page: Page) -> Lines:
    """Return two plans under one register."""
    found = outcome.against
    if found is None:
        return []
    names = [entry.id for entry in outcome.milestones]
    grid = Grid([Column("", gives=True), *(Column(name, limit=34) for name in names)])
    for plan in (found.first, found.second):
        cells = [f"{_date(plan.deterministic[name])}: {_share(plan.met[name])}" for name in names]
        grid.add(f"{plan.name}: its own dates", *cells)
        grid.add(f"  P{100 * outcome.confidence:g} dates", *(_date(plan.dates[name]) for name in names))
        for baseline in dict.fromkeys(key for name in names for key in plan.baselines[name]):
            shares = [_share(plan.baselines[name].get(baseline)) for name in names]
            grid.add(f"  chance of {baseline}", *shares)
    lines = [heading("Two plans, one register", "the same draws for both"), *grid.lines(page.width)]
    together = [f"{plan.name} {_share(plan.met_jointly)}" for plan in (found.first, found.second)]
    later = ", ".join(f"{name} {_share(share)}" for name, share in found.second_later.items())
    lines += paragraph(
        f"all its own dates together: {', '.join(together)}; {found.second.name} is later in: {later}", page.width
    )
    if found.cuts:
        lines += _cuts(found.cuts, names, page)
    return lines


def _cuts(cuts: tuple[Cut, ...], names: list[str], page: Page) -> Lines:
    grid = Grid(
        [
            Column("cut", gives=True),
            Column("from", limit=16),
            Column("to", limit=16),
            Column("cost", side="right"),
            *(Column(name, side="right", limit=22) for name in names),
        ]
    )
    for cut in cuts:
        cells = []
        for name in names:
            price = cut.cost_per_month[name]
            each = f" ({price:g}/mo)" if price is not None else ""
            cells.append(f"{_days(cut.gained_wd[name])}{each} / {_days(cut.lost_wd[name])}")
        grid.add(cut.id, cut.before, cut.after, "none given" if cut.cost is None else str(cut.cost), *cells)
    lines = [
        heading("What parts them", "days gained in the first plan by it alone / lost in the second without it"),
        *grid.lines(page.width),
    ]
    for cut in cuts:
        if cut.worth:
            lines += hanging(cut.id, cut.worth, page.width)
    return lines


def _pulled(pulls: tuple[Pull, ...]) -> str:
    return ", ".join(f"{pull.lever} ×{pull.steps}" if pull.steps > 1 else pull.lever for pull in pulls) or "nothing"


def decision_lines(outcome: RobustOutcome, page: Page) -> Lines:
    """Return the cheapest levers to a target and the frontier of cost, date and confidence."""
    found = outcome.decision
    if found is None:
        return []
    goal = f"{found.milestone} by {day(found.target)} with {100 * found.confidence:g} %"
    verdict: Mapping[str, str] = {
        "unneeded": f"{goal} holds as it is",
        "met": f"{goal}: {_pulled(found.pulls)}, at a cost of {found.cost}",
        "missed": f"{goal} is out of reach: all levers together bring {_date(found.date)}, at a cost of {found.cost}",
    }
    sure = "the cheapest of all choices" if found.exact else "not known to be the cheapest: there are too many choices"
    lines = [heading("Robust decision"), *paragraph(verdict[found.status], page.width)]
    if found.status == "met":
        lines += paragraph(f"{sure}; {counted(found.tried, 'choice')} simulated", page.width)
    held = f"on samples held out: {_date(found.held_out)}; the target holds with {_share(found.held_out_probability)}"
    lines += paragraph(held, page.width)
    grid = Grid([Column("at"), Column("cost", side="right"), Column(found.milestone), Column("levers", gives=True)])
    for label, steps in found.frontier.items():
        for place, step in enumerate(steps):
            grid.add(label if place == 0 else "", str(step.cost), _date(step.date), _pulled(step.pulls))
    return [*lines, heading("Cost against date, by confidence"), *grid.lines(page.width)]
