"""Who a person is, in words: written from the same columns that drive light agents."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from agents.prompts import number, one_line, prompts, share
from simenv.luck import stream
from simenv.types import Catalog, FloatArray, IntArray, Population

ALL_TITLES = 72
TELLING = 0.06
"""How popular the titles are that say most about a person: of what everybody has seen one learns little about
anybody, and of what nobody has seen little is known."""
LIKES, DISLIKES = 3, 2
SECTIONS = (("loved", 4.5), ("liked", 3.5), ("so_so", 2.5), ("disliked", 0.0))
"""Headings of the title lists, each with the fewest stars that belong under it."""
_DAMPING = 5.0


def describe(population: Population, row: int, catalog: Catalog, titles: int = ALL_TITLES) -> str:
    """The profile of one agent in words, one fact a line.

    Args:
        row: which agent.
        titles: how many titles of the training history to name at most: those that tell most, whatever their
            stars, so that favourites and dislikes stand in their true proportions.
    """
    words = prompts()["profile"]
    history, stars = population.rated(row)
    return (
        _who(population, row, words)
        + words["activity"][population.activity[row]]
        + words["diversity"][population.diversity[row]]
        + words["conformity"][population.conformity[row]]
        + _habit(population, row, words)
        + _themes(history, stars, catalog, words)
        + _titles(_telling(population, row, catalog, titles), history, stars, catalog, words)
    )


def vagueness(popularity: FloatArray) -> FloatArray:
    """How much more or less popular than ``TELLING`` each item is, as a ratio of at least 1 (same shape)."""
    known = np.maximum(popularity, np.float32(1e-9))
    return np.maximum(known / np.float32(TELLING), np.float32(TELLING) / known)


def item_words(catalog: Catalog, item: int, popularity: float, mean_rating: float) -> str:
    """What an agent reads about an item besides its title: themes, how many saw it, their mean stars."""
    words = prompts()["item"]
    text: str = words["begin"].format(noun=one_line(catalog.noun))
    themes = [one_line(catalog.theme_names[theme]) for theme in np.flatnonzero(catalog.themes[item])]
    if themes:
        text += words["themes"].format(themes=words["between"].join(themes))
    text += words["popularity"].format(share=share(popularity))
    if np.isfinite(mean_rating):
        text += words["rating"].format(mean=number(mean_rating))
    return text


def favourite_themes(
    history: IntArray, stars: FloatArray, themes: npt.NDArray[np.bool_]
) -> tuple[IntArray, IntArray]:
    """Themes that a person rates above and below their own mean, strongest first.

    The strength is the damped mean deviation: the sum of (stars - own mean) over (count + 5).
    """
    if len(history) == 0:
        return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32)
    deviation = (stars - stars.mean()).astype(np.float64)
    has = themes[history]
    strength = (deviation[:, None] * has).sum(axis=0) / (has.sum(axis=0) + _DAMPING)
    order = np.argsort(-strength, kind="stable").astype(np.int32)
    return order[strength[order] > 0.05][:LIKES], order[::-1][strength[order[::-1]] < -0.05][:DISLIKES]


def _who(population: Population, row: int, words: dict[str, Any]) -> str:
    gender = words["gender"].get(population.gender[row])
    text: str = words["who"].format(gender=gender) if gender else words["nobody"]
    for word in (population.age[row], population.occupation[row]):
        if word:
            text += words["detail"].format(word=one_line(word))
    return text


def _habit(population: Population, row: int, words: dict[str, Any]) -> str:
    mean, spread = population.rating_mean[row], population.rating_spread[row]
    if not np.isfinite(mean):
        return ""
    return str(words["habit"].format(mean=number(mean), spread=number(spread)))


def _themes(history: IntArray, stars: FloatArray, catalog: Catalog, words: dict[str, Any]) -> str:
    text = ""
    for heading, chosen in zip(
        ("likes", "dislikes"), favourite_themes(history, stars, catalog.themes), strict=True
    ):
        if len(chosen):
            text += words[heading].format(themes=", ".join(one_line(catalog.theme_names[t]) for t in chosen))
    return text


def _telling(population: Population, row: int, catalog: Catalog, titles: int) -> IntArray:
    """Positions in the history of the titles to name, the most telling first, as luck has it among equals."""
    user, (history, _) = int(population.user[row]), population.rated(row)
    order = stream(0, "profile").order(user, history)
    vague = vagueness(catalog.popularity[history[order]])
    return order[np.argsort(vague, kind="stable")][:titles]


def _titles(
    named: IntArray, history: IntArray, stars: FloatArray, catalog: Catalog, words: dict[str, Any]
) -> str:
    text, ceiling = "", np.inf
    for heading, floor in SECTIONS:
        here = [p for p in named if floor <= stars[p] < ceiling]
        if here:
            text += words[heading] + "".join(f"\n{one_line(catalog.titles[history[p]])}" for p in here)
        ceiling = floor
    return text
