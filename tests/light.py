"""Light agents for tests: tastes of luck alone, over the made-up people and items of ``tests.factories``."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from agents.decision import Decision
from agents.memory import Window
from agents.taste import ItemTaste
from agents.taste_policy import TastePolicy
from simenv.luck import stream
from simenv.people import People
from simenv.ragged import Ragged
from simenv.types import FloatArray, Population
from simenv.world import Calendar, World
from tests import factories

FACTORS = 3


def numbers(part: str, rows: int, columns: int) -> FloatArray:
    """Uniform numbers in [-1, 1): float32 (rows, columns)."""
    luck = stream(0, part).uniform(np.arange(rows)[:, None], np.arange(columns))
    return 2 * luck - np.float32(1)


def crowd(agents: int, items: int = 25) -> Population:
    """People with tastes, and up to five items each in their history."""
    history = [
        list(dict.fromkeys((7 * row + 3 * n) % items for n in range(row % 6))) for row in range(agents)
    ]
    known = Ragged.of(history)
    return replace(
        factories.population(agents),
        taste=2 * numbers("taste", agents, 2 * FACTORS + 1),
        history=known,
        history_rating=Ragged(known.starts, np.full(len(known.values), 4, dtype=np.float32)),
    )


def items(count: int = 25) -> ItemTaste:
    """The items' side of taste: what is wanted is far from even."""
    return ItemTaste(
        watch=2 * numbers("watch", count, FACTORS),
        lure=numbers("lure", count, 1)[:, 0],
        stars=numbers("stars", count, FACTORS),
        level=np.float32(3.2) + numbers("level", count, 1)[:, 0],
        cuts=np.array([1.6, 2.4, 3.4, 4.4], dtype=np.float32),
        spread=np.asarray(0.5, dtype=np.float32),
    )


def policy(population: Population, seed: int = 5, count: int = 25) -> TastePolicy:
    """A policy that watches often enough for things to happen in small worlds."""
    return TastePolicy(items(count), population, Decision(seed=seed, base_rate=0.5))


def people(agents: int = 40, *, pages: int = 3) -> People:
    """Light agents as they are in the beginning."""
    population = crowd(agents)
    return People(population, policy(population), Window(agents, 4), pages=pages)


def world(agents: int = 40, *, rounds: int = 2, pages: int = 3, block: int = 4096) -> World:
    """A small world of light agents."""
    return World(people(agents, pages=pages), Calendar(rounds=rounds, block=block))
