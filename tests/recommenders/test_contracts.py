"""Every recommender in the package keeps the promises of its contract."""

from __future__ import annotations

from recommenders.als import Als
from recommenders.bpr import Bpr
from recommenders.ease import Ease
from recommenders.item_knn import ItemKnn
from recommenders.linucb import LinUcb
from recommenders.popularity import Popularity
from recommenders.random import Random
from recommenders.thompson import Thompson
from simenv.protocols import Recommender
from tests.contracts.recommender import (
    CountingContract,
    LearnerContract,
    PersonalContract,
    RecommenderContract,
)


class TestRandom(RecommenderContract):
    def make(self) -> Recommender:
        return Random()


class TestPopularity(CountingContract):
    def make(self) -> Recommender:
        return Popularity()


class TestItemKnn(PersonalContract):
    def make(self) -> Recommender:
        return ItemKnn(neighbours=30, shrinkage=5.0)


class TestEase(PersonalContract):
    def make(self) -> Recommender:
        return Ease(regularization=20.0)


class TestAls(PersonalContract):
    def make(self) -> Recommender:
        return Als(factors=16, iterations=5)


class TestBpr(PersonalContract):
    def make(self) -> Recommender:
        return Bpr(factors=16, learning_rate=0.05, iterations=60)


class TestLinUcb(LearnerContract):
    def make(self) -> Recommender:
        return LinUcb()


class TestThompson(LearnerContract):
    def make(self) -> Recommender:
        return Thompson(draws=5)
