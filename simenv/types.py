"""The nouns: frozen columns that cross every seam.

Entry b of every column is about the same agent. ``rows`` index agents, ``items`` index the catalogue,
``slots`` index a slate, best first. "None" is ``NOTHING`` in integer columns and NaN in float columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from simenv.ragged import Ragged
from simenv.words import Words

IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]
ByteArray = npt.NDArray[np.int8]

NOTHING = -1
"""The integer that means "none": no item in a slot, no time known, no year known."""


class Source(IntEnum):
    """Where a slate came from."""

    FEED = 0
    SEARCH = 1


class Action(IntEnum):
    """What an agent does after a page."""

    NEXT = 0
    LEAVE = 1


@dataclass(frozen=True, slots=True)
class Catalog:
    """What can be recommended. Popularity and mean ratings come from the train split only.

    Args:
        noun: what one item is called in a prompt, for example "film".
        ids: the data set's own item ids, as text.
        titles: with the year in brackets where the data have it, as the data set writes them.
        years: int32 (items,), NOTHING where unknown.
        themes: bool (items, themes), multi-hot.
        theme_names: names of the theme columns.
        popularity: float32 (items,), share of the train users who rated the item, 0 to 1.
        mean_rating: float32 (items,), stars, NaN where nobody rated it.
        text: one line about each item, "" where there is none.
    """

    noun: str
    ids: tuple[str, ...]
    titles: tuple[str, ...]
    years: IntArray
    themes: BoolArray
    theme_names: tuple[str, ...]
    popularity: FloatArray
    mean_rating: FloatArray
    text: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Interactions:
    """Who rated what, and when.

    Args:
        user: int32 (n,), index into the users.
        item: int32 (n,), index into the catalogue.
        rating: float32 (n,), stars, 0.5 to 5; NaN where the data only count.
        time: int64 (n,), seconds since 1970, NOTHING where unknown.
        users: how many users there are; user indices are below it.
        items: how many items there are; item indices are below it.
    """

    user: IntArray
    item: IntArray
    rating: FloatArray
    time: npt.NDArray[np.int64]
    users: int
    items: int

    def __len__(self) -> int:
        return len(self.user)

    def where(self, chosen: npt.NDArray[np.generic]) -> Interactions:
        """The chosen entries (a bool mask or indices), users and items numbered as before."""
        return Interactions(
            self.user[chosen],
            self.item[chosen],
            self.rating[chosen],
            self.time[chosen],
            self.users,
            self.items,
        )


@dataclass(frozen=True, slots=True)
class Users:
    """What the data say about people: ids as text, and demographics ("" where unknown)."""

    ids: tuple[str, ...]
    gender: tuple[str, ...]
    age: tuple[str, ...]
    occupation: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Dataset:
    """A catalogue, people and what they did, split into what is known and what is held out.

    Args:
        name: the name in the register.
        sha256: of the parsed content; what is fitted on the data is cached under it.
        catalog: items, their popularity and means taken from ``train``.
        users: people.
        train: what recommenders, profiles and tastes may know.
        test: what is held out; the same users and items.
        mapping: how the data's own scale became stars, in words.
    """

    name: str
    sha256: str
    catalog: Catalog
    users: Users
    train: Interactions
    test: Interactions
    mapping: str = "stars as given"


@dataclass(frozen=True, slots=True)
class Population:
    """Who the agents are; read-only in a run. Row b of every column is agent b.

    Args:
        ids: the people's own ids in the data, as text.
        user: int32 (rows,), the person's index in the data set's users.
        cohort: int8 (rows,), which policy decides for the agent (index into the run's policies).
        taste: float32 (rows, factors), latent taste; a recommender can never reach it.
        activity, diversity, conformity: int8 (rows,), levels 0 (low) to 2 (high), as Agent4Rec
            defines them (number of ratings; genres covered; mean squared deviation from item means).
        rating_mean, rating_spread: float32 (rows,), stars.
        gender, age, occupation: words, "" where unknown.
        history: int32 items that the person rated in the train split.
        history_rating: float32 stars, beside ``history``.
    """

    ids: tuple[str, ...]
    user: IntArray
    cohort: ByteArray
    taste: FloatArray
    activity: ByteArray
    diversity: ByteArray
    conformity: ByteArray
    rating_mean: FloatArray
    rating_spread: FloatArray
    gender: tuple[str, ...]
    age: tuple[str, ...]
    occupation: tuple[str, ...]
    history: Ragged
    history_rating: Ragged

    def rated(self, row: int) -> tuple[IntArray, FloatArray]:
        """The items that agent ``row`` rated in the train split, and the stars beside them."""
        items: IntArray = self.history.row(row).astype(np.int32, copy=False)
        stars: FloatArray = self.history_rating.row(row).astype(np.float32, copy=False)
        return items, stars

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is here now, and what they must not be shown.

    Args:
        episode, round, page: int32 (batch,), each agent's own clock; a round is a day.
        rows: int32 (batch,), which agents.
        exclude: int32 items, one ragged row per agent: train history and everything already shown.
    """

    episode: IntArray
    round: IntArray
    page: IntArray
    rows: IntArray
    exclude: Ragged

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Slate:
    """What is shown, best first.

    Args:
        visit: to whom.
        items: int32 (batch, slots), NOTHING where the catalogue ran out.
        propensity: float32 (batch, slots), the probability with which the recommender showed the item.
        source: int8 (batch,), a ``Source``.
    """

    visit: Visit
    items: IntArray
    propensity: FloatArray
    source: ByteArray

    @classmethod
    def certain(cls, visit: Visit, items: IntArray) -> Slate:
        """A slate from a recommender that does not explore: every propensity is 1."""
        return cls(
            visit,
            items,
            np.ones(items.shape, dtype=np.float32),
            np.full(len(visit), Source.FEED, dtype=np.int8),
        )


@dataclass(frozen=True, slots=True)
class Recall:
    """What an agent remembers, and how it feels, as it looks at a slate.

    Args:
        items: int32 (batch, window), last watched first, NOTHING where there is none.
        ratings: float32 (batch, window), stars given to them.
        satisfaction: float32 (batch,), 0 to 1.
        fatigue: float32 (batch,), 0 to 1.
        notes: words, keyed by row, oldest first.
    """

    items: IntArray
    ratings: FloatArray
    satisfaction: FloatArray
    fatigue: FloatArray
    notes: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Response:
    """What the agents do with a slate.

    Args:
        watched: bool (batch, slots).
        rating: float32 (batch, slots), stars, 1 to 5, NaN where not watched.
        chance: float32 (batch, slots), probability of watching, examination included, NaN in empty slots.
        expected: float32 (batch, slots), expected stars if watched, NaN in empty slots.
        action: int8 (batch,), an ``Action``.
        words: what thinking agents said, keyed by row.
    """

    watched: BoolArray
    rating: FloatArray
    chance: FloatArray
    expected: FloatArray
    action: ByteArray
    words: Mapping[int, Words] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One page of one block of agents: what records and measures get.

    Args:
        slate: what was shown.
        response: what was done.
        satisfaction, fatigue: float32 (batch,), 0 to 1, after the page.
        left: bool (batch,), the visit ended with this page.
    """

    slate: Slate
    response: Response
    satisfaction: FloatArray
    fatigue: FloatArray
    left: BoolArray


@dataclass(frozen=True, slots=True)
class Feedback:
    """The part of a step that a real system could see: all that a recommender ever gets."""

    slate: Slate
    watched: BoolArray
    rating: FloatArray
    action: ByteArray

    @classmethod
    def of(cls, step: Step) -> Feedback:
        """What could be seen of a step."""
        response = step.response
        return cls(step.slate, response.watched, response.rating, response.action)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measured value with its 95 % interval (NaN where there is too little to say)."""

    value: float
    low: float
    high: float
