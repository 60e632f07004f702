"""Earliest dates of whole plans: what the issue of the plan says must come out, proved, and what each date stands on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from models.outcome import Infeasible, Solved, Undecided
from models.rules import Point
from optimiser.check import check, placed_late
from optimiser.clock import Clock
from optimiser.critical import compile_network, earliest_times
from optimiser.encoding import Encoding
from optimiser.errors import BeyondHorizonError, InputError
from optimiser.reading.load import load
from optimiser.reproduction import classify, summary
from optimiser.solve import earliest
from tests.conftest import plan_of
from tests.quotas import few
from tests.random_plans import Draw, random_plan

PLAN = "mhhs-round2"
SYNTHETIC = {"basis": "synthetic"}


def dates(*scenarios: str, milestones: str = "M9 M10 M11 M12 M13 M14 M15 M16", **more: Any) -> dict[str, str]:
    """Return the earliest date of each milestone as text, having seen that all are certified."""
    outcome = earliest(load(PLAN, scenarios, **more), milestones.split())
    assert isinstance(outcome, Solved)
    assert set(outcome.proof.values()) == {"certified"}
    return {name: str(date) for name, date in outcome.dates.items()}


class TestRoundTwo:
    def test_the_base_reading(self) -> None:
        """Under the default readings every milestone falls where the rows and the stated lags put it."""
        assert dates() == {
            "M9": "2024-02-07",
            "M10": "2025-05-08",
            "M11": "2025-06-10",
            "M12": "2025-06-10",
            "M13": "2025-05-08",
            "M14": "2026-02-02",
            "M15": "2026-09-02",
            "M16": "2026-11-02",
        }

    def test_poap_1_comes_out_to_the_day(self) -> None:
        """Scenario poap1 gives all seven published days."""
        assert dates("poap1") == {
            "M9": "2024-02-07",
            "M10": "2025-07-01",
            "M11": "2025-08-01",
            "M12": "2025-08-01",
            "M13": "2025-07-01",
            "M14": "2026-03-31",
            "M15": "2026-10-30",
            "M16": "2026-12-31",
        }

    def test_all_published_rows_match_and_few_are_only_placed(self) -> None:
        """Under poap1 all 64 rows stand at their published dates: 16 with nothing fitted upstream, at most 8 merely placed."""
        plan = load(PLAN, ["poap1"])
        outcome = earliest(plan)
        assert isinstance(outcome, Solved)
        matches = classify(plan, outcome.schedule)
        counted = summary(matches)

        assert len(matches) == 64
        assert counted["differs"] == 0
        assert [match.row for match in matches if match.by == "links"] == [
            *(240, 242, 246, 248, 258, 272, 274, 276, 297, 315, 317, 323, 325, 327, 329, 331)
        ]
        assert counted["links"] + counted["fitted-upstream"] == 42
        assert counted["placed"] <= 8
        assert not any(match.reproduced for match in matches if match.by == "placed")

    def test_no_milestone_from_m10_on_depends_on_a_placed_row(self) -> None:
        """Nothing that happens to a placed row can move M10 or a later milestone."""
        plan = load(PLAN, ["poap1"])
        later = [f"M{number}" for number in range(10, 17)]
        outcome = earliest(plan, later)
        assert isinstance(outcome, Solved)
        placed = {match.id for match in classify(plan, outcome.schedule) if match.by == "placed"}
        floats = {row.id: row.float_wd for row in outcome.rows if row.id in placed}

        assert len(floats) == len(placed) > 0
        assert all(slip is None for each in floats.values() for slip in each.values())

    def test_alignment_alone(self) -> None:
        """Milestones on the first or last working days of months, all else as in the base."""
        assert dates("aligned", milestones="M10 M11 M14 M15 M16") == {
            "M10": "2025-06-02",
            "M11": "2025-07-01",
            "M14": "2026-02-27",
            "M15": "2026-09-30",
            "M16": "2026-11-30",
        }

    def test_poap_2_in_its_published_months_but_for_the_last_two(self) -> None:
        """M9 to M14 fall in PoaP 2's months; M15 a month before and M16, unless control point 5 gates it, too."""
        found = {name: date[:7] for name, date in dates("poap2").items()}
        gated = dates("poap2", milestones="M16", readings={"cp5-gates-m16": "yes"})

        assert found == {
            "M9": "2023-11",
            "M10": "2024-12",
            "M11": "2025-02",
            "M12": "2025-02",
            "M13": "2024-12",
            "M14": "2025-11",
            "M15": "2026-06",
            "M16": "2026-07",
        }
        assert gated["M16"][:7] == "2026-08"

    def test_the_difference_to_the_published_months_is_said(self) -> None:
        """Against PoaP 2's own baseline M15 and M16 are a month early, and M10 and M14 are on time."""
        outcome = earliest(load(PLAN, ["poap2"]), ["M10", "M14", "M15", "M16"])
        assert isinstance(outcome, Solved)
        deltas = {milestone.id: milestone.baselines["PoaP-2"].delta_months for milestone in outcome.milestones}

        assert deltas == {"M10": 0, "M14": 0, "M15": -1, "M16": -1}

    def test_mp162_read_literally_moves_everything(self) -> None:
        """With the MDR functions needed by the end of CIT, M9 waits for the release; an earlier release moves it back."""
        assert dates("mp162-literal", milestones="M9 M10 M14") == {"M9": "2024-04-26", "M10": "2025-07-28", "M14": "2026-04-22"}
        assert dates("mp162-literal", milestones="M9", settings={"mp162-release": "2024-06-03"}) == {"M9": "2024-04-01"}

    @pytest.mark.long
    def test_mp162_read_literally_contradicts_the_published_m9(self) -> None:
        """With M9 held, the conflict names the CIT length, the release, the MDR rule and the hold, and is minimal."""
        outcome = earliest(load(PLAN, ["mp162-literal"], settings={"m9-latest": "2024-02-07"}))
        assert isinstance(outcome, Infeasible)
        members = {member.id for member in outcome.conflict.members}

        assert {"duration:SIT-CIT", "mp162-release", "mdr-by-cit-end", "m9-latest"} <= members
        assert outcome.conflict.minimal
        for member in members - {"duration:SIT-CIT"}:
            freed = load(PLAN, ["mp162-literal"], settings={"m9-latest": "2024-02-07"}, released=[member])
            assert isinstance(earliest(freed, ["M9"]), Solved)

    def test_four_months_from_m15_to_m16(self) -> None:
        """The literal four months give New Year's Day 2027, and on PoaP 1 the last working day of February."""
        assert dates("m16-four-months", milestones="M16") == {"M16": "2027-01-01"}
        assert dates("poap1", "m16-four-months", milestones="M16") == {"M16": "2027-02-26"}

    @pytest.mark.long
    def test_every_scenario_keeps_every_rule(self) -> None:
        """The schedule of each scenario passes the independent check, and what is placed late cannot be later."""
        for scenario in ("poap1", "poap2", "aligned", "bank-holidays", "mp162-literal", "no-reverse-migration"):
            plan = load(PLAN, [scenario])
            outcome = earliest(plan)
            assert isinstance(outcome, Solved)
            assert check(plan, outcome.schedule) == ()
            assert placed_late(plan, outcome.schedule) == ()

    def test_a_number_fitted_by_a_scenario_is_named_as_fitted(self) -> None:
        """PoaP 1's contingency was chosen to hit a date: M10's evidence says so; the base, without it, does not."""
        fitted = earliest(load(PLAN, ["poap1"]), ["M10"])
        plain = earliest(load(PLAN), ["M10"])
        assert isinstance(fitted, Solved)
        assert isinstance(plain, Solved)

        assert any("contingency" in text for text in fitted.milestones[0].evidence.fitted)
        assert fitted.milestones[0].evidence.other_wd["fitted"] == 19
        assert plain.milestones[0].evidence.fitted == ()

    def test_the_span_is_what_solving_its_ends_gives(self) -> None:
        """Answering the readings named at each end of a span gives the date of that end."""
        outcome = earliest(load(PLAN), ["M10", "M14"])
        assert isinstance(outcome, Solved)
        for milestone in outcome.milestones:
            assert milestone.span is not None
            for end in (milestone.span.first, milestone.span.last):
                answered = earliest(load(PLAN, readings=end.readings), [milestone.id])
                assert isinstance(answered, Solved)
                assert answered.dates[milestone.id] == end.date

    @pytest.mark.long
    @pytest.mark.parametrize("seed", few(range(4), 1))
    def test_no_answers_to_the_readings_lead_out_of_the_span(self, seed: int) -> None:
        """Readings answered at random, the plan read anew, give a date within the span, or one that was counted as beyond."""
        plan = load(PLAN)
        outcome = earliest(plan)
        assert isinstance(outcome, Solved)
        chance, seen = Draw(seed), 0
        for _ in range(12):
            answers = {reading.id: chance.one(reading.options).id for reading in plan.readings}
            answered = load(PLAN, readings=answers)
            found = earliest_times(compile_network(answered))
            for milestone in outcome.milestones:
                assert milestone.span is not None
                if found.status == "beyond":
                    assert sum(each.span.beyond for each in outcome.milestones if each.span) > 0
                    continue
                convention = answered.convention(Point(milestone.id, "start"))
                date = found.network.clock.show(found.position(milestone.id)[0], convention)
                assert milestone.span.first.date <= date <= milestone.span.last.date
                seen += 1
        assert seen >= 30

    def test_what_a_scenario_sets_is_not_undone_by_an_open_reading(self) -> None:
        """PoaP 2 sets the lag to M16 by name: the open question of that lag no longer widens the span."""
        outcome = earliest(load(PLAN, ["poap2"]), ["M16"])
        assert isinstance(outcome, Solved)
        span = outcome.milestones[0].span
        assert span is not None

        assert "m16-lag" not in span.last.readings

    def test_equal_inputs_give_equal_bytes(self) -> None:
        """Two solves of one plan give the same outcome to the byte."""
        first, second = (earliest(load(PLAN, ["poap1"])).model_dump_json() for _ in range(2))

        assert first == second

    def test_gains_are_what_re_solving_without_the_rule_gives(self) -> None:
        """Each drop gain of M14's binding rules is the difference that releasing the rule makes."""
        outcome = earliest(load(PLAN), ["M14"])
        assert isinstance(outcome, Solved)
        boundary = outcome.milestones[0].boundary
        tried = 0
        for binding in outcome.binding["M14"]:
            if binding.kind == "duration" or binding.drop_gain_wd is None:
                continue
            freed = earliest(load(PLAN, released=[binding.rule]), ["M14"])
            assert isinstance(freed, Solved)
            assert boundary - freed.milestones[0].boundary == binding.drop_gain_wd
            tried += 1
        assert tried >= 2


