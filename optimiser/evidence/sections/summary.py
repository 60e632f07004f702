"""The first two pages: the answer in plain words, and what was assumed that the source does not say."""

from __future__ import annotations

from collections.abc import Sequence

from models.explanation import MilestoneWhyNot
from models.items import Activity
from models.outcome import Infeasible, Undecided
from models.pack import Block, Cell, Figure, Name, Section, Table
from models.plan import DURATION_PREFIX
from optimiser.evidence.dossier import Case, Dossier
from optimiser.evidence.sections.words import (
    absence,
    basis_of,
    cited,
    column,
    count,
    date_figure,
    day,
    delta,
    evidence_words,
    heading_of,
    lead,
    names,
    paragraph,
    published,
    run_source,
    span_words,
    table,
    warning,
)
from optimiser.wording import demand

__all__ = ["assumed", "dates_table", "summary"]


def summary(dossier: Dossier) -> Section:
    """Return the answer on one page."""
    blocks: list[Block] = []
    main = dossier.main
    if main.solved is None:
        blocks += _no_dates(dossier)
    for case in dossier.cases[1:]:
        if case.solved is None:
            status = case.outcome.status if case.outcome else "without dates"
            blocks.append(warning("Case ", Name(text=case.id), f" is {status}: see the section of cases."))
    if main.solved is None:
        return Section(id="summary", title="Summary", items=(20,), blocks=tuple(blocks))
    blocks += [
        _opening(dossier),
        *_sentences(dossier),
        _main_dates(dossier),
        *_binds(dossier),
        *_gives(dossier),
        *_acts(dossier),
    ]
    return Section(id="summary", title="Summary", items=(20,), blocks=tuple(blocks))


def _opening(dossier: Dossier) -> Block:
    plan = dossier.plan
    return lead(
        "This pack answers when the milestones of ",
        Name(text=plan.title),
        " can be reached at the earliest, how that is proved, and what it hangs on, from what was known on ",
        Figure(text=day(plan.as_of), proof="stated", source="plan.yaml, as_of"),
        ". A proof is of arithmetic: each date follows from the rules and lengths in this pack. Whether those are true is the "
        "business of its evidence class, which is printed beside it.",
    )


