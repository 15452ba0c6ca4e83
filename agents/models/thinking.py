"""One context at work: an agent's page becomes log-probabilities of its options."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agents.models.layouts import Branching, Layout, Page, Whole
from agents.models.native import Native
from agents.models.personas import Kept
from agents.models.scores import scores
from agents.models.softmax import log_softmax
from agents.models.usage import Usage
from simenv.types import FloatArray


class Thinker:
    """Answers pages, one after another, in a context of its own.

    Args:
        native: the context.
        context: the longest prompt, tokens.
        kept: beginnings of prompts that all thinkers share; None where the model cannot share them.
    """

    def __init__(self, native: Native, context: int, kept: Kept | None) -> None:
        self._native, self._context = native, context
        self._layout: Layout = Whole(native) if kept is None else Branching(native, kept)

    def answer(self, page: Page) -> tuple[list[FloatArray], Usage]:
        """Log-probabilities of each question's options, and what they cost.

        Raises:
            ContextTooShort: a prompt is longer than the context.
        """
        page.check_length(self._context)
        answers = page.answers
        found = np.empty(len(answers), dtype=np.float64)
        evaluated, evaluations, before = 0, 0, self._native.seconds
        for plot in self._layout.plots(page):
            here = [place for place, answer in enumerate(answers) if answer.twig in plot.tree.paths]
            found[here] = scores(self._native, plot, [answers[place] for place in here])
            evaluated += plot.before + len(plot.tree)
            evaluations += 1
        decoding = self._native.seconds - before
        cost = Usage(evaluated, page.apart() - evaluated, evaluations=evaluations, decoding=decoding)
        return log_softmax(found, _lengths(page)), cost


def _lengths(page: Page) -> Sequence[int]:
    return [len(asked.answers) for asked in page.questions]
