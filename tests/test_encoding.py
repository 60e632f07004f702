"""The CP-SAT witness, one rule at a time: each test posts only the rule it is about and holds the points in place."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from models.plan import Plan
from models.rules import RULE_KINDS
from models.schedule import Position, Schedule
from optimiser.clock import Clock
from optimiser.encoding import ENCODERS, Answer, Encoding, Limits, Window, staircase
from optimiser.errors import BeyondHorizonError

DAY = dt.timedelta(days=1)
SYNTHETIC = {"basis": "synthetic"}
COVERS = {"first": "2024-01-01", "last": "2024-04-30"}
HORIZON = {"first": "2024-01-24", "last": "2024-03-08"}


# -- plans ---------------------------------------------------------------------------------------------------------------


def calendar(name: str, *weekdays: str, **more: Any) -> dict[str, Any]:
    """Return a calendar of weekdays."""
    return {"id": name, "title": name, "weekdays": list(weekdays), "covers": COVERS, **SYNTHETIC, **more}


BASE = calendar("mon-fri", "mon", "tue", "wed", "thu", "fri", holidays=[{"day": "2024-02-06", "title": "a Tuesday off"}])
OWN = calendar("own", "mon", "wed", "fri", holidays=[{"day": "2024-02-09", "title": "a Friday off"}])


def work(name: str, duration: str = "2 wd", **more: Any) -> dict[str, Any]:
    """Return an activity."""
    return {"id": name, "title": name, "duration": duration, **SYNTHETIC, **more}


def event(name: str, shown: str = "opens") -> dict[str, Any]:
    """Return a milestone."""
    return {"id": name, "title": name, "shown": shown, **SYNTHETIC}


def rule(kind: str, name: str = "R", **more: Any) -> dict[str, Any]:
    """Return a rule of some kind."""
    return {"kind": kind, "id": name, "title": name, **SYNTHETIC, **more}


def link(before: str, after: str, name: str = "R", **more: Any) -> dict[str, Any]:
    """Return a dependency."""
    return rule("dependency", name, before=before, after=after, **more)


@pytest.fixture
def plan_of(make_plan: Any) -> Any:
    """Return a maker of plans on an axis of six weeks with one day off."""

    def make(*rules: dict[str, Any], **parts: Any) -> Plan:
        return make_plan(**{"calendars": [BASE, OWN], "horizon": HORIZON, "rules": list(rules), **parts})

    return make


def encoded(plan: Plan, **how: Any) -> Encoding:
    """Return the encoding of a plan on its own clock."""
    return Encoding(plan, Clock(plan), **how)


def admits(encoding: Encoding, **places: int) -> bool:
    """Return whether the plan can be met with starts and events held where they are said to be."""
    name = next(iter(places))
    status = encoding.earliest(name, fixed=places).status
    assert status in ("optimal", "infeasible")
    return status == "optimal"


@pytest.fixture(params=["hard", "switches", "hard, step by step", "switches, step by step"])
def manner(request: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """Encode with and without switches, with staircases whole and with steps posted only as they are met."""
    if "step by step" in request.param:
        monkeypatch.setattr(staircase, "_AT_ONCE", 0)
        monkeypatch.setattr(staircase, "_AROUND", 1)
    return {"switches": "switches" in request.param}


# -- dates counted on fingers, as the docstrings of `models.rules` state them ------------------------------------------------


FIRST, LAST = dt.date(2024, 1, 1), dt.date(2024, 4, 30)
DAYS = [
    day
    for day in (FIRST + DAY * number for number in range((LAST - FIRST).days + 1))
    if day.weekday() < 5 and day != dt.date(2024, 2, 6)
]
ORIGIN = DAYS.index(dt.date(2024, 1, 24))
LIMIT = DAYS.index(dt.date(2024, 3, 8)) + 1


def read(day: dt.date, shown: str) -> int:
    """Return the boundary of a day's morning or evening: the working days before it."""
    if day < FIRST:
        return -1
    if day > LAST:
        return len(DAYS) + 1
    return sum(other < day or (other == day and shown == "closes") for other in DAYS)


