"""How many words a model can read, and what agents leave out where there is no room."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from agents.decision import Decision
from agents.language_policy import PERSONA_TOKENS, LanguagePolicy
from agents.models import EMBEDDED
from agents.models.errors import ContextTooShort
from agents.models.llama_cpp import LlamaCppModel
from agents.models.scripted import ScriptedModel
from agents.population import people, sample_users
from agents.prompts import prompts
from agents.questions import Branches
from simenv.types import NOTHING, FloatArray, Recall, Slate
from simenv.words import Question
from tests import factories, light
from tests.agents.real import real
from tests.agents.thinking import Noted, embedded, policy
from tests.contracts.dataset import loaded
from tests.contracts.policy import AGENTS, ITEMS, of


class Short(Noted):
    """Reads so many words at most."""

    def __init__(self, context: int) -> None:
        super().__init__()
        self.context = context

    def choose(self, questions: Sequence[Question]) -> Sequence[FloatArray]:
        texts = [q.shared + q.persona + q.page + q.branch for q in questions]
        needed = max(self.count(texts))
        if needed > self.context:
            raise ContextTooShort(needed, self.context)
        return super().choose(questions)


def forgetting(context: int, watched: int) -> tuple[Short, Slate, Recall]:
    page, memory = of(np.array([0]))
    items = np.arange(watched, dtype=np.int32)[None]
    stars = np.full((1, watched), 4, dtype=np.float32)
    return Short(context), page, replace(memory, items=items, ratings=stars)


def test_the_oldest_memory_is_dropped_until_the_page_fits_and_a_warning_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    whole, page, memory = forgetting(10**6, 8)
    policy(whole).decide(page, memory)
    about_items = whole.asked[:-1]
    longest = max(whole.count([q.shared + q.persona + q.page + q.branch for q in about_items]))
    short = Short(longest - 6)
    with caplog.at_level(logging.WARNING):
        answer = policy(short).decide(page, memory)
    told, all_told = short.asked[0].page, whole.asked[0].page
    kept = told.count(" stars")
    assert 0 < kept < 8
    heading = prompts()["memory"]["heading"]
    assert all_told.endswith(told.removeprefix(heading))  # the newest are still there
    assert answer.words[0].prompt[2] == told
    messages = [record.message for record in caplog.records]
    assert f"Agent 0 forgets what it watched first ({8 - kept} of 8 items)" in messages[0]


def test_others_forget_nothing_when_one_agents_page_is_too_long(caplog: pytest.LogCaptureFixture) -> None:
    page, memory = of(np.array([0, 5]))
    items = np.where(np.arange(8) < np.array([[8], [1]]), np.arange(8), NOTHING).astype(np.int32)
    stars = np.where(items == NOTHING, np.nan, 4).astype(np.float32)
    memory = replace(memory, items=items, ratings=stars)
    roomy = Short(10**6)
    there = policy(roomy).decide(page, memory)
    longest = max(roomy.count([q.shared + q.persona + q.page + q.branch for q in roomy.asked]))
    with caplog.at_level(logging.WARNING):
        here = policy(Short(longest - 3)).decide(page, memory)
    assert here.words[5] == there.words[5]
    assert here.words[0] != there.words[0]
    assert {record.args[0] for record in caplog.records if isinstance(record.args, tuple)} == {0}


def test_a_page_that_cannot_fit_is_refused() -> None:
    short, page, memory = forgetting(10, 3)
    with pytest.raises(ContextTooShort, match="at most 10 tokens"):
        policy(short).decide(page, memory)


def test_the_embedded_model_forgets_in_a_short_context_and_refuses_one_that_is_too_short(
    caplog: pytest.LogCaptureFixture,
) -> None:
    noted, page, memory = forgetting(10**6, 10)
    policy(noted).decide(page, memory)
    first = noted.asked[0]
    longest = sum(embedded().count([first.shared, first.persona, first.page, first.branch]))
    with (
        LlamaCppModel(EMBEDDED, threads=1, context=longest - 10) as model,
        caplog.at_level(logging.WARNING),
    ):
        answer = policy(model).decide(page, memory)
    assert 0 < answer.words[0].prompt[2].count(" stars") < 10
    assert caplog.records
    with LlamaCppModel(EMBEDDED, threads=1, context=32) as model, pytest.raises(ContextTooShort):
        policy(model).decide(page, memory)


def thinking_about(name: str, agents: int) -> LanguagePolicy:
    dataset = loaded(name, 0)
    chosen = sample_users(dataset, agents, seed=0)
    population = people(
        dataset.catalog, dataset.users, dataset.train, chosen, np.zeros((agents, 0), np.float32)
    )
    return LanguagePolicy(embedded(), population, dataset.catalog, Decision(seed=0))


@pytest.mark.parametrize("name", ["town", pytest.param("ml-1m", marks=real)])
def test_a_persona_of_the_embedded_model_keeps_to_its_budget_and_uses_it(name: str) -> None:
    thinking = thinking_about(name, 300)
    tokens = np.array(embedded().count([thinking.persona(row) for row in range(300)]))
    known = thinking.population.history.lengths()
    assert tokens.max() <= PERSONA_TOKENS
    assert (tokens[known >= 40] > 50).all()
    assert (known >= 40).sum() > 50


@pytest.mark.parametrize("name", ["town", pytest.param("ml-1m", marks=real)])
def test_an_item_costs_the_embedded_model_about_eight_tokens(name: str) -> None:
    catalog = loaded(name, 0).catalog
    branches = Branches(catalog)
    asked = embedded().count([branches[item][0][0] for item in range(len(catalog))])
    assert np.mean(asked) <= 9


def test_a_persona_that_does_not_fit_names_fewer_titles() -> None:
    class Wordy(ScriptedModel):
        def count(self, texts: Sequence[str]) -> Sequence[int]:
            return [10 * text.count("\n") for text in texts]

    population = light.crowd(AGENTS, ITEMS)
    history = replace(
        population.history, starts=np.arange(AGENTS + 1) * 20, values=np.arange(AGENTS * 20) % ITEMS
    )
    stars = replace(history, values=np.full(AGENTS * 20, 4, dtype=np.float32))
    population = replace(population, history=history, history_rating=stars)
    catalog = factories.catalog(ITEMS)
    wordy, plain = (
        LanguagePolicy(model, population, catalog, Decision(seed=0)) for model in (Wordy(), ScriptedModel())
    )
    assert 10 * wordy.persona(0).count("\n") <= PERSONA_TOKENS < 10 * plain.persona(0).count("\n")
    assert wordy.persona(0).startswith("\nA woman, 25-34")
