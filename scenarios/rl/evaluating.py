"""How good a recommender is in an environment: episodes of people, each once, with a 95 % interval."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from recommenders.slateq.replay import Situation
from scenarios.rl.arena import Arena, same_step
from simenv.luck import stream
from simenv.types import BoolArray, Estimate, FloatArray

Chooser = Callable[[Situation], npt.NDArray[np.int64]]
"""From what is known to candidates, int64 (rows, slots), -1 in empty slots."""


def evaluate(arena: Arena, choose: Chooser, episodes: int, seed: int) -> Estimate:
    """The mean return of one episode of each of some people, with its 95 % interval over them."""
    rows = min(episodes, arena.people or episodes)
    env = arena.vector(rows, evaluation=True, observations="pairs", **same_step())
    seen, _ = env.reset(seed=seed_of(seed, "evaluation", 0))
    total, running = np.zeros(rows), np.ones(rows, dtype=np.bool_)
    while running.any():
        seen, reward, terminated, truncated, _ = env.step(whole(choose(situation(seen))))
        total += np.where(running, reward, 0)
        running &= ~(terminated | truncated)
    env.close()
    return estimate(total)


class RandomSlates:
    """Any candidates that may be shown: what every recommender must beat."""

    def __init__(self, slots: int, seed: int) -> None:
        self._slots, self._luck, self._page = slots, stream(seed, "train.random"), 0

    def __call__(self, seen: Situation) -> npt.NDArray[np.int64]:
        """Others on every page."""
        self._page += 1
        return drawn(self._luck.uniform(self._page, *lanes(seen.open.shape)), seen.open, self._slots)


def drawn(luck: FloatArray, allowed: BoolArray, slots: int) -> npt.NDArray[np.int64]:
    """Slates of the allowed candidates with the least luck: int64 (rows, slots), -1 where too few."""
    order = np.argsort(np.where(allowed, luck, np.float32(2)), axis=1, kind="stable")[:, :slots]
    return np.where(np.take_along_axis(allowed, order, axis=1), order, -1)


def lanes(shape: tuple[int, ...]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Counters of luck for a number of each row and candidate."""
    return np.arange(shape[0])[:, None], np.arange(shape[1])


def estimate(values: npt.NDArray[np.floating]) -> Estimate:
    """The mean of independent values, with its 95 % interval (normal)."""
    mean = float(values.mean())
    half = 1.96 * float(values.std(ddof=1)) / len(values) ** 0.5 if len(values) > 1 else float("nan")
    return Estimate(mean, mean - half, mean + half)


def situation(seen: Any) -> Situation:
    """What the environment shows in pairs, as networks take it."""
    return Situation(seen["state"], seen["features"], seen["open"].astype(np.bool_))


def whole(slates: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Slates as actions: an empty slot repeats the first candidate, which the environment leaves out."""
    return np.where(slates < 0, slates[:, :1].clip(min=0), slates)


def seed_of(seed: int, part: str, number: int) -> int:
    """A seed of its own for a part of a training."""
    return int(stream(seed, f"train.{part}").bits(number) >> np.uint64(33))
