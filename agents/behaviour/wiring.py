"""A head start: before anything else is learned, the network already is the factor model of its titles.

A network with random weights first has to find out that films of a profile say something about the film
asked about, which costs most of a short training. Here the first two layers begin as a circuit that
computes what ``agents/behaviour/head_start.py`` has learned, and nothing else; learning starts from there.

Watching, at a title: one attention head takes the mean of ``shown`` over all titles, and the feed-forward
part multiplies it with ``wanted``, less the title's own part in the mean. Stars, at the question for them: a
second head lets each title know the heading it stands under; the second layer takes the mean of what titles
are worth under their headings, fetches ``judged`` of the title asked about, and multiplies; the stars that it
gets on average and those that the person gives are added. That title is marked by the question in front of
it, so that whatever is said behind it can look back and find it: such words must not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
import torch

from agents.behaviour.content import Content
from agents.behaviour.head_start import FACTORS, STAR_FACTORS, Factors
from agents.behaviour.network import Layer, Network
from simenv.types import FloatArray

SHOWN = slice(0, FACTORS)
WANTED = slice(FACTORS, 2 * FACTORS)
LIKED, SEEN, JUDGED, TASTE = (
    slice(start, start + STAR_FACTORS)
    for start in range(2 * FACTORS, 2 * FACTORS + 4 * STAR_FACTORS, STAR_FACTORS)
)
BLOCK = 32
"""So many neighbours share their steps when quantised: what is large must not stand beside what is small."""
_MARKS = -(-TASTE.stop // BLOCK) * BLOCK
TITLE, HEADING, WEIGHT, TOLD, OWN, ONE, EVIDENCE, WISH, STARS = range(_MARKS, _MARKS + 9)
LEVEL, ASKS, WORD, BEFORE, ASKED, HABIT, SHARE, RATED = range(_MARKS + 9, _MARKS + 17)
THEME, YEAR, HINT, NEWS, START = range(_MARKS + 17, _MARKS + 22)
"""Dimensions in which a token has what its name says. The answers read WISH and STARS."""
WIDTH = START + 1
FILL = -1
"""The last dimension makes all tokens of the circuit equally long, so that the norms in front of the layers
change nothing about them. It stands in a block of its own."""

_RAW = 0.07
"""What one of the units that layers see behind their norms, in which the sizes below are, is before them."""
_FACTOR, _TITLE, _HEADING, _WEIGHT, _ASKS, _OWN = 0.5, 3.6, 1.5, 1.5, 3.6, 0.12
_WORD, _BEFORE, _HABIT, _SHARE, _RATED, _LEVEL = 3.6, 3.6, 3.6, 3.6, 3.6, 3.0
_THEME, _YEAR, _NEWS, _START = 3.6, 3.6, 3.6, 3.6
_ONE, _YES, _STAR = 6.0, 1.2, 0.6
_MEAN = 1.5
"""How much larger than a title's own factors the mean of all is written beside them."""
_SURE = 9.0
"""How much higher than others, in logits, a head scores what it looks for."""
_SURER, _ELSE = 40.0, 2.0
"""The same for a head that looks back to the title; where that is spelled, it finds the item's popularity or
mean rating instead, which count so much less."""
_STEP = 0.75
"""Stars that multiply the odds of one star more by e: about the variance around a good guess."""


Marks = Sequence[tuple[int, float]]
"""Dimensions, and how large each is in tokens that are marked in it."""


