"""The standing of a date: its evidence class, and its distance from published dates."""

from __future__ import annotations

from collections import Counter

from models.findings import Evidence
from models.outcome import BaselineDelta
from models.plan import Plan
from models.provenance import Basis
from models.rules import Point
from optimiser.clock import Clock
from optimiser.critical import Earliest
from optimiser.wording import describe, number_of

__all__ = ["baseline_deltas", "evidence"]

_ORDER = ("high", "medium", "low")


def evidence(earliest: Earliest, milestone: str) -> Evidence:
    """Return the working days and links of a milestone's driving chain by basis.

    A length counts the working days by which it carries the chain forward; a link, a floor, an alignment counts as one
    link of the rule's basis, and its lag as working days of the basis of its number.
    """
    network, clock = earliest.network, earliest.network.clock
    lengths: Counter[Basis] = Counter()
    links: Counter[Basis] = Counter()
    confidences: list[str] = []
    fitted: dict[str, None] = {}
    proposals: dict[str, None] = {}
    for index in earliest.chain(earliest.last[network.nodes[milestone, "start"]]):
        event = earliest.events[index]
        if event.rule is None:
            continue
        member = describe(network.plan, event.rule)
        number = number_of(network.plan, event.rule)
        if member.authority == "proposal":
            # A day that somebody has set is no longer the draft's own.
            proposed = getattr(number, "id", None) not in network.plan.settings.assumptions
            proposals[member.title if proposed else member.statement] = None
        gained = clock.worked_between(earliest.events[event.parents[-1]].boundary, event.boundary) if event.parents else 0
        lengths[number.basis] += max(0, gained)
        if member.kind != "duration":
            links[member.basis] += 1
        numbers = [number, *(number_of(network.plan, length) for length in event.lengths)]
        for confidence, basis in [(each.confidence, each.basis) for each in numbers] + [(member.confidence, member.basis)]:
            if confidence:
                confidences.append(confidence)
            if basis == "fitted":
                fitted[f"{member.id}: {member.statement}"] = None
    return Evidence(
        document_wd=clock.in_days(lengths.pop("document", 0)),
        other_wd={basis: clock.in_days(days) for basis, days in sorted(lengths.items()) if days},
        links=dict(sorted(links.items())),
        inferred_links=links["inferred"],
        weakest_confidence=max(confidences, key=_ORDER.index, default=None),  # type: ignore[arg-type]
        fitted=tuple(fitted),
        proposals=tuple(proposals),
    )


def baseline_deltas(plan: Plan, clock: Clock, milestone: str, boundary: int) -> dict[str, BaselineDelta]:
    """Return how a milestone's boundary compares with every baseline that has a date for it."""
    convention = plan.convention(Point(milestone, "start"))
    date = clock.show(boundary, convention)
    found = {}
    for baseline in plan.baselines:
        published = baseline.date(milestone)
        if published is None:
            continue
        year, month = published.month
        day = published.day
        covers = clock.calendar.covers
        working = (
            clock.days_between(clock.boundary(day, convention), boundary)
            if day and covers.first <= day <= covers.last
            else None
        )
        found[baseline.id] = BaselineDelta(
            published=published.date, delta_months=(date.year - year) * 12 + date.month - month, delta_wd=working
        )
    return found
