"""What moved between two updates: every move divided among its causes, in time order, exact in sum."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections import Counter
from typing import Any

import pytest

from models.duration import Duration
from models.plan import Plan
from models.progress import Progress
from models.rules import RULE_KINDS
from optimiser.cli import ExitCode, main
from optimiser.errors import InputError
from optimiser.moved import what_moved
from optimiser.moved.matching import aligned
from optimiser.moved.mixing import Mixing
from optimiser.reading.load import load
from optimiser.solve.problem import Problem
from tests import mspdi_texts
from tests.random_plans import Draw, random_plan

MONDAY = dt.date(2026, 1, 5)
SOLID: dict[str, Any] = {"basis": "synthetic"}
LENGTHS = {"DESIGN": 5, "BUILD": 10, "SIDE": 12}


def works(lengths: dict[str, int] | None = None, *, unit: str = "day", links: tuple[str, ...] = (), **more: Any) -> Plan:
    """Return DESIGN 5 wd before BUILD 10 wd before DONE, and SIDE 12 wd before DONE, from Monday 5 January 2026.

    DONE is on the evening of Friday 23 January: the chain takes 15 wd, so SIDE has 3 wd of float.
    """
    covers = {"first": "2026-01-01", "last": "2026-12-31"}
    hours = {day: ["08:00-12:00", "13:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    calendar = {"id": "base", "title": "Base", "covers": covers, **SOLID}
    calendar |= {"hours": hours} if unit == "minute" else {"weekdays": list(hours)}
    pairs = [tuple(link.split(">")) for link in ("DESIGN>BUILD", "BUILD>DONE", "SIDE>DONE", *links)]
    said = lengths or LENGTHS
    content = {
        "schema": "optimiser/plan/1",
        "id": "works",
        "title": "Works",
        "as_of": "2026-01-01",
        "horizon": {"first": "2026-01-05", "last": "2026-12-30"},
        "calendar": "base",
        "calendars": [calendar],
        "targets": ["DONE"],
        "activities": [
            {"id": name, "title": name.title(), "duration": f"{length} wd", **SOLID} for name, length in said.items()
        ],
        "milestones": [{"id": "DONE", "title": "Done", "shown": "closes", **SOLID}],
        "rules": [
            {"id": f"{one}-{other}", "kind": "dependency", "title": f"{one} first", "before": one, "after": other, **SOLID}
            for one, other in pairs
        ],
        **({"unit": "minute"} if unit == "minute" else {}),
        **more,
    }
    return Plan.model_validate_json(json.dumps(content))


def updated(plan: Plan, status: dt.date, **done: Progress) -> Plan:
    """Return a plan with progress up to the evening of a day."""
    activities = tuple(
        entry.model_copy(update={"progress": done[entry.id]}) if entry.id in done else entry for entry in plan.activities
    )
    milestones = tuple(
        entry.model_copy(update={"progress": done[entry.id]}) if entry.id in done else entry for entry in plan.milestones
    )
    return plan.evolve(status_date=status, activities=activities, milestones=milestones)


def day(number: int) -> dt.date:
    """Return the working day of a number, from nought on the first Monday."""
    return MONDAY + dt.timedelta(days=number // 5 * 7 + number % 5)


def shares(found: Any, milestone: str = "DONE") -> dict[str, int]:
    """Return what each cause moves a milestone by, in days of 480 minutes where these are counted."""
    move = next(each for each in found.moves if each.milestone == milestone)
    scale = 480 if move.unit == "min" else 1
    return {share.cause: share.amount // scale for share in move.shares if share.amount}


UNITS = pytest.mark.parametrize("unit", ["day", "minute"])
PROGRESS_UNITS = pytest.mark.parametrize("unit", ["day", "minute"])


@PROGRESS_UNITS
def test_work_that_finished_late_moves_the_end_by_that(unit):
    """DESIGN, of 5 wd, finished 4 wd late; what follows it is late because of it, and is no cause of its own."""
    plan = works(unit=unit)
    later = updated(
        plan,
        day(11),
        DESIGN=Progress(actual_start=day(0), actual_finish=day(8)),
        BUILD=Progress(actual_start=day(9), remaining=Duration(7, "wd")),
        SIDE=Progress(actual_start=day(0), actual_finish=day(11)),
    )

    found = what_moved(plan, later)

    assert shares(found) == {"progress DESIGN": 4}
    assert found.moves[0].shares[0].sentence == "Design finished 4 wd late: DONE +4 wd."
    assert found.moves[0].kinds.keys() == {"progress"}


@PROGRESS_UNITS
def test_float_takes_up_what_is_late_first(unit):
    """SIDE finished 5 wd late, of which its float takes up 3."""
    plan = works(unit=unit)
    later = updated(
        plan,
        day(17),
        DESIGN=Progress(actual_start=day(0), actual_finish=day(4)),
        BUILD=Progress(actual_start=day(5), actual_finish=day(14)),
        SIDE=Progress(actual_start=day(0), actual_finish=day(16)),
        DONE=Progress(actual_finish=day(16)),
    )

    found = what_moved(plan, later)

    assert shares(found) == {"progress SIDE": 2}


@PROGRESS_UNITS
def test_what_is_left_and_estimated_again_is_told_from_what_went_slowly(unit):
    """BUILD began 2 wd late; at its status date 8 wd were to be left, and 11 are stated."""
    plan = works(unit=unit)
    later = updated(
        plan,
        day(8),
        DESIGN=Progress(actual_start=day(0), actual_finish=day(4)),
        BUILD=Progress(actual_start=day(7), remaining=Duration(11, "wd")),
        SIDE=Progress(actual_start=day(0), remaining=Duration(3, "wd")),
    )

    found = what_moved(plan, later)

    assert shares(found) == {"progress BUILD": 2, "remaining BUILD": 3}
    assert "began 2 wd late" in found.moves[0].shares[0].sentence
    assert {kind: amount for kind, amount in found.moves[0].kinds.items() if amount} == (
        {"progress": 2, "remaining": 3} if unit == "day" else {"progress": 960, "remaining": 1440}
    )


@PROGRESS_UNITS
def test_what_has_not_begun_by_the_status_date_is_late_by_its_wait(unit):
    """BUILD could begin on day 5 and has not by the evening of day 6: it begins on day 7 at the earliest."""
    plan = works(unit=unit)
    later = updated(
        plan,
        day(6),
        DESIGN=Progress(actual_start=day(0), actual_finish=day(4)),
        SIDE=Progress(actual_start=day(0), remaining=Duration(5, "wd")),
    )

    found = what_moved(plan, later)

    assert shares(found) == {"progress BUILD": 2}
    assert "had not begun by" in found.moves[0].shares[0].sentence


@PROGRESS_UNITS
def test_an_update_that_went_as_planned_moves_nothing_and_says_so(unit):
    """Everything began and finished as forecast: no cause moves anything."""
    plan = works(unit=unit)
    later = updated(
        plan,
        day(7),
        DESIGN=Progress(actual_start=day(0), actual_finish=day(4)),
        BUILD=Progress(actual_start=day(5), remaining=Duration(7, "wd")),
        SIDE=Progress(actual_start=day(0), remaining=Duration(4, "wd")),
    )

    found = what_moved(plan, later)

    assert found.still
    assert found.moves[0].amount == 0
    assert found.moves[0].shares == ()


@UNITS
def test_a_link_added_moves_by_what_it_makes_wait(unit):
    """SIDE now waits for DESIGN: its 12 wd end 2 wd after BUILD's 10."""
    found = what_moved(works(unit=unit), works(unit=unit, links=("DESIGN>SIDE",)))

    assert shares(found) == {"rule DESIGN-SIDE": 2}
    assert found.moves[0].kinds.keys() == {"logic"}


