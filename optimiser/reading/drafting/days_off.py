"""Holidays of a country and region, from the package ``holidays``, with the version that gave them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from importlib.metadata import version

from models.faults import maybe
from optimiser.errors import InputError, Located
from optimiser.reading.tabular import DayOff

__all__ = ["PublicHolidays", "public_holidays"]


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """Public holidays, pinned.

    Attributes
    ----------
    version
        Of the package, with the country and region.
    """

    days: tuple[DayOff, ...]
    version: str


def public_holidays(place: str, first: dt.date, last: dt.date) -> PublicHolidays:
    """Return the public holidays of a country, or of a region of it, between two days, both included.

    Parameters
    ----------
    place
        ``DE``, or ``DE-BY`` with a region: ISO 3166 codes.

    Raises
    ------
    InputError
        If the package is missing, or knows no such country or region.
    """
    option = "--holidays"
    try:
        import holidays
    except ImportError:
        message = (
            "holidays by country need the package 'holidays'; maybe install it with the extra 'holidays', "
            "or give a file of dates in place of the country"
        )
        raise InputError([Located(message, path=option)]) from None
    country, _, region = place.strip().upper().partition("-")
    known = holidays.list_supported_countries()
    if country not in known:
        message = f"unknown country '{place}', expected one of two letters such as GB or DE-BY, or a file of dates{maybe(country, known)}"
        raise InputError([Located(message.removesuffix("."), path=option)])
    if region and region not in known[country]:
        regions = ", ".join(sorted(known[country])[:20]) or "none"
        message = f"unknown region '{region}' of {country}{maybe(region, known[country])} Known: {regions}"
        raise InputError([Located(message, path=option)])
    found = holidays.country_holidays(country, subdiv=region or None, years=range(first.year, last.year + 1))
    days = tuple(DayOff(day, day, str(found[day])) for day in sorted(found) if first <= day <= last)
    return PublicHolidays(days, f"holidays {version('holidays')}, {country}{f'-{region}' if region else ''}")
