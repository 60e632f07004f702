"""Where a distance to published dates comes from, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from models.attribution import DivergenceLedger, NetworkComparison, OwnDistance
from models.implied import Implied, ImpliedRow
from models.pack import Table
from optimiser.evidence.tables.kit import few, listing, table
from optimiser.evidence.words import month_or_day

__all__ = [
    "comparisons",
    "gaps",
    "hypotheses",
    "implied_alone",
    "implied_by_case",
    "implied_dates",
    "implied_values",
    "interactions",
    "labelled",
    "own_months",
    "own_sums",
]


def own_sums(distances: Sequence[OwnDistance], first: str, source: str) -> Table:
    """Return the months of every plan from published dates, which ``first`` names, by what they rest on."""
    return listing(
        "own-sums",
        f"Months from {first}, by what they rest on; no sign netted",
        "case:id = of | milestone:id | date:date | published:month | all:number mo = months | approved:number mo"
        " | evidenced:number mo | not evidenced:number mo | saved:number mo",
        distances,
        "counted",
        source,
        note="Approved and evidenced: only where the source itself says so of the rule or number. Saved: gaps between two "
        "milestones that are shorter than published.",
    )


def own_months(distances: Sequence[OwnDistance], of: str, source: str) -> Table:
    """Return what makes each month of one plan."""
    return listing(
        "own-months",
        f"What makes each month of {of}, and what would have to be true not to need it",
        "milestone:id = 0.milestone | gap to:id = 1.after | months:number mo = 1.months | made by = 1.title | rule:id = 1.rule"
        " | authority = 1.authority | owner = 1.owner | grade | not needed if = 1.to_save",
        ((each, line) for each in distances if each.of == of for line in each.lines),
        "counted",
        source,
        said={"grade": lambda pair: pair[1].grade if pair[1].months > 0 else None},
        note="The months by which a gap grew are laid on the lengths and lags of its chain by their working days. Not needed if: "
        "this number alone, all else as it is.",
    )


def labelled(labels: Mapping[str, int]) -> str:
    """Return months by what they rest on: ``+2 approved, +1 unexplained``."""
    return ", ".join(f"{months:+d} {label}" for label, months in labels.items())


def gaps(ledger: DivergenceLedger, key: str, source: str) -> Table:
    """Return what each gap adds between two published plans."""
    return listing(
        f"ledger-{key}",
        f"What each gap adds from {ledger.from_baseline} to {ledger.to_baseline}",
        "from:id = before | to:id = after | was:number mo = months_from | is:number mo = months_to | grows:number mo = growth"
        " | of which | because = reason",
        ledger.gaps,
        "counted",
        source,
        said={"of which": lambda gap: labelled(gap.labels) or "–"},
        fold=True,
    )


def comparisons(found: Sequence[NetworkComparison], source: str) -> Table:
    """Return what moves each milestone between two plans, by four methods."""
    titles = [(each, part, {group.id: group.title for group in each.groups}) for each in found for part in each.contributions]
    return listing(
        "comparisons",
        "What moves each milestone between two cases, by four methods",
        "from:id = 0.from_network | to:id = 0.to_network | milestone:id = 0.milestone | date:date = 0.from_date | date "
        "then:date = 0.to_date | what was changed | put in alone:number wd = 1.add_one_in | taken out alone:number wd = "
        "1.but_for | in order:number wd = 1.waterfall | neutral split:number wd | error:number wd",
        titles,
        "closed form",
        source,
        said={
            "what was changed": lambda row: row[2].get(row[1].group, row[1].group),
            "neutral split": lambda row: round(row[1].shapley, 1),
            "error": lambda row: row[1].shapley_error or None,
        },
        notes={
            "in order": "in order of time",
            "neutral split": "Shapley: not a delay analysis",
            "error": "of the neutral split, where it was sampled",
        },
        note="The tool is prospective: nothing here is evidence of entitlement.",
        fold=True,
        most=60,
    )


def interactions(found: Sequence[NetworkComparison], source: str) -> Table:
    """Return what two changes do together beyond each alone."""
    return listing(
        "interactions",
        "What two changes do together beyond each alone: negative is one path overtaking another",
        "from:id = 0.from_network | to:id = 0.to_network | milestone:id = 0.milestone | changes | together:number wd = 1.days",
        ((each, pair) for each in found for pair in each.interactions if pair.days),
        "closed form",
        source,
        said={"changes": lambda row: " and ".join(row[1].groups)},
        fold=True,
    )


def implied_by_case(baseline: str, tried: Iterable[tuple[str, Implied]], source: str) -> Table:
    """Return what each case would have to move for the dates of a published plan."""
    return listing(
        f"implied-by-case-{baseline}",
        f"What a case would have to move for the dates of {baseline}",
        "case:id = 0 | moved | between | explained | unexplained | as well by moving",
        tried,
        "closed form",
        source,
        said={
            "moved": lambda row: few(row[1].free) or "nothing",
            "between": lambda row: _range(row[1]),
            "explained": lambda row: few(row[1].explained, 20) or None,
            "unexplained": lambda row: few(row[1].unexplained, 20) or None,
            "as well by moving": lambda row: "; ".join(" and ".join(others) for others in row[1].others[:3]) or None,
        },
        notes={"moved": "the fewest assumptions that explain most dates; there may be others"},
    )


def _run(first: str | None, last: str | None) -> str | None:
    ends = [each and month_or_day(each) for each in (first, last)]
    return ends[0] if first == last else f"{ends[0]} to {ends[1]}"


def _range(found: Implied) -> str | None:
    """Return the values over which the dates hold, in a few words."""
    if not found.rows:
        return None

    def words(row: ImpliedRow) -> str:
        beside = "" if row.beside_first is None else f" with {_run(row.beside_first, row.beside_last)}"
        return f"{_run(row.first, row.last)}{beside}"

    first, last = words(found.rows[0]), words(found.rows[-1])
    return first if first == last else f"from {first} to {last}"


def implied_dates(found: Implied, title: str, source: str) -> Table:
    """Return published dates against what the plan gives once its assumptions are moved to fit."""
    return listing(
        f"implied-{found.baseline}",
        title,
        "milestone:id | published:month | as it stands:date = as_is | holds:either | earliest then:date = earliest"
        " | latest then:date = latest | slack kept",
        found.dates,
        "closed form",
        source,
        said={"slack kept": lambda at: f"{' to '.join(dict.fromkeys(map(str, at.slack_wd)))} wd" if at.slack_wd else None},
        notes={"slack kept": "to the end of what was published; below 0 it is too early"},
    )


def implied_values(found: Implied, title: str, source: str) -> Table:
    """Return the values of the free assumptions at which the dates hold, and no others."""
    two = len(found.free) > 1
    return table(
        f"implied-values-{found.baseline}",
        title,
        " | ".join(found.free) or "moved",
        ([_run(row.first, row.last), *([_run(row.beside_first, row.beside_last)] if two else [])] for row in found.rows),
        "closed form",
        source,
        fold=True,
        most=40,
    )


def implied_alone(found: Implied, source: str) -> Table:
    """Return the values of one assumption, the others as they are, at which a milestone has its published date."""
    shape = "assumption:id | milestone:id | from:month = first | to:month = last"
    return listing("implied-alone", "One assumption at a time", shape, found.ranges, "closed form", source)


def hypotheses(found: Implied, source: str) -> Table:
    """Return what the values rest on."""
    title = f"Hypotheses that these values of {found.baseline} rest on"
    rows = ([text] for text in found.hypotheses)
    return table(f"hypotheses-{found.baseline}", title, "hypothesis", rows, "stated", source, fold=True, most=40)
