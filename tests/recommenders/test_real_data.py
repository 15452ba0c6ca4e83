"""On people's real ratings, knowing them beats not knowing them."""

from __future__ import annotations

import os
from functools import cache

import numpy as np
import pytest

import recommenders
from simenv import data
from simenv.types import Dataset
from tests.contracts.planted import everybody

pytestmark = pytest.mark.skipif("SIMENV_DATA" not in os.environ, reason="SIMENV_DATA names no folder of data")


@cache
def dataset() -> Dataset:
    return data.load("ml-100k")


@cache
def ndcg_at_ten(name: str) -> float:
    """Mean nDCG@10 over the people with held-out ratings; every held-out rating is relevant."""
    train, test = dataset().train, dataset().test
    recommender = recommenders.create(name, 0, {})
    recommender.fit(train)
    shown = recommender.recommend(everybody(train), 10).items
    wanted = np.zeros((test.users, test.items), dtype=np.bool_)
    wanted[test.user, test.item] = True
    discount = 1 / np.log2(np.arange(10) + 2)
    gain = (np.take_along_axis(wanted, shown.astype(np.int64), axis=1) * discount).sum(axis=1)
    held = wanted.sum(axis=1)
    ideal = np.cumsum(discount)[np.minimum(held, 10) - 1]
    return float((gain[held > 0] / ideal[held > 0]).mean())


def test_popularity_beats_chance() -> None:
    assert ndcg_at_ten("popularity") > 3 * ndcg_at_ten("random")


@pytest.mark.parametrize("name", ["als", "ease", "item_knn"])
def test_knowing_people_beats_popularity_by_a_third(name: str) -> None:
    assert ndcg_at_ten(name) > 4 / 3 * ndcg_at_ten("popularity")


def test_bpr_beats_popularity() -> None:
    assert ndcg_at_ten("bpr") > ndcg_at_ten("popularity")
