"""Train fast, verify with thought: what was learned from surrogates meets the people they stand for."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from agents.surrogate.gap import Beside
from recommenders import create
from recommenders.slateq.replay import LongArray, Situation
from recommenders.trained import Trained
from scenarios.building import Lab
from scenarios.rl.arena import Arena
from scenarios.rl.evaluating import Chooser
from scenarios.rl.student import Scalars
from scenarios.schema import Scenario
from scenarios.surrogates import Saved
from simenv.data import load
from simenv.loop import loop

_PEOPLE = 16


class Reality:
    """Some language users, and the surrogates that stand for them, for all meetings of a training.

    Args:
        arena: where the training takes place.
        plan: its scenario.
    """

    def __init__(self, arena: Arena, plan: Scenario) -> None:
        language = Saved.read(Path(plan.model), load(plan.dataset)).about["language"]
        few = {"agents": min(_PEOPLE, plan.agents), "rounds": 1, "recommenders": []}
        self._light = Lab.of(plan.model_copy(update=few))
        thinking = {**few, "users": "language", "model": language["model"]}
        self._real = Lab.of(plan.model_copy(update=thinking))
        self._about = arena.about()

    def met(self, choose: Chooser, seed: int) -> Scalars:
        """One day of them with what was learned, the surrogate asked beside them.

        Returns:
            ``real_reward``, items that language users watch a page, and what ``Gap`` tells, as ``gap_...``.
        """
        real, world = self._real, self._real.world(seed)
        people = world.people
        beside = Beside(people.policy, self._light.minds.policy(real.decision(seed)))
        people.policy = beside
        met = loop(world, self._recommender(choose, seed), real.scenario.slots)
        watched = [step.response.watched.sum(axis=1) for step in met]
        reward = float(np.concatenate(watched).mean())
        return {"real_reward": reward, **{f"gap_{name}": value for name, value in beside.gap.value().items()}}

    def close(self) -> None:
        """Free what they think with."""
        self._real.close()

    def _recommender(self, choose: Chooser, seed: int) -> Trained:
        about = self._about
        retriever = create(about["retriever"]["use"], seed, about["retriever"]["settings"])
        sizes = {"candidates": about["candidates"], "window": about["window"]}
        recommender = Trained(_Chosen(choose), retriever, **sizes)
        recommender.fit(self._real.train)
        return recommender


class _Chosen:
    """Slates as long as those that were trained."""

    def __init__(self, choose: Chooser) -> None:
        self._choose = choose

    def slates(self, seen: Situation, slots: int) -> LongArray:  # noqa: ARG002 - a student knows
        return self._choose(seen)
