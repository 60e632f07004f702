"""Plans in minutes: the clock, the passes and the checker against minutes walked one by one."""

from __future__ import annotations

import datetime as dt
import random
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from models.duration import Duration
from models.minute_faults import DAYS_ALONE
from models.moment import Moment
from models.rules import RULE_KINDS
from models.schedule import Position
from optimiser.check import broken_by_fact, check
from optimiser.check.minutes import MINUTE_MEANINGS
from optimiser.clock import MinuteClock, WorkedTime, clock_of
from optimiser.clock.bounding import Capped, Clear, Constant, Fixed, Highest, Lowest, Through
from optimiser.clock.moves import Back, Following, Going, Months, Opening, Staying
from optimiser.clock.rising import Elapsed, Inverse, Worked
from optimiser.critical.backward import latest_times
from optimiser.critical.columns import Columns
from optimiser.critical.compile import compile_network
from optimiser.critical.evaluated import evaluate
from optimiser.critical.forward import earliest_times
from optimiser.critical.minute_rules import MINUTE_COMPILERS
from optimiser.encoding import Encoding
from optimiser.encoding.minute_rules import MINUTE_ENCODERS
from optimiser.errors import BeyondHorizonError
from optimiser.numbers import with_values
from optimiser.solve.placement import complete
from tests.minute_plans import Walked, done_plan, held_plan, minute_plan
from tests.quotas import few


def drawn_time(chance: random.Random, size: int) -> WorkedTime:
    """Return worked time of short periods and short gaps."""
    periods, at = [], chance.randint(0, 4)
    while at < size:
        length = chance.randint(1, 6)
        periods.append((at, at + length))
        at += length + chance.randint(1, 6)
    return WorkedTime(periods, size)


def functions(one: WorkedTime, two: WorkedTime) -> list[object]:
    """Return a function of every kind."""
    return [
        Worked(one),
        Worked(one, Fraction(3, 2)),
        Worked(one, gone=2),
        Inverse(Worked(one)),
        Inverse(Through(Going(two), Worked(one))),
        Back(one),
        Going(one),
        Staying(one),
        Opening(one),
        Elapsed(),
        Through(Worked(two), Going(one)),
        Highest([Worked(one), Going(two)]),
        Lowest([Worked(one), Going(two)]),
        Capped(10),
        Constant(9),
        Following([3, 8, 20], one.beyond),
        Clear(((5, 8), (15, 20)), Worked(one)),
        Fixed(Back(one), 3),
    ]


@pytest.mark.long
def test_every_function_of_a_minute_rises_and_its_inverse_undoes_it() -> None:
    """``f`` never falls, is the same elementwise, and ``f(x) ≤ y`` exactly where ``x ≤ latest(y)``."""
    chance, seen = random.Random(11), Counter[str]()  # noqa: S311 - tests
    for _ in range(60):
        size = chance.randint(20, 60)
        axis = np.arange(size + 1)
        for function in functions(drawn_time(chance, size), drawn_time(chance, size)):
            for amount in (0, 1, 7):
                values = [function.at(x, amount) for x in range(size + 1)]
                assert values == sorted(values)
                assert values == function.values(axis, amount).tolist()
                assert values == function.values(axis, np.full(size + 1, amount)).tolist()
                latest = [function.latest(y, amount) for y in range(size + 1)]
                assert latest == function.latest_values(axis, amount).tolist()
                for y, last in enumerate(latest):
                    true = max((x for x in range(size + 1) if values[x] <= y), default=-1)
                    assert min(max(last, -1), size) == true, (type(function).__name__, amount, y)
                    seen[type(function).__name__] += 1
    assert all(seen[type(each).__name__] > 1000 for each in functions(*[drawn_time(chance, 30)] * 2))


def test_between_its_bends_a_function_stays_or_rises_by_one() -> None:
    """What an encoding is made of: no bend is left out, whatever the function is put together from."""
    chance, pieces = random.Random(12), 0  # noqa: S311 - tests
    for _ in range(60):
        size = chance.randint(20, 60)
        for function in functions(drawn_time(chance, size), drawn_time(chance, size)):
            for amount in (0, 1, 7):
                low, high = sorted(chance.sample(range(size), 2))
                bends = sorted({low, high + 1, *function.bends(low, high, amount)})
                for first, after in pairwise(bends):
                    values = [value for x in range(first, after) if 0 <= (value := function.at(x, amount)) <= size]
                    rises = {later - earlier for earlier, later in pairwise(values)}
                    assert rises <= {0, 1}, (type(function).__name__, amount)
                    assert len(rises) < 2 or isinstance(function, Highest)
                    pieces += 1
    assert pieces > 5000


