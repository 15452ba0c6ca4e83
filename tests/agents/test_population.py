"""Agents from data: levels with known answers, and nothing from what is held out."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from agents.population import people, rating_habits, sample_users, traits
from simenv.errors import UsageError
from simenv.ragged import Ragged
from simenv.types import NOTHING, Catalog, Dataset, Interactions, Population, Users
from tests.contracts.dataset import loaded

PERSONS, FILMS = 7, 8


def catalog() -> Catalog:
    """Eight films: the first six have a theme each, the last two have all; everybody agrees on 3 stars."""
    themes = np.eye(FILMS, 6, dtype=np.bool_)
    themes[6:] = True
    return Catalog(
        noun="film",
        ids=tuple("abcdefgh"),
        titles=tuple(f"Film {name}" for name in "ABCDEFGH"),
        years=np.full(FILMS, NOTHING, dtype=np.int32),
        themes=themes,
        theme_names=tuple("uvwxyz"),
        popularity=np.full(FILMS, 0.5, dtype=np.float32),
        mean_rating=np.full(FILMS, 3, dtype=np.float32),
        text=("",) * FILMS,
    )


def ratings(rows: dict[int, dict[int, float]], persons: int = PERSONS) -> Interactions:
    """From each person's films and stars."""
    triples = [(person, film, stars) for person, films in rows.items() for film, stars in films.items()]
    user, item, rating = (np.array(column) for column in zip(*triples, strict=True))
    return Interactions(
        user.astype(np.int32),
        item.astype(np.int32),
        rating.astype(np.float32),
        np.full(len(user), NOTHING, dtype=np.int64),
        persons,
        FILMS,
    )


def users(persons: int = PERSONS) -> Users:
    nothing = ("",) * persons
    return Users(tuple(f"u{person}" for person in range(persons)), nothing, nothing, nothing)


def everybody(train: Interactions) -> Population:
    chosen = np.arange(train.users, dtype=np.int32)
    return people(catalog(), users(train.users), train, chosen, np.zeros((train.users, 0), np.float32))


def as_bytes(population: Population) -> dict[str, object]:
    """Every column, comparable."""
    values = {field.name: getattr(population, field.name) for field in fields(population)}
    ragged = {n: (v.starts.tobytes(), v.values.tobytes()) for n, v in values.items() if isinstance(v, Ragged)}
    arrays = {n: v.tobytes() for n, v in values.items() if isinstance(v, np.ndarray)}
    return {**values, **arrays, **ragged}


def test_activity_is_thirds_of_the_number_of_ratings() -> None:
    train = ratings({person: dict.fromkeys(range(person + 1), 3.0) for person in range(6)})
    activity, _, _ = traits(catalog(), train)
    assert activity.tolist() == [0, 0, 1, 1, 2, 2, 1]  # the last person rated nothing


def test_diversity_is_thirds_of_the_number_of_themes_covered() -> None:
    narrow, mixed, broad = {0: 3.0}, {0: 3.0, 1: 3.0, 2: 3.0}, {6: 3.0}
    train = ratings({0: narrow, 1: narrow, 2: mixed, 3: mixed, 4: broad, 5: broad})
    _, diversity, _ = traits(catalog(), train)
    assert diversity.tolist() == [0, 0, 1, 1, 2, 2, 1]


def test_conformity_is_high_where_stars_are_near_the_means() -> None:
    strange, own, like_all = {0: 5.0, 1: 1.0}, {0: 4.0, 1: 3.0}, {0: 3.0, 1: 3.0}
    train = ratings({0: strange, 1: strange, 2: own, 3: own, 4: like_all, 5: like_all})
    _, _, conformity = traits(catalog(), train)
    assert conformity.tolist() == [0, 0, 1, 1, 2, 2, 1]


def test_counts_without_stars_say_nothing_about_conformity_and_habits() -> None:
    nan = float("nan")
    train = ratings({0: {0: nan, 1: nan}, 1: {0: 5.0, 1: nan}, 2: {0: 3.0}}, persons=3)
    activity, _, conformity = traits(catalog(), train)
    mean, spread = rating_habits(train)
    assert activity.tolist() == [2, 2, 0]
    assert conformity.tolist() == [1, 0, 2]
    np.testing.assert_array_equal(mean, np.array([nan, 5, 3], np.float32))
    np.testing.assert_array_equal(spread, np.array([nan, 0, 0], np.float32))


