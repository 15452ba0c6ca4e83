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
from agents.questions import Branch, Branches, leave_question, memory_words, opening, page_words
from agents.reasons import reason
from simenv.mood import after_page
from simenv.protocols import LanguageModel
from simenv.types import NOTHING, Catalog, FloatArray, IntArray, Population, Recall, Response, Slate
from simenv.words import Question, Words

PERSONA_TOKENS = 120
REMEMBERED = 10
"""How many of the items seen lately are put into words."""
Seen = tuple[int, float]
"""An item that was watched, and the stars that it got."""

_TITLES_TRIED = (ALL_TITLES, 48, 32, 24, 16, 12, 8, 4, 0)
_FORGETS = "Agent %d forgets what it watched first (%d of %d items): the model's context is too short."
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
    """One agent's situation: what it remembers, oldest first, and what it is asked."""

    row: int
    memory: tuple[Seen, ...]
    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class _Answered:
    """What an agent was really asked, and log-probabilities of the options of every branch."""

    ask: _Ask
    scores: list[FloatArray]


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
        asked = self._asked(slate, recall)
        affinity, stars = self._columns(slate, asked)
        watched, chance = self.decision.watch(slate, recall, affinity)
        rating, expected = self.decision.rate(slate, watched, stars)
        seen = Response(watched, rating, chance, expected, np.zeros(len(slate.visit), dtype=np.int8))
        parting = self._answered(self._about_leaving(slate, recall, seen))
        leave = np.array([np.exp(answered.scores[0][1]) for answered in parting], dtype=np.float32)
        words = {
            here.ask.row: self._words(here, left, self._reason(here.ask, slate, seen, b))
            for b, (here, left) in enumerate(zip(asked, parting, strict=True))
        }
        return replace(seen, action=self.decision.act(slate.visit, leave), words=words)

    def wishes(self, slate: Slate, recall: Recall) -> tuple[FloatArray, FloatArray]:
        """How much each agent wants each item, and how many stars it would give.

        Returns:
            affinity: float32 (batch, slots), calibrated P(wants), and chances: float32 (batch, slots, 5),
            probability of each number of stars; both without meaning in empty slots.
        """
        return self._columns(slate, self._asked(slate, recall))

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

    def _asked(self, slate: Slate, recall: Recall) -> list[_Answered]:
        """Both questions about every item of the page, answered by every agent."""
        asks = []
        for b in range(len(slate.visit)):
            items = np.sort(slate.items[b][slate.items[b] != NOTHING])
            branches = tuple(branch for item in items for branch in self._branches[int(item)])
            asks.append(_ask(slate, b, _remembered(recall, b), branches))
        return self._answered(asks)

    def _about_leaving(self, slate: Slate, recall: Recall, seen: Response) -> list[_Ask]:
        """Whether to go on, asked of every agent when it has watched what it watched."""
        satisfaction, fatigue = after_page(recall.satisfaction, recall.fatigue, seen.watched, seen.rating)
        options = tuple(prompts()["leave"]["options"])
        asks = []
        for b, page in enumerate(slate.visit.page):
            here = seen.watched[b]
            memory = [*_remembered(recall, b), *_pairs(slate.items[b][here], seen.rating[b][here])]
            question = leave_question(int(page) + 1, float(satisfaction[b]), float(fatigue[b]))
            asks.append(_ask(slate, b, memory, ((question, options),)))
        return asks

    def _answered(self, asks: Sequence[_Ask]) -> list[_Answered]:
        """Log-probabilities of the options of every branch of every ask."""
        try:
            flat = list(self.model.choose([question for ask in asks for question in self._questions(ask)]))
        except ContextTooShort:
            return [self._answered_in_short(ask) for ask in asks]
        edges = np.cumsum([0, *(len(ask.branches) for ask in asks)])
        return [
            _Answered(ask, flat[start:end]) for ask, (start, end) in zip(asks, pairwise(edges), strict=True)
        ]

    def _answered_in_short(self, ask: _Ask) -> _Answered:
        """Drop the oldest memory until the page fits into the model's context; then say so.

        Raises:
            ContextTooShort: when not even a page without any memory fits.
        """
        for forgotten in range(len(ask.memory) + 1):
            shorter = replace(ask, memory=ask.memory[forgotten:])
            try:
                scores = list(self.model.choose(self._questions(shorter)))
            except ContextTooShort as problem:
                too_short = problem
                continue
            if forgotten:
                _log.warning(_FORGETS, ask.row, forgotten, len(ask.memory))
            return _Answered(shorter, scores)
        raise too_short

    def _questions(self, ask: _Ask) -> list[Question]:
        persona, page = self.persona(ask.row), self._page(ask)
        return [Question(self._opening, persona, page, text, options) for text, options in ask.branches]

    def _page(self, ask: _Ask) -> str:
        items = np.array([item for item, _ in ask.memory], dtype=np.int32)
        stars = np.array([stars for _, stars in ask.memory], dtype=np.float32)
        return page_words(memory_words(self.catalog, items, stars))

    def _columns(self, slate: Slate, asked: Sequence[_Answered]) -> tuple[FloatArray, FloatArray]:
        """Calibrated P(yes) (batch, slots) and P(stars) (batch, slots, 5) in the order of the slate."""
        yes = np.full(slate.items.shape, 0.5, dtype=np.float32)
        stars = np.full((*slate.items.shape, 5), 0.2, dtype=np.float32)
        for b, answered in enumerate(asked):
            real = np.flatnonzero(slate.items[b] != NOTHING)
            slots = real[np.argsort(slate.items[b][real], kind="stable")]
            for place, slot in enumerate(slots):
                yes[b, slot] = np.exp(answered.scores[2 * place][1])
                stars[b, slot] = np.exp(answered.scores[2 * place + 1])
        return self.calibration(yes), stars

    def _words(self, here: _Answered, left: _Answered, why: str) -> Words:
        """What was asked and answered; the question whether to go on is the last branch."""
        segments = (self._opening, self.persona(here.ask.row), self._page(here.ask))
        branches = (text for ask in (here.ask, left.ask) for text, _ in ask.branches)
        options = (tuple(float(score) for score in scores) for scores in (*here.scores, *left.scores))
        return Words((*segments, *branches), tuple(options), why)

    def _reason(self, ask: _Ask, slate: Slate, seen: Response, b: int) -> str:
        """Why the agent watched what it was likeliest to watch on its first page, where that is asked for."""
        if ask.row not in self.explained or slate.visit.page[b] > 0 or not seen.watched[b].any():
            return ""
        item = int(slate.items[b, np.argmax(np.where(seen.watched[b], seen.chance[b], -1))])
        question = self._questions(replace(ask, branches=self._branches[item][:1]))[0]
        return reason(self.model, question, self.catalog.titles[item])


def _ask(slate: Slate, b: int, memory: Sequence[Seen], branches: tuple[Branch, ...]) -> _Ask:
    return _Ask(int(slate.visit.rows[b]), tuple(memory[-REMEMBERED:]), branches)


def _remembered(recall: Recall, b: int) -> list[Seen]:
    """What an agent remembers, oldest first."""
    real = np.flatnonzero(recall.items[b] != NOTHING)[::-1]
    return _pairs(recall.items[b][real], recall.ratings[b][real])


def _pairs(items: IntArray, stars: FloatArray) -> list[Seen]:
    return list(zip(items.tolist(), stars.tolist(), strict=True))
