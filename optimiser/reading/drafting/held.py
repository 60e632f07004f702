"""What holds the rows of a table beside links: dates, deadlines, capacities; the end of the plan and what it is compared with."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from models.moment import Moment
from optimiser.reading.drafting.entries import SOURCE, Drafting, short_title
from optimiser.reading.drafting.names import slug
from optimiser.reading.interchange.record import ConstraintKind
from optimiser.reading.tabular import PlannerRow

__all__ = ["add_baselines", "add_capacities", "add_dates", "add_end"]

_RULES: Final[dict[ConstraintKind, tuple[str, ...]]] = {
    "start-no-earlier": ("not-before",),
    "finish-no-earlier": ("not-before",),
    "start-no-later": ("not-after",),
    "finish-no-later": ("not-after",),
    "start-on": ("not-before", "not-after"),
    "finish-on": ("not-before", "not-after"),
    "must-start-on": ("not-before", "not-after"),
    "must-finish-on": ("not-before", "not-after"),
}


def add_dates(drafting: Drafting, row: PlannerRow) -> None:
    """Add what holds a row to dates: floors, ceilings, and a deadline, which holds nothing."""
    leaves = [drafting.rows[name] for name in drafting.outline.leaves.get(row.id, (row.id,))]
    for kind, day in row.constraints:
        if day is None:
            if row.summary:
                drafting.fault(
                    row, "constraint", "a summary cannot be as late as possible; maybe say so of the rows in its frame"
                )
            continue
        if row.summary and kind not in ("start-no-earlier", "finish-no-later"):
            drafting.fault(row, "constraint", f"'{kind}' cannot be said of a summary; maybe say it of the rows in its frame")
            continue
        end = "start" if "start" in kind else "finish"
        for leaf in leaves:
            for rule in _RULES[kind]:
                side = "earliest" if rule == "not-before" else "latest"
                named = (rule,) if leaf.milestone else (end, rule)
                entry: dict[str, Any] = {"id": drafting.rule_names.new(drafting.name(leaf), *named), "kind": rule}
                entry |= {"title": short_title(f"{side.capitalize()} {end} of {leaf.name}"), "at": drafting.point(leaf, end)}
                entry |= {"date": _stated(drafting, day, late=rule == "not-after"), **drafting.grounds(row)}
                drafting.draft.add("rules", entry, row.row, "constraint date")
    if row.deadline is not None:
        _deadline(drafting, row, [leaf.id for leaf in leaves])


def _stated(drafting: Drafting, day: dt.date, *, late: bool) -> str:
    """Return a date as a rule states it; on a plan of minutes a latest day ends with its midnight."""
    if not drafting.draft.minutes:
        drafting.draft.timed += isinstance(day, Moment)
        return f"{day:%Y-%m-%d}"
    if late and not isinstance(day, Moment):
        return f"{day + dt.timedelta(days=1)}T00:00"
    return day.isoformat()


def _deadline(drafting: Drafting, row: PlannerRow, leaves: list[str]) -> None:
    """Add a deadline: a date to compare a milestone with; of work or a summary, of the event that it is done."""
    assert row.deadline is not None
    if row.milestone:
        name = drafting.name(row)
    else:
        name = drafting.item_names.new(row.id, "done")
        drafting.made.add(name)
        entry = {"id": name, "title": short_title(f"{row.name}: done"), "shown": "closes", **drafting.grounds(row)}
        drafting.draft.add("milestones", entry, row.row, "deadline")
        if len(leaves) == 1:
            link = {
                "id": drafting.rule_names.new(name, "after", leaves[0]),
                "title": short_title(f"{row.name} is done"),
                "type": "FS",
            }
            ends = {"before": drafting.name(drafting.rows[leaves[0]]), "after": name}
            drafting.draft.add("dependencies", {**link, **ends, **drafting.grounds(row)}, row.row, "deadline")
        else:
            of = [drafting.point(drafting.rows[leaf], "finish") for leaf in leaves]
            rule = {
                "id": drafting.rule_names.new(name, "after-all"),
                "title": short_title(f"{row.name} is done"),
                "kind": "at-least",
            }
            all_of = {"of": of, "count": len(of), "after": name}
            drafting.draft.add("rules", {**rule, **all_of, **drafting.grounds(row)}, row.row, "deadline")
    drafting.due.append({"milestone": name, "date": f"{row.deadline:%Y-%m-%d}"})
    drafting.draft.timed += isinstance(row.deadline, Moment) and not drafting.draft.minutes
    if drafting.draft.minutes:
        soft: dict[str, Any] = {
            "id": drafting.rule_names.new(name, "deadline"),
            "kind": "not-after",
            "title": short_title(f"Deadline of {row.name}"),
        }
        soft |= {"at": name, "date": _stated(drafting, row.deadline, late=True), "soft": True}
        drafting.draft.add("rules", {**soft, **drafting.grounds(row)}, row.row, "deadline")
    drafting.draft.targets.append(name)


def add_capacities(drafting: Drafting) -> None:
    """Add a capacity for each resource of which somebody says how many there are."""
    demands: dict[str, list[dict[str, Any]]] = {}
    first: dict[str, PlannerRow] = {}
    for row in drafting.table.rows:
        for resource, amount in row.resources:
            key = resource.lower()
            if key not in drafting.known:
                drafting.draft.unlimited += [resource] if resource not in drafting.draft.unlimited else []
                continue
            name, many = drafting.known[key]
            if drafting.draft.minutes:
                what = f"{drafting.draft.minutes} makes this a plan of minutes, which has no capacities"
                drafting.fault(row, "resource", f"{what}; maybe round it to days, or leave out how many there are of '{name}'")
                return
            if row.milestone:
                drafting.fault(row, "resource", f"a milestone takes no time, so it uses no '{resource}'; maybe delete it here")
            elif amount.denominator != 1 or not amount:
                drafting.fault(
                    row,
                    "resource",
                    f"expected a whole number of '{name}', got {float(amount):g}; maybe count in smaller units",
                )
            elif amount > many:
                drafting.fault(row, "resource", f"needs {amount} of '{name}', of which there are {many}")
            elif row.id in drafting.draft.names:
                demands.setdefault(name, []).append({"item": drafting.name(row), "amount": int(amount)})
                first.setdefault(name, row)
    for name, many in drafting.known.values():
        if name not in demands:
            continue
        assumed = slug(f"{name}-count".lower())
        ground = drafting.grounds(first[name])
        entry = {"id": assumed, "title": short_title(f"How many there are: {name}"), "value": str(many), **ground}
        drafting.draft.add("assumptions", entry, first[name].row, "resource")
        rule = {
            "id": drafting.rule_names.new(name.lower()),
            "kind": "capacity",
            "title": short_title(f"{name}: as many as there are"),
        }
        drafting.draft.add(
            "rules", {**rule, "amount": f"${assumed}", "demands": demands[name], **ground}, first[name].row, "resource"
        )


def add_end(drafting: Drafting) -> None:
    """Choose what the plan is asked for: its last milestone, made where several rows have nothing after their finish."""
    events = {entry["id"] for entry in drafting.draft.lists.get("milestones", ())}
    links = drafting.draft.lists.get("dependencies", ())
    followed = {
        entry["before"]
        for entry in links
        if entry["after"] not in drafting.made and (entry["type"][0] == "F" or entry["before"] in events)
    }
    for entry in drafting.draft.lists.get("rules", ()):
        if entry["kind"] == "at-least" and entry["after"] not in drafting.made:
            followed |= {point.removesuffix(".finish") for point in entry["of"] if not point.endswith(".start")}
    open_ = [row for row in drafting.table.rows if row.id in drafting.draft.names and drafting.name(row) not in followed]
    if len(open_) == 1 and open_[0].milestone:
        last = drafting.name(open_[0])
    else:
        drafting.draft.open_ends = [row.id for row in open_]
        last = drafting.item_names.new("END")
        ground = {"basis": "derived", "citation": f"{SOURCE}: rows after whose finish nothing comes"}
        drafting.draft.add(
            "milestones",
            {"id": last, "title": "Everything is done", "shown": "closes", **ground},
            drafting.table.columns.row,
            "name",
        )
        # Where links run in a circle each row has another behind it, and all of them are waited for.
        everything = open_ or [row for row in drafting.table.rows if row.id in drafting.draft.names]
        of = [drafting.point(row, "finish") for row in everything]
        rule = {
            "id": drafting.rule_names.new("END-after-all"),
            "title": "Everything is done when each row is",
            "kind": "at-least",
        }
        drafting.draft.add(
            "rules", {**rule, "of": of, "count": len(of), "after": last, **ground}, drafting.table.columns.row, "name"
        )
    drafting.draft.targets = list(dict.fromkeys((*drafting.draft.targets, last)))


def add_baselines(drafting: Drafting) -> None:
    """Add the deadlines, and the dates that stand beside milestones in the table, as what to compare with."""
    dated = [row for row in drafting.table.rows if row.milestone and (row.finish or row.start)]
    dates = [{"milestone": drafting.name(row), "date": str(row.finish or row.start)} for row in dated]
    for name, title, found in (
        ("deadlines", "Deadlines of the table", drafting.due),
        ("table", "Dates that stand in the table", dates),
    ):
        if found:
            entry = {
                "id": name,
                "title": title,
                "dates": found,
                "basis": "document",
                "citation": f"{SOURCE}: {title.lower()}",
            }
            drafting.draft.add("baselines", entry, drafting.table.columns.row, "deadline" if name == "deadlines" else "finish")
