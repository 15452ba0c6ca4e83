"""Light agents: people whose wishes are a row of numbers, a million of them at once."""

from __future__ import annotations

import numpy as np

from agents.decision import Decision, leave_chance
from agents.taste import ItemTaste
from simenv.mood import after_page
from simenv.types import FloatArray, Population, Recall, Response, Slate


class TastePolicy:
    """Watches by the latent factors of agent and item, rates by an ordered logit, leaves by mood.

    Args:
        items: the items' side of a fitted taste model.
        population: whose rows of ``taste`` are the agents' side of it.
        decision: what is made of wishes.
    """

    def __init__(self, items: ItemTaste, population: Population, decision: Decision) -> None:
        self.items = items
        self.population = population
        self.decision = decision

    def decide(self, slate: Slate, recall: Recall) -> Response:
        """Look at a page, watch, rate, go on or leave."""
        affinity, chances = self.wishes(slate)
        watched, chance = self.decision.watch(slate, recall, affinity)
        rating, expected = self.decision.rate(slate, watched, chances)
        mood = after_page(recall.satisfaction, recall.fatigue, watched, rating)
        leave = leave_chance(*mood, self.population.activity[slate.visit.rows])
        return Response(watched, rating, chance, expected, self.decision.act(slate.visit, leave))

    def wishes(self, slate: Slate) -> tuple[FloatArray, FloatArray]:
        """How much each agent wants each item, and how many stars it would give.

        Returns:
            affinity: float32 (batch, slots), P(wants), calibrated for a prevalence of one half, and chances:
            float32 (batch, slots, 5), probability of each number of stars; without meaning in empty slots.
        """
        from agents import kernels  # numba is slow to import
        from simenv.kernels import logistic

        items, taste, rows = self.items, self.population.taste, slate.visit.rows
        odds = kernels.odds_of_wanting(taste, rows, slate.items, items.watch, items.lure)
        stars = kernels.latent_stars(taste, rows, slate.items, items.stars, items.level)
        chances = kernels.star_chances(stars.ravel(), items.cuts, np.float32(items.spread))
        return logistic(odds.ravel()).reshape(odds.shape), chances.reshape(*odds.shape, 5)
