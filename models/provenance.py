"""Where a number comes from: sources, citations, bases, authority. No number stands in a plan without one."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, model_validator

from models.record import Date, Identifier, Many, Record, Text

__all__ = ["Authority", "Basis", "Citation", "Confidence", "Rag", "Source", "Sourced"]

Basis = Literal["document", "derived", "inferred", "fitted", "judgement", "synthetic"]
"""What a statement stands on, from the firmest to the least."""

Authority = Literal["regulatory", "contractual", "external", "planning", "proposal"]
"""Who could change a rule: the regulator, a contract's parties, an outside body, the programme itself.

``proposal``: what a draft under test says of itself. It is a condition of the dates that rest on it, never a floor.
"""

Confidence = Literal["high", "medium", "low"]
Rag = Literal["low", "medium", "high"]
"""The source's own uncertainty rating (its green, amber and red)."""


class Source(Record):
    """A document, or a declared collection of our own judgements."""

    id: Identifier
    title: Text
    publisher: Text
    published_on: Date
    """The day the document became public; a source later than the plan's ``as_of`` is hindsight."""
    version: Text | None = None
    note: Text | None = None


class Citation(Record):
    """A place in a source. In a file also written as one string, ``"source: place"``."""

    source: Identifier
    place: Text
    """Page, table, row or paragraph, exact enough to be found again."""

    @model_validator(mode="before")
    @classmethod
    def _read_text(cls, value: Any) -> Any:
        """Accept ``"del621: row 242"``."""
        if isinstance(value, str):
            source, colon, place = value.partition(":")
            if not colon:
                message = f"expected 'source: place', got {value!r}"
                raise ValueError(message)
            return {"source": source.strip(), "place": place.strip()}
        return value

    def __str__(self) -> str:
        return f"{self.source}: {self.place}"


def _as_citations(value: Any) -> Any:
    """Accept one citation where several may stand; in a CSV cell they are parted by semicolons."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(";") if part.strip())
    if isinstance(value, (dict, Citation)):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


class Sourced(Record):
    """Anything that carries a number or a claim, and so says what the claim stands on."""

    basis: Basis
    citation: Annotated[tuple[Citation, ...], BeforeValidator(_as_citations)] = ()
    confidence: Confidence | None = None
    """Required of what is inferred."""
    fitted_to: Text | None = None
    """The published date that a fitted number was chosen to hit. Required of what is fitted."""
    derived_from: Many[Identifier] = ()
    """The assumptions or items a derived number is computed from."""
    approved: Text | None = None
    """Whose approval the source states, and of what; authority to approve is not approval."""
    evidenced: Text | None = None
    """What bears it out besides whoever states it."""
    note: Text | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Ask of each basis the evidence that makes it one."""
        missing = {
            "document": not self.citation and "a citation",
            "derived": not (self.derived_from or self.citation) and "derived_from or a citation",
            "inferred": self.confidence is None and "a confidence (high, medium or low)",
            "fitted": self.fitted_to is None and "fitted_to: the date it was chosen to hit",
        }.get(self.basis)
        if missing:
            message = f"basis {self.basis!r} needs {missing}"
            raise ValueError(message)
        return self
