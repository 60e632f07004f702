"""Qualification party by party: demand against capacity, queues, fairness; and the plan swept over its assumptions."""

from __future__ import annotations

from models.allocation import Qualified
from models.pack import Block, Cell, Chart, Figure, Name, Section, Table
from optimiser.evidence.charts.loads import Month, heat_chart, load_chart
from optimiser.evidence.dossier import Dossier, Grid
from optimiser.evidence.sections.words import absence, column, count, day, heading_of, lead, names, paragraph, table, warning

__all__ = ["qualification", "sweeps"]


def qualification(dossier: Dossier) -> Section:
    """Return demand against capacity, month by month, and who waits."""
    title = "Qualification demand against capacity"
    found, case = dossier.qualified, dossier.qualified_case
    if found is None or case is None:
        block = absence(dossier, "qualification", title)
        return Section(id="qualification", title=title, items=(16,), blocks=(block,))
    source = f"qualify of case {case.id}"
    bodies: dict[str, list[Month]] = {}
    for load in found.loads:
        wide = load.slots_a_day
        used = wide * load.utilisation
        bodies.setdefault(load.resource, []).append(Month(load.month, wide, used, load.demand))
    milestone = found.dates[found.milestone]
    blocks: list[Block] = [
        warning("Parties, slots and boards of this case are synthetic: it shows how Qualification behaves, not when it ends."),
        lead(
            count(len(found.allocation), "parties", source),
            " pass Qualification in case ",
            Name(text=case.id),
            "; the last supplier is through on ",
            Figure(text=day(milestone.date), proof=milestone.proof, source=source),
            ", ",
            Figure(text=f"{found.window_wd} wd", proof="closed form", source=source),
            " after it starts.",
        ),
        Chart(
            id="demand",
            title="Slots wanted, used and offered",
            about="Demand and capacity of each body by month.",
            svg=load_chart("demand", "Slots wanted, used and offered, on an average day of each month", bodies),
            table="loads",
        ),
        _loads(found, source),
        _fairness(found, source),
    ]
    if found.policies:
        blocks.append(_policies(found, source))
    blocks += [_stragglers(found, source), _allocation(found, source)]
    blocks += [paragraph(Name(text=note)) for note in found.notes]
    return Section(id="qualification", title=title, items=(16,), blocks=tuple(blocks))


def _loads(found: Qualified, source: str) -> Table:
    return table(
        "loads",
        "Demand against capacity, month by month",
        [
            column("body", "id"),
            column("month"),
            column("offered", "number", "slots a day"),
            column("used", "share"),
            column("wanted", "number", "parties a day"),
            column("waiting", "number", "parties a day"),
        ],
        [[load.resource, load.month, load.slots_a_day, load.utilisation, load.demand, load.queue] for load in found.loads],
        proof="closed form",
        source=source,
        fold=True,
        most=40,
    )


def _fairness(found: Qualified, source: str) -> Table:
    return table(
        "fairness",
        "How long each class of parties waits between being ready and being tested",
        [
            column("class"),
            column("parties", "number"),
            column("on average", "number", "wd"),
            column("at worst", "number", "wd"),
        ],
        [[entry.group, entry.parties, entry.mean_wd, entry.worst_wd] for entry in found.fairness],
        proof="closed form",
        source=source,
    )


def _policies(found: Qualified, source: str) -> Table:
    milestones = list(dict.fromkeys(name for entry in found.policies for name in entry.dates))
    rows: list[list[Cell]] = []
    for entry in found.policies:
        waits = {each.group: each for each in entry.fairness}
        everybody = waits.get("all")
        rows.append(
            [
                entry.policy,
                entry.title,
                *(entry.dates.get(name) for name in milestones),
                entry.all_tested,
                everybody.mean_wd if everybody else None,
                everybody.worst_wd if everybody else None,
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
            column("waits on average", "number", "wd"),
            column("at worst", "number", "wd"),
        ],
        rows,
        proof="closed form",
        source=f"{source}: one schedule by each way, not proved best for it",
    )


def _stragglers(found: Qualified, source: str) -> Table:
    return table(
        "stragglers",
        "The last suppliers, and why",
        [
            column("party", "id"),
            column("title"),
            column("live", "date"),
            column("meter points", "number", "thousands"),
            column("because"),
        ],
        [[entry.party, entry.title, entry.live, entry.meter_points, entry.because] for entry in found.stragglers],
        proof="closed form",
        source=source,
        fold=True,
        most=12,
    )


def _allocation(found: Qualified, source: str) -> Table:
    return table(
        "allocation",
        "Every party in the schedule shown",
        [
            column("party", "id"),
            column("title"),
            column("role"),
            column("size"),
            column("ready", "date"),
            column("start", "date"),
            column("finish", "date"),
            column("waits", "number", "wd"),
            column("approved", "date"),
            column("live", "date"),
        ],
        [
            [
                entry.party,
                entry.title,
                entry.role,
                entry.size,
                entry.ready,
                entry.start,
                entry.finish,
                entry.waiting_wd,
                entry.approved,
                entry.live,
            ]
            for entry in found.allocation
        ],
        proof="closed form",
        source=source,
        fold=True,
        most=30,
    )


