"""Packs forged by somebody who knows how they are made: every hash mended, page and workbook written again to match.

Each forgery is found, or what was forged is listed as not derived; of none it is said that every claim holds.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.pack import Manifest, PackVerification
from models.plan import Plan
from optimiser.cli import ExitCode, main
from optimiser.evidence.answers import Answers
from optimiser.evidence.folder import MANIFEST, SUMS, write
from optimiser.evidence.pack import Witnessed, build, sums
from optimiser.evidence.report import render_html
from optimiser.evidence.request import request_of
from optimiser.evidence.restore import restored
from optimiser.evidence.terminal.checked import pack_verification_report
from optimiser.evidence.terminal.page import Page
from optimiser.evidence.verify import verify_pack
from optimiser.evidence.workbook import write_tables, write_workbook
from tests.quotas import few

Change = Callable[[Any], object]


@pytest.fixture(scope="session")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the pack of the toy, with one case besides."""
    folder = tmp_path_factory.mktemp("honest") / "pack"
    write(build(request_of("toy", cases=("late-oven",), samples=256), "toy").files, folder)
    return folder


@pytest.fixture
def pack(honest: Path, tmp_path: Path) -> Path:
    """Return a copy that a test may forge."""
    return Path(shutil.copytree(honest, tmp_path / "pack"))


def contents(pack: Path) -> dict[str, bytes]:
    """Return every file of a pack by its place in it."""
    return {path.relative_to(pack).as_posix(): path.read_bytes() for path in sorted(pack.rglob("*")) if path.is_file()}


def mend(pack: Path) -> None:
    """Make every hash and size of a pack that of its files."""
    manifest = json.loads((pack / MANIFEST).read_bytes())
    held = {path: content for path, content in contents(pack).items() if path not in (MANIFEST, SUMS)}
    manifest["files"] = [
        {"path": path, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()} for path, content in held.items()
    ]
    (pack / MANIFEST).write_text(json.dumps(manifest))
    (pack / SUMS).write_bytes(sums(contents(pack)))


def edit(pack: Path, file: str, change: Change) -> None:
    """Change one JSON document of a pack."""
    document = json.loads((pack / file).read_bytes())
    before = json.dumps(document)
    change(document)
    assert json.dumps(document) != before, "a forgery changes something"
    (pack / file).write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def rendered(pack: Path) -> None:
    """Write the page and the workbooks again from the results, with the tool's own hand."""
    held = contents(pack)
    told = restored(json.loads(held["results.json"]), held)
    plan = Plan.model_validate_json(held["inputs/plans/base.json"])
    (pack / "report.html").write_text(render_html(told), encoding="utf-8")
    (pack / "workbook.xlsx").write_bytes(write_workbook(told, plan))
    (pack / "tables.xlsx").write_bytes(write_tables(told))


def derived(pack: Path) -> None:
    """Write everything again from what the pack says of samples and of CP-SAT, as a forger with the tool at hand would."""
    held = contents(pack)
    manifest = Manifest.model_validate_json(held[MANIFEST])
    made = build(
        manifest.request, pack / "inputs" / "plan", root=pack, checked=Witnessed(Answers(stored=held), manifest.versions)
    )
    write(dict(made.files), pack, force=True)


