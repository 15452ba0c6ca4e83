"""Luck: draws that depend on nothing but whom and when they are for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simenv.luck import Stream, stream
from simenv.ragged import Ragged
from simenv.types import NOTHING, Visit

MANY = 200_000


def test_the_same_draws_come_on_every_machine() -> None:
    assert stream(0, "watch").key == 0xCEB7ABA0B3E81B63
    assert int(stream(7, "rate").bits(0, 3, 1, 42, 17)) == 15295126529289166734
    drawn = stream(7, "watch").uniform(0, 3, 1, 42, np.array([0, 17, NOTHING]))
    assert drawn.tolist() == [0.5003644227981567, 0.12602019309997559, 0.03913766145706177]


def test_draws_are_even() -> None:
    drawn = stream(1, "any").uniform(0, 0, 0, np.arange(MANY))
    count, _ = np.histogram(drawn, bins=64, range=(0, 1))
    surprise = ((count - MANY / 64) ** 2 / (MANY / 64)).sum()
    assert 30 < surprise < 115  # chi-squared with 63 degrees of freedom: beyond is one in 10,000
    assert drawn.min() >= 0
    assert drawn.max() < 1
    assert drawn.dtype == np.float32


@pytest.mark.parametrize("place", range(5))
def test_draws_of_neighbouring_counters_are_independent(place: int) -> None:
    counters = [np.full(MANY, 3) for _ in range(5)]
    counters[place] = np.arange(MANY)
    drawn = stream(1, "any").uniform(*counters).astype(np.float64)
    for lag in (1, 2, 16):
        assert abs(np.corrcoef(drawn[lag:], drawn[:-lag])[0, 1]) < 4 / np.sqrt(MANY)


@pytest.mark.parametrize("other", [stream(1, "rate"), stream(2, "watch"), stream(11, "watch")])
def test_other_parts_and_other_seeds_have_luck_of_their_own(other: Stream) -> None:
    rows = np.arange(MANY)
    one, two = stream(1, "watch").uniform(rows), other.uniform(rows)
    assert abs(np.corrcoef(one, two)[0, 1]) < 4 / np.sqrt(MANY)
    assert (one == two).mean() < 1e-3


def test_a_seed_cannot_pass_for_part_of_a_name() -> None:
    assert stream(1, "1/watch").key != stream(11, "watch").key


def test_each_counter_has_its_own_place() -> None:
    luck = stream(1, "any")
    assert luck.bits(1, 2) != luck.bits(2, 1)
    assert luck.bits(1) != luck.bits(1, 0)


@given(st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=20), st.integers(0, 2**63))
def test_a_draw_does_not_depend_on_its_neighbours(rows: list[int], seed: int) -> None:
    luck = stream(seed, "any")
    together = luck.uniform(0, 1, np.array(rows, dtype=np.int32)[:, None], np.arange(3))
    for b, row in enumerate(rows):
        for lane in range(3):
            assert luck.uniform(0, 1, row, lane) == together[b, lane]


@settings(deadline=None)
@given(st.integers(0, 2**63), st.integers(0, 6), st.integers(0, 12), st.integers(0, 2**32 - 1))
def test_compiled_draws_are_the_same_draws(seed: int, batch: int, lanes: int, counters: int) -> None:
    rng = np.random.default_rng(counters)
    clock = [rng.integers(-3, 2**31, batch, dtype=np.int32) for _ in range(4)]
    lane = rng.integers(NOTHING, 2**31, (batch, lanes), dtype=np.int32)
    visit = Visit(*clock, Ragged.empty(batch))
    luck = stream(seed, "any")
    expected = luck.uniform(*(column[:, None] for column in clock), lane)
    assert luck.lanes(visit, lane).tobytes() == expected.tobytes()


def test_an_order_holds_everything_once_and_shuffles_evenly() -> None:
    orders = np.array([stream(seed, "any").order(np.arange(4)) for seed in range(2_000)])
    assert (np.sort(orders, axis=1) == np.arange(4)).all()
    np.testing.assert_allclose([(orders[:, 0] == first).mean() for first in range(4)], 0.25, atol=0.05)
