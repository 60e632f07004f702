"""What `robust` finds when asked for more: other readings, claims, another plan, levers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from models.pack import Cell
from models.robustness import Against, Cut, Decision, Pull, RobustOutcome
from optimiser.evidence.tables import committed as tables
from optimiser.evidence.tables.kit import choose, pivot
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, hanging, heading, paragraph, words
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.words import counted, day

__all__ = [
    "BELOW",
    "against_lines",
    "buffer_lines",
    "claims_lines",
    "commitment_lines",
    "decision_lines",
    "moved",
    "plan_claims_lines",
    "policies_lines",
    "side_by_side_lines",
    "titled",
]


def _date(date: dt.date | None) -> str:
    return "none" if date is None else day(date)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def moved(value: float | None, noise: int | None = None) -> str:
    """Return working days with their sign; of what is not above the noise of the draws, that it is less than its floor."""
    if noise is not None:
        return f"<{noise}"
    return "–" if value is None else f"{value:+.0f}" if value else "0"


BELOW = "<n: below the noise floor of n working days"
"""What is said beside figures some of which the draws cannot tell from chance."""


_SOURCE = "robust"
_NARROW = 100
"""On a page narrower than this what would be cut stands on lines of its own."""


def titled(title: str, note: str, page: Page) -> Lines:
    """Return the title of a section with its note: on a line of its own where the page is too narrow for both."""
    if len(title) + 2 + len(note) <= page.width:
        return [heading(title, note)]
    return [heading(title), *paragraph(note, page.width, 2, "dim")]


def commitment_lines(outcome: RobustOutcome, page: Page, stated: float | None) -> Lines:
    """Return which date each ratio of costs justifies, and the ratio at which each published date would be right."""
    if not outcome.milestones:
        return []
    grid = pivot(
        tables.ratios(outcome, _SOURCE), "date of", "milestone", "ratio", "Right only if a day late costs so many days early"
    )
    fine = [[row[0], *(f"{cell:.2g}" if isinstance(cell, float) else None for cell in row[1:])] for row in grid.rows]
    note = "–: it holds in every sample, so an earlier date would be; below 1 a day early is held to be dearer"
    dates = tables.commitments(outcome, _SOURCE, stated)
    whole = [[f"{row[0]:g}", *row[1:]] for row in dates.rows]
    return [*shown(choose(dates, rows=whole), page)[1:], *shown(choose(grid, rows=fine), page, note=note)]


def buffer_lines(outcome: RobustOutcome, page: Page) -> Lines:
    """Return what each date holds of buffers against what confidences need; no sample has a buffer in it."""
    found = [(entry.id, entry.buffer) for entry in outcome.milestones if entry.buffer is not None]
    if not found:
        return []
    grid = TextTable(
        [
            TextColumn("", limit=20),
            TextColumn("without buffers"),
            TextColumn("held", side="right"),
            *(TextColumn(f"needed at {name}", side="right") for name in found[0][1].needed_wd),
        ]
    )
    for name, buffer in found:
        needed = (_days(value) for value in buffer.needed_wd.values())
        grid.add(words(name, "bold"), _date(buffer.without), _days(buffer.held_wd), *needed)
    names = ", ".join(dict.fromkeys(each for _, buffer in found for each in buffer.activities))
    note = f"working days from the date without {names}, which no sample contains"
    return [*titled("Buffer held against needed", note, page), *grid.lines(page.width)]


def _days(value: int | None) -> str:
    return "–" if value is None else f"{value} wd"


def plan_claims_lines(outcome: RobustOutcome, page: Page) -> Lines:
    """Return what the plan holds otherwise than its register, with the chance that the work takes no longer."""
    found = choose(
        tables.claims([("", outcome)], _SOURCE), ("quantity", "title", "claim", "low", "likely", "high", "chance", "fitted")
    )
    rows: list[list[Cell]] = []
    for quantity, title, claim, *ends, chance, fitted in found.rows:
        # A chance that no sample shows is no proof of none.
        said = "not in the plan" if chance is None else chance or "none of the samples"
        rows.append([quantity, title, f"{claim} (fitted)" if fitted else claim, *ends, said, None])
    return shown(choose(found, rows=rows), page, spared=("title",))[1:]


def side_by_side_lines(outcome: RobustOutcome, page: Page) -> Lines:
    """Return the dates under every answer to every open reading."""
    if not outcome.side_by_side:
        return []
    names = [entry.id for entry in outcome.milestones]
    grid = TextTable([TextColumn("reading", limit=26), TextColumn("answer", limit=22), *(TextColumn(name) for name in names)])
    last = ""
    for row in outcome.side_by_side:
        answer = f"{row.option} *" if row.chosen else row.option
        cells = [_date(row.dates[name]) for name in names]
        grid.add(row.reading if row.reading != last else "", words(answer, "bold" if row.chosen else ""), *cells)
        last = row.reading
    note = f"P{100 * outcome.confidence:g} dates, one answer at a time; * is the answer chosen"
    return [*titled("Readings side by side", note, page), *grid.lines(page.width)]


def claims_lines(outcome: RobustOutcome, page: Page) -> Lines:
    """Return the dates under claims of each grade, and the worth of each claim's evidence."""
    found = outcome.claims
    if found is None:
        return []
    names = [entry.id for entry in outcome.milestones]
    dates = TextTable(
        [TextColumn("claims that count"), TextColumn("number", side="right"), *(TextColumn(name) for name in names)]
    )
    for row in found.dates:
        dates.add(row.grade, str(row.claims), *(_date(row.dates[name]) for name in names))
    worth = TextTable(
        [
            TextColumn("respondent", gives=True),
            TextColumn("assumption", gives=True),
            TextColumn("grade"),
            TextColumn("cost", side="right"),
            *(TextColumn(name, side="right", limit=18) for name in names),
        ]
    )
    for effect in found.effects:
        cells = []
        for name in names:
            knowing = effect.knowing_wd[name]
            known = "–" if knowing is None else f"{knowing:.0f}"
            noise = {key: effect.noise_wd.get(key, {}).get(name) for key in ("firmest", "without")}
            both = f"{moved(effect.firmest[name], noise['firmest'])}/{moved(effect.without[name], noise['without'])}"
            cells.append(f"{known}; {both}")
        cost = "–" if effect.cost is None else str(effect.cost)
        worth.add(effect.respondent, effect.assumption, effect.grade, cost, *cells)
    note = f"wd moved by knowing the truth; by firmest evidence/without the claim; {BELOW}"
    return [
        *titled("Dates by grade of evidence", f"{counted(found.claims, 'claim')} of {found.file}", page),
        *dates.lines(page.width),
        *titled("Whose evidence would move the dates", note, page),
        *worth.lines(page.width),
    ]


