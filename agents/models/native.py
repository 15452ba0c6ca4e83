"""One model file in one llama.cpp context: the only place that calls llama.cpp's functions."""

from __future__ import annotations

import ctypes
import os
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from agents.models.batch import Batch, pointer
from agents.models.hearing import Complaints, complaints, llama_cpp
from agents.models.tree import Tree
from simenv.errors import SimenvError, UsageError
from simenv.types import ByteArray, FloatArray

ByteState = npt.NDArray[np.uint8]

_MAGIC = b"GGUF"
_UNIT = 512
"""Most tokens that llama.cpp computes at once; a longer batch is cut into such units."""
_LONGEST = 4096
_SPARE = 1024
"""Room in the cache for branches beyond the longest sequence, tokens."""

SEQUENCES = 64
"""How many branches one evaluation can tell apart (llama.cpp's limit is 256)."""


def check_file(path: Path) -> None:
    """Refuse what is no GGUF file before llama.cpp sees it.

    Raises:
        UsageError: the file is missing, cannot be read, or does not begin as GGUF files do.
    """
    try:
        with path.open("rb") as file:
            found = file.read(len(_MAGIC))
    except OSError as error:
        raise UsageError(
            f"Expected a model file at {path}, found none that can be read ({error.strerror}); "
            f"give the path of a GGUF file."
        ) from error
    if found != _MAGIC:
        raise UsageError(
            f"Expected a GGUF file, found {path} which begins with {found!r}; give a model in GGUF format."
        )


