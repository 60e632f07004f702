"""What changed: by the choices made for the pack, since the last pack or plan, by the status date, and from update to update."""

from __future__ import annotations

from collections import Counter

from models.moved import MilestoneMove, WhatMoved
from models.pack import Block, Figure, Name, PackProof
from models.trend import MilestoneTrend
from optimiser.evidence.charts.curves import trend_chart
from optimiser.evidence.charts.waterfall import bridge_chart
from optimiser.evidence.dossier import Dossier, SinceThen
from optimiser.evidence.sections.words import (
    Blocks,
    Parts,
    drawn,
    figure,
    joined,
    lead,
    parts_of,
    remark,
    run_source,
    say,
    warning,
)
from optimiser.evidence.tables.kit import choose, few, listing, weakest
from optimiser.evidence.tables.solved import broken_rules, changes, dates_before_after, milestone_states, phase_progress
from optimiser.evidence.tables.updates import forecast_checks, milestone_trend, moved_causes, moved_dates
from optimiser.evidence.words import counted, day, overruled_words, why_it_stays
from optimiser.inputs import differences, inputs_of, said_plainly
from optimiser.moved import moved_words

__all__ = ["changed", "forecast", "moved_lines_of", "since", "trending"]


def changed(dossier: Dossier) -> Blocks:
    """Yield what the first page says of the changes; nothing where there are none."""
    found = dossier.what_if
    if found is None:
        return
    source = f"{run_source(dossier.main)}, what_if"
    start = f"under {few(found.scenarios)}" if found.choices and found.scenarios else "as written"
    yield changes(found.changes, f"What was changed, from the plan {start}", source)
    if found.added or found.removed:
        counts = f"{found.added:,} more, {found.removed:,} fewer"
        yield say("Beside these, rules and lengths: {:counted}.", counts, source=source)
    for text in overruled_words(found, str):
        yield remark(f"Overruled: {text}", "stated", source)
    if any(change.before or change.after for change in found.dates):
        yield dates_before_after(found, source)
    told: set[str] = set()
    for entry in found.unmoved:
        for text in why_it_stays(entry, told, day):
            yield say("{} stays: {:closed form}.", entry.milestone, text, source=source)


_FIRST = 4
"""Milestones that the first screen tells of."""
_SOURCE = "inputs/since/plan.json against the plan of this pack"


def since(dossier: Dossier) -> Blocks:
    """Yield the section; nothing where no earlier pack was named."""
    then = dossier.since
    if then is None:
        return
    yield _before(then)
    if then.moved is None:
        yield say("What moved cannot be told: {}.", dossier.absent.get("since", "it was not found"))
    else:
        yield from _moved(then.moved)
    yield _findings(then)
    found = tuple(
        said_plainly(each, (then.plan, dossier.plan))
        for each in differences(inputs_of(then.plan), inputs_of(dossier.plan), dossier.plan)
    )
    listed = changes(found, "Set otherwise", _SOURCE, by=False)
    yield choose(listed, ("what", "name", "from", "to")).model_copy(update={"id": "since-set"})


def _before(then: SinceThen) -> Block:
    """Say what it is compared with."""
    if then.sha256 is None:
        return lead("Compared with the plan {}.", then.name)
    version = figure(then.version or "an unknown version", "stated", "inputs/since/manifest.json")
    hashed = figure(then.sha256, "counted", "inputs/since/SHA256SUMS")
    return lead("Compared with the pack {}, made by version {}, whose own hash is {}.", then.name, version, hashed)


def _moved(moved: WhatMoved) -> Blocks:
    """Yield what moved, and why."""
    for move in moved.moves:
        yield say("{}", _line(move, moved))
    yield moved_dates(moved, _SOURCE)
    causes = moved_causes(moved, _SOURCE)
    if causes.rows:
        yield causes
        about = "The steps from each date then to the date now, by cause."
        yield drawn("bridge-since", "What moved", about, bridge_chart("bridge-since", moved), causes.id)
    for each in moved.joined:
        yield remark(f"Taken together, as there is no date between them: {each}.", "counted", _SOURCE)
    for old, new in moved.renamed.items():
        yield remark(f"{old} is now called {new}.", "counted", _SOURCE)
    for note in moved.notes:
        yield remark(f"{note[:1].upper()}{note[1:]}.", "counted", _SOURCE)


def moved_lines_of(dossier: Dossier) -> Blocks:
    """Say on the first screen what moved each milestone since the last pack, its greatest cause named."""
    then = dossier.since
    if then is None or then.moved is None:
        return
    word = f"Since the {'last pack' if then.sha256 else 'plan before'}: "
    first = [move for move in then.moved.moves if move.amount != 0][:_FIRST] or list(then.moved.moves[:1])
    for move in first:
        yield say(f"{word}{{}}", _line(move, then.moved))
    held = sum(move.amount == 0 and move not in first for move in then.moved.moves)
    more = len(then.moved.moves) - len(first) - held
    counts = [f"{count:,} {said}" for count, said in ((more, "more moved"), (held, "stayed")) if count]
    if counts:
        yield say(f"{word}{{}}.", joined((parts_of("{:counted}", each, source=_SOURCE) for each in counts), ", "))


