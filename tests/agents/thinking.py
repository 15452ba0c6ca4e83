"""Thinking agents for tests: the people of ``tests.light``, and models that tell what they were asked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from agents.decision import Decision
from agents.language_policy import LanguagePolicy
from agents.models import EMBEDDED
from agents.models.llama_cpp import LlamaCppModel
from agents.models.scripted import ScriptedModel
from simenv.protocols import LanguageModel
from simenv.types import FloatArray
from simenv.words import Question
from tests import factories, light
from tests.contracts.policy import AGENTS, ITEMS


@cache
def embedded() -> LlamaCppModel:
    """The model that comes with the package, opened once."""
    return LlamaCppModel(EMBEDDED, threads=1)


def policy(model: LanguageModel, seed: int = 1, explained: Sequence[int] = ()) -> LanguagePolicy:
    decision = Decision(seed=seed, base_rate=0.5)
    return LanguagePolicy(
        model, light.crowd(AGENTS, ITEMS), factories.catalog(ITEMS), decision, explained=explained
    )


class Noted(ScriptedModel):
    """Writes down what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Question] = []

    def choose(self, questions: Sequence[Question]) -> Sequence[FloatArray]:
        self.asked += questions
        return super().choose(questions)
