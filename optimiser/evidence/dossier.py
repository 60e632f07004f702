"""Everything a pack reports, computed once: each case solved, and for the first the reasons, the risks and the checks.

A part that does not apply, or would take longer than a pack may, is left out and says why; nothing is left out in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from models.calendar import Span
from models.outcome import Outcome, Solved
from models.pack import PackCase, PackRequest
from models.plan import Plan
from models.provenance import Authority
from optimiser.critical import Columns, compile_network, evaluate
from optimiser.errors import BeyondHorizonError, InputError, OptimiserError
from optimiser.reading.load import load
from optimiser.reproduction import RowMatch, classify
from optimiser.solve import asked_for, earliest
from optimiser.solve.binding import Variant, evaluate_variants

if TYPE_CHECKING:
    from models.allocation import Qualified
    from models.explanation import Attribution, BindingReport, Implied, MilestoneWhyNot, Piecewise, Regions
    from models.lint import LintReport
    from models.published import Published
    from models.robustness import RobustOutcome

__all__ = ["Case", "Dossier", "Grid", "Released", "gather"]

T = TypeVar("T")

MOST_SWEPT = 6
"""Assumptions that are swept, those that gain most first."""

GRID = 13
"""Values of each of the two assumptions of the heat map."""


@dataclass
class Case:
    """One case of the pack.

    Attributes
    ----------
    asked
        Its name and scenarios.
    plan
        None where it could not be made.
    outcome
        None where there is none: see ``fault``.
    fault
        What a user has to put right before the case has dates.
    matches
        How the published rows come about, where there are any.
    robust
        None where ``absent`` says why.
    """

    asked: PackCase
    plan: Plan | None = None
    outcome: Outcome | None = None
    fault: str | None = None
    matches: tuple[RowMatch, ...] = ()
    robust: RobustOutcome | None = None
    absent: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The case's name."""
        return self.asked.id

    @property
    def solved(self) -> Solved | None:
        """The answer, where there are dates."""
        return self.outcome if isinstance(self.outcome, Solved) else None

    @property
    def crowded(self) -> bool:
        """Whether a capacity of the plan is on."""
        return self.plan is not None and any(rule.kind == "capacity" for rule in self.plan.active_rules())

    @property
    def matched(self) -> int:
        """How many published rows come out, placed ones left aside."""
        return sum(match.reproduced for match in self.matches)


@dataclass(frozen=True, slots=True)
class Released:
    """What milestones gain when everything that one authority holds is let go."""

    authority: Authority
    rules: int
    gains: dict[str, int | None]
    """None where the milestone is then without any reason for its date."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A milestone's date against two assumptions, boundaries by row and column; None off the axis."""

    milestone: str
    across: str
    down: str
    columns: tuple[int, ...]
    rows: tuple[int, ...]
    boundaries: tuple[tuple[int | None, ...], ...]


@dataclass
class Dossier:
    """What the sections are written from."""

    request: PackRequest
    folder: Path
    milestones: tuple[str, ...]
    cases: list[Case]
    published: Published
    lint: LintReport | None = None
    binding: dict[str, BindingReport] = field(default_factory=dict)
    why_not: tuple[MilestoneWhyNot, ...] = ()
    attribution: Attribution | None = None
    bridge: Attribution | None = None
    implied: list[Implied] = field(default_factory=list)
    regions: Regions | None = None
    calendars: dict[str, dict[str, Case]] = field(default_factory=dict)
    """Case to calendar to the case on that calendar."""
    sweeps: list[Piecewise] = field(default_factory=list)
    grid: Grid | None = None
    released: list[Released] = field(default_factory=list)
    qualified: Qualified | None = None
    qualified_case: Case | None = None
    absent: dict[str, str] = field(default_factory=dict)
    """Part to the reason why it is not there."""

    @property
    def main(self) -> Case:
        """The case that was asked for."""
        return self.cases[0]

    @property
    def plan(self) -> Plan:
        """The plan of the main case."""
        assert self.main.plan is not None
        return self.main.plan

    @property
    def reproducing(self) -> Case | None:
        """The case that comes nearest to the published rows, None where none is published."""
        candidates = [case for case in self.cases if case.matches]
        return max(candidates, key=lambda case: case.matched, default=None)


