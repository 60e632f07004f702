"""What holds a milestone at its date: every rule and duration, how much it is worth, and how far it is from binding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from models.binding import BindingLine, BindingReport, Method
from models.plan import Plan
from models.rules import Point
from optimiser.collecting import seldom_collected
from optimiser.encoding.answer import DETERMINISTIC_TIME, Limits
from optimiser.explain.conflict import Enumeration, conflict_record, enumerate_all
from optimiser.explain.dated import need_date
from optimiser.explain.headroom import Headroom, Saturation, headrooms, saturations, taking_over
from optimiser.explain.links import Days, Fallbacks, detached, inferred_links
from optimiser.explain.margins import break_evens, margins, near_chains, reading_lines
from optimiser.explain.oracle import Oracle
from optimiser.explain.reaching import ranges_of
from optimiser.numbers import Number, owner_of
from optimiser.solve.asked import asked_for
from optimiser.solve.between import DateRange
from optimiser.solve.variant import Variant, with_number
from optimiser.wording import family_of

__all__ = ["explain", "explain_with"]

JOINT_CALLS = 4_000
"""Questions that the search for joint bindings may ask before it says that it is not complete."""
NEAR = 20
"""Chains within this many working days of driving are near-critical."""


def explain(
    plan: Plan,
    milestone: str,
    *,
    near: int = NEAR,
    seed: int = 0,
    workers: int = 1,
    time_limit: float | None = None,
    deterministic_limit: float = DETERMINISTIC_TIME,
) -> BindingReport:
    """Return everything that holds a milestone at its date, and everything that nearly does.

    Parameters
    ----------
    plan
        A plan with its scenarios applied.
    milestone
        Whose date is explained.
    near
        Working days within which another chain counts as near-critical.
    seed, workers, time_limit, deterministic_limit
        Of each call of CP-SAT; only plans with a live capacity need any.

    Raises
    ------
    InputError
        If the milestone is unknown.
    BeyondHorizonError
        If a date runs off the days that the calendar or the horizon covers.
    PlanContradictsError
        If the plan contradicts itself, so that there is no date to explain.
    """
    limits = Limits(deterministic_limit, seed, workers, time_limit)
    return explain_with(Oracle(plan, limits), milestone, near=near)


@seldom_collected()
def explain_with(oracle: Oracle, milestone: str, *, near: int = NEAR) -> BindingReport:
    """Return the report of one milestone from an oracle that may serve several."""
    plan, clock = oracle.plan, oracle.problem.clock
    asked_for(plan, [milestone])
    reach = need_date(oracle, milestone)
    convention = plan.convention(Point(milestone, "start"))
    assert reach.high is not None
    boundary = reach.high
    proved = reach.exact is not None
    found = enumerate_all(oracle, milestone, boundary - 1, most_calls=JOINT_CALLS) if proved else Enumeration(complete=False)
    lines = _Lines(oracle, milestone, boundary, found, proved=proved).lines()
    conflict = None
    if found.conflicts and found.conflicts[0]:
        conflict = conflict_record(oracle, milestone, boundary - 1, found.conflicts[0], minimal=found.minimal[0])
    notes = []
    if oracle.leads(milestone):
        notes.append("floats, last dates and near chains are those of the order shown on the slots")
    undecided = sum(line.method == "undecided" for line in lines)
    if undecided:
        notes.append(f"{undecided} of {len(lines)} lines are undecided: the limit came first, or they were not asked")
    if not found.complete:
        notes.append("not all minimal conflicts at one day earlier were found: joint bindings may be missing")
    if not proved:
        notes.append("the date itself is not proved, so gains and headroom are left open")
    return BindingReport(
        plan=plan.id,
        scenarios=plan.settings.scenarios,
        readings=plan.choices(),
        milestone=milestone,
        title=plan.items[milestone].title,
        date=clock.show(boundary, convention),
        bound=clock.show(reach.low, convention),
        lines=lines,
        items=margins(oracle, milestone),
        near=near_chains(oracle, milestone, near),
        break_even=break_evens(oracle, milestone),
        reading_lines=reading_lines(oracle, milestone),
        conflict=conflict,
        complete=found.complete,
        links=inferred_links(oracle, milestone, boundary, near) if proved else None,
        notes=tuple(notes),
        met=plan.done(milestone),
    )


class _Lines:
    """The lines of one milestone in the making."""

    def __init__(self, oracle: Oracle, milestone: str, boundary: int, found: Enumeration, *, proved: bool) -> None:
        self.oracle = oracle
        self.milestone = milestone
        self.boundary = boundary
        self.found = found
        self.proved = proved
        self.driving = {name for members in found.conflicts for name in members}

    def lines(self) -> tuple[BindingLine, ...]:
        """Return a line for every active rule and duration, binding ones first."""
        oracle, names, numbers = self.oracle, self.oracle.atoms, self.oracle.numbers
        dropped = self._dropped(names)
        relaxed = self._relaxed(numbers)
        room = self._headroom(numbers)
        gaining = [numbers[name] for name in numbers if self._may_gain(name, dropped[name], relaxed.get(name))]
        spent = dict(zip((number.slot for number in gaining), self._saturation(gaining), strict=True))
        binding = [name for name in names if (self._gain(dropped.get(name)) or 0) > 0]
        loose = dict(zip(binding, detached(oracle, self.milestone, [(name,) for name in binding]), strict=True))
        back = self._fallen_back([name for name in binding if loose[name]])
        gains = {
            name: each
            for name, each in spent.items()
            if each is not None and each.boundary < self.boundary and not loose.get(name, False)
        }
        over = taking_over(oracle, self.milestone, [(numbers[name], each) for name, each in gains.items()], self.driving)
        ranged = {name: (each, after) for (name, each), after in zip(gains.items(), over, strict=True)}
        found = [
            self._line(
                name,
                numbers.get(name),
                (dropped[name], relaxed.get(name)),
                room.get(name),
                ranged.get(name),
                detaches=loose.get(name, False),
                back=back.get(name, {}),
            )
            for name in names
        ]
        order = {"drop-binding": 0, "unit-binding": 0, "reverse": 0, "driving": 1, "jointly binding": 1, "slack": 2}
        return tuple(sorted(found, key=lambda line: min(order[word] for word in line.words)))

    def _may_gain(self, name: str, dropped: DateRange, relaxed: DateRange | None) -> bool:
        """Return whether relaxing a number may gain days: not where switching it off altogether gains none."""
        if (self._gain(relaxed) or 0) > 0:
            return True
        return name in self.driving and (self._gain(dropped) != 0 or bool(self.oracle.two_way))

    # -- what is asked ---------------------------------------------------------------------------------------------------

    def _dropped(self, names: Sequence[str]) -> dict[str, DateRange]:
        """Return the date without each rule or duration."""
        return self._without({name: Variant(off=(name,)) for name in names})

    def _relaxed(self, numbers: Mapping[str, Number]) -> dict[str, DateRange]:
        """Return the date with each number relaxed by one unit, where a unit is left."""
        return self._without({name: with_number(number, -1) for name, number in numbers.items() if number.least > 0})

    def _without(self, variants: Mapping[str, Variant]) -> dict[str, DateRange]:
        """Return the date in a variant for each name, which drops or relaxes that alone.

        Only members of every minimal conflict are tried, and lengths that hold their starts back: no other gains alone. Where the
        date itself is not proved, no gain can be told.
        """
        if not self.proved:
            return dict.fromkeys(variants, DateRange(self.oracle.base(self.milestone).low, self.boundary, method="undecided"))
        conflicts, two_way = self.found.conflicts, self.oracle.two_way
        every = set.intersection(*map(set, conflicts)) if conflicts else set(variants)
        tried = [name for name in variants if name in every or name in two_way]
        at_most = None if two_way else self.boundary
        reaches = ranges_of(self.oracle, self.milestone, [variants[name] for name in tried], at_most=at_most)
        found = dict.fromkeys(variants, DateRange(self.boundary, self.boundary))
        return found | dict(zip(tried, reaches, strict=True))

    def _headroom(self, numbers: Mapping[str, Number]) -> dict[str, Headroom]:
        if not self.proved:
            return {}
        names = list(numbers)
        found = headrooms(self.oracle, self.milestone, self.boundary, [numbers[name] for name in names])
        return dict(zip(names, found, strict=True))

    def _saturation(self, numbers: Sequence[Number]) -> list[Saturation | None]:
        return saturations(self.oracle, self.milestone, numbers, self.boundary) if self.proved else [None] * len(numbers)

    def _fallen_back(self, names: Sequence[str]) -> dict[str, dict[str, dt.date | int | str | None]]:
        """Return where what each rule alone holds was published, and the milestone's date without the rule, held there."""
        fallbacks, days = Fallbacks(self.oracle, self.milestone, names), Days(self.oracle, self.milestone, self.boundary)
        found: dict[str, dict[str, dt.date | int | str | None]] = {}
        for name, reach in zip(names, fallbacks.without([(name,) for name in names]), strict=True):
            told, back = days.told(reach), fallbacks.back_to(name)
            found[name] = {
                "falls_back": None if back is None else back[0],
                "falls_back_to": None if back is None else back[1],
                "fallback_date": told["date"],
                "fallback_gain_wd": told["gain_wd"],
            }
        return found

    def _gain(self, reach: DateRange | None) -> int | None:
        """Return the working days gained, fewer than none where the date moves later.

        None where they are not known, or where there is no date on the axis.
        """
        if reach is None or reach.exact is None or not self.proved or reach.exact > self.oracle.problem.clock.limit:
            return None
        return self.oracle.problem.clock.days_between(reach.exact, self.boundary)

    # -- a line ----------------------------------------------------------------------------------------------------------

    def _line(
        self,
        name: str,
        number: Number | None,
        reaches: tuple[DateRange, DateRange | None],
        room: Headroom | None,
        ranged: tuple[Saturation, tuple[str, ...]] | None,
        *,
        detaches: bool,
        back: Mapping[str, dt.date | int | str | None],
    ) -> BindingLine:
        plan = self.oracle.plan
        member, family = self.oracle.described(name), family_of(plan, name)
        drop, unit = self._gain(reaches[0]), self._gain(reaches[1])
        within = [self._within_day(reach) for reach in reaches]
        spent, saturation = ranged or (None, ())
        first_worse = None
        if number and room and room.units is not None and room.units < number.most:
            first_worse = number.shown(room.units + 1)
        methods = {reach.method for reach in reaches if reach is not None} | ({room.method} if room else set())
        ranked: tuple[Method, ...] = ("undecided", "CP-SAT")
        method: Method = next((each for each in ranked if each in methods), "closed form")
        return BindingLine(
            rule=name,
            title=member.title,
            kind=member.kind,
            authority=member.authority,
            basis=member.basis,
            statement=member.statement,
            owner=owner_of(plan, name),
            raid=self.oracle.raid.get(name, ()),
            driving=name in self.driving,
            detaches=detaches,
            **back,  # type: ignore[arg-type]
            drop_gain_wd=None if detaches else drop,
            unit_gain_wd=unit,
            joint_with=self._partners(name) if drop == 0 and not within[0] else (),
            number=str(number.value) if number else None,
            unit=number.unit if number else None,
            range_units=spent.units if spent else None,
            range_gain_wd=self.oracle.problem.clock.days_between(spent.boundary, self.boundary) if spent else None,
            saturation=saturation,
            headroom=room.units if room else None,
            headroom_searched=room.searched(number) if room and number else None,
            headroom_range=room.between if room else None,
            switching_point=first_worse,
            contradicts=bool(room and room.contradicts),
            family=family[0] if family else None,
            party=family[1] if family else None,
            method=method,
            drop_gain_min=None if detaches else within[0],
            unit_gain_min=within[1],
        )

    def _within_day(self, reach: DateRange | None) -> int | None:
        """Return the minutes of work gained, where they are less than a day of a plan in minutes; None otherwise."""
        if reach is None or reach.exact is None or self._gain(reach) != 0:
            return None
        return self.oracle.problem.clock.worked_between(reach.exact, self.boundary) or None

    def _partners(self, name: str) -> tuple[tuple[str, ...], ...]:
        """Return the smallest sets with which a rule gains, where it gains nothing alone."""
        sets = [each for each in self.found.relaxations if name in each and len(each) > 1]
        if not sets:
            return ()
        least = min(len(each) for each in sets)
        order = {atom: place for place, atom in enumerate(self.oracle.atoms)}
        partners = (tuple(sorted(each - {name}, key=order.__getitem__)) for each in sets if len(each) == least)
        return tuple(sorted(partners, key=lambda each: [order[atom] for atom in each]))
