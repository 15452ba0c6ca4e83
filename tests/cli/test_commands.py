"""What the commands do, and what they print."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simenv.records.folder import RunFolder
from simenv.records.progress import read_progress
from simenv.records.run import Run
from tests.cli.conftest import Simenv

ROOT = Path(__file__).parents[2]


def test_a_run_prints_a_table_says_where_it_is_and_what_to_do_next(simenv: Simenv, home: Path) -> None:
    said = simenv("run", home / "light.yaml", "--set", "agents=5", "--out", "two words")
    assert (said.code, said.err) == (0, "")
    for arm in ("random", "popularity", "item_knn"):
        assert f"\n{arm} " in said.out
    assert "Who [b]likes[/b] what?" in said.out
    assert "Run folder: two words" in said.out
    assert "simenv compare 'two words'" in said.out
    assert "simenv export 'two words' --format recbole" in said.out
    assert Run("two words").state == "done"


def test_a_run_of_thinking_agents_says_what_thinking_cost(simenv: Simenv, home: Path) -> None:
    said = simenv("run", home / "thinking.yaml", "--set", "recommenders=random", "--out", "run")
    assert re.search(
        r"tokens/s; [\d,]+ tokens evaluated, [\d,]+ reused; 0 generated, 0 answers unread", said.out
    )
    assert "compare" not in said.out


def test_a_run_without_a_folder_is_kept_below_runs(simenv: Simenv, home: Path) -> None:
    for folder in ("runs/light", "runs/light-2"):
        said = simenv("run", home / "light.yaml", "--set", "agents=3", "--set", "recommenders=random")
        assert f"Run folder: {folder}" in said.out


def test_a_dry_run_says_what_it_would_cost_and_writes_nothing(
    simenv: Simenv, home: Path, tmp_path: Path
) -> None:
    said = simenv("run", home / "light.yaml", "--dry-run", "--seeds", "2")
    assert said.code == 0
    assert re.fullmatch(
        r"At most 648 agent-pages: about \d+ s, 0 tokens and \d+\.\d MB on the disk "
        r"\(measured on \d+ pages; nothing was kept\)\.\n",
        said.out,
    )
    assert list(tmp_path.iterdir()) == []


def test_a_part_of_ones_own_beside_the_terminal_is_found(simenv: Simenv, home: Path) -> None:
    Path("own_shelf.py").write_text("from recommenders.popularity import Popularity as Shelf\n")
    own = "recommenders=[own_shelf:Shelf]"
    said = simenv("run", home / "light.yaml", "--set", own, "--set", "agents=3", "--out", "run")
    assert said.code == 0
    assert "own_shelf:Shelf" in said.out


def test_lists_name_what_can_be_named(simenv: Simenv) -> None:
    kinds = dict(line.split(": ", 1) for line in simenv("list").out.splitlines())
    assert {"scenarios", "recommenders", "policies", "models", "datasets"} <= set(kinds)
    assert {"crowd", "demo", "movielens"} <= set(kinds["scenarios"].split(", "))
    assert simenv("list", "scenarios").out == f"scenarios: {kinds['scenarios']}\n"


def test_help_names_every_command_in_a_line(simenv: Simenv) -> None:
    helped, bare = simenv("--help"), simenv()
    assert (helped.code, bare.code) == (0, 0)
    assert helped.out.strip() == bare.out.strip()
    assert "..." not in helped.out.split("Commands:")[1]
    assert simenv("--version").out.startswith("simenv ")


def test_exports_name_their_origin_and_carry_the_data_sets_own_ids(simenv: Simenv, home: Path) -> None:
    for form in ("recbole", "movielens", "parquet"):
        said = simenv("export", home / "run", "--format", form, "--out", form, "--arm", "item_knn")
        assert said.code == 0
        assert all(Path(line.removeprefix("Wrote ")).is_file() for line in said.out.splitlines())
    name = "synthetic-run-item_knn"
    inter = Path("recbole", name, f"{name}.inter").read_text().splitlines()
    assert inter[0] == "user_id:token\titem_id:token\trating:float\ttimestamp:float"
    assert len(inter) > 12
    assert all(re.fullmatch(r"p\d+\tf\d+\t\d\.\d\t\d+", line) for line in inter[1:])
    items = Path("recbole", name, f"{name}.item").read_text()
    assert "f0\t[bold red]Loud[/bold red] (1999)\tComedy\n" in items
    ratings = Path("movielens", name, "synthetic-ratings.csv").read_text().splitlines()
    assert ratings[0] == "userId,movieId,rating,timestamp"
    assert [line.split("\t") for line in inter[1:]] == [line.split(",") for line in ratings[1:]]
    assert "<script>alert('x')</script> & Sons" in Path("movielens", name, "synthetic-movies.csv").read_text()
    for form in ("recbole", "movielens", "parquet"):
        assert "No person made these interactions" in Path(form, name, "SYNTHETIC.md").read_text()
        assert json.loads(Path(form, name, "provenance.json").read_text())["synthetic"] is True


def test_clean_asks_and_removes_what_is_unfinished_only(
    simenv: Simenv, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, state in (("whole", "done"), ("bad", "failed")):
        folder = RunFolder.create(Path("runs") / name, {"seeds": [0], "arms": ["a"]})
        folder.set_state(state)
        folder.close()
    for answer, left in (("", ["bad", "whole"]), ("n\n", ["bad", "whole"]), ("y\n", ["whole"])):
        monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
        said = simenv("clean")
        assert "runs/bad: failed" in said.out
        assert "whole" not in said.out
        assert sorted(path.name for path in Path("runs").iterdir()) == left
    assert simenv("clean").out == "Nothing to remove.\n"


def test_a_running_run_can_be_shown_and_ctrl_c_stops_it_with_exit_code_1(
    simenv: Simenv, home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "run"
    with under_way(home, path) as process:
        assert re.search(r"run is running; \w+, day \d+ of 3000, \d+% done", simenv("show", path).out)
        refused = simenv("run", "--resume", path)
        assert (refused.code, "is being written by a run" in refused.sentence()) == (2, True)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 1
    assert path.with_suffix(".said").read_text().splitlines()[-2:] == [
        "Stopping at the end of this page; once more stops at once.",
        f"simenv: Stopped. Continue with: simenv run --resume {path}",
    ]
    assert f"Continue with: simenv run --resume {path}" in simenv("show", path).out
    assert Run(path).state == "stopped"
    assert Run(path).pages.num_rows > 0


@contextmanager
def under_way(home: Path, path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A long run in a process of its own, which has said that some of its days are over."""
    asked = ["run", home / "light.yaml", "--set", "rounds=3000", "--out", path]
    with path.with_suffix(".said").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "simenv", *map(str, asked)],
            cwd=ROOT,
            env={**os.environ, "XDG_CACHE_HOME": str(home / "cache")},
            stdout=said,
            stderr=said,
        )
    try:
        until = time.monotonic() + 60
        while not (read_progress(path) or {}).get("round"):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()