def sweeps(dossier: Dossier) -> Section:
    """Return each milestone as an exact function of what drives it, and the regions of the readings."""
    plan = dossier.plan
    blocks: list[Block] = []
    if dossier.sweeps:
        blocks.append(
            lead("Each milestone as an exact function of one assumption: every whole value of the range was evaluated.")
        )
        blocks.append(
            table(
                "sweeps",
                "Runs of values over which a milestone stands still, or moves with every unit",
                [
                    column("milestone", "id"),
                    column("assumption", "id"),
                    column("title"),
                    column("from"),
                    column("to"),
                    column("date at the first", "date"),
                    column("then a unit moves", "number", "wd"),
                ],
                [
                    [entry.milestone, entry.of, heading_of(plan, entry.of), run.first, run.last, run.date, run.slope]
                    for entry in dossier.sweeps
                    for run in entry.segments
                ],
                proof="closed form",
                source=f"explain --sweep of case {dossier.main.id}",
                fold=True,
                most=80,
            )
        )
    else:
        blocks.append(absence(dossier, "sweeps", "Sweeps over assumptions"))
    if dossier.grid is not None:
        blocks += _grid(dossier, dossier.grid)
    else:
        blocks.append(absence(dossier, "grid", "A date against two assumptions"))
    blocks += _regions(dossier)
    return Section(id="sweeps", title="Sweeps, thresholds and decision regions", items=(17,), blocks=tuple(blocks))


def _grid(dossier: Dossier, grid: Grid) -> list[Block]:
    from models.rules import Point
    from optimiser.clock import Clock

    plan = dossier.plan
    clock = Clock(plan)
    convention = plan.convention(Point(grid.milestone, "start"))
    dates = [[None if at is None else clock.show(at, convention) for at in row] for row in grid.boundaries]
    if not any(day for row in dates for day in row):
        return [absence(dossier, "grid", "A date against two assumptions")]
    unit = getattr(plan.values[grid.across], "unit", "wd")
    own = tuple(str(getattr(plan.values[name], "amount", "")) for name in (grid.across, grid.down))
    title = f"{grid.milestone} against what drives it and what would take over first"
    across = (f"{heading_of(plan, grid.across)}, {unit}", [str(value) for value in grid.columns])
    down = (f"{heading_of(plan, grid.down)}, {unit}", [str(value) for value in grid.rows])
    return [
        Chart(
            id="heat",
            title=title,
            about=f"{grid.milestone} by {grid.across} and {grid.down}.",
            svg=heat_chart("heat", title, across, down, dates, (own[0], own[1])),
            table="grid",
        ),
        table(
            "grid",
            f"{grid.milestone} by {grid.across} (across) and {grid.down} (down), both in {unit}",
            [column(grid.down, "number"), *(column(f"{value} {unit}", "date") for value in grid.columns)],
            [[value, *row] for value, row in zip(grid.rows, dates, strict=True)],
            proof="closed form",
            source=f"the plan of case {dossier.main.id} evaluated at each pair of values",
            fold=True,
        ),
    ]


def _regions(dossier: Dossier) -> list[Block]:
    found = dossier.regions
    if found is None:
        return [absence(dossier, "regions", "Decision regions over the open readings")]
    source = f"all {found.combinations} combinations of the open readings of case {dossier.main.id}"
    matters: list[list[Cell]] = [[name, names(readings) or "none"] for name, readings in found.matters.items()]
    rows: list[list[Cell]] = []
    for milestone in dossier.milestones:
        for region in found.regions.get(milestone, ()):
            answers = ", ".join(f"{reading}={option}" for reading, option in region.readings.items())
            rows.append([milestone, region.date, region.combinations, answers])
    return [
        paragraph(
            "Over ",
            Figure(text=f"{found.combinations:,} combinations", proof="counted", source=source),
            " of answers to open questions, ",
            Figure(text=f"{found.infeasible:,}", proof="closed form", source=source),
            " contradict the plan and ",
            Figure(text=f"{found.beyond:,}", proof="closed form", source=source),
            " run off the calendar.",
        ),
        table(
            "matters",
            "Which questions ever move which milestone",
            [column("milestone", "id"), column("questions")],
            matters,
            proof="closed form",
            source=source,
        ),
        table(
            "together",
            "Dates that come together, the most frequent first",
            [
                *(column(name, "date") for name in dossier.milestones),
                column("combinations", "number"),
                column("nearest answers that give them"),
            ],
            [
                [
                    *(entry.dates.get(name) for name in dossier.milestones),
                    entry.combinations,
                    ", ".join(f"{reading}={option}" for reading, option in entry.readings.items()) or "as chosen",
                ]
                for entry in sorted(found.together, key=lambda entry: -entry.combinations)
            ],
            proof="closed form",
            source=source,
            fold=True,
            most=20,
        ),
        table(
            "regions",
            "Which answers give which date: every combination that agrees with a line has its date",
            [column("milestone", "id"), column("date", "date"), column("combinations", "number"), column("answers")],
            rows,
            proof="closed form",
            source=source,
            note="An empty date contradicts the plan or falls off the calendar.",
            fold=True,
            most=30,
        ),
    ]
