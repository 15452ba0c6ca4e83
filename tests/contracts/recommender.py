"""What every recommender promises: join by subclassing a suite and saying how one is made.

class TestMine(RecommenderContract):
    def make(self) -> Recommender:
        return Mine()
"""

from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from recommenders.personal import Personal
from recommenders.popularity import Popularity
from simenv.errors import UsageError
from simenv.luck import stream
from simenv.protocols import Checkpointable, Recommender
from simenv.ragged import Ragged
from simenv.types import NOTHING, Feedback, FloatArray, IntArray, Interactions, Source
from tests.contracts.planted import (
    ITEMS,
    UNKNOWN,
    USERS,
    everybody,
    halves,
    interactions,
    planted,
    reaction,
    recall_at_ten,
    same,
    some,
    visit_of,
)


class RecommenderContract:
    """What every recommender promises."""

    def make(self) -> Recommender:
        """A new recommender, not fitted yet."""
        raise NotImplementedError

    def fitted(self, train: Interactions | None = None) -> Recommender:
        """A new recommender that knows the planted people, or the given ones."""
        recommender = self.make()
        recommender.fit(planted() if train is None else train)
        return recommender

    def test_a_slate_has_a_row_for_each_agent_and_a_column_for_each_slot(self) -> None:
        visit = everybody(planted())
        slate = self.fitted().recommend(visit, 7)
        assert slate.visit is visit
        assert (slate.items.shape, slate.items.dtype) == ((USERS, 7), np.int32)
        assert (slate.propensity.shape, slate.propensity.dtype) == ((USERS, 7), np.float32)
        assert slate.source.tolist() == [Source.FEED] * USERS
        assert ((slate.propensity > 0) & (slate.propensity <= 1)).all()
        assert ((slate.items >= 0) & (slate.items < ITEMS)).all()

    def test_nobody_is_shown_what_is_excluded(self) -> None:
        visit = everybody(planted())
        slate = self.fitted().recommend(visit, ITEMS)
        for shown, excluded in zip(slate.items, visit.exclude, strict=True):
            assert not np.isin(excluded, shown).any()

    def test_no_item_comes_twice_in_a_slate(self) -> None:
        for shown in self.fitted().recommend(everybody(planted()), 50).items:
            assert len(np.unique(shown)) == 50

    def test_empty_slots_come_last_when_the_catalogue_runs_out(self) -> None:
        visit = everybody(planted())
        slate = self.fitted().recommend(visit, ITEMS + 5)
        left = ITEMS - visit.exclude.lengths()
        np.testing.assert_array_equal((slate.items != NOTHING).cumprod(axis=1).sum(axis=1), left)
        np.testing.assert_array_equal((slate.items != NOTHING).sum(axis=1), left)

    def test_an_agent_who_has_seen_everything_gets_an_empty_slate(self) -> None:
        visit = visit_of(np.array([3, 4]), Ragged.of([range(ITEMS), range(ITEMS - 1)]))
        assert self.fitted().recommend(visit, 2).items.tolist() == [[NOTHING] * 2, [ITEMS - 1, NOTHING]]

    def test_nothing_excluded_is_fine_and_so_is_nobody(self) -> None:
        recommender = self.fitted()
        alone = recommender.recommend(visit_of(np.array([0]), Ragged.empty(1)), 5)
        assert len(np.unique(alone.items)) == 5
        nobody = recommender.recommend(visit_of(np.zeros(0), Ragged.empty(0)), 5)
        assert nobody.items.shape == nobody.propensity.shape == (0, 5)

    def test_a_catalogue_shorter_than_the_slate_is_shown_whole(self) -> None:
        few = interactions(np.array([0, 0, 1], dtype=np.int32), np.array([0, 1, 1], dtype=np.int32), 4, 3)
        recommender = self.fitted(few)
        slate = recommender.recommend(visit_of(np.arange(4), Ragged.empty(4)), 6)
        assert np.sort(slate.items, axis=1).tolist() == [[NOTHING] * 3 + [0, 1, 2]] * 4

    def test_knowing_nobody_still_gives_whole_slates(self) -> None:
        nothing = np.zeros(0, dtype=np.int32)
        recommender = self.fitted(interactions(nothing, nothing))
        slate = recommender.recommend(visit_of(np.arange(USERS), Ragged.empty(USERS)), 5)
        assert (slate.items != NOTHING).all()

    def test_a_row_does_not_depend_on_its_neighbours_or_the_block(self) -> None:
        recommender, visit = self.fitted(), everybody(planted())
        whole = recommender.recommend(visit, 20)
        for size in (1, 7, 16, 64):
            for start in range(0, USERS, 64):
                chosen = np.arange(start, min(start + size, USERS), dtype=np.int32)
                block = recommender.recommend(some(visit, chosen), 20)
                assert block.items.tobytes() == whole.items[chosen].tobytes()
                assert block.propensity.tobytes() == whole.propensity[chosen].tobytes()

    def test_the_order_of_a_batch_does_not_matter(self) -> None:
        recommender, visit = self.fitted(), everybody(planted())
        shuffled = stream(0, "tests.shuffle").order(np.arange(USERS))
        mixed = recommender.recommend(some(visit, shuffled), 20)
        assert mixed.items.tobytes() == recommender.recommend(visit, 20).items[shuffled].tobytes()

    def test_the_same_seed_gives_the_same_bytes(self) -> None:
        visit = everybody(planted())
        assert same(self.fitted().recommend(visit, 30), self.fitted().recommend(visit, 30))

    def test_asking_twice_gives_the_same_bytes(self) -> None:
        recommender, visit = self.fitted(), everybody(planted())
        first = recommender.recommend(visit, 30)
        recommender.recommend(everybody(planted(), page=1), 30)
        assert same(first, recommender.recommend(visit, 30))

    def test_the_number_of_threads_does_not_change_the_bytes(self) -> None:
        visit, slates = everybody(planted()), []
        for threads in (1, 2):
            with threadpool_limits(threads):
                slates.append(self.fitted().recommend(visit, ITEMS))
        assert same(*slates)

    def test_what_is_given_is_not_changed(self) -> None:
        train = planted()
        visit = everybody(train)
        columns = (train.user, train.item, train.rating, visit.rows, visit.exclude.values)
        before = [column.copy() for column in columns]
        recommender = self.fitted(train)
        recommender.learn([reaction(recommender.recommend(visit, 10))])
        for column, copy in zip(columns, before, strict=True):
            np.testing.assert_array_equal(column, copy)


