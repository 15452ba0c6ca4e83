"""Seen, wanted, taken: the three parts of a decision, never mixed, shared by every policy.

Examination says which slots an agent looks at, affinity (the policy's own part) how much it would want an
item that it looks at, and choice turns both into what is watched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np

from simenv.luck import clock, stream
from simenv.types import NOTHING, Action, BoolArray, ByteArray, FloatArray, IntArray, Recall, Slate, Visit

Luck = Callable[[IntArray], FloatArray]
"""From lanes to uniform numbers: int32 (batch, lanes) to float32, same shape."""


@dataclass(frozen=True, kw_only=True)
class Examination:
    """Which slots an agent looks at: less often further down, and less when tired.

    P(looks at slot k, counted from 0) = (1 + k) ** -decay * (1 - weight * fatigue): the position-based model
    (Craswell et al., 2008) with a power law, as Joachims et al. (2017) use it.
    """

    decay: float = 0.3
    fatigue: float = 0.5

    def chances(self, slate: Slate, recall: Recall) -> FloatArray:
        """Probability that each slot is looked at: float32 (batch, slots), 0 in empty slots."""
        from agents import kernels  # numba is slow to import

        depths = self.depths(slate.items.shape[1])
        return kernels.examined(slate.items, recall.fatigue, depths, np.float32(self.fatigue))

    def depths(self, slots: int) -> FloatArray:
        """Chance that each slot's depth alone leaves: float32 (slots,)."""
        return np.asarray((1 + np.arange(slots, dtype=np.float32)) ** np.float32(-self.decay))


class Choice(Protocol):
    """A named rule over what was seen."""

    def chances(self, seen: FloatArray, wanted: FloatArray) -> FloatArray:
        """Probability of watching each slot (batch, slots), from P(looked at) and P(wanted if looked at)."""

    def wanted(self, seen: FloatArray, chances: FloatArray) -> FloatArray:
        """P(wanted if looked at), from P(looked at) and what ``chances`` made of both."""

    def draw(self, chances: FloatArray, items: IntArray, luck: Luck) -> BoolArray:
        """What is watched (batch, slots), with the luck that the rule asks for."""


@dataclass(frozen=True)
class Independent:
    """Each item on its own: an agent may watch all or nothing of a page."""

    def chances(self, seen: FloatArray, wanted: FloatArray) -> FloatArray:
        return seen * wanted

    def wanted(self, seen: FloatArray, chances: FloatArray) -> FloatArray:
        return np.asarray(chances / np.maximum(seen, np.float32(1e-6)), dtype=np.float32)

    def draw(self, chances: FloatArray, items: IntArray, luck: Luck) -> BoolArray:
        return luck(items) < chances


@dataclass(frozen=True)
class Multinomial:
    """One item or nothing, by multinomial logit: weights are the odds of wanting, nothing weighs 1."""

    def chances(self, seen: FloatArray, wanted: FloatArray) -> FloatArray:
        odds = seen * (wanted / np.maximum(np.float32(1) - wanted, np.float32(1e-6)))
        total: FloatArray = np.ones(len(odds), dtype=np.float32)
        for column in odds.T:  # slot after slot: a row's bits never depend on the batch
            total += column
        return odds / total[:, None]

    def wanted(self, seen: FloatArray, chances: FloatArray) -> FloatArray:
        nothing = np.maximum(1 - chances.sum(axis=1, keepdims=True), np.float32(1e-6))
        odds = chances / nothing / np.maximum(seen, np.float32(1e-6))
        return np.asarray(odds / (1 + odds), dtype=np.float32)

    def draw(self, chances: FloatArray, items: IntArray, luck: Luck) -> BoolArray:
        # one number a page, the same whatever is on it
        mark = luck(np.full((len(items), 1), NOTHING, dtype=np.int32))
        upper = np.cumsum(chances, axis=1)
        passed = np.concatenate([mark >= 0, mark >= upper[:, :-1]], axis=1)
        return passed & (mark < upper)


