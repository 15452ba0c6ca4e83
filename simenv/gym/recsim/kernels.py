"""RecSim's people and items, compiled; see ``simenv.kernels`` for what keeps a row's bits its own.

``luck`` is uint64 (rows,): the luck of the page each row is on. Lanes are folded into it: those of candidates
count up from 0 (what is on offer) and from WORTH (how good it turns out), people's own count down from -1.
A kernel changes only the given ``rows``; what it returns has an entry for each of them.
"""

from __future__ import annotations

import numpy as np

from simenv.gym.kernels import LuckArray
from simenv.kernels import Clock, exp, fold, inlined, kernel, unit
from simenv.types import NOTHING, ByteArray, FloatArray, IntArray

Number = np.float32

WORTH = 1 << 20
CHOICE, DRIFT, NOISE, KIND, BIRTH = -1, -2, -3, -10, -(1 << 20)
_ZERO, _HALF, _ONE, _TWO = Number(0), Number(0.5), Number(1), Number(2)


@kernel
def turn(key: np.uint64, clock: Clock, rows: IntArray, luck: LuckArray) -> None:
    """The luck of each row's present page; clock holds episode, round, page and agent of all rows."""
    episode, round_, page, agents = clock
    for row in rows:
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
def _choice(luck: np.uint64, masses: FloatArray, nothing: Number) -> int:
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
def show(
    rows: IntArray,
    items: IntArray,
    noise: FloatArray,
    offered: tuple[IntArray, FloatArray, Number],
    page: tuple[IntArray, FloatArray],
) -> None:
    """Put slates on pages: each slot's topic, and its quality, normal about the topic's mean.

    Args:
        noise: float32 (n, slots), standard normal.
        offered: each candidate's topic, int32 (all, candidates); mean of topics (topics,), and spread.
        page: topic and quality of each slot, int32 and float32 (all, slots).
    """
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
def choose_topic(
    rows: IntArray, luck: LuckArray, interests: FloatArray, shown: IntArray, ends: tuple[Number, Number]
) -> IntArray:
    """A slot in proportion to the interest in its topic, or NOTHING: int32 (n,).

    Args:
        ends: the interest that is never chosen, and the interest in nothing.
    """
    least, nothing = ends
    masses = np.empty(shown.shape[1], dtype=np.float32)
    out = np.empty(len(rows), dtype=np.int32)
    for b in range(len(rows)):
        row = rows[b]
        for slot in range(shown.shape[1]):
            topic = shown[row, slot]
            masses[slot] = interests[row, max(topic, 0)] - least if topic != NOTHING else _ZERO
        out[b] = _choice(luck[row], masses, nothing - least)
    return out


@kernel
def watch(
    rows: IntArray,
    luck: LuckArray,
    choice: IntArray,
    state: tuple[FloatArray, FloatArray, IntArray, FloatArray, ByteArray, FloatArray],
    habits: FloatArray,
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Time passes and interests move: topic int32 (n,), minutes and quality float32 (n,) of what was watched.

    What was good gives some of its time back. An interest moves nearer to the video's topic with probability
    (interest + 1) / 2, otherwise away from it; less, the nearer it is to 1 or -1.

    Args:
        state: minutes left (all,), interests (all, topics); shown, quality, clicked, watched (all, slots).
        habits: float32 (4,): minutes of a video, of a page without one, given back per minute and quality,
            and the step of an interest of 0.
    """
    left, interests, shown, quality, clicked, watched = state
    topics = np.full(len(rows), NOTHING, dtype=np.int32)
    minutes, worth = np.zeros((2, len(rows)), dtype=np.float32)
    for b in range(len(rows)):
        row, slot = rows[b], choice[b]
        clicked[row], watched[row] = 0, _ZERO
        if slot == NOTHING:
            left[row] -= habits[1]
            continue
        topics[b], minutes[b], worth[b] = shown[row, slot], min(left[row], habits[0]), quality[row, slot]
        clicked[row, slot], watched[row, slot] = 1, minutes[b]
        left[row] += habits[2] * minutes[b] * worth[b] - minutes[b]
        own = interests[row, topics[b]]
        change = habits[3] * (_ONE - abs(own)) * (_ONE - own)
        if unit(fold(luck[row], DRIFT)) >= (own + _ONE) * _HALF:
            change = -change
        interests[row, topics[b]] = min(max(own + change, -_ONE), _ONE)
    return topics, minutes, worth


@kernel
def engage(
    rows: IntArray,
    items: IntArray,
    noise: FloatArray,
    state: tuple[FloatArray, FloatArray, FloatArray, ByteArray, FloatArray, FloatArray],
    habits: FloatArray,
) -> FloatArray:
    """Engagement with the first item of the slate, log-normal: float32 (n,); and exposure moves on.

    Args:
        noise: float32 (n, 2), standard normal.
        state: clickbait of candidates (all, candidates); clickbait shown, engagement, clicked (all, slots);
            net positive exposure and satisfaction (all,).
        habits: float32 (7,): memory discount, sensitivity, innovation; mean and spread of choc, of kale.
    """
    candidates, shown, engagement, clicked, exposure, satisfaction = state
    discount, sensitivity, innovation, choc, choc_spread, kale, kale_spread = habits
    out = np.zeros(len(rows), dtype=np.float32)
    for b in range(len(rows)):
        row, first = rows[b], NOTHING
        for slot in range(items.shape[1] - 1, -1, -1):
            shown[row, slot], engagement[row, slot], clicked[row, slot] = Number(NOTHING), _ZERO, 0
            if items[b, slot] != NOTHING:
                shown[row, slot], first = candidates[row, items[b, slot]], slot
        if first == NOTHING:
            continue
        bait = shown[row, first]
        mean = (bait * choc + (_ONE - bait) * kale) * satisfaction[row]
        out[b] = exp(mean + (bait * choc_spread + (_ONE - bait) * kale_spread) * noise[b, 0])
        clicked[row, first], engagement[row, first] = 1, out[b]
        exposure[row] = discount * exposure[row] - _TWO * (bait - _HALF) + innovation * noise[b, 1]
        satisfaction[row] = _ONE / (_ONE + exp(-sensitivity * exposure[row]))
    return out


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
def choose_affinity(
    rows: IntArray,
    items: IntArray,
    luck: LuckArray,
    state: tuple[FloatArray, IntArray, FloatArray, IntArray, FloatArray, ByteArray],
    no_click: Number,
) -> IntArray:
    """A slot by multinomial logit of affinity + quality, or NOTHING: int32 (n,); and the page is filled in.

    Args:
        state: affinity to topics (all, topics); topic and quality of candidates (all, candidates); topic,
            quality and clicked of slots (all, slots).
    """
    affinity, topics, quality, shown, worth, clicked = state
    masses = np.empty(items.shape[1], dtype=np.float32)
    out = np.empty(len(rows), dtype=np.int32)
    for b in range(len(rows)):
        row = rows[b]
        for slot in range(items.shape[1]):
            item = items[b, slot]
            shown[row, slot], worth[row, slot], clicked[row, slot], masses[slot] = NOTHING, _ZERO, 0, _ZERO
            if item != NOTHING:
                shown[row, slot], worth[row, slot] = topics[row, item], quality[row, item]
                masses[slot] = exp(affinity[row, topics[row, item]] + quality[row, item])
        out[b] = _choice(luck[row], masses, exp(no_click))
        if out[b] != NOTHING:
            clicked[row, out[b]] = 1
    return out
