"""``compare``: two scenarios, or two stored outcomes, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from optimiser.cli.options import AsJson, Milestones, Seed, TimeLimit, Workers, read_milestones
from optimiser.cli.output import ExitCode, page, print_json, print_text, progress
from optimiser.errors import InputError, Located, StoredResultError

if TYPE_CHECKING:
    from models.changes import PlanInputs
    from models.outcome import Outcome
    from models.plan import Plan
    from optimiser.reading.load import LoadedPlan

__all__ = ["register"]

_GIVEN = (
    "A stored outcome (a .json file), or scenarios such as poap1 or poap1+bank-holidays, 'none' for the plan as written; "
    "PLAN:SCENARIOS names the plan too."
)


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("compare", no_args_is_help=True)(compare_two)


def compare_two(
    before: Annotated[str, typer.Argument(metavar="A", help=_GIVEN)],
    after: Annotated[str, typer.Argument(metavar="B", help="The other, in the same way.")],
    *,
    plan: Annotated[
        str | None,
        typer.Option("-p", "--plan", metavar="PLAN", help="Of scenarios that do not say; found by their names where left out."),
    ] = None,
    milestone: Milestones = None,
    as_json: AsJson = False,
    seed: Seed = 0,
    workers: Workers = 1,
    time_limit: TimeLimit = None,
) -> int:
    """Say what differs: dates, binding rules, chains, assumptions, and what moved first.

    Exit codes: 0 compared, whether or not anything differs; 2 bad usage or input; 1 our fault.
    """
    from optimiser.compare import compare
    from optimiser.inputs import inputs_of
    from optimiser.solve import earliest
    from optimiser.solve.fingerprint import plan_sha256

    asked = read_milestones(milestone)
    outcomes: list[Outcome] = []
    plans: list[Plan | None] = []
    inputs: list[PlanInputs | None] = []
    with progress() as tell:
        for name, other in ((before, after), (after, before)):
            if name.lower().endswith(".json"):
                outcome, held, stored = _stored(name)
                outcomes.append(outcome)
                plans.append(held)
                inputs.append(stored)
            else:
                changed = _loaded(name, other, plan)
                loaded = changed.plan
                inputs.append(inputs_of(loaded, plan_sha256(changed.written)))
                outcomes.append(
                    earliest(
                        loaded, asked, seed=seed, workers=workers, time_limit=time_limit, progress=tell or (lambda _: None)
                    )
                )
                plans.append(loaded)
    found = compare(outcomes[0], outcomes[1], (plans[0], plans[1]), (before, after), (inputs[0], inputs[1]))
    if as_json:
        from optimiser.evidence.documents import document

        print_json(document("compare", found, same=found.same))
    else:
        from optimiser.evidence.terminal.comparison import comparison_report

        print_text(comparison_report(found, page()))
    return ExitCode.DONE


def _stored(name: str) -> tuple[Outcome, Plan | None, PlanInputs | None]:
    """Read an outcome that ``solve`` has written, with its plan where that is packaged, and what the plan set where it is told.

    Raises
    ------
    InputError
        If the file cannot be read, or holds no outcome.
    """
    from optimiser.explain.stored import inputs_stored, outcome_of, plan_of, read

    document, where = read(name)
    try:
        outcome, inputs = outcome_of(document, where), inputs_stored(document, where)
    except StoredResultError as error:
        raise InputError([Located(f"{error}; maybe write it again with 'optimiser solve PLAN -o FILE'")]) from None
    try:
        return outcome, plan_of(document, outcome, inputs), inputs
    except InputError:
        return outcome, None, inputs


def _loaded(name: str, other: str, plan: str | None) -> LoadedPlan:
    """Return the plan that scenarios are of, with them applied.

    Raises
    ------
    InputError
        If no plan, or more than one, has them.
    """
    from optimiser.reading.load import load_changed

    where, colon, stacked = name.rpartition(":")
    scenarios = [] if stacked in ("none", "") else stacked.split("+")
    if colon:
        return load_changed(where, scenarios)
    return load_changed(plan or _only(scenarios, other), scenarios)


def _only(scenarios: list[str], other: str) -> str:
    """Return the one packaged plan that has scenarios, or that the other side names.

    Raises
    ------
    InputError
        If there is not exactly one.
    """
    from optimiser.reading.packaged import packaged

    if ":" in other:
        return other.rpartition(":")[0]
    wanted = {entry for entry in (*scenarios, *other.split("+")) if entry not in ("none", "") and not entry.endswith(".json")}
    found = [entry.name for entry in packaged() if wanted and wanted <= {scenario for scenario, _ in entry.scenarios}]
    if len(found) != 1:
        which = f"{', '.join(found)} all have" if found else "no packaged plan has"
        message = (
            f"{which} the scenarios {', '.join(sorted(wanted)) or 'none'}; say which plan with --plan PLAN or PLAN:SCENARIO"
        )
        raise InputError([Located(message, path="--plan")])
    return found[0]
