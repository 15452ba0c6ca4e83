"""Interest evolution: people with a budget of time, whose interests move with what they watch.

Dynamics and parameters are those of ``recsim.environments.interest_evolution`` 0.2.4 (its utility-model
samplers), the set-up of the SlateQ paper (Ie et al., 2019): 10 candidates, slates of 3. Someone chooses one
video of the slate, or none, in proportion to their interest in its topic; watching takes time, and good
videos give some of it back; the interest in the topic grows or shrinks; the session ends with the time.
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
from simenv.gym.recsim import kernels, pages
from simenv.gym.recsim.rows import Rows, copies, everything
from simenv.gym.stage import Columns, Offer, Outcome
from simenv.types import NOTHING, IntArray

TOPICS = 20
QUALITY_LIMIT = 100.0


@dataclass(kw_only=True, eq=False)
class InterestEvolution:
    """People who watch videos of 20 topics.

    A recommender sees: ``user`` (interest in each topic, -1 to 1; RecSim shows it), ``candidates`` (topics),
    and of the last page ``shown`` (topics, NOTHING in empty slots), ``clicked``, ``watched`` (minutes) and
    ``quality``. Rewards: ``watched`` (minutes), ``clicked``, ``quality`` (of what was clicked).

    Args:
        agents: int32 (rows,).
        slots: length of a slate.
        candidates: videos on offer on each page, each with a topic, all as likely.
        time: minutes that a session has.
        video: minutes of a video.
        penalty: minutes that a page without a choice takes.
        no_click: interest in choosing nothing.
        least: the interest that is never chosen.
        rate: how far an interest of 0 moves.
        extension: share of a video's minutes that the best quality (3.4) gives back.
        worst, best: mean quality of the topics: 14 rise from the worst to 0, then 6 from 0 to the best.
        spread: standard deviation of quality within a topic.
    """

    agents: IntArray
    slots: int = 3
    candidates: int = 10
    time: float = 200.0
    video: float = 4.0
    penalty: float = 0.5
    no_click: float = 1.0
    least: float = -1.0
    rate: float = 0.3
    extension: float = 0.9
    worst: float = -3.0
    best: float = 3.0
    spread: float = 0.1

    rewards = ("watched", "clicked", "quality")
    horizon = 1000

    def __post_init__(self) -> None:
        n, slots = len(self.agents), self.slots
        self._rows = Rows("gym.InterestEvolution", self.agents)
        self._offer = everything(self.candidates)
        self._left = np.zeros(n, dtype=np.float32)
        self._seen: dict[str, npt.NDArray[Any]] = {
            "user": np.zeros((n, TOPICS), dtype=np.float32),
            "candidates": np.zeros((n, self.candidates), dtype=np.int32),
            "shown": np.full((n, slots), NOTHING, dtype=np.int32),
            "clicked": np.zeros((n, slots), dtype=np.int8),
            "watched": np.zeros((n, slots), dtype=np.float32),
            "quality": np.zeros((n, slots), dtype=np.float32),
        }
        seen = (self._seen[name] for name in ("shown", "quality", "clicked", "watched"))
        self._state = (self._seen["candidates"], self._seen["user"], *seen, self._left)
        means = np.concatenate([np.linspace(self.worst, 0, 14), np.linspace(0, self.best, TOPICS - 14)])
        back = self.extension / 3.4
        choice, time = (self.spread, self.least, self.no_click), (self.video, self.penalty, back, self.rate)
        self._people = (means.astype(np.float32), np.array([*choice, *time], dtype=np.float32))

    @property
    def catalogue(self) -> int:
        """An item is a candidate: pages share none."""
        return self.candidates

    @property
    def spaces(self) -> Mapping[str, Space[Any]]:
        """Of one row's observation columns."""
        slots = (self.slots,)
        return {
            "user": Box(-1.0, 1.0, (TOPICS,)),
            "candidates": MultiDiscrete(np.full(self.candidates, TOPICS), dtype=np.int32),
            "shown": MultiDiscrete(
                np.full(slots, TOPICS + 1), dtype=np.int32, start=np.full(slots, NOTHING, dtype=np.int32)
            ),
            "clicked": MultiBinary(self.slots),
            "watched": Box(0.0, self.video, slots),
            "quality": Box(-QUALITY_LIMIT, QUALITY_LIMIT, slots),
        }

    def seed(self, seed: int) -> None:
        """Take all luck from this seed from here on."""
        self._rows.seed(seed)

    def reset(self, rows: IntArray, episode: IntArray) -> None:
        """New people with even interests and a full budget of time."""
        self._rows.begin(rows, episode)
        ends = (np.float32(-1), np.float32(1))
        kernels.evenly(rows, self._rows.luck, kernels.BIRTH, ends, self._seen["user"])
        kernels.topics_evenly(rows, self._rows.luck, TOPICS, self._seen["candidates"])
        self._left[rows] = self.time
        self._seen["shown"][rows] = NOTHING
        for name in ("clicked", "watched", "quality"):
            self._seen[name][rows] = 0

    def offer(self, rows: IntArray) -> Offer:  # noqa: ARG002
        """All candidates."""
        return self._offer

    def observe(self, rows: IntArray) -> Columns:
        """What RecSim's recommenders see."""
        return copies(self._seen, rows)

    def respond(self, rows: IntArray, items: IntArray) -> Outcome:
        """They choose a video or none, watch it, and their interests and time move on."""
        return in_blocks(self._answer, rows, items)

    def _answer(self, rows: IntArray, items: IntArray) -> Outcome:
        told, topic, left = pages.evolve(self._rows.now, rows, items, self._state, self._people)
        rewards = {"watched": told[0], "clicked": told[1], "quality": told[2]}
        return Outcome(rewards, left <= 0, {"topic": topic, "time_left": left})

    def page(self, row: int) -> str:
        """The last page: topics, qualities, and what was watched."""
        one = {name: column[row] for name, column in self._seen.items()}
        lines = [
            f"  {slot + 1}. topic {topic}, quality {one['quality'][slot]:+.1f}"
            + (f": watched for {one['watched'][slot]:g} minutes" if one["clicked"][slot] else "")
            for slot, topic in enumerate(one["shown"].tolist())
            if topic != NOTHING
        ]
        head = f"Agent {self.agents[row]}, page {self._rows.page[row]}, {self._left[row]:.1f} minutes left"
        return "\n".join([head, *lines])
