"""``robust``: the dates to commit to at a confidence."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from optimiser.cli.changes import after_changes, changes_of
from optimiser.cli.options import AsJson, AskedPlan, Milestones, of_plan, read_milestones, read_plan
from optimiser.cli.output import ExitCode, page, print_json, print_text, progress
from optimiser.errors import InputError, Located

if TYPE_CHECKING:
    from models.changes import WhatIf
    from models.policies import Policy
    from models.robustness import RobustOutcome
    from optimiser.reading.load import LoadedPlan
    from optimiser.robust.decision import Target

__all__ = ["register", "robust_dates"]

USUAL = 0.8
"""The confidence where nothing is said; which ratio of costs it stands for is printed beside it."""


class ReadingChoice(StrEnum):
    """What is done about open questions."""

    CHOSEN = "chosen"
    WEIGHTED = "weighted"
    SIDE_BY_SIDE = "side-by-side"


class ShapeChoice(StrEnum):
    """The shape of every range that has a low, a likely and a high value."""

    REGISTER = "register"
    TRIANGULAR = "triangular"
    PERT = "pert"


class PolicyChoice(StrEnum):
    """Who is served first where parties queue for a capacity; the names are those of `qualify --policies`."""

    FIRST_READY = "first-ready"
    PORTFOLIO = "portfolio"
    LARGE_FIRST = "large-first"
    SMALL_FIRST = "small-first"


_POLICIES: dict[PolicyChoice, Policy] = {
    PolicyChoice.FIRST_READY: "first-ready",
    PolicyChoice.PORTFOLIO: "portfolio",
    PolicyChoice.LARGE_FIRST: "large-first",
    PolicyChoice.SMALL_FIRST: "small-first",
}

_SHAPES: dict[ShapeChoice, Literal["triangular", "pert"] | None] = {
    ShapeChoice.REGISTER: None,
    ShapeChoice.TRIANGULAR: "triangular",
    ShapeChoice.PERT: "pert",
}


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("robust", no_args_is_help=True)(robust_dates)


@of_plan
def robust_dates(
    plan: AskedPlan,
    *,
    confidence: Annotated[
        float | None,
        typer.Option(
            "-c", "--confidence", metavar="P", help="Probability with which each date is to hold; 0.8 if nothing is said."
        ),
    ] = None,
    cost_ratio: Annotated[
        float | None,
        typer.Option(
            "--cost-ratio", metavar="R", help="A day late costs as much as R days early: the date that this justifies."
        ),
    ] = None,
    milestone: Milestones = None,
    risk_register: Annotated[
        str | None,
        typer.Option("--register", metavar="FILE", help="Ranges, drivers and risks; risk/register.yaml of the plan's folder."),
    ] = None,
    claims: Annotated[
        str | None,
        typer.Option("--claims", metavar="NAME_OR_FILE", help="Claims of a consultation: they give ranges by their grades."),
    ] = None,
    readings: Annotated[
        ReadingChoice,
        typer.Option("--readings", help="Open questions: as chosen, drawn with their probabilities, or every answer."),
    ] = ReadingChoice.CHOSEN,
    shape: Annotated[
        ShapeChoice, typer.Option("--shape", help="Of every three-point range, instead of the register's own.")
    ] = ShapeChoice.REGISTER,
    policy: Annotated[
        PolicyChoice, typer.Option("--policy", help="Who is served first where parties queue; the others stand beside.")
    ] = PolicyChoice.FIRST_READY,
    against: Annotated[
        list[str] | None,
        typer.Option(
            "--against",
            metavar="SCENARIO",
            help="Compare with the plan under this scenario, all else alike, on the same draws.",
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option("--target", metavar="M10=DATE", help="Find the cheapest levers that bring a milestone to a date."),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            "--allow", metavar="NAME", help="With --target: a lever though no cost is stated, at one a unit; repeatable."
        ),
    ] = None,
    adversary: Annotated[
        int, typer.Option("--adversary", min=0, max=12, metavar="K", help="How many things may go wrong together.")
    ] = 3,
    evidence: Annotated[
        bool,
        typer.Option(
            "--evidence", help="What to get evidence for first: what knowing each number, reading and link would settle."
        ),
    ] = False,
    samples: Annotated[
        int | None,
        typer.Option("--samples", max=10_000_000, help="How many are drawn; 16,384, or 1,024 where work queues for capacity."),
    ] = None,
    within: Annotated[
        float | None,
        typer.Option("--within", metavar="WD", help="Stop once every date's standard error is at most so many working days."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**31 - 1, help="Of the draws; recorded.")] = 7,
    as_json: AsJson = False,
) -> int:
    """Find the date of each milestone that holds with a confidence, what drives it and what buys it back.

    Exit codes: 0 done; 1 our fault; 2 bad usage or input; 4 no date holds with the confidence asked for; 5 a target is missed.
    """
    asked = read_milestones(milestone)
    wanted = _target(target)
    held = _confidence(confidence, cost_ratio)
    with progress() as tell:
        if tell:
            tell("reading the plan")
        changed = plan.read()
        loaded = changed.plan
        other = None
        if against:
            # What the workbook changes, it changes in both; what it only repeats is left to each plan's own scenarios.
            values, _ = plan.choices()
            set_alike = [f"{name}={value}" for name, value in values.items()]
            other = read_plan(plan.name, against, set_alike, plan.readings, plan.released)
        from optimiser.robust import robust

        outcome = robust(
            loaded,
            held,
            seed,
            samples,
            milestones=asked,
            register=risk_register,
            claims=claims,
            folder=plan.name,
            readings=readings.value,
            shape=_SHAPES[shape],
            policy=_POLICIES[policy],
            within=within,
            against=other,
            target=wanted,
            allow=allow or (),
            budget=adversary,
            evidence=evidence,
            progress=tell,
        )
        found = _changes(changed, outcome)
    if as_json:
        from optimiser.evidence.documents import robust_document, with_changes

        print_json(with_changes(robust_document(outcome, cost_ratio), found))
    else:
        from optimiser.evidence.terminal.robust import robust_report

        print_text(after_changes(found, robust_report(outcome, loaded, page(), cost_ratio)))
    return _exit_code(outcome)


def _confidence(confidence: float | None, ratio: float | None) -> float:
    """Return the probability asked for, or the one that a ratio of costs justifies.

    Raises
    ------
    InputError
        If both are given, or the ratio is no number above 0.
    """
    if ratio is None:
        return USUAL if confidence is None else confidence
    if confidence is not None:
        message = f"a ratio of costs says the confidence itself, and {confidence:g} is given too; maybe leave one of them out"
        raise InputError([Located(message, path="--cost-ratio")])
    if not 0 < ratio < float("inf"):
        message = f"expected a number above 0, got {ratio:g}; maybe 4, if a day late costs as much as four days early"
        raise InputError([Located(message, path="--cost-ratio")])
    from optimiser.robust.commitment import confidence_of

    return confidence_of(ratio)


def _changes(changed: LoadedPlan, outcome: RobustOutcome) -> WhatIf | None:
    """Return what was changed, and the earliest dates before and after."""
    if changed.plan is changed.before:
        return None
    from optimiser.whatif import dated_ranges

    ranges = dated_ranges(changed.plan, {entry.id: (entry.deterministic, entry.proof) for entry in outcome.milestones})
    return changes_of(changed, [entry.id for entry in outcome.milestones], ranges)


def _target(text: str | None) -> Target | None:
    """Read ``M10=2025-07-01``.

    Raises
    ------
    InputError
        If it is not a milestone, an equals sign and a date.
    """
    if text is None:
        return None
    name, _, date = (part.strip() for part in text.partition("="))
    try:
        day = dt.date.fromisoformat(date)
    except ValueError:
        day = None
    if not name or day is None:
        raise InputError([Located(f"expected MILESTONE=YYYY-MM-DD, got '{text}'; maybe 'M10=2025-07-01'", path="--target")])
    from optimiser.robust.decision import Target

    return Target(name, day)


def _exit_code(outcome: RobustOutcome) -> ExitCode:
    """Return what the shell is told."""
    if outcome.decision is not None and outcome.decision.status == "missed":
        return ExitCode.MISSED
    return ExitCode.DONE if all(outcome.dates.values()) else ExitCode.UNDECIDED
