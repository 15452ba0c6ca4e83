"""What may be known and what is held out, person by person."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simenv.luck import stream
from simenv.types import NOTHING, BoolArray, FloatArray, Interactions

SHARE = 5
"""One rating in so many is held out, to the nearest whole rating."""


def split(interactions: Interactions, seed: int) -> tuple[Interactions, Interactions]:
    """Hold out each person's last 20 %, or a random 20 % where some time is unknown.

    Ties in time are broken by luck. A person with one or two ratings keeps them all in train. Luck
    belongs to the pair of user and item, so the split does not depend on the order of the entries.

    Returns:
        (train, test), each in the order of ``interactions``.
    """
    held = held_out(interactions, seed)
    return interactions.where(~held), interactions.where(held)


def held_out(interactions: Interactions, seed: int) -> BoolArray:
    """Which entries the split holds out: bool (n,)."""
    user, time = interactions.user, interactions.time
    luck = stream(seed, "split").bits(user, interactions.item)
    known = not bool(np.any(time == NOTHING))
    order = np.lexsort((luck, time, user)) if known else np.lexsort((luck, user))
    counts = np.bincount(user, minlength=interactions.users)
    ends = np.cumsum(counts)
    first_held = (ends - (counts + SHARE // 2) // SHARE)[user[order]]
    held = np.zeros(len(interactions), dtype=np.bool_)
    held[order] = np.arange(len(order)) >= first_held
    return held


def item_statistics(train: Interactions) -> tuple[FloatArray, FloatArray]:
    """How known and how liked each item is among the people of a train split, or of a part of one.

    Returns:
        popularity: float32 (items,), share of the people with a rating in ``train`` who rated it, 0 to 1.
        mean_rating: float32 (items,), stars, NaN where nobody gave stars.
    """
    pairs = np.unique(train.user.astype(np.int64) * train.items + train.item)
    people = max(1, len(np.unique(train.user)))
    popularity = np.bincount(pairs % max(1, train.items), minlength=train.items) / people
    return popularity.astype(np.float32), _means(train).astype(np.float32)


def _means(train: Interactions) -> npt.NDArray[np.float64]:
    """Mean stars of each item: float64 (items,), NaN where there are none."""
    rated = ~np.isnan(train.rating)
    counts = np.bincount(train.item[rated], minlength=train.items)
    totals = np.bincount(train.item[rated], weights=train.rating[rated], minlength=train.items)
    return np.divide(totals, counts, out=np.full(train.items, np.nan), where=counts > 0)


def together(one: Interactions, other: Interactions) -> Interactions:
    """The ratings of both."""
    return Interactions(
        np.concatenate([one.user, other.user]),
        np.concatenate([one.item, other.item]),
        np.concatenate([one.rating, other.rating]),
        np.concatenate([one.time, other.time]),
        one.users,
        one.items,
    )
