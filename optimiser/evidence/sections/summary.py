"""The answer in plain words, behind the first screen."""

from __future__ import annotations

from collections.abc import Sequence

from models.explanation import MilestoneWhyNot, Route
from models.items import Activity
from models.outcome import Infeasible, MilestoneDate, Undecided
from models.pack import Block, Cell, Figure, Name, Section
from optimiser.evidence.documents import conditions
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.resting import resting
from optimiser.evidence.sections.dates import dates_table
from optimiser.evidence.sections.words import (
    absence,
    date_figure,
    distance,
    evidence_words,
    heading_of,
    lead,
    names,
    paragraph,
    run_source,
    span_words,
    warning,
)
from optimiser.evidence.tables.kit import column, columns, table
from optimiser.evidence.tables.register import cited
from optimiser.evidence.words import day, month_or_day
from optimiser.robust.commitment import commitment, ratio_of

__all__ = ["acts_of", "give", "months_of", "no_dates", "summary"]


def summary(dossier: Dossier) -> Section:
    """Return the answer in words: what it says, what it would cost to be wrong, what holds it, and who must act."""
    opening = _opening(dossier)
    if dossier.main.solved is None:
        return Section(id="summary", title="The answer in words", items=(20,), blocks=(opening,))
    blocks: list[Block] = [
        opening,
        *_sentences(dossier),
        _main_dates(dossier),
        *_wrong(dossier),
        *_binds(dossier),
        *_gives(dossier),
        *_acts(dossier),
    ]
    return Section(id="summary", title="The answer in words", items=(20,), blocks=tuple(blocks))


def _opening(dossier: Dossier) -> Block:
    plan = dossier.plan
    parts: list[str | Name | Figure] = [
        "This pack answers when the milestones of ",
        Name(text=plan.title),
        " can be reached at the earliest, how that is proved, and what it hangs on, from what was known on ",
        Figure(text=day(plan.as_of), proof="stated", source="plan.yaml, as_of"),
        ". A proof is of arithmetic: each date follows from the rules and lengths in this pack. ",
        "Whether those are true is the business of its evidence class, which is printed beside it. ",
        "Days are working days (wd) unless they are called calendar days (cd)",
    ]
    if plan.baselines:
        parts.append("; published dates are those of ")
        for place, baseline in enumerate(plan.baselines):
            parts += [", " if place else "", Name(text=f"{baseline.title} ({baseline.id})")]
    return lead(*parts, ".")


def _sentences(dossier: Dossier) -> list[Block]:
    """Return one sentence a milestone."""
    main = dossier.main
    solved = main.solved
    assert solved is not None
    found: list[Block] = []
    robust = {entry.id: entry for entry in main.robust.milestones} if main.robust else {}
    for entry in solved.milestones:
        met = dossier.plan.done(entry.id)
        parts: list[str | Name | Figure] = [
            Name(text=f"{entry.id}, {dossier.plan.items[entry.id].title}"),
            ": on " if met else ": at the earliest ",
            date_figure(entry, main),
            *((", if ", Name(text=condition)) if (condition := conditions(entry.evidence)) else ()),
            *_against(dossier, entry),
            "; it has been met" if met else f"; it stands on links and lengths no firmer than {evidence_words(entry.evidence)}",
        ]
        span = span_words(entry, main)
        if span is not None:
            parts += ["; read the source otherwise and it falls anywhere from ", span]
        held = robust.get(entry.id)
        if held is not None and held.date is not None:
            parts += [
                "; with a confidence of ",
                Figure(text=f"{held.confidence:.0%}", proof="stated", source="asked for with the pack"),
                " it is held by ",
                Figure(text=day(held.date), proof="simulated", source=f"robust of case {main.id}, {entry.id}"),
            ]
            if main.robust is not None and (said := resting(main.robust, held, day)):
                parts += [" (", Figure(text=said, proof="simulated", source=f"robust of case {main.id}, {entry.id}"), ")"]
        found.append(paragraph(*parts, "."))
    return found


def _against(dossier: Dossier, entry: MilestoneDate) -> list[str | Name | Figure]:
    """Say how far a date is from the first published one; the table has them all."""
    baseline = next(iter(dossier.plan.baselines), None)
    found = entry.baselines.get(baseline.id) if baseline else None
    if baseline is None or found is None:
        return []
    amount, words = distance(found.delta_months, found.delta_wd)
    counted = [Figure(text=amount, proof="closed form", source=f"baseline {baseline.id}")] if amount else []
    return [", ", *counted, words, Name(text=baseline.id)]


def _main_dates(dossier: Dossier) -> Block:
    return dates_table(
        dossier, [dossier.main], "dates", "Earliest and robust dates; those of the other cases are with the cases"
    )


