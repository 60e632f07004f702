"""What may come otherwise than a plan says: ranges, drivers, risks, how they hang together, claims and levers.

A *quantity* is what a column of samples replaces: an assumption or unknown by its id, the length of an activity by the
activity's id (or ``duration:ID``), the lag, notice or date of a rule by the rule's id. One sample of a quantity is

    drawn value × every driver's factor that touches it + the delay of every risk that strikes it,

rounded to whole units of the quantity; a length never falls below zero. What a range draws for an assumption reaches
everything that refers to the assumption; a range, driver or risk on one activity or rule touches that one alone.

A range is of the *work*, the same under every scenario, so its figures stand in units of the quantity, with the value that
is held likely. What a plan or scenario holds is a claim about the same quantity and moves no range: per cent of it would
count a cut twice, once in the plan and once in the range. So per cent stands only

* in a range, beside a ``likely`` in units, of which it then is;
* in a driver, which multiplies what is drawn, and in a risk's delay, which is a share of what is drawn;
* in a grade of a respondent's claim, which is about the value claimed, and in a rating, which a range takes beside a
  ``likely`` of its own.

A length that the plan holds to be nothing is work that is not in the plan, and is not drawn, unless the range reaches to
nothing itself; nor is anything drawn on a buffer, which has no length in a sample.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer

from models.duration import DurationTerm, Value, ValueField, Word, parse_value, print_value
from models.policies import Policy
from models.progress import RiskState
from models.provenance import Rag, Sourced
from models.record import Identifier, Many, Record, Text, unless
from models.rules import Occasions

__all__ = [
    "CLAIMS_SCHEMA",
    "REGISTER_SCHEMA",
    "Action",
    "Claim",
    "Claims",
    "Correlation",
    "Driver",
    "EvidenceCost",
    "Grade",
    "Impact",
    "Judged",
    "Lever",
    "Quantile",
    "Range",
    "RatingRange",
    "ReadingWeights",
    "Register",
    "Relative",
    "Risk",
    "Shape",
    "Spread",
    "Weighted",
]

REGISTER_SCHEMA = "optimiser/risk/1"
CLAIMS_SCHEMA = "optimiser/claims/1"

Shape = Literal["triangular", "pert", "uniform", "discrete", "quantiles"]
"""How probability lies over a range, before it is rounded to whole units.

``triangular`` and ``pert`` have ``low``, ``likely`` and ``high`` as least, most likely and greatest value; PERT is the
beta distribution of Malcolm, Roseboom, Clark and Fazar (1959) with weight 4 on the likely value. ``uniform`` gives every
whole value from ``low`` to ``high`` the same probability. ``discrete`` has ``values`` with their weights. ``quantiles``
runs straight between the ``quantiles`` stated, the first and the last of which are its ends.
"""

_RELATIVE = re.compile(r"^([+-]?\d{1,4}(?:\.\d{1,2})?) ?%$")


@dataclass(frozen=True, slots=True)
class Relative(Word):
    """A change in per cent of the value that it is taken of: ``+25 %``."""

    percent: float

    pattern: ClassVar[str] = r"^[+-]?\d{1,4}(\.\d{1,2})? ?%$"
    example: ClassVar[str] = "+25 %"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"+25 %"``.

        Raises
        ------
        ValueError
            If the text is not a number and a per cent sign, or takes away more than everything.
        """
        found = _RELATIVE.fullmatch(text.strip())
        if not found:
            message = f"expected a change such as '+25 %' or '-10 %', got {text!r}"
            raise ValueError(message)
        percent = float(found[1])
        if percent < -100:
            message = f"expected -100 % or more, got {text!r}: less than nothing is left"
            raise ValueError(message)
        return cls(percent)

    @property
    def factor(self) -> float:
        """What the value is multiplied by."""
        return 1 + self.percent / 100

    def __str__(self) -> str:
        return f"{self.percent:+g} %"


def _as_end(value: Any) -> Any:
    """Read the end of a range: a change in per cent, or a value as assumptions have it."""
    if isinstance(value, Relative):
        return value
    if isinstance(value, str) and value.rstrip().endswith("%"):
        return Relative.parse(value)
    return parse_value(value)


def _print_end(value: Relative | Value) -> str:
    return str(value) if isinstance(value, Relative) else print_value(value)


