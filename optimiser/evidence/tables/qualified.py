"""Qualification party by party as tables."""

from __future__ import annotations

from models.allocation import CapacityCurve, LeastCapacity, Qualified
from models.pack import Cell, Table
from optimiser.evidence.tables.kit import column, columns, table

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
    return table(
        "qualification-dates",
        "Dates with Qualification party by party",
        columns("milestone:id | date:date | no earlier than:date | gap:number wd | proof"),
        [[name, dated.date, dated.earliest, dated.gap_wd, dated.proof] for name, dated in found.dates.items()],
        proof="closed form",
        source=source,
        note=f"All tests lie within {found.window_wd} wd in the schedule shown.",
    )


def allocation(found: Qualified, source: str) -> Table:
    """Return every party with its test, those that wait longest first."""
    return table(
        "allocation",
        "Every party in the schedule shown",
        columns(
            "party:id | title | role | size | wave | ready:date | start:date | finish:date | waits:number wd | approved:date | "
            "live:date | to migrate:number wd"
        ),
        [
            [
                row.party,
                row.title,
                row.role,
                row.size,
                row.wave,
                row.ready,
                row.start,
                row.finish,
                row.waiting_wd,
                row.approved,
                row.live,
                row.migration_wd,
            ]
            for row in sorted(found.allocation, key=lambda row: -(row.waiting_wd or 0))
        ],
        proof="closed form",
        source=source,
        note="Those that wait longest for a slot first. A party without a start passes through integration testing.",
        fold=True,
        most=30,
    )


def loads(found: Qualified, source: str) -> Table:
    """Return every body, month by month."""
    return table(
        "loads",
        "Demand against capacity, month by month",
        columns(
            "body:id | month | offered:number slots a day | used:share | wanted:number parties a day | waiting:number parties a day"
        ),
        [
            [body(load.resource), load.month, load.slots_a_day, load.utilisation, load.demand, load.queue]
            for load in found.loads
        ],
        proof="closed form",
        source=source,
        fold=True,
        most=40,
    )


def body(rule: str) -> str:
    """Return the name of the body or environment whose capacity a rule is."""
    return rule.removeprefix("slots-").removeprefix("places-")


def readiness(found: Qualified, source: str) -> Table:
    """Return how much of the market is through by a day."""
    return table(
        "readiness",
        "Suppliers ready by date",
        columns("by:date | suppliers:number | share of suppliers:share | share of meter points:share"),
        [[row.date, row.suppliers, row.supplier_share, row.meter_point_share] for row in found.readiness],
        proof="closed form",
        source=source,
        note=f"{found.milestone} needs all of them.",
    )


def stragglers(found: Qualified, source: str) -> Table:
    """Return the last suppliers, and why."""
    return table(
        "stragglers",
        "The last suppliers, and why",
        columns("party:id | title | live:date | meter points:number thousands | because"),
        [[row.party, row.title, row.live, row.meter_points, row.because] for row in found.stragglers],
        proof="closed form",
        source=source,
        fold=True,
        most=12,
    )


def fairness(found: Qualified, source: str) -> Table:
    """Return how long each class of parties waits."""
    return table(
        "fairness",
        "How long each class of parties waits between being ready and being tested",
        columns("class | parties:number | on average:number wd | at worst:number wd"),
        [[row.group, row.parties, row.mean_wd, row.worst_wd] for row in found.fairness],
        proof="closed form",
        source=source,
    )


def policies(found: Qualified, source: str) -> Table:
    """Return each way of queueing with what it comes to."""
    milestones = list(dict.fromkeys(name for row in found.policies for name in row.dates))
    groups = list(dict.fromkeys(each.group for row in found.policies for each in row.fairness))
    rows: list[list[Cell]] = []
    for row in found.policies:
        waits = {each.group: each for each in row.fairness}
        rows.append(
            [
                row.policy,
                row.title,
                *(row.dates.get(name) for name in milestones),
                row.all_tested,
                *(waits[group].mean_wd if group in waits else None for group in groups),
                waits["all"].worst_wd if "all" in waits else None,
            ]
        )
    return table(
        "policies",
        "Ways of queueing, and what each comes to",
        [
            column("policy", "id"),
            column("title"),
            *(column(name, "date") for name in milestones),
            column("all tested", "date"),
            *(column(f"{group} wait on average", "number", "wd", key=group) for group in groups),
            column("at worst", "number", "wd"),
        ],
        rows,
        proof="closed form",
        source=f"{source}: one schedule by each way, not proved best for it",
    )


def curve(curve: CapacityCurve, found: Qualified, source: str) -> Table:
    """Return the date at each amount of capacity."""
    joint = any(point.each for point in curve.points)
    bodies = list(next((point.each for point in curve.points if point.each), {}))
    marks = {curve.saturates_at: "more gains nothing", curve.now: "now"}
    return table(
        f"curve-{body(curve.resource)}",
        f"{found.milestone} by slots of {'all bodies' if joint else body(curve.resource)}",
        [
            column("of now" if joint else "slots", "number", "%" if joint else None, key="slots"),
            *(column(body(name), "number", key=name) for name in bodies),
            column(found.milestone, "date"),
            *columns("no earlier than:date | proof | which is"),
        ],
        [
            [
                point.slots,
                *(point.each.get(name) for name in bodies),
                point.date,
                point.earliest,
                point.proof if point.date else "none found",
                marks.get(point.slots),
            ]
            for point in curve.points
        ],
        proof="closed form",
        source=source,
        note=f"All else as it is. Beyond that binds {curve.then_binds}.",
    )


def least(found: Qualified, source: str) -> Table:
    """Return the fewest slots of each body, alone and with the others, for the day asked for."""
    joint = found.joint
    return table(
        "least-capacity",
        f"Least capacity for {found.milestone}",
        columns("capacity:id | now:number | alone:number | all together:number | cost of a slot:number | alone, that is"),
        [
            [
                body(row.resource),
                row.now,
                row.least,
                joint.slots.get(row.resource, row.now) if joint else None,
                joint.each.get(row.resource) if joint else None,
                _proved(row),
            ]
            for row in found.least
        ],
        proof="closed form",
        source=source,
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
    return table(
        "changes",
        "What changes are worth, each alone",
        [
            column("change"),
            column(found.milestone, "date"),
            column("gain", "number", "wd", "positive is earlier"),
            column("proof"),
        ],
        [[row.title, row.date, row.gain_wd, row.proof] for row in found.worth],
        proof="closed form",
        source=source,
    )
