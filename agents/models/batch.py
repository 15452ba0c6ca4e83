"""A tree as the batch of tokens that llama.cpp computes at once."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt

from agents.models.hearing import llama_cpp
from agents.models.tree import Tree
from simenv.types import ByteArray, IntArray


class Batch:
    """Points llama.cpp to a tree's columns, and keeps alive what it points to.

    Args:
        tree: leaf number n is sequence n.
        start: the position at which it grows.
        wanted: int8 (nodes,), 1 where the logits are read.
    """

    def __init__(self, tree: Tree, start: int, wanted: ByteArray) -> None:
        lengths = tree.high - tree.low
        ends = np.cumsum(lengths, dtype=np.int64)
        starts = ends - lengths
        # the sequences of node n: low[n], low[n] + 1, ..., high[n] - 1, one node after another
        owners: IntArray = (np.arange(ends[-1]) - np.repeat(starts - tree.low, lengths)).astype(np.int32)
        addresses = np.uint64(owners.ctypes.data) + 4 * starts.astype(np.uint64)
        columns: tuple[tuple[npt.NDArray[Any], Any], ...] = (
            (tree.token, llama_cpp.llama_token),
            (tree.depth + np.int32(start), llama_cpp.llama_pos),
            (lengths, ctypes.c_int32),
            (addresses, ctypes.POINTER(llama_cpp.llama_seq_id)),
            (wanted, ctypes.c_int8),
        )
        token, position, count, owner, logits = (pointer(array, kind) for array, kind in columns)
        self.native = llama_cpp.llama_batch(len(tree), token, None, position, count, owner, logits)
        self._kept = (owners, columns)  # the struct holds bare addresses


def pointer(array: npt.NDArray[Any], kind: Any) -> Any:
    """A C pointer to an array that must outlive it."""
    return array.ctypes.data_as(ctypes.POINTER(kind))
