"""From day to day: who comes back, and who has left for good.

Rating data record neither, so the rule is assumed, and kept in one place: a person comes on a day with a
chance that rises with their own activity and with how good the last visits were, and falls with every day
away. Whoever stays away for two weeks has left for good, which is how the trade counts churn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simenv.luck import stream
from simenv.mood import START_SATISFACTION
from simenv.protocols import State
from simenv.types import BoolArray, FloatArray, IntArray, Population

if TYPE_CHECKING:
    from simenv.nights import Home

HABIT = (-0.5, 0.5, 1.5)
"""Log-odds of coming on a day by level of activity, for a neutral impression after one day away or less."""
PULL = 4.0
"""What a perfect instead of a neutral impression adds to the log-odds, times two."""
FORGETTING = 0.2
"""What each further day away takes from the log-odds."""
RENEWAL = np.float32(0.3)
"""The weight of the last visit in the lasting impression."""
PATIENCE = 14
"""Days away after which a person has left for good."""


class Days:
    """What is true of each agent from day to day; row b of every column is agent b.

    Args:
        population: whose activity decides how often they come.
        seed: of the luck to come.
    """

    def __init__(self, population: Population, seed: int) -> None:
        from simenv import nights  # numba is slow to import

        agents = len(population)
        self._nights = nights
        self._habit = np.array(HABIT, dtype=np.float32)[population.activity]
        self._luck = stream(seed, "return")
        self._key = np.uint64(self._luck.key)
        self.impression: FloatArray = np.full(agents, START_SATISFACTION)
        self.away: IntArray = np.zeros(agents, dtype=np.int32)

    @property
    def gone(self) -> BoolArray:
        """Who has left for good: bool (agents,)."""
        return self.away >= PATIENCE

    def chance(self) -> FloatArray:
        """Chance that each agent comes on the next day: float32 (agents,), 0 for who has left for good."""
        return self._nights.chances(self._habit, self.impression, self.away)

    def present(self, day: int) -> IntArray:
        """Who comes on a day: int32 rows, rising; everybody on the first one."""
        rows = np.arange(len(self.away), dtype=np.int32)
        if day == 0:
            return rows
        return rows[self._luck.uniform(0, day, 0, rows) < self.chance()]

    def pass_by(self, came: IntArray, satisfaction: FloatArray) -> None:
        """End a day: ``came`` (int32 rows) left with ``satisfaction`` (float32 (agents,), 0 to 1)."""
        self.away += 1
        self._nights.go_home(came, satisfaction, (self._habit, self.impression, self.away))

    def come_again(
        self,
        clock: tuple[IntArray, IntArray, IntArray],
        left: BoolArray,
        mood: tuple[FloatArray, FloatArray],
        horizon: int,
    ) -> tuple[IntArray, BoolArray]:
        """Let days pass by for agents whose visit of today is over, each until it comes again; they rest.

        Args:
            clock: episode, day and row of each visit: int32 (n,) each, a row at most once.
            left: bool (n,), whose visit is over.
            mood: satisfaction and fatigue, float32 (agents,) each, 0 to 1: with which they left, and which
                are as in the beginning from here on.
            horizon: the first day on which nobody comes any more.

        Returns:
            The day on which each comes next, ``horizon`` where it does not come before (int32 (n,)); and
            who has left for good (bool (n,)).
        """
        return self._nights.come_again(self.home(mood), (*clock, left), horizon)

    def home(self, mood: tuple[FloatArray, FloatArray]) -> Home:
        """What compiled passes need to let days pass by; mood as for ``come_again``."""
        return self._nights.Home(self._key, mood, (self._habit, self.impression, self.away))

    def begin(self, rows: IntArray, mood: tuple[FloatArray, FloatArray]) -> None:
        """Nothing has happened to these agents (int32 (n,)) yet; mood as for ``come_again``."""
        self._nights.begin(self.home(mood), rows)

    def state(self) -> State:
        """Everything that changes."""
        return {"impression": self.impression.copy(), "away": self.away.copy()}

    def restore(self, state: State) -> None:
        """Continue with such columns."""
        self.impression = state["impression"].astype(np.float32)
        self.away = state["away"].astype(np.int32)
