"""What binds a milestone: gains, headroom, break-evens, near chains and readings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from models.duration import Unit
from models.findings import Conflict
from models.links import LinkReport
from models.provenance import Authority, Basis
from models.record import Date, Identifier, Many, Record, Text, unless

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BindingLine", "BindingReport", "BreakEven", "ItemMargin", "Method", "NearChain", "ReadingLine"]

Method = Literal["closed form", "CP-SAT", "undecided"]
"""How a number was computed: exactly without a solver, by CP-SAT, or not at all within the limit."""


class BindingLine(Record):
    """What one rule or duration does to one milestone's date.

    Gains are working days of the milestone; amounts count in the rule's own unit.
    """

    rule: str
    """The rule's id, or ``duration:ITEM``."""
    title: Text
    kind: str
    authority: Authority
    basis: Basis
    statement: Text
    owner: Text | None = None
    raid: Many[Identifier] = ()
    driving: bool
    """On a longest chain: in a minimal conflict at one day earlier."""
    detaches: bool = False
    """Whether removing it would leave something of the chain to the plan's start: neither drop nor range gain is then given."""
    falls_back: Identifier | None = None
    """What then starts no earlier than published: what it alone holds, or the next behind it of which a start was published."""
    falls_back_to: Date | None = None
    """When that is; None where none was published."""
    fallback_date: Date | None = None
    """The milestone's date without it then."""
    fallback_gain_wd: int | None = None
    """Working days gained then; fewer than none where the plan is ahead of what was published."""
    drop_gain_wd: int | None
    unit_gain_wd: int | None
    """None where it has no unit, or none is left."""
    joint_with: Many[Many[str]] = ()
    """Smallest sets of partners with which removing it gains, where it gains nothing alone."""
    number: str | None = None
    """What it says now: a length, a date or a count."""
    unit: Unit | Literal["count"] | None = None
    range_units: int | None = None
    """Units by which relaxing it goes on gaining."""
    range_gain_wd: int | None = None
    """Working days gained when it is relaxed so far."""
    saturation: Many[str] = ()
    """What takes over then."""
    headroom: int | None = None
    """Units, working days of a date, by which it can worsen before the milestone moves; None where it has no number, or none
    moves it."""
    headroom_searched: int | None = None
    """Where no number moves the milestone, how many units were looked at: to the end of its range, or of the axis."""
    headroom_range: tuple[int, int | None] | None = None
    """Where the limit came before the headroom: so much leaves the milestone where it is, more than the second does not; None
    there where no number is known that moves it."""
    switching_point: str | None = None
    """The first worse number at which the milestone moves, or the plan contradicts itself."""
    contradicts: bool = False
    """Whether it is a contradiction, not a later date, that ends the headroom."""
    family: Text | None = None
    """Of a rule that every party has one like: what they are together."""
    party: Identifier | None = None
    """Whose it is, then."""
    method: Method
    drop_gain_min: int | None = unless(None)
    """Of a plan in minutes: the minutes of work gained without it, where they are less than a day."""
    unit_gain_min: int | None = unless(None)
    """The same of one unit less."""

    @property
    def words(self) -> tuple[str, ...]:
        """The binding words that apply; ``slack`` where none does."""
        drop = self.drop_gain_wd or self.drop_gain_min or 0
        unit = self.unit_gain_wd or self.unit_gain_min or 0
        joint = bool(self.joint_with) and not drop
        said = (
            ("driving", self.driving),
            ("drop-binding", drop > 0),
            ("unit-binding", unit > 0),
            ("reverse", min(drop, unit) < 0),
            ("jointly binding", joint),
        )
        return tuple(word for word, holds in said if holds) or ("slack",)


class ItemMargin(Record):
    """An item and how late it may finish before the milestone moves."""

    id: Identifier
    title: Text
    owner: Text | None
    raid: Many[Identifier]
    finish: Date
    float_wd: int | None
    """In the order shown on the slots; None where it never moves the milestone."""
    float_most_wd: int | None = None
    """How far it might slip at the most if the slots were used in another order, where that is further."""
    latest_finish: Date | None
    """When the item takes longer, its start being free; a day later moves the milestone."""


