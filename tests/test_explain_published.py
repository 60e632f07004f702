"""What published plans imply, where divergences come from, and which answers give which dates."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import numpy as np
import pytest

from models.duration import Duration
from models.plan import Plan
from models.scenario import Scenario
from optimiser.critical import compile_network, earliest_times
from optimiser.errors import InputError
from optimiser.explain.attribution import attribute, compare_networks, shapley
from optimiser.explain.implication import implied
from optimiser.explain.oracle import Oracle
from optimiser.explain.reaching import ranges_of
from optimiser.explain.regions import decision_regions, piecewise
from optimiser.reading.load import load
from optimiser.scenarios import apply
from optimiser.solve import earliest
from optimiser.solve.variant import Variant
from tests.test_explain_binding import event, link, work


@pytest.fixture(scope="module")
def mhhs() -> Plan:
    """The MHHS plan as published."""
    return load("mhhs-round2")


# -- implied ------------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_poap_2_implies_one_length_for_each_start() -> None:
    """By itself it finds M9 and the length of SIT: one length for each day from 8 to 30 November 2023, and none before."""
    plan = load("mhhs-round2", scenarios=["aligned"])
    found = implied(plan, "PoaP 2")
    assert found.chosen
    assert found.free == ("m9-floor", "sit-mvc")
    rows = {row.first: (row.last, row.beside_first, row.beside_last) for row in found.rows}
    assert next(iter(rows)) == "2023-11-08"
    assert list(rows)[-1] == "2023-11-30"
    assert all(row[0] == first and row[1] == row[2] for first, row in rows.items())
    lengths = [int(row[1].split()[0]) for row in rows.values() if row[1]]
    assert lengths == list(range(256, 239, -1))
    assert rows["2023-11-15"][1] == "251 wd"
    assert found.unexplained == ("M15",)
    assert any("m10" in text.lower() and "fitted" in text for text in found.hypotheses)


@pytest.mark.long
def test_rows_are_where_the_dates_hold_and_nowhere_else() -> None:
    """Solved again, the published months of M9, M10, M11 and M14 hold in every row, and not a day's length beside it."""
    found = implied(
        load("mhhs-round2", scenarios=["aligned"]),
        "PoaP-2",
        free=["m9-floor", "sit-mvc"],
        milestones=["M9", "M10", "M11", "M14"],
    )
    months = {"M9": (2023, 11), "M10": (2024, 12), "M11": (2025, 2), "M14": (2025, 11)}

    aligned = load("mhhs-round2", scenarios=["aligned"])

    def holds(start: str, length: int) -> bool:
        values_set = {"m9-floor": dt.date.fromisoformat(start), "sit-mvc": Duration(length, "wd")}
        plan = apply(Scenario(id="row", title="A row", assumptions=values_set), aligned)
        network = compile_network(plan)
        values = earliest_times(network).values
        dates = {
            name: network.clock.show(values[network.nodes[name, "start"]], plan.items[name].shown)  # type: ignore[union-attr]
            for name in months
        }
        return all((dates[name].year, dates[name].month) == month for name, month in months.items())

    assert len(found.rows) == 17
    for row in (found.rows[0], found.rows[8], found.rows[-1]):
        assert row.beside_first == row.beside_last
        length = int(str(row.beside_first).split()[0])
        assert [holds(row.first, length + more) for more in (-1, 0, 1)] == [False, True, False]
    assert not any(holds("2023-11-07", length) for length in range(252, 262))


@pytest.mark.long
def test_one_free_assumption_has_one_run() -> None:
    """With M9 fixed and no alignment, M10's month alone leaves SIT a run of lengths."""
    plan = load("mhhs-round2", settings={"m9-floor": "2023-11-15"})
    found = implied(plan, "PoaP-2", free=["sit-mvc"], milestones=["M10"])
    assert [(row.first, row.last) for row in found.rows] == [("251 wd", "272 wd")]


def test_too_many_or_unknown_assumptions_are_refused(mhhs: Plan) -> None:
    """An unknown baseline, an unknown assumption, or three at once are each refused with a reason."""
    with pytest.raises(InputError, match="no baseline of this plan is called 'PoaP 9'"):
        implied(mhhs, "PoaP 9")
    with pytest.raises(InputError, match=r"unknown assumption 'sit-mcv'\. Maybe 'sit-mvc'"):
        implied(mhhs, "TT", free=["sit-mcv"])
    with pytest.raises(InputError, match="at most two"):
        implied(mhhs, "TT", free=["sit-mvc", "m9-floor", "cp3"])


# -- attribution --------------------------------------------------------------------------------------------------------


