"""Random plans over everything the vocabulary can say: the same seed gives the same plan.

A plan is drawn around planted places of its items. In a *planted* plan every rule holds at those places, so that it can be
met and yet is full of rules that bind; in a *free* plan rules are tightened past them, and may contradict each other or run
off the axis.
"""

from __future__ import annotations

import copy
import datetime as dt
import zlib
from collections.abc import Callable, Collection, Sequence
from typing import Any, Literal, TypeVar

import numpy as np
from hypothesis import strategies as st
from pydantic import TypeAdapter

from models.duration import Duration
from models.faults import items_named
from models.items import Milestone
from models.plan import Plan
from models.rules import RULE_KINDS, Point, Rule
from tests.brute_force import DAY, NAMES, Axis, Scene, hammock_place, last_day, works_on
from tests.rule_kinds import MEANINGS, example

__all__ = ["UNITS", "plans", "random_plan", "round_plan"]

T = TypeVar("T")
Size = Literal["tiny", "medium"]
UNITS = ("wd", "cd", "mo")
_RULE: TypeAdapter[Any] = TypeAdapter(Rule)

_WEIGHTS = {"dependency": 4}
"""How much more often than others a kind is drawn."""
_ATTEMPTS = 12
"""How often a rule is drawn again, where it has to hold at the planted places."""


