"""A training is repeatable, can be stopped anywhere, and says in a sentence what cannot be."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("stable_baselines3", reason="needs stable-baselines3: pip install 'simenv[rl]'")
pytest.importorskip("torch", reason="needs torch: pip install 'simenv[rl]'")

from recommenders.saved import Saved
from scenarios.rl.course import ALGORITHMS, Course
from scenarios.rl.student import Scalars
from scenarios.rl.training import CHECKPOINT, train
from simenv.errors import UsageError

SMALL = Course(
    scenario="InterestEvolution-v0",
    algorithm="slateq",
    values={"time": 20.0},
    steps=4000,
    envs=16,
    chapters=3,
    episodes=20,
)


class PlugPulledError(Exception):
    """Somebody pulled the plug."""


def killed_after(chapters: int) -> object:
    """A watcher that ends the process, as it were."""
    seen = []

    def watch(done: int, total: int, scalars: Scalars) -> None:
        seen.append(done)
        if len(seen) > chapters:
            raise PlugPulledError

    return watch


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
def test_a_training_that_was_killed_ends_as_one_that_never_was(algorithm: str, tmp_path: Path) -> None:
    course = replace(SMALL, algorithm=algorithm)
    whole = train(course, tmp_path / "whole")
    with pytest.raises(PlugPulledError):
        train(course, tmp_path / "killed", killed_after(1))
    resumed = train(course, tmp_path / "killed")
    assert resumed == whole
    assert len(whole) == course.chapters + 1
    for name in ("model.safetensors", CHECKPOINT):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "killed" / name).read_bytes()


@pytest.mark.parametrize("algorithm", ["ppo", "slateq"])
def test_another_seed_gives_another_model(algorithm: str, tmp_path: Path) -> None:
    for seed in (0, 1):
        train(replace(SMALL, algorithm=algorithm, seed=seed, chapters=1), tmp_path / str(seed))
    one, other = (Saved.read(tmp_path / str(seed)).columns for seed in (0, 1))
    assert one.keys() == other.keys()
    assert any(not np.array_equal(one[name], other[name]) for name in one)


def test_training_changes_what_is_believed_and_nothing_is_left_unfinished(tmp_path: Path) -> None:
    train(replace(SMALL, chapters=1), tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"training.json", "model.json", "model.safetensors", CHECKPOINT, "tensorboard"}
    about = json.loads((tmp_path / "model.json").read_text())
    assert about["algorithm"] == "slateq"
    assert len(about["evaluations"]) == 2
    assert list((tmp_path / "tensorboard").iterdir())


def test_a_finished_training_is_not_done_again(tmp_path: Path) -> None:
    course = replace(SMALL, chapters=1)
    first = train(course, tmp_path)
    before = (tmp_path / CHECKPOINT).stat().st_mtime_ns
    assert train(course, tmp_path) == first
    assert (tmp_path / CHECKPOINT).stat().st_mtime_ns == before


def test_another_course_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    train(replace(SMALL, chapters=1), tmp_path)
    with pytest.raises(UsageError, match=r"Expected the course .* \(seed 0\), found seed 5; go on with"):
        train(replace(SMALL, chapters=1, seed=5), tmp_path)


@pytest.mark.parametrize("algorithm", ["slateq", "linucb"])
def test_a_folder_with_something_else_in_it_is_refused(algorithm: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(UsageError, match="found other files in"):
        train(replace(SMALL, scenario="crowd", values={"agents": 20}, algorithm=algorithm), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"algorithm": "slatq"}, "No algorithm named 'slatq'. Did you mean 'slateq'?"),
        ({"scenario": "LongTermSatisfacion-v0"}, "Did you mean 'LongTermSatisfaction-v0'?"),
        ({"scenario": "crowdd"}, "No scenario or world named 'crowdd'. Did you mean 'crowd'?"),
        ({"values": {"tme": 3}}, "Did you mean 'time'?"),
        ({"algorithm": "linucb"}, "found the world 'InterestEvolution-v0'; name one of crowd"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence_and_nothing_is_written(
    changes: dict[str, object], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as error:
        train(replace(SMALL, **changes), tmp_path / "out")  # type: ignore[arg-type]
    assert sentence in str(error.value)
    assert not (tmp_path / "out").exists()


def test_a_damaged_model_is_named(tmp_path: Path) -> None:
    train(replace(SMALL, chapters=1), tmp_path / "whole")
    shutil.copytree(tmp_path / "whole", tmp_path / "half")
    half = (tmp_path / "half" / "model.safetensors").read_bytes()[:100]
    (tmp_path / "half" / "model.safetensors").write_bytes(half)
    for folder in ("half", "none"):
        with pytest.raises(UsageError, match="Expected the folder of a trained recommender"):
            Saved.read(tmp_path / folder)
