"""What RecSim's people do with a page, compiled: one kernel for each world, and its parts.

A kernel changes only the given ``rows``; what it returns has an entry for each of them. A whole page is one
kernel, so that threads need not wait for each other between its parts.
"""

from __future__ import annotations

import numpy as np

from simenv.gym.kernels import LuckArray, normals
from simenv.gym.recsim.kernels import (
    DRIFT,
    NOISE,
    WORTH,
    Now,
    Number,
    choice_of,
    draw_items,
    evenly,
    topics_evenly,
    turn,
)
from simenv.kernels import exp, fold, kernel, unit
from simenv.types import NOTHING, ByteArray, FloatArray, IntArray

_ZERO, _HALF, _ONE, _TWO = Number(0), Number(0.5), Number(1), Number(2)


@kernel
def evolve(
    now: Now,
    rows: IntArray,
    items: IntArray,
    state: tuple[IntArray, FloatArray, IntArray, FloatArray, ByteArray, FloatArray, FloatArray],
    people: tuple[FloatArray, FloatArray],
) -> tuple[FloatArray, IntArray, FloatArray]:
    """One page of interest evolution: minutes, clicks and quality, float32 (3, n); topic; time left (n,).

    Args:
        state: topics of candidates (all, candidates); interests (all, topics); topic, quality, clicked and
            minutes of slots (all, slots); minutes left (all,).
        people: mean quality of topics (topics,), and the numbers of ``InterestEvolution``, float32 (7,).
    """
    candidates, interests, shown, quality, _, _, _ = state
    means, numbers = people
    luck = now[2]
    noise = normals(rows, luck, WORTH, items)
    _show(rows, items, noise, (candidates, means, numbers[0]), (shown, quality))
    choice = _choose_topic(rows, luck, interests, shown, (numbers[1], numbers[2]))
    told = _watch(rows, luck, choice, state, numbers)
    turn(now, rows, 1)
    topics_evenly(rows, luck, len(means), candidates)
    return told


@kernel
def _show(
    rows: IntArray,
    items: IntArray,
    noise: FloatArray,
    offered: tuple[IntArray, FloatArray, Number],
    page: tuple[IntArray, FloatArray],
) -> None:
    """Put slates on pages: each slot's topic, and its quality, normal about the topic's mean."""
    topics, means, spread = offered
    shown, quality = page
    for b in range(len(rows)):
        row = rows[b]
        for slot in range(items.shape[1]):
            item = items[b, slot]
            topic = topics[row, max(item, 0)]
            shown[row, slot] = topic if item != NOTHING else NOTHING
            quality[row, slot] = means[topic] + spread * noise[b, slot] if item != NOTHING else _ZERO


@kernel
def _choose_topic(
    rows: IntArray, luck: LuckArray, interests: FloatArray, shown: IntArray, ends: tuple[Number, Number]
) -> IntArray:
    """A slot in proportion to the interest in its topic, or NOTHING: int32 (n,).

    ``ends`` are the interest that is never chosen, and the interest in nothing.
    """
    least, nothing = ends
    masses = np.empty(shown.shape[1], dtype=np.float32)
    out = np.empty(len(rows), dtype=np.int32)
    for b in range(len(rows)):
        row = rows[b]
        for slot in range(shown.shape[1]):
            topic = shown[row, slot]
            masses[slot] = interests[row, max(topic, 0)] - least if topic != NOTHING else _ZERO
        out[b] = choice_of(luck[row], masses, nothing - least)
    return out


@kernel
def _watch(
    rows: IntArray,
    luck: LuckArray,
    choice: IntArray,
    state: tuple[IntArray, FloatArray, IntArray, FloatArray, ByteArray, FloatArray, FloatArray],
    numbers: FloatArray,
) -> tuple[FloatArray, IntArray, FloatArray]:
    """Time passes and interests move; what was good gives some of its time back.

    An interest moves nearer to the video's topic with probability (interest + 1) / 2, otherwise away from it;
    less, the nearer it is to 1 or -1.
    """
    _, interests, shown, quality, clicked, watched, left = state
    length, penalty, back, rate = numbers[3], numbers[4], numbers[5], numbers[6]
    topics = np.full(len(rows), NOTHING, dtype=np.int32)
    told, time = np.zeros((3, len(rows)), dtype=np.float32), np.empty(len(rows), dtype=np.float32)
    for b in range(len(rows)):
        row, slot = rows[b], choice[b]
        clicked[row], watched[row], time[b] = 0, _ZERO, left[row] - penalty
        if slot != NOTHING:
            minutes, worth, topics[b] = min(left[row], length), quality[row, slot], shown[row, slot]
            told[0, b], told[1, b], told[2, b] = minutes, _ONE, worth
            clicked[row, slot], watched[row, slot] = 1, minutes
            time[b] = left[row] + (back * minutes * worth - minutes)
            own = interests[row, topics[b]]
            change = rate * (_ONE - abs(own)) * (_ONE - own)
            if unit(fold(luck[row], DRIFT)) >= (own + _ONE) * _HALF:
                change = -change
            interests[row, topics[b]] = min(max(own + change, -_ONE), _ONE)
        left[row] = time[b]
    return told, topics, time


