"""The people of a world as they are now: the one dynamics that runs and environments share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from simenv import mood
from simenv.days import Days
from simenv.errors import UsageError
from simenv.protocols import Checkpointable, Forgetful, Memory, Policy, State
from simenv.types import Action, BoolArray, FloatArray, IntArray, Population, Slate, Step, Visit


class People:
    """Who the agents are, how they decide, what they remember, how they feel, and when they come.

    Whoever drives them keeps the clocks: every visit says its own episode, round and page, so that some rows
    may be on another day than others.

    Args:
        population: who they are.
        policy: how they decide.
        memory: what they remember.
        pages: most pages of one visit.
        seed: of the luck with which they come back.
    """

    def __init__(
        self, population: Population, policy: Policy, memory: Memory, *, pages: int = 5, seed: int = 0
    ) -> None:
        agents = len(population)
        self.population = population
        self.policy = policy
        self.memory = memory
        self.pages = pages
        self.satisfaction: FloatArray = np.full(agents, mood.START_SATISFACTION)
        self.fatigue: FloatArray = np.full(agents, mood.START_FATIGUE)
        self.days = Days(population, seed)

    def respond(self, slate: Slate) -> Step:
        """What the agents do with a slate: recall, decide, remember, change."""
        rows = slate.visit.rows
        recall = replace(
            self.memory.recall(slate), satisfaction=self.satisfaction[rows], fatigue=self.fatigue[rows]
        )
        response = self.policy.decide(slate, recall)
        satisfaction, fatigue = mood.after_page(
            recall.satisfaction, recall.fatigue, response.watched, response.rating
        )
        left = (response.action == Action.LEAVE) | (slate.visit.page + 1 >= self.pages)
        step = Step(slate, response, satisfaction, fatigue, left)
        self.satisfaction[rows], self.fatigue[rows] = satisfaction, fatigue
        self.memory.write(step)
        return step

    def end_day(self, came: IntArray) -> None:
        """One day is over for everybody, of whom some (int32 rows) have come: people rest."""
        self.days.pass_by(came, self.satisfaction)
        self.satisfaction[:] = mood.START_SATISFACTION
        self.fatigue[:] = mood.START_FATIGUE

    def come_again(self, visit: Visit, left: BoolArray, horizon: int) -> tuple[IntArray, BoolArray]:
        """The day on which each agent comes next; whose visit of today is over has rested.

        Args:
            visit: who is here, each at most once.
            left: bool (n,), whose visit is over; the others come next on the same day.
            horizon: the first day on which nobody comes any more.

        Returns:
            int32 (n,), ``horizon`` for who does not come before it; and bool (n,), who has left for good.
        """
        mood = self.satisfaction, self.fatigue
        return self.days.come_again((visit.episode, visit.round, visit.rows), left, mood, horizon)

    def begin(self, rows: IntArray) -> None:
        """Some agents begin a new episode, as if nothing had ever happened to them.

        Raises:
            UsageError: their memory cannot forget.
        """
        if not isinstance(self.memory, Forgetful):
            raise UsageError(
                f"Expected a memory that can forget, so that an episode can begin anew, found "
                f"{type(self.memory).__name__}: give it a method `forget(rows)`."
            )
        self.memory.forget(rows)
        self.days.begin(rows, (self.satisfaction, self.fatigue))

    def state(self) -> State:
        """Everything that changes from day to day."""
        columns = _under("days.", self.days.state())
        if isinstance(self.memory, Checkpointable):
            columns |= _under("memory.", self.memory.state())
        return columns

    def restore(self, state: State) -> None:
        """Continue with such columns, on the morning of a day."""
        self.days.restore(_part(state, "days."))
        if isinstance(self.memory, Checkpointable):
            self.memory.restore(_part(state, "memory."))


def _under(prefix: str, state: State) -> dict[str, npt.NDArray[np.generic]]:
    """The same columns with a prefix before their names."""
    return {prefix + name: column for name, column in state.items()}


def _part(state: State, prefix: str) -> Mapping[str, npt.NDArray[np.generic]]:
    """The columns whose names begin with a prefix, without it."""
    return {name[len(prefix) :]: column for name, column in state.items() if name.startswith(prefix)}
