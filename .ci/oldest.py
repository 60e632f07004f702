"""Prints the oldest version that pyproject.toml allows of every base dependency, one a line, as pip's constraints."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

declared = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "dependencies"
]
bounds = {line: re.match(r"([A-Za-z0-9._-]+)\s*(?:>=|==)\s*([0-9][0-9.]*)", line) for line in declared}
without = [line for line, bound in bounds.items() if bound is None]
if without:
    sys.exit(f"pyproject.toml: no lower bound: {', '.join(without)}")
for bound in bounds.values():
    assert bound is not None
    print(f"{bound[1]}=={bound[2]}")
