"""Reasons: the line whose removal moves P(watch) most, said as it stands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.models.scripted import ScriptedModel
from agents.prompts import prompts
from agents.reasons import reason
from simenv.types import FloatArray
from simenv.words import Question

PERSONA = "\nA woman, 25-34\nLikes Drama, Crime\nLoved:\nHeat (1995)\nBabe (1995)\nDisliked:\nCasino (1995)"
PAGE = "\nSeen today:\nFargo (1996), 5 stars\nOn the page:"
OPTIONS = tuple(prompts()["watch"]["options"])


def question(persona: str = PERSONA, page: str = PAGE) -> Question:
    return Question("Answer.", persona, page, "\nA film: Crime\nWatch it?\nGoodFellas (1990)", OPTIONS)


class Weighing(ScriptedModel):
    """Wants more or less by the words that it reads, and writes down what it is asked."""

    def __init__(self, weights: dict[str, float]) -> None:
        super().__init__(self._script)
        self._weights = weights
        self.asked: list[Question] = []

    def choose(self, questions: Sequence[Question]) -> Sequence[FloatArray]:
        self.asked += questions
        return super().choose(questions)

    def _script(self, asked: Question) -> Sequence[float]:
        words = asked.persona + asked.page
        return [0.0, sum(weight for word, weight in self._weights.items() if word in words)]


def chance(*weights: float) -> str:
    return f"{1 / (1 + np.exp(-sum(weights))):.2f}"


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("25-34", "A woman, 25-34"),
        ("Drama", "Likes Drama, Crime"),
        ("Heat", "loved Heat (1995)"),
        ("Babe", "loved Babe (1995)"),
        ("Casino", "disliked Casino (1995)"),
        ("Fargo", "seen today Fargo (1996), 5 stars"),
    ],
)
def test_the_line_that_moves_p_most_is_named_with_both_probabilities(word: str, line: str) -> None:
    weights = {"25-34": 0.1, "Crime": 0.2, "Heat": 0.1, "Fargo": -0.1} | {word: 1.0}
    others = sum(weights.values()) - 1
    if word == "Drama":
        others -= weights["Crime"]  # on the same line
    said = reason(Weighing(weights), question(), "GoodFellas (1990)")
    before, after = chance(sum(weights.values())), chance(others)
    assert said == (f'Watched "GoodFellas (1990)" because: {line} (P {before}; without that line {after}).')


def test_what_speaks_most_against_it_is_a_despite() -> None:
    said = reason(Weighing({"Heat": 0.3, "Casino": -2.0}), question(), "GoodFellas (1990)")
    assert said.startswith('Watched "GoodFellas (1990)" despite: disliked Casino (1995) (P 0.15; ')


def test_every_fact_is_left_out_once_and_an_emptied_heading_with_it() -> None:
    model = Weighing({"Heat": 1.0})
    reason(model, question(), "x")
    left = [(q.persona, q.page) for q in model.asked]
    assert left[0] == (PERSONA, PAGE)
    assert left[1:] == [
        (PERSONA.replace("\nA woman, 25-34", ""), PAGE),
        (PERSONA.replace("\nLikes Drama, Crime", ""), PAGE),
        (PERSONA.replace("\nHeat (1995)", ""), PAGE),
        (PERSONA.replace("\nBabe (1995)", ""), PAGE),
        (PERSONA.replace("\nDisliked:\nCasino (1995)", ""), PAGE),
        (PERSONA, "\nOn the page:"),
    ]
    assert {(q.shared, q.branch, q.options) for q in model.asked} == {("Answer.", question().branch, OPTIONS)}


@pytest.mark.parametrize("rest", ["Loved:\nHeat", "Loved:"])
def test_a_first_line_without_a_heading_takes_no_other_line_with_it(rest: str) -> None:
    model = Weighing({"alone": 1.0})
    assert "I am alone" in reason(model, question(f"I am alone\n{rest}", ""), "x")
    assert model.asked[1].persona == rest


@pytest.mark.parametrize(("persona", "page"), [("", ""), ("", "\nOn the page:"), ("\nLoved:", "")])
def test_who_is_nobody_has_no_reasons(persona: str, page: str) -> None:
    assert reason(Weighing({"": 1.0}), question(persona, page), "x") == ""


def test_somebody_with_one_line_is_compared_with_nobody() -> None:
    said = reason(Weighing({"person": 1.0}), question("\nA person", ""), "x")
    assert said == f'Watched "x" because: A person (P {chance(1)}; without that line 0.50).'


def test_there_is_no_reason_where_no_line_moves_anything() -> None:
    assert reason(Weighing({"nowhere": 1.0}), question(), "x") == ""


def test_a_title_is_said_on_one_line_and_its_braces_are_no_fields() -> None:
    said = reason(Weighing({"Heat": 1.0}), question(), "{line}\n{0} %s")
    assert said.startswith('Watched "{line} {0} %s" because: loved Heat (1995) (P ')


LINES = st.lists(st.text(alphabet="ab: \n", max_size=5), max_size=6).map("\n".join)


@given(LINES, LINES)
def test_any_words_at_all_can_be_explained(persona: str, page: str) -> None:
    said = reason(ScriptedModel(), question(persona, page), "x")
    assert said == "" or said.startswith('Watched "x" ')
