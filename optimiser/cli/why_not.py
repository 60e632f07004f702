"""``why-not``: what keeps a milestone from a date, and the cheapest way there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optimiser.cli.changes import after_changes, changes_of
from optimiser.cli.options import AsJson, AskedPlan, Milestones, Seed, TimeLimit, Workers, of_plan, read_milestones
from optimiser.cli.output import ExitCode, announce, page, print_json, print_text, progress
from optimiser.errors import InputError, Located

if TYPE_CHECKING:
    from models.explanation import WhyNot
    from models.plan import Plan
    from optimiser.reading.load import LoadedPlan

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("why-not", no_args_is_help=True)(why_not_plan)


@of_plan
def why_not_plan(
    plan: AskedPlan,
    *,
    milestone: Milestones = None,
    by: Annotated[str | None, typer.Option("--by", metavar="DATE", help="The last day on which the milestone may be.")] = None,
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", metavar="NAME", help="Ask it of every milestone that a baseline dates, by its date there."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All minimal conflicts, and all minimal sets of rules that would do if off.")
    ] = False,
    allow: Annotated[
        list[str] | None,
        typer.Option("--allow", metavar="NAME", help="Let a rule, duration:ITEM or assumption move besides; repeatable."),
    ] = None,
    save: Annotated[Path | None, typer.Option("--save", metavar="FILE.yaml", help="Write the route as a scenario.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Let --save replace a file that is there.")] = False,
    as_json: AsJson = False,
    seed: Seed = 0,
    workers: Workers = 1,
    time_limit: TimeLimit = None,
) -> int:
    """Say why a milestone is not by a date: a minimal conflict, what would have to give, and the cheapest route there.

    Exit codes: 0 met already, or there is a route; 5 no permitted route (the nearest miss is shown); 4 undecided within the
    limit; 2 bad usage or input; 1 our fault.
    """
    asked = read_milestones(milestone)
    _sound(asked, by, baseline, save)
    target = _target(save, force=force)
    limits: dict[str, Any] = {"seed": seed, "workers": workers, "time_limit": time_limit}
    with progress() as tell:
        if tell:
            tell("reading the plan")
        changed = plan.read()
        loaded = changed.plan
        if tell:
            tell("conflicts and routes")
        if baseline is not None:
            return _of_baseline(changed, baseline, asked or (), everything, allow or (), as_json=as_json, limits=limits)
        from optimiser.explain.by_date import why_not

        assert asked is not None
        assert by is not None
        answer = why_not(loaded, asked[0], by, all=everything, allow=allow or (), **limits)
        found = changes_of(changed, asked[:1], limits=limits)
    if as_json:
        from optimiser.evidence.documents import asked_document, with_changes

        print_json(with_changes(asked_document("why-not", loaded, answer), found))
    else:
        from optimiser.evidence.terminal.why_not import why_not_report

        print_text(after_changes(found, why_not_report(answer, loaded, page())))
    if target is not None:
        _save(target, loaded, answer)
    return _exit_code([answer])


def _sound(asked: tuple[str, ...] | None, by: str | None, baseline: str | None, save: Path | None) -> None:
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


def _target(save: Path | None, *, force: bool) -> Any:
    """Return the file to be written, looked at before the work begins."""
    if save is None:
        return None
    from optimiser.cli.files import OutputFile

    return OutputFile(save, (".yaml", ".yml"), force=force)


def _of_baseline(
    changed: LoadedPlan,
    baseline: str,
    milestones: tuple[str, ...],
    everything: bool,
    allow: list[str] | tuple[str, ...],
    *,
    as_json: bool,
    limits: dict[str, Any],
) -> int:
    """Answer for every milestone of a baseline."""
    from optimiser.explain.by_date import find_baseline, why_not_baseline

    plan = changed.plan
    answers = why_not_baseline(plan, baseline, milestones=milestones, all=everything, allow=allow, **limits)
    name = find_baseline(plan, baseline).id
    found = changes_of(changed, [each.milestone for each in answers], limits=limits)
    if as_json:
        from optimiser.evidence.documents import baseline_document, with_changes

        print_json(with_changes(baseline_document(plan, name, answers), found))
    else:
        from optimiser.evidence.terminal.why_not import baseline_report

        report = baseline_report(name, answers, plan, page(), detail=everything or bool(milestones))
        print_text(after_changes(found, report))
    return _exit_code([each.answer for each in answers])


def _save(target: Any, plan: Plan, answer: WhyNot) -> None:
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
