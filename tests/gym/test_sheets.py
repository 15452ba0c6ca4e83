"""Memory that is used again: never while anybody holds what is on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simenv.gym import sheets
from simenv.gym.sheets import sheet


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else's sheets."""
    monkeypatch.setattr(sheets, "_free", {})


def address(array: Any) -> int:
    """Where an array's numbers are."""
    return int(array.__array_interface__["data"][0])


def test_memory_is_used_again_when_the_array_is_gone() -> None:
    first = sheet((3, 5), np.float32)
    assert first.shape == (3, 5)
    assert first.dtype == np.float32
    place = address(first)
    del first
    again = sheet((5, 3), np.int32)  # as many bytes
    assert address(again) == place
    again[:] = 7
    assert (again == 7).all()


@pytest.mark.parametrize(
    "view",
    [
        lambda array: array,
        lambda array: array[1],
        lambda array: array[0][2:],
        lambda array: array.T.ravel(order="K"),
        lambda array: memoryview(array),
        lambda array: np.asarray(memoryview(array))[1:],
        lambda array: {"kept": [array[:, 0]]},
    ],
    ids=["itself", "row", "part of a row", "flat", "buffer", "array of a buffer", "in a dict"],
)
def test_memory_is_nobody_elses_while_a_view_is_held(view: Any) -> None:
    held = view(sheet((3, 5), np.float32))
    others = [sheet((3, 5), np.float32) for _ in range(5)]
    for other in others:
        other[:] = 9
    numbers = np.asarray(held["kept"][0] if isinstance(held, dict) else held)
    assert not any(np.shares_memory(numbers, other) for other in others)


def test_no_more_than_a_few_free_sheets_are_kept() -> None:
    many = [sheet((10,), np.float64) for _ in range(20)]
    del many
    assert [len(free) for free in sheets._free.values()] == [sheets.KEPT]
