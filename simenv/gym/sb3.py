"""The vector environment as stable-baselines3 takes it.

>>> import gymnasium, simenv.gym
>>> from simenv.gym.sb3 import SB3VecEnv
>>> env = gymnasium.make_vec("simenv/LongTermSatisfaction-v0", num_envs=64, observations="flat",
...                          autoreset_mode="SameStep")
>>> model = stable_baselines3.PPO("MlpPolicy", SB3VecEnv(env))
"""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode
from stable_baselines3.common.vec_env import VecEnv

from simenv.errors import UsageError
from simenv.types import FloatArray, IntArray

Told = tuple[Any, FloatArray, npt.NDArray[np.bool_], list[dict[str, Any]]]


class SB3VecEnv(VecEnv):
    """The same rows, with what stable-baselines3 wants to know where an episode ends.

    The info of a row whose episode has ended holds ``terminal_observation``, ``TimeLimit.truncated`` and, as
    its Monitor would write it, ``episode``: return ``r`` and length ``l``, and seconds since the start ``t``.

    Args:
        env: with ``autoreset_mode="SameStep"``.

    Raises:
        UsageError: the environment begins its next episodes in another way.
    """

    def __init__(self, env: gymnasium.vector.VectorEnv[Any, Any, Any]) -> None:
        mode = env.metadata.get("autoreset_mode")
        if mode is not AutoresetMode.SAME_STEP:
            raise UsageError(
                "Expected an environment that begins the next episode in the step that ends one, found "
                f"autoreset_mode {getattr(mode, 'value', mode)!r}; make it with autoreset_mode='SameStep'."
            )
        self.env = env
        self._began = perf_counter()
        self._returns: FloatArray = np.zeros(env.num_envs, dtype=np.float32)
        self._lengths: IntArray = np.zeros(env.num_envs, dtype=np.int32)
        super().__init__(env.num_envs, env.single_observation_space, env.single_action_space)

    def reset(self) -> Any:
        """Begin an episode in every row, under the seed that ``seed`` has named, if any."""
        seen, _ = self.env.reset(seed=self._seeds[0])
        self._reset_seeds()
        self._returns[:], self._lengths[:] = 0, 0
        return seen

    def step_async(self, actions: npt.NDArray[Any]) -> None:
        """Keep the actions until ``step_wait``."""
        self._actions = actions

    def step_wait(self) -> Told:
        """Show every row its slate."""
        seen, reward, terminated, truncated, told = self.env.step(self._actions)
        self._returns += reward
        self._lengths += 1
        ended = terminated | truncated
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for row in np.flatnonzero(ended).tolist():
            infos[row] = {
                "terminal_observation": told["final_obs"][row],
                "TimeLimit.truncated": bool(truncated[row]),
                "episode": {
                    "r": float(self._returns[row]),
                    "l": int(self._lengths[row]),
                    "t": perf_counter() - self._began,
                },
            }
        self._returns[ended], self._lengths[ended] = 0, 0
        return seen, reward, ended, infos

    def close(self) -> None:
        """Close the environment."""
        self.env.close()

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """An attribute of the environment, which all rows share."""
        return [getattr(self.env, attr_name)] * len(self._indices(indices))

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:  # noqa: ARG002
        """Set an attribute of the environment, which all rows share."""
        setattr(self.env, attr_name, value)

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **kwargs: Any) -> list[Any]:
        """What a method of the environment gives, row by row; sb3-contrib asks for ``action_masks``."""
        given = getattr(self.env, method_name)(*args, **kwargs)
        return [given[row] for row in self._indices(indices)]

    def env_is_wrapped(self, wrapper_class: type, indices: Any = None) -> list[bool]:
        """Whether the environment is such a wrapper."""
        return [isinstance(self.env, wrapper_class)] * len(self._indices(indices))

    def _indices(self, indices: Any) -> Sequence[int]:
        return list(self._get_indices(indices))
