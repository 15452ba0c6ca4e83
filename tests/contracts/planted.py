"""A small planted world to test recommenders in: people of five clusters, their visits and reactions."""

from __future__ import annotations

import numpy as np

from simenv.luck import stream
from simenv.ragged import Ragged
from simenv.types import NOTHING, Action, Feedback, IntArray, Interactions, Slate, Visit

USERS, ITEMS, CLUSTERS, EACH = 150, 200, 5, 16
UNKNOWN = USERS - 1
"""A user of whom nothing is known."""


def planted(users: int = USERS, seed: int = 0, each: int = EACH) -> Interactions:
    """People of five clusters: four of five things that one takes are popular things of her own cluster.

    Of the last user nothing is known, and nobody took the last items.
    """
    luck = stream(seed, "tests.planted")
    user = np.repeat(np.arange(users - 1, dtype=np.int32), each)
    take = np.arange(len(user)) % each
    stray = luck.uniform(0, user, take) < 0.2
    cluster = np.where(stray, (luck.uniform(1, user, take) * CLUSTERS).astype(int), user % CLUSTERS)
    within = (luck.uniform(2, user, take) ** 1.5 * ((ITEMS - 1) // CLUSTERS)).astype(int)
    pairs = np.unique(user.astype(np.int64) * ITEMS + within * CLUSTERS + cluster)
    return interactions((pairs // ITEMS).astype(np.int32), (pairs % ITEMS).astype(np.int32), users)


def interactions(user: IntArray, item: IntArray, users: int = USERS, items: int = ITEMS) -> Interactions:
    """Interactions without times, four stars each."""
    rating = np.full(len(user), 4.0, dtype=np.float32)
    return Interactions(user, item, rating, np.full(len(user), NOTHING, dtype=np.int64), users, items)


def visit_of(rows: IntArray, exclude: Ragged, page: int = 0) -> Visit:
    """A visit of the given agents on round 0 of episode 0."""
    clock = np.zeros(len(rows), dtype=np.int32)
    return Visit(clock, clock, clock + np.int32(page), rows.astype(np.int32), exclude)


def everybody(train: Interactions, page: int = 0) -> Visit:
    """All users, none of whom may be shown what they have."""
    exclude = Ragged.grouped(train.user, train.item, train.users)
    return visit_of(np.arange(train.users, dtype=np.int32), exclude, page)


def some(visit: Visit, chosen: IntArray) -> Visit:
    """The chosen entries of a visit, in the given order."""
    clocks = (visit.episode[chosen], visit.round[chosen], visit.page[chosen], visit.rows[chosen])
    return Visit(*clocks, visit.exclude.take(chosen))


def reaction(slate: Slate, seed: int = 0) -> Feedback:
    """What a system sees of people who watch a third of what they are shown."""
    slots = np.arange(slate.items.shape[1])
    luck = stream(seed, "tests.reaction").uniform(slate.visit.page[:, None], slate.visit.rows[:, None], slots)
    watched = (luck < 1 / 3) & (slate.items != NOTHING)
    rating = np.where(watched, np.float32(4.0), np.float32(np.nan))
    return Feedback(slate, watched, rating, np.full(len(watched), Action.NEXT, dtype=np.int8))


def halves(feedback: Feedback) -> list[Feedback]:
    """The same page as two blocks of agents."""
    slate, chosen = feedback.slate, np.array_split(np.arange(len(feedback.watched)), 2)
    return [
        Feedback(
            Slate(some(slate.visit, half), slate.items[half], slate.propensity[half], slate.source[half]),
            feedback.watched[half],
            feedback.rating[half],
            feedback.action[half],
        )
        for half in chosen
    ]


def same(one: Slate, two: Slate) -> bool:
    """Whether two slates have the same bytes."""
    pairs = ((one.items, two.items), (one.propensity, two.propensity), (one.source, two.source))
    return all(a.dtype == b.dtype and a.tobytes() == b.tobytes() for a, b in pairs)


def recall_at_ten(slate: Slate, held: Interactions) -> float:
    """Share of the held-out items, of those that may be shown, that are among the ten shown."""
    wanted = np.zeros((held.users, held.items), dtype=np.bool_)
    wanted[held.user, held.item] = True
    excluded = slate.visit.exclude
    wanted[np.repeat(np.arange(held.users), excluded.lengths()), excluded.values] = False
    found = np.take_along_axis(wanted, slate.items.astype(np.int64), axis=1).sum(axis=1)
    return float(found.sum() / np.minimum(wanted.sum(axis=1), 10).sum())
