"""What went in: the register of inputs, the calendar, every link, and what was assumed that no source says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from models.pack import Block
from models.plan import DURATION_PREFIX
from models.provenance import Sourced
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.sections.words import Blocks, Parts, absence, lead, parts_of, say
from optimiser.evidence.tables import register
from optimiser.evidence.tables.kit import few, listing
from optimiser.evidence.tables.register import basis_of
from optimiser.solve.fingerprint import plan_sha256
from optimiser.wording import demand

__all__ = ["assumed", "calendar", "inputs", "links"]


def _by_basis(entries: Iterable[Sourced]) -> str:
    """Return how many entries stand on each basis."""
    bases = Counter(entry.basis for entry in entries)
    return ", ".join(f"{number} {basis}" for basis, number in sorted(bases.items())) or "none"


def inputs(dossier: Dossier) -> Blocks:
    """Yield every number that went in."""
    plan, source = dossier.plan, f"inputs/plans/{dossier.main.id}.json"
    yield lead(
        "Every number of the plan with its place in a source, what it stands on, who owns it and how sure it is. {:counted} "
        "({:counted}). The hash of everything that decides the dates: {:counted}.",
        f"{len(plan.assumptions):,} assumptions",
        _by_basis(plan.assumptions),
        plan_sha256(plan),
        source=source,
    )
    for made in (
        register.sources,
        register.assumptions,
        register.readings,
        register.unknowns,
        register.baselines,
        register.raid,
    ):
        yield made(plan, source)


def calendar(dossier: Dossier) -> Blocks:
    """Yield which days are worked, and what another calendar would do."""
    plan = dossier.plan
    base = plan.calendars_by_id[plan.calendar]
    yield lead(
        "Dates count by calendar {}, known from {:stated} to {:stated}. A date outside is an error, never silently a working "
        "day.",
        f"{base.id}: {base.title}",
        base.covers.first,
        base.covers.last,
        source=f"calendar {base.id} of the plan",
    )
    cases = {case.id: case for case in dossier.cases}
    rows = [
        (cases[case], milestone, name, cases[case].dates.get(milestone), other.dates.get(milestone), other)
        for case, others in dossier.calendars.items()
        for name, other in others.items()
        for milestone in dossier.milestones
    ]
    if not rows:
        yield absence(dossier, "calendars", "The plan on another calendar")
        return
    certified = all(other.solved and other.solved.proof.get(milestone) == "certified" for _, milestone, *_, other in rows)
    yield listing(
        "calendars",
        "The same plan on its other calendars",
        "case:id = 0.id | milestone:id = 1 | calendar = 0.plan.calendar | date:date = 3 | other calendar = 2 | date "
        "there:date = 4 | proof there | moves:number cd",
        rows,
        "certified" if certified else "gap",
        "each case solved again with its base calendar replaced",
        said={
            "proof there": lambda row: row[5].solved and row[5].solved.proof.get(row[1]),
            "moves": lambda row: (row[4] - row[3]).days if row[3] and row[4] else None,
        },
    )


def links(dossier: Dossier) -> Blocks:
    """Yield every rule with its evidence."""
    plan, source = dossier.plan, f"inputs/plans/{dossier.main.id}.json"
    active = list(plan.active_rules())
    inferred = sum(rule.basis == "inferred" for rule in active) / max(1, len(active))
    said = f"{len(active):,} rules that are on", f"{inferred:.0%}"
    yield lead("Of {:counted} a share of {:counted} is inferred.", *said, source=source)
    yield say("By basis: {:counted}.", _by_basis(active), source=source)
    yield register.rules(plan, source)


def assumed(dossier: Dossier) -> Blocks:
    """Yield the assumptions without support in the source."""
    plan, source = dossier.plan, f"inputs/plans/{dossier.main.id}.json"
    links = [rule for rule in plan.active_rules() if rule.kind == "dependency"]
    fitted = [entry for entry in plan.assumptions if entry.basis == "fitted"]
    yield lead(
        "Before any result: of {:counted} between items {:counted} are not stated by any document. {:counted} are given by no "
        "source and stand at the values below{}. {:counted} are left open by the source and answered here as shown. "
        "{:counted} were chosen to hit a published date. Every date in this pack stands on these.",
        f"{len(links):,} links",
        sum(rule.basis != "document" for rule in links),
        f"{len(plan.unknowns):,} quantities",
        _touchy(dossier),
        f"{len(plan.readings):,} questions",
        f"{len(fitted):,} numbers",
        source=source,
    )
    yield _assumed_links(dossier) if dossier.main.solved else None
    yield _moving_readings(dossier) if dossier.binding else _open_readings(dossier)
    yield _assumed_unknowns(dossier)
    if fitted:
        chosen = "; ".join(f"{entry.title} ({entry.value})" for entry in fitted)
        yield say("Chosen to hit a published date: {:stated}.", chosen, source=source)


def _touchy(dossier: Dossier) -> Parts:
    """Say how many of the quantities that nobody knows move a milestone as soon as they are any worse."""
    found = {
        entry.id
        for report in dossier.binding.values()
        for entry in report.break_even
        if entry.unknown and not entry.readings and entry.headroom == 0
    }
    if not found:
        return [", where none of them is about to move a milestone"] if dossier.binding else []
    source = f"explain of case {dossier.main.id}: unknowns without headroom"
    text = f", of which {{:counted}} move{'s' if len(found) == 1 else ''} a milestone once any worse"
    return parts_of(text, len(found), source=source)


def _assumed_links(dossier: Dossier) -> Block:
    """Return what the dates rest on directly and nothing but the plan under test, or nobody, states: its proposals first."""
    solved, plan, case = dossier.main.solved, dossier.plan, dossier.main.id
    assert solved is not None
    held: dict[str, dict[str, None]] = {}
    for certificate in solved.certificates:
        for step in certificate.steps:
            if step.rule and not step.rule.startswith(DURATION_PREFIX):
                held.setdefault(step.rule, {})[certificate.milestone] = None
    rows = [(plan.rules_by_id[name], milestones) for name, milestones in held.items()]
    rows = [row for row in rows if row[0].basis != "document" or row[0].authority == "proposal"]
    return listing(
        "assumed-links",
        "Links, floors and proposals on the driving chains that no evidence supports",
        "rule:id = 0.id | demands | basis | bears on",
        sorted(rows, key=lambda row: row[0].authority != "proposal"),
        "stated",
        f"inputs/plans/{case}.json and the arguments in outcomes/{case}.json",
        said={
            "demands": lambda row: demand(plan, row[0].id),
            "basis": lambda row: "proposal of the plan under test" if row[0].authority == "proposal" else basis_of(row[0]),
            "bears on": lambda row: few(row[1]),
        },
    )


def _open_readings(dossier: Dossier) -> Block:
    """Return every other answer, where nothing was explained."""
    plan, other = dossier.plan, dossier.plan.set_otherwise()
    rows = [
        (reading.question, other.get(reading.id, chosen.title), option.title)
        for reading in plan.readings
        if (chosen := reading.option(plan.choice(reading)))
        for option in reading.options
        if option is not chosen
    ]
    return listing(
        "assumed-readings",
        "Questions that the source leaves open, as answered here",
        "question = 0 | answered here = 1 | instead = 2",
        rows,
        "stated",
        "readings of the plan",
        note=f"What another answer would move is not shown: {_unexplained(dossier)}.",
    )


def _unexplained(dossier: Dossier) -> str:
    return dossier.absent.get("binding", "nothing was explained")


def _moving_readings(dossier: Dossier) -> Block:
    """Return the answers that would move a milestone."""
    plan, other = dossier.plan, dossier.plan.set_otherwise()
    moved: dict[tuple[str, str], dict[str, int | None]] = {}
    for milestone, report in dossier.binding.items():
        for line in report.reading_lines:
            moved.setdefault((line.reading, line.option), {})[milestone] = line.delta_wd
    rows = [
        (reading.question, other.get(reading.id, chosen.title), option.title, known)
        for reading in plan.readings
        if (chosen := reading.option(plan.choice(reading)))
        for option in reading.options
        if (known := moved.get((reading.id, option.id)))
    ]
    return listing(
        "assumed-readings",
        "Questions that the source leaves open, and what another answer alone would move",
        "question = 0 | answered here = 1 | instead = 2"
        + "".join(f" | {name}:number wd = 3.{name}" for name in dossier.milestones),
        rows,
        "closed form",
        "readings of the plan; explain of the main case",
        note="An empty number: that milestone does not move, the answer contradicts the plan, or its date falls off the calendar. "
        "Questions whose answers move nothing alone are in the register of inputs.",
    )


def _assumed_unknowns(dossier: Dossier) -> Block:
    """Return the unknowns, each with its headroom where that was explained."""
    last: dict[str, dict[str, str | None]] = {}
    for milestone, report in dossier.binding.items():
        for entry in report.break_even:
            if entry.unknown and not entry.readings:
                last.setdefault(entry.id, {})[milestone] = entry.last
    known = bool(dossier.binding)
    milestones = dossier.milestones if known else ()
    until = ", and the last value that leaves each milestone where it is"
    return listing(
        "assumed-unknowns",
        f"Quantities that no source gives{until if known else ''}",
        "unknown:id = 0.id | title = 0.title | stands at" + "".join(f" | {name} until = 1.{name}" for name in milestones),
        [(entry, last.get(entry.id)) for entry in dossier.plan.unknowns],
        "closed form" if known else "stated",
        f"unknowns of the plan{'; explain of the main case' if known else ''}",
        said={"stands at": lambda row: str(row[0].value)},
        notes={f"{name} until": "empty: no value moves it" for name in milestones},
        note=None if known else f"How far each may be worse is not shown: {_unexplained(dossier)}.",
    )
