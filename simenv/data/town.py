"""The town: people and films that do not exist, with the habits of those that do.

For tests and demonstrations without a download. Every curve is fitted once on the 814,549 ratings that
5,040 people of MovieLens 1M gave to 3,672 films:

- stars: 5.6, 10.7, 26.1, 34.9 and 22.7 % of the ratings have 1 to 5 stars;
- popularity: the film at share x of the ranking gets ratings in proportion to x**-0.207 * exp(-4.07 x),
  Zipf's law with an exponential cut-off (maximum likelihood);
- activity: 20 ratings and an excess that is log-normal with sigma 1.52, scaled to the town's mean;
- liking: a person's mean deviates by 0.37 stars, a film's by 0.59, their correlation with log popularity
  is 0.39, and 0.90 stars are left, part of which is taste.

A person belongs to a circle with tastes in genres, and has leanings of their own, some of them towards
things that no genre names; whom one meets in which circle depends on gender and age.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simenv.data.assemble import Parsed, assemble, multi_hot
from simenv.data.people import GENDERS, age_band
from simenv.data.town_films import films, words
from simenv.luck import stream
from simenv.types import Dataset, Interactions, Users

PEOPLE, ITEMS, RATINGS = 2_000, 1_000, 100_000

STAR_SHARES = (0.056, 0.107, 0.261, 0.349, 0.227)
POPULARITY_EXPONENT, POPULARITY_CUTOFF = 0.207, 4.07
FEWEST, ACTIVITY_SIGMA, MOST_EXCESS = 20, 1.52, 50.0
PERSON_SPREAD, FILM_SPREAD, TASTE_SPREAD, NOISE_SPREAD = 0.36, 0.55, 0.70, 0.65
"""What a rating is made of, before it is cut into stars; chosen so that the stars deviate as listed above."""
LIKED_IS_KNOWN, PULL_OF_TASTE = 1.3, 1.4
"""How much quality makes a film known, and how much taste decides what is watched: with these, what people
watched predicts what else they watch better than popularity does, by half, as on MovieLens."""
OWN_SPREAD, HIDDEN = 0.4, 3
"""How much people differ within a circle, and how many leanings no genre names."""
OPENING, YEARS = 1_609_459_200, 3
"""The first second of 2021, and for how long people rate."""

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class People:
    """Who lives in town: columns of one entry per person.

    Args:
        users: what may be known of them.
        circle: int64 (people,), the circle a person belongs to.
    """

    users: Users
    circle: Longs


def town(seed: int) -> Dataset:
    """Two thousand people, a thousand films, a hundred thousand ratings of 2021 to 2023, from a seed."""
    made = films(seed, ITEMS)
    people = _people(seed)
    themes, names = multi_hot(made.genres)
    taste = _taste(seed, people.circle, themes, names)
    quality = _normal(seed, "town/quality", np.arange(ITEMS))
    user, item = _choices(seed, taste, _popularity(seed, quality))
    stars = _stars(seed, user, item, FILM_SPREAD * quality[item] + TASTE_SPREAD * taste[user, item])
    parsed = Parsed(
        noun="film",
        ids=tuple(str(number + 1) for number in range(ITEMS)),
        titles=made.titles,
        genres=made.genres,
        text=made.text,
        users=people.users,
        interactions=Interactions(
            user.astype(np.int32),
            item.astype(np.int32),
            stars.astype(np.float32),
            _times(seed, user, item),
            PEOPLE,
            ITEMS,
        ),
    )
    return assemble("town", parsed, seed)


def _people(seed: int) -> People:
    """Draw each person's circle, and from it gender, age and work."""
    rows, circles = np.arange(PEOPLE), words()["circles"]
    luck = stream(seed, "town/people")
    shares = np.cumsum([circle["share"] for circle in circles])
    circle = np.searchsorted(shares, luck.uniform(rows, 0) * shares[-1], side="right")
    woman = luck.uniform(rows, 1) < np.array([c["women"] for c in circles])[circle]
    ages = np.array([c["age"] for c in circles])[circle] + 9.0 * _normal(seed, "town/ages", rows)
    ages = np.clip(np.rint(ages), 13, 90).astype(np.int64).tolist()
    jobs = [name for name, share in words()["work"].items() for _ in range(share)]
    works = [_work(age, draw, jobs) for age, draw in zip(ages, luck.bits(rows, 2).tolist(), strict=True)]
    users = Users(
        ids=tuple(str(row + 1) for row in rows.tolist()),
        gender=tuple(GENDERS["F" if is_woman else "M"] for is_woman in woman.tolist()),
        age=tuple(age_band(age) for age in ages),
        occupation=tuple(works),
    )
    return People(users, circle)


def _work(age: int, draw: int, jobs: Sequence[str]) -> str:
    """An occupation that the age allows, from a list in which each job stands as often as it is had."""
    if age < 18:
        return "k-12 student"
    if age > 66:
        return "retired"
    if age < 25 and draw % 2:
        return "college student"
    return jobs[(draw >> 8) % len(jobs)]


