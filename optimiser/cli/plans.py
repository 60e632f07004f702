"""``list``, ``show`` and ``schema``: what there is to work with."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from optimiser.cli.options import AsJson, PlanName, Readings, Released, Scenarios, Settings, read_plan
from optimiser.cli.output import page, print_json, print_text

if TYPE_CHECKING:
    from models.plan import Plan
    from models.updating import UpdateChain
    from optimiser.evidence.terminal.plans import Section
    from optimiser.reproduction import RowMatch

__all__ = ["list_plans", "print_schema", "show_plan"]


class SchemaKind(StrEnum):
    """The kinds of file that have a JSON Schema."""

    PLAN = "plan"
    SCENARIO = "scenario"
    GRID = "grid"
    REGISTER = "register"
    CLAIMS = "claims"
    UPDATE = "update"


def list_plans(*, as_json: AsJson = False) -> None:
    """List the packaged plans and their scenarios."""
    from optimiser.reading.packaged import packaged

    plans = packaged()
    if as_json:
        from optimiser.evidence.documents import document

        beside = [[{"name": name, "title": about} for name, about in plan.scenarios] for plan in plans]
        held = [
            {"name": plan.name, "title": plan.title, "path": str(plan.path), "scenarios": scenarios}
            for plan, scenarios in zip(plans, beside, strict=True)
        ]
        print_json(document("list", {"plans": held}))
    else:
        from optimiser.evidence.terminal.plans import list_report

        print_text(list_report(((plan.name, plan.title, plan.scenarios) for plan in plans), page()))


def show_plan(
    plan: PlanName,
    *,
    items: Annotated[bool, typer.Option("--items", help="Activities, milestones and tied bars.")] = False,
    rules: Annotated[bool, typer.Option("--rules", help="Every rule and what it demands.")] = False,
    assumptions: Annotated[bool, typer.Option("--assumptions", help="Numbers and switches the plan relies on.")] = False,
    open_readings: Annotated[bool, typer.Option("--readings", help="Questions the source leaves open.")] = False,
    sources: Annotated[bool, typer.Option("--sources", help="Documents the plan cites.")] = False,
    baselines: Annotated[bool, typer.Option("--baselines", help="Published dates to compare with.")] = False,
    raid: Annotated[bool, typer.Option("--raid", help="The register of risks, assumptions, issues and dependencies.")] = False,
    unknowns: Annotated[bool, typer.Option("--unknowns", help="Quantities that no source gives.")] = False,
    scenario: Scenarios = None,
    setting: Settings = None,
    reading: Readings = None,
    release: Released = None,
    as_json: AsJson = False,
) -> None:
    """Show what a plan holds: a summary, or the parts asked for."""
    loaded = read_plan(plan, scenario, setting, reading, release)
    asked: dict[Section, bool] = {
        "items": items,
        "rules": rules,
        "assumptions": assumptions,
        "readings": open_readings,
        "sources": sources,
        "baselines": baselines,
        "raid": raid,
        "unknowns": unknowns,
    }
    sections = tuple(section for section, wanted in asked.items() if wanted)
    matches = _published_rows(loaded) if items else None
    chain = _chain(plan) if loaded.previous is not None and not sections else None
    if as_json:
        from optimiser.evidence.documents import dumped, show_document

        print_json({**show_document(loaded, sections, matches), **({} if chain is None else {"chain": dumped(chain)})})
    else:
        from optimiser.evidence.terminal.plans import plan_report

        print_text(plan_report(loaded, page(), sections, matches))
        if chain is not None:
            from optimiser.evidence.terminal.updating import chain_report

            print_text(chain_report(chain, page(), plan))


def _chain(plan: str) -> UpdateChain:
    """Return the updates before one."""
    from optimiser.progress import chain_of

    return chain_of(plan)


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
    kind: Annotated[SchemaKind, typer.Argument(help="Of which kind of file.")] = SchemaKind.PLAN,
) -> None:
    """Print the JSON Schema of plan, update, scenario, grid or register files, or of a row of claims, for editors to check them by."""
    if kind is SchemaKind.GRID:
        from optimiser.batch.grid_file import grid_schema

        print_json(grid_schema())
        return
    from optimiser.schemas import claims_schema, plan_schema, register_schema, scenario_schema, update_schema

    made = {
        SchemaKind.PLAN: plan_schema,
        SchemaKind.SCENARIO: scenario_schema,
        SchemaKind.REGISTER: register_schema,
        SchemaKind.CLAIMS: claims_schema,
        SchemaKind.UPDATE: update_schema,
    }
    print_json(made[kind]())
