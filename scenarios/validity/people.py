"""Who is reported on, who may be learned from, and what is known of whom."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from agents.behaviour.plan import joined
from agents.population import people
from scenarios.validity.record import Record
from simenv.data.splits import item_statistics, together
from simenv.errors import UsageError
from simenv.luck import stream
from simenv.types import BoolArray, Catalog, Dataset, IntArray, Interactions, Population, Users

USERS = 300
"""How many people are reported on where nobody says."""
TUNING = 600
"""The most people who are kept for tuning."""
_REPORTED, _TUNED = 2 / 3, 1 / 4
"""Shares: of the people whom the model has not met, reported on; of all others, kept for tuning; at most."""


@dataclass(frozen=True)
class Group:
    """People, what is known of them, and what is hidden.

    Args:
        user: int32 (people,), users, rising; row b of every table is about the b-th.
        context: what is known of them: their profile and history, and nothing else of theirs.
        held: what is hidden: what they are asked about.
    """

    user: IntArray
    context: Interactions
    held: Interactions

    def __len__(self) -> int:
        return len(self.user)

    def row_of(self, user: IntArray) -> IntArray:
        """The rows of users who are among these people: int32."""
        return np.searchsorted(self.user, user).astype(np.int32)

    def only(self, chosen: BoolArray) -> Group:
        """The chosen rows (bool (people,)), with what is about them."""
        user = self.user[chosen]
        return Group(user, _of(self.context, user), _of(self.held, user))


@dataclass(frozen=True)
class Judged:
    """Everything that a report is about; everybody has one numbering.

    Args:
        name: of the data.
        catalog: items; their popularity and means come from ``train`` alone.
        users: everybody.
        train: what the learners rated: all that controls are fitted on. None of them is in a group.
        validation: people for tuning: thresholds and the controls' settings.
        reported: people who are reported on.
        met: bool (people of validation,), whom the model may have learned from: they tune controls only.
        source: where the split is from, in words.
    """

    name: str
    catalog: Catalog
    users: Users
    train: Interactions
    validation: Group
    reported: Group
    met: BoolArray
    source: str

    @property
    def unmet(self) -> Group:
        """People for tuning whom the model has never met; all of them where it has met everybody."""
        return self.validation if self.met.all() else self.validation.only(~self.met)

    @property
    def timed(self) -> bool:
        """Whether the time of every rating is known."""
        parts = (self.train, self.reported.context, self.reported.held)
        return all(bool((part.time >= 0).all()) for part in parts)

    def population(self, group: Group) -> Population:
        """A group's people as agents who remember their context and nothing else."""
        known = together(self.train, group.context)
        taste = np.zeros((len(group), 0), dtype=np.float32)
        return people(self.catalog, self.users, known, group.user, taste)


def own_split(dataset: Dataset, record: Record, users: int | None, seed: int) -> Judged:
    """People of a data set apart from each other, by luck: nobody is reported on whom the model has met.

    What is hidden of people is what the data set holds out.

    Args:
        users: how many people to report on; at most two thirds of those whom the model has not met.

    Raises:
        UsageError: there are too few people.
    """
    met = record.met(dataset)
    can = np.isin(np.arange(len(dataset.users)), dataset.test.user)
    order = stream(seed, "validity.people").order(np.arange(len(dataset.users)))
    free = order[(can & ~met)[order]]
    most = int(len(free) * _REPORTED)
    if not 0 < (users or 1) <= most:
        raise UsageError(
            f"Expected 1 to {most} people of {dataset.name!r} to report on (two thirds of those whom the "
            f"model has not learned from), found {users or 1}; ask for fewer, or name other data."
        )
    chosen, rest = np.split(free, [users or min(USERS, most)])
    for_tuning, whole = tuning_people(rest, order[(can & met)[order]]), joined(dataset)
    return judged(
        replace(dataset, train=whole.where(~np.isin(whole.user, chosen))),
        _group(dataset, np.sort(chosen)),
        _group(dataset, np.sort(for_tuning)),
        met,
        "by luck",
    )


def judged(dataset: Dataset, reported: Group, validation: Group, met: BoolArray, source: str) -> Judged:
    """Put people together; what is said of items comes from those who are learned from.

    Args:
        dataset: all that may be learned from in ``train``, people for tuning included.
        met: bool (users,), whom the model may have learned from.

    Raises:
        UsageError: nobody is left to learn from.
    """
    train = dataset.train.where(~np.isin(dataset.train.user, validation.user))
    if not len(train):
        raise UsageError(
            f"Expected people of {dataset.name!r} to learn from besides {len(validation)} who are for "
            "tuning, found none; report on fewer, or name more data."
        )
    popularity, mean_rating = item_statistics(train)
    catalog = replace(dataset.catalog, popularity=popularity, mean_rating=mean_rating)
    known = met[validation.user]
    return Judged(dataset.name, catalog, dataset.users, train, validation, reported, known, source)


def tuning_people(unmet: IntArray, met: IntArray) -> IntArray:
    """People for tuning: first those whom the model has not met, then others."""
    most = max(1, min(TUNING, int((len(unmet) + len(met)) * _TUNED)))
    return np.concatenate([unmet, met])[:most]


def _group(dataset: Dataset, user: IntArray) -> Group:
    return Group(user, _of(dataset.train, user), _of(dataset.test, user))


def _of(interactions: Interactions, user: IntArray) -> Interactions:
    return interactions.where(np.isin(interactions.user, user))
