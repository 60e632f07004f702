"""What is uncertain: robust dates, what drives them, where contingency is, and which chains may take over."""

from __future__ import annotations

import datetime as dt

from models.assumptions import Baseline
from models.items import Activity
from models.pack import Absence, Block, Cell, Chart, Figure, Name, Section, Table
from models.robustness import RobustDate, RobustOutcome
from optimiser.evidence.charts.curves import Swing, chance_chart, tornado_chart
from optimiser.evidence.dossier import Case, Dossier
from optimiser.evidence.sections.words import basis_of, column, lead, names, paragraph, run_source, table

__all__ = ["contingency", "criticality", "drivers", "robust_dates"]

_QUANTILES = ("P50", "P80", "P90")
_SWINGS = 12


def _absent(case: Case, what: str) -> Absence:
    return Absence(what=what, reason=case.absent.get("robust", "the simulation was not asked for"))


def robust_dates(dossier: Dossier) -> Section:
    """Return the dates that hold with a confidence, in every case."""
    outcome = dossier.main.robust
    if outcome is None:
        block = _absent(dossier.main, "Robust dates")
        return Section(id="robust", title="Robust dates", items=(12,), blocks=(block,))
    source = f"robust of case {dossier.main.id}, {outcome.samples} samples, seed {outcome.seed}"
    blocks: list[Block] = [
        lead(
            "A robust date is the first day that the milestone does not exceed in the stated share of samples. Ranges, drivers "
            "and risks come from ",
            Name(text=outcome.register_title or "a table of ratings"),
            "; almost all of them are judgements, so the shape of the ranges is worth as much as the risks themselves.",
        ),
        paragraph(
            "All milestones are met together, each at its own date, with a chance of ",
            Figure(text=f"{outcome.joint.probability:.0%}", proof="simulated", source=source),
            ". Of the samples ",
            Figure(text=f"{outcome.infeasible}", proof="simulated", source=source),
            " meet no rule.",
        ),
        _quantiles(dossier),
        _baselines(dossier),
    ]
    for entry in outcome.milestones:
        if len(entry.masses) > 1:
            blocks += _curve(dossier, entry, source)
    blocks.append(_shapes(outcome, source))
    blocks += [paragraph(Name(text=note)) for note in outcome.notes]
    return Section(id="robust", title="Robust dates", items=(12,), blocks=tuple(blocks))


def _quantiles(dossier: Dossier) -> Table:
    rows: list[list[Cell]] = []
    for case in dossier.cases:
        if case.robust is None:
            rows += [[case.id, name, None, *(None for _ in _QUANTILES), None, None, None, None] for name in dossier.milestones]
            continue
        for entry in case.robust.milestones:
            rows.append(
                [
                    case.id,
                    entry.id,
                    entry.deterministic,
                    *(entry.quantiles.get(name) for name in _QUANTILES),
                    entry.contingency_wd,
                    None if entry.deterministic_probability is None else round(entry.deterministic_probability, 4),
                    None if entry.standard_error_wd is None else round(entry.standard_error_wd, 2),
                    None if entry.deviation_wd is None else round(entry.deviation_wd, 1),
                ]
            )
    return table(
        "quantiles",
        "Earliest date, and the dates that hold in a half, in eight and in nine of ten samples",
        [
            column("case", "id"),
            column("milestone", "id"),
            column("earliest", "date"),
            *(column(name, "date") for name in _QUANTILES),
            column("contingency", "number", "wd", "from the earliest date to the one of the confidence asked for"),
            column("chance of the earliest", "share"),
            column("error", "number", "wd", "standard error of the date, by independent scrambles"),
            column("deviation", "number", "wd"),
        ],
        rows,
        proof="simulated",
        source="robust of each case; the same draws in all",
        note="Empty lines are cases whose simulation was left out; the section of cases says why.",
    )


def _baselines(dossier: Dossier) -> Table:
    rows: list[list[Cell]] = []
    for case in dossier.cases:
        for entry in case.robust.milestones if case.robust else ():
            rows += [
                [case.id, entry.id, name, held.published, round(held.probability, 4)] for name, held in entry.baselines.items()
            ]
    return table(
        "chances",
        "The chance that each published date holds",
        [
            column("case", "id"),
            column("milestone", "id"),
            column("baseline", "id"),
            column("published"),
            column("chance", "share", note="a month counts to its last day"),
        ],
        rows,
        proof="simulated",
        source="robust of each case",
        fold=True,
    )


