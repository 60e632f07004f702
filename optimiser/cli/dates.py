"""``solve``, ``explain``, ``why-not``, ``implied`` and ``attribute``: which date, and what it hangs on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from optimiser.cli.files import OutputFile
from optimiser.cli.options import AskedPlan, Force, Milestones, Solver, option
from optimiser.cli.output import ExitCode, announce, progress
from optimiser.cli.verbs import Reply, changes_of, verb
from optimiser.errors import InputError, Located

if TYPE_CHECKING:
    from models.changes import WhatIf
    from models.outcome import Outcome
    from models.plan import Plan
    from models.routes import WhyNot
    from optimiser.evidence.terminal.page import Page
    from optimiser.reading.load import LoadedPlan

__all__ = ["attribute_plan", "explain_plan", "imply_plan", "solve_plan", "why_not_plan"]


@verb
def solve_plan(
    asked: AskedPlan,
    solver: Solver,
    *,
    milestone: Milestones = None,
    output: Annotated[
        Path | None,
        option("-o --output FILE.json", "Also write the JSON document to a file, for 'verify' and 'compare'."),
    ] = None,
    force: Force = False,
    gantt: Annotated[bool, option("--gantt/--no-gantt", "Draw the schedule.")] = True,
    rows: Annotated[
        Literal["driving", "main", "all"],
        option("--rows", "What to draw: driving items, those and all milestones (main), or all."),
    ] = "main",
    all_rows: Annotated[bool, option("--all-rows", "The same as --rows all.")] = False,
    reschedule: Annotated[
        bool,
        option("--reschedule", "Of a file of Microsoft Project: move what has not begun by the status date behind it."),
    ] = False,
) -> Reply:
    """Find the earliest date of each milestone, prove it, and say what it stands on.

    Exit codes: 0 done and proven; 1 our fault; 2 bad usage or input; 3 proven infeasible; 4 undecided within the limit.
    """
    if reschedule and output:
        message = "an answer with --reschedule is not that of the file; import it with --reschedule, and solve the folder"
        raise InputError([Located(message, path="-o")])
    target = OutputFile(output, (".json", ""), force=force) if output else None
    with progress() as tell:
        changed = asked.read(tell)
        from optimiser.solve import earliest

        changed = _behind_status(changed) if reschedule else changed
        plan = changed.plan
        outcome = earliest(plan, milestone, **solver.limits(), progress=tell)
        found = _changes(changed, outcome, milestone, solver)
    from optimiser.evidence.documents import print_document, solve_document
    from optimiser.solve.fingerprint import plan_sha256

    def report(page: Page) -> str:
        from optimiser.evidence.terminal.outcome import outcome_report  # a document is not to wait for what draws

        return outcome_report(outcome, plan, page, rows=("all" if all_rows else rows) if gantt else None)

    reply = Reply(
        lambda: solve_document(outcome, plan, milestone, plan_sha256(changed.written)),
        report,
        _exit_code(outcome),
    ).after(found)
    return replace(reply, then=lambda: target.write(print_document(reply.document()))) if target else reply


def _changes(changed: LoadedPlan, outcome: Outcome, milestones: list[str] | None, solver: Solver) -> WhatIf | None:
    """Return the changes, with the dates found."""
    if changed.plan is changed.before:
        return None
    from optimiser.solve import asked_for
    from optimiser.whatif import ranges_of

    return changes_of(changed, asked_for(changed.plan, milestones), ranges_of(outcome, changed.plan), solver.left())


def _behind_status(changed: LoadedPlan) -> LoadedPlan:
    """Return the plan with all unfinished work moved to the status date."""
    from optimiser.solve.placement import complete
    from optimiser.solve.problem import Problem
    from optimiser.solve.reschedule import rescheduled

    def moved(plan: Plan) -> Plan:
        problem = Problem.of(plan)
        return rescheduled(plan, problem.clock, complete(problem.network, problem.earliest.values))

    same = changed.before is changed.plan
    plan = moved(changed.plan)
    return replace(changed, plan=plan, before=plan if same else moved(changed.before))


def _exit_code(outcome: Outcome) -> ExitCode:
    """Return what the shell is told of an answer; a date without its proof is undecided."""
    if outcome.status == "infeasible":
        return ExitCode.INFEASIBLE
    if outcome.status == "undecided" or "gap" in outcome.proof.values():
        return ExitCode.UNDECIDED
    return ExitCode.DONE


@verb
def explain_plan(
    asked: AskedPlan,
    solver: Solver,
    *,
    milestone: Milestones = None,
    by_readings: Annotated[
        bool, option("--readings", "Which answers to the open questions give which dates, instead.")
    ] = False,
    function: Annotated[
        list[str] | None,
        option("--function ASSUMPTION", "Each milestone as a function of an assumption, instead; twice, of two."),
    ] = None,
    reach: Annotated[int | None, option("--reach UNITS", "How far either way --function goes.", min=1)] = None,
    near: Annotated[int, option("--near DAYS", "Chains within so many working days are near-critical.", min=0)] = 20,
    every: Annotated[bool, option("--all", "List every rule and item, and not only the nearest.")] = False,
) -> Reply:
    """Say of every rule and duration what it is worth to each milestone, and how far it is from binding.

    drop is the working days gained without it, unit by one unit less, range how far relaxing it goes on gaining.

    Exit codes: 0 done; 2 bad usage or input; 3 no schedule meets the plan; 4 undecided within the limit; 1 our fault.
    """
    with progress() as tell:
        changed = asked.read(tell)
        plan = changed.plan
        from optimiser.solve.asked import asked_for

        names = asked_for(plan, milestone)
        reports, regions, functions, ranges = [], None, [], {}
        if by_readings:
            from optimiser.explain.regions import decision_regions

            tell("readings")
            regions = decision_regions(plan, names)
        if function:
            from optimiser.explain.regions import piecewise

            functions = [each for name in names for each in piecewise(plan, name, function, reach=reach)]
        if not (by_readings or function):
            from optimiser.encoding.answer import Limits
            from optimiser.explain.binding import explain_with
            from optimiser.explain.oracle import Oracle

            oracle = Oracle(plan, Limits(**solver.limits()))
            for name in names:
                tell(f"{name}: what binds")
                reports.append(explain_with(oracle, name, near=near))
                ranges[name] = oracle.base(name)
        found = changes_of(changed, names, ranges, solver.left())
    from optimiser.evidence.documents import explain_document
    from optimiser.evidence.terminal.reasons import explain_report

    code = ExitCode.UNDECIDED if any(report.bound != report.date for report in reports) else ExitCode.DONE
    reply = Reply(
        lambda: explain_document(plan, reports, regions, functions),
        lambda page: explain_report(reports, regions, functions, page, every=every),
        code,
    )
    return reply.after(found)


@verb
def why_not_plan(
    asked: AskedPlan,
    solver: Solver,
    *,
    milestone: Milestones = None,
    by: Annotated[str | None, option("--by DATE", "The last day on which the milestone may be.")] = None,
    baseline: Annotated[
        str | None, option("--baseline NAME", "Ask it of every milestone that a baseline dates, by its date there.")
    ] = None,
    everything: Annotated[
        bool, option("--all", "All minimal conflicts, and all minimal sets of rules that would do if off.")
    ] = False,
    allow: Annotated[
        list[str] | None, option("--allow NAME", "Let a rule, duration:ITEM or assumption move besides; repeatable.")
    ] = None,
    save: Annotated[Path | None, option("--save FILE.yaml", "Write the route as a scenario.")] = None,
    force: Force = False,
) -> Reply:
    """Say why a milestone is not by a date: a minimal conflict, what would have to give, and the cheapest route there.

    Exit codes: 0 met already, or there is a route; 5 no permitted route (the nearest miss is shown); 4 undecided within the
    limit; 2 bad usage or input; 1 our fault.
    """
    _sound(milestone, by, baseline, save)
    target = OutputFile(save, (".yaml", ".yml"), force=force) if save else None
    how = {"all": everything, "allow": allow or (), **solver.limits()}
    with progress() as tell:
        changed = asked.read(tell)
        plan = changed.plan
        tell("conflicts and routes")
        from optimiser.evidence.documents import asked_document, baseline_document
        from optimiser.evidence.terminal.reasons import baseline_report, why_not_report
        from optimiser.explain.by_date import find_baseline, why_not, why_not_baseline

        if baseline is not None:
            answers = why_not_baseline(plan, baseline, milestones=milestone or (), **how)
            name = find_baseline(plan, baseline).id
            found = changes_of(changed, [each.milestone for each in answers], limits=solver.left())
            reply = Reply(
                lambda: baseline_document(plan, name, answers),
                lambda page: baseline_report(name, answers, plan, page, detail=everything or bool(milestone)),
                _worst_verdict([each.answer for each in answers]),
            )
        else:
            assert milestone is not None
            assert by is not None
            answer = why_not(plan, milestone[0], by, **how)
            found = changes_of(changed, milestone[:1], limits=solver.left())
            reply = Reply(
                lambda: asked_document("why-not", plan, answer),
                lambda page: why_not_report(answer, plan, page),
                _worst_verdict([answer]),
                (lambda: _save(target, plan, answer)) if target else None,
            )
    return reply.after(found)


def _sound(asked: list[str] | None, by: str | None, baseline: str | None, save: Path | None) -> None:
    """Refuse options that do not go together."""
    faults = []
    if (by is None) == (baseline is None):
        faults.append(Located("expected either --by DATE, or --baseline NAME", path="--by"))
    if by is not None and baseline is None and (asked is None or len(asked) != 1):
        faults.append(Located("--by asks about one milestone; name it with -m", path="--milestone"))
    if baseline is not None and save is not None:
        faults.append(Located("a route is saved for one milestone; maybe use -m with --by", path="--save"))
    if faults:
        raise InputError(faults)


def _save(target: OutputFile, plan: Plan, answer: WhyNot) -> None:
    """Write the route as a scenario file."""
    if answer.route is None:
        announce("nothing is saved: there is no route to save")
        return
    import yaml

    from optimiser.explain.route import as_scenario, route_mapping

    scenario = as_scenario(plan, answer.route, answer.milestone, answer.by)
    target.write(yaml.safe_dump(dict(route_mapping(scenario)), sort_keys=False, allow_unicode=True, width=120))


def _worst_verdict(answers: list[WhyNot]) -> ExitCode:
    """Return what the shell is told: the worst of several answers."""
    verdicts = {answer.verdict for answer in answers}
    if "undecided" in verdicts:
        return ExitCode.UNDECIDED
    return ExitCode.MISSED if "nearest miss" in verdicts else ExitCode.DONE


@verb
def imply_plan(
    asked: AskedPlan,
    *,
    match: Annotated[str, option("--match BASELINE", "The published dates that are to hold.")],
    free: Annotated[
        list[str] | None,
        option("--free ASSUMPTION", "What may vary, one or two; searched for where left out. Repeatable."),
    ] = None,
    milestone: Milestones = None,
) -> Reply:
    """Find the values of assumptions at which published dates follow from the plan's logic, and the dates that none explains.

    With -m those dates must hold together; else as many as can.

    Exit codes: 0 all of them hold at some values; 5 some published date is not explained; 2 bad usage or input; 1 our fault.
    """
    with progress() as tell:
        changed = asked.read(tell)
        plan = changed.plan
        tell("values at which the dates hold")
        from optimiser.explain.implication import implied

        answer = implied(plan, match, free=free or (), milestones=milestone or ())
        found = changes_of(changed, milestone or plan.targets)
    from optimiser.evidence.documents import asked_document
    from optimiser.evidence.terminal.reasons import implied_report

    missing = set(milestone or [date.milestone for date in answer.dates]) - set(answer.explained)
    code = ExitCode.MISSED if missing else ExitCode.DONE
    reply = Reply(lambda: asked_document("implied", plan, answer), lambda page: implied_report(answer, page), code)
    return reply.after(found)


@verb
def attribute_plan(
    asked: AskedPlan,
    *,
    from_baseline: Annotated[str, option("--from BASELINE", "The published dates that the divergence is measured from.")],
    to_baseline: Annotated[str | None, option("--to BASELINE", "Those it is measured to; every other where left out.")] = None,
    against: Annotated[
        list[str] | None,
        option(
            "--against SCENARIO",
            "Compare with the network of a scenario, or of 'base', the plan without any; repeatable.",
        ),
    ] = None,
    milestone: Milestones = None,
    seed: Annotated[int, option("--seed", "Of the solver; recorded.", min=0, max=2**31 - 1)] = 0,
) -> Reply:
    """Account for a divergence: the ledger of gaps between published dates, then two networks by every method.

    Exit codes: 0 done; 2 bad usage or input; 1 our fault.
    """
    with progress() as tell:
        changed = asked.read(tell)
        plan = changed.plan
        named = [(name, [] if name == "base" else [name]) for name in against or ()]
        others = [(name, AskedPlan(plan=asked.plan, scenario=stacked).read().plan) for name, stacked in named]
        tell("gaps and groups of changes")
        from optimiser.explain.attribution import attribute

        answer = attribute(plan, from_baseline, to_baseline=to_baseline, against=others, milestones=milestone or (), seed=seed)
        found = changes_of(changed, milestone or plan.targets)
    from optimiser.evidence.documents import attribute_document
    from optimiser.evidence.terminal.reasons import attribution_report

    return Reply(lambda: attribute_document(plan, answer), lambda page: attribution_report(answer, page)).after(found)
