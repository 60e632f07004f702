"""What the page waits for: proofs, reasons, routes to a date, chances, scenarios side by side and parties, each as one document.

Each is an answer of the verb that the command line has for it, on the same changed plan; here it is only put in the page's words.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models.binding import BindingLine, BindingReport
from models.changes import WhatIf
from models.findings import Conflict
from models.outcome import MilestoneDate, Outcome, Solved
from models.plan import DURATION_PREFIX, Plan
from models.routes import Route, WhyNot
from models.workbench import DeskChanges, Question
from optimiser.errors import InputError, Located
from optimiser.evidence.documents import conditions, evidence_class
from optimiser.evidence.words import change, counted, day, month_or_day, verdict_words, weekday_day, why_it_stays
from optimiser.solve import earliest
from optimiser.whatif import ranges_of, what_if
from optimiser.wording import demand, title
from optimiser.workbench.desk import Desk, Variation
from optimiser.workbench.draft import change_words, moved_words

__all__ = ["by_when", "parties", "proof", "proved", "why"]

Tell = Callable[[str], None]

PROOF_WORDS = {
    "certified": "certified: a bound computed without a solver, a checked schedule and CP-SAT meet",
    "solver": "proved by CP-SAT alone",
    "gap": "not proved: the date shown or earlier",
}
"""What each proof class says, in a line."""

_MOST_LINES = 40
_MOST_OTHERS = 3
"""Ways that are looked for beside the cheapest."""


def proved(desk: Desk, changes: DeskChanges, tell: Tell) -> tuple[Variation, Outcome]:
    """Return the plan with changes and its answer, found once."""
    variation = desk.variant(changes)
    return variation, desk.outcomes.made(variation.key, lambda: earliest(variation.plan, desk.asked, progress=tell))


def proof(desk: Desk, question: Question, tell: Tell) -> dict[str, Any]:
    """Return each date with its proof, what it stands on, how far it moved, and why it did not where it stayed."""
    opened = proved(desk, DeskChanges(), tell)[1]
    variation, outcome = proved(desk, question.changes, tell)
    plan, found = variation.plan, None
    if variation.loaded.plan is not variation.loaded.before:
        tell("why a date stays")
        found = what_if(variation.loaded, desk.asked, ranges_of(outcome, plan))
    document: dict[str, Any] = {
        "schema": "optimiser/workbench-proof/1",
        "number": question.number,
        "key": variation.key,
        "status": outcome.status,
        "said": change_words(variation),
        "milestones": [],
        "conflict": None,
        "notes": [*outcome.notes],
    }
    if isinstance(outcome, Solved):
        before = {entry.id: entry for entry in opened.milestones} if isinstance(opened, Solved) else {}
        document["milestones"] = [_dated(variation, entry, before.get(entry.id), found) for entry in outcome.milestones]
        document["notes"] += [note for note in (found.notes if found else ()) if note not in document["notes"]]
    elif outcome.status == "infeasible":
        document["conflict"] = _conflict(outcome.conflict)
    else:
        document["milestones"] = [
            {"id": name, "after": f"not before {day(bound)}", "proof": "undecided", "proof_words": "the limit came first"}
            for name, bound in outcome.bounds.items()
        ]
    return document


def _dated(variation: Variation, entry: MilestoneDate, before: MilestoneDate | None, found: WhatIf | None) -> dict[str, Any]:
    moved = next((each.working_days for each in found.dates if each.milestone == entry.id), None) if found else 0
    stays = next((each for each in found.unmoved if each.milestone == entry.id), None) if found else None
    evidence = evidence_class(entry.evidence)
    confidence = f", {entry.evidence.weakest_confidence}" if entry.evidence.weakest_confidence else ""
    span = entry.span
    return {
        "id": entry.id,
        "title": variation.plan.items[entry.id].title,
        "before": weekday_day(before.date) if before else None,
        "after": weekday_day(entry.date),
        "day": entry.date.isoformat(),
        "moved": moved_words(moved, variation.plan.unit),
        "proof": entry.proof,
        "proof_words": PROOF_WORDS[entry.proof],
        "bound": day(entry.bound),
        "bound_by": entry.bound_by,
        "if": conditions(entry.evidence),
        "stands_on": f"{evidence or 'nothing'}{confidence}",
        "span": f"{day(span.first.date)} – {'beyond the calendar' if span.beyond else day(span.last.date)}" if span else None,
        "baselines": {name: change(delta.delta_months, delta.delta_wd) for name, delta in entry.baselines.items()},
        "published": {name: month_or_day(delta.published) for name, delta in entry.baselines.items()},
        "stays": why_it_stays(stays, set(), day) if stays else [],
    }


def _conflict(conflict: Conflict) -> dict[str, Any]:
    """Return rules that cannot all hold; each can be switched off from the page, but for a length."""
    return {
        "statement": conflict.statement,
        "confirmed_by": conflict.confirmed_by if conflict.minimal else f"perhaps not minimal; {conflict.confirmed_by}",
        "members": [
            {
                "id": member.id,
                "title": member.title,
                "statement": member.statement,
                "authority": member.authority,
                "basis": member.basis,
            }
            for member in conflict.members
        ],
    }


# -- why ------------------------------------------------------------------------------------------------------------------


def why(desk: Desk, question: Question, tell: Tell) -> dict[str, Any]:
    """Return what holds a milestone, or an item on its way to one: gains, headroom, and the conflict a day earlier.

    Raises
    ------
    InputError
        If there is no such item.
    """
    variation, outcome = proved(desk, question.changes, tell)
    plan = variation.plan
    name = question.item or question.milestone or desk.asked[0]
    if name not in plan.items:
        raise InputError([Located(f"there is no item '{name}' in the plan as changed", path="item")])
    milestone = _milestone(desk, outcome, question, name)
    tell(f"what holds {milestone}")
    from optimiser.explain import explain

    key = f"why {milestone} {variation.key}"
    report: BindingReport = desk.reports.made(key, lambda: explain(plan, milestone))
    lines = [line for line in report.lines if line.driving or (line.drop_gain_wd or 0) or (line.unit_gain_wd or 0)]
    own: list[BindingLine] = []
    if name != milestone:
        touching = {each.id for each in plan.rules if any(point.item == name for point in each.points())}
        own = [line for line in report.lines if line.rule == f"{DURATION_PREFIX}{name}" or line.rule in touching]
    margin = next((each for each in report.items if each.id == name), None)
    return {
        "schema": "optimiser/workbench-why/1",
        "number": question.number,
        "item": name,
        "title": plan.items[name].title,
        "milestone": milestone,
        "milestone_title": plan.items[milestone].title,
        "date": weekday_day(report.date),
        "held_by": _held_by(variation, name),
        "margin": None
        if margin is None
        else {
            "float": None if margin.float_wd is None else f"{margin.float_wd} wd",
            "latest": day(margin.latest_finish) if margin.latest_finish else None,
            "owner": margin.owner,
        },
        "own": [_line(plan, line) for line in own[:_MOST_LINES]],
        "lines": [_line(plan, line) for line in lines[:_MOST_LINES]],
        "more": max(0, len(lines) - _MOST_LINES),
        "near": [
            {"slack": f"{chain.slack_wd} wd", "items": [plan.items[item].title for item in chain.items if item in plan.items]}
            for chain in report.near[:5]
        ],
        "conflict": _conflict(report.conflict) if report.conflict else None,
        "notes": list(report.notes),
    }


def _milestone(desk: Desk, outcome: Outcome, question: Question, name: str) -> str:
    """Return for which milestone an item is explained: the one named, itself, or the first that it drives."""
    if question.milestone is not None:
        return question.milestone
    if name in {entry.id for entry in desk.base.milestones}:
        return name
    driving = outcome.driving if isinstance(outcome, Solved) else {}
    return next((milestone for milestone in desk.asked if name in driving.get(milestone, ())), desk.asked[0])


def _held_by(variation: Variation, name: str) -> list[dict[str, str | None]]:
    """Return the rules that push an item's start in the forward pass, each with its own predecessor."""
    problem = variation.problem
    if name not in {entry.id for entry in (*variation.plan.activities, *variation.plan.milestones)}:
        return []
    found = problem.earliest
    if found.status != "feasible":
        return []
    start, _ = problem.network.item_nodes(name)
    steps: list[dict[str, str | None]] = []
    event = found.events[found.last[start]]
    while event.rule is not None and len(steps) < 4:
        said = {"rule": event.rule, "title": title(variation.plan, event.rule), "statement": demand(variation.plan, event.rule)}
        source = problem.network.points[found.events[event.parents[-1]].node].item if event.parents else None
        steps.append({**said, "item": source, "item_title": variation.plan.items[source].title if source else None})
        if source != name or not event.parents:
            break
        event = found.events[event.parents[-1]]
    return steps