def gather(request: PackRequest, source: str | Path, *, progress: Callable[[str], None] | None = None) -> Dossier:
    """Compute everything.

    Parameters
    ----------
    request
        What was asked for.
    source
        The plan's name or path: where it and its scenarios are read from.
    progress
        Told what is being done.

    Raises
    ------
    InputError
        If the plan, or the scenarios of every case, cannot be read; a case of its own that cannot is reported in the pack.
    """
    tell = progress or (lambda _: None)
    cases = [_case(request, asked, source, tell, first=place == 0) for place, asked in enumerate(request.cases)]
    main = cases[0]
    assert main.plan is not None
    from optimiser.lint import read_published
    from optimiser.reading.packaged import find_plan

    milestones = asked_for(main.plan, request.milestones or None)
    dossier = Dossier(request, find_plan(source), milestones, cases, read_published(source, main.plan))
    _checks(dossier, tell)
    _reasons(dossier, tell)
    _published_plans(dossier, tell)
    _risks(dossier, source, tell)
    _calendars(dossier, tell)
    _sweeps(dossier, tell)
    _authorities(dossier)
    _qualification(dossier, tell)
    return dossier


def _case(request: PackRequest, asked: PackCase, source: str | Path, tell: Callable[[str], None], *, first: bool) -> Case:
    """Solve one case; what keeps one from being solved is kept, unless it is the first."""
    case = Case(asked)
    tell(f"{asked.id}: earliest dates")
    try:
        case.plan = load(
            source,
            [*request.main, *asked.scenarios],
            settings=request.settings,
            readings=request.readings,
            released=request.released,
        )
    except InputError as error:
        if first:
            raise
        case.fault = str(error)
        return case
    try:
        case.outcome = earliest(case.plan, request.milestones or None, seed=request.seed)
    except BeyondHorizonError as error:
        case.fault = str(error)
    solved = case.solved
    if solved and any(item.published for item in case.plan.items.values()):
        case.matches = classify(case.plan, solved.schedule)
    return case


def _try(dossier: Dossier, part: str, make: Callable[[], T], otherwise: T) -> T:
    """Return a part, or what stands for it, with the reason noted, where a user's plan does not allow it."""
    try:
        return make()
    except OptimiserError as error:
        dossier.absent[part] = str(error)
        return otherwise


def _checks(dossier: Dossier, tell: Callable[[str], None]) -> None:
    from optimiser.lint import lint

    tell("checks of the plan against itself")
    dossier.lint = lint(dossier.plan, dossier.published, dossier.milestones)


def _reasons(dossier: Dossier, tell: Callable[[str], None]) -> None:
    """Explain the main case: what binds, what an earlier date would take, how readings move it."""
    plan, main = dossier.plan, dossier.main
    if main.solved is None:
        reason = "the plan has no dates to explain"
        dossier.absent |= dict.fromkeys(("binding", "why-not", "regions"), reason)
        return
    if main.crowded:
        reason = (
            "a capacity of the plan is on, so every question is a search of its own; run 'optimiser explain' and "
            "'optimiser why-not' for these. What binds at one day earlier is given with the dates"
        )
        dossier.absent |= dict.fromkeys(("binding", "why-not"), reason)
    else:
        from optimiser.explain import explain, why_not_baseline

        for milestone in dossier.milestones:
            tell(f"{milestone}: what binds")
            report = _try(dossier, "binding", lambda name=milestone: explain(plan, name), None)  # type: ignore[misc]
            if report is not None:
                dossier.binding[milestone] = report
        if plan.baselines:
            tell("what earlier dates would take")
            dossier.why_not = _try(dossier, "why-not", lambda: _why_not(dossier, why_not_baseline), ())
        else:
            dossier.absent["why-not"] = "the plan has no published dates to be held against"
    from optimiser.explain import decision_regions

    if plan.live_readings():
        tell("combinations of the open readings")
        dossier.regions = _try(dossier, "regions", lambda: decision_regions(plan, dossier.milestones), None)
    else:
        dossier.absent["regions"] = "no question of the source is left open"


