"""What thinking agents were asked, and what the language model answered, as a run's words keep it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.data.opened import Opened
from dashboard.data.people import World

SHARED = 3
"""Segments before the branches: instructions, persona, and what the page's branches share."""
ANSWERS = {2: ("no", "yes"), 5: ("1", "2", "3", "4", "5")}
"""What the options of a question about an item are called, by their number."""
GO_ON = ("next page", "leave")
"""What the options of a page's last question are called."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One question in its own words, and the probability of each allowed answer."""

    question: str
    chances: dict[str, float]


@dataclass(frozen=True, slots=True)
class Asked:
    """One page of a thinking agent.

    Args:
        shared, persona, page: what its questions begin with; ``page`` holds the memory.
        answers: two about each item, in the order of the catalogue, and the last whether to go on.
        reason: why it watched what it watched; "" where nobody asked.
    """

    shared: str
    persona: str
    page: str
    answers: tuple[Answer, ...]
    reason: str

    @property
    def profile(self) -> str:
        """The persona as lines."""
        return self.persona.strip()

    @property
    def memory(self) -> str:
        """What was remembered, as lines; "" when it was nothing."""
        lines = self.page.strip().splitlines()
        return "\n".join(lines[:-1])

    def prompt(self, at: int) -> str:
        """The exact words of one question."""
        return f"{self.shared}{self.persona}{self.page}{self.answers[at].question}"

    def about(self, items: Sequence[int]) -> dict[int, tuple[Answer, Answer]]:
        """The two answers about each item of the page, by item; none where they cannot be told apart."""
        if len(self.answers) != 2 * len(items) + 1:
            return {}
        return {item: (self.answers[2 * k], self.answers[2 * k + 1]) for k, item in enumerate(sorted(items))}


def asked(run: Opened, world: World, user: int, when: tuple[int, int]) -> Asked | None:
    """What one agent was asked on a page (round and page); None where no words were kept."""
    rows = run.columns(
        "SELECT prompt, options, reason FROM words "
        'WHERE seed = ? AND arm = ? AND "user" = ? AND round = ? AND page = ?',
        *world,
        user,
        *when,
    )
    if not rows["prompt"] or not rows["prompt"][0]:
        return None
    said, options = ([part or "" for part in rows["prompt"][0]], rows["options"][0] or [])
    segments, branches = (said + [""] * SHARED)[:SHARED], said[SHARED:]
    last = min(len(branches), len(options)) - 1
    answers = (_answer(text, scores or [], at == last) for at, (text, scores) in _numbered(branches, options))
    return Asked(segments[0], segments[1], segments[2], tuple(answers), rows["reason"][0] or "")


def any_words(run: Opened, world: World) -> bool:
    """Whether anything was kept of what a world's agents thought."""
    return run.has("words") and bool(
        run.columns("SELECT 1 AS n FROM words WHERE seed = ? AND arm = ? LIMIT 1", *world)["n"]
    )


def _numbered(branches: list[str], options: list[list[float]]) -> list[tuple[int, tuple[str, list[float]]]]:
    return list(enumerate(zip(branches, options, strict=False)))


def _answer(text: str, scores: list[float], last: bool) -> Answer:
    names = GO_ON if last and len(scores) == len(GO_ON) else ANSWERS.get(len(scores))
    named = names or tuple(f"answer {at + 1}" for at in range(len(scores)))
    chances = (math.exp(min(score, 0.0)) if score is not None else math.nan for score in scores)
    return Answer(text, dict(zip(named, chances, strict=True)))
