"""How to do it again, and what it must not be used for."""

from __future__ import annotations

import platform

from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.words import Blocks, figure, lead, say
from optimiser.evidence.tables.kit import listing, table
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


_ASSURED = (
    ("Every date of every case judged again without a solver", "section An independent check"),
    ("CP-SAT and the longest path agree on every date of a plan without capacities", "solve of each case"),
    ("Every figure has a proof class and a source; a pack with one that has none is not written", "report"),
    ("Every number of the plan has a basis, every document its citation", "reading of the plan"),
    ("The plan's papers held against each other", "section The plan against itself"),
    ("Names are shown as text wherever they appear; a workbook cell is never a formula", "report and workbooks"),
)
"""What was assured of a pack, and where."""


def versions() -> dict[str, str]:
    """Return the versions that decide the bytes of a pack."""
    found = {name: package_version(name) for name in VERSIONS}
    return {**found, "python": platform.python_version(), "source": source_sha256()[:16]}


def reproducibility(dossier: Dossier) -> Blocks:
    """Yield what is needed to get the same bytes again."""
    request, source = dossier.request, "manifest.json"
    yield lead(
        "Equal inputs give equal bytes: nothing in this pack depends on the day or the machine it was made on. {} checks "
        "every hash and every argument, and derives every content again that needs neither solver nor samples; with {} it "
        "builds the pack again from the inputs inside it and says what differs.",
        "optimiser verify",
        "--rerun",
    )
    spent = sum(case.outcome.run.deterministic_time for case in dossier.cases if case.outcome)
    yield say(
        "Seeds: solver {:stated}, simulation {:stated}; one worker. The solver's own deterministic time over all cases: {}. "
        "Seconds by the clock are not printed, as they are never the same twice.",
        str(request.seed),
        str(request.seed + 7),
        figure(f"{spent:.3f}", "counted", "outcomes/"),
        source=source,
    )
    yield table("versions", "Versions", "what:id | version", (dossier.versions or versions()).items(), "none", source)
    hashes = [[case.id, plan_sha256(case.plan)] for case in dossier.cases if case.plan]
    title = "Hash of everything that decides the dates of each case"
    yield table("hashes", title, "case:id | SHA-256", hashes, "none", source)
    asked = {
        "plan": request.plan,
        "scenarios of every case": ", ".join(request.main) or "none",
        "values set": "; ".join(f"{name}={value}" for name, value in request.settings.items()) or "none",
        "readings answered": "; ".join(f"{name}={value}" for name, value in request.readings.items()) or "none",
        "rules let go": ", ".join(request.released) or "none",
        "milestones": ", ".join(dossier.milestones),
        "confidence": f"{request.confidence:g}",
        "samples": str(request.samples),
    }
    yield table("asked", "What was asked for", "what | value", asked.items(), "none", source)


def limits(dossier: Dossier) -> Blocks:
    """Yield the log of checks, the gaps, and the uses for which a pack is unfit."""
    source = "this pack"
    missing = sorted(dossier.absent.items())
    missing += [(f"robust dates of case {case.id}", why) for case in dossier.cases if (why := case.absent.get("robust"))]
    yield lead(
        "A date here is the earliest at which the stated rules and lengths can be met, no promise that they will be; and a "
        "proof is of that arithmetic alone. Read no date without its evidence class."
    )
    yield table("log", "What was assured, and where", "what | where", _ASSURED, "none", source)
    yield table("missing", "Parts that are not in this pack, and why", "part | because", missing, "none", source)
    if dossier.published.abbreviations:
        yield listing(
            "abbreviations",
            "Abbreviations, spelled out",
            "abbreviation:id = term | stands for = expansion | said by",
            dossier.published.abbreviations,
            "stated",
            "published/abbreviations.csv beside the plan",
            said={"said by": lambda each: cited(each.citation)},
        )
    yield table("not-modelled", "What is not modelled", "what | what that means", NOT_MODELLED, "none", source)
