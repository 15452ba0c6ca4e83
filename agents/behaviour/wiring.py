"""A head start: before anything else is learned, the network already is the factor model of its titles.

A network with random weights first has to find out that films of a profile say something about the film
asked about, which costs most of a short training. Here the first two layers begin as a circuit that
computes what ``agents/behaviour/head_start.py`` has learned, and nothing else; learning starts from there.

Watching, at a title: one attention head takes the mean of ``shown`` over all titles, and the feed-forward
part multiplies it with ``wanted``, less the title's own part in the mean. Stars, at the question for them: a
second head lets each title know the heading it stands under, a third one fetches ``judged`` of the title
asked about; the second layer takes the mean of what titles are worth under their headings, and multiplies.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
import torch

from agents.behaviour.head_start import FACTORS, STAR_FACTORS, Factors
from agents.behaviour.network import Layer, Network
from simenv.types import FloatArray

SHOWN = slice(0, FACTORS)
WANTED = slice(FACTORS, 2 * FACTORS)
LIKED, SEEN, JUDGED, TASTE = (
    slice(start, start + STAR_FACTORS)
    for start in range(2 * FACTORS, 2 * FACTORS + 4 * STAR_FACTORS, STAR_FACTORS)
)
TITLE, HEADING, WEIGHT, TOLD, OWN, ONE, EVIDENCE, STARS, ASKS, FILL = range(TASTE.stop, TASTE.stop + 10)
"""Dimensions in which a token has what its name says. The answers read EVIDENCE and STARS, and FILL makes all
tokens of the circuit equally long, so that the norms in front of the layers change nothing about them."""
WIDTH = FILL + 1

_RAW = 0.07
"""What one of the units that layers see behind their norms, in which the sizes below are, is before them."""
_FACTOR, _TITLE, _HEADING, _WEIGHT, _ASKS, _OWN = 0.5, 3.6, 1.5, 1.5, 3.6, 0.12
_ONE, _YES, _STAR = 6.0, 1.2, 0.6
_MEAN = 1.5
"""How much larger than a title's own factors the mean of all is written beside them."""
_SURE = 9.0
"""How much higher than others, in logits, a head scores what it looks for."""
_STEP = 1.0
"""Stars that multiply the odds of one star more by e: about the variance around a good guess."""
_TURNS = 8
"""How many of the fastest rotary pairs tell how far back a token is."""


@dataclass(frozen=True)
class Signs:
    """Numbers of the tokens that the circuit knows.

    Args:
        first: the token with which everything begins.
        headings: the weight of titles under each heading, by token, in the order in which they stand; the
            last one is that of the page, where nothing is told of what was seen.
        stars: the question for stars, which stands ``behind`` tokens behind the title.
        no, yes: answers.
        options: answers of 1 to 5 stars.
    """

    first: int
    headings: Mapping[int, float]
    stars: int
    behind: int
    no: int
    yes: int
    options: Sequence[int]


