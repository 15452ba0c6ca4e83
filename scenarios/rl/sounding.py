"""What the numbers of an environment are like, from some pages of random slates before any training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommenders.towers import Scales, Shape
from scenarios.rl.arena import Arena, same_step
from scenarios.rl.evaluating import seed_of, situation
from simenv.luck import stream
from simenv.types import FloatArray

_PAGES, _FIRST = 100, 20
"""Pages that are tried, and how many of them pass before returns are counted."""


@dataclass(frozen=True)
class Sounding:
    """How wide observations are, how they are spread, and what rewards are to be multiplied with.

    Args:
        reward: one over the standard deviation of discounted returns, as VecNormalize of stable-baselines3
            scales rewards, but measured once, so that it is the same throughout.
    """

    shape: Shape
    scales: Scales
    reward: float

    @classmethod
    def of(cls, arena: Arena, rows: int, gamma: float, seed: int) -> Sounding:
        """Measure them."""
        env = arena.vector(rows, observations="pairs", actions="slate", **same_step())
        luck, slots = stream(seed, "train.sounding"), env.play.stage.slots
        seen, _ = env.reset(seed=seed_of(seed, "sounding", 0))
        states, features, total, returns = [], [], np.zeros(rows), []
        for page in range(_PAGES):
            now = situation(seen)
            states.append(now.state)
            features.append(now.features.reshape(-1, now.features.shape[2]))
            draws = luck.uniform(page, np.arange(rows)[:, None], np.arange(env.play.stage.candidates))
            seen, reward, *_ = env.step(np.argsort(draws, axis=1)[:, :slots])
            total = gamma * total + reward
            returns.append(total.copy())
        env.close()
        spread = float(np.std(np.stack(returns)[_FIRST:]))
        scales = Scales(_moments(states), _moments(features))
        return cls(Shape(len(scales.state[0]), len(scales.features[0])), scales, 1 / max(spread, 1e-3))


def _moments(tables: list[FloatArray]) -> tuple[FloatArray, FloatArray]:
    whole = np.concatenate(tables).astype(np.float64)
    return whole.mean(axis=0).astype(np.float32), whole.std(axis=0).astype(np.float32)