def against_lines(outcome: RobustOutcome, page: Page) -> Lines:
    """Return two plans under one register."""
    found = outcome.against
    if found is None:
        return []
    names = [entry.id for entry in outcome.milestones]
    grid = TextTable([TextColumn("", gives=True), *(TextColumn(name, limit=34) for name in names)])
    for plan in (found.first, found.second):
        cells = [f"{_date(plan.deterministic[name])}: {_share(plan.met[name])}" for name in names]
        grid.add(f"{plan.name}: own dates", *cells)
        grid.add(f"  P{100 * outcome.confidence:g} dates", *(_date(plan.dates[name]) for name in names))
        for baseline in dict.fromkeys(key for name in names for key in plan.baselines[name]):
            shares = [_share(plan.baselines[name].get(baseline)) for name in names]
            grid.add(f"  by {baseline}", *shares)
    lines = [*titled("Two plans, one register", "the same draws of the same work for both", page), *grid.lines(page.width)]
    if found.aligned:
        under = ", ".join(f"{name}={option}" for name, option in found.aligned.items())
        lines += paragraph(f"both under {under}, as {found.first.name} has it: what rounds dates is no cut", page.width)
    together = [f"{plan.name} {_share(plan.met_jointly)}" for plan in (found.first, found.second)]
    later = ", ".join(f"{name} {_share(share)}" for name, share in found.second_later.items())
    lines += paragraph(
        f"all its own dates together: {', '.join(together)}; {found.second.name} is later in: {later}", page.width
    )
    lines += _trades(found, page)
    if found.cuts:
        lines += _cuts(found.cuts, names, page)
    return lines


