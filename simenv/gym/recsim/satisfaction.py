"""Long-term satisfaction: clickbait ("choc") engages now and costs satisfaction, the rest ("kale") raises it.

Dynamics and parameters are those of ``recsim.environments.long_term_satisfaction`` 0.2.4. Someone always
takes the first item of the slate; engagement is log-normal, with a mean that grows with clickbait and with
satisfaction, which is a logistic function of a leaky sum of what was not clickbait.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium import Space
from gymnasium.spaces import Box, MultiBinary

from simenv.gym.blocks import in_blocks
from simenv.gym.errors import UnknownSettingError
from simenv.gym.recsim import kernels, pages
from simenv.gym.recsim.rows import Rows, copies, everything
from simenv.gym.stage import Columns, Offer, Outcome
from simenv.types import NOTHING, IntArray

ENGAGEMENT_LIMIT = 100.0


@dataclass(kw_only=True, eq=False)
class LongTermSatisfaction:
    """People whose satisfaction, which nobody sees, carries their engagement.

    A recommender sees: ``candidates`` (clickbait, 0 to 1), and of the last page ``shown`` (clickbait, -1 in
    empty slots), ``clicked`` and ``engagement`` (at most 100). Rewards: ``engagement`` (whatever it is),
    ``clicked``. Measures: ``satisfaction`` and ``exposure`` after the page.

    Args:
        agents: int32 (rows,).
        slots: length of a slate.
        candidates: items on offer on each page, with even clickbait.
        pages: pages of a session.
        memory_discount: how much exposure lasts from page to page, from 0 to below 1.
        sensitivity: how steeply satisfaction follows exposure.
        innovation: standard deviation of what moves exposure besides.
        choc_mean, choc_spread: logarithm of engagement with pure clickbait at satisfaction 1; its deviation.
        kale_mean, kale_spread: the same without clickbait.
    """

    agents: IntArray
    slots: int = 1
    candidates: int = 10
    pages: int = 60
    memory_discount: float = 0.7
    sensitivity: float = 0.01
    innovation: float = 0.05
    choc_mean: float = 5.0
    choc_spread: float = 1.0
    kale_mean: float = 4.0
    kale_spread: float = 1.0

    rewards = ("engagement", "clicked")
    horizon = 1000

    def __post_init__(self) -> None:
        if not 0 <= self.memory_discount < 1:
            raise UnknownSettingError(
                f"Expected memory_discount from 0 to below 1, found {self.memory_discount}; name one there."
            )
        n, slots = len(self.agents), self.slots
        self._rows = Rows("gym.LongTermSatisfaction", self.agents)
        self._offer = everything(self.candidates)
        self._exposure, self._satisfaction = np.zeros((2, n, 1), dtype=np.float32)
        self._seen: dict[str, npt.NDArray[Any]] = {
            "candidates": np.zeros((n, self.candidates), dtype=np.float32),
            "shown": np.full((n, slots), NOTHING, dtype=np.float32),
            "clicked": np.zeros((n, slots), dtype=np.int8),
            "engagement": np.zeros((n, slots), dtype=np.float32),
        }
        seen = (self._seen[name] for name in ("candidates", "shown", "engagement", "clicked"))
        self._state = (*seen, self._exposure[:, 0], self._satisfaction[:, 0])
        choc, kale = (self.choc_mean, self.choc_spread), (self.kale_mean, self.kale_spread)
        mood = (self.memory_discount, self.sensitivity, self.innovation)
        self._numbers = np.array([*mood, *choc, *kale], dtype=np.float32)

    @property
    def catalogue(self) -> int:
        """An item is a candidate: pages share none."""
        return self.candidates

    @property
    def spaces(self) -> Mapping[str, Space[Any]]:
        """Of one row's observation columns."""
        return {
            "candidates": Box(0.0, 1.0, (self.candidates,)),
            "shown": Box(float(NOTHING), 1.0, (self.slots,)),
            "clicked": MultiBinary(self.slots),
            "engagement": Box(0.0, ENGAGEMENT_LIMIT, (self.slots,)),
        }

    def seed(self, seed: int) -> None:
        """Take all luck from this seed from here on."""
        self._rows.seed(seed)

    def reset(self, rows: IntArray, episode: IntArray) -> None:
        """New people: exposure even about 0, as wide as the memory is long."""
        self._rows.begin(rows, episode)
        half = 0.5 / (1 - self.memory_discount)
        ends = (np.float32(-half), np.float32(half))
        kernels.evenly(rows, self._rows.luck, kernels.BIRTH, ends, self._exposure)
        self._satisfaction[rows] = 1 / (1 + np.exp(-np.float32(self.sensitivity) * self._exposure[rows]))
        ends = (np.float32(0), np.float32(1))
        kernels.evenly(rows, self._rows.luck, 0, ends, self._seen["candidates"])
        self._seen["shown"][rows] = NOTHING
        for name in ("clicked", "engagement"):
            self._seen[name][rows] = 0

    def offer(self, rows: IntArray) -> Offer:  # noqa: ARG002
        """All candidates."""
        return self._offer

    def observe(self, rows: IntArray) -> Columns:
        """What RecSim's recommenders see, and what they themselves have shown."""
        seen = copies(self._seen, rows)
        np.minimum(seen["engagement"], np.float32(ENGAGEMENT_LIMIT), out=seen["engagement"])
        return seen

    def respond(self, rows: IntArray, items: IntArray) -> Outcome:
        """They take the first item, and their satisfaction moves on."""
        return in_blocks(self._answer, rows, items)

    def _answer(self, rows: IntArray, items: IntArray) -> Outcome:
        told, satisfaction, exposure = pages.satisfy(self._rows.now, rows, items, self._state, self._numbers)
        rewards = {"engagement": told[0], "clicked": told[1]}
        over = self._rows.page.take(rows) >= self.pages
        return Outcome(rewards, over, {"satisfaction": satisfaction, "exposure": exposure})

    def page(self, row: int) -> str:
        """The last page: clickbait, and engagement with what was taken."""
        one = {name: column[row] for name, column in self._seen.items()}
        lines = [
            f"  {slot + 1}. clickbait {bait:.2f}"
            + (f": taken, engagement {one['engagement'][slot]:.1f}" if one["clicked"][slot] else "")
            for slot, bait in enumerate(one["shown"].tolist())
            if bait != NOTHING
        ]
        head = f"Agent {self.agents[row]}, page {self._rows.page[row]} of {self.pages}"
        return "\n".join([head, *lines])
