"""Inequalities of a network: functions of an amount told by tables, arcs, bounds, and what waits for k of n."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimiser.clock import Boundaries, Clock, Elapsed, Rising, Side, Worked

__all__ = [
    "MOST_CELLS",
    "MOST_NARROW",
    "NEVER",
    "WIDEST",
    "Answering",
    "Arc",
    "Bound",
    "Family",
    "Listed",
    "Quorum",
    "Share",
    "constant",
    "inverse",
    "next_place",
]

NEVER = 10_000_000
"""How far behind the axis lies what can never happen."""


class Family:
    """The functions ``x → f(x)`` that one arc can have, one for each amount of its lag or duration.

    Parameters
    ----------
    clock
        The axis.
    sign
        +1 or -1 where the function is ``x + sign · amount``; 0 where only a table tells.
    table
        From an amount to the function's values at the boundaries 0 to ``size``, shape ``(size + 1,)``, not decreasing.
    steps
        In place of a table, on an axis too long for one: the function and its inverse as they are worked out.
    """

    def __init__(
        self,
        clock: Clock,
        sign: int,
        table: Callable[[int], Boundaries] | None = None,
        *,
        steps: Rising | None = None,
    ) -> None:
        self.sign, self.steps = sign, steps
        self._clock = clock
        self._make = table
        self._tables: dict[int, Boundaries] = {}
        self._lists: dict[int, list[int]] = {}
        self._together: tuple[int, Boundaries] | None = None

    def table(self, amount: int) -> Boundaries:
        """Return the function's values at boundaries 0 to ``size + 2``; off the axis it stays off the axis."""
        if amount not in self._tables:
            size = self._clock.size
            axis = np.arange(size + 1, dtype=np.int64)
            made = axis + self.sign * amount if self._make is None else self._make(amount)
            if len(self._tables) * size > MOST_CELLS:
                del self._tables[next(iter(self._tables))]
            kind = np.int32 if size < MOST_NARROW else np.int64
            self._tables[amount] = np.concatenate([made, np.maximum([size + 1, size + 2], made[-1:])]).astype(kind)
        return self._tables[amount]

    def tables(self, low: int, high: int) -> Boundaries:
        """Return the tables of all amounts from one to another, shape ``(high - low + 1, size + 3)``."""
        first, last = low, high
        if self._together is not None:
            known = self._together[0], self._together[0] + len(self._together[1]) - 1
            if known[0] <= low and high <= known[1]:
                return self._together[1][low - known[0] : high - known[0] + 1]
            if max(known[1], high) - min(known[0], low) < 2 * (high - low + known[1] - known[0] + 1):
                first, last = min(known[0], low), max(known[1], high)
        self._together = first, np.stack([self.table(amount) for amount in range(first, last + 1)])
        return self._together[1][low - first : high - first + 1]

    def listed(self, amount: int) -> Listed:
        """Return `table` as a list, quicker to read one value from, or what stands for one."""
        if self.steps is not None:
            return Answering(self.steps, amount)
        if amount not in self._lists:
            self._lists[amount] = self.table(amount).tolist()
        return self._lists[amount]

    def at(self, x: int, amount: int) -> int:
        """Return ``f(x)``."""
        if self.sign:
            return x + self.sign * amount
        if self.steps is not None:
            return self.steps.at(x, amount)
        return self.listed(amount)[x]

    def values(self, x: Boundaries, amount: int | Boundaries) -> Boundaries:
        """Return ``f(x)`` for one amount, or one each; what is off the axis stays off it."""
        if self.sign:
            shifted: Boundaries = x + amount if self.sign > 0 else x - amount
            return shifted
        if self.steps is not None:
            return self.steps.values(x, amount)
        off_axis = self._clock.size + 1
        if isinstance(amount, int):
            return self.table(amount)[: off_axis + 1].take(x, mode="clip")
        place = np.clip(x, 0, off_axis)
        low, high = int(amount.min()), int(amount.max())
        if high - low < WIDEST and (high - low) * off_axis < MOST_CELLS:
            return self.tables(low, high)[amount - low, place]
        found = np.empty_like(x)
        for each in np.unique(amount).tolist():
            mask = amount == each
            found[mask] = self.table(each)[place[mask]]
        return found

    def latest(self, y: int, amount: int) -> int:
        """Return ``max{x : f(x) ≤ y}``, -1 where there is none."""
        if self.sign:
            return y - self.sign * amount
        if self.steps is not None:
            return self.steps.latest(y, amount)
        return bisect_right(self.listed(amount), y, hi=self._clock.size + 1) - 1

    def latest_values(self, y: Boundaries, amount: int | Boundaries) -> Boundaries:
        """Return ``max{x: f(x) ≤ y}``, -1 where there is none, for one amount, or one each."""
        if self.sign:
            back: Boundaries = np.maximum(y - self.sign * amount, -1)
            return back
        if self.steps is not None:
            return np.maximum(self.steps.latest_values(y, amount), -1)
        found = np.empty_like(y)
        for each in [amount] if isinstance(amount, int) else np.unique(amount).tolist():
            mask = np.broadcast_to(amount == each, y.shape)
            found[mask] = np.searchsorted(self.table(each)[:-2], y[mask], side="right") - 1
        return found

    def no_less(self, other: Family, amount: int, others: int) -> bool:
        """Return whether the function at an amount is nowhere below another one at its own, as far as that is known."""
        if self.sign and other.sign:
            return self.sign * amount >= other.sign * others
        if self.steps is not None or other.steps is not None:
            longer = amount >= others and isinstance(self.steps, Worked | Elapsed)
            return self.steps is other.steps and (longer or amount == others)
        return bool(np.all(self.table(amount) >= other.table(others)))


