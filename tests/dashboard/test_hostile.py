"""Folders that a stranger made: shown as what they are, followed nowhere, run never."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import simenv
from dashboard.data import Runs
from simenv.errors import UsageError
from tests.dashboard.conftest import Look
from tests.dashboard.test_pages import PAGES

NASTY = "<script>alert(1)</script> **b** $x$ :red[r] [l](j:x)"


def manifest(folder: Path, **values: object) -> None:
    """Change what a run says about itself."""
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def linked(folder: Path, name: str) -> None:
    """Put a link to a file outside in the place of one inside."""
    outside = folder.parent.parent / "outside"
    (folder / name).rename(outside)
    (folder / name).symlink_to(outside)


def emptied(folder: Path) -> None:
    """A run that was killed before its first day was over."""
    for name in ("metrics.parquet", "agents.parquet", "catalog.parquet", "progress.json"):
        (folder / name).unlink(missing_ok=True)
    for table in ("interactions", "pages", "words"):
        shutil.rmtree(folder / table)
    manifest(folder, state="failed", error=NASTY)


def cut(folder: Path) -> None:
    """Half of every part, as a broken copy leaves it."""
    for part in folder.rglob("*.parquet"):
        part.write_bytes(part.read_bytes()[: part.stat().st_size // 2])


def thinned(folder: Path) -> None:
    """Tables without columns that an older version did not write."""
    for part in (folder / "pages").iterdir():
        pq.write_table(pq.read_table(part).drop_columns(["fatigue", "left"]), part)


def foreign(folder: Path) -> None:
    """A manifest of a run, with values that no run has."""
    manifest(folder, scenario="none", dataset=[1], model="m", thinking=3, state="done")


REFUSED: dict[str, Callable[[Path], object]] = {
    "a manifest behind a link": lambda folder: linked(folder, "manifest.json"),
    "a table behind a link": lambda folder: linked(folder, "catalog.parquet"),
    "parts behind a link": lambda folder: linked(folder, "pages"),
    "one part behind a link": lambda folder: linked(
        folder, next(iter(sorted((folder / "pages").iterdir()))).relative_to(folder).as_posix()
    ),
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
    "a manifest that is a list": lambda folder: (folder / "manifest.json").write_text("[]"),
    "a manifest that is no JSON": lambda folder: (folder / "manifest.json").write_bytes(b"\xff{"),
    "a manifest without end": lambda folder: (folder / "manifest.json").write_text("[" * 100_000),
    "a manifest of many megabytes": lambda folder: (folder / "manifest.json").write_text(" " * 5_000_000),
    "an unknown state": lambda folder: manifest(folder, state="../../etc"),
    "a state that is no word": lambda folder: manifest(folder, state=["done"]),
    "a newer format": lambda folder: manifest(folder, format=99),
    "a pipe for a manifest": lambda folder: (
        (folder / "progress.json").unlink(),
        os.mkfifo(folder / "progress.json"),
    ),
}
READ: dict[str, Callable[[Path], object]] = {
    "nothing measured": emptied,
    "half of every table": cut,
    "missing columns": thinned,
    "foreign values": foreign,
    "words that are no text": lambda folder: manifest(
        folder,
        arms=["\ud800", "ease"],
        error="\ud800",
        scenario={"name": "\ud800", "agents": 10**30, "rounds": 1e999},
    ),
    "recommenders that nobody measured": lambda folder: manifest(folder, arms=["other", "ease"]),
    "files from the end of time": lambda folder: os.utime(folder / "catalog.parquet", (1e15, 1e15)),
    "a stopped run": lambda folder: manifest(folder, state="stopped"),
    "progress that is no progress": lambda folder: (folder / "progress.json").write_text(
        '{"share": "x", "heartbeat": []}'
    ),
}


@pytest.fixture
def strange(runs: Path, tmp_path: Path) -> Path:
    """A folder of runs with one run to be spoilt."""
    shutil.copytree(runs / "thinking", tmp_path / "runs" / "strange")
    return tmp_path / "runs"


@pytest.mark.parametrize("spoil", REFUSED.values(), ids=REFUSED)
def test_what_is_not_to_be_opened_is_refused_with_a_reason(
    strange: Path, spoil: Callable[[Path], object]
) -> None:
    assert Runs(strange).open("strange").state == "done"
    spoil(strange / "strange")
    summary = Runs(strange).summary("strange")
    assert summary.state == "unreadable"
    assert summary.problem.endswith(".")
    with pytest.raises(UsageError):
        Runs(strange).open("strange")


@pytest.mark.parametrize("view", ["runs", "overview"])
@pytest.mark.parametrize("spoil", REFUSED.values(), ids=REFUSED)
def test_a_refused_run_is_listed_with_its_reason_and_nothing_breaks(
    look: Look, strange: Path, spoil: Callable[[Path], object], view: str
) -> None:
    spoil(strange / "strange")
    app = look(view, at=strange, run="strange")
    assert not app.exception
    assert view != "overview" or app.error


@pytest.mark.parametrize("view", [view for view in PAGES if view != "new_run"])
@pytest.mark.parametrize("spoil", READ.values(), ids=READ)
def test_no_page_breaks_over_a_spoilt_run(
    look: Look, strange: Path, spoil: Callable[[Path], object], view: str
) -> None:
    spoil(strange / "strange")
    app = look(view, at=strange, run="strange")
    assert not app.exception
    assert app.get("markdown") or app.title or app.error


def test_a_run_behind_a_link_is_refused_though_it_is_a_run(runs: Path, tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to(runs / "light")
    assert Runs(tmp_path).summary("linked").state == "unreadable"
    with pytest.raises(UsageError, match="links are not followed"):
        Runs(tmp_path).open("linked")


def test_folders_whose_names_are_no_text_are_left_out(runs: Path, tmp_path: Path) -> None:
    shutil.copytree(runs / "light", tmp_path / "light")
    os.mkdir(os.fsencode(tmp_path) + b"/\xff")
    assert Runs(tmp_path).names() == ["light"]


def test_a_folder_of_runs_that_is_gone_is_told(tmp_path: Path) -> None:
    assert Runs(tmp_path / "gone").names() == []
    with pytest.raises(UsageError, match="cannot be read"):
        Runs(tmp_path / "gone").open("light")


@pytest.mark.parametrize("name", ["..", ".", "", "/", "runs/light", "../runs/light", "light/", "light\0"])
def test_a_name_is_looked_up_and_never_joined(runs: Path, name: str) -> None:
    with pytest.raises(UsageError, match="No run named"):
        Runs(runs).open(name)


def test_sql_reaches_no_file_outside_the_run(runs: Path) -> None:
    run = Runs(runs).open("light")
    outside = runs / "thinking" / "catalog.parquet"
    assert outside.is_file()
    with pytest.raises(UsageError, match="Permission"):
        run.ask("SELECT * FROM read_parquet(?)", str(outside))
    with pytest.raises(UsageError, match=r"Permission|disabled"):
        run.ask(f"COPY (SELECT 1) TO '{runs / 'written.csv'}'")
    assert not (runs / "written.csv").exists()


@pytest.mark.parametrize("name", ["a'b", "star*", "[ab]c", "what?", "sp ace", "ü", 'q"q'])
def test_a_folder_may_have_any_name(runs: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(runs / "light", tmp_path / name)
    shutil.copytree(runs / "thinking", tmp_path / "starting")
    run = Runs(tmp_path).open(name)
    assert run.columns('SELECT count(DISTINCT "user") AS n FROM pages') == {"n": [40]}


def test_a_run_without_a_heartbeat_is_dead_and_one_with_it_shows_its_progress(
    look: Look, strange: Path
) -> None:
    folder = strange / "strange"
    manifest(folder, state="running")
    now = {"share": 0.25, "decisions_per_s": 10.0, "time_left_s": 65.0, "heartbeat": time.time() + 3600}
    (folder / "progress.json").write_text(json.dumps(now))
    app = look("runs", at=strange)
    assert list(app.dataframe[0].value["state"]) == ["running"]
    assert "1 min 5 s left" in app.get("progress")[0].proto.text.replace("\\", "")
    (folder / "progress.json").write_text(json.dumps(now | {"heartbeat": time.time() - 3600}))
    assert Runs(strange).summary("strange").state == "dead"


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose recommenders, people and titles carry markup."""
    folder = tmp_path_factory.mktemp("nasty")
    rows = [
        (f"<b>u{user}</b>", f"i{item}", 1 + (user * item) % 5) for user in range(12) for item in range(1, 12)
    ]
    lines = ["user,item,rating", *(f"{u},{i},{r}" for u, i, r in rows)]
    (folder / "ratings.csv").write_text("\n".join(lines))
    items = ["item,title,genres", *(f'i{item},"{NASTY} {item}",<img src=x>|**g**' for item in range(1, 12))]
    (folder / "items.csv").write_text("\n".join(items))
    arms = [{"name": NASTY, "use": "popularity"}, {"name": "&lt;i&gt;", "use": "random"}]
    values = {"dataset": str(folder / "ratings.csv"), "agents": 8, "slots": 2, "pages": 2, "rounds": 2}
    question = f"{NASTY}?"
    simenv.run("crowd", **values, question=question, recommenders=arms, out=folder / "runs" / "<u>run")
    return folder / "runs"


@pytest.mark.parametrize("view", PAGES)
def test_words_from_data_are_never_markup(look: Look, nasty: Path, view: str) -> None:
    app = look(view, at=nasty, run="<u>run")
    assert not app.exception
    for kind in (
        "title",
        "header",
        "subheader",
        "markdown",
        "caption",
        "error",
        "warning",
        "info",
        "success",
    ):
        for element in app.get(kind):
            assert not re.search(r"(?<!\\)(<(script|img|b|u)|\*\*b\*|\$x|:red\[)", str(element.value)), (
                element
            )
    for chart in app.get("plotly_chart"):
        assert not re.search(r"<(script|img|b>|u>)", chart.proto.spec)
    assert not any(element.proto.allow_html for element in app.get("markdown"))
