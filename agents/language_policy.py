"""Thinking agents: profile, memory and page in words, decisions read from a language model's scores."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from agents.decision import Decision
from agents.models.errors import ContextTooShort
from agents.profile import ALL_TITLES, describe
from agents.prompts import prompts
from agents.questions import Branches, leave_question, memory_words, opening, page_words
from agents.reasons import reason
from simenv.mood import after_page
from simenv.protocols import LanguageModel
from simenv.types import NOTHING, Catalog, FloatArray, Population, Question, Recall, Response, Slate, Words

PERSONA_TOKENS = 120
REMEMBERED = 10
"""How many of the items seen lately are put into words."""
_TITLES_TRIED = (ALL_TITLES, 48, 32, 24, 16, 12, 8, 4, 0)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Calibration:
    """Makes P(yes) right at a stated prevalence: logistic(slope * logit + intercept) (Platt, 1999)."""

    slope: float = 1.0
    intercept: float = 0.0

    def __call__(self, chance: FloatArray) -> FloatArray:
        """Calibrated probabilities: float32, the shape of ``chance``."""
        inside = np.clip(chance, np.float32(1e-6), np.float32(1 - 1e-6))
        logit = np.log(inside) - np.log1p(-inside)
        return np.asarray(1 / (1 + np.exp(-(self.slope * logit + self.intercept))), dtype=np.float32)


@dataclass(frozen=True)
class _Ask:
    """One agent's situation: what it remembers, and how its questions are put to it."""

    row: int
    items: tuple[int, ...]
    stars: tuple[float, ...]
    branches: tuple[tuple[str, tuple[str, ...]], ...]


