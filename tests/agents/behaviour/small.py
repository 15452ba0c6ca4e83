"""A few people and films to learn from in seconds, and a network and a plan as small."""

from __future__ import annotations

from functools import cache

import numpy as np

from agents.behaviour.plan import Plan
from simenv.data.assemble import Parsed, assemble
from simenv.luck import stream
from simenv.types import NOTHING, Dataset, Interactions, Users

PEOPLE, FILMS = 30, 80
PLAN = Plan(steps=6, warmup=2, batch_tokens=1200, save_every=3, validation_people=6)
GENRES = ("Drama", "Comedy", "Crime")


@cache
def village(people: int = PEOPLE) -> Dataset:
    """Two circles of people, each with films of its own, and 4 to 34 ratings a person."""
    luck = stream(1, "village")
    rows, films = np.arange(people), np.arange(FILMS)
    foreign = (rows[:, None] + films) % 2
    order = luck.uniform(0, rows[:, None], films) + foreign
    rank = order.argsort(axis=1).argsort(axis=1)
    user, item = np.nonzero(rank < (4 + luck.bits(1, rows) % np.uint64(31))[:, None])
    stars = 0.5 + (luck.bits(2, user, item) % np.uint64(10)).astype(np.float32) / 2
    words = ("woman", "25-34", "artist"), ("man", "", "farmer"), ("", "45-49", "")
    columns = tuple(zip(*(words[row % 3] for row in range(people)), strict=True))
    return assemble(
        "village",
        Parsed(
            noun="film",
            ids=tuple(str(film) for film in films),
            titles=tuple(f"Amélie's {film}. Film, The ({1930 + film})" for film in films),
            genres=tuple(GENRES[: film % 4] for film in films),
            text=("",) * FILMS,
            users=Users(tuple(str(row) for row in rows), *columns),
            interactions=Interactions(
                user.astype(np.int32),
                item.astype(np.int32),
                stars.astype(np.float32),
                np.full(len(user), NOTHING, dtype=np.int64),
                people,
                FILMS,
            ),
        ),
        seed=0,
    )
