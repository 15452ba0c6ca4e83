"""Thinking agents: what they are asked, and what does not depend on how the page is laid out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from agents.decision import Decision, Examination
from agents.language_policy import REMEMBERED, Calibration, LanguagePolicy
from agents.models.scripted import ScriptedModel
from agents.prompts import prompts
from agents.questions import Branches, leave_question, memory_words, opening, page_words
from simenv.mood import after_page
from simenv.protocols import LanguageModel, Policy
from simenv.types import NOTHING, Action, Catalog, Population
from simenv.words import Question
from tests import factories, light
from tests.agents.thinking import Noted, embedded, policy
from tests.contracts.policy import AGENTS, ITEMS, PolicyContract, of, recall, slate


class TestScripted(PolicyContract):
    def make(self, seed: int, population: Population, catalog: Catalog) -> Policy:
        return LanguagePolicy(ScriptedModel(), population, catalog, Decision(seed=seed, base_rate=0.5))


class TestExplaining(PolicyContract):
    def make(self, seed: int, population: Population, catalog: Catalog) -> Policy:
        decision = Decision(seed=seed, base_rate=0.9)
        return LanguagePolicy(ScriptedModel(), population, catalog, decision, explained=range(AGENTS))


class TestEmbedded(PolicyContract):
    def make(self, seed: int, population: Population, catalog: Catalog) -> Policy:
        return LanguagePolicy(embedded(), population, catalog, Decision(seed=seed, base_rate=0.5))


@pytest.mark.parametrize("model", [ScriptedModel, embedded])
def test_what_an_agent_wants_does_not_depend_on_the_order_of_the_page(
    model: Callable[[], LanguageModel],
) -> None:
    page, thinking = slate(), policy(model())
    affinity, stars = thinking.wishes(page, recall())
    order = np.array([3, 0, 5, 1, 4, 2])
    turned = replace(page, items=page.items[:, order])
    affinity_turned, stars_turned = thinking.wishes(turned, recall())
    assert affinity_turned.tobytes() == affinity[:, order].tobytes()
    assert stars_turned.tobytes() == stars[:, order].tobytes()
    assert len(np.unique(affinity)) > AGENTS


def test_the_same_item_meets_the_same_luck_wherever_it_stands_on_the_page() -> None:
    even = Decision(seed=1, base_rate=0.5, examination=Examination(decay=0))
    thinking = LanguagePolicy(ScriptedModel(), light.crowd(AGENTS, ITEMS), factories.catalog(ITEMS), even)
    page, order = slate(), np.array([3, 0, 5, 1, 4, 2])
    there = thinking.decide(page, recall())
    turned = thinking.decide(replace(page, items=page.items[:, order]), recall())
    assert there.watched.any()
    for name in ("watched", "rating", "chance", "expected"):
        assert getattr(turned, name).tobytes() == getattr(there, name)[:, order].tobytes(), name


def test_affinity_is_the_models_p_of_yes_and_stars_are_its_p_of_stars() -> None:
    def script(question: Question) -> Sequence[float]:
        return [0.0, 1.5] if len(question.options) == 2 else [0, 0, 0, 0, 2.0]

    affinity, stars = policy(ScriptedModel(script)).wishes(slate(), recall())
    real_slots = slate().items != NOTHING
    np.testing.assert_allclose(affinity[real_slots], 1 / (1 + np.exp(-1.5)), rtol=1e-6)
    np.testing.assert_allclose(stars[real_slots, 4], np.exp(2) / (4 + np.exp(2)), rtol=1e-6)


def test_calibration_moves_p_of_yes_and_nothing_else() -> None:
    moved = Calibration(slope=2.0, intercept=-1.0)
    plain = policy(ScriptedModel())
    other = LanguagePolicy(plain.model, plain.population, plain.catalog, plain.decision, calibration=moved)
    (before, stars_before), (after, stars_after) = (p.wishes(slate(), recall()) for p in (plain, other))
    real_slots = slate().items != NOTHING
    logit = np.log(before) - np.log1p(-before)
    expected = 1 / (1 + np.exp(1 - 2 * logit))
    np.testing.assert_allclose(after[real_slots], expected[real_slots], rtol=1e-4)
    assert stars_after.tobytes() == stars_before.tobytes()


def test_calibration_is_defined_where_the_model_is_certain() -> None:
    certain = Calibration(slope=3.0, intercept=1.0)(np.array([0, 0.5, 1], dtype=np.float32))
    assert certain.dtype == np.float32
    assert (np.diff(certain) > 0).all()
    assert ((certain >= 0) & (certain <= 1)).all()
    half = np.array([0.25, 0.5], dtype=np.float32)
    np.testing.assert_allclose(Calibration()(half), half, rtol=1e-6)


def test_an_agent_is_asked_about_each_item_and_afterwards_whether_to_go_on() -> None:
    noted = Noted()
    thinking, b = policy(noted), 7
    page, memory = of(np.array([b]))
    answer = thinking.decide(page, memory)
    items = sorted(int(item) for item in page.items[0] if item != NOTHING)
    branches = Branches(thinking.catalog)
    asked = [question for item in items for question in branches[item]]
    assert [(q.branch, q.options) for q in noted.asked[:-1]] == asked
    assert {q.persona for q in noted.asked} == {thinking.persona(b)}
    assert {q.shared for q in noted.asked} == {opening("film")}
    mood = after_page(memory.satisfaction, memory.fatigue, answer.watched, answer.rating)
    leaving = leave_question(int(page.visit.page[0]) + 1, float(mood[0][0]), float(mood[1][0]))
    assert noted.asked[-1].branch == leaving
    assert noted.asked[-1].options == tuple(prompts()["leave"]["options"])


def test_memory_is_told_oldest_first_and_grows_by_what_the_page_brought() -> None:
    noted = Noted()
    thinking, b = policy(noted), 9
    page, memory = of(np.array([b]))
    answer = thinking.decide(page, memory)
    here = answer.watched[0]
    assert here.any()
    remembered = memory.items[0] != NOTHING
    items, stars = memory.items[0][remembered][::-1], memory.ratings[0][remembered][::-1]
    assert len(items)
    assert noted.asked[0].page == page_words(memory_words(thinking.catalog, items, stars))
    items = np.concatenate([items, page.items[0][here]])
    stars = np.concatenate([stars, answer.rating[0][here]])
    assert noted.asked[-1].page == page_words(memory_words(thinking.catalog, items, stars))


def test_only_the_last_items_are_told() -> None:
    noted = Noted()
    rows = np.array([0])
    page, memory = of(rows)
    long = np.arange(16, dtype=np.int32)[None] % ITEMS
    memory = replace(memory, items=long, ratings=np.full((1, 16), 3, dtype=np.float32))
    policy(noted).decide(page, memory)
    expected = memory_words(factories.catalog(ITEMS), long[0][:REMEMBERED][::-1], np.full(REMEMBERED, 3.0))
    assert noted.asked[0].page == page_words(expected)


def test_words_are_recorded_for_every_row_with_one_answer_a_branch() -> None:
    thinking, page, memory = policy(ScriptedModel()), slate(), recall()
    answer = thinking.decide(page, memory)
    assert set(answer.words) == set(page.visit.rows.tolist())
    for b, row in enumerate(page.visit.rows.tolist()):
        words = answer.words[row]
        items = int((page.items[b] != NOTHING).sum())
        assert words.prompt[:2] == (opening("film"), thinking.persona(row))
        assert len(words.prompt) - 3 == len(words.options) == 2 * items + 1
        assert [len(options) for options in words.options] == [2, 5] * items + [2]
        assert words.prompt[-1].startswith("\nAfter page ")
        np.testing.assert_allclose([np.exp(options).sum() for options in words.options], 1, rtol=1e-5)
        assert words.reason == ""


def test_what_is_recorded_is_what_was_decided_by() -> None:
    thinking, page = policy(ScriptedModel()), slate()
    affinity, _ = thinking.wishes(page, recall())
    answer = thinking.decide(page, recall())
    for b, row in enumerate(page.visit.rows.tolist()):
        said = [np.exp(options[1]) for options in answer.words[row].options if len(options) == 2][:-1]
        real_items = page.items[b] != NOTHING
        own = affinity[b][real_items][np.argsort(page.items[b][real_items])]
        np.testing.assert_allclose(own, said, rtol=1e-5)


def test_reasons_are_given_by_those_who_are_asked_on_their_first_page() -> None:
    thinking, page, memory = policy(ScriptedModel(), explained=range(12)), slate(), recall()
    answer = thinking.decide(page, memory)
    first, watched = page.visit.page == 0, answer.watched.any(axis=1)
    told = {row for row, words in answer.words.items() if words.reason}
    assert told == {b for b in range(12) if first[b] and watched[b]} != set()
    for b in told:
        best = int(page.items[b][np.argmax(np.where(answer.watched[b], answer.chance[b], -1))])
        title = " ".join(thinking.catalog.titles[best].split())
        assert answer.words[b].reason.startswith(f'Watched "{title}" ')


def test_somebody_who_is_certain_to_leave_leaves_and_who_wants_to_stay_stays() -> None:
    def script(question: Question) -> Sequence[float]:
        leaves = question.options[-1] == " leave" and "woman" in question.persona
        return [0.0] * (len(question.options) - 1) + [30.0 if leaves else -30.0]

    thinking = policy(ScriptedModel(script))
    thinking.population = replace(thinking.population, gender=("woman", "man") * (AGENTS // 2))
    action = thinking.decide(slate(), recall()).action
    np.testing.assert_array_equal(action, [Action.LEAVE, Action.NEXT] * (AGENTS // 2))


def test_nobody_here_is_answered_with_nothing() -> None:
    answer = policy(ScriptedModel()).decide(*of(np.zeros(0, dtype=np.int32)))
    assert answer.watched.shape == (0, slate().items.shape[1])
    assert answer.words == {}