def _trades(found: Against, page: Page) -> Lines:
    """Return what the second plan saves and what it risks for it."""
    grid = TextTable(
        [
            TextColumn("", limit=20),
            TextColumn("own date earlier", side="right"),
            TextColumn("on the same work", side="right"),
            TextColumn("late on average", side="right"),
            TextColumn("break-even", side="right"),
        ]
    )
    for each in found.trades:
        late = " / ".join("–" if value is None else f"{value:.0f}" for value in (each.first_late_wd, each.second_late_wd))
        worth = "–" if each.break_even is None else f"{each.break_even:.2g}"
        grid.add(words(each.milestone, "bold"), _days(each.saves_wd), _days(each.brings_wd), f"{late} wd", worth)
    note = (
        f"{found.second.name} against {found.first.name}; late against its own date, {found.first.name} / {found.second.name}"
    )
    said = (
        f"break-even: the word of {found.second.name} is the better one as long as a month late costs no more than so many times "
        "what a month earlier is worth"
    )
    return [
        *titled("What the second saves and risks", note, page),
        *grid.lines(page.width),
        *paragraph(said, page.width, 2, "dim"),
    ]


def _cuts(cuts: tuple[Cut, ...], names: list[str], page: Page) -> Lines:
    narrow = page.width < _NARROW
    grid = TextTable(
        [
            TextColumn("cut", gives=True),
            *([] if narrow else [TextColumn("from", limit=16), TextColumn("to", limit=16)]),
            TextColumn("cost", side="right"),
            *(TextColumn(name, side="right", limit=22) for name in names),
        ]
    )
    for cut in cuts:
        cells = []
        for name in names:
            price = cut.cost_per_month[name]
            each = f" ({price:g}/mo)" if price is not None else ""
            noise = {key: cut.noise_wd.get(key, {}).get(name) for key in ("gained_wd", "lost_wd")}
            gained = moved(cut.gained_wd[name], noise["gained_wd"])
            lost = moved(cut.lost_wd[name], noise["lost_wd"])
            cells.append(f"{moved(cut.promised_wd.get(name))}; {gained}{each} / {lost}")
        ends = [] if narrow else [cut.before, cut.after]
        grid.add(cut.id, *ends, "none given" if cut.cost is None else str(cut.cost), *cells)
    lines = [
        *titled(
            "What parts them",
            f"wd promised; gained in the first plan by it alone / lost in the second without it; {BELOW}",
            page,
        ),
        *grid.lines(page.width),
    ]
    for cut in cuts:
        said = [f"from {cut.before} to {cut.after}"] if narrow else []
        said += [cut.worth] if cut.worth else []
        if said:
            lines += hanging(cut.id, "; ".join(said), page.width)
    return lines


def policies_lines(outcome: RobustOutcome, page: Page) -> Lines:
    """Return the dates under each way of serving those that queue."""
    if not outcome.policies:
        return []
    names = [entry.id for entry in outcome.milestones]
    grid = TextTable([TextColumn("served", gives=True), *(TextColumn(name) for name in names)])
    for row in outcome.policies:
        cells = []
        for name in names:
            noise = row.noise_wd.get(name)
            later = "" if row.chosen else f" ({moved(row.later_wd[name], noise)})"
            cells.append(f"{_date(row.dates[name])}{later}")
        grid.add(words(f"{row.title} *" if row.chosen else row.title, "bold" if row.chosen else ""), *cells)
    note = f"P{100 * outcome.confidence:g} dates, wd from those of *, the policy chosen; {BELOW}"
    return [*titled("Order in which parties are served", note, page), *grid.lines(page.width)]


