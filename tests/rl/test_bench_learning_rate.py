"""The bench of learning compares the same learner in two places."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("stable_baselines3", reason="needs stable-baselines3: pip install 'simenv[rl]'")

from scenarios.bench import learning_rate as bench
from scenarios.rl.arena import Arena, same_step
from simenv.gym.sb3 import SB3VecEnv


def test_an_environment_that_answers_at_once_looks_like_the_other_and_never_changes() -> None:
    arena = Arena.of("LongTermSatisfaction-v0", {})
    ours = SB3VecEnv(arena.vector(3, observations="pairs", **same_step()))
    still = bench.Still(ours)
    assert still.observation_space == ours.observation_space
    first = still.reset()
    seen, reward, ended, infos = still.step(np.zeros((3, *ours.action_space.shape), dtype=np.int64))
    assert seen is first
    assert not reward.any()
    assert not ended.any()
    assert infos == [{}, {}, {}]


def test_the_ratio_is_that_of_both_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "PAGES", {"LongTermSatisfaction-v0": 128})
    monkeypatch.setattr(bench, "ROWS", 4)
    (row,) = bench.bench_learning_rate()
    assert float(str(row["value"])) > 0
    assert float(str(row["ratio"])) > 0
    assert "answers at once" in str(row["baseline"])