class LanguagePolicy:
    """Decides by the probability that a language model gives to each allowed answer.

    What an agent wants does not depend on the order of a page: each item is asked about on its own, and items
    are put in catalogue order first, so that even the bits agree.

    Args:
        model: thinks.
        population: who the agents are.
        catalog: what the items are.
        decision: examination, choice and luck.
        calibration: of the model's P(yes), at ``decision.prevalence``.
        explained: rows whose best-liked choice of a visit's first page gets a reason.
    """

    def __init__(
        self,
        model: LanguageModel,
        population: Population,
        catalog: Catalog,
        decision: Decision,
        *,
        calibration: Calibration = Calibration(),
        explained: Collection[int] = (),
    ) -> None:
        self.model, self.population, self.catalog = model, population, catalog
        self.decision, self.calibration = decision, calibration
        self.explained = frozenset(explained)
        self._opening = opening(catalog.noun)
        self._branches = Branches(catalog)
        self._personas: dict[int, str] = {}

    def decide(self, slate: Slate, recall: Recall) -> Response:
        """Ask every agent about every item, watch and rate by its luck, then ask whether to go on."""
        asks, answers = self._asked(slate, recall)
        affinity, stars = self._columns(slate, answers)
        watched, chance = self.decision.watch(slate, recall, affinity)
        rating, expected = self.decision.rate(slate, watched, stars)
        seen = Response(watched, rating, chance, expected, np.zeros(len(slate.visit), dtype=np.int8))
        leaving = [self._about_leaving(slate, recall, seen, b) for b in range(len(slate.visit))]
        parting = self._answers(leaving)
        leave = np.array([np.exp(scores[0][1]) for scores in parting], dtype=np.float32)
        words = {
            ask.row: self._words(ask, scores + left, self._reason(ask, slate, seen, b))
            for b, (ask, scores, left) in enumerate(zip(asks, answers, parting, strict=True))
        }
        return replace(seen, action=self.decision.act(slate.visit, leave), words=words)

    def wishes(self, slate: Slate, recall: Recall) -> tuple[FloatArray, FloatArray]:
        """How much each agent wants each item, and how many stars it would give.

        Returns:
            affinity: float32 (batch, slots), calibrated P(wants), and chances: float32 (batch, slots, 5),
            probability of each number of stars; both without meaning in empty slots.
        """
        return self._columns(slate, self._asked(slate, recall)[1])

    def persona(self, row: int) -> str:
        """The agent's profile in words, with as many titles as fit into the budget of tokens."""
        if row not in self._personas:
            self._personas[row] = self._fitting(row)
        return self._personas[row]

    def _fitting(self, row: int) -> str:
        known = len(self.population.history.row(row))
        text = ""
        for titles in sorted({min(known, tried) for tried in _TITLES_TRIED}, reverse=True):
            text = describe(self.population, row, self.catalog, titles)
            if self.model.count([text])[0] <= PERSONA_TOKENS:
                break
        return text

    def _asked(self, slate: Slate, recall: Recall) -> tuple[list[_Ask], list[list[FloatArray]]]:
        asks = [self._about_items(slate, recall, b) for b in range(len(slate.visit))]
        return asks, self._answers(asks)

    def _about_items(self, slate: Slate, recall: Recall, b: int) -> _Ask:
        items = np.sort(slate.items[b][slate.items[b] != NOTHING])
        branches = tuple(branch for item in items for branch in self._branches[int(item)])
        return self._ask(slate, *_remembered(recall, b), b, branches)

    def _about_leaving(self, slate: Slate, recall: Recall, seen: Response, b: int) -> _Ask:
        items, stars = _remembered(recall, b)
        here = np.flatnonzero(seen.watched[b])
        mood = after_page(
            recall.satisfaction[b : b + 1],
            recall.fatigue[b : b + 1],
            seen.watched[b : b + 1],
            seen.rating[b : b + 1],
        )
        question = leave_question(int(slate.visit.page[b]) + 1, float(mood[0][0]), float(mood[1][0]))
        options = tuple(prompts()["leave"]["options"])
        return self._ask(
            slate,
            items + tuple(int(i) for i in slate.items[b][here]),
            stars + tuple(float(s) for s in seen.rating[b][here]),
            b,
            ((question, options),),
        )

    def _ask(
        self,
        slate: Slate,
        items: tuple[int, ...],
        stars: tuple[float, ...],
        b: int,
        branches: tuple[tuple[str, tuple[str, ...]], ...],
    ) -> _Ask:
        return _Ask(int(slate.visit.rows[b]), items[-REMEMBERED:], stars[-REMEMBERED:], branches)

    def _answers(self, asks: Sequence[_Ask]) -> list[list[FloatArray]]:
        """Log-probabilities of the options of every branch of every ask."""
        asks = list(asks)
        try:
            flat = list(self.model.choose([q for ask in asks for q in self._questions(ask)]))
        except ContextTooShort:
            return [self._answers_shortened(ask) for ask in asks]
        edges = np.cumsum([0, *(len(ask.branches) for ask in asks)])
        return [flat[start:end] for start, end in pairwise(edges)]

    def _answers_shortened(self, ask: _Ask) -> list[FloatArray]:
        """Drop the oldest memory until the page fits into the model's context; then say so.

        Raises:
            ContextTooShort: when not even a page without any memory fits.
        """
        while True:
            try:
                return list(self.model.choose(self._questions(ask)))
            except ContextTooShort:
                if not ask.items:
                    raise
                ask = replace(ask, items=ask.items[1:], stars=ask.stars[1:])
                _log.warning("Agent %d forgets its oldest memory: the model's context is too short.", ask.row)

    def _questions(self, ask: _Ask) -> list[Question]:
        persona, page = self.persona(ask.row), page_words(self._memory(ask))
        return [Question(self._opening, persona, page, text, options) for text, options in ask.branches]

    def _memory(self, ask: _Ask) -> str:
        return memory_words(
            self.catalog, np.array(ask.items, dtype=np.int32), np.array(ask.stars, dtype=np.float32)
        )

    def _columns(self, slate: Slate, answers: list[list[FloatArray]]) -> tuple[FloatArray, FloatArray]:
        """Calibrated P(yes) (batch, slots) and P(stars) (batch, slots, 5) in the order of the slate."""
        yes = np.full(slate.items.shape, 0.5, dtype=np.float32)
        stars = np.full((*slate.items.shape, 5), 0.2, dtype=np.float32)
        for b, scores in enumerate(answers):
            real = np.flatnonzero(slate.items[b] != NOTHING)
            slots = real[np.argsort(slate.items[b][real], kind="stable")]
            for place, slot in enumerate(slots):
                yes[b, slot] = np.exp(scores[2 * place][1])
                stars[b, slot] = np.exp(scores[2 * place + 1])
        return self.calibration(yes), stars

    def _words(self, ask: _Ask, scores: list[FloatArray], why: str) -> Words:
        segments = (self._opening, self.persona(ask.row), page_words(self._memory(ask)))
        branches = tuple(text for text, _ in ask.branches)
        return Words(segments + branches, tuple(tuple(float(x) for x in s) for s in scores), why)

    def _reason(self, ask: _Ask, slate: Slate, seen: Response, b: int) -> str:
        """Why the agent watched what it was likeliest to watch on its first page, where that is asked for."""
        if ask.row not in self.explained or slate.visit.page[b] > 0 or not seen.watched[b].any():
            return ""
        item = int(slate.items[b, np.nanargmax(np.where(seen.watched[b], seen.chance[b], -1))])
        text, options = self._branches[item][0]
        question = Question(
            self._opening, self.persona(ask.row), page_words(self._memory(ask)), text, options
        )
        return reason(self.model, question, self.catalog.titles[item])


def _remembered(recall: Recall, b: int) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """What an agent remembers, oldest first."""
    real = np.flatnonzero(recall.items[b] != NOTHING)[::-1]
    return (
        tuple(int(item) for item in recall.items[b][real]),
        tuple(float(stars) for stars in recall.ratings[b][real]),
    )
