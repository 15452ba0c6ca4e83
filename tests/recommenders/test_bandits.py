"""The linear bandits believe, doubt and explore as their papers say."""

from __future__ import annotations

import numpy as np

from recommenders.linear import Linear
from recommenders.linucb import LinUcb
from recommenders.thompson import Thompson
from simenv.ragged import Ragged
from simenv.types import Action, Feedback, IntArray, Slate, Visit
from tests.contracts.planted import ITEMS, USERS, everybody, planted, visit_of

ROWS = np.arange(USERS, dtype=np.int32)


def reactions(items: IntArray, watched: bool) -> list[Feedback]:
    """A round in which everybody is shown the same items and watches all of them, or none."""
    visit = visit_of(ROWS, Ragged.empty(USERS))
    shown = np.tile(items.astype(np.int32), (USERS, 1))
    stars = np.full(shown.shape, 4 if watched else np.nan, dtype=np.float32)
    after = np.full(USERS, Action.NEXT, dtype=np.int8)
    return [Feedback(Slate.certain(visit, shown), np.full(shown.shape, watched), stars, after)]


def fitted(bandit: Linear) -> Linear:
    """The bandit, knowing the planted people."""
    bandit.fit(planted())
    return bandit


def test_scores_are_the_ridge_regression_of_everything_shown_plus_alpha_spreads() -> None:
    bandit = fitted(LinUcb(features=4, regularization=2.0, alpha=1.5))
    bandit.learn(reactions(np.array([7, 8]), watched=False))
    bandit.learn(reactions(np.array([9]), watched=True))
    x, train = bandit._features.astype(np.float64), planted()
    counts = np.bincount(train.item, minlength=ITEMS)
    usual = np.linalg.lstsq(x, counts / counts.max(), rcond=None)[0]
    for row in (0, 3, USERS - 1):
        taken = [*train.item[train.user == row], 9]
        shown = x[[*taken, 7, 8]]
        inverse = np.linalg.inv(2.0 * np.eye(4) + shown.T @ shown)
        mean = inverse @ (2.0 * usual + x[taken].sum(axis=0))
        wanted = x @ mean + 1.5 * np.sqrt(np.einsum("if,fg,ig->i", x, inverse, x))
        np.testing.assert_allclose(bandit.scores(ROWS[row : row + 1])[0], wanted, rtol=1e-4, atol=1e-5)


def test_what_was_shown_in_vain_is_believed_less_and_doubted_less() -> None:
    doubtful, certain = fitted(LinUcb(alpha=1.0)), fitted(LinUcb(alpha=0.0))
    before = certain.scores(ROWS)[:, 7], doubtful.scores(ROWS)[:, 7] - certain.scores(ROWS)[:, 7]
    for bandit in (doubtful, certain):
        bandit.learn(reactions(np.array([7]), watched=False))
    after = certain.scores(ROWS)[:, 7], doubtful.scores(ROWS)[:, 7] - certain.scores(ROWS)[:, 7]
    assert (after[0] < before[0]).mean() > 0.9  # a belief below 0 is drawn up
    assert (after[1] < before[1]).all()


def test_what_one_person_does_teaches_nothing_about_another() -> None:
    bandit = fitted(LinUcb())
    before = bandit.scores(ROWS)
    (page,) = reactions(np.array([7]), watched=True)
    one = Slate(
        _only(page.slate.visit, 5),
        *(c[5:6] for c in (page.slate.items, page.slate.propensity, page.slate.source)),
    )
    bandit.learn([Feedback(one, page.watched[5:6], page.rating[5:6], page.action[5:6])])
    after = bandit.scores(ROWS)
    assert np.flatnonzero((before != after).any(axis=1)).tolist() == [5]


def _only(visit: Visit, row: int) -> Visit:
    chosen = slice(row, row + 1)
    return visit_of(visit.rows[chosen], Ragged.empty(1))


def test_draws_spread_as_the_belief_says() -> None:
    bandit = Thompson(features=3, regularization=2.0, scale=0.5, draws=4000)
    bandit.fit(planted())
    visit = visit_of(ROWS[:2], Ragged.empty(2))
    mean, precision = bandit.beliefs(visit.rows)
    draws = bandit._drawn(visit, slice(0, 2)).astype(np.float64)
    np.testing.assert_allclose(draws.mean(axis=1), mean, atol=0.03)
    for row in (0, 1):
        np.testing.assert_allclose(np.cov(draws[row].T), 0.25 * np.linalg.inv(precision[row]), atol=0.01)


def test_a_propensity_is_how_often_the_item_is_shown() -> None:
    bandit = Thompson(regularization=5.0, scale=1.0, draws=200)
    bandit.fit(planted())
    slate = bandit.recommend(everybody(planted()), 10)
    acting = Thompson(regularization=5.0, scale=1.0, draws=1)
    acting.fit(planted())
    pages = [acting.recommend(everybody(planted(), page), 10).items for page in range(1, 201)]
    shown = np.mean([(slate.items[:, :, None] == page[:, None, :]).any(axis=2) for page in pages], axis=0)
    assert 0.2 < slate.propensity.mean() < 0.8
    np.testing.assert_allclose(slate.propensity, shown, atol=0.2)
    assert abs((slate.propensity - shown).mean()) < 0.01


def test_without_doubt_nothing_is_explored() -> None:
    still, greedy = Thompson(scale=0.0), LinUcb(alpha=0.0)
    for bandit in (still, greedy):
        bandit.fit(planted())
    one, two = (bandit.recommend(everybody(planted()), 10) for bandit in (still, greedy))
    np.testing.assert_array_equal(one.items, two.items)
    assert (one.propensity == 1).all()


def test_everybody_is_soon_shown_what_everybody_has_turned_to() -> None:
    wanted = np.arange(ITEMS) % 5 == 3
    watched = []
    for alpha in (0.0, 0.5):
        bandit = fitted(LinUcb(regularization=10.0, alpha=alpha))
        shown = []
        for page in range(8):
            slate = bandit.recommend(everybody(planted(), page), 5)
            hit = wanted[slate.items]
            stars = np.where(hit, np.float32(4), np.float32(np.nan))
            bandit.learn([Feedback(slate, hit, stars, np.zeros(USERS, dtype=np.int8))])
            shown.append(hit.mean())
        watched.append(shown[-1])
    assert min(watched) > 0.6