@UNITS
def test_where_two_causes_overlap_the_orders_differ_and_the_mean_shares(unit):
    """DESIGN 4 wd longer and SIDE 7 wd longer each move the end by 4 alone: whoever comes second moves nothing."""
    found = what_moved(works(unit=unit), works({"DESIGN": 9, "BUILD": 10, "SIDE": 19}, unit=unit))

    move, scale = found.moves[0], 480 if unit == "minute" else 1
    assert move.amount == 4 * scale
    assert {(share.cause, share.amount, share.reverse, share.mean) for share in move.shares} == {
        ("remaining DESIGN", 4 * scale, 0, 2.0 * scale),
        ("remaining SIDE", 0, 4 * scale, 2.0 * scale),
    }
    assert move.exact
    assert move.orders == 2


def test_work_that_is_put_in_takes_its_links_along():
    """TEST of 3 wd comes between BUILD and DONE: one cause, with its two links and the one that it replaces."""
    first, second = works(), works(LENGTHS | {"TEST": 3}, links=("BUILD>TEST", "TEST>DONE"))
    second = second.evolve(rules=tuple(rule for rule in second.rules if rule.id != "BUILD-DONE"))

    found, back = what_moved(first, second), what_moved(second, first)

    assert shares(found) == {"item TEST": 3}
    assert shares(back) == {"item TEST": -3}
    assert "Test (3 wd) was added" in found.moves[0].shares[0].sentence