def _wrong(dossier: Dossier) -> list[Block]:
    """Say at which ratio of the costs of late and early days each date would be the one to commit to."""
    outcome = dossier.main.robust
    if outcome is None:
        return []
    source = f"robust of case {dossier.main.id}, commitments"
    found: list[Block] = []
    for entry in outcome.milestones:
        if entry.met:
            continue
        held = commitment(entry)
        shown = [each for each in (held.deterministic, *held.published) if each is not None and each.ratio is not None]
        if not shown:
            continue
        ratio = ratio_of(outcome.confidence)
        parts: list[str | Name | Figure] = ["What it costs to be wrong about ", Name(text=entry.id), ": "]
        if ratio is not None and entry.date is not None:
            parts += [
                Figure(text=day(entry.date), proof="simulated", source=source),
                " is right where a day late costs ",
                Figure(text=f"{ratio:.3g}", proof="closed form", source=f"the quantile {outcome.confidence:.0%}"),
                " days early; ",
            ]
        for place, each in enumerate(shown):
            assert each.ratio is not None
            figure = Figure(text=f"{each.ratio:.2g}", proof="simulated", source=source)
            name = "the earliest date" if each.of == "earliest" else Name(text=each.of)
            parts += ["; " if place else "", name, " only where it costs ", figure]
        found.append(paragraph(*parts, "."))
    return found


def months_of(dossier: Dossier) -> list[Block]:
    """Say what the months to the first published dates are made up of, no sign netted."""
    own = [each for each in dossier.own if each.of == dossier.main.id]
    if not own:
        return []
    baseline = dossier.plan.baselines[0].id
    parts: list[str | Name | Figure] = ["What makes up the months to ", Name(text=baseline), ": "]
    for place, each in enumerate(own):
        source = f"attribute --from {baseline}, {each.milestone}"

        def months(count: int, source: str = source) -> Figure:
            return Figure(text=f"{count:+d}" if count else "0", proof="counted", source=source)

        parts += ["; " if place else "", Name(text=each.milestone), " ", months(each.months), " in all, of which approved "]
        parts += [months(each.approved), ", evidenced ", months(each.evidenced), ", not evidenced ", months(each.not_evidenced)]
        parts += [", saved ", months(each.saved)]
    return [paragraph(*parts, ".")]


def _binds(dossier: Dossier) -> list[Block]:
    """Say what holds each milestone."""
    solved = dossier.main.solved
    assert solved is not None
    found: list[Block] = []
    for milestone in dossier.milestones:
        held = [entry for entry in solved.binding.get(milestone, ()) if entry.drop_gain_wd or entry.unit_gain_wd]
        held = [entry for entry in held if entry.kind in ("duration", "not-before", "capacity", "release", "gate")]
        if not held:
            continue
        parts: list[str | Name | Figure] = ["What holds ", Name(text=milestone), ": "]
        for place, entry in enumerate(held[:3]):
            source = f"{run_source(dossier.main)}, binding {entry.rule}"
            gain = entry.drop_gain_wd or entry.unit_gain_wd
            words = " earlier without it" if entry.drop_gain_wd else " earlier for each unit less"
            parts += [
                "; " if place else "",
                Name(text=entry.title),
                ", ",
                Figure(text=f"{gain} wd", proof="closed form", source=source),
                words,
            ]
        found.append(paragraph(*parts, "."))
    return found


def _gives(dossier: Dossier) -> list[Block]:
    """Say what would have to give for the first published plan."""
    if not dossier.why_not:
        return [absence(dossier, "why-not", "What would have to give for an earlier date")]
    return [give(dossier, entry) for entry in dossier.why_not]


def give(dossier: Dossier, entry: MilestoneWhyNot) -> Block:
    """Say what would have to give for one milestone to be when the first published plan has it."""
    answer = entry.answer
    source = f"why-not {entry.milestone} by {answer.by}"
    asked = Figure(text=month_or_day(entry.published), proof="published", source=f"baseline {dossier.plan.baselines[0].id}")
    opening: list[str | Name | Figure] = ["To have ", Name(text=entry.milestone), " by ", asked, ", "]
    if answer.verdict == "met":
        return paragraph(*opening, "nothing has to give.")
    missing = Figure(text=f"{answer.missing_wd} wd", proof="closed form", source=source)
    if answer.verdict == "route" and answer.route:
        steps = names(f"{step.title} from {step.stated} to {step.moved}" for step in answer.route.steps)
        return paragraph(
            *opening,
            missing,
            " are missing; the cheapest way there moves ",
            Figure(text=steps, proof="closed form", source=source),
            *_no_permission(answer.route),
            ".",
        )
    if answer.nearest is None:
        return paragraph(*opening, missing, " are missing; the search was cut short before it found what would do.")
    allowed = [
        " together with ".join(heading_of(dossier.plan, rule) for rule in relaxation.rules)
        for relaxation in answer.nearest.to_allow
    ]
    reached: list[str | Name | Figure] = (
        [" are missing. Nothing that the plan permits to move brings it forward"]
        if answer.nearest.missing_wd == answer.missing_wd
        else [
            " are missing. Everything that the plan permits to move",
            *_no_permission(answer.nearest.route),
            " brings it to ",
            Figure(text=day(answer.nearest.date), proof="closed form", source=source),
            ", still ",
            Figure(text=f"{answer.nearest.missing_wd} wd", proof="closed form", source=source),
            " short",
        ]
    )
    return paragraph(
        *opening,
        missing,
        *reached,
        "; besides that, one of these would have to give way: ",
        *_few(allowed, source),
        ".",
    )


