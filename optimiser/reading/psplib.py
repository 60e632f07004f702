"""Scheduling benchmarks as plans: PSPLIB's ``.sm``, Patterson's ``.rcp``, ProGen/max's ``.sch``.

Formats: Kolisch and Sprecher (1997), PSPLIB; Patterson (1984); Schwindt (1998), ProGen/max. Only one mode per job and
renewable resources are understood, which is what a plan here can hold: PSPLIB's ``.mm`` is read as far as the first job
that may be done in several ways, and refused there. The calendar works every day of the week, so
that the boundary of ``END`` less that of the horizon's first day is the makespan in the benchmark's periods.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from models.plan import Plan
from optimiser.errors import InputError, Located
from optimiser.reading.files import read_text

__all__ = ["Benchmark", "ProjectJob", "read_benchmark", "read_psplib"]

_FIRST_DAY: Final = dt.date(2000, 1, 1)


@dataclass
class ProjectJob:
    """One activity of a benchmark.

    Attributes
    ----------
    duration
        In periods.
    demands
        Of each resource, per period in progress.
    lags
        Successor and least distance from start to start in periods; a negative distance is a greatest distance from
        the successor's start to this one's. None stands for the duration.
    line
        Where the file tells its duration.
    """

    duration: int = 0
    demands: tuple[int, ...] = ()
    lags: list[tuple[int, int | None]] = field(default_factory=list)
    line: int | None = None


@dataclass
class Benchmark:
    """Jobs by position, of which the first and the last are the dummies; and what there is of each resource."""

    jobs: list[ProjectJob]
    capacities: tuple[int, ...]

    @property
    def reach(self) -> int:
        """A makespan, in periods, within which some schedule lies if any does.

        Every job in turn, each after the longest of its duration and its least distances, and once more for the
        greatest distances (Bartusch, Möhring and Radermacher 1988).
        """
        return sum(max([job.duration, *(lag or 0 for _, lag in job.lags)]) for job in self.jobs)


def read_psplib(path: Path | str) -> Plan:
    """Read a benchmark as a plan whose only target is the milestone ``END``.

    Parameters
    ----------
    path
        A file ending in ``.sm``, ``.rcp`` or ``.sch``.

    Raises
    ------
    InputError
        If the file is not of its format, with the line.
    """
    path = Path(path)
    return _plan(read_benchmark(path), path.stem)


def read_benchmark(path: Path) -> Benchmark:
    """Read a benchmark in its own terms.

    Parameters
    ----------
    path
        A file ending in ``.sm``, ``.rcp`` or ``.sch``.

    Raises
    ------
    InputError
        If the file is not of its format, with the line.
    """
    lines = _Figures(read_text(path, str(path)), str(path))
    readers = {".sm": _read_sm, ".mm": _read_sm, ".rcp": _read_rcp, ".sch": _read_sch}
    return readers[path.suffix.lower()](lines)


class _Figures:
    """Lines that hold something, taken one after the other, as whole numbers."""

    def __init__(self, text: str, label: str) -> None:
        self._label = label
        self._lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
        self._at = 0

    @property
    def line(self) -> int | None:
        """The number of the line taken last."""
        return self._lines[self._at - 1][0] if 0 < self._at <= len(self._lines) else None

    @property
    def ended(self) -> bool:
        """Whether no line is left."""
        return self._at == len(self._lines)

    def fault(self, message: str, line: int | None = None) -> InputError:
        """Return an error at a line, or at the line taken last."""
        return InputError([Located(message, file=self._label, line=line or self.line)])

    def text(self) -> str:
        """Take a line."""
        if self._at == len(self._lines):
            message = "the file ends here; expected more of it"
            raise self.fault(message)
        self._at += 1
        return self._lines[self._at - 1][1]

    def skip_to(self, title: str) -> str:
        """Take lines until one begins with a title; return that one."""
        while not (line := self.text()).strip().startswith(title):
            pass
        return line

    def numbers(self, least: int) -> list[int]:
        """Take a line of at least so many whole numbers; square brackets are left out."""
        words = self.text().replace("[", " ").replace("]", " ").split()
        if len(words) < least or any(not re.fullmatch(r"[+-]?[0-9]{1,9}", word) for word in words):
            message = f"expected {least} or more whole numbers, got '{' '.join(words)[:60]}'"
            raise self.fault(message)
        return [int(word) for word in words]

    def number_after_colon(self, line: str) -> int:
        """Return the first whole number behind a line's colon."""
        found = re.match(r"[^:]*:\s*([0-9]{1,6})\b", line)
        if not found:
            message = f"expected a whole number behind ':', got '{line.strip()[:60]}'"
            raise self.fault(message)
        return int(found[1])

    def successors(self, words: list[int], start: int, count: int) -> list[int]:
        """Return so many successors from a line of numbers, and make sure that the line has them."""
        if count < 0 or len(words) < start + count:
            message = f"expected {count} successors, got {len(words) - start}"
            raise self.fault(message)
        return words[start : start + count]

    def one_mode(self, modes: int) -> None:
        """Refuse a job with several modes."""
        if modes != 1:
            message = (
                f"a job has {modes} modes, expected 1: a plan says of work how long it takes, not in which ways it might be done; "
                "maybe take the single-mode file (.sm), or leave each job one mode"
            )
            raise self.fault(message)


