"""A page of light agents in one compiled pass: the kernels of ``TastePolicy`` and of moods, block by block.

What only a record needs (chances, expected stars of what was not watched) is left out. A block's numbers stay
in the processor's nearest memory from one kernel to the next.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from agents.kernels import (
    edges_of,
    leaves,
    logit_of_stars,
    looks,
    odds_of_wanting,
    stars_drawn,
    wants,
)
from simenv.kernels import Clock, draws, enjoyment, exp, felt, fold, heads, kernel, unit
from simenv.types import NOTHING, BoolArray, ByteArray, FloatArray, IntArray

Keys = tuple[np.uint64, np.uint64, np.uint64]
"""Luck of watching, of rating and of leaving."""
Agents = tuple[FloatArray, ByteArray, FloatArray, FloatArray]
"""Taste and activity, satisfaction and fatigue: columns of all agents, the last two of which change."""
Items = tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, np.float32]
"""The fields of ``ItemTaste``, in order."""
Habits = tuple[FloatArray, np.float32, np.float32, int]
"""Chance that a slot's depth leaves, weight of fatigue, lift to the base rate, most pages of a visit."""
Answer = tuple[BoolArray, FloatArray, ByteArray, BoolArray, FloatArray, FloatArray]
"""Watched and rating (batch, slots); action, whether the visit is over, satisfaction and fatigue (batch,)."""

BLOCK = 256
_ZERO, _ONE = np.float32(0), np.float32(1)


@kernel
def respond(keys: Keys, clock: Clock, shown: IntArray, agents: Agents, rules: tuple[Items, Habits]) -> Answer:
    """What the agents do with a page, after which they feel otherwise."""
    batch, slots = shown.shape
    items, habits = rules
    watched = np.empty((batch, slots), dtype=np.bool_)
    rating = np.empty((batch, slots), dtype=np.float32)
    action = np.empty(batch, dtype=np.int8)
    left = np.empty(batch, dtype=np.bool_)
    mood = np.empty((2, batch), dtype=np.float32)
    for first in range(0, batch, BLOCK):
        last = min(first + BLOCK, batch)
        here = (clock[0][first:last], clock[1][first:last], clock[2][first:last], clock[3][first:last])
        page = (shown[first:last], watched[first:last], rating[first:last])
        _watch(keys[0], here, page, agents, rules)
        _rate(keys[1], here, page, agents, items)
        _feel(here[3], page, agents, mood[:, first:last])
        _leave(keys[2], here, agents, habits[3], (action[first:last], left[first:last]))
    return watched, rating, action, left, mood[0], mood[1]


@kernel
def _watch(
    key: np.uint64,
    clock: Clock,
    page: tuple[IntArray, BoolArray, FloatArray],
    agents: Agents,
    rules: tuple[Items, Habits],
) -> None:
    """What is looked at and wanted is watched, each item on its own."""
    shown, watched, _ = page
    rows, fatigue = clock[3], agents[3]
    (watch, lure, _, _, _, _), (depths, weight, lift, _) = rules
    luck = draws(key, clock, shown)
    wanted = odds_of_wanting(agents[0], rows, shown, watch, lure)
    _lift(wanted.ravel(), lift)
    _take(shown, (wanted, luck, depths), (rows, fatigue, weight), watched)


@kernel
def _lift(odds: FloatArray, lift: np.float32) -> None:
    """From log-odds (n,) to P(wants) at the base rate."""
    for n in range(odds.shape[0]):
        odds[n] = wants(_ONE / (_ONE + exp(-odds[n])), lift)


@kernel
def _take(
    shown: IntArray,
    page: tuple[FloatArray, FloatArray, FloatArray],
    tired: tuple[IntArray, FloatArray, np.float32],
    watched: BoolArray,
) -> None:
    """Watched is what is looked at and wanted."""
    wanted, luck, depths = page
    rows, fatigue, weight = tired
    for b in range(shown.shape[0]):
        own = fatigue[rows[b]]
        for slot in range(shown.shape[1]):
            chance = looks(own, weight, depths[slot]) * wanted[b, slot]
            watched[b, slot] = (shown[b, slot] != NOTHING) & (luck[b, slot] < chance)