def toy(name: str = "toy", *scenarios: str) -> dict[str, str]:
    """Return the dates of a packaged toy."""
    outcome = earliest(load(name, scenarios))
    assert isinstance(outcome, Solved)
    return {key: str(value) for key, value in outcome.dates.items()}


class TestToys:
    def test_the_bakery_agrees_with_its_own_arithmetic(self) -> None:
        """The toy opens on 1 March and is reviewed on 1 April 2024, as its README works out by hand."""
        assert toy() == {"OPEN": "2024-03-01", "REVIEW": "2024-04-01"}

    def test_the_toy_with_capacity_is_certified(self) -> None:
        """Five tests on two slots end where the README's rounds end, by a bound and not by a solver alone."""
        outcome = earliest(load("toy-capacity"))
        assert isinstance(outcome, Solved)

        assert set(outcome.proof.values()) == {"certified"}


def work(name: str, length: str, **more: Any) -> dict[str, Any]:
    """Describe an activity."""
    return {"id": name, "title": f"Work {name}", "duration": length, **SYNTHETIC, **more}


def rule(name: str, kind: str, **more: Any) -> dict[str, Any]:
    """Describe a rule."""
    return {"id": name, "title": f"Rule {name}", "kind": kind, **SYNTHETIC, **more}


MILESTONE = {"id": "M", "title": "Done", "shown": "closes", **SYNTHETIC}


