"""The town: its curves are MovieLens', its people have taste, and it is the same everywhere."""

from __future__ import annotations

import re

import numpy as np
import pytest

from simenv.data import load, town
from simenv.types import Dataset, Interactions
from tests.contracts.dataset import DatasetContract, loaded

SHA256 = "8335bf715684fbcad1f971fcb91614b074762826e934c686d85ceb8c899bbb11"


def whole(data: Dataset) -> Interactions:
    """Train and test together."""
    train, test = data.train, data.test
    columns = [
        np.concatenate(pair)
        for pair in zip(
            (train.user, train.item, train.rating, train.time),
            (test.user, test.item, test.rating, test.time),
            strict=True,
        )
    ]
    return Interactions(*columns, train.users, train.items)


@pytest.fixture
def everything() -> Interactions:
    return whole(loaded("town", 0))


class TestTown(DatasetContract):
    name = "town"


def test_the_town_of_seed_0_never_changes() -> None:
    assert loaded("town", 0).sha256 == SHA256


def test_another_seed_is_another_town() -> None:
    assert load("town", 1).catalog.titles != loaded("town", 0).catalog.titles


def test_it_has_the_size_that_it_says(everything: Interactions) -> None:
    assert (everything.users, everything.items, len(everything)) == (2000, 1000, 100_000)


def test_stars_have_movielens_shares(everything: Interactions) -> None:
    shares = np.bincount(everything.rating.astype(int), minlength=6)[1:] / len(everything)
    np.testing.assert_allclose(shares, town.STAR_SHARES, atol=0.001)


def test_popularity_falls_as_in_movielens(everything: Interactions) -> None:
    counts = np.sort(np.bincount(everything.item, minlength=1000))[::-1]
    x = (np.arange(1000) + 0.5) / 1000
    curve = x**-town.POPULARITY_EXPONENT * np.exp(-town.POPULARITY_CUTOFF * x)
    expected = curve / curve.sum() * len(everything)
    np.testing.assert_allclose(counts[:800], expected[:800], rtol=0.15, atol=5)


def test_activity_is_log_normal_above_its_minimum(everything: Interactions) -> None:
    counts = np.bincount(everything.user, minlength=2000)
    assert counts.min() == town.FEWEST
    assert abs(counts.mean() - 50) < 1e-9
    quartiles = np.percentile(counts - town.FEWEST, [25, 75])
    assert np.diff(np.log(quartiles))[0] / 1.349 == pytest.approx(town.ACTIVITY_SIGMA, rel=0.1)


def test_people_and_films_deviate_as_in_movielens(everything: Interactions) -> None:
    residual = everything.rating - everything.rating.mean()
    known = np.bincount(everything.item) > 30
    film = np.bincount(everything.item, residual) / np.maximum(1, np.bincount(everything.item))
    residual = residual - film[everything.item]
    person = np.bincount(everything.user, residual) / np.bincount(everything.user)
    residual = residual - person[everything.user]
    fame = np.log(np.bincount(everything.item)[known])
    assert film[known].std() == pytest.approx(0.5, abs=0.1)
    assert person.std() == pytest.approx(0.37, abs=0.05)
    assert residual.std() == pytest.approx(0.90, abs=0.05)
    assert np.corrcoef(fame, film[known])[0, 1] == pytest.approx(0.39, abs=0.1)


def test_films_are_all_different_and_told_in_a_line() -> None:
    catalog = loaded("town", 0).catalog
    names = [re.fullmatch(r"(.+) \((\d{4})\)", title) for title in catalog.titles]
    assert len({name[1] for name in names if name}) == 1000
    assert catalog.years.min() >= 1930
    assert catalog.years.max() <= 2020
    assert all(text[0].isupper() and text.endswith(".") and len(text) > 30 for text in catalog.text)
    assert len(set(catalog.text)) > 950


def test_films_have_one_to_three_of_movielens_18_genres() -> None:
    catalog = loaded("town", 0).catalog
    counts = catalog.themes.sum(axis=1)
    assert (counts.min(), counts.max(), len(catalog.theme_names)) == (1, 3, 18)
    assert catalog.themes.any(axis=0).all()


def test_people_speak_the_words_of_movielens() -> None:
    from simenv.data.people import AGES, OCCUPATIONS

    users = loaded("town", 0).users
    assert set(users.age) == set(AGES.values())
    assert set(users.occupation) == set(OCCUPATIONS)
    assert set(users.gender) == {"woman", "man"}


def test_every_rating_is_younger_than_its_film_and_has_a_time(everything: Interactions) -> None:
    year = 1970 + everything.time / (365.2425 * 86_400)
    assert np.all((year >= 2021) & (year <= 2024))
    assert np.all(loaded("town", 0).catalog.years[everything.item] < year)


def recall_at_20(scores: np.ndarray, known: np.ndarray, held: np.ndarray) -> float:
    """Mean share of what people held out that is among the best 20 they did not know."""
    best = np.argpartition(np.where(known, -np.inf, scores), -20, axis=1)[:, -20:]
    hits = np.take_along_axis(held, best, axis=1).sum(axis=1)
    return float(np.mean(hits / np.minimum(20, held.sum(axis=1))))


def test_what_people_watch_says_what_else_they_will_watch() -> None:
    data = loaded("town", 0)
    known = np.zeros((2000, 1000), dtype=bool)
    held = np.zeros_like(known)
    known[data.train.user, data.train.item] = True
    held[data.test.user, data.test.item] = True
    together = known.T.astype(np.float64) @ known
    inverse = np.linalg.inv(together + 200 * np.eye(1000))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    popular = np.tile(known.sum(axis=0, dtype=np.float64), (2000, 1))
    assert recall_at_20(known @ weights, known, held) > 1.3 * recall_at_20(popular, known, held)


def test_what_people_liked_in_a_genre_says_what_else_they_will_like() -> None:
    data = loaded("town", 0)
    train, test, themes = data.train, data.test, data.catalog.themes.astype(np.float64)
    means = np.nan_to_num(data.catalog.mean_rating, nan=3.5)
    above = train.rating - means[train.item]
    liking, weight = np.zeros((2000, 18)), np.full((2000, 18), 5.0)
    np.add.at(liking, train.user, above[:, None] * themes[train.item])
    np.add.at(weight, train.user, themes[train.item])
    person = np.bincount(train.user, above) / np.bincount(train.user)
    guess = ((liking - person[:, None] * (weight - 5)) / weight)[test.user] * themes[test.item]
    rest = test.rating - means[test.item] - person[test.user]
    assert np.corrcoef(guess.sum(axis=1), rest)[0, 1] > 0.1
