"""A stage of which everything is known beforehand: what is on offer, what it pays, and when it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium import Space
from gymnasium.spaces import Box, MultiBinary, MultiDiscrete

from simenv.gym.stage import Columns, Offer, Outcome
from simenv.types import NOTHING, IntArray

CATALOGUE, CANDIDATES, SLOTS = 40, 6, 3


class Scripted:
    """Agent a leaves for good after 3 + a % 4 pages; candidate c of page p is item (10 a + p + 2 c) % 40.

    Candidate 1 may never be shown. ``pay`` is the number of items shown, ``first`` the first item.
    """

    slots, candidates, catalogue, horizon = SLOTS, CANDIDATES, CATALOGUE, 5
    rewards = ("pay", "first")

    def __init__(self, agents: IntArray) -> None:
        self.agents = agents
        self.key = 0
        self.clock = np.zeros((2, len(agents)), dtype=np.int32)
        self.last = np.full((len(agents), SLOTS), NOTHING, dtype=np.int32)
        self.asked: list[list[int]] = []

    @property
    def spaces(self) -> Mapping[str, Space[Any]]:
        """A number of each kind."""
        return {
            "when": Box(0, np.float32(1e6), (3,)),
            "candidates": MultiDiscrete(np.full(CANDIDATES, CATALOGUE), dtype=np.int32),
            "last": MultiDiscrete(
                np.full(SLOTS, CATALOGUE + 1), dtype=np.int32, start=np.full(SLOTS, NOTHING, dtype=np.int32)
            ),
            "real": MultiBinary(SLOTS),
        }

    def seed(self, seed: int) -> None:
        """Luck is the seed itself."""
        self.key = seed % 1_000

    def reset(self, rows: IntArray, episode: IntArray) -> None:
        """First page."""
        self.clock[0, rows], self.clock[1, rows], self.last[rows] = episode, 0, NOTHING

    def offer(self, rows: IntArray) -> Offer:
        """Different items for every row and page."""
        first = 10 * self.agents[rows] + self.clock[1, rows]
        items = (first[:, None] + 2 * np.arange(CANDIDATES, dtype=np.int32)) % CATALOGUE
        return Offer(items.astype(np.int32), np.tile(np.arange(CANDIDATES) != 1, (len(rows), 1)))

    def observe(self, rows: IntArray) -> Columns:
        """Seed, episode and page; what is on offer; what was shown."""
        when = np.stack([np.full(len(rows), self.key), *self.clock[:, rows]], axis=1).astype(np.float32)
        real = (self.last[rows] != NOTHING).astype(np.int8)
        return {"when": when, "candidates": self.offer(rows).items, "last": self.last[rows], "real": real}

    def respond(self, rows: IntArray, items: IntArray) -> Outcome:
        """Count what was shown."""
        self.asked.append(rows.tolist())
        self.last[rows] = items
        self.clock[1, rows] += 1
        pay = (items != NOTHING).sum(axis=1).astype(np.float32)
        over = self.clock[1, rows] >= 3 + self.agents[rows] % 4
        return Outcome(
            {"pay": pay, "first": items[:, 0].astype(np.float32)}, over, {"page": self.clock[1, rows]}
        )

    def page(self, row: int) -> str:
        """What was shown."""
        return f"Agent {self.agents[row]}: {self.last[row].tolist()}"
