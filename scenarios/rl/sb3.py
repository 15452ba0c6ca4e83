"""The algorithms of stable-baselines3 and sb3-contrib as students."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from gymnasium.spaces import Dict
from sb3_contrib import MaskablePPO
from stable_baselines3 import A2C, DQN, PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.torch_layers import CombinedExtractor
from stable_baselines3.common.utils import set_random_seed
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper

from recommenders.choosers import Highest
from recommenders.slateq.replay import LongArray, Situation
from scenarios.rl.arena import Arena, same_step
from scenarios.rl.evaluating import seed_of
from scenarios.rl.policies import CandidatePolicy, MaskableSlatePolicy, SlatePolicy
from scenarios.rl.sounding import Sounding
from scenarios.rl.student import Scalars
from scenarios.rl.tensors import Columns, moments_of, set_moments, set_weights, weights_of
from simenv.gym.sb3 import SB3VecEnv
from simenv.protocols import State

_ROOM = 128_000_000
"""Bytes that observations may take in a replay buffer."""


@dataclass(frozen=True)
class Kind:
    """One of their algorithms, and how it is used here.

    Args:
        algorithm, policy: the classes.
        actions: the form of actions.
        settings: from how many rows there are and how many numbers they see to keyword arguments.
    """

    algorithm: Callable[..., Any]
    policy: type
    actions: str
    settings: Callable[[int, int], Mapping[str, Any]] = field(default=lambda _rows, _wide: {})


def _ppo(rows: int, _: int) -> Mapping[str, Any]:
    return {
        "batch_size": min(rows * 16, 1024),
        "gae_lambda": 1.0,  # what a page does shows many pages later
        "learning_rate": 3e-4,
        "n_epochs": 4,
        "n_steps": 16,
    }


def _dqn(rows: int, wide: int) -> Mapping[str, Any]:
    return {
        "batch_size": 256,
        "buffer_size": int(np.clip(_ROOM // (8 * wide), 2000, 100_000)),
        "exploration_fraction": 0.4,
        "gradient_steps": max(rows // 64, 1),
        "learning_rate": 1e-3,
        "learning_starts": 3000,
        "target_update_interval": 200 * 64,
        "train_freq": 1,
    }


KINDS = {
    "a2c": Kind(A2C, SlatePolicy, "slate", lambda _rows, _wide: {"n_steps": 16}),
    "dqn": Kind(DQN, CandidatePolicy, "one", _dqn),
    "maskable_ppo": Kind(MaskablePPO, MaskableSlatePolicy, "slate", _ppo),
    "ppo": Kind(PPO, SlatePolicy, "slate", _ppo),
}


class Sb3Student:
    """One of their algorithms with networks that look at candidates.

    Their luck is that of Python, numpy and torch as a whole; it is set anew for each chapter.

    Args:
        total: pages of the whole training, over which exploration falls.
    """

    def __init__(self, kind: Kind, arena: Arena, rows: int, total: int, seed: int) -> None:
        self._seed, self._total = seed, total
        sounding = Sounding.of(arena, rows, arena.gamma, seed)
        self.shape = sounding.shape
        raw = arena.vector(rows, observations="pairs", actions=kind.actions, **same_step())
        self._env = _Rewarded(SB3VecEnv(raw), 1 / sounding.units.life)
        self._model = learner(kind, self._env, sounding, arena.gamma, seed)
        self._slots = raw.play.stage.slots

    def study(self, chapter: int, pages: int) -> Scalars:
        """Learn from so many pages of all rows together."""
        seed, model = seed_of(self._seed, "chapter", chapter), self._model
        set_random_seed(seed)
        model.action_space.seed(seed)
        self._env.seed(seed)
        model._last_obs = None  # so that it begins with a reset
        told = _Told(self._total)
        model.learn(pages, callback=told, log_interval=None, reset_num_timesteps=False)
        return told.scalars()

    def choose(self, seen: Situation) -> LongArray:
        """The most likely slates; of a candidate's values the highest ones."""
        return Highest(self._towers).slates(seen, self._slots)

    def model(self) -> Mapping[str, npt.NDArray[np.generic]]:
        """The towers that score candidates."""
        return weights_of(self._towers, "")

    def state(self) -> State:
        """Policy, optimiser, replay buffer where there is one, and counters."""
        model = self._model
        counters = [getattr(model, name, 0) for name in _COUNTERS]
        kept = {
            **weights_of(model.policy, "policy."),
            **moments_of(model.policy.optimizer, "optimiser."),
            "counters": np.array(counters, dtype=np.int64),
        }
        return kept | _buffered(getattr(model, "replay_buffer", None))

    def restore(self, state: State) -> None:
        """Continue exactly from there."""
        model = self._model
        set_weights(model.policy, state, "policy.")
        set_moments(model.policy.optimizer, state, "optimiser.")
        for name, count in zip(_COUNTERS, state["counters"], strict=True):
            setattr(model, name, int(count))
        _refill(getattr(model, "replay_buffer", None), state)

    @property
    def _towers(self) -> torch.nn.Module:
        policy = self._model.policy
        towers: torch.nn.Module = policy.actor if hasattr(policy, "actor") else policy.q_net.q_net
        return towers


