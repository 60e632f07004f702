"""How far the published plan comes out, what its papers say against themselves, how to do it again, and what it is not for."""

from __future__ import annotations

import platform

from models.pack import Absence, Table
from optimiser.evidence.dossier import Dossier, DossierCase
from optimiser.evidence.sections.words import Blocks, figure, joined, lead, parts_of, say
from optimiser.evidence.tables import register
from optimiser.evidence.tables.kit import few, listing, table
from optimiser.evidence.tables.register import cited
from optimiser.reproduction import summary as reproduced
from optimiser.solve.fingerprint import package_version, plan_sha256, source_sha256

__all__ = ["NOT_MODELLED", "VERSIONS", "limits", "lint", "reproducibility", "reproduction", "versions"]


_RIGHTS = {
    "links": "by links and stated lengths, with nothing fitted upstream",
    "fitted-upstream": "by links and stated lengths, over something fitted upstream",
    "finish-gate": "by a distance to an event chosen to hit their finish",
    "fitted-lag": "by a distance after an event chosen to hit a date of their own",
    "placed": "by nothing but their own published start, which reproduces nothing",
    "differs": "not at all",
}
"""By what right a published row comes out."""


def reproduction(dossier: Dossier) -> Blocks:
    """Yield how far the published rows come out."""
    case = dossier.reproducing
    if case is None:
        rows = any(item.published for item in dossier.plan.items.values())
        why = "no case of the pack has dates to hold the published rows against" if rows else "the plan has no published rows"
        yield Absence(what="Reproduction of the published plan", reason=why)
        return
    source = f"outcomes/{case.id}.json against the published rows"
    yield lead(
        "Case {} comes nearest to the published rows: {:counted} come out at their published start and finish with something "
        "to show for it.",
        case.id,
        f"{case.matched:,} of {len(case.matches)}",
        source=source,
    )
    yield _by_right(case, source)
    yield listing(
        "rows",
        "Every published row against the schedule",
        "row:number | item:id = id | by | published start:date | published finish:date | start:date | finish:date"
        " | same:either = matches",
        case.matches,
        "certified",
        source,
        fold=True,
    )
    yield listing(
        "reproduced-cases",
        "Published rows that come out in each case",
        "case:id = id | reproduced:number = matched | placed:number | of:number",
        [each for each in dossier.cases if each.matches],
        "counted",
        "outcomes/ against the published rows",
        said={
            "placed": lambda each: sum(match.by == "placed" and match.matches for match in each.matches),
            "of": lambda each: len(each.matches),
        },
    )
    yield from _beside_the_rows(dossier)


def _by_right(case: DossierCase, source: str) -> Table:
    """Return how many published rows come out by which right."""
    which: dict[str, list[str]] = {}
    for match in case.matches:
        which.setdefault(match.by if match.matches else "differs", []).append(str(match.row))
    counted = reproduced(case.matches).items()
    rows = [(_RIGHTS[name], number, few(which.get(name, ()), 70) or "–") for name, number in counted]
    return table(
        "reproduced", "By what right each published row comes out", "class | rows:number | which", rows, "counted", source
    )


def _beside_the_rows(dossier: Dossier) -> Blocks:
    """Yield dates and demands of the documents outside their rows, each with the item that holds it or the reason for none."""
    held = dossier.published
    placed = (
        (
            "deliverables",
            "Dated deliverables and gates: held by an item of the plan, or left out with the reason",
            "date | what = title | kind",
            held.deliverables,
        ),
        (
            "criteria",
            "What has to be shown to enter or leave a stage",
            "stage | to = side | evidence",
            held.criteria,
        ),
    )
    for name, title, heads, rows in placed:
        if rows:
            yield listing(
                name,
                title,
                f"{heads} | held by:id = item | left out because = left_out | citation",
                rows,
                "stated",
                "published/ beside the plan",
                said={"citation": lambda each: cited(each.citation)},
                fold=True,
            )


def lint(dossier: Dossier) -> Blocks:
    """Yield what the plan's own papers say against themselves."""
    report, source = dossier.lint, "lint of the main case"
    assert report is not None
    counts = joined(
        (parts_of(f"{{:counted}} {severity}", number, source=source) for severity, number in report.counts().items()), ", "
    )
    yield lead(
        "The papers behind the plan held against themselves and against the computed dates: {}. Effects are the plan solved "
        "again with the finding taken at its word.",
        counts,
    )
    for made in (register.findings, register.dcma, register.gao, register.checks):
        yield made(report, source)


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