def _why_not(dossier: Dossier, ask: Callable[..., Any]) -> tuple[MilestoneWhyNot, ...]:
    """Ask of the milestones that the first baseline has a date for."""
    baseline = dossier.plan.baselines[0]
    dated = [name for name in dossier.milestones if baseline.date(name)]
    found: tuple[MilestoneWhyNot, ...] = ask(dossier.plan, baseline.id, milestones=dated) if dated else ()
    return found


def _published_plans(dossier: Dossier, tell: Callable[[str], None]) -> None:
    """Account for the distance between published plans, and say what each implies."""
    plan = dossier.plan
    if not plan.baselines:
        reason = "the plan has no published dates to be held against"
        dossier.absent |= dict.fromkeys(("attribution", "bridge", "implied"), reason)
        return
    from optimiser.explain import attribute, implied

    tell("where the divergence comes from")
    reference = plan.baselines[0]
    nearest = dossier.reproducing or dossier.main
    # The plan that reproduces the published rows says what their months rest on.
    stands = nearest.plan if nearest.plan and not nearest.crowded else plan
    others = [
        (case.id, case.plan)
        for case in dossier.cases
        if case is not nearest and case.solved and case.plan and not case.crowded and case.plan.calendar == stands.calendar
    ]
    if len(plan.baselines) < 2:
        dossier.absent |= dict.fromkeys(("attribution", "bridge"), "the plan has one table of published dates, not two")
    else:
        dossier.attribution = _try(dossier, "attribution", lambda: attribute(stands, reference.id), None)
        dossier.bridge = _try(
            dossier,
            "bridge",
            lambda: attribute(
                stands, plan.baselines[1].id, against=others, milestones=dossier.milestones, seed=dossier.request.seed
            ),
            None,
        )
    tell("what published dates imply")
    for baseline in _challengers(dossier):
        found = _try(dossier, f"implied by {baseline}", lambda name=baseline: implied(stands, name), None)  # type: ignore[misc]
        if found is not None:
            dossier.implied.append(found)
    if not dossier.implied:
        dossier.absent.setdefault("implied", "no published plan beside the first is without days of its own")


def _challengers(dossier: Dossier) -> list[str]:
    """Return baselines other than the first whose plan has no table with days: those that no row explains."""
    family = dossier.published.plan_of
    dated = {
        family.get(baseline.id, baseline.id)
        for baseline in dossier.plan.baselines
        if any(entry.day for entry in baseline.dates)
    }
    return [each.id for each in dossier.plan.baselines[1:] if family.get(each.id, each.id) not in dated]


def _risks(dossier: Dossier, source: str | Path, tell: Callable[[str], None]) -> None:
    """Simulate every case that has no capacity in the way."""
    from optimiser.robust import robust

    for case in dossier.cases:
        if case.solved is None or case.plan is None:
            case.absent["robust"] = "the case has no dates"
            continue
        if case.crowded:
            case.absent["robust"] = (
                "a capacity is on, so every sample is a schedule of its own, minutes of work; run 'optimiser robust' for it"
            )
            continue
        tell(f"{case.id}: robust dates")
        plan = case.plan
        try:
            case.robust = robust(
                plan,
                dossier.request.confidence,
                dossier.request.seed + 7,
                dossier.request.samples,
                milestones=dossier.milestones,
                folder=source,
            )
        except OptimiserError as error:
            case.absent["robust"] = str(error)


