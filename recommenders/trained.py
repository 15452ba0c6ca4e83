"""A recommender that was trained before and learns nothing more: ``model:FOLDER`` names it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import recommenders
from recommenders.attention import Attention
from recommenders.choosers import Chooser, InTiles, chooser
from recommenders.insight import CANDIDATE, PERSON, Insight
from recommenders.saved import Saved
from recommenders.towers import Shape
from simenv.errors import UsageError
from simenv.luck import clock
from simenv.protocols import Checkpointable, Recommender, State
from simenv.scoring import blocks, part
from simenv.types import NOTHING, Feedback, IntArray, Interactions, Slate, Visit

_BLOCK = 1024
"""People of whom numbers are made at a time."""


class Trained:
    """Ranks the candidates of a retriever as it has learned to, from what it sees page by page.

    Args:
        learned: how it chooses.
        retriever: where candidates come from; it is fitted here and never learns.
        candidates: how many.
        window: watched items that are remembered of each person.
    """

    def __init__(self, learned: Chooser, retriever: Recommender, *, candidates: int, window: int) -> None:
        self._chooser = InTiles(learned)
        self._retriever = retriever
        self._candidates, self._window = candidates, window

    def fit(self, train: Interactions) -> None:
        """Place people and items; nothing has been seen of anybody."""
        self._retriever.fit(train)
        self._insight = Insight(train)
        self._attention = Attention(train.users, self._window)

    def recommend(self, visit: Visit, slots: int) -> Slate:
        """The best slate of each agent's candidates."""
        offered = self._retriever.recommend(visit, max(self._candidates, slots)).items
        items = np.empty((len(visit), slots), dtype=np.int32)
        for block in blocks(len(visit), _BLOCK):
            items[block] = self._chosen(_some(visit, block), offered[block], slots)
        return Slate.certain(visit, items)

    def notice(self, page: Feedback) -> None:
        """See what happened on one page."""
        self._attention.notice(page)

    def learn(self, feedback: Sequence[Feedback]) -> None:
        """Nothing: it has learned."""

    def state(self) -> State:
        """What has been seen of everybody."""
        return self._attention.state()

    def restore(self, state: State) -> None:
        """Continue with what was seen, after ``fit`` on the same train split."""
        self._attention.restore(state)

    def _chosen(self, visit: Visit, offered: IntArray, slots: int) -> IntArray:
        seen = self._insight.situation(self._attention.glimpse(visit, offered))
        chosen = self._chooser.slates(seen, slots)
        return np.where(chosen < 0, NOTHING, np.take_along_axis(offered, chosen.clip(min=0), axis=1))


class Frozen:
    """A learner as it was when its training ended.

    Args:
        learner: not fitted yet; it can be restored.
        learned: the state that it had.
    """

    def __init__(self, learner: Recommender, learned: State) -> None:
        self._learner, self._learned = learner, learned

    def fit(self, train: Interactions) -> None:
        """Begin with the train split and what was learned."""
        self._learner.fit(train)
        assert isinstance(self._learner, Checkpointable)  # noqa: S101 - only such learners are ever saved
        self._learner.restore(self._learned)

    def recommend(self, visit: Visit, slots: int) -> Slate:
        """As the learner does."""
        return self._learner.recommend(visit, slots)

    def learn(self, feedback: Sequence[Feedback]) -> None:
        """Nothing: it has learned."""


def opened(folder: Path, seed: int, settings: Mapping[str, Any]) -> Recommender:
    """The trained recommender in a folder.

    Args:
        seed: the luck of a retriever or learner that needs some.
        settings: there are none; what it is was settled in its training.

    Raises:
        UsageError: there is none, or it was trained in a world without items to recommend elsewhere.
    """
    if settings:
        raise UsageError(
            f"No setting {next(iter(settings))!r} in a trained recommender; its training has settled all."
        )
    saved = Saved.read(folder)
    about = saved.about
    if "learner" in about:
        learner = recommenders.create(about["learner"], seed, about["settings"])
        return Frozen(learner, saved.columns)
    shape = Shape(**about["shape"])
    if "retriever" not in about or (shape.state, shape.features) != (PERSON, CANDIDATE):
        raise UsageError(
            "Expected a recommender that was trained on a feed, found one of "
            f"{about['course']['scenario']!r}, where items mean something else; train with --scenario crowd."
        )
    retriever = recommenders.create(about["retriever"]["use"], seed, about["retriever"]["settings"])
    learned = chooser(about["algorithm"], about["choice"], shape, saved.columns)
    return Trained(learned, retriever, candidates=about["candidates"], window=about["window"])


def _some(visit: Visit, block: slice) -> Visit:
    episode, day, page, rows = (column[block] for column in clock(visit))
    return Visit(episode, day, page, rows, part(visit.exclude, block))
