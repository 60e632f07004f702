"""``robust``: the dates to commit to at a confidence."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Literal

from optimiser.cli.options import AskedPlan, Milestones, PlanChoices, option
from optimiser.cli.output import ExitCode, progress
from optimiser.cli.verbs import Reply, changes_of, verb
from optimiser.errors import InputError, Located

if TYPE_CHECKING:
    from optimiser.robust.decision import Target

__all__ = ["robust_dates"]

USUAL = 0.8
"""The confidence where nothing is said; which ratio of costs it stands for is printed beside it."""

_CONFIDENCE = "Probability with which each date is to hold; 0.8 if nothing is said."
_COST_RATIO = "A day late costs as much as R days early: the date that this justifies."
_READINGS = "Open questions: as chosen, drawn with their probabilities, or every answer."
_AGAINST = "Compare with the plan under this scenario, all else alike, on the same draws."
_ALLOW = "With --target: a lever though no cost is stated, at one a unit; repeatable."
_EVIDENCE = "What to get evidence for first: what knowing each number, reading and link would settle."
_SAMPLES = "How many are drawn; 16,384, or 1,024 where work queues for capacity."
_WORKERS = "Processes that share out the samples; any number of them gives equal bytes."
_WITHIN = "Stop once every date's standard error is at most so many working days."


@verb
def robust_dates(
    asked: AskedPlan,
    *,
    confidence: Annotated[float | None, option("-c --confidence P", _CONFIDENCE)] = None,
    cost_ratio: Annotated[float | None, option("--cost-ratio R", _COST_RATIO)] = None,
    milestone: Milestones = None,
    risk_register: Annotated[
        str | None, option("--register FILE", "Ranges, drivers and risks; risk/register.yaml of the plan's folder.")
    ] = None,
    claims: Annotated[
        str | None, option("--claims NAME_OR_FILE", "Claims of a consultation: they give ranges by their grades.")
    ] = None,
    readings: Annotated[Literal["chosen", "weighted", "side-by-side"], option("--readings", _READINGS)] = "chosen",
    shape: Annotated[
        Literal["register", "triangular", "pert"],
        option("--shape", "Of every three-point range, instead of the register's own."),
    ] = "register",
    policy: Annotated[
        Literal["first-ready", "portfolio", "large-first", "small-first"],
        option("--policy", "Who is served first where parties queue; the others stand beside."),
    ] = "first-ready",
    against: Annotated[list[str] | None, option("--against SCENARIO", _AGAINST)] = None,
    target: Annotated[
        str | None, option("--target M10=DATE", "Find the cheapest levers that bring a milestone to a date.")
    ] = None,
    allow: Annotated[list[str] | None, option("--allow NAME", _ALLOW)] = None,
    adversary: Annotated[int, option("--adversary K", "How many things may go wrong together.", min=0, max=12)] = 3,
    evidence: Annotated[bool, option("--evidence", _EVIDENCE)] = False,
    samples: Annotated[int | None, option("--samples", _SAMPLES, max=10_000_000)] = None,
    within: Annotated[float | None, option("--within WD", _WITHIN)] = None,
    workers: Annotated[int, option("--workers", _WORKERS, min=1, max=1024)] = 1,
    seed: Annotated[int, option("--seed", "Of the draws; recorded.", min=0, max=2**31 - 1)] = 7,
) -> Reply:
    """Find the date of each milestone that holds with a confidence, what drives it and what buys it back.

    Exit codes: 0 done; 1 our fault; 2 bad usage or input; 4 no date holds with the confidence asked for; 5 a target is missed.
    """
    wanted = _target(target)
    held = _confidence(confidence, cost_ratio)
    with progress() as tell:
        changed = asked.read(tell)
        other = None
        if against:
            # What the workbook changes, it changes in both; what it only repeats is left to each plan's own scenarios.
            alike = [f"{name}={value}" for name, value in asked.choices()[0].items()]
            choices = PlanChoices(scenario=against, setting=alike, reading=asked.reading, release=asked.release)
            other = choices.of(asked.plan).read().plan
        from optimiser.robust import robust

        outcome = robust(
            changed.plan,
            held,
            seed,
            samples,
            milestones=milestone,
            register=risk_register,
            claims=claims,
            folder=asked.plan,
            readings=readings,
            shape=None if shape == "register" else shape,
            policy=policy,
            within=within,
            against=other,
            target=wanted,
            allow=allow or (),
            budget=adversary,
            evidence=evidence,
            workers=workers,
            progress=tell,
        )
        dates = {entry.id: (entry.deterministic, entry.proof) for entry in outcome.milestones}
        found = changes_of(changed, [*dates], dates=dates)
    from optimiser.evidence.documents import robust_document
    from optimiser.evidence.terminal.robust import robust_report

    code = ExitCode.DONE if all(outcome.dates.values()) else ExitCode.UNDECIDED
    code = ExitCode.MISSED if outcome.decision is not None and outcome.decision.status == "missed" else code
    return Reply(
        lambda: robust_document(outcome, cost_ratio),
        lambda page: robust_report(outcome, changed.plan, page, cost_ratio),
        code,
    ).after(found)


def _confidence(confidence: float | None, ratio: float | None) -> float:
    """Return the probability asked for, or the one that a ratio of costs justifies."""
    from optimiser.robust.commitment import confidence_of

    if ratio is None:
        return USUAL if confidence is None else confidence
    message = None
    if confidence is not None:
        message = f"a ratio of costs says the confidence itself, and {confidence:g} is given too; maybe leave one of them out"
    elif not 0 < ratio < float("inf"):
        message = f"expected a number above 0, got {ratio:g}; maybe 4, if a day late costs as much as four days early"
    elif confidence_of(ratio) >= 1:
        message = (
            f"{ratio:g} asks for certainty, which no sample gives; maybe 4, if a day late costs as much as four days early"
        )
    if message:
        raise InputError([Located(message, path="--cost-ratio")])
    return confidence_of(ratio)


def _target(text: str | None) -> Target | None:
    """Read ``M10=2025-07-01``."""
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
