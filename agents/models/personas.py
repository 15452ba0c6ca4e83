"""The beginnings of prompts, evaluated once and kept in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np

from agents.models.batch import Plot
from agents.models.native import ByteState, Native
from agents.models.tree import Tokens, grow

Beginning = tuple[Tokens, Tokens]
"""What all agents share, and what one agent's pages share."""


class Kept:
    """Beginnings as llama.cpp holds them, for all contexts of a model: the least recently used are forgotten.

    Args:
        budget: memory for them, bytes.
    """

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._size = 0
        self._states: OrderedDict[Beginning, ByteState] = OrderedDict()
        self._lock = Lock()

    def get(self, beginning: Beginning) -> ByteState | None:
        """What was kept, or None."""
        with self._lock:
            state = self._states.get(beginning)
            if state is not None:
                self._states.move_to_end(beginning)
            return state

    def put(self, beginning: Beginning, state: ByteState) -> None:
        """Keep it; others are forgotten where memory is full."""
        with self._lock:
            if beginning in self._states:  # another context was quicker
                return
            self._states[beginning] = state
            self._size += state.nbytes
            while self._size > self._budget:
                _, forgotten = self._states.popitem(last=False)
                self._size -= forgotten.nbytes


class Personas:
    """Brings the beginnings of agents' prompts into a context's cache.

    A beginning is always computed alone, in the same two steps, the shared part and then the persona, so its
    bits do not depend on what was kept or on who else is there.

    Args:
        native: the context.
        kept: beginnings that were computed before.
    """

    def __init__(self, native: Native, kept: Kept) -> None:
        self._native = native
        self._kept = kept

    def bring(self, wanted: Sequence[tuple[Beginning, int]]) -> int:
        """Let the cache hold some beginnings, each in so many sequences, and nothing else.

        Returns:
            How many tokens had to be evaluated.
        """
        found = [self._found(beginning) for beginning, _ in wanted]
        self._native.clear()
        first = 0
        for (state, _), (_, sequences) in zip(found, wanted, strict=True):
            if state is not None:
                self._native.restore(state, first)
                self._native.copy(first + 1, first + sequences, first)
            first += sequences
        return sum(evaluated for _, evaluated in found)

    def _found(self, beginning: Beginning) -> tuple[ByteState | None, int]:
        """What llama.cpp holds of it (nothing, where it has no words), and what it took to compute it."""
        shared, persona = beginning
        if not shared and not persona:
            return None, 0
        state = self._kept.get(beginning)
        if state is not None:
            return state, 0
        before, spent = self._found((shared, ())) if persona else (None, 0)
        self._native.clear()
        if before is not None:
            self._native.restore(before)
        tree = grow(persona or shared, [()])
        start = len(shared) if persona else 0
        self._native.evaluate([Plot(tree, start)], np.zeros(len(tree), dtype=np.int8))
        state = self._native.save()
        self._kept.put(beginning, state)
        return state, spent + len(tree)