def plus(boundary: int, lag: str, source: str, target: str) -> int:
    """Return ``boundary ⊕ lag``."""
    number, unit = lag.split()
    amount = int(number)
    if unit == "wd":
        return boundary + amount
    day = DAYS[boundary if source == "opens" else boundary - 1]
    if unit == "cd":
        reached = day + DAY * amount
    else:
        month = day.year * 12 + day.month - 1 + amount
        after = dt.date((month + 1) // 12, (month + 1) % 12 + 1, 1) - DAY
        last = (day + DAY).month != day.month
        reached = after if last else after.replace(day=min(day.day, after.day))
    found = read(reached, target)
    return max(found, boundary) if amount >= 0 else found


AXIS = range(ORIGIN, LIMIT + 1)


def near(value: int) -> list[int]:
    """Return the boundaries of the axis beside a value, and its ends."""
    return sorted({place for place in (ORIGIN, value - 1, value, value + 1, LIMIT) if place in AXIS})


# -- the registry ----------------------------------------------------------------------------------------------------------


def test_every_kind_of_rule_has_an_encoder():
    """No kind of rule is missing, and none is made up."""
    assert list(ENCODERS) == list(RULE_KINDS)


def test_importing_the_package_does_not_load_the_solver():
    """Limits and answers are to be had without paying for CP-SAT."""
    program = "import sys, optimiser.encoding as e; e.Limits(); sys.exit('ortools' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_name_that_the_package_lacks_is_an_attribute_error():
    """The lazy names do not hide a mistyped one."""
    import optimiser.encoding

    with pytest.raises(AttributeError, match="Encodnig"):
        _ = optimiser.encoding.Encodnig


# -- dependencies ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bound", ["at-least", "at-most"])
@pytest.mark.parametrize("lag", ["3 wd", "-2 wd", "9 cd", "-8 cd", "1 mo", "-1 mo", "0 cd", "3 mo", "-3 mo"])
@pytest.mark.parametrize(("source", "target"), [("opens", "opens"), ("opens", "closes"), ("closes", "opens")])
def test_lag_between_events(plan_of: Any, manner: Any, bound: str, lag: str, source: str, target: str):
    """A lag in any unit admits exactly the boundaries that counting days admits, off the axis too."""
    plan = plan_of(link("M", "N", lag=lag, bound=bound), milestones=[event("M", source), event("N", target)])
    encoding, seen = encoded(plan, **manner), Counter[bool]()

    for m in AXIS[:: 3 if "mo" in lag else 4]:
        reached = plus(m, lag, source, target)
        for n in near(reached):
            right = n >= reached if bound == "at-least" else n <= reached
            assert admits(encoding, M=m, N=n) == right, (m, n, reached)
            seen[right] += 1

    off = plus(ORIGIN, lag, source, target) > LIMIT or plus(LIMIT, lag, source, target) < ORIGIN
    assert off or (seen[True] and seen[False])


@pytest.mark.parametrize(("kind", "start", "finish"), [("FS", 2, 0), ("SS", 0, 0), ("FF", 2, 3), ("SF", 0, 3)])
def test_link_types_name_the_points(plan_of: Any, manner: Any, kind: str, start: int, finish: int):
    """Each type of link counts from and to the ends that its letters name."""
    plan = plan_of(link("A", "B", type=kind, lag="4 wd"), activities=[work("A", "2 wd"), work("B", "3 wd")])
    encoding = encoded(plan, **manner)
    least = ORIGIN + 5 + start + 4 - finish

    assert not admits(encoding, A=ORIGIN + 5, B=least - 1)
    assert admits(encoding, A=ORIGIN + 5, B=least)


def test_link_from_an_item_to_itself(plan_of: Any, manner: Any):
    """A link between the two ends of one item holds or not by its own length."""
    for lag, right in (("2 wd", True), ("3 wd", False)):
        plan = plan_of(link("A", "A", type="SF", lag=lag), activities=[work("A")])
        assert admits(encoded(plan, **manner), A=ORIGIN) == right


def test_negative_lag_may_lead_off_the_axis(plan_of: Any, manner: Any):
    """Before the first day covered lies a boundary before every other, not the axis's beginning."""
    late = plan_of(link("M", "N", lag="-3 mo"), milestones=[event("M"), event("N")])
    early = plan_of(link("M", "N", lag="-3 mo", bound="at-most"), milestones=[event("M"), event("N")])

    assert encoded(late, **manner).earliest("N", fixed={"M": ORIGIN}).boundary == ORIGIN
    assert encoded(early, **manner).earliest("N", fixed={"M": ORIGIN}).status == "infeasible"


# -- dates and sets of dates ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shown", ["opens", "closes"])
@pytest.mark.parametrize("day", ["2024-02-05", "2024-02-06", "2024-02-10"])
def test_not_before_and_not_after_an_event(plan_of: Any, manner: Any, shown: str, day: str):
    """Nothing is shown before a floor's date nor after a ceiling's, whatever the convention, on a day without work too."""
    off = dt.date.fromisoformat(day) not in DAYS
    morning = read(dt.date.fromisoformat(day), "opens") + (shown == "closes")
    floor = encoded(plan_of(rule("not-before", at="M", date=day), milestones=[event("M", shown)]), **manner)
    ceiling = encoded(plan_of(rule("not-after", at="M", date=day), milestones=[event("M", shown)]), **manner)

    assert floor.earliest("M").boundary == morning
    assert [admits(ceiling, M=place) for place in (morning - off, morning - off + 1)] == [True, False]


def test_not_before_and_not_after_work(plan_of: Any, manner: Any):
    """A floor without an end means the start, a ceiling the finish."""
    start = read(dt.date(2024, 2, 7), "opens")
    floor = encoded(plan_of(rule("not-before", at="A", date="2024-02-07"), activities=[work("A")]), **manner)
    ceiling = encoded(plan_of(rule("not-after", at="A", date="2024-02-07"), activities=[work("A")]), **manner)

    assert [admits(floor, A=place) for place in (start - 1, start)] == [False, True]
    assert [admits(ceiling, A=place) for place in (start - 1, start)] == [True, False]


def test_sets_and_dates_of_the_other_end(plan_of: Any, manner: Any):
    """A rule that names an end means that end, read as an evening where it is a finish."""
    evening = read(dt.date(2024, 2, 7), "closes")
    for one in (
        rule("not-before", at="A.finish", date="2024-02-07"),
        rule("release", at="A.finish", occasions={"days": ["2024-02-07"]}),
    ):
        encoding = encoded(plan_of(one, activities=[work("A")]), **manner)
        assert [admits(encoding, A=place - 2) for place in (evening - 1, evening)] == [False, True]

    encoding = encoded(plan_of(rule("not-after", at="A.start", date="2024-02-07"), activities=[work("A")]), **manner)
    assert [admits(encoding, A=place) for place in (evening - 1, evening)] == [True, False]


def test_a_date_of_none_constrains_nothing(plan_of: Any, manner: Any):
    """A rule whose assumption holds no date is inert."""
    assumption = {"id": "day", "title": "day", "value": "none", **SYNTHETIC}
    plan = plan_of(
        rule("not-before", "F", at="M", date="$day"),
        rule("not-after", "C", at="M", date="$day"),
        milestones=[event("M")],
        assumptions=[assumption],
    )
    encoding = encoded(plan, **manner)

    assert admits(encoding, M=ORIGIN)
    assert admits(encoding, M=LIMIT)


@pytest.mark.parametrize("shown", ["opens", "closes"])
@pytest.mark.parametrize(("to", "day"), [("first-working-day", "2024-02-01"), ("last-working-day", "2024-02-29")])
def test_alignment(plan_of: Any, manner: Any, shown: str, to: str, day: str):
    """An event lies at the first or last working day of a month, and nowhere else."""
    encoding = encoded(plan_of(rule("alignment", at="M", to=to), milestones=[event("M", shown)]), **manner)
    also = dt.date(2024, 3, 1) if to.startswith("first") else dt.date(2024, 1, 31)

    right = {read(dt.date.fromisoformat(day), shown), read(also, shown)}
    assert {place for place in AXIS if admits(encoding, M=place)} == right


def test_release(plan_of: Any, manner: Any):
    """An event happens on listed days and on days of a pattern; after the last of them it never does."""
    occasions = {"days": ["2024-02-05"], "pattern": {"on": "third sat", "months": [2]}}
    encoding = encoded(plan_of(rule("release", at="M", occasions=occasions), milestones=[event("M")]), **manner)

    right = {read(dt.date(2024, 2, 5), "opens"), read(dt.date(2024, 2, 17), "opens")}
    assert {place for place in AXIS if admits(encoding, M=place)} == right


@pytest.mark.parametrize("shown", ["opens", "closes"])
def test_blackout_of_an_event(plan_of: Any, manner: Any, shown: str):
    """An event is not shown on a day of the window; a window without a working day constrains nothing."""
    windows = [{"first": "2024-02-07", "last": "2024-02-09"}, {"first": "2024-02-17", "last": "2024-02-18"}]
    encoding = encoded(plan_of(rule("blackout", items=["M"], windows=windows), milestones=[event("M", shown)]), **manner)

    inside = {read(dt.date(2024, 2, day), shown) for day in (7, 8, 9)}
    assert {place for place in AXIS if not admits(encoding, M=place)} == inside


@pytest.mark.parametrize(("duration", "more"), [("2 wd", {}), ("0 wd", {}), ("4 cd", {}), ("2 wd", {"calendar": "own"})])
def test_blackout_of_work(plan_of: Any, manner: Any, duration: str, more: dict[str, Any]):
    """Work is over before the window or begins after it."""
    windows = [{"first": "2024-02-07", "last": "2024-02-09"}]
    plan = plan_of(rule("blackout", items=["A"], windows=windows), activities=[work("A", duration, **more)])
    free = encoded(plan_of(activities=[work("A", duration, **more)]), **manner)
    encoding, clock = encoded(plan, **manner), Clock(plan)
    first, after = read(dt.date(2024, 2, 7), "opens"), read(dt.date(2024, 2, 9), "closes")

    def clear(start: int) -> bool:
        finish = clock.finish(start, plan.duration(plan.activities[0].duration), more.get("calendar"))
        return finish <= first or start >= after

    places = range(first - 5, after + 3)
    right = {place for place in places if clear(place) and admits(free, A=place)}
    assert {place for place in places if admits(encoding, A=place)} == right


def test_blackout_of_work_whose_length_is_free(plan_of: Any, manner: Any):
    """Work without a length cannot span the window either: it ends before it, or begins after it."""
    windows = [{"first": "2024-02-07", "last": "2024-02-09"}]
    first, after = read(dt.date(2024, 2, 7), "opens"), read(dt.date(2024, 2, 9), "closes")
    plan = plan_of(
        rule("blackout", items=["A"], windows=windows),
        link("A", "M", "E"),
        link("A", "M", "L", bound="at-most"),
        activities=[work("A", enabled=False)],
        milestones=[event("M")],
    )
    encoding = encoded(plan, **manner)

    assert admits(encoding, A=first - 2, M=first)
    assert not admits(encoding, A=first - 2, M=first + 1)
    assert not admits(encoding, A=first - 2, M=after + 2)
    assert admits(encoding, A=after, M=after + 2)


def test_equality(plan_of: Any, manner: Any):
    """All points are one boundary, whatever ends they are."""
    plan = plan_of(rule("equality", at=["M", "A", "B.finish"]), activities=[work("A"), work("B")], milestones=[event("M")])
    encoding = encoded(plan, **manner)

    assert admits(encoding, M=ORIGIN + 5, A=ORIGIN + 5, B=ORIGIN + 3)
    assert not admits(encoding, M=ORIGIN + 5, A=ORIGIN + 4)
    assert not admits(encoding, M=ORIGIN + 5, B=ORIGIN + 5)


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("lag", ["1 wd", "5 cd"])
def test_at_least(plan_of: Any, manner: Any, count: int, lag: str):
    """An event waits for so many of several points and no more."""
    plan = plan_of(
        rule("at-least", of=["A", "B.start", "N"], count=count, after="M", lag=lag),
        activities=[work("A"), work("B")],
        milestones=[event("M"), event("N", "closes")],
    )
    encoding = encoded(plan, **manner)
    for a, b, n in ((2, 7, 4), (9, 1, 1), (3, 3, 12)):
        points = ((ORIGIN + a + 2, "closes"), (ORIGIN + b, "opens"), (ORIGIN + n, "closes"))
        reached = sorted(plus(boundary, lag, shown, "opens") for boundary, shown in points)

        answer = encoding.earliest("M", fixed={"A": ORIGIN + a, "B": ORIGIN + b, "N": ORIGIN + n})
        assert answer.boundary == reached[count - 1]


def test_gate(plan_of: Any, manner: Any):
    """Work begins after the evening of the first board whose morning follows the notice: a Saturday's, not the Monday's."""
    board = {"days": ["2024-02-01", "2024-02-17", "2024-02-19", "2024-03-04"]}
    plan = plan_of(
        rule("gate", before="M", after="N", board=board, notice="3 cd"), milestones=[event("M", "closes"), event("N")]
    )
    encoding, days = encoded(plan, **manner), [dt.date.fromisoformat(day) for day in board["days"]]
    seen: Counter[int] = Counter()
    for m in AXIS:
        ready = plus(m, "3 cd", "closes", "opens")
        sits = next((day for day in days if read(day, "opens") >= ready), None)
        expected = None if sits is None else max(ORIGIN, read(sits, "closes"))

        assert encoding.earliest("N", fixed={"M": m}).boundary == expected
        seen[expected or 0] += 1
    assert len(seen) == 4


# -- capacity ------------------------------------------------------------------------------------------------------------


def test_capacity_against_enumeration(plan_of: Any):
    """Work fits where the demands of every day add up to no more than there is on that day, and nowhere else."""
    short = {"first": "2024-02-01", "last": "2024-02-09"}
    generator, seen = random.Random(5), Counter[bool]()  # noqa: S311
    for round_ in range(16):
        durations = [generator.randint(0, 3) for _ in range(3)]
        demands = [generator.randint(0, 3) for _ in range(3)]
        steps = [{"since": "2024-02-05", "amount": generator.randint(0, 5)}, {"since": "2024-02-08", "amount": 3}]
        amount = generator.randint(1, 5)
        plan = plan_of(
            rule(
                "capacity",
                amount=amount,
                steps=steps[: generator.randint(0, 2)],
                demands=[{"item": name, "amount": demand} for name, demand in zip("ABC", demands, strict=True)],
            ),
            horizon=short,
            activities=[work(name, f"{days} wd") for name, days in zip("ABC", durations, strict=True)],
        )
        clock = Clock(plan)
        available = []
        for day in DAYS:
            begun = [step.amount for step in plan.rules[0].steps if step.since <= day]
            available.append(begun[-1] if begun else amount)
        encoding = encoded(plan, switches=bool(round_ % 2))
        for starts in itertools.product(range(clock.origin, clock.limit + 1), repeat=3):
            if generator.random() > 0.06:
                continue
            ends = [start + days for start, days in zip(starts, durations, strict=True)]
            used = Counter(
                day
                for start, end, demand in zip(starts, ends, demands, strict=True)
                for day in range(start, end)
                for _ in range(demand)
            )
            right = max(ends) <= clock.limit and all(used[day] <= available[day] for day in used)
            assert admits(encoding, **dict(zip("ABC", starts, strict=True))) == right
            seen[right] += 1
    assert min(seen[True], seen[False]) > 50


def test_capacity_of_work_with_other_lengths(plan_of: Any, manner: Any):
    """Work counted in calendar days, months or on its own calendar holds its capacity from start to finish."""
    plan = plan_of(
        rule("capacity", amount=1, demands=[{"item": name} for name in "ABC"]),
        *(link(name, "M", name) for name in "ABC"),
        activities=[work("A", "10 cd"), work("B", "3 wd", calendar="own"), work("C", "3 wd")],
        milestones=[event("M")],
    )
    answer = encoded(plan, **manner).earliest("M")

    assert answer.status == "optimal"
    spans = sorted((answer.positions or {})[name] for name in "ABC")
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))


