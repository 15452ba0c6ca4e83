"""What every language model promises: join by subclassing the suite and saying how one is made.

class TestMine(LanguageModelContract):
    def make(self) -> LanguageModel:
        return Mine()
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from agents.models.usage import Identified, Metered
from simenv.errors import UsageError
from simenv.protocols import LanguageModel
from simenv.types import FloatArray
from simenv.words import Question

WATCH = (" yes", " no")
STARS = (" 1", " 2", " 3", " 4", " 5")
TITLES = ("\nHeat (1995)", "\nToy Story (1995)", "\nBabe (1995)", "\nCasino (1995)")


def page(agent: int, number: int = 1) -> list[Question]:
    """The questions of one agent on one page: two about each film, the second beginning as the first."""
    shared, persona, memory = "People and films.", f"\nAgent {agent} likes drama.", f"\nDay {number}:"
    watch = [Question(shared, persona, memory, f"{title} Watch?", WATCH) for title in TITLES]
    stars = [Question(shared, persona, memory, f"{title} Watch? yes\nStars?", STARS) for title in TITLES]
    return [question for pair in zip(watch, stars, strict=True) for question in pair]


def same(left: Sequence[FloatArray], right: Sequence[FloatArray]) -> bool:
    """Whether two lists of answers are the same, bit for bit."""
    return [answer.tobytes() for answer in left] == [answer.tobytes() for answer in right]


class LanguageModelContract:
    """What every language model promises."""

    def make(self) -> LanguageModel:
        """A new model that was asked nothing yet."""
        raise NotImplementedError

    def test_each_question_gets_one_log_probability_per_option_and_they_sum_to_one(self) -> None:
        questions = page(1)
        answers = self.make().choose(questions)
        assert [answer.shape for answer in answers] == [(len(question.options),) for question in questions]
        for answer in answers:
            assert answer.dtype == np.float32
            np.testing.assert_allclose(np.exp(answer).sum(), 1, rtol=1e-5)

    def test_no_questions_get_no_answers(self) -> None:
        assert list(self.make().choose([])) == []

    def test_the_words_of_a_question_decide_its_answer(self) -> None:
        answers = self.make().choose([question for question in page(1) if question.options == WATCH])
        assert len({answer.tobytes() for answer in answers}) == len(answers)

    def test_answers_come_in_the_order_of_the_questions(self) -> None:
        questions = page(1)
        answers = self.make().choose(questions)
        backwards = self.make().choose(questions[::-1])
        for there, back in zip(answers, backwards[::-1], strict=True):
            np.testing.assert_allclose(there, back, atol=1e-3)

    def test_each_option_keeps_its_score_when_the_options_are_reordered(self) -> None:
        first = page(1)[1]
        turned = Question(first.shared, first.persona, first.page, first.branch, first.options[::-1])
        model = self.make()
        there, back = model.choose([first])[0], model.choose([turned])[0]
        np.testing.assert_allclose(there, back[::-1], atol=1e-6)

    def test_a_page_gets_the_same_bits_whatever_was_asked_before(self) -> None:
        model = self.make()
        fresh = model.choose(page(1))
        assert same(fresh, model.choose(page(1)))
        model.choose(page(1, number=2) + page(2))
        assert same(fresh, model.choose(page(1)))
        assert same(fresh, self.make().choose(page(1)))

    def test_a_page_gets_the_same_bits_in_the_company_of_other_agents(self) -> None:
        alone = self.make().choose(page(1))
        company = self.make().choose(page(3) + page(1) + page(2))
        assert same(alone, company[len(alone) : 2 * len(alone)])

    def test_a_question_without_options_is_refused(self) -> None:
        question = Question("People and films.", "", "", "Watch?", ())
        with pytest.raises(UsageError, match="option"):
            self.make().choose([question])

    def test_longer_texts_cost_more_tokens(self) -> None:
        none, short, long = self.make().count(["", "Heat (1995)", "Heat (1995) and a cup of tea"])
        assert 0 == none < short < long

    def test_what_thinking_cost_is_counted_from_nothing_and_only_grows(self) -> None:
        model = self.make()
        assert isinstance(model, Metered)
        assert (model.usage().prompt, model.usage().evaluations) == (0, 0)
        model.choose(page(1))
        once = model.usage()
        assert once.evaluations == 1
        assert once.cached > 0
        model.choose(page(1, number=2) + page(2))
        more = model.usage()
        assert (more.evaluations, more.seconds >= once.seconds) == (3, True)
        assert more.prompt > once.prompt

    def test_two_of_a_kind_have_one_identity(self) -> None:
        left, right = self.make(), self.make()
        assert isinstance(left, Identified)
        assert isinstance(right, Identified)
        assert left.identity() == right.identity()
        assert len(left.identity()) == 64
