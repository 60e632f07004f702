"""Whether dates follow each axis the way they must, from pairs of combinations that differ in nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from models.picture import Monotonicity
from optimiser.batch.axes import Varied
from optimiser.batch.damage import Ask
from optimiser.batch.job import Job
from optimiser.critical import compile_network
from optimiser.numbers import column_number, senses

__all__ = ["monotonicity"]

MOST_HELD = 300_000
"""Rows of a design without strides that are compared in memory; more are not compared, and said not to be."""


def monotonicity(job: Job, ask: Ask, texts: Mapping[int, str]) -> Iterator[Monotonicity]:
    """Yield, for each axis with a sense, how many pairs of neighbours go against it.

    Parameters
    ----------
    job
        What was computed.
    ask
        Puts a question to the ledger.
    texts
        Texts of the ledger by number.

    Notes
    -----
    A combination proved infeasible counts as later than any date. Dates that are not proved earliest are left out, as
    are combinations without a verdict.
    """
    open_proofs = [number for number, text in texts.items() if text == "gap"]
    for place, axis in enumerate(job.axes):
        sense = _sense(job, axis)
        if sense is None:
            continue
        forwards = {first: rising == (sense > 0) for first, rising in _steps(axis)}
        if not forwards:
            continue
        what = "more never gives a later date" if sense < 0 else "less never gives a later date"
        pairs = _strided(job, ask, place) if job.design.stride(place) else _matched(job, ask, place)
        counted, against, example = 0, 0, None
        for first, second in pairs:
            position = first[1][place]
            if position not in forwards:
                continue
            for number, milestone in enumerate(job.milestones):
                earlier, later = (first, second) if forwards[position] else (second, first)
                days = [_day(row, number, open_proofs) for row in (earlier, later)]
                if days[0] is None or days[1] is None:
                    continue
                counted += 1
                if days[0] > days[1]:
                    against += 1
                    example = example or (
                        f"{milestone}: {days[0]} in row {earlier[0]}, {days[1]} in row {later[0]}, "
                        f"which differ only in {axis.id} ({axis.labels[earlier[1][place]]}, {axis.labels[later[1][place]]})"
                    )
        yield Monotonicity(axis=axis.id, expectation=what, pairs=counted, against=against, example=example)


def _sense(job: Job, axis: Varied) -> int | None:
    """Return which way dates must follow an axis, None where nothing says."""
    if axis.kind == "capacity":
        return -1
    if axis.kind != "assumption":
        return None
    (name,) = axis.values[0].changes.assumptions
    found = senses(job.plan, name, compile_network(job.plan).two_way)
    return min(found) if len(found) == 1 else None


def _steps(axis: Varied) -> Iterator[tuple[int, bool]]:
    """Yield the positions after which the next value is greater (true) or less (false)."""
    for position, (one, other) in enumerate(pairwise(axis.values)):
        units = {getattr(value.value, "unit", None) for value in (one, other)}
        numbers = [column_number(value.value) for value in (one, other)]
        if len(units) == 1 and one.value is not None and other.value is not None and numbers[0] != numbers[1]:
            assert numbers[0] is not None
            assert numbers[1] is not None
            yield position, numbers[1] > numbers[0]


Row = tuple[int, tuple[int, ...], str, tuple[Any, ...]]
"""Number, positions, status, and for each milestone date and proof."""


def _day(row: Row, number: int, open_proofs: list[int]) -> str | None:
    """Return a date that sorts as text, after all others where the combination is infeasible; None without a verdict."""
    if row[2] == "infeasible":
        return "never"
    date, proof = row[3][2 * number], row[3][2 * number + 1]
    return None if date is None or proof in open_proofs else date


def _columns(job: Job) -> tuple[list[str], list[str]]:
    """Return the columns of positions, and of dates and proofs."""
    places = [f"a{place}" for place in range(len(job.axes))]
    dated = [f"{letter}{number}" for number in range(len(job.milestones)) for letter in "dp"]
    return places, dated


def _strided(job: Job, ask: Ask, place: int) -> Iterator[tuple[Row, Row]]:
    """Yield pairs of neighbours on an axis of a full design: a fixed number of rows apart."""
    stride = job.design.stride(place)
    places, dated = _columns(job)
    count = len(places)
    chosen = ", ".join(
        [*(f"one.{name}" for name in ("row", *places, "status", *dated)), *(f"two.{name}" for name in ("status", *dated))]
    )
    cursor = ask(
        f"SELECT {chosen} FROM rows one JOIN rows two ON two.row = one.row + {stride} "  # noqa: S608 - numbers
        f"WHERE one.a{place} < {len(job.axes[place].values) - 1}"
    )
    for row, *rest in cursor:
        here = tuple(rest[:count])
        there = (*here[:place], here[place] + 1, *here[place + 1 :])
        middle = count + 1 + len(dated)
        yield (
            (row, here, rest[count], tuple(rest[count + 1 : middle])),
            (row + stride, there, rest[middle], tuple(rest[middle + 1 :])),
        )


def _matched(job: Job, ask: Ask, place: int) -> Iterator[tuple[Row, Row]]:
    """Yield pairs of neighbours on an axis of any other design."""
    if job.design.size > MOST_HELD:
        return
    places, dated = _columns(job)
    count = len(places)
    held: dict[tuple[int, ...], Row] = {}
    for row, *rest in ask(f"SELECT {', '.join(('row', *places, 'status', *dated))} FROM rows"):  # noqa: S608
        here = tuple(rest[:count])
        held[here] = (row, here, rest[count], tuple(rest[count + 1 :]))
    for here, one in held.items():
        other = held.get((*here[:place], here[place] + 1, *here[place + 1 :]))
        if other is not None:
            yield one, other
