"""Interest exploration: two types of people and of items, of which one type has the wider appeal.

Dynamics and parameters are those of ``recsim.environments.interest_exploration`` 0.2.4; 20 candidates and
slates of 2 as in its own tests. Someone chooses one item or none by multinomial logit of affinity to the
item's topic plus the item's quality. A myopic recommender shows the topic of high quality to all, and never
finds out who prefers the other. Nobody ever leaves: episodes are truncated at the horizon.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium import Space
from gymnasium.spaces import Box, MultiBinary, MultiDiscrete

from simenv.gym.blocks import in_blocks
from simenv.gym.kernels import LARGEST_NORMAL, normals
from simenv.gym.recsim import kernels, pages
from simenv.gym.recsim.rows import Rows, copies, everything
from simenv.gym.stage import Columns, Offer, Outcome
from simenv.types import NOTHING, FloatArray, IntArray

Shares = tuple[float, ...]
Matrix = tuple[tuple[float, ...], ...]


@dataclass(kw_only=True, eq=False)
class InterestExploration:
    """People of hidden types who never change.

    A recommender sees: ``candidates`` (topics) and ``candidates_quality``, and of the last page ``shown``
    (topics, NOTHING in empty slots), ``shown_quality`` and ``clicked``. Rewards: ``clicked``, ``quality`` (of
    what was clicked). Measures: ``topic`` (of what was clicked), and the hidden ``person`` (type) and
    ``affinity`` (to each topic).

    Args:
        agents: int32 (rows,).
        slots: length of a slate.
        candidates: items on offer on each page.
        no_click: logit of choosing nothing.
        people: share of each type of people.
        affinity_mean, affinity_spread: logarithm of each type's affinity to each topic, and its deviation.
        topics: share of each topic among candidates.
        quality_mean, quality_spread: logarithm of a topic's quality, and its deviation.
    """

    agents: IntArray
    slots: int = 2
    candidates: int = 20
    no_click: float = 5.0
    people: Shares = (0.3, 0.7)
    affinity_mean: Matrix = ((0.1, 0.7), (0.7, 0.1))
    affinity_spread: Matrix = ((0.1, 0.1), (0.1, 0.1))
    topics: Shares = (0.2, 0.8)
    quality_mean: Shares = (0.8, 0.2)
    quality_spread: Shares = (0.1, 0.1)

    rewards = ("clicked", "quality")
    horizon = 100

    def __post_init__(self) -> None:
        n, slots, topics = len(self.agents), self.slots, len(self.topics)
        self._rows = Rows("gym.InterestExploration", self.agents)
        self._offer = everything(self.candidates)
        self._person = np.zeros((n, 1), dtype=np.int32)
        self._affinity = np.zeros((n, topics), dtype=np.float32)
        self._seen: dict[str, npt.NDArray[Any]] = {
            "candidates": np.zeros((n, self.candidates), dtype=np.int32),
            "candidates_quality": np.zeros((n, self.candidates), dtype=np.float32),
            "shown": np.full((n, slots), NOTHING, dtype=np.int32),
            "shown_quality": np.zeros((n, slots), dtype=np.float32),
            "clicked": np.zeros((n, slots), dtype=np.int8),
        }
        self._quality = (_numbers(self.quality_mean), _numbers(self.quality_spread))
        self._state = (*self._seen.values(), self._affinity)
        self._world = (np.float32(self.no_click), _upto(self.topics), self._quality)

    @property
    def catalogue(self) -> int:
        """An item is a candidate: pages share none."""
        return self.candidates

    @property
    def spaces(self) -> Mapping[str, Space[Any]]:
        """Of one row's observation columns."""
        best = float(np.exp(self._quality[0] + LARGEST_NORMAL * self._quality[1]).max())
        slots, kinds = (self.slots,), len(self.topics)
        return {
            "candidates": MultiDiscrete(np.full(self.candidates, kinds), dtype=np.int32),
            "candidates_quality": Box(0.0, best, (self.candidates,)),
            "shown": MultiDiscrete(
                np.full(slots, kinds + 1), dtype=np.int32, start=np.full(slots, NOTHING, dtype=np.int32)
            ),
            "shown_quality": Box(0.0, best, slots),
            "clicked": MultiBinary(self.slots),
        }

    def seed(self, seed: int) -> None:
        """Take all luck from this seed from here on."""
        self._rows.seed(seed)

    def reset(self, rows: IntArray, episode: IntArray) -> None:
        """New people: a type, and affinities that are log-normal about the type's."""
        self._rows.begin(rows, episode)
        luck, topics = self._rows.luck, len(self.topics)
        kernels.kinds_by_share(rows, luck, kernels.KIND, _upto(self.people), self._person)
        noise = normals(rows, luck, kernels.BIRTH, np.arange(topics, dtype=np.int32)[None])
        # one kind for every pair of type and topic
        pairs = self._person * topics + np.arange(topics, dtype=np.int32)
        affinity = (_numbers(self.affinity_mean).ravel(), _numbers(self.affinity_spread).ravel())
        kernels.log_normally(rows, noise, pairs, affinity, self._affinity)
        page = (self._seen["candidates"], self._seen["candidates_quality"])
        kernels.draw_items(rows, luck, _upto(self.topics), self._quality, page)
        self._seen["shown"][rows] = NOTHING
        for name in ("clicked", "shown_quality"):
            self._seen[name][rows] = 0

    def offer(self, rows: IntArray) -> Offer:  # noqa: ARG002
        """All candidates."""
        return self._offer

    def observe(self, rows: IntArray) -> Columns:
        """What RecSim's recommenders see, and what they themselves have shown."""
        return copies(self._seen, rows)

    def respond(self, rows: IntArray, items: IntArray) -> Outcome:
        """They choose an item or none."""
        return in_blocks(self._answer, rows, items)

    def _answer(self, rows: IntArray, items: IntArray) -> Outcome:
        told, topic, affinity = pages.explore(self._rows.now, rows, items, self._state, self._world)
        measures = {"topic": topic, "person": self._person[rows, 0], "affinity": affinity}
        never = np.zeros(len(rows), dtype=np.bool_)
        return Outcome({"clicked": told[0], "quality": told[1]}, never, measures)

    def page(self, row: int) -> str:
        """The last page: topics, qualities, and what was clicked."""
        one = {name: column[row] for name, column in self._seen.items()}
        lines = [
            f"  {slot + 1}. topic {topic}, quality {one['shown_quality'][slot]:.2f}"
            + (": clicked" if one["clicked"][slot] else "")
            for slot, topic in enumerate(one["shown"].tolist())
            if topic != NOTHING
        ]
        return "\n".join([f"Agent {self.agents[row]}, page {self._rows.page[row]}", *lines])


def _numbers(values: Shares | Matrix) -> FloatArray:
    return np.array(values, dtype=np.float32)


def _upto(shares: Shares) -> FloatArray:
    """Where each share ends among draws from 0 to 1: float32 (shares,)."""
    return np.cumsum(shares).astype(np.float32)
