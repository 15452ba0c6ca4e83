"""Made-up worlds for tests: everything that happens in them is luck, whatever the block size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from simenv import mood
from simenv.luck import stream
from simenv.ragged import Ragged
from simenv.types import (
    NOTHING,
    Action,
    BoolArray,
    Catalog,
    FloatArray,
    IntArray,
    Population,
    Response,
    Slate,
    Source,
    Step,
    Visit,
)
from simenv.words import Words

THEMES = ("drama", "comedy", "crime", "war", "romance")


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """People who come and go, watch and rate by luck alone; its steps come in the order of the loop.

    Args:
        empty: chance that a slot, and all below it, is empty.
        appeal: how much more than others some agents like to watch, 0 to 1.
        thinkers: every so many-th agent has words; 0 for none.
    """

    agents: int = 30
    items: int = 25
    slots: int = 4
    pages: int = 3
    rounds: int = 2
    block: int = 7
    seed: int = 0
    empty: float = 0.1
    appeal: float = 0.3
    thinkers: int = 3

    def steps(self) -> Iterator[Step]:
        """Every page of every block of every round."""
        for day in range(self.rounds):
            for first in range(0, self.agents, self.block):
                yield from self._visits(day, first)

    def round_ends(self) -> Iterator[tuple[Step, bool]]:
        """Every step, and whether it is the last of its round."""
        last: Step | None = None
        for step in self.steps():
            if last is not None:
                yield last, bool(last.slate.visit.round[0] != step.slate.visit.round[0])
            last = step
        if last is not None:
            yield last, True

    def _visits(self, day: int, first: int) -> Iterator[Step]:
        rows = np.arange(first, min(first + self.block, self.agents), dtype=np.int32)
        rows = rows[self._luck("come", day, 0, rows) < 0.9]
        satisfaction = np.full(self.agents, mood.START_SATISFACTION)
        fatigue = np.full(self.agents, mood.START_FATIGUE)
        for page in range(self.pages):
            if len(rows) == 0:
                return
            step = self._page(day, page, rows, (satisfaction[rows], fatigue[rows]))
            satisfaction[rows], fatigue[rows] = step.satisfaction, step.fatigue
            yield step
            rows = rows[~step.left]

    def _page(self, day: int, page: int, rows: IntArray, before: tuple[FloatArray, FloatArray]) -> Step:
        slate = self._slate(day, page, rows)
        chance = np.full(slate.items.shape, 0.2, dtype=np.float32)
        chance += np.float32(self.appeal) * self._luck("appeal", 0, 0, rows)[:, None]
        watched = (self._slots("watch", slate) < chance) & (slate.items != NOTHING)
        rating = np.where(watched, 1 + np.floor(5 * self._slots("rate", slate)), np.nan).astype(np.float32)
        empty = np.where(slate.items == NOTHING, np.float32(np.nan), np.float32(0))
        left = self._luck("leave", day, page, rows) < 0.3
        action = np.where(left, Action.LEAVE, Action.NEXT).astype(np.int8)
        response = Response(watched, rating, chance + empty, empty + 3, action, self._words(rows, watched))
        satisfaction, fatigue = mood.after_page(*before, watched, rating)
        return Step(slate, response, satisfaction, fatigue, left | (page + 1 == self.pages))

    def _slate(self, day: int, page: int, rows: IntArray) -> Slate:
        clock = [np.full(len(rows), value, dtype=np.int32) for value in (0, day, page)]
        visit = Visit(*clock, rows, Ragged.empty(len(rows)))
        order = stream(self.seed, "items").bits(day, page, rows[:, None], np.arange(self.items))
        items = np.argsort(order, axis=1)[:, : self.slots].astype(np.int32)
        gone = self._lanes("empty", visit, items.shape[1]) < self.empty
        items[np.logical_or.accumulate(gone, axis=1)] = NOTHING
        propensity = 1 - self._lanes("propensity", visit, items.shape[1])
        searched = self._luck("search", day, page, rows) < 0.2
        return Slate(visit, items, propensity, np.where(searched, Source.SEARCH, Source.FEED).astype(np.int8))

    def _words(self, rows: IntArray, watched: BoolArray) -> dict[int, Words]:
        thinking = [b for b, row in enumerate(rows) if self.thinkers and row % self.thinkers == 0]
        return {
            int(rows[b]): Words(
                prompt=("you are somebody", f"agent {rows[b]}", "\tzażółć\n"),
                options=((-0.1, -2.3), (-1.0,) * (1 + int(watched[b].sum()))),
                reason="she likes drama" if watched[b].any() else "",
            )
            for b in thinking
        }

    def _slots(self, part: str, slate: Slate) -> FloatArray:
        return self._lanes(part, slate.visit, slate.items.shape[1])

    def _lanes(self, part: str, visit: Visit, lanes: int) -> FloatArray:
        counters = (visit.round[:, None], visit.page[:, None], visit.rows[:, None], np.arange(lanes))
        return stream(self.seed, part).uniform(*counters)

    def _luck(self, part: str, day: int, page: int, rows: IntArray) -> FloatArray:
        return stream(self.seed, part).uniform(day, page, rows)


def catalog(items: int = 25, seed: int = 0) -> Catalog:
    """A catalogue with titles that are hard to write down; the last item has no theme and no rating."""
    luck = stream(seed, "catalog")
    themes = luck.uniform(np.arange(items)[:, None], np.arange(len(THEMES))) < 0.4
    themes[-1] = False
    popularity = luck.uniform(1000, np.arange(items)) * np.float32(0.5)
    popularity[-1] = 0
    mean_rating = np.where(popularity > 0, 1 + 4 * luck.uniform(2000, np.arange(items)), np.nan)
    awkward = ('=1+1 "quoted", tab\there', "@line\nbreak (1999)", "Amélie; |pipes|", '"Open quote')
    return Catalog(
        noun="film",
        ids=tuple(f"m{100 + i}" for i in range(items)),
        titles=tuple(awkward[i] if i < len(awkward) else f"Film {i} ({1950 + i})" for i in range(items)),
        years=np.array([NOTHING if i < len(awkward) else 1950 + i for i in range(items)], dtype=np.int32),
        themes=themes,
        theme_names=THEMES,
        popularity=popularity.astype(np.float32),
        mean_rating=mean_rating.astype(np.float32),
        text=tuple(f"what happens in {i}" for i in range(items)),
    )


def population(agents: int = 30, prefix: str = "u") -> Population:
    """People with nothing remarkable about them, and one item each in their history."""
    levels = (np.arange(agents) % 3).astype(np.int8)
    return Population(
        ids=tuple(f"{prefix}{i}" for i in range(agents)),
        user=np.arange(agents, dtype=np.int32),
        cohort=np.zeros(agents, dtype=np.int8),
        taste=np.zeros((agents, 2), dtype=np.float32),
        activity=levels,
        diversity=levels,
        conformity=levels,
        rating_mean=np.full(agents, 3.5, dtype=np.float32),
        rating_spread=np.ones(agents, dtype=np.float32),
        gender=("woman",) * agents,
        age=("25-34",) * agents,
        occupation=("college student",) * agents,
        history=Ragged.of([[0]] * agents),
        history_rating=Ragged(np.arange(agents + 1), np.full(agents, 4, dtype=np.float32)),
    )
