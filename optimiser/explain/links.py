"""How much each inferred link matters: the date without it, with stages that overlap, and which links carry the answer together.

A link that somebody inferred may be wrong in two ways: it is not there, or it is less strict. Without it, what waited for it
starts as early as was published; so nothing gains the years that it would by starting with the plan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from models.duration import Duration
from models.items import Activity
from models.links import LinkLine, LinkReport, Overlap, Together
from models.plan import DURATION_PREFIX
from models.rules import Dependency, Point, Rule
from optimiser.critical import latest_times
from optimiser.explain.oracle import Oracle
from optimiser.explain.reaching import ranges_of
from optimiser.numbers import own_value
from optimiser.solve.between import DateRange
from optimiser.solve.fallback import Fallback, inferred_rules, loosened, pushed_by
from optimiser.solve.variant import Variant
from optimiser.wording import describe

__all__ = ["Days", "Fallbacks", "dates_without", "detached", "inferred_links"]

SHARES = (10, 20)
"""Per cent of the length of the work ahead by which what follows a link overlaps it."""


class Fallbacks(Fallback):
    """The dates of one milestone with rules gone, and what they held no earlier than it was published."""

    def __init__(self, oracle: Oracle, milestone: str, names: Sequence[str]) -> None:
        super().__init__(oracle.network, pushed_by(oracle.found, milestone), milestone, names)
        self._milestone = milestone
        self._beside = oracle if self.plan is oracle.plan else oracle.beside(self.plan)

    def without(self, sets: Sequence[Sequence[str]]) -> list[DateRange | None]:
        """Return where the milestone lies without each set of rules; None where something of it has no place left.

        Where other rules hold the milestone where it is, it stays there; else what the rules held falls back.
        """
        found: dict[int, DateRange] = dict(self.kept(sets))
        back = [place for place, known in enumerate(self.placed(sets)) if known is not None and place not in found]
        found |= zip(back, self.reach([self.variant(sets[place]) for place in back]), strict=True)
        return [found.get(place) for place in range(len(sets))]

    def kept(self, sets: Sequence[Sequence[str]]) -> dict[int, DateRange]:
        """Return the range of dates of the milestone without each set, by number, for sets whose removal does not make it earlier."""
        now = self._beside.base(self._milestone).exact
        held = [place for place, known in enumerate(self.placed(sets)) if known == "held"]
        alone = zip(held, self.reach([Variant(off=tuple(sets[place])) for place in held]), strict=True)
        return {place: reach for place, reach in alone if now is not None and reach.low >= now}

    def reach(self, variants: Sequence[Variant]) -> list[DateRange]:
        """Return where the milestone lies in variants of the plan."""
        return ranges_of(self._beside, self._milestone, variants)


def detached(oracle: Oracle, milestone: str, sets: Sequence[Sequence[str]]) -> list[bool]:
    """Return for each set of rules and durations whether, without them, nothing but the plan's start holds what they place."""
    return [bool(nodes) for nodes in loosened(oracle.network, sets, pushed_by(oracle.found, milestone))]


def dates_without(
    oracle: Oracle, milestone: str, sets: Sequence[Sequence[str]], loose: Sequence[bool] | None = None
) -> list[DateRange | None]:
    """Return where a milestone lies without each set; what nothing else would place is held no earlier than it was published.

    Parameters
    ----------
    loose
        Which of the sets leave anything so, where that is known.

    Returns
    -------
    list
        None where that was not published either, nor anything behind it.
    """
    loose = detached(oracle, milestone, sets) if loose is None else loose
    kept = [tuple(names) for names, free in zip(sets, loose, strict=True) if not free]
    alone = iter(ranges_of(oracle, milestone, [Variant(off=names) for names in kept]))
    free = [tuple(names) for names, each in zip(sets, loose, strict=True) if each]
    rules = dict.fromkeys(name for names in free for name in names if not name.startswith(DURATION_PREFIX))
    back = iter(Fallbacks(oracle, milestone, list(rules)).without(free) if free else ())
    return [next(back) if each else next(alone) for each in loose]


@dataclass(frozen=True)
class _Link:
    """An inferred link, how much later what it pushes could be, and its lags with the work ahead overlapped."""

    rule: Rule
    slack: int
    lags: tuple[tuple[int, Duration], ...] = ()


def inferred_links(oracle: Oracle, milestone: str, boundary: int, near: int) -> LinkReport:
    """Return the gain of each inferred link on or near a driving chain, and the sets of them that hold the date together.

    Parameters
    ----------
    boundary
        The milestone's date, proved.
    near
        Slack up to which a link counts.
    """
    links = _links(oracle, milestone, boundary, near)
    names = [link.rule.id for link in links]
    fallbacks = Fallbacks(oracle, milestone, names)
    days = Days(oracle, milestone, boundary)
    gone = fallbacks.without([(name,) for name in names])
    held = {names[place] for place in fallbacks.kept([(name,) for name in names])}
    overlapped = iter(fallbacks.reach([_overlap(link, share) for link in links for share, _ in link.lags]))
    lines = []
    for link, reach in zip(links, gone, strict=True):
        member, back = describe(oracle.plan, link.rule.id), fallbacks.back_to(link.rule.id)
        back = None if link.rule.id in held else back
        overlaps = tuple(
            Overlap(share=share, lag=str(lag), **days.told(next(overlapped)))  # type: ignore[arg-type]
            for share, lag in link.lags
        )
        lines.append(
            LinkLine(
                rule=link.rule.id,
                title=member.title,
                statement=member.statement,
                confidence=member.confidence,
                slack_wd=oracle.problem.clock.in_days(link.slack),
                item=fallbacks.item(link.rule.id),
                falls_back=None if back is None else back[0],
                falls_back_to=None if back is None else back[1],
                overlaps=overlaps,
                **days.told(reach),  # type: ignore[arg-type]
            )
        )
    apart = [link.rule.id for link, reach in zip(links, gone, strict=True) if reach is not None]
    together = [_without_all(fallbacks, days, apart)] if len(apart) > 1 else []
    eased = [link for link in links if link.lags]
    together += [_overlapped_all(fallbacks, days, eased, share) for share in SHARES] if len(eased) > 1 else []
    left_out = [name for name in names if name not in apart]
    notes = [f"{', '.join(left_out)}: nothing else holds what waits for it, and no published date says where it would be"]
    return LinkReport(within_wd=near, lines=tuple(lines), together=tuple(together), notes=tuple(notes if left_out else ()))


