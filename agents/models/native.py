"""One llama.cpp context of a model: tokens in, logits out."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from agents.models.batch import Batch, Plot, pointer
from agents.models.hearing import complaints, llama_cpp
from agents.models.weights import Weights
from simenv.errors import SimenvError
from simenv.types import ByteArray, FloatArray

ByteState = npt.NDArray[np.uint8]

SEQUENCES = 64
"""How many branches of a page one evaluation can tell apart, and read logits of."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much a context holds and how it computes.

    Args:
        cells: tokens of all sequences together.
        threads: how many threads compute.
        unit: most tokens computed at once; a longer batch is cut into such units.
        sequences: how many of them can be told apart, and be read logits of in one evaluation.
    """

    cells: int
    threads: int
    unit: int
    sequences: int = SEQUENCES


class Native:
    """A context: the only place that calls llama.cpp's functions on sequences.

    Attributes:
        size: how much it holds.
        seconds: how long llama.cpp has computed in it.

    Raises:
        UsageError: there is too little memory for it.
    """

    def __init__(self, weights: Weights, size: Size) -> None:
        self.weights, self.size, self.seconds = weights, size, 0.0
        with complaints() as heard:
            made = llama_cpp.llama_init_from_model(weights.handle, _settings(size))
            self.handle = weights.own(llama_cpp.llama_free, made, heard)
        self._memory = llama_cpp.llama_get_memory(self.handle)

    def evaluate(self, plots: Sequence[Plot], wanted: ByteArray) -> FloatArray:
        """Compute all tokens of some trees.

        Args:
            plots: the trees, no sequence in two of them.
            wanted: int8 (nodes of all trees,), 1 where the logits are read.

        Returns:
            float32 (wanted nodes, words), logits, in the trees' order. A view, good until the next call.

        Raises:
            SimenvError: llama.cpp could not compute it.
        """
        self.decode(Batch.of(plots, wanted))
        rows, words = int(np.count_nonzero(wanted)), self.weights.words
        if not rows:
            return np.zeros((0, words), dtype=np.float32)
        logits = llama_cpp.llama_get_logits(self.handle)
        return np.ctypeslib.as_array(logits, shape=(rows, words))

    def decode(self, batch: Batch) -> None:
        """Compute a batch of tokens.

        Raises:
            SimenvError: llama.cpp could not compute it.
        """
        began = perf_counter()
        with complaints() as heard:
            if llama_cpp.llama_decode(self.handle, batch.native):
                raise SimenvError(f"llama.cpp could not compute {len(batch)} tokens: {heard.first()}.")
        self.seconds += perf_counter() - began

    def logits(self, place: int) -> FloatArray:
        """The logits of one token of the last batch: float32 (words,). A view, good until the next call."""
        logits = llama_cpp.llama_get_logits_ith(self.handle, place)
        return np.ctypeslib.as_array(logits, shape=(self.weights.words,))

    def clear(self) -> None:
        """Forget everything."""
        llama_cpp.llama_memory_clear(self._memory, False)

    def trim(self, length: int, sequence: int = -1) -> None:
        """Forget everything from position ``length`` on, in one sequence or (-1) in all."""
        llama_cpp.llama_memory_seq_rm(self._memory, sequence, length, -1)

    def copy(self, first: int, last: int, source: int = 0) -> None:
        """Let sequences ``first`` to ``last - 1`` begin with what the source holds."""
        for sequence in range(first, last):
            llama_cpp.llama_memory_seq_cp(self._memory, source, sequence, -1, -1)

    def save(self) -> ByteState:
        """What sequence 0 holds: uint8 (bytes,)."""
        size = llama_cpp.llama_state_seq_get_size(self.handle, 0)
        state = np.empty(size, dtype=np.uint8)
        written = llama_cpp.llama_state_seq_get_data(self.handle, pointer(state, ctypes.c_uint8), size, 0)
        return state[:written]

    def restore(self, state: ByteState, sequence: int = 0) -> None:
        """Let a sequence hold what was saved."""
        data = pointer(state, ctypes.c_uint8)
        if not llama_cpp.llama_state_seq_set_data(self.handle, data, len(state), sequence):
            raise SimenvError("llama.cpp could not restore a saved state; its cache is too small.")


def _settings(size: Size) -> Any:
    settings = llama_cpp.llama_context_default_params()
    settings.n_ctx = settings.n_batch = size.cells
    settings.n_ubatch = size.unit
    settings.n_seq_max = settings.n_outputs_max = size.sequences
    settings.n_threads = settings.n_threads_batch = size.threads
    # flash attention adds up in half precision, in an order that changes with the batch; without it a branch
    # gets (nearly always to the bit) what it would get alone, and at a few hundred tokens it costs no more
    settings.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
    settings.kv_unified = settings.swa_full = settings.no_perf = True
    return settings