CHOICES: dict[str, type[Choice]] = {"independent": Independent, "multinomial": Multinomial}


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Turns wanting into doing, with each agent's own luck.

    Args:
        seed: of the run; recommenders under one seed meet the same luck.
        examination: which slots are looked at.
        choice: what is made of what was seen.
        base_rate: the share of looked-at items that an average agent wants, a scenario value: rating data
            say who came to rate, not who was shown and watched.
        prevalence: the share for which the affinities that come in are calibrated.
    """

    seed: int
    examination: Examination = Examination()
    choice: Choice = Independent()
    base_rate: float = 0.2
    prevalence: float = 0.5

    def watch(self, slate: Slate, recall: Recall, affinity: FloatArray) -> tuple[BoolArray, FloatArray]:
        """What is watched, and with which chance.

        Args:
            affinity: float32 (batch, slots), P(wants), calibrated for ``prevalence``.

        Returns:
            watched: bool (batch, slots), and chance: float32 (batch, slots), NaN in empty slots.
        """
        from agents import kernels  # numba is slow to import

        seen = self.examination.chances(slate, recall)
        empty = slate.items == NOTHING
        wanted = np.where(empty, np.float32(0), kernels.lifted(affinity, self.lift))
        chance = self.choice.chances(seen, wanted)
        watched = self.choice.draw(chance, slate.items, partial(self.luck, "watch", slate.visit))
        return watched, np.where(empty, np.float32(np.nan), chance).astype(np.float32)

    def wanting(self, slate: Slate, recall: Recall, chance: FloatArray) -> FloatArray:
        """P(wants) (batch, slots), for ``prevalence``, from the chance that ``watch`` made of it."""
        from agents import kernels  # numba is slow to import

        seen = self.examination.chances(slate, recall)
        wanted = self.choice.wanted(seen, np.nan_to_num(chance)).clip(0, 1)
        return kernels.lifted(wanted.astype(np.float32), 1 / self.lift)

    def rate(self, slate: Slate, watched: BoolArray, chances: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Stars for what was watched, and the stars to be expected.

        Args:
            chances: float32 (batch, slots, 5), probability of each number of stars.

        Returns:
            rating: float32 (batch, slots), stars, 1 to 5, NaN where not watched, and expected: float32
            (batch, slots), stars, NaN in empty slots.
        """
        from agents import kernels  # numba is slow to import

        key = np.uint64(stream(self.seed, "rate").key)
        return kernels.rate(key, clock(slate.visit), slate.items, watched, chances)

    def act(self, visit: Visit, leave: FloatArray) -> ByteArray:
        """Whether each agent goes on or leaves, given the chance of leaving: int8 (batch,)."""
        luck = self.luck("leave", visit, np.zeros((len(visit), 1), dtype=np.int32))[:, 0]
        return np.where(luck < leave, Action.LEAVE, Action.NEXT).astype(np.int8)

    def luck(self, part: str, visit: Visit, lanes: IntArray) -> FloatArray:
        """Each agent's own uniform numbers for one part of its decision: float32 (batch, lanes).

        The lanes of a page are its items, not its slots: two recommenders that show a person the same item
        on the same page meet the same luck, wherever on the page it stands.
        """
        return stream(self.seed, part).lanes(visit, lanes)

    @property
    def lift(self) -> np.float32:
        """What odds are multiplied by to move from the prevalence to the base rate."""
        odds = self.base_rate / (1 - self.base_rate) * (1 - self.prevalence) / self.prevalence
        return np.float32(odds)


def leave_chance(satisfaction: FloatArray, fatigue: FloatArray, activity: ByteArray) -> FloatArray:
    """Chance of leaving after a page: a logistic rule that is assumed, not learned from data.

    Tired and unsatisfied people leave; active people stay longer. Rating data do not record exits.

    Args:
        satisfaction, fatigue: float32 (batch,), 0 to 1, after the page.
        activity: int8 (batch,), level 0 to 2.

    Returns:
        float32 (batch,), 0 to 1.
    """
    from agents import kernels  # numba is slow to import

    return kernels.leaving(satisfaction, fatigue, activity)