def test_months_keep_the_time_of_day_and_can_be_undone() -> None:
    """Every month is counted by the clock's date; the last day of a month stays the last."""
    months, day = Months(730000), 24 * 60
    axis = np.arange(0, 800 * day, 977)
    for amount in (0, 1, 5, 14):
        values = months.values(axis, amount)
        assert (np.diff(values) >= 0).all()
        latest = months.latest_values(values, amount)
        assert (latest >= axis).all()
        assert (months.values(latest, amount) <= values).all()
        assert (months.values(latest + 1, amount) > values).all()


@pytest.mark.long
def test_work_of_any_length_begins_where_its_calendar_lets_it() -> None:
    """With a length switched off, longest path, CP-SAT and checker still agree on the minute."""
    chance, seen = random.Random(17), Counter[str]()  # noqa: S311 - tests
    for _ in range(8):
        plan = minute_plan(chance, 4)
        for name in ("A0", "A1", "A2"):
            activities = tuple(
                each.model_copy(update={"enabled": False}) if each.id == name else each for each in plan.activities
            )
            free = plan.evolve(activities=activities)
            network = compile_network(free)
            earliest = earliest_times(network)
            if earliest.status != "feasible":
                continue
            assert check(free, complete(network, earliest.values), network.clock) == ()
            for switches in (False, True):
                answer = Encoding(free, network.clock, switches=switches).earliest("END")
                assert answer.boundary == earliest.values[network.nodes["END", "start"]], (free.rules, name)
            seen["agree"] += 1
    assert seen["agree"] > 12


@pytest.mark.long
@pytest.mark.parametrize("seed", few(range(4), 2))
def test_passes_checker_and_solver_agree_with_minutes_walked_one_by_one(seed: int) -> None:
    """On plans of several calendars, leads, shares and floors every position is the walked one, and nothing breaks.

    Nor is the checker lenient: no item can be a minute earlier with all others where they are.
    """
    chance, seen = random.Random(100 + seed), Counter[str]()  # noqa: S311 - tests
    for _ in range(25):
        plan = minute_plan(chance)
        try:
            walked = Walked(plan).found
        except (AssertionError, StopIteration, IndexError):
            seen["off the axis"] += 1
            continue
        network = compile_network(plan)
        earliest = earliest_times(network)
        assert earliest.status == "feasible"
        assert {name: earliest.position(name) for name in walked} == walked
        schedule = complete(network, earliest.values)
        clock = network.clock
        assert check(plan, schedule, clock) == ()
        seen["agree"] += 1
        batch = evaluate(network, Columns(samples=2))
        assert batch.values[:, 0].tolist() == earliest.values
        target = network.nodes["END", "start"]
        answer = Encoding(plan, clock, switches=False).earliest("END")
        assert (answer.status, answer.boundary) == ("optimal", earliest.values[target])
        latest = latest_times(network, {target: earliest.values[target]})
        assert all(late >= early for late, early in zip(latest, earliest.values, strict=True))
        for activity in plan.activities:
            place = schedule.by_id[activity.id]
            others = tuple(each for each in schedule.positions if each.id != activity.id)
            time = clock.time(activity.calendar)
            if plan.duration(activity.duration).unit != "min" or place.start <= clock.origin:
                continue
            start = time.end(time.worked(place.start)) - 1 if place.start else 0
            finish = clock.finish(start, activity.duration, activity.calendar)
            earlier = schedule.model_copy(update={"positions": (*others, Position(id=activity.id, start=start, finish=finish))})
            broken = {each.rule for each in check(plan, earlier, clock)}
            seen["refused"] += bool(broken)
            assert broken
    assert seen["agree"] > 10
    assert seen["refused"] > 30


