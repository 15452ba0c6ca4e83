"""The same seed gives the same bytes, whatever else is different."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from scenarios import building
from scenarios.running import run
from simenv.records.run import Run
from simenv.records.same import different_files, same_run
from tests.scenarios import village

MIXED = {**village.THINKING, "users": "mixed", "thinkers": 0.4, "agents": 12}


@dataclass
class Life:
    """One way to live in the village, and the run that all others are compared with."""

    values: Mapping[str, Any]
    first: Path

    def again(self, out: Path, **changes: Any) -> Run:
        """The same run with changes."""
        return run("crowd", {**self.values, **changes}, out=out)


@pytest.fixture(scope="module", params=["light", "thinking", "mixed"])
def life(request: pytest.FixtureRequest, data: str, tmp_path_factory: pytest.TempPathFactory) -> Life:
    """Everybody light, everybody thinking in the embedded model, and some of each."""
    values = {"light": village.LIGHT, "thinking": village.THINKING, "mixed": MIXED}[request.param]
    first = tmp_path_factory.mktemp("first") / "run"
    life = Life({**values, "dataset": data}, first)
    life.again(first)
    return life


def test_the_same_seed_gives_the_same_bytes(life: Life, tmp_path: Path) -> None:
    assert different_files(life.first, life.again(tmp_path / "again").path) == []


def test_another_seed_is_another_run(life: Life, tmp_path: Path) -> None:
    other = different_files(life.first, life.again(tmp_path / "other", seed=1).path)
    assert {name.split("/")[0] for name in other} >= {
        "interactions",
        "pages",
        "agents.parquet",
        "metrics.parquet",
    }


def test_the_block_size_leaves_no_trace(life: Life, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "LIGHT_BLOCK", 7)
    monkeypatch.setattr(building, "THINKING_BLOCK", 3)
    assert different_files(life.first, life.again(tmp_path / "blocks").path) == []


def test_what_happens_to_an_agent_does_not_depend_on_how_many_others_there_are(
    life: Life, tmp_path: Path
) -> None:
    few = life.again(tmp_path / "few", agents=3, recommenders=["random"])
    assert len(_first_day(few, 3)) > 0
    assert _first_day(few, 3) == _first_day(Run(life.first), 3)


def test_what_happens_with_a_recommender_does_not_depend_on_the_others(life: Life, tmp_path: Path) -> None:
    alone = life.again(tmp_path / "alone", recommenders=["item_knn"])
    assert _rows(alone.interactions, "item_knn") == _rows(Run(life.first).interactions, "item_knn")


def test_every_recommender_meets_the_same_people(life: Life) -> None:
    found = Run(life.first)
    people = {
        arm: found.agents.filter(pc.field("arm") == arm).select(["user", "id", "cohort"]).to_pylist()
        for arm in found.arms
    }
    assert all(met == people[found.arms[0]] for met in people.values())


def test_the_number_of_threads_leaves_no_trace(data: str, tmp_path: Path) -> None:
    values = {**village.THINKING, "dataset": data}
    alone = run("demo", values, out=tmp_path / "alone")
    assert same_run(alone.path, run("demo", {**values, "llama.threads": 2}, out=tmp_path / "two").path)


def test_a_replicate_has_other_luck_among_the_same_people(data: str, tmp_path: Path) -> None:
    found = run(
        "crowd", {**village.LIGHT, "dataset": data, "recommenders": "random"}, seeds=2, out=tmp_path / "r"
    )
    first, second = (found.interactions.filter(pc.field("seed") == seed) for seed in found.seeds)
    assert first["item"].to_pylist() != second["item"].to_pylist()
    ids = [found.agents.filter(pc.field("seed") == seed)["id"].to_pylist() for seed in found.seeds]
    assert ids[0] == ids[1]


def _first_day(found: Run, agents: int) -> list[dict[str, Any]]:
    """What was shown to the first agents on the first day by the recommender that knows nobody."""
    shown = found.interactions
    return _rows(shown.filter((pc.field("round") == 0) & (pc.field("user") < agents)), "random")


def _rows(shown: pa.Table, arm: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = shown.filter(pc.field("arm") == arm).to_pylist()
    return rows
