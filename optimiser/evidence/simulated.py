"""A stored simulation without a sample drawn: whether it was asked what the pack asks, and agrees with its case and with itself."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

from models.assumptions import PublishedDate
from models.commitment import RobustDate
from models.outcome import Solved
from models.pack import PackCheck, PackRequest
from models.robustness import RobustOutcome
from optimiser.errors import OptimiserError
from optimiser.evidence.answers import ANSWERS
from optimiser.explain.stored import outcome_of
from optimiser.reading.files import json_value

__all__ = ["simulation_checks", "trend_checks"]

ROUNDED: Final = 2e-6
"""By how much chances may differ that were rounded to six places."""

ERRORS: Final = 3.0
"""By how many standard errors of independent draws a quantile may be reached by less than its share; balanced ones err less."""

_OWN: Final = "gives dates and chances that its own distribution has"
_LEAST: Final = 1_024
"""Samples that are drawn at the least where nobody said how many."""
_TREND: Final = re.compile(rf"{ANSWERS}/trend-\d+\.json")


def simulation_checks(case: str, request: PackRequest, files: Mapping[str, bytes]) -> Iterator[PackCheck]:
    """Check what is stored of one case's simulation; nothing is said where nothing is stored, or what is does not read."""
    path, beside = f"{ANSWERS}/robust-{case}.json", f"outcomes/{case}.json"
    try:
        answer = json_value(files[path])["answer"]
        found = None if answer is None else RobustOutcome.model_validate_json(json.dumps(answer))
        outcome = outcome_of(json_value(files[beside]), None)
    except (KeyError, TypeError, ValueError, AttributeError, ValidationError, OptimiserError):
        return  # what cannot be read stops the derivation, which says so
    if found is None or not isinstance(outcome, Solved):
        return
    asked: dict[str, tuple[Any, Any]] = {
        "seed": (found.seed, request.seed + 7),
        "confidence": (found.confidence, request.confidence),
        "milestones": ([each.id for each in found.milestones], [each.id for each in outcome.milestones]),
    }
    yield _agreement(path, "was asked as the manifest says", asked)
    held: dict[str, tuple[Any, Any]] = {
        "plan": (found.plan, outcome.plan),
        "scenarios": (found.scenarios, outcome.scenarios),
        "readings": (found.readings, outcome.readings),
        "inputs": (found.inputs_sha256, outcome.run.inputs_sha256),
        **{f"date of {each.id}": (each.deterministic, outcome.dates.get(each.id)) for each in found.milestones},
        **{f"proof of {each.id}": (each.proof, outcome.proof.get(each.id)) for each in found.milestones},
    }
    yield _agreement(path, "stands on the dates of its case", held)
    wrong = [name for each in found.milestones for name in _askew(each, found.samples)]
    wrong += _worth_askew(found)
    yield PackCheck(file=path, claim=_OWN, holds=not wrong, found=_said(wrong, len(found.milestones)))


def trend_checks(request: PackRequest, files: Mapping[str, bytes]) -> Iterator[PackCheck]:
    """Check what is stored of the simulation of each earlier update, against itself and the dates of that update."""
    for path in (path for path in sorted(files) if _TREND.match(path)):
        place = path.removeprefix(f"{ANSWERS}/trend-").removesuffix(".json")
        try:
            answer = json_value(files[path])["answer"]
            found = [] if answer is None else [RobustDate.model_validate_json(json.dumps(each)) for each in answer]
            outcome = outcome_of(json_value(files[f"outcomes/chain/{place}.json"]), None)
        except (KeyError, TypeError, ValueError, AttributeError, ValidationError, OptimiserError):
            continue
        if found and isinstance(outcome, Solved):
            dates = outcome.dates
            held = {f"date of {each.id}": (each.deterministic, dates[each.id]) for each in found if each.id in dates}
            yield _agreement(path, "stands on the dates of its update", held)
            wrong = [name for each in found for name in _askew(each, request.samples or _LEAST)]
            yield PackCheck(file=path, claim=_OWN, holds=not wrong, found=_said(wrong, len(found)))


def _agreement(path: str, claim: str, pairs: Mapping[str, tuple[Any, Any]]) -> PackCheck:
    wrong = [name for name, (ours, theirs) in pairs.items() if ours != theirs]
    return PackCheck(file=path, claim=claim, holds=not wrong, found=_said(wrong, len(pairs)))


def _said(wrong: list[str], looked: int) -> str:
    return f"not {', '.join(wrong[:5])}" if wrong else f"{looked} looked at"


def _askew(entry: RobustDate, samples: int) -> Iterator[str]:
    """Yield the figures of a milestone that the dates and shares of its own distribution do not give."""

    def met(day: dt.date) -> float:
        return sum(mass.probability for mass in entry.masses if mass.date <= day)

    last = dt.date.max
    total = met(last) + entry.never + entry.beyond
    if entry.masses and abs(total - 1) > ROUNDED + 1e-9 * len(entry.masses):
        yield f"the shares of {entry.id}"
    chances = [("chance of the date", entry.date, entry.probability)]
    chances.append(("chance of the earliest date", entry.deterministic, entry.deterministic_probability))
    for name, day, chance in chances:
        if day is not None and chance is not None and abs(met(day) - chance) > ROUNDED:
            yield f"the {name} of {entry.id}"
    for name, published in entry.baselines.items():
        try:
            day = PublishedDate(milestone=entry.id, date=published.published).last
        except ValidationError:  # not a date at all
            day = None
        if day is None or abs(met(day) - published.probability) > ROUNDED:
            yield f"the chance of {name} for {entry.id}"
    for name, quantile in entry.quantiles.items():
        share = float(name.removeprefix("P")) / 100
        if not _reached(entry, quantile, share, samples):
            yield f"{name} of {entry.id}"
    if not _reached(entry, entry.date, entry.confidence, samples):
        yield f"the date of {entry.id}"


def _worth_askew(found: RobustOutcome) -> Iterator[str]:
    """Yield statements on evidence and mitigation that contradict the dates beside them."""
    dates = {entry.id: entry for entry in found.milestones}
    for name, before in found.mitigation.before.items() if found.mitigation else ():
        entry = dates.get(name)
        for label, day in before.items():
            if entry is None or entry.quantiles.get(label) != day:
                yield f"{label} of {name} before what could be done"
    if found.evidence is None:
        return
    for worth in (*found.evidence.drawn, *found.evidence.open):
        if any((settled.share or 0.0) > 1 for settled in worth.settles.values()):
            yield f"the share that {worth.id} settles"
        for name, doubt in worth.doubt.items():
            day = dates[name].date if name in dates else None
            if doubt.first and doubt.last and day and not doubt.first <= day <= doubt.last:
                yield f"the doubt of {worth.id} about {name}"
        if any(not 0 <= span.least_wd <= span.most_wd <= span.whole_wd for span in worth.span.values()):
            yield f"the span that {worth.id} narrows"


def _reached(entry: RobustDate, day: dt.date | None, share: float, samples: int) -> bool:
    """Return whether a day is the first by which so much of a distribution lies, give or take the noise."""
    if day is None:
        return sum(mass.probability for mass in entry.masses) < share + ROUNDED
    before = sum(mass.probability for mass in entry.masses if mass.date < day)
    there = sum(mass.probability for mass in entry.masses if mass.date <= day)
    noise = ERRORS * math.sqrt(share * (1 - share) / max(samples, 1))
    return before < share + ROUNDED and there >= share - ROUNDED - noise
