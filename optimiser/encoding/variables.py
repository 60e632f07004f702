"""The variables of one plan's model: a boundary for every point, a literal for every switch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from models.items import Activity, Milestone
from models.plan import Plan
from models.rules import Point
from optimiser.clock import Boundaries, Clock, MinuteClock
from optimiser.encoding.answer import Window
from optimiser.encoding.asking import asking
from optimiser.encoding.staircase import Linear, Literals, Refinable, Staircase, Steps

if TYPE_CHECKING:
    from ortools.sat.python.cp_model_helper import Literal

__all__ = ["Length", "Place", "Variables"]


class Place(NamedTuple):
    """A boundary of the model: ``variable + offset``, between `low` and `high`."""

    variable: cp_model.IntVar
    offset: int
    low: int
    high: int


class Length(NamedTuple):
    """How long an activity is.

    Attributes
    ----------
    days
        Working days of the axis where the duration is a number of them; else the finish for a start at each boundary
        from 0 to ``size``, not decreasing.
    on
        The literal of the duration's switch, or nothing where the duration is a fact.
    """

    days: int | Boundaries
    on: Literals

    def finishes(self, axis: Boundaries) -> Boundaries:
        """Return the finish for a start at each boundary of an axis."""
        return axis + self.days if isinstance(self.days, int) else self.days


class Variables:
    """Variables of a model, and the inequalities that every rule is made of.

    Attributes
    ----------
    model
        The CP-SAT model.
    switches
        Literal of every switch by name: rules by id, durations as ``duration:ITEM``. Empty where rules are posted hard.
    places
        Start and finish of every activity and milestone; for a milestone they are one.
    lengths
        Length of every activity that has one; those without finish where they start.
    free
        The activities whose length is free, each with the literals under which it is: none where its duration is off in
        the plan, the negated switch where it can be turned off.
    refinable
        Inequalities whose steps are posted only where a search comes near them.
    rationed
        Whether a capacity has been posted.
    since
        The boundary before which nothing comes that is not done.
    began
        Where work of days began that is not finished; its place is that of what is left of it.
    """

    def __init__(self, plan: Plan, clock: Clock, windows: Mapping[str, Window] | None, *, switchable: bool) -> None:
        self.plan = plan
        self.clock = clock
        asking()
        self.model = cp_model.CpModel()
        self.switchable = switchable
        self.switches: dict[str, cp_model.IntVar] = {}
        self.places: dict[str, tuple[Place, Place]] = {}
        self.lengths: dict[str, Length] = {}
        self.free: dict[str, Literals] = {}
        self.refinable: list[Refinable] = []
        self.rationed = False
        status = plan.status_date
        self.since = clock.origin if status is None else max(clock.origin, clock.boundary(status, "closes"))
        self.began: dict[str, Place] = {}
        # Nothing of a plan in minutes is as long as its axis.
        self.axis: Boundaries = np.arange(0 if isinstance(clock, MinuteClock) else clock.size + 1, dtype=np.int64)
        self._windows = windows or {}
        self._steps = Steps(self.model)
        self._intervals: dict[str, cp_model.IntervalVar] = {}

    # -- making ------------------------------------------------------------------------------------------------------

    def switch(self, name: str) -> Literals:
        """Return the literal under which a rule or a duration holds, made where it is missing; none if posted hard."""
        if not self.switchable:
            return ()
        if name not in self.switches:
            self.switches[name] = self.model.new_bool_var(name)
        return (self.switches[name],)

    def window(self, item: str) -> Window:
        """Return the boundaries open to an item: the plan's axis, within its window where it has one."""
        low, high = self.clock.origin, self.clock.limit
        window = self._windows.get(item, Window((low, high), (low, high)))
        held, first = self.plan.items[item], low
        if self.plan.unit == "day" and not (self.plan.done(item) or self.plan.under_way(item)):
            first = self.since
        elif isinstance(held, Activity) and self.plan.under_way(item) and self.plan.unit == "day":
            # Of begun work others say where it began, and not from where what is left of it may be done.
            resume = held.progress.resume if held.progress else None
            first = self.since if resume is None else max(self.since, self.clock.boundary(resume, "opens"))
            window = Window((first, high), window.finish)
        start, finish = window
        return Window((max(first, start[0]), min(high, start[1])), (max(low, finish[0]), min(high, finish[1])))

    def new_place(self, low: int, high: int) -> Place:
        """Return a boundary with a variable of its own; where there is no room for it, the model cannot be met."""
        if low > high:
            self.never(())
            low = high = self.clock.origin
        return Place(self.model.new_int_var(low, high, ""), 0, low, high)

    def place(self, point: Point) -> Place:
        """Return the boundary of a point whose end is filled in."""
        start, finish = self.places[point.item]
        return finish if point.end == "finish" else start

    def missed(self, boundary: int) -> bool:
        """Return whether a latest boundary lies before the status date, so that what is not done by then has broken it."""
        return self.plan.status_date is not None and boundary < self.since

    def past(self, point: Point) -> bool:
        """Return whether a point, whose end is filled in, has come."""
        return point.item in self.began if point.end == "start" and point.item in self.began else self.plan.done(point.item)

    def source(self, point: Point) -> Place:
        """Return the boundary that a lag counts from: of begun work its actual start."""
        return self.began.get(point.item, self.place(point)) if point.end == "start" else self.place(point)

    def linked(self, point: Point) -> Place | None:
        """Return the boundary that links act on, of begun work that of its remaining part; None where links bound none."""
        if self.plan.done(point.item) or (self.plan.logic == "override" and point.item in self.began):
            return None
        return self.place(point)

    def constant(self, boundary: int) -> Place:
        """Return a boundary that is fixed."""
        return self.new_place(boundary, boundary)

    def interval(self, activity: Activity) -> cp_model.IntervalVar | None:
        """Return the days that an activity occupies, None where it never occupies any."""
        if activity.id not in self.lengths and activity.id not in self.free:
            return None
        if activity.id not in self._intervals:
            self._intervals[activity.id] = self._new_interval(activity.id)
        return self._intervals[activity.id]

    def _new_interval(self, item: str) -> cp_model.IntervalVar:
        """Return an interval between the ends of an activity, of a fixed size where its length is one for good."""
        start, finish = self.places[item]
        begin, end = start.variable + start.offset, finish.variable + finish.offset
        length = self.lengths.get(item)
        if length is None or item in self.free:
            least, most = 0, max(0, finish.high - start.low)
        elif isinstance(length.days, int):
            return self.model.new_fixed_size_interval_var(begin, length.days, "")
        else:
            sizes = (length.days - self.axis)[start.low : start.high + 1]
            least, most = int(sizes.min()), int(sizes.max())
        return self.model.new_interval_var(begin, self.model.new_int_var(least, most, ""), end, "")

    def worked(self, activity: Activity) -> cp_model.IntervalVar | None:
        """Return the interval of an activity while its duration is on, None where its length may be nought.

        In CP-SAT, unlike here, an interval of size zero must not lie inside another that it does not overlap.
        """
        length, interval = self.lengths.get(activity.id), self.interval(activity)
        if length is None or interval is None:
            return None
        if length.on and isinstance(length.days, int) and length.days:
            start, _ = self.places[activity.id]
            return self.model.new_optional_fixed_size_interval_var(start.variable + start.offset, length.days, length.on[0], "")
        size = interval.size_expr()
        least = size.domain.min() if isinstance(size, cp_model.IntVar) else size
        return interval if isinstance(least, int) and least > 0 else None

    # -- what rules are made of ----------------------------------------------------------------------------------------

    def never(self, under: Literals) -> None:
        """Post a contradiction: the literals cannot all hold."""
        self.model.add_bool_or([~literal for literal in under])

    def apart(self, later: Place, earlier: Place, days: int, under: Literals) -> None:
        """Post ``later ≥ earlier + days``."""
        days += earlier.offset - later.offset
        if later.variable is earlier.variable:
            if days > 0:
                self.never(under)
            return
        posted = self.model.add(later.variable - earlier.variable >= days)
        if under:
            posted.only_enforce_if(*under)

    def from_on(self, place: Place, boundary: int, under: Literals) -> None:
        """Post ``place ≥ boundary``."""
        if boundary > place.low:
            posted = self.model.add(place.variable >= boundary - place.offset)
            if under:
                posted.only_enforce_if(*under)

    def up_to(self, place: Place, boundary: int, under: Literals) -> None:
        """Post ``place ≤ boundary``."""
        if boundary < place.high:
            posted = self.model.add(place.variable <= boundary - place.offset)
            if under:
                posted.only_enforce_if(*under)

    def same(self, one: Place, other: Place, under: Literals) -> None:
        """Post ``one = other``."""
        difference = other.offset - one.offset
        if one.variable is other.variable:
            if difference:
                self.never(under)
            return
        posted = self.model.add(one.variable - other.variable == difference)
        if under:
            posted.only_enforce_if(*under)

    def at_places(self, place: Place, places: Boundaries, under: Literals) -> None:
        """Post that a boundary is one of some sorted ones."""
        allowed = np.zeros(len(self.axis), dtype=np.bool_)
        allowed[places] = True
        self.within(place, allowed, under)

    def within(self, place: Place, allowed: NDArray[np.bool_], under: Literals) -> None:
        """Post that a boundary is one of those allowed.

        Parameters
        ----------
        allowed
            For each boundary from 0 to ``size`` whether it is allowed.
        """
        open_to_it = allowed[place.low : place.high + 1]
        if open_to_it.all():
            return
        changes = np.flatnonzero(np.diff(np.concatenate([[False], open_to_it, [False]]).astype(np.int8)))
        if not len(changes):
            self.never(under)
            return
        ends = changes + place.low - place.offset
        ends[1::2] -= 1
        domain = cp_model.Domain.from_flat_intervals(ends.tolist())
        posted = self.model.add_linear_expression_in_domain(place.variable, domain)
        if under:
            posted.only_enforce_if(*under)

    def follows(self, later: Place, earlier: Place, values: Boundaries, under: Literals) -> None:
        """Post ``later ≥ g(earlier)``.

        Parameters
        ----------
        values
            ``g``, not decreasing, at each boundary that the earlier place may have.
        """
        self._keep(
            Staircase(
                self._steps,
                Linear(earlier.variable, 1, earlier.offset, earlier.low, earlier.high),
                Linear(later.variable, 1, later.offset, later.low, later.high),
                values,
                under,
            )
        )

    def precedes(self, later: Place, earlier: Place, values: Boundaries, under: Literals) -> None:
        """Post ``later ≤ g(earlier)``: with every sign turned round, the inequality of `follows`."""
        self._keep(
            Staircase(
                self._steps,
                Linear(earlier.variable, -1, -earlier.offset, -earlier.high, -earlier.low),
                Linear(later.variable, -1, -later.offset, -later.high, -later.low),
                -values[::-1],
                under,
            )
        )

    def reached(self, place: Place, boundary: int) -> Literal:
        """Return a literal that holds exactly when a place is at a boundary or after."""
        return self._steps.reached(Linear(place.variable, 1, place.offset, place.low, place.high), boundary)

    def _keep(self, staircase: Staircase) -> None:
        """Remember an inequality that is not wholly posted."""
        if staircase.partial:
            self.refinable.append(staircase)

    # -- items -------------------------------------------------------------------------------------------------------

    def add_milestone(self, item: str) -> None:
        """Add an event: one boundary."""
        (first, last), (also_first, also_last) = self.window(item)
        held = self.plan.items[item]
        progress = held.progress if isinstance(held, Milestone) else None
        came = progress and (progress.actual_finish or progress.actual_start)
        if came and isinstance(held, Milestone):
            place = self.constant(max(self.clock.origin, self.clock.boundary(came, held.shown)))
        else:
            place = self.new_place(max(first, also_first), min(last, also_last))
        self.places[item] = place, place

    def add_activity(self, activity: Activity, switch: str) -> None:
        """Add work: ``b(finish) = b(start) + duration`` under its switch, and ``b(finish) ≥ b(start)`` without it."""
        plan, window, done = self.plan, self.window(activity.id), activity.progress
        duration = plan.still_to_do(activity)
        if done is not None and done.actual_start is not None:
            began = self.constant(max(self.clock.origin, self.clock.boundary(done.actual_start, "opens")))
            if done.actual_finish is not None:
                ended = self.constant(max(began.low, self.clock.boundary(done.actual_finish, "closes")))
                self.places[activity.id] = began, ended
                return
            self.began[activity.id] = began
        own = activity.calendar if activity.calendar != plan.calendar else None
        enabled = plan.switch(activity.enabled)
        on = self.switch(switch) if enabled else ()
        # Of no length is of none on any calendar.
        plain = duration.unit == "wd" and (own is None or not duration.amount)
        days = duration.amount if plain else self.clock.finishes(self.axis, duration.amount, duration.unit, own)
        if enabled and (on or not plain or duration.amount):
            self.lengths[activity.id] = Length(days, on)
        if enabled and not on and isinstance(days, int):
            self.places[activity.id] = self._one_place(window, days)
            return
        start, finish = self.new_place(*window.start), self.new_place(*window.finish)
        self.places[activity.id] = start, finish
        if on or not enabled:
            self.free[activity.id] = tuple(~literal for literal in on)
            self.apart(finish, start, 0, ())
        if not enabled:
            return
        if isinstance(days, int):
            self.apart(finish, start, days, on)
            self.apart(start, finish, -days, on)
            return
        if duration.amount:
            self.within(start, self.clock.may_start(own), on)
        finishes = days[start.low : start.high + 1]
        self.follows(finish, start, finishes, on)
        self.precedes(finish, start, finishes, on)

    def _one_place(self, window: Window, amount: int) -> tuple[Place, Place]:
        """Return a start, and a finish that is the same variable some working days later."""
        low = max(window.start[0], window.finish[0] - amount)
        high = min(window.start[1], window.finish[1] - amount)
        if low > high:
            nowhere = self.new_place(low, high)
            return nowhere, nowhere
        start = self.new_place(low, high)
        return start, Place(start.variable, amount, start.low + amount, start.high + amount)

    def starts(self) -> Iterable[cp_model.IntVar]:
        """Yield the variables that place everything, in the order of the plan."""
        return (start.variable for start, _ in self.places.values())