def test_capacity_whose_switch_is_off_is_no_capacity(plan_of: Any):
    """Under its switch a capacity, and the days on which it is lower, vanish together."""
    steps = [{"since": "2024-01-26", "amount": 0}, {"since": "2024-02-01", "amount": 2}]
    plan = plan_of(
        rule("capacity", "cap", amount=1, steps=steps, demands=[{"item": "A"}, {"item": "B", "amount": 2}]),
        link("A", "M", "A-M"),
        link("B", "M", "B-M"),
        activities=[work("A", "3 wd"), work("B", "3 wd")],
        milestones=[event("M")],
    )
    encoding, since = encoded(plan), read(dt.date(2024, 2, 1), "opens")

    assert encoding.earliest("M").boundary == since + 6
    assert encoding.earliest("M", switched_off={"cap"}).boundary == ORIGIN + 3
    assert encoding.earliest("M", switched_off={"duration:B"}).boundary == since + 3
    core, answer = encoding.conflict("M", since + 5)
    assert core == {"cap", "duration:A", "duration:B", "A-M", "B-M"}
    assert answer.minimal


def test_work_of_no_length_needs_no_capacity(plan_of: Any, manner: Any):
    """What takes no time may lie inside other work, however much it would demand."""
    plan = plan_of(
        rule("capacity", amount=1, demands=[{"item": "A"}, {"item": "B", "amount": 5}, {"item": "C"}]),
        activities=[work("A", "5 wd"), work("B", "0 wd"), work("C", enabled=False)],
    )
    encoding = encoded(plan, **manner)

    assert admits(encoding, A=ORIGIN, B=ORIGIN + 2, C=ORIGIN + 3)


