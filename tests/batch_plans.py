"""A plan and grids over it, small enough to solve every combination by hand, written where a test wants them."""

from __future__ import annotations

from pathlib import Path

from optimiser.batch.grid_file import load_grid
from optimiser.batch.job import Job

ROOT = Path(__file__).parents[1]

EXTRA = """
  - id: open-latest
    kind: not-after
    title: The lease lapses
    at: OPEN
    date: $deadline
    basis: synthetic
  - id: open-on-market-day
    kind: release
    title: The shop opens on a market day
    at: OPEN
    enabled: false
    occasions: { days: [2024-03-01, 2024-04-01] }
    basis: synthetic
  - id: hands
    kind: capacity
    title: Two pairs of hands
    amount: 2
    enabled: false
    demands: [ { item: FIT-OUT }, { item: RECIPES }, { item: OVEN }, { item: TRAINING } ]
    basis: synthetic

baselines:"""

CALENDARS = """calendars:
  - id: four-days
    title: Mondays to Thursdays
    weekdays: [mon, tue, wed, thu]
    covers: { first: 2024-01-01, last: 2024-06-28 }
    basis: synthetic
"""

DEADLINE = """assumptions:
  - { id: deadline, title: The lease lapses, value: none, basis: synthetic, citation: "invented: durations" }
"""

CRUSH = """schema: optimiser/scenario/1
id: crush
title: Contradicts what the plan can be
assumptions: { training: -1 wd }
"""


def bakery(folder: Path) -> Path:
    """Write the bakery of the packaged toy plan with a deadline, market days, hands and a second calendar."""
    text = (ROOT / "instances/toy/plan.yaml").read_text(encoding="utf-8")
    for old, new in (("\nbaselines:", EXTRA), ("calendars:\n", CALENDARS), ("assumptions:\n", DEADLINE)):
        assert text.count(old) == 1
        text = text.replace(old, new)
    plan = folder / "bakery"
    (plan / "scenarios").mkdir(parents=True)
    (plan / "plan.yaml").write_text(text, encoding="utf-8")
    for scenario in ("late-oven", "equal-chains"):
        source = ROOT / f"instances/toy/scenarios/{scenario}.yaml"
        (plan / "scenarios" / source.name).write_bytes(source.read_bytes())
    (plan / "scenarios" / "crush.yaml").write_text(CRUSH, encoding="utf-8")
    return plan


def grid_file(folder: Path, axes: str, more: str = "", plan: str = "bakery") -> Path:
    """Write a grid; the bakery beside it where it is not there yet."""
    if plan == "bakery" and not (folder / "bakery").exists():
        bakery(folder)
    path = folder / "grid.yaml"
    path.write_text(
        f"schema: optimiser/grid/1\nid: test\ntitle: A grid for a test\nplan: {plan}\n{more}\naxes:\n{axes}", encoding="utf-8"
    )
    return path


def job_of(folder: Path, axes: str, more: str = "", plan: str = "bakery") -> Job:
    """Return the job of a grid written for the purpose."""
    return load_grid(grid_file(folder, axes, more, plan))


OVEN = "  - { kind: assumption, name: oven, from: 8 wd, to: 15 wd, step: 1 wd, base: 10 wd }\n"
RECIPES = "  - { kind: assumption, name: recipes, values: [15 wd, 10 wd, 20 wd, 30 wd] }\n"
LICENCE = "  - { kind: reading, name: licence }\n"
HANDS = "  - { kind: rule, name: hands }\n"
CONFIDENCE = "  - { kind: confidence, levels: [0.5, 0.8], draws: 1024 }\n"
