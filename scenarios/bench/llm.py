"""How fast agents think: pages of ten films, each asked about twice, five pages a visit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

from agents.decision import Decision
from agents.language_policy import LanguagePolicy
from agents.models import EMBEDDED
from agents.models.cached import Cached
from agents.models.llama_cpp import LlamaCppModel
from agents.population import people
from agents.questions import Branches, memory_words, opening, page_words
from simenv.data.register import load
from simenv.luck import stream
from simenv.protocols import LanguageModel
from simenv.types import Catalog, Dataset, Question

AGENTS, PAGES, SLOTS, WATCHED = 24, 5, 10, 2
"""Agents, pages of a visit, films on a page, films watched (and remembered) on each."""

Page = list[Question]
Visit = list[Page]

_GRAMMAR = r"""
root ::= "[" item ("," item){9} "]"
item ::= "{\"watch\":" ("true" | "false") ",\"stars\":" [1-5] "}"
"""


def bench_llm(path: Path = EMBEDDED) -> list[dict[str, object]]:
    """Agent-pages a second and tokens a page, beside one prompt per page that is answered in JSON."""
    with LlamaCppModel(path) as model, TemporaryDirectory() as folder:
        warming, *visits = _visits(load("town"), model)
        model.choose(warming[0])
        before = model.usage()
        thinking = _rate(model, visits)
        after = model.usage()
        with Cached(model, Path(folder) / "answers") as cached:
            _rate(cached, visits[:1])
            remembering = _rate(cached, visits[:1])
    pages = len(visits) * PAGES
    computed, spared = (after.prompt - before.prompt) / pages, (after.cached - before.cached) / pages
    naive, written = _naive(path, visits[0])
    case = f"{SLOTS} films a page, {PAGES} pages a visit"
    plain = f"one prompt a page, {written:.0f} tokens of JSON under a grammar: {naive:.2f}/s"
    return [
        _row(case, thinking, "agent-pages/s", plain, thinking / naive),
        _row("computed", computed, "tokens/agent-page", "one prompt a question", 1 + spared / computed),
        _row("remembered in a file", remembering, "agent-pages/s", "thinking", remembering / thinking),
    ]


def _row(case: str, value: float, unit: str, baseline: str, ratio: float) -> dict[str, object]:
    return {
        "bench": "llm",
        "case": case,
        "value": value,
        "unit": unit,
        "baseline": baseline,
        "ratio": ratio,
    }


def _visits(dataset: Dataset, model: LanguageModel) -> list[Visit]:
    """What each agent is asked in a visit; what it watched is remembered on the next page."""
    catalog, luck = dataset.catalog, stream(0, "bench")
    chosen = np.arange(AGENTS, dtype=np.int32)
    population = people(
        catalog, dataset.users, dataset.train, chosen, np.zeros((AGENTS, 1), dtype=np.float32)
    )
    policy = LanguagePolicy(model, population, catalog, Decision(seed=0))
    shown = luck.order(chosen[:, None], np.arange(len(catalog)))[:, : PAGES * SLOTS]
    return [
        [_page(catalog, policy.persona(row), shown[row], page) for page in range(PAGES)]
        for row in range(AGENTS)
    ]


def _page(catalog: Catalog, persona: str, shown: Any, page: int) -> Page:
    """The questions of one page: two for each film."""
    seen = shown.reshape(PAGES, SLOTS)[:page, :WATCHED].ravel()
    memory = page_words(memory_words(catalog, seen, np.full(len(seen), 4, dtype=np.float32)))
    branches = Branches(catalog)
    return [
        Question(opening(catalog.noun), persona, memory, text, options)
        for item in shown[page * SLOTS : (page + 1) * SLOTS]
        for text, options in branches[int(item)]
    ]


def _rate(model: LanguageModel, visits: Sequence[Visit]) -> float:
    """Agent-pages a second, asked as a run asks: everybody's first page, then everybody's second."""
    began = perf_counter()
    for page in range(PAGES):
        model.choose([question for visit in visits for question in visit[page]])
    return len(visits) * PAGES / (perf_counter() - began)


def _naive(path: Path, visit: Visit) -> tuple[float, float]:
    """Agent-pages a second and tokens written a page, one prompt after another through llama-cpp-python."""
    from agents.models.hearing import llama_cpp

    with _loaded_alike():
        llama = llama_cpp.Llama(str(path), n_ctx=4096, verbose=False)
    grammar = llama_cpp.LlamaGrammar.from_string(_GRAMMAR, verbose=False)
    began, written = perf_counter(), 0
    for page in visit:
        begun = page[0].shared + page[0].persona + page[0].page
        prompt = begun + "".join(question.branch for question in page[::2]) + "\n"
        answer = llama.create_completion(prompt, max_tokens=1024, grammar=grammar, seed=0)
        written += answer["usage"]["completion_tokens"]
    rate = PAGES / (perf_counter() - began)
    llama.close()
    return rate, written / PAGES


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
