"""What a surrogate looks at: numbers about a person, a page, and each item on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents import kernels
from agents.taste import ItemTaste
from simenv.types import NOTHING, Catalog, FloatArray, Population, Recall, Response, Slate

LEAVING = 6
"""How many numbers tell of somebody who may leave."""


@dataclass(frozen=True)
class Sight:
    """Numbers from fitted taste, the profile, and what is remembered.

    Args:
        items: the items' side of a fitted taste model.
        population: whose rows of ``taste`` are the agents' side of it.
        catalog: what the items are.
    """

    items: ItemTaste
    population: Population
    catalog: Catalog

    @property
    def width(self) -> int:
        """How many numbers tell of a person and an item."""
        return 14 + 2 * self.items.watch.shape[1]

    def pairs(self, slate: Slate, recall: Recall) -> FloatArray:
        """Of every slot: float32 (batch, slots, width); without meaning in empty slots."""
        people, items, rows = self.population, self.items, slate.visit.rows
        shown = slate.items.clip(min=0)
        odds = kernels.odds_of_wanting(people.taste, rows, slate.items, items.watch, items.lure)
        stars = kernels.latent_stars(people.taste, rows, slate.items, items.stars, items.level)
        place = items.watch[shown]
        recent, liking = self._recent(recall)
        likeness = np.einsum("bsf,bf->bs", place, recent, optimize=False)
        liked = np.einsum("bsf,bf->bs", place, liking, optimize=False)
        fame = np.log1p(100 * self.catalog.popularity)[shown]
        mean = np.nan_to_num(self.catalog.mean_rating, nan=3.0)[shown]
        person = np.broadcast_to(self._person(slate, recall)[:, None], (*shown.shape, 8))
        narrow = np.stack([odds, stars, likeness, liked, fame, mean], axis=2)
        wide = np.broadcast_to(people.taste[rows, None, : place.shape[2]], place.shape)
        return np.concatenate([narrow, person, place, wide], axis=2, dtype=np.float32)

    def leaving(self, slate: Slate, recall: Recall, response: Response) -> FloatArray:
        """Of everybody after a page: float32 (batch, LEAVING)."""
        from simenv.mood import after_page

        rows, watched = slate.visit.rows, response.watched.sum(axis=1)
        mood = after_page(recall.satisfaction, recall.fatigue, response.watched, response.rating)
        known = (recall.items != NOTHING).sum(axis=1)
        rest = (watched, slate.visit.page, self.population.activity[rows], np.log1p(known))
        return np.column_stack([*mood, *rest]).astype(np.float32)

    def _person(self, slate: Slate, recall: Recall) -> FloatArray:
        """Traits, stars, mood and how much is remembered: float32 (batch, 8)."""
        people, rows = self.population, slate.visit.rows
        known = np.log1p((recall.items != NOTHING).sum(axis=1))
        traits = (people.activity[rows], people.diversity[rows], people.conformity[rows])
        habits = (people.rating_mean[rows], people.rating_spread[rows])
        columns = [*traits, *habits, known, recall.satisfaction, recall.fatigue]
        return np.nan_to_num(np.column_stack(columns).astype(np.float32))

    def _recent(self, recall: Recall) -> tuple[FloatArray, FloatArray]:
        """Where what is remembered lies, and where what was liked of it: float32 (batch, factors) each."""
        real = (recall.items != NOTHING).astype(np.float32)
        place = self.items.watch[recall.items.clip(min=0)]
        share = real / np.maximum(real.sum(axis=1, keepdims=True), 1)
        stars = np.nan_to_num(recall.ratings, nan=3.0) - np.float32(3)
        recent = np.einsum("bw,bwf->bf", share, place, optimize=False)
        return recent, np.einsum("bw,bwf->bf", share * stars, place, optimize=False)