def judged(pack: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    """Return what `verify` ends with and says; never that every claim holds, to machines or to people."""
    capsys.readouterr()
    code = main(["verify", str(pack), "--json"])
    told = json.loads(capsys.readouterr().out)
    found = PackVerification.model_validate_json(
        json.dumps({key: value for key, value in told.items() if key not in ("schema", "holds")})
    )
    assert not found.whole
    assert "every claim holds" not in pack_verification_report(found, str(pack), Page()).lower()
    return code, told


def blamed(told: dict[str, Any]) -> set[str]:
    """Return the files that do not hold."""
    return {check["file"] for check in told["checks"] if not check["holds"]}


MARKET = {
    "schema": "optimiser/plan/1",
    "id": "moving",
    "title": "Meter points move",
    "as_of": "2024-01-01",
    "horizon": {"first": "2024-01-08", "last": "2024-12-31"},
    "calendar": "mon-fri",
    "targets": ["M15"],
    "calendars": [
        {
            "id": "mon-fri",
            "title": "Mondays to Fridays",
            "weekdays": ["mon", "tue", "wed", "thu", "fri"],
            "covers": {"first": "2024-01-01", "last": "2025-01-31"},
            "basis": "synthetic",
        }
    ],
    "activities": [
        {"id": name, "title": f"Work before {name[1:]}", "duration": f"{days} wd", "basis": "synthetic"}
        for name, days in (("TM11", 5), ("TM12", 9), ("TM14", 30))
    ],
    "milestones": [
        {"id": name, "title": f"Milestone {name}", "shown": "closes", "basis": "synthetic"}
        for name in ("M11", "M12", "M14", "M15")
    ],
    "rules": [
        *(
            {
                "id": f"{name}-done",
                "title": name,
                "kind": "dependency",
                "before": f"T{name}",
                "after": name,
                "basis": "synthetic",
            }
            for name in ("M11", "M12", "M14")
        ),
        {
            "id": "pace",
            "title": "Pace",
            "kind": "migration",
            "after": "M15",
            "meter_points": 300,
            "limit": 5,
            "basis": "synthetic",
            "ready": [{"at": "M11", "share": 40}, {"at": "M12", "share": 35, "limit": 3}, {"at": "M14", "share": 25}],
            "moratoria": [{"first": "2024-02-05", "last": "2024-02-09"}],
        },
    ],
}


@pytest.fixture(scope="session")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the pack of a plan whose meter points move by shares and a limit."""
    folder = tmp_path_factory.mktemp("moving")
    (folder / "plan.yaml").write_text(json.dumps(MARKET), "utf-8")
    write(build(request_of(str(folder), cases=(), samples=256), str(folder)).files, folder / "pack")
    return folder / "pack"


MOVED: dict[str, Change] = {
    "migration-pace": lambda row: row.__setitem__(8, 1),
    "migration-room": lambda row: row.__setitem__(2, 99.0),
    "migration-late": lambda row: row.__setitem__(3, "2024-12-01"),
    "migration-months": lambda row: row.__setitem__(1, 99.0),
    "migration-shares": lambda row: row.__setitem__(4, 99),
    "migration-least": lambda row: row.__setitem__(1, 1),
    "migration-by-limit": lambda row: row.__setitem__(1, "2024-03-01"),
    "migration-by-first-share": lambda row: row.__setitem__(1, "2024-03-01"),
    "migration-by-delay": lambda row: row.__setitem__(1, "2024-03-01"),
}
"""Table of the pace of migration to what is forged in its first row."""


@pytest.mark.long
@pytest.mark.parametrize("table", few(MOVED, 1))
def test_a_forged_pace_of_migration_is_found(
    moving: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], table: str
) -> None:
    """Rates, break-evens, who decides and every curve are derived again without CP-SAT; one forged is found."""
    pack = Path(shutil.copytree(moving, tmp_path / "pack"))
    assert not (pack / "answers" / "migration.json").exists()
    edit(pack, "results.json", lambda results: MOVED[table](results["tables"][table]["rows"][0]))
    rendered(pack)
    mend(pack)

    code, told = judged(pack, capsys)

    assert code == ExitCode.MISSED
    assert "results.json" in blamed(told)


@pytest.mark.long
def test_a_forged_picture_of_migration_is_found(moving: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The picture of what has moved is drawn again: a limit twice as high in it is found."""
    pack = Path(shutil.copytree(moving, tmp_path / "pack"))
    swapped("at most 5 thousand", "at most 9 thousand")(pack, "charts/migration-moved.svg")
    mend(pack)

    code, told = judged(pack, capsys)

    assert code == ExitCode.MISSED
    assert "charts/migration-moved.svg" in blamed(told)


@pytest.mark.long
def test_an_honest_pack_is_not_said_to_hold_in_every_claim(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What samples and CP-SAT told is listed, and only when all is built again does every claim hold."""
    code, told = judged(pack, capsys)

    assert code == ExitCode.DONE
    assert {
        "answers/robust-base.json",
        "answers/robust-late-oven.json",
        "outcomes/base.json",
        "inputs",
        "manifest.json",
    } <= set(told["not_derived"])
    assert main(["verify", str(pack), "--rerun"]) == ExitCode.DONE
    assert "Every claim holds" in capsys.readouterr().out


@pytest.mark.long
def test_a_forged_version_excuses_nothing(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A page rewritten under a version that nobody has is found, as if the version were the right one."""
    edit(pack, MANIFEST, lambda manifest: manifest["versions"].update(jinja2="0.0", xlsxwriter="0.0", ortools="0.0"))
    page = (pack / "report.html").read_text(encoding="utf-8")
    (pack / "report.html").write_text(page.replace("1 Mar 2024", "1 Feb 2024"), encoding="utf-8")
    mend(pack)

    code, told = judged(pack, capsys)

    assert code == ExitCode.MISSED
    assert "report.html" in blamed(told)
    assert any("jinja2 0.0" in note for note in told["notes"])


def of_another_version(pack: Path, change: Change | None = None) -> None:
    """Make a pack one of another version of the tool, whose results differ so; page and workbook say what its results say."""

    def otherwise(results: Any) -> None:
        rows = results["tables"]["versions"]["rows"]
        next(row for row in rows if row[0] == "source")[1] = "0123456789abcdef"
        if change is not None:
            change(results)

    edit(pack, MANIFEST, lambda manifest: manifest["versions"].update(source="0123456789abcdef"))
    edit(pack, "results.json", otherwise)
    rendered(pack)
    mend(pack)


def reworded(results: Any) -> None:
    """Word a sentence and a title otherwise, take a column and a table away and add one, as another version would."""
    paragraph = next(block for block in results["sections"][0]["blocks"] if block["kind"] == "paragraph")
    paragraph["parts"][0] = "This is what an older version said: " + str(paragraph["parts"][0])
    results["tables"]["dates"]["title"] = "When at the earliest"
    table = results["tables"]["dcma"]
    table["columns"].pop()
    table["rows"] = [row[:-1] for row in table["rows"]]


@pytest.mark.long
def test_words_of_another_version_are_no_forgery_and_do_not_hold(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a pack that another version wrote its figures are compared; what that version words otherwise is listed by name."""
    of_another_version(pack, reworded)

    code, told = judged(pack, capsys)

    assert code == ExitCode.DONE, blamed(told)
    said = " ".join(told["not_derived"]["results.json"])
    assert "the sentences of section answer" in said
    assert "of table dcma" in said
    assert any("another version" in note for note in told["notes"])
    assert main(["verify", str(pack), "--rerun"]) == ExitCode.MISSED


@pytest.mark.long
def test_a_date_on_the_page_of_another_version_is_held_against_its_own_results(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """However a version sets its page, it shows no day that its results do not have."""
    of_another_version(pack, reworded)
    page = (pack / "report.html").read_text(encoding="utf-8")
    (pack / "report.html").write_text(page.replace("1 Mar 2024", "1 Feb 2023"), encoding="utf-8")
    mend(pack)

    code, told = judged(pack, capsys)

    assert code == ExitCode.MISSED
    assert blamed(told) == {"report.html"}


@pytest.mark.long
def test_an_answer_that_another_version_did_not_keep_is_listed(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What that version had no file for is not derived, nor is what rests on it; nothing else is blamed for it."""
    (pack / "answers" / "robust-base.json").unlink()
    of_another_version(pack)

    code, told = judged(pack, capsys)

    assert code == ExitCode.DONE, blamed(told)
    assert "table quantiles" in told["not_derived"]["results.json"]


TABLES: dict[str, Change] = {
    "dates": lambda row: row.__setitem__(1, "2024-02-01"),
    "dates-cases": lambda row: row.__setitem__(7, "2024-02-01"),
    "assumed-readings": lambda row: row.__setitem__(3, 1),
    "assumed-links": lambda row: row.__setitem__(2, "document"),
    "baselines": lambda row: row.__setitem__(2, "2024-03-01"),
    "assumptions": lambda row: row.__setitem__(2, "19 wd"),
    "dcma": lambda row: row.__setitem__(4, "pass"),
    "schedule": lambda row: row.__setitem__(9, 40),
    "checker": lambda row: row.__setitem__(3, "found in order"),
    "argument-OPEN": lambda row: row.__setitem__(2, "2024-01-09"),
    "binding-OPEN": lambda row: row.__setitem__(4, 2),
    "near": lambda row: row.__setitem__(1, 44),
    "allow-OPEN": lambda row: row.__setitem__(2, "2024-01-31"),
    "quantiles": lambda row: row.__setitem__(4, "2024-02-01"),
    "chances": lambda row: row.__setitem__(4, 0.99),
    "masses-OPEN": lambda row: row.__setitem__(1, 0.5),
    "shapes": lambda row: row.__setitem__(3, 17),
    "chances-of": lambda row: row.__setitem__(6, 30),
    "criticality": lambda row: row.__setitem__(2, 0.01),
    "switching": lambda row: row.__setitem__(4, 400),
    "sweeps": lambda row: row.__setitem__(6, "2024-02-01"),
    "grid": lambda row: row.__setitem__(3, "2024-02-01"),
    "regions": lambda row: row.__setitem__(2, 99),
    "authorities": lambda row: row.__setitem__(2, 99),
    "changes": lambda row: row.__setitem__(4, 99),
    "own-sums": lambda row: row.__setitem__(5, 1),
    "own-months": lambda row: row.__setitem__(7, "approved"),
    "hashes": lambda row: row.__setitem__(1, "0" * 64),
    "versions": lambda row: row.__setitem__(1, "9.9.9"),
    "not-modelled": lambda row: row.__setitem__(1, "nothing"),
}
"""Table of the report to what is forged in its first row: one of each class of figure."""


@pytest.mark.parametrize("table", few(TABLES, 4))
def test_a_figure_forged_in_the_results_is_found(pack, capsys, table):
    """Changed in the results, with page and workbook written again from them and every hash mended, it is found."""
    edit(pack, "results.json", lambda results: TABLES[table](results["tables"][table]["rows"][0]))
    rendered(pack)
    mend(pack)

    code, told = judged(pack, capsys)

    assert code == ExitCode.MISSED
    assert "results.json" in blamed(told)


@pytest.mark.long
@pytest.mark.parametrize("table", few(TABLES, 2))
def test_a_figure_forged_under_the_name_of_another_version_is_found_or_listed(pack, capsys, table):
    """To say that another version made a pack excuses no figure that both have; words are listed under the table's name."""
    of_another_version(pack, lambda results: TABLES[table](results["tables"][table]["rows"][0]))

    code, told = judged(pack, capsys)

    if code == ExitCode.DONE:
        assert any(f"table {table}" in said for said in told["not_derived"]["results.json"])
    else:
        assert "results.json" in blamed(told)


@pytest.mark.long
def test_robust_dates_evidence_and_spans_forged_together_are_found(pack, capsys):
    """The second forgery of old: robust dates, evidence classes and spans changed in every table, all else made to match."""

    def change(results: Any) -> None:
        for case in results["cases"].values():
            case["robust"] = dict.fromkeys(case["robust"], "2024-02-01")
        for name in ("dates", "dates-cases"):
            names = [column["name"] for column in results["tables"][name]["columns"]]
            for row in results["tables"][name]["rows"]:
                row[names.index("robust 80%")] = row[names.index("last by reading")] = "2024-03-01"
                row[names.index("stands on")] = "document"

    edit(pack, "results.json", change)
    rendered(pack)
    mend(pack)

    code, told = judged(pack, capsys)

    assert code == ExitCode.MISSED
    assert {"results.json", "report.html", "tables.xlsx"} <= blamed(told)


def both(path: tuple[str, ...], value: Any) -> Change:
    """Change a figure of the first milestone in what an outcome shows and in the answer itself."""

    def change(document: Any) -> None:
        for holder in (document["milestones"]["OPEN"], document["outcome"]["milestones"][0]):
            *parents, last = path
            for parent in parents:
                holder = holder[parent]  # noqa: PLW2901 - walked down
            holder[last] = value

    return change


FIGURES: dict[str, Change] = {
    "a proof class": both(("proof",), "solver"),
    "an evidence class": both(("evidence", "other_wd"), {}),
    "fitted numbers hidden": both(("evidence", "weakest_confidence"), "high"),
    "a distance to a baseline": lambda document: document["outcome"]["milestones"][0]["baselines"]["first-guess"].update(delta_wd=0),
    "a span": lambda document: document["outcome"]["milestones"][0]["span"]["last"].update(date="2024-03-01"),
    "combinations of a span": lambda document: document["outcome"]["milestones"][0]["span"].update(combinations=4096),
    "a float": lambda document: document["outcome"]["rows"][0]["float_wd"].update(OPEN=99),
    "a free float": lambda document: document["outcome"]["rows"][0].update(free_float_wd=99),
    "a driving chain": lambda document: document["outcome"]["driving"].update(OPEN=["OPEN"]),
    "a binding": lambda document: document["outcome"]["binding"]["OPEN"][0].update(drop_gain_wd=99),
    "a binding left out": lambda document: document["outcome"]["binding"].update(OPEN=[]),
    "a name": lambda document: document["outcome"]["rows"][0].update(name="Approved"),
    "a note": lambda document: document["outcome"].update(notes=["approved"]),
    "an authority": lambda document: document["outcome"]["binding"]["OPEN"][0].update(authority="regulatory"),
    "a reading": lambda document: document["outcome"]["readings"].update(licence="needed"),
    "a statement of the argument": lambda document: document["outcome"]["certificates"][0]["steps"][0].update(statement="so it is"),
    "a date shown": lambda document: document["milestones"]["OPEN"].update(date="2024-02-01"),
    "a title shown": lambda document: document["milestones"]["OPEN"].update(title="Approved"),
    "what is bound by": both(("bound_by",), "the regulator"),
    "hash of the inputs": lambda document: document["outcome"]["run"].update(inputs_sha256="0" * 64),
}  # fmt: skip
"""Figure of an outcome to how it is forged."""


@pytest.mark.parametrize("figure", few(FIGURES, 4))
def test_a_figure_forged_in_an_outcome_is_found(pack, capsys, figure):
    """Whatever an outcome says that is no word of CP-SAT's is derived again, and its file named."""
    edit(pack, "outcomes/base.json", FIGURES[figure])
    mend(pack)

    code, told = judged(pack, capsys)

    assert code == ExitCode.MISSED
    assert "outcomes/base.json" in blamed(told)


@pytest.mark.parametrize("figure", few(FIGURES, 2))
def test_a_figure_forged_in_a_stored_outcome_is_found(honest, tmp_path, capsys, figure):
    """Outside a pack, too, whatever an outcome says that is no word of CP-SAT's is worked out again."""
    shutil.copy(honest / "outcomes" / "base.json", tmp_path / "outcome.json")
    assert main(["verify", str(tmp_path / "outcome.json")]) == ExitCode.DONE
    assert "how it was run" in capsys.readouterr().out
    edit(tmp_path, "outcome.json", FIGURES[figure])

    assert main(["verify", str(tmp_path / "outcome.json")]) == ExitCode.MISSED


def swapped(old: str, new: str) -> Callable[[Path, str], None]:
    """Return what replaces a text in a file."""

    def change(pack: Path, file: str) -> None:
        text = (pack / file).read_text(encoding="utf-8")
        assert old in text
        (pack / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def manifest_says(**fields: Any) -> Callable[[Path, str], None]:
    """Return what changes the manifest."""
    return lambda pack, file: edit(pack, file, lambda manifest: manifest.update(fields))


def request_says(**fields: Any) -> Callable[[Path, str], None]:
    """Return what changes the request in the manifest."""
    return lambda pack, file: edit(pack, file, lambda manifest: manifest["request"].update(fields))


def noted_beside(pack: Path, file: str) -> None:
    """Write a remark into a workbook where no sheet has it."""
    with zipfile.ZipFile(pack / file, "a") as book:
        book.comment = b"approved"


FILES: list[tuple[str, Callable[[Path, str], None], str]] = [
    ("report.html", swapped("certified", "Certified"), "report.html"),
    ("report.html", swapped("</footer>", "<p>Approved.</p></footer>"), "report.html"),
    ("charts/gantt-driving.svg", swapped("OVEN", "OFEN"), "charts/gantt-driving.svg"),
    ("charts/tornado-OPEN.svg", swapped("<svg", '<svg data-x="1"'), "charts/tornado-OPEN.svg"),
    ("certificates/base.json", swapped("2024-01-08", "2024-01-09"), "certificates/base.json"),
    ("certificates/late-oven.json", swapped("argument", "arguments"), "certificates/late-oven.json"),
    ("inputs/plans/base.json", swapped("Fit out the shop", "Fit out the shed"), "inputs/plans/base.json"),
    ("inputs/plan/plan.yaml", swapped("Fit out the shop", "Fit out the shed"), "inputs/plans/base.json"),
    ("inputs/plan/plan.yaml", swapped("20 wd", "2 wd"), "inputs/plan"),
    ("inputs/plan/plan.yaml", swapped("20 wd", "19 wd"), "outcomes/base.json"),
    ("inputs/plan/scenarios/late-oven.yaml", swapped("wd", "cd"), "outcomes/late-oven.json"),
    ("manifest.json", manifest_says(command="optimiser evidence other"), "manifest.json"),
    ("manifest.json", manifest_says(as_of="2020-01-01"), "manifest.json"),
    ("manifest.json", manifest_says(seeds={"solver": 1, "simulation": 8}), "manifest.json"),
    ("manifest.json", manifest_says(proofs={}), "manifest.json"),
    ("manifest.json", manifest_says(inputs_sha256={}), "manifest.json"),
    ("manifest.json", request_says(seed=3), "answers/robust-base.json"),
    ("manifest.json", request_says(confidence=0.95), "answers/robust-base.json"),
    ("manifest.json", request_says(settings={"fit-out": "2 wd"}), "outcomes/base.json"),
    ("results.json", lambda pack, file: edit(pack, file, lambda results: results.update(status="undecided")), "results.json"),
    ("results.json", lambda pack, file: edit(pack, file, lambda results: results["cases"].pop("late-oven")), "results.json"),
    ("answers/robust-base.json", lambda pack, file: (pack / file).unlink(), "answers/robust-base.json"),
    ("answers/robust-base.json", swapped('"by":"simulation"', '"by": "an expert"'), "answers/robust-base.json"),
    ("outcomes/late-oven.json", lambda pack, file: (pack / file).unlink(), "outcomes/late-oven.json"),
    ("charts/more.svg", lambda pack, file: (pack / file).write_text("<svg/>"), "charts/more.svg"),
    ("workbook.xlsx", noted_beside, "workbook.xlsx"),
]  # fmt: skip
"""File, how it is forged, and the file that is found not to hold for it."""


@pytest.mark.parametrize(
    "place", few(range(len(FILES)), 4), ids=[f"{file}-{place}" for place, (file, _, _) in enumerate(FILES)]
)
def test_whatever_file_is_forged_is_found(pack, capsys, place):
    """Each file of the pack, changed with every hash mended, is found, or what it no longer agrees with is."""
    file, forge, found = FILES[place]
    forge(pack, file)
    mend(pack)

    code, told = judged(pack, capsys)

    assert code == ExitCode.MISSED
    assert found in blamed(told)


def test_another_register_beside_the_dates_drawn_is_found(pack, capsys):
    """Dates at a confidence stand on the register that lies in the pack, and not on one that was put there later."""
    register = {"schema": "optimiser/risk/1", "id": "r", "title": "All that was thought of", "plan": "toy"}
    (pack / "inputs/plan/risk").mkdir()
    (pack / "inputs/plan/risk/register.yaml").write_text(json.dumps(register))
    mend(pack)

    code, told = judged(pack, capsys)

    assert code == ExitCode.MISSED
    assert blamed(told) == {"answers/robust-base.json"}


def shifted(answer: Any) -> None:
    """Make a robust date earlier and its own distribution with it, so that nothing in the answer disagrees."""
    entry = answer["answer"]["milestones"][0]
    entry["masses"] = [{"date": "2024-03-01", "probability": 1.0}]
    entry["quantiles"] = dict.fromkeys(entry["quantiles"], "2024-03-01")
    entry["deterministic_probability"] = entry["probability"] = 1.0
    entry["baselines"] = {}
    entry["never"] = entry["beyond"] = 0.0
    entry["deviation_wd"] = 0.0


LISTED: dict[str, tuple[str, Change]] = {
    "a distribution": ("answers/robust-base.json", shifted),
    "a criticality": (
        "answers/robust-base.json",
        lambda answer: answer["answer"]["activities"][0]["criticality"].update(OPEN=0.001),
    ),
    "what evidence would settle": (
        "answers/robust-base.json",
        lambda answer: answer["answer"]["evidence"]["drawn"][0]["settles"]["OPEN"].update(settled_wd=0.1, share=0.01),
    ),
    "what evidence to get first": (
        "answers/robust-base.json",
        lambda answer: answer["answer"]["evidence"]["open"][0].update(title="Nothing that matters", cost=1),
    ),
    "a simulation left out": (
        "answers/robust-base.json",
        lambda answer: answer.update(absent="there is no register", answer=None),
    ),
    "how long CP-SAT took": (
        "outcomes/base.json",
        lambda document: (
            document["run"].update(deterministic_time=0.5),
            document["outcome"]["run"].update(deterministic_time=0.5),
        ),
    ),
    "the versions": (MANIFEST, lambda manifest: manifest["versions"].update(ortools="1.0")),
}
"""What only samples or CP-SAT tell, or nobody: the file, and how it is forged."""


@pytest.mark.long
@pytest.mark.parametrize("name", few(LISTED, 2))
def test_what_cannot_be_derived_is_listed(pack, capsys, name):
    """Forged with everything else derived from it again, it is not found without a rerun, and its file is listed as hashes only."""
    file, change = LISTED[name]
    edit(pack, file, change)
    derived(pack)

    code, told = judged(pack, capsys)

    assert code == ExitCode.DONE, blamed(told)
    assert file in told["not_derived"]
    assert main(["verify", str(pack), "--rerun"]) == ExitCode.MISSED


@pytest.mark.long
def test_a_robust_date_that_its_own_distribution_does_not_have_is_found(pack, capsys):
    """A robust date changed alone, with page, results and workbook derived from it, disagrees with the shares beside it."""
    edit(pack, "answers/robust-base.json", lambda answer: answer["answer"]["milestones"][0].update(date="2024-02-01"))
    derived(pack)

    code, told = judged(pack, capsys)

    assert code == ExitCode.MISSED
    assert "answers/robust-base.json" in blamed(told)


@pytest.mark.parametrize(
    "change",
    few(
        [
            lambda found: found["drawn"][0]["settles"]["OPEN"].update(share=1.5),
            lambda found: found["open"][0]["doubt"]["OPEN"].update(first="2030-01-01", last="2030-02-01"),
            lambda found: found["open"][0]["span"]["OPEN"].update(least_wd=10_000),
        ],
        1,
    ),
)
def test_evidence_that_settles_more_than_there_is_is_found(pack, capsys, change):
    """A share above the whole, a doubt that its own date is not in, a span narrowed by more than it is wide."""
    edit(pack, "answers/robust-base.json", lambda answer: change(answer["answer"]["evidence"]))
    derived(pack)

    code, told = judged(pack, capsys)

    assert code == ExitCode.MISSED
    assert "answers/robust-base.json" in blamed(told)


@pytest.mark.long
def test_what_a_crowded_plan_owes_to_cp_sat_is_listed(tmp_path, capsys):
    """Where capacity counts, answers of CP-SAT are kept, listed, and everything else is derived from them, with no solver."""
    write(build(request_of("toy-capacity", cases=(), samples=64), "toy-capacity").files, tmp_path / "pack")

    code, told = judged(tmp_path / "pack", capsys)

    assert code == ExitCode.DONE, blamed(told)
    assert "the schedule, and how early its dates are proved to be" in told["not_derived"]["outcomes/base.json"]
    assert not verify_pack(tmp_path / "pack").whole
