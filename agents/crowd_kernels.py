"""A page of light agents in one compiled pass: the kernels of ``TastePolicy`` and of moods, block by block.

What only a record needs (chances, expected stars of what was not watched) is left out. A block's numbers stay
in the processor's nearest memory from one kernel to the next.
"""

from __future__ import annotations

from typing import Any

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
from simenv.gym.life_kernels import Lives, Sheets, go_on
from simenv.gym.swift_kernels import Kept, Told, close_page, open_page
from simenv.kernels import Clock, Taken, at, draws, enjoyed, exp, felt, fold, heads, kernel, places, unit
from simenv.nights import Home
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

Unnamed = tuple[Any, ...]

BLOCK = 512
_ZERO, _ONE = np.float32(0), np.float32(1)


@kernel
def respond(keys: Keys, clock: Clock, shown: IntArray, agents: Agents, rules: tuple[Items, Habits]) -> Answer:
    """What the agents do with a page, after which they feel otherwise."""
    batch, slots = shown.shape
    watched = np.zeros((batch, slots), dtype=np.bool_)
    rating = np.full((batch, slots), np.nan, dtype=np.float32)
    action = np.empty(batch, dtype=np.int8)
    left = np.empty(batch, dtype=np.bool_)
    mood = np.empty((2, batch), dtype=np.float32)
    for first in range(0, batch, BLOCK):
        last = min(first + BLOCK, batch)
        here = _part(clock, first, last)
        (who, slot, stars), left[first:last], action[first:last] = _answer(
            (keys, here), shown[first:last], agents, rules
        )
        for n in range(who.shape[0]):
            watched[at(who[n]) + at(first), at(slot[n])] = True
            rating[at(who[n]) + at(first), at(slot[n])] = stars[n]
        for b in range(first, last):
            mood[0, b], mood[1, b] = agents[2][at(clock[3][b])], agents[3][at(clock[3][b])]
    return watched, rating, action, left, mood[0], mood[1]


@kernel
def live(
    keys: Keys,
    page: tuple[IntArray, IntArray],
    agents: Agents,
    rules: tuple[Items, Habits],
    feed: tuple[Unnamed, Unnamed, Unnamed],
) -> None:
    """What agents do with the items that they do not know yet, and what a feed keeps and tells of it.

    Args:
        page: the rows of the feed, int32 (batch,), and the items, int32 (batch, slots).
        feed: a ``Kept``, a ``Home`` and a ``Told`` as plain tuples: to hand over a named one takes as long as
            a page of one person.
    """
    world = Kept(*feed[0]), Home(*feed[1])
    for first in range(0, page[0].shape[0], BLOCK):
        _live(keys, _few(page, first), (agents, rules), world, (Told(*feed[2]), first))


@kernel
def live_on(
    keys: Keys,
    page: tuple[IntArray, IntArray],
    agents: Agents,
    rules: tuple[Items, Habits],
    feed: tuple[Unnamed, Unnamed, Unnamed, Unnamed, Unnamed, Unnamed],
) -> IntArray:
    """``live``, and what follows: ``go_on``.

    Args:
        page: the rows, side by side, and the items.
        feed: as for ``live``, and a ``Lives`` and two ``Sheets``.

    Returns:
        Who began anew, int32 (n,).
    """
    world, told, lives = (Kept(*feed[0]), Home(*feed[1])), Told(*feed[2]), Lives(*feed[3])
    seen, last = Sheets(*feed[4]), Sheets(*feed[5])
    ended, count = np.empty(last.context.shape[0], dtype=np.int32), 0
    for first in range(0, page[0].shape[0], BLOCK):
        few = _few(page, first)
        _live(keys, few, (agents, rules), world, (told, first))
        changing = (world[0], lives, world[1])
        count = go_on(changing, (few[0], first), told, (seen, last), (ended, count))
    return ended[:count]


@kernel
def _few(page: tuple[IntArray, IntArray], first: int) -> tuple[IntArray, IntArray]:
    """A block of rows and their items."""
    last = min(first + BLOCK, page[0].shape[0])
    return page[0][first:last], page[1][first:last]


@kernel
def _live(
    keys: Keys,
    page: tuple[IntArray, IntArray],
    people: tuple[Agents, tuple[Items, Habits]],
    world: tuple[Kept, Home],
    told: tuple[Told, int],
) -> None:
    """A page of a few agents, told from an entry on."""
    (rows, items), (agents, rules), (kept, home) = page, people, world
    clock, shown = open_page(kept, rows, items)
    took, left, _ = _answer((keys, clock), shown, agents, rules)
    close_page(kept, (rows, clock, shown), (took, left), home, told)


@kernel
def _part(clock: Clock, first: int, last: int) -> Clock:
    return clock[0][first:last], clock[1][first:last], clock[2][first:last], clock[3][first:last]


