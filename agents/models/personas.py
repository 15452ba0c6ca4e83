"""The beginnings of prompts, evaluated once and kept in memory."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

import numpy as np

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
    """Brings the beginning of an agent's prompts into a context's cache, one agent at a time.

    A beginning is always computed in the same two steps, the shared part and then the persona, so its bits
    do not depend on what was kept.

    Args:
        native: the context.
        kept: beginnings that were computed before.
    """

    def __init__(self, native: Native, kept: Kept) -> None:
        self._native = native
        self._kept = kept
        self._present: Beginning | None = None
        self._copies = 1

    def bring(self, shared: Tokens, persona: Tokens, sequences: int) -> int:
        """Let the first sequences of the cache hold the beginning and nothing else.

        Returns:
            How many tokens had to be evaluated.
        """
        beginning = (shared, persona)
        if self._present == beginning:
            self._native.trim(len(shared) + len(persona))
            evaluated = 0
        else:
            self._present = None
            evaluated = self._load(beginning)
            self._present, self._copies = beginning, 1
        if sequences > self._copies:
            self._native.copy(self._copies, sequences)
            self._copies = sequences
        return evaluated

    def _load(self, beginning: Beginning) -> int:
        """Into sequence 0 of an empty cache, from memory or by evaluating it."""
        shared, persona = beginning
        state = self._kept.get(beginning)
        if state is not None:
            self._native.clear()
            self._native.restore(state)
            return 0
        if persona and shared:
            before = self._load((shared, ()))
            return before + self._extend(persona, beginning, len(shared))
        self._native.clear()
        return self._extend(shared + persona, beginning, 0)

    def _extend(self, tokens: Tokens, beginning: Beginning, start: int) -> int:
        if tokens:
            tree = grow(tokens, [()])
            self._native.evaluate(tree, start, np.zeros(len(tree), dtype=np.int8))
            self._kept.put(beginning, self._native.save())
        return len(tokens)
