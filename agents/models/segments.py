"""Questions as tokens: every segment is tokenised apart, and what words say can never be a command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from agents.models.template import around
from agents.models.tree import Tokens
from agents.models.weights import Weights
from simenv.errors import UsageError
from simenv.types import Question
from simenv.words import Prompt

_REMEMBERED = 1 << 16
"""How many segments are kept as tokens: titles and branches come again and again."""
_LEAD = "\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """One option of one question.

    Args:
        twig: the tokens to evaluate after the page, so that every token of the option can be scored.
        option: the option's own tokens; all but the last end the twig.
        exact: whether its tokens' logits must be normalised over the vocabulary, as they must where the
            question has an option of several tokens (otherwise the normaliser is the same for all).
    """

    twig: Tokens
    option: Tokens
    exact: bool


class Speller:
    """Turns the segments of questions into tokens, inside the model's chat template where it has one."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._lead = weights.tokenise(_LEAD)
        self._spell = lru_cache(maxsize=_REMEMBERED)(self._spelled)
        beginning = weights.beginning()
        opening: Tokens = () if beginning is None else (beginning,)
        template = weights.metadata("tokenizer.chat_template")
        self._chat = bool(template)
        self._before: Tokens = opening
        self._after: Tokens = ()
        if template:
            before, after = around(template, weights.control_text("bos"), weights.control_text("eos"))
            tokens = tuple(weights.tokenise(before, special=True))
            self._before = tokens if tokens[:1] == opening else opening + tokens
            self._after = tuple(weights.tokenise(after, special=True))

    def count(self, text: str) -> int:
        """How many tokens a text costs."""
        return len(self._spell(text))

    def shared(self, question: Question) -> Tokens:
        """How all prompts begin."""
        return self._before + self._spell(question.shared)

    def persona(self, question: Question) -> Tokens:
        """What follows for one agent."""
        return self._spell(question.persona)

    def page(self, question: Question) -> Tokens:
        """What follows on one page."""
        return self._spell(question.page)

    def prompt(self, prompt: Prompt) -> tuple[Tokens, Tokens]:
        """How all prompts begin, and what follows in this one."""
        own = self._spell(prompt.persona) + self._spell(prompt.words) + self._after
        return self._before + self._spell(prompt.shared), own

    def answers(self, question: Question) -> Sequence[Answer]:
        """The question's own words with each of its options.

        Raises:
            UsageError: there is nothing to evaluate, no option, or an option without words.
        """
        branch = self._spell(question.branch) + self._after
        if not branch and not question.page:
            raise UsageError("Expected a question with a page or a branch, found neither; give it a branch.")
        options = [self._option(text) for text in question.options]
        if not options or not all(options):
            raise UsageError(
                f"Expected options with words in them, found {question.options!r}; name each allowed answer."
            )
        exact = max(map(len, options)) > 1
        return [Answer(branch + option[:-1], option, exact) for option in options]

    def _option(self, text: str) -> Tokens:
        # an assistant's turn begins without the space that separates words in running text
        return self._spell(text.removeprefix(" ") if self._chat else text)

    def _spelled(self, text: str) -> Tokens:
        lead = len(self._lead)
        if lead == 1:
            return tuple(self._weights.tokenise(text))
        # This tokenizer writes a space before every text that it is given: not into the middle of a prompt.
        return tuple(self._weights.tokenise(_LEAD + text)[lead:])
