"""Intervals over people: right on average, paired, and honest when there are many."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simenv.metrics.ranking import auc, auc_of_each
from simenv.metrics.resampling import Bootstrap, Figure, holm


def people(size: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(3.0, 2.0, size)


def test_a_mean_has_the_interval_that_the_normal_law_gives_it() -> None:
    values = people(400)
    found = Bootstrap(400).mean(values).estimate()
    reach = 1.96 * values.std() / math.sqrt(400)
    assert found.value == pytest.approx(values.mean())
    assert (found.value - found.low, found.high - found.value) == pytest.approx((reach, reach), rel=0.15)


def test_people_of_whom_nothing_is_known_do_not_count() -> None:
    values = people(50)
    more = np.concatenate([values, np.full(10, np.nan)])
    assert Bootstrap(60).mean(more).value == pytest.approx(values.mean())
    nothing = Bootstrap(3).mean(np.full(3, np.nan)).estimate()
    assert all(math.isnan(number) for number in (nothing.value, nothing.low, nothing.high))


def test_every_draw_holds_as_many_people_as_there_are() -> None:
    assert (Bootstrap(37, times=20).weights.sum(axis=1) == 37).all()


def test_the_same_luck_gives_the_same_interval_and_another_one_another() -> None:
    values = people(40)
    first, again, other = (Bootstrap(40, seed).mean(values).samples for seed in (0, 0, 1))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


def test_a_paired_difference_is_surer_than_either_side() -> None:
    boot, one = Bootstrap(300), people(300)
    other = one + np.random.default_rng(1).normal(0.1, 0.1, 300)
    difference = (boot.mean(other) - boot.mean(one)).estimate()
    alone = boot.mean(one).estimate()
    assert difference.low > 0
    assert difference.high - difference.low < 0.2 * (alone.high - alone.low)


scores = st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.integers(0, 2)), min_size=1, max_size=30)


@given(scores)
@settings(deadline=None, max_examples=30)  # the first call compiles
def test_auc_with_ties_is_the_one_of_mann_and_whitney(rows: list[tuple[int, bool, int]]) -> None:
    score, wanted, row = (np.array(column) for column in zip(*rows, strict=True))
    score, wanted, row = score.astype(np.float32), wanted.astype(bool), row.astype(np.int32)
    pooled = Bootstrap(3, times=5).auc(score, wanted, row).value
    assert pooled == pytest.approx(auc(score[wanted], score[~wanted]), nan_ok=True)
    each = auc_of_each(score, wanted, row)
    for person, found in enumerate(each):
        own = row == person
        assert found == pytest.approx(auc(score[own & wanted], score[own & ~wanted]), nan_ok=True)


def test_a_draw_of_people_has_the_auc_of_those_people() -> None:
    rng = np.random.default_rng(0)
    row = np.repeat(np.arange(6), 10).astype(np.int32)
    score, wanted = rng.normal(size=60).astype(np.float32), rng.random(60) < 0.5
    boot = Bootstrap(6, times=3)
    found = boot.auc(score, wanted, row).samples
    for weights, value in zip(boot.weights, found, strict=True):
        often = weights[row].astype(int)
        s, w = np.repeat(score, often), np.repeat(wanted, often)
        assert value == pytest.approx(auc(s[w], s[~w]))


def figure(value: float, spread: float) -> Figure:
    return Figure(value, value + spread * np.random.default_rng(0).normal(size=1000))


def test_one_comparison_alone_is_as_sure_as_ever() -> None:
    own = figure(1.0, 0.5)
    found = holm({"a": own})["a"]
    assert (found.low, found.high) == pytest.approx((1 - 1.96 * own.spread, 1 + 1.96 * own.spread), rel=1e-3)


def test_the_more_is_compared_the_wider_and_what_stays_open_stays_wide() -> None:
    figures = {"open": figure(0.1, 1.0), "sure": figure(9.0, 1.0), "also open": figure(0.2, 1.0)}
    found = holm(figures)
    wide = {name: own.high - own.low for name, own in found.items()}
    assert list(found) == list(figures)
    assert found["sure"].low > 0 > found["open"].low
    assert wide["open"] == pytest.approx(wide["also open"], rel=0.05)
    assert wide["sure"] > 1.15 * (holm({"sure": figures["sure"]})["sure"].high - 9.0) * 2
    assert wide["sure"] > wide["open"]


def test_what_never_varies_is_certain() -> None:
    assert Figure(0.0, np.zeros(10)).chance == 1.0
    assert Figure(0.3, np.full(10, 0.3)).chance == 0.0
    found = holm({"a": Figure(0.3, np.full(10, 0.3))})["a"]
    assert (found.low, found.high) == pytest.approx((0.3, 0.3))
