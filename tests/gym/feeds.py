"""Small feeds: the made-up people and items of ``tests.light``, and people who do what they are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from agents.crowd import Crowd
from agents.memory import Window
from simenv.gym import Reward, Rules, VectorEnv
from simenv.gym.actions import ACTIONS
from simenv.gym.feed import Feed
from simenv.gym.retrievers import Drawn, Retriever
from simenv.people import People
from simenv.types import NOTHING, Action, IntArray, Recall, Response, Slate
from tests import factories, light

ITEMS = 25


def crowd(seed: int, agents: int = 40, pages: int = 3) -> Crowd:
    """Light people, in their quick form."""
    population = light.crowd(agents, ITEMS)
    return Crowd(light.policy(population, seed), pages=pages, seed=seed)


def slow_crowd(seed: int, agents: int = 40, pages: int = 3) -> People:
    """The same people, who say what they do at length."""
    population = light.crowd(agents, ITEMS)
    return People(population, light.policy(population, seed), Window(agents, 4), pages=pages, seed=seed)


def drawn(seed: int) -> Retriever:
    """Candidates of luck."""
    return Drawn(ITEMS, seed)


def feed(*, rows: int = 6, people: Callable[[int], People] = crowd, **settings: Any) -> Feed:
    """The first few people of a small world."""
    values = {"retriever": drawn, "slots": 3, "candidates": 8, "rounds": 4, "window": 4, **settings}
    return Feed(
        agents=np.arange(rows, dtype=np.int32), catalog=factories.catalog(ITEMS), people=people, **values
    )


def environment(
    *,
    actions: str = "slate",
    mode: str = "NextStep",
    reward: str | Mapping[str, float] = "watch",
    **settings: Any,
) -> Any:
    """A vector environment over such a feed."""
    stage = feed(**settings)
    rules = Rules(actions=ACTIONS[actions], reward=Reward.named(reward, stage))
    return VectorEnv(stage, rules, autoreset_mode=mode)


def after_two_pages(day: IntArray, page: IntArray) -> Any:
    """Everybody leaves after the second page."""
    return page >= 1


def never(day: IntArray, page: IntArray) -> Any:
    """Nobody leaves before the last page."""
    return False


class Told:
    """Watches the items with an even number, gives them ``item % 5 + 1`` stars, and leaves as told.

    Args:
        leaves: whether agents leave after a page: from (day, page) to one answer for each visitor.
    """

    def __init__(self, leaves: Callable[[IntArray, IntArray], Any] = after_two_pages) -> None:
        self.leaves = leaves
        self.heard: list[Slate] = []

    def decide(self, slate: Slate, recall: Recall) -> Response:  # noqa: ARG002
        """Do as told, and note it."""
        self.heard.append(slate)
        items = slate.items
        watched = (items != NOTHING) & (items % 2 == 0)
        rating = np.where(watched, items % 5 + 1, np.nan).astype(np.float32)
        left = np.broadcast_to(self.leaves(slate.visit.round, slate.visit.page), len(items))
        action = np.where(left, Action.LEAVE, Action.NEXT).astype(np.int8)
        return Response(watched, rating, rating, rating, action)


def told(policy: Told, agents: int = 6, pages: int = 5) -> Callable[[int], People]:
    """People without a history who do as they are told."""
    population = light.crowd(agents, ITEMS)
    return lambda seed: People(population, policy, Window(agents, 4), pages=pages, seed=seed)


def stepped(env: Any, actions: Any) -> Any:
    """A step with its last observations taken apart, so that it can be compared."""
    step = env.step(actions)
    if "final_obs" in step[4]:
        step[4]["final_obs"] = np.asarray(step[4]["final_obs"])
    return step