def _line(move: MilestoneMove, moved: WhatMoved) -> Parts:
    """Return one milestone's move in a sentence."""
    if move.amount is None or move.before is None or move.after is None:
        return parts_of("{} cannot be compared: {}.", move.milestone, move.why_not or "one of the two has no date")
    before, after = (figure(date, _proof(move), _SOURCE) for date in (move.before, move.after))
    if not move.amount:
        return parts_of("{} stays on {}.", move.milestone, after)
    by = figure(moved_words(move.amount, move.unit, moved.day_minutes), _proof(move), _SOURCE)
    most = max(move.shares, key=lambda share: abs(share.amount))
    happened = next(cause.happened for cause in moved.causes if cause.id == most.cause)
    share = figure(moved_words(most.amount, move.unit, moved.day_minutes), "closed form", _SOURCE)
    others = sum(bool(each.amount) for each in move.shares) - 1
    more = parts_of(", and {:counted}", f"{others} more", source=_SOURCE) if others else []
    text = "{} moved from {} to {}, {}: {} ({}){}."
    return parts_of(text, move.milestone, before, after, by, _quoted(happened), share, more)


def _quoted(text: str) -> Name | Figure:
    return figure(text, "stated", _SOURCE) if any(map(str.isdigit, text)) else Name(text=text)


def _proof(move: MilestoneMove) -> PackProof:
    return weakest(proof for proof in (move.proof_before, move.proof_after) if proof)


def _findings(then: SinceThen) -> Block:
    """Return the findings that only one of the two plans has."""
    return listing(
        "since-findings",
        "Findings that are new, or closed",
        "change = 0 | severity = 1.severity | finding:id = 1.id | what = 1.what",
        [*(("new", each) for each in then.come), *(("closed", each) for each in then.gone)],
        "counted",
        _SOURCE,
        notes={"change": "whether the finding is new, or is closed"},
    )


def forecast(dossier: Dossier) -> Blocks:
    """Yield what is done, met, missed and slipping; nothing of a plan without a status date."""
    solved, plan = dossier.main.solved, dossier.main.plan
    if solved is None or solved.forecast is None or plan is None:
        return
    found, source = solved.forecast, run_source(dossier.main)
    yield lead(
        "What happened by the evening of {:stated} is fact, and no rule, range or risk moves it. What is left follows the "
        "rules from there: nothing is forecast before it.",
        found.status_date,
        source="status_date",
    )
    states = Counter(entry.state for entry in found.milestones)
    said = ", ".join(f"{count} {state}" for state, count in states.items() if state != "undated")
    broken = counted(len(found.broken), "rule")
    yield say(
        "Of the activities {:counted}{}.{}",
        f"{found.done} are done, {found.in_progress} in progress, {found.to_do} to do",
        parts_of("; of the milestones {:counted}", said, source=source) if said else [],
        parts_of(" Facts have broken {:counted}.", broken, source=source) if found.broken else [],
        source=source,
    )
    yield milestone_states(solved, found, source)
    yield phase_progress(solved, plan, source)
    yield broken_rules(found, plan, source) if found.broken else None


_CHAIN = "inputs/plan and the updates before it in inputs/chain"


def trending(dossier: Dossier) -> Blocks:
    """Yield the section; nothing of a plan that no update was made of."""
    trend, carried = dossier.trend, dossier.chain
    if trend is None or carried is None:
        return
    yield lead(
        "{:counted}, each with what was known by the evening of its status date; every forecast is worked out here from the files "
        "of its update, which are in this pack.",
        counted(sum(each.plan is not None for each in carried.found), "update"),
        source=_CHAIN,
    )
    if not dossier.main.as_written:
        yield say("The updates are taken as written: what was chosen or changed for the case at hand is not in this section.")
    for each in (*trend.notes, *([carried.note] if carried.note else [])):
        yield warning("{}.", figure(each, "stated", _CHAIN) if any(map(str.isdigit, each)) else each)
    for milestone in trend.milestones:
        yield _forecasts_line(milestone)
    table = milestone_trend(trend, _CHAIN)
    if any(point.date for milestone in trend.milestones for point in milestone.points):
        about = "Each forecast of a milestone against the status date at which it was made."
        yield drawn("milestone-trend", "Milestone trend", about, trend_chart("milestone-trend", trend), table.id)
    yield table
    if any(each.met for each in trend.checks):
        yield forecast_checks(trend, _CHAIN)
    elif trend.checks:
        yield say("No milestone was met after an update that drew a date for it, so none can be held against it.")


def _forecasts_line(milestone: MilestoneTrend) -> Block | None:
    """Say where the first forecast of a milestone was, where the last is, and what of the time to spare is gone."""
    dated = [point for point in milestone.points if point.date is not None]
    if len(dated) < 2:
        return None
    first, last = dated[0], dated[-1]
    when = (figure(point.date, point.proof or "stated", _CHAIN) for point in (first, last))
    moved = sum(point.moved_wd or 0 for point in dated)
    by = f"{abs(moved)} wd {'later' if moved > 0 else 'earlier'}" if moved else ""
    how = parts_of(", {:closed form}", by, source=_CHAIN) if by else [", the same day"]
    spared: Parts = []
    if milestone.deadline is not None and first.spare_wd is not None and last.spare_wd is not None:
        text = "; to spare before {:stated} were {:closed form}, and are {:closed form}"
        spared = parts_of(text, milestone.deadline, f"{first.spare_wd} wd", f"{last.spare_wd} wd", source=_CHAIN)
    verb = "was met on" if last.state == "met" else "is now forecast for"
    return say(f"{{}} was first forecast for {{}} and {verb} {{}}{{}}{{}}.", milestone.id, *when, how, spared)