@pytest.mark.long
@pytest.mark.parametrize("dialect", [None, "msp", "p6"])
def test_witnesses_agree_on_work_that_more_than_rules_hold(dialect: str | None) -> None:
    """Pins, delays, progress and assignments: the checker accepts the earliest schedule, and CP-SAT finds no earlier end."""
    chance, seen = random.Random(f"held {dialect}"), Counter[str]()  # noqa: S311 - tests
    for _ in range(60):
        plan = held_plan(chance, dialect)
        network = compile_network(plan)
        earliest = earliest_times(network)
        if earliest.status != "feasible":
            seen[earliest.status] += 1
            continue
        for activity in plan.activities:
            seen.update(key for key in ("pin", "delay", "progress", "assignments") if getattr(activity, key))
        schedule = complete(network, earliest.values)
        assert check(plan, schedule, network.clock) == ()
        answer = Encoding(plan, network.clock, switches=False).earliest("END")
        assert (answer.status, answer.boundary) == ("optimal", earliest.values[network.nodes["END", "start"]])
        seen["agree"] += 1
    assert seen["agree"] > 30
    assert min(seen[key] for key in ("pin", "delay", "progress", "assignments")) > 15


def agreed_on_progress(seeds: range) -> Counter[str]:
    """Hold the witnesses against each other on plans in minutes of which something is done; return what occurred."""
    seen: Counter[str] = Counter()
    for seed in seeds:
        plan = done_plan(random.Random(seed))  # noqa: S311 - tests
        network = compile_network(plan)
        earliest = earliest_times(network)
        answer = Encoding(plan, network.clock, switches=False).earliest("END")
        if earliest.status != "feasible":
            assert answer.status == "infeasible", f"seed {seed}: the longest path is {earliest.status}, CP-SAT {answer}"
            seen["infeasible"] += 1
            continue
        schedule = complete(network, earliest.values)
        assert check(plan, schedule, network.clock) == (), f"seed {seed}"
        boundary = earliest.values[network.nodes["END", "start"]]
        assert (answer.status, answer.boundary) == ("optimal", boundary), f"seed {seed}"
        status = network.clock.boundary(plan.status_date, "closes")  # type: ignore[arg-type]
        for activity in plan.activities:
            place = schedule.by_id[activity.id]
            seen["done" if plan.done(activity.id) else "begun" if plan.under_way(activity.id) else "to do"] += 1
            if not plan.done(activity.id):
                assert (place.finish if plan.under_way(activity.id) else place.start) >= status, f"seed {seed}: {activity.id}"
        seen.update({rule.kind for rule in plan.rules if any(plan.under_way(each.item) for each in rule.points())})
        seen["broken by fact"] += bool(broken_by_fact(plan, schedule, network.clock))
        seen["agree"] += 1
    return seen


PROGRESSED = ("done", "begun", "to do", "not-after", "not-before", "blackout", "gate", "at-least", "equality", "broken by fact")


@pytest.mark.long
def test_witnesses_agree_on_what_is_left_of_a_plan_in_minutes() -> None:
    """Something is done, rules of every kind bind it or not: longest path, CP-SAT and check have the same dates."""
    seen = agreed_on_progress(range(60))
    assert min(seen[each] for each in (*PROGRESSED[:3], "agree", "broken by fact")) > 15, seen


@pytest.mark.parametrize("seed", [1769, 1883])
def test_a_finish_waited_for_in_time_off_is_the_next_that_work_can_have(seed: int) -> None:
    """A greatest lag that asks for a finish in the night is not met by the evening before, of work to do or under way."""
    seen = agreed_on_progress(range(seed, seed + 1))
    assert seen["agree"] + seen["infeasible"] == 1


@pytest.mark.long
def test_witnesses_agree_on_what_is_left_of_many_plans_in_minutes() -> None:
    """The same of a thousand."""
    seen = agreed_on_progress(range(1000, 2000))
    assert min(seen[each] for each in PROGRESSED) > 40, seen