def _sentences(dossier: Dossier) -> list[Block]:
    """Return one sentence a milestone."""
    main = dossier.main
    solved = main.solved
    assert solved is not None
    found: list[Block] = []
    robust = {entry.id: entry for entry in main.robust.milestones} if main.robust else {}
    for entry in solved.milestones:
        parts: list[str | Name | Figure] = [
            Name(text=f"{entry.id}, {dossier.plan.items[entry.id].title}"),
            ": at the earliest ",
            date_figure(entry, main),
            f"; it stands on links and lengths no firmer than {evidence_words(entry.evidence)}",
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
        found.append(paragraph(*parts, "."))
    return found


def _main_dates(dossier: Dossier) -> Block:
    return dates_table(
        dossier, [dossier.main], "dates", "Earliest and robust dates; those of the other cases are with the cases"
    )


def dates_table(dossier: Dossier, cases: Sequence[Case], id_: str, title: str) -> Table:
    """Return the dates of some cases in one table."""
    rows: list[list[Cell]] = []
    baselines = [baseline.id for baseline in dossier.plan.baselines]
    for case in cases:
        solved = case.solved
        if solved is None:
            rows += [
                [case.id, name, None, None, None, None, None, None, *(None for _ in baselines)] for name in dossier.milestones
            ]
            continue
        robust = {entry.id: entry for entry in case.robust.milestones} if case.robust else {}
        for entry in solved.milestones:
            span = entry.span
            held = robust.get(entry.id)
            rows.append(
                [
                    case.id,
                    entry.id,
                    entry.date,
                    entry.proof,
                    evidence_words(entry.evidence),
                    span.first.date if span else None,
                    span.last.date if span and not span.beyond else None,
                    held.date if held else None,
                    *(
                        delta(found.delta_months, found.delta_wd) if (found := entry.baselines.get(name)) else None
                        for name in baselines
                    ),
                ]
            )
    share = f"{dossier.request.confidence:.0%}"
    return table(
        id_,
        title,
        [
            column("case", "id"),
            column("milestone", "id"),
            column("earliest", "date"),
            column("proof"),
            column("stands on"),
            column("first by reading", "date"),
            column("last by reading", "date"),
            column(f"robust {share}", "date"),
            *(column(f"to {name}") for name in baselines),
        ],
        rows,
        proof="certified" if all(row[3] in ("certified", None) for row in rows) else "gap",
        source="solve and robust of each case; outcomes/",
        note="Later than a published date is positive. First and last by reading: over every combination of the open readings, "
        "empty where some fall off the calendar. Stands on: the least firm basis on the driving chain, and the lowest confidence.",
    )


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
            words = "gained were it gone" if entry.drop_gain_wd else "a unit"
            parts += [
                ", " if place else "",
                Name(text=entry.title),
                " (",
                Figure(text=f"{gain} wd", proof="closed form", source=source),
                f" {words})",
            ]
        found.append(paragraph(*(part for part in parts if part), "."))
    return found


def _gives(dossier: Dossier) -> list[Block]:
    """Say what would have to give for the first published plan."""
    if not dossier.why_not:
        return [absence(dossier, "why-not", "What would have to give for an earlier date")]
    return [_give(dossier, entry) for entry in dossier.why_not]


def _give(dossier: Dossier, entry: MilestoneWhyNot) -> Block:
    answer = entry.answer
    source = f"why-not {entry.milestone} by {answer.by}"
    asked = Figure(text=published(entry.published), proof="published", source=f"baseline {dossier.plan.baselines[0].id}")
    opening: list[str | Name | Figure] = ["For ", Name(text=entry.milestone), " by ", asked, " "]
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
        )
    if answer.nearest is None:
        return paragraph(*opening, missing, " are missing; the search was cut short before it found what would do.")
    allowed = [names(heading_of(dossier.plan, rule) for rule in relaxation.rules) for relaxation in answer.nearest.to_allow]
    return paragraph(
        *opening,
        missing,
        " are missing. Everything that the plan permits to move brings it to ",
        Figure(text=day(answer.nearest.date), proof="closed form", source=source),
        ", still ",
        Figure(text=f"{answer.nearest.missing_wd} wd", proof="closed form", source=source),
        " short; besides that, one of these would have to give way: ",
        Name(text=_few(allowed)),
        ".",
    )


def _few(options: Sequence[str]) -> str:
    """Return the first options of many on one line."""
    if not options:
        return "nothing that is known"
    more = f", or one of {len(options) - 3} more" if len(options) > 3 else ""
    return "; ".join(options[:3]) + more


def _acts(dossier: Dossier) -> list[Block]:
    """Say who must have finished what by when."""
    solved = dossier.main.solved
    assert solved is not None
    rows: list[list[Cell]] = []
    driving = {name for chain in solved.driving.values() for name in chain}
    for row in solved.rows:
        tight = [name for name in dossier.milestones if row.float_wd.get(name) == 0]
        item = dossier.plan.items[row.id]
        if row.id in driving and tight and row.working_days and isinstance(item, Activity):
            rows.append([row.finish, item.owner, row.id, item.title, names(tight)])
    if not rows:
        return []
    rows.sort(key=lambda row: (row[0], row[2]))
    return [
        table(
            "acts",
            "Who must have finished what by when, for the earliest dates to hold",
            [
                column("by", "date"),
                column("who"),
                column("item", "id"),
                column("what"),
                column("or these move"),
            ],
            rows,
            proof="closed form",
            source=f"{run_source(dossier.main)}: driving items without float",
            most=10,
        )
    ]


def _no_dates(dossier: Dossier) -> list[Block]:
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
                [
                    column("rule", "id"),
                    column("title"),
                    column("demands"),
                    column("authority"),
                    column("stands on"),
                    column("citation"),
                ],
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


