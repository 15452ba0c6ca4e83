"""How much of its pace a learner keeps in our environments, beside one that answers at once."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import numpy as np
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper

from recommenders.threads import one_thread
from scenarios.rl.arena import Arena, same_step
from scenarios.rl.sb3 import KINDS, learner
from scenarios.rl.sounding import Sounding
from simenv.gym.sb3 import SB3VecEnv

ROWS, SEED, ROUNDS = 64, 1, 3
PAGES = {"LongTermSatisfaction-v0": 32_768, "crowd": 4_096}
"""Pages of a round: the networks of a feed, with its hundred candidates, are much slower."""


def bench_learning_rate() -> list[dict[str, object]]:
    """Pages a second of PPO, as `simenv train` has it, learning included."""
    with one_thread():
        return [_row(name, pages) for name, pages in PAGES.items()]


class Still(VecEnvWrapper):
    """Answers at once, and always the same: nothing depends on what it is shown."""

    def __init__(self, venv: VecEnv) -> None:
        super().__init__(venv)
        ends = np.zeros(venv.num_envs, dtype=np.bool_)
        rewards = np.zeros(venv.num_envs, dtype=np.float32)
        self._answer: Any = (venv.reset(), rewards, ends, [{} for _ in ends])

    def reset(self) -> Any:
        """The first observation of the other one."""
        return self._answer[0]

    def step_async(self, actions: Any) -> None:
        """Forget the actions."""

    def step_wait(self) -> Any:
        """The same answer."""
        return self._answer


def rates(name: str, pages: int) -> tuple[float, float]:
    """Pages a second in the environment, and in one that answers at once: the best of several rounds each."""
    arena, kind = Arena.of(name, {}), KINDS["ppo"]
    sounding = Sounding.of(arena, ROWS, arena.gamma, SEED)
    raw = arena.vector(ROWS, observations="pairs", actions=kind.actions, **same_step())
    ours = SB3VecEnv(raw)
    learners = [learner(kind, env, sounding, arena.gamma, SEED) for env in (ours, Still(ours))]
    for one in learners:
        one.learn(ROWS)
    lived, still = zip(*((_rate(one, pages) for one in learners) for _ in range(ROUNDS)), strict=True)
    return max(lived), max(still)


def _rate(one: Any, pages: int) -> float:
    start = perf_counter()
    one.learn(pages)
    return pages / (perf_counter() - start)


def _row(name: str, pages: int) -> dict[str, object]:
    ours, still = rates(name, pages)
    return {
        "bench": "env",
        "case": f"PPO learning in {name}, {ROWS} people",
        "value": ours,
        "unit": "user-steps/s",
        "baseline": f"the same where the environment answers at once: {still:,.0f}/s",
        "ratio": ours / still,
    }
