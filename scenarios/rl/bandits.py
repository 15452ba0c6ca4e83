"""Training a bandit: it meets a scenario's people day after day, and what it has learned is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from recommenders.saved import CHECKPOINT, WAY_OUT, Saved
from scenarios.building import Lab
from scenarios.loading import load_scenario, names
from scenarios.rl.course import Course
from scenarios.rl.evaluating import estimate
from scenarios.rl.student import Scalars
from scenarios.rl.tensors import under, with_prefix
from simenv.errors import UsageError
from simenv.gym import WORLDS
from simenv.loop import loop
from simenv.protocols import Checkpointable, State
from simenv.records.columns import read_columns, write_columns
from simenv.types import Estimate

BANDITS = ("linucb", "thompson")


class BanditTraining:
    """Days of a bandit with a scenario's people.

    Raises:
        UsageError: the scenario cannot be.
    """

    def __init__(self, course: Course, out: Path) -> None:
        if course.scenario in WORLDS:
            raise UsageError(
                f"Expected a scenario, whose people {course.algorithm!r} meets day by day, found the world "
                f"{course.scenario!r}; name one of {', '.join(names())}."
            )
        values = {**course.values, "recommenders": [course.algorithm], "seed": course.seed}
        plan = load_scenario(course.scenario, values)
        self.rounds = max(-(-course.steps // (plan.agents * plan.pages)), 1)
        self.course, self.out, self.checkpoint = course, out, out / CHECKPOINT
        self.lab = Lab.of(load_scenario(course.scenario, {**values, "rounds": self.rounds}))
        scenario = self.lab.scenario
        self.world = self.lab.world(scenario.seed)
        self.bandit = self.lab.recommender(scenario.recommenders[0], scenario.seed)
        self.told: list[Estimate] = []

    def go_on(self) -> Iterator[tuple[int, int, Scalars]]:
        """Days done, of how many, and what the last one was like: items watched by each visitor."""
        watched = np.zeros(len(self.lab.population))
        came = np.zeros(len(watched), dtype=np.bool_)
        for step in loop(self.world, self.bandit, self.lab.scenario.slots):
            rows = step.slate.visit.rows
            watched[rows] += step.response.watched.sum(axis=1)
            came[rows] = True
            if self.world.round > int(step.slate.visit.round[0]):
                self.told.append(estimate(watched[came]))
                self._keep()
                watched[:], came[:] = 0, False
                yield min(self.world.round, self.rounds), self.rounds, {"evaluation": self.told[-1].value}

    def go_back(self) -> None:
        """To where the last checkpoint was taken, if there is one."""
        if self.checkpoint.exists():
            columns, notes = read_columns(self.checkpoint)
            self.told = [Estimate(*numbers) for numbers in json.loads(notes["evaluations"])]
            self.world.restore(under(columns, "world."))
            bandit: Any = self.bandit
            bandit.restore(under(columns, "bandit."))

    def close(self) -> None:
        """Free what people think with."""
        self.lab.close()

    def _keep(self) -> None:
        """What was learned, and everything that is needed to go on."""
        learned, evaluations = _state(self.bandit), [(e.value, e.low, e.high) for e in self.told]
        about = {
            "algorithm": self.course.algorithm,
            "learner": self.course.algorithm,
            "settings": {},
            "evaluations": evaluations,
        }
        Saved(about, learned).write(self.out)
        columns = {**with_prefix("bandit.", learned), **with_prefix("world.", self.world.state())}
        write_columns(self.checkpoint, columns, {"evaluations": json.dumps(evaluations)}, WAY_OUT)


def _state(bandit: object) -> State:
    assert isinstance(bandit, Checkpointable)  # noqa: S101 - every bandit here is
    return bandit.state()
