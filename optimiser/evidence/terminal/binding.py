"""What binds: each rule of the proof that a day earlier is impossible, and what it is worth to each milestone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.text import Text

from models.findings import Binding
from models.outcome import Solved
from optimiser.evidence.terminal.page import Lines, Page, TextColumn, TextTable, hanging, heading, paragraph, words
from optimiser.evidence.words import OPEN, STARRED, listed

__all__ = ["binding_lines"]

_TITLED = 96
"""From this width on a rule's title has room beside its id; below, the id says more than a few letters of the title."""


def binding_lines(outcome: Solved, page: Page) -> Lines:
    """Return one row for each rule with what it is worth to each milestone, the greatest gain first."""
    milestones = [name for name, found in outcome.binding.items() if found]
    if not milestones:
        return []
    by_rule: dict[str, dict[str, Binding]] = {}
    for name in milestones:
        for entry in outcome.binding[name]:
            by_rule.setdefault(entry.rule, {})[name] = entry
    titled = page.width >= _TITLED
    lines = [heading("What binds", "working days gained without it / by one unit less of it")]
    together = max(1, (page.width - 50) // 10)
    for start in range(0, len(milestones), together):
        names = milestones[start : start + together]
        grid = TextTable(
            [
                TextColumn("rule", limit=34),
                *([TextColumn("title", gives=True)] if titled else []),
                TextColumn("authority"),
                TextColumn("basis"),
                *(TextColumn(name, side="right", limit=20) for name in names),
            ]
        )
        for rule, found in sorted(by_rule.items(), key=lambda pair: -_worth(pair[1], names)):
            if any(name in found for name in names):
                entry = next(iter(found.values()))
                gains = [_gain(found.get(name)) for name in names]
                title = [words(entry.title, "dim")] if titled else []
                grid.add(rule, *title, entry.authority, entry.basis, *gains)
        lines += grid.lines(page.width)
    if any(entry.fallback_gain_wd is not None for found in by_rule.values() for entry in found.values()):
        lines += paragraph(STARRED, page.width, 2, "dim")
    if any(entry.drop_gain_wd is entry.fallback_gain_wd is None for found in by_rule.values() for entry in found.values()):
        lines += paragraph(OPEN, page.width, 2, "dim")
    for (partners, gainers), rules in _joint(by_rule).items():
        text = f"{'each gains' if len(rules) > 1 else 'gains'} nothing alone, but together with {listed(partners, 'or')}"
        lines += hanging("", f"{listed(rules)}: {text} ({', '.join(gainers)})", page.width, 2, 0)
    return lines


def _worth(found: Mapping[str, Binding], names: Iterable[str]) -> float:
    """The most days that any of the milestones gains without the rule; least where it only holds the plan together."""
    gains = [found[name].drop_gain_wd for name in names if name in found]
    return max((-0.5 if gain is None else gain for gain in gains), default=-1)


def _gain(entry: Binding | None) -> Text:
    if entry is None:
        return Text("")
    drop = "open" if entry.drop_gain_wd is None else str(entry.drop_gain_wd)
    drop = drop if entry.fallback_gain_wd is None else f"{entry.fallback_gain_wd}*"
    unit = "–" if entry.unit_gain_wd is None else str(entry.unit_gain_wd)
    return words(f"{drop} / {unit}", "bold" if entry.drop_gain_wd != 0 else "dim")


def _joint(by_rule: Mapping[str, Mapping[str, Binding]]) -> dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]]:
    """The partners without which rules gain nothing, and the milestones they gain for, to those rules.

    A partner that gains alone is no news here; a pair is named once.
    """
    pairs: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for rule, found in by_rule.items():
        for name, entry in found.items():
            alone = {other for other, gains in by_rule.items() if name in gains and gains[name].drop_gain_wd != 0}
            partners = tuple(partner for partner in entry.joint_with if partner not in alone)
            mirrored = len(partners) == 1 and name in pairs.get((partners[0], (rule,)), ())
            if partners and not mirrored:
                pairs.setdefault((rule, partners), []).append(name)
    together: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for (rule, partners), names in pairs.items():
        together.setdefault((partners, tuple(names)), []).append(rule)
    return together