class LearnerContract(RecommenderContract):
    """What a recommender promises that learns from rounds and can be stopped and resumed."""

    def learner(self) -> Recommender:
        """A recommender that has learned one round of two pages."""
        recommender = self.fitted()
        recommender.learn(self.round_of(recommender))
        return recommender

    def round_of(self, recommender: Recommender) -> list[Feedback]:
        """A round of two pages with it."""
        return [reaction(recommender.recommend(everybody(planted(), page), 10)) for page in (0, 1)]

    def test_a_round_changes_what_is_shown(self) -> None:
        visit = everybody(planted())
        assert not same(self.learner().recommend(visit, 30), self.fitted().recommend(visit, 30))

    def test_the_blocks_of_a_round_do_not_matter(self) -> None:
        one, two, visit = self.fitted(), self.fitted(), everybody(planted())
        pages = self.round_of(one)
        one.learn(pages)
        two.learn([half for which in (0, 1) for half in (halves(page)[which] for page in pages)])
        assert same(one.recommend(visit, 30), two.recommend(visit, 30))

    def test_a_resumed_recommender_continues_with_the_same_bytes(self) -> None:
        never_stopped, resumed = self.learner(), self.fitted()
        assert isinstance(never_stopped, Checkpointable)
        assert isinstance(resumed, Checkpointable)
        resumed.restore({name: column.copy() for name, column in never_stopped.state().items()})
        visit = everybody(planted(), page=2)
        assert same(never_stopped.recommend(visit, ITEMS), resumed.recommend(visit, ITEMS))
        feedback = [reaction(never_stopped.recommend(visit, 10), seed=1)]
        never_stopped.learn(feedback)
        resumed.learn(feedback)
        assert same(never_stopped.recommend(visit, ITEMS), resumed.recommend(visit, ITEMS))

    def test_restoring_forgets_what_was_learned_since(self) -> None:
        recommender, visit = self.fitted(), everybody(planted())
        assert isinstance(recommender, Checkpointable)
        before, slate = recommender.state(), recommender.recommend(visit, ITEMS)
        recommender.learn(self.round_of(recommender))
        recommender.restore(before)
        assert same(slate, recommender.recommend(visit, ITEMS))

    def test_a_state_is_plain_numeric_columns(self) -> None:
        recommender = self.learner()
        assert isinstance(recommender, Checkpointable)
        for name, column in recommender.state().items():
            assert column.dtype.kind in "iufb", name

    def test_an_empty_round_changes_nothing(self) -> None:
        recommender, visit = self.fitted(), everybody(planted())
        slate = recommender.recommend(visit, 30)
        recommender.learn([])
        assert same(slate, recommender.recommend(visit, 30))