def _line(plan: Plan, line: BindingLine) -> dict[str, Any]:
    """Return one rule or length: what it is worth, and how far it can worsen."""
    gain = f"{line.drop_gain_wd} wd" if line.drop_gain_wd is not None else "–"
    if line.detaches:
        gain = "open" if line.fallback_gain_wd is None else f"{line.fallback_gain_wd} wd, with the published start in its place"
    if line.joint_with and not line.drop_gain_wd:
        gain = f"only together with {'; or with '.join(' and '.join(each) for each in line.joint_with[:2])}"
    headroom = "–" if line.headroom is None else f"{line.headroom} {line.unit or 'wd'}"
    return {
        "rule": line.rule,
        "title": line.title,
        "statement": line.statement,
        "words": list(line.words),
        "gain": gain,
        "unit_gain": "–" if line.unit_gain_wd is None else f"{line.unit_gain_wd} wd",
        "headroom": headroom,
        "takes_over": [title(plan, name) for name in line.saturation if name in plan.rules_by_id][:3],
        "authority": line.authority,
        "basis": line.basis,
        "owner": line.owner,
        "method": line.method,
    }


# -- by when --------------------------------------------------------------------------------------------------------------


def by_when(desk: Desk, question: Question, tell: Tell) -> dict[str, Any]:
    """Return why a milestone is not by a day, and the ways there, each with the changes that take it.

    Raises
    ------
    InputError
        If no milestone or no day is asked for, or it lies outside the plan's days.
    """
    if question.milestone is None or question.by is None:
        raise InputError([Located("expected a milestone and a day", path="by")])
    variation = desk.variant(question.changes)
    plan = variation.plan
    tell(f"ways to {question.milestone} by {day(question.by)}")
    from optimiser.explain import why_not

    key = f"by {question.milestone} {question.by} {variation.key}"
    answer: WhyNot = desk.reports.made(key, lambda: why_not(plan, question.milestone, question.by))  # type: ignore[arg-type]
    near = answer.nearest
    conflict = near.conflict if near else answer.conflict
    routes = [_route(question.changes, answer.route, "The cheapest way")] if answer.route else []
    routes += _others(desk, variation, question, answer, tell)
    if near is not None and near.route is not None:
        routes.append(_route(question.changes, near.route, f"The cheapest way to {day(near.date)}, the nearest"))
    return {
        "schema": "optimiser/workbench-by/1",
        "number": question.number,
        "milestone": question.milestone,
        "verdict": answer.verdict,
        "said": f"{question.milestone} by {weekday_day(question.by)} {verdict_words(answer)}",
        "now": f"as things are it is at {weekday_day(answer.date)}" if answer.date else "as things are it has no date",
        "missing": f"{'at least ' if answer.bound else ''}{answer.missing_wd} wd too late" if answer.missing_wd else None,
        "nearest": None
        if near is None
        else f"{day(near.date)}, {'at least ' if near.bound else ''}{near.missing_wd} wd too late",
        "conflict": _conflict(conflict) if conflict else None,
        "routes": routes,
        "may_move": [_called(plan, name) for name in answer.may_move],
        "notes": list(answer.notes),
    }