def _curve(dossier: Dossier, entry: RobustDate, source: str) -> list[Block]:
    masses = [(mass.date, mass.probability) for mass in entry.masses]
    marks = {name: date for name in _QUANTILES if (date := entry.quantiles.get(name))}
    if entry.deterministic is not None:
        marks = {"earliest": entry.deterministic, **marks}
    published = {baseline.id: end for baseline in dossier.plan.baselines if (end := _end(baseline, entry.id)) is not None}
    title = f"The chance that {entry.id} falls on a day or before"
    name = f"curve-{entry.id}"
    total = 0.0
    rows: list[list[Cell]] = []
    for date, share in masses:
        total += share
        rows.append([date, round(share, 6), round(total, 6)])
    return [
        Chart(
            id=name,
            title=title,
            about=f"Distribution of {entry.id}.",
            svg=chance_chart(name, title, masses, marks, published),
            table=f"masses-{entry.id}",
        ),
        table(
            f"masses-{entry.id}",
            f"Every date on which {entry.id} falls, and its share of samples",
            [column("date", "date"), column("share", "share"), column("by then", "share")],
            rows,
            proof="simulated",
            source=source,
            fold=True,
            most=12,
        ),
    ]


def _end(baseline: Baseline, milestone: str) -> dt.date | None:
    entry = baseline.date(milestone)
    if entry is None:
        return None
    if entry.day is not None:
        return entry.day
    year, month = entry.month
    return dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)


def _shapes(outcome: RobustOutcome, source: str) -> Table:
    rows: list[list[Cell]] = []
    for entry in outcome.milestones:
        held = entry.sensitivity
        rows.append(
            [
                entry.id,
                held.triangular,
                held.pert,
                held.shape_wd,
                held.uncorrelated,
                held.correlated,
                held.correlation_wd,
                held.readings_first,
                held.readings_last,
            ]
        )
    return table(
        "shapes",
        "What the choices that no evidence settles are worth: the date at the same confidence under each",
        [
            column("milestone", "id"),
            column("triangular", "date"),
            column("PERT", "date"),
            column("shape moves", "number", "wd"),
            column("uncorrelated", "date"),
            column("correlated", "date"),
            column("correlation moves", "number", "wd"),
            column("first by reading", "date"),
            column("last by reading", "date"),
        ],
        rows,
        proof="simulated",
        source=source,
    )


def drivers(dossier: Dossier) -> Section:
    """Return what moves the robust date, mapped to the register."""
    outcome = dossier.main.robust
    if outcome is None:
        block = _absent(dossier.main, "Risk drivers")
        return Section(id="drivers", title="What moves the robust date", items=(13,), blocks=(block,))
    source = f"robust of case {dossier.main.id}"
    blocks: list[Block] = [
        lead(
            "Each range, driver and risk with its basis, the register entries that it stands for, and what closing it would buy."
        ),
    ]
    for milestone in dossier.milestones:
        moving = [
            Swing(chance.title, low, high)
            for chance in outcome.chances
            if (low := chance.low_wd.get(milestone)) is not None
            and (high := chance.high_wd.get(milestone)) is not None
            and (abs(low) > 2 or abs(high) > 2)
        ]
        moving.sort(key=lambda swing: (-(abs(swing.high - swing.low)), swing.label))
        if moving:
            name, title = f"tornado-{milestone}", f"What moves the robust date of {milestone} most"
            blocks.append(
                Chart(
                    id=name,
                    title=title,
                    about=f"Swings of {milestone}.",
                    svg=tornado_chart(name, title, moving[:_SWINGS]),
                    table="chances-of",
                )
            )
    blocks.append(
        table(
            "chances-of",
            "Ranges, drivers and risks, and what each does to the dates",
            [
                column("id", "id"),
                column("kind"),
                column("title"),
                column("basis"),
                column("register"),
                column("touches"),
                *(
                    head
                    for name in dossier.milestones
                    for head in (
                        column(
                            f"{name} buys", "number", "wd", "what the date at the confidence gains once it no longer varies"
                        ),
                        column(f"{name} low", "number", "wd"),
                        column(f"{name} high", "number", "wd"),
                    )
                ),
            ],
            [
                [
                    chance.id,
                    chance.kind,
                    chance.title,
                    chance.basis,
                    names(chance.raid) or None,
                    names(chance.touches, 4),
                    *(
                        value
                        for name in dossier.milestones
                        for value in (chance.bought_wd.get(name), chance.low_wd.get(name), chance.high_wd.get(name))
                    ),
                ]
                for chance in outcome.chances
            ],
            proof="simulated",
            source=source,
            fold=True,
        )
    )
    return Section(id="drivers", title="What moves the robust date", items=(13,), blocks=tuple(blocks))


