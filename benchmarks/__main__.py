"""All benchmarks of whole answers by one command: ``python -m benchmarks`` from the root of the checkout.

Each figure is of processor time, user and system, with its spread, beside a peer or a bound in the same run. ``--json FILE`` keeps
them; ``--page`` writes them into docs/performance.md between its marks. ``--data DIR`` adds PSPLIB and RCPSP/max.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import re
from pathlib import Path

from benchmarks.bench_growth import grown
from benchmarks.measure import HEADS, Figure, machine, print_figures
from benchmarks.verbs import whole_processes

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
PARTS = ("verbs", "growth", "psplib", "rcpsp-max")


def tables(figures: dict[str, list[Figure]], page: str) -> str:
    """Return a page with the tables of some parts between their marks."""
    for part, rows in figures.items():
        lines = [HEADS, ("--",) * len(HEADS), *(figure.cells for figure in rows)]
        table = "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
        taken = f"Taken on {dt.datetime.now(tz=dt.UTC):%d %B %Y}, {machine()}.".replace("on 0", "on ")
        inside = f"<!-- {part} -->\n{taken}\n\n{table}\n<!-- end of {part} -->"
        page = re.sub(rf"<!-- {part} -->.*?<!-- end of {part} -->", lambda _, inside=inside: inside, page, flags=re.DOTALL)
    return page


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=PARTS, help="one part; repeat for several")
    parser.add_argument("--data", type=Path, help="folder with the instances of PSPLIB and RCPSP/max")
    parser.add_argument("--json", type=Path, help="file to keep the figures in")
    parser.add_argument("--page", action="store_true", help="write the tables into docs/performance.md")
    parser.add_argument("--runs", type=int, default=3, help="runs of each whole process")
    parser.add_argument("--largest", type=int, default=30_000, help="leave out larger plans")
    parser.add_argument("--limit", type=float, default=10.0, help="seconds for each instance of PSPLIB")
    parser.add_argument("--quick", action="store_true", help="leave out the participants and the packs")
    given = parser.parse_args()
    found: dict[str, list[Figure]] = {}
    for part in given.only or PARTS:
        if part == "verbs":
            found[part] = whole_processes(given.runs, quick=given.quick)
        elif part == "growth":
            found[part] = grown(given.largest)
        elif given.data is not None:
            from benchmarks.bench_psplib import measured

            found[part] = measured(given.data, part.replace("psplib", "rcpsp"), given.limit)
        if part in found:
            print_figures(part, found[part])
    if given.json is not None:
        kept = {part: [dataclasses.asdict(figure) for figure in rows] for part, rows in found.items()}
        given.json.write_text(json.dumps({"machine": machine(), "figures": kept}, indent=1) + "\n", encoding="utf-8")
    if given.page:
        PAGE.write_text(tables(found, PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
