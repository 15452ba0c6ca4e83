"""Training the model that people think with, from the command line to its card."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from agents.behaviour.plan import Plan
from agents.card import calibration_of
from agents.language_policy import Calibration
from agents.prompts import prompts
from scenarios import training
from scenarios.training import card_in_words, publish, train_behaviour
from simenv import cli
from simenv.errors import UsageError
from simenv.types import Dataset
from tests.agents.behaviour.small import PLAN, village


def people_of(name: str) -> Dataset:
    """The village, under any name."""
    return replace(village(), name=name)


def test_without_torch_the_way_out_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "load", people_of)
    for module in [name for name in sys.modules if name.startswith("agents.behaviour.training")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(UsageError, match=r"found no module 'torch'; install it with: pip install 'simenv"):
        train_behaviour(["village"], PLAN, tmp_path, lambda *_: None)


def test_a_data_set_that_does_not_exist_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No dataset named 'vilage'"):
        train_behaviour(["vilage"], PLAN, tmp_path / "new", lambda *_: None)
    assert not (tmp_path / "new").exists()


Made = tuple[Path, dict[str, Any], list[int]]
"""The folder of a training, its card, and the steps that its watcher was told of."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """One training of the village, looked at from all sides."""
    torch = pytest.importorskip("torch", reason="torch is not installed; it is needed only for training")

    torch.set_num_threads(1)
    told: list[int] = []

    def watcher(done: int, steps: int, losses: Mapping[str, float]) -> None:
        assert steps == PLAN.steps
        assert set(losses) == {"watch", "stars", "leave", "titles", "twins"}
        told.append(done)

    folder = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "load", people_of)
        card = train_behaviour(["village"], PLAN, folder, watcher)
    return folder, card, told


def test_the_watcher_is_told_of_every_step(made: Made) -> None:
    assert made[2] == list(range(1, PLAN.steps + 1))


def test_the_card_says_where_the_model_comes_from(made: Made) -> None:
    folder, card, _ = made
    content = (folder / "model.gguf").read_bytes()
    assert json.loads((folder / "model.json").read_bytes()) == card
    assert (card["sha256"], card["bytes"]) == (sha256(content).hexdigest(), len(content))
    assert card["prompts"] == prompts()["version"]
    assert Plan(**card["plan"]) == PLAN
    assert card["shape"]["layers"] == 2
    (data,) = card["data"]
    assert (data["name"], data["sha256"]) == ("village", village().sha256)


def test_the_model_is_measured_on_people_kept_apart_and_read_as_its_card_says(made: Made) -> None:
    folder, card, _ = made
    assert 0 < card["validation"]["people"] <= PLAN.validation_people
    assert 0.5 < card["validation"]["auc"] <= 1
    learned = card["calibration"]
    assert learned["prevalence"] == 0.5
    expected = Calibration(learned["slope"], learned["intercept"])
    assert calibration_of(str(folder / "model.gguf")) == expected


def test_going_on_with_a_training_that_is_over_publishes_the_same_again(made: Made) -> None:
    folder, card, _ = made
    before = (folder / "model.gguf").read_bytes()
    assert publish([village()], folder) == card
    assert (folder / "model.gguf").read_bytes() == before


def test_the_words_for_people_say_what_it_is_worth_and_where_it_is(made: Made) -> None:
    folder, card, _ = made
    words = " ".join(card_in_words(card, folder))
    assert f"On {card['validation']['people']} people" in words
    assert f"AUC {card['validation']['auc']:.3f}" in words
    assert str(folder / "model.gguf") in words


def test_nothing_to_say_is_said_as_unknown() -> None:
    card = {
        "validation": {"people": 3, "auc": 0.75, "auc_matched": None},
        "calibration": {"slope": 1.0, "intercept": 0.0, "prevalence": 0.5},
        "bytes": 10**6,
    }
    assert "AUC 0.750 against items they never rated, unknown against" in card_in_words(card, Path("x"))[0]


def test_the_command_trains_by_the_values_it_is_given_and_says_what_came_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[object] = []

    def train(names: tuple[str, ...], plan: Plan, out: Path, watcher: training.Watcher) -> dict[str, object]:
        asked.extend([names, asdict(plan), out])
        watcher(1, plan.steps, {"watch": 0.5})
        return {
            "validation": {"people": 7, "auc": 0.875, "auc_matched": 0.625},
            "calibration": {"slope": 1.25, "intercept": -0.5, "prevalence": 0.5},
            "bytes": 6_400_000,
        }

    monkeypatch.setattr(training, "train_behaviour", train)
    arguments = ["simenv", "train", "behaviour", "--out", str(tmp_path), "--steps", "9", "--seed", "4"]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    assert asked == [("ml-1m", "ml-100k", "town"), asdict(Plan(steps=9, seed=4)), tmp_path]
    said = " ".join(capsys.readouterr().out.split())
    assert "On 7 people it never met: AUC 0.875" in said
    assert "slope 1.25" in said
    assert "(6.4 MB)" in said