def test_work_whose_length_is_free_demands_what_it_occupies(plan_of: Any, manner: Any):
    """Work without a length that is stretched by other rules still holds its capacity."""
    plan = plan_of(
        rule("capacity", "cap", amount=1, demands=[{"item": "A"}, {"item": "B"}]),
        link("A", "M", "late"),
        link("A", "M", "soon", bound="at-most"),
        activities=[work("A", enabled=False), work("B", "3 wd")],
        milestones=[event("M")],
    )
    encoding = encoded(plan, **manner)

    assert admits(encoding, A=ORIGIN, M=ORIGIN + 4, B=ORIGIN + 4)
    assert not admits(encoding, A=ORIGIN, M=ORIGIN + 4, B=ORIGIN + 3)


# -- durations -----------------------------------------------------------------------------------------------------------


def finishing(plan_of: Any, activity: dict[str, Any], manner: dict[str, bool]) -> dict[int, int | None]:
    """Return the finish of work for each start, None where it has none on the axis, by its ties to an event."""
    plan = plan_of(link("A", "M", "E"), link("A", "M", "L", bound="at-most"), activities=[activity], milestones=[event("M")])
    encoding, found = encoded(plan, **manner), {}
    for start in AXIS[::2]:
        found[start] = finish = encoding.earliest("M", fixed={"A": start}).boundary
        assert (
            finish is None or finish == LIMIT or encoding.earliest("M", floor=finish + 1, fixed={"A": start}).boundary is None
        )
    return found


