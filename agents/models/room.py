"""Whether a machine has room for what llama.cpp is asked to hold: it does not ask itself."""

from __future__ import annotations

import os

from agents.models.weights import Weights
from simenv.errors import UsageError

_NOTES = 64
"""Bytes that llama.cpp notes of each cell beside keys and values: position, sequences."""


def check_room(weights: Weights, cells: int) -> None:
    """Refuse a cache that is larger than the machine's memory, before the machine runs out of it.

    Args:
        weights: of the model.
        cells: tokens in all caches together.

    Raises:
        UsageError: there is no room.
    """
    needed = cells * (_NOTES + weights.remembered())
    had = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if needed > had:
        raise UsageError(
            f"Expected caches for {cells:,} tokens to fit into memory, found that they take "
            f"{needed / 1e9:,.0f} GB of {had / 1e9:,.0f}; set a shorter context, or fewer contexts."
        )
