"""How the branches of one agent's page are laid out for the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from agents.models.errors import ContextTooShort
from agents.models.native import SEQUENCES, Native
from agents.models.personas import Kept, Personas
from agents.models.segments import Answer, Asked
from agents.models.tree import Tokens, Tree, bundles, grow


@dataclass(frozen=True, slots=True)
class Page:
    """One agent's page as tokens: how it begins, and the answers to each of its questions."""

    shared: Tokens
    persona: Tokens
    trunk: Tokens
    questions: Sequence[Asked]

    @property
    def start(self) -> int:
        """How many tokens come before the page's own."""
        return len(self.shared) + len(self.persona)

    @property
    def answers(self) -> list[Answer]:
        """The answers to all questions, one after another."""
        return [answer for asked in self.questions for answer in asked.answers]

    def apart(self) -> int:
        """How many tokens there would be to compute if every question were a prompt of its own."""
        trunk = self.start + len(self.trunk)
        return sum(trunk + asked.alone for asked in self.questions)

    def check_length(self, context: int) -> None:
        """Refuse a page with a prompt longer than the context.

        Raises:
            ContextTooShort: the longest prompt does not fit.
        """
        longest = self.start + len(self.trunk) + max(asked.longest for asked in self.questions)
        if longest > context:
            raise ContextTooShort(longest, context)


@dataclass(frozen=True, slots=True)
class Plot:
    """A tree to be computed on ground that is ready for it.

    Args:
        tree: what to compute.
        start: the position at which it grows.
        before: how many tokens had to be computed to make the ground ready.
    """

    tree: Tree
    start: int
    before: int


class Layout(Protocol):
    """A way to compute a page."""

    def plots(self, page: Page) -> Iterator[Plot]:
        """Trees that together hold every answer's twig; each must be computed before the next is taken."""


class Branching:
    """What branches share is computed once: a page is one evaluation."""

    def __init__(self, native: Native, kept: Kept) -> None:
        self._native = native
        self._personas = Personas(native, kept)

    def plots(self, page: Page) -> Iterator[Plot]:
        """One tree, or several where the page has more branches than one evaluation can hold."""
        room = self._native.cells - page.start - len(page.trunk)
        most = SEQUENCES // max(asked.read for asked in page.questions)
        for twigs in bundles({answer.twig for answer in page.answers}, room, most):
            tree = grow(page.trunk, twigs)
            before = self._personas.bring(page.shared, page.persona, tree.leaves)
            yield Plot(tree, page.start, before)


class Whole:
    """Every prompt is computed from its first word, for models that cannot share a beginning."""

    def __init__(self, native: Native) -> None:
        self._native = native

    def plots(self, page: Page) -> Iterator[Plot]:
        """One tree without branches for each twig."""
        trunk = page.shared + page.persona + page.trunk
        for twigs in bundles({answer.twig for answer in page.answers}, 0, 1):
            self._native.clear()
            yield Plot(grow(trunk, twigs), 0, 0)