class Days:
    """Dates and gains of one milestone."""

    def __init__(self, oracle: Oracle, milestone: str, boundary: int) -> None:
        self._clock, self.boundary = oracle.problem.clock, boundary
        self._convention = oracle.plan.convention(Point(milestone, "start"))

    def told(self, reach: DateRange | None) -> dict[str, dt.date | int | None]:
        """Return the date and the gain of a reach; nothing where it is not known exactly, or off the axis."""
        exact = None if reach is None else reach.exact
        if exact is None or exact > self._clock.limit:
            return {"date": None, "gain_wd": None}
        return {"date": self._clock.show(exact, self._convention), "gain_wd": self._clock.days_between(exact, self.boundary)}


def _links(oracle: Oracle, milestone: str, boundary: int, near: int) -> list[_Link]:
    """Return the inferred links that lead to a milestone with little slack, those on driving chains first."""
    found = oracle.reasons(milestone)
    network, leads = found.network, oracle.problem.reaching(milestone)
    late = latest_times(network, {oracle.node(milestone): boundary})
    slacks: dict[str, int] = {}
    for arc in network.arcs:
        if arc.source != arc.target and not arc.mirrored and leads[arc.target]:
            slip = late[arc.target] - arc.family.at(found.values[arc.source], arc.amount)
            slacks[arc.rule] = min(slip, slacks.get(arc.rule, slip))
    for quorum in network.quorums:
        if leads[quorum.target]:
            slip = late[quorum.target] - quorum.reach_of(found.values)
            slacks[quorum.rule] = min(slip, slacks.get(quorum.rule, slip))
    links = [
        _Link(rule, max(0, slacks[rule.id]), tuple(_lags(oracle, milestone, rule)))
        for rule in inferred_rules(network)
        if slacks.get(rule.id, near + 1) <= near
    ]
    return sorted(links, key=lambda link: link.slack)


def _lags(oracle: Oracle, milestone: str, rule: Rule) -> list[tuple[int, Duration]]:
    """Return the lags at which a link lets its two items overlap; none in months, and none where they cannot."""
    if not isinstance(rule, Dependency) or rule.type != "FS" or rule.bound != "at-least":
        return []
    ahead, found = oracle.plan.items[rule.before], oracle.reasons(milestone)
    lag = own_value(oracle.plan, rule.id)
    if not isinstance(ahead, Activity) or not isinstance(lag, Duration) or lag.unit == "mo":
        return []
    start, finish = found.position(ahead.id)
    length = finish - start
    if lag.unit == "cd":
        clock = oracle.problem.clock
        length = (clock.show(finish, "opens") - clock.show(start, "opens")).days
    return [(share, replace(lag, amount=lag.amount - (length * share + 50) // 100)) for share in SHARES if length]


def _overlap(link: _Link, share: int) -> Variant:
    return Variant(values={link.rule.id: dict(link.lags)[share].amount})


def _without_all(fallbacks: Fallbacks, days: Days, names: Sequence[str]) -> Together:
    """Return the date without all the links, and which of them suffice for it."""
    (reach,) = fallbacks.without([names])

    def date_of(kept: Sequence[str]) -> int | None:
        (found,) = fallbacks.without([kept])
        return None if found is None else found.exact

    carried = _carrying(names, None if reach is None else reach.exact, days.boundary, date_of)
    return Together(what="none of them, all at their published starts", carried_by=carried, **days.told(reach))  # type: ignore[arg-type]


def _overlapped_all(fallbacks: Fallbacks, days: Days, links: Sequence[_Link], share: int) -> Together:
    """Return the date with all stages overlapped, and which of them suffice for it."""
    lags = {link.rule.id: dict(link.lags)[share].amount for link in links}
    (reach,) = fallbacks.reach([Variant(values=lags)])

    def date_of(kept: Sequence[str]) -> int | None:
        return fallbacks.reach([Variant(values={name: lags[name] for name in kept})])[0].exact

    carried = _carrying(list(lags), reach.exact, days.boundary, date_of)
    return Together(what=f"all of them overlapped by {share} %", carried_by=carried, **days.told(reach))  # type: ignore[arg-type]


def _carrying(
    names: Sequence[str], reached: int | None, boundary: int, date_of: Callable[[Sequence[str]], int | None]
) -> tuple[str, ...]:
    """Return a smallest set of links that alone gives the date that all of them give; none where that is the plan's own.

    Those with most slack are left out first, so that what drives stays.
    """
    if reached is None or reached == boundary:
        return ()
    kept = list(names)
    for name in reversed(names):
        fewer = [each for each in kept if each != name]
        if fewer and date_of(fewer) == reached:
            kept = fewer
    return tuple(kept)