def test_an_item_that_is_called_otherwise_is_the_same():
    """A new id with the old title, and links by other names, are no change of logic."""
    first = works()
    text = first.model_dump_json().replace('"BUILD"', '"CONSTRUCT"').replace("DESIGN-BUILD", "L1").replace("BUILD-DONE", "L2")
    second = Plan.model_validate_json(text)

    found = what_moved(first, second)

    assert found.renamed == {"BUILD": "CONSTRUCT"}
    assert found.still
    assert found.causes == ()


def test_links_numbered_anew_are_matched_by_what_they_tie():
    """A planner's file numbers links by their rows: a row put in first is one link added, and nothing else."""
    first = works()
    numbered = first.evolve(
        rules=tuple(rule.model_copy(update={"id": f"L{place}"}) for place, rule in enumerate(first.rules, start=1))
    )
    more = works(links=("DESIGN>SIDE",))
    second = more.evolve(
        rules=tuple(
            rule.model_copy(update={"id": f"L{place}"})
            for place, rule in enumerate((more.rules[-1], *more.rules[:-1]), start=1)
        )
    )

    assert list(shares(what_moved(numbered, second)).values()) == [2]
    assert len(what_moved(numbered, second).causes) == 1


def test_a_plan_without_dates_is_said_to_have_none():
    """A latest date that cannot be met leaves nothing to divide, and the answer says which of the two has none."""
    late = works(
        rules=[
            {"id": "late", "kind": "not-after", "title": "By the 7th", "at": "BUILD.finish", "date": "2026-01-07", **SOLID},
        ]
    )

    found = what_moved(works(), late)

    assert found.moves[0].amount is None
    assert found.moves[0].why_not == "it has no date after: no schedule meets every rule"


def test_days_and_minutes_have_no_axis_in_common():
    """A plan of days and one of minutes are refused, with what each counts."""
    with pytest.raises(InputError, match="counts days and after minutes"):
        what_moved(works(), works(unit="minute"))


def test_equal_plans_give_equal_bytes():
    """The same two plans give the same answer to the byte, sampled orders too."""
    one, other = random_plan(3, size="medium"), changed(random_plan(3, size="medium"), 3)

    assert what_moved(one, other).model_dump_json() == what_moved(one, other).model_dump_json()


def changed(plan: Plan, seed: int) -> Plan:
    """Return a plan with some lengths, links and values changed by chance."""
    draw = Draw(seed + 1)
    activities = []
    for entry in plan.activities:
        length = plan.duration(entry.duration)
        longer = draw.whole(-3, 4) if draw.chance(0.4) and length.amount else 0
        activities.append(
            entry.model_copy(update={"duration": Duration(max(1, length.amount + longer), length.unit)}) if longer else entry
        )
    rules = tuple(rule for rule in plan.rules if not draw.chance(0.2))
    return plan.evolve(activities=tuple(activities), rules=rules)


