"""Why a milestone cannot be by a date, and what would have to give: all minimal conflicts, all minimal relaxations.

A minimal conflict (minimal unsatisfiable subset) cannot hold together, and leave out any one, the rest can. A minimal
relaxation (minimal correction set), switched off, lets the milestone meet the date; leave one of it on, and it does not.
Each kind is the set of minimal hitting sets of the other, so both are enumerated together by dualising and advancing
(Bailey and Stuckey, "Discovery of minimal unsatisfiable subsets of constraints using hitting set dualization", PADL 2005):
what MARCO (Liffiton, Previti, Malik and Marques-Silva, Constraints 21, 2016) finds with a solver for its map is here found
without one. Every question has three answers; one that a limit cut short makes the enumeration incomplete, never wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from models.findings import Conflict
from models.plan import DURATION_PREFIX
from models.routes import Relaxation
from models.rules import Point
from optimiser.clock import MinuteClock
from optimiser.explain.links import dates_without, detached
from optimiser.explain.oracle import Oracle
from optimiser.explain.possible import can, forward, look_ahead, needed, refuted_alone
from optimiser.explain.reaching import ranges_of
from optimiser.solve.binding import QUESTION
from optimiser.solve.variant import Variant
from optimiser.wording import demand, describe, done_in_words, families, plain_date, several, title

__all__ = ["Enumeration", "conflict_record", "enumerate_all", "one_conflict", "relaxation_records"]

LONGEST = 1_200
"""Characters of a conflict told as one sentence."""
MOST_LOOKS = 120
"""Questions about the capacity of a large plan that one conflict, or one enumeration, may ask."""
MOST_AHEAD = 512
"""Candidate relaxations that one pass looks at together."""
MOST_SETS = 4_000
"""Above this many candidate relaxations an enumeration stops and says that it is not complete."""


@dataclass(slots=True)
class Enumeration:
    """Minimal conflicts and relaxations of one question, as far as they were found.

    Attributes
    ----------
    minimal
        Whether each conflict was proved minimal, in the order of the conflicts.
    complete
        Whether these are all.
    """

    conflicts: list[tuple[str, ...]] = field(default_factory=list)
    minimal: list[bool] = field(default_factory=list)
    relaxations: list[frozenset[str]] = field(default_factory=list)
    complete: bool = True


def one_conflict(
    oracle: Oracle, milestone: str, by: int, off: frozenset[str] = frozenset()
) -> tuple[tuple[str, ...], bool] | None:
    """Return one minimal conflict among what is not off, and whether it was proved minimal.

    None where there is none, or a limit came before the verdict. Empty where the axis itself begins too late.

    Notes
    -----
    By deletion: each member is tried once, and what the new contradiction does not use is dropped with it (Chinneck and
    Dravnieks, "Locating minimal infeasible constraint sets in linear programs", 1991).
    """
    everything = frozenset(oracle.atoms)
    if can(oracle, milestone, by, off) is not False:
        return None
    core = _first_core(oracle, milestone, by, off)
    minimal, place = True, 0
    last = None
    if oracle.large and any(name in oracle.pools for name in core):
        core = _shrunk(oracle, milestone, by, core)
        last = oracle.rationed_calls + MOST_LOOKS
    # What is needed in a larger set is needed in every smaller one.
    kept_always = needed(oracle, milestone, by, core)
    while place < len(core):
        if core[place] in kept_always:
            place += 1
            continue
        trial = (*core[:place], *core[place + 1 :])
        if last is not None and oracle.rationed_calls > last:
            return core, False
        verdict = can(oracle, milestone, by, everything - set(trial))
        if verdict is False:
            kept = set(_cut(oracle, milestone, by, trial))
            place = sum(name in kept for name in core[:place])
            core = tuple(name for name in core if name in kept)
        else:
            minimal &= verdict is not None
            place += 1
    return core, minimal


def _shrunk(oracle: Oracle, milestone: str, by: int, core: tuple[str, ...]) -> tuple[str, ...]:
    """Return a smaller set of a large plan that cannot hold, by what capacity bounds alone show.

    What hangs on one piece of rationed work is left out together first, then each member alone.
    """
    groups: dict[frozenset[str], list[str]] = {}
    for name in core:
        near = oracle.near.next_to(name)
        if len(near) == 1:
            groups.setdefault(near, []).append(name)
    for members in (*groups.values(), *([name] for name in core)):
        if not set(members) <= set(core) or (len(members) == 1 and members[0] in oracle.pools):
            continue
        refuted = refuted_alone(oracle, milestone, by, [name for name in core if name not in members])
        if refuted is not None:
            core = tuple(name for name in core if name in refuted)
    return core


def _first_core(oracle: Oracle, milestone: str, by: int, off: frozenset[str]) -> tuple[str, ...]:
    """Return an infeasible set of active rules: the core of a refutation, else all of them."""
    left = tuple(name for name in oracle.atoms if name not in off)
    used = _cut(oracle, milestone, by, left)
    if not oracle.rationed or len(used) < len(left):
        return used
    from optimiser.encoding import Encoding
    from optimiser.solve.variant import varied

    everything = frozenset(oracle.atoms)
    plan = varied(oracle.network, Variant(off=tuple(off)))
    members, _ = Encoding(plan, oracle.problem.clock).conflict(milestone, by, oracle.limits)
    if members is not None:
        found = tuple(name for name in left if name in members)
        if can(oracle, milestone, by, everything - set(found)) is False:
            return found
    return left


def _cut(oracle: Oracle, milestone: str, by: int, held: Sequence[str]) -> tuple[str, ...]:
    """Return the members of an infeasible set used in a refutation by the network or its capacities, else the set itself."""
    everything = frozenset(oracle.atoms)
    ceilings = {oracle.node(milestone): (by, QUESTION)}
    earliest = forward(oracle, everything - set(held), ceilings)
    if earliest.trouble is not None:
        behind = set(earliest.rules_of_trouble())
    else:
        behind = set(refuted_alone(oracle, milestone, by, held) or held)
    used = tuple(name for name in held if name in behind)
    if len(used) == len(held):
        return used
    return used if can(oracle, milestone, by, everything - set(used)) is False else tuple(held)


def enumerate_all(oracle: Oracle, milestone: str, by: int, *, most_calls: int | None = None) -> Enumeration:
    """Return all minimal conflicts and all minimal relaxations of "the milestone at or before a boundary".

    Parameters
    ----------
    most_calls
        Questions to ask at most; the enumeration then says that it is not complete.
    """
    found = Enumeration()
    last = None if most_calls is None else oracle.calls + most_calls
    looks = oracle.rationed_calls + MOST_LOOKS if oracle.large else None
    waiting: list[frozenset[str]] = [frozenset()]
    settled: set[frozenset[str]] = set()
    while True:
        open_sets = [each for each in waiting if each not in settled]
        if not open_sets:
            break
        tired = looks is not None and oracle.rationed_calls > looks
        if tired or len(waiting) > MOST_SETS or (last is not None and oracle.calls > last):
            found.complete = False
            break
        trial = min(open_sets, key=lambda each: (len(each), sorted(each)))
        if (trial, milestone, by) not in oracle.in_time:
            alike = sorted((each for each in open_sets if len(each) == len(trial)), key=sorted)
            look_ahead(oracle, milestone, by, alike[:MOST_AHEAD])
        verdict = can(oracle, milestone, by, trial)
        if verdict is None:
            found.complete = False
            settled.add(trial)
        elif verdict:
            settled.add(trial)
            found.relaxations.append(trial)
        else:
            conflict = one_conflict(oracle, milestone, by, trial)
            if conflict is None:
                found.complete = False
                settled.add(trial)
                continue
            members, minimal = conflict
            found.conflicts.append(members)
            found.minimal.append(minimal)
            found.complete &= minimal
            if not members:
                return found
            waiting = _multiplied(waiting, members)
    found.relaxations.sort(key=lambda each: (len(each), sorted(each)))
    return found


def _multiplied(hitting: list[frozenset[str]], conflict: Sequence[str]) -> list[frozenset[str]]:
    """Return the minimal hitting sets once another conflict is to be hit as well (Berge's multiplication)."""
    members = frozenset(conflict)
    kept = [each for each in hitting if each & members]
    by_member: dict[str, list[frozenset[str]]] = {}
    for each in kept:
        for name in each & members:
            by_member.setdefault(name, []).append(each)
    grown = []
    for each in hitting:
        if each & members:
            continue
        for name in conflict:
            larger = each | {name}
            if not any(other <= larger for other in by_member.get(name, ())):
                grown.append(larger)
    return kept + grown


# -- in words -----------------------------------------------------------------------------------------------------------


def conflict_record(oracle: Oracle, milestone: str, by: int, members: Sequence[str], *, minimal: bool) -> Conflict:
    """Return a conflict in words, with the date that its members alone compel."""
    plan, clock = oracle.plan, oracle.problem.clock
    off = tuple(name for name in oracle.atoms if name not in set(members))
    convention = plan.convention(Point(milestone, "start"))
    asked = f"by {plain_date(clock.show(clock.ended(by), convention))}" if 0 < by < clock.size else "before the axis begins"
    (reach,) = ranges_of(oracle, milestone, [Variant(off=off)])
    if reach.low > clock.limit:
        compelled = f"{milestone} has no date at all"
    else:
        compelled = f"{milestone} is at {plain_date(clock.show(reach.low, convention))} or later"
        if isinstance(clock, MinuteClock) and by == reach.low - 1:
            asked = "a minute earlier"
    together, alone = families(plan, members)
    parts = [demand(plan, name) for name in alone] + [f"{name} ({several(parties)})" for name, parties in together.items()]
    demands = _in_brief(parts)
    reasons = {
        "closed form": "a longest path, computed without a solver",
        "CP-SAT": "CP-SAT, and the bounds of the network",
        "undecided": "CP-SAT, and the bounds of the network",
    }
    rationed = any(name in plan.rules_by_id and plan.rules_by_id[name].kind == "capacity" for name in members)
    confirmed = reasons[reach.method]
    if reach.method == "closed form" and rationed:
        confirmed = "a longest path with a capacity bound, computed without a solver"
    begins = f"the axis begins after {asked.removeprefix('by ')}"
    if plan.status_date is not None:
        begins = f"{milestone} is asked for {asked}, and what is to come begins after the status date, {plain_date(plan.status_date)}"
    if plan.done(milestone):
        begins = f"{milestone} was asked for {asked}, and no change of what is to come moves a fact"
    # What is left of work is said by its own length, where that takes part.
    facts = done_in_words(plan, *members, besides={name.removeprefix(DURATION_PREFIX) for name in members})
    return Conflict(
        members=tuple(describe(plan, name) for name in members),
        statement=(f"{compelled}, asked for {asked}: {demands}" if demands else begins) + (f" ({facts})" if facts else ""),
        minimal=minimal,
        confirmed_by=confirmed,
    )


def _in_brief(parts: Sequence[str]) -> str:
    """Return parts as one sentence, those that would make it longer than anybody reads counted instead."""
    length = 0
    for place, part in enumerate(parts):
        length += len(part) + 2
        if length > LONGEST:
            return "; ".join([*parts[:place], f"and {len(parts) - place} more"])
    return "; ".join(parts)


def relaxation_records(oracle: Oracle, milestone: str, sets: Sequence[frozenset[str]]) -> tuple[Relaxation, ...]:
    """Return relaxations with the date that each buys: first those that leave no item unexplained, then by date.

    Where one would leave something to the plan's start, that falls back to its published start, or the next one's; without any
    it has no date.
    """
    plan, clock = oracle.plan, oracle.problem.clock
    convention = plan.convention(Point(milestone, "start"))
    order = {name: place for place, name in enumerate(oracle.atoms)}
    ordered = [tuple(sorted(each, key=order.__getitem__)) for each in sets]
    loose = detached(oracle, milestone, ordered)
    found = []
    for names, reach, free in zip(ordered, dates_without(oracle, milestone, ordered, loose), loose, strict=True):
        known = reach is not None and reach.exact is not None and reach.low <= clock.limit
        found.append(
            Relaxation(
                rules=names,
                titles=tuple(title(plan, name) for name in names),
                date=clock.show(reach.low, convention) if reach is not None and known else None,
                detaches=free,
                regulatory=any(describe(plan, name).authority == "regulatory" for name in names),
            )
        )
    return tuple(sorted(found, key=lambda each: (each.detaches, len(each.rules), each.date is None, each.rules)))
