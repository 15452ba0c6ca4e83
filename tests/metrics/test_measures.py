"""Measures mean what their names say."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simenv.metrics import Scoreboard, measures
from simenv.metrics.exposure import coverage, gini
from simenv.metrics.slates import Diversity, Novelty, surprise
from simenv.ragged import Ragged
from simenv.types import NOTHING, Action, Catalog, Response, Slate, Step, Visit
from tests.factories import Crowd, catalog


def page(items: list[list[int]], stars: list[list[float]], number: int = 0, left: bool = True) -> Step:
    """One page of agents 0, 1, ...; stars of 0 mean that an item was not watched."""
    rows = np.arange(len(items), dtype=np.int32)
    rating = np.array(stars, dtype=np.float32)
    watched = rating > 0
    clock = np.full(len(rows), number, dtype=np.int32)
    visit = Visit(np.zeros_like(rows), np.zeros_like(rows), clock, rows, Ragged.empty(len(rows)))
    response = Response(
        watched,
        np.where(watched, rating, np.float32(np.nan)),
        np.full(rating.shape, 0.5, dtype=np.float32),
        np.full(rating.shape, 3, dtype=np.float32),
        np.full(len(rows), Action.LEAVE, dtype=np.int8),
    )
    mood = np.linspace(0, 1, len(rows), dtype=np.float32)
    slate = Slate.certain(visit, np.array(items, dtype=np.int32))
    return Step(slate, response, mood, mood, np.full(len(rows), left))


def values(*steps: Step, items: int = 25) -> dict[str, float]:
    board = measures(3, catalog(items))
    for step in steps:
        for measure in board.values():
            measure.update(step)
    return {name: measure.value().value for name, measure in board.items()}


def test_measures_of_a_small_day_are_what_one_counts_by_hand() -> None:
    first = page([[0, 1, 2], [3, 4, NOTHING]], [[5, 3, 0], [4, 0, 0]], left=False)
    second = page([[5, 6, 7], [8, 9, 10]], [[0, 0, 0], [2, 4.5, 0]], number=1)
    told = values(first, second)
    assert told["p_view"] == pytest.approx(5 / 11)
    assert told["n_like"] == 3 / 2  # 5, 4 and 4.5 stars, by two people; the third never came
    assert told["p_like"] == pytest.approx(3 / 5)
    assert told["n_exit"] == 2
    assert told["satisfaction"] == (1 + 10) / 2
    assert told["rating"] == pytest.approx((5 + 3 + 4 + 2 + 4.5) / 5)
    assert told["coverage"] == 11 / 25


def test_people_who_watch_nothing_are_neither_liking_nor_disliking() -> None:
    told = values(page([[0, 1]], [[0, 0]]))
    assert told["p_view"] == told["n_like"] == 0
    assert np.isnan(told["p_like"])
    assert np.isnan(told["rating"])


def test_a_watched_item_without_stars_counts_as_watched_only() -> None:
    step = page([[0, 1]], [[5, 3]])
    step.response.rating[0, 1] = np.nan
    told = values(step)
    assert (told["p_view"], told["rating"], told["p_like"]) == (1, 5, 0.5)


def test_gini_knows_the_even_and_the_uneven() -> None:
    assert gini(np.array([3, 3, 3, 3])) == 0
    assert gini(np.array([0, 0, 0, 9])) == 0.75
    assert gini(np.array([1, 3])) == 0.25


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=40).filter(any))
def test_gini_does_not_depend_on_the_order_or_the_scale(counts: list[int]) -> None:
    value = gini(np.array(counts))
    assert -1e-12 <= value <= 1 - 1 / len(counts) + 1e-12
    assert gini(np.array(sorted(counts))) == value
    assert gini(7 * np.array(counts)) == pytest.approx(value)


def test_coverage_counts_items_shown_once() -> None:
    assert coverage(np.array([0, 5, 1, 0])) == 0.5


@given(st.data())
def test_diversity_is_the_mean_jaccard_distance_of_all_pairs(data: st.DataObject) -> None:
    width = data.draw(st.sampled_from([0, 3, 64, 65, 130]))
    themes = data.draw(
        st.lists(st.sets(st.integers(0, max(width - 1, 0)), max_size=4), min_size=6, max_size=6)
    )
    sets = [own if width else set() for own in themes]
    hot = np.zeros((6, width), dtype=np.bool_)
    for item, own in enumerate(sets):
        hot[item, list(own)] = True
    slate = data.draw(st.lists(st.integers(-1, 5), min_size=1, max_size=6, unique=True))
    told = Diversity(_catalog(hot)).of(page([slate], [[0.0] * len(slate)]))
    shown = [sets[item] for item in slate if item != NOTHING]
    pairs = [1 - len(a & b) / max(len(a | b), 1) for a, b in combinations(shown, 2)]
    assert told[0] == pytest.approx(np.mean(pairs) if pairs else 0, abs=1e-6)


def test_a_page_of_one_item_has_no_diversity() -> None:
    assert np.isnan(values(page([[3, NOTHING]], [[0, 0]]))["ild"])


def test_novelty_is_measured_in_bits_and_the_unseen_are_half_as_known_as_the_least_known() -> None:
    bits = surprise(np.array([1, 0.5, 0.125, 0], dtype=np.float32))
    assert bits.tolist() == [0, 1, 3, 4]
    assert surprise(np.zeros(3, dtype=np.float32)).tolist() == [0, 0, 0]
    own = catalog(25)
    told = Novelty(own).of(page([[0, 24, NOTHING]], [[0, 0, 0]]))
    assert told[0] == pytest.approx(surprise(own.popularity)[[0, 24]].sum())


def test_a_page_of_hundreds_of_slots_is_counted_right() -> None:
    slots = list(range(300))
    told = values(page([slots], [[5.0] * 300]), items=400)
    assert (told["n_like"], told["p_view"], told["coverage"]) == (300, 1, 0.75)


def test_rounds_add_up_to_the_whole() -> None:
    crowd = Crowd(rounds=3)
    whole, board = measures(crowd.agents, catalog()), Scoreboard(crowd.agents, catalog())
    days = []
    for step, ends in crowd.round_ends():
        board.update(step)
        for measure in whole.values():
            measure.update(step)
        if ends:
            days.append(board.end_round())
    for name, told in board.values().items():
        there = whole[name].value()
        assert (told.value, told.low, told.high) == pytest.approx((there.value, there.low, there.high)), name
    assert len({day["p_view"].value for day in days}) == 3
    assert sum(day["n_like"].value for day in days) > board.values()["n_like"].value > days[0]["n_like"].value


def test_a_restored_scoreboard_goes_on_as_if_never_stopped() -> None:
    crowd = Crowd(rounds=3)
    board, saved, again = (Scoreboard(crowd.agents, catalog()) for _ in range(3))
    for step, ends in crowd.round_ends():
        day = step.slate.visit.round[0]
        board.update(step)
        if day > 0:
            again.update(step)
        else:
            saved.update(step)
        if ends:
            told = board.end_round()
            if day == 0:
                saved.end_round()
                again.restore(saved.state())
            else:
                assert again.end_round() == told
    assert again.values() == board.values()


def _catalog(themes: np.ndarray) -> Catalog:
    items = len(themes)
    return Catalog(
        noun="film",
        ids=("",) * items,
        titles=("",) * items,
        years=np.zeros(items, dtype=np.int32),
        themes=themes,
        theme_names=("",) * themes.shape[1],
        popularity=np.zeros(items, dtype=np.float32),
        mean_rating=np.zeros(items, dtype=np.float32),
        text=("",) * items,
    )
