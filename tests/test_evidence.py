"""The evidence pack: the same bytes every time, whatever is changed is found, and nothing stands without its source."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import io
import json
import re
import shutil
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from pydantic import ValidationError

from models.outcome import Undecided
from models.pack import Chart, Column, Figure, Pack, Paragraph, Section, Table
from optimiser.cli import ExitCode, main
from optimiser.errors import InputError
from optimiser.evidence import gather as gathering
from optimiser.evidence.compose import compose
from optimiser.evidence.folder import MANIFEST, SUMS, Built, write
from optimiser.evidence.pack import build, sums
from optimiser.evidence.report import render_html
from optimiser.evidence.request import request_of
from optimiser.evidence.sections import closing
from optimiser.evidence.verify import verify_pack
from optimiser.reading.load import load
from optimiser.reading.packaged import find_plan
from optimiser.reading.sheets import read_sheet
from optimiser.reading.workbook import read_assumptions
from tests.quotas import few

HOSTILE = Path(__file__).parent / "data" / "hostile"
CASES = ("poap1", "poap2", "bank-holidays", "participants")


@pytest.fixture(scope="module")
def toy() -> Built:
    """Return the pack of a small plan with all its scenarios."""
    return build(request_of("toy", samples=256), "toy")


@pytest.fixture(scope="module")
def hostile() -> Built:
    """Return the pack of a plan whose names would do harm if they could."""
    return build(request_of(str(HOSTILE), samples=256), HOSTILE)


@pytest.fixture
def folder(toy, tmp_path) -> Path:
    """Return the small pack as a folder."""
    write(toy.files, tmp_path / "pack")
    return tmp_path / "pack"


def broken(folder: Path) -> set[str]:
    """Return the files that a check of the pack complains about."""
    return {check.file for check in verify_pack(folder).checks if not check.holds}


def seal(folder: Path) -> None:
    """Make the hashes of a pack those of its files, as whoever wants to deceive would."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    for entry in manifest["files"]:
        content = (folder / entry["path"]).read_bytes()
        entry |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    (folder / SUMS).write_bytes(sums(files))


# -- the same bytes --------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_equal_bytes(toy):
    """A pack built again has the same bytes in every file, the workbook included."""
    again = build(request_of("toy", samples=256), "toy")

    assert again.files == toy.files
    assert {"workbook.xlsx", "tables.xlsx"} <= set(toy.files)


@pytest.mark.long
def test_place_does_not_matter(toy, tmp_path):
    """Where a plan lies on a machine leaves no trace in its pack."""
    shutil.copytree(find_plan("toy"), tmp_path / "toy", ignore=shutil.ignore_patterns("__pycache__"))
    moved = build(request_of(str(tmp_path / "toy"), samples=256), tmp_path / "toy")

    assert moved.files == toy.files
    assert not [path for path, content in moved.files.items() if str(tmp_path).encode() in content]


@pytest.mark.long
def test_rerun(folder):
    """A pack is built again from the inputs inside it, byte by byte."""
    found = verify_pack(folder, rerun=True)

    assert found.holds
    assert any("built again" in check.claim for check in found.checks)


@pytest.mark.long
def test_rerun_says_what_differs(folder):
    """A rerun names the file that comes out otherwise, and where."""
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    results["tables"]["dates"]["rows"][0][2] = "gap"
    (folder / "results.json").write_text(json.dumps(results), encoding="utf-8")
    seal(folder)

    failed = [check for check in verify_pack(folder, rerun=True).checks if not check.holds]

    assert {check.file for check in failed} == {"results.json", MANIFEST, SUMS}
    assert any("tables.dates.rows[0][2]" in check.found for check in failed)


@pytest.mark.long
def test_scenario_file(tmp_path):
    """A scenario given by its path travels with the pack, which can then be built again without it."""
    scenario = tmp_path / "mine.yaml"
    text = (find_plan("toy") / "scenarios" / "late-oven.yaml").read_text(encoding="utf-8")
    scenario.write_text(text.replace("id: late-oven", "id: mine"), encoding="utf-8")
    built = build(request_of("toy", main=(str(scenario),), cases=(), samples=128), "toy")
    write(built.files, tmp_path / "pack")
    scenario.unlink()

    assert "inputs/scenarios/mine.yaml" in built.files
    assert built.manifest.request.main == ("inputs/scenarios/mine.yaml",)
    assert verify_pack(tmp_path / "pack", rerun=True).holds


