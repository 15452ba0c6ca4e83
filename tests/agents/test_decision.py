"""From wishes to deeds: examination, choice, stars and leaving."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.decision import Decision, Examination, Independent, Multinomial, leave_chance
from simenv.ragged import Ragged
from simenv.types import NOTHING, Action, FloatArray, Recall, Slate, Visit

MANY = 20_000


def page(items: list[int], agents: int = MANY) -> Slate:
    """The same page for many agents."""
    none = np.zeros(agents, dtype=np.int32)
    visit = Visit(none, none, none, np.arange(agents, dtype=np.int32), Ragged.empty(agents))
    return Slate.certain(visit, np.tile(np.array(items, dtype=np.int32), (agents, 1)))


def feeling(agents: int = MANY, fatigue: float = 0.0) -> Recall:
    """Nothing to remember, and so tired."""
    nothing = np.zeros((agents, 0), dtype=np.float32)
    tired: FloatArray = np.full(agents, fatigue, dtype=np.float32)
    return Recall(nothing.astype(np.int32), nothing, 0 * tired, tired)


def wanting(affinity: list[float]) -> FloatArray:
    """The same affinities for many agents."""
    return np.tile(np.array(affinity, dtype=np.float32), (MANY, 1))


def test_slots_further_down_are_looked_at_less_and_tired_people_look_less() -> None:
    fresh = Examination().chances(page([1, 2, 3], 1), feeling(1))[0]
    tired = Examination().chances(page([1, 2, 3], 1), feeling(1, fatigue=0.6))[0]
    assert fresh[0] == 1
    assert (np.diff(fresh) < 0).all()
    np.testing.assert_allclose(tired, fresh * 0.7, rtol=1e-6)


def test_without_decay_every_slot_is_looked_at_alike() -> None:
    seen = Examination(decay=0).chances(page([1, 2, NOTHING], 1), feeling(1))[0]
    assert seen.tolist() == [1, 1, 0]


@pytest.mark.parametrize("choice", [Independent(), Multinomial()])
def test_things_are_watched_as_often_as_their_chance_says(choice: Independent | Multinomial) -> None:
    slate = page([4, 9, 2, NOTHING])
    watched, chance = Decision(seed=3, choice=choice, base_rate=0.5).watch(
        slate, feeling(), wanting([0.3, 0.8, 0.5, 0.9])
    )
    error = 4 * np.sqrt(0.25 / MANY)
    np.testing.assert_allclose(watched.mean(axis=0)[:3], chance[0, :3], atol=error)
    assert not watched[:, 3].any()


def test_by_multinomial_choice_at_most_one_item_is_watched() -> None:
    slate = page([4, 9, 2, 7, 8])
    watched, chance = Decision(seed=3, choice=Multinomial(), base_rate=0.9).watch(
        slate, feeling(), wanting([0.9] * 5)
    )
    assert watched.sum(axis=1).max() == 1
    assert (chance.sum(axis=1) < 1).all()


def test_by_multinomial_choice_the_odds_are_those_of_wanting() -> None:
    everything = Examination(decay=0, fatigue=0)
    decision = Decision(seed=3, choice=Multinomial(), examination=everything, base_rate=0.5)
    _, chance = decision.watch(page([4, 9]), feeling(), wanting([0.5, 0.75]))
    np.testing.assert_allclose(chance[0], [1 / 5, 3 / 5], rtol=1e-5)


def test_a_wish_of_the_average_size_comes_true_at_the_base_rate() -> None:
    everything = Examination(decay=0, fatigue=0)
    decision = Decision(seed=3, examination=everything, base_rate=0.07, prevalence=0.4)
    _, chance = decision.watch(page([1, 2, 3]), feeling(), wanting([0.0, 0.4, 1.0]))
    np.testing.assert_allclose(chance[0], [0, 0.07, 1], rtol=1e-6)


def test_luck_follows_the_item_and_not_the_slot() -> None:
    decision = Decision(seed=3, examination=Examination(decay=0), base_rate=0.5)
    one, _ = decision.watch(page([4, 9, 2]), feeling(), wanting([0.3, 0.8, 0.5]))
    other, _ = decision.watch(page([2, 4, 9]), feeling(), wanting([0.5, 0.3, 0.8]))
    np.testing.assert_array_equal(one, other[:, [1, 2, 0]])


def test_the_luck_of_watching_says_nothing_about_the_luck_of_rating_or_leaving() -> None:
    slate, decision = page([4]), Decision(seed=3)
    watch, rate, leave = (
        decision.luck(part, slate.visit, slate.items)[:, 0] for part in ("watch", "rate", "leave")
    )
    for one, other in ((watch, rate), (watch, leave), (rate, leave)):
        assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(MANY)


def test_stars_come_as_often_as_their_chances_say_and_are_expected_so() -> None:
    slate = page([4, NOTHING])
    chances = np.tile(np.array([0.1, 0.0, 0.2, 0.3, 0.4], dtype=np.float32), (MANY, 2, 1))
    watched = slate.items != NOTHING
    rating, expected = Decision(seed=3).rate(slate, watched, chances)
    share = np.bincount(rating[:, 0].astype(int), minlength=6)[1:] / MANY
    np.testing.assert_allclose(share, chances[0, 0], atol=0.02)
    assert share[1] == 0
    np.testing.assert_allclose(expected[:, 0], 3.9, rtol=1e-6)
    assert np.isnan(rating[:, 1]).all()
    assert np.isnan(expected[:, 1]).all()


def test_what_is_not_watched_has_expected_stars_but_none_given() -> None:
    slate = page([4, 5])
    chances = np.full((MANY, 2, 5), 0.2, dtype=np.float32)
    watched = np.tile([True, False], (MANY, 1))
    rating, expected = Decision(seed=3).rate(slate, watched, chances)
    assert np.isnan(rating[:, 1]).all()
    np.testing.assert_allclose(expected[:, 1], 3, rtol=1e-6)


def test_people_leave_as_often_as_their_chance_says() -> None:
    leave: FloatArray = np.full(MANY, 0.3, dtype=np.float32)
    action = Decision(seed=3).act(page([1]).visit, leave)
    assert (action == Action.LEAVE).mean() == pytest.approx(0.3, abs=0.02)
    assert set(action.tolist()) == set(Action)


def test_tired_and_unsatisfied_people_leave_and_active_people_stay() -> None:
    half, one = np.array([0.5], dtype=np.float32), np.array([1], dtype=np.float32)
    medium, high = np.array([1], dtype=np.int8), np.array([2], dtype=np.int8)
    usual = leave_chance(half, half, medium)
    assert leave_chance(half, one, medium) > usual
    assert leave_chance(one, half, medium) < usual
    assert leave_chance(half, half, high) < usual


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 70), st.integers(0, 30), st.integers(0, 2**32 - 1))
def test_the_chance_of_leaving_does_not_depend_on_the_batch(length: int, shift: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    mood = rng.random((2, length + shift), dtype=np.float32)
    activity = rng.integers(0, 3, length + shift).astype(np.int8)
    whole = leave_chance(mood[0], mood[1], activity)
    part = leave_chance(mood[0, shift:], mood[1, shift:], activity[shift:])
    assert part.tobytes() == whole[shift:].tobytes()
    assert ((whole > 0) & (whole < 1)).all()
