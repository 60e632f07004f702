"""The items and links of a plan from the rows of a table, each with the cell that it comes from."""

from __future__ import annotations

from typing import Any, Final

from models.duration import Duration
from optimiser.reading.drafting.beside import BesideTable
from optimiser.reading.drafting.done import add_progress
from optimiser.reading.drafting.entries import Draft, Drafting, short_title
from optimiser.reading.drafting.held import add_baselines, add_capacities, add_dates, add_end
from optimiser.reading.drafting.names import Names, plain_title
from optimiser.reading.spelling import WrittenLength, WrittenLink
from optimiser.reading.tabular import PlannerColumn, PlannerRow, PlannerTable

__all__ = ["draft_of"]

_LONGEST_ID: Final = 64


def draft_of(table: PlannerTable, choices: BesideTable) -> Draft:
    """Return the plan that a table describes, without its calendar and horizon."""
    drafting = Drafting(table, choices)
    _add_items(drafting)
    for row in table.rows:
        _add_links(drafting, row)
        add_dates(drafting, row)
    add_progress(drafting, choices)
    add_capacities(drafting)
    add_end(drafting)
    add_baselines(drafting)
    return drafting.draft


def _add_items(drafting: Drafting) -> None:
    """Add the phases, activities and milestones, in the order of the table."""
    phases: dict[str, str] = {}
    names = Names()
    for title in dict.fromkeys(drafting.outline.phases.values()):
        phases[title] = names.new(title.lower())
        drafting.draft.lists.setdefault("phases", []).append({"id": phases[title], "title": short_title(title)})
    for row in drafting.table.rows:
        if row.summary:
            continue
        name = drafting.item_names.new(row.id)
        drafting.draft.names[row.id] = name
        if name != row.id:
            drafting.draft.renamed[row.id] = name
        entry: dict[str, Any] = {"id": name, "title": short_title(row.name)}
        if row.id in drafting.outline.phases:
            entry["phase"] = phases[drafting.outline.phases[row.id]]
        if row.owner:
            entry["owner"] = plain_title(row.owner)
        if row.resources:
            entry["involved"] = plain_title(", ".join(resource for resource, _ in row.resources))
        _item(drafting, row, entry)


def _item(drafting: Drafting, row: PlannerRow, entry: dict[str, Any]) -> None:
    late = [kind for kind, _ in row.constraints if kind == "as-late-as-possible"]
    if row.milestone:
        ends: tuple[tuple[PlannerColumn, WrittenLength | None], ...] = (("low", row.low), ("high", row.high))
        for column, end in ends:
            if end is not None and end.amount:
                drafting.fault(row, column, f"a milestone has no length, so none that may vary, got '{end.text}'")
        if late:
            drafting.fault(row, "constraint", "a milestone stands where its links put it, so it cannot be as late as possible")
        # A date that it waits for is a morning, a deadline and the end of other work an evening.
        dated = any(kind.startswith(("start", "must-start")) for kind, _ in row.constraints)
        entry["shown"] = "opens" if row.deadline is None and (dated or not row.links) else "closes"
        drafting.draft.add("milestones", {**entry, **_published(drafting, row), **drafting.grounds(row)}, row.row, "name")
        return
    length = drafting.days(row, "duration", row.duration)
    if length is None:
        return
    entry["duration"] = _ranged(drafting, row, entry["id"], length)
    if late:
        entry["placement"] = "as-late-as-possible"
    drafting.draft.add("activities", {**entry, **_published(drafting, row), **drafting.grounds(row)}, row.row, "duration")


def _ranged(drafting: Drafting, row: PlannerRow, name: str, likely: Duration) -> str:
    """Return a length, as the name of an assumption where the table gives a range."""
    low, high = drafting.days(row, "low", row.low), drafting.days(row, "high", row.high)
    if low is None and high is None:
        return str(likely)
    low, high = low or likely, high or likely
    if len({low.unit, likely.unit, high.unit}) > 1 and drafting.draft.minutes:
        low, likely, high = (_minutes(drafting, each) for each in (low, likely, high))
    sides: tuple[tuple[PlannerColumn, Duration, bool], ...] = (
        ("low", low, low.amount > likely.amount),
        ("high", high, high.amount < likely.amount),
    )
    for column, end, wrong in sides:
        if end.unit != likely.unit:
            drafting.fault(
                row, column, f"the duration is in {likely.unit} and this in {end.unit}; maybe write both in one unit"
            )
        elif wrong:
            side = "above" if column == "low" else "below"
            drafting.fault(row, column, f"{end} is {side} the duration of {likely}; maybe the columns are swapped")
    assumed = f"{name}-duration"
    entry = {"id": assumed[-_LONGEST_ID:].lstrip("-_"), "title": short_title(f"Length of: {row.name}"), "value": str(likely)}
    entry |= {"low": str(low), "high": str(high)} | ({"owner": plain_title(row.owner)} if row.owner else {})
    drafting.draft.add("assumptions", {**entry, **drafting.grounds(row)}, row.row, "duration")
    return f"${entry['id']}"