@kernel
def _answer(
    luck: Luck, shown: IntArray, agents: Agents, rules: tuple[Items, Habits]
) -> tuple[Taken, BoolArray, ByteArray]:
    """What a few agents do with a page: what they watch, whose visit is over, and their actions."""
    (keys, clock), (items, habits) = luck, rules
    who, slot = places(_watch(keys[0], clock, shown, agents, rules))
    stars = _rate((keys[1], clock), shown, (who, slot), agents[0], items)
    satisfaction, fatigue = _feel(clock[3], (who, stars), agents)
    left, action = _leave(keys[2], clock, agents[1], (satisfaction, fatigue), habits[3])
    return (who, slot, stars), left, action


@kernel
def _watch(
    key: np.uint64, clock: Clock, shown: IntArray, agents: Agents, rules: tuple[Items, Habits]
) -> BoolArray:
    """What is looked at and wanted is watched, each item on its own: bool (batch, slots)."""
    (watch, lure, _, _, _, _), (depths, weight, lift, _) = rules
    luck = draws(key, clock, shown)
    wanted = odds_of_wanting(agents[0], clock[3], shown, watch, lure)
    _lift(wanted.ravel(), lift)
    return _take(shown, (wanted, luck, depths), (clock[3], agents[3], weight))


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
) -> BoolArray:
    """Watched is what is looked at and wanted."""
    wanted, luck, depths = page
    rows, fatigue, weight = tired
    watched = np.empty(shown.shape, dtype=np.bool_)
    for b in range(shown.shape[0]):
        own = fatigue[at(rows[b])]
        for slot in range(shown.shape[1]):
            chance = looks(own, weight, depths[slot]) * wanted[b, slot]
            watched[b, slot] = (shown[b, slot] != NOTHING) & (luck[b, slot] < chance)
    return watched


@kernel
def _rate(
    luck: tuple[np.uint64, Clock],
    shown: IntArray,
    watched: tuple[IntArray, IntArray],
    taste: FloatArray,
    items: Items,
) -> FloatArray:
    """Stars for what was watched, float32 (n,), named by entry and slot."""
    (key, clock), (who, slot) = luck, watched
    rows, own = clock[3], heads(key, clock)
    _, _, stars, level, cuts, spread = items
    factors, scale = stars.shape[1], _ONE / spread
    edges = edges_of(cuts, scale)
    latent, drawn = np.empty(who.shape, dtype=np.float32), np.empty(who.shape, dtype=np.float32)
    for n in range(who.shape[0]):
        item, row = at(shown[at(who[n]), at(slot[n])]), at(rows[at(who[n])])
        latent[n] = level[item] + taste[row, 2 * factors] + dot(taste, row, factors, stars, item)
        drawn[n] = unit(fold(own[at(who[n])], item))
    for n in range(who.shape[0]):
        drawn[n] = stars_drawn(drawn[n], logit_of_stars(latent[n], edges, scale))
    return drawn


@kernel
def _feel(
    rows: IntArray, given: tuple[IntArray, FloatArray], agents: Agents
) -> tuple[FloatArray, FloatArray]:
    """What the stars of a page do to the mood: satisfaction and fatigue afterwards, float32 (batch,) each."""
    who, stars = given
    _, _, satisfaction, fatigue = agents
    total, count = np.zeros(rows.shape[0], dtype=np.float32), np.zeros(rows.shape[0], dtype=np.float32)
    for n in range(who.shape[0]):
        total[at(who[n])] += enjoyed(stars[n])
        count[at(who[n])] += _ONE
    pleased, tired = np.empty(rows.shape[0], dtype=np.float32), np.empty(rows.shape[0], dtype=np.float32)
    for b in range(rows.shape[0]):
        pleased[b], tired[b] = satisfaction[at(rows[b])], fatigue[at(rows[b])]
    for b in range(rows.shape[0]):
        pleased[b], tired[b] = felt(pleased[b], tired[b], total[b] / max(count[b], _ONE))
    for b in range(rows.shape[0]):
        satisfaction[at(rows[b])], fatigue[at(rows[b])] = pleased[b], tired[b]
    return pleased, tired


@kernel
def _leave(
    key: np.uint64, clock: Clock, activity: ByteArray, mood: tuple[FloatArray, FloatArray], pages: int
) -> tuple[BoolArray, ByteArray]:
    """Whether each agent, in its mood, leaves or has seen its last page; and whether it leaves by itself."""
    (satisfaction, fatigue), (_, _, page, rows) = mood, clock
    own, active = heads(key, clock), np.empty(rows.shape, dtype=np.int8)
    drawn, chance = np.empty(rows.shape, dtype=np.float32), np.empty(rows.shape, dtype=np.float32)
    action, left = np.empty(rows.shape, dtype=np.int8), np.empty(rows.shape, dtype=np.bool_)
    # short loops over few columns each, which become vector instructions
    for b in range(rows.shape[0]):
        active[b] = activity[at(rows[b])]
    for b in range(rows.shape[0]):
        drawn[b] = unit(fold(own[b], 0))
    for b in range(rows.shape[0]):
        chance[b] = leaves(satisfaction[b], fatigue[b], active[b])
    for b in range(rows.shape[0]):
        action[b] = drawn[b] < chance[b]
        left[b] = (drawn[b] < chance[b]) | (page[b] + 1 >= pages)
    return left, action
