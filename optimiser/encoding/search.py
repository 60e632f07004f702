"""Questions to the model: how early, whether at all, why not, and what would have to give."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

from ortools.sat.python import cp_model

from models.plan import DURATION_PREFIX, Plan
from models.schedule import Schedule
from optimiser.clock import Clock
from optimiser.encoding.answer import Answer, Limits, Places, Window
from optimiser.encoding.build import build
from optimiser.encoding.solving import Budget, Pins, SearchResult, members_of, presolved, search
from optimiser.encoding.variables import Place, Variables

__all__ = ["Encoding"]

_DEFAULT: Final = Limits()
_ON: Final = (1, 1)
_OFF: Final = (0, 0)


class Encoding:
    """One CP-SAT model of a plan, and the questions it answers.

    A switch that is off frees its rule wholly; of a duration that is off, ``b(finish) ≥ b(start)`` is left.
    An object answers one question at a time and is not for several threads. What one question taught it about
    staircases (see `optimiser.encoding.staircase`) it keeps, so the same questions in the same order get the same
    answers.

    Parameters
    ----------
    plan
        Any plan. Rules and durations that are off in it constrain nothing and have no switch.
    clock
        The plan's clock.
    windows
        Bounds of items to trust, by item; None searches the whole axis and trusts nobody's.
    switches
        Whether every rule and duration has a literal, as questions about them need. Without, the model is smaller.

    Raises
    ------
    BeyondHorizonError
        If stated dates are outside the days that the base calendar covers: all of them, each with its rule.
    """

    def __init__(
        self,
        plan: Plan,
        clock: Clock,
        *,
        windows: Mapping[str, Window] | None = None,
        switches: bool = True,
    ) -> None:
        self.plan = plan
        self.clock = clock
        self._windows = windows
        self._switchable = switches
        self._variables = build(plan, clock, windows, switchable=switches)
        self._literals = self._variables.switches
        self._known = {rule.id for rule in plan.rules} | {DURATION_PREFIX + activity.id for activity in plan.activities}

    @property
    def switches(self) -> tuple[str, ...]:
        """Names of the switches: durations as ``duration:ITEM``, then rules by id, each in the order of the plan."""
        return tuple(self._literals)

    # -- dates -------------------------------------------------------------------------------------------------------

    def earliest(
        self,
        milestone: str,
        *,
        floor: int | None = None,
        ceiling: int | None = None,
        fixed: Mapping[str, int] | None = None,
        switched_off: AbstractSet[str] = frozenset(),
        hint: Schedule | None = None,
        limits: Limits = _DEFAULT,
    ) -> Answer:
        """Return the earliest boundary of a milestone.

        Parameters
        ----------
        floor, ceiling
            Boundaries between which the milestone is known to lie; the answer holds only as far as they do.
        fixed
            Boundaries at which other milestones are held.
        switched_off
            Switches that are off; all others are on.
        hint
            A schedule to begin from.

        Raises
        ------
        ValueError
            If a milestone or a switch is not one of the plan's.
        """
        place, pins = self._event(milestone), self._set(switched_off)
        for name, boundary in (fixed or {}).items():
            _narrow(pins, self._event(name), boundary, boundary)
        _narrow(pins, place, place.low if floor is None else floor, place.high if ceiling is None else ceiling)
        budget, model = Budget(limits), self._variables.model
        if hint is not None:
            self._hint(hint)
        try:
            found = self._search(budget, pins, minimise=place.variable)
        finally:
            model.clear_hints()  # type: ignore[no-untyped-call]
        answer = self._answer(found, milestone, budget)
        if answer.status == "infeasible":
            return answer
        return replace(answer, bound=max(pins[place.variable.index][0], found.at_least()))

    def feasible(
        self,
        milestone: str | None,
        by: int | None,
        switched_off: AbstractSet[str] = frozenset(),
        limits: Limits = _DEFAULT,
    ) -> Answer:
        """Return whether a milestone can be at or before a boundary: ``feasible``, ``infeasible`` or ``unknown``.

        Without a milestone, whether the plan can be met at all.

        Raises
        ------
        ValueError
            If a milestone or a switch is not one of the plan's.
        """
        budget = Budget(limits)
        pins = self._set(switched_off) | self._by(milestone, by)
        return self._answer(self._search(budget, pins), milestone, budget)

    # -- reasons -----------------------------------------------------------------------------------------------------

    def conflict(
        self, milestone: str | None, by: int | None, limits: Limits = _DEFAULT
    ) -> tuple[frozenset[str] | None, Answer]:
        """Return switches that cannot all be on while a milestone is at or before a boundary.

        Without a milestone, switches that cannot all be on at all. Everything else may be on or off as suits. The set is
        what CP-SAT gives for its assumptions, mapped back, proved again in a model of its members alone, and shrunk member
        by member (deletion; see Marques-Silva, "Minimal unsatisfiability: models, algorithms and applications", ISMVL
        2010).

        Returns
        -------
        members
            None where there is no conflict, or none was found within the limits. Empty where the axis or the windows
            alone leave no room.
        answer
            ``infeasible`` with members; its ``minimal`` says whether every test of minimality was decided.

        Raises
        ------
        ValueError
            If the milestone is not one of the plan's, or the encoding has no switches.
        """
        self._need_switches()
        budget, pins = Budget(limits), self._by(milestone, by)
        found = self._search(budget, pins, assume=self.switches)
        if found.status != "infeasible":
            return None, self._answer(found, milestone, budget)
        if self._search(budget, pins).status == "infeasible":
            return frozenset(), Answer("infeasible", deterministic_time=budget.used, minimal=True)
        core = members_of(self._variables, found)
        part = self._part(core, milestone)
        again = search(part, budget, _deadline(part, milestone, by), assume=core)
        if again.status == "infeasible":
            core = members_of(part, again)
        else:
            part, core = self._variables, self.switches
        core, minimal = _shrunk(part, core, budget, _deadline(part, milestone, by))
        return frozenset(core), Answer("infeasible", deterministic_time=budget.used, minimal=minimal)

    def confirm_infeasible(
        self,
        milestone: str | None,
        by: int | None,
        *,
        members: Collection[str] | None = None,
        switched_off: AbstractSet[str] = frozenset(),
        limits: Limits = _DEFAULT,
    ) -> Answer:
        """Ask again whether something is infeasible, in another way: other seed, presolve the other way, no assumptions.

        Parameters
        ----------
        members
            Switches that are on while all others may be either, as in a conflict: a model of them alone is solved. None
            puts all on but those off.

        Raises
        ------
        ValueError
            If a milestone or a switch is not one of the plan's.
        """
        if members is None:
            asked, pins = self._variables, self._set(switched_off)
        else:
            self._need_switches()
            self._check(members)
            asked = self._part(members, milestone)
            pins = {asked.switches[name].index: _ON for name in members if name in asked.switches}
        self._by(milestone, by)
        other = replace(limits, seed=limits.seed + 1, presolve=not presolved(self._variables, limits))
        budget = Budget(other)
        found = search(asked, budget, pins | _deadline(asked, milestone, by))
        return Answer(found.status, deterministic_time=budget.used)  # type: ignore[arg-type]

    # -- what a question holds fixed -----------------------------------------------------------------------------------

    def _event(self, milestone: str) -> Place:
        if milestone not in self._variables.places:
            message = f"plan '{self.plan.id}' has no milestone '{milestone}'"
            raise ValueError(message)
        return self._variables.places[milestone][0]

    def _by(self, milestone: str | None, by: int | None) -> Pins:
        if milestone is not None:
            self._event(milestone)
        return _deadline(self._variables, milestone, by)

    def _set(self, switched_off: AbstractSet[str]) -> Pins:
        """Return the pins of all switches."""
        self._check(switched_off)
        if switched_off:
            self._need_switches()
        return {literal.index: _OFF if name in switched_off else _ON for name, literal in self._literals.items()}

    def _check(self, names: Collection[str]) -> None:
        unknown = sorted(set(names) - self._known)
        if unknown:
            message = f"plan '{self.plan.id}' has no switch called {', '.join(unknown)}"
            raise ValueError(message)

    def _need_switches(self) -> None:
        if not self._switchable:
            message = "this encoding was built without switches; build it with switches=True to ask about them"
            raise ValueError(message)

    def _hint(self, schedule: Schedule) -> None:
        """Begin from a schedule."""
        for name, (start, finish) in self._variables.places.items():
            position = schedule.by_id.get(name)
            if position is None:
                continue
            if name not in self._variables.began:  # of begun work only the end is known
                self._variables.model.add_hint(start.variable, position.start - start.offset)
            if finish.variable is not start.variable:
                self._variables.model.add_hint(finish.variable, position.finish - finish.offset)

    # -- parts and results -------------------------------------------------------------------------------------------

    def _search(
        self, budget: Budget, pins: Pins, *, minimise: cp_model.LinearExprT | None = None, assume: Sequence[str] = ()
    ) -> SearchResult:
        return search(self._variables, budget, pins, minimise=minimise, assume=assume)

    def _part(self, members: Collection[str], milestone: str | None) -> Variables:
        """Return the model of some switches alone, with the items that they name.

        An item that no rule names can always be placed, as far as the axis and its window leave any place at all.
        """
        plan = self.plan
        if plan.unit == "minute":  # where an item may begin hangs on what the whole plan asks of it
            return build(plan, self.clock, self._windows, switchable=True, only=members)
        rules = tuple(rule for rule in plan.rules if rule.id in members)
        named = {point.item for rule in rules for point in rule.points()} | {milestone}
        part = plan.evolve(
            activities=tuple(item for item in plan.activities if item.id in named or DURATION_PREFIX + item.id in members),
            milestones=tuple(item for item in plan.milestones if item.id in named),
            hammocks=(),
            rules=rules,
        )
        return build(part, self.clock, self._windows, switchable=True)

    def _places(self, solution: Sequence[int]) -> Places:
        return {
            name: tuple(int(solution[place.variable.index]) + place.offset for place in ends)  # type: ignore[misc]
            for name, ends in self._variables.places.items()
        }

    def _answer(self, found: SearchResult, milestone: str | None, budget: Budget) -> Answer:
        positions = None if found.solution is None else self._places(found.solution)
        boundary = positions[milestone][0] if positions and milestone is not None else None
        return Answer(found.status, boundary, None, positions, budget.used)  # type: ignore[arg-type]


def _deadline(variables: Variables, milestone: str | None, by: int | None) -> Pins:
    """Return the pin of a milestone that has a deadline."""
    if milestone is None or by is None:
        return {}
    place, _ = variables.places[milestone]
    return {place.variable.index: (place.low, min(place.high, by))}


def _shrunk(variables: Variables, core: tuple[str, ...], budget: Budget, pins: Pins) -> tuple[tuple[str, ...], bool]:
    """Leave out members of a core as long as the rest cannot hold either; return it, and whether every try was decided."""
    minimal = True
    for member in core:
        if member not in core:
            continue
        rest = tuple(name for name in core if name != member)
        tried = search(variables, budget, pins, assume=rest)
        if tried.status == "infeasible":
            kept = members_of(variables, tried)
            core = tuple(name for name in rest if name in kept)
        minimal &= tried.status != "unknown"
    return core, minimal


def _narrow(pins: Pins, place: Place, low: int, high: int) -> None:
    """Hold a boundary between two others, besides what holds it already."""
    first, last = pins.get(place.variable.index, (place.low, place.high))
    pins[place.variable.index] = max(first, low - place.offset), min(last, high - place.offset)