def _read_sm(lines: _Figures) -> Benchmark:
    count = lines.number_after_colon(lines.skip_to("jobs"))
    renewable = lines.number_after_colon(lines.skip_to("- renewable"))
    used_up: list[int | None] = []
    while not (line := lines.text()).strip().startswith("PRECEDENCE RELATIONS"):
        if re.match(r"\s*- (nonrenewable|doubly constrained)\b", line) and lines.number_after_colon(line):
            used_up.append(lines.line)
    lines.text()
    jobs = []
    for _ in range(count):
        words = lines.numbers(3)
        lines.one_mode(words[1])
        jobs.append(ProjectJob(lags=[(after - 1, None) for after in lines.successors(words, 3, words[2])]))
    if used_up:
        message = (
            "resources that are used up, expected none: a plan holds what is taken while work goes on and free again after it; "
            "maybe take the single-mode file (.sm)"
        )
        raise lines.fault(message, used_up[0])
    lines.skip_to("REQUESTS/DURATIONS")
    lines.text()
    lines.text()
    for job in jobs:
        words = lines.numbers(3 + renewable)
        job.duration, job.demands, job.line = words[2], tuple(words[3 : 3 + renewable]), lines.line
    lines.skip_to("RESOURCEAVAILABILITIES")
    lines.text()
    return _checked(lines, jobs, tuple(lines.numbers(renewable)[:renewable]))


def _read_rcp(lines: _Figures) -> Benchmark:
    count, renewable = lines.numbers(2)[:2]
    capacities: list[int] = []
    while len(capacities) < renewable:
        capacities += lines.numbers(1)
    jobs = []
    for _ in range(count):
        words = lines.numbers(2 + renewable)
        # Long lists of successors are continued on the next line.
        while len(words) < 2 + renewable + words[1 + renewable]:
            words += lines.numbers(1)
        after = lines.successors(words, 2 + renewable, words[1 + renewable])
        jobs.append(ProjectJob(words[0], tuple(words[1 : 1 + renewable]), [(job - 1, None) for job in after], lines.line))
    return _checked(lines, jobs, tuple(capacities[:renewable]))


def _read_sch(lines: _Figures) -> Benchmark:
    real, renewable = lines.numbers(2)[:2]
    jobs = []
    for _ in range(real + 2):
        words = lines.numbers(3)
        lines.one_mode(words[1])
        after = lines.successors(words, 3, words[2])
        lags = lines.successors(words, 3 + words[2], words[2])
        jobs.append(ProjectJob(lags=list(zip(after, lags, strict=True))))
    for job in jobs:
        words = lines.numbers(3 + renewable)
        job.duration, job.demands, job.line = words[2], tuple(words[3 : 3 + renewable]), lines.line
    return _checked(lines, jobs, tuple(lines.numbers(renewable)[:renewable]))


