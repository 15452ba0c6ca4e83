"""What is held out, and what is measured on the rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simenv.data import item_statistics, split
from simenv.types import NOTHING, Interactions

USERS, ITEMS = 6, 12


@st.composite
def rated(draw: st.DrawFn, timed: bool) -> Interactions:
    """A few people with a few ratings each, with times (ties among them) or without."""
    entries = st.tuples(st.integers(0, USERS - 1), st.integers(0, ITEMS - 1))
    chosen = draw(st.lists(entries, min_size=1, max_size=50, unique=True))
    times = draw(st.lists(st.integers(0, 9), min_size=len(chosen), max_size=len(chosen)))
    user, item = np.array(chosen, dtype=np.int32).T
    return Interactions(
        user=user,
        item=item,
        rating=(1 + (user + item) % 5).astype(np.float32),
        time=np.array(times, dtype=np.int64) if timed else np.full(len(user), NOTHING, dtype=np.int64),
        users=USERS,
        items=ITEMS,
    )


def keys(part: Interactions) -> set[int]:
    return set((part.user * ITEMS + part.item).tolist())


def one_person(times: list[int]) -> Interactions:
    """One person's ratings of the items 0, 1, 2, ... at the given times."""
    count = len(times)
    user, item = np.zeros(count, dtype=np.int32), np.arange(count, dtype=np.int32)
    return Interactions(user, item, np.ones(count, np.float32), np.array(times, dtype=np.int64), 1, count)


@given(rated(timed=True) | rated(timed=False), st.integers(0, 99))
def test_every_rating_is_in_exactly_one_part(whole: Interactions, seed: int) -> None:
    train, test = split(whole, seed)
    assert not keys(train) & keys(test)
    assert keys(train) | keys(test) == keys(whole)
    assert len(train) + len(test) == len(whole)


@given(rated(timed=True) | rated(timed=False), st.integers(0, 99))
def test_each_person_holds_out_one_rating_in_five(whole: Interactions, seed: int) -> None:
    train, test = split(whole, seed)
    counts = np.bincount(whole.user, minlength=USERS)
    np.testing.assert_array_equal(np.bincount(test.user, minlength=USERS), (counts + 2) // 5)
    assert np.all((np.bincount(train.user, minlength=USERS) > 0) == (counts > 0))


@given(rated(timed=True), st.integers(0, 99))
def test_nobody_knows_a_rating_later_than_one_held_out(whole: Interactions, seed: int) -> None:
    train, test = split(whole, seed)
    for user in np.unique(test.user):
        assert train.time[train.user == user].max() <= test.time[test.user == user].min()


@given(rated(timed=True) | rated(timed=False), st.integers(0, 99), st.randoms(use_true_random=False))
def test_the_order_of_the_entries_does_not_matter(whole: Interactions, seed: int, random: object) -> None:
    mixed = list(range(len(whole)))
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert keys(split(whole.where(np.array(mixed)), seed)[1]) == keys(split(whole, seed)[1])


@given(rated(timed=True), st.integers(0, 99))
def test_one_unknown_time_makes_the_whole_split_random(whole: Interactions, seed: int) -> None:
    time = whole.time.copy()
    time[0] = NOTHING
    timeless = replace(whole, time=np.full(len(whole), NOTHING, dtype=np.int64))
    assert keys(split(replace(whole, time=time), seed)[1]) == keys(split(timeless, seed)[1])


def test_with_times_the_seed_does_not_matter_and_without_them_it_does() -> None:
    timed, timeless = one_person(list(range(50))), one_person([NOTHING] * 50)
    assert keys(split(timed, 1)[1]) == keys(split(timed, 2)[1]) == set(range(40, 50))
    assert keys(split(timeless, 1)[1]) == keys(split(timeless, 1)[1])
    assert keys(split(timeless, 1)[1]) != keys(split(timeless, 2)[1])


def test_ties_in_time_are_broken_by_luck() -> None:
    tied = one_person([7] * 50)
    assert keys(split(tied, 1)[1]) == keys(split(tied, 1)[1])
    assert keys(split(tied, 1)[1]) != keys(split(tied, 2)[1])


def test_a_single_rating_stays_in_train() -> None:
    train, test = split(one_person([5]), 0)
    assert (len(train), len(test)) == (1, 0)


def test_popularity_is_a_share_of_the_people_who_are_in_train() -> None:
    user, item = np.array([0, 0, 1, 4], np.int32), np.array([0, 1, 0, 0], np.int32)
    stars = np.array([1, 5, 2, np.nan], np.float32)
    popularity, mean = item_statistics(Interactions(user, item, stars, np.zeros(4, np.int64), 9, 3))
    np.testing.assert_allclose(popularity, [1.0, 1 / 3, 0.0])
    np.testing.assert_allclose(mean, [1.5, 5.0, np.nan])
    assert popularity.dtype == mean.dtype == np.float32


@given(rated(timed=True))
def test_statistics_of_a_part_know_nothing_of_the_rest(whole: Interactions) -> None:
    train, test = split(whole, 0)
    before = item_statistics(train)
    test.rating[:] = 5
    for old, new in zip(before, item_statistics(split(whole, 0)[0]), strict=True):
        np.testing.assert_array_equal(old, new)
    assert np.all(np.isnan(before[1]) == (np.bincount(train.item, minlength=ITEMS) == 0))


def test_nobody_in_train_means_nothing_is_popular() -> None:
    popularity, mean = item_statistics(one_person([1]).where(np.zeros(1, dtype=np.bool_)))
    assert popularity.tolist() == [0.0]
    assert np.isnan(mean).all()
