"""Lines that present, by what they do: python benchmarks/count_presentation.py [ROOT].

What presents is counted wherever it lies: what makes tables, draws, writes pages, sheets and documents, prints on a terminal, or
speaks a command line. Whoever gathers a pack's answers, checks it or signs it presents nothing.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

ROLES = {
    "command line": ("optimiser/cli/*.py",),
    "terminal": ("optimiser/evidence/terminal/*.py",),
    "tables": ("optimiser/evidence/tables/*.py",),
    "sections of the pack": (
        "optimiser/evidence/sections/*.py",
        "optimiser/evidence/compose.py",
        "optimiser/evidence/dossier.py",
        "optimiser/evidence/inputs.py",
        "optimiser/evidence/listing.py",
        "optimiser/evidence/across.py",
        "optimiser/evidence/survey.py",
    ),
    "charts": ("optimiser/evidence/charts/*.py",),
    "pages": (
        "optimiser/evidence/report.py",
        "optimiser/evidence/batch_page.py",
        "optimiser/evidence/notebook.py",
        "optimiser/evidence/templates/*",
    ),
    "workbooks": (
        "optimiser/evidence/workbook.py",
        "optimiser/evidence/sheets.py",
        "optimiser/evidence/all_tables.py",
    ),
    "documents": ("optimiser/evidence/*documents.py",),
    "words": (
        "optimiser/wording.py",
        "optimiser/evidence/words.py",
        "optimiser/evidence/*_words.py",
        "optimiser/evidence/resting.py",
    ),
    "workbench": ("optimiser/workbench/drawing.py", "optimiser/workbench/rows.py", "optimiser/workbench/answers.py"),
}
"""What presents to the files that do it."""


def counted(root: Path) -> Counter[str]:
    """Return how many lines each role has under a checkout."""
    found: Counter[str] = Counter()
    for role, patterns in ROLES.items():
        files = {file for pattern in patterns for file in root.glob(pattern) if file.is_file()}
        found[role] = sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files)
    return found


def main() -> None:
    """Print the lines of each role, and of all."""
    found = counted(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1])
    for role, lines in found.most_common():
        print(f"{lines:7,}  {role}")
    print(f"{found.total():7,}  in all")


if __name__ == "__main__":
    main()