# -- whatever is changed is found ------------------------------------------------------------------------------------------


def test_holds(folder):
    """An untouched pack holds."""
    found = verify_pack(folder)

    assert found.holds
    assert {"certificates/base.json", "outcomes/base.json", "results.json"} <= {check.file for check in found.checks}


@pytest.mark.long
def test_any_byte(folder, toy):
    """One byte changed anywhere, in any file, is found and the file is named."""
    for path in toy.files:
        content = (folder / path).read_bytes()
        for place in {0, len(content) // 2, len(content) - 1}:
            spoilt = bytearray(content)
            spoilt[place] ^= 1
            (folder / path).write_bytes(bytes(spoilt))

            assert path in broken(folder), (path, place)
        (folder / path).write_bytes(content)
    assert verify_pack(folder).holds


def test_missing_and_added_files(folder):
    """A file taken away or slipped in is named."""
    (folder / "charts" / "more.svg").write_text("<svg/>", encoding="utf-8")
    (folder / "report.html").unlink()

    assert {"charts/more.svg", "report.html"} <= broken(folder)


@pytest.mark.parametrize(
    ("path", "change"),
    few(
        [
            ("certificates/base.json", lambda text: text.replace("2024-03-01", "2024-02-29")),
            ("outcomes/base.json", lambda text: text.replace('"date": "2024-03-01"', '"date": "2024-02-29"')),
            ("outcomes/base.json", lambda text: text.replace('"certified"', '"solver"')),
            ("inputs/plans/base.json", lambda text: text.replace("10 wd", "9 wd")),
            ("results.json", lambda text: text.replace("2024-03-01", "2024-02-29")),
            ("report.html", lambda text: text.replace("1 Mar 2024", "29 Feb 2024")),
            ("charts/gantt-driving.svg", lambda text: text.replace("OVEN", "OFEN")),
        ],
        1,
        several=True,
    ),
)
def test_sealed_deceit(folder, path, change):
    """A date changed with all the hashes made to fit is still found, and its file named."""
    text = (folder / path).read_text(encoding="utf-8")
    assert change(text) != text
    (folder / path).write_text(change(text), encoding="utf-8")
    seal(folder)

    assert path in broken(folder)
    assert SUMS not in broken(folder)


def test_not_a_pack(tmp_path):
    """A folder that is no pack is refused as such."""
    with pytest.raises(InputError, match="expected a folder with"):
        verify_pack(tmp_path)


# -- nothing without its source ----------------------------------------------------------------------------------------------


def test_numbers_need_sources():
    """A figure without proof or source, a number in a plain sentence, a table of dates without proof: none can be made."""
    with pytest.raises(ValidationError, match="no proof class"):
        Figure(text="3 wd", proof="none", source="somewhere")
    with pytest.raises(ValidationError):
        Figure(text="3 wd", proof="certified", source="")
    with pytest.raises(ValidationError, match="without a source"):
        Paragraph(parts=("it takes 3 working days",))
    with pytest.raises(ValidationError, match="no proof class"):
        Table(
            id="t",
            title="T",
            columns=(Column(name="date", kind="date"),),
            rows=((dt.date(2024, 1, 1),),),
            proof="none",
            source="somewhere",
        )

    assert Paragraph(parts=("M10 and PoaP-1 are names, not numbers",))


def test_unproved_figure_fails_the_build(monkeypatch):
    """A date that comes without a proof class is never written: the build fails."""
    real = gathering.earliest

    def unproved(*arguments, **options):
        outcome = real(*arguments, **options)
        entries = tuple(entry.model_copy(update={"proof": "none"}) for entry in outcome.milestones)
        return outcome.model_copy(update={"milestones": entries})

    monkeypatch.setattr(gathering, "earliest", unproved)

    with pytest.raises((ValidationError, ValueError)):
        build(request_of("toy", cases=(), samples=64), "toy")


def test_unsourced_table_fails_the_build(monkeypatch):
    """A table whose source has been forgotten stops the pack."""
    monkeypatch.setattr(closing, "VERSIONS", ())
    held = gathering.gather(request_of("toy", cases=(), samples=64), "toy")
    whole = compose(held)
    section = next(each for each in whole.sections if each.id == "summary")

    with pytest.raises(ValidationError):
        Section(id="x", title="X", items=(1,), blocks=(section.blocks[0].model_copy(update={"parts": ()}).model_dump(),))
    with pytest.raises(ValidationError, match="items left out"):
        Pack(plan=whole.plan, title=whole.title, as_of=whole.as_of, status=whole.status, sections=tuple(whole.sections[:3]))


def test_twenty_items(toy):
    """Each of the twenty items is there, or its absence is stated with a reason."""
    items = {item for section in toy.pack.sections for item in section.items}
    absent = [block for section in toy.pack.sections for block in section.blocks if block.kind == "absence"]

    assert items == set(range(1, 21))
    assert absent
    assert all(block.reason for block in absent)
    assert toy.pack.sections[0].id == "answer"
    assert [section.id for section in toy.pack.sections if section.question is None] == ["answer"]


# -- plans without dates -----------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_infeasible(tmp_path):
    """A plan that contradicts itself still has a pack, which says so first and names what cannot all hold."""
    request = request_of("mhhs-round2", main=("mp162-literal",), cases=(), settings={"m9-latest": "2024-02-07"}, samples=64)
    built = build(request, "mhhs-round2")
    write(built.files, tmp_path / "pack")
    first = built.pack.sections[0].blocks[0]

    assert built.pack.status == "infeasible"
    assert first.kind == "paragraph"
    assert first.tone == "warning"
    assert "There is no date" in first.parts[0]
    assert any(block.kind == "table" and block.id == "conflict" for block in built.pack.sections[0].blocks)
    reasons = {block.reason for section in built.pack.sections for block in section.blocks if block.kind == "absence"}
    assert "no case of the pack has dates to hold the published rows against" in reasons
    assert not [reason for reason in reasons if "no published" in reason]
    unknowns = next(table for _, table in built.pack.tables() if table.id == "assumed-unknowns")
    assert [column.name for column in unknowns.columns] == ["unknown", "title", "stands at"]
    assert verify_pack(tmp_path / "pack").holds


@pytest.mark.long
def test_infeasible_case(toy):
    """A case that contradicts the plan is reported in the pack of one that does not."""
    built = build(
        request_of(
            "mhhs-round2", cases=("mp162-literal",), milestones=("M9",), settings={"m9-latest": "2024-02-07"}, samples=64
        ),
        "mhhs-round2",
    )
    words = render_html(built.pack)

    assert built.pack.status == "solved"
    assert "mp162-literal</bdi> has no date" in words
    assert toy.pack.status == "solved"


def test_undecided(monkeypatch):
    """A search that was cut short still has a pack, which says that a limit is no verdict and gives the bounds."""
    real = gathering.earliest

    def cut_short(plan, milestones=None, **options):
        outcome = real(plan, milestones, **options)
        return Undecided(
            plan=outcome.plan,
            scenarios=outcome.scenarios,
            readings=outcome.readings,
            bounds={entry.id: entry.bound for entry in outcome.milestones},
            run=outcome.run,
        )

    monkeypatch.setattr(gathering, "earliest", cut_short)
    built = build(request_of("toy", cases=(), samples=64), "toy")

    assert built.pack.status == "undecided"
    assert "A limit is not a verdict" in built.pack.sections[0].blocks[0].parts[0]
    assert built.pack.sections[0].blocks[1].id == "bounds"


# -- names that would do harm --------------------------------------------------------------------------------------------------


class Reader(HTMLParser):
    """Reads a page for its elements, ids, links and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


@pytest.mark.parametrize("which", ["toy", "hostile"])
def test_page_is_self_contained(which, request):
    """The page fetches nothing, runs nothing, and every link inside it lands."""
    page = request.getfixturevalue(which).files["report.html"].decode()
    read = Reader(page)
    ids = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    targets = [attributes["href"] for tag, attributes in read.tags if tag == "a"]
    fetched = [
        attributes.get("src") or attributes.get("href") for tag, attributes in read.tags if tag in ("img", "link", "script")
    ]

    assert not {tag for tag, _ in read.tags} & {"script", "iframe", "object", "embed", "img", "form", "base"}
    assert not [name for _, attributes in read.tags for name in attributes if name.startswith("on")]
    assert fetched == ["data:,"]
    assert len(ids) == len(set(ids))
    assert targets
    assert {target.removeprefix("#") for target in targets} <= set(ids)
    assert "@import" not in page
    assert "url(" not in re.sub(r"url\(#[\w-]+\)", "", page)


def test_hostile_names_are_shown_as_they_are(hostile):
    """Markup, template and script in names come out as text; characters that turn the direction are taken out."""
    page = hostile.files["report.html"].decode()
    text = "".join(Reader(page).text)

    assert "<img src=x onerror=alert(1)>" in text
    assert "</title></svg><script>alert(2)</script>" in text
    assert "{{ 7*7 }}" in text
    assert "A" * 300 in text
    assert "שלום مرحبا" in text
    assert "\u202e" not in page
    assert "<img" not in page


def test_hostile_drawings(hostile):
    """Every drawing is well-formed XML with a name and a description, whatever the names in it."""
    drawn = {path: content for path, content in hostile.files.items() if path.endswith(".svg")}

    assert len(drawn) >= 3
    for content in drawn.values():
        root = ET.fromstring(content)  # noqa: S314 - written a moment ago, by us
        tags = [element.tag.rpartition("}")[2] for element in root.iter()]
        assert tags[1] == "title"
        assert tags[2] == "desc"
        assert not set(tags) & {"script", "foreignObject", "image", "a", "use"}


@pytest.mark.parametrize("book", ["workbook.xlsx", "tables.xlsx"])
def test_workbook_computes_nothing(hostile, book):
    """No cell of a workbook is a formula or leads outside, whatever a name begins with."""
    with zipfile.ZipFile(io.BytesIO(hostile.files[book])) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith((".xml", ".rels"))}
    sheets = [text for name, text in parts.items() if name.startswith("xl/worksheets/sheet")]

    assert len(sheets) > 7
    assert not [text for text in sheets if "<f>" in text or "<f " in text]
    assert not [name for name, text in parts.items() if 'TargetMode="External"' in text]
    assert "=cmd|" in parts["xl/sharedStrings.xml"]


def test_every_table_has_a_sheet(toy):
    """The second workbook has every table of the pack, and a list of them."""
    with zipfile.ZipFile(io.BytesIO(toy.files["tables.xlsx"])) as archive:
        assert archive.read("xl/workbook.xml").decode().count("<sheet ") == len(toy.pack.tables()) + 1


def test_workbook_is_for_planners(toy, tmp_path):
    """About ten sheets, with frozen heads, filters and dates that are dates, made on the day of the plan's own knowledge.

    The schedule says of each row what it waits for, and every column of the workbook is explained.
    """
    (tmp_path / "workbook.xlsx").write_bytes(toy.files["workbook.xlsx"])
    about, schedule = (read_sheet(tmp_path / "workbook.xlsx", name).rows for name in ("About", "Schedule"))
    heads = [cell.text for cell in schedule[1].values()]
    explained = {row["C"].text: row["D"].text if "D" in row else "" for row in about.values() if "C" in row}
    with zipfile.ZipFile(io.BytesIO(toy.files["workbook.xlsx"])) as archive:
        book = archive.read("xl/workbook.xml").decode()
        core = archive.read("docProps/core.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
        sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        moments = {info.date_time for info in archive.infolist()}

    assert 7 <= book.count("<sheet ") <= 12
    assert {"item", "phase", "predecessors", "start", "finish", "takes (wd)"} <= set(heads)
    assert len(explained) > 30
    assert [head for head, meaning in explained.items() if not meaning] == []
    assert all("<pane " in sheet and "<autoFilter" in sheet for sheet in sheets)
    assert f"{toy.pack.as_of.isoformat()}T00:00:00Z" in core
    assert moments == {(1980, 1, 1, 0, 0, 0)}
    assert "mmm yyyy" in styles


def test_charts_have_their_tables(toy):
    """Every drawing of the report has a table with its numbers."""
    tables = {table.id for _, table in toy.pack.tables()}
    charts = [block for section in toy.pack.sections for block in section.blocks if isinstance(block, Chart)]

    assert len(charts) >= 4
    assert {chart.table for chart in charts} <= tables
    assert all(f'<title id="{chart.id}-title">' in chart.svg for chart in charts)


# -- the workbook read back -----------------------------------------------------------------------------------------------------


def saved(built: Built, tmp_path: Path, changes: dict[str, str] | None = None, *, part: str | None = None) -> Path:
    """Write a pack's workbook with strings of its sheets replaced."""
    path = tmp_path / "assumptions.xlsx"
    with zipfile.ZipFile(io.BytesIO(built.files["workbook.xlsx"])) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            for before, after in (changes or {}).items():
                content = content.replace(before.encode(), after.encode()) if part in (None, name) else content
            new.writestr(name, content)
    return path


def test_unchanged_workbook(toy, tmp_path):
    """A workbook that nobody has touched sets nothing."""
    assert read_assumptions(saved(toy, tmp_path), load("toy")) == {}


@pytest.mark.long
def test_changed_workbook(tmp_path, capsys):
    """A value changed in the workbook gives the answers of the same value set by hand, but for whose it is."""
    plan = load("mhhs-round2")
    built = build(request_of("mhhs-round2", cases=(), milestones=("M10",), samples=64), "mhhs-round2")
    path = saved(built, tmp_path, {"<t>304 wd</t>": "<t>280 wd</t>"}, part="xl/sharedStrings.xml")
    rows = read_sheet(path, "Assumptions").rows

    assert rows[1]["A"].text == "assumption"
    assert read_assumptions(path, plan) == {"sit-mvc": "280 wd"}
    assert main(["solve", "mhhs-round2", "-m", "M10", "--assumptions", str(path), "--json"]) == ExitCode.DONE
    by_file = json.loads(capsys.readouterr().out)
    assert main(["solve", "mhhs-round2", "-m", "M10", "--set", "sit-mvc=280 wd", "--json"]) == ExitCode.DONE
    by_hand = json.loads(capsys.readouterr().out)
    assert by_file["milestones"] == by_hand["milestones"]
    assert by_file["run"]["inputs_sha256"] == by_hand["run"]["inputs_sha256"]
    assert main(["solve", "mhhs-round2", "-m", "M10", "--assumptions", str(path), "--set", "sit-mvc=300 wd", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["milestones"]["M10"]["date"] != by_hand["milestones"]["M10"]["date"]
    for verb in (["explain"], ["why-not", "--by", "2024-12-31"], ["robust", "--samples", "64"], ["lint"]):
        printed = []
        for given, by in ((["--assumptions", str(path)], path.name), (["--set", "sit-mvc=280 wd"], "--set")):
            main([verb[0], "mhhs-round2", "-m", "M10", *verb[1:], *given, "--json"])
            document = json.loads(capsys.readouterr().out)
            assert verb == ["lint"] or [change.pop("by") for change in document["what_if"]["changes"]] == [by]
            printed.append(document)
        assert printed[0] == printed[1], verb


@pytest.mark.parametrize(
    ("part", "changes", "expected"),
    [
        ("xl/workbook.xml", {'name="Assumptions"': 'name="Assumption"'}, "has no sheet 'Assumptions'"),
        ("xl/sharedStrings.xml", {"<sst ": '<!DOCTYPE sst [<!ENTITY a "b">]><sst '}, "document type"),
        ("xl/sharedStrings.xml", {"<t>oven</t>": "<t>ovens</t>"}, "unknown assumption 'ovens'"),
        ("xl/sharedStrings.xml", {"<t>5 wd</t>": "<t>5 weeks</t>"}, "expected a duration"),
    ],
)
def test_refused_workbooks(toy, tmp_path, part, changes, expected):
    """What cannot be read is refused, and what was expected is said."""
    with zipfile.ZipFile(io.BytesIO(toy.files["workbook.xlsx"])) as archive:
        content = archive.read(part).decode()
    if not all(before in content for before in changes):
        pytest.fail(f"the toy's workbook has changed: none of {changes} in {part}")

    with pytest.raises(InputError, match=expected):
        read_assumptions(saved(toy, tmp_path, changes, part=part), load("toy"))


def test_no_workbook(tmp_path):
    """A file that is no workbook is refused with its name."""
    path = tmp_path / "notes.xlsx"
    path.write_text("no zip", encoding="utf-8")

    with pytest.raises(InputError, match="not a workbook"):
        read_assumptions(path, load("toy"))


# -- the command line --------------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_command(tmp_path, capsys):
    """The verb writes a pack once; asked again it refuses, and with --force replaces it; 'verify' passes and then fails."""
    pack = tmp_path / "pack"
    arguments = ["evidence", "toy", "-o", str(pack), "--no-cases", "--samples", "128"]

    assert main(arguments) == ExitCode.DONE
    assert main(arguments) == ExitCode.BAD_INPUT
    assert "--force" in capsys.readouterr().err
    assert main([*arguments, "--force", "--json"]) == ExitCode.DONE
    assert json.loads(capsys.readouterr().out)["schema"] == "optimiser/evidence/1"
    assert main(["verify", str(pack)]) == ExitCode.DONE
    (pack / "report.html").write_text("", encoding="utf-8")
    capsys.readouterr()
    assert main(["verify", str(pack), "--json"]) == ExitCode.MISSED
    assert json.loads(capsys.readouterr().out)["holds"] is False
    assert main(["evidence", "toy", "-o", str(tmp_path / "a" / "b")]) == ExitCode.BAD_INPUT
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("years of work", encoding="utf-8")
    assert main(["evidence", "toy", "-o", str(tmp_path / "other"), "--force"]) == ExitCode.BAD_INPUT
    assert (tmp_path / "other" / "thesis.txt").exists()


def test_manifest(toy):
    """The manifest gives command, seeds, versions, hashes of the inputs and proof classes."""
    manifest = toy.manifest

    assert manifest.command.startswith("optimiser evidence toy -o PACK --case equal-chains")
    assert set(manifest.versions) >= {"ortools", "python", "numpy"}
    assert set(manifest.inputs_sha256) == {"base", "equal-chains", "late-oven"}
    assert {file.path for file in manifest.files} == set(toy.files) - {MANIFEST, SUMS}
    assert dataclasses.is_dataclass(toy)


@pytest.mark.long
def test_whole_pack(tmp_path):
    """The pack of the re-plan with five cases stays under ten megabytes, holds, and comes out the same from its own inputs."""
    built = build(request_of("mhhs-round2", cases=CASES), "mhhs-round2")
    write(built.files, tmp_path / "pack")

    assert sum(len(content) for content in built.files.values()) < 10_000_000
    assert set(built.manifest.proofs) == {"base", *CASES}
    assert [section.id for section in built.pack.sections if not section.present] == []
    blocks = (block for section in built.pack.sections for block in section.blocks)
    acts = next(block for block in blocks if getattr(block, "id", "") == "acts")
    named = {str(row[2]): str(row[4]) for row in acts.rows}
    # A day more of the first cohort's testing moves M10 alone, though its start is tied to M9 and so to everything.
    assert (named["SIT-MVC"], named["QUAL"]) == ("M10", "M14, M16")
    assert verify_pack(tmp_path / "pack", rerun=True).holds
    pictures = Path(__file__).parents[1] / "docs" / "pictures"
    shown = {path.name: path.read_bytes() for path in pictures.glob("*.svg")}
    # Stale? Copy them from charts/ of: optimiser evidence mhhs-round2 -o PACK with the four cases above.
    assert shown == {name: built.files[f"charts/{name}"] for name in shown}
    assert set(re.findall(r"pictures/([\w-]+\.svg)", (pictures.parent / "tour.md").read_text(encoding="utf-8"))) == set(shown)


@pytest.mark.browser
@pytest.mark.long
def test_pdf():
    """The pages as PDF come out the same twice; what makes them, the extra 'report', refuses to fetch anything."""
    first = build(request_of("toy", samples=128, pdf=True), "toy")
    second = build(request_of("toy", samples=128, pdf=True), "toy")

    for name in ("brief.pdf", "report.pdf"):
        assert first.files[name].startswith(b"%PDF-")
        assert first.files[name] == second.files[name]
