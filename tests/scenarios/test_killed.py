"""A run that is killed and resumed, however often, equals the run that nobody disturbed."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenarios.running import resume, run
from simenv.errors import UsageError
from simenv.luck import stream
from simenv.records.run import Run
from simenv.records.same import different_files
from tests.scenarios import village
from tests.scenarios.mortal import live


@dataclass
class Undisturbed:
    """A run that nobody killed, and how it was asked for."""

    begin: Mapping[str, Any]
    path: Path


@pytest.fixture(scope="module")
def light(data: str, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """Everybody light, several days, two seeds."""
    values = {**village.LIGHT, "dataset": data, "agents": 15}
    return _undisturbed(values, 2, tmp_path_factory.mktemp("light"))


@pytest.fixture(scope="module")
def thinking(data: str, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """Everybody thinking in the embedded model."""
    values = {**village.THINKING, "dataset": data}
    return _undisturbed(values, 1, tmp_path_factory.mktemp("thinking"))


def _undisturbed(values: Mapping[str, Any], seeds: int, folder: Path) -> Undisturbed:
    begin = {"name": "crowd", "values": values, "seeds": seeds}
    return Undisturbed(begin, run("crowd", values, seeds=seeds, out=folder / "run").path)


def _moments(chain: int, last: int) -> list[int]:
    """When two processes die: as they open or rename their so many-th file."""
    luck = stream(2024, "moments").uniform(chain, np.arange(2))
    return [5 + int((last - 5) * moment) for moment in luck]


@pytest.mark.parametrize("chain", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(1, 12))])
def test_a_run_of_light_agents_survives_being_killed(light: Undisturbed, tmp_path: Path, chain: int) -> None:
    killed = _killed(light, tmp_path / "killed", _moments(chain, 75))
    assert different_files(light.path, resume(killed).path) == []


def test_a_run_of_thinking_agents_survives_being_killed(thinking: Undisturbed, tmp_path: Path) -> None:
    killed = _killed(thinking, tmp_path / "killed", [13])
    assert different_files(thinking.path, resume(killed).path) == []


@pytest.mark.slow
@pytest.mark.parametrize("chain", range(5))
def test_a_run_of_thinking_agents_survives_being_killed_at_any_moment(
    thinking: Undisturbed, tmp_path: Path, chain: int
) -> None:
    killed = _killed(thinking, tmp_path / "killed", _moments(100 + chain, 22))
    assert different_files(thinking.path, resume(killed).path) == []


def test_a_run_killed_before_it_had_a_manifest_is_none(light: Undisturbed, tmp_path: Path) -> None:
    assert live(tmp_path / "early", 3, light.begin) == -signal.SIGKILL
    with pytest.raises(UsageError, match="No run in"):
        resume(tmp_path / "early")


def test_a_run_killed_as_soon_as_it_had_a_manifest_goes_on(light: Undisturbed, tmp_path: Path) -> None:
    killed = _killed(light, tmp_path / "early", [4])
    assert different_files(light.path, resume(killed).path) == []
    assert Run(killed).catalog == Run(light.path).catalog


def test_a_recommender_without_a_state_begins_its_world_anew(
    data: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {**village.LIGHT, "dataset": data, "agents": 10}
    values |= {"recommenders": ["popularity", "tests.scenarios.parts:Forgetful"]}
    begin = {"name": "crowd", "values": values, "seeds": 1}
    whole = run("crowd", values, out=tmp_path / "whole").path
    killed = _killed(Undisturbed(begin, whole), tmp_path / "killed", [55])
    assert Run(killed).parts("pages", 0, "tests.scenarios.parts:Forgetful")
    assert different_files(whole, resume(killed).path) == []


def _killed(whole: Undisturbed, path: Path, moments: list[int]) -> Path:
    """A run like the given one that was killed at several moments, and is not over."""
    for number, moment in enumerate(moments):
        assert live(path, moment, None if number else whole.begin) == -signal.SIGKILL
        assert Run(path).state == "running"
    return path
