"""Plain values become a plan, or everything that keeps them from it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any, Final, Self

from pydantic import ValidationError, model_validator

from models.fault import Path
from models.faults import Fault, find_faults, maybe
from models.plan import Plan
from models.record import MOST_FAULTS
from models.rules import AtLeast
from optimiser.reading.cycles import Cycle, cycles
from optimiser.reading.dates import check_dates, facts_at_hours
from optimiser.reading.folder import LISTS, Gathered
from optimiser.reading.translate import Remark, remarks
from optimiser.scenarios import Homes, spread

__all__ = ["Verdict", "circular", "judge"]


class _PlanParts(Plan):
    """A plan whose parts are well formed, before anyone asks whether they fit each other.

    `Plan` asks as soon as it is made, and only if every part is well formed. Here the parts come first, so that the
    misfits among the sound ones are reported together with the unsound.
    """

    @model_validator(mode="after")
    def _sound(self) -> Self:
        return self


_STAND_INS: Final[dict[str, Any]] = {"title": "-", "note": "-", "id": "x", "as_of": dt.date.max, "targets": []}
"""Fields whose fault hides no other, and what may stand for them while the others are sought."""

_UNKNOWN: Final = re.compile(r"^unknown [a-z]+ '(?:duration:)?([^']+)'")
_PLACE: Final = re.compile(r"\b(" + "|".join(LISTS) + r")\[(\d+)\]")


@dataclass
class Verdict:
    """A plan, or what is wrong with it.

    Attributes
    ----------
    plan
        None where anything is wrong.
    remarks
        Everything wrong, in no order.
    dates
        Those of the remarks that are dates beyond the calendar or the horizon.
    homes
        Where entries of the plan come from that a reading adds.
    """

    plan: Plan | None
    remarks: list[Remark]
    dates: list[Remark] = field(default_factory=list)
    homes: Homes = field(default_factory=dict)

    def home(self, path: Path) -> Path:
        """Return where in its files a path of the plan leads, also into what a reading adds."""
        home = self.homes.get((str(path[0]), path[1])) if len(path) > 1 and isinstance(path[1], int) else None
        return path if home is None else (*home, *path[2:])


def judge(gathered: Gathered, *, hindsight: bool) -> Verdict:
    """Make a plan from what its files say.

    Parameters
    ----------
    gathered
        The files.
    hindsight
        Whether a scenario admits sources later than the plan's ``as_of``.
    """
    content = gathered.content
    malformed: list[Remark] = []
    kept = {name: list(range(len(content.get(name, ())))) for name in LISTS if isinstance(content.get(name, []), list)}
    try:
        parts: Plan | None = _PlanParts.model_validate(content)
    except ValidationError as error:
        malformed = remarks(error, Plan, content)
        parts = None if gathered.broken else _rest(error, content, kept)
    if gathered.broken:
        # What a file that cannot be understood would have said is not missing.
        return Verdict(None, [remark for remark in malformed if len(remark.keys) > 1 or remark.at_key])
    if parts is None:
        return Verdict(None, malformed)
    rest = _Rest(parts, kept, hindsight=hindsight)
    lost = {str(entry.get("id")) for name in LISTS for entry in _left_out(content.get(name, []), kept[name])}
    misfits = rest.misfits(lost, gathered)
    misfits += rest.spread_out() if rest.sound and not misfits else []
    dates = [rest.remark(fault) for fault in check_dates(rest.plan)] if rest.sound else []
    round_about = rest.sound and not any(remark.keys == ("horizon",) for remark in dates)
    loops = [rest.remark(fault) for fault in circular(rest.plan)] if round_about else []
    found = [*malformed, *misfits, *dates, *loops]
    return Verdict(None if found else facts_at_hours(rest.plan), found, dates, rest.homes)


def circular(plan: Plan, since: int | None = None) -> tuple[Fault, ...]:
    """Return every positive cycle of rules that the search reports, each at one of its rules.

    Parameters
    ----------
    plan
        A plan whose references all hold.
    since
        The number of the first rule of those that were added: one of them closes the cycle, where any is on it.
    """

    def place(cycle: Cycle) -> int:
        rules = [step.rule or 0 for step in cycle.steps]
        return next((rule for rule in rules if since is not None and rule >= since), rules[0])

    return tuple(
        Fault(
            ("rules", place(cycle)),
            f"a cycle: everything on it would have to wait {cycle.working_days} {cycle.unit} for itself: {cycle}"
            f"{_few_others(plan, cycle)}; maybe one of its links is the wrong way round",
        )
        for cycle in cycles(plan)
    )


def _few_others(plan: Plan, cycle: Cycle) -> str:
    """Say of which counts on a cycle others could have been counted in its place, but too few come without it."""
    counts = {plan.rules[step.rule] for step in cycle.steps if step.rule is not None}
    open_ = [rule.id for rule in counts if isinstance(rule, AtLeast) and plan.amount(rule.count) < len(rule.of)]
    return "".join(f"; of what '{name}' counts too little else comes without it" for name in sorted(open_))


def _left_out(entries: list[Any], kept: list[int]) -> list[dict[str, Any]]:
    """Return the mappings among the entries that are not kept."""
    positions = set(kept)
    return [entry for place, entry in enumerate(entries) if place not in positions and isinstance(entry, dict)]


def _rest(error: ValidationError, content: dict[str, Any], kept: dict[str, list[int]]) -> Plan | None:
    """Return the plan without its malformed entries, which leave ``kept``; None where too much is malformed."""
    rest = dict(content)
    dropped: dict[str, set[int]] = {}
    for detail in error.errors(include_url=False, include_context=False, include_input=False):
        name, *inside = detail["loc"]
        if name in kept and inside and isinstance(inside[0], int):
            dropped.setdefault(str(name), set()).add(inside[0])
        elif name in _STAND_INS:
            rest[str(name)] = _STAND_INS[str(name)]
        elif name not in Plan.model_fields and not isinstance(content.get(str(name)), list):
            rest.pop(str(name), None)  # a stray key; a stray list may be one that others refer to
        else:
            return None
    for name, places in dropped.items():
        kept[name] = [place for place in kept[name] if place not in places]
        rest[name] = [content[name][place] for place in kept[name]]
    try:
        return _PlanParts.model_validate(rest)
    except ValidationError:  # there are more malformed entries than are counted
        return None


class _Rest:
    """The well-formed part of a plan, and where its entries stand in the whole."""

    def __init__(self, parts: Plan, kept: dict[str, list[int]], *, hindsight: bool) -> None:
        fields = {name: getattr(parts, name) for name in Plan.model_fields}
        if hindsight:
            fields["settings"] = parts.settings.model_copy(update={"hindsight": True})
        self.plan = Plan.model_construct(_fields_set=set(parts.model_fields_set), **fields)
        self.sound = False
        self._kept = kept
        self.homes: Homes = {}

    def remark(self, fault: Fault) -> Remark:
        """Return a fault with its place in the whole."""
        return Remark(self._whole(fault.path), fault.message)

    def _whole(self, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
        home = self.homes.get((str(path[0]), path[1])) if len(path) > 1 and isinstance(path[1], int) else None
        if home is not None:
            return (*self._whole(home), *path[2:])
        if len(path) > 1 and isinstance(path[1], int) and path[0] in self._kept:
            return (path[0], self._kept[str(path[0])][path[1]], *path[2:])
        return path

    def misfits(self, lost: set[str], gathered: Gathered) -> list[Remark]:
        """Return what does not fit together; then leave it out, so that what remains is sound.

        Parameters
        ----------
        lost
            Ids of malformed entries: what names them is not to blame.
        gathered
            Tells where entries stand.
        """
        found: list[Remark] = []
        faults = find_faults(self.plan, MOST_FAULTS + 1)
        for fault in faults:
            unknown = _UNKNOWN.match(fault.message)
            if unknown and unknown[1] in lost:
                continue
            keys = self._whole(fault.path)
            file = gathered.locate(Remark(keys, "")).file

            def placed(match: re.Match[str], file: str | None = file) -> str:
                (name, place) = self._whole((match[1], int(match[2])))
                other = gathered.locate(Remark((name, place), ""))
                return f"line {other.line}" if other.file == file else f"{other.file}, line {other.line}"

            message = _PLACE.sub(placed, fault.message)
            if unknown and "Maybe" not in message:
                message = f"{message.removesuffix('.')}{maybe(unknown[1], lost)}"  # a malformed entry may be meant
            found.append(Remark(keys, message))
        if len(faults) > MOST_FAULTS:
            return found
        while remaining := [fault for fault in faults if fault.path[0] != "targets"]:
            entries = {fault.path[:2] for fault in remaining if len(fault.path) > 1 and fault.path[0] in self._kept}
            if any(fault.path[0] not in self._kept for fault in remaining):
                return found
            self._leave_out(entries)
            faults = find_faults(self.plan)
        self.sound = True
        return found

    def spread_out(self) -> list[Remark]:
        """Write out what the readings add; return what of it does not fit the plan."""
        self.plan, self.homes = spread(self.plan)
        faults = find_faults(self.plan, MOST_FAULTS + 1) if self.homes else ()
        self.sound = not faults
        return [self.remark(fault) for fault in faults]

    def _leave_out(self, entries: set[tuple[str | int, ...]]) -> None:
        for name in {str(entry[0]) for entry in entries}:
            places = [place for place in range(len(self._kept[name])) if (name, place) not in entries]
            old = getattr(self.plan, name)
            self.plan = self.plan.evolve(**{name: tuple(old[place] for place in places)})
            self._kept[name] = [self._kept[name][place] for place in places]