@dataclass(frozen=True)
class Signs:
    """Numbers of the tokens that the circuit knows.

    Args:
        first: the token with which everything begins.
        headings: the weight of titles under each heading, by token, in the order in which they stand; the
            last one is that of the page, where nothing is told of what was seen.
        watch, stars: the questions for watching, which stands before the title, and for stars.
        words: how many tokens are no titles; they come first.
        habits, rated: the mean stars that a token says somebody gives, or an item gets, by token.
        shares: the share of people that a token says have seen an item, by token.
        themes: the tokens of an item's themes: for each theme, all that name it.
        years: the tokens of ``YEARS``, with which titles end.
        no, yes: answers.
        options: answers of 1 to 5 stars.
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
    no: int
    yes: int
    options: Sequence[int]
    words: int


@torch.no_grad()
def place_titles(network: Network, ids: Sequence[int], factors: Factors) -> None:
    """Give title tokens (their numbers, in the order of the factors) what is known of them."""
    own = (factors.shown * factors.wanted).sum(axis=1)
    rows = np.zeros((len(ids), WIDTH), dtype=np.float32)
    rows[:, SHOWN], rows[:, WANTED] = _FACTOR * factors.shown, _FACTOR * factors.wanted
    rows[:, LIKED], rows[:, SEEN] = _FACTOR * factors.liked, _FACTOR * factors.seen
    rows[:, JUDGED] = _FACTOR * factors.judged
    rows[:, TITLE] = _TITLE
    rows[:, LEVEL] = _LEVEL * (factors.level - factors.middle)
    rows[:, OWN] = _OWN * own
    rows[:, EVIDENCE] = factors.appeal / (2 * _YES)
    _place(network, ids, rows)


@torch.no_grad()
def place_person(network: Network, signs: Signs, traits: Sequence[int], factors: Factors) -> None:
    """Give the other tokens what is known of people: what everybody likes, and how they give stars.

    Args:
        traits: the tokens that tell of gender, age and occupation, in the order of the factors.
    """
    embed, prior = network.embed.weight, float(factors.prior)
    begin = np.zeros((1, WIDTH), dtype=np.float32)
    begin[:, TITLE] = _TITLE * (1 + np.log(prior) / _SURE)  # it is looked at as much as so many titles
    begin[:, START], begin[:, ONE], begin[:, SHOWN] = _START, _ONE / prior, _FACTOR * factors.first / prior
    _place(network, [signs.first], begin)
    rows = np.zeros((len(traits), WIDTH), dtype=np.float32)
    rows[:, TITLE], rows[:, SHOWN] = _TITLE, _FACTOR * factors.told
    _place(network, traits, rows)
    rows = np.zeros((len(signs.habits), WIDTH), dtype=np.float32)
    rows[:, HABIT] = _HABIT
    rows[:, LEVEL] = _LEVEL * factors.lean * (np.array(list(signs.habits.values())) - factors.middle)
    _place(network, list(signs.habits), rows)
    _place_numbers(network, signs, factors)
    size = embed[signs.stars, FILL] / _RAW
    for stars, option in enumerate(signs.options, start=1):
        # a normal distribution: what is linear in its mean is read from STARS, the rest is the same for all
        same = (stars - 3) * float(factors.middle - 3) - (stars - 3) ** 2 / 2
        embed[option, STARS], embed[option, FILL] = _STAR * (stars - 3), same / _STEP / size


@torch.no_grad()
def place_content(network: Network, signs: Signs, content: Content) -> None:
    """Give the tokens of themes and years what they say of a title that nobody knows."""
    for tokens, wanted, appeal in zip(signs.themes, content.wanted, content.appeal, strict=True):
        rows = np.zeros((len(tokens), WIDTH), dtype=np.float32)
        rows[:, THEME], rows[:, WANTED], rows[:, HINT] = _THEME, _FACTOR * wanted, appeal / (2 * _YES)
        _place(network, tokens, rows)
    rows = np.zeros((len(signs.years), WIDTH), dtype=np.float32)
    rows[:, WORD], rows[:, YEAR], rows[:, WANTED] = _WORD, _YEAR, _FACTOR * content.wanted_then
    rows[:, HINT] = content.appeal_then / (2 * _YES)
    _place(network, signs.years, rows)
    nobody = [token for token, share in signs.shares.items() if share == 0]
    rows = np.zeros((len(nobody), WIDTH), dtype=np.float32)
    rows[:, SHARE], rows[:, BEFORE], rows[:, NEWS] = _SHARE, _BEFORE, _NEWS
    rows[:, EVIDENCE] = content.usual / (2 * _YES)
    _place(network, nobody, rows)


def _place_numbers(network: Network, signs: Signs, factors: Factors) -> None:
    """What an item's popularity and mean rating say of it, where its title says nothing."""
    rows = np.zeros((len(signs.shares), WIDTH), dtype=np.float32)
    rows[:, SHARE], rows[:, BEFORE] = _SHARE, _BEFORE
    rows[:, EVIDENCE] = factors.appeal_at(np.array(list(signs.shares.values()))) / (2 * _YES)
    _place(network, list(signs.shares), rows)
    rows = np.zeros((len(signs.rated), WIDTH), dtype=np.float32)
    rows[:, RATED] = _RATED
    rows[:, LEVEL] = _LEVEL * (np.array(list(signs.rated.values())) - factors.middle)
    _place(network, list(signs.rated), rows)