def _minutes(drafting: Drafting, length: Duration) -> Duration:
    """Return a length in worked minutes where it is one of worked time."""
    many = {"wd": drafting.day_minutes, "h": 60}.get(length.unit)
    return Duration(length.amount * many, "min") if many else length


def _published(drafting: Drafting, row: PlannerRow) -> dict[str, Any]:
    """Return the dates that stand in the table, to compare with."""
    start, finish = row.start or row.finish, row.finish or row.start
    if start is None or finish is None or ((row.start is None) != (row.finish is None) and not row.milestone):
        return {}
    if finish < start:
        drafting.fault(row, "finish", f"the finish {finish} is before the start, {start}; maybe they are swapped")
        return {}
    length = row.duration
    stated = (
        f"{float(length.amount):g} days"
        if length and length.unit == "d" and not length.elapsed
        else length.text
        if length
        else "0 days"
    )
    return {"published": {"row": row.row, "start": start.isoformat(), "finish": finish.isoformat(), "stated": stated}}


def _add_links(drafting: Drafting, row: PlannerRow) -> None:
    """Add what a row waits for; a summary's links are those of the rows in its frame."""
    for link in row.links:
        lag = _lag(drafting, row, link)
        before = drafting.rows[link.other]
        if row.summary and row.id in _frames(drafting, before):
            drafting.fault(row, "predecessors", f"'{link.other}' lies in the frame of '{row.id}', which would wait for itself")
            continue
        if before.summary and before.id in _frames(drafting, row):
            drafting.fault(row, "predecessors", f"'{row.id}' lies in the frame of '{before.id}', which would wait for itself")
            continue
        for after in drafting.outline.leaves.get(row.id, (row.id,)):
            _link(drafting, drafting.rows[after], before, link, lag, row)


def _frames(drafting: Drafting, row: PlannerRow) -> set[str]:
    """Return the summaries in whose frame a row, or any row of its frame, lies."""
    mine = set(drafting.outline.leaves.get(row.id, (row.id,)))
    return {name for name, leaves in drafting.outline.leaves.items() if mine & set(leaves)} | {row.id}


def _lag(drafting: Drafting, row: PlannerRow, link: WrittenLink) -> str | None:
    if link.lag is None:
        return None
    lag = drafting.days(row, "predecessors", link.lag)
    return str(lag) if lag is not None and lag.amount else None


def _link(
    drafting: Drafting, after: PlannerRow, before: PlannerRow, link: WrittenLink, lag: str | None, said: PlannerRow
) -> None:
    """Add one link; one from a summary waits for all of its rows, or from its start for the first of them."""
    name = drafting.rule_names.new(drafting.name(after), "after", before.id, "" if link.type == "FS" else link.type.lower())
    entry: dict[str, Any] = {"id": name, "title": short_title(f"{after.name} waits for {before.name}")}
    if not before.summary:
        entry |= {"before": drafting.name(before), "after": drafting.name(after), "type": link.type}
        entry |= {"lag": lag} if lag else {}
        drafting.draft.add("dependencies", {**entry, **drafting.grounds(said)}, said.row, "predecessors")
        return
    ends = {"S": "start", "F": "finish"}
    of = [drafting.point(drafting.rows[leaf], ends[link.type[0]]) for leaf in drafting.outline.leaves[before.id]]
    entry |= {"kind": "at-least", "of": of, "count": len(of) if link.type[0] == "F" else 1}
    entry |= {"after": drafting.point(after, ends[link.type[1]])} | ({"lag": lag} if lag else {})
    drafting.draft.add("rules", {**entry, **drafting.grounds(said)}, said.row, "predecessors")
