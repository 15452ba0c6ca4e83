"""What was trained on a feed is a recommender that any scenario can name, and does there what it did here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("stable_baselines3", reason="needs stable-baselines3: pip install 'simenv[rl]'")

from typer.testing import CliRunner

from recommenders.choosers import InTiles, chooser
from recommenders.saved import Saved
from recommenders.towers import Shape
from scenarios import run
from scenarios.building import Lab
from scenarios.loading import load_scenario
from scenarios.rl.arena import Arena
from scenarios.rl.course import Course
from scenarios.rl.evaluating import situation, whole
from scenarios.rl.training import train
from simenv.cli import app
from simenv.errors import UsageError
from simenv.loop import loop
from tests.scenarios.village import write

DAYS, SEED = 4, 7
Page = tuple[int, int, int]
"""Who, on which day, on which page."""


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A small feed."""
    ratings = write(tmp_path_factory.mktemp("village"))
    return {"dataset": str(ratings), "agents": 60, "rounds": DAYS, "pages": 3, "slots": 4, "candidates": 20}


def course(values: dict[str, Any], algorithm: str = "slateq") -> Course:
    """A short training."""
    return Course(
        scenario="crowd", algorithm=algorithm, values=values, steps=800, envs=20, chapters=1, episodes=20
    )


def _of_the_scenario(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != "candidates"}


def in_a_run(values: dict[str, Any], model: Path) -> dict[Page, list[int]]:
    """Which items everybody was shown in a run."""
    plain = _of_the_scenario(values)
    lab = Lab.of(load_scenario("crowd", {**plain, "recommenders": [f"model:{model}"]}))
    recommender = lab.recommender(lab.scenario.recommenders[0], SEED)
    shown = {}
    for step in loop(lab.world(SEED), recommender, lab.scenario.slots):
        visit = step.slate.visit
        clock = zip(visit.rows.tolist(), visit.round.tolist(), visit.page.tolist(), strict=True)
        shown |= dict(zip(clock, step.slate.items.tolist(), strict=True))
    return shown


def in_the_environment(values: dict[str, Any], model: Path) -> dict[Page, list[int]]:
    """Which items everybody was shown in the environment."""
    known = Saved.read(model)
    learned = InTiles(
        chooser(known.about["algorithm"], "independent", Shape(**known.about["shape"]), known.columns)
    )
    env = Arena.of("crowd", values).vector(60, observations="pairs", autoreset_mode="Disabled")
    seen, _ = env.reset(seed=SEED)
    stage: Any = env.play.stage
    shown, over = {}, np.zeros(60, dtype=np.bool_)
    while not over.all():
        chosen = learned.slates(situation(seen), 4)
        items = np.take_along_axis(stage.stage.observe(env.play.rows)["offered"], chosen.clip(min=0), axis=1)
        seen, _, terminated, truncated, told = env.step(whole(chosen))
        for row in np.flatnonzero(~over).tolist():
            shown[row, int(told["day"][row]), int(told["page"][row])] = items[row].tolist()
        over |= terminated | truncated
        if (terminated | truncated).any():
            seen, _ = env.reset(options={"reset_mask": terminated | truncated})
    return shown


@pytest.mark.parametrize("algorithm", ["slateq", "ppo"])
def test_in_a_run_it_shows_what_it_shows_in_the_environment(
    algorithm: str, values: dict[str, Any], tmp_path: Path
) -> None:
    train(course(values, algorithm), tmp_path)
    there, here = in_the_environment(values, tmp_path), in_a_run(values, tmp_path)
    assert len(here) > 300
    assert there == here


@pytest.mark.parametrize("algorithm", ["linucb", "thompson"])
def test_a_bandit_that_was_killed_ends_as_one_that_never_was(
    algorithm: str, values: dict[str, Any], tmp_path: Path
) -> None:
    plan = replace(course(_of_the_scenario(values), algorithm), steps=600)
    whole_one = train(plan, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train(plan, tmp_path / "killed", _kill)
    assert train(plan, tmp_path / "killed") == whole_one
    assert len(whole_one) == 4
    for name in ("model.safetensors", "checkpoint.safetensors"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "killed" / name).read_bytes()


def _kill(done: int, _total: int, _scalars: object) -> None:
    if done == 2:
        raise KeyboardInterrupt


def test_a_run_names_it_beside_others_and_can_be_resumed(values: dict[str, Any], tmp_path: Path) -> None:
    train(course(values), tmp_path / "model")
    plain = _of_the_scenario(values)
    arms = ["popularity", {"name": "learned", "use": f"model:{tmp_path / 'model'}"}]
    done = run("crowd", {**plain, "recommenders": arms}, out=tmp_path / "run")
    assert done.state == "done"
    assert {row.arm for row in done.measures()} == {"popularity", "learned"}


def test_the_command_trains_and_says_what_to_do_next(
    values: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    changes = [word for key, value in values.items() for word in ("--set", f"{key}={value}")]
    done = CliRunner().invoke(
        app, ["train", "--algorithm", "slateq", "--steps", "800", "--envs", "20", *changes]
    )
    assert done.exit_code == 0, done.output
    assert "with random slates" in done.output
    assert (
        "simenv run crowd --set 'recommenders=[popularity, item_knn, model:trained/crowd-slateq]'"
        in done.output
    )
    assert Saved.read(tmp_path / "trained" / "crowd-slateq").about["algorithm"] == "slateq"


def test_an_option_among_the_values_is_told_how_it_is_written() -> None:
    done = CliRunner().invoke(app, ["train", "--set", "steps=300"])
    assert isinstance(done.exception, UsageError)
    assert "an option of its own; write --steps 300" in str(done.exception)


def test_too_many_environments_are_refused_in_a_sentence(values: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Expected at most 60 environments, one for each agent, found 61"):
        train(replace(course(values), envs=61), tmp_path / "out")