RangeEnd = Annotated[
    Any,
    BeforeValidator(_as_end, json_schema_input_type=str | int | None),
    PlainSerializer(_print_end, return_type=str),
]
"""An end of a range: ``21 wd``, ``2024-06-28``, or ``-10 %`` of the likely value."""


class Weighted(Record):
    """One value of a discrete range."""

    value: RangeEnd
    weight: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    """In proportion to the other weights."""


class Quantile(Record):
    """The value below which a quantity lies with probability ``at``."""

    at: Annotated[float, Field(ge=0, le=1)]
    value: RangeEnd


class Judged(Sourced):
    """A figure or a chance that somebody has judged; ``basis``, ``citation`` and ``note`` say what is known besides."""

    judged_by: Text | None = None
    """Who; the register's own where left out."""
    judged_on: Text | None = None
    """On what; the register's own where left out."""


class Spread(Judged):
    """How far a number may lie from what is likely."""

    shape: Shape = "triangular"
    low: RangeEnd = None
    likely: RangeEnd = None
    """Of a range: in units of the quantity, whatever the plan holds."""
    high: RangeEnd = None
    values: Many[Weighted] = ()
    quantiles: Many[Quantile] = ()


class Range(Spread):
    """The range of one quantity of the plan."""

    id: Identifier
    of: Annotated[str, Field(pattern=r"^(duration:)?[A-Za-z0-9][A-Za-z0-9_-]*$")]
    """The quantity."""
    title: Text | None = None
    scenario: Identifier | None = None
    """Where the quantity is there under one scenario only: that scenario."""
    rag: Rag | None = None
    """Takes low and high from the table of ratings."""
    raid: Many[Identifier] = ()
    """Rows of the plan's RAID register that it stands for."""


class Driver(Spread):
    """One cause that lengthens or shortens several quantities at once, so that they hang together (Hulett 2009).

    With its ``probability`` it acts, and multiplies each quantity it touches by one and the same factor.
    """

    id: Identifier
    title: Text
    probability: Annotated[float, Field(ge=0, le=1)] = 1.0
    touches: Annotated[Many[str], Field(min_length=1)]
    raid: Many[Identifier] = ()


class Impact(Record):
    """What a risk does to one quantity when it strikes."""

    on: Annotated[str, Field(pattern=r"^(duration:)?[A-Za-z0-9][A-Za-z0-9_-]*$")]
    """The quantity."""
    shape: Literal["triangular", "pert", "uniform"] = "triangular"
    low: RangeEnd = None
    likely: RangeEnd = None
    high: RangeEnd = None
    """The delay, in units of the quantity (calendar days for a date, a whole number for a count, such as -1 of a capacity) or
    in per cent of it; one figure alone is fixed."""
    slips_to: Occasions | None = None
    """Of a date: it moves to the next of these days after it, as when a release is missed."""
    misses: Annotated[int, Field(ge=1, le=20)] = 1
    """How many of those days later it comes."""


class Action(Judged):
    """A mitigation: its cost, and the residual of the risk."""

    id: Identifier
    title: Text
    cost: Annotated[int, Field(ge=0)]
    """In whatever one unit of money the register uses throughout."""
    probability: Annotated[float, Field(ge=0, le=1)] | None = None
    """What the risk's probability becomes; as it is where left out."""
    leaves: Many[Impact] = ()
    """What its impacts become, each on a quantity that the risk strikes; the others stay as they are."""


class Risk(Judged):
    """Something that happens or does not, and delays named quantities when it does.

    All its impacts come with one draw: where one is long, so are the others.
    """

    id: Identifier
    title: Text
    probability: Annotated[float, Field(ge=0, le=1)]
    impacts: Annotated[Many[Impact], Field(min_length=1)]
    raid: Many[Identifier] = ()
    actions: Many[Action] = ()
    """Of several that are taken together the least of what each leaves is left."""
    state: RiskState = unless("open")
    """``closed``: it can strike no more, or what it did is in what is left of the work. ``happened``: it is certain."""


