"""Who takes part in a training, and who is kept apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agents.behaviour.plan import FOLDS, Lesson, joined, lessons
from simenv.data.splits import item_statistics
from simenv.errors import UsageError
from tests.agents.behaviour.small import PEOPLE, PLAN, village


def test_everybody_learns_or_is_kept_apart() -> None:
    lesson = Lesson.of(village(), seed=0, apart=6)
    assert len(lesson.validation) == 6
    assert sorted([*lesson.learners, *lesson.validation]) == list(range(PEOPLE))


def test_another_seed_keeps_others_apart_and_the_same_seed_the_same() -> None:
    first, again, other = (Lesson.of(village(), seed, 6).validation.tolist() for seed in (0, 0, 1))
    assert first == again != other


def test_people_are_kept_apart_from_every_data_set_but_of_the_later_ones_no_more_than_a_fifth() -> None:
    plan = replace(PLAN, validation_people=8)
    first, second = lessons([village(), replace(village(), name="other")], plan)
    assert len(first.validation) == 8
    assert len(second.validation) == PEOPLE // 5


def test_people_whose_titles_others_have_named_belong_to_no_fold() -> None:
    first, second = lessons([village(), replace(village(), name="other")], PLAN)
    assert (first.names, second.names) == (True, False)
    assert set(first.folds()) == set(range(FOLDS))
    assert set(second.folds()) == {FOLDS}


def test_no_rating_of_somebody_kept_apart_is_learned_from() -> None:
    lesson = Lesson.of(village(), 0, 6)
    known = lesson.ratings
    assert not np.isin(known.user, lesson.validation).any()
    assert len(known) == np.isin(joined(village()).user, lesson.learners).sum()


def test_what_is_said_of_items_comes_from_the_learners_alone() -> None:
    lesson = Lesson.of(village(), 0, 6)
    popularity, mean = item_statistics(lesson.ratings)
    assert lesson.dataset.catalog.popularity.tobytes() == popularity.tobytes()
    assert lesson.dataset.catalog.mean_rating.tobytes() == mean.tobytes()
    assert popularity.tobytes() != village().catalog.popularity.tobytes()


def test_held_out_ratings_of_learners_are_learned_from_too() -> None:
    whole = joined(village())
    assert len(whole) == len(village().train) + len(village().test)
    assert len(Lesson.of(village(), 0, 0).ratings) == len(whole)


def test_keeping_everybody_apart_is_refused() -> None:
    with pytest.raises(UsageError, match="Expected more than 30 people in 'village'"):
        Lesson.of(village(), 0, PEOPLE)
