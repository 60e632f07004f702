"""The order in which to get evidence: the expected settling of dates and spans by each number, reading and inferred link."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from models.assumptions import Reading
from models.provenance import Basis
from models.risk import Claim, EvidenceCost
from models.rules import Rule
from models.worth import Doubt, EvidenceOrder, EvidenceWorth, Narrowed
from optimiser.clock import clock_of
from optimiser.critical import compile_network, earliest_times
from optimiser.numbers import column_number
from optimiser.robust.choices import Beside
from optimiser.robust.distribution import Distribution
from optimiser.robust.knowing import Knowing, parts_of
from optimiser.robust.model import Chance, Model
from optimiser.robust.simulation import Sampler
from optimiser.robust.statistics import Sample, date_of, effect
from optimiser.solve.fallback import inferred_rules, without_each
from optimiser.solve.narrowing import narrowed
from optimiser.solve.variant import Variant

__all__ = ["evidence_order"]


@dataclass(frozen=True, slots=True)
class _Prices:
    """What it costs to know things: by the register, or by the claims on an assumption."""

    stated: Mapping[str, EvidenceCost]
    claims: Sequence[Claim]

    def of(self, *names: str) -> tuple[int | None, str | None]:
        """Return the cost of knowing what goes by some names, and what would be done for it."""
        for name in names:
            if name in self.stated:
                return self.stated[name].cost, self.stated[name].title
        costs = [claim.cost for claim in self.claims if claim.assumption in names]
        known = [cost for cost in costs if cost is not None]
        if not known or len(known) < len(costs):
            return None, None
        return sum(known), "every claim on it backed by evidence of the firmest grade"


def evidence_order(
    sampler: Sampler,
    base: Sample,
    confidence: float,
    beside: Beside,
    claims: Sequence[Claim],
    tell: Callable[[str], None],
) -> EvidenceOrder:
    """Return the value of knowing each thing, ordered by cost for each day settled.

    Parameters
    ----------
    sampler
        Whose draws everything stands on.
    base
        Its samples.
    confidence
        At which dates are read.
    beside
        The dates under other answers to the open readings.
    claims
        Of a consultation, which may say what evidence costs.
    tell
        Told what is being done.
    """
    model, milestones = sampler.model, sampler.milestones
    prices = _Prices({entry.of: entry for entry in model.register.evidence} if model.register else {}, claims)
    tell("what evidence would settle")
    knowings = {name: Knowing(sampler, base, name, confidence) for name in milestones}
    spans = _Spans(sampler)
    drawn = [_drawn(sampler, chance, knowings, prices, spans.of(_key(chance))) for chance in model.chances]
    stated = {name: base.among(name) for name in milestones}

    def doubts(others: Mapping[str, Sequence[Distribution]]) -> dict[str, Doubt]:
        return {name: _doubt(model, name, confidence, [stated[name], *each]) for name, each in others.items()}

    unsettled = [
        _open("reading", reading.id, reading.question, reading.basis, prices, doubts(others), spans)
        for reading, others in _readings(model, beside)
    ]
    unsettled += [
        _open("link", rule.id, rule.title, rule.basis, prices, doubts({name: [each] for name, each in fallen.items()}), spans)
        for rule, fallen in _links(sampler, base)
    ]
    notes = [*_certain(model), *spans.notes]
    late = [name for name, knowing in knowings.items() if not knowing.dated]
    if late:
        notes.append(f"{', '.join(late)}: some samples have no date, so what is lost without evidence has no average")
    return EvidenceOrder(
        confidence=confidence,
        at_stake_wd={name: knowing.at_stake for name, knowing in knowings.items()},
        drawn=_ordered(drawn),
        open=_ordered(unsettled),
        notes=tuple(notes),
    )


def _certain(model: Model) -> Iterator[str]:
    """Yield notes on quantities held certain, about which evidence could settle nothing."""
    held = [
        name
        for name, entry in model.plan.assumptions_by_id.items()
        if name not in model.quantities and name not in model.past and entry.value is not None
    ]
    moving = [name for name in held if model.plan.uses.get(name) and not isinstance(model.plan.values[name], bool)]
    if moving:
        said = "1 number has" if len(moving) == 1 else f"{len(moving)} numbers have"
        yield f"{said} no range, so knowing better would settle nothing here; maybe ask for a range first: {', '.join(moving)}"


def _key(chance: Chance) -> str:
    return f"range {chance.slots[0]}" if chance.kind == "range" else f"reading {chance.id.removeprefix('reading:')}"


def _drawn(
    sampler: Sampler, chance: Chance, knowings: Mapping[str, Knowing], prices: _Prices, span: dict[str, Narrowed]
) -> EvidenceWorth:
    """Return the value of knowing one drawn quantity."""
    slots = [slot.removeprefix("duration:") for slot in chance.slots] if chance.kind == "range" else []
    cost, by = prices.of(chance.id.removeprefix("reading:"), *slots)
    parts = parts_of(sampler, chance)
    return EvidenceWorth(
        id=chance.id,
        title=chance.title,
        kind=chance.kind,
        basis=chance.basis,
        cost=cost,
        by=by,
        settles={name: knowing.settled(parts) for name, knowing in knowings.items()},
        span=span if chance.kind in ("range", "reading") else {},
    )


def _open(
    kind: Literal["reading", "link"],
    name: str,
    title: str,
    basis: Basis,
    prices: _Prices,
    doubt: dict[str, Doubt],
    spans: _Spans,
) -> EvidenceWorth:
    """Return the doubt that knowing one reading or link would end; neither has a probability."""
    cost, by = prices.of(name)
    span = spans.of(f"{kind} {name}")
    return EvidenceWorth(id=name, title=title, kind=kind, basis=basis, cost=cost, by=by, doubt=doubt, span=span)


def _readings(model: Model, beside: Beside) -> Iterator[tuple[Reading, dict[str, list[Distribution]]]]:
    """Yield each open reading with the distributions of the milestones under its other answers."""
    for reading in model.whole.readings:
        others = [fallen for (name, _), fallen in beside.alone.items() if name == reading.id]
        if others:
            yield reading, {milestone: [each[milestone] for each in others] for milestone in others[0]}


def _doubt(model: Model, milestone: str, confidence: float, answers: Sequence[Distribution]) -> Doubt:
    """Return between which dates a milestone lies over some answers."""
    dated = [(day, place) for place, each in enumerate(answers) if (day := each.day(confidence)) is not None]
    if not dated:
        return Doubt(first=None, last=None, apart_wd=None)
    first, last = min(dated), max(dated)
    if len(dated) < len(answers):
        return Doubt(first=date_of(first[0]), last=None, apart_wd=None)
    moved = effect(model.clock, answers[first[1]], answers[last[1]], confidence, model.shown(milestone))
    return Doubt(first=date_of(first[0]), last=date_of(last[0]), apart_wd=moved.days, noise_wd=moved.noise)


def _links(sampler: Sampler, base: Sample) -> Iterator[tuple[Rule, dict[str, Distribution]]]:
    """Yield each inferred link with the milestones that it leads to, as they fall without it, on the same draws."""
    model = sampler.model
    earliest = earliest_times(model.network)
    found: dict[str, dict[str, Distribution]] = {}
    for milestone in sampler.milestones:
        plan, variants = without_each(earliest, milestone)
        if variants:
            again = Model(plan, model.register, weighted=bool(model.weights), opened=model.opened)
            other = Sampler(again, (milestone,), sampler.seed, sampler.main, enumerate=sampler.exact, workers=sampler.workers)
            other.run(len(base))
            cases = {
                name: replace(other.main, switches={**other.main.switches, **_switched(variant)})
                for name, variant in variants.items()
            }
            for name, sample in other.each(cases):
                found.setdefault(name, {})[milestone] = sample.among(milestone)
    yield from ((rule, found[rule.id]) for rule in inferred_rules(model.network) if rule.id in found)


def _switched(variant: Variant) -> dict[str, bool]:
    return dict.fromkeys(variant.off, False) | dict.fromkeys(variant.on, True)


class _Spans:
    """By how much the spans narrow, by what is known: ``range SLOT``, ``reading ID`` or ``link ID``."""

    def __init__(self, sampler: Sampler) -> None:
        model, pools = sampler.model, sampler.main.pools
        self.notes: list[str] = []
        self._found: dict[str, dict[str, Narrowed]] = {}
        if model.network.uses_capacity:
            self.notes.append(
                "work queues for capacity, and of spans only bounds are known: by how much they narrow is not said"
            )
            return
        for milestone in sampler.milestones:
            plan, links = without_each(earliest_times(compile_network(model.whole, clock_of(model.whole))), milestone)
            known: dict[str, Sequence[Variant]] = {f"link {name}": [variant] for name, variant in links.items()}
            felt = model.felt(milestone)
            for slot, (entry, _) in model.ranges.items():
                base = column_number(model.quantities[slot].value)
                if entry.id in felt and (slot in pools or not model.absent(slot, base)):
                    values = (pools[slot] if slot in pools else model.lattice(entry, base)).values
                    ends = dict.fromkeys((int(values[0]), int(values[-1])))
                    followed = [model.follow({slot: np.array([end])}) for end in ends if end != base]
                    known[f"range {slot}"] = [
                        Variant(values={name: int(column[0]) for name, column in each.items()}) for each in followed
                    ]
            for name, each in narrowed(plan, milestone, known).items():
                key = name if name in known else f"reading {name}"
                self._found.setdefault(key, {})[milestone] = each
        if not self._found:
            self.notes.append("there are too many combinations of the open readings for a span, or none has a date")

    def of(self, key: str) -> dict[str, Narrowed]:
        """Return by milestone what knowing something narrows; nothing where it moves no end of the span."""
        return {name: each for name, each in self._found.get(key, {}).items() if each.most_wd}


def _ordered(worths: Sequence[EvidenceWorth]) -> tuple[EvidenceWorth, ...]:
    """Return first what has a cost, by the cost of a day that it settles, then the others by the days; then what settles none."""

    def place(worth: EvidenceWorth) -> tuple[int, float]:
        days = sum(_days(worth))
        if worth.cost is None or not days:
            return (1 if days else 2), -days
        return 0, worth.cost / days

    return tuple(sorted(worths, key=place))


def _days(worth: EvidenceWorth) -> Iterator[float]:
    yield from (each.settled_wd or 0.0 for each in worth.settles.values())
    yield from (float(each.apart_wd or 0) for each in worth.doubt.values())
