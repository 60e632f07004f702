"""How dates differ by the order in which parties that queue are served."""

from __future__ import annotations

from dataclasses import replace

from models.policies import POLICY_TITLES, policies_of
from models.robustness import PolicyDates
from optimiser.robust.sensitivity import conventions
from optimiser.robust.simulation import Sampler
from optimiser.robust.statistics import date_of, day_at, difference

__all__ = ["policy_dates"]


def policy_dates(sampler: Sampler, samples: int, confidence: float) -> tuple[PolicyDates, ...]:
    """Return the dates under each policy on the same draws; nothing where only one makes a difference.

    Parameters
    ----------
    sampler
        Whose main case has the policy that the others are held against.
    samples
        How many.
    confidence
        At which dates are read.
    """
    policies = policies_of(sampler.model.plan)
    if len(policies) < 2:
        return ()
    found = sampler.compare({policy: replace(sampler.main, policy=policy) for policy in policies}, samples)
    model, milestones = sampler.model, sampler.milestones
    shown = conventions(model.plan, milestones)
    chosen = found[sampler.main.policy]
    result = []
    for policy in policies:
        days = {name: day_at(found[policy].of(name), confidence) for name in milestones}
        base = {name: day_at(chosen.of(name), confidence) for name in milestones}
        result.append(
            PolicyDates(
                policy=policy,
                title=POLICY_TITLES[policy],
                chosen=policy == sampler.main.policy,
                dates={name: date_of(day) for name, day in days.items()},
                later_wd={name: difference(model.clock, base[name], days[name], shown[name]) for name in milestones},
            )
        )
    return tuple(result)
