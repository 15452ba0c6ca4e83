"""A run is read from whole files, while it grows and after it is done."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simenv.errors import UsageError
from simenv.metrics import Scoreboard, estimates_over_seeds
from simenv.records.folder import RunFolder
from simenv.records.recorder import Recorder
from simenv.records.replay import scoreboard, steps
from simenv.records.run import Run
from simenv.types import Step
from tests.factories import catalog, population
from tests.records.played import ABOUT, SMALL, make_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Run(make_run(tmp_path_factory.mktemp("runs") / "done", share=5))


def test_a_folder_without_a_run_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"No run in .*: expected a folder with a manifest.json"):
        Run(tmp_path / "nowhere")


def test_a_run_says_what_it_is(run: Run) -> None:
    assert repr(run).endswith("done': done, arms popular, random; 2 seed(s))")
    assert run.name == "done"


def test_every_table_begins_with_the_seed_and_the_arm(run: Run) -> None:
    for table in (run.interactions, run.pages, run.words, run.agents, run.metrics):
        assert table.column_names[:2] == ["seed", "arm"]
        assert set(table["seed"].to_pylist()) >= {1, 2}
        assert set(table["arm"].to_pylist()) == {"popular", "random"}


def test_the_catalogue_comes_back_as_it_was(run: Run) -> None:
    there, here = run.items, catalog(SMALL.items)
    for name in ("noun", "ids", "titles", "theme_names", "text"):
        assert getattr(there, name) == getattr(here, name)
    for name in ("years", "themes", "popularity", "mean_rating"):
        assert getattr(there, name).dtype == getattr(here, name).dtype
        assert np.array_equal(getattr(there, name), getattr(here, name), equal_nan=name == "mean_rating")


def test_nothing_is_null_rather_than_not_a_number(run: Run) -> None:
    rated = run.sql("select avg(rating) as mean, count(rating) as stars from interactions").to_pylist()[0]
    watched = run.sql("select sum(watched::int) as seen from interactions").to_pylist()[0]
    assert 1 < rated["mean"] < 5
    assert rated["stars"] == watched["seen"]


def test_a_replayed_world_is_the_world_that_was_recorded(run: Run) -> None:
    lived = sorted(replace(SMALL, seed=21).steps(), key=_when)
    rows = [row for step in lived for row in _flat(step)]
    again = [row for day in steps(run, 2, "random") for step in day for row in _flat(step)]
    assert sorted(again) == sorted(rows)


def test_what_is_measured_from_records_equals_what_was_measured(run: Run) -> None:
    again = scoreboard(run, 2, "random")
    board = Scoreboard(SMALL.agents, catalog(SMALL.items))
    for step, ends in replace(SMALL, seed=21).round_ends():
        board.update(step)
        if ends:
            board.end_round()
    assert again.values() == board.values()
    for name, column in board.state().items():
        assert np.array_equal(column, again.state()[name]), name


def test_the_final_table_is_over_seeds(run: Run) -> None:
    table = {(value.arm, value.measure): value.estimate for value in run.measures()}
    readings = [scoreboard(run, seed, "popular").readings() for seed in run.seeds]
    for measure, estimate in estimates_over_seeds(readings).items():
        assert table["popular", measure] == estimate
    assert len(table) == 2 * len(readings[0])


def test_a_running_run_shows_its_whole_parts_only(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "run", ABOUT)
    reader = Run(folder.path)
    assert len(reader.interactions) == len(reader.agents) == len(reader.metrics) == 0
    assert reader.measures() == []
    recorder = Recorder(folder, folder.world(1, "popular"), population(12), share=4)
    assert len(reader.agents) == 12
    first, *others = SMALL.steps()
    recorder.write(first)
    assert len(reader.pages) == 0
    for step in others[:6]:
        recorder.write(step)
    (folder.path / "pages" / ".part-s000-a00-r00009-000.parquet.1.tmp").write_bytes(b"half a fi")
    assert 0 < len(reader.pages) == reader.sql("select count(*) as n from pages").to_pylist()[0]["n"]


def test_an_unknown_table_or_arm_gets_a_hint(run: Run) -> None:
    with pytest.raises(UsageError, match="Did you mean 'pages'"):
        run.table("page")
    with pytest.raises(UsageError, match="Did you mean 'popular'"):
        run.parts("pages", 1, "popularity")


def test_a_run_without_a_heartbeat_is_dead(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "run", ABOUT)
    run = Run(folder.path)
    assert run.state == "running"
    progress = folder.path / "progress.json"
    progress.write_text(json.dumps({"heartbeat": time.time()}))
    assert run.state == "running"
    progress.write_text(json.dumps({"heartbeat": time.time() - 3600}))
    assert run.state == "dead"
    folder.set_state("stopped")
    assert run.state == "stopped"


def _when(step: Step) -> tuple[int, int, int]:
    visit = step.slate.visit
    return int(visit.round[0]), int(visit.page[0]), int(visit.rows[0])


def _flat(step: Step) -> list[tuple[object, ...]]:
    """Every shown item of a step with all that is recorded of it, comparable."""
    visit, response = step.slate.visit, step.response
    return [
        (
            *(int(column[b]) for column in (visit.round, visit.page, visit.rows)),
            slot,
            int(item),
            bool(response.watched[b, slot]),
            *(str(grid[b, slot]) for grid in (response.rating, response.chance, response.expected)),
            str(step.slate.propensity[b, slot]),
            int(step.slate.source[b]),
            int(response.action[b]),
            str(step.satisfaction[b]),
            str(step.fatigue[b]),
            bool(step.left[b]),
        )
        for b, items in enumerate(step.slate.items)
        for slot, item in enumerate(items)
        if item >= 0
    ]