def learner(kind: Kind, env: VecEnv, sounding: Sounding, gamma: float, seed: int) -> Any:
    """One of their algorithms, with networks that look at candidates, before it has learned anything.

    Args:
        env: its observations are pairs.
        gamma: how much the next page counts beside this one.
    """
    spaces = cast(Dict, env.observation_space).spaces.values()
    wide = sum(int(np.prod(cast(tuple[int, ...], space.shape))) for space in spaces)
    design = {
        "design": (sounding.shape, sounding.scales, seed),
        "features_extractor_class": CombinedExtractor,
    }
    settings = {"policy_kwargs": design, "gamma": gamma, "device": "cpu"}
    return kind.algorithm(kind.policy, env, **settings, **kind.settings(env.num_envs, wide))


_COUNTERS = ("num_timesteps", "_n_updates", "_n_calls", "_episode_num")


class _Rewarded(VecEnvWrapper):
    """Rewards times a number; the returns in the infos stay as they were."""

    def __init__(self, venv: SB3VecEnv, factor: float) -> None:
        super().__init__(venv)
        self._factor = np.float32(factor)

    def reset(self) -> Any:
        """As it is."""
        return self.venv.reset()

    def step_wait(self) -> Any:
        """With scaled rewards."""
        seen, reward, ended, infos = self.venv.step_wait()
        return seen, reward * self._factor, ended, infos


class _Told(BaseCallback):
    """Listens to what an algorithm says of itself, and tells it how long the whole training is."""

    def __init__(self, total: int) -> None:
        super().__init__()
        self._whole = total
        self._losses: dict[str, list[float]] = {}

    def scalars(self) -> Scalars:
        """Means over the chapter."""
        returns = [episode["r"] for episode in self.model.ep_info_buffer or ()]
        losses = {name: fmean(values) for name, values in self._losses.items()}
        return {"return": fmean(returns) if returns else float("nan"), **losses}

    def _on_training_start(self) -> None:
        self.model._total_timesteps = self._whole

    def _on_step(self) -> bool:
        return True

    def _on_rollout_start(self) -> None:
        for name, value in self.logger.name_to_value.items():
            if name.startswith("train/"):
                self._losses.setdefault(name.removeprefix("train/"), []).append(float(value))


def _buffered(buffer: Any) -> Columns:
    """The filled part of a replay buffer."""
    if buffer is None:
        return {}
    filled = buffer.buffer_size if buffer.full else buffer.pos
    kept = {f"buffer.{name}": getattr(buffer, name)[:filled] for name in _PLAIN}
    for side in _SIDES:
        kept |= {f"buffer.{side}.{name}": column[:filled] for name, column in getattr(buffer, side).items()}
    return kept | {"buffer.place": np.array([buffer.pos, int(buffer.full)])}


def _refill(buffer: Any, state: State) -> None:
    """Fill a replay buffer with what another one held."""
    if buffer is None:
        return
    filled = len(state["buffer.rewards"])
    for name in _PLAIN:
        getattr(buffer, name)[:filled] = state[f"buffer.{name}"]
    for side in _SIDES:
        for name, column in getattr(buffer, side).items():
            column[:filled] = state[f"buffer.{side}.{name}"]
    buffer.pos, buffer.full = int(state["buffer.place"][0]), bool(state["buffer.place"][1])


_PLAIN = ("actions", "rewards", "dones", "timeouts")
_SIDES = ("observations", "next_observations")
