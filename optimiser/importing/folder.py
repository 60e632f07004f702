"""A translated plan as the files of a folder, which load to an equal plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import yaml

__all__ = ["plan_files"]

_APART: Final = ("activities", "milestones", "summaries", "calendars", "rules")
"""Lists with a file of their own: they are long, and a file has its bounds."""

_Dumper: Final[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def plan_files(content: Mapping[str, Any]) -> dict[str, bytes]:
    """Return a plan's files by name.

    Parameters
    ----------
    content
        The fields of the plan as plain values.
    """
    files = {"plan.yaml": _text({name: value for name, value in content.items() if name not in _APART})}
    for name in _APART:
        if content.get(name):
            files[f"{name}.yaml"] = _text({name: content[name]})
    return files


def _text(values: Mapping[str, Any]) -> bytes:
    """Return YAML in which nothing is an alias of anything."""
    dumper = type("_Plain", (_Dumper,), {"ignore_aliases": lambda *_: True})
    text: str = yaml.dump(dict(values), Dumper=dumper, sort_keys=False, allow_unicode=True, width=120, default_flow_style=False)
    return text.encode()
