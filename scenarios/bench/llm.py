"""How fast agents think, in the embedded model and in one of about 100 M parameters, beside what is naive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
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
from scenarios.bench.llm_day import days
from scenarios.bench.llm_naive import Prefill, scored, written
from scenarios.bench.llm_pages import PAGES, SLOTS, Visit, visits
from simenv.data.register import load

LARGE = LlamaShape(layers=12, width=768, heads=12, kv_heads=4, ffn=2560, context=2048, name="large")
MANY, FEW = 100, 4
"""Agents who think in the embedded model, and in the large one."""
PLAIN, READ = 512, 256
"""Tokens of a full batch, and of one of which every fourth token's scores are read (64 at most)."""
CROWD = 1000
"""Agents who live for a day."""

Row = dict[str, object]


def bench_llm() -> list[Row]:
    """Agent-pages a second, tokens, and shares of the limit, of both models; and a day of many agents."""
    with TemporaryDirectory() as folder:
        rows = thinking(EMBEDDED, "embedded", MANY, Path(folder))
        rows += thinking(large(Path(folder)), "100 M parameters", FEW, Path(folder))
    return rows + [_row(*told) for told in days(CROWD // 10, CROWD)]


def thinking(path: Path, name: str, agents: int, folder: Path) -> list[Row]:
    """What thinking costs in one model.

    Args:
        path: its file.
        name: of the model, for the table.
        agents: how many think; where they are few, what is naive is tried on two pages.
        folder: for remembered answers.
    """
    with LlamaCppModel(path) as model:
        warming, *others = visits(load("town"), model, agents + 1)
        model.choose(warming[0])
        found = _measured(model, others, (Prefill(path, PLAIN, PLAIN), Prefill(path, READ, 4)))
        remembering = _remembering(model, others[0], folder / f"answers of {name}")
    tried = others[0] if agents > PAGES else others[0][1:3]
    json, words = written(path, tried)
    plain, whole = scored(path, tried)
    first, later = _decoding(path, others)
    case, pages = f"{name}: {SLOTS} films a page, {PAGES} pages a visit", "agent-pages/s"
    naive = (
        f"(a) llama-cpp-python, one prompt a page, {words:.0f} tokens of JSON without reasons: {json:.3g}/s"
    )
    inside, share = f"{name}: in llama_decode, one thread", "% of the time"
    prefill = f"(c) plain prefill: {found.limit:,.0f}/s"
    reading = f"(c), every fourth token's scores read: {found.reading:,.0f}/s"
    told = [
        (case, found.pages, pages, naive, json),
        (case, found.pages, pages, f"(b) one prompt a film, scored: {plain:.3g}/s", plain),
        (f"{name}: tokens computed", found.per_page, "tokens/page", f"(b): {whole:.0f}", whole),
        (f"{name}: tokens computed", found.tokens, "tokens/s", prefill, found.limit),
        (f"{name}: tokens computed", found.tokens, "tokens/s", reading, found.reading),
        (f"{inside}, words and personas new", 100 * first, share, "all of it", 100.0),
        (f"{inside}, words and personas known", 100 * later, share, "all of it", 100.0),
        (f"{name}: remembered in a file", remembering, pages, f"thinking: {found.pages:.3g}/s", found.pages),
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


@dataclass(frozen=True)
class _Measured:
    """Agent-pages and tokens a second, tokens a page; and the limits, in tokens a second."""

    pages: float
    tokens: float
    per_page: float
    limit: float
    reading: float


class _Watch:
    """Seconds that pass while it is entered, all together."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def __call__(self) -> Iterator[None]:
        began = perf_counter()
        yield
        self.seconds += perf_counter() - began


def _measured(model: LlamaCppModel, others: Sequence[Visit], limits: tuple[Prefill, Prefill]) -> _Measured:
    """Asked as a run asks: everybody's first page, then everybody's second.

    Plain prefill takes turns with thinking, so that both meet the machine in the same mood.
    """
    thinking, before, read = _Watch(), model.usage(), 0
    watches = tuple(_Watch() for _ in limits)
    for page in range(PAGES):
        with thinking():
            model.choose([question for visit in others for question in visit[page]])
        while max(watch.seconds for watch in watches) < thinking.seconds:
            for watch, limit in zip(watches, limits, strict=True):
                with watch():
                    limit()
            read += 1
    cost: Usage = model.usage() - before
    count = len(others) * PAGES
    plain, reading = (read * size / watch.seconds for size, watch in zip((PLAIN, READ), watches, strict=True))
    rate = count / thinking.seconds
    return _Measured(rate, cost.prompt / thinking.seconds, cost.prompt / count, plain, reading)


def _decoding(path: Path, others: Sequence[Visit]) -> tuple[float, float]:
    """The share of the time that llama.cpp computes, on one thread: on first visits, and afterwards."""
    costs = [Usage()]
    with LlamaCppModel(path, threads=1) as model:
        for _ in range(2):
            for page in range(PAGES):
                model.choose([question for visit in others for question in visit[page]])
            costs.append(model.usage())
    first, later = (after - before for before, after in pairwise(costs))
    return first.decoding / first.seconds, later.decoding / later.seconds


def _remembering(model: LlamaCppModel, visit: Visit, file: Path) -> float:
    """Agent-pages a second when all of them have been thought about before."""
    watch = _Watch()
    with Cached(model, file) as cached:
        for page in visit:
            cached.choose(page)
        with watch():
            for page in visit:
                cached.choose(page)
    return len(visit) / watch.seconds


def _words(path: Path) -> tuple[list[bytes], int]:
    """The words of a model, and its last one's number; control tokens, which are not spelled, get names."""
    weights = Weights(path)
    spelled = [weights.spelling(token) for token in range(weights.words)]
    end = next(token for token in range(weights.words) if weights.ends(token))
    weights.close()
    return [word or b"\xff<%d>" % number for number, word in enumerate(spelled)], end


def _row(case: str, value: float, unit: str, baseline: str, other: float) -> Row:
    return {
        "bench": "llm",
        "case": case,
        "value": value,
        "unit": unit,
        "baseline": baseline,
        "ratio": value / other,
    }
