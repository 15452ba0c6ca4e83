"""What a training is to be: how much, how fast, and who takes part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from simenv.data.splits import item_statistics, together
from simenv.errors import UsageError
from simenv.luck import stream
from simenv.types import Dataset, IntArray, Interactions


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How long and how fast to learn; the same plan and data give the same model.

    Args:
        steps, warmup: batches in all, and until the rate is reached.
        batch_tokens: the most tokens of a batch.
        rate, decay: of AdamW (Loshchilov and Hutter, 2019).
        token_rate: the rate of the tokens' embeddings; titles take ``title_pace`` of their steps.
        title_weight, stars_weight, leave_weight: of these losses; the loss of watching weighs 1.
        save_every: steps between two checkpoints.
        validation_people: how many people of the first data set are kept apart.
    """

    steps: int = 3000
    warmup: int = 200
    batch_tokens: int = 4096
    rate: float = 3e-4
    token_rate: float = 3e-4
    title_pace: float = 0.06
    decay: float = 0.05
    title_weight: float = 0.05
    stars_weight: float = 0.5
    leave_weight: float = 0.2
    seed: int = 0
    save_every: int = 250
    validation_people: int = 300


@dataclass(frozen=True)
class Lesson:
    """One data set's part in a training.

    Args:
        dataset: all its ratings in ``train``; items' popularity and means come from the learners alone.
        learners, validation: int32 (n,), users who are learned from, and users who are kept apart.
    """

    dataset: Dataset
    learners: IntArray
    validation: IntArray

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
        return cls(replace(dataset, catalog=catalog, train=whole, test=nothing), learners, validation)

    @property
    def ratings(self) -> Interactions:
        """What the learners rated: all that the training may know."""
        whole = self.dataset.train
        return whole.where(np.isin(whole.user, self.learners))


def lessons(datasets: Sequence[Dataset], plan: Plan) -> list[Lesson]:
    """A lesson for each data set; only people of the first are kept apart."""
    first, *others = datasets
    apart = Lesson.of(first, plan.seed, plan.validation_people)
    return [apart, *(Lesson.of(other, plan.seed, 0) for other in others)]


def joined(dataset: Dataset) -> Interactions:
    """All ratings of a data set, held out or not: training keeps whole people apart, not ratings."""
    return together(dataset.train, dataset.test)
