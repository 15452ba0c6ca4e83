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
from agents.behaviour.marks import BLOCK, RAW, SURE, SURER, At, Size
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
    mean_of = [(At.TITLE, Size.MARK), (At.SHARE, Size.MARK), (At.YEAR, Size.MARK)]
    _look(layer, heads[0], mean_of, [(At.TITLE, Size.MARK)], SURE)
    _carry(layer, heads[0], (At.SHOWN, At.SHOWN, _MEAN), (_only(At.ONE), _only(At.ONE), 1.0))
    units: Iterator[int] = count()
    for factor in range(FACTORS):
        pair = At.SHOWN.start + factor, At.WANTED.start + factor
        _multiply(layer, units, pair, At.EVIDENCE, 1 / (Size.FACTOR**2 * _MEAN * 2 * Size.YES))
    # a title also meets its own factors, beside the mean and in it: large numbers, in a block of their own
    units = _block_after(units)
    _multiply(
        layer, units, (At.TITLE, At.OWN), At.EVIDENCE, -1 / (Size.MARK * Size.OWNED * _MEAN * 2 * Size.YES)
    )
    _multiply(layer, units, (At.ONE, At.OWN), At.EVIDENCE, -1 / (Size.ALONE * Size.OWNED * 2 * Size.YES))
    _multiply(layer, units, (At.NEWS, At.HINT), At.EVIDENCE, 1 / Size.MARK)
    units = _block_after(units)
    for factor in range(STAR_FACTORS):
        _multiply(layer, units, (At.WEIGHT, At.LIKED.start + factor), At.TASTE.start + factor, 1 / Size.HEAVY)
        _multiply(layer, units, (At.TOLD, At.SEEN.start + factor), At.TASTE.start + factor, 1 / Size.HEAVY)


def _headings(layer: Layer, heads: Sequence[slice]) -> None:
    """Titles know the last heading before them, and whether they are asked about."""
    _look(layer, heads[1], [(At.TITLE, Size.MARK)], [(At.HEADING, Size.ORDER)], SURE)
    _carry(layer, heads[1], (slice(At.WEIGHT, At.TOLD + 1), slice(At.WEIGHT, At.TOLD + 1), 1.0))
    _look(layer, heads[2], [(At.TITLE, Size.MARK)], [(At.BEFORE, Size.MARK)], SURER)
    _carry(layer, heads[2], (_only(At.BEFORE), _only(At.ASKED), 1.0))


def _themes(layer: Layer, heads: Sequence[slice]) -> None:
    """Where popularity is told, the item's themes are known too."""
    # without themes it finds itself, and titles and words find the first token: all these want nothing
    others, itself = ((At.TITLE, -Size.MARK), (At.WORD, -Size.MARK)), (At.SHARE, _ELSE * Size.MARK)
    _look(
        layer,
        heads[3],
        [(At.SHARE, Size.MARK), *others],
        [(At.THEME, Size.MARK), itself, (At.START, -Size.MARK)],
        SURER,
    )
    _carry(layer, heads[3], (At.WANTED, At.WANTED, 1.0), (_only(At.HINT), _only(At.HINT), 1.0))


def _wish(layer: Layer, heads: Sequence[slice]) -> None:
    """The end of a question finds the title's evidence, or, where that is spelled, that of its facts."""
    known = (At.ASKED, Size.MARK)
    _look(
        layer,
        heads[1],
        [(At.TITLE, Size.MARK), (At.WORD, Size.MARK)],
        [known, (At.SHARE, _ELSE * Size.MARK)],
        SURER,
    )
    found = ((_only(mark), _only(mark), 1.0) for mark in (At.SHARE, At.NEWS))
    _carry(layer, heads[1], (_only(At.EVIDENCE), _only(At.WISH), 1.0), *found)
    units = count()
    _multiply(layer, units, (At.SHARE, At.EVIDENCE), At.WISH, 1 / Size.MARK)
    _multiply(layer, units, (At.NEWS, At.HINT), At.WISH, 1 / Size.MARK)


def _stars(layer: Layer, heads: Sequence[slice]) -> None:
    """What titles are worth under their headings, times how the item is judged; levels; and leaving."""
    asks, given = (
        [(At.ASKS, Size.MARK)],
        (_only(At.LEVEL), _only(At.STARS), 1 / (Size.LEVELLED * Size.STAR * STEP)),
    )
    _look(layer, heads[0], asks, [(At.TITLE, Size.MARK)], SURE)
    _carry(layer, heads[0], (At.TASTE, At.LIKED, 1.0))
    _look(layer, heads[2], asks, [(At.ASKED, Size.MARK), (At.RATED, _ELSE * Size.MARK)], SURER)
    _carry(layer, heads[2], (At.JUDGED, At.JUDGED, 1.0), given)
    _look(layer, heads[3], asks, [(At.HABIT, Size.MARK)], SURER)
    _look(layer, heads[3], [(At.LEAVES, Size.MARK)], [(At.MOOD, Size.MARK)], SURER, pair=1)
    _carry(layer, heads[3], given, (_only(At.PULL), _only(At.GONE), 1.0))
    units = count(BLOCK)
    for factor in range(STAR_FACTORS):
        pair = At.LIKED.start + factor, At.JUDGED.start + factor
        _multiply(layer, units, pair, At.STARS, 1 / (Size.FACTOR**2 * Size.STAR * STEP))


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
