"""How many stars somebody will give, without language: means, biases, factors, and an ordered logit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.special import expit, ndtr

from agents.calibration import ordered_logit
from scenarios.validity.people import Group, Judged
from simenv.luck import stream
from simenv.types import FloatArray, IntArray, Interactions

DAMPINGS = ((1.0, 5.0), (1.0, 5.0, 10.0))
"""Tried: made-up ratings beside each item's and each person's."""
FACTORS, STRENGTHS = (8, 24), (0.04, 0.08)
_ROUNDS = 10
ITEM_MEAN, BIAS, MF, LOGIT = "item_mean", "user_item_bias", "mf", "ordered_logit"

Wide = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Levels:
    """What is expected of items and people, each drawn towards the usual (Koren, 2009).

    Args:
        mean: of all ratings, stars.
        items: float64 (items,), how much more each item gets.
        damping: made-up ratings of the usual size beside each person's own.
    """

    mean: float
    items: Wide
    damping: float

    @classmethod
    def of(cls, train: Interactions, item_damping: float, user_damping: float) -> Levels:
        """Learn them: items' and people's in turn."""
        mean = float(train.rating.mean(dtype=np.float64))
        items = np.zeros(train.items)
        for _ in range(5):
            own = _damped(train.user, train.rating - mean - items[train.item], train.users, user_damping)
            items = _damped(train.item, train.rating - mean - own[train.user], train.items, item_damping)
        return cls(mean, items, user_damping)

    def people(self, known: Interactions) -> Wide:
        """How many stars more than others each person gives: float64 (users,)."""
        rest = known.rating - self.mean - self.items[known.item]
        return _damped(known.user, rest, known.users, self.damping)

    def expected(self, known: Interactions, user: IntArray, item: IntArray) -> Wide:
        """Stars of pairs: float64 (n,)."""
        return np.asarray(self.mean + self.items[item] + self.people(known)[user])


@dataclass(frozen=True)
class Factored:
    """Biases and the product of two vectors (Koren, Bell and Volinsky, 2009), people placed by their history.

    Args:
        levels: the biases.
        items: float64 (items, factors).
        strength: of the penalty on a vector, for each rating that it explains.
    """

    levels: Levels
    items: Wide
    strength: float

    @classmethod
    def of(cls, train: Interactions, levels: Levels, factors: int, strength: float) -> Factored:
        """Learn by alternating least squares."""
        from scenarios.validity.controls import kernels  # numba is slow to import

        rest = _rest(train, levels)
        luck = stream(0, "validity.stars").uniform(np.arange(train.items)[:, None], np.arange(factors))
        items = (luck.astype(np.float64) - 0.5) * 0.1
        turned = rest.T.tocsr()
        for _ in range(_ROUNDS):
            people = kernels.ridges(rest.indptr, rest.indices, rest.data, items, strength)
            items = kernels.ridges(turned.indptr, turned.indices, turned.data, people, strength)
        return cls(levels, items, strength)

    def expected(self, known: Interactions, user: IntArray, item: IntArray) -> Wide:
        """Stars of pairs: float64 (n,)."""
        from scenarios.validity.controls import kernels

        rest = _rest(known, self.levels)
        people = kernels.ridges(rest.indptr, rest.indices, rest.data, self.items, self.strength)
        both = np.einsum("nf,nf->n", people[user], self.items[item])
        return self.levels.expected(known, user, item) + both


@dataclass(frozen=True)
class Stars:
    """What every control says of stars, learned from learners and weighed on people for tuning.

    Args:
        levels, factored: tuned.
        spread: standard error in tuning of each point prediction, stars.
        cuts, width: the ordered logit's, float32 (4,) and ().
    """

    levels: Levels
    factored: Factored
    spread: Mapping[str, float]
    cuts: FloatArray
    width: FloatArray

    @classmethod
    def fitted(cls, judged: Judged) -> Stars:
        """Fit and tune on the lowest squared error."""
        train, group = with_stars(judged.train), judged.validation
        known, held = with_stars(group.context), with_stars(group.held)
        levels = min(_levels(train), key=lambda one: _rmse(one, known, held))
        settings = product(FACTORS, STRENGTHS)
        factored = [Factored.of(train, levels, *setting) for setting in settings]
        best = min(factored, key=lambda one: _rmse(one, known, held))
        points = _points(levels, best, known, held.user, held.item)
        spread = {name: sqrt(float(((held.rating - own) ** 2).mean())) for name, own in points.items()}
        return cls(levels, best, spread, *ordered_logit(points[BIAS], held.rating))

    def __call__(self, group: Group, asked: Interactions) -> dict[str, tuple[Wide, FloatArray]]:
        """Expected stars (n,) and probabilities of 1 to 5 stars (n, 5) of what was asked, by control."""
        known = with_stars(group.context)
        points = _points(self.levels, self.factored, known, asked.user, asked.item)
        said = {name: (own, normal(own, self.spread[name])) for name, own in points.items()}
        ordered = _steps(expit((self.cuts[None] - points[BIAS][:, None]) / self.width))
        said[LOGIT] = (ordered @ np.arange(1.0, 6.0), ordered)
        return said

    @property
    def settings(self) -> dict[str, Any]:
        """What was chosen."""
        factors = {"factors": self.factored.items.shape[1], "strength": self.factored.strength}
        return {"user_damping": self.levels.damping, **factors}


def with_stars(ratings: Interactions) -> Interactions:
    """Those that come with stars."""
    return ratings.where(~np.isnan(ratings.rating))


def normal(expected: Wide, spread: float) -> FloatArray:
    """Probabilities of 1 to 5 stars around expected ones, rounded: float32 (n, 5)."""
    return _steps(ndtr((np.arange(1.5, 5.0)[None] - expected[:, None]) / max(spread, 1e-3)))


def _points(
    levels: Levels, factored: Factored, known: Interactions, user: IntArray, item: IntArray
) -> dict[str, Wide]:
    """Expected stars by control, on the scale that there is."""
    said = {
        ITEM_MEAN: levels.mean + levels.items[item],
        BIAS: levels.expected(known, user, item),
        MF: factored.expected(known, user, item),
    }
    return {name: np.clip(own, 0.5, 5) for name, own in said.items()}


def _levels(train: Interactions) -> Iterator[Levels]:
    for both in product(*DAMPINGS):
        yield Levels.of(train, *both)


def _rmse(model: Levels | Factored, known: Interactions, held: Interactions) -> float:
    return sqrt(float(((held.rating - model.expected(known, held.user, held.item)) ** 2).mean()))


def _rest(ratings: Interactions, levels: Levels) -> Any:
    """What levels leave unexplained: sparse float64 (users, items)."""
    rest = ratings.rating - levels.expected(ratings, ratings.user, ratings.item)
    return csr_array((rest, (ratings.user, ratings.item)), shape=(ratings.users, ratings.items))


def _damped(keys: IntArray, values: Wide, size: int, damping: float) -> Wide:
    total = np.bincount(keys, weights=values, minlength=size)
    return np.asarray(total / (np.bincount(keys, minlength=size) + damping))


def _steps(upto: npt.NDArray[np.floating[Any]]) -> FloatArray:
    """From P(stars <= 1 to 4) (n, 4) to probabilities of 1 to 5: float32 (n, 5)."""
    whole = np.column_stack([np.zeros(len(upto)), upto, np.ones(len(upto))])
    return np.diff(whole, axis=1).astype(np.float32)
