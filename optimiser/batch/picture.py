"""From the rows of a run to what they say together. The ledger counts; what is held in memory does not grow with it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from models.assumptions import PublishedDate
from models.grid import AssumptionAxis
from models.picture import (
    AxisLine,
    AxisPoint,
    BaselineShare,
    BindingShare,
    BindingWhere,
    Extreme,
    HeatMap,
    Picture,
    ReasonCount,
    Step,
)
from optimiser.batch.axes import Varied
from optimiser.batch.job import Job
from optimiser.batch.ledger import Ledger
from optimiser.batch.monotonicity import monotonicity
from optimiser.batch.thresholds import thresholds
from optimiser.critical import compile_network, earliest_times
from optimiser.solve.placement import schedule_of, without_place
from optimiser.wording import describe

__all__ = ["picture"]

_EPOCH = 1_721_424.5
"""The Julian day of the ordinal 0, as SQLite counts days."""

MOST_CELLS, MOST_MAPS, MOST_RULES = 40, 3, 5
"""Values of an axis in a heat map, heat maps of a milestone, rules named of each axis."""


def picture(ledger: Ledger) -> Picture:
    """Return what the rows of a run say together.

    Parameters
    ----------
    ledger
        Of a run, finished or not.

    Raises
    ------
    LedgerError
        If the ledger cannot be read.
    """
    return _Rows(ledger).picture()


class _Rows:
    """The table of rows, and the questions put to it."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.job: Job = ledger.job()
        self.axes: tuple[Varied, ...] = self.job.axes
        self.milestones = self.job.milestones
        self._ask = ledger.ask
        self.texts: dict[int, str] = dict(self._ask("SELECT number, text FROM texts"))
        self.done = sum(after - first for first, after in ledger.done().items())

    def _at_base(self, *free: int) -> str:
        """Return the condition that every axis but some is at its base."""
        held = [f"a{number} = {axis.base}" for number, axis in enumerate(self.axes) if number not in free]
        return " AND ".join(held) or "1"

    def picture(self) -> Picture:
        """Return the whole."""
        job = self.job
        counts = self.ledger.counts()
        total = sum(counts.values())
        lines = tuple(self._lines())
        found, notes = thresholds(job)
        complete = self.done == job.design.size
        return Picture(
            grid=job.grid.id,
            title=job.grid.title,
            note=job.grid.note,
            plan=job.plan.id,
            scenarios=job.plan.settings.scenarios if job.stack_axis is None else tuple(job.grid.scenarios),
            milestones=self.milestones,
            design=job.grid.design,
            axes={axis.id: axis.title for axis in self.axes},
            base={axis.id: axis.labels[axis.base] for axis in self.axes},
            combinations=total,
            complete=complete,
            left_out=self.done - total,
            counts=counts,
            checked=self.ledger.checked(),
            disagreements=tuple(f"row {row}: {text}" for row, text in self.ledger.disagreements().items()),
            lines=lines,
            thresholds=tuple(found),
            maps=tuple(self._maps(lines)),
            binding=tuple(self._binding()),
            where=tuple(self._where()),
            monotonicity=tuple(monotonicity(job, self._ask, self.texts)),
            extremes=tuple(self._extremes()),
            baselines=tuple(self._baselines(total)),
            reasons=tuple(self._reasons()),
            steps=tuple(self._steps()),
            notes=(
                *(() if complete else ("the run is not finished: this is what there is so far",)),
                *notes,
                *self._unasked(),
                *self._claims(),
                *self._bars(),
            ),
        )

    def _unasked(self) -> Iterator[str]:
        """Yield in how many combinations with a date it was not told which rules bind."""
        if "binding" not in self.job.grid.report:
            return
        for number, milestone in enumerate(self.milestones):
            question = f"SELECT count(*), count(b{number}) FROM rows WHERE d{number} IS NOT NULL"  # noqa: S608 - a number
            dated, asked = next(iter(self._ask(question)))
            if asked < dated:
                yield (
                    f"which rules bind {milestone} is told in {asked} of {dated} combinations with a date: not of dates at a "
                    "confidence, of dates that are not proved, or where a limit came first"
                )

    def _claims(self) -> Iterator[str]:
        """Yield remarks on axes that set a drawn quantity: at a confidence these are claims, and move nothing."""
        drawn = {entry.of: entry.id for entry in self.job.register.ranges} if self.job.register else {}
        for axis in self.job.grid.axes:
            if isinstance(axis, AssumptionAxis) and axis.name in drawn:
                yield (
                    f"{axis.name}: its values are claims about what range '{drawn[axis.name]}' of the register draws, so no date at a "
                    "confidence moves with them, but for one of nothing, which takes the work out"
                )

    def _bars(self) -> tuple[str, ...]:
        """Say which hammocks of the plan as it stands have no place."""
        network = compile_network(self.job.plan)
        found = earliest_times(network)
        return without_place(network, schedule_of(network, found.values)) if found.status == "feasible" else ()

    # -- dates -------------------------------------------------------------------------------------------------------

    def _lines(self) -> Iterator[AxisLine]:
        """Yield each milestone's dates against each axis."""
        numbers = range(len(self.milestones))
        for place, axis in enumerate(self.axes):
            dates = ", ".join(f"min(d{number}), avg(julianday(d{number})), max(d{number})" for number in numbers)
            table = {
                position: rest
                for position, *rest in self._ask(
                    f"SELECT a{place}, count(*), sum(status = 'solved'), {dates} FROM rows GROUP BY a{place}"  # noqa: S608 - numbers
                )
            }
            held = ", ".join(f"d{number}" for number in numbers)
            base = {
                position: rest
                for position, *rest in self._ask(f"SELECT a{place}, {held} FROM rows WHERE {self._at_base(place)}")  # noqa: S608
            }
            for number, milestone in enumerate(self.milestones):
                points = []
                for position, label in enumerate(axis.labels):
                    count, solved, *rest = table.get(position, [0, 0] + [None] * 3 * len(self.milestones))
                    first, mean, last = rest[3 * number : 3 * number + 3]
                    points.append(
                        AxisPoint(
                            label=label,
                            combinations=count,
                            solved=solved,
                            first=_date(first),
                            mean=_mean(mean),
                            last=_date(last),
                            base=_date(base[position][number]) if position in base else None,
                        )
                    )
                yield AxisLine(axis=axis.id, title=axis.title, milestone=milestone, points=tuple(points))

    def _maps(self, lines: Sequence[AxisLine]) -> Iterator[HeatMap]:
        """Yield heat maps of the axes that move each milestone most."""
        if len(self.axes) < 2 or self.job.grid.design in ("one-at-a-time", "cumulative"):
            return
        places = {axis.id: place for place, axis in enumerate(self.axes)}
        for number, milestone in enumerate(self.milestones):
            moving = sorted(
                (line for line in lines if line.milestone == milestone and line.spread and len(line.points) > 1),
                key=lambda line: -line.spread,
            )[:3]
            pairs = list(combinations(sorted(places[line.axis] for line in moving), 2))[:MOST_MAPS]
            for first, second in pairs:
                yield self._map(number, milestone, first, second)

    def _map(self, number: int, milestone: str, first: int, second: int) -> HeatMap:
        """Return one heat map, the axis of more values across."""
        down, across = sorted((first, second), key=lambda place: len(self.axes[place].values))
        group = f"SELECT a{down}, a{across}, avg(julianday(d{number})) FROM rows"  # noqa: S608 - numbers
        by = f"GROUP BY a{down}, a{across}"
        cells = {(one, other): mean for one, other, mean in self._ask(f"{group} WHERE {self._at_base(down, across)} {by}")}
        rows, columns = self._thinned(down), self._thinned(across)
        held = all((one, other) in cells for one in rows for other in columns)
        if not held:
            cells = {(one, other): mean for one, other, mean in self._ask(f"{group} {by}")}
        return HeatMap(
            milestone=milestone,
            across=self.axes[across].id,
            down=self.axes[down].id,
            columns=tuple(self.axes[across].labels[position] for position in columns),
            rows=tuple(self.axes[down].labels[position] for position in rows),
            cells=tuple(tuple(_mean(cells.get((one, other))) for other in columns) for one in rows),
            others="base" if held else "mean",
        )

    def _thinned(self, place: int) -> list[int]:
        """Return the positions of an axis that a heat map shows: all, or evenly some."""
        size = len(self.axes[place].values)
        if size <= MOST_CELLS:
            return list(range(size))
        return sorted({round(step * (size - 1) / (MOST_CELLS - 1)) for step in range(MOST_CELLS)})

    def _extremes(self) -> Iterator[Extreme]:
        """Yield the earliest and the latest date of each milestone."""
        for number, milestone in enumerate(self.milestones):
            for which, extreme in (("earliest", "min"), ("latest", "max")):
                date = next(self._ask(f"SELECT {extreme}(d{number}) FROM rows"))[0]  # noqa: S608 - numbers
                if date is None:
                    continue
                count, row = next(self._ask(f"SELECT count(*), min(row) FROM rows WHERE d{number} = ?", (date,)))  # noqa: S608
                columns = ", ".join(f"a{place}" for place in range(len(self.axes)))
                places = next(self._ask(f"SELECT {columns} FROM rows WHERE row = ?", (row,)))  # noqa: S608
                yield Extreme(
                    milestone=milestone,
                    which=which,  # type: ignore[arg-type]
                    date=dt.date.fromisoformat(date),
                    combinations=count,
                    row=row,
                    values={axis.id: axis.labels[place] for axis, place in zip(self.axes, places, strict=True)},
                )

    def _steps(self) -> Iterator[Step]:
        """Yield the steps of a cumulative design, from its base to its end."""
        if self.job.grid.design != "cumulative":
            return
        places = ", ".join(f"a{place}" for place in range(len(self.axes)))
        held = ", ".join(f"d{number}" for number in range(len(self.milestones)))
        rows = list(self._ask(f"SELECT row, {places}, {held} FROM rows ORDER BY row"))  # noqa: S608 - numbers
        count = len(self.axes)
        before: tuple[Any, ...] | None = None
        for row in rows:
            dates = tuple(_date(text) for text in row[1 + count :])
            axis = value = None
            moved: tuple[int | None, ...] = (None,) * len(dates)
            if before is not None:
                place = next(place for place in range(count) if row[1 + place] != before[1 + place])
                axis, value = self.axes[place].id, self.axes[place].labels[row[1 + place]]
                earlier = [_date(text) for text in before[1 + count :]]
                moved = tuple(
                    None if one is None or other is None else (other - one).days
                    for one, other in zip(earlier, dates, strict=True)
                )
            yield Step(axis=axis, value=value, dates=dates, moved=moved)
            before = row

    # -- baselines and reasons ---------------------------------------------------------------------------------------

    def _baselines(self, total: int) -> Iterator[BaselineShare]:
        """Yield how many combinations meet each published date, one by one and together."""
        for baseline in self.job.plan.baselines:
            published = [(number, baseline.date(name)) for number, name in enumerate(self.milestones)]
            dated = [(number, entry) for number, entry in published if entry is not None]
            for number, entry in dated:
                met = self._met([(number, entry)])
                yield BaselineShare(
                    baseline=baseline.id, milestone=entry.milestone, published=entry.date, met=met, combinations=total
                )
            if len(dated) > 1:
                yield BaselineShare(
                    baseline=baseline.id, milestone=None, published=None, met=self._met(dated), combinations=total
                )

    def _met(self, dated: Sequence[tuple[int, PublishedDate]]) -> int:
        """Return how many combinations are at or before all of some published days or months."""
        tests = " AND ".join(f"substr(d{number}, 1, {len(entry.date)}) <= ?" for number, entry in dated)
        count = next(self._ask(f"SELECT count(*) FROM rows WHERE {tests}", [entry.date for _, entry in dated]))[0]  # noqa: S608
        return int(count)

    def _reasons(self) -> Iterator[ReasonCount]:
        """Yield why combinations have no date, the most frequent first."""
        question = "SELECT status, reason, count(*) FROM rows WHERE status <> 'solved' GROUP BY status, reason"
        found = [(status, self.texts.get(reason, "no reason"), count) for status, reason, count in self._ask(question)]
        for status, reason, count in sorted(found, key=lambda entry: (-entry[2], entry[0], entry[1]))[:20]:
            yield ReasonCount(status=status, reason=reason, combinations=count)

    # -- binding -----------------------------------------------------------------------------------------------------

    def _rules(self, number: int) -> tuple[str, ...]:
        """Return the rules of a set."""
        return tuple(name for name in self.texts[number].split(";") if name)

    def _binding(self) -> Iterator[BindingShare]:
        """Yield in how many combinations each rule binds, the most frequent first."""
        if "binding" not in self.job.grid.report:
            return
        for number, milestone in enumerate(self.milestones):
            counted: Counter[str] = Counter()
            asked = 0
            for held, count in self._ask(
                f"SELECT b{number}, count(*) FROM rows WHERE b{number} IS NOT NULL GROUP BY b{number}"  # noqa: S608 - numbers
            ):
                asked += count
                for rule in self._rules(held):
                    counted[rule] += count
            for rule, count in sorted(counted.items(), key=lambda entry: (-entry[1], entry[0])):
                yield BindingShare(
                    milestone=milestone,
                    rule=rule,
                    title=describe(self.job.plan, rule).title,
                    combinations=count,
                    share=count / asked,
                )

    def _where(self) -> Iterator[BindingWhere]:
        """Yield the rules of which the binding depends most on each axis."""
        if "binding" not in self.job.grid.report:
            return
        for number, milestone in enumerate(self.milestones):
            for place, axis in enumerate(self.axes):
                size = len(axis.values)
                totals = [0] * size
                counted: dict[str, list[int]] = {}
                for position, held, count in self._ask(
                    f"SELECT a{place}, b{number}, count(*) FROM rows WHERE b{number} IS NOT NULL GROUP BY a{place}, b{number}"  # noqa: S608
                ):
                    totals[position] += count
                    for rule in self._rules(held):
                        counted.setdefault(rule, [0] * size)[position] += count
                shares = {
                    rule: [count / total if total else None for count, total in zip(counts, totals, strict=True)]
                    for rule, counts in counted.items()
                }
                spread = {
                    rule: max(known) - min(known)
                    for rule, each in shares.items()
                    if (known := [share for share in each if share is not None])
                }
                moving = sorted(
                    (rule for rule, width in spread.items() if width >= 0.1), key=lambda rule: (-spread[rule], rule)
                )
                for rule in moving[:MOST_RULES]:
                    yield BindingWhere(milestone=milestone, axis=axis.id, rule=rule, shares=tuple(shares[rule]))


def _date(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)


def _mean(julian: float | None) -> dt.date | None:
    return None if julian is None else dt.date.fromordinal(round(julian - _EPOCH))
