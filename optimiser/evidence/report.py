"""The report: one page of HTML that fetches nothing and runs nothing, and the same pages as PDF."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from models.pack import Pack
from optimiser.errors import InputError, Located
from optimiser.evidence.sections.words import day
from optimiser.evidence.terminal.characters import clean
from optimiser.solve.fingerprint import package_version

__all__ = ["render_html", "render_pdf"]

_LONG = 60
"""Letters from which on a cell is given a wide column."""

_BREAKS = frozenset({3, 6, 8, 10, 12, 14, 18, 19, 22})
"""Sections that begin a page in print, counted from 0."""


def render_html(pack: Pack) -> str:
    """Return the report as one page.

    Every word of the plan is escaped, cleaned of what could steer a terminal or turn its neighbours, and set apart from the
    direction of the text around it.
    """
    environment = Environment(
        loader=PackageLoader("optimiser.evidence"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=False,
        keep_trailing_newline=True,
    )
    environment.filters |= {"plain": clean, "words": _words, "share": _share, "drawing": _drawing}
    environment.tests |= {"day": _is_day, "number": _is_number, "long": _is_long}
    source, _, _ = PackageLoader("optimiser.evidence").get_source(environment, "report.css")
    return environment.get_template("report.html.j2").render(
        pack=pack,
        style=Markup(source),  # noqa: S704 - our own style sheet, in which nothing is filled
        breaks=_BREAKS,
        version=package_version("mhhs-optimiser"),
    )


def render_pdf(html: str) -> bytes:
    """Return the report as PDF.

    Raises
    ------
    InputError
        If the extra that makes PDF is not installed.
    """
    try:
        from weasyprint import HTML
    except (ImportError, OSError) as error:
        message = (
            f"PDF needs the extra 'report' and the Pango library ({error}); maybe pip install 'mhhs-optimiser[report]', and "
            "libpango-1.0-0 and libpangoft2-1.0-0 from Debian"
        )
        raise InputError([Located(message, path="--pdf")]) from None

    def refuse(url: str, *_more: Any, **_options: Any) -> Any:
        message = f"the report fetches nothing, not even {url}"
        raise ValueError(message)

    identifier = hashlib.sha256(html.encode()).digest()[:16]
    made: bytes = HTML(string=html, url_fetcher=refuse).write_pdf(pdf_identifier=identifier)
    return made


def _words(value: Any) -> str:
    """Return a cell as a reader sees it."""
    if isinstance(value, dt.date):
        return day(value)
    if isinstance(value, float):
        return f"{value:,.1f}".removesuffix(".0")
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return clean(str(value))


def _share(value: float) -> str:
    return f"{value:.1%}"


def _drawing(svg: str) -> Markup:
    """Return a drawing of ours, in which every word has been escaped as it was written."""
    return Markup(svg)  # noqa: S704


def _is_day(value: Any) -> bool:
    return isinstance(value, dt.date)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _is_long(value: Any) -> bool:
    return isinstance(value, str) and len(value) > _LONG
