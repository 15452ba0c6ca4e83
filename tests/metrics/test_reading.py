"""Readings of the same people add up over seeds and cancel between arms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import stdtrit

from simenv.luck import stream
from simenv.metrics import Reading, difference, estimate, estimates_over_seeds, over_seeds


def mean_reading(values: list[float]) -> Reading:
    """The reading of a plain mean."""
    column = np.array(values)
    return Reading(float(column.mean()), (column - column.mean()) / len(column))


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=30))
def test_the_interval_of_a_mean_is_students(values: list[float]) -> None:
    told = estimate(mean_reading(values))
    error = float(np.std(values, ddof=1)) / len(values) ** 0.5
    assert told.high - told.value == pytest.approx(stdtrit(len(values) - 1, 0.975) * error, abs=1e-9)
    assert told.value - told.low == pytest.approx(told.high - told.value, abs=1e-9)


def test_people_without_a_part_do_not_count_as_people() -> None:
    nobody = np.full(1000, np.nan)
    reading = mean_reading([1, 2, 4])
    crowd = Reading(reading.value, np.concatenate([nobody, reading.influence]))
    assert estimate(crowd) == estimate(reading)


def test_a_thing_that_never_varies_has_an_interval_of_no_width() -> None:
    told = estimate(mean_reading([2, 2, 2]))
    assert (told.low, told.value, told.high) == (2, 2, 2)


def test_the_difference_of_a_thing_from_itself_is_nothing() -> None:
    reading = mean_reading([1, 2, 4])
    told = estimate(difference(reading, reading))
    assert (told.low, told.value, told.high) == (0, 0, 0)


def test_the_difference_of_two_means_is_the_mean_of_the_differences() -> None:
    first, second = [3.0, 1.0, 4.0, 1.0, 5.0], [2.0, 7.0, 1.0, 8.0, 2.0]
    paired = estimate(difference(mean_reading(first), mean_reading(second)))
    plain = estimate(mean_reading([a - b for a, b in zip(first, second, strict=True)]))
    assert (paired.value, paired.low, paired.high) == pytest.approx((plain.value, plain.low, plain.high))


def test_somebody_who_had_a_part_on_one_side_counts_in_the_difference() -> None:
    here = Reading(1.0, np.array([0.5, -0.5, np.nan]))
    there = Reading(2.0, np.array([np.nan, 0.5, np.nan]))
    gap = difference(here, there)
    assert gap.value == -1
    assert np.array_equal(gap.influence, [0.5, -1.0, np.nan], equal_nan=True)


def test_one_seed_over_is_that_seed() -> None:
    reading = mean_reading([1, 2, 4])
    assert over_seeds([reading]) == estimate(reading)


def test_a_seed_in_which_nothing_happened_is_left_out() -> None:
    silent = Reading(np.nan, np.full(3, np.nan))
    reading = mean_reading([1, 2, 4])
    assert over_seeds([silent, reading]) == estimate(reading)
    assert np.isnan(over_seeds([silent]).value)


def test_seeds_that_differ_by_people_s_own_luck_only_add_nothing_to_it() -> None:
    # the seeds' means differ a little, people a lot, each in a direction of their own: 0 < B < L
    told = over_seeds([mean_reading([1, 2, 3, 6]), mean_reading([2, 1, 6, 4])])
    plain = estimate(mean_reading([1.5, 1.5, 4.5, 5]))
    assert (told.value, told.low, told.high) == pytest.approx((plain.value, plain.low, plain.high))


def test_what_a_seed_does_to_everybody_widens_the_interval() -> None:
    people = np.array([1.0, 2.0, 4.0, 5.0])
    seeds = [mean_reading(list(people + shift)) for shift in (-1, 0, 1)]
    told = over_seeds(seeds)
    of_people = people.var(ddof=1) / 4
    of_seeds = 1 / 3  # the variance of -1, 0, 1 is 1; own luck is nil
    freedom = (of_people + of_seeds) ** 2 / (of_people**2 / 3 + of_seeds**2 / 2)
    half = stdtrit(freedom, 0.975) * (of_people + of_seeds) ** 0.5
    assert told.high - told.value == pytest.approx(half)


def test_every_measure_is_averaged_by_itself() -> None:
    one, two = mean_reading([1, 2, 4]), mean_reading([0, 0, 1])
    told = estimates_over_seeds([{"a": one, "b": two}, {"a": one, "b": one}])
    assert told == {"a": over_seeds([one, one]), "b": over_seeds([two, one])}


@pytest.mark.parametrize("shift", [0.0, 0.3])
def test_the_interval_over_seeds_covers_other_people_and_other_seeds(shift: float) -> None:
    estimates = [over_seeds(_seeds(repeat, shift)) for repeat in range(300)]
    truth = np.mean([told.value for told in estimates])
    spread = np.std([told.value for told in estimates])
    covered = np.mean([told.low <= truth <= told.high for told in estimates])
    width = np.median([told.high - told.low for told in estimates])
    assert covered > 0.9
    assert width < 1.4 * 2 * 1.96 * spread


def _seeds(repeat: int, shift: float) -> list[Reading]:
    """Four seeds over forty people, each with a leaning and luck of their own, and a shift for everybody."""
    luck = stream(repeat, "seeds")
    rows, seeds = np.arange(40), np.arange(4)
    leaning = luck.uniform(0, rows)
    own = luck.uniform(1, seeds[:, None], rows)
    common = shift * luck.uniform(2, seeds)
    return [mean_reading(list(leaning + own[s] + common[s])) for s in seeds]
