"""The pack of a chain of updates: it carries the trend, works it out again from the updates inside it, and no forged figure stays unseen."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from optimiser.cli import ExitCode, main
from optimiser.errors import InputError
from optimiser.evidence.folder import write
from optimiser.evidence.pack import build
from optimiser.evidence.request import request_of
from optimiser.evidence.tables.updates import milestone_trend
from optimiser.evidence.verify import verify_pack
from optimiser.progress import trend_of
from optimiser.reading.previous import content_sha256
from tests.progress_plans import with_progress
from tests.random_plans import random_plan
from tests.test_forgeries import blamed, edit, judged, mend, rendered
from tests.test_since import FEW, told

NEWEST = "laboratory-2026-04"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the pack of the second update of the packaged chain."""
    folder = tmp_path_factory.mktemp("chain") / "pack"
    assert main(["evidence", NEWEST, "-o", str(folder), *FEW]) == ExitCode.DONE
    return folder


@pytest.fixture
def pack(made: Path, tmp_path: Path) -> Path:
    """Return a copy that a test may forge, where no update lies beside it."""
    return Path(shutil.copytree(made, tmp_path / "pack"))


def test_the_pack_says_what_the_verb_says(made: Path) -> None:
    """The table of the pack has the figures of `trend`, whose section says how far the date has moved since the first forecast."""
    trend = trend_of(NEWEST, samples=256)
    by_verb = json.loads(milestone_trend(trend, "there").model_dump_json())["rows"]

    assert json.loads((made / "results.json").read_bytes())["tables"]["milestone-trend"]["rows"] == by_verb
    assert "ACCREDITED was first forecast for 17 Sep 2026 and is now forecast for 21 Oct 2026, 24 wd later" in told(
        made, "trend"
    )
    assert (made / "charts" / "milestone-trend.svg").is_file()


def test_an_honest_pack_is_worked_out_again_from_the_updates_inside_it(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No update outside the pack is needed; what samples and CP-SAT told of earlier ones is listed."""
    code, said = judged(pack, capsys)

    assert code == ExitCode.DONE, blamed(said)
    assert {"answers/trend-0.json", "outcomes/chain/0.json"} <= set(said["not_derived"])


@pytest.mark.long
def test_the_pack_is_built_again_byte_by_byte(pack: Path) -> None:
    """With --rerun every update is solved and drawn again from what lies in the pack."""
    assert main(["verify", str(pack), "--rerun"]) == ExitCode.DONE


def forged_row(column: str, value: Any) -> Callable[[Any], None]:
    """Return what forges one cell of the first forecast."""

    def change(results: Any) -> None:
        table = results["tables"]["milestone-trend"]
        table["rows"][0][[each["name"] for each in table["columns"]].index(column)] = value

    return change


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("results.json", forged_row("P80", "2026-09-18")),
        *(
            pytest.param(*each, marks=pytest.mark.long)
            for each in (
                ("results.json", forged_row("date", "2026-10-20")),
                ("results.json", lambda results: results["tables"]["forecast-checks"]["rows"][0].__setitem__(3, 0)),
                ("answers/trend-0.json", lambda held: held["answer"][0]["quantiles"].__setitem__("P80", "2026-09-18")),
                ("answers/trend-0.json", lambda held: held["answer"][0].__setitem__("deterministic", "2026-09-18")),
                ("inputs/chain/links.json", lambda links: links["before"].__setitem__(0, "laboratory-2026-02")),
            )
        ),
    ],
)
def test_forged_figures_of_the_trend_are_found(
    pack: Path, capsys: pytest.CaptureFixture[str], file: str, change: Callable[[Any], object]
) -> None:
    """Who makes an old forecast look better, in the tables or in what they are derived from, is found though every hash is mended."""
    edit(pack, file, change)
    rendered(pack)
    mend(pack)

    code, said = judged(pack, capsys)

    assert code == ExitCode.MISSED
    assert blamed(said)


def test_an_old_update_that_was_rewritten_is_found(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The next update names the hash of the one before: work that is made longer in hindsight is told of, and the pack did not say so."""
    file = pack / "inputs" / "chain" / "1" / "update.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("2026-03-31", "2026-03-30"), encoding="utf-8")
    mend(pack)

    code, said = judged(pack, capsys)

    assert code == ExitCode.MISSED
    assert "results.json" in blamed(said)


@pytest.mark.long
def test_a_chain_that_is_cut_says_so(tmp_path: Path) -> None:
    """A pack of an update whose predecessor has gone is made, and tells of what is missing; no place of a machine is in it."""
    folder = tmp_path / "lonely"
    table = tmp_path / "done.csv"
    table.write_text("id,actual start,remaining\nRECIPES,2024-01-08,12 wd\n", encoding="utf-8")
    assert main(["update", "toy", "--status", "2024-01-08", "--from", str(table), "-o", str(folder)]) == ExitCode.DONE
    second = tmp_path / "second"
    assert main(["update", str(folder), "--status", "2024-01-09", "--from", str(table), "-o", str(second)]) == ExitCode.DONE
    shutil.rmtree(folder)
    assert main(["evidence", str(second), "-o", str(tmp_path / "pack"), *FEW]) == ExitCode.DONE

    assert "lonely: is not there" in told(tmp_path / "pack", "trend")
    assert str(tmp_path) not in (tmp_path / "pack" / "results.json").read_text(encoding="utf-8")
    assert main(["verify", str(tmp_path / "pack")]) == ExitCode.DONE


@pytest.mark.long
def test_packs_of_random_updates_are_worked_out_again(tmp_path: Path) -> None:
    """Whatever is done of a random plan, with capacity or not, the pack of the update holds, and most of them show a trend."""
    shown = 0
    for seed in range(12):
        plan = random_plan(seed)
        first, second, out = (tmp_path / f"{name}{seed}" for name in ("first", "second", "pack"))
        for folder in (first, second):
            folder.mkdir()
        (first / "plan.yaml").write_text(plan.model_dump_json(by_alias=True), encoding="utf-8")
        document = json.loads(with_progress(plan, seed).model_dump_json(by_alias=True))
        try:
            document["previous"] = {"path": f"../{first.name}", "sha256": content_sha256(first)}
            (second / "plan.yaml").write_text(json.dumps(document), encoding="utf-8")
            write(build(request_of(str(second), cases=(), samples=64), str(second)).files, out)
        except InputError:
            continue  # a random plan that does not load
        found = verify_pack(out)
        assert found.holds, (seed, [check for check in found.checks if not check.holds])
        shown += (out / "charts" / "milestone-trend.svg").is_file()
    assert shown >= 6