@pytest.mark.parametrize("duration", ["3 wd", "0 wd", "10 cd", "1 mo"])
def test_duration(plan_of: Any, manner: Any, duration: str):
    """Work finishes its duration after its start: working days, or from morning to morning."""
    expected = {start: plus(start, duration, "opens", "opens") for start in AXIS[::2]}

    found = finishing(plan_of, work("A", duration), manner)
    assert found == {start: finish if finish <= LIMIT else None for start, finish in expected.items()}
    assert any(found.values())


def test_duration_on_a_calendar_of_its_own(plan_of: Any, manner: Any):
    """Work on its own calendar starts on a day worked there and counts those days alone."""
    own = [day for day in DAYS if day.weekday() in (0, 2, 4) and day != dt.date(2024, 2, 9)]
    expected: dict[int, int | None] = {}
    for start in AXIS[::2]:
        day = DAYS[start]
        finish = DAYS.index(own[own.index(day) + 2]) + 1 if day in own else None
        expected[start] = finish if finish is not None and finish <= LIMIT else None

    assert finishing(plan_of, work("A", "3 wd", calendar="own"), manner) == expected
    assert None in expected.values()


def test_no_work_may_start_on_any_day(plan_of: Any, manner: Any):
    """A calendar of its own does not hold back work of no length."""
    assert all(finish == start for start, finish in finishing(plan_of, work("A", "0 wd", calendar="own"), manner).items())


def test_a_duration_that_is_off_is_free(plan_of: Any):
    """Off in the plan or by its switch, the length shrinks or stretches as it must, on any day, but never below zero."""
    for duration, more in (("3 wd", {}), ("10 cd", {}), ("3 wd", {"calendar": "own"}), ("0 wd", {})):
        ties = link("A", "M", "E"), link("A", "M", "L", bound="at-most")
        off = encoded(plan_of(*ties, activities=[work("A", duration, enabled=False, **more)], milestones=[event("M")]))
        switched = encoded(plan_of(*ties, activities=[work("A", duration, **more)], milestones=[event("M")]))
        for start, finish in ((ORIGIN, ORIGIN), (ORIGIN + 1, ORIGIN + 9), (ORIGIN + 4, ORIGIN + 3)):
            right = finish >= start
            assert admits(off, A=start, M=finish) == right
            answer = switched.earliest("M", fixed={"A": start, "M": finish}, switched_off={"duration:A"})
            assert (answer.status == "optimal") == right


def test_what_is_off_in_the_plan_has_no_switch(plan_of: Any):
    """Switches are those of enabled rules and durations, in order."""
    plan = plan_of(
        link("A", "M", "on"),
        link("B", "M", "off", enabled=False),
        activities=[work("A"), work("B", enabled=False)],
        milestones=[event("M")],
    )

    assert encoded(plan).switches == ("duration:A", "on")
    assert encoded(plan, switches=False).switches == ()
    assert encoded(plan).earliest("M", switched_off={"off"}).boundary == ORIGIN + 2


# -- staircases ----------------------------------------------------------------------------------------------------------


def months_plan(plan_of: Any) -> Plan:
    """Return a chain of month, calendar-day and working-day lags over a year and a half."""
    cover = {"first": "2024-01-01", "last": "2026-12-31"}
    lags = ["1 mo", "-3 wd", "2 mo", "17 cd", "3 mo", "5 wd", "1 mo", "40 cd"]
    names = [f"A{index}" for index in range(len(lags))]
    links = [
        link(before, after, f"L{index}", lag=lags[index])
        for index, (before, after) in enumerate(itertools.pairwise([*names, "M"]))
    ]
    return plan_of(
        *links,
        calendars=[BASE | {"covers": cover}, OWN],
        horizon={"first": "2024-01-24", "last": "2026-10-30"},
        activities=[work(name, f"{3 + index} wd") for index, name in enumerate(names)],
        milestones=[event("M", "closes")],
    )


def chained(plan: Plan, clock: Clock) -> int:
    """Return where the chain of `months_plan` ends, one link after another."""
    boundary = clock.origin
    for activity, dependency in zip(plan.activities, plan.rules, strict=True):
        boundary += plan.duration(activity.duration).amount
        after = dependency.points()[1]
        boundary = clock.shift(boundary, plan.duration(dependency.lag), "closes", plan.convention(after))
    return boundary


@pytest.mark.parametrize("switches", [False, True])
def test_long_axes_are_searched_step_by_step(plan_of: Any, monkeypatch: pytest.MonkeyPatch, switches: bool):
    """On a long axis a search posts only the steps it comes near, and still proves the exact date."""
    plan = months_plan(plan_of)
    refined: Counter[int] = Counter()
    refine = staircase.Staircase.refine

    def counted(self: Any, solution: Any) -> None:
        refined[id(self)] += 1
        refine(self, solution)

    monkeypatch.setattr(staircase.Staircase, "refine", counted)
    encoding = encoded(plan, switches=switches)
    answer = encoding.earliest("M")

    assert (answer.status, answer.boundary, answer.bound) == ("optimal", *[chained(plan, encoding.clock)] * 2)
    assert refined
    assert any(stairs.partial for stairs in encoding._variables.refinable)