class Native:
    """A model and its context: tokens in, logits out.

    Args:
        path: a GGUF file.
        threads: how many threads compute.
        context: the longest sequence, tokens; 0 for what the model was trained on, 4,096 at most.

    Raises:
        UsageError: the file is no model that llama.cpp can load and ask for the next word.
    """

    def __init__(self, path: Path, *, threads: int, context: int = 0) -> None:
        check_file(path)
        self._owned: list[tuple[Callable[[Any], None], Any]] = []
        self._finish = weakref.finalize(self, _release, self._owned)
        with complaints() as heard:
            self._model = llama_cpp.llama_model_load_from_file(os.fsencode(path), loading())
            self._own(llama_cpp.llama_model_free, self._model, path, heard)
            if not self._predicts():
                raise UsageError(
                    f"Expected a model that continues text, found {path} which embeds or edits; give another."
                )
            self.context = context or min(int(llama_cpp.llama_model_n_ctx_train(self._model)), _LONGEST)
            self.cells = self.context + _SPARE
            self._context = llama_cpp.llama_init_from_model(self._model, _settings(threads, self.cells))
            self._own(llama_cpp.llama_free, self._context, path, heard)
        self._memory = llama_cpp.llama_get_memory(self._context)
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        self.words: int = llama_cpp.llama_vocab_n_tokens(self._vocab)

    def close(self) -> None:
        """Free the native memory; doing it twice does no harm."""
        self._finish()

    @property
    def open(self) -> bool:
        """Whether the native memory is still there."""
        return self._finish.alive

    def can_branch(self) -> bool:
        """Whether sequences can share a beginning in the cache.

        Recurrent models keep one running state instead of cells, and a sliding window shorter than the
        context lets go of cells that a branch still needs.
        """
        model = self._model
        if llama_cpp.llama_model_is_recurrent(model) or llama_cpp.llama_model_is_hybrid(model):
            return False
        window = int(llama_cpp.llama_model_n_swa(model))
        return window == 0 or window >= self.context

    def metadata(self, key: str) -> str:
        """One value of the file's metadata as text, "" where there is none."""
        size, name = 1 << 17, key.encode()
        buffer = ctypes.create_string_buffer(size)
        length = llama_cpp.llama_model_meta_val_str(self._model, name, buffer, size)
        if length >= size:
            buffer = ctypes.create_string_buffer(length + 1)
            llama_cpp.llama_model_meta_val_str(self._model, name, buffer, length + 1)
        return buffer.value.decode("utf-8", errors="replace") if length > 0 else ""

    def beginning(self) -> int | None:
        """The token that every prompt begins with, where the model wants one."""
        wanted = llama_cpp.llama_vocab_get_add_bos(self._vocab)
        token = int(llama_cpp.llama_vocab_bos(self._vocab))
        return token if wanted and token >= 0 else None

    def control_text(self, role: str) -> str:
        """The text of the beginning ("bos") or end ("eos") token, "" where there is none."""
        find = {"bos": llama_cpp.llama_vocab_bos, "eos": llama_cpp.llama_vocab_eos}[role]
        token = find(self._vocab)
        text = llama_cpp.llama_vocab_get_text(self._vocab, token) if token >= 0 else b""
        return text.decode("utf-8", errors="replace")

    def tokenise(self, text: str, *, special: bool = False) -> list[int]:
        """The tokens of a text; only with ``special`` can it spell control tokens."""
        data = text.encode("utf-8", errors="replace")
        room = len(data) + 8
        tokens = (llama_cpp.llama_token * room)()
        count = llama_cpp.llama_tokenize(self._vocab, data, len(data), tokens, room, False, special)
        if count < 0:
            tokens = (llama_cpp.llama_token * -count)()
            count = llama_cpp.llama_tokenize(self._vocab, data, len(data), tokens, -count, False, special)
        return list(tokens[:count])

    def evaluate(self, tree: Tree, start: int, wanted: ByteArray) -> FloatArray:
        """Compute all tokens of a tree that grows at position ``start``.

        Args:
            tree: leaf number n is sequence n.
            start: every one of these sequences holds this many tokens already.
            wanted: int8 (nodes,), 1 where the logits are read.

        Returns:
            float32 (wanted nodes, words), logits, in the tree's order. A view, good until the next call.

        Raises:
            SimenvError: llama.cpp could not compute it.
        """
        batch = Batch(tree, start, wanted)
        with complaints() as heard:
            if llama_cpp.llama_decode(self._context, batch.native):
                raise SimenvError(f"llama.cpp could not compute {len(tree.token)} tokens: {heard.first()}.")
        rows = int(np.count_nonzero(wanted))
        if not rows:
            return np.zeros((0, self.words), dtype=np.float32)
        logits = llama_cpp.llama_get_logits(self._context)
        return np.ctypeslib.as_array(logits, shape=(rows, self.words))

    def clear(self) -> None:
        """Forget everything."""
        llama_cpp.llama_memory_clear(self._memory, False)

    def trim(self, length: int) -> None:
        """Forget everything from position ``length`` on, in every sequence."""
        llama_cpp.llama_memory_seq_rm(self._memory, -1, length, -1)

    def copy(self, first: int, last: int) -> None:
        """Let sequences ``first`` to ``last - 1`` begin with what sequence 0 holds."""
        for sequence in range(first, last):
            llama_cpp.llama_memory_seq_cp(self._memory, 0, sequence, -1, -1)

    def save(self) -> ByteState:
        """What sequence 0 holds: uint8 (bytes,)."""
        size = llama_cpp.llama_state_seq_get_size(self._context, 0)
        state = np.empty(size, dtype=np.uint8)
        written = llama_cpp.llama_state_seq_get_data(self._context, pointer(state, ctypes.c_uint8), size, 0)
        return state[:written]

    def restore(self, state: ByteState) -> None:
        """Let sequence 0 hold what was saved."""
        data = pointer(state, ctypes.c_uint8)
        if not llama_cpp.llama_state_seq_set_data(self._context, data, len(state), 0):
            raise SimenvError("llama.cpp could not restore a saved state; its cache is too small.")

    def _own(self, free: Callable[[Any], None], handle: Any, path: Path, heard: Complaints) -> None:
        """Remember to free what llama.cpp made, or say why it made nothing."""
        if not handle:
            raise UsageError(
                f"Expected a model that llama.cpp can load, found {path} which it refuses "
                f"({heard.first()}); give another GGUF file."
            )
        self._owned.append((free, handle))

    def _predicts(self) -> bool:
        model = self._model
        strange = llama_cpp.llama_model_has_encoder(model) or llama_cpp.llama_model_is_diffusion(model)
        return bool(llama_cpp.llama_model_has_decoder(model)) and not strange


def loading() -> Any:
    """How a model is loaded: llama.cpp's defaults, without what crashes."""
    settings = llama_cpp.llama_model_default_params()
    # llama.cpp's AMX kernels crash in some builds (ggml-org/llama.cpp issue 20824)
    settings.use_extra_bufts = b"AMX_INT8 = 1" not in llama_cpp.llama_print_system_info()
    return settings


def _settings(threads: int, cells: int) -> Any:
    settings = llama_cpp.llama_context_default_params()
    settings.n_ctx = settings.n_batch = cells
    settings.n_ubatch = _UNIT
    settings.n_seq_max = settings.n_outputs_max = SEQUENCES
    settings.n_threads = settings.n_threads_batch = threads
    # flash attention adds up in half precision, in an order that changes with the batch; without it a branch
    # gets (nearly always to the bit) what it would get alone, and at a few hundred tokens it costs no more
    settings.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
    settings.kv_unified = settings.swa_full = settings.no_perf = True
    return settings


def _release(owned: list[tuple[Callable[[Any], None], Any]]) -> None:
    while owned:
        free, handle = owned.pop()
        free(handle)
