"""The tokens that the head start knows, and what is written into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from agents.behaviour.content import Content
from agents.behaviour.head_start import Factors
from agents.behaviour.marks import (
    ALONE,
    ASKS,
    BEFORE,
    EVIDENCE,
    FACTOR,
    FILL,
    GONE,
    HABIT,
    HEADING,
    HEAVY,
    HINT,
    JUDGED,
    LEAVES,
    LEVEL,
    LEVELLED,
    LIKED,
    MARK,
    MOOD,
    NEWS,
    ONE,
    ORDER,
    OWN,
    OWNED,
    PULL,
    RATED,
    RAW,
    SEEN,
    SHARE,
    SHOWN,
    STAR,
    STARS,
    START,
    SURE,
    THEME,
    TITLE,
    TOLD,
    WANTED,
    WEIGHT,
    WISH,
    WORD,
    YEAR,
    YES,
    marked,
    place,
)
from agents.behaviour.network import Network

STEP = 0.75
"""Stars that multiply the odds of one star more by e: about the variance around a good guess."""
_KINDS = 3
"""How many things are told on which leaving depends: a head reads their mean."""


@dataclass(frozen=True)
class Signs:
    """Numbers of the tokens that the circuit knows.

    Args:
        first: the token with which everything begins.
        headings: the weight of titles under each heading, by token, in the order in which they stand; the
            last one is that of the page, where nothing is told of what was seen.
        watch, stars: the questions for watching, which stands before the title, and for stars.
        habits, rated: the mean stars that a token says somebody gives, or an item gets, by token.
        shares: the share of people that a token says have seen an item, by token.
        themes: the tokens of an item's themes: for each theme, all that name it.
        years: the tokens of ``YEARS``, with which titles end.
        moods: what a token adds to the log-odds of leaving, by token; one of each of three kinds is told.
        leave: the question whether to leave.
        no, yes, stay, go: answers.
        options: answers of 1 to 5 stars.
        words: how many tokens are no titles; they come first.
    """

    first: int
    headings: Mapping[int, float]
    watch: int
    stars: int
    habits: Mapping[int, float]
    rated: Mapping[int, float]
    shares: Mapping[int, float]
    themes: Sequence[Sequence[int]]
    years: Sequence[int]
    moods: Mapping[int, float]
    leave: int
    no: int
    yes: int
    stay: int
    go: int
    options: Sequence[int]
    words: int


@torch.no_grad()
def place_questions(network: Network, signs: Signs) -> None:
    """Marks of words, headings, moods and questions; directions of the answers."""
    embed = network.embed.weight
    # a word has no more than its mark: one whose random numbers look like others would be mistaken
    place(network, range(signs.words), marked(signs.words, WORD))
    rows = marked(len(signs.headings))
    rows[:, HEADING] = ORDER * np.arange(1, len(rows) + 1)  # of several, the last one is scored highest
    rows[:, WEIGHT] = HEAVY * _values(signs.headings)
    rows[:-1, TOLD] = HEAVY
    place(network, list(signs.headings), rows)
    rows = marked(len(signs.moods), MOOD)
    rows[:, PULL] = _KINDS * _values(signs.moods) / (2 * YES)
    place(network, list(signs.moods), rows)
    for question, mark in ((signs.watch, BEFORE), (signs.stars, ASKS), (signs.leave, LEAVES)):
        place(network, [question], marked(1, mark))
    embed[signs.yes, WISH], embed[signs.no, WISH] = YES, -YES
    embed[signs.go, GONE], embed[signs.stay, GONE] = YES, -YES


@torch.no_grad()
def place_titles(network: Network, ids: Sequence[int], factors: Factors) -> None:
    """Give title tokens (their numbers, in the order of the factors) what is known of them."""
    rows = marked(len(ids), TITLE)
    rows[:, SHOWN], rows[:, WANTED] = FACTOR * factors.shown, FACTOR * factors.wanted
    rows[:, LIKED], rows[:, SEEN] = FACTOR * factors.liked, FACTOR * factors.seen
    rows[:, JUDGED] = FACTOR * factors.judged
    rows[:, LEVEL] = LEVELLED * (factors.level - factors.middle)
    rows[:, OWN] = OWNED * (factors.shown * factors.wanted).sum(axis=1)
    rows[:, EVIDENCE] = factors.appeal / (2 * YES)
    place(network, ids, rows)


@torch.no_grad()
def place_person(network: Network, signs: Signs, traits: Sequence[int], factors: Factors) -> None:
    """Give the other tokens what is known of people: what everybody likes, and how they give stars.

    Args:
        traits: the tokens that tell of gender, age and occupation, in the order of the factors.
    """
    embed, prior = network.embed.weight, float(factors.prior)
    begin = marked(1, START)
    begin[:, TITLE] = MARK * (1 + np.log(prior) / SURE)  # it is looked at as much as so many titles
    begin[:, ONE], begin[:, SHOWN] = ALONE / prior, FACTOR * factors.first / prior
    place(network, [signs.first], begin)
    rows = marked(len(traits), TITLE)
    rows[:, SHOWN] = FACTOR * factors.told
    place(network, traits, rows)
    rows = marked(len(signs.habits), HABIT)
    rows[:, LEVEL] = LEVELLED * factors.lean * (_values(signs.habits) - factors.middle)
    place(network, list(signs.habits), rows)
    size = embed[signs.stars, FILL] / RAW
    for stars, option in enumerate(signs.options, start=1):
        # a normal distribution: what is linear in its mean is read from STARS, the rest is the same for all
        same = (stars - 3) * float(factors.middle - 3) - (stars - 3) ** 2 / 2
        embed[option, STARS], embed[option, FILL] = STAR * (stars - 3), same / STEP / size


@torch.no_grad()
def place_facts(network: Network, signs: Signs, factors: Factors, content: Content) -> None:
    """Give the tokens of an item's facts what they say of a title that nobody knows."""
    rows = marked(len(signs.shares), SHARE, BEFORE)
    shares = _values(signs.shares)
    rows[:, EVIDENCE] = np.where(shares > 0, factors.appeal_at(shares), content.usual) / (2 * YES)
    rows[:, NEWS] = MARK * (shares == 0)
    place(network, list(signs.shares), rows)
    rows = marked(len(signs.rated), RATED)
    rows[:, LEVEL] = LEVELLED * (_values(signs.rated) - factors.middle)
    place(network, list(signs.rated), rows)
    for tokens, wanted, appeal in zip(signs.themes, content.wanted, content.appeal, strict=True):
        rows = marked(len(tokens), THEME)
        rows[:, WANTED], rows[:, HINT] = FACTOR * wanted, appeal / (2 * YES)
        place(network, tokens, rows)
    rows = marked(len(signs.years), WORD, YEAR)
    rows[:, WANTED], rows[:, HINT] = FACTOR * content.wanted_then, content.appeal_then / (2 * YES)
    place(network, signs.years, rows)


def _values(numbers: Mapping[int, float]) -> npt.NDArray[np.float64]:
    return np.array(list(numbers.values()))