def test_windows_narrow_the_search_and_not_the_answer(plan_of: Any):
    """Windows around the right places give the same date with no step left to find; windows elsewhere give none."""
    plan = months_plan(plan_of)
    places = encoded(plan, switches=False).earliest("M").positions or {}
    around = {name: Window((start - 9, start + 9), (finish - 9, finish + 9)) for name, (start, finish) in places.items()}
    trimmed = encoded(plan, windows=around, switches=False)
    elsewhere = around | {"A3": Window((1, 5), (1, 900)), "A2": Window((40, 60), (40, 60))}

    assert trimmed.earliest("M").boundary == places["M"][0]
    assert not trimmed._variables.refinable
    assert encoded(plan, windows=elsewhere).earliest("M").status == "infeasible"


def test_windows_that_leave_no_place_are_a_conflict_of_nothing(plan_of: Any):
    """Where the windows alone contradict each other, no switch is to blame."""
    plan = plan_of(link("A", "M"), activities=[work("A")], milestones=[event("M")])
    encoding = encoded(plan, windows={"M": Window((9, 4), (9, 4))})

    assert encoding.conflict(None, None) == (frozenset(), Answer("infeasible", minimal=True))

    also_late = encoded(plan, windows={"M": Window((ORIGIN, ORIGIN + 1), (ORIGIN, ORIGIN + 1)), "A": Window((9, 4), (9, 4))})
    assert also_late.conflict(None, None)[0] == frozenset()


# -- dates asked for -----------------------------------------------------------------------------------------------------


def two_chains(plan_of: Any, **parts: Any) -> Plan:
    """Return two chains to one event: A (4 wd) then B (3 wd), beside C (6 wd) and a floor."""
    return plan_of(
        link("A", "B", "A-B", lag="1 wd"),
        link("B", "M", "B-M"),
        link("C", "M", "C-M"),
        rule("not-before", "floor", at="C", date="2024-01-24"),
        **{
            "activities": [work("A", "4 wd"), work("B", "3 wd"), work("C", "6 wd")],
            "milestones": [event("M"), event("N")],
            **parts,
        },
    )


def test_earliest_between_floor_and_ceiling(plan_of: Any):
    """Bounds known already hold the answer between them; a ceiling below the earliest leaves none."""
    encoding = encoded(two_chains(plan_of))

    assert encoding.earliest("M").boundary == ORIGIN + 8
    assert encoding.earliest("M", floor=ORIGIN + 11).boundary == ORIGIN + 11
    assert encoding.earliest("M", floor=ORIGIN + 3, ceiling=ORIGIN + 8).bound == ORIGIN + 8
    assert encoding.earliest("M", ceiling=ORIGIN + 7) == Answer("infeasible", deterministic_time=pytest.approx(0, abs=1))
    assert encoding.earliest("M", floor=5, ceiling=4).status == "infeasible"


def test_milestones_are_fixed_one_after_another(plan_of: Any):
    """With one milestone held at its earliest, the next is as early as that allows, and no pin outlives its question."""
    plan = plan_of(
        rule("at-least", "first", of=["A", "B"], count=1, after="M"),
        rule("capacity", "cap", amount=1, demands=[{"item": "A"}, {"item": "B"}]),
        link("B", "N", "B-N"),
        activities=[work("A", "2 wd"), work("B", "3 wd")],
        milestones=[event("M"), event("N")],
    )
    encoding = encoded(plan)

    assert encoding.earliest("M").boundary == ORIGIN + 2
    assert encoding.earliest("N").boundary == ORIGIN + 3
    assert encoding.earliest("N", fixed={"M": ORIGIN + 2}).boundary == ORIGIN + 5
    assert encoding.earliest("N", fixed={"M": ORIGIN - 2}).status == "infeasible"
    assert encoding.earliest("N").boundary == ORIGIN + 3


def test_a_hint_changes_nothing_but_the_way(plan_of: Any):
    """A schedule to begin from, even a wrong and partial one, leaves the answer as it is."""
    plan = two_chains(plan_of)
    positions = (Position(id="A", start=ORIGIN + 9, finish=ORIGIN + 2), Position(id="M", start=LIMIT, finish=LIMIT))
    hint = Schedule(calendar="mon-fri", first_day=FIRST, positions=positions)

    for switches in (False, True):
        answer = encoded(plan, switches=switches).earliest("M", hint=hint)
        assert (answer.status, answer.boundary) == ("optimal", ORIGIN + 8)


def test_feasible_by_a_date(plan_of: Any):
    """Whether a date can be met is said for the date itself and, less a switch, for an earlier one."""
    encoding = encoded(two_chains(plan_of))

    assert encoding.feasible("M", ORIGIN + 8).status == "feasible"
    assert encoding.feasible("M", ORIGIN + 7).status == "infeasible"
    assert encoding.feasible("M", ORIGIN + 7, {"A-B"}).boundary == ORIGIN + 6
    assert encoding.feasible(None, None).status == "feasible"


def test_a_rule_that_is_off_constrains_nothing(plan_of: Any):
    """With every switch off everything lies where it likes; with any one of them on, it no longer does."""
    plan = plan_of(
        link("A", "M", "most", lag="-2 mo", bound="at-most"),
        rule("not-before", "floor", at="M", date="2024-03-01"),
        rule("not-after", "ceiling", at="M", date="2024-02-01"),
        rule("alignment", "month", at="M", to="first-working-day"),
        rule("release", "days", at="M", occasions={"days": ["2024-02-07"]}),
        rule("blackout", "freeze", items=["A", "M"], windows=[{"first": "2024-01-01", "last": "2024-04-30"}]),
        rule("capacity", "cap", amount=0, demands=[{"item": "A"}]),
        rule("at-least", "some", of=["A"], count=1, after="M", lag="3 mo"),
        rule("equality", "same", at=["A.start", "A.finish"]),
        rule("gate", "board", before="A", after="M", board={"days": ["2024-01-02"]}),
        activities=[work("A")],
        milestones=[event("M")],
    )
    encoding = encoded(plan)
    off = frozenset(name for name in encoding.switches if name != "duration:A")

    for place in (ORIGIN, ORIGIN + 7, LIMIT):
        answer = encoding.earliest("M", fixed={"M": place, "A": LIMIT - 2}, switched_off=off)
        assert (answer.positions or {})["A"] == (LIMIT - 2, LIMIT)
    for name in off:
        alone = [
            encoding.earliest("M", fixed={"M": place, "A": LIMIT - 2}, switched_off=off - {name}).status
            for place in (ORIGIN, ORIGIN + 6, LIMIT)
        ]
        assert "infeasible" in alone, name