def test_habits_are_mean_and_standard_deviation_of_own_stars() -> None:
    population = everybody(ratings({0: {0: 1.0, 1: 5.0}, 1: {3: 4.0}}, persons=2))
    assert population.rating_mean.tolist() == [3, 4]
    assert population.rating_spread.tolist() == [2, 0]
    assert population.rating_mean.dtype == population.rating_spread.dtype == np.float32


def test_somebody_without_ratings_is_in_the_middle_of_everything_and_remembers_nothing() -> None:
    population = everybody(ratings({person: {person: 4.0} for person in range(6)}))
    items, stars = population.rated(6)
    assert len(items) == len(stars) == 0
    assert {int(population.activity[6]), int(population.diversity[6]), int(population.conformity[6])} == {1}
    assert np.isnan(population.rating_mean[6])


def test_histories_are_each_persons_own_in_the_order_asked_for() -> None:
    train = ratings({0: {2: 4.0, 5: 1.0}, 1: {7: 2.0}, 3: {0: 3.0}}, persons=4)
    chosen = np.array([3, 0], dtype=np.int32)
    population = people(catalog(), users(4), train, chosen, np.ones((2, 3), np.float32))
    assert population.ids == ("u3", "u0")
    assert [row.tolist() for row in population.history] == [[0], [2, 5]]
    assert [row.tolist() for row in population.history_rating] == [[3], [4, 1]]
    assert population.user.tolist() == [3, 0]


def test_levels_are_thirds_of_all_users_and_not_of_the_chosen_ones() -> None:
    dataset = loaded("town", 0)
    nothing = np.zeros((5, 0), dtype=np.float32)
    activity, _, _ = traits(dataset.catalog, dataset.train)
    quiet = np.flatnonzero(activity == 0)[:5].astype(np.int32)
    population = people(dataset.catalog, dataset.users, dataset.train, quiet, nothing)
    assert population.activity.tolist() == [0] * 5


def test_other_ratings_in_the_test_split_change_nothing() -> None:
    dataset = loaded("town", 0)
    other = replace(dataset, test=dataset.test.where(np.arange(len(dataset.test)) % 3 == 0))
    first, second = (as_bytes(of_town(data, 40)) for data in (dataset, other))
    assert first == second


def test_other_ratings_in_the_train_split_do_change_agents() -> None:
    dataset = loaded("town", 0)
    other = replace(dataset, train=dataset.train.where(np.arange(len(dataset.train)) % 3 > 0))
    first, second = (as_bytes(of_town(data, 40)) for data in (dataset, other))
    assert first != second


def of_town(dataset: Dataset, agents: int) -> Population:
    chosen = sample_users(dataset, agents, seed=3)
    taste = np.zeros((agents, 0), dtype=np.float32)
    return people(dataset.catalog, dataset.users, dataset.train, chosen, taste)


def test_more_agents_are_the_same_agents_and_some_more() -> None:
    dataset = loaded("town", 0)
    many = sample_users(dataset, 500, seed=1)
    assert len(np.unique(many)) == 500
    assert many.dtype == np.int32
    for few in (1, 7, 499):
        np.testing.assert_array_equal(sample_users(dataset, few, seed=1), many[:few])


def test_another_seed_chooses_other_people() -> None:
    dataset = loaded("town", 0)
    assert set(sample_users(dataset, 50, seed=1).tolist()) != set(sample_users(dataset, 50, seed=2).tolist())


def test_nobody_without_a_training_rating_becomes_an_agent() -> None:
    town = loaded("town", 0)
    dataset = replace(town, train=town.train.where(town.train.user % 2 == 0))
    everyone = sample_users(dataset, 1000, seed=0)
    assert (everyone % 2 == 0).all()
    with pytest.raises(UsageError, match="Expected 1 to 1000 agents for data set 'town', found 1001"):
        sample_users(dataset, 1001, seed=0)


@pytest.mark.parametrize("agents", [0, -1, 2001])
def test_an_impossible_number_of_agents_is_refused(agents: int) -> None:
    with pytest.raises(UsageError, match=f"Expected 1 to 2000 agents for data set 'town', found {agents}"):
        sample_users(loaded("town", 0), agents, seed=0)