class Draw:
    """Chance, in Python's own numbers."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)

    def whole(self, low: int, high: int) -> int:
        """Return a whole number between two, both included."""
        return int(self._generator.integers(low, max(low, high) + 1))

    def chance(self, share: float) -> bool:
        """Return true in this share of cases."""
        return bool(self._generator.random() < share)

    def one(self, among: Sequence[T]) -> T:
        """Return one of several."""
        return among[self.whole(0, len(among) - 1)]

    def some(self, among: Sequence[T], low: int, high: int) -> list[T]:
        """Return some of several, each at most once, in their order."""
        count = min(self.whole(low, high), len(among))
        return [among[int(place)] for place in sorted(self._generator.permutation(len(among))[:count])]


def random_plan(
    seed: int,
    *,
    size: Size = "tiny",
    kinds: Collection[str] = tuple(RULE_KINDS),
    units: Sequence[str] = UNITS,
    calendars: bool = True,
    capacity: bool = True,
    horizon: int | None = None,
) -> Plan:
    """Draw a plan.

    Parameters
    ----------
    seed
        Equal seeds give equal plans.
    size
        ``tiny``: 2 to 4 items on an axis of 8 to 25 working days, for `brute_force`; ``medium``: 5 to 40 items on a year.
    kinds
        Rule kinds to draw from.
    units
        Units of durations and lags to draw from.
    calendars
        Whether calendars have odd weeks, holidays, blackouts and items of their own; if not, Mondays to Fridays are worked.
    capacity
        Whether ``capacity`` may be among the kinds.
    horizon
        Working days of the axis; None draws them.

    Returns
    -------
    Plan
        A sound plan: `find_faults` finds nothing.
    """
    wanted = [kind for kind in RULE_KINDS if kind in kinds and (capacity or kind != "capacity")]
    return _Maker(Draw(seed), size, wanted, tuple(units), calendars=calendars).plan(f"{size}-{seed}", horizon)


def plans(size: Size = "tiny", **choices: Any) -> st.SearchStrategy[Plan]:
    """Return a strategy of random plans, for properties; see `random_plan`."""
    return st.integers(0, 2**32 - 1).map(lambda seed: random_plan(seed, size=size, **choices))


def _at(rule: Any, path: Sequence[Any]) -> Any:
    """Return what lies at a path of a rule."""
    for key in path:
        rule = rule[key]
    return rule


def _put(rule: Any, path: Sequence[Any], value: Any) -> None:
    """Put a value at a path of a rule."""
    _at(rule, path[:-1])[path[-1]] = value


class _Maker:
    """One plan in the making."""

    def __init__(self, draw: Draw, size: Size, kinds: list[str], units: tuple[str, ...], *, calendars: bool) -> None:
        self.draw, self.size, self.units, self.calendars = draw, size, units, calendars
        own = self._makers()
        self.kinds = [kind for kind in kinds if kind in own for _ in range(_WEIGHTS.get(kind, 1))]
        self.others = [kind for kind in kinds if kind not in own]
        self.planted = draw.chance(0.65)
        self.values: list[dict[str, Any]] = []
        self.turn: dt.date | None = None

    def plan(self, name: str, horizon: int | None) -> Plan:
        """Return the plan."""
        self.name = name
        fields = self._frame(name, horizon)
        order = self._items(fields)
        bare = Plan.model_validate(fields)
        axis = Axis(bare)
        self.scene = Scene(bare, axis, self._places(bare, axis, order))
        self.order = [name for name in order if name in self.scene.places]
        fields["rules"] = self._rules(order)
        fields["hammocks"] = self._hammocks()
        for activity in fields["activities"]:
            activity["duration"] = self._referred(activity["duration"], 0.15)
            if self.free and self.draw.chance(0.1 if self.size == "tiny" else 0.05):
                self.free -= 1
                activity["enabled"] = self._referred(False, 0.3)  # noqa: FBT003 a value of the plan
        fields["assumptions"] = self.values
        return Plan.model_validate(fields)

    # -- the axis ----------------------------------------------------------------------------------------------------

    def _frame(self, name: str, horizon: int | None) -> dict[str, Any]:
        """Draw calendars and horizon."""
        draw, tiny = self.draw, self.size == "tiny"
        self.length = horizon or (draw.whole(8, 25) if tiny else draw.whole(240, 270))
        weekdays, first = list(NAMES[:5]), dt.date(2023, 10, 1) + draw.whole(0, 500) * DAY
        if self.calendars and tiny and draw.chance(0.2):
            # Few days a week make a short axis of two months: a short one, worked on its last day, and a longer one.
            self.turn = last_day(dt.date(draw.one([2024, 2025]), draw.one([2, 2, 4, 6, 9, 11]), 1))
            later = last_day(self.turn + DAY)
            first, self.length = self.turn - draw.whole(1, 9) * DAY, horizon or 25
            weekdays = sorted({*draw.some(NAMES, 2, 2), NAMES[self.turn.weekday()], NAMES[later.weekday()]}, key=NAMES.index)
        elif self.calendars and draw.chance(0.5 if tiny else 0.25):
            weekdays = draw.one([list(NAMES), draw.some(NAMES, 1, 3), draw.some(NAMES, 3, 6)])
        base: dict[str, Any] = {"id": "base", "title": "Base", "basis": "synthetic", "weekdays": weekdays}
        closed = self._closed(first, 30 if tiny else 400) if self.calendars and draw.chance(0.6) else {}
        base |= closed | {"covers": {"first": str(first), "last": str(first + 9999 * DAY)}}
        everything = Plan.model_validate(_framed(name, [base], str(first), str(first)))
        worked: list[dt.date] = []
        last = first
        while len(worked) < self.length:
            worked += [last] if works_on(everything.calendars[0], last) else []
            last += DAY
        last = worked[-1] + (draw.whole(0, 3) * DAY if draw.chance(0.5) else 0 * DAY)
        base["covers"]["last"] = str(last)
        begin = draw.one([first, worked[0], worked[draw.whole(0, 3)] + draw.whole(-1, 0) * DAY])
        end = draw.one([last, worked[-1], worked[-draw.whole(1, 3)], worked[-2] + DAY, last + 30 * DAY])
        more = range(draw.whole(0, 2) if self.calendars else 0)
        calendars = [base, *(self._own(f"own-{number}", base, first, last) for number in more)]
        return _framed(name, calendars, str(max(begin, first)), str(end))

    def _closed(self, first: dt.date, reach: int) -> dict[str, Any]:
        """Draw holidays and blackouts near a day."""
        draw = self.draw
        holidays = {first + draw.whole(0, reach) * DAY for _ in range(draw.whole(0, 4))}
        blackouts = []
        for _ in range(draw.whole(0, 2)):
            day = first + draw.whole(0, reach) * DAY
            blackouts.append({"first": str(day), "last": str(day + draw.whole(0, 6) * DAY)})
        return {
            "holidays": [{"day": str(day), "title": "Holiday"} for day in sorted(holidays)],
            "blackouts": blackouts,
        }

    def _own(self, name: str, base: dict[str, Any], first: dt.date, last: dt.date) -> dict[str, Any]:
        """Draw a calendar that works on no day on which the base does not."""
        draw = self.draw
        more = self._closed(first, (last - first).days)
        covers = {"first": str(first), "last": str(last)}
        if draw.chance(0.3):
            opening = first + draw.whole(-5, 5) * DAY
            covers = {"first": str(opening), "last": str(max(opening, last + draw.whole(-5, 40) * DAY))}
        return {
            "id": name,
            "title": name,
            "basis": "synthetic",
            "weekdays": draw.some(base["weekdays"], 1, 7),
            "covers": covers,
            "holidays": [*base.get("holidays", []), *more["holidays"]],
            "blackouts": [*base.get("blackouts", []), *more["blackouts"]],
        }

    # -- the items ---------------------------------------------------------------------------------------------------

    def _items(self, fields: dict[str, Any]) -> list[str]:
        """Draw activities and milestones; return them in the order in which they are meant to happen."""
        draw = self.draw
        count = draw.whole(5, 40)
        if self.size == "tiny":
            count = draw.whole(2 if draw.chance(0.2) else 3, 4 if self.length <= 16 else 3)
        # A free length is enumerated too: one is enough for brute force.
        self.free = 1 if self.size == "tiny" else count
        milestones = draw.whole(1, max(1, count // 3))
        order = [f"A{number}" for number in range(count - milestones)]
        for number in range(milestones):
            # Most milestones come late, as milestones do.
            order.insert(draw.whole(len(order) // 2, len(order)), f"M{number}")
        own = [calendar["id"] for calendar in fields["calendars"]]
        for name in order:
            common = {"id": name, "title": name, "basis": "synthetic"}
            if name.startswith("M"):
                fields["milestones"].append(common | {"shown": draw.one(["opens", "closes"])})
                continue
            calendar = draw.one(own) if draw.chance(0.3) else None
            unit = "wd" if calendar not in (None, "base") or draw.chance(0.6) else draw.one(self.units)
            activity = common | {"duration": self._length(unit)}
            if calendar:
                activity["calendar"] = calendar
            if draw.chance(0.12):
                activity["placement"] = "as-late-as-possible"
            fields["activities"].append(activity)
        fields["targets"] = [name for name in order if name.startswith("M")]
        return order

    def _length(self, unit: str) -> str:
        """Draw a duration."""
        longest = {"wd": 5, "cd": 10, "mo": 1} if self.size == "tiny" else {"wd": 35, "cd": 50, "mo": 3}
        return f"{self.draw.whole(0, longest[unit])} {unit}"

    def _places(self, plan: Plan, axis: Axis, order: list[str]) -> dict[str, tuple[int, int]]:
        """Plant every item that fits on the axis somewhere, roughly in its order."""
        places = {}
        span = axis.limit - axis.origin
        starts = sorted(self.draw.whole(0, span) for _ in order)
        for name, offset in zip(order, starts, strict=True):
            item = plan.items[name]
            start = axis.origin + int(offset * 0.8)
            if self.draw.chance(0.3):
                start = next((b for b in range(start, axis.limit) if self._is_turn(axis, b)), start)
            if isinstance(item, Milestone):
                places[name] = start, start
                continue
            for place in (*range(start, axis.limit + 1), *range(axis.origin, start)):
                finishes = axis.finishes(plan, item, place)
                if finishes:
                    places[name] = place, finishes[0]
                    break
        return places

    def _is_turn(self, axis: Axis, boundary: int) -> bool:
        """Return whether a boundary lies between two months."""
        return axis.days[boundary - 1].month != axis.days[boundary].month

    # -- the rules ---------------------------------------------------------------------------------------------------

    def _rules(self, order: list[str]) -> list[dict[str, Any]]:
        """Draw the rules."""
        draw = self.draw
        kinds = [kind for kind in self.kinds if kind != "capacity" or self._workers()]
        if len(self.order) < 2 or not kinds:
            return self._others()
        crowded = "capacity" in kinds and self.turn is None and draw.chance(0.35)
        count = draw.whole(2, 7) if self.size == "tiny" else draw.whole(len(order), 2 * len(order))
        if self.size == "tiny" and (crowded or self.turn):
            count = draw.whole(0, 3)
        rules: list[dict[str, Any]] = []
        for number in range(count):
            kind = draw.one(kinds)
            if kind == "capacity" and sum(rule["kind"] == kind for rule in rules) >= 2:
                continue
            common = {"id": f"R{number}", "title": f"Rule {number}", "basis": "synthetic", "kind": kind}
            off = draw.chance(0.08)
            for _ in range(_ATTEMPTS):
                rule = common | self._makers()[kind]()
                if off or not self.planted or MEANINGS[kind](self.scene, _RULE.validate_python(rule)):
                    break
            else:
                continue
            if off or draw.chance(0.1):
                rule["enabled"] = self._referred(not off, 0.5)
            rules.append(self._with_references(rule))
        rules += self._sinks() if "dependency" in kinds else []
        rules += self._others()
        rules += self._month_end()
        return rules + (self._crowd() if crowded else [])

    def _makers(self) -> dict[str, Callable[[], dict[str, Any]]]:
        """Return how a rule of each kind is drawn that has a way of its own."""
        return {
            "dependency": self._dependency,
            "not-before": self._not_before,
            "not-after": self._not_after,
            "alignment": self._alignment,
            "release": self._release,
            "blackout": self._blackout,
            "capacity": self._capacity,
            "at-least": self._at_least,
            "equality": self._equality,
            "gate": self._gate,
        }

    def _others(self) -> list[dict[str, Any]]:
        """Draw rules of kinds that have no way of their own, by chances of their own: all else is drawn as without them."""
        drawn, before = list[dict[str, Any]](), self.draw
        for kind in self.others if len(self.order) > 1 else ():
            self.draw = Draw(zlib.crc32(f"{self.name} {kind}".encode()))
            for number in range(self.draw.whole(0, 2)):
                for _ in range(_ATTEMPTS):
                    rule = self._like(example(kind, f"{kind}-{number}"))
                    if not self.planted or MEANINGS[kind](self.scene, _RULE.validate_python(rule)):
                        drawn.append(rule)
                        break
        self.draw = before
        return drawn

    def _like(self, rule: dict[str, Any]) -> dict[str, Any]:
        """Return a rule with the items and the numbers of an example drawn anew."""
        draw, like, found = self.draw, _RULE.validate_python(rule), copy.deepcopy(rule)
        items = {point.item for point in like.points()}
        others = draw.some(self.order, len(items), len(items))
        names = dict(zip(sorted(items), [draw.one(others) for _ in items] if len(others) < len(items) else others, strict=True))
        for path, name in items_named(like):
            old = str(_at(found, path))
            _put(found, path, names[name] + old[len(name) :])
        for term in like.terms():
            least, most = term.least or 0, term.most or (term.least or 0) + 4
            number: Any = draw.whole(least if term.least is not None else -2, most)
            if term.wanted == "a duration":
                number = f"{number} {draw.one(self.units)}"
            elif term.wanted == "a date":
                number = self._day(self._shown(Point(draw.one(others), "start")))
            _put(found, term.field, number)
        return found

    def _crowd(self) -> list[dict[str, Any]]:
        """Let a milestone wait for activities that have to take turns, wherever they were planted."""
        draw, workers = self.draw, self.draw.some(self._workers()[-8:], 2, 6)
        if not workers:
            return []
        common = {"title": "A crowd", "basis": "synthetic"}
        demands = [{"item": name, "amount": draw.whole(1, 3)} for name in workers]
        amount = max([demand["amount"] for demand in demands], default=1) + draw.whole(0, 1)
        if draw.chance(0.2):
            demands.append({"item": draw.one(workers), "amount": 1})
        steps = []
        if draw.chance(0.6):
            # The crowd stands at the beginning of the axis, wherever it was planted; so does a gap in the capacity.
            axis, reach = self.scene.axis, 8 if self.size == "tiny" else 40
            begin = axis.origin + draw.whole(0, reach)
            days = sorted({axis.days[min(begin, axis.size - 1)], axis.days[min(begin + draw.whole(1, 4), axis.size - 1)]})
            less = draw.whole(0, amount - 1) if draw.chance(0.8) else amount + 1
            steps = [{"since": str(day), "amount": each} for day, each in zip(days, (less, amount), strict=False)]
        crowd = common | {"id": "crowd", "kind": "capacity", "amount": amount, "demands": demands, "steps": steps}
        milestones = [name for name in self.order if name.startswith("M")]
        waits = [
            common | {"id": f"crowd-{name}", "kind": "dependency", "before": name, "after": milestones[-1]}
            for name in (workers if milestones and "dependency" in self.kinds else ())
        ]
        return [self._with_references(crowd), *waits]

    def _sinks(self) -> list[dict[str, Any]]:
        """Let some milestones wait for much of what is planted before them, as milestones do."""
        here, draw, sinks = self.scene, self.draw, list[dict[str, Any]]()
        for milestone in [name for name in self.order if name.startswith("M")]:
            if draw.chance(0.4):
                continue
            ready = [name for name in self._workers() if here.at(Point(name, "finish")) <= here.at(Point(milestone))]
            for name in draw.some(ready, 1, len(ready)):
                common = {"id": f"{name}-{milestone}", "title": f"{milestone} waits for {name}", "basis": "synthetic"}
                sinks.append(common | {"kind": "dependency", "before": name, "after": milestone})
        return sinks

    def _with_references(self, rule: dict[str, Any]) -> dict[str, Any]:
        """Move some numbers of a rule to assumptions."""
        for key in ("lag", "notice", "date", "count", "amount"):
            if key in rule:
                rule[key] = self._referred(rule[key], 0.15)
        for part in (*rule.get("demands", ()), *rule.get("steps", ())):
            part["amount"] = self._referred(part["amount"], 0.1)
        if rule["kind"] in ("not-before", "not-after") and self.draw.chance(0.04):
            rule["date"] = self._referred("none", 1)
        return rule

    def _referred(self, value: Any, share: float) -> Any:
        """Return a value, or in some cases a reference to an assumption that holds it."""
        if not self.draw.chance(share):
            return value
        name = f"a{len(self.values)}"
        self.values.append({"id": name, "title": name, "basis": "synthetic", "value": value})
        return f"${name}"

    def _point(self, name: str | None = None, end: str | None = None) -> Point:
        """Draw a point; a milestone's is mostly written without an end."""
        name = name or self.draw.one(self.order)
        if self.draw.chance(0.4 if name.startswith("A") else 0.8) and end is None:
            return Point(name)
        return Point(name, end or self.draw.one(["start", "finish"]))  # type: ignore[arg-type]

    def _pair(self) -> tuple[str, str]:
        """Draw two items, mostly in their order."""
        first, second = self.draw.some(self.order, 2, 2)
        return (first, second) if self.draw.chance(0.85) else (second, first)

    def _slack(self) -> int:
        """Draw how far from the planted places a rule lies; negative is too tight for them."""
        if not self.planted and self.draw.chance(0.25):
            return -self.draw.whole(1, 4)
        return 0 if self.draw.chance(0.4) else self.draw.whole(1, 4 if self.size == "tiny" else 20)

    def _lag(self, before: Point, after: Point, *, at_most: bool) -> str:
        """Draw a lag near the distance between two planted points."""
        here, draw = self.scene, self.draw
        unit = draw.one(self.units)
        room = self._slack() * (1 if at_most else -1)
        if unit == "wd":
            return f"{here.at(after) - here.at(before) + room} wd"
        days = (self._shown(after) - self._shown(before)).days + room
        if unit == "cd":
            return f"{days} cd"
        return f"{(days + 15) // 30 + (draw.whole(0, 1) if at_most else -draw.whole(0, 1))} mo"

    def _shown(self, point: Point) -> dt.date:
        """Return the day at which a planted point is shown."""
        return self.scene.axis.shown(self.scene.at(point), self.scene.shown(point))

    def _day(self, near: dt.date | None = None, reach: int = 4) -> str:
        """Draw a covered calendar day, worked or not."""
        covers = self.scene.axis.covers
        length = (covers.last - covers.first).days
        day = covers.first + self.draw.whole(0, length) * DAY if near is None else near + self.draw.whole(-reach, reach) * DAY
        return str(min(max(day, covers.first), covers.last))

    def _dependency(self) -> dict[str, Any]:
        before, after = self._pair()
        link = self.draw.one(["FS", "FS", "FS", "SS", "FF", "SF"])
        ends: dict[str, Any] = {"S": "start", "F": "finish"}
        at_most = self.draw.chance(0.25)
        lag = self._lag(Point(before, ends[link[0]]), Point(after, ends[link[1]]), at_most=at_most)
        rule: dict[str, Any] = {"before": before, "after": after, "type": link, "lag": lag}
        if link == "FS" and not at_most and self.draw.chance(0.2):
            return {"before": before, "after": after}
        return rule | ({"bound": "at-most"} if at_most else {})

    def _month_end(self) -> list[dict[str, Any]]:
        """Count a month from the last day of a short one, where the last day of a month stays the last."""
        if self.turn is None or not {"dependency", "not-before"} <= set(self.kinds) or "mo" not in self.units:
            return []
        before, after = self.draw.some(self.order, 2, 2)
        at_most = self.draw.chance(0.4)
        day, held = (last_day(self.turn + DAY), after) if at_most else (self.turn, before)
        common = {"title": "Month end", "basis": "synthetic"}
        link = {"kind": "dependency", "before": before, "after": after, "type": self.draw.one(["SS", "SF"]), "lag": "1 mo"}
        floor = {"kind": "not-before", "at": held, "date": self._day(day, 0)}
        return [
            common | {"id": "month-end"} | link | {"bound": "at-most" if at_most else "at-least"},
            common | {"id": "month-end-floor"} | floor,
        ]

    def _not_before(self) -> dict[str, Any]:
        point = self._point()
        day = self._shown(Point(point.item, point.end or "start")) - self._slack() * DAY
        return {"at": str(point), "date": self._day(day, 0)}

    def _not_after(self) -> dict[str, Any]:
        point = self._point()
        day = self._shown(Point(point.item, point.end or "finish")) + self._slack() * DAY
        return {"at": str(point), "date": self._day(day, 0)}

    def _alignment(self) -> dict[str, Any]:
        return {"at": str(self._point()), "to": self.draw.one(["first-working-day", "last-working-day"])}

    def _release(self) -> dict[str, Any]:
        point = self._point()
        near = self._shown(Point(point.item, point.end or "start"))
        return {"at": str(point), "occasions": self._occasions([near])}

    def _occasions(self, near: Sequence[dt.date]) -> dict[str, Any]:
        """Draw occasions: listed, by a pattern, or both; most of them at or near certain days."""
        draw, occasions = self.draw, dict[str, Any]()
        form = draw.one(["listed", "pattern", "both"])
        if form != "pattern":
            days = {self._day() for _ in range(draw.whole(0, 3))}
            days |= {self._day(draw.one(near), draw.one([0, 0, 1, 2, 6])) for _ in range(draw.whole(1, 2))}
            occasions["days"] = sorted(days)
        if form != "listed":
            occasions["pattern"] = self._pattern(dt.date.fromisoformat(self._day(draw.one(near), draw.one([0, 0, 1, 3]))))
        if draw.chance(0.2):
            occasions["since"] = self._day(draw.one(near), draw.one([0, 1, 5]))
        if draw.chance(0.25):
            occasions["until"] = self._day(draw.one(near), draw.one([0, 1, 5, 40]))
        return occasions

    def _pattern(self, near: dt.date) -> dict[str, Any]:
        """Draw a pattern, of the kinds of day that one day is, or of others."""
        draw = self.draw
        stated = {"non_working": draw.one(["before", "after", "skip", "stay"])} if draw.chance(0.5) else {}
        if draw.chance(0.35):
            weeks = draw.whole(1, 4)
            return {"every_weeks": weeks, "since": str(near - 7 * weeks * draw.whole(0, 3) * DAY), **stated}
        words = ["first", "second", "third", "fourth", "last"]
        nth = words[(near.day - 1) // 7] if near.day + 7 <= last_day(near).day else "last"
        same = [f"{nth} {NAMES[near.weekday()]}", f"day {near.day}", "first working day", "last working day"]
        other = [f"{draw.one(words)} {draw.one(NAMES)}", f"day {draw.whole(1, 31)}"]
        pattern: dict[str, Any] = {"on": draw.one(same if draw.chance(0.8) else other), **stated}
        if draw.chance(0.25):
            pattern["months"] = draw.some(range(1, 13), 3, 9)
        return pattern

    def _blackout(self) -> dict[str, Any]:
        """Draw windows, most of them up against where something is planted."""
        draw, items, covers = self.draw, self.draw.some(self.order, 1, 2), self.scene.axis.covers
        longest = 6 if self.size == "tiny" else 25
        windows = []
        for _ in range(draw.whole(1, 2)):
            edge = self._shown(Point(draw.one(items), draw.one(["start", "finish"])))  # type: ignore[arg-type]
            day = self._day(edge, draw.one([1, 1, longest])) if draw.chance(0.8) else self._day()
            first, length = dt.date.fromisoformat(day), draw.whole(0, longest)
            if draw.chance(0.4):
                first = max(covers.first, first - length * DAY)
            windows.append({"first": str(first), "last": str(min(first + length * DAY, covers.last))})
        return {"items": items, "windows": windows}

    def _capacity(self) -> dict[str, Any]:
        draw, here = self.draw, self.scene
        workers = self._workers()
        most = 3 if self.size == "tiny" else 10
        demands = [{"item": name, "amount": draw.whole(0, 2) or 1} for name in draw.some(workers, 1 + most // 3, most)]
        if draw.chance(0.2):
            demands.append({"item": draw.one(demands)["item"], "amount": draw.whole(0, 2)})
        steps = sorted({self._step_day() for _ in range(draw.whole(0, 2))})
        used = [
            sum(
                demand["amount"] for demand in demands if here.places[demand["item"]][0] <= day < here.places[demand["item"]][1]
            )
            for day in range(here.axis.size)
        ]
        peak = max(used)
        amount = max(0, peak + draw.whole(0, 1) if self.planted else peak - draw.whole(0, 1))
        amounts = [max(0, amount + draw.whole(-1, 1)) for _ in steps]
        return {
            "amount": amount,
            "demands": demands,
            "steps": [{"since": day, "amount": step} for day, step in zip(steps, amounts, strict=True)],
        }

    def _step_day(self) -> str:
        """Draw a day on which a capacity changes, mostly next to where work starts or ends."""
        if self.draw.chance(0.3):
            return self._day()
        edge = Point(self.draw.one(self._workers()), self.draw.one(["start", "finish"]))  # type: ignore[arg-type]
        return self._day(self._shown(edge), 1)

    def _workers(self) -> list[str]:
        """Return the activities that have planted places."""
        return [name for name in self.order if name.startswith("A")]

    def _at_least(self) -> dict[str, Any]:
        draw = self.draw
        *counted, last = draw.some(self.order, 2, 4)
        points = [self._point(name) for name in counted]
        after = self._point(last)
        lag = self._lag(_filled(draw.one(points), "finish"), _filled(after, "start"), at_most=False)
        return {"of": list(map(str, points)), "count": draw.whole(1, len(points)), "after": str(after), "lag": lag}

    def _equality(self) -> dict[str, Any]:
        """Draw points that are planted at one boundary, where there are such."""
        here, draw = self.scene, self.draw
        ends: tuple[Any, ...] = ("start", "finish")
        places: dict[int, list[Point]] = {}
        for name in self.order:
            for end in ends:
                places.setdefault(here.at(Point(name, end)), []).append(Point(name, end))
        groups = [points for points in places.values() if len({point.item for point in points}) > 1]
        if groups and draw.chance(0.9 if self.planted else 0.7):
            points = draw.some(draw.one(groups), 2, 3)
        else:
            points = [self._point(name) for name in draw.some(self.order, 2, 3)]
        return {"at": [point.item if point.end == "start" and draw.chance(0.5) else str(point) for point in points]}

    def _gate(self) -> dict[str, Any]:
        draw = self.draw
        first, second = self._pair()
        before, after = self._point(first), self._point(second)
        longest = {"wd": 4, "cd": 7, "mo": 1}
        unit = draw.one(self.units)
        notice = Duration(0 if draw.chance(0.3) else draw.whole(0, longest[unit]), unit)  # type: ignore[arg-type]
        near, axis = [self._shown(_filled(after, "start"))], self.scene.axis
        ready = self.scene.plus(_filled(before, "finish"), notice, "opens")
        if 0 <= ready < axis.size:
            near.append(axis.shown(int(ready), "opens"))
        return {"before": str(before), "after": str(after), "board": self._occasions(near), "notice": str(notice)}

    def _hammocks(self) -> list[dict[str, Any]]:
        """Draw bars tied to items."""
        draw, hammocks = self.draw, list[dict[str, Any]]()
        if not self.order:
            return hammocks
        for number in range(draw.whole(0, 1 if self.size == "tiny" else 3)):
            first, last = self._point(), self._point()
            hammock: dict[str, Any] = {"id": f"H{number}", "title": f"H{number}", "basis": "synthetic"}
            hammock |= {"starts_with": str(first), "finishes_with": str(last)}
            for key in ("start_lag", "finish_lag"):
                if draw.chance(0.3):
                    hammock[key] = f"{draw.whole(-3, 4)} {draw.one(['wd', 'cd'])}"
            drawn = Plan.model_validate(self.scene.plan.model_dump(mode="json", by_alias=True) | {"hammocks": [hammock]})
            start, finish = hammock_place(Scene(drawn, self.scene.axis, self.scene.places), drawn.hammocks[0])
            if not self.planted or self.scene.axis.origin <= start <= finish <= self.scene.axis.limit:
                hammocks.append(hammock)
        own = Draw(zlib.crc32(f"{self.name} hammocks".encode()))
        if hammocks and own.chance(0.3):
            # A bar tied to a bar, written before or after it: drawn apart, so that all else is as without it.
            tied = {"id": "H9", "title": "H9", "basis": "synthetic", "starts_with": "H0", "finishes_with": own.one(self.order)}
            hammocks.insert(own.whole(0, len(hammocks)), tied | {"start_lag": f"{own.whole(0, 2)} wd"})
        return hammocks


def round_plan(seed: int) -> Plan:
    """Draw a tiny plan of a month whose rules mostly run in circles: links back, counts of what waits for them, approvals.

    Parameters
    ----------
    seed
        Equal seeds give equal plans.
    """
    draw = Draw(seed)
    names = [f"A{number}" for number in range(draw.whole(1, 3))]
    points = [*(f"{name}.{end}" for name in names for end in ("start", "finish")), "M0"]
    first, last = "2024-01-01", draw.one(["2024-01-26", "2024-01-31", "2024-02-05"])
    weekdays = draw.one([NAMES[:5], NAMES[:5:2]])
    base = {"id": "base", "title": "Base", "basis": "synthetic", "weekdays": weekdays, "covers": {"first": first, "last": last}}
    fields = _framed(f"round-{seed}", [base], "2024-01-08", last)
    common: dict[str, Any] = {"title": "t", "basis": "synthetic"}
    fields["activities"] = [common | {"id": name, "duration": f"{draw.whole(0, 4)} wd"} for name in names]
    fields["milestones"] = [common | {"id": "M0", "shown": draw.one(["opens", "closes"])}]
    fields["targets"] = ["M0"]
    kinds = {
        "dependency": lambda: {
            "before": draw.one([*names, "M0"]),
            "after": draw.one([*names, "M0"]),
            "type": draw.one(["FS", "SS", "FF", "SF"]),
            "lag": f"{draw.whole(-3, 3)} {draw.one(['wd', 'wd', 'cd'])}",
            "bound": draw.one(["at-least"] * 4 + ["at-most"]),
        },
        "at-least": lambda: _counted(draw, points),
        "gate": lambda: {
            "before": draw.one(points),
            "after": draw.one(points),
            "notice": f"{draw.whole(0, 3)} wd",
            "board": draw.one(_BOARDS),
        },
        "equality": lambda: {"at": draw.some(points, 2, 2)},
        "not-after": lambda: {"at": draw.one(points), "date": f"2024-01-{draw.whole(8, 26):02d}"},
        "not-before": lambda: {"at": draw.one(points), "date": f"2024-01-{draw.whole(8, 26):02d}"},
        "release": lambda: {"at": draw.one(points), "occasions": {"pattern": {"on": "third mon"}}},
    }
    for number in range(draw.whole(1, 4)):
        kind = draw.one(["at-least", "at-least", *kinds])
        fields.setdefault("rules", []).append(common | {"id": f"R{number}", "kind": kind} | kinds[kind]())
    return Plan.model_validate(fields)


_BOARDS: tuple[dict[str, Any], ...] = (
    {"pattern": {"every_weeks": 1, "since": "2024-01-03"}},
    {"pattern": {"every_weeks": 1, "since": "2024-01-06", "non_working": "stay"}},
    {"pattern": {"on": "first mon"}},
    {"days": ["2024-01-10", "2024-01-13", "2024-01-18"]},
)
"""Boards of `round_plan`: weekly, on days off, monthly, listed."""


def _counted(draw: Draw, points: Sequence[str]) -> dict[str, Any]:
    """Draw a count, often of the point that waits for it."""
    of = draw.some(points, 1, 3)
    return {"of": of, "count": draw.whole(1, len(of)), "after": draw.one([*of, *points]), "lag": f"{draw.whole(-1, 3)} wd"}


def _filled(point: Point, end: Any) -> Point:
    """Return a point with its end filled in."""
    return Point(point.item, point.end or end)


def _framed(name: str, calendars: list[dict[str, Any]], first: str, last: str) -> dict[str, Any]:
    """Return a plan of nothing but time."""
    return {
        "schema": "optimiser/plan/1",
        "id": name,
        "title": "A plan drawn at random",
        "as_of": "2023-10-01",
        "horizon": {"first": first, "last": last},
        "calendar": "base",
        "calendars": calendars,
        "targets": [],
        "activities": [],
        "milestones": [],
    }