@torch.no_grad()
def wire(network: Network, signs: Signs) -> None:
    """Make the first two layers the circuit, and nothing but the circuit."""
    for layer in network.layers:
        layer.out.weight.zero_()
        layer.down.weight.zero_()
    _place_signs(network, signs)
    first, second = network.layers[0], network.layers[1]
    size = network.shape.width // network.shape.heads
    heads = [slice(at, at + size) for at in range(0, network.shape.width, size)]
    title, word, asks = (TITLE, _TITLE), (WORD, _WORD), (ASKS, _ASKS)
    asked, share, year = (ASKED, _BEFORE), (SHARE, _SHARE), (YEAR, _YEAR)
    _look(first, heads[0], [title, share, year], [title], _SURE)
    _carry(first, heads[0], (SHOWN, SHOWN, _MEAN), (_only(ONE), _only(ONE), 1.0))
    _look(first, heads[1], [title], [(HEADING, _HEADING)], _SURE)
    _carry(first, heads[1], (slice(WEIGHT, TOLD + 1), slice(WEIGHT, TOLD + 1), 1.0))
    _look(first, heads[2], [title], [(BEFORE, _BEFORE)], _SURER)
    _carry(first, heads[2], (_only(BEFORE), _only(ASKED), 1.0))
    # where no themes are told it finds itself, and titles and words the first token: all these want nothing
    others, itself = ((TITLE, -_TITLE), (WORD, -_WORD)), (SHARE, _ELSE * _SHARE)
    _look(first, heads[3], [share, *others], [(THEME, _THEME), itself, (START, -_START)], _SURER)
    _carry(first, heads[3], (WANTED, WANTED, 1.0), (_only(HINT), _only(HINT), 1.0))
    units = count()
    for factor in range(FACTORS):
        pair = SHOWN.start + factor, WANTED.start + factor
        _multiply(first, units, pair, EVIDENCE, 1 / (_FACTOR**2 * _MEAN * 2 * _YES))
    # a title also meets its own factors, beside the mean and in it: large numbers, in a block of their own
    units = count(-(-next(units) // BLOCK) * BLOCK)
    _multiply(first, units, (TITLE, OWN), EVIDENCE, -1 / (_TITLE * _OWN * _MEAN * 2 * _YES))
    _multiply(first, units, (ONE, OWN), EVIDENCE, -1 / (_ONE * _OWN * 2 * _YES))
    _multiply(first, units, (NEWS, HINT), EVIDENCE, 1 / _NEWS)
    units = count(-(-next(units) // BLOCK) * BLOCK)
    for factor in range(STAR_FACTORS):
        _multiply(first, units, (WEIGHT, LIKED.start + factor), TASTE.start + factor, 1 / _WEIGHT)
        _multiply(first, units, (TOLD, SEEN.start + factor), TASTE.start + factor, 1 / _WEIGHT)
    _look(second, heads[0], [asks], [title], _SURE)
    _carry(second, heads[0], (TASTE, LIKED, 1.0))
    _look(second, heads[1], [title, word], [asked, (SHARE, _ELSE * _SHARE)], _SURER)
    found = ((_only(mark), _only(mark), 1.0) for mark in (SHARE, NEWS))
    _carry(second, heads[1], (_only(EVIDENCE), _only(WISH), 1.0), *found)
    _look(second, heads[2], [asks], [asked, (RATED, _ELSE * _RATED)], _SURER)
    given = _only(LEVEL), _only(STARS), 1 / (_LEVEL * _STAR * _STEP)
    _carry(second, heads[2], (JUDGED, JUDGED, 1.0), given)
    _look(second, heads[3], [asks], [(HABIT, _HABIT)], _SURER)
    _carry(second, heads[3], given)
    units = count()
    _multiply(second, units, (SHARE, EVIDENCE), WISH, 1 / _SHARE)
    _multiply(second, units, (NEWS, HINT), WISH, 1 / _NEWS)
    units = count(BLOCK)
    for factor in range(STAR_FACTORS):
        pair = LIKED.start + factor, JUDGED.start + factor
        _multiply(second, units, pair, STARS, 1 / (_FACTOR**2 * _STAR * _STEP))


def _place_signs(network: Network, signs: Signs) -> None:
    """Marks of words, of headings and of both questions; directions of the answers."""
    embed = network.embed.weight
    rows = np.zeros((signs.words, WIDTH), dtype=np.float32)
    rows[:, WORD] = _WORD  # and nothing else: a word whose random numbers look like a mark would be mistaken
    _place(network, range(signs.words), rows)
    rows = np.zeros((len(signs.headings), WIDTH), dtype=np.float32)
    rows[:, HEADING] = _HEADING * np.arange(1, len(rows) + 1)  # of several, the last one is scored highest
    rows[:, WEIGHT] = _WEIGHT * np.array(list(signs.headings.values()))
    rows[:-1, TOLD] = _WEIGHT
    _place(network, list(signs.headings), rows)
    asks = np.zeros((1, WIDTH), dtype=np.float32)
    asks[:, ASKS] = _ASKS
    _place(network, [signs.stars], asks)
    before = np.zeros((1, WIDTH), dtype=np.float32)
    before[:, BEFORE] = _BEFORE
    _place(network, [signs.watch], before)
    embed[signs.yes, WISH], embed[signs.no, WISH] = _YES, -_YES


def _place(network: Network, ids: Sequence[int], rows: FloatArray) -> None:
    """Write the circuit's dimensions of some tokens, and make all of them equally long."""
    embed, numbers = network.embed.weight, torch.tensor(ids)
    room = embed.shape[1] - ((embed[numbers, WIDTH:FILL].numpy() / _RAW) ** 2).sum(axis=1)
    used = (rows**2).sum(axis=1)
    rows *= np.sqrt(np.minimum(1, room / np.maximum(used, 1e-9)))[:, None]
    rest = np.sqrt(np.maximum(room - (rows**2).sum(axis=1), 0))
    embed[numbers, :WIDTH] = torch.from_numpy(rows.astype(np.float32)) * _RAW
    embed[numbers, FILL] = torch.from_numpy(rest.astype(np.float32)) * _RAW


def _look(
    layer: Layer,
    head: slice,
    who: Marks,
    at: Marks,
    sure: float,
) -> None:
    """Tokens with one of some marks look at those with one of others, scored so high, wherever they stand."""
    width = head.stop - head.start
    strength = (sure * width**0.5) ** 0.5
    layer.query.weight[head] = layer.key.weight[head] = 0
    slowest = head.start + width // 2 - 1  # the rotary pair that hardly turns with the distance
    for mark, size in who:
        layer.query.weight[slowest, mark] = strength / size
    for mark, size in at:
        layer.key.weight[slowest, mark] = strength / size


def _carry(layer: Layer, head: slice, *ways: tuple[slice, slice, float]) -> None:
    """What a head reads of the tokens that it looks at, where it adds it, and how much larger."""
    layer.value.weight[head] = 0
    row = count(head.start)
    for source, target, size in ways:
        for read, write in zip(_dimensions(source), _dimensions(target), strict=True):
            at = next(row)
            layer.value.weight[at, read] = 1
            layer.out.weight[write, at] = size * _RAW


def _multiply(layer: Layer, units: Iterator[int], pair: tuple[int, int], target: int, size: float) -> None:
    """Two hidden units: silu(x) y - silu(-x) y is exactly x times y."""
    for sign in (1.0, -1.0):
        unit = next(units)
        layer.gate.weight[unit] = layer.up.weight[unit] = 0
        layer.gate.weight[unit, pair[0]] = sign
        layer.up.weight[unit, pair[1]] = 1
        layer.down.weight[target, unit] = sign * size * _RAW


def _only(dimension: int) -> slice:
    return slice(dimension, dimension + 1)


def _dimensions(block: slice) -> range:
    return range(block.start, block.stop)
