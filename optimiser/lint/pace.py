"""Times set aside for migration against the pace that they take for granted."""

from __future__ import annotations

from models.assumptions import Baseline
from models.duration import Duration
from models.rules import Dependency
from optimiser.lint.checked import Check, Checked, finding
from optimiser.lint.subject import Subject, counted, listed
from optimiser.migration import MILESTONES
from optimiser.migration.implied import Pace
from optimiser.migration.windows import paces_of, published_window
from optimiser.solve.variant import Variant

__all__ = ["CHECKS"]

_EVEN = 1.0
"""The multiple of the average rate at which an even pace is."""


def _implied_pace(subject: Subject) -> Checked:
    """Ask what the months after the first start and after the last supplier say of each other.

    At the even pace of the longer time the shorter has room for a part of all meter points: whoever holds both takes for
    granted that no more than this become ready only with the last supplier, or that more move a day.
    """
    plan = subject.plan
    *starts, ready, end = MILESTONES
    links = [rule for rule in plan.active_rules() if isinstance(rule, Dependency) and rule.after == end]
    lags = [(rule, lag) for rule in links if (lag := plan.duration(rule.lag)).unit == "mo" and lag.amount > 0]
    after_all = [each for each in lags if each[0].before == ready]
    after_first = [each for each in lags if each[0].before in starts]
    if not after_all or not after_first or any(name not in plan.items for name in MILESTONES):
        return Checked(0, not_applicable="no months count from the start of migration and from the last supplier to its end")
    pace = next(each for each in paces_of(plan, subject.clock, ready) if each.calendar == plan.calendar)
    room = [said for baseline in plan.baselines for said in _room(baseline, pace)]
    found = []
    for short, shorter in after_all:
        for long, longer in after_first:
            if not room or shorter.amount >= longer.amount:
                continue
            slot = next((term.assumption for term in short.terms() if term.assumption), short.id)
            found.append(
                finding(
                    "implied-pace",
                    "medium",
                    [short.id, long.id],
                    f"{end} {counted(shorter.amount, 'month')} after {ready} and {counted(longer.amount, 'month')} after "
                    f"{long.before}: at the even pace of the longer time no more of all meter points may become ready only with "
                    f"{ready} than {listed(room)}; were it all of them, as long a time would be needed after {ready}, and "
                    "nothing published says how many they are",
                    key=f"{short.id}:{long.id}",
                    citation=(*short.citation, *long.citation),
                    tried=f"{slot} is {Duration(longer.amount, 'mo')}",
                    effects=subject.effects(Variant(values={slot: longer.amount})),
                )
            )
    return Checked(len(after_all) * len(after_first), found)


def _room(baseline: Baseline, pace: Pace) -> list[str]:
    """Return the share of meter points, for each published start, that may become ready only with the last supplier."""
    *starts, ready, end = MILESTONES
    window = published_window(baseline, pace, starts, ready, end)
    if isinstance(window, str):
        return []
    shares = [each for start in window.starts for each in pace.late_shares(window, start) if each.multiple == _EVEN]
    return [
        f"{each.low_percent:.1f} %"
        + (f" to {each.high_percent:.1f} %" if each.high_percent - each.low_percent > 0.05 else "")
        + f" ({baseline.id}, from {' and '.join(each.starts)})"
        for each in shares
    ]


CHECKS = (Check("implied-pace", "Times for migration agree on a pace", _implied_pace),)
