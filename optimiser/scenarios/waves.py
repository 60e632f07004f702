"""Waves: the days on which parties may enter Qualification, and how many at once."""

from __future__ import annotations

from collections.abc import Sequence

from models.duration import Duration
from models.plan import Plan
from models.qualification import Qualification, Wave, part_of
from models.rules import Occasions, Point
from optimiser.scenarios.parts import Parts

__all__ = ["add_waves"]


def add_waves(parts: Parts) -> None:
    """Let parties enter on the days of waves, so many at once."""
    qualification = parts.qualification
    waves = sorted(qualification.waves, key=lambda wave: wave.opens)
    allotted = _allotted(parts.plan, qualification, waves)
    sized, on = any(wave.size is not None for wave in waves), qualification.tranches
    for party in qualification.qualifying:
        start, open_to = Point(part_of(party.id, "TEST"), "start"), waves[allotted[party.id] :]
        occasions = Occasions(days=tuple(wave.opens for wave in open_to))
        title = f"{party.id} enters with {_named(open_to)}"
        parts.rule("release", "wave", party, f"wave-{party.id}", title, at=start, occasions=occasions, enabled=on)
        if sized:
            entry = part_of(party.id, "ENTRY")
            parts.activity(party, entry, f"{party.title}: entry", Duration(1, "wd"))
            title, at = f"{party.id} enters on the day its test starts", (Point(entry, "start"), start)
            parts.rule("equality", "wave", party, f"entry-{party.id}", title, at=at, enabled=on)
    if sized:
        most = len(qualification.qualifying)
        steps = tuple({"since": wave.opens, "amount": most if wave.size is None else wave.size} for wave in waves)
        items = [part_of(party.id, "ENTRY") for party in qualification.qualifying]
        title = "A wave takes in no more than its size"
        parts.capacity(qualification, "wave-sizes", title, most, items, steps=steps, enabled=on)


def _named(waves: Sequence[Wave]) -> str:
    """Return ``wave W9``, ``one of waves W8 and W9`` or ``one of waves W1 to W9``."""
    if len(waves) == 1:
        return f"wave {waves[0].id}"
    return f"one of waves {waves[0].id} {'and' if len(waves) == 2 else 'to'} {waves[-1].id}"


def _allotted(plan: Plan, qualification: Qualification, waves: Sequence[Wave]) -> dict[str, int]:
    """Return the first wave, by number in order of opening, that each party may enter."""
    parties, assignment = qualification.qualifying, qualification.assignment
    if assignment == "readiness":
        return _by_readiness(plan, qualification, waves)
    if assignment == "free":
        numbers = {wave.id: number for number, wave in enumerate(waves)}
        return {party.id: numbers.get(party.wave or "", 0) for party in parties}
    return {
        party.id: next(
            (
                number
                for number, wave in enumerate(waves)
                if (set(wave.segments) & set(party.segments) if assignment == "portfolio" else party.size in wave.sizes)
            ),
            0,
        )
        for party in parties
    }


def _by_readiness(plan: Plan, qualification: Qualification, waves: Sequence[Wave]) -> dict[str, int]:
    """Fill the waves in the order in which parties are ready; whoever is over goes with the last."""
    queue = sorted(qualification.qualifying, key=lambda party: (plan.duration(party.ready).amount, party.id))
    sizes = [len(queue) if wave.size is None else plan.amount(wave.size) for wave in waves]
    found, number, room = {}, 0, 0
    for party in queue:
        while number < len(waves) - 1 and room >= sizes[number]:
            number, room = number + 1, 0
        found[party.id] = number
        room += 1
    return found
