"""Questions as tokens: every segment is tokenised apart, and what words say can never be a command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from agents.models.native import SEQUENCES
from agents.models.template import around
from agents.models.tree import Tokens
from agents.models.weights import Weights
from simenv.errors import UsageError
from simenv.words import Prompt, Question

_BEGINNINGS, _QUESTIONS = 1 << 9, 1 << 14
"""How many of each are kept as tokens: the latest agents' personas, and what is asked about items."""
_LEAD = "\n"


@dataclass(frozen=True, slots=True)
class Stem:
    """Options of a question that begin with the same tokens and differ in the last.

    Args:
        tail: the tokens that they have in common, to be evaluated after the question.
        places: which options of the question these are.
        tokens: all tokens of each of them, one option after another.
    """

    tail: Tokens
    places: tuple[int, ...]
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Allowed:
    """Allowed answers as tokens.

    Args:
        stems: how they are scored.
        count: how many options there are.
        read: tokens of the longest option.
        spent: tokens that have to be evaluated where nothing is shared: all but the last of each option.
    """

    stems: tuple[Stem, ...]
    count: int
    read: int
    spent: int

    @classmethod
    def of(cls, options: Sequence[Tokens]) -> Allowed:
        """Options, each of at least one token."""
        places: dict[Tokens, list[int]] = {}
        for place, option in enumerate(options):
            places.setdefault(option[:-1], []).append(place)
        stems = tuple(
            Stem(tail, tuple(here), tuple(token for place in here for token in options[place]))
            for tail, here in places.items()
        )
        lengths = [len(option) for option in options]
        return cls(stems, len(options), max(lengths), sum(lengths) - len(options))

    @property
    def exact(self) -> bool:
        """Whether logits must be normalised over the vocabulary: else the normaliser is the same for all."""
        return self.read > 1


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as tokens: what it says after the page, and the answers to it."""

    branch: Tokens
    allowed: Allowed

    @property
    def longest(self) -> int:
        """Tokens of the longest branch that has to be evaluated."""
        return len(self.branch) + self.allowed.read - 1

    @property
    def alone(self) -> int:
        """Tokens that it would cost after the page if nothing of it were shared with other questions."""
        return len(self.branch) + self.allowed.spent


class Speller:
    """Turns the segments of questions into tokens, inside the model's chat template where it has one."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._lead = weights.tokenise(_LEAD)
        self._spell = lru_cache(maxsize=_BEGINNINGS)(self._spelled)
        self._ask = lru_cache(maxsize=_QUESTIONS)(self._asked)
        self._allow = lru_cache(maxsize=_BEGINNINGS)(self._allowed)
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
        return Asked(self._spelled(words) + self._after, self._allow(texts))

    def _allowed(self, texts: tuple[str, ...]) -> Allowed:
        options = [self._option(text) for text in texts]
        if not options or not all(options):
            raise UsageError(
                f"Expected options with words in them, found {texts!r}; name each allowed answer."
            )
        allowed = Allowed.of(options)
        if allowed.read > SEQUENCES:
            raise UsageError(
                f"Expected options of at most {SEQUENCES} tokens, found one of {allowed.read}; "
                "shorten the answers."
            )
        return allowed

    def _option(self, text: str) -> Tokens:
        # an assistant's turn begins without the space that separates words in running text
        return self._spell(text.removeprefix(" ") if self._chat else text)

    def _spelled(self, text: str) -> Tokens:
        lead = len(self._lead)
        if lead == 1:
            return tuple(self._weights.tokenise(text))
        # This tokenizer writes a space before every text that it is given: not into the middle of a prompt.
        return tuple(self._weights.tokenise(_LEAD + text)[lead:])
