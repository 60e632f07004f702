"""Every verb as a user types it, as a whole process: processor seconds and memory beside the imports none can do without."""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.bench_dates import IMPORTS
from benchmarks.measure import Figure, processor

PLAN = "mhhs-round2"
SMALL = (
    ("list",),
    ("schema", "plan"),
    ("show", PLAN),
    ("solve", PLAN),
    ("lint", PLAN),
    ("explain", PLAN, "-m", "M10"),
    ("why-not", PLAN, "-m", "M10", "--by", "2024-12-31"),
    ("implied", PLAN, "--match", "PoaP-2"),
    ("attribute", PLAN, "--from", "TT"),
    ("robust", PLAN),
    ("migrate", PLAN),
    ("compare", "poap1", "poap2"),
)
PARTIES = (
    ("solve", PLAN, "-s", "participants"),
    ("solve", PLAN, "-s", "participants", "--set", "slots-bsc=8"),
    ("lint", PLAN, "-s", "participants"),
    ("explain", PLAN, "-s", "participants", "-m", "M14"),
    ("why-not", PLAN, "-s", "participants", "-m", "M14", "--by", "2025-12-15"),
    ("robust", PLAN, "-s", "participants"),
    ("qualify", PLAN, "-s", "participants"),
)
WANTED = {
    "solve mhhs-round2 -s participants": 2.0,
    "solve mhhs-round2 -s participants --set slots-bsc=8": 10.0,
    "explain mhhs-round2 -s participants -m M14": 5.0,
    "robust mhhs-round2 -s participants": 5.0,
}
"""Seconds of processor that were asked for."""


def whole_processes(runs: int, *, quick: bool) -> list[Figure]:
    """Return what each verb takes; the verbs of a pack, which are long, once."""
    bare = [sys.executable, "-c", IMPORTS]
    verbs = [*SMALL, *(() if quick else PARTIES)]
    taken = processor([bare, *([sys.executable, "-m", "optimiser", *verb] for verb in verbs)], runs)
    (imports, memory), *rest = taken
    base = statistics.median(imports)
    found = [
        Figure("bare imports of cp_model, pydantic, typer, yaml", base, "s", spread=(min(imports), max(imports))),
        Figure("their memory", memory, "MB"),
    ]
    for verb, (spent, peak) in zip(verbs, rest, strict=True):
        said = " ".join(verb)
        spread = (min(spent), max(spent))
        figure = Figure(said, statistics.median(spent), "s", "bare imports", base, spread)
        found.append(figure)
        if said in WANTED:
            found.append(Figure(f"{said}: wanted", figure.value, "s", "wanted", WANTED[said], spread))
        found.append(Figure(f"{said}: memory", peak, "MB", "bare imports", memory))
    if not quick:
        found += _packs()
    return found


def _packs() -> list[Figure]:
    """Return what making a pack and checking it takes, once each."""
    with tempfile.TemporaryDirectory() as folder:
        pack = str(Path(folder) / "pack")
        found = []
        for verb in (("evidence", PLAN, "-o", pack), ("verify", pack)):
            ((spent, peak),) = processor([[sys.executable, "-m", "optimiser", *verb]], 0)
            said = " ".join(each if each != pack else "PACK" for each in verb)
            found += [Figure(said, spent[0], "s"), Figure(f"{said}: memory", peak, "MB")]
        return found
