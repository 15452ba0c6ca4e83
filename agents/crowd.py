"""Light agents as they are now, whose pages take one compiled pass: what training needs by the million."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from agents.decision import Independent
from agents.memory import Window
from agents.taste_policy import TastePolicy
from simenv.luck import clock, stream
from simenv.people import People
from simenv.types import FloatArray, IntArray, Response, Slate, Step

if TYPE_CHECKING:
    from simenv.gym.life_kernels import Lives, Sheets
    from simenv.gym.swift_kernels import Kept, Told
    from simenv.nights import Home


class Crowd(People):
    """Does what people with a ``TastePolicy`` do, to the bit, but does not say with which chances.

    Taste does not look at what is remembered, so nothing is.

    Args:
        policy: how they decide; its choice must be ``Independent``.
        pages: most pages of one visit.
        seed: of the luck with which they come back.
    """

    def __init__(self, policy: TastePolicy, *, pages: int = 5, seed: int = 0) -> None:
        population, decision, items = policy.population, policy.decision, policy.items
        super().__init__(population, policy, Window(len(population), 0), pages=pages, seed=seed)
        from agents import crowd_kernels  # numba is slow to import

        self._kernels = crowd_kernels
        self._keys = tuple(np.uint64(stream(decision.seed, part).key) for part in ("watch", "rate", "leave"))
        self._items = (*(_on_lines(getattr(items, name)) for name in _COLUMNS), np.float32(items.spread))
        self._depths = cache(decision.examination.depths)
        self._rules = np.float32(decision.examination.fatigue), decision.lift, pages
        self._agents = population.taste, population.activity, self.satisfaction, self.fatigue

    @staticmethod
    def suits(policy: object) -> bool:
        """Whether people with such a policy can be a crowd."""
        return type(policy) is TastePolicy and isinstance(policy.decision.choice, Independent)

    def respond(self, slate: Slate) -> Step:
        """What the agents do with a slate; chances and expected stars are NaN."""
        watched, rating, action, left, satisfaction, fatigue = self._kernels.respond(
            self._keys, clock(slate.visit), slate.items, self._agents, self._habits(slate.items)
        )
        unsaid = _unsaid(slate.items.shape)
        return Step(slate, Response(watched, rating, unsaid, unsaid, action), satisfaction, fatigue, left)

    def live(self, rows: IntArray, items: IntArray, kept: Kept, told: Told) -> None:
        """``respond`` to what is new on a page, what a feed notes of it, and ``come_again``, in one pass."""
        feed = (tuple(kept), tuple(self._home()), tuple(told))
        self._kernels.live(self._keys, (rows, items), self._agents, self._habits(items), feed)

    def live_on(
        self, rows: IntArray, items: IntArray, feed: tuple[Kept, Told, Lives], sheets: tuple[Sheets, Sheets]
    ) -> IntArray:
        """``live``, and what follows on the page until the next, in the same pass."""
        kept, told, lives = feed
        parts = tuple(tuple(part) for part in (kept, self._home(), told, lives, *sheets))
        return self._kernels.live_on(self._keys, (rows, items), self._agents, self._habits(items), parts)

    def _home(self) -> Home:
        return self.days.home((self.satisfaction, self.fatigue))

    def _habits(self, items: IntArray) -> Any:
        return self._items, (self._depths(items.shape[1]), *self._rules)


def _on_lines(numbers: FloatArray) -> FloatArray:
    """The same numbers where a line of the processor's memory begins: rows then touch no line too many."""
    room = np.empty(numbers.size + _LINE, dtype=np.float32)
    first = -room.ctypes.data % (_LINE * room.itemsize) // room.itemsize
    out: FloatArray = room[first : first + numbers.size].reshape(numbers.shape)
    out[:] = numbers
    return out


_LINE = 16
_COLUMNS = ("watch", "lure", "stars", "level", "cuts")


@lru_cache(maxsize=64)
def _unsaid(shape: tuple[int, ...]) -> FloatArray:
    """NaN wherever one looks: float32, a view of one number."""
    return np.broadcast_to(np.float32(np.nan), shape)
