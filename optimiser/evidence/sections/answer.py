"""The first screen: which dates, on what condition, how sure, against the published plans; what drives them; and what to do."""

from __future__ import annotations

from models.pack import Block, Cell, Chart, Figure, Name, Section, Table
from optimiser.evidence.charts.gantt import gantt_chart
from optimiser.evidence.documents import conditions
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.changed import changed
from optimiser.evidence.sections.dates import bars_of, main_rows
from optimiser.evidence.sections.since import moved_lines_of
from optimiser.evidence.sections.summary import acts_of, give, months_of, no_dates
from optimiser.evidence.sections.words import delta, paragraph, run_source, warning
from optimiser.evidence.sections.worth import first_evidence
from optimiser.evidence.tables.kit import column, columns, table, weakest
from optimiser.evidence.words import day
from optimiser.robust.commitment import ratio_of

__all__ = ["answer"]


def answer(dossier: Dossier) -> Section:
    """Return what a policy reader needs, and nothing else."""
    solved = dossier.main.solved
    blocks: list[Block] = []
    if solved is None:
        blocks += no_dates(dossier)
    for case in dossier.cases[1:]:
        if case.solved is None:
            status = case.outcome.status if case.outcome else "without dates"
            blocks.append(warning("Case ", Name(text=case.id), f" is {status}: see the section of cases."))
    blocks += moved_lines_of(dossier)
    blocks += changed(dossier)
    if solved is not None:
        bars = main_rows(bars_of(dossier.plan, dossier.main, dossier.milestones), dossier.milestones)
        title = "What drives the dates, and where the published plans have them"
        drawn = gantt_chart("gantt-driving", title, bars, knowledge=dossier.plan.as_of, status=dossier.plan.status_date)
        about = "Driving items and milestones over all phases, with their links and published places."
        blocks += [
            _dates(dossier),
            Chart(id="gantt-driving", title=title, about=about, svg=drawn, table="answer"),
            *_lines(dossier),
        ]
    return Section(id="answer", title="The answer", items=(20,), blocks=tuple(blocks))


def _dates(dossier: Dossier) -> Table:
    """Return one row a milestone: earliest, condition, the dates that hold with a chance, and how far from the published plans."""
    main = dossier.main
    assert main.solved is not None
    simulated = {entry.id: entry.quantiles for entry in main.robust.milestones} if main.robust else {}
    rows: list[list[Cell]] = [
        [
            f"{dossier.plan.items[entry.id].title} ({entry.id})",
            entry.date,
            conditions(entry.evidence) or None,
            entry.proof,
            *(simulated.get(entry.id, {}).get(name) for name in ("P50", "P80")),
            *(
                delta(found.delta_months, found.delta_wd) if (found := entry.baselines.get(each.id)) else None
                for each in dossier.plan.baselines
            ),
        ]
        for entry in main.solved.milestones
    ]
    return table(
        "answer",
        "When each milestone can be, and on what that rests",
        [
            *columns("milestone | earliest:date | if | proof"),
            *(column(name, "date", proof="simulated") for name in ("P50", "P80")),
            *(column(f"to {each.id}") for each in dossier.plan.baselines),
        ],
        rows,
        proof=weakest(entry.proof for entry in main.solved.milestones),
        source=f"{run_source(main)}; robust of the same case",
        note="P50 and P80 hold in five and in eight of ten samples of the register of risks. Later than a published date is positive.",
    )


def _lines(dossier: Dossier) -> list[Block]:
    """Say what to decide, what to get evidence for and what to watch, one line each."""
    found: list[Block] = []
    robust, solved = dossier.main.robust, dossier.main.solved
    assert solved is not None
    open_ = [entry for entry in robust.milestones if not entry.met] if robust else []
    first = next((entry for entry in open_ if entry.deterministic_probability is not None), None)
    if first is not None and first.date is not None and first.deterministic is not None:
        source = f"robust of case {dossier.main.id}, {first.id}"
        found.append(
            paragraph(
                "Decide which date to commit to: the earliest for ",
                Name(text=first.id),
                ", ",
                Figure(text=day(first.deterministic), proof="closed form", source=run_source(dossier.main)),
                ", holds in ",
                Figure(text=f"{first.deterministic_probability:.0%}", proof="simulated", source=source),
                " of samples, ",
                Figure(text=day(first.date), proof="simulated", source=source),
                " in ",
                Figure(text=f"{first.confidence:.0%}", proof="stated", source="asked for with the pack"),
                *(
                    (", which is right where a day late costs ", cost, " days early")
                    if (cost := _cost(first.confidence))
                    else ()
                ),
                ".",
            )
        )
    found += months_of(dossier)
    found += [give(dossier, entry) for entry in dossier.why_not[:1]]
    found += first_evidence(dossier)
    said = dict.fromkeys(conditions(entry.evidence) for entry in solved.milestones)
    for condition in filter(None, said):
        held = [entry.id for entry in solved.milestones if conditions(entry.evidence) == condition]
        found.append(
            paragraph("Watch the condition: ", Name(text=", ".join(held)), " hold only if ", Name(text=condition), ".")
        )
    acts = next(iter(acts_of(dossier)), None)
    if acts is not None:
        by, who, item, what, moves = acts
        found.append(
            paragraph(
                "Watch the first deadline: ",
                Name(text=f"{what} ({item})"),
                *((" of ", Name(text=str(who))) if who else ()),
                " must finish by ",
                Figure(text=day(by), proof="closed form", source=f"explain of case {dossier.main.id}"),  # type: ignore[arg-type]
                ", or ",
                Name(text=str(moves)),
                " move.",
            )
        )
    return found


def _cost(confidence: float) -> Figure | None:
    """Return the ratio of costs that a confidence stands for; None where none does."""
    ratio = ratio_of(confidence)
    return None if ratio is None else Figure(text=f"{ratio:.3g}", proof="closed form", source=f"the quantile {confidence:.0%}")
