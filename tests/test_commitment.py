"""Which date to commit to: the quantile of a ratio of costs, held against the expected cost of every date."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pytest

from models.commitment import Mass
from optimiser.cli import main
from optimiser.cli.output import ExitCode
from optimiser.reading.load import load
from optimiser.robust import robust
from optimiser.robust.commitment import RATIOS, _quantile, commitment, confidence_of, ratio_of

FIRST = dt.date(2025, 1, 6)


def masses(chance: np.random.Generator) -> tuple[Mass, ...]:
    """Return dates with probabilities that add up to one."""
    days = np.sort(chance.choice(200, size=int(chance.integers(1, 9)), replace=False)).tolist()
    shares = chance.dirichlet(np.ones(len(days))).tolist()
    return tuple(Mass(date=FIRST + dt.timedelta(days), probability=share) for days, share in zip(days, shares, strict=True))


def test_the_date_of_a_ratio_has_the_least_expected_cost():
    """No date costs less than the one that a ratio justifies, where a day late costs so many days early."""
    chance = np.random.default_rng(7)
    compared = 0
    for _ in range(300):
        found = masses(chance)
        ratio = float(chance.choice(RATIOS))

        def cost(day: dt.date, found: tuple[Mass, ...] = found, ratio: float = ratio) -> float:
            late = [(mass.date - day).days * mass.probability for mass in found]
            return sum(ratio * each if each > 0 else -each for each in late)

        chosen = _quantile(found, confidence_of(ratio))
        assert chosen is not None
        least = min(cost(FIRST + dt.timedelta(days)) for days in range(200))
        assert cost(chosen) == pytest.approx(least)
        compared += 1
    assert compared == 300


def test_confidence_and_ratio_undo_each_other():
    """Eight in ten is where a day late costs four days early; what always holds has no ratio."""
    assert confidence_of(4) == pytest.approx(0.8)
    assert ratio_of(0.8) == pytest.approx(4)
    assert ratio_of(1.0) is None


def test_every_published_date_has_its_ratio():
    """Of each baseline the chance and the ratio at which it would be right; the stated ratio is marked among the others."""
    outcome = robust(load("mhhs-round2"), samples=256)
    for entry in outcome.milestones:
        found = commitment(entry, 5.0)
        assert [each.of for each in found.published] == list(entry.baselines)
        assert [each.ratio for each in found.dates if each.stated] == [5.0]
        dates = [each.date for each in found.dates if each.date]
        assert dates == sorted(dates)
        assert found.dates[[each.ratio for each in found.dates].index(4.0)].date == entry.quantiles["P80"]


def test_a_stated_ratio_says_the_confidence(capsys):
    """With a ratio the date is that of its quantile, and the document holds it; with a confidence as well it is refused."""
    assert main(["robust", "toy", "--samples", "64", "--cost-ratio", "9", "--json"]) == ExitCode.DONE
    document = json.loads(capsys.readouterr().out)
    assert (document["cost_ratio"], document["confidence"]) == (9.0, 0.9)
    assert {"OPEN", "REVIEW"} == set(document["commitments"])

    assert main(["robust", "toy", "--cost-ratio", "9", "-c", "0.8"]) == ExitCode.BAD_INPUT
    assert "maybe leave one of them out" in capsys.readouterr().err
    assert main(["robust", "toy", "--cost-ratio", "-1"]) == ExitCode.BAD_INPUT
    assert "expected a number above 0" in capsys.readouterr().err
    assert main(["robust", "toy", "--cost-ratio", "1e308"]) == ExitCode.BAD_INPUT
    assert capsys.readouterr().err.startswith("--cost-ratio: 1e+308 asks for certainty")
