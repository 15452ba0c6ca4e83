"""The verbs: the seams at which parts meet, one to three methods each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from simenv.types import (
    Estimate,
    Feedback,
    FloatArray,
    IntArray,
    Interactions,
    Recall,
    Response,
    Slate,
    Step,
    Visit,
)
from simenv.words import Completion, Limits, Prompt, Question

State = Mapping[str, npt.NDArray[np.generic]]
"""Named columns: how parts are saved to a checkpoint and restored from it."""


class Recommender(Protocol):
    """The system under study: it sees behaviour, never taste."""

    def fit(self, train: Interactions) -> None:
        """Learn once, before anybody comes, from the train split."""

    def recommend(self, visit: Visit, slots: int) -> Slate:
        """Choose up to ``slots`` items for each agent who is here, best first, none excluded."""

    def learn(self, feedback: Sequence[Feedback]) -> None:
        """Learn from one whole round, given in row order."""


class Policy(Protocol):
    """How agents decide: row b of the answer depends on row b of the question alone."""

    def decide(self, slate: Slate, recall: Recall) -> Response:
        """Look at a page, watch, rate, go on or leave."""


class Memory(Protocol):
    """What agents remember: append-only within a visit."""

    def recall(self, slate: Slate) -> Recall:
        """What the agents on this page remember; the slate is the cue."""

    def write(self, step: Step) -> None:
        """Remember what happened on one page."""


class LanguageModel(Protocol):
    """A model that thinks for many agents at once: plural from the first day."""

    def choose(self, questions: Sequence[Question]) -> Sequence[FloatArray]:
        """Log-probability of each question's options, normalised over the options.

        Returns:
            One float32 (options,) array per question, in order; ``exp`` of it sums to 1.
        """

    def count(self, texts: Sequence[str]) -> Sequence[int]:
        """How many tokens each text costs."""


@runtime_checkable
class Writing(Protocol):
    """The ability of a language model to write, for many agents at once."""

    def complete(self, prompts: Sequence[Prompt], limits: Limits) -> Sequence[Completion]:
        """Write an answer to each prompt, in order."""


class Metric(Protocol):
    """A measure over people, fed page by page."""

    def update(self, step: Step) -> None:
        """Take in one page of one block of agents."""

    def value(self) -> Estimate:
        """The value so far, with its 95 % interval over people."""


@runtime_checkable
class Checkpointable(Protocol):
    """The ability to be stopped and resumed with the same bytes."""

    def state(self) -> State:
        """Everything that changes, as named columns."""

    def restore(self, state: State) -> None:
        """Continue exactly from such columns."""


@runtime_checkable
class Attentive(Protocol):
    """The ability of a recommender to see each page before the next one; it learns when a round is over."""

    def notice(self, page: Feedback) -> None:
        """See what happened on one page of one block of agents; a row concerns that row alone."""


@runtime_checkable
class Forgetful(Protocol):
    """The ability of a memory to be as it was before anything happened."""

    def forget(self, rows: IntArray) -> None:
        """Forget everything about some agents: int32 (n,)."""


@runtime_checkable
class Closeable(Protocol):
    """The ability to give back memory and files before the process ends."""

    def close(self) -> None:
        """Give them back; doing it twice does no harm."""
