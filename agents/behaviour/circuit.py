"""A head start: before anything else is learned, the network already is the factor model of its titles.

A network with random weights first has to find out that films of a profile say something about the film
asked about, which costs most of a short training. Here the first two layers begin as a circuit that
computes what ``agents/behaviour/head_start.py`` has learned, and nothing else; learning starts from there.

Watching, at a title: one attention head takes the mean of ``shown`` over all titles and traits, and the
feed-forward part multiplies it with ``wanted``, less the title's own part in the mean. A title that nobody
knows is judged where its popularity is told, by its themes, and where it ends with a year. Stars, at the
question for them: a second head lets each title know the heading it stands under; the second layer takes
the mean of what titles are worth under their headings, fetches ``judged`` of the title asked about, and
multiplies; the stars that it gets on average and those that the person gives are added. That title is
marked by what stands in front of it, so that whatever is said behind it can look back and find it: such
words must not count. Leaving, at its question: what activity and mood say is added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

import torch

from agents.behaviour.head_start import FACTORS, STAR_FACTORS
from agents.behaviour.marks import (
    ALONE,
    ASKED,
    ASKS,
    BEFORE,
    BLOCK,
    EVIDENCE,
    FACTOR,
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
    SURER,
    TASTE,
    THEME,
    TITLE,
    TOLD,
    WANTED,
    WEIGHT,
    WISH,
    WORD,
    YEAR,
    YES,
)
from agents.behaviour.network import Layer, Network
from agents.behaviour.signs import STEP, Signs, place_questions

Marks = Sequence[tuple[int, float]]
"""Dimensions, and how large each is in tokens that are marked in it."""
_MEAN = 1.5
"""How much larger than a title's own factors the mean of all is written beside them."""
_ELSE = 2.0
"""By how much less a head looks for what it finds where what it looks for is missing."""


@torch.no_grad()
def wire(network: Network, signs: Signs) -> None:
    """Make the first two layers the circuit, and nothing but the circuit."""
    for layer in network.layers:
        layer.out.weight.zero_()
        layer.down.weight.zero_()
    place_questions(network, signs)
    size = network.shape.width // network.shape.heads
    heads = [slice(at, at + size) for at in range(0, network.shape.width, size)]
    for layer, parts in zip(network.layers, (_FIRST, _SECOND), strict=False):
        layer.query.weight.zero_()
        layer.key.weight.zero_()
        for part in parts:
            part(layer, heads)


def _taste(layer: Layer, heads: Sequence[slice]) -> None:
    """What the titles of the profile show, times what an item wants."""
    mean_of = [(TITLE, MARK), (SHARE, MARK), (YEAR, MARK)]
    _look(layer, heads[0], mean_of, [(TITLE, MARK)], SURE)
    _carry(layer, heads[0], (SHOWN, SHOWN, _MEAN), (_only(ONE), _only(ONE), 1.0))
    units: Iterator[int] = count()
    for factor in range(FACTORS):
        pair = SHOWN.start + factor, WANTED.start + factor
        _multiply(layer, units, pair, EVIDENCE, 1 / (FACTOR**2 * _MEAN * 2 * YES))
    # a title also meets its own factors, beside the mean and in it: large numbers, in a block of their own
    units = _block_after(units)
    _multiply(layer, units, (TITLE, OWN), EVIDENCE, -1 / (MARK * OWNED * _MEAN * 2 * YES))
    _multiply(layer, units, (ONE, OWN), EVIDENCE, -1 / (ALONE * OWNED * 2 * YES))
    _multiply(layer, units, (NEWS, HINT), EVIDENCE, 1 / MARK)
    units = _block_after(units)
    for factor in range(STAR_FACTORS):
        _multiply(layer, units, (WEIGHT, LIKED.start + factor), TASTE.start + factor, 1 / HEAVY)
        _multiply(layer, units, (TOLD, SEEN.start + factor), TASTE.start + factor, 1 / HEAVY)


def _headings(layer: Layer, heads: Sequence[slice]) -> None:
    """Titles know the last heading before them, and whether they are asked about."""
    _look(layer, heads[1], [(TITLE, MARK)], [(HEADING, ORDER)], SURE)
    _carry(layer, heads[1], (slice(WEIGHT, TOLD + 1), slice(WEIGHT, TOLD + 1), 1.0))
    _look(layer, heads[2], [(TITLE, MARK)], [(BEFORE, MARK)], SURER)
    _carry(layer, heads[2], (_only(BEFORE), _only(ASKED), 1.0))


