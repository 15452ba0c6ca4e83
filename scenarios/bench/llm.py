"""How fast agents think, in the embedded model and in one of about 100 M parameters, beside what is naive."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from agents.models import EMBEDDED
from agents.models.cached import Cached
from agents.models.gguf import LlamaShape, quantise, write_gguf
from agents.models.llama_cpp import LlamaCppModel
from agents.models.usage import Usage
from agents.models.weights import Weights
from scenarios.bench.llm_naive import prefilled, scored, written
from scenarios.bench.llm_pages import PAGES, SLOTS, Visit, visits
from simenv.data.register import load
from simenv.protocols import LanguageModel

AGENTS, FEW = 24, 3
"""Agents who think in the embedded model, and in the large one."""
LARGE = LlamaShape(layers=12, width=768, heads=12, kv_heads=4, ffn=2560, context=2048, name="large")

Row = dict[str, object]


def bench_llm() -> list[Row]:
    """Agent-pages a second, tokens, and shares of the limit, of both models."""
    with TemporaryDirectory() as folder:
        rows = thinking(EMBEDDED, "embedded", AGENTS, Path(folder))
        return rows + thinking(large(Path(folder)), "100 M parameters", FEW, Path(folder))


def thinking(path: Path, name: str, agents: int, folder: Path) -> list[Row]:
    """What thinking costs in one model.

    Args:
        name: of the model, for the table.
        agents: how many think.
        folder: for remembered answers.
    """
    with LlamaCppModel(path) as model:
        warming, *others = visits(load("town"), model, agents + 1)
        model.choose(warming[0])
        rate, cost, decoding = _timed(model, others)
        with Cached(model, folder / f"answers of {name}") as cached:
            _rate(cached, others[:1])
            remembering = _rate(cached, others[:1])
    pages = agents * PAGES
    json, tokens = written(path, others[0])
    plain, whole = scored(path, others[0])
    limit, case = prefilled(path), f"{name}, {SLOTS} films a page, {PAGES} pages a visit"
    told = [
        (case, rate, "agent-pages/s", f"one prompt a page, {tokens:.0f} tokens of JSON: {json:.2f}/s", json),
        (case, rate, "agent-pages/s", f"one prompt and evaluation a film: {plain:.2f}/s", plain),
        (f"{name}, computed", cost.prompt / pages, "tokens/agent-page", "one prompt a film", whole),
        (f"{name}, computed", rate * cost.prompt / pages, "tokens/s", "limit: plain prefill", limit),
        (f"{name}, in llama.cpp", 100 * decoding, "% of the time", "all of it", 100.0),
        (f"{name}, remembered in a file", remembering, "agent-pages/s", "thinking", rate),
    ]
    return [_row(*row) for row in told]


def large(folder: Path) -> Path:
    """A model of about 100 M random weights, with the embedded one's words, in 8 bits."""
    rough, path = folder / "rough.gguf", folder / "large.gguf"
    tokens, end = _words(EMBEDDED)
    rng = np.random.default_rng(0)
    weights = {
        name: (rng.standard_normal(size, dtype=np.float32) * np.float32(0.02) + (len(size) == 1))
        for name, size in LARGE.weights(len(tokens)).items()
    }
    write_gguf(rough, weights, LARGE, tokens, control={"eos": end})
    quantise(rough, path, "Q8_0")
    rough.unlink()
    return path


def _words(path: Path) -> tuple[list[bytes], int]:
    """The words of a model, and its last one's number; control tokens, which are not spelled, get names."""
    weights = Weights(path)
    spelled = [weights.spelling(token) for token in range(weights.words)]
    end = next(token for token in range(weights.words) if weights.ends(token))
    weights.close()
    return [word or b"\xff<%d>" % number for number, word in enumerate(spelled)], end


def _timed(model: LlamaCppModel, others: Sequence[Visit]) -> tuple[float, Usage, float]:
    """Agent-pages a second, what they cost, and the share of the time that was spent in llama.cpp."""
    before = model.usage()
    rate = _rate(model, others)
    cost = model.usage() - before
    return rate, cost, cost.decoding / (model.contexts * cost.seconds)


def _rate(model: LanguageModel, others: Sequence[Visit]) -> float:
    """Agent-pages a second, asked as a run asks: everybody's first page, then everybody's second."""
    began = perf_counter()
    for page in range(PAGES):
        model.choose([question for visit in others for question in visit[page]])
    return len(others) * PAGES / (perf_counter() - began)


def _row(case: str, value: float, unit: str, baseline: str, other: float) -> Row:
    return {
        "bench": "llm",
        "case": case,
        "value": value,
        "unit": unit,
        "baseline": baseline,
        "ratio": value / other,
    }
