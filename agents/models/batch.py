"""Tokens of several sequences as the batch that llama.cpp computes at once."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt

from agents.models.hearing import llama_cpp
from agents.models.tree import Tree
from simenv.types import ByteArray, IntArray

_NUMBERS = np.arange(256, dtype=np.int32)
"""As many sequences as llama.cpp can tell apart."""


class Batch:
    """Points llama.cpp to columns, one entry per token, and keeps alive what it points to.

    Args:
        token, position: int32 (tokens,).
        low, high: int32 (tokens,), the token belongs to sequences low to high - 1.
        wanted: int8 (tokens,), 1 where the logits are read.
    """

    def __init__(
        self, token: IntArray, position: IntArray, low: IntArray, high: IntArray, wanted: ByteArray
    ) -> None:
        # the sequences of a token are neighbours, so its list of them is a part of all numbers
        addresses = low.astype(np.uint64) * _NUMBERS.itemsize + np.uint64(_NUMBERS.ctypes.data)
        columns: tuple[tuple[npt.NDArray[Any], Any], ...] = (
            (token, llama_cpp.llama_token),
            (position, llama_cpp.llama_pos),
            (high - low, ctypes.c_int32),
            (addresses, ctypes.POINTER(llama_cpp.llama_seq_id)),
            (wanted, ctypes.c_int8),
        )
        tokens, positions, counts, owner, logits = (pointer(array, kind) for array, kind in columns)
        self.native = llama_cpp.llama_batch(len(token), tokens, None, positions, counts, owner, logits)
        self._kept = columns  # the struct holds bare addresses

    @classmethod
    def of(cls, tree: Tree, start: int, wanted: ByteArray) -> Batch:
        """A tree that grows at position ``start``; leaf number n is sequence n."""
        return cls(tree.token, tree.depth + np.int32(start), tree.low, tree.high, wanted)

    def __len__(self) -> int:
        return int(self.native.n_tokens)


def pointer(array: npt.NDArray[Any], kind: Any) -> Any:
    """A C pointer to an array that must outlive it."""
    return array.ctypes.data_as(ctypes.POINTER(kind))
