"""What was last seen of episodes that ended, one observation a row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simenv.gym.last import LastSeen
from simenv.types import IntArray


def rows(*numbers: int) -> IntArray:
    return np.array(numbers, dtype=np.int32)


@pytest.fixture
def last() -> LastSeen:
    """Of five rows, of which the first, the third and the last ended, in two parts."""
    kept = LastSeen(5)
    kept.keep(rows(4), {"mood": np.array([[7.0]]), "page": np.array([3])})
    kept.keep(rows(0, 2), {"mood": np.array([[1.0], [2.0]]), "page": np.array([5, 6])})
    return kept


def test_a_row_that_ended_has_its_observation_and_the_others_have_none(last: LastSeen) -> None:
    assert [None if one is None else (one["mood"].tolist(), int(one["page"])) for one in last] == [
        ([1.0], 5),
        None,
        ([2.0], 6),
        None,
        ([7.0], 3),
    ]
    assert (len(last), last.shape, last.dtype) == (5, (5,), np.dtype(object))


def test_it_is_indexed_as_an_array_is(last: LastSeen) -> None:
    ended = np.array([True, False, True, False, True])
    assert (
        [int(one["page"]) for one in last[ended]]
        == [int(last[row]["page"]) for row in (0, 2, 4)]
        == [5, 6, 3]
    )
    assert [one is None for one in np.asarray(last)] == [False, True, False, True, False]


def test_wrappers_may_put_another_observation_in_its_place(last: LastSeen) -> None:
    last[2] = "flat"
    assert last[2] == "flat" == np.asarray(last)[2] == list(last)[2]


@pytest.mark.parametrize("seen", [np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]], dtype=np.float32)])
def test_flat_observations_are_rows(seen: Any) -> None:
    kept = LastSeen(2)
    kept.keep(rows(1), seen)
    assert kept[0] is None
    assert kept[1].tobytes() == seen[0].tobytes()
