"""Rows of a stage that live from episode to episode; what every kind of environment does with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from simenv.gym.actions import Actions, Candidates
from simenv.gym.errors import EpisodeOverError, ResetMissingError, SlateLengthError, UnknownSettingError
from simenv.gym.kernels import tick
from simenv.gym.reward import Reward
from simenv.gym.stage import Columns, Stage
from simenv.gym.views import Named, Observation, View
from simenv.types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What an environment takes, shows and pays.

    Args:
        actions: the form of actions.
        view: the layout of observations.
        reward: what is paid; None for the stage's first part.
        horizon: after how many steps an episode is truncated; None for the stage's own number.
    """

    actions: Actions = field(default_factory=Candidates)
    view: View = field(default_factory=Named)
    reward: Reward | None = None
    horizon: int | None = None


@dataclass(frozen=True, slots=True)
class Lived:
    """One step of some rows, entry b of every column about the b-th of them.

    Args:
        reward: float32 (n,).
        terminated, truncated: bool (n,), never both.
        measures: what the step shows, (n, ...) each; reward parts among them.
    """

    reward: FloatArray
    terminated: BoolArray
    truncated: BoolArray
    measures: Columns

    def among(self, rows: IntArray, count: int) -> Lived:
        """The same step among ``count`` rows of which the others did nothing: zeros there."""

        def put(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
            wide = np.zeros((count, *column.shape[1:]), dtype=column.dtype)
            wide[rows] = column
            return wide

        measures = {name: put(column) for name, column in self.measures.items()}
        return Lived(put(self.reward), put(self.terminated), put(self.truncated), measures)


class Play:
    """The clocks of all rows, and what happens when they begin, see and answer.

    ``rows`` are always rising and distinct.

    Raises:
        SlateLengthError: the stage has fewer candidates than slots.
        UnknownSettingError: a number that must be at least 1 is not.
    """

    def __init__(self, stage: Stage, rules: Rules) -> None:
        self.stage = stage
        self.rules = rules
        self.reward = rules.reward or Reward.named(None, stage)
        self.horizon = stage.horizon if rules.horizon is None else rules.horizon
        self.rows: IntArray = np.arange(len(stage.agents), dtype=np.int32)
        self.episode: IntArray = np.full(len(stage.agents), -1, dtype=np.int32)
        self.steps: IntArray = np.zeros(len(stage.agents), dtype=np.int32)
        self.over: BoolArray = np.zeros(len(stage.agents), dtype=np.bool_)
        self._check()
        self.spaces = dict(sorted(stage.spaces.items()))  # the order of a Dict

    def _check(self) -> None:
        stage = self.stage
        for name, number in (("rows", len(stage.agents)), ("slots", stage.slots), ("horizon", self.horizon)):
            if number < 1:
                raise UnknownSettingError(
                    f"Expected {name} of at least 1, found {number}; name a larger number."
                )
        if stage.slots > stage.candidates:
            raise SlateLengthError(
                f"Expected a slate no longer than the {stage.candidates} candidates on offer, found "
                f"{stage.slots} slots; name fewer slots or more candidates."
            )

    @property
    def fresh(self) -> bool:
        """Whether no episode has begun under any seed."""
        return bool(self.episode[0] < 0)

    def need_reset(self, call: str) -> None:
        """Refuse a call before the first reset.

        Raises:
            ResetMissingError: it is before the first reset.
        """
        if self.fresh:
            raise ResetMissingError(
                f"Expected reset() before {call}(), found an environment that never began; reset it."
            )

    def need_running(self) -> None:
        """Refuse a step after the end of an episode.

        Raises:
            EpisodeOverError: some row's episode is over.
        """
        if self.over.any():
            raise EpisodeOverError(
                f"Expected a running episode, found that of row {int(self.over.argmax())} over; "
                "reset it before the next step."
            )

    def seed(self, seed: int) -> None:
        """All rows are before their first episode under this seed."""
        self.stage.seed(seed)
        self.episode[:] = -1

    def begin(self, rows: IntArray) -> None:
        """The next episode of these rows."""
        self.episode[rows] += 1
        self.steps[rows] = 0
        self.over[rows] = False
        self.stage.reset(rows, self.episode[rows])

    def see(self, rows: IntArray) -> Observation:
        """What a recommender may see of these rows."""
        return self.rules.view.show(self.stage.observe(rows), self.spaces)

    def slates(self, actions: npt.NDArray[Any]) -> IntArray:
        """The slates that actions (one for every row) stand for: int32 (rows, slots)."""
        return self.rules.actions.slates(actions, self.stage.offer(self.rows), self.stage)

    def masks(self) -> BoolArray:
        """Which actions lead to something, for every row."""
        return self.rules.actions.masks(self.stage.offer(self.rows), self.stage)

    def live(self, rows: IntArray, slates: IntArray) -> Lived:
        """These rows look at their slates, and their clocks move on."""
        outcome = self.stage.respond(rows, slates)
        terminated = outcome.terminated
        late = np.zeros_like(terminated) if outcome.truncated is None else outcome.truncated
        truncated = tick(rows, (terminated, late), (self.steps, self.over), self.horizon)
        measures = {**outcome.rewards, **outcome.measures}
        return Lived(self.reward.of(outcome), terminated, truncated, measures)
