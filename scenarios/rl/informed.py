"""The feed for training: a stage that shows what a trained recommender will know in a run, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from gymnasium import Space
from gymnasium.spaces import Box, MultiBinary

from recommenders.insight import CANDIDATE, PERSON, Glimpse, Insight, last_page
from simenv.gym.feed import Feed
from simenv.gym.feeding import feed
from simenv.gym.stage import Columns, Offer, Outcome
from simenv.types import NOTHING, IntArray, Interactions, Population

_SIGHTS = ("recent", "stars", "response", "context", "offered", "candidates_open")


def informed(*, agents: IntArray, **values: Any) -> Informed:
    """The feed of a scenario, informed; settings as of ``simenv.gym.feeding.feed``, save ``sights``."""
    stage = feed(agents=agents, **values, sights=_SIGHTS)
    return Informed(stage, Insight(_train(stage.people(0).population, stage.catalogue)))


@dataclass(frozen=True)
class Informed:
    """A feed whose observations are numbers for networks: ``person``, ``candidates`` and ``candidates_open``.

    Args:
        stage: the feed; it must have a retriever.
        insight: what is known from the train split.
    """

    stage: Feed
    insight: Insight

    @property
    def agents(self) -> IntArray:
        """As of the feed."""
        return self.stage.agents

    @property
    def slots(self) -> int:
        """As of the feed."""
        return self.stage.slots

    @property
    def candidates(self) -> int:
        """As of the feed."""
        return self.stage.candidates

    @property
    def catalogue(self) -> int:
        """As of the feed."""
        return self.stage.catalogue

    @property
    def horizon(self) -> int:
        """As of the feed."""
        return self.stage.horizon

    @property
    def rewards(self) -> tuple[str, ...]:
        """As of the feed."""
        return self.stage.rewards

    @property
    def spaces(self) -> Mapping[str, Space[Any]]:
        """Of one row's observation columns."""
        return {
            "person": Box(-np.inf, np.inf, (PERSON,), np.float32),
            "candidates": Box(-np.inf, np.inf, (self.candidates, CANDIDATE), np.float32),
            "candidates_open": MultiBinary(self.candidates),
        }

    def seed(self, seed: int) -> None:
        """As the feed does."""
        self.stage.seed(seed)

    def reset(self, rows: IntArray, episode: IntArray) -> None:
        """As the feed does."""
        self.stage.reset(rows, episode)

    def offer(self, rows: IntArray) -> Offer:
        """As the feed does."""
        return self.stage.offer(rows)

    def observe(self, rows: IntArray) -> Columns:
        """Numbers about the people and their candidates."""
        seen: Mapping[str, Any] = self.stage.observe(rows)
        known = (self.agents[rows], seen["recent"], seen["stars"], last_page(seen["response"]))
        allowed = seen["candidates_open"].astype(np.bool_)
        situation = self.insight.situation(Glimpse(*known, seen["context"], seen["offered"], allowed))
        return {
            "person": situation.state,
            "candidates": situation.features,
            "candidates_open": seen["candidates_open"],
        }

    def respond(self, rows: IntArray, items: IntArray) -> Outcome:
        """As the feed does."""
        return self.stage.respond(rows, items)

    def page(self, row: int) -> str:
        """As the feed does."""
        return self.stage.page(row)


def _train(people: Population, items: int) -> Interactions:
    """The train split as the people's histories have it: agent r is user r."""
    users = np.repeat(np.arange(len(people), dtype=np.int32), people.history.lengths())
    times = np.full(len(users), NOTHING, dtype=np.int64)
    item, rating = people.history.values.astype(np.int32), people.history_rating.values.astype(np.float32)
    return Interactions(users, item, rating, times, len(people), items)