@kernel
def _rate(
    key: np.uint64,
    clock: Clock,
    page: tuple[IntArray, BoolArray, FloatArray],
    agents: Agents,
    items: Items,
) -> None:
    """Stars for what was watched, NaN for the rest."""
    shown, watched, rating = page
    taste, rows, own = agents[0], clock[3], heads(key, clock)
    _, _, stars, level, cuts, spread = items
    factors, scale = stars.shape[1], _ONE / spread
    edges = edges_of(cuts, scale)
    who, slot = _places(watched)
    latent = _paired(taste, (rows, shown, who, slot), stars)
    luck = np.empty(who.shape, dtype=np.float32)
    for n in range(who.shape[0]):
        item = shown[who[n], slot[n]]
        latent[n] = level[item] + taste[rows[who[n]], 2 * factors] + latent[n]
        luck[n] = unit(fold(own[who[n]], item))
    for n in range(who.shape[0]):
        luck[n] = stars_drawn(luck[n], logit_of_stars(latent[n], edges, scale))
    rating[:] = np.nan
    for n in range(who.shape[0]):
        rating[who[n], slot[n]] = luck[n]


@kernel
def _places(watched: BoolArray) -> tuple[IntArray, IntArray]:
    """Entry and slot of everything that is watched: int32 (n,) each, in order."""
    who = np.empty(watched.size, dtype=np.int32)
    slot = np.empty(watched.size, dtype=np.int32)
    n = 0
    for b in range(watched.shape[0]):
        for s in range(watched.shape[1]):
            who[n], slot[n] = b, s
            n += watched[b, s]
    return who[:n], slot[:n]


@kernel
def _paired(
    taste: FloatArray, places: tuple[IntArray, IntArray, IntArray, IntArray], stars: FloatArray
) -> FloatArray:
    """Star factors of agent times item at each place, added up in order as in ``agents.kernels.dot``."""
    rows, shown, who, slot = places
    factors, count = stars.shape[1], who.shape[0]
    out = np.empty(count + 4, dtype=np.float32)
    own, item = np.zeros(count + 4, dtype=np.int32), np.zeros(count + 4, dtype=np.int32)
    for n in range(count):
        own[n], item[n] = rows[who[n]], shown[who[n], slot[n]]
    for n in range(0, count, 5):
        p1, p2, p3, p4, p5 = _ZERO, _ZERO, _ZERO, _ZERO, _ZERO
        for f in range(factors):
            p1 += taste[own[n], factors + f] * stars[item[n], f]
            p2 += taste[own[n + 1], factors + f] * stars[item[n + 1], f]
            p3 += taste[own[n + 2], factors + f] * stars[item[n + 2], f]
            p4 += taste[own[n + 3], factors + f] * stars[item[n + 3], f]
            p5 += taste[own[n + 4], factors + f] * stars[item[n + 4], f]
        out[n], out[n + 1], out[n + 2], out[n + 3], out[n + 4] = p1, p2, p3, p4, p5
    return out


@kernel
def _feel(
    rows: IntArray, page: tuple[IntArray, BoolArray, FloatArray], agents: Agents, mood: FloatArray
) -> None:
    """What the page does to the mood: satisfaction and fatigue, float32 (2, batch)."""
    _, _, satisfaction, fatigue = agents
    gain = enjoyment(page[1], page[2])
    for b in range(rows.shape[0]):
        row = rows[b]
        mood[0, b], mood[1, b] = felt(satisfaction[row], fatigue[row], gain[b])
        satisfaction[row], fatigue[row] = mood[0, b], mood[1, b]


@kernel
def _leave(
    key: np.uint64, clock: Clock, agents: Agents, pages: int, out: tuple[npt.NDArray[np.int8], BoolArray]
) -> None:
    """Whether each agent leaves, or has seen its last page."""
    _, _, page, rows = clock
    _, activity, satisfaction, fatigue = agents
    action, left = out
    own = heads(key, clock)
    for b in range(rows.shape[0]):
        row = rows[b]
        luck = unit(fold(own[b], 0))
        action[b] = luck < leaves(satisfaction[row], fatigue[row], activity[row])
        left[b] = (action[b] == 1) | (page[b] + 1 >= pages)