class CountingContract(LearnerContract):
    """What a recommender promises to which only what was watched counts, whenever that was."""

    def test_a_round_in_which_nobody_watched_changes_nothing(self) -> None:
        recommender, visit = self.fitted(), everybody(planted())
        slate = recommender.recommend(visit, 30)
        silence = np.zeros(slate.items.shape, dtype=np.bool_)
        nothing = np.full(slate.items.shape, np.nan, dtype=np.float32)
        for round_ in ([], [Feedback(slate, silence, nothing, np.zeros(USERS, dtype=np.int8))]):
            recommender.learn(round_)
            assert same(slate, recommender.recommend(visit, 30))

    def test_having_learned_equals_having_been_fitted_on_everything(self) -> None:
        learned, train = self.fitted(), planted()
        pages = self.round_of(learned)
        learned.learn(pages)
        user = [np.repeat(p.slate.visit.rows, p.watched.sum(axis=1)) for p in pages]
        item = [p.slate.items[p.watched] for p in pages]
        whole = interactions(np.concatenate([train.user, *user]), np.concatenate([train.item, *item]))
        visit = everybody(train)
        assert same(learned.recommend(visit, ITEMS), self.fitted(whole).recommend(visit, ITEMS))


class PersonalContract(CountingContract):
    """What a recommender promises that scores every item for every person."""

    def scores(self, recommender: Recommender, rows: IntArray) -> FloatArray:
        """What it thinks of every item for the given agents."""
        assert isinstance(recommender, Personal)
        return recommender.scores(rows.astype(np.int32))

    def test_people_of_whom_nothing_is_known_get_the_most_popular_items(self) -> None:
        train = planted()
        visit = visit_of(np.array([UNKNOWN]), Ragged.empty(1))
        most = np.argsort(-np.bincount(train.item, minlength=ITEMS), kind="stable")
        np.testing.assert_array_equal(self.fitted().recommend(visit, ITEMS).items[0], most)

    def test_scores_are_finite_and_personal(self) -> None:
        scores = self.scores(self.fitted(), np.arange(USERS))
        assert (scores.shape, scores.dtype) == ((USERS, ITEMS), np.float32)
        assert np.isfinite(scores).all()
        assert not np.array_equal(scores[0], scores[1])

    def test_the_bits_of_a_score_do_not_depend_on_company_or_threads(self) -> None:
        with threadpool_limits(1):
            alone = self.scores(self.fitted(), np.array([5]))
        with threadpool_limits(2):
            together = self.scores(self.fitted(), np.arange(USERS))
        assert alone[0].tobytes() == together[5].tobytes()

    def test_the_items_come_in_the_order_of_their_scores(self) -> None:
        recommender = self.fitted()
        rows = np.arange(USERS, dtype=np.int32)
        items = recommender.recommend(visit_of(rows, Ragged.empty(USERS)), ITEMS).items
        scores = self.scores(recommender, rows)
        assert (np.diff(np.take_along_axis(scores, items.astype(np.int64), axis=1)) <= 0).all()

    def test_agents_who_are_not_users_are_refused_in_a_sentence(self) -> None:
        with pytest.raises(UsageError, match=f"has {USERS} users, but agent {USERS} came"):
            self.fitted().recommend(visit_of(np.array([USERS]), Ragged.empty(1)), 3)

    def test_it_finds_twice_as_much_as_popularity_where_people_come_in_clusters(self) -> None:
        train = planted(users=400, each=12)
        held = planted(users=400, seed=1, each=12)
        popularity = Popularity()
        popularity.fit(train)
        ours, theirs = (
            recall_at_ten(recommender.recommend(everybody(train), 10), held)
            for recommender in (self.fitted(train), popularity)
        )
        assert ours > 2 * theirs > 0