def _others(desk: Desk, variation: Variation, question: Question, answer: WhyNot, tell: Tell) -> list[dict[str, Any]]:
    """Return the cheapest ways that leave something alone which the cheapest of all moves, each once, the cheapest first."""
    if answer.route is None:
        return []
    from optimiser.explain import why_not

    plan = variation.plan
    found: dict[frozenset[tuple[str, str]], tuple[str, Route]] = {}
    for step in answer.route.steps[:_MOST_OTHERS]:
        tell(f"a way without {step.title}")
        key = f"by {question.milestone} {question.by} without {step.lever} {variation.key}"
        make = lambda lever=step.lever: why_not(plan, question.milestone, question.by, stay=(lever,))  # type: ignore[arg-type]  # noqa: E731 - of one step
        other: WhyNot = desk.reports.made(key, make)
        if other.route is not None:
            taken = frozenset((each.lever, each.moved) for each in other.route.steps)
            found.setdefault(taken, (step.title, other.route))
    ranked = sorted(found.values(), key=lambda pair: pair[1].cost)
    return [_route(question.changes, route, f"Another way, with {title} as it is") for title, route in ranked]


def _called(plan: Plan, name: str) -> str:
    """Return an assumption, a rule or a length by its title."""
    return plan.assumptions_by_id[name].title if name in plan.assumptions_by_id else title(plan, name)