class NearChain(Record):
    """A chain that does not drive the milestone yet, and how many working days it is away from it."""

    slack_wd: int
    items: Many[Identifier]


class BreakEven(Record):
    """How far an assumption or unknown can worsen before a milestone moves."""

    id: Identifier
    title: Text
    unknown: bool
    value: str
    headroom: int | None
    """Units; working days of a date. None where no value moves the milestone, or where the limit came first."""
    headroom_searched: int | None = None
    """Where no value moves the milestone, how many units were looked at."""
    headroom_range: tuple[int, int | None] | None = None
    """Where the limit came first: so much leaves the milestone where it is, more than the second does not."""
    unit: Unit | Literal["count"]
    last: str | None
    """The worst value that leaves the milestone where it is."""
    from_range: Many[int] = ()
    """Headroom counted from the low and from the high end of its range, where it has one."""
    readings: dict[Identifier, Identifier] = {}
    """The option at which this holds, where it differs from the one chosen."""
    method: Method = "closed form"


class ReadingLine(Record):
    """What one other answer to a question of the source does to the milestone."""

    reading: Identifier
    option: Identifier
    date: Date | None
    """None where the plan then contradicts itself, or the date falls off the calendar."""
    bound: Date | None = None
    """What the date cannot be before, where a limit left it open."""
    delta_wd: int | None
    takes_over: Many[str]
    """What drives the milestone then and does not now."""
    released: Many[str]
    """What drives it now and does not then."""


class BindingReport(Record):
    """Everything that holds a milestone at its date, and everything that nearly does."""

    plan: Identifier
    scenarios: Many[Identifier]
    readings: dict[Identifier, Identifier]
    milestone: Identifier
    title: Text
    date: Date
    bound: Date
    """No schedule is before it; before ``date`` only where the search was cut short."""
    lines: Many[BindingLine]
    items: Many[ItemMargin]
    near: Many[NearChain]
    break_even: Many[BreakEven]
    reading_lines: Many[ReadingLine]
    conflict: Conflict | None
    """Why it cannot be one day earlier; None where the axis begins there, or it has been met."""
    complete: bool
    """Whether all minimal conflicts at one day earlier were enumerated, so that no joint binding is missing."""
    links: LinkReport | None = None
    """The inferred links on or near a driving chain; None where the date itself is not proved."""
    notes: Many[Text] = ()
    met: bool = unless(default=False)
    """Whether it has been met by the status date: then nothing binds it but fact."""

    def line(self, rule: str) -> BindingLine:
        """Return the line of a rule or of ``duration:ITEM``."""
        return next(line for line in self.lines if line.rule == rule)

    def to_frame(self, of: str | None = None) -> pd.DataFrame:
        """Return one row for each rule and duration, those that bind first; or another list, as every record does."""
        import pandas as pd

        if of is not None:
            return super().to_frame(of)
        rows: list[dict[str, Any]] = [
            {
                "milestone": self.milestone,
                "rule": line.rule,
                "binding": ", ".join(line.words),
                "title": line.title,
                "drop_gain_wd": line.drop_gain_wd,
                "unit_gain_wd": line.unit_gain_wd,
                "range": line.range_units,
                "saturation": ", ".join(line.saturation),
                "headroom": line.headroom,
                "unit": line.unit,
                "switching_point": line.switching_point,
                "joint_with": "; ".join("+".join(partners) for partners in line.joint_with),
                "authority": line.authority,
                "basis": line.basis,
                "owner": line.owner,
                "raid": ", ".join(line.raid),
                "method": line.method,
            }
            for line in self.lines
        ]
        frame = pd.DataFrame(rows)
        whole = ["drop_gain_wd", "unit_gain_wd", "range", "headroom"]
        return frame.astype(dict.fromkeys(whole, "Int64")) if len(frame) else frame