def test_the_ledger_adds_up_to_the_published_divergence(mhhs: Plan) -> None:
    """Every milestone's months are the sum of the gaps on its way, and every gap's months are labelled in full."""
    checked = 0
    for plan in (mhhs, load("mhhs-round2", scenarios=["poap1"])):
        for ledger in attribute(plan, "TT").ledgers:
            gaps = {gap.after: gap for gap in ledger.gaps}
            for name, months in ledger.milestones.items():
                assert sum(gaps[each].growth for each in ledger.chain[name]) == months
                checked += 1
            assert all(sum(gap.labels.values()) == gap.growth for gap in ledger.gaps)
    assert checked > 40


def test_m10_is_six_approved_and_four_more() -> None:
    """M10's ten months are the six approved at M5 and four between M9 and M10, one of them contingency; M14's, six and eight."""
    plan = load("mhhs-round2", scenarios=["poap1"])
    ledger = next(each for each in attribute(plan, "TT").ledgers if each.to_baseline == "PoaP-1-page")
    gaps = {gap.after: gap for gap in ledger.gaps}
    assert ledger.chain["M10"] == ("M5", "M9", "M10")
    assert (gaps["M5"].labels, gaps["M9"].growth, gaps["M10"].growth) == ({"approved": 6}, 0, 4)
    assert gaps["M10"].labels["contingency"] == 1
    assert (gaps["M14"].before, gaps["M14"].growth) == ("M9", 8)


def test_every_method_is_shown_and_shapley_sums_to_the_difference(mhhs: Plan) -> None:
    """Between two networks Shapley's and the waterfall's parts sum to the difference, and the spread holds every method."""
    poap1 = load("mhhs-round2", scenarios=["poap1"], readings={"alignment": "all"})
    poap2 = load("mhhs-round2", scenarios=["poap2"])
    found = attribute(poap1, "TT", against=[("base", mhhs), ("poap2", poap2)])
    assert len(found.comparisons) == 6
    for each in found.comparisons:
        assert each.delta > 0
        assert sum(part.shapley for part in each.contributions) == pytest.approx(each.delta)
        assert sum(part.waterfall for part in each.contributions) == each.delta
        assert each.exact
        for part in each.contributions:
            low, high = part.spread
            assert low <= part.shapley <= high
    first = next(each for each in found.comparisons if (each.milestone, each.from_network) == ("M10", "base"))
    assert (first.delta, {group.id for group in first.groups}) == (38, {"sit-exit", "sad-tail", "contingency", "alignment"})
    assert any(part.days < 0 for part in first.interactions)


def test_the_plans_own_months_are_each_made_by_something_and_netted_by_nothing(mhhs: Plan) -> None:
    """The tool's own +8, +12 and +12 months to TT: six approved with M5, none evidenced, the rest made by lengths and lags."""
    own = attribute(mhhs, "TT", against=[("poap2", load("mhhs-round2", ["poap2"]))]).own
    sums = {
        (each.of, each.milestone): (each.months, each.approved, each.evidenced, each.not_evidenced, each.saved) for each in own
    }
    assert sums["base", "M10"] == (8, 6, 0, 2, 0)
    assert sums["base", "M14"] == (12, 6, 0, 6, 0)
    assert sums["base", "M16"] == (12, 6, 0, 7, -1)
    assert sums["poap2", "M10"] == (3, 6, 0, 0, -3)
    for each in own:
        year, month = map(int, each.published.split("-"))
        assert each.months == (each.date.year - year) * 12 + each.date.month - month
        assert each.months == sum(line.months for line in each.lines)
        assert all(line.rule is not None and line.to_save for line in each.lines if line.months > 0)


def test_what_would_save_a_month_saves_it(mhhs: Plan) -> None:
    """The value said to save a milestone's months does, and one unit more does not."""
    (m10,) = (each for each in attribute(mhhs, "TT", milestones=["M10"]).own)
    (line,) = (line for line in m10.lines if line.rule == "duration:SIT-MVC")
    assert (line.months, line.to_save) == (2, "276 wd instead of 304 wd")
    reached = {
        days: earliest(load("mhhs-round2", settings={"sit-mvc": f"{days} wd"})).dates["M10"].month for days in (276, 277)
    }
    assert (reached[276], reached[277]) == (3, 4)


def test_where_one_number_does_not_save_a_month_it_is_named_what_takes_over(mhhs: Plan) -> None:
    """What is said to take over holds the milestone: with the number as good as may be and that gone too, it is earlier still."""
    asked = 0
    for plan in (mhhs, load("mhhs-round2", ["poap1"])):
        for each in attribute(plan, "TT").own:
            oracle = Oracle(plan)
            for line in each.lines:
                if line.months < 0 or " instead of " in (line.to_save or ""):
                    assert not line.taken_over_by
                    continue
                assert line.rule is not None
                assert line.taken_over_by
                assert f"hold{'s' if len(line.taken_over_by) == 1 else ''} {each.milestone}" in (line.to_save or "")
                number = oracle.numbers[line.rule]
                alone = {number.slot: number.column(-number.least)}
                (with_it, without) = ranges_of(
                    oracle, each.milestone, [Variant(values=alone), Variant(values=alone, off=line.taken_over_by)]
                )
                assert with_it.exact is not None
                assert without.exact is None or without.exact < with_it.exact
                asked += 1
    assert asked >= 10


