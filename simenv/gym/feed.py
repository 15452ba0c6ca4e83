"""The feed: people of a scenario, each on a day of their own, who are shown page after page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Protocol, runtime_checkable

import numpy as np
from gymnasium import Space

from simenv.gym import feed_kernels as kernels
from simenv.gym.blocks import in_blocks, over_blocks
from simenv.gym.familiar import Familiar
from simenv.gym.life_kernels import Lives, Sheets
from simenv.gym.retrievers import NOBODY_EXCLUDED, Retriever
from simenv.gym.sights import Lookout, Seen, Sizes, chosen, item_features, taken
from simenv.gym.stage import Columns, Offer, Outcome
from simenv.gym.swift_kernels import Kept, Told
from simenv.kernels import taken as taken_of
from simenv.people import People
from simenv.ragged import Ragged
from simenv.types import NOTHING, BoolArray, Catalog, FloatArray, IntArray, Slate, Visit

REWARDS = ("watch", "like", "rating", "engagement", "return")
"""Items watched; items liked (above 3 stars); mean stars of what was watched, 0 where nothing was; watched
share of what was shown; and 1 where a visit ends that the next day follows with another."""


@runtime_checkable
class Quick(Protocol):
    """People who do all that a page asks of them in one pass."""

    def live(self, rows: IntArray, items: IntArray, kept: Kept, told: Told) -> None:
        """What they do with those items of a page that are new to them, and when they come next.

        Args:
            rows: of the feed, int32 (n,), rising and distinct.
            items: what is shown, int32 (n, slots); an item that stands there twice is new once.
            kept: what the feed keeps of its rows, which changes.
            told: filled in.
        """

    def live_on(
        self, rows: IntArray, items: IntArray, feed: tuple[Kept, Told, Lives], sheets: tuple[Sheets, Sheets]
    ) -> IntArray:
        """``live``, and ``simenv.gym.life_kernels.go_on``, in one pass.

        Args:
            rows: side by side, int32 (n,); ``items`` as for ``live``.
            feed: what changes, and what is told.
            sheets: what is seen of the rows, and what was seen at the end of episodes, for as many rows; none
                where who ends does not begin anew.

        Returns:
            Who began anew, int32 (m,); the first entries of the second sheets are theirs.
        """


@dataclass(kw_only=True, eq=False)
class Feed:
    """Rows are people, a step is a page; a visit that is over is followed by the next day on which they come.

    An episode ends when the person has left for good, and is cut short after ``rounds`` days. An item that a
    person knows, from its history or since the episode began, leaves its slot empty.

    Args:
        agents: int32 (rows,), whom the rows are about.
        catalog: what can be shown.
        people: from a seed to people to whom nothing has happened yet, the same ones whatever the seed.
        retriever: from a seed to where candidates come from; None where recommenders search for themselves.
        slots: items on a page.
        candidates: items on offer on each page; the whole catalogue where there is no retriever.
        rounds: days.
        window: watched items that a recommender sees.
        sights: what it sees, names of ``simenv.gym.sights.SIGHTS``; None for all.
        together: whether people are asked all at once, as a language model likes it, or block by block.
    """

    agents: IntArray
    catalog: Catalog
    people: Callable[[int], People]
    retriever: Callable[[int], Retriever] | None = None
    slots: int = 10
    candidates: int = 100
    rounds: int = 7
    window: int = 16
    sights: Sequence[str] | None = None
    together: bool = False

    rewards = REWARDS

    def __post_init__(self) -> None:
        offered = self.candidates if self.retriever else len(self.catalog)
        self.candidates = min(offered, len(self.catalog))
        self._seen = Seen(
            Sizes(
                rows=len(self.agents),
                catalogue=len(self.catalog),
                slots=self.slots,
                candidates=self.candidates if self.retriever else 0,
                window=self.window,
            ),
            item_features(self.catalog),
        )
        self.lookout = Lookout(chosen(self.sights, offered=self.retriever is not None), self._seen)
        self._stale: BoolArray = np.ones(len(self.agents), dtype=np.bool_)
        everything = np.arange(len(self.catalog), dtype=np.int32)[None]
        self._everything = Offer(everything, np.ones(everything.shape, dtype=np.bool_))
        self.seed(0)
        self._familiar = Familiar(self._people.population.history, self.agents, len(self.catalog))
        seen = self._seen
        bits = self._familiar.bits
        self.kept = Kept(self.agents, seen.episode, bits, seen.notes, seen.clocks, self.rounds)

    @property
    def catalogue(self) -> int:
        """How many items there are."""
        return len(self.catalog)

    @property
    def horizon(self) -> int:
        """More pages than this nobody can see in so many days."""
        return self.rounds * self._people.pages

    @property
    def spaces(self) -> Mapping[str, Space[Any]]:
        """Of one row's observation columns."""
        return self.lookout.spaces

    def seed(self, seed: int) -> None:
        """Take all luck from this seed from here on."""
        self._people = self.people(seed)
        self.quick = self._people if isinstance(self._people, Quick) else None
        self._retriever = self.retriever(seed) if self.retriever else None

    def reset(self, rows: IntArray, episode: IntArray) -> None:
        """The same people, as if nothing had ever happened to them."""
        self._people.begin(self.agents[rows])
        self._familiar.begin(rows)
        self._seen.begin(rows, episode)
        self._stale[rows] = True

    def offer(self, rows: IntArray) -> Offer:
        """What the retriever finds for each row."""
        if self._retriever is None:
            return self._everything
        self._retrieve(rows)
        seen = self._seen
        return Offer(taken(seen.pool, rows), taken(seen.open, rows))

    def observe(self, rows: IntArray) -> Columns:
        """What a recommender may see of these rows."""
        self._retrieve(rows)
        return self.lookout.observe(rows)

    def respond(self, rows: IntArray, items: IntArray) -> Outcome:
        """What these rows do with their slates; who leaves comes again on another day of their own."""
        self._stale[rows] = True
        return self._live(rows, items) if self.together else in_blocks(self._live, rows, items)

    def lives(self, clocks: tuple[IntArray, BoolArray, IntArray], horizon: int) -> Lives:
        """How rows go on, whose steps, ends and episodes somebody else keeps."""
        history = self._people.population.history
        known = (history.starts, history.values.astype(np.int32, copy=False))
        return Lives(*clocks, horizon, known, self._seen.context, self._seen.features)

    def page(self, row: int) -> str:
        """The last page as the person saw it: titles, what was watched, and stars."""
        from simenv.gym.printed import page

        return page(self.catalog, self._seen, row, int(self.agents[row]))

    def _live(self, rows: IntArray, items: IntArray) -> Outcome:
        told = Told.empty(len(rows))
        if self.quick is not None:
            self.quick.live(rows, items, self.kept, told)
        else:
            told = self._ask(rows, items)
        return outcome(told)

    def _ask(self, rows: IntArray, items: IntArray) -> Told:
        """What people of any kind do with what is new to them."""
        visit = self._visit(rows, _nobody(len(rows)))
        shown = self._familiar.show(rows, items)
        step = self._people.respond(_slate(visit, shown))
        took = taken_of(step.response.watched, step.response.rating)
        worth = kernels.note(rows, shown, took, self._seen.notes)
        # the morning after the last day is lived through, so that its return is known
        again, gone = self._people.come_again(visit, step.left, self.rounds + 1)
        ends = kernels.turn(rows, (step.left, again, gone), worth, self._seen.clocks, self.rounds)
        return Told(visit.round, visit.page, step.left, tuple(worth), *ends)

    def _retrieve(self, rows: IntArray) -> None:
        """Find candidates for those rows that have turned a page since it was last done."""
        if self._retriever is None:
            return
        stale = rows[taken(self._stale, rows)]
        if len(stale):
            over_blocks(partial(self._find, self._retriever, stale), len(stale))
            self._stale[stale] = False

    def _find(self, retriever: Retriever, stale: IntArray, cut: slice) -> None:
        seen, rows = self._seen, stale[cut]
        visit = self._visit(rows, NOBODY_EXCLUDED)
        found = retriever.retrieve(visit, (self._familiar, rows), self.candidates)
        seen.pool[rows], seen.open[rows] = found, found != NOTHING

    def _visit(self, rows: IntArray, exclude: Ragged) -> Visit:
        seen = self._seen
        episode, agents = taken(seen.episode, rows), taken(self.agents, rows)
        # a page moves day and page, and the visit must not move with them
        return Visit(episode, taken(seen.day, rows).copy(), taken(seen.page, rows).copy(), agents, exclude)


def outcome(told: Told) -> Outcome:
    """The same in words."""
    measures = {"day": told.day, "page": told.page, "left": told.left}
    return Outcome(dict(zip(REWARDS, told.worth, strict=True)), told.terminated, measures, told.truncated)


def _slate(visit: Visit, shown: IntArray) -> Slate:
    """A slate from somebody who is not asked how likely it was."""
    return Slate(visit, shown, _certain(shown.shape), np.zeros(len(shown), dtype=np.int8))


@lru_cache(maxsize=8)
def _nobody(rows: int) -> Ragged:
    """Nothing is excluded: what a person knows has left its slot already."""
    return Ragged.empty(rows)


@lru_cache(maxsize=64)
def _certain(shape: tuple[int, ...]) -> FloatArray:
    """1 wherever one looks: float32, a view of one number."""
    return np.broadcast_to(np.float32(1), shape)
