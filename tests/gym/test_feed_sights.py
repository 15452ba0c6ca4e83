"""What a recommender sees of people in the feed, and what people see of the page."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simenv.gym.errors import SlateLengthError, UnknownSettingError
from simenv.gym.sights import SIGHTS
from simenv.types import NOTHING
from tests.gym import feeds
from tests.gym.feeds import ITEMS, Told, environment, feed, never, told

SLATE = np.array([0, 1, 2])


def step(env: Any, *slates: Any) -> Any:
    """Show each row its slate."""
    return env.step(np.array(slates))


def test_nobody_is_shown_what_they_know() -> None:
    people = told(Told(never), pages=20)
    env = environment(actions="items", retriever=None, people=people)
    env.reset(seed=7)
    stage: Any = env.play.stage
    known = [set(row.tolist()) for row in stage._people.population.history][:6]
    for number in range(8):
        slate = [(number + slot * 3) % ITEMS for slot in range(3)]
        seen, *_ = step(env, *[slate] * 6)
        for row in range(6):
            expected = [item if item not in known[row] else NOTHING for item in slate]
            assert seen["shown"][row].tolist() == expected
            known[row] |= set(slate)


def test_candidates_are_new_to_each_person_and_their_features_are_the_catalogues() -> None:
    env = environment(people=told(Told(never), pages=20), candidates=10)
    seen, _ = env.reset(seed=8)
    stage: Any = env.play.stage
    catalog = stage.catalog
    for _ in range(7):
        for row in range(6):
            known = set(stage._familiar.items(env.play.rows).row(row).tolist())
            real = seen["offered"][row][seen["candidates_open"][row] == 1]
            assert len(set(real.tolist())) == len(real) == min(10, ITEMS - len(known))
            assert not set(real.tolist()) & known
            table = seen["candidates"][row][: len(real)]
            np.testing.assert_array_equal(table[:, 0], catalog.popularity[real])
            np.testing.assert_array_equal(table[:, 1], np.nan_to_num(catalog.mean_rating[real]))
            np.testing.assert_array_equal(table[:, 2:] == 1, catalog.themes[real])
            assert not seen["candidates"][row][len(real) :].any()
        assert np.array_equal(env.action_masks(), np.tile(seen["candidates_open"] == 1, (1, 3)))
        seen, *_ = env.step(np.tile(SLATE, (6, 1)))
    assert (seen["candidates_open"] == 0).any()


def test_a_recommender_sees_behaviour_and_nothing_else() -> None:
    env = environment(rows=1, actions="items", retriever=None, people=told(Told()))
    assert set(env.single_observation_space) == {
        "recent", "stars", "shown", "response", "context", "liking",
    }  # fmt: skip
    env.reset(seed=1)
    step(env, [2, 9, 4])
    seen, *_ = step(env, [11, 13, 6])
    assert seen["recent"].tolist() == [[6, 4, 2, NOTHING]]
    assert seen["stars"].tolist() == [[2, 5, 3, 0]]
    assert seen["shown"].tolist() == [[11, 13, 6]]
    assert seen["response"].tolist() == [[0, 0, 2]]
    assert seen["context"][0, 3] == 0
    stage: Any = env.play.stage
    features = stage._seen.features
    expected = (-0.5 * features[6] + 1.0 * features[4] + 0.0 * features[2]) / 3
    np.testing.assert_allclose(seen["liking"][0], expected, atol=1e-6)
    seen, *_ = step(env, [15, 17, 19])
    assert seen["context"][0, 3] == 1


def test_people_with_another_taste_look_the_same_until_they_have_done_something() -> None:
    def reversed_taste(seed: int) -> Any:
        people = feeds.slow_crowd(seed)
        people.population.taste[:] *= -1
        return people

    one, other = (environment(rows=8, people=people) for people in (feeds.slow_crowd, reversed_taste))
    first, second = one.reset(seed=3)[0], other.reset(seed=3)[0]
    assert all(first[name].tobytes() == second[name].tobytes() for name in SIGHTS)
    acted = [env.step(np.tile(SLATE, (8, 1)))[0]["response"].tolist() for env in (one, other)]
    assert acted[0] != acted[1]


def test_the_page_is_printed_as_the_person_saw_it() -> None:
    env = environment(rows=1, actions="items", retriever=None, people=told(Told()))
    env.reset(seed=1)
    stage = env.play.stage
    assert stage.page(0) == "Agent 0 has seen no page yet."
    step(env, [4, 1, 4])
    assert stage.page(0).splitlines() == [
        "Agent 0, day 1, page 1",
        "  1. watched  Film 4 (1954) ★★★★★",
        "  2.          @line\N{REPLACEMENT CHARACTER}break (1999)",
    ]
    step(env, [11, 13, 8])
    assert stage.page(0).splitlines() == [
        "Agent 0, day 1, page 2",
        "  1.          Film 11 (1961)",
        "  2.          Film 13 (1963)",
        "  3. watched  Film 8 (1958) ★★★★",
        "  and leaves",
    ]


def test_sights_can_be_chosen_and_an_unknown_one_is_refused() -> None:
    env = environment(sights=["context", "candidates"])
    assert list(env.reset(seed=1)[0]) == ["context", "candidates"]
    with pytest.raises(UnknownSettingError, match=r"No sight named 'recents'\. Did you mean 'recent'\?"):
        feed(sights=["recents"])
    with pytest.raises(UnknownSettingError, match="No sight named 'offered'"):
        feed(sights=["offered"], retriever=None)


def test_more_candidates_than_there_are_items_are_no_more_than_there_are() -> None:
    assert environment(candidates=500).single_observation_space["offered"].shape == (ITEMS,)
    with pytest.raises(SlateLengthError, match="no longer than the 25 candidates"):
        environment(candidates=500, slots=26)