def assumed(dossier: Dossier) -> Section:
    """Return what was assumed that the source does not say."""
    plan, main = dossier.plan, dossier.main
    source = "inputs/plans/" + main.id + ".json"
    rules = list(plan.active_rules())
    links = [rule for rule in rules if rule.kind == "dependency"]
    inferred = [rule for rule in links if rule.basis != "document"]
    fitted = [entry.id for entry in plan.assumptions if entry.basis == "fitted"]
    blocks: list[Block] = [
        lead(
            "Before any result: of ",
            count(len(links), "links", source),
            " between items ",
            count(len(inferred), "", source),
            " are not stated by any document. ",
            count(len(plan.unknowns), "quantities", source),
            " are given by no source and stand at values that bind nothing. ",
            count(len(plan.readings), "questions", source),
            " are left open by the source and answered here as shown. ",
            count(len(fitted), "numbers", source),
            " were chosen to hit a published date. Every date in this pack stands on these.",
        )
    ]
    if main.solved is not None:
        blocks.append(_assumed_links(dossier))
    blocks += [_assumed_readings(dossier), _assumed_unknowns(dossier)]
    if fitted:
        chosen = "; ".join(f"{entry.title} ({entry.value})" for entry in plan.assumptions if entry.basis == "fitted")
        blocks.append(paragraph("Chosen to hit a published date: ", Figure(text=chosen, proof="stated", source=source), "."))
    return Section(id="assumed", title="What we assumed that the source does not say", items=(5,), blocks=tuple(blocks))


def _assumed_links(dossier: Dossier) -> Block:
    """Return what the dates rest on directly and no document states."""
    solved, plan = dossier.main.solved, dossier.plan
    assert solved is not None
    held: dict[str, list[str]] = {}
    for certificate in solved.certificates:
        for step in certificate.steps:
            if step.rule:
                held.setdefault(step.rule, []).append(certificate.milestone)
    rows: list[list[Cell]] = []
    for name, milestones in held.items():
        if name.startswith(DURATION_PREFIX):
            continue
        rule = plan.rules_by_id[name]
        if rule.basis != "document":
            bears = names(dict.fromkeys(milestones))
            rows.append([name, demand(plan, name), basis_of(rule), bears])
    return table(
        "assumed-links",
        "Links and floors on the driving chains that no document states",
        [
            column("rule", "id"),
            column("demands"),
            column("basis"),
            column("bears on"),
        ],
        rows,
        proof="stated",
        source=f"inputs/plans/{dossier.main.id}.json and the arguments in outcomes/{dossier.main.id}.json",
    )


def _assumed_readings(dossier: Dossier) -> Block:
    """Return the answers that would move a milestone; all questions are in the register of inputs."""
    moved: dict[tuple[str, str], dict[str, int | None]] = {}
    for milestone, report in dossier.binding.items():
        for line in report.reading_lines:
            moved.setdefault((line.reading, line.option), {})[milestone] = line.delta_wd
    rows: list[list[Cell]] = []
    for reading in dossier.plan.readings:
        chosen = reading.option(dossier.plan.choice(reading))
        for option in reading.options:
            known = moved.get((reading.id, option.id))
            if known and chosen:
                rows.append([reading.question, chosen.title, option.title, *(known.get(name) for name in dossier.milestones)])
    return table(
        "assumed-readings",
        "Questions that the source leaves open, and what another answer alone would move",
        [
            column("question"),
            column("answered here"),
            column("instead"),
            *(column(name, "number", "wd") for name in dossier.milestones),
        ],
        rows,
        proof="closed form",
        source="readings of the plan; explain of the main case",
        note="An empty number: that milestone does not move, the answer contradicts the plan, or its date falls off the calendar. "
        "Questions whose answers move nothing alone are in the register of inputs.",
    )


def _assumed_unknowns(dossier: Dossier) -> Block:
    plan = dossier.plan
    last: dict[str, dict[str, str | None]] = {}
    for milestone, report in dossier.binding.items():
        for entry in report.break_even:
            if entry.unknown and not entry.readings:
                last.setdefault(entry.id, {})[milestone] = entry.last
    return table(
        "assumed-unknowns",
        "Quantities that no source gives, and the last value that leaves each milestone where it is",
        [
            column("unknown", "id"),
            column("title"),
            column("stands at"),
            *(column(f"{name} until", note="empty: no value moves it") for name in dossier.milestones),
        ],
        [
            [
                entry.id,
                entry.title,
                str(entry.value),
                *(last.get(entry.id, {}).get(name) for name in dossier.milestones),
            ]
            for entry in plan.unknowns
        ],
        proof="closed form",
        source="unknowns of the plan; explain of the main case",
    )
