"""Training examples: one person's profile, and many items that each see the profile but not each other.

The words are written by the very functions that write them for thinking agents, so that what is learned is
what will be asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import numpy.typing as npt

from agents.behaviour.lexicon import texts
from agents.behaviour.plan import Lesson
from agents.decision import leave_chance
from agents.models.vocabulary import Vocabulary
from agents.population import people
from agents.profile import describe, item_words
from agents.prompts import one_line, prompts
from agents.questions import leave_question, memory_words, opening, page_words, watch_question
from simenv.types import FloatArray, IntArray, Interactions, Population

LongArray = npt.NDArray[np.int64]
POSITIVES, UNIFORM, POPULAR = 8, 3, 13
WORDS_INSTEAD_OF_TITLE = 0.12
FACT_DROPPED = 0.1
NEW, NAMELESS = 0.08, 0.04
"""How many items are asked about as if nobody knew them yet, and under a name that says nothing."""
TALKATIVE = 0.08
"""How many are asked about once more, with more words behind their title than belong there: what such words
say must not count."""
SHOWN, SHORT, FEW = (0.1, 0.9), 0.2, 60
"""Which share of what they rated people show in their profile, and how many show fewer titles than that: from
none to ``FEW``."""
OTHERWISE = 0.15
"""How many people are asked in other words than agents are."""
_MARKS = ".,:!?"
SHARE_JITTER, MEAN_JITTER = 0.35, 0.15
"""How much an item's popularity varies, in logarithms, and its mean rating, in stars."""


@dataclass
class Example:
    """Token columns of one example, and where which answer is due.

    ``segment`` is 0 in the profile and j in the j-th branch. Answers are (index of the token after which the
    answer is due, token number of the answer); twins are (such an index, that of a question which deserves
    the same answer). ``fold`` is the part of the people to which this one belongs.
    """

    tokens: list[int] = field(default_factory=list)
    segment: list[int] = field(default_factory=list)
    position: list[int] = field(default_factory=list)
    watch: list[tuple[int, int]] = field(default_factory=list)
    stars: list[tuple[int, int]] = field(default_factory=list)
    leave: list[tuple[int, float]] = field(default_factory=list)
    titles: list[tuple[int, int]] = field(default_factory=list)
    watch_twins: list[tuple[int, int]] = field(default_factory=list)
    stars_twins: list[tuple[int, int]] = field(default_factory=list)
    fold: int = 0

    def add(self, tokens: list[int], segment: int, start: int) -> None:
        """Append tokens of one segment, numbered from position ``start``."""
        self.tokens += tokens
        self.segment += [segment] * len(tokens)
        self.position += range(start, start + len(tokens))


