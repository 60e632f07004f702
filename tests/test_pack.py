"""The evidence pack as a whole: equal bytes, checked again without a solver, and fetching nothing."""

from __future__ import annotations

import hashlib
import html
import io
import json
import re
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from pydantic import ValidationError

from models.pack import Column, Paragraph, Table
from optimiser.cli import ExitCode, main
from optimiser.errors import InputError
from optimiser.evidence.charts.svg import label_width, stacked
from optimiser.evidence.compose import compose
from optimiser.evidence.dossier import Dossier
from optimiser.evidence.folder import Built, write
from optimiser.evidence.gather import gather
from optimiser.evidence.inputs import scenario_file
from optimiser.evidence.pack import build, sums
from optimiser.evidence.report import render_html
from optimiser.evidence.request import request_of
from optimiser.evidence.restore import restored
from optimiser.evidence.sections import reasons
from optimiser.evidence.tables import sampled
from optimiser.evidence.terminal.page import Page
from optimiser.evidence.terminal.tables import shown
from optimiser.evidence.verify import verify_pack
from optimiser.evidence.workbook import write_tables
from optimiser.lint import lint
from optimiser.reading.load import load
from optimiser.reading.workbook import read_assumptions


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the pack of the toy."""
    folder = tmp_path_factory.mktemp("packs") / "toy"
    assert main(["evidence", "toy", "-o", str(folder)]) == 0
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """Return every file of a pack by its name inside it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.long
def test_equal_inputs_give_an_equal_pack(pack: Path, tmp_path: Path) -> None:
    """Built again elsewhere, every file has the same bytes, the workbook included."""
    assert main(["evidence", "toy", "-o", str(tmp_path / "again")]) == 0

    assert files(tmp_path / "again") == files(pack)


def test_a_pack_that_nobody_touched_verifies(pack: Path) -> None:
    """Hashes, schedules and certificates hold, and verify says so by its exit code."""
    assert main(["verify", str(pack)]) == 0


