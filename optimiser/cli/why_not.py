"""``why-not``: what keeps a milestone from a date, and the cheapest way there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from optimiser.cli.files import OutputFile
from optimiser.cli.options import AskedPlan, Force, Milestones, Solver, option
from optimiser.cli.output import ExitCode, announce, progress
from optimiser.cli.verbs import Reply, changes_of, verb
from optimiser.errors import InputError, Located

if TYPE_CHECKING:
    from models.explanation import WhyNot
    from models.plan import Plan

__all__ = ["why_not_plan"]


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
        from optimiser.evidence.terminal.why_not import baseline_report, why_not_report
        from optimiser.explain.by_date import find_baseline, why_not, why_not_baseline

        if baseline is not None:
            answers = why_not_baseline(plan, baseline, milestones=milestone or (), **how)
            name = find_baseline(plan, baseline).id
            found = changes_of(changed, [each.milestone for each in answers], limits=solver.left())
            reply = Reply(
                lambda: baseline_document(plan, name, answers),
                lambda page: baseline_report(name, answers, plan, page, detail=everything or bool(milestone)),
                _exit_code([each.answer for each in answers]),
            )
        else:
            assert milestone is not None
            assert by is not None
            answer = why_not(plan, milestone[0], by, **how)
            found = changes_of(changed, milestone[:1], limits=solver.left())
            reply = Reply(
                lambda: asked_document("why-not", plan, answer),
                lambda page: why_not_report(answer, plan, page),
                _exit_code([answer]),
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


def _exit_code(answers: list[WhyNot]) -> ExitCode:
    """Return what the shell is told: the worst of several answers."""
    verdicts = {answer.verdict for answer in answers}
    if "undecided" in verdicts:
        return ExitCode.UNDECIDED
    return ExitCode.MISSED if "nearest miss" in verdicts else ExitCode.DONE