class TestOutcomes:
    def test_without_a_target_the_user_is_told(self) -> None:
        """A plan that names no target and a question that names no milestone is bad input, not an empty answer."""
        with pytest.raises(InputError, match="no milestone is asked for"):
            earliest(plan_of(milestones=[MILESTONE]))

    def test_an_unknown_milestone_is_guessed_at(self) -> None:
        """A misspelt milestone is named with the closest there is."""
        with pytest.raises(InputError, match=r"Maybe 'M10'"):
            earliest(load(PLAN), ["M1O"])

    def test_work_is_no_milestone(self) -> None:
        """Asking for the date of an activity says that it is work."""
        with pytest.raises(InputError, match="is not a milestone but work"):
            earliest(load(PLAN), ["QUAL"])

    def test_a_plan_that_runs_off_its_calendar_is_an_error_with_its_chain(self) -> None:
        """A date beyond the pinned days is never a date, and the message names what runs there."""
        plan = plan_of(
            activities=[work("LONG", "900 wd")],
            milestones=[MILESTONE],
            rules=[rule("r", "dependency", before="LONG", after="M")],
        )
        with pytest.raises(BeyondHorizonError, match="LONG"):
            earliest(plan, ["M"])

    def test_capacity_that_contradicts_a_latest_date_is_a_conflict(self) -> None:
        """Three jobs of 10 days on one slot cannot be done in 25: the conflict names capacity, and is confirmed twice."""
        names = ["A", "B", "C"]
        plan = plan_of(
            targets=["M"],
            activities=[work(name, "10 wd") for name in names],
            milestones=[MILESTONE],
            rules=[
                *(rule(f"{name}-m", "dependency", before=name, after="M") for name in names),
                rule("slot", "capacity", amount=1, demands=[{"item": name} for name in names]),
                rule("by", "not-after", at="M", date="2024-02-09"),
            ],
        )
        outcome = earliest(plan)
        assert isinstance(outcome, Infeasible)

        assert {"slot", "by"} <= {member.id for member in outcome.conflict.members}
        assert outcome.conflict.minimal
        assert outcome.conflict.confirmed_by == "work counted against room, without a solver; CP-SAT in two configurations"

    def test_a_limit_reached_is_not_a_verdict(self) -> None:
        """With no time at all, and a first schedule hidden by a latest date, the answer is undecided with bounds."""
        names = [f"J{place}" for place in range(14)]
        lengths = [7, 11, 13, 5, 9, 8, 12, 6, 10, 7, 11, 9, 8, 13]
        total = sum(lengths)
        horizon_days = -(-total // 3) + 1
        plan = plan_of(
            targets=["M"],
            activities=[work(name, f"{length} wd") for name, length in zip(names, lengths, strict=True)],
            milestones=[MILESTONE],
            rules=[
                *(rule(f"{name}-m", "dependency", before=name, after="M") for name in names),
                rule("slots", "capacity", amount=3, demands=[{"item": name} for name in names]),
                rule("by", "not-after", at="M", date=str(dt.date(2024, 1, 8) + dt.timedelta(days=horizon_days * 7 // 5 - 1))),
            ],
        )
        outcome = earliest(plan, deterministic_limit=1e-9)

        assert isinstance(outcome, Undecided | Solved)
        if isinstance(outcome, Solved):
            assert set(outcome.proof.values()) <= {"certified", "gap"}

    def test_milestones_that_compete_for_capacity_say_their_order(self) -> None:
        """Two milestones that each want the slot first: each alone is early, and in order the second is later."""
        plan = plan_of(
            targets=["M", "N"],
            activities=[work("A", "10 wd"), work("B", "10 wd")],
            milestones=[MILESTONE, {**MILESTONE, "id": "N"}],
            rules=[
                rule("a-m", "dependency", before="A", after="M"),
                rule("b-n", "dependency", before="B", after="N"),
                rule("slot", "capacity", amount=1, demands=[{"item": "A"}, {"item": "B"}]),
            ],
        )
        outcome = earliest(plan)
        assert isinstance(outcome, Solved)
        first, second = outcome.milestones

        assert first.date == second.date
        assert first.lexicographic is None
        assert second.lexicographic is not None
        assert second.lexicographic > second.date

    def test_overlapping_scenarios_are_said(self) -> None:
        """Two scenarios that set one thing to different ends leave a note with the answer."""
        outcome = earliest(load(PLAN, ["poap1", "poap2"]), ["M10"])

        assert any("contingency" in note for note in outcome.notes)

    def test_a_verdict_that_a_second_configuration_does_not_confirm_is_no_verdict(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where CP-SAT, asked again another way, does not say infeasible, the answer is undecided and not a conflict."""
        from optimiser.encoding import Answer, Encoding

        plan = plan_of(
            targets=["M"],
            activities=[work("A", "5 wd"), work("B", "5 wd")],
            milestones=[MILESTONE],
            rules=[
                *(rule(f"{name}-m", "dependency", before=name, after="M") for name in ("A", "B")),
                rule("slot", "capacity", amount=1, demands=[{"item": name} for name in ("A", "B")]),
                rule("pin-first", "not-before", at="B", date="2024-01-11"),
                rule("pin-last", "not-after", at="B", date="2024-01-17"),
                rule("by", "not-after", at="A", date="2024-01-19"),
            ],
        )
        assert isinstance(earliest(plan), Infeasible)
        monkeypatch.setattr("optimiser.solve.contradiction.conflict_of_room", lambda *_: None)
        monkeypatch.setattr(Encoding, "confirm_infeasible", lambda *_, **__: Answer(status="unknown"))

        assert isinstance(earliest(plan), Undecided)


class TestConflicts:
    def test_what_blocks_work_blocks_it_for_its_length(self) -> None:
        """Work that must begin before a window it cannot be over by: its length is part of the contradiction."""
        window = {"first": "2024-01-15", "last": "2024-01-19"}
        plan = plan_of(
            activities=[{"id": "A", "title": "Work", "duration": "10 wd", **SYNTHETIC}],
            milestones=[{"id": "M", "title": "Done", "shown": "closes", **SYNTHETIC}],
            rules=[
                {"id": "window", "title": "Window", "kind": "blackout", "items": ["A"], "windows": [window], **SYNTHETIC},
                {"id": "start", "title": "Start", "kind": "not-after", "at": "A.start", "date": "2024-01-10", **SYNTHETIC},
            ],
        )
        outcome = earliest(plan, ["M"])
        assert isinstance(outcome, Infeasible)

        assert {member.id for member in outcome.conflict.members} == {"window", "duration:A", "start"}

    @pytest.mark.long
    def test_a_conflict_is_one_and_nothing_in_it_can_go(self) -> None:
        """CP-SAT, asked about the members alone, finds no schedule; without any one of them it does, or a date runs off."""
        seen = 0
        for seed in range(300):
            plan = random_plan(seed, capacity=False)
            if not plan.milestones:
                continue
            try:
                outcome = earliest(plan, [plan.milestones[0].id])
            except BeyondHorizonError:
                continue
            if not isinstance(outcome, Infeasible):
                continue
            members = [member.id for member in outcome.conflict.members]
            encoding, network = Encoding(plan, Clock(plan)), compile_network(plan)
            assert encoding.confirm_infeasible(None, None, members=members).status == "infeasible", (seed, members)
            if outcome.conflict.minimal:
                for left_out in members:
                    rest = [name for name in members if name != left_out]
                    again = encoding.confirm_infeasible(None, None, members=rest)
                    # A date beyond the calendar is no contradiction, though CP-SAT finds no place for it either.
                    beyond = earliest_times(network, off={*network.enabled} - {*rest}).status == "beyond"
                    assert beyond or again.status != "infeasible", (seed, members, left_out)
            seen += 1
        assert seen >= 20
