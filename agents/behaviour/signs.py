"""The tokens that the head start knows, and what is written into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from agents.behaviour.content import Content
from agents.behaviour.head_start import Factors
from agents.behaviour.marks import RAW, SURE, At, Size, marked, place
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
    place(network, range(signs.words), marked(signs.words, At.WORD))
    rows = marked(len(signs.headings))
    # of several, the last one is scored highest
    rows[:, At.HEADING] = Size.ORDER * np.arange(1, len(rows) + 1)
    rows[:, At.WEIGHT] = Size.HEAVY * _values(signs.headings)
    rows[:-1, At.TOLD] = Size.HEAVY
    place(network, list(signs.headings), rows)
    rows = marked(len(signs.moods), At.MOOD)
    rows[:, At.PULL] = _KINDS * _values(signs.moods) / (2 * Size.YES)
    place(network, list(signs.moods), rows)
    for question, mark in ((signs.watch, At.BEFORE), (signs.stars, At.ASKS), (signs.leave, At.LEAVES)):
        place(network, [question], marked(1, mark))
    embed[signs.yes, At.WISH], embed[signs.no, At.WISH] = Size.YES, -Size.YES
    embed[signs.go, At.GONE], embed[signs.stay, At.GONE] = Size.YES, -Size.YES


@torch.no_grad()
def place_titles(network: Network, ids: Sequence[int], factors: Factors) -> None:
    """Give title tokens (their numbers, in the order of the factors) what is known of them."""
    rows = marked(len(ids), At.TITLE)
    rows[:, At.SHOWN], rows[:, At.WANTED] = Size.FACTOR * factors.shown, Size.FACTOR * factors.wanted
    rows[:, At.LIKED], rows[:, At.SEEN] = Size.FACTOR * factors.liked, Size.FACTOR * factors.seen
    rows[:, At.JUDGED] = Size.FACTOR * factors.judged
    rows[:, At.LEVEL] = Size.LEVELLED * (factors.level - factors.middle)
    rows[:, At.OWN] = Size.OWNED * (factors.shown * factors.wanted).sum(axis=1)
    rows[:, At.EVIDENCE] = factors.appeal / (2 * Size.YES)
    place(network, ids, rows)


@torch.no_grad()
def place_person(network: Network, signs: Signs, traits: Sequence[int], factors: Factors) -> None:
    """Give the other tokens what is known of people: what everybody likes, and how they give stars.

    Args:
        traits: the tokens that tell of gender, age and occupation, in the order of the factors.
    """
    embed, prior = network.embed.weight, float(factors.prior)
    begin = marked(1, At.START)
    begin[:, At.TITLE] = Size.MARK * (1 + np.log(prior) / SURE)  # it is looked at as much as so many titles
    begin[:, At.ONE], begin[:, At.SHOWN] = Size.ALONE / prior, Size.FACTOR * factors.first / prior
    place(network, [signs.first], begin)
    rows = marked(len(traits), At.TITLE)
    rows[:, At.SHOWN] = Size.FACTOR * factors.told
    place(network, traits, rows)
    rows = marked(len(signs.habits), At.HABIT)
    rows[:, At.LEVEL] = Size.LEVELLED * factors.lean * (_values(signs.habits) - factors.middle)
    place(network, list(signs.habits), rows)
    size = embed[signs.stars, At.FILL] / RAW
    for stars, option in enumerate(signs.options, start=1):
        # a normal distribution: what is linear in its mean is read from STARS, the rest is the same
        same = (stars - 3) * float(factors.middle - 3) - (stars - 3) ** 2 / 2
        embed[option, At.STARS], embed[option, At.FILL] = Size.STAR * (stars - 3), same / STEP / size


@torch.no_grad()
def place_facts(network: Network, signs: Signs, factors: Factors, content: Content) -> None:
    """Give the tokens of an item's facts what they say of a title that nobody knows."""
    rows = marked(len(signs.shares), At.SHARE, At.BEFORE)
    shares = _values(signs.shares)
    rows[:, At.EVIDENCE] = np.where(shares > 0, factors.appeal_at(shares), content.usual) / (2 * Size.YES)
    rows[:, At.NEWS] = Size.MARK * (shares == 0)
    place(network, list(signs.shares), rows)
    rows = marked(len(signs.rated), At.RATED)
    rows[:, At.LEVEL] = Size.LEVELLED * (_values(signs.rated) - factors.middle)
    place(network, list(signs.rated), rows)
    for tokens, wanted, appeal in zip(signs.themes, content.wanted, content.appeal, strict=True):
        rows = marked(len(tokens), At.THEME)
        rows[:, At.WANTED], rows[:, At.HINT] = Size.FACTOR * wanted, appeal / (2 * Size.YES)
        place(network, tokens, rows)
    rows = marked(len(signs.years), At.WORD, At.YEAR)
    rows[:, At.WANTED], rows[:, At.HINT] = (
        Size.FACTOR * content.wanted_then,
        content.appeal_then / (2 * Size.YES),
    )
    place(network, signs.years, rows)


def _values(numbers: Mapping[int, float]) -> npt.NDArray[np.float64]:
    return np.array(list(numbers.values()))
