"""All checks of a plan, in one report."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from models.lint import LintCheck, LintFinding, LintReport
from models.plan import Plan
from models.published import PublishedTables
from optimiser.collecting import seldom_collected
from optimiser.lint import contents, days, ends, logic, names, pace, room, stated, tables
from optimiser.lint import progress as done
from optimiser.lint.advice import advised
from optimiser.lint.checked import Check
from optimiser.lint.dcma import measures
from optimiser.lint.practices import practices
from optimiser.lint.subject import Subject
from optimiser.solve.asked import asked_for

__all__ = ["CHECKS", "lint"]

CHECKS: tuple[Check, ...] = (
    *stated.CHECKS,
    *days.CHECKS,
    *tables.CHECKS,
    *room.CHECKS,
    *names.CHECKS,
    *logic.CHECKS,
    *ends.CHECKS,
    *contents.CHECKS,
    *pace.CHECKS,
    *done.CHECKS,
)
"""Every check, in the order in which they are made."""

_SEVERITIES = ("high", "medium", "low")


@seldom_collected()
def lint(
    plan: Plan,
    published: PublishedTables | None = None,
    milestones: Sequence[str] | None = None,
    *,
    progress: Callable[[str], None] | None = None,
) -> LintReport:
    """Return what a plan's own papers say against themselves.

    Parameters
    ----------
    plan
        With its scenarios applied.
    published
        What its documents print beside dates (see `optimiser.lint.read_published`); checks that need it say so where
        it is missing.
    milestones
        Those of which effects are given; the plan's targets where None.
    progress
        Told what is being done.

    Returns
    -------
    LintReport
        Findings, the gravest first; every check made or not, and why; the fourteen DCMA measures; GAO's ten practices.

    Raises
    ------
    InputError
        If a milestone is unknown.

    Notes
    -----
    Effects are the plan solved again, without a solver and without its capacities, with the finding taken at its word.
    """
    asked = asked_for(plan, milestones) if milestones or plan.targets else ()
    subject = Subject(plan, published or PublishedTables(), tuple(asked))
    tell = progress or (lambda _: None)
    found: list[LintFinding] = []
    made: list[LintCheck] = []
    for check in CHECKS:
        tell(check.title)
        result = check.run(subject)
        found += result.findings
        made.append(
            LintCheck(
                id=check.id,
                title=check.title,
                looked_at=result.looked_at,
                found=len(result.findings),
                not_applicable=result.not_applicable,
            )
        )
    tell("the fourteen measures")
    dcma = tuple(advised(subject, measure) for measure in measures(subject))
    order = sorted(range(len(found)), key=lambda place: (_SEVERITIES.index(found[place].severity), place))
    settings = plan.settings
    return LintReport(
        plan=plan.id,
        scenarios=settings.scenarios,
        readings=plan.choices(),
        milestones=subject.targets,
        dates={name: subject.date(name, subject.boundary(name)) for name in subject.targets} if subject.solved else {},
        findings=tuple(found[place] for place in order),
        checks=tuple(made),
        dcma=dcma,
        practices=practices(subject, dcma),
        notes=tuple(_notes(subject)),
    )


def _notes(subject: Subject) -> list[str]:
    notes = []
    if subject.earliest.status == "infeasible":
        notes.append("nothing satisfies the plan as it stands: effects and all measures that need dates are left out")
    if subject.earliest.status == "beyond":
        notes.append("the plan runs off its calendar or horizon: effects and all measures that need dates are left out")
    if subject.network.uses_capacity:
        notes.append("effects leave capacities out: with them a date may move otherwise")
    if not subject.published.names and subject.rows:
        notes.append("the printed names of rows are not at hand: checks of names read the plan's own titles")
    return notes
