"""Thinking in any GGUF model, in this process: a page of an agent is one evaluation.

The prompt of a question is its shared words, the persona, the page and the branch. The first two are
computed once per agent and kept; the page once per page; what branches have in common once per page. An
option's score is read from the model's logits, so there is nothing to parse.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Sequence
from functools import cached_property
from itertools import groupby
from pathlib import Path
from time import perf_counter
from types import TracebackType

import numpy as np

from agents.models.hearing import llama_cpp
from agents.models.layouts import Branching, Layout, Page, Whole
from agents.models.native import Native
from agents.models.scores import scores
from agents.models.segments import Speller
from agents.models.softmax import log_softmax
from agents.models.usage import Usage
from simenv.errors import UsageError
from simenv.types import FloatArray, Question

_LOG = logging.getLogger("simenv.models")


class LlamaCppModel:
    """A language model from a GGUF file.

    The same question gives the same bits, whatever was asked before and whichever other agents are asked in
    the same call.

    Args:
        path: the GGUF file.
        threads: how many threads compute; 0 for one per core that this process may use, 8 at most.
        context: the longest prompt, tokens; 0 for what the model was trained on, 4,096 at most.
        persona_budget_mb: memory for the beginnings of agents' prompts, megabytes.

    Raises:
        UsageError: the file is not a model that llama.cpp can load, or its chat template fails.
    """

    def __init__(
        self, path: Path | str, *, threads: int = 0, context: int = 0, persona_budget_mb: int = 256
    ) -> None:
        self._path = Path(path)
        self._native = Native(self._path, threads=threads or _cores(), context=context)
        self._speller = Speller(self._native)
        self._layout = self._lay_out(persona_budget_mb << 20)
        self._usage = Usage()

    def choose(self, questions: Sequence[Question]) -> Sequence[FloatArray]:
        """Log-probability of each question's options, normalised over the options.

        Returns:
            One float32 (options,) array per question, in order.

        Raises:
            ContextTooShort: a prompt is longer than the context.
            UsageError: a question has no words or no options, or the model was closed.
        """
        if not self._native.open:
            raise UsageError(f"Expected an open model, found {self._path} closed; open it again.")
        began = perf_counter()
        answers: list[FloatArray] = []
        for _, page in groupby(questions, key=lambda q: (q.shared, q.persona, q.page)):
            answers += self._choose_page(list(page))
        self._usage += Usage(seconds=perf_counter() - began)
        return answers

    def count(self, texts: Sequence[str]) -> Sequence[int]:
        """How many tokens each text costs."""
        return [self._speller.count(text) for text in texts]

    def usage(self) -> Usage:
        """What thinking cost since the model was opened."""
        return self._usage

    @cached_property
    def sha256(self) -> str:
        """Of the model file, in hexadecimal."""
        with self._path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def identity(self) -> str:
        """A sha256 of everything that the answers' bits depend on: file, context, llama.cpp and processor."""
        parts = (
            self.sha256,
            self._native.context,
            llama_cpp.__version__,
            llama_cpp.llama_print_system_info(),
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def close(self) -> None:
        """Free the model's memory; doing it twice does no harm."""
        self._native.close()

    def __enter__(self) -> LlamaCppModel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _lay_out(self, budget: int) -> Layout:
        if self._native.can_branch():
            return Branching(self._native, budget)
        _LOG.warning("%s cannot share beginnings of prompts; computing each one whole, slowly.", self._path)
        return Whole(self._native)

    def _choose_page(self, questions: Sequence[Question]) -> list[FloatArray]:
        """One agent's page."""
        spell, first = self._speller, questions[0]
        page = Page(
            spell.shared(first),
            spell.persona(first),
            spell.page(first),
            [spell.answers(question) for question in questions],
        )
        page.check_length(self._native.context)
        answers = page.answers
        found = np.empty(len(answers), dtype=np.float64)
        evaluated = evaluations = 0
        for plot in self._layout.plots(page):
            here = [place for place, answer in enumerate(answers) if answer.twig in plot.tree.paths]
            found[here] = scores(self._native, plot, [answers[place] for place in here])
            evaluated += plot.before + len(plot.tree)
            evaluations += 1
        self._usage += Usage(prompt=evaluated, cached=page.apart() - evaluated, evaluations=evaluations)
        return log_softmax(found, [len(options) for options in page.questions])


def _cores() -> int:
    return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 8)
