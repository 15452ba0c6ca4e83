"""Memory for large observations, used again when nobody holds what was written on it.

Every step hands out new arrays. A system that gives fresh memory for them page by page takes as long as the
people themselves, so memory comes back here when the last view of an array is gone, and not before.
"""

from __future__ import annotations

import weakref
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

KEPT = 3
"""As many free sheets of one size are kept: what is held, what is made, and what was dropped just now."""

_free: dict[int, list[bytearray]] = {}


def sheet(shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """An array of this shape with anything in it, its own as long as it or a view of it is held."""
    size = prod(shape) * np.dtype(dtype).itemsize
    free = _free.setdefault(size, [])
    memory = free.pop() if free else bytearray(size)
    # views of an array over foreign memory keep that array alive, not the memory alone
    whole = np.frombuffer(memory, dtype=dtype)
    weakref.finalize(whole, _take_back, free, memory).atexit = False
    return whole.reshape(shape)


def _take_back(free: list[bytearray], memory: bytearray) -> None:
    if len(free) < KEPT:
        free.append(memory)