# -- conflicts -----------------------------------------------------------------------------------------------------------


def test_conflict_of_a_date(plan_of: Any):
    """A conflict names one chain that is too long: its links and durations, and nothing beside them."""
    encoding = encoded(two_chains(plan_of))
    core, answer = encoding.conflict("M", ORIGIN + 7)

    assert core == {"duration:A", "A-B", "duration:B", "B-M"}
    assert (answer.status, answer.minimal) == ("infeasible", True)
    assert encoding.conflict("M", ORIGIN + 8)[0] is None


def test_conflict_leaves_out_no_member_that_matters(plan_of: Any):
    """Without any one member the rest can hold; with all of them they cannot, by a second way of asking too."""
    encoding = encoded(two_chains(plan_of))
    for by in range(ORIGIN, ORIGIN + 8):
        core, _ = encoding.conflict("M", by)
        assert core
        assert encoding.confirm_infeasible("M", by, members=core).status == "infeasible"
        for member in core:
            assert encoding.confirm_infeasible("M", by, members=core - {member}).status == "feasible"


def test_conflict_of_the_rules_alone(plan_of: Any):
    """Rules that contradict each other are found without any date asked for."""
    plan = two_chains(plan_of)
    contradiction = plan.evolve(
        rules=(*plan.rules, *plan_of(rule("not-after", "soon", at="B", date="2024-01-30"), milestones=[event("B")]).rules)
    )

    core, answer = encoded(contradiction).conflict(None, None)
    assert core == {"duration:A", "A-B", "duration:B", "soon"}
    assert answer.minimal


def test_conflict_can_name_work_that_would_have_to_stretch(plan_of: Any):
    """A duration belongs to a conflict also where it is too short."""
    plan = plan_of(
        rule("not-after", "soon", at="A.start", date="2024-01-25"),
        link("A", "M", "tie", bound="at-most"),
        rule("not-before", "late", at="M", date="2024-02-14"),
        activities=[work("A")],
        milestones=[event("M")],
    )

    assert encoded(plan).conflict(None, None)[0] == {"soon", "duration:A", "tie", "late"}


def test_a_date_before_the_axis_is_a_conflict_of_nothing(plan_of: Any):
    """No rule keeps a milestone from lying before the plan begins."""
    encoding = encoded(two_chains(plan_of))

    assert encoding.conflict("M", ORIGIN - 1)[0] == frozenset()


def test_a_verdict_is_confirmed_in_another_way(plan_of: Any):
    """The second configuration agrees, and says so too where there is nothing to confirm."""
    encoding = encoded(two_chains(plan_of))

    assert encoding.confirm_infeasible("M", ORIGIN + 7).status == "infeasible"
    assert encoding.confirm_infeasible("M", ORIGIN + 8).status == "feasible"
    assert encoding.confirm_infeasible("M", ORIGIN + 7, switched_off={"B-M"}).status == "feasible"
    assert encoded(two_chains(plan_of), switches=False).confirm_infeasible("M", ORIGIN + 7).status == "infeasible"


# -- limits --------------------------------------------------------------------------------------------------------------


