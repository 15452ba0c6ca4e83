"""Running a scenario from Python, as a notebook does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import simenv
from simenv.errors import UsageError
from simenv.records.run import Run
from simenv.records.same import same_run

SMALL = {"agents": 50, "rounds": 2, "recommenders": ["popularity", "ease"]}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A crowd of fifty, two recommenders, two seeds."""
    return simenv.run("crowd", **SMALL, seeds=2, out=tmp_path_factory.mktemp("python") / "run")


def test_a_run_gives_its_tables(found: Run) -> None:
    assert found.state == "done"
    for table in (found.interactions, found.pages, found.agents, found.catalog, found.metrics):
        assert isinstance(table, pa.Table)
        assert table.num_rows > 0
    assert found.words.num_rows == 0


def test_every_table_says_which_seed_and_recommender_its_rows_are_about(found: Run) -> None:
    for table in (found.interactions, found.pages, found.agents):
        worlds = set(zip(table["seed"].to_pylist(), table["arm"].to_pylist(), strict=True))
        assert worlds == {(seed, arm) for seed in (0, 1) for arm in ("popularity", "ease")}


def test_everybody_is_there_and_was_shown_whole_slates_of_new_items(found: Run) -> None:
    shown = found.interactions
    one = shown.filter((pc.field("seed") == 0) & (pc.field("arm") == "ease"))
    assert set(one["user"].to_pylist()) == set(range(50))
    pairs = list(zip(one["user"].to_pylist(), one["item"].to_pylist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    assert found.agents.num_rows == 50 * 4


def test_the_final_table_is_over_the_seeds(found: Run) -> None:
    rows = found.metrics.to_pylist()
    for value in found.measures():
        seeds = [
            row["value"]
            for row in rows
            if (row["arm"], row["measure"], row["round"]) == (value.arm, value.measure, -1)
            and row["seed"] >= 0
        ]
        assert value.estimate.value == pytest.approx(sum(seeds) / 2)
        assert value.estimate.low <= value.estimate.value <= value.estimate.high


def test_a_run_can_be_opened_again_and_asked_in_sql(found: Run) -> None:
    again = simenv.open_run(found.path)
    told = again.sql("SELECT arm, avg(watched::int) AS share FROM interactions GROUP BY arm").to_pylist()
    measured = {value.arm: value.estimate.value for value in again.measures() if value.measure == "p_view"}
    assert {row["arm"]: row["share"] for row in told} == pytest.approx(measured, rel=0.02)


def test_the_same_from_python_and_from_a_file_is_the_same(found: Run, tmp_path: Path) -> None:
    (tmp_path / "crowd.yaml").write_text(
        "dataset: town\nusers: taste\nagents: 50\nrounds: 2\nrecommenders: [popularity, ease]\n"
    )
    again = simenv.run(str(tmp_path / "crowd.yaml"), seeds=2, out=tmp_path / "run")
    assert same_run(found.path, again.path)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"agent": 5}, "Did you mean 'agents'"),
        ({"seeds": 0}, "Expected 1 to 1000 seeds"),
        ({"agents": 2001}, "Expected 1 to 2000 agents"),
    ],
)
def test_mistakes_are_told_before_anything_is_written(
    tmp_path: Path, values: dict[str, Any], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=told):
        simenv.run("crowd", **values)
    assert list(tmp_path.iterdir()) == []
