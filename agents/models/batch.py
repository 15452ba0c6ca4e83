"""Tokens of several sequences as the batch that llama.cpp computes at once."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from agents.models.hearing import llama_cpp
from agents.models.tree import Tree
from simenv.types import ByteArray, IntArray

MOST_SEQUENCES = 256
"""As many as llama.cpp can tell apart."""
_NUMBERS = np.arange(MOST_SEQUENCES, dtype=np.int32)


class _Addresses(ctypes.Structure):
    """llama.cpp's batch with its typed pointers as numbers, which are quicker to fill in."""

    _fields_ = [
        (name, kind if kind is ctypes.c_int32 else ctypes.c_void_p)
        for name, kind in llama_cpp.llama_batch._fields_
    ]


@dataclass(frozen=True, slots=True)
class Plot:
    """A tree where it grows.

    Args:
        tree: what to compute.
        start: the position of its root; its sequences hold so many tokens already.
        first: the sequence of its first leaf; those of the others follow.
    """

    tree: Tree
    start: int = 0
    first: int = 0


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
        lists = low.astype(np.uint64) * _NUMBERS.itemsize + np.uint64(_NUMBERS.ctypes.data)
        columns = (token, position, high - low, lists, wanted)
        tokens, *others = (array.ctypes.data for array in columns)
        self._addresses = _Addresses(len(token), tokens, None, *others)
        self.native = llama_cpp.llama_batch.from_buffer(self._addresses)
        self._kept = columns  # the addresses are bare

    @classmethod
    def of(cls, plots: Sequence[Plot], wanted: ByteArray) -> Batch:
        """The trees of all plots, one after another."""
        columns = [
            (
                plot.tree.token,
                plot.tree.depth + plot.start,
                plot.tree.low + plot.first,
                plot.tree.high + plot.first,
            )
            for plot in plots
        ]
        token, position, low, high = (
            columns[0] if len(columns) == 1 else map(np.concatenate, zip(*columns, strict=True))
        )
        return cls(token, position, low, high, wanted)

    def __len__(self) -> int:
        return int(self.native.n_tokens)


def pointer(array: npt.NDArray[Any], kind: Any) -> Any:
    """A C pointer to an array that must outlive it."""
    return array.ctypes.data_as(ctypes.POINTER(kind))