def test_shapley_is_the_mean_over_all_orders() -> None:
    """The closed formula gives what averaging over every order gives."""
    chance = np.random.default_rng(5)
    for _ in range(5):
        values = chance.integers(0, 50, size=16).tolist()
        expected = np.zeros(4)
        orders = list(itertools.permutations(range(4)))
        for order in orders:
            mask = 0
            for place in order:
                expected[place] += values[mask | 1 << place] - values[mask]
                mask |= 1 << place
        assert shapley(4, lambda masks: [values[mask] for mask in masks]) == pytest.approx(expected / len(orders))  # noqa: B023


def test_beyond_twelve_groups_orders_are_sampled(make_plan: Any) -> None:
    """With more groups than can be tried in full the parts still sum to the difference, each with its error."""
    names = [f"P{number:02d}" for number in range(14)]

    def chain(days: int) -> Plan:
        plan: Plan = make_plan(
            activities=[work(name, f"$len-{name}") for name in names],
            milestones=[event("M")],
            targets=["M"],
            assumptions=[
                {"id": f"len-{name}", "title": name, "value": f"{days + place % 3} wd", "basis": "synthetic"}
                for place, name in enumerate(names)
            ],
            rules=[*(link(one, other) for one, other in itertools.pairwise(names)), link(names[6], "M"), link(names[13], "M")],
        )
        return plan

    found = compare_networks(chain(2), chain(4), "M")
    assert not found.exact
    assert found.delta == 28
    assert sum(part.shapley for part in found.contributions) == pytest.approx(28)


def test_two_plans_are_not_two_networks(mhhs: Plan, make_plan: Any) -> None:
    """Networks of different plans are not compared."""
    with pytest.raises(InputError, match="not two networks of one plan"):
        compare_networks(make_plan(milestones=[event("M10")], targets=["M10"]), mhhs, "M10")


# -- regions and functions ------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_regions_part_every_combination(mhhs: Plan) -> None:
    """The regions of a milestone cover every combination of readings once, and each date is what the plan gives there."""
    found = decision_regions(mhhs)
    for name in found.milestones:
        assert sum(region.combinations for region in found.regions[name]) == found.combinations
    chance = np.random.default_rng(3)
    regions = found.regions["M14"]
    for place in chance.choice(len(regions), size=5, replace=False):
        region = regions[int(place)]
        plan = load("mhhs-round2", readings=region.readings)
        network = compile_network(plan)
        values = earliest_times(network).values
        assert network.clock.show(values[network.nodes["M14", "start"]], "closes") == region.date
    assert sum(each.combinations for each in found.together) == found.combinations - found.infeasible - found.beyond
    assert "m16-lag" not in found.matters["M14"]


@pytest.mark.long
def test_a_function_has_exact_breakpoints(mhhs: Plan) -> None:
    """M15 as a function of SIT's length is flat to 320 wd and then rises, as solving at either side of each breakpoint shows."""
    (found,) = piecewise(mhhs, "M15", ["sit-mvc"])
    first, second = found.segments[:2]
    assert (first.last, first.slope, second.first) == ("320 wd", 0, "321 wd")

    def date(length: str) -> dt.date:
        plan = load("mhhs-round2", settings={"sit-mvc": length})
        network = compile_network(plan)
        return network.clock.show(earliest_times(network).values[network.nodes["M15", "start"]], "closes")

    for segment in found.segments[:6]:
        assert date(segment.first) == segment.date
    assert date("320 wd") < date("321 wd")


def test_a_function_of_two_numbers_trades_them_off(mhhs: Plan) -> None:
    """M10 over the release's day and its lead: the longer the lead, the earlier the day at which it begins to move."""
    found = piecewise(mhhs, "M10", ["mp162-release", "mp162-lead"], reach=240)
    assert len(found) > 2
    assert all(each.beside == "mp162-lead" for each in found)
    days = [each.segments[0].last for each in found]
    assert days == sorted(days, reverse=True)


def test_functions_need_a_number(mhhs: Plan) -> None:
    """An unknown name, and none at all, are refused."""
    with pytest.raises(InputError, match="unknown assumption"):
        piecewise(mhhs, "M10", ["sit-mcv"])
    with pytest.raises(InputError, match="expected one or two"):
        piecewise(mhhs, "M10", [])
