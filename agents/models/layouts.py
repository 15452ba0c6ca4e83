"""How the branches of agents' pages are laid out for the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from agents.models.batch import Plot
from agents.models.errors import ContextTooShort
from agents.models.native import Native, Size
from agents.models.personas import Beginning, Kept, Personas
from agents.models.segments import Asked
from agents.models.tree import Tokens, bundles, grow


@dataclass(frozen=True)
class Page:
    """One agent's page as tokens: how it begins, and its questions."""

    shared: Tokens
    persona: Tokens
    trunk: Tokens
    questions: Sequence[Asked]

    @property
    def beginning(self) -> Beginning:
        """What comes before the page's own words."""
        return self.shared, self.persona

    @property
    def start(self) -> int:
        """How many tokens come before the page's own."""
        return len(self.shared) + len(self.persona)

    @property
    def counts(self) -> list[int]:
        """How many options each question has."""
        return [asked.allowed.count for asked in self.questions]

    @cached_property
    def twigs(self) -> set[Tokens]:
        """What has to be evaluated after the trunk."""
        return {asked.branch + stem.tail for asked in self.questions for stem in asked.allowed.stems}

    @property
    def read(self) -> int:
        """Most tokens whose logits one twig needs."""
        return max(asked.allowed.read for asked in self.questions)

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


def groups(pages: Sequence[Page], most: int, size: Size) -> Iterator[list[Page]]:
    """Neighbouring pages to be computed together: the cut hangs on the pages and their order alone.

    Args:
        pages: of any agents.
        most: pages of a group; fewer where more would not fit.
        size: of the context; a page that does not even fit alone is a group of its own.
    """
    group: list[Page] = []
    cells = sequences = 0
    for page in pages:
        twigs = page.twigs
        long, wide = page.start + len(page.trunk) + sum(map(len, twigs)), len(twigs) * page.read
        full = cells + long > size.cells or sequences + wide > size.sequences
        if group and (full or len(group) == most):
            yield group
            group, cells, sequences = [], 0, 0
        group.append(page)
        cells, sequences = cells + long, sequences + wide
    if group:
        yield group


@dataclass(frozen=True, slots=True)
class Field:
    """Trees to be computed at once, on ground that is ready for them.

    Args:
        plots: one for each page of the group.
        before: how many tokens had to be computed to make the ground ready.
    """

    plots: Sequence[Plot]
    before: int


class Layout(Protocol):
    """A way to compute a group of pages."""

    def fields(self, group: Sequence[Page]) -> Iterator[Field]:
        """Trees that together hold every twig; each field must be computed before the next is taken.

        Only a group of one page may come in several fields.
        """


class Branching:
    """What branches share is computed once: a group is one evaluation."""

    def __init__(self, native: Native, kept: Kept) -> None:
        self._size = native.size
        self._personas = Personas(native, kept)

    def fields(self, group: Sequence[Page]) -> Iterator[Field]:
        """One field, or several where a single page has more branches than one evaluation can hold."""
        for twigs in zip(*map(self._parts, group), strict=True):
            yield self._field(group, twigs)

    def _parts(self, page: Page) -> Iterator[list[Tokens]]:
        room = self._size.cells - page.start - len(page.trunk)
        return bundles(page.twigs, room, self._size.sequences // page.read)

    def _field(self, group: Sequence[Page], twigs: Sequence[list[Tokens]]) -> Field:
        plots: list[Plot] = []
        first = 0
        for page, here in zip(group, twigs, strict=True):
            plots.append(Plot(grow(page.trunk, here), page.start, first))
            first += plots[-1].tree.leaves
        leaves = (plot.tree.leaves for plot in plots)
        beginnings = (page.beginning for page in group)
        return Field(plots, self._personas.bring(list(zip(beginnings, leaves, strict=True))))


class Whole:
    """Every prompt is computed from its first word, for models that cannot share a beginning."""

    def __init__(self, native: Native) -> None:
        self._native = native

    def fields(self, group: Sequence[Page]) -> Iterator[Field]:
        """One tree without branches for each twig of a group's only page."""
        (page,) = group
        trunk = page.shared + page.persona + page.trunk
        for twigs in bundles(page.twigs, 0, 1):
            self._native.clear()
            yield Field([Plot(grow(trunk, twigs))], 0)