def lived(plan: Plan, seed: int, share: float) -> Plan:
    """Return a plan as it stands after a share of its time: what was due went as planned, or late, or has more left than planned."""
    draw, problem = Draw(seed), Problem.of(plan)
    clock, values = problem.clock, problem.earliest.values
    if problem.earliest.status != "feasible":
        return plan
    status = clock.origin + max(1, round(share * (max(values) - clock.origin)))
    if status >= clock.limit:
        return plan

    def done(item: Any) -> Any:
        start, finish = problem.network.place(item.id, values)
        late = draw.whole(0, 3) if draw.chance(0.4) else 0
        if start + late >= status or plan.done(item.id):
            return item
        if item.id in {each.id for each in plan.milestones}:
            return item.model_copy(update={"progress": Progress(actual_finish=clock.show(start + late, item.shown))})
        held = item.progress or Progress()
        began = held.actual_start or clock.show(start + late, "opens")
        if finish + late <= status and finish > start:
            return item.model_copy(
                update={"progress": Progress(actual_start=began, actual_finish=clock.show(finish + late, "closes"))}
            )
        rest = Duration(max(1, finish + late - status + draw.whole(-2, 3)), "wd")
        return item.model_copy(update={"progress": Progress(actual_start=began, remaining=rest)})

    return plan.evolve(
        status_date=clock.show(status, "closes"),
        activities=tuple(done(item) for item in plan.activities),
        milestones=tuple(done(item) for item in plan.milestones),
    )


def pairs_agree(seeds: range) -> Counter[str]:
    """Hold sums against dates on random pairs of updates; return how many milestones moved, and by what kinds of causes."""
    tally: Counter[str] = Counter()
    for seed in seeds:
        kinds = tuple(RULE_KINDS) if seed % 3 == 0 else ("dependency", "not-before", "gate", "at-least", "capacity")
        plan = random_plan(seed, size="medium" if seed % 8 == 1 else "tiny", capacity=seed % 5 == 0, kinds=kinds)
        first = lived(plan, seed, 0.3) if seed % 2 else plan
        second = changed(first, seed)
        second = lived(second, seed + 1, 0.6) if seed % 4 else second
        found = what_moved(first, second, seed=seed)
        for move in found.moves:
            if move.amount is None:
                assert move.why_not
                continue
            assert sum(share.amount for share in move.shares) == move.amount
            assert sum(move.kinds.values()) == move.amount
            assert sum(share.mean for share in move.shares) == pytest.approx(move.amount)
            assert (move.before == move.after) == (move.amount == 0)
            for share in move.shares:
                assert share.least <= share.amount <= share.most
                assert share.least <= share.mean + 1e-9
                assert share.mean <= share.most + 1e-9
            tally.update({"moved": move.amount != 0, "still": move.amount == 0, **dict.fromkeys(move.kinds, 1)})
        assert not any("could not be told apart" in note for note in found.notes), seed
    return tally


def test_shares_add_up_to_the_move_on_random_pairs_of_updates():
    """On 40 pairs of random plans, most with progress, the shares add up to each move, in time order and on average."""
    tally = pairs_agree(range(40, 80))

    assert tally["moved"] >= 5
    assert tally["progress"] >= 3


@pytest.mark.long
def test_shares_add_up_to_the_move_on_two_hundred_random_pairs_of_updates():
    """The same on 200 other pairs, among them causes of every kind that chance draws, some joined, some with capacity."""
    tally = pairs_agree(range(1000, 1200))

    assert tally["moved"] >= 40
    assert min(tally[kind] for kind in ("progress", "remaining", "logic", "rules")) >= 5


def test_causes_between_which_there_is_no_date_are_taken_together():
    """BUILD 3 wd longer breaks the latest date that goes with the old length: the two are one cause, and said to be."""
    latest = {"kind": "not-after", "title": "By the board", "at": "DONE", **SOLID}
    links = [json.loads(rule.model_dump_json()) for rule in works().rules]
    first = works(rules=[*links, {"id": "board", "date": "2026-01-23", **latest}])
    second = works(LENGTHS | {"BUILD": 13}, rules=[*links, {"id": "board", "date": "2026-01-28", **latest}])

    found = what_moved(first, second)

    assert list(shares(found).values()) == [3]
    assert found.joined == ("Build and By the board",)


