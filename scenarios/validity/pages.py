"""Pages of twenty items, some of which a person came to rate: Agent4Rec's protocol (Zhang et al., 2024)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scenarios.validity.people import Group, Judged
from simenv.data.splits import together
from simenv.luck import stream
from simenv.ragged import Ragged
from simenv.types import BoolArray, IntArray, Interactions

LongArray = npt.NDArray[np.int64]

RATIOS = {1: (10, 10), 2: (7, 13), 3: (5, 15), 9: (2, 18)}
"""So many others to each wanted item, and how many of both stand on a page of twenty."""
UNIFORM, MATCHED = "uniform", "popularity_matched"
NEAR = 0.05
"""How far a rival's popularity may be from that of the item it is matched with, as a share of it."""


@dataclass(frozen=True)
class Pages:
    """One page for each person, as pairs.

    Args:
        row, item: int32 (n,), rows of the group, rising, and items.
        wanted: bool (n,), whether the person came to rate the item.
        dropped: how many wanted items found no rival and were left out.
    """

    row: IntArray
    item: IntArray
    wanted: BoolArray
    dropped: int = 0


Panel = Mapping[str, Mapping[int, Pages]]
"""Pages by kind of the others, and by how many of them stand to one wanted item."""


def panel(judged: Judged, group: Group, seed: int) -> Panel:
    """All pages of a group: the same person gets the same whoever else is in the group."""
    rivals = Rivals.of(judged, group, seed)
    return {
        UNIFORM: {ratio: rivals.uniform(*sizes) for ratio, sizes in RATIOS.items()},
        MATCHED: {ratio: rivals.matched(most, ratio) for ratio, (most, _) in RATIOS.items()},
    }


@dataclass(frozen=True)
class Rivals:
    """What each person came to rate but nobody was told, and what each could have rated but did not.

    An item exists from its first rating by a learner; where times are known, it must exist by the person's
    last rating.

    Args:
        counts: int64 (items,), how many learners rated each item.
        held: int32 items of each person, in random order: those that are hidden.
        free: int32 items of each person, in random order: those that exist and that the person never rated.
    """

    counts: npt.NDArray[np.int64]
    held: Sequence[IntArray]
    free: Sequence[IntArray]

    @classmethod
    def of(cls, judged: Judged, group: Group, seed: int) -> Rivals:
        """Look at everybody of a group."""
        luck, whole = stream(seed, "validity.pages"), together(group.context, group.held)
        counts = np.bincount(judged.train.item, minlength=len(judged.catalog))
        hidden = Ragged.grouped(group.row_of(group.held.user), group.held.item, len(group))
        rated = Ragged.grouped(group.row_of(whole.user), whole.item, len(group))
        since, until = _times(judged, group, whole)
        held: list[IntArray] = []
        free: list[IntArray] = []
        for row, user in enumerate(group.user):
            exists = np.flatnonzero(since <= until[row]).astype(np.int32)
            never = np.setdiff1d(exists, rated.row(row))
            for lane, items, into in ((0, np.sort(hidden.row(row)), held), (1, never, free)):
                into.append(items[luck.order(lane, int(user), items)].astype(np.int32))
        return cls(counts, held, free)

    def uniform(self, most: int, others: int) -> Pages:
        """So many wanted items at most, beside any others; fewer others where there are fewer wanted ones."""
        return _pages(
            (held[:most], free[: round(min(len(held), most) * others / most)], 0)
            for held, free in zip(self.held, self.free, strict=True)
        )

    def matched(self, most: int, ratio: int) -> Pages:
        """So many wanted items at most, beside each the ``ratio`` others that are nearest in popularity."""
        people = zip(self.held, self.free, strict=True)
        return _pages(self._matched(held, free, most, ratio) for held, free in people)

    def _matched(self, held: IntArray, free: IntArray, most: int, ratio: int) -> Page:
        """No two others are the same; among equally near ones luck decides."""
        fame, wanted, others, dropped = self.counts[free].astype(np.float64), [], [free[:0]], 0
        for item in held:
            nearest = nearest_to(float(self.counts[item]), fame)[:ratio]
            if len(nearest) < ratio:
                dropped += 1
                continue
            wanted.append(item)
            others.append(free[nearest])
            fame[nearest] = np.inf
            if len(wanted) == most:
                break
        return np.array(wanted, dtype=np.int32), np.concatenate(others), dropped


def nearest_to(own: float, fame: npt.NDArray[np.float64]) -> LongArray:
    """Where rivals of about this popularity stand, nearest first, from above and from below in turn.

    People rated more of what is popular, so that most of many rivals would be less popular than what they
    rated, and popularity alone would tell them apart.

    Args:
        fame: float64 (n,), popularity of the rivals on the same scale, infinite where they are taken.
    """
    gap = fame - own
    near = np.flatnonzero(np.abs(gap) <= NEAR * own)
    near = near[np.argsort(np.abs(gap[near]), kind="stable")]
    above, below = gap[near] > 0, gap[near] < 0
    place = np.where(above, np.cumsum(above), np.where(below, np.cumsum(below), 0))
    return near[np.argsort(place, kind="stable")]


Page = tuple[IntArray, IntArray, int]
"""Wanted items, others, and how many wanted ones were dropped."""


def _times(judged: Judged, group: Group, whole: Interactions) -> tuple[LongArray, LongArray]:
    """From when on each item exists, and until when each person was there: int64 (items,) and (people,)."""
    since = np.full(len(judged.catalog), np.iinfo(np.int64).max)
    until = np.zeros(len(group), dtype=np.int64)
    np.minimum.at(since, judged.train.item, judged.train.time if judged.timed else 0)
    np.maximum.at(until, group.row_of(whole.user), whole.time if judged.timed else 0)
    return since, until


def _pages(pages: Iterable[Page]) -> Pages:
    rows, items, wanted, lost = [_NONE], [_NONE], [_NONE.astype(bool)], 0
    for row, (own, others, dropped) in enumerate(pages):
        rows.append(np.full(len(own) + len(others), row, dtype=np.int32))
        items += [own, others]
        wanted.append(np.arange(len(own) + len(others)) < len(own))
        lost += dropped
    return Pages(np.concatenate(rows), np.concatenate(items), np.concatenate(wanted), lost)


_NONE = np.zeros(0, dtype=np.int32)
