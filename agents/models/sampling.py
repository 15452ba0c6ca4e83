"""How the next word is drawn: by the agent's own luck, and only as its grammar allows."""

from __future__ import annotations

import ctypes
import math
import os
import sys
import tempfile
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from agents.models.batch import pointer
from agents.models.hearing import llama_cpp
from agents.models.native import Native
from agents.models.weights import Weights
from simenv.errors import UsageError
from simenv.types import FloatArray
from simenv.words import Limits, Prompt

_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
"""llama.cpp's ``llama_token_data``."""


class Sampler:
    """Draws the words of one answer.

    A word is first drawn freely, and drawn again among the allowed ones if the grammar refuses it: that is as
    likely to give each allowed word as drawing among the allowed ones at once, and looks at one word instead
    of the whole vocabulary where the model knows what it is to write.

    Raises:
        UsageError: the grammar cannot be read.
    """

    def __init__(self, weights: Weights, prompt: Prompt, limits: Limits) -> None:
        self._grammar = _grammar(weights, prompt.grammar) if prompt.grammar else None
        self._chain = llama_cpp.llama_sampler_chain_init(llama_cpp.llama_sampler_chain_default_params())
        self._finish = weakref.finalize(self, _free, [self._chain, self._grammar])
        for link in _links(prompt, limits):
            llama_cpp.llama_sampler_chain_add(self._chain, link)

    def draw(self, native: Native, place: int) -> int | None:
        """The next token, by the logits at this place of the last batch; None where nothing may follow."""
        logits = native.logits(place)
        token = self._drawn(_candidates(np.arange(len(logits), dtype=np.int32), logits))
        if self._grammar is None:
            return token
        if not self._allows(token):
            every = _candidates(np.arange(len(logits), dtype=np.int32), logits)
            llama_cpp.llama_sampler_apply(self._grammar, ctypes.byref(every))
            if not np.isfinite(every.kept["logit"]).any():
                return None  # the grammar is at its end, and the model has no token that says so
            token = self._drawn(every)
        llama_cpp.llama_sampler_accept(self._grammar, token)
        return token

    def close(self) -> None:
        """Free it; doing it twice does no harm."""
        self._finish()

    def _drawn(self, candidates: Any) -> int:
        llama_cpp.llama_sampler_apply(self._chain, ctypes.byref(candidates))
        return int(candidates.data[candidates.selected].id)

    def _allows(self, token: int) -> bool:
        alone = _candidates(np.array([token], dtype=np.int32), np.ones(1, dtype=np.float32))
        llama_cpp.llama_sampler_apply(self._grammar, ctypes.byref(alone))
        return alone.data[0].logit > -math.inf


def _links(prompt: Prompt, limits: Limits) -> list[Any]:
    if limits.temperature <= 0:
        return [llama_cpp.llama_sampler_init_greedy()]
    return [
        llama_cpp.llama_sampler_init_top_p(limits.top_p, 1),
        llama_cpp.llama_sampler_init_temp(limits.temperature),
        llama_cpp.llama_sampler_init_dist(prompt.seed),
    ]


def _candidates(tokens: Any, logits: FloatArray) -> Any:
    """Tokens and their logits as llama.cpp's samplers take them."""
    table = np.zeros(len(tokens), dtype=_CANDIDATE)
    table["id"], table["logit"] = tokens, logits
    made = llama_cpp.llama_token_data_array(pointer(table, llama_cpp.llama_token_data), len(table), -1, False)
    made.kept = table  # the struct holds a bare address
    return made


def _grammar(weights: Weights, text: str) -> Any:
    made, said = _overheard(
        lambda: llama_cpp.llama_sampler_init_grammar(weights.vocabulary, text.encode(), b"root")
    )
    if not made:
        raise UsageError(
            f"Expected a GBNF grammar with a rule root, found one that llama.cpp cannot read "
            f"({' '.join(said.split())[:120] or 'no reason given'}); mend the grammar."
        )
    return made


def _overheard(call: Callable[[], Any]) -> tuple[Any, str]:
    """What a call gives, and what it writes past the log to the process's errors."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as file:
        terminal = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            made = call()
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
        file.seek(0)
        return made, file.read().decode("utf-8", errors="replace")


def _free(samplers: list[Any]) -> None:
    for sampler in samplers:
        if sampler is not None:
            llama_cpp.llama_sampler_free(sampler)