@torch.no_grad()
def place_titles(network: Network, ids: Sequence[int], factors: Factors) -> None:
    """Give title tokens (their numbers, in the order of the factors) what is known of them."""
    own = (factors.shown * factors.wanted).sum(axis=1)  # a title also meets its own factors
    rows = np.zeros((len(ids), WIDTH), dtype=np.float32)
    rows[:, SHOWN], rows[:, WANTED] = _FACTOR * factors.shown, _FACTOR * factors.wanted
    rows[:, LIKED], rows[:, SEEN] = _FACTOR * factors.liked, _FACTOR * factors.seen
    rows[:, JUDGED] = _FACTOR * factors.judged
    rows[:, TITLE] = _TITLE
    rows[:, OWN] = _OWN * own
    rows[:, EVIDENCE] = (factors.appeal - own / _MEAN) / (2 * _YES)
    _place(network, ids, rows)


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
    slow, fast = {size // 2 - 1: 0.0}, network.rates()[:_TURNS].tolist()
    back = {pair: signs.behind * rate for pair, rate in enumerate(fast)}
    _look(first, heads[0], (TITLE, _TITLE), (TITLE, _TITLE), slow, _SURE)
    _carry(first, heads[0], SHOWN, SHOWN, _MEAN)
    _look(first, heads[1], (TITLE, _TITLE), (HEADING, _HEADING), slow, _SURE)
    _carry(first, heads[1], slice(WEIGHT, TOLD + 1), slice(WEIGHT, TOLD + 1), 1.0)
    _look(first, heads[2], (ASKS, _ASKS), (TITLE, _TITLE), back, 2 * _SURE)
    _carry(first, heads[2], JUDGED, JUDGED, 1.0)
    _look(first, heads[3], (TITLE, _TITLE), (TITLE, _TITLE), slow, _SURE)
    _carry(first, heads[3], slice(ONE, ONE + 1), slice(ONE, ONE + 1), 1.0)
    units = count()
    for factor in range(FACTORS):
        pair = SHOWN.start + factor, WANTED.start + factor
        _multiply(first, units, pair, EVIDENCE, 1 / (_FACTOR**2 * _MEAN * 2 * _YES))
    _multiply(first, units, (ONE, OWN), EVIDENCE, -1 / (_ONE * _OWN * 2 * _YES))
    for factor in range(STAR_FACTORS):
        _multiply(first, units, (WEIGHT, LIKED.start + factor), TASTE.start + factor, 1 / _WEIGHT)
        _multiply(first, units, (TOLD, SEEN.start + factor), TASTE.start + factor, 1 / _WEIGHT)
    _look(second, heads[0], (ASKS, _ASKS), (TITLE, _TITLE), slow, _SURE)
    _carry(second, heads[0], TASTE, LIKED, 1.0)
    units = count()
    for factor in range(STAR_FACTORS):
        pair = LIKED.start + factor, JUDGED.start + factor
        _multiply(second, units, pair, STARS, 1 / (_FACTOR**2 * _STAR * _STEP))


def _place_signs(network: Network, signs: Signs) -> None:
    """Marks of headings and of the question for stars; directions of the answers."""
    rows = np.zeros((len(signs.headings), WIDTH), dtype=np.float32)
    rows[:, HEADING] = _HEADING * np.arange(1, len(rows) + 1)  # of several, the last one is scored highest
    rows[:, WEIGHT] = _WEIGHT * np.array(list(signs.headings.values()))
    rows[:-1, TOLD] = _WEIGHT
    _place(network, list(signs.headings), rows)
    begin = np.zeros((1, WIDTH), dtype=np.float32)
    begin[:, TITLE], begin[:, ONE] = _TITLE, _ONE  # counted as a title that says nothing
    _place(network, [signs.first], begin)
    asks = np.zeros((1, WIDTH), dtype=np.float32)
    asks[:, ASKS] = _ASKS
    _place(network, [signs.stars], asks)
    embed = network.embed.weight
    embed[signs.yes, EVIDENCE], embed[signs.no, EVIDENCE] = _YES, -_YES
    for stars, option in enumerate(signs.options, start=1):
        embed[option, STARS] = _STAR * (stars - 3)


def _place(network: Network, ids: Sequence[int], rows: FloatArray) -> None:
    """Write the circuit's dimensions of some tokens; the last one makes all of them equally long."""
    embed, numbers = network.embed.weight, torch.tensor(ids)
    room = embed.shape[1] - (embed[numbers, WIDTH:].numpy() / _RAW) ** 2 @ np.ones(embed.shape[1] - WIDTH)
    used = (rows**2).sum(axis=1)
    rows *= np.sqrt(np.minimum(1, room / np.maximum(used, 1e-9)))[:, None]
    rows[:, FILL] = np.sqrt(np.maximum(room - (rows**2).sum(axis=1), 0))
    embed[numbers, :WIDTH] = torch.from_numpy(rows.astype(np.float32)) * _RAW


def _look(
    layer: Layer,
    head: slice,
    who: tuple[int, float],
    at: tuple[int, float],
    turned: Mapping[int, float],
    sure: float,
) -> None:
    """Tokens with one mark (dimension, size) look at those with another, in proportion to their size.

    Args:
        turned: rotary pairs that share the work, each turned by so much (radians): with rate times distance,
            what is that far back is scored highest.
        sure: the logit.
    """
    half = (head.stop - head.start) // 2
    strength = (sure * (2 * half) ** 0.5 / len(turned) / who[1] / at[1]) ** 0.5
    layer.query.weight[head] = layer.key.weight[head] = 0
    for pair, angle in turned.items():
        row = head.start + pair
        layer.query.weight[row, who[0]] = strength
        layer.key.weight[row, at[0]] = strength * math.cos(angle)
        layer.key.weight[row + half, at[0]] = strength * math.sin(angle)


def _carry(layer: Layer, head: slice, source: slice, target: slice, size: float) -> None:
    """What a head reads of the tokens that it looks at, and where it adds it."""
    layer.value.weight[head] = 0
    for at, (read, write) in enumerate(zip(_dimensions(source), _dimensions(target), strict=True)):
        layer.value.weight[head.start + at, read] = 1
        layer.out.weight[write, head.start + at] = size * _RAW


def _multiply(layer: Layer, units: Iterator[int], pair: tuple[int, int], target: int, size: float) -> None:
    """Two hidden units: silu(x) y - silu(-x) y is exactly x times y."""
    for sign in (1.0, -1.0):
        unit = next(units)
        layer.gate.weight[unit] = layer.up.weight[unit] = 0
        layer.gate.weight[unit, pair[0]] = sign
        layer.up.weight[unit, pair[1]] = 1
        layer.down.weight[target, unit] = sign * size * _RAW


def _dimensions(block: slice) -> range:
    return range(block.start, block.stop)