def _no_permission(route: Route | None) -> list[str | Name]:
    """Say which of the limits that a route goes by are fitted to a published date."""
    fitted = names(f"{step.title} ({step.lever})" for step in route.steps if step.fitted_to) if route else ""
    return (
        [", with ", Name(text=fitted), " at a limit that is fitted to a published date and permits nothing"] if fitted else []
    )


_FEW = 3
"""Ways out that the first page names."""


def _few(options: Sequence[str], source: str) -> list[str | Name | Figure]:
    """Return the first options of many, the shortest first, and how many more there are."""
    if not options:
        return ["nothing that is known"]
    shown = sorted(options, key=len)[:_FEW]
    more = len(options) - len(shown)
    rest: list[str | Name | Figure] = ["; or one of ", Figure(text=f"{more:,}", proof="closed form", source=source), " more"]
    return [Name(text="; ".join(shown)), *(rest if more else [])]


def acts_of(dossier: Dossier) -> list[list[Cell]]:
    """Return who must have finished what by when, or which milestones move: work of which a day more moves one of them.

    The first deadline stands first; a row holds the day, the owner, the item, its title and the milestones.
    """
    solved = dossier.main.solved
    assert solved is not None
    rows: list[list[Cell]] = []
    driving = {name for chain in solved.driving.values() for name in chain}
    tight: dict[str, list[str]] = {}
    for milestone, report in dossier.binding.items():
        for margin in report.items:
            if margin.latest_finish == margin.finish:
                tight.setdefault(margin.id, []).append(milestone)
    for row in solved.rows:
        item = dossier.plan.items[row.id]
        if row.id in driving and row.id in tight and row.working_days and isinstance(item, Activity):
            rows.append([row.finish, item.owner, row.id, item.title, names(tight[row.id])])
    return sorted(rows, key=lambda row: (str(row[0]), str(row[2])))


def _acts(dossier: Dossier) -> list[Block]:
    rows = acts_of(dossier)
    if not rows:
        return []
    return [
        table(
            "acts",
            "Who must have finished what by when, for the earliest dates to hold",
            columns("by:date | who | item:id | what | or these move"),
            rows,
            proof="closed form",
            source=f"explain of case {dossier.main.id}: driving items that may finish no later",
            most=10,
        )
    ]


def no_dates(dossier: Dossier) -> list[Block]:
    """Say first that there is no date, and why."""
    main = dossier.main
    outcome = main.outcome
    if isinstance(outcome, Infeasible):
        conflict = outcome.conflict
        return [
            warning(
                "There is no date: nothing satisfies every rule of the plan as asked. ",
                Figure(text=conflict.statement, proof="closed form", source=f"{run_source(main)}: {conflict.confirmed_by}"),
            ),
            table(
                "conflict",
                "What cannot all hold: leave out any one, and the rest can"
                if conflict.minimal
                else "What cannot all hold (not proved minimal)",
                columns("rule:id | title | demands | authority | stands on | citation"),
                [
                    [
                        member.id,
                        member.title,
                        member.statement,
                        member.authority,
                        basis_of_member(member),
                        cited(member.citation),
                    ]
                    for member in conflict.members
                ],
                proof="closed form",
                source=f"{run_source(main)}: {conflict.confirmed_by}",
            ),
        ]
    if isinstance(outcome, Undecided):
        return [
            warning(
                "There is no date yet: the search was stopped at its limit. A limit is not a verdict; what is known are bounds."
            ),
            table(
                "bounds",
                "No milestone can be earlier than this",
                [column("milestone", "id"), column("not before", "date")],
                [[name, bound] for name, bound in outcome.bounds.items()],
                proof="gap",
                source=run_source(main),
            ),
        ]
    return [
        warning(
            "There is no date: the plan runs off its calendar. ",
            Figure(text=main.fault or "unknown", proof="counted", source="reading and solving the plan"),
        )
    ]


def basis_of_member(member: object) -> str:
    """Return what a member of a conflict stands on."""
    basis, confidence = getattr(member, "basis", ""), getattr(member, "confidence", None)
    return f"{basis}, {confidence}" if confidence else basis