@pytest.mark.long
def test_one_changed_byte_anywhere_is_named(pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whichever file is changed by one byte, verify fails and names it."""
    original = files(pack)
    for name, content in original.items():
        folder = tmp_path / "changed"
        for other, kept in original.items():
            place = folder / other
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(kept)
        middle = len(content) // 2
        (folder / name).write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
        capsys.readouterr()
        assert main(["verify", str(folder)]) != 0, name
        shown = capsys.readouterr()
        assert Path(name).name in shown.out + shown.err, name


def test_the_report_fetches_nothing_and_runs_nothing(pack: Path) -> None:
    """The page has no script and no address that a browser would fetch."""
    page = (pack / "report.html").read_text(encoding="utf-8")

    assert "<script" not in page
    assert not re.findall(r"(?:src|href)=[\"'](?:https?:)?//", page)
    assert not re.findall(r"url\((?!#|data:)", page)


def test_a_pack_is_never_written_over(pack: Path) -> None:
    """A folder that is there already is left alone, and the user told."""
    before = files(pack)

    assert main(["evidence", "toy", "-o", str(pack)]) == 2
    assert files(pack) == before


# -- the folder --------------------------------------------------------------------------------------------------------------


def test_a_strangers_file_in_a_pack_is_never_deleted(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody's notes inside a pack keep --force from replacing it, and are named."""
    notes = pack / "charts" / "notes.txt"
    notes.write_text("mine", encoding="utf-8")

    assert main(["evidence", "toy", "-o", str(pack), "--force"]) == ExitCode.BAD_INPUT
    assert "charts/notes.txt" in capsys.readouterr().err
    assert notes.read_text(encoding="utf-8") == "mine"
    notes.unlink()


def test_a_pack_that_cannot_be_replaced_stays(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the new pack cannot take its place the old one is put back, and nothing else is left behind."""
    before = files(pack)
    real, renamed = Path.rename, []

    def fail(self: Path, target: Path) -> Path:
        renamed.append(self)
        if self.name.endswith(".partial"):
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(InputError, match="No space left"):
        write(build(request_of("toy", cases=(), samples=64), "toy").files, pack, force=True)

    assert len(renamed) == 3
    assert files(pack) == before
    assert not list(pack.parent.glob(".optimiser-*"))


@pytest.mark.long
def test_a_pack_written_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder that one is in, empty, can be the pack; and the plan can be the folder that one is in."""
    monkeypatch.chdir(tmp_path)

    assert main(["evidence", "toy", "-o", ".", "--no-cases", "--samples", "64"]) == 0
    monkeypatch.chdir(tmp_path / "inputs" / "plan")
    assert main(["evidence", ".", "-o", "../../../here", "--no-cases", "--samples", "64"]) == 0
    manifest = json.loads((tmp_path.parent / "here" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["request"]["plan"] == "plan"
    assert main(["verify", "--rerun", str(tmp_path.parent / "here")]) == 0


# -- what is asked for -------------------------------------------------------------------------------------------------------


def test_a_slip_in_a_case_is_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A case that no scenario answers to is bad usage; no pack is written that says so inside."""
    assert main(["evidence", "toy", "-o", str(tmp_path / "p"), "--case", "late-ofen"]) == ExitCode.BAD_INPUT
    assert "late-oven" in capsys.readouterr().err
    assert not (tmp_path / "p").exists()


def test_a_pack_asks_for_no_file_outside_itself(tmp_path: Path) -> None:
    """A manifest that leads out of its pack leads nowhere."""
    (tmp_path / "pack" / "inputs").mkdir(parents=True)
    (tmp_path / "secret.yaml").write_text("schema: optimiser/scenario/1", encoding="utf-8")

    with pytest.raises(InputError, match="inside the pack"):
        scenario_file("inputs/../../secret.yaml", tmp_path, tmp_path / "pack")


# -- the report --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def toy() -> Built:
    """Return the toy's pack in memory, with its cases."""
    return build(request_of("toy", samples=256), "toy")


@pytest.fixture(scope="module")
def replan() -> Dossier:
    """Return everything computed of the re-plan without its scenarios."""
    return gather(request_of("mhhs-round2", cases=(), samples=512), "mhhs-round2")


@pytest.mark.long
def test_results_hold_the_whole_report(toy: Built) -> None:
    """The report can be read back from results and drawings, cell by cell."""
    assert restored(json.loads(toy.files["results.json"]), toy.files) == toy.pack


def test_a_forged_workbook_is_found(toy: Built, tmp_path: Path) -> None:
    """A number changed inside the workbook is found although every hash has been made to fit."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(toy.files["workbook.xlsx"])) as old, zipfile.ZipFile(out, "w") as new:
        for item in old.infolist():
            content = old.read(item)
            new.writestr(
                item, content.replace(b"certified", b"perfected") if item.filename.endswith("Strings.xml") else content
            )
    folder = tmp_path / "pack"
    write(toy.files, folder)
    (folder / "workbook.xlsx").write_bytes(out.getvalue())
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for entry in manifest["files"]:
        content = (folder / entry["path"]).read_bytes()
        entry |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "SHA256SUMS").write_bytes(sums(files(folder)))

    assert {check.file for check in verify_pack(folder).checks if not check.holds} == {"workbook.xlsx"}


def test_every_column_is_titled_once(toy: Built) -> None:
    """Of every table of a pack a title that is changed in its definition is changed on the terminal, on the page and in the workbook."""

    def anew(table: Table) -> Table:
        heads = (head.model_copy(update={"name": f"{head.name} anew"}) for head in table.columns)
        return table.model_copy(update={"columns": tuple(heads)})

    sections = [
        each.model_copy(update={"blocks": tuple(anew(block) if isinstance(block, Table) else block for block in each.blocks)})
        for each in toy.pack.sections
    ]
    pack = toy.pack.model_copy(update={"sections": tuple(sections)})
    tables = [table for _, table in pack.tables()]
    titles = [head.name for table in tables if not table.sheet_only for head in table.columns]
    read = re.findall(r'<th scope="col"[^>]*>(.*? anew)', render_html(pack))
    strings = zipfile.ZipFile(io.BytesIO(write_tables(pack))).read("xl/sharedStrings.xml").decode()

    assert len(tables) > 40
    assert Counter(map(html.unescape, read)) == Counter(titles)
    for table in tables:
        paper = " ".join(Page(600).paint(shown(table, Page(600))).split())
        for head in table.columns:
            assert head.name in paper or all(row[table.columns.index(head)] is None for row in table.rows), (
                table.id,
                head.name,
            )
            assert f">{html.escape(head.name, quote=False)}" in strings


def test_numbers_are_found_wherever_they_stand() -> None:
    """A negative number and a number after a dash are numbers too; names with figures are not."""
    for words in ("moves by -5 days", "costs 5", "from .5 on"):
        with pytest.raises(ValidationError, match="without a source"):
            Paragraph(parts=(words,))
    assert Paragraph(parts=("PoaP-1, M10 and CP1558",))


def test_a_column_proved_otherwise_says_so(toy: Built) -> None:
    """A robust date is never shown under the proof class of an earliest date."""
    dates = next(table for _, table in toy.pack.tables() if table.id == "dates")
    page = toy.files["report.html"].decode()

    assert {column.proof for column in dates.columns if column.name.startswith("robust")} == {"simulated"}
    assert "robust 80%: simulated" in page
    with pytest.raises(ValidationError, match="no proof class"):
        Table(
            id="t", title="T", columns=(Column(name="n", kind="number", proof="none"),), rows=(), proof="certified", source="s"
        )


@pytest.mark.long
def test_work_that_takes_no_time_has_no_last_day(replan: Dossier) -> None:
    """No row of a report ends before it begins."""
    found = 0
    for _, table in compose(replan).tables():
        names = [column.name for column in table.columns]
        for first, last in (("start", "finish"), ("from", "to")):
            if first in names and last in names:
                for row in table.rows:
                    start, finish = row[names.index(first)], row[names.index(last)]
                    found += finish is None
                    assert finish is None or str(start) <= str(finish) or not hasattr(start, "year"), (table.id, row)
    assert found


@pytest.mark.long
def test_a_swing_is_something_that_can_swing(replan: Dossier) -> None:
    """What cannot move a milestone is not drawn among what moves it, however the samples happened to fall."""
    outcome = replan.main.robust
    assert outcome is not None
    told = sampled.causes(outcome, ["M10"], "robust")
    drawn = {row[0] for row in told.rows if row[-1]}

    assert "sit-mvc" in drawn
    assert not drawn & {"cit", "sit-others", "sit-operational", "sad-tail", "cp5-preparation"}


def test_changes_to_ask_for(replan: Dossier) -> None:
    """A change says from what to what, in amounts that there are; a bare link without which nothing has a reason is none."""
    changes = {change.rule: change for change in replan.changes}
    shown = next(block for block in reasons.changes(replan) if block is not None and block.kind == "table")

    assert changes["duration:SIT-MVC"].then == "0 wd"
    assert changes["duration:SIT-MVC"].gains["M10"] == 223
    assert changes["m16-after-m15"].gains == {"M10": 0, "M14": 0, "M16": 43}
    assert "cp3-after-sit-mvc" not in changes
    assert [column.name for column in shown.columns][-3:] == ["reference", "decision", "decided on"]


def test_labels_keep_apart() -> None:
    """Labels under an axis are neither written over each other nor crossed by the line of one further right."""
    labels = {f"published date {place}": x for place, x in enumerate((10.0, 12.0, 60.0, 95.0, 400.0))}
    rows = stacked(labels)
    boxes = [(x, x + label_width(label), rows[label]) for label, x in labels.items()]

    assert rows.keys() == labels.keys()
    for place, (left, right, row) in enumerate(boxes):
        for other_left, other_right, other_row in boxes[place + 1 :]:
            assert row != other_row or right <= other_left or other_right <= left
            assert not (left < other_left < right and other_row >= row)


# -- checks and workbooks ----------------------------------------------------------------------------------------------------


def test_practices_speak_of_the_plan_at_hand() -> None:
    """No reason of the self-score is one plan's own: the toy is no draft for consultation and has no sources that rate risks."""
    report = lint(load("toy"))
    words = " ".join(f"{practice.evidence} {practice.reason}" for practice in report.practices)

    assert len(report.practices) == 10
    assert not re.search(r"consultation|draft|the sources rate|of this kind", words)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c r="C2"><f>1+1</f></c>', "a formula whose result is not stored"),
        ('<c r="C2"><v>45292</v></c>', "got the day 2024-01-01"),
        ('<c r="C2"><v>12</v></c>', "maybe '12 wd'"),
        ("", "an empty cell"),
    ],
)
def test_cells_that_hold_something_else(toy: Built, tmp_path: Path, cell: str, expected: str) -> None:
    """A formula, a day, a bare number and an empty cell where a length belongs are each told apart."""
    path = tmp_path / "changed.xlsx"
    with zipfile.ZipFile(io.BytesIO(toy.files["workbook.xlsx"])) as old, zipfile.ZipFile(path, "w") as new:
        names = re.findall(r'<sheet name="([^"]+)"', old.read("xl/workbook.xml").decode())
        last = f"xl/worksheets/sheet{names.index('Assumptions') + 1}.xml"
        for item in old.infolist():
            content = old.read(item).decode() if item.filename == last else None
            if content is None:
                new.writestr(item, old.read(item))
            else:
                assert '<c r="C2"' in content
                new.writestr(item, re.sub(r'<c r="C2"[^>]*>.*?</c>', cell, content))

    with pytest.raises(InputError, match=expected) as caught:
        read_assumptions(path, load("toy"))
    assert "Assumptions!C2" in str(caught.value)
