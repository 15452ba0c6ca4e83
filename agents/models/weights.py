"""One model file as llama.cpp has loaded it: what it knows of words, and what every context shares."""

from __future__ import annotations

import ctypes
import os
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

from agents.models.header import check_file
from agents.models.hearing import Complaints, complaints, llama_cpp
from simenv.errors import UsageError

_HALF = 2
"""Bytes of a number in the cache."""
EVERY_LAYER = -1
"""As a number of layers on the GPU: all that it has."""

Owned = list[tuple[Callable[[Any], None], Any]]
"""What llama.cpp made, and how it is freed."""


class Weights:
    """A model: its words, and the numbers that contexts compute with.

    Args:
        path: a GGUF file.
        gpu_layers: how many layers a GPU computes, ``EVERY_LAYER`` for all; without a GPU it says nothing.

    Raises:
        UsageError: the file is no model that llama.cpp can load and ask for the next word.
    """

    def __init__(self, path: Path, *, gpu_layers: int = EVERY_LAYER) -> None:
        check_file(path)
        self._path = path
        self.owned: Owned = []
        self._finish = weakref.finalize(self, _release, self.owned)
        with complaints() as heard:
            handle = llama_cpp.llama_model_load_from_file(os.fsencode(path), loading(gpu_layers))
            self.handle = self.own(llama_cpp.llama_model_free, handle, heard)
        if not self._predicts():
            raise UsageError(
                f"Expected a model that continues text, found {path} which embeds or edits; give another."
            )
        self._vocab = llama_cpp.llama_model_get_vocab(self.handle)
        self.words: int = llama_cpp.llama_vocab_n_tokens(self._vocab)
        self.trained: int = llama_cpp.llama_model_n_ctx_train(self.handle)
        if self.trained < 1:
            raise UsageError(
                f"Expected a model that was trained on texts of some length, found {path} which says "
                f"{self.trained} tokens; give another GGUF file, or this one downloaded again."
            )

    def close(self) -> None:
        """Free the native memory, that of all contexts first; doing it twice does no harm."""
        self._finish()

    @property
    def open(self) -> bool:
        """Whether the native memory is still there."""
        return self._finish.alive

    def own(self, free: Callable[[Any], None], handle: Any, heard: Complaints) -> Any:
        """Remember to free what llama.cpp made, the last first, or say why it made nothing."""
        if not handle:
            raise UsageError(
                f"Expected a model that llama.cpp can load, found {self._path} which it refuses "
                f"({heard.first()}); give another GGUF file, or this one downloaded again if it is not whole."
            )
        self.owned.append((free, handle))
        return handle

    def can_branch(self, context: int) -> bool:
        """Whether sequences of so many tokens can share a beginning in the cache.

        Recurrent models keep one running state instead of cells, and a sliding window shorter than the
        context lets go of cells that a branch still needs.
        """
        model = self.handle
        if llama_cpp.llama_model_is_recurrent(model) or llama_cpp.llama_model_is_hybrid(model):
            return False
        window = int(llama_cpp.llama_model_n_swa(model))
        return window == 0 or window >= context

    def remembered(self) -> int:
        """Bytes that the cache holds of each token: keys and values of all layers, two for each number."""
        model = self.handle
        layers, heads = llama_cpp.llama_model_n_layer(model), llama_cpp.llama_model_n_head(model)
        width = llama_cpp.llama_model_n_embd(model) // max(heads, 1)
        return int(_HALF * 2 * layers * llama_cpp.llama_model_n_head_kv(model) * width)

    def metadata(self, key: str) -> str:
        """One value of the file's metadata as text, "" where there is none."""
        size, name = 1 << 17, key.encode()
        buffer = ctypes.create_string_buffer(size)
        length = llama_cpp.llama_model_meta_val_str(self.handle, name, buffer, size)
        if length >= size:
            buffer = ctypes.create_string_buffer(length + 1)
            llama_cpp.llama_model_meta_val_str(self.handle, name, buffer, length + 1)
        return buffer.value.decode("utf-8", errors="replace") if length > 0 else ""

    def beginning(self) -> int | None:
        """The token that every prompt begins with, where the model wants one."""
        wanted = llama_cpp.llama_vocab_get_add_bos(self._vocab)
        token = int(llama_cpp.llama_vocab_bos(self._vocab))
        return token if wanted and token >= 0 else None

    def ends(self, token: int) -> bool:
        """Whether a token says that nothing more follows."""
        return bool(llama_cpp.llama_vocab_is_eog(self._vocab, token))

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

    def spelling(self, token: int) -> bytes:
        """The bytes that a token stands for; none for a control token."""
        size = 256
        buffer = ctypes.create_string_buffer(size)
        length = llama_cpp.llama_token_to_piece(self._vocab, token, buffer, size, 0, False)
        if length < 0:
            buffer = ctypes.create_string_buffer(-length)
            length = llama_cpp.llama_token_to_piece(self._vocab, token, buffer, -length, 0, False)
        return buffer.raw[:length]

    @property
    def vocabulary(self) -> Any:
        """llama.cpp's own vocabulary, for its samplers."""
        return self._vocab

    def _predicts(self) -> bool:
        strange = llama_cpp.llama_model_has_encoder(self.handle) or llama_cpp.llama_model_is_diffusion(
            self.handle
        )
        return bool(llama_cpp.llama_model_has_decoder(self.handle)) and not strange


def loading(gpu_layers: int = EVERY_LAYER) -> Any:
    """How a model is loaded: llama.cpp's defaults, without what crashes."""
    settings = llama_cpp.llama_model_default_params()
    settings.n_gpu_layers = gpu_layers if gpu_layers != EVERY_LAYER else 1 << 20
    # llama.cpp's AMX kernels crash in some builds (ggml-org/llama.cpp issue 20824)
    settings.use_extra_bufts = b"AMX_INT8 = 1" not in llama_cpp.llama_print_system_info()
    return settings


def has_gpu() -> bool:
    """Whether llama.cpp finds a GPU to compute on."""
    return bool(llama_cpp.llama_supports_gpu_offload())


def _release(owned: Owned) -> None:
    while owned:
        free, handle = owned.pop()
        free(handle)
