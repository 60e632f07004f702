"""A pack that says what changed since the last one: dates then and now, why, and that none of it can be forged unseen."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from models.pack import Figure, Name, Paragraph
from models.plan import Plan
from models.progress import Progress
from optimiser.cli import ExitCode, main
from optimiser.evidence.folder import MANIFEST, SUMS
from optimiser.evidence.restore import restored
from tests.test_forgeries import blamed, contents, edit, judged, mend, rendered
from tests.test_moved import LENGTHS, day, updated, works

FEW = ["--no-cases", "--samples", "256"]


def folder_of(path: Path, plan: Plan) -> str:
    """Write a plan as a folder."""
    path.mkdir()
    (path / "plan.yaml").write_text(plan.model_dump_json(by_alias=True), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the pack of a plan, and that of the next month's, in which BUILD takes 3 wd longer, since the first."""
    place = tmp_path_factory.mktemp("since")
    first, second = place / "march", place / "april"
    old, new = folder_of(place / "old", works()), folder_of(place / "new", works(LENGTHS | {"BUILD": 13}))
    assert main(["evidence", old, "-o", str(first), *FEW]) == ExitCode.DONE
    assert main(["evidence", new, "-o", str(second), *FEW, "--since", str(first)]) == ExitCode.DONE
    return first, second


def told(pack: Path, section: str) -> str:
    """Return the sentences of a section."""
    held = contents(pack)
    found = next(each for each in restored(json.loads(held["results.json"]), held).sections if each.id == section)
    said = [block.parts for block in found.blocks if isinstance(block, Paragraph)]
    return " ".join("".join(part.text if isinstance(part, (Figure, Name)) else part for part in parts) for parts in said)


def test_the_first_screen_says_what_moved_and_why(packs):
    """The date then and now, by how much, and the greatest cause, before anything else; the section has the rest."""
    first = told(packs[1], "answer")
    results = json.loads((packs[1] / "results.json").read_text(encoding="utf-8"))

    assert (
        "Since the last pack: DONE moved from 23 Jan 2026 to 28 Jan 2026, +3 wd: "
        "Build was re-estimated from 10 wd to 13 wd (+3 wd)."
    ) in first
    assert results["tables"]["moved-causes"]["rows"][0][1] == "Build was re-estimated from 10 wd to 13 wd"
    assert results["tables"]["since-set"]["rows"][0][-2:] == ["10 wd", "13 wd"]
    assert (packs[1] / "charts" / "bridge-since.svg").is_file()
    assert json.loads((packs[1] / MANIFEST).read_text(encoding="utf-8"))["request"]["since"] == "march"


def test_a_pack_without_an_earlier_one_says_nothing_of_it(packs):
    """Where none was named there is no such section, and nothing of it in the request."""
    results = json.loads((packs[0] / "results.json").read_text(encoding="utf-8"))

    assert "since" not in {section["id"] for section in results["sections"]}
    assert "since" not in json.loads((packs[0] / MANIFEST).read_text(encoding="utf-8"))["request"]


def test_an_honest_pack_verifies_without_the_earlier_one(packs, tmp_path):
    """What is needed of the earlier pack travels inside the new one."""
    alone = shutil.copytree(packs[1], tmp_path / "alone")

    assert main(["verify", str(alone)]) == ExitCode.DONE


@pytest.mark.long
def test_a_forged_move_is_found(packs, tmp_path, capsys):
    """Who writes a smaller move into the results, and page and workbooks to match, is found by derivation."""
    pack = Path(shutil.copytree(packs[1], tmp_path / "pack"))
    edit(pack, "results.json", lambda document: document["tables"]["moved-causes"]["rows"][0].__setitem__(4, 1))
    rendered(pack)
    mend(pack)

    code, said = judged(pack, capsys)

    assert code == ExitCode.MISSED
    assert "results.json" in blamed(said)


def test_a_forged_plan_before_is_found(packs, tmp_path, capsys):
    """Who changes what is kept of the earlier pack breaks that pack's own hashes."""
    pack = Path(shutil.copytree(packs[1], tmp_path / "pack"))
    edit(pack, "inputs/since/plan.json", lambda document: document["activities"][1].__setitem__("duration", "12 wd"))
    mend(pack)

    code, said = judged(pack, capsys)

    assert code == ExitCode.MISSED
    assert any("not as SHA256SUMS lists it" in check["found"] for check in said["checks"])


def test_a_zipped_pack_is_read_as_its_folder_is(packs, tmp_path, capsys):
    """A pack that came as a zip file needs no unpacking; a zip of something else is refused."""
    held = shutil.make_archive(str(tmp_path / "march"), "zip", packs[0].parent, "march")
    other = shutil.make_archive(str(tmp_path / "other"), "zip", packs[0] / "charts")
    new = str(packs[0].parent / "new")

    assert main(["evidence", new, "-o", str(tmp_path / "april"), *FEW, "--since", held]) == ExitCode.DONE
    assert "moved from" in told(tmp_path / "april", "answer")
    assert main(["evidence", new, "-o", str(tmp_path / "may"), *FEW, "--since", other]) == ExitCode.BAD_INPUT
    assert "so no pack" in capsys.readouterr().err


