"""People and items of luck alone, as many as a bench asks for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.taste import ItemTaste
from simenv.luck import stream
from simenv.ragged import Ragged
from simenv.types import Catalog, FloatArray, IntArray, Interactions, Population


@dataclass(frozen=True, kw_only=True)
class Invented:
    """A catalogue, and people with tastes and a history of the same length each.

    Args:
        items, themes: of the catalogue.
        factors: of taste, for watching as many as for stars.
        history: items that each person knows from the beginning.
    """

    items: int
    factors: int = 16
    themes: int = 18
    history: int = 16

    def population(self, agents: int) -> Population:
        """So many people."""
        starts = np.arange(agents + 1, dtype=np.int64) * self.history
        history = (luck("history", agents, self.history) * self.items).astype(np.int32).ravel()
        level = np.ones(agents, dtype=np.int8)
        stars: FloatArray = np.full(agents, 3.5, dtype=np.float32)
        nothing = ("",) * agents
        return Population(
            ids=nothing,
            user=np.arange(agents, dtype=np.int32),
            cohort=np.zeros(agents, dtype=np.int8),
            taste=luck("taste", agents, 2 * self.factors + 1) - np.float32(0.5),
            activity=level,
            diversity=level,
            conformity=level,
            rating_mean=stars,
            rating_spread=stars,
            gender=nothing,
            age=nothing,
            occupation=nothing,
            history=Ragged(starts, history),
            history_rating=Ragged(starts, np.full(len(history), 3.5, dtype=np.float32)),
        )

    def taste(self) -> ItemTaste:
        """The items' side of taste."""
        watch, stars = (luck(part, self.items, self.factors) - np.float32(0.5) for part in ("watch", "stars"))
        cuts = np.array([1.5, 2.5, 3.5, 4.5], dtype=np.float32)
        lure: FloatArray = np.zeros(self.items, dtype=np.float32)
        spread = np.asarray(0.5, dtype=np.float32)
        return ItemTaste(watch, lure, stars, lure + np.float32(3.5), cuts, spread)

    def catalog(self) -> Catalog:
        """Items with a theme or two each."""
        names = tuple(f"item {i}" for i in range(self.items))
        themes = luck("themes", self.items, self.themes) < 0.1
        popularity = luck("popularity", self.items, 1)[:, 0]
        years = np.full(self.items, 2000, dtype=np.int32)
        theme_names = tuple(f"theme {t}" for t in range(self.themes))
        return Catalog("item", names, names, years, themes, theme_names, popularity, 5 * popularity, names)

    def train(self, agents: int) -> Interactions:
        """Each item once: an order to start from."""
        items: IntArray = np.arange(self.items, dtype=np.int32)
        stars: FloatArray = np.full(self.items, 3.5, dtype=np.float32)
        times = np.zeros(self.items, dtype=np.int64)
        return Interactions(items % agents, items, stars, times, agents, self.items)


def luck(part: str, rows: int, columns: int) -> FloatArray:
    """Uniform numbers, column by column, for little memory: float32 (rows, columns)."""
    out = np.empty((rows, columns), dtype=np.float32)
    for column in range(columns):
        out[:, column] = stream(0, part).uniform(np.arange(rows), column)
    return out
