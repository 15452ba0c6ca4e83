"""Questions as tokens: every segment is tokenised apart, and what words say can never be a command."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from agents.models.native import SEQUENCES
from agents.models.template import around
from agents.models.tree import Tokens
from agents.models.weights import Weights
from simenv.errors import UsageError
from simenv.words import Prompt, Question

_BEGINNINGS, _QUESTIONS = 1 << 12, 1 << 14
"""How many of each are kept as tokens: the latest agents' personas, and what is asked about items."""
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


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as tokens.

    Args:
        answers: its options.
        longest: tokens of the longest twig.
        read: tokens of the longest option.
        alone: tokens that it would cost after the page if nothing of it were shared with other questions.
    """

    answers: tuple[Answer, ...]
    longest: int
    read: int
    alone: int


class Speller:
    """Turns the segments of questions into tokens, inside the model's chat template where it has one."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._lead = weights.tokenise(_LEAD)
        self._spell = lru_cache(maxsize=_BEGINNINGS)(self._spelled)
        self._ask = lru_cache(maxsize=_QUESTIONS)(self._asked)
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
        return len(self._spelled(text))

    def shared(self, question: Question) -> Tokens:
        """How all prompts begin."""
        return self._before + self._spell(question.shared)

    def persona(self, question: Question) -> Tokens:
        """What follows for one agent."""
        return self._spell(question.persona)

    def page(self, question: Question) -> Tokens:
        """What follows on one page."""
        return self._spelled(question.page)

    def prompt(self, prompt: Prompt) -> tuple[Tokens, Tokens]:
        """How all prompts begin, and what follows in this one."""
        own = self._spell(prompt.persona) + self._spell(prompt.words) + self._after
        return self._before + self._spell(prompt.shared), own

    def asked(self, question: Question) -> Asked:
        """The question's own words with each of its options.

        Raises:
            UsageError: there is nothing to evaluate, no option, or an option without words.
        """
        if not (question.page or question.branch or self._after):
            raise UsageError("Expected a question with a page or a branch, found neither; give it a branch.")
        return self._ask(question.branch, question.options)

    def _asked(self, words: str, texts: tuple[str, ...]) -> Asked:
        branch = self._spelled(words) + self._after
        options = [self._option(text) for text in texts]
        if not options or not all(options):
            raise UsageError(
                f"Expected options with words in them, found {texts!r}; name each allowed answer."
            )
        read = max(map(len, options))
        if read > SEQUENCES:
            raise UsageError(
                f"Expected options of at most {SEQUENCES} tokens, found one of {read}; shorten the answers."
            )
        answers = tuple(Answer(branch + option[:-1], option, read > 1) for option in options)
        alone = len(branch) + sum(len(option) - 1 for option in options)
        return Asked(answers, len(branch) + read - 1, read, alone)

    def _option(self, text: str) -> Tokens:
        # an assistant's turn begins without the space that separates words in running text
        return self._spell(text.removeprefix(" ") if self._chat else text)

    def _spelled(self, text: str) -> Tokens:
        lead = len(self._lead)
        if lead == 1:
            return tuple(self._weights.tokenise(text))
        # This tokenizer writes a space before every text that it is given: not into the middle of a prompt.
        return tuple(self._weights.tokenise(_LEAD + text)[lead:])
