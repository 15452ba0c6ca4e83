"""The people of interest evolution alone: in numpy, as one writes it, and as one compiled kernel (the limit).

Neither has episodes, observations or information: choice, quality, drift, time and the next page's candidates
are all they do.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simenv.gym.kernels import normal
from simenv.gym.recsim.evolution import TOPICS
from simenv.gym.recsim.kernels import CHOICE, DRIFT, WORTH
from simenv.kernels import fold, kernel, unit
from simenv.types import FloatArray, IntArray

CANDIDATES, SLOTS = 10, 3
MEANS = np.concatenate([np.linspace(-3, 0, 14), np.linspace(0, 3, TOPICS - 14)]).astype(np.float32)
_ZERO, _HALF, _ONE, _TWO = np.float32(0), np.float32(0.5), np.float32(1), np.float32(2)
_NOISE, _LENGTH, _PENALTY = np.float32(0.1), np.float32(4), np.float32(0.5)
_BACK, _RATE = np.float32(0.9 / 3.4), np.float32(0.3)


class BareNumpy:
    """One array operation after the other, with numpy's own generator."""

    def __init__(self, people: int) -> None:
        self._rng = np.random.default_rng(0)
        self._rows = np.arange(people)
        self._interests = self._rng.uniform(-1, 1, (people, TOPICS)).astype(np.float32)
        self._left = np.full(people, 200, dtype=np.float32)
        self._topics = self._rng.integers(0, TOPICS, (people, CANDIDATES))

    def step(self, slates: npt.NDArray[np.int64]) -> FloatArray:
        """Minutes watched: float32 (people,)."""
        shown = np.take_along_axis(self._topics, slates, axis=1)
        quality = MEANS[shown] + 0.1 * self._rng.standard_normal(shown.shape, dtype=np.float32)
        masses = np.cumsum(np.take_along_axis(self._interests, shown, axis=1) + 1, axis=1)
        draw = self._rng.random(len(shown), dtype=np.float32) * (masses[:, -1] + 2)
        choice = (draw[:, None] >= masses).sum(axis=1)
        who = np.flatnonzero(choice < SLOTS)
        topic = shown[who, choice[who]]
        minutes = np.zeros(len(shown), dtype=np.float32)
        minutes[who] = np.minimum(self._left[who], 4)
        self._left[choice == SLOTS] -= 0.5
        self._left[who] += minutes[who] * (0.9 / 3.4 * quality[who, choice[who]] - 1)
        own = self._interests[who, topic]
        nearer = np.where(self._rng.random(len(who), dtype=np.float32) < (own + 1) / 2, 1, -1)
        self._interests[who, topic] = np.clip(own + nearer * 0.3 * (1 - np.abs(own)) * (1 - own), -1, 1)
        self._left[self._left <= 0] = 200
        self._topics = self._rng.integers(0, TOPICS, self._topics.shape)
        return minutes


class Compiled:
    """The arithmetic of ``InterestEvolution`` under the same luck, in one pass over the people."""

    def __init__(self, interests: FloatArray, topics: IntArray, key: np.uint64) -> None:
        self._key = key
        self._page = 0
        self._state = (interests.copy(), np.full(len(interests), 200, dtype=np.float32), topics.copy())

    def step(self, slates: npt.NDArray[np.int64]) -> FloatArray:
        """Minutes watched: float32 (people,)."""
        self._page += 1
        return _lived(self._key, self._page - 1, slates, self._state, MEANS)


@kernel
def _lived(
    key: np.uint64,
    page: int,
    slates: npt.NDArray[np.int64],
    state: tuple[FloatArray, FloatArray, IntArray],
    means: FloatArray,
) -> FloatArray:
    """One page of the first episode of agents 0, 1, 2 ...: minutes watched, float32 (people,)."""
    interests, left, topics = state
    out = np.zeros(len(left), dtype=np.float32)
    day = fold(fold(key, 0), 0)
    masses = np.empty(slates.shape[1], dtype=np.float32)
    for row in range(len(left)):
        luck = fold(fold(day, page), row)
        choice = _chosen(luck, interests[row], topics[row], slates[row], masses)
        if choice == len(masses):
            left[row] -= _PENALTY
        else:
            topic = topics[row, slates[row, choice]]
            quality = means[topic] + _NOISE * normal(fold(luck, WORTH + slates[row, choice]))
            out[row] = min(left[row], _LENGTH)
            left[row] += _BACK * out[row] * quality - out[row]
            own = interests[row, topic]
            change = _RATE * (_ONE - abs(own)) * (_ONE - own)
            if unit(fold(luck, DRIFT)) >= (own + _ONE) * _HALF:
                change = -change
            interests[row, topic] = min(max(own + change, -_ONE), _ONE)
        luck = fold(fold(day, page + 1), row)
        for one in range(topics.shape[1]):
            bits = fold(luck, one) >> np.uint64(40)
            topics[row, one] = np.int32((bits * np.uint64(TOPICS)) >> np.uint64(24))
    return out


@kernel
def _chosen(
    luck: np.uint64, interests: FloatArray, topics: IntArray, slate: npt.NDArray[np.int64], masses: FloatArray
) -> int:
    """The slot that one person chooses, the number of slots for none; masses is room to work in."""
    total = _TWO
    for slot in range(len(masses)):
        masses[slot] = interests[topics[slate[slot]]] + _ONE
        total += masses[slot]
    draw = unit(fold(luck, CHOICE)) * total
    upto, choice = _ZERO, 0
    for slot in range(len(masses)):
        upto += masses[slot]
        choice += draw >= upto
    return choice