def contingency(dossier: Dossier) -> Section:
    """Return where contingency is, and where it should be."""
    main = dossier.main
    rows: list[list[Cell]] = []
    for case in dossier.cases:
        if case.plan is None or case.solved is None:
            continue
        for row in case.solved.rows:
            item = case.plan.items[row.id]
            # Contingency is whatever says so of itself: by its id or its title.
            if isinstance(item, Activity) and "contingency" in f"{item.id} {item.title}".lower():
                rows.append([case.id, row.id, item.title, row.working_days, row.start, row.finish, basis_of(item)])
    blocks: list[Block] = [
        lead(
            "Contingency is an activity of its own wherever the plan has any, and never hides inside a length. What the earliest "
            "dates hold of it is below; what a committed date needs is the distance to the robust date."
        ),
        table(
            "contingency",
            "Contingency in each case",
            [
                column("case", "id"),
                column("item", "id"),
                column("title"),
                column("takes", "number", "wd"),
                column("from", "date"),
                column("to", "date"),
                column("basis"),
            ],
            rows,
            proof="closed form",
            source="the schedules in outcomes/",
        ),
    ]
    if main.robust is None:
        blocks.append(_absent(main, "Contingency that a confidence asks for"))
    else:
        shares: list[list[Cell]] = []
        for milestone in main.robust.milestones:
            for chance in main.robust.chances:
                share = chance.share.get(milestone.id, 0.0)
                if share > 0.005 and milestone.contingency_wd:
                    shares.append(
                        [milestone.id, chance.id, chance.title, round(share, 4), round(share * milestone.contingency_wd, 1)]
                    )
        shares.sort(key=lambda row: (str(row[0]), -float(row[3]), str(row[1])))  # type: ignore[arg-type]
        blocks.append(
            table(
                "contingency-shares",
                "Where the contingency of a committed date belongs: in proportion to what closing each cause would buy",
                [
                    column("milestone", "id"),
                    column("cause", "id"),
                    column("title"),
                    column("share", "share"),
                    column("of the contingency", "number", "wd"),
                ],
                shares,
                proof="simulated",
                source=f"robust of case {main.id}",
                fold=True,
            )
        )
        for entry in main.robust.milestones:
            if entry.bias is not None and entry.contingency_wd is not None:
                source = f"robust of case {main.id}, {entry.id}"
                blocks.append(
                    paragraph(
                        Name(text=entry.id),
                        ": the expected date is later than the earliest one by ",
                        Figure(text=f"{entry.bias.skew_wd:.0f} wd", proof="simulated", source=source),
                        " because ranges lean to the late side, ",
                        Figure(text=f"{entry.bias.risk_wd:.0f} wd", proof="simulated", source=source),
                        " because of risks and drivers, ",
                        Figure(text=f"{entry.bias.merge_wd:.0f} wd", proof="simulated", source=source),
                        " because the later of several paths counts.",
                    )
                )
    return Section(id="contingency", title="Contingency, where it is", items=(14,), blocks=tuple(blocks))


def criticality(dossier: Dossier) -> Section:
    """Return how critical each activity is, and where another chain takes over."""
    main = dossier.main
    blocks: list[Block] = []
    if main.robust is None:
        blocks.append(_absent(main, "Criticality by simulation"))
    else:
        blocks.append(
            table(
                "criticality",
                "How each milestone hangs on each activity",
                [
                    column("activity", "id"),
                    column("title"),
                    *(
                        head
                        for name in dossier.milestones
                        for head in (
                            column(f"{name} critical", "share", note="share of samples in which one unit more moves it"),
                            column(
                                f"{name} cruciality", "share", note="absolute rank correlation; empty: its length does not vary"
                            ),
                        )
                    ),
                ],
                [
                    [
                        entry.id,
                        entry.title,
                        *(
                            value
                            for name in dossier.milestones
                            for value in (entry.criticality.get(name), entry.cruciality.get(name))
                        ),
                    ]
                    for entry in main.robust.activities
                    if any(entry.criticality.values())
                ],
                proof="simulated",
                source=f"robust of case {main.id}",
            )
        )
    rows: list[list[Cell]] = []
    for milestone, report in dossier.binding.items():
        rows += [
            [milestone, entry.id, entry.title, entry.value, entry.headroom, entry.unit, entry.last]
            for entry in report.break_even
            if not entry.unknown and not entry.readings and entry.headroom
        ]
    rows.sort(key=lambda row: (str(row[0]), int(row[4]), str(row[1])))  # type: ignore[arg-type]
    if rows:
        blocks.insert(
            0,
            lead(
                "The earliest dates are driven by the chains named above. Below is what would take over, and at which value: "
                "the point where, for one, Qualification and integration testing change places."
            ),
        )
        blocks.append(
            table(
                "switching",
                "Assumptions that do not drive a milestone yet, and the last value at which they do not",
                [
                    column("milestone", "id"),
                    column("assumption", "id"),
                    column("title"),
                    column("stands at"),
                    column("headroom", "number"),
                    column("unit"),
                    column("drives beyond"),
                ],
                rows,
                proof="closed form",
                source=f"explain of case {main.id}; {run_source(main)}",
            )
        )
    return Section(
        id="criticality", title="Criticality, and the points where chains change places", items=(15,), blocks=tuple(blocks)
    )
