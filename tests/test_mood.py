"""How pages change a mood."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from simenv.mood import after_page, enjoyment

NAN = float("nan")


def test_enjoyment_is_the_mean_of_what_was_watched_and_zero_without_it() -> None:
    watched = np.array([[True, True, False], [False, False, False], [True, False, False]])
    rating = np.array([[5, 3, NAN], [NAN, NAN, NAN], [1, NAN, NAN]], dtype=np.float32)
    assert enjoyment(watched, rating).tolist() == [0.75, 0, 0]


def test_something_watched_without_stars_counts_as_nothing_gained() -> None:
    watched, rating = np.array([[True, True]]), np.array([[5, NAN]], dtype=np.float32)
    assert enjoyment(watched, rating).tolist() == [0.5]


def test_a_good_page_satisfies_and_every_page_tires() -> None:
    half, none = np.array([0.5], dtype=np.float32), np.zeros(1, dtype=np.float32)
    everything = np.array([[True]])
    good, tired = after_page(half, none, everything, np.array([[5]], dtype=np.float32))
    bad, _ = after_page(half, none, everything, np.array([[1]], dtype=np.float32))
    assert (good[0], bad[0], tired[0]) == (0.75, 0.25, np.float32(0.2))


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(0, 20), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_a_mood_does_not_depend_on_the_batch(batch: int, shift: int, slots: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    watched = rng.random((batch + shift, slots)) < 0.4
    rating = np.where(watched, rng.integers(1, 6, watched.shape), NAN).astype(np.float32)
    before = rng.random((2, batch + shift), dtype=np.float32)
    whole = after_page(before[0], before[1], watched, rating)
    part = after_page(before[0, shift:], before[1, shift:], watched[shift:], rating[shift:])
    for one, other in zip(whole, part, strict=True):
        assert one[shift:].tobytes() == other.tobytes()
        assert ((other >= 0) & (other <= 1)).all()