def _calendars(dossier: Dossier, tell: Callable[[str], None]) -> None:
    """Solve the main case, and the one that reproduces the published rows, on every calendar of the plan."""
    shown = {case.id: case for case in (dossier.main, dossier.reproducing) if case and case.plan and not case.crowded}
    for case in shown.values():
        assert case.plan is not None
        for calendar in case.plan.calendars:
            if calendar.id == case.plan.calendar:
                continue
            tell(f"{case.id} on calendar {calendar.id}")
            horizon = case.plan.horizon
            first, last = max(horizon.first, calendar.covers.first), min(horizon.last, calendar.covers.last)
            if last <= first:
                continue
            other = Case(case.asked)
            other.plan = case.plan.evolve(calendar=calendar.id, horizon=Span(first=first, last=last))
            try:
                other.outcome = earliest(other.plan, dossier.milestones, seed=dossier.request.seed)
            except BeyondHorizonError as error:
                other.fault = str(error)
            dossier.calendars.setdefault(case.id, {})[calendar.id] = other


def _sweeps(dossier: Dossier, tell: Callable[[str], None]) -> None:
    """Follow each milestone over the assumptions that bind it, and one of them over the two that bind it most."""
    plan, main = dossier.plan, dossier.main
    if main.solved is None or main.crowded:
        reason = (
            "the plan has no dates" if main.solved is None else "a capacity of the plan is on; run 'optimiser batch' for it"
        )
        dossier.absent["sweeps"] = reason
        return
    tell("sweeps")
    gains = _gains_of_assumptions(dossier)
    for milestone in dossier.milestones:
        swept = sorted(gains.get(milestone, {}).items(), key=lambda entry: (-entry[1], entry[0]))
        for name, _ in swept[:MOST_SWEPT]:
            found: list[Piecewise] = []
            dossier.sweeps += _try(dossier, f"sweep of {name}", _sweep(plan, milestone, name), found)
    if not dossier.sweeps:
        dossier.absent["sweeps"] = "no assumption with a number of its own binds a milestone"
    dossier.grid = _grid(dossier, gains)
    if dossier.grid is None:
        dossier.absent["grid"] = "no milestone is moved by two assumptions that count in one way"


def _sweep(plan: Plan, milestone: str, name: str) -> Callable[[], list[Piecewise]]:
    """Return what follows one milestone over one assumption."""
    from optimiser.explain import piecewise

    return lambda: list(piecewise(plan, milestone, [name]))


def _gains_of_assumptions(dossier: Dossier) -> dict[str, dict[str, int]]:
    """Return, for each milestone, the assumptions of which one unit less or more moves it, and by how much ten move it."""
    plan = dossier.plan
    network = compile_network(plan)
    base = evaluate(network, Columns(1))
    stated = [name for name in plan.values if _amount(plan, name) is not None]
    if not stated:
        return {}
    values = {}
    for place, name in enumerate(stated):
        amount, step = _amount(plan, name), 1 if _unit(plan, name) == "mo" else 10
        assert amount is not None
        column = np.full(2 * len(stated), amount, dtype=np.int64)
        column[2 * place] = max(0, amount - step)
        column[2 * place + 1] = amount + step
        values[name] = column
    evaluated = evaluate(network, Columns(2 * len(stated), values))
    found: dict[str, dict[str, int]] = {}
    for milestone in dossier.milestones:
        moved = np.abs(evaluated.of(milestone) - base.of(milestone)[0])
        moved[evaluated.infeasible | evaluated.beyond(milestone)] = 0
        found[milestone] = {
            name: int(max(moved[2 * place], moved[2 * place + 1]))
            for place, name in enumerate(stated)
            if moved[2 * place] or moved[2 * place + 1]
        }
    return found


def _amount(plan: Plan, name: str) -> int | None:
    """Return the amount of an assumption that is a length, None of anything else."""
    value = plan.values[name]
    return getattr(value, "amount", None)


def _unit(plan: Plan, name: str) -> str | None:
    """Return the unit of an assumption that is a length, None of anything else."""
    return getattr(plan.values[name], "unit", None)


