"""Two outcomes side by side: what changed, by how much, and what changed first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import numpy as np

from models.changes import (
    BindingChange,
    ChainChange,
    Comparison,
    DateChange,
    FirstMove,
    PlanInputs,
    RowChange,
    Side,
    StatedInput,
    ValueChange,
)
from models.findings import Binding
from models.moment import Moment
from models.outcome import MilestoneDate, Outcome, RowDate, Solved
from models.plan import DURATION_PREFIX, Plan
from models.rules import Blackout, Capacity, Equality, Rule
from optimiser.clock import clock_of
from optimiser.inputs import differences, inputs_of, rewritten, said_plainly
from optimiser.solve.fingerprint import plan_sha256

__all__ = ["compare"]


def compare(
    before: Outcome,
    after: Outcome,
    plans: tuple[Plan | None, Plan | None] = (None, None),
    names: tuple[str, str] = ("before", "after"),
    inputs: tuple[PlanInputs | None, PlanInputs | None] = (None, None),
) -> Comparison:
    """Return everything that differs between two outcomes.

    Parameters
    ----------
    before, after
        Outcomes, of one plan or of two.
    plans
        The plans that they are outcomes of, where they are at hand; one that is not the plan of its outcome, by its hash,
        is left aside and said to be.
    names
        What to call the two.
    inputs
        What the plans set, where it was stored with their outcomes. What is told neither by this nor by a plan is not
        compared, and said to be.

    Returns
    -------
    Comparison
        With dates in the order asked for, and moved items in the order of time.
    """
    notes: list[str] = []
    held: list[Plan | None] = []
    known: list[PlanInputs | None] = []
    for outcome, plan, name, stored in zip((before, after), plans, names, inputs, strict=True):
        own = plan if plan is not None and plan_sha256(plan) == outcome.run.inputs_sha256 else None
        held.append(own)
        known.append(stored or (inputs_of(own) if own is not None else None))
        if plan is not None and own is None and stored is None:
            notes.append(f"{name}: the plan at hand is not the one that the outcome was computed from")
    first, second = known
    if first is not None and second is not None:
        rewrites = rewritten(held[0], held[1]) if held[0] is not None and held[1] is not None else ()
        values = (*(said_plainly(each, (held[0], held[1])) for each in differences(first, second, held[1])), *rewrites)
        if not values and before.run.inputs_sha256 != after.run.inputs_sha256:
            notes.append("the plans differ in something that is no value: a title, a citation, a range, what a rule links")
    else:
        values = tuple(differences(_told(before), _told(after)))
        notes.append("assumptions and rules are not compared: an outcome alone does not hold them")
    for outcome, other, name in ((before, after, names[0]), (after, before, names[1])):
        notes += [f"{name}: {note}" for note in outcome.notes if note not in other.notes]
    rows = tuple(_rows(before, after))
    return Comparison(
        before=_side(before, names[0]),
        after=_side(after, names[1]),
        dates=tuple(_dates(before, after, counted=_one_axis((before, after), held, known))),
        bindings=tuple(_bindings(before, after)),
        chains=tuple(_chains(before, after)),
        values=values,
        first=_first(rows, values, held[1]) if rows else None,
        rows=rows,
        notes=tuple(notes),
    )


def _side(outcome: Outcome, name: str) -> Side:
    """Return what one of the two is."""
    conflict = outcome.conflict.statement if outcome.status == "infeasible" else None
    return Side(name=name, plan=outcome.plan, scenarios=outcome.scenarios, status=outcome.status, conflict=conflict)


def _told(outcome: Outcome) -> PlanInputs:
    """Return what an outcome says of its plan."""
    stack = "+".join(outcome.scenarios) or "none"
    return PlanInputs(
        stated=(
            StatedInput(kind="plan", name="plan", title=None, value=outcome.plan),
            StatedInput(kind="scenarios", name="scenarios", title=None, value=stack),
            *(StatedInput(kind="reading", name=name, title=None, value=value) for name, value in outcome.readings.items()),
        )
    )


def _milestones(outcome: Outcome) -> dict[str, MilestoneDate]:
    return {entry.id: entry for entry in outcome.milestones} if isinstance(outcome, Solved) else {}


def _one_axis(outcomes: tuple[Outcome, Outcome], plans: Sequence[Plan | None], inputs: Sequence[PlanInputs | None]) -> bool:
    """Return whether two outcomes count the same working days: two calendars of one name may have other holidays.

    Where neither plans nor hashes tell, whether no day and no boundary of the one contradicts the other.
    """
    one, other = (each if isinstance(each, Solved) else None for each in outcomes)
    if one is None or other is None:
        return False
    calendar = one.schedule.calendar
    if (calendar, one.schedule.first_day) != (other.schedule.calendar, other.schedule.first_day):
        return False
    first, second = plans
    if first is not None and second is not None:
        last = max(position.finish for each in (one, other) for position in each.schedule.positions)
        days, others = (clock_of(plan).days[: last + 1] for plan in (first, second))
        return bool(np.array_equal(days, others))
    hashes = {each.written_sha256 if each is not None else None for each in inputs}
    if len(hashes) == 1 and hashes != {None}:
        return True
    shown, back = _shown_days(one), _shown_days(other)
    days_of, boundaries_of = dict(shown) | dict(back), {(key[0], day): key[1] for key, day in (*shown, *back)}
    return all(days_of[key] == day and boundaries_of[key[0], day] == key[1] for key, day in (*shown, *back))


def _shown_days(outcome: Solved) -> list[tuple[tuple[str, int], dt.date]]:
    """Return the day of every start and finish of work, by its end and its boundary."""
    places = outcome.schedule.by_id
    work = [(places[row.id], row) for row in outcome.rows if row.kind == "activity" and row.id in places]
    starts = [(("start", place.start), row.start) for place, row in work]
    return starts + [(("finish", place.finish), row.finish) for place, row in work if place.finish > place.start]


def _dates(before: Outcome, after: Outcome, *, counted: bool) -> Iterator[DateChange]:
    """Yield every milestone that either was asked for, with the working days moved where they are counted alike."""
    old, new = _milestones(before), _milestones(after)
    for name in dict.fromkeys([*old, *new]):
        one, other = old.get(name), new.get(name)
        known = one is not None and other is not None and counted and not isinstance(one.date, Moment)
        yield DateChange(
            milestone=name,
            before=one.date if one else None,
            after=other.date if other else None,
            calendar_days=(other.date - one.date).days if one is not None and other is not None else None,
            working_days=other.boundary - one.boundary if known and one is not None and other is not None else None,
            proof_before=one.proof if one else None,
            proof_after=other.proof if other else None,
        )


def _bindings(before: Outcome, after: Outcome) -> Iterator[BindingChange]:
    """Yield the rules that hold a milestone in one and not, or not as much, in the other."""
    if not (isinstance(before, Solved) and isinstance(after, Solved)):
        return
    for milestone in before.binding:
        if not before.binding[milestone] or not after.binding.get(milestone):
            continue  # what binds was not told of one of them, which is noted
        old = {entry.rule: entry for entry in before.binding.get(milestone, ())}
        new = {entry.rule: entry for entry in after.binding.get(milestone, ())}
        for rule in dict.fromkeys([*old, *new]):
            change = _held(old.get(rule), new.get(rule))
            if change is not None:
                known = new.get(rule) or old[rule]
                yield BindingChange(
                    milestone=milestone,
                    rule=rule,
                    title=known.title,
                    change=change,  # type: ignore[arg-type]
                    gain_before=old[rule].drop_gain_wd if rule in old else None,
                    gain_after=new[rule].drop_gain_wd if rule in new else None,
                )


def _held(old: Binding | None, new: Binding | None) -> str | None:
    """Return how a rule's hold has changed, None where it has not."""
    if old is None:
        return "binds now"
    if new is None:
        return "binds no more"
    if old.drop_gain_wd is None or new.drop_gain_wd is None or old.drop_gain_wd == new.drop_gain_wd:
        return None
    return "gains more" if new.drop_gain_wd > old.drop_gain_wd else "gains less"