class Writer:
    """Writes examples about the learners of one lesson, as tokens.

    Args:
        lesson: whose ratings are known; what is said of items comes from them alone.
        whole, plain: the vocabulary with and without whole titles.
    """

    rng: np.random.Generator
    """Where chance comes from, new for every epoch."""
    otherwise: bool
    """Whether this person is asked in other words."""

    def __init__(self, lesson: Lesson, whole: Vocabulary, plain: Vocabulary) -> None:
        self.dataset, self.learners, self.ratings = lesson.dataset, lesson.learners, lesson.ratings
        self.encode = cache(whole.encode)
        self.spell = cache(plain.encode)
        self.first_title = len(plain)
        words, catalog, known = prompts(), lesson.dataset.catalog, self.ratings
        self.opening = opening(catalog.noun)
        self.words = [np.array(sorted(said)) for said in (_words_of(catalog.titles), _words_of(texts(words)))]
        self.fold = lesson.folds()
        self.ask_stars = words["stars"]["ask"]
        self.no, self.yes = (whole.encode(option)[0] for option in words["watch"]["options"])
        self.star_tokens = [whole.encode(option)[0] for option in words["stars"]["options"]]
        self.counts = np.bincount(known.item, minlength=len(catalog)).astype(np.float64)
        self.totals = np.bincount(known.item, weights=known.rating, minlength=len(catalog))
        self.people = len(np.unique(known.user))
        self.weights = np.cumsum(self.counts / self.counts.sum())

    def epoch(self, rng: np.random.Generator) -> Iterator[Example]:
        """One example for each learner: a fresh split of their ratings into profile and questions."""
        self.rng, ratings, chosen = rng, self.ratings, self.learners
        order, starts, rank = self._shuffled(ratings)
        count = np.diff(starts)
        asked = np.minimum(POSITIVES, count // 4 + 1)
        recent = np.minimum(self._recent(ratings.users), count // 4)
        last = asked + recent + self._history_length(count)
        told = (rank >= (asked + recent)[ratings.user]) & (rank < last[ratings.user])
        population = people(
            self.dataset.catalog,
            self.dataset.users,
            ratings.where(told),
            chosen,
            np.zeros((len(chosen), 0), dtype=np.float32),
        )
        for row, user in enumerate(chosen):
            mine = order[starts[user] : starts[user + 1]]
            positives = ratings.where(mine[: asked[user]])
            today = ratings.where(mine[asked[user] : asked[user] + recent[user]])
            memory = memory_words(self.dataset.catalog, today.item, whole_stars(today.rating))
            yield self.example(self._forgetful(population), row, memory, positives, ratings.item[mine])

    def example(
        self, population: Population, row: int, memory: str, positives: Interactions, known: IntArray
    ) -> Example:
        """One person's profile with positives and as many negatives as the training mix has."""
        example = Example(fold=int(self.fold[population.user[row]]))
        self.otherwise = self.rng.random() < OTHERWISE
        profile = self.opening + describe(population, row, self.dataset.catalog) + page_words(memory)
        self._add_text(example, profile, 0, 0)
        start = len(example.tokens)
        for at in range(1, start):
            if example.tokens[at] >= self.first_title:
                example.titles.append((at - 1, example.tokens[at]))
        asked = [(int(i), float(r)) for i, r in zip(positives.item, positives.rating, strict=True)]
        asked += [(int(i), float("nan")) for i in self._negatives(known)]
        for item, stars in asked:
            self._add_item(example, start, item, stars)
        self._add_leave(example, start, int(population.activity[row]))
        return example

    def _add_item(self, example: Example, start: int, item: int, stars: float) -> None:
        question, spelled = self._question(item, stars)
        rated = not np.isnan(stars)
        ends = self._ask(example, start, question, spelled, rated)
        example.watch.append((ends[0], self.yes if rated else self.no))
        if rated:
            level = int(whole_stars(np.array([stars], dtype=np.float32))[0])
            example.stars.append((ends[1], self.star_tokens[level - 1]))
        if self.rng.random() < TALKATIVE:
            again = self._ask(example, start, question + self._chatter(16), spelled, rated)
            example.watch_twins.append((ends[0], again[0]))
            example.stars_twins += zip(ends[1:], again[1:], strict=True)

    def _ask(self, example: Example, start: int, question: str, spelled: bool, rated: bool) -> list[int]:
        """A branch that asks for watching, and where somebody rated the item for stars: where each ends."""
        segment, before = example.segment[-1] + 1, len(example.tokens)
        self._add_text(example, question, segment, start, spelled)
        ends = [len(example.tokens) - 1]
        if rated:
            further = [self.yes, *self.encode(self._said(self.ask_stars))]
            example.add(further, segment, start + len(example.tokens) - before)
            ends.append(len(example.tokens) - 1)
        return ends

    def _question(self, item: int, stars: float) -> tuple[str, bool]:
        """Whether to watch an item: mostly as agents are asked, now and then with less known.

        Returns:
            The question, and whether its title is to be spelled out.
        """
        kind, catalog = self.rng.random(), self.dataset.catalog
        if kind < NEW:
            return watch_question(catalog, item, item_words(catalog, item, 0.0, np.nan)), True
        question = watch_question(catalog, item, self._item_words(item, stars))
        if kind < NEW + NAMELESS:
            return question.removesuffix(one_line(catalog.titles[item])) + self._chatter(3).lstrip(
                f" {_MARKS}"
            ), False
        return question, False

    def _chatter(self, most: int) -> str:
        """Some words of titles and of questions, each behind a space, now and then behind a mark."""
        said = ""
        for _ in range(self.rng.integers(1, most + 1)):
            mark = _MARKS[self.rng.integers(len(_MARKS))] if self.rng.random() < 0.2 else ""
            said += f"{mark} {self.rng.choice(self.words[self.rng.integers(2)])}"
        return said

    def _add_leave(self, example: Example, start: int, level: int) -> None:
        satisfaction, fatigue = self.rng.random(2, dtype=np.float32)
        text = leave_question(int(self.rng.integers(1, 11)), satisfaction, fatigue)
        chance = leave_chance(np.array([satisfaction]), np.array([fatigue]), np.array([level], dtype=np.int8))
        self._add_text(example, text, example.segment[-1] + 1, start)
        example.leave.append((len(example.tokens) - 1, float(chance[0])))

    def _add_text(
        self,
        example: Example,
        text: str,
        segment: int,
        start: int,
        always_spelled: bool = False,
    ) -> None:
        """Tokens of a text, line by line; now and then a title is spelled out."""
        offset = 0
        for line in re.split(r"(?=\n)", self._said(text)):
            spelled = self.rng.random() < WORDS_INSTEAD_OF_TITLE or always_spelled
            tokens = self.spell(line) if spelled else self.encode(line)
            example.add(tokens, segment, start + offset)
            offset += len(tokens)

    def _said(self, text: str) -> str:
        """The text as it is, or, where this person is asked otherwise, in other words."""
        if self.otherwise:
            for words, others in prompts("otherwise").items():
                text = text.replace(words, str(self.rng.choice(others)))
        return text

    def _item_words(self, item: int, stars: float) -> str:
        """The item's words, its statistics without the person's own rating, facts dropped now and then.

        The numbers vary at random: a film has others among other people, and a model that knew them exactly
        would see from the one rating that is missing in them that it was this person's.
        """
        own = 0.0 if np.isnan(stars) else 1.0
        count = self.counts[item] - own
        mean = (self.totals[item] - np.nan_to_num(stars)) / count if count > 0 else np.nan
        share = max(count, 0) / self.people * np.exp(SHARE_JITTER * self.rng.standard_normal())
        mean = np.clip(mean + MEAN_JITTER * self.rng.standard_normal(), 0.5, 5.0)
        # float32, as in the catalogue: a mean between two tenths is then rounded as it will be in a page
        share, mean = float(np.float32(min(share, 1.0))), float(np.float32(mean))
        words = item_words(self.dataset.catalog, item, share, mean)
        if self.rng.random() >= FACT_DROPPED:
            return words
        unrated = item_words(self.dataset.catalog, item, share, np.nan)
        return unrated.rpartition(";")[0] if self.rng.random() < 0.5 else unrated

    def _shuffled(self, ratings: Interactions) -> tuple[LongArray, LongArray, LongArray]:
        """Entries in random order within each user, where each user starts, and each entry's rank there."""
        order = np.lexsort((self.rng.random(len(ratings)), ratings.user))
        starts = np.searchsorted(ratings.user[order], np.arange(ratings.users + 1))
        rank = np.empty(len(ratings), dtype=np.int64)
        rank[order] = np.arange(len(ratings)) - starts[ratings.user[order]]
        return order, starts, rank

    def _recent(self, users: int) -> IntArray:
        """How many items each person has seen today: none for most, else 1 to 8 (int32 (users,))."""
        some = self.rng.integers(1, 9, users)
        return np.where(self.rng.random(users) < 0.6, 0, some).astype(np.int32)

    def _negatives(self, known: IntArray) -> IntArray:
        """Items that the person never rated: some uniform, some drawn by popularity."""
        uniform = self.rng.integers(0, len(self.counts), 8 * UNIFORM)
        popular = np.searchsorted(self.weights, self.rng.random(8 * POPULAR)).clip(max=len(self.counts) - 1)
        kinds = ((uniform, UNIFORM), (popular, POPULAR))
        return np.concatenate([draws[~np.isin(draws, known)][:most] for draws, most in kinds]).astype(
            np.int32
        )

    def _history_length(self, count: IntArray) -> IntArray:
        """Most people show some share of what they have; the others few titles or none, which must do."""
        few = np.exp(self.rng.uniform(0, np.log(FEW), len(count))) - 1
        share = self.rng.uniform(*SHOWN, len(count)) * count
        return np.where(self.rng.random(len(count)) < SHORT, few, share).astype(np.int32)

    def _forgetful(self, population: Population) -> Population:
        """Demographics dropped for a third of the examples, as many data sets have none."""
        if self.rng.random() > 1 / 3:
            return population
        nothing = ("",) * len(population)
        return replace(population, gender=nothing, age=nothing, occupation=nothing)


def _words_of(texts: Iterable[str]) -> set[str]:
    """Words between spaces, without marks alone and the fields that stand for others."""
    said = (word for text in texts for word in one_line(text).split() if "{" not in word)
    return {word for word in said if any(letter.isalnum() for letter in word)}


def whole_stars(stars: FloatArray) -> FloatArray:
    """Stars as agents give them, 1 to 5: half stars count as the next whole one."""
    return np.clip(np.floor(stars + np.float32(0.5)), 1, 5)
