"""The first screen: which dates, on what condition, how sure, against the published plans; what drives them; and what to do."""

from __future__ import annotations

from models.robustness import RobustDate
from optimiser.evidence.charts.gantt import gantt_chart
from optimiser.evidence.documents import conditions
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.changed import changed
from optimiser.evidence.sections.dates import bars_of, dates_of, main_rows
from optimiser.evidence.sections.since import moved_lines_of
from optimiser.evidence.sections.summary import acts_of, give, months_of, no_dates
from optimiser.evidence.sections.words import Blocks, drawn, figure, parts_of, run_source, say, warning
from optimiser.evidence.sections.worth import first_evidence
from optimiser.robust.commitment import ratio_of

__all__ = ["answer"]


def answer(dossier: Dossier) -> Blocks:
    """Yield what a policy reader needs, and nothing else."""
    main = dossier.main
    if main.solved is None:
        yield from no_dates(dossier)
    for case in dossier.cases[1:]:
        if case.solved is None:
            status = case.outcome.status if case.outcome else "without dates"
            yield warning(f"Case {{}} is {status}: see the section of cases.", case.id)
    yield from moved_lines_of(dossier)
    yield from changed(dossier)
    if main.solved is None:
        return
    yield dates_of(
        dossier,
        [main],
        "answer",
        "When each milestone can be, and on what that rests",
        ("named", "earliest", "if", "proof", "P50", "P80"),
        f"{run_source(main)}; robust of the same case",
        "P50 and P80 hold in five and in eight of ten samples of the register of risks. Later than a published date is "
        "positive.",
    )
    bars = main_rows(bars_of(dossier.plan, main, dossier.milestones), dossier.milestones)
    title = "What drives the dates, and where the published plans have them"
    svg = gantt_chart("gantt-driving", title, bars, knowledge=dossier.plan.as_of, status=dossier.plan.status_date)
    about = "Driving items and milestones over all phases, with their links and published places."
    yield drawn("gantt-driving", title, about, svg, "answer")
    open_ = [entry for entry in main.robust.milestones if not entry.met] if main.robust else []
    first = next((entry for entry in open_ if entry.deterministic_probability is not None), None)
    yield from _commit(dossier, first) if first else ()
    yield from months_of(dossier)
    yield from (give(dossier, entry) for entry in dossier.why_not[:1])
    yield from first_evidence(dossier)
    yield from _watch(dossier)


def _commit(dossier: Dossier, first: RobustDate) -> Blocks:
    """Yield the decision to take: the date to commit to."""
    if first.date is None or first.deterministic is None:
        return
    ratio, source = ratio_of(first.confidence), f"robust of case {dossier.main.id}, {first.id}"
    cost = figure(f"{ratio:.3g}", "closed form", f"the quantile {first.confidence:.0%}") if ratio is not None else None
    yield say(
        "Decide which date to commit to: the earliest for {}, {}, holds in {:simulated} of samples, {:simulated} in {}{}.",
        first.id,
        figure(first.deterministic, "closed form", run_source(dossier.main)),
        f"{first.deterministic_probability:.0%}",
        first.date,
        figure(f"{first.confidence:.0%}", "stated", "asked for with the pack"),
        parts_of(", which is right where a day late costs {} days early", cost) if cost else [],
        source=source,
    )


def _watch(dossier: Dossier) -> Blocks:
    """Say what to watch: the conditions, and the first deadline."""
    assert dossier.main.solved is not None
    held: dict[str, list[str]] = {}
    for entry in dossier.main.solved.milestones:
        held.setdefault(conditions(entry.evidence), []).append(entry.id)
    for condition, milestones in held.items():
        if condition:
            yield say("Watch the condition: {} hold only if {}.", ", ".join(milestones), condition)
    for by, who, item, what, moves in acts_of(dossier)[:1]:
        yield say(
            "Watch the first deadline: {}{} must finish by {:closed form}, or {} move.",
            f"{what} ({item})",
            parts_of(" of {}", who) if who else [],
            by,
            str(moves),
            source=f"explain of case {dossier.main.id}",
        )
