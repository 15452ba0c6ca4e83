"""RecSim's people and items, compiled; see ``simenv.kernels`` for what keeps a row's bits its own.

``luck`` is uint64 (rows,): the luck of the page each row is on. Lanes are folded into it: those of candidates
count up from 0 (what is on offer) and from WORTH (how good it turns out), people's own count down from -1.
A kernel changes only the given ``rows``; what it returns has an entry for each of them.
"""

from __future__ import annotations

import numpy as np

from simenv.gym.kernels import LuckArray, normals
from simenv.kernels import Clock, exp, fold, inlined, kernel, unit
from simenv.types import NOTHING, FloatArray, IntArray

Number = np.float32
Now = tuple[np.uint64, Clock, LuckArray]
"""The key of luck; episode, round, page and agent of all rows; and the luck of the page each row is on."""

WORTH = 1 << 20
CHOICE, DRIFT, NOISE, KIND, BIRTH = -1, -2, -3, -10, -(1 << 20)
_ZERO, _HALF, _ONE, _TWO = Number(0), Number(0.5), Number(1), Number(2)


@kernel
def turn(now: Now, rows: IntArray, pages: int) -> None:
    """These rows go so many pages on, and have the luck of that page."""
    key, (episode, round_, page, agents), luck = now
    for row in rows:
        page[row] += pages
        luck[row] = fold(fold(fold(fold(key, episode[row]), round_[row]), page[row]), agents[row])


@kernel
def evenly(
    rows: IntArray, luck: LuckArray, first: int, ends: tuple[Number, Number], numbers: FloatArray
) -> None:
    """Fill numbers (all, width) with even draws between the ends, from the lanes that start at ``first``."""
    for row in rows:
        for place in range(numbers.shape[1]):
            numbers[row, place] = ends[0] + (ends[1] - ends[0]) * unit(fold(luck[row], first + place))


@kernel
def topics_evenly(rows: IntArray, luck: LuckArray, kinds: int, topics: IntArray) -> None:
    """Each candidate's topic, one of ``kinds``, all as likely: into topics (all, candidates)."""
    for row in rows:
        for one in range(topics.shape[1]):
            # the floor of unit(...) * kinds, in whole numbers because those become vector instructions
            bits = fold(luck[row], one) >> np.uint64(40)
            topics[row, one] = np.int32((bits * np.uint64(kinds)) >> np.uint64(24))


@kernel
def kinds_by_share(rows: IntArray, luck: LuckArray, first: int, upto: FloatArray, kinds: IntArray) -> None:
    """Fill kinds (all, width): k where the draw is at least upto[k - 1] and below upto[k]."""
    for row in rows:
        for place in range(kinds.shape[1]):
            draw = unit(fold(luck[row], first + place))
            kind = 0
            while kind < len(upto) - 1 and draw >= upto[kind]:
                kind += 1
            kinds[row, place] = kind


@inlined
def choice_of(luck: np.uint64, masses: FloatArray, nothing: Number) -> int:
    """A slot in proportion to its mass, or NOTHING in proportion to that of nothing."""
    total = nothing
    for slot in range(len(masses)):
        total += masses[slot]
    draw = unit(fold(luck, CHOICE)) * total
    upto, choice = _ZERO, 0
    for slot in range(len(masses)):
        upto += masses[slot]
        choice += draw >= upto
    return choice if choice < len(masses) else NOTHING


@kernel
def log_normally(
    rows: IntArray,
    noise: FloatArray,
    kinds: IntArray,
    parameters: tuple[FloatArray, FloatArray],
    out: FloatArray,
) -> None:
    """Fill out (all, width) with log-normal numbers about the parameters of their kind.

    Args:
        noise: float32 (n, width), standard normal.
        kinds: int32 (all, width).
        parameters: mean and spread of the logarithm, float32 (kinds,) each.
    """
    mean, spread = parameters
    for b in range(len(rows)):
        for place in range(out.shape[1]):
            kind = kinds[rows[b], place]
            out[rows[b], place] = exp(mean[kind] + spread[kind] * noise[b, place])


@kernel
def draw_items(
    rows: IntArray,
    luck: LuckArray,
    upto: FloatArray,
    parameters: tuple[FloatArray, FloatArray],
    page: tuple[IntArray, FloatArray],
) -> None:
    """Topic and quality of new candidates, into page (all, candidates)."""
    kinds_by_share(rows, luck, 0, upto, page[0])
    places = np.arange(page[0].shape[1]).astype(np.int32).reshape(1, -1)
    log_normally(rows, normals(rows, luck, WORTH, places), page[0], parameters, page[1])