def _route(held: DeskChanges, route: Route, name: str) -> dict[str, Any]:
    """Return a way as its steps and as the changes on the page with which it is taken."""
    taken = held.model_copy(
        update={
            "assumptions": {**held.assumptions, **route.assumptions},
            "values": {**held.values, **route.values},
            "rules": {**held.rules, **dict.fromkeys(route.switched_off, False)},
        }
    )
    return {
        "name": name,
        "cost": route.cost,
        "date": weekday_day(route.date),
        "proof": route.proof,
        "cheapest": "proved the cheapest" if route.optimal else f"not proved the cheapest: none costs less than {route.bound}",
        "steps": [
            {
                "title": step.title,
                "name": step.lever,
                "from": month_or_day(step.stated),
                "to": month_or_day(step.moved),
                "cost": step.cost,
                "authority": step.authority,
                "by_right_of": step.low_basis,
            }
            for step in route.steps
        ],
        "apply": taken.model_dump(mode="json"),
    }


# -- parties --------------------------------------------------------------------------------------------------------------


def parties(desk: Desk, question: Question, tell: Tell) -> dict[str, Any]:
    """Return Qualification party by party: the slots of each body month by month, and who waits how long.

    Raises
    ------
    InputError
        If the plan has no Qualification, or no schedule inside its capacities.
    """
    from optimiser.evidence.sections.parties import demand_chart
    from optimiser.qualification import qualify

    plan = desk.variant(question.changes).plan
    found = qualify(plan, progress=tell)
    waiting = sorted(found.allocation, key=lambda each: (-(each.waiting_wd or 0), each.title))
    last = found.dates[found.milestone]
    return {
        "schema": "optimiser/workbench-parties/1",
        "number": question.number,
        "said": f"{counted(len(found.allocation), 'party', 'parties')}; {plan.items[found.milestone].title}: "
        f"{weekday_day(last.date)}, {last.proof}",
        "chart": demand_chart(found),
        "parties": [
            {
                "id": each.party,
                "title": each.title,
                "role": each.role,
                "ready": day(each.ready) if each.ready else "–",
                "start": day(each.start) if each.start else "–",
                "finish": day(each.finish) if each.finish else "–",
                "waits": f"{each.waiting_wd} wd" if each.waiting_wd is not None else "–",
                "approved": day(each.approved),
            }
            for each in waiting
        ],
        "notes": list(found.notes),
    }
