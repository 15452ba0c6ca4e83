"""Light people in their quick form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba.core.errors import TypingError

from agents import kernels
from agents.crowd import Crowd
from agents.decision import Decision, Examination, Multinomial
from agents.lanes import LANES
from agents.memory import Window
from agents.mixed import ByCohort
from agents.taste import ItemTaste
from agents.taste_policy import TastePolicy
from simenv.people import People
from simenv.ragged import Ragged
from simenv.types import NOTHING, FloatArray, IntArray, Population, Slate, Visit
from tests import light

AGENTS, ITEMS = 30, 25
FACTORS = 16


def wide(agents: int) -> Population:
    """People whose tastes have as many factors as fitted ones."""
    return replace(light.crowd(agents, ITEMS), taste=light.numbers("wide", agents, 2 * FACTORS + 1))


def wide_items() -> ItemTaste:
    """The items' side of it."""
    watch, stars = (light.numbers(part, ITEMS, FACTORS) for part in ("watch", "stars"))
    return replace(light.items(ITEMS), watch=watch, stars=stars)


def policies() -> list[TastePolicy]:
    """Few factors and many, and decisions of several kinds."""
    tired = Decision(seed=3, base_rate=0.7, examination=Examination(decay=0.0, fatigue=1.0))
    return [
        light.policy(light.crowd(AGENTS, ITEMS)),
        TastePolicy(wide_items(), wide(AGENTS), Decision(seed=1, base_rate=0.4)),
        TastePolicy(wide_items(), wide(AGENTS), tired),
    ]


def pages(slots: int, seed: int) -> list[Slate]:
    """Pages of some rows in some order, each row with a clock of its own and some slots empty."""
    rng, slates = np.random.default_rng(seed), []
    for _ in range(6):
        rows = rng.permutation(AGENTS)[: rng.integers(1, AGENTS + 1)].astype(np.int32)
        episode, day, page = (rng.integers(0, 4, len(rows)).astype(np.int32) for _ in range(3))
        items = rng.permuted(np.tile(np.arange(ITEMS), (len(rows), 1)), axis=1)[:, :slots].astype(np.int32)
        items[rng.random(items.shape) < 0.2] = NOTHING
        slates.append(Slate.certain(Visit(episode, day, page, rows, Ragged.empty(len(rows))), items))
    return slates


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2), st.integers(1, 19), st.integers(0, 2**31 - 1))
def test_a_crowd_does_to_the_bit_what_people_with_its_policy_do(kind: int, slots: int, seed: int) -> None:
    policy = policies()[kind]
    crowd, people = Crowd(policy, pages=3), People(policy.population, policy, Window(AGENTS, 4), pages=3)
    for slate in pages(slots, seed):
        quick, slow = crowd.respond(slate), people.respond(slate)
        for name in ("watched", "rating", "action"):
            assert getattr(quick.response, name).tobytes() == getattr(slow.response, name).tobytes()
        for name in ("satisfaction", "fatigue", "left"):
            assert getattr(quick, name).tobytes() == getattr(slow, name).tobytes()
        assert np.isnan(quick.response.chance).all()
        assert np.isnan(quick.response.expected).all()
    assert crowd.satisfaction.tobytes() == people.satisfaction.tobytes()
    assert crowd.fatigue.tobytes() == people.fatigue.tobytes()


def test_things_happen_on_the_pages_of_a_crowd() -> None:
    crowd = Crowd(policies()[1], pages=3)
    steps = [crowd.respond(slate) for seed in range(5) for slate in pages(8, seed)]
    watched = np.concatenate([step.response.watched.ravel() for step in steps])
    assert 0.05 < watched.mean() < 0.6
    stars = np.concatenate([step.response.rating.ravel() for step in steps])
    assert set(stars[~np.isnan(stars)].tolist()) == {1, 2, 3, 4, 5}
    assert 0 < np.concatenate([step.response.action for step in steps]).mean() < 1


def test_only_taste_with_items_chosen_each_on_its_own_suits_a_crowd() -> None:
    policy = light.policy(light.crowd(AGENTS, ITEMS))
    one_of_them = TastePolicy(policy.items, policy.population, Decision(seed=1, choice=Multinomial()))
    assert Crowd.suits(policy)
    assert not Crowd.suits(one_of_them)
    assert not Crowd.suits(ByCohort([policy], policy.population))


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 4).map(lambda n: n * LANES) | st.integers(1, 35),
    st.integers(1, 20),
    st.integers(0, 2**31 - 1),
)
def test_products_are_added_up_in_eight_lanes_whatever_stands_beside_them(
    factors: int, slots: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    taste: FloatArray = rng.normal(size=(7, 2 * factors + 1)).astype(np.float32)
    items: FloatArray = rng.normal(size=(ITEMS, factors)).astype(np.float32)
    level: FloatArray = rng.normal(size=ITEMS).astype(np.float32)
    rows: IntArray = rng.integers(0, 7, 5).astype(np.int32)
    shown: IntArray = rng.integers(NOTHING, ITEMS, (5, slots)).astype(np.int32)
    real = shown != NOTHING
    own, whole = taste[rows], -(-factors // LANES) * LANES
    for first, extra, found in (
        (0, np.float32(0), kernels.odds_of_wanting(taste, rows, shown, items, level)),
        (factors, own[:, -1:], kernels.latent_stars(taste, rows, shown, items, level)),
    ):
        product = own[:, None, first : first + factors] * items[shown]
        lanes: FloatArray = np.zeros((*shown.shape, whole), dtype=np.float32)
        lanes[..., :factors] = product
        total = np.zeros((*shown.shape, LANES), dtype=np.float32)
        for f in range(0, whole, LANES):
            total += lanes[..., f : f + LANES]
        for half in (4, 2, 1):
            total = total[..., :half] + total[..., half : 2 * half]
        assert found[real].tobytes() == (level[shown] + extra + total[..., 0])[real].tobytes()


@pytest.mark.parametrize("pages_", [1, 2])
def test_a_visit_has_no_more_pages_than_it_may(pages_: int) -> None:
    crowd = Crowd(light.policy(light.crowd(AGENTS, ITEMS)), pages=pages_)
    for slate in pages(3, 0):
        step = crowd.respond(slate)
        assert step.left[slate.visit.page + 1 >= pages_].all()
        assert (step.left == ((step.response.action == 1) | (slate.visit.page + 1 >= pages_))).all()


def test_numbers_that_do_not_stand_side_by_side_are_refused() -> None:
    taste = np.asfortranarray(light.numbers("taste", AGENTS, 2 * FACTORS + 1))
    items, rows = wide_items(), np.arange(AGENTS, dtype=np.int32)
    shown: IntArray = np.zeros((AGENTS, 2), dtype=np.int32)
    with pytest.raises(TypingError, match="Expected contiguous numbers"):
        kernels.odds_of_wanting(taste, rows, shown, items.watch, items.lure)
