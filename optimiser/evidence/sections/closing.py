"""How to do it again, and what it must not be used for."""

from __future__ import annotations

import platform

from models.pack import Block, Cell, Figure, Name, Section
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.words import lead, paragraph
from optimiser.evidence.tables.kit import column, table
from optimiser.evidence.tables.register import cited
from optimiser.solve.fingerprint import package_version, plan_sha256, source_sha256

__all__ = ["NOT_MODELLED", "VERSIONS", "limits", "reproducibility", "versions"]

VERSIONS = ("mhhs-optimiser", "ortools", "numpy", "scipy", "pydantic", "jinja2", "xlsxwriter")

NOT_MODELLED: tuple[tuple[str, str], ...] = (
    (
        "Progress that nobody has entered",
        "without a status date the plan is taken as on its day of knowledge; with one, what nobody has said to have begun has not",
    ),
    ("Parties by name", "who qualifies when is synthetic wherever it is modelled at all; no source gives numbers"),
    ("People, money and stock", "capacities are slots of bodies and environments; nobody's time, no cash flow, no material"),
    (
        "The rate of migration",
        "the times set aside are as stated; shares and limits are made up; what comes back does so a fixed time after readiness",
    ),
    (
        "Behaviour",
        "nobody hurries or dawdles because a date is published; a robust date is no prediction of what people will do",
    ),
    ("Quality of testing", "whether the tests prove what they should is outside a schedule"),
    ("Law", "what a regulator may approve, and what a delay entitles anybody to, is not decided by arithmetic"),
    (
        "Freezes and duties that no source of the plan states",
        "they are blackouts and rules once one does; until then nothing waits",
    ),
    ("Parts of a day", "in a plan of days the finest there are is a morning and an evening of a whole working day"),
    ("Dependence between readings", "open questions are taken as independent unless the plan says otherwise"),
)
"""What a pack leaves out, and what that means; the same list as in the documentation."""


def versions() -> dict[str, str]:
    """Return the versions that decide the bytes of a pack."""
    found = {name: package_version(name) for name in VERSIONS}
    return {**found, "python": platform.python_version(), "source": source_sha256()[:16]}


def reproducibility(dossier: Dossier) -> Section:
    """Return what is needed to get the same bytes again."""
    request = dossier.request
    source = "manifest.json"
    spent = sum(case.outcome.run.deterministic_time for case in dossier.cases if case.outcome)
    rows: list[list[Cell]] = [[name, version] for name, version in (dossier.versions or versions()).items()]
    blocks: list[Block] = [
        lead(
            "Equal inputs give equal bytes: nothing in this pack depends on the day or the machine it was made on. ",
            Name(text="optimiser verify"),
            " checks every hash and every argument, and derives every content again that needs neither solver nor samples; with ",
            Name(text="--rerun"),
            " it builds the pack again from the inputs inside it and says what differs.",
        ),
        paragraph(
            "Seeds: solver ",
            Figure(text=str(request.seed), proof="stated", source=source),
            ", simulation ",
            Figure(text=str(request.seed + 7), proof="stated", source=source),
            "; one worker. The solver's own deterministic time over all cases: ",
            Figure(text=f"{spent:.3f}", proof="counted", source="outcomes/"),
            ". Seconds by the clock are not printed, as they are never the same twice.",
        ),
        table("versions", "Versions", [column("what", "id"), column("version")], rows, proof="none", source=source),
        table(
            "hashes",
            "Hash of everything that decides the dates of each case",
            [column("case", "id"), column("SHA-256")],
            [[case.id, plan_sha256(case.plan)] for case in dossier.cases if case.plan],
            proof="none",
            source=source,
        ),
        table(
            "asked",
            "What was asked for",
            [column("what"), column("value")],
            [
                ["plan", request.plan],
                ["scenarios of every case", ", ".join(request.main) or "none"],
                ["values set", "; ".join(f"{name}={value}" for name, value in request.settings.items()) or "none"],
                ["readings answered", "; ".join(f"{name}={value}" for name, value in request.readings.items()) or "none"],
                ["rules let go", ", ".join(request.released) or "none"],
                ["milestones", ", ".join(dossier.milestones)],
                ["confidence", f"{request.confidence:g}"],
                ["samples", str(request.samples)],
            ],
            proof="none",
            source=source,
        ),
    ]
    return Section(id="reproducibility", title="Reproducibility", items=(19,), blocks=tuple(blocks))


def _abbreviations(dossier: Dossier) -> list[Block]:
    """Return what each abbreviation of the documents stands for, once a page."""
    held = dossier.published.abbreviations
    if not held:
        return []
    return [
        table(
            "abbreviations",
            "Abbreviations, spelled out",
            [column("abbreviation", "id"), column("stands for"), column("said by")],
            [[each.term, each.expansion, cited(each.citation)] for each in held],
            proof="stated",
            source="published/abbreviations.csv beside the plan",
        )
    ]


def limits(dossier: Dossier) -> Section:
    """Return the log of what was looked at, what is missing, and what a pack must not be used for."""
    source = "this pack"
    log: list[list[Cell]] = [
        ["Every date of every case judged again without a solver", "section An independent check"],
        ["CP-SAT and the longest path agree on every date of a plan without capacities", "solve of each case"],
        ["Every figure has a proof class and a source; a pack with one that has none is not written", "report"],
        ["Every number of the plan has a basis, every document its citation", "reading of the plan"],
        ["The plan's papers held against each other", "section The plan against itself"],
        ["Names are shown as text wherever they appear; a workbook cell is never a formula", "report and workbooks"],
    ]
    missing: list[list[Cell]] = [[name, reason] for name, reason in sorted(dossier.absent.items())]
    missing += [
        [f"robust dates of case {case.id}", case.absent["robust"]] for case in dossier.cases if case.absent.get("robust")
    ]
    blocks: list[Block] = [
        lead(
            "A date here is the earliest at which the stated rules and lengths can be met, no promise that they will be; and a "
            "proof is of that arithmetic alone. Read no date without its evidence class."
        ),
        table("log", "What was assured, and where", [column("what"), column("where")], log, proof="none", source=source),
        table(
            "missing",
            "Parts that are not in this pack, and why",
            [column("part"), column("because")],
            missing,
            proof="none",
            source=source,
        ),
        *_abbreviations(dossier),
        table(
            "not-modelled",
            "What is not modelled",
            [column("what"), column("what that means")],
            [[what, why] for what, why in NOT_MODELLED],
            proof="none",
            source=source,
        ),
    ]
    return Section(id="limits", title="Quality log and limits of use", items=(20,), blocks=tuple(blocks))
