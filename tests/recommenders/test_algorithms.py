"""Each recommender does what its paper or its name says."""

from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from recommenders import create
from recommenders.ease import Ease
from recommenders.item_knn import ItemKnn
from recommenders.known import Known
from recommenders.popularity import Popularity
from recommenders.random import Random
from simenv.luck import stream
from simenv.ragged import Ragged
from simenv.types import NOTHING, Feedback, Slate
from tests.contracts.planted import (
    ITEMS,
    USERS,
    everybody,
    interactions,
    planted,
    reaction,
    some,
    visit_of,
)


def matrix() -> np.ndarray:
    """The planted people as a plain matrix of zeros and ones."""
    train, taken = planted(), np.zeros((USERS, ITEMS))
    taken[train.user, train.item] = 1
    return taken


def test_random_slates_show_every_item_equally_often_and_in_every_slot() -> None:
    rows, items, slots = 20_000, 8, 3
    nothing = np.zeros(0, dtype=np.int32)
    recommender = Random(seed=5)
    recommender.fit(interactions(nothing, nothing, rows, items))
    shown = recommender.recommend(visit_of(np.arange(rows), Ragged.empty(rows)), slots).items
    for slot in range(slots):
        share = np.bincount(shown[:, slot], minlength=items) / rows
        np.testing.assert_allclose(share, 1 / items, atol=4 * np.sqrt(1 / items / rows))


def test_random_slates_differ_by_page() -> None:
    recommender = Random()
    recommender.fit(planted())
    one, two = (recommender.recommend(everybody(planted(), page), 10).items for page in (0, 1))
    assert (one != two).mean() > 0.9


@pytest.mark.parametrize("name", ["random", "als", "bpr"])
def test_another_seed_gives_other_slates(name: str) -> None:
    slates = []
    for seed in (0, 1):
        recommender = create(name, seed, {})
        recommender.fit(planted())
        slates.append(recommender.recommend(everybody(planted()), ITEMS).items)
    assert not np.array_equal(*slates)


def test_a_random_slate_states_the_chance_of_an_item_to_be_in_it() -> None:
    recommender = Random()
    nothing = np.zeros(0, dtype=np.int32)
    recommender.fit(interactions(nothing, nothing, 4, 10))
    exclude = Ragged.of([[], [1, 2, 2, NOTHING], range(8), range(10)])
    propensity = recommender.recommend(visit_of(np.arange(4), exclude), 4).propensity
    assert propensity[:, 0].tolist() == pytest.approx([0.4, 0.5, 1.0, 1.0])
    assert (propensity == propensity[:, :1]).all()


def test_popularity_counts_ratings_and_then_watches() -> None:
    recommender = Popularity()
    taken = np.array([2, 2, 2, 1, 1, 0], dtype=np.int32)
    recommender.fit(interactions(np.arange(6, dtype=np.int32), taken, 6, 4))
    visit = visit_of(np.arange(3), Ragged.empty(3))
    slate = recommender.recommend(visit, 4)
    assert slate.items.tolist() == [[2, 1, 0, 3]] * 3
    watched = np.zeros((3, 4), dtype=np.bool_)
    watched[:, 3] = True
    stars = np.where(watched, np.float32(1), np.float32(np.nan))
    recommender.learn([Feedback(slate, watched, stars, np.zeros(3, dtype=np.int8))])
    assert recommender.recommend(visit, 4).items.tolist() == [[2, 3, 1, 0]] * 3


def test_ease_is_the_ridge_regression_of_each_item_on_all_others() -> None:
    ease, taken, target = Ease(regularization=7.0), matrix(), 3
    ease.fit(planted())
    others = np.delete(taken, target, axis=1)
    ridge = np.linalg.solve(others.T @ others + 7.0 * np.eye(ITEMS - 1), others.T @ taken[:, target])
    scores = ease.scores(np.arange(USERS, dtype=np.int32))
    np.testing.assert_allclose(scores[:, target], others @ ridge, atol=1e-5)


def test_ease_has_the_same_bits_on_any_number_of_threads_where_the_data_say_little() -> None:
    users, items, scores = 300, 900, []
    taken = stream(0, "tests.sparse").uniform(np.arange(users)[:, None], np.arange(items)) < 0.1
    user, item = (index.astype(np.int32) for index in np.nonzero(taken))
    for threads in (1, 2):
        with threadpool_limits(threads):
            ease = Ease(regularization=0.001)
            ease.fit(interactions(user, item, users, items))
            scores.append(ease.scores(np.arange(users, dtype=np.int32)).tobytes())
    assert scores[0] == scores[1]


def test_ease_with_an_exponent_divides_its_scores_by_popularity() -> None:
    rows = np.arange(USERS, dtype=np.int32)
    plain, tilted = Ease(regularization=7.0), Ease(regularization=7.0, popularity_exponent=0.5)
    plain.fit(planted())
    tilted.fit(planted())
    taken = np.maximum(matrix().sum(axis=0), 1)
    np.testing.assert_allclose(tilted.scores(rows), plain.scores(rows) / np.sqrt(taken), atol=1e-5)


def test_item_knn_sums_the_shrunk_cosines_of_the_nearest_items() -> None:
    neighbours, shrinkage, taken = 12, 3.0, matrix()
    knn = ItemKnn(neighbours=neighbours, shrinkage=shrinkage)
    knn.fit(planted())
    counts = taken.sum(axis=0)
    cosine = taken.T @ taken / (np.sqrt(np.outer(counts, counts)) + shrinkage)
    np.fill_diagonal(cosine, -1)
    kept = np.zeros_like(cosine)
    for item in range(ITEMS):
        near = np.argsort(-cosine[item].astype(np.float32), kind="stable")[:neighbours]
        kept[item, near] = cosine[item, near]
    scores = knn.scores(np.arange(USERS, dtype=np.int32))
    np.testing.assert_allclose(scores, taken @ kept.T, atol=1e-4)


def test_what_is_taken_together_is_kept_up_to_date_exactly() -> None:
    known = Known(planted())
    known.together()
    random = Random()
    random.fit(planted())
    for page in range(3):
        known.learn([reaction(random.recommend(everybody(planted(), page), 20))])
    taken = known.matrix.toarray()
    assert known.together().toarray().tobytes() == (taken.T @ taken).tobytes()
    assert known.matrix.nnz > len(planted())


def test_a_film_watched_again_counts_once() -> None:
    known = Known(planted())
    visit = some(everybody(planted()), np.arange(2, dtype=np.int32))
    items = np.array([[0, 0], [1, 1]], dtype=np.int32)
    slate = Slate.certain(visit, items)
    both = Feedback(slate, items >= 0, np.full((2, 2), np.float32(3)), np.zeros(2, dtype=np.int8))
    known.learn([both])
    assert not known.learn([both])
    assert known.matrix.max() == 1
