"""What every data set promises, whoever loads it; a loader joins by giving its name."""

from __future__ import annotations

from functools import cache

import numpy as np

from simenv.data import item_statistics, load
from simenv.types import NOTHING, Dataset, Interactions


@cache
def loaded(name: str, seed: int) -> Dataset:
    """A data set, read once for all tests that only look at it."""
    return load(name, seed)


def pairs(part: Interactions) -> set[tuple[int, int]]:
    """Who rated what."""
    return set(zip(part.user.tolist(), part.item.tolist(), strict=True))


class DatasetContract:
    """Subclass, and say which data set."""

    name: str

    @property
    def data(self) -> Dataset:
        return loaded(self.name, 0)

    def test_the_columns_of_the_catalogue_are_about_the_same_items(self) -> None:
        catalog = self.data.catalog
        assert len(set(catalog.ids)) == len(catalog) > 0
        assert len(catalog.titles) == len(catalog.text) == len(catalog)
        assert catalog.years.shape == catalog.popularity.shape == catalog.mean_rating.shape == (len(catalog),)
        assert catalog.themes.shape == (len(catalog), len(catalog.theme_names))
        assert catalog.noun

    def test_columns_have_the_types_of_the_seams(self) -> None:
        catalog, train = self.data.catalog, self.data.train
        assert (catalog.years.dtype, catalog.themes.dtype) == (np.int32, np.bool_)
        assert (catalog.popularity.dtype, catalog.mean_rating.dtype) == (np.float32, np.float32)
        assert (train.user.dtype, train.item.dtype) == (np.int32, np.int32)
        assert (train.rating.dtype, train.time.dtype) == (np.float32, np.int64)

    def test_years_are_years_or_nothing(self) -> None:
        years = self.data.catalog.years
        assert np.all((years == NOTHING) | ((years >= 1870) & (years <= 2100)))

    def test_titles_and_texts_are_single_trimmed_lines(self) -> None:
        for line in (*self.data.catalog.titles, *self.data.catalog.text):
            assert line == line.strip()
            assert "\n" not in line

    def test_no_theme_says_that_there_is_none(self) -> None:
        assert not {"(no genres listed)", "unknown", ""} & set(self.data.catalog.theme_names)
        assert np.all(self.data.catalog.themes.any(axis=0))

    def test_every_person_is_described_once(self) -> None:
        users = self.data.users
        assert (
            len(set(users.ids)) == len(users) == len(users.gender) == len(users.age) == len(users.occupation)
        )
        assert set(users.gender) <= {"woman", "man", ""}

    def test_ratings_are_stars_of_known_people_for_known_items(self) -> None:
        for part in (self.data.train, self.data.test):
            assert (part.users, part.items) == (len(self.data.users), len(self.data.catalog))
            assert part.user.min() >= 0
            assert part.user.max() < part.users
            assert part.item.min() >= 0
            assert part.item.max() < part.items
            assert np.all((part.rating >= 0.5) & (part.rating <= 5.0))

    def test_nothing_held_out_is_known(self) -> None:
        train, test = pairs(self.data.train), pairs(self.data.test)
        assert not train & test
        assert len(train) == len(self.data.train)
        assert len(test) == len(self.data.test) > 0

    def test_everybody_has_something_in_train(self) -> None:
        assert np.all(np.bincount(self.data.train.user, minlength=len(self.data.users)) > 0)

    def test_popularity_and_means_come_from_train_alone(self) -> None:
        popularity, mean = item_statistics(self.data.train)
        np.testing.assert_array_equal(self.data.catalog.popularity, popularity)
        np.testing.assert_array_equal(self.data.catalog.mean_rating, mean)

    def test_entries_come_by_person_then_time(self) -> None:
        for part in (self.data.train, self.data.test):
            keys = np.lexsort((part.item, part.time, part.user))
            np.testing.assert_array_equal(keys, np.arange(len(part)))

    def test_the_same_seed_gives_the_same_fingerprint(self) -> None:
        assert load(self.name, 0).sha256 == self.data.sha256
