"""Work on parts, on all cores."""

from __future__ import annotations

import threading
import time

import pytest

from simenv.cores import CORES, on_all_cores

PARTS = [slice(number, number + 1) for number in range(20)]


def test_results_come_in_the_order_of_the_parts() -> None:
    def slow_first(part: slice) -> int:
        time.sleep(0.002 * (20 - part.start) / 20)
        return int(part.start)

    assert on_all_cores(slow_first, PARTS) == list(range(20))
    assert on_all_cores(slow_first, []) == []


def test_the_first_part_that_fails_is_told() -> None:
    def fail(part: slice) -> None:
        if part.start >= 5:
            raise ValueError(part.start)

    with pytest.raises(ValueError, match=r"^5$"):
        on_all_cores(fail, PARTS)


def test_work_may_ask_for_all_cores_itself() -> None:
    sums = on_all_cores(lambda part: sum(on_all_cores(lambda one: one.start, PARTS)) + part.start, PARTS)
    assert sums == [190 + part.start for part in PARTS]


@pytest.mark.skipif(CORES < 2, reason="needs two cores")
def test_this_thread_is_one_of_those_that_work() -> None:
    names = on_all_cores(lambda _: time.sleep(0.01) or threading.current_thread().name, PARTS)
    assert threading.current_thread().name in names
    assert len(set(names)) > 1