def _pulled(pulls: tuple[Pull, ...]) -> str:
    return ", ".join(f"{pull.lever} ×{pull.steps}" if pull.steps > 1 else pull.lever for pull in pulls) or "nothing"


_MOST_POINTS = 12
"""Of a frontier longer than this only so many points are shown, evenly spread."""


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
        "met": f"{goal}: {_pulled(found.pulls)}, at a cost of {found.cost}",
        "missed": f"{goal} is out of reach: all levers together, at a cost of {found.cost}, bring {_date(found.date)}",
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
    return [*lines, *_lever_worths(found, outcome, page), *_frontier(found, outcome, page)]


def _held_out(found: Decision, page: Page) -> Lines:
    """How the choice does on samples that it was not chosen by."""
    error = f" ± {100 * found.held_out_error:.1f}" if found.held_out_error is not None else ""
    chance = found.held_out_probability
    verdict = ""
    if chance is not None and found.status != "missed":
        verdict = ": the target holds there too" if chance >= found.confidence else f": short of {100 * found.confidence:g} %"
    text = (
        f"on {found.held_out_samples:,} samples held out it comes to {_date(found.held_out)}, and the target is met with "
        f"{_share(chance)}{error}{verdict}"
    )
    return paragraph(text, page.width)


def _lever_worths(found: Decision, outcome: RobustOutcome, page: Page) -> Lines:
    grid = TextTable(
        [
            TextColumn("lever", limit=26),
            TextColumn("title", gives=True),
            TextColumn("steps", side="right"),
            TextColumn("cost", side="right"),
            TextColumn(f"{found.milestone} (P{100 * outcome.confidence:g})"),
            TextColumn("wd gained", side="right"),
        ]
    )
    for lever in found.levers:
        gained = (
            f"<{lever.noise_wd}" if lever.noise_wd is not None else "–" if lever.gained_wd is None else str(lever.gained_wd)
        )
        grid.add(lever.lever, words(lever.title, "dim"), str(lever.steps), str(lever.cost), _date(lever.date), gained)
    return [*titled("Levers", f"each alone, pulled as far as it goes; {BELOW}", page), *grid.lines(page.width)]


def _frontier(found: Decision, outcome: RobustOutcome, page: Page) -> Lines:
    asked = f"P{round(100 * outcome.confidence, 8):.10g}"
    points = found.frontier[asked]
    last = len(points) - 1
    kept = sorted({round(place * last / (_MOST_POINTS - 1)) for place in range(_MOST_POINTS)}) if last >= _MOST_POINTS else None
    labels = list(found.frontier)
    room = 6 + 13 * len(labels)
    head = "cost".rjust(4) + "".join(f"  {label:<11}" for label in labels) + "  levers"
    note = f"{found.milestone} at each confidence; each row the cheapest way to its {asked} date"
    lines = [*titled("Cost against date", note, page), words(f"  {head}", "dim")]
    for place in kept if kept is not None else range(len(points)):
        step = points[place]
        label = f"{step.cost:>4}" + "".join(f"  {_date(step.dates[name]):<11}" for name in labels)
        lines += hanging(label, _pulled(step.pulls), page.width, 2, room)
    left = []
    if kept is not None:
        left.append(
            f"{len(points) - len(kept)} points between are left out; --json lists all, and the frontier of each confidence"
        )
    if not found.frontier_whole:
        left.append(f"the best of the choices simulated; among all {found.choices:,} there may be cheaper ways to a date")
    for text in left:
        lines += paragraph(text, page.width, 2, "dim")
    return lines
