"""From a scenario's values to the parts of a world: the only place where agents and recommenders meet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from agents.decision import CHOICES, Decision, Examination
from agents.memory import Window
from agents.population import sample_users
from recommenders import create
from scenarios.schema import Arm, Scenario
from scenarios.users import Minds
from simenv.data import load
from simenv.errors import UsageError
from simenv.people import People
from simenv.protocols import Closeable, Recommender
from simenv.types import Dataset, Interactions, Population
from simenv.world import Calendar, World

LIGHT_BLOCK, THINKING_BLOCK = 16_384, 32
"""Agents in a block: light ones as suits the processor's cache, thinking ones few, to be seen moving."""


@dataclass(frozen=True)
class Lab:
    """What all arms of a run share: data, people, and what they think with."""

    scenario: Scenario
    dataset: Dataset
    minds: Minds

    @classmethod
    def of(cls, scenario: Scenario) -> Lab:
        """Load the data and the model, and check that the scenario's parts fit together.

        Raises:
            UsageError: a part is unknown or does not fit; nothing was written.
        """
        for arm in scenario.recommenders:
            create(arm.use, scenario.seed, arm.settings)
        dataset = load(scenario.dataset)
        if scenario.slots > len(dataset.catalog):
            raise UsageError(
                f"Expected at most {len(dataset.catalog)} slots, the size of the catalogue of "
                f"{dataset.name!r}, found {scenario.slots}."
            )
        chosen = sample_users(dataset, scenario.agents, scenario.seed)
        minds = Minds.of(scenario, dataset, chosen)
        return cls(scenario, dataset, minds)

    @property
    def population(self) -> Population:
        """The agents, the same people whatever seed a replicate has."""
        return self.minds.population

    @cached_property
    def train(self) -> Interactions:
        """The train split with users renumbered so that agent row r is user r; the others follow."""
        train, chosen = self.dataset.train, self.population.user
        others = np.setdiff1d(np.arange(train.users, dtype=np.int32), chosen)
        number = np.empty(train.users, dtype=np.int32)
        number[np.concatenate([chosen, others])] = np.arange(train.users, dtype=np.int32)
        order = np.argsort(number[train.user], kind="stable")
        moved = train.where(order)
        return Interactions(
            number[moved.user], moved.item, moved.rating, moved.time, train.users, train.items
        )

    def remembering(self, path: Path) -> Lab:
        """The same lab, its model's answers kept in a file."""
        return replace(self, minds=self.minds.remembering(path))

    def close(self) -> None:
        """Free what the agents think with."""
        if isinstance(self.minds.model, Closeable):
            self.minds.model.close()

    def world(self, seed: int) -> World:
        """A new world under one seed: the same people, luck of their own."""
        block = LIGHT_BLOCK if self.minds.model is None else THINKING_BLOCK
        return World(self.people(seed), Calendar(rounds=self.scenario.rounds, block=block))

    def people(self, seed: int) -> People:
        """The agents, to whom nothing has happened yet."""
        scenario = self.scenario
        return People(
            self.population,
            self.minds.policy(self.decision(seed)),
            Window(len(self.population), scenario.window),
            pages=scenario.pages,
            seed=seed,
        )

    def decision(self, seed: int) -> Decision:
        """How wanting becomes doing under one seed."""
        scenario = self.scenario
        return Decision(
            seed=seed,
            examination=Examination(**scenario.examination.model_dump()),
            choice=CHOICES[scenario.choice](),
            base_rate=scenario.base_rate,
        )

    def recommender(self, arm: Arm, seed: int) -> Recommender:
        """A recommender of its own for one world, fitted on the train split."""
        recommender = create(arm.use, seed, arm.settings)
        recommender.fit(self.train)
        return recommender