def _themes(layer: Layer, heads: Sequence[slice]) -> None:
    """Where popularity is told, the item's themes are known too."""
    # without themes it finds itself, and titles and words find the first token: all these want nothing
    others, itself = ((TITLE, -MARK), (WORD, -MARK)), (SHARE, _ELSE * MARK)
    _look(layer, heads[3], [(SHARE, MARK), *others], [(THEME, MARK), itself, (START, -MARK)], SURER)
    _carry(layer, heads[3], (WANTED, WANTED, 1.0), (_only(HINT), _only(HINT), 1.0))


def _wish(layer: Layer, heads: Sequence[slice]) -> None:
    """The end of a question finds the title's evidence, or, where that is spelled, that of its facts."""
    known = (ASKED, MARK)
    _look(layer, heads[1], [(TITLE, MARK), (WORD, MARK)], [known, (SHARE, _ELSE * MARK)], SURER)
    found = ((_only(mark), _only(mark), 1.0) for mark in (SHARE, NEWS))
    _carry(layer, heads[1], (_only(EVIDENCE), _only(WISH), 1.0), *found)
    units = count()
    _multiply(layer, units, (SHARE, EVIDENCE), WISH, 1 / MARK)
    _multiply(layer, units, (NEWS, HINT), WISH, 1 / MARK)


def _stars(layer: Layer, heads: Sequence[slice]) -> None:
    """What titles are worth under their headings, times how the item is judged; levels; and leaving."""
    asks, given = [(ASKS, MARK)], (_only(LEVEL), _only(STARS), 1 / (LEVELLED * STAR * STEP))
    _look(layer, heads[0], asks, [(TITLE, MARK)], SURE)
    _carry(layer, heads[0], (TASTE, LIKED, 1.0))
    _look(layer, heads[2], asks, [(ASKED, MARK), (RATED, _ELSE * MARK)], SURER)
    _carry(layer, heads[2], (JUDGED, JUDGED, 1.0), given)
    _look(layer, heads[3], asks, [(HABIT, MARK)], SURER)
    _look(layer, heads[3], [(LEAVES, MARK)], [(MOOD, MARK)], SURER, pair=1)
    _carry(layer, heads[3], given, (_only(PULL), _only(GONE), 1.0))
    units = count(BLOCK)
    for factor in range(STAR_FACTORS):
        pair = LIKED.start + factor, JUDGED.start + factor
        _multiply(layer, units, pair, STARS, 1 / (FACTOR**2 * STAR * STEP))


_FIRST, _SECOND = (_taste, _headings, _themes), (_wish, _stars)


def _look(layer: Layer, head: slice, who: Marks, at: Marks, sure: float, pair: int = 0) -> None:
    """Tokens with one of some marks look at those with one of others, scored so high, wherever they stand.

    A head that has several such rules has each in another of the rotary pairs that hardly turn with distance.
    """
    width = head.stop - head.start
    strength = (sure * width**0.5) ** 0.5
    slow = head.start + width // 2 - 1 - pair
    for mark, size in who:
        layer.query.weight[slow, mark] = strength / size
    for mark, size in at:
        layer.key.weight[slow, mark] = strength / size


def _carry(layer: Layer, head: slice, *ways: tuple[slice, slice, float]) -> None:
    """What a head reads of the tokens that it looks at, where it adds it, and how much larger."""
    layer.value.weight[head] = 0
    row = count(head.start)
    for source, target, size in ways:
        for read, write in zip(_dimensions(source), _dimensions(target), strict=True):
            at = next(row)
            layer.value.weight[at, read] = 1
            layer.out.weight[write, at] = size * RAW


def _multiply(layer: Layer, units: Iterator[int], pair: tuple[int, int], target: int, size: float) -> None:
    """Two hidden units: silu(x) y - silu(-x) y is exactly x times y."""
    for sign in (1.0, -1.0):
        unit = next(units)
        layer.gate.weight[unit] = layer.up.weight[unit] = 0
        layer.gate.weight[unit, pair[0]] = sign
        layer.up.weight[unit, pair[1]] = 1
        layer.down.weight[target, unit] = sign * size * RAW


def _block_after(units: Iterator[int]) -> Iterator[int]:
    """Hidden units from the next block on: those of one block share their steps when quantised."""
    return count(-(-next(units) // BLOCK) * BLOCK)


def _only(dimension: int) -> slice:
    return slice(dimension, dimension + 1)


def _dimensions(block: slice) -> range:
    return range(block.start, block.stop)
