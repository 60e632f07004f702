"""Promises in names of rows: parts of one activity, preparations, and ends."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from models.items import Milestone
from models.lint import LintFinding
from optimiser.lint.checked import Check, Checked, finding
from optimiser.lint.subject import Row, Subject, counted, listed
from optimiser.solve.variant import Variant
from optimiser.wording import plain_date

__all__ = ["CHECKS"]

_LITTLE = frozenset(
    [
        "a",
        "an",
        "and",
        "be",
        "by",
        "for",
        "in",
        "into",
        "likely",
        "of",
        "on",
        "or",
        "other",
        "others",
        "the",
        "to",
        "with",
        "milestone",
    ]
)
_GENERIC = frozenset(["execution", "testing", "test", "tests"])
_PREPARES = frozenset(["preparation", "prepare", "prepares", "preparing"])
_BESIDE = frozenset(["assurance", "monitoring", "planning", "pre-qualification", "readiness", "setup", "support"]) | _PREPARES
_LONG_WAIT = 20
"""Working days between a preparation and what it prepares from which on the two hardly belong together."""

_NO_ROWS = "the plan has no published rows"


def _plain(name: str) -> tuple[str, ...]:
    """Return the words of a name without what stands in brackets."""
    return tuple(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.sub(r"\([^)]*\)", " ", name.lower())))


def _topic(row: Row, without: frozenset[str]) -> frozenset[str]:
    """Return a row's topic: its words without those for the owner and the kind of row."""
    people = set(re.findall(r"[a-z0-9]+", f"{row.item.owner or ''} {row.item.involved or ''}".lower()))
    people |= {f"{word}s" for word in people}
    kept = [word for word in _plain(row.name) if word not in _LITTLE and word not in without]
    return frozenset(word for word in kept if word not in people) or frozenset(kept)


def _parts(subject: Subject) -> Iterator[tuple[Row, Row]]:
    """Yield rows of work that bear one name, each with the one that follows it."""
    named: dict[frozenset[str], list[Row]] = {}
    for row in subject.rows:
        if not row.is_event:
            named.setdefault(_topic(row, _GENERIC), []).append(row)
    for rows in named.values():
        ordered = sorted(rows, key=lambda row: (row.start, row.finish))
        yield from pairwise(ordered)


def _split(subject: Subject) -> Checked:
    """Ask whether one activity is drawn as several, and whether its parts meet."""
    found = []
    pairs = list(_parts(subject))
    joined = [(first, second) for first, second in pairs if subject.gap(first.finish, second.start) == 0]
    if joined:
        rows = list(dict.fromkeys(row for pair in joined for row in pair))
        found.append(
            finding(
                "split-activity",
                "low",
                [row.place for row in rows],
                f"{counted(len(joined), 'row is', 'rows are')} followed the next day by another of the same name, cut where a "
                f"phase ends: {listed((f'{first.number} and {second.number}' for first, second in joined), 12)}",
                citation=[citation for row in rows for citation in row.item.citation],
            )
        )
    for first, second in pairs:
        gap = subject.gap(first.finish, second.start)
        if gap > 0:
            activity = subject.activity(first.id)
            longer = (first.days or 0) + gap
            found.append(
                finding(
                    "hole",
                    "medium",
                    [first.place, second.place],
                    f"two rows of one name leave {gap} wd empty between {plain_date(first.finish)} and "
                    f"{plain_date(second.start)}; {len(joined)} other pairs meet; maybe the first finish is a slip",
                    key=f"{first.number}-{second.number}",
                    citation=(*first.item.citation, *second.item.citation),
                    tried=f"{first.id} lasts until its continuation, {longer} wd",
                    effects=subject.effects(Variant(values={f"duration:{first.id}": longer})) if activity else (),
                )
            )
    return Checked(len(subject.rows), found, None if subject.rows else _NO_ROWS)


def _prepared(subject: Subject) -> Iterator[tuple[Row, list[Row]]]:
    """Yield rows that prepare something, with the rows that bear its name."""
    for row in subject.rows:
        if not _PREPARES & set(row.words):
            continue
        topic = _topic(row, _PREPARES)
        named = [other for other in subject.rows if topic <= set(other.words) and not _PREPARES & set(other.words)]
        if topic and named:
            yield row, named


def _preparations(subject: Subject) -> Checked:
    """Ask whether what is prepared starts after its preparation, and soon."""
    found: list[LintFinding] = []
    looked = 0
    for row, named in _prepared(subject):
        looked += 1
        first = min(named, key=lambda other: (other.start, other.number))
        wait = subject.gap(row.finish, first.start)
        citation = (*row.item.citation, *first.item.citation)
        if first.start < row.start:
            late = subject.gap(first.start, row.start) + 1
            found.append(
                finding(
                    "preparation-late",
                    "low",
                    [row.place, first.place],
                    f"is called a preparation and starts {late} wd after {first.place}, what its name says it prepares",
                    key=str(row.number),
                    citation=citation,
                )
            )
        elif wait > _LONG_WAIT:
            found.append(
                finding(
                    "preparation-early",
                    "medium",
                    [row.place, first.place],
                    f"ends {wait} wd before {first.place}, what its name says it prepares{_better(subject, row)}",
                    key=str(row.number),
                    citation=citation,
                )
            )
    return Checked(looked, found, None if looked else "no row is named as the preparation of another")


