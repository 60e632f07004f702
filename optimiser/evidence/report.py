"""The report: one page of HTML that fetches nothing and runs nothing, and the same pages as PDF."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from io import StringIO
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from models.pack import Column, Pack, Section, Table
from optimiser.errors import InputError, Located
from optimiser.evidence.tables.kit import timed_once
from optimiser.evidence.terminal.characters import clean
from optimiser.evidence.words import printed
from optimiser.solve.fingerprint import package_version

__all__ = ["brief_of", "need_pdf", "render_html", "render_page", "render_pdf", "render_table"]

_LONG = 60
"""Letters from which on a cell is given a wide column."""

_PAPER, _EXCERPT = 32, 12
"""A folded table of so many rows is printed whole; of a longer one so many rows are."""

_SHORT = 16
"""Letters up to which a cell is kept on one line in print."""

_PAGE = 200.0
"""Letters that stand side by side in a table on paper."""

_BREAKS = frozenset(
    {
        "assumed",
        "cases",
        "inputs",
        "calendar",
        "lint",
        "earliest",
        "binding",
        "divergence",
        "robust",
        "qualification",
        "sweeps",
        "reproducibility",
    }
)
"""Sections that begin a page in print."""


def render_html(pack: Pack, *, paper: bool = False, version: str | None = None) -> str:
    """Return the report as one page.

    Parameters
    ----------
    version
        What the page says that it was made by; this one where None.
    paper
        Whether it is to be printed: what is folded on the screen is then cut after some rows where it is long, being in the workbook.

    Every word of the plan is escaped, cleaned of what could steer a terminal or turn its neighbours, and set apart from the
    direction of the text around it.
    """
    made_by = version or package_version("mhhs-optimiser")
    return _filled("report.html.j2", paper=paper, pack=pack, questions=_questions(pack), breaks=_BREAKS, version=made_by)


def render_page(title: str, under: str, sections: Sequence[Section]) -> str:
    """Return sections as one page that stands alone."""
    return _filled("page.html.j2", paper=False, title=title, under=under, sections=sections)


def _filled(template: str, *, paper: bool, **given: Any) -> str:
    """Return a page with its style."""
    environment = _environment(paper=paper)
    source, _, _ = PackageLoader("optimiser.evidence").get_source(environment, "report.css")
    style = Markup(source)  # noqa: S704 - our own style sheet, in which nothing is filled
    return environment.get_template(template).render(style=style, **given)


def _environment(*, paper: bool) -> Environment:
    """Return what templates are filled by."""
    environment = Environment(
        loader=PackageLoader("optimiser.evidence"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=False,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "plain": clean,
        "words": printed,
        "share": "{:.1%}".format,
        "drawing": Markup,  # of ours, in which every word has been escaped as it was written
        "notes": _notes,
        "widths": _widths,
        "most": partial(_most, paper=paper),
        "timed": timed_once,
    }
    environment.globals["paper"] = paper
    environment.tests |= {
        "day": lambda value: isinstance(value, dt.date),
        "number": lambda value: isinstance(value, int | float),
        "long": lambda value: isinstance(value, str) and len(value) > _LONG,
    }
    return environment


def render_table(table: Table) -> str:
    """Return one table as a part of somebody else's page, such as a cell of a notebook."""
    module = _environment(paper=False).get_template("parts.html.j2").make_module({"paper": False})
    return str(module.rows_of(table))  # type: ignore[attr-defined]


def brief_of(pack: Pack) -> Pack:
    """Return what is printed for a policy reader: the first screen, and the answer in words."""
    return pack.model_copy(
        update={"sections": tuple(each for each in pack.sections if each.id in ("answer", "since", "summary"))}
    )


def _questions(pack: Pack) -> list[tuple[str, list[Section]]]:
    """Return the sections under the questions that they answer."""
    found: dict[str, list[Section]] = {}
    for section in pack.sections:
        if section.question:
            found.setdefault(section.question, []).append(section)
    return list(found.items())


def need_pdf() -> Any:
    """Return what makes PDF.

    Raises
    ------
    InputError
        If the extra that makes PDF is not installed.
    """
    try:
        # What it cannot find it complains about at length; the error says the same in one line.
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            from weasyprint import HTML
    except (ImportError, OSError) as error:
        message = (
            f"PDF needs the extra 'report' and the Pango library ({str(error).splitlines()[0]}); maybe pip install "
            "'mhhs-optimiser[report]', and libpango-1.0-0 and libpangoft2-1.0-0 from Debian"
        )
        raise InputError([Located(message, path="--pdf")]) from None
    return HTML


def render_pdf(html: str) -> bytes:
    """Return the report as PDF.

    Raises
    ------
    InputError
        If the extra that makes PDF is not installed.
    """

    def refuse(url: str, *_more: Any, **_options: Any) -> Any:
        message = f"the report fetches nothing, not even {url}"
        raise ValueError(message)

    identifier = hashlib.sha256(html.encode()).digest()[:16]
    made: bytes = need_pdf()(string=html, url_fetcher=refuse).write_pdf(pdf_identifier=identifier)
    return made


def _most(table: Table, *, paper: bool) -> int:
    """Return how many rows of a table are shown."""
    shown = table.most or len(table.rows)
    return _EXCERPT if paper and table.fold and len(table.rows) > _PAPER else shown


def _notes(table: Table) -> list[tuple[str, str]]:
    """Return what columns mean, each meaning once."""
    found: dict[str, list[str]] = {}
    for column in table.columns:
        if column.note:
            found.setdefault(column.note, []).append(column.name)
    return [(", ".join(names), note) for note, names in found.items()]


def _widths(table: Table) -> list[str]:
    """Return the share of a page's width that each column is given in print: its longest word, and more where much stands in it."""
    rows = table.rows[: table.most or len(table.rows)]
    least, wishes = zip(
        *(
            _wish(head, [printed(row[place]) for row in rows if row[place] is not None])
            for place, head in enumerate(table.columns)
        ),
        strict=True,
    )
    spare, total = max(0.0, _PAGE - sum(least)), sum(wishes) or 1.0
    given = [low + spare * wish / total for low, wish in zip(least, wishes, strict=True)]
    return [f"{100 * each / sum(given):.2f}%" for each in given]


def _wish(head: Column, texts: Sequence[str]) -> tuple[float, float]:
    """Return the minimum width of a column in letters, and the width that it would take beyond that."""
    # A short cell stays on its line; of a longer one the longest word decides.
    words = [word for text in (*texts, head.name) for word in ([text] if len(text) <= _SHORT else text.split())]
    longest = max((_wide(word) for word in words), default=4.0)
    least = max(min(longest, 26.0), 11 if head.kind == "date" else 4) + 2.0
    lengths = [_wide(text) for text in texts] or [0.0]
    return least, max(0.0, 0.35 * max(lengths) + 0.65 * sum(lengths) / len(lengths) - least)


def _wide(text: str) -> float:
    """Return how wide a text is in letters: capitals take more room."""
    return len(text) + 0.35 * sum(map(str.isupper, text))
