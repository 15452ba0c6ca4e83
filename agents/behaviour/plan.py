"""What a training is to be: how much, how fast, and who takes part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from agents.behaviour.lexicon import naming
from simenv.data.splits import item_statistics, together
from simenv.errors import UsageError
from simenv.luck import stream
from simenv.types import Dataset, IntArray, Interactions

FOLDS = 5
"""What titles are known to say is learned from four fifths of the people, for use on the others."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How long and how fast to learn; the same plan and data give the same model.

    Args:
        steps, warmup: batches in all, and until the rate is reached.
        batch_tokens: the most tokens of a batch.
        rate, decay: of AdamW (Loshchilov and Hutter, 2019).
        writer_rate: the rate of what a layer adds to a token.
        token_rate: the rate of the tokens' embeddings; those of which something is known from the beginning
            take ``known_pace`` of their steps.
        title_weight, stars_weight, leave_weight, twin_weight: of these losses; that of watching weighs 1.
        save_every: steps between two checkpoints.
        validation_people: how many people of each data set are kept apart (``kept_apart``).
    """

    steps: int = 1000
    warmup: int = 100
    batch_tokens: int = 4096
    rate: float = 2e-6
    writer_rate: float = 5e-7
    token_rate: float = 3e-5
    known_pace: float = 0.05
    decay: float = 0.05
    title_weight: float = 0.05
    stars_weight: float = 0.7
    leave_weight: float = 0.2
    twin_weight: float = 1.0
    seed: int = 0
    save_every: int = 250
    validation_people: int = 300


@dataclass(frozen=True)
class Lesson:
    """One data set's part in a training.

    Args:
        dataset: all its ratings in ``train``; items' popularity and means come from the learners alone.
        learners, validation: int32 (n,), users who are learned from, and users who are kept apart.
        seed: of the luck with which people are parted.
        names: whether its titles are tokens, of which its people teach what they say.
    """

    dataset: Dataset
    learners: IntArray
    validation: IntArray
    seed: int
    names: bool = True

    @classmethod
    def of(cls, dataset: Dataset, seed: int, apart: int) -> Lesson:
        """Keep so many people apart, by luck.

        Raises:
            UsageError: there are too few people.
        """
        if apart >= len(dataset.users):
            raise UsageError(
                f"Expected more than {apart} people in {dataset.name!r}, as so many are kept apart for "
                f"validation, found {len(dataset.users)}; name a larger data set first."
            )
        part = f"behaviour-people-{dataset.name}"
        order = stream(seed, part).order(np.arange(len(dataset.users))).astype(np.int32)
        validation, learners = np.sort(order[:apart]), np.sort(order[apart:])
        whole = joined(dataset)
        popularity, mean_rating = item_statistics(whole.where(np.isin(whole.user, learners)))
        catalog = replace(dataset.catalog, popularity=popularity, mean_rating=mean_rating)
        nothing = whole.where(np.zeros(len(whole), dtype=bool))
        return cls(replace(dataset, catalog=catalog, train=whole, test=nothing), learners, validation, seed)

    @property
    def ratings(self) -> Interactions:
        """What the learners rated: all that the training may know."""
        whole = self.dataset.train
        return whole.where(np.isin(whole.user, self.learners))

    def folds(self) -> IntArray:
        """Which fold each user belongs to, by luck: int32 (users,), ``FOLDS`` where they taught no titles."""
        people = np.arange(len(self.dataset.users))
        fold = np.full(len(people), FOLDS, dtype=np.int32)
        if not self.names:
            return fold
        fold[stream(self.seed, f"behaviour-folds-{self.dataset.name}").order(people)] = people % FOLDS
        return fold


def lessons(datasets: Sequence[Dataset], plan: Plan) -> list[Lesson]:
    """A lesson for each data set.

    Raises:
        UsageError: there are too few people in the first.
    """
    named = [dataset.name for dataset in naming(datasets)]
    return [
        replace(
            Lesson.of(dataset, plan.seed, kept_apart(dataset, plan.validation_people, place)),
            names=dataset.name in named,
        )
        for place, dataset in enumerate(datasets)
    ]


def kept_apart(dataset: Dataset, people: int, place: int) -> int:
    """How many people of a data set are kept apart: all asked for of the first, of others a fifth at most.

    Args:
        people: how many the plan asks for.
        place: of the data set among those of the training, from 0.
    """
    return people if place == 0 else min(people, len(dataset.users) // 5)


def joined(dataset: Dataset) -> Interactions:
    """All ratings of a data set, held out or not: training keeps whole people apart, not ratings."""
    return together(dataset.train, dataset.test)