def test_a_plan_may_stand_for_the_last_pack(packs, tmp_path):
    """The folder of the update before serves too, where no pack was made of it."""
    new, old = (str(packs[0].parent / name) for name in ("new", "old"))

    assert main(["evidence", new, "-o", str(tmp_path / "april"), *FEW, "--since", old]) == ExitCode.DONE
    assert "Since the plan before" in told(tmp_path / "april", "answer")
    assert main(["verify", str(tmp_path / "april")]) == ExitCode.DONE


def _of_version_0_1(pack: Path) -> None:
    edit(pack, MANIFEST, lambda document: document.pop("proofs"))
    sums = (pack / SUMS).read_text(encoding="utf-8").splitlines()
    assert any(line.endswith(MANIFEST) for line in sums)
    digest = hashlib.sha256((pack / MANIFEST).read_bytes()).hexdigest()
    (pack / SUMS).write_text(
        "".join(f"{digest}  {MANIFEST}\n" if line.endswith(f"  {MANIFEST}") else f"{line}\n" for line in sums), encoding="utf-8"
    )


def _damaged(pack: Path) -> None:
    edit(pack, MANIFEST, lambda document: document.__setitem__("plan", "other"))


def _without_plan(pack: Path) -> None:
    (pack / "inputs" / "plans" / "base.json").unlink()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_of_version_0_1, "none that this version reads"),
        (_damaged, "the pack is damaged, or was changed"),
        (_without_plan, "is missing"),
    ],
)
def test_a_pack_that_cannot_be_trusted_is_refused_in_words(packs, tmp_path, capsys, spoil, said):
    """Damaged, changed or of an older version: refused with its name and what to do, and no pack is written."""
    pack = Path(shutil.copytree(packs[0], tmp_path / "march"))
    spoil(pack)
    capsys.readouterr()

    code = main(["evidence", str(packs[0].parent / "new"), "-o", str(tmp_path / "april"), "--since", str(pack)])

    assert code == ExitCode.BAD_INPUT
    assert said in capsys.readouterr().err
    assert not (tmp_path / "april").exists()


def test_a_pack_of_another_plan_is_refused_by_name(packs, tmp_path, capsys):
    """Both plans are named."""
    assert main(["evidence", "toy", "-o", str(tmp_path / "toy"), *FEW, "--since", str(packs[0])]) == ExitCode.BAD_INPUT
    assert "is of the plan 'works' (Works), and this one is of 'toy'" in capsys.readouterr().err


def test_a_pack_of_a_plan_that_is_done_decides_nothing_and_asks_for_no_earlier_date(tmp_path, capsys):
    """DONE was met on 30 January, after the 23rd that was published: there is nothing left to give, to decide or to bind."""
    dates = [{"milestone": "DONE", "date": "2026-01-23"}]
    plan = works(baselines=[{"id": "due", "title": "Due", "basis": "synthetic", "dates": dates}])
    done = Progress(actual_start=day(0), actual_finish=day(14))
    met = dict.fromkeys(LENGTHS, done) | {"DONE": Progress(actual_finish=day(19))}
    folder, pack = folder_of(tmp_path / "plan", updated(plan, day(24), **met)), tmp_path / "pack"
    assert main(["evidence", folder, "-o", str(pack), *FEW]) == ExitCode.DONE
    assert main(["verify", str(pack)]) == ExitCode.DONE
    capsys.readouterr()
    results = (pack / "results.json").read_text(encoding="utf-8")
    assert "it has been met" in results
    assert "every milestone that is asked for and has a published date has been met" in results
    for words in ("Decide which date", "are missing", "What it costs to be wrong", "no firmer than"):
        assert words not in told(pack, "answer") + told(pack, "summary"), words


def test_a_zipped_pack_whose_bytes_are_damaged_is_refused(packs, tmp_path, capsys):
    """A stream that does not unpack is told of the zip file, whichever way it is packed, and is no fault of the tool."""
    for way in (zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA):
        damaged = tmp_path / "damaged.zip"
        with zipfile.ZipFile(damaged, "w", way) as archive:
            for path in sorted(packs[0].rglob("*")):
                archive.write(path, f"march/{path.relative_to(packs[0])}")
        with zipfile.ZipFile(damaged) as archive:
            begin = archive.getinfo(f"march/{SUMS}").header_offset + 30 + len(f"march/{SUMS}") + 20
        content = bytearray(damaged.read_bytes())
        content[begin : begin + 40] = b"\xff" * 40
        damaged.write_bytes(bytes(content))
        asked = ["evidence", str(packs[0].parent / "new"), "-o", str(tmp_path / "pack"), *FEW, "--since", str(damaged)]

        assert main(asked) == ExitCode.BAD_INPUT
        assert "the zip file is damaged" in " ".join(capsys.readouterr().err.split())
