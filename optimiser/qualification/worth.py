"""What changes to Qualification are worth to the milestone of all suppliers: each made, all else left as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from models.allocation import Worth
from models.faults import PlanFaultsError
from models.findings import ProofClass
from models.plan import Plan
from models.qualification import Qualification
from optimiser.qualification.stage import Stage
from optimiser.scenarios.expansion import exchange
from optimiser.solve.between import DateRange

__all__ = ["changes_worth"]

WEAKEST: tuple[ProofClass, ...] = ("certified", "solver", "gap")
"""Classes of proof, the weakest last: a difference is proved as far as the weaker of its two dates."""


def changes_worth(stage: Stage, base: DateRange, tell: Callable[[str], None]) -> tuple[Worth, ...]:
    """Return the gain of each change that the Qualification leaves room for.

    Parameters
    ----------
    stage
        The plan as it is.
    base
        Its milestone of all suppliers.
    tell
        Told what is being done.
    """
    found = []
    for change, title, plan in _changes(stage):
        tell(title)
        other = Stage(plan)
        reached = other.between()
        gain = None if reached.high is None or base.high is None else base.high - reached.high
        found.append(
            Worth(
                change=change,
                title=title,
                date=None if reached.high is None else other.show(other.target, reached.high),
                earliest=None if reached.high is None else other.show(other.target, reached.low),
                gain_wd=gain,
                proof=max(reached.proof, base.proof, key=WEAKEST.index),
            )
        )
    return tuple(found)


def _changes(stage: Stage) -> Iterator[tuple[str, str, Plan]]:
    """Yield each change: its name, its title, the plan with it made."""
    qualification, plan = stage.qualification, stage.plan
    for change, title, other in _others(qualification):
        try:
            yield change, title, exchange(plan, other)
        except PlanFaultsError:  # the change leaves something nobody could meet
            continue
    kinds = {role.id: role.kind for role in qualification.roles}
    small = {party.id for party in qualification.parties if party.size == "small" and kinds[party.role] == "supplier"}
    if small:
        names = {f"{stage.target}-after-{name}" for name in small}
        rules = tuple(rule.model_copy(update={"enabled": False}) if rule.id in names else rule for rule in plan.rules)
        yield "exempt-small", f"{stage.target} does not wait for the {len(small)} small suppliers", plan.evolve(rules=rules)
    for body in qualification.bodies:
        rule = f"slots-{body.id}"
        if any(pool.rule == rule for pool in stage.pools):
            yield f"one-more-{body.id}", f"one slot more of {body.title}", _with_more(plan, rule, stage.slots(rule) + 1)


def _with_more(plan: Plan, rule: str, slots: int) -> Plan:
    """Return the plan with the slots of one capacity set."""
    rules = tuple(entry.model_copy(update={"amount": slots}) if entry.id == rule else entry for entry in plan.rules)
    return plan.evolve(rules=rules)


def _others(qualification: Qualification) -> Iterator[tuple[str, str, Qualification]]:
    """Yield each Qualification that differs in one thing."""
    parties = qualification.parties
    if any(party.reliance != "none" for party in parties):
        none = tuple(party.model_copy(update={"reliance": "none", "relies_on": None}) for party in parties)
        yield "no-reliance", "nobody relies on another's testing", qualification.model_copy(update={"parties": none})
    more = tuple(
        party.model_copy(update={"reliance": "partial"}) if party.reliance == "none" and party.platform else party
        for party in parties
    )
    if more != parties:
        title = "everybody on a platform relies at least partly on another's testing"
        yield "more-reliance", title, qualification.model_copy(update={"parties": more})
    if not qualification.representatives:
        title = "one proven pair stands for every supplier on the same platform"
        yield "representatives", title, qualification.model_copy(update={"representatives": True})
    team = qualification.shared_team
    if team:
        word = "without" if team.on else "with"
        other = qualification.model_copy(update={"shared_team": team.model_copy(update={"on": not team.on})})
        yield "shared-team", f"{word} a test team of the programme", other
