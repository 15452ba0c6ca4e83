"""What a model is worth on people it never met: known answers for models with known habits."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from agents.behaviour.plan import Lesson
from agents.behaviour.validation import NEAR, PAIRS, Trial, calibrate, evaluate
from agents.models.scripted import ScriptedModel
from simenv.luck import stream
from simenv.types import NOTHING, FloatArray, IntArray
from simenv.words import Question
from tests.contracts.dataset import loaded


@cache
def apart() -> Lesson:
    """The town, sixty of its people kept apart."""
    return Lesson.of(loaded("town", 0), 0, 60)


@cache
def trial() -> Trial:
    return Trial.of(apart().dataset, apart().validation)


def everything(user: int) -> set[int]:
    """All items that a person rated."""
    whole = apart().dataset.train
    return set(whole.item[whole.user == user].tolist())


def real(items: IntArray) -> list[int]:
    return [int(item) for item in items if item != NOTHING]


def test_a_fifth_of_the_ratings_is_hidden_but_at_most_ten() -> None:
    for user, rated in zip(trial().user, trial().rated, strict=True):
        hidden, known = real(rated), trial().known
        told = set(known.item[known.user == user].tolist())
        assert len(hidden) == min(PAIRS, len(everything(user)) // 5)
        assert told | set(hidden) == everything(user)
        assert not told & set(hidden)


def test_ratings_of_all_others_stay_known() -> None:
    known, whole = trial().known, apart().dataset.train
    others = ~np.isin(whole.user, apart().validation)
    assert np.isin(known.user, apart().learners).sum() == others.sum()


def test_rivals_were_never_rated_and_no_item_is_one_twice() -> None:
    for user, rated, uniform in zip(trial().user, trial().rated, trial().uniform, strict=True):
        assert len(set(real(uniform))) == len(real(rated))
        assert not set(real(uniform)) & everything(user)
    for user, matched in zip(trial().user, trial().matched, strict=True):
        assert len(set(real(matched))) == len(real(matched))
        assert not set(real(matched)) & everything(user)


def test_matched_rivals_are_as_popular_as_what_they_stand_beside() -> None:
    popularity = apart().dataset.catalog.popularity
    paired = trial().matched != NOTHING
    rated, matched = popularity[trial().rated[paired]], popularity[trial().matched[paired]]
    assert (np.abs(rated - matched) <= NEAR * rated).all()
    assert paired.sum() > 0.8 * (trial().rated != NOTHING).sum()
    assert (trial().rated[paired] != NOTHING).all()


def test_a_person_is_asked_the_same_whoever_else_is_asked() -> None:
    few = Trial.of(apart().dataset, apart().validation[10:13])
    for name in ("rated", "uniform", "matched"):
        assert getattr(few, name).tobytes() == getattr(trial(), name)[10:13].tobytes()


def test_somebody_who_rated_everything_or_little_has_no_rivals() -> None:
    lesson = apart()
    train, user = lesson.dataset.train, lesson.validation[:2]
    own = train.where(train.user != user[0])
    all_items = np.arange(train.items, dtype=np.int32)
    greedy = replace(
        own,
        user=np.concatenate([own.user, np.full(train.items, user[0], dtype=np.int32)]),
        item=np.concatenate([own.item, all_items]),
        rating=np.concatenate([own.rating, np.full(train.items, 4, dtype=np.float32)]),
        time=np.concatenate([own.time, np.full(train.items, NOTHING)]),
    )
    keep = (greedy.user != user[1]) | (np.cumsum(greedy.user == user[1]) <= 4)
    found = Trial.of(replace(lesson.dataset, train=greedy.where(keep)), user)
    assert (found.rated == NOTHING).all()
    assert (found.uniform == NOTHING).all()


def about(question: Question) -> tuple[str, str]:
    """The title that a question is about, and the share of people who have seen it."""
    title = re.search(r"Watch it\?\n(.*)$", question.branch)
    share = re.search(r"seen by ([\d.]+)%", question.branch)
    return title[1] if title else "", share[1] if share else "0"


def luck_of(words: str) -> float:
    return float(stream(0, words).uniform(0))


def asked(script: Callable[[Question], float]) -> tuple[float, float]:
    """AUC against any, and against equally popular items, where this is the log-odds of the last option."""

    def answers(question: Question) -> Sequence[float]:
        return [0.0] * (len(question.options) - 1) + [script(question)]

    worth = evaluate(ScriptedModel(answers), apart().dataset, apart().validation)
    assert worth.people == 60
    return worth.auc, worth.auc_matched


def test_a_model_that_answers_by_luck_is_worth_one_half() -> None:
    plain, matched = asked(lambda question: luck_of(question.persona + about(question)[0]))
    assert plain == pytest.approx(0.5, abs=0.06)
    assert matched == pytest.approx(0.5, abs=0.06)


def test_a_model_that_loves_what_is_popular_is_worth_nothing_among_equals() -> None:
    plain, matched = asked(lambda question: 0.1 * float(about(question)[1]))
    assert plain > 0.65
    assert matched == pytest.approx(0.5, abs=0.04)


class Knowing(ScriptedModel):
    """Knows what each of the people who are asked, one after another, has rated."""

    def choose(self, questions: Sequence[Question]) -> Sequence[FloatArray]:
        titles = apart().dataset.catalog.titles
        rated = [{titles[item] for item in everything(user)} for user in apart().validation]
        order = {persona: at for at, persona in enumerate(dict.fromkeys(q.persona for q in questions))}
        assert len(order) == len(rated)
        known = [about(question)[0] in rated[order[question.persona]] for question in questions]
        return [
            np.log([0.2] * 5 if len(question.options) == 5 else [0.4, 0.6] if yes else [0.6, 0.4]).astype(
                np.float32
            )
            for question, yes in zip(questions, known, strict=True)
        ]


def test_a_model_that_knows_everything_is_worth_one() -> None:
    worth = evaluate(Knowing(), apart().dataset, apart().validation)
    assert (worth.auc, worth.auc_matched) == (1.0, 1.0)
    assert worth.calibration.slope > 1


def test_calibration_finds_the_line_that_spoiled_the_chances() -> None:
    rng = np.random.default_rng(0)
    logit = rng.normal(0, 1.5, 40_000)
    wanted = rng.random(len(logit)) < 1 / (1 + np.exp(-logit))
    spoiled = 1 / (1 + np.exp(-(logit - 0.8) / 2))
    found = calibrate(spoiled.astype(np.float32), wanted)
    assert (found.slope, found.intercept) == pytest.approx((2.0, 0.8), abs=0.08)
    certain = calibrate(np.array([0, 1, 0.5, 0.5], np.float32), np.array([False, True, True, False]))
    assert np.isfinite([certain.slope, certain.intercept]).all()