def crowded(plan_of: Any, jobs: int, slots: int) -> tuple[Plan, int]:
    """Return equal jobs of 20 wd that come in one by one, and the boundary at which the last of them ends at the earliest.

    Of jobs taken as they come, the last ``n - k`` and the ``k``-th with them fill that many rounds after its release.
    Equal jobs can do no better: P | r_j, p_j = p | C_max. A solver finds such schedules and hardly ever proves them best.
    """
    generator = random.Random(11)  # noqa: S311
    releases = sorted(ORIGIN + generator.randint(0, 28) for _ in range(jobs))
    earliest = max(release + 20 * -(-(jobs - place) // slots) for place, release in enumerate(releases))
    names = [f"J{index}" for index in range(jobs)]
    plan = plan_of(
        rule("capacity", "slots", amount=slots, demands=[{"item": name} for name in names]),
        *(link(name, "M", f"{name}-M") for name in names),
        *(
            rule("not-before", f"{name}-in", at=name, date=str(DAYS[release]))
            for name, release in zip(names, releases, strict=True)
        ),
        calendars=[BASE | {"covers": {"first": "2024-01-01", "last": "2025-12-31"}}],
        horizon={"first": "2024-01-24", "last": "2025-06-30"},
        activities=[work(name, "20 wd") for name in names],
        milestones=[event("M")],
    )
    return plan, earliest


def test_a_limit_is_no_verdict(plan_of: Any):
    """That sixty jobs cannot be done a day sooner is true, and not said where it was not proved."""
    plan, earliest = crowded(plan_of, 60, 10)
    encoding, limits = encoded(plan, switches=False), Limits(deterministic_time=0.05)

    answer = encoding.feasible("M", earliest - 1, limits=limits)
    assert (answer.status, answer.boundary, answer.positions) == ("unknown", None, None)
    least = encoding.earliest("M", limits=limits)
    assert least.status == "feasible"
    assert least.bound < earliest <= least.boundary
    assert encoding.earliest("M", floor=earliest, limits=Limits(5.0)).boundary == earliest


def test_an_undecided_conflict_is_none(plan_of: Any):
    """Without a verdict there is no conflict, and the answer says unknown."""
    plan, earliest = crowded(plan_of, 60, 10)
    core, answer = encoded(plan).conflict("M", earliest - 1, Limits(deterministic_time=0.05))

    assert (core, answer.status, answer.minimal) == (None, "unknown", None)


def test_a_conflict_says_when_its_minimality_was_not_proved(plan_of: Any):
    """Where the budget ends between finding a conflict and trying all its members, what is left is no less a conflict."""
    encoding = encoded(months_plan(plan_of))
    by = (encoding.earliest("M").boundary or 0) - 1
    whole, answer = encoding.conflict("M", by)
    assert answer.minimal

    core, cut = encoding.conflict("M", by, Limits(deterministic_time=answer.deterministic_time * 2 / 3))
    assert (cut.status, cut.minimal) == ("infeasible", False)
    assert whole
    assert core
    assert len(core) >= len(whole)
    assert encoding.confirm_infeasible("M", by, members=core).status == "infeasible"


def test_nothing_is_decided_in_no_time(plan_of: Any):
    """A budget of nothing, in deterministic seconds or by the wall clock, decides nothing."""
    encoding = encoded(two_chains(plan_of))

    for limits in (Limits(deterministic_time=0.0), Limits(time_limit=0.0)):
        assert encoding.earliest("M", limits=limits).status == "unknown"
        assert encoding.feasible("M", ORIGIN, limits=limits).status == "unknown"
        assert encoding.conflict("M", ORIGIN, limits)[1].status == "unknown"
        assert encoding.confirm_infeasible("M", ORIGIN, limits=limits).status == "unknown"


def test_every_solve_is_bounded(plan_of: Any, monkeypatch: pytest.MonkeyPatch):
    """Each solve of a call has the seed and workers asked for and what is left of the deterministic time, not more."""
    from ortools.sat.python import cp_model

    seen: list[Any] = []
    solve = cp_model.CpSolver.solve

    def watched(self: Any, model: Any) -> Any:
        seen.append(self.parameters)
        return solve(self, model)

    monkeypatch.setattr(cp_model.CpSolver, "solve", watched)
    encoding = encoded(two_chains(plan_of))
    encoding.conflict("M", ORIGIN + 7, Limits(deterministic_time=3.0, seed=17))
    left = [parameters.max_deterministic_time for parameters in seen]

    assert len(seen) > 5
    assert left[0] == 3.0
    assert left == sorted(left, reverse=True)
    assert left[-1] < left[0]
    assert {(each.random_seed, each.num_workers, each.interleave_search) for each in seen} == {(17, 1, False)}
    assert not any(each.max_time_in_seconds < 1e9 for each in seen)

    seen.clear()
    encoding.confirm_infeasible("M", ORIGIN + 7, limits=Limits(seed=17, time_limit=50.0, workers=2))
    assert [(each.random_seed, each.num_workers, each.cp_model_presolve) for each in seen] == [(18, 2, True)]
    assert 0 < seen[0].max_time_in_seconds <= 50


def test_equal_runs_give_equal_answers(plan_of: Any):
    """The same questions in the same order give the same positions and the same deterministic time, seed by seed."""
    plan, earliest = crowded(plan_of, 23, 4)

    def asked(seed: int) -> tuple[Any, ...]:
        limits = Limits(deterministic_time=0.05, seed=seed)
        encoding = encoded(plan)
        return encoding.earliest("M", limits=limits), encoding.conflict("M", earliest - 20, limits)

    assert asked(3) == asked(3)
    assert encoded(months_plan(plan_of)).earliest("M") == encoded(months_plan(plan_of)).earliest("M")


@pytest.mark.parametrize("limits", [Limits(presolve=True), Limits(presolve=False), Limits(workers=2), Limits(seed=9)])
def test_the_way_of_solving_does_not_matter(plan_of: Any, limits: Limits):
    """Presolve, workers and seed leave date and conflict as they are."""
    encoding = encoded(two_chains(plan_of))

    assert encoding.earliest("M", limits=limits).boundary == ORIGIN + 8
    assert encoding.conflict("M", ORIGIN + 7, limits)[0] == {"duration:A", "A-B", "duration:B", "B-M"}


# -- refusals ------------------------------------------------------------------------------------------------------------


def test_questions_about_what_is_not_there(plan_of: Any):
    """A milestone or a switch that the plan lacks is named."""
    encoding = encoded(two_chains(plan_of))

    with pytest.raises(ValueError, match="no milestone 'M9'"):
        encoding.earliest("M9")
    with pytest.raises(ValueError, match="no milestone 'M9'"):
        encoding.conflict("M9", None)
    with pytest.raises(ValueError, match="no switch called X, Y"):
        encoding.feasible("M", 3, {"Y", "X"})


def test_questions_about_switches_need_switches(plan_of: Any):
    """An encoding without switches says so instead of answering."""
    encoding = encoded(two_chains(plan_of), switches=False)

    with pytest.raises(ValueError, match="without switches"):
        encoding.conflict("M", 3)
    with pytest.raises(ValueError, match="without switches"):
        encoding.feasible("M", 3, {"A-B"})


def test_dates_off_the_calendar_are_reported_together(plan_of: Any):
    """Every rule that states a date which the calendar does not cover is named by its place."""
    plan = plan_of(
        rule("not-before", "early", at="M", date="2023-12-31"),
        rule("not-after", "fine", at="M", date="2024-02-01"),
        rule("not-after", "late", at="M", date="2024-05-01"),
        milestones=[event("M")],
    )

    with pytest.raises(BeyondHorizonError) as caught:
        encoded(plan)
    assert [fault.path for fault in caught.value.faults] == ["rules[0]", "rules[2]"]