class Correlation(Judged):
    """Ranges and drivers that lie high or low together, joined by a Gaussian copula."""

    id: Identifier
    members: Annotated[Many[Identifier], Field(min_length=2)]
    """Ids of ranges or drivers; nothing is in two groups."""
    rho: Annotated[float, Field(ge=-1, le=1)] | None = None
    """Between every two members, on the scale of the copula's normal variates."""
    matrix: Many[Many[float]] = ()
    """Instead of ``rho``: a row for each member, symmetric, ones on the diagonal, positive semidefinite."""


class RatingRange(Judged):
    """What a rating of uncertainty is taken to mean. A judgement, made once and for every assumption alike."""

    rating: Rag
    low: Relative
    high: Relative


class Grade(Judged):
    """What evidence of one grade is taken to be worth: how far the truth may lie from the value claimed."""

    id: Identifier
    title: Text
    low: Relative
    high: Relative
    weight: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    """Of a claim of this grade where several claims speak of one assumption."""


class ReadingWeights(Judged):
    """How probable each answer to an open question is held to be."""

    reading: Identifier
    probabilities: dict[Identifier, Annotated[float, Field(ge=0, le=1)]]


class Lever(Sourced):
    """Something that could be done about a date, and what it costs.

    It shortens a quantity ``by`` so much at each of its ``steps``, or adds so much ``more`` to a count such as a capacity;
    or it makes a risk less probable or less grave, serves parties in another order, or drops a rule.
    """

    id: Identifier
    title: Text
    on: Annotated[str, Field(pattern=r"^(duration:)?[A-Za-z0-9][A-Za-z0-9_-]*$")] | None = None
    """The quantity."""
    by: DurationTerm | None = None
    """How much one step takes off."""
    more: Annotated[int, Field(ge=1, le=1000)] | None = None
    """How much one step adds, to a count."""
    steps: Annotated[int, Field(ge=1, le=50)] = 1
    risk: Identifier | None = None
    probability: Annotated[float, Field(ge=0, le=1)] | None = None
    """What the risk's probability becomes."""
    leaves: Many[Impact] = ()
    """What the risk's impacts become, as of an `Action`."""
    policy: Policy | None = None
    """The order in which parties that wait for slots are then served."""
    drops: Identifier | None = None
    """A rule that no longer counts; no capacity, of which more is had by ``more``."""
    cost: Annotated[int, Field(ge=0)]
    """Of one step, in whatever one unit of money the register uses throughout."""


class EvidenceCost(Sourced):
    """What it would cost to know one thing for certain."""

    of: Identifier
    """A range, driver or risk, what a range is of, a reading, or an inferred link."""
    title: Text
    """What would be done to know it."""
    cost: Annotated[int, Field(ge=0)]
    """In whatever one unit of money the register uses throughout."""


class Register(Record):
    """Everything uncertain about one plan, each figure with what it stands on."""

    model_config = ConfigDict(populate_by_name=True)

    schema_: Annotated[Literal["optimiser/risk/1"], Field(alias="schema")] = "optimiser/risk/1"
    id: Identifier
    title: Text
    plan: Identifier
    """The plan that it speaks of."""
    note: Text | None = None
    judged_by: Text | None = None
    """Who judged whatever stands on judgement and names nobody else."""
    judged_on: Text | None = None
    """On what."""
    ratings: Many[RatingRange] = ()
    """Ranges of assumptions that have a rating in the plan and no range, here or there."""
    grades: Many[Grade] = ()
    """The firmest first."""
    ranges: Many[Range] = ()
    drivers: Many[Driver] = ()
    risks: Many[Risk] = ()
    correlations: Many[Correlation] = ()
    readings: Many[ReadingWeights] = ()
    levers: Many[Lever] = ()
    """What could be done, besides what the plan itself offers and what risks carry as actions."""
    evidence: Many[EvidenceCost] = ()


class Claim(Sourced):
    """What somebody says about one assumption, and how well they back it."""

    respondent: Text
    """Who says it, or in which role."""
    assumption: Identifier
    value: ValueField
    grade: Identifier
    """Of the evidence, as the register's grades have it."""
    cost: Annotated[int, Field(ge=0)] | None = None
    """Of bringing the evidence to the firmest grade, where the respondent says."""
    risk: Rag | None = None
    """The respondent's own rating that the value will not hold: the high end is then at least that of the rating."""


class Claims(Record):
    """Claims of a consultation, in the order received."""

    claims: Many[Claim]