@pytest.mark.long
def test_a_plan_of_ten_years_takes_no_array_as_long_as_its_minutes() -> None:
    """Five million boundaries and 200 activities on three calendars are passed forward and back in less than 300 MB."""
    script = """
import datetime as dt, random
from models.calendar import Calendar, Shift, Span
from models.duration import Duration
from models.items import Activity, Milestone
from models.plan import Plan
from models.rules import Dependency
from optimiser.critical.backward import latest_times
from optimiser.critical.compile import compile_network
from optimiser.numbers import with_values
from optimiser.critical.forward import earliest_times
from optimiser.encoding import Encoding
from tests.quotas import few
covers = Span(first=dt.date(2020, 1, 1), last=dt.date(2031, 12, 31))
days = ("mon", "tue", "wed", "thu", "fri")
def calendar(name, *shifts):
    hours = {day: tuple(Shift(*each) for each in shifts) for day in days}
    return Calendar(id=name, title=name, covers=covers, hours=hours, basis="synthetic")
calendars = (calendar("base", (480, 720), (780, 1020)), calendar("early", (360, 840)), calendar("night", (1320, 1800)))
names = [f"A{n}" for n in range(200)]
activities = tuple(Activity(id=name, title=name, duration=Duration(5000, "min"), calendar=calendars[n % 3].id, basis="synthetic") for n, name in enumerate(names))
rules = tuple(Dependency(kind="dependency", id=f"R{n}", title="r", before=a, after=b, basis="synthetic") for n, (a, b) in enumerate(zip(names, [*names[1:], "END"])))
plan = Plan(schema="optimiser/plan/1", id="p", title="p", as_of=covers.first, unit="minute", horizon=covers, calendar="base", calendars=calendars, targets=("END",), activities=activities, milestones=(Milestone(id="END", title="e", shown="closes", basis="synthetic"),), rules=rules)
network = compile_network(plan)
earliest = earliest_times(network)
assert earliest.status == "feasible", earliest.trouble
latest_times(network, {})
assert network.clock.size > 5_000_000
status = open("/proc/self/status").read()  # unlike ru_maxrss it does not begin with what the parent had
print(int(status.split("VmHWM:")[1].split()[0]) // 1024)
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(found.stdout) < 300


def test_every_kind_of_rule_has_a_meaning_in_minutes_for_every_witness_or_is_refused() -> None:
    """What counts working days is refused by the plan; every other kind is checked, bounded and encoded."""
    known = RULE_KINDS.keys() - DAYS_ALONE.keys()
    assert MINUTE_MEANINGS.keys() == MINUTE_COMPILERS.keys() == MINUTE_ENCODERS.keys() == known


def test_the_clock_is_chosen_by_the_unit_and_shows_times() -> None:
    """A minute plan is shown to the minute, whatever the convention."""
    plan = minute_plan(random.Random(1))  # noqa: S311 - tests
    clock = clock_of(plan)
    assert isinstance(clock, MinuteClock)
    assert str(clock.show(clock.origin + 485, "opens")) == str(clock.show(clock.origin + 485, "closes")) == "2024-01-01T08:05"


def test_the_number_of_begun_work_is_what_is_left_of_it_and_finished_work_has_none() -> None:
    """No number moves a fact, and what is left is a number of its own."""
    plan = held_plan(random.Random(4), None, 8)  # noqa: S311 - tests
    for activity in plan.activities:
        done = activity.progress
        if done is None or not done.begun:
            assert [term.name for term in activity.terms()] == ["duration"]
        elif done.actual_finish is not None:
            assert activity.terms() == ()
        else:
            assert [(term.name, term.stated) for term in activity.terms()] == [("remaining", done.remaining)]


def test_a_column_for_the_length_of_begun_work_gives_the_dates_of_a_plan_with_so_much_left() -> None:
    """A sample and a plan in which somebody has estimated the rest anew agree to the minute."""
    counted: Counter[str] = Counter()
    for seed in range(60):
        plan = held_plan(random.Random(seed), (None, "p6")[seed % 2], 5)  # noqa: S311 - tests
        network = compile_network(plan)
        for activity in plan.activities:
            if activity.progress is None or activity.progress.left is None:
                continue
            name, left = f"duration:{activity.id}", activity.progress.left
            columns = Columns(3, {name: np.array([0, left.amount, left.amount + 25], dtype=np.int64)})
            together = evaluate(network, columns)
            for place, amount in enumerate((0, left.amount, left.amount + 25)):
                alone = earliest_times(compile_network(with_values(plan, {}, {name: Duration(amount, left.unit)})))
                if alone.status == "feasible" and left.amount:
                    finish = network.nodes[activity.id, "finish"]
                    assert together.values[finish][place] == alone.values[finish], (seed, activity.id, amount)
                    counted["parts" if activity.assignments else "alone"] += 1
    assert counted["alone"] > 30


def test_every_hour_of_the_last_day_covered_is_a_date_like_any_other():
    """A date on the last day of the calendar is taken with its hour, as the day itself is; one on the day after is not."""
    clock = clock_of(minute_plan(random.Random(147)))  # noqa: S311 - a draw that repeats
    last = clock.calendar.covers.last
    hour = Moment(last.year, last.month, last.day, 8, 0)

    assert clock.boundary(hour, "opens") == clock.boundary(last, "opens") + 8 * 60
    with pytest.raises(BeyondHorizonError):
        clock.boundary(Moment.of(hour + dt.timedelta(days=1)), "opens")
