"""The vector environment tells stable-baselines3 what it wants to know."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("stable_baselines3", reason="needs stable-baselines3: pip install 'simenv[rl]'")

import gymnasium
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecEnv

import simenv.gym  # noqa: F401 - registers the environments
from simenv.errors import UsageError
from simenv.gym.sb3 import SB3VecEnv

ROWS = 4


def made(world: str = "LongTermSatisfaction-v0", **settings: Any) -> SB3VecEnv:
    """A small environment."""
    settings = {"autoreset_mode": "SameStep", "observations": "flat", **settings}
    return SB3VecEnv(gymnasium.make_vec(f"simenv/{world}", num_envs=ROWS, **settings))


def lived(env: VecEnv, steps: int) -> list[tuple[Any, ...]]:
    """What happens when the first candidates are shown."""
    env.reset()
    shown = np.zeros((ROWS, *env.action_space.shape), dtype=np.int64)
    return [env.step(shown) for _ in range(steps)]


def test_the_end_of_an_episode_comes_with_its_last_observation_and_its_return() -> None:
    env = made(pages=5)
    env.seed(3)
    *_, (before, _, _, _), (seen, _, ended, infos) = pages = lived(env, 5)
    assert ended.all()
    returns = np.sum([reward for _, reward, _, _ in pages], axis=0)
    for row, info in enumerate(infos):
        assert env.observation_space.contains(info["terminal_observation"])
        assert not np.array_equal(info["terminal_observation"], seen[row])
        assert not np.array_equal(info["terminal_observation"], before[row])
        assert info["episode"]["r"] == pytest.approx(float(returns[row]), rel=1e-6)
        assert info["episode"]["l"] == 5
        assert info["TimeLimit.truncated"] is False


def test_an_episode_that_the_horizon_cuts_short_says_so() -> None:
    _, (_, _, ended, infos) = lived(made(horizon=2), 2)
    assert ended.all()
    assert all(info["TimeLimit.truncated"] for info in infos)


def test_within_an_episode_there_is_nothing_to_tell() -> None:
    for _, _, ended, infos in lived(made(pages=5), 4):
        assert not ended.any()
        assert infos == [{}] * ROWS


def test_returns_begin_anew_with_each_episode() -> None:
    first, second = (lived(made(pages=3), 6)[page][3][0]["episode"] for page in (2, 5))
    assert first["l"] == second["l"] == 3
    assert first["r"] != second["r"]


def test_a_seed_gives_the_same_life_again() -> None:
    lives = []
    for _ in range(2):
        env = made()
        env.seed(9)
        lives.append([reward for _, reward, _, _ in lived(env, 10)])
    np.testing.assert_array_equal(*lives)


def test_masks_are_given_row_by_row_as_sb3_contrib_asks() -> None:
    env = made()
    env.reset()
    assert env.has_attr("action_masks")
    masks = np.stack(env.env_method("action_masks"))
    assert masks.shape == (ROWS, env.action_space.nvec.sum())
    assert len(env.env_method("action_masks", indices=[1, 2])) == 2


def test_an_environment_that_resets_in_another_way_is_refused() -> None:
    with pytest.raises(UsageError, match="autoreset_mode 'NextStep'; make it with autoreset_mode='SameStep'"):
        made(autoreset_mode="NextStep")


@pytest.mark.parametrize(
    "world", ["InterestEvolution-v0", "InterestExploration-v0", "LongTermSatisfaction-v0"]
)
def test_their_own_policies_learn_in_every_world(world: str) -> None:
    model = PPO("MlpPolicy", made(world), n_steps=8, batch_size=16, n_epochs=1, seed=0)
    model.learn(64)
    assert model.num_timesteps == 64