@kernel
def satisfy(
    now: Now,
    rows: IntArray,
    items: IntArray,
    state: tuple[FloatArray, FloatArray, FloatArray, ByteArray, FloatArray, FloatArray],
    numbers: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """One page of long-term satisfaction: engagement and clicks (2, n); satisfaction and exposure (n,).

    Args:
        state: clickbait of candidates (all, candidates); clickbait, engagement and clicked of slots (all,
            slots); net positive exposure and satisfaction (all,).
        numbers: those of ``LongTermSatisfaction``, float32 (7,).
    """
    luck = now[2]
    noise = normals(rows, luck, NOISE, np.array([[0, 1]], dtype=np.int32))
    told = _engage(rows, items, noise, state, numbers)
    turn(now, rows, 1)
    evenly(rows, luck, 0, (_ZERO, _ONE), state[0])
    return told


@kernel
def _engage(
    rows: IntArray,
    items: IntArray,
    noise: FloatArray,
    state: tuple[FloatArray, FloatArray, FloatArray, ByteArray, FloatArray, FloatArray],
    numbers: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """They take the first item of the slate, engage log-normally, and exposure moves on."""
    candidates, shown, engagement, clicked, exposure, satisfaction = state
    discount, sensitivity, innovation, choc, choc_spread, kale, kale_spread = numbers
    told = np.zeros((2, len(rows)), dtype=np.float32)
    for b in range(len(rows)):
        row, first = rows[b], NOTHING
        for slot in range(items.shape[1] - 1, -1, -1):
            shown[row, slot], engagement[row, slot], clicked[row, slot] = Number(NOTHING), _ZERO, 0
            if items[b, slot] != NOTHING:
                shown[row, slot], first = candidates[row, items[b, slot]], slot
        if first != NOTHING:
            bait = shown[row, first]
            mean = (bait * choc + (_ONE - bait) * kale) * satisfaction[row]
            told[0, b] = exp(mean + (bait * choc_spread + (_ONE - bait) * kale_spread) * noise[b, 0])
            told[1, b], clicked[row, first], engagement[row, first] = _ONE, 1, told[0, b]
            exposure[row] = discount * exposure[row] - _TWO * (bait - _HALF) + innovation * noise[b, 1]
            satisfaction[row] = _ONE / (_ONE + exp(-sensitivity * exposure[row]))
    return told, satisfaction[rows], exposure[rows]


@kernel
def explore(
    now: Now,
    rows: IntArray,
    items: IntArray,
    state: tuple[IntArray, FloatArray, IntArray, FloatArray, ByteArray, FloatArray],
    world: tuple[Number, FloatArray, tuple[FloatArray, FloatArray]],
) -> tuple[FloatArray, IntArray, FloatArray]:
    """One page of interest exploration: clicks and quality (2, n); topic (n,); affinity (n, topics).

    Args:
        state: topic and quality of candidates (all, candidates); topic, quality and clicked of slots (all,
            slots); affinity to topics (all, topics).
        world: logit of choosing nothing; where each topic's share ends; ``_quality``'s parameters.
    """
    told, topics = _click(rows, items, now[2], state, world[0])
    turn(now, rows, 1)
    draw_items(rows, now[2], world[1], world[2], (state[0], state[1]))
    return told, topics, state[5][rows]


@kernel
def _click(
    rows: IntArray,
    items: IntArray,
    luck: LuckArray,
    state: tuple[IntArray, FloatArray, IntArray, FloatArray, ByteArray, FloatArray],
    no_click: Number,
) -> tuple[FloatArray, IntArray]:
    """They choose by multinomial logit of affinity + quality."""
    topics, quality, shown, worth, clicked, affinity = state
    masses = np.empty(items.shape[1], dtype=np.float32)
    told = np.zeros((2, len(rows)), dtype=np.float32)
    chosen = np.full(len(rows), NOTHING, dtype=np.int32)
    for b in range(len(rows)):
        row = rows[b]
        for slot in range(items.shape[1]):
            item = items[b, slot]
            shown[row, slot], worth[row, slot], clicked[row, slot], masses[slot] = NOTHING, _ZERO, 0, _ZERO
            if item != NOTHING:
                shown[row, slot], worth[row, slot] = topics[row, item], quality[row, item]
                masses[slot] = exp(affinity[row, topics[row, item]] + quality[row, item])
        slot = choice_of(luck[row], masses, exp(no_click))
        if slot != NOTHING:
            clicked[row, slot], chosen[b] = 1, shown[row, slot]
            told[0, b], told[1, b] = _ONE, worth[row, slot]
    return told, chosen
