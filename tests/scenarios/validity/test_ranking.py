"""Recommenders are put in order by what real people had hidden, and simulated people know nothing of it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import ClassVar

import numpy as np
import pytest

from scenarios.validity.asking import Interview
from scenarios.validity.ranking import LIKED, PEOPLE, Ranking, Stage, halved, likes_of, ranking, staged
from scenarios.validity.systems import SYSTEMS, System
from simenv.types import NOTHING, FloatArray, IntArray, Interactions, Visit
from tests.scenarios.validity.village import Noted, evidence, judged

FEW = SYSTEMS[:6]


@cache
def stage() -> Stage:
    return staged(judged(), FEW)


def truth(row: IntArray, item: IntArray) -> FloatArray:
    """1 where somebody hides a rating of more than ``LIKED`` stars."""
    group = judged().reported
    liked = {
        (int(u), int(i))
        for u, i, stars in zip(group.held.user, group.held.item, group.held.rating, strict=True)
        if stars > LIKED
    }
    return np.array(
        [(int(group.user[r]), int(i)) in liked for r, i in zip(row, item, strict=True)], dtype=np.float32
    )


def test_agents_and_recommenders_know_different_ratings() -> None:
    context = judged().reported.context
    first = halved(context)
    assert 0.4 < first.mean() < 0.6
    known = stage().agents.context
    assert set(zip(known.user.tolist(), known.item.tolist(), strict=True)) == set(
        zip(context.user[first].tolist(), context.item[first].tolist(), strict=True)
    )


class Telling(System):
    """Shows nothing but the first items, and tells what it was given."""

    told: ClassVar[list[tuple[Interactions, Visit]]] = []

    def shown(self, known: Interactions, visit: Visit) -> IntArray:
        self.told.append((known, visit))
        return np.zeros((len(visit), 2), dtype=np.int32)


def test_systems_learn_from_the_other_half_and_show_nothing_of_either() -> None:
    staged(judged(), [Telling("first", "random")])
    (known, visit), context = Telling.told.pop(), judged().reported.context
    first = halved(context)
    assert set(zip(known.user.tolist(), known.item.tolist(), strict=True)) == set(
        zip(context.user[~first].tolist(), context.item[~first].tolist(), strict=True)
    )
    for user, seen in zip(visit.rows, visit.exclude, strict=True):
        assert set(seen.tolist()) == set(context.item[context.user == user].tolist())


def test_a_page_is_worth_the_share_of_hidden_likes_on_it() -> None:
    for row, pages in enumerate(stage().shown):
        for system, page in enumerate(pages):
            own = page[page != NOTHING]
            hits = truth(np.full(len(own), row, dtype=np.int32), own)
            assert stage().real[row, system] == pytest.approx(hits.mean())
    assert stage().real.sum() > 0


def test_who_knows_the_truth_orders_everything_right() -> None:
    found = Ranking.of(
        stage(),
        {"model": truth, "popularity": truth, "liar": lambda r, i: 1 - truth(r, i)},
        evidence().bootstrap,
    )
    leaves = found.leaves()
    assert leaves["tau"].value == leaves["pairs_right"].value == 1.0
    assert leaves["pairs_right_minus_popularity"].value == 0.0
    assert leaves["users"]["liar"]["tau"].value == -1.0
    assert leaves["users"]["liar"]["pairs_right"].value == 0.0
    for system in leaves["systems"].values():
        assert system[PEOPLE].value == pytest.approx(system["model"].value)


def test_every_stand_in_for_people_judges_every_system() -> None:
    model = Noted()
    found = ranking(evidence(), Interview(model), FEW).leaves()
    assert set(found["users"]) == {"model", "taste", "popularity", "stacked"}
    assert set(found["systems"]) == {system.name for system in FEW}
    assert all(set(worth) == {PEOPLE, *found["users"]} for worth in found["systems"].values())
    assert all(0 <= own.value <= 1 for worth in found["systems"].values() for own in worth.values())


def test_the_model_is_told_only_the_agents_half() -> None:
    model = Noted()
    ranking(evidence(), Interview(model), FEW)
    group = judged().reported
    titles = judged().catalog.titles
    context = group.context.where(~halved(group.context))
    foreign = [{titles[item] for item in context.item[context.user == user]} for user in group.user]
    personas = list(dict.fromkeys(question.persona for question in model.asked))
    assert len(personas) == len(group)
    for persona, hidden in zip(personas, foreign, strict=True):
        assert not hidden & set(persona.split("\n"))


def test_a_like_needs_both_watching_and_stars() -> None:
    answers = evidence().reported.answers
    answers = replace(answers, stars=np.zeros_like(answers.stars) + np.float32([1, 0, 0, 0, 0]))
    assert likes_of(answers, evidence().calibration).max() == 0
