"""Numbers and switches that a plan relies on, by names of their own."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.duration import ValueField
from models.provenance import Rag, Sourced
from models.record import Identifier, Many, Text

__all__ = ["Assumption", "Unknown"]


class Assumption(Sourced):
    """A number or a switch that the plan relies on, used elsewhere as ``$id``."""

    id: Identifier
    title: Text
    value: ValueField
    """The likely value. ``none`` makes the rule that uses it inert."""
    low: ValueField = None
    """One end of the range thought possible, that sweeps, routes and samples draw on; which end is the better one follows from
    the rules that use it."""
    high: ValueField = None
    range_fitted_to: Text | None = None
    """The published date that an end of the range was chosen to hit: no permission, and whatever goes by it says so."""
    owner: Text | None = None
    uncertainty: Rag | None = None
    """The rating in the source: how likely the assumption is to change."""
    reference: Text | None = None
    """The number under which the plan's own documents know it."""
    cost: Annotated[int, Field(ge=0)] | None = None
    """Cost of moving one unit from ``value`` towards the better end of its range."""


class Unknown(Sourced):
    """A quantity that no source gives and that would move dates: carried at a stated value, never invented.

    Its break-even is the value at which a milestone begins to move. Used elsewhere as ``$id``, like an assumption.
    """

    id: Identifier
    title: Text
    value: ValueField
    why: Text
    """Why it matters and what is known of it."""
    owner: Text | None = None
    touches: Many[Identifier] = ()
