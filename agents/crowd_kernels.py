"""A page of light agents in one compiled pass: the kernels of ``TastePolicy`` and of moods, block by block.

What only a record needs (chances, expected stars of what was not watched) is left out. A block's numbers stay
in the processor's nearest memory from one kernel to the next.
"""

from __future__ import annotations

import numpy as np

from agents.kernels import (
    edges_of,
    leaves,
    logit_of_stars,
    looks,
    odds_of_wanting,
    stars_drawn,
    wants,
)
from agents.lanes import dot
from simenv.gym.feed_kernels import Bits, Seen, note, show
from simenv.kernels import Clock, at, draws, enjoyment, exp, felt, fold, heads, kernel, unit
from simenv.types import NOTHING, BoolArray, ByteArray, FloatArray, IntArray

Keys = tuple[np.uint64, np.uint64, np.uint64]
"""Luck of watching, of rating and of leaving."""
Luck = tuple[Keys, Clock]
"""And for when."""
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
    watched = np.empty((batch, slots), dtype=np.bool_)
    rating = np.empty((batch, slots), dtype=np.float32)
    action = np.empty(batch, dtype=np.int8)
    left = np.empty(batch, dtype=np.bool_)
    mood = np.empty((2, batch), dtype=np.float32)
    for first in range(0, batch, BLOCK):
        last = min(first + BLOCK, batch)
        page = (shown[first:last], watched[first:last], rating[first:last])
        answer = (mood[:, first:last], action[first:last], left[first:last])
        _answer((keys, _part(clock, first, last)), page, agents, rules, answer)
    return watched, rating, action, left, mood[0], mood[1]


@kernel
def live(
    luck: Luck,
    page: tuple[IntArray, IntArray],
    agents: Agents,
    rules: tuple[Items, Habits],
    notes: tuple[Bits, Seen],
) -> tuple[BoolArray, FloatArray]:
    """What agents do with the items that they do not know yet, noted for a recommender to see.

    Args:
        page: the rows of the notes, int32 (batch,), and the items, int32 (batch, slots).

    Returns:
        Whether each visit is over, and what the page was worth: bool (batch,), float32 (5, batch).
    """
    rows, items = page
    batch, slots = items.shape
    left = np.empty(batch, dtype=np.bool_)
    worth = np.empty((5, batch), dtype=np.float32)
    shown = show(notes[0], rows, items)
    room = min(batch, BLOCK)
    watched = np.empty((room, slots), dtype=np.bool_)
    rating = np.empty((room, slots), dtype=np.float32)
    mood, action = np.empty((2, room), dtype=np.float32), np.empty(room, dtype=np.int8)
    for first in range(0, batch, BLOCK):
        last = min(first + BLOCK, batch)
        n = last - first
        answered = (shown[first:last], watched[:n], rating[:n])
        answer = (mood[:, :n], action[:n], left[first:last])
        _answer((luck[0], _part(luck[1], first, last)), answered, agents, rules, answer)
        worth[:, first:last] = note(rows[first:last], answered, notes[1])
    return left, worth


@kernel
def _part(clock: Clock, first: int, last: int) -> Clock:
    return clock[0][first:last], clock[1][first:last], clock[2][first:last], clock[3][first:last]


@kernel
def _answer(
    luck: Luck,
    page: tuple[IntArray, BoolArray, FloatArray],
    agents: Agents,
    rules: tuple[Items, Habits],
    answer: tuple[FloatArray, ByteArray, BoolArray],
) -> None:
    """What a few agents do with a page: fills in watched and rating, mood, action and end of visit."""
    (keys, clock), (items, habits) = luck, rules
    _watch(keys[0], clock, page, agents, rules)
    _rate(keys[1], clock, page, agents, items)
    _feel(clock[3], page, agents, answer[0])
    _leave(keys[2], clock, agents[1], habits[3], answer)


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
        own = fatigue[at(rows[b])]
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
    latent, luck = np.empty(who.shape, dtype=np.float32), np.empty(who.shape, dtype=np.float32)
    for n in range(who.shape[0]):
        item, row = at(shown[at(who[n]), at(slot[n])]), at(rows[at(who[n])])
        latent[n] = level[item] + taste[row, 2 * factors] + dot(taste, row, factors, stars, item)
        luck[n] = unit(fold(own[at(who[n])], item))
    for n in range(who.shape[0]):
        luck[n] = stars_drawn(luck[n], logit_of_stars(latent[n], edges, scale))
    rating[:] = np.nan
    for n in range(who.shape[0]):
        rating[at(who[n]), at(slot[n])] = luck[n]


@kernel
def _places(watched: BoolArray) -> tuple[IntArray, IntArray]:
    """Entry and slot of everything that is watched: int32 (n,) each, in order."""
    who = np.empty(watched.size, dtype=np.int32)
    slot = np.empty(watched.size, dtype=np.int32)
    n = at(0)
    for b in range(watched.shape[0]):
        for s in range(watched.shape[1]):
            who[n], slot[n] = b, s
            n += at(watched[b, s])
    return who[:n], slot[:n]


@kernel
def _feel(
    rows: IntArray, page: tuple[IntArray, BoolArray, FloatArray], agents: Agents, mood: FloatArray
) -> None:
    """What the page does to the mood: satisfaction and fatigue, float32 (2, batch)."""
    _, _, satisfaction, fatigue = agents
    gain = enjoyment(page[1], page[2])
    for b in range(rows.shape[0]):
        row = at(rows[b])
        mood[0, b], mood[1, b] = felt(satisfaction[row], fatigue[row], gain[b])
        satisfaction[row], fatigue[row] = mood[0, b], mood[1, b]


@kernel
def _leave(
    key: np.uint64,
    clock: Clock,
    activity: ByteArray,
    pages: int,
    answer: tuple[FloatArray, ByteArray, BoolArray],
) -> None:
    """Whether each agent, in its mood, leaves or has seen its last page."""
    mood, action, left = answer
    page, rows = clock[2], clock[3]
    own, active = heads(key, clock), np.empty(rows.shape, dtype=np.int8)
    for b in range(rows.shape[0]):
        active[b] = activity[at(rows[b])]
    for b in range(rows.shape[0]):
        action[b] = unit(fold(own[b], 0)) < leaves(mood[0, b], mood[1, b], active[b])
        left[b] = (action[b] == 1) | (page[b] + 1 >= pages)