def _pair(dossier: Dossier, milestone: str, gains: dict[str, int]) -> tuple[str, str] | None:
    """Return the assumption that moves a milestone most, and the one that would take over first; else the two that move it."""
    plan = dossier.plan
    drivers = [
        name
        for name, _ in sorted(gains.items(), key=lambda entry: (-entry[1], entry[0]))
        if _unit(plan, name) == "wd" and (_amount(plan, name) or 0) >= GRID
    ]
    report = dossier.binding.get(milestone)
    rivals = {
        entry.id: entry.headroom
        for entry in (report.break_even if report else ())
        if not entry.unknown and not entry.readings and entry.unit == "wd" and entry.headroom
    }
    if drivers and rivals:
        return drivers[0], min(rivals, key=lambda name: (rivals[name], name))
    return (drivers[0], drivers[1]) if len(drivers) > 1 else None


def _grid(dossier: Dossier, gains: dict[str, dict[str, int]]) -> Grid | None:
    """Return the last milestone that two lengths bear on, against what drives it and what would take over first."""
    plan = dossier.plan
    for milestone in reversed(dossier.milestones):
        pair = _pair(dossier, milestone, gains.get(milestone, {}))
        if pair is None:
            continue
        across, down = pair
        columns, rows = _steps(plan, across), _steps(plan, down)
        network = compile_network(plan)
        values = {
            across: np.tile(np.array(columns, dtype=np.int64), len(rows)),
            down: np.repeat(np.array(rows, dtype=np.int64), len(columns)),
        }
        evaluated = evaluate(network, Columns(len(columns) * len(rows), values))
        good = ~evaluated.infeasible & ~evaluated.beyond(milestone)
        flat = [int(each) if fine else None for each, fine in zip(evaluated.of(milestone), good, strict=True)]
        boundaries = tuple(tuple(flat[row * len(columns) : (row + 1) * len(columns)]) for row in range(len(rows)))
        return Grid(milestone, across, down, columns, rows, boundaries)
    return None


def _steps(plan: Plan, name: str) -> tuple[int, ...]:
    """Return values either side of an assumption's own, in round steps of about a twentieth."""
    amount = _amount(plan, name) or 0
    step = max(1, round(amount / 20 / 5) * 5 or round(amount / 20))
    return tuple(value for place in range(GRID) if (value := amount + (place - GRID // 2) * step) >= 0)


def _authorities(dossier: Dossier) -> None:
    """Say what each milestone gains when everything that one authority holds is let go."""
    plan = dossier.plan
    if dossier.main.solved is None:
        dossier.absent["authorities"] = "the plan has no dates"
        return
    network = compile_network(plan)
    authorities: tuple[Authority, ...] = ("regulatory", "contractual", "external", "planning")
    held = {
        authority: tuple(rule.id for rule in plan.active_rules() if rule.authority == authority and rule.kind != "equality")
        for authority in authorities
    }
    named = [authority for authority in authorities if held[authority]]
    evaluated = evaluate_variants(network, [Variant(), *(Variant(off=held[authority]) for authority in named)])
    for place, authority in enumerate(named, start=1):
        gains: dict[str, int | None] = {}
        for milestone in dossier.milestones:
            node = network.nodes[milestone, "start"]
            now, then = int(evaluated.values[node, 0]), int(evaluated.values[node, place])
            gains[milestone] = None if then == network.clock.origin else now - then
        dossier.released.append(Released(authority, len(held[authority]), gains))


def _qualification(dossier: Dossier, tell: Callable[[str], None]) -> None:
    """Follow Qualification party by party in the first case whose capacities are on."""
    from optimiser.qualification import qualify

    for case in dossier.cases:
        if case.solved is None or case.plan is None or not case.crowded:
            continue
        tell(f"{case.id}: Qualification party by party")
        plan = case.plan
        dossier.qualified = _try(dossier, "qualification", lambda held=plan: qualify(held, policies=True), None)  # type: ignore[misc]
        if dossier.qualified is not None:
            dossier.qualified_case = case
            dossier.absent.pop("qualification", None)
            return
    dossier.absent.setdefault(
        "qualification", "no case of the pack has parties and capacities; add one, such as the scenario participants"
    )
