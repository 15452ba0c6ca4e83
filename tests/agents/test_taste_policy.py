"""Light agents."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents import kernels
from agents.decision import Decision
from agents.mixed import ByCohort
from agents.taste_policy import TastePolicy
from simenv.errors import UsageError
from simenv.protocols import Policy
from simenv.types import NOTHING, Action, Catalog, Population, Recall, Response, Slate
from simenv.words import Words
from tests import factories, light
from tests.contracts.policy import AGENTS, ITEMS, PolicyContract, recall, slate


class TestTastePolicy(PolicyContract):
    def make(self, seed: int, population: Population, catalog: Catalog) -> Policy:
        return light.policy(population, seed, len(catalog))


class TestLightAndStubbornAgentsTogether(PolicyContract):
    def make(self, seed: int, population: Population, catalog: Catalog) -> Policy:
        mixed = replace(population, cohort=(np.arange(len(population)) % 2).astype(np.int8))
        return ByCohort([light.policy(mixed, seed, len(catalog)), Stubborn()], mixed)


class Stubborn:
    """Watches every real item, gives three stars, stays, and says so."""

    def decide(self, slate: Slate, recall: Recall) -> Response:  # noqa: ARG002
        """Watch it all."""
        watched = slate.items != NOTHING
        three = np.where(watched, np.float32(3), np.float32(np.nan))
        words = {int(row): Words((), (), "because") for row in slate.visit.rows}
        stay = np.full(len(watched), Action.NEXT, dtype=np.int8)
        return Response(watched, three, three - 2, three, stay, words)


def test_wishes_are_the_products_of_tastes_and_stars_follow_the_ordered_logit() -> None:
    people, items, page = light.crowd(AGENTS), light.items(), slate()
    affinity, chances = light.policy(people).wishes(page)
    own = people.taste[page.visit.rows][:, None].astype(np.float64)
    real, factors = page.items != NOTHING, light.FACTORS
    odds = items.lure[page.items] + (own[..., :factors] * items.watch[page.items]).sum(axis=2)
    latent = items.level[page.items] + own[..., -1]
    latent += (own[..., factors:-1] * items.stars[page.items]).sum(axis=2)
    upto = 1 / (1 + np.exp((latent[..., None] - items.cuts) / items.spread))
    expected = np.diff(upto, axis=2, prepend=0, append=1)
    np.testing.assert_allclose(affinity[real], 1 / (1 + np.exp(-odds[real])), rtol=1e-5)
    np.testing.assert_allclose(chances[real], expected[real], atol=1e-5)


def test_more_affinity_means_more_watching() -> None:
    people, items = light.crowd(AGENTS), light.items()
    eager = replace(items, lure=items.lure + np.float32(1))
    decision = Decision(seed=5)
    one = TastePolicy(items, people, decision).decide(slate(), recall())
    more = TastePolicy(eager, people, decision).decide(slate(), recall())
    real = slate().items != NOTHING
    assert (more.chance[real] > one.chance[real]).all()
    assert (more.watched | ~one.watched).all()


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 70), st.integers(0, 30), st.integers(0, 2**32 - 1))
def test_star_chances_do_not_depend_on_where_in_the_batch_they_are_computed(
    length: int, shift: int, seed: int
) -> None:
    latent = np.random.default_rng(seed).normal(3, 2, length + shift).astype(np.float32)
    cuts = light.items().cuts
    whole = kernels.star_chances(latent, cuts, np.float32(0.5))
    part = kernels.star_chances(latent[shift:].copy(), cuts, np.float32(0.5))
    assert part.tobytes() == whole[shift:].tobytes()
    np.testing.assert_allclose(whole.sum(axis=1), 1, atol=1e-6)
    assert (whole >= 0).all()


def test_each_cohort_decides_by_its_own_policy() -> None:
    people = light.crowd(AGENTS)
    mixed = replace(people, cohort=(np.arange(AGENTS) % 3 == 0).astype(np.int8))
    own = light.policy(mixed)
    answer = ByCohort([own, Stubborn()], mixed).decide(slate(), recall())
    alone, thinks = own.decide(slate(), recall()), mixed.cohort == 1
    assert answer.watched[~thinks].tobytes() == alone.watched[~thinks].tobytes()
    assert (answer.watched[thinks] == (slate().items[thinks] != NOTHING)).all()
    assert list(answer.words) == np.flatnonzero(thinks).tolist()


def test_a_cohort_without_a_policy_is_refused() -> None:
    people = replace(light.crowd(4), cohort=np.array([0, 1, 2, 0], dtype=np.int8))
    with pytest.raises(UsageError, match=r"cohorts 0 to 2, found 1"):
        ByCohort([light.policy(people)], people)


def test_people_without_anything_in_their_taste_still_differ_by_luck() -> None:
    people = factories.population(AGENTS)
    plain = replace(people, taste=np.zeros((AGENTS, 2 * light.FACTORS + 1), dtype=np.float32))
    answer = light.policy(plain, count=ITEMS).decide(slate(), recall())
    assert 0 < answer.watched.mean() < 1
