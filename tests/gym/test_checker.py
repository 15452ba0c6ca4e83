"""The checker of vector environments finds what is wrong, and passes what Gymnasium itself makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from simenv.gym import Env, Rules, VectorEnv, check_vector_env
from tests.gym.scripted import Scripted


def made(num_envs: int, autoreset_mode: AutoresetMode) -> VectorEnv:
    """Right rows."""
    return VectorEnv(Scripted(np.arange(num_envs, dtype=np.int32)), autoreset_mode=autoreset_mode)


def single(agent: int) -> Env:
    """Right scalar environments."""
    return Env(Scripted(np.array([agent], dtype=np.int32)))


def test_a_right_environment_passes() -> None:
    check_vector_env(made, single, steps=30)


def test_gymnasiums_own_vector_of_scalar_environments_passes() -> None:
    def sync(num_envs: int, autoreset_mode: AutoresetMode) -> SyncVectorEnv[Any, Any]:
        return SyncVectorEnv(
            [lambda: gymnasium.make("CartPole-v1")] * num_envs, autoreset_mode=autoreset_mode
        )

    check_vector_env(sync, steps=60)


Break = Callable[[VectorEnv, list[Any]], None]


def seen(env: VectorEnv, result: list[Any]) -> None:
    """Not in the space."""
    result[0]["when"] = result[0]["when"] - 7


def double(env: VectorEnv, result: list[Any]) -> None:
    """Another dtype."""
    result[0]["when"] = result[0]["when"].astype(np.float64)


def shape(env: VectorEnv, result: list[Any]) -> None:
    """A column instead of numbers."""
    result[1] = result[1][:, None]


def kind(env: VectorEnv, result: list[Any]) -> None:
    """Numbers instead of truth."""
    result[2] = result[2].astype(np.int8)


def nan(env: VectorEnv, result: list[Any]) -> None:
    """Not a number."""
    result[1] = result[1] * np.float32(np.nan)


def reused(env: VectorEnv, result: list[Any]) -> None:
    """The environment's own clock."""
    result[4]["page"] = env.play.steps


def unmasked(env: VectorEnv, result: list[Any]) -> None:
    """A measure of nobody knows whom."""
    del result[4]["_page"]


def unlucky(env: VectorEnv, result: list[Any]) -> None:
    """Luck that no seed rules."""
    result[1] = result[1] * (1 + np.random.default_rng().random(5, dtype=np.float32))


def neighbour(env: VectorEnv, result: list[Any]) -> None:
    """Rows that feel each other."""
    result[1] = result[1] + (result[1] > 0) * result[1].sum() * np.float32(0.01)


def final(env: VectorEnv, result: list[Any]) -> None:
    """The new episode's sight in place of the last one's."""
    if "final_obs" in result[4]:
        for row in np.flatnonzero(result[4]["_final_obs"]):
            result[4]["final_obs"][row] = {name: column[row] for name, column in result[0].items()}


def paid(env: VectorEnv, result: list[Any]) -> None:
    """A reward for beginning."""
    result[1] = result[1] + (env.play.steps == 0).astype(np.float32)


WRONG: list[tuple[Break, str]] = [
    (seen, "not in observation_space"),
    (double, "not in observation_space"),
    (shape, "rewards are"),
    (kind, "terminated are"),
    (nan, "not finite"),
    (reused, "the same arrays as infos"),
    (unmasked, "must have a mask"),
    (unlucky, "the same seed and actions"),
    (neighbour, "differs from its scalar environment"),
    (final, "final_obs"),
    (paid, "reward 0"),
]


@pytest.mark.parametrize(("wrong", "sentence"), WRONG, ids=lambda one: getattr(one, "__name__", ""))
def test_a_wrong_step_is_found(wrong: Break, sentence: str) -> None:
    class Wrong(VectorEnv):
        def step(self, actions: Any) -> Any:
            result = list(super().step(actions))
            wrong(self, result)
            return tuple(result)

    def broken(num_envs: int, autoreset_mode: AutoresetMode) -> VectorEnv:
        return Wrong(Scripted(np.arange(num_envs, dtype=np.int32)), autoreset_mode=autoreset_mode)

    with pytest.raises(AssertionError, match=sentence):
        check_vector_env(broken, single, steps=30)


def test_wrong_promises_are_found() -> None:
    def one_row(num_envs: int, autoreset_mode: AutoresetMode) -> VectorEnv:
        return made(1, autoreset_mode)

    def one_mode(num_envs: int, autoreset_mode: AutoresetMode) -> VectorEnv:
        return made(num_envs, AutoresetMode.SAME_STEP)

    def other_space(num_envs: int, autoreset_mode: AutoresetMode) -> VectorEnv:
        env = made(num_envs, autoreset_mode)
        env.action_space = gymnasium.spaces.Discrete(3)
        return env

    for make, sentence in (
        (one_row, "num_envs is 1"),
        (one_mode, "autoreset_mode"),
        (other_space, "action_space must be 5 times"),
    ):
        with pytest.raises(AssertionError, match=sentence):
            check_vector_env(make, steps=30)


def test_a_mask_that_begins_everybody_is_found() -> None:
    class Careless(VectorEnv):
        def reset(self, *, seed: int | None = None, options: Any = None) -> Any:  # noqa: ARG002
            return super().reset(seed=seed)

    def broken(num_envs: int, autoreset_mode: AutoresetMode) -> VectorEnv:
        return Careless(Scripted(np.arange(num_envs, dtype=np.int32)), autoreset_mode=autoreset_mode)

    with pytest.raises(AssertionError, match="must leave other rows alone"):
        check_vector_env(broken, steps=30)


def test_steps_after_the_end_that_go_on_are_found() -> None:
    class Endless(VectorEnv):
        def step(self, actions: Any) -> Any:
            self.play.over[:] = False
            return super().step(actions)

    def broken(num_envs: int, autoreset_mode: AutoresetMode) -> VectorEnv:
        kind = Endless if autoreset_mode is AutoresetMode.DISABLED else VectorEnv
        return kind(Scripted(np.arange(num_envs, dtype=np.int32)), autoreset_mode=autoreset_mode)

    with pytest.raises(AssertionError, match="a step after the end must be refused"):
        check_vector_env(broken, steps=30)


def test_episodes_that_never_end_are_not_enough() -> None:
    def endless(num_envs: int, autoreset_mode: AutoresetMode) -> VectorEnv:
        stage = Scripted(np.arange(num_envs, dtype=np.int32))
        return VectorEnv(stage, Rules(horizon=100), autoreset_mode=autoreset_mode)

    with pytest.raises(AssertionError, match="no episode ended in 2 steps"):
        check_vector_env(endless, steps=2)
