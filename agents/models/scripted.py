"""A language model that does not think: for tests, for trying out scenarios, and for what must not vary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b, sha256
from itertools import groupby

import numpy as np

from agents.models.softmax import log_softmax
from agents.models.usage import Usage
from simenv.errors import UsageError
from simenv.types import FloatArray
from simenv.words import Question

Script = Callable[[Question], Sequence[float]]
"""Says how much each option of a question is favoured; 1 more is e times as probable."""

_SPREAD = 4.0
"""How far apart the options of an unscripted answer can be, in log-probability."""


def by_words(question: Question) -> Sequence[float]:
    """Favours options by a hash of the question's words: any answer, but always the same."""
    words = "\0".join((question.shared, question.persona, question.page, question.branch))
    hashes = [blake2b(f"{words}\0{option}".encode(), digest_size=6).digest() for option in question.options]
    return [int.from_bytes(digest, "little") / 2**48 * _SPREAD for digest in hashes]


class ScriptedModel:
    """Answers by a script, and counts words as tokens.

    Args:
        script: how much each option of a question is favoured.
    """

    def __init__(self, script: Script = by_words) -> None:
        self._script = script
        self._usage = Usage()

    def choose(self, questions: Sequence[Question]) -> Sequence[FloatArray]:
        """Log-probability of each question's options, as the script has it.

        Returns:
            One float32 (options,) array per question, in order.

        Raises:
            UsageError: a question has no options, or the script does not fit them.
        """
        answers = [self._answer(question) for question in questions]
        for _, page in groupby(questions, key=lambda q: (q.shared, q.persona, q.page)):
            self._usage += self._cost(list(page))
        return answers

    def count(self, texts: Sequence[str]) -> Sequence[int]:
        """How many words each text has."""
        return [len(text.split()) for text in texts]

    def usage(self) -> Usage:
        """What it would have cost with a token per word, every agent's page from its first word."""
        return self._usage

    def identity(self) -> str:
        """A sha256 of the script's name."""
        return sha256(f"{self._script.__module__}.{self._script.__qualname__}".encode()).hexdigest()

    def _answer(self, question: Question) -> FloatArray:
        favours = self._script(question)
        if not question.options or len(favours) != len(question.options):
            raise UsageError(
                f"Expected one number for each option of at least one, found {len(favours)} for the options "
                f"{question.options!r}; let the script answer every option."
            )
        return log_softmax(np.array(favours, dtype=np.float64), [len(favours)])[0]

    def _cost(self, page: Sequence[Question]) -> Usage:
        first = page[0]
        begun, *branches = self.count([first.shared + first.persona + first.page, *(q.branch for q in page)])
        return Usage(prompt=begun + sum(branches), cached=begun * (len(page) - 1), evaluations=1)