def test_work_of_which_nothing_new_is_said_has_stood_still():
    """BUILD has 7 wd left, as it had 3 wd before: those 3 wd are lost."""
    plan, at = works(), {"DESIGN": Progress(actual_start=day(0), actual_finish=day(4))}
    at["SIDE"] = Progress(actual_start=day(0), actual_finish=day(6))
    at["BUILD"] = Progress(actual_start=day(5), remaining=Duration(7, "wd"))

    found = what_moved(updated(plan, day(7), **at), updated(plan, day(10), **at))

    assert shares(found) == {"remaining BUILD": 3}
    assert found.moves[0].kinds == {"progress": 3}
    assert found.moves[0].shares[0].sentence == "Build has 7 wd left, where 4 wd were forecast: DONE +3 wd."


def test_an_event_that_has_not_come_is_late_by_its_own_wait_and_by_no_day_more():
    """All of the work ended as planned on Friday the 23rd, and a week later nobody says that DONE has come: five working days."""
    plan = works()
    ends = {"DESIGN": (0, 4), "BUILD": (5, 14), "SIDE": (0, 11)}
    done = {name: Progress(actual_start=day(start), actual_finish=day(end)) for name, (start, end) in ends.items()}
    found = what_moved(plan, updated(plan, day(19), **done))
    assert shares(found) == {"progress DONE": 5}


def test_two_updates_the_wrong_way_round_are_told_as_such():
    """What moved is told from A to B, whichever came first."""
    plan = works()
    first, second = updated(plan, day(0)), updated(plan, day(4))
    assert any("is the later update of the two" in note for note in what_moved(second, first).notes)
    assert not any("later update" in note for note in what_moved(first, second).notes)


def test_work_that_is_suspended_is_charged_with_its_standing_still():
    """BUILD went as planned until Friday the 16th, and goes on on the 26th instead of the 19th: five working days."""
    plan = works()
    design = Progress(actual_start=day(0), actual_finish=day(4))
    build = Progress(actual_start=day(5), remaining=Duration(5, "wd"), suspend=day(9), resume=day(15))
    found = what_moved(
        plan, updated(plan, day(9), DESIGN=design, BUILD=build, SIDE=Progress(actual_start=day(0), remaining=Duration(2, "wd")))
    )
    assert shares(found) == {"progress BUILD": 5}
    (cause,) = (each for each in found.causes if each.id == "progress BUILD")
    assert cause.happened == "Build stands still until Mon 26 Jan 2026"


def test_a_plan_of_thousands_is_not_tried_change_by_change(monkeypatch):
    """Of more causes than are tried one by one those that move no date together are passed over, and the note says so."""
    many = {f"W{number}": 1 + number % 5 for number in range(60)}
    links = tuple(f"{name}>DONE" for name in many)
    first, second = (
        works(LENGTHS | many, links=links),
        works(LENGTHS | {name: length + 1 for name, length in many.items()} | {"BUILD": 12}, links=links),
    )
    dated: list[Plan] = []
    plan = Mixing.plan
    monkeypatch.setattr(Mixing, "plan", lambda self, chosen: dated.append(self.second) or plan(self, chosen))

    found = what_moved(first, second)

    assert shares(found) == {"remaining BUILD": 2}
    assert len(found.causes) == 61
    assert len(dated) < 40
    assert "not tried one by one" in found.notes[0]


def test_tasks_of_microsoft_project_are_matched_by_their_hidden_numbers(tmp_path, capsys):
    """A row put in at the top renumbers all below it: one task was added, one re-estimated, and none renamed by its row."""
    first = [mspdi_texts.task(1, 40, ID=1, Name="Design"), mspdi_texts.task(2, 80, mspdi_texts.link(1), ID=2, Name="Build")]
    second = [
        mspdi_texts.task(3, 8, ID=1, Name="Kick-off"),
        mspdi_texts.task(1, 40, mspdi_texts.link(3), ID=2, Name="Design"),
        mspdi_texts.task(2, 96, mspdi_texts.link(1), ID=3, Name="Build"),
    ]
    files = [tmp_path / name for name in ("march.xml", "april.xml")]
    for file, tasks in zip(files, (first, second), strict=True):
        file.write_bytes(mspdi_texts.project(*tasks))

    assert main(["compare", str(files[0]), str(files[1]), "-m", "END", "--json"]) == ExitCode.DONE
    move = json.loads(capsys.readouterr().out)["moved"]["moves"][0]

    assert {share["cause"]: share["amount"] / 480 for share in move["shares"]} == {"item 1": 1.0, "remaining 3": 2.0}
    assert [share["sentence"] for share in move["shares"]] == [
        "Kick-off (1 wd) was added: END +1 wd.",
        "Build was re-estimated from 10 wd to 12 wd: END +2 wd.",
    ]