def _taste(seed: int, circle: Longs, themes: npt.NDArray[np.bool_], names: tuple[str, ...]) -> Floats:
    """How much each person is drawn to each film: float64 (people, items), rows of spread 1."""
    liking = np.zeros((len(words()["circles"]), len(names) + HIDDEN))
    for row, ring in zip(liking, words()["circles"], strict=True):
        row[: len(names)] = [ring["likes"].get(name, 0.0) - ring["avoids"].get(name, 0.0) for name in names]
    people, columns = np.arange(len(circle))[:, None], np.arange(liking.shape[1])
    leanings = liking[circle] + OWN_SPREAD * _normal(seed, "town/leanings", people, columns)
    hidden = _normal(seed, "town/hidden", np.arange(len(themes))[:, None], np.arange(HIDDEN))
    genres = themes / np.sqrt(themes.sum(axis=1, keepdims=True))
    drawn = leanings @ np.concatenate([genres, hidden], axis=1).T
    drawn -= drawn.mean(axis=1, keepdims=True)
    return np.asarray(drawn / drawn.std(axis=1, keepdims=True))


def _popularity(seed: int, quality: Floats) -> Floats:
    """How many ratings each film is to get: float64 (items,), better films rather more."""
    x = (np.arange(ITEMS) + 0.5) / ITEMS
    curve = x**-POPULARITY_EXPONENT * np.exp(-POPULARITY_CUTOFF * x)
    fame = LIKED_IS_KNOWN * quality + _normal(seed, "town/fame", np.arange(ITEMS))
    shares = np.empty(ITEMS)
    shares[np.argsort(-fame, kind="stable")] = curve / curve.sum()
    return shares * RATINGS


def _activity(seed: int) -> Longs:
    """How many ratings each person gives: int64 (people,), at least ``FEWEST``, ``RATINGS`` in all."""
    excess = np.exp(ACTIVITY_SIGMA * _normal(seed, "town/activity", np.arange(PEOPLE)))
    shares = np.cumsum(np.minimum(excess, MOST_EXCESS))
    ends = np.rint(shares / shares[-1] * (RATINGS - FEWEST * PEOPLE)).astype(np.int64)
    return FEWEST + np.diff(ends, prepend=0)


def _choices(seed: int, taste: Floats, wanted: Floats) -> tuple[Longs, Longs]:
    """Who rates what: each person takes the first films of a race whose speeds are fame times taste.

    The speeds are scaled, person by person and film by film in turn, until the expected number of
    ratings of every film is the wanted one (iterative proportional fitting).
    """
    activity = _activity(seed)
    speed = np.exp(PULL_OF_TASTE * taste) * wanted
    for _ in range(8):
        speed *= (activity / -np.expm1(-speed).sum(axis=1))[:, None]
        speed *= wanted / -np.expm1(-speed).sum(axis=0)
    luck = stream(seed, "town/choices").uniform(np.arange(PEOPLE)[:, None], np.arange(ITEMS))
    finish = -np.log1p(-luck.astype(np.float64)) / speed
    last = np.take_along_axis(np.sort(finish, axis=1), activity[:, None] - 1, axis=1)
    user, item = np.nonzero(finish <= last)
    return user, item


def _stars(seed: int, user: Longs, item: Longs, liking: Floats) -> Longs:
    """Stars for each rating: the liking, the person's own scale and a mood, cut at MovieLens' shares."""
    scale = PERSON_SPREAD * _normal(seed, "town/scale", np.arange(PEOPLE))
    felt = liking + scale[user] + NOISE_SPREAD * _normal(seed, "town/mood", user, item)
    rank = np.empty(len(felt))
    rank[np.argsort(felt, kind="stable")] = (np.arange(len(felt)) + 0.5) / len(felt)
    return 1 + np.searchsorted(np.cumsum(STAR_SHARES[:-1]), rank)


def _times(seed: int, user: Longs, item: Longs) -> Longs:
    """When each rating was given: a few evenings of each person's own, in the seconds of ``YEARS`` years."""
    luck = stream(seed, "town/times")
    days = 365 * YEARS
    span = 1 + luck.bits(0, user) % np.uint64(days // 2)
    first = luck.bits(1, user) % (np.uint64(days) - span)
    evening = first + luck.bits(2, user, luck.bits(3, user, item) % np.uint64(12)) % span
    second = 64_800 + luck.bits(4, user, item) % np.uint64(18_000)
    return (OPENING + 86_400 * evening + second).astype(np.int64)


def _normal(seed: int, part: str, *counters: npt.NDArray[np.integer]) -> Floats:
    """Nearly normal numbers (the sum of twelve uniforms, less six): no function that rounds differently."""
    luck = stream(seed, part)
    total = -6.0 + sum(luck.uniform(*counters, lane).astype(np.float64) for lane in range(12))
    return np.asarray(total)