class Answering:
    """A function at one amount, read as its table would be."""

    def __init__(self, steps: Rising, amount: int) -> None:
        self.steps, self.amount = steps, amount

    def __getitem__(self, boundary: int) -> int:
        return self.steps.at(boundary, self.amount)

    @classmethod
    def of(cls, table: Listed | None, amount: int) -> Answering:
        """Return an inequality as a pass lays it out: a function, or so many minutes where there is none."""
        return table if isinstance(table, Answering) else cls(Elapsed(), amount)

    def fewest(self, low: int, high: int) -> int:
        """Return the fewest boundaries that it pushes on from anywhere between two; of what leaves these, too few to tell."""
        bends = {low, high, *self.steps.bends(low, high, self.amount)}
        at = {each for bend in bends for each in (bend - 1, bend) if low <= each <= high}
        return min((self[each] - each for each in at if self[each] <= high), default=low - high)


Listed = list[int] | Answering

WIDEST = 256
"""Of a column of amounts that spans no more than this all tables are laid side by side."""

MOST_NARROW = 2**29
"""On a shorter axis the boundaries of a table fit into 32 bits, with what never comes."""

MOST_CELLS = 400_000
"""Boundaries of which the tables of one family are kept, and laid side by side: on a long axis those of fewer amounts."""


def constant(clock: Clock, table: Boundaries) -> Family:
    """Return the family whose one function, whatever the amount, is a table."""
    return Family(clock, 0, lambda _: table)


def inverse(table: Boundaries, size: int) -> Boundaries:
    """Return ``y → min{x : g(x) ≥ y}`` for a not decreasing table, ``size + 1`` where no boundary reaches *y*.

    Parameters
    ----------
    table
        ``g`` at the boundaries 0 to ``size``.
    size
        Number of working days on the axis.

    Returns
    -------
    ndarray
        Shape ``(size + 1,)``.
    """
    return np.searchsorted(table, np.arange(size + 1), side="left").astype(np.int64)


@dataclass(frozen=True, slots=True)
class Share:
    """A length that an inequality takes so many per cent of: its amount is in hundredths of a minute.

    Attributes
    ----------
    percent
        The number of the inequality itself.
    amount, slots
        The number that the length holds, and the names under which a column may replace it; the last wins.
    length, origin
        From that number to minutes: ``length(origin, amount) − origin``.
    """

    percent: int
    amount: int
    slots: tuple[str, ...]
    length: Rising
    origin: int

    def of(self, percent: int | Boundaries, amount: int | Boundaries) -> int | Boundaries:
        """Return the amount of the inequality under other numbers, each one for all samples or a column."""
        if isinstance(amount, int):
            return percent * (self.length.at(self.origin, amount) - self.origin)
        return percent * (self.length.values(np.full(len(amount), self.origin), amount) - self.origin)


