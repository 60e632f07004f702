"""Files of a new plan: tables for a spreadsheet, and commented templates for everything else."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from optimiser.initial import templates

__all__ = ["entry_text", "flow_text", "folder_files"]

_TABLES: Final = ("activities", "milestones", "assumptions", "baselines", "progress")
_PLAIN: Final = re.compile(r"\$?[A-Za-z][A-Za-z0-9_.-]*( [A-Za-z0-9_.-]+)*|-?\d+ (wd|cd|mo)|\d{4}-\d{2}-\d{2}")
_SPECIAL: Final = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "none"}
_WIDEST: Final = 124


def folder_files(content: Mapping[str, Any], table: str) -> dict[str, bytes]:
    """Return the files of a plan's folder by their paths.

    Parameters
    ----------
    content
        The plan as plain values.
    table
        The name of the table that it was made from.
    """
    rules = [entry for entry in content["rules"] if entry["kind"] != "dependency"]
    links = [
        {key: value for key, value in entry.items() if key != "kind"}
        for entry in content["rules"]
        if entry["kind"] == "dependency"
    ]
    names = {**_examples(content), "table": table}
    files = {
        "plan.yaml": _plan(content, names),
        "rules.yaml": _rules(rules, names),
        "risk/register.yaml": templates.filled(templates.REGISTER, names),
        "scenarios/what-if.yaml": templates.filled(templates.SCENARIO, names),
        "README.md": templates.filled(templates.README, names),
    }
    for name in _TABLES:
        if content.get(name):
            files[f"{name}.csv"] = _baselines(content[name]) if name == "baselines" else _csv(content[name])
    if links:
        files["dependencies.csv"] = _csv(links)
    if grid := _grid(content):
        files["grids/lengths.yaml"] = grid
    if kept := _kept(content):
        files["scenarios/deadlines-kept.yaml"] = kept
    return {path: text.encode() for path, text in files.items()}


# -- texts -----------------------------------------------------------------------------------------------------------------


def _plan(content: Mapping[str, Any], names: Mapping[str, str]) -> str:
    lines = [templates.filled(templates.PLAN_HEAD, names)]
    keys = ("schema", "id", "title", "as_of", "status_date", "unit", "day_minutes", "horizon", "calendar", "targets")
    lines += [f"{key}: {flow_text(content[key])}\n" for key in keys if key in content]
    for key, about in templates.PLAN_LISTS.items():
        if content.get(key):
            lines.append(f"\n{about}{key}:\n")
            lines += [entry_text(entry) for entry in content[key]]
    return "".join(lines)


def _rules(rules: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    head = templates.RULES_HEAD + (f"rules:\n{''.join(map(entry_text, rules))}" if rules else "rules: []\n")
    return head + templates.filled(templates.RULES, names)


def _examples(content: Mapping[str, Any]) -> dict[str, str]:
    """Return names of the plan that templates may speak of."""
    work = [entry["id"] for entry in content.get("activities", ())]
    events = [entry["id"] for entry in content["milestones"]]
    first = work[0] if work else events[0]
    second = work[1] if len(work) > 1 else events[-1]
    lengths = {entry["id"]: str(entry["duration"]) for entry in content.get("activities", ())}
    assumed = {entry["id"]: str(entry["value"]) for entry in content.get("assumptions", ())}
    stated = lengths.get(first, "0 wd")
    return {
        "first": flow_text(first),
        "first start": flow_text(f"{first}.start"),
        "first name": first,
        "second": flow_text(second),
        "second name": second,
        "last": flow_text(content["targets"][-1]),
        "length": assumed.get(stated[1:], stated) if stated.startswith("$") else stated,
        "changed": stated[1:] if stated.startswith("$") else f"{first}.duration",
        "year": content["horizon"]["last"][:4],
        "plan": flow_text(content["id"]),
        "title": content["title"],
        "target": content["targets"][-1],
    }


def _grid(content: Mapping[str, Any]) -> str:
    """Return a grid over the first two ranges of the plan; empty where it has none."""
    ranged = [entry for entry in content.get("assumptions", ()) if entry.get("low") not in (None, entry.get("high"))][:2]
    if not ranged:
        return ""
    lines = [templates.GRID_HEAD]
    for entry in ranged:
        values = list(dict.fromkeys((entry["low"], entry["value"], entry["high"])))
        lines.append(f"  - {{kind: assumption, name: {entry['id']}, values: {flow_text(values)}}}\n")
    return "".join(lines)


def _kept(content: Mapping[str, Any]) -> str:
    """Return a scenario in which every deadline holds; empty where there is none."""
    due = next((entry["dates"] for entry in content.get("baselines", ()) if entry["id"] == "deadlines"), ())
    if not due:
        return ""
    lines = [templates.KEPT_HEAD]
    for entry in due:
        rule = {
            "id": f"{entry['milestone'][:50]}-by-deadline",
            "kind": "not-after",
            "title": f"{entry['milestone']} by its deadline",
        }
        day = entry["date"]
        if content.get("unit") == "minute":
            day = f"{dt.date.fromisoformat(day) + dt.timedelta(days=1)}T00:00"
        lines.append(f"    - {flow_text({**rule, 'at': entry['milestone'], 'date': day})}\n")
    return "".join(lines)


# -- values ----------------------------------------------------------------------------------------------------------------


def entry_text(entry: Mapping[str, Any]) -> str:
    """Return an entry of a list, on one line where it fits."""
    line = f"  - {flow_text(entry)}\n"
    if len(line) <= _WIDEST:
        return line
    lines = []
    for key, value in entry.items():
        text = f"{key}: {flow_text(value)}"
        if isinstance(value, list) and len(text) > _WIDEST - 4:
            text = f"{key}:" + "".join(f"\n      - {flow_text(each)}" for each in value)
        lines.append(text)
    return "  - " + "\n    ".join(lines) + "\n"


def flow_text(value: Any) -> str:
    """Return a value as YAML that reads the same to everybody."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow_text(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow_text, value)) + "]"
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value.lower() not in _SPECIAL
        return value if plain else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)


def _csv(entries: Sequence[Mapping[str, Any]]) -> str:
    """Return entries as a table, one a row."""
    return _table([_flat(entry) for entry in entries])


def _flat(entry: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in entry.items():
        if isinstance(value, Mapping):
            found |= {f"{key}_{inner}": str(each) for inner, each in value.items()}
        else:
            found[key] = str(value)
    return found


def _baselines(entries: Sequence[Mapping[str, Any]]) -> str:
    """Return baselines as a table, one date a row."""
    rows = []
    for entry in entries:
        own = {"baseline": entry["id"], **{key: value for key, value in entry.items() if key not in ("id", "dates")}}
        rows += [{**own, **each} for each in entry["dates"]]
    return _table(rows)


def _table(rows: Iterable[Mapping[str, str]]) -> str:
    rows = list(rows)
    heads = list(dict.fromkeys(key for row in rows for key in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, heads, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
