"""Light agents as they are now, whose pages take one compiled pass: what training needs by the million."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from agents.decision import Independent
from agents.memory import Window
from agents.taste_policy import TastePolicy
from simenv.luck import clock, stream
from simenv.people import People
from simenv.types import BoolArray, FloatArray, IntArray, Response, Slate, Step, Visit

if TYPE_CHECKING:
    from simenv.gym.feed_kernels import Bits, Seen


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
        rules = (self._items, (self._depths(slate.items.shape[1]), *self._rules))
        watched, rating, action, left, satisfaction, fatigue = self._kernels.respond(
            self._keys, clock(slate.visit), slate.items, self._agents, rules
        )
        unsaid = _unsaid(slate.items.shape)
        return Step(slate, Response(watched, rating, unsaid, unsaid, action), satisfaction, fatigue, left)

    def live(
        self, visit: Visit, page: tuple[IntArray, IntArray], notes: tuple[Bits, Seen]
    ) -> tuple[BoolArray, FloatArray]:
        """``respond`` to what is new on a page, and what a feed notes of it, in one pass."""
        rules = (self._items, (self._depths(page[1].shape[1]), *self._rules))
        return self._kernels.live((self._keys, clock(visit)), page, self._agents, rules, notes)


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