def _better(subject: Subject, row: Row) -> str:
    """Name the next event after a preparation's end that it may have been meant for, empty where there is none."""
    starts = Counter(other.start for other in subject.rows if other.start > row.finish)
    events = {other.start for other in subject.rows if isinstance(other.item, Milestone)}
    near = sorted(day for day, count in starts.items() if day in events or count >= 3)
    if not near:
        return ""
    names = listed([other.id for other in subject.rows if other.start == near[0]], 4)
    return f"; it fits {plain_date(near[0])}, {subject.gap(row.finish, near[0])} wd later, when {names} start"


_END_OF = re.compile(r"\bend of ([a-z0-9 -]+)$")


def _ends(subject: Subject) -> Checked:
    """Ask whether the end of something is where it ends."""
    found = []
    looked = 0
    for row in subject.rows:
        said = _END_OF.search(row.name.lower())
        if said is None or not isinstance(row.item, Milestone):
            continue
        looked += 1
        topic = set(said[1].split()) - _LITTLE
        for other in subject.rows:
            if other.is_event or not topic <= set(_plain(other.name)) or "execution" not in other.words:
                continue
            clock = subject.counting
            after = clock.days_between(clock.boundary(other.finish, "closes"), clock.boundary(row.finish, "closes"))
            if after:
                found.append(
                    finding(
                        "end-of",
                        "medium",
                        [row.place, other.place],
                        f"is called the end of {said[1]} and comes {abs(after)} wd {'after' if after > 0 else 'before'} "
                        f"{other.place} ends, on {plain_date(other.finish)}",
                        key=str(row.number),
                        citation=(*row.item.citation, *other.item.citation),
                    )
                )
    return Checked(looked, found, None if looked else "no event is named as the end of something")


def _too_early(subject: Subject) -> Checked:
    """Ask whether a part of something starts long before the thing itself."""
    work = [row for row in subject.rows if not row.is_event]
    carried = [(row, _topic(row, _GENERIC)) for row in work if "execution" in row.words]
    found = []
    for row in work:
        if _BESIDE & set(row.words) or "execution" in row.words:
            continue
        whole = [other for other, topic in carried if topic <= set(row.words) and row.words[0] in topic]
        if not whole:
            continue
        first = min(whole, key=lambda other: other.start)
        lead = subject.gap(row.start, first.start) + 1
        if lead > _LONG_WAIT:
            found.append(
                finding(
                    "part-before-whole",
                    "low",
                    [row.place, first.place],
                    f"bears the name of {first.place} and starts {lead} wd before it, on {plain_date(row.start)}",
                    key=str(row.number),
                    citation=(*row.item.citation, *first.item.citation),
                )
            )
    return Checked(len(carried), found, None if carried else "no row is named as the execution of something")


def _phases(subject: Subject) -> Checked:
    """Ask whether a row lies in the time of the phase under which it is printed."""
    by_phase: dict[str, list[Row]] = {}
    for row in subject.rows:
        if row.item.phase:
            by_phase.setdefault(row.item.phase, []).append(row)
    titles = {phase.id: phase.title for phase in subject.plan.phases}
    found = []
    for phase, rows in by_phase.items():
        starts = sorted((row.start, row.number) for row in rows)
        if len(starts) < 3:
            continue
        row = next(each for each in rows if (each.start, each.number) == starts[0])
        second: dt.date = starts[1][0]
        early = subject.gap(row.start, second) + 1
        if early <= _LONG_WAIT:
            continue
        outside = row.finish < second
        found.append(
            finding(
                "outside-phase",
                "medium" if outside else "low",
                [row.place],
                f"is printed under {titles[phase]} and {'ends' if outside else 'starts'} "
                f"{subject.gap(row.finish, second) if outside else early} wd before anything else there starts, on "
                f"{plain_date(second)}",
                key=str(row.number),
                citation=row.item.citation,
            )
        )
    return Checked(len(subject.rows), found, None if by_phase else "no published row lies in a phase")


CHECKS = (
    Check("split-activity", "One activity is one row, and its parts meet", _split),
    Check("preparation", "A preparation ends shortly before what it prepares", _preparations),
    Check("end-of", "The end of something is where it ends", _ends),
    Check("part-before-whole", "No part starts long before the whole", _too_early),
    Check("outside-phase", "Rows lie in the time of their phase", _phases),
)