@dataclass(slots=True)
class Arc:
    """``x[target] ≥ f(x[source])``; where both are one node, the function rounds up to what the rule allows."""

    source: int
    target: int
    rule: str
    """The rule, or ``duration:ITEM``, that the inequality is part of."""
    family: Family
    amount: int = 0
    slots: tuple[str, ...] = ()
    """Names under which a column may replace the amount: an assumption, a rule, ``duration:ITEM``; the last wins."""
    switches: tuple[str, ...] = ()
    """Switches of durations that count the amount as zero when off, for a length that is then free."""
    mirrored: bool = False
    """Whether this is the second half of an equation, needed only where something else pushes its source, and not at
    all where the length is free."""
    share: Share | None = None
    """The length of which the number of ``slots`` is so many per cent, where the amount follows from both."""

    @property
    def names(self) -> tuple[str, ...]:
        """The slots of its numbers."""
        return self.slots if self.share is None else (*self.slots, *self.share.slots)

    def under(self, column: Callable[[tuple[str, ...], int], int | Boundaries]) -> int | Boundaries:
        """Return the amount under other numbers, from the slots of a number and what is stated to what is held for it."""
        if self.share is None:
            return column(self.slots, self.amount)
        return self.share.of(column(self.slots, self.share.percent), column(self.share.slots, self.share.amount))

    def renumbered(self, slot: str, number: int) -> Arc:
        """Return it with another number under one of its slots."""
        if self.share is None:
            return replace(self, amount=number)
        share = replace(
            self.share,
            percent=number if slot in self.slots else self.share.percent,
            amount=number if slot in self.share.slots else self.share.amount,
        )
        return replace(self, amount=int(share.of(share.percent, share.amount)), share=share)


@dataclass(slots=True)
class Bound:
    """``x[node] ≥ boundary`` (a floor) or ``x[node] ≤ boundary`` (a ceiling), by a stated date."""

    node: int
    rule: str
    boundary: int | None
    """None where the date is ``none``."""
    slots: tuple[str, ...] = ()
    side: Side = "floor"
    """Which of the two it is where its date is stated."""


@dataclass(slots=True)
class Quorum:
    """``x[target] ≥`` the ``count``-th smallest of ``f(x[s])`` over the sources."""

    sources: tuple[int, ...]
    target: int
    rule: str
    families: tuple[Family, ...]
    amount: int
    count: int
    slots: tuple[str, ...] = ()
    count_slots: tuple[str, ...] = ()

    @property
    def partial(self) -> bool:
        """Whether a source may be late for good without the target: no latest boundary of one then follows from it alone."""
        return self.count < len(self.sources)

    def reach(self, at: Sequence[int | None]) -> tuple[int, tuple[int, ...]]:
        """Return the boundary to which sources push the target, and the places of the binding sources, the deciding one last.

        Parameters
        ----------
        at
            A boundary for each source; None of one that nothing is known of.
        """
        each = zip(at, self.families, strict=True)
        reached = [-1 if boundary is None else family.at(boundary, self.amount) for boundary, family in each]
        order = sorted(range(len(reached)), key=lambda place: (reached[place], self.sources[place]))
        decides = order[self.count - 1]
        late = (place for place in order if reached[place] >= reached[decides] and place != decides)
        return reached[decides], (*late, decides)

    def said(self, _: Sequence[int | None]) -> str:
        """Return in words what decides, where the rule does not say it."""
        return ""

    def pushes(self, values: Sequence[int]) -> bool:
        """Return whether it may push its target from the boundaries of all nodes: not where enough sources have come by then."""
        by, left = values[self.target], self.count
        for source, family in zip(self.sources, self.families, strict=True):
            if family.at(values[source], self.amount) <= by:
                left -= 1
                if not left:
                    return False
        return True

    def reach_of(self, values: Sequence[int]) -> int:
        """Return to where sources push the target from the boundaries of all nodes."""
        return self.reach([values[source] for source in self.sources])[0]

    def no_looser(self, before: Quorum) -> bool:
        """Return whether it asks for no less than it did with other numbers."""
        pairs = zip(before.families, self.families, strict=True)
        return self.count >= before.count and all(new.no_less(old, self.amount, before.amount) for old, new in pairs)

    def sure(self) -> Iterator[tuple[int, Family]]:
        """Yield what, asked of every source, is enough."""
        yield from zip(self.sources, self.families, strict=True)

    def plain(self, _: Sequence[int]) -> Iterator[Quorum]:
        """Yield counts that follow from it and matter where sources are at some boundaries."""
        yield self


def next_place(places: Boundaries, size: int, otherwise: int) -> Boundaries:
    """Return for each boundary the next of some sorted ones at or after it, ``otherwise`` where there is none."""
    reached = np.append(places, otherwise)
    return reached[np.searchsorted(places, np.arange(size + 1), side="left")].astype(np.int64)
