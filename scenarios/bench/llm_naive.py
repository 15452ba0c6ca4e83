"""How pages are thought about where nothing is shared, and how fast llama.cpp itself can be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import numpy as np

from agents.models.batch import Batch
from agents.models.native import Native
from agents.models.segments import Speller
from agents.models.settings import Settings
from agents.models.weights import Weights
from scenarios.bench.llm_pages import Visit

_GRAMMAR = r"""
root ::= "[" item ("," item){9} "]"
item ::= "{\"watch\":" ("true" | "false") ",\"stars\":" [1-5] "}"
"""


def written(path: Path, visit: Visit) -> tuple[float, float]:
    """Agent-pages a second and tokens written a page, one prompt after another through llama-cpp-python.

    As plain as simulators come, and cheaper than they are: no reasons are asked for, though Agent4Rec (Zhang
    et al., 2024) has one written for every film and spends about 2,100 tokens a page. What a prompt has in
    common with the one before is computed once, which llama-cpp-python sees to by itself.
    """
    from agents.models.hearing import llama_cpp

    with _loaded_alike():
        llama = llama_cpp.Llama(str(path), n_ctx=4096, verbose=False)
    grammar = llama_cpp.LlamaGrammar.from_string(_GRAMMAR, verbose=False)
    began, tokens = perf_counter(), 0
    for page in visit:
        begun = page[0].shared + page[0].persona + page[0].page
        prompt = begun + "".join(question.branch for question in page[::2]) + "\n"
        answer = llama.create_completion(prompt, max_tokens=1024, grammar=grammar, seed=0)
        tokens += answer["usage"]["completion_tokens"]
    rate = len(visit) / (perf_counter() - began)
    llama.close()
    return rate, tokens / len(visit)


def scored(path: Path, visit: Visit) -> tuple[float, float]:
    """Agent-pages a second and tokens computed a page, one evaluation of a whole prompt for each film."""
    weights, native, spell = _opened(path)
    began, tokens = perf_counter(), 0
    for page in visit:
        for question in page[1::2]:  # the question about stars begins as that about watching does
            begun = spell.shared(question) + spell.persona(question) + spell.page(question)
            prompt = begun + spell.asked(question).branch
            native.clear()
            native.decode(_plain(prompt, (len(prompt) - 1, len(prompt) - 3)))
            tokens += len(prompt)
    took = perf_counter() - began
    weights.close()
    return len(visit) / took, tokens / len(visit)


class Prefill:
    """The limit: llama.cpp computes full batches of plain tokens.

    Args:
        path: the model, in one context on all threads.
        tokens: of a batch.
        read: of how many tokens one is asked for its logits.
    """

    def __init__(self, path: Path, tokens: int, read: int) -> None:
        self._weights, self._native, _ = _opened(path)
        words = self._weights.words
        self._tokens = np.random.default_rng(0).integers(words // 2, words, tokens).tolist()
        self._asked = tuple(range(read - 1, tokens, read))
        self()

    def __call__(self) -> None:
        """Compute one batch."""
        self._native.clear()
        self._native.decode(_plain(self._tokens, self._asked))
        self._native.logits(self._asked[-1])


def _opened(path: Path) -> tuple[Weights, Native, Speller]:
    """The model in one context on all threads."""
    settings = Settings.of({"contexts": 1})
    weights = Weights(path)
    return weights, Native(weights, settings.size(weights.trained)), Speller(weights)


def _plain(tokens: list[int] | tuple[int, ...], asked: tuple[int, ...]) -> Batch:
    """One sequence, and the places whose logits are read."""
    count, none = len(tokens), np.zeros(len(tokens), dtype=np.int32)
    wanted = np.zeros(count, dtype=np.int8)
    wanted[list(asked)] = 1
    return Batch(np.array(tokens, dtype=np.int32), np.arange(count, dtype=np.int32), none, none + 1, wanted)


@contextmanager
def _loaded_alike() -> Iterator[None]:
    """Let llama-cpp-python load models with the settings that ours are loaded with."""
    from agents.models.hearing import llama_cpp
    from agents.models.weights import loading

    settings = loading()
    default = llama_cpp.llama_cpp.llama_model_default_params
    llama_cpp.llama_cpp.llama_model_default_params = lambda: settings
    try:
        yield
    finally:
        llama_cpp.llama_cpp.llama_model_default_params = default
