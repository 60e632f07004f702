"""The shape that verbs share: options read, one answer asked for, told as a document or as a report, and an exit code."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, wraps
from typing import TYPE_CHECKING, Annotated, Any

from optimiser.cli.options import option
from optimiser.cli.output import ExitCode, page, print_json, print_text

if TYPE_CHECKING:
    import datetime as dt

    from models.changes import WhatIf
    from models.findings import ProofClass
    from optimiser.evidence.terminal.page import Page
    from optimiser.reading.load import LoadedPlan
    from optimiser.solve.between import DateRange

__all__ = ["AsJson", "Reply", "changes_of", "verb", "with_options"]

AsJson = Annotated[bool, option("--json", "Print one JSON document instead of tables.")]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer on its way out.

    Attributes
    ----------
    document
        Makes the JSON document.
    report
        Makes the text for people.
    code
        What the shell is told.
    then
        What is done once the answer is told, such as writing a file.
    """

    document: Callable[[], Mapping[str, Any]]
    report: Callable[[Page], str]
    code: ExitCode = ExitCode.DONE
    then: Callable[[], None] | None = None

    def after(self, found: WhatIf | None) -> Reply:
        """Return the reply behind its what-if, which the document holds even when nothing was changed."""

        def document() -> Mapping[str, Any]:
            from optimiser.evidence.documents import with_changes

            return with_changes(self.document(), found)

        def report(page: Page) -> str:
            from optimiser.evidence.terminal.framing import what_if_report

            return ("" if found is None else what_if_report(found, page)) + self.report(page)

        return replace(self, document=cache(document), report=report)


def verb(function: Callable[..., Reply]) -> Callable[..., int]:
    """Return the command of a verb: the options that its parameters name and ``--json``; what it returns is printed."""
    flat = with_options(function)

    @wraps(flat)
    def run(*, as_json: bool, **given: Any) -> int:
        reply: Reply = flat(**given)
        if as_json:
            print_json(reply.document())
        else:
            print_text(reply.report(page()))
        if reply.then is not None:
            reply.then()
        return reply.code

    json = inspect.Parameter("as_json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=AsJson)
    return _signed(run, [*inspect.signature(flat).parameters.values(), json])


def with_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function with the fields of each parameter that is a record of options in the place of the record."""
    own, arguments, options = [], [], []
    records: dict[str, tuple[type[Any], list[str]]] = {}
    for each in inspect.signature(function, eval_str=True).parameters.values():
        if not hasattr(each.annotation, "__dataclass_fields__"):
            own.append(each)
            continue
        inside = [*inspect.signature(each.annotation, eval_str=True).parameters.values()]
        records[each.name] = (each.annotation, [field.name for field in inside])
        arguments += [field for field in inside if field.default is field.empty]
        options += [field for field in inside if field.default is not field.empty]

    @wraps(function)
    def flat(**given: Any) -> Any:
        made = {name: record(**{field: given.pop(field) for field in fields}) for name, (record, fields) in records.items()}
        return function(**made, **given)

    return _signed(flat, [*arguments, *own, *options])


def _signed(function: Callable[..., Any], parameters: Sequence[inspect.Parameter]) -> Callable[..., Any]:
    """Give a function the signature that typer reads options off."""
    named = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in parameters]
    function.__signature__ = inspect.Signature(named)  # type: ignore[attr-defined]
    function.__annotations__ = {each.name: each.annotation for each in named}
    return function


def changes_of(
    loaded: LoadedPlan,
    milestones: Sequence[str],
    ranges: Mapping[str, DateRange] | None = None,
    limits: Mapping[str, Any] | None = None,
    *,
    dates: Mapping[str, tuple[dt.date | None, ProofClass | None]] | None = None,
) -> WhatIf | None:
    """Return the changes and their effect on the dates, None where nothing was changed.

    Parameters
    ----------
    ranges, dates
        What the answer has found already: where milestones lie, or their dates with proof.
    limits
        Those of CP-SAT that the verb was given.
    """
    if loaded.plan is loaded.before:
        return None
    from optimiser.encoding import Limits
    from optimiser.whatif import dated_ranges, what_if

    ranges = ranges if dates is None else dated_ranges(loaded.plan, dates)
    return what_if(loaded, milestones, ranges, limits=Limits(**(limits or {})))
