"""A surrogate keeps a policy's promises and decides as its networks say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from agents.decision import CHOICES, Decision
from agents.surrogate.gap import Beside, Gap
from agents.surrogate.network import Layers
from agents.surrogate.policy import STARS, Distilled, Surrogate
from agents.surrogate.sight import LEAVING, Sight
from simenv.luck import stream
from simenv.protocols import Policy
from simenv.types import NOTHING, Catalog, FloatArray, Population
from tests import factories, light
from tests.contracts.policy import AGENTS, ITEMS, PolicyContract, recall, slate


def drawn(*shape: int, part: str) -> FloatArray:
    """Numbers from -1 to 1."""
    return 2 * stream(0, f"tests.surrogate.{part}").uniform(*np.ix_(*(np.arange(size) for size in shape))) - 1


def layers(inputs: int, outputs: int, part: str) -> Layers:
    """Networks that nobody has trained."""
    sizes = ((inputs, 8), (8, outputs))
    weights = tuple(drawn(*size, part=f"{part}{number}") for number, size in enumerate(sizes))
    biases = tuple(drawn(size[1], part=f"{part}{number} biases") for number, size in enumerate(sizes))
    return Layers(np.zeros(inputs, np.float32), np.full(inputs, 3, np.float32), weights, biases)


def surrogate(seed: int, population: Population, catalog: Catalog) -> Surrogate:
    """A surrogate that nobody has trained."""
    sight = Sight(light.items(len(catalog)), population, catalog)
    learned = Distilled(layers(sight.width, 1 + STARS, "wishes"), layers(LEAVING, 1, "leaving"))
    return Surrogate(sight, learned, Decision(seed=seed))


class TestSurrogate(PolicyContract):
    def make(self, seed: int, population: Population, catalog: Catalog) -> Policy:
        return surrogate(seed, population, catalog)


def some() -> Surrogate:
    return surrogate(1, light.crowd(AGENTS, ITEMS), factories.catalog(ITEMS))


def test_layers_do_what_layers_do() -> None:
    network, rows = layers(5, 3, "plain"), 4 * drawn(20, 5, part="rows")
    here = rows / 3 @ network.weights[0] + network.biases[0]
    wanted = np.maximum(here, 0) @ network.weights[1] + network.biases[1]
    np.testing.assert_allclose(network(rows), wanted, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(network(rows[7:8])[0], network(rows)[7])


def test_what_is_saved_comes_back() -> None:
    learned = some().distilled
    again = Distilled.of({name: column.copy() for name, column in learned.columns().items()})
    rows = drawn(10, learned.wishes.weights[0].shape[0], part="again")
    np.testing.assert_array_equal(again.wishes(rows), learned.wishes(rows))


def test_what_is_remembered_changes_what_is_wanted() -> None:
    policy, page = some(), slate()
    before, _ = policy.wishes(page, recall())
    blank = recall()
    other = type(blank)(np.roll(blank.items, 1, axis=0), blank.ratings, blank.satisfaction, blank.fatigue)
    after, _ = policy.wishes(page, other)
    assert (before != after)[page.items != NOTHING].mean() > 0.5


def test_wanting_is_found_again_in_the_chance_of_watching() -> None:
    page, known = slate(), recall()
    real = page.items != NOTHING
    affinity = (drawn(AGENTS, page.items.shape[1], part="affinity") * 0.45 + 0.5).astype(np.float32)
    for choice in CHOICES.values():
        decision = Decision(seed=1, choice=choice())
        _, chance = decision.watch(page, known, affinity)
        np.testing.assert_allclose(decision.wanting(page, known, chance)[real], affinity[real], rtol=1e-3)


def test_a_policy_has_no_gap_to_itself() -> None:
    policy = some()
    beside = Beside(policy, some())
    answer = beside.decide(slate(), recall())
    assert answer.watched.any()
    nothing = {"calibration": 0, "reward": 0, "leave": 0, "stars": 0}
    assert beside.gap.value() == {"agreement": 1, "explained": 1, **nothing}


def test_a_gap_is_told_with_its_sign() -> None:
    page, known = slate(), recall()
    population, catalog = light.crowd(AGENTS, ITEMS), factories.catalog(ITEMS)
    keen = Surrogate(some().sight, some().distilled, Decision(seed=1, base_rate=0.6))
    gap = Gap()
    gap.add(surrogate(1, population, catalog).decide(page, known), keen.decide(page, known))
    told = gap.value()
    assert told["reward"] > 0
    assert told["agreement"] < 1
    assert told["explained"] < 0.9
    assert told["calibration"] > 0.1


def test_who_gives_everybody_the_mean_chance_explains_nothing() -> None:
    page, known, gap = slate(), recall(), Gap()
    real = some().decide(page, known)
    mean = np.where(np.isnan(real.chance), np.nan, np.nanmean(real.chance, dtype=np.float64))
    gap.add(real, replace(real, chance=mean.astype(np.float32)))
    assert abs(gap.value()["explained"]) < 1e-6