def test_compare_of_two_folders_tells_what_moved(tmp_path, capsys):
    """``compare`` of two folders begins with the bridge, draws it, and adds it to the document at its end."""
    for name, plan in (("old", works()), ("new", works(LENGTHS | {"BUILD": 13}))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "plan.yaml").write_text(plan.model_dump_json(by_alias=True), encoding="utf-8")
    old, new, svg = (str(tmp_path / name) for name in ("old", "new", "bridge.svg"))

    assert main(["compare", old, new, "-o", svg]) == ExitCode.DONE
    told = capsys.readouterr().out
    assert main(["compare", old, new, "--json"]) == ExitCode.DONE
    document = json.loads(capsys.readouterr().out)

    assert "Build was re-estimated from 10 wd to 13 wd" in told
    assert list(document)[-1] == "moved"
    assert document["moved"]["moves"][0]["amount"] == 3
    assert "+3 wd" in (tmp_path / "bridge.svg").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def chain() -> list[Plan]:
    """Return the updates of the example chain, March to June."""
    return [load(f"laboratory-2026-0{month}") for month in (3, 4, 5, 6)]


def test_the_bridge_of_the_example_chain_is_what_its_readme_works_out_by_hand(chain):
    """A delivery 12 wd late costs a sitting of the board, 24 wd; findings take 5 wd more; a link takes 3 wd back."""
    first, last = shares(what_moved(chain[0], chain[3]), "ACCREDITED"), what_moved(chain[0], chain[3]).moves[0]
    each = [what_moved(one, other) for one, other in itertools.pairwise(chain)]

    assert first == {"progress DELIVERY-2": 24, "remaining FINDINGS": 5, "rule FINDINGS-after-VISIT": -3}
    assert {kind: amount for kind, amount in last.kinds.items() if amount} == {"progress": 24, "remaining": 5, "logic": -3}
    assert [shares(found, "ACCREDITED") for found in each] == [
        {"progress DELIVERY-2": 24},
        {"remaining FINDINGS": 5},
        {"rule FINDINGS-after-VISIT": -3},
    ]
    assert each[0].moves[0].shares[0].sentence == "Second delivery: reagents came 12 wd late: ACCREDITED +24 wd."
    assert (last.proof_before, last.proof_after) == ("certified", "certified")


def test_an_update_alone_is_compared_with_the_one_before_it(capsys):
    """``compare NEW`` finds the update before by what NEW says of it; a plan that says none is refused."""
    assert main(["compare", "laboratory-2026-04"]) == ExitCode.DONE
    told = capsys.readouterr().out
    assert main(["compare", "toy"]) == ExitCode.BAD_INPUT

    assert "laboratory-2026-03 → laboratory-2026-04" in told
    assert "came 12 wd late" in told
    assert "names no update before it" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_said_to_be_missing(tmp_path, capsys):
    """A mistyped path is no scenario's name."""
    assert main(["compare", "toy", str(tmp_path / "tpyo")]) == ExitCode.BAD_INPUT
    assert main(["compare", "toy", "april.xer"]) == ExitCode.BAD_INPUT

    assert capsys.readouterr().err.count("there is no such file or folder") == 2


def test_a_bridge_of_scenarios_is_refused(tmp_path, capsys):
    """Scenarios of one plan are told apart by ``attribute``: there is no bridge to draw."""
    assert main(["compare", "none", "toy:none", "-o", str(tmp_path / "x.svg")]) == ExitCode.BAD_INPUT
    assert "no bridge between scenarios" in capsys.readouterr().err


def test_matching_leaves_what_is_the_same_alone():
    """A plan matched with itself is the plan itself."""
    plan = works()

    assert aligned(plan, plan) == (plan, {})
