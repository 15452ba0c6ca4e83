"""A surrogate distilled from language users decides like them, in runs and in training."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs torch: pip install 'simenv[rl]'")
pytest.importorskip("stable_baselines3", reason="needs stable-baselines3: pip install 'simenv[rl]'")

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from typer.testing import CliRunner

from agents.surrogate.gap import Gap
from agents.surrogate.policy import Surrogate
from scenarios import run
from scenarios.distilling import Logged, distill
from scenarios.rl.course import Course
from scenarios.rl.training import BOARD, train
from scenarios.running import resume
from scenarios.surrogates import Saved
from simenv.cli import app
from simenv.errors import UsageError
from simenv.records.run import Run
from simenv.records.same import different_files
from simenv.types import Response
from tests.scenarios import village
from tests.scenarios.mortal import live

pytestmark = pytest.mark.slow
THINKING = {
    "dataset": "town",
    "agents": 30,
    "rounds": 1,
    "pages": 4,
    "slots": 8,
    "llama.threads": 1,
    "recommenders": ["random", "popularity"],
}
LIGHT = {"users": "surrogate", "dataset": "town", "agents": 30, "rounds": 2, "pages": 3, "slots": 5}


@pytest.fixture(scope="module")
def thought(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A day of people who think in the embedded model."""
    return run("demo", THINKING, out=tmp_path_factory.mktemp("thought") / "run").path


@pytest.fixture(scope="module")
def surrogate(thought: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was distilled from them."""
    folder = tmp_path_factory.mktemp("surrogate") / "distilled"
    distill(thought, folder, steps=400)
    return folder


def test_it_decides_about_people_it_never_saw_much_better_than_a_constant(
    thought: Path, surrogate: Path
) -> None:
    logged = Logged.of(Run(thought))
    learned = Saved.read(surrogate, logged.lab.dataset).distilled
    ours, constant = Gap(), Gap()
    for page in logged.pages():
        real, told = logged.both(page, Surrogate(logged.sight, learned, logged.lab.decision(page.seed)))
        ours.add(real, told)
        constant.add(real, _always(real))
    assert ours.value()["explained"] > 0.5
    assert constant.value()["explained"] < 0.01
    assert ours.value()["calibration"] < 0.05
    assert abs(ours.value()["stars"]) < 0.3
    assert json.loads((surrogate / "surrogate.json").read_text())["gap"] == ours.value()


def _always(real: Response) -> Response:
    """Somebody who gives everything the same chance."""
    chance = np.where(np.isnan(real.chance), np.nan, np.float32(0.15)).astype(np.float32)
    return Response(real.watched, real.rating, chance, real.expected, real.action)


def test_the_same_run_and_seed_give_the_same_surrogate(
    thought: Path, surrogate: Path, tmp_path: Path
) -> None:
    distill(thought, tmp_path, steps=400)
    for file in surrogate.iterdir():
        assert (tmp_path / file.name).read_bytes() == file.read_bytes()


def test_a_run_of_surrogates_is_repeatable_and_can_be_killed(surrogate: Path, tmp_path: Path) -> None:
    values = {**LIGHT, "model": str(surrogate), "recommenders": ["random", "item_knn"]}
    first = run("crowd", values, out=tmp_path / "first")
    assert first.state == "done"
    assert different_files(first.path, run("crowd", values, out=tmp_path / "again").path) == []
    live(tmp_path / "killed", 40, {"name": "crowd", "values": values, "seeds": 1})
    assert Run(tmp_path / "killed").state == "running"
    assert different_files(first.path, resume(tmp_path / "killed").path) == []


def test_training_with_surrogates_tells_how_far_they_are_from_those_who_think(
    surrogate: Path, tmp_path: Path
) -> None:
    values = {**LIGHT, "model": str(surrogate), "candidates": 20}
    course = {"steps": 600, "envs": 15, "chapters": 1, "episodes": 10}
    train(Course(scenario="crowd", algorithm="slateq", values=values, **course), tmp_path)  # type: ignore[arg-type]
    told = scalars(tmp_path / BOARD)
    assert {"evaluation", "return", "real_reward", "gap_reward", "gap_agreement", "gap_calibration"} <= set(
        told
    )
    assert 0 <= told["gap_agreement"] <= 1
    assert 0 < told["real_reward"] < 5


def scalars(folder: Path) -> Mapping[str, float]:
    """The last value of each scalar that TensorBoard shows."""
    board: Any = EventAccumulator(str(folder))
    board.Reload()
    return {name: board.Scalars(name)[-1].value for name in board.Tags()["scalars"]}


def test_the_command_distills_and_says_how_to_name_it(thought: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["distill", str(thought), "--out", str(tmp_path / "own"), "--steps", "20"])
    assert done.exit_code == 0, done.output
    assert "the same decision about" in done.output
    assert f"--set users=surrogate --set model={tmp_path / 'own'}" in " ".join(done.output.split())


def test_what_cannot_be_distilled_is_said_in_a_sentence(tmp_path: Path) -> None:
    few = {**village.LIGHT, "dataset": "town", "agents": 3, "rounds": 1, "recommenders": ["random"]}
    light = run("crowd", few, out=tmp_path / "light").path
    with pytest.raises(UsageError, match="with language users to distill, found users 'taste'"):
        distill(light, tmp_path / "out")
    with pytest.raises(UsageError, match="No run in"):
        distill(tmp_path / "nowhere", tmp_path / "out")
    lonely = run("demo", {**THINKING, "agents": 1, "pages": 1}, out=tmp_path / "lonely").path
    with pytest.raises(UsageError, match=r"found 1 in .*lonely; run the scenario with more agents"):
        distill(lonely, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_is_no_surrogate_or_of_other_people_is_refused(surrogate: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Expected the folder of a surrogate"):
        run("crowd", {**LIGHT, "model": str(tmp_path)}, out=tmp_path / "run")
    ratings = village.write(tmp_path / "village")
    values = {**LIGHT, "dataset": str(ratings), "model": str(surrogate), "slots": 4}
    with pytest.raises(UsageError, match="Expected the data set 'town' that the surrogate in"):
        run("crowd", values, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()
