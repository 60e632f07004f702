"""Qualification party by party as tables."""

from __future__ import annotations

from models.allocation import CapacityCurve, LeastCapacity, Qualified
from models.pack import Cell, Table
from optimiser.evidence.tables.kit import across, column, columns, keyed, listing, table

__all__ = [
    "allocation",
    "curve",
    "dates",
    "fairness",
    "least",
    "loads",
    "policies",
    "readiness",
    "stragglers",
    "worth",
]


def dates(found: Qualified, source: str) -> Table:
    """Return every milestone as far as it is proved."""
    shape = (
        "milestone:id = 0 | date:date = 1.date | no earlier than:date = 1.earliest | gap:number wd = 1.gap_wd | proof = 1.proof"
    )
    note = f"All tests lie within {found.window_wd} wd in the schedule shown."
    title = "Dates with Qualification party by party"
    return listing("qualification-dates", title, shape, found.dates.items(), "closed form", source, note=note)


def allocation(found: Qualified, source: str) -> Table:
    """Return every party with its test, those that wait longest first."""
    return listing(
        "allocation",
        "Every party in the schedule shown",
        "party:id | title | role | size | wave | ready:date | start:date | finish:date | waits:number wd = waiting_wd"
        " | approved:date | live:date | to migrate:number wd = migration_wd",
        sorted(found.allocation, key=lambda row: -(row.waiting_wd or 0)),
        "closed form",
        source,
        note="Those that wait longest for a slot first. A party without a start passes through integration testing.",
        fold=True,
        most=30,
    )


def loads(found: Qualified, source: str) -> Table:
    """Return every body, month by month."""
    return table(
        "loads",
        "Demand against capacity, month by month",
        "body:id | month | offered:number slots a day | used:share | wanted:number parties a day | waiting:number parties a "
        "day",
        [(body(at.resource), at.month, at.slots_a_day, at.utilisation, at.demand, at.queue) for at in found.loads],
        "closed form",
        source,
        fold=True,
        most=40,
    )


def body(rule: str) -> str:
    """Return the name of the body or environment whose capacity a rule is."""
    return rule.removeprefix("slots-").removeprefix("places-")


def readiness(found: Qualified, source: str) -> Table:
    """Return how much of the market is through by a day."""
    heads = "by:date | suppliers:number | share of suppliers:share | share of meter points:share"
    rows = [(row.date, row.suppliers, row.supplier_share, row.meter_point_share) for row in found.readiness]
    note = f"{found.milestone} needs all of them."
    return table("readiness", "Suppliers ready by date", heads, rows, "closed form", source, note=note)


def stragglers(found: Qualified, source: str) -> Table:
    """Return the last suppliers, and why."""
    shape = "party:id | title | live:date | meter points:number thousands | because"
    title = "The last suppliers, and why"
    return listing("stragglers", title, shape, found.stragglers, "closed form", source, fold=True, most=12)


def fairness(found: Qualified, source: str) -> Table:
    """Return how long each class of parties waits."""
    shape = "class = group | parties:number | on average:number wd = mean_wd | at worst:number wd = worst_wd"
    title = "How long each class of parties waits between being ready and being tested"
    return listing("fairness", title, shape, found.fairness, "closed form", source)


def policies(found: Qualified, source: str) -> Table:
    """Return each way of queueing with what it comes to."""
    milestones = dict.fromkeys(name for row in found.policies for name in row.dates)
    groups = dict.fromkeys(each.group for row in found.policies for each in row.fairness)
    waits = [{each.group: each for each in row.fairness} for row in found.policies]
    made = listing(
        "policies",
        "Ways of queueing, and what each comes to",
        f"policy:id = 0.policy | title = 0.title{across(milestones, '{}:date = 0.dates.{}')} | all tested:date = 0.all_tested"
        f"{across(groups, '{} wait on average:number wd = 1.{}.mean_wd')} | at worst:number wd = 1.all.worst_wd",
        zip(found.policies, waits, strict=True),
        "closed form",
        f"{source}: one schedule by each way, not proved best for it",
    )
    return keyed(made, {f"{group} wait on average": group for group in groups})


def curve(curve: CapacityCurve, found: Qualified, source: str) -> Table:
    """Return the date at each amount of capacity."""
    bodies = list(next((point.each for point in curve.points if point.each), {}))
    marks = {curve.saturates_at: "more gains nothing", curve.now: "now"}
    rows: list[list[Cell]] = []
    for at in curve.points:
        proof = at.proof if at.date else "none found"
        rows.append([at.slots, *map(at.each.get, bodies), at.date, at.earliest, proof, marks.get(at.slots)])
    slots = column("of now", "number", "%", key="slots") if bodies else column("slots", "number")
    return table(
        f"curve-{body(curve.resource)}",
        f"{found.milestone} by slots of {'all bodies' if bodies else body(curve.resource)}",
        [
            slots,
            *(column(body(name), "number", key=name) for name in bodies),
            *columns(f"{found.milestone}:date | no earlier than:date | proof | which is"),
        ],
        rows,
        "closed form",
        source,
        note=f"All else as it is. Beyond that binds {curve.then_binds}.",
    )


def least(found: Qualified, source: str) -> Table:
    """Return the fewest slots of each body, alone and with the others, for the day asked for."""
    joint = found.joint
    rows: list[list[Cell]] = []
    for row in found.least:
        together = [joint.slots.get(row.resource, row.now), joint.each.get(row.resource)] if joint else [None, None]
        rows.append([body(row.resource), row.now, row.least, *together, _proved(row)])
    return table(
        "least-capacity",
        f"Least capacity for {found.milestone}",
        "capacity:id | now:number | alone:number | all together:number | cost of a slot:number | alone, that is",
        rows,
        "closed form",
        source,
        note="Alone: the others as they are; all together: the cheapest slots of all bodies.",
    )


def _proved(row: LeastCapacity) -> str:
    """Say how far the least number of slots is proved."""
    if row.least is None:
        return "refuted, however many" if row.proved else "not found, however many"
    if row.proved:
        return "proved the least"
    open_to = row.least - 1
    return f"{open_to} left open" if row.at_least == open_to else f"{row.at_least} to {open_to} left open"


def worth(found: Qualified, source: str) -> Table:
    """Return what each change alone is worth."""
    shape = f"change = title | {found.milestone}:date = date | gain:number wd = gain_wd | proof"
    notes = {"gain": "positive is earlier"}
    return listing("changes", "What changes are worth, each alone", shape, found.worth, "closed form", source, notes=notes)
