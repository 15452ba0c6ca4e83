"""One context at work: agents' pages become log-probabilities of their options."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agents.models.layouts import Branching, Layout, Page, Whole
from agents.models.native import Native
from agents.models.personas import Kept
from agents.models.scores import score
from agents.models.softmax import Scores
from agents.models.usage import Usage


class Thinker:
    """Answers groups of pages, one after another, in a context of its own.

    Args:
        native: the context.
        kept: beginnings of prompts that all thinkers share; None where the model cannot share them.
    """

    def __init__(self, native: Native, kept: Kept | None) -> None:
        self._native = native
        self._layout: Layout = Whole(native) if kept is None else Branching(native, kept)

    def answer(self, group: Sequence[Page]) -> tuple[Scores, Usage]:
        """Scores of all options of all questions of the pages, one after another, and what they cost.

        Returns:
            float64 (options,): log-probabilities, but for what the options of a question have in common.
        """
        found = np.empty(sum(sum(page.counts) for page in group), dtype=np.float64)
        evaluated, evaluations, before = 0, 0, self._native.seconds
        for field in self._layout.fields(group):
            score(self._native, field.plots, group, found)
            evaluated += field.before + sum(len(plot.tree) for plot in field.plots)
            evaluations += 1
        decoding, apart = self._native.seconds - before, sum(page.apart() for page in group)
        cost = Usage(evaluated, apart - evaluated, evaluations=evaluations, decoding=decoding)
        return found, cost