def _checked(lines: _Figures, jobs: list[ProjectJob], capacities: tuple[int, ...]) -> Benchmark:
    """Refuse unknown successors, negative figures, and a first or last job with work."""
    if len(jobs) < 2:
        message = f"the file has {len(jobs)} jobs, expected at least the first and the last"
        raise lines.fault(message)
    for number, job in enumerate(jobs):
        strays = [after for after, _ in job.lags if not 0 <= after < len(jobs)]
        if strays:
            message = f"the job at position {number + 1} has successor {strays[0]}, of {len(jobs)} jobs"
            raise lines.fault(message, job.line)
        if min([job.duration, *job.demands, *capacities]) < 0:
            message = f"the job at position {number + 1} has a negative duration, demand or capacity"
            raise lines.fault(message, job.line)
        if job.duration and number in (0, len(jobs) - 1):
            which, advice = "first" if number == 0 else "last", "add a job that takes none, and count it"
            if number and not lines.ended:
                advice = f"the file goes on, so that it has more than {len(jobs)} jobs"
            message = (
                f"the {which} job takes {job.duration} periods, expected 0: it stands for the {which} moment of the project; "
                f"maybe {advice}"
            )
            raise lines.fault(message, job.line)
    return Benchmark(jobs, capacities)


def _plan(benchmark: Benchmark, name: str) -> Plan:
    """Return a benchmark as a plan."""
    jobs = benchmark.jobs
    first = _FIRST_DAY + dt.timedelta(days=1)
    last = first + dt.timedelta(days=benchmark.reach + 1)
    ids = ["START", *(f"J{number}" for number in range(1, len(jobs) - 1)), "END"]
    activities: list[dict[str, Any]] = [
        {"id": ids[number], "title": f"Job {number}", "duration": f"{job.duration} wd", "basis": "synthetic"}
        for number, job in enumerate(jobs)
        if 0 < number < len(jobs) - 1
    ]
    rules = [*_links(jobs, ids), *_capacities(benchmark, ids)]
    return Plan.model_validate(
        {
            "id": re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:64].strip("-") or "benchmark",
            "title": f"Benchmark {name}",
            "as_of": _FIRST_DAY,
            "horizon": {"first": first, "last": last},
            "calendar": "every-day",
            "calendars": [
                {
                    "id": "every-day",
                    "title": "Every day of the week",
                    "weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
                    "covers": {"first": _FIRST_DAY, "last": last + dt.timedelta(days=1)},
                    "basis": "synthetic",
                }
            ],
            "targets": ["END"],
            "activities": activities,
            "milestones": [
                {"id": "START", "title": "Start of the benchmark", "shown": "opens", "basis": "synthetic"},
                {"id": "END", "title": "End of the benchmark", "shown": "closes", "basis": "synthetic"},
            ],
            "rules": rules,
        }
    )


def _links(jobs: list[ProjectJob], ids: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the dependencies: a least distance forwards, a greatest distance as an ``at-most`` link backwards."""
    for number, job in enumerate(jobs):
        for place, (after, lag) in enumerate(job.lags, start=1):
            link: dict[str, Any] = {
                "id": f"L{number}-{place}",
                "kind": "dependency",
                "title": f"{ids[number]} before {ids[after]}",
                "before": ids[number],
                "after": ids[after],
                "basis": "synthetic",
            }
            if lag is not None and lag >= 0:
                link |= {"type": "SS", "lag": f"{lag} wd"}
            elif lag is not None:
                title = f"{ids[number]} at most {-lag} after {ids[after]}"
                link |= {"type": "SS", "lag": f"{-lag} wd", "bound": "at-most", "title": title}
                link |= {"before": ids[after], "after": ids[number]}
            yield link


def _capacities(benchmark: Benchmark, ids: list[str]) -> Iterator[dict[str, Any]]:
    """Yield a capacity for every resource that some job demands."""
    for resource, amount in enumerate(benchmark.capacities):
        demands = [
            {"item": ids[number], "amount": job.demands[resource]}
            for number, job in enumerate(benchmark.jobs)
            if job.demands[resource] and job.duration
        ]
        if demands:
            title = f"Resource {resource + 1}"
            yield {
                "id": f"R{resource + 1}",
                "kind": "capacity",
                "title": title,
                "amount": amount,
                "demands": demands,
                "basis": "synthetic",
            }