def _chains(before: Outcome, after: Outcome) -> Iterator[ChainChange]:
    """Yield the driving chains that are not the same in both."""
    if not (isinstance(before, Solved) and isinstance(after, Solved)):
        return
    for milestone in dict.fromkeys([*before.driving, *after.driving]):
        old, new = before.driving.get(milestone, ()), after.driving.get(milestone, ())
        if old != new:
            entered = tuple(item for item in new if item not in old)
            left = tuple(item for item in old if item not in new)
            yield ChainChange(milestone=milestone, before=old, after=new, entered=entered, left=left)


# -- what moved -------------------------------------------------------------------------------------------------------------


def _rows(before: Outcome, after: Outcome) -> Iterator[RowChange]:
    """Yield the items that lie elsewhere, by the first day on which either lies."""
    if not (isinstance(before, Solved) and isinstance(after, Solved)):
        return
    old, new = ({row.id: row for row in outcome.rows} for outcome in (before, after))
    moved: list[tuple[tuple[dt.date, bool], int, RowDate | None, RowDate | None]] = []
    for name in dict.fromkeys([*old, *new]):
        one, other = old.get(name), new.get(name)
        if one is None or other is None or (one.start, one.finish) != (other.start, other.finish):
            moved.append((_when(one, other), len(moved), one, other))
    for _, _, one, other in sorted(moved, key=lambda entry: entry[:2]):
        known = other or one
        assert known is not None
        yield RowChange(
            id=known.id,
            name=known.name,
            start_before=one.start if one else None,
            start_after=other.start if other else None,
            finish_before=one.finish if one else None,
            finish_after=other.finish if other else None,
        )


def _when(one: RowDate | None, other: RowDate | None) -> tuple[dt.date, bool]:
    """Return the first day on which two positions of an item part; on one day an event comes before work that it opens."""
    known = other or one
    assert known is not None
    work = known.kind != "milestone"
    if one is None or other is None:
        return known.start, work
    return (min(one.start, other.start) if one.start != other.start else min(one.finish, other.finish)), work


def _first(rows: Sequence[RowChange], values: Sequence[ValueChange], plan: Plan | None) -> FirstMove:
    """Return the first item in time that a change bears on directly; where none is, or nobody knows, the first that moved."""
    for row in rows if plan is not None else ():
        # Items that moved between the same days are held together by rules, and what pushes one pushes the other.
        days = row.start_before, row.start_after
        together = {row.id} | {other.id for other in rows if days == (other.start_before, other.start_after)}
        assert plan is not None
        mine = {rule.id for rule in plan.rules if _pushed(rule) & together} | {DURATION_PREFIX + row.id}
        why = [
            f"{_named(change)}: {change.before} → {change.after}"
            for change in values
            if change.kind == "calendar" or set(change.touches) & mine
        ]
        if why:
            return FirstMove(row=row, why=tuple(why))
    return FirstMove(row=rows[0], why=())


def _named(change: ValueChange) -> str:
    """Return what was changed: a length by its words, all else by the name that the plan's files have for it."""
    return change.title if change.kind == "duration" and change.title else f"{change.kind} {change.name}"


def _pushed(rule: Rule) -> set[str]:
    """Return the items that a rule constrains: the successors, not the predecessors."""
    points = rule.points()
    if isinstance(rule, Blackout | Capacity | Equality):
        return {point.item for point in points}
    return {points[-1].item}
