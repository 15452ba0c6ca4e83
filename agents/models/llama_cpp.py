"""Thinking in any GGUF model, in this process: a page of an agent, or of a few, is one evaluation.

The prompt of a question is its shared words, the persona, the page and the branch. The first two are
computed once per agent and kept; the page once per page; what branches have in common once per page. An
option's score is read from the model's logits, so there is nothing to parse.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import groupby
from pathlib import Path
from queue import SimpleQueue
from time import perf_counter
from types import TracebackType
from typing import Unpack

import numpy as np

from agents.models.hearing import llama_cpp
from agents.models.layouts import Page, groups
from agents.models.native import Native, Size
from agents.models.personas import Kept
from agents.models.room import check_room
from agents.models.sampling import Sampler
from agents.models.segments import Speller
from agents.models.settings import Settings, Wishes
from agents.models.softmax import Scores, log_softmax
from agents.models.thinking import Thinker
from agents.models.usage import Usage
from agents.models.weights import Weights
from agents.models.writing import Job, Writer
from simenv.errors import UsageError
from simenv.types import FloatArray
from simenv.words import Completion, Limits, Prompt, Question

_LOG = logging.getLogger("simenv.models")
Answered = tuple[Scores, Usage]


class LlamaCppModel:
    """A language model from a GGUF file.

    The same page gives the same bits, whatever was asked before, whichever other agents are asked in the same
    call, and however many contexts and threads compute. With groups of more than one page (on a GPU, where
    they pay, and where somebody asks for them) only the same group gives the same bits; groups are cut in the
    order of the questions of a call.

    Args:
        path: the GGUF file.
        wishes: how llama.cpp is to run.

    Raises:
        UsageError: the file is not a model that llama.cpp can load, or its chat template fails.
    """

    def __init__(self, path: Path | str, **wishes: Unpack[Wishes]) -> None:
        self._path = Path(path)
        self.settings = Settings.of(wishes)
        self._weights = Weights(self._path, gpu_layers=self.settings.gpu_layers)
        self.context = self.settings.longest(self._weights.trained)
        self._shares = self._weights.can_branch(self.context)
        self.group = self.settings.group if self._shares else 1
        self._speller = Speller(self._weights)
        self._free: SimpleQueue[Thinker] = SimpleQueue()
        for thinker in self._thinkers():
            self._free.put(thinker)
        self._threads = ThreadPoolExecutor(self.settings.contexts, thread_name_prefix="simenv.models")
        self._usage = Usage()

    def choose(self, questions: Sequence[Question]) -> Sequence[FloatArray]:
        """Log-probability of each question's options, normalised over the options.

        Returns:
            One float32 (options,) array per question, in order.

        Raises:
            ContextTooShort: a prompt is longer than the context.
            UsageError: a question has no words or no options, or the model was closed.
        """
        self._need_open()
        began = perf_counter()
        pages = [
            self._page(list(page))
            for _, page in groupby(questions, key=lambda q: (q.shared, q.persona, q.page))
        ]
        for page in pages:
            page.check_length(self.context)
        if not pages:
            return []
        found, costs = zip(*self._answered(pages), strict=True)
        counts = [count for page in pages for count in page.counts]
        answers = log_softmax(np.concatenate(found), counts)
        self._usage += sum(costs, Usage(seconds=perf_counter() - began))
        return answers

    def complete(self, prompts: Sequence[Prompt], limits: Limits) -> Sequence[Completion]:
        """Write an answer to each prompt, many at a time.

        The same prompts in the same order give the same bytes; beside others a prompt may get another answer,
        because llama.cpp computes a sequence's bits together with those of its neighbours.

        Raises:
            ContextTooShort: a prompt and the longest answer do not fit into the context.
            UsageError: a grammar cannot be read, a prompt has no words, or the model was closed.
        """
        self._need_open()
        began = perf_counter()
        jobs = [self._job(prompt, limits) for prompt in prompts]
        written, cost = self._writer.write(jobs, limits)
        self._usage += cost + Usage(seconds=perf_counter() - began)
        return written

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
        """A sha256 of what the answers' bits depend on: file, context, group, llama.cpp and processor."""
        parts = (
            self.sha256,
            self.context,
            self.settings.batch,
            self.group,
            llama_cpp.__version__,
            llama_cpp.llama_print_system_info(),
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def close(self) -> None:
        """Free the model's memory; doing it twice does no harm."""
        self._threads.shutdown()
        self._weights.close()

    def __enter__(self) -> LlamaCppModel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _need_open(self) -> None:
        if not self._weights.open:
            raise UsageError(f"Expected an open model, found {self._path} closed; open it again.")

    @cached_property
    def _size(self) -> Size:
        return self.settings.size(self._weights.trained)

    @cached_property
    def _writer(self) -> Writer:
        size = self.settings.writing(self._weights.trained)
        return Writer(Native(self._weights, size), self.context, shares=self._shares)

    def _job(self, prompt: Prompt, limits: Limits) -> Job:
        shared, own = self._speller.prompt(prompt)
        if not own:
            raise UsageError("Expected a prompt with words of its own, found none; say what to write.")
        return Job(shared, own, Sampler(self._weights, prompt, limits))

    def _thinkers(self) -> list[Thinker]:
        """One for each context."""
        kept = None
        if self._shares:
            kept = Kept(self.settings.kept(self._weights.remembered()))
        else:
            _LOG.warning(
                "%s cannot share beginnings of prompts; computing each one whole, slowly.", self._path
            )
        check_room(self._weights, self.settings.contexts * self._size.cells)
        natives = [Native(self._weights, self._size) for _ in range(self.settings.contexts)]
        return [Thinker(native, kept) for native in natives]

    def _page(self, questions: Sequence[Question]) -> Page:
        """One agent's page as tokens."""
        spell, first = self._speller, questions[0]
        asked = [spell.asked(question) for question in questions]
        return Page(spell.shared(first), spell.persona(first), spell.page(first), asked)

    def _answered(self, pages: Sequence[Page]) -> list[Answered]:
        """Each group of pages by whichever context is free."""
        cut = list(groups(pages, self.group, self._size))
        if len(cut) > 1 and self.settings.contexts > 1:
            return list(self._threads.map(self._answer, cut))
        return [self._answer(group) for group in cut]

    def _answer(self, group: Sequence[Page]) -> Answered:
        thinker = self._free.get()
        try:
            return thinker.answer(group)
        finally:
            self._free.put(thinker)
