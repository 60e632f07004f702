"""``list``, ``show``, ``schema`` and ``lint``: what there is to work with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from optimiser.cli.options import AskedPlan, Milestones, PlanChoices, PlanName, argument, option
from optimiser.cli.output import ExitCode, print_json, progress
from optimiser.cli.verbs import Reply, verb

if TYPE_CHECKING:
    from models.plan import Plan
    from optimiser.evidence.terminal.plans import Section
    from optimiser.reproduction import RowMatch

__all__ = ["lint_plan", "list_plans", "print_schema", "show_plan"]


@verb
def list_plans() -> Reply:
    """List the packaged plans and their scenarios."""
    from optimiser.evidence.documents import document
    from optimiser.evidence.terminal.plans import list_report
    from optimiser.reading.packaged import packaged

    plans = packaged()
    held = [
        {
            "name": plan.name,
            "title": plan.title,
            "path": str(plan.path),
            "scenarios": [{"name": name, "title": about} for name, about in plan.scenarios],
        }
        for plan in plans
    ]
    told = [(plan.name, plan.title, plan.scenarios) for plan in plans]
    return Reply(lambda: document("list", {"plans": held}), lambda page: list_report(told, page))


@verb
def show_plan(
    plan: PlanName,
    *,
    choices: PlanChoices,
    items: Annotated[bool, option("--items", "Activities, milestones and tied bars.")] = False,
    rules: Annotated[bool, option("--rules", "Every rule and what it demands.")] = False,
    numbers: Annotated[bool, option("--assumptions", "Numbers and switches the plan relies on.")] = False,
    readings: Annotated[bool, option("--readings", "Questions the source leaves open.")] = False,
    sources: Annotated[bool, option("--sources", "Documents the plan cites.")] = False,
    baselines: Annotated[bool, option("--baselines", "Published dates to compare with.")] = False,
    raid: Annotated[bool, option("--raid", "The register of risks, assumptions, issues and dependencies.")] = False,
    unknowns: Annotated[bool, option("--unknowns", "Quantities that no source gives.")] = False,
) -> Reply:
    """Show what a plan holds: a summary, or the parts asked for."""
    from optimiser.evidence.documents import dumped, show_document
    from optimiser.evidence.terminal.exchange import chain_report
    from optimiser.evidence.terminal.plans import plan_report
    from optimiser.progress import chain_of

    loaded = choices.of(plan).read().plan
    wanted: dict[Section, bool] = {
        "items": items,
        "rules": rules,
        "assumptions": numbers,
        "readings": readings,
        "sources": sources,
        "baselines": baselines,
        "raid": raid,
        "unknowns": unknowns,
    }
    sections = tuple(section for section, each in wanted.items() if each)
    matches = _published_rows(loaded) if items else None
    chain = chain_of(plan) if loaded.previous is not None and not sections else None
    return Reply(
        lambda: {**show_document(loaded, sections, matches), **({} if chain is None else {"chain": dumped(chain)})},
        lambda page: plan_report(loaded, page, sections, matches) + ("" if chain is None else chain_report(chain, page, plan)),
    )


def _published_rows(plan: Plan) -> tuple[RowMatch, ...] | None:
    """Return how the published rows come about; None where the plan has none, or no schedule without a solver."""
    if not any(item.published for item in plan.items.values()):
        return None
    from optimiser.critical import compile_network, earliest_times
    from optimiser.reproduction import classify
    from optimiser.solve.placement import complete

    network = compile_network(plan)
    found = earliest_times(network)
    if found.status != "feasible" or network.uses_capacity:
        return None
    return classify(plan, complete(network, found.values), network.clock)


def print_schema(
    kind: Annotated[
        Literal["plan", "scenario", "grid", "register", "claims", "update"], argument("KIND", "Of which kind of file.")
    ] = "plan",
) -> None:
    """Print the JSON Schema of plan, update, scenario, grid or register files, or of a row of claims, for editors to check them by."""
    from optimiser import schemas
    from optimiser.batch.grid_file import grid_schema

    made = {
        "plan": schemas.plan_schema,
        "scenario": schemas.scenario_schema,
        "grid": grid_schema,
        "register": schemas.register_schema,
        "claims": schemas.claims_schema,
        "update": schemas.update_schema,
    }
    print_json(made[kind]())


Grave = Literal["high", "medium", "low"]
_GRAVEST_FIRST: tuple[Grave, ...] = ("high", "medium", "low")


@verb
def lint_plan(
    asked: AskedPlan,
    *,
    milestone: Milestones = None,
    severity: Annotated[Grave, option("--severity", "The least severity shown.")] = "low",
    fail_on: Annotated[
        Literal["high", "medium", "low", "never"],
        option("--fail-on", "Exit with 5 where a finding is at least so grave; for use in checks."),
    ] = "never",
    measures: Annotated[
        bool, option("--measures/--no-measures", "Show DCMA's fourteen measures and GAO's ten practices.")
    ] = True,
) -> Reply:
    """Check a plan against itself: stated against computed, text against dates, logic, DCMA's and GAO's tests.

    Exit codes: 0 checked, whatever was found; 5 a finding is as grave as --fail-on; 2 bad usage or input; 1 our fault.
    """
    with progress() as tell:
        plan = asked.read().plan
        from optimiser.lint import lint, read_published

        found = lint(plan, read_published(asked.plan, plan), milestone, progress=tell)
    from optimiser.evidence.documents import lint_document
    from optimiser.evidence.terminal.checked import lint_report

    grave = () if fail_on == "never" else _GRAVEST_FIRST[: _GRAVEST_FIRST.index(fail_on) + 1]
    code = ExitCode.MISSED if any(each.severity in grave for each in found.findings) else ExitCode.DONE
    return Reply(lambda: lint_document(found), lambda page: lint_report(found, page, least=severity, measures=measures), code)
