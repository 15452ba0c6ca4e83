"""What the numbers of an environment are like, from some pages of random slates before any training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommenders.slateq.minds import Units
from recommenders.towers import Scales, Shape
from scenarios.rl.arena import Arena, same_step
from scenarios.rl.evaluating import RandomSlates, seed_of, situation, whole
from simenv.types import BoolArray, FloatArray

_PAGES, _LEAST = 100, 1e-3


@dataclass(frozen=True)
class Sounding:
    """How wide observations are, how they are spread, and what rewards are like."""

    shape: Shape
    scales: Scales
    units: Units

    @classmethod
    def of(cls, arena: Arena, rows: int, gamma: float, seed: int) -> Sounding:
        """Measure them."""
        env = arena.vector(rows, observations="pairs", actions="slate", **same_step())
        random = RandomSlates(arena.slots, seed)
        seen, _ = env.reset(seed=seed_of(seed, "sounding", 0))
        states, features, rewards, ends = [], [], [], []
        for _ in range(_PAGES):
            now = situation(seen)
            states.append(now.state)
            features.append(now.features.reshape(-1, now.features.shape[2]))
            seen, reward, terminated, *_ = env.step(whole(random(now)))
            rewards.append(reward)
            ends.append(terminated)
        env.close()
        scales = Scales(_moments(states), _moments(features))
        shape = Shape(len(scales.state[0]), len(scales.features[0]))
        return cls(shape, scales, _units(np.stack(rewards), np.stack(ends), gamma))


def _units(rewards: FloatArray, ends: BoolArray, gamma: float) -> Units:
    """From the rewards of pages, and where lives ended for good: (pages, rows) each."""
    follows, total = np.zeros(rewards.shape[1]), 0.0
    for reward, end in zip(rewards[::-1], ends[::-1], strict=True):
        follows = np.where(end, 0, gamma * follows)
        total += float(follows.mean())
        follows += reward
    spread = float(rewards.std(dtype=np.float64))
    return Units(max(spread, _LEAST), max(abs(total) / len(rewards), _LEAST))


def _moments(tables: list[FloatArray]) -> tuple[FloatArray, FloatArray]:
    table = np.concatenate(tables).astype(np.float64)
    return table.mean(axis=0).astype(np.float32), table.std(axis=0).astype(np.float32)
